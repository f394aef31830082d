"""The layout of a form with paragraphs: what prints in one column as wide as the page, single fields beside it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from lamtheo_xls.definitions.model import Block, Field, Form, Table
from lamtheo_xls.definitions.paper import PAPER_MM
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.measure import wrapped_lines
from lamtheo_xls.workbook.pencil import Pencil, body_of, end_key, side_fields
from lamtheo_xls.workbook.places import (
    LOOKS,
    UNIT_FIELD,
    Area,
    Layout,
    Piece,
    Role,
    Spot,
    characters,
)

PAGE, LABEL, INPUT = 1, 2, 3
"""Columns: what prints, the label and the input of a single field."""
_LABEL_MM, _INPUT_MM, _MESSAGE_MM = 48.0, 84.0, 70.0
_ROW_POINTS, _FIELD_POINTS = 21.0, 20.0
_END_POINTS = 15.75  # holds one line of a message
_SIGNATURE_LINES = 3  # left free for the signature itself
_SIZES = {"heading": 13, "text": 13, "hint": 11, "field": 13, "abstract": 14}


def lay_out_narrative(form: Form, rows: Mapping[str, int], *, shared: bool) -> Layout:
    """Where every part of `form` lies when its tables, all of paragraphs, have `rows`.

    Single fields stand beside what prints, one a row: those that print beside the row that repeats them, the others
    from the top down; so a row has at most one open cell and one key. Raises ValueError for a form that mixes
    paragraphs and grids.
    """
    if any(table.kind != "paragraphs" or len(table.columns) != 1 for table in form.tables):
        raise ValueError(f"{form.id}: tables of paragraphs have one column and do not mix with grids")
    return _Drawing(form, rows, shared).layout()


class _Drawing(Pencil):
    """The sheet of a form with paragraphs; used once by `lay_out_narrative`, never seen outside."""

    def __init__(self, form: Form, rows: Mapping[str, int], shared: bool) -> None:
        super().__init__(form)
        self.rows, self.shared = rows, shared
        self.areas: dict[str, Area] = {}
        self.flow: list[Piece] = []
        self.growing: set[int] = set()
        self.beside = [*([UNIT_FIELD.id] if shared else []), *side_fields(form)]
        if form.explanation:
            self.beside.append(form.explanation)
        self.page_mm = PAPER_MM[form.orientation]
        names = ["message", "used", "faulty", "faults", "length", "words", "look", "left", "right"]
        self.helpers = {name: INPUT + i for i, name in enumerate(names, start=1)}
        length = self.helpers.pop("length")  # one column for all tables: no row belongs to two
        self.helpers |= {f"len.{t.id}.{c.id}": length for t in form.tables for c in t.columns}
        self.key_column = INPUT + len(names) + 1

    def layout(self) -> Layout:
        form = self.form
        code_head = self._top()
        top = self.row + 1
        self._head()
        for i, line in enumerate(form.title):
            self._line("title", "title_line" if i else "doc_kind", line, 18.0 if i else 20.0)
        while self.beside:
            self._free(_FIELD_POINTS)
        self.down(9)
        start = self.row
        self.put(self.helpers["used"], self.helpers["used"], "number", "helper", "0", printed=False)
        for block in body_of(form):
            self._block(block)
        self.down(9)
        self.rank(self.row, self.row, "hold")
        tail = self.row + 1
        self._closing()
        final = self.row
        self.down(11)
        code_close = self.put(PAGE, PAGE, "key", "code_close", "{ma}")
        return Layout(
            form=form.id,
            version=form.version,
            sheet=form.sheet,
            cells=tuple(sorted(self.cells, key=lambda c: c.at)),
            fields=self.fields,
            areas=self.areas,
            key_column=self.key_column,
            helper_columns=self.helpers,
            code_head=code_head,
            code_close=code_close,
            print_area=(Spot(top, PAGE), Spot(self.row, PAGE)),
            head_rows=(0, 0),
            widths={
                column: characters(mm)
                for column, mm in (
                    (PAGE, self.page_mm),
                    (LABEL, _LABEL_MM),
                    (INPUT, _INPUT_MM),
                    (self.helpers["message"], _MESSAGE_MM),
                )
            },
            heights=self.heights,
            verdict=Spot(2, 1),
            closing_rows=(tail, final),
            title_run=(PAGE, PAGE),
            shared=self.shared,
            narrative=True,
            flow=tuple(self.flow),
            ranks=(start, final),
            growing=frozenset(self.growing),
        )

    # -- what does not print ---------------------------------------------------------------------------------------

    def _top(self) -> Spot:
        """Rows that are not printed: notice and code, panel and due date, what goes where."""
        self.down(32)
        self.put(PAGE, PAGE, "static", "notice", say("workbook.top.notice"), printed=False)
        code = self.put(LABEL, INPUT, "key", "code", "{ma}", printed=False)
        for role in ("used", "faulty", "faults"):
            self.help(role, "helper", f"total.{role}")
        self.down(32)
        self.put(PAGE, LABEL, "formula", "verdict", "verdict", printed=False)
        self.put(INPUT, INPUT, "context", "due", say("workbook.top.due"), printed=False)
        self.down(20)
        self.put(PAGE, PAGE, "static", "lane", say("workbook.top.paragraphs"), printed=False)
        self.put(LABEL, INPUT, "static", "lane", say("workbook.top.fields"), printed=False)
        message = self.helpers["message"]
        self.put(message, message, "static", "lane", say("workbook.top.message"), printed=False)
        return code

    def _free(self, points: float) -> None:
        """A row in whose right half the next of the fields that wait may stand."""
        self.down(points)
        if self.beside:
            self._beside(self.beside.pop(0))

    def _beside(self, id: str) -> None:
        """A single field beside the current row, label left and input right."""
        field = UNIT_FIELD if id == UNIT_FIELD.id else self.form.field(id)
        label = say("workbook.top.unit") if id == UNIT_FIELD.id else _label(field)
        self.put(LABEL, LABEL, "static", "field_label", label, printed=False)
        ticked = any(r.kind == "exactly_one" and not r.table and id in r.columns for r in self.form.rules)
        must = "must" if field.required or ticked else "may"
        self.ask(id, INPUT, INPUT, f"cell.{field.align}.{must}.{field.type}", printed=False)
        self.heights[self.row] = max(self.heights[self.row], _FIELD_POINTS)
        self.growing.add(self.row)

    # -- what prints -------------------------------------------------------------------------------------------------

    def _piece(self, role: Role, style: str, at: Spot) -> None:
        self.flow.append(Piece(row=self.row, role=role, at=at, style=style))
        if role in LOOKS:
            self._look(role)
            self.rank(self.row, self.row, "line")

    def _look(self, role: Role) -> None:
        column = self.helpers["look"]
        self.put(column, column, "number", "helper", str(LOOKS[role]), printed=False)

    def _line(self, role: Role, style: str, text: str, points: float) -> None:
        """A printed row of the head: beside it stands what it repeats, else the next of the fields that wait."""
        own = [f.id for f in self.form.fields if "{=" + f.id + "}" in text and f.id in self.beside]
        if own:
            self.beside.remove(own[0])
            self.beside.insert(0, own[0])
        lines = wrapped_lines(text, 14, self.page_mm, bold=True) if role == "title" else 1
        self._free(points + 18 * (lines - 1))
        self._piece(role, style, self.said(PAGE, PAGE, style, text))
        if "{" in text:
            self.growing.add(self.row)

    def _head(self) -> None:
        """Header block, one part below the other; BẢN IN has it in two halves."""
        head = self.form.head
        for i, line in enumerate(head.left):
            bold = i == len(head.left) - 1
            style = "org_bold" if bold else "org"
            self._free(20)
            if self.shared and "{don_vi}" in line:
                at = self.put(PAGE, PAGE, "formula", style, "unit_name", field=UNIT_FIELD.id)
            else:
                at = self.put(PAGE, PAGE, "context", style, line)
            self._piece("org", style, at)
        if head.star:
            self._line("star", "number_line", "*", 15)
        if head.number:
            self._line("number", "number_line", head.number, 19)
        if head.title_right:
            self._line("party_title", "party_line", head.title_right, 20)
        if head.place_date:
            self.down(20)
            self._beside(head.place_date)
            at = self.said(PAGE, PAGE, "place_line", f"{{={head.place_date}}}")
            self._piece("place_date", "place_line", at)
        self._free(9)

    def _block(self, block: Block) -> None:
        """A piece of the body, its row as high as its words need."""
        if block.kind == "table":
            self._paragraphs(self.form.table(block.id))
            return
        if block.kind == "field":
            field = self.form.field(block.id)
            self.down(_FIELD_POINTS)
            label = _label(field)
            words = f"{label.removesuffix(':')}: {{={field.id}}}" if field.label else f"{{={field.id}}}"
            self._piece("field", "text", self.said(PAGE, PAGE, "text", words))
            self._beside(field.id)
            return
        bold = block.kind == "heading"
        size = _SIZES[block.kind]
        lines = wrapped_lines(block.text, size, self.page_mm, bold=bold)
        self.down((size * 1.33) * lines + (5 if bold else 3))
        at = self.said(PAGE, PAGE, block.kind, block.text)
        if "{" in block.text:
            self.growing.add(self.row)
        if block.kind == "hint":
            self.rank(self.row, self.row, "hold")
        elif block.kind in ("heading", "text"):
            self._piece(block.kind, block.kind, at)

    def _paragraphs(self, table: Table) -> None:
        """Key row, a row for each paragraph, end row; key and end row are locked and print nowhere."""
        column = table.columns[0]
        self.down(6)
        key_row = self.row
        self.put(PAGE, PAGE, "key", "key", f"{table.id}.{column.id}", printed=False)
        self.rank(self.row, self.row, "hold")
        count = self.rows.get(table.id, max(table.rows_minimum, 1))
        for index in range(1, count + 1):
            self.down(_ROW_POINTS)
            at = self.put(PAGE, PAGE, "input", "paragraph", field=column.id, table=table.id, index=index)
            self.flow.append(Piece(row=self.row, role="paragraph", at=at, style="paragraph"))
            self._look("paragraph")
            self.help(f"len.{table.id}.{column.id}", "helper", "length", field=column.id, table=table.id, index=index)
            self.help("used", "helper", "used", table=table.id, index=index)
            self.watch("", table.id, index)
            self.put(self.key_column, self.key_column, "key", "key", f"{table.id}.{index}", printed=False)
            self.growing.add(self.row)
        self.down(_END_POINTS)
        self.rank(self.row, self.row, "hold")
        self.watch("", table.id)
        self.put(self.key_column, self.key_column, "key", "key", end_key(self.form, table.id), printed=False)
        self.areas[table.id] = Area(
            table=table.id,
            first_row=key_row + 1,
            last_row=key_row + count,
            key_row=key_row,
            end_row=self.row,
            number_column=0,
            columns={column.id: PAGE},
        )

    def _closing(self) -> None:
        """Signature, then what stands left on paper, one below the other; the first rows carry the lines of BẢN IN."""
        closing, first = self.form.closing, self.row + 1
        right: list[tuple[Spot | None, str]] = []
        left: list[tuple[Spot | None, str]] = []

        def told(side: list[tuple[Spot | None, str]], style: str, text: str, points: float) -> None:
            self.down(points)
            side.append((self.said(PAGE, PAGE, style, text), style))

        def asked(side: list[tuple[Spot | None, str]], style: str, id: str, points: float) -> None:
            told(side, style, f"{{={id}}}", points)
            self._beside(id)

        told(right, "authority", closing.authority, 21)
        if closing.below:
            told(right, "below", closing.below, 17)
        if closing.post:
            asked(right, "post_line", closing.post, 20)
        right += [(None, "")] * _SIGNATURE_LINES
        if closing.name:
            asked(right, "name_line", closing.name, 20)
        for line in closing.left:
            told(left, "authority", line, 20)
        if closing.left and closing.recipients:
            left += [(None, "")] * _SIGNATURE_LINES
        if closing.recipients_label:
            told(left, "recipients_label", closing.recipients_label, 20)
        for id in closing.recipients:
            asked(left, "recipient_line", id, 17)
        self._halves(first, left, right)

    def _halves(self, first: int, left: list[tuple[Spot | None, str]], right: list[tuple[Spot | None, str]]) -> None:
        """On each of the first rows of the closing, hidden, what stands left and right on that line of BẢN IN."""
        lines = list(zip_longest(left, right, fillvalue=(None, "")))
        while first + len(lines) - 1 > self.row:
            self.down(_FIELD_POINTS)
        last, self.row = self.row, first - 1
        for (left_at, left_style), (right_at, right_style) in lines:
            self.row += 1
            self._half("left", left_at)
            self._half("right", right_at)
            self._look("closing")
            self.flow.append(
                Piece(
                    row=self.row,
                    role="closing",
                    at=Spot(self.row, self.helpers["left"]),
                    style=left_style,
                    right=Spot(self.row, self.helpers["right"]),
                    right_style=right_style,
                )
            )
            self.rank(self.row, self.row, "line")
        self.rank(self.row + 1, last, "hold")
        self.row = last

    def _half(self, side: str, source: Spot | None) -> None:
        self.help(side, "helper", side, source=source)


def _label(field: Field) -> str:
    """What stands beside the input of a field: its label, else its noun."""
    label = field.label or field.short
    return label[:1].upper() + label[1:]

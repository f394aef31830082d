"""The layout: the only row and column arithmetic of the house. Everyone else asks it where things lie."""

from __future__ import annotations

from collections.abc import Mapping

from lamtheo_xls.definitions.model import Block, Form, Table
from lamtheo_xls.definitions.paper import NUMBER_MM, PAPER_MM
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.measure import text_mm, wrapped_lines
from lamtheo_xls.workbook.narrative import lay_out_narrative
from lamtheo_xls.workbook.pencil import Pencil, body_of, end_key, says_fields, side_fields
from lamtheo_xls.workbook.places import (
    DATA_ROW_POINTS,
    PRINT_LINE_POINTS,
    UNIT_FIELD,
    Area,
    Kind,
    Laid,
    Layout,
    PrintLayout,
    Spot,
    address,
    characters,
    column_letters,
    fill,
    locked_text,
    millimetres,
)

_COLUMN_MM, _MESSAGE_MM, _DUE_MM = 30.0, 70.0, 42.0


def lay_out(form: Form, rows: Mapping[str, int], *, shared: bool = False) -> Layout:
    """Where every part of `form` lies when its tables have `rows` (table id → data rows).

    Rows 1-3 (4 in the shared workbook, which asks for its unit) stand above the printed form and are not printed:
    notice and code, check panel and due date, general explanation. Pure; a table missing from `rows` gets its minimum.
    A form with a table of paragraphs is laid out in one column, see `lay_out_narrative`.
    """
    if any(table.kind == "paragraphs" for table in form.tables):
        return lay_out_narrative(form, rows, shared=shared)
    return _Drawing(form, rows, shared).layout()


class _Drawing(Pencil):
    """The sheet of a form of grids; used once by `lay_out`, never seen outside."""

    def __init__(self, form: Form, rows: Mapping[str, int], shared: bool) -> None:
        super().__init__(form)
        self.rows, self.shared = rows, shared
        self.areas: dict[str, Area] = {}
        self._columns()

    # -- columns ------------------------------------------------------------------------------------------------

    def _columns(self) -> None:
        """Printed columns first, then what is not printed, the message, the hidden helpers, the row keys."""
        form = self.form
        self.columns: dict[str, dict[str, int]] = {}
        printed: dict[int, float] = {}
        for table in form.tables:
            at = 1 if table.number_label else 0
            if at:
                printed.setdefault(1, NUMBER_MM)
            self.columns[table.id] = {}
            for column in (c for c in table.columns if c.printed):
                at += 1
                self.columns[table.id][column.id] = at
                printed.setdefault(at, column.width or _COLUMN_MM)
        if not printed:
            printed = dict.fromkeys(range(1, 7), PAPER_MM[form.orientation] / 6)
        self.last = last = len(printed)
        self.millimetres = dict(printed)
        side_last = last
        for table in form.tables:
            at = last
            for column in (c for c in table.columns if not c.printed):
                at += 1
                self.columns[table.id][column.id] = at
                self.millimetres.setdefault(at, column.width or _COLUMN_MM)
            side_last = max(side_last, at)
        self.helpers: dict[str, int] = {"message": side_last + 1}
        self.millimetres[side_last + 1] = _MESSAGE_MM
        names = ["used", "faulty", "faults"]
        if says_fields(form):
            names.append("words")
        for table in form.tables:
            names += [f"len.{table.id}.{column.id}" for column in table.columns]
        for i, name in enumerate(names):
            self.helpers[name] = side_last + 2 + i
        self.key_column = side_last + 2 + len(names)
        self.left = 2 if any(t.number_label for t in form.tables) else 1
        self.run = self._title_run()

    def _title_run(self) -> tuple[int, int]:
        """The neighbouring columns in the right half that fit the Party title most closely: its rule is as long."""
        need = text_mm(self.form.head.title_right, 15, bold=True) + 3
        total = sum(self.millimetres[c] for c in range(1, self.last + 1))
        best = (0.0, self.last // 2 + 1, self.last)
        for first in range(2, self.last + 1):
            start = sum(self.millimetres[c] for c in range(1, first))
            if start < 0.4 * total:
                continue
            for final in range(first, self.last + 1):
                width = sum(self.millimetres[c] for c in range(first, final + 1))
                if width >= need and (not best[0] or width < best[0]):
                    best = (width, first, final)
        return best[1], best[2]

    # -- the sheet, top to bottom --------------------------------------------------------------------------------

    def layout(self) -> Layout:
        form = self.form
        code_head = self._top()
        top = self.row + 1
        self._head()
        self._titles()
        head_rows = (0, 0)
        for block in body_of(form):
            if block.kind == "table":
                heads = self._table(form.table(block.id), first=not self.areas)
                head_rows = head_rows if head_rows[0] else heads
            else:
                self._block(block)
        code_close = self.code_close if form.tables else code_head
        tail = self.row + 1
        self._closing(tail)
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
            print_area=(Spot(top, 1), Spot(self.row, self.last)),
            head_rows=head_rows,
            widths={c: characters(mm) for c, mm in self.millimetres.items()},
            heights=self.heights,
            shared=self.shared,
            verdict=Spot(2, 1),
            closing_rows=(tail, self.row),
            title_run=self.run,
            growing=frozenset(r for a in self.areas.values() for r in range(a.first_row, a.last_row + 1)),
        )

    def _top(self) -> Spot:
        """Rows that are not printed."""
        split, last = self.run[0], self.last
        self.down(28)
        self.put(1, split - 1, "static", "notice", say("workbook.top.notice"), printed=False)
        code = self.put(split, last, "key", "code", "{ma}", printed=False)
        for role in ("used", "faulty", "faults"):
            column = self.helpers[role]
            self.put(column, column, "formula", "helper", f"total.{role}", printed=False)
        self.down(30)
        room, due = 0.0, last + 1
        while room < _DUE_MM and due > 2:
            due -= 1
            room += self.millimetres[due]
        self.put(1, due - 1, "formula", "verdict", "verdict", printed=False)
        self.put(due, last, "context", "due", say("workbook.top.due"), printed=False)
        if self.form.explanation:
            self.down(19)
            self.put(1, self.left, "static", "side_label", say("workbook.top.explanation"), printed=False)
            self.ask(self.form.explanation, self.left + 1, last, "cell.left.may.text", printed=False)
        for id in side_fields(self.form):
            self.down(19)
            field = self.form.field(id)
            self.put(1, self.left, "static", "side_label", field.label or field.short, printed=False)
            must = "must" if field.required else "may"
            self.ask(id, self.left + 1, last, f"cell.{field.align}.{must}.{field.type}", printed=False)
        if self.shared:
            self.down(19)
            self.put(1, self.left, "static", "side_label", say("workbook.top.unit"), printed=False)
            self.ask(UNIT_FIELD.id, self.left + 1, last, "cell.left.must.text", printed=False)
        return code

    def _head(self) -> None:
        head, (first, final) = self.form.head, self.run
        below = [*(["*"] if head.star else []), *([head.number] if head.number else [])]
        lines = max(len(head.left) + len(below), 3)
        for i in range(lines):
            self.down(20 if i == 0 else 18)
            if i < len(head.left):
                bold = i == len(head.left) - 1
                by_unit = self.shared and "{don_vi}" in head.left[i]
                style = "org_bold" if bold else "org"
                if by_unit:
                    self.put(1, first - 1, "formula", style, "unit_name", field=UNIT_FIELD.id)
                else:
                    self.put(1, first - 1, "context", style, head.left[i])
            elif i < len(head.left) + len(below):
                self.said(1, first - 1, "number_line", below[i - len(head.left)])
            if i == 0 and head.title_right:
                self.put(first, final, "static", "party_title", head.title_right)
            if i == lines - 1 and head.place_date:
                self.ask(head.place_date, first, final, "place_date")

    def _titles(self) -> None:
        self.down(7)
        for i, line in enumerate(self.form.title):
            self.down(20 if i == 0 else 18)
            self.said(1, self.last, "abstract" if i else "doc_kind", line)
        self.down(6)

    def _block(self, block: Block) -> None:
        """A line of the body between the tables: a field, label left and input right; or words."""
        if block.kind == "field":
            field = self.form.field(block.id)
            self.down(20)
            self.put(1, self.left, "static", "label", field.label)
            must = "must" if field.required else "may"
            self.ask(field.id, self.left + 1, self.last, f"cell.{field.align}.{must}.{field.type}")
        else:
            room = sum(self.millimetres[c] for c in range(1, self.last + 1))
            self.down(17.25 * wrapped_lines(block.text, 13, room, bold=block.kind == "heading") + 3)
            self.said(1, self.last, block.kind, block.text)
        if self.areas:
            self.rank(self.row, self.row, "hold" if block.kind == "hint" else "line")

    def _table(self, table: Table, *, first: bool) -> tuple[int, int]:
        columns = self.columns[table.id]
        grouped = any(c.group for c in table.columns if c.printed)
        head_first = self.row + 1
        self.down(17 if grouped else self._head_height(table, grouped=False))
        if grouped:
            self.down(self._head_height(table, grouped=True))
        head_last = self.row
        if not first:
            self.rank(head_first, head_last, "line")
        if table.number_label:
            self.over(head_first, head_last, 1, 1, "head", table.number_label)
        done: set[str] = set()
        for column in table.columns:
            at = columns[column.id]
            style = "head" if column.printed else "head_side"
            if not column.group:
                self.over(head_first, head_last, at, at, style, column.label, printed=column.printed)
                continue
            if column.group not in done:
                done.add(column.group)
                span = [columns[c.id] for c in table.columns if c.group == column.group]
                self.over(head_first, head_first, min(span), max(span), style, column.group, printed=column.printed)
            self.over(head_last, head_last, at, at, style, column.label, printed=column.printed)
        message = self.helpers["message"]
        self.over(head_first, head_last, message, message, "head_side", say("workbook.top.message"), printed=False)

        self.down(12)
        key_row = self.row
        for column in table.columns:
            at = columns[column.id]
            self.put(at, at, "key", "key", f"{table.id}.{column.id}", printed=False)
        if first:
            self.put(self.helpers["used"], self.helpers["used"], "number", "helper", "0", printed=False)
        else:
            self.rank(key_row, key_row, "hold")

        rules = [r for r in self.form.rules if r.kind == "exactly_one" and r.table == table.id]
        ticks = {c for rule in rules for c in rule.columns}
        count = self.rows.get(table.id, max(table.rows_minimum, 1))
        for index in range(1, count + 1):
            self.down(DATA_ROW_POINTS)
            if table.number_label:
                self.put(1, 1, "number", "number", str(index), table=table.id, index=index)
            for column in table.columns:
                at = columns[column.id]
                must = "must" if column.required or column.id in ticks else "may"
                style = f"{'cell' if column.printed else 'side'}.{column.align}.{must}.{column.type}"
                self.put(at, at, "input", style, field=column.id, table=table.id, index=index, printed=column.printed)
                helper = self.helpers[f"len.{table.id}.{column.id}"]
                self.put(
                    helper,
                    helper,
                    "formula",
                    "helper",
                    "length",
                    field=column.id,
                    table=table.id,
                    index=index,
                    printed=False,
                )
            used = self.helpers["used"]
            self.put(used, used, "formula", "helper", "used", table=table.id, index=index, printed=False)
            self.watch("", table.id, index)
            self.put(self.key_column, self.key_column, "key", "key", f"{table.id}.{index}", printed=False)

        self.down(11)
        self.code_close = self.put(self.left, self.left, "key", "code_close", "{ma}", table=table.id)
        self.rank(self.row, self.row, "hold")
        self.watch("", table.id)
        self.put(self.key_column, self.key_column, "key", "key", end_key(self.form, table.id), printed=False)
        self.areas[table.id] = Area(
            table=table.id,
            first_row=key_row + 1,
            last_row=key_row + count,
            key_row=key_row,
            end_row=self.row,
            number_column=1 if table.number_label else 0,
            columns=columns,
        )
        return head_first, head_last

    def _head_height(self, table: Table, *, grouped: bool) -> float:
        """Room for the tallest column head, in points."""
        lines = 1.0
        for column in table.columns:
            width = self.millimetres[self.columns[table.id][column.id]]
            need = wrapped_lines(column.label, 12, width, bold=True)
            lines = max(lines, need if column.group or not grouped else need - 1)
        return 15.6 * lines + 4

    def _closing(self, tail: int) -> None:
        """Authority, post and «Nơi nhận:», recipients, the signer's name: at most one open field in a row."""
        closing, (first, final) = self.form.closing, self.run
        self.down(21)
        self.put(first, final, "context", "authority", closing.authority)
        if closing.below:
            self.down(17)
            self.said(first, final, "below", closing.below)
        self.down(19)
        if closing.recipients_label:
            self.put(self.left, first - 1, "static", "recipients_label", closing.recipients_label)
        if closing.post:
            self.ask(closing.post, first, final, "post")
        below = max(len(closing.recipients) + 1, 4)
        for i in range(below):
            self.down(17 if i < below - 1 else 20)
            if i < len(closing.recipients):
                self.ask(closing.recipients[i], self.left, first - 1, "recipient")
            if i == below - 1 and closing.name:
                self.ask(closing.name, first, final, "name")
        self.rank(tail, self.row, "line")


__all__ = [
    "DATA_ROW_POINTS",
    "PRINT_LINE_POINTS",
    "UNIT_FIELD",
    "Area",
    "Kind",
    "Laid",
    "Layout",
    "PrintLayout",
    "Spot",
    "address",
    "column_letters",
    "fill",
    "lay_out",
    "locked_text",
    "millimetres",
]

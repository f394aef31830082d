"""Owns writing one whole workbook with XlsxWriter: the base that copies are stamped from, and feedback workbooks."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook import inputs
from lamtheo_xls.workbook.identity import META_WORD, Issued, code_of, meta_pieces, payload_of, tag_of
from lamtheo_xls.workbook.layout import (
    PAPER_MM,
    PRINT_LINE_POINTS,
    Laid,
    Layout,
    address,
    column_letters,
    fill,
    lay_out_print,
    locked_text,
)
from lamtheo_xls.workbook.measure import wrapped_lines
from lamtheo_xls.workbook.package import finish, held, pack
from lamtheo_xls.workbook.panel import (
    NOTHING,
    TESTS,
    Cached,
    Cell,
    Filled,
    panel_formulas,
    plan_panel,
    row_checks,
    starting,
)
from lamtheo_xls.workbook.printout import heads, plan_print, print_formulas, print_rules, print_sheet
from lamtheo_xls.workbook.styles import FONT, properties

LISTS, META = "_ds", "_meta"
BLANK_CODE = "LT-00000-00000-00000-00000"
"""Stands in the base where a stamped copy has its own code."""
FixRow = tuple[str, str, str]
_MM = 1 / 25.4
_ALLOWED = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_rows": True,
    "format_columns": True,
}


class NotWritten(Exception):
    """XlsxWriter refused a write: always our bug (a limit of the format was not kept)."""


def put(code: object) -> None:
    """Raises unless XlsxWriter's return code says that all went well."""
    if code not in (0, None):
        raise NotWritten(f"XlsxWriter returned {code!r}")


def write_workbook(
    form: Form,
    layout: Layout,
    context: Mapping[str, str],
    *,
    issued: Issued,
    key: bytes,
    children: Sequence[str],
    groups: Sequence[str],
    units: Sequence[str] = (),
    values: Filled = NOTHING,
    marks: Mapping[tuple[int, int], str] | None = None,
    front: Sequence[FixRow] = (),
    password: str = "",
    created: dt.datetime,
) -> bytes:
    """The bytes of one workbook made by XlsxWriter alone: same input, same bytes.

    `values` come over the form's defaults. `marks`: (row, column) on the main sheet → note; such a cell gets the
    look of a fault and a comment. `front`: rows (cell, what, how) of a first sheet «CẦN SỬA». `units`: the list a
    shared workbook offers. `created` goes into the file's properties. Raises NotWritten for what Excel cannot hold.
    """
    return pack(
        _compose(
            form,
            layout,
            context,
            identity=(code_of(issued, key), payload_of(issued), tag_of(payload_of(issued), key)),
            lists=inputs.lists_of(form, children, groups, units),
            filled=starting(form, context, values),
            marks=marks or {},
            front=front,
            password=password,
            created=created,
        )
    )


def write_base(
    form: Form,
    layout: Layout,
    context: Mapping[str, str],
    *,
    groups: Sequence[str],
    units: Sequence[str] = (),
    password: str = "",
    created: dt.datetime,
) -> dict[str, bytes]:
    """The parts of a workbook for nobody yet: what differs from copy to copy is blank, formulas show a blank form."""
    return _compose(
        form,
        layout,
        context,
        identity=None,
        lists=inputs.lists_of(form, (), groups, units),
        filled=NOTHING,
        marks={},
        front=(),
        password=password,
        created=created,
    )


def _compose(
    form: Form,
    layout: Layout,
    context: Mapping[str, str],
    *,
    identity: tuple[str, str, str] | None,
    lists: tuple[inputs.ListColumn, ...],
    filled: Filled,
    marks: Mapping[tuple[int, int], str],
    front: Sequence[FixRow],
    password: str,
    created: dt.datetime,
) -> dict[str, bytes]:
    buffer = io.BytesIO()
    code = identity[0] if identity else BLANK_CODE
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = xlsxwriter.Workbook(
            buffer,
            {
                "in_memory": True,
                "strings_to_urls": False,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": FONT, "font_size": 11},
            },
        )
        book.set_properties({"title": form.name, "subject": code, "comments": code, "created": created})
        put(book.set_custom_property("lamtheo", code, "text"))
        pen = _Pen(book, form, layout, context, code, password)
        pages = {}
        if front:
            pages["fix"] = book.add_worksheet(say("workbook.sheet.fix"))
        for name, title in (
            ("main", layout.sheet),
            ("print", print_sheet()),
            ("guide", say("workbook.sheet.guide")),
            ("lists", LISTS),
            ("meta", META),
        ):
            pages[name] = book.add_worksheet(title)
        if front:
            pen.fix(pages["fix"], front)
        panel = plan_panel(form, layout).values(filled)
        pen.main(pages["main"], filled, panel, lists, marks, blank=identity is None)
        pen.printed(pages["print"], plan_print(form, layout).values(filled, context, code, panel))
        pen.guide(pages["guide"])
        pen.lists(pages["lists"], lists)
        pen.meta(pages["meta"], identity)
        pages["fix" if front else "main"].activate()
        book.close()
    growing = frozenset(r for a in layout.areas.values() for r in range(a.first_row, a.last_row + 1))
    return finish(buffer.getvalue(), {2 if front else 1: growing})


def _cached(value: Cached) -> Cached:
    return held(value) if isinstance(value, str) else value


class _Pen:
    """XlsxWriter's workbook with the formats already made; writes one sheet after the other."""

    def __init__(
        self, book: Workbook, form: Form, layout: Layout, context: Mapping[str, str], code: str, password: str
    ) -> None:
        self.book, self.form, self.layout = book, form, layout
        self.context, self.code, self.password = context, code, password
        self._formats: dict[str, Format] = {}

    def format(self, style: str, **over: Any) -> Format:
        name = style + repr(over) if over else style
        if name not in self._formats:
            found = properties(style) | over
            if style == "code":
                found["num_format"] = say("workbook.top.code_format")
            self._formats[name] = self.book.add_format(found)
        return self._formats[name]

    def _all_locked(self, sheet: Worksheet, widths: Mapping[int, float], hidden: Collection[int] = ()) -> None:
        """Every column locked by its own style, since *Normal* is open (`finish` does the columns beyond)."""
        locked = self.format("locked")
        for column in range(1, max([*widths, *hidden, 1]) + 1):
            options = {"hidden": 1} if column in hidden else {}
            put(sheet.set_column(column - 1, column - 1, widths.get(column), locked, options))

    def _page(self, sheet: Worksheet, orientation: str, *, code: str = "") -> None:
        sheet.set_paper(9)
        (sheet.set_landscape if orientation == "landscape" else sheet.set_portrait)()
        sheet.set_margins(left=30 * _MM, right=15 * _MM, top=20 * _MM, bottom=20 * _MM)
        sheet.fit_to_pages(1, 0)
        sheet.print_black_and_white()
        sheet.hide_gridlines(2)
        font = f'&"{FONT},Regular"&9'
        put(sheet.set_footer(f"&L{font}{code}&R{font}{say('workbook.footer.page')}", {"margin": 10 * _MM}))

    def _protect(self, sheet: Worksheet) -> None:
        put(sheet.protect(self.password, _ALLOWED))

    def _box(self, sheet: Worksheet, c: Laid, style: Format, row_shift: int = 0) -> None:
        """A merge where there is one, blank, in one look; the text is written over its first cell."""
        if c.at != c.to:
            put(
                sheet.merge_range(
                    c.at.row - row_shift - 1, c.at.column - 1, c.to.row - row_shift - 1, c.to.column - 1, "", style
                )
            )

    # -- the main sheet ------------------------------------------------------------------------------------------

    def main(
        self,
        sheet: Worksheet,
        filled: Filled,
        panel: Mapping[Cell, Cached],
        lists: tuple[inputs.ListColumn, ...],
        marks: Mapping[tuple[int, int], str],
        *,
        blank: bool,
    ) -> None:
        layout = self.layout
        helpers = [c for name, c in layout.helper_columns.items() if name != "message"]
        self._all_locked(sheet, layout.widths, [*helpers, layout.key_column])
        hidden = {a.key_row for a in layout.areas.values()}
        for row, points in layout.heights.items():
            height = self._grown(row, filled) if points and not blank else points
            put(sheet.set_row(row - 1, height, None, {"hidden": 1} if row in hidden else {}))
        formulas = panel_formulas(self.form, layout)
        for c in layout.cells:
            style = self.format(c.style + ("+fault" if tuple(c.at) in marks else ""))
            self._box(sheet, c, style)
            row, column = c.at.row - 1, c.at.column - 1
            if c.kind == "formula":
                put(sheet.write_formula(row, column, formulas[c.at], style, _cached(panel[c.at])))
            elif c.kind == "number":
                put(sheet.write_number(row, column, int(c.text), style))
            elif c.kind == "input":
                self._value(sheet, row, column, inputs.value_of(self.form, c, filled), style)
            elif blank and (c.kind == "context" or c.style in ("code", "code_close")):
                put(sheet.write_blank(row, column, None, style))
            else:
                text = fill(c.text, {"ma": self.code}) if c.kind == "key" else locked_text(c, self.context)
                put(
                    sheet.write_string(row, column, text, style)
                    if text
                    else sheet.write_blank(row, column, None, style)
                )
        for (row, column), note in marks.items():
            options = {"author": "", "x_scale": 1.6, "y_scale": 1 + len(note) / 160, "font_size": 10}
            put(sheet.write_comment(row - 1, column - 1, note, options))
        for first, last, column, options in inputs.validations(self.form, layout, lists):
            put(sheet.data_validation(first - 1, column - 1, last - 1, column - 1, options))
        self._rules(sheet)
        top, bottom = layout.print_area
        self._page(sheet, self.form.orientation, code=self.code)
        put(sheet.print_area(top.row - 1, top.column - 1, bottom.row - 1, bottom.column - 1))
        if layout.areas:
            sheet.repeat_rows(layout.head_rows[0] - 1, layout.head_rows[1] - 1)
            sheet.freeze_panes(layout.head_rows[1] + 1, 0)
            area = next(iter(layout.areas.values()))
            sheet.set_selection(
                area.first_row - 1, min(area.columns.values()) - 1, area.first_row - 1, min(area.columns.values()) - 1
            )
        sheet.set_zoom(90)
        self._protect(sheet)

    def _grown(self, row: int, filled: Filled) -> float:
        """Height of a row whose text wraps."""
        return inputs.row_points(self.form, self.layout, row, filled)

    def _value(self, sheet: Worksheet, row: int, column: int, value: str | float | None, style: Format) -> None:
        if value is None:
            put(sheet.write_blank(row, column, None, style))
        elif isinstance(value, str):
            put(sheet.write_string(row, column, value, style))
        else:
            put(sheet.write_number(row, column, value, style))

    def _rules(self, sheet: Worksheet) -> None:
        """Colours that follow the panel: the verdict, and the cells of a used row still to be filled."""
        layout = self.layout
        letters = {name: column_letters(c) for name, c in layout.helper_columns.items()}
        row, column = layout.verdict
        for style, test in (("cf.done", "=0"), ("cf.open", ">0")):
            put(
                sheet.conditional_format(
                    row - 1,
                    column - 1,
                    row - 1,
                    column - 1,
                    {"type": "formula", "criteria": f"=${letters['faults']}$1{test}", "format": self.format(style)},
                )
            )
        for table in self.form.tables:
            area = layout.areas[table.id]
            r = area.first_row
            for check in row_checks(self.form, table):
                if check.kind not in ("required", "tick_missing"):
                    continue
                lengths = [f"${letters[f'len.{table.id}.{c}']}{r}" for c in check.columns]
                test = TESTS[check.kind].formula(lengths, check.limit)
                criteria = f"=AND(${letters['used']}{r}>${letters['used']}{r - 1},{test})"
                at = [area.columns[c] for c in check.columns]
                put(
                    sheet.conditional_format(
                        r - 1,
                        min(at) - 1,
                        area.last_row - 1,
                        max(at) - 1,
                        {"type": "formula", "criteria": criteria, "format": self.format("cf.missing")},
                    )
                )

    # -- the other sheets ----------------------------------------------------------------------------------------

    def printed(self, sheet: Worksheet, values: Mapping[Cell, Cached]) -> None:
        layout, place = self.layout, lay_out_print(self.form, self.layout)
        widths = {c: layout.widths[c] for c in range(1, place.columns + 1)} | {place.hint_column: 42.0}
        self._all_locked(sheet, widths, range(place.source_column, place.hint_column))
        formulas = print_formulas(self.form, layout)
        for row in range(1, place.first_row):
            put(sheet.set_row(row - 1, layout.heights[row + place.shift]))
        styles: dict[tuple[int, int], Format] = {}
        for c in heads(layout, place):
            style = self.format(c.style + "+print")
            self._box(sheet, c, style, place.shift)
            styles[c.at.row - place.shift, c.at.column] = style
        for row in range(place.first_row, place.last_row + 1):
            put(sheet.set_row(row - 1, PRINT_LINE_POINTS))
            for column in range(1, place.columns + 1):
                styles[row, column] = self.format("print_row", align=self._align(column))
            for column in range(place.source_column, place.hint_column):
                styles[row, column] = self.format("helper")
        styles[1, place.hint_column] = self.format("print_hint")
        for (row, column), formula in formulas.items():
            put(sheet.write_formula(row - 1, column - 1, formula, styles[row, column], _cached(values[row, column])))
        for style_name, criteria, (first, last) in print_rules(self.form, layout):
            put(
                sheet.conditional_format(
                    place.first_row - 1,
                    first - 1,
                    place.last_row - 1,
                    last - 1,
                    {"type": "formula", "criteria": criteria, "format": self.format(style_name)},
                )
            )
        self._page(sheet, self.form.orientation, code=self.code)
        put(sheet.print_area(0, 0, place.last_row - 1, place.columns - 1))
        if layout.areas:
            sheet.repeat_rows(layout.head_rows[0] - place.shift - 1, layout.head_rows[1] - place.shift - 1)
        sheet.set_zoom(90)
        self._protect(sheet)

    def _align(self, column: int) -> str:
        """How a column of BẢN IN stands: as on the main sheet; the signature's column always in the middle."""
        layout = self.layout
        if column == layout.title_run[0]:
            return "center"
        for table in self.form.tables:
            area = layout.areas[table.id]
            if column == area.number_column:
                return "center"
            for c in table.columns:
                if area.columns[c.id] == column:
                    return c.align
        return "left"

    def guide(self, sheet: Worksheet) -> None:
        form, layout = self.form, self.layout
        last = layout.print_area[1].column
        self._all_locked(sheet, {c: layout.widths[c] for c in range(1, last + 1)})
        text, room = self.format("text"), PAPER_MM[form.orientation] - 14
        row = 0
        put(sheet.set_row(row, 26))
        put(sheet.merge_range(row, 0, row, last - 1, "", self.format("doc_kind")))
        put(sheet.write_string(row, 0, say("workbook.guide.title"), self.format("doc_kind")))
        for n, line in enumerate(form.guide, start=1):
            row += 1
            words = fill(line, self.context)
            put(sheet.set_row(row, 17.5 * wrapped_lines(words, 13, room) + 2))
            put(sheet.write_string(row, 0, f"{n}.", self.format("text", align="center")))
            put(sheet.merge_range(row, 1, row, last - 1, "", text))
            put(sheet.write_string(row, 1, words, text))
        for table in form.tables[:1]:
            row = self._examples(sheet, row + 2, table.id, last)
        self._page(sheet, form.orientation)
        put(sheet.print_area(0, 0, row, last - 1))
        self._protect(sheet)

    def _examples(self, sheet: Worksheet, row: int, table_id: str, last: int) -> int:
        """The source's own example rows, in a table that looks like the form's."""
        form, area = self.form, self.layout.areas[table_id]
        table = form.table(table_id)
        head, cell = self.format("head"), self.format("example")
        put(sheet.merge_range(row, 0, row, last - 1, "", self.format("label", italic=True, bold=True)))
        put(sheet.write_string(row, 0, say("workbook.guide.example"), self.format("label", italic=True, bold=True)))
        row += 1
        put(sheet.set_row(row, self.layout.heights[self.layout.head_rows[1]]))
        columns = [c for c in table.columns if c.printed]
        if area.number_column:
            put(sheet.write_string(row, area.number_column - 1, table.number_label, head))
        for column in columns:
            put(sheet.write_string(row, area.columns[column.id] - 1, column.label, head))
        for n, example in enumerate(form.examples, start=1):
            row += 1
            lines = max((wrapped_lines(example.get(c.id, ""), 12, c.width or 30.0) for c in columns), default=1)
            put(sheet.set_row(row, 16 * lines + 4))
            if area.number_column:
                put(sheet.write_number(row, area.number_column - 1, n, self.format("example", align="center")))
            for column in columns:
                text = example.get(column.id, "")
                at = area.columns[column.id] - 1
                put(sheet.write_string(row, at, text, cell) if text else sheet.write_blank(row, at, None, cell))
        return row

    def lists(self, sheet: Worksheet, lists: tuple[inputs.ListColumn, ...]) -> None:
        style = self.format("list")
        self._all_locked(sheet, dict.fromkeys(range(1, len(lists) + 1), 40.0))
        for column, each in enumerate(lists):
            for row, text in enumerate((each.head, *each.items)):
                put(sheet.write_string(row, column, text, style))
        self._protect(sheet)
        sheet.hide()

    def meta(self, sheet: Worksheet, identity: tuple[str, str, str] | None) -> None:
        style = self.format("list")
        self._all_locked(sheet, {1: 60.0, 2: 70.0})
        put(sheet.write_string(0, 0, META_WORD, style))
        if identity:
            _, payload, tag = identity
            for row, piece in enumerate(meta_pieces(payload), start=1):
                put(sheet.write_string(row, 0, piece, style))
            put(sheet.write_string(1, 1, tag, style))
        self._protect(sheet)
        sheet.very_hidden()

    def fix(self, sheet: Worksheet, front: Sequence[FixRow]) -> None:
        """«CẦN SỬA»: which cell, what, how; the cell's name leads to it."""
        self._all_locked(sheet, {1: 6.0, 2: 10.0, 3: 62.0, 4: 62.0})
        put(sheet.set_row(0, 28))
        put(sheet.write_string(0, 0, say("workbook.fix.title"), self.format("fix_title")))
        put(sheet.set_row(1, 36))
        put(sheet.merge_range(1, 0, 1, 3, "", self.format("fix_lead")))
        put(sheet.write_string(1, 0, say("workbook.fix.lead", trang=self.layout.sheet), self.format("fix_lead")))
        put(sheet.set_row(2, 24))
        for column, word in enumerate(("number", "cell", "what", "how")):
            put(sheet.write_string(2, column, say(f"workbook.fix.{word}"), self.format("head")))
        text = self.format("fix_text")
        for n, (cell, what, how) in enumerate(front, start=1):
            row = n + 2
            lines = max(wrapped_lines(what, 12, 112), wrapped_lines(how, 12, 112))
            put(sheet.set_row(row, 16 * lines + 6))
            put(sheet.write_number(row, 0, n, self.format("fix_text", align="center")))
            if cell:
                target = f"internal:'{self.layout.sheet}'!{cell}"
                put(sheet.write_url(row, 1, target, self.format("fix_cell"), cell))
            else:
                put(sheet.write_blank(row, 1, None, self.format("fix_cell")))
            put(sheet.write_string(row, 2, what, text))
            put(sheet.write_string(row, 3, how, text) if how else sheet.write_blank(row, 3, None, text))
        sheet.freeze_panes(3, 0)
        self._page(sheet, "landscape", code=self.code)
        sheet.repeat_rows(2, 2)
        put(sheet.print_area(0, 0, len(front) + 2, 3))
        self._protect(sheet)


__all__ = ["BLANK_CODE", "LISTS", "META", "NotWritten", "address", "put", "write_base", "write_workbook"]

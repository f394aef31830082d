"""Owns writing one whole workbook with XlsxWriter: the base that copies are stamped from, and feedback workbooks."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Mapping, Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.identity import Issued, code_of, payload_of, tag_of
from lamtheo_xls.workbook.layout import (
    PRINT_LINE_POINTS,
    Layout,
    Spot,
    column_letters,
    fill,
    locked_text,
)
from lamtheo_xls.workbook.pages import fits_one_page, lay_out_print
from lamtheo_xls.workbook.styles import FONT
from lamtheo_xls.workbook.write import inputs, sides
from lamtheo_xls.workbook.write.document_print import paint_document
from lamtheo_xls.workbook.write.package import finish, held, pack
from lamtheo_xls.workbook.write.panel import (
    NOTHING,
    TESTS,
    Cached,
    Cell,
    Filled,
    panel_formulas,
    plan_panel,
    row_checks,
    starting,
    texts_of,
)
from lamtheo_xls.workbook.write.pen import NotWritten, Pen, put
from lamtheo_xls.workbook.write.printout import heads, plan_print, print_formulas, print_rules, print_sheet
from lamtheo_xls.workbook.write.sides import FixRow

LISTS, META = "_ds", "_meta"
BLANK_CODE = "LT-00000-00000-00000-00000"
"""Stands in the base where a stamped copy has its own code."""


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
        pen = Pen(book, form, layout, context, code, password)
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
            sides.fix(pen, pages["fix"], front)
        panel = plan_panel(form, layout).values(filled, context)
        _form_sheet(pen, pages["main"], filled, panel, lists, marks, blank=identity is None)
        _print_sheet(pen, pages["print"], plan_print(form, layout).values(filled, context, code, panel))
        sides.guide(pen, pages["guide"])
        sides.lists(pen, pages["lists"], lists)
        sides.meta(pen, pages["meta"], identity)
        pages["fix" if front else "main"].activate()
        book.close()
    return finish(buffer.getvalue(), {2 if front else 1: layout.growing})


def _cached(value: Cached) -> Cached:
    return held(value) if isinstance(value, str) else value


# -- the main sheet ------------------------------------------------------------------------------------------


def _form_sheet(
    pen: Pen,
    sheet: Worksheet,
    filled: Filled,
    panel: Mapping[Cell, Cached],
    lists: tuple[inputs.ListColumn, ...],
    marks: Mapping[tuple[int, int], str],
    *,
    blank: bool,
) -> None:
    layout = pen.layout
    helpers = [c for name, c in layout.helper_columns.items() if name != "message"]
    pen.all_locked(sheet, layout.widths, [*helpers, layout.key_column])
    hidden = {a.key_row for a in layout.areas.values()}
    heights = layout.heights if blank else {**layout.heights, **_grown(pen, filled, panel)}
    for row, height in heights.items():
        put(sheet.set_row(row - 1, height, None, {"hidden": 1} if row in hidden else {}))
    formulas = panel_formulas(pen.form, layout)
    for c in layout.cells:
        style = pen.format(c.style + ("+fault" if tuple(c.at) in marks else ""))
        pen.box(sheet, c, style)
        row, column = c.at.row - 1, c.at.column - 1
        if c.kind == "formula":
            put(sheet.write_formula(row, column, formulas[c.at], style, _cached(panel[c.at])))
        elif c.kind == "number":
            put(sheet.write_number(row, column, int(c.text), style))
        elif c.kind == "input":
            _value(pen, sheet, row, column, inputs.value_of(pen.form, c, filled), style)
        elif blank and (c.kind == "context" or c.style in ("code", "code_close")):
            put(sheet.write_blank(row, column, None, style))
        else:
            text = fill(c.text, {"ma": pen.code}) if c.kind == "key" else locked_text(c, pen.context)
            put(sheet.write_string(row, column, text, style) if text else sheet.write_blank(row, column, None, style))
    for (row, column), note in marks.items():
        options = {"author": "", "x_scale": 1.6, "y_scale": 1 + len(note) / 160, "font_size": 10}
        put(sheet.write_comment(row - 1, column - 1, note, options))
    for first, last, column, options in inputs.validations(pen.form, layout, lists):
        put(sheet.data_validation(first - 1, column - 1, last - 1, column - 1, options))
    _rules(pen, sheet)
    top, bottom = layout.print_area
    pen.page(sheet, pen.form.orientation, code=pen.code, one_page=fits_one_page(pen.form, layout))
    put(sheet.print_area(top.row - 1, top.column - 1, bottom.row - 1, bottom.column - 1))
    if layout.narrative:
        sheet.freeze_panes(layout.print_area[0].row - 1, 0)
        start = min(c.at for c in layout.cells if c.kind == "input")
        sheet.set_selection(start.row - 1, start.column - 1, start.row - 1, start.column - 1)
    elif layout.areas:
        sheet.repeat_rows(layout.head_rows[0] - 1, layout.head_rows[1] - 1)
        sheet.freeze_panes(layout.head_rows[1] + 1, 0)
        area = next(iter(layout.areas.values()))
        sheet.set_selection(
            area.first_row - 1, min(area.columns.values()) - 1, area.first_row - 1, min(area.columns.values()) - 1
        )
    sheet.set_zoom(90)
    pen.protect(sheet)


def _grown(pen: Pen, filled: Filled, panel: Mapping[Cell, Cached]) -> dict[int, float]:
    """Heights of the rows whose text wraps."""
    form, layout = pen.form, pen.layout
    if layout.narrative:
        return inputs.grown(layout, texts_of(form, layout, filled, pen.context, panel))
    message = layout.helper_columns["message"]
    return {
        row: inputs.row_points(form, layout, row, filled, str(panel.get((row, message), ""))) for row in layout.heights
    }


def _value(pen: Pen, sheet: Worksheet, row: int, column: int, value: str | float | None, style: Format) -> None:
    if value is None:
        put(sheet.write_blank(row, column, None, style))
    elif isinstance(value, str):
        put(sheet.write_string(row, column, value, style))
    else:
        put(sheet.write_number(row, column, value, style))


def _rules(pen: Pen, sheet: Worksheet) -> None:
    """Colours that follow the panel: the verdict, and the cells of a used row still to be filled."""
    layout = pen.layout
    letters = {name: column_letters(c) for name, c in layout.helper_columns.items()}
    row, column = layout.verdict
    for style, test in (("cf.done", "=0"), ("cf.open", ">0")):
        put(
            sheet.conditional_format(
                row - 1,
                column - 1,
                row - 1,
                column - 1,
                {"type": "formula", "criteria": f"=${letters['faults']}$1{test}", "format": pen.format(style)},
            )
        )
    if layout.narrative:
        _narrative_rules(pen, sheet, letters["faults"])
        return
    for table in pen.form.tables:
        area = layout.areas[table.id]
        r = area.first_row
        for check in row_checks(pen.form, table):
            if check.soft or check.kind not in ("required", "tick_missing"):
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
                    {"type": "formula", "criteria": criteria, "format": pen.format("cf.missing")},
                )
            )


def _narrative_rules(pen: Pen, sheet: Worksheet, faults: str) -> None:
    """A single field at fault, and the first row of a table that lacks paragraphs."""
    layout = pen.layout
    places = [(layout.fields[c.field], c.at.row) for c in layout.cells if c.text == "faults" and c.field]
    places += [(Spot(a.first_row, column), a.end_row) for a in layout.areas.values() for column in a.columns.values()]
    for spot, row in places:
        options = {"type": "formula", "criteria": f"=${faults}${row}>0", "format": pen.format("cf.missing")}
        put(sheet.conditional_format(spot.row - 1, spot.column - 1, spot.row - 1, spot.column - 1, options))


# -- the other sheets ----------------------------------------------------------------------------------------


def _print_sheet(pen: Pen, sheet: Worksheet, values: Mapping[Cell, Cached]) -> None:
    if pen.layout.narrative:
        paint_document(pen, sheet, values)
        return
    layout, place = pen.layout, lay_out_print(pen.form, pen.layout)
    widths = {c: layout.widths[c] for c in range(1, place.columns + 1)} | {place.hint_column: 42.0}
    pen.all_locked(sheet, widths, range(place.source_column, place.hint_column))
    formulas = print_formulas(pen.form, layout)
    for row in range(1, place.first_row):
        put(sheet.set_row(row - 1, layout.heights[row + place.shift]))
    styles: dict[tuple[int, int], Format] = {}
    for c in heads(layout, place):
        style = pen.format(c.style + "+print")
        pen.box(sheet, c, style, place.shift)
        styles[c.at.row - place.shift, c.at.column] = style
    for row in range(place.first_row, place.last_row + 1):
        put(sheet.set_row(row - 1, PRINT_LINE_POINTS))
        for column in range(1, place.columns + 1):
            styles[row, column] = pen.format("print_row", align=place.aligns[column])
        for column in range(place.source_column, place.hint_column):
            styles[row, column] = pen.format("helper")
    styles[1, place.hint_column] = pen.format("print_hint")
    styles[place.overflow_row, 1] = pen.format("print_hint")
    put(sheet.set_row(place.overflow_row - 1, PRINT_LINE_POINTS))
    put(
        sheet.merge_range(
            place.overflow_row - 1, 0, place.overflow_row - 1, place.columns - 1, "", styles[place.overflow_row, 1]
        )
    )
    for (row, column), formula in formulas.items():
        put(sheet.write_formula(row - 1, column - 1, formula, styles[row, column], _cached(values[row, column])))
    for style_name, criteria, (first, last) in print_rules(pen.form, layout):
        put(
            sheet.conditional_format(
                place.first_row - 1,
                first - 1,
                place.last_row - 1,
                last - 1,
                {"type": "formula", "criteria": criteria, "format": pen.format(style_name)},
            )
        )
    pen.page(sheet, pen.form.orientation, code=pen.code)
    put(sheet.print_area(0, 0, place.overflow_row - 1, place.columns - 1))
    if layout.areas:
        sheet.repeat_rows(layout.head_rows[0] - place.shift - 1, layout.head_rows[1] - place.shift - 1)
    sheet.set_zoom(90)
    pen.protect(sheet)


__all__ = ["BLANK_CODE", "FixRow", "NotWritten", "write_base", "write_workbook"]

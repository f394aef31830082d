"""Owns the sheets beside the form: HƯỚNG DẪN, the hidden lists and identity, «CẦN SỬA» of a feedback workbook."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from lamtheo_xls.definitions.paper import PAPER_MM
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.identity import META_WORD, meta_pieces
from lamtheo_xls.workbook.layout import fill
from lamtheo_xls.workbook.measure import wrapped_lines
from lamtheo_xls.workbook.places import characters
from lamtheo_xls.workbook.write import inputs
from lamtheo_xls.workbook.write.pen import Pen, put

_NUMBER_MM = 10.0
FixRow = tuple[str, str, str]
"""Cell (or ''), what is to be mended, how."""


def guide(pen: Pen, sheet: Worksheet) -> None:
    form, layout = pen.form, pen.layout
    last = layout.print_area[1].column
    widths = {c: layout.widths[c] for c in range(1, last + 1)}
    if layout.narrative:
        last, widths = 2, {1: characters(_NUMBER_MM), 2: characters(PAPER_MM[form.orientation] - _NUMBER_MM)}
    pen.all_locked(sheet, widths)
    text, room = pen.format("text"), PAPER_MM[form.orientation] - 14
    row = 0
    put(sheet.set_row(row, 26))
    put(sheet.merge_range(row, 0, row, last - 1, "", pen.format("doc_kind")))
    put(sheet.write_string(row, 0, say("workbook.guide.title"), pen.format("doc_kind")))
    for n, line in enumerate(form.guide, start=1):
        row += 1
        words = fill(line, pen.context)
        put(sheet.set_row(row, 17.5 * wrapped_lines(words, 13, room) + 2))
        put(sheet.write_string(row, 0, f"{n}.", pen.format("text", align="center")))
        if last > 2:
            put(sheet.merge_range(row, 1, row, last - 1, "", text))
        put(sheet.write_string(row, 1, words, text))
    for table in form.tables[:1] if form.examples and not layout.narrative else ():
        row = _examples(pen, sheet, row + 2, table.id, last)
    pen.page(sheet, form.orientation)
    put(sheet.print_area(0, 0, row, last - 1))
    pen.protect(sheet)


def _examples(pen: Pen, sheet: Worksheet, row: int, table_id: str, last: int) -> int:
    """The source's own example rows, in a table that looks like the form's."""
    form, area = pen.form, pen.layout.areas[table_id]
    table = form.table(table_id)
    head, cell = pen.format("head"), pen.format("example")
    put(sheet.merge_range(row, 0, row, last - 1, "", pen.format("label", italic=True, bold=True)))
    put(sheet.write_string(row, 0, say("workbook.guide.example"), pen.format("label", italic=True, bold=True)))
    row += 1
    put(sheet.set_row(row, pen.layout.heights[pen.layout.head_rows[1]]))
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
            put(sheet.write_number(row, area.number_column - 1, n, pen.format("example", align="center")))
        for column in columns:
            text = example.get(column.id, "")
            at = area.columns[column.id] - 1
            put(sheet.write_string(row, at, text, cell) if text else sheet.write_blank(row, at, None, cell))
    return row


def lists(pen: Pen, sheet: Worksheet, lists: tuple[inputs.ListColumn, ...]) -> None:
    style = pen.format("list")
    pen.all_locked(sheet, dict.fromkeys(range(1, len(lists) + 1), 40.0))
    for column, each in enumerate(lists):
        for row, text in enumerate((each.head, *each.items)):
            put(sheet.write_string(row, column, text, style))
    pen.protect(sheet)
    sheet.hide()


def meta(pen: Pen, sheet: Worksheet, identity: tuple[str, str, str] | None) -> None:
    style = pen.format("list")
    pen.all_locked(sheet, {1: 60.0, 2: 70.0})
    put(sheet.write_string(0, 0, META_WORD, style))
    if identity:
        _, payload, tag = identity
        for row, piece in enumerate(meta_pieces(payload), start=1):
            put(sheet.write_string(row, 0, piece, style))
        put(sheet.write_string(1, 1, tag, style))
    pen.protect(sheet)
    sheet.very_hidden()


def fix(pen: Pen, sheet: Worksheet, front: Sequence[FixRow]) -> None:
    """«CẦN SỬA»: which cell, what, how; the cell's name leads to it."""
    pen.all_locked(sheet, {1: 6.0, 2: 10.0, 3: 62.0, 4: 62.0})
    put(sheet.set_row(0, 28))
    put(sheet.write_string(0, 0, say("workbook.fix.title"), pen.format("fix_title")))
    put(sheet.set_row(1, 36))
    put(sheet.merge_range(1, 0, 1, 3, "", pen.format("fix_lead")))
    put(sheet.write_string(1, 0, say("workbook.fix.lead", trang=pen.layout.sheet), pen.format("fix_lead")))
    put(sheet.set_row(2, 24))
    for column, word in enumerate(("number", "cell", "what", "how")):
        put(sheet.write_string(2, column, say(f"workbook.fix.{word}"), pen.format("head")))
    text = pen.format("fix_text")
    for n, (cell, what, how) in enumerate(front, start=1):
        row = n + 2
        lines = max(wrapped_lines(what, 12, 112), wrapped_lines(how, 12, 112))
        put(sheet.set_row(row, 16 * lines + 6))
        put(sheet.write_number(row, 0, n, pen.format("fix_text", align="center")))
        if cell:
            target = f"internal:'{pen.layout.sheet}'!{cell}"
            put(sheet.write_url(row, 1, target, pen.format("fix_cell"), cell))
        else:
            put(sheet.write_blank(row, 1, None, pen.format("fix_cell")))
        put(sheet.write_string(row, 2, what, text))
        put(sheet.write_string(row, 3, how, text) if how else sheet.write_blank(row, 3, None, text))
    sheet.freeze_panes(3, 0)
    pen.page(sheet, "landscape", code=pen.code)
    sheet.repeat_rows(2, 2)
    put(sheet.print_area(0, 0, len(front) + 2, 3))
    pen.protect(sheet)

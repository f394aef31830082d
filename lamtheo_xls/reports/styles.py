"""The look that all report workbooks share: formats, the one checked way of writing a cell, print set-up.

Rows and columns count from 1 here, as on the screen; XlsxWriter's count from 0 stays inside this module.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from lamtheo_xls.workbook.layout import column_letters
from lamtheo_xls.workbook.measure import wrapped_lines

FONT = "Times New Roman"
TEXT_LIMIT = 32_767
"""Characters an Excel cell holds."""

_BASE: Mapping[str, Any] = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
_BOXED: Mapping[str, Any] = {**_BASE, "border": 1, "border_color": "#808080", "text_wrap": True, "valign": "top"}
_OPEN: Mapping[str, Any] = {**_BOXED, "bg_color": "#FFF9DB", "locked": False, "num_format": "@"}

_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "plain": _BASE,
    "text": {**_BASE, "num_format": "@"},
    "title": {**_BASE, "bold": True, "font_size": 15},
    "bold": {**_BASE, "bold": True},
    "italic": {**_BASE, "italic": True},
    "quiet": {**_BASE, "font_color": "#595959", "font_size": 10},
    "call": {**_BASE, "bold": True, "font_size": 12, "bg_color": "#FDE9D9"},
    "call_link": {
        **_BASE,
        "bold": True,
        "font_size": 12,
        "bg_color": "#FDE9D9",
        "font_color": "#0563C1",
        "underline": 1,
    },
    "head": {**_BOXED, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#E7E6E6"},
    "head_open": {**_BOXED, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#FFE699"},
    "cell": {**_BOXED, "num_format": "@"},
    "cell_bold": {**_BOXED, "bold": True, "num_format": "@"},
    "cell_copy": {**_BOXED, "locked": False, "num_format": "@"},  # opened by a double click, to copy from
    "cell_centre": {**_BOXED, "align": "center", "num_format": "@"},
    "cell_number": {**_BOXED, "align": "center", "num_format": "0"},
    "cell_date": {**_BOXED, "align": "center", "num_format": "dd/mm/yyyy"},
    "open": _OPEN,
    "open_date": {**_OPEN, "align": "center", "num_format": "dd/mm/yyyy"},
    "hidden_key": {**_BASE, "num_format": "@", "font_color": "#808080"},
    # States: the word says it, the fill and the weight repeat it so that it also reads in black and white.
    "state_accepted": {**_BOXED, "bg_color": "#E2EFDA"},
    "state_nil": {**_BOXED, "bg_color": "#EDF5E8", "italic": True},
    "state_to_fix": {**_BOXED, "bold": True, "bg_color": "#FCE4D6"},
    "state_wrong_form": {**_BOXED, "bold": True, "italic": True, "bg_color": "#FCE4D6"},
    "state_missing": {**_BOXED, "bold": True},
    "state_overdue": {**_BOXED, "bold": True, "font_color": "#9C0006", "bg_color": "#F4C7C3"},
    "count_overdue": {
        **_BOXED,
        "bold": True,
        "align": "center",
        "font_color": "#9C0006",
        "bg_color": "#F4C7C3",
        "num_format": "0",
    },
    "state_excused": {**_BOXED, "italic": True, "font_color": "#595959", "bg_color": "#F2F2F2"},
}


class Book:
    """A workbook being written: XlsxWriter's book, its formats by name, and the bytes at the end."""

    def __init__(self, *, created: dt.date, title: str) -> None:
        self._buffer = io.BytesIO()
        # The Normal style's font is what column widths are counted in: the same one everywhere, so that texts fit.
        normal = {"font_name": FONT, "font_size": 11}
        self.book = xlsxwriter.Workbook(self._buffer, {"in_memory": True, "default_format_properties": normal})
        self.book.set_properties({"title": title, "created": _moment(created)})
        self.formats: dict[str, Any] = {name: self.book.add_format(dict(p)) for name, p in _FORMATS.items()}

    def add_format(self, name: str, properties: Mapping[str, Any]) -> None:
        """A format of the caller's own, under a name not yet taken."""
        if name in self.formats:
            raise ValueError(f"format exists: {name}")
        self.formats[name] = self.book.add_format({**_BASE, **properties})

    def add_sheet(self, name: str) -> Any:
        return self.book.add_worksheet(name)

    def to_bytes(self) -> bytes:
        """Closes the book; the same calls give the same bytes."""
        self.book.close()
        return self._buffer.getvalue()


def _moment(day: dt.date) -> dt.datetime:
    return day if isinstance(day, dt.datetime) else dt.datetime(day.year, day.month, day.day)


def done(code: int | None) -> None:
    """Raises unless XlsxWriter reported success: it returns -1, -2… and writes nothing where it should raise."""
    if code not in (0, None):
        raise ValueError(f"XlsxWriter refused a write: {code}")


def put(sheet: Any, row: int, column: int, value: str | int | float | dt.date | None, style: Any) -> None:
    """One cell. Text is always written as text (never guessed into a number, link or formula), a date as a date.

    Raises ValueError where the sheet did not take it.
    """
    where = (row - 1, column - 1)
    if value is None or value == "":
        done(sheet.write_blank(*where, None, style))
    elif isinstance(value, str):
        done(sheet.write_string(*where, value, style))
    elif isinstance(value, dt.date):
        done(sheet.write_datetime(*where, _moment(value), style))
    else:
        done(sheet.write_number(*where, value, style))


def put_link(sheet: Any, row: int, column: int, target: str, text: str, style: Any, tip: str = "") -> None:
    """A link: `target` is `internal:'TỆP NHẬN'!A1`, or `external:` and a path relative to the workbook."""
    done(sheet.write_url(row - 1, column - 1, target, style, text, tip or None))


def put_merged(sheet: Any, row: int, first: int, last: int, text: str, style: Any, *, to_row: int = 0) -> None:
    """Text over a merge in row `row` (to `to_row`), columns first..last; a single cell where there is no width."""
    to_row = to_row or row
    if first == last and row == to_row:
        put(sheet, row, first, text, style)
        return
    done(sheet.merge_range(row - 1, first - 1, to_row - 1, last - 1, "", style))
    put(sheet, row, first, text, style)


def set_widths(sheet: Any, widths: Sequence[float]) -> None:
    """Column widths in characters, from column A on; 0 hides the column."""
    for index, width in enumerate(widths):
        if width:
            done(sheet.set_column(index, index, width))
        else:
            done(sheet.set_column(index, index, 2, None, {"hidden": True}))


def lines_needed(text: str, width: float, *, bold: bool = False) -> int:
    """Lines a text of 11 points takes in a column `width` characters wide."""
    millimetres = (width * 7 + 5) * 25.4 / 96  # Excel: 7 pixels a character and 5 of margins, 96 pixels an inch
    return wrapped_lines(text, 11, millimetres, bold=bold)


def fit_row(sheet: Any, row: int, texts: Iterable[tuple[str, float, str]]) -> None:
    """Gives row `row` the height its longest (text, column width, format name) needs; rows of one line keep the
    sheet's own height, so that they still grow by themselves while staff type."""
    lines = max((lines_needed(t, width, bold=name == "cell_bold") for t, width, name in texts if t), default=1)
    if lines > 1:
        done(sheet.set_row(row - 1, min(15.0 * lines + 3, 409)))


def offer(sheet: Any, first_row: int, last_row: int, column: int, options: Mapping[str, Any]) -> None:
    """Data validation over one column of rows."""
    if last_row >= first_row:
        done(sheet.data_validation(first_row - 1, column - 1, last_row - 1, column - 1, dict(options)))


def set_up_print(
    sheet: Any,
    *,
    columns: int,
    last_row: int,
    head_rows: tuple[int, int] | None,
    landscape: bool = True,
    page_words: str,
    margins: tuple[float, float, float, float] = (0.5, 0.4, 0.5, 0.6),
) -> None:
    """A4, one page wide, heads repeated, page numbers in the foot. Margins left, right, top, bottom in inches."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    left, right, top, bottom = margins
    sheet.set_margins(left=left, right=right, top=top, bottom=bottom)
    sheet.fit_to_pages(1, 0)
    done(sheet.print_area(0, 0, max(last_row, 1) - 1, columns - 1))
    if head_rows:
        done(sheet.repeat_rows(head_rows[0] - 1, head_rows[1] - 1))
    done(sheet.set_footer(f'&C&"{FONT},Regular"&10{page_words}'))


def protect(sheet: Any) -> None:
    """A seat-belt without a password: filters, column widths and row heights stay free."""
    sheet.protect(
        "",
        {
            "autofilter": True,
            "sort": True,
            "format_columns": True,
            "format_rows": True,
            "select_locked_cells": True,
            "select_unlocked_cells": True,
        },
    )


def clip(text: str, limit: int = TEXT_LIMIT) -> str:
    """Text that fits a cell, its end marked where it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def absolute(sheet: str, first_row: int, last_row: int, column: int) -> str:
    """`='Tên'!$A$1:$A$9` for lists and charts."""
    letters = column_letters(column)
    return f"='{sheet}'!${letters}${first_row}:${letters}${last_row}"


def cell_name(row: int, column: int) -> str:
    """`$G4`: a cell for formulas of a whole column of rows, whose column stays."""
    return f"${column_letters(column)}{row}"


__all__ = [
    "FONT",
    "TEXT_LIMIT",
    "Book",
    "absolute",
    "cell_name",
    "clip",
    "done",
    "fit_row",
    "lines_needed",
    "offer",
    "protect",
    "put",
    "put_link",
    "put_merged",
    "set_up_print",
    "set_widths",
]

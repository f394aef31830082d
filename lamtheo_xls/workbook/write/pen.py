"""Owns the hand that writes with XlsxWriter: every return code checked, every column locked, one look per style."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import Laid, Layout
from lamtheo_xls.workbook.styles import FONT, properties

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


class Pen:
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

    def all_locked(self, sheet: Worksheet, widths: Mapping[int, float], hidden: Collection[int] = ()) -> None:
        """Every column locked by its own style, since *Normal* is open (`finish` does the columns beyond)."""
        locked = self.format("locked")
        for column in range(1, max([*widths, *hidden, 1]) + 1):
            options = {"hidden": 1} if column in hidden else {}
            put(sheet.set_column(column - 1, column - 1, widths.get(column), locked, options))

    def page(
        self, sheet: Worksheet, orientation: str, *, code: str = "", one_page: bool = False, number: str = ""
    ) -> None:
        """Paper, margins and footer (`number` in place of page and pages); `one_page` also fits the height, so that the
        signature is not left alone."""
        sheet.set_paper(9)
        (sheet.set_landscape if orientation == "landscape" else sheet.set_portrait)()
        sheet.set_margins(left=30 * _MM, right=15 * _MM, top=20 * _MM, bottom=20 * _MM)
        sheet.fit_to_pages(1, 1 if one_page else 0)
        sheet.print_black_and_white()
        sheet.hide_gridlines(2)
        font = f'&"{FONT},Regular"&9'
        number = number or say("workbook.footer.page")
        put(sheet.set_footer(f"&L{font}{code}&R{font}{number}", {"margin": 10 * _MM}))

    def protect(self, sheet: Worksheet) -> None:
        put(sheet.protect(self.password, _ALLOWED))

    def box(self, sheet: Worksheet, c: Laid, style: Format, row_shift: int = 0) -> None:
        """A merge where there is one, blank, in one look; the text is written over its first cell."""
        if c.at != c.to:
            put(
                sheet.merge_range(
                    c.at.row - row_shift - 1, c.at.column - 1, c.to.row - row_shift - 1, c.to.column - 1, "", style
                )
            )

"""The hand danh-sach.xlsx is written with: looks, typed writes that must succeed, sheets with their print set-up."""

from __future__ import annotations

from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.register.sheets import sheet_name
from lamtheo_xls.text import nfc

HEAD_ROW = 2
"""Row of the column heads, from 0: title and hint stand above it."""
REACH = 1000
"""Drop-downs and help reach this many rows beyond the list."""
LINE = 16.0
"""Points of one text line."""
INPUT, HEAD, RULE = "#FFF8DC", "#DCE6F1", "#A6A6A6"


def done(code: object) -> None:
    """XlsxWriter says with -1, -2 … that it wrote nothing; here that is a bug, not a loss."""
    if isinstance(code, int) and code != 0:
        raise ValueError(f"XlsxWriter refused a write: {code}")


class Pen:
    """A workbook being written, with its formats made once each."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items(), key=lambda item: item[0]))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(properties))
        return self._formats[key]

    def head(self, *, required: bool) -> Any:
        """A column head; what must be filled shows in a warmer tint."""
        return self.format(
            bold=True,
            text_wrap=True,
            align="center",
            border=1,
            border_color=RULE,
            bg_color="#FFE699" if required else HEAD,
        )

    def cell(self, type: str, *, required: bool = False, ruled: bool = True) -> Any:
        """A cell staff fill: text as text, dates as dd/mm/yyyy, tinted where it must be filled."""
        properties: dict[str, object] = {"num_format": {"date": "dd/mm/yyyy", "integer": "0"}.get(type, "@")}
        properties["text_wrap"] = type not in ("date", "integer", "yes")
        if type in ("date", "integer", "yes"):
            properties["align"] = "center"
        if ruled:
            properties |= {"border": 1, "border_color": RULE}
            if required:
                properties["bg_color"] = INPUT
        return self.format(**properties)

    def sheet(self, table: str, width: int, *, landscape: bool, **args: object) -> Any:
        """A new sheet with title and hint over `width` columns, A4, fit to width, numbered pages."""
        sheet = self.book.add_worksheet(sheet_name(table))
        sheet.hide_gridlines(2)
        self.text(sheet, 0, 0, say(f"register.titles.{table}"), self.format(bold=True, font_size=15))
        self.height(sheet, 0, 26)
        if table != "guide":
            look = self.format(italic=True, font_color="#595959", text_wrap=True)
            done(sheet.merge_range(1, 0, 1, width - 1, "", look))
            self.text(sheet, 1, 0, say(f"register.hints.{table}", **args), look)
            self.height(sheet, 1, 36)
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(say("register.print.footer"))
        return sheet

    def text(self, sheet: Any, row: int, column: int, text: str, look: Any = None) -> None:
        done(sheet.write_string(row, column, nfc(text), look))

    def height(self, sheet: Any, row: int, points: float) -> None:
        done(sheet.set_row(row, points))

    def letter(self, column: int) -> str:
        from xlsxwriter.utility import xl_col_to_name

        return str(xl_col_to_name(column))

"""theo-doi.xlsx as staff saved it, as tables: rows below a head row, cells by the words of their heads, dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.ledger.records import KINDS
from lamtheo_xls.text import nfc, plain_key, read_date, text_key
from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.read.reading import RawCell, Sheet

DATE = re.compile(r"(?<!\d)(?:\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{4}|\d{4}-\d{1,2}-\d{1,2})(?!\d)")
_PLAUSIBLE_SERIALS = range(36_526, 73_051)  # 2000 to 2099, where a date was pasted without its format


def sheet_with(sheets: Iterable[Sheet], key: str, usual: str) -> tuple[Sheet, int] | None:
    """The sheet whose head row carries `key`, and that row; of copies the one with the usual name."""
    wanted = say(key)
    hits = [
        (sheet, row) for sheet in sheets for (row, _), cell in sheet.cells.items() if str(cell.value).strip() == wanted
    ]
    usual_key = text_key(say(usual))
    return min(hits, key=lambda hit: (text_key(hit[0].name) != usual_key, hit[1]), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows below a head row, cells by the words of their heads."""

    sheet: Sheet
    columns: Mapping[str, int]
    rows: tuple[int, ...]

    def column(self, words: str) -> int:
        return self.columns.get(text_key(say(words)), 0)

    def raw(self, row: int, words: str) -> RawCell | None:
        return self.sheet.cells.get((row, self.column(words)))

    def text(self, row: int, words: str) -> str:
        cell = self.raw(row, words)
        return "" if cell is None else shown(cell)

    def cell(self, row: int, words: str) -> str:
        return address(row, self.column(words)) if self.column(words) else ""


def table_of(sheet: Sheet, head_row: int) -> Table:
    heads: dict[str, int] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if row == head_row:
            heads.setdefault(text_key(str(cell.value)), column)
    rows = sorted({row for row, _ in sheet.cells if row > head_row})
    return Table(sheet=sheet, columns=heads, rows=tuple(rows))


def shown(cell: RawCell) -> str:
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return nfc(str(cell.value))


def date_in(text: str) -> dt.date | None:
    """The one date written somewhere in a text; None where there is none or more than one."""
    dates = {read_date(re.sub(r"\s", "", match)) for match in DATE.findall(text)}
    return dates.pop() if len(dates) == 1 else None


def date_of(cell: RawCell | None, date1904: bool) -> dt.date | None:
    """The date of a detail cell: a real date, its bare serial number, or a text that holds one."""
    if cell is None:
        return None
    if isinstance(cell.value, str):
        return date_in(cell.value)
    if isinstance(cell.value, bool) or cell.kind not in ("date", "number"):
        return None
    serial = int(cell.value) + (1462 if date1904 else 0)
    if serial not in _PLAUSIBLE_SERIALS:
        return None
    return dt.date(1899, 12, 30) + dt.timedelta(days=serial)


def note_stray(table: Table, row: int, keys: Iterable[str], heads: str, found: list[Finding]) -> None:
    """What staff wrote on a row of no assignment would be lost in silence: say where it stands."""
    for key in keys:
        if text := table.text(row, heads + key):
            where = table.cell(row, heads + key)
            found.append(finding("set.decision_row_unknown", sheet=table.sheet.name, cell=where, value=text))
            return


def kind_of(text: str) -> tuple[str, str]:
    """The decision a text names, and what follows it («Gia hạn đến 05/03/2027»); ('', text) where it names none.

    Case, spaces, tone placement and missing accents are forgiven; anything after the words must hold a date.
    """
    kinds = {kind: say(f"ledger.decision.{kind}") for kind in KINDS if kind != "withdraw"}
    for key_of in (text_key, plain_key):
        key = key_of(text).strip(" .!…")
        for kind, words in kinds.items():
            start = key_of(words)
            if key == start:
                return kind, ""
            if key.startswith(start + " ") and DATE.search(key):
                return kind, key.removeprefix(start)
    return "", text

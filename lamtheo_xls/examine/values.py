"""What a raw cell says: its text as displayed and cleaned, and what the check panel can see of it."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from lamtheo_xls.findings import say
from lamtheo_xls.text import nfc, to_unicode
from lamtheo_xls.workbook.read.reading import RawCell

_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)
_LAST_SERIAL = 2_958_465.0  # 31/12/9999
_NOT_DATE_PART = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|AM/PM|_.|\*.', re.IGNORECASE)
_SURELY_UNICODE = re.compile("[Ạ-ỹ]")  # U+1EA0 to U+1EF9: no legacy code has them
_BLANK = " \n\xa0"  # what the panel's formulas take for nothing (see panel.length)


class Read(NamedTuple):
    """One non-blank input as read.

    `kind`: text, number, bool, date, error, formula. `text` is '' where nothing may be taken from the cell (error,
    formula). `shown` is what the panel's LEN sees. `parts` of a date: 'd', 'm', 'y' as far as its format shows them.
    """

    text: str
    shown: str
    kind: str
    row: int
    column: int
    legacy: bool = False
    parts: str = ""
    carried: bool = False


def read_cell(cell: RawCell, row: int, column: int, date1904: bool = False) -> Read | None:
    """The cell as a Read, or None for a blank one (blank as the check panel counts it)."""
    value, kind, formula, _, font, format = cell
    if formula:
        return Read("", "=", "formula", row, column)
    if kind == "text":
        raw = str(value)
        if font is None and (raw.isascii() or _SURELY_UNICODE.search(raw)):
            text = nfc(raw)
            if text or raw.strip(_BLANK):
                # Nearly every cell; a Read made by its own constructor would take twice as long.
                return tuple.__new__(Read, (text, raw, "text", row, column, False, "", False))
            return None
        if not raw.strip(_BLANK):
            return None
        text = to_unicode(raw, font)
        return Read(nfc(text), raw, "text", row, column, text != raw)
    if kind == "error":
        return Read("", str(value), "error", row, column)
    if isinstance(value, bool):
        shown = "TRUE" if value else "FALSE"
        return Read("x" if value else shown, shown, "bool", row, column)
    if isinstance(value, str):
        text = nfc(value)
        return Read(text, text, "text", row, column) if text else None
    if kind == "date":
        day = date_of(value, date1904)
        if day is not None:
            text, parts = date_text(day, format)
            return Read(text, text, "date", row, column, parts=parts)
    text = number_text(value)
    return Read(text, text, "number", row, column)


def number_text(value: float) -> str:
    """A number the way a cell shows it: 2027.0 → '2027', 0.5 → '0.5'."""
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def date_of(serial: float, date1904: bool) -> dt.date | None:
    """The day of a serial number, None outside the calendar of spreadsheets."""
    if not 0 <= serial <= _LAST_SERIAL:
        return None
    epoch = _EPOCH_1904 if date1904 else _EPOCH
    try:
        return (epoch + dt.timedelta(days=int(serial))).date()
    except OverflowError:
        return None


def date_text(day: dt.date, format: str | None) -> tuple[str, str]:
    """A date as its number format means it, and which parts the format shows: `mmm-yy` → («tháng 5/2027», 'my')."""
    bare = _NOT_DATE_PART.sub("", format or "d/m/y").lower()
    parts = "".join(part for part in "dmy" if part in bare) or "dmy"
    if parts == "y":
        return str(day.year), parts
    if parts in ("m", "my"):
        return say("examine.date.month", m=day.month, y=day.year), parts
    if parts in ("d", "dm"):
        return f"{day.day:02}/{day.month:02}", parts
    return f"{day.day:02}/{day.month:02}/{day.year}", parts

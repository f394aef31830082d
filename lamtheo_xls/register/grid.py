"""The true cells of a workbook, sparse: what openpyxl read, without trusting a recorded dimension."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lamtheo_xls.findings import say
from lamtheo_xls.text import legacy_encoding, nfc, to_unicode

_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A filled cell: its value as read, its text cleaned and in Unicode, and the looks that may carry meaning."""

    value: object
    text: str
    error: bool = False
    """An Excel error value (#REF!)."""
    font: str = ""
    bold: bool = False
    indent: int = 0
    """Alignment indent, or leading spaces in threes."""
    original: str = ""
    """What stood there before a legacy font was converted; '' where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A worksheet: filled cells by (row, column), both from 1, and its merged areas."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    hidden: bool = False
    merges: tuple[tuple[int, int, int, int], ...] = ()
    """(first row, first column, last row, last column)."""
    rows: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Row → its filled columns, in order."""

    def text(self, row: int, column: int) -> str:
        cell = self.cells.get((row, column))
        return cell.text if cell else ""


def cell_name(row: int, column: int) -> str:
    """(7, 4) → "D7"."""
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}{row}"


def open_grids(data: bytes | Path) -> tuple[tuple[Grid, ...], str]:
    """The worksheets of a workbook with their filled cells, and '' – or () and the reason in Vietnamese why not."""
    if isinstance(data, Path):
        try:
            data = data.read_bytes()
        except FileNotFoundError:
            return (), say("register.reasons.not_found")
        except OSError:
            return (), say("register.reasons.locked")
    if not data:
        return (), say("register.reasons.empty")
    if data.startswith(_OLE):
        return (), say("register.reasons.old_or_locked")
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return (), say("register.reasons.not_spreadsheet")
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Normal mode: a wrong <dimension> (WPS writes them) hides rows from the read-only mode.
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
            return tuple(_grid(sheet) for sheet in book.worksheets), ""
        except Exception:
            # openpyxl raises whatever its parsers happen to raise on a damaged part; to the clerk it is one finding.
            parts = zipfile.ZipFile(io.BytesIO(data)).namelist() if zipfile.is_zipfile(io.BytesIO(data)) else []
            damaged = any(part.startswith("xl/") for part in parts)
            return (), say("register.reasons.damaged" if damaged else "register.reasons.not_spreadsheet")


def _grid(sheet: object) -> Grid:
    # The sparse store itself: iter_rows() would make a cell for every blank up to a stray one at XFD1048576.
    store = sheet._cells  # type: ignore[attr-defined]
    cells: dict[tuple[int, int], Cell] = {}
    rows: dict[int, list[int]] = {}
    for row, column in sorted(store):
        raw = store[row, column]
        if raw.value is None or (isinstance(raw.value, str) and not nfc(raw.value)):
            continue
        cells[row, column] = _cell(raw)
        rows.setdefault(row, []).append(column)
    merges = tuple(
        (area.min_row, area.min_col, area.max_row, area.max_col)
        for area in sheet.merged_cells.ranges  # type: ignore[attr-defined]
    )
    return Grid(
        name=nfc(sheet.title),  # type: ignore[attr-defined]
        cells=cells,
        hidden=sheet.sheet_state != "visible",  # type: ignore[attr-defined]
        merges=tuple(sorted(merges)),
        rows={row: tuple(found) for row, found in rows.items()},
    )


def _cell(raw: object) -> Cell:
    value = raw.value  # type: ignore[attr-defined]
    font = raw.font  # type: ignore[attr-defined]
    name = font.name or ""
    text = text_of(value)
    original = ""
    if isinstance(value, str) and name.lower().startswith((".vn", "vni")) and legacy_encoding(value, name):
        original, text = text, nfc(to_unicode(value, name))
    spaces = len(value) - len(value.lstrip(" \xa0\t")) if isinstance(value, str) else 0
    alignment = raw.alignment  # type: ignore[attr-defined]
    return Cell(
        value=value,
        text=text,
        error=raw.data_type == "e",  # type: ignore[attr-defined]
        font=name,
        bold=bool(font.b),
        indent=int(alignment.indent or 0) or (spaces + 2) // 3,
        original=original if original != text else "",
    )


def text_of(value: object) -> str:
    """A cell's value as the text a person sees: whole numbers without ".0", dates as dd/mm/yyyy."""
    if value is None:
        return ""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%d/%m/%Y}"
    return str(value)

"""The layout: the only row and column arithmetic of the house. Everyone else asks it where things lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Spot(NamedTuple):
    """A cell, rows and columns from 1."""

    row: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """One cell (or merge) to paint. `text` is a template over the context for kinds 'static' and 'context'."""

    at: Spot
    to: Spot
    """Lower right corner; equal to `at` where nothing is merged."""
    kind: Literal["static", "context", "input", "formula", "key", "number"]
    style: str
    text: str = ""
    field: str = ""
    """Field id for inputs (`ten_chi_bo` in a table: see `table` and `index`)."""
    table: str = ""
    index: int = 0
    """Row of the table, from 1."""
    printed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where a table lies: data rows first..last; `key_row` above and `end_row` below them are locked."""

    table: str
    first_row: int
    last_row: int
    key_row: int
    end_row: int
    number_column: int
    """0 where the table has no running number."""
    columns: Mapping[str, int]
    """Column id → sheet column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where every part of a form lies on its sheet, for given row counts."""

    form: str
    version: int
    sheet: str
    cells: tuple[Laid, ...]
    fields: Mapping[str, Spot]
    areas: Mapping[str, Area]
    key_column: int
    """Hidden column that holds the row keys (`mo_hinh.1`, `field.nguoi_ky`); column keys stand in the key row."""
    helper_columns: Mapping[str, int]
    code_head: Spot
    code_close: Spot
    print_area: tuple[Spot, Spot]
    head_rows: tuple[int, int]
    """Rows repeated on every printed page."""
    widths: Mapping[int, float]
    """Column → width in characters."""
    heights: Mapping[int, float]
    """Row → height in points."""


def column_letters(column: int) -> str:
    """1 → 'A', 27 → 'AA'."""
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def address(row: int, column: int) -> str:
    """(11, 4) → 'D11'."""
    return f"{column_letters(column)}{row}"

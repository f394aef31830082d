"""A received workbook as values: raw cells with their places, and the marks of identity found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lamtheo_xls.findings import Finding

CellKind = Literal["text", "number", "bool", "error", "date"]


class RawCell(NamedTuple):
    """One cell as it stands in the file. `value`: str, float or bool; dates stay serial numbers with kind 'date'."""

    value: str | float | bool
    kind: CellKind
    formula: bool = False
    locked: bool = True
    font: str | None = None
    """Font name only where it is a legacy one (`.Vn…`, `VNI…`); None otherwise."""
    format: str | None = None
    """Number format as written (`mmm-yy`), only where kind is 'date'; None otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: cells by (row, column), both from 1; merges as (row1, col1, row2, col2)."""

    name: str
    state: str
    """visible, hidden or veryHidden."""
    cells: Mapping[tuple[int, int], RawCell]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    protected: bool = False
    read: bool = True
    """False for a sheet of formulas, help or lists that was passed over because the filled sheet was found."""


class CodeMark(NamedTuple):
    """A printable code found in a cell, as it stood."""

    text: str
    sheet: str
    cell: str


class SignedMark(NamedTuple):
    """A payload with its tag found in `_meta` or a property."""

    payload: str
    tag: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What `read_returned` makes of bytes. `kind`: xlsx, or what was sniffed instead (pdf, jpeg, xls, docx, …)."""

    kind: str
    sheets: tuple[Sheet, ...] = ()
    codes: tuple[CodeMark, ...] = ()
    signed: tuple[SignedMark, ...] = ()
    properties: Mapping[str, str]
    """subject, description, custom text properties: hints, never proof."""
    producer: str = ""
    date1904: bool = False
    findings: tuple[Finding, ...] = ()
    """Findings of phase file."""

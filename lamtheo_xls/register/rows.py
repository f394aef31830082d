"""A list on a sheet: the head row found by its words, the rows beneath it with their true numbers and cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.findings import Finding, finding, say, words
from lamtheo_xls.register.grid import Cell, Grid, cell_name
from lamtheo_xls.register.sheets import column_of, columns, heads
from lamtheo_xls.text import plain_key, read_date, suggest, text_key

HEAD_WITHIN = 30
"""The head row is looked for in this many first rows."""
EARLIEST = dt.date(1930, 1, 1)
"""No unit is older. A year typed into a date cell («2027») becomes a day of 1905."""
_WHOLE = re.compile(r"0*([0-9]{1,9})\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a list: cells by column id."""

    table: str
    sheet: str
    number: int
    at: Mapping[str, int]
    """Column id → sheet column, for every column the head row has."""
    cells: Mapping[str, Cell]

    def text(self, id: str) -> str:
        cell = self.cells.get(id)
        return cell.text if cell and not cell.error else ""

    def cell(self, id: str) -> str:
        """The A1 address of a column in this row; of the list's first column where the sheet has no such column."""
        return cell_name(self.number, self.at.get(id, min(self.at.values(), default=1)))

    def finding(self, code: str, id: str, **args: str) -> Finding:
        """A finding at column `id` of this row, quoting what stands there."""
        cell = self.cells.get(id)
        quoted = cell.text if cell else ""
        return finding(f"register.{code}", sheet=self.sheet, cell=self.cell(id), value=quoted, severity=None, **args)


def find_head(grid: Grid, known: Mapping[str, str]) -> tuple[int, dict[int, str]]:
    """The row that carries most known heads, as (row, {sheet column: column id}); row 0 where none carries two."""
    best: tuple[int, dict[int, str]] = (0, {})
    for row, filled in grid.rows.items():
        if row > HEAD_WITHIN:
            break
        found = {c: id for c in filled if (id := column_of(known, grid.text(row, c))) is not None}
        if len(set(found.values())) > max(1, len(set(best[1].values()))):
            best = (row, found)
    return best


def read_rows(grid: Grid, table: str) -> tuple[tuple[Row, ...], tuple[Finding, ...]]:
    """The rows of a sheet that hold anything in our columns.

    Findings: head_missing, column_missing, column_twice, column_unknown, stray, value_error.
    """
    row, found = find_head(grid, heads(table))
    if not row:
        needed = ", ".join(f"«{c.head}»" for c in columns(table) if c.required)
        return (), (finding("register.head_missing", sheet=grid.name, cot=needed),)
    at, findings = _head(grid, table, row, found)
    rows: list[Row] = []
    for number, filled in grid.rows.items():
        if number <= row:
            continue
        cells = {id: grid.cells[number, c] for id, c in at.items() if (number, c) in grid.cells}
        strays = [c for c in filled if not grid.text(row, c)]
        if not cells:
            strays = list(filled[:1])
        findings += [_stray(grid, number, c) for c in strays]
        if cells:
            made = Row(table=table, sheet=grid.name, number=number, at=at, cells=cells)
            if _names_something(made):
                findings += [made.finding("value_error", id) for id, cell in cells.items() if cell.error]
                rows.append(made)
            else:
                findings.append(_stray(grid, number, min(c for c in at.values() if (number, c) in grid.cells)))
    return tuple(rows), tuple(findings)


def _head(grid: Grid, table: str, row: int, found: Mapping[int, str]) -> tuple[dict[str, int], list[Finding]]:
    at: dict[str, int] = {}
    findings: list[Finding] = []
    for column, id in sorted(found.items()):
        if id in at:
            findings.append(
                finding(
                    "register.column_twice",
                    sheet=grid.name,
                    cell=cell_name(row, column),
                    value=grid.text(row, column),
                    o_truoc=cell_name(row, at[id]),
                )
            )
        at.setdefault(id, column)
    missing = [c for c in columns(table) if c.id not in at]
    findings += [
        finding("register.column_missing", sheet=grid.name, cell=cell_name(row, min(found)), cot=c.head)
        for c in missing
        if c.required
    ]
    for column in grid.rows[row]:
        if column not in found:
            text = grid.text(row, column)
            meant = suggest(text, (c.head for c in missing), 1)
            findings.append(
                finding(
                    "register.column_unknown",
                    sheet=grid.name,
                    cell=cell_name(row, column),
                    value=text,
                    goi_y=say("register.close.one", goi_y=meant[0]) if meant else "",
                )
            )
    return at, findings


def _names_something(row: Row) -> bool:
    """A row counts when it fills a column that says what it is about, in any table."""
    about = {
        "units": ("code", "name"),
        "people": ("code", "name"),
        "rounds": ("programme", "period", "form"),
        "earlier": ("unit", "ten_chi_bo", "ten_mo_hinh"),
    }[row.table]
    return any(id in row.cells for id in about)


def _stray(grid: Grid, row: int, column: int) -> Finding:
    return finding("register.stray", sheet=grid.name, cell=cell_name(row, column), value=grid.text(row, column))


def date_in(row: Row, id: str) -> tuple[dt.date | None, tuple[Finding, ...]]:
    """The date of a cell, from a real date or from text as d/m/yyyy, from 1930 on; finding date_bad."""
    cell = row.cells.get(id)
    if cell is None or cell.error:
        return None, ()
    day = cell.value.date() if isinstance(cell.value, dt.datetime) else cell.value
    if isinstance(day, str):
        day = read_date(cell.text)
    if isinstance(day, dt.date) and day >= EARLIEST:
        return day, ()
    return None, (row.finding("date_bad", id, cot=_head_of(row, id)),)


def whole_in(row: Row, id: str) -> tuple[int | None, tuple[Finding, ...]]:
    """The whole number of a cell («1», «01», «1.» alike), None where blank; finding order_bad."""
    text = row.text(id)
    if not text:
        return None, ()
    found = _WHOLE.fullmatch(text)
    if found is None or isinstance(row.cells[id].value, bool):
        return None, (row.finding("order_bad", id),)
    return int(found[1]), ()


def yes_in(row: Row, id: str) -> tuple[bool, tuple[Finding, ...]]:
    """True for «Có» and its like, False for blank; finding yes_bad."""
    text = row.text(id)
    answers = words("register")["yes"]
    for key in (text_key(text), plain_key(text)):
        if key in answers["true"]:
            return True, ()
        if key in answers["false"]:
            return False, ()
    return False, (row.finding("yes_bad", id, cot=_head_of(row, id)),)


def _head_of(row: Row, id: str) -> str:
    return next(c.head for c in columns(row.table) if c.id == id)


def reversed_dates(row: Row, before: str, after: str, days: Mapping[str, dt.date | None]) -> tuple[Finding, ...]:
    """Finding dates_reversed at `after` where it lies before `before`."""
    first, last = days[before], days[after]
    if first is None or last is None or first <= last:
        return ()
    return (
        row.finding(
            "dates_reversed",
            after,
            cot=_head_of(row, after),
            cot_truoc=_head_of(row, before),
            ngay_truoc=f"{first:%d/%m/%Y}",
        ),
    )

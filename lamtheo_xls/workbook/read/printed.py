"""What stands on a returned sheet outside the inputs: locked text that was altered, stray text that was added."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.text import same_unit, text_key
from lamtheo_xls.workbook.identity import normal_code
from lamtheo_xls.workbook.layout import Laid, Spot, address, locked_text
from lamtheo_xls.workbook.read.locate import Located
from lamtheo_xls.workbook.read.reading import RawCell, Sheet

_UNIT = re.compile(r"\{(?:don_vi|ten_don_vi)\}")
_KEY_LIKE = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+|end")
STRAYS_NAMED = 20
"""So many stray cells are named one by one; the rest are counted in one finding."""


def printed_text_stands(located: Located, context: Mapping[str, str] | None) -> Iterator[Finding]:
    """structure.locked_text for each altered locked text, structure.stray_text for each cell outside the inputs.

    Tolerant to case, spaces, Unicode form and a new place. Texts that come from the context are compared only where it
    is known; another unit's name in the head is identity.unit_name_differs. Formula cells are never compared.
    """
    sheet = located.sheet
    if sheet is None:
        return
    marks = located.landmarks
    expected = dict(marks.printed)
    units: dict[Spot, str] = {}
    unknown: set[Spot] = set()
    for laid in marks.templates:
        if context is None:
            unknown.add(laid.at)
            continue
        expected[laid.at] = locked_text(laid, context)
        if _UNIT.search(laid.text) and laid.style in ("org", "org_bold"):
            units[laid.at] = _unit_name(laid, context)
    if not located.moved:
        yield from _compare_in_place(sheet, located, expected, units)
    else:
        yield from _compare_moved(sheet, located, expected, units, unknown)


def _unit_name(laid: Laid, context: Mapping[str, str]) -> str:
    found = _UNIT.search(laid.text)
    return context.get(found[0][1:-1], "") if found else ""


def _compare_in_place(
    sheet: Sheet, located: Located, expected: Mapping[Spot, str], units: Mapping[Spot, str]
) -> Iterator[Finding]:
    marks, cells = located.landmarks, sheet.cells
    for spot, text in expected.items():
        cell = cells.get(spot)
        if cell is None or cell.value != text:
            yield from _altered(sheet, spot, cell, text, units.get(spot))
    others = [at for at in cells.keys() - marks.known if at[1] not in marks.hidden]
    yield from _strays(sheet, located, [at for at in others if _stray(cells[at])])


def _compare_moved(
    sheet: Sheet, located: Located, expected: Mapping[Spot, str], units: Mapping[Spot, str], unknown: set[Spot]
) -> Iterator[Finding]:
    marks, cells = located.landmarks, sheet.cells
    data_rows = {row.sheet_row for found in located.rows.values() for row in found}
    laid_rows = {row.sheet_row for found in marks.rows.values() for row in found}
    columns = {*located.column_of.values(), *located.kept_columns.values()}
    lowest, highest = min(columns), max(columns)
    beside, hidden = ({located.kept_columns[c] for c in found} for found in (marks.beside, marks.hidden))
    told = {laid.at: laid.field for laid in marks.templates if laid.field}

    def place(spot: Spot) -> Spot:
        if told.get(spot) in located.fields:
            return located.fields[told[spot]]
        row, column = spot
        columns = located.column_of if row in heads else located.kept_columns
        return Spot(located.row_of.get(row, row), columns.get(column, column))

    first, last = marks.layout.head_rows
    heads = {*range(first, last + 1), *(area.key_row for area in marks.layout.areas.values())}
    known = {place(spot) for spot in (*marks.ours, *unknown) if spot.row not in laid_rows} | set(
        located.fields.values()
    )
    matched: set[Spot] = set()
    pending: list[Spot] = []
    doubtful = {
        head.at
        for table, heads in marks.heads.items()
        for column, head in heads.items()
        if column not in located.columns.get(table, {})
    }
    for spot, text in expected.items():
        if not text and spot not in told:
            continue  # says nothing for this unit; what stands there is another's or stray
        at = place(spot)
        cell = cells.get(at)
        if spot in doubtful or (cell is not None and text_key(str(cell.value)) == text_key(text)):
            matched.add(at)
        else:
            pending.append(spot)
    wanted = {text_key(expected[spot]) for spot in pending}
    free: dict[str, list[Spot]] = {}
    for raw, cell in cells.items():
        at = Spot(*raw)
        inserted = at.column not in columns and lowest < at.column < highest
        in_table = at.row in data_rows and at.column in columns - beside
        ours = at in known and text_key(str(cell.value)) not in wanted
        if ours or at in matched or inserted or in_table or at.column in hidden or not _stray(cell):
            continue
        if isinstance(cell.value, str) and _KEY_LIKE.fullmatch(cell.value):
            continue
        free.setdefault(text_key(str(cell.value)), []).append(at)
    for spot in pending:
        same = free.get(text_key(expected[spot]))
        if same:
            same.pop(0)
            continue
        at = place(spot)
        cell = None if at in matched or at in known else cells.get(at)
        for key, spots in free.items():
            free[key] = [s for s in spots if s != at]
        yield from _altered(sheet, at, cell, expected[spot], units.get(spot))
    yield from _strays(sheet, located, [at for spots in free.values() for at in spots])


def _altered(sheet: Sheet, at: Spot, cell: RawCell | None, text: str, unit: str | None) -> Iterator[Finding]:
    shown = "" if cell is None else str(cell.value)
    if text_key(shown) == text_key(text):
        return
    if unit and shown.strip():
        if not same_unit(shown, unit):
            yield finding("identity.unit_name_differs", sheet=sheet.name, cell=address(*at), value=shown, don_vi=unit)
        return
    yield finding("structure.locked_text", sheet=sheet.name, cell=address(*at), value=shown, in_san=text)


def _speaks(cell: RawCell) -> bool:
    """Whether a cell says anything to a reader; formulas do not count."""
    return not cell.formula and bool(str(cell.value).strip())


def _stray(cell: RawCell) -> bool:
    """Whether it says something that is not ours: a code is, wherever it stands."""
    return _speaks(cell) and not (isinstance(cell.value, str) and normal_code(cell.value))


def _strays(sheet: Sheet, located: Located, found: list[Spot] | list[tuple[int, int]]) -> Iterator[Finding]:
    rows = _rows_below(located, found)
    for row, first in rows.items():
        value = str(sheet.cells[first].value)
        yield finding("structure.stray_row", sheet=sheet.name, cell=address(*first), value=value, dong=row)
    spots = sorted(at for at in found if at[0] not in rows)
    for at in spots[:STRAYS_NAMED]:
        cell = sheet.cells[at]
        yield finding("structure.stray_text", sheet=sheet.name, cell=address(*at), value=str(cell.value))
    if len(spots) > STRAYS_NAMED:
        rest = spots[STRAYS_NAMED:]
        yield finding("structure.stray_more", sheet=sheet.name, cell=address(*rest[0]), n=len(rest))


def _rows_below(located: Located, found: list[Spot] | list[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Rows below the table that look like rows of it – two or more of its columns filled – with their first cell: what
    stands there was meant to count, and would be lost in silence."""
    last = max((row.sheet_row for rows in located.rows.values() for row in rows), default=0)
    columns = {column for placed in located.columns.values() for column in placed.values()}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for at in sorted(found):
        if at[0] > last > 0 and at[1] in columns:
            by_row.setdefault(at[0], []).append(at)
    return {row: spots[0] for row, spots in by_row.items() if len(spots) > 1}

"""Which sheet of a returned workbook is the one the clerk fills: renamed, copied to a new book, or twice there."""

from __future__ import annotations

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.text import text_key
from lamtheo_xls.workbook.read.landmarks import END, Landmarks
from lamtheo_xls.workbook.read.reading import Reading, Sheet


def main_sheet(reading: Reading, marks: Landmarks) -> tuple[Sheet | None, tuple[Finding, ...]]:
    """The sheet that bears the form's hidden keys, else its column heads, whatever its name.

    Findings: structure.sheet_missing; structure.two_sheets where two bear them and say different things; and the info
    structure.sheet_renamed.
    """
    name = marks.layout.sheet
    candidates = [s for s in reading.sheets if s.name not in marks.other_sheets and _bears_keys(s, marks)]
    if not candidates:
        candidates = [s for s in reading.sheets if s.name in marks.other_sheets and _bears_keys(s, marks)]
    if not candidates:
        # the guide prints the same heads above its examples, so a sheet of that name is never taken by its words
        candidates = [s for s in reading.sheets if s.name not in marks.other_sheets and _bears_labels(s, marks)]
        candidates = [s for s in candidates if s.name == name] or candidates
    if not candidates:
        return None, (finding("structure.sheet_missing", trang_biet=name),)
    sheet = next((s for s in candidates if s.name == name), candidates[0])
    if len(candidates) > 1:
        contents = {c.name: _content(c) for c in candidates}
        if len(set(contents.values())) > 1:
            other = next(c for c in candidates if contents[c.name] != contents[sheet.name])
            return None, (finding("structure.two_sheets", sheet=sheet.name, trang_khac=other.name),)
    if sheet.name != name and text_key(sheet.name) != text_key(name):
        return sheet, (finding("structure.sheet_renamed", sheet=sheet.name, trang_biet=name),)
    return sheet, ()


def _bears_keys(sheet: Sheet, marks: Landmarks) -> bool:
    """Hidden keys enough to know the sheet by; its own place is tried first, then anywhere."""
    cells = sheet.cells
    wanted = 0
    for spot, text in zip(marks.key_spots[:4], marks.key_texts, strict=False):
        cell = cells.get(spot)
        if cell is not None and cell.value == text:
            wanted += 1
    if wanted >= 2:
        return True
    if len(cells) < 4:
        return False
    found = {c.value for c in cells.values() if not c.formula and c.value in marks.vocabulary}
    return len(found - {END}) >= 3


def _bears_labels(sheet: Sheet, marks: Landmarks) -> bool:
    """At least two thirds of the heads of some table stand on it as text; of a form with paragraphs, of all tables."""
    texts = {text_key(c.value) for c in sheet.cells.values() if isinstance(c.value, str) and not c.formula}
    tables = [[head.key for head in heads.values()] for heads in marks.heads.values()]
    if marks.layout.narrative:
        tables = [[key for table in tables for key in table]]
    return any(keys and 3 * sum(key in texts for key in keys) >= 2 * len(keys) for keys in tables)


def _content(sheet: Sheet) -> tuple[tuple[tuple[int, int], str], ...]:
    filled = ((at, str(cell.value)) for at, cell in sheet.cells.items() if not cell.formula)
    return tuple(sorted((at, text) for at, text in filled if text.strip()))

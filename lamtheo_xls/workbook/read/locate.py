"""Where the parts of a form lie on a returned sheet: by hidden key, then label, then address; never by a formula."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.text import text_key
from lamtheo_xls.workbook.layout import Layout, Spot, address
from lamtheo_xls.workbook.read.keys import Keys, head_spots, keys_on, labels_on, misplaced
from lamtheo_xls.workbook.read.landmarks import Landmarks, LocatedRow, landmarks_of
from lamtheo_xls.workbook.read.main_sheet import main_sheet
from lamtheo_xls.workbook.read.reading import Reading, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where things lie. A field or column that cannot be located for sure is absent, with a finding that says so."""

    sheet: Sheet | None = None
    landmarks: Landmarks
    fields: Mapping[str, Spot] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rows: Mapping[str, tuple[LocatedRow, ...]] = field(default_factory=dict)
    moved: bool = False
    """False where every key and head stands at its address."""
    row_of: Mapping[int, int] = field(default_factory=dict)
    """Where moved: layout row → sheet row, outside the data rows."""
    column_of: Mapping[int, int] = field(default_factory=dict)
    """Where moved: layout column → sheet column in the table's rows."""
    kept_columns: Mapping[int, int] = field(default_factory=dict)
    """Where moved: the same outside the table, columns in their first order."""
    findings: tuple[Finding, ...] = ()


def locate(reading: Reading, form: Form, layout: Layout) -> Located:
    """Where the fields, columns and rows of `form` lie in `reading`, issued with `layout`.

    Findings: structure.sheet_missing, two_sheets, table_missing, column_missing, keys_disagree, cut_paste (errors), and
    sheet_renamed, rows_changed, columns_changed (infos). Rows come in the order of the sheet, with their true numbers.
    """
    marks = landmarks_of(form, layout)
    sheet, findings = main_sheet(reading, marks)
    if sheet is None:
        return Located(landmarks=marks, findings=findings)
    if _stands(sheet, marks):
        columns = {id: area.columns for id, area in layout.areas.items()}
        return Located(
            sheet=sheet, landmarks=marks, fields=layout.fields, columns=columns, rows=marks.rows, findings=findings
        )
    found = _search(reading, sheet, marks)
    return replace(found, findings=findings + found.findings)


def _stands(sheet: Sheet, marks: Landmarks) -> bool:
    """Every hidden key and every column head is exactly where it was laid."""
    cells = sheet.cells
    try:
        return [cells[spot].value for spot in marks.key_spots] == marks.key_texts
    except KeyError:
        return False


# -- a sheet on which things were moved --------------------------------------------------------------------------------


def _search(reading: Reading, sheet: Sheet, marks: Landmarks) -> Located:
    keys = keys_on(sheet, marks)
    findings = list(misplaced(sheet, marks, keys))
    labels = labels_on(sheet, marks, keys)
    row_of = _row_map(sheet, marks, keys, labels)
    columns: dict[str, Mapping[str, int]] = {}
    rows: dict[str, tuple[LocatedRow, ...]] = {}
    for id, area in marks.layout.areas.items():
        placed, unplaced = _columns(sheet, id, marks, keys, labels, row_of)
        findings += unplaced
        if not placed:
            findings.append(finding("structure.table_missing", sheet=sheet.name))
            continue
        columns[id] = placed
        rows[id] = _rows(reading, sheet, id, marks, keys, row_of)
        expected, actual = len(marks.rows[id]), len(rows[id])
        more, fewer = max(0, actual - expected), max(0, expected - actual)
        if any(row.number for row in rows[id]):
            # One row put in and another taken out leaves the count as it was; keys tell them apart.
            kept_rows = {row.number for row in rows[id] if 1 <= row.number <= expected}
            more, fewer = actual - len(kept_rows), expected - len(kept_rows)
        if more or fewer:
            findings.append(finding("structure.rows_changed", sheet=sheet.name, them=more, bot=fewer))
        if any(area.columns[c] != at for c, at in placed.items()):
            findings.append(finding("structure.columns_changed", sheet=sheet.name))
    column_of, kept = _column_maps(marks, keys, labels, columns)
    fields, doubts = _fields(sheet, marks, keys, labels, row_of, (kept, column_of))
    return Located(
        sheet=sheet,
        landmarks=marks,
        fields=fields,
        columns=columns,
        rows=rows,
        moved=True,
        row_of=row_of,
        column_of=column_of,
        kept_columns=kept,
        findings=tuple(findings) + doubts,
    )


def _row_map(sheet: Sheet, marks: Landmarks, keys: Keys, labels: Mapping[str, tuple[Spot, ...]]) -> dict[int, int]:
    """Layout row → sheet row for all rows but data rows: the nearest landmark on the same side of the table decides."""
    anchors: dict[int, int] = {}
    for text, row in marks.row_anchors.items():
        spots = [s for s in keys.spots.get(text, ()) if s.column == keys.column]
        if len(spots) == 1:
            anchors[row] = spots[0].row
    for words in marks.words:
        named = labels.get(words.key, ())
        if len(named) == 1:
            anchors.setdefault(words.at.row, named[0].row)
    heads = head_spots(marks, labels)
    for id, area in marks.layout.areas.items():
        placed = {column: heads[id, column] for column in marks.heads[id] if (id, column) in heads}
        offsets = Counter(spot.row - marks.heads[id][column].at.row for column, spot in placed.items())
        if offsets:
            for head in marks.heads[id].values():
                anchors.setdefault(head.at.row, head.at.row + offsets.most_common(1)[0][0])
        if id in keys.rows:
            anchors[area.key_row] = keys.rows[id]
        elif offsets:
            at = area.key_row + offsets.most_common(1)[0][0]
            # Only what is visible was copied: the first answers stand where the hidden keys stood.
            below = (sheet.cells.get((at, spot.column)) for spot in placed.values())
            anchors[area.key_row] = at - any(cell is not None and str(cell.value).strip() for cell in below)
    data = {row.sheet_row for found in marks.rows.values() for row in found}
    last = max((cell.to.row for cell in marks.layout.cells), default=0)
    return {row: max(1, row + _shift(row, anchors, marks)) for row in range(1, last + 1) if row not in data}


def _shift(row: int, anchors: Mapping[int, int], marks: Landmarks) -> int:
    if row in anchors:
        return anchors[row] - row
    borders = [area.key_row for area in marks.layout.areas.values()]
    side = [a for a in anchors if all((a > b) == (row > b) for b in borders)]
    if not side:
        return 0
    nearest = min(side, key=lambda a: (abs(a - row), a))
    return anchors[nearest] - nearest


def _columns(
    sheet: Sheet,
    table: str,
    marks: Landmarks,
    keys: Keys,
    labels: Mapping[str, tuple[Spot, ...]],
    row_of: Mapping[int, int],
) -> tuple[dict[str, int], list[Finding]]:
    """Column id → sheet column; what key and head disagree on is left out, with a finding at the head."""
    area = marks.layout.areas[table]
    heads = marks.heads[table]
    spots = head_spots(marks, labels)
    by_key: dict[str, int] = {}
    by_label: dict[str, int] = {}
    for id in area.columns:
        own = [s.column for s in keys.spots.get(f"{table}.{id}", ()) if s.row == keys.rows.get(table)]
        if own:
            by_key[id] = own[0]
        if (table, id) in spots:
            by_label[id] = spots[table, id].column
    if not by_key and marks.layout.narrative:
        by_label = by_label or _page_column(table, marks, keys, spots)
        if not by_label:
            return {}, []
    if not by_key and 3 * len(by_label) < 2 * len(heads):
        return {}, []
    placed: dict[str, int] = {}
    findings: list[Finding] = []
    shifts = Counter(at - area.columns[id] for id, at in {**by_label, **by_key}.items())
    for id, laid in area.columns.items():
        key, label = by_key.get(id), by_label.get(id)
        if key is not None and id in heads:
            head = row_of.get(heads[id].at.row, heads[id].at.row)
            cell = sheet.cells.get((head, key))
            shown = str(cell.value) if cell else ""
            others = {other.key for name, other in heads.items() if name != id}
            if (label is not None and label != key) or text_key(shown) in others:
                at_head = address(head, key)
                findings.append(
                    finding(
                        "structure.keys_disagree",
                        sheet=sheet.name,
                        cell=at_head,
                        value=shown,
                        khoa=heads[id].text,
                        nhan=shown,
                    )
                )
                continue
        at = key if key is not None else label
        if at is None:
            guess = laid + shifts.most_common(1)[0][0]
            taken = {*by_key.values(), *by_label.values()}
            at = guess if guess > 0 and guess not in taken else None
        if at is None or at in placed.values():
            name = heads[id].text if id in heads else id
            findings.append(finding("structure.column_missing", sheet=sheet.name, cot=name))
            continue
        placed[id] = at
    return placed, findings


def _page_column(table: str, marks: Landmarks, keys: Keys, heads: Mapping[tuple[str, str], Spot]) -> dict[str, int]:
    """Of a form with paragraphs: the column of the others, for a table that bears no mark itself."""
    columns = [
        s.column for id, row in keys.rows.items() for s in keys.spots.get(_column_key(id, marks), ()) if s.row == row
    ]
    found = Counter(columns or [spot.column for spot in heads.values()])
    return {id: found.most_common(1)[0][0] for id in marks.layout.areas[table].columns if found}


def _column_key(table: str, marks: Landmarks) -> str:
    return f"{table}.{next(iter(marks.layout.areas[table].columns))}"


def _rows(
    reading: Reading, sheet: Sheet, table: str, marks: Landmarks, keys: Keys, row_of: Mapping[int, int]
) -> tuple[LocatedRow, ...]:
    """Every row between key row and end row, and keyed rows wherever they went."""
    area = marks.layout.areas[table]
    prefix = f"{table}."
    keyed: dict[int, int] = {}
    for text, spots in keys.spots.items():
        number = text.removeprefix(prefix)
        if text.startswith(prefix) and number.isdigit():
            keyed |= {s.row: int(number) for s in spots if s.column == keys.column}
    first = row_of[area.key_row] + 1
    ends = [s.row for s in keys.spots.get(marks.ends[table], ()) if s.column == keys.column and s.row >= first]
    if area.end_row == marks.layout.code_close.row:
        ends += [row for mark in reading.codes if mark.sheet == sheet.name and (row := _row_in(mark.cell)) > first]
    if ends:
        last = ends[0] - 1
    elif keyed:
        last = max(keyed)
    else:
        last = first + len(marks.rows[table]) - 1
    numbers = {row: 0 for row, _ in sheet.cells if first <= row <= last} | keyed
    return tuple(LocatedRow(row, number) for row, number in sorted(numbers.items()))


def _row_in(cell: str) -> int:
    digits = "".join(c for c in cell if c.isdigit())
    return int(digits) if digits else 0


def _column_maps(
    marks: Landmarks,
    keys: Keys,
    labels: Mapping[str, tuple[Spot, ...]],
    columns: Mapping[str, Mapping[str, int]],
) -> tuple[dict[int, int], dict[int, int]]:
    """Layout column → sheet column: as located, and as if all columns had kept their order.

    Columns without a landmark lie beside their nearest neighbour. The second map serves cells outside the table, which
    stay behind when only the table's columns change places. Of a form with paragraphs they differ where a column was
    put in beside one without a landmark: it went with its right neighbour, or stayed with its left one.
    """
    anchors = {area.columns[id]: at for t, area in marks.layout.areas.items() for id, at in columns.get(t, {}).items()}
    if marks.layout.narrative:
        for label in marks.words:
            spots = labels.get(label.key, ())
            if len(spots) == 1:
                anchors.setdefault(label.at.column, spots[0].column)
    for head in marks.other_heads:
        spots = labels.get(head.key, ())
        if len(spots) == 1:
            anchors.setdefault(head.at.column, spots[0].column)
    if keys.column:
        anchors[marks.layout.key_column] = keys.column
    kept = dict(zip(sorted(anchors), sorted(anchors.values()), strict=True))
    return _beside(anchors, marks, after=marks.layout.narrative), _beside(kept, marks)


def _beside(anchors: Mapping[int, int], marks: Landmarks, *, after: bool = False) -> dict[int, int]:
    """A column without an anchor lies as far from its nearest neighbour as it was laid; of two, the one `after` it."""
    if not anchors:
        return {column: column for column in marks.columns}
    out: dict[int, int] = {}
    for column in marks.columns:
        nearest = min(anchors, key=lambda a: (abs(a - column), -a if after else a))
        out[column] = max(1, anchors[nearest] + column - nearest)
    return out


def _fields(
    sheet: Sheet,
    marks: Landmarks,
    keys: Keys,
    labels: Mapping[str, tuple[Spot, ...]],
    row_of: Mapping[int, int],
    column_maps: tuple[Mapping[int, int], ...],
) -> tuple[dict[str, Spot], tuple[Finding, ...]]:
    """Single fields: the row by hidden key, else by label, else by address; key against label is a disagreement.

    The column is tried as if columns had kept their order, then as located; the first cell that holds something wins.
    """
    placed: dict[str, Spot] = {}
    findings: list[Finding] = []
    merged = _merged_from(sheet)
    for id, laid in marks.layout.fields.items():
        own = [s.row for s in keys.spots.get(f"field.{id}", ()) if s.column == keys.column]
        label = marks.labels.get(id)
        named = [s.row for s in labels.get(label.key, ())] if label else []
        row = own[0] if own else named[0] if len(named) == 1 else row_of.get(laid.row, laid.row)
        spots = [Spot(row, columns.get(laid.column, laid.column)) for columns in column_maps]
        at = next((s for s in spots if s in sheet.cells and str(sheet.cells[s].value).strip()), spots[0])
        if own and named and own[0] not in named:
            said = label.text if label else id
            findings.append(
                finding(
                    "structure.keys_disagree",
                    sheet=sheet.name,
                    cell=address(*at),
                    khoa=said,
                    nhan=say("identity.where.elsewhere"),
                )
            )
            continue
        placed[id] = merged.get(at, at)
    return placed, tuple(findings)


def _merged_from(sheet: Sheet) -> dict[tuple[int, int], Spot]:
    """Cell inside a merge → the cell that holds its value; only merges within one row (wide inputs)."""
    return {
        (top, column): Spot(top, left)
        for top, left, bottom, right in sheet.merges
        if top == bottom and right - left < 64
        for column in range(left, right + 1)
    }

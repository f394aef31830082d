"""Where the parts of a form lie on a returned sheet: by hidden key, then label, then address; never by a formula."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.text import text_key
from lamtheo_xls.workbook.landmarks import END, Landmarks, LocatedRow, landmarks_of
from lamtheo_xls.workbook.layout import Layout, Spot, address
from lamtheo_xls.workbook.main_sheet import main_sheet
from lamtheo_xls.workbook.reading import Reading, Sheet

_KEY = re.compile(r"[a-z][a-z0-9_]{0,60}\.[a-z0-9_]{1,60}|end")
_HEAD_ROWS = 8
"""How far above the key row a column head is looked for."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """The hidden keys found on a sheet."""

    spots: Mapping[str, tuple[Spot, ...]]
    row: int
    """The row that holds the column keys; 0 where none was found."""
    column: int
    """The column that holds the row keys; 0 where none was found."""


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
    keys = _keys_on(sheet, marks)
    findings = list(_misplaced(sheet, marks, keys))
    labels = _labels_on(sheet, marks, keys)
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


def _keys_on(sheet: Sheet, marks: Landmarks) -> _Keys:
    """All hidden keys on the sheet; their row and column are those that hold most of them."""
    tables = marks.layout.areas
    spots: dict[str, list[Spot]] = {}
    in_rows: Counter[int] = Counter()
    in_columns: Counter[int] = Counter()
    for at, cell in sheet.cells.items():
        text = cell.value
        if not isinstance(text, str) or cell.formula or not _KEY.fullmatch(text):
            continue
        head, _, tail = text.partition(".")
        if text not in marks.vocabulary and not (head in tables and tail.isdigit()):
            continue
        spots.setdefault(text, []).append(Spot(*at))
        if _is_column_key(text, marks):
            in_rows[at[0]] += 1
        else:
            in_columns[at[1]] += 1
    return _Keys(
        spots={text: tuple(sorted(found)) for text, found in spots.items()},
        row=max(in_rows, key=lambda row: (in_rows[row], -row), default=0),
        column=max(in_columns, key=lambda column: (in_columns[column], column), default=0),
    )


def _is_column_key(text: str, marks: Landmarks) -> bool:
    return text in marks.vocabulary and text not in marks.row_anchors


def _misplaced(sheet: Sheet, marks: Landmarks, keys: _Keys) -> Iterator[Finding]:
    """Keys of columns outside the key row, keys of rows outside the key column; and twice the key of one field."""
    for text, spots in keys.spots.items():
        column_key = _is_column_key(text, marks)
        at_home = [s for s in spots if (s.row == keys.row if column_key else s.column == keys.column)]
        for spot in spots:
            twice = len(at_home) > 1 and spot in at_home[1:] and (column_key or text in marks.row_anchors)
            if spot not in at_home or twice:
                yield finding("structure.cut_paste", sheet=sheet.name, cell=address(*spot), value=text)


def _labels_on(sheet: Sheet, marks: Landmarks, keys: _Keys) -> dict[str, tuple[Spot, ...]]:
    """Label text (as key) → where it stands; heads of columns only close above the key row, where that is known."""
    heads = {head.key for found in marks.heads.values() for head in found.values()}
    heads |= {head.key for head in marks.other_heads}
    wanted = heads | {label.key for label in marks.labels.values()}
    found: dict[str, list[Spot]] = {}
    for at, cell in sheet.cells.items():
        if not isinstance(cell.value, str) or cell.formula or len(cell.value) > 200:
            continue
        key = text_key(cell.value)
        if key not in wanted:
            continue
        if key in heads and keys.row and not keys.row - _HEAD_ROWS <= at[0] < keys.row:
            continue
        found.setdefault(key, []).append(Spot(*at))
    return {key: tuple(sorted(spots)) for key, spots in found.items()}


def _row_map(sheet: Sheet, marks: Landmarks, keys: _Keys, labels: Mapping[str, tuple[Spot, ...]]) -> dict[int, int]:
    """Layout row → sheet row for all rows but data rows: the nearest landmark on the same side of the table decides."""
    anchors: dict[int, int] = {}
    for text, row in marks.row_anchors.items():
        spots = [s for s in keys.spots.get(text, ()) if s.column == keys.column]
        if len(spots) == 1:
            anchors[row] = spots[0].row
    for id, area in marks.layout.areas.items():
        offsets = Counter(
            labels[head.key][0].row - head.at.row
            for head in marks.heads[id].values()
            if len(labels.get(head.key, ())) == 1
        )
        if offsets:
            for head in marks.heads[id].values():
                anchors.setdefault(head.at.row, head.at.row + offsets.most_common(1)[0][0])
        if keys.row:
            anchors[area.key_row] = keys.row
        elif offsets:
            at = area.key_row + offsets.most_common(1)[0][0]
            # Only what is visible was copied: the first answers stand where the hidden keys stood.
            below = (
                sheet.cells.get((at, spot.column)) for h in marks.heads[id].values() for spot in labels.get(h.key, ())
            )
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
    keys: _Keys,
    labels: Mapping[str, tuple[Spot, ...]],
    row_of: Mapping[int, int],
) -> tuple[dict[str, int], list[Finding]]:
    """Column id → sheet column; what key and head disagree on is left out, with a finding at the head."""
    area = marks.layout.areas[table]
    heads = marks.heads[table]
    by_key: dict[str, int] = {}
    by_label: dict[str, int] = {}
    for id in area.columns:
        own = [s.column for s in keys.spots.get(f"{table}.{id}", ()) if s.row == keys.row]
        if own:
            by_key[id] = own[0]
        named = labels.get(heads[id].key, ()) if id in heads else ()
        if len(named) == 1:
            by_label[id] = named[0].column
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


def _rows(
    reading: Reading, sheet: Sheet, table: str, marks: Landmarks, keys: _Keys, row_of: Mapping[int, int]
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
    ends = [s.row for s in keys.spots.get(END, ()) if s.column == keys.column]
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
    keys: _Keys,
    labels: Mapping[str, tuple[Spot, ...]],
    columns: Mapping[str, Mapping[str, int]],
) -> tuple[dict[int, int], dict[int, int]]:
    """Layout column → sheet column: as located, and as if all columns had kept their order.

    Columns without a landmark lie beside their nearest neighbour. The second map serves cells outside the table, which
    stay behind when only the table's columns change places.
    """
    anchors = {area.columns[id]: at for t, area in marks.layout.areas.items() for id, at in columns.get(t, {}).items()}
    for head in marks.other_heads:
        spots = labels.get(head.key, ())
        if len(spots) == 1:
            anchors.setdefault(head.at.column, spots[0].column)
    if keys.column:
        anchors[marks.layout.key_column] = keys.column
    kept = dict(zip(sorted(anchors), sorted(anchors.values()), strict=True))
    return _beside(anchors, marks), _beside(kept, marks)


def _beside(anchors: Mapping[int, int], marks: Landmarks) -> dict[int, int]:
    if not anchors:
        return {column: column for column in marks.columns}
    out: dict[int, int] = {}
    for column in marks.columns:
        nearest = min(anchors, key=lambda a: (abs(a - column), a))
        out[column] = max(1, anchors[nearest] + column - nearest)
    return out


def _fields(
    sheet: Sheet,
    marks: Landmarks,
    keys: _Keys,
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

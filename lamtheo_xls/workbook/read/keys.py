"""The hidden keys and the printed labels found on a returned sheet: what locating goes by where things were moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.text import text_key
from lamtheo_xls.workbook.layout import Spot, address
from lamtheo_xls.workbook.read.landmarks import HEAD_ROWS, LONGEST_LABEL, Landmarks
from lamtheo_xls.workbook.read.reading import Sheet

_KEY = re.compile(r"[a-z][a-z0-9_]{0,60}\.[a-z0-9_]{1,60}|end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The hidden keys found on a sheet."""

    spots: Mapping[str, tuple[Spot, ...]]
    rows: Mapping[str, int]
    """Table id → the row that holds its column keys; absent where none was found."""
    column: int
    """The column that holds the row keys; 0 where none was found."""


def keys_on(sheet: Sheet, marks: Landmarks) -> Keys:
    """All hidden keys on the sheet; their row and column are those that hold most of them."""
    tables = marks.layout.areas
    spots: dict[str, list[Spot]] = {}
    in_rows: dict[str, Counter[int]] = {id: Counter() for id in tables}
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
            in_rows[head][at[0]] += 1
        else:
            in_columns[at[1]] += 1
    return Keys(
        spots={text: tuple(sorted(found)) for text, found in spots.items()},
        rows={id: max(found, key=lambda row: (found[row], -row)) for id, found in in_rows.items() if found},
        column=max(in_columns, key=lambda column: (in_columns[column], column), default=0),
    )


def _is_column_key(text: str, marks: Landmarks) -> bool:
    return text in marks.vocabulary and text not in marks.row_anchors


def misplaced(sheet: Sheet, marks: Landmarks, keys: Keys) -> Iterator[Finding]:
    """Keys of columns outside the key row, keys of rows outside the key column; and twice the key of one field."""
    for text, spots in keys.spots.items():
        column_key = _is_column_key(text, marks)
        row = keys.rows.get(text.partition(".")[0])
        at_home = [s for s in spots if (s.row == row if column_key else s.column == keys.column)]
        for spot in spots:
            twice = len(at_home) > 1 and spot in at_home[1:] and (column_key or text in marks.row_anchors)
            if spot not in at_home or twice:
                yield finding("structure.cut_paste", sheet=sheet.name, cell=address(*spot), value=text)


def labels_on(sheet: Sheet, marks: Landmarks, keys: Keys) -> dict[str, tuple[Spot, ...]]:
    """Label text (as key) → where it stands; heads of columns only close above the key row, where that is known."""
    tables: dict[str, set[str]] = {}
    for id, found_heads in marks.heads.items():
        for head in found_heads.values():
            tables.setdefault(head.key, set()).add(id)
    for head in marks.other_heads:
        tables.setdefault(head.key, set()).update(marks.heads)
    windows = {
        key: [range(keys.rows[id] - HEAD_ROWS, keys.rows[id]) for id in ids if id in keys.rows]
        for key, ids in tables.items()
    }
    wanted = tables.keys() | {label.key for label in (*marks.labels.values(), *marks.words)}
    found: dict[str, list[Spot]] = {}
    for at, cell in sheet.cells.items():
        if not isinstance(cell.value, str) or cell.formula or len(cell.value) > LONGEST_LABEL:
            continue
        key = text_key(cell.value)
        if key not in wanted:
            continue
        if (near := windows.get(key)) and not any(at[0] in window for window in near):
            continue
        found.setdefault(key, []).append(Spot(*at))
    return {key: tuple(sorted(spots)) for key, spots in found.items()}


def head_spots(marks: Landmarks, labels: Mapping[str, tuple[Spot, ...]]) -> dict[tuple[str, str], Spot]:
    """(table, column) → where its head stands. Heads that say the same keep their order («- Nội dung, mục tiêu:»)."""
    alike: dict[str, list[tuple[Spot, tuple[str, str]]]] = {}
    for table, heads in marks.heads.items():
        for column, head in heads.items():
            alike.setdefault(head.key, []).append((head.at, (table, column)))
    out: dict[tuple[str, str], Spot] = {}
    for key, laid in alike.items():
        spots = labels.get(key, ())
        if len(spots) == len(laid):
            out |= {of: spot for (_, of), spot in zip(sorted(laid), spots, strict=True)}
    return out

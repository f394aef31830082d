"""An ordinary office list of people, read as it lies: its head, its rows, and the unit each row seems to stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lamtheo_xls.findings import words
from lamtheo_xls.register.grid import Cell, Grid
from lamtheo_xls.register.listing import in_unicode, unit_heads
from lamtheo_xls.register.naming import kind_by_name, kind_word
from lamtheo_xls.register.rows import find_head
from lamtheo_xls.register.sheets import column_of, known_by
from lamtheo_xls.text import is_ditto, plain_key, text_key, unit_key

_TELLS = ("born", "unit", "group", "party_post", "other_post", "roles")
"""Columns a list of people has beside the names."""
_COLUMN_NUMBER = re.compile(r"\(?[0-9]{1,2}\)?|[A-Z]")
_MARK = re.compile(r"^\s*(?:(?:[IVX]{1,6}|[0-9]{1,3}(?:\.[0-9]{1,3})*|[A-Za-z])[.)/:-]|[-–+*•])\s*(?=\S)")
_TOO_LONG = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that names a person."""

    row: int
    name: str
    unit: str
    """As the row, a merged cell or the heading above says; '' where nothing does."""
    within: str
    """The committee's heading the unit stands under; '' for none."""
    cells: Mapping[str, Cell]

    def text(self, id: str) -> str:
        return self.cells[id].text if id in self.cells and not self.cells[id].error else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The list of people on one sheet."""

    sheet: str
    head: int
    columns: Mapping[str, int]
    unknown: tuple[tuple[int, int, str], ...]
    """(row, column, text) of heads that are none of ours."""
    entries: tuple[Entry, ...] = ()
    left: tuple[tuple[int, int, str], ...] = ()
    """(row, column, text) of rows that name nobody: totals, signatures, notes."""
    converted: tuple[tuple[int, int, str, str], ...] = ()
    """(row, column, as it stood, in Unicode) for texts that were in a legacy font."""


@cache
def _heads() -> Mapping[str, str]:
    return known_by((id, text) for id, texts in words("register")["import_people_heads"].items() for text in texts)


def find_roster(grid: Grid) -> Roster | None:
    """The list of people on a sheet, or None: a head row with a column of personal names and one that tells of people.

    Where the unit's column stands before the name's and no unit comes twice, the sheet lists units with the person to
    turn to, and is none.
    """
    grid = in_unicode(grid)
    head, found = find_head(grid, _heads())
    columns: dict[str, int] = {}
    for column, id in sorted(found.items()):
        columns.setdefault(id, column)
    if not head or "name" not in columns or not set(_TELLS) & set(columns):
        return None
    if "unit" not in columns:
        columns |= _unit_above(grid, head)
    last, columns, second = _below_head(grid, head, columns)
    entries, left = _entries(grid, last, columns, second)
    if columns.get("unit", columns["name"]) < columns["name"] and "born" not in columns:
        units = [unit_key(e.unit) for e in entries if e.unit]
        if len(set(units)) == len(units):
            return None
    return Roster(
        sheet=grid.name,
        head=head,
        columns=columns,
        unknown=tuple(
            (head, c, grid.text(head, c)) for c in grid.rows[head] if c not in found and c not in columns.values()
        ),
        entries=entries,
        left=left,
        converted=tuple(
            (e.row, c, grid.cells[e.row, c].original, grid.text(e.row, c))
            for e in entries
            for c in grid.rows[e.row]
            if grid.cells[e.row, c].original
        ),
    )


def _unit_above(grid: Grid, head: int) -> dict[str, int]:
    """The unit's column where the head is the second of two rows («Đơn vị | Bí thư» over «Họ và tên | Chức vụ»)."""
    found = {column_of(unit_heads(), grid.text(head - 1, c)): c for c in reversed(grid.rows.get(head - 1, ()))}
    return {"unit": found["name"]} if "name" in found else {}


def _below_head(grid: Grid, head: int, columns: Mapping[str, int]) -> tuple[int, dict[str, int], int]:
    """The last row of the head, the columns with those of a second head row («Chức vụ» over «Đảng | Chính quyền»), and
    the second column of births («Nam | Nữ» beneath «Năm sinh»), 0 for none."""
    found = dict(columns)
    last, second = head, 0
    for top, left, bottom, right in grid.merges:
        if top != head or (bottom == head and right == left):
            continue
        last = max(last, bottom)
        below = {c: grid.text(head + 1, c) for c in range(left, min(right, left + 9) + 1)}
        if bottom > head or not any(below.values()):
            continue
        last = max(last, head + 1)
        for column, text in below.items():
            id = column_of(_heads(), f"{grid.text(head, left)} {text}")
            if id is not None and text:
                found[id] = column
    at = found.get("born", 0)
    if at and (plain_key(grid.text(head + 1, at)), plain_key(grid.text(head + 1, at + 1))) == ("nam", "nu"):
        last, second = max(last, head + 1), at + 1
    row = next((r for r in grid.rows if r > last), 0)
    texts = [grid.text(row, c) for c in grid.rows.get(row, ())]
    if len(texts) > 2 and all(_COLUMN_NUMBER.fullmatch(t) for t in texts):
        last = row
    return last, found, second


def _entries(
    grid: Grid, last: int, columns: Mapping[str, int], second: int
) -> tuple[tuple[Entry, ...], tuple[tuple[int, int, str], ...]]:
    """The rows that name a person, each with the unit its cell, a merged cell, a ditto or the heading above says; and
    (row, column, text) of those that name nobody."""
    tops = _tops(grid, columns.get("unit", 0))
    entries: list[Entry] = []
    left: list[tuple[int, int, str]] = []
    heading = within = above = ""
    for row, filled in grid.rows.items():
        if row <= last:
            continue
        found = _heading(grid, row, filled, columns)
        if found:
            within = found if kind_word(found)[0] in ("committee", "part_committee") else within
            heading = found
            continue
        name = _bare(grid.text(row, columns["name"]))
        if not name or _is_nobody(name):
            texts = [c for c in filled if c != columns.get("number")]
            left += [(row, texts[0], grid.text(row, texts[0]))] if texts else []
            continue
        cells = {id: grid.cells[row, c] for id, c in columns.items() if (row, c) in grid.cells}
        if second and "born" not in cells and (row, second) in grid.cells:
            cells["born"] = grid.cells[row, second]
        own = cells["unit"].text if "unit" in cells else tops.get(row, "")
        above = own = above if is_ditto(own) else own
        unit, under = (own, "") if own else (heading, within if within != heading else "")
        entries.append(Entry(row=row, name=name, unit=unit, within=under, cells=cells))
    return tuple(entries), tuple(left)


def _tops(grid: Grid, column: int) -> dict[int, str]:
    """Row → what the merged cell over it says in that column."""
    return {
        row: grid.text(area[0], column)
        for area in grid.merges
        if area[1] == column
        for row in range(area[0] + 1, min(area[2], area[0] + 5000) + 1)
    }


def _heading(grid: Grid, row: int, filled: tuple[int, ...], columns: Mapping[str, int]) -> str:
    """The unit a heading row names («I. Chi bộ Văn phòng» over its people), or ''."""
    texts = [grid.text(row, c) for c in filled if c != columns.get("number")] or [grid.text(row, filled[0])]
    if len(texts) != 1:
        return ""
    name = " ".join(_MARK.sub("", texts[0], count=1).split())
    return name if kind_word(name)[0] or kind_by_name(name) else ""


def _bare(name: str) -> str:
    """A name without «đ/c» and the like before it, because it is printed on the person's own form."""
    name = " ".join(name.split())
    for title in words("register")["import_words"]["titles_of_people"]:
        if text_key(name).startswith(f"{text_key(title)} "):
            return " ".join(name.split()[len(title.split()) :])
    return name


def _is_nobody(name: str) -> bool:
    key = text_key(name)
    known = words("register")["import_words"]
    return (
        any(re.match(rf"{re.escape(text_key(text))}(?![^\W_])", key) for text in known["not_units"])
        or key.strip(" :.") in {text_key(text) for text in known["not_units_whole"]}
        or len(key) > _TOO_LONG
        or not any(letter.isalpha() for letter in key)
    )

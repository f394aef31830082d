"""An ordinary office list, read as it lies: its head, its rows, and how deep each row seems to stand."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from lamtheo_xls.findings import words
from lamtheo_xls.register.grid import Cell, Grid
from lamtheo_xls.register.naming import kind_word
from lamtheo_xls.register.rows import find_head
from lamtheo_xls.register.sheets import column_of, known_by
from lamtheo_xls.text import legacy_encoding, nfc, text_key, to_unicode

_ROMAN = re.compile(r"(?=[IVX])(X{0,2})(IX|IV|V?I{0,4})[.)/:]?", re.IGNORECASE)
_NUMBER = re.compile(r"\(?0*([0-9]{1,4})[.)]?")
_DOTTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})+\.?")
_LETTER = re.compile(r"\(?[a-zđ][.)]")
_MARK_IN_NAME = re.compile(
    r"(?P<mark>[IVX]{1,6}[.)/:]|[IVX]{1,6}\s*[-–]|[0-9]{1,3}(?:\.[0-9]{1,3})+\.?|[0-9]{1,3}[.)/]|[a-zđ]\)|[-–+*•])\s*(?=\S)"
)
_COLUMN_NUMBER = re.compile(r"\(?[0-9]{1,2}\)?|[A-Z]")
_TOO_LONG = 200
_ENCODING_FONT = {"tcvn3": ".VnTime", "vni": "VNI-Times"}
ROMAN, WHOLE, BENEATH, DOTTED, LETTER, DASH, BLANK = 0, 1, 2, 3, 5, 6, 7
"""Depths a running number says; BENEATH is a whole number that starts anew under a committee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the old list that may be a unit, a group heading, or neither."""

    row: int
    name: str
    name_column: int
    mark: str
    """The running number, as written."""
    depth: int
    indent: int
    bold: bool
    cells: Mapping[str, Cell]
    """By column id of the import heads; merged values carried down."""
    carried: Mapping[str, tuple[int, int]]
    """Column id → (row, column) of the merged cell a value came from."""
    columns: Mapping[str, int]
    alone: bool
    """Nothing but number and name stands in the row."""
    converted: tuple[tuple[int, str, str], ...] = ()
    """(column, as it stood, in Unicode) for texts that were in a legacy font."""

    def text(self, id: str) -> str:
        return self.cells[id].text if id in self.cells and not self.cells[id].error else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The list of one sheet."""

    sheet: str
    head: int
    columns: Mapping[str, int]
    unknown: tuple[tuple[int, int, str], ...]
    """(row, column, text) of heads that are none of ours."""
    entries: tuple[Entry, ...]
    nameless: tuple[tuple[int, int, str], ...] = ()
    """(row, column, text) of rows that hold something of ours but no name."""


@cache
def unit_heads() -> Mapping[str, str]:
    """Key of a head → what it is in an old list of units."""
    spelled = words("register")["import_heads"]
    return known_by((id, text) for id, texts in spelled.items() for text in texts)


def find_listing(grid: Grid) -> Listing | None:
    """The list on a sheet, or None where no head row within the first 30 has a column of unit names."""
    grid = in_unicode(grid)
    head, found = find_head(grid, unit_heads())
    names = sorted(column for column, id in found.items() if id == "name")
    if not head or not names:
        return None
    columns: dict[str, int] = {}
    for column, id in sorted(found.items()):
        columns.setdefault(id, column)
    if len(names) > 1 and "parent" not in columns:
        columns["parent"] = names[0]
        columns["name"] = names[1]
    last_head, columns = _second_head(grid, head, columns)
    known = set(columns.values())
    unknown = tuple((head, c, grid.text(head, c)) for c in grid.rows[head] if c not in known and c not in found)
    entries = _entries(grid, last_head, columns)
    return Listing(
        sheet=grid.name,
        head=head,
        columns=columns,
        unknown=unknown,
        entries=entries,
        nameless=_nameless(grid, last_head, columns, {entry.row for entry in entries}),
    )


def in_unicode(grid: Grid) -> Grid:
    """The grid with texts of TCVN3 and VNI fonts in Unicode; the clear cells vote for those whose font was changed."""
    votes = Counter(
        legacy_encoding(cell.value, cell.font)
        for cell in grid.cells.values()
        if isinstance(cell.value, str) and not cell.value.isascii()
    )
    ranked = [encoding for encoding, count in votes.most_common() if encoding and count > votes[None] and count > 2]
    fallback = _ENCODING_FONT[ranked[0]] if ranked else None

    def converted(cell: Cell) -> Cell:
        if cell.original or not isinstance(cell.value, str):
            return cell
        text = nfc(to_unicode(cell.value, cell.font or None))
        if text == cell.text and fallback and not cell.font.lower().startswith((".vn", "vni")):
            text = nfc(to_unicode(cell.value, fallback))
        return replace(cell, text=text, original=cell.text) if text != cell.text else cell

    return replace(grid, cells={place: converted(cell) for place, cell in grid.cells.items()})


def _second_head(grid: Grid, head: int, columns: Mapping[str, int]) -> tuple[int, dict[str, int]]:
    """A second head row («Bí thư» over «Họ và tên | Điện thoại») adds its columns; column numbers are skipped."""
    found = dict(columns)
    last = head
    spans = [m for m in grid.merges if m[0] == head and m[3] > m[1]]
    below = grid.rows.get(head + 1, ())
    if spans and not any(grid.text(head + 1, c) for c in (columns["name"],)):
        for column in below:
            id = column_of(unit_heads(), grid.text(head + 1, column))
            if id and id not in ("name", "number"):
                found.setdefault(id, column)
        last = head + 1 if below else head
    row = next((r for r in grid.rows if r > last), 0)
    texts = [grid.text(row, c) for c in grid.rows.get(row, ())]
    if len(texts) > 2 and all(_COLUMN_NUMBER.fullmatch(t) for t in texts):
        last = row
    return last, found


def _entries(grid: Grid, head: int, columns: Mapping[str, int]) -> tuple[Entry, ...]:
    carriers = {
        (row, column): (area[0], area[1])
        for area in grid.merges
        for row in range(area[0], min(area[2], area[0] + 5000) + 1)
        for column in range(area[1], min(area[3], area[1] + 60) + 1)
    }
    rows = sorted(set(grid.rows) | {row for (row, _), (top, _) in carriers.items() if row > top > head})
    entries = [_entry(grid, row, columns, carriers) for row in rows if row > head]
    return _numbered(tuple(entry for entry in entries if entry is not None))


def _nameless(grid: Grid, head: int, columns: Mapping[str, int], named: set[int]) -> tuple[tuple[int, int, str], ...]:
    ours = sorted(column for id, column in columns.items() if id != "number")
    left = []
    for row, filled in grid.rows.items():
        if row > head and row not in named:
            column = next((c for c in ours if c in filled), None)
            if column is not None:
                left.append((row, column, grid.text(row, column)))
    return tuple(left)


def _entry(
    grid: Grid, row: int, columns: Mapping[str, int], carriers: Mapping[tuple[int, int], tuple[int, int]]
) -> Entry | None:
    cells: dict[str, Cell] = {}
    carried: dict[str, tuple[int, int]] = {}
    for id, column in columns.items():
        cell = grid.cells.get((row, column))
        top = carriers.get((row, column))
        if cell is None and top and top[0] < row and top[1] == column and id not in ("name", "number", "code"):
            cell = grid.cells.get(top)
            if cell is not None:
                carried[id] = top
        if cell is not None:
            cells[id] = cell
    filled = grid.rows.get(row, ())
    mark = cells["number"].text if "number" in cells else ""
    name_column = columns["name"]
    name = cells["name"].text if "name" in cells and not cells["name"].error else ""
    if not name and "parent" in cells and "parent" not in carried and "parent" in columns:
        # «Đảng bộ | Chi bộ»: a row without a chi bộ is the committee itself.
        name_column = columns["parent"]
        name = cells.pop("parent").text
    if not name:
        # A heading often lies in the first column, over all of them, with or without its number before it.
        words_ = [c for c in filled if c != columns.get("number") or len(filled) == 1]
        if len(words_) == 1 and (words_[0] <= name_column or (row, words_[0]) in carriers):
            name_column = words_[0]
            name = grid.text(row, name_column)
            mark = "" if mark == name else mark
    if not name:
        return None
    looks = grid.cells[row, name_column]
    bare, in_name = name, None
    if not mark:
        in_name = _MARK_IN_NAME.match(name)
        if in_name:
            mark, bare = in_name["mark"].strip(), name[in_name.end() :].strip()
    others = [id for id in cells if id not in ("number", "name", "parent") and id not in carried]
    return Entry(
        row=row,
        name=" ".join(bare.split()),
        name_column=name_column,
        mark=mark,
        depth=BLANK,
        indent=looks.indent,
        bold=looks.bold,
        cells=cells,
        carried=carried,
        columns=columns,
        alone=not others,
        converted=tuple(
            (c, grid.cells[row, c].original, grid.cells[row, c].text) for c in filled if grid.cells[row, c].original
        ),
    )


def _numbered(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """With depths: Roman, whole, dotted, letters, dashes, none; whole numbers of cells that start anew lie beneath."""
    whole = [(e, int(found[1])) for e in entries if (found := _NUMBER.fullmatch(e.mark))]
    restarts = any(b <= a for (_, a), (_, b) in itertools.pairwise(whole))
    return tuple(replace(e, depth=_depth(e, restarts)) for e in entries)


def _depth(entry: Entry, restarts: bool) -> int:
    mark = entry.mark.strip(" -–") if entry.mark.strip() not in ("-", "–", "+", "*", "•") else entry.mark
    cell = kind_word(entry.name)[0] == "cell"
    if not mark:
        return BLANK if cell else WHOLE
    if _ROMAN.fullmatch(mark):
        return ROMAN
    if _NUMBER.fullmatch(mark):
        return BENEATH if restarts and cell else WHOLE
    if _DOTTED.fullmatch(mark):
        return DOTTED + mark.strip(".").count(".") - 1
    return LETTER if _LETTER.fullmatch(mark) else DASH


def only_groups(entry: Entry) -> bool:
    """The row sorts the list («II. Các chi bộ trực thuộc», «KHỐI ĐẢNG») and is no unit itself."""
    if not entry.alone:
        return False
    key = text_key(entry.name).rstrip(": ")
    for text in words("register")["import_words"]["only_groups"]:
        word = text_key(text)
        if key == word or (word not in _WHOLE_ONLY and re.match(rf"{re.escape(word)}(?![^\W_])", key)):
            return True
    return entry.depth == ROMAN and not kind_word(entry.name)[0]


_WHOLE_ONLY = frozenset(text_key(t) for t in ("Chi bộ cơ sở", "Đảng bộ cơ sở", "Đảng ủy cơ sở", "Chi bộ trực thuộc"))


def is_no_unit(entry: Entry, *, numbered: bool) -> bool:
    """Totals, signatures, notes: by their first words, their length, or a bare unnumbered text in a numbered list."""
    key = text_key(entry.name)
    first = [text_key(text) for text in words("register")["import_words"]["not_units"]]
    if any(re.match(rf"{re.escape(word)}(?![^\W_])", key) for word in first):
        return True
    if key.strip(" :.") in {text_key(text) for text in words("register")["import_words"]["not_units_whole"]}:
        return True
    if len(key) > _TOO_LONG or not any(letter.isalpha() for letter in key):
        return True
    return numbered and not entry.mark and entry.alone and not kind_word(entry.name)[0]


def levels(entries: Sequence[Entry]) -> list[tuple[int, int, int]]:
    """How deep each row stands: (by number, by indent, by bold); a sign that tells nothing is 0 throughout."""
    depths = [e.depth for e in entries]
    indents = [e.indent for e in entries]
    bolds = [e.bold for e in entries]
    bold_tells = (
        len(set(bolds)) > 1 and bolds[0] and not any(e.bold and kind_word(e.name)[0] == "cell" for e in entries)
    )
    indent_tells = len(set(indents)) > 1
    unmarked = not any(e.mark for e in entries)
    depth_tells = len(set(depths)) > 1 and not (unmarked and (indent_tells or bold_tells or not _interleaved(entries)))
    return [
        (
            depth if depth_tells else 0,
            indent if indent_tells else 0,
            int(not bold) if bold_tells else 0,
        )
        for depth, indent, bold in zip(depths, indents, bolds, strict=True)
    ]


def _interleaved(entries: Sequence[Entry]) -> bool:
    """Committees and cells alternate, or there is one committee only: the cells seem to lie under the one above."""
    told = [kind_word(e.name)[0] for e in entries]
    committees = [place for place, kind in enumerate(told) if kind in ("committee", "part_committee")]
    if len(committees) < 2:
        return True
    return any(kind == "cell" for kind in told[committees[0] : committees[-1]])

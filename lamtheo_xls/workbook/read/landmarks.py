"""What a layout says must stand where: hidden keys, column heads, field labels, printed text. Made once per layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.text import text_key
from lamtheo_xls.workbook.layout import Laid, Layout, Spot, locked_text

END = "end"
HEAD_ROWS = 8
"""How far above the key row a column head is looked for."""
LONGEST_LABEL = 200
"""A longer text is no label."""


class LocatedRow(NamedTuple):
    """A row of a table on the sheet; `number` is that of its hidden key, 0 where the unit inserted the row."""

    sheet_row: int
    number: int


class Label(NamedTuple):
    """A printed text that names an input: its key for comparison, where it stands, and how far off the input is."""

    key: str
    text: str
    at: Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """The layout as locating needs it. Spots are (row, column), both from 1."""

    layout: Layout
    key_spots: tuple[Spot, ...]
    """Every hidden key, every column head and all of `words`: where all of these stand, nothing was moved."""
    key_texts: list[str]
    """What stands there."""
    vocabulary: frozenset[str]
    """Texts of hidden keys, those of data rows apart."""
    row_anchors: Mapping[str, int]
    """Key text → layout row, for keys of the key column that are no data rows."""
    heads: Mapping[str, Mapping[str, Label]]
    """Table id → column id → its head."""
    other_heads: tuple[Label, ...]
    """Heads of columns that hold no input: the running number, the panel's messages."""
    labels: Mapping[str, Label]
    """Field id → its label, where it prints one."""
    words: tuple[Label, ...]
    """Of a form with paragraphs: locked words that stand there once and say where a row or column has gone."""
    printed: Mapping[Spot, str]
    """Static texts, by spot."""
    templates: tuple[Laid, ...]
    """Texts that come from the context of the assignment."""
    ours: frozenset[Spot]
    """Inputs, formulas, keys, numbers and codes: whatever stands there is no stray text."""
    known: frozenset[tuple[int, int]]
    """All of these spots and the printed texts: whatever stands elsewhere is stray."""
    columns: frozenset[int]
    """Every column the layout uses."""
    beside: frozenset[int]
    """Of a form with paragraphs: columns that lie beside the table's in its rows and are not part of it."""
    hidden: frozenset[int]
    """Of a form with paragraphs: columns that nobody sees; what stands there is ours."""
    rows: Mapping[str, tuple[LocatedRow, ...]]
    """The data rows of each table as laid out."""
    ends: Mapping[str, str]
    """Table id → hidden key of the row below it."""
    other_sheets: frozenset[str]
    """Names of the sheets that stand beside the main one."""


class _Same:
    """A key for caching by identity; it holds the layout, so the identity stays taken."""

    __slots__ = ("layout",)

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def __hash__(self) -> int:
        return id(self.layout)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.layout is self.layout


def landmarks_of(form: Form, layout: Layout) -> Landmarks:
    """The landmarks of a layout of `form`; made once for each layout."""
    return _landmarks(_Same(layout), tuple((f.id, f.label) for f in form.fields))


@lru_cache(maxsize=128)
def _landmarks(same: _Same, labels: tuple[tuple[str, str], ...]) -> Landmarks:
    layout = same.layout
    shown = [cell for cell in layout.cells if cell.style != "helper"]
    static = [cell for cell in shown if cell.kind in ("static", "context") and cell.text]
    codes = (layout.code_head, layout.code_close)
    keys = {cell.at: cell.text for cell in layout.cells if cell.kind == "key" and cell.at not in codes}
    heads = {
        id: {column: head for column, at in area.columns.items() if (head := _head(layout, static, at, area.key_row))}
        for id, area in layout.areas.items()
    }
    head_spots = {label.at: label.text for found in heads.values() for label in found.values()}
    rows = {
        id: tuple(LocatedRow(row, row - area.first_row + 1) for row in range(area.first_row, area.last_row + 1))
        for id, area in layout.areas.items()
    }
    data = {f"{id}.{row.number}" for id, found in rows.items() for row in found}
    ours = frozenset(cell.at for cell in layout.cells) - {cell.at for cell in static} | set(codes)
    words = _words(layout, static)
    fixed = head_spots | {label.at: label.text for label in words}
    labels_of = {
        id: label
        for id, text in labels
        if id in layout.fields and text and (label := _label(static, layout.fields[id]))
    }
    label_or_input = {label.at.column for label in labels_of.values()} | {s.column for s in layout.fields.values()}
    hidden = {*layout.helper_columns.values(), layout.key_column} - {layout.helper_columns["message"]}
    if not layout.narrative:
        label_or_input, hidden = set(), set()
    return Landmarks(
        layout=layout,
        key_spots=(*keys, *fixed),
        key_texts=[*keys.values(), *fixed.values()],
        vocabulary=frozenset(keys.values()) - data,
        row_anchors={text: at.row for at, text in keys.items() if at.column == layout.key_column and text not in data},
        heads=heads,
        other_heads=tuple(
            Label(text_key(cell.text), cell.text, cell.at)
            for cell in static
            if layout.head_rows[0] <= cell.at.row <= layout.head_rows[1]
            and cell.at.column == cell.to.column
            and cell.at not in head_spots
        ),
        labels=labels_of,
        words=words,
        printed={cell.at: locked_text(cell, {}) for cell in static if cell.kind == "static"},
        templates=tuple(cell for cell in static if cell.kind == "context"),
        ours=ours,
        known=ours | {cell.at for cell in static},
        beside=frozenset(label_or_input),
        hidden=frozenset(hidden),
        columns=frozenset(c for cell in layout.cells for c in range(cell.at.column, cell.to.column + 1)),
        rows=rows,
        ends={id: keys[Spot(area.end_row, layout.key_column)] for id, area in layout.areas.items()},
        other_sheets=frozenset((*(say(f"workbook.sheet.{key}") for key in ("print", "guide", "fix")), "_ds", "_meta")),
    )


def _head(layout: Layout, static: list[Laid], column: int, key_row: int) -> Label | None:
    """The head that stands lowest above the key row in this column alone; above paragraphs, the words that call for
    them, if they are near and short enough to be looked for."""
    above = [c for c in static if c.at.column == c.to.column == column and c.to.row < key_row]
    if layout.narrative:
        near = key_row - HEAD_ROWS
        above = [c for c in above if c.kind == "static" and c.at.row >= near and len(c.text) <= LONGEST_LABEL]
    if not above:
        return None
    cell = max(above, key=lambda c: c.to.row)
    return Label(text_key(cell.text), cell.text, cell.at)


def _words(layout: Layout, static: list[Laid]) -> tuple[Label, ...]:
    found = [Label(text_key(c.text), c.text, c.at) for c in static if c.kind == "static"] if layout.narrative else []
    often = Counter(label.key for label in found)
    return tuple(label for label in found if often[label.key] == 1 and 1 < len(label.text) <= LONGEST_LABEL)


def _label(static: list[Laid], field: Spot) -> Label | None:
    """The printed text nearest to the left of a field, in its row."""
    left = [c for c in static if c.at.row == field.row and c.to.column < field.column]
    if not left:
        return None
    cell = max(left, key=lambda c: c.to.column)
    return Label(text_key(cell.text), cell.text, cell.at)

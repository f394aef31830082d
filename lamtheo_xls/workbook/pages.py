"""The layout on paper: how many pages, and where BẢN IN puts the parts of the main sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.definitions.paper import PAPER_HIGH_MM
from lamtheo_xls.workbook.places import (
    DATA_ROW_POINTS,
    PRINT_LINE_POINTS,
    Laid,
    Layout,
    PrintLayout,
    millimetres,
)

PRINT_SPARE = 4
ONE_PAGE = 1.3
"""A blank form up to so many pages high is printed on one, a little smaller: no signature is left alone."""
_CHARACTER_MM = 1.75  # of 12 points, on average; a line that comes out wider is shrunk to fit
_LONG = 8  # lines; where the longest text takes more, every row gets room for it, else for two
_NARROW_MM = 30.0
_SIGNS = {"authority": 126, "post": 122, "below": 94, "name": 104}
"""Half the width of a hundred characters, in blanks."""


def lay_out_print(form: Form, layout: Layout) -> PrintLayout:
    """Where the parts of BẢN IN of a form of grids lie. There is room for two lines a row, more where texts are long,
    and some more (PRINT_SPARE)."""
    top, bottom = layout.print_area
    start = layout.head_rows[1] + 1 if layout.areas else layout.closing_rows[0]
    mm = {c: millimetres(layout.widths[c]) for c in range(1, bottom.column + 1)}
    going_on = _going_on(form, layout)
    room = {c: max(int((mm[c] - 1.5) / _CHARACTER_MM), 4) for c in going_on}
    shift = top.row - 1
    first = start - shift
    data = sum(a.last_row - a.key_row for a in layout.areas.values())
    other = bottom.row - start + 1 - data - 2 * len(layout.areas)
    page = page_points(form.orientation) - 1  # programs round heights up
    above = sum(layout.heights[r] for r in range(top.row, start))
    heads = sum(layout.heights[r] for r in range(layout.head_rows[0], layout.head_rows[1] + 1)) if layout.areas else 0.0
    words = loose(layout, start)
    moved = {c.at: _column(c, mm) for c in words if _column(c, mm) != c.at.column}
    sign = next((moved.get(c.at, c.at.column) for c in words if c.style == "authority"), layout.title_run[0])
    aligns = _aligns(form, layout, sign)
    return PrintLayout(
        shift=shift,
        first_row=first,
        last_row=first + _lines(form, layout, room) + PRINT_SPARE + other - 1,
        columns=bottom.column,
        source_column=bottom.column + 1,
        more_column=bottom.column + 2,
        rest_columns={c: bottom.column + 3 + i for i, c in enumerate(going_on)},
        room=room,
        hint_column=bottom.column + 3 + len(going_on),
        ranks=(start, bottom.row),
        lines_of_pages=(
            max(int((page - above) / PRINT_LINE_POINTS), 1),
            max(int((page - heads) / PRINT_LINE_POINTS), 1),
        ),
        aligns=aligns,
        moved=moved,
        signs={c.at.row: _SIGNS[c.style] for c in words if c.style in _SIGNS and aligns[sign] != "center"},
        sign_column=sign,
    )


def loose(layout: Layout, start: int) -> list[Laid]:
    """What prints below the first column heads, from row `start` on, but for the tables."""
    tables = {r for a in layout.areas.values() for r in range(a.key_row, a.end_row + 1)}
    return [c for c in layout.cells if c.printed and c.at.row >= start and c.at.row not in tables and c.style != "head"]


def _column(cell: Laid, mm: Mapping[int, float]) -> int:
    """Which of the columns a text is merged over prints it: the first, or the widest where that is narrow."""
    if mm[cell.at.column] >= _NARROW_MM:
        return cell.at.column
    return max(range(cell.at.column, cell.to.column + 1), key=lambda c: mm[c])


def _going_on(form: Form, layout: Layout) -> list[int]:
    """Printed columns whose texts can take several lines: not those that only have numbers and ticks."""
    short: set[int] = set()
    long: set[int] = set()
    for table in form.tables:
        area = layout.areas[table.id]
        short.add(area.number_column)
        for column in table.columns:
            (short if column.type == "tick" else long).add(area.columns[column.id])
    return [c for c in range(1, layout.print_area[1].column + 1) if c not in short or c in long]


def _lines(form: Form, layout: Layout, room: Mapping[int, int]) -> int:
    """For how many lines of the tables there is room."""
    total = 0
    for table in form.tables:
        area = layout.areas[table.id]
        rows = area.last_row - area.key_row
        longest = max(
            (
                math.ceil(c.max_length / room[area.columns[c.id]])
                for c in table.columns
                if c.printed and c.max_length and area.columns[c.id] in room
            ),
            default=1,
        )
        total += rows * (2 if longest <= _LONG else longest)
    return total


def _aligns(form: Form, layout: Layout, sign: int) -> dict[int, str]:
    """As on the main sheet, by the first table that has the column; the signature in the middle where none has it."""
    out: dict[int, str] = {}
    for table in form.tables:
        area = layout.areas[table.id]
        out.setdefault(area.number_column, "center")
        for column in table.columns:
            out.setdefault(area.columns[column.id], column.align)
    out.setdefault(sign, "center")
    return {c: out.get(c, "left") for c in range(1, layout.print_area[1].column + 1)}


def page_points(orientation: str) -> float:
    """Height of a page between its margins, in points."""
    return PAPER_HIGH_MM[orientation] / 25.4 * 72


def fits_one_page(form: Form, layout: Layout) -> bool:
    """Whether the form, blank, is at most ONE_PAGE pages high."""
    top, bottom = layout.print_area
    tall = sum(layout.heights.get(row, DATA_ROW_POINTS) for row in range(top.row, bottom.row + 1))
    return tall <= ONE_PAGE * page_points(form.orientation)


__all__ = ["ONE_PAGE", "PRINT_SPARE", "fits_one_page", "lay_out_print", "loose", "page_points"]

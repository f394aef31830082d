"""The layout on paper: how many pages, and where BẢN IN puts the parts of the main sheet."""

from __future__ import annotations

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.definitions.paper import PAPER_HIGH_MM
from lamtheo_xls.workbook.places import DATA_ROW_POINTS, PRINT_LINE_POINTS, Layout, PrintLayout, millimetres

PRINT_SPARE = 4
ONE_PAGE = 1.3
"""A blank form up to so many pages high is printed on one, a little smaller: no signature is left alone."""
_CHARACTER_MM = 1.75  # of 12 points, on average; a line that comes out wider is shrunk to fit


def lay_out_print(form: Form, layout: Layout) -> PrintLayout:
    """Where the parts of BẢN IN lie. There is room for two lines a row and some more (PRINT_SPARE)."""
    top, bottom = layout.print_area
    start = layout.head_rows[1] + 1 if layout.areas else layout.closing_rows[0]
    short = {a.columns[c.id] for t in form.tables for a in (layout.areas[t.id],) for c in t.columns if c.type == "tick"}
    short |= {a.number_column for a in layout.areas.values()}
    going_on = [c for c in range(1, bottom.column + 1) if c not in short]
    shift = top.row - 1
    first = start - shift
    data = sum(a.last_row - a.key_row for a in layout.areas.values())
    other = bottom.row - start + 1 - data - 2 * len(layout.areas)
    page = page_points(form.orientation) - 1  # programs round heights up
    above = sum(layout.heights[r] for r in range(top.row, start))
    heads = sum(layout.heights[r] for r in range(layout.head_rows[0], layout.head_rows[1] + 1)) if layout.areas else 0.0
    return PrintLayout(
        shift=shift,
        first_row=first,
        last_row=first + 2 * data + PRINT_SPARE + other - 1,
        columns=bottom.column,
        source_column=bottom.column + 1,
        more_column=bottom.column + 2,
        rest_columns={c: bottom.column + 3 + i for i, c in enumerate(going_on)},
        room={c: max(int((millimetres(layout.widths[c]) - 1.5) / _CHARACTER_MM), 4) for c in going_on},
        hint_column=bottom.column + 3 + len(going_on),
        ranks=(start, bottom.row),
        lines_of_pages=(
            max(int((page - above) / PRINT_LINE_POINTS), 1),
            max(int((page - heads) / PRINT_LINE_POINTS), 1),
        ),
    )


def page_points(orientation: str) -> float:
    """Height of a page between its margins, in points."""
    return PAPER_HIGH_MM[orientation] / 25.4 * 72


def fits_one_page(form: Form, layout: Layout) -> bool:
    """Whether the form, blank, is at most ONE_PAGE pages high."""
    top, bottom = layout.print_area
    tall = sum(layout.heights.get(row, DATA_ROW_POINTS) for row in range(top.row, bottom.row + 1))
    return tall <= ONE_PAGE * page_points(form.orientation)

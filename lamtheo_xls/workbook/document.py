"""Owns BẢN IN of a form with paragraphs: where its parts lie. Header block in two halves, then one text after the other
cut into lines over the full width, the signature at once behind; what belongs together stays on one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.definitions.paper import PAPER_MM
from lamtheo_xls.workbook import lines
from lamtheo_xls.workbook.lines import Metrics
from lamtheo_xls.workbook.measure import text_mm
from lamtheo_xls.workbook.pages import page_points
from lamtheo_xls.workbook.places import Laid, Layout, Piece, Role, Spot, characters
from lamtheo_xls.workbook.styles import properties

LINE_POINTS = 18.75
"""Height of a line: single spacing of its type."""
SIZE = 14
INDENT = 8
"""Blanks before the first line of a paragraph: 10 mm."""
INDENT_WIDE = INDENT * lines.SPACE
UNEVEN = 110
"""How much longer than its other lines a title's first may be, in hundredths."""
PLAIN, BOLD, CENTRE, SIDES, SIDES_BOLD, SIDES_ITALIC = range(6)
"""How an item looks. From SIDES on it is one line, set as it is."""
_LINES_A_ROW, _MOST_PAGES = 5, 10
_NARROWER_MM = 1.5  # than the page, so that no program makes all a little smaller to fit it in
_ROUNDED_UP = 1.015  # what the pixels of a screen make of heights
_PADDING_MM = 2.0  # of a cell, and something to spare
_AVERAGE = 46  # width of a character
_SPARE = 2  # of a line, in hundredths, on each side of a title
_FEW = 55  # characters of a line, and some to spare
_HEADINGS = 6  # one below the other that stay together


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of the header block: its row and columns on BẢN IN, and where the main sheet says it."""

    row: int
    first: int
    last: int
    style: str
    source: Spot


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A line of the header's left half. They close up too: an organisation's name takes one line or two."""

    look: int
    source: Spot
    cut: bool
    """Its first half; the next row has what is left of it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A text that BẢN IN sets into lines, in the order of the document.

    Its rank counts the items that print, from 1; it is `fixed` plus the rank that main row `ranked` has (0: none). An
    item that does not print has the rank of the one before, and so is never found.
    """

    look: int
    source: Spot | None
    fixed: int
    ranked: int = 0
    right: Spot | None = None
    block: bool = False
    """Its left half stands in the middle of that half."""
    leads: bool = False
    """A heading, or a text that says what the paragraphs below it are: it stays with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLayout:
    """Where BẢN IN of a form with paragraphs has what."""

    columns: int
    widths: Mapping[int, float]
    """Printed column → width in characters."""
    left: tuple[LeftLine | None, ...]
    """What may stand left in the header, beginning in row 1; None for the second half of the one above."""
    heads: tuple[Head, ...]
    """What else stands above the lines."""
    dated: tuple[Spot, tuple[int, ...]] | None
    """The place-and-date line: its cell, and the rows in one of which it stands, level with the last line left."""
    heights: Mapping[int, float]
    """Rows above the lines → points."""
    items: tuple[Item, ...]
    closing: int
    """Which item (from 1) is the blank line above the signature."""
    first_row: int
    last_row: int
    """The lines; the items stand hidden beside them from `first_row` on."""
    helpers: Mapping[str, int]
    metrics: Metrics
    hint_column: int
    room: int
    """How wide a line is, see `lines`."""
    half_room: int
    """How wide a line of the header's left half is."""
    lines_of_pages: tuple[int, int]

    @property
    def overflow_row(self) -> int:
        """Below the lines: printed words that something had no room, else nothing."""
        return self.last_row + 1

    @property
    def across(self) -> int:
        """What is set in the middle is set in the middle of so much: LibreOffice makes columns somewhat wider."""
        return self.room * 102 // 100

    @property
    def title_room(self) -> int:
        """How wide a line of the title is at most."""
        return self.room - 2 * self.room * _SPARE // 100

    @property
    def last_item(self) -> int:
        return self.first_row + len(self.items) - 1

    @property
    def signature(self) -> int:
        """Lines of the signature, with the blank one above."""
        return len(self.items) - self.closing + 1

    @property
    def most_together(self) -> int:
        """How many lines a heading wants to have on its page at most."""
        return self.signature + _HEADINGS

    @property
    def short(self) -> int:
        """A text of so many characters takes two lines: it goes to the next page with the signature."""
        return 2 * self.metrics.measured

    def look_of(self, row: int) -> int:
        """How the line of the header that stands hidden in `row` looks."""
        line = self.left[row - 1] or self.left[row - 2]
        return line.look if line else PLAIN

    def left_on_page(self, row: int) -> int:
        """How many lines the page has from `row` on."""
        first, later = self.lines_of_pages
        at = row - self.first_row
        return first - at if at < first else later - (at - first) % later


_ITEM = ("text", "rank", "look", "together", "left_wide", "right_wide")
_LINE = ("next", "begun", "item", "style", "rest", "room", "wide", "fits", "taken")


def page_ends(place: DocumentLayout) -> list[int]:
    """Rows after which a page ends, in every program alike."""
    return [row for row in range(place.first_row, place.last_row) if place.left_on_page(row) == 1]


def lay_out_document(form: Form, layout: Layout) -> DocumentLayout:
    """Where the parts of BẢN IN lie. How many lines there are follows from the rows of the form, see _LINES_A_ROW."""
    widths, title_run = _columns(form)
    left = _left(layout)
    dated, heads, heights = _heads(layout, len(left), len(widths), title_run)
    items, closing = _items(layout)
    first = len(heights) + 1
    page = page_points(form.orientation) / _ROUNDED_UP
    pages = (int((page - sum(heights.values())) / LINE_POINTS), int(page / LINE_POINTS))
    cells = {c.at: c for c in layout.cells}
    wanted = sum(_lines(cells.get(item.source)) if item.source else 1 for item in items)
    total = max(min(wanted, pages[0] + (_MOST_PAGES - 1) * pages[1]), len(items))
    start = len(widths) + 1
    names = (*_ITEM, *_LINE)
    helpers = {name: start + i for i, name in enumerate(names)}
    after = start + len(names)
    room = lines.room(sum(widths) - _PADDING_MM, SIZE)
    return DocumentLayout(
        columns=len(widths),
        widths=dict(enumerate((characters(mm) for mm in widths), start=1)),
        left=left,
        heads=heads,
        dated=dated,
        heights=heights,
        items=items,
        closing=closing,
        first_row=first,
        last_row=first + total - 1,
        helpers=helpers,
        metrics=Metrics(
            row=1,
            letters=after,
            places=after + 1,
            upright=after + 2,
            bold=after + 3,
            counting=after + 4,
            measured=room // _AVERAGE,
        ),
        hint_column=after + 5,
        room=room,
        half_room=lines.room(widths[0] - _PADDING_MM, SIZE),
        lines_of_pages=pages,
    )


def _lines(cell: Laid | None) -> int:
    """For how many lines of an item there is room."""
    if cell is None or cell.kind == "input":
        return _LINES_A_ROW
    return 2 + max(len(cell.text), len(cell.words)) // _FEW


def _columns(form: Form) -> tuple[tuple[float, ...], tuple[int, int]]:
    """Two halves, the right one with room on both sides of the Party title, whose rule is as long; and its column."""
    half = (PAPER_MM[form.orientation] - _NARROWER_MM) / 2
    title = text_mm(form.head.title_right, 15, bold=True) + 3
    beside = (half - title) / 2
    if not form.head.title_right or beside < 2:
        return (half, half), (2, 2)
    return (half, beside, title, beside), (3, 3)


def _left(layout: Layout) -> tuple[LeftLine | None, ...]:
    """Organisations, «*», number."""
    out: list[LeftLine | None] = []
    for role in ("org", "star", "number"):
        for piece in (p for p in layout.flow if p.role == role):
            bold = bool(properties(piece.style).get("bold"))
            out.append(LeftLine(BOLD if bold else PLAIN, piece.at, role == "org"))
            out += [None] if role == "org" else []
    return tuple(out)


def _heads(
    layout: Layout, left: int, last: int, run: tuple[int, int]
) -> tuple[tuple[Spot, tuple[int, ...]] | None, tuple[Head, ...], dict[int, float]]:
    """The header's right half, and the kind of document in a row of its own."""
    by_role: dict[Role, Piece] = {piece.role: piece for piece in reversed(layout.flow)}
    date, title, kind = by_role.get("place_date"), by_role.get("party_title"), by_role.get("title")
    rows = max(left, 3 if date else 1)
    heads = [Head(1, *run, "party_title", title.at)] if title else []
    heights = {row: 20.25 if row == 1 else LINE_POINTS for row in range(1, rows + 1)} | {rows + 1: 6.0}
    if kind:
        heads.append(Head(rows + 2, 1, last, kind.style, kind.at))
        heights[rows + 2] = 24.0
    return (date.at, tuple(range(3, rows + 1))) if date else None, tuple(heads), heights


def _items(layout: Layout) -> tuple[tuple[Item, ...], int]:
    """Title lines, a blank line, the body, a blank line, the signature; and which is the blank line above that."""
    flow = layout.flow
    titles = [Item(CENTRE, piece.at, i) for i, piece in enumerate(_title_lines(flow), start=1)]
    before = len(titles) + 1
    body = [
        Item(BOLD if piece.role == "heading" else PLAIN, piece.at, before, piece.row, leads=_leads(piece, following))
        for piece, following in zip(flow, (*flow[1:], None), strict=True)
        if piece.role in ("heading", "text", "field", "paragraph")
    ]
    closing = [piece for piece in flow if piece.role == "closing"]
    above = closing[0].row - 1 if closing else layout.ranks[1]
    signature = [Item(SIDES, None, before + 1, above)]
    for i, (left, right) in enumerate(_paired(closing), start=2):
        look, block = _side_look(left, right)
        sources = (left[0] if left else None), (right[0] if right else None)
        signature.append(Item(look, sources[0], before + i, above, right=sources[1], block=block))
    items = (*titles, Item(PLAIN, None, before), *body, *signature)
    return items, len(items) - len(signature) + 1


def _leads(piece: Piece, following: Piece | None) -> bool:
    paragraphs = following is not None and following.role == "paragraph"
    return piece.role == "heading" or (piece.role == "text" and paragraphs)


def _title_lines(flow: tuple[Piece, ...]) -> list[Piece]:
    return [piece for piece in flow if piece.role == "title"][1:]


_Half = tuple[Spot, str]
"""A half of a closing line: its cell and its style."""


def _paired(closing: list[Piece]) -> list[tuple[_Half | None, _Half | None]]:
    """The lines of the signature. A line is one cell and so has one look: where its halves differ, bold comes first
    and the other half one line later («Nơi nhận:» beside the post, not beside the authority)."""
    left: list[_Half | None] = [(p.at, p.style) if p.style else None for p in closing]
    right: list[_Half | None] = [(p.right, p.right_style) if p.right and p.right_style else None for p in closing]
    while left and left[-1] is None:
        left.pop()
    while right and right[-1] is None:
        right.pop()
    out: list[tuple[_Half | None, _Half | None]] = []
    while left or right:
        a, b = (left[0] if left else None), (right[0] if right else None)
        looks = _look(a), _look(b)
        if a and b and looks[0] != looks[1]:
            if looks[1] == SIDES_BOLD:
                a = None
            else:
                b = None
        if left and (a or left[0] is None):
            left.pop(0)
        if right and (b or right[0] is None):
            right.pop(0)
        out.append((a, b))
    return out


def _look(half: _Half | None) -> int:
    found = properties(half[1]) if half else {}
    return SIDES_BOLD if found.get("bold") else SIDES_ITALIC if found.get("italic") else SIDES


def _side_look(left: _Half | None, right: _Half | None) -> tuple[int, bool]:
    """How a line of the signature looks, and whether its left half is a signature too."""
    return _look(left or right), bool(left) and left is not None and properties(left[1]).get("align") == "center"


__all__ = [
    "BOLD",
    "CENTRE",
    "INDENT",
    "INDENT_WIDE",
    "LINE_POINTS",
    "PLAIN",
    "SIDES",
    "SIDES_BOLD",
    "SIDES_ITALIC",
    "SIZE",
    "UNEVEN",
    "DocumentLayout",
    "Head",
    "Item",
    "LeftLine",
    "lay_out_document",
    "page_ends",
]

"""The page of a printed table and where it breaks: rows as strips with their heights and what ties them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lamtheo_xls.merge import Line
from lamtheo_xls.workbook.measure import wrapped_lines

LONG_MM, SHORT_MM = 297.0, 210.0
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 20.0, 20.0, 30.0, 15.0
_MM = 72 / 25.4
_ROOM = 0.97
"""Of a page's height: printers and programs measure rows a little differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A text, number or blank over columns first..last of one row (to `down` rows further down)."""

    first: int
    last: int
    value: str | int | float
    style: str
    down: int = 0


@dataclass(slots=True, kw_only=True)
class Strip:
    """One row to be: its height in points, what stands in it, whether the next row must stand on the same page."""

    height: float
    puts: tuple[Put, ...] = ()
    with_next: bool = False
    soft: bool = False
    """`with_next` may give way where what must stay together is higher than a page."""
    row: bool = False
    """A row of the table's body."""
    line: Line | None = None
    """What the row prints, in a table of models."""
    more: bool = False
    """Goes on with the row of the strip above, cut in two where the page ended."""
    cut: Callable[[float], tuple[Strip, Strip] | None] | None = None
    """For a row of long texts: what stands in so many points of height, and the rest; None where that is too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A4 as the table needs it: its columns in millimetres, and those of Party title, place and date, signature."""

    widths: tuple[float, ...]
    landscape: bool
    run: tuple[int, int]

    @property
    def columns(self) -> int:
        return len(self.widths)

    @property
    def height(self) -> float:
        """Points between the margins that may be used."""
        return ((SHORT_MM if self.landscape else LONG_MM) - TOP_MM - BOTTOM_MM) * _MM * _ROOM

    def width(self, first: int, last: int) -> float:
        return sum(self.widths[first - 1 : last])

    def lines(self, put: Put, size: int, *, bold: bool = False) -> int:
        """Lines what is put there takes."""
        return wrapped_lines(str(put.value), size, self.width(put.first, put.last), bold=bold)


@dataclass(slots=True, kw_only=True)
class Paper:
    """The sheet as strips, top to bottom; `heads` are repeated on every page."""

    strips: list[Strip] = field(default_factory=list)
    heads: tuple[int, int] = (0, 0)


def page_starts(paper: Paper, room: float) -> tuple[int, ...]:
    """Rows (from 1) that begin a new page, the first page's apart. `room`: points of height on a page.

    What must stay together goes to the next page as a whole; only where it is higher than a page, soft ties give way. A
    row of long texts is cut where the page ends: the paper then has a strip more.
    """
    strips = paper.strips
    repeated = sum(s.height for s in strips[paper.heads[0] - 1 : paper.heads[1]])
    starts: list[int] = []
    used, first = 0.0, 0
    ends: list[int] = []
    while first < len(strips):
        ends = ends or _chunk_ends(strips, first, room - repeated)
        last = ends[0]
        height = sum(s.height for s in strips[first : last + 1])
        fresh = bool(starts) and starts[-1] == first + 1
        if used + height > room and first >= paper.heads[1]:
            cut = _cut_to_fit(strips, first, last, room - used)
            if cut >= 0:
                ends = [end + 1 for end in ends]
                starts.append(cut + 2)
                used, first = repeated, cut + 1
                continue
            if not fresh:
                starts.append(first + 1)
                used = repeated
                continue
        used += height
        first = last + 1
        ends = ends[1:]
    return tuple(starts)


def _cut_to_fit(strips: list[Strip], first: int, last: int, free: float) -> int:
    """Cuts a row of first..last so that what comes before the cut fits; the row cut, -1 where none can be."""
    for i in range(first, last + 1):
        cut = strips[i].cut
        if cut is not None and (halves := cut(free)) is not None:
            strips[i : i + 1] = halves
            return i
        free -= strips[i].height
        if free <= 0:
            break
    return -1


def _chunk_ends(strips: Sequence[Strip], first: int, room: float) -> list[int]:
    """Last strips of the runs that stay on one page, from `first` to the next strip that is tied to nothing below."""
    last = next((i for i in range(first, len(strips)) if not strips[i].with_next), len(strips) - 1)
    if sum(s.height for s in strips[first : last + 1]) <= room:
        return [last]
    # Higher than a page: soft ties give way; the last model still stays with total and signature.
    soft = [i for i in range(first, last) if strips[i].soft]
    return [*(soft[:-1] if last + 1 == len(strips) else soft), last]


def in_lines(text: str, size: float, width: float) -> list[str]:
    """The text as it wraps in a cell `width` millimetres wide, line by line, each with the blank or line break it ends
    in: joined they are the text. A word wider than the cell is cut."""
    out: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and wrapped_lines(longer, size, width) > 1:
                out.append(f"{line} ")
                longer = word
            line = longer
            while wrapped_lines(line, size, width) > 1:
                most = next(n for n in range(len(line), 0, -1) if n == 1 or wrapped_lines(line[:n], size, width) == 1)
                out.append(line[:most])
                line = line[most:]
        out.append(f"{line}\n")
    out[-1] = out[-1][:-1]
    return out

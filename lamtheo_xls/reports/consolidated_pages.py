"""Where the pages of a printed table break: rows as strips with their heights and what ties them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lamtheo_xls.merge import Line
from lamtheo_xls.workbook.measure import wrapped_lines


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
    line: Line | None = None
    more: bool = False
    """Goes on with the line of the strip above, which was too long for one row."""


@dataclass(slots=True, kw_only=True)
class Paper:
    """The sheet as strips, top to bottom; `heads` are repeated on every page."""

    strips: list[Strip] = field(default_factory=list)
    heads: tuple[int, int] = (0, 0)


def page_starts(paper: Paper, room: float) -> tuple[int, ...]:
    """Rows (from 1) that begin a new page, the first page's apart. `room`: points of height on a page.

    What must stay together goes to the next page as a whole; only where it is higher than a page, soft ties give way.
    """
    repeated = sum(s.height for s in paper.strips[paper.heads[0] - 1 : paper.heads[1]])
    starts: list[int] = []
    used = 0.0
    for first, last in _chunks(paper.strips, room - repeated):
        height = sum(s.height for s in paper.strips[first : last + 1])
        if used + height > room and first >= paper.heads[1]:
            starts.append(first + 1)
            used = repeated
        used += height
    return tuple(starts)


def _chunks(strips: Sequence[Strip], room: float) -> list[tuple[int, int]]:
    """Runs of strips (first, last; from 0) that stay on one page."""
    chunks: list[tuple[int, int]] = []
    first = 0
    for i, strip in enumerate(strips):
        if strip.with_next and i + 1 < len(strips):
            continue
        if sum(s.height for s in strips[first : i + 1]) <= room:
            chunks.append((first, i))
        else:
            chunks += _cut(strips, first, i, room)
        first = i + 1
    return chunks


def _cut(strips: Sequence[Strip], first: int, last: int, room: float) -> list[tuple[int, int]]:
    """A run higher than a page, cut at its soft ties; the last model still stays with total and signature."""
    soft = [i for i in range(first, last) if strips[i].soft]
    hard = soft[:-1] if last + 1 == len(strips) else soft
    chunks: list[tuple[int, int]] = []
    for i in hard:
        chunks.append((first, i))
        first = i + 1
    return [*chunks, (first, last)]


def in_lines(text: str, size: float, width: float) -> list[str]:
    """The text as it wraps in a cell `width` millimetres wide, line by line; a word wider than the cell is cut."""
    out: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and wrapped_lines(longer, size, width) > 1:
                out.append(line)
                longer = word
            line = longer
            while wrapped_lines(line, size, width) > 1:
                most = next(n for n in range(len(line), 0, -1) if n == 1 or wrapped_lines(line[:n], size, width) == 1)
                out.append(line[:most])
                line = line[most:]
        out.append(line)
    return out

"""Rows of a printed table: as high as their texts, cut where a page ends, joined where one thing runs over several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lamtheo_xls.merge import Line
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_pages import Page, Paper, Put, Strip, in_lines

LINE = {11: 14.5, 12: 15.8, 13: 17.2, 14: 18.5, 15: 20.0}
"""Points a line takes, by size."""
_LONG, _ALONE, _HIGHEST = 8, 3, 24
"""A row of more than so many lines of text may be cut where a page ends, with so many left on either side; a row has
at most so many (Excel: 409 points)."""


def row_strips(page: Page, puts: Sequence[Put], *, line: Line | None = None, hidden: int = 0) -> list[Strip]:
    """A row of the table; more than one strip only where its texts are higher than Excel lets a row be. `hidden`: the
    column that will be left blank, because the row above says it."""
    count = max(page.lines(p, 12) for p in puts if p.first != hidden)
    if count <= _LONG:
        return [Strip(height=max(count * LINE[12] + 4, 21.0), puts=tuple(puts), line=line, row=True)]
    texts = {p.first: in_lines(p.value, 12, page.width(p.first, p.last)) for p in puts if isinstance(p.value, str)}
    count = max(map(len, texts.values()))
    return [
        _piece(puts, texts, line, start, min(start + _HIGHEST, count), more=start > 0)
        for start in range(0, count, _HIGHEST)
    ]


def _piece(
    puts: Sequence[Put], texts: Mapping[int, Sequence[str]], line: Line | None, start: int, end: int, *, more: bool
) -> Strip:
    """Lines start..end of a row's texts as a strip that can be cut where a page ends, no line or two left alone."""

    def cut(height: float) -> tuple[Strip, Strip] | None:
        fits = min(int((height - 4) / LINE[12]), end - start - _ALONE)
        if fits < _ALONE:
            return None
        above = _piece(puts, texts, line, start, start + fits, more=more)
        below = _piece(puts, texts, line, start + fits, end, more=True)
        above.cut = None
        below.with_next, below.soft = strip.with_next, strip.soft
        return above, below

    said = [
        replace(p, value="".join(texts[p.first][start:end]).strip() if p.first in texts else "" if more else p.value)
        for p in puts
    ]
    strip = Strip(height=(end - start) * LINE[12] + 4, puts=tuple(said), line=line, row=True, more=more)
    if end - start > 2 * _ALONE:
        strip.cut = cut
    return strip


def join_rows(paper: Paper, starts: set[int], child: tuple[int, str]) -> None:
    """Once pages are known: no lines within what runs on over several rows of a page, and the chi bộ's name – in column
    and under the id of `child`, (0, '') for none – only on the first of its rows and again where a page begins. In a
    table with long texts all of them begin at the top."""
    top = "_top" if any(s.cut or s.more for s in paper.strips) else ""
    column, id = child
    for row, strip in enumerate(paper.strips, start=1):
        if not strip.row:
            continue
        after = paper.strips[row] if row < len(paper.strips) else Strip(height=0.0)
        here, below = row not in starts, row + 1 not in starts
        again = strip.more or (strip.line is not None and strip.line.again)
        goes_on = after.row and (after.more or (after.line is not None and after.line.again))
        puts = []
        for p in strip.puts:
            above = here and (again if p.first == column else strip.more)
            under = below and (goes_on if p.first == column else after.more)
            place = "_mid" if above and under else "_last" if above else "_first" if under else ""
            value = p.value
            if p.first == column and strip.line is not None:
                value = "" if above else styles.clip(strip.line.values[id])
            puts.append(replace(p, value=value, style=f"{p.style}{top}{place}"))
        strip.puts = tuple(puts)

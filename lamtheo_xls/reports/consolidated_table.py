"""Sheet TRÌNH KÝ of a table of models: the official table as it is printed, signed and sent (domain/B).

Rows are as high as their wrapped text, and pages are broken here: a committee's head stays with its first model, the
models of one chi bộ stay together, and Nơi nhận and signature stay with the last rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.definitions.model import Consolidated, Field, Form
from lamtheo_xls.definitions.paper import NUMBER_MM
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Block, Counts, Line
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_pages import Page, Paper, Put, Strip
from lamtheo_xls.reports.consolidated_paper import (
    page_of,
    paint,
    put_closing,
    put_column_heads,
    put_head,
    put_holes,
    put_titles,
)
from lamtheo_xls.reports.consolidated_rows import LINE, row_strips

UNIT_MM, _COLUMN_MM = 40.0, 30.0
_SHORT_RUN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The printed columns: what they hold and how wide they are."""

    fields: tuple[Field, ...]
    page: Page
    numbered: bool
    unit: bool
    amounts: tuple[str, ...]
    child: str

    @property
    def columns(self) -> int:
        return self.page.columns

    @property
    def offset(self) -> int:
        """Columns before the table's first."""
        return int(self.numbered) + int(self.unit)

    def at(self, id: str) -> int:
        return self.offset + 1 + next(i for i, f in enumerate(self.fields) if f.id == id)


def number_label(form: Form, table: Consolidated) -> str:
    """Head of the running number column; '' for none."""
    return form.table(table.table).number_label if table.table else say("merge.missing.heads.number")


def grid_of(form: Form, table: Consolidated, columns: Sequence[Field], amounts: Sequence[str], child: str) -> Grid:
    """The printed columns, with one for the unit where the programme heads one."""
    printed = tuple(c for c in columns if c.printed)
    numbered, unit = bool(number_label(form, table)), bool(table.unit_label)
    widths = [NUMBER_MM] * numbered + [UNIT_MM] * unit + [c.width or _COLUMN_MM for c in printed]
    return Grid(
        fields=printed,
        page=page_of(widths, form),
        numbered=numbered,
        unit=unit,
        amounts=tuple(c.id for c in printed if c.id in amounts),
        child=child,
    )


def write_signed(
    sheet: Any,
    out: styles.Book,
    *,
    form: Form,
    table: Consolidated,
    grid: Grid,
    blocks: Sequence[Block],
    alone: bool,
    counts: Counts,
    noun: str,
    holes: str,
    context: Mapping[str, str],
) -> None:
    """Writes the sheet; `holes` is the one line that says what is not in it. `alone`: units are themselves the chi bộ
    of the table (a base committee's own Mẫu 02), so that they have no head rows."""
    paper, page = Paper(), grid.page
    put_head(paper, form, page, context)
    put_titles(paper, table, page, context)
    labels = [number_label(form, table)] * grid.numbered + [table.unit_label] * grid.unit
    groups = [""] * grid.offset + [f.group for f in grid.fields]
    put_column_heads(paper, page, [*labels, *(f.label for f in grid.fields)], groups)
    for number, block in enumerate(blocks, start=1):
        if alone and block.nil:
            paper.strips.append(_nil_strip(grid, block))
        elif not alone:
            paper.strips.append(_group_strip(grid, number, block, noun))
        _put_lines(paper, grid, block)
    paper.strips[-1].with_next = paper.strips[-1].soft = True
    said = say("merge.signed.subtotal", n=counts.models, gi=noun)
    sums = _sums(grid, say("merge.signed.total"), said, counts.amounts, "tk_total", start=0)
    paper.strips.append(Strip(height=22.0, puts=tuple(sums), with_next=True))
    put_holes(paper, page, holes)
    put_closing(paper, form, table, page, context)
    child = grid.at(grid.child) if any(f.id == grid.child for f in grid.fields) else 0
    paint(sheet, out, paper, page, child=(child, grid.child))


def roman(number: int) -> str:
    """1 → I, 14 → XIV."""
    out = ""
    for value, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        out += letters * (number // value)
        number %= value
    return out


# -- the strips -----------------------------------------------------------------------------------------------------


def _put_lines(paper: Paper, grid: Grid, block: Block) -> None:
    """A unit's models; those of a chi bộ stay together, of a long run two at each end."""
    starts = [i for i, line in enumerate(block.lines) if not line.again]
    for start, end in zip(starts, (*starts[1:], len(block.lines)), strict=False):
        for i in range(start, end):
            strips = _line_strips(grid, block, block.lines[i])
            short, edge = end - start <= _SHORT_RUN, i in (start, end - 2)
            strips[-1].with_next = strips[-1].soft = i + 1 < end and (short or edge)
            paper.strips += strips


def _group_strip(grid: Grid, number: int, block: Block, noun: str) -> Strip:
    said = say("merge.signed.nil") if block.nil else say("merge.signed.subtotal", n=block.models, gi=noun)
    amounts: Mapping[str, int | float | str] = dict.fromkeys(grid.amounts, "") if block.nil else block.amounts
    puts = _sums(grid, block.name, said, amounts, "tk_group", start=int(grid.numbered))
    if grid.numbered:
        puts.insert(0, Put(first=1, last=1, value=roman(number), style="tk_group_mid"))
    height = max(grid.page.lines(p, 12, bold=True) for p in puts) * LINE[12] + 4
    return Strip(height=height, puts=tuple(puts), with_next=bool(block.lines))


def _nil_strip(grid: Grid, block: Block) -> Strip:
    """A chi bộ with nothing to report, where units have no head rows."""
    values = {grid.at(grid.child): block.name, grid.at(grid.child) + 1: say("merge.signed.nil")}
    puts = [Put(first=c, last=c, value=values.get(c, ""), style="tk_left") for c in range(1, grid.columns + 1)]
    return Strip(height=max(max(grid.page.lines(p, 12) for p in puts) * LINE[12] + 4, 21.0), puts=tuple(puts))


def _sums(
    grid: Grid,
    text: str,
    said: str,
    amounts: Mapping[str, int | float | str],
    style: str,
    *,
    start: int,
) -> list[Put]:
    """A row of sums: `text` over the columns before the first amount but one, `said` in that one, then the amounts."""
    first_amount = min((grid.at(a) for a in grid.amounts), default=grid.columns + 1)
    puts: list[Put] = []
    if first_amount - 1 > start + 1:
        puts.append(Put(first=start + 1, last=first_amount - 2, value=text, style=style))
        puts.append(Put(first=first_amount - 1, last=first_amount - 1, value=said, style=f"{style}_mid"))
    else:
        last = max(first_amount - 1, start + 1)
        puts.append(Put(first=start + 1, last=last, value=f"{text}: {said}", style=style))
    for column in range(first_amount, grid.columns + 1):
        id = grid.fields[column - 1 - grid.offset].id
        value = amounts[id] if id in grid.amounts else ""
        puts.append(Put(first=column, last=column, value=value, style=f"{style}_number"))
    return puts


def _line_strips(grid: Grid, block: Block, line: Line) -> list[Strip]:
    """One model as a row; where its text is very long, as several."""
    puts = [Put(first=1, last=1, value=line.number, style="tk_number")] if grid.numbered else []
    if grid.unit:
        puts.append(Put(first=grid.offset, last=grid.offset, value=block.name, style="tk_left"))
    for f in grid.fields:
        at = grid.at(f.id)
        puts.append(Put(first=at, last=at, value=styles.clip(line.values[f.id]), style=f"tk_{f.align}"))
    hidden = grid.at(grid.child) if line.again and grid.child else 0
    return row_strips(grid.page, puts, line=line, hidden=hidden)

"""Sheet TRÌNH KÝ of a consolidated table: the official table as it is printed, signed and sent (domain/B).

Rows are as high as their wrapped text, and pages are broken here: a committee's head stays with its first model, the
models of one chi bộ stay together, and Nơi nhận and signature stay with the last rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.worksheet import Worksheet

from lamtheo_xls.definitions import fill
from lamtheo_xls.definitions.model import Consolidated, Field, Form
from lamtheo_xls.definitions.paper import NUMBER_MM, PAPER_MM
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Block, Counts, Line
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_pages import Paper, Put, Strip, page_starts
from lamtheo_xls.workbook.layout import lay_out
from lamtheo_xls.workbook.measure import text_mm, wrapped_lines

UNIT_MM = 40.0
LONG_MM, SHORT_MM = 297.0, 210.0
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 20.0, 20.0, 30.0, 15.0
_MM = 72 / 25.4
_ROOM = 0.97
"""Of a page's height: printers and programs measure rows a little differently."""
_SHORT_RUN = 3
_LINE = {11: 14.5, 12: 15.8, 13: 17.2, 14: 18.5, 15: 20.0}
_GRID = {"border": 1, "border_color": "#404040", "text_wrap": True, "font_size": 12, "num_format": "@"}
_MIDDLE = {"align": "center", "valign": "vcenter"}
_GREY = "#EDEDED"

FORMATS: Mapping[str, Mapping[str, Any]] = {
    "tk_org": {"font_size": 14, **_MIDDLE},
    "tk_org_bold": {"font_size": 14, "bold": True, **_MIDDLE},
    "tk_party": {"font_size": 15, "bold": True, "bottom": 1, **_MIDDLE},
    "tk_place": {"font_size": 14, "italic": True, **_MIDDLE},
    "tk_kind": {"font_size": 15, "bold": True, **_MIDDLE},
    "tk_abstract": {"font_size": 14, "bold": True, "text_wrap": True, **_MIDDLE},
    "tk_head": {**_GRID, "bold": True, **_MIDDLE},
    "tk_group": {**_GRID, "bold": True, "valign": "vcenter", "bg_color": _GREY},
    "tk_group_mid": {**_GRID, "bold": True, "bg_color": _GREY, **_MIDDLE},
    "tk_group_number": {**_GRID, "bold": True, "bg_color": _GREY, "num_format": "0", **_MIDDLE},
    "tk_total": {**_GRID, "bold": True, **_MIDDLE},
    "tk_total_mid": {**_GRID, "bold": True, **_MIDDLE},
    "tk_total_number": {**_GRID, "bold": True, "num_format": "0", **_MIDDLE},
    "tk_number": {**_GRID, "num_format": "0", **_MIDDLE},
    "tk_left": {**_GRID, "valign": "vcenter"},
    "tk_center": {**_GRID, **_MIDDLE},
    "tk_right": {**_GRID, "align": "right", "valign": "vcenter"},
    # A chi bộ with several models: its name once, no lines between.
    "tk_run_first": {**_GRID, "valign": "vcenter", "bottom": 0},
    "tk_run_mid": {**_GRID, "valign": "vcenter", "top": 0, "bottom": 0},
    "tk_run_last": {**_GRID, "valign": "vcenter", "top": 0},
    "tk_holes": {"font_size": 11, "italic": True, "valign": "vcenter"},
    "tk_label": {"font_size": 14, "underline": 1, "valign": "vcenter"},
    "tk_recipient": {"font_size": 12, "valign": "vcenter"},
    "tk_authority": {"font_size": 14, "bold": True, **_MIDDLE},
    "tk_post": {"font_size": 14, **_MIDDLE},
    "gr_head": {"border": 1, "border_color": "#808080", "bold": True, "text_wrap": True, "bg_color": _GREY},
    "tk_name": {"font_size": 14, "bold": True, **_MIDDLE},
}


class SignedSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A sheet whose first page carries no page number (domain/B.2), which XlsxWriter has no word for."""

    def _write_header_footer(self) -> None:
        self._xml_start_tag("headerFooter", [("differentFirst", 1)])
        self._write_odd_header()
        self._xml_end_tag("headerFooter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The printed columns: widths in millimetres, which hold amounts, where the head's halves lie."""

    fields: tuple[Field, ...]
    widths: tuple[float, ...]
    numbered: bool
    unit: bool
    run: tuple[int, int]
    """Columns of Party title, place and date, signature."""
    amounts: tuple[str, ...]
    child: str

    @property
    def columns(self) -> int:
        return len(self.widths)

    @property
    def offset(self) -> int:
        """Columns before the form's first."""
        return int(self.numbered) + int(self.unit)

    def at(self, id: str) -> int:
        return self.offset + 1 + next(i for i, f in enumerate(self.fields) if f.id == id)

    def width(self, first: int, last: int) -> float:
        return sum(self.widths[first - 1 : last])


def grid_of(form: Form, table: Consolidated, amounts: Sequence[str], child: str) -> Grid:
    """The printed columns of the form's table, with a column for the unit where the programme heads one."""
    source = form.table(table.table)
    printed = tuple(c for c in source.columns if c.printed)
    numbered, unit = bool(source.number_label), bool(table.unit_label)
    widths = [NUMBER_MM] * numbered + [UNIT_MM] * unit + [c.width or 30.0 for c in printed]
    scale = min(1.0, (PAPER_MM[form.orientation] - 1) / sum(widths))
    first, last = lay_out(form, {}).title_run
    return Grid(
        fields=printed,
        widths=tuple(w * scale for w in widths),
        numbered=numbered,
        unit=unit,
        run=(first + unit, last + unit),
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
    counts: Counts,
    holes: str,
    context: Mapping[str, str],
) -> None:
    """Writes the sheet; `holes` is the one line that says what is not in it."""
    paper = Paper()
    _head(paper, form, grid, context)
    _titles(paper, table, grid, context)
    _column_heads(paper, form, table, grid)
    noun = noun_of(table)
    for number, block in enumerate(blocks, start=1):
        _block(paper, grid, number, block, noun)
    paper.strips[-1].with_next = paper.strips[-1].soft = True
    _total(paper, grid, counts, noun, holes)
    _closing(paper, form, table, grid, context)
    _paint(sheet, out, paper, grid, form)


def noun_of(table: Consolidated) -> str:
    """What a row is called: «mô hình»."""
    try:
        return say(f"merge.nouns.{table.table}")
    except KeyError:
        return say("merge.nouns.row")


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


def _head(paper: Paper, form: Form, grid: Grid, context: Mapping[str, str]) -> None:
    """Organisation lines left, as many rows as they need; Party title with its rule and place-and-date right."""
    first, last = grid.run
    left: list[tuple[str, str]] = []
    for i, template in enumerate(form.head.left):
        bold = i == len(form.head.left) - 1
        text = fill(template, context).upper().strip()
        room = grid.width(1, first - 1) - 4
        left += [(t, "tk_org_bold" if bold else "tk_org") for t in broken(text, 14, room, bold=bold) if t]
    for i in range(max(len(left), 3)):
        puts = []
        if i < len(left):
            puts.append(Put(first=1, last=first - 1, value=left[i][0], style=left[i][1]))
        if i == 0 and form.head.title_right:
            puts.append(Put(first=first, last=last, value=form.head.title_right, style="tk_party"))
        if i == 2 and form.head.place_date:
            text = fill(form.field(form.head.place_date).default, context)
            puts.append(Put(first=first, last=last, value=text, style="tk_place"))
        paper.strips.append(Strip(height=21.0 if i == 0 else 19.0, puts=tuple(puts)))


def broken(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines that fit `width` millimetres, of about the same length."""
    count = wrapped_lines(text, size, width, bold=bold)
    if count == 1:
        return [text]
    words, lines = text.split(" "), [""]
    aim = text_mm(text, size, bold=bold) / count
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        full = text_mm(lines[-1], size, bold=bold) >= aim or wrapped_lines(longer, size, width, bold=bold) > 1
        if lines[-1] and full:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _titles(paper: Paper, table: Consolidated, grid: Grid, context: Mapping[str, str]) -> None:
    paper.strips.append(Strip(height=8.0))
    for i, template in enumerate(table.title):
        size, style = (14, "tk_abstract") if i else (15, "tk_kind")
        text = fill(template, context)
        lines = wrapped_lines(text, size, grid.width(1, grid.columns), bold=True)
        put = Put(first=1, last=grid.columns, value=text, style=style)
        paper.strips.append(Strip(height=lines * _LINE[size] + 1, puts=(put,)))
    paper.strips.append(Strip(height=8.0))


def _column_heads(paper: Paper, form: Form, table: Consolidated, grid: Grid) -> None:
    """One row of heads, or two where neighbouring columns share an upper head."""
    labels = [form.table(table.table).number_label] * grid.numbered + [table.unit_label] * grid.unit
    labels += [f.label for f in grid.fields]
    groups = [""] * grid.offset + [f.group for f in grid.fields]
    two = any(groups)
    upper: list[Put] = []
    lower: list[Put] = []
    column = 1
    while column <= grid.columns:
        group, last = groups[column - 1], column
        if not group:
            upper.append(Put(first=column, last=column, value=labels[column - 1], style="tk_head", down=int(two)))
        else:
            while last < grid.columns and groups[last] == group:
                last += 1
            upper.append(Put(first=column, last=last, value=group, style="tk_head"))
            lower += [Put(first=c, last=c, value=labels[c - 1], style="tk_head") for c in range(column, last + 1)]
        column = last + 1
    start = len(paper.strips) + 1
    tall = max((_height(p, grid, 12, bold=True) for p in (lower or upper)), default=18.0)
    if two:
        paper.strips.append(Strip(height=18.0, puts=tuple(upper), with_next=True))
    paper.strips.append(Strip(height=tall + 2, puts=tuple(lower if two else upper), with_next=True))
    paper.heads = (start, len(paper.strips))


def _block(paper: Paper, grid: Grid, number: int, block: Block, noun: str) -> None:
    """The committee's row, then its models; a chi bộ's models stay together, of a long run two at each end."""
    paper.strips.append(_group_strip(grid, number, block, noun))
    starts = [i for i, line in enumerate(block.lines) if not line.again]
    for start, end in zip(starts, (*starts[1:], len(block.lines)), strict=False):
        for i in range(start, end):
            strip = _line_strip(grid, block, block.lines[i])
            short, edge = end - start <= _SHORT_RUN, i in (start, end - 2)
            strip.with_next = strip.soft = i + 1 < end and (short or edge)
            paper.strips.append(strip)


def _group_strip(grid: Grid, number: int, block: Block, noun: str) -> Strip:
    said = say("merge.signed.nil") if block.nil else say("merge.signed.subtotal", n=block.models, gi=noun)
    amounts: Mapping[str, int | float | str] = dict.fromkeys(grid.amounts, "") if block.nil else block.amounts
    puts = _sums(grid, block.name, said, amounts, "tk_group", start=int(grid.numbered))
    if grid.numbered:
        puts.insert(0, Put(first=1, last=1, value=roman(number), style="tk_group_mid"))
    height = max(_height(p, grid, 12, bold=True) for p in puts) + 4
    return Strip(height=height, puts=tuple(puts), with_next=bool(block.lines))


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


def _line_strip(grid: Grid, block: Block, line: Line) -> Strip:
    puts = [Put(first=1, last=1, value=line.number, style="tk_number")] if grid.numbered else []
    if grid.unit:
        puts.append(Put(first=grid.offset, last=grid.offset, value=block.name, style="tk_left"))
    for f in grid.fields:
        at = grid.at(f.id)
        puts.append(Put(first=at, last=at, value=styles.clip(line.values[f.id]), style=f"tk_{f.align}"))
    seen = [p for p in puts if not (line.again and grid.child and p.first == grid.at(grid.child))]
    height = max(_height(p, grid, 12) for p in seen) + 4
    return Strip(height=min(max(height, 21.0), 409.0), puts=tuple(puts), line=line)


def _total(paper: Paper, grid: Grid, counts: Counts, noun: str, holes: str) -> None:
    said = say("merge.signed.subtotal", n=counts.models, gi=noun)
    puts = _sums(grid, say("merge.signed.total"), said, counts.amounts, "tk_total", start=0)
    paper.strips.append(Strip(height=22.0, puts=tuple(puts), with_next=True))
    lines = wrapped_lines(holes, 11, grid.width(1, grid.columns))
    put = Put(first=1, last=grid.columns, value=holes, style="tk_holes")
    paper.strips.append(Strip(height=lines * _LINE[11] + 4, puts=(put,), with_next=True))
    paper.strips.append(Strip(height=6.0, with_next=True))


def _closing(paper: Paper, form: Form, table: Consolidated, grid: Grid, context: Mapping[str, str]) -> None:
    """Signature right; Nơi nhận left, its label beside the signer's post as on the units' own form."""
    first, last = grid.run
    known = {k for k, v in context.items() if v}
    recipients = [fill(r, context) for r in table.recipients if _filled(r, known)]
    right = [
        (text, style)
        for text, style in (
            (fill(table.authority, context).upper(), "tk_authority"),
            (context.get("chuc_vu_ky", "").upper(), "tk_post"),
        )
        if text
    ]
    left = [(form.closing.recipients_label, "tk_label"), *((r, "tk_recipient") for r in recipients)]
    rows = max(len(right) + 4, len(left))
    for i in range(rows):
        puts = []
        if i < len(left) and left[i][0] and first > 1:
            puts.append(Put(first=1, last=first - 1, value=left[i][0], style=left[i][1]))
        if i < len(right):
            puts.append(Put(first=first, last=last, value=right[i][0], style=right[i][1]))
        if i == rows - 1:
            puts.append(Put(first=first, last=last, value=context.get("nguoi_ky", ""), style="tk_name"))
        paper.strips.append(Strip(height=19.0, puts=tuple(puts), with_next=i < rows - 1))


def _filled(template: str, known: set[str]) -> bool:
    """No name in the template would leave a gap."""
    return all(part.partition("}")[0] in known for part in template.split("{")[1:])


def _height(put: Put, grid: Grid, size: int, *, bold: bool = False) -> float:
    text = str(put.value)
    return wrapped_lines(text, size, grid.width(put.first, put.last), bold=bold) * _LINE[size]


# -- pages and paint -------------------------------------------------------------------------------------------------


def _paint(sheet: Any, out: styles.Book, paper: Paper, grid: Grid, form: Form) -> None:
    landscape = form.orientation == "landscape"
    height = SHORT_MM if landscape else LONG_MM
    starts = page_starts(paper, (height - TOP_MM - BOTTOM_MM) * _MM * _ROOM)
    _name_once(paper, grid, set(starts))
    for column, width in enumerate(grid.widths):
        styles.done(sheet.set_column(column, column, (width / 25.4 * 96 - 5) / 7))
    for row, strip in enumerate(paper.strips, start=1):
        styles.done(sheet.set_row(row - 1, strip.height))
        for p in strip.puts:
            style = out.formats[p.style]
            if isinstance(p.value, str):
                styles.put_merged(sheet, row, p.first, p.last, p.value, style, to_row=row + p.down)
            else:
                styles.put(sheet, row, p.first, p.value, style)
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    inch = 1 / 25.4
    sheet.set_margins(left=LEFT_MM * inch, right=RIGHT_MM * inch, top=TOP_MM * inch, bottom=BOTTOM_MM * inch)
    sheet.fit_to_pages(1, 0)
    styles.done(sheet.set_header(f'&C&"{styles.FONT},Regular"&14&P', {"margin": 10 * inch}))
    styles.done(sheet.print_area(0, 0, len(paper.strips) - 1, grid.columns - 1))
    styles.done(sheet.repeat_rows(paper.heads[0] - 1, paper.heads[1] - 1))
    if starts:
        sheet.set_h_pagebreaks([row - 1 for row in starts])


def _name_once(paper: Paper, grid: Grid, starts: set[int]) -> None:
    """The chi bộ's name stands on the first of its models and again where a page begins."""
    if not grid.child or all(f.id != grid.child for f in grid.fields):
        return
    at = grid.at(grid.child)
    for row, strip in enumerate(paper.strips, start=1):
        if strip.line is None:
            continue
        after = paper.strips[row].line if row < len(paper.strips) else None
        joined = strip.line.again and row not in starts
        goes_on = after is not None and after.again and row + 1 not in starts
        if not joined and not goes_on:
            continue
        style = "tk_run_mid" if joined and goes_on else "tk_run_last" if joined else "tk_run_first"
        strip.puts = tuple(
            Put(first=at, last=at, value="" if joined else p.value, style=style) if p.first == at else p
            for p in strip.puts
        )

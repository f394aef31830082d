"""What every sheet TRÌNH KÝ has around its table: the page, the head, the titles, Nơi nhận and signature (domain/B)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from lamtheo_xls.definitions import fill
from lamtheo_xls.definitions.model import Consolidated, Form
from lamtheo_xls.definitions.paper import PAPER_MM
from lamtheo_xls.findings import say
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_pages import (
    BOTTOM_MM,
    LEFT_MM,
    RIGHT_MM,
    TOP_MM,
    Page,
    Paper,
    Put,
    Strip,
    page_starts,
)
from lamtheo_xls.reports.consolidated_rows import LINE, join_rows
from lamtheo_xls.workbook.measure import text_mm, wrapped_lines

_SHRUNK = 1.3
"""A table that needs no more than so many pages is shrunk to one, so that no signature is left alone."""
_RULE = 1.25
"""Columns wider than so many times the Party title: its rule is drawn under the words, not along the cell."""
_GRID = {"border": 1, "border_color": "#404040", "text_wrap": True, "font_size": 12, "num_format": "@"}
_MIDDLE = {"align": "center", "valign": "vcenter"}
_GREY = "#EDEDED"
_ACROSS: Mapping[str, Mapping[str, Any]] = {
    "tk_number": {**_GRID, "num_format": "0", "align": "center"},
    "tk_left": _GRID,
    "tk_center": {**_GRID, "align": "center"},
    "tk_right": {**_GRID, "align": "right"},
}
_DOWN = {"": "vcenter", "_top": "top"}
"""In a row that may be cut where a page ends, texts begin at the top."""
_CELLS: Mapping[str, Mapping[str, Any]] = {
    f"{name}{place}": {**cell, "valign": valign} for name, cell in _ACROSS.items() for place, valign in _DOWN.items()
}
_OPEN: Mapping[str, Mapping[str, Any]] = {
    "first": {"bottom": 0},
    "mid": {"top": 0, "bottom": 0},
    "last": {"top": 0},
}
"""Cells that run on over several rows: no lines between."""

FORMATS: Mapping[str, Mapping[str, Any]] = {
    "tk_org": {"font_size": 14, **_MIDDLE},
    "tk_org_bold": {"font_size": 14, "bold": True, **_MIDDLE},
    "tk_party": {"font_size": 15, "bold": True, "bottom": 1, **_MIDDLE},
    "tk_party_wide": {"font_size": 15, "bold": True, "underline": 1, **_MIDDLE},
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
    **_CELLS,
    **{f"{name}_{place}": {**cell, **edge} for name, cell in _CELLS.items() for place, edge in _OPEN.items()},
    "tk_holes": {"font_size": 11, "italic": True, "valign": "vcenter"},
    "tk_label": {"font_size": 14, "underline": 1, "valign": "vcenter"},
    "tk_recipient": {"font_size": 12, "valign": "vcenter"},
    "tk_authority": {"font_size": 14, "bold": True, **_MIDDLE},
    "tk_post": {"font_size": 14, **_MIDDLE},
    "tk_name": {"font_size": 14, "bold": True, **_MIDDLE},
    "gr_head": {"border": 1, "border_color": "#808080", "bold": True, "text_wrap": True, "bg_color": _GREY},
}


class SignedSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A sheet whose first page carries no page number (domain/B.2), which XlsxWriter has no word for."""

    def _write_header_footer(self) -> None:
        self._xml_start_tag("headerFooter", [("differentFirst", 1)])
        self._write_odd_header()
        self._xml_end_tag("headerFooter")


def page_of(widths: Sequence[float], form: Form) -> Page:
    """The page for columns of these widths: lying where the form lies or they need it, shrunk to what there is."""
    landscape = form.orientation == "landscape" or sum(widths) > PAPER_MM["portrait"]
    scale = min(1.0, (PAPER_MM["landscape" if landscape else "portrait"] - 1) / sum(widths))
    fitted = tuple(w * scale for w in widths)
    return Page(widths=fitted, landscape=landscape, run=_title_run(fitted, form.head.title_right))


def _title_run(widths: Sequence[float], title: str) -> tuple[int, int]:
    """The neighbouring columns for Party title and signature: about as wide as the title, for its rule is as long, and
    about the middle of the right half."""
    need, total, columns = text_mm(title, 15, bold=True) + 3, sum(widths), len(widths)
    best = (0.0, columns // 2 + 1, columns)
    for first in range(2, columns + 1):
        start = sum(widths[: first - 1])
        for last in range(first, columns + 1):
            width = sum(widths[first - 1 : last])
            if start < 0.4 * total or width < need:
                continue
            cost = width - need + abs(start + width / 2 - 0.75 * total) / 2 + 1.0
            if not best[0] or cost < best[0]:
                best = (cost, first, last)
    return best[1], best[2]


# -- around the table ------------------------------------------------------------------------------------------------


def put_head(paper: Paper, form: Form, page: Page, context: Mapping[str, str]) -> None:
    """Organisation lines left, as many rows as they need; Party title with its rule and place-and-date right."""
    first, last = page.run
    left: list[tuple[str, str]] = []
    names = [text for key in ("cap_tren", "don_vi") if (text := context[key].upper().strip())]
    for i, text in enumerate(names):
        bold = i == len(names) - 1
        room = page.width(1, first - 1) - 4
        left += [(t, "tk_org_bold" if bold else "tk_org") for t in broken(text, 14, room, bold=bold) if t]
    if form.head.star and left:
        left.append(("*", "tk_org"))
    place = next((f for f in form.fields if f.id == form.head.place_date), None)
    for i in range(max(len(left), 3)):
        puts = []
        if i < len(left):
            puts.append(Put(first=1, last=first - 1, value=left[i][0], style=left[i][1]))
        if i == 0 and form.head.title_right:
            wide = page.width(first, last) > _RULE * text_mm(form.head.title_right, 15, bold=True)
            style = "tk_party_wide" if wide else "tk_party"
            puts.append(Put(first=first, last=last, value=form.head.title_right, style=style))
        if i == 2 and place is not None:
            puts.append(Put(first=first, last=last, value=fill(place.default, context), style="tk_place"))
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


def put_titles(paper: Paper, table: Consolidated, page: Page, context: Mapping[str, str]) -> None:
    """The kind of document, then what it is about."""
    paper.strips.append(Strip(height=8.0))
    for i, template in enumerate(table.title):
        size, style = (14, "tk_abstract") if i else (15, "tk_kind")
        put = Put(first=1, last=page.columns, value=fill(template, context), style=style)
        paper.strips.append(Strip(height=page.lines(put, size, bold=True) * LINE[size] + 1, puts=(put,)))
    paper.strips.append(Strip(height=8.0))


def put_column_heads(paper: Paper, page: Page, labels: Sequence[str], groups: Sequence[str]) -> None:
    """One row of heads, or two where neighbouring columns share an upper head; repeated on every page."""
    two = any(groups)
    upper: list[Put] = []
    lower: list[Put] = []
    column = 1
    while column <= page.columns:
        group, last = groups[column - 1], column
        if not group:
            upper.append(Put(first=column, last=column, value=labels[column - 1], style="tk_head", down=int(two)))
        else:
            while last < page.columns and groups[last] == group:
                last += 1
            upper.append(Put(first=column, last=last, value=group, style="tk_head"))
            lower += [Put(first=c, last=c, value=labels[c - 1], style="tk_head") for c in range(column, last + 1)]
        column = last + 1
    start = len(paper.strips) + 1

    def tall(puts: Sequence[Put]) -> float:
        return max((page.lines(p, 12, bold=True) * LINE[12] for p in puts), default=0.0) + 2

    single, above = [p for p in upper if p.down], [p for p in upper if not p.down]
    if not two:
        paper.strips.append(Strip(height=tall(upper), puts=tuple(upper), with_next=True))
    else:
        first = max(18.0, tall(above))
        second = max(tall(lower), tall(single) - first)
        paper.strips.append(Strip(height=first, puts=tuple(upper), with_next=True))
        paper.strips.append(Strip(height=second, puts=tuple(lower), with_next=True))
    paper.heads = (start, len(paper.strips))


def put_holes(paper: Paper, page: Page, holes: str) -> None:
    """The line that says what is not in the table, and a little room."""
    put = Put(first=1, last=page.columns, value=holes, style="tk_holes")
    paper.strips.append(Strip(height=page.lines(put, 11) * LINE[11] + 4, puts=(put,), with_next=True))
    paper.strips.append(Strip(height=6.0, with_next=True))


def put_closing(paper: Paper, form: Form, table: Consolidated, page: Page, context: Mapping[str, str]) -> None:
    """Signature right; Nơi nhận left, its label beside the signer's post as on the units' own form."""
    first, last = page.run
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
    label = form.closing.recipients_label or say("merge.signed.recipients")
    left = [(label, "tk_label"), *((r, "tk_recipient") for r in recipients)]
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


def paint(sheet: Any, out: styles.Book, paper: Paper, page: Page, *, child: tuple[int, str] = (0, "")) -> None:
    """Writes the strips with page breaks, heads repeated, one page wide; `child` as for `join_rows`."""
    short = page.height < sum(s.height for s in paper.strips) <= page.height * _SHRUNK
    starts = () if short else page_starts(paper, page.height)
    join_rows(paper, set(starts), child)
    for column, width in enumerate(page.widths):
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
    if page.landscape:
        sheet.set_landscape()
    inch = 1 / 25.4
    sheet.set_margins(left=LEFT_MM * inch, right=RIGHT_MM * inch, top=TOP_MM * inch, bottom=BOTTOM_MM * inch)
    sheet.fit_to_pages(1, int(short))
    styles.done(sheet.set_header(f'&C&"{styles.FONT},Regular"&14&P', {"margin": 10 * inch}))
    styles.done(sheet.print_area(0, 0, len(paper.strips) - 1, page.columns - 1))
    styles.done(sheet.repeat_rows(paper.heads[0] - 1, paper.heads[1] - 1))
    if starts:
        sheet.set_h_pagebreaks([row - 1 for row in starts])

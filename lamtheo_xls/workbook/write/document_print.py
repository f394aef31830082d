"""Owns what stands on BẢN IN of a form with paragraphs: its true values, alike to the formulas, and the painting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook import lines
from lamtheo_xls.workbook.document import (
    BOLD,
    CENTRE,
    INDENT,
    INDENT_WIDE,
    LINE_POINTS,
    SIDES,
    SIDES_BOLD,
    SIDES_ITALIC,
    SIZE,
    UNEVEN,
    DocumentLayout,
    Item,
    lay_out_document,
    page_ends,
)
from lamtheo_xls.workbook.layout import Layout, column_letters
from lamtheo_xls.workbook.write.document_formulas import document_formulas
from lamtheo_xls.workbook.write.package import held
from lamtheo_xls.workbook.write.panel import Cached, Cell, Filled, texts_of
from lamtheo_xls.workbook.write.pen import Pen, put


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """BẢN IN of one layout, ready to be evaluated for many fillings."""

    form: Form
    layout: Layout
    place: DocumentLayout
    blank: Mapping[Cell, Cached]

    def values(
        self, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Cell, Cached]
    ) -> dict[Cell, Cached]:
        """The true value of every formula cell of BẢN IN; `panel` holds the main sheet's."""
        place, out = self.place, dict(self.blank)
        said = texts_of(self.form, self.layout, filled, context, panel)
        for head in place.heads:
            out[head.row, head.first] = said.get(head.source, "")
        self._head(out, said)
        texts = [self._text(place.first_row + i, item, said, out) for i, item in enumerate(place.items)]
        used = self.layout.helper_columns["used"]
        ranks = [item.fixed + (int(panel[item.ranked, used]) if item.ranked else 0) for item in place.items]
        wants = _wants(place, texts, ranks)
        first, names = place.first_row, place.helpers
        out.update(((first + i, names["text"]), text) for i, text in enumerate(texts))
        out.update(((first + i, names["rank"]), rank) for i, rank in enumerate(ranks))
        out.update(((first + i, names["together"]), want) for i, want in enumerate(wants))
        printed, overflow = self._lines(out, texts, ranks, wants)
        out[place.overflow_row, 1] = say("workbook.print.overflow") if overflow else ""
        holds, later = place.lines_of_pages
        pages = 1 + max(0, math.ceil((printed - holds) / later))
        hint = say("workbook.print.overflow") if overflow else say("workbook.print.pages", so=pages)
        out[1, place.hint_column] = hint
        return out

    def _head(self, out: dict[Cell, Cached], said: Mapping[Cell, str]) -> None:
        place, names = self.place, self.place.helpers
        shown: list[tuple[str, int]] = []
        rest, taken = "", 0
        for row, line in enumerate(place.left, start=1):
            if line is None:
                text = lines.one_line(rest[taken:])
            elif line.cut:
                rest, measured = lines.one_line(said.get(line.source, "")), place.metrics.measured
                wide = lines.wide(rest[:measured], line.look == BOLD)
                fits = lines.fitting(len(rest), measured, wide, place.half_room)
                taken = lines.taken(rest, fits)
                text = lines.one_line(rest[:taken])
                for name, value in (("wide", wide), ("fits", fits), ("taken", taken)):
                    out[row, names[name]] = value
                out[row, names["rest"]] = rest
            else:
                text = said.get(line.source, "")
            look = place.look_of(row)
            shown += [(text, look)] if text else []
            out |= {(row, names["text"]): text, (row, names["look"]): look, (row, names["rank"]): len(shown)}
        for row in range(1, len(place.left) + 1):
            out[row, 1], out[row, names["style"]] = shown[row - 1] if row <= len(shown) else ("", 0)
        if place.dated:
            spot, dated = place.dated
            out.update(((row, 2), "") for row in dated)
            out[max(len(shown), dated[0]), 2] = said.get(spot, "")

    def _text(self, row: int, item: Item, said: Mapping[Cell, str], out: dict[Cell, Cached]) -> str:
        place = self.place
        if item.look < SIDES:
            return lines.tidy(said.get(item.source, "")) if item.source else ""
        bold, measured = item.look == SIDES_BOLD, place.metrics.measured
        left, right = (lines.one_line(said.get(spot, "")) if spot else "" for spot in (item.source, item.right))
        out[row, place.helpers["left_wide"]] = lines.wide(left[:measured], bold)
        out[row, place.helpers["right_wide"]] = lines.wide(right[:measured], bold)
        return lines.side_by_side(left, right, place.across, bold=bold, block=item.block, measured=measured)

    def _lines(
        self, out: dict[Cell, Cached], texts: Sequence[str], ranks: Sequence[int], wants: Sequence[int]
    ) -> tuple[int, bool]:
        """Sets the items into lines; how many lines were needed, and whether there were not enough."""
        place, names = self.place, self.place.helpers
        found = {rank: i for i, rank in reversed(list(enumerate(ranks, start=1)))}
        begun = item = taken = printed = 0
        rest = ""
        for row in range(place.first_row, place.last_row + 1):
            left, goes_on = place.left_on_page(row), taken < len(rest)
            if begun == ranks[-1] and not goes_on:
                out.update(((r, names["begun"]), begun) for r in range(row, place.last_row + 1))
                break
            following = found.get(begun + 1, 0)
            new = not goes_on or rest[max(taken, 1) - 1] == lines.NEWLINE
            if goes_on:
                rest = rest[taken:]
            else:
                takes = following if following and wants[following - 1] <= left else 0
                begun, item, rest = begun + bool(takes), takes, texts[takes - 1] if takes else ""
                printed = row - place.first_row + 1 if takes and begun == ranks[-1] else printed
            style = place.items[item - 1].look if item else 0
            length, measured = len(rest), place.metrics.measured
            wide = lines.wide(rest[:measured], style in (BOLD, CENTRE)) if style < SIDES else 0
            width = self._room(style, wide * max(length / measured, 1), new=new)
            fits = taken = 0
            if style >= SIDES:
                taken, out[row, 1] = length, rest
            elif rest:
                fits = lines.fitting(length, measured, wide, width)
                held = goes_on and begun == ranks[place.closing - 1] - 1 and length <= place.short
                if not held or left >= place.signature + 2:
                    taken = lines.taken(rest, fits)
                    out[row, 1] = self._set(rest, taken, style, wide, width)
            out.update(
                {
                    (row, names["next"]): following,
                    (row, names["begun"]): begun,
                    (row, names["item"]): item,
                    (row, names["style"]): style,
                    (row, names["rest"]): rest,
                    (row, names["room"]): width,
                    (row, names["wide"]): wide,
                    (row, names["fits"]): fits,
                    (row, names["taken"]): taken,
                }
            )
        return printed, taken < len(rest) or begun < ranks[-1]

    def _room(self, style: int, whole: float, *, new: bool) -> int:
        """How wide the line may be; a title whose `whole` text takes several lines has them about as long."""
        if style != CENTRE:
            return self.place.room - (INDENT_WIDE if new else 0)
        most = self.place.title_room
        return most if whole <= most else min(int(whole * UNEVEN / (100 * math.ceil(whole / most))), most)

    def _set(self, rest: str, taken: int, style: int, wide: int, width: int) -> str:
        """A line with the blanks before it."""
        place = self.place
        text = " ".join(w for w in rest[:taken].replace("\n", "").split(" ") if w)
        if style != CENTRE:
            return (lines.BLANK * INDENT if width < place.room else "") + text
        share = wide * len(text) / max(min(len(rest), place.metrics.measured), 1)
        return lines.BLANK * max(math.floor((place.across - share) / (2 * lines.SPACE)), 0) + text


def _wants(place: DocumentLayout, texts: Sequence[str], ranks: Sequence[int]) -> list[int]:
    """How many lines each item wants to have on the page on which it begins: a paragraph two, a heading its own and
    what the item below it wants, the signature all of it and two lines of the text above."""
    close = ranks[place.closing - 1]
    out: list[int] = []
    of_rank: dict[int, int] = {}
    for i in range(len(place.items), 0, -1):
        item, text, rank = place.items[i - 1], texts[i - 1], ranks[i - 1]
        wanted = 2 if len(text) > place.short // 2 else 1
        if i >= place.closing:
            wanted = place.signature if i == place.closing else 1
        elif not item.ranked:
            wanted = 1
        elif rank == close - 1:
            whole = (2 if len(text) <= place.short else 3) + place.signature
            wanted = whole if len(text) <= place.short * 3 // 2 else 2
        elif item.leads:
            wanted = min(wanted + of_rank[rank + 1], place.most_together)
        out.append(wanted)
        of_rank[rank] = wanted
    return out[::-1]


def plan_document(form: Form, layout: Layout) -> DocumentPlan:
    """What `values` needs to know of a layout, gathered once."""
    place = lay_out_document(form, layout)
    blank: dict[Cell, Cached] = {}
    for row in range(place.first_row, place.last_row + 1):
        blank.update(((row, column), 0) for column in place.helpers.values())
        blank |= {
            (row, 1): "",
            (row, place.helpers["rest"]): "",
            (row, place.helpers["room"]): place.room - INDENT_WIDE,
        }
    numbers = {(place.first_row + i, place.helpers["look"]): item.look for i, item in enumerate(place.items)}
    formulas = document_formulas(form, layout)
    return DocumentPlan(form, layout, place, {at: v for at, v in (blank | numbers).items() if at in formulas})


# -- painting --------------------------------------------------------------------------------------------------------


def paint_document(pen: Pen, sheet: Worksheet, values: Mapping[Cell, Cached]) -> None:
    """BẢN IN of a form with paragraphs, with its cached values."""
    place = lay_out_document(pen.form, pen.layout)
    hidden = range(place.columns + 1, place.hint_column)
    pen.all_locked(sheet, {**place.widths, place.hint_column: 42.0}, hidden)
    formulas = document_formulas(pen.form, pen.layout)
    boxes = [(head.row, head.first, head.last, head.style + "+print") for head in place.heads]
    boxes += [(row, 1, 1, "org+print") for row in range(1, len(place.left) + 1)]
    if place.dated:
        boxes += [(row, 2, place.columns, "place_date+print") for row in place.dated[1]]
    looks = {(row, first): pen.format(style) for row, first, _, style in boxes}
    looks[1, place.hint_column] = looks[place.overflow_row, 1] = pen.format("print_hint")
    line, helper = pen.format("print_row", font_size=SIZE, align="left"), pen.format("helper")
    letters = pen.format("helper", num_format=";;;")  # marks that would be drawn over the cell before
    for row in range(1, place.overflow_row + 1):
        put(sheet.set_row(row - 1, place.heights.get(row, LINE_POINTS)))
    for row, first, last, _ in boxes:
        _merge(sheet, row, first, last, looks[row, first])
    for row in range(place.first_row, place.overflow_row + 1):
        _merge(sheet, row, 1, place.columns, looks.get((row, 1), line))
    for (row, column), constant in place.metrics.cells().items():
        if isinstance(constant, str):
            put(sheet.write_string(row - 1, column - 1, constant, letters))
        else:
            put(sheet.write_number(row - 1, column - 1, constant, helper))
    for (row, column), formula in formulas.items():
        style = looks.get((row, column), line if column == 1 else helper)
        _formula(sheet, row, column, formula, style, values[row, column])
    begin = f"${column_letters(place.helpers['style'])}1"
    for criteria, look in (
        (f"=OR({begin}={BOLD},{begin}={CENTRE},{begin}={SIDES_BOLD})", pen.format("cf.bold")),
        (f"={begin}={SIDES_ITALIC}", pen.format("cf.italic")),
    ):
        options = {"type": "formula", "criteria": criteria, "format": look}
        area = (0, 0, place.last_row - 1, 0)
        put(sheet.conditional_format(*area, options))
    pen.page(sheet, pen.form.orientation, code=pen.code, number=say("workbook.footer.document"))
    sheet.set_start_page(1)
    put(sheet.set_h_pagebreaks(page_ends(place)))
    put(sheet.print_area(0, 0, place.overflow_row - 1, place.columns - 1))
    sheet.set_zoom(90)
    pen.protect(sheet)


def _formula(sheet: Worksheet, row: int, column: int, formula: str, style: Format, value: Cached) -> None:
    cached = held(value) if isinstance(value, str) else value
    if formula.startswith("{"):
        put(sheet.write_array_formula(row - 1, column - 1, row - 1, column - 1, formula, style, cached))
    else:
        put(sheet.write_formula(row - 1, column - 1, formula, style, cached))


def _merge(sheet: Worksheet, row: int, first: int, last: int, style: Format) -> None:
    if last > first:
        put(sheet.merge_range(row - 1, first - 1, row - 1, last - 1, "", style))

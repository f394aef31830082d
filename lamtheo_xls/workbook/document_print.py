"""Owns what stands on BẢN IN of a form with paragraphs: every cell as a formula and, alike, as a true value in Python.

Beside the lines stand, hidden, the items: each with its text, its rank and how many lines it wants to have together. A
line goes on with the item of the line above, or takes the next one, or stays blank until the page ends.
"""

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
    LINE_POINTS,
    SIDES,
    SIDES_BOLD,
    SIDES_ITALIC,
    SIZE,
    DocumentLayout,
    Item,
    lay_out_document,
    page_ends,
)
from lamtheo_xls.workbook.layout import Layout, Spot, column_letters
from lamtheo_xls.workbook.package import held
from lamtheo_xls.workbook.panel import Cached, Cell, Fences, Filled, texts_of
from lamtheo_xls.workbook.pen import Pen, put

_SPARE = 2  # of a line, in hundredths, on each side of a title
_UNEVEN = 110  # hundredths: how much longer than its other lines a title's first may be


def document_formulas(form: Form, layout: Layout) -> dict[Cell, str]:
    """The formula of every formula cell of BẢN IN, with its `=`; an array formula with `{=` and `}`."""
    return _Formulas(form, layout).all()


class _Formulas:
    """Gathers the formulas of one layout; used once by `document_formulas`."""

    def __init__(self, form: Form, layout: Layout) -> None:
        self.layout, self.place = layout, lay_out_document(form, layout)
        self.fences, self.main = Fences(layout), f"'{layout.sheet}'!"
        self.letters = {name: column_letters(c) for name, c in self.place.helpers.items()}
        first, last = self.place.first_row, self.place.last_item
        self.column = {name: f"${c}${first}:${c}${last}" for name, c in self.letters.items()}
        self.last_rank = f"${self.letters['rank']}${last}"
        self.close_rank = f"${self.letters['rank']}${first + self.place.closing - 1}"
        self.out: dict[Cell, str] = {}

    def all(self) -> dict[Cell, str]:
        place = self.place
        for head in place.heads:
            self.out[head.row, head.first] = f'={self.fences.fixed(head.source, self.main)}&""'
        self._head()
        for i, item in enumerate(place.items):
            self._item(place.first_row + i, item)
        for row in range(place.first_row, place.last_row + 1):
            self._line(row)
        last, overflow = place.last_row, say("workbook.print.overflow")
        over = f"OR({self._goes_on(last)},{self._at('begun', last)}<{self.last_rank})"
        begun = f"{self._at('begun', place.first_row)}:{self._at('begun', last)}"
        printed = f"IFERROR(MATCH({self.last_rank},{begun},0),0)"
        first, later = place.lines_of_pages
        pages = f"1+MAX(0,ROUNDUP(({printed}-{first})/{later},0))"
        before, after = say("workbook.print.pages").split("{so}")
        self.out[1, place.hint_column] = f'=IF({over},"{overflow}","{before}"&({pages})&"{after}")'
        self.out[place.overflow_row, 1] = f'=IF({over},"{overflow}","")'
        return self.out

    def _at(self, name: str, row: int) -> str:
        return f"${self.letters[name]}{row}"

    def _set(self, name: str, row: int, formula: str, *, array: bool = False) -> None:
        self.out[row, self.place.helpers[name]] = "{=" + formula + "}" if array else "=" + formula

    def _source(self, spot: Spot | None) -> str:
        return f'{self.fences.fixed(spot, self.main)}&""' if spot else '""'

    def _head(self) -> None:
        """Left the lines that close up, right the place-and-date line beside the last of them."""
        place, rows = self.place, len(self.place.left)
        for row, line in enumerate(place.left, start=1):
            text, rest, taken = self._at("text", row), self._at("rest", row), self._at("taken", row)
            if line is None:
                above = f"{self._at('rest', row - 1)},{self._at('taken', row - 1)}+1"
                self._set("text", row, f"TRIM(MID({above},32767))")
            elif line.cut:
                wide, fits = self._at("wide", row), self._at("fits", row)
                measured, bold = place.metrics.measured, "TRUE" if line.look == BOLD else "FALSE"
                self._set("rest", row, _in_one_line(self._source(line.source)))
                self._set("wide", row, place.metrics.wide_formula(rest, bold), array=True)
                self._set("fits", row, lines.fitting_formula(f"LEN({rest})", measured, wide, str(place.half_room)))
                self._set("taken", row, lines.taken_formula(rest, fits))
                self._set("text", row, f"TRIM(LEFT({rest},{taken}))")
            else:
                self._set("text", row, self._source(line.source))
            one_more = f"IF(LEN({text})>0,1,0)"
            self._set("rank", row, one_more if row == 1 else f"{self._at('rank', row - 1)}+{one_more}")
            self._set("look", row, str(place.look_of(row)))
            found = f"MATCH({row},{self._at('rank', 1)}:{self._at('rank', rows)},0)"
            self._set("style", row, f"IFERROR(INDEX({self._at('look', 1)}:{self._at('look', rows)},{found}),0)")
            texts = f"{self._at('text', 1)}:{self._at('text', rows)}"
            self.out[row, 1] = f'=IFERROR(INDEX({texts},{found}),"")'
        if place.dated:
            spot, dated = place.dated
            last = self._at("rank", rows) if rows else "0"
            for row in dated:
                self.out[row, 2] = f'=IF(MAX({last},{dated[0]})={row},{self._source(spot)},"")'

    def _item(self, row: int, item: Item) -> None:
        place = self.place
        if item.look < SIDES:
            text = f'IFERROR({lines.tidy_formula(self._source(item.source))},"")' if item.source else '""'
        else:
            left, right = (_in_one_line(self._source(spot)) for spot in (item.source, item.right))
            wides = self._at("left_wide", row), self._at("right_wide", row)
            bold = "TRUE" if item.look == SIDES_BOLD else "FALSE"
            for name, half in (("left_wide", left), ("right_wide", right)):
                self._set(name, row, place.metrics.wide_formula(half, bold), array=True)
            text = lines.side_by_side_formula(left, right, wides, place.across, block=item.block)
        self._set("text", row, text)
        used = f"{self.main}${column_letters(self.layout.helper_columns['used'])}${item.ranked}" if item.ranked else ""
        self._set("rank", row, f"{used}+{item.fixed}" if used else str(item.fixed))
        self._set("look", row, str(item.look))
        self._set("together", row, self._together(row, item))

    def _together(self, row: int, item: Item) -> str:
        """How many lines the item wants to have with its first; see `_wants`."""
        place, rank, own = self.place, self._at("rank", row), f"LEN({self._at('text', row)})"
        if row >= place.first_row + place.closing - 1:
            return str(place.signature if row == place.first_row + place.closing - 1 else 1)
        if not item.ranked:
            return "1"
        usual, final = f"IF({own}>{place.short // 2},2,1)", f"IF({own}<={place.short},{2 + place.signature},2)"
        if item.leads:
            below = {
                name: f"{self._at(name, row + 1)}:{self._at(name, place.last_item)}" for name in ("rank", "together")
            }
            following = f"INDEX({below['together']},MATCH({rank}+1,{below['rank']},0))"
            usual = f"MIN({usual}+{following},{place.most_together})"
        return f"IF({rank}={self.close_rank}-1,{final},{usual})"

    def _goes_on(self, row: int) -> str:
        return f"{self._at('taken', row)}<LEN({self._at('rest', row)})"

    def _line(self, row: int) -> None:
        """Which item stands here, and what of it is still to be printed."""
        goes_on, left = self._goes_on(row - 1), self.place.left_on_page(row)
        following, begun, item = (self._at(name, row) for name in ("next", "begun", "item"))
        begun_above, item_above = self._at("begun", row - 1), self._at("item", row - 1)
        self._set("next", row, f"IFERROR(MATCH({begun_above}+1,{self.column['rank']},0),0)")
        waits = f"OR({following}=0,INDEX({self.column['together']},MAX({following},1))>{left})"
        self._set("begun", row, f"{begun_above}+IF({goes_on},0,IF({waits},0,1))")
        self._set("item", row, f"IF({goes_on},{item_above},IF({begun}>{begun_above},{following},0))")
        self._set("style", row, f"IF({item}=0,0,INDEX({self.column['look']},{item}))")
        rest = f"MID({self._at('rest', row - 1)},{self._at('taken', row - 1)}+1,32767)"
        self._set("rest", row, f'IF({item}=0,"",IF({goes_on},{rest},INDEX({self.column["text"]},{item})))')
        self._cut(row, goes_on, left)

    def _cut(self, row: int, goes_on: str, left: int) -> None:
        """How much of it the line takes, and how that looks."""
        place, measured = self.place, self.place.metrics.measured
        style, rest, room, wide, fits, taken = (self._at(name, row) for name in _CUT)
        length, as_it_is = f"LEN({rest})", f"{style}>={SIDES}"
        last = f"MID({self._at('rest', row - 1)},MAX({self._at('taken', row - 1)},1),1)"
        indent = f"IF({goes_on},IF({last}=CHAR(10),{_INDENT},0),{_INDENT})"
        whole, most = f"{wide}*MAX({length}/{measured},1)", _title_room(place)
        even = f"IF({whole}<={most},{most},MIN(INT({whole}*{_UNEVEN}/(100*ROUNDUP({whole}/{most},0))),{most}))"
        self._set("room", row, f"IF({style}={CENTRE},{even},{place.room}-{indent})")
        none = f"OR({length}=0,{as_it_is})"
        measure = place.metrics.wide_formula(rest, f"OR({style}={BOLD},{style}={CENTRE})")
        self._set("wide", row, f"IF({none},0,{measure})", array=True)
        self._set("fits", row, f"IF({none},0,{lines.fitting_formula(length, measured, wide, room)})")
        near_the_end = f"{self._at('begun', row)}={self.close_rank}-1,{length}<={place.short}"
        held = f"AND({goes_on},{near_the_end},{left}<{place.signature + 2})"
        self._set("taken", row, f"IF({as_it_is},{length},IF({held},0,{lines.taken_formula(rest, fits)}))")
        text = f'TRIM(SUBSTITUTE(LEFT({rest},{taken}),CHAR(10),""))'
        share = f"{wide}*LEN({text})/MAX(MIN({length},{measured}),1)"
        middle = f"MAX(INT(({place.across}-{share})/{2 * lines.SPACE}),0)"
        blanks = f'REPT("{lines.BLANK}",IF({style}={CENTRE},{middle},IF({room}<{place.room},{INDENT},0)))'
        self.out[row, 1] = f'=IF({taken}=0,"",IF({as_it_is},{rest},{blanks}&{text}))'


_CUT = ("style", "rest", "room", "wide", "fits", "taken")
_INDENT = INDENT * lines.SPACE


def _title_room(place: DocumentLayout) -> int:
    return place.room - 2 * place.room * _SPARE // 100


def _in_one_line(text: str) -> str:
    return f'TRIM(SUBSTITUTE({text},CHAR(10)," "))'


def _joined(text: str) -> str:
    """The same in Python."""
    return " ".join(w for w in text.replace("\n", " ").split(" ") if w)


# -- the same in Python ---------------------------------------------------------------------------------------------


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
                text = _joined(rest[taken:])
            elif line.cut:
                rest, measured = _joined(said.get(line.source, "")), place.metrics.measured
                wide = lines.wide(rest[:measured], line.look == BOLD)
                fits = lines.fitting(len(rest), measured, wide, place.half_room)
                taken = lines.taken(rest, fits)
                text = _joined(rest[:taken])
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
        left, right = (_joined(said.get(spot, "")) if spot else "" for spot in (item.source, item.right))
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
            return self.place.room - (_INDENT if new else 0)
        most = _title_room(self.place)
        return most if whole <= most else min(int(whole * _UNEVEN / (100 * math.ceil(whole / most))), most)

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
            wanted = 2 + place.signature if len(text) <= place.short else 2
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
        blank |= {(row, 1): "", (row, place.helpers["rest"]): "", (row, place.helpers["room"]): place.room - _INDENT}
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

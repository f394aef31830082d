"""Owns the formulas of BẢN IN of a form with paragraphs.

Beside the lines stand, hidden, the items: each with its text, its rank and how many lines it wants to have together. A
line goes on with the item of the line above, or takes the next one, or stays blank until the page ends.
"""

from __future__ import annotations

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook import lines
from lamtheo_xls.workbook.document import (
    BOLD,
    CENTRE,
    INDENT,
    INDENT_WIDE,
    SIDES,
    SIDES_BOLD,
    UNEVEN,
    Item,
    lay_out_document,
)
from lamtheo_xls.workbook.layout import Layout, Spot, column_letters
from lamtheo_xls.workbook.write.fences import Fences
from lamtheo_xls.workbook.write.panel import Cell


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
                self._set("rest", row, lines.one_line_formula(self._source(line.source)))
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
            left, right = (lines.one_line_formula(self._source(spot)) for spot in (item.source, item.right))
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
        usual = f"IF({own}>{place.short // 2},2,1)"
        whole = f"IF({own}<={place.short},2,3)+{place.signature}"
        final = f"IF({own}<={place.short * 3 // 2},{whole},2)"
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
        indent = f"IF({goes_on},IF({last}=CHAR(10),{INDENT_WIDE},0),{INDENT_WIDE})"
        whole, most = f"{wide}*MAX({length}/{measured},1)", place.title_room
        even = f"IF({whole}<={most},{most},MIN(INT({whole}*{UNEVEN}/(100*ROUNDUP({whole}/{most},0))),{most}))"
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

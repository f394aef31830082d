"""Owns what stands on BẢN IN: formulas only, blank rows closed up, Nơi nhận and signature following the last row."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.document_print import DocumentPlan, document_formulas, plan_document
from lamtheo_xls.workbook.inputs import typed
from lamtheo_xls.workbook.layout import (
    Laid,
    Layout,
    PrintLayout,
    column_letters,
    locked_text,
)
from lamtheo_xls.workbook.pages import lay_out_print
from lamtheo_xls.workbook.panel import Cached, Cell, Fences, Filled


def print_sheet() -> str:
    """Name of the sheet for printing and signing."""
    return say("workbook.sheet.print")


def heads(layout: Layout, place: PrintLayout) -> tuple[Laid, ...]:
    """Cells of the main sheet that stand at a fixed place on BẢN IN: header block, title lines, column heads."""
    first, last = layout.print_area[0].row, place.first_row + place.shift - 1
    return tuple(c for c in layout.cells if c.printed and first <= c.at.row <= last)


def print_formulas(form: Form, layout: Layout) -> dict[Cell, str]:
    """The formula (with its `=`) of every cell of BẢN IN, by (row, column)."""
    if layout.narrative:
        return document_formulas(form, layout)
    place, fences = lay_out_print(form, layout), Fences(layout)
    main = f"'{layout.sheet}'!"
    out: dict[Cell, str] = {}
    for c in heads(layout, place):
        source = fences.fixed(c.at, main) if c.kind == "input" else f"{main}${column_letters(c.at.column)}${c.at.row}"
        out[c.at.row - place.shift, c.at.column] = f'={source}&""'
    first, last = place.ranks
    rank = column_letters(layout.helper_columns["used"])
    ranks, total = f"{main}${rank}${first}:${rank}${last}", f"{main}${rank}${last}"
    g, more = column_letters(place.source_column), column_letters(place.more_column)
    types = _types(form, layout)
    for row in range(place.first_row, place.last_row + 1):
        at, goes_on = f"${g}{row}", f"${more}{row - 1}=1"
        if row == place.first_row:
            source = f"IF({total}>0,MATCH(1,{ranks},0),0)"
        else:
            before = f"INDEX({ranks},{g}{row - 1})"
            following = f"IF({before}<{total},MATCH({before}+1,{ranks},0),0)"
            source = f"IF({goes_on},{g}{row - 1},IF({g}{row - 1}=0,0,{following}))"
        out[row, place.source_column] = "=" + source
        longer = ",".join(
            f"LEN({column_letters(rest)}{row})>LEN({column_letters(column)}{row})"
            for column, rest in place.rest_columns.items()
        )
        out[row, place.more_column] = f"=IF(OR({longer}),1,0)"
        for column in range(1, place.columns + 1):
            letter = column_letters(column)
            value = f"INDEX({main}${letter}${first}:${letter}${last + 1},{at})"
            if column in place.rest_columns:
                rest = column_letters(place.rest_columns[column])
                left = f"TRIM(MID({rest}{row - 1},LEN({letter}{row - 1})+1,{_ALL}))"
                fresh = f'IFERROR(TRIM(SUBSTITUTE({_shown_formula(value, types.get(column, ""))},CHAR(10)," ")),"")'
                if row == place.first_row:
                    out[row, place.rest_columns[column]] = f'=IF({at}=0,"",{fresh})'
                else:
                    out[row, place.rest_columns[column]] = f'=IF({at}=0,"",IF({goes_on},{left},{fresh}))'
                out[row, column] = "=" + _line_formula(f"{rest}{row}", place.room[column])
            elif column == _number_column(layout):
                out[row, column] = (
                    f'=IF(AND({_in_table(layout, place, at)},{more}{row - 1}<>1),INDEX({ranks},{at})&"","")'
                )
            else:
                out[row, column] = f'=IF(AND({at}>0,{more}{row - 1}<>1),{value}&"","")'
    out[1, place.hint_column] = "=" + _hint_formula(place, ranks, total, g, more)
    overflow = _overflow_formula(place, ranks, total, g, more)
    out[place.overflow_row, 1] = f'=IF({overflow},"{say("workbook.print.overflow")}","")'
    return out


_ALL = 32767  # characters a cell holds


def _shown_formula(value: str, type: str) -> str:
    """A cell of the main sheet as text; dates as they are written."""
    return f'IF(ISNUMBER({value}),TEXT({value},"dd/mm/yyyy"),{value}&"")' if type == "date" else f'{value}&""'


def _line_formula(rest: str, room: int) -> str:
    """As much of `rest` as a line holds, cut at its last blank."""
    start = f"LEFT({rest},{room + 1})"
    blanks = f'LEN({start})-LEN(SUBSTITUTE({start}," ",""))'
    cut = f'IFERROR(FIND(CHAR(1),SUBSTITUTE({start}," ",CHAR(1),{blanks}))-1,{room})'
    return f"IF(LEN({rest})<={room},{rest},LEFT({rest},{cut}))"


def line_of(rest: str, room: int) -> str:
    """The same in Python."""
    if len(rest) <= room:
        return rest
    cut = rest[: room + 1].rfind(" ")
    return rest[: cut if cut >= 0 else room]


def trimmed(text: str) -> str:
    """As TRIM does it: no outer blanks, one between words."""
    return " ".join(w for w in text.split(" ") if w)


def _overflow_formula(place: PrintLayout, ranks: str, total: str, g: str, more: str) -> str:
    """Whether something is left to print below the last line."""
    last = place.last_row
    return f"OR({more}{last}=1,IF({g}{last}>0,INDEX({ranks},{g}{last})<{total},FALSE))"


def _hint_formula(place: PrintLayout, ranks: str, total: str, g: str, more: str) -> str:
    last = place.last_row
    overflow = _overflow_formula(place, ranks, total, g, more)
    lines = f"IFERROR(MATCH(0,{g}{place.first_row}:{g}{last},0)-1,{last - place.first_row + 1})"
    first, later = place.lines_of_pages
    pages = f"1+MAX(0,ROUNDUP(({lines}-{first})/{later},0))"
    before, after = say("workbook.print.pages").split("{so}")
    return f'IF({overflow},"{say("workbook.print.overflow")}","{before}"&({pages})&"{after}")'


def _hint(place: PrintLayout, lines: int, *, overflow: bool) -> str:
    if overflow:
        return say("workbook.print.overflow")
    first, later = place.lines_of_pages
    return say("workbook.print.pages", so=1 + max(0, math.ceil((lines - first) / later)))


def _in_table(layout: Layout, place: PrintLayout, at: str) -> str:
    """Whether the row `at` points to is a data row of the first table."""
    area = next(iter(layout.areas.values()))
    return f"AND({at}>0,{at}<={area.end_row - place.ranks[0]})"


def _number_column(layout: Layout) -> int:
    return next((a.number_column for a in layout.areas.values()), 0)


def _types(form: Form, layout: Layout) -> dict[int, str]:
    """Columns that hold numbers or dates."""
    return {
        layout.areas[t.id].columns[c.id]: c.type
        for t in form.tables
        for c in t.columns
        if c.type in ("integer", "number", "date")
    }


def print_rules(form: Form, layout: Layout) -> tuple[tuple[str, str, tuple[int, int]], ...]:
    """Conditional formats of the lines that close up: (style, formula, first and last column)."""
    place = lay_out_print(form, layout)
    row = place.first_row
    at, more = f"${column_letters(place.source_column)}{row}", column_letters(place.more_column)
    rules: list[tuple[str, str, tuple[int, int]]] = []
    if layout.areas:
        inside = _in_table(layout, place, at)
        for style, begins, ends in (
            ("cf.grid", "<>1", "=0"),
            ("cf.grid_begins", "<>1", "=1"),
            ("cf.grid_goes_on", "=1", "=1"),
            ("cf.grid_ends", "=1", "=0"),
        ):
            rules.append((style, f"=AND({inside},${more}{row - 1}{begins},${more}{row}{ends})", (1, place.columns)))
    for c in layout.cells:
        if c.style in ("authority", "name", "recipients_label"):
            style = "cf.underline" if c.style == "recipients_label" else "cf.bold"
            rules.append((style, f"={at}={c.at.row - place.ranks[0] + 1}", (c.at.column, c.at.column)))
    return tuple(rules)


@dataclass(frozen=True, slots=True)
class PrintPlan:
    """BẢN IN of one layout, ready to be evaluated for many fillings."""

    layout: Layout
    place: PrintLayout
    heads: tuple[tuple[Cell, Laid], ...]
    lines: tuple[tuple[int, str, int, tuple[tuple[int, Laid], ...]], ...]
    """(main row, table, index, printed cells by column) of every row that can print below the heads."""
    number: int
    """Column of the first table's running number; 0 for none."""
    first_table: str
    types: Mapping[int, str]
    """Columns that hold numbers or dates."""
    blank: Mapping[Cell, Cached]

    def values(
        self, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Cell, Cached]
    ) -> dict[Cell, Cached]:
        """The true value of every cell of BẢN IN, by (row, column); `panel` holds the main sheet's."""
        place, out = self.place, dict(self.blank)
        for at, c in self.heads:
            out[at] = _shown(c, filled, context, code, panel)
        first, source_at, at_rank = place.ranks[0], place.source_column, self.layout.helper_columns["used"]
        rank, row = 0, place.first_row
        overflow = False
        for main_row, table, index, cells in self.lines:
            if panel[main_row, at_rank] == rank:
                continue
            rank = int(panel[main_row, at_rank])
            texts = self._texts(filled, context, code, panel, table, index, cells)
            rests = {c: trimmed(texts.get(c, "").replace("\n", " ")) for c in place.rest_columns}
            begins = more = True
            while more:
                if row > place.last_row:
                    overflow = True
                    break
                out[row, source_at] = main_row - first + 1
                if begins:
                    out.update({(row, c): t for c, t in texts.items() if c not in rests})
                    if self.number and table == self.first_table:
                        out[row, self.number] = str(rank)
                more = begins = False
                for column, rest in rests.items():
                    if rest:
                        line = line_of(rest, place.room[column])
                        out[row, column], out[row, place.rest_columns[column]] = line, rest
                        rests[column] = trimmed(rest[len(line) :])
                        more = more or bool(len(rest) > len(line))
                if more:
                    out[row, place.more_column] = 1
                row += 1
        out[1, place.hint_column] = _hint(place, row - place.first_row, overflow=overflow)
        out[place.overflow_row, 1] = say("workbook.print.overflow") if overflow else ""
        return out

    def _texts(
        self,
        filled: Filled,
        context: Mapping[str, str],
        code: str,
        panel: Mapping[Cell, Cached],
        table: str,
        index: int,
        cells: tuple[tuple[int, Laid], ...],
    ) -> dict[int, str]:
        """What a main row shows, by column."""
        if not table:
            return {column: _shown(c, filled, context, code, panel) for column, c in cells}
        rows = filled.rows.get(table, ())
        texts = rows[index - 1] if index <= len(rows) else {}
        return {
            column: as_printed(texts[c.field], self.types[column]) if column in self.types else texts[c.field]
            for column, c in cells
            if texts.get(c.field)
        }


def plan_print(form: Form, layout: Layout) -> PrintPlan | DocumentPlan:
    """What `values` needs to know of a layout, gathered once."""
    if layout.narrative:
        return plan_document(form, layout)
    place = lay_out_print(form, layout)
    first, last = place.ranks
    never = {r for a in layout.areas.values() for r in (a.key_row, a.end_row)}
    data = {r: (a.table, r - a.key_row) for a in layout.areas.values() for r in range(a.first_row, a.last_row + 1)}
    by_row: dict[int, list[tuple[int, Laid]]] = {}
    for c in layout.cells:
        if c.printed and first <= c.at.row <= last and c.at.column <= place.columns and c.kind != "number":
            by_row.setdefault(c.at.row, []).append((c.at.column, c))
    return PrintPlan(
        layout=layout,
        place=place,
        heads=tuple(((c.at.row - place.shift, c.at.column), c) for c in heads(layout, place)),
        lines=tuple(
            (row, *data.get(row, ("", 0)), tuple(by_row.get(row, ())))
            for row in range(first, last + 1)
            if row not in never
        ),
        number=_number_column(layout),
        first_table=next(iter(layout.areas), ""),
        types=_types(form, layout),
        blank={
            (row, column): 0 if column in (place.source_column, place.more_column) else ""
            for row in range(place.first_row, place.last_row + 1)
            for column in range(1, place.hint_column)
        },
    )


def as_printed(text: str, type: str) -> str:
    """What BẢN IN makes of a number or a date."""
    value = typed(text, type)
    if isinstance(value, float):
        return f"{dt.date.fromisoformat(text):%d/%m/%Y}" if type == "date" else f"{value:.15g}"
    return text


def _shown(c: Laid, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Cell, Cached]) -> str:
    """What a printed cell of the main sheet outside its tables shows."""
    if c.kind == "input":
        return filled.fields.get(c.field, "")
    if c.kind == "key":
        return code
    if c.kind == "formula":
        return str(panel[c.at])
    return locked_text(c, context)

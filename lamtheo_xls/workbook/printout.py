"""Owns what stands on BẢN IN: formulas only, blank rows closed up, Nơi nhận and signature following the last row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.inputs import typed
from lamtheo_xls.workbook.layout import (
    Laid,
    Layout,
    PrintLayout,
    column_letters,
    lay_out_print,
    locked_text,
    millimetres,
)
from lamtheo_xls.workbook.panel import Cached, Cell, Fences, Filled

_CHARACTER_MM = 2.3  # of 12 points, wide enough for nearly every text


def print_sheet() -> str:
    """Name of the sheet for printing and signing."""
    return say("workbook.sheet.print")


def heads(layout: Layout, place: PrintLayout) -> tuple[Laid, ...]:
    """Cells of the main sheet that stand at a fixed place on BẢN IN: header block, title lines, column heads."""
    first, last = layout.print_area[0].row, place.first_row + place.shift - 1
    return tuple(c for c in layout.cells if c.printed and first <= c.at.row <= last)


def print_formulas(form: Form, layout: Layout) -> dict[Cell, str]:
    """The formula (with its `=`) of every cell of BẢN IN, by (row, column)."""
    place, fences = lay_out_print(layout), Fences(layout)
    main = f"'{layout.sheet}'!"
    out: dict[Cell, str] = {}
    for c in heads(layout, place):
        source = fences.fixed(c.at, main) if c.kind == "input" else f"{main}${column_letters(c.at.column)}${c.at.row}"
        out[c.at.row - place.shift, c.at.column] = f'={source}&""'
    first, last = place.ranks
    used, source = column_letters(layout.helper_columns["used"]), column_letters(place.source_column)
    dates = _date_columns(form, layout)
    for row in range(place.first_row, place.last_row + 1):
        k = f"ROW()-ROW(${source}${place.first_row})+1"
        out[row, place.source_column] = (
            f"=IF({k}<={main}${used}${last},MATCH({k},{main}${used}${first}:${used}${last},0),0)"
        )
        at = f"${source}{row}"
        for column in range(1, place.columns + 1):
            letter = column_letters(column)
            value = f"INDEX({main}${letter}${first}:${letter}${last + 1},{at})"
            if column == _number_column(layout):
                formula = f'IF({_in_table(layout, place, at)},{k}&"","")'
            elif column in dates:
                formula = f'IF({at}>0,IF(ISNUMBER({value}),TEXT({value},"dd/mm/yyyy"),{value}&""),"")'
            else:
                formula = f'IF({at}>0,{value}&"","")'
            out[row, column] = "=" + formula
        long = ",".join(f"LEN({column_letters(c)}{row})>{n}" for c, n in room_for(layout, place))
        out[row, place.hint_column] = f'=IF(OR({long}),"{say("workbook.print.long")}","")'
    return out


def room_for(layout: Layout, place: PrintLayout) -> tuple[tuple[int, int], ...]:
    """Columns of BẢN IN with the number of characters that surely fit the two lines of a row."""
    return tuple((c, int(2 * millimetres(layout.widths[c]) / _CHARACTER_MM)) for c in range(1, place.columns + 1))


def _in_table(layout: Layout, place: PrintLayout, at: str) -> str:
    """Whether the row `at` points to is a data row of the first table."""
    area = next(iter(layout.areas.values()))
    return f"AND({at}>0,{at}<={area.end_row - place.ranks[0]})"


def _number_column(layout: Layout) -> int:
    return next((a.number_column for a in layout.areas.values()), 0)


def _date_columns(form: Form, layout: Layout) -> frozenset[int]:
    return frozenset(layout.areas[t.id].columns[c.id] for t in form.tables for c in t.columns if c.type == "date")


def print_rules(layout: Layout) -> tuple[tuple[str, str, tuple[int, int]], ...]:
    """Conditional formats of the rows that close up: (style, formula, first and last column)."""
    place = lay_out_print(layout)
    at = f"${column_letters(place.source_column)}{place.first_row}"
    rules: list[tuple[str, str, tuple[int, int]]] = []
    if layout.areas:
        rules.append(("cf.grid", f"={_in_table(layout, place, at)}", (1, place.columns)))
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
    room: tuple[tuple[int, int], ...]
    """Columns with the number of characters that surely fit."""
    types: Mapping[int, str]
    """Columns that hold numbers or dates."""
    blank: Mapping[Cell, Cached]

    def values(
        self, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Cell, Cached]
    ) -> dict[Cell, Cached]:
        """The true value of every cell of BẢN IN, by (row, column); `panel` holds the main sheet's."""
        out = dict(self.blank)
        for at, c in self.heads:
            out[at] = _shown(c, filled, context, code, panel)
        first, source_at = self.place.ranks[0], self.place.source_column
        ranks, at_rank = panel, self.layout.helper_columns["used"]
        before, k, row = 0, 0, self.place.first_row
        for main_row, table, index, cells in self.lines:
            rank = ranks[main_row, at_rank]
            if rank == before:
                continue
            before = int(rank)
            k += 1
            out[row, source_at] = main_row - first + 1
            if table:
                rows = filled.rows.get(table, ())
                texts = rows[index - 1] if index <= len(rows) else {}
                for column, c in cells:
                    text = texts.get(c.field, "")
                    out[row, column] = as_printed(text, self.types[column]) if text and column in self.types else text
                if self.number and table == self.first_table:
                    out[row, self.number] = str(k)
            else:
                for column, c in cells:
                    out[row, column] = _shown(c, filled, context, code, panel)
            if any(len(str(out[row, column])) > room for column, room in self.room):
                out[row, self.place.hint_column] = say("workbook.print.long")
            row += 1
        return out


def plan_print(form: Form, layout: Layout) -> PrintPlan:
    """What `values` needs to know of a layout, gathered once."""
    place = lay_out_print(layout)
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
        room=room_for(layout, place),
        types={
            layout.areas[t.id].columns[c.id]: c.type
            for t in form.tables
            for c in t.columns
            if c.type in ("integer", "number", "date")
        },
        blank={
            (row, column): 0 if column == place.source_column else ""
            for row in range(place.first_row, place.last_row + 1)
            for column in range(1, place.hint_column + 1)
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

"""Owns what stands on BẢN IN: formulas only, blank rows closed up, Nơi nhận and signature following the last row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import Laid, Layout, PrintLayout, locked_text
from lamtheo_xls.workbook.lines import BLANK
from lamtheo_xls.workbook.pages import lay_out_print
from lamtheo_xls.workbook.write.document_formulas import document_formulas
from lamtheo_xls.workbook.write.document_print import DocumentPlan, plan_document
from lamtheo_xls.workbook.write.grid_print import grid_formulas, grid_rules, heads, sign_room
from lamtheo_xls.workbook.write.panel import Cached, Cell, Filled
from lamtheo_xls.workbook.write.rules import shown


def print_sheet() -> str:
    """Name of the sheet for printing and signing."""
    return say("workbook.sheet.print")


def print_formulas(form: Form, layout: Layout) -> dict[Cell, str]:
    """The formula of every formula cell of BẢN IN, by (row, column): with `=`, an array formula with `{=` and `}`."""
    return document_formulas(form, layout) if layout.narrative else grid_formulas(form, layout)


def print_rules(form: Form, layout: Layout) -> tuple[tuple[str, str, tuple[int, int]], ...]:
    """Conditional formats of the lines of a form of grids: (style, formula, first and last column)."""
    return grid_rules(form, layout)


def line_of(rest: str, room: int) -> str:
    """As much of `rest` as a line holds, cut at its last blank; `line_formula` in Python."""
    if len(rest) <= room:
        return rest
    cut = rest[: room + 1].rfind(" ")
    return rest[: cut if cut >= 0 else room]


def trimmed(text: str) -> str:
    """As TRIM does it: no outer blanks, one between words."""
    return " ".join(w for w in text.split(" ") if w)


def _hint(place: PrintLayout, lines: int, *, overflow: bool) -> str:
    if overflow:
        return say("workbook.print.overflow")
    first, later = place.lines_of_pages
    return say("workbook.print.pages", so=1 + max(0, math.ceil((lines - first) / later)))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the main sheet that can print below the heads."""

    row: int
    table: str
    index: int
    cells: tuple[tuple[int, Laid], ...]
    """Printed cells by column."""
    single: frozenset[int]
    """Columns that go on in other rows and not in this: running number, signature."""


@dataclass(frozen=True, slots=True)
class PrintPlan:
    """BẢN IN of one layout, ready to be evaluated for many fillings."""

    layout: Layout
    place: PrintLayout
    heads: tuple[tuple[Cell, Laid], ...]
    lines: tuple[_Row, ...]
    numbers: Mapping[str, tuple[int, int]]
    """Table → column of its running number, and its key row, from whose rank that counts."""
    types: Mapping[tuple[str, str], str]
    """(table, column), or ("", field), of what is no text → type."""
    blank: Mapping[Cell, Cached]

    def values(
        self, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Cell, Cached]
    ) -> dict[Cell, Cached]:
        """The true value of every cell of BẢN IN, by (row, column); `panel` holds the main sheet's."""
        place, out = self.place, dict(self.blank)
        for at, c in self.heads:
            out[at] = self._shown(c, filled, context, code, panel)
        first, source_at, at_rank = place.ranks[0], place.source_column, self.layout.helper_columns["used"]
        rank, row = 0, place.first_row
        overflow = False
        for each in self.lines:
            if panel[each.row, at_rank] == rank:
                continue
            rank = int(panel[each.row, at_rank])
            texts = self._texts(filled, context, code, panel, each)
            if each.table in self.numbers:
                column, above = self.numbers[each.table]
                texts[column] = str(rank - int(panel.get((above, at_rank), 0)))
            rests = {
                c: trimmed(texts.get(c, "").replace("\n", " ")) for c in place.rest_columns if c not in each.single
            }
            begins = more = True
            while more:
                if row > place.last_row:
                    overflow = True
                    break
                out[row, source_at] = each.row - first + 1
                if begins:
                    out.update({(row, c): t for c, t in texts.items() if c not in rests})
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
        self, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Cell, Cached], each: _Row
    ) -> dict[int, str]:
        """What a main row shows, by column."""
        if not each.table:
            texts = {column: self._shown(c, filled, context, code, panel) for column, c in each.cells}
            if each.row in self.place.signs and texts.get(self.place.sign_column):
                texts[self.place.sign_column] = self._in_the_middle(texts[self.place.sign_column], each.row)
            return texts
        rows, types = filled.rows.get(each.table, ()), self.types
        typed = rows[each.index - 1] if each.index <= len(rows) else {}
        return {
            column: shown(typed[c.field], types[c.table, c.field]) if (c.table, c.field) in types else typed[c.field]
            for column, c in each.cells
            if typed.get(c.field)
        }

    def _in_the_middle(self, text: str, row: int) -> str:
        return BLANK * max((sign_room(self.place) - len(text) * self.place.signs[row]) // 100, 0) + text

    def _shown(
        self, c: Laid, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Cell, Cached]
    ) -> str:
        """What a printed cell of the main sheet outside its tables shows."""
        if c.kind == "input":
            text = filled.fields.get(c.field, "")
            return shown(text, self.types["", c.field]) if ("", c.field) in self.types else text
        if c.kind == "key":
            return code
        if c.kind == "formula":
            return str(panel[c.at])
        return locked_text(c, context)


def plan_print(form: Form, layout: Layout) -> PrintPlan | DocumentPlan:
    """What `values` needs to know of a layout, gathered once."""
    if layout.narrative:
        return plan_document(form, layout)
    place = lay_out_print(form, layout)
    areas = layout.areas
    first, last = place.ranks
    never = {r for a in areas.values() for r in (a.key_row, a.end_row)}
    data = {r: a for a in areas.values() for r in range(a.first_row, a.last_row + 1)}
    by_row: dict[int, list[tuple[int, Laid]]] = {}
    for c in layout.cells:
        if c.printed and first <= c.at.row <= last and c.at.column <= place.columns and c.kind != "number":
            by_row.setdefault(c.at.row, []).append((place.moved.get(c.at, c.at.column), c))
    closing = min(place.signs, default=last + 1)

    def line(row: int) -> _Row:
        area = data.get(row)
        single = {area.number_column} if area else {place.sign_column} if row >= closing else set()
        table, index = (area.table, row - area.key_row) if area else ("", 0)
        return _Row(row, table, index, tuple(by_row.get(row, ())), frozenset(single))

    types = {("", f.id): f.type for f in form.fields} | {(t.id, c.id): c.type for t in form.tables for c in t.columns}
    return PrintPlan(
        layout=layout,
        place=place,
        heads=tuple(((c.at.row - place.shift, c.at.column), c) for c in heads(layout, place)),
        lines=tuple(line(row) for row in range(first, last + 1) if row not in never),
        numbers={a.table: (a.number_column, a.key_row) for a in areas.values() if a.number_column},
        types={k: type for k, type in types.items() if type in ("integer", "number", "date")},
        blank={
            (row, column): 0 if column in (place.source_column, place.more_column) else ""
            for row in range(place.first_row, place.last_row + 1)
            for column in range(1, place.hint_column)
        },
    )


__all__ = [
    "DocumentPlan",
    "PrintPlan",
    "heads",
    "line_of",
    "plan_print",
    "print_formulas",
    "print_rules",
    "print_sheet",
    "trimmed",
]

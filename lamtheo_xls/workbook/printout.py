"""Owns what stands on BẢN IN: formulas only, blank rows closed up, Nơi nhận and signature following the last row."""

from __future__ import annotations

from collections.abc import Mapping

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import (
    Laid,
    Layout,
    PrintLayout,
    Spot,
    column_letters,
    lay_out_print,
    locked_text,
)
from lamtheo_xls.workbook.panel import Cached, Fences, Filled, length

Place = tuple[str, int, int]


def print_sheet() -> str:
    """Name of the sheet for printing and signing."""
    return say("workbook.sheet.print")


def heads(layout: Layout, place: PrintLayout) -> tuple[Laid, ...]:
    """Cells of the main sheet that stand at a fixed place on BẢN IN: header block, title lines, column heads."""
    first, last = layout.print_area[0].row, place.first_row + place.shift - 1
    return tuple(c for c in layout.cells if c.printed and first <= c.at.row <= last)


def print_formulas(form: Form, layout: Layout) -> dict[Place, str]:
    """The formula (with its `=`) of every cell of BẢN IN, by (sheet, row, column)."""
    place, fences = lay_out_print(layout), Fences(layout)
    name, main = print_sheet(), f"'{layout.sheet}'!"
    out: dict[Place, str] = {}
    for c in heads(layout, place):
        source = fences.fixed(c.at, main) if c.kind == "input" else f"{main}${column_letters(c.at.column)}${c.at.row}"
        out[name, c.at.row - place.shift, c.at.column] = f'={source}&""'
    first, last = place.ranks
    used, source = column_letters(layout.helper_columns["used"]), column_letters(place.source_column)
    dates = _date_columns(form, layout)
    for row in range(place.first_row, place.last_row + 1):
        k = f"ROW()-ROW(${source}${place.first_row})+1"
        out[name, row, place.source_column] = (
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
            out[name, row, column] = "=" + formula
    return out


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


def print_values(
    form: Form, layout: Layout, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Place, Cached]
) -> dict[Place, Cached]:
    """The true value of every cell of BẢN IN for `filled`, by (sheet, row, column)."""
    place, name = lay_out_print(layout), print_sheet()
    out: dict[Place, Cached] = {}
    by_row: dict[int, dict[int, str]] = {}
    for c in layout.cells:
        if c.printed:
            by_row.setdefault(c.at.row, {})[c.at.column] = _shown(layout, c, filled, context, code, panel)
    for c in heads(layout, place):
        out[name, c.at.row - place.shift, c.at.column] = by_row[c.at.row][c.at.column]
    first, last = place.ranks
    used_rows = _used_rows(form, filled)
    sources = [
        row
        for row in range(first, last + 1)
        if all(row not in (a.key_row, a.end_row) for a in layout.areas.values())
        and (row not in (data := _data_rows(layout)) or data[row] in used_rows)
    ]
    number = _number_column(layout)
    area = next(iter(layout.areas.values()), None)
    for k, row in enumerate(range(place.first_row, place.last_row + 1), start=1):
        source = sources[k - 1] if k <= len(sources) else 0
        out[name, row, place.source_column] = source - first + 1 if source else 0
        for column in range(1, place.columns + 1):
            text = by_row.get(source, {}).get(column, "")
            if column == number:
                text = str(k) if area and source and source <= area.end_row else ""
            out[name, row, column] = text
    return out


def _data_rows(layout: Layout) -> dict[int, tuple[str, int]]:
    return {
        row: (a.table, row - a.key_row) for a in layout.areas.values() for row in range(a.first_row, a.last_row + 1)
    }


def _used_rows(form: Form, filled: Filled) -> frozenset[tuple[str, int]]:
    return frozenset(
        (t.id, i)
        for t in form.tables
        for i, row in enumerate(filled.rows.get(t.id, ()), start=1)
        if any(length(row.get(c.id, "")) for c in t.columns if c.id != t.explanation)
    )


def _shown(
    layout: Layout, c: Laid, filled: Filled, context: Mapping[str, str], code: str, panel: Mapping[Place, Cached]
) -> str:
    """What a printed cell of the main sheet shows."""
    if c.kind == "input":
        if not c.table:
            return filled.fields.get(c.field, "")
        rows = filled.rows.get(c.table, ())
        return rows[c.index - 1].get(c.field, "") if c.index <= len(rows) else ""
    if c.kind == "key":
        return code
    if c.kind == "formula":
        return str(panel[layout.sheet, *c.at])
    return c.text if c.kind == "number" else locked_text(c, context)


__all__ = ["Spot", "heads", "print_formulas", "print_rules", "print_sheet", "print_values"]

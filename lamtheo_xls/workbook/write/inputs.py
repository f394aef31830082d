"""Owns what the open cells take: their lists, drop-downs, limits, help lines and alerts, made from the Field itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.definitions.model import Field, Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import DATA_ROW_POINTS, UNIT_FIELD, Laid, Layout, column_letters, millimetres
from lamtheo_xls.workbook.measure import wrapped_lines
from lamtheo_xls.workbook.styles import properties
from lamtheo_xls.workbook.write.rules import Cell, Filled, span_words, thousands, typed

TICK = "x"
_LINE_POINTS = 15.75  # Excel keeps heights in quarters of three points
_LINE_OF_SIZE, _ROOM, _TALLEST = 1.3125, 2.0, 409.5
_INDENT_MM = 2.5
_TITLE, _MESSAGE = 32, 255  # what Excel holds in an input message


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """One drop-down's column on the hidden sheet: its head in row 1, its items below."""

    key: str
    head: str
    items: tuple[str, ...]


def lists_of(
    form: Form, children: Sequence[str], groups: Sequence[str], units: Sequence[str]
) -> tuple[ListColumn, ...]:
    """Every list the form's drop-downs need, in column order; the children's is always the first."""
    found = [
        ListColumn(key="children", head=say("workbook.lists.children"), items=tuple(children)),
        ListColumn(key="groups", head=say("workbook.lists.groups"), items=tuple(groups)),
        ListColumn(key="tick", head=say("workbook.lists.tick"), items=(TICK,)),
        ListColumn(key="units", head=say("workbook.lists.units"), items=tuple(units)),
    ]
    every = [*form.fields, *(c for t in form.tables for c in t.columns)]
    found += [ListColumn(key=f"own.{f.id}", head=f.short, items=f.choices) for f in every if f.choices]
    return tuple(found)


def _list_key(field: Field) -> str:
    if field.type == "tick":
        return "tick"
    return f"own.{field.id}" if field.choices else field.choices_from or ""


def list_range(lists: Sequence[ListColumn], key: str) -> str:
    """Where a list stands, as a formula; one blank cell where it has no items."""
    column, found = next((i, each) for i, each in enumerate(lists, start=1) if each.key == key)
    letter = column_letters(column)
    return f"=_ds!${letter}$2:${letter}${max(len(found.items), 1) + 1}"


def validations(
    form: Form, layout: Layout, lists: Sequence[ListColumn]
) -> Iterator[tuple[int, int, int, dict[str, Any]]]:
    """(first row, last row, column, XlsxWriter's options) for every open cell or column of open cells."""
    for id, spot in layout.fields.items():
        field = UNIT_FIELD if id == UNIT_FIELD.id else form.field(id)
        if field.locked:
            continue
        yield spot.row, spot.row, spot.column, _options(field, lists, table=False)
    for table in form.tables:
        area = layout.areas[table.id]
        for field in table.columns:
            options = _options(field, lists, table=True)
            if table.kind == "paragraphs" and field.max_length:
                options |= {"error_message": say("workbook.alert.paragraph", so=thousands(field.max_length))}
            yield area.first_row, area.last_row, area.columns[field.id], options


def _options(field: Field, lists: Sequence[ListColumn], *, table: bool) -> dict[str, Any]:
    names = [text for text in (field.label, field.short) if text]
    title = next((text for text in names if len(text) <= _TITLE), names[0][:_TITLE] if names else "")
    options: dict[str, Any] = {
        "input_title": title[:1].upper() + title[1:],
        "input_message": _help(field, table=table),
        "ignore_blank": True,
    }
    if key := _list_key(field):
        style = "stop" if key == "tick" or not field.free else "information"
        alert = "tick" if key == "tick" else "list_free" if field.free else "list_only"
        options |= {"validate": "list", "source": list_range(lists, key), "error_type": style}
        return options | _alert(title, say(f"workbook.alert.{alert}"))
    if field.type in ("integer", "number"):
        options |= {"validate": "integer" if field.type == "integer" else "decimal"} | _between(field)
        return options | _alert(title, say(f"workbook.alert.{field.type}", khoang=span_words(field)))
    if field.type == "date":
        options |= {"validate": "date", "criteria": ">=", "value": dt.date(1900, 3, 1)}
        return options | _alert(title, say("workbook.alert.date"))
    if field.max_length:
        options |= {"validate": "length", "criteria": "<=", "value": field.max_length}
        return options | _alert(title, say("workbook.alert.max_length", so=field.max_length))
    return options | {"validate": "any"}


def _alert(title: str, message: str) -> dict[str, Any]:
    return {"error_title": title[:1].upper() + title[1:], "error_message": message[:_MESSAGE]}


def _between(field: Field) -> dict[str, Any]:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return {"criteria": "between", "minimum": low, "maximum": high}
    if low is not None:
        return {"criteria": ">=", "value": low}
    return {"criteria": "<=", "value": high if high is not None else 1e15}


def _help(field: Field, *, table: bool) -> str:
    """The input message: the field's own help, then what the rule asks, as far as there is room."""
    parts = [field.help]
    if field.required:
        parts.append(say("workbook.help.required" if table else "workbook.help.required_field"))
    if field.max_length:
        parts.append(say("workbook.help.max_length", so=field.max_length))
    if not field.help:
        kind = {"tick": "tick", "date": "date", "integer": "integer", "number": "number"}.get(field.type, "")
        if field.type == "choice":
            kind = "list_free" if field.free else "list_only"
        parts += [say(f"workbook.help.{kind}")] if kind else []
    message = ""
    for part in (p for p in parts if p):
        longer = f"{message} {part}".strip()
        message = longer if len(longer) <= _MESSAGE else message
    return message


def value_of(form: Form, cell: Laid, filled: Filled) -> str | float | None:
    """What an open cell holds: text, a number, a date's serial number; None where it is blank.

    A number or a date that cannot be read as one stays the text it is.
    """
    if cell.table:
        rows = filled.rows.get(cell.table, ())
        text = rows[cell.index - 1].get(cell.field, "") if cell.index <= len(rows) else ""
        type = form.table(cell.table).column(cell.field).type
    else:
        text = filled.fields.get(cell.field, "")
        type = "choice" if cell.field == UNIT_FIELD.id else form.field(cell.field).type
    return typed(text, type)


def row_points(form: Form, layout: Layout, row: int, filled: Filled, message: str = "") -> float:
    """Height of a row in points: as laid out, more where a filled text of a grid, or the panel's message, wraps."""
    points = layout.heights[row]
    for area in layout.areas.values():
        if area.key_row < row < area.end_row:
            rows = filled.rows.get(area.table, ())
            values = rows[row - area.first_row] if row - area.first_row < len(rows) else {}
            lines = max(
                (
                    wrapped_lines(values[c.id], 12, millimetres(layout.widths[area.columns[c.id]]))
                    for c in form.table(area.table).columns
                    if c.id in values and (c.printed or c.type == "text")
                ),
                default=1,
            )
            if message:
                room = millimetres(layout.widths[layout.helper_columns["message"]]) - _INDENT_MM
                lines = max(lines, wrapped_lines(message, 11, room, bold=True))
            return min(max(points, DATA_ROW_POINTS + _LINE_POINTS * (lines - 1)), _TALLEST)
    return points


def grown(layout: Layout, texts: Mapping[Cell, str]) -> dict[int, float]:
    """Heights in points of the rows of a form with paragraphs that follow their text; `texts`: what the cells show."""
    out = {row: _pixels(layout.heights[row]) for row in layout.growing}
    for c in layout.cells:
        if c.at.row in out and (text := texts.get(c.at)):
            look = properties(c.style)
            if look.get("text_wrap"):
                size = float(look["font_size"])
                width = sum(millimetres(layout.widths[x]) for x in range(c.at.column, c.to.column + 1))
                lines = wrapped_lines(text, size, width, bold=bool(look.get("bold")))
                room = size * _LINE_OF_SIZE * lines + _ROOM
                out[c.at.row] = min(max(out[c.at.row], _pixels(room)), _TALLEST)
    return out


def _pixels(points: float) -> float:
    """A height as programs keep it: whole pixels, quarters of three points."""
    return round(points * 4 / 3) * 0.75


__all__ = [
    "TICK",
    "ListColumn",
    "grown",
    "list_range",
    "lists_of",
    "row_points",
    "typed",
    "validations",
    "value_of",
]

"""Register → danh-sach.xlsx: written once, then the office's own; open cells, drop-downs and help, no lock."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from lamtheo_xls.findings import Finding, say
from lamtheo_xls.register.doubts import write_doubts
from lamtheo_xls.register.guide import Choices, write_guide
from lamtheo_xls.register.model import FormDates, Person, Register, Round
from lamtheo_xls.register.pen import HEAD_ROW, LINE, REACH, Pen, done
from lamtheo_xls.register.rows import EARLIEST
from lamtheo_xls.register.sheets import Column, columns, facts, groups, kinds, roles

CREATED = dt.datetime(2000, 1, 1)
"""Written into the file's properties so that equal registers give equal bytes."""
_SPARE = 20
"""Ruled blank rows under a list."""
_LETTERS = 1.1
"""Letters of Times New Roman 12 to a unit of column width, on the safe side."""

Values = tuple[Mapping[str, object], ...]


def write_register(
    register: Register,
    *,
    programmes: tuple[tuple[str, str], ...] = (),
    forms: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    doubts: Sequence[Finding] = (),
    created: dt.datetime = CREATED,
) -> bytes:
    """danh-sach.xlsx as bytes; equal arguments give equal bytes.

    `programmes` are the (id, name) offered in sheet ĐỢT, `forms` for each of them the (id, label) its column «Biểu»
    may name (`named_forms`). Sheet NĂM TRƯỚC stands only where `register.earlier` holds
    rows, SOÁT LẠI (first) only where there are `doubts` of an import.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "default_format_properties": {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"},
        },
    )
    book.set_properties({"title": say("register.titles.guide"), "created": created})
    pen = Pen(book)
    lists = Choices(register, programmes, forms or {})
    if doubts:
        write_doubts(pen, register, doubts)
    _units(pen, register, lists)
    _table(pen, "people", tuple(_person(p) for p in register.people), lists)
    _office(pen, register)
    _rounds(pen, register, lists)
    if register.earlier:
        rows: Values = tuple({"period": e.period, "unit": e.unit, **e.values} for e in register.earlier)
        _table(pen, "earlier", rows, lists)
    write_guide(pen, lists)
    book.worksheets()[0].activate()
    book.close()
    return out.getvalue()


def _person(person: Person) -> dict[str, object]:
    return {c.id: getattr(person, c.id) for c in columns("people")} | {
        "group": groups().get(person.group, person.group),
        "roles": "; ".join(roles().get(role, role) for role in person.roles),
    }


def _units(pen: Pen, register: Register, lists: Choices) -> None:
    rows: Values = tuple(
        {c.id: getattr(u, c.id) for c in columns("units")} | {"kind": kinds().get(u.kind, u.kind)}
        for u in register.units
    )
    sheet = _table(pen, "units", rows, lists)
    ids = [c.id for c in columns("units")]
    code, parent, ended = (pen.letter(ids.index(id)) for id in ("code", "parent", "valid_to"))
    first, last = HEAD_ROW + 1, HEAD_ROW + len(rows) + REACH
    area = (first, 0, last, len(ids) - 1)
    row = first + 1
    done(sheet.conditional_format(*area, _rule(f'=${ended}{row}<>""', pen.format(font_color="#7F7F7F", italic=True))))
    names = (first, 0, last, ids.index("short_name"))
    done(sheet.conditional_format(*names, _rule(f'=AND(${code}{row}<>"",${parent}{row}="")', pen.format(bold=True))))


def _rule(formula: str, format: Any) -> dict[str, Any]:
    return {"type": "formula", "criteria": formula, "format": format}


def _rounds(pen: Pen, register: Register, lists: Choices) -> None:
    rows: list[Mapping[str, object]] = []
    for round in register.rounds:
        whole = {"programme": round.programme, "period": round.period}
        rows.append(whole | _dates(round) | {"closed": say("register.yes.write") if round.closed else ""})
        rows += [whole | {"form": form} | _dates(dates) for form, dates in round.dues.items()]
    _table(pen, "rounds", tuple(rows), lists)


def _dates(of: Round | FormDates) -> dict[str, object]:
    strict = say("register.yes.write") if of.strict else ""
    return {"opens": of.opens, "due": of.due, "accept_until": of.accept_until, "strict": strict, "note": of.note}


def _table(pen: Pen, table: str, rows: Values, lists: Choices) -> Any:
    """A list sheet: title, hint, frozen heads, ruled rows, help and drop-downs, print set-up."""
    made = columns(table)
    sheet = pen.sheet(table, len(made), landscape=True)
    for place, column in enumerate(made):
        pen.text(sheet, HEAD_ROW, place, column.head, pen.head(required=column.required))
        done(sheet.set_column(place, place, column.width, pen.cell(column.type, ruled=False)))
    pen.height(sheet, HEAD_ROW, 34)
    for number, values in enumerate(rows, start=HEAD_ROW + 1):
        pen.height(sheet, number, _height(made, values))
        for place, column in enumerate(made):
            _value(pen, sheet, number, place, column, values.get(column.id))
    for number in range(HEAD_ROW + 1 + len(rows), HEAD_ROW + 1 + len(rows) + _SPARE):
        pen.height(sheet, number, LINE + 4)
        for place, column in enumerate(made):
            done(sheet.write_blank(number, place, None, pen.cell(column.type, required=column.required)))
    last = HEAD_ROW + len(rows) + REACH
    for place, column in enumerate(made):
        _help(sheet, place, column, last, lists)
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    done(sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + len(rows) + _SPARE, len(made) - 1))
    done(sheet.repeat_rows(HEAD_ROW))
    done(sheet.print_area(0, 0, HEAD_ROW + (len(rows) or _SPARE), len(made) - 1))
    return sheet


def _height(made: tuple[Column, ...], values: Mapping[str, object]) -> float:
    """Points for a row so that its longest wrapped text shows."""
    lines = 1
    for column in made:
        if column.type not in ("date", "integer", "yes"):
            parts = str(values.get(column.id) or "").split("\n")
            lines = max(lines, sum(-(-len(part) // int(column.width * _LETTERS)) or 1 for part in parts))
    return min(LINE * lines + 4, 400.0)


def _value(pen: Pen, sheet: Any, row: int, place: int, column: Column, value: object) -> None:
    look = pen.cell(column.type, required=column.required)
    if value is None or value == "":
        done(sheet.write_blank(row, place, None, look))
    elif isinstance(value, dt.date):
        done(sheet.write_datetime(row, place, value, look))
    elif isinstance(value, int):
        done(sheet.write_number(row, place, value, look))
    else:
        pen.text(sheet, row, place, str(value), look)


def _help(sheet: Any, place: int, column: Column, last: int, lists: Choices) -> None:
    """One validation for a column: what it accepts, and the input message."""
    options: dict[str, Any] = {"validate": "any"}
    about = column.type
    if about == "date":
        options = {"validate": "date", "criteria": ">=", "value": EARLIEST}
    elif about == "integer":
        options = {"validate": "integer", "criteria": ">=", "value": 0}
    elif about != "text" and lists.source(about):
        # Codes may be added to later, and roles may be several: those are let pass with a word.
        strictness = {"kind": "stop", "group": "stop", "yes": "stop", "roles": "information"}.get(about, "warning")
        options = {"validate": "list", "source": lists.source(about), "error_type": strictness}
    else:
        about = ""
    if about:
        options["error_title"] = say(f"register.messages.{about}_title")
        options["error_message"] = say(f"register.messages.{about}_error")
    if column.help:
        options["input_title"] = column.head[:32]
        options["input_message"] = column.help
    if about or column.help:
        done(sheet.data_validation(HEAD_ROW + 1, place, last, place, options))


def _office(pen: Pen, register: Register) -> None:
    made = columns("office")
    sheet = pen.sheet("office", len(made), landscape=True)
    for place, column in enumerate(made):
        pen.text(sheet, HEAD_ROW, place, column.head, pen.head(required=False))
        done(sheet.set_column(place, place, column.width, pen.cell("text", ruled=False)))
    pen.height(sheet, HEAD_ROW, 24)
    labels = {f.key: (f.label, f.purpose, f.needed) for f in facts()}
    extra = {key: (key, "", False) for key in register.office if key not in labels}
    row = HEAD_ROW
    for row, (key, (label, purpose, needed)) in enumerate((labels | extra).items(), start=HEAD_ROW + 1):
        pen.text(sheet, row, 0, label, pen.format(border=1, border_color="#A6A6A6", text_wrap=True, bold=needed))
        value = register.office.get(key, "")
        look = pen.cell("text", required=needed)
        if value:
            pen.text(sheet, row, 1, value, look)
        else:
            done(sheet.write_blank(row, 1, None, look))
        note = pen.format(border=1, border_color="#A6A6A6", text_wrap=True, italic=True, font_color="#595959")
        pen.text(sheet, row, 2, purpose, note)
        pen.height(sheet, row, 36)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    done(sheet.print_area(0, 0, row, len(made) - 1))

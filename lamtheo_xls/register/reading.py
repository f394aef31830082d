"""danh-sach.xlsx → Register: every cell that is amiss becomes a finding at that cell, all of them at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lamtheo_xls.definitions.periods import period_valid
from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.register.checking import ROW_CHECKS, UNIT_CHECKS, groups_known, kinds_known, persons_apart, roles_in
from lamtheo_xls.register.grid import Grid, cell_name, open_grids
from lamtheo_xls.register.model import Earlier, FormDates, Person, Register, Round, Unit
from lamtheo_xls.register.naming import meant, short_name_of
from lamtheo_xls.register.rows import Row, date_in, find_head, read_rows, reversed_dates, whole_in, yes_in
from lamtheo_xls.register.sheets import (
    NEEDED_SHEETS,
    TABLES,
    columns,
    facts,
    group_of,
    head_keys,
    heads,
    kind_of,
    known_by,
    sheet_name,
)
from lamtheo_xls.text import plain_key, same_words, suggest, text_key

Findings = tuple[Finding, ...]
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_LOOSE_PERIOD = re.compile(r"(?:(quy|q|thang|t)? ?([ivx]+|[0-9]{1,2}) ?(?:nam|/|-|\.)? ?)?(?:nam )?([12][0-9]{3})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_EARLIER = ("ten_chi_bo", "ten_mo_hinh", "thoi_gian", "nhom")


def is_register(data: bytes | Path) -> bool:
    """The workbook is a danh-sach.xlsx: a sheet ĐƠN VỊ with our heads, and a sheet CƠ QUAN or ĐỢT beside it."""
    grids, _ = open_grids(data)
    found = _by_table(grids)
    return (
        "units" in found
        and bool({"office", "rounds"} & set(found))
        and find_head(found["units"], heads("units"))[0] > 0
    )


def read_register(
    data: bytes | Path, *, programmes: tuple[tuple[str, str], ...] | None = None
) -> tuple[Register | None, Findings]:
    """The register of a danh-sach.xlsx and all findings, by sheet and place; None only where it cannot be opened.

    With findings of severity error the Register holds what could be read and must not be worked with. Its `digest` is
    the SHA-256 of the bytes. `programmes` are the known (id, name); None leaves the rounds' programmes unchecked.
    """
    if isinstance(data, Path) and data.is_file():
        try:
            data = data.read_bytes()
        except OSError:
            return None, (finding("register.unreadable", ly_do=say("register.reasons.locked")),)
    grids, reason = open_grids(data)
    if reason:
        return None, (finding("register.unreadable", ly_do=reason),)
    found = _by_table(grids)
    findings = [
        finding("register.sheet_missing", sheet=sheet_name(table)) for table in NEEDED_SHEETS if table not in found
    ]
    rows: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        rows[table], more = read_rows(found[table], table) if table in found else ((), ())
        findings += more
    units, more = _units(rows["units"])
    findings += more
    people, more = _people(rows["people"], units)
    findings += more
    rounds, more = _rounds(rows["rounds"], programmes)
    findings += more
    office, more = _office(found["office"]) if "office" in found else ({}, ())
    findings += more
    earlier, more = _earlier(rows["earlier"], units)
    findings += more
    register = Register(
        units=units,
        people=people,
        rounds=rounds,
        office=office,
        earlier=earlier,
        digest=hashlib.sha256(data).hexdigest() if isinstance(data, bytes) else "",
    )
    return register, _sorted(findings, grids)


def _by_table(grids: Sequence[Grid]) -> dict[str, Grid]:
    """Our sheets among those of the workbook, by the words of their names."""
    names = {table: plain_key(sheet_name(table)) for table in (*TABLES, "office")}
    found: dict[str, Grid] = {}
    for grid in grids:
        for table, name in names.items():
            if plain_key(grid.name) == name:
                found.setdefault(table, grid)
    return found


def _sorted(findings: Sequence[Finding], grids: Sequence[Grid]) -> Findings:
    places = {grid.name: place for place, grid in enumerate(grids)}

    def key(f: Finding) -> tuple[int, int, int, str]:
        found = re.fullmatch(r"([A-Z]+)([0-9]+)", f.place.cell or "")
        column, row = (found[1], int(found[2])) if found else ("", 0)
        return places.get(f.place.sheet or "", -1), row, len(column), column

    return tuple(sorted(findings, key=key))


def _units(rows: Sequence[Row]) -> tuple[tuple[Unit, ...], Findings]:
    findings: list[Finding] = []
    read: list[tuple[Unit, Row]] = []
    codes = {row.text("code").upper(): row.text("code") for row in reversed(rows) if row.text("code")}
    order = 0
    for row in rows:
        given, more = whole_in(row, "order")
        findings += more
        order = given if given is not None else order
        days, more = _dates(row, ("valid_from", "valid_to"))
        findings += more + reversed_dates(row, "valid_from", "valid_to", days)
        name, parent = row.text("name"), row.text("parent")
        unit = Unit(
            code=row.text("code"),
            name=name,
            short_name=row.text("short_name") or short_name_of(name),
            order=order,
            kind=kind_of(row.text("kind")) or "khac",
            parent=codes.get(parent.upper(), parent),
            contact=row.text("contact"),
            phone=row.text("phone"),
            mail=row.text("mail"),
            secretary=row.text("secretary"),
            valid_from=days["valid_from"],
            valid_to=days["valid_to"],
            row=row.number,
        )
        read.append((unit, row))
    for check in ROW_CHECKS:
        findings += check(rows)
    findings += kinds_known(rows)
    for across in UNIT_CHECKS:
        findings += across(read)
    return tuple(unit for unit, _ in read), tuple(findings)


def _dates(row: Row, ids: tuple[str, ...]) -> tuple[dict[str, dt.date | None], Findings]:
    read = {id: date_in(row, id) for id in ids}
    return {id: day for id, (day, _) in read.items()}, tuple(f for _, more in read.values() for f in more)


def _people(rows: Sequence[Row], units: Sequence[Unit]) -> tuple[tuple[Person, ...], Findings]:
    findings = [f for check in (*ROW_CHECKS, groups_known, persons_apart) for f in check(rows)]
    names = {unit.code: unit.name for unit in units if unit.code}
    codes = {code.upper(): code for code in names}
    people: list[Person] = []
    near: dict[str, str] = {}
    for row in rows:
        unit = codes.get(row.text("unit").upper(), row.text("unit"))
        if unit not in names and "unit" in row.at:
            near[unit] = near[unit] if unit in near else meant(unit, names) if unit else ""
            findings.append(row.finding("person_unit_unknown", "unit", goi_y=near[unit]))
        roles, more = roles_in(row)
        findings += more
        people.append(
            Person(
                code=row.text("code"),
                name=row.text("name"),
                unit=unit,
                group=group_of(row.text("group")) or "",
                born=row.text("born"),
                party_post=row.text("party_post"),
                other_post=row.text("other_post"),
                roles=roles,
                exempt=row.text("exempt"),
                mail=row.text("mail"),
                phone=row.text("phone"),
                row=row.number,
            )
        )
    return tuple(people), tuple(findings)


def _rounds(rows: Sequence[Row], programmes: tuple[tuple[str, str], ...] | None) -> tuple[tuple[Round, ...], Findings]:
    """Rows of one programme and period are one round; a row that names a form gives that form's dates."""
    findings: list[Finding] = []
    read: dict[tuple[str, str], list[tuple[Row, Round]]] = {}
    for row in rows:
        programme, more = _programme(row, programmes)
        findings += more
        period = row.text("period").upper()
        if not period_valid(period) and "period" in row.at:
            close = loose_period(row)
            goi_y = say("register.close.one", goi_y=close) if close else ""
            findings.append(row.finding("round_period_bad", "period", goi_y=goi_y))
        days, more = _dates(row, ("opens", "due", "accept_until"))
        findings += more
        findings += reversed_dates(row, "opens", "due", days)
        findings += reversed_dates(row, "due" if days["due"] else "opens", "accept_until", days)
        closed, more = yes_in(row, "closed")
        findings += more
        strict, more = yes_in(row, "strict")
        findings += more
        made = Round(
            programme=programme,
            period=period,
            opens=days["opens"],
            due=days["due"],
            accept_until=days["accept_until"],
            closed=closed,
            strict=strict,
            note=row.text("note"),
            row=row.number,
        )
        one = read.setdefault((programme, period), [])
        one.append((row, made))
    rounds: list[Round] = []
    for same in read.values():
        whole, more = _one_round(same)
        rounds += whole
        findings += more
    return tuple(sorted(rounds, key=lambda r: r.row)), tuple(findings)


def _one_round(same: Sequence[tuple[Row, Round]]) -> tuple[list[Round], Findings]:
    """The round of the rows of one programme and period. Rows that lack either are rounds of their own, as they are."""
    row, first = same[0]
    if not (first.programme and first.period):
        return [made for _, made in same], ()
    findings: list[Finding] = []
    plain = [(row, made) for row, made in same if not row.text("form")]
    of_forms = [(row, made) for row, made in same if row.text("form")]
    for row, made in plain[1:]:
        findings.append(row.finding("round_twice", "programme", dot=made.id, o_truoc=plain[0][0].cell("programme")))
    dues: dict[str, FormDates] = {}
    known: dict[str, str] = {}
    for row, made in of_forms:
        form = row.text("form")
        cell = row.cell("form")
        if plain and made.closed and not plain[0][1].closed:
            findings.append(row.finding("round_form_closed", "closed", dot=made.id, bieu=form))
        if text_key(form) in known:
            findings.append(row.finding("round_form_twice", "form", dot=made.id, o_truoc=known[text_key(form)]))
            continue
        known[text_key(form)] = cell
        dues[form] = FormDates(
            opens=made.opens,
            due=made.due,
            accept_until=made.accept_until,
            strict=made.strict,
            note=made.note,
            cell=cell,
        )
    if plain:
        return [replace(plain[0][1], dues=dues)], tuple(findings)
    opens = [made.opens for _, made in of_forms]
    whole = Round(
        programme=first.programme,
        period=first.period,
        opens=None if None in opens else min(day for day in opens if day is not None),
        closed=all(made.closed for _, made in of_forms),
        dues=dues,
        row=first.row,
    )
    return [whole], tuple(findings)


def _programme(row: Row, programmes: tuple[tuple[str, str], ...] | None) -> tuple[str, Findings]:
    text = row.text("programme")
    if not text:
        missing = (row.finding("round_programme_missing", "programme"),) if "programme" in row.at else ()
        return "", missing
    if programmes is None:
        return text, ()
    for id, name in programmes:
        if same_words(text, id) or same_words(text, name):
            return id, ()
    return text, (row.finding("round_programme_unknown", "programme", goi_y=meant(text, dict(programmes))),)


def loose_period(row: Row) -> str:
    """The period probably meant: «năm 2027», «Quý I/2027», «tháng 2/2027», or a cell turned into a date; or ''."""
    cell = row.cells.get("period")
    if cell is None:
        return ""
    if isinstance(cell.value, dt.date):
        return f"{cell.value:%Y-%m}"
    found = _LOOSE_PERIOD.fullmatch(plain_key(cell.text))
    if found is None:
        return ""
    word, number, year = found[1] or "", found[2], found[3]
    if number is None:
        return year
    value = int(number) if number.isdigit() else _ROMAN.get(number, 0)
    period = f"{year}-Q{value}" if word.startswith("q") else f"{year}-{value:02}"
    return period if period_valid(period) else ""


def _office(grid: Grid) -> tuple[dict[str, str], Findings]:
    row, found = find_head(grid, heads("office"))
    at = {id: column for column, id in sorted(found.items(), reverse=True)}
    if not {"label", "value"} <= set(at):
        needed = ", ".join(f"«{c.head}»" for c in columns("office") if c.required)
        return {}, (finding("register.head_missing", sheet=grid.name, cot=needed),)
    known = known_by((f.key, text) for f in facts() for text in (f.label, *f.also, f.key))
    office: dict[str, str] = {}
    where: dict[str, int] = {}
    findings: list[Finding] = []
    for number, filled in grid.rows.items():
        if number <= row:
            continue
        label = grid.text(number, at["label"])
        key = next((known[k] for k in head_keys(label) if k in known), label if _KEY.fullmatch(label) else None)
        here = {"sheet": grid.name, "cell": cell_name(number, at["label"])}
        if not label:
            stray = next((c for c in filled if c != at.get("purpose")), None)
            if stray is not None:
                text = grid.text(number, stray)
                findings.append(finding("register.stray", sheet=grid.name, cell=cell_name(number, stray), value=text))
            continue
        if key is None:
            near = suggest(label, (f.label for f in facts()), 1)
            goi_y = say("register.close.one", goi_y=near[0]) if near else ""
            findings.append(finding("register.office_unknown", **here, value=label, goi_y=goi_y))
            continue
        if key in where:
            o_truoc = cell_name(where[key], at["label"])
            findings.append(finding("register.office_twice", **here, value=label, o_truoc=o_truoc))
            continue
        where[key] = number
        cell = grid.cells.get((number, at["value"]))
        if cell and cell.error:
            place = cell_name(number, at["value"])
            findings.append(finding("register.value_error", sheet=grid.name, cell=place, value=cell.text))
        elif cell:
            office[key] = cell.text
    return office, tuple(findings) + _facts_missing(grid, office, where, at["value"], row)


def _facts_missing(grid: Grid, office: Mapping[str, str], where: Mapping[str, int], column: int, head: int) -> Findings:
    return tuple(
        finding(
            "register.office_missing",
            sheet=grid.name,
            cell=cell_name(where.get(fact.key, head), column),
            muc=fact.label,
            de_lam_gi=fact.purpose,
        )
        for fact in facts()
        if fact.needed and not office.get(fact.key)
    )


def _earlier(rows: Sequence[Row], units: Sequence[Unit]) -> tuple[tuple[Earlier, ...], Findings]:
    names = {unit.code: unit.name for unit in units if unit.code}
    codes = {code.upper(): code for code in names}
    findings: list[Finding] = []
    earlier: list[Earlier] = []
    for row in rows:
        period = row.text("period").upper()
        blank = [c for c in columns("earlier") if c.required and not row.text(c.id) and c.id in row.at]
        if blank:
            findings += [row.finding("earlier_incomplete", c.id, cot=c.head) for c in blank]
            continue
        if not period_valid(period):
            close = loose_period(row)
            goi_y = say("register.close.one", goi_y=close) if close else ""
            findings.append(row.finding("round_period_bad", "period", goi_y=goi_y))
        unit = codes.get(row.text("unit").upper(), row.text("unit"))
        if unit not in names:
            findings.append(row.finding("earlier_unit_unknown", "unit", goi_y=meant(unit, names)))
        values = {id: row.text(id) for id in _EARLIER}
        earlier.append(Earlier(period=period, unit=unit, values=values, row=row.number))
    return tuple(earlier), tuple(findings)

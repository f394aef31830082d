"""The plain table behind every consolidated one: a row per line a unit filled, each knowing where it came from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from lamtheo_xls.definitions.model import Consolidated, Form, Source
from lamtheo_xls.examine.model import Entry, Examination
from lamtheo_xls.ledger import Counted, examination_of
from lamtheo_xls.merge.columns import columns_of, sources_of
from lamtheo_xls.register import Register, in_order, unit_code_of
from lamtheo_xls.text import unit_key

# Ids of a form never hold a dot, so these names cannot meet a form's column.
UNIT, UNIT_NAME, UNIT_ORDER = "unit.code", "unit.name", "unit.order"
PERSON, PERSON_NAME = "person.code", "person.name"
WHY, RECEIVED, SIGNED, SUBMISSION = "return.why", "return.received", "return.signed", "return.id"
FORM, PART, FILE, SHEET, ROW = "return.form", "return.part", "from.file", "from.sheet", "from.row"
LEAD = (UNIT, UNIT_NAME, UNIT_ORDER)
PEOPLE = (PERSON, PERSON_NAME)
TAIL = (WHY, RECEIVED, SIGNED, FORM, PART, FILE, SHEET, ROW, SUBMISSION)
NUMBERS = (UNIT_ORDER, ROW)
TICK = "x"
_SOURCE, _RANK = "by.source", "by.person"


def cell_of(column: str) -> str:
    """Name of the frame's column that holds the A1 address a column's value came from."""
    return f"{column}.cell"


def form_of(counted: Counted) -> str:
    """The form a return that counts is of: as it was read, or as the person who assigned it said."""
    return counted.submission.form or counted.assignment.partition("_")[0]


def person_code_of(assignment: str) -> str:
    """The person of `<form>_<period>_<unit code>.<person code>`; '' of a unit's."""
    return assignment.split("_", 2)[-1].partition(".")[2]


def frame_of(
    counted: Iterable[Counted],
    register: Register,
    table: Consolidated,
    forms: Mapping[str, Form],
    *,
    owing: Mapping[str, Collection[str]] | None = None,
    signed: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """The rows of a consolidated table from every submission that counts: units in the office's order, people in the
    register's, a unit's rows in its own order with those of one chi bộ together. The order of `counted` does not
    matter.

    `owing`: form → units that owe it, for sources that leave those out. `signed`: assignment → what is known of its
    signed copy, in words. Columns: unit.code, unit.name, unit.order (its place in the register, from 1), of people also
    person.code and person.name, the table's columns, return.why, return.received (ISO), return.signed, return.form,
    return.part, from.file, from.sheet, from.row (number on that sheet), return.id, and `<column>.cell` (A1 address of
    each value). All text is the text the unit wrote, '' where it wrote nothing: nothing is guessed to be a number or
    missing. «Không phát sinh» gives no row; nothing counted gives no row and all columns.
    """
    columns = tuple(c.id for c in columns_of(table, forms))
    lead = (*LEAD, *PEOPLE) if table.kind == "people" else LEAD
    places = tuple(cell_of(c) for c in columns)
    shown = (*lead, *columns, *TAIL, *places)
    blank: dict[str, Any] = dict.fromkeys(dict.fromkeys((*shown, *PEOPLE, _SOURCE, _RANK)), "")
    names = _Names(register)
    counted = tuple(counted)
    records = [
        blank | record | {_SOURCE: n}
        for n, source in enumerate(sources_of(table))
        for one in counted
        if form_of(one) == source.form and source.form in forms
        for record in _records(one, source, forms[source.form], columns, names, owing or {}, signed or {})
    ]
    frame = pd.DataFrame(records, columns=list(blank), dtype=object)
    ranks = {code: n for n, code in enumerate(_ranked(register, frame[UNIT].drop_duplicates().tolist()), start=1)}
    frame[UNIT_ORDER] = frame[UNIT].map(ranks)
    last = len(names.rank)
    frame[_RANK] = frame[PERSON].map(lambda code: names.rank.get(code, last))
    child = next((c.id for c in columns_of(table, forms) if c.choices_from == "children"), "")
    frame = _sorted(frame, child)[list(shown)].astype(dict.fromkeys(NUMBERS, "int64"))
    return frame.astype({c: object for c in frame.columns if c not in NUMBERS})


class _Names:
    """Names and ranks the frame asks for, looked up once."""

    def __init__(self, register: Register) -> None:
        self.units = {u.code: u.name for u in register.units}
        self.people = {p.code: p.name for p in register.people}
        self.rank = {p.code: n for n, p in enumerate(register.people)}


def _ranked(register: Register, codes: Sequence[str]) -> tuple[str, ...]:
    # Sorted before, so that units the register does not know stand in one order as well.
    return in_order(register, sorted({*codes, *(u.code for u in register.units)}))


def _records(
    counted: Counted,
    source: Source,
    form: Form,
    columns: Sequence[str],
    names: _Names,
    owing: Mapping[str, Collection[str]],
    signed: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    """The rows one return gives to one source."""
    unit, person = unit_code_of(counted.assignment, counted.part), person_code_of(counted.assignment)
    if source.unless_owed and unit in owing.get(source.unless_owed, ()):
        return
    submission = counted.submission
    if submission.nil:
        return
    examination = examination_of(submission.examination)
    known = {
        UNIT_NAME: Entry(text=names.units.get(unit, unit), sheet="", cell=""),
        PERSON_NAME: Entry(text=names.people.get(person, person), sheet="", cell=""),
    }
    base: dict[str, Any] = {
        UNIT: unit,
        UNIT_NAME: known[UNIT_NAME].text,
        PERSON: person,
        PERSON_NAME: known[PERSON_NAME].text,
        WHY: counted.why,
        RECEIVED: submission.received.isoformat(),
        SIGNED: signed.get(counted.assignment, ""),
        FORM: form.id,
        PART: counted.part,
        FILE: submission.file,
        SUBMISSION: submission.id,
    }
    wanted = {column: source.columns.get(column, column) for column in columns}
    for sheet, row, entries in _lines(examination, source, form):
        found = {column: e for column, id in wanted.items() if (e := known.get(id) or entries.get(id)) is not None}
        record = base | {SHEET: sheet, ROW: row}
        for column, entry in found.items():
            record[column] = entry.text
            record[cell_of(column)] = entry.cell
        yield record


def _lines(examination: Examination, source: Source, form: Form) -> Iterator[tuple[str, int, Mapping[str, Entry]]]:
    """Sheet, row and entries of each line: the rows of a table, or the single fields (and narratives) as one line.

    A line of single fields stands in the row of its first value."""
    whole = dict(examination.fields) | _narratives(examination, form)
    if not source.table:
        first = next((e for e in whole.values() if e.cell), None)
        digits = re.search(r"\d+", first.cell) if first else None
        yield (first.sheet if first else examination.sheet, int(digits[0]) if digits else 0, whole)
        return
    own = {c.id for c in form.table(source.table).columns}
    around = {id: entry for id, entry in whole.items() if id not in own}
    for row in examination.rows:
        if row.table == source.table:
            sheet = next((e.sheet for e in row.values.values()), examination.sheet)
            yield sheet, row.sheet_row, around | dict(row.values)


def _narratives(examination: Examination, form: Form) -> dict[str, Entry]:
    """Each narrative as one text, its paragraphs a line each; its place from the first to the last of them."""
    out: dict[str, Entry] = {}
    for table in form.tables:
        if table.kind != "paragraphs":
            continue
        entries = [e for row in examination.rows if row.table == table.id for e in row.values.values() if e.text]
        if entries:
            first, last = entries[0], entries[-1]
            cell = first.cell if first.cell == last.cell else f"{first.cell}:{last.cell}"
            out[table.id] = Entry(text="\n".join(e.text for e in entries), sheet=first.sheet, cell=cell)
    return out


def _sorted(frame: pd.DataFrame, child: str) -> pd.DataFrame:
    """By unit, person, source, part and row; rows of one chi bộ move up to its first one."""
    frame = frame.assign(**{"by.part": frame[PART].map(lambda part: (len(part), part))})
    keys = [UNIT_ORDER, UNIT, _RANK, PERSON, _SOURCE, "by.part", ROW, SUBMISSION]
    frame = frame.sort_values(keys, kind="stable", ignore_index=True)
    if not child or frame.empty:
        return frame
    first = (
        frame.assign(place=frame.index, key=frame[child].map(unit_key))
        .groupby([UNIT, "key"], sort=False)["place"]
        .transform("min")
    )
    return frame.iloc[first.argsort(kind="stable")].reset_index(drop=True)

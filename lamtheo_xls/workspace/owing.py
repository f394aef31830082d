"""What the round asks of whom, with the dates people have extended: the assignments as they stand today."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import Finding, say
from lamtheo_xls.ledger import Decision
from lamtheo_xls.register import Assignment, Person, Register, owed, person_by_code, unit_of
from lamtheo_xls.text import text_key
from lamtheo_xls.workspace.folder import Office

SHARED = "mau-chung"


def assignments_of(office: Office) -> tuple[tuple[Assignment, ...], tuple[Finding, ...]]:
    """Who owes what in the office's round on the as-of date, in the office's order; extensions («gia hạn») applied."""
    found, findings = owed(office.programme, office.forms, office.register, office.round, office.as_of)
    extended = {
        s.assignment: s.extended for s in office.ledger.standing_of_round(office.round.id) if s.extended is not None
    }
    return tuple(_extended(a, extended) for a in found), tuple(findings)


def shared_id(form: str, period: str) -> str:
    """What the shared workbook of a form is issued as: no assignment of any unit."""
    return f"{form}_{period}_{SHARED}"


def choices_of(register: Register, assignments: Iterable[Assignment]) -> dict[str, Assignment]:
    """What a shared workbook offers to choose from: the unit's name, a person's with the unit behind it (and the code
    where two would be the same) → the assignment meant."""
    named = [(_label(register, a), a) for a in assignments]
    times = Counter(name for name, _ in named)
    return {
        name if times[name] == 1 else say("workspace.owing.same", ten=name, ma=a.person or a.unit): a
        for name, a in named
    }


def person_label(register: Register, person: Person) -> str:
    """The person's name; where others of the unit bear it too, with the year of birth behind it, or with the code where
    the year is not known or does not part them."""
    namesakes = [p for p in register.index.people.get(person.unit, ()) if text_key(p.name) == text_key(person.name)]
    if len(namesakes) < 2:
        return person.name
    year = _year_born(person)
    told = year if year and [_year_born(p) for p in namesakes].count(year) == 1 else person.code
    return say("workspace.owing.same", ten=person.name, ma=told)


def _year_born(person: Person) -> str:
    """«1980» of «12/03/1980»; '' where no year of four digits stands at the end."""
    found = re.search(r"(?<!\d)\d{4}$", person.born.strip())
    return found[0] if found else ""


def _label(register: Register, assignment: Assignment) -> str:
    unit, person = unit_of(register, assignment.unit), person_by_code(register, assignment.person)
    if person is None:
        return unit.name if unit else assignment.unit
    return say("workspace.owing.person", ten=person.name, don_vi=unit.short_name or unit.name if unit else person.unit)


def _extended(assignment: Assignment, extended: Mapping[str, Decision]) -> Assignment:
    decision = extended.get(assignment.id)
    if decision is None:
        return assignment
    until = dt.date.fromisoformat(decision.detail["until"])
    before = assignment.deadline
    accept = before.accept_until
    deadline = Deadline(
        on_time=until,
        late_from=until + dt.timedelta(days=1),
        accept_until=max(accept, until) if accept else None,
        text=say("workspace.owing.extended", ngay=f"{until:%d/%m/%Y}"),
    )
    return replace(assignment, deadline=deadline)

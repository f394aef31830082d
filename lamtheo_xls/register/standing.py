"""What is amiss between a register that was read and one programme, as seen on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from lamtheo_xls.definitions.model import Form, Programme
from lamtheo_xls.definitions.periods import period_valid
from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.register.model import Person, Register, Round
from lamtheo_xls.register.owing import asked, deciding_day, dues_amiss, duties_of, nobody, period_finding, softer
from lamtheo_xls.register.sheets import sheet_name


def check_register(
    register: Register, *, programme: Programme, on: dt.date, forms: Mapping[str, Form] | None = None
) -> tuple[Finding, ...]:
    """What is amiss between a register that was read and one programme, as seen on a day.

    Findings: round_period_bad for rounds of the programme whose period is of another kind; for the rounds open on that
    day nobody_owes (an info where the round asks others), people_none, person_group_missing, person_unit_ended and,
    where `forms` are given, round_form_unknown and round_form_twice. Everything that needs neither programme nor day
    is found by `read_register`.
    """
    findings: list[Finding] = []
    of_people = False
    for round in register.rounds:
        if round.programme != programme.id:
            continue
        if not period_valid(round.period, programme.period):
            if period_valid(round.period):
                findings.append(period_finding(round))
            continue
        if round.closed or (round.opens is not None and round.opens > on):
            continue
        if forms is not None:
            findings += dues_amiss(programme, round, forms)
        found, some, people = _asked_of(register, programme, round, forms or {}, on)
        findings += softer(found) if some else found
        of_people = of_people or people
    return tuple(findings) + (tuple(_people(register, on)) if of_people else ())


def _asked_of(
    register: Register, programme: Programme, round: Round, forms: Mapping[str, Form], on: dt.date
) -> tuple[list[Finding], bool, bool]:
    """What is said of obligations nobody meets, whether anybody owes anything, and whether people are asked."""
    findings: list[Finding] = []
    some = people = False
    for duty in duties_of(programme, round, forms):
        units = asked(duty.obligation, register, deciding_day(round, duty.deadline, on))
        findings += nobody(duty, units, round)
        some = some or bool(units)
        people = people or duty.obligation.owner == "person"
    return findings, some, people


def _people(register: Register, on: dt.date) -> Iterator[Finding]:
    """person_group_missing, once; person_unit_ended, once for each unit that is over."""
    blank = [p for p in register.people if not p.group and not p.exempt]
    if blank:
        yield _at("person_group_missing", blank, ten=blank[0].name)
    for code, listed in register.index.people.items():
        unit = register.index.by_code.get(code)
        people = [p for p in listed if not p.exempt]
        if people and unit is not None and unit.valid_to is not None and unit.valid_to < on:
            yield _at("person_unit_ended", people, ten=unit.name, ngay=f"{unit.valid_to:%d/%m/%Y}")


def _at(code: str, people: Sequence[Person], **args: str) -> Finding:
    row = people[0].row
    place = {"sheet": sheet_name("people"), "cell": f"A{row}" if row else None}
    return finding(f"register.{code}", **place, value=None, path=None, severity=None, n=len(people), **args)

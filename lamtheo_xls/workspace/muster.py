"""Who stands behind a consolidated table: what was asked for it, who answered, and who is still awaited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lamtheo_xls.definitions.model import Consolidated
from lamtheo_xls.findings import say
from lamtheo_xls.ledger import Counted, SignedCopy, Standing
from lamtheo_xls.register import Assignment, in_order, unit_code_of, unit_of
from lamtheo_xls.reports.board import date_words, state_words
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import Position, Rulings, position_of, state_of_part
from lamtheo_xls.workspace.renewing import counting_of

if TYPE_CHECKING:
    from lamtheo_xls.merge import Asked, Roll
    from lamtheo_xls.reports.consolidated import Absence, Away


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One assignment asked for the table, and where it stands over all its parts."""

    assignment: Assignment
    key: str
    """The unit's code; where people are asked, `<unit>.<person>`."""
    position: Position
    parts: tuple[tuple[Standing, str], ...]
    """Each part with its own state."""

    @property
    def state(self) -> str:
        return self.position.state

    @property
    def ruling(self) -> str:
        """Kind of the ruling that stands, '' for none."""
        return self.position.decision.kind if self.position.decision else ""

    @property
    def owed(self) -> bool:
        """It is asked: of volunteers and those released nothing is, nor where people ruled so."""
        return self.ruling != "excuse" and self.assignment.strength != "may" and not self.assignment.released

    @property
    def let_off(self) -> bool:
        """Nothing is awaited, by a rule or a ruling; volunteers were never asked."""
        return self.ruling == "excuse" or bool(self.assignment.released)


@dataclass(frozen=True, slots=True, kw_only=True)
class Muster:
    """What the table is made from."""

    asked: tuple[Line, ...]
    counted: tuple[Counted, ...]
    """What counts of the table's forms."""
    owing: Mapping[str, frozenset[str]]
    """Form → units that owe it, for the forms that keep a source out."""
    signed: Mapping[str, str]
    """Assignment → what is known of its signed copy, in words."""
    forms: tuple[str, ...]
    """The table's forms that somebody owes or sent."""
    roll: Roll
    away: Away


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What all tables of a round are made from, looked up once."""

    assignments: tuple[Assignment, ...]
    standings: Mapping[str, Sequence[Standing]]
    """Assignment → its parts."""
    rulings: Rulings
    counted: tuple[Counted, ...]


def gather(office: Office) -> Gathered:
    """Who owes what in the office's round, where each part stands, and what counts."""
    standings: dict[str, list[Standing]] = {}
    for standing in office.ledger.standing_of_round(office.round.id):
        standings.setdefault(standing.assignment, []).append(standing)
    return Gathered(
        assignments=assignments_of(office)[0],
        standings=standings,
        rulings=office.ledger.standing(None),
        counted=counting_of(office, office.round.id),
    )


def muster_of(office: Office, table: Consolidated, gathered: Gathered) -> Muster:
    """Who owes any form the table is made from, in the programme's and the office's order, and what of it counts.

    Of a source that leaves out those who owe another form, only the others are asked.
    """
    from lamtheo_xls import merge

    sources = merge.sources_of(table)
    owing = {s.unless_owed: _owers(office, s.unless_owed) for s in sources if s.unless_owed}
    people = table.kind == "people"

    def used(form: str, unit: str) -> bool:
        return any(s.form == form and unit not in owing.get(s.unless_owed, ()) for s in sources)

    asked = tuple(
        _line(a, gathered.standings.get(a.id, ()), gathered.rulings, people)
        for a in gathered.assignments
        if used(a.form, a.unit)
    )
    counted = tuple(c for c in gathered.counted if used(merge.form_of(c), unit_code_of(c.assignment, c.part)))
    present = {line.assignment.form for line in asked} | {merge.form_of(c) for c in counted}
    roll = _roll(office, asked, counted, people)
    return Muster(
        asked=asked,
        counted=counted,
        owing=owing,
        signed={
            line.assignment.id: _signed_words(copy) for line in asked if (copy := line.position.signed) is not None
        },
        forms=tuple(dict.fromkeys(s.form for s in sources if s.form in present)),
        roll=roll,
        away=_away(office, asked, roll, people),
    )


def asked_people(office: Office, muster: Muster) -> tuple[Asked, ...]:
    """Everybody behind a table of people: those asked, volunteers, and whoever else counts, once each."""
    from lamtheo_xls.merge import Asked, person_code_of, person_key

    persons = office.register.index.persons
    found: dict[str, Asked] = {}
    for line in muster.asked:
        code = line.assignment.person or ""
        person = persons.get(code)
        found[line.key] = Asked(
            key=line.key,
            unit=line.assignment.unit,
            name=person.name if person else code,
            leader=person is not None and bool(person.roles),
            second_to=line.assignment.second_to,
        )
    for c in muster.counted:
        unit, code = unit_code_of(c.assignment, c.part), person_code_of(c.assignment)
        key, person = person_key(unit, code), persons.get(code)
        found.setdefault(key, Asked(key=key, unit=unit, name=person.name if person else code))
    return tuple(found.values())


def _owers(office: Office, form: str) -> frozenset[str]:
    """Units of the kinds that owe the form, whatever their dates: what they sent before they ended stays theirs."""
    return frozenset(
        unit.code
        for unit in office.register.units
        for o in office.programme.obligations
        if o.form == form and unit.kind in o.unit_kinds and not (o.direct and unit.parent)
    )


def _line(assignment: Assignment, standings: Sequence[Standing], rulings: Rulings, people: bool) -> Line:
    from lamtheo_xls.merge import person_key

    return Line(
        assignment=assignment,
        key=person_key(assignment.unit, assignment.person or "") if people else assignment.unit,
        position=position_of(assignment, standings, rulings),
        parts=tuple((s, state_of_part(s, rulings)) for s in standings),
    )


def _roll(office: Office, asked: Sequence[Line], counted: Sequence[Counted], people: bool) -> Roll:
    from lamtheo_xls.merge import Roll, person_code_of, person_key

    late_from = {line.assignment.id: line.assignment.deadline.late_from for line in asked}
    late: dict[str, bool] = {}
    for c in counted:
        unit = unit_code_of(c.assignment, c.part)
        key = person_key(unit, person_code_of(c.assignment)) if people else unit
        if not c.submission.nil:
            late[key] = late.get(key, False) or c.submission.received >= late_from.get(c.assignment, dt.date.max)
    keys = dict.fromkeys([*(line.key for line in asked), *sorted(late)])
    order = tuple(keys) if people else in_order(office.register, sorted(keys))
    owed = {line.key for line in asked if line.owed}
    let_off = {line.key for line in asked if line.let_off}
    signable = [line for line in asked if line.assignment.signed_copy]
    soft = {line.key for line in signable if line.position.signed is None and line.key in late}
    inked = {line.key for line in signable if line.position.signed is not None}

    def among(found: Collection[str]) -> tuple[str, ...]:
        return tuple(key for key in order if key in found)

    return Roll(
        expected=among(owed),
        counted=among(late),
        nil=among({line.key for line in asked if line.state == "nil"}),
        excused=among(let_off - owed - late.keys()),
        late=among({key for key, is_late in late.items() if is_late}),
        signed=among(inked - soft),
        unsigned=among(soft),
    )


# -- CHƯA GỬI --------------------------------------------------------------------------------------------------------


def _away(office: Office, asked: Sequence[Line], roll: Roll, people: bool) -> Away:
    from lamtheo_xls.reports.consolidated import Away

    missing = [
        _absence(office, line, state)
        for line in asked
        if line.owed and (state := line.state) in ("missing", "wrong_form", "to_fix")
    ]
    missing += [
        _part_absence(office, line, standing)
        for line in asked
        for standing, state in line.parts
        if line.state == "accepted" and standing.counted is None and state == "to_fix"
    ]
    let_off = {*roll.silent, *roll.excused}
    released = [line for line in asked if line.key in let_off and (line.state == "nil" or line.ruling == "excuse")]
    by_rule = [line for line in asked if line.key in roll.excused and line.ruling != "excuse"]
    soft = set(roll.unsigned)
    unsigned = [
        line for line in asked if line.key in soft and line.assignment.signed_copy and line.position.signed is None
    ]
    return Away(
        missing=tuple(missing),
        released=(*(_absence(office, line, line.state) for line in released), *_released(office, by_rule, people)),
        unsigned=tuple(_absence(office, line, "unsigned") for line in unsigned),
    )


def _absence(office: Office, line: Line, state: str) -> Absence:
    """An assignment with its state in words, whom to call, by when, and what staff noted."""
    from lamtheo_xls.reports.consolidated import Absence

    a = line.assignment
    unit = unit_of(office.register, a.unit)
    person = office.register.index.persons.get(a.person or "")
    waiting = state in ("missing", "wrong_form", "to_fix")
    if state == "unsigned":
        words = say("merge.missing.unsigned")
    elif line.ruling == "exclude":
        words = say("ledger.decision.exclude")
    else:
        words = state_words(state, overdue=state == "missing" and office.as_of >= a.deadline.late_from)
    note = line.position.whole.note if line.position.whole else ""
    second = say("merge.missing.second_copy", noi=a.second_to) if a.second_to and waiting else ""
    return Absence(
        unit=a.unit,
        name=unit.name if unit else a.unit,
        person=(person.name if person else a.person) or "",
        person_code=a.person or "",
        form=office.forms[a.form].label,
        state=words,
        contact=unit.contact if unit else "",
        phone=(person.phone if person else "") or (unit.phone if unit else ""),
        due=date_words(a.deadline.on_time) if waiting else "",
        note="; ".join(t for t in (second, note) if t),
    )


def _part_absence(office: Office, line: Line, standing: Standing) -> Absence:
    """A part that cannot be used while another part of the same return is in the table."""
    told = _absence(office, line, "to_fix")
    part = say("merge.missing.part", phan=standing.part)
    return replace(told, note="; ".join(t for t in (part, standing.note) if t))


def _released(office: Office, lines: Iterable[Line], people: bool) -> Iterator[Absence]:
    """Those a rule asks nothing of (S3.15), a line for each unit and reason."""
    from lamtheo_xls.reports.consolidated import Absence

    together: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        together.setdefault((line.assignment.unit, line.assignment.released), []).append(line)
    for (code, reason), found in together.items():
        unit = unit_of(office.register, code)
        person = office.register.index.persons.get(found[0].assignment.person or "")
        alone = person.name if person and len(found) == 1 else say("merge.missing.so_many", n=len(found))
        yield Absence(
            unit=code,
            name=unit.name if unit else code,
            person=alone if people else "",
            form=office.forms[found[0].assignment.form].label,
            state=state_words("excused"),
            note=reason,
            many=len(found) if people else 1,
        )


def _signed_words(copy: SignedCopy) -> str:
    """«12-KH/ĐU, 20/02/2027, Nguyễn Văn An»; «có» where only that it came is known."""
    return ", ".join(t for t in (copy.number, date_words(copy.on), copy.signer) if t) or say("merge.figures.yes")

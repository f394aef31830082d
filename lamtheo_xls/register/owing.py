"""Who owes what in a round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from lamtheo_xls.definitions.deadlines import deadline_of
from lamtheo_xls.definitions.model import Deadline, Exemption, Form, Obligation, People, Programme
from lamtheo_xls.definitions.periods import period_span, period_valid
from lamtheo_xls.definitions.templates import fill
from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.register.model import Assignment, FormDates, Person, Register, Round, Unit
from lamtheo_xls.register.queries import context_of, current, in_order, is_current, people_of
from lamtheo_xls.register.sheets import column_of, kinds, known_by, sheet_name
from lamtheo_xls.text import suggest


def owed(
    programme: Programme, forms: Mapping[str, Form], register: Register, round: Round, on: dt.date
) -> tuple[tuple[Assignment, ...], tuple[Finding, ...]]:
    """Everything owed in `round` as seen on the day `on`: in the programme's order, then the office's order of units,
    then people as listed.

    An obligation is met by the units of its kinds that exist on the deciding day: `on`, but not before the round (or
    the form, by its own row of sheet ĐỢT) opens and not after its period and its last accepted day are over, so that
    an old round stays as it was. A unit that ended inside the round owes nothing any more (finding ended_not_owed),
    its successor owes one form from the day it exists (E.4). For Mẫu 02 the obligation names base committees only
    (S1.15). A form owed by persons is owed by those of the groups asked (S3.14); volunteers may send and are never
    chased (S3.16), exempt persons stand there released, with the reason (S3.15).

    Findings: round_period_bad (then nothing is owed), form_unknown, round_form_unknown, round_form_twice, nobody_owes
    (an info where the round asks others), people_none, ended_not_owed.
    """
    if not period_valid(round.period, programme.period):
        return (), (period_finding(round),)
    assignments: dict[str, Assignment] = {}
    findings: list[Finding] = list(dues_amiss(programme, round, forms))
    for duty in duties_of(programme, round, forms):
        obligation = duty.obligation
        if obligation.form and duty.form is None:
            findings.append(finding("register.form_unknown", bo=programme.id, bieu=obligation.form))
            continue
        if duty.dates.opens is not None and on < duty.dates.opens:
            continue
        day = deciding_day(round, duty.deadline, on)
        units = asked(obligation, register, day)
        findings += nobody(duty, units, round)
        findings += [_ended(u, duty.label) for u in ended_inside(register, obligation, round, day)]
        for unit in units:
            for made in _assignments(duty, register, round, unit):
                assignments.setdefault(made.id, made)
    return tuple(assignments.values()), tuple(softer(findings) if assignments else findings)


def softer(findings: Iterable[Finding]) -> Iterator[Finding]:
    """nobody_owes as an info: the round asks others, and an office need not have units of every kind."""
    for found in findings:
        yield replace(found, severity="info") if found.code == "register.nobody_owes" else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """An obligation as it stands in one round."""

    obligation: Obligation
    form: Form | None
    dates: FormDates
    """Its own row of sheet ĐỢT; blank where it has none."""
    deadline: Deadline

    @property
    def label(self) -> str:
        """What a clerk calls it."""
        return self.form.label if self.form else self.obligation.document or self.obligation.form


def duties_of(programme: Programme, round: Round, forms: Mapping[str, Form]) -> tuple[Duty, ...]:
    """The programme's obligations that are owed in the round's period, with their deadlines, in its order.

    The round's own dates are for what is due first among its forms – a date in February must not move December –;
    a row of sheet ĐỢT that names a form is for that form. «Nghiêm ngặt» of the round is for all.
    """
    found = [o for o in programme.obligations if not o.periods or round.period in o.periods]
    by_rule = {o.id: deadline_of(o, round.period).on_time for o in found}
    first = min((by_rule[o.id] for o in found if o.form), default=min(by_rule.values(), default=None))
    meant = _known_names(programme, forms)
    own: dict[str, FormDates] = {}
    for text, dates in round.dues.items():
        own.setdefault(column_of(meant, text) or "", dates)
    duties = []
    for obligation in found:
        leads = by_rule[obligation.id] == first and (bool(obligation.form) or not any(o.form for o in found))
        dates = own.get(key_of(obligation), FormDates())
        due = dates.due or (round.due if leads else None)
        accept_until = dates.accept_until
        if accept_until is None and leads and (due is None or round.accept_until is None or due <= round.accept_until):
            accept_until = round.accept_until
        deadline = deadline_of(
            obligation, round.period, due=due, accept_until=accept_until, strict=round.strict or dates.strict
        )
        form = forms.get(obligation.form)
        duties.append(Duty(obligation=obligation, form=form, dates=dates, deadline=deadline))
    return tuple(duties)


def key_of(obligation: Obligation) -> str:
    """What an obligation is called in column «Biểu» of sheet ĐỢT and at the head of assignment ids."""
    return obligation.form or obligation.id


def named_forms(programme: Programme, forms: Mapping[str, Form]) -> tuple[tuple[str, str], ...]:
    """(id, label) of what a row of sheet ĐỢT may name for the programme: its forms, and documents without a form."""
    return tuple(
        {key_of(o): forms[o.form].label if o.form in forms else o.document for o in programme.obligations}.items()
    )


def dues_amiss(programme: Programme, round: Round, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """round_form_unknown and round_form_twice: rows of sheet ĐỢT whose «Biểu» is none of the programme's, or one's
    second."""
    known = _known_names(programme, forms)
    labels = [label for _, label in named_forms(programme, forms)]
    seen: dict[str, FormDates] = {}
    for text, dates in round.dues.items():
        place = {"sheet": sheet_name("rounds"), "cell": dates.cell or None, "value": text}
        key = column_of(known, text)
        if key is None:
            near = suggest(text, labels, 1)
            goi_y = say("register.close.one", goi_y=near[0]) if near else ""
            yield finding(
                "register.round_form_unknown", **place, bo=programme.id, goi_y=goi_y, cac_bieu="; ".join(labels)
            )
        elif key in seen:
            o_truoc = seen[key].cell
            yield finding("register.round_form_twice", **place, severity=None, path=None, dot=round.id, o_truoc=o_truoc)
        else:
            seen[key] = dates


def _known_names(programme: Programme, forms: Mapping[str, Form]) -> Mapping[str, str]:
    return known_by(
        (id, text) for id, label in named_forms(programme, forms) for text in (id, label, id.replace("-", " "))
    )


def deciding_day(round: Round, deadline: Deadline, on: dt.date) -> dt.date:
    """The day whose units owe: `on`, held within the round (from its opening to its end)."""
    last = max(deadline.accept_until or deadline.late_from, deadline.late_from, period_span(round.period)[1])
    return max(min(on, last), round.opens or dt.date.min)


def asked(obligation: Obligation, register: Register, day: dt.date) -> tuple[Unit, ...]:
    """The units that owe by `obligation`, or whose people do, on that day, in the office's order."""
    return tuple(u for u in current(register, day) if _is_asked(obligation, register, u))


def _is_asked(obligation: Obligation, register: Register, unit: Unit) -> bool:
    if unit.kind not in obligation.unit_kinds or (obligation.direct and not stands_directly(register, unit)):
        return False
    return obligation.owner == "unit" or bool(people_of(register, unit.code))


def stands_directly(register: Register, unit: Unit) -> bool:
    """The unit lies right beneath the office: nothing of the register is above it but rows of kind «Khác», by which
    offices group their list or name themselves."""
    seen = {unit.code}
    above = register.index.by_code.get(unit.parent)
    while above is not None and above.code not in seen:
        if above.kind != "khac":
            return False
        seen.add(above.code)
        above = register.index.by_code.get(above.parent)
    return True


def ended_inside(register: Register, obligation: Obligation, round: Round, day: dt.date) -> tuple[Unit, ...]:
    """Units that owed by this obligation when the round opened and ended before the deciding day, in order."""
    start = round.opens or period_span(round.period)[0]
    found = {
        u.code: u
        for u in register.units
        if u.valid_to is not None and start <= u.valid_to < day and _is_asked(obligation, register, u)
        if not is_current(u, day)
    }
    return tuple(found[code] for code in in_order(register, found))


def _assignments(duty: Duty, register: Register, round: Round, unit: Unit) -> Iterator[Assignment]:
    obligation = duty.obligation
    if obligation.owner == "unit":
        yield _assignment(duty, round, unit, None, obligation.strength, "", "")
        return
    context: dict[str, str] = {}
    for person in people_of(register, unit.code):
        why = standing_of(person, unit, obligation.people or People(groups=()))
        if why is None:
            continue
        second, to = obligation.second_copy, ""
        if second is not None and duty.form is not None and set(second.roles) & set(person.roles):
            context = context or context_of(register, unit, form=duty.form, period=round.period, deadline=duty.deadline)
            to = fill(second.to, context)
        volunteer, released = why
        strength = "may" if volunteer or released else obligation.strength
        yield _assignment(duty, round, unit, person, strength, released, to)


def standing_of(person: Person, unit: Unit, people: People) -> tuple[bool, str] | None:
    """(is a volunteer, why released or ''), or None where nothing is asked of the person's group (S3.14–S3.16)."""
    volunteer = person.group in people.volunteers
    if not volunteer and person.group not in people.groups:
        return None
    released = person.exempt
    if not released and not volunteer:
        released = next((e.reason for e in people.exempt if _exempts(e, person, unit)), "")
    return volunteer, released


def _exempts(exemption: Exemption, person: Person, unit: Unit) -> bool:
    return (
        (not exemption.unit_kinds or unit.kind in exemption.unit_kinds)
        and (not exemption.groups or person.group in exemption.groups)
        and not set(exemption.without_roles) & set(person.roles)
    )


def _assignment(
    duty: Duty, round: Round, unit: Unit, person: Person | None, strength: str, released: str, second_to: str
) -> Assignment:
    obligation = duty.obligation
    owner = f"{unit.code}.{person.code}" if person else unit.code
    return Assignment(
        id=f"{key_of(obligation)}_{round.period}_{owner}",
        round=round.id,
        form=duty.form.id if duty.form else "",
        version=duty.form.version if duty.form else 0,
        unit=unit.code,
        person=person.code if person else None,
        period=round.period,
        part="",
        deadline=duty.deadline,
        signed_copy=obligation.signed_copy,
        strength=strength,
        document=obligation.document,
        released=released,
        second_to=second_to,
        nil_allowed=obligation.nil_allowed,
        obligation=obligation.id,
    )


def _ended(unit: Unit, form: str) -> Finding:
    return finding(
        "register.ended_not_owed",
        sheet=sheet_name("units"),
        cell=f"A{unit.row}" if unit.row else None,
        value=f"{unit.valid_to:%d/%m/%Y}",
        ten=unit.name,
        bieu=form,
    )


def nobody(duty: Duty, units: tuple[Unit, ...], round: Round) -> list[Finding]:
    """Finding nobody_owes, or people_none where a form of persons meets none."""
    if units:
        return []
    if duty.obligation.owner == "person":
        return [finding("register.people_none", sheet=sheet_name("people"), dot=round.id, bieu=duty.label)]
    named = "; ".join(kinds().get(kind, kind) for kind in duty.obligation.unit_kinds)
    return [finding("register.nobody_owes", sheet=sheet_name("units"), dot=round.id, bieu=duty.label, cac_loai=named)]


def period_finding(round: Round) -> Finding:
    """Finding round_period_bad: the programme runs for another kind of period."""
    return finding(
        "register.round_period_bad",
        sheet=sheet_name("rounds"),
        cell=f"A{round.row}" if round.row else None,
        value=round.period,
        goi_y="",
    )

"""Who owes what in a round, and what the files of it are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from lamtheo_xls.definitions.deadlines import deadline_of
from lamtheo_xls.definitions.model import Deadline, Form, Obligation, Programme
from lamtheo_xls.definitions.periods import period_span, period_valid
from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.register.model import Assignment, Register, Round, Unit
from lamtheo_xls.register.queries import current, in_order, is_current
from lamtheo_xls.register.sheets import kinds, sheet_name
from lamtheo_xls.text import slug


def owed(
    programme: Programme, forms: Mapping[str, Form], register: Register, round: Round, on: dt.date
) -> tuple[tuple[Assignment, ...], tuple[Finding, ...]]:
    """Every form owed in `round` as seen on the day `on`, in the programme's order, then the office's order of units.

    A form is owed by the units of the obligation's kinds that exist on the deciding day: `on`, but not before the
    round opens and not after its period and its last accepted day are over, so that an old round stays as it was.
    A unit that ended inside the round owes nothing any more (finding ended_not_owed), its successor owes one form
    from the day it exists (E.4). For Mẫu 02 the obligation names base committees only (S1.15).

    Findings: round_period_bad (then nothing is owed), form_unknown, nobody_owes, ended_not_owed.
    """
    if not period_valid(round.period, programme.period):
        return (), (_period_finding(round),)
    assignments: dict[str, Assignment] = {}
    findings: list[Finding] = []
    for obligation in programme.obligations:
        form = forms.get(obligation.form)
        if form is None:
            findings.append(finding("register.form_unknown", bo=programme.id, bieu=obligation.form))
            continue
        deadline = deadline_of(
            obligation, round.period, due=round.due, accept_until=round.accept_until, strict=round.strict
        )
        day = deciding_day(round, deadline, on)
        units = [u for u in current(register, day) if u.kind in obligation.unit_kinds]
        if not units:
            findings.append(_nobody(obligation, form.label, round))
        findings += [_ended(u, form.label) for u in ended_inside(register, obligation, round, day)]
        for unit in units:
            made = _assignment(obligation, form, round, unit, deadline)
            assignments.setdefault(made.id, made)
    return tuple(assignments.values()), tuple(findings)


def deciding_day(round: Round, deadline: Deadline, on: dt.date) -> dt.date:
    """The day whose units owe: `on`, held within the round (from its opening to its end)."""
    last = max(deadline.accept_until or deadline.late_from, deadline.late_from, period_span(round.period)[1])
    return max(min(on, last), round.opens or dt.date.min)


def ended_inside(register: Register, obligation: Obligation, round: Round, day: dt.date) -> tuple[Unit, ...]:
    """Units that owed by this obligation when the round opened and ended before the deciding day, in order."""
    start = round.opens or period_span(round.period)[0]
    found = {
        u.code: u
        for u in register.units
        if u.kind in obligation.unit_kinds and u.valid_to is not None and start <= u.valid_to < day
        if not is_current(u, day)
    }
    return tuple(found[code] for code in in_order(register, found))


def check_register(register: Register, *, programme: Programme, on: dt.date) -> tuple[Finding, ...]:
    """What is amiss between a register that was read and one programme, as seen on a day.

    Findings: round_period_bad for rounds of the programme whose period is of another kind; nobody_owes for the round
    open on that day. Everything that needs neither programme nor day is found by `read_register`.
    """
    findings: list[Finding] = []
    for round in register.rounds:
        if round.programme != programme.id:
            continue
        if not period_valid(round.period, programme.period):
            if period_valid(round.period):
                findings.append(_period_finding(round))
            continue
        if round.closed or (round.opens is not None and round.opens > on):
            continue
        for obligation in programme.obligations:
            deadline = deadline_of(
                obligation, round.period, due=round.due, accept_until=round.accept_until, strict=round.strict
            )
            units = current(register, deciding_day(round, deadline, on))
            if not any(u.kind in obligation.unit_kinds for u in units):
                findings.append(_nobody(obligation, obligation.form, round))
    return tuple(findings)


def file_stem(assignment: Assignment, register: Register) -> str:
    """The file name of an assignment without its ending: `mau-02_2026_DU-SO-TAI-CHINH`, ASCII, one for each unit.

    Where two units' short names give one name (or none), the code follows after "--", which no short name can hold.
    """
    unit = register.index.by_code.get(assignment.unit)
    name = slug(unit.short_name) if unit else ""
    code = assignment.unit.upper()
    if not name:
        name = f"--{code}"
    elif register.index.names[name] > 1:
        name = f"{name}--{code}"
    parts = [assignment.form, assignment.period, name]
    if assignment.part:
        parts.append(slug(assignment.part) or assignment.part)
    return "_".join(parts)


def unit_code_of(assignment: str, part: str = "") -> str:
    """The unit of `<form>_<period>_<unit code>[.<person code>][_<part>]`; neither form nor period holds an underscore,
    no code holds an underscore or a dot."""
    code = assignment.split("_", 2)[-1]
    return (code.removesuffix(f"_{part}") if part else code).partition(".")[0]


def _assignment(obligation: Obligation, form: Form, round: Round, unit: Unit, deadline: Deadline) -> Assignment:
    return Assignment(
        id=f"{form.id}_{round.period}_{unit.code}",
        round=round.id,
        form=form.id,
        version=form.version,
        unit=unit.code,
        person=None,
        period=round.period,
        part="",
        deadline=deadline,
        signed_copy=obligation.signed_copy,
        strength=obligation.strength,
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


def _nobody(obligation: Obligation, form: str, round: Round) -> Finding:
    named = ", ".join(kinds().get(kind, kind) for kind in obligation.unit_kinds)
    return finding("register.nobody_owes", sheet=sheet_name("units"), dot=round.id, bieu=form, cac_loai=named)


def _period_finding(round: Round) -> Finding:
    return finding(
        "register.round_period_bad",
        sheet=sheet_name("rounds"),
        cell=f"A{round.row}" if round.row else None,
        value=round.period,
        goi_y="",
    )

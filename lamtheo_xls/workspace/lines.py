"""A row of theo-doi.xlsx for each assignment: where it stands, in the words of the screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lamtheo_xls.examine import state_of
from lamtheo_xls.findings import Finding, gravest_first, message, say, screen_word
from lamtheo_xls.ledger import Decision, Standing, examination_of
from lamtheo_xls.register import Assignment, file_stem, person_by_code, unit_of
from lamtheo_xls.reports.board import StatusLine, date_words, state_words
from lamtheo_xls.reports.feedback import feedback_name
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.owing import person_label
from lamtheo_xls.workspace.position import Position, Rulings, position_of, shown_decision, word_awaited
from lamtheo_xls.workspace.wanting import stem_of

SOON = dt.timedelta(days=14)
"""Who has sent nothing is called from so long before the date."""
REMARK = 160
"""So many characters of what a unit wrote of the whole are shown; the return has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An assignment, where it stands, and its row."""

    assignment: Assignment
    position: Position
    line: StatusLine


def placed_lines(
    office: Office, owed: Sequence[Assignment], rulings: Rulings, labels: Mapping[tuple[str, str], str]
) -> tuple[Placed, ...]:
    """The rows of one round, in the order owed."""
    standings: dict[str, list[Standing]] = {}
    for standing in office.ledger.standing_of_round(office.round.id):
        standings.setdefault(standing.assignment, []).append(standing)
    out = []
    for assignment in owed:
        parts = standings.get(assignment.id, ())
        position = position_of(assignment, parts, rulings)
        label = labels[assignment.round, assignment.obligation]
        line = _line(office, assignment, position, parts, rulings, label)
        out.append(Placed(assignment=assignment, position=position, line=line))
    return tuple(out)


def _line(
    office: Office,
    assignment: Assignment,
    position: Position,
    parts: Sequence[Standing],
    rulings: Rulings,
    label: str,
) -> StatusLine:
    unit, person = unit_of(office.register, assignment.unit), person_by_code(office.register, assignment.person)
    assert unit is not None
    state, deadline = position.state, assignment.deadline
    counts = state in ("accepted", "nil", "to_fix")
    record = (position.counted or position.latest) if assignment.form else None
    signed = position.signed
    received = record.received if record is not None else signed.on if signed and not assignment.form else None
    late = _is_late(assignment, position)
    overdue = state in ("missing", "wrong_form") and office.as_of >= deadline.late_from
    ask = office.as_of + SOON >= deadline.on_time
    on_screen = position.latest.id if position.latest else ""
    cell = shown_decision(position.whole, on_screen, rulings)
    awaited = bool(assignment.form) and word_awaited(office.forms[assignment.form], position, parts)
    shown = position.latest or position.counted
    fix = state == "to_fix" or position.mending
    return StatusLine(
        assignment=assignment.id,
        submission=on_screen,
        unit=unit.name,
        unit_short=unit.short_name,
        kind=unit.kind,
        person=person_label(office.register, person) if person else "",
        form=label,
        name=assignment.document,
        state=state,
        words=_words(assignment, position, late=late, overdue=overdue, awaited=awaited),
        parts=position.parts,
        signed=signed is not None,
        signed_due=assignment.signed_copy and state != "nil",
        copy=signed,
        contact=unit.contact,
        phone=(person.phone if person else "") or unit.phone,
        mail=(person.mail if person else "") or unit.mail,
        due=deadline.on_time,
        accept_until=deadline.accept_until,
        own_due=position.whole is not None and position.whole.extended is not None,
        received=received,
        late=late and counts,
        overdue=overdue,
        ask=ask,
        tell=_tell(office, assignment, position, parts, overdue=overdue, ask=ask, awaited=awaited),
        standing=decision_words(position.decision),
        decision=say(f"ledger.decision.{cell.kind}") if cell else "",
        detail=detail_words(cell),
        note=position.whole.note if position.whole else "",
        file=shown.file if shown else "",
        feedback=_feedback(office, assignment, parts) if fix else "",
        findings=position.findings,
    )


def _is_late(assignment: Assignment, position: Position) -> bool:
    """Something that counts came late; else what is to be mended did. A photo is no return, and who need not send is
    not late; a document is as late as its signed copy."""
    if not assignment.form:
        on = position.signed.on if position.signed and position.state == "accepted" else None
        return on is not None and on >= assignment.deadline.late_from
    days = position.received if position.state == "accepted" else ()
    if position.state == "to_fix" and position.latest is not None:
        days = ((position.counted or position.latest).received,)
    return any(day >= assignment.deadline.late_from for day in days)


def _words(assignment: Assignment, position: Position, *, late: bool, overdue: bool, awaited: bool) -> str:
    state = position.state
    if state == "excused" and not assignment.released and assignment.strength == "may":
        ruled = position.decision is not None and position.decision.kind == "excuse"
        return state_words("excused" if ruled else "volunteer")
    if state == "wrong_form" and position.latest is not None:
        return screen_word(position.latest.findings) or state_words(state, overdue=overdue)
    if awaited and not position.mending:
        return state_words("word_awaited", late=late)
    return state_words(state, late=late and state == "accepted", overdue=overdue, mending=position.mending)


def _feedback(office: Office, assignment: Assignment, parts: Sequence[Standing]) -> str:
    """Where the workbook to send back lies, if it has been made: of several parts the first."""
    folder = office.folder("tra-lai")
    stems = [file_stem(assignment, office.register), *(stem_of(office, assignment, s.part) for s in parts)]
    paths = (folder / feedback_name(stem) for stem in dict.fromkeys(stems))
    return next((p.relative_to(office.root).as_posix() for p in paths if p.is_file()), "")


def _tell(
    office: Office,
    assignment: Assignment,
    position: Position,
    parts: Sequence[Standing],
    *,
    overdue: bool,
    ask: bool,
    awaited: bool,
) -> str:
    """What to say to the unit, short: the first thing to mend, or that the form is awaited; then how many models, and
    what the unit itself wrote to the office."""
    said = [_first_word(assignment, position, overdue=overdue, ask=ask)]
    if awaited:
        said.append(say("reports.tell.word_awaited"))
    if assignment.form and office.forms[assignment.form].parts == "many" and position.state == "accepted":
        many = position.known > position.parts
        said.append(say("reports.tell.parts_of" if many else "reports.tell.parts", n=position.parts, m=position.known))
    if position.state in ("accepted", "nil", "to_fix"):
        said += remarks(office.forms[assignment.form].explanation if assignment.form else "", parts)
    return ". ".join(text.rstrip(".") for text in said if text)


def remarks(explanation: str, parts: Sequence[Standing]) -> list[str]:
    """Words in the general cell of the returns that answer no finding: troubles to be answered (S1.25, S3.28)."""
    out: dict[str, None] = {}
    for record in (s.counted or s.latest for s in parts):
        if record is None or not explanation or f'"{explanation}"' not in record.examination:
            continue
        examination = examination_of(record.examination)
        entry = examination.fields.get(explanation)
        if entry and entry.text and entry.text not in {f.explanation for f in examination.findings}:
            short = entry.text if len(entry.text) <= REMARK else f"{entry.text[:REMARK].rstrip()}…"
            out[say("workspace.tell.remark", loi=" ".join(short.split()).rstrip("."))] = None
    return list(out)


def _first_word(assignment: Assignment, position: Position, *, overdue: bool, ask: bool) -> str:
    kind = position.decision.kind if position.decision else ""
    state = position.state
    if kind == "enter" and state not in ("accepted", "nil"):
        return say("workspace.tell.enter")
    if state in ("to_fix", "wrong_form") or position.mending:
        return _faults(position.findings)
    if state == "missing":
        if assignment.document:
            return say("reports.tell.document", ten=assignment.document)
        if not (overdue or ask):
            return say("reports.tell.later", ngay=date_words(assignment.deadline.on_time))
        return say("workspace.tell.overdue" if overdue else "workspace.tell.missing")
    return assignment.released if state == "excused" else ""


def _faults(findings: Sequence[Finding]) -> str:
    """The first thing to mend, errors before warnings that send a return back; a return nothing is wrong with was sent
    back by a person."""
    faults = [f for f in gravest_first(findings) if state_of((f,)) != "accepted"]
    if not faults:
        return say("workspace.tell.supplement")
    text = short_message(faults[0])
    return text if len(faults) == 1 else say("workspace.tell.more", loi=text, n=len(faults) - 1)


def short_message(f: Finding) -> str:
    """A finding as it is told on the phone: «D11 thiếu thời gian»."""
    text = message(f).rstrip(".")
    cell = f.place.cell
    if not cell:
        return text
    text = text.removeprefix(f"{say('workspace.tell.cell')} {cell} ").removeprefix(f"{cell} ")
    return f"{cell} {text}" if cell not in text else text


def decision_words(decision: Decision | None) -> str:
    """«Gia hạn 05/03/2027»; '' for none."""
    if decision is None:
        return ""
    return f"{say(f'ledger.decision.{decision.kind}')} {detail_words(decision)}".strip()


def detail_words(decision: Decision | None) -> str:
    """The date of a decision as the cell Chi tiết shows it; '' for none."""
    if decision is None:
        return ""
    for name in ("until", "on"):
        if value := decision.detail.get(name):
            return "/".join(reversed(value.split("-")))
    return ""

"""Who is in, late, faulty: the round as it stands, written to theo-doi.xlsx and told as counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import period_label
from lamtheo_xls.findings import Finding, World, as_json, mend, message, say, screen_word
from lamtheo_xls.ledger import Decision, Event, Standing
from lamtheo_xls.register import Assignment, current, file_stem, unit_code_of, unit_of
from lamtheo_xls.reports.decisions import keep_typed
from lamtheo_xls.reports.feedback import feedback_name
from lamtheo_xls.reports.status import (
    FileLine,
    HistoryLine,
    StatusLine,
    Summary,
    deadline_words,
    state_words,
    summarise,
    unit_labels,
    write_status,
)
from lamtheo_xls.reports.targets import replace_if_unchanged
from lamtheo_xls.workspace.folder import STATUS, Office
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.ruling import Taken, proposed_unit, shown_decision, take_decisions

HISTORY_LINES = 2000
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The round as it stands."""

    round: str
    as_of: str
    heading: str
    lines: tuple[StatusLine, ...]
    files: tuple[FileLine, ...]
    summary: Summary
    file: Path
    view_only: bool
    findings: tuple[Finding, ...]
    owed: tuple[Assignment, ...]

    def as_json(self) -> dict[str, Any]:
        """The contract of `status --json` (DESIGN §7): expected = accepted + nil + to_fix + missing."""
        s = self.summary
        return {
            "round": self.round,
            "as_of": self.as_of,
            "expected": s.expected,
            "accepted": s.accepted,
            "to_fix": s.to_fix,
            "missing": s.missing,
            "nil": s.nil,
            "excused": s.excused,
            "late": s.late,
            "assignments": [
                {
                    "assignment": a.id,
                    "form": a.form,
                    "unit": a.unit,
                    "person": a.person,
                    "period": a.period,
                    "state": "missing" if line.state == "wrong_form" else line.state,
                    "due": a.deadline.on_time.isoformat(),
                    "accept_until": a.deadline.accept_until.isoformat() if a.deadline.accept_until else None,
                    "received": line.received.isoformat() if line.received else None,
                    "late": line.late,
                    "findings": [as_json(f) for f in line.findings],
                    "signed_copy": line.signed,
                }
                for a, line in zip(self.owed, self.lines, strict=True)
            ],
        }


def follow(office: Office, taken: Taken) -> Overview:
    """Writes theo-doi.xlsx anew and gives the round as it stands. Decisions must have been taken in before (`taken`).

    The file is replaced only if it is still the one that was read; when somebody saved it meanwhile, their decisions
    are taken in first. Open elsewhere: a copy marked CHỈ XEM is written beside it (finding set.target_open).
    """
    for _ in range(TRIES):
        overview, content, view_only = _compose(office, taken)
        path, findings = replace_if_unchanged(
            office.root / STATUS, taken.sha256, content, as_of=office.as_of, view_only=view_only
        )
        if path is not None:
            return replace(overview, file=path, view_only=path != office.root / STATUS, findings=findings)
        taken = take_decisions(office)
    raise World("world.target_held", noi=office.root / STATUS)


def _compose(office: Office, taken: Taken) -> tuple[Overview, bytes, Callable[[], bytes]]:
    owed, findings = assignments_of(office)
    standings = {s.assignment: s for s in office.ledger.standing_of_round(office.round.id)}
    lines = tuple(_line(office, a, standings.get(a.id)) for a in owed)
    lines, files = keep_typed(lines, _files(office), taken.sheet)
    summary = summarise(lines, files)
    title = say(
        "workspace.status.title",
        ten=office.forms[owed[0].form].label if owed else office.programme.id,
        ky=period_label(office.round.period),
    )
    deadline = owed[0].deadline if owed else None
    if owed:
        # The heading speaks of the round's own date, not of one unit's extension.
        common = [a.deadline for a in owed if standings.get(a.id) is None or standings[a.id].extended is None]
        deadline = common[0] if common else deadline
    overview = Overview(
        round=office.round.id,
        as_of=office.as_of.isoformat(),
        heading=f"{title} – {deadline_words(deadline, office.as_of)}",
        lines=lines,
        files=files,
        summary=summary,
        file=office.root / STATUS,
        view_only=False,
        findings=tuple(findings),
        owed=owed,
    )
    owing = {a.unit for a in owed}
    units = tuple(u for u in current(office.register, office.as_of) if u.code in owing)
    arguments: dict[str, Any] = {
        "title": title.upper(),
        "as_of": office.as_of,
        "lines": lines,
        "files": files,
        "history": _history(office),
        "summary": summary,
        "deadline": deadline,
        "units": units,
        "created": office.as_of,
        "office_findings": taken.findings,
    }
    return overview, write_status(**arguments), lambda: write_status(**arguments, view_only=True)


def _line(office: Office, assignment: Assignment, standing: Standing | None) -> StatusLine:
    unit = unit_of(office.register, assignment.unit)
    assert unit is not None
    form = office.forms[assignment.form]
    latest = standing.latest if standing else None
    counted = standing.counted if standing else None
    decision = standing.decision if standing else None
    state = state_of_line(standing)
    shown_record, judged_by = latest or counted, counted or latest
    received = judged_by.received if judged_by else None
    answered = state in ("accepted", "to_fix")  # a photo is no return, and who need not send is not late
    late = answered and received is not None and received >= assignment.deadline.late_from
    overdue = state in ("missing", "wrong_form") and office.as_of >= assignment.deadline.late_from
    mending = state == "accepted" and standing is not None and standing.mending
    words = state_words(state, late=late and state == "accepted", overdue=overdue, mending=mending)
    if state == "wrong_form" and latest is not None:
        words = screen_word(latest.findings) or words
    on_screen = latest.id if latest else ""
    cell = shown_decision(standing, on_screen)
    extended = standing.extended if standing else None
    findings = latest.findings if latest and (state in ("to_fix", "wrong_form") or mending) else ()
    if state == "accepted" and counted is not None and not mending:
        findings = tuple(_waived(f) for f in counted.findings)
    return StatusLine(
        assignment=assignment.id,
        submission=on_screen,
        unit=unit.name,
        unit_short=unit.short_name,
        kind=unit.kind,
        form=form.label,
        state=state,
        words=words,
        signed=standing is not None and standing.signed is not None,
        signed_due=assignment.signed_copy,
        contact=unit.contact,
        phone=unit.phone,
        mail=unit.mail,
        due=assignment.deadline.on_time,
        accept_until=assignment.deadline.accept_until,
        own_due=extended is not None,
        received=received,
        late=late,
        overdue=overdue,
        tell=_tell(state, decision, findings, overdue),
        standing=_decision_words(decision),
        decision=say(f"ledger.decision.{cell.kind}") if cell else "",
        detail=_detail_words(cell),
        note=standing.note if standing else "",
        file=shown_record.file if shown_record else "",
        feedback=_feedback(office, assignment) if state == "to_fix" or mending else "",
        findings=tuple(findings),
    )


def _feedback(office: Office, assignment: Assignment) -> str:
    """Where the workbook to send back lies, if it has been made."""
    path = office.folder("tra-lai") / feedback_name(file_stem(assignment, office.register))
    return path.relative_to(office.root).as_posix() if path.is_file() else ""


def _waived(f: Finding) -> Finding:
    """An error of what counts («nhận nguyên trạng») asks nothing of anybody any more."""
    return replace(f, severity="info") if f.severity == "error" else f


def state_of_line(standing: Standing | None) -> str:
    """accepted, nil, to_fix, wrong_form, missing or excused: where an assignment stands (DESIGN §2)."""
    if standing is None:
        return "missing"
    kind = standing.decision.kind if standing.decision else ""
    if kind == "excuse":
        return "excused"
    if kind == "nil":
        return "nil"
    latest = standing.latest
    if kind == "supplement" and latest is not None and standing.decision and standing.decision.bound_to == latest.id:
        return "to_fix"
    if standing.counted is not None:
        return "nil" if standing.nil else "accepted"
    if latest is None:
        return "missing"
    return "to_fix" if latest.state in ("to_fix", "superseded") else "wrong_form"


def _tell(state: str, decision: Decision | None, findings: Sequence[Finding], overdue: bool) -> str:
    """What to say to the unit, short: the first thing to mend, or that the form is awaited."""
    kind = decision.kind if decision else ""
    if kind == "enter" and state != "accepted":
        return say("workspace.tell.enter")
    if state in ("to_fix", "wrong_form"):
        errors = [f for f in findings if f.severity == "error"]
        if not errors:
            return say("workspace.tell.supplement")
        text = short_message(errors[0])
        return text if len(errors) == 1 else say("workspace.tell.more", loi=text, n=len(errors) - 1)
    if state == "missing":
        return say("workspace.tell.overdue" if overdue else "workspace.tell.missing")
    return ""


def short_message(f: Finding) -> str:
    """A finding as it is told on the phone: «D11 thiếu thời gian»."""
    text = message(f).rstrip(".")
    cell = f.place.cell
    if not cell:
        return text
    text = text.removeprefix(f"{say('workspace.tell.cell')} {cell} ").removeprefix(f"{cell} ")
    return f"{cell} {text}" if cell not in text else text


def _decision_words(decision: Decision | None) -> str:
    if decision is None:
        return ""
    text = say(f"ledger.decision.{decision.kind}")
    detail = _detail_words(decision)
    return f"{text} {detail}".strip()


def _detail_words(decision: Decision | None) -> str:
    if decision is None:
        return ""
    for name in ("until", "on"):
        if value := decision.detail.get(name):
            return "/".join(reversed(value.split("-")))
    return ""


def _files(office: Office) -> tuple[FileLine, ...]:
    """Every received file that no assignment owns, newest last; those decided stay, marked as done. What came before
    the round opened was an earlier round's to decide."""
    notes = office.ledger.notes(None)
    rulings = office.ledger.standing(None)
    labels = unit_labels(current(office.register, office.as_of))
    out = []
    for record in office.ledger.submissions():
        subject = f"submission:{record.id}"
        ruling = rulings.get(subject)
        if record.assignment and (ruling is None or ruling.kind != "assign"):
            continue
        if record.round not in (None, "", office.round.id):
            continue
        if not record.round and office.round.opens is not None and record.received < office.round.opens:
            continue
        proposed = proposed_unit(office, record)
        target = ruling.detail.get("assignment", "") if ruling else ""
        errors = [f for f in record.findings if f.severity == "error"]
        reply = _reply(errors[0]) if errors else ""
        out.append(
            FileLine(
                submission=record.id,
                file=record.file,
                received=record.received,
                words=screen_word(record.findings) or state_words(record.state),
                reply=reply,
                proposed=labels.get(proposed, ""),
                assigned=labels.get(unit_code_of(target), ""),
                decision=say(f"ledger.decision.{ruling.kind}") if ruling else "",
                note=notes.get(subject, ""),
                open=ruling is None,
                findings=record.findings,
            )
        )
    return tuple(out)


def _reply(f: Finding) -> str:
    """What to write back to the sender; whose workbook it is is the office's own matter."""
    own = f.code.startswith("identity.")
    return say("workspace.reply.identity") if own else f"{message(f)} {mend(f)}".strip()


def _history(office: Office) -> tuple[HistoryLine, ...]:
    names = {u.code: u.short_name for u in office.register.units}
    events = office.ledger.history(office.round.id, newest=HISTORY_LINES)
    return tuple(_event_line(e, names) for e in reversed(events) if e.kind != "note" or e.detail.get("text"))


def _event_line(event: Event, names: dict[str, str]) -> HistoryLine:
    about, _, id = event.subject.partition(":")
    assignment = str(event.detail.get("assignment") or (id if about == "assignment" else ""))
    unit = names.get(unit_code_of(assignment), "")
    words = say(f"ledger.event.{event.kind}")
    if event.kind in ("decision", "withdrawn") and event.detail.get("kind"):
        words = f"{words}: {say('ledger.decision.' + str(event.detail['kind']))}"
    state = event.detail.get("state")
    if state:
        words = f"{words}: {say('cli.state.' + str(state))}"
    file = event.detail.get("file")
    return HistoryLine(date=event.as_of, unit=unit, event=f"{words} – {file}" if file else words)

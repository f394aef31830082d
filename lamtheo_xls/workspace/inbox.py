"""The received files that a person must look at, and what happened, as rows of theo-doi.xlsx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lamtheo_xls.findings import Finding, mend, message, say, screen_word
from lamtheo_xls.ledger import Decision, Event, Standing, SubmissionRecord
from lamtheo_xls.register import current, person_by_code, person_of, unit_code_of
from lamtheo_xls.reports.board import Choice, FileLine, HistoryLine, state_words, unit_labels
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.giving import signed_files
from lamtheo_xls.workspace.position import OF_A_SUBMISSION, Rulings
from lamtheo_xls.workspace.ruling import proposed_unit

HISTORY_LINES = 2000
_SETTLES = ("assign", "exclude", "as_is", "confirm", "enter")
"""Rulings after which the sender is asked nothing of the file: what its unit has to mend stands at the unit."""


def files_of(office: Office, rulings: Rulings, choices: Sequence[Choice]) -> tuple[FileLine, ...]:
    """Every received file that no assignment owns, newest last, those decided stay, marked as done; what came to a
    closed round after its closing; and single parts that were left out. What came before the rounds opened was an
    earlier round's to decide."""
    notes = office.ledger.notes(None)
    labels = unit_labels(current(office.register, office.as_of))
    named = {(c.assignment, c.signed): c.label for c in choices}
    signed = signed_files(_standings(office))
    live = {one.round.id for one in office.live}
    starts = [one.round.opens for one in office.live]
    start = None if None in starts else min((day for day in starts if day is not None), default=None)
    out = []
    for record in office.ledger.submissions():
        ruling = rulings.get(f"submission:{record.id}")
        if not _is_shown(record, ruling) or (record.round and record.round not in live):
            continue
        if not record.round and start is not None and record.received < start:
            continue
        given = signed.get(record.id, "")
        target = given or (ruling.detail.get("assignment", "") if ruling else "")
        errors = [f for f in record.findings if f.severity == "error"]
        late = record.after_close and ruling is None
        settled = bool(given) or record.state == "superseded" or (ruling is not None and ruling.kind in _SETTLES)
        out.append(
            FileLine(
                submission=record.id,
                file=record.file,
                received=record.received,
                words=_what(record, signed=bool(given)),
                reply=_reply(errors[0]) if errors and not settled else "",
                proposed=_proposed(office, record, labels),
                assigned=labels.get(unit_code_of(target), "") if target else "",
                given_as=named.get((target, bool(given)), "") if target else "",
                decision=say(f"ledger.decision.{ruling.kind}") if ruling else "",
                note=notes.get(f"submission:{record.id}", ""),
                open=ruling is None and not given and not late,
                findings=() if settled else record.findings,
            )
        )
    return tuple(out)


def _standings(office: Office) -> list[Standing]:
    return [s for one in office.live for s in office.ledger.standing_of_round(one.round.id)]


def _is_shown(record: SubmissionRecord, ruling: Decision | None) -> bool:
    if not record.assignment or record.after_close:
        return True
    return ruling is not None and (ruling.kind == "assign" or ruling.kind in OF_A_SUBMISSION)


def _what(record: SubmissionRecord, *, signed: bool) -> str:
    if record.after_close:
        return state_words("after_close")
    if signed:
        return say("reports.status.heads.signed")
    return screen_word(record.findings) or state_words(record.state)


def _proposed(office: Office, record: SubmissionRecord, labels: Mapping[str, str]) -> str:
    """Whose it may be: the unit, of a person the name before it."""
    code = record.assignment or ""
    unit = unit_code_of(code) if code else proposed_unit(office, record)
    person = person_by_code(office.register, person_of(code)) if code else None
    label = labels.get(unit, "")
    return say("reports.findings.person", person=person.name, unit=label) if person is not None else label


def _reply(f: Finding) -> str:
    """What to write back to the sender; whose workbook it is is the office's own matter."""
    own = f.code.startswith("identity.")
    return say("workspace.reply.identity") if own else f"{message(f)} {mend(f)}".strip()


def history_of(office: Office) -> tuple[HistoryLine, ...]:
    """What happened in every round open, newest first."""
    events: dict[int, Event] = {}
    for one in office.live:
        events |= {e.seq: e for e in office.ledger.history(one.round.id, newest=HISTORY_LINES)}
    told = [events[seq] for seq in sorted(events, reverse=True)][:HISTORY_LINES]
    names = {u.code: u.short_name for u in office.register.units}
    return tuple(_event_line(office, e, names) for e in told if _is_told(e))


def _is_told(event: Event) -> bool:
    """Notes that were cleared and letters that only wait are no news."""
    if event.kind == "letter":
        return str(event.detail["state"]) != "ready"
    return event.kind != "note" or bool(event.detail.get("text"))


def _letter_line(office: Office, event: Event, names: Mapping[str, str]) -> HistoryLine:
    """«Thư: gửi biểu – đã gửi (cb017@…)», beside whom it is for."""
    who = []
    for recipient in event.detail["recipients"]:
        about, _, code = str(recipient).partition(":")
        person = person_by_code(office.register, code) if about == "person" else None
        who.append(person.name if person is not None else names.get(code, code))
    kind, state = say(f"ledger.letter.{event.detail['kind']}"), say(f"ledger.letter_state.{event.detail['state']}")
    words = f"{say('ledger.event.letter')}: {kind} – {state} ({', '.join(event.detail['to'])})"
    return HistoryLine(date=event.as_of, unit=", ".join(who), event=words)


def _event_line(office: Office, event: Event, names: Mapping[str, str]) -> HistoryLine:
    if event.kind == "letter":
        return _letter_line(office, event, names)
    about, _, id = event.subject.partition(":")
    assignment = str(event.detail.get("assignment") or (id if about == "assignment" else ""))
    unit = names.get(unit_code_of(assignment), "") if assignment else ""
    person = person_by_code(office.register, person_of(assignment)) if assignment else None
    who = say("reports.findings.person", person=person.name, unit=unit) if person is not None else unit
    words = say(f"ledger.event.{event.kind}")
    if event.kind in ("decision", "withdrawn") and event.detail.get("kind"):
        words = f"{words}: {say('ledger.decision.' + str(event.detail['kind']))}"
    state = event.detail.get("state")
    if state:
        words = f"{words}: {say('cli.state.' + str(state))}"
    file = event.detail.get("file")
    return HistoryLine(date=event.as_of, unit=who, event=f"{words} – {file}" if file else words)

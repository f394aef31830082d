"""The received files that a person must look at, and what happened, as rows of theo-doi.xlsx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lamtheo_xls.findings import Finding, mend, message, say, screen_word
from lamtheo_xls.ledger import Decision, Event, LetterRecord, MailedCopy, Standing, SubmissionRecord
from lamtheo_xls.register import current, person_by_code, person_of, unit_code_of
from lamtheo_xls.reports.board import Choice, FileLine, HistoryLine, state_words, unit_labels
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.giving import signed_files
from lamtheo_xls.workspace.letters.board import who_of
from lamtheo_xls.workspace.letters.recipients import address_set, addresses_in
from lamtheo_xls.workspace.letters.refusals import WITHDRAWN
from lamtheo_xls.workspace.owing import person_label
from lamtheo_xls.workspace.position import OF_A_SUBMISSION, Rulings
from lamtheo_xls.workspace.ruling import proposed_for

HISTORY_LINES = 2000
_SETTLES = ("assign", "exclude", "as_is", "confirm", "enter")
"""Rulings after which the sender is asked nothing of the file: what its unit has to mend stands at the unit."""


def files_of(office: Office, rulings: Rulings, choices: Sequence[Choice]) -> tuple[FileLine, ...]:
    """Every received file that no assignment owns, newest last, those decided stay, marked as done; what came to a
    closed round after its closing; and single parts that were left out. What came before the rounds opened was an
    earlier round's to decide. And what was taken from a sender the register does not know as its unit's."""
    notes = office.ledger.notes(None)
    labels = unit_labels(current(office.register, office.as_of))
    named = {(c.assignment, c.signed): c.label for c in choices}
    signed = signed_files(_standings(office))
    mailed = _by_submission(office.ledger.mailed_copies())
    strange = strange_senders(office, mailed, rulings, labels)
    live = {one.round.id for one in office.live}
    starts = [one.round.opens for one in office.live]
    start = None if None in starts else min((day for day in starts if day is not None), default=None)
    out = []
    for record in office.ledger.submissions():
        ruling = rulings.get(f"submission:{record.id}")
        stranger = "" if _is_shown(record, ruling) else strange.get(record.id, "")
        if not (stranger or _is_shown(record, ruling)) or (record.round and record.round not in live):
            continue
        if not record.round and start is not None and record.received < start:
            continue
        given = signed.get(record.id, "")
        target = given or (ruling.detail.get("assignment", "") if ruling else "")
        errors = [f for f in record.findings if f.severity == "error"]
        late = record.after_close and ruling is None
        settled = (
            bool(given)
            or bool(stranger)
            or record.state == "superseded"
            or (ruling is not None and ruling.kind in _SETTLES)
        )
        out.append(
            FileLine(
                submission=record.id,
                file=record.file,
                received=record.received,
                words=stranger or _what(record, signed=bool(given)),
                reply=_reply(errors[0]) if errors and not settled else "",
                proposed=_proposed(office, record, labels),
                assigned=labels.get(unit_code_of(target), "") if target else "",
                given_as=named.get((target, bool(given)), "") if target else "",
                decision=say(f"ledger.decision.{ruling.kind}") if ruling else "",
                note=notes.get(f"submission:{record.id}", ""),
                open=ruling is None and not given and not late and not stranger,
                sender=", ".join(dict.fromkeys(m.mail.sender for m in mailed.get(record.id, ()))),
                findings=() if settled else record.findings,
            )
        )
    return tuple(out)


def _standings(office: Office) -> list[Standing]:
    return [s for one in office.live for s in office.ledger.standing_of_round(one.round.id)]


def _by_submission(copies: Sequence[MailedCopy]) -> Mapping[str, Sequence[MailedCopy]]:
    found: dict[str, list[MailedCopy]] = {}
    for copy in copies:
        found.setdefault(copy.submission, []).append(copy)
    return found


def strange_senders(
    office: Office, mailed: Mapping[str, Sequence[MailedCopy]], rulings: Rulings, labels: Mapping[str, str]
) -> Mapping[str, str]:
    """Submission → «Người gửi chưa có trong danh sách» or whose address it is, for what counts (or is to be mended) and
    came from no mailbox of its own unit or people. Whose workbook it is its marks prove; who sent it is for a person to
    look at once: a word on the sender, or on the return itself, settles it."""
    if not mailed:
        return {}
    known = _mailboxes(office)
    own = address_set(addresses_in(office.register.office.get("thu_nhan", "")))
    out: dict[str, str] = {}
    for standing in _standings(office):
        unit, decision = unit_code_of(standing.assignment), standing.decision
        taken = decision.bound_to if decision is not None and decision.kind in ("confirm", "as_is") else None
        for record in (standing.latest, standing.counted):
            if record is None or record.id not in mailed or record.id == taken or f"sender:{record.id}" in rulings:
                continue
            senders = address_set(copy.mail.sender for copy in mailed[record.id])
            homes = {code for sender in senders for code in known.get(sender, ())}
            if unit not in homes and not senders & own:
                names = ", ".join(labels[code] for code in sorted(homes) if code in labels)
                out[record.id] = say("workspace.sender.other", ten=names) if names else say("workspace.sender.unknown")
    return out


def _mailboxes(office: Office) -> Mapping[str, set[str]]:
    """Address → the units whose own, or whose people's, it is."""
    found: dict[str, set[str]] = {}
    register = office.register
    cells = [(u.code, u.mail) for u in register.units] + [(p.unit, p.mail) for p in register.people]
    for unit, cell in cells:
        for address in address_set(addresses_in(cell)):
            found.setdefault(address, set()).add(unit)
    return found


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
    id = record.assignment or ""
    unit, person = (unit_code_of(id), person_of(id)) if id else proposed_for(office, record)
    return _who(office, person, labels.get(unit, ""))


def _who(office: Office, person_code: str, unit: str) -> str:
    """«Lê Thị Hoa – CB Tài chính»; the unit's name alone where nobody of it is meant."""
    person = person_by_code(office.register, person_code or None)
    if person is None:
        return unit
    return say("reports.findings.person", person=person_label(office.register, person), unit=unit)


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
    known = _Known(
        names={u.code: u.short_name for u in office.register.units},
        letters={x.subject_of: x for x in office.ledger.letters()},
        senders={copy.file: copy.mail.sender for copy in office.ledger.mailed_copies()},
    )
    return tuple(_event_line(office, e, known) for e in told if _is_told(e))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What events are told with."""

    names: Mapping[str, str]
    """Unit → short name."""
    letters: Mapping[str, LetterRecord]
    """By the subject of what is ruled of them."""
    senders: Mapping[str, str]
    """File → the address it came from by mail."""


def _is_told(event: Event) -> bool:
    """Notes that were cleared and letters that only wait are no news."""
    if event.kind == "letter":
        return str(event.detail["state"]) != "ready"
    return event.kind != "note" or bool(event.detail.get("text"))


def _letter_line(office: Office, event: Event, letter: LetterRecord) -> HistoryLine:
    """«Thư: gửi biểu – đã gửi (cb017@…)», beside whom it is for."""
    state = "withdrawn" if event.detail.get("reply") == WITHDRAWN else event.detail["state"]
    kind, state = say(f"ledger.letter.{event.detail['kind']}"), say(f"ledger.letter_state.{state}")
    words = f"{say('ledger.event.letter')}: {kind} – {state} ({', '.join(event.detail['to'])})"
    return HistoryLine(date=event.as_of, unit=who_of(office, letter), event=words)


def _event_line(office: Office, event: Event, known: _Known) -> HistoryLine:
    letter = known.letters.get(event.subject)
    if event.kind == "letter" and letter is not None:
        return _letter_line(office, event, letter)
    words = say(f"ledger.event.{event.kind}")
    if event.kind in ("decision", "withdrawn") and event.detail.get("kind"):
        words = f"{words}: {say('ledger.decision.' + str(event.detail['kind']))}"
    if letter is not None:
        told = f"{words} – {', '.join(letter.addresses)}"
        return HistoryLine(date=event.as_of, unit=who_of(office, letter), event=told)
    about, _, id = event.subject.partition(":")
    assignment = str(event.detail.get("assignment") or (id if about == "assignment" else ""))
    unit = known.names.get(unit_code_of(assignment), "") if assignment else ""
    who = _who(office, person_of(assignment) if assignment else "", unit)
    state = event.detail.get("state")
    if state:
        words = f"{words}: {say('cli.state.' + str(state))}"
    file = str(event.detail.get("file") or "")
    sender = known.senders.get(file, "")
    if sender and sender not in file:
        file = f"{file} ({sender})"
    return HistoryLine(date=event.as_of, unit=who, event=f"{words} – {file}" if file else words)

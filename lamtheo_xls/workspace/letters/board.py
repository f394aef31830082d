"""The letters as rows of sheet THƯ: to whom, how each stands, what a person has to do about it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lamtheo_xls.findings import say
from lamtheo_xls.ledger import Decision, LetterRecord
from lamtheo_xls.register import person_by_code, unit_of
from lamtheo_xls.reports.board import date_words
from lamtheo_xls.reports.letters import LetterLine
from lamtheo_xls.workspace.choosing import labels_of, owed_everywhere
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.letters.outdated import is_withdrawn
from lamtheo_xls.workspace.letters.refusals import reason_of, reason_words
from lamtheo_xls.workspace.owing import person_label

OPEN = ("in_doubt", "failed", "bounced")
"""States in which nothing goes on until a person rules."""
_NAMED = 3
"""So many recipients are named; of the others, how many there are."""


def letter_lines(office: Office, settled: Collection[str] = ()) -> tuple[LetterLine, ...]:
    """Every letter of the rounds open: first those that wait for a person, then the newest; those of one day in the
    order they were made. Nobody need look at one that a later letter took the place of, or whose assignments are all
    among those `settled`, of which nothing is awaited any more."""
    ledger = office.ledger
    all_letters = ledger.letters()
    records = [x for x in all_letters if _is_live(office, x)]
    if not records:
        return ()
    rulings, notes, names = ledger.standing(None), ledger.notes(None), _form_names(office)
    last = _last_about(all_letters)
    lines = []
    for record in records:
        people, ruling = _recipients(office, record), rulings.get(record.subject_of)
        replaced = all(last[thing] > record.id for thing in _about(record))
        moot = set(record.items.get("assignments", ())) <= set(settled) and bool(record.items.get("assignments"))
        waits = state_of(record) in OPEN and not is_withdrawn(record)
        lines.append(
            LetterLine(
                letter=record.id,
                date=record.made_on,
                who=who_of(office, record),
                addresses=", ".join(record.addresses),
                kind=say(f"workspace.post.kinds.{record.kind}"),
                forms=_forms(record, names),
                state=_state_words(record, ruling),
                todo=_moot_words(replaced) if waits and (replaced or moot) else _todo(record, people),
                note=notes.get(record.subject_of, ""),
                open=waits and not replaced and not moot,
                stamp=stamp_of(record, ruling),
            )
        )
    return tuple(sorted(lines, key=lambda x: (not x.open, -x.date.toordinal(), x.letter)))


def _about(record: LetterRecord) -> Iterable[tuple[str, str, str]]:
    """What the letter took to whom it is for: the workbooks, else the returns it tells of, else what is owed."""
    for name in ("serials", "submissions", "told", "assignments"):
        if values := record.items.get(name):
            return [(record.kind, name, value) for value in values]
    return [(record.kind, "letter", str(record.id))]


def _last_about(letters: Iterable[LetterRecord]) -> Mapping[tuple[str, str, str], int]:
    """Thing → the last letter that took it and did not come back."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for letter in letters:
        if letter.state not in ("failed", "bounced"):
            found |= dict.fromkeys(_about(letter), letter.id)
    return found


def _moot_words(replaced: bool) -> str:
    return say("workspace.post.replaced" if replaced else "workspace.post.settled")


def who_of(office: Office, record: LetterRecord) -> str:
    """Whom it is for; the address where nobody of the register is meant."""
    return _joined(p.name for p in _recipients(office, record)) or ", ".join(record.addresses)


def state_of(record: LetterRecord) -> str:
    """Its state; one whose sending was cut short is in doubt, whether or not that is noted yet: whoever asks holds the
    workspace, so nobody is sending."""
    return "in_doubt" if record.state == "sending" else record.state


def stamp_of(record: LetterRecord, ruling: Decision | None) -> str:
    """How the letter stands, and the last that was ruled of it. A letter never comes back to a state it was ruled in
    without another ruling, so that a word read twice is told from one said twice."""
    return f"{state_of(record)} {ruling.seq if ruling is not None else 0}"


def _is_live(office: Office, record: LetterRecord) -> bool:
    """Of a round open; to a sender nobody knows (a letter of no round) as long as one of them has been open."""
    if record.rounds:
        return not {one.round.id for one in office.live}.isdisjoint(record.rounds)
    starts = [one.round.opens for one in office.live]
    return any(day is None or record.made_on >= day for day in starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipient:
    name: str
    phone: str


def _recipients(office: Office, record: LetterRecord) -> tuple[_Recipient, ...]:
    """Whom it is for; one who left the register meanwhile is named by the code."""
    out = []
    for recipient in record.recipients:
        about, _, code = recipient.partition(":")
        person = person_by_code(office.register, code) if about == "person" else None
        unit = unit_of(office.register, person.unit if person is not None else code)
        name = (unit.short_name or unit.name) if unit is not None else code
        phone = unit.phone if unit is not None else ""
        if person is not None:
            name = say("reports.findings.person", person=person_label(office.register, person), unit=name)
            phone = person.phone or phone
        out.append(_Recipient(name=name, phone=phone))
    return tuple(out)


def _joined(names: Iterable[str]) -> str:
    known = tuple(dict.fromkeys(names))
    if len(known) <= _NAMED + 1:
        return "; ".join(known)
    return say("workspace.post.others", ten="; ".join(known[:_NAMED]), n=len(known) - _NAMED)


def _form_names(office: Office) -> Mapping[str, str]:
    """Assignment, and the form of one nobody owes any more → what its form is called on screen."""
    labels = labels_of(office)
    names = {id: form.label for one in office.live for id, form in one.forms.items()}
    return names | {a.id: labels[a.round, a.obligation] for a in owed_everywhere(office)}


def _forms(record: LetterRecord, names: Mapping[str, str]) -> str:
    """«Mẫu 02, Mẫu 03 (12)»: the forms it is about, with how many there are of each."""
    about = dict.fromkeys(record.items.get("assignments", ()))
    counts = Counter(names.get(id) or names.get(form := id.partition("_")[0], form) for id in about)
    return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counts.items())


def _state_words(record: LetterRecord, ruling: Decision | None) -> str:
    state = state_of(record)
    ruled = ruling.kind if ruling is not None else ""
    if state == "sent" and ruled == "arrived" and ruling is not None:
        return say("workspace.post.states.arrived", ngay=date_words(ruling.as_of))
    if state == "ready" and ruled == "again":
        return say("workspace.post.states.again")
    if state == "ready" and record.reply:
        return say("workspace.post.states.tried", ly_do=reason_words(record.reply))
    if is_withdrawn(record):
        return say("workspace.post.states.withdrawn")
    if state == "sent" and (missed := _missed(record)):
        return say("workspace.post.states.partly", luc=moment_words(record.moment), dia_chi=", ".join(missed))
    if state in ("failed", "bounced"):
        return say(f"workspace.post.states.{state}", ly_do=reason_words(record.reply))
    return say(f"workspace.post.states.{state}", luc=moment_words(record.moment), tep=record.file).strip()


def _missed(record: LetterRecord) -> tuple[str, ...]:
    """The addresses the server refused while it took the letter for others: its reply names them."""
    reply = record.reply.casefold()
    return tuple(address for address in record.addresses if len(record.addresses) > 1 and address.casefold() in reply)


def _todo(record: LetterRecord, people: Sequence[_Recipient]) -> str:
    state = state_of(record)
    if is_withdrawn(record):
        return ""
    if state == "sent":
        return say("workspace.post.todo.partly") if _missed(record) else ""
    if state in ("failed", "bounced"):
        return say(f"workspace.post.todo.{_todo_for(reason_of(record.reply))}", goi=_call_words(people))
    return say(f"workspace.post.todo.{state}", goi=_call_words(people))


def _todo_for(reason: str) -> str:
    return {"no_mailbox": "address", "no_domain": "address", "bad_address": "address", "full": "full"}.get(
        reason, "other_way"
    )


def _call_words(people: Sequence[_Recipient]) -> str:
    """«Gọi 0905000123»; «Hỏi đơn vị» where no number is known."""
    phones = tuple(dict.fromkeys(p.phone for p in people if p.phone))
    return say("workspace.post.call", so=", ".join(phones)) if phones else say("workspace.post.ask")


def moment_words(moment: str) -> str:
    """«22/02/2027 09:15»; the day alone where no hour is known."""
    if not moment:
        return ""
    known = dt.datetime.fromisoformat(moment)
    return known.strftime("%d/%m/%Y %H:%M") if "T" in moment or " " in moment else known.strftime("%d/%m/%Y")

"""Letters that waited too long: what nobody needs any more, or would say something untrue by now, is not sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lamtheo_xls.ledger import LetterRecord
from lamtheo_xls.register import Assignment, person_by_code, unit_of
from lamtheo_xls.workspace.answering import to_mend
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.letters.recipients import address_set, addresses_in
from lamtheo_xls.workspace.letters.refusals import WITHDRAWN
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import position_of
from lamtheo_xls.workspace.wanting import standings_of


def withdraw_outdated(office: Office, moment: str) -> tuple[LetterRecord, ...]:
    """Takes out of the queue, as failed with the reply WITHDRAWN, what an earlier run could not send and is out of
    date: about forms that came or were let off meanwhile, returns mended meanwhile, reminders of another day (they
    speak of days left), letters to an address that is no longer the recipient's. What a person said to send again
    stays."""
    rulings = office.ledger.standing(None)
    waiting = [
        x
        for x in office.ledger.letters("ready")
        if (x.made_on < office.as_of or x.tries) and x.key.partition(":")[0] in ("issue", "returned", "reminder")
        if (ruled := rulings.get(x.subject_of)) is None or ruled.kind != "again"
    ]
    if not waiting:
        return ()
    known = _known(office)
    return tuple(
        office.ledger.move_letter(x.id, "failed", as_of=office.as_of, moment=moment, reply=WITHDRAWN)
        for x in waiting
        if _is_outdated(office, x, known)
    )


def is_withdrawn(letter: LetterRecord) -> bool:
    """Whether it was taken out of the queue unsent: as if it had never been made."""
    return letter.state == "failed" and letter.reply == WITHDRAWN


def is_stale(letter: LetterRecord, as_of: dt.date) -> bool:
    """Whether it is a reminder of an earlier day that never went out, and will not."""
    return letter.kind == "reminder" and letter.state == "ready" and letter.made_on < as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What letters are about, as it stands today over the rounds open."""

    rounds: frozenset[str]
    open: Mapping[str, Assignment]
    """Assignments of which something is awaited or may still come."""
    to_mend: frozenset[str]
    """Submissions."""


def _known(office: Office) -> _Known:
    rulings = office.ledger.standing(None)
    awaited: dict[str, Assignment] = {}
    mend: set[str] = set()
    for one in office.live:
        standings = standings_of(one)
        for a in assignments_of(one)[0]:
            parts = tuple(standings.get(a.id, {}).values())
            mend |= {latest.id for s in parts if (latest := to_mend(s)) is not None}
            position = position_of(a, parts, rulings)
            let_off = a.released or (position.decision is not None and position.decision.kind == "excuse")
            if position.state not in ("accepted", "nil") and not let_off:
                awaited[a.id] = a
    return _Known(rounds=frozenset(one.round.id for one in office.live), open=awaited, to_mend=frozenset(mend))


def _is_outdated(office: Office, letter: LetterRecord, known: _Known) -> bool:
    if not known.rounds.issuperset(letter.rounds):
        return False  # of a round this command does not see
    if is_stale(letter, office.as_of):
        return True
    if letter.recipients and address_set(letter.addresses).isdisjoint(_addresses_of(office, letter.recipients)):
        return True
    if letter.kind == "returned":
        return known.to_mend.isdisjoint(letter.items.get("submissions", ()))
    return known.open.keys().isdisjoint(letter.items.get("assignments", ()))


def _addresses_of(office: Office, recipients: Iterable[str]) -> frozenset[str]:
    """The addresses they have today."""
    found: set[str] = set()
    for recipient in recipients:
        about, _, code = recipient.partition(":")
        holder = person_by_code(office.register, code) if about == "person" else unit_of(office.register, code)
        found |= address_set(addresses_in(holder.mail)) if holder is not None else set()
    return frozenset(found)

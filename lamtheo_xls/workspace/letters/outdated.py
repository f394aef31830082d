"""Letters that waited too long: what nobody needs any more, or would say something untrue by now, is not sent."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import Decision, LetterRecord
from lamtheo_xls.register import Assignment, round_of
from lamtheo_xls.workspace.answering import to_mend
from lamtheo_xls.workspace.folder import Office, bundle_of
from lamtheo_xls.workspace.letters.recipients import address_set, addressees_of, addresses_of
from lamtheo_xls.workspace.letters.refusals import WITHDRAWN
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import position_of
from lamtheo_xls.workspace.wanting import standings_of

_REPLY_TO = re.compile(rb"^Reply-To: *([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """What waits in the queue and must not go out as it is."""

    done: tuple[LetterRecord, ...] = ()
    """Nobody needs them any more."""
    other: tuple[LetterRecord, ...] = ()
    """Some of what is in them is still needed, but not so: it has another address or another workbook by now, the
    office writes from another address, or the rest of the letter is done with."""


def outdated_letters(office: Office) -> Outdated:
    """Of what an earlier run could not send, what is out of date: about forms that came, were let off, made anew or
    closed meanwhile, returns mended meanwhile, reminders of another day (they speak of days left), letters to an
    address that is no longer the recipient's, of rounds that are secret by now. What a person said to send again is
    none of these for what came meanwhile."""
    waiting = office.ledger.letters("ready")
    if not waiting:
        return Outdated()
    known, rulings = _known(office), office.ledger.standing(None)
    done: list[LetterRecord] = []
    other: list[LetterRecord] = []
    for letter in waiting:
        match _how(office, letter, known, rulings.get(letter.subject_of)):
            case "done":
                done.append(letter)
            case "other":
                other.append(letter)
    return Outdated(done=tuple(done), other=tuple(other))


def withdraw(office: Office, letters: Iterable[LetterRecord], moment: str) -> tuple[LetterRecord, ...]:
    """Takes them out of the queue, as failed with the reply WITHDRAWN."""
    return tuple(
        office.ledger.move_letter(x.id, "failed", as_of=office.as_of, moment=moment, reply=WITHDRAWN) for x in letters
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
    """Those of which everything is known here."""
    open: frozenset[str]
    """Assignments of which something is awaited or may still come."""
    addresses: Mapping[str, frozenset[str]]
    """Assignment → where its letters go today; of nobody with an address, none."""
    to_mend: frozenset[str]
    """Submissions."""
    serials: frozenset[str]
    """The latest workbook of every part."""
    closed: Callable[[str], bool]
    secret: Callable[[str], bool]


def _known(office: Office) -> _Known:
    rulings = office.ledger.standing(None)
    owed: dict[str, Assignment] = {}
    awaited: set[str] = set()
    mend: set[str] = set()
    serials: set[str] = set()

    @cache
    def closed(round_id: str) -> bool:
        round_ = round_of(office.register, round_id)
        return round_ is None or round_.closed or office.ledger.closed_on(round_id) is not None

    @cache
    def secret(round_id: str) -> bool:
        if live := [one.programme for one in office.live if one.round.id == round_id]:
            return bool(live[0].secrecy)
        round_ = round_of(office.register, round_id)
        return round_ is not None and bool(bundle_of(round_.programme).programme.secrecy)

    for one in office.live:
        serials |= {str(r.issued.serial) for r in office.ledger.issued_of_round(one.round.id)}
        standings = {} if closed(one.round.id) else standings_of(one)
        for a in () if closed(one.round.id) else assignments_of(one)[0]:
            owed[a.id] = a
            parts = tuple(standings.get(a.id, {}).values())
            mend |= {latest.id for s in parts if (latest := to_mend(s)) is not None}
            position = position_of(a, parts, rulings)
            let_off = a.released or (position.decision is not None and position.decision.kind == "excuse")
            if position.state not in ("accepted", "nil") and not let_off:
                awaited.add(a.id)
    addressees, _ = addressees_of(office, owed.values())
    return _Known(
        rounds=frozenset(one.round.id for one in office.live),
        open=frozenset(awaited),
        addresses={a.id: address_set(addressee.addresses) for addressee, of_one in addressees.items() for a in of_one},
        to_mend=frozenset(mend),
        serials=frozenset(serials),
        closed=closed,
        secret=secret,
    )


def _how(office: Office, letter: LetterRecord, known: _Known, ruling: Decision | None) -> str:
    """'done', 'other', or '' where it may go as it is."""
    if any(map(known.secret, letter.rounds)):
        return "done" if all(map(known.secret, letter.rounds)) else "other"
    if letter.key.partition(":")[0] == "answer":
        moved = address_set(letter.addresses).isdisjoint(addresses_of(office, letter.recipients))
        return "done" if letter.recipients and moved else ""
    if is_stale(letter, office.as_of):
        return "done"
    seen = all(known.closed(r) or r in known.rounds for r in letter.rounds)
    if ruling is not None and ruling.kind == "again":
        return "other" if seen and not _is_for(letter, known) else ""
    if not seen:  # of a round this command does not look into
        return "" if _is_ours(office, letter) else "other"
    if letter.kind == "returned":
        about, needed = letter.items.get("submissions", ()), known.to_mend
    else:
        about, needed = letter.items.get("assignments", ()), known.open
    if needed.isdisjoint(about):
        return "done"
    whole = needed.issuperset(about) and _is_for(letter, known) and _is_ours(office, letter)
    latest = letter.kind == "returned" or known.serials.issuperset(letter.items.get("serials", ()))
    return "" if whole and latest else "other"


def _is_for(letter: LetterRecord, known: _Known) -> bool:
    """Whether everything in it would go to its addresses today, and nowhere else."""
    to = address_set(letter.addresses)
    return all(known.addresses.get(id) == to for id in letter.items.get("assignments", ()))


def _is_ours(office: Office, letter: LetterRecord) -> bool:
    """Whether it can be sent and asks for answers at the office's address of today."""
    try:
        head = office.ledger.fetch(letter.sha256).partition(b"\r\n\r\n")[0]
    except World:  # the archive is damaged: it is made anew
        return False
    found = _REPLY_TO.search(head)
    now = office.register.office.get("thu_nhan", "").strip()
    return found is None or found[1].decode("ascii", "replace").strip().casefold() == now.casefold()

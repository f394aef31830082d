"""The outbox: what is to be sent, what was, and what nobody can say of. A letter is made once and never lost."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable

from lamtheo_xls.ledger.records import LETTER_KINDS, LetterRecord
from lamtheo_xls.ledger.store import compact, next_number, write_event

MOVES = {
    "ready": frozenset({"ready", "sending", "drafted", "failed", "sent", "in_doubt"}),
    "sending": frozenset({"sent", "ready", "failed", "in_doubt"}),
    "in_doubt": frozenset({"sent", "ready", "bounced"}),
    "sent": frozenset({"bounced", "in_doubt"}),
    "failed": frozenset({"ready", "sent"}),
    "bounced": frozenset({"ready", "sent", "bounced"}),
    "drafted": frozenset({"ready", "sent"}),
}
"""State → those it may go over into. What was on its way ends as the server said, or in doubt; what was sent is never
just ready again: a person says so of one in doubt, failed or bounced. A person's word can be taken back (ready or sent
→ in_doubt), one that waits to go again may be found in the mailbox (ready → sent), and one the server puts off before
its content waits on with the server's words (ready → ready)."""


def queue_letters(
    db: sqlite3.Connection, letters: Iterable[LetterRecord], holds: Callable[[str], bool]
) -> tuple[LetterRecord, ...]:
    """Records the letters whose key is new, ready or drafted; gives those back with their numbers. Inside a
    transaction, after the archive's flush. ValueError, all ours: bytes that are not in the archive, an unknown kind or
    state, no key, Message-ID or address, the Message-ID of another letter."""
    made: list[LetterRecord] = []
    for letter in letters:
        if letter.kind not in LETTER_KINDS or letter.state not in ("ready", "drafted"):
            raise ValueError(f"not a letter to queue: {letter.kind}, {letter.state}")
        if not letter.key or not letter.message_id or not letter.addresses:
            raise ValueError(f"not a whole letter: {letter}")
        if not holds(letter.sha256):
            raise ValueError(f"not in the archive: {letter.sha256}")
        if db.execute("SELECT 1 FROM letters WHERE key = ?", (letter.key,)).fetchone():
            continue
        if db.execute("SELECT 1 FROM letters WHERE message_id = ?", (letter.message_id,)).fetchone():
            raise ValueError(f"two letters of one Message-ID: {letter.message_id}")
        cursor = db.execute(
            "INSERT INTO letters VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
            (
                letter.key,
                letter.message_id,
                letter.kind,
                compact(letter.rounds),
                compact(letter.addresses),
                compact(letter.recipients),
                letter.subject,
                compact({name: list(values) for name, values in letter.items.items()}),
                letter.sha256,
                letter.made_on.isoformat(),
                letter.state,
                letter.reply,
                letter.moment,
                letter.file,
            ),
        )
        made.append(_by_id(db, cursor.lastrowid or 0))
        _tell(db, made[-1], made[-1].made_on)
    return tuple(made)


def letters(db: sqlite3.Connection, states: Collection[str] | None = None) -> tuple[LetterRecord, ...]:
    """The letters in those states (None: all), in the order they were made."""
    where = "" if states is None else "WHERE state IN (SELECT value FROM json_each(:states))"
    rows = db.execute(f"SELECT * FROM letters {where} ORDER BY id", {"states": json.dumps(sorted(states or ()))})
    return tuple(_letter(row) for row in rows)


def letter_by_message_id(db: sqlite3.Connection, message_id: str) -> LetterRecord | None:
    row = db.execute("SELECT * FROM letters WHERE message_id = ?", (message_id,)).fetchone()
    return _letter(row) if row else None


def move_letter(
    db: sqlite3.Connection,
    id: int,
    state: str,
    *,
    as_of: dt.date,
    moment: str,
    reply: str = "",
    tried: bool = False,
    file: str = "",
) -> LetterRecord:
    """The letter in its new state. Inside a transaction. What `reply` and `file` do not say anew stays.

    KeyError: no such letter. ValueError: that state never follows on the one it has.
    """
    old = _by_id(db, id)
    if state not in MOVES[old.state]:
        raise ValueError(f"letter {id} cannot go from {old.state} to {state}")
    db.execute(
        "UPDATE letters SET state = ?, tries = tries + ?, reply = ?, moment = ?, file = ? WHERE id = ?",
        (state, int(tried), reply or old.reply, moment, file or old.file, id),
    )
    new = _by_id(db, id)
    if state != "sending" and (old.state, state) != ("ready", "ready"):  # hundreds of them; how it ends is told
        _tell(db, new, as_of)
    return new


def doubt_interrupted(db: sqlite3.Connection, *, as_of: dt.date, moment: str) -> tuple[LetterRecord, ...]:
    """Letters whose content was on the way when a run was cut short are in doubt from now on. Inside a transaction, by
    whoever holds the workspace: nobody else is sending."""
    found = letters(db, ("sending",))
    return tuple(move_letter(db, x.id, "in_doubt", as_of=as_of, moment=moment) for x in found)


def _tell(db: sqlite3.Connection, letter: LetterRecord, as_of: dt.date) -> None:
    """A line of the history for every letter made or settled, about the letter."""
    detail = {
        "kind": letter.kind,
        "state": letter.state,
        "to": list(letter.addresses),
        "recipients": list(letter.recipients),
        "message_id": letter.message_id,
        "reply": letter.reply,
    }
    round_ = letter.rounds[0] if len(letter.rounds) == 1 else ""  # one of several rounds is told in each of them
    write_event(db, next_number(db), as_of, "letter", letter.subject_of, round_, detail)


def _by_id(db: sqlite3.Connection, id: int) -> LetterRecord:
    row = db.execute("SELECT * FROM letters WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise KeyError(id)
    return _letter(row)


def _letter(row: sqlite3.Row) -> LetterRecord:
    return LetterRecord(
        key=row["key"],
        message_id=row["message_id"],
        kind=row["kind"],
        rounds=tuple(json.loads(row["rounds"])),
        addresses=tuple(json.loads(row["addresses"])),
        recipients=tuple(json.loads(row["recipients"])),
        subject=row["subject"],
        items={name: tuple(values) for name, values in json.loads(row["items"]).items()},
        sha256=row["sha256"],
        made_on=dt.date.fromisoformat(row["made_on"]),
        state=row["state"],
        tries=row["tries"],
        reply=row["reply"],
        moment=row["moment"],
        file=row["file"],
        id=row["id"],
    )

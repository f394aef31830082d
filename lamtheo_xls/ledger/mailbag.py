"""What came by mail: where each copy is from, and which messages of the mailbox were gone through."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Mapping

from lamtheo_xls.ledger.records import Arrival, MailedCopy, MailSource, SeenMessage
from lamtheo_xls.ledger.store import compact


def note_mail(db: sqlite3.Connection, arrival: Arrival, as_of: dt.date) -> None:
    """Keeps what the message said of itself, once per copy. Inside a transaction."""
    mail = arrival.mail
    if mail is not None:
        db.execute(
            "INSERT INTO mailed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                arrival.sha256,
                arrival.file,
                *map(_plain, (mail.message_id, mail.sender, mail.name, mail.reply_to, mail.subject, mail.sent)),
                compact(mail.references),
                int(mail.automatic),
                as_of.isoformat(),
            ),
        )


def mailed_copies(db: sqlite3.Connection, since: dt.date | None) -> tuple[MailedCopy, ...]:
    """Every copy that came by mail, collected on or after `since`, in the order of its coming."""
    rows = db.execute(
        "SELECT m.* FROM mailed m JOIN copies c ON c.sha256 = m.sha256 AND c.file = m.file"
        " WHERE m.as_of >= ? ORDER BY c.seq, m.file",
        (since.isoformat() if since else "",),
    )
    return tuple(_copy(row) for row in rows)


def note_messages(db: sqlite3.Connection, messages: Iterable[SeenMessage]) -> None:
    """Notes messages gone through; one told to the server stays told. Inside a transaction, after what they brought is
    recorded."""
    db.executemany(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET kind = excluded.kind,"
        " message_id = coalesce(nullif(excluded.message_id, ''), message_id), marked = max(marked, excluded.marked)",
        [(m.account, m.folder, m.validity, m.uid, _plain(m.message_id), m.kind, int(m.marked)) for m in messages],
    )


def seen_messages(db: sqlite3.Connection, account: str, folder: str, validity: int) -> Mapping[int, SeenMessage]:
    """uid → the message, of one folder as it is numbered now."""
    rows = db.execute(
        "SELECT * FROM messages WHERE account = ? AND folder = ? AND validity = ?", (account, folder, validity)
    )
    return {row["uid"]: _seen(row) for row in rows}


def seen_ids(db: sqlite3.Connection, account: str, folder: str | None = None) -> Mapping[str, str]:
    """Message-ID → kind, of every message of the account – or of one of its folders – gone through under whatever
    number; of several under one Message-ID, taken outweighs."""
    rows = db.execute(
        "SELECT message_id, kind FROM messages WHERE account = ? AND folder = coalesce(?, folder) AND message_id <> ''"
        " ORDER BY kind = 'taken', kind",
        (account, folder),
    )
    return {row["message_id"]: row["kind"] for row in rows}


def _plain(text: str) -> str:
    """What a broken header left of half characters does not keep a message from being noted."""
    return text.encode(errors="replace").decode()


def _copy(row: sqlite3.Row) -> MailedCopy:
    return MailedCopy(
        sha256=row["sha256"],
        file=row["file"],
        mail=MailSource(
            message_id=row["message_id"],
            sender=row["sender"],
            name=row["name"],
            reply_to=row["reply_to"],
            subject=row["subject"],
            sent=row["sent"],
            references=tuple(json.loads(row["refs"])),
            automatic=bool(row["automatic"]),
        ),
        as_of=dt.date.fromisoformat(row["as_of"]),
    )


def _seen(row: sqlite3.Row) -> SeenMessage:
    return SeenMessage(
        account=row["account"],
        folder=row["folder"],
        validity=row["validity"],
        uid=row["uid"],
        message_id=row["message_id"],
        kind=row["kind"],
        marked=bool(row["marked"]),
    )

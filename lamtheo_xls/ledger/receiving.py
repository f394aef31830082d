"""What came in and how it was judged: arrivals, submissions, judgements."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace

from lamtheo_xls.ledger.counting import states_of
from lamtheo_xls.ledger.mailbag import note_mail
from lamtheo_xls.ledger.records import Arrival, Arrived, SubmissionRecord
from lamtheo_xls.ledger.store import compact, next_number, write_event

VERDICTS = ("accepted", "to_fix", "unknown", "refused")


def current_run(db: sqlite3.Connection) -> int:
    """The number of this run; an interrupted run is gone on with, so that it ends as if nothing had happened.
    Inside a transaction."""
    run = run_before(db)
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", (("run", str(run)), ("run_open", "1")))
    return run


def run_before(db: sqlite3.Connection) -> int:
    """The number that every earlier run is below: that of the run going on (or interrupted), else of the next."""
    found = dict(db.execute("SELECT name, value FROM meta WHERE name IN ('run', 'run_open')").fetchall())
    return int(found.get("run", 0)) + (found.get("run_open") != "1")


def end_run(db: sqlite3.Connection) -> None:
    db.execute("UPDATE meta SET value = '0' WHERE name = 'run_open'")


def record_arrivals(
    db: sqlite3.Connection, arrivals: Iterable[Arrival], run: int, as_of: dt.date
) -> tuple[Arrived, ...]:
    """Notes every new place bytes came in at. Inside a transaction, after the archive's flush."""
    told: list[Arrived] = []
    here: set[str] = set()
    for arrival in arrivals:
        judged = _last_received(db, arrival.sha256)
        if _note_copy(db, arrival.sha256, arrival.file, arrival.received, arrival.modified, run):
            kind = "received" if judged is None and arrival.sha256 not in here else "duplicate"
            detail = {"file": arrival.file, "received": arrival.received.isoformat(), "sha256": arrival.sha256}
            write_event(db, next_number(db), as_of, kind, f"file:{arrival.sha256}", "", detail)
        if arrival.mail is not None:
            note_mail(db, arrival, as_of)
        first, modified = db.execute(
            "SELECT min(received), min(CASE run WHEN ? THEN modified END) FROM copies WHERE sha256 = ?",
            (run, arrival.sha256),
        ).fetchone()
        state = "duplicate"
        if arrival.sha256 not in here:
            here.add(arrival.sha256)
            state = "judge" if judged is None else "earlier" if first < judged else "duplicate"
        told.append(
            Arrived(
                sha256=arrival.sha256,
                file=arrival.file,
                received=dt.date.fromisoformat(first),
                modified=modified or arrival.modified,
                state=state,  # type: ignore[arg-type]
            )
        )
    return tuple(told)


def waiting(db: sqlite3.Connection) -> tuple[Arrived, ...]:
    """Bytes that were recorded but never judged, because a run was interrupted between the two."""
    rows = db.execute(
        "SELECT sha256, min(file), min(received), min(modified), min(seq) AS first FROM copies"
        " WHERE sha256 NOT IN (SELECT sha256 FROM submissions) GROUP BY sha256 ORDER BY first, sha256"
    )
    return tuple(
        Arrived(sha256=sha, file=file, received=dt.date.fromisoformat(received), modified=modified, state="judge")
        for sha, file, received, modified, _ in rows
    )


def record_submissions(
    db: sqlite3.Connection, records: Iterable[SubmissionRecord], run: int, holds: Callable[[str], bool]
) -> tuple[SubmissionRecord, ...]:
    """Records judged submissions; gives each back as it stands now. Inside a transaction, after the archive's flush.

    Known bytes come back as 'duplicate' and count once (with an earlier date received they are judged by that).
    Accepted ones older than what counts come back as 'superseded'. ValueError: bytes that are not in the archive, or a
    state that is no verdict – both our bugs.
    """
    told: list[tuple[SubmissionRecord, bool]] = []
    for record in records:
        if record.state not in VERDICTS:
            raise ValueError(f"not a verdict: {record.state}")
        if not holds(record.sha256):
            raise ValueError(f"not in the archive: {record.sha256}")
        judged = _last_received(db, record.sha256)
        new_place = _note_copy(db, record.sha256, record.file, record.received, record.modified, run)
        if judged is None:
            seq = _judge(db, record, "judged")
            db.execute(
                "INSERT INTO submissions VALUES (?, ?, ?, ?, ?)", (record.id, record.sha256, record.file, run, seq)
            )
            _insert(db, record, seq)
            told.append((replace(record, seq=seq, verdict=record.state), True))
            continue
        if record.received.isoformat() < judged:
            _insert(db, record, _judge(db, record, "judged_again"))
        elif new_place:
            detail = {"file": record.file, "received": record.received.isoformat(), "sha256": record.sha256}
            write_event(
                db, next_number(db), _as_of(record), "duplicate", f"file:{record.sha256}", record.round or "", detail
            )
        told.append((replace(record, state="duplicate"), False))
    return _as_they_stand(db, told)


def judge_again(db: sqlite3.Connection, records: Iterable[SubmissionRecord]) -> tuple[SubmissionRecord, ...]:
    """Records new judgements of known submissions where they say something new; gives each back as it stands now.
    KeyError: a submission the ledger does not know."""
    told: list[tuple[SubmissionRecord, bool]] = []
    for record in records:
        if record.state not in VERDICTS:
            raise ValueError(f"not a verdict: {record.state}")
        row = db.execute(
            "SELECT * FROM judgements WHERE submission = ? ORDER BY seq DESC LIMIT 1", (record.id,)
        ).fetchone()
        if row is None:
            raise KeyError(record.id)
        seq = row["seq"]
        if tuple(row)[2:] != _values(record):
            seq = _judge(db, record, "judged_again")
            _insert(db, record, seq)
        told.append((replace(record, seq=seq, verdict=record.state), True))
    return _as_they_stand(db, told)


def _as_they_stand(
    db: sqlite3.Connection, told: Iterable[tuple[SubmissionRecord, bool]]
) -> tuple[SubmissionRecord, ...]:
    told = list(told)
    states: dict[str, str] = {}
    for round in sorted({r.round for r, fresh in told if fresh and r.round}):
        states |= states_of(db, round, {r.assignment for r, _ in told if r.round == round and r.assignment})
    return tuple(r.seen_as(states.get(r.id, r.state)) if fresh else r for r, fresh in told)


def _last_received(db: sqlite3.Connection, sha256: str) -> str | None:
    """The date the bytes were last judged by; None: never judged."""
    row = db.execute(
        "SELECT j.received FROM submissions s JOIN judgements j ON j.submission = s.id WHERE s.sha256 = ?"
        " ORDER BY j.seq DESC LIMIT 1",
        (sha256,),
    ).fetchone()
    return row[0] if row else None


def _note_copy(db: sqlite3.Connection, sha256: str, file: str, received: dt.date, modified: str, run: int) -> bool:
    """Whether the bytes are new at this place."""
    return (
        db.execute(
            "INSERT INTO copies VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (sha256, file, received.isoformat(), modified, run, next_number(db)),
        ).rowcount
        == 1
    )


def _as_of(record: SubmissionRecord) -> dt.date:
    said = record.judged.get("as_of")
    return dt.date.fromisoformat(said) if said else record.received


def _judge(db: sqlite3.Connection, record: SubmissionRecord, kind: str) -> int:
    """Writes the event of a judgement; its number."""
    seq = next_number(db)
    detail = {
        "file": record.file,
        "state": record.state,
        "assignment": record.assignment,
        "part": record.part,
        "received": record.received.isoformat(),
        "late": record.late,
        "judged": dict(record.judged),
    }
    write_event(db, seq, _as_of(record), kind, f"submission:{record.id}", record.round or "", detail)
    return seq


def _values(record: SubmissionRecord) -> tuple[object, ...]:
    return (
        record.assignment,
        record.round,
        record.part,
        record.form,
        record.state,
        record.received.isoformat(),
        int(record.late),
        record.serial,
        record.examination,
        compact(record.judged),
        int(record.nil),
    )


def _insert(db: sqlite3.Connection, record: SubmissionRecord, seq: int) -> None:
    db.execute(
        "INSERT INTO judgements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (seq, record.id, *_values(record))
    )

"""The ledger of one workspace: sổ gửi, nhận."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import counting, deciding, issuing, mailbag, outbox, receiving
from lamtheo_xls.ledger.archive import Archive
from lamtheo_xls.ledger.faults import told_as_world
from lamtheo_xls.ledger.records import (
    Arrival,
    Arrived,
    Counted,
    Decision,
    Event,
    IssueRecord,
    LetterRecord,
    MailedCopy,
    SeenMessage,
    Standing,
    SubmissionRecord,
)
from lamtheo_xls.ledger.store import next_number, open_database, transaction, write_event


def open_ledger(folder: Path, *, create: bool = False) -> Ledger:
    """The ledger in `folder` (the workspace's `.lamtheo`); with `create` it and the folder are made where missing.

    World: not_a_workspace, newer_version, ledger_damaged, read_only, disk_full.
    """
    if create:
        with told_as_world(folder):
            folder.mkdir(parents=True, exist_ok=True)
    return Ledger(folder, open_database(folder / "ledger.sqlite", create=create))


class Ledger:
    """One SQLite file and the archive beside it; a context manager. Whoever writes holds `lock`.

    Every writing method is one transaction: on the disk when it returns, gone when it raises (World where the disk or
    SQLite failed). Archived bytes are on the disk before the transaction that speaks of them commits.
    """

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder = folder
        self.archive = Archive(folder / "archive")
        self._db = db
        self._path = folder / "ledger.sqlite"
        self._took_in = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._took_in:
                with transaction(self._db, self._path):
                    receiving.end_run(self._db)
        finally:
            self._db.close()

    # -- archive ----------------------------------------------------------------------------------------------------

    def put(self, data: bytes) -> str:
        """The SHA-256 of `data`, kept in the archive from the next `flush` (every recording method flushes)."""
        return self.archive.put(data)

    def flush(self) -> None:
        """Everything put is on the disk when this returns."""
        self.archive.flush()

    def fetch(self, sha256: str) -> bytes:
        """The bytes of that SHA-256; World("world.archive_damaged") when gone or altered."""
        return self.archive.fetch(sha256)

    def unsound(self) -> tuple[str, ...]:
        """SHA-256 of every received file and letter that the archive lacks, and of whatever else it keeps –
        definitions, registers and settings judged by – that is altered; () is what `verify` hopes for."""
        bad = []
        named = self._column("SELECT sha256 FROM copies UNION SELECT sha256 FROM letters")
        for sha in sorted({*named, *self.archive.kept()}):
            try:
                self.archive.fetch(sha)
            except World:
                bad.append(sha)
        return tuple(bad)

    # -- settings and key -------------------------------------------------------------------------------------------

    def setting(self, name: str) -> str | None:
        """A value kept by name, or None."""
        found = self._column("SELECT value FROM meta WHERE name = ?", f"set.{name}")
        return found[0] if found else None

    def settings(self, beginning: str) -> Mapping[str, str]:
        """Values kept under names that begin so; the rest of the name → value."""
        start = f"set.{beginning}"
        with told_as_world(self._path):
            rows = self._db.execute("SELECT name, value FROM meta WHERE substr(name, 1, ?) = ?", (len(start), start))
            return {str(name)[len(start) :]: str(value) for name, value in rows}

    def set_setting(self, name: str, value: str) -> None:
        with transaction(self._db, self._path):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"set.{name}", value))

    @property
    def is_demo(self) -> bool:
        """Whether the workspace was made by `demo`; only there the fixed key is allowed."""
        return self.setting("demo") == "1"

    def mark_as_demo(self) -> None:
        self.set_setting("demo", "1")

    def create_key(self, secret: bytes) -> None:
        """Writes the workspace's key, readable by its owner only; World("world.key_exists") where there is one."""
        path = self.folder / "key"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            with told_as_world(path):
                handle = os.open(path, flags, 0o600)
        except World as error:
            if isinstance(error.__cause__, FileExistsError):
                raise World("world.key_exists", duong_dan=path) from error
            raise
        with told_as_world(path), os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())

    def key(self) -> bytes:
        """The workspace's key; World("world.key_missing") when the file is gone or empty."""
        path = self.folder / "key"
        with told_as_world(path):
            secret = path.read_bytes() if path.is_file() else b""
        if not secret:
            raise World("world.key_missing", duong_dan=path)
        return secret

    # -- issued -----------------------------------------------------------------------------------------------------

    def next_serials(self, n: int) -> range:
        """`n` serial numbers that nobody had and nobody will get again."""
        with transaction(self._db, self._path):
            return issuing.next_serials(self._db, n)

    def record_issued(self, rows: Iterable[IssueRecord]) -> int:
        """Records issued workbooks, all or none; how many."""
        with transaction(self._db, self._path):
            return issuing.record_issued(self._db, rows)

    def issued(self, serial: int) -> IssueRecord | None:
        with told_as_world(self._path):
            return issuing.issued(self._db, serial)

    def issued_for(self, assignment: str, part: str | None = None) -> IssueRecord | None:
        """The latest workbook issued for the assignment, of that part or (None) of any."""
        with told_as_world(self._path):
            return issuing.issued_for(self._db, assignment, part)

    def issued_parts(self, assignment: str) -> Mapping[str, IssueRecord]:
        """Part → the latest workbook issued for it, of one assignment."""
        with told_as_world(self._path):
            return issuing.issued_parts(self._db, assignment)

    def issued_of_round(self, round: str) -> tuple[IssueRecord, ...]:
        """The latest workbook of each (assignment, part) of the round, in that order."""
        with told_as_world(self._path):
            return issuing.issued_of_round(self._db, round)

    def first_issued_on(self, round: str) -> Mapping[tuple[str, int], dt.date]:
        """(form, version) → the day on which the first workbook of that version went out in the round."""
        with told_as_world(self._path):
            return issuing.first_issued_on(self._db, round)

    def all_issued(self) -> tuple[IssueRecord, ...]:
        """Every workbook that ever went out, by serial: older ones of an assignment stay valid."""
        with told_as_world(self._path):
            return issuing.all_issued(self._db)

    # -- received ---------------------------------------------------------------------------------------------------

    def record_arrivals(self, arrivals: Iterable[Arrival], *, as_of: dt.date) -> tuple[Arrived, ...]:
        """Notes what came in, before anything is parsed; says which to judge now (see Arrived). Bytes were `put`."""
        listed = tuple(arrivals)  # whatever they put is put before the flush
        self.flush()
        with transaction(self._db, self._path):
            return receiving.record_arrivals(self._db, listed, self._this_run(), as_of)

    def waiting(self) -> tuple[Arrived, ...]:
        """Arrivals an interrupted run never judged: their bytes are in the archive."""
        with told_as_world(self._path):
            return receiving.waiting(self._db)

    def record_submissions(self, records: Iterable[SubmissionRecord]) -> tuple[SubmissionRecord, ...]:
        """Records judged submissions, all or none; gives each back as it stands now (`state` may have become
        'duplicate' or 'superseded')."""
        listed = tuple(records)  # whatever they put is put before the flush
        self.flush()
        with transaction(self._db, self._path):
            return receiving.record_submissions(self._db, listed, self._this_run(), self.archive.holds)

    def judge_again(self, records: Iterable[SubmissionRecord]) -> tuple[SubmissionRecord, ...]:
        """New judgements of known submissions (after «gán cho đơn vị», or with newer rules); the old ones are kept."""
        with transaction(self._db, self._path):
            return receiving.judge_again(self._db, records)

    def submissions(self, round: str | None = None, assignment: str | None = None) -> tuple[SubmissionRecord, ...]:
        """Submissions as they stand now; without a round all of them, those of no known round among them."""
        with told_as_world(self._path):
            return counting.submissions(self._db, round, assignment)

    # -- mail ---------------------------------------------------------------------------------------------------------

    def mailed_copies(self, since: dt.date | None = None) -> tuple[MailedCopy, ...]:
        """Every copy that came by mail (collected on or after `since`), in the order of its coming."""
        with told_as_world(self._path):
            return mailbag.mailed_copies(self._db, since)

    def note_messages(self, messages: Iterable[SeenMessage]) -> None:
        """Notes messages gone through: after what they brought is recorded, and again (`marked`) once the server was
        told."""
        with transaction(self._db, self._path):
            mailbag.note_messages(self._db, messages)

    def seen_messages(self, account: str, folder: str, validity: int) -> Mapping[int, SeenMessage]:
        """uid → the message, of one folder as its server numbers it now."""
        with told_as_world(self._path):
            return mailbag.seen_messages(self._db, account, folder, validity)

    def seen_ids(self, account: str, folder: str | None = None) -> Mapping[str, str]:
        """Message-ID → kind of every message of the account (of that folder alone) gone through, whatever its number
        was."""
        with told_as_world(self._path):
            return mailbag.seen_ids(self._db, account, folder)

    def queue_letters(self, letters: Iterable[LetterRecord]) -> tuple[LetterRecord, ...]:
        """Records the letters whose key is new (ready, or drafted), all or none; gives those back with their numbers.
        Their bytes were `put`."""
        listed = tuple(letters)  # whatever they put is put before the flush
        self.flush()
        with transaction(self._db, self._path):
            return outbox.queue_letters(self._db, listed, self.archive.holds)

    def letters(self, *states: str) -> tuple[LetterRecord, ...]:
        """The letters in those states (none named: all), in the order they were made."""
        with told_as_world(self._path):
            return outbox.letters(self._db, states or None)

    def letter_by_message_id(self, message_id: str) -> LetterRecord | None:
        """Our letter of that Message-ID («<…@…>»), or None."""
        with told_as_world(self._path):
            return outbox.letter_by_message_id(self._db, message_id)

    def move_letter(
        self, id: int, state: str, *, as_of: dt.date, moment: str, reply: str = "", tried: bool = False, file: str = ""
    ) -> LetterRecord:
        """The letter in its new state, on the disk when this returns; ValueError where that state cannot follow (see
        outbox.MOVES). `tried` counts a try; `reply` (the server's words) and `file` (the draft) stay if not given."""
        with transaction(self._db, self._path):
            return outbox.move_letter(
                self._db, id, state, as_of=as_of, moment=moment, reply=reply, tried=tried, file=file
            )

    def doubt_interrupted(self, *, as_of: dt.date, moment: str) -> tuple[LetterRecord, ...]:
        """Letters a run cut short left `sending` become in_doubt; those letters."""
        with transaction(self._db, self._path):
            return outbox.doubt_interrupted(self._db, as_of=as_of, moment=moment)

    # -- decisions --------------------------------------------------------------------------------------------------

    def decide(self, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
        """Records the decisions that change what stands and gives those back; saying the same again does nothing."""
        with transaction(self._db, self._path):
            return deciding.decide(self._db, decisions)

    def standing(self, round: str | None = None) -> Mapping[str, Decision]:
        """Subject → the decision its cell Xử lý shows (the latest; «đã nhận bản ký» stands apart: see Standing)."""
        shown: dict[str, Decision] = {}
        with told_as_world(self._path):
            for (subject, lane), decision in deciding.standing_decisions(self._db, round).items():
                if lane != "signed" and (subject not in shown or shown[subject].seq < decision.seq):
                    shown[subject] = decision
        return shown

    def set_notes(self, notes: Mapping[str, str], *, as_of: dt.date, round: str = "") -> int:
        """Keeps the notes by subject ('' removes one); how many changed."""
        with transaction(self._db, self._path):
            old = dict(self._db.execute("SELECT subject, text FROM notes").fetchall())
            changed = {s: t for s, t in notes.items() if old.get(s, "") != t}
            for subject, text in changed.items():
                write_event(self._db, next_number(self._db), as_of, "note", subject, round, {"text": text})
                if text:
                    self._db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (subject, round, text))
                else:
                    self._db.execute("DELETE FROM notes WHERE subject = ?", (subject,))
            return len(changed)

    def notes(self, round: str | None = None) -> Mapping[str, str]:
        """Subject → note."""
        sql = "SELECT subject, text FROM notes WHERE :round IS NULL OR round IN (:round, '') ORDER BY subject"
        with told_as_world(self._path):
            return dict(self._db.execute(sql, {"round": round}).fetchall())

    # -- what counts ------------------------------------------------------------------------------------------------

    def counting(self, round: str) -> tuple[Counted, ...]:
        """For each (assignment, part) the latest submission that was accepted and not excluded: one query. Where that
        is «không phát sinh» nothing is there to be merged: see `nil_answers`."""
        with told_as_world(self._path):
            return tuple(c for c in counting.counting(self._db, round) if not c.submission.nil)

    def nil_answers(self, round: str) -> tuple[Counted, ...]:
        """Assignments whose answer is «không phát sinh»: the newest thing that counts of them, by the same query."""
        with told_as_world(self._path):
            return tuple(c for c in counting.counting(self._db, round) if c.submission.nil)

    def explained(self, assignment: str) -> Mapping[str, Mapping[tuple[str, str], str]]:
        """Part → (code, value) of a finding → the unit's own words on it in the assignment's earlier returns, the last
        outweighing; only those of earlier runs, so that the order of files never matters."""
        with told_as_world(self._path):
            return counting.explained(self._db, assignment, receiving.run_before(self._db))

    def counted_earlier(self, round: str, assignment: str, *, until: int) -> Mapping[str, str]:
        """Part → the examination of what counts of one assignment, as if only files of earlier runs had come and
        nothing had been judged or ruled after the event `until`: while files are taken in, the same for all of them."""
        with told_as_world(self._path):
            return counting.counted_earlier(self._db, round, assignment, receiving.run_before(self._db), until)

    def standing_of_round(self, round: str) -> tuple[Standing, ...]:
        """Where every (assignment, part) stands: issued ones and whatever came in or was ruled, in order."""
        with told_as_world(self._path):
            issued = [(r.issued.assignment, r.issued.part) for r in issuing.issued_of_round(self._db, round)]
            return counting.standing_of_round(self._db, round, issued)

    def close_round(self, round: str, *, as_of: dt.date) -> bool:
        """«Chốt số liệu»: what counts stays as it is now. False where it was closed already."""
        with transaction(self._db, self._path):
            if self._db.execute("SELECT 1 FROM rounds WHERE round = ?", (round,)).fetchone():
                return False
            seq = next_number(self._db)
            write_event(self._db, seq, as_of, "closed", f"round:{round}", round, {})
            self._db.execute("INSERT INTO rounds VALUES (?, ?, ?)", (round, seq, as_of.isoformat()))
            return True

    def reopen_round(self, round: str, *, as_of: dt.date) -> bool:
        """What came since the closing counts from now on. False where it was not closed."""
        with transaction(self._db, self._path):
            if not self._db.execute("DELETE FROM rounds WHERE round = ?", (round,)).rowcount:
                return False
            write_event(self._db, next_number(self._db), as_of, "reopened", f"round:{round}", round, {})
            return True

    def closed_on(self, round: str) -> dt.date | None:
        """The day the round was closed, or None while it is open."""
        found = self._column("SELECT as_of FROM rounds WHERE round = ?", round)
        return dt.date.fromisoformat(found[0]) if found else None

    # -- history ----------------------------------------------------------------------------------------------------

    def record_event(
        self, kind: str, subject: str, *, as_of: dt.date, round: str = "", detail: Mapping[str, Any] | None = None
    ) -> None:
        """A line of the history that is not the ledger's own doing (returned, merged, sent …)."""
        with transaction(self._db, self._path):
            write_event(self._db, next_number(self._db), as_of, kind, subject, round, detail or {})

    def last_number(self) -> int:
        """The number of the last event; 0 where nothing happened yet."""
        with told_as_world(self._path):
            return next_number(self._db) - 1

    def history(
        self, round: str | None = None, subject: str | None = None, *, newest: int | None = None
    ) -> tuple[Event, ...]:
        """What happened, in order; only the `newest` so many if given. Arrivals belong to no round."""
        # Only what is asked for stands in the WHERE: beside an OR, SQLite would pass over the index of subjects.
        asked = ["round IN (:round, '')"] * (round is not None) + ["subject = :subject"] * (subject is not None)
        where = f"WHERE {' AND '.join(asked)}" if asked else ""
        sql = f"SELECT * FROM events {where} ORDER BY seq DESC LIMIT :newest"
        with told_as_world(self._path):
            rows = self._db.execute(sql, {"round": round, "subject": subject, "newest": newest or -1}).fetchall()
        return tuple(
            Event(
                seq=row["seq"],
                as_of=dt.date.fromisoformat(row["as_of"]),
                kind=row["kind"],
                subject=row["subject"],
                round=row["round"],
                detail=json.loads(row["detail"]),
            )
            for row in reversed(rows)
        )

    def dump(self, round: str) -> dict[str, Any]:
        """Everything of the round that can be derived again, as plain JSON values in a fixed order, so that the
        ledger of an interrupted run can be compared with that of a whole one. `counting` lists [assignment, part,
        submission id, why]."""
        with told_as_world(self._path):
            return {
                "round": round,
                "closed": str(self.closed_on(round) or ""),
                "issued": [
                    {
                        "serial": r.issued.serial,
                        "assignment": r.issued.assignment,
                        "part": r.issued.part,
                        "file": r.file,
                        "sha256": r.sha256,
                    }
                    for r in self.issued_of_round(round)
                ],
                "submissions": [
                    {
                        "id": s.id,
                        "sha256": s.sha256,
                        "file": s.file,
                        "received": s.received.isoformat(),
                        "assignment": s.assignment,
                        "part": s.part,
                        "form": s.form,
                        "state": s.state,
                        "verdict": s.verdict,
                        "late": s.late,
                        "nil": s.nil,
                        "serial": s.serial,
                        "examination": s.examination,
                        "judged": dict(s.judged),
                    }
                    for s in self.submissions(round)
                ],
                "decisions": [
                    {"seq": d.seq, "subject": d.subject, "kind": d.kind, "bound_to": d.bound_to, **dict(d.detail)}
                    for d in deciding.all_decisions(self._db, round)
                ],
                "counting": [[c.assignment, c.part, c.submission.id, c.why] for c in self.counting(round)],
                "nil": [[c.assignment, c.submission.id, c.why] for c in self.nil_answers(round)],
                "letters": [
                    {
                        "key": x.key,
                        "message_id": x.message_id,
                        "kind": x.kind,
                        "addresses": list(x.addresses),
                        "items": {name: list(values) for name, values in x.items.items()},
                        "state": x.state,
                    }
                    for x in self.letters()
                    if round in x.rounds
                ],
            }

    # ---------------------------------------------------------------------------------------------------------------

    def _this_run(self) -> int:
        """Files taken in by one command belong to one run: within it, only dates and contents order them."""
        self._took_in = True
        return receiving.current_run(self._db)

    def _column(self, sql: str, *values: object) -> list[str]:
        with told_as_world(self._path):
            return [str(row[0]) for row in self._db.execute(sql, values)]

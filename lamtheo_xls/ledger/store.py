"""The SQLite file itself: opening, its version, transactions, and the numbered history."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lamtheo_xls.findings import World
from lamtheo_xls.ledger.faults import told_as_world
from lamtheo_xls.ledger.migrating import MIGRATIONS

VERSION = 3
_OURS = 0x4C545853  # application_id: "LTXS"
_TABLES = {"meta", "events", "issued", "copies", "submissions", "judgements", "decisions", "notes", "rounds"}
_SINCE_3 = {"mailed", "messages", "letters"}


def open_database(path: Path, *, create: bool) -> sqlite3.Connection:
    """The ledger at `path`, made when `create` says so and there is none.

    World: not_a_workspace, newer_version (nothing is touched), ledger_damaged (no database, cut short, or not ours).
    """
    if not create and not path.is_file():
        raise World("world.not_a_workspace", duong_dan=path.parent.parent)
    with told_as_world(path):
        db = sqlite3.connect(path, timeout=10.0, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA cell_size_check = ON")
            _recognise(db, path, create=create)
        except BaseException:
            db.close()
            raise
    return db


def _recognise(db: sqlite3.Connection, path: Path, *, create: bool) -> None:
    ours, version = int(db.execute("PRAGMA application_id").fetchone()[0]), _version(db)
    tables = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if ours == _OURS and version > VERSION:
        raise World("world.newer_version", co=version, hieu=VERSION)
    needed = _TABLES | (_SINCE_3 if version >= 3 else set())
    if ours == _OURS and version in (*MIGRATIONS, VERSION) and tables >= needed:
        for step in range(version, VERSION):
            with transaction(db, path):
                if _version(db) == step:  # else another window did it while this one waited
                    MIGRATIONS[step](db)
                    db.execute(f"PRAGMA user_version = {step + 1}")
        return
    if not create or ours or version or tables or any((path.parent / "archive").glob("??")):
        raise World(
            "world.ledger_damaged",
            duong_dan=path,
            loi=f"application_id {ours:x}, user_version {version}, {len(tables & needed)}/{len(needed)}",
        )
    schema = "".join((Path(__file__).parent / name).read_text("utf-8") for name in ("schema.sql", "schema_mail.sql"))
    db.executescript(
        f"BEGIN IMMEDIATE; PRAGMA application_id = {_OURS}; PRAGMA user_version = {VERSION}; {schema} COMMIT;"
    )


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def transaction(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All or nothing: committed and on the disk when the body ends, gone when it raises."""
    with told_as_world(path):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def next_number(db: sqlite3.Connection) -> int:
    """The number of the next event. Inside a transaction."""
    return int(db.execute("SELECT coalesce(max(seq), 0) + 1 FROM events").fetchone()[0])


def write_event(
    db: sqlite3.Connection, seq: int, as_of: dt.date, kind: str, subject: str, round: str, detail: Mapping[str, Any]
) -> None:
    """One line of the history. Inside a transaction."""
    db.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", (seq, as_of.isoformat(), kind, subject, round, compact(detail))
    )


def compact(value: object) -> str:
    """JSON: short, sorted, safe for text that is no valid Unicode."""
    if isinstance(value, Mapping):
        value = dict(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text

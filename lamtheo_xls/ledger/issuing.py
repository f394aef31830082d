"""What was issued: serial numbers and the record of every workbook that went out."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable

from lamtheo_xls.ledger.records import IssueRecord
from lamtheo_xls.ledger.store import compact, next_number
from lamtheo_xls.workbook.identity import SERIAL_LIMIT, issued_of, payload_of


def next_serials(db: sqlite3.Connection, n: int) -> range:
    """`n` serial numbers nobody had and nobody will get again; inside a transaction. OverflowError beyond 2^25."""
    row = db.execute("SELECT value FROM meta WHERE name = 'serial'").fetchone()
    first = int(row[0]) if row else 1
    if first + n > SERIAL_LIMIT:
        raise OverflowError("serial numbers are used up")
    db.execute("INSERT OR REPLACE INTO meta VALUES ('serial', ?)", (str(first + n),))
    return range(first, first + n)


def record_issued(db: sqlite3.Connection, rows: Iterable[IssueRecord]) -> int:
    """Records issued workbooks; how many. Inside a transaction. A serial used twice is sqlite3.IntegrityError."""
    first = next_number(db)
    events, issued = [], []
    for seq, row in enumerate(rows, first):
        day = row.issued_on.isoformat()
        detail = compact({"file": row.file, "code": row.code, "sha256": row.sha256})
        events.append((seq, day, "issued", f"assignment:{row.issued.assignment}", row.issued.round, detail))
        issued.append(
            (
                row.issued.serial,
                seq,
                row.issued.round,
                row.issued.assignment,
                payload_of(row.issued),
                row.code,
                compact(row.context),
                compact(row.children),
                compact([dict(p) for p in row.prefilled]),
                row.file,
                row.sha256,
                row.fingerprint,
                day,
            )
        )
    db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", events)
    db.executemany("INSERT INTO issued VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", issued)
    return len(issued)


def issued(db: sqlite3.Connection, serial: int) -> IssueRecord | None:
    row = db.execute("SELECT * FROM issued WHERE serial = ?", (serial,)).fetchone()
    return _record(row) if row else None


def issued_for(db: sqlite3.Connection, assignment: str) -> IssueRecord | None:
    """The latest workbook issued for the assignment."""
    row = db.execute("SELECT * FROM issued WHERE assignment = ? ORDER BY seq DESC LIMIT 1", (assignment,)).fetchone()
    return _record(row) if row else None


def issued_of_round(db: sqlite3.Connection, round: str) -> tuple[IssueRecord, ...]:
    """The latest workbook of each assignment of the round, in order of assignment."""
    rows = db.execute(
        "SELECT * FROM issued WHERE seq IN (SELECT max(seq) FROM issued WHERE round = ? GROUP BY assignment)"
        " ORDER BY assignment",
        (round,),
    )
    return tuple(_record(row) for row in rows)


def all_issued(db: sqlite3.Connection) -> tuple[IssueRecord, ...]:
    """Every workbook that ever went out, by serial."""
    return tuple(_record(row) for row in db.execute("SELECT * FROM issued ORDER BY serial"))


def _record(row: sqlite3.Row) -> IssueRecord:
    made_for = issued_of(row["payload"])
    if made_for is None:
        raise ValueError(f"payload of serial {row['serial']}")
    return IssueRecord(
        issued=made_for,
        code=row["code"],
        context=json.loads(row["context"]),
        children=tuple(json.loads(row["children"])),
        prefilled=tuple(json.loads(row["prefilled"])),
        file=row["file"],
        sha256=row["sha256"],
        fingerprint=row["fingerprint"],
        issued_on=dt.date.fromisoformat(row["issued_on"]),
    )

"""What was issued: serial numbers and the record of every workbook that went out."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable

from lamtheo_xls.ledger.records import IssueRecord
from lamtheo_xls.ledger.store import compact, next_number
from lamtheo_xls.workbook.identity import SERIAL_LIMIT, issued_of, payload_of
from lamtheo_xls.workbook.write.panel import Filled


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
                compact(_prefilled(row)),
                row.file,
                row.sha256,
                row.fingerprint,
                day,
                row.issued.part,
            )
        )
    db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", events)
    db.executemany("INSERT INTO issued VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", issued)
    return len(issued)


def issued(db: sqlite3.Connection, serial: int) -> IssueRecord | None:
    row = db.execute("SELECT * FROM issued WHERE serial = ?", (serial,)).fetchone()
    return _record(row) if row else None


def issued_for(db: sqlite3.Connection, assignment: str, part: str | None) -> IssueRecord | None:
    """The latest workbook issued for the assignment, of that part or (None) of any."""
    sql = "SELECT * FROM issued WHERE assignment = ? AND coalesce(?, part) = part ORDER BY seq DESC LIMIT 1"
    row = db.execute(sql, (assignment, part)).fetchone()
    return _record(row) if row else None


def issued_parts(db: sqlite3.Connection, assignment: str) -> dict[str, IssueRecord]:
    """Part → the latest workbook issued for it, of one assignment."""
    rows = db.execute("SELECT * FROM issued WHERE assignment = ? ORDER BY seq", (assignment,))
    return {row["part"]: _record(row) for row in rows}


def issued_of_round(db: sqlite3.Connection, round: str) -> tuple[IssueRecord, ...]:
    """The latest workbook of each (assignment, part) of the round, in that order."""
    rows = db.execute(
        "SELECT * FROM issued WHERE seq IN (SELECT max(seq) FROM issued WHERE round = ? GROUP BY assignment, part)"
        " ORDER BY assignment, length(part), part",
        (round,),
    )
    return tuple(_record(row) for row in rows)


def first_issued_on(db: sqlite3.Connection, round: str) -> dict[tuple[str, int], dt.date]:
    """(form, version) → the day on which the first workbook of that version went out in the round."""
    rows = db.execute(
        "SELECT json_extract(payload, '$.form'), json_extract(payload, '$.version'), min(issued_on) FROM issued"
        " WHERE round = ? GROUP BY 1, 2",
        (round,),
    )
    return {(str(form), int(version)): dt.date.fromisoformat(day) for form, version, day in rows}


def all_issued(db: sqlite3.Connection) -> tuple[IssueRecord, ...]:
    """Every workbook that ever went out, by serial."""
    return tuple(_record(row) for row in db.execute("SELECT * FROM issued ORDER BY serial"))


def _prefilled(record: IssueRecord) -> dict[str, object]:
    rows = {table: [dict(r) for r in rows] for table, rows in record.prefilled.rows.items()}
    return {"fields": dict(record.prefilled.fields), "rows": rows, "carried": record.carried}


def _record(row: sqlite3.Row) -> IssueRecord:
    made_for = issued_of(row["payload"])
    prefilled = json.loads(row["prefilled"])
    if made_for is None:
        raise ValueError(f"payload of serial {row['serial']}")
    return IssueRecord(
        issued=made_for,
        code=row["code"],
        context=json.loads(row["context"]),
        children=tuple(json.loads(row["children"])),
        prefilled=Filled(fields=prefilled["fields"], rows={t: tuple(r) for t, r in prefilled["rows"].items()}),
        file=row["file"],
        sha256=row["sha256"],
        fingerprint=row["fingerprint"],
        issued_on=dt.date.fromisoformat(row["issued_on"]),
        carried=prefilled["carried"],
    )

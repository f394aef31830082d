"""Ledgers of older versions, brought up to the present one in place, a step a transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path


def _to_2(db: sqlite3.Connection) -> None:
    """Parts of issued workbooks, prefilled single fields and several tables, nil answers. What version 1 issued was of
    one part, with rows of its only table."""
    db.execute("ALTER TABLE issued ADD COLUMN part TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE judgements ADD COLUMN nil INTEGER NOT NULL DEFAULT 0")
    found = db.execute("SELECT serial, payload, prefilled FROM issued").fetchall()
    db.executemany(
        "UPDATE issued SET prefilled = ? WHERE serial = ?",
        [(_prefilled(payload, rows), serial) for serial, payload, rows in found],
    )


def _prefilled(payload: str, rows: str) -> str:
    tables = {next(iter(json.loads(payload)["rows"])): json.loads(rows)} if rows != "[]" else {}
    whole = {"fields": {}, "rows": tables, "carried": ""}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def _to_3(db: sqlite3.Connection) -> None:
    """Mail: where copies came from, the messages gone through, the outbox; of what came before nothing is known."""
    script = (Path(__file__).parent / "schema_mail.sql").read_text("utf-8")
    for statement in script.split(";"):  # executescript would commit; no semicolon stands in a comment or a text
        db.execute(statement)


MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {1: _to_2, 2: _to_3}
"""Version → the step that leads from it to the next. Inside a transaction."""

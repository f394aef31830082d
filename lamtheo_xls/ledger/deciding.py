"""What people ruled: one standing decision per subject and lane, everything before it kept."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace

from lamtheo_xls.ledger.records import KINDS, Decision
from lamtheo_xls.ledger.store import compact, next_number, write_event

LANES = {"signed": "signed", "extend": "extend"}
"""Kinds with a lane of their own – they outlive the ruling beside them; every other kind is of lane 'ruling'."""
_COLUMNS = "seq, subject, round, lane, kind, bound, detail, note, as_of"


def decide(db: sqlite3.Connection, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Records those that change what stands; gives them back with their numbers. Inside a transaction."""
    new: list[Decision] = []
    for decision in decisions:
        if decision.kind not in KINDS:
            raise ValueError(f"not a kind of decision: {decision.kind}")
        lane, standing = _lane_and_standing(db, decision)
        if lane is None or (standing is not None and _says_the_same(standing, decision)):
            continue
        recorded = _placed(db, decision)
        seq = next_number(db)
        write_event(
            db,
            seq,
            decision.as_of,
            "withdrawn" if decision.kind == "withdraw" else "decision",
            decision.subject,
            recorded.round,
            {"kind": decision.kind, "bound_to": recorded.bound_to, "note": decision.note, **decision.detail},
        )
        db.execute(
            "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                seq,
                decision.subject,
                recorded.round,
                lane,
                decision.kind,
                recorded.bound_to,
                decision.detail.get("assignment") if decision.kind == "assign" else None,
                decision.detail.get("part", ""),
                compact(decision.detail),
                decision.note,
                decision.as_of.isoformat(),
            ),
        )
        new.append(replace(recorded, seq=seq))
    return tuple(new)


def standing_decisions(
    db: sqlite3.Connection, round: str | None, horizon: int = 2**63 - 1
) -> Mapping[tuple[str, str], Decision]:
    """(subject, lane) → the decision that stands (stood at `horizon`), of a round (and of no known one), or of all."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM decisions WHERE seq IN"
        " (SELECT max(seq) FROM decisions WHERE seq <= :horizon GROUP BY subject, lane)"
        " AND kind <> 'withdraw' AND (:round IS NULL OR round IN (:round, '')) ORDER BY seq",
        {"round": round, "horizon": horizon},
    )
    return {(row["subject"], row["lane"]): _decision(row) for row in rows}


def all_decisions(db: sqlite3.Connection, round: str) -> tuple[Decision, ...]:
    """Every decision ever recorded for the round, in order."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM decisions WHERE round IN (?, '') ORDER BY seq", (round,))
    return tuple(_decision(row) for row in rows)


def _lane_and_standing(db: sqlite3.Connection, decision: Decision) -> tuple[str | None, Decision | None]:
    """The lane a decision goes to and what stands there; no lane when there is nothing to withdraw."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM decisions WHERE seq IN"
        " (SELECT max(seq) FROM decisions WHERE subject = ? GROUP BY lane) AND kind <> 'withdraw' ORDER BY seq",
        (decision.subject,),
    ).fetchall()
    standing = {row["lane"]: _decision(row) for row in rows}
    if decision.kind != "withdraw":
        lane = LANES.get(decision.kind, "ruling")
        return lane, standing.get(lane)
    of = decision.detail.get("of", "")
    if of:
        lane = LANES.get(of, "ruling")
        return (lane if lane in standing else None), None
    return next((lane for lane in reversed(standing) if lane != "signed"), None), None


def _says_the_same(standing: Decision, new: Decision) -> bool:
    bound = new.bound_to or _own(new.subject)
    return (standing.kind, dict(standing.detail), standing.note, standing.bound_to) == (
        new.kind,
        dict(new.detail),
        new.note,
        bound,
    )


def _own(subject: str) -> str | None:
    return subject.removeprefix("submission:") if subject.startswith("submission:") else None


def _placed(db: sqlite3.Connection, decision: Decision) -> Decision:
    """With `bound_to` and `round` filled from what is known."""
    bound = decision.bound_to or _own(decision.subject)
    round = decision.round
    assignment = decision.detail.get("assignment") or (
        decision.subject.removeprefix("assignment:") if decision.subject.startswith("assignment:") else ""
    )
    for sql, value in (
        ("SELECT round FROM issued WHERE assignment = ? ORDER BY seq DESC LIMIT 1", assignment),
        (
            "SELECT round FROM judgements WHERE assignment = ? AND round IS NOT NULL ORDER BY seq DESC LIMIT 1",
            assignment,
        ),
        ("SELECT round FROM judgements WHERE submission = ? AND round IS NOT NULL ORDER BY seq DESC LIMIT 1", bound),
    ):
        if not round and value:
            row = db.execute(sql, (value,)).fetchone()
            round = row[0] if row else ""
    return replace(decision, bound_to=bound, round=round)


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        subject=row["subject"],
        kind=row["kind"],
        as_of=dt.date.fromisoformat(row["as_of"]),
        detail=json.loads(row["detail"]),
        note=row["note"],
        bound_to=row["bound"],
        round=row["round"],
        seq=row["seq"],
    )

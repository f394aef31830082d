"""From bytes to a judgement: read, whose is it, what is known of it, examine. Pure, so any Executor can run it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.definitions import period_year
from lamtheo_xls.definitions.model import Deadline, Form
from lamtheo_xls.examine import Examination, Facts, carried, examine, state_of
from lamtheo_xls.findings import Finding, finding, worst
from lamtheo_xls.ledger import IssueRecord
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.resolve import resolve

Explained = Mapping[tuple[str, str], str]
"""(code, value) of a warning → the unit's words on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """What judging looks up, for every round collected: keys, what was issued (by serial), definitions, deadlines …"""

    keys: tuple[bytes, ...]
    issued: Mapping[int, IssueRecord]
    forms: Mapping[str, Form]
    """By `<form id>/<version>`."""
    current: Mapping[str, int]
    """Form id → version now in force."""
    later: Mapping[str, tuple[Form, ...]]
    """`<form id>/<version>` of an older version → those after it up to the one in force; values are carried over."""
    old_until: Mapping[tuple[str, str], dt.date]
    """(round, form) → last day on which an older version is taken; without one there is no limit."""
    deadlines: Mapping[str, Deadline]
    """By assignment."""
    nil_allowed: Collection[str]
    """Assignments to which «không phát sinh» is an answer."""
    explained: Mapping[str, Mapping[str, Explained]]
    """Assignment → part → what the unit explained in earlier returns."""
    counted: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Assignment → part → the fields by which what counts is known again, of returns of earlier runs; only of forms
    of many parts."""
    kinds: Mapping[str, str]
    """Unit code → kind."""
    groups: Mapping[str, tuple[str, ...]]
    """Form id → the names of its programme's model groups."""
    rounds: tuple[str, ...]
    """The rounds collected; a workbook of any other one is not taken for theirs."""
    passwords: tuple[str, ...] = ()
    """Tried on files that a unit has encrypted: the one the sheets are locked with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One file judged. `facts`: what it was judged by, as JSON, so that the same can be derived again."""

    kind: str
    record: IssueRecord | None
    examination: Examination
    facts: str
    late: bool


def judge(
    data: bytes,
    docket: Docket,
    *,
    received: dt.date,
    assigned: IssueRecord | None = None,
    way_in: tuple[Finding, ...] = (),
) -> Judged:
    """Judges one file as received on `received`.

    `assigned`: what a person said it is (DESIGN §3.6), taken as it is. `way_in`: what intake found on the way; with an
    error among it (an archive that cannot be taken) nothing is parsed.
    """
    if worst(way_in) == "error":
        return _not_read("archive", way_in)
    reading = read_returned(data, passwords=docket.passwords)
    if worst(reading.findings) == "error":
        return _not_read(reading.kind, way_in + reading.findings)
    identity: tuple[Finding, ...]
    if assigned is not None:
        record: IssueRecord | None = assigned
        identity = ()
    else:
        issued, identity = resolve(reading, docket.keys, lambda serial: _issued(docket, serial))
        record = docket.issued.get(issued.serial) if issued is not None else None
        if record is not None and record.issued != issued:
            record = None  # another ledger under the same key gave this serial to another workbook (last year's folder)
        if issued is not None and record is None:
            identity += (finding("identity.not_in_ledger", dot=issued.round),)
    if record is not None and _form_key(record.issued) not in docket.forms:
        identity += (finding("identity.form_unknown", bieu=record.issued.form, lan=record.issued.version),)
        record = None
    if record is None:
        return _not_read(reading.kind, way_in + reading.findings + tuple(identity))
    part = record.issued.part
    facts = facts_of(record, docket, received=received, assigned=assigned is not None, part=part)
    examination = examine(reading, facts, identity)
    if examination.part != part:
        other = facts_of(record, docket, received=received, assigned=assigned is not None, part=examination.part)
        if (other.explained, other.counted) != (facts.explained, facts.counted):
            facts, examination = other, examine(reading, other, identity)
    later = docket.later.get(_form_key(record.issued), ())
    text = _text_of(facts, examination.part, later)
    if later:
        examination = carried(examination, facts.form, *later)
    late = facts.deadline is not None and received >= facts.deadline.late_from
    return Judged(kind=reading.kind, record=record, examination=examination, facts=text, late=late)


def _not_read(kind: str, findings: tuple[Finding, ...]) -> Judged:
    examination = Examination(state=state_of(findings), findings=findings)
    return Judged(kind=kind, record=None, examination=examination, facts="", late=False)


def _issued(docket: Docket, serial: int) -> Issued | None:
    record = docket.issued.get(serial)
    return record.issued if record is not None else None


def _form_key(issued: Issued) -> str:
    return f"{issued.form}/{issued.version}"


def facts_of(record: IssueRecord, docket: Docket, *, received: dt.date, assigned: bool, part: str) -> Facts:
    """The facts a return of `record` is judged by, as the given part of its assignment."""
    issued = record.issued
    home = issued.round in docket.rounds
    return Facts(
        form=docket.forms[_form_key(issued)],
        year=period_year(issued.period),
        issued=issued,
        context=record.context,
        children=record.children,
        groups=docket.groups.get(issued.form, ()),
        deadline=docket.deadlines.get(issued.assignment),
        received=received,
        current_version=docket.current.get(issued.form),
        prefilled=tuple(row for rows in record.prefilled.rows.values() for row in rows),
        prefilled_fields={} if record.carried else record.prefilled.fields,
        assigned=assigned,
        round=issued.round if home else _nearest(issued.round, docket.rounds),
        unit_kind=docket.kinds.get(issued.unit, ""),
        nil_allowed=issued.assignment in docket.nil_allowed,
        explained=docket.explained.get(issued.assignment, {}).get(part, {}),
        counted=docket.counted.get(issued.assignment, {}).get(part, {}),
        old_version_until=docket.old_until.get((issued.round, issued.form)),
    )


def _nearest(round: str, rounds: tuple[str, ...]) -> str:
    """The round collected that a workbook of another one was probably meant for: of its programme, else the first."""
    return next((r for r in rounds if r.rpartition("_")[0] == round.rpartition("_")[0]), rounds[0])


def _text_of(facts: Facts, part: str, later: tuple[Form, ...]) -> str:
    """Facts as JSON: whatever does not stand in the record of the issued workbook, so that the same can be derived."""
    assert facts.issued is not None and facts.received is not None
    deadline, until = facts.deadline, facts.old_version_until
    raw: dict[str, Any] = {
        "form": facts.form.digest,
        "becomes": [form.digest for form in later],
        "serial": facts.issued.serial,
        "received": facts.received.isoformat(),
        "assigned": facts.assigned,
        "round": facts.round,
        "current_version": facts.current_version,
        "old_version_until": until.isoformat() if until else None,
        "groups": list(facts.groups),
        "unit_kind": facts.unit_kind,
        "nil_allowed": facts.nil_allowed,
        "explained": sorted([code, value, words] for (code, value), words in facts.explained.items()),
        "part": part,
        "counted": dict(facts.counted),
        "deadline": deadline
        and [
            deadline.on_time.isoformat(),
            deadline.late_from.isoformat(),
            deadline.accept_until.isoformat() if deadline.accept_until else None,
            deadline.text,
        ],
    }
    return json.dumps(raw, ensure_ascii=False, sort_keys=True)


def digest_of(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()

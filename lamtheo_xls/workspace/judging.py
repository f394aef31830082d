"""From bytes to a judgement: read, whose is it, what is known of it, examine. Pure, so any Executor can run it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions import period_year
from lamtheo_xls.definitions.model import Deadline, Form
from lamtheo_xls.examine import Examination, Facts, examine, state_of
from lamtheo_xls.findings import Finding, finding, worst
from lamtheo_xls.ledger import IssueRecord
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.reader import read_returned
from lamtheo_xls.workbook.resolve import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """What judging looks up: keys, what was issued (by serial), definitions, deadlines, the names of model groups."""

    keys: tuple[bytes, ...]
    issued: Mapping[int, IssueRecord]
    forms: Mapping[str, Form]
    """By `<form id>/<version>`."""
    current: Mapping[str, int]
    """Form id → version now in force."""
    deadlines: Mapping[str, Deadline]
    """By assignment."""
    groups: tuple[str, ...]
    round: str


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
    reading = read_returned(data)
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
    facts, text = facts_of(record, docket, received=received, assigned=assigned is not None)
    examination = examine(reading, facts, identity)
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


def facts_of(record: IssueRecord, docket: Docket, *, received: dt.date, assigned: bool) -> tuple[Facts, str]:
    """The facts a return of `record` is judged by, and their JSON."""
    issued = record.issued
    form = docket.forms[_form_key(issued)]
    deadline = docket.deadlines.get(issued.assignment)
    facts = Facts(
        form=form,
        year=period_year(issued.period),
        issued=issued,
        context=record.context,
        children=record.children,
        groups=docket.groups,
        deadline=deadline,
        received=received,
        current_version=docket.current.get(issued.form),
        prefilled=record.prefilled,
        assigned=assigned,
        round=docket.round,
    )
    text = json.dumps(
        {
            "form": form.digest,
            "serial": issued.serial,
            "received": received.isoformat(),
            "assigned": assigned,
            "round": docket.round,
            "current_version": facts.current_version,
            "groups": list(docket.groups),
            "deadline": deadline
            and [
                deadline.on_time.isoformat(),
                deadline.late_from.isoformat(),
                deadline.accept_until.isoformat() if deadline.accept_until else None,
                deadline.text,
            ],
        },
        ensure_ascii=False,
        sort_keys=True,
    )
    return facts, text


def digest_of(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()

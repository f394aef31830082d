"""Deriving everything again from the archive and comparing: what `doi-chieu` does (DESIGN §3.2)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import World, say
from lamtheo_xls.ledger import SubmissionRecord, findings_of, text_of
from lamtheo_xls.workspace.collecting import docket_of
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.judging import Docket, digest_of, judge
from lamtheo_xls.workspace.renewing import Versions, versions_of

_ON_THE_WAY_IN = ("file.archive_", "file.mail_", "file.winmail")
"""What intake found wrong with an archive or a message, before anything was read of it."""


def verify(office: Office, *, every_round: bool, progress: Progress) -> tuple[int, tuple[dict[str, str], ...]]:
    """Judges every received file – of the office's rounds, or of all – again from the archived bytes, by the facts it
    was judged by then.

    Gives how many were compared and, for those that come out otherwise (or whose bytes or grounds are gone), file, what
    the ledger says and what comes out now.
    """
    rounds = (None, "", *(one.round.id for one in office.all))
    records = tuple(r for r in office.ledger.submissions() if every_round or r.round in rounds)
    docket, versions = docket_of(office), versions_of(office)
    differing = []
    for record in progress(records, len(records), say("workspace.progress.verify")):
        now = _derive(office, docket, versions, record)
        was = record.verdict
        if now != (was, record.examination):
            same = now[0] == was
            then, today = (_codes(text) if same else "" for text in (record.examination, now[1]))
            differing.append({"file": record.file, "was": f"{was}{then}", "now": f"{now[0]}{today}"})
    for sha in office.ledger.unsound():
        differing.append({"file": sha, "was": say("workspace.verify.whole"), "now": say("workspace.verify.damaged")})
    return len(records), tuple(differing)


def _codes(examination: str) -> str:
    """The findings of a judgement as « (cell.required D11, …)», where the state alone does not tell two apart."""
    told = [f"{f.code} {f.place.cell or ''}".strip() for f in findings_of(examination)]
    return f" ({', '.join(told)})" if told else ""


def _derive(office: Office, docket: Docket, versions: Versions, record: SubmissionRecord) -> tuple[str, str]:
    try:
        data = office.ledger.fetch(record.sha256)
    except World:
        return say("workspace.verify.damaged"), ""
    facts = record.judged.get("facts", "")
    if digest_of(facts) != record.judged.get("facts_sha256"):
        return say("workspace.verify.facts"), ""
    as_then = _docket_then(office, docket, versions, facts) if facts else docket
    if as_then is None:
        return say("workspace.verify.grounds"), ""
    assigned = None
    if facts and json.loads(facts)["assigned"] and record.serial is not None:
        assigned = office.ledger.issued(record.serial)
    way_in = tuple(f for f in record.findings if f.code.startswith(_ON_THE_WAY_IN))
    verdict = judge(data, as_then, received=record.received, assigned=assigned, way_in=way_in)
    return verdict.examination.state, text_of(verdict.examination)


def _docket_then(office: Office, docket: Docket, versions: Versions, facts: str) -> Docket | None:
    """The docket as it was: definitions by their hashes from the archive, all else from the facts. What older programs
    judged by says less: the first knew one version, no nil answer and no earlier explanation, the second no earlier
    name of a part, and took no notice of «Nhận đến»."""
    raw: dict[str, Any] = json.loads(facts)
    record = office.ledger.issued(raw["serial"])
    forms = [versions.by_digest.get(d) for d in (raw["form"], *raw.get("becomes", ()))]
    form, later = forms[0], tuple(f for f in forms[1:] if f is not None)
    if record is None or form is None or len(later) < len(forms) - 1:
        return None
    issued = record.issued
    until = raw.get("old_version_until")
    words = {(code, value): said for code, value, said in raw.get("explained", ())}
    deadline = raw["deadline"]
    then: dict[str, Deadline] = {}
    if deadline:
        then[issued.assignment] = Deadline(
            on_time=dt.date.fromisoformat(deadline[0]),
            late_from=dt.date.fromisoformat(deadline[1]),
            accept_until=dt.date.fromisoformat(deadline[2]) if deadline[2] and "counted" in raw else None,
            text=deadline[3],
        )
    return replace(
        docket,
        forms={f"{form.id}/{form.version}": form},
        current={form.id: raw["current_version"]},
        later={f"{form.id}/{form.version}": later},
        old_until={(issued.round, issued.form): dt.date.fromisoformat(until)} if until else {},
        deadlines=then,
        nil_allowed={issued.assignment} if raw.get("nil_allowed") else set(),
        explained={issued.assignment: {raw.get("part", issued.part): words}},
        counted={issued.assignment: {raw.get("part", issued.part): raw.get("counted", {})}},
        kinds={issued.unit: raw.get("unit_kind", "")},
        groups={issued.form: tuple(raw["groups"])},
        rounds=(raw["round"],),
    )

"""What people rule: decisions taken from theo-doi.xlsx – and from nowhere else – before anything that counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lamtheo_xls.findings import Finding, World, finding
from lamtheo_xls.ledger import Decision, Standing, SubmissionRecord
from lamtheo_xls.register import Assignment, current
from lamtheo_xls.reports.decisions import DecisionSheet, FileDecision, LineDecision, read_decisions
from lamtheo_xls.reports.targets import sha_of
from lamtheo_xls.text import same_unit
from lamtheo_xls.workspace.collecting import docket_of, submission_of
from lamtheo_xls.workspace.folder import STATUS, Office
from lamtheo_xls.workspace.judging import Docket, judge
from lamtheo_xls.workspace.owing import assignments_of

OF_A_SUBMISSION = ("exclude", "as_is", "confirm", "supplement")
"""Kinds that rule on one submission: a newer one needs a new ruling."""


NO_SHEET = DecisionSheet()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken in from theo-doi.xlsx. `sha256` of the file as read (None: there is none)."""

    sha256: str | None = None
    sheet: DecisionSheet = NO_SHEET
    decisions: tuple[Decision, ...] = ()
    findings: tuple[Finding, ...] = ()


def take_decisions(office: Office) -> Taken:
    """Reads theo-doi.xlsx and records what is new: rulings, withdrawals, notes; files given to a unit are judged anew.

    Findings: set.status_unreadable, set.decision_…; what was not understood rules nothing.
    """
    path = office.root / STATUS
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Taken()
    except OSError as error:
        raise World("world.target_open", duong_dan=path) from error
    units = current(office.register, office.as_of)
    sheet, findings = read_decisions(data, units)
    if not sheet.readable:
        return Taken(sha256=sha_of(data), sheet=sheet, findings=findings)
    standings = {s.assignment: s for s in office.ledger.standing_of_round(office.round.id)}
    files = office.ledger.standing(None)
    submissions = {s.id: s for s in office.ledger.submissions()}
    assignments, _ = assignments_of(office)
    new: list[Decision] = []
    ours = set(standings) | {a.id for a in assignments}
    standings |= _of_other_rounds(office, {x.assignment for x in sheet.lines} - ours)
    for line in sheet.lines:
        new += _of_line(
            office, line, standings.get(line.assignment), office.round.id if line.assignment in ours else ""
        )
    for row in sheet.files:
        record = submissions.get(row.submission)
        if record is not None:
            new += _of_file(office, row, record, files, assignments)
    decided = office.ledger.decide(new)
    lines = [x for x in sheet.lines if x.assignment in standings or x.note]
    notes = {f"assignment:{x.assignment}": x.note for x in lines if x.assignment in ours}
    notes |= {f"submission:{x.submission}": x.note for x in sheet.files}
    office.ledger.set_notes(notes, as_of=office.as_of, round=office.round.id)
    if len(lines) > sum(x.assignment in ours for x in lines):
        elsewhere = {f"assignment:{x.assignment}": x.note for x in lines if x.assignment not in ours}
        office.ledger.set_notes(elsewhere, as_of=office.as_of)
    again = [d for d in decided if d.kind in ("assign", "withdraw") and d.subject.startswith("submission:")]
    _judge_anew(office, again, submissions)
    return Taken(sha256=sha_of(data), sheet=sheet, decisions=decided, findings=findings)


def _of_other_rounds(office: Office, strange: set[str]) -> dict[str, Standing]:
    """Where the lines of another round stand: the sheet was written for that one, and is read all the same."""
    if not strange:
        return {}
    others = (r.id for r in office.register.rounds if r.id != office.round.id)
    return {s.assignment: s for r in others for s in office.ledger.standing_of_round(r) if s.assignment in strange}


def shown_decision(standing: Standing | None, on_screen: str) -> Decision | None:
    """The decision that the cell Xử lý of a row shows: the ruling that stands, unless it was about another submission
    than the one on screen ('': what it left out); else that the signed copy has come. Of a closed round: what was ruled
    since, which changes nothing until it is reopened."""
    if standing is None:
        return None
    if standing.later is not None:
        return standing.later
    decision = standing.decision
    if decision is not None and (
        decision.kind not in OF_A_SUBMISSION or not on_screen or decision.bound_to == on_screen
    ):
        return decision
    return standing.signed


def _of_line(office: Office, line: LineDecision, standing: Standing | None, round: str) -> list[Decision]:
    if not line.understood:
        return []
    subject = f"assignment:{line.assignment}"
    shown = shown_decision(standing, line.submission)
    if not line.kind:
        if shown is None:
            return []
        return [Decision(subject=subject, kind="withdraw", as_of=office.as_of, detail={"of": shown.kind})]
    detail: dict[str, str] = {}
    if line.kind == "extend" and line.date is not None:
        detail["until"] = line.date.isoformat()
    if line.kind == "signed":
        detail["on"] = (line.date or _signed_on(standing, office)).isoformat()
    bound = line.submission or None if line.kind in OF_A_SUBMISSION else None
    if shown is not None and shown.kind == line.kind and dict(shown.detail) == detail:
        return []
    return [Decision(subject=subject, kind=line.kind, as_of=office.as_of, detail=detail, bound_to=bound, round=round)]


def _signed_on(standing: Standing | None, office: Office) -> dt.date:
    if standing is not None and standing.signed is not None and standing.signed.detail.get("on"):
        return dt.date.fromisoformat(standing.signed.detail["on"])
    return office.as_of


def _of_file(
    office: Office,
    row: FileDecision,
    record: SubmissionRecord,
    files: Mapping[str, Decision],
    assignments: tuple[Assignment, ...],
) -> list[Decision]:
    if not row.understood:
        return []
    subject = f"submission:{record.id}"
    standing = files.get(subject)
    unit = row.unit
    kind = row.kind
    if kind == "confirm" and not unit:
        unit = proposed_unit(office, record)
        kind = "assign" if unit else "confirm"
    if not kind:
        return [Decision(subject=subject, kind="withdraw", as_of=office.as_of)] if standing is not None else []
    detail: dict[str, str] = {}
    target = _assignment_for(record, unit, standing, assignments) if unit else ""
    out = []
    if target:
        detail["assignment"] = target
        if kind == "enter":
            out.append(Decision(subject=f"assignment:{target}", kind="enter", as_of=office.as_of))
        if kind in ("enter", "as_is", "supplement"):
            kind = "assign"
    elif kind == "assign":
        return []
    if standing is not None and standing.kind == kind and dict(standing.detail) == detail:
        return out
    out.append(Decision(subject=subject, kind=kind, as_of=office.as_of, detail=detail, round=office.round.id))
    return out


def _assignment_for(
    record: SubmissionRecord, unit: str, standing: Decision | None, assignments: tuple[Assignment, ...]
) -> str:
    """The assignment of `unit` a file is given to: the one it was given to already (perhaps of an earlier round, while
    the sheet still shows that one), else one of this round; '' where the unit owes nothing."""
    given = standing.detail.get("assignment", "") if standing is not None and standing.kind == "assign" else ""
    if given.endswith(f"_{unit}"):
        return given
    owed = [a for a in assignments if a.unit == unit]
    return next((a.id for a in owed if a.form == record.form), owed[0].id if owed else "")


def proposed_unit(office: Office, record: SubmissionRecord) -> str:
    """Code of the unit a file seems to be from: the one it was issued to (in this round or another), or the one chosen
    inside a shared workbook; '' where nothing says."""
    issued = office.ledger.issued(record.serial) if record.serial is not None else None
    if issued is not None and issued.issued.unit:
        return issued.issued.unit
    for f in record.findings:
        if f.code == "identity.shared":
            chosen = dict(f.args).get("don_vi", "")
            for unit in current(office.register, office.as_of):
                if chosen and (same_unit(unit.name, chosen) or same_unit(unit.short_name, chosen)):
                    return unit.code
    return ""


def _judge_anew(office: Office, decisions: list[Decision], submissions: Mapping[str, SubmissionRecord]) -> None:
    """Files that were given to a unit (or taken back from it) are judged as what they now are."""
    if not decisions:
        return
    docket: Docket = docket_of(office)
    records = []
    for decision in decisions:
        record = submissions[decision.subject.removeprefix("submission:")]
        target = decision.detail.get("assignment") if decision.kind == "assign" else None
        assigned = office.ledger.issued_for(target) if target else None
        if target and assigned is None:
            continue
        data = office.ledger.fetch(record.sha256)
        verdict = judge(data, docket, received=record.received, assigned=assigned)
        records.append(
            replace(
                submission_of(office, verdict, record.sha256, record.file, record.received, record.modified),
                id=record.id,
            )
        )
    office.ledger.judge_again(records)


def close_round(office: Office, *, closed: bool) -> tuple[Finding, ...]:
    """«Chốt số liệu» or its undoing; a finding where it was so already."""
    if closed:
        changed = office.ledger.close_round(office.round.id, as_of=office.as_of)
    else:
        changed = office.ledger.reopen_round(office.round.id, as_of=office.as_of)
    return () if changed else (finding("set.round_as_it_was", dot=office.round.id),)

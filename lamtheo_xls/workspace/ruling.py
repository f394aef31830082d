"""What people rule: decisions taken from theo-doi.xlsx – and from nowhere else – before anything that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lamtheo_xls.findings import Finding, World, finding
from lamtheo_xls.ledger import Decision, IssueRecord, Standing, SubmissionRecord
from lamtheo_xls.register import current, person_of, unit_of
from lamtheo_xls.reports.decisions import DecisionSheet, LineDecision, SignedEntry, read_decisions
from lamtheo_xls.reports.targets import sha_of
from lamtheo_xls.workspace.choosing import by_unit, choices_for, chosen_inside, labels_of, owed_everywhere
from lamtheo_xls.workspace.collecting import docket_of, submission_of
from lamtheo_xls.workspace.folder import STATUS, Office
from lamtheo_xls.workspace.giving import Known, of_file, of_signed_row, signed_files, signed_of
from lamtheo_xls.workspace.issuing import issue
from lamtheo_xls.workspace.judging import Docket, judge
from lamtheo_xls.workspace.letters.ruled import round_of_letter, rule_letters
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import OF_A_SUBMISSION, shown_decision

NO_SHEET = DecisionSheet()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken in from theo-doi.xlsx. `sha256` of the file as read (None: there is none)."""

    sha256: str | None = None
    sheet: DecisionSheet = NO_SHEET
    decisions: tuple[Decision, ...] = ()
    findings: tuple[Finding, ...] = ()


def take_decisions(office: Office) -> Taken:
    """Reads theo-doi.xlsx and records what is new – rulings, withdrawals, signed copies, notes – for every round open
    (and whatever other round the sheet was written for); files given to a unit are judged anew, letters ruled on wait
    to be sent again or count as sent.

    Findings: set.status_unreadable, set.decision_…, set.letter_…, set.signed_date, set.nil_not_foreseen; what was not
    understood rules nothing.
    """
    path = office.root / STATUS
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Taken()
    except OSError as error:
        raise World("world.target_open", duong_dan=path) from error
    sheet, findings = read_decisions(data, current(office.register, office.as_of))
    if not sheet.readable:
        return Taken(sha256=sha_of(data), sheet=sheet, findings=findings)
    known = _known(office, sheet)
    new: list[Decision] = []
    doubts: list[Finding] = list(findings)
    copies = {entry.assignment: entry for entry in sheet.signed}
    for line in sheet.lines:
        new += _of_line(known, line, copies.get(line.assignment))
        doubts += _nil_doubts(known, line)
    for entry in sheet.signed:
        new += of_signed_row(known, entry)
    files = []
    for row in sheet.files:
        record = known.submissions.get(row.submission)
        ruled, doubt = of_file(known, row, record) if record is not None else ([], None)
        new += ruled
        doubts += [doubt] if doubt is not None else []
        files.append(row if doubt is None else replace(row, understood=False))
    decided = office.ledger.decide(new)
    letters, posted, told = rule_letters(office, sheet.letters)
    doubts += told
    _keep_notes(known, sheet)
    again = [d for d in decided if d.kind in ("assign", "withdraw") and d.subject.startswith("submission:")]
    _judge_anew(office, again, known.submissions)
    sheet = replace(sheet, files=tuple(files), letters=letters)
    return Taken(sha256=sha_of(data), sheet=sheet, decisions=decided + posted, findings=tuple(doubts))


def _known(office: Office, sheet: DecisionSheet) -> Known:
    owed = owed_everywhere(office)
    standings: dict[str, list[Standing]] = {}
    for one in office.live:
        for standing in office.ledger.standing_of_round(one.round.id):
            standings.setdefault(standing.assignment, []).append(standing)
    rounds = {a.id: a.round for a in owed}
    for one in office.live:
        rounds = {id: one.round.id for id in standings if id not in rounds and _is_of(id, one)} | rounds
    told = {x.assignment for x in sheet.lines} | {x.assignment for x in sheet.signed}
    if strange := told - set(standings) - set(rounds):
        # The sheet was written for another round, and is read all the same.
        live = {one.round.id for one in office.live}
        for other in (r.id for r in office.register.rounds if r.id not in live):
            for standing in office.ledger.standing_of_round(other):
                if standing.assignment in strange:
                    standings.setdefault(standing.assignment, []).append(standing)
    return Known(
        office=office,
        owed={a.id: a for a in owed},
        rounds=rounds,
        standings=standings,
        rulings=office.ledger.standing(None),
        submissions={s.id: s for s in office.ledger.submissions()},
        choices=by_unit(choices_for(office, owed)),
        signed_files=signed_files(s for found in standings.values() for s in found),
    )


def _is_of(assignment: str, one: Office) -> bool:
    """Whether an assignment that nobody owes any more was one of the round's."""
    form, _, rest = assignment.partition("_")
    return rest.startswith(f"{one.round.period}_") and (
        form in one.forms or any(o.id == form for o in one.programme.obligations)
    )


def _keep_notes(known: Known, sheet: DecisionSheet) -> None:
    """Notes belong to the round of their assignment; one elsewhere to none."""
    office = known.office
    by_round: dict[str, dict[str, str]] = {}
    for line in sheet.lines:
        if line.assignment in known.standings or line.assignment in known.owed or line.note:
            round_ = known.rounds.get(line.assignment, "")
            by_round.setdefault(round_, {})[f"assignment:{line.assignment}"] = line.note
    for row in sheet.files:
        by_round.setdefault(office.round.id, {})[f"submission:{row.submission}"] = row.note
    letters = {x.id: x for x in office.ledger.letters()} if sheet.letters else {}
    for post in sheet.letters:
        if (letter := letters.get(post.letter)) is not None:
            by_round.setdefault(round_of_letter(letter), {})[letter.subject_of] = post.note
    for round_, notes in by_round.items():
        office.ledger.set_notes(notes, as_of=office.as_of, round=round_)


def _nil_doubts(known: Known, line: LineDecision) -> list[Finding]:
    """«Không phát sinh» is recorded wherever staff say so; where the programme foresees no such answer it is told."""
    assignment = known.owed.get(line.assignment)
    if line.kind != "nil" or assignment is None or assignment.nil_allowed:
        return []
    unit = unit_of(known.office.register, assignment.unit)
    return [
        finding(
            "set.nil_not_foreseen",
            sheet=line.sheet,
            cell=line.cell,
            value=line.text,
            bieu=labels_of(known.office)[assignment.round, assignment.obligation],
            ten=unit.name if unit else assignment.unit,
        )
    ]


def _of_line(known: Known, line: LineDecision, copy: SignedEntry | None) -> list[Decision]:
    """What a row of TỔNG QUAN rules. Of the signed copy BẢN KÝ has the last word where its row was changed as well."""
    if not line.understood or not line.changed:
        return []
    office, standings = known.office, known.standings.get(line.assignment, [])
    if not standings and line.assignment not in known.owed:
        return []
    shown = shown_decision(standings[0] if standings else None, line.submission, known.rulings)
    if copy is not None and "signed" in (line.kind, shown.kind if shown and not line.kind else ""):
        return []
    if not line.kind:
        return [_withdrawn(office, line.assignment, shown)] if shown is not None else []
    detail: dict[str, str] = {}
    if line.kind == "extend" and line.date is not None:
        detail["until"] = line.date.isoformat()
    if line.kind == "signed":
        had = signed_of(standings)
        detail = replace(had, on=line.date or had.on or office.as_of).detail
    if shown is not None and shown.kind == line.kind and dict(shown.detail) == detail:
        return []
    of_one = line.kind in OF_A_SUBMISSION and line.submission
    return [
        Decision(
            subject=_subject(known, line),
            kind=line.kind,
            as_of=office.as_of,
            detail=detail,
            bound_to=line.submission if of_one else None,
            round=known.rounds.get(line.assignment, ""),
        )
    ]


def _subject(known: Known, line: LineDecision) -> str:
    """Of a form with several parts a ruling on one return is that return's own, or it would lift the one on another;
    but for a file somebody gave to the unit, whose own ruling that is."""
    record = known.submissions.get(line.submission)
    own = known.rulings.get(f"submission:{line.submission}")
    of_part = line.kind in OF_A_SUBMISSION and record is not None and bool(record.part)
    if of_part and (own is None or own.kind in OF_A_SUBMISSION):
        return f"submission:{line.submission}"
    return f"assignment:{line.assignment}"


def _withdrawn(office: Office, assignment: str, shown: Decision) -> Decision:
    return Decision(
        subject=shown.subject or f"assignment:{assignment}",
        kind="withdraw",
        as_of=office.as_of,
        detail={"of": shown.kind},
    )


def proposed_for(office: Office, record: SubmissionRecord) -> tuple[str, str]:
    """Codes of the unit and of the person ('' where the unit owes it) a file seems to be from: those it was issued to
    (in this round or another), or those chosen inside a shared workbook; both '' where nothing says."""
    issued = office.ledger.issued(record.serial) if record.serial is not None else None
    if issued is not None and issued.issued.unit:
        return issued.issued.unit, person_of(issued.issued.assignment, issued.issued.part)
    chosen = chosen_inside(office, record)
    return (chosen.unit, chosen.person or "") if chosen is not None else ("", "")


def _judge_anew(office: Office, decisions: list[Decision], submissions: Mapping[str, SubmissionRecord]) -> None:
    """Files that were given to a unit (or taken back from it) are judged as what they now are."""
    if not decisions:
        return
    docket: Docket = docket_of(office)
    records = []
    for decision in decisions:
        record = submissions[decision.subject.removeprefix("submission:")]
        target = decision.detail.get("assignment") if decision.kind == "assign" else None
        assigned = _issued_to(office, target) if target else None
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


def _issued_to(office: Office, assignment: str) -> IssueRecord | None:
    """The workbook a file given to the assignment is judged as. Of whom nothing is asked has none until something came
    from there: it is made now, so that the file is judged as everybody's is and can go back to be mended."""
    if found := office.ledger.issued_for(assignment):
        return found
    for one in office.live:
        for a in assignments_of(one)[0]:
            if a.id == assignment and a.form:
                issue(one, only=[a.person or a.unit], also=[a.id], progress=lambda items, _n, _what: items)
    return office.ledger.issued_for(assignment)


def close_round(office: Office, *, closed: bool) -> tuple[Finding, ...]:
    """«Chốt số liệu» or its undoing; a finding where it was so already."""
    if closed:
        changed = office.ledger.close_round(office.round.id, as_of=office.as_of)
    else:
        changed = office.ledger.reopen_round(office.round.id, as_of=office.as_of)
    return () if changed else (finding("set.round_as_it_was", dot=office.round.id),)

"""Files given to a unit or a person, and signed copies: what rows of TỆP NHẬN and BẢN KÝ rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.ledger import Decision, SignedCopy, Standing, SubmissionRecord, signed_copy_of
from lamtheo_xls.register import Assignment, unit_code_of, unit_of
from lamtheo_xls.reports.board import Choice
from lamtheo_xls.reports.decisions import FileDecision, SignedEntry
from lamtheo_xls.workspace.choosing import choice_by_file, choice_meant, chosen_inside
from lamtheo_xls.workspace.folder import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known while theo-doi.xlsx is read, looked up once."""

    office: Office
    owed: Mapping[str, Assignment]
    """By id, of every round open."""
    rounds: Mapping[str, str]
    """Assignment → round, of every round open."""
    standings: Mapping[str, Sequence[Standing]]
    """Assignment → its parts."""
    rulings: Mapping[str, Decision]
    """Subject → the ruling that stands."""
    submissions: Mapping[str, SubmissionRecord]
    choices: Mapping[str, Sequence[Choice]]
    """Unit → what a file may be given to it as."""
    signed_files: Mapping[str, str]
    """Submission → the assignment whose signed copy it is."""


def signed_files(standings: Iterable[Standing]) -> dict[str, str]:
    """Submission → the assignment whose signed copy it is (of a closed round, also what was ruled since)."""
    found: dict[str, str] = {}
    for standing in standings:
        for decision in (standing.signed, standing.later):
            if decision is not None and decision.kind == "signed" and decision.detail.get("submission"):
                found[decision.detail["submission"]] = standing.assignment
    return found


def signed_of(standings: Sequence[Standing]) -> SignedCopy:
    """What is known of the signed copy; blank where none came."""
    signed = standings[0].signed if standings else None
    return signed_copy_of(signed) if signed is not None else SignedCopy()


def of_signed_row(known: Known, entry: SignedEntry) -> list[Decision]:
    """What a changed row of BẢN KÝ rules: the copy came so, or (emptied) has not come. Without «Ngày nhận» it came the
    day it was noted; the file that pictures it stays with it."""
    standings = known.standings.get(entry.assignment, ())
    if not entry.understood or (not standings and entry.assignment not in known.owed):
        return []
    had = signed_of(standings)
    if entry.copy is None:
        if not had.detail:
            return []
        return [_not_signed(known, entry.assignment)]
    copy = replace(entry.copy, on=entry.copy.on or had.on or known.office.as_of, submission=had.submission)
    return [_signed(known, entry.assignment, copy)] if copy != had else []


def of_file(known: Known, row: FileDecision, record: SubmissionRecord) -> tuple[list[Decision], Finding | None]:
    """What a row of TỆP NHẬN rules, and the finding where it is not clear whose the file is, or which form."""
    if not row.understood or not row.changed:
        return [], None
    subject = f"submission:{record.id}"
    standing = known.rulings.get(subject)
    signed_for = known.signed_files.get(record.id, "")
    unit, kind = row.unit, row.kind
    given_as = row.given_as
    if _is_of_sender(row, record, standing, signed_for):
        return [_sender_known(known, record)], None
    if kind == "confirm" and not unit:
        chosen = _proposed(known, record)
        if chosen is None:
            where = row.unit_cell or row.cell
            return [], finding("set.decision_unit_missing", sheet=row.sheet, cell=where, value="")
        unit, kind = chosen.unit, "assign"
    out: list[Decision] = []
    if not kind or not unit:
        if signed_for:
            out.append(_not_signed(known, signed_for))
        if not kind and standing is not None:
            out.append(Decision(subject=subject, kind="withdraw", as_of=known.office.as_of))
        elif kind and kind != "assign":
            out += _told(known, subject, kind, {}, standing)
        return out, None
    choice, doubt = _choice(known, row, record, unit, given_as, standing, signed_for)
    if choice is None:
        return [], doubt
    if choice.signed:
        return _as_signed(known, record, choice.assignment, standing, signed_for), None
    if signed_for:
        out.append(_not_signed(known, signed_for))
    if kind == "enter":
        out.append(_of_assignment(known, choice.assignment, "enter", {}))
    wanted = "assign" if kind in ("assign", "enter", "as_is", "supplement") else kind
    return [*out, *_told(known, subject, wanted, {"assignment": choice.assignment}, standing)], None


def _is_of_sender(row: FileDecision, record: SubmissionRecord, standing: Decision | None, signed_for: str) -> bool:
    """The row asks only who sent it: its marks say whose the return is, and the office says the same."""
    if not record.assignment or record.after_close or standing is not None or signed_for or row.given_as:
        return False
    return row.kind in ("confirm", "assign") and row.unit in ("", unit_code_of(record.assignment, record.part))


def _sender_known(known: Known, record: SubmissionRecord) -> Decision:
    """A word on the sender, not on the return: it changes nothing that counts."""
    assert record.assignment is not None
    return Decision(
        subject=f"sender:{record.id}",
        kind="confirm",
        as_of=known.office.as_of,
        detail={"assignment": record.assignment, "file": record.file},
        round=record.round or "",
    )


def _told(
    known: Known, subject: str, kind: str, detail: Mapping[str, str], standing: Decision | None
) -> list[Decision]:
    if standing is not None and standing.kind == kind and dict(standing.detail) == dict(detail):
        return []
    round_ = known.rounds.get(detail.get("assignment", ""), known.office.round.id)
    return [Decision(subject=subject, kind=kind, as_of=known.office.as_of, detail=detail, round=round_)]


def _choice(
    known: Known,
    row: FileDecision,
    record: SubmissionRecord,
    unit: str,
    given_as: str,
    standing: Decision | None,
    signed_for: str,
) -> tuple[Choice | None, Finding | None]:
    """What of the unit's a file is: as named beside it; else what it was given as already (perhaps in an earlier round,
    while the sheet still shows that one); else as far as the file tells."""
    given = standing.detail.get("assignment", "") if standing is not None and standing.kind == "assign" else ""
    of_unit = known.choices.get(unit, ())
    named = unit_of(known.office.register, unit)
    name = named.name if named else unit
    place = {"sheet": row.sheet, "cell": row.as_cell or row.cell}
    if given_as:
        choice = choice_meant(given_as, of_unit)
        earlier = given or signed_for
        of_then = bool(earlier) and unit_code_of(earlier) == unit and earlier not in known.owed
        if of_then and (choice is None or earlier.startswith(f"{choice.form}_")):
            return Choice(unit=unit, label=given_as, assignment=earlier, signed=not given), None
        if choice is not None:
            return choice, None
        return None, finding("set.decision_form_unknown", **place, value=given_as, ten=name)
    if given and unit_code_of(given) == unit:
        return Choice(unit=unit, label="", assignment=given), None
    choice = choice_by_file(known.office, record, of_unit)
    if choice is not None:
        return choice, None
    if not of_unit:
        return None, None
    return None, finding("set.decision_form_missing", **place, value="", ten=name)


def _proposed(known: Known, record: SubmissionRecord) -> Choice | None:
    """What a file seems to be: the workbook it was issued as, or what was chosen inside a shared one."""
    issued = known.office.ledger.issued(record.serial) if record.serial is not None else None
    if issued is not None and issued.issued.unit:
        return Choice(unit=issued.issued.unit, label="", assignment=issued.issued.assignment)
    chosen = chosen_inside(known.office, record)
    return Choice(unit=chosen.unit, label="", assignment=chosen.id) if chosen is not None else None


def _as_signed(
    known: Known, record: SubmissionRecord, assignment: str, standing: Decision | None, signed_for: str
) -> list[Decision]:
    """The file is the signed copy of the assignment: a picture of it, not a return."""
    out: list[Decision] = []
    if standing is not None:
        out.append(Decision(subject=f"submission:{record.id}", kind="withdraw", as_of=known.office.as_of))
    if signed_for == assignment:
        return out
    if signed_for:
        out.append(_not_signed(known, signed_for))
    had = signed_of(known.standings.get(assignment, ()))
    return [*out, _signed(known, assignment, replace(had, on=had.on or record.received, submission=record.id))]


def _signed(known: Known, assignment: str, copy: SignedCopy) -> Decision:
    return _of_assignment(known, assignment, "signed", copy.detail)


def _not_signed(known: Known, assignment: str) -> Decision:
    return _of_assignment(known, assignment, "withdraw", {"of": "signed"})


def _of_assignment(known: Known, assignment: str, kind: str, detail: Mapping[str, str]) -> Decision:
    return Decision(
        subject=f"assignment:{assignment}",
        kind=kind,
        as_of=known.office.as_of,
        detail=detail,
        round=known.rounds.get(assignment, ""),
    )

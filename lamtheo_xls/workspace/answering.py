"""What goes back to units: a workbook with the faulty cells marked where there are faults, else a receipt line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.ledger import IssueRecord, Ledger, Standing, SubmissionRecord
from lamtheo_xls.register import Assignment, person_by_code, unit_of
from lamtheo_xls.reports.feedback import feedback_name, receipt_line, write_return
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.issuing import issue
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import state_of_line
from lamtheo_xls.workspace.renewing import in_force, version_of, versions_of
from lamtheo_xls.workspace.wanting import Standings, is_issued, standings_of, stem_of

RECEIPTS = "bien-nhan.txt"


def send_back(office: Office, *, progress: Progress) -> tuple[dict[str, Any], ...]:
    """Writes `tra-lai/<round>/<name>_sua.xlsx` for every assignment (and part) whose latest return is to be mended,
    takes away those mended since, and writes the receipts of what counts. What goes back is always in the version of
    the form now in force, with what the unit had typed. Gives what lies there: assignment, part, file, submission."""
    assignments = [a for a in assignments_of(office)[0] if a.form]
    standings = standings_of(office)
    _issue_newer(office, assignments, standings, progress)
    folder, versions = office.folder("tra-lai"), versions_of(office)
    done: list[dict[str, Any]] = []
    receipts: dict[str, None] = {}
    keep: set[str] = set()
    for assignment in progress(assignments, len(assignments), say("workspace.progress.return")):
        unit, form = unit_of(office.register, assignment.unit), office.forms[assignment.form]
        for part, standing in standings.get(assignment.id, {}).items():
            if standing.counted is not None and unit is not None:
                received = standing.counted.received
                who = _who(office, assignment, unit.name)
                line = receipt_line(unit=who, form=form.label, period=office.round.period, received=received)
                receipts[line] = None
            latest = to_mend(standing)
            record = _record_for(office, assignment, part, latest) if latest is not None else None
            if latest is None or record is None:
                continue
            name = feedback_name(stem_of(office, assignment, part))
            keep.add(name)
            path = folder / name
            if not (path.is_file() and _told(office, assignment.id, part) == (latest.id, record.issued.serial)):
                content = write_return(
                    form=versions.by_key[f"{record.issued.form}/{record.issued.version}"],
                    record=record,
                    examination=in_force(versions, latest),
                    key=office.key,
                    groups=office.groups,
                    created=office.as_of,
                    password=office.password,
                    older=version_of(office, latest) < record.issued.version,
                )
                folder.mkdir(parents=True, exist_ok=True)
                path, _ = write_target(path, content, as_of=office.as_of)
                office.ledger.record_event(
                    "returned",
                    f"assignment:{assignment.id}",
                    as_of=office.as_of,
                    round=office.round.id,
                    detail={
                        "submission": latest.id,
                        "part": part,
                        "serial": record.issued.serial,
                        "file": path.name,
                        "sha256": hashlib.sha256(content).hexdigest(),
                    },
                )
            done.append(
                {
                    "assignment": assignment.id,
                    "part": part,
                    "unit": assignment.unit,
                    "person": assignment.person,
                    "file": str(path),
                    "submission": latest.id,
                }
            )
    _tidy(folder, keep)
    if receipts:
        text = "\r\n".join(receipts) + "\r\n"
        folder.mkdir(parents=True, exist_ok=True)
        write_target(folder / RECEIPTS, text.encode("utf-8-sig"), as_of=office.as_of)
    return tuple(done)


def given_out(ledger: Ledger) -> frozenset[str]:
    """SHA-256 of every workbook that ever went out, blank or with faults marked."""
    marked = (str(e.detail.get("sha256", "")) for e in ledger.history() if e.kind == "returned")
    return frozenset((*(r.sha256 for r in ledger.all_issued()), *marked))


def _who(office: Office, assignment: Assignment, unit: str) -> str:
    person = person_by_code(office.register, assignment.person)
    return say("reports.findings.person", person=person.name, unit=unit) if person is not None else unit


def to_mend(standing: Standing) -> SubmissionRecord | None:
    """The return of a part that is to be mended and sent again; None where nothing is."""
    latest = standing.latest
    if latest is None or latest.state != "to_fix" or (standing.counted and standing.counted.id == latest.id):
        return None
    return None if state_of_line(standing) in ("excused", "nil") else latest


def _issue_newer(office: Office, assignments: Sequence[Assignment], standings: Standings, progress: Progress) -> None:
    """A return in an older version goes back in the one in force, which has to be issued first."""
    behind = {
        a.person or a.unit
        for a in assignments
        for part, standing in standings.get(a.id, {}).items()
        if is_issued(a) and (latest := to_mend(standing)) is not None and version_of(office, latest) < a.version
        if (own := office.ledger.issued_for(a.id, part)) is None or own.issued.version < a.version
    }
    if behind:
        issue(office, only=sorted(behind), progress=progress)


def _record_for(office: Office, assignment: Assignment, part: str, latest: SubmissionRecord) -> IssueRecord | None:
    """The issued workbook that goes back: the one that came, where it is the assignment's own and of the version in
    force; else the assignment's newest."""
    came = office.ledger.issued(latest.serial) if latest.serial is not None else None
    if came is not None and came.issued.assignment == assignment.id and came.issued.version >= assignment.version:
        return came
    return office.ledger.issued_for(assignment.id, part) or office.ledger.issued_for(assignment.id)


def _told(office: Office, assignment: str, part: str) -> tuple[str, int]:
    """The submission the last feedback workbook of a part was about, and what it was issued as."""
    events = office.ledger.history(office.round.id, f"assignment:{assignment}")
    for event in reversed(events):
        if event.kind == "returned" and event.detail.get("part", "") == part:
            return str(event.detail["submission"]), int(event.detail.get("serial", 0))
    return "", 0


def _tidy(folder: Path, keep: set[str]) -> None:
    """Feedback that was mended since would be sent again by mistake."""
    for path in folder.glob("*_sua.xlsx"):
        if path.name not in keep:
            try:
                path.unlink()
            except OSError:
                continue  # open in Excel: it goes next time

"""What goes back to units: a workbook with the faulty cells marked where there are faults, else a receipt line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.ledger import examination_of
from lamtheo_xls.register import file_stem, unit_of
from lamtheo_xls.reports.feedback import feedback_name, receipt_line, write_return
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.following import state_of_line
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.renewing import versions_of

RECEIPTS = "bien-nhan.txt"


def send_back(office: Office, *, progress: Progress) -> tuple[dict[str, Any], ...]:
    """Writes `tra-lai/<round>/<name>_sua.xlsx` for every assignment whose latest return is to be mended, takes away
    those mended since, and writes the receipts of what counts. Gives what lies there: assignment, file, submission."""
    assignments, _ = assignments_of(office)
    standings = {s.assignment: s for s in office.ledger.standing_of_round(office.round.id)}
    folder = office.folder("tra-lai")
    forms = versions_of(office).by_key
    done: list[dict[str, Any]] = []
    receipts: list[str] = []
    keep: set[str] = set()
    for assignment in progress(assignments, len(assignments), say("workspace.progress.return")):
        standing = standings.get(assignment.id)
        unit = unit_of(office.register, assignment.unit)
        if standing is None or unit is None:
            continue
        if standing.counted is not None:
            form = office.forms[assignment.form]
            receipts.append(
                receipt_line(
                    unit=unit.name, form=form.label, period=office.round.period, received=standing.counted.received
                )
            )
        latest = standing.latest
        mended = latest is None or latest.state != "to_fix" or (standing.counted and standing.counted.id == latest.id)
        if mended or state_of_line(standing) in ("excused", "nil"):
            continue
        assert latest is not None and latest.serial is not None
        record = office.ledger.issued(latest.serial)
        owner = office.ledger.issued_for(assignment.id)
        record = record if record is not None and record.issued.unit == assignment.unit else owner
        if record is None or f"{record.issued.form}/{record.issued.version}" not in forms:
            continue
        name = feedback_name(file_stem(assignment, office.register))
        keep.add(name)
        path = folder / name
        told = _told(office, assignment.id)
        if not (path.is_file() and told == latest.id):
            content = write_return(
                form=forms[f"{record.issued.form}/{record.issued.version}"],
                record=record,
                examination=examination_of(latest.examination),
                key=office.key,
                groups=office.groups,
                created=office.as_of,
                password=office.password,
            )
            folder.mkdir(parents=True, exist_ok=True)
            path, _ = write_target(path, content, as_of=office.as_of)
            office.ledger.record_event(
                "returned",
                f"assignment:{assignment.id}",
                as_of=office.as_of,
                round=office.round.id,
                detail={"submission": latest.id, "file": path.name},
            )
        done.append({"assignment": assignment.id, "unit": assignment.unit, "file": str(path), "submission": latest.id})
    _tidy(folder, keep)
    if receipts:
        text = "\r\n".join(receipts) + "\r\n"
        folder.mkdir(parents=True, exist_ok=True)
        write_target(folder / RECEIPTS, text.encode("utf-8-sig"), as_of=office.as_of)
    return tuple(done)


def _told(office: Office, assignment: str) -> str:
    """The submission the last feedback workbook of an assignment was about."""
    events = office.ledger.history(office.round.id, f"assignment:{assignment}")
    return next((str(e.detail["submission"]) for e in reversed(events) if e.kind == "returned"), "")


def _tidy(folder: Path, keep: set[str]) -> None:
    """Feedback that was mended since would be sent again by mistake."""
    for path in folder.glob("*_sua.xlsx"):
        if path.name not in keep:
            try:
                path.unlink()
            except OSError:
                continue  # open in Excel: it goes next time

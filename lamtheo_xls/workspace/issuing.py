"""Making the workbooks a round sends out: each assignment's own, the shared ones, and all of them in one zip."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lamtheo_xls.findings import World, say
from lamtheo_xls.ledger import IssueRecord
from lamtheo_xls.register import Assignment
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.workbook.identity import Issued, code_of
from lamtheo_xls.workbook.write.stamp import Base, prepare_base, stamp
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.knowing import known_of
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.posting import post, zip_path
from lamtheo_xls.workspace.wanting import Wanted, is_issued, standings_of, wanted_for, wanted_shared

CHUNK = 200


def issue(
    office: Office, *, only: Sequence[str] = (), also: Sequence[str] = (), dry_run: bool = False, progress: Progress
) -> tuple[dict[str, Any], ...]:
    """Makes what is new or changed of the round's workbooks and gives a line of `issue --json` for each of them; `only`
    names units or persons. A document without a form has none, nor has of whom nothing is asked – unless `also` names
    the assignment: something came from there.

    The ledger knows a workbook before its file is there, so an interrupted run is simply run again. Workbooks issued
    before stay valid when an assignment is issued anew. World: unknown codes in `only`, the disk.
    """
    assignments, _ = assignments_of(office)
    check_codes(office, only, assignments)
    asked = [a for a in assignments if is_issued(a) or (a.form and a.id in also)]
    chosen = [a for a in asked if not only or a.unit in only or a.person in only]
    known, standings = known_of(office), standings_of(office)
    wanted = [w for a in chosen for w in wanted_for(office, a, known, standings.get(a.id, {}))]
    shared = [w for form in office.forms.values() for w in wanted_shared(office, form, assignments)]
    codes = {w.at: w.record.code for w in wanted if w.record and w.change == "unchanged"}
    if not dry_run:
        office.folder("bieu-gui").mkdir(parents=True, exist_ok=True)
        office.keep_grounds()
        todo = _todo(office, (*wanted, *shared))
        if todo:
            with contextlib.suppress(OSError):  # not left standing beside newer workbooks by a run cut short
                zip_path(office).unlink()
        codes |= _make(office, todo, progress)
        if todo or not zip_path(office).is_file():
            post(office, [a for a in assignments if not a.released])
    return tuple(_line(office, w, codes.get(w.at)) for w in wanted)


def check_codes(office: Office, only: Sequence[str], assignments: Sequence[Assignment]) -> None:
    """World for codes of nobody who is asked anything, in this round or another one open."""
    unknown = set(only) - _codes(assignments)
    for other in office.live if unknown else ():
        unknown -= _codes(assignments_of(other)[0])
    if unknown:
        raise World("world.unit_unknown", ma=", ".join(sorted(unknown)))


def _codes(assignments: Sequence[Assignment]) -> set[str]:
    return {code for a in assignments for code in (a.unit, a.person) if code}


def _line(office: Office, wanted: Wanted, code: str | None) -> dict[str, Any]:
    assignment = wanted.assignment
    assert assignment is not None
    due = assignment.deadline
    return {
        "assignment": assignment.id,
        "form": assignment.form,
        "version": assignment.version,
        "unit": assignment.unit,
        "person": assignment.person,
        "period": assignment.period,
        "part": wanted.part,
        "due": due.on_time.isoformat(),
        "accept_until": due.accept_until.isoformat() if due.accept_until else None,
        "file": _relative(office, wanted.stem),
        "code": code,
        "change": wanted.change,
    }


def _todo(office: Office, wanted: Sequence[Wanted]) -> list[Wanted]:
    """What is new or changed, and what a run cut short left behind: a file that is gone, or still an earlier one of
    ours. A file that somebody else changed is left alone: it may be filled for the unit («nhập hộ»)."""
    earlier: set[str] | None = None
    todo = []
    for item in wanted:
        path = office.root / _relative(office, item.stem)
        behind = item.change != "unchanged" or not path.is_file()
        if not behind and item.record is not None:
            there = _sha_at(path)
            if there != item.record.sha256:
                if earlier is None:
                    earlier = {r.sha256 for r in office.ledger.all_issued()}
                behind = there in earlier
        if behind:
            todo.append(item)
    return todo


def _sha_at(path: Path) -> str:
    """SHA-256 of a file; '' where another program will not let it be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _make(office: Office, todo: Sequence[Wanted], progress: Progress) -> dict[tuple[str, str], str]:
    """Records and writes what is to be made; gives the codes by assignment."""
    fresh = [w for w in todo if w.change != "unchanged"]
    serials = dict(zip((w.at for w in fresh), office.ledger.next_serials(len(fresh)), strict=True)) if fresh else {}
    bases: dict[tuple[Any, ...], Base] = {}
    codes: dict[tuple[str, str], str] = {}
    pending: list[tuple[Path, bytes, IssueRecord | None]] = []
    for item in progress(todo, len(todo), say("workspace.progress.issue")):
        if item.change == "unchanged" and item.record is not None:
            issued = item.record.issued
        else:
            issued = Issued(
                serial=serials[item.at],
                assignment=item.id,
                round=office.round.id,
                form=item.form.id,
                version=item.form.version,
                unit=item.unit,
                person=item.assignment.person if item.assignment is not None else None,
                period=office.round.period,
                part=item.part,
                rows=item.rows,
            )
        data = _workbook(office, item, issued, bases)
        record = None
        if item.change != "unchanged":
            code = code_of(issued, office.key)
            codes[item.at] = code
            record = IssueRecord(
                issued=issued,
                code=code,
                context=item.context,
                children=item.children,
                prefilled=item.prefilled,
                file=_relative(office, item.stem),
                sha256=hashlib.sha256(data).hexdigest(),
                fingerprint=item.fingerprint,
                issued_on=office.as_of,
                carried=item.carried,
            )
        pending.append((office.root / _relative(office, item.stem), data, record))
        if len(pending) >= CHUNK:
            _settle(office, pending)
    _settle(office, pending)
    return codes


def _workbook(office: Office, item: Wanted, issued: Issued, bases: dict[tuple[Any, ...], Base]) -> bytes:
    made_on = item.record.issued_on if item.record and item.change == "unchanged" else office.as_of
    shape = (item.form.id, tuple(sorted(item.rows.items())), not item.unit, made_on)
    if shape not in bases:
        bases[shape] = prepare_base(
            item.form,
            item.rows,
            context_common=item.context,
            groups=office.groups,
            units=item.units,
            password=office.password,
            created=dt.datetime.combine(made_on, dt.time()),
            shared=not item.unit,
        )
    return stamp(bases[shape], issued, office.key, item.context, item.children, item.prefilled)


def _settle(office: Office, pending: list[tuple[Path, bytes, IssueRecord | None]]) -> None:
    office.ledger.record_issued([r for _, _, r in pending if r is not None])
    for path, data, _ in pending:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            write_target(path, data, as_of=office.as_of)
    pending.clear()


def _relative(office: Office, stem: str) -> str:
    return f"bieu-gui/{office.round.id}/{stem}.xlsx"

"""Making the workbooks a round sends out: one per assignment, the shared one, and all of them in one zip for Zalo."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import period_label, previous_period
from lamtheo_xls.definitions.model import Form, Table
from lamtheo_xls.findings import World, say
from lamtheo_xls.ledger import Counted, IssueRecord, examination_of
from lamtheo_xls.register import Assignment, Earlier, Unit, children_of, context_of, file_stem, unit_of
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.text import nfc
from lamtheo_xls.workbook.identity import Issued, code_of
from lamtheo_xls.workbook.panel import Filled
from lamtheo_xls.workbook.stamp import Base, prepare_base, stamp
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.owing import assignments_of

CHUNK = 200
FORMAT = 1
"""Goes into the fingerprint: a change in how workbooks are written makes them anew."""
SHARED = "mau-chung"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One workbook as it ought to be. `record`: the latest one made for the same assignment, if any."""

    assignment: Assignment | None
    """None: the shared workbook."""
    form: Form
    id: str
    unit: str
    rows: Mapping[str, int]
    context: Mapping[str, str]
    children: tuple[str, ...]
    units: tuple[str, ...]
    prefilled: tuple[Mapping[str, str], ...]
    stem: str
    fingerprint: str
    record: IssueRecord | None
    change: str


def issue(
    office: Office, *, only: Sequence[str] = (), dry_run: bool = False, progress: Progress
) -> tuple[dict[str, Any], ...]:
    """Makes what is new or changed of the round's workbooks and gives a line of `issue --json` for each assignment.

    The ledger knows a workbook before its file is there, so an interrupted run is simply run again. Workbooks issued
    before stay valid when an assignment is issued anew. World: unknown unit codes in `only`, the disk.
    """
    assignments, _ = assignments_of(office)
    if unknown := sorted(set(only) - {a.unit for a in assignments}):
        raise World("world.unit_unknown", ma=", ".join(unknown))
    chosen = tuple(a for a in assignments if not only or a.unit in only)
    folder = office.folder("bieu-gui")
    before = _year_before(office)
    wanted = [_wanted(office, a, before) for a in chosen]
    shared = [_shared(office, f, assignments) for f in office.forms.values()] if assignments else []
    codes: dict[str, str] = {w.id: w.record.code for w in wanted if w.record and w.change == "unchanged"}
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
        office.keep_grounds()
        todo = _todo(office, (*wanted, *shared))
        if todo:
            with contextlib.suppress(OSError):  # not left standing beside newer workbooks by a run cut short
                _zip_path(office).unlink()
        codes |= _make(office, todo, progress)
        if todo or not _zip_path(office).is_file():
            _write_zip(office, assignments)
    return tuple(_line(office, w, codes.get(w.id)) for w in wanted)


def _line(office: Office, wanted: _Wanted, code: str | None) -> dict[str, Any]:
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
        "part": assignment.part,
        "due": due.on_time.isoformat(),
        "accept_until": due.accept_until.isoformat() if due.accept_until else None,
        "file": _relative(office, wanted.stem),
        "code": code,
        "change": wanted.change,
    }


def _wanted(office: Office, assignment: Assignment, before: _YearBefore) -> _Wanted:
    unit = unit_of(office.register, assignment.unit)
    assert unit is not None
    form = office.forms[assignment.form]
    children = tuple(c.name for c in children_of(office.register, unit.code, office.as_of))
    prefilled = last_year(before, form, unit)
    context = context_of(office.register, unit, form=form, period=assignment.period, deadline=assignment.deadline)
    return _compare(
        office,
        assignment=assignment,
        form=form,
        id=assignment.id,
        unit=unit.code,
        rows={t.id: rows_of(t, len(children), len(prefilled)) for t in form.tables},
        context=context,
        children=children,
        units=(),
        prefilled=prefilled,
        stem=file_stem(assignment, office.register),
    )


def _shared(office: Office, form: Form, assignments: Sequence[Assignment]) -> _Wanted:
    owing = [a for a in assignments if a.form == form.id]
    units = [u for a in owing if (u := unit_of(office.register, a.unit)) is not None]
    names = tuple(u.name for u in units)
    # Whoever uses it finds as many rows as in a workbook of its own.
    largest = max((len(children_of(office.register, u.code, office.as_of)) for u in units), default=0)
    nobody = Unit(code="", name="", short_name="", order=0, kind=units[0].kind if units else "")
    context = context_of(office.register, nobody, form=form, period=office.round.period, deadline=owing[0].deadline)
    return _compare(
        office,
        assignment=None,
        form=form,
        id=f"{form.id}_{office.round.period}_{SHARED}",
        unit="",
        rows={t.id: rows_of(t, largest, 0) for t in form.tables},
        context=context,
        children=(),
        units=names,
        prefilled=(),
        stem=f"{form.id}_{office.round.period}_{SHARED}",
    )


def _compare(office: Office, **parts: Any) -> _Wanted:
    form: Form = parts["form"]
    ground = {k: v for k, v in parts.items() if k not in ("assignment", "form")}
    ground |= {"definition": form.digest, "groups": office.groups, "format": FORMAT}
    text = json.dumps(ground, ensure_ascii=False, sort_keys=True, default=list)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    record = office.ledger.issued_for(parts["id"])
    change = "new" if record is None else "unchanged" if record.fingerprint == fingerprint else "changed"
    return _Wanted(**parts, fingerprint=fingerprint, record=record, change=change)


def rows_of(table: Table, children: int, prefilled: int) -> int:
    """Rows laid out for a unit: one per chi bộ (or per model known from last year) and a few to spare."""
    base = children if table.rows_from == "children" else 0
    return max(table.rows_minimum, max(base, prefilled) + table.rows_extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class _YearBefore:
    """What is known of the period before, looked up once for all units: each asks only for its own."""

    period: str
    counted: Mapping[str, Counted]
    """Assignment → what counted for it, its first part."""
    earlier: Mapping[str, Sequence[Earlier]]
    """Unit code → its rows of sheet NĂM TRƯỚC, for that period or for none said."""


def _year_before(office: Office) -> _YearBefore:
    period = previous_period(office.round.period)
    counted: dict[str, Counted] = {}
    for one in office.ledger.counting(f"{office.programme.id}_{period}"):
        counted.setdefault(one.assignment, one)
    earlier: dict[str, list[Earlier]] = {}
    for row in office.register.earlier:
        if row.period in ("", period):
            earlier.setdefault(row.unit, []).append(row)
    return _YearBefore(period=period, counted=counted, earlier=earlier)


def last_year(before: _YearBefore, form: Form, unit: Unit) -> tuple[Mapping[str, str], ...]:
    """Last year's models of a unit as rows to start from, ticked «đang triển khai», their time left open: what
    counted in the period before, else what the register's sheet NĂM TRƯỚC says."""
    ids = {c.id for t in form.tables for c in t.columns}
    keep = [c for c in ("ten_chi_bo", "ten_mo_hinh", "nhom") if c in ids]
    counted = before.counted.get(f"{form.id}_{before.period}_{unit.code}")
    rows: list[Mapping[str, str]]
    if counted is not None:
        examination = examination_of(counted.submission.examination)
        rows = [{k: e.text for k, e in r.values.items()} for r in examination.rows]
    else:
        rows = [e.values for e in before.earlier.get(unit.code, ())]
    tick = {"dang_trien_khai": "x"} if "dang_trien_khai" in ids else {}
    return tuple({k: nfc(row[k]) for k in keep if row.get(k)} | tick for row in rows if row.get("ten_mo_hinh"))


def _todo(office: Office, wanted: Sequence[_Wanted]) -> list[_Wanted]:
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


def _make(office: Office, todo: Sequence[_Wanted], progress: Progress) -> dict[str, str]:
    """Records and writes what is to be made; gives the codes by assignment."""
    fresh = [w for w in todo if w.change != "unchanged"]
    serials = dict(zip((w.id for w in fresh), office.ledger.next_serials(len(fresh)), strict=True)) if fresh else {}
    bases: dict[tuple[Any, ...], Base] = {}
    codes: dict[str, str] = {}
    pending: list[tuple[Path, bytes, IssueRecord | None]] = []
    for item in progress(todo, len(todo), say("workspace.progress.issue")):
        if item.change == "unchanged" and item.record is not None:
            issued = item.record.issued
        else:
            issued = Issued(
                serial=serials[item.id],
                assignment=item.id,
                round=office.round.id,
                form=item.form.id,
                version=item.form.version,
                unit=item.unit,
                person=None,
                period=office.round.period,
                part="",
                rows=item.rows,
            )
        data = _workbook(office, item, issued, bases)
        record = None
        if item.change != "unchanged":
            code = code_of(issued, office.key)
            codes[item.id] = code
            record = IssueRecord(
                issued=issued,
                code=code,
                context=item.context,
                children=item.children,
                prefilled=_filled(item),
                file=_relative(office, item.stem),
                sha256=hashlib.sha256(data).hexdigest(),
                fingerprint=item.fingerprint,
                issued_on=office.as_of,
            )
        pending.append((office.root / _relative(office, item.stem), data, record))
        if len(pending) >= CHUNK:
            _settle(office, pending)
    _settle(office, pending)
    return codes


def _workbook(office: Office, item: _Wanted, issued: Issued, bases: dict[tuple[Any, ...], Base]) -> bytes:
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
    return stamp(bases[shape], issued, office.key, item.context, item.children, _filled(item))


def _filled(item: _Wanted) -> Filled:
    table = next((t.id for t in item.form.tables), "")
    return Filled(rows={table: item.prefilled} if item.prefilled else {})


def _settle(office: Office, pending: list[tuple[Path, bytes, IssueRecord | None]]) -> None:
    office.ledger.record_issued([r for _, _, r in pending if r is not None])
    for path, data, _ in pending:
        temporary = path.with_suffix(".tmp")
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            write_target(path, data, as_of=office.as_of)
    pending.clear()


def _relative(office: Office, stem: str) -> str:
    return f"bieu-gui/{office.round.id}/{stem}.xlsx"


def _zip_path(office: Office) -> Path:
    return office.folder("bieu-gui") / f"{office.round.id}.zip"


def _write_zip(office: Office, assignments: Sequence[Assignment]) -> None:
    """All workbooks of the round in one zip, with the words to paste beside it (Zalo sends one file, one message)."""
    contact = office.register.office.get("dau_moi_nhan", "")
    caption = say(
        "workspace.issue.caption",
        ten="; ".join(form.name for form in office.forms.values()),
        ky=period_label(office.round.period),
        han=assignments[0].deadline.text if assignments else "",
        hoi=say("workspace.issue.ask", dau_moi=contact.rstrip(".")) if contact else "",
    ).strip()
    text = (caption.replace("\n", "\r\n") + "\r\n").encode("utf-8-sig")
    name = say("workspace.issue.caption_file")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), text)
        for assignment in assignments:
            path = office.root / _relative(office, file_stem(assignment, office.register))
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(path.name, _ZIP_DATE), path.read_bytes())
    write_target(_zip_path(office), buffer.getvalue(), as_of=office.as_of)
    write_target(office.folder("bieu-gui") / name, text, as_of=office.as_of)

"""Consolidated tables: `tong-hop/<round>/<table id>.xlsx` from what counts, and what is not in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamtheo_xls.definitions import previous_period
from lamtheo_xls.definitions.model import Consolidated
from lamtheo_xls.findings import Finding, as_json, say
from lamtheo_xls.ledger import Counted, Standing
from lamtheo_xls.register import Assignment, in_order, unit_code_of, unit_of
from lamtheo_xls.reports.board import date_words, state_words
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.following import state_of_line
from lamtheo_xls.workspace.owing import assignments_of

if TYPE_CHECKING:
    from lamtheo_xls.merge import Comparison, Roles, Roll
    from lamtheo_xls.reports.consolidated import Absence


def consolidate(office: Office, *, csv: bool) -> tuple[dict[str, Any], ...]:
    """Writes every consolidated table of the programme, with `csv` also its plain table as text.

    One dict a table: table, file, rows, counted and expected (units), nil, missing (unit codes), csv (None without),
    findings (set.target_open where the file was held open and a copy was written beside it). A closed round gives what
    counted at its closing, seen as of that day. Nothing new in it: the file stays as it is and no event is recorded.
    """
    closed_on = office.ledger.closed_on(office.round.id)
    then = replace(office, as_of=closed_on) if closed_on else office
    return tuple(_consolidate(then, table, closed_on, csv, office.as_of) for table in office.programme.tables)


def _consolidate(
    office: Office, table: Consolidated, closed_on: dt.date | None, csv: bool, today: dt.date
) -> dict[str, Any]:
    from lamtheo_xls import merge
    from lamtheo_xls.reports.consolidated import write_consolidated

    form, register = office.forms[table.form], office.register
    roles = merge.roles_of(form, table)
    counted = _counted(office, office.round.id, table)
    owed = tuple(a for a in assignments_of(office)[0] if a.form == table.form)
    standings = {s.assignment: s for s in office.ledger.standing_of_round(office.round.id)}
    roll = _roll(office, owed, standings, counted)
    frame = merge.frame_of(counted, register, form, table.table)
    counts = merge.counts_of(
        frame,
        roll,
        register,
        roles,
        groups=office.programme.groups,
        on=office.as_of,
        earlier=_earlier(office, table, roles, frame, roll),
    )
    content = write_consolidated(
        form=form,
        table=table,
        register=register,
        frame=frame,
        counts=counts,
        missing=_absences(office, owed, standings, roll.missing),
        released=_absences(office, owed, standings, (*roll.silent, *roll.excused)),
        period=office.round.period,
        as_of=office.as_of,
        closed_on=closed_on,
    )
    folder = office.folder("tong-hop")
    path, new, findings = _written(folder / f"{table.id}.xlsx", content, today)
    told: dict[str, Any] = {
        "table": table.id,
        "file": str(path),
        "rows": len(frame),
        "counted": len(roll.present),
        "expected": len(roll.expected),
        "nil": len(roll.silent),
        "missing": list(roll.missing),
        "csv": None,
    }
    if csv:
        other, fresh, more = _written(folder / f"{table.id}.csv", merge.csv_of(frame), today)
        told["csv"], new, findings = str(other), new or fresh, findings + more
    if new:
        detail = {"file": path.name, **{key: told[key] for key in ("rows", "counted", "expected")}}
        office.ledger.record_event("merged", f"table:{table.id}", as_of=today, round=office.round.id, detail=detail)
    return told | {"findings": [as_json(f) for f in findings]}


def _counted(office: Office, round_id: str, table: Consolidated) -> tuple[Counted, ...]:
    """What counts of the table's form; an id begins with the form, also where a person assigned the file."""
    return tuple(c for c in office.ledger.counting(round_id) if c.assignment.startswith(f"{table.form}_"))


def _roll(
    office: Office, owed: Sequence[Assignment], standings: Mapping[str, Standing], counted: Sequence[Counted]
) -> Roll:
    from lamtheo_xls.merge import Roll

    states = {a.id: state_of_line(standings.get(a.id)) for a in owed}
    late_from = {a.id: a.deadline.late_from for a in owed}

    def units(*of: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(a.unit for a in owed if states[a.id] in of))

    in_table = [(unit_code_of(c.assignment, c.part), c) for c in counted]
    late = {u for u, c in in_table if c.submission.received >= late_from.get(c.assignment, dt.date.max)}
    return Roll(
        expected=units("accepted", "nil", "to_fix", "wrong_form", "missing"),
        counted=in_order(office.register, sorted({u for u, _ in in_table})),
        nil=units("nil"),
        excused=units("excused"),
        late=in_order(office.register, sorted(late)),
    )


def _absences(
    office: Office, owed: Sequence[Assignment], standings: Mapping[str, Standing], codes: Sequence[str]
) -> tuple[Absence, ...]:
    """Those units with their state in words, whom to call, by when, and what staff noted."""
    from lamtheo_xls.reports.consolidated import Absence

    out = []
    wanted = set(codes)
    for assignment in (a for a in owed if a.unit in wanted):
        unit, standing = unit_of(office.register, assignment.unit), standings.get(assignment.id)
        state = state_of_line(standing)
        waiting = state in ("missing", "wrong_form", "to_fix")
        words = state_words(state, overdue=state == "missing" and office.as_of >= assignment.deadline.late_from)
        decision = standing.decision if standing else None
        if decision is not None and decision.kind == "exclude":
            words = say("ledger.decision.exclude")
        out.append(
            Absence(
                unit=assignment.unit,
                name=unit.name if unit else assignment.unit,
                state=words,
                contact=unit.contact if unit else "",
                phone=unit.phone if unit else "",
                due=date_words(assignment.deadline.on_time) if waiting else "",
                note=standing.note if standing else "",
            )
        )
    return tuple(out)


def _earlier(office: Office, table: Consolidated, roles: Roles, frame: Any, roll: Roll) -> Comparison | None:
    """The period before: what the ledger counted then, else the register's sheet NĂM TRƯỚC."""
    from lamtheo_xls import merge

    period = previous_period(office.round.period)
    counted = _counted(office, f"{office.programme.id}_{period}", table)
    before = merge.joined_before(
        merge.frame_of(counted, office.register, office.forms[table.form], table.table),
        merge.earlier_frame(office.register, period, roles),
    )
    return merge.compare(frame, before, roles, period=period, answered=(*roll.counted, *roll.silent))


def _written(path: Path, content: bytes, today: dt.date) -> tuple[Path, bool, tuple[Finding, ...]]:
    """Where the content lies, and whether it is new there."""
    try:
        if path.read_bytes() == content:
            return path, False, ()
    except OSError:
        pass  # not there yet, or held open: writing will tell
    written, findings = write_target(path, content, as_of=today)
    return written, True, findings

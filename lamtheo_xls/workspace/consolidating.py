"""Consolidated tables: `tong-hop/<round>/<table id>.xlsx` from what counts, and what is not in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamtheo_xls.definitions import previous_period
from lamtheo_xls.definitions.model import Consolidated
from lamtheo_xls.findings import Finding, as_json
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.muster import Muster, asked_people, gather, muster_of
from lamtheo_xls.workspace.renewing import counting_of

if TYPE_CHECKING:
    import pandas as pd

    from lamtheo_xls.merge import Comparison, Roles


def consolidate(office: Office, *, csv: bool) -> tuple[dict[str, Any], ...]:
    """Writes every consolidated table of the programme, with `csv` also its plain table as text.

    One dict a table: table, file, of ("units" or "people"), rows, counted and expected (of those), nil, missing (codes;
    of people `<unit>.<person>`), csv (None without), findings (set.target_open where the file was held open and a copy
    was written beside it). A table that nobody owes and nothing came for is left out: its time has not come. A closed
    round gives what counted at its closing, seen as of that day. Nothing new in it: the file stays as it is and no
    event is recorded.
    """
    closed_on = office.ledger.closed_on(office.round.id)
    then = replace(office, as_of=closed_on) if closed_on else office
    gathered, told = gather(then), []
    for table in then.programme.tables:
        muster = muster_of(then, table, gathered)
        if muster.asked or muster.counted:
            told.append(_consolidate(then, table, muster, closed_on, csv, office.as_of))
    return tuple(told)


def _consolidate(
    office: Office, table: Consolidated, muster: Muster, closed_on: dt.date | None, csv: bool, today: dt.date
) -> dict[str, Any]:
    from lamtheo_xls import merge

    frame = merge.frame_of(
        muster.counted, office.register, table, office.forms, owing=muster.owing, signed=muster.signed
    )
    make = _of_people if table.kind == "people" else _of_models
    frame, content, cells = make(office, table, muster, closed_on, frame)
    roll, folder = muster.roll, office.folder("tong-hop")
    path, new, findings = _written(folder / f"{table.id}.xlsx", content, today)
    told: dict[str, Any] = {
        "table": table.id,
        "file": str(path),
        "of": "people" if table.kind == "people" else "units",
        "rows": len(frame),
        "counted": len(roll.present),
        "expected": len(roll.expected),
        "nil": len(roll.silent),
        "missing": list(roll.missing),
        "csv": None,
    }
    if csv:
        content = merge.csv_of(frame, cells=cells)
        other, fresh, more = _written(folder / f"{table.id}.csv", content, today)
        told["csv"], new, findings = str(other), new or fresh, findings + more
    if new:
        detail = {"file": path.name, **{key: told[key] for key in ("rows", "counted", "expected")}}
        office.ledger.record_event("merged", f"table:{table.id}", as_of=today, round=office.round.id, detail=detail)
    return told | {"findings": [as_json(f) for f in findings]}


def _of_models(
    office: Office, table: Consolidated, muster: Muster, closed_on: dt.date | None, frame: pd.DataFrame
) -> tuple[pd.DataFrame, bytes, bool]:
    """The rows as they count, the workbook, and whether DỮ LIỆU names cells."""
    from lamtheo_xls import merge
    from lamtheo_xls.reports.consolidated import told_of, write_consolidated

    roles = merge.roles_of(table, office.forms)
    frame, repeated = merge.once(frame, roles)
    choosing = any(source.unless_owed for source in table.sources)
    whole = merge.frame_of(muster.counted, office.register, table, office.forms) if choosing else frame
    counts = merge.counts_of(
        frame,
        muster.roll,
        office.register,
        roles,
        groups=office.programme.groups,
        on=office.as_of,
        earlier=_earlier(office, table, roles, frame, muster),
        repeated=repeated,
        alike=merge.alike(frame, roles),
        left_out=merge.left_out(whole, frame, roles),
    )
    told = told_of(
        office.forms,
        table,
        office.register,
        used=muster.forms,
        period=office.round.period,
        as_of=office.as_of,
        closed_on=closed_on,
    )
    content = write_consolidated(
        forms=office.forms,
        table=table,
        register=office.register,
        frame=frame,
        counts=counts,
        away=muster.away,
        told=told,
    )
    return frame, content, told.cells


def _of_people(
    office: Office, table: Consolidated, muster: Muster, closed_on: dt.date | None, frame: pd.DataFrame
) -> tuple[pd.DataFrame, bytes, bool]:
    """The same of a table of people."""
    from lamtheo_xls import merge
    from lamtheo_xls.reports.consolidated_people import told_of_people, write_people

    asked = asked_people(office, muster)
    counts = merge.people_counts(frame, muster.roll, asked, office.register, table)
    told = told_of_people(
        office.forms,
        table,
        office.register,
        asked,
        period=office.round.period,
        as_of=office.as_of,
        closed_on=closed_on,
    )
    content = write_people(
        forms=office.forms,
        table=table,
        register=office.register,
        frame=frame,
        counts=counts,
        asked=asked,
        away=muster.away,
        told=told,
    )
    return frame, content, told.cells


def _earlier(
    office: Office, table: Consolidated, roles: Roles, frame: pd.DataFrame, muster: Muster
) -> Comparison | None:
    """The period before: what the ledger counted then, else the register's sheet NĂM TRƯỚC. A table with columns of
    its own tells of results, and no result goes on from the year before."""
    from lamtheo_xls import merge

    if table.columns:
        return None
    period, roll = previous_period(office.round.period), muster.roll
    counted = counting_of(office, f"{office.programme.id}_{period}")
    then, _ = merge.once(merge.frame_of(counted, office.register, table, office.forms, owing=muster.owing), roles)
    before = merge.joined_before(then, merge.earlier_frame(office.register, period, roles))
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

"""What the round asks of whom, with the dates people have extended: the assignments as they stand today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import Finding, say
from lamtheo_xls.ledger import Decision
from lamtheo_xls.register import Assignment, owed
from lamtheo_xls.workspace.folder import Office


def assignments_of(office: Office) -> tuple[tuple[Assignment, ...], tuple[Finding, ...]]:
    """Who owes what in the office's round on the as-of date, in the office's order; extensions («gia hạn») applied."""
    found, findings = owed(office.programme, office.forms, office.register, office.round, office.as_of)
    extended = {
        s.assignment: s.extended for s in office.ledger.standing_of_round(office.round.id) if s.extended is not None
    }
    return tuple(_extended(a, extended) for a in found), tuple(findings)


def _extended(assignment: Assignment, extended: Mapping[str, Decision]) -> Assignment:
    decision = extended.get(assignment.id)
    if decision is None:
        return assignment
    until = dt.date.fromisoformat(decision.detail["until"])
    before = assignment.deadline
    accept = before.accept_until
    deadline = Deadline(
        on_time=until,
        late_from=until + dt.timedelta(days=1),
        accept_until=max(accept, until) if accept else None,
        text=say("workspace.owing.extended", ngay=f"{until:%d/%m/%Y}"),
    )
    return replace(assignment, deadline=deadline)

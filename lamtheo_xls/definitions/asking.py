"""What a programme asks in a period: of which kind of unit, which form or document, by when (for people to read)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions.deadlines import date_of, deadline_of
from lamtheo_xls.definitions.model import Deadline, Form, Milestone, Obligation, Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One thing asked of one kind of unit, or of its people."""

    unit_kind: str
    obligation: Obligation
    label: str
    """Short name of the form («Mẫu số 01»); '' for a document without a form."""
    name: str
    """Full name of the form or document."""
    parts: str
    """one, or many: one for each model; '' for a document."""
    deadline: Deadline


def in_force(programme: Programme, period: str) -> tuple[Obligation, ...]:
    """The obligations that are owed in `period` at all, in the programme's order (S1.12: once)."""
    return tuple(o for o in programme.obligations if not o.periods or period in o.periods)


def asked_of(programme: Programme, forms: Mapping[str, Form], period: str) -> tuple[Demand, ...]:
    """What a round of `programme` for `period` asks: kinds of unit in the order in which the programme names them, of
    each what is due first, then in the programme's order. `forms` holds every form of the programme."""
    owed = in_force(programme, period)
    kinds = tuple(dict.fromkeys(kind for obligation in programme.obligations for kind in obligation.unit_kinds))
    found = [_demand(kind, o, forms, period) for kind in kinds for o in owed if kind in o.unit_kinds]
    return tuple(sorted(found, key=lambda d: (kinds.index(d.unit_kind), d.deadline.on_time)))


def _demand(kind: str, obligation: Obligation, forms: Mapping[str, Form], period: str) -> Demand:
    form = forms[obligation.form] if obligation.form else None
    return Demand(
        unit_kind=kind,
        obligation=obligation,
        label=form.label if form else "",
        name=form.name if form else obligation.document,
        parts=form.parts if form else "",
        deadline=deadline_of(obligation, period),
    )


def milestones_of(programme: Programme, period: str) -> tuple[tuple[Milestone, Deadline], ...]:
    """Dates of the office itself that fall in `period`, the earliest first."""
    found: Iterable[tuple[Milestone, Deadline]] = (
        (m, date_of(m, period)) for m in programme.milestones if period in m.periods
    )
    return tuple(sorted(found, key=lambda pair: pair[1].on_time))

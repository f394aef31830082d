"""What the columns of a form's table mean to a consolidated table: whose model, its name, its group, its marks."""

from __future__ import annotations

from dataclasses import dataclass

from lamtheo_xls.definitions.model import Consolidated, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Column ids by what they mean; '' or () where the form has no such column."""

    child: str
    """The unit's own part the row is about (chi bộ)."""
    name: str
    """What the row registers: the first required text."""
    group: str
    ticks: tuple[str, ...]
    exclusive: bool
    """Exactly one of the ticks is marked in a sound row (S1.32)."""
    amounts: tuple[str, ...]
    """Columns that are added up: ticks are counted, numbers summed."""


def roles_of(form: Form, consolidated: Consolidated) -> Roles:
    """The roles, from the definition alone: nothing is guessed from what units wrote."""
    columns = form.table(consolidated.table).columns
    ticks = tuple(c.id for c in columns if c.type == "tick")
    return Roles(
        child=next((c.id for c in columns if c.choices_from == "children"), ""),
        name=next((c.id for c in columns if c.type == "text" and c.required), ""),
        group=consolidated.group_column,
        ticks=ticks,
        exclusive=any(
            r.kind == "exactly_one" and r.table == consolidated.table and set(r.columns) == set(ticks)
            for r in form.rules
        ),
        amounts=tuple(c.id for c in columns if c.type in ("tick", "integer", "number")),
    )

"""What the columns of a consolidated table are, which forms fill them, and what each means: name, group, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions.model import Consolidated, Field, Form, Rule, Source


def columns_of(table: Consolidated, forms: Mapping[str, Form]) -> tuple[Field, ...]:
    """The table's own columns, else those of the form's table it is made from."""
    return table.columns or forms[table.form].table(table.table).columns


def sources_of(table: Consolidated) -> tuple[Source, ...]:
    """Where its rows come from, in the order in which a model told twice counts; alone the form itself."""
    return table.sources or (Source(form=table.form, table=table.table),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """So many rows with a tick in `column` are asked of units of these kinds (S3.10)."""

    column: str
    count: int
    unit_kinds: tuple[str, ...]
    """() for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Column ids by what they mean; '' or () where the table has no such column."""

    child: str
    """The unit's own part the row is about (chi bộ)."""
    name: str
    """What the row registers: the first required text."""
    group: str
    ticks: tuple[str, ...]
    exclusive: tuple[str, ...]
    """Ticks of which a sound row has exactly one (S1.32)."""
    marks: tuple[str, ...]
    """The other ticks: each row with one is listed by itself («có thể nhân rộng»)."""
    amounts: tuple[str, ...]
    """Columns that are added up: ticks are counted, numbers summed."""
    complete: tuple[str, ...]
    """Columns that ought to be filled: a row says all of them or is told as lacking (S3.7, S3.12)."""
    limit: int
    """So many rows a unit has at most (S3.9); 0 for no limit."""
    wanted: tuple[Wanted, ...]


def roles_of(table: Consolidated, forms: Mapping[str, Form]) -> Roles:
    """The roles, from the definitions alone: nothing is guessed from what units wrote."""
    columns = columns_of(table, forms)
    rules = tuple(_rules(table, forms))
    ticks = tuple(c.id for c in columns if c.type == "tick")
    pairs = [set(r.columns) for r in rules if r.kind == "exactly_one" and set(r.columns) <= set(ticks)]
    exclusive = tuple(t for t in ticks if any(t in pair for pair in pairs[:1]))
    texts = [c for c in columns if c.type == "text"]
    return Roles(
        child=next((c.id for c in columns if c.choices_from == "children"), ""),
        name=next((c.id for c in texts if c.required), texts[0].id if table.columns and texts else ""),
        group=table.group_column,
        ticks=ticks,
        exclusive=exclusive,
        marks=tuple(t for t in ticks if t not in exclusive),
        amounts=tuple(c.id for c in columns if c.type in ("tick", "integer", "number")),
        complete=tuple(c.id for c in columns if c.wanted or (c.required and c.type != "tick")),
        limit=max((r.count for r in rules if r.kind == "max_rows"), default=0),
        wanted=tuple(
            Wanted(column=r.columns[0], count=r.count or 1, unit_kinds=r.unit_kinds)
            for r in rules
            if r.kind == "min_ticked" and r.columns and r.columns[0] in ticks
        ),
    )


def _rules(table: Consolidated, forms: Mapping[str, Form]) -> list[Rule]:
    """The rules of the form about the rows themselves; of a table with columns of its own, those of its sources."""
    if not table.columns:
        return [r for r in forms[table.form].rules if r.table == table.table]
    return [r for s in sources_of(table) if s.form in forms for r in forms[s.form].rules if r.table == s.table]

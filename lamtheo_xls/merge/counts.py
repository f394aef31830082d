"""Counts of a consolidated table: units, models, marks, groups, chi bộ, what is lacking, and the year before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lamtheo_xls.definitions.model import Group
from lamtheo_xls.merge.columns import Roles
from lamtheo_xls.merge.comparing import Comparison
from lamtheo_xls.merge.frame import TICK, UNIT
from lamtheo_xls.merge.repeats import Alike, Repeated
from lamtheo_xls.merge.roll import Roll
from lamtheo_xls.register import Register, cells_of
from lamtheo_xls.text import text_key, unit_key

MODELS = "all.models"
Amount = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCount:
    """One group of models. `id` is '' for models of none; `label` of a text outside the list is that text."""

    id: str
    label: str
    models: int
    units: int
    amounts: Mapping[str, Amount]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCount:
    """One unit that counts or has nothing to report."""

    unit: str
    models: int
    amounts: Mapping[str, Amount]
    children: int
    """Chi bộ the register gives it; 0 where it has nothing to report."""
    children_without: tuple[str, ...]
    """Names of those without a model."""
    blanks: Mapping[str, int]
    """Column that ought to be filled → rows that lack it, where any do (S3.7, S3.12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Units whose return counts and of which some ticked rows are asked (S3.10), and those with fewer."""

    column: str
    count: int
    units: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Everything SỐ LIỆU says. Sums over `units` and over `groups` give `models` and `amounts`."""

    roll: Roll
    models: int
    amounts: Mapping[str, Amount]
    """Column id → ticks counted, numbers summed."""
    unmarked: int
    """Rows with no tick where exactly one is due."""
    marked_twice: int
    units: tuple[UnitCount, ...]
    groups: tuple[GroupCount, ...]
    earlier: Comparison | None
    blanks: Mapping[str, int]
    """Column that ought to be filled → rows that lack it, for every such column."""
    complete: int
    """Rows that lack none of them."""
    limit: int
    """So many rows a unit has at most; 0 for no limit."""
    asked: tuple[Asked, ...]
    repeated: tuple[Repeated, ...]
    alike: tuple[Alike, ...]
    left_out: tuple[Repeated, ...]
    """Models that only a form says which does not count for its unit here."""

    @property
    def sizes(self) -> tuple[tuple[str, ...], ...]:
        """Units whose return counts by how many rows they have: 0, 1 … `limit`, more. () without a limit."""
        if not self.limit:
            return ()
        counted = set(self.roll.counted)
        of = {u.unit: min(u.models, self.limit + 1) for u in self.units if u.unit in counted}
        return tuple(tuple(u for u, n in of.items() if n == size) for size in range(self.limit + 2))

    @property
    def units_without(self) -> tuple[str, ...]:
        """Codes of units whose return counts and holds no model."""
        counted = set(self.roll.counted)
        return tuple(u.unit for u in self.units if not u.models and u.unit in counted)

    @property
    def children(self) -> int:
        return sum(u.children for u in self.units)

    @property
    def children_without(self) -> tuple[tuple[str, str], ...]:
        """(unit code, name) of every chi bộ of the register without a model, among units whose return counts."""
        return tuple((u.unit, name) for u in self.units for name in u.children_without)


def counts_of(
    frame: pd.DataFrame,
    roll: Roll,
    register: Register,
    roles: Roles,
    *,
    groups: Sequence[Group],
    on: dt.date,
    earlier: Comparison | None = None,
    repeated: Sequence[Repeated] = (),
    alike: Sequence[Alike] = (),
    left_out: Sequence[Repeated] = (),
) -> Counts:
    """The counts of a frame of `frame_of`. Pure; chi bộ are those that exist on the day `on`."""
    marks = (frame[list(roles.exclusive)] == TICK).sum(axis=1)
    per_unit = amounts_by(frame, UNIT, roles)
    answered = tuple(dict.fromkeys((*roll.counted, *roll.silent, *per_unit)))
    without = _children_without(frame, roll.counted, register, roles, on)
    zero = dict.fromkeys(roles.amounts, 0)
    blank = frame[list(roles.complete)] == ""
    blank_of_unit = blank.groupby(frame[UNIT], sort=False).sum().to_dict("index")
    return Counts(
        roll=roll,
        models=len(frame),
        amounts=_plain(_amounts(frame, roles).sum().to_dict()),
        unmarked=int((marks == 0).sum()) if roles.exclusive else 0,
        marked_twice=int((marks > 1).sum()) if roles.exclusive else 0,
        units=tuple(
            UnitCount(
                unit=code,
                models=per_unit.get(code, (0, zero))[0],
                amounts=per_unit.get(code, (0, zero))[1],
                children=without.get(code, (0, ()))[0],
                children_without=without.get(code, (0, ()))[1],
                blanks={str(c): int(n) for c, n in blank_of_unit.get(code, {}).items() if n},
            )
            for code in answered
        ),
        groups=_groups(frame, roles, groups),
        earlier=earlier,
        blanks={str(c): int(n) for c, n in blank.sum().items()},
        complete=int((~blank.any(axis=1)).sum()),
        limit=roles.limit,
        asked=_asked(roll.counted, per_unit, register, roles),
        repeated=tuple(repeated),
        alike=tuple(alike),
        left_out=tuple(left_out),
    )


def _asked(
    counted: Sequence[str], per_unit: Mapping[str, tuple[int, Mapping[str, Amount]]], register: Register, roles: Roles
) -> tuple[Asked, ...]:
    kinds = {u.code: u.kind for u in register.units}
    out = []
    for wanted in roles.wanted:
        units = tuple(c for c in counted if not wanted.unit_kinds or kinds.get(c) in wanted.unit_kinds)
        have = {c: per_unit[c][1][wanted.column] if c in per_unit else 0 for c in units}
        lacking = tuple(c for c in units if have[c] < wanted.count)
        out.append(Asked(column=wanted.column, count=wanted.count, units=units, lacking=lacking))
    return tuple(out)


def amounts_by(frame: pd.DataFrame, key: str, roles: Roles) -> dict[str, tuple[int, dict[str, Amount]]]:
    """Per value of column `key`: how many models, and each amount (ticks counted, numbers summed)."""
    table = _amounts(frame, roles).assign(**{MODELS: 1}).groupby(frame[key], sort=False).sum()
    lines = table.to_dict("index")
    return {
        str(value): (int(line[MODELS]), _plain({c: line[c] for c in roles.amounts})) for value, line in lines.items()
    }


def _amounts(frame: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """The columns that add up, as numbers: 1 for a tick, 0 for what is no number."""
    columns = {
        column: (frame[column] == TICK).astype("int64")
        if column in roles.ticks
        else pd.to_numeric(frame[column], errors="coerce").fillna(0)
        for column in roles.amounts
    }
    return pd.DataFrame(columns, index=frame.index)


def _plain(amounts: Mapping[Hashable, float]) -> dict[str, Amount]:
    return {str(c): int(v) if v == int(v) else float(v) for c, v in amounts.items()}


def _groups(frame: pd.DataFrame, roles: Roles, groups: Sequence[Group]) -> tuple[GroupCount, ...]:
    """The programme's groups in its order, also empty ones; then texts outside the list; then models of no group."""
    if not roles.group:
        return ()
    keys = frame[roles.group].map(text_key)
    known = {text_key(g.label): g for g in groups}
    work = frame.assign(key=keys)
    table = amounts_by(work, "key", roles)
    units = work.groupby("key", sort=False)[UNIT].nunique()
    labels = work.groupby("key", sort=False)[roles.group].first()
    others = sorted(k for k in table if k and k not in known)
    blank = [""] if "" in table else []
    zero = dict.fromkeys(roles.amounts, 0)
    return tuple(
        GroupCount(
            id=known[key].id if key in known else "",
            label=known[key].label if key in known else str(labels[key]),
            models=table.get(key, (0, zero))[0],
            units=int(units.get(key, 0)),
            amounts=table.get(key, (0, zero))[1],
        )
        for key in (*known, *others, *blank)
    )


def _children_without(
    frame: pd.DataFrame, units: Sequence[str], register: Register, roles: Roles, on: dt.date
) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Unit code → (its chi bộ in the register, names of those no row speaks of), in the office's order."""
    children = pd.DataFrame(
        [
            (unit, child.code, child.name, key)
            for unit in (units if roles.child else ())
            for child in cells_of(register, unit, on)
            for key in {unit_key(child.name), unit_key(child.short_name)}
        ],
        columns=[UNIT, "child", "name", "key"],
        dtype=object,
    )
    keys = frame[roles.child].map(unit_key) if roles.child else frame[UNIT]
    have = pd.DataFrame({UNIT: frame[UNIT], "key": keys}).drop_duplicates().astype(object)
    found = children.merge(have, on=[UNIT, "key"], how="left", indicator="side")
    each = found.assign(has=found["side"] == "both").groupby([UNIT, "child", "name"], sort=False)["has"].any()
    rows = each.reset_index()
    total = rows.groupby(UNIT, sort=False).size()
    without = rows[~rows["has"]].groupby(UNIT, sort=False)["name"].agg(tuple)
    return {code: (int(total.get(code, 0)), tuple(without.get(code, ()))) for code in units}

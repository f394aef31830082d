"""This period's models beside those of the one before: kept, new, no longer registered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from lamtheo_xls.merge.columns import Roles
from lamtheo_xls.merge.frame import UNIT
from lamtheo_xls.register import Register
from lamtheo_xls.text import text_key, unit_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two periods over the units known in both. before = kept + dropped, now = kept + new: nothing is lost.

    A unit that has not answered yet is left out (its models are not «no longer registered», only not here yet), as is
    one of which nothing is known from before.
    """

    period: str
    units: tuple[str, ...]
    before: int
    now: int
    kept: int
    new: int
    dropped: int
    awaited: tuple[str, ...]
    """Units known from before that have not answered."""
    awaited_models: int
    unknown: tuple[str, ...]
    """Units that answered and of which nothing is known from before."""


def earlier_frame(register: Register, period: str, roles: Roles) -> pd.DataFrame:
    """The rows of sheet NĂM TRƯỚC that name a model, for `period` or for none said: unit.code, and who and what.

    The sheet speaks of models by chi bộ: a table without that column gets none of it. Where it names no chi bộ, the
    unit is one itself.
    """
    columns = [c for c in (roles.child, roles.name) if c]
    names = {u.code: u.name for u in register.units}
    return pd.DataFrame(
        [
            {UNIT: e.unit, roles.child: e.values.get(roles.child) or names.get(e.unit, ""), roles.name: name}
            for e in register.earlier
            if roles.child and e.period.strip() in ("", period) and (name := e.values.get(roles.name))
        ],
        columns=[UNIT, *columns],
        dtype=object,
    )


def joined_before(ledger: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """What is known from before: what the ledger counted, and sheet NĂM TRƯỚC for units it has nothing of."""
    columns = list(register.columns)
    rest = register[~register[UNIT].isin(ledger[UNIT])]
    return pd.concat([ledger[columns], rest], ignore_index=True)


def compare(
    now: pd.DataFrame, before: pd.DataFrame, roles: Roles, *, period: str, answered: Iterable[str]
) -> Comparison | None:
    """Models matched one to one by the same words within the same chi bộ of the same unit (case, spaces, tone placement
    and abbreviations of unit names apart). None where nothing is known from before or the form names no model.
    """
    if before.empty or not roles.name:
        return None
    came = tuple(dict.fromkeys(answered))
    known = before[UNIT].drop_duplicates().tolist()
    here, there = set(came), set(known)
    units = tuple(u for u in came if u in there)
    awaited = tuple(u for u in known if u not in here)
    old, new = _keyed(before[before[UNIT].isin(units)], roles), _keyed(now[now[UNIT].isin(units)], roles)
    sides = old.merge(new, on=list(old.columns), how="outer", indicator="side")["side"].value_counts()
    kept, dropped, added = (int(sides.get(side, 0)) for side in ("both", "left_only", "right_only"))
    return Comparison(
        period=period,
        units=units,
        before=len(old),
        now=len(new),
        kept=kept,
        new=added,
        dropped=dropped,
        awaited=awaited,
        awaited_models=int(before[UNIT].isin(awaited).sum()),
        unknown=tuple(u for u in came if u not in there),
    )


def _keyed(frame: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """What models are matched by; `nth` tells equal ones apart, so that each is matched at most once."""
    keys = pd.DataFrame(
        {
            UNIT: frame[UNIT].astype(object),
            "child": frame[roles.child].map(unit_key).astype(object) if roles.child else "",
            "name": frame[roles.name].map(text_key).astype(object),
        }
    )
    return keys.assign(nth=keys.groupby([UNIT, "child", "name"], sort=False).cumcount())

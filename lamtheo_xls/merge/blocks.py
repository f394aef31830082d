"""The frame cut into what is printed: one block per unit, one list per group, lines numbered through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lamtheo_xls.merge.columns import Roles
from lamtheo_xls.merge.counts import Amount, Counts
from lamtheo_xls.merge.frame import TICK, UNIT, UNIT_NAME
from lamtheo_xls.register import Register, in_order
from lamtheo_xls.text import text_key, unit_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One model as printed. `number` runs through the whole table; `again`: same chi bộ as the line above."""

    number: int
    unit: str
    values: Mapping[str, str]
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One unit with its subtotal and its lines."""

    unit: str
    name: str
    nil: bool
    models: int
    amounts: Mapping[str, Amount]
    lines: tuple[Line, ...]


def blocks_of(frame: pd.DataFrame, counts: Counts, register: Register, roles: Roles) -> tuple[Block, ...]:
    """One block per unit that counts or has nothing to report, in the office's order; blocks hold every row once."""
    lines = _lines(frame, roles)
    places = frame.groupby(UNIT, sort=False).indices
    of_unit = {u.unit: u for u in counts.units}
    names = dict(zip(frame[UNIT], frame[UNIT_NAME], strict=True)) | {u.code: u.name for u in register.units}
    silent = set(counts.roll.silent)
    return tuple(
        Block(
            unit=code,
            name=str(names.get(code, code)),
            nil=code in silent,
            models=of_unit[code].models,
            amounts=of_unit[code].amounts,
            lines=tuple(lines[i] for i in places.get(code, ())),
        )
        for code in in_order(register, sorted(of_unit))
    )


def group_lines(frame: pd.DataFrame, label: str, roles: Roles) -> tuple[Line, ...]:
    """The lines of one group (by the same words; '' for models of none), numbered from 1."""
    return tuple(_lines(frame[frame[roles.group].map(text_key) == text_key(label)], roles))


def marked_lines(frame: pd.DataFrame, column: str, roles: Roles) -> tuple[Line, ...]:
    """The lines with a tick in `column`, numbered from 1."""
    return tuple(_lines(frame[frame[column] == TICK], roles))


def stands_alone(frame: pd.DataFrame, roles: Roles) -> bool:
    """Every row is about the unit itself, none about a part of it: a base committee's own table of its chi bộ."""
    if not roles.child or frame.empty:
        return False
    return bool((frame[roles.child] == frame[UNIT_NAME]).all())


def _lines(frame: pd.DataFrame, roles: Roles) -> list[Line]:
    work = frame.reset_index(drop=True)
    again = pd.Series(False, index=work.index)
    if roles.child and len(work):
        keys = pd.DataFrame({UNIT: work[UNIT], "child": work[roles.child].map(unit_key)})
        again = (keys == keys.shift()).all(axis=1) & (keys["child"] != "")
    rows = work[[c for c in work.columns if "." not in c]].to_dict("records")
    return [
        Line(number=n, unit=unit, values={str(k): str(v) for k, v in row.items()}, again=bool(same))
        for n, (unit, row, same) in enumerate(zip(work[UNIT], rows, again, strict=True), start=1)
    ]

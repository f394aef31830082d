"""One model told twice counts once; models of nearly one name, or told only where they do not count, are noted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd

from lamtheo_xls.merge.columns import Roles
from lamtheo_xls.merge.frame import FILE, FORM, PART, SUBMISSION, UNIT
from lamtheo_xls.text import plain_key, text_key, unit_key

_CLOSE_ENOUGH = 0.88
_WORD = re.compile(r"[0-9]+|[a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A row left out: another return of the unit says the same, or (of `left_out`) its form does not count here."""

    unit: str
    name: str
    form: str
    part: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two names within one chi bộ of one unit that may be one model."""

    unit: str
    one: str
    other: str


def once(frame: pd.DataFrame, roles: Roles) -> tuple[pd.DataFrame, tuple[Repeated, ...]]:
    """The frame without rows that an earlier return of the same unit has in the same words, and those rows.

    Earlier: of an earlier source, then of an earlier part. Rows of one return all stay: what a unit put twice into one
    signed table is its own to mend. Rows without a name stay. len(frame) = len(what is left) + len(repeated).
    """
    if frame.empty or not roles.name:
        return frame, ()
    keys = _keys(frame, roles)
    first = frame.groupby([keys[c] for c in keys], sort=False)[SUBMISSION].transform("first")
    again = (frame[SUBMISSION] != first) & (keys["name"] != "")
    rows = frame[again]
    repeated = tuple(
        Repeated(unit=unit, name=name, form=form, part=part, file=file)
        for unit, name, form, part, file in zip(
            rows[UNIT], rows[roles.name], rows[FORM], rows[PART], rows[FILE], strict=True
        )
    )
    return frame[~again].reset_index(drop=True), repeated


def alike(frame: pd.DataFrame, roles: Roles) -> tuple[Alike, ...]:
    """Pairs of rows of one chi bộ whose names are nearly one: the same but for marks, signs or a few letters, and the
    same numbers. Nothing is taken out for it; a person looks."""
    if frame.empty or not roles.name:
        return ()
    keys = _keys(frame, roles)
    names: dict[tuple[str, str], list[str]] = {}
    for unit, child, name in zip(keys["unit"], keys["child"], frame[roles.name], strict=True):
        if name:
            names.setdefault((unit, child), []).append(name)
    return tuple(
        Alike(unit=unit, one=one, other=other)
        for (unit, _), found in names.items()
        for one, other in combinations(found, 2)
        if _close(one, other)
    )


def left_out(whole: pd.DataFrame, frame: pd.DataFrame, roles: Roles) -> tuple[Repeated, ...]:
    """Models of `whole` – the frame made without regard to who owes what – of which `frame` has none of that name from
    that unit: a committee's own plan that its list of models does not name. They count nowhere; a person looks."""
    if not roles.name:
        return ()
    known = set(zip(frame[UNIT], frame[roles.name].map(text_key), strict=True))
    out: list[Repeated] = []
    for unit, name, form, part, file in zip(
        whole[UNIT], whole[roles.name], whole[FORM], whole[PART], whole[FILE], strict=True
    ):
        if name and (unit, text_key(name)) not in known:
            known.add((unit, text_key(name)))
            out.append(Repeated(unit=unit, name=name, form=form, part=part, file=file))
    return tuple(out)


def _keys(frame: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    child = frame[roles.child].map(unit_key) if roles.child else ""
    return pd.DataFrame({"unit": frame[UNIT], "child": child, "name": frame[roles.name].map(text_key)})


def _close(one: str, other: str) -> bool:
    a, b = _WORD.findall(plain_key(one)), _WORD.findall(plain_key(other))
    if [w for w in a if w.isdigit()] != [w for w in b if w.isdigit()] or not a or not b:
        return False
    matcher = SequenceMatcher(None, " ".join(a), " ".join(b), autojunk=False)
    return matcher.real_quick_ratio() >= _CLOSE_ENOUGH <= matcher.quick_ratio() and matcher.ratio() >= _CLOSE_ENOUGH

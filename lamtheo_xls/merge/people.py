"""Plans of people, counted per unit: who owes, who sent, which leaders registered deeds, and of which kind (S3.20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lamtheo_xls.definitions.model import Consolidated, Field
from lamtheo_xls.merge.frame import PERSON, UNIT
from lamtheo_xls.merge.roll import Roll, person_key
from lamtheo_xls.register import Register, in_order
from lamtheo_xls.text import text_key

KEY, KIND, DEED = "person.key", "deed.kind", "deed.text"
_COUNTED = ("expected", "present", "missing", "silent", "voluntary", "leaders", "registered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person the round knows of. `leader`: who must register deeds (S3.19); `second_to`: who gets one more copy."""

    key: str
    unit: str
    name: str
    leader: bool = False
    second_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCount:
    """People of one unit, or of all. expected = present + silent + missing; `voluntary` sent without owing.

    `leaders`: those who owe and must register deeds; `registered`: of them, those whose plan counts and names one;
    `deeds`: kind → deeds of everybody who sent, '' for those of no kind chosen.
    """

    unit: str
    expected: int
    present: int
    missing: int
    silent: int
    voluntary: int
    leaders: int
    registered: int
    deeds: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCounts:
    """What the table says; sums over `units` give `total`, kind by kind."""

    roll: Roll
    units: tuple[PeopleCount, ...]
    total: PeopleCount
    kinds: tuple[str, ...]
    unregistered: tuple[str, ...]
    """Leaders whose plan counts and names no deed."""
    seconds: tuple[str, ...]
    """Those whose plan counts and who send one more copy (S3.22)."""
    deeds_of_others: int
    """Deeds of people of whom none are asked."""


def deed_columns(table: Consolidated) -> tuple[tuple[Field, tuple[Field, ...]], ...]:
    """Each deed the table has room for: the column of its kind – those with the choices of `group_column` – and the
    other columns under the same upper head, its text first."""
    first = next((c for c in table.columns if c.id == table.group_column), None)
    if first is None:
        return ()
    kinds = [c for c in table.columns if c.choices == first.choices]
    return tuple((k, tuple(c for c in table.columns if c.group == k.group and c.id != k.id)) for k in kinds)


def deeds_of(frame: pd.DataFrame, table: Consolidated) -> pd.DataFrame:
    """One row a deed, a person's own in their order: the frame's columns, person.key, deed.text (as `in_one` tells it)
    and deed.kind (a choice of the table; '' for none or other words). A deed is there where a text or its kind is."""
    keyed = frame.assign(**{KEY: [person_key(u, p) for u, p in zip(frame[UNIT], frame[PERSON], strict=True)]})
    parts = []
    for kind, columns in deed_columns(table):
        labels = {text_key(c): c for c in kind.choices}
        said = [kind.id, *(c.id for c in columns if c.type == "text")]
        rows = keyed[(keyed[said] != "").any(axis=1)]
        kinds = rows[kind.id].map(lambda text, labels=labels: labels.get(text_key(text), ""))
        texts = [in_one(line, columns) for line in rows[[c.id for c in columns]].to_dict("records")]
        parts.append(rows.assign(**{DEED: pd.Series(texts, index=rows.index, dtype=object), KIND: kinds}))
    if not parts:
        return keyed.assign(**{DEED: "", KIND: ""}).iloc[:0]
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def in_one(values: Mapping[Any, str], columns: Sequence[Field]) -> str:
    """What several printed columns say, in one cell: the first plainly, each other with its label on a line of its own;
    blank ones left out."""
    first, *rest = columns
    lines = [values[first.id], *(f"{c.label}: {values[c.id]}" for c in rest if c.printed and values[c.id])]
    return "\n".join(line for line in lines if line)


def people_counts(
    frame: pd.DataFrame, roll: Roll, asked: Sequence[Asked], register: Register, table: Consolidated
) -> PeopleCounts:
    """The counts of a frame of people. `asked` holds everybody in `roll`; units in the office's order."""
    kinds = next((k.choices for k, _ in deed_columns(table)), ())
    deeds = deeds_of(frame, table)
    did = set(deeds[KEY])
    rows = _members(roll, asked).assign(did=lambda found: found[KEY].isin(did))
    rows = rows.assign(registered=rows["leaders"] & rows["present"] & rows["did"])
    by_unit = rows.groupby(UNIT, sort=False)[list(_COUNTED)].sum().to_dict("index")
    by_kind = deeds.groupby([UNIT, KIND], sort=False).size().to_dict()
    units = tuple(
        _count(code, by_unit[code], {kind: int(by_kind.get((code, kind), 0)) for kind in (*kinds, "")})
        for code in in_order(register, sorted(map(str, by_unit)))
    )
    whole = {kind: int((deeds[KIND] == kind).sum()) for kind in (*kinds, "")}
    leaders = {a.key for a in asked if a.leader}
    seconds = {a.key for a in asked if a.second_to}
    return PeopleCounts(
        roll=roll,
        units=units,
        total=_count("", rows[list(_COUNTED)].sum().to_dict(), whole),
        kinds=kinds,
        unregistered=tuple(k for k in roll.present if k in leaders and k not in did),
        seconds=tuple(k for k in roll.counted if k in seconds),
        deeds_of_others=int((~deeds[KEY].isin(leaders)).sum()),
    )


def _members(roll: Roll, asked: Sequence[Asked]) -> pd.DataFrame:
    """A row for everybody who owes or counts, with what they are as True and False."""
    rows = pd.DataFrame([(a.key, a.unit, a.leader) for a in asked], columns=[KEY, UNIT, "leader"])
    rows = rows.astype({"leader": bool}).drop_duplicates(KEY)
    told = {name: getattr(roll, name) for name in ("expected", "present", "missing", "silent")}
    rows = rows.assign(voluntary=rows[KEY].isin(roll.beyond), **{n: rows[KEY].isin(keys) for n, keys in told.items()})
    rows = rows.assign(leaders=rows["leader"] & rows["expected"])
    return rows[rows["expected"] | rows["voluntary"]]


def _count(unit: str, sums: Mapping[Any, int], deeds: Mapping[str, int]) -> PeopleCount:
    return PeopleCount(unit=unit, **{name: int(sums[name]) for name in _COUNTED}, deeds=deeds)

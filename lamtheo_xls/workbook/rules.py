"""Owns the panel's rules: each declared once, as formula text and as the same test in Python; and what they judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from lamtheo_xls.definitions.model import Field, Form, Table
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import UNIT_FIELD, fill

Cached = str | int
Cell = tuple[int, int]
"""(row, column) of a sheet."""
Rows = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in the inputs: single fields by id; rows of a table by their index, {} for a blank row."""

    fields: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Rows] = field(default_factory=dict)


NOTHING = Filled(fields=MappingProxyType({}), rows=MappingProxyType({}))


def starting(form: Form, context: Mapping[str, str], filled: Filled = NOTHING) -> Filled:
    """`filled` over the form's own defaults: what the inputs of a workbook hold when it leaves."""
    own = {f.id: fill(f.default, context) for f in form.fields if f.default}
    return Filled(fields={**own, **filled.fields}, rows=filled.rows)


# -- the rules ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One kind of rule: true means a fault. Both see only lengths (or a count of rows), never the text itself."""

    formula: Callable[[Sequence[str], int], str]
    fails: Callable[[Sequence[int], int], bool]


TESTS: Mapping[str, Test] = {
    "required": Test(formula=lambda x, n: f"{x[0]}=0", fails=lambda x, n: x[0] == 0),
    "max_length": Test(formula=lambda x, n: f"{x[0]}>{n}", fails=lambda x, n: x[0] > n),
    "tick_missing": Test(formula=lambda x, n: "+".join(x) + "=0", fails=lambda x, n: sum(x) == 0),
    "tick_both": Test(
        formula=lambda x, n: "+".join(f"IF({c}>0,1,0)" for c in x) + ">1",
        fails=lambda x, n: sum(1 for c in x if c > 0) > 1,
    ),
    "min_rows": Test(formula=lambda x, n: f"{x[0]}<{n}", fails=lambda x, n: x[0] < n),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule of the form as the panel runs it; the message stands at the first of its columns."""

    kind: str
    columns: tuple[str, ...]
    limit: int
    message: str
    """Words with `{o}` left open for the cell."""


def row_checks(form: Form, table: Table) -> tuple[Check, ...]:
    """What each used row of `table` is tested for, in the order of its columns."""
    found: list[Check] = []
    for column in table.columns:
        found += _own_checks(column)
        for rule in form.rules:
            if rule.kind == "exactly_one" and rule.panel and rule.table == table.id and rule.columns[0] == column.id:
                name = say("workbook.panel.or").join(table.column(c).short for c in rule.columns)
                found += (
                    Check(kind=kind, columns=rule.columns, limit=0, message=_words(kind, name))
                    for kind in ("tick_missing", "tick_both")
                )
    return tuple(found)


def table_checks(form: Form, table: Table) -> tuple[Check, ...]:
    """What `table` as a whole is tested for; the cell named is the first required one of its first row."""
    first = next((c.id for c in table.columns if c.required), table.columns[0].id)
    return tuple(
        Check(kind="min_rows", columns=(first,), limit=rule.count, message=_words("min_rows", "", rule.count))
        for rule in form.rules
        if rule.kind == "min_rows" and rule.panel and rule.table == table.id
    )


def field_checks(form: Form, id: str) -> tuple[Check, ...]:
    """What the single field `id` is tested for."""
    return tuple(_own_checks(UNIT_FIELD if id == UNIT_FIELD.id else form.field(id)))


def _own_checks(field: Field) -> Iterator[Check]:
    if field.required:
        yield Check(kind="required", columns=(field.id,), limit=0, message=_words("required", field.short))
    if field.max_length:
        message = _words("max_length", field.short, field.max_length)
        yield Check(kind="max_length", columns=(field.id,), limit=field.max_length, message=message)


def _words(kind: str, name: str, number: int = 0) -> str:
    return say(f"workbook.panel.{kind}", ten=name, so=number)


# -- blanks and lengths, alike on both sides ----------------------------------------------------------------------


def length(text: str) -> int:
    """Characters of `text` as the panel counts them: outer spaces gone, inner runs one; 0 = blank."""
    return len(" ".join(w for w in text.replace("\n", " ").replace("\xa0", " ").split(" ") if w))


def length_formula(cell: str) -> str:
    return f'IFERROR(LEN(TRIM(SUBSTITUTE(SUBSTITUTE({cell},CHAR(10)," "),"\xa0"," "))),1)'

"""Owns the panel's rules: each declared once, as formula text and as the same test in Python; and what they judge."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lamtheo_xls.definitions.model import Field, Form, Rule, Table
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
    """`filled` over the form's own defaults: what the inputs of a workbook hold when it leaves. A locked field says
    what the context says, whatever `filled` has."""
    own = {f.id: fill(f.default, context) for f in form.fields if f.default}
    locked = {f.id: own.get(f.id, "") for f in form.fields if f.locked}
    return Filled(fields={**own, **filled.fields, **locked}, rows=filled.rows)


# -- the rules ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One kind of rule: true means a fault. Both see only lengths, a count of rows or (not_number) 1 for a cell that
    holds no number of its range, never the text itself."""

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
    "max_rows": Test(formula=lambda x, n: f"{x[0]}>{n}", fails=lambda x, n: x[0] > n),
    "not_number": Test(formula=lambda x, n: f"{x[0]}>0", fails=lambda x, n: x[0] > 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule of the form as the panel runs it; the message stands at the first of its columns."""

    kind: str
    columns: tuple[str, ...]
    """Columns of the table; single fields where the check is theirs."""
    limit: int
    message: str
    """Words with `{o}` left open for the cell."""
    when: tuple[str, ...] = ()
    """Single fields: it runs only where all of these are filled."""
    unless: tuple[str, ...] = ()
    """Single fields: it does not run where any of these is filled."""
    soft: bool = False
    """A warning: it is said beside the row and does not keep the workbook from being done."""


def row_checks(form: Form, table: Table) -> tuple[Check, ...]:
    """What each used row of `table` is tested for, in the order of its columns; warnings last."""
    found: list[Check] = []
    for column in table.columns:
        if table.kind == "paragraphs":
            found += _paragraph_checks(column)
            continue
        found += _own_checks(column)
        found += _ticked(form, table.id, column.id)
    return tuple(sorted(found, key=lambda check: check.soft))


def table_checks(form: Form, table: Table) -> tuple[Check, ...]:
    """What `table` as a whole is tested for; the cell named is the first required one of its first row."""
    first = next((c.id for c in table.columns if c.required), table.columns[0].id)
    unit = "paragraphs" if table.kind == "paragraphs" else "rows"
    found = []
    for rule in form.rules:
        if rule.kind in ("min_rows", "max_rows") and _runs(rule) and rule.table == table.id:
            words = _words(f"{rule.kind[:3]}_{unit}", "", rule.count)
            check = Check(kind=rule.kind, columns=(first,), limit=rule.count, message=words)
            found.append(_guarded(check, form if rule.kind == "min_rows" else None, rule))
    return tuple(found)


def field_checks(form: Form, id: str) -> tuple[Check, ...]:
    """What the single field `id` is tested for; nothing where it is locked."""
    field = UNIT_FIELD if id == UNIT_FIELD.id else form.field(id)
    if field.locked:
        return ()
    own = (_guarded(c, form) if c.kind == "required" and id != UNIT_FIELD.id else c for c in _own_checks(field))
    return (*own, *_number_checks(field), *_ticked(form, "", id))


def _ticked(form: Form, table: str, column: str) -> Iterator[Check]:
    """Where `column` is the first of those of which exactly one is to be ticked."""
    for rule in form.rules:
        if rule.kind == "exactly_one" and _runs(rule) and rule.table == table and rule.columns[0] == column:
            of = form.table(table).column if table else form.field
            name = say("workbook.panel.or").join(of(c).short for c in rule.columns)
            for kind in ("tick_missing", "tick_both"):
                check = Check(kind=kind, columns=rule.columns, limit=0, message=_words(kind, name))
                yield _guarded(check, form, rule) if kind == "tick_missing" else _guarded(check, None, rule)


def _runs(rule: Rule) -> bool:
    """Whether the panel knows all that `rule` asks; kinds of unit are known at intake only."""
    return rule.panel and not rule.unit_kinds


def _guarded(check: Check, form: Form | None, rule: Rule | None = None) -> Check:
    """`check` under the conditions of its rule; what asks for something stands down where the unit says that there is
    nothing («không phát sinh»)."""
    nil = (form.nil_field,) if form is not None and form.nil_field else ()
    when = (rule.when,) if rule is not None and rule.when else ()
    unless = (rule.unless,) if rule is not None and rule.unless else ()
    soft = check.soft or (rule is not None and (rule.severity or _SEVERITY.get(rule.kind, "error")) != "error")
    return replace(check, when=when, unless=(*unless, *nil), soft=soft)


_SEVERITY = {"max_rows": "warning"}
"""What a rule of this kind is where it does not say so itself, as far as it is no error."""


def _own_checks(field: Field) -> Iterator[Check]:
    if field.required or field.wanted:
        words = _words("required", field.short)
        yield Check(kind="required", columns=(field.id,), limit=0, message=words, soft=not field.required)
    if field.max_length:
        message = _words("max_length", field.short, field.max_length)
        yield Check(kind="max_length", columns=(field.id,), limit=field.max_length, message=message)


def _paragraph_checks(column: Field) -> Iterator[Check]:
    """A row of a sheet holds so much and no more: what is longer is two paragraphs."""
    if column.max_length:
        message = say("workbook.panel.paragraph_length", so=thousands(column.max_length))
        yield Check(kind="max_length", columns=(column.id,), limit=column.max_length, message=message)


def _number_checks(field: Field) -> Iterator[Check]:
    if field.type in ("integer", "number"):
        message = say(f"workbook.panel.{field.type}", ten=field.short, khoang=span_words(field))
        yield Check(kind="not_number", columns=(field.id,), limit=0, message=message)


def _words(kind: str, name: str, number: int = 0) -> str:
    return say(f"workbook.panel.{kind}", ten=name, so=number)


def thousands(number: int) -> str:
    """2000 → «2.000»."""
    return f"{number:,}".replace(",", ".")


def span_words(field: Field) -> str:
    """« từ 1 trở lên»: which numbers a field takes; '' for all."""
    low, high = (f"{x:g}" if x is not None else "" for x in (field.minimum, field.maximum))
    if low and high:
        return say("workbook.alert.between", tu=low, den=high)
    return say("workbook.alert.from", tu=low) if low else say("workbook.alert.up_to", den=high) if high else ""


# -- numbers, alike on both sides -----------------------------------------------------------------------------------


def not_number(text: str, field: Field) -> int:
    """1 where `text` stands in a cell of `field` and is no number of its range; 0 else, and where it is blank."""
    if not length(text):
        return 0
    value = typed(text, field.type)
    if field.type == "integer" and isinstance(value, str):
        value = float(value.strip()) if re.fullmatch(r"0|-?[1-9]\d{0,14}", value.strip()) else value
    if isinstance(value, str) or value is None or (field.type == "integer" and value != int(value)):
        return 1
    low, high = _range(field)
    return 0 if low <= value <= high else 1


def not_number_formula(cell: str, field: Field) -> str:
    """The same of the cell `cell`; a whole number counts also where it stands as text."""
    low, high = (f"{x:.15g}" for x in _range(field))
    if field.type == "integer":
        text = f'TRIM({cell}&"")'
        inside = f"AND(VALUE({text})>={low},VALUE({text})<={high})"
        wrong = f'IFERROR(IF(TEXT(VALUE({text}),"0")={text},IF({inside},0,1),1),1)'
    else:
        wrong = f"IF(ISNUMBER({cell}),IF(AND({cell}>={low},{cell}<={high}),0,1),1)"
    return f"IF({length_formula(cell)}=0,0,{wrong})"


_HUGE = 1e14


def _range(field: Field) -> tuple[float, float]:
    return (
        field.minimum if field.minimum is not None else -_HUGE,
        field.maximum if field.maximum is not None else _HUGE,
    )


# -- blanks and lengths, alike on both sides ----------------------------------------------------------------------


def length(text: str) -> int:
    """Characters of `text` as the panel counts them: outer spaces gone, inner runs one; 0 = blank."""
    return len(" ".join(w for w in text.replace("\n", " ").replace("\xa0", " ").split(" ") if w))


def length_formula(cell: str) -> str:
    return f'IFERROR(LEN(TRIM(SUBSTITUTE(SUBSTITUTE({cell},CHAR(10)," "),"\xa0"," "))),1)'


# -- texts as cells hold them ---------------------------------------------------------------------------------------

_EPOCH = dt.date(1899, 12, 30)


def typed(text: str, type: str) -> str | float | None:
    """`text` as a cell of `type` holds it: a number, a date's serial number, else the text it is; None for none."""
    if not text:
        return None
    try:
        if type in ("integer", "number"):
            value = float(text)
            return value if math.isfinite(value) else text
        if type == "date":
            return float((dt.date.fromisoformat(text) - _EPOCH).days)
    except ValueError:
        return text
    return text


def shown(text: str, type: str) -> str:
    """What a printed line makes of what such a cell holds."""
    value = typed(text, type)
    if isinstance(value, float):
        return f"{dt.date.fromisoformat(text):%d/%m/%Y}" if type == "date" else f"{value:.15g}"
    return text


def shown_formula(cell: str, type: str) -> str:
    """The same of the cell `cell`."""
    return f'IF(ISNUMBER({cell}),TEXT({cell},"dd/mm/yyyy"),{cell}&"")' if type == "date" else f'{cell}&""'

"""What a programme's JSON means, alone and together with its forms: pure checks over raw JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from lamtheo_xls.definitions.form_checks import Check, bad_templates, every_field, repeats, texts_are_clean, unknown
from lamtheo_xls.definitions.parsing import path_of
from lamtheo_xls.definitions.periods import period_valid
from lamtheo_xls.definitions.raw import Node, Steps, each, ids, number, one, texts, word
from lamtheo_xls.findings import Finding, finding, say

_DUE_KEYS = {
    "in_month": ("month",),
    "before": ("month", "day"),
    "by": ("month", "day"),
    "in_quarter": ("quarter",),
}
_PERIOD_LIKE = {"year": "2027", "half": "2027-H1", "quarter": "2027-Q1", "month": "2027-02"}


def every_due(programme: Node) -> Iterator[Node]:
    """The deadline rule of each obligation and those of its exceptions."""
    for obligation in each(programme, "obligations"):
        yield from one(obligation, "due")
        for exceptions in one(obligation, "exceptions"):
            for period in exceptions[1]:
                yield from one(exceptions, period)


def ids_are_unique(programme: Node) -> Iterator[Finding]:
    """Ids of obligations, groups and tables; the labels of groups too, for a drop-down tells them apart by label."""
    for key in ("obligations", "groups", "tables"):
        yield from repeats(each(programme, key), "id")
    yield from repeats(each(programme, "groups"), "label")


def forms_are_listed(programme: Node) -> Iterator[Finding]:
    """Obligations and consolidated tables name forms of this programme."""
    forms = tuple(value for _, value in texts(programme, "forms"))
    for key in ("obligations", "tables"):
        for node in each(programme, key):
            yield from unknown((*node[0], "form"), word(node, "form"), forms, "form")


def deadlines_are_whole(programme: Node) -> Iterator[Finding]:
    """Each kind of deadline has what it needs, nothing idle, and a day that exists."""
    for due in every_due(programme):
        kind, steps = word(due, "kind"), due[0]
        needed = _DUE_KEYS.get(kind)
        if needed is None:
            continue
        for key in ("month", "day", "quarter"):
            if key in needed and key not in due[1]:
                yield finding("definition.due_lacks", path=path_of((*steps, key)), loai=kind, khoa=key)
            if key not in needed and key in due[1]:
                yield finding("definition.idle_key", path=path_of((*steps, key)), loai=kind, khoa=key)
        if kind != "before" and due[1].get("strict"):
            yield finding("definition.idle_key", path=path_of((*steps, "strict")), loai=kind, khoa="strict")
        yield from _impossible_day(due)


def _impossible_day(due: Node) -> Iterator[Finding]:
    day, month, year = (number(due, key) for key in ("day", "month", "year"))
    if not day or not month or not (1 <= month <= 12 and 1 <= day <= 31):
        return
    year = year or _period_year_of_exception(due[0]) or 2027
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return
    try:
        dt.date(int(year), int(month), int(day))
    except ValueError:
        yield finding("definition.due_impossible", path=path_of((*due[0], "day")), ngay=f"{day:02}/{month:02}")


def _period_year_of_exception(steps: Steps) -> int | None:
    """The year of the period an exception is for: 29/02 may stand in an exception for 2028."""
    last = steps[-1]
    return int(last[:4]) if steps[-2:-1] == ("exceptions",) and isinstance(last, str) and period_valid(last) else None


def exceptions_are_periods(programme: Node) -> Iterator[Finding]:
    kind = word(programme, "period")
    if kind not in _PERIOD_LIKE:
        return
    for obligation in each(programme, "obligations"):
        for steps, exceptions in one(obligation, "exceptions"):
            for period in exceptions:
                if not period_valid(period, kind):
                    place = path_of((*steps, period))
                    yield finding("definition.exception_period", path=place, value=period, vi_du=_PERIOD_LIKE[kind])


def programme_templates_are_known(programme: Node) -> Iterator[Finding]:
    found: list[tuple[Steps, str]] = []
    for obligation in each(programme, "obligations"):
        found += [*texts(obligation, "to"), *texts(obligation, "via")]
    for table in each(programme, "tables"):
        found += [*texts(table, "title"), *texts(table, "authority"), *texts(table, "recipients")]
    yield from bad_templates(found)
    yield from bad_templates((place for due in every_due(programme) for place in texts(due, "text")), ("nam",))


PROGRAMME_CHECKS: tuple[Check, ...] = (
    texts_are_clean,
    ids_are_unique,
    forms_are_listed,
    deadlines_are_whole,
    exceptions_are_periods,
    programme_templates_are_known,
)


def tables_exist_in_forms(programme: Any, forms: Mapping[str, Any]) -> Iterator[Finding]:
    """A consolidated table names a table and a column of its form. Findings point into the programme."""
    for node in each(((), programme), "tables"):
        form = forms.get(word(node, "form"))
        if not isinstance(form, dict):
            continue
        tables = {word(t, "id"): ids(each(t, "columns")) for t in each(((), form), "tables")}
        named = word(node, "table")
        yield from unknown((*node[0], "table"), named, tables, "table")
        if named in tables:
            yield from unknown((*node[0], "group_column"), word(node, "group_column"), tables[named], "column")


def groups_serve_the_form(programme: Any, form: Any) -> Iterator[Finding]:
    """A column that offers the programme's groups finds some, and its example is one. Findings point into the form."""
    labels = {word(group, "label") for group in each(((), programme), "groups")}
    for node in every_field(((), form)):
        if node[1].get("choices_from") != "groups":
            continue
        if not labels:
            yield finding("definition.groups_missing", path=path_of((*node[0], "choices_from")))
        elif word(node, "example") not in {"", *labels} and not node[1].get("free"):
            expected = say("definitions.fits.choices")
            place = path_of((*node[0], "example"))
            yield finding("definition.example", path=place, value=word(node, "example"), can=expected)

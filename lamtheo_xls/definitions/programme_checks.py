"""What a programme's JSON means, alone and together with its forms: pure checks over raw JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from lamtheo_xls.definitions.form_checks import (
    Check,
    bad_templates,
    every_field,
    repeats,
    texts_are_clean,
    unknown,
    unsound,
)
from lamtheo_xls.definitions.parsing import path_of
from lamtheo_xls.definitions.periods import period_valid
from lamtheo_xls.definitions.raw import Node, Steps, all_texts, each, number, one, texts, word
from lamtheo_xls.definitions.shape import schema
from lamtheo_xls.definitions.templates import OF_PERSONS
from lamtheo_xls.findings import Finding, finding, say

_DUE_KEYS = {
    "in_month": ("month",),
    "before": ("month", "day"),
    "by": ("month", "day"),
    "in_quarter": ("quarter",),
}
_COMMON_YEAR = 2027
_PERIOD_LIKE = {"year": "2027", "half": "2027-H1", "quarter": "2027-Q1", "month": "2027-02"}


def every_due(programme: Node) -> Iterator[Node]:
    """The deadline rule of each obligation and those of its exceptions; those of milestones."""
    for milestone in each(programme, "milestones"):
        yield from one(milestone, "due")
    for obligation in each(programme, "obligations"):
        yield from one(obligation, "due")
        for exceptions in one(obligation, "exceptions"):
            for period in exceptions[1]:
                yield from one(exceptions, period)


def ids_are_unique(programme: Node) -> Iterator[Finding]:
    """Ids of obligations, milestones, groups and tables; the labels of groups too, for a drop-down tells them apart by
    label."""
    for key in ("obligations", "milestones", "groups", "tables"):
        yield from repeats(each(programme, key), "id")
    yield from repeats(each(programme, "groups"), "label")


def forms_are_listed(programme: Node) -> Iterator[Finding]:
    """Obligations, consolidated tables and their sources name forms of this programme."""
    forms = tuple(value for _, value in texts(programme, "forms"))
    for key in ("obligations", "tables"):
        for node in each(programme, key):
            yield from unknown((*node[0], "form"), word(node, "form"), forms, "form")
            for source in each(node, "sources"):
                yield from unknown((*source[0], "form"), word(source, "form"), forms, "form")
                yield from unknown((*source[0], "unless_owed"), word(source, "unless_owed"), forms, "form")


def obligations_are_whole(programme: Node) -> Iterator[Finding]:
    """A form or the name of a document, never both; people where persons owe, and nothing of theirs where units do."""
    for node in each(programme, "obligations"):
        steps, raw = node
        owner, named = word(node, "owner", "unit"), bool(word(node, "document"))
        if bool(word(node, "form")) == named:
            yield unsound((*steps, "document"), "form_and_document" if named else "form_or_document")
        elif named and raw.get("signed_copy") is False:
            yield unsound((*steps, "signed_copy"), "document_signed")
        if named and owner == "person":
            yield unsound((*steps, "owner"), "document_of_person")
        if owner == "person" and not raw.get("people"):
            yield unsound((*steps, "people"), "people_missing")
        for key in ("people", "second_copy"):
            if owner == "unit" and raw.get(key):
                yield finding("definition.idle_key", path=path_of((*steps, key)), khoa=key, loai="unit")


def people_are_told_apart(programme: Node) -> Iterator[Finding]:
    """No group both owes and volunteers; an exemption is for kinds of unit and groups that owe."""
    for obligation in each(programme, "obligations"):
        kinds = {value for _, value in texts(obligation, "unit_kinds")}
        for people in one(obligation, "people"):
            groups = {value for _, value in texts(people, "groups")}
            for steps, value in texts(people, "volunteers"):
                if value in groups:
                    yield unsound(steps, "volunteers_owe", nhom=value)
            for exempt in each(people, "exempt"):
                for key, known in (("unit_kinds", kinds), ("groups", groups)):
                    sayable = schema("programme")["$defs"]["exemption"]["properties"][key]["items"]["enum"]
                    for steps, value in texts(exempt, key):
                        if value in sayable and value not in known:
                            yield unsound(steps, "exempt_outside", nhom=value)


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
        yield from _impossible_day(programme, due)


def _impossible_day(programme: Node, due: Node) -> Iterator[Finding]:
    day, month, year = (number(due, key) for key in ("day", "month", "year"))
    if not day or not month or not (1 <= month <= 12 and 1 <= day <= 31):
        return
    for asked in (int(year),) if year else _years_of(programme, due[0]) or (_COMMON_YEAR,):
        if not dt.MINYEAR <= asked <= dt.MAXYEAR:
            return
        try:
            dt.date(asked, int(month), int(day))
        except ValueError:
            yield finding("definition.due_impossible", path=path_of((*due[0], "day")), ngay=f"{day:02}/{month:02}")
            return


def _years_of(programme: Node, steps: Steps) -> tuple[int, ...]:
    """The years of the periods that the due rule at `steps` is for, where they are told: 29/02 may stand in an
    exception for 2028."""
    if steps[-2:-1] == ("exceptions",):
        periods = [str(steps[-1])]
    else:
        owners = (*each(programme, "obligations"), *each(programme, "milestones"))
        periods = [value for node in owners if node[0] == steps[:-1] for _, value in texts(node, "periods")]
    return tuple(int(period[:4]) for period in periods if period_valid(period))


def periods_are_of_the_kind(programme: Node) -> Iterator[Finding]:
    """Periods of obligations, of their exceptions and of milestones; no exception for a period that is never owed."""
    kind = word(programme, "period")
    if kind not in _PERIOD_LIKE:
        return
    for node in (*each(programme, "obligations"), *each(programme, "milestones")):
        told = [(steps, value) for steps, value in texts(node, "periods")]
        named = {value for _, value in told}
        for steps, exceptions in one(node, "exceptions"):
            for period in exceptions:
                told.append(((*steps, period), period))
                if named and period not in named:
                    yield unsound((*steps, period), "exception_never_owed")
        for steps, period in told:
            if not period_valid(period, kind):
                place = path_of(steps)
                yield finding("definition.exception_period", path=place, value=period, vi_du=_PERIOD_LIKE[kind])


def programme_templates_are_known(programme: Node) -> Iterator[Finding]:
    found: list[tuple[Steps, str]] = []
    for obligation in each(programme, "obligations"):
        found += [*texts(obligation, "to"), *texts(obligation, "via")]
        for second in one(obligation, "second_copy"):
            found += texts(second, "to")
    for table in each(programme, "tables"):
        found += [*texts(table, "title"), *texts(table, "authority"), *texts(table, "recipients")]
    yield from bad_templates(found)
    yield from bad_templates((place for due in every_due(programme) for place in texts(due, "text")), ("nam",))


PROGRAMME_CHECKS: tuple[Check, ...] = (
    texts_are_clean,
    ids_are_unique,
    forms_are_listed,
    obligations_are_whole,
    people_are_told_apart,
    deadlines_are_whole,
    periods_are_of_the_kind,
    programme_templates_are_known,
)


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


def persons_are_named_in_their_forms(programme: Any, form: Any) -> Iterator[Finding]:
    """What only the register of persons fills stands in no form that units owe. Findings point into the form."""
    node: Node = ((), form)
    owners = {
        word(o, "owner", "unit") for o in each(((), programme), "obligations") if word(o, "form") == word(node, "id")
    }
    if "unit" not in owners:
        return
    for steps, text in all_texts(form):
        if any("{" + name + "}" in text for name in OF_PERSONS):
            yield unsound(steps, "person_names")

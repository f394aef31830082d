"""What the consolidated tables of a programme's JSON mean, alone and together with its forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lamtheo_xls.definitions.form_checks import idle_field_keys, misplaced_columns, repeats, unknown, unsound
from lamtheo_xls.definitions.paper import PAPER_MM
from lamtheo_xls.definitions.parsing import path_of
from lamtheo_xls.definitions.raw import Node, each, ids, one, texts, word
from lamtheo_xls.findings import Finding, finding

_NAMES = ("unit.name", "person.name")


def own_columns_are_sound(programme: Node) -> Iterator[Finding]:
    """Columns of a table's own have unique ids, no idle keys, and fit a landscape page."""
    for table in each(programme, "tables"):
        columns = tuple(each(table, "columns"))
        yield from repeats(columns, "id")
        yield from idle_field_keys(columns)
        if columns:
            yield from misplaced_columns(table, PAPER_MM["landscape"], numbered=True)


def tables_are_whole(programme: Node) -> Iterator[Finding]:
    """A table has the columns of a form's table or its own, never both; people are counted of a form persons owe."""
    owned = {word(o, "form") for o in each(programme, "obligations") if word(o, "owner") == "person"}
    for table in each(programme, "tables"):
        steps = table[0]
        named, own = word(table, "table"), bool(tuple(each(table, "columns")))
        if named and own:
            yield finding("definition.idle_key", path=path_of((*steps, "table")), khoa="table", loai="columns")
        if not named and not own:
            yield unsound((*steps, "columns"), "columns_missing")
        if word(table, "kind") == "people" and word(table, "form") not in owned:
            yield unsound((*steps, "form"), "people_of_units")
        for source in each(table, "sources"):
            if word(source, "form") not in owned:
                for columns in one(source, "columns"):
                    for key in columns[1]:
                        if word(columns, key) == "person.name":
                            yield unsound((*columns[0], key), "people_of_units")


CONSOLIDATED_CHECKS = (own_columns_are_sound, tables_are_whole)


def tables_exist_in_forms(programme: Any, forms: Mapping[str, Any]) -> Iterator[Finding]:
    """A consolidated table names a table of its form; its groups and its sources name what there is; every source
    fills every printed column. Findings point into the programme."""
    for node in each(((), programme), "tables"):
        columns = _columns(node, forms)
        if columns is None:
            named = _tables(forms.get(word(node, "form")))
            if named is not None:
                yield from unknown((*node[0], "table"), word(node, "table"), named, "table")
            continue
        known = ids(iter(columns))
        yield from unknown((*node[0], "group_column"), word(node, "group_column"), known, "column")
        for source in each(node, "sources"):
            yield from _source(source, columns, forms.get(word(source, "form")))
        if not node[1].get("sources") and not word(node, "table"):
            yield from _unfilled(node, columns, {}, _answers(forms.get(word(node, "form")), ""))


def _source(source: Node, columns: tuple[Node, ...], form: Any) -> Iterator[Finding]:
    """What is amiss between one source and the columns it is to fill."""
    tables = _tables(form)
    if tables is None:
        return
    table = word(source, "table")
    yield from unknown((*source[0], "table"), table, tables, "table")
    if table and table not in tables:
        return
    answers = _answers(form, table)
    mapped: dict[str, str] = {}
    for steps, named in one(source, "columns"):
        for column in named:
            yield from unknown((*steps, column), column, ids(iter(columns)), "column")
            for place, origin in texts((steps, named), column):
                yield from unknown(place, origin, (*answers, *_NAMES), "answer")
                mapped[column] = origin
    yield from _unfilled(source, columns, mapped, answers)


def _unfilled(
    place: Node, columns: tuple[Node, ...], mapped: Mapping[str, str], answers: tuple[str, ...]
) -> Iterator[Finding]:
    for column in columns:
        id = word(column, "id")
        if id and id not in mapped and id not in answers and column[1].get("printed", True) is True:
            yield unsound((*place[0], "columns"), "column_unfilled", cot=id)


def _columns(table: Node, forms: Mapping[str, Any]) -> tuple[Node, ...] | None:
    """The columns a consolidated table has; None where they cannot be known."""
    own = tuple(each(table, "columns"))
    if own:
        return own
    found = _tables(forms.get(word(table, "form"))) or {}
    return found.get(word(table, "table"))


def _tables(form: Any) -> Mapping[str, tuple[Node, ...]] | None:
    """Table id → columns; None where the form could not be read."""
    if not isinstance(form, dict):
        return None
    return {word(t, "id"): tuple(each(t, "columns")) for t in each(((), form), "tables")}


def _answers(form: Any, table: str) -> tuple[str, ...]:
    """What a source can give: the columns of its table, the single fields, the narratives as one text each."""
    if not isinstance(form, dict):
        return ()
    node: Node = ((), form)
    narratives = tuple(word(t, "id") for t in each(node, "tables") if word(t, "kind") == "paragraphs")
    own = ids(iter((_tables(form) or {}).get(table, ()))) if table else ()
    return (*own, *ids(each(node, "fields")), *narratives)

"""What new workbooks start from: a programme's chains, against the forms they name. Pure checks over raw JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lamtheo_xls.definitions.form_checks import unknown
from lamtheo_xls.definitions.raw import Node, each, ids, word
from lamtheo_xls.findings import Finding


def chains_hang_together(programme: Any, forms: Mapping[str, Any]) -> Iterator[Finding]:
    """A chain's forms, tables, fields and columns are there, on both of its ends. Findings point into the programme."""
    for node in each(((), programme), "chains"):
        yield from _end(node, forms, "form", "table", tuple(_keys(node, "columns")) + tuple(_keys(node, "marks")))
        yield from _end(node, forms, "of", "of_table", tuple(_values(node, "columns")))
        known = [k for _, k in _keys(node, "columns")]
        yield from unknown((*node[0], "key"), word(node, "key"), known, "column")


def _end(
    node: Node, forms: Mapping[str, Any], form_key: str, table_key: str, named: tuple[tuple[tuple[Any, ...], str], ...]
) -> Iterator[Finding]:
    id = word(node, form_key)
    yield from unknown((*node[0], form_key), id, forms, "form")
    form = forms.get(id)
    if not isinstance(form, dict):
        return
    tables = {word(t, "id"): ids(each(t, "columns")) for t in each(((), form), "tables")}
    table = word(node, table_key)
    yield from unknown((*node[0], table_key), table, tables, "table")
    known = tables.get(table) if table else ids(each(((), form), "fields"))
    for steps, name in named:
        if known is not None:
            yield from unknown(steps, name, known, "column" if table else "field")


def _keys(node: Node, key: str) -> Iterator[tuple[tuple[Any, ...], str]]:
    found = node[1].get(key)
    yield from (((*node[0], key, name), name) for name in (found if isinstance(found, dict) else ()))


def _values(node: Node, key: str) -> Iterator[tuple[tuple[Any, ...], str]]:
    found = node[1].get(key)
    for name, value in (found if isinstance(found, dict) else {}).items():
        if isinstance(value, str):
            yield (*node[0], key, name), value

"""What a form's JSON means, beyond its shape: small pure checks over raw JSON, gathered in FORM_CHECKS."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from lamtheo_xls.definitions.paper import NUMBER_MM, PAPER_MM
from lamtheo_xls.definitions.parsing import path_of, quoted, suggestion
from lamtheo_xls.definitions.raw import Node, Steps, all_texts, each, ids, number, one, texts, word
from lamtheo_xls.definitions.templates import CONTEXT, fields_in, names_in
from lamtheo_xls.findings import Finding, finding, say, words

Check = Callable[[Node], Iterator[Finding]]

_NUMERIC = ("integer", "number")
LIMITED = ("text", "choice")
_KEYS_OF_TYPES = {
    "max_length": LIMITED,
    "minimum": _NUMERIC,
    "maximum": _NUMERIC,
    "choices": ("choice",),
    "choices_from": ("choice",),
    "free": ("choice",),
}


def every_field(form: Node) -> Iterator[Node]:
    """Fields and columns alike."""
    yield from each(form, "fields")
    for table in each(form, "tables"):
        yield from each(table, "columns")


def repeats(nodes: Iterable[Node], key: str) -> Iterator[Finding]:
    """A finding for each value at `key` that an earlier node has."""
    first: dict[str, Steps] = {}
    for node in nodes:
        value = word(node, key)
        if value and first.setdefault(value, node[0]) != node[0]:
            place = path_of((*first[value], key))
            yield finding("definition.id_twice", path=path_of((*node[0], key)), value=value, cho_truoc=place)


def unknown(steps: Steps, value: str, known: Iterable[str], kind: str) -> Iterator[Finding]:
    """A finding where `value` (not '') is none of `known`; `kind`: field, column, table, form."""
    known = tuple(known)
    if value and value not in known:
        yield finding(
            "definition.unknown_id",
            path=path_of(steps),
            value=value,
            loai=say(f"definitions.kind.{kind}"),
            goi_y=suggestion(value, known),
        )


def unsound(steps: Steps, reason: str, **about: str | int) -> Finding:
    """What stands at `steps` does not go with the rest; `reason`: which of the catalogue's explanations says why."""
    return finding("definition.unsound", path=path_of(steps), can=say(f"definitions.unsound.{reason}", **about))


def bad_templates(
    templates: Iterable[tuple[Steps, str]], allowed: Iterable[str] = CONTEXT, fields: Iterable[str] | None = None
) -> Iterator[Finding]:
    """Findings for braces that cannot be read, names that nothing fills, and `{=field}` marks of no field.

    `fields`: ids of the single fields that may be quoted; None where no field may be.
    """
    allowed, fields = tuple(allowed), None if fields is None else tuple(fields)
    for steps, text in templates:
        try:
            names, quotes = names_in(text), fields_in(text)
        except ValueError:
            yield finding("definition.template", path=path_of(steps), value=text)
            continue
        for name in dict.fromkeys(names):
            if name not in allowed:
                yield finding(
                    "definition.unknown_context",
                    path=path_of(steps),
                    value="{" + name + "}",
                    goi_y=suggestion(name, allowed),
                    cho_phep=", ".join("{" + a + "}" for a in allowed),
                )
        for id in dict.fromkeys(quotes):
            if fields is None:
                yield finding("definition.field_mark", path=path_of(steps), value="{=" + id + "}")
            else:
                yield from unknown(steps, id, fields, "field")


def texts_are_clean(root: Node) -> Iterator[Finding]:
    """No control characters, and Unicode NFC: what is printed and compared must be what is seen."""
    for steps, text in all_texts(root[1]):
        if not unicodedata.is_normalized("NFC", text) or any(unicodedata.category(c) == "Cc" for c in text):
            yield finding("definition.text_not_clean", path=path_of(steps), value=text)


def ids_are_unique(form: Node) -> Iterator[Finding]:
    yield from repeats(each(form, "fields"), "id")
    yield from repeats(each(form, "tables"), "id")
    for table in each(form, "tables"):
        yield from repeats(each(table, "columns"), "id")


def names_are_not_reserved(form: Node) -> Iterator[Finding]:
    """The issued workbook has sheets and row keys of its own."""
    reserved = words("definitions")["reserved"]
    if word(form, "sheet").casefold() in {name.casefold() for name in reserved["sheets"]}:
        yield finding("definition.reserved", path="$.sheet", value=word(form, "sheet"))
    for table in each(form, "tables"):
        if word(table, "id") in reserved["tables"]:
            yield finding("definition.reserved", path=path_of((*table[0], "id")), value=word(table, "id"))


def references_exist(form: Node) -> Iterator[Finding]:
    """Head, closing, explanations and examples name fields, tables and columns that are declared."""
    fields = ids(each(form, "fields"))
    tables = {word(t, "id"): ids(each(t, "columns")) for t in each(form, "tables")}
    for owner, keys in (("head", ("place_date",)), ("closing", ("recipients", "post", "name"))):
        for node in one(form, owner):
            for key in keys:
                for steps, value in texts(node, key):
                    yield from unknown(steps, value, fields, "field")
    yield from unknown(("explanation",), word(form, "explanation"), fields, "field")
    for table in each(form, "tables"):
        steps = (*table[0], "explanation")
        yield from unknown(steps, word(table, "explanation"), tables[word(table, "id")], "column")
    columns = tuple(c for found in tables.values() for c in found)
    for example in each(form, "examples"):
        for key in example[1]:
            yield from unknown((*example[0], key), key, columns, "column")


def keys_suit_the_type(form: Node) -> Iterator[Finding]:
    """No key that would do nothing; a choice has one list; limits are the right way round."""
    yield from idle_field_keys(every_field(form))


def idle_field_keys(nodes: Iterable[Node]) -> Iterator[Finding]:
    """The findings of `keys_suit_the_type` about these fields or columns."""
    known = words("definitions")["field_type"]
    for steps, raw in nodes:
        node = (steps, raw)
        kind = word(node, "type", "text")
        for key, types in _KEYS_OF_TYPES.items():
            value = raw.get(key)
            if kind in known and kind not in types and value is not False and value not in (None, []):
                yield finding("definition.idle_key", path=path_of((*steps, key)), khoa=key, loai=kind)
        if raw.get("wanted") is True and raw.get("required") is True:
            yield finding("definition.idle_key", path=path_of((*steps, "wanted")), khoa="wanted", loai="required")
        if raw.get("locked") is True and not word(node, "default"):
            yield finding("definition.locked_empty", path=path_of((*steps, "locked")), value=word(node, "id"))
        if kind == "choice" and bool(raw.get("choices")) == bool(raw.get("choices_from")):
            yield finding("definition.choices_missing", path=path_of(steps), value=word(node, "id"))
        low, high = number(node, "minimum"), number(node, "maximum")
        if low is not None and high is not None and low > high:
            yield finding("definition.range", path=path_of((*steps, "minimum")), nho_nhat=low, lon_nhat=high)


def columns_are_open(form: Node) -> Iterator[Finding]:
    """A column is the unit's to fill: only single fields can be written by the office and locked."""
    for table in each(form, "tables"):
        for column in each(table, "columns"):
            if column[1].get("locked") is True:
                where = path_of((*column[0], "locked"))
                yield finding("definition.locked_column", path=where, value=word(column, "id"))


def examples_pass(form: Node) -> Iterator[Finding]:
    """Every field has an example that passes the field's own checks; so does a default without gaps to fill."""
    for node in every_field(form):
        steps = node[0]
        if not word(node, "example"):
            yield finding("definition.example_missing", path=path_of((*steps, "example")), value=word(node, "id"))
        for key in ("example", "default"):
            text = word(node, key)
            if text and not (key == "default" and "{" in text):
                for expected in _misfits(node, text):
                    yield finding("definition.example", path=path_of((*steps, key)), value=text, can=expected)


def _misfits(node: Node, text: str) -> Iterator[str]:
    """What `text` fails of the field's own checks, in words."""
    kind, raw = word(node, "type", "text"), node[1]
    if kind in ("tick", "integer", "number", "date") and not _reads_as(kind, text):
        yield say(f"definitions.fits.{kind}")
        return
    listed = raw.get("choices")
    if kind == "choice" and isinstance(listed, list) and listed and not raw.get("free") and text not in listed:
        yield say("definitions.fits.choices")
    limits: dict[str, Callable[[float], bool]] = {"max_length": lambda n: len(text) > n}
    if kind in _NUMERIC:
        value = float(text.replace(",", "."))
        limits |= {"minimum": lambda n: value < n, "maximum": lambda n: value > n}
    for key, broken in limits.items():
        limit = number(node, key)
        if limit is not None and broken(limit):
            yield say(f"definitions.fits.{key}", gioi_han=quoted(limit))


def _reads_as(kind: str, text: str) -> bool:
    if kind == "tick":
        return text == "x"
    if kind == "date":
        try:
            dt.datetime.strptime(text, "%d/%m/%Y")
        except ValueError:
            return False
        return True
    return re.fullmatch(r"-?[0-9]+" if kind == "integer" else r"-?[0-9]+([.,][0-9]+)?", text) is not None


def example_rows_are_guarded(form: Node) -> Iterator[Finding]:
    """Each text of an example row would be recognised when a unit sends it back (S1.34)."""
    guarded = {
        (column, text)
        for rule in each(form, "rules")
        if word(rule, "kind") == "not_example"
        for _, column in texts(rule, "columns")
        for _, text in texts(rule, "texts")
    }
    for steps, row in each(form, "examples"):
        for column, text in row.items():
            if isinstance(text, str) and text and (column, text) not in guarded:
                yield finding("definition.example_unguarded", path=path_of((*steps, column)), value=text)


def columns_fit_the_paper(form: Node) -> Iterator[Finding]:
    """The printed columns and the running number fit A4; printed ones come first; grouped ones are neighbours."""
    room = PAPER_MM.get(word(form, "orientation"))
    for table in each(form, "tables"):
        yield from misplaced_columns(table, room, numbered=bool(word(table, "number_label")))


def misplaced_columns(table: Node, room: float | None, *, numbered: bool) -> Iterator[Finding]:
    """The findings of `columns_fit_the_paper` about the columns of one table; `room` None: not known."""
    columns = tuple(each(table, "columns"))
    printed = [c for c in columns if c[1].get("printed", True)]
    wide = sum(number(c, "width") or 0 for c in printed) + (NUMBER_MM if numbered else 0)
    if room is not None and wide > room:
        place = path_of((*table[0], "columns"))
        yield finding("definition.too_wide", path=place, rong=f"{wide:g}", gioi_han=f"{room:g}")
    for before, column in pairwise(columns):
        if column[1].get("printed", True) and not before[1].get("printed", True):
            yield finding("definition.column_order", path=path_of(column[0]), value=word(column, "id"))
    heads = [word(c, "group") for c in columns]
    for n, head in enumerate(heads):
        if head and head in heads[:n] and heads[n - 1] != head:
            yield finding("definition.group_apart", path=path_of((*columns[n][0], "group")), value=head)


def form_templates_are_known(form: Node) -> Iterator[Finding]:
    """Names of the context everywhere; `{=field}` in title, number and body, where a layout can quote what is typed."""
    plain: list[tuple[Steps, str]] = []
    quoting: list[tuple[Steps, str]] = [*texts(form, "title")]
    for node in one(form, "head"):
        plain += texts(node, "left")
        quoting += texts(node, "number")
    for node in each(form, "body"):
        quoting += texts(node, "text")
    for node in one(form, "closing"):
        plain += [*texts(node, "authority"), *texts(node, "below"), *texts(node, "left")]
    for node in every_field(form):
        plain += texts(node, "default")
    yield from bad_templates(plain)
    yield from bad_templates(quoting, fields=ids(each(form, "fields")))


FORM_CHECKS: tuple[Check, ...] = (
    texts_are_clean,
    ids_are_unique,
    names_are_not_reserved,
    references_exist,
    keys_suit_the_type,
    columns_are_open,
    examples_pass,
    example_rows_are_guarded,
    columns_fit_the_paper,
    form_templates_are_known,
)


def meaning_findings(raw: Any, checks: tuple[Check, ...]) -> tuple[Finding, ...]:
    """What `checks` find in a JSON object (nothing in any other value)."""
    return tuple(f for check in checks for f in check(((), raw))) if isinstance(raw, dict) else ()

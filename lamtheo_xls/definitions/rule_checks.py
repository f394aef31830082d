"""What the rules of a form's JSON mean: each names what is declared, of a type it can run on, and has what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lamtheo_xls.definitions.form_checks import LIMITED, unknown
from lamtheo_xls.definitions.parsing import path_of
from lamtheo_xls.definitions.raw import Node, each, ids, number, texts, word
from lamtheo_xls.findings import Finding, finding, say, words

_KEYS_OF_RULES = {
    "columns": ("exactly_one", "min_ticked", "asked_with", "not_example", "period_in_year", "child_unit", "carry_down"),
    "count": ("min_rows", "max_rows", "min_ticked"),
    "texts": ("not_example",),
    "panel": ("min_rows", "max_rows", "exactly_one"),
}
"""`panel`: the rules that functions of Excel 2010 can express."""
_RULE_COLUMNS = {
    "exactly_one": "two",
    "min_ticked": "one",
    "asked_with": "some",
    "not_example": "some",
    "period_in_year": "one",
    "child_unit": "one",
    "carry_down": "one",
}
_RULE_KINDS = {"not_asked", *(kind for kinds in _KEYS_OF_RULES.values() for kind in kinds)}
_OF_SINGLE_FIELDS = ("exactly_one", "period_in_year")
"""Rules that may run without a table: their columns are single fields then."""
_RULE_TYPES = {
    "exactly_one": ("tick",),
    "min_ticked": ("tick",),
    "not_example": LIMITED,
    "period_in_year": LIMITED,
    "child_unit": LIMITED,
    "carry_down": LIMITED,
}


def _declared(form: Node, rule: Node) -> Mapping[str, str] | None:
    """Ids the `columns` of a rule may name, with their types: of its table, or of the single fields; None where the
    rule names a table that is not there, or none though it needs one."""
    table, kind = word(rule, "table"), word(rule, "kind")
    nodes = [t for t in each(form, "tables") if word(t, "id") == table] if table else []
    if kind == "asked_with" or (not table and kind in _OF_SINGLE_FIELDS):
        return _types(each(form, "fields"))
    return _types(each(nodes[0], "columns")) if nodes else None


def _types(nodes: Iterable[Node]) -> Mapping[str, str]:
    return {word(node, "id"): word(node, "type", "text") for node in nodes if word(node, "id")}


def rules_name_what_is_declared(form: Node) -> Iterator[Finding]:
    """Tables, columns, and the single fields of `when` and `unless`."""
    for rule in each(form, "rules"):
        table, declared = word(rule, "table"), _declared(form, rule)
        yield from unknown((*rule[0], "table"), table, ids(each(form, "tables")), "table")
        for steps, value in texts(rule, "columns"):
            if declared is not None:
                of_table = table and word(rule, "kind") != "asked_with"
                yield from unknown(steps, value, declared, "column" if of_table else "field")
        for key in ("when", "unless"):
            yield from unknown((*rule[0], key), word(rule, key), ids(each(form, "fields")), "field")


def rules_are_whole(form: Node) -> Iterator[Finding]:
    """Each kind of rule has what it needs and nothing idle."""
    for rule in each(form, "rules"):
        kind, steps = word(rule, "kind"), rule[0]
        named = [value for _, value in texts(rule, "columns")]
        lacking = {
            "table": not word(rule, "table") and kind not in _OF_SINGLE_FIELDS and "table",
            "count": kind in _KEYS_OF_RULES["count"] and not number(rule, "count") and "count",
            "texts": kind == "not_example" and not rule[1].get("texts") and "texts",
            "columns": _columns_needed(kind, len(named)),
        }
        for key, need in lacking.items():
            if need:
                expected = say(f"definitions.rule.{need}")
                yield finding("definition.rule_lacks", path=path_of((*steps, key)), loai=kind, khoa=key, can=expected)
        for key, kinds in _KEYS_OF_RULES.items():
            if rule[1].get(key) and kind not in kinds and kind in _RULE_KINDS:
                yield finding("definition.idle_key", path=path_of((*steps, key)), khoa=key, loai=kind)
        if rule[1].get("panel") is True and rule[1].get("unit_kinds"):
            # A workbook does not know the kind of its unit.
            yield finding("definition.idle_key", path=path_of((*steps, "panel")), khoa="panel", loai="unit_kinds")


def rules_suit_the_types(form: Node) -> Iterator[Finding]:
    """A rule runs on columns, or single fields, of a type it can judge."""
    known = words("definitions")["field_type"]
    for rule in each(form, "rules"):
        kind = word(rule, "kind")
        allowed = _RULE_TYPES.get(kind, ())
        types = _declared(form, rule) or {}
        for place, column in texts(rule, "columns"):
            if allowed and types.get(column) in known and types[column] not in allowed:
                yield finding(
                    "definition.rule_type",
                    path=path_of(place),
                    value=column,
                    loai=kind,
                    can=say("definitions.type.or").join(known[a] for a in allowed),
                    dang_la=known[types[column]],
                )


def _columns_needed(kind: str, count: int) -> str:
    need = _RULE_COLUMNS.get(kind)
    enough = {"one": count == 1, "some": count >= 1, "two": count >= 2, None: True}[need]
    return "" if enough else f"columns_{need}"


RULE_CHECKS = (rules_name_what_is_declared, rules_are_whole, rules_suit_the_types)

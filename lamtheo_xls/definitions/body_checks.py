"""What the body, the narratives, the parts and the versions of a form's JSON mean."""

from __future__ import annotations

from collections.abc import Iterator

from lamtheo_xls.definitions.form_checks import unknown, unsound
from lamtheo_xls.definitions.paper import LONGEST_PARAGRAPH
from lamtheo_xls.definitions.parsing import path_of
from lamtheo_xls.definitions.raw import Node, Steps, each, ids, number, one, word
from lamtheo_xls.findings import Finding, finding

_NAMING = ("field", "table")
_SAYING = ("heading", "text", "hint")


def _is_narrative(table: Node) -> bool:
    return word(table, "kind") == "paragraphs"


def blocks_say_or_name(form: Node) -> Iterator[Finding]:
    """Headings, texts and hints have words; field and table blocks name what is declared; each has nothing idle."""
    known = {"field": ids(each(form, "fields")), "table": ids(each(form, "tables"))}
    for block in each(form, "body"):
        kind, steps = word(block, "kind"), block[0]
        if kind not in (*_NAMING, *_SAYING):
            continue
        needed, idle = ("id", "text") if kind in _NAMING else ("text", "id")
        if not word(block, needed):
            yield unsound((*steps, needed), f"block_{needed}", loai=kind)
        if word(block, idle):
            yield finding("definition.idle_key", path=path_of((*steps, idle)), khoa=idle, loai=kind)
        if kind in _NAMING:
            yield from unknown((*steps, "id"), word(block, "id"), known[kind], kind)


def body_holds_each_table_once(form: Node) -> Iterator[Finding]:
    """A form with a body has every table in it, and no table or field twice."""
    blocks = tuple(each(form, "body"))
    if not blocks:
        return
    first: dict[tuple[str, str], Steps] = {}
    for block in blocks:
        key = word(block, "kind"), word(block, "id")
        if key[0] in _NAMING and key[1] and first.setdefault(key, block[0]) != block[0]:
            place = path_of((*first[key], "id"))
            yield finding("definition.id_twice", path=path_of((*block[0], "id")), value=key[1], cho_truoc=place)
    for table in each(form, "tables"):
        if word(table, "id") and ("table", word(table, "id")) not in first:
            yield finding("definition.not_in_body", path=path_of((*table[0], "id")), value=word(table, "id"))


def narratives_are_one_column_of_text(form: Node) -> Iterator[Finding]:
    """A narrative is one printed text column, without running number, whose longest paragraph a row can show.

    Excel shows at most 409 points of a row: `max_length` keeps a paragraph below that on the form's paper.
    """
    longest = LONGEST_PARAGRAPH.get(word(form, "orientation"))
    for table in each(form, "tables"):
        if not _is_narrative(table):
            continue
        columns = tuple(each(table, "columns"))
        for key in ("number_label", "explanation"):
            if word(table, key):
                yield finding("definition.idle_key", path=path_of((*table[0], key)), khoa=key, loai="paragraphs")
        if table[1].get("rows_from"):
            yield finding(
                "definition.idle_key", path=path_of((*table[0], "rows_from")), khoa="rows_from", loai="paragraphs"
            )
        if len(columns) > 1:
            yield unsound((*table[0], "columns"), "one_column")
        for column in columns[:1]:
            if word(column, "type", "text") != "text" or column[1].get("printed", True) is not True:
                yield unsound(column[0], "printed_text")
            length = number(column, "max_length")
            if longest is not None and (length is None or length > longest):
                yield unsound((*column[0], "max_length"), "paragraph_length", gioi_han=longest)


def narratives_and_grids_keep_apart(form: Node) -> Iterator[Finding]:
    """The sheet of a form with narratives is one column wide as the page: no room for a table of several columns."""
    if any(map(_is_narrative, each(form, "tables"))):
        for table in each(form, "tables"):
            if word(table, "kind", "grid") == "grid":
                yield unsound((*table[0], "kind"), "grid_among_narratives")


def parts_and_nil_have_their_fields(form: Node) -> Iterator[Finding]:
    """A form of many parts has a required whole-number field that says which; «không phát sinh» is a tick."""
    fields = {word(f, "id"): f for f in each(form, "fields")}
    part, nil = word(form, "part_field"), word(form, "nil_field")
    yield from unknown(("part_field",), part, fields, "field")
    yield from unknown(("nil_field",), nil, fields, "field")
    if word(form, "parts") == "many" and not part:
        yield unsound(("part_field",), "part_missing")
    if word(form, "parts") == "one" and part:
        yield finding("definition.idle_key", path="$.part_field", khoa="part_field", loai="one")
    if part in fields and (
        word(fields[part], "type", "text") != "integer" or fields[part][1].get("required") is not True
    ):
        yield unsound(("part_field",), "part_whole_number")
    if nil in fields and word(fields[nil], "type", "text") != "tick":
        yield unsound(("nil_field",), "nil_tick")


def replaced_ids_are_declared(form: Node) -> Iterator[Finding]:
    """What a version carries over goes to fields and columns it has; the version before is lower."""
    fields = ids(each(form, "fields"))
    tables = {word(t, "id"): ids(each(t, "columns")) for t in each(form, "tables")}
    for replaces in one(form, "replaces"):
        now, before = number(form, "version"), number(replaces, "version")
        if now is not None and before is not None and before >= now:
            yield unsound((*replaces[0], "version"), "version_before", gioi_han=int(now))
        for steps, mapped in one(replaces, "fields"):
            for id in mapped:
                yield from unknown((*steps, id), id, fields, "field")
        for steps, mapped in one(replaces, "tables"):
            for table in mapped:
                yield from unknown((*steps, table), table, tables, "table")
                for places, columns in one((steps, mapped), table):
                    for id in columns if table in tables else ():
                        yield from unknown((*places, id), id, tables[table], "column")


BODY_CHECKS = (
    blocks_say_or_name,
    body_holds_each_table_once,
    narratives_are_one_column_of_text,
    narratives_and_grids_keep_apart,
    parts_and_nil_have_their_fields,
    replaced_ids_are_declared,
)

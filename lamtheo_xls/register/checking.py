"""Checks across the rows of danh-sach.xlsx: codes, names, parents, addresses. Each is a small generator of findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lamtheo_xls.findings import Finding, say
from lamtheo_xls.register.model import Unit
from lamtheo_xls.register.naming import (
    code_like,
    code_valid,
    mail_is_free,
    mails_valid,
    meant,
    phones_plausible,
    propose_code,
    propose_person_code,
)
from lamtheo_xls.register.queries import overlaps
from lamtheo_xls.register.rows import Row
from lamtheo_xls.register.sheets import group_of, groups, kind_of, kinds, role_of, roles
from lamtheo_xls.text import slug, suggest, text_key, unit_key

Read = Sequence[tuple[Unit, Row]]
_PARTED = re.compile(r"[;\n]")


def codes_right(rows: Sequence[Row]) -> Iterator[Finding]:
    """code_missing, code_format, code_duplicate, name_missing – for units and people alike."""
    first: dict[str, Row] = {}
    taken = {row.text("code").upper() for row in rows}
    for row in rows:
        code, name = row.text("code"), row.text("name")
        if not code:
            if "code" in row.at:
                proposed = (
                    propose_person_code(name, taken=taken)
                    if row.table == "people"
                    else propose_code(name, parent="", crowded=False, taken=taken)
                )
                taken.add(proposed)
                yield row.finding("code_missing", "code", ten=name, goi_y=proposed)
        elif not code_valid(code):
            yield row.finding("code_format", "code", goi_y=code_like(code))
        elif code.upper() in first:
            yield row.finding("code_duplicate", "code", o_truoc=first[code.upper()].cell("code"))
        if code:
            first.setdefault(code.upper(), row)
            if not name and "name" in row.at and not ("name" in row.cells and row.cells["name"].error):
                yield row.finding("name_missing", "name", ma=code)


def addresses_right(rows: Sequence[Row]) -> Iterator[Finding]:
    """mail_bad, mail_free, phone_odd."""
    for row in rows:
        mail, phone = row.text("mail"), row.text("phone")
        if mail and not mails_valid(mail):
            yield row.finding("mail_bad", "mail")
        elif mail and mail_is_free(mail):
            yield row.finding("mail_free", "mail")
        if phone and not phones_plausible(phone):
            yield row.finding("phone_odd", "phone")


def kinds_known(rows: Sequence[Row]) -> Iterator[Finding]:
    """kind_missing, kind_unknown with the nearest label."""
    labels = "; ".join(kinds().values())
    for row in rows:
        text = row.text("kind")
        if "kind" not in row.at or ("kind" in row.cells and row.cells["kind"].error):
            continue
        if not text:
            yield row.finding("kind_missing", "kind", ten=row.text("name"), cac_loai=labels)
        elif kind_of(text) is None:
            near = suggest(text, kinds().values(), 1)
            yield row.finding("kind_unknown", "kind", goi_y=_meant(near), cac_loai=labels)


def groups_known(rows: Sequence[Row]) -> Iterator[Finding]:
    """person_group_unknown with the nearest label. A blank is no fault here: not every office asks its people."""
    labels = "; ".join(groups().values())
    for row in rows:
        text = row.text("group")
        if text and group_of(text) is None:
            near = suggest(text, groups().values(), 1)
            yield row.finding("person_group_unknown", "group", goi_y=_meant(near), cac_nhom=labels)


def roles_in(row: Row) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The roles of a person, and person_role_unknown for the first that is none of ours."""
    found, wrong = roles_said(row.text("roles"))
    if not wrong:
        return found, ()
    near = suggest(wrong, roles().values(), 1)
    labels = "; ".join(roles().values())
    return found, (row.finding("person_role_unknown", "roles", goi_y=_meant(near), cac_dien=labels, chu=wrong),)


def roles_said(text: str) -> tuple[tuple[str, ...], str]:
    """The roles a text names, in the order of our list, and the first part of it that names none ('' where all do).

    Several are parted by «;» or a line; by a comma too, where what it parts are roles of ours.
    """
    found: set[str] = set()
    wrong = ""
    for part in filter(None, map(str.strip, _PARTED.split(text))):
        told = [role_of(part)] if role_of(part) else [role_of(one) for one in part.split(",")]
        found.update(role for role in told if role)
        wrong = wrong or (part if None in told else "")
    return tuple(role for role in roles() if role in found), wrong


def persons_apart(rows: Sequence[Row]) -> Iterator[Finding]:
    """person_twice: one name in one unit, and nothing of their birth tells them apart."""
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        name = text_key(row.text("name"))
        if not name:
            continue
        same = seen.setdefault((row.text("unit").upper(), name), [])
        born = row.text("born")
        at = next((r for r in same if not born or not r.text("born") or r.text("born") == born), None)
        if at is not None:
            yield row.finding("person_twice", "name", o_truoc=at.cell("name"))
        same.append(row)


def _meant(near: tuple[str, ...]) -> str:
    return say("register.close.one", goi_y=near[0]) if near else ""


def parents_known(read: Read) -> Iterator[Finding]:
    """parent_unknown, with the code that was probably meant."""
    names = {unit.code: unit.name for unit, _ in read if unit.code}
    for unit, row in read:
        if unit.parent and unit.parent not in names:
            yield row.finding("parent_unknown", "parent", goi_y=meant(unit.parent, names))


def no_cycle(read: Read) -> Iterator[Finding]:
    """cycle: one finding for each, at its first row."""
    by_code = {unit.code: (unit, row) for unit, row in reversed(read) if unit.code}
    told: set[str] = set()
    for unit, _ in read:
        path: list[str] = []
        code = unit.code
        while code in by_code and code not in path and code not in told:
            path.append(code)
            code = by_code[code][0].parent
        if code in path:
            ring = path[path.index(code) :]
            first = min(ring, key=lambda c: by_code[c][1].number)
            turned = ring[ring.index(first) :] + ring[: ring.index(first)] + [first]
            yield by_code[first][1].finding("cycle", "parent", vong=" → ".join(turned))
        told.update(path)


def names_apart(read: Read) -> Iterator[Finding]:
    """name_twice: two units valid at once, of one name under one parent."""
    yield from _apart(read, "name", "name_twice")


def short_names_apart(read: Read) -> Iterator[Finding]:
    """short_name_twice: the same of the names files are called by; silent where the full names clash already."""
    yield from _apart(read, "short_name", "short_name_twice")


def _apart(read: Read, id: str, code: str) -> Iterator[Finding]:
    seen: dict[tuple[str, str], list[tuple[Unit, Row]]] = {}
    for unit, row in read:
        key = unit_key(unit.name) if id == "name" else slug(unit.short_name)
        if not key:
            continue
        same = seen.setdefault((unit.parent, key), [])
        for other, at in same:
            if overlaps(unit, other):
                if id == "name" or unit_key(unit.name) != unit_key(other.name):
                    yield row.finding(code, id, o_truoc=at.cell(id))
                break
        same.append((unit, row))


def committees_have_cells(read: Read) -> Iterator[Finding]:
    """no_children: a base committee without anything beneath it."""
    parents = {unit.parent for unit, _ in read}
    for unit, row in read:
        if unit.kind == "dang_uy_co_so" and unit.code and unit.code not in parents:
            yield row.finding("no_children", "kind", ten=unit.name, ma=unit.code)


ROW_CHECKS = (codes_right, addresses_right)
UNIT_CHECKS = (parents_known, no_cycle, names_apart, short_names_apart, committees_have_cells)

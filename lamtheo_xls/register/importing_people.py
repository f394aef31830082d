"""Old lists of people → persons with proposed codes, and the units they stand in; every guess is a doubt at its row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from lamtheo_xls.findings import Finding, finding, say, words
from lamtheo_xls.register.checking import roles_said
from lamtheo_xls.register.grid import cell_name
from lamtheo_xls.register.model import Person, Unit
from lamtheo_xls.register.naming import (
    code_valid,
    kind_by_name,
    kind_word,
    mails_valid,
    meant,
    name_in_full,
    phones_plausible,
    propose_code,
    propose_person_code,
    short_name_of,
)
from lamtheo_xls.register.rosters import Entry, Roster
from lamtheo_xls.register.sheets import columns, group_of, groups, kinds, roles
from lamtheo_xls.text import text_key, unit_key

Findings = tuple[Finding, ...]
_PARTED = re.compile(r"\s*[;,\n]\s*")


def units_of_people(rosters: Sequence[Roster], name: str) -> tuple[tuple[Unit, ...], Findings]:
    """The units that lists of people name, where the file has no list of units: each name once, as it first came.

    Doubts: import_code and import_kind or import_kind_unclear; import_no_units where no row names a unit.
    """
    units: dict[str, Unit] = {}
    doubts: list[Finding] = []
    taken: set[str] = set()
    for roster in rosters:
        for entry in roster.entries:
            for text in (entry.within, entry.unit):
                key = unit_key(text)
                if not key or key in units:
                    continue
                parent = units[unit_key(entry.within)] if text != entry.within and entry.within else None
                made = _unit(text, parent, len(units) + 1, taken, entry.row)
                units[key] = made
                common = {"ma": made.code, "ten_tep": name}
                doubts.append(_at(roster, entry, "unit", "import_code", text, **common))
                doubts.append(_kind_doubt(roster, entry, made, text, common))
    if not units:
        return (), (finding("register.import_no_units", sheet=rosters[0].sheet, ten_tep=name),)
    return tuple(units.values()), tuple(doubts)


def _unit(text: str, parent: Unit | None, order: int, taken: set[str], row: int) -> Unit:
    name = name_in_full(text)
    base = "chi_bo_truc_thuoc" if parent else "chi_bo_co_so"
    told = {"cell": base, "committee": "dang_uy_co_so", "part_committee": "dang_uy_bo_phan"}.get(kind_word(name)[0])
    above = parent.code if parent else ""
    code = propose_code(name, parent=above, crowded=False, taken=taken)
    taken.add(code)
    return Unit(
        code=code,
        name=name,
        short_name=short_name_of(name),
        order=order,
        kind=kind_by_name(name) or told or "khac",
        parent=above,
        row=row,
    )


def _kind_doubt(roster: Roster, entry: Entry, unit: Unit, text: str, common: Mapping[str, str]) -> Finding:
    label = kinds()[unit.kind]
    if unit.kind == "khac":
        return _at(roster, entry, "unit", "import_kind_unclear", text, loai=label, **common)
    reason = say("register.import_words.by_first_word")
    return _at(roster, entry, "unit", "import_kind", text, loai=label, vi_sao=reason, **common)


def people_of_lists(rosters: Sequence[Roster], units: Sequence[Unit], name: str) -> tuple[tuple[Person, ...], Findings]:
    """The people of the lists, each in the unit its row names.

    Doubts: import_people (once a sheet), import_people_group (once), import_person_unit, import_person_roles,
    import_person_value, import_person_row, and as for units import_column, import_font, import_phone.
    """
    known = _unit_names(units)
    names = {unit.code: unit.name for unit in units}
    own = Counter(e.text("code").upper() for r in rosters for e in r.entries)
    taken = {code for code in own if code_valid(code)}
    people: list[Person] = []
    doubts: list[Finding] = []
    near: dict[str, str] = {}
    for roster in rosters:
        doubts += _of_sheet(roster, name)
        for entry in roster.entries:
            code = entry.text("code")
            if not code_valid(code) or own[code.upper()] > 1:
                code = propose_person_code(entry.name, taken=taken)
                taken.add(code)
            common = {"ma": code, "ten_tep": name}
            unit = _unit_of(entry, known)
            if not unit:
                if entry.unit not in near:
                    near[entry.unit] = meant(entry.unit, names) if entry.unit else ""
                args = {"don_vi": entry.unit, "goi_y": near[entry.unit], **common}
                doubts.append(_at(roster, entry, "unit", "import_person_unit", entry.name, **args))
            made, more = _person(roster, entry, code, unit, common)
            people.append(made)
            doubts += more
    if people and not any(p.group for p in people):
        doubts.insert(0, finding("register.import_people_group", sheet=rosters[0].sheet, n=len(people), ten_tep=name))
    return tuple(people), tuple(doubts)


def _of_sheet(roster: Roster, name: str) -> list[Finding]:
    place = {"sheet": roster.sheet, "severity": None, "path": None}
    found = [finding("register.import_people", sheet=roster.sheet, n=len(roster.entries), ten_tep=name)]
    for row, column, text in roster.unknown:
        found.append(finding("register.import_column", cell=cell_name(row, column), value=text, **place, ten_tep=name))
    for row, column, text in roster.left:
        cell = cell_name(row, column)
        found.append(finding("register.import_person_row", cell=cell, value=text, **place, ten_tep=name))
    for row, column, old, text in roster.converted:
        cell = cell_name(row, column)
        found.append(finding("register.import_font", cell=cell, value=text, goc=old, **place, ten_tep=name))
    return found


def _unit_names(units: Sequence[Unit]) -> dict[str, str]:
    """Key of a text → the code of the one unit it names: by name, short name, code, or name with the committee's."""
    spelled: dict[str, set[str]] = {}
    by_code = {unit.code: unit for unit in units}
    for unit in units:
        parent = by_code.get(unit.parent)
        texts = {unit.name, unit.short_name, unit.code}
        if parent is not None:
            texts |= {f"{unit.name} {parent.name}", f"{unit.name} {kind_word(parent.name)[1]}"}
        for key in {unit_key(text) for text in texts} - {""}:
            spelled.setdefault(key, set()).add(unit.code)
    return {key: codes.pop() for key, codes in spelled.items() if len(codes) == 1}


def _unit_of(entry: Entry, known: Mapping[str, str]) -> str:
    """The code of the unit a row stands in; '' where none or several could be meant."""
    if not entry.unit:
        return ""
    within = [unit_key(f"{entry.unit} {entry.within}")] if entry.within else []
    return next((known[key] for key in (*within, unit_key(entry.unit)) if key in known), "")


def _person(
    roster: Roster, entry: Entry, code: str, unit: str, common: Mapping[str, str]
) -> tuple[Person, list[Finding]]:
    doubts: list[Finding] = []
    values = {id: entry.text(id) for id in ("born", "party_post", "other_post", "exempt")}
    for id in ("mail", "phone"):
        values[id], more = _address(roster, entry, id, common)
        doubts += more
    group = group_of(entry.text("group")) or ""
    if entry.text("group") and not group:
        doubts.append(_value(roster, entry, "group", entry.text("group"), common))
    if not values["party_post"]:
        values["party_post"], values["other_post"] = _posts(values["other_post"])
    told, wrong = roles_said(entry.text("roles"))
    if wrong:
        doubts.append(_value(roster, entry, "roles", wrong, common))
    if not told:
        told = _roles(values["party_post"], values["other_post"])
        if told:
            labels = "; ".join(roles()[role] for role in told)
            post = "; ".join(filter(None, (values["party_post"], values["other_post"])))
            args = {"dien": labels, "chuc_vu": post, **common}
            doubts.append(_at(roster, entry, "name", "import_person_roles", entry.name, **args))
    return Person(code=code, name=entry.name, unit=unit, group=group, roles=told, row=entry.row, **values), doubts


def _address(roster: Roster, entry: Entry, id: str, common: Mapping[str, str]) -> tuple[str, list[Finding]]:
    """Mail or phone as a text that will read back, and what had to be mended or left out."""
    text = "; ".join(part.strip() for part in entry.text(id).split("\n") if part.strip())
    if id == "mail":
        text = text.removeprefix("mailto:").strip(" ;,")
        if text and not mails_valid(text):
            return "", [_value(roster, entry, id, text, common)]
    elif text and isinstance(entry.cells[id].value, int | float) and phones_plausible("0" + text):
        return "0" + text, [_at(roster, entry, id, "import_phone", "0" + text, ten=entry.name, goc=text, **common)]
    return text, []


def _posts(text: str) -> tuple[str, str]:
    """(post in the Party, other post) of a column that holds both: «Bí thư chi bộ, Trưởng phòng»."""
    parts = [part for part in _PARTED.split(text) if part]
    party = [part for part in parts if _begins(part, "party_posts") and not _begins(part, "union_posts")]
    return "; ".join(party), "; ".join(part for part in parts if part not in party) if party else text


def _roles(party: str, other: str) -> tuple[str, ...]:
    """The roles a person's posts say: who leads a committee or an office, and who sits on a committee."""
    found = set()
    for part in _PARTED.split(party):
        if _begins(part, "committee_posts"):
            found.add("cap_uy_vien")
        if _begins(part, "head_posts"):
            found.add("nguoi_dung_dau")
    for part in _PARTED.split(other):
        if _begins(part, "leading_posts"):
            found.add("lanh_dao")
    return tuple(role for role in roles() if role in found)


def _begins(text: str, table: str) -> bool:
    key = text_key(text)
    posts: Sequence[str] = words("register")["import_posts"][table]
    return any(re.match(rf"{re.escape(text_key(post))}(?![^\W_])", key) for post in posts)


def _value(roster: Roster, entry: Entry, id: str, text: str, common: Mapping[str, str]) -> Finding:
    heads = {c.id: c.head for c in columns("people")}
    allowed = "; ".join({"group": groups(), "roles": roles()}.get(id, {}).values())
    args = {"ten": entry.name, "cot": heads[id], "chon": allowed and say("register.import_words.one_of", cac=allowed)}
    return _at(roster, entry, id, "import_person_value", text, **args, **common)


def _at(roster: Roster, entry: Entry, column: str, code: str, value: str, **args: str) -> Finding:
    cell = cell_name(entry.row, roster.columns.get(column, roster.columns["name"]))
    return finding(f"register.{code}", sheet=roster.sheet, cell=cell, value=value, path=None, severity=None, **args)

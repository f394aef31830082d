"""An old list → a Register with proposed codes, kinds and parents; every guess is a doubt at its row of the list."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.register.grid import cell_name, open_grids
from lamtheo_xls.register.importing_people import people_of_lists, units_of_people
from lamtheo_xls.register.listing import (
    ROMAN,
    Entry,
    Listing,
    find_listing,
    is_no_unit,
    levels,
    only_groups,
)
from lamtheo_xls.register.model import Register, Unit
from lamtheo_xls.register.naming import (
    code_valid,
    kind_by_name,
    kind_word,
    mails_valid,
    name_in_full,
    phones_plausible,
    propose_code,
    short_name_of,
)
from lamtheo_xls.register.reading import is_register, read_register
from lamtheo_xls.register.rosters import find_roster
from lamtheo_xls.register.sheets import columns, kind_of, kinds
from lamtheo_xls.text import read_date, unit_key

Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A row taken as a unit: `above` is the place of its parent among the taken, `why` the word it rests on."""

    entry: Entry
    above: int | None = None
    why: str = ""
    named: str = ""
    """A parent the list names but does not hold."""


def import_units(data: bytes, *, name: str) -> tuple[Register | None, Findings]:
    """The units of an ordinary office list as a Register, with its lists of people, and every doubt with the cell of
    the old list it is about.

    A ready danh-sach.xlsx is read as it is. A file of people alone gives the units they stand in. None where nothing
    can be taken: register.unreadable, import_no_head, import_no_units. The doubts' args hold `ma`, the proposed code,
    and `ten_tep`, the list's file name; the Register has no office facts and no rounds, and reads back without errors
    once written, unless two rows are one unit or a person's unit was not found.
    """
    if is_register(data):
        return read_register(data)
    grids, reason = open_grids(data)
    if reason:
        return None, (finding("register.unreadable", ly_do=reason),)
    seen = [grid for grid in grids if not grid.hidden]
    rosters = [roster for grid in seen if (roster := find_roster(grid)) is not None]
    of_people = {roster.sheet for roster in rosters}
    found = [listing for grid in seen if grid.name not in of_people and (listing := find_listing(grid)) is not None]
    if not found and not any(roster.entries for roster in rosters):
        return None, (finding("register.import_no_head", ten_tep=name),)
    units, doubts = _listed_units(found, name) if found else units_of_people(rosters, name)
    if not units:
        return None, doubts
    people, more = people_of_lists(rosters, units, name)
    return Register(units=units, people=people, office={}), doubts + more


def _listed_units(found: Sequence[Listing], name: str) -> tuple[tuple[Unit, ...], Findings]:
    left = tuple(
        finding("register.import_row", sheet=listing.sheet, cell=cell_name(row, column), value=text, ten_tep=name)
        for listing in found
        for row, column, text in listing.nameless
    )
    best = max(found, key=lambda listing: (len(listing.entries) > 0, len(listing.columns)))
    taken, doubts = _take(best, name)
    if not taken:
        return (), (finding("register.import_no_units", sheet=best.sheet, ten_tep=name), *doubts)
    units, more = _units(best, taken, name)
    others = tuple(
        finding("register.import_sheet", sheet=other.sheet, trang_lay=best.sheet, ten_tep=name)
        for other in found
        if other is not best
    )
    unknown = tuple(
        finding("register.import_column", sheet=best.sheet, cell=cell_name(row, column), value=text, ten_tep=name)
        for row, column, text in best.unknown
    )
    return units, others + unknown + _by_row(doubts + more + left)


def _by_row(doubts: Findings) -> Findings:
    return tuple(sorted(doubts, key=lambda f: int("".join(c for c in f.place.cell or "" if c.isdigit()) or 0)))


def _take(listing: Listing, name: str) -> tuple[tuple[Taken, ...], Findings]:
    """The rows that are units, each with its parent."""
    numbered = any(e.mark for e in listing.entries)
    doubts: list[Finding] = []
    rows: list[Entry] = []
    groups: set[int] = set()
    for entry in listing.entries:
        if is_no_unit(entry, numbered=numbered):
            doubts.append(_doubt("import_row", listing, entry, entry.name, ten_tep=name))
        else:
            if only_groups(entry):
                groups.add(entry.row)
                doubts.append(_doubt("import_group", listing, entry, entry.name, ten_tep=name))
            rows.append(entry)
    if "parent" in listing.columns:
        return _under_named(rows, groups), tuple(doubts)
    return _under_levels(rows, groups), tuple(doubts)


def _under_levels(rows: Sequence[Entry], groups: set[int]) -> tuple[Taken, ...]:
    """The parent is the nearest committee above that stands less deep."""
    depths = levels(rows)
    taken: list[Taken] = []
    path: list[tuple[tuple[int, int, int], int | None, Entry]] = []
    for entry, depth in zip(rows, depths, strict=True):
        while path and path[-1][0] >= depth:
            path.pop()
        if entry.row in groups:
            path.append((depth, None, entry))
            continue
        above = next(((at, place, e) for at, place, e in reversed(path) if place is not None), None)
        if above is None:
            taken.append(Taken(entry=entry))
        else:
            taken.append(Taken(entry=entry, above=above[1], why=_why(above[0], depth, above[2])))
        if kind_word(entry.name)[0] != "cell":
            path.append((depth, len(taken) - 1, entry))
    return tuple(taken)


def _why(above: tuple[int, int, int], own: tuple[int, int, int], parent: Entry) -> str:
    if above[0] < own[0]:
        return "by_group" if parent.depth == ROMAN else "by_order"
    return "by_indent" if above[1] < own[1] else "by_bold"


def _under_named(rows: Sequence[Entry], groups: set[int]) -> tuple[Taken, ...]:
    """The parent is the unit the list's own column names; a name that is no row of the list becomes a row before."""
    units = [e for e in rows if e.row not in groups]
    have = {unit_key(e.name) for e in units} | {e.text("code").upper() for e in units if e.text("code")}
    ordered: list[Entry] = []
    for entry in units:
        named = " ".join(entry.text("parent").split())
        own = kind_word(named)[0]
        if named and unit_key(named) not in have and named.upper() not in have and own and own != "cell":
            have.add(unit_key(named))
            ordered.append(
                replace(entry, name=named, name_column=entry.columns["parent"], cells={}, carried={}, converted=())
            )
        ordered.append(entry)
    places = {unit_key(e.name): place for place, e in reversed(list(enumerate(ordered)))}
    places |= {e.text("code").upper(): place for place, e in enumerate(ordered) if e.text("code")}
    taken: list[Taken] = []
    for place, entry in enumerate(ordered):
        named = " ".join(entry.text("parent").split())
        above = places.get(unit_key(named), places.get(named.upper())) if named else None
        if above == place:
            above, named = None, ""
        taken.append(Taken(entry=entry, above=above, why="by_column", named=named if above is None else ""))
    return tuple(_without_rings(taken))


def _without_rings(taken: list[Taken]) -> list[Taken]:
    """The list may say that two units stand under each other; the first of such a ring then stands under none."""
    for place in range(len(taken)):
        path: list[int] = []
        at: int | None = place
        while at is not None and at not in path:
            path.append(at)
            at = taken[at].above
        if at == place:
            taken[place] = replace(taken[place], above=None, named=taken[place].entry.text("parent"))
    return taken


def _units(listing: Listing, taken: Sequence[Taken], name: str) -> tuple[tuple[Unit, ...], Findings]:
    doubts: list[Finding] = []
    crowd = Counter(unit_key(t.entry.name) for t in taken)
    own = [t.entry.text("code") for t in taken]
    used = {code.upper() for code in own if code_valid(code)}
    count = Counter(code.upper() for code in own)
    guessed = _kinds(taken)
    codes: dict[int, str] = {}
    orders: Counter[str] = Counter()
    units: list[Unit] = []
    for place in _parents_first(taken):
        entry = taken[place].entry
        above = taken[place].above
        parent = codes.get(above, "") if above is not None else ""
        if code_valid(own[place]) and count[own[place].upper()] == 1:
            codes[place] = own[place]
        else:
            crowded = crowd[unit_key(entry.name)] > 1
            codes[place] = propose_code(entry.name, parent=parent, crowded=crowded, taken=used)
            used.add(codes[place])
    for place, took in enumerate(taken):
        entry, code = took.entry, codes[place]
        parent = codes[took.above] if took.above is not None else ""
        orders[parent] += 1
        common = {"ma": code, "ten_tep": name}
        if code != own[place]:
            doubts.append(_doubt("import_code", listing, entry, entry.name, **common))
        full = name_in_full(entry.name)
        if full != entry.name:
            doubts.append(_doubt("import_name", listing, entry, entry.name, du=full, **common))
        kind, sure, why = guessed[place]
        doubts += _kind_doubt(listing, entry, kind, sure, why, common)
        doubts += _parent_doubt(listing, took, parent, taken, common)
        values, more = _values(listing, entry, common)
        doubts += more
        units.append(
            Unit(
                code=code,
                name=full,
                short_name=short_name_of(entry.text("short_name") or entry.name),
                order=orders[parent],
                kind=kind,
                parent=parent,
                contact=values.get("contact", ""),
                phone=values.get("phone", ""),
                mail=values.get("mail", ""),
                secretary=values.get("secretary", ""),
                valid_from=_day(entry, "valid_from"),
                valid_to=_day(entry, "valid_to"),
                row=entry.row,
            )
        )
    return tuple(units), tuple(doubts)


def _parents_first(taken: Sequence[Taken]) -> list[int]:
    """Places ordered so that a parent's code is there before its children's."""
    done: dict[int, None] = {}
    for place in range(len(taken)):
        path: list[int] = []
        at: int | None = place
        while at is not None and at not in done and at not in path:
            path.append(at)
            at = taken[at].above
        done |= dict.fromkeys(reversed(path))
    return list(done)


def _kinds(taken: Sequence[Taken]) -> list[tuple[str, bool, str]]:
    """(kind, whether the name tells it, what it rests on) for each unit."""
    words_ = [kind_word(t.entry.name)[0] for t in taken]
    beneath: dict[int, list[int]] = {}
    for place, took in enumerate(taken):
        if took.above is not None:
            beneath.setdefault(took.above, []).append(place)
    # A committee within a base committee is called «bộ phận»; one that holds plain committees stands above base level.
    above_base = {p for p, below in beneath.items() if any(words_[b] == "committee" for b in below)}
    found: list[tuple[str, bool, str]] = []
    for place, took in enumerate(taken):
        told = kind_of(took.entry.text("kind")) if took.entry.text("kind") else None
        if told:
            found.append((told, True, "by_column_kind"))
        elif place in above_base:
            found.append(("khac", False, "by_children"))
        elif words_[place] and (told := kind_by_name(took.entry.name)):
            found.append((told, True, "by_first_word"))
        elif words_[place] == "part_committee":
            found.append(("dang_uy_bo_phan", True, "by_first_word"))
        elif words_[place] == "committee":
            base = took.above is None or took.above in above_base
            found.append(("dang_uy_co_so" if base else "dang_uy_bo_phan", True, "by_first_word"))
        elif words_[place] == "cell":
            base = took.above is None or took.above in above_base
            found.append(("chi_bo_co_so" if base else "chi_bo_truc_thuoc", True, "by_first_word"))
        elif place in beneath:
            found.append(("dang_uy_co_so", True, "by_children"))
        elif (took.above is None or took.above in above_base) and (told := kind_by_name(took.entry.name)):
            found.append((told, True, "by_first_word"))
        else:
            found.append(("khac", False, ""))
    return found


def _kind_doubt(
    listing: Listing, entry: Entry, kind: str, sure: bool, why: str, common: dict[str, str]
) -> list[Finding]:
    if why == "by_column_kind":
        return []
    label = kinds()[kind]
    if not sure:
        return [_doubt("import_kind_unclear", listing, entry, entry.name, loai=label, **common)]
    reason = say(f"register.import_words.{why}")
    return [_doubt("import_kind", listing, entry, entry.name, loai=label, vi_sao=reason, **common)]


def _parent_doubt(
    listing: Listing, took: Taken, parent: str, taken: Sequence[Taken], common: dict[str, str]
) -> list[Finding]:
    if took.named:
        named = took.named
        return [_doubt("import_parent_unclear", listing, took.entry, took.entry.name, cap_tren=named, **common)]
    if took.above is None or took.why == "by_column":
        return []
    words_ = f"{parent} «{taken[took.above].entry.name}»"
    reason = say(f"register.import_words.{took.why}")
    return [_doubt("import_parent", listing, took.entry, took.entry.name, cap_tren=words_, vi_sao=reason, **common)]


def _values(listing: Listing, entry: Entry, common: dict[str, str]) -> tuple[dict[str, str], list[Finding]]:
    """Contact, phone, mail, secretary as texts that will read back, and what had to be mended or left out."""
    heads = {c.id: c.head for c in columns("units")}
    values: dict[str, str] = {}
    doubts = [
        finding(
            "register.import_font",
            sheet=listing.sheet,
            cell=cell_name(entry.row, column),
            value=text,
            goc=old,
            **common,
        )
        for column, old, text in entry.converted
    ]
    for id in ("contact", "phone", "mail", "secretary"):
        text = "; ".join(part.strip() for part in entry.text(id).split("\n") if part.strip())
        if not text:
            continue
        place = {"sheet": listing.sheet, "cell": cell_name(entry.row, entry.columns[id])}
        named = {"ten": entry.name, "cot": heads[id], **common}
        if id == "mail":
            text = text.removeprefix("mailto:").strip(" ;,")
            if not mails_valid(text):
                doubts.append(finding("register.import_value", **place, value=text, **named))
                continue
        if id == "phone" and isinstance(entry.cells[id].value, int | float) and phones_plausible("0" + text):
            doubts.append(finding("register.import_phone", **place, value="0" + text, goc=text, **named))
            text = "0" + text
        if id in entry.carried:
            origin = cell_name(*entry.carried[id])
            doubts.append(finding("register.import_carried", **place, value=text, o_goc=origin, **named))
        values[id] = text
    for id in ("valid_from", "valid_to"):
        if entry.text(id) and _day(entry, id) is None:
            cell = cell_name(entry.row, entry.columns[id])
            args = {"ten": entry.name, "cot": heads[id], **common}
            doubts.append(
                finding("register.import_value", sheet=listing.sheet, cell=cell, value=entry.text(id), **args)
            )
    return values, doubts


def _day(entry: Entry, id: str) -> dt.date | None:
    cell = entry.cells.get(id)
    if cell is None or cell.error:
        return None
    if isinstance(cell.value, dt.datetime):
        return cell.value.date()
    return read_date(cell.text) if isinstance(cell.value, str) else None


def _doubt(code: str, listing: Listing, entry: Entry, value: str, **args: str) -> Finding:
    place = cell_name(entry.row, entry.name_column)
    return finding(f"register.{code}", sheet=listing.sheet, cell=place, value=value, path=None, severity=None, **args)

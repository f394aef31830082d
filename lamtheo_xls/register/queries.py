"""Looking things up in a Register: units, their children and order, rounds, and the texts of an issued form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from lamtheo_xls.definitions.model import Deadline, Form
from lamtheo_xls.definitions.periods import period_label, period_year
from lamtheo_xls.findings import say
from lamtheo_xls.register.model import Assignment, Person, Register, Round, Unit
from lamtheo_xls.text import nfc

_COMMITTEE = re.compile(r"^đảng (ủy|uỷ)\b", re.IGNORECASE)
_BETWEEN = "dang_uy_bo_phan"
"""The kind of a committee between a base committee and its chi bộ."""


def unit_of(register: Register, code: str) -> Unit | None:
    """The unit of that code (whatever its dates), or None."""
    return register.index.by_code.get(code)


def is_current(unit: Unit, on: dt.date) -> bool:
    """The unit exists on that day; both of its dates are inclusive."""
    return (unit.valid_from is None or unit.valid_from <= on) and (unit.valid_to is None or on <= unit.valid_to)


def overlaps(a: Unit, b: Unit) -> bool:
    """Some day sees both units."""
    return (a.valid_from or dt.date.min) <= (b.valid_to or dt.date.max) and (b.valid_from or dt.date.min) <= (
        a.valid_to or dt.date.max
    )


def children_of(register: Register, code: str, on: dt.date) -> tuple[Unit, ...]:
    """The units right beneath `code` that exist on that day, in the office's order."""
    return tuple(u for u in register.index.beneath.get(code, ()) if is_current(u, on))


def cells_of(register: Register, code: str, on: dt.date) -> tuple[Unit, ...]:
    """The chi bộ of a committee that exist on that day, in the office's order: the units right beneath it, where a
    committee between the two levels («đảng ủy bộ phận») gives way to its own chi bộ."""
    return _cells(register, code, on, frozenset({code}))


def _cells(register: Register, code: str, on: dt.date, above: frozenset[str]) -> tuple[Unit, ...]:
    found: list[Unit] = []
    for unit in children_of(register, code, on):
        between = unit.kind == _BETWEEN and unit.code not in above
        found += (_cells(register, unit.code, on, above | {unit.code}) if between else ()) or (unit,)
    return tuple(found)


def current(register: Register, on: dt.date) -> tuple[Unit, ...]:
    """All units that exist on that day, in the office's order: each unit followed by those beneath it."""
    ranks = register.index.ranks
    return tuple(sorted((u for u in register.units if is_current(u, on)), key=lambda u: ranks[u.code]))


def in_order(register: Register, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes in the office's order (as `current`); unknown ones last, as they came."""
    ranks = register.index.ranks
    last = len(ranks)
    return tuple(sorted(codes, key=lambda code: ranks.get(code, last)))


def round_of(register: Register, id: str) -> Round | None:
    """The round `<programme>_<period>`, or None."""
    return next((r for r in register.rounds if r.id == id), None)


def open_rounds(register: Register, as_of: dt.date) -> tuple[Round, ...]:
    """The rounds open on that day – opened by then and not closed –, the one opened last first (then the lower row).

    A round without an opening day counts as opened before all others.
    """
    found = [r for r in register.rounds if not r.closed and (r.opens is None or r.opens <= as_of)]
    return tuple(sorted(found, key=lambda r: (r.opens or dt.date.min, r.row), reverse=True))


def open_round(register: Register, as_of: dt.date) -> Round | None:
    """The first of `open_rounds`, or None."""
    return next(iter(open_rounds(register, as_of)), None)


def person_by_code(register: Register, code: str | None) -> Person | None:
    """The person of that code, or None."""
    return register.index.persons.get(code or "")


def people_of(register: Register, unit: str) -> tuple[Person, ...]:
    """The people of the unit of that code, as listed."""
    return register.index.people.get(unit, ())


def is_leader(person: Person) -> bool:
    """A head, a leader or a committee member: any role of ours makes one (S3.19)."""
    return bool(person.roles)


def party_body(office: str) -> str:
    """The organisation a committee leads, as units print it above their own name: «Đảng ủy X» → «Đảng bộ X»."""
    return _COMMITTEE.sub(lambda found: "ĐẢNG BỘ" if found[0].isupper() else "Đảng bộ", nfc(office))


def context_of(
    register: Register,
    unit: Unit,
    *,
    form: Form,
    period: str,
    deadline: Deadline,
    person: Person | None = None,
    assignment: Assignment | None = None,
) -> dict[str, str]:
    """The texts a form of `unit` may name as `{key}`, fixed at issue: '' where the register does not say.

    cap_tren (the line above the unit's own: the unit's parent, else the office's party body), don_vi and ten_don_vi
    (the unit's name), nam, ky, co_quan, nhan_bao_cao, dau_moi, dia_danh, han (the deadline in words), quyen_han_ky,
    chuc_vu_ky, thay_mat and ky_hieu (by the unit's kind), nguoi_ky (its secretary), bieu (the form's label); and of
    `person` ho_ten, ngay_sinh, don_vi_cong_tac, chuc_vu_dang, chuc_vu_chinh_quyen, lanh_dao ('x' for a leader, S3.19)
    and gui_them (who gets one more copy of the `assignment`, in words, S3.22).
    """
    office = register.office
    parent = unit_of(register, unit.parent) if unit.parent else None
    above = party_body(parent.name) if parent else office.get("dang_bo") or party_body(office.get("co_quan", ""))
    second = assignment.second_to if assignment else ""
    return {
        "cap_tren": above,
        "don_vi": unit.name,
        "ten_don_vi": unit.name,
        "nam": str(period_year(period)),
        "ky": period_label(period),
        "co_quan": office.get("co_quan", ""),
        "nhan_bao_cao": office.get("nhan_bao_cao", ""),
        "dau_moi": office.get("dau_moi_nhan", ""),
        "dia_danh": office.get("dia_danh", ""),
        "han": deadline.text,
        "quyen_han_ky": say(f"register.authority.{unit.kind}"),
        "chuc_vu_ky": say(f"register.post.{unit.kind}"),
        "thay_mat": say(f"register.on_behalf.{unit.kind}"),
        "ky_hieu": say(f"register.mark.{unit.kind}"),
        "nguoi_ky": unit.secretary,
        "bieu": form.label,
        "ho_ten": person.name if person else "",
        "ngay_sinh": person.born if person else "",
        "don_vi_cong_tac": unit.name if person else "",
        "chuc_vu_dang": person.party_post if person else "",
        "chuc_vu_chinh_quyen": person.other_post if person else "",
        "lanh_dao": say("register.leader.mark") if person and is_leader(person) else "",
        "gui_them": say("register.leader.second_copy", noi_nhan=second) if second else "",
    }

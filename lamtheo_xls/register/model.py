"""Units, people, the office's own facts and the rounds, as frozen values; and who owes what in a round."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.text import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A row of sheet ĐƠN VỊ. `kind` is an id: dang_uy_co_so, chi_bo_co_so, chi_bo_truc_thuoc, dang_uy_bo_phan,
    dang_uy_xa_phuong, chi_bo_thon, mat_tran_doan_the, phong_ban_nganh, khac."""

    code: str
    name: str
    short_name: str
    order: int
    kind: str
    parent: str = ""
    contact: str = ""
    phone: str = ""
    mail: str = ""
    secretary: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    row: int = 0
    """Row of the sheet, for findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A row of sheet CÁ NHÂN."""

    code: str
    name: str
    unit: str
    group: str = ""
    """Id: can_bo_cong_chuc, dang_vien, nguoi_lao_dong, tu_nguyen (S3.14, S3.16)."""
    born: str = ""
    """As staff wrote it: «12/03/1980», or only the year."""
    party_post: str = ""
    other_post: str = ""
    """Post in government, mass organisations, enterprise."""
    roles: tuple[str, ...] = ()
    """Ids: nguoi_dung_dau, lanh_dao, cap_uy_vien (S3.19, S3.22); any of them makes a leader."""
    exempt: str = ""
    """The reason why this person sends nothing, in words."""
    mail: str = ""
    phone: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDates:
    """A row of sheet ĐỢT that names one form: that form's own dates within the round."""

    opens: dt.date | None = None
    """Nothing of the form is owed before that day."""
    due: dt.date | None = None
    accept_until: dt.date | None = None
    strict: bool = False
    note: str = ""
    cell: str = ""
    """Where sheet ĐỢT names the form, for findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The rows of sheet ĐỢT of one programme and period. Its id is `<programme>_<period>`.

    The row without a form gives the round's own facts; `due` and `accept_until` there are for what is due first in the
    round, so that a date in February never moves December.
    """

    programme: str
    period: str
    opens: dt.date | None = None
    due: dt.date | None = None
    """The office's own date, overriding the programme's rule; inclusive."""
    accept_until: dt.date | None = None
    closed: bool = False
    strict: bool = False
    note: str = ""
    dues: Mapping[str, FormDates] = field(default_factory=dict)
    """Form id or label, as column «Biểu» names it → its own dates."""
    row: int = 0

    @property
    def id(self) -> str:
        return f"{self.programme}_{self.period}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A row of the optional sheet NĂM TRƯỚC: a model of the year before, for prefilling and comparison."""

    period: str
    unit: str
    values: Mapping[str, str]
    """Column id → text: ten_chi_bo, ten_mo_hinh, thoi_gian, nhom."""
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Ways into a register, made once: thousands of forms ask for their unit, its children and its people."""

    by_code: Mapping[str, Unit]
    beneath: Mapping[str, tuple[Unit, ...]]
    """Parent code → units in the office's order, whatever their dates."""
    ranks: Mapping[str, int]
    """Unit code → its place in the office's order: each unit followed by those beneath it."""
    names: Mapping[str, int]
    """File name of a short name → how many units give it."""
    short_names: Mapping[str, int]
    """The same, of the shorter file names that stand beside a person's."""
    people: Mapping[str, tuple[Person, ...]]
    """Unit code → its people, as listed."""
    persons: Mapping[str, Person]
    """Person code → person."""
    person_names: Mapping[tuple[str, str], int]
    """(unit code, file name of a person's name) → how many people of the unit give it."""


SHORT_NAME, PERSON_NAME = 24, 32
"""Longest file names of a unit and a person where both stand in one (paths of Windows end at 260)."""


def _index(units: tuple[Unit, ...], people: tuple[Person, ...]) -> Index:
    beneath: dict[str, list[Unit]] = {}
    by_code: dict[str, Unit] = {}
    for unit in sorted(units, key=lambda u: (u.order, u.row)):
        beneath.setdefault(unit.parent, []).append(unit)
    for unit in units:
        by_code.setdefault(unit.code, unit)
    of_unit: dict[str, list[Person]] = {}
    persons: dict[str, Person] = {}
    for person in people:
        of_unit.setdefault(person.unit, []).append(person)
        persons.setdefault(person.code, person)
    return Index(
        by_code=by_code,
        beneath={parent: tuple(found) for parent, found in beneath.items()},
        ranks=_ranks(units),
        names=Counter(slug(u.short_name) for u in units),
        short_names=Counter(slug(u.short_name, SHORT_NAME) for u in units),
        people={unit: tuple(found) for unit, found in of_unit.items()},
        persons=persons,
        person_names=Counter((p.unit, slug(p.name, PERSON_NAME)) for p in people),
    )


def _ranks(units: tuple[Unit, ...]) -> dict[str, int]:
    """Code → place in a walk through the tree. Units of a cycle or with an unknown parent come as if they had none."""
    known = {u.code for u in units}
    ordered = sorted(units, key=lambda u: (u.order, u.row))
    beneath: dict[str, list[Unit]] = {}
    for unit in ordered:
        beneath.setdefault(unit.parent if unit.parent in known else "", []).append(unit)
    ranks: dict[str, int] = {}
    for start in (beneath.get("", []), ordered):
        waiting = start[::-1]
        while waiting:
            unit = waiting.pop()
            if unit.code not in ranks:
                ranks[unit.code] = len(ranks)
                waiting.extend(reversed(beneath.get(unit.code, [])))
    return ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """danh-sach.xlsx, read. `office` keys: co_quan (name), cap_tren (line above it), dang_bo (line above the
    units' own names), dia_danh, nhan_bao_cao, dau_moi_nhan, quyen_han_ky, chuc_vu_ky, nguoi_ky, the_thuc,
    thu_muc_nhan, ... (words_register.toml lists them). `digest`: SHA-256 of the bytes it was read from."""

    units: tuple[Unit, ...] = ()
    people: tuple[Person, ...] = ()
    rounds: tuple[Round, ...] = ()
    office: Mapping[str, str]
    earlier: tuple[Earlier, ...] = ()
    digest: str = ""
    index: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", _index(self.units, self.people))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One form owed by one unit or person for one period. `id` is `<form>_<period>_<unit code>`, of a person
    `<form>_<period>_<unit code>.<person code>`; of a document without a form, the obligation's id stands for the form.
    """

    id: str
    round: str
    form: str
    """'' for a document without a form."""
    version: int
    unit: str
    person: str | None
    period: str
    part: str
    """'' where the form has one part."""
    deadline: Deadline
    signed_copy: bool
    strength: str
    """must, should, or may: accepted when it comes and never chased (S3.16)."""
    document: str = ""
    """Name of a document without a form: nothing is issued, a signed copy settles it (S1.12)."""
    released: str = ""
    """Why nothing is asked (an exemption's reason, S3.15), in words; '' where it is owed or a volunteer's."""
    second_to: str = ""
    """Who gets one more copy (S3.22); '' for nobody."""
    nil_allowed: bool = False
    obligation: str = ""
    """Id of the programme's obligation it comes from."""

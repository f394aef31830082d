"""Personal plans counted per unit and per kind: who owes, who sent, leaders and their deeds (S3.14–S3.22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Consolidated, Form
from lamtheo_xls.merge import (
    Asked,
    PeopleCounts,
    Roll,
    csv_of,
    deed_columns,
    deeds_of,
    frame_of,
    in_one,
    people_counts,
    person_code_of,
)
from lamtheo_xls.register import Person, Register, Unit

EXAMPLE, WEAKNESS = "Việc nêu gương, dám nghĩ, dám làm", "Việc khắc phục hạn chế, yếu kém kéo dài"
UNITS = ("X", "T", "M")
REGISTER = Register(
    office={},
    units=tuple(
        Unit(code=c, name=f"Đơn vị {c}", short_name=c, order=n, kind="dang_uy_xa_phuong") for n, c in enumerate(UNITS)
    ),
    people=tuple(Person(code=f"P{n}", name=f"Người {n}", unit=UNITS[n % 3], group="dang_vien") for n in range(9)),
)


@dataclass(frozen=True, kw_only=True)
class Plans:
    table: Consolidated
    forms: dict[str, Form]


@pytest.fixture(scope="session")
def plans() -> Plans:
    bundle, _ = load_folder(bundled("hd-btgtu-2024"))
    assert bundle is not None
    table = next(t for t in bundle.programme.tables if t.kind == "people")
    return Plans(table=table, forms=dict(bundle.forms))


@pytest.fixture(scope="session")
def plan(return_of: Callable[..., Any]) -> Callable[..., Any]:
    """plan("P0", (EXAMPLE, "Làm đường")): a person's plan with deeds."""

    def make(code: str, *deeds: tuple[str, str]) -> Any:
        person = next(p for p in REGISTER.people if p.code == code)
        fields = {"ho_ten": person.name, "chuc_vu_dang": "Bí thư"}
        told: dict[str, list[str]] = {"lam_theo_noi_dung": ["Đọc sách", "Ghi sổ"]}
        for n, (kind, text) in enumerate(deeds, start=1):
            fields[f"loai_viec_{n}"] = kind
            told[f"viec_{n}_noi_dung"] = [text] if text else []
        return return_of("ke-hoach-ca-nhan", person.unit, person=code, period="2024", fields=fields, narratives=told)

    return make


def asked(code: str, *, leader: bool = False, second: str = "") -> Asked:
    person = next(p for p in REGISTER.people if p.code == code)
    return Asked(key=f"{person.unit}.{code}", unit=person.unit, name=person.name, leader=leader, second_to=second)


def counted(plans: Plans, sent: list[Any], roll: Roll, known: list[Asked]) -> PeopleCounts:
    return people_counts(frame_of(sent, REGISTER, plans.table, plans.forms), roll, known, REGISTER, plans.table)


def test_a_person_is_a_row_with_unit_and_name(plans: Plans, plan: Callable[..., Any]) -> None:
    """Who, of which unit, and the contents as one text; people as the register lists them within their unit."""
    frame = frame_of([plan("P6"), plan("P1"), plan("P0")], REGISTER, plans.table, plans.forms)
    assert list(zip(frame["unit.code"], frame["person.code"], frame["person.name"], strict=True)) == [
        ("X", "P0", "Người 0"),
        ("X", "P6", "Người 6"),
        ("T", "P1", "Người 1"),
    ]
    assert set(frame["lam_theo_noi_dung"]) == {"Đọc sách\nGhi sổ"}
    assert b'"ma_ca_nhan","ten_ca_nhan"' in csv_of(frame)
    assert person_code_of("ke-hoach-ca-nhan_2024_X.P0") == "P0" and person_code_of("mau-02_2027_X") == ""


def test_deeds_are_the_columns_under_one_head(plans: Plans) -> None:
    """Each deed: the column of its kind, and the columns beside it, its text first."""
    found = [(kind.id, [c.id for c in columns]) for kind, columns in deed_columns(plans.table)]
    assert found == [
        ("loai_viec_1", ["viec_1_noi_dung", "viec_1_giai_phap", "can_cu_viec_1"]),
        ("loai_viec_2", ["viec_2_noi_dung", "viec_2_giai_phap", "can_cu_viec_2"]),
    ]


def test_one_row_a_deed(plans: Plans, plan: Callable[..., Any]) -> None:
    """By text or by kind alone; a kind outside the list is none; who registered nothing has no row."""
    sent = [plan("P0", (EXAMPLE, "Làm đường"), ("việc khác", "Dạy chữ")), plan("P3", (WEAKNESS, "")), plan("P1")]
    deeds = deeds_of(frame_of(sent, REGISTER, plans.table, plans.forms), plans.table)
    assert list(zip(deeds["person.key"], deeds["deed.kind"], deeds["deed.text"], strict=True)) == [
        ("X.P0", EXAMPLE, "Làm đường"),
        ("X.P0", "", "Dạy chữ"),
        ("X.P3", WEAKNESS, ""),
    ]


def test_several_columns_in_one_cell(plans: Plans) -> None:
    """The first plainly, others with their label, blanks left out."""
    _, columns = deed_columns(plans.table)[0]
    values = {"viec_1_noi_dung": "Làm đường", "viec_1_giai_phap": "", "can_cu_viec_1": "Vấn đề mới nảy sinh"}
    assert in_one(values, columns) == "Làm đường\nCăn cứ: Vấn đề mới nảy sinh"
    assert in_one(dict.fromkeys(values, ""), columns) == ""


def test_counts_per_unit_and_kind(plans: Plans, plan: Callable[..., Any]) -> None:
    """Owing, sent, not yet, volunteers, leaders and deeds of each unit, and their total."""
    sent = [plan("P0", (EXAMPLE, "a"), (WEAKNESS, "b")), plan("P3"), plan("P1", (EXAMPLE, "c")), plan("P4")]
    known = [asked("P0", leader=True, second="cấp trên"), asked("P3", leader=True), asked("P6"), asked("P1")]
    known += [asked("P4"), asked("P2", leader=True, second="cấp trên")]
    roll = Roll(expected=("X.P0", "X.P3", "X.P6", "T.P1", "M.P2"), counted=("X.P0", "X.P3", "T.P1", "T.P4"))
    counts = counted(plans, sent, roll, known)
    assert [
        (u.unit, u.expected, u.present, u.missing, u.voluntary, u.leaders, u.registered, dict(u.deeds))
        for u in counts.units
    ] == [
        ("X", 3, 2, 1, 0, 2, 1, {EXAMPLE: 1, WEAKNESS: 1, "": 0}),
        ("T", 1, 1, 0, 1, 0, 0, {EXAMPLE: 1, WEAKNESS: 0, "": 0}),
        ("M", 1, 0, 1, 0, 1, 0, {EXAMPLE: 0, WEAKNESS: 0, "": 0}),
    ]
    total = counts.total
    assert (total.expected, total.present, total.missing, total.voluntary) == (5, 3, 2, 1)
    assert (total.leaders, total.registered, counts.unregistered) == (3, 1, ("X.P3",))
    assert (counts.deeds_of_others, counts.seconds) == (1, ("X.P0",))


def test_released_and_volunteers_who_sent_nothing_stand_nowhere(plans: Plans, plan: Callable[..., Any]) -> None:
    """Nobody counts them (S3.15, S3.16); a unit of which nobody owes or sent has no line."""
    known = [asked("P0"), asked("P1", leader=True), asked("P2")]
    counts = counted(plans, [plan("P0")], Roll(expected=("X.P0",), counted=("X.P0",), excused=("T.P1",)), known)
    assert [u.unit for u in counts.units] == ["X"]
    assert counts.total.leaders == 0


def test_nobody_at_all(plans: Plans) -> None:
    """An empty round has a total of nothing."""
    counts = counted(plans, [], Roll(), [])
    assert counts.units == () and counts.total.expected == 0 and set(counts.total.deeds.values()) == {0}


DEED = st.tuples(st.sampled_from([EXAMPLE, WEAKNESS, "", "việc lạ"]), st.sampled_from(["", "Làm đường"]))
PEOPLE = st.dictionaries(
    st.sampled_from([p.code for p in REGISTER.people]),
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.lists(DEED, max_size=2)),
    max_size=9,
)


@given(PEOPLE, st.randoms(use_true_random=False))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_people_are_conserved(plans: Plans, plan: Callable[..., Any], people: Any, random: Any) -> None:
    """Whatever the order of files: expected = present + missing, units add up to the total, each deed has one kind,
    everybody who sent is present or a volunteer."""
    known = [asked(code, leader=leader) for code, (_, _, leader, _) in people.items()]
    keys = {a.key.split(".")[1]: a.key for a in known}
    owes = tuple(keys[c] for c, (owing, *_) in people.items() if owing)
    sent = [plan(c, *deeds) for c, (_, came, _, deeds) in people.items() if came]
    came = tuple(keys[c] for c, (_, came, _, _) in people.items() if came)
    roll = Roll(expected=owes, counted=came)
    counts = counted(plans, sent, roll, known)
    shuffled = counted(plans, random.sample(sent, len(sent)), roll, random.sample(known, len(known)))
    assert (counts.units, counts.total) == (shuffled.units, shuffled.total)
    names = ("expected", "present", "missing", "silent", "voluntary", "leaders", "registered")
    for name in names:
        assert getattr(counts.total, name) == sum(getattr(u, name) for u in counts.units)
    for u in (*counts.units, counts.total):
        assert u.expected == u.present + u.missing + u.silent and u.registered <= u.leaders <= u.expected
    assert counts.total.present + counts.total.voluntary == len(sent)
    written = [d for _, came, _, deeds in people.values() if came for d in deeds if any(d)]
    assert sum(counts.total.deeds.values()) == len(written)
    for kind in (EXAMPLE, WEAKNESS):
        assert counts.total.deeds[kind] == sum(d[0] == kind for d in written)
        assert counts.total.deeds[kind] == sum(u.deeds[kind] for u in counts.units)
    assert len(counts.unregistered) + counts.total.registered == sum(
        leader and owing and here for owing, here, leader, _ in people.values()
    )

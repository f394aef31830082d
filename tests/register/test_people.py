"""People: who owes a form of their own, who is released, who sends one copy more, and what their files are called."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Exemption, People, SecondCopy
from lamtheo_xls.findings import mend, message
from lamtheo_xls.register import (
    FormDates,
    Person,
    Register,
    Round,
    Unit,
    check_register,
    context_of,
    file_stem,
    is_leader,
    owed,
    people_of,
    person_by_code,
    person_of,
    unit_code_of,
)

D = dt.date
DAY = D(2024, 3, 10)
PLAN = "ke-hoach-ca-nhan"


@cache
def guidance():
    found, _ = load_folder(bundled("hd-btgtu-2024"))
    assert found is not None
    return found


@pytest.fixture
def bundle():
    return guidance()


def unit(code: str, kind: str, order: int = 1, **more: object) -> Unit:
    return Unit(code=code, name=f"Đơn vị {code}", short_name=f"ĐV {code}", order=order, kind=kind, **more)  # type: ignore[arg-type]


def person(code: str, unit: str, group: str = "dang_vien", *roles: str, **more: object) -> Person:
    return Person(code=code, name=f"Người {code}", unit=unit, group=group, roles=roles, **more)  # type: ignore[arg-type]


@pytest.fixture
def city() -> Register:
    """A city committee's units of every kind, the people of three of them, listed across the units."""
    return Register(
        units=(
            unit("DU-XA", "dang_uy_xa_phuong", 3),
            unit("TH-1", "chi_bo_thon", 1, parent="DU-XA"),
            unit("CB-CQ", "chi_bo_co_so", 1),
            unit("MT", "mat_tran_doan_the", 4),
            unit("P-TC", "phong_ban_nganh", 5),
            unit("KHAC", "khac", 6),
        ),
        people=(
            person("V1", "TH-1"),
            person("C1", "CB-CQ", "can_bo_cong_chuc", "nguoi_dung_dau", "cap_uy_vien"),
            person("V2", "TH-1", "dang_vien", "cap_uy_vien"),
            person("C2", "CB-CQ", "nguoi_lao_dong"),
            person("C3", "CB-CQ", "can_bo_cong_chuc", exempt="Nghỉ thai sản"),
            person("V3", "TH-1", "can_bo_cong_chuc"),
            person("C4", "CB-CQ", "tu_nguyen"),
            person("C5", "CB-CQ", ""),
            person("P1", "P-TC", "can_bo_cong_chuc", "lanh_dao"),
        ),
        office={"co_quan": "Thành ủy Mẫu"},
        rounds=(Round(programme="hd-btgtu-2024", period="2024", opens=D(2024, 1, 1), row=4),),
    )


def owes(bundle, register, on=DAY, **round_facts):
    return owed(
        bundle.programme, bundle.forms, register, Round(programme="hd-btgtu-2024", period="2024", **round_facts), on
    )


def plans(bundle, register, **round_facts):
    found, _ = owes(bundle, register, **round_facts)
    return {a.person: a for a in found if a.form == PLAN}


def test_collective_forms_by_kind_of_unit(bundle, city):
    """Tasks: party organisations of base level and the front (S3.6); models: boards, too (S3.9); in quarter I."""
    found, findings = owes(bundle, city)
    asked = {form: [a.unit for a in found if a.form == form] for form in ("nhiem-vu-dot-pha", "mo-hinh-tieu-bieu")}
    assert asked == {
        "nhiem-vu-dot-pha": ["CB-CQ", "DU-XA", "MT"],
        "mo-hinh-tieu-bieu": ["CB-CQ", "DU-XA", "MT", "P-TC"],
    }
    assert {a.deadline.on_time for a in found} == {D(2024, 3, 31)} and findings == ()


def test_whose_plan_is_owed(bundle, city):
    """Officials and party members (S3.14), by the office's order of units, then as listed; a blank group owes nothing.
    The unit is where the person takes part and hands it in (S3.21)."""
    found = plans(bundle, city)
    assert list(found) == ["C1", "C2", "C3", "C4", "V1", "V2", "V3", "P1"]
    first = found["C1"]
    assert (first.id, first.unit, first.form, first.strength) == (f"{PLAN}_2024_CB-CQ.C1", "CB-CQ", PLAN, "must")
    assert (unit_code_of(first.id), person_of(first.id)) == ("CB-CQ", "C1")
    assert (unit_code_of(f"{first.id}_2", "2"), person_of(f"{first.id}_2", "2")) == ("CB-CQ", "C1")
    assert person_of("mau-02_2027_DU-STC") == ""


def test_village_cells_exempt_those_who_are_no_committee_members(bundle, city):
    """A party member of a village cell without a role is released with the reason; a committee member and an official
    of the same cell owe (S3.15)."""
    found = plans(bundle, city)
    assert (found["V1"].released, found["V1"].strength) == (
        "Đảng viên thuộc chi bộ thôn, tổ dân phố không phải là cấp ủy viên",
        "may",
    )
    assert [(found[c].released, found[c].strength) for c in ("V2", "V3")] == [("", "must"), ("", "must")]


def test_volunteers_may(bundle, city):
    """Those outside the groups who register of their own accord are there, and only may (S3.16)."""
    found = plans(bundle, city)
    assert [(found[c].strength, found[c].released) for c in ("C2", "C4")] == [("may", ""), ("may", "")]


def test_the_registers_own_reason_releases(bundle, city):
    """«Không phải gửi (lý do)» releases in its own words, before any exemption of the source."""
    found = plans(bundle, city)
    assert (found["C3"].released, found["C3"].strength) == ("Nghỉ thai sản", "may")
    people = tuple(replace(p, exempt="Miễn sinh hoạt") if p.code == "V1" else p for p in city.people)
    assert plans(bundle, replace(city, people=people))["V1"].released == "Miễn sinh hoạt"


def test_a_second_copy_for_the_level_above(bundle, city):
    """Heads and leaders send one more copy to the committee above; a plain committee member does not (S3.22)."""
    found = plans(bundle, city)
    assert {code: a.second_to for code, a in found.items() if a.second_to} == {
        "C1": "cấp ủy cấp trên theo phân cấp quản lý",
        "P1": "cấp ủy cấp trên theo phân cấp quản lý",
    }


def test_the_second_copys_addressee_is_filled(bundle, city):
    """`{name}` of the addressee comes from the context of the person's unit."""
    to_parent = SecondCopy(roles=("cap_uy_vien",), to="{cap_tren} (qua {co_quan})")
    programme = replace(
        bundle.programme,
        obligations=tuple(
            replace(o, second_copy=to_parent) if o.owner == "person" else o for o in bundle.programme.obligations
        ),
    )
    found, _ = owed(programme, bundle.forms, city, Round(programme=programme.id, period="2024"), DAY)
    assert {a.person: a.second_to for a in found if a.second_to} == {
        "C1": "Thành ủy Mẫu (qua Thành ủy Mẫu)",
        "V2": "Đơn vị DU-XA (qua Thành ủy Mẫu)",
    }


def test_people_of_a_unit_that_is_not_there_owe_nothing(bundle, city):
    """The unit must exist on the deciding day; where it ended inside the round that is told once, at the unit."""
    units = tuple(replace(u, valid_to=D(2024, 2, 1), row=9) if u.code == "CB-CQ" else u for u in city.units)
    found, findings = owes(bundle, replace(city, units=units), opens=D(2024, 1, 1))
    assert [a.person for a in found if a.person] == ["V1", "V2", "V3", "P1"]
    assert [(f.code, f.place.cell) for f in findings] == [("register.ended_not_owed", "A9")] * 3
    before, _ = owes(bundle, replace(city, units=units), on=D(2024, 2, 1), opens=D(2024, 1, 1))
    assert "C1" in {a.person for a in before}


def test_own_dates_of_the_plans(bundle, city):
    """A row of sheet ĐỢT may give the personal plans their own date."""
    found, _ = owes(bundle, city, dues={PLAN: FormDates(due=D(2024, 4, 15))})
    assert {a.form: a.deadline.on_time for a in found} == {
        "nhiem-vu-dot-pha": D(2024, 3, 31),
        "mo-hinh-tieu-bieu": D(2024, 3, 31),
        PLAN: D(2024, 4, 15),
    }


GROUPS = ("", "can_bo_cong_chuc", "dang_vien", "nguoi_lao_dong", "tu_nguyen")
ROLES = ("nguoi_dung_dau", "lanh_dao", "cap_uy_vien")
KINDS = ("chi_bo_thon", "chi_bo_co_so")


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(GROUPS),
            st.lists(st.sampled_from(ROLES), unique=True),
            st.sampled_from(("", "lý do")),
            st.sampled_from(("A", "B")),
        ),
        max_size=8,
    ),
    st.sets(st.sampled_from(GROUPS[1:])),
    st.sets(st.sampled_from(KINDS)),
    st.sets(st.sampled_from(ROLES)),
)
def test_each_person_stands_exactly_once_or_not_at_all(listed, groups, exempt_kinds, without):
    """Whatever the lists: asked or volunteer ↔ there once; a reason ↔ «may»; «must» ↔ asked and without a reason."""
    found = guidance()
    people = tuple(
        person(f"N-{n}", code, group, *roles, exempt=exempt) for n, (group, roles, exempt, code) in enumerate(listed)
    )
    register = Register(
        units=(unit("A", "chi_bo_thon"), unit("B", "chi_bo_co_so", 2)), people=people, office={"co_quan": "X"}
    )
    rule = Exemption(
        unit_kinds=tuple(sorted(exempt_kinds)), groups=(), without_roles=tuple(sorted(without)), reason="theo nguồn"
    )
    asks = People(
        groups=tuple(sorted(groups)), volunteers=tuple(g for g in GROUPS[1:] if g not in groups)[:1], exempt=(rule,)
    )
    programme = replace(
        found.programme,
        obligations=tuple(replace(o, people=asks) for o in found.programme.obligations if o.owner == "person"),
    )
    owing, _ = owed(programme, found.forms, register, Round(programme=programme.id, period="2024"), DAY)
    by_person = {a.person: a for a in owing}
    assert len(by_person) == len(owing) and len({a.id for a in owing}) == len(owing)
    assert [a.unit for a in owing] == sorted(a.unit for a in owing)
    for p in people:
        kind = "chi_bo_thon" if p.unit == "A" else "chi_bo_co_so"
        asked, volunteer = p.group in groups, p.group in asks.volunteers
        assert (p.code in by_person) == (asked or volunteer)
        if p.code not in by_person:
            continue
        made = by_person[p.code]
        by_source = asked and (not exempt_kinds or kind in exempt_kinds) and not set(p.roles) & without
        assert made.released == (p.exempt or ("theo nguồn" if by_source else ""))
        assert (made.strength == "must") == (asked and not made.released)
        assert bool(made.second_to) == bool({"nguoi_dung_dau", "lanh_dao"} & set(p.roles))


def test_the_texts_of_a_persons_form(bundle, city):
    """Name, birth, unit, posts, the leader's mark and whom the further copy goes to (S3.19, S3.22, S3.33)."""
    chief = replace(
        city.people[1], name="Lê Thị Hoa", born="1980", party_post="Bí thư", other_post="Chủ tịch; Trưởng ban"
    )
    made = plans(bundle, city)["C1"]
    form = bundle.forms[PLAN]

    def texts(who, assignment):
        found = context_of(
            city,
            city.units[2],
            form=form,
            period="2024",
            deadline=made.deadline,
            person=who,
            assignment=assignment,
        )
        keys = ("ho_ten", "ngay_sinh", "don_vi_cong_tac", "chuc_vu_dang", "chuc_vu_chinh_quyen", "lanh_dao", "gui_them")
        return [found[key] for key in keys]

    assert texts(chief, made) == [
        "Lê Thị Hoa",
        "1980",
        "Đơn vị CB-CQ",
        "Bí thư",
        "Chủ tịch; Trưởng ban",
        "x",
        "Gửi thêm 1 bản cho cấp ủy cấp trên theo phân cấp quản lý.",
    ]
    assert texts(city.people[3], plans(bundle, city)["C2"])[5:] == ["", ""]
    assert texts(None, None) == [""] * 7


def test_any_role_makes_a_leader(city):
    """A head, a leader, a committee member (S3.19)."""
    assert [is_leader(person("A", "B", "dang_vien", role)) for role in ROLES] == [True] * 3
    assert not is_leader(city.people[0])


def test_for_whom_a_unit_signs(bundle, city):
    """«T/M ĐẢNG BỘ», «T/M CHI BỘ» or «T/M CƠ QUAN» by the unit's kind (S3.31)."""
    deadline = plans(bundle, city)["C1"].deadline
    form = bundle.forms["nhiem-vu-dot-pha"]
    signed = {u.kind: context_of(city, u, form=form, period="2024", deadline=deadline)["thay_mat"] for u in city.units}
    assert signed == {
        "dang_uy_xa_phuong": "T/M ĐẢNG BỘ",
        "chi_bo_thon": "T/M CHI BỘ",
        "chi_bo_co_so": "T/M CHI BỘ",
        "mat_tran_doan_the": "T/M CƠ QUAN",
        "phong_ban_nganh": "T/M CƠ QUAN",
        "khac": "T/M CƠ QUAN",
    }


def test_people_by_unit_and_code(city):
    """As listed; None and () where there is none."""
    assert [p.code for p in people_of(city, "TH-1")] == ["V1", "V2", "V3"] and people_of(city, "X") == ()
    assert person_by_code(city, "C3") == city.people[4] and person_by_code(city, None) is None


def test_check_register_on_people(bundle, city):
    """People without a group and people of an ended unit are told once each; who has a reason is let be."""

    def checked(register, on=DAY):
        found = check_register(register, programme=bundle.programme, on=on, forms=bundle.forms)
        return [(f.code.removeprefix("register."), f.severity, f.place.sheet, f.place.cell) for f in found], found

    people = tuple(replace(p, row=n) for n, p in enumerate(city.people, start=4))
    made = replace(city, people=people)
    assert checked(made)[0] == [("person_group_missing", "warning", "CÁ NHÂN", "A11")]
    away = replace(made, people=tuple(replace(p, exempt="Chuyển đi") if p.code == "C5" else p for p in people))
    assert checked(away)[0] == []
    units = tuple(replace(u, valid_to=D(2024, 2, 1)) if u.code == "TH-1" else u for u in city.units)
    said, found = checked(replace(away, units=units))
    assert said == [("person_unit_ended", "warning", "CÁ NHÂN", "A4")]
    assert "3 người" in message(found[0]) and "01/02/2024" in message(found[0]) and "{" not in mend(found[0])


def test_no_people_is_a_note(bundle, city):
    """A personal form without anybody on the list is an info, whatever kinds of units there are."""
    found = check_register(replace(city, people=()), programme=bundle.programme, on=DAY, forms=bundle.forms)
    assert [(f.code, f.severity) for f in found] == [("register.people_none", "info")]
    assert bundle.forms[PLAN].label in message(found[0])
    _, findings = owes(bundle, replace(city, people=()))
    assert [f.code for f in findings] == ["register.people_none"]


def stems(bundle, register):
    return {a.person: file_stem(a, register) for a in plans(bundle, register).values()}


def test_file_names_of_people(bundle, city):
    """`<form>_<period>_<unit>_<name>`; the code follows where two of a unit have one name, the part comes last."""
    named = {"C1": "Lê Thị Hoa", "C2": "LÊ THỊ HOA", "V1": "Lê Thị Hoa", "V2": "Đặng Y Thông Niê", "P1": "…"}
    people = tuple(replace(p, name=named.get(p.code, p.name)) for p in city.people)
    register = replace(city, people=people)
    found = stems(bundle, register)
    assert [found[c] for c in ("C1", "C2", "V1", "V2", "P1")] == [
        f"{PLAN}_2024_DV-CB-CQ_LE-THI-HOA--C1",
        f"{PLAN}_2024_DV-CB-CQ_LE-THI-HOA--C2",
        f"{PLAN}_2024_DV-TH-1_LE-THI-HOA",
        f"{PLAN}_2024_DV-TH-1_DANG-Y-THONG-NIE",
        f"{PLAN}_2024_DV-P-TC_--P1",
    ]
    part = replace(plans(bundle, register)["V2"], part="1")
    assert file_stem(part, register) == f"{PLAN}_2024_DV-TH-1_DANG-Y-THONG-NIE_1"


NAMES = (
    "Lê Thị Hoa",
    "LE THI HOA",
    "Lê  Thị Hoa ",
    "",
    "…",
    "X" * 40,
    "X" * 60,
    "Trần Văn Nguyễn Phạm Hoàng Lê Đỗ Vũ An",
)
SHORTS = ("CB 1", "cb-1", "", "Chi bộ Văn phòng Sở Tài chính", "Chi bộ Văn phòng Sở Tư pháp", "Y" * 60)


@settings(derandomize=True, deadline=None, max_examples=120)
@given(
    st.lists(st.sampled_from(SHORTS), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 3)), min_size=2, max_size=10),
    st.sampled_from(("", "1", "12")),
)
def test_no_two_people_share_a_file(shorts, listed, part):
    """Whatever the names of units and people: the stems differ where case does not count, are ASCII, and short enough
    that folder and ending stay within 260 letters."""
    found = guidance()
    units = tuple(
        Unit(code=f"U-{n}", name="n", short_name=short, order=1, kind="chi_bo_co_so") for n, short in enumerate(shorts)
    )
    people = tuple(
        Person(code=f"CODE-OF-24-LETTERS-{n:05}", name=name, unit=f"U-{at % len(units)}", group="dang_vien")
        for n, (name, at) in enumerate(listed)
    )
    register = Register(units=units, people=people, office={})
    made = [file_stem(replace(a, part=part), register) for a in plans(found, register).values()]
    assert len(made) == len({stem.lower() for stem in made}) == len(people)
    assert all(stem.isascii() and len(stem) <= 130 and stem.count("_") == 3 + bool(part) for stem in made)


def test_five_thousand_people_are_quick(bundle):
    """Who owes what, and every file name, of 5,000 people in 400 units: by index, not by search."""
    units = tuple(unit(f"CB-{n:03}", "chi_bo_co_so", n) for n in range(400))
    people = tuple(
        person(f"NV-{n:04}", f"CB-{n % 400:03}", "can_bo_cong_chuc", "lanh_dao", row=n + 4) for n in range(5000)
    )
    started = time.perf_counter()
    register = Register(units=units, people=people, office={"co_quan": "X"})
    found, _ = owes(bundle, register)
    assert len([a for a in found if a.person]) == 5000
    assert len({file_stem(a, register) for a in found}) == len(found)
    assert check_register(register, programme=bundle.programme, on=DAY, forms=bundle.forms) == ()
    assert time.perf_counter() - started < 5

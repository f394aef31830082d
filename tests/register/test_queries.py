"""Looking things up: in the office's order, as of a day."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.definitions.templates import CONTEXT, OF_PERSONS
from lamtheo_xls.register import (
    Register,
    Round,
    Unit,
    cells_of,
    children_of,
    context_of,
    current,
    in_order,
    open_round,
    open_rounds,
    party_body,
    round_of,
    unit_of,
)

D = dt.date
DAY = D(2027, 2, 1)


def codes(units) -> list[str]:
    return [u.code for u in units]


def test_children_in_order_and_as_of_a_day(register):
    """Only those right beneath, that exist on the day, by their order number."""
    office, plan = register.units[1:3]
    old = replace(office, code="CB-OLD", order=5, valid_to=D(2026, 12, 31))
    made = replace(register, units=(register.units[0], replace(office, order=7), replace(plan, order=3), old))
    assert codes(children_of(made, "DU-STC", DAY)) == ["CB-STC-NS", "CB-STC-VP"]
    assert codes(children_of(made, "DU-STC", D(2026, 12, 31))) == ["CB-STC-NS", "CB-OLD", "CB-STC-VP"]
    assert children_of(made, "CB-TTR", DAY) == ()


def test_a_committee_between_gives_way_to_its_chi_bo():
    """Under a base committee, a «đảng ủy bộ phận» stands for its own chi bộ of the day; with none it stays."""
    rows = [
        ("DU", "", "dang_uy_co_so"),
        ("CB1", "DU", "chi_bo_truc_thuoc"),
        ("BP", "DU", "dang_uy_bo_phan"),
        ("CB2", "BP", "chi_bo_truc_thuoc"),
        ("CB3", "BP", "chi_bo_truc_thuoc"),
        ("CB4", "DU", "chi_bo_truc_thuoc"),
        ("BP2", "DU", "dang_uy_bo_phan"),
    ]
    units = tuple(
        Unit(code=c, name=c, short_name=c, order=n, kind=k, parent=p, valid_to=D(2026, 12, 31) if c == "CB3" else None)
        for n, (c, p, k) in enumerate(rows)
    )
    made = Register(units=units, office={})
    assert codes(cells_of(made, "DU", DAY)) == ["CB1", "CB2", "CB4", "BP2"]
    assert codes(cells_of(made, "DU", D(2026, 1, 1))) == ["CB1", "CB2", "CB3", "CB4", "BP2"]
    assert codes(cells_of(made, "BP", DAY)) == ["CB2"]
    ring = tuple(
        Unit(code=c, name=c, short_name=c, order=1, kind="dang_uy_bo_phan", parent=p)
        for c, p in (("A", "B"), ("B", "A"))
    )
    assert codes(cells_of(Register(units=ring, office={}), "A", DAY)) == ["A"]


def test_the_offices_order_walks_the_tree(register):
    """Each unit is followed by those beneath it; unknown codes come last, as they came."""
    assert codes(current(register, DAY)) == ["DU-STC", "CB-STC-VP", "CB-STC-NS", "DU-SYT", "CB-SYT-VP", "CB-TTR"]
    assert codes(current(register, D(2025, 6, 30))) == ["DU-STC", "CB-STC-VP", "CB-STC-NS", "CB-SYT-VP", "CB-TTR"]
    given = ["X", "CB-TTR", "CB-SYT-VP", "A", "DU-STC"]
    assert in_order(register, given) == ("DU-STC", "CB-SYT-VP", "CB-TTR", "X", "A")


def test_a_ring_of_parents_ends(register):
    """A register with a cycle still has an order: nothing hangs, nobody is lost."""
    ring = tuple(
        Unit(code=c, name=c, short_name=c, order=1, kind="khac", parent=p)
        for c, p in (("A", "B"), ("B", "A"), ("C", "C"))
    )
    assert sorted(codes(current(Register(units=ring, office={}), DAY))) == ["A", "B", "C"]


def test_units_and_rounds_by_name(register):
    """None where there is none."""
    assert unit_of(register, "DU-SYT") == register.units[3] and unit_of(register, "du-syt") is None
    assert round_of(register, "43-kh-duk_2022") == register.rounds[1] and round_of(register, "43-kh-duk_2021") is None


def test_the_open_round(register):
    """Opened by the day and not closed; of several the one opened last."""
    assert open_round(register, D(2027, 1, 14)) is None
    assert open_round(register, D(2027, 1, 15)) == register.rounds[0]
    rounds = (
        Round(programme="a", period="2027", row=4),
        Round(programme="b", period="2027", opens=D(2027, 1, 1), row=5),
        Round(programme="c", period="2027", opens=D(2027, 1, 1), row=6),
        Round(programme="d", period="2027", opens=D(2027, 1, 3), closed=True, row=7),
        Round(programme="e", period="2027", opens=D(2027, 6, 1), row=8),
    )
    made = replace(register, rounds=rounds)
    assert [open_round(made, day).programme for day in (D(2026, 12, 1), D(2027, 1, 5), D(2027, 6, 1))] == [
        "a",
        "c",
        "e",
    ]
    assert [r.programme for r in open_rounds(made, D(2027, 6, 1))] == ["e", "c", "b", "a"]
    assert [r.programme for r in open_rounds(made, D(2027, 5, 31))] == ["c", "b", "a"]
    assert open_rounds(replace(made, rounds=()), D(2027, 1, 5)) == ()


def test_the_party_body_a_committee_leads():
    """«Đảng ủy …» prints above its units as «Đảng bộ …»; other names stay."""
    assert party_body("Đảng ủy Ủy ban nhân dân tỉnh") == "Đảng bộ Ủy ban nhân dân tỉnh"
    assert party_body("ĐẢNG UỶ KHỐI") == "ĐẢNG BỘ KHỐI"
    assert party_body("Ban Tuyên giáo Tỉnh ủy") == "Ban Tuyên giáo Tỉnh ủy"


def test_the_texts_of_an_issued_form(register):
    """Every key of the house, from the register alone; the line above is the parent's or the office's party body."""
    bundle, _ = load_folder(bundled("43-kh-duk"))
    form = bundle.forms["mau-02"]
    deadline = Deadline(on_time=DAY, late_from=DAY, accept_until=None, text="trong tháng 02/2027")
    found = context_of(register, register.units[0], form=form, period="2027", deadline=deadline)
    assert found == {
        "cap_tren": "Đảng bộ Ủy ban nhân dân tỉnh Vĩnh Long",
        "don_vi": "Đảng ủy Sở Tài chính",
        "ten_don_vi": "Đảng ủy Sở Tài chính",
        "nam": "2027",
        "ky": "năm 2027",
        "co_quan": "Đảng ủy Ủy ban nhân dân tỉnh Vĩnh Long",
        "nhan_bao_cao": "Ban Thường vụ Đảng ủy",
        "dau_moi": "Ban Tuyên giáo và Dân vận, đ/c Lan 0900 000 001",
        "dia_danh": "Vĩnh Long",
        "han": "trong tháng 02/2027",
        "quyen_han_ky": "T/M ĐẢNG ỦY",
        "chuc_vu_ky": "BÍ THƯ",
        "thay_mat": "T/M ĐẢNG BỘ",
        "ky_hieu": "ĐU",
        "nguoi_ky": "Trần Văn Bình",
        "bieu": "Mẫu số 02",
        **dict.fromkeys(OF_PERSONS, ""),
    }
    cell = context_of(register, register.units[1], form=form, period="2027", deadline=deadline)
    assert (cell["cap_tren"], cell["quyen_han_ky"]) == ("Đảng bộ Sở Tài chính", "T/M CHI BỘ")
    own = replace(register, office={**register.office, "dang_bo": "Đảng bộ Khối"})
    assert context_of(own, own.units[0], form=form, period="2027", deadline=deadline)["cap_tren"] == "Đảng bộ Khối"
    empty = context_of(replace(register, office={}), register.units[5], form=form, period="2027", deadline=deadline)
    assert empty["co_quan"] == "" and set(empty) == set(found) == set(CONTEXT)


def test_a_register_travels(register):
    """Pickled to another process and back it is the same, lookups included."""
    again = pickle.loads(pickle.dumps(register))
    assert again == register and unit_of(again, "CB-TTR") == register.units[5]

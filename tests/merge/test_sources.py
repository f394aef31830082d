"""A table from several forms: models from Mẫu 02 and from the plans of those who owe none, no model twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lamtheo_xls.merge import (
    alike,
    blocks_of,
    counts_of,
    frame_of,
    left_out,
    marked_lines,
    once,
    plain_table,
    stands_alone,
)
from lamtheo_xls.merge.columns import columns_of, roles_of, sources_of
from lamtheo_xls.merge.roll import Roll
from lamtheo_xls.register import Register, Unit

ON = dt.date(2027, 2, 25)
OWING = {"mau-02": frozenset({"A", "B", "C"})}
BLOC = Register(
    office={},
    units=(
        Unit(code="A", name="Đảng ủy Sở A", short_name="A", order=1, kind="dang_uy_co_so"),
        Unit(code="T", name="Chi bộ Thanh tra", short_name="CB TT", order=2, kind="chi_bo_co_so"),
        Unit(code="U", name="Chi bộ U", short_name="CB U", order=3, kind="chi_bo_co_so"),
    ),
)
Return = Callable[..., Any]


@pytest.fixture(scope="session")
def plan(return_of: Return) -> Return:
    """plan("T", "Heo đất", part="2"): the phần tổng hợp of a Mẫu 01."""

    def make(unit: str, name: str, part: str = "1", **more: str) -> Any:
        fields = {"mo_hinh_thu": part, "ten_mo_hinh": name, "thoi_gian": "Cả năm", "moi": "x", **more}
        return return_of("mau-01", unit, fields=fields, part=part)

    return make


def test_a_plan_gives_one_row_with_the_cells_it_came_from(case: Any, plan: Return) -> None:
    """Single fields as a row: the unit stands as the chi bộ, each value knows its cell, the row its form and part."""
    got = plan("T", "Tiếp dân", part="2", nhom="Nhóm khác", giai_trinh_chung="Vì mới lập")
    line = frame_of([got], BLOC, case.table, case.forms, owing=OWING).iloc[0].to_dict()
    assert line == {
        "unit.code": "T",
        "unit.name": "Chi bộ Thanh tra",
        "unit.order": 2,
        "ten_chi_bo": "Chi bộ Thanh tra",
        "ten_mo_hinh": "Tiếp dân",
        "thoi_gian": "Cả năm",
        "dang_trien_khai": "",
        "moi": "x",
        "nhom": "Nhóm khác",
        "giai_trinh": "Vì mới lập",
        "return.why": "accepted",
        "return.received": "2027-02-20",
        "return.signed": "",
        "return.form": "mau-01",
        "return.part": "2",
        "from.file": "nhan-ve/T-2.xlsx",
        "from.sheet": "BIỂU",
        "from.row": 3,
        "return.id": "mau-01_2027_T-2",
        "ten_chi_bo.cell": "",
        "ten_mo_hinh.cell": "C4",
        "thoi_gian.cell": "C5",
        "dang_trien_khai.cell": "",
        "moi.cell": "C6",
        "nhom.cell": "C7",
        "giai_trinh.cell": "C8",
    }


def test_who_owes_the_summary_is_not_counted_from_its_plan(
    case: Any, plan: Return, counted_of: Return, row: Callable[..., dict[str, str]]
) -> None:
    """A committee's models come from its Mẫu 02 alone; a chi bộ cơ sở's from its Mẫu 01 (S1.15)."""
    counted = [counted_of("A", [row("Chi bộ 2", "Một cửa")]), plan("A", "Của đảng ủy"), plan("T", "Tiếp dân")]
    frame = frame_of(counted, BLOC, case.table, case.forms, owing=OWING)
    assert list(zip(frame["unit.code"], frame["ten_mo_hinh"], strict=True)) == [("A", "Một cửa"), ("T", "Tiếp dân")]
    both = frame_of(counted, BLOC, case.table, case.forms)
    assert len(both) == 3, "without knowing who owes nothing is left out"


def test_parts_in_their_order(case: Any, plan: Return) -> None:
    """Part 2 stands before part 10."""
    frame = frame_of([plan("T", f"Mô hình {n}", part=n) for n in ("10", "2", "1")], BLOC, case.table, case.forms)
    assert frame["return.part"].tolist() == ["1", "2", "10"]


def test_the_same_words_in_a_later_part_count_once(case: Any, plan: Return) -> None:
    """The earlier part stays, the later one is told; a name with one letter more is kept and only noted."""
    names = {"1": "Hoà giải", "2": "Tiết kiệm", "3": "hòa  giải", "4": "Tiết kiệmm", "5": "", "6": ""}
    frame = frame_of([plan("T", name, part=n) for n, name in names.items()], BLOC, case.table, case.forms)
    left, repeated = once(frame, case.roles)
    assert left["return.part"].tolist() == ["1", "2", "4", "5", "6"]
    assert [(r.unit, r.name, r.form, r.part, r.file) for r in repeated] == [
        ("T", "hòa  giải", "mau-01", "3", "nhan-ve/T-3.xlsx")
    ]
    assert [(a.unit, a.one, a.other) for a in alike(left, case.roles)] == [("T", "Tiết kiệm", "Tiết kiệmm")]


def test_a_plan_and_a_summary_of_one_unit(
    case: Any, plan: Return, counted_of: Return, row: Callable[..., dict[str, str]]
) -> None:
    """A chi bộ cơ sở that sent Mẫu 02 as well: what both say counts once, from Mẫu 02."""
    counted = [plan("T", "Tiếp dân"), plan("T", "Chỉ có ở kế hoạch", part="2"), counted_of("T", [row("CB TT", "x")])]
    own = [row("Chi bộ Thanh tra", "Tiếp dân"), row("Chi bộ Thanh tra", "Tiếp dân")]
    counted[2] = counted_of("T", own)
    left, repeated = once(frame_of(counted, BLOC, case.table, case.forms, owing=OWING), case.roles)
    assert list(zip(left["return.form"], left["ten_mo_hinh"], strict=True)) == [
        ("mau-02", "Tiếp dân"),
        ("mau-02", "Tiếp dân"),
        ("mau-01", "Chỉ có ở kế hoạch"),
    ], "what a unit wrote twice into one signed table stays as it signed it"
    assert [(r.form, r.part) for r in repeated] == [("mau-01", "1")]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Mỗi tuần một việc tốt", "Mỗi tuần một việc tốt.", True),
        ("Tiet kiem dien", "Tiết kiệm điện", True),
        ("Mô hình số 1", "Mô hình số 2", False),
        ("Tiết kiệm điện", "Tiết kiệm nước", False),
        ("...", "!!!", False),
    ],
)
def test_nearly_one_name(case: Any, plan: Return, one: str, other: str, near: bool) -> None:
    """Marks, signs and a letter make no other name; numbers and words do."""
    frame = frame_of([plan("T", one), plan("T", other, part="2")], BLOC, case.table, case.forms)
    assert bool(alike(frame, case.roles)) is near
    elsewhere = frame_of([plan("T", one), plan("U", other)], BLOC, case.table, case.forms)
    assert alike(elsewhere, case.roles) == ()


def test_a_base_committees_own_table(case: Any, plan: Return) -> None:
    """A register of chi bộ alone: each unit is the chi bộ of its rows, so that the table is the committee's Mẫu 02."""
    frame = frame_of([plan("T", "a"), plan("U", "b"), plan("T", "c", part="2")], BLOC, case.table, case.forms)
    assert stands_alone(frame, case.roles)
    counts = counts_of(frame, Roll(counted=("T", "U")), BLOC, case.roles, groups=case.groups, on=ON)
    lines = [line for block in blocks_of(frame, counts, BLOC, case.roles) for line in block.lines]
    assert [(x.number, x.values["ten_chi_bo"], x.again) for x in lines] == [
        (1, "Chi bộ Thanh tra", False),
        (2, "Chi bộ Thanh tra", True),
        (3, "Chi bộ U", False),
    ]


def test_with_a_committee_in_it_the_table_has_blocks(
    case: Any, plan: Return, counted_of: Return, row: Callable[..., dict[str, str]]
) -> None:
    """One row about a unit's part is enough; nothing at all is no committee's own table either."""
    mixed = frame_of([plan("T", "a"), counted_of("A", [row("Chi bộ 2", "b")])], BLOC, case.table, case.forms)
    assert not stands_alone(mixed, case.roles)
    assert not stands_alone(mixed.iloc[:0], case.roles)


def test_nothing_to_report_gives_no_row(case: Any, return_of: Return) -> None:
    """«Không phát sinh» counts as an answer and is no model."""
    nil = return_of("mau-01", "T", fields={"ten_mo_hinh": "x"}, nil=True)
    assert frame_of([nil], BLOC, case.table, case.forms).empty


def test_a_narrative_is_one_text(case: Any, return_of: Return) -> None:
    """A column may come from a narrative: a paragraph a line, the place from the first to the last."""
    table = replace(
        case.table,
        sources=(replace(sources_of(case.table)[1], columns={"ten_mo_hinh": "muc_dich", "thoi_gian": "yeu_cau"}),),
    )
    got = return_of("mau-01", "T", narratives={"muc_dich": ["Một", "- hai"], "yeu_cau": ["Ba"]})
    line = frame_of([got], BLOC, table, case.forms).iloc[0]
    assert (line["ten_mo_hinh"], line["ten_mo_hinh.cell"]) == ("Một\n- hai", "A20:A21")
    assert (line["thoi_gian"], line["thoi_gian.cell"], line["from.row"]) == ("Ba", "A22", 20)


def test_data_names_cells_where_rows_come_from_fields(case: Any, plan: Return) -> None:
    """o_<column> leads back to a single field; a table of rows needs only their number."""
    frame = frame_of([plan("T", "Tiếp dân")], BLOC, case.table, case.forms)
    heads, rows = plain_table(frame, cells=True)
    line = dict(zip(heads, rows[0], strict=True))
    assert (line["o_ten_mo_hinh"], line["o_thoi_gian"], line["bieu"], line["phan"]) == ("C4", "C5", "mau-01", "1")
    assert not any(h.startswith("o_") for h in plain_table(frame)[0])


def test_results_have_columns_of_their_own(case: Any, return_of: Return) -> None:
    """Mẫu 03's summary: its columns, what is to be complete, and the mark that lists what can be replicated."""
    table = next(t for t in case.tables if t.id == "ket-qua-mo-hinh")
    roles = roles_of(table, case.forms)
    assert (roles.name, roles.group, roles.marks, roles.exclusive) == ("ten_mo_hinh", "nhom", ("nhan_rong",), ())
    assert roles.complete == ("ten_mo_hinh", "ket_qua_chinh", "so_lieu")
    sent = [
        return_of(
            "mau-03", "T", fields={"ten_mo_hinh": "Tiếp dân", "ket_qua_chinh": "Tốt", "nhan_rong": "x"}, part="1"
        ),
        return_of("mau-03", "U", fields={"ten_mo_hinh": "Heo đất", "ket_qua_chinh": "Khá", "so_lieu": "5"}, part="1"),
    ]
    frame = frame_of(sent, BLOC, table, case.forms)
    assert [line.values["ten_mo_hinh"] for line in marked_lines(frame, "nhan_rong", roles)] == ["Tiếp dân"]
    counts = counts_of(frame, Roll(counted=("T", "U")), BLOC, roles, groups=case.groups, on=ON)
    assert counts.amounts == {"nhan_rong": 1}
    assert (counts.blanks, counts.complete) == ({"ten_mo_hinh": 0, "ket_qua_chinh": 0, "so_lieu": 1}, 1)
    assert [u.blanks for u in counts.units] == [{"so_lieu": 1}, {}]


def test_columns_are_the_tables_own_or_the_forms(case: Any) -> None:
    """Mẫu 02's table has the form's columns; without sources it comes from the form itself."""
    assert [c.id for c in columns_of(case.table, case.forms)][:2] == ["ten_chi_bo", "ten_mo_hinh"]
    (alone,) = sources_of(replace(case.table, sources=()))
    assert (alone.form, alone.table, alone.unless_owed) == ("mau-02", "mo_hinh", "")


def test_a_committees_own_plan_is_not_lost_in_silence(
    case: Any, plan: Return, counted_of: Return, row: Callable[..., dict[str, str]]
) -> None:
    """S1.13: a base committee's own model, which its list does not name, counts nowhere and is told once; what the list
    names, in other letters too, and models of those who owe no list are not."""
    counted = [counted_of("A", [row("Chi bộ 2", "Một cửa")]), plan("A", "MỘT CỬA"), plan("A", "Riêng", part="2")]
    counted += [plan("A", "riêng", part="3"), plan("A", "", part="4"), plan("T", "Tiếp dân")]
    frame, _ = once(frame_of(counted, BLOC, case.table, case.forms, owing=OWING), case.roles)
    whole = frame_of(counted, BLOC, case.table, case.forms)
    assert [(r.unit, r.name, r.form, r.part) for r in left_out(whole, frame, case.roles)] == [
        ("A", "Riêng", "mau-01", "2")
    ]
    assert left_out(frame, frame, case.roles) == ()

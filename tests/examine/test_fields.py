"""Single fields, narratives and the rules of plans and reports: one fault, one finding, at that cell."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from lamtheo_xls.findings import message
from lamtheo_xls.workbook.read.reading import RawCell

Spoil = Callable[[Any], Any]


def say(field: str, cell: RawCell | str | None) -> Spoil:
    return lambda good: good.say(field, cell)


FIELD_FAULTS: tuple[tuple[str, str, Spoil], ...] = (
    ("cell.required", "ten_mo_hinh", say("ten_mo_hinh", None)),
    ("cell.required", "ten_mo_hinh", say("ten_mo_hinh", " \xa0 ")),
    ("cell.placeholder", "ten_mo_hinh", say("ten_mo_hinh", "………")),
    ("cell.too_long", "ten_mo_hinh", say("ten_mo_hinh", "dài " * 11)),
    ("cell.formula", "so_lieu", say("so_lieu", RawCell("12", "text", formula=True, locked=False))),
    ("cell.error_value", "so_lieu", say("so_lieu", RawCell("#N/A", "error", locked=False))),
    ("cell.number", "mo_hinh_thu", say("mo_hinh_thu", "hai")),
    ("cell.number", "mo_hinh_thu", say("mo_hinh_thu", RawCell(1.5, "number", locked=False))),
    ("cell.number_range", "mo_hinh_thu", say("mo_hinh_thu", "0")),
    ("cell.number_range", "mo_hinh_thu", say("mo_hinh_thu", RawCell(100.0, "number", locked=False))),
    ("cell.date", "ngay", say("ngay", "30/02/2027")),
    ("cell.date", "ngay", say("ngay", "đầu năm")),
    ("cell.not_in_list", "nhom", say("nhom", "Nhóm lạ")),
    ("cell.not_in_list", "loai_viec", say("loai_viec", "Việc khác")),
    ("cell.not_tick", "gui_ban_word", say("gui_ban_word", "sẽ gửi sau")),
    ("cell.not_tick", "moi", say("moi", "chưa rõ")),
    ("cell.tick_missing", "dang_trien_khai", say("moi", None)),
    ("cell.tick_both", "dang_trien_khai", say("dang_trien_khai", "v")),
    ("cell.wanted", "so_lieu", say("so_lieu", None)),
    ("cell.wanted", "so_lieu", say("so_lieu", "…")),
    ("cell.period_invalid", "thoi_gian", say("thoi_gian", "tháng 13/2027")),
    ("cell.period_unreadable", "thoi_gian", say("thoi_gian", "khi có quyết định")),
    ("cell.period_outside", "thoi_gian", say("thoi_gian", "năm 2030")),
    ("cell.date_for_text", "so_lieu", say("so_lieu", RawCell(46508.0, "date", locked=False, format="mmm-yy"))),
    ("cell.legacy_font", "ten_mo_hinh", say("ten_mo_hinh", RawCell("Th\u00adêng xuyªn", "text", font=".VnTime"))),
)


@pytest.mark.parametrize(("code", "field", "spoil"), FIELD_FAULTS)
def test_one_fault_in_a_single_field_is_one_finding_there(report: Any, code: str, field: str, spoil: Spoil) -> None:
    """Every check that a column has, a field of its own has too; the words name its cell."""
    spoiled = spoil(report)
    examination = spoiled.examine()
    assert [(f.code, f.place.cell) for f in examination.findings] == [(code, spoiled.at(field))]
    words = message(examination.findings[0])
    assert spoiled.at(field) in words and "{" not in words
    assert examination.state == ("to_fix" if examination.findings[0].severity == "error" else "accepted")


def test_ticks_of_single_fields_name_both_cells(report: Any) -> None:
    """S1.32: which two were meant, with their words."""
    both = message(report.say("dang_trien_khai", "x").examine().findings[0])
    assert both == f"Đánh dấu cả {report.at('dang_trien_khai')} (đang triển khai) và {report.at('moi')} (mới)."
    none = message(report.say("moi", None).examine().findings[0])
    assert none == f"Chưa đánh dấu {report.at('dang_trien_khai')} (đang triển khai) hoặc {report.at('moi')} (mới)."


TABLE_FAULTS: tuple[tuple[str, str, tuple[int, str, str], Spoil], ...] = (
    ("report", "cell.too_long", (3, "doan", "dac_diem"), lambda r: r.set(3, "doan", "chữ " * 16, "dac_diem")),
    (
        "report",
        "table.too_few_paragraphs",
        (1, "doan", "dac_diem"),
        lambda r: r.set(1, "doan", None, "dac_diem").set(3, "doan", None, "dac_diem"),
    ),
    ("report", "cell.placeholder", (1, "doan", "dac_diem"), lambda r: r.set(1, "doan", "…………", "dac_diem")),
    ("report", "table.not_asked", (2, "doan", "viec"), lambda r: r.set(2, "doan", "Việc nêu gương", "viec")),
    ("tasks", "cell.required", (2, "noi_dung", "nhiem_vu"), lambda r: r.set(2, "noi_dung", None, "nhiem_vu")),
    ("tasks", "cell.wanted", (2, "tham_muu", "nhiem_vu"), lambda r: r.set(2, "tham_muu", None, "nhiem_vu")),
    ("tasks", "cell.wanted", (1, "tham_muu", "nhiem_vu"), lambda r: r.set(1, "tham_muu", "....", "nhiem_vu")),
    (
        "tasks",
        "table.too_many_rows",
        (3, "noi_dung", "nhiem_vu"),
        lambda r: r.set(3, "noi_dung", "Việc ba", "nhiem_vu").set(3, "tham_muu", "Ban", "nhiem_vu"),
    ),
    (
        "tasks",
        "table.too_few_ticked",
        (1, "phoi_hop", "nhiem_vu"),
        lambda r: r.with_facts(unit_kind="dang_uy_xa_phuong"),
    ),
)


@pytest.mark.parametrize(("which", "code", "place", "spoil"), TABLE_FAULTS)
def test_one_fault_in_a_table_is_one_finding_there(
    request: Any, which: str, code: str, place: tuple[int, str, str], spoil: Spoil
) -> None:
    """Narratives and small tables alike."""
    spoiled = spoil(request.getfixturevalue(which))
    assert spoiled.found() == [(code, spoiled.cell(*place))]
    assert "{" not in message(spoiled.examine().findings[0])


def test_a_narrative_whose_rows_are_all_gone_is_missed_where_it_began(report: Any) -> None:
    """Every row of it deleted: the one error names the row in which it stood."""
    first, last = (report.layout.areas["dac_diem"].first_row, report.layout.areas["dac_diem"].last_row)
    cells = {
        (row - (last - first + 1) if row > last else row, column): cell
        for (row, column), cell in report.cells.items()
        if not first <= row <= last
    }
    found = dataclasses.replace(report, cells=cells).examine().findings
    assert [(f.code, f.place.cell) for f in found if f.severity == "error"] == [
        ("table.too_few_paragraphs", report.cell(1, "doan", "dac_diem"))
    ]


def test_a_narrative_only_wished_for_is_a_warning(report: Any) -> None:
    """A rule's own severity holds for what is missing and for dots in its place; and words explain both."""
    rules = tuple(dataclasses.replace(r, severity="warning") for r in report.form.rules)
    soft = report.with_facts(form=dataclasses.replace(report.form, rules=rules))
    blank = soft.set(1, "doan", None, "dac_diem").set(3, "doan", None, "dac_diem")
    for spoiled in (blank, blank.set(2, "doan", "…………", "dac_diem")):
        assert [f.severity for f in spoiled.examine().findings] == ["warning"]
        told = spoiled.say("giai_trinh_chung", "Gửi sau.").examine().findings
        assert [(f.severity, f.explanation) for f in told] == [("info", "Gửi sau.")]


LEADER_FAULTS: tuple[tuple[str, Spoil, Callable[[Any], str]], ...] = (
    ("table.too_few_paragraphs", lambda r: r.set(1, "doan", None, "viec"), lambda r: r.cell(1, "doan", "viec")),
    ("cell.wanted", say("loai_viec", None), lambda r: r.at("loai_viec")),
    ("structure.locked_text", say("lanh_dao", None), lambda r: r.at("lanh_dao")),
    ("structure.locked_text", say("lanh_dao", RawCell("không", "text")), lambda r: r.at("lanh_dao")),
)


@pytest.mark.parametrize(("code", "spoil", "cell"), LEADER_FAULTS)
def test_one_fault_of_a_leader(leader: Any, code: str, spoil: Spoil, cell: Callable[[Any], str]) -> None:
    """S3.19, S3.35: a leader registers at least one piece of work, and says of which kind it is. The office's mark is
    believed as the office set it, whatever stands in the file."""
    spoiled = spoil(leader)
    assert spoiled.found() == [(code, cell(spoiled))]
    assert spoiled.examine().fields["lanh_dao"].text == "x"


INNOCENT: tuple[tuple[str, Spoil], ...] = (
    ("report", lambda r: r),
    ("leader", lambda r: r),
    ("report", lambda r: r.set(2, "doan", "   ", "dac_diem")),
    ("report", lambda r: r.say("mo_hinh_thu", RawCell(2.0, "number", locked=False))),
    ("report", lambda r: r.say("moi", RawCell(True, "bool", locked=False))),
    ("report", lambda r: r.say("ngay", RawCell(46508.0, "date", locked=False, format="dd/mm/yyyy"))),
    ("report", lambda r: r.say("nhom", None).say("ngay", None)),
    ("report", lambda r: r.set(1, "doan", None, "dac_diem").set(3, "doan", None, "dac_diem").say("gui_ban_word", "x")),
    ("tasks", lambda r: r),
    ("tasks", lambda r: r.set(1, "phoi_hop", "x", "nhiem_vu").with_facts(unit_kind="dang_uy_xa_phuong")),
    ("tasks", lambda r: r.with_facts(unit_kind="chi_bo_co_so")),
    ("leader", lambda r: r.with_facts(context=None)),
)


@pytest.mark.parametrize(("who", "vary"), INNOCENT)
def test_no_fault_no_finding(request: Any, who: str, vary: Spoil) -> None:
    """Blank paragraphs between, the narrative as a signed Word file, other kinds of unit, and one checked without
    the office's facts: silence."""
    examination = vary(request.getfixturevalue(who)).examine()
    assert (examination.findings, examination.state) == ((), "accepted")


def test_of_an_unfilled_workbook_nothing_is_wanted(fill_in: Any, report_form: Any) -> None:
    """What ought to be filled is asked for once anything is: before that the errors and workbook.unchanged say it all,
    prefilled fields or not."""
    blank = fill_in(report_form, context={"lanh_dao": ""})
    asked = ["cell.required", "cell.required", "cell.tick_missing"]
    assert [code for code, _ in blank.found()] == [*asked, "table.too_few_paragraphs", "workbook.unchanged"]
    begun = blank.say("nhom", "Nhóm khác")
    assert [code for code, _ in begun.found()] == [*asked, "cell.wanted", "table.too_few_paragraphs"]
    for touched in (blank.say("mo_hinh_thu", None), blank.say("mo_hinh_thu", "2"), blank.say("nguoi_ky", "An")):
        assert "workbook.unchanged" not in [code for code, _ in touched.found()]


def test_a_mark_of_the_office_is_no_filling(leader: Any) -> None:
    """workbook.unchanged looks at what the unit fills; what the office wrote is neither touched nor missing."""
    form = leader.form
    required = tuple(dataclasses.replace(f, required=True) if f.locked else f for f in form.fields)
    form = dataclasses.replace(form, fields=required)
    assert leader.with_facts(form=form, context={**leader.facts.context, "lanh_dao": ""}).found() == [
        ("structure.locked_text", leader.at("lanh_dao")),
        ("table.not_asked", leader.cell(1, "doan", "viec")),
    ]


def test_the_values_are_kept_with_their_places(leader: Any) -> None:
    """Fields and paragraphs by id, blank paragraphs left out, ticks as 'x', texts in NFC, and the office's own mark."""
    good = leader.say("moi", "✓").say("ten_mo_hinh", "Mo\u0323\u0302t vie\u0323\u0302c to\u0302\u0301t")
    examination = good.examine()
    assert examination.fields["moi"].text == "x"
    assert examination.fields["ten_mo_hinh"] == ("Một việc tốt", good.form.sheet, good.at("ten_mo_hinh"), False)
    assert examination.fields["lanh_dao"] == ("x", good.form.sheet, good.at("lanh_dao"), False)
    rows = [(r.table, r.sheet_row, {k: (e.text, e.cell) for k, e in r.values.items()}) for r in examination.rows]
    assert [table for table, _, _ in rows] == ["dac_diem", "dac_diem", "viec"]
    first, third = (good.spot(n, "doan", "dac_diem")[0] for n in (1, 3))
    assert rows[:2] == [
        ("dac_diem", first, {"doan": ("Đoạn thứ nhất.", good.cell(1, "doan", "dac_diem"))}),
        ("dac_diem", third, {"doan": ("Đoạn thứ hai.", good.cell(3, "doan", "dac_diem"))}),
    ]


def test_without_the_offices_facts_the_workbooks_own_mark_is_gone_by(leader: Any, report: Any) -> None:
    """A unit that checks its own workbook hears what the panel says: whether it is asked to set an example stands
    there (S3.34)."""
    alone = leader.with_facts(context=None)
    assert alone.examine().fields["lanh_dao"] == ("x", leader.form.sheet, leader.at("lanh_dao"), False)
    missing = alone.set(1, "doan", None, "viec")
    assert ("table.too_few_paragraphs", leader.cell(1, "doan", "viec")) in missing.found()
    assert missing.examine().state == "to_fix"
    uncalled = report.with_facts(context=None).set(2, "doan", "Việc nêu gương", "viec")
    assert uncalled.found() == [("table.not_asked", report.cell(2, "doan", "viec"))]


# -- explanations -----------------------------------------------------------------------------------------------------


def test_words_for_the_return_explain_single_fields(report: Any) -> None:
    """What has no explanation column of its own is explained in the general cell."""
    bare = report.say("so_lieu", None).say("thoi_gian", "năm 2030").say("giai_trinh_chung", "Sẽ bổ sung sau.")
    assert sorted((f.code, f.severity, f.explanation) for f in bare.examine().findings) == [
        ("cell.period_outside", "info", "Sẽ bổ sung sau."),
        ("cell.wanted", "info", "Sẽ bổ sung sau."),
    ]


def test_rows_with_a_column_for_words_are_explained_there(tasks: Any) -> None:
    """Words for the return as a whole say nothing of a row that has its own cell for them."""
    bare = tasks.set(1, "tham_muu", None, "nhiem_vu")
    general = bare.say("giai_trinh_chung", "Sẽ bổ sung sau.").examine()
    assert [(f.code, f.severity) for f in general.findings] == [("cell.wanted", "warning")]
    own = bare.set(1, "giai_trinh", "Không có.", "nhiem_vu").examine()
    assert [(f.code, f.severity, f.explanation) for f in own.findings] == [("cell.wanted", "info", "Không có.")]


@pytest.mark.parametrize("where", ["row", "general"])
def test_a_table_too_long_is_explained_on_its_row_or_for_the_return(tasks: Any, where: str) -> None:
    """S3.9: a third model is a warning; words on its row or for the return as a whole answer it."""
    three = tasks.set(3, "noi_dung", "Việc ba", "nhiem_vu").set(3, "tham_muu", "Ban", "nhiem_vu")
    words = "Thành ủy giao thêm."
    told = three.set(3, "giai_trinh", words, "nhiem_vu") if where == "row" else three.say("giai_trinh_chung", words)
    (found,) = told.examine().findings
    assert (found.code, found.severity, found.explanation) == ("table.too_many_rows", "info", words)
    at = three.cell(3, "noi_dung", "nhiem_vu")
    assert message(found) == f"Bảng có 3 dòng, hướng dẫn chọn nhiều nhất 2 (ô {at} trở đi là phần thêm)."

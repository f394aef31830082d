"""One fault, one finding, at exactly that cell; no fault, no finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.findings import entries, message
from lamtheo_xls.workbook.read.reading import RawCell

ROWS = 6
Fault = tuple[str, str, Callable[[Any, int], Any]]
"""Code, column of the finding, and what spoils the row."""


def put(column: str, cell: RawCell | str | None) -> Callable[[Any, int], Any]:
    return lambda good, row: good.set(row, column, cell)


def both_ticks(good: Any, row: int) -> Any:
    return good.set(row, "moi", "x").set(row, "dang_trien_khai", "X")


def no_tick(good: Any, row: int) -> Any:
    return good.set(row, "moi", None).set(row, "dang_trien_khai", None)


def odd_tick(good: Any, row: int) -> Any:
    return no_tick(good, row).set(row, "moi", "chưa rõ")


def date(serial: float, format: str | None) -> RawCell:
    return RawCell(serial, "date", locked=False, format=format)


CELL_FAULTS: tuple[Fault, ...] = (
    ("cell.required", "ten_chi_bo", put("ten_chi_bo", None)),
    ("cell.required", "ten_chi_bo", put("ten_chi_bo", "  \n\xa0 ")),
    ("cell.required", "ten_mo_hinh", put("ten_mo_hinh", None)),
    ("cell.required", "thoi_gian", put("thoi_gian", None)),
    ("cell.placeholder", "ten_mo_hinh", put("ten_mo_hinh", "………")),
    ("cell.placeholder", "ten_mo_hinh", put("ten_mo_hinh", "\u200b")),
    ("cell.placeholder", "thoi_gian", put("thoi_gian", "(nêu thời gian)")),
    ("cell.too_long", "ten_mo_hinh", put("ten_mo_hinh", "Mô hình " + "dài " * 80)),
    ("cell.too_long", "giai_trinh", put("giai_trinh", "lý do " * 100)),
    ("cell.formula", "ten_mo_hinh", put("ten_mo_hinh", RawCell("Mô hình", "text", formula=True, locked=False))),
    ("cell.formula", "thoi_gian", put("thoi_gian", RawCell("", "text", formula=True, locked=False))),
    ("cell.error_value", "ten_chi_bo", put("ten_chi_bo", RawCell("#REF!", "error", locked=False))),
    ("cell.not_tick", "moi", odd_tick),
    ("cell.not_in_list", "nhom", put("nhom", "Nhóm tự đặt")),
    ("cell.period_invalid", "thoi_gian", put("thoi_gian", "31/4/2027")),
    ("cell.period_invalid", "thoi_gian", put("thoi_gian", "tháng 13/2027")),
    ("cell.period_unreadable", "thoi_gian", put("thoi_gian", "khi có quyết định")),
    ("cell.period_unreadable", "thoi_gian", put("thoi_gian", "tháng Giêng")),
    ("cell.period_outside", "thoi_gian", put("thoi_gian", "Quý I/2024")),
    ("cell.period_outside", "thoi_gian", put("thoi_gian", "giai đoạn 2028 - 2030")),
    ("cell.date_for_text", "thoi_gian", put("thoi_gian", date(46508, "mmm-yy"))),
    ("cell.date_for_text", "thoi_gian", put("thoi_gian", date(46508, "d-mmm"))),
    ("cell.legacy_font", "ten_mo_hinh", put("ten_mo_hinh", RawCell("Th\u00adêng xuyªn", "text", font=".VnTime"))),
    ("table.tick_missing", "dang_trien_khai", no_tick),
    ("table.tick_both", "dang_trien_khai", both_ticks),
    ("table.example_row", "ten_mo_hinh", put("ten_mo_hinh", "Nhân đạo, từ thiện…")),
    ("table.example_row", "ten_mo_hinh", put("ten_mo_hinh", "Giải pháp tiết kiệm,  chống lãng phí...")),
    ("table.example_row", "ten_chi_bo", put("ten_chi_bo", "Chi bộ A")),
    ("table.example_row", "ten_chi_bo", put("ten_chi_bo", "Ví dụ")),
    ("table.unit_not_child", "ten_chi_bo", put("ten_chi_bo", "Chi bộ Ngân sách 7")),
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(data=st.data())
def test_one_fault_in_a_row_is_one_finding_at_that_cell(make_return: Any, data: st.DataObject) -> None:
    """Whatever row is spoiled in whatever way, exactly its cell is named, with the value quoted."""
    code, column, spoil = data.draw(st.sampled_from(CELL_FAULTS))
    row = data.draw(st.integers(1, ROWS))
    spoiled = spoil(make_return(ROWS), row)
    examination = spoiled.examine()
    assert [(f.code, f.place.cell) for f in examination.findings] == [(code, spoiled.cell(row, column))]
    words = message(examination.findings[0])
    assert "{" not in words
    assert spoiled.cell(row, column) in words
    heavy = examination.findings[0].severity == "error"
    assert examination.state == ("to_fix" if heavy else "accepted")


@pytest.mark.parametrize(("code", "column", "spoil"), CELL_FAULTS)
def test_each_fault_is_found_in_the_last_row_too(
    make_return: Any, code: str, column: str, spoil: Callable[[Any, int], Any]
) -> None:
    """Every kind of fault by itself, so that none hides behind the draw."""
    spoiled = spoil(make_return(ROWS), ROWS)
    assert spoiled.found() == [(code, spoiled.cell(ROWS, column))]


SHEET_FAULTS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("structure.stray_text", "C40", lambda good: good.put((40, 3), RawCell("ghi thêm", "text"))),
    ("structure.stray_text", "XFD99", lambda good: good.put((99, 16384), RawCell(5.0, "number"))),
    ("cell.too_long", "B28", lambda good: good.put(good.layout.fields["noi_nhan_2"], "- " + "a" * 120)),
    ("cell.formula", "B28", lambda good: good.put(good.layout.fields["noi_nhan_2"], RawCell("x", "text", True, False))),
)


@pytest.mark.parametrize(("code", "cell", "spoil"), SHEET_FAULTS)
def test_one_fault_outside_the_table(make_return: Any, code: str, cell: str, spoil: Callable[[Any], Any]) -> None:
    """Fields of their own and the rest of the sheet are watched as well."""
    assert spoil(make_return()).found() == [(code, cell)]


def test_every_locked_text_is_watched(make_return: Any) -> None:
    """Each printed text altered alone gives one finding at its cell, naming what stood there; deleted ones too."""
    good = make_return()
    watched = 0
    for cell in good.layout.cells:
        if cell.kind not in ("static", "context") or not cell.text:
            continue
        watched += 1
        spot = (cell.at.row, cell.at.column)
        unit = "{don_vi}" in cell.text
        for text in ("Chữ khác hẳn", None):
            spoiled = good.put(spot, text and RawCell(text, "text"))
            code = "identity.unit_name_differs" if unit and text else "structure.locked_text"
            findings = spoiled.examine().findings
            assert [f.code for f in findings] == [code], cell.text
            assert findings[0].place.cell == _a1(*spot)
            assert findings[0].value == (text or "")
    assert watched >= 15


def _a1(row: int, column: int) -> str:
    return f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[column - 1]}{row}"


INNOCENT: tuple[Callable[[Any], Any], ...] = (
    lambda good: good,
    lambda good: _emptied(good, 3),
    lambda good: _emptied(good, 1),
    lambda good: good.set(2, "ten_mo_hinh", "Mỗi tuần một việc tốt, cách làm thứ 1"),
    lambda good: good.set(1, "thoi_gian", "từ tháng 11/2026 đến tháng 3/2027"),
    lambda good: good.set(1, "thoi_gian", "giai đoạn 2025 - 2030"),
    lambda good: good.set(1, "thoi_gian", RawCell(2027.0, "number", locked=False)),
    lambda good: good.set(1, "thoi_gian", "12 tháng"),
    lambda good: good.set(1, "moi", "✓"),
    lambda good: good.set(1, "moi", RawCell(True, "bool", locked=False)),
    lambda good: good.set(1, "moi", RawCell(1.0, "number", locked=False)),
    lambda good: good.set(1, "ten_chi_bo", "CB văn phòng"),
    lambda good: good.set(1, "ten_chi_bo", "Chi bô\u0323 Văn phòng"),
    lambda good: good.set(1, "nhom", None),
    lambda good: good.set(1, "nhom", "nhóm  KHÁC"),
    lambda good: good.set(1, "ten_mo_hinh", "- gạch đầu dòng"),
    lambda good: good.set(1, "ten_mo_hinh", "=1+1"),
    lambda good: good.set(1, "ten_mo_hinh", "Nhân đạo, từ thiện"),
    lambda good: good.set(8, "giai_trinh", "chỉ có lời giải trình"),
    lambda good: good.put(good.layout.fields["nguoi_ky"], None),
    lambda good: good.put(good.layout.fields["dia_danh_ngay"], "Vĩnh Long, ngày      tháng      năm 2027"),
    lambda good: good.put((1, 1), RawCell(str(good.cells[1, 1].value).upper().replace(" ", "  "), "text")),
    lambda good: good.put((2, good.layout.verdict.column), RawCell("#VALUE!", "error", formula=True)),
    lambda good: good.put((60, 2), RawCell("cộng", "text", formula=True)),
    lambda good: good.put((60, 2), RawCell("  ", "text")),
    lambda good: good.with_facts(children=()).set(1, "ten_chi_bo", "Chi bộ nào đó"),
    lambda good: (
        good.with_facts(children=("Chi bộ A",))
        .set(1, "ten_chi_bo", "Chi bộ A")
        .set(2, "ten_chi_bo", "Chi bộ A")
        .set(3, "ten_chi_bo", "Chi bộ A")
        .set(4, "ten_chi_bo", "Chi bộ A")
        .set(5, "ten_chi_bo", "Chi bộ A")
        .set(6, "ten_chi_bo", "Chi bộ A")
    ),
    lambda good: good.with_facts(context=None).put(
        next(c.at for c in good.layout.cells if "{don_vi}" in c.text), RawCell("ĐẢNG ỦY NÀO ĐÓ", "text")
    ),
    lambda good: good.with_facts(deadline=None, received=None),
)


def _emptied(good: Any, row: int) -> Any:
    for column in ("ten_chi_bo", "ten_mo_hinh", "thoi_gian", "moi", "dang_trien_khai", "nhom"):
        good = good.set(row, column, None)
    return good


@pytest.mark.parametrize("vary", INNOCENT, ids=range(len(INNOCENT)))
def test_no_fault_no_finding(make_return: Any, vary: Callable[[Any], Any]) -> None:
    """What the source allows is met with silence."""
    examination = vary(make_return()).examine()
    assert examination.findings == ()
    assert examination.state == "accepted"


def test_the_faults_here_and_elsewhere_are_all_of_phases_cell_and_table() -> None:
    """The codes of these tests are those of the catalogue's phases cell and table, as far as Mẫu 02 can raise them."""
    here = {code for code, _, _ in CELL_FAULTS}
    elsewhere = {
        "cell.number",
        "cell.number_range",
        "cell.date",
        "cell.wanted",
        "cell.tick_missing",
        "cell.tick_both",
        "table.too_few_rows",
        "table.too_few_paragraphs",
        "table.too_many_rows",
        "table.too_few_ticked",
        "table.not_asked",
        "table.ditto",
        "table.ditto_first",
        "cell.other_name",
    }
    assert here | elsewhere == {code for code in entries() if code.split(".")[0] in ("cell", "table")}
    assert not here & elsewhere

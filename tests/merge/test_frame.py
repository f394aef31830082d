"""The plain table: every row knows where it came from, and text stays the text it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from lamtheo_xls.merge import csv_of, frame_of, plain_table
from lamtheo_xls.register import unit_code_of

STUBBORN = ("NA", "null", "nan", "None", "", "001", "1E5", "=1+1", "- gạch đầu dòng", "+84", "@ai", "'nháy", '"a;b"')


def test_a_row_knows_file_sheet_row_and_cells(
    case: Any, counted_of: Callable[..., Any], row: Callable[..., dict[str, str]]
) -> None:
    """Drill-back: unit, why it counts, its signed copy, file, sheet, row and the address of each value."""
    got = counted_of("B", [row("Chi bộ 1", "Heo đất", new=True)], why="as_is", file="a.zip!b.xlsx")
    signed = {got.assignment: "12-BC/ĐU"}
    line = frame_of([got], case.register, case.table, case.forms, signed=signed).iloc[0].to_dict()
    assert line == {
        "unit.code": "B",
        "unit.name": "Đảng ủy Sở B",
        "unit.order": 6,
        "ten_chi_bo": "Chi bộ 1",
        "ten_mo_hinh": "Heo đất",
        "thoi_gian": "Cả năm",
        "dang_trien_khai": "",
        "moi": "x",
        "nhom": "",
        "giai_trinh": "",
        "return.why": "as_is",
        "return.received": "2027-02-20",
        "return.signed": "12-BC/ĐU",
        "return.form": "mau-02",
        "return.part": "",
        "from.file": "a.zip!b.xlsx",
        "from.sheet": "MẪU 02",
        "from.row": 12,
        "return.id": "B-2027",
        "ten_chi_bo.cell": "B12",
        "ten_mo_hinh.cell": "C12",
        "thoi_gian.cell": "D12",
        "dang_trien_khai.cell": "",
        "moi.cell": "F12",
        "nhom.cell": "",
        "giai_trinh.cell": "",
    }


def test_units_in_the_offices_order_strangers_last(
    case: Any, counted_of: Callable[..., Any], row: Callable[..., dict[str, str]]
) -> None:
    """C stands first in the register; a unit it does not know stands last under its code."""
    counted = [counted_of(code, [row("x", "y")]) for code in ("Z", "B", "C", "A")]
    frame = frame_of(counted, case.register, case.table, case.forms)
    assert frame["unit.code"].tolist() == ["C", "A", "B", "Z"]
    assert frame["unit.name"].tolist()[-1] == "Z"
    assert frame["unit.order"].is_monotonic_increasing


def test_models_of_one_chi_bo_stand_together(
    case: Any, counted_of: Callable[..., Any], row: Callable[..., dict[str, str]]
) -> None:
    """Rows move up to the first of their chi bộ, however its name is spelt; else the unit's own order stays."""
    rows = [row("Chi bộ 2", "a"), row("Chi bộ Văn phòng", "b"), row("CB 02", "c"), row("Chi bộ 1", "d")]
    frame = frame_of([counted_of("A", rows)], case.register, case.table, case.forms)
    assert frame["ten_mo_hinh"].tolist() == ["a", "c", "b", "d"]
    assert frame["from.row"].tolist() == [12, 14, 13, 15]


def test_text_stays_text(case: Any, counted_of: Callable[..., Any]) -> None:
    """Nothing is guessed: not a number, not a missing value, not a formula."""
    rows = [{"ten_chi_bo": f"Chi bộ {i}", "ten_mo_hinh": text, "moi": "x"} for i, text in enumerate(STUBBORN)]
    frame = frame_of([counted_of("A", rows)], case.register, case.table, case.forms)
    assert tuple(frame["ten_mo_hinh"]) == STUBBORN
    assert not frame.isna().any().any()
    text = [c for c in frame.columns if c not in ("unit.order", "from.row")]
    assert {str(frame[c].dtype) for c in text} == {"object"}


@pytest.mark.parametrize("counted", [False, True], ids=["nothing counts", "a return without rows"])
def test_nothing_gives_no_row_and_all_columns(case: Any, counted_of: Callable[..., Any], counted: bool) -> None:
    """An empty frame has the columns and types of a full one."""
    full = frame_of([counted_of("A", [{"ten_chi_bo": "x", "moi": "x"}])], case.register, case.table, case.forms)
    none = frame_of([counted_of("A", [])] if counted else [], case.register, case.table, case.forms)
    assert len(none) == 0
    assert list(none.columns) == list(full.columns)
    assert none.dtypes.to_dict() == full.dtypes.to_dict()
    assert plain_table(none) == (plain_table(full)[0], ())


def test_csv_holds_exactly_what_was_written(case: Any, counted_of: Callable[..., Any]) -> None:
    """UTF-8 with a mark, ',', CRLF; a reader gets every text back as it was, line breaks and quotes included."""
    texts = (*STUBBORN, "hai\ndòng")
    rows = [{"ten_chi_bo": f"Chi bộ {i}", "ten_mo_hinh": text, "moi": "x"} for i, text in enumerate(texts)]
    data = csv_of(frame_of([counted_of("A", rows)], case.register, case.table, case.forms))
    assert data.startswith(b'\xef\xbb\xbf"ma_don_vi","ten_don_vi",') and data.count(b"\r\n") == len(rows) + 1
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(line["ten_mo_hinh"] for line in lines) == texts
    assert lines[0]["tep"] == "nhan-ve/A.xlsx" and lines[0]["trang"] == "MẪU 02" and lines[0]["dong"] == "12"
    assert lines[0]["vi_sao_tinh"] == "Hợp lệ"


@pytest.mark.parametrize(
    ("assignment", "part", "unit"),
    [("mau-02_2027_DU-STC", "", "DU-STC"), ("mau-03_2027-Q1_DU_1_m2", "m2", "DU_1"), ("mau-02_2027-02_A", "", "A")],
)
def test_unit_of_an_assignment(assignment: str, part: str, unit: str) -> None:
    """The unit's code may hold an underscore; form and period never do."""
    assert unit_code_of(assignment, part) == unit

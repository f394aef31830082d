"""Decisions are taken from theo-doi.xlsx and nowhere else, and do what their words say."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.register import Round

AS_OF = ("--as-of", "2027-02-10")
FAULTY = [{"ten_chi_bo": "Chi bộ 1 Sở Số 1", "ten_mo_hinh": "Thiếu thời gian", "moi": "x"}]


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    return make_office(tmp_path / "VP")


def status(lamtheo: Callable[..., Any], office: Path, as_of: str = "2027-02-10") -> dict[str, Any]:
    said = lamtheo("status", "-C", office, "--as-of", as_of, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def line_of(now: Mapping[str, Any], unit: str) -> dict[str, Any]:
    return next(a for a in now["assignments"] if a["unit"] == unit)


def rule(office: Path, sheet: str, row_has: str, cells: Mapping[str, str]) -> None:
    """Types into the row of `sheet` that shows `row_has`, in the columns with these heads, and saves."""
    path = office / "theo-doi.xlsx"
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    head = next(r for r in page.iter_rows() if any(c.value == "Xử lý" for c in r))
    columns = {c.value: c.column for c in head if c.value}
    row = next(
        r for r in page.iter_rows(min_row=head[0].row + 1) if any(str(c.value or "").endswith(row_has) for c in r)
    )
    for name, text in cells.items():
        page.cell(row[0].row, columns[name]).value = text
    book.save(path)


def cell_of(office: Path, sheet: str, row_has: str, head_name: str) -> Any:
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")[sheet]
    head = next(r for r in page.iter_rows() if any(c.value == "Xử lý" for c in r))
    column = next(c.column for c in head if c.value == head_name)
    row = next(
        r for r in page.iter_rows(min_row=head[0].row + 1) if any(str(c.value or "").endswith(row_has) for c in r)
    )
    return page.cell(row[0].row, column).value


def test_excused_stands_outside_and_can_be_taken_back(office: Path, lamtheo: Callable[..., Any]) -> None:
    """«Không phải gửi» leaves the expected; emptying the cell brings the unit back."""
    status(lamtheo, office)
    rule(office, "TỔNG QUAN", "Sở Số 4", {"Xử lý": "Không phải gửi", "Ghi chú": "Đã giải thể"})
    now = status(lamtheo, office)
    assert (now["expected"], now["excused"], line_of(now, "DU-4")["state"]) == (3, 1, "excused")
    assert cell_of(office, "TỔNG QUAN", "Sở Số 4", "Ghi chú") == "Đã giải thể"
    now = status(lamtheo, office)
    assert now["excused"] == 1, "the decision stands without being typed again"
    rule(office, "TỔNG QUAN", "Sở Số 4", {"Xử lý": ""})
    now = status(lamtheo, office)
    assert (now["expected"], now["excused"]) == (4, 0)
    assert cell_of(office, "TỔNG QUAN", "Sở Số 4", "Ghi chú") == "Đã giải thể"


def test_extended_date(office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]) -> None:
    """«Gia hạn» with a date: late only after it."""
    status(lamtheo, office)
    rule(office, "TỔNG QUAN", "Sở Số 1", {"Xử lý": "Gia hạn", "Chi tiết": "10/03/2027"})
    filled(office, 1)
    filled(office, 2)
    lamtheo("collect", "-C", office, "--as-of", "2027-03-05")
    now = status(lamtheo, office, "2027-03-05")
    assert line_of(now, "DU-1")["due"] == "2027-03-10" and line_of(now, "DU-1")["late"] is False
    assert line_of(now, "DU-2")["due"] == "2027-02-28" and line_of(now, "DU-2")["late"] is True


def test_taken_as_it_is_holds_for_that_submission_only(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """«Nhận nguyên trạng» makes a faulty return count; a newer faulty one is not accepted by the old word."""
    filled(office, 1, "mot.xlsx", rows=FAULTY)
    lamtheo("collect", "-C", office, *AS_OF)
    assert line_of(status(lamtheo, office), "DU-1")["state"] == "to_fix"
    rule(office, "TỔNG QUAN", "Sở Số 1", {"Xử lý": "Nhận nguyên trạng"})
    now = status(lamtheo, office)
    assert line_of(now, "DU-1")["state"] == "accepted"
    lamtheo("return", "-C", office, *AS_OF)
    assert list((office / "tra-lai").rglob("*_sua.xlsx")) == []
    filled(office, 1, "hai.xlsx", rows=[{**FAULTY[0], "ten_mo_hinh": "Bản sau cũng thiếu"}])
    lamtheo("collect", "-C", office, "--as-of", "2027-02-12")
    status(lamtheo, office, "2027-02-12")
    assert cell_of(office, "TỔNG QUAN", "Sở Số 1", "Xử lý") in (None, "")
    now = status(lamtheo, office, "2027-02-12")
    assert line_of(now, "DU-1")["state"] == "accepted", "the first goes on counting while the second is mended"
    lamtheo("merge", "-C", office, "--as-of", "2027-02-12")
    names = {
        c.value for r in openpyxl.load_workbook(next((office / "tong-hop").rglob("mau-02.xlsx")))["DỮ LIỆU"] for c in r
    }
    assert "Thiếu thời gian" in names and "Bản sau cũng thiếu" not in names


def test_left_out(office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]) -> None:
    """«Không tổng hợp»: the return stays recorded and counts no more; the word stays in its cell, and emptying the cell
    brings the return back."""
    filled(office, 1)
    lamtheo("run", "-C", office, *AS_OF)
    rule(office, "TỔNG QUAN", "Sở Số 1", {"Xử lý": "Không tổng hợp"})
    for _ in range(2):
        now = status(lamtheo, office)
        assert now["accepted"] == 0 and now["missing"] == 4
        assert cell_of(office, "TỔNG QUAN", "Sở Số 1", "Xử lý") == "Không tổng hợp"
    rule(office, "TỔNG QUAN", "Sở Số 1", {"Xử lý": ""})
    now = status(lamtheo, office)
    assert now["accepted"] == 1 and now["missing"] == 3
    assert cell_of(office, "TỔNG QUAN", "Sở Số 1", "Xử lý") is None


def test_who_need_not_send_is_not_late(office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]) -> None:
    """late of the summary is the sum of the lines: neither an excused unit nor one that sent only a photo is late."""
    filled(office, 1)
    filled(office, 2)
    lamtheo("run", "-C", office, "--as-of", "2027-03-05")
    assert status(lamtheo, office, "2027-03-05")["late"] == 2
    rule(office, "TỔNG QUAN", "Sở Số 1", {"Xử lý": "Không phải gửi"})
    now = status(lamtheo, office, "2027-03-05")
    assert [a["unit"] for a in now["assignments"] if a["late"]] == ["DU-2"] and now["late"] == 1


def test_signed_copy(office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]) -> None:
    """«Đã nhận bản ký» stands beside the soft copy and outlives it."""
    filled(office, 1)
    lamtheo("run", "-C", office, *AS_OF)
    rule(office, "TỔNG QUAN", "Sở Số 1", {"Xử lý": "Đã nhận bản ký"})
    now = status(lamtheo, office)
    assert line_of(now, "DU-1")["signed_copy"] is True and line_of(now, "DU-2")["signed_copy"] is False
    assert line_of(now, "DU-1")["state"] == "accepted"
    now = status(lamtheo, office, "2027-02-11")
    assert line_of(now, "DU-1")["signed_copy"] is True


def test_a_foreign_file_is_given_to_a_unit(
    office: Path,
    lamtheo: Callable[..., Any],
    tmp_path: Path,
    filled: Callable[..., Path],
    make_office: Callable[..., Path],
) -> None:
    """«Gán cho đơn vị»: a workbook of another office is refused, judged as the unit's own once given to it, counted,
    and taken back again by emptying the cell."""
    other = make_office(tmp_path / "KHAC")
    (office / "nhan-ve" / "cua ban.xlsx").write_bytes(filled(other, 3).read_bytes())
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert (said.lines[0]["state"], said.lines[0]["assignment"]) == ("refused", None)
    assert status(lamtheo, office)["accepted"] == 0
    rule(office, "TỆP NHẬN", "cua ban.xlsx", {"Gán cho đơn vị": "ĐU Sở Số 3"})
    now = status(lamtheo, office)
    assert line_of(now, "DU-3")["state"] == "accepted" and now["accepted"] == 1
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0
    rule(office, "TỆP NHẬN", "cua ban.xlsx", {"Gán cho đơn vị": "", "Xử lý": ""})
    now = status(lamtheo, office)
    assert line_of(now, "DU-3")["state"] == "missing" and now["accepted"] == 0


def test_decisions_of_last_year_stay_with_last_year(
    tmp_path: Path, lamtheo: Callable[..., Any], make_office: Callable[..., Path], filled: Callable[..., Path]
) -> None:
    """The first command of a new round still reads last year's sheet: a file given to a unit then is not given to it
    again this year, and a cell emptied there takes last year's decision back."""
    rounds = tuple(Round(programme="43-kh-duk", period=str(y), opens=dt.date(y, 1, 15)) for y in (2027, 2028))
    office = make_office(tmp_path / "VP", rounds=rounds)
    (office / "nhan-ve" / "cua ban.xlsx").write_bytes(filled(make_office(tmp_path / "KHAC"), 3).read_bytes())
    (office / "nhan-ve" / "anh.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"0" * 99)
    lamtheo("run", "-C", office, *AS_OF)
    assert cell_of(office, "TỆP NHẬN", "anh.jpg", "Là gì") == "Chưa đúng biểu"
    rule(office, "TỆP NHẬN", "cua ban.xlsx", {"Gán cho đơn vị": "ĐU Sở Số 3"})
    rule(office, "TỔNG QUAN", "Sở Số 4", {"Xử lý": "Không phải gửi"})
    now = status(lamtheo, office)
    assert (line_of(now, "DU-3")["state"], line_of(now, "DU-4")["state"]) == ("accepted", "excused")
    rule(office, "TỔNG QUAN", "Sở Số 4", {"Xử lý": "", "Ghi chú": "Vẫn còn"})
    assert lamtheo("issue", "-C", office, "--as-of", "2028-01-20").code == 0
    now = status(lamtheo, office, "2028-01-20")
    assert {a["state"] for a in now["assignments"]} == {"missing"} and now["round"] == "43-kh-duk_2028"
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["TỆP NHẬN"]
    assert not [c.value for row in page.iter_rows() for c in row if str(c.value).endswith((".jpg", ".xlsx"))]
    said = lamtheo("status", "-C", office, "--round", "43-kh-duk_2027", *AS_OF, "--json")
    now = json.loads(said.out)
    assert (line_of(now, "DU-3")["state"], line_of(now, "DU-4")["state"]) == ("accepted", "missing")
    assert cell_of(office, "TỔNG QUAN", "Sở Số 4", "Ghi chú") == "Vẫn còn"
    for day in ("2026-12-01", "2027-02-10", "2028-02-10"):  # whatever the day, every round is derived again
        said = lamtheo("verify", "-C", office, "--as-of", day, "--json")
        assert (said.code, said.lines[0]["compared"], said.lines[0]["differing"]) == (0, 2, []), day


def test_shared_workbook_counts_after_staff_confirm(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path], tmp_path: Path
) -> None:
    """«Mẫu chung»: signed but ownerless, the unit chosen inside; counted once staff confirm."""
    shared = next((office / "bieu-gui").rglob("*mau-chung.xlsx"))
    book = openpyxl.load_workbook(shared)
    sheet = book["MẪU 02"]
    keys = {str(c.value): c.row for r in sheet.iter_rows() for c in r if str(c.value or "").startswith("field.")}
    from lamtheo_xls.definitions import bundled, load_folder
    from lamtheo_xls.workbook.layout import lay_out

    bundle, _ = load_folder(bundled("43-kh-duk"))
    assert bundle is not None and "field.don_vi" in keys
    rows = openpyxl.load_workbook(shared)["MẪU 02"]
    n = sum(
        str(c.value or "").startswith("mo_hinh.") and str(c.value)[8:].isdigit() for r in rows.iter_rows() for c in r
    )
    spot = lay_out(bundle.forms["mau-02"], {"mo_hinh": n}, shared=True).fields["don_vi"]
    sheet.cell(*spot).value = "Đảng ủy Sở Số 2"
    first = next(c.row for c in sheet["A"] if c.value == 1)
    for column, text in ((2, "Chi bộ 1 Sở Số 2"), (3, "Một mô hình"), (4, "Quý II/2027"), (6, "x")):
        sheet.cell(first, column).value = text
    book.save(office / "nhan-ve" / "mau chung.xlsx")
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert (said.lines[0]["state"], [f["code"] for f in said.lines[0]["findings"] if f["severity"] != "info"]) == (
        "unknown",
        ["identity.shared"],
    )
    assert status(lamtheo, office)["accepted"] == 0
    rule(office, "TỆP NHẬN", "mau chung.xlsx", {"Xử lý": "Xác nhận"})
    assert line_of(status(lamtheo, office), "DU-2")["state"] == "accepted"


def test_photo_given_to_a_unit_shows_as_wrong_form(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A photo assigned to a unit: the unit is shown as having sent the wrong thing, and stays missing in the counts."""
    (office / "nhan-ve" / "IMG_0001.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"1" * 200)
    lamtheo("run", "-C", office, *AS_OF)
    rule(office, "TỆP NHẬN", "IMG_0001.jpg", {"Gán cho đơn vị": "ĐU Sở Số 2"})
    now = status(lamtheo, office)
    assert line_of(now, "DU-2")["state"] == "missing" and now["missing"] == 4
    row = openpyxl.load_workbook(office / "theo-doi.xlsx")["TỔNG QUAN"]
    shown = next(r for r in row.iter_rows(values_only=True) if "ĐU Sở Số 2" in r)
    assert any(str(v).startswith(("Ảnh", "Chưa đúng biểu")) for v in shown)


def test_misunderstood_words_rule_nothing_and_are_said(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A decision nobody understands is a finding at its cell, and the words stay where they were typed."""
    status(lamtheo, office)
    rule(office, "TỔNG QUAN", "Sở Số 1", {"Xử lý": "để xem đã"})
    said = lamtheo("status", "-C", office, *AS_OF)
    assert said.code == 0 and "để xem đã" in said.out
    assert status(lamtheo, office)["missing"] == 4


def test_open_in_excel(office: Path, lamtheo: Callable[..., Any]) -> None:
    """theo-doi.xlsx held open: a copy to look at beside it, without decision columns, and a line that says so."""
    status(lamtheo, office)
    before = (office / "theo-doi.xlsx").read_bytes()
    (office / "~$theo-doi.xlsx").write_bytes(b"")
    said = lamtheo("status", "-C", office, *AS_OF)
    assert said.code == 0 and "theo-doi_CHI-XEM_2027-02-10.xlsx" in said.out
    assert (office / "theo-doi.xlsx").read_bytes() == before
    page = openpyxl.load_workbook(office / "theo-doi_CHI-XEM_2027-02-10.xlsx")["TỔNG QUAN"]
    assert not any(c.value == "Xử lý" for r in page.iter_rows() for c in r)


def test_closed_round_does_not_change(office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]) -> None:
    """«Chốt số liệu»: what arrives later is recorded and listed and changes no figure, until reopened."""
    filled(office, 1)
    lamtheo("run", "-C", office, *AS_OF)
    assert lamtheo("close", "-C", office, *AS_OF).code == 0
    filled(office, 2)
    lamtheo("collect", "-C", office, "--as-of", "2027-02-12")
    assert status(lamtheo, office, "2027-02-12")["accepted"] == 1
    assert lamtheo("reopen", "-C", office, "--as-of", "2027-02-13").code == 0
    assert status(lamtheo, office, "2027-02-13")["accepted"] == 2

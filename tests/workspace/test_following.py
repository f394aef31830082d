"""theo-doi.xlsx and `status` over parts, persons, documents, several forms and several rounds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.register import Register, Round, Unit, write_register

AS_OF = ("--as-of", "2027-02-10")
M1, M2, M3 = (f"mau-0{n}_2027_DU-SO-SO-1.xlsx" for n in (1, 2, 3))
PLAN = "ke-hoach-ca-nhan_2024_CB-TAI-CHINH_LE-THI-HOA.xlsx"


def statuses(lamtheo: Callable[..., Any], office: Path, *more: str) -> list[dict[str, Any]]:
    said = lamtheo("status", "-C", office, "--json", *(more or AS_OF))
    assert said.code == 0, said.err
    return list(said.lines)


def lines(now: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    for key in ("accepted", "to_fix", "missing", "nil"):
        assert now[key] == sum(a["state"] == key for a in now["assignments"]), key
    assert now["expected"] == now["accepted"] + now["nil"] + now["to_fix"] + now["missing"]
    return {a["assignment"]: a for a in now["assignments"]}


def page_of(office: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet of theo-doi.xlsx by the words of their heads."""
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    rows = [[c.value for c in row] for row in book[sheet].iter_rows()]
    head = next(i for i, row in enumerate(rows) if row[0] in ("TT", "Biểu"))
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]


def typed(office: Path, sheet: str, key: str, value: str, cells: Mapping[str, Any]) -> None:
    """Types into the row of `sheet` whose cell `key` is `value`, and saves."""
    path = office / "theo-doi.xlsx"
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    head = next(r for r in page.iter_rows() if r[0].value == "TT")
    at = {c.value: c.column for c in head if c.value}
    row = next(r[0].row for r in page.iter_rows(min_row=head[0].row + 1) if page.cell(r[0].row, at[key]).value == value)
    for name, text in cells.items():
        page.cell(row, at[name]).value = text
    book.save(path)


def test_parts_are_told_in_one_line(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
) -> None:
    """Two models, one of them faulty: the assignment is accepted and «đang sửa», its faults are those of the faulty
    part; mended, both count and are told as «2 mô hình»; the signed Word file is awaited until it is there."""
    type_into(models_office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    type_into(models_office, M1, "hai.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2, thoi_gian=""))
    lamtheo("run", "-C", models_office, *AS_OF)
    (now,) = statuses(lamtheo, models_office)
    line = lines(now)["mau-01_2027_DU-1"]
    assert (line["state"], line["parts"], [f["code"] for f in line["findings"] if f["severity"] == "error"]) == (
        "accepted", 1, ["cell.required"],
    )  # fmt: skip
    row = next(r for r in page_of(models_office, "TỔNG QUAN") if r["lamtheo.assignment"] == "mau-01_2027_DU-1")
    assert (row["Tình trạng"], row["Biểu"]) == ("Hợp lệ (đang sửa)", "Mẫu số 01")
    assert row["Cần nói"].endswith("Mới có 1/2 mô hình.") and "thời gian" in row["Cần nói"]
    type_into(models_office, M1, "hai-moi.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2))
    lamtheo("run", "-C", models_office, *AS_OF)
    (now,) = statuses(lamtheo, models_office)
    assert (lines(now)["mau-01_2027_DU-1"]["parts"], now["accepted"]) == (2, 1)
    row = next(r for r in page_of(models_office, "TỔNG QUAN") if r["lamtheo.assignment"] == "mau-01_2027_DU-1")
    assert (row["Tình trạng"], row["Cần nói"]) == ("Hợp lệ (chờ bản Word)", "Chờ bản Word đã ký. 2 mô hình.")
    typed(models_office, "BẢN KÝ", "lamtheo.signed", "mau-01_2027_DU-1", {"Ngày nhận": dt.datetime(2027, 2, 9)})
    statuses(lamtheo, models_office)
    row = next(r for r in page_of(models_office, "TỔNG QUAN") if r["lamtheo.assignment"] == "mau-01_2027_DU-1")
    assert (row["Tình trạng"], row["Cần nói"], row["Bản ký"]) == ("Hợp lệ", "2 mô hình.", "Đã nhận")


def test_leaving_out_one_part_leaves_the_other(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
) -> None:
    """«Không tổng hợp» is about the return on screen: the other model goes on counting, the word can be taken back on
    TỆP NHẬN, and a ruling on the other part does not lift it."""
    type_into(models_office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    lamtheo("run", "-C", models_office, *AS_OF)
    type_into(models_office, M1, "hai.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2))
    lamtheo("run", "-C", models_office, "--as-of", "2027-02-11")
    day = ("--as-of", "2027-02-12")
    typed(models_office, "TỔNG QUAN", "lamtheo.assignment", "mau-01_2027_DU-1", {"Xử lý": "Không tổng hợp"})
    for _ in range(2):
        (now,) = statuses(lamtheo, models_office, *day)
        assert (lines(now)["mau-01_2027_DU-1"]["state"], lines(now)["mau-01_2027_DU-1"]["parts"]) == ("accepted", 1)
    typed(models_office, "TỔNG QUAN", "lamtheo.assignment", "mau-01_2027_DU-1", {"Xử lý": "Đề nghị bổ sung"})
    (now,) = statuses(lamtheo, models_office, *day)
    assert lines(now)["mau-01_2027_DU-1"]["state"] == "to_fix"
    left_out = next(r for r in page_of(models_office, "TỆP NHẬN") if r["Tệp"] == "nhan-ve/hai.xlsx")
    assert left_out["Xử lý"] == "Không tổng hợp"
    typed(models_office, "TỆP NHẬN", "Tệp", "nhan-ve/hai.xlsx", {"Xử lý": None})
    (now,) = statuses(lamtheo, models_office, *day)
    assert (lines(now)["mau-01_2027_DU-1"]["state"], lines(now)["mau-01_2027_DU-1"]["parts"]) == ("accepted", 1)
    assert lamtheo("verify", "-C", models_office, *day).code == 0


def test_each_form_has_its_own_date_and_counts(models_office: Path, lamtheo: Callable[..., Any]) -> None:
    """In March the registrations are overdue and the reports of December are not: neither called nor red; THEO BIỂU
    counts each form, the heading names the date that comes next."""
    day = ("--as-of", "2027-03-05")
    (now,) = statuses(lamtheo, models_office, *day)
    assert (now["expected"], now["missing"]) == (8, 8)
    rows = page_of(models_office, "TỔNG QUAN")
    assert {(r["Biểu"], r["Tình trạng"]) for r in rows} == {
        ("Mẫu số 01", "Quá hạn"), ("Mẫu số 02", "Quá hạn"), ("Mẫu số 03", "Chưa gửi"),
    }  # fmt: skip
    assert {r["Cần nói"] for r in rows if r["Biểu"] == "Mẫu số 03"} == {"Chưa đến hạn (14/12/2027)."}
    page = openpyxl.load_workbook(models_office / "theo-doi.xlsx")["TỔNG QUAN"]
    assert page["A2"].value == "Hạn: trước ngày 15/12/2027 (hết ngày 14/12), còn 284 ngày – Mẫu số 03"
    assert page["A5"].value == "HÔM NAY: Gọi điện 5"
    forms = page_of(models_office, "THEO BIỂU")
    assert [(f["Biểu"], f["Hạn"], f["Phải gửi"], f["Chưa gửi"], f["Quá hạn"], f["Bản ký"]) for f in forms] == [
        ("Mẫu số 01", "trong tháng 02/2027", 3, 3, 3, "0/3"),
        ("Mẫu số 02", "trong tháng 02/2027", 2, 2, 2, "0/2"),
        ("Mẫu số 03", "trước ngày 15/12/2027", 3, 3, 0, "0/3"),
        ("Cộng", None, 8, 8, 5, "0/8"),
    ]
    said = lamtheo("status", "-C", models_office, *day).out
    assert "Mẫu số 03 (14/12/2027): phải gửi 3, chưa gửi 3" in said
    assert "phải gửi 8, chưa gửi 8, quá hạn 5" in said and "Chưa đến hạn" not in said


def test_nil_is_the_units_own_answer_where_it_is_allowed(
    models_office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """The unit's tick on Mẫu 03 counts as nil; staff's «Không phát sinh» on Mẫu 02 is recorded with a warning."""
    type_into(models_office, M3, "khong.xlsx", {"khong_phat_sinh": "x"})
    lamtheo("run", "-C", models_office, *AS_OF)
    (now,) = statuses(lamtheo, models_office)
    assert (lines(now)["mau-03_2027_DU-1"]["state"], now["nil"]) == ("nil", 1)
    rows = {r["lamtheo.assignment"]: r for r in page_of(models_office, "TỔNG QUAN")}
    assert rows["mau-03_2027_DU-1"]["Tình trạng"] == "Không phát sinh"
    typed(models_office, "TỔNG QUAN", "lamtheo.assignment", "mau-02_2027_DU-1", {"Xử lý": "Không phát sinh"})
    typed(models_office, "TỔNG QUAN", "lamtheo.assignment", "mau-03_2027_DU-2", {"Xử lý": "Không phát sinh"})
    said = " ".join(lamtheo("status", "-C", models_office, *AS_OF).out.split())
    assert "đã ghi «Không phát sinh» cho Mẫu số 02 của Đảng ủy Sở Số 1" in said and said.count("đã ghi") == 1
    (now,) = statuses(lamtheo, models_office)
    assert now["nil"] == 3
    own = [r for r in page_of(models_office, "LỖI") if r["Đơn vị"] == "(văn phòng)"]
    assert [(r["Trang"], r["Mức"]) for r in own] == [("TỔNG QUAN", "Lưu ý")]


def test_persons_have_lines_and_nobody_chases_volunteers(
    tmp_path: Path, people_office: Callable[..., Path], lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """A line for each person with the name in a column; volunteers («Tự nguyện») and released persons (with the reason)
    stand outside what is expected, and count as soon as they send (S3.14–S3.16)."""
    office = people_office(tmp_path / "TU")
    (now,) = statuses(lamtheo, office, "--as-of", "2024-02-10")
    found = {a["person"]: a["state"] for a in now["assignments"] if a["form"] == "ke-hoach-ca-nhan"}
    assert found == {
        "P1": "missing", "P2": "missing", "P3": "excused", "P4": "excused", "P5": "missing", "P6": "excused",
    }  # fmt: skip
    rows = {r["Cá nhân"]: r for r in page_of(office, "TỔNG QUAN") if r["Cá nhân"]}
    assert (rows["Lê Thị Hoa"]["Đơn vị"], rows["Lê Thị Hoa"]["Tình trạng"]) == ("CB Tài chính", "Chưa gửi")
    assert (rows["Đỗ Thị Út"]["Tình trạng"], rows["Đỗ Thị Út"]["Cần nói"]) == ("Không phải gửi", "Nghỉ thai sản.")
    assert "thôn, tổ dân phố" in rows["Võ Thị Sáu"]["Cần nói"]
    every = [r for r in page_of(office, "TỔNG QUAN") if (r["Cá nhân"] or "").startswith("Trần Văn Bình")]
    assert [(r["Cá nhân"], r["Tình trạng"]) for r in every] == [
        ("Trần Văn Bình (P2)", "Chưa gửi"),
        ("Trần Văn Bình (P3)", "Tự nguyện"),
    ], "namesakes of one unit are told apart"
    volunteer = next(p.name for p in (office / "bieu-gui").rglob("*P3*.xlsx"))
    fields = {"can_cu": "Kế hoạch của chi bộ", "loai_viec_1": "", "can_cu_viec_1": ""}
    rows_of = {t: [{"doan": "Đọc mỗi tuần một chuyên đề."}] for t in ("lam_theo_noi_dung", "lam_theo_giai_phap")}
    type_into(office, volunteer, "tu nguyen.xlsx", fields, rows_of)
    expected = now["expected"]
    said = lamtheo("collect", "-C", office, "--as-of", "2024-02-12", "--json")
    assert said.lines[0]["state"] == "accepted", said.lines[0]["findings"]
    (now,) = statuses(lamtheo, office, "--as-of", "2024-02-12")
    assert (now["expected"], now["accepted"]) == (expected + 1, 1)


def test_two_rounds_stand_on_one_sheet(
    tmp_path: Path, people_office: Callable[..., Path], lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """Both programmes open: one JSON object a round, every line on one theo-doi.xlsx – also where a command is for one
    round only –, forms named with their programme; decisions of both are taken in; 80 columns on the terminal."""
    office = people_office(tmp_path / "TU", plan=True)
    day = ("--as-of", "2024-03-05")
    both = statuses(lamtheo, office, *day)
    assert [now["round"] for now in both] == ["hd-btgtu-2024_2024", "43-kh-duk_2024"]
    whole = sum(len(now["assignments"]) for now in both)
    assert len(page_of(office, "TỔNG QUAN")) == whole
    typed(office, "TỔNG QUAN", "lamtheo.assignment", "mau-01_2024_CS", {"Xử lý": "Gia hạn", "Chi tiết": "20/03/2024"})
    typed(office, "TỔNG QUAN", "lamtheo.assignment", "mo-hinh-tieu-bieu_2024_CS", {"Xử lý": "Không phải gửi"})
    (now,) = statuses(lamtheo, office, "--round", "hd-btgtu-2024_2024", *day)
    assert lines(now)["mo-hinh-tieu-bieu_2024_CS"]["state"] == "excused"
    assert len(page_of(office, "TỔNG QUAN")) == whole, "the other round stays on the sheet"
    plan = statuses(lamtheo, office, *day)[1]
    assert lines(plan)["mau-01_2024_CS"]["due"] == "2024-03-20"
    assert {r["Biểu"] for r in page_of(office, "TỔNG QUAN")} >= {"Mẫu 01 (hd-btgtu-2024)", "Mẫu số 01 (43-kh-duk)"}
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["TỔNG QUAN"]
    assert page["A1"].value.startswith("THEO DÕI HD-BTGTU-2024 – NĂM 2024; 43-KH-DUK – NĂM 2024 — Cập nhật")
    for verb in ("status", "run"):
        said = lamtheo(verb, "-C", office, *day)
        assert max(len(x) for x in said.out.splitlines() if str(tmp_path) not in x) <= 80


def test_what_comes_after_the_closing_is_listed_and_changes_nothing(
    models_office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """«Đến sau khi chốt» on TỆP NHẬN, whose it is beside it; no figure changes; nothing to be decided of it."""
    filled(models_office, 1)
    lamtheo("run", "-C", models_office, *AS_OF)
    assert lamtheo("close", "-C", models_office, *AS_OF).code == 0
    filled(models_office, 2)
    lamtheo("run", "-C", models_office, "--as-of", "2027-02-12")
    (now,) = statuses(lamtheo, models_office, "--as-of", "2027-02-12")
    assert now["accepted"] == 1
    (row,) = page_of(models_office, "TỆP NHẬN")
    assert (row["Tệp"], row["Là gì"], row["Có thể của"]) == ("nhan-ve/tra loi 2.xlsx", "Đến sau khi chốt", "ĐU Sở Số 2")
    page = openpyxl.load_workbook(models_office / "theo-doi.xlsx")["TỔNG QUAN"]
    assert page["C5"].value == "Không có tệp chưa rõ"
    lamtheo("reopen", "-C", models_office, "--as-of", "2027-02-13")
    (now,) = statuses(lamtheo, models_office, "--as-of", "2027-02-13")
    assert now["accepted"] == 2 and page_of(models_office, "TỆP NHẬN") == []


@pytest.fixture
def office_of(tmp_path: Path, lamtheo: Callable[..., Any]) -> Callable[[str], Path]:
    return lambda year: _office_of(tmp_path, lamtheo, year)


@pytest.fixture
def first_office(office_of: Callable[[str], Path]) -> Path:
    """The plan's first round, 2022: a document without a form is owed as well (S1.12)."""
    return office_of("2022")


def _office_of(tmp_path: Path, lamtheo: Callable[..., Any], year: str) -> Path:
    units = (
        Unit(code="DU", name="Đảng ủy Sở Một", short_name="ĐU Sở Một", order=1, kind="dang_uy_co_so"),
        Unit(code="CB", name="Chi bộ Hai", short_name="CB Hai", order=2, kind="chi_bo_co_so"),
    )
    rounds = (Round(programme="43-kh-duk", period=year, opens=dt.date(int(year), 1, 5)),)
    source = tmp_path / f"danh-sach-{year}.xlsx"
    register = Register(units=units, rounds=rounds, office={"co_quan": "Đảng ủy Khối"})
    source.write_bytes(write_register(register, programmes=(("43-kh-duk", "x"),)))
    folder = tmp_path / f"VP{year}"
    day = ("--as-of", f"{year}-01-10")
    said = lamtheo("new", folder, "--programme", "43-kh-duk", "--period", year, "--register", source, *day)
    assert said.code == 0, said.err
    assert lamtheo("issue", "-C", folder, *day).code == 0
    return folder


def test_a_document_without_a_form_is_there_when_its_signed_copy_is(
    first_office: Path, lamtheo: Callable[..., Any]
) -> None:
    """S1.12: owed before 27/01/2022 as a signed copy only, overdue like any other; its scan given to the unit as such,
    or a row of BẢN KÝ, makes it accepted."""
    office = first_office
    (now,) = statuses(lamtheo, office, "--as-of", "2022-02-01")
    document = lines(now)["ke-hoach-2021-2025_2022_DU"]
    assert (document["form"], document["state"], document["due"]) == (None, "missing", "2022-01-26")
    assert document["document"].startswith("Kế hoạch củng cố, nâng cao chất lượng")
    rows = {r["lamtheo.assignment"]: r for r in page_of(office, "TỔNG QUAN")}
    shown = rows["ke-hoach-2021-2025_2022_DU"]
    assert (shown["Biểu"], shown["Tình trạng"]) == ("Văn bản", "Quá hạn")
    assert shown["Cần nói"].startswith("Chưa có bản ký: Kế hoạch củng cố")
    (office / "nhan-ve" / "KH 2021-2025.pdf").write_bytes(b"%PDF-1.7\n" + b"1" * 300)
    lamtheo("run", "-C", office, "--as-of", "2022-02-02")
    cells = {"Gán cho đơn vị": "ĐU Sở Một", "Là biểu, văn bản": "Văn bản – bản ký"}
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/KH 2021-2025.pdf", cells)
    typed(
        office, "BẢN KÝ", "lamtheo.signed", "ke-hoach-2021-2025_2022_CB",
        {"Ngày nhận": dt.datetime(2022, 1, 25), "Số, ký hiệu": "03-KH/CB", "Người ký": "Lê Văn Ba"},
    )  # fmt: skip
    (now,) = statuses(lamtheo, office, "--as-of", "2022-02-03")
    found = lines(now)
    mine, theirs = found["ke-hoach-2021-2025_2022_DU"], found["ke-hoach-2021-2025_2022_CB"]
    assert (mine["state"], mine["late"], mine["received"]) == ("accepted", True, "2022-02-02")
    assert (theirs["state"], theirs["late"]) == ("accepted", False)
    assert theirs["signed"] == {"on": "2022-01-25", "number": "03-KH/CB", "signer": "Lê Văn Ba"}
    row = next(r for r in page_of(office, "TỆP NHẬN"))
    assert (row["Gán cho đơn vị"], row["Là biểu, văn bản"]) == ("ĐU Sở Một", "Văn bản – bản ký")
    assert json.loads(json.dumps(now))["accepted"] == 2


@pytest.mark.parametrize(
    ("year", "label", "due"),
    [("2023", "Sơ kết 03 năm", "tháng 02/2023"), ("2025", "Tổng kết 10 năm", "tháng 11/2025"), ("2024", "", "")],
)
def test_dates_of_the_office_itself_are_shown_and_asked_of_nobody(
    office_of: Callable[[str], Path], lamtheo: Callable[..., Any], year: str, label: str, due: str
) -> None:
    """S1.20, S1.21: on THEO BIỂU in their year, with the days left; nothing more is expected of any unit."""
    office = office_of(year)
    (now,) = statuses(lamtheo, office, "--as-of", f"{year}-02-01")
    assert now["expected"] == 5
    rows = page_of(office, "THEO BIỂU")
    shown = [(str(r["Tên"])[: len(label)], r["Hạn"]) for r in rows if r["Biểu"] is None and r["Hạn"]]
    assert shown == ([(label, due)] if label else [])

"""Signed copies, and files given to a unit as one of its forms, to a person, or as a signed copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.ledger import open_ledger, signed_copy_of

AS_OF = ("--as-of", "2027-02-10")
PDF = b"%PDF-1.7\n" + b"2" * 400
ID = "mau-02_2027_DU-1"


@pytest.fixture
def office(models_office: Path) -> Path:
    return models_office


def status(lamtheo: Callable[..., Any], office: Path, *day: str) -> dict[str, dict[str, Any]]:
    said = lamtheo("status", "-C", office, "--json", *(day or AS_OF))
    assert said.code == 0, said.err
    return {a["assignment"]: a for now in said.lines for a in now["assignments"]}


def sheet(office: Path, name: str) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    rows = [[c.value for c in row] for row in book[name].iter_rows()]
    head = next(i for i, row in enumerate(rows) if row[0] == "TT")
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]


def typed(office: Path, name: str, key: str, value: str, cells: Mapping[str, Any]) -> None:
    path = office / "theo-doi.xlsx"
    book = openpyxl.load_workbook(path)
    page = book[name]
    head = next(r for r in page.iter_rows() if r[0].value == "TT")
    at = {c.value: c.column for c in head if c.value}
    row = next(r[0].row for r in page.iter_rows(min_row=head[0].row + 1) if page.cell(r[0].row, at[key]).value == value)
    for column, text in cells.items():
        page.cell(row, at[column]).value = text
    book.save(path)


def signed_row(office: Path, id: str = ID) -> tuple[Any, ...]:
    row = next(r for r in sheet(office, "BẢN KÝ") if r["lamtheo.signed"] == id)
    return tuple(row[h] for h in ("Ngày nhận", "Số, ký hiệu", "Ngày văn bản", "Người ký", "Cách gửi"))


def events(office: Path) -> int:
    with open_ledger(office / ".lamtheo") as ledger:
        return len(ledger.history())


def test_a_signed_copy_is_entered_with_all_that_is_known_of_it(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Number, date, signer, way: into the ledger, back onto the sheet, counted beside the soft copy, withdrawn when the
    row is emptied. Nothing is recorded twice."""
    status(lamtheo, office)
    typed(
        office, "BẢN KÝ", "lamtheo.signed", ID,
        {
            "Ngày nhận": dt.datetime(2027, 2, 9), "Số, ký hiệu": "12-BC/ĐU", "Ngày văn bản": "08/02/2027",
            "Người ký": "Trần Văn An", "Cách gửi": "Bưu điện",
        },
    )  # fmt: skip
    line = status(lamtheo, office)[ID]
    assert (line["signed_copy"], line["state"]) == (True, "missing"), "the soft copy is still awaited"
    assert line["signed"] == {
        "on": "2027-02-09", "number": "12-BC/ĐU", "dated": "2027-02-08", "signer": "Trần Văn An", "way": "Bưu điện",
    }  # fmt: skip
    with open_ledger(office / ".lamtheo") as ledger:
        (standing,) = [s for s in ledger.standing_of_round("43-kh-duk_2027") if s.signed is not None]
        assert standing.signed is not None and signed_copy_of(standing.signed).dated == dt.date(2027, 2, 8)
    before = events(office)
    for _ in range(2):
        assert status(lamtheo, office)[ID]["signed_copy"]
    assert events(office) == before
    assert signed_row(office) == (
        dt.datetime(2027, 2, 9), "12-BC/ĐU", dt.datetime(2027, 2, 8), "Trần Văn An", "Bưu điện",
    )  # fmt: skip
    row = next(r for r in sheet(office, "TỔNG QUAN") if r["lamtheo.assignment"] == ID)
    assert (row["Bản ký"], row["Xử lý"], row["Chi tiết"]) == ("Đã nhận", "Đã nhận bản ký", "09/02/2027")
    heads = ("Ngày nhận", "Số, ký hiệu", "Ngày văn bản", "Người ký", "Cách gửi")
    typed(office, "BẢN KÝ", "lamtheo.signed", ID, dict.fromkeys(heads))
    assert status(lamtheo, office)[ID]["signed_copy"] is False
    assert signed_row(office) == (None,) * 5


def test_both_ways_of_noting_a_signed_copy_speak_of_the_same(office: Path, lamtheo: Callable[..., Any]) -> None:
    """«Đã nhận bản ký» in TỔNG QUAN shows on BẢN KÝ; what is added there stays when the date is changed here; emptying
    either takes it back."""
    status(lamtheo, office)
    typed(office, "TỔNG QUAN", "lamtheo.assignment", ID, {"Xử lý": "Đã nhận bản ký", "Chi tiết": "07/02/2027"})
    status(lamtheo, office)
    assert signed_row(office)[:2] == (dt.datetime(2027, 2, 7), None)
    typed(office, "BẢN KÝ", "lamtheo.signed", ID, {"Số, ký hiệu": "12-BC/ĐU"})
    status(lamtheo, office)
    typed(office, "TỔNG QUAN", "lamtheo.assignment", ID, {"Chi tiết": "08/02/2027"})
    status(lamtheo, office)
    assert signed_row(office)[:2] == (dt.datetime(2027, 2, 8), "12-BC/ĐU")
    typed(office, "TỔNG QUAN", "lamtheo.assignment", ID, {"Xử lý": None, "Chi tiết": None})
    assert status(lamtheo, office)[ID]["signed_copy"] is False


def test_a_sheet_that_could_not_be_replaced_takes_nothing_back(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Staff fill BẢN KÝ and leave Excel open: TỔNG QUAN of that file still shows nothing in Xử lý, which was never
    filled and so says nothing, however often the command runs."""
    status(lamtheo, office)
    typed(office, "BẢN KÝ", "lamtheo.signed", ID, {"Ngày nhận": "09/02/2027"})
    typed(office, "TỔNG QUAN", "lamtheo.assignment", "mau-02_2027_DU-2", {"Xử lý": "Đã nhận bản ký"})
    (office / "~$theo-doi.xlsx").write_bytes(b"")
    for _ in range(3):
        now = status(lamtheo, office)
        assert now[ID]["signed_copy"] and now["mau-02_2027_DU-2"]["signed_copy"]
    with open_ledger(office / ".lamtheo") as ledger:
        assert [e.kind for e in ledger.history() if e.kind in ("decision", "withdrawn")] == ["decision"] * 2


def test_a_date_that_is_none_is_told_at_its_cell_and_kept(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Nothing of the row is taken; what was typed stays where it can be mended."""
    status(lamtheo, office)
    typed(office, "BẢN KÝ", "lamtheo.signed", ID, {"Ngày nhận": "hôm qua", "Số, ký hiệu": "12-BC/ĐU"})
    for _ in range(2):
        said = " ".join(lamtheo("status", "-C", office, *AS_OF).out.split())
        assert "Trang BẢN KÝ, ô" in said and "«hôm qua» chưa đọc được thành ngày (Ngày nhận)" in said
        assert signed_row(office)[:2] == ("hôm qua", "12-BC/ĐU")
    assert status(lamtheo, office)[ID]["signed_copy"] is False
    typed(office, "BẢN KÝ", "lamtheo.signed", ID, {"Ngày nhận": "09/02/2027"})
    assert status(lamtheo, office)[ID]["signed"] == {"on": "2027-02-09", "number": "12-BC/ĐU"}


def test_rows_sorted_by_the_arrows_keep_their_ids(office: Path, lamtheo: Callable[..., Any]) -> None:
    """The hidden ids lie inside the range that the filter sorts, on every sheet that is read back."""
    (office / "nhan-ve" / "scan.pdf").write_bytes(PDF)
    lamtheo("run", "-C", office, *AS_OF)
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    for name in ("TỔNG QUAN", "BẢN KÝ", "TỆP NHẬN"):
        page = book[name]
        hidden = [c.column_letter for r in page.iter_rows() for c in r if str(c.value).startswith("lamtheo.")]
        assert hidden and page.auto_filter.ref.split(":")[1].rstrip("0123456789") == hidden[-1], name


def test_a_scan_is_given_as_the_signed_copy_of_one_form(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """A PDF is no return: as the signed copy of Mẫu 02 it settles that and makes nothing «Chưa đúng biểu»; the file is
    recorded with it; given to another form it moves; emptied it is as if it never came."""
    filled(office, 1)
    (office / "nhan-ve" / "scan.pdf").write_bytes(PDF)
    lamtheo("run", "-C", office, *AS_OF)
    cells = {"Gán cho đơn vị": "ĐU Sở Số 1", "Là biểu, văn bản": "Mẫu số 02 – bản ký"}
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", cells)
    now = status(lamtheo, office)
    assert (now[ID]["state"], now[ID]["signed_copy"]) == ("accepted", True)
    (row,) = sheet(office, "TỆP NHẬN")
    assert now[ID]["signed"] == {"on": "2027-02-10", "submission": row["lamtheo.submission"]}
    assert (row["Gán cho đơn vị"], row["Là biểu, văn bản"], row["Xử lý"]) == (*cells.values(), None)
    typed(office, "BẢN KÝ", "lamtheo.signed", ID, {"Số, ký hiệu": "12-BC/ĐU"})
    assert status(lamtheo, office)[ID]["signed"]["submission"] == row["lamtheo.submission"], "details do not lose it"
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", {"Là biểu, văn bản": "Mẫu số 01 – bản ký"})
    now = status(lamtheo, office)
    assert (now[ID]["signed_copy"], now["mau-01_2027_DU-1"]["signed_copy"]) == (False, True)
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", {"Gán cho đơn vị": None, "Là biểu, văn bản": None})
    assert not any(a["signed_copy"] for a in status(lamtheo, office).values())
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["TỔNG QUAN"]
    assert page["C5"].value == "Tệp chưa rõ 1"
    told = {(r["Xử lý"], r["Chi tiết"]) for r in sheet(office, "TỔNG QUAN")}
    assert told == {(None, None)}, "the date of the copy goes with it"


def test_a_file_that_nothing_tells_the_unit_of_is_not_confirmed(office: Path, lamtheo: Callable[..., Any]) -> None:
    """«Xác nhận» beside an empty «Có thể của» would make the file nobody's: it stays open, what was typed stays, and
    the cell where the unit is to be chosen is told, however often the command runs."""
    (office / "nhan-ve" / "scan.pdf").write_bytes(PDF)
    lamtheo("run", "-C", office, *AS_OF)
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", {"Xử lý": "Xác nhận"})
    for _ in range(2):
        said = " ".join(lamtheo("status", "-C", office, *AS_OF).out.split())
        assert "Trang TỆP NHẬN, ô G4: «Gán cho đơn vị» cần chọn một đơn vị" in said
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    assert book["TỔNG QUAN"]["C5"].value == "Tệp chưa rõ 1"
    assert sheet(office, "TỆP NHẬN")[0]["Xử lý"] == "Xác nhận"
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", {"Gán cho đơn vị": "DU-1", "Là biểu, văn bản": "Mẫu số 02"})
    status(lamtheo, office)
    assert openpyxl.load_workbook(office / "theo-doi.xlsx")["TỔNG QUAN"]["C5"].value != "Tệp chưa rõ 1"


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"Gán cho đơn vị": "ĐU Sở Số 1", "Là biểu, văn bản": "Mẫu số 02 – bản ký"}, "Bản ký"),
        ({"Gán cho đơn vị": "ĐU Sở Số 1", "Là biểu, văn bản": "Mẫu số 02"}, None),
        ({"Xử lý": "Không tổng hợp"}, None),
    ],
)
def test_of_a_file_ruled_on_nothing_is_asked_any_more(
    office: Path, lamtheo: Callable[..., Any], cells: Mapping[str, str], what: str | None
) -> None:
    """Given to a unit, taken as its signed copy or left out, a file has no message to send back and no line of its own
    in LỖI; what is a signed copy is called so."""
    (office / "nhan-ve" / "scan.pdf").write_bytes(PDF)
    lamtheo("run", "-C", office, *AS_OF)
    (before,) = sheet(office, "TỆP NHẬN")
    assert before["Lời nhắn để gửi lại"]
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", cells)
    status(lamtheo, office)
    (row,) = sheet(office, "TỆP NHẬN")
    assert row["Lời nhắn để gửi lại"] is None
    assert what is None or row["Là gì"] == what
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    rows = [r for r in book["LỖI"].iter_rows(values_only=True) if "nhan-ve/scan.pdf" in r]
    assert all(r[1] == "ĐU Sở Số 1" for r in rows) and len(rows) == (cells.get("Là biểu, văn bản") == "Mẫu số 02")


def test_where_a_unit_owes_several_forms_it_must_be_said_which(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A PDF given to a unit that owes three forms: a finding at the cell, nothing ruled, what was chosen kept; said, it
    is that form's («Chưa đúng biểu»)."""
    (office / "nhan-ve" / "scan.pdf").write_bytes(PDF)
    lamtheo("run", "-C", office, *AS_OF)
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", {"Gán cho đơn vị": "ĐU Sở Số 1"})
    for _ in range(2):
        said = " ".join(lamtheo("status", "-C", office, *AS_OF).out.split())
        assert "Trang TỆP NHẬN, ô H4: Đảng ủy Sở Số 1 có nhiều biểu, văn bản phải gửi" in said
    assert sheet(office, "TỆP NHẬN")[0]["Gán cho đơn vị"] == "ĐU Sở Số 1"
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", {"Là biểu, văn bản": "Mẫu số 09"})
    said = " ".join(lamtheo("status", "-C", office, *AS_OF).out.split())
    assert "«Mẫu số 09» không phải biểu, văn bản của Đảng ủy Sở Số 1" in said
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/scan.pdf", {"Là biểu, văn bản": "Mẫu số 01"})
    now = status(lamtheo, office)
    assert now["mau-01_2027_DU-1"]["state"] == "missing"
    row = next(r for r in sheet(office, "TỔNG QUAN") if r["lamtheo.assignment"] == "mau-01_2027_DU-1")
    assert row["Cần nói"] and row["Tình trạng"] != "Chưa gửi"


def test_a_workbook_of_another_office_is_taken_as_the_form_it_is(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path], make_office: Callable[..., Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    """Its unit chosen, the only form of that kind the unit owes is meant; the choice is shown on the next sheet."""
    other = make_office(tmp_path / "KHAC", every_form=True)
    (office / "nhan-ve" / "cua ban.xlsx").write_bytes(filled(other, 2).read_bytes())
    lamtheo("collect", "-C", office, *AS_OF)
    status(lamtheo, office)
    typed(
        office, "TỆP NHẬN", "Tệp", "nhan-ve/cua ban.xlsx", {"Gán cho đơn vị": "DU-2", "Là biểu, văn bản": "Mẫu số 02"}
    )
    assert status(lamtheo, office)["mau-02_2027_DU-2"]["state"] == "accepted"
    (row,) = sheet(office, "TỆP NHẬN")
    assert (row["Gán cho đơn vị"], row["Là biểu, văn bản"]) == ("ĐU Sở Số 2", "Mẫu số 02")
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


def test_a_shared_workbook_of_a_person_is_that_persons_once_confirmed(
    tmp_path: Path, people_office: Callable[..., Path], lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """The name chosen inside says who; «Xác nhận» gives it to that person, and no other person of the unit. Two people
    of one name are told apart by their code."""
    office = people_office(tmp_path / "TU")
    day = ("--as-of", "2024-02-10")
    fields = {"don_vi": "Lê Thị Hoa – CB Tài chính", "ho_ten": "Lê Thị Hoa", "can_cu": "Kế hoạch của chi bộ"}
    tables = ("lam_theo_noi_dung", "lam_theo_giai_phap", "viec_1_noi_dung", "viec_1_giai_phap")
    rows = {t: [{"doan": "Đọc mỗi tuần một chuyên đề."}] for t in tables}
    choices = {"loai_viec_1": "Việc khắc phục hạn chế, yếu kém kéo dài", "can_cu_viec_1": "Vấn đề mới nảy sinh"}
    type_into(office, "ke-hoach-ca-nhan_2024_mau-chung.xlsx", "mau chung.xlsx", {**fields, **choices}, rows)
    said = lamtheo("collect", "-C", office, *day, "--json")
    assert said.lines[0]["state"] == "unknown"
    status(lamtheo, office, *day)
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/mau chung.xlsx", {"Xử lý": "Xác nhận"})
    now = status(lamtheo, office, *day)
    mine = now["ke-hoach-ca-nhan_2024_CS.P1"]
    assert mine["state"] == "accepted", mine["findings"]
    assert [a["person"] for a in now.values() if a["received"]] == ["P1"]
    (row,) = sheet(office, "TỆP NHẬN")
    assert row["Là biểu, văn bản"] == "Mẫu 03 – Lê Thị Hoa"
    book = openpyxl.load_workbook(office / "theo-doi.xlsx")
    offered = [c.value for c in book["_ds"]["H"]]
    assert "Mẫu 03 – Trần Văn Bình (P2)" in offered and "Mẫu 03 – Trần Văn Bình (P3) – bản ký" in offered
    rule = next(v for v in book["TỆP NHẬN"].data_validations.dataValidation if str(v.sqref).startswith("H4"))
    n = len([x for x in offered if x])
    assert rule.formula1 == f"OFFSET('_ds'!$H$1,MATCH($G4,'_ds'!$G$1:$G${n},0)-1,0,COUNTIF('_ds'!$G$1:$G${n},$G4),1)"


def test_who_is_let_off_and_sends_all_the_same_gets_the_faults_back(
    tmp_path: Path, people_office: Callable[..., Path], lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """A person let off chose their name in a shared workbook and left things out: once confirmed it is judged as
    everybody's, a workbook of their own goes back with the faults, and what comes back in it counts."""
    office = people_office(tmp_path / "TU")
    day, mine = ("--as-of", "2024-02-10"), "ke-hoach-ca-nhan_2024_CS.P6"
    fields = {"don_vi": "Đỗ Thị Út – CB Tài chính", "ho_ten": "Đỗ Thị Út", "can_cu": "Kế hoạch của chi bộ"}
    type_into(office, "ke-hoach-ca-nhan_2024_mau-chung.xlsx", "mau chung.xlsx", fields)
    lamtheo("collect", "-C", office, *day)
    assert status(lamtheo, office, *day)[mine]["state"] == "excused"
    typed(office, "TỆP NHẬN", "Tệp", "nhan-ve/mau chung.xlsx", {"Xử lý": "Xác nhận"})
    assert status(lamtheo, office, *day)[mine]["state"] == "to_fix"
    (back,) = lamtheo("return", "-C", office, *day, "--json").lines
    assert (back["assignment"], back["person"]) == (mine, "P6")
    with open_ledger(office / ".lamtheo") as ledger:
        record = ledger.issued_for(mine)
    assert record is not None and Path(back["file"]).stem == Path(record.file).stem + "_sua"
    rows = {t: [{"doan": "Đọc mỗi tuần một chuyên đề."}] for t in ("lam_theo_noi_dung", "lam_theo_giai_phap")}
    type_into(office, Path(record.file).name, "da sua.xlsx", {"can_cu": "Kế hoạch"}, rows, source=Path(back["file"]))
    said = lamtheo("collect", "-C", office, *day, "--json")
    line = next(x for x in said.lines if x["file"].endswith("da sua.xlsx"))
    assert (line["state"], line["assignment"]) == ("accepted", mine), line["findings"]
    assert status(lamtheo, office, *day)[mine]["state"] == "accepted"
    assert lamtheo("return", "-C", office, *day, "--json").lines == []
    assert lamtheo("verify", "-C", office, *day).code == 0

"""One fault in danh-sach.xlsx gives its finding at exactly its cell, and no other."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from lamtheo_xls.findings import entries, mend, message
from lamtheo_xls.register import is_register, read_register

U, P, C, R, E = "ĐƠN VỊ", "CÁ NHÂN", "CƠ QUAN", "ĐỢT", "NĂM TRƯỚC"

# (what was done to the sound register, the findings it must give: (code, sheet, cell, a word of the message))
FAULTS: dict[str, tuple[dict[tuple[str, str], object], list[tuple[str, str, str, str]]]] = {
    "a required column renamed beyond knowing": (
        {(U, "E3"): "Màu sắc"},
        [("column_missing", U, "A3", "Loại hình"), ("column_unknown", U, "E3", "Màu sắc")],
    ),
    "a misspelt head of ours": ({(U, "G3"): "Đầu mốii"}, [("column_unknown", U, "G3", "«Đầu mối»")]),
    "the office's own column": (
        {(U, "M3"): "Ngày truyền thống", (U, "M4"): "28/8"},
        [("column_unknown", U, "M3", "cột riêng")],
    ),
    "a column twice": (
        {(U, "M3"): "Email", (U, "M4"): "a@b.vn"},
        [("column_twice", U, "M3", "I3")],
    ),
    "all heads gone": ({(R, c + "3"): None for c in "ABCDEFGHI"}, [("head_missing", R, "", "«Kỳ»")]),
    "text beside the table": ({(U, "N5"): "hỏi lại"}, [("stray", U, "N5", "hỏi lại")]),
    "a total below": ({(U, "G12"): "Tổng cộng 6"}, [("stray", U, "G12", "Tổng cộng 6")]),
    "a note under no column": ({(U, "P40"): "ghi nhớ"}, [("stray", U, "P40", "ghi nhớ")]),
    "an error value": ({(U, "J4"): "#REF!"}, [("value_error", U, "J4", "#REF!")]),
    "no code": ({(U, "A9"): None}, [("code_missing", U, "A9", "Chi bộ Thanh tra tỉnh")]),
    "a code twice": (
        {(U, "A9"): "cb-stc-ns"},
        [("code_duplicate", U, "A9", "A6")],
    ),
    "a code with accents": ({(U, "A9"): "CB-TTRĐ"}, [("code_format", U, "A9", "CB-TTRĐ")]),
    "a code with an underscore": ({(U, "A9"): "CB_TTR"}, [("code_format", U, "A9", "CB_TTR")]),
    "no name": ({(U, "B9"): None}, [("name_missing", U, "B9", "CB-TTR")]),
    "an unknown parent": (
        {(U, "F5"): "DU-STCC"},
        [("parent_unknown", U, "F5", "có thể ý là «DU-STC»")],
    ),
    "a parent by its name": (
        {(U, "F5"): "Đảng bộ Sở Tài chính"},
        [("parent_unknown", U, "F5", "mã của «Đảng ủy Sở Tài chính» là «DU-STC»")],
    ),
    "a parent nobody knows": ({(U, "F5"): "XYZ-99"}, [("parent_unknown", U, "F5", "XYZ-99")]),
    "its own parent": ({(U, "F9"): "CB-TTR"}, [("cycle", U, "F9", "CB-TTR → CB-TTR")]),
    "a ring of two": ({(U, "F4"): "CB-STC-NS"}, [("cycle", U, "F4", "DU-STC → CB-STC-NS → DU-STC")]),
    "a bad mail": ({(U, "I4"): "stc@vinhlong"}, [("mail_bad", U, "I4", "stc@vinhlong")]),
    "one bad mail of two": ({(U, "I4"): "a@b.vn; c d@e.vn"}, [("mail_bad", U, "I4", "c d@e.vn")]),
    "a free mailbox": ({(U, "I4"): "so.tai.chinh@gmail.com"}, [("mail_free", U, "I4", "gmail")]),
    "a phone that lost its zero": ({(U, "H4"): 912345678}, [("phone_odd", U, "H4", "912345678")]),
    "no kind": ({(U, "E9"): None}, [("kind_missing", U, "E9", "Chi bộ Thanh tra tỉnh")]),
    "a misspelt kind": ({(U, "E9"): "Chi bộ cơ sởs"}, [("kind_unknown", U, "E9", "có thể ý là «Chi bộ cơ sở»")]),
    "one unit twice": (
        {(U, "B6"): "CB VP", (U, "C6"): "CB hai"},
        [("name_twice", U, "B6", "B5")],
    ),
    "one short name for two": ({(U, "C6"): "CB Văn phòng"}, [("short_name_twice", U, "C6", "C5")]),
    "a base committee without cells": (
        {(U, "F8"): "DU-STC", (U, "B8"): "Chi bộ Kho", (U, "C8"): "CB Kho"},
        [
            ("no_children", U, "E7", "Đảng ủy Sở Y tế"),
        ],
    ),
    "no date": ({(U, "K9"): "tháng 7 năm nào đó"}, [("date_bad", U, "K9", "Từ ngày")]),
    "an impossible date": ({(U, "L9"): "31/02/2026"}, [("date_bad", U, "L9", "31/02/2026")]),
    "a year typed into a date cell": ({(R, "D4"): 2027}, [("date_bad", R, "D4", "19/07/1905")]),
    "a number for a date": ({(U, "K9"): "2025"}, [("date_bad", U, "K9", "Từ ngày")]),
    "dates reversed": ({(U, "L7"): "30/06/2025"}, [("dates_reversed", U, "L7", "01/07/2025")]),
    "due before it opens": ({(R, "E4"): dt.datetime(2027, 1, 10)}, [("dates_reversed", R, "E4", "15/01/2027")]),
    "accepted until before due": (
        {(R, "E4"): dt.datetime(2027, 2, 28), (R, "F4"): dt.datetime(2027, 2, 27)},
        [("dates_reversed", R, "F4", "«Hạn»")],
    ),
    "an order in words": ({(U, "D9"): "thứ ba"}, [("order_bad", U, "D9", "thứ ba")]),
    "an order with a half": ({(U, "D9"): 2.5}, [("order_bad", U, "D9", "2.5")]),
    "neither yes nor no": ({(R, "G4"): "sắp"}, [("yes_bad", R, "G4", "Đã chốt")]),
    "a person of no unit": ({(P, "D4"): "DU-STCX"}, [("person_unit_unknown", P, "D4", "«DU-STC»")]),
    "a person's bad mail": ({(P, "J4"): "hoa"}, [("mail_bad", P, "J4", "hoa")]),
    "a group nobody knows": (
        {(P, "E4"): "Đảng viênn"},
        [("person_group_unknown", P, "E4", "có thể ý là «Đảng viên»")],
    ),
    "a role nobody knows": (
        {(P, "H4"): "Cấp ủy viên; Trưởng phòg"},
        [("person_role_unknown", P, "H4", "«Trưởng phòg»")],
    ),
    "a person twice": (
        {(P, "A5"): "nv-01", (P, "B5"): "Lê Văn Hai", (P, "D5"): "DU-STC"},
        [("code_duplicate", P, "A5", "A4")],
    ),
    "a person without code": (
        {(P, "B5"): "Lê Văn Hai", (P, "D5"): "DU-STC"},
        [("code_missing", P, "A5", "«Lê Văn Hai»")],
    ),
    "a person without name": ({(P, "B4"): None}, [("name_missing", P, "B4", "NV-01")]),
    "two people of one name": (
        {(P, "A5"): "NV-02", (P, "B5"): "LÊ THỊ HOA", (P, "D5"): "du-stc"},
        [("person_twice", P, "B5", "B4")],
    ),
    "a round without programme": ({(R, "A4"): None}, [("round_programme_missing", R, "A4", "chưa ghi")]),
    "an unknown programme": ({(R, "A4"): "43-kh-duc"}, [("round_programme_unknown", R, "A4", "«43-kh-duk»")]),
    "a period in words": ({(R, "B4"): "Quý I/2027"}, [("round_period_bad", R, "B4", "«2027-Q1»")]),
    "a period turned into a date": (
        {(R, "B4"): dt.datetime(2027, 2, 1)},
        [("round_period_bad", R, "B4", "«2027-02»")],
    ),
    "a period of nothing": ({(R, "B4"): "sang năm"}, [("round_period_bad", R, "B4", "sang năm")]),
    "a round twice": ({(R, "B4"): "2022"}, [("round_twice", R, "A5", "43-kh-duk_2022")]),
    "one form's dates twice": (
        {(R, "A6"): "43-kh-duk", (R, "B6"): "2027", (R, "C6"): "mau-02"}
        | {(R, "A7"): "43-kh-duk", (R, "B7"): "2027", (R, "C7"): "MAU-02"},
        [("round_form_twice", R, "C7", "C6")],
    ),
    "a form of no round": (
        {(R, "C6"): "mau-02", (R, "E6"): "05/03/2027"},
        [("round_programme_missing", R, "A6", "chưa ghi"), ("round_period_bad", R, "B6", "chưa đúng")],
    ),
    "one form closed": (
        {(R, "A6"): "43-kh-duk", (R, "B6"): "2027", (R, "C6"): "mau-02", (R, "G6"): "Có"},
        [("round_form_closed", R, "G6", "43-kh-duk_2027")],
    ),
    "a fact the forms print": ({(C, "B7"): None}, [("office_missing", C, "B7", "Địa danh")]),
    "a fact's row gone": (
        {(C, "A7"): None, (C, "B7"): None, (C, "C7"): None},
        [("office_missing", C, "B3", "Địa danh")],
    ),
    "a label nobody knows": (
        {(C, "A10"): "Hộp thư nhận biểuu", (C, "B10"): "x@y.vn"},
        [("office_unknown", C, "A10", "«Hộp thư nhận biểu»")],
    ),
    "a fact twice": ({(C, "A16"): "Địa danh", (C, "B16"): "Trà Vinh"}, [("office_twice", C, "A16", "A7")]),
    "a value without label": ({(C, "B28"): "Trà Vinh"}, [("stray", C, "B28", "Trà Vinh")]),
    "last year's unit unknown": ({(E, "B4"): "DU-KHAC-HAN"}, [("earlier_unit_unknown", E, "B4", "DU-KHAC-HAN")]),
    "last year's model nameless": ({(E, "D4"): None}, [("earlier_incomplete", E, "D4", "Tên mô hình")]),
    "last year's period": ({(E, "A4"): "năm 2026"}, [("round_period_bad", E, "A4", "«2026»")]),
}


def places(findings):
    return [(f.code.removeprefix("register."), f.place.sheet, f.place.cell or "") for f in findings]


def test_sound_register_has_no_findings(spoiled, programmes):
    """Silence means no finding."""
    register, findings = read_register(spoiled(), programmes=programmes)
    assert register is not None and findings == ()


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_one_finding_at_its_cell(name, spoiled, programmes):
    """Each fault is named at its cell, its message quotes what the clerk must see, and nothing else is said."""
    cells, expected = FAULTS[name]
    register, findings = read_register(spoiled(cells), programmes=programmes)
    assert register is not None
    assert sorted(places(findings)) == sorted(e[:3] for e in expected)
    said = {place: message(f) for place, f in zip(places(findings), findings, strict=True)}
    for *place, word in expected:
        assert word in said[tuple(place)]
    for f in findings:
        assert "{" not in message(f) + mend(f)


def test_a_missing_sheet_is_named(spoiled, programmes):
    """A register without sheet ĐỢT still gives its units and says what is missing."""
    register, findings = read_register(spoiled(drop=(R,)), programmes=programmes)
    assert places(findings) == [("sheet_missing", R, "")]
    assert register is not None and len(register.units) == 6 and register.rounds == ()


def test_sheets_for_lists_not_kept_may_be_absent(spoiled, programmes):
    """CÁ NHÂN, NĂM TRƯỚC and HƯỚNG DẪN are not needed."""
    register, findings = read_register(spoiled(drop=(P, E, "HƯỚNG DẪN")), programmes=programmes)
    assert findings == () and register is not None and register.people == ()


def test_all_faults_are_told_at_once(spoiled, programmes):
    """Ten faults in three sheets come in one go, in the order of the sheets and their rows."""
    cells = {
        (U, "I4"): "x",
        (U, "F5"): "XYZ-99",
        (U, "E9"): None,
        (U, "L7"): "hôm qua",
        (P, "D4"): "",
        (C, "B4"): None,
        (R, "B4"): "2027-Q5",
        (R, "H4"): "hơi hơi",
    }
    _, findings = read_register(spoiled(cells), programmes=programmes)
    assert places(findings) == [
        ("mail_bad", U, "I4"),
        ("parent_unknown", U, "F5"),
        ("date_bad", U, "L7"),
        ("kind_missing", U, "E9"),
        ("person_unit_unknown", P, "D4"),
        ("office_missing", C, "B4"),
        ("round_period_bad", R, "B4"),
        ("yes_bad", R, "H4"),
    ]


def test_true_row_numbers_beyond_blank_rows(spoiled, programmes):
    """Blank rows in between do not shift what is said."""
    register, findings = read_register(spoiled({(U, "A30"): "CB-XA", (U, "B30"): "Chi bộ Xa"}), programmes=programmes)
    assert places(findings) == [("kind_missing", U, "E30")]
    assert register is not None and register.units[-1].row == 30


def test_columns_in_any_order_and_other_words(programmes):
    """Heads are known by their words, in any order, with or without accents, under any rows of title."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Don vi"
    sheet["B2"] = "DANH SÁCH 2027"
    heads = ["Email", "LOẠI HÌNH", "ten don vi", "Mã cấp trên", "Mã đơn vị", "SĐT:"]
    rows = [
        ["a@b.vn", "đảng uỷ cơ sở", "Đảng ủy Sở A", None, "DU-A", "02703 822 333"],
        [None, "CBTT", "Chi bộ Một", "du-a", "CB-1", None],
    ]
    for number, values in enumerate([heads, *rows], start=5):
        for column, value in enumerate(values, start=2):
            sheet.cell(number, column, value)
    for title, cells in (("CƠ QUAN", [["Nội dung", "Điền vào đây"]]), ("ĐỢT", [["Kỳ", "Bộ biểu mẫu"]])):
        other = book.create_sheet(title)
        for values in cells:
            other.append(values)
    out = io.BytesIO()
    book.save(out)
    register, findings = read_register(out.getvalue(), programmes=programmes)
    assert {f.code for f in findings} == {"register.office_missing"}
    first, second = register.units
    assert (first.code, first.kind, first.mail, first.phone) == ("DU-A", "dang_uy_co_so", "a@b.vn", "02703 822 333")
    assert (second.kind, second.parent, second.short_name, second.row) == ("chi_bo_truc_thuoc", "DU-A", "CB Một", 7)


def test_legacy_font_in_the_register(spoiled, programmes):
    """A name pasted in a .VnTime cell is read in Unicode."""
    book = openpyxl.load_workbook(io.BytesIO(spoiled()))
    book[U]["B9"].value = "Chi bé Tr\u00adêng TiÓu häc NguyÔn HuÖ"
    book[U]["B9"].font = Font(name=".VnTime")
    out = io.BytesIO()
    book.save(out)
    register, findings = read_register(out.getvalue(), programmes=programmes)
    assert findings == () and register.units[5].name == "Chi bộ Trường Tiểu học Nguyễn Huệ"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "tệp trống"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "mật khẩu"),
        (b"%PDF-1.7 hello", "không phải bảng tính"),
        (b"PK\x03\x04 cut short", "không phải bảng tính"),
    ],
)
def test_unreadable_is_one_finding(data, reason):
    """A file that is no workbook gives None and one finding that says why."""
    register, findings = read_register(data)
    assert register is None and places(findings) == [("unreadable", None, "")]
    assert reason in message(findings[0])
    assert not is_register(data)


def test_a_damaged_part_is_one_finding(spoiled):
    """A workbook with a broken sheet part is told as damaged, nothing is raised."""
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(spoiled())) as source, zipfile.ZipFile(broken, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info, data[: len(data) // 2] if info.filename == "xl/worksheets/sheet1.xml" else data)
    register, findings = read_register(broken.getvalue())
    assert register is None and "hỏng" in message(findings[0])


def test_an_absent_file_is_one_finding(tmp_path: Path):
    """A path that is not there gives a finding, like any other unreadable register."""
    register, findings = read_register(tmp_path / "danh-sach.xlsx")
    assert register is None and "không tìm thấy" in message(findings[0])


def test_wrong_dimension_hides_nothing(spoiled, programmes):
    """WPS writes <dimension ref="A1"/>; all rows are read all the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(spoiled())) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                start, end = data.index(b"<dimension"), data.index(b"/>", data.index(b"<dimension"))
                data = data[:start] + b'<dimension ref="A1"' + data[end:]
            target.writestr(info, data)
    register, findings = read_register(out.getvalue(), programmes=programmes)
    assert findings == () and len(register.units) == 6


def test_a_stray_cell_at_the_far_corner(spoiled, programmes):
    """A character at XFD1048576 costs a finding, not minutes."""
    _, findings = read_register(spoiled({(U, "XFD1048576"): "."}), programmes=programmes)
    assert places(findings) == [("stray", U, "XFD1048576")]


def test_every_code_of_reading_is_raised_here():
    """The catalogue holds no reading code that no test raises, and no test a code that is not there."""
    raised = {e[0] for _, expected in FAULTS.values() for e in expected} | {"unreadable", "sheet_missing"}
    elsewhere = {"nobody_owes", "people_none", "ended_not_owed", "form_unknown", "round_form_unknown"}
    elsewhere |= {"person_group_missing", "person_unit_ended"}
    known = {c.removeprefix("register.") for c in entries() if c.startswith("register.")}
    assert {c for c in known if not c.startswith("import_")} - elsewhere == raised

"""What is written is read back: by us, and after another program saved it."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lamtheo_xls.findings import finding
from lamtheo_xls.register import (
    Earlier,
    FormDates,
    Person,
    Register,
    Round,
    Unit,
    is_register,
    read_register,
    write_register,
)
from lamtheo_xls.register.sheets import groups, kind_of, kinds, roles
from lamtheo_xls.text import nfc

TRICKY = ("=1+1", "- gạch đầu dòng", "001", "'lên", "@ghi", "1/2", "Ủy ban\nđoàn", "<&>", "TRUE", "Thuỷ – “Bác”", "+84")
PROGRAMMES = (("43-kh-duk", "Xây dựng mô hình"),)


def bare(register: Register) -> Register:
    """Without what only a file has: row numbers and digest."""
    return replace(
        register,
        units=tuple(replace(u, row=0) for u in register.units),
        people=tuple(replace(p, row=0) for p in register.people),
        rounds=tuple(
            replace(r, row=0, dues={form: replace(dates, cell="") for form, dates in r.dues.items()})
            for r in register.rounds
        ),
        earlier=tuple(replace(e, row=0) for e in register.earlier),
        digest="",
    )


text = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=40).map(nfc),
)
filled = text.filter(bool)
day = st.none() | st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))
kind = st.sampled_from(tuple(kinds()))
code = st.from_regex(r"[A-Z]{1,4}(-[A-Z0-9]{1,5}){0,2}", fullmatch=True)
role = st.lists(st.sampled_from(tuple(roles())), unique=True).map(lambda some: tuple(r for r in roles() if r in some))
period = st.sampled_from(("2022", "2027", "2027-H1", "2027-Q4", "2027-02"))


own_dates = st.dictionaries(
    st.sampled_from(("mau-01", "Mẫu số 03", "ke-hoach-2021-2025")),
    st.builds(FormDates, opens=day, due=day, accept_until=day, strict=st.booleans(), note=text),
    max_size=2,
)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    codes = draw(st.lists(code, min_size=1, max_size=6, unique=True))
    units = tuple(
        Unit(
            code=c,
            name=draw(filled),
            short_name=draw(filled),
            order=draw(st.integers(0, 9999)),
            kind=draw(kind),
            parent=draw(st.sampled_from(("", *codes))),
            contact=draw(text),
            phone=draw(text),
            mail=draw(text),
            secretary=draw(text),
            valid_from=draw(day),
            valid_to=draw(day),
        )
        for c in codes
    )
    people = tuple(
        Person(
            code=draw(code),
            name=draw(filled),
            unit=draw(st.sampled_from(codes)),
            group=draw(st.sampled_from(("", *groups()))),
            born=draw(text),
            party_post=draw(text),
            other_post=draw(text),
            roles=draw(role),
            exempt=draw(text),
        )
        for _ in range(draw(st.integers(0, 2)))
    )
    rounds = tuple(
        Round(
            programme=programme,
            period=run,
            opens=draw(day),
            due=draw(day),
            accept_until=draw(day),
            closed=draw(st.booleans()),
            strict=draw(st.booleans()),
            note=draw(text),
            dues=draw(own_dates),
        )
        for programme, run in draw(st.lists(st.tuples(code, period), max_size=2, unique=True))
    )
    keys = st.sampled_from(("co_quan", "dia_danh", "nguoi_ky", "thu_muc_nhan", "muc_rieng"))
    earlier = tuple(
        Earlier(
            period=draw(period),
            unit=draw(st.sampled_from(codes)),
            values={
                "ten_chi_bo": draw(text),
                "ten_mo_hinh": draw(filled),
                "thoi_gian": draw(text),
                "nhom": draw(text),
            },
        )
        for _ in range(draw(st.integers(0, 2)))
    )
    office = draw(st.dictionaries(keys, filled, max_size=4))
    return Register(units=units, people=people, rounds=rounds, office=office, earlier=earlier)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(registers())
def test_written_is_read_back(made: Register):
    """Any register, with text that looks like formulas, numbers or dates, comes back as it was."""
    again, _ = read_register(write_register(made, programmes=PROGRAMMES))
    assert again is not None
    assert bare(again) == bare(made)


def test_equal_registers_give_equal_bytes(register: Register):
    """No clock gets into the file; another fixed date gives other bytes."""
    one = write_register(register, programmes=PROGRAMMES)
    assert one == write_register(register, programmes=PROGRAMMES)
    assert one != write_register(register, programmes=PROGRAMMES, created=dt.datetime(2027, 1, 1))


def offered(book: openpyxl.Workbook, rule: object) -> list[object]:
    """What a drop-down shows: the cells of the range it names."""
    sheet, _, area = rule.formula1.replace("$", "").partition("!")  # type: ignore[attr-defined]
    return [row[0].value for row in book[sheet.strip("'")][area]]


def test_pleasant_to_edit(register: Register):
    """Frozen heads, text and date formats, drop-downs with messages, repeated head row, A4, and nothing locked."""
    book = openpyxl.load_workbook(io.BytesIO(write_register(register, programmes=PROGRAMMES)))
    assert book.sheetnames == ["ĐƠN VỊ", "CÁ NHÂN", "CƠ QUAN", "ĐỢT", "NĂM TRƯỚC", "HƯỚNG DẪN"]
    sheet = book["ĐƠN VỊ"]
    assert [c.value for c in sheet[3]] == [
        "Mã",
        "Tên đơn vị",
        "Tên ngắn",
        "Thứ tự",
        "Loại hình",
        "Trực thuộc",
        "Đầu mối",
        "Điện thoại",
        "Thư điện tử",
        "Bí thư",
        "Từ ngày",
        "Đến ngày",
    ]
    assert sheet.freeze_panes == "C4" and sheet.print_title_rows == "$3:$3" and sheet.page_setup.paperSize == 9
    assert [sheet[c].number_format for c in ("A4", "H4", "K7", "A20", "L20")] == [
        "@",
        "@",
        "dd/mm/yyyy",
        "@",
        "dd/mm/yyyy",
    ]
    rules = {str(v.sqref).partition(":")[0]: v for v in sheet.data_validations.dataValidation}
    assert offered(book, rules["E4"]) == list(kinds().values())
    assert rules["F4"].formula1.startswith("$A$4:$A$") and rules["F4"].errorStyle == "warning"
    assert rules["A4"].prompt and rules["K4"].type == "date" and rules["K4"].error
    rounds = {str(v.sqref).partition(":")[0]: v for v in book["ĐỢT"].data_validations.dataValidation}
    assert offered(book, rounds["A4"]) == ["43-kh-duk"] and rounds["G4"].formula1 == '"Có"'
    people = {str(v.sqref).partition(":")[0]: v for v in book["CÁ NHÂN"].data_validations.dataValidation}
    assert offered(book, people["E4"]) == list(groups().values()) and people["E4"].errorStyle is None
    assert offered(book, people["H4"]) == list(roles().values()) and people["H4"].errorStyle == "information"
    assert offered(book, people["D4"])[:7] == [*(u.code for u in register.units), None]
    assert not any(s.protection.sheet for s in book.worksheets)
    assert "43-kh-duk" in [c.value for c in book["HƯỚNG DẪN"]["A"]]


def test_what_a_round_may_name_is_offered(register: Register):
    """Column «Biểu» offers the forms of the programmes; the guide says which is which."""
    forms = {"43-kh-duk": (("mau-01", "Mẫu số 01"), ("mau-02", "Mẫu số 02")), "other": (("x", "Mẫu X"),)}
    book = openpyxl.load_workbook(io.BytesIO(write_register(register, programmes=PROGRAMMES, forms=forms)))
    rules = {str(v.sqref).partition(":")[0]: v for v in book["ĐỢT"].data_validations.dataValidation}
    assert offered(book, rules["C4"]) == ["mau-01", "mau-02"] and "cả đợt" in rules["C4"].prompt
    told = {a.value: b.value for a, b in book["HƯỚNG DẪN"].iter_rows(max_col=2)}
    assert told["mau-02"] == "Mẫu số 02 (bộ 43-kh-duk)"


def test_rows_of_one_round(register: Register):
    """A round and its forms' own dates are rows of one programme and period; without a row of its own a round opens
    with the first of its forms and is closed when all of them are."""
    day = dt.date(2027, 3, 5)
    dues = {"mau-01": FormDates(due=day), "Mẫu số 03": FormDates(opens=day, strict=True, note="sau")}
    made = replace(register, rounds=(replace(register.rounds[0], dues=dues), register.rounds[1]))
    data = write_register(made, programmes=PROGRAMMES)
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = [[c.value for c in row[:4]] for row in book["ĐỢT"]["A4:D7"]]
    assert [row[:3] for row in rows] == [
        ["43-kh-duk", "2027", None],
        ["43-kh-duk", "2027", "mau-01"],
        ["43-kh-duk", "2027", "Mẫu số 03"],
        ["43-kh-duk", "2022", None],
    ]
    again, findings = read_register(data, programmes=PROGRAMMES)
    assert again is not None and findings == () and bare(again) == bare(made)
    assert [dates.cell for dates in again.rounds[0].dues.values()] == ["C5", "C6"]
    for cell in ("A4", "B4", "D4"):
        book["ĐỢT"][cell].value = None
    book["ĐỢT"]["D5"].value = dt.datetime(2027, 2, 1)
    out = io.BytesIO()
    book.save(out)
    alone, findings = read_register(out.getvalue(), programmes=PROGRAMMES)
    assert alone is not None and findings == ()
    assert [(r.id, r.opens, r.due, r.closed, list(r.dues)) for r in alone.rounds] == [
        ("43-kh-duk_2027", dt.date(2027, 2, 1), None, False, ["mau-01", "Mẫu số 03"]),
        ("43-kh-duk_2022", dt.date(2022, 1, 20), None, True, []),
    ]


def test_the_old_sheet_of_people_is_understood(register: Register):
    """Heads of a register made before: «Nhóm», «Chức vụ»; labels in other spellings, roles parted in any way."""
    book = openpyxl.load_workbook(io.BytesIO(write_register(register, programmes=PROGRAMMES)))
    sheet = book["CÁ NHÂN"]
    sheet.delete_rows(3, 30)
    heads = ["Mã", "Họ và tên", "Mã đơn vị", "Nhóm", "Chức vụ", "Diện"]
    rows = [
        ["A", "An", "DU-STC", "CBCCVC", "Bí thư; Giám đốc", "Thủ trưởng, Cấp uỷ viên"],
        ["B", "Bình", "du-stc", "cán bộ", "Chuyên viên", "Lãnh đạo, quản lý\nchi ủy viên"],
        ["C", "Chi", "DU-SYT", "ĐV", None, "lãnh đạo; Đứng đầu"],
    ]
    for number, values in enumerate([heads, *rows], start=3):
        for column, value in enumerate(values, start=1):
            sheet.cell(number, column, value)
    out = io.BytesIO()
    book.save(out)
    again, findings = read_register(out.getvalue(), programmes=PROGRAMMES)
    assert again is not None and findings == ()
    assert [(p.unit, p.group, p.other_post, p.roles) for p in again.people] == [
        ("DU-STC", "can_bo_cong_chuc", "Bí thư; Giám đốc", ("nguoi_dung_dau", "cap_uy_vien")),
        ("DU-STC", "can_bo_cong_chuc", "Chuyên viên", ("lanh_dao", "cap_uy_vien")),
        ("DU-SYT", "dang_vien", "", ("nguoi_dung_dau", "lanh_dao")),
    ]


SPELLED = (
    ("Đảng ủy xã", "dang_uy_xa_phuong"),
    ("Đảng uỷ phường", "dang_uy_xa_phuong"),
    ("Chi bộ thôn", "chi_bo_thon"),
    ("Chi bộ tổ dân phố", "chi_bo_thon"),
    ("chi bo khu pho", "chi_bo_thon"),
    ("Ủy ban MTTQ", "mat_tran_doan_the"),
    ("Hội Nông dân", "mat_tran_doan_the"),
    ("Đoàn Thanh niên", "mat_tran_doan_the"),
    ("Phòng", "phong_ban_nganh"),
    ("BAN", "phong_ban_nganh"),
    ("phong_ban_nganh", "phong_ban_nganh"),
    ("Chi bộ cơ sở", "chi_bo_co_so"),
    ("Chi bộ", None),
)


@pytest.mark.parametrize(("text", "kind"), SPELLED)
def test_spellings_of_a_kind(text: str, kind: str | None):
    """What offices write for a kind, with or without accents, old tones or new."""
    assert kind_of(text) == kind


def test_doubts_stand_first_and_link_to_the_unit(register: Register):
    """SOÁT LẠI: warnings before guesses, the unit's row one click away; the register reads as without it."""
    doubts = (
        finding(
            "register.import_code",
            sheet="Sheet1",
            cell="B7",
            value="Chi bộ Ngân sách",
            ma="CB-STC-NS",
            ten_tep="cu.xlsx",
        ),
        finding("register.import_row", sheet="Sheet1", cell="B9", value="Tổng cộng", ten_tep="cu.xlsx"),
    )
    data = write_register(register, doubts=doubts)
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    assert sheet.title == "SOÁT LẠI" and "cu.xlsx" in sheet["A2"].value
    assert [sheet[c].value for c in ("B4", "C4", "D4")] == ["B9", None, None]
    assert [sheet[c].value for c in ("B5", "C5", "D5")] == ["B7", "CB-STC-NS", "Chi bộ Ngân sách"]
    assert sheet["C5"].hyperlink.location == "'ĐƠN VỊ'!A6"
    again, findings = read_register(data)
    assert again is not None and findings == () and bare(again) == bare(register)


def test_a_ready_register_is_known(register: Register):
    """is_register tells ours from any other workbook."""
    assert is_register(write_register(register))
    book = openpyxl.Workbook()
    book.active.append(["Mã", "Tên đơn vị"])
    out = io.BytesIO()
    book.save(out)
    assert not is_register(out.getvalue())


def test_saved_by_libreoffice_reads_equal(register: Register, tmp_path):
    """A register opened and saved by LibreOffice is the same register."""
    soffice = shutil.which("soffice")
    if soffice is None and os.environ.get("CI") != "true":
        pytest.skip("soffice is not on this machine")
    assert soffice is not None, "soffice is needed where CI=true"
    source = tmp_path / "danh-sach.xlsx"
    source.write_bytes(write_register(register, programmes=PROGRAMMES))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    saved = (tmp_path / "out" / "danh-sach.xlsx").read_bytes()
    assert saved != source.read_bytes()
    again, findings = read_register(saved, programmes=PROGRAMMES)
    assert again is not None and findings == () and bare(again) == bare(register)


def test_valid_against_the_standard(register: Register):
    """Every SpreadsheetML part of danh-sach.xlsx, with and without SOÁT LẠI, is valid (DESIGN §8)."""
    folder = Path(__file__).parents[2].parent / "shared" / "xsd"
    if not folder.is_dir():
        pytest.skip("the schema folder ../shared/xsd is absent")
    schema = etree.XMLSchema(etree.parse(folder / "sml.xsd"))
    doubt = finding("register.import_code", sheet="DS", cell="B7", value="x", ma="CB-TTR", ten_tep="cu.xlsx")
    checked = 0
    for data in (write_register(register, programmes=PROGRAMMES), write_register(register, doubts=(doubt,))):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            for name in parts.namelist():
                if name.startswith("xl/") and name.endswith(".xml") and "/theme/" not in name:
                    schema.validate(etree.fromstring(parts.read(name)))
                    errors = [e.message for e in schema.error_log if "XML/1998/namespace}space" not in e.message]
                    assert errors == [], name
                    checked += 1
    assert checked >= 16

"""Sheets THƯ and LIÊN HỆ of theo-doi.xlsx, and what is read back of the first."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.reports.contacts import ContactLine
from lamtheo_xls.reports.decisions import read_decisions
from lamtheo_xls.reports.letters import LetterDecision, LetterLine, keep_letters
from lamtheo_xls.reports.status import write_status

D = dt.date
LETTERS = (
    LetterLine(
        letter=7,
        date=D(2027, 2, 22),
        who="ĐU Điện lực",
        addresses="dienluc@tinh.example, vp.dienluc@tinh.example",
        kind="Gửi biểu",
        forms="Mẫu số 01, Mẫu số 02",
        state="Chưa rõ đã đến chưa",
        todo="Gọi 0905000123: đã nhận được thì chọn Thư đã đến, chưa thì chọn Gửi lại.",
        note="=1+1 gọi hai lần không được",
        open=True,
        stamp="in_doubt 0",
    ),
    LetterLine(
        letter=12,
        date=D(2027, 2, 24),
        who="CB Văn phòng",
        addresses="vanphong@tinh.example",
        kind="Đôn đốc",
        forms="Mẫu số 02",
        state="Không gửi được: không có hộp thư này",
        todo="Gọi 0905000124 xin địa chỉ đúng, sửa trong danh-sach.xlsx rồi chạy 2-GUI.",
        open=True,
        stamp="failed 31",
    ),
    LetterLine(
        letter=3,
        date=D(2027, 2, 22),
        who="ĐU Sở Y tế",
        addresses="syt@tinh.example",
        kind="Gửi biểu",
        forms="Mẫu số 02",
        state="Đã gửi 22/02/2027 09:15",
        stamp="sent 0",
    ),
)
CONTACTS = (
    ContactLine(
        code="U7",
        who="ĐU Sở Xây dựng",
        contact="Đồng chí Hòa",
        phone="0905000999",
        why="no_address",
        forms=("Mẫu số 02",),
        due=D(2027, 2, 28),
        files=("bieu-gui/43-kh-duk_2027/DU-So-Xay-dung_mau-02.xlsx",),
        caption="Kính gửi ĐU Sở Xây dựng.\n- Mẫu số 02, năm 2027: hạn trong tháng 02/2027.\nGửi về Ban Tuyên giáo.",
    ),
    ContactLine(code="P4", who="Võ Thị Sáu – CB Thôn Một", why="reminded", times=3, forms=("Mẫu 03",), caption="=1"),
    ContactLine(code="U5", who="CB Văn phòng", phone="0905000124", why="returned_letter", forms=("Mẫu số 02",)),
)


@pytest.fixture
def mailed(round_: dict[str, Any]) -> dict[str, Any]:
    """The invented round with three letters, three contacts and a file that came by mail."""
    first, *rest = round_["files"]
    return round_ | {
        "letters": LETTERS,
        "contacts": CONTACTS,
        "files": (replace(first, sender="lan.nguyen@gmail.example"), *rest),
    }


def page_of(data: bytes, sheet: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))[sheet]


def typed(data: bytes, cells: dict[str, str | None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for cell, text in cells.items():
        book["THƯ"][cell].value = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_letters_and_contacts_have_their_sheets(
    mailed: dict[str, Any], dump: Callable[[bytes, str], str], golden: Callable[[str, str], None]
) -> None:
    """Those that wait for a person are shaded; two yellow columns; whom to call, and the words to send by Zalo."""
    data = write_status(**mailed)
    golden("thu.txt", "\n".join(dump(data, name) for name in ("THƯ", "LIÊN HỆ")))


def test_today_leads_to_them(mailed: dict[str, Any]) -> None:
    """«HÔM NAY» counts the letters that wait and the people to reach, and links there; who came by mail is named."""
    data = write_status(**mailed)
    page = page_of(data, "TỔNG QUAN")
    assert (page["A6"].value, page["C6"].value) == ("Thư cần xem 2", "Liên hệ 3")
    assert (page["A6"].hyperlink.location, page["C6"].hyperlink.location) == ("'THƯ'!A1", "'LIÊN HỆ'!A1")
    assert page["C5"].hyperlink.tooltip == "Sang trang TỆP NHẬN"
    files = page_of(data, "TỆP NHẬN")
    assert files["A2"].value.endswith(" chọn «Xác nhận», hoặc ghi địa chỉ vào danh-sach.xlsx.")
    assert [files.cell(3, c).value for c in range(2, 6)] == ["Tệp", "Ngày nhận", "Người gửi", "Là gì"]
    assert [files.cell(r, 4).value for r in (4, 5)] == ["lan.nguyen@gmail.example", None]


def test_nothing_waits_nothing_is_said(mailed: dict[str, Any]) -> None:
    """Letters that all went well: their sheet is there, the overview says nothing; without contacts no LIÊN HỆ."""
    data = write_status(**mailed | {"letters": LETTERS[2:], "contacts": ()})
    assert page_of(data, "TỔNG QUAN")["A6"].value is None
    assert page_of(data, "THƯ")["A2"].value == "1 thư, không có thư nào cần người xem"
    assert "LIÊN HỆ" not in openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    data = write_status(**mailed | {"letters": ()})
    assert (page_of(data, "TỔNG QUAN")["A6"].value, page_of(data, "TỔNG QUAN")["C6"].value) == ("Liên hệ 3", None)


def test_the_copy_to_look_at_has_nothing_to_fill(mailed: dict[str, Any]) -> None:
    """No yellow columns and no hidden ids: nothing can be read back from it."""
    data = write_status(**mailed, view_only=True)
    page = page_of(data, "THƯ")
    assert [c.value for c in page[4]][-1] == "Cần làm"
    assert read_decisions(data, mailed["units"])[0].letters == ()


def test_every_part_is_valid(mailed: dict[str, Any], faults_of: Callable[[bytes], list[str]]) -> None:
    """The parts fit ISO/IEC 29500, to write in and to look at."""
    assert faults_of(write_status(**mailed)) == []
    assert faults_of(write_status(**mailed, view_only=True)) == []


def test_an_untouched_sheet_says_nothing(mailed: dict[str, Any], office: Callable[[bytes], bytes]) -> None:
    """As written, and saved again by LibreOffice: three rows, none changed, the notes as they were; nothing is a
    formula."""
    data = write_status(**mailed)
    for saved in (data, office(data)):
        sheet, findings = read_decisions(saved, mailed["units"])
        assert findings == ()
        assert [(x.letter, x.kind, x.changed, x.note, x.stamp) for x in sheet.letters] == [
            (7, "", False, "=1+1 gọi hai lần không được", "in_doubt 0"),
            (12, "", False, "", "failed 31"),
            (3, "", False, "", "sent 0"),
        ]
        assert [f.submission for f in sheet.files] == ["f1", "f2"]


def test_what_is_ruled_is_read_wherever_its_row_went(mailed: dict[str, Any], office: Callable[[bytes], bytes]) -> None:
    """Rows sorted the other way round, a column of the office's own put in, saved by LibreOffice: by the hidden number
    each word is still about its letter; capitals, accents and a full stop are forgiven."""
    book = openpyxl.load_workbook(io.BytesIO(write_status(**mailed)))
    page = book["THƯ"]
    rows = [[c.value for c in row] for row in page.iter_rows(min_row=5)]
    for row, values in enumerate(reversed(rows), start=5):
        for column, value in enumerate(values, start=1):
            page.cell(row, column).value = value
    page["I5"].value, page["I6"].value, page["I7"].value = None, "THU DA DEN.", "gửi lại"
    page.insert_cols(3)
    out = io.BytesIO()
    book.save(out)
    sheet, findings = read_decisions(office(out.getvalue()), mailed["units"])
    assert findings == ()
    assert [(x.letter, x.kind, x.changed, x.stamp, x.cell) for x in sheet.letters] == [
        (3, "", False, "sent 0", "J5"),
        (12, "arrived", True, "failed 31", "J6"),
        (7, "again", True, "in_doubt 0", "J7"),
    ]


def test_words_that_are_none_are_told_at_their_cell(mailed: dict[str, Any]) -> None:
    """A word nobody knows, one of another sheet, a row copied by hand, a row without a number."""
    data = typed(
        write_status(**mailed),
        {"I5": "Gọi lại", "I6": "Xác nhận", "I7": "Gửi lại", "K8": "3", "I8": "Thư đã đến", "I9": "Gửi lại"},
    )
    sheet, findings = read_decisions(data, mailed["units"])
    assert [(f.code, f.place.cell, f.value) for f in findings] == [
        ("set.decision_unknown", "I5", "Gọi lại"),
        ("set.decision_not_here", "I6", "Xác nhận"),
        ("set.decision_twice", "I8", "Thư đã đến"),
        ("set.decision_row_unknown", "I9", "Gửi lại"),
    ]
    assert [(x.letter, x.kind, x.understood) for x in sheet.letters] == [
        (7, "", False),
        (12, "", False),
        (3, "again", True),
    ]


def test_a_word_of_letters_is_none_of_returns(mailed: dict[str, Any]) -> None:
    """«Gửi lại» on TỔNG QUAN is told as a word of another sheet."""
    book = openpyxl.load_workbook(io.BytesIO(write_status(**mailed)))
    page = book["TỔNG QUAN"]
    column = next(c.column for c in page[8] if c.value == "Xử lý")
    page.cell(9, column).value = "Gửi lại"
    out = io.BytesIO()
    book.save(out)
    sheet, (told,) = read_decisions(out.getvalue(), mailed["units"])
    assert (told.code, sheet.lines[0].understood) == ("set.decision_not_here", False)


def test_words_not_understood_stay_where_they_were_typed(mailed: dict[str, Any]) -> None:
    """They go back into their cells and are told again; one about a letter that has changed since is not kept, or it
    would be taken for a word about what it has become."""
    row = LetterDecision(letter=7, understood=False, text="Gọi lại", stamp="in_doubt 0")
    not_so = LetterDecision(letter=3, kind="again", understood=False, text="Gửi lại", stamp="sent 0")
    fine = LetterDecision(letter=12, kind="again", text="Gửi lại", stamp="failed 31")
    kept = keep_letters(LETTERS, (row, not_so, fine))
    assert [(x.decision, x.doubtful) for x in kept] == [("Gọi lại", True), ("", False), ("Gửi lại", True)]
    sheet, findings = read_decisions(write_status(**mailed | {"letters": kept}), mailed["units"])
    assert [(x.letter, x.changed) for x in sheet.letters] == [(7, True), (12, False), (3, True)]
    assert [f.value for f in findings] == ["Gọi lại"]
    bounced = (*LETTERS[:2], replace(LETTERS[2], stamp="bounced 0"))
    assert [x.decision for x in keep_letters(bounced, (row, not_so))] == ["Gọi lại", "", ""]

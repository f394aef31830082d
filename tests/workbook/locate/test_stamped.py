"""Really stamped workbooks, filled by another program, read, identified, located and examined."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.examine import Examination, Facts, examine
from lamtheo_xls.workbook.identity import Issued, code_of
from lamtheo_xls.workbook.layout import Layout, address, lay_out
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.resolve import resolve
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp

KEY = b"k" * 32
CHILDREN = ("Chi bộ Văn phòng", "Chi bộ Thanh tra", "Chi bộ Ngân sách")
CONTEXT = {
    "cap_tren": "Đảng bộ các cơ quan Đảng tỉnh",
    "don_vi": "Đảng ủy Sở Tài chính",
    "ten_don_vi": "Đảng ủy Sở Tài chính",
    "nam": "2027",
    "ky": "2027",
    "co_quan": "Đảng ủy các cơ quan Đảng tỉnh",
    "nhan_bao_cao": "Đảng ủy các cơ quan Đảng tỉnh",
    "dau_moi": "Ban Tuyên giáo",
    "dia_danh": "Vĩnh Long",
    "han": "28/02/2027",
    "quyen_han_ky": "T/M ĐẢNG ỦY",
    "chuc_vu_ky": "BÍ THƯ",
    "nguoi_ky": "",
}
BUNDLE = load_folder(bundled("43-kh-duk"))[0]
assert BUNDLE is not None
FORM = BUNDLE.forms["mau-02"]
ROWS = {"mo_hinh": 8}
ISSUED = Issued(
    serial=42,
    assignment="mau-02_2027_DV01",
    round="43-kh-duk_2027",
    form="mau-02",
    version=FORM.version,
    unit="DV01",
    person=None,
    period="2027",
    part="",
    rows=ROWS,
)
LINES = (
    ("Chi bộ Văn phòng", "Mỗi tuần một việc tốt", "Cả năm", "x", None),
    ("Chi bộ Thanh tra", "Đối thoại với dân", "Quý I/2027", None, "x"),
    ("Chi bộ Ngân sách", "Tiết kiệm giấy, điện", "từ tháng 3 đến tháng 11", "x", None),
)
Book = Any


@pytest.fixture(scope="module")
def issued_bytes() -> bytes:
    base = prepare_base(
        FORM, ROWS, context_common=CONTEXT, groups=("Nhóm khác",), created=dt.datetime(2027, 1, 5, tzinfo=dt.UTC)
    )
    return stamp(base, ISSUED, KEY, CONTEXT, children=CHILDREN)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return lay_out(FORM, ROWS)


Fill = Callable[..., Book]


@pytest.fixture
def fill(issued_bytes: bytes, layout: Layout) -> Fill:
    def fill() -> Book:
        """The issued workbook, three rows filled in it."""
        book = openpyxl.load_workbook(io.BytesIO(issued_bytes))
        area = layout.areas["mo_hinh"]
        for i, values in enumerate(LINES):
            for column, value in zip(
                ("ten_chi_bo", "ten_mo_hinh", "thoi_gian", "dang_trien_khai", "moi"), values, strict=True
            ):
                book["MẪU 02"].cell(area.first_row + i, area.columns[column], value)
        return book

    return fill


def judge(book: Book | bytes) -> Examination:
    """As `collect` does it: read, resolve, examine."""
    if isinstance(book, bytes):
        data = book
    else:
        out = io.BytesIO()
        book.save(out)
        data = out.getvalue()
    reading = read_returned(data)
    assert not reading.findings
    issued, identity = resolve(reading, (KEY,), {42: ISSUED})
    facts = Facts(
        form=FORM,
        year=2027,
        issued=issued,
        context=CONTEXT,
        children=CHILDREN,
        groups=("Nhóm khác",),
        current_version=FORM.version,
        round="43-kh-duk_2027",
    )
    return examine(reading, facts, identity)


def codes(examination: Examination) -> list[tuple[str, str | None]]:
    return [(f.code, f.place.cell) for f in examination.findings]


def test_the_workbook_as_issued_is_only_unfilled(issued_bytes: bytes, layout: Layout) -> None:
    """Identity, keys and locked texts all stand; nothing but emptiness is found."""
    first = layout.areas["mo_hinh"].first_row
    assert codes(judge(issued_bytes)) == [("table.too_few_rows", f"B{first}"), ("workbook.unchanged", None)]


def test_a_filled_workbook_is_accepted_as_it_is(fill: Fill) -> None:
    """Saved by another program, with no finding, and every value read back."""
    examination = judge(fill())
    assert (examination.state, examination.findings) == ("accepted", ())
    rows = [tuple(e.text for e in row.values.values()) for row in examination.rows]
    assert rows == [tuple(v for v in line if v) for line in LINES]


def test_a_fault_is_found_at_its_cell(fill: Fill, layout: Layout) -> None:
    """A formula, a stray text and a missing period in one file: three findings in the order of the phases."""
    book, area = fill(), layout.areas["mo_hinh"]
    sheet = book["MẪU 02"]
    sheet.cell(area.first_row, area.columns["ten_mo_hinh"], "=1+1")
    sheet.cell(area.first_row + 1, area.columns["thoi_gian"]).value = None
    sheet["C60"] = "ghi thêm ở đây"
    assert codes(judge(book)) == [
        ("structure.stray_text", "C60"),
        ("cell.formula", f"C{area.first_row}"),
        ("cell.required", f"D{area.first_row + 1}"),
    ]


def test_the_sheet_alone_in_a_new_book_is_accepted(fill: Fill) -> None:
    """`_meta` and lists gone, the sheet renamed: the codes carry the identity, the keys the places."""
    new = openpyxl.Workbook()
    sheet = new.active
    assert sheet is not None
    sheet.title = "Sheet1"
    for row in fill()["MẪU 02"].iter_rows():
        for cell in row:
            if cell.value is not None:
                sheet.cell(cell.row, cell.column, cell.value)
    examination = judge(new)
    assert examination.state == "accepted"
    assert codes(examination) == [("identity.damaged", None), ("structure.sheet_renamed", None)]
    assert len(examination.rows) == 3


@pytest.mark.parametrize("sheet", ["_meta", "_ds", "BẢN IN", "HƯỚNG DẪN"])
def test_any_other_sheet_may_be_gone(fill: Fill, sheet: str) -> None:
    """Only `_meta` leaves a trace, as an info."""
    book = fill()
    del book[sheet]
    examination = judge(book)
    assert examination.state == "accepted"
    assert codes(examination) == ([("identity.damaged", None)] if sheet == "_meta" else [])


def test_either_code_may_be_overwritten(fill: Fill, layout: Layout) -> None:
    """The code cell wiped or scribbled on: still accepted, the damage noted once."""
    for spot in (layout.code_head, layout.code_close):
        for text in (None, "mất mã"):
            book = fill()
            book["MẪU 02"].cell(*spot).value = text
            examination = judge(book)
            assert examination.state == "accepted"
            assert [f.code for f in examination.findings] == ["identity.damaged"]


def test_another_offices_code_in_this_workbook_is_refused(fill: Fill, layout: Layout) -> None:
    """A code that holds under another key beside our payload: identity.tag at its cell, and nothing is read."""
    book = fill()
    book["MẪU 02"].cell(*layout.code_close).value = code_of(ISSUED, b"x" * 32)
    examination = judge(book)
    assert (examination.state, examination.rows) == ("refused", ())
    assert codes(examination) == [("identity.tag", address(*layout.code_close))]


def test_rows_inserted_and_deleted_by_a_program(fill: Fill, layout: Layout) -> None:
    """openpyxl moves cells and forgets merges and formulas' addresses: all values are still read."""
    book, area = fill(), layout.areas["mo_hinh"]
    sheet = book["MẪU 02"]
    for merge in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merge))
    sheet.insert_rows(area.first_row + 1, 2)
    sheet.delete_rows(area.first_row + 7)
    examination = judge(book)
    assert [f.code for f in examination.findings] == ["structure.rows_changed"]
    assert [row.sheet_row for row in examination.rows] == [area.first_row, area.first_row + 3, area.first_row + 4]


def test_values_only_as_pandas_writes_them(fill: Fill) -> None:
    """All formatting, formulas and hidden states gone, empty cells with them: accepted."""
    bare = openpyxl.Workbook()
    assert bare.active is not None
    bare.remove(bare.active)
    for sheet in fill():
        copy = bare.create_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and cell.data_type != "f":
                    copy.cell(cell.row, cell.column, cell.value)
    examination = judge(bare)
    assert (examination.state, examination.findings) == ("accepted", ())

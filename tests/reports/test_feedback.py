"""What goes back to a unit, and comes in again mended."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.examine import Examination, Facts, examine
from lamtheo_xls.findings import message
from lamtheo_xls.ledger.records import IssueRecord
from lamtheo_xls.reports.feedback import receipt_line, write_return
from lamtheo_xls.workbook.identity import Issued, code_of
from lamtheo_xls.workbook.layout import lay_out
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.resolve import resolve
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.template import write_workbook

KEY = b"k" * 32
DAY = dt.date(2027, 2, 25)
CHILDREN = ("Chi bộ Văn phòng", "Chi bộ Ngân sách")
GROUPS = ("Nhóm A",)
CONTEXT = {
    "cap_tren": "ĐẢNG BỘ UBND TỈNH",
    "don_vi": "Đảng ủy Sở Tài chính",
    "ten_don_vi": "Đảng ủy Sở Tài chính",
    "nam": "2027",
    "ky": "năm 2027",
    "co_quan": "Đảng ủy UBND tỉnh",
    "nhan_bao_cao": "Đảng ủy UBND tỉnh",
    "dau_moi": "Ban Xây dựng Đảng",
    "dia_danh": "Vĩnh Long",
    "han": "trong tháng 02/2027",
    "quyen_han_ky": "T/M ĐẢNG ỦY",
    "chuc_vu_ky": "BÍ THƯ",
    "nguoi_ky": "Trần Văn An",
}
GOOD = {"ten_chi_bo": "Chi bộ Văn phòng", "ten_mo_hinh": "Tiết kiệm điện", "thoi_gian": "Cả năm 2027", "moi": "x"}
FAULTY: tuple[dict[str, str], ...] = (
    GOOD,
    {},
    {"ten_chi_bo": "Chi bộ Ngân sách", "ten_mo_hinh": "=1+1 là mô hình", "dang_trien_khai": "x", "nhom": "Nhóm A"},
    {**GOOD, "ten_mo_hinh": "- gạch đầu dòng", "dang_trien_khai": "x"},
)
"""Row 2 left blank; row 3 without a time; row 4 with two ticks."""


@pytest.fixture(scope="module")
def form() -> Form:
    """The bundled Mẫu 02."""
    bundle, findings = load_folder(bundled("43-kh-duk"))
    assert bundle is not None, findings
    return bundle.forms["mau-02"]


def _issued(form: Form) -> Issued:
    return Issued(
        serial=7, assignment="mau-02_2027_U1", round="43-kh-duk_2027", form="mau-02", version=form.version, unit="U1",
        person=None, period="2027", part="", rows={"mo_hinh": 6},
    )  # fmt: skip


def _record(form: Form) -> IssueRecord:
    issued = _issued(form)
    return IssueRecord(
        issued=issued, code=code_of(issued, KEY), context=CONTEXT, children=CHILDREN, prefilled=Filled(), file="a.xlsx",
        sha256="", fingerprint="", issued_on=DAY,
    )  # fmt: skip


def _returned(
    form: Form, rows: tuple[Mapping[str, str], ...], laid_out: int = 6, fields: Mapping[str, str] | None = None
) -> bytes:
    """A workbook of the assignment with these rows filled in."""
    return write_workbook(
        form,
        lay_out(form, {"mo_hinh": laid_out}),
        CONTEXT,
        issued=_issued(form),
        key=KEY,
        children=CHILDREN,
        groups=GROUPS,
        values=Filled(fields=fields or {}, rows={"mo_hinh": rows}),
        created=dt.datetime(2027, 2, 1),
    )


def _judged(form: Form, data: bytes) -> Examination:
    """The examination of a returned workbook; its marks must prove it to be the assignment's."""
    reading = read_returned(data)
    issued, identity = resolve(reading, (KEY,), {7: _issued(form)})
    assert issued is not None and issued.assignment == "mau-02_2027_U1", identity
    facts = Facts(form=form, year=2027, issued=_issued(form), context=CONTEXT, children=CHILDREN, groups=GROUPS)
    return examine(reading, facts, identity)


def _sent_back(form: Form, examination: Examination) -> bytes:
    return write_return(
        form=form, record=_record(form), examination=examination, key=KEY, groups=GROUPS, created=DAY, password="pw"
    )


def _texts(examination: Examination) -> list[dict[str, str]]:
    return [{id: entry.text for id, entry in row.values.items()} for row in examination.rows]


def _edited(data: bytes, edit: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for page in book:
        for cell in (c for row in page.iter_rows() for c in row):
            if cell.data_type == "f" and page.title == "MẪU 02" and not cell.protection.locked:
                cell.data_type = "s"  # openpyxl would take «=…» for a formula
    edit(book["MẪU 02"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _problems(examination: Examination) -> list[tuple[str, str | None]]:
    return [(f.code, f.place.cell) for f in examination.findings if f.severity != "info"]


def test_the_units_own_values_come_back_with_the_faults_marked(form: Form) -> None:
    """Everything typed stands where it stood; each fault has a note at its cell and a line with a link in front."""
    first = _judged(form, _returned(form, FAULTY))
    assert (first.state, _problems(first)) == (
        "to_fix",
        [("cell.required", "D17"), ("table.tick_both", "E18")],
    )
    data = _sent_back(form, first)
    again = _judged(form, data)
    assert (again.rows, again.fields, _problems(again)) == (first.rows, first.fields, _problems(first))

    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[0] == "CẦN SỬA" and book.active.title == "CẦN SỬA"
    front = [[c.value for c in row] for row in book["CẦN SỬA"].iter_rows(min_row=4)]
    assert front == [
        [1, "D17", "Ô D17 thiếu thời gian.", "Điền thời gian vào ô D17."],
        [
            2,
            "E18",
            "Dòng 18: đánh dấu cả E18 (đang triển khai) và F18 (mô hình mới).",
            "Giữ dấu x ở đúng một ô, xóa ô kia.",
        ],
    ]
    links = [row[1].hyperlink.location for row in book["CẦN SỬA"].iter_rows(min_row=4)]
    assert links == [
        "'MẪU 02'!D17",
        "'MẪU 02'!E18",
    ]
    notes = {c.coordinate: c.comment.text for row in book["MẪU 02"].iter_rows() for c in row if c.comment}
    assert notes == {cell: f"{what} {how}" for _, cell, what, how in front}


def test_mended_and_sent_again_it_is_accepted(form: Form) -> None:
    """The cells named in front are mended, nothing else touched: accepted as the same assignment."""

    def mend(page: Any) -> None:
        page["D17"] = "Quý I/2027"
        page["E18"] = None

    data = _sent_back(form, _judged(form, _returned(form, FAULTY)))
    accepted = _judged(form, _edited(data, mend))
    assert (accepted.state, _problems(accepted)) == ("accepted", [])
    assert [row["ten_mo_hinh"] for row in _texts(accepted)] == ["Tiết kiệm điện", "=1+1 là mô hình", "- gạch đầu dòng"]


def test_through_libreoffice_it_is_still_the_same_assignment(form: Form, office: Callable[[bytes], bytes]) -> None:
    """The unit opens the feedback in LibreOffice and saves it: values and identity hold."""
    first = _judged(form, _returned(form, FAULTY))
    again = _judged(form, office(_sent_back(form, first)))
    assert (_texts(again), _problems(again)) == (_texts(first), _problems(first))


def _with_inserted_rows(form: Form, rows: tuple[Mapping[str, str], ...]) -> bytes:
    """What a unit sends that unprotected the sheet and inserted rows: they carry no hidden key."""
    layout = lay_out(form, {"mo_hinh": len(rows)})
    area = layout.areas["mo_hinh"]

    def forget(page: Any) -> None:
        for row in range(area.first_row + 6, area.last_row + 1):
            page.cell(row, layout.key_column).value = None

    return _edited(_returned(form, rows, laid_out=len(rows)), forget)


def test_rows_beyond_those_issued_are_kept(form: Form) -> None:
    """Nine rows came where six were issued: all nine go back, spare ones after them, and are accepted when mended."""
    rows = (*({**GOOD, "ten_mo_hinh": f"Mô hình {n}"} for n in range(1, 9)), {**GOOD, "thoi_gian": ""})
    first = _judged(form, _with_inserted_rows(form, rows))
    assert [r["ten_mo_hinh"] for r in _texts(first)] == [r["ten_mo_hinh"] for r in rows]
    assert _problems(first) == [("cell.required", "D23")]
    data = _sent_back(form, first)
    again = _judged(form, data)
    assert (_texts(again), _problems(again)) == (_texts(first), [("cell.required", "D23")])

    def mend(page: Any) -> None:
        page["D23"] = "Quý II"
        page["B24"], page["C24"], page["D24"], page["F24"] = "Chi bộ Ngân sách", "Thêm một mô hình", "Cả năm", "x"

    accepted = _judged(form, _edited(data, mend))
    assert (accepted.state, _problems(accepted)) == ("accepted", [])
    assert [r["ten_mo_hinh"] for r in _texts(accepted)] == [*(r["ten_mo_hinh"] for r in rows), "Thêm một mô hình"]


def test_where_rows_were_moved_the_addresses_are_those_of_the_new_workbook(form: Form) -> None:
    """Two rows deleted by the unit: the table closes up, and every word of a finding names the new cells."""
    first = _judged(form, _returned(form, FAULTY, laid_out=4))
    assert "structure.rows_changed" in [f.code for f in first.findings]
    assert _problems(first) == [("cell.required", "D17"), ("table.tick_both", "E18")]
    data = _sent_back(form, first)
    again = _judged(form, data)
    assert (_texts(again), _problems(again)) == (_texts(first), [("cell.required", "D16"), ("table.tick_both", "E17")])
    page = openpyxl.load_workbook(io.BytesIO(data))["CẦN SỬA"]
    front = {row[1].value: row[2].value for row in page.iter_rows(min_row=4)}
    assert front == {f.place.cell: message(f) for f in again.findings if f.severity != "info"}
    assert front["E17"] == "Dòng 17: đánh dấu cả E17 (đang triển khai) và F17 (mô hình mới)."


def test_a_field_left_blank_stays_blank_and_a_default_does_not_come_back(form: Form) -> None:
    """The unit removed a line of Nơi nhận and the signer's name: so it returns."""
    blank = {"noi_nhan_2": "", "nguoi_ky": ""}
    first = _judged(form, _returned(form, FAULTY, fields=blank))
    again = _judged(form, _sent_back(form, first))
    assert again.fields == first.fields
    assert not {"noi_nhan_2", "nguoi_ky"} & set(again.fields)


def test_a_workbook_nobody_filled_in_goes_back_with_the_whole_named(form: Form) -> None:
    """A finding without a cell has its line in front, without a link."""
    first = _judged(form, _returned(form, ()))
    assert first.state == "to_fix"
    book = openpyxl.load_workbook(io.BytesIO(_sent_back(form, first)))
    listed = [row[1].value for row in book["CẦN SỬA"].iter_rows(min_row=4)]
    assert sorted(listed, key=str) == sorted((cell for _, cell in _problems(first)), key=str)


def test_the_same_return_gives_the_same_bytes_and_valid_parts(
    form: Form, faults_of: Callable[[bytes], list[str]]
) -> None:
    """No clock; every part fits ISO/IEC 29500."""
    examination = _judged(form, _returned(form, FAULTY))
    data = _sent_back(form, examination)
    assert data == _sent_back(form, examination)
    assert faults_of(data) == []


_TEXT = st.text("aăđếỡừỰ ồZx019=+-@'\"<>&%/\\_:;*?[](){}#$,.…–“”\u0323\U0001f600", min_size=1, max_size=30)
_ROW = st.fixed_dictionaries({}, optional={"ten_chi_bo": _TEXT, "ten_mo_hinh": _TEXT, "thoi_gian": _TEXT})


@settings(derandomize=True, max_examples=10, deadline=None)
@given(st.lists(_ROW, max_size=6))
def test_whatever_the_unit_typed_comes_back(form: Form, rows: list[dict[str, str]]) -> None:
    """Values, problems and their cells are the same after one journey back (property)."""
    first = _judged(form, _returned(form, tuple(rows)))
    again = _judged(form, _sent_back(form, first))
    assert (_texts(again), _problems(again)) == (_texts(first), _problems(first))


def test_a_receipt_names_form_unit_and_day() -> None:
    """One dated line to paste into Zalo."""
    line = receipt_line(unit="Đảng ủy Sở Tài chính", form="Mẫu số 02", period="2027", received=DAY)
    assert line == "Ngày 25/02/2027: đã nhận Mẫu số 02 năm 2027 của Đảng ủy Sở Tài chính; biểu hợp lệ."


def test_a_shared_workbook_given_to_a_unit_goes_back_as_the_units_own(form: Form) -> None:
    """Its rows lay one lower and it asked for the unit: what goes back is the unit's own workbook."""
    blank = replace(_issued(form), serial=9, assignment="", unit="")
    data = write_workbook(
        form,
        lay_out(form, blank.rows, shared=True),
        CONTEXT,
        issued=blank,
        key=KEY,
        children=(),
        groups=GROUPS,
        units=("Đảng ủy Sở Tài chính", "Đảng ủy Sở Y tế"),
        values=Filled(fields={"don_vi": "Đảng ủy Sở Tài chính", "nguoi_ky": "Lê Thị B"}, rows={"mo_hinh": FAULTY}),
        created=dt.datetime(2027, 2, 1),
    )
    reading = read_returned(data)
    _, identity = resolve(reading, (KEY,), {9: blank})
    facts = Facts(form=form, year=2027, issued=_issued(form), context=CONTEXT, children=CHILDREN, assigned=True)
    first = examine(reading, facts, identity)
    assert first.state == "to_fix"
    again = _judged(form, _sent_back(form, first))
    assert _texts(again) == _texts(first)
    assert again.fields["nguoi_ky"].text == "Lê Thị B"
    assert [code for code, _ in _problems(again)] == ["cell.required", "table.tick_both"]
    front = openpyxl.load_workbook(io.BytesIO(_sent_back(form, first)))["CẦN SỬA"]
    assert {row[1].value for row in front.iter_rows(min_row=4)} >= {cell for _, cell in _problems(again)}

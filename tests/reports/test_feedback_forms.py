"""What goes back of the plans, reports and personal plans: narratives, single fields, what the office wrote."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.examine import Examination, Facts, examine
from lamtheo_xls.ledger.records import IssueRecord
from lamtheo_xls.reports.feedback import write_return
from lamtheo_xls.workbook.identity import Issued, code_of
from lamtheo_xls.workbook.layout import address, lay_out
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.resolve import resolve
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.template import write_workbook

FORMS = ("mau-01", "mau-03", "nhiem-vu-dot-pha", "mo-hinh-tieu-bieu", "ke-hoach-ca-nhan")
KEY = b"k" * 32
DAY = dt.date(2027, 2, 25)
CONTEXT = {
    "cap_tren": "ĐẢNG BỘ TỈNH", "don_vi": "Chi bộ Văn phòng", "ten_don_vi": "Chi bộ Văn phòng", "nam": "2027",
    "ky": "năm 2027", "co_quan": "Đảng ủy tỉnh", "nhan_bao_cao": "Đảng ủy tỉnh", "dau_moi": "Ban Tuyên giáo",
    "dia_danh": "Vĩnh Long", "han": "trong quý I/2027", "quyen_han_ky": "T/M CHI BỘ", "chuc_vu_ky": "BÍ THƯ",
    "thay_mat": "T/M CHI BỘ", "ky_hieu": "CB", "nguoi_ky": "Trần Văn An", "bieu": "Mẫu",
    "ho_ten": "Lê Thị Hoa", "ngay_sinh": "12/03/1980", "don_vi_cong_tac": "Văn phòng", "chuc_vu_dang": "Bí thư",
    "chuc_vu_chinh_quyen": "Chánh Văn phòng", "lanh_dao": "x", "gui_them": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def forms() -> Mapping[str, Form]:
    found: dict[str, Form] = {}
    for programme in ("43-kh-duk", "hd-btgtu-2024"):
        bundle, findings = load_folder(bundled(programme))
        assert bundle is not None, findings
        found |= bundle.forms
    return found


def _issued(form: Form) -> Issued:
    return Issued(
        serial=7, assignment=f"{form.id}_2027_CB", round="r_2027", form=form.id, version=form.version, unit="CB",
        person="P1" if form.id == "ke-hoach-ca-nhan" else None, period="2027",
        part="1" if form.parts == "many" else "", rows={t.id: 4 for t in form.tables},
    )  # fmt: skip


def _record(form: Form) -> IssueRecord:
    issued = _issued(form)
    return IssueRecord(
        issued=issued, code=code_of(issued, KEY), context=CONTEXT, children=(), prefilled=Filled(), file="a.xlsx",
        sha256="", fingerprint="", issued_on=DAY,
    )  # fmt: skip


def _returned(form: Form, values: Filled) -> bytes:
    return write_workbook(
        form, lay_out(form, _issued(form).rows), CONTEXT, issued=_issued(form), key=KEY, children=(), groups=(),
        values=values, created=dt.datetime(2027, 2, 1),
    )  # fmt: skip


def _judged(form: Form, data: bytes, **facts: Any) -> Examination:
    reading = read_returned(data)
    issued, identity = resolve(reading, (KEY,), {7: _issued(form)})
    assert issued is not None, identity
    return examine(reading, Facts(form=form, year=2027, issued=_issued(form), context=CONTEXT, **facts), identity)


def _sent_back(form: Form, examination: Examination) -> bytes:
    return write_return(
        form=form, record=_record(form), examination=examination, key=KEY, groups=(), created=DAY, password="pw"
    )


def _good(form: Form) -> Filled:
    """Every input filled with its example; of fields of which one is wanted, the first."""
    left = {form.explanation, form.nil_field, "gui_ban_word"}
    left |= {id for r in form.rules if r.kind == "exactly_one" and not r.table for id in r.columns[1:]}
    fields = {f.id: f.example for f in form.fields if not f.locked and f.id not in left and f.example}
    rows = {
        t.id: tuple({c.id: c.example if n == 1 or c.choices or c.type == "tick" else f"{c.example} {n}"
                     for c in t.columns if c.id != t.explanation and c.example} for n in (1, 2))
        for t in form.tables
    }  # fmt: skip
    return Filled(fields=fields, rows=rows)


def _problems(examination: Examination) -> list[tuple[str, str | None]]:
    return [(f.code, f.place.cell) for f in examination.findings if f.severity != "info"]


def _typed(examination: Examination) -> tuple[dict[str, str], list[tuple[str, dict[str, str]]]]:
    return {id: e.text for id, e in examination.fields.items()}, [
        (row.table, {id: e.text for id, e in row.values.items()}) for row in examination.rows
    ]


def _faulty(form: Form) -> Filled:
    """The good return without its first required field, its first table blank, a line of the last one far below."""
    good = _good(form)
    required = [f.id for f in form.fields if f.required and not f.locked][:1]
    rows = dict(good.rows)
    first, last = form.tables[0].id, form.tables[-1].id
    rows[last] = (rows[last][0], {}, {}, rows[last][0])
    if first != last:
        rows[first] = ()
    else:
        one = next(c.id for c in form.tables[0].columns if c.required)
        rows[first] = ({k: v for k, v in rows[first][0].items() if k != one}, {}, *rows[last][3:])
    return Filled(fields={**good.fields, **dict.fromkeys(required, "")}, rows=rows)


@pytest.mark.parametrize("id", FORMS)
def test_a_good_return_has_nothing_to_mend(forms: Mapping[str, Form], id: str) -> None:
    """The starting point of the other tests: nothing but warnings, which the examples may have."""
    found = _judged(forms[id], _returned(forms[id], _good(forms[id])))
    assert [f for f in found.findings if f.severity == "error"] == []


@pytest.mark.parametrize("id", FORMS)
def test_everything_typed_comes_back_with_the_faults_marked(forms: Mapping[str, Form], id: str) -> None:
    """Fields, paragraphs and the blank lines between them stand where they stood; every fault with a cell has a note
    there and a line on CẦN SỬA; what the office wrote (a leader's mark) is there again."""
    form = forms[id]
    first = _judged(form, _returned(form, _faulty(form)))
    assert first.state == "to_fix" and _problems(first)
    data = _sent_back(form, first)
    again = _judged(form, data)
    assert _typed(again) == _typed(first)
    assert [row.sheet_row for row in again.rows] == [row.sheet_row for row in first.rows]
    assert _problems(again) == _problems(first)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[:2] == ["CẦN SỬA", form.sheet]
    listed = [row[1].value for row in book["CẦN SỬA"].iter_rows(min_row=4) if row[0].value]
    assert sorted(listed, key=str) == sorted((cell for _, cell in _problems(first)), key=str)
    notes = {c.coordinate for row in book[form.sheet].iter_rows() for c in row if c.comment}
    assert notes == {cell for cell in listed if cell}
    if id == "ke-hoach-ca-nhan":
        assert book[form.sheet].cell(*lay_out(form, _issued(form).rows).fields["lanh_dao"]).value == "x"


@pytest.mark.parametrize("id", FORMS)
def test_mended_where_it_is_marked_it_is_accepted(forms: Mapping[str, Form], id: str) -> None:
    """The unit fills what CẦN SỬA names and sends the same file: accepted, as the same assignment and part."""
    form = forms[id]
    data = _sent_back(form, _judged(form, _returned(form, _faulty(form))))
    layout, good = lay_out(form, _issued(form).rows), _good(form)
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book[form.sheet]
    for field, text in good.fields.items():
        page.cell(*layout.fields[field]).value = text
    for table, rows in good.rows.items():
        area = layout.areas[table]
        for column, text in rows[0].items():
            page.cell(area.first_row, area.columns[column]).value = text
    out = io.BytesIO()
    book.save(out)
    accepted = _judged(form, out.getvalue())
    assert accepted.state == "accepted", _problems(accepted)
    assert accepted.part == (good.fields[form.part_field] if form.part_field else "")


def test_a_warning_explained_before_is_not_asked_again(forms: Mapping[str, Form]) -> None:
    """What a unit explained in an earlier return is an info in the next and is neither marked nor listed."""
    form = forms["mau-03"]
    values = _good(form)
    values = Filled(fields={**values.fields, "so_lieu": ""}, rows=values.rows)
    first = _judged(form, _returned(form, values))
    (warned,) = [f for f in first.findings if f.severity == "warning"]
    assert warned.place.cell == address(*lay_out(form, _issued(form).rows).fields["so_lieu"])
    front = openpyxl.load_workbook(io.BytesIO(_sent_back(form, first)))["CẦN SỬA"]
    assert [row[1].value for row in front.iter_rows(min_row=4)] == [warned.place.cell]
    told = {(warned.code, warned.value or form.field("so_lieu").short): "Số liệu có sau ngày 15/12"}
    blank = replace(values, fields={**values.fields, "ten_mo_hinh": ""})
    second = _judged(form, _returned(form, blank), explained=told)
    front = openpyxl.load_workbook(io.BytesIO(_sent_back(form, second)))["CẦN SỬA"]
    listed = [row[1].value for row in front.iter_rows(min_row=4) if row[0].value]
    assert listed == [address(*lay_out(form, _issued(form).rows).fields["ten_mo_hinh"])]


@pytest.mark.parametrize("id", ["mau-01", "ke-hoach-ca-nhan"])
def test_through_libreoffice_it_is_the_same(
    forms: Mapping[str, Form], id: str, office: Callable[[bytes], bytes]
) -> None:
    """The unit opens the feedback in LibreOffice and saves it: values, paragraphs and identity hold."""
    form = forms[id]
    first = _judged(form, _returned(form, _faulty(form)))
    again = _judged(form, office(_sent_back(form, first)))
    assert (_typed(again), _problems(again)) == (_typed(first), _problems(first))

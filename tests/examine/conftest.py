"""Good returns as Readings, laid out by the house's own layout, and ways to spoil them: Mẫu 02 and any other form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Deadline, Field, Form, Rule, Table
from lamtheo_xls.examine import Examination, Facts, examine
from lamtheo_xls.workbook.identity import Issued, code_of, payload_of, tag_of
from lamtheo_xls.workbook.layout import Layout, address, lay_out, locked_text
from lamtheo_xls.workbook.read.reading import CodeMark, RawCell, Reading, Sheet, SignedMark
from lamtheo_xls.workbook.write.panel import Filled, starting

KEY = b"k" * 32
CHILDREN = tuple(f"Chi bộ {name}" for name in ("Văn phòng", "Tài chính - Kế hoạch", "Thanh tra", "Ngân sách 1"))
GROUPS = ("Nhóm mô hình cải cách thủ tục hành chính", "Nhóm khác")
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
PERIODS = ("Cả năm", "Quý I/2027", "từ tháng 3 đến tháng 11", "thường xuyên", "trước ngày 15/12")

Values = dict[str, str]


@dataclass(frozen=True, repr=False)
class Return:
    """A filled workbook as its Reading, with the facts it is judged by."""

    form: Form
    layout: Layout
    issued: Issued
    cells: Mapping[tuple[int, int], RawCell]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    sheet: str = "MẪU 02"
    facts: Facts = field(kw_only=True)

    def spot(self, row: int, column: str, table: str = "mo_hinh") -> tuple[int, int]:
        """The cell of row 1, 2, … of the table."""
        area = self.layout.areas[table]
        return area.first_row + row - 1, area.columns[column]

    def cell(self, row: int, column: str, table: str = "mo_hinh") -> str:
        return address(*self.spot(row, column, table))

    def at(self, field: str) -> str:
        """The cell of a single field."""
        return address(*self.layout.fields[field])

    def say(self, field: str, cell: RawCell | str | None) -> Return:
        """The return with a single field overwritten, or emptied by None."""
        return self.put(tuple(self.layout.fields[field]), cell)

    def put(self, spot: tuple[int, int], cell: RawCell | str | None) -> Return:
        """The return with one cell overwritten, or emptied by None."""
        cells = dict(self.cells)
        if cell is None:
            cells.pop(spot, None)
        else:
            cells[spot] = cell if isinstance(cell, RawCell) else RawCell(cell, "text", locked=False)
        return replace(self, cells=cells)

    def set(self, row: int, column: str, cell: RawCell | str | None, table: str = "mo_hinh") -> Return:
        return self.put(self.spot(row, column, table), cell)

    def with_facts(self, **changed: object) -> Return:
        return replace(self, facts=replace(self.facts, **changed))

    @property
    def reading(self) -> Reading:
        code = code_of(self.issued, KEY)
        payload = payload_of(self.issued)
        at = {spot: cell.value for spot, cell in self.cells.items()}
        codes = [CodeMark(str(v), self.sheet, address(*spot)) for spot, v in at.items() if v == code]
        sheet = Sheet(name=self.sheet, state="visible", cells=self.cells, merges=self.merges, protected=True)
        return Reading(
            kind="xlsx",
            sheets=(sheet,),
            codes=tuple(codes),
            signed=(SignedMark(payload, tag_of(payload, KEY), "_meta!A2"),),
            properties={},
        )

    def examine(self, *identity: object) -> Examination:
        return examine(self.reading, self.facts, tuple(identity))

    def found(self) -> list[tuple[str, str | None]]:
        """(code, cell) of every finding."""
        return [(f.code, f.place.cell) for f in self.examine().findings]


@pytest.fixture(scope="session")
def form() -> Form:
    bundle, findings = load_folder(bundled("43-kh-duk"))
    assert bundle is not None, findings
    return bundle.forms["mau-02"]


@pytest.fixture(scope="session")
def report_form(form: Form) -> Form:
    """What no Mẫu 02 has, in one form: single fields of every type, narratives, a mark of the office, parts, nil."""
    doan = Field(id="doan", label="", short="đoạn văn", max_length=60)
    narrative = {"number_label": "", "rows_from": None, "rows_extra": 0, "rows_minimum": 3, "explanation": ""}
    fields = (
        *(f for f in form.fields if f.id != "don_vi"),
        Field(
            id="mo_hinh_thu", label="Mô hình thứ", short="số thứ tự", type="integer", default="1", minimum=1, maximum=99
        ),
        Field(id="ten_mo_hinh", label="Tên mô hình", short="tên mô hình", required=True, max_length=40),
        Field(id="thoi_gian", label="Thời gian", short="thời gian", required=True),
        Field(id="dang_trien_khai", label="Đang triển khai", short="đang triển khai", type="tick"),
        Field(id="moi", label="Mới", short="mới", type="tick"),
        Field(id="nhom", label="Nhóm", short="nhóm mô hình", type="choice", choices_from="groups"),
        Field(id="ngay", label="Ngày", short="ngày bắt đầu", type="date"),
        Field(id="so_lieu", label="Số liệu", short="số liệu", wanted=True),
        Field(id="gui_ban_word", label="Gửi bản Word", short="gửi bản Word", type="tick"),
        Field(id="khong_phat_sinh", label="Không phát sinh", short="không phát sinh", type="tick"),
        Field(id="lanh_dao", label="Lãnh đạo", short="lãnh đạo", type="tick", default="{lanh_dao}", locked=True),
        Field(id="loai_viec", label="Loại việc", short="loại việc", type="choice", choices=("Nêu gương", "Khắc phục")),
    )
    return replace(
        form,
        id="bao-cao",
        parts="many",
        part_field="mo_hinh_thu",
        nil_field="khong_phat_sinh",
        fields=tuple(replace(f, printed=False) for f in fields),
        tables=(
            Table(id="dac_diem", columns=(doan,), kind="paragraphs", **narrative),
            Table(id="viec", columns=(doan,), kind="paragraphs", **narrative),
        ),
        rules=(
            Rule(kind="min_rows", table="dac_diem", count=1, panel=True, unless="gui_ban_word"),
            Rule(kind="min_rows", table="viec", count=1, panel=True, when="lanh_dao"),
            Rule(kind="not_asked", table="viec", unless="lanh_dao"),
            Rule(kind="asked_with", table="viec", columns=("loai_viec",), when="lanh_dao"),
            Rule(kind="exactly_one", columns=("dang_trien_khai", "moi"), panel=True),
            Rule(kind="period_in_year", columns=("thoi_gian",)),
        ),
        digest="",
    )


@pytest.fixture(scope="session")
def task_form(form: Form) -> Form:
    """A table with what ought to be filled, a tick that some units owe, and as many rows as the source says."""
    grid = Table(
        id="nhiem_vu",
        number_label="TT",
        columns=(
            Field(id="noi_dung", label="Nội dung", short="nội dung", required=True, width=60),
            Field(id="chu_tri", label="Đơn vị chủ trì", short="đơn vị chủ trì", width=60),
            Field(id="thoi_gian", label="Thời gian", short="thời gian", width=60),
            Field(id="tham_muu", label="Đơn vị tham mưu", short="đơn vị tham mưu", wanted=True, printed=False),
            Field(id="phoi_hop", label="Phối hợp", short="phối hợp", type="tick", printed=False),
            Field(id="giai_trinh", label="Giải trình", short="lời giải trình", printed=False),
        ),
        rows_from=None,
        rows_extra=0,
        rows_minimum=3,
        explanation="giai_trinh",
    )
    rules = (
        Rule(kind="min_rows", table="nhiem_vu", count=1, panel=True),
        Rule(kind="max_rows", table="nhiem_vu", count=2, panel=True),
        Rule(kind="min_ticked", table="nhiem_vu", columns=("phoi_hop",), count=1, unit_kinds=("dang_uy_xa_phuong",)),
    )
    return replace(form, id="nhiem-vu", tables=(grid,), rules=rules, digest="")


REPORT = {
    "dia_danh_ngay": "Vĩnh Long, ngày 20 tháng 02 năm 2027",
    "nguoi_ky": "Nguyễn Văn An",
    "ten_mo_hinh": "Mỗi tuần một việc tốt",
    "thoi_gian": "Cả năm",
    "moi": "x",
    "nhom": GROUPS[0],
    "ngay": "05/03/2027",
    "so_lieu": "12 buổi",
}
REPORT_ROWS: dict[str, list[Values]] = {"dac_diem": [{"doan": "Đoạn thứ nhất."}, {}, {"doan": "Đoạn thứ hai."}]}
TASKS: dict[str, list[Values]] = {
    "nhiem_vu": [
        {"noi_dung": "Việc một", "tham_muu": "Ban Tổ chức"},
        {"noi_dung": "Việc hai", "tham_muu": "Ban Dân vận"},
    ],
}


@pytest.fixture(scope="session")
def report(report_form: Form) -> Return:
    """A good return of `report_form` by one who is no leader."""
    good = filled_in(report_form, fields=REPORT, rows=REPORT_ROWS, context={"lanh_dao": ""})
    return good.with_facts(nil_allowed=True)


@pytest.fixture(scope="session")
def tasks(task_form: Form) -> Return:
    """A good return of `task_form`: two of three rows."""
    return filled_in(task_form, fields={"nguoi_ky": "Nguyễn Văn An"}, rows=TASKS)


@pytest.fixture(scope="session")
def leader(report_form: Form) -> Return:
    """A good return of `report_form` by a leader."""
    rows = {**REPORT_ROWS, "viec": [{"doan": "Trực tiếp tháo gỡ việc tồn đọng."}]}
    fields = {**REPORT, "loai_viec": "Khắc phục"}
    return filled_in(report_form, fields=fields, rows=rows, context={"lanh_dao": "x"}).with_facts(nil_allowed=True)


MakeReturn = Callable[..., Return]


@pytest.fixture(scope="session")
def make_return(form: Form) -> MakeReturn:
    return maker(form)


@pytest.fixture(scope="session")
def make_return_of() -> Callable[[Form], MakeReturn]:
    return maker


def maker(form: Form) -> MakeReturn:
    def make(rows: int = 6, *, laid: int = 9, shared: bool = False, lines: list[Values] | None = None) -> Return:
        """`rows` good rows of `laid` laid out ones; every value differs from row to row."""
        if lines is None:
            lines = [
                {
                    "ten_chi_bo": CHILDREN[i % 4],
                    "ten_mo_hinh": f"Mỗi tuần một việc tốt, cách làm thứ {i + 1}",
                    "thoi_gian": PERIODS[i % 5],
                    ("dang_trien_khai" if i % 2 else "moi"): "x",
                    "nhom": GROUPS[i % 2],
                }
                for i in range(rows)
            ]
        fields = {"dia_danh_ngay": "Vĩnh Long, ngày 20 tháng 02 năm 2027", "nguoi_ky": "Nguyễn Văn An"}
        if shared:
            fields["don_vi"] = "Đảng ủy Sở Tài chính"
        return filled_in(form, {"mo_hinh": laid}, fields=fields, rows={"mo_hinh": lines}, shared=shared)

    return make


@pytest.fixture(scope="session")
def fill_in() -> Callable[..., Return]:
    return filled_in


def filled_in(
    form: Form,
    laid: Mapping[str, int] | None = None,
    *,
    fields: Mapping[str, str] | None = None,
    rows: Mapping[str, list[Values]] | None = None,
    context: Mapping[str, str] | None = None,
    shared: bool = False,
) -> Return:
    """`form` as issued with `laid` rows and filled; `context` is added to that of every return."""
    context = CONTEXT | dict(context or {})
    laid = {t.id: 3 for t in form.tables} | dict(laid or {})
    given = {id: tuple(lines) for id, lines in (rows or {}).items()}
    layout = lay_out(form, laid, shared=shared)
    issued = Issued(
        serial=7,
        assignment=f"{form.id}_2027_DV01",
        round="43-kh-duk_2027",
        form=form.id,
        version=form.version,
        unit="" if shared else "DV01",
        person=None,
        period="2027",
        part="1" if form.parts == "many" else "",
        rows=laid,
    )
    filled = starting(form, context, Filled(fields=dict(fields or {}), rows=given))
    facts = Facts(
        form=form,
        year=2027,
        issued=issued,
        context=context,
        children=CHILDREN,
        groups=GROUPS,
        deadline=Deadline(
            on_time=dt.date(2027, 2, 28), late_from=dt.date(2027, 3, 1), accept_until=None, text="28/02/2027"
        ),
        received=dt.date(2027, 2, 20),
        current_version=form.version,
    )
    cells = _cells(layout, issued, filled, context)
    return Return(form, layout, issued, cells, sheet=form.sheet, facts=facts)


def _cells(
    layout: Layout, issued: Issued, filled: Filled, context: Mapping[str, str]
) -> dict[tuple[int, int], RawCell]:
    cells: dict[tuple[int, int], RawCell] = {}
    for laid in layout.cells:
        at = (laid.at.row, laid.at.column)
        if laid.kind == "input":
            lines = filled.rows.get(laid.table, ())
            here = lines[laid.index - 1] if 0 < laid.index <= len(lines) else {}
            text = here.get(laid.field, "") if laid.table else filled.fields.get(laid.field, "")
            if text:
                cells[at] = RawCell(text, "text", locked=False)
        elif laid.kind == "formula":
            cells[at] = RawCell("CHƯA XONG", "text", formula=True)
        elif at in (tuple(layout.code_head), tuple(layout.code_close)):
            cells[at] = RawCell(code_of(issued, KEY), "text")
        elif laid.kind == "key":
            cells[at] = RawCell(laid.text, "text")
        elif laid.kind == "number":
            cells[at] = RawCell(float(laid.text), "number")
        elif locked_text(laid, context):
            cells[at] = RawCell(locked_text(laid, context), "text")
    return cells

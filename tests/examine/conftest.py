"""A good return of Mẫu 02 as a Reading, laid out by the house's own layout, and ways to spoil it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Deadline, Form
from lamtheo_xls.examine import Examination, Facts, examine
from lamtheo_xls.workbook.identity import Issued, code_of, payload_of, tag_of
from lamtheo_xls.workbook.layout import Layout, address, lay_out, locked_text
from lamtheo_xls.workbook.panel import Filled, starting
from lamtheo_xls.workbook.reading import CodeMark, RawCell, Reading, Sheet, SignedMark

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


@dataclass(frozen=True)
class Return:
    """A filled workbook as its Reading, with the facts it is judged by."""

    form: Form
    layout: Layout
    issued: Issued
    cells: Mapping[tuple[int, int], RawCell]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    sheet: str = "MẪU 02"
    facts: Facts = field(kw_only=True)

    def spot(self, row: int, column: str) -> tuple[int, int]:
        """The cell of row 1, 2, … of the table."""
        area = self.layout.areas["mo_hinh"]
        return area.first_row + row - 1, area.columns[column]

    def cell(self, row: int, column: str) -> str:
        return address(*self.spot(row, column))

    def put(self, spot: tuple[int, int], cell: RawCell | str | None) -> Return:
        """The return with one cell overwritten, or emptied by None."""
        cells = dict(self.cells)
        if cell is None:
            cells.pop(spot, None)
        else:
            cells[spot] = cell if isinstance(cell, RawCell) else RawCell(cell, "text", locked=False)
        return replace(self, cells=cells)

    def set(self, row: int, column: str, cell: RawCell | str | None) -> Return:
        return self.put(self.spot(row, column), cell)

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
        layout = lay_out(form, {"mo_hinh": laid}, shared=shared)
        issued = Issued(
            serial=7,
            assignment="mau-02_2027_DV01",
            round="43-kh-duk_2027",
            form=form.id,
            version=form.version,
            unit="" if shared else "DV01",
            person=None,
            period="2027",
            part="",
            rows={"mo_hinh": laid},
        )
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
        filled = starting(form, CONTEXT, Filled(fields=fields, rows={"mo_hinh": tuple(lines)}))
        cells: dict[tuple[int, int], RawCell] = {}
        for laid_cell in layout.cells:
            at = (laid_cell.at.row, laid_cell.at.column)
            if laid_cell.kind == "input":
                if laid_cell.table:
                    here = lines[laid_cell.index - 1] if laid_cell.index <= len(lines) else {}
                    text = here.get(laid_cell.field, "")
                else:
                    text = filled.fields.get(laid_cell.field, "")
                if text:
                    cells[at] = RawCell(text, "text", locked=False)
            elif laid_cell.kind == "formula":
                cells[at] = RawCell("CHƯA XONG", "text", formula=True)
            elif at in (tuple(layout.code_head), tuple(layout.code_close)):
                cells[at] = RawCell(code_of(issued, KEY), "text")
            elif laid_cell.kind == "key":
                cells[at] = RawCell(laid_cell.text, "text")
            elif laid_cell.kind == "number":
                cells[at] = RawCell(float(laid_cell.text), "number")
            elif locked_text(laid_cell, CONTEXT):
                cells[at] = RawCell(locked_text(laid_cell, CONTEXT), "text")
        facts = Facts(
            form=form,
            year=2027,
            issued=issued,
            context=CONTEXT,
            children=CHILDREN,
            groups=GROUPS,
            deadline=Deadline(
                on_time=dt.date(2027, 2, 28), late_from=dt.date(2027, 3, 1), accept_until=None, text="28/02/2027"
            ),
            received=dt.date(2027, 2, 20),
            current_version=form.version,
        )
        return Return(form, layout, issued, cells, facts=facts)

    return make

"""Tables from several forms, of results, of tasks and of typical models: their sheets, how long rows are printed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from lamtheo_xls.definitions import Bundle, bundled, load_folder
from lamtheo_xls.ledger import Counted
from lamtheo_xls.merge import Counts, Roll, alike, counts_of, form_of, frame_of, left_out, once, roles_of
from lamtheo_xls.register import Register, Unit
from lamtheo_xls.reports.consolidated import Absence, Away, sentences, told_of, write_consolidated

AS_OF = dt.date(2027, 2, 25)
ROOM = (210 - 20 - 20) / 25.4 * 72
OFFICE = {
    "co_quan": "Đảng ủy các cơ quan Đảng tỉnh",
    "cap_tren": "Đảng bộ tỉnh Lam Giang",
    "dia_danh": "Lam Giang",
    "nhan_bao_cao": "Ban Thường vụ Tỉnh ủy",
    "quyen_han_ky": "T/M BAN THƯỜNG VỤ",
    "chuc_vu_ky": "PHÓ BÍ THƯ",
    "nguoi_ky": "Trần Ngọc Thảo",
}
ADMIN = "Nhóm mô hình cải cách thủ tục hành chính"


def unit(code: str, name: str, order: int, kind: str = "chi_bo_co_so", parent: str = "") -> Unit:
    return Unit(code=code, name=name, short_name=name, order=order, kind=kind, parent=parent, row=order)


COMMITTEE = unit("DU", "Đảng ủy Sở Y tế", 1, "dang_uy_co_so")
CHILD = unit("DU1", "Chi bộ Khám bệnh", 1, "chi_bo_truc_thuoc", "DU")
CELL, OTHER = unit("CB", "Chi bộ Thanh tra", 2), unit("CK", "Chi bộ Kho bạc", 3)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A consolidated workbook of one table, and what it says."""

    data: bytes
    counts: Counts
    said: tuple[str, ...]

    @property
    def sheets(self) -> list[str]:
        return openpyxl.load_workbook(io.BytesIO(self.data)).sheetnames

    def sheet(self, name: str) -> Worksheet:
        return openpyxl.load_workbook(io.BytesIO(self.data))[name]

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """Rows of a sheet without blank cells."""
        found = [tuple(v for v in row if v is not None) for row in self.sheet(name).iter_rows(values_only=True)]
        return [row for row in found if row]


def bundle(programme: str) -> Bundle:
    found, _ = load_folder(bundled(programme))
    assert found is not None
    return found


@pytest.fixture(scope="session")
def made() -> Callable[..., Made]:
    """made("43-kh-duk", "mau-02", units, sent, roll): the workbook of a bundled table."""

    def make(
        programme: str,
        id: str,
        units: Sequence[Unit],
        sent: Sequence[Counted],
        roll: Roll,
        *,
        owing: Mapping[str, frozenset[str]] | None = None,
        away: Away | None = None,
        period: str = "2027",
        unit_label: str = "",
    ) -> Made:
        found = bundle(programme)
        table = next(t for t in found.programme.tables if t.id == id)
        table = replace(table, unit_label=unit_label)
        register, roles = Register(units=tuple(units), office=OFFICE), roles_of(table, found.forms)
        frame, repeated = once(frame_of(sent, register, table, found.forms, owing=owing), roles)
        counts = counts_of(
            frame,
            roll,
            register,
            roles,
            groups=found.programme.groups,
            on=AS_OF,
            repeated=repeated,
            alike=alike(frame, roles),
            left_out=left_out(frame_of(sent, register, table, found.forms), frame, roles),
        )
        used = {form_of(c) for c in sent}
        told = told_of(found.forms, table, register, used=used, period=period, as_of=AS_OF)
        data = write_consolidated(
            forms=found.forms,
            table=table,
            register=register,
            frame=frame,
            counts=counts,
            away=away or Away(),
            told=told,
        )
        return Made(data=data, counts=counts, said=sentences(counts, told))

    return make


def model(child: str, name: str, tick: str = "moi") -> dict[str, str]:
    return {"ten_chi_bo": child, "ten_mo_hinh": name, "thoi_gian": "Cả năm", tick: "x", "nhom": ADMIN}


@pytest.fixture(scope="session")
def bloc(made: Callable[..., Made], return_of: Callable[..., Counted]) -> Made:
    """A committee with Mẫu 02 and a plan of its own; a chi bộ cơ sở with two plans, one of them twice."""

    def plan(unit: str, name: str, part: str) -> Counted:
        return return_of("mau-01", unit, fields={**model("", name), "mo_hinh_thu": part}, part=part)

    sent = [
        return_of("mau-02", "DU", table="mo_hinh", rows=[model("Chi bộ Khám bệnh", "Giảm chờ khám")]),
        plan("DU", "Của riêng đảng ủy", "1"),
        plan("CB", "Tiếp dân một lần", "1"),
        plan("CB", "tiếp  dân một lần", "2"),
        plan("CB", "Tiếp dân một lần.", "3"),
    ]
    roll = Roll(expected=("DU", "CB", "CK"), counted=("DU", "CB"), signed=("DU",), unsigned=("CB",))
    away = Away(
        missing=(Absence(unit="CK", name="Chi bộ Kho bạc", form="Mẫu số 01", state="Chưa gửi", phone="0905"),),
        unsigned=(Absence(unit="CB", name="Chi bộ Thanh tra", form="Mẫu số 01", state="Chờ bản ký"),),
    )
    units = (COMMITTEE, CHILD, CELL, OTHER)
    return made("43-kh-duk", "mau-02", units, sent, roll, owing={"mau-02": frozenset({"DU"})}, away=away)


def test_the_blocs_models_from_two_forms(bloc: Made) -> None:
    """Committees with their Mẫu 02, chi bộ cơ sở with their plans, no model twice, numbered through."""
    rows = bloc.rows("TRÌNH KÝ")
    first = next(i for i, r in enumerate(rows) if r[0] == "I")
    assert rows[first : first + 6] == [
        ("I", "Đảng ủy Sở Y tế", "1 mô hình", 0, 1),
        (1, "Chi bộ Khám bệnh", "Giảm chờ khám", "Cả năm", "x"),
        ("II", "Chi bộ Thanh tra", "2 mô hình", 0, 2),
        (2, "Chi bộ Thanh tra", "Tiếp dân một lần", "Cả năm", "x"),
        (3, "Tiếp dân một lần.", "Cả năm", "x"),
        ("TỔNG CỘNG", "3 mô hình", 0, 3),
    ]


def test_what_is_told_of_repeats_and_signed_copies(bloc: Made) -> None:
    """What was left out, what looks alike, and whose signed copy is awaited, in sentences and figures."""
    for sentence in (
        "Đến ngày 25/02/2027, đã tổng hợp Mẫu số 02 và Mẫu số 01 năm 2027 của 2/3 đơn vị (66,7%).",
        "Đã nhận bản ký của 1 đơn vị; còn 1 đơn vị mới gửi bản mềm: Chi bộ Thanh tra.",
        "Có 1 mô hình đơn vị ghi lại ở bản khác với cùng tên, chỉ tính một lần: "
        "tiếp  dân một lần (Chi bộ Thanh tra, Mẫu số 01 phần 2).",
        "Có 1 mô hình đơn vị ghi ở biểu riêng mà bảng của đơn vị chưa có, nên không có ở đây: "
        "Của riêng đảng ủy (Đảng ủy Sở Y tế, Mẫu số 01 phần 1).",
        "Có 1 cặp tên mô hình gần giống nhau trong cùng một nơi, nên xem lại (vẫn tính đủ): "
        "“Tiếp dân một lần” và “Tiếp dân một lần.” (Chi bộ Thanh tra).",
    ):
        assert sentence in bloc.said
    figures = {str(r[0]).strip(): r[1:] for r in bloc.rows("SỐ LIỆU") if len(r) > 1}
    assert figures["Bản ký đã nhận"] == (1, "50%") and figures["Mới có bản mềm, chờ bản ký"] == (1, "50%")
    assert figures["Ghi lại ở bản khác của cùng đơn vị, chỉ tính một lần"] == (1,)
    assert figures["Ghi ở biểu riêng mà bảng của đơn vị chưa có, không tính ở đây"] == (1,)
    assert figures["Đảng ủy Sở Y tế"] == (1, 0, 1, "có") and figures["Chi bộ Thanh tra"] == (2, 0, 2)


def test_the_missing_form_is_named(bloc: Made) -> None:
    """CHƯA GỬI says which form each of them owes; who sent the soft copy only stands apart."""
    rows = bloc.rows("CHƯA GỬI")
    at = rows.index(("I. Chưa gửi hoặc chưa dùng được (1 đơn vị)",))
    heads = ("TT", "Đơn vị", "Biểu", "Tình trạng", "Đầu mối", "Điện thoại", "Hạn", "Ghi chú, lý do")
    assert rows[at + 1 : at + 3] == [heads, (1, "Chi bộ Kho bạc", "Mẫu số 01", "Chưa gửi", "0905")]
    at = rows.index(("III. Đã có trong bảng, mới gửi bản mềm, chờ bản ký (1 đơn vị)",))
    assert rows[at + 2] == (1, "Chi bộ Thanh tra", "Mẫu số 01", "Chờ bản ký")


def test_data_leads_back_to_each_cell(bloc: Made) -> None:
    """DỮ LIỆU: form, part, file, and of single fields the cell of each value."""
    sheet = bloc.sheet("DỮ LIỆU")
    heads = [c.value for c in sheet[1]]
    lines = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [(x["bieu"], x["phan"], x["tep"], x["o_ten_mo_hinh"]) for x in lines] == [
        ("mau-02", None, "nhan-ve/DU.xlsx", "C12"),
        ("mau-01", "1", "nhan-ve/CB-1.xlsx", "C4"),
        ("mau-01", "3", "nhan-ve/CB-3.xlsx", "C4"),
    ]


def test_a_base_committee_makes_its_own_mau_02(made: Callable[..., Made], return_of: Callable[..., Counted]) -> None:
    """Only chi bộ in the register: rows by chi bộ without head rows, who has nothing to report among them."""
    units = [unit(f"C{n}", f"Chi bộ {n}", n, "chi_bo_truc_thuoc") for n in (1, 2, 3, 4)]
    sent = [
        return_of("mau-01", "C1", fields=model("", "Một"), part="1"),
        return_of("mau-01", "C1", fields=model("", "Hai", "dang_trien_khai"), part="2"),
        return_of("mau-01", "C3", fields=model("", "Ba"), part="1"),
    ]
    roll = Roll(expected=("C1", "C2", "C3", "C4"), counted=("C1", "C3"), nil=("C2",))
    book = made("43-kh-duk", "mau-02", units, sent, roll)
    rows = book.rows("TRÌNH KÝ")
    first = next(i for i, r in enumerate(rows) if r[0] == 1)
    assert rows[first : first + 5] == [
        (1, "Chi bộ 1", "Một", "Cả năm", "x"),
        (2, "Hai", "Cả năm", "x"),
        ("Chi bộ 2", "Không phát sinh"),
        (3, "Chi bộ 3", "Ba", "Cả năm", "x"),
        ("TỔNG CỘNG", "3 mô hình", 1, 2),
    ]
    assert book.said[0].startswith("Đến ngày 25/02/2027, đã tổng hợp Mẫu số 01 năm 2027 của 2/4 đơn vị")
    assert "Biểu" not in [v for row in book.rows("CHƯA GỬI") for v in row]


def test_a_programme_may_head_a_column_for_the_unit(
    made: Callable[..., Made], return_of: Callable[..., Counted]
) -> None:
    """Where it gives that column a head, each row names its unit."""
    sent = [return_of("mau-03", "CB", fields={"ten_mo_hinh": "Tiếp dân", "ket_qua_chinh": "Tốt"}, part="1")]
    roll = Roll(expected=("CB",), counted=("CB",))
    book = made("43-kh-duk", "ket-qua-mo-hinh", (CELL,), sent, roll, unit_label="Đơn vị báo cáo")
    rows = book.rows("TRÌNH KÝ")
    heads = next(r for r in rows if r[0] == "TT")
    assert heads[:3] == ("TT", "Đơn vị báo cáo", "Tên mô hình")
    assert (1, "Chi bộ Thanh tra", "Tiếp dân", "Tốt") in rows


LONG = "Rút ngắn thời gian giải quyết hồ sơ; cán bộ, đảng viên gương mẫu đi đầu, tận tụy với nhân dân. "


@pytest.fixture(scope="session")
def results(made: Callable[..., Made], return_of: Callable[..., Counted]) -> Made:
    """Twelve chi bộ with results, every third told at great length; one without any result."""
    units = [unit(f"C{n}", f"Chi bộ Số {n}", n) for n in range(1, 15)]
    sent = [
        return_of(
            "mau-03",
            f"C{n}",
            part="1",
            fields={
                "ten_mo_hinh": f"Mô hình {n}",
                "thoi_gian": "Cả năm 2027",
                "nhom": ADMIN if n % 2 else "",
                "ket_qua_chinh": "".join(f"({n}.{k}) {LONG}" for k in range(1 + 4 * (n % 3 == 0))).strip(),
                "so_lieu": "" if n == 5 else "Đúng hạn 98,7%",
                "nhan_rong": "x" if n in (2, 7) else "",
                "pham_vi": "Toàn Đảng bộ" if n in (2, 7) else "",
            },
        )
        for n in range(1, 13)
    ]
    sent.append(return_of("mau-03", "C13", nil=True))
    roll = Roll(expected=tuple(u.code for u in units), counted=tuple(f"C{n}" for n in range(1, 13)), nil=("C13",))
    return made("43-kh-duk", "ket-qua-mo-hinh", units, sent, roll)


def test_results_have_their_sheets(results: Made) -> None:
    """What can be replicated stands on a sheet of its own beside the groups."""
    assert results.sheets == ["TRÌNH KÝ", "CHƯA GỬI", "THEO NHÓM", "CÓ THỂ NHÂN RỘNG", "SỐ LIỆU", "DỮ LIỆU"]
    rows = results.rows("CÓ THỂ NHÂN RỘNG")
    assert rows[0] == ("MÔ HÌNH CÓ THỂ NHÂN RỘNG – năm 2027",)
    assert [r[:3] for r in rows[3:]] == [(1, "Chi bộ Số 2", "Mô hình 2"), (2, "Chi bộ Số 7", "Mô hình 7")]
    assert rows[3][-1] == "Toàn Đảng bộ"


def test_results_in_sentences(results: Made) -> None:
    """How many can be replicated, who reports no result, whose figures are missing."""
    for sentence in (
        "Các đơn vị báo cáo kết quả của tổng số 12 mô hình, trong đó có thể nhân rộng 2 (16,7%).",
        "Có 1 đơn vị báo không phát sinh: Chi bộ Số 13.",
        "Có 1/12 mô hình chưa ghi đủ (1 chưa ghi số liệu), của: Chi bộ Số 5.",
    ):
        assert sentence in results.said
    assert ("XIII", "Chi bộ Số 13", "Không phát sinh") in results.rows("TRÌNH KÝ")


def test_where_a_model_comes_from_stands_on_data(made: Callable[..., Made], return_of: Callable[..., Counted]) -> None:
    """Called for or found by oneself (S1.37): unprinted, on DỮ LIỆU to be counted."""
    called = "Hưởng ứng theo sự vận động của cấp ủy chi bộ, đảng bộ, cơ quan, đoàn thể"
    fields = {"ten_mo_hinh": "Tiếp dân", "ket_qua_chinh": "Tốt", "nguon_goc": called}
    sent = [return_of("mau-03", "CB", fields=fields, part="1")]
    book = made("43-kh-duk", "ket-qua-mo-hinh", (CELL,), sent, Roll(expected=("CB",), counted=("CB",)))
    heads, line = book.rows("DỮ LIỆU")
    assert "nguon_goc" in heads and called in line
    assert called not in [v for row in book.rows("TRÌNH KÝ") for v in row]


def pages_of(sheet: Worksheet) -> list[range]:
    breaks = [b.id for b in sheet.row_breaks.brk]
    return [range(a + 1, b + 1) for a, b in zip([0, *breaks], [*breaks, sheet.max_row], strict=True)]


def test_long_rows_are_cut_only_where_a_page_ends(results: Made) -> None:
    """A row of long texts goes on over the page without a word lost or told twice; no row is higher than Excel takes,
    no page higher than its paper; in the middle of a page nothing is cut."""
    sheet = results.sheet("TRÌNH KÝ")
    pages = pages_of(sheet)
    starts = {page[0] for page in pages[1:]}
    heads = next(c.row for c in sheet["A"] if c.value == "TT")
    repeated = sum(sheet.row_dimensions[r].height for r in (heads, heads + 1))
    for number, page in enumerate(pages):
        heights = [sheet.row_dimensions[r].height for r in page]
        assert max(heights) <= 409 and sum(heights) + (repeated if number else 0) <= ROOM
    texts: dict[int, str] = {}
    current, cut = 0, 0
    for row in range(heads + 2, sheet.max_row + 1):
        number, text = sheet.cell(row, 1).value, sheet.cell(row, 5).value
        if isinstance(number, int):
            current = number
            texts[number] = str(text)
        elif number is None and text and "Tổng" not in str(sheet.cell(row, 1).value):
            assert row in starts, "a row goes on within a page"
            texts[current] += f"\n{text}"
            cut += 1
            above, below = sheet.cell(row - 1, 5).border, sheet.cell(row, 5).border
            assert above.bottom.style == "thin" and below.top.style == "thin", "the page ends and begins with a line"
        if number == "TỔNG CỘNG":
            break
    assert cut >= 1
    for n in range(1, 13):
        told = "".join(f"({n}.{k}) {LONG}" for k in range(1 + 4 * (n % 3 == 0))).strip()
        assert texts[n].split() == told.split()


def test_a_text_higher_than_a_row_takes_more_rows(made: Callable[..., Made], return_of: Callable[..., Counted]) -> None:
    """Five thousand characters in one cell: rows of at most 409 points, every word there."""
    words = [f"từ{n}" for n in range(1200)]
    fields = {"ten_mo_hinh": "Dài", "thoi_gian": "Cả năm", "ket_qua_chinh": " ".join(words)}
    book = made(
        "43-kh-duk",
        "ket-qua-mo-hinh",
        (CELL,),
        [return_of("mau-03", "CB", fields=fields, part="1")],
        Roll(expected=("CB",), counted=("CB",)),
    )
    sheet = book.sheet("TRÌNH KÝ")
    assert max(d.height or 0 for d in sheet.row_dimensions.values()) <= 409
    told = " ".join(str(row[4].value) for row in sheet.iter_rows() if str(row[4].value).startswith("từ"))
    assert told.split() == words


@pytest.fixture(scope="session")
def guidance(made: Callable[..., Made], return_of: Callable[..., Counted]) -> dict[str, Made]:
    """Three communes and the Front with tasks and typical models of 2024."""
    communes = [unit(f"X{n}", f"Đảng ủy xã Số {n}", n, "dang_uy_xa_phuong") for n in (1, 2, 3)]
    units = [*communes, unit("MT", "Mặt trận thành phố", 9, "mat_tran_doan_the")]
    task = {"noi_dung": "Giải phóng mặt bằng", "don_vi_chu_tri": "Đảng ủy", "thoi_gian": "Quý II"}
    typical = {"ten_mo_hinh": "Mô hình", "dia_chi": "Thôn 1", "thuc_trang": "Có sẵn", "muc_tieu": "Tốt hơn"}
    joint = typical | {"phoi_hop_chinh_quyen": "x", "noi_dung": "Đủ", "don_vi_thuc_hien": "Đảng ủy xã"}
    rows = {
        "nhiem-vu-dot-pha": {"X1": [task, task | {"don_vi_tham_muu": "Văn phòng", "don_vi_phoi_hop": "Công an"}]},
        "mo-hinh-tieu-bieu": {
            "X1": [joint],
            "X2": [typical, typical | {"ten_mo_hinh": "Khác hẳn"}],
            "X3": [],
            "MT": [joint] * 3,
        },
    }
    out = {}
    for id, returns in rows.items():
        table = "nhiem_vu" if id.startswith("nhiem") else "mo_hinh"
        sent = [return_of(id, u, period="2024", table=table, rows=found) for u, found in returns.items()]
        roll = Roll(expected=("X1", "X2", "X3", "MT"), counted=tuple(returns))
        out[id] = made("hd-btgtu-2024", id, units, sent, roll, period="2024")
    return out


def test_tasks_and_models_of_the_guidance(guidance: Mapping[str, Made]) -> None:
    """TRÌNH KÝ with the printed columns and subtotals, the star under the office's name; joint models by themselves."""
    tasks, models = guidance["nhiem-vu-dot-pha"], guidance["mo-hinh-tieu-bieu"]
    assert tasks.sheets == ["TRÌNH KÝ", "CHƯA GỬI", "SỐ LIỆU", "DỮ LIỆU"]
    assert models.sheets == ["TRÌNH KÝ", "CHƯA GỬI", "PHỐI HỢP CHÍNH QUYỀN", "SỐ LIỆU", "DỮ LIỆU"]
    signed = tasks.rows("TRÌNH KÝ")
    assert ("*",) in [r[:1] for r in signed]
    assert ("TT", "Nội dung nhiệm vụ đột phá", "Đơn vị chủ trì", "Đơn vị phối hợp", "Thời gian thực hiện") in signed
    assert ("I", "Đảng ủy xã Số 1", "2 nhiệm vụ") in signed and ("TỔNG CỘNG", "2 nhiệm vụ") in signed
    assert [r[1] for r in models.rows("PHỐI HỢP CHÍNH QUYỀN")[3:]] == ["Đảng ủy xã Số 1", *["Mặt trận thành phố"] * 3]


def test_unprinted_columns_stand_on_data(guidance: Mapping[str, Made]) -> None:
    """Who advises, what a model contains and who does it: asked beside the form, kept on DỮ LIỆU (S3.8, S3.12)."""
    tasks, models = guidance["nhiem-vu-dot-pha"], guidance["mo-hinh-tieu-bieu"]
    assert "don_vi_tham_muu" in tasks.rows("DỮ LIỆU")[0] and "Văn phòng" in tasks.rows("DỮ LIỆU")[2]
    assert {"noi_dung", "don_vi_thuc_hien", "phoi_hop_chinh_quyen"} <= set(models.rows("DỮ LIỆU")[0])


def test_completeness_and_numbers_in_sentences(guidance: Mapping[str, Made]) -> None:
    """How many tasks lack what; how many units have no, one, two, more models; which communes lack a joint one."""
    assert (
        "Có 1/2 nhiệm vụ chưa ghi đủ (1 chưa ghi đơn vị phối hợp; 1 chưa ghi đơn vị tham mưu), của: Đảng ủy xã Số 1."
        in guidance["nhiem-vu-dot-pha"].said
    )
    models = guidance["mo-hinh-tieu-bieu"]
    for sentence in (
        "Trong các đơn vị đã gửi: 1 đơn vị chưa đăng ký mô hình nào; 1 đơn vị đăng ký 1 mô hình; "
        "1 đơn vị đăng ký 2 mô hình; 1 đơn vị đăng ký nhiều hơn 2 mô hình.",
        "Có 1 đơn vị đã gửi nhưng chưa có mô hình nào: Đảng ủy xã Số 3.",
        "Có 1 đơn vị đăng ký nhiều hơn 2 mô hình: Mặt trận thành phố.",
        "Trong 3 đơn vị cần có ít nhất 1 mô hình phối hợp chính quyền, còn 2 đơn vị chưa có: "
        "Đảng ủy xã Số 2; Đảng ủy xã Số 3.",
    ):
        assert sentence in models.said
    figures = {str(r[0]).strip(): r[1:] for r in models.rows("SỐ LIỆU") if len(r) > 1}
    assert figures["Đơn vị đăng ký 2 mô hình"] == (1, "25%")
    assert figures["chưa ghi nội dung mô hình"] == (2, "33,3%")
    assert figures["Đảng ủy xã Số 2"] == (2, 0, "nội dung mô hình (2); đơn vị thực hiện (2)")


def test_every_table_is_valid(
    bloc: Made, results: Made, guidance: Mapping[str, Made], faults_of: Callable[[bytes], list[str]]
) -> None:
    """Every part keeps to ISO/IEC 29500."""
    for one in (bloc, results, *guidance.values()):
        assert faults_of(one.data) == []

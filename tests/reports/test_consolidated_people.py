"""ke-hoach-ca-nhan.xlsx: the summary of personal plans per unit and kind, the list of people, who is awaited."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.ledger import Counted
from lamtheo_xls.merge import Asked, PeopleCounts, Roll, frame_of, people_counts
from lamtheo_xls.register import Person, Register, Unit
from lamtheo_xls.reports.consolidated import Absence, Away, holes_line
from lamtheo_xls.reports.consolidated_people import people_sentences, told_of_people, write_people
from lamtheo_xls.reports.consolidated_words import Told

AS_OF = dt.date(2024, 3, 20)
EXAMPLE, WEAKNESS = "Việc nêu gương, dám nghĩ, dám làm", "Việc khắc phục hạn chế, yếu kém kéo dài"
ABOVE = "cấp ủy cấp trên theo phân cấp quản lý"
UNITS = (
    Unit(code="X1", name="Đảng ủy xã Tân An", short_name="ĐU Tân An", order=1, kind="dang_uy_xa_phuong"),
    Unit(code="T1", name="Chi bộ thôn 1", short_name="CB thôn 1", order=1, kind="chi_bo_thon", parent="X1"),
    Unit(code="MT", name="Mặt trận thành phố", short_name="MTTQ", order=2, kind="mat_tran_doan_the"),
)
PEOPLE = (
    Person(code="AN", name="Nguyễn Văn An", unit="X1", group="dang_vien", roles=("nguoi_dung_dau",)),
    Person(code="BI", name="Trần Thị Bình", unit="X1", group="dang_vien", roles=("cap_uy_vien",)),
    Person(code="CU", name="Lê Văn Cường", unit="X1", group="can_bo_cong_chuc"),
    Person(code="DU", name="Phạm Thị Dung", unit="T1", group="dang_vien"),
    Person(code="EM", name="Hoàng Văn Em", unit="MT", group="dang_vien", roles=("lanh_dao",)),
)
OFFICE = {
    "co_quan": "Ban Tuyên giáo Thành ủy",
    "cap_tren": "Thành ủy Lam Giang",
    "dia_danh": "Lam Giang",
    "nhan_bao_cao": "Ban Thường vụ Thành ủy",
    "quyen_han_ky": "TRƯỞNG BAN",
    "nguoi_ky": "Trần Ngọc Thảo",
}


@dataclass(frozen=True, kw_only=True)
class Made:
    data: bytes
    counts: PeopleCounts
    told: Told
    asked: tuple[Asked, ...]

    def sheet(self, name: str) -> Worksheet:
        return openpyxl.load_workbook(io.BytesIO(self.data))[name]

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        found = [tuple(v for v in row if v is not None) for row in self.sheet(name).iter_rows(values_only=True)]
        return [row for row in found if row]


@pytest.fixture(scope="session")
def make(return_of: Callable[..., Counted]) -> Callable[..., Made]:
    bundle, _ = load_folder(bundled("hd-btgtu-2024"))
    assert bundle is not None
    table = next(t for t in bundle.programme.tables if t.kind == "people")
    keys = {p.code: f"{p.unit}.{p.code}" for p in PEOPLE}

    def plan(code: str, *deeds: tuple[str, str]) -> Counted:
        person = next(p for p in PEOPLE if p.code == code)
        fields = {"chuc_vu_dang": "Bí thư", "chuc_vu_chinh_quyen": "Chủ tịch xã" if deeds else ""}
        told = {"lam_theo_noi_dung": ["=1+1 việc tốt", "Đọc sách"], "lam_theo_giai_phap": ["Cả năm"]}
        for n, (kind, text) in enumerate(deeds, start=1):
            fields |= {f"loai_viec_{n}": kind, f"can_cu_viec_{n}": "Vấn đề mới nảy sinh"}
            told[f"viec_{n}_noi_dung"] = [text]
        return return_of("ke-hoach-ca-nhan", person.unit, person=code, period="2024", fields=fields, narratives=told)

    def made(*, sent: bool = True, kindless: bool = False, twins: bool = False) -> Made:
        register = Register(units=UNITS, people=PEOPLE, office=OFFICE)
        plans = [plan("AN", (EXAMPLE, "Làm đường"), ("" if kindless else WEAKNESS, "Dứt điểm nợ")), plan("BI")]
        plans += [plan("DU", (EXAMPLE, "Dạy chữ"))]
        plans = plans if sent else []
        frame = frame_of(plans, register, table, bundle.forms)
        asked = tuple(
            Asked(
                key=keys[p.code],
                unit=p.unit,
                name=p.name,
                leader=bool(p.roles),
                second_to=ABOVE if {"nguoi_dung_dau", "lanh_dao"} & set(p.roles) else "",
            )
            for p in PEOPLE
        )
        roll = Roll(
            expected=tuple(keys[c] for c in ("AN", "BI", "CU", "EM")),
            counted=tuple(keys[c] for c in ("AN", "BI", "DU")) if sent else (),
            signed=(keys["AN"],) if sent else (),
            unsigned=(keys["BI"],) if sent else (),
        )
        counts = people_counts(frame, roll, asked, register, table)
        told = told_of_people(bundle.forms, table, register, asked, period="2024", as_of=AS_OF)
        em = Absence(
            unit="MT",
            name="Mặt trận thành phố",
            person="Hoàng Văn Em",
            person_code="EM",
            state="Chưa gửi",
            phone="0905",
            due="31/03/2024",
        )
        rule = Absence(
            unit="T1", name="Chi bộ thôn 1", person="12 người", many=12, state="Không phải gửi", note="Đảng viên thôn"
        )
        data = write_people(
            forms=bundle.forms,
            table=table,
            register=register,
            frame=frame,
            counts=counts,
            asked=asked,
            away=Away(missing=(em, replace(em, person_code="EM-2")) if twins else (em,), released=(rule,)),
            told=told,
        )
        return Made(data=data, counts=counts, told=told, asked=asked)

    return made


@pytest.fixture(scope="session")
def book(make: Callable[..., Made]) -> Made:
    return make()


def test_sheets_in_order(book: Made) -> None:
    """TRÌNH KÝ first, the list of people beside it."""
    opened = openpyxl.load_workbook(io.BytesIO(book.data))
    assert opened.sheetnames == ["TRÌNH KÝ", "DANH SÁCH", "CHƯA GỬI", "THEO NHÓM", "SỐ LIỆU", "DỮ LIỆU"]
    assert opened.active is not None and opened.active.title == "TRÌNH KÝ"


def test_signed_sheet_as_drawn(
    book: Made, dump: Callable[[bytes, str], str], golden: Callable[[str, str], None]
) -> None:
    """Head with its star, the counts of each unit under their heads, total, hole line, Nơi nhận, signature."""
    golden("trinh-ky-ca-nhan.txt", dump(book.data, "TRÌNH KÝ"))


def test_a_unit_in_numbers(book: Made) -> None:
    """Owing, sent, not yet, volunteers, leaders who must and who did, deeds of each kind; the total adds them up."""
    rows = book.rows("TRÌNH KÝ")
    first = next(i for i, r in enumerate(rows) if r[0] == 1)
    assert rows[first : first + 5] == [
        (1, "Đảng ủy xã Tân An", 3, 2, 1, 0, 2, 1, 1, 1),
        (2, "Chi bộ thôn 1", 0, 0, 0, 1, 0, 0, 1, 0),
        (3, "Mặt trận thành phố", 1, 0, 1, 0, 1, 0, 0, 0),
        ("TỔNG CỘNG", 4, 2, 2, 1, 3, 1, 2, 1),
        ("Tổng hợp từ 2/4 người và 1 người tự nguyện gửi, đến ngày 20/03/2024.",),
    ]


def test_deeds_without_a_kind_have_a_column_where_there_are_some(make: Callable[..., Made], book: Made) -> None:
    """«Chưa chọn loại» is a column only then."""
    heads = [v for row in make(kindless=True).rows("TRÌNH KÝ") for v in row]
    assert "Chưa chọn loại" in heads and "Chưa chọn loại" not in [v for row in book.rows("TRÌNH KÝ") for v in row]


def test_people_with_what_they_registered(book: Made) -> None:
    """By unit: name, post, contents in one cell, each deed with its kind and ground, and second copies."""
    rows = book.rows("DANH SÁCH")
    assert rows[1] == (
        "TT",
        "Họ và tên",
        "Chức vụ",
        "Nội dung làm theo",
        "Công việc số 1",
        "Công việc số 2",
        "Gửi thêm 1 bản cho",
    )
    assert rows[2:4] == [
        ("Đảng ủy xã Tân An: 2 người",),
        (
            1,
            "Nguyễn Văn An",
            "Bí thư\nChính quyền, đoàn thể: Chủ tịch xã",
            "=1+1 việc tốt\nĐọc sách\nGiải pháp, thời gian: Cả năm",
            f"Làm đường\nThuộc loại: {EXAMPLE}\nCăn cứ: Vấn đề mới nảy sinh",
            f"Dứt điểm nợ\nThuộc loại: {WEAKNESS}\nCăn cứ: Vấn đề mới nảy sinh",
            ABOVE,
        ),
    ]
    cell = next(c for row in book.sheet("DANH SÁCH").iter_rows() for c in row if str(c.value).startswith("=1+1"))
    assert cell.data_type == "s"


def test_deeds_by_kind(book: Made) -> None:
    """Each kind with its deeds and who does them, the programme's order of kinds."""
    rows = book.rows("THEO NHÓM")
    assert rows[2] == (f"{EXAMPLE}: 2 việc (66,7%)",)
    assert rows[3][:3] == (1, "Nguyễn Văn An", "Đảng ủy xã Tân An") and rows[4][1] == "Phạm Thị Dung"
    assert rows[5] == (f"{WEAKNESS}: 1 việc (33,3%)",)


def test_the_awaited_by_person(book: Made) -> None:
    """Name, unit, phone and date of each; those a rule lets off in one line with their number."""
    rows = book.rows("CHƯA GỬI")
    assert rows[0][0].startswith("NGƯỜI CHƯA CÓ TRONG BẢNG TỔNG HỢP")
    at = rows.index(("I. Chưa gửi hoặc chưa dùng được (1 người)",))
    assert rows[at + 2] == (1, "Hoàng Văn Em", "Mặt trận thành phố", "Chưa gửi", "0905", "31/03/2024")
    at = rows.index(("II. Không phát sinh, không phải gửi (12 người)",))
    assert rows[at + 2] == (1, "12 người", "Chi bộ thôn 1", "Không phải gửi", "Đảng viên thôn")


def test_sentences_about_people(book: Made) -> None:
    """Who sent, leaders, deeds by kind, second copies; figures beneath agree."""
    told = people_sentences(book.counts, book.told, book.asked)
    assert told == (
        "Đến ngày 20/03/2024, đã tổng hợp Mẫu 03 năm 2024 của 2/4 người (50%).",
        "Còn 2 người chưa tổng hợp được: Lê Văn Cường (ĐU Tân An); Hoàng Văn Em (MTTQ).",
        "Có 1 người tự nguyện gửi: Phạm Thị Dung (CB thôn 1).",
        "Đã nhận bản ký của 1 người; còn 1 người mới gửi bản mềm: Trần Thị Bình (ĐU Tân An).",
        "Trong 3 lãnh đạo phải đăng ký việc nêu gương, 1 người đã đăng ký (33,3%).",
        "Còn 1 lãnh đạo đã gửi kế hoạch nhưng chưa đăng ký việc nêu gương: Trần Thị Bình (ĐU Tân An).",
        "Tổng số 3 việc được đăng ký: việc nêu gương, dám nghĩ, dám làm 2 (66,7%); "
        "việc khắc phục hạn chế, yếu kém kéo dài 1 (33,3%).",
        "Trong số đó có 1 việc của người không thuộc diện phải đăng ký.",
        f"Có 1 người đã gửi thuộc diện gửi thêm 1 bản cho {ABOVE}.",
    )
    sheet = book.sheet("SỐ LIỆU")
    assert [sheet.cell(5 + i, 1).value for i in range(len(told))] == list(told)
    figures = {str(r[0]).strip(): r[1:] for r in book.rows("SỐ LIỆU") if len(r) > 1}
    assert figures["Người phải gửi"] == (4,) and figures["Người tự nguyện gửi (không tính ở trên)"] == (1,)
    assert figures["Đảng ủy xã Tân An"] == (3, 2, 1, 0, 2, 1, 1, 1, "66,7%")


def test_nobody_has_sent_yet(make: Callable[..., Made]) -> None:
    """An empty round: everybody is awaited, a total of nothing, all sheets there."""
    book = make(sent=False)
    assert ("TỔNG CỘNG", 4, 0, 4, 0, 3, 0, 0, 0) in book.rows("TRÌNH KÝ")
    assert holes_line(book.counts.roll, book.told, people=True) == "Tổng hợp từ 0/4 người, đến ngày 20/03/2024."
    assert "Chưa có việc nào được đăng ký." not in people_sentences(book.counts, book.told, book.asked)
    assert book.sheet("DỮ LIỆU").max_row == 1


def test_same_inputs_same_bytes_and_valid(
    book: Made, make: Callable[..., Made], faults_of: Callable[[bytes], list[str]]
) -> None:
    """Nothing of clock or chance; every part keeps to ISO/IEC 29500, also of an empty round."""
    assert make().data == book.data
    assert faults_of(book.data) == [] and faults_of(make(sent=False).data) == []


def test_two_people_of_one_name_in_one_unit_are_two(make: Callable[..., Made]) -> None:
    """CHƯA GỬI counts people, not their names."""
    rows = make(twins=True).rows("CHƯA GỬI")
    at = rows.index(("I. Chưa gửi hoặc chưa dùng được (2 người)",))
    assert [row[1] for row in rows[at + 2 : at + 4]] == ["Hoàng Văn Em", "Hoàng Văn Em"]

"""A small office whose register is free of findings, and the hand that spoils one cell of it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping

import openpyxl
import pytest

from lamtheo_xls.register import Earlier, Person, Register, Round, Unit, write_register

PROGRAMMES = (("43-kh-duk", "Xây dựng mô hình học tập và làm theo Bác"),)


def unit(code: str, name: str, short: str, order: int, kind: str, parent: str = "", **more: object) -> Unit:
    return Unit(code=code, name=name, short_name=short, order=order, kind=kind, parent=parent, **more)  # type: ignore[arg-type]


@pytest.fixture
def programmes() -> tuple[tuple[str, str], ...]:
    return PROGRAMMES


@pytest.fixture
def register() -> Register:
    """ĐƠN VỊ rows 4-9: DU-STC with two cells, DU-SYT with one, the base cell CB-TTR."""
    return Register(
        units=(
            unit(
                "DU-STC",
                "Đảng ủy Sở Tài chính",
                "ĐU Sở Tài chính",
                1,
                "dang_uy_co_so",
                contact="Nguyễn Thị Lan",
                phone="0912 345 678",
                mail="dangbo.stc@vinhlong.gov.vn",
                secretary="Trần Văn Bình",
            ),
            unit("CB-STC-VP", "Chi bộ Văn phòng", "CB Văn phòng", 1, "chi_bo_truc_thuoc", "DU-STC"),
            unit("CB-STC-NS", "Chi bộ Ngân sách", "CB Ngân sách", 2, "chi_bo_truc_thuoc", "DU-STC"),
            unit("DU-SYT", "Đảng ủy Sở Y tế", "ĐU Sở Y tế", 2, "dang_uy_co_so", valid_from=dt.date(2025, 7, 1)),
            unit("CB-SYT-VP", "Chi bộ Văn phòng", "CB Văn phòng", 1, "chi_bo_truc_thuoc", "DU-SYT"),
            unit("CB-TTR", "Chi bộ Thanh tra tỉnh", "CB Thanh tra", 3, "chi_bo_co_so"),
        ),
        people=(
            Person(
                code="NV-01",
                name="Lê Thị Hoa",
                unit="DU-STC",
                group="can_bo_cong_chuc",
                born="12/03/1980",
                party_post="Bí thư Đảng ủy",
                other_post="Giám đốc Sở",
                roles=("nguoi_dung_dau", "cap_uy_vien"),
            ),
        ),
        rounds=(
            Round(programme="43-kh-duk", period="2027", opens=dt.date(2027, 1, 15)),
            Round(programme="43-kh-duk", period="2022", opens=dt.date(2022, 1, 20), closed=True),
        ),
        office={
            "co_quan": "Đảng ủy Ủy ban nhân dân tỉnh Vĩnh Long",
            "cap_tren": "Đảng bộ tỉnh Vĩnh Long",
            "dia_danh": "Vĩnh Long",
            "nhan_bao_cao": "Ban Thường vụ Đảng ủy",
            "dau_moi_nhan": "Ban Tuyên giáo và Dân vận, đ/c Lan 0900 000 001",
        },
        earlier=(
            Earlier(
                period="2026",
                unit="DU-STC",
                values={"ten_chi_bo": "Chi bộ Văn phòng", "ten_mo_hinh": "Tiết kiệm điện", "thoi_gian": "", "nhom": ""},
            ),
        ),
    )


Spoil = Callable[..., bytes]


@pytest.fixture
def spoiled(register: Register) -> Spoil:
    """Writes the register, changes cells {(sheet, cell): value} and drops sheets; the bytes of the result."""

    def spoil(cells: Mapping[tuple[str, str], object] | None = None, drop: tuple[str, ...] = ()) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(write_register(register, programmes=PROGRAMMES)))
        for (sheet, cell), value in (cells or {}).items():
            book[sheet][cell].value = value
        for sheet in drop:
            del book[sheet]
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return spoil

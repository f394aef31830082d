"""What the screen says of people and faults is enough to act on: namesakes are told apart, a warning names its cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.register import Person, Register
from lamtheo_xls.workspace.owing import person_label


@pytest.mark.parametrize(
    ("born", "labels"),
    [
        (("12/03/1980", "1991"), ["Trần Văn Bình (1980)", "Trần  văn Bình (1991)"]),
        (("12/03/1980", ""), ["Trần Văn Bình (1980)", "Trần  văn Bình (P2)"]),
        (("12/03/1980", "05/04/1980"), ["Trần Văn Bình (P1)", "Trần  văn Bình (P2)"]),
        (("", "không rõ"), ["Trần Văn Bình (P1)", "Trần  văn Bình (P2)"]),
    ],
)
def test_namesakes_of_a_unit_have_their_year_or_code(born: tuple[str, str], labels: list[str]) -> None:
    """The year of birth where it parts them, else the code; of another unit nobody is a namesake."""
    first = Person(code="P1", name="Trần Văn Bình", unit="CS", born=born[0])
    second = Person(code="P2", name="Trần  văn Bình", unit="CS", born=born[1])
    third = Person(code="P3", name="Trần Văn Bình", unit="KHAC", born="1980")
    register = Register(people=(first, second, third), office={})
    assert [person_label(register, p) for p in (first, second)] == labels
    assert person_label(register, third) == "Trần Văn Bình"


def test_a_warning_that_sends_a_return_back_names_its_cell(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    result_of: Callable[..., dict[str, str]],
) -> None:
    """«Không phát sinh» beside content is only a warning, yet the unit has to say which holds: that is what is told on
    the phone, not that something is to be supplemented."""
    issued = min((models_office / "bieu-gui").rglob("mau-03*"))
    type_into(models_office, issued.name, "ca hai.xlsx", result_of("Tiết kiệm điện", khong_phat_sinh="x"))
    assert lamtheo("collect", "-C", models_office, "--as-of", "2027-12-05").code == 0
    assert lamtheo("status", "-C", models_office, "--as-of", "2027-12-05").code == 0
    page = openpyxl.load_workbook(models_office / "theo-doi.xlsx")["TỔNG QUAN"]
    at = {c.value: c.column for c in page[8]}
    (told,) = [
        page.cell(r, at["Cần nói"]).value
        for r in range(9, page.max_row + 1)
        if page.cell(r, at["Tình trạng"]).value == "Cần sửa"
    ]
    cell = told.split()[0]
    assert cell[0].isalpha() and cell[-1].isdigit()
    assert told == f"{cell} đánh dấu «không phát sinh», nhưng biểu vẫn có nội dung."


def test_whose_a_shared_workbook_may_be_names_the_person(
    tmp_path: Path, people_office: Callable[..., Path], lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """The person chosen inside is named before the unit, namesakes with their code."""
    office = people_office(tmp_path / "TU")
    shared = min(p for p in (office / "bieu-gui").rglob("*mau-chung*") if "ca-nhan" in p.name)
    type_into(office, shared.name, "chung.xlsx", {"don_vi": "Trần Văn Bình – CB Tài chính (P3)"})
    assert lamtheo("collect", "-C", office, "--as-of", "2024-02-10").code == 0
    assert lamtheo("status", "-C", office, "--as-of", "2024-02-10").code == 0
    page = openpyxl.load_workbook(office / "theo-doi.xlsx")["TỆP NHẬN"]
    column = next(c.column for c in page[3] if c.value == "Có thể của")
    assert [page.cell(4, column).value] == ["Trần Văn Bình (P3) – CB Tài chính"]

"""What other programs filled and saved becomes exactly what expected.tsv says, and nothing else."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

LIMIT = 60 * 1024
FAULTS = [
    "identity.none",
    "identity.foreign",
    "identity.tag",
    "identity.typo",
    "identity.conflict",
    "identity.shared",
    "identity.damaged",
    "identity.not_in_ledger",
    "identity.unit_name_differs",
    "structure.keys_disagree",
    "structure.locked_text",
    "structure.stray_text",
    "structure.rows_changed",
    "structure.columns_changed",
    "structure.sheet_renamed",
    "cell.required",
    "cell.too_long",
    "cell.placeholder",
    "cell.formula",
    "cell.error_value",
    "cell.not_tick",
    "cell.not_in_list",
    "cell.period_invalid",
    "cell.period_unreadable",
    "cell.period_outside",
    "cell.date_for_text",
    "cell.legacy_font",
    "table.tick_missing",
    "table.tick_both",
    "table.too_few_rows",
    "table.example_row",
    "table.ditto",
    "table.ditto_first",
    "table.unit_not_child",
    "workbook.unchanged",
    "workbook.late",
    "set.duplicate",
    "set.superseded",
    "file.photo",
    "file.pdf",
    "file.word",
    "file.csv",
    "file.xls",
    "file.ods",
    "file.encrypted",
    "file.truncated",
    "file.empty",
    "file.macros",
]
"""What point 6 of the order names, as far as a round of one form can hold it (there is no older version of it yet)."""
TOLD = ("state", "form", "unit", "person", "part", "codes", "cells")


def test_every_sample_becomes_what_is_expected_and_nothing_else(taken_in: Any, expected: Any) -> None:
    """State, unit, codes and cells of every file agree with expected.tsv, both ways."""
    wanted = {key: tuple(row[name] for name in TOLD) for key, row in expected.items()}
    assert taken_in.told == wanted


def test_there_are_enough_and_they_are_small(files: tuple[Path, ...]) -> None:
    """At least 30 returned workbooks, each a file one can mail, with names every disk can hold."""
    workbooks = [p for p in files if p.suffix in (".xlsx", ".xlsm") and p.stat().st_size]
    assert len(workbooks) >= 30
    assert [p.name for p in files if p.stat().st_size > LIMIT and p.suffix != ".zip"] == []
    for path in files:
        assert path.name == unicodedata.normalize("NFC", path.name)
        assert not set(path.name) & set('<>:"/\\|?*'), path.name


def test_every_fault_is_among_them(expected: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """No fault of the order is without a sample, and every state a file can have when it comes in occurs."""
    codes = {code for row in expected.values() for code in row["codes"].split() if code != "-"}
    assert set(FAULTS) == codes
    states = {row["state"] for row in expected.values()}
    assert states == {"accepted", "to_fix", "duplicate", "superseded", "unknown", "refused"}


@pytest.mark.parametrize(
    ("part", "word", "least"),
    [
        ("docProps/app.xml", "LibreOffice/", 20),
        ("docProps/core.xml", "<dc:language>vi-VN</dc:language>", 11),
        ("docProps/core.xml", "<dc:language>en-US</dc:language>", 8),
        ("docProps/app.xml", "gnumeric", 2),
        ("docProps/app.xml", "SheetJS", 2),
        ("docProps/app.xml", "Openpyxl", 2),
        ("docProps/core.xml", "<dc:creator>Unknown</dc:creator>", 2),  # exceljs
    ],
)
def test_they_were_saved_by_other_programs(files: tuple[Path, ...], part: str, word: str, least: int) -> None:
    """The programs signed what they saved."""
    found = 0
    for path in files:
        if path.suffix in (".xlsx", ".xlsm") and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                if part in package.namelist() and word in package.read(part).decode():
                    found += 1
    assert found >= least


def test_what_was_typed_is_what_counts(taken_in: Any) -> None:
    """Texts come back as typed: leading dashes, equals signs, merged names, ditto marks, moved columns, old fonts."""
    rows = {unit: [tuple(r.get(c, "") for c in COLUMNS) for r in found] for unit, found in taken_in.rows.items()}
    assert rows["DU-SNV"][1] == ("Chi bộ Công chức, viên chức", "- Học Bác mỗi tuần, làm theo mỗi ngày", "thường xuyên")
    assert rows["DU-SNV"][4][1] == "=1+1 cùng tiến bộ"
    assert [r[0] for r in rows["DU-STC"]][3:6] == ["Chi bộ Hành chính sự nghiệp"] * 3
    assert rows["DU-SKHCN"][1] == (
        "Chi bộ Bưu chính - Viễn thông",
        "Sóng về thôn xa",
        "Từ tháng 3/2027 đến tháng 02/2028",
    )
    assert rows["DU-BQLKCN"][1] == (
        "Chi bộ Quản lý doanh nghiệp",
        "Doanh nghiệp hỏi, Ban trả lời",
        "Từ tháng 3 đến tháng 11/2027",
    )
    assert rows["DU-BVDK"][4][0] == "Chi bộ Nội - Nhi"
    assert ("Chi bộ Chi cục Thủy lợi", "Giữ nước như giữ nhà", "Từ tháng 1 đến tháng 4") in rows["DU-SNNMT"]
    assert rows["DU-TTT"][4][:2] == ("Chi bộ 11", "Một đầu mối, một lời đáp")
    assert [r[1] for r in rows["DU-SVHTTDL"]] == [
        "Đêm diễn vùng sâu",
        "Hiện vật kể chuyện Bác",
        "Sân chơi cuối tuần",
        "Thư viện trên xe buýt",
        "Văn hóa đọc nơi công sở",
    ]


COLUMNS = ("ten_chi_bo", "ten_mo_hinh", "thoi_gian")


def test_what_the_unit_explained_goes_with_the_finding(taken_in: Any) -> None:
    """A warning explained on its row, or for the whole form, carries the unit's words."""
    hospital = taken_in.explained["nhan-ve", "Benh vien Da khoa tinh - BIEU MAU 02 (ban chot).xlsx"]
    assert hospital["cell.period_outside"] == "Chờ bàn giao khu mổ mới, đầu năm 2028 mới làm được."
    building = taken_in.explained["nhan-ve", "So Xay dung.xlsx"]
    said = "Đảng ủy ghi rõ tên cuộc vận động và ngày lấy số liệu."
    assert building == {"structure.locked_text": said, "structure.stray_text": said}

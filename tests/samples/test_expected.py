"""What other programs filled and saved becomes exactly what expected.tsv says, and nothing else."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msoffcrypto
import pytest

from lamtheo_xls.workbook.read.sniff import sniff

LIMIT, LIMIT_OF_ALL = 128 * 1024, 3 * 2**20
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
    "cell.wanted",
    "cell.tick_missing",
    "cell.tick_both",
    "cell.number",
    "table.tick_missing",
    "table.tick_both",
    "table.too_few_rows",
    "table.example_row",
    "table.ditto",
    "table.ditto_first",
    "table.unit_not_child",
    "table.too_few_paragraphs",
    "table.too_many_rows",
    "table.too_few_ticked",
    "table.not_asked",
    "workbook.unchanged",
    "workbook.late",
    "workbook.nil_and_filled",
    "set.duplicate",
    "set.superseded",
    "file.photo",
    "file.pdf",
    "file.word",
    "file.csv",
    "file.xls",
    "file.xlsb",
    "file.text_cut",
    "file.ods",
    "file.encrypted",
    "file.truncated",
    "file.empty",
    "file.macros",
]
"""What a first round of six forms can hold: there is no older version of any of them yet."""
TOLD = ("state", "form", "unit", "person", "part", "codes", "cells")


def test_every_sample_becomes_what_is_expected_and_nothing_else(taken_in: Any, expected: Any) -> None:
    """State, unit, codes and cells of every file agree with expected.tsv, both ways."""
    wanted = {key: tuple(row[name] for name in TOLD) for key, row in expected.items()}
    assert taken_in.told == wanted


def test_there_are_enough_and_they_are_small(files: tuple[Path, ...], returned: Mapping[str, bytes]) -> None:
    """At least 60 returned workbooks, each a file one can mail, with names every disk can hold."""
    workbooks = [n for n, data in returned.items() if n.endswith((".xlsx", ".xlsm", ".xls", ".et", ".ods")) and data]
    assert len(workbooks) >= 60
    assert [p.name for p in files if p.stat().st_size > LIMIT and p.suffix != ".zip"] == []
    assert sum(p.stat().st_size for p in files) < LIMIT_OF_ALL
    for path in files:
        assert path.name == unicodedata.normalize("NFC", path.name)
        assert not set(path.name) & set('<>:"/\\|?*'), path.name


def test_every_form_came_back_right_and_wrong(expected: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """Each of the six forms has returns that are accepted and returns that go back."""
    seen = Counter((row["form"], row["state"]) for row in expected.values())
    forms = ("mau-01", "mau-02", "mau-03", "nhiem-vu-dot-pha", "mo-hinh-tieu-bieu", "ke-hoach-ca-nhan")
    assert {form for form, _ in seen} == {*forms, "-"}
    assert [(form, state) for form in forms for state in ("accepted", "to_fix") if not seen[form, state]] == []


def test_every_fault_is_among_them(expected: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """No fault of the order is without a sample, and every state a file can have when it comes in occurs."""
    codes = {code for row in expected.values() for code in row["codes"].split() if code != "-"}
    assert set(FAULTS) == codes
    states = {row["state"] for row in expected.values()}
    assert states == {"accepted", "to_fix", "duplicate", "superseded", "unknown", "refused"}


@pytest.mark.parametrize(
    ("part", "word", "least"),
    [
        ("docProps/app.xml", "LibreOffice/", 50),
        ("docProps/core.xml", "<dc:language>vi-VN</dc:language>", 28),
        ("docProps/core.xml", "<dc:language>en-US</dc:language>", 21),
        ("docProps/app.xml", "gnumeric", 4),
        ("docProps/app.xml", "SheetJS", 5),
        ("docProps/app.xml", "Openpyxl", 6),
        ("docProps/core.xml", "<dc:creator>Unknown</dc:creator>", 8),  # exceljs
    ],
)
def test_they_were_saved_by_other_programs(returned: Mapping[str, bytes], part: str, word: str, least: int) -> None:
    """The programs signed what they saved."""
    found = 0
    for name, data in returned.items():
        if name.endswith((".xlsx", ".xlsm")) and zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                found += part in package.namelist() and word in package.read(part).decode()
    assert found >= least


def test_foreign_formats_are_what_they_seem(returned: Mapping[str, bytes]) -> None:
    """.xls and .et are BIFF (one closed by «Protect workbook»), .ods come from two programs, an .xlsx is encrypted."""
    kinds = Counter(sniff(data) for data in returned.values())
    assert (kinds["xls"], kinds["ods"], kinds["xlsb"], kinds["encrypted"]) == (5, 4, 1, 2)
    locked = [
        n for n, d in returned.items() if sniff(d) == "xls" and msoffcrypto.OfficeFile(io.BytesIO(d)).is_encrypted()
    ]
    assert locked == ["nhan-ve/Mau 01 So Xay dung (khoa so).xls"]
    makers = set()
    for name, data in returned.items():
        if name.endswith(".ods"):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                text = package.read("meta.xml").decode()
            makers.add(next(maker for maker in ("LibreOffice", "gnumeric") if maker in text))
    assert makers == {"LibreOffice", "gnumeric"}


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
    schools = taken_in.explained["nhan-ve", "Mo hinh tieu bieu - SGDDT.xlsx"]
    assert schools == {
        "table.too_many_rows": "Trường PTDTNT nhập về Đảng bộ từ tháng 01 nên xin giữ mô hình của trường."
    }


def test_what_was_explained_is_not_asked_again(taken_in: Any) -> None:
    """The newer return says nothing of the third model, and the words of the first go with it."""
    first = taken_in.explained["nhan-ve", "Mo hinh tieu bieu - SGDDT.xlsx"]
    again = taken_in.explained["nhan-ve-muon", "Mo hinh tieu bieu - SGDDT (sua muc tieu).xlsx"]
    assert again == first
    assert taken_in.explained["nhan-ve", "SYT_mo hinh tieu bieu.xlsx"] == {"table.too_many_rows": None}


def test_two_models_of_one_unit_both_count(taken_in: Any) -> None:
    """The copy with «Mô hình thứ» 2 is a part of its own, and the older copy of it found later changes nothing."""
    mine = {part: fields for (id, part), fields in taken_in.counting.items() if id == "mau-01_2027_DU-STC"}
    assert {part: fields["ten_mo_hinh"] for part, fields in mine.items()} == {
        "1": "Chi đúng, chi đủ, chi kịp thời",
        "2": "Công khai giá qua Zalo",
    }
    assert mine["2"]["hinh_thuc"] == "Nâng cao chất lượng"


def test_whose_plan_it_is_does_not_hang_on_the_name(taken_in: Any) -> None:
    """Two of one name in one chi bộ, a volunteer, and one of whom nothing is asked: each has the plan it sent."""
    mine = {id.rpartition(".")[2]: f for (id, _), f in taken_in.counting.items() if id.startswith("ke-hoach-ca-nhan_")}
    assert {code: mine[code]["ngay_sinh"] for code in ("NGUYEN-THI-HOA", "NGUYEN-THI-HOA-2")} == {
        "NGUYEN-THI-HOA": "12/03/1985",
        "NGUYEN-THI-HOA-2": "27/11/1991",
    }
    assert "DANG-THI-LANH" in mine and mine["TRAN-VAN-HOA"]["ho_ten"] == "Trần Văn Hòa"
    assert mine["VO-MINH-TAM"]["lanh_dao"] == "x" and "lanh_dao" not in mine["SON-THI-RAY"]
    assert mine["SON-THI-RAY"]["ngay_sinh"] == "17/5/1988", "she mended what the list says"


def test_the_office_ruled_in_its_own_workbook(taken_in: Any) -> None:
    """What staff typed into theo-doi.xlsx in LibreOffice is taken in as they meant it, and nothing else is."""
    assert taken_in.doubts == ()
    told = {d.subject: (d.kind, dict(d.detail)) for d in taken_in.ruled if not d.subject.startswith("submission:")}
    scan = told["assignment:mau-01_2027_CB-HKHKT"][1].pop("submission")
    assert scan and told == {
        "assignment:mau-01_2027_DU-BVDK": ("extend", {"until": "2027-03-15"}),
        "assignment:mau-02_2027_DU-STC": (
            "signed",
            {
                "on": "2027-03-01",
                "number": "15-BC/ĐU",
                "dated": "2027-02-20",
                "signer": "Võ Minh Tâm",
                "way": "Trục văn bản",
            },
        ),
        "assignment:mau-02_2027_DU-VPUB": (
            "signed",
            {"on": "2027-02-26", "number": "09-BC/ĐU", "way": "Trực tiếp"},
        ),
        "assignment:mau-01_2027_CB-HKHKT": ("signed", {"on": "2027-02-24"}),
    }
    files = [d for d in taken_in.ruled if d.subject.startswith("submission:")]
    assert [(d.kind, d.detail["assignment"]) for d in files] == [
        ("assign", "ke-hoach-ca-nhan_2027_CBT-BINHAN.TRAN-VAN-HOA")
    ]


def test_the_register_holds_everybody_the_sources_speak_of(taken_in: Any) -> None:
    """Every kind of unit asked; at least 20 people in at least 4 units: heads, leaders, members of committees, staff,
    party members of villages, workers, volunteers, exempt ones."""
    register = taken_in.register
    assert {u.kind for u in register.units} == {
        "dang_uy_co_so", "chi_bo_co_so", "chi_bo_truc_thuoc", "dang_uy_xa_phuong", "chi_bo_thon", "mat_tran_doan_the",
        "phong_ban_nganh",
    }  # fmt: skip
    people = register.people
    assert len(people) >= 20 and len({p.unit for p in people}) >= 4
    assert {p.group for p in people} == {"can_bo_cong_chuc", "dang_vien", "nguoi_lao_dong", "tu_nguyen"}
    assert {role for p in people for role in p.roles} == {"nguoi_dung_dau", "lanh_dao", "cap_uy_vien"}
    assert sum(bool(p.exempt) for p in people) == 2
    village = [p for p in people if p.unit.startswith("CBT-") and p.group == "dang_vien"]
    assert {bool(p.roles) for p in village} == {True, False}
    names = Counter((p.unit, p.name) for p in people)
    assert [name for name, times in names.items() if times > 1] == [("CB-STC-02", "Nguyễn Thị Hoa")]
    assert [r.id for r in register.rounds if not r.closed] == ["hd-btgtu-2024_2027", "43-kh-duk_2027"]

"""Old lists of people → persons in their units, and every guess a doubt at its row."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import openpyxl
import pytest
from openpyxl.styles import Font

from lamtheo_xls.findings import Finding, mend, message, worst
from lamtheo_xls.register import Register, import_units, read_register, write_register

UNITS = [
    ["TT", "Tên đơn vị", "Bí thư"],
    ["I", "Đảng ủy Sở Tài chính", "Trần Văn An"],
    [1, "Chi bộ Văn phòng", None],
    [2, "Chi bộ Ngân sách", None],
    ["II", "Đảng ủy Sở Y tế", None],
    [1, "Chi bộ Văn phòng", None],
]


def book(
    sheets: Mapping[str, Sequence[Sequence[object]]], merge: Sequence[tuple[str, str]] = (), font: str = ""
) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for number, values in enumerate(rows, start=1):
            for column, value in enumerate(values, start=1):
                if value is not None:
                    sheet.cell(number, column, value)
                    if font:
                        sheet.cell(number, column).font = Font(name=font)
    for title, area in merge:
        made[title].merge_cells(area)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def taken(data: bytes, errors: int = 0) -> tuple[Register, list[Finding]]:
    """The register and its doubts; written out it reads back as it is, with so many errors."""
    register, doubts = import_units(data, name="cu.xlsx")
    assert register is not None
    again, findings = read_register(write_register(register, doubts=doubts))
    assert again is not None and len([f for f in findings if f.severity == "error"]) == errors
    assert [(p.code, p.name, p.unit, p.group, p.roles) for p in again.people] == [
        (p.code, p.name, p.unit, p.group, p.roles) for p in register.people
    ]
    assert all("{" not in message(d) + mend(d) for d in doubts)
    return register, list(doubts)


def said(doubts: Sequence[Finding]) -> list[tuple[str, str | None, str | None]]:
    """Doubts about people, as (code, sheet, cell)."""
    units = ("import_code", "import_kind", "import_parent")
    found = [(d.code.removeprefix("register."), d.place.sheet, d.place.cell) for d in doubts]
    return [d for d in found if d[0] not in units]


def test_units_and_people_of_one_file():
    """People stand in the units of the other sheet; a name several cells bear is told apart by its committee."""
    register, doubts = taken(
        book(
            {
                "Don vi": UNITS,
                "Dang vien": [
                    ["DANH SÁCH ĐẢNG VIÊN"],
                    ["STT", "Họ và tên", "Năm sinh", "Đối tượng", "Chức vụ Đảng", "Chức vụ", "Đơn vị", "Ghi chú"],
                    [1, "Lê Thị Hoa", 1980, "Công chức", "Bí thư", "Trưởng phòng", "CB Ngân sách", None],
                    [2, "Trần Văn Bình", "12/3/1990", "ĐV", None, "Chuyên viên", "Chi bộ Văn phòng Sở Y tế", "x"],
                    [3, "Lê Thị Hoa", None, "NLĐ", None, None, "Đảng bộ Sở Y tế", None],
                    [None, "Tổng cộng: 3 đồng chí"],
                    [None, None, None, None, None, "NGƯỜI LẬP BIỂU"],
                ],
            }
        )
    )
    assert [u.name for u in register.units][:2] == ["Đảng ủy Sở Tài chính", "Chi bộ Văn phòng"]
    assert [
        (p.code, p.name, p.born, p.unit, p.group, p.party_post, p.other_post, p.roles) for p in register.people
    ] == [
        (
            "LE-THI-HOA",
            "Lê Thị Hoa",
            "1980",
            "CB-NGANSACH",
            "can_bo_cong_chuc",
            "Bí thư",
            "Trưởng phòng",
            ("nguoi_dung_dau", "lanh_dao", "cap_uy_vien"),
        ),
        ("TRAN-VAN-BINH", "Trần Văn Bình", "12/3/1990", "CB-SYT-VANPHONG", "dang_vien", "", "Chuyên viên", ()),
        ("LE-THI-HOA-2", "Lê Thị Hoa", "", "DU-SYT", "nguoi_lao_dong", "", "", ()),
    ]
    assert said(doubts) == [
        ("import_people", "Dang vien", None),
        ("import_column", "Dang vien", "H2"),
        ("import_person_row", "Dang vien", "B6"),
        ("import_person_row", "Dang vien", "F7"),
        ("import_person_roles", "Dang vien", "B3"),
    ]


def test_people_under_headings_of_their_units():
    """No column says the unit: headings do, cells within the committee's heading above; births stand under Nam | Nữ."""
    register, doubts = taken(
        book(
            {
                "DV": UNITS,
                "CB": [
                    ["TT", "Họ và tên", "Ngày sinh", None, "Chức vụ", "Điện thoại", "Email"],
                    [None, None, "Nam", "Nữ", None, None, None],
                    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
                    ["I", "Đảng ủy Sở Y tế"],
                    ["1. Chi bộ Văn phòng"],
                    [
                        1,
                        "Phạm Văn Cường",
                        "01/02/1975",
                        None,
                        "Bí thư chi bộ, Chánh Văn phòng",
                        912345678,
                        "a@syt.vn",
                    ],
                    [2, "Đỗ Thị Dung", None, "03/04/1985", "Bí thư Đoàn Thanh niên", None, "chưa có"],
                    ["II", "Đảng ủy Sở Tài chính"],
                    [1, "Chi bộ Văn phòng"],
                    [1, "Ngô Văn Em", "1990", None, "Chuyên viên", None, None],
                ],
            },
            merge=[("CB", "C1:D1"), ("CB", "A1:A2"), ("CB", "B1:B2")],
        )
    )
    assert [
        (p.name, p.born, p.unit, p.party_post, p.other_post, p.roles, p.phone, p.mail) for p in register.people
    ] == [
        (
            "Phạm Văn Cường",
            "01/02/1975",
            "CB-SYT-VANPHONG",
            "Bí thư chi bộ",
            "Chánh Văn phòng",
            ("nguoi_dung_dau", "lanh_dao", "cap_uy_vien"),
            "0912345678",
            "a@syt.vn",
        ),
        ("Đỗ Thị Dung", "03/04/1985", "CB-SYT-VANPHONG", "", "Bí thư Đoàn Thanh niên", ("lanh_dao",), "", ""),
        ("Ngô Văn Em", "1990", "CB-STC-VANPHONG", "", "Chuyên viên", (), "", ""),
    ]
    assert said(doubts) == [
        ("import_people_group", "CB", None),
        ("import_people", "CB", None),
        ("import_phone", "CB", "F6"),
        ("import_person_roles", "CB", "B6"),
        ("import_person_value", "CB", "G7"),
        ("import_person_roles", "CB", "B7"),
    ]


def test_a_file_of_people_alone_gives_its_units():
    """Merged and ditto cells of the unit's column are carried down; each unit comes once, its kind by its name."""
    register, doubts = taken(
        book(
            {
                "Sheet1": [
                    ["TT", "Họ tên", "Chức vụ", "Chi bộ"],
                    [1, "An", "Bí thư", "Chi bộ thôn 1"],
                    [2, "Bình", "Đảng viên", None],
                    [3, "Chi", None, "Phòng Nội vụ"],
                    [4, "Dũng", None, "-nt-"],
                    [5, "Em", "Phó Bí thư", "Chi bộ thôn 1"],
                ]
            },
            merge=[("Sheet1", "D2:D3")],
        )
    )
    assert [(u.code, u.name, u.kind) for u in register.units] == [
        ("CB-THON1", "Chi bộ thôn 1", "chi_bo_thon"),
        ("DV-PHONGNOIVU", "Phòng Nội vụ", "phong_ban_nganh"),
    ]
    assert [(p.name, p.unit, p.roles) for p in register.people] == [
        ("An", "CB-THON1", ("nguoi_dung_dau", "cap_uy_vien")),
        ("Bình", "CB-THON1", ()),
        ("Chi", "DV-PHONGNOIVU", ()),
        ("Dũng", "DV-PHONGNOIVU", ()),
        ("Em", "CB-THON1", ("cap_uy_vien",)),
    ]
    assert [(d.code, d.place.cell) for d in doubts[:4]] == [
        ("register.import_code", "D2"),
        ("register.import_kind", "D2"),
        ("register.import_code", "D4"),
        ("register.import_kind", "D4"),
    ]


def test_committees_of_headings_come_before_their_cells():
    """A people's file with headings gives the tree the headings say; a name that tells nothing is asked about."""
    register, doubts = taken(
        book(
            {
                "S": [
                    ["Họ và tên", "Chức vụ"],
                    ["Đảng ủy Sở A"],
                    ["Chi bộ 1"],
                    ["An", "Chuyên viên"],
                    ["Đảng ủy Sở B"],
                    ["Bình", "Chuyên viên"],
                ],
                "T": [["Họ và tên", "Đơn vị"], ["Chi", "Kho lưu trữ"]],
            }
        )
    )
    assert [(u.code, u.kind, u.parent) for u in register.units] == [
        ("DU-SA", "dang_uy_co_so", ""),
        ("CB-1", "chi_bo_truc_thuoc", "DU-SA"),
        ("DU-SB", "dang_uy_co_so", ""),
        ("DV-KHOLUUTRU", "khac", ""),
    ]
    assert [p.unit for p in register.people] == ["CB-1", "DU-SB", "DV-KHOLUUTRU"]
    assert ("import_kind_unclear", "T", "B2") in said(doubts)


def test_a_unit_that_is_none_or_several_is_left_to_a_person():
    """«Chi bộ Văn phòng» of two committees, and a name that is nowhere: blank, a doubt, and an error on reading."""
    register, doubts = taken(
        book(
            {
                "DV": UNITS,
                "NS": [
                    ["Họ và tên", "Đơn vị", "Diện", "Đối tượng"],
                    ["An", "Chi bộ Văn phòng", "Cấp ủy viên", "khách"],
                    ["Bình", "DU-STCC", "Ban lãnh đạo", "ĐV"],
                    ["Chi", "ĐU Sở Tài chính", None, "ĐV"],
                ],
            }
        ),
        errors=2,
    )
    assert [(p.unit, p.roles, p.group) for p in register.people] == [
        ("", ("cap_uy_vien",), ""),
        ("", (), "dang_vien"),
        ("DU-STC", (), "dang_vien"),
    ]
    assert said(doubts) == [
        ("import_people", "NS", None),
        ("import_person_unit", "NS", "B2"),
        ("import_person_value", "NS", "D2"),
        ("import_person_unit", "NS", "B3"),
        ("import_person_value", "NS", "C3"),
    ]
    [near] = [d for d in doubts if d.place.cell == "B3" and d.code.endswith("unit")]
    assert "có thể ý là «DU-STC»" in message(near)


def test_codes_of_the_list_are_kept():
    """Right codes that come once stay; the others give way to the name's."""
    register, _ = taken(
        book(
            {
                "DV": UNITS,
                "NS": [
                    ["Mã", "Họ và tên", "Đơn vị"],
                    ["NV-07", "An", "ĐU Sở Y tế"],
                    ["nv-08", "Bình", "ĐU Sở Y tế"],
                    ["NV-08", "Chi", "ĐU Sở Y tế"],
                    ["số 9", "Đỗ Ý", "ĐU Sở Y tế"],
                ],
            }
        )
    )
    assert [p.code for p in register.people] == ["NV-07", "BINH", "CHI", "DO-Y"]


def test_a_list_of_units_with_contacts_is_no_list_of_people():
    """Each unit once, the contact's name behind it: units."""
    rows = [
        ["TT", "Đơn vị", "Họ và tên", "Chức vụ", "Điện thoại"],
        [1, "Chi bộ Một", "An", "Bí thư", "0912345678"],
        [2, "Chi bộ Hai", "Bình", "Bí thư", "0912345679"],
    ]
    register, _ = import_units(book({"S": rows}), name="x.xlsx")
    assert register is not None
    assert [u.name for u in register.units] == ["Chi bộ Một", "Chi bộ Hai"] and register.people == ()


def test_contacts_under_two_head_rows_are_no_list_of_people():
    """«Đơn vị | Bí thư» over «Họ và tên | Chức vụ | SĐT», each unit once: units."""
    rows = [
        ["TT", "Tên đơn vị", "Người phụ trách"],
        [None, None, "Họ và tên", "Chức vụ", "SĐT"],
        [1, "Chi bộ Một", "An", "Bí thư", "0912345678"],
        [2, "Chi bộ Hai", "Bình", "Bí thư", "0912345679"],
    ]
    merged = [("S", "A1:A2"), ("S", "B1:B2"), ("S", "C1:E1")]
    register, _ = import_units(book({"S": rows}, merge=merged), name="x.xlsx")
    assert register is not None
    assert [u.name for u in register.units] == ["Chi bộ Một", "Chi bộ Hai"] and register.people == ()


def test_posts_under_two_head_rows():
    """«Chức vụ» over «Đảng | Chính quyền»; «đ/c» is no part of a name."""
    rows = [
        ["TT", "Họ và tên", "Chức vụ", None, "Chi bộ"],
        [None, None, "Đảng", "Chính quyền", None],
        [1, "Đ/c Nguyễn Văn An", "Phó Bí thư", "Phó Giám đốc", "Chi bộ 1"],
        [2, "đồng chí Lê Bà Hai", None, "Kế toán trưởng", "Chi bộ 1"],
    ]
    merged = [("S", f"{c}1:{c}2") for c in "ABE"] + [("S", "C1:D1")]
    register, doubts = taken(book({"S": rows}, merge=merged))
    assert [(p.name, p.party_post, p.other_post, p.roles) for p in register.people] == [
        ("Nguyễn Văn An", "Phó Bí thư", "Phó Giám đốc", ("lanh_dao", "cap_uy_vien")),
        ("Lê Bà Hai", "", "Kế toán trưởng", ()),
    ]
    assert [d for d in said(doubts) if d[0] != "import_person_roles"] == [
        ("import_people_group", "S", None),
        ("import_people", "S", None),
    ]


def test_a_list_of_people_in_vntime():
    """TCVN3 names become Unicode, each told at its cell."""
    register, doubts = taken(
        book({"S": [["Hä vµ tªn", "Chøc vô", "§¬n vÞ"], ["NguyÔn ThÞ NghÜa", "BÝ th­", "Chi bé 3"]]}, font=".VnTime")
    )
    assert [(p.name, p.party_post) for p in register.people] == [("Nguyễn Thị Nghĩa", "Bí thư")]
    assert [d for d in said(doubts) if d[0] == "import_font"] == [("import_font", "S", c) for c in ("A2", "B2", "C2")]


def test_a_person_in_the_check_sheet_is_one_click_away():
    """SOÁT LẠI links a person's doubt to the row of CÁ NHÂN."""
    rows = [["Họ và tên", "Đơn vị", "Chức vụ"], ["An", "Chi bộ 1", "Trưởng phòng"]]
    register, doubts = import_units(book({"S": rows}), name="x.xlsx")
    assert register is not None
    sheet = openpyxl.load_workbook(io.BytesIO(write_register(register, doubts=doubts)))["SOÁT LẠI"]
    links = {c.value: c.hyperlink.location for (c,) in sheet["C4:C9"] if c.hyperlink}
    assert links == {"CB-1": "'ĐƠN VỊ'!A4", "AN": "'CÁ NHÂN'!A4"}


@pytest.mark.parametrize("rows", [[["Họ và tên", "Đơn vị"]], [["Họ và tên", "Chức vụ"], ["An", "Bí thư"]]])
def test_people_without_any_unit(rows):
    """A list of nobody, or of people that stand nowhere, gives None and one error."""
    register, doubts = import_units(book({"S": rows}), name="x.xlsx")
    assert register is None and worst(doubts) == "error" and len(doubts) == 1

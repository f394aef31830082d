"""Old lists as offices keep them → a register with proposed codes, and every guess a doubt at its row."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Alignment, Font

from lamtheo_xls.findings import message, worst
from lamtheo_xls.register import Register, import_units, read_register, write_register
from lamtheo_xls.register.naming import code_valid, propose_code


def book(
    rows: Sequence[Sequence[object]], looks: Callable[[object], None] | None = None, merge: Sequence[str] = ()
) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Sheet1"
    for number, values in enumerate(rows, start=1):
        for column, value in enumerate(values, start=1):
            if value is not None:
                sheet.cell(number, column, value)
    if looks:
        looks(sheet)
    for area in merge:
        sheet.merge_cells(area)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def taken(data: bytes) -> tuple[Register, list[tuple[str, str]]]:
    """The register and (code, cell) of the doubts; written out, it must read back without a single error."""
    register, doubts = import_units(data, name="danh sach cu.xlsx")
    assert register is not None
    again, findings = read_register(write_register(register, doubts=doubts))
    assert again is not None and worst(findings) != "error"
    assert [u.code for u in again.units] == [u.code for u in register.units]
    for doubt in doubts:
        assert "{" not in message(doubt)
    return register, [(d.code.removeprefix("register."), d.place.cell or "") for d in doubts]


def tree(register: Register) -> list[tuple[str, str, str, str]]:
    return [(u.code, u.name, u.kind, u.parent) for u in register.units]


def test_roman_groups_that_are_committees():
    """Title rows above, Roman-numbered committees, cells beneath, a heading that only sorts, a total, a signature."""
    register, doubts = taken(
        book(
            [
                ["ĐẢNG BỘ UBND TỈNH"],
                ["DANH SÁCH CÁC TỔ CHỨC ĐẢNG NĂM 2026"],
                [],
                ["TT", "Tên tổ chức đảng", "Bí thư", "Điện thoại", "Email", "Ghi chú"],
                ["I", "Đảng ủy Sở Tài chính", "Trần Văn An", 912345678, "stc@vinhlong.gov.vn"],
                [1, "Chi bộ Văn phòng", "Lê Thị Ba", "0912 000 111"],
                [2, "Chi bộ Ngân sách"],
                ["II. Đảng bộ Sở Y tế"],
                [1, "Chi bộ Văn phòng"],
                [2, "Chi bộ Bệnh viện Đa khoa", None, None, "không có"],
                ["III", "CÁC CHI BỘ CƠ SỞ"],
                [1, "Chi bộ Thanh tra tỉnh"],
                [None, "Tổng cộng: 7 đơn vị"],
                [None, None, None, "NGƯỜI LẬP BIỂU"],
            ],
            merge=("A1:F1", "A8:F8"),
        )
    )
    assert tree(register) == [
        ("DU-STC", "Đảng ủy Sở Tài chính", "dang_uy_co_so", ""),
        ("CB-STC-VANPHONG", "Chi bộ Văn phòng", "chi_bo_truc_thuoc", "DU-STC"),
        ("CB-NGANSACH", "Chi bộ Ngân sách", "chi_bo_truc_thuoc", "DU-STC"),
        ("DU-SYT", "Đảng bộ Sở Y tế", "dang_uy_co_so", ""),
        ("CB-SYT-VANPHONG", "Chi bộ Văn phòng", "chi_bo_truc_thuoc", "DU-SYT"),
        ("CB-BENHVIENDAKHOA", "Chi bộ Bệnh viện Đa khoa", "chi_bo_truc_thuoc", "DU-SYT"),
        ("CB-THANHTRATINH", "Chi bộ Thanh tra tỉnh", "chi_bo_co_so", ""),
    ]
    first = register.units[0]
    assert (first.secretary, first.phone, first.mail) == ("Trần Văn An", "0912345678", "stc@vinhlong.gov.vn")
    assert (first.short_name, first.order, register.units[2].order) == ("ĐU Sở Tài chính", 1, 2)
    assert register.units[5].mail == ""
    assert {d for d in doubts if d[0] not in ("import_code", "import_kind", "import_parent")} == {
        ("import_column", "F4"),
        ("import_phone", "D5"),
        ("import_value", "E10"),
        ("import_group", "B11"),
        ("import_row", "B13"),
        ("import_row", "D14"),
    }
    assert [cell for code, cell in doubts if code == "import_code"] == ["B5", "B6", "B7", "A8", "B9", "B10", "B12"]
    assert [cell for code, cell in doubts if code == "import_kind"] == ["B5", "B6", "B7", "A8", "B9", "B10", "B12"]
    assert [cell for code, cell in doubts if code == "import_parent"] == ["B6", "B7", "B9", "B10"]


def test_indented_without_numbers():
    """Where nothing is numbered the indent tells: the last cell is not indented, so it is a base cell."""

    def looks(sheet):
        for row in (3, 4, 6):
            sheet.cell(row, 1).alignment = Alignment(indent=2)

    register, doubts = taken(
        book(
            [
                ["Đơn vị", "SĐT", "Người phụ trách"],
                ["Đảng ủy Công an tỉnh", "0270 3 123 456", "Phạm Thị Lan"],
                ["Chi bộ 1"],
                ["Chi bộ 2"],
                ["Đảng ủy Sở Xây dựng"],
                ["Chi bộ 1"],
                ["Chi bộ Báo Vĩnh Long"],
            ],
            looks,
        )
    )
    assert [(u.code, u.parent) for u in register.units] == [
        ("DU-CAT", ""),
        ("CB-CAT-1", "DU-CAT"),
        ("CB-2", "DU-CAT"),
        ("DU-SXD", ""),
        ("CB-SXD-1", "DU-SXD"),
        ("CB-BAOVINHLONG", ""),
    ]
    assert register.units[0].contact == "Phạm Thị Lan" and register.units[5].kind == "chi_bo_co_so"
    assert [cell for code, cell in doubts if code == "import_parent"] == ["A3", "A4", "A6"]


def test_bold_committees():
    """Bold rows carry the plain ones below; a name that tells nothing is left unclear, with a warning."""

    def looks(sheet):
        for row in (2, 5):
            sheet.cell(row, 1).font = Font(bold=True)

    rows = [
        ["Tên đơn vị", "Email"],
        ["Đảng ủy phường An Bình", "dang.uy@vinhlong.gov.vn"],
        ["Chi bộ khóm 1"],
        ["Chi bộ khóm 2"],
        ["Đảng ủy phường Bình Minh"],
        ["Chi bộ khóm 1"],
        ["Văn phòng Đảng ủy"],
    ]
    register, doubts = taken(book(rows, looks))
    assert [(u.code, u.kind, u.parent) for u in register.units] == [
        ("DU-PAB", "dang_uy_xa_phuong", ""),
        ("CB-PAB-KHOM1", "chi_bo_thon", "DU-PAB"),
        ("CB-KHOM2", "chi_bo_thon", "DU-PAB"),
        ("DU-PBM", "dang_uy_xa_phuong", ""),
        ("CB-PBM-KHOM1", "chi_bo_thon", "DU-PBM"),
        ("DV-VANPHONGDANGUY", "khac", "DU-PBM"),
    ]
    assert ("import_kind_unclear", "A7") in doubts


def test_merged_committee_column_and_two_head_rows():
    """«Đảng bộ | Chi bộ» with the committee's cell merged over its cells, heads in two rows, phone stored as number."""
    register, doubts = taken(
        book(
            [
                ["STT", "Đảng bộ", "Chi bộ", "Bí thư", None, "Hộp thư"],
                [None, None, None, "Họ và tên", "SĐT", None],
                ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
                [1, "Đảng bộ Sở Công Thương", "Chi bộ Văn phòng", "Võ Văn Tư", "0901234567", "sct@vinhlong.gov.vn"],
                [2, None, "Chi bộ Quản lý thương mại", "Đỗ Thị Năm", "0901234568", None],
                [3, "Đảng bộ Sở Nội vụ", "Chi bộ Văn phòng", "Hồ Văn Sáu", 901234569, None],
            ],
            merge=("A1:A2", "B1:B2", "C1:C2", "D1:E1", "B4:B5", "F4:F5"),
        )
    )
    assert tree(register) == [
        ("DU-SCT", "Đảng bộ Sở Công Thương", "dang_uy_co_so", ""),
        ("CB-SCT-VANPHONG", "Chi bộ Văn phòng", "chi_bo_truc_thuoc", "DU-SCT"),
        ("CB-QUANLYTHUONGMAI", "Chi bộ Quản lý thương mại", "chi_bo_truc_thuoc", "DU-SCT"),
        ("DU-SNV", "Đảng bộ Sở Nội vụ", "dang_uy_co_so", ""),
        ("CB-SNV-VANPHONG", "Chi bộ Văn phòng", "chi_bo_truc_thuoc", "DU-SNV"),
    ]
    assert [(u.secretary, u.phone, u.mail) for u in register.units[1:]] == [
        ("Võ Văn Tư", "0901234567", "sct@vinhlong.gov.vn"),
        ("Đỗ Thị Năm", "0901234568", "sct@vinhlong.gov.vn"),
        ("", "", ""),
        ("Hồ Văn Sáu", "0901234569", ""),
    ]
    assert ("import_carried", "F5") in doubts and ("import_phone", "E6") in doubts


def test_a_list_in_vntime():
    """Every text in TCVN3 under .VnTime fonts, numbered 1, 1.1, 1.2; each converted text is shown."""

    def looks(sheet):
        for row in sheet.iter_rows():
            for cell in row:
                cell.font = Font(name=".VnTime")
        sheet["A1"].font = Font(name=".VnTimeH")

    register, doubts = taken(
        book(
            [
                ["danh s¸ch"],
                ["TT", "Tªn ®¬n vÞ", "BÝ th\u00ad", "§iÖn tho¹i"],
                ["1", "§¶ng ñy Së Tµi chÝnh", "NguyÔn ThÞ NghÜa", "0912345678"],
                ["1.1", "Chi bé Tr\u00adêng TiÓu häc NguyÔn HuÖ", None, "0912345679"],
                ["1.2", "Chi bé 3"],
                ["2", "Chi bé V¨n phßng"],
            ],
            looks,
        )
    )
    assert tree(register) == [
        ("DU-STC", "Đảng ủy Sở Tài chính", "dang_uy_co_so", ""),
        ("CB-TTHNH", "Chi bộ Trường Tiểu học Nguyễn Huệ", "chi_bo_truc_thuoc", "DU-STC"),
        ("CB-3", "Chi bộ 3", "chi_bo_truc_thuoc", "DU-STC"),
        ("CB-VANPHONG", "Chi bộ Văn phòng", "chi_bo_co_so", ""),
    ]
    assert register.units[0].secretary == "Nguyễn Thị Nghĩa"
    assert {cell for code, cell in doubts if code == "import_font"} == {"B3", "C3", "B4", "B5", "B6"}


def test_legacy_codes_under_a_changed_font():
    """The font was changed and the codes left: the clear cells vote for the short ones («Chi bé» → «Chi bộ»)."""

    def looks(sheet):
        for row in sheet.iter_rows():
            for cell in row:
                cell.font = Font(name="Arial")

    rows = [
        ["TT", "Tªn ®¬n vÞ", "BÝ th\u00ad"],
        ["1", "§¶ng ñy Së Tµi chÝnh", "NguyÔn ThÞ NghÜa"],
        ["2", "Chi bé Tr\u00adêng TiÓu häc NguyÔn HuÖ", "TrÇn V¨n HiÖp"],
        ["3", "Chi bé 3", None],
    ]
    register, _ = taken(book(rows, looks))
    assert [u.name for u in register.units] == [
        "Đảng ủy Sở Tài chính",
        "Chi bộ Trường Tiểu học Nguyễn Huệ",
        "Chi bộ 3",
    ]


def test_codes_and_parents_of_the_list_are_kept():
    """Right codes stay without a doubt; a parent that is no row becomes one if it is a committee."""
    register, doubts = taken(
        book(
            [
                ["Mã", "Tên đơn vị", "Trực thuộc", "Loại hình", "Ngày thành lập"],
                ["A1", "Đảng ủy X", "khối nào đó", "Đảng bộ cơ sở", dt.datetime(2025, 7, 1)],
                ["B 1", "Chi bộ Một", "A1", None, "từ lâu"],
                ["C1", "Chi bộ Hai", "Đảng ủy Z", None, None],
            ]
        )
    )
    assert [(u.code, u.kind, u.parent, u.valid_from) for u in register.units] == [
        ("A1", "dang_uy_co_so", "", dt.date(2025, 7, 1)),
        ("CB-MOT", "chi_bo_truc_thuoc", "A1", None),
        ("DU-Z", "dang_uy_co_so", "", None),
        ("C1", "chi_bo_truc_thuoc", "DU-Z", None),
    ]
    assert [d for d in doubts if d[0] != "import_kind"] == [
        ("import_parent_unclear", "B2"),
        ("import_code", "B3"),
        ("import_value", "E3"),
        ("import_code", "C4"),
    ]


def test_a_ring_in_the_list_is_cut():
    """Two rows that name each other as parent: the first stands alone and is asked about."""
    register, doubts = taken(
        book([["Tên đơn vị", "Trực thuộc"], ["Đảng ủy X", "Đảng ủy Y"], ["Đảng ủy Y", "Đảng ủy X"]])
    )
    assert [(u.code, u.parent) for u in register.units] == [("DU-X", ""), ("DU-Y", "DU-X")]
    assert ("import_parent_unclear", "A2") in doubts


def test_a_base_cell_is_known_by_its_abbreviation():
    """«CBCS …» is a chi bộ cơ sở: what follows it in the list does not stand under it."""
    register, _ = taken(
        book(
            [
                ["TT", "Tên đơn vị"],
                ["I", "ĐẢNG ỦY CƠ SỞ"],
                [1, "Đảng ủy Sở Tài chính"],
                [None, "Chi bộ Văn phòng"],
                ["II", "CHI BỘ CƠ SỞ"],
                [1, "CBCS Hội Nông dân tỉnh"],
                [2, "Chi bộ Hội Nhà báo"],
            ]
        )
    )
    assert [(u.kind, u.parent) for u in register.units] == [
        ("dang_uy_co_so", ""),
        ("chi_bo_truc_thuoc", "DU-STC"),
        ("chi_bo_co_so", ""),
        ("chi_bo_co_so", ""),
    ]
    assert register.units[2].short_name == "CB Hội Nông dân tỉnh"


def test_names_are_written_out_for_official_papers():
    """«ĐU …», «CB …» as lists have them become what the form's head may print; each is told at its cell."""
    register, doubts = taken(
        book(
            [
                ["TT", "Tên đơn vị"],
                [1, "ĐU Sở Y tế"],
                [None, "CB Văn phòng"],
                [None, "Chi bộ Nghiệp vụ"],
                [2, "ĐU SỞ XÂY DỰNG"],
            ]
        )
    )
    assert [(u.name, u.short_name) for u in register.units] == [
        ("Đảng ủy Sở Y tế", "ĐU Sở Y tế"),
        ("Chi bộ Văn phòng", "CB Văn phòng"),
        ("Chi bộ Nghiệp vụ", "CB Nghiệp vụ"),
        ("ĐẢNG ỦY SỞ XÂY DỰNG", "ĐU SỞ XÂY DỰNG"),
    ]
    assert [cell for code, cell in doubts if code == "import_name"] == ["B2", "B3", "B5"]


def test_numbered_through_means_no_parents():
    """1, 2, 3 through the list: nobody is put under anybody."""
    rows = [
        ["STT", "Tên đơn vị"],
        [1, "Đảng ủy Sở A"],
        [2, "Đảng ủy Sở B"],
        [3, "Chi bộ Thanh tra"],
        [4, "Hội Luật gia"],
    ]
    register, _ = taken(book(rows))
    assert [(u.kind, u.parent) for u in register.units] == [
        ("dang_uy_co_so", ""),
        ("dang_uy_co_so", ""),
        ("chi_bo_co_so", ""),
        ("khac", ""),
    ]


def test_kinds_by_the_first_words():
    """Communes' committees, village cells, the front with its bodies, offices: told by their names (S3.8–S3.15)."""
    rows = [
        ["STT", "Tên đơn vị"],
        ["1", "ĐU xã Tân An"],
        ["2", "Chi bộ tổ dân phố 5"],
        ["3", "Ủy ban MTTQ thành phố"],
        ["4", "Hội Nông dân thành phố"],
        ["5", "Phòng Tài chính - Kế hoạch"],
        ["6", "Chi bộ Phòng Nội vụ"],
    ]
    register, doubts = taken(book(rows))
    assert [u.kind for u in register.units] == [
        "dang_uy_xa_phuong",
        "chi_bo_thon",
        "mat_tran_doan_the",
        "mat_tran_doan_the",
        "phong_ban_nganh",
        "chi_bo_co_so",
    ]
    assert [cell for code, cell in doubts if code == "import_kind"] == ["B2", "B3", "B4", "B5", "B6", "B7"]


def test_a_committee_above_base_level():
    """The collecting committee heads its own list: those beneath it are base units, it is asked about."""
    rows = [
        ["TT", "Tên đơn vị"],
        ["I", "Đảng bộ Khối các cơ quan tỉnh"],
        ["1", "Đảng ủy Sở A"],
        ["1.1", "Chi bộ Một"],
        ["2", "Chi bộ Hai"],
    ]
    register, doubts = taken(book(rows))
    assert [u.kind for u in register.units] == ["khac", "dang_uy_co_so", "chi_bo_truc_thuoc", "chi_bo_co_so"]
    assert [u.parent for u in register.units] == ["", "DU-KCCQT", "DU-SA", "DU-KCCQT"]
    assert ("import_kind_unclear", "B2") in doubts


def test_the_list_on_a_later_sheet():
    """A cover sheet is passed over; a second list is named, not mixed in."""
    made = openpyxl.Workbook()
    made.active.append(["Bìa"])
    for title, rows in (
        ("DS", [["TT", "Tên đơn vị", "Bí thư"], [1, "Chi bộ Một", "An"]]),
        ("Phụ lục", [["TT", "Tên đơn vị"], [1, "Chi bộ Chín"]]),
    ):
        sheet = made.create_sheet(title)
        for values in rows:
            sheet.append(values)
    out = io.BytesIO()
    made.save(out)
    register, doubts = import_units(out.getvalue(), name="x.xlsx")
    assert register is not None and [u.name for u in register.units] == ["Chi bộ Một"]
    assert (doubts[0].code, doubts[0].place.sheet) == ("register.import_sheet", "Phụ lục")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"not a workbook", "register.unreadable"),
        (book([["Kính gửi các đồng chí"], ["nội dung khác"]]), "register.import_no_head"),
        (book([["TT", "Tên đơn vị", "Bí thư"]]), "register.import_no_units"),
    ],
)
def test_what_cannot_be_taken(data, code):
    """None and one error, never an exception."""
    register, doubts = import_units(data, name="x.xlsx")
    assert register is None and [d.code for d in doubts] == [code] and worst(doubts) == "error"


def test_a_ready_register_is_taken_as_it_is(register):
    """import_units on our own workbook reads it, with no doubts of an import."""
    again, findings = import_units(write_register(register), name="danh-sach.xlsx")
    assert again is not None and findings == ()
    assert [u.code for u in again.units] == [u.code for u in register.units]


def test_every_import_code_is_raised():
    """No doubt of the catalogue is without its case above."""
    import re
    from pathlib import Path

    from lamtheo_xls.findings import entries

    sources = sorted(Path(__file__).parent.glob("test_importing*.py"))
    raised = {c for path in sources for c in re.findall(r'"(?:register\.)?(import_\w+)"', path.read_text("utf-8"))}
    assert len(sources) == 2
    assert {c.removeprefix("register.") for c in entries() if c.startswith("register.import_")} == raised - {
        "import_units"
    }


words = st.text("ABCaăâđeêioôơuưy 0123456789-–.()/", min_size=1, max_size=40)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(("Đảng ủy ", "Chi bộ ", "")), words, st.booleans()), max_size=8))
def test_proposed_codes_are_right_and_differ(names):
    """Whatever the names, every proposed code is a right code and none comes twice."""
    used: set[str] = set()
    for first, rest, crowded in names:
        code = propose_code((first + rest).strip() or "x", parent="DU-STC", crowded=crowded, taken=used)
        assert code_valid(code) and code.upper() not in used
        used.add(code.upper())

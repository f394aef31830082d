"""mau-02.xlsx: the table to be signed, who is not in it, groups, figures with sentences, and the plain data."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Consolidated, Form, Group
from lamtheo_xls.merge import Roll, compare, counts_of, earlier_frame, frame_of, roles_of
from lamtheo_xls.register import Earlier, Register, Unit
from lamtheo_xls.reports.consolidated import Absence, Away, holes_line, sentences, told_of, write_consolidated
from lamtheo_xls.reports.consolidated_paper import broken
from lamtheo_xls.reports.consolidated_table import roman
from lamtheo_xls.reports.consolidated_words import number_words, percent

AS_OF = dt.date(2027, 2, 25)
STUBBORN = ("=1+1", "- gạch đầu dòng", "001", "'nháy đơn", "NA", "+84 5", "@ai", "1E5", "_x0041_", "hai\ndòng")
SHEETS = ["TRÌNH KÝ", "CHƯA GỬI", "THEO NHÓM", "SỐ LIỆU", "DỮ LIỆU"]


@dataclass(frozen=True, kw_only=True)
class Book:
    """One consolidated workbook and what it was made from."""

    arguments: dict[str, Any]
    data: bytes
    roll: Roll

    def sheet(self, name: str, data: bytes = b"") -> Worksheet:
        return openpyxl.load_workbook(io.BytesIO(data or self.data))[name]

    @property
    def told(self) -> Any:
        return self.arguments["told"]


Make = Callable[..., Book]
Rows = Sequence[dict[str, str]]


def unit(code: str, name: str, order: int, parent: str = "") -> Unit:
    kind = "chi_bo_truc_thuoc" if parent else "dang_uy_co_so"
    return Unit(code=code, name=name, short_name=name, order=order, kind=kind, parent=parent, row=order)


def model(child: str, name: str, *, new: bool = False, time: str = "Cả năm 2027", group: str = "") -> dict[str, str]:
    return {"ten_chi_bo": child, "ten_mo_hinh": name, "thoi_gian": time, "moi" if new else "dang_trien_khai": "x"} | (
        {"nhom": group} if group else {}
    )


ADMIN = "Nhóm mô hình cải cách thủ tục hành chính"
TAX, HEALTH, POWER = "DU-TC", "DU-YT", "DU-DL"
RETURNS: dict[str, Rows] = {
    HEALTH: (model("Chi bộ Khám bệnh", "Giảm 30 phút chờ khám", new=True, time="Quý I, II/2027", group=ADMIN),),
    TAX: (
        model("Chi bộ Văn phòng", "Tiết kiệm điện, nước, giấy in", group="Nhóm khác"),
        model("Chi bộ Ngân sách", "=1+1 cùng tiến bộ", new=True),
        model("Chi bộ Văn phòng", "- Mỗi tuần một việc tốt", new=True, time="Từ tháng 3 đến tháng 11", group=ADMIN),
    ),
}
UNITS = (
    unit(TAX, "Đảng ủy Sở Tài chính", 1),
    unit(HEALTH, "Đảng ủy Sở Y tế", 2),
    unit(POWER, "Đảng ủy Công ty Điện lực", 3),
    unit("CB1", "Chi bộ Văn phòng", 1, TAX),
    unit("CB2", "Chi bộ Ngân sách", 2, TAX),
    unit("CB3", "Chi bộ Giá", 3, TAX),
    unit("CB4", "Chi bộ Khám bệnh", 1, HEALTH),
)
OFFICE = {
    "co_quan": "Đảng ủy Ủy ban nhân dân tỉnh",
    "cap_tren": "Đảng bộ tỉnh Lam Giang",
    "dia_danh": "Lam Giang",
    "nhan_bao_cao": "Ban Thường vụ Tỉnh ủy",
    "quyen_han_ky": "T/M BAN THƯỜNG VỤ",
    "chuc_vu_ky": "PHÓ BÍ THƯ",
    "nguoi_ky": "Trần Ngọc Thảo",
}
EARLIER = (
    Earlier(
        period="2026", unit=TAX, values={"ten_chi_bo": "CB Văn phòng", "ten_mo_hinh": "Tiết kiệm điện, nước, giấy in"}
    ),
    Earlier(period="2026", unit=TAX, values={"ten_chi_bo": "Chi bộ Giá", "ten_mo_hinh": "Một cửa"}),
    Earlier(period="2026", unit=POWER, values={"ten_chi_bo": "Chi bộ 1", "ten_mo_hinh": "Thắp sáng đường quê"}),
)


@pytest.fixture(scope="session")
def definition() -> tuple[Mapping[str, Form], Consolidated, tuple[Group, ...]]:
    bundle, _ = load_folder(bundled("43-kh-duk"))
    assert bundle is not None
    return bundle.forms, bundle.programme.tables[0], bundle.programme.groups


@pytest.fixture(scope="session")
def make(
    definition: tuple[Mapping[str, Form], Consolidated, tuple[Group, ...]], counted_of: Callable[..., Any]
) -> Make:
    """A workbook of the invented office; returns, units, roll and dates can be given."""
    forms, table, groups = definition

    def made(
        returns: dict[str, Rows] = RETURNS,
        *,
        units: tuple[Unit, ...] = UNITS,
        roll: Roll | None = None,
        earlier: tuple[Earlier, ...] = EARLIER,
        office: dict[str, str] = OFFICE,
        closed_on: dt.date | None = None,
        missing: tuple[Absence, ...] | None = None,
    ) -> Book:
        register = Register(units=units, office=office, earlier=earlier)
        roles = roles_of(table, forms)
        frame = frame_of([counted_of(u, rows) for u, rows in returns.items()], register, table, forms)
        expected = tuple(u.code for u in units if not u.parent)
        roll = roll or Roll(expected=expected, counted=tuple(c for c in expected if c in returns))
        before = earlier_frame(register, "2026", roles)
        answered = (*roll.counted, *roll.silent)
        counts = counts_of(
            frame,
            roll,
            register,
            roles,
            groups=groups,
            on=AS_OF,
            earlier=compare(frame, before, roles, period="2026", answered=answered),
        )
        power = Absence(
            unit=POWER,
            name="Đảng ủy Công ty Điện lực",
            state="Quá hạn",
            contact="Lê Thị Hoa",
            phone="0905000123",
            due="28/02/2027",
            note="=hẹn chiều thứ Sáu",
        )
        nil = Absence(unit="X", name="Đảng ủy X", state="Không phải gửi", note="Mới thành lập tháng 02")
        dates: dict[str, Any] = {"period": "2027", "as_of": AS_OF, "closed_on": closed_on}
        arguments: dict[str, Any] = {
            "forms": forms,
            "table": table,
            "register": register,
            "frame": frame,
            "counts": counts,
            "away": Away(missing=(power,) if missing is None else missing, released=(nil,)),
            "told": told_of(forms, table, register, used=["mau-02"], **dates),
        }
        return Book(arguments=arguments, data=write_consolidated(**arguments), roll=roll)

    return made


@pytest.fixture(scope="session")
def book(make: Make) -> Book:
    """The invented case of three units: two answered, one has not."""
    return make()


@pytest.fixture(scope="session")
def large(make: Make) -> Book:
    """Twelve units with sixty models, one chi bộ with more of them than a page holds."""
    units = tuple(unit(f"U{i:02}", f"Đảng ủy Sở Số {i}", i) for i in range(1, 13))
    returns: dict[str, Rows] = {
        u.code: tuple(
            model(
                f"Chi bộ {1 + k // 2}", f"Mô hình {k} " + "với một cái tên dài hơn một dòng " * (k % 3), new=k % 2 == 0
            )
            for k in range(3)
        )
        for u in units[:-1]
    }
    returns["U12"] = tuple(model("Chi bộ Đông người ở rất xa trung tâm tỉnh", f"Mô hình {k}") for k in range(27))
    return make(returns, units=units, earlier=(), missing=())


def signed_rows(sheet: Worksheet) -> list[tuple[Any, ...]]:
    """Rows of the signed table between heads and closing, as tuples of values."""
    rows = [tuple(c.value for c in row) for row in sheet.iter_rows(min_col=1, max_col=6)]
    first = next(i for i, r in enumerate(rows) if r[0] == "TT") + 2
    last = next(i for i, r in enumerate(rows) if r[0] == "TỔNG CỘNG")
    return rows[first : last + 1]


def test_sheets_in_order(book: Book) -> None:
    """The sheet to be signed comes first and is the one that opens."""
    opened = openpyxl.load_workbook(io.BytesIO(book.data))
    assert opened.sheetnames == SHEETS
    assert opened.active is not None and opened.active.title == "TRÌNH KÝ"


def test_signed_sheet_as_drawn(
    book: Book, dump: Callable[[bytes, str], str], golden: Callable[[str, str], None]
) -> None:
    """Header block, heads, groups with subtotals, models, total, hole line, Nơi nhận and signature, cell by cell."""
    golden("trinh-ky.txt", dump(book.data, "TRÌNH KÝ"))


def test_units_models_and_totals(book: Book) -> None:
    """Units in the office's order, roman; models numbered through; a chi bộ's models together, its name once."""
    assert signed_rows(book.sheet("TRÌNH KÝ")) == [
        ("I", "Đảng ủy Sở Tài chính", None, "3 mô hình", 1, 2),
        (1, "Chi bộ Văn phòng", "Tiết kiệm điện, nước, giấy in", "Cả năm 2027", "x", None),
        (2, None, "- Mỗi tuần một việc tốt", "Từ tháng 3 đến tháng 11", None, "x"),
        (3, "Chi bộ Ngân sách", "=1+1 cùng tiến bộ", "Cả năm 2027", None, "x"),
        ("II", "Đảng ủy Sở Y tế", None, "1 mô hình", 0, 1),
        (4, "Chi bộ Khám bệnh", "Giảm 30 phút chờ khám", "Quý I, II/2027", None, "x"),
        ("TỔNG CỘNG", None, None, "4 mô hình", 1, 3),
    ]


def test_a_unit_with_nothing_to_report_says_so(make: Make) -> None:
    """«Không phát sinh» stands in the table, without figures; a unit that is awaited does not stand there."""
    book = make(roll=Roll(expected=(TAX, HEALTH, POWER), counted=(TAX, HEALTH), nil=(POWER,)))
    rows = signed_rows(book.sheet("TRÌNH KÝ"))
    assert rows[-2] == ("III", "Đảng ủy Công ty Điện lực", None, "Không phát sinh", None, None)


@pytest.mark.parametrize(
    ("roll", "closed_on", "line"),
    [
        (Roll(expected=("A", "B"), counted=("A", "B")), None, "Tổng hợp từ 2/2 đơn vị, đến ngày 25/02/2027."),
        (Roll(expected=("A", "B"), counted=("A",)), None, "Tổng hợp từ 1/2 đơn vị, đến ngày 25/02/2027."),
        (
            Roll(expected=("A", "B", "C"), counted=("A", "Z"), nil=("B",)),
            None,
            "Tổng hợp từ 1/3 đơn vị (1 đơn vị không phát sinh) và 1 đơn vị khác đã gửi, đến ngày 25/02/2027.",
        ),
        (
            Roll(expected=("A",), counted=("A",)),
            dt.date(2027, 3, 5),
            "Tổng hợp từ 1/1 đơn vị, số liệu chốt ngày 05/03/2027.",
        ),
    ],
    ids=["whole", "one missing", "nil and beyond", "closed"],
)
def test_the_one_line_of_holes(book: Book, roll: Roll, closed_on: dt.date | None, line: str) -> None:
    """Every consolidated table prints its own holes, in one line, without a name."""
    assert holes_line(roll, replace(book.told, closed_on=closed_on)) == line


def test_hole_line_stands_once_and_no_name_is_signed(book: Book) -> None:
    """The missing are counted on the signed sheet, named only on CHƯA GỬI."""
    values = [c.value for row in book.sheet("TRÌNH KÝ").iter_rows() for c in row]
    assert values.count("Tổng hợp từ 2/3 đơn vị, đến ngày 25/02/2027.") == 1
    assert not any("Điện lực" in str(v) for v in values)


def test_missing_with_contact_and_released_with_reason(book: Book) -> None:
    """Names, state, contact, phone and due date of the missing; excused ones apart, with the reason."""
    rows = [tuple(r) for r in book.sheet("CHƯA GỬI").iter_rows(values_only=True)]
    power = (1, "Đảng ủy Công ty Điện lực", "Quá hạn", "Lê Thị Hoa", "0905000123", "28/02/2027", "=hẹn chiều thứ Sáu")
    excused = (1, "Đảng ủy X", "Không phải gửi", None, None, None, "Mới thành lập tháng 02")
    first = rows.index(("I. Chưa gửi hoặc chưa dùng được (1 đơn vị)", *[None] * 6))
    second = rows.index(("II. Không phát sinh, không phải gửi (1 đơn vị)", *[None] * 6))
    assert first < rows.index(power) < second < rows.index(excused)


def test_groups_counted_and_listed(book: Book) -> None:
    """Each group of the programme with its count, models under their group, those of none at the end."""
    rows = [tuple(r) for r in book.sheet("THEO NHÓM").iter_rows(values_only=True)]
    counted = {r[1]: (r[4], r[5], r[6]) for r in rows[3:10]}
    assert counted[ADMIN] == ("2 (50%)", 0, 2)
    assert counted["Nhóm khác"] == ("1 (25%)", 1, 0)
    assert counted["Chưa chọn nhóm"] == ("1 (25%)", 0, 1)
    assert len(counted) == 7 and rows[10][0] == "Cộng" and rows[10][4:7] == ("4", "1", "3")
    at = next(i for i, r in enumerate(rows) if r[0] == f"{ADMIN}: 2 mô hình")
    assert [r[:4] for r in rows[at + 1 : at + 3]] == [
        (1, "Đảng ủy Sở Tài chính", "Chi bộ Văn phòng", "- Mỗi tuần một việc tốt"),
        (2, "Đảng ủy Sở Y tế", "Chi bộ Khám bệnh", "Giảm 30 phút chờ khám"),
    ]


def test_sentences_to_paste(book: Book) -> None:
    """Ready sentences: units, models, chi bộ without a model, groups, against last year where it is known."""
    assert sentences(book.arguments["counts"], book.told) == (
        "Đến ngày 25/02/2027, đã tổng hợp Mẫu số 02 năm 2027 của 2/3 đơn vị (66,7%).",
        "Còn 1 đơn vị chưa tổng hợp được: Đảng ủy Công ty Điện lực.",
        "Các đơn vị đăng ký tổng số 4 mô hình, trong đó đang triển khai 1 (25%), mô hình mới 3 (75%).",
        "Các đơn vị đã gửi đều có ít nhất một mô hình.",
        "Trong 4 chi bộ trực thuộc các đơn vị đã gửi, còn 1 chi bộ chưa có mô hình: Chi bộ Giá (Đảng ủy Sở Tài chính).",
        f"{ADMIN}: 2 mô hình (50%) của 2 đơn vị.",
        "Nhóm khác: 1 mô hình (25%) của 1 đơn vị.",
        "Chưa chọn nhóm: 1 mô hình (25%) của 1 đơn vị.",
        "So với năm 2026, tính trên 1 đơn vị có số liệu cả hai kỳ: 2 mô hình năm 2026, 3 mô hình năm 2027, "
        "tăng 1 (50%); 1 mô hình tiếp tục; 2 mô hình chưa có ở năm 2026; 1 mô hình không đăng ký nữa.",
        "Chưa so sánh được 1 mô hình năm 2026 của 1 đơn vị chưa có số liệu năm 2027.",
        "Chưa có số liệu năm 2026 của 1 đơn vị: Đảng ủy Sở Y tế.",
    )


def test_each_sentence_in_a_cell_of_its_own(book: Book) -> None:
    """Every sentence stands whole in one unmerged cell of column A; the counts beneath agree with them."""
    sheet = book.sheet("SỐ LIỆU")
    told = sentences(book.arguments["counts"], book.told)
    assert [sheet.cell(5 + i, 1).value for i in range(len(told))] == list(told)
    assert not sheet.merged_cells.ranges
    numbers = {str(r[0]).strip(): r[1] for r in sheet.iter_rows(values_only=True) if isinstance(r[1], int)}
    assert numbers["Đơn vị phải gửi"] == 3 and numbers["Đơn vị chưa có trong bảng tổng hợp"] == 1
    assert numbers["Tổng số mô hình"] == 4 and numbers["mô hình mới"] == 3 and numbers["tiếp tục từ năm 2026"] == 1
    assert numbers["Đảng ủy Sở Tài chính"] == 3


def test_no_year_before_no_word_of_it(make: Make) -> None:
    """Against last year only when it is known."""
    book = make(earlier=())
    assert not any("2026" in s for s in sentences(book.arguments["counts"], book.told))


def test_many_names_are_cut_in_a_sentence(make: Make) -> None:
    """A sentence stays one; the sheets have all the names."""
    units = tuple(unit(f"U{i}", f"Đảng ủy Số {i}", i) for i in range(1, 41))
    book = make({}, units=units, earlier=())
    told = sentences(book.arguments["counts"], book.told)
    assert told[1].endswith("Đảng ủy Số 15 và 25 nơi khác.")


def test_data_is_one_plain_table(book: Book) -> None:
    """One row of heads, no merges, a filter; every row with unit code, file, sheet and row it came from."""
    sheet = book.sheet("DỮ LIỆU")
    rows = [
        dict(zip((c.value for c in sheet[1]), r, strict=True)) for r in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert [(r["ma_don_vi"], r["tep"], r["trang"], r["dong"]) for r in rows] == [
        (TAX, f"nhan-ve/{TAX}.xlsx", "MẪU 02", 12),
        (TAX, f"nhan-ve/{TAX}.xlsx", "MẪU 02", 14),
        (TAX, f"nhan-ve/{TAX}.xlsx", "MẪU 02", 13),
        (HEALTH, f"nhan-ve/{HEALTH}.xlsx", "MẪU 02", 12),
    ]
    heads = [c.value for c in sheet[1]]
    assert len(set(heads)) == len(heads) and None not in heads
    assert not sheet.merged_cells.ranges
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(5, len(heads)).coordinate}"


@pytest.mark.parametrize("saved", [False, True], ids=["as written", "saved by LibreOffice"])
def test_text_stays_text(make: Make, saved: bool, request: pytest.FixtureRequest) -> None:
    """What a unit wrote is text on every sheet, and still is after another program saved the workbook."""
    rows = tuple(model(f"Chi bộ {i}", text, time=text, group=text) for i, text in enumerate(STUBBORN))
    book = make({TAX: rows})
    data = request.getfixturevalue("office")(book.data) if saved else book.data
    texts = [t for t in STUBBORN if t != "_x0041_"]  # openpyxl shows its escape, looked at below
    for name, column in (("TRÌNH KÝ", 3), ("DỮ LIỆU", 5)):
        cells = {c.value: c.data_type for c in next(book.sheet(name, data).iter_cols(min_col=column, max_col=column))}
        assert {text: cells.get(text) for text in texts} == dict.fromkeys(texts, "s"), name
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert ">_x005F_x0041_<" in package.read("xl/sharedStrings.xml").decode()
    opened = openpyxl.load_workbook(io.BytesIO(data))
    assert not [c.coordinate for s in opened for r in s.iter_rows() for c in r if c.data_type == "f"]


def test_same_inputs_same_bytes(book: Book, make: Make) -> None:
    """Nothing of the clock or of chance is in the file."""
    assert write_consolidated(**book.arguments) == book.data == make().data


def test_parts_are_valid(book: Book, large: Book, make: Make, faults_of: Callable[[bytes], list[str]]) -> None:
    """Every part keeps to ISO/IEC 29500, also of an empty table."""
    for one in (book, large, make({})):
        assert faults_of(one.data) == []


def test_printed_as_a_document(book: Book) -> None:
    """A4 landscape, the Party's margins, one page wide, heads repeated, page number on top but not of page one."""
    sheet = book.sheet("TRÌNH KÝ")
    assert sheet.page_setup.paperSize == 9 and sheet.page_setup.orientation == "landscape"
    margins = sheet.page_margins
    assert [round(m * 25.4) for m in (margins.left, margins.right, margins.top, margins.bottom)] == [30, 15, 20, 20]
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    first = next(c.row for c in sheet["A"] if c.value == "TT")
    assert sheet.print_title_rows == f"${first}:${first + 1}"
    assert sheet.HeaderFooter.differentFirst and sheet.oddHeader.center.text == "&P"
    fonts = {c.font.name for row in sheet.iter_rows() for c in row if c.value is not None}
    assert fonts == {"Times New Roman"}


def test_a_short_table_is_shrunk_to_one_page(book: Book, large: Book) -> None:
    """No signature is left alone: a little over one page becomes one, without a break; a long table keeps its size."""
    short, long = book.sheet("TRÌNH KÝ"), large.sheet("TRÌNH KÝ")
    room = (210 - 20 - 20) / 25.4 * 72
    assert room * 0.97 < sum(short.row_dimensions[r].height for r in range(1, short.max_row + 1)) < room * 1.3
    assert (
        short.page_setup.fitToHeight is None and not short.row_breaks.brk
    )  # one page is what the format means by none
    assert long.page_setup.fitToHeight == 0 and long.row_breaks.brk


def pages_of(sheet: Worksheet) -> list[range]:
    """The rows of each printed page."""
    breaks = [b.id for b in sheet.row_breaks.brk]
    return [range(a + 1, b + 1) for a, b in zip([0, *breaks], [*breaks, sheet.max_row], strict=True)]


def test_pages_break_between_chi_bo(large: Book) -> None:
    """A committee's row is never last on a page; the first model of a page names its chi bộ; nothing is too high."""
    sheet = large.sheet("TRÌNH KÝ")
    pages = pages_of(sheet)
    assert len(pages) >= 4
    head = next(c.row for c in sheet["A"] if c.value == "TT")
    heads = sheet.row_dimensions[head].height + sheet.row_dimensions[head + 1].height
    for number, page in enumerate(pages):
        height = sum(sheet.row_dimensions[r].height for r in page) + (heads if number else 0)
        assert height <= (210 - 20 - 20) / 25.4 * 72
        kinds = [sheet.cell(r, 1).value for r in page]
        if number:
            first = next(r for r in page if isinstance(sheet.cell(r, 1).value, int))
            assert sheet.cell(first, 2).value, f"page {number + 1} begins without a chi bộ"
        if number + 1 < len(pages):
            assert isinstance(kinds[-1], int), "a committee's row stands alone at the foot of a page"


def test_a_name_is_repeated_only_where_a_page_begins(large: Book) -> None:
    """27 models of one chi bộ: its name on the first, and on the first of each further page."""
    sheet = large.sheet("TRÌNH KÝ")
    starts = {page[0] for page in pages_of(sheet)}
    named = [r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 2).value).startswith("Chi bộ Đông người")]
    first = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 2).value == "Đảng ủy Sở Số 12") + 1
    assert named == [first, *sorted(s for s in starts if first < s <= first + 26)]
    assert len(named) >= 2


def test_signature_stays_with_the_last_rows(large: Book) -> None:
    """The last page holds at least one model, the total, the hole line, Nơi nhận and the signature."""
    sheet = large.sheet("TRÌNH KÝ")
    last = pages_of(sheet)[-1]
    values = [sheet.cell(r, c).value for r in last for c in range(1, 7)]
    assert any(isinstance(sheet.cell(r, 1).value, int) for r in last)
    for text in ("TỔNG CỘNG", "Tổng hợp từ 12/12 đơn vị, đến ngày 25/02/2027.", "Nơi nhận:", "Trần Ngọc Thảo"):
        assert text in values


def test_rows_are_high_enough(large: Book) -> None:
    """A name that wraps gets the lines it needs."""
    sheet = large.sheet("TRÌNH KÝ")
    heights = {sheet.cell(r, 3).value: sheet.row_dimensions[r].height for r in range(1, sheet.max_row + 1)}
    assert heights["Mô hình 0 "] == 21.0
    assert heights["Mô hình 2 " + "với một cái tên dài hơn một dòng " * 2] > 30


def test_a_longer_name_of_the_office_takes_more_lines(make: Make) -> None:
    """Organisation lines break into rows of their own, the last one bold, the Party title beside the first."""
    name = (
        "Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh và các đơn vị sự nghiệp công lập trực thuộc Ủy ban nhân dân tỉnh"
    )
    sheet = make(office=OFFICE | {"co_quan": name}).sheet("TRÌNH KÝ")
    lines = [sheet.cell(r, 1).value for r in range(1, 5)]
    assert lines[0] == "ĐẢNG BỘ TỈNH LAM GIANG" and " ".join(lines[1:]) == name.upper()
    assert [sheet.cell(r, 1).font.b for r in range(1, 5)] == [False, True, True, True]
    assert sheet["D1"].value == "ĐẢNG CỘNG SẢN VIỆT NAM" and sheet["D1"].border.bottom.style == "thin"


def test_an_office_that_says_little(make: Make) -> None:
    """No signer, no addressee: blanks to fill by hand, no gap in a line, nothing broken."""
    sheet = make(office={}).sheet("TRÌNH KÝ")
    values = [c.value for row in sheet.iter_rows() for c in row if c.value]
    assert "- Lưu." in values and not any("(báo cáo)" in str(v) for v in values)


def test_nothing_counts_yet(make: Make) -> None:
    """An empty round has its five sheets, a total of 0 and the hole line."""
    book = make({})
    assert signed_rows(book.sheet("TRÌNH KÝ")) == [("TỔNG CỘNG", None, None, "0 mô hình", 0, 0)]
    assert book.sheet("DỮ LIỆU").max_row == 1
    assert sentences(book.arguments["counts"], book.told)[0].endswith("của 0/3 đơn vị (0%).")


def test_no_word_that_accuses(book: Book) -> None:
    """None of the words that mean other things in these offices."""
    words = " ".join(str(c.value) for s in openpyxl.load_workbook(io.BytesIO(book.data)) for r in s.rows for c in r)
    assert not re.search(r"\b(phiếu|phát hành|kết luận|sổ cái|kiểm tra)\b", words, re.IGNORECASE)


def test_only_text_parts(book: Book) -> None:
    """No macro, no external link, no formula in any part."""
    with zipfile.ZipFile(io.BytesIO(book.data)) as package:
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/")]
        assert len(sheets) == 5 and not any("<f>" in package.read(n).decode() for n in sheets)
        assert not [n for n in package.namelist() if "vba" in n.lower() or "external" in n.lower()]


def test_numbers_as_an_office_writes_them() -> None:
    """Thousands with a dot, decimals with a comma, roman numerals for committees."""
    assert [number_words(n) for n in (7, 1250, 1234567, 12.5)] == ["7", "1.250", "1.234.567", "12,5"]
    assert [percent(n, 3) for n in (0, 1, 2, 3)] == ["0%", "33,3%", "66,7%", "100%"] and percent(1, 0) == "0%"
    assert [roman(n) for n in (1, 4, 9, 14, 40, 99, 2027)] == ["I", "IV", "IX", "XIV", "XL", "XCIX", "MMXXVII"]
    assert broken("MỘT HAI BA BỐN", 14, 40) == ["MỘT HAI", "BA BỐN"]

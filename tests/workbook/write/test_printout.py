"""BẢN IN: blank rows closed up, long texts on as many lines as they need, the signature right behind."""

import pytest

from lamtheo_xls.workbook.pages import lay_out_print
from lamtheo_xls.workbook.write.panel import Filled, plan_panel, starting
from lamtheo_xls.workbook.write.printout import line_of, plan_print, trimmed

LONG = "Tiết kiệm điện, giấy in, văn phòng phẩm; họp không giấy tại tất cả các cuộc họp giao ban hằng tuần của cơ quan"


@pytest.fixture
def printed(desk):
    """Lines of BẢN IN below the heads, as lists of what the six columns show; and the hint."""

    def show(*rows, laid=9, **fields):
        layout = desk.layout(laid)
        filled = starting(desk.form, desk.context, Filled(fields=fields, rows={"mo_hinh": rows}))
        values = plan_print(desk.form, layout).values(
            filled, desk.context, "", plan_panel(desk.form, layout).values(filled)
        )
        place = lay_out_print(desk.form, layout)
        lines = [[values[r, c] for c in range(1, 7)] for r in range(place.first_row, place.last_row + 1)]
        while lines and not any(lines[-1]):
            lines.pop()
        return lines, values[1, place.hint_column]

    return show


CLOSING = [
    ["", "", "", "T/M ĐẢNG ỦY", "", ""],
    ["", "Nơi nhận:", "", "BÍ THƯ", "", ""],
    ["", "- Đảng ủy Khối (báo cáo),", "", "", "", ""],
    ["", "-.....", "", "", "", ""],
    ["", "- Lưu.", "", "", "", ""],
    ["", "", "", "", "", ""],
    ["", "", "", "Nguyễn Văn An", "", ""],
]


def closing(lines):
    """The recipients' first line may itself take two."""
    return [line for line in lines if line[1] != "cáo),"]


def test_blank_rows_close_up_and_the_signature_follows(printed):
    """Rows 1, 3 and 6 are printed as 1, 2 and 3; Nơi nhận and signature stand at once behind."""
    short = {"ten_chi_bo": "CB Một", "ten_mo_hinh": "Nụ cười công sở", "thoi_gian": "Cả năm", "moi": "x"}
    lines, hint = printed(short, {}, short, {}, {"giai_trinh": "không in"}, short, nguoi_ky="Nguyễn Văn An")
    assert lines[:3] == [[str(n), "CB Một", "Nụ cười công sở", "Cả năm", "", "x"] for n in (1, 2, 3)]
    assert lines[3][3] == "T/M ĐẢNG ỦY"
    assert [line[3] for line in lines[3:] if line[3]] == ["T/M ĐẢNG ỦY", "BÍ THƯ", "Nguyễn Văn An"]
    assert " ".join(line[1] for line in lines[3:] if line[1]) == ("Nơi nhận: - Đảng ủy Khối (báo cáo), -..... - Lưu.")
    assert hint == "Khi in, chọn từ trang 1 đến trang 1."


def test_a_long_text_takes_the_lines_it_needs(printed):
    """No word is lost or cut; number and ticks stand on the first line only."""
    lines, _ = printed({"ten_chi_bo": "Chi bộ Văn phòng", "ten_mo_hinh": LONG, "thoi_gian": "Cả năm", "moi": "x"})
    record = lines[: [line[3] for line in lines].index("T/M ĐẢNG ỦY")]
    assert len(record) == 3
    assert " ".join(line[2] for line in record) == LONG
    assert [(line[0], line[5]) for line in record] == [("1", "x"), ("", ""), ("", "")]


def test_what_cannot_be_printed_is_said(printed):
    """Where all lines are taken the clerk is told to print the form itself."""
    row = {"ten_chi_bo": "Chi bộ " + "dài " * 30, "ten_mo_hinh": "tên " * 70, "thoi_gian": "Cả năm", "moi": "x"}
    _, hint = printed(*[row] * 9)
    assert hint == "Chữ dài quá, trang này không đủ chỗ: xin in trang biểu."


def test_many_lines_are_counted_in_pages(printed):
    """The hint names the last page worth printing."""
    short = {"ten_chi_bo": "CB Một", "ten_mo_hinh": "Nụ cười công sở", "thoi_gian": "Cả năm", "moi": "x"}
    assert printed(*[short] * 28, laid=28)[1] == "Khi in, chọn từ trang 1 đến trang 2."


@pytest.mark.parametrize(
    ("text", "line"),
    [("một hai ba", "một hai"), ("mộthaiba bốn", "mộthaib"), ("một hai", "một hai"), ("", ""), ("ab cdefgh", "ab")],
)
def test_a_line_is_cut_at_its_last_blank(text, line):
    """Seven characters a line; only a word longer than that is broken."""
    assert line_of(text, 7) == line
    assert trimmed(f"  {line}   x ") == f"{line} x".strip()

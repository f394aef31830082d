"""The layout: pure, faithful to the source's form, and not made for Mẫu 02 alone."""

from dataclasses import replace

import pytest

from lamtheo_xls.definitions.model import Closing, Field, Table
from lamtheo_xls.workbook.layout import address, lay_out, locked_text
from lamtheo_xls.workbook.measure import text_mm, wrapped_lines
from lamtheo_xls.workbook.pages import fits_one_page, lay_out_print
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.stamp import prepare_base


def test_the_parts_lie_where_the_source_has_them(desk):
    """Header block, title lines, two-row heads with «Ghi chú» over two columns, Nơi nhận left, signature right."""
    layout = desk.layout(5)
    said = {
        address(*c.at) + ":" + address(*c.to): locked_text(c, desk.context)
        for c in layout.cells
        if c.printed and c.kind in ("static", "context")
    }
    assert said == {
        "A4:C4": "ĐẢNG BỘ UBND TỈNH",
        "A5:C5": "ĐẢNG ỦY SỞ TÀI CHÍNH",
        "D4:E4": "ĐẢNG CỘNG SẢN VIỆT NAM",
        "A8:F8": "BẢNG TỔNG HỢP",
        "A9:F9": "kết quả đăng ký xây dựng mô hình học tập và làm theo Bác",
        "A10:F10": "năm 2027",
        "A12:A13": "TT",
        "B12:B13": "Tên chi bộ thực hiện",
        "C12:C13": "Tên mô hình",
        "D12:D13": "Thời gian thực hiện",
        "E12:F12": "Ghi chú",
        "E13:E13": "Mô hình đang triển khai thực hiện",
        "F13:F13": "Mô hình mới",
        "D21:E21": "T/M ĐẢNG ỦY",
        "B22:C22": "Nơi nhận:",
    }
    assert layout.head_rows == (12, 13)
    assert [address(*s) for s in layout.print_area] == ["A4", "F27"]


def test_what_is_not_printed_lies_outside_the_print_area(desk):
    """Rows 1-3 and the columns after the form."""
    layout = desk.layout(5)
    top, bottom = layout.print_area
    for c in layout.cells:
        inside = top.row <= c.at.row <= bottom.row and c.at.column <= bottom.column
        assert inside or not c.printed


@pytest.mark.parametrize("rows", (1, 5, 31))
@pytest.mark.parametrize("shared", (False, True))
def test_no_two_cells_overlap(desk, rows, shared):
    """Every cell of the sheet belongs to one laid cell at most."""
    taken = set()
    for c in desk.layout(rows, shared=shared).cells:
        for row in range(c.at.row, c.to.row + 1):
            for column in range(c.at.column, c.to.column + 1):
                assert (row, column) not in taken
                taken.add((row, column))


def test_every_input_is_laid_once(desk):
    """All fields and all columns of all rows, no more."""
    layout = desk.layout(4)
    inputs = [(c.field, c.index) for c in layout.cells if c.kind == "input"]
    fields = [(f.id, 0) for f in desk.form.fields]
    cells = [(c.id, i) for i in range(1, 5) for c in desk.form.tables[0].columns]
    assert sorted(inputs) == sorted(fields + cells)
    assert set(layout.fields) == {f.id for f in desk.form.fields}


def test_at_most_one_field_in_a_row(desk):
    """The key column names the row's one field."""
    rows = [spot.row for spot in desk.layout(4).fields.values()]
    assert len(rows) == len(set(rows))


def test_the_rule_is_as_long_as_the_party_title(desk):
    """The columns under the title are at most a tenth wider than its letters."""
    layout = desk.layout(4)
    first, last = layout.title_run
    width = sum((layout.widths[c] * 7 + 5) / 96 * 25.4 for c in range(first, last + 1))
    assert 1.0 < width / text_mm(desk.form.head.title_right, 15, bold=True) < 1.1


def test_the_form_fits_the_paper(desk):
    """The printed columns fill A4 between margins of 30 and 15 mm, and no more."""
    layout = desk.layout(4)
    width = sum((layout.widths[c] * 7 + 5) / 96 * 25.4 for c in range(1, 7))
    assert 250 <= width <= 253


def other_form(form):
    """Two tables, single fields, numbers and dates, no groups: nothing like Mẫu 02 but of the same nouns."""
    people = Table(
        id="nguoi",
        number_label="STT",
        columns=(
            Field(id="ho_ten", label="Họ và tên", short="họ tên", required=True, width=60),
            Field(id="ngay_sinh", label="Ngày sinh", short="ngày sinh", type="date", width=40),
        ),
        rows_from=None,
        rows_extra=0,
        rows_minimum=2,
        explanation="",
    )
    sums = Table(
        id="so_lieu",
        number_label="",
        columns=(
            Field(id="muc", label="Mục", short="mục", width=60),
            Field(id="so", label="Số lượng", short="số lượng", type="integer", minimum=0, maximum=99, width=40),
        ),
        rows_from=None,
        rows_extra=0,
        rows_minimum=3,
        explanation="",
    )
    extra = (Field(id="muc_dich", label="Mục đích", short="mục đích", required=True, max_length=50),)
    return replace(
        form,
        id="mau-khac",
        sheet="KHÁC",
        orientation="portrait",
        fields=form.fields + extra,
        tables=(people, sums),
        rules=(),
        examples=(),
        closing=Closing(
            recipients_label="", recipients=("noi_nhan_1",), authority="T/M CHI BỘ", post="chuc_vu_ky", name="nguoi_ky"
        ),
    )


def test_another_form_is_laid_out_and_stamped(desk, opened):
    """Several tables, fields of their own line, dates and numbers: written, sound, with true values on BẢN IN."""
    from lamtheo_xls.workbook.identity import Issued
    from lamtheo_xls.workbook.write.stamp import stamp

    form = other_form(desk.form)
    rows = {"nguoi": 2, "so_lieu": 3}
    layout = lay_out(form, rows)
    assert [a.last_row - a.key_row for a in layout.areas.values()] == [2, 3]
    base = prepare_base(form, rows, context_common=desk.context, groups=(), created=_created(), password="")
    issued = Issued(serial=1, assignment="a", round="r", form=form.id, version=form.version, unit="U", person=None,
                    period="2027", part="", rows=rows)  # fmt: skip
    filled = Filled(
        fields={"muc_dich": "thử"},
        rows={"nguoi": ({}, {"ho_ten": "Lan", "ngay_sinh": "1990-05-04"}), "so_lieu": ({"muc": "a", "so": "12"},)},
    )
    data = stamp(base, issued, desk.key, desk.context, (), filled)
    sheet, cached = opened(data)["KHÁC"], opened(data, cached=True)
    area = layout.areas["nguoi"]
    born = sheet.cell(area.first_row + 1, area.columns["ngay_sinh"])
    assert (born.is_date, f"{born.value:%d/%m/%Y}", born.protection.locked) == (True, "04/05/1990", False)
    number = sheet.cell(layout.areas["so_lieu"].first_row, layout.areas["so_lieu"].columns["so"])
    assert (number.value, number.data_type) == (12, "n")
    place = lay_out_print(form, layout)
    printed = [[c.value or "" for c in row[:3]] for row in cached["BẢN IN"].iter_rows(min_row=place.first_row)]
    assert printed[:3] == [["1", "Lan", "04/05/1990"], ["Mục", "Số lượng", ""], ["a", "12", ""]]


def _created():
    import datetime as dt

    return dt.datetime(2027, 1, 5)


def test_wrapped_lines_are_counted_by_words():
    """A word that does not fit goes to the next line; one longer than the line is cut."""
    assert wrapped_lines("", 12, 20) == 1
    assert wrapped_lines("một hai ba bốn", 12, 100) == 1
    assert wrapped_lines("một hai ba bốn", 12, 16) == 2
    assert wrapped_lines("a\nb", 12, 100) == 2
    assert wrapped_lines("x" * 100, 12, 50) == 5


def test_a_short_form_prints_on_one_page_a_long_one_flows(desk):
    """No signature is left alone on a second page where a little shrinking saves it; long tables run over pages."""
    assert fits_one_page(desk.form, desk.layout(8))
    assert fits_one_page(desk.form, desk.layout(13))
    assert not fits_one_page(desk.form, desk.layout(30))

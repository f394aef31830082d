"""The check panel of the other forms: single fields, conditions, warnings that hold nothing up, paragraphs."""

import pytest

from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.write.panel import Filled, panel_formulas, plan_panel, starting, verdict_of
from lamtheo_xls.workbook.write.rules import not_number

DONE = "ĐÃ XONG – GỬI ĐƯỢC"
PLAN = {"ten_mo_hinh": "Nụ cười công sở", "thoi_gian": "Cả năm", "moi": "x"}


@pytest.fixture
def says(sheaves):
    """The verdict on a filling; tables named hold one paragraph each, unless they are given."""

    def verdict(form, *tables, rows=None, context=None, **fields):
        sheaf = sheaves[form]
        filled = Filled(fields=fields, rows={t: ({"doan": "Một đoạn."},) for t in tables} | (rows or {}))
        return verdict_of(
            sheaf.form, sheaf.layout(), starting(sheaf.form, {**sheaf.context, **(context or {})}, filled)
        )

    return verdict


@pytest.fixture
def place(sheaves):
    """Where a field stands, or the first row of a table."""

    def at(form, id, row=1):
        layout = sheaves[form].layout()
        if id in layout.fields:
            return address(*layout.fields[id])
        area = layout.areas[id]
        return address(area.first_row + row - 1, min(area.columns.values()))

    return at


HARD = ("muc_dich", "noi_dung_hoc_tap", "phuong_phap", "to_chuc_thuc_hien")


def test_what_must_be_written_counts_and_what_should_be_is_only_said(says, place):
    """Four parts of the plan hold the verdict up; the six others are «Lưu ý» beside it."""
    blank = says("mau-01", **PLAN)
    assert blank.faults == 4
    assert blank.text == f"CHƯA XONG – CÒN 4 CHỖ: {place('mau-01', 'muc_dich')} cần viết ít nhất 1 đoạn; …"
    written = says("mau-01", *HARD, **PLAN)
    assert (written.text, written.faults) == (DONE, 0)
    assert len(written.messages) == 6
    assert written.messages[0] == f"Lưu ý: {place('mau-01', 'dac_diem')} cần viết ít nhất 1 đoạn"


def test_a_signed_word_file_settles_the_narrative(says):
    """«Gửi bản Word đã ký» ticked: no paragraph is asked for any more; the summary beside it still is."""
    assert says("mau-01", gui_ban_word="x", **PLAN) == says("mau-01", gui_ban_word=" x", **PLAN)
    assert says("mau-01", gui_ban_word="x", **PLAN).text == DONE
    assert says("mau-01", gui_ban_word="x", **PLAN).messages == ()
    assert says("mau-01", gui_ban_word="x", **PLAN | {"thoi_gian": ""}).faults == 1
    assert says("mau-01", gui_ban_word=" ", **PLAN).faults == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ten_mo_hinh": ""}, "{ten_mo_hinh} thiếu tên mô hình"),
        ({"ten_mo_hinh": "x" * 301}, "{ten_mo_hinh} dài quá 300 ký tự"),
        ({"moi": ""}, "{dang_trien_khai} chưa đánh dấu x (đang triển khai hoặc mô hình mới)"),
        ({"dang_trien_khai": "x"}, "{dang_trien_khai} đánh dấu nhiều hơn một cột (đang triển khai hoặc mô hình mới)"),
        ({"mo_hinh_thu": ""}, "{mo_hinh_thu} thiếu mô hình thứ"),
        ({"mo_hinh_thu": "hai"}, "{mo_hinh_thu} cần ghi số nguyên từ 1 đến 99 (mô hình thứ)"),
        ({"mo_hinh_thu": "0"}, "{mo_hinh_thu} cần ghi số nguyên từ 1 đến 99 (mô hình thứ)"),
        ({"mo_hinh_thu": "2.5"}, "{mo_hinh_thu} cần ghi số nguyên từ 1 đến 99 (mô hình thứ)"),
        ({"nguoi_ky": "x" * 61}, "{nguoi_ky} dài quá 60 ký tự"),
    ],
)
def test_each_fault_of_a_single_field_is_named_alone(says, place, change, message):
    """One fault, one message, at the field's own cell."""
    places = {id: place("mau-01", id) for id in ("ten_mo_hinh", "dang_trien_khai", "mo_hinh_thu", "nguoi_ky")}
    found = says("mau-01", gui_ban_word="x", **PLAN | change)
    assert (found.faults, found.messages) == (1, (message.format(**places),))


def test_a_paragraph_too_long_is_to_become_two(says, place):
    """In words of its own, at its row; a thousand characters are not too many."""
    long = says("mau-01", *HARD, rows={"hieu_qua": ({}, {"doan": "x" * 1001})}, **PLAN)
    assert long.faults == 1
    at = place("mau-01", "hieu_qua", 2)
    assert long.text == f"CHƯA XONG – CÒN 1 CHỖ: {at} quá 1.000 ký tự, xin tách thành hai đoạn"
    assert says("mau-01", *HARD, rows={"hieu_qua": ({}, {"doan": "x" * 1000})}, **PLAN).text == DONE


def test_nothing_is_asked_of_a_unit_that_has_nothing_to_report(says):
    """«Không phát sinh» ticked: required fields and parts stand down, limits do not."""
    assert says("mau-03").faults > 3
    assert says("mau-03", khong_phat_sinh="x", mo_hinh_thu="").text == DONE
    assert says("mau-03", khong_phat_sinh="x", ten_mo_hinh="x" * 301).faults == 1


def test_part_three_is_asked_of_leaders_only(says, place):
    """The mark of the office decides, whatever a filling says."""
    tables = ("lam_theo_noi_dung", "lam_theo_giai_phap")
    leader = says("ke-hoach-ca-nhan", *tables, lanh_dao="")
    at = place("ke-hoach-ca-nhan", "viec_1_noi_dung")
    assert leader.text == f"CHƯA XONG – CÒN 2 CHỖ: {at} cần viết ít nhất 1 đoạn; …"
    assert says("ke-hoach-ca-nhan", *tables, context={"lanh_dao": ""}, lanh_dao="x").text == DONE
    assert says("ke-hoach-ca-nhan", *tables, "viec_1_noi_dung", "viec_1_giai_phap").text == DONE


def test_what_is_wanted_is_said_and_a_third_model_too(says, place):
    """The columns that the printed form lacks, and more than two models: warnings."""
    row = {"ten_mo_hinh": "Không hẹn", "dia_chi": "Một cửa", "thuc_trang": "Làm thử", "muc_tieu": "Không trễ"}
    first = place("mo-hinh-tieu-bieu", "mo_hinh")
    found = says("mo-hinh-tieu-bieu", rows={"mo_hinh": (row, row, row)})
    assert found.text == DONE
    assert found.messages[0] == (
        f"Lưu ý: F{first[1:]} thiếu nội dung mô hình; Lưu ý: G{first[1:]} thiếu đơn vị thực hiện"
    )
    assert found.messages[-1] == f"Lưu ý: {first} có hơn 2 dòng"
    half = says("mo-hinh-tieu-bieu", rows={"mo_hinh": ({"ten_mo_hinh": "Không hẹn"},)})
    assert half.faults == 3
    assert half.text.startswith(f"CHƯA XONG – CÒN 3 CHỖ: C{first[1:]} thiếu địa chỉ; D{first[1:]} thiếu thực trạng")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("", 0), (" ", 0), ("1", 0), (" 7 ", 0), ("99", 0), ("100", 1), ("-1", 1), ("2,5", 1), ("nan", 1)],
)
def test_a_number_is_a_whole_one_in_its_range(sheaves, text, wrong):
    """Blank is not judged here."""
    assert not_number(text, sheaves["mau-01"].form.field("mo_hinh_thu")) == wrong


def test_lines_repeat_what_is_typed(sheaves):
    """The title and the header say what stands beside them; dots where a sentence has a gap, nothing where a line is
    only that; the halves of the closing stand on its first rows."""
    sheaf = sheaves["mau-01"]
    layout = sheaf.layout()

    def shown(**fields):
        filled = starting(sheaf.form, sheaf.context, Filled(fields=fields))
        values = plan_panel(sheaf.form, layout).values(filled, sheaf.context)
        said = {p.role: [] for p in layout.flow}
        for piece in layout.flow:
            said[piece.role].append((values.get(piece.at, ""), values.get(piece.right, "")))
        return said

    blank = shown(nguoi_ky="")
    assert blank["title"][1][0] == "thực hiện mô hình ....."
    assert blank["number"] == [("Số       -KH/ĐU", "")]
    full = shown(ten_mo_hinh="Nụ cười", nguoi_ky="Nguyễn Văn An", noi_nhan_2="")
    assert full["title"][1][0] == "thực hiện mô hình Nụ cười"
    assert full["place_date"] == [("Vĩnh Long, ngày      tháng      năm 2027", "")]
    assert full["closing"] == [
        ("Nơi nhận:", "T/M ĐẢNG ỦY"),
        ("- Đảng ủy Khối (báo cáo),", "BÍ THƯ"),
        ("", ""),
        ("- Lưu.", ""),
        ("", ""),
        ("", "Nguyễn Văn An"),
    ]
    assert blank["closing"][-1] == ("", "")
    assert set(panel_formulas(sheaf.form, layout)) == set(
        plan_panel(sheaf.form, layout).values(starting(sheaf.form, sheaf.context), sheaf.context)
    )

"""The check panel: the words of the verdict, each rule alone, blanks as the office means them."""

import pytest

from lamtheo_xls.workbook.write.panel import Filled, length, starting, verdict_of

DONE = "ĐÃ XONG – GỬI ĐƯỢC"


@pytest.fixture
def says(desk):
    def verdict(*rows, rows_laid=9, **fields):
        filled = starting(desk.form, desk.context, Filled(fields=fields, rows={"mo_hinh": rows}))
        return verdict_of(desk.form, desk.layout(rows_laid), filled)

    return verdict


def test_blank_and_done_say_what_the_issue_says(says, row):
    """«ĐÃ XONG – GỬI ĐƯỢC» and «CHƯA XONG – CÒN n CHỖ: D15 thiếu thời gian», word for word."""
    assert says().text == "CHƯA XONG – CÒN 1 CHỖ: B15 cần điền ít nhất 1 dòng"
    assert says(row(0)).text == DONE
    assert says(row(0) | {"thoi_gian": ""}).text == "CHƯA XONG – CÒN 1 CHỖ: D15 thiếu thời gian"


def test_blank_rows_between_are_no_fault(says, row):
    """Rows may be left blank; a row with only an explanation is blank too."""
    assert says({}, row(0), {}, {}, row(1), {"giai_trinh": "chưa có"}).text == DONE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ten_chi_bo": ""}, "B16 thiếu tên chi bộ"),
        ({"ten_chi_bo": "x" * 151}, "B16 dài quá 150 ký tự"),
        ({"ten_mo_hinh": " \n\u00a0"}, "C16 thiếu tên mô hình"),
        ({"ten_mo_hinh": "x" * 301}, "C16 dài quá 300 ký tự"),
        ({"thoi_gian": "   "}, "D16 thiếu thời gian"),
        ({"dang_trien_khai": "", "moi": ""}, "E16 chưa đánh dấu x (đang triển khai hoặc mô hình mới)"),
        ({"dang_trien_khai": "x", "moi": "x"}, "E16 đánh dấu nhiều hơn một cột (đang triển khai hoặc mô hình mới)"),
        ({"giai_trinh": "x" * 501}, "H16 dài quá 500 ký tự"),
    ],
)
def test_each_fault_is_named_alone_with_its_cell(says, row, change, message):
    """One fault, one place, and nothing else is said."""
    found = says(row(0), row(1) | change)
    assert (found.faults, found.messages) == (1, (message,))
    assert found.text == f"CHƯA XONG – CÒN 1 CHỖ: {message}"


def test_single_fields_are_tested_too(says, row):
    """A signer's name that is too long is found below the table."""
    assert says(row(0), nguoi_ky="x" * 61).messages == ("D31 dài quá 60 ký tự",)


def test_many_faults_are_counted_and_the_first_named(says, row):
    """All faulty places count; the verdict names the first row's and shows that more follow."""
    found = says({"ten_mo_hinh": "Nụ cười công sở"}, row(0) | {"thoi_gian": ""})
    assert found.faults == 4
    assert found.text.startswith("CHƯA XONG – CÒN 4 CHỖ: B15 thiếu tên chi bộ; D15 thiếu thời gian; E15 chưa đánh dấu")
    assert found.text.endswith("; …")
    assert len(found.messages) == 2


def test_lengths_are_counted_without_outer_and_doubled_spaces():
    """As TRIM does, with line breaks and no-break spaces as spaces."""
    assert [length(t) for t in ("", " ", "\u00a0\n ", " a  b ", "a\nb")] == [0, 0, 0, 3, 3]

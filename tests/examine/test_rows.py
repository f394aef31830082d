"""Rows against each other: names carried down, dittos, minimum, examples, ticks as the panel sees them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.findings import message
from lamtheo_xls.workbook.read.reading import RawCell
from lamtheo_xls.workbook.write.panel import Filled, plan_panel, starting

CONTEXT_FIELDS = {"dia_danh_ngay": "Vĩnh Long, ngày 20 tháng 02 năm 2027", "nguoi_ky": "Nguyễn Văn An"}


def merged(good: Any, first: int, last: int, column: str = "ten_chi_bo") -> Any:
    top, at = good.spot(first, column)
    for row in range(first + 1, last + 1):
        good = good.set(row, column, None)
    return dataclasses.replace(good, merges=((top, at, top + last - first, at),))


def test_a_merged_unit_name_is_carried_down_silently(make_return: Any) -> None:
    """S1.33: rows under one merged name have that name, marked as carried, with no finding."""
    examination = merged(make_return(), 2, 4).examine()
    assert examination.findings == ()
    names = [(row.values["ten_chi_bo"].text, row.values["ten_chi_bo"].carried) for row in examination.rows]
    assert names[:5] == [
        ("Chi bộ Văn phòng", False),
        ("Chi bộ Tài chính - Kế hoạch", False),
        ("Chi bộ Tài chính - Kế hoạch", True),
        ("Chi bộ Tài chính - Kế hoạch", True),
        ("Chi bộ Văn phòng", False),
    ]
    assert [row.values["ten_chi_bo"].cell for row in examination.rows][2] == make_return().cell(3, "ten_chi_bo")


def test_only_the_unit_name_is_carried_down(make_return: Any) -> None:
    """A merged model name leaves the row below without one."""
    spoiled = merged(make_return(), 2, 3, "ten_mo_hinh")
    assert spoiled.found() == [("cell.required", spoiled.cell(3, "ten_mo_hinh"))]


def test_a_merge_that_reaches_into_blank_rows_makes_no_rows(make_return: Any) -> None:
    """A merged name alone does not make a row used."""
    assert len(merged(make_return(), 6, 9).examine().rows) == 6


@pytest.mark.parametrize("mark", ["nt", '"', "-nt-", "Như trên", "//"])
def test_a_ditto_mark_takes_the_name_above_and_says_so(make_return: Any, mark: str) -> None:
    """S1.33: an info at the cell, quoting the mark and the name taken; also across a blank row and twice running."""
    good = make_return().set(3, "ten_chi_bo", mark).set(4, "ten_chi_bo", mark)
    examination = good.examine()
    assert [(f.code, f.place.cell, f.severity, f.value) for f in examination.findings] == [
        ("table.ditto", good.cell(3, "ten_chi_bo"), "info", mark),
        ("table.ditto", good.cell(4, "ten_chi_bo"), "info", mark),
    ]
    assert "Chi bộ Tài chính - Kế hoạch" in message(examination.findings[0])
    entry = examination.rows[3].values["ten_chi_bo"]
    assert (entry.text, entry.carried) == ("Chi bộ Tài chính - Kế hoạch", True)
    assert examination.state == "accepted"


def test_a_ditto_mark_on_the_first_row_is_an_error(make_return: Any) -> None:
    """There is nothing above to take."""
    spoiled = make_return().set(1, "ten_chi_bo", "nt")
    assert spoiled.found() == [("table.ditto_first", spoiled.cell(1, "ten_chi_bo"))]
    assert spoiled.examine().state == "to_fix"


def test_a_ditto_mark_under_a_blank_name_adds_no_second_finding(make_return: Any) -> None:
    """The blank above is the one fault."""
    spoiled = make_return().set(2, "ten_chi_bo", None).set(3, "ten_chi_bo", "nt")
    assert spoiled.found() == [("cell.required", spoiled.cell(2, "ten_chi_bo"))]


def test_a_ditto_mark_in_sorted_rows_is_a_warning(make_return: Any) -> None:
    """Keys out of order show that the row above may not be the one that was meant."""
    good = make_return().set(3, "ten_chi_bo", "nt")
    key = good.layout.key_column
    first, second = good.spot(5, "ten_chi_bo")[0], good.spot(6, "ten_chi_bo")[0]
    swapped = good.put((first, key), good.cells[second, key]).put((second, key), good.cells[first, key])
    (found,) = swapped.examine().findings
    assert (found.code, found.severity) == ("table.ditto", "warning")


def test_too_few_rows_is_said_at_the_first_open_cell(make_return: Any) -> None:
    """S1.13: with three rows asked for and two filled, the table's first required cell is named."""
    good = make_return(2)
    rules = tuple(dataclasses.replace(r, count=3) if r.kind == "min_rows" else r for r in good.form.rules)
    form = dataclasses.replace(good.form, rules=rules, digest="")
    good = good.with_facts(form=form)
    assert good.found() == [("table.too_few_rows", good.cell(1, "ten_chi_bo"))]
    assert message(good.examine().findings[0]) == "Bảng có 2 dòng, cần ít nhất 3."


def test_an_untouched_workbook_is_said_to_be_untouched(make_return: Any) -> None:
    """Beside the panel's own rule (too few rows) the return as a whole is called unfilled."""
    blank = make_return(lines=[])
    layout = blank.layout
    blank = blank.put(layout.fields["dia_danh_ngay"], "Vĩnh Long, ngày      tháng      năm 2027")
    blank = blank.put(layout.fields["nguoi_ky"], None)
    assert blank.found() == [("table.too_few_rows", blank.cell(1, "ten_chi_bo")), ("workbook.unchanged", None)]
    assert blank.examine().state == "to_fix"
    signed = blank.put(layout.fields["nguoi_ky"], "Nguyễn Văn An")
    assert [code for code, _ in signed.found()] == ["table.too_few_rows"]
    cleared = blank.with_facts(prefilled=({"ten_mo_hinh": "Năm trước"},))
    assert [code for code, _ in cleared.found()] == ["table.too_few_rows"]


def test_prefilled_rows_left_as_they_are_are_a_return(make_return: Any) -> None:
    """Last year's models kept running are an answer."""
    lines = [
        {"ten_chi_bo": "Chi bộ Thanh tra", "ten_mo_hinh": "Việc cũ", "thoi_gian": "Cả năm", "dang_trien_khai": "x"}
    ]
    good = make_return(lines=lines).with_facts(prefilled=tuple(lines))
    assert good.examine().state == "accepted"
    assert good.found() == []


def test_an_example_row_as_the_source_prints_it_is_one_example(make_return: Any) -> None:
    """S1.34: unit and model of the example together are one finding; what the row lacks is said as in the panel."""
    lines = [{"ten_chi_bo": "Chi bộ B", "ten_mo_hinh": "Nhân đạo, từ thiện...", "thoi_gian": "Cả năm", "moi": "x"}]
    spoiled = make_return(lines=lines)
    assert spoiled.found() == [("table.example_row", spoiled.cell(1, "ten_mo_hinh"))]


def test_a_unit_not_in_the_list_is_told_once_with_a_suggestion(make_return: Any) -> None:
    """Three rows of one unknown chi bộ are one note; the likeliest own name is offered, never taken."""
    good = make_return()
    for row in (2, 4, 6):
        good = good.set(row, "ten_chi_bo", "Chi bộ Tài chính Kế hoạh")
    (found,) = good.examine().findings
    assert (found.code, found.place.cell) == ("table.unit_not_child", good.cell(2, "ten_chi_bo"))
    assert "Chi bộ Tài chính - Kế hoạch" in message(found)
    assert good.examine().rows[1].values["ten_chi_bo"].text == "Chi bộ Tài chính Kế hoạh"


COLUMNS = ("ten_chi_bo", "ten_mo_hinh", "thoi_gian", "moi", "dang_trien_khai", "nhom", "giai_trinh")
TEXTS = st.sampled_from(["", " ", "\xa0", "x", "abc", "Cả năm", "d" * 101, "m " * 200, "\n", "k" * 301])


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            dict.fromkeys(
                ("ten_chi_bo", "ten_mo_hinh", "thoi_gian", "moi", "dang_trien_khai", "nhom", "giai_trinh"), TEXTS
            )
        ),
        max_size=4,
    )
)
def test_the_panel_and_the_intake_agree_on_their_common_rules(make_return: Any, rows: list[dict[str, str]]) -> None:
    """Promise 1: on any filling, the panel counts as many faults per row as intake finds by the same rules."""
    good = make_return(lines=rows, laid=5)
    filled = starting(good.form, good.facts.context, Filled(fields=CONTEXT_FIELDS, rows={"mo_hinh": tuple(rows)}))
    cached = plan_panel(good.form, good.layout).values(filled)
    column = good.layout.helper_columns["faults"]
    panel = {row: n for (row, at), n in cached.items() if at == column and row > 1 and n}
    twins = ("cell.required", "cell.too_long", "table.tick_missing", "table.tick_both", "table.too_few_rows")
    found: dict[int, int] = {}
    for f in good.examine().findings:
        if f.code in twins:
            assert f.place.cell is not None
            row = int(f.place.cell.lstrip("ABCDEFGH"))
            row = good.layout.areas["mo_hinh"].end_row if f.code == "table.too_few_rows" else row
            found[row] = found.get(row, 0) + 1
    assert found == panel


def number_form(form: Any) -> Any:
    """Mẫu 02 with a whole number, a number and a date beside its own columns."""
    table = form.tables[0]
    sample = table.columns[-1]
    kinds = (("so_luong", "integer"), ("ty_le", "number"), ("ngay", "date"))
    more = tuple(
        dataclasses.replace(
            sample,
            id=id,
            type=kind,
            label=id,
            short=id,
            max_length=None,
            minimum=1.0 if kind != "date" else None,
            maximum=10.0 if kind == "integer" else None,
        )
        for id, kind in kinds
    )
    columns = (*table.columns[:-1], *more, sample)
    return dataclasses.replace(form, tables=(dataclasses.replace(table, columns=columns),), digest="")


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("so_luong", RawCell(3.0, "number", locked=False), None),
        ("so_luong", "3", None),
        ("so_luong", RawCell(3.5, "number", locked=False), "cell.number"),
        ("so_luong", "ba", "cell.number"),
        ("so_luong", "11", "cell.number_range"),
        ("so_luong", RawCell(0.0, "number", locked=False), "cell.number_range"),
        ("ty_le", "87,5", None),
        ("ty_le", "1.500", "cell.number"),
        ("ty_le", "0,5", "cell.number_range"),
        ("ngay", "05/03/2027", None),
        ("ngay", RawCell(46508.0, "date", locked=False, format="dd/mm/yyyy"), None),
        ("ngay", "31/4/2027", "cell.date"),
        ("ngay", "đầu năm", "cell.date"),
    ],
)
def test_numbers_and_dates(request: Any, form: Any, column: str, cell: Any, code: str | None) -> None:
    """Typed fields of other forms: what is no number, lies outside, or is no day is told at its cell."""
    make = request.getfixturevalue("make_return_of")(number_form(form))
    spoiled = make(2).set(2, column, cell)
    assert spoiled.found() == ([] if code is None else [(code, spoiled.cell(2, column))])

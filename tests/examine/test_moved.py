"""Structure: rows inserted, deleted, sorted; columns moved; sheets renamed and copied; keys lost; cut and paste."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.examine import examine
from lamtheo_xls.findings import message
from lamtheo_xls.workbook.read.reading import RawCell, Sheet

Cells = Mapping[tuple[int, int], RawCell]


def remapped(good: Any, place: Callable[[int, int], tuple[int, int] | None]) -> Any:
    """The return with every cell put where `place` says; None drops it."""
    cells = {at: cell for (row, column), cell in good.cells.items() if (at := place(row, column))}
    return dataclasses.replace(good, cells=cells)


def insert_rows(good: Any, at: int, count: int = 1) -> Any:
    """Blank rows before sheet row `at`."""
    return remapped(good, lambda r, c: (r + count if r >= at else r, c))


def delete_row(good: Any, at: int) -> Any:
    return remapped(good, lambda r, c: None if r == at else (r - 1 if r > at else r, c))


def insert_column(good: Any, at: int) -> Any:
    return remapped(good, lambda r, c: (r, c + 1 if c >= at else c))


def permute_rows(good: Any, order: list[int]) -> Any:
    """Whole data rows in another order: row i of the table comes to stand at order[i]."""
    first = good.layout.areas["mo_hinh"].first_row
    to = {first + i: first + place for i, place in enumerate(order)}
    return remapped(good, lambda r, c: (to.get(r, r), c))


def swap_columns(good: Any, one: int, two: int, rows: range | None = None) -> Any:
    pair = {one: two, two: one}
    return remapped(good, lambda r, c: (r, pair.get(c, c) if rows is None or r in rows else c))


def names(examination: Any) -> list[str]:
    return [row.values["ten_mo_hinh"].text for row in examination.rows]


def summary(examination: Any) -> list[dict[str, str]]:
    return [{id: e.text for id, e in row.values.items()} for row in examination.rows]


def fields(examination: Any) -> dict[str, str]:
    return {id: e.text for id, e in examination.fields.items()}


@settings(derandomize=True, max_examples=40, deadline=None)
@given(order=st.permutations(range(9)))
def test_sorted_rows_are_no_finding_and_keep_their_true_numbers(make_return: Any, order: list[int]) -> None:
    """Sorting moves keys with their rows: all rows are read, in the order of the sheet, at their true numbers."""
    good = make_return()
    examination = permute_rows(good, order).examine()
    assert examination.findings == ()
    assert sorted(names(examination)) == sorted(names(good.examine()))
    first = good.layout.areas["mo_hinh"].first_row
    assert [row.sheet_row for row in examination.rows] == sorted(first + place for place in order[:6])


@settings(derandomize=True, max_examples=60, deadline=None)
@given(at=st.integers(1, 33), count=st.integers(1, 3))
def test_rows_inserted_anywhere_lose_nothing(make_return: Any, at: int, count: int) -> None:
    """Blank rows above, inside or below the table: every value is read where it now stands, nothing is stray."""
    good = make_return()
    examination = insert_rows(good, at, count).examine()
    assert [f.code for f in examination.findings if f.severity != "info"] == []
    assert {f.code for f in examination.findings} <= {"structure.rows_changed"}
    assert summary(examination) == summary(good.examine())
    assert fields(examination) == fields(good.examine())


def test_a_filled_inserted_row_is_part_of_the_table(make_return: Any) -> None:
    """A row without a key between first and end row counts, and is said once."""
    good = make_return()
    row = good.spot(3, "ten_mo_hinh")[0]
    longer = insert_rows(good, row)
    for column, text in (
        ("ten_chi_bo", "Chi bộ Thanh tra"),
        ("ten_mo_hinh", "Thêm"),
        ("thoi_gian", "Quý II"),
        ("moi", "x"),
    ):
        longer = longer.put((row, good.spot(1, column)[1]), text)
    examination = longer.examine()
    assert [(f.code, f.severity) for f in examination.findings] == [("structure.rows_changed", "info")]
    assert message(examination.findings[0]).startswith("Bảng có 1 dòng thêm, 0 dòng bớt")
    assert names(examination)[2] == "Thêm"
    assert examination.rows[2].sheet_row == row
    spoiled = longer.put((row, good.spot(1, "thoi_gian")[1]), None).examine()
    assert ("cell.required", f"D{row}") in [(f.code, f.place.cell) for f in spoiled.findings]


def test_deleted_rows_are_tolerated(make_return: Any) -> None:
    """Filled and blank rows deleted: the rest is read, one info."""
    good = make_return()
    examination = delete_row(delete_row(good, good.spot(8, "moi")[0]), good.spot(2, "moi")[0]).examine()
    assert [f.code for f in examination.findings] == ["structure.rows_changed"]
    assert len(examination.rows) == 5
    assert fields(examination) == fields(good.examine())


@pytest.mark.parametrize(("one", "two"), [(2, 3), (3, 4), (5, 6), (4, 7), (2, 8)])
def test_whole_columns_moved_are_found_by_key_and_head(make_return: Any, one: int, two: int) -> None:
    """Key and head moved together: an info, and each value under its own id."""
    good = make_return()
    area = good.layout.areas["mo_hinh"]
    rows = range(area.key_row - 2, area.end_row)
    examination = swap_columns(good, one, two, rows).examine()
    assert [f.code for f in examination.findings] == ["structure.columns_changed"]
    assert summary(examination) == summary(good.examine())
    assert fields(examination) == fields(good.examine())


@pytest.mark.parametrize("at", range(2, 9))
def test_an_inserted_column_is_ignored(make_return: Any, at: int) -> None:
    """A column of the unit's own, with head and notes, changes nothing but an info."""
    good = make_return()
    wider = insert_column(good, at)
    row = good.spot(1, "moi")[0]
    wider = wider.put((row, at), "ghi chú riêng").put((row - 2, at), "Cột riêng")
    examination = wider.examine()
    assert [f.code for f in examination.findings] == ["structure.columns_changed"]
    assert summary(examination) == summary(good.examine())
    assert fields(examination) == fields(good.examine())


def test_a_renamed_sheet_is_found_by_its_keys(make_return: Any) -> None:
    """An info names the old and the new name; entries name the sheet as it is now."""
    renamed = dataclasses.replace(make_return(), sheet="Sheet1")
    examination = renamed.examine()
    assert [(f.code, f.place.sheet) for f in examination.findings] == [("structure.sheet_renamed", "Sheet1")]
    assert examination.sheet == "Sheet1"
    assert examination.rows[0].values["ten_mo_hinh"].sheet == "Sheet1"
    assert dataclasses.replace(make_return(), sheet="Mẫu  02").examine().findings == ()


def with_sheets(good: Any, *sheets: Sheet) -> Any:
    return examine(dataclasses.replace(good.reading, sheets=sheets), good.facts)


def test_of_two_copies_of_the_sheet_equal_ones_are_one_and_different_ones_a_persons(make_return: Any) -> None:
    """The machine does not choose between two fillings; BẢN IN and the help sheet are never candidates."""
    good = make_return()
    (sheet,) = good.reading.sheets
    copy = dataclasses.replace(sheet, name="MẪU 02 (2)")
    assert with_sheets(good, copy, sheet).findings == ()
    other = dataclasses.replace(good.set(2, "ten_mo_hinh", "Khác").reading.sheets[0], name="MẪU 02 (2)")
    examination = with_sheets(good, sheet, other)
    assert [f.code for f in examination.findings] == ["structure.two_sheets"]
    assert (examination.state, examination.rows) == ("to_fix", ())
    prints = dataclasses.replace(other, name="BẢN IN")
    assert with_sheets(good, prints, sheet).findings == ()


def test_a_sheet_we_did_not_issue_is_named(make_return: Any) -> None:
    """structure.extra_sheet, once for all of them, where something is typed on a visible one; the unit's copy that says
    the same as the form, blank sheets, hidden ones, formulas and our own sheets are nothing to tell."""
    good = make_return()
    (sheet,) = good.reading.sheets

    def extra(name: str, cell: RawCell | None = None, state: str = "visible") -> Sheet:
        return Sheet(name=name, state=state, cells={(1, 1): cell} if cell else {})

    words = RawCell("ghi chú", "text")
    (found,) = with_sheets(good, extra("Sheet2", words), sheet, extra("Phụ lục", words)).findings
    assert (found.code, found.severity, found.place.sheet) == ("structure.extra_sheet", "info", "Sheet2")
    assert "“Sheet2”, “Phụ lục”;" in message(found)
    many = with_sheets(good, sheet, *(extra(f"S{i}", words) for i in range(7))).findings
    assert "“S0”, “S1”, “S2”, “S3”, “S4” và 2 trang nữa;" in message(many[0])
    quiet = (
        extra("Sheet2"),
        extra("Sheet3", RawCell("  ", "text")),
        extra("Sheet4", RawCell("5", "text", formula=True)),
        extra("Sheet5", words, "hidden"),
        extra("HƯỚNG DẪN", words),
        dataclasses.replace(sheet, name="MẪU 02 (2)"),
    )
    assert with_sheets(good, sheet, *quiet).findings == ()


def test_no_sheet_of_ours(make_return: Any) -> None:
    """structure.sheet_missing, and no finding of a later phase."""
    good = make_return()
    examination = with_sheets(good, Sheet(name="Sheet1", state="visible", cells={(1, 1): RawCell("a", "text")}))
    assert [f.code for f in examination.findings] == ["structure.sheet_missing"]
    assert examination.state == "to_fix"


def test_the_guide_is_never_taken_for_the_form(make_return: Any) -> None:
    """Where the form's sheet was deleted, HƯỚNG DẪN, which prints the same heads, does not stand in for it."""
    good = make_return()
    area = good.layout.areas["mo_hinh"]
    cells = good.reading.sheets[0].cells
    heads = {at: cell for at, cell in cells.items() if at[0] < area.key_row and at[1] <= max(area.columns.values())}
    guide = Sheet(name="HƯỚNG DẪN", state="visible", cells=heads)
    examination = with_sheets(good, guide)
    assert [f.code for f in examination.findings] == ["structure.sheet_missing"]
    assert examination.state == "to_fix"
    assert [f.code for f in with_sheets(good, dataclasses.replace(guide, name="Sheet1")).findings] != [
        "structure.sheet_missing"
    ]


def without_keys(good: Any, *, rows: bool = True, columns: bool = True) -> Any:
    area = good.layout.areas["mo_hinh"]
    return remapped(
        good,
        lambda r, c: None if (rows and c == good.layout.key_column) or (columns and r == area.key_row) else (r, c),
    )


@pytest.mark.parametrize(("rows", "columns"), [(True, False), (False, True), (True, True)])
def test_without_hidden_keys_labels_and_addresses_do(make_return: Any, rows: bool, columns: bool) -> None:
    """Hidden rows and columns dropped by a program: labels, then addresses, then the closing code."""
    good = make_return()
    examination = without_keys(good, rows=rows, columns=columns).examine()
    assert examination.findings == ()
    assert summary(examination) == summary(good.examine())
    assert fields(examination) == fields(good.examine())


def test_labels_carry_a_shifted_sheet_without_keys(make_return: Any) -> None:
    """Two rows inserted on top and the keys gone: the heads tell the shift."""
    good = make_return()
    examination = insert_rows(without_keys(good), 1, 2).examine()
    assert summary(examination) == summary(good.examine())
    assert [f.code for f in examination.findings if f.severity == "error"] == []


def test_only_the_visible_cells_were_copied(make_return: Any) -> None:
    """The hidden key row is gone with its place: the first answers stand right under the heads, and none is lost."""
    good = make_return()
    examination = delete_row(without_keys(good), good.layout.areas["mo_hinh"].key_row).examine()
    assert summary(examination) == summary(good.examine())
    assert [f.code for f in examination.findings if f.severity == "error"] == []


def test_every_single_key_may_be_lost(make_return: Any) -> None:
    """Damage of one hidden key alone never costs a value and never sends a return back."""
    good = make_return()
    whole = good.examine()
    keys = [c for c in good.layout.cells if c.kind == "key" and c.style == "key"]
    assert len(keys) > 20
    for key in keys:
        examination = good.put((key.at.row, key.at.column), None).examine()
        assert examination.state == "accepted", key.text
        assert summary(examination) == summary(whole), key.text
        assert fields(examination) == fields(whole), key.text


def test_swapped_heads_go_to_a_person(make_return: Any) -> None:
    """Key says one column, head says the other: two findings at the two heads, and no guess about their values."""
    good = make_return()
    heads = {c.text: (c.at.row, c.at.column) for c in good.layout.cells if c.kind == "static"}
    one, two = heads["Mô hình đang triển khai thực hiện"], heads["Mô hình mới"]
    spoiled = good.put(one, good.cells[two]).put(two, good.cells[one])
    examination = spoiled.examine()
    assert [f.code for f in examination.findings] == ["structure.keys_disagree"] * 2
    assert {f.place.cell for f in examination.findings} == {f"{'ABCDEF'[c - 1]}{r}" for r, c in (one, two)}
    assert examination.state == "to_fix"
    assert all(set(row.values) <= {"ten_chi_bo", "ten_mo_hinh", "thoi_gian", "nhom"} for row in examination.rows)


def test_columns_swapped_without_their_keys_go_to_a_person(make_return: Any) -> None:
    """Heads and values cut and pasted, the hidden key row left behind."""
    good = make_return()
    area = good.layout.areas["mo_hinh"]
    five, six = area.columns["ten_chi_bo"], area.columns["ten_mo_hinh"]
    head = swap_columns(good, five, six, range(area.key_row - 2, area.key_row))
    examination = swap_columns(head, five, six, range(area.first_row, area.end_row)).examine()
    assert [f.code for f in examination.findings] == ["structure.keys_disagree"] * 2


def test_one_head_retyped_as_its_neighbour_goes_to_a_person(make_return: Any) -> None:
    """A head that bears another column's words is no slip of spelling."""
    good = make_return()
    heads = {c.text: (c.at.row, c.at.column) for c in good.layout.cells if c.kind == "static"}
    spoiled = good.put(heads["Tên mô hình"], RawCell("Thời gian thực hiện", "text"))
    (found,) = spoiled.examine().findings
    assert (found.code, found.value) == ("structure.keys_disagree", "Thời gian thực hiện")
    assert "“Tên mô hình”" in message(found)


def test_a_key_in_a_strange_place_goes_to_a_person(make_return: Any) -> None:
    """A column key among the inputs, or twice in the key row: cut and paste reached the hidden cells."""
    good = make_return()
    area = good.layout.areas["mo_hinh"]
    key = good.cells[area.key_row, 3]
    inside = good.put((area.first_row + 7, 3), key)
    moved = inside.put((area.key_row, 3), None)
    codes = [(f.code, f.place.cell, f.value) for f in moved.examine().findings if f.code.startswith("structure")]
    assert codes == [("structure.cut_paste", f"C{area.first_row + 7}", "mo_hinh.ten_mo_hinh")]
    twice = good.put((area.key_row, 12), key)
    moved = delete_row(twice, area.first_row + 8)
    assert ("structure.cut_paste", f"L{area.key_row}") in moved.found()


def test_a_table_without_any_head_is_missing(make_return: Any) -> None:
    """Neither keys nor heads: structure.table_missing, and fields are still read."""
    good = make_return()
    area = good.layout.areas["mo_hinh"]
    bare = remapped(good, lambda r, c: None if area.key_row - 2 <= r <= area.key_row else (r, c))
    examination = bare.examine()
    assert "structure.table_missing" in [f.code for f in examination.findings]
    assert fields(examination) == fields(good.examine())


def test_a_column_that_is_gone_is_missing(make_return: Any) -> None:
    """Key, head and values of one column deleted, the rest moved left: exactly that column is named."""
    good = make_return()
    at = good.layout.areas["mo_hinh"].columns["thoi_gian"]
    gone = remapped(good, lambda r, c: None if c == at else (r, c - 1 if c > at else c))
    codes = [f.code for f in gone.examine().findings]
    assert codes.count("structure.column_missing") == 1
    assert not any(code.startswith("cell.") for code in codes)


def test_text_altered_and_moved_at_once_is_still_one_finding(make_return: Any) -> None:
    """In a sheet with inserted rows the altered line is named where it now stands."""
    good = make_return()
    spot = next((c.at.row, c.at.column) for c in good.layout.cells if c.text == "BẢNG TỔNG HỢP")
    moved = insert_rows(good.put(spot, RawCell("BẢNG KÊ", "text")), 1)
    (found,) = moved.examine().findings
    assert (found.code, found.place.cell, found.value) == ("structure.locked_text", f"A{spot[0] + 1}", "BẢNG KÊ")


def test_stray_cells_are_named_up_to_a_limit(make_return: Any) -> None:
    """Twenty by name, the rest in one finding with their number."""
    good = make_return()
    for row in range(100, 150):
        good = good.put((row, 3), RawCell(f"dòng {row}", "text"))
    found = good.examine().findings
    assert [f.code for f in found] == ["structure.stray_text"] * 20 + ["structure.stray_more"]
    assert found[0].place.cell == "C100"
    assert found[-1].place.cell == "C120"
    assert "30" in message(found[-1])


def test_stray_text_below_a_moved_table_is_named_where_it_stands(make_return: Any) -> None:
    """Deleted rows do not hide what was typed below."""
    good = make_return()
    shorter = delete_row(good, good.spot(9, "moi")[0]).put((70, 2), RawCell("mô hình thứ mười", "text"))
    assert [(f.code, f.place.cell) for f in shorter.examine().findings] == [
        ("structure.rows_changed", None),
        ("structure.stray_text", "B70"),
    ]


def test_one_row_put_in_and_one_taken_out_are_both_said(make_return: Any) -> None:
    """The count alone would hide it; a copied row, key and all, is an added one too."""
    good = make_return()
    changed = delete_row(insert_rows(good, good.spot(3, "moi")[0]), good.spot(8, "moi")[0] + 1)
    changed = changed.put((good.spot(3, "moi")[0], 1), RawCell("3a", "text"))
    (found,) = changed.examine().findings
    assert message(found).startswith("Bảng có 1 dòng thêm, 1 dòng bớt")
    key = good.layout.key_column
    copied = good.put((good.spot(8, "moi")[0], key), good.cells[good.spot(7, "moi")[0], key])
    (found,) = copied.examine().findings
    assert message(found).startswith("Bảng có 1 dòng thêm, 1 dòng bớt")


def test_a_model_written_below_the_table_is_not_lost_in_silence(make_return: Any) -> None:
    """A row below the closing block with unit and model filled sends the return back, once, at its first cell; one cell
    alone is only a note, and so are two cells that are no columns of the table."""
    good = make_return()
    row = good.put((40, 2), RawCell("Chi bộ 9", "text")).put((40, 3), RawCell("Mô hình thứ chín", "text"))
    found = row.examine()
    assert [(f.code, f.place.cell, f.severity) for f in found.findings] == [("structure.stray_row", "B40", "error")]
    assert found.state == "to_fix"
    alone = good.put((40, 3), RawCell("ghi thêm", "text")).examine()
    assert [f.code for f in alone.findings] == ["structure.stray_text"]

"""Promise 3: whatever was done to the sheet, judging ends with findings, never with an exception."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.examine import examine
from lamtheo_xls.findings import mend, message
from lamtheo_xls.ledger import examination_of, text_of
from lamtheo_xls.workbook.read.reading import RawCell, Sheet

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "mo_hinh.ten_mo_hinh",
            "mo_hinh.3",
            "mo_hinh." + "9" * 50,
            "field.nguoi_ky",
            "end",
            "Tên mô hình",
            "Mô hình mới",
            "nt",
            "x",
            "a" * 5000,
            "LT-004K7-PD5X1-F57ET-7E1WX",
            "dac_diem.doan",
            "viec.2",
            "end.viec",
            "field.mo_hinh_thu",
        ]
    ),
)
CELLS = st.one_of(
    st.builds(
        RawCell, TEXTS, st.just("text"), st.booleans(), st.booleans(), st.sampled_from([None, ".VnTime", "VNI-T"])
    ),
    st.builds(RawCell, st.floats(), st.just("number")),
    st.builds(
        RawCell, st.floats(allow_nan=False), st.just("date"), format=st.sampled_from([None, "mmm-yy", "h:mm", "@"])
    ),
    st.builds(RawCell, st.booleans(), st.just("bool")),
    st.builds(RawCell, st.sampled_from(["#REF!", "#N/A"]), st.just("error")),
)
ROWS, COLUMNS = st.integers(1, 40), st.integers(1, 24)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), ROWS, COLUMNS, CELLS),
        st.tuples(st.just("drop row"), ROWS, st.integers(1, 6), st.none()),
        st.tuples(st.just("drop column"), COLUMNS, st.integers(1, 4), st.none()),
        st.tuples(st.just("shift rows"), ROWS, st.integers(-3, 3), st.none()),
        st.tuples(st.just("shift columns"), COLUMNS, st.integers(-3, 3), st.none()),
    ),
    max_size=8,
)
MERGES = st.lists(st.tuples(ROWS, COLUMNS, ROWS, COLUMNS), max_size=4)


def changed(cells: Any, change: tuple[str, int, int, Any]) -> dict[tuple[int, int], RawCell]:
    kind, a, b, cell = change
    if kind == "put":
        return {**cells, (a, b): cell}
    out = {}
    for (row, column), value in cells.items():
        if (kind == "drop row" and a <= row < a + b) or (kind == "drop column" and a <= column < a + b):
            continue
        if kind == "shift rows" and row >= a:
            row += b
        if kind == "shift columns" and column >= a:
            column += b
        if row > 0 and column > 0:
            out[row, column] = value
    return out


@settings(derandomize=True, max_examples=250, deadline=None)
@given(changes=CHANGES, merges=MERGES, name=st.sampled_from(["MẪU 02", "Sheet1", "BẢN IN"]), shared=st.booleans())
def test_any_mangled_sheet_is_judged(
    make_return: Any, changes: list[Any], merges: list[Any], name: str, shared: bool
) -> None:
    """Cells put anywhere, rows and columns dropped or shifted, wild merges: findings with real cells and full words."""
    good = make_return(shared=shared)
    cells = dict(good.cells)
    for change in changes:
        cells = changed(cells, change)
    boxes = tuple((min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in merges)
    spoiled = dataclasses.replace(good, cells=cells, merges=boxes, sheet=name)
    examination = spoiled.examine()
    assert examination.state in ("accepted", "to_fix", "unknown")
    sound(examination)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(changes=CHANGES, merges=MERGES, name=st.sampled_from(["MẪU 02", "Sheet1", "BẢN IN"]))
def test_any_mangled_report_is_judged(leader: Any, changes: list[Any], merges: list[Any], name: str) -> None:
    """The same of narratives with single fields beside them; the part stays a part, the office's mark the office's."""
    cells = dict(leader.cells)
    for change in changes:
        cells = changed(cells, change)
    boxes = tuple((min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in merges)
    examination = dataclasses.replace(leader, cells=cells, merges=boxes, sheet=name).examine()
    assert examination.state in ("accepted", "to_fix", "unknown")
    assert examination.part.isdigit() and 1 <= int(examination.part) <= 99
    assert examination.fields["lanh_dao"].text == "x" if examination.sheet else not examination.fields
    sound(examination)


def sound(examination: Any) -> None:
    for f in examination.findings:
        assert f.place.cell is None or re.fullmatch("[A-Z]{1,3}[1-9][0-9]*", f.place.cell)
        assert not re.search(r"\{[a-z_0-9]+\}", message(f) + mend(f)) or "{" in (f.value or "")
    assert examination_of(text_of(examination)) == examination


@settings(derandomize=True, max_examples=100, deadline=None)
@given(cells=st.dictionaries(st.tuples(ROWS, COLUMNS), CELLS, max_size=30), merges=MERGES)
def test_any_foreign_sheet_is_judged(
    make_return: Any, cells: dict[tuple[int, int], RawCell], merges: list[Any]
) -> None:
    """A sheet that has nothing to do with us."""
    good = make_return()
    boxes = tuple((min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in merges)
    sheet = Sheet(name="MẪU 02", state="visible", cells=cells, merges=boxes)
    examination = examine(dataclasses.replace(good.reading, sheets=(sheet,)), good.facts)
    assert examination.state == "to_fix"
    assert examination.findings[0].code.startswith("structure.")

"""What we read is what openpyxl reads, in files of every program at hand; where openpyxl cannot, what was written."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import RawCell, Reading

Simple = dict[tuple[int, int], tuple[Any, bool, bool]]


def ours(reading: Reading) -> dict[str, tuple[Simple, set[tuple[int, int, int, int]], bool]]:
    """By sheet: cells as (value, formula?, locked?), merges, protected."""
    found = {}
    for sheet in reading.sheets:
        cells: Simple = {at: (c.value, c.formula, c.locked) for at, c in sheet.cells.items()}
        found[sheet.name] = (cells, set(sheet.merges), sheet.protected)
    return found


def theirs(data: bytes) -> dict[str, tuple[Simple, set[tuple[int, int, int, int]], bool]]:
    """The same from openpyxl: values from one load, formulas from another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data))
    epoch = CALENDAR_MAC_1904 if values.epoch == CALENDAR_MAC_1904 else CALENDAR_WINDOWS_1900
    found = {}
    for sheet in values.worksheets:
        twin = formulas[sheet.title]
        cells: Simple = {}
        for (row, column), cell in sheet._cells.items():
            formula = twin._cells[row, column].data_type == "f"
            value = cell.value
            if isinstance(value, str):
                value = value.replace("\r\n", "\n")
            elif isinstance(value, dt.timedelta):
                value = value / dt.timedelta(days=1)
            elif isinstance(value, dt.date | dt.time):
                value = to_excel(value, epoch)
            elif value is not None and not isinstance(value, bool):
                value = float(value)
            if value in (None, "") and not isinstance(value, bool):
                if not formula:
                    continue
                value = ""
            cells[row, column] = (value, formula, cell.protection.locked)
        merges = {(m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges}
        found[sheet.title] = (cells, merges, bool(sheet.protection.sheet))
    return found


def assert_same(data: bytes) -> Reading:
    reading = read_returned(data)
    assert not [f for f in reading.findings if f.severity == "error"]
    mine, oracle = ours(reading), theirs(data)
    assert list(mine) == list(oracle)
    for name, (cells, merges, protected) in oracle.items():
        got, got_merges, got_protected = mine[name]
        assert got.keys() == cells.keys(), name
        for at, (value, formula, locked) in cells.items():
            assert got[at][1:] == (formula, locked), (name, at)
            if isinstance(value, float):
                assert got[at][0] == pytest.approx(value, rel=1e-14, abs=1e-6), (name, at)
            elif value != got[at][0]:  # openpyxl takes `_x005F_` for nothing and leaves other escapes as they are
                decoded = re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), str(value))
                assert got[at][0] == decoded, (name, at)
        assert (got_merges, got_protected) == (merges, protected), name
    return reading


TEXTS = (
    "Chi bộ ấp 1",
    "Chi bộ",  # decomposed, as a Mac types it
    "dòng 1\ndòng 2",
    "  cách đầu và cuối  ",
    "=1+1 là chữ",
    "001",
    "😀 & < > \" ' ]]>",
    "_x000D_ gõ tay",
    "tab\tvà \x08 điều khiển",
)


def filled(path: Path, **options: Any) -> Path:
    """A workbook with everything a return may hold, by XlsxWriter."""
    book = xlsxwriter.Workbook(str(path), options)
    open_ = book.add_format({"locked": False, "num_format": "@"})
    date = book.add_format({"num_format": "dd/mm/yyyy", "locked": False})
    clock = book.add_format({"num_format": "[h]:mm"})
    legacy = book.add_format({"font_name": ".VnTime"})
    red = book.add_format({"font_color": "red"})
    vni = book.add_format({"font_name": "VNI-Times", "bold": True})
    sheet = book.add_worksheet("MẪU 02")
    sheet.protect("mk")
    merge = not options.get("constant_memory")
    rows = [[(0, sheet.write_string, (text, open_)), (1, sheet.write_string, (text,))] for text in TEXTS]
    rows += [[], [], [], []]
    for row, (write, *args) in enumerate(
        (
            (sheet.write_number, 12.5),
            (sheet.write_number, -1e-300),
            (sheet.write_number, 2**53, open_),
            (sheet.write_boolean, True),
            (sheet.write_boolean, False, open_),
            (sheet.write_datetime, dt.datetime(2027, 2, 28, 13, 45), date),
            (sheet.write_datetime, dt.datetime(1905, 1, 31), date),
            (sheet.write_number, 1.5, clock),
            (sheet.write_formula, "=C1*2", open_, 25),
            (sheet.write_formula, '="a"&"b"', None, "ab"),
            (sheet.write_formula, "=1/0", None, "#DIV/0!"),
            (sheet.write_formula, "=TRUE()", None, True),
            (sheet.write_formula, '=""', None, ""),
        )
    ):
        rows[row].append((2, write, tuple(args)))
    if merge:
        rows[0].append((3, sheet.write_rich_string, ("thường ", red, "đỏ", " rồi ", vni, "chöõ")))
    rows[1].append((3, sheet.write_string, ("Chi bé", legacy)))
    for row, writes in enumerate(rows):
        for column, write, args in writes:
            assert write(row, column, *args) == 0
    if merge:
        sheet.merge_range("F2:H4", "gộp", open_)
        sheet.merge_range("A30:B30", "gộp nữa")
    sheet.write_string(1_048_575, 16_383, "góc xa nhất")
    hidden = book.add_worksheet("ẩn & hiện")
    hidden.hide()
    hidden.write_string(4, 4, "x")
    book.add_worksheet("trống").very_hidden()
    book.close()
    return path


@pytest.fixture(scope="module")
def by_xlsxwriter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("xw") / "a.xlsx")


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"date_1904": True}, {"use_zip64": True}])
def test_xlsxwriter(tmp_path: Path, options: dict[str, Any]) -> None:
    """A file of XlsxWriter – shared or inline strings, either date system – reads as openpyxl reads it."""
    reading = assert_same(filled(tmp_path / "a.xlsx", **options).read_bytes())
    assert reading.date1904 is bool(options.get("date_1904"))
    assert [s.state for s in reading.sheets] == ["visible", "hidden", "veryHidden"]
    assert reading.sheets[0].cells[1, 2].value == TEXTS[0]
    for row, text in enumerate(TEXTS, 1):
        assert reading.sheets[0].cells[row, 1] == RawCell(text, "text", False, False, None)
    kinds = [reading.sheets[0].cells[row, 3].kind for row in range(1, 13)]
    shown = [reading.sheets[0].cells[row, 3].format for row in range(5, 10)]
    assert shown == [None, "dd/mm/yyyy", "dd/mm/yyyy", "[h]:mm", None]
    assert kinds == ["number"] * 3 + ["bool"] * 2 + ["date"] * 3 + ["number", "text", "error", "bool"]


def test_fonts(by_xlsxwriter: Path) -> None:
    """Only legacy fonts are told: the cell's own, or that of a run inside the text."""
    cells = read_returned(by_xlsxwriter.read_bytes()).sheets[0].cells
    assert cells[1, 4].font == "VNI-Times"
    assert cells[2, 4].font == ".VnTime"
    assert {c.font for at, c in cells.items() if at not in ((1, 4), (2, 4))} == {None}


def test_openpyxl(by_xlsxwriter: Path, tmp_path: Path) -> None:
    """A file loaded and saved by openpyxl (no cached values, other part names) reads the same."""
    book = openpyxl.load_workbook(by_xlsxwriter)
    sheet = book["ẩn & hiện"]
    sheet["A1"] = "=SUM(B1:B3)"
    sheet["A2"] = dt.date(2027, 1, 2)
    sheet["A3"] = dt.time(1, 30)
    sheet["A4"] = "#N/A"
    book.save(tmp_path / "b.xlsx")
    reading = assert_same((tmp_path / "b.xlsx").read_bytes())
    assert reading.sheets[1].cells[1, 1] == RawCell("", "text", True, True, None)
    assert reading.sheets[1].cells[4, 1].kind == "error"
    iso = openpyxl.load_workbook(by_xlsxwriter)
    iso.iso_dates = True
    iso.save(tmp_path / "c.xlsx")
    assert_same((tmp_path / "c.xlsx").read_bytes())


def program(name: str) -> str:
    """The program's path; skips where it is not installed, fails in the continuous check."""
    path = shutil.which(name)
    if path is None:
        assert os.environ.get("CI") != "true", f"{name} is not installed"
        pytest.skip(f"{name} is not installed")
    return path


def test_libreoffice(by_xlsxwriter: Path, tmp_path: Path) -> None:
    """A file saved by LibreOffice reads the same, and says so in its producer."""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [program("soffice"), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(by_xlsxwriter)], check=True, capture_output=True, timeout=120)
    reading = assert_same((tmp_path / "out" / "a.xlsx").read_bytes())
    assert reading.producer.startswith("LibreOffice")
    assert reading.sheets[0].cells[1_048_576, 16_384].value == "góc xa nhất"
    assert reading.sheets[0].cells[1, 4].font == "VNI-Times"


def test_gnumeric(by_xlsxwriter: Path, tmp_path: Path) -> None:
    """A file saved by Gnumeric reads the same."""
    subprocess.run(
        [program("ssconvert"), str(by_xlsxwriter), str(tmp_path / "g.xlsx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    reading = assert_same((tmp_path / "g.xlsx").read_bytes())
    assert reading.sheets[0].cells[1, 1].value == TEXTS[0]


_text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
_values = st.one_of(_text, st.booleans(), st.floats(-1e15, 1e15, allow_nan=False).map(lambda x: float(f"{x:.12g}")))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 400), st.integers(0, 60)), _values, max_size=25))
def test_what_is_written_is_read(values: dict[tuple[int, int], str | bool | float]) -> None:
    """Any text, number or truth value written is read back as it was, at its place."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for (row, column), value in values.items():
        if isinstance(value, bool):
            done = sheet.write_boolean(row, column, value)
        elif isinstance(value, str):
            done = sheet.write_string(row, column, value)
        else:
            done = sheet.write_number(row, column, value)
        assert done == 0
    book.close()
    reading = read_returned(out.getvalue())
    assert reading.findings == ()
    read = {(r - 1, c - 1): cell.value for (r, c), cell in reading.sheets[0].cells.items()}
    assert read == {at: v.replace("\r\n", "\n") if isinstance(v, str) else v for at, v in values.items()}

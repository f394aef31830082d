"""Locks: only inputs are open, *Normal* is open so that a paste stays open, and the structure is locked."""

import io
import re
import zipfile
from itertools import pairwise

from lxml import etree

NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def part(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return etree.fromstring(book.read(name))


def test_normal_is_open_and_every_format_says_so(every_kind):
    """`cellStyleXfs` has one open format, *Normal*; each of `cellXfs` names its lock and applies it."""
    for kind, data in every_kind.items():
        styles = part(data, "xl/styles.xml")
        normal = styles.findall("x:cellStyleXfs/x:xf", NS)
        assert [xf.find("x:protection", NS).get("locked") for xf in normal] == ["0"], kind
        formats = styles.findall("x:cellXfs/x:xf", NS)
        assert all(xf.get("applyProtection") == "1" for xf in formats)
        locks = [[p.get("locked") for p in xf.findall("x:protection", NS)] for xf in formats]
        assert locks[0] == ["0"]
        assert set(map(tuple, locks)) == {("0",), ("1",)}
        assert [s.get("name") for s in styles.findall("x:cellStyles/x:cellStyle", NS)] == ["Normal"]


def test_the_structure_is_locked_before_the_views(every_kind):
    """`workbookProtection` stands where the schema wants it."""
    for data in every_kind.values():
        tags = [etree.QName(e).localname for e in part(data, "xl/workbook.xml")]
        assert tags.index("workbookProtection") == tags.index("bookViews") - 1
        assert part(data, "xl/workbook.xml").find("x:workbookProtection", NS).get("lockStructure") == "1"


def test_every_sheet_is_locked_to_its_edges(every_kind):
    """Each sheet is protected with the password, lets rows and columns be sized, and locks even cells never written."""
    for data in every_kind.values():
        styles = part(data, "xl/styles.xml").findall("x:cellXfs/x:xf", NS)
        locked = {i for i, xf in enumerate(styles) if xf.find("x:protection", NS).get("locked") == "1"}
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            sheets = [n for n in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d\.xml", n)]
        for name in sheets:
            sheet = part(data, name)
            guard = sheet.find("x:sheetProtection", NS)
            assert (guard.get("sheet"), guard.get("formatRows"), guard.get("formatColumns")) == ("1", "0", "0")
            assert re.fullmatch(r"[0-9A-F]{4}", guard.get("password"))
            columns = sheet.findall("x:cols/x:col", NS)
            assert columns[0].get("min") == "1"
            assert columns[-1].get("max") == "16384"
            assert all(int(a.get("max")) + 1 == int(b.get("min")) for a, b in pairwise(columns))
            assert {int(c.get("style")) for c in columns} <= locked
            assert all(int(r.get("s", "1")) in locked for r in sheet.findall("x:sheetData/x:row", NS))


def test_open_are_the_inputs_and_nothing_else(desk, opened, every_kind):
    """On every sheet of every kind, exactly the layout's inputs are unlocked."""
    for kind, data in every_kind.items():
        layout = desk.layout(9, shared=kind == "shared")
        inputs = {
            (r, c)
            for cell in layout.cells
            if cell.kind == "input"
            for r in range(cell.at.row, cell.to.row + 1)
            for c in range(cell.at.column, cell.to.column + 1)
        }
        for sheet in opened(data).worksheets:
            open_cells = {(c.row, c.column) for row in sheet.iter_rows() for c in row if not c.protection.locked}
            assert open_cells == (inputs if sheet.title == "MẪU 02" else set()), (kind, sheet.title)


def test_inputs_are_text(desk, opened):
    """Every open cell of Mẫu 02 holds text (`@`)."""
    sheet = opened(desk.stamped(9))["MẪU 02"]
    found = {sheet.cell(*c.at).number_format for c in desk.layout(9).cells if c.kind == "input"}
    assert found == {"@"}

"""Formulas: functions of Excel 2010 that other programs have, within Excel's limits, on cells that cannot be cut."""

import io
import re
import zipfile

import pytest
from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries

ALLOWED = {
    "AND", "CHAR", "FIND", "IF", "IFERROR", "INDEX", "ISNUMBER", "LEFT", "LEN", "MATCH", "MAX", "MID", "OR",
    "ROUNDUP", "ROW", "SUBSTITUTE", "SUM", "TEXT", "TRIM", "UPPER",
}  # fmt: skip
KINDS = ("stamped", "prefilled", "shared", "written", "feedback")


def formulas(book):
    """(sheet, place, formula) of cells, conditional formats and drop-downs."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for c in row:
                if c.data_type == "f":
                    yield sheet.title, c.coordinate, c.value
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                for formula in rule.formula:
                    yield sheet.title, str(area.sqref), "=" + formula
        for each in sheet.data_validations.dataValidation:
            if each.type == "list":
                yield sheet.title, str(each.sqref), "=" + each.formula1


@pytest.mark.parametrize("kind", KINDS)
def test_only_functions_that_every_program_has(every_kind, opened, kind):
    """Nothing newer than Excel 2010, no array, no structured reference, no name; text under 8,192 characters,
    literals at most 255, nesting under 64."""
    used = set()
    for _, place, formula in formulas(opened(every_kind[kind])):
        assert len(formula) < 8192
        depth = deepest = 0
        for token in Tokenizer(formula).items:
            if token.type == "FUNC" and token.subtype == "OPEN":
                used.add(token.value[:-1])
                depth += 1
                deepest = max(deepest, depth)
            elif token.type == "FUNC":
                depth -= 1
            elif token.type == "OPERAND" and token.subtype == "TEXT":
                assert len(token.value) - 2 <= 255
            elif token.type == "OPERAND" and token.subtype == "RANGE":
                assert re.fullmatch(r"(('[^']+'|\w+)!)?\$?[A-Z]+\$?\d+(:\$?[A-Z]+\$?\d+)?", token.value), place
            assert token.type not in ("ARRAY", "ARRAYROW")
        assert deepest < 20
    assert used <= ALLOWED
    assert {"INDEX", "MATCH", "TRIM", "LEN"} <= used


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_are_reached_between_locked_cells_only(every_kind, opened, kind):
    """No formula points at an open cell; a range over open cells begins and ends on locked ones."""
    book = opened(every_kind[kind])
    for sheet, place, formula in formulas(book):
        for token in Tokenizer(formula).items:
            if token.type != "OPERAND" or token.subtype != "RANGE":
                continue
            name, _, cells = token.value.rpartition("!")
            target = book[name.strip("'")] if name else book[sheet]
            first_column, first_row, last_column, last_row = range_boundaries(cells.replace("$", ""))
            for row, column in ((first_row, first_column), (last_row, last_column)):
                assert target.cell(row, column).protection.locked, (sheet, place, formula, token.value)


def test_nothing_that_other_programs_drop(every_kind):
    """No ListObject, checkbox, macro, data bar, external link or custom XML; names only for printing, all ASCII."""
    for kind, data in every_kind.items():
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = book.namelist()
            text = "".join(book.read(n).decode() for n in names)
            names_defined = re.findall(r'<definedName name="([^"]+)"', book.read("xl/workbook.xml").decode())
        assert not [
            n for n in names if re.search(r"tables/|vbaProject|ctrlProps|externalLinks|customXml|featureProp", n)
        ]
        assert not re.search(r"<dataBar|<extLst|<tablePart|<legacyDrawingHF|uniqueValues|duplicateValues", text), kind
        assert set(names_defined) <= {"_xlnm.Print_Area", "_xlnm.Print_Titles"}
        assert [n for n in names if "vmlDrawing" in n] == (
            ["xl/drawings/vmlDrawing1.vml"] if kind == "feedback" else []
        )

"""The forms beside Mẫu 02, grids and paragraphs alike: sound, locked, true in every cached value."""

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.write.panel import plan_panel, starting
from lamtheo_xls.workbook.write.printout import plan_print

FORMS = ("mau-01", "mau-03", "nhiem-vu-dot-pha", "mo-hinh-tieu-bieu", "ke-hoach-ca-nhan")
KINDS = ("stamped", "prefilled", "shared", "written", "feedback")
ALLOWED = {
    "AND", "CHAR", "FIND", "IF", "IFERROR", "INDEX", "INT", "ISNUMBER", "LEFT", "LEN", "LOOKUP", "MATCH", "MAX", "MID",
    "MIN", "OR", "REPT", "ROUNDUP", "ROW", "SUBSTITUTE", "SUM", "TEXT", "TRIM", "UPPER", "VALUE",
}  # fmt: skip
XSD = Path(__file__).resolve().parents[3].parent / "shared" / "xsd"
SCHEMAS = ((r"xl/styles\.xml", "sml.xsd"), (r"xl/(workbook|sharedStrings|worksheets/sheet\d+)\.xml", "sml.xsd"))
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
PYTHON = "/usr/bin/python3"  # the system's own, for which LibreOffice's UNO bridge is made
SEEDS = {
    "mau-01": (2,),
    "mau-03": (3,),
    "nhiem-vu-dot-pha": (2, 3),
    "mo-hinh-tieu-bieu": (2, 3),
    "ke-hoach-ca-nhan": (4,),
}
RECALCULATED = {
    "mau-01": ("stamped", "feedback"),
    "mau-03": ("prefilled", "shared"),
    "nhiem-vu-dot-pha": ("stamped", "prefilled", "shared"),
    "mo-hinh-tieu-bieu": ("prefilled", "feedback"),
    "ke-hoach-ca-nhan": ("stamped", "prefilled"),
}


def formulas(book):
    """(sheet, place, formula) of cells, conditional formats and drop-downs."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for c in row:
                if c.data_type == "f":
                    yield sheet.title, c.coordinate, c.value.text if isinstance(c.value, ArrayFormula) else c.value
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                for formula in rule.formula:
                    yield sheet.title, str(area.sqref), "=" + formula
        for each in sheet.data_validations.dataValidation:
            if each.type == "list":
                yield sheet.title, str(each.sqref), "=" + each.formula1


@pytest.mark.parametrize("form", FORMS)
def test_formulas_are_old_and_stand_on_locked_cells(other_kinds, opened, form):
    """Functions of Excel 2010 that every program has, within its limits; ranges over open cells begin and end on locked
    ones, and nothing points at an open cell alone. Other kinds have the same formulas."""
    for kind in ("stamped", "shared"):
        book = opened(other_kinds[form, kind])
        for sheet, place, formula in formulas(book):
            assert len(formula) < 8192
            for token in Tokenizer(formula).items:
                if token.type == "FUNC" and token.subtype == "OPEN":
                    assert token.value[:-1] in ALLOWED, (place, formula)
                elif token.type == "OPERAND" and token.subtype == "TEXT":
                    assert len(token.value) - 2 <= 255
                elif token.type == "OPERAND" and token.subtype == "RANGE":
                    name, _, cells = token.value.rpartition("!")
                    target = book[name.strip("'")] if name else book[sheet]
                    first_column, first_row, last_column, last_row = range_boundaries(cells.replace("$", ""))
                    for row, column in ((first_row, first_column), (last_row, last_column)):
                        assert target.cell(row, column).protection.locked, (kind, sheet, place, formula)


@pytest.mark.parametrize("form", FORMS)
def test_open_are_the_inputs_and_nothing_else(sheaves, other_kinds, opened, form):
    """Exactly the layout's inputs are unlocked; what the office knows is not among them."""
    for kind in KINDS:
        layout = sheaves[form].layout(shared=kind == "shared")
        inputs = {
            (r, c)
            for cell in layout.cells
            if cell.kind == "input"
            for r in range(cell.at.row, cell.to.row + 1)
            for c in range(cell.at.column, cell.to.column + 1)
        }
        told = {layout.fields[f.id] for f in sheaves[form].form.fields if f.locked}
        assert not told & inputs
        for sheet in opened(other_kinds[form, kind]).worksheets:
            open_cells = {(c.row, c.column) for row in sheet.iter_rows() for c in row if not c.protection.locked}
            assert open_cells == (inputs if sheet.title == layout.sheet else set()), (kind, sheet.title)


@pytest.mark.parametrize("form", FORMS)
def test_every_part_is_valid(other_kinds, form):
    """Sheets, strings, styles and workbook hold to ISO/IEC 29500-4."""
    if not XSD.is_dir():
        pytest.skip(f"the schemas of ISO/IEC 29500-4 are not at {XSD}")
    schema = etree.XMLSchema(etree.parse(str(XSD / "sml.xsd")))
    for kind in KINDS:
        seen = 0
        with zipfile.ZipFile(io.BytesIO(other_kinds[form, kind])) as book:
            for name in book.namelist():
                if not any(re.fullmatch(pattern, name) for pattern, _ in SCHEMAS):
                    continue
                root = etree.fromstring(book.read(name))
                for element in root.iter():
                    element.attrib.pop(XML_SPACE, None)
                assert schema.validate(root), (kind, name, schema.error_log.last_error)
                seen += 1
        assert seen >= 8 - (kind != "feedback")


@pytest.mark.parametrize("form", FORMS)
def test_stamped_and_written_say_the_same(sheaves, answers, opened, form):
    """Two ways of making a copy, one content: values, formulas, cached values, open cells and heights of rows."""
    sheaf = sheaves[form]
    filled = answers(sheaf.form, 5)
    stamped, written = sheaf.stamped(filled), sheaf.written(filled)
    for cached in (False, True):
        one, two = opened(stamped, cached=cached), opened(written, cached=cached)
        assert one.sheetnames == two.sheetnames
        for a, b in zip(one.worksheets, two.worksheets, strict=True):
            assert list(cells(a)) == list(cells(b))
            assert {r: d.height for r, d in a.row_dimensions.items()} == {
                r: d.height for r, d in b.row_dimensions.items()
            }


def cells(sheet):
    for row in sheet.iter_rows():
        for c in row:
            value = (c.value.ref, c.value.text) if isinstance(c.value, ArrayFormula) else plain(c.value)
            yield c.coordinate, value, c.protection.locked, c.font.b, c.fill.bgColor.rgb


# -- LibreOffice ---------------------------------------------------------------------------------------------------


def _can_run():
    if not (shutil.which("soffice") and Path(PYTHON).exists()):
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode == 0


def typed_in(sheaf, filled):
    """The filling as keystrokes: place → text; what the form had prefilled stays where the filling says nothing."""
    layout, sheet = sheaf.layout(), sheaf.form.sheet
    out = {f"{sheet}!{address(*layout.fields[id])}": text for id, text in filled.fields.items()}
    for table, rows in filled.rows.items():
        area = layout.areas[table]
        for i, row in enumerate(rows):
            out |= {f"{sheet}!{address(area.first_row + i, area.columns[id])}": text for id, text in row.items()}
    return out


@pytest.fixture(scope="module")
def recalculated(sheaves, answers, other_kinds, tmp_path_factory):
    """Name of the job → what LibreOffice makes of it."""
    if not _can_run():
        if os.environ.get("CI"):
            pytest.fail("LibreOffice with its Python bridge is needed here")
        pytest.skip("no LibreOffice with its Python bridge on this machine")
    folder = tmp_path_factory.mktemp("lo")
    jobs, names = [], []

    def add(name, data, **more):
        path = folder / f"{len(jobs)}.xlsx"
        path.write_bytes(data)
        jobs.append({"file": str(path), **more})
        names.append(name)

    for form, kinds in RECALCULATED.items():
        for kind in kinds:
            add((form, kind), other_kinds[form, kind])
    for form, sheaf in sheaves.items():
        for seed in SEEDS[form]:
            filled = answers(sheaf.form, seed)
            add((form, "typed", seed), sheaf.stamped(), set=typed_in(sheaf, filled))
    script = Path(__file__).with_name("office.py")
    done = subprocess.run([PYTHON, str(script)], input=json.dumps(jobs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(names, json.loads(done.stdout), strict=True))


def plain(value):
    """openpyxl leaves `_x005F_` in cached values as it stands."""
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


@pytest.mark.parametrize("form", FORMS)
def test_every_cached_value_is_the_true_one(opened, recalculated, other_kinds, form):
    """Blank, prefilled, shared and sent back: recalculating changes nothing."""
    for kind in RECALCULATED[form]:
        book = opened(other_kinds[form, kind], cached=True)
        cached = {
            f"{sheet.title}!{c.coordinate}": "" if c.value is None else plain(c.value)
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for c in row
        }
        found = recalculated[form, kind]["cells"]
        assert len(found) > 150
        different = {k: (v, cached[k]) for k, v in found.items() if v != cached[k]}
        assert not different, kind


@pytest.mark.parametrize("form", FORMS)
def test_panel_and_python_agree_on_what_is_typed(sheaves, answers, recalculated, form):
    """A blank workbook filled in LibreOffice: panel and BẢN IN show what Python says of the same filling."""
    sheaf = sheaves[form]
    layout = sheaf.layout()
    for seed in SEEDS[form]:
        filled = starting(sheaf.form, sheaf.context, answers(sheaf.form, seed))
        values = plan_panel(sheaf.form, layout).values(filled, sheaf.context)
        shown = plan_print(sheaf.form, layout).values(filled, sheaf.context, "", values)
        expected = {f"{layout.sheet}!{address(*at)}": v for at, v in values.items()}
        expected |= {f"BẢN IN!{address(*at)}": v for at, v in shown.items()}
        found = recalculated[form, "typed", seed]["cells"]
        different = {k: (found[k], v) for k, v in expected.items() if found[k] != v}
        assert not different, seed

"""The layout of a form with paragraphs: one column prints, fields stand beside it, BẢN IN is told what to print."""

import io
import re
import zipfile
from collections import Counter
from dataclasses import replace

import pytest

from lamtheo_xls.definitions.model import Block, Table
from lamtheo_xls.workbook.layout import UNIT_FIELD, lay_out
from lamtheo_xls.workbook.measure import wrapped_lines
from lamtheo_xls.workbook.places import LOOKS, Spot
from lamtheo_xls.workbook.write.panel import Filled

FORMS = ("mau-01", "mau-03", "ke-hoach-ca-nhan")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shared", [False, True])
def test_every_part_has_one_place(sheaves, form, shared):
    """No two cells overlap; every field and column has its cell; a row has at most one open cell and one key."""
    layout = sheaves[form].layout(shared=shared)
    taken = Counter(
        (r, c)
        for cell in layout.cells
        for r in range(cell.at.row, cell.to.row + 1)
        for c in range(cell.at.column, cell.to.column + 1)
    )
    assert max(taken.values()) == 1
    assert set(layout.fields) == {f.id for f in sheaves[form].form.fields} | ({UNIT_FIELD.id} if shared else set())
    assert list(layout.areas) == [t.id for t in sheaves[form].form.tables]
    inputs = Counter(c.at.row for c in layout.cells if c.kind == "input")
    keys = Counter(c.at.row for c in layout.cells if c.kind == "key" and c.at.column == layout.key_column)
    assert set(inputs.values()) == set(keys.values()) == {1}
    assert all(c.at == c.to for c in layout.cells if c.kind == "input")


@pytest.mark.parametrize("form", FORMS)
def test_what_prints_is_one_column_and_paragraphs_are_its_only_inputs(sheaves, form):
    """Column 1 as wide as the page; labels left of the inputs; tables' rows between locked key and end rows."""
    layout = sheaves[form].layout()
    assert layout.narrative
    assert layout.print_area[0].column == layout.print_area[1].column == 1
    assert {c.table != "" for c in layout.cells if c.kind == "input" and c.at.column == 1} == {True}
    assert {spot.column for spot in layout.fields.values()} == {3}
    labels = {c.at.row: c.text for c in layout.cells if c.style == "field_label"}
    assert {spot.row for spot in layout.fields.values()} == set(labels)
    assert len(set(labels.values())) == len(labels)
    kinds = {(c.at.row, c.at.column): c.kind for c in layout.cells}
    for area in layout.areas.values():
        assert area.key_row + 1 == area.first_row <= area.last_row == area.end_row - 1
        assert kinds[area.key_row, 1] == "key"
        assert (area.end_row, 1) not in kinds
    top, bottom = layout.print_area
    assert all(top.row <= c.at.row <= bottom.row and c.at.column == 1 for c in layout.cells if c.printed)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shared", [False, True])
def test_ban_in_is_told_what_to_print_in_order(sheaves, form, shared):
    """Each piece is a cell that says something; ranks run from 0 without a gap; looks stand on rows that print."""
    layout = sheaves[form].layout(shared=shared)
    at = {c.at: c for c in layout.cells}
    rows = [piece.row for piece in layout.flow]
    assert rows == sorted(rows)
    helpers = layout.helper_columns
    first, last = layout.ranks
    for row in range(first, last + 1):
        role = at[Spot(row, helpers["used"])].text
        piece = next((p for p in layout.flow if p.row == row), None)
        look = at.get(Spot(row, helpers["look"]))
        assert role == ("0" if row == first else ("used" if piece.role == "paragraph" else "line") if piece else "hold")
        assert (look.text if look else None) == (str(LOOKS[piece.role]) if piece else None)
    for piece in layout.flow:
        assert at[piece.at].kind in ("static", "context", "formula", "input")
        assert (piece.at.column == 1) == (piece.role != "closing")
        assert (at[piece.at].kind == "input") == (piece.role == "paragraph")
    said = [piece.role for piece in layout.flow]
    assert said.count("paragraph") == sum(sheaves[form].rows.values())
    assert said.count("closing") == 6
    assert "hint" not in {piece.style for piece in layout.flow}


def test_blocks_stand_in_their_order(sheaves):
    """Headings, fields, texts, hints and tables of the personal plan, from the top down."""
    sheaf = sheaves["ke-hoach-ca-nhan"]
    layout = sheaf.layout()
    by_text = {c.words or c.text: c.at.row for c in layout.cells if c.at.column == 1 and c.kind != "key"}
    rows = []
    for block in sheaf.form.body:
        if block.kind == "table":
            rows += [layout.areas[block.id].key_row]
        elif block.kind == "field":
            rows += [layout.fields[block.id].row]
        elif block.text in ("- Nội dung, mục tiêu:", "- Giải pháp, thời gian thực hiện"):
            continue
        else:
            rows += [by_text[block.text]]
    assert rows == sorted(rows)
    assert len(set(rows)) == len(rows) == len(sheaf.form.body) - 4


@pytest.mark.parametrize("form", FORMS)
def test_fixed_words_have_the_room_they_need(sheaves, form):
    """No heading, text or hint is cut: its row holds all its lines."""
    layout = sheaves[form].layout()
    checked = 0
    for c in layout.cells:
        if c.style in ("heading", "text", "hint") and c.kind == "static":
            size = 11 if c.style == "hint" else 13
            lines = wrapped_lines(c.text, size, 165.0, bold=c.style == "heading")
            assert layout.heights[c.at.row] >= lines * size * 1.15, c.text
            checked += 1
    assert checked > 10


def test_rows_grow_with_their_text(sheaves, opened):
    """A prefilled paragraph of five lines gets its height, which follows the text; no row is higher than Excel has."""
    sheaf = sheaves["mau-01"]
    area = sheaf.layout().areas["phuong_phap"]
    rows = ({"doan": "Mỗi sáng thứ hai một đảng viên trực hướng dẫn người dân ghi hồ sơ. " * 7}, {"doan": "a\n" * 60})
    data = sheaf.stamped(Filled(rows={"phuong_phap": rows}))
    sheet = opened(data)[sheaf.form.sheet]
    heights = [sheet.row_dimensions[area.first_row + i].height for i in range(3)]
    assert 85 <= heights[0] <= 125
    assert heights[1:] == [409.5, 21]
    assert sheet.row_dimensions[area.key_row].hidden
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    fixed = {int(r) for r in re.findall(r'<row r="(\d+)"[^>]*customHeight', xml)}
    assert sheaf.layout().growing.isdisjoint(fixed)
    assert {area.key_row, area.end_row} <= fixed


def test_a_field_that_is_locked_says_what_the_office_knows(sheaves, opened):
    """«Lãnh đạo» is a locked cell from the context, with a key and without a drop-down; a prefill does not open it."""
    sheaf = sheaves["ke-hoach-ca-nhan"]
    spot = sheaf.layout().fields["lanh_dao"]
    for mark in ("x", ""):
        data = sheaf.stamped(Filled(fields={"lanh_dao": "không"}), lanh_dao=mark)
        sheet = opened(data)[sheaf.form.sheet]
        cell = sheet.cell(*spot)
        assert (cell.value or "", cell.protection.locked) == (mark, True)
        assert sheet.cell(spot.row, sheaf.layout().key_column).value == "field.lanh_dao"
        assert not [v for v in sheet.data_validations.dataValidation if cell.coordinate in v.sqref]


def test_grids_and_paragraphs_do_not_mix(sheaves):
    """A form that has both is refused; it cannot be laid out in one column."""
    form = sheaves["mau-01"].form
    grid: Table = sheaves["mo-hinh-tieu-bieu"].form.tables[0]
    with pytest.raises(ValueError, match="do not mix"):
        lay_out(replace(form, tables=(*form.tables, grid), body=(*form.body, Block(kind="table", id=grid.id))), {})

"""Copies: what is stamped is what XlsxWriter would have written, byte for byte the same every time, and signed."""

import io
import json
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from lamtheo_xls.workbook.identity import code_of, issued_of, payload_of, tag_of
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.template import NotWritten


def plain(value):
    """openpyxl decodes `_x005F_` in shared strings only, not in inline ones."""
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


def facts(book):
    """All that can be seen of a workbook: values, looks, locks, drop-downs, conditional formats, page, properties."""
    for sheet in book.worksheets:
        yield sheet.title, sheet.sheet_state, sheet.protection.sheet, sheet.protection.password, sheet.freeze_panes
        yield sheet.title, sheet.print_area, sheet.print_title_rows, sheet.oddFooter.left.text, sheet.page_setup.scale
        yield sheet.title, sorted(map(str, sheet.merged_cells.ranges))
        for row in sheet.iter_rows():
            for c in row:
                if c.has_style or c.value is not None:
                    look = (
                        c.font.name,
                        c.font.sz,
                        c.font.b,
                        c.fill.fgColor.rgb,
                        c.alignment.horizontal,
                        c.border.left.style,
                    )
                    yield (
                        sheet.title,
                        c.coordinate,
                        plain(c.value),
                        c.data_type,
                        c.protection.locked,
                        c.number_format,
                        look,
                    )
        for number, dimension in sheet.row_dimensions.items():
            yield sheet.title, number, dimension.height, dimension.hidden
        for each in sheet.data_validations.dataValidation:
            yield sheet.title, str(each.sqref), each.type, each.formula1, each.prompt, each.error, each.errorStyle
        for area in sheet.conditional_formatting:
            yield sheet.title, str(area.sqref), [(r.formula, r.priority, r.dxfId) for r in area.rules]
    yield book.properties.subject, book.properties.description, book.properties.title
    yield [(p.name, p.value) for p in book.custom_doc_props.props]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rows", (3, 9, 17))
def test_a_stamped_copy_is_what_xlsxwriter_would_have_written(desk, filling, opened, seed, rows):
    """Same values, formulas, cached values, styles, locks, drop-downs, conditional formats, page and properties."""
    filled = filling(seed, rows) if seed else Filled()
    stamped, written = desk.stamped(rows, filled), desk.written(rows, filled)
    for cached in (False, True):
        assert list(facts(opened(stamped, cached=cached))) == list(facts(opened(written, cached=cached)))


def test_a_shared_copy_too(desk, opened):
    """The shared workbook is stamped from its own base and names no owner."""
    stamped, written = desk.stamped(9, shared=True), desk.written(9, shared=True)
    assert list(facts(opened(stamped))) == list(facts(opened(written)))
    sheet = opened(stamped, cached=True)["MẪU 02"]
    assert sheet["A6"].value == "(CHỌN TÊN ĐƠN VỊ Ở Ô PHÍA TRÊN)"
    assert sheet["A2"].value == "CHƯA XONG – CÒN 2 CHỖ: C4 thiếu tên đơn vị; …"
    assert not sheet["C4"].protection.locked


def test_stamping_twice_gives_the_same_bytes(desk, filling):
    """Equal inputs, equal bytes: of the base, of the copy and of a whole workbook."""
    filled = filling(3, 9)
    desk.bases.clear()
    first = desk.stamped(9, filled)
    desk.bases.clear()
    assert desk.stamped(9, filled) == first
    assert desk.written(9, filled) == desk.written(9, filled)
    assert desk.feedback() == desk.feedback()


TEXTS = (
    "- gạch đầu dòng", "=1+1", "001", "'nháy", "+84 905", "@tên", "_x0041_", "a\r\nb\tc", "x\x08y", "<&>\"'", "  lề  ",
    "TRUE", "1E5", "15/03/2027", "#N/A", "ngày      tháng", "é (NFD)", "😀",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_owned_text_stays_text(desk, opened, text):
    """What a unit typed goes out as the text it is: never a formula, a number, a date or an error."""
    filled = Filled(rows={"mo_hinh": ({"ten_chi_bo": text, "ten_mo_hinh": text},)}, fields={"nguoi_ky": text})
    sheet = opened(desk.stamped(3, filled))["MẪU 02"]
    same = opened(desk.written(3, filled))["MẪU 02"]
    first = desk.layout(3).areas["mo_hinh"].first_row
    for place in (f"B{first}", f"C{first}", desk_name(desk)):
        cell = sheet[place]
        assert (cell.data_type, plain(cell.value), cell.number_format) == ("s", same[place].value, "@")
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(desk.stamped(3, filled))).get_sheet_by_name("MẪU 02")
    seen = calamine.to_python(skip_empty_area=False)[first - 1][1]
    assert seen.replace("\r\n", "\n") == text.replace("\r\n", "\n")


def desk_name(desk):
    spot = desk.layout(3).fields["nguoi_ky"]
    return f"D{spot.row}"


def test_the_marks_of_identity_are_all_there(desk, opened):
    """Code in a head and a closing line, signed payload in `_meta`, code in core and custom properties, keys."""
    issued, layout = desk.issued(9), desk.layout(9)
    code, payload = code_of(issued, desk.key), payload_of(issued)
    book = opened(desk.stamped(9))
    sheet, meta = book["MẪU 02"], book["_meta"]
    assert sheet.cell(*layout.code_head).value == code
    assert sheet.cell(*layout.code_close).value == code
    pieces = [meta.cell(row, 1).value for row in range(2, meta.max_row + 1)]
    assert all(len(p) < 200 for p in pieces)
    assert issued_of("".join(pieces)) == issued
    assert meta["B2"].value == tag_of(payload, desk.key)
    assert json.loads("".join(pieces))["unit"] == "STC"
    assert (book.properties.subject, book.properties.description) == (code, code)
    assert [(p.name, p.value) for p in book.custom_doc_props.props] == [("lamtheo", code)]
    assert (book["_ds"].sheet_state, meta.sheet_state) == ("hidden", "veryHidden")
    area = layout.areas["mo_hinh"]
    assert sheet.row_dimensions[area.key_row].hidden
    assert [sheet.cell(area.key_row, c).value for c in area.columns.values()] == [f"mo_hinh.{c}" for c in area.columns]
    keys = {sheet.cell(r, layout.key_column).value: r for r in range(1, sheet.max_row + 1)}
    assert keys["mo_hinh.1"] == area.first_row
    assert keys["end"] == area.end_row
    assert {k[6:]: r for k, r in keys.items() if k and k.startswith("field.")} == {
        id: spot.row for id, spot in layout.fields.items()
    }


def test_the_drop_down_holds_the_units_own_children(desk, opened):
    """The list is as long as the unit's chi bộ, and its text may be replaced (free)."""
    book = opened(desk.stamped(9))
    column = [book["_ds"].cell(r, 1).value for r in range(2, 2 + len(desk.children))]
    assert column == list(desk.children)
    found = [v for v in book["MẪU 02"].data_validations.dataValidation if v.formula1 == "_ds!$A$2:$A$5"]
    assert [(str(v.sqref), v.type, v.errorStyle, v.showErrorMessage) for v in found] == [
        ("B15:B23", "list", "information", True)
    ]


def test_the_zip_is_sound(every_kind):
    """Parts in a fixed order beginning with the content types, fixed dates, right checksums, no name twice."""
    for kind, data in every_kind.items():
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = book.namelist()
            assert names[:3] == ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"], kind
            assert len(set(names)) == len(names)
            assert {i.date_time for i in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {i.compress_type for i in book.infolist()} == {zipfile.ZIP_DEFLATED}
            assert book.testzip() is None


def test_a_base_refuses_what_is_not_its_own(desk):
    """Another number of rows, another version or a text no cell can hold is our bug and says so."""
    from lamtheo_xls.workbook.write.stamp import stamp

    with pytest.raises(ValueError, match="other rows"):
        stamp(desk.base(9), desk.issued(10), desk.key, desk.context)
    with pytest.raises(NotWritten):
        desk.stamped(3, Filled(rows={"mo_hinh": ({"ten_mo_hinh": "x" * 32768},)}))
    with pytest.raises(NotWritten):
        desk.written(3, Filled(rows={"mo_hinh": ({"ten_mo_hinh": "x" * 32768},)}))


def test_calamine_reads_every_kind(every_kind):
    """A second reader sees the same sheets."""
    for kind, data in every_kind.items():
        names = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
        assert names[-5:] == ["MẪU 02", "BẢN IN", "HƯỚNG DẪN", "_ds", "_meta"], kind
        assert names[:-5] == (["CẦN SỬA"] if kind == "feedback" else [])


def test_titles_of_input_messages_are_whole_words(desk, opened):
    """Excel holds 32 characters of title: a longer head gives way to the field's short name, never to half a word."""
    taken = {str(d.sqref).split(":")[0]: d for d in opened(desk.stamped(3))["MẪU 02"].data_validations.dataValidation}
    assert taken["E15"].promptTitle == taken["E15"].errorTitle == "Đang triển khai"
    assert taken["C15"].promptTitle == "Tên mô hình"

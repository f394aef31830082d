"""OpenDocument element by element: workbooks written by hand, so that each of them is one case; and hostile ones."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.workbook.read.foreign import Foreign, foreign_as_json, foreign_of_json
from lamtheo_xls.workbook.read.gate import LIMITS, Limits, Refused, open_package
from lamtheo_xls.workbook.read.ods import days_of, read_ods, serial_of
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import RawCell

FOLDER = Path(__file__).parent / "foreign"
REAL = gzip.decompress((FOLDER / "gnumeric.ods.gz").read_bytes())
NAMES = ("office", "style", "text", "table", "draw", "fo", "number", "svg", "calcext", "dc", "meta", "loext")
SPACES = " ".join(f'xmlns:{name}="urn:{name}"' for name in NAMES)
MIME = "application/vnd.oasis.opendocument.spreadsheet"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(zipfile.ZipInfo("mimetype"), MIME)
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def content(*tables: str, styles: str = "", before: str = "", faces: str = "", body: str = "") -> str:
    return (
        f"{before}<office:document-content {SPACES}><office:font-face-decls>{faces}</office:font-face-decls>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{body}{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )


def table(rows: str, name: str = "S", **more: str) -> str:
    attrs = "".join(f' table:{k.replace("_", "-")}="{v}"' for k, v in more.items())
    return f'<table:table table:name="{name}"{attrs}>{rows}</table:table>'


def row(*cells: str, **more: str) -> str:
    attrs = "".join(f' table:{k.replace("_", "-")}="{v}"' for k, v in more.items())
    return f"<table:table-row{attrs}>{''.join(cells)}</table:table-row>"


def cell(inner: str = "", attrs: str = "") -> str:
    return f"<table:table-cell {attrs}>{inner}</table:table-cell>"


def p(text: str) -> str:
    return cell(f"<text:p>{text}</text:p>", 'office:value-type="string"')


def read(document: str, limits: Limits = LIMITS, **parts: str) -> Foreign:
    named = {name.replace("_", "."): part for name, part in parts.items()}
    return read_ods(open_package(packed({"content.xml": document, **named}), limits))


def cells(rows: str, styles: str = "", faces: str = "", **parts: str) -> dict[str, RawCell]:
    (sheet,) = read(content(table(rows), styles=styles, faces=faces), **parts).sheets
    return {f"{'ABCDEFGHIJ'[c - 1]}{r}": found for (r, c), found in sheet.cells.items()}


def values(rows: str) -> dict[str, object]:
    return {at: found.value for at, found in cells(rows).items()}


def text(value: str, **more: object) -> RawCell:
    return RawCell(value, "text")._replace(**more)


def test_every_kind_of_cell() -> None:
    """Texts, numbers, percentages, money, truth values, dates, times, errors; blanks are not cells."""
    kinds = (
        p("Chi bộ 1"),
        cell("<text:p>3,5</text:p>", 'office:value-type="float" office:value="3.5"'),
        cell("<text:p>87.5%</text:p>", 'office:value-type="percentage" office:value="0.875"'),
        cell("<text:p>5đ</text:p>", 'office:value-type="currency" office:value="5"'),
        cell("<text:p>ĐÚNG</text:p>", 'office:value-type="boolean" office:boolean-value="true"'),
        cell("<text:p>5/4/26</text:p>", 'office:value-type="date" office:date-value="2026-04-05T06:00:00"'),
        cell("<text:p>06:00</text:p>", 'office:value-type="time" office:time-value="PT06H00M00S"'),
        cell("<text:p>#N/A</text:p>", 'office:value-type="string" office:string-value="" calcext:value-type="error"'),
        cell("", 'table:style-name="x"'),
        cell("<text:p/>", 'office:value-type="string"'),
    )
    assert cells(row(*kinds)) == {
        "A1": text("Chi bộ 1"),
        "B1": RawCell(3.5, "number"),
        "C1": RawCell(0.875, "number"),
        "D1": RawCell(5.0, "number"),
        "E1": RawCell(True, "bool"),
        "F1": RawCell(46117.25, "date"),
        "G1": RawCell(0.25, "date"),
        "H1": RawCell("#N/A", "error"),
    }


def test_formulas_are_told_from_values() -> None:
    """Also where they give nothing, and in every cell of the area of a matrix formula."""
    formula = 'table:formula="of:=1+1"'
    matrix = 'table:number-matrix-columns-spanned="2" table:number-matrix-rows-spanned="2"'
    number = 'office:value-type="float" office:value="2"'
    found = cells(
        row(cell("<text:p>2</text:p>", f"{formula} {number}"), cell("", formula), p("#REF!"))
        + row(cell("<text:p>2</text:p>", f"{formula} {matrix} {number}"), p("a"), p("b"))
        + row(p("c"), p("d"), p("e"))
        + row(cell("<text:p>#VALUE!</text:p>", f'{formula} office:value-type="string"'))
    )
    assert [at for at, c in found.items() if c.formula] == ["A1", "B1", "A2", "B2", "A3", "B3", "A4"]
    assert (found["A4"].kind, found["C1"].kind) == ("error", "text")


NOTE = "<office:annotation><dc:creator>A</dc:creator><text:p>ghi chú</text:p></office:annotation>"
BOX = "<draw:frame><draw:text-box><text:p>hình</text:p></draw:text-box></draw:frame>"
RUBY = "<text:ruby><text:ruby-base>字</text:ruby-base><text:ruby-text>tự</text:ruby-text></text:ruby>"


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        ("<text:p>một</text:p><text:p/><text:p>ba</text:p>", "một\n\nba"),
        ("<text:p>một<text:line-break/>hai</text:p>", "một\nhai"),
        ('<text:p><text:s text:c="2"/>hai <text:s/>dấu<text:s/></text:p>', "  hai  dấu "),
        ("<text:p>một<text:tab/>cách</text:p>", "một\tcách"),
        ("<text:p>\n  xuống \n\t dòng trong tệp\n </text:p>", "xuống dòng trong tệp"),
        ("<text:p>một</text:p><text:p>  - hai  dấu cách </text:p>", "một\n  - hai  dấu cách "),
        ('<text:p>a<text:span text:style-name="T">b<text:span>c</text:span></text:span>d</text:p>', "abcd"),
        ('<text:p>xem <text:a href="http://a.vn">đây</text:a></text:p>', "xem đây"),
        ("<text:p>tờ <text:sheet-name>Bảng 1</text:sheet-name></text:p>", "tờ Bảng 1"),
        ("<text:p>&lt;&amp;&gt; &#x1F600;</text:p>", "<&> 😀"),
        (f"{NOTE}<text:p>chữ</text:p>", "chữ"),
        (f"<text:p>chữ{NOTE}</text:p>", "chữ"),
        (f"{BOX}<text:p>chữ</text:p>", "chữ"),
        (f"<text:p>漢{RUBY}</text:p>", "漢字"),
        ("<text:p>chữ</text:p><table:table><table:table-row/></table:table>", "chữ"),
    ],
)
def test_text_is_what_was_typed(inner: str, wanted: str) -> None:
    """Paragraphs, breaks, blanks, tabs; runs and links are text, notes, pictures and readings are not."""
    assert values(row(cell(inner, 'office:value-type="string"'))) == {"A1": wanted}


def test_a_stated_text_stands_over_the_shown() -> None:
    """Some programs state the value; a date past the calendar is the text it shows."""
    stated = cell("<text:p>đã định dạng</text:p>", 'office:value-type="string" office:string-value="giá trị"')
    far = cell("<text:p>15/03/20266</text:p>", 'office:value-type="date" office:date-value="20266-03-15"')
    bare = cell("<text:p>không nói loại</text:p>")
    found = cells(row(stated, far, bare))
    assert found == {"A1": text("giá trị"), "B1": text("15/03/20266"), "C1": text("không nói loại")}


def test_rows_and_cells_repeat() -> None:
    """Blank ones for nothing, those with a value as often as they say; covered cells take their place."""
    blank = '<table:table-cell table:number-columns-repeated="16381"/>'
    twice = cell("<text:p>x</text:p>", 'office:value-type="string" table:number-columns-repeated="2"')
    wide = cell("<text:p>w</text:p>", 'table:number-columns-spanned="2" table:number-rows-spanned="1"')
    rows = (
        row(blank, number_rows_repeated="3")
        + row(cell(), twice, blank, number_rows_repeated="2")
        + row(wide, "<table:covered-table-cell/>", p("y"))
        + row(cell("", 'table:number-columns-repeated="16384"'), number_rows_repeated="1048570")
    )
    assert values(rows) == {"B4": "x", "C4": "x", "B5": "x", "C5": "x", "A6": "w", "C6": "y"}
    (sheet,) = read(content(table(rows))).sheets
    assert sheet.merges == ((6, 1, 6, 2),)


def test_rows_stand_in_groups_and_heads() -> None:
    """Heads, groups and named expressions change no address."""
    rows = (
        "<table:table-header-columns><table:table-column/></table:table-header-columns><table:table-column/>"
        f"<table:table-header-rows>{row(p('đầu'))}</table:table-header-rows>"
        f"<table:table-row-group>{row(p('một'))}<table:table-rows>{row(p('hai'))}</table:table-rows></table:table-row-group>"
        "<table:named-expressions><table:named-range/></table:named-expressions>"
    )
    shapes = f"<table:shapes><draw:frame><table:table>{row(p('hình'))}</table:table></draw:frame></table:shapes>"
    assert values(shapes + rows) == {"A1": "đầu", "A2": "một", "A3": "hai"}


def style(name: str, inner: str = "", family: str = "table-cell", **more: str) -> str:
    attrs = "".join(f' style:{k.replace("_", "-")}="{v}"' for k, v in more.items())
    return f'<style:style style:name="{name}" style:family="{family}"{attrs}>{inner}</style:style>'


def test_styles_say_locks_fonts_and_dates() -> None:
    """From parents, from the row, from the column; a run's font stands over the cell's; faces stand for fonts."""
    arial, legacy = '<style:text-properties style:font-name="Arial"/>', '<style:text-properties style:font-name="F1"/>'
    vni = "<style:text-properties fo:font-family=\"'VNI-Times'\"/>"
    hidden = '<style:table-cell-properties style:cell-protect="hidden-and-protected"/>'
    styles = (
        style("open", '<style:table-cell-properties style:cell-protect="none"/>', parent_style_name="base")
        + style("child", parent_style_name="open")
        + style("loop", parent_style_name="loop")
        + style("tcvn", legacy)
        + style("vni", vni + hidden)
        + style("T", arial, family="text")
        + '<number:date-style style:name="N1"><number:day number:style="long"/><number:text>/</number:text>'
        '<number:month number:style="long"/><number:text> năm </number:text><number:year number:style="long"/>'
        '</number:date-style><number:date-style style:name="N2"><number:month number:textual="true"/>'
        "<number:text>-</number:text><number:year/></number:date-style>"
        '<number:time-style style:name="N3"><number:hours/><number:text>:</number:text>'
        '<number:minutes number:style="long"/></number:time-style>'
        + "".join(style(f"d{i}", data_style_name=f"N{i}") for i in (1, 2, 3))
    )
    common = (
        f'<office:document-styles {SPACES}><office:styles><style:default-style style:family="table-cell">'
        '<style:text-properties style:font-name=".VnArial"/></style:default-style>'
        f"{style('base', arial)}</office:styles></office:document-styles>"
    )
    date = 'office:value-type="date" office:date-value="2026-04-05"'
    rows = (
        '<table:table-column table:number-columns-repeated="2" table:default-cell-style-name="child"/>'
        '<table:table-column table:default-cell-style-name="tcvn"/><table:table-column/>'
        + row(p("a"), p("b"), p("c"), p("d"))
        + row(p("a"), cell("<text:p>b</text:p>", 'table:style-name="vni"'), p("c"), default_cell_style_name="open")
        + row(
            cell('<text:p><text:span text:style-name="T">a</text:span></text:p>', 'table:style-name="tcvn"'),
            cell('<text:p>b<text:span text:style-name="T">a</text:span></text:p>', 'table:style-name="tcvn"'),
            cell("<text:p>c</text:p>", 'table:style-name="loop"'),
        )
        + row(*(cell("<text:p>z</text:p>", f'{date} table:style-name="d{i}"') for i in (1, 2, 3)))
        + row(cell("<text:p>z</text:p>", 'office:value-type="float" office:value="46117" table:style-name="d2"'))
    )
    faces = '<style:font-face style:name="F1" svg:font-family=".VnTime"/>'
    found = cells(rows, styles=styles, faces=faces, styles_xml=common)
    assert {at: (c.locked, c.font) for at, c in found.items() if c.kind == "text"} == {
        "A1": (False, None),
        "B1": (False, None),
        "C1": (True, ".VnTime"),
        "D1": (True, ".VnArial"),
        "A2": (False, None),
        "B2": (True, "VNI-Times"),
        "C2": (False, None),
        "A3": (True, None),
        "B3": (True, ".VnTime"),
        "C3": (True, ".VnArial"),
    }
    assert [found[at].format for at in ("A4", "B4", "C4")] == ['dd/mm" năm "yyyy', "mmm-yy", "h:mm"]
    assert found["A5"] == RawCell(46117.0, "date", format="mmm-yy")


def test_sheets_hidden_protected_and_not_ours() -> None:
    """What LibreOffice remembers of other files, and what tracked changes hold, are no sheets."""
    styles = style("ta1", '<style:table-properties table:display="false"/>', family="table")
    styles += style("ta2", '<style:table-properties table:display="true"/>', family="table")
    changes = f"<table:tracked-changes><table:dde-links>{table(row(p('cũ')))}</table:dde-links></table:tracked-changes>"
    found = read(
        content(
            table(row(p("a")), "MẪU 02", style_name="ta2", protected="true"),
            table(row(p("ngoài")), "'file:///a.xls'#$S", style_name="ta_extref"),
            table(row(p("b")), "_meta", style_name="ta1"),
            styles=styles,
            body=changes,
        )
    )
    assert [(s.name, s.state, s.protected, len(s.cells)) for s in found.sheets] == [
        ("MẪU 02", "visible", True, 1),
        ("_meta", "hidden", False, 1),
    ]


def test_properties_are_hints() -> None:
    """A broken part gives none and refuses nothing."""
    meta = (
        f"<office:document-meta {SPACES}><office:meta><dc:subject>LT-1</dc:subject>"
        "<meta:generator>Gnumeric</meta:generator>"
        '<meta:user-defined meta:name="lamtheo">LT-2</meta:user-defined></office:meta></office:document-meta>'
    )
    found = read(content(table(row(p("a")))), meta_xml=meta)
    assert (found.properties, found.producer) == ({"subject": "LT-1", "lamtheo": "LT-2"}, "Gnumeric")
    broken = read(content(table(row(p("a")))), meta_xml=meta[:-5])
    assert len(broken.sheets) == 1


@pytest.mark.parametrize(
    ("written", "serial"),
    [
        ("2026-03-15", 46096.0),
        ("2026-03-15T18:00:00.000000000", 46096.75),
        ("1899-12-31", 1.0),
        ("2026-02-30", None),
        ("", None),
        ("0000-00-00", None),
    ],
)
def test_dates_become_serial_numbers(written: str, serial: float | None) -> None:
    """As every other format has them."""
    assert serial_of(written) == serial


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("PT12H00M00S", 0.5),
        ("PT30H00M", 1.25),
        ("P1DT12H", 1.5),
        ("-PT6H", -0.25),
        ("PT0.864S", 0.00001),
        ("12:00", None),
    ],
)
def test_times_become_days(written: str, days: float | None) -> None:
    """Durations past a day too."""
    found = days_of(written)
    assert found == (days if days is None else pytest.approx(days))


# -- hostile -----------------------------------------------------------------------------------------------------------

ALL = 'table:number-columns-repeated="16384"'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
FULL = cell("<text:p>x</text:p>", ALL)
MERGED = cell("", 'table:number-columns-spanned="2" table:number-rows-spanned="2"')


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (content(table(row(FULL, number_rows_repeated="1048576"))), "file.too_many_cells"),
        (content(table(row(p("x"), number_rows_repeated="1048576"))), "file.too_many_cells"),
        (content(table(row(FULL, FULL))), "file.damaged"),
        (content(table(row(p("x"), number_rows_repeated="9" * 30))), "file.damaged"),
        (content(table(row(p("x"), number_rows_repeated="-1"))), "file.damaged"),
        (content(table(row(MERGED, number_rows_repeated="60000"))), "file.too_large"),
        (content(table(row(cell("<text:p>x</text:p>" + "<text:p/>" * 110_000)))), "file.too_large"),
        (content(table(row(p('<text:s text:c="99999"/>' * 2)))), "file.too_large"),
        (content(*[table(row(p("x")))] * 256), "file.too_large"),
        (content(table(row(p("&b;"))), before=LAUGHS), "file.entity"),
        (content(table(row(p("&x;"))), before=OUTSIDE), "file.entity"),
        (content(table(row(p("x"))))[:-20], "file.damaged"),
        (content(table(p("x"))), "file.damaged"),
        (content(table(row(row(p("x"))))), "file.damaged"),
        (content(table(row(cell("", 'office:value-type="float" office:value="1e999"')))), "file.damaged"),
        (content(table(row(cell("", 'office:value-type="float" office:value="NaN"')))), "file.damaged"),
        (content(), "file.not_spreadsheet"),
        ("<a>" + " " * 30_000_000 + "</a>", "file.bomb"),
    ],
)
def test_hostile_ones_are_refused(document: str, code: str) -> None:
    """Repeats, entities, endless blanks: one finding each, through the child and all."""
    assert [f.code for f in read_returned(packed({"content.xml": document})).findings] == [code]


def test_everything_is_bounded() -> None:
    """Entities in any part, formats, cells with and without values."""
    good = content(table(row(p("x"))))
    for part in ("styles.xml", "meta.xml", "META-INF/manifest.xml"):
        spoiled = f"{LAUGHS}<a>encryption-data&b;</a>"
        assert [f.code for f in read_returned(packed({"content.xml": good, part: spoiled})).findings] == ["file.entity"]
    with pytest.raises(Refused, match="too_large"):
        read(content(table(row(p("x"))), styles="".join(style(f"c{i}") for i in range(99))), Limits(styles=50))
    for limits in (Limits(cells_per_sheet=3), Limits(cells=5), Limits(values=1)):
        with pytest.raises(Refused, match="too_many_cells"):
            read(content(*[table(row(p("x"), cell(), cell()))] * 2), limits)


def test_the_widest_that_is_allowed_is_read() -> None:
    """A last cell in the last corner, and a sheet full to the limit, come out of the child whole."""
    corner = content(
        table(row(cell(), number_rows_repeated="1048575") + row(cell("", ALL.replace("84", "83")), p("x")))
    )
    reading = read_returned(packed({"content.xml": corner}))
    assert list(reading.sheets[0].cells) == [(1_048_576, 16_384)]
    full = content(table(row(FULL, number_rows_repeated="15")))
    assert len(read_returned(packed({"content.xml": full})).sheets[0].cells) == 15 * 16_384


TAGS = re.compile(rb"<[^>]*>")
with zipfile.ZipFile(io.BytesIO(REAL)) as _package:
    PARTS = {name: _package.read(name) for name in ("content.xml", "styles.xml", "meta.xml")}
SPANS = [m.span() for m in TAGS.finditer(PARTS["content.xml"])]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 1 << 30), st.sampled_from(["drop", "swap", "bytes", "digits"]))
def test_any_content_is_read_or_refused(seed: int, how: str) -> None:
    """Tags dropped or swapped, bytes and numbers changed in a real file: a workbook or a refusal, nothing else."""
    rng = random.Random(seed)
    data = bytearray(PARTS["content.xml"])
    for start, end in sorted(rng.sample(SPANS, 3), reverse=True):
        if how == "drop":
            del data[start:end]
        elif how == "swap":
            other = rng.choice(SPANS)
            data[start:end] = PARTS["content.xml"][slice(*other)]
        elif how == "bytes":
            data[start] = rng.randrange(256)
        else:
            data[start:end] = re.sub(rb"\d", b"%d" % rng.randrange(10), bytes(data[start:end]))
    try:
        found = read_ods(open_package(packed(PARTS | {"content.xml": bytes(data)})))
    except Refused:
        return
    assert foreign_of_json(foreign_as_json(found)) == found

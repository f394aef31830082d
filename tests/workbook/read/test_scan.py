"""The quick way gives exactly what the slow way gives, or nothing; and real programs' files take the quick way."""

from __future__ import annotations

import io
import random

import openpyxl
import pytest
import xlsxwriter
from hypothesis import event, given, settings
from hypothesis import strategies as st

from lamtheo_xls.workbook.read.cells import Book, Content, Spent, formats_by_style, read_content
from lamtheo_xls.workbook.read.gate import LIMITS, Limits, Refused, open_package
from lamtheo_xls.workbook.read.parts import Strings, Xf, shared_strings
from lamtheo_xls.workbook.read.scan import quick_content, quick_strings

FORMATS = formats_by_style((Xf(), Xf(False, None, ".VnTime"), Xf(True, "dd/mm/yyyy", None)))
PLAIN = Book(
    strings=Strings(texts=("a", "", "_x000D_", "ấp")), formats=FORMATS, date1904=False, limits=Limits(string_chars=50)
)
RICH = Book(strings=Strings(texts=("a", "b"), fonts={1: ""}), formats=FORMATS, date1904=True, limits=LIMITS)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="x"><sheetViews/>'
TAILS = (
    '<sheetProtection password="AB" sheet="true"/>',
    '<sheetProtection objects="1"/>',
    "<sheetProtection sheet='1'/>",
    '<sheetProtection sheet="1"></sheetProtection>',
    '<mergeCells><mergeCell ref="C4:A1"/><mergeCell ref="D9"/></mergeCells>',
    "<mergeCells><mergeCell ref='C4:A1'/></mergeCells>",
    '<x:mergeCell xmlns:x="y" ref="C4:A1"/>',
    '<x:sheetData xmlns:x="y"><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData>',
    '<mergeCell ref="A1:B2"/><extLst><ext a="mergeCell"/></extLst>',
)
TAIL = '<sheetProtection sheet="1"/><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells></worksheet>'


def slowly(xml: bytes, book: Book) -> tuple[Content, Spent] | str:
    """What the slow way gives, or its code."""
    spent = Spent()
    try:
        return read_content(xml, "S", book, spent), spent
    except Refused as refused:
        return refused.code


def assert_equal_or_none(xml: bytes, book: Book) -> bool:
    """Whether the quick way was taken; if so it gives the same, also in what it counts."""
    spent = Spent()
    quick = quick_content(xml, "S", book, spent)
    if quick is None:
        assert spent == Spent()
        return False
    assert (quick, spent) == slowly(xml, book)
    return True


_ref = st.sampled_from(['r="A1"', 'r="B2"', 'r="C1"', 'r="ZZ999999"', 'r="AAA1"', 'r="A0"', 'r="a1"', 'r="$A$1"', ""])
_style = st.sampled_from(["", ' s="1"', ' s="2"', ' s="9"', " s='1'", ' s="01"'])
_kind = st.sampled_from(
    ["", ' t="s"', ' t="str"', ' t="b"', ' t="e"', ' t="n"', ' t="d"', ' t="inlineStr"', ' t="q"', ' x="1"']
)
_formula = st.sampled_from(
    [
        "",
        "",
        "",
        '<f>A1&amp;"\'"</f>',
        '<f t="shared" si="0"/>',
        '<f t="array" ref="A1:C1">x</f>',
        '<f aca="false">1&gt;2</f>',
        '<f x="a>b">1</f>',
        '<x:f xmlns:x="y">1</x:f>',
    ]
)
_content = st.sampled_from(
    [
        "",
        "<v></v>",
        "<v/>",
        "<v>1</v>",
        "<v>3</v>",
        "<v>9</v>",
        "<v>-1.5E3</v>",
        "<v> 2 </v>",
        "<v>٣</v>",
        "<v>true</v>",
        "<v>2027-01-02</v>",
        "<v>a&#x1EA5;&amp;&lt;_x0041_</v>",
        "<v>&#13;\n</v>",
        "<v>a\r\nb</v>",
        "<v><![CDATA[x]]></v>",
        "<v>1<!-- x -->2</v>",
        "<v>" + "x" * 51 + "</v>",
        "<is><t>Ấp &gt; 1</t></is>",
        '<is><t xml:space="preserve"> x </t></is>',
        "<is><r><t>x</t></r></is>",
        "<is><t>a</t><t>b</t></is>",
        "<is/>",
        "<v>1</v><v>2</v>",
        "<v>99999999999999999999</v>",
        "<v>&bad;</v>",
        "<v>\x01</v>",
        "<v>]]></v>",
        "<extLst><ext><v>1</v></ext></extLst>",
        "<v>1</v><is><t>x</t></is>",
    ]
)
_cell = st.builds(
    lambda ref, style, kind, formula, content: f"<c {ref}{style}{kind}>{formula}{content}</c>",
    _ref,
    _style,
    _kind,
    _formula,
    _content,
) | st.builds(lambda ref, style: f"<c {ref}{style}/>", _ref, _style)
_plain_cell = st.builds(
    lambda column, style, inside: f'<c r="{column}1"{style}{inside}',
    st.sampled_from("ABCDEFGHIJ"),
    st.sampled_from(["", ' s="1"', ' s="2"']),
    st.sampled_from(
        [
            ' t="s"><v>0</v></c>',
            ' t="s"><v>1</v></c>',
            ' t="s"><v>2</v></c>',
            "><v>7.5</v></c>",
            "/>",
            "></c>",
            ' t="b"><v>1</v></c>',
            ' t="str"><f>A1&amp;B1</f><v>x &lt; y &#7845;_x0041_</v></c>',
            ' t="e"><f t="shared" si="1"/><v>#N/A</v></c>',
            ' t="inlineStr"><is><t xml:space="preserve"> Ấp &gt; 1\n</t></is></c>',
            "><f>1</f><v></v></c>",
            "><f>1</f></c>",
        ]
    ),
)
_odd = st.sampled_from(
    ["", "", "", " ", "chữ", "<!-- x -->", "<x/>", "</row>", "<row>", '<row r="2">', '<row r="2"/>', "<c/>"]
)
_open = st.sampled_from(
    ['<row r="1">', '<row r="1">', '<row r="1" ht="15" x14ac:dy="0.3">', "<row>", '<row r="x">', '<row r="1" a="b>c">']
)
_row = st.builds(
    lambda head, cells, odd: f"{head}{odd.join(cells)}</row>", _open, st.lists(_cell | _plain_cell, max_size=3), _odd
)
_plain_row = st.builds(
    lambda cells: '<row r="1" spans="1:3">' + "".join(cells) + "</row>",
    st.lists(_plain_cell, max_size=6, unique_by=lambda cell: cell[:7]),
)
_data = st.one_of(
    _plain_row,
    st.builds(lambda rows, odd: odd.join(rows), st.lists(_row, max_size=3), _odd),
)
_heads = st.just(HEAD) | st.sampled_from(
    [
        HEAD,
        HEAD,
        HEAD[HEAD.index("<work") :],
        HEAD + "<!-- <sheetData> -->",
        "\ufeff" + HEAD,
        HEAD.replace("UTF-8", "windows-1252"),
    ]
)
_tails = st.sampled_from([TAIL, TAIL[:-1], TAIL.replace("A1:B2", "x"), *(t + "</worksheet>" for t in TAILS)])


@settings(derandomize=True, max_examples=800, deadline=None)
@given(_heads, _data, _tails, st.booleans())
def test_equal_or_none(head: str, data: str, tail: str, rich: bool) -> None:
    """Whatever stands in a sheet, plain or odd, broken or not: the quick way equals the slow one or is not taken."""
    xml = f"{head}<sheetData>{data}</sheetData>{tail}".encode()
    event("quick" if assert_equal_or_none(xml, RICH if rich else PLAIN) else "slow")


def test_plain_sheets_go_quickly() -> None:
    """The property above is not empty: plain sheets do take the quick way, and limits end it."""
    row = '<row r="1"><c r="A1" t="s"><v>3</v></c><c r="B1" s="2"><v>46446</v></c></row><row r="2" ht="9"/>'
    xml = f"{HEAD}<sheetData>{row}</sheetData>{TAIL}".encode()
    assert assert_equal_or_none(xml, PLAIN)
    for limits in (Limits(cells_per_sheet=1), Limits(cells=1), Limits(values=1)):
        book = Book(strings=PLAIN.strings, formats=FORMATS, date1904=False, limits=limits)
        assert not assert_equal_or_none(xml, book)
        assert slowly(xml, book) == "file.too_many_cells"


@pytest.mark.parametrize("program", ["xlsxwriter", "openpyxl"])
def test_real_files(program: str) -> None:
    """Sheets and shared strings of real files take the quick way and read the same; changed anywhere, still so."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    open_ = book.add_format({"locked": False, "num_format": "@"})
    for row in range(12):
        for column, text in enumerate(("Chi bộ ấp", " mô hình & “<x>” ", "", "Quý I/2027")):
            if text:
                sheet.write_string(row, column, text + str(row), open_)
            else:
                sheet.write_blank(row, column, None, open_)
        sheet.write_formula(row, 5, '=IF(A1<>"","x","")', None, "x")
    sheet.merge_range("A20:C21", "gộp")
    sheet.protect()
    book.close()
    if program == "openpyxl":
        again = openpyxl.load_workbook(out)
        again.save(out := io.BytesIO())
    package = open_package(out.getvalue())
    xml = package.part("xl/worksheets/sheet1.xml")
    slow = Strings()
    if package.has("xl/sharedStrings.xml"):  # some put their texts into the cells
        strings = package.part("xl/sharedStrings.xml")
        slow = shared_strings(strings, "x", LIMITS)
        assert quick_strings(strings, LIMITS) == slow
    known = Book(strings=slow, formats=FORMATS, date1904=False, limits=LIMITS)
    assert assert_equal_or_none(xml, known)
    chance = random.Random(3)
    for _ in range(400):
        at = chance.randrange(len(xml))
        piece = chance.choice((b"", b"<", b'"', b">", b"&", b"9", b"</row>", b"<c/>", b"\r", b"\xff", b"<!---->"))
        assert_equal_or_none(xml[:at] + piece + xml[at + chance.choice((0, 1, 4)) :], known)


_item = st.sampled_from(
    [
        "<si><t>a</t></si>",
        '<si><t xml:space="preserve"> ấp &amp; &#x41;_x000D_\n</t></si>',
        "<si><t/></si>",
        "<si/>",
        "<si><r><t>x</t></r></si>",
        "<si><t>x</t><rPh><t>y</t></rPh></si>",
        "<si><t>a\rb</t></si>",
        "<si><t><!--x-->b</t></si>",
        "<x/>",
        " ",
        "chữ",
        "<si><t>" + "x" * 60 + "</t></si>",
        "<si> <t>x</t></si>",
        "<t>x</t>",
        "<si><t>]]></t></si>",
    ]
)


@settings(derandomize=True, max_examples=600, deadline=None)
@given(
    st.sampled_from(["", '<?xml version="1.0"?>\r\n', '<?xml version="1.0" encoding="UTF-16"?>', "<!DOCTYPE sst>"]),
    st.one_of(st.lists(_item, max_size=5), st.lists(st.sampled_from(["<si><t>a</t></si>", "<si><t>&lt;</t></si>\n"]))),
    st.sampled_from(["</sst>", "</sst>\n", "<extLst/></sst>", "</sst><x/>"]),
)
def test_strings_equal_or_none(head: str, items: list[str], tail: str) -> None:
    """Shared strings alike."""
    xml = f'{head}<sst xmlns="x" count="1">{"".join(items)}{tail}'.encode()
    limits = Limits(string_chars=50)
    quick = quick_strings(xml, limits)
    event("slow" if quick is None else "quick")
    if quick is not None:
        assert quick == shared_strings(xml, "x", limits)

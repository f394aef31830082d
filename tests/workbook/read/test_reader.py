"""The odd things programs write, and the marks of identity: each read for what it is."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.workbook.identity import META_WORD, Issued, code_of, meta_pieces, payload_of, tag_of
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import CodeMark, RawCell, Reading, SignedMark

Book = Callable[..., bytes]
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
KEY = b"0" * 32


def cells(data: bytes, sheet: int = 0) -> dict[tuple[int, int], str | float | bool]:
    reading = read_returned(data)
    assert reading.findings == ()
    return {at: cell.value for at, cell in reading.sheets[sheet].cells.items()}


def test_rows_and_cells_without_address(book: Book) -> None:
    """Rows and cells without an address follow on from the one before."""
    first = "<row><c><v>1</v></c><c/><c><v>3</v></c></row>"
    fifth = '<row r="5"><c r="C5"><v>4</v></c><c><v>5</v></c></row>'
    data = book(f"{first}{fifth}<row/><row><c><v>6</v></c></row>")
    assert cells(data) == {(1, 1): 1, (1, 3): 3, (5, 3): 4, (5, 4): 5, (7, 1): 6}


def test_prefixes_and_strict(zipped: Book, parts_of: Callable[..., dict[str, str]]) -> None:
    """Prefixed names and the strict namespaces read like the usual ones."""
    row = '<x:row r="2"><x:c r="B2" t="d"><x:v>2027-02-28T12:00:00</x:v></x:c><x:c t="s"><x:v>0</x:v></x:c></x:row>'
    merges = '<x:mergeCells><x:mergeCell ref="D4:C3"/></x:mergeCells>'
    sheet = f'<x:worksheet xmlns:x="{STRICT}"><x:sheetData>{row}</x:sheetData>{merges}</x:worksheet>'
    parts = parts_of(sheet, strings="<si><t>a</t></si>")
    old = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {k: v.replace(old, "http://purl.oclc.org/ooxml/officeDocument/relationships") for k, v in parts.items()}
    parts["xl/sharedStrings.xml"] = f'<y:sst xmlns:y="{STRICT}"><y:si><y:t>Chi bộ</y:t></y:si></y:sst>'
    reading = read_returned(zipped(parts))
    assert reading.sheets[0].cells == {
        (2, 2): RawCell(46446.5, "date", False, True),
        (2, 3): RawCell("Chi bộ", "text", False, True),
    }
    assert reading.sheets[0].merges == ((3, 3, 4, 4),)


def test_backslashes_case_and_utf_16(zipped: Book, parts_of: Callable[..., dict[str, str]]) -> None:
    """Part names with backslashes or in another case, and parts in UTF-16, are read."""
    parts = parts_of('<row><c t="inlineStr"><is><t>Ấp 1</t></is></c></row>')
    odd = {k.replace("/", "\\").upper(): v.encode("utf-16") for k, v in parts.items() if k != "[Content_Types].xml"}
    assert cells(zipped({"[Content_Types].xml": parts["[Content_Types].xml"]} | odd)) == {(1, 1): "Ấp 1"}


def test_texts(book: Book) -> None:
    """Runs are put together, phonetic readings left out, escapes decoded once, line ends made one."""
    strings = (
        '<si><r><t xml:space="preserve">Ấp </t></r><r><rPr><rFont val=".VnTime"/></rPr><t>1</t></r></si>'
        "<si><t>課</t><rPh sb='0' eb='1'><t>か</t></rPh><phoneticPr fontId='1'/></si>"
        "<si><t>_x005F_x000D_ a_x000D_\nb &#13;\nc _xD83D__xDE00_ _xD83D_</t></si><si/>"
        "<si><r><rPr><rFont val='Times New Roman'/></rPr><t>Unicode</t></r></si>"
    )
    styles = '<fonts><font><name val="VNI-Times"/></font></fonts><cellXfs><xf fontId="0"/></cellXfs>'
    row = "".join(f'<c t="s"><v>{i}</v></c>' for i in range(5)) + '<c t="inlineStr"><is><t>x</t></is></c>'
    reading = read_returned(book(f"<row>{row}</row>", strings=strings, styles=styles))
    assert [(c.value, c.font) for c in reading.sheets[0].cells.values()] == [
        ("Ấp 1", ".VnTime"),
        ("課", "VNI-Times"),
        ("_x000D_ a\nb \nc 😀 \ufffd", "VNI-Times"),
        ("Unicode", None),
        ("x", "VNI-Times"),
    ]


def test_formulas(book: Book) -> None:
    """Shared and array formulas and data tables are formulas in each of their cells, also without a value."""
    row = (
        '<row r="1"><c r="A1"><f>B1</f></c><c r="B1"><f t="shared" ref="B1:C1" si="0">A1</f><v>1</v></c>'
        '<c r="C1"><f t="shared" si="0"/><v>2</v></c><c r="D1"><f t="array" ref="D1:E2">A1:B2</f><v>3</v></c>'
        '<c r="E1"><v>4</v></c><c r="F1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        '<row r="2"><c r="D2" t="str"><v>x</v></c><c r="F2"><v>7</v></c></row>'
    )
    reading = read_returned(book(row))
    assert {at: (c.value, c.formula) for at, c in reading.sheets[0].cells.items()} == {
        (1, 1): ("", True),
        (1, 2): (1.0, True),
        (1, 3): (2.0, True),
        (1, 4): (3.0, True),
        (1, 5): (4.0, True),
        (1, 6): ("#DIV/0!", True),
        (2, 4): ("x", True),
        (2, 6): (7.0, False),
    }


@pytest.mark.parametrize(
    ("own", "named", "locked"),
    [
        ("<xf/>", "<xf/>", True),
        ('<xf><protection locked="0"/></xf>', "<xf/>", False),
        ("<xf><protection hidden='1'/></xf>", "<xf/>", True),
        ('<xf applyProtection="1"><protection locked="0"/></xf>', "<xf/>", False),
        ("<xf/>", '<xf><protection locked="0"/></xf>', True),
        ('<xf applyProtection="0"/>', '<xf><protection locked="0"/></xf>', False),
        ('<xf applyProtection="0" xfId="9"/>', '<xf><protection locked="0"/></xf>', True),
        ('<xf applyProtection="1"><protection locked="1"/></xf>', '<xf><protection locked="0"/></xf>', True),
    ],
)
def test_locks(book: Book, own: str, named: str, locked: bool) -> None:
    """A cell's own protection counts; its named style's only where the format hands it over outright."""
    styles = f"<cellStyleXfs>{named}</cellStyleXfs><cellXfs>{own}</cellXfs><dxfs><xf/></dxfs>"
    for style in ("", ' s="0"'):
        reading = read_returned(book(f"<row><c{style}><v>1</v></c></row>", styles=styles))
        assert reading.sheets[0].cells[1, 1].locked is locked


PR = '<workbookPr date1904="true"/><x15:workbookPr xmlns:x15="y" chartTrackingRefBase="1"/>'


def test_sheets_and_dates(zipped: Book, parts_of: Callable[..., dict[str, str]]) -> None:
    """States, protection, the date system, chart sheets left out, external targets not followed."""
    sheet = '<worksheet xmlns="x"><sheetData/><sheetProtection sheet="1" objects="1"/></worksheet>'
    parts = parts_of(sheet, "<row><c t='d'><v>1904-01-03</v></c></row>", "", book=PR)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace('name="S1"', 'name="ẩn" state="veryHidden"')
    rels = parts["xl/_rels/workbook.xml.rels"].replace('worksheet" Target="s2.xml"', 'chartsheet" Target="s2.xml"')
    outside = '<Relationship Id="e" Type="x/sharedStrings" TargetMode="External" Target="http://a.invalid/s"/>'
    parts["xl/_rels/workbook.xml.rels"] = rels.replace("</Rel", outside + "</Rel")
    reading = read_returned(zipped(parts))
    assert reading.findings == ()
    assert reading.date1904
    assert [(s.name, s.state, s.protected) for s in reading.sheets] == [
        ("S0", "visible", True),
        ("ẩn", "veryHidden", False),
    ]
    assert reading.sheets[1].cells[1, 1].value == 2.0


def test_macros(book: Book) -> None:
    """A macro-enabled workbook is read; that it carries macros is noted."""
    reading = read_returned(
        book("<row><c><v>1</v></c></row>", content_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    )
    assert reading.kind == "xlsm"
    assert [(f.code, f.severity) for f in reading.findings] == [("file.macros", "info")]
    assert reading.sheets[0].cells[1, 1].value == 1.0


def test_damaged_names_its_place(book: Book) -> None:
    """A cell that cannot be read is named, with what stood there."""
    (found,) = read_returned(book('<row r="3"><c r="D3"><v>nan</v></c></row>')).findings
    assert (found.code, found.place.sheet, found.place.cell, found.value) == ("file.damaged", "S0", "D3", "nan")


# --- marks of identity ---------------------------------------------------------------------------------------------

ISSUED = Issued(
    serial=4711,
    assignment="43-kh-duk_2026/mau-02/DU-SO",
    round="43-kh-duk_2026",
    form="mau-02",
    version=1,
    unit="DU-SO-TAI-CHINH",
    person=None,
    period="2026",
    part="",
    rows={"mo_hinh": 25},
)
CODE = code_of(ISSUED, KEY)


def issued_book(meta: str = "_meta", main: str = "MẪU 02", code: str = CODE) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(main)
    sheet.write_string("A1", f"Mã: {code}")
    sheet.write_string("B9", "nội dung")
    for name in ("BẢN IN", "HƯỚNG DẪN", "_ds"):
        book.add_worksheet(name).write_string("A1", f"{name} {code}")
    hidden = book.add_worksheet(meta)
    hidden.write_string("A1", META_WORD)
    for row, piece in enumerate(meta_pieces(payload_of(ISSUED)), 1):
        hidden.write_string(row, 0, piece)
    hidden.write_string("B2", tag_of(payload_of(ISSUED), KEY))
    book.set_properties({"subject": code, "comments": code, "company": "x"})
    book.set_custom_property("lamtheo", code)
    book.set_custom_property("số", 5)
    book.close()
    return out.getvalue()


def test_marks() -> None:
    """Code, signed payload and properties are found; sheets of help and formulas are passed over."""
    reading = read_returned(issued_book())
    assert reading.codes == (CodeMark(CODE, "MẪU 02", "A1"),)
    assert reading.signed == (SignedMark(payload_of(ISSUED), tag_of(payload_of(ISSUED), KEY), "_meta!A2"),)
    assert reading.properties == {"subject": CODE, "description": CODE, "lamtheo": CODE}
    assert reading.producer == "Microsoft Excel"
    assert [s.read for s in reading.sheets] == [True, False, False, False, True]


def test_names_prove_nothing() -> None:
    """`_meta` is known by its first word whatever its name; a filled sheet named like a help sheet is read too."""
    reading = read_returned(issued_book(meta="Sheet9", main="MẪU 02 (2)"))
    assert [m.where for m in reading.signed] == ["Sheet9!A2"]
    renamed = read_returned(issued_book(main="Bản in ", code="LT"))
    assert all(s.read for s in renamed.sheets)
    assert renamed.codes == ()
    assert renamed.sheets[0].cells[9, 2].value == "nội dung"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.lower(),
        f"Mã biểu: {CODE}.",
        CODE.replace("-", ""),
        CODE.replace("-", " – "),
        CODE.replace("-", "\u00a0"),
        CODE.replace("0", "O").replace("1", "l"),
    ],
)
def test_codes_among_words(book: Book, text: str) -> None:
    """A code is found among other words, in either case, with other dashes or none, as it stands."""
    reading = read_returned(book(f'<row r="2"><c r="C2" t="inlineStr"><is><t>{text}</t></is></c></row>'))
    (mark,) = reading.codes
    assert (mark.sheet, mark.cell) == ("S0", "C2")
    assert mark.text in text


@pytest.mark.parametrize(
    "text", [CODE[:-1], CODE + "9", "X" + CODE, CODE[:-1] + "U", "LT the thao van nghe ca mon bong", "LT-" * 20]
)
def test_no_codes(book: Book, text: str) -> None:
    """What only begins like a code is none."""
    assert read_returned(book(f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>')).codes == ()


# --- never raises --------------------------------------------------------------------------------------------------

GOOD = issued_book()


def sound(reading: Reading) -> None:
    """A Reading is either read, or refused with one finding and no sheets."""
    errors = [f for f in reading.findings if f.severity == "error"]
    assert len(errors) <= 1
    assert bool(errors) != bool(reading.sheets)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.data())
def test_bytes_changed(data: st.DataObject) -> None:
    """A real workbook with bytes changed, cut out or put in never raises."""
    changed = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed)))
        size = data.draw(st.sampled_from([0, 1, 2, 4, 200]))
        changed[at : at + size] = data.draw(st.binary(max_size=6))
    sound(read_returned(bytes(changed)))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_parts_changed(seed: int) -> None:
    """The same inside the parts, where no checksum stands before the parser."""
    chance = random.Random(seed)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(out, "w") as bad:
        names = good.namelist()
        chosen = chance.choice([n for n in names if n.endswith((".rels", ".xml"))])
        for name in names:
            part = good.read(name)
            if name == chosen:
                part = mutated(part, chance)
            bad.writestr(zipfile.ZipInfo(name), part)
    sound(read_returned(out.getvalue()))


PIECES = (
    b"",
    b'"',
    b"<",
    b">",
    b"/",
    b"-1",
    b"9999999999",
    b"rId9",
    b"&#0;",
    b"<c/>",
    b"<row>",
    b"..",
    b"A1:",
    b"\xff",
    b"s",
    b"<is>",
)


def mutated(part: bytes, chance: random.Random) -> bytes:
    """One to three places changed: an attribute's value, an element taken out, some bytes replaced."""
    for _ in range(chance.randint(1, 3)):
        kind = chance.random()
        if kind < 0.5:
            quotes = [i for i, b in enumerate(part) if b == 34]
            pick = chance.randrange(0, max(len(quotes) - 1, 1))
            if len(quotes) > pick + 1:
                part = part[: quotes[pick] + 1] + chance.choice(PIECES) + part[quotes[pick + 1] :]
        else:
            tags = [i for i, b in enumerate(part) if b in b"<>"] or [0]
            at = chance.choice(tags)
            part = part[:at] + chance.choice(PIECES) + part[at + chance.choice((0, 1, 8)) :]
    return part


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    """Any bytes end as a Reading."""
    for start in (b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        sound(read_returned(start + data))

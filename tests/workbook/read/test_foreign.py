"""What LibreOffice, Gnumeric and SheetJS save as .xls and .ods says the same as the .xlsx it was made from.

The files in `foreign/` are real: issued by us, filled by LibreOffice, saved by those programs (`foreign/make.py`).
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import pytest
import xlrd

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.examine import Examination, Facts, examine
from lamtheo_xls.workbook.identity import issued_of, payload_of
from lamtheo_xls.workbook.layout import lay_out
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import RawCell, Reading, Sheet
from lamtheo_xls.workbook.read.resolve import resolve

FOLDER = Path(__file__).parent / "foreign"
CASE: dict[str, Any] = json.loads((FOLDER / "issued.json").read_text("utf-8"))
KEY = b"k" * 32
PASSWORD = "so2027"
ISSUED = issued_of(CASE["payload"])
assert ISSUED is not None
BUNDLE = load_folder(bundled("43-kh-duk"))[0]
assert BUNDLE is not None
FORM = BUNDLE.forms["mau-02"]
MAIN = "MẪU 02"
FILES = sorted(p.name.removesuffix(".gz") for p in FOLDER.glob("*.gz"))
PRODUCERS = [n for n in FILES if n.split(".")[0] in ("libreoffice", "gnumeric", "sheetjs") and not n.endswith("xlsx")]


def data_of(name: str) -> bytes:
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes())


@pytest.fixture(scope="module")
def oracle() -> Reading:
    """The .xlsx as LibreOffice saved it."""
    return read_returned(data_of("libreoffice.xlsx"))


def plain(cell: RawCell) -> RawCell:
    """Of a formula only that it is one: programs recalculate. Of a date format no language and no escapes."""
    if cell.formula:
        return RawCell("", "text", True, cell.locked)
    return cell._replace(format=cell.format and re.sub(r"\[[^]]*\]|\\", "", cell.format))


# What a program loses on the way, said of each cell of the .xlsx; None: it is not there any more.
def all_there(cell: RawCell) -> RawCell | None:
    return plain(cell)


def as_sheetjs_xls(cell: RawCell) -> RawCell | None:
    """Results in place of formulas, no locks, no fonts, no number formats, 255 characters."""
    text = cell.value[:255] if isinstance(cell.value, str) else cell.value
    if text == "":
        return None
    kind = "number" if cell.kind == "date" else cell.kind
    return RawCell(text, kind, locked=False)


def as_sheetjs_ods(cell: RawCell) -> RawCell | None:
    """No styles at all – no unlocked cells, no fonts, dates are bare numbers – and no error values."""
    if cell.kind == "error":
        return None
    kind = "number" if cell.kind == "date" else cell.kind
    return plain(cell._replace(kind=kind, locked=True, font=None, format=None))


LOST: dict[str, Callable[[RawCell], RawCell | None]] = {
    "sheetjs.xls": as_sheetjs_xls,
    "sheetjs.ods": as_sheetjs_ods,
}


def main_sheet(reading: Reading) -> Sheet:
    return next(s for s in reading.sheets if s.name == MAIN)


def test_the_folder_holds_every_producer_in_every_format() -> None:
    """Nothing is missing, and it is small."""
    assert [f"{p}.{kind}" for p in ("gnumeric", "libreoffice", "sheetjs") for kind in ("ods", "xls")] == PRODUCERS
    assert sum(p.stat().st_size for p in FOLDER.glob("*.gz")) < 300_000


@pytest.mark.parametrize("name", PRODUCERS)
def test_every_cell_is_read(name: str, oracle: Reading) -> None:
    """Values, kinds, formulas, locks, legacy fonts and date formats are those of the .xlsx, cell by cell."""
    reading = read_returned(data_of(name))
    lost = LOST.get(name, all_there)
    wanted = {at: made for at, cell in main_sheet(oracle).cells.items() if (made := lost(cell)) is not None}
    strip = (lambda c: c) if name == "sheetjs.xls" else plain
    got = {at: strip(cell) for at, cell in main_sheet(reading).cells.items()}
    if name == "gnumeric.ods":  # a text whose number format adds a word comes as it is shown
        assert got[1, 4].value == f"Mã {CASE['code']}"
        got[1, 4] = got[1, 4]._replace(value=CASE["code"])
    assert {at: got.get(at) for at in wanted.keys() | got.keys() if got.get(at) != wanted.get(at)} == {}


@pytest.mark.parametrize("name", PRODUCERS)
def test_what_was_typed_comes_back_to_the_letter(name: str) -> None:
    """Line breaks, blanks at both ends, tabs, NFD, rare characters, leading zeros and equals signs."""
    texts = {at: what["text"] for at, what in CASE["cells"].items() if "text" in what}
    assert len(texts) > 30
    cells = main_sheet(read_returned(data_of(name))).cells
    cut = 255 if name == "sheetjs.xls" else 10_000
    for at, text in texts.items():
        row, column = int(at.lstrip("ABCDEFGH")), ord(at[0]) - 64
        assert cells[row, column].value == text[:cut], at


@pytest.mark.parametrize("name", PRODUCERS)
def test_the_marks_of_identity_are_found(name: str, oracle: Reading) -> None:
    """Both printed codes at their cells, the signed payload whole, and it holds."""
    reading = read_returned(data_of(name))
    assert reading.codes == oracle.codes
    assert [(m.payload, m.tag) for m in reading.signed] == [(CASE["payload"], CASE["tag"])]
    assert resolve(reading, (KEY,), {}) == (ISSUED, ())


@pytest.mark.parametrize("name", PRODUCERS)
def test_the_sheets_are_as_they_were(name: str, oracle: Reading) -> None:
    """Order and names; which were read; hidden sheets and protection where the program keeps them; merges."""
    reading = read_returned(data_of(name))
    assert reading.kind == name[-3:]
    assert [s.name for s in reading.sheets] == [s.name for s in oracle.sheets]
    assert [s.read for s in reading.sheets] == [s.read for s in oracle.sheets]
    states = [s.state for s in reading.sheets]
    if name == "sheetjs.ods":
        assert set(states) == {"visible"}
    else:
        assert states == ["visible"] * 3 + ["hidden"] * 2
    assert main_sheet(reading).protected is (name in ("libreoffice.xls", "libreoffice.ods", "gnumeric.xls"))
    merges = set(main_sheet(reading).merges)
    assert merges <= set(main_sheet(oracle).merges)
    assert len(merges) == (26 if name == "sheetjs.ods" else 29)


@pytest.mark.parametrize("name", [n for n in PRODUCERS if n != "sheetjs.ods"])
def test_properties_are_hints(name: str) -> None:
    """Subject and description hold the code where the program keeps them."""
    properties = read_returned(data_of(name)).properties
    assert (properties["subject"], properties["description"]) == (CASE["code"], CASE["code"])


# -- the judgement -----------------------------------------------------------------------------------------------------


def judged(reading: Reading) -> Examination:
    issued, identity = resolve(reading, (KEY,), {42: ISSUED})
    assert issued == ISSUED
    facts = Facts(
        form=FORM,
        year=2027,
        issued=ISSUED,
        context=CASE["context"],
        children=tuple(CASE["children"]),
        groups=tuple(CASE["groups"]),
        current_version=FORM.version,
        round="43-kh-duk_2027",
    )
    return examine(reading, facts, identity)


def told(examination: Examination) -> set[tuple[str, str | None]]:
    return {(f.code, f.place.cell) for f in examination.findings}


def note_of(name: str) -> str:
    return f"file.{name[-3:]}"


@pytest.mark.parametrize("name", [n for n in PRODUCERS if not n.startswith("sheetjs")])
def test_it_is_judged_as_the_xlsx_is(name: str, oracle: Reading) -> None:
    """The whole Examination – state, values, rows, findings in their order – but for the note on the format."""
    wanted = judged(oracle)
    assert wanted.state == "to_fix"
    assert {f.code for f in wanted.findings} >= {
        "cell.formula",
        "cell.date_for_text",
        "cell.too_long",
        "cell.legacy_font",
    }
    got = judged(read_returned(data_of(name)))
    assert [f.code for f in got.findings].count(note_of(name)) == 1
    assert replace(got, findings=tuple(f for f in got.findings if f.code != note_of(name))) == wanted


ROW = lay_out(FORM, ISSUED.rows).areas["mo_hinh"].first_row - 1
DATES = {(f"cell.{code}", f"D{ROW + i}") for i in (10, 11, 16) for code in ("date_for_text", "period_outside")}
NUMBERS = {("cell.period_unreadable", f"D{ROW + i}") for i in (10, 11, 16)}
DIFFERENT = {  # what only the .xlsx is told, what only the other file is told
    "sheetjs.xls": (
        DATES
        | {("cell.formula", f"{cell}{ROW + i}") for cell, i in (("D", 14), ("D", 15), ("F", 15))}
        | {("cell.too_long", f"C{ROW + 8}")},
        NUMBERS | {("cell.error_value", f"D{ROW + 14}"), ("file.text_cut", f"C{ROW + 8}")},
    ),
    "sheetjs.ods": (
        DATES | {("cell.formula", f"D{ROW + 14}")},
        NUMBERS | {("cell.required", f"D{ROW + 14}")},
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_sheetjs_loses_is_judged_as_lost(name: str, oracle: Reading) -> None:
    """Formulas become their results, error values and dates go: these findings and no others are different. That
    SheetJS cuts a text of an .xls is told, and sends the return back."""
    wanted, got = told(judged(oracle)), told(judged(read_returned(data_of(name))))
    lost, gained = DIFFERENT[name]
    assert wanted - got == lost
    assert got - wanted == gained | {(note_of(name), None)}


# -- encrypted ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "passwords"),
    [("structure.xls", ()), ("locked.xls", (PASSWORD,)), ("locked.ods", ("khác", PASSWORD))],
)
def test_an_encrypted_file_is_opened_by_the_password_known(
    name: str, passwords: tuple[str, ...], oracle: Reading
) -> None:
    """LibreOffice's structure lock by the password every program knows, the others by the one of the sheets."""
    assert ISSUED is not None and payload_of(ISSUED) == CASE["payload"]
    reading = read_returned(data_of(name), passwords=passwords)
    assert [f.code for f in reading.findings] == [note_of(name)]
    assert judged(reading).rows == judged(oracle).rows
    assert {at: plain(c) for at, c in main_sheet(reading).cells.items()} == {
        at: plain(c) for at, c in main_sheet(oracle).cells.items()
    }


def encrypted(password: str) -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data_of("libreoffice.xlsx"))).encrypt(password, out)
    return out.getvalue()


@pytest.mark.parametrize(("password", "known"), [("VelvetSweatshop", ()), ("mật khẩu", ("khác", "mật khẩu"))])
def test_an_encrypted_xlsx_is_the_xlsx(password: str, known: tuple[str, ...], oracle: Reading) -> None:
    """Opened, it is read as if it had never been encrypted, and nothing is said of it."""
    data = encrypted(password)
    assert data.startswith(b"\xd0\xcf\x11\xe0")
    assert read_returned(data, passwords=known) == oracle


@pytest.mark.parametrize(("name", "kind"), [("locked.xls", "xls"), ("locked.ods", "ods"), ("xlsx", "encrypted")])
def test_another_password_is_asked_for(name: str, kind: str) -> None:
    """Encrypted with what nobody knows here: one finding, and nothing is raised."""
    data = encrypted("không ai biết") if name == "xlsx" else data_of(name)
    for passwords in ((), ("sai",)):
        reading = read_returned(data, passwords=passwords)
        assert (reading.kind, [f.code for f in reading.findings]) == (kind, ["file.encrypted"])


# -- the oracle --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in PRODUCERS if n.endswith("xls")])
def test_xlrd_sees_the_same(name: str) -> None:
    """Another reader of .xls agrees on every cell of the filled sheet: value, lock, font, number format, merges."""
    book = xlrd.open_workbook(
        file_contents=data_of(name), formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
    )
    there = book.sheet_by_name(MAIN)
    sheet = main_sheet(read_returned(data_of(name)))
    seen = {}
    for row in range(there.nrows):
        for column, cell in enumerate(there.row(row)):
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or cell.value == "":
                continue
            value = xlrd.error_text_from_code[cell.value] if cell.ctype == xlrd.XL_CELL_ERROR else cell.value
            value = bool(value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else value
            xf = book.xf_list[cell.xf_index]
            font = book.font_list[xf.font_index].name
            date = book.format_map[xf.format_key].format_str if cell.ctype == xlrd.XL_CELL_DATE else None
            seen[row + 1, column + 1] = (value, bool(xf.protection.cell_locked), font.startswith(".Vn"), date)
    cells = {at: c for at, c in sheet.cells.items() if c.value != ""}
    ours = {at: (c.value, c.locked, c.font is not None, c.format) for at, c in cells.items()}
    assert {at: (ours.get(at), seen.get(at)) for at in ours | seen if ours.get(at) != seen.get(at)} == {}
    assert set(sheet.merges) == {(top + 1, left + 1, bottom, right) for top, bottom, left, right in there.merged_cells}

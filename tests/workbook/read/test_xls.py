"""BIFF8 record by record: workbooks built by hand, so that each of them is one case."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Sequence
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.workbook.read.gate import LIMITS, Limits, Refused
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import RawCell, Sheet
from lamtheo_xls.workbook.read.xls import read_xls

FOLDER = Path(__file__).parent / "foreign"
REAL = gzip.decompress((FOLDER / "libreoffice.xls.gz").read_bytes())


def rec(id: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack("<HH", id, len(data)) + data


def bof(kind: int, version: int = 0x0600) -> bytes:
    return rec(0x809, struct.pack("<HHHHII", version, kind, 0, 0, 0, 0))


EOF = rec(0x0A)


def wide(text: str) -> bytes:
    """The characters, two bytes each, with the flag that says so."""
    return b"\1" + text.encode("utf-16-le")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def short(text: str) -> bytes:
    return bytes([units(text)]) + wide(text)


def long(text: str) -> bytes:
    return struct.pack("<H", units(text)) + wide(text)


def at(row: int, column: int, xf: int = 0) -> bytes:
    return struct.pack("<HHH", row, column, xf)


def font(name: str) -> bytes:
    return rec(0x31, bytes(14), short(name))


def xf(font: int = 0, format: int = 0, locked: bool = True) -> bytes:
    return rec(0xE0, struct.pack("<HHH", font, format, locked), bytes(14))


def sst(*texts: bytes) -> bytes:
    return rec(0xFC, struct.pack("<II", len(texts), len(texts)), *texts)


def label(row: int, column: int, index: int, xf: int = 0) -> bytes:
    return rec(0xFD, at(row, column, xf), struct.pack("<I", index))


def formula(row: int, column: int, value: bytes, xf: int = 0) -> bytes:
    return rec(0x06, at(row, column, xf), value, bytes(8))


def special(kind: int, value: int = 0) -> bytes:
    """The result of a formula that is no number: 0 text, 1 truth value, 2 error, 3 empty text."""
    return bytes([kind, 0, value, 0, 0, 0, 0xFF, 0xFF])


def book(*sheets: bytes, globals: bytes = b"", names: Sequence[tuple[str, int, int]] = ()) -> bytes:
    """A stream of these sheets; `names`: name, state and type of each."""
    named = names or [(f"S{i}", 0, 0) for i in range(len(sheets))]
    head = bof(5) + globals
    size = len(head) + sum(len(rec(0x85, bytes(6), short(n))) for n, _, _ in named) + len(EOF)
    body, entries = b"", b""
    for (name, state, kind), sheet in zip(named, sheets, strict=True):
        entries += rec(0x85, struct.pack("<IBB", size + len(body), state, kind), short(name))
        body += bof(0x20 if kind == 2 else 0x10) + sheet + EOF
    return head + entries + EOF + body


def read(data: bytes, limits: Limits = LIMITS) -> tuple[Sheet, ...]:
    return read_xls(data, limits).sheets


def cells(*records: bytes, globals: bytes = b"") -> dict[str, RawCell]:
    (sheet,) = read(book(b"".join(records), globals=globals))
    return {f"{'ABCDEFGHIJ'[c - 1]}{r}": cell for (r, c), cell in sheet.cells.items()}


def text(value: str, **more: object) -> RawCell:
    return RawCell(value, "text")._replace(**more)


def code_of(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refused) as caught:
        read_xls(data, limits)
    return caught.value.code


def test_every_kind_of_cell() -> None:
    """Texts of three records, numbers of three, truth values, errors, blanks."""
    found = cells(
        label(0, 0, 0),
        rec(0x204, at(0, 1), long("nhãn")),
        rec(0xD6, at(0, 2), long("có kiểu"), b"\1\0\2\0\5\0"),
        rec(0x203, at(1, 0), struct.pack("<d", -2.5)),
        rec(0x27E, at(1, 1), struct.pack("<I", (2027 << 2) | 2)),
        rec(0xBD, at(1, 2), struct.pack("<I", (150 << 2) | 3), b"\0\0", struct.pack("<i", (-7 << 2) | 2), b"\3\0"),
        rec(0x205, at(2, 0), b"\1\0"),
        rec(0x205, at(2, 1), b"\0\0"),
        rec(0x205, at(2, 2), b"\x2a\1"),
        rec(0x201, at(3, 0)),
        rec(0xBE, at(3, 1), b"\0\0\0\0\3\0"),
        globals=sst(long("Chi bộ 😀")),
    )
    assert found == {
        "A1": text("Chi bộ 😀"),
        "B1": text("nhãn"),
        "C1": text("có kiểu"),
        "A2": RawCell(-2.5, "number"),
        "B2": RawCell(2027.0, "number"),
        "C2": RawCell(1.5, "number"),
        "D2": RawCell(-7.0, "number"),
        "A3": RawCell(True, "bool"),
        "B3": RawCell(False, "bool"),
        "C3": RawCell("#N/A", "error"),
    }


def test_numbers_packed_into_30_bits() -> None:
    """Whole and broken, divided by a hundred or not, below nought."""
    half = int.from_bytes(struct.pack("<d", 0.5)[4:], "little")
    packed = {0: half, 1: half | 1, 2: 8 | 2, 3: (12345 << 2) | 3, 4: 0xFFFFFFFE, 5: 0x80000002}
    found = cells(*(rec(0x27E, at(0, column), struct.pack("<I", value)) for column, value in packed.items()))
    assert [c.value for c in found.values()] == [0.5, 0.005, 2.0, 123.45, -1.0, -536870912.0]


def test_formulas_are_told_from_values() -> None:
    """Of every kind of result. A text comes in a record of its own, after what shares the formula, and may go on."""
    long_text = "Học tập và làm theo " * 300 + "😀"
    raw = long(long_text)
    found = cells(
        formula(0, 0, struct.pack("<d", 7.0)),
        formula(0, 1, special(1, 1)),
        formula(0, 2, special(2, 0x17)),
        formula(0, 3, special(3)),
        formula(1, 0, special(0)),
        rec(0x4BC, bytes(10)),
        rec(0x207, raw[:4003]),
        rec(0x3C, b"\1" + raw[4003:8003]),
        rec(0x3C, b"\1" + raw[8003:]),
        formula(1, 1, special(0)),  # its text is missing
        formula(1, 2, special(0)),
        rec(0x207, b"\2\0\0ab"),
    )
    assert found == {
        "A1": RawCell(7.0, "number", True),
        "B1": RawCell(True, "bool", True),
        "C1": RawCell("#REF!", "error", True),
        "D1": text("", formula=True),
        "A2": text(long_text, formula=True),
        "B2": text("", formula=True),
        "C2": text("ab", formula=True),
    }


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_shared_texts_go_on_from_record_to_record(size: int) -> None:
    """Broken anywhere between characters, written narrow before and wide after, with fonts and phonetics behind."""
    texts = ["", "a", "Đảng ủy", "narrow only", "Xin chào 😀 các đồng chí", "cuối"]
    pieces = [struct.pack("<II", 9, len(texts))]
    for i, content in enumerate(texts):
        runs = 2 if i == 4 else 0
        extra = 5 if i == 2 else 0
        flags = 1 | (8 if runs else 0) | (4 if extra else 0)
        head = struct.pack("<HB", units(content), flags)
        head += struct.pack("<H", runs) if runs else b""
        head += struct.pack("<I", extra) if extra else b""
        pieces[-1] += head
        raw = content.encode("utf-16-le")
        for start in range(0, len(raw), 2 * size):
            chunk = raw[start : start + 2 * size]
            if start == 0:
                pieces[-1] += chunk
            elif chunk[1::2].strip(b"\0"):
                pieces.append(b"\1" + chunk)
            else:
                pieces.append(b"\0" + chunk[::2])
        pieces[-1] += b"\0\0\0\0\3\0\0\0" if runs else b""
        if extra:
            pieces[-1] += b"\xaa\xaa"
            pieces.append(b"\xaa" * 3)
    shared = rec(0xFC, pieces[0]) + b"".join(rec(0x3C, piece) for piece in pieces[1:])
    found = cells(*(label(i, 0, i) for i in range(len(texts))), globals=shared)
    assert [found[f"A{i}"].value for i in range(2, 7)] == texts[1:]


def test_locks_fonts_and_dates_come_from_the_format() -> None:
    """There is no font number 4; a format of the file stands over a known number; runs stand over the cell's font."""
    fonts = font("Arial") * 4 + font(".VnTime") + font("VNI-Times")
    globals = (
        fonts
        + rec(0x41E, b"\xa4\0", long("dd/mm/yyyy"))
        + rec(0x41E, b"\x0e\0", long("0.00"))
        + xf()
        + xf(font=5, locked=False)
        + xf(format=164)
        + xf(format=14)
        + xf(format=17, locked=False)
        + sst(
            long("§oµn"),
            struct.pack("<HBH", 4, 9, 1) + "abcd".encode("utf-16-le") + struct.pack("<HH", 2, 6),
            struct.pack("<HBH", 4, 9, 1) + "abcd".encode("utf-16-le") + struct.pack("<HH", 0, 0),
        )
    )
    number = struct.pack("<d", 46096.5)
    found = cells(
        label(0, 0, 0, xf=1),
        label(0, 1, 1, xf=0),
        label(0, 2, 2, xf=1),
        rec(0x203, at(1, 0, 2), number),
        rec(0x203, at(1, 1, 3), number),
        rec(0x203, at(1, 2, 4), number),
        rec(0x203, at(1, 3, 99), number),
        globals=globals,
    )
    assert found == {
        "A1": text("§oµn", locked=False, font=".VnTime"),
        "B1": text("abcd", font="VNI-Times"),
        "C1": text("abcd", locked=False),
        "A2": RawCell(46096.5, "date", format="dd/mm/yyyy"),
        "B2": RawCell(46096.5, "number"),
        "C2": RawCell(46096.5, "date", locked=False, format="mmm-yy"),
        "D2": RawCell(46096.5, "number"),
    }


def test_sheets_merges_and_protection() -> None:
    """States, a chart sheet left out, a chart inside a sheet passed over, 1904."""
    chart = bof(0x20) + rec(0x203, at(0, 0), bytes(8)) + EOF
    merges = rec(0xE5, b"\2\0", struct.pack("<HHHH", 0, 1, 2, 3), struct.pack("<HHHH", 5, 5, 5, 5))
    data = book(
        chart + rec(0x203, at(4, 1), struct.pack("<d", 1)) + merges + rec(0x12, b"\1\0"),
        b"",
        rec(0x201, at(0, 0)),
        globals=rec(0x22, b"\1\0"),
        names=[("MẪU 02", 0, 0), ("Biểu đồ", 0, 2), ("_meta", 2, 0)],
    )
    found = read_xls(data, LIMITS)
    assert found.date1904
    first, second = found.sheets
    assert (first.name, first.state, first.protected, first.merges) == ("MẪU 02", "visible", True, ((1, 3, 2, 4),))
    assert dict(first.cells) == {(5, 2): RawCell(1.0, "number")}
    assert (second.name, second.state, dict(second.cells)) == ("_meta", "veryHidden", {})


def test_what_may_have_been_cut_is_told() -> None:
    """A text of exactly 255 characters in a record of its own sends the return back; a shared text of that length, or a
    longer one, was not cut."""
    cut = "dài " * 63 + "dài"
    records = rec(0x204, at(2, 1), long(cut)) + rec(0x204, at(3, 1), long(cut + "!")) + label(4, 1, 0)
    reading = read_returned(book(records, globals=sst(long(cut))))
    found = [(f.code, f.severity, f.place.sheet, f.place.cell) for f in reading.findings]
    assert found == [("file.text_cut", "warning", "S0", "B3"), ("file.xls", "info", None, None)]


SHEET = rec(0x203, at(0, 0), struct.pack("<d", 1))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bof(5, 0x0500) + EOF, "file.xls_old"),
        (rec(0x409, bytes(6)) + EOF, "file.xls_old"),
        (b"\x09\x08\x10", "file.truncated"),
        (bof(5), "file.truncated"),
        (bof(5) + EOF, "file.not_spreadsheet"),
        (bof(0x10) + EOF, "file.damaged"),
        (book(SHEET)[:-10], "file.truncated"),
        (book(SHEET, globals=rec(0x2F, b"\0\0")), "file.encrypted"),
        (book(SHEET + SHEET), "file.damaged"),  # one cell twice
        (book(label(0, 0, 3)), "file.damaged"),
        (book(rec(0x203, at(0, 256), bytes(8))), "file.damaged"),
        (book(rec(0x203, at(0, 0), struct.pack("<d", float("nan")))), "file.damaged"),
        (book(rec(0x203, at(0, 0), b"\0\0")), "file.damaged"),
        (book(rec(0x27E, b"\0\0")), "file.damaged"),
        (book(rec(0x06, at(0, 0), bytes(3))), "file.damaged"),
        (book(rec(0x204, at(0, 0), b"\xff\xff\1a\0")), "file.damaged"),
        (book(SHEET, globals=rec(0xFC, struct.pack("<II", 1, 9))), "file.damaged"),
        (book(SHEET, globals=rec(0x31, bytes(3))), "file.damaged"),
        (book(SHEET, globals=rec(0x85, bytes(3))), "file.damaged"),
        (book(rec(0xE5, b"\5\0")), "file.damaged"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(data: bytes, code: str) -> None:
    """The reader says so and does not guess."""
    assert code_of(data) == code


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (book(rec(0x201, at(0, 0)) * 101), Limits(cells_per_sheet=100), "file.too_many_cells"),
        (book(rec(0xBE, at(0, 0), bytes(202))), Limits(cells_per_sheet=100), "file.too_many_cells"),
        (book(*[rec(0x201, at(0, 0)) * 40] * 3), Limits(cells=100), "file.too_many_cells"),
        (
            book(*[b"".join(rec(0x203, at(i, 0), bytes(8)) for i in range(9))] * 2),
            Limits(values=12),
            "file.too_many_cells",
        ),
        (book(SHEET, globals=sst(*[long("a")] * 11)), Limits(shared_strings=10), "file.too_large"),
        (book(rec(0x204, at(0, 0), long("a" * 101))), Limits(string_chars=100), "file.too_large"),
        (book(SHEET, SHEET, SHEET), Limits(sheets=2), "file.too_large"),
        (book(SHEET, globals=xf() * 30), Limits(styles=10), "file.too_large"),
        (book(rec(0xE5, b"\2\0", struct.pack("<HHHH", 0, 1, 0, 1) * 2)), Limits(merges=1), "file.too_large"),
    ],
)
def test_it_counts_while_it_reads(data: bytes, limits: Limits, code: str) -> None:
    """The gate's limits hold, blank cells included; one less of each is read."""
    assert code_of(data, limits) == code
    assert read(data)


def test_a_file_cut_short_anywhere_is_refused() -> None:
    """A real workbook with its end missing: never half of what was typed."""
    codes = {read_returned(REAL[:size]).findings[0].code for size in range(1000, len(REAL) - 1000, len(REAL) // 29)}
    assert codes <= {"file.damaged", "file.truncated"}


def stream_of(data: bytes) -> bytes:
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        return bytes(file.openstream("Workbook").read())


STREAM = stream_of(REAL)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(STREAM) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6),
    st.integers(0, 3),
)
def test_any_bytes_are_read_or_refused(changes: list[tuple[int, bytes]], cut: int) -> None:
    """Bytes overwritten anywhere in a real workbook: a workbook or a refusal, never another exception."""
    data = bytearray(STREAM)
    for place, new in changes:
        data[place : place + len(new)] = new
    if cut == 3:
        del data[changes[0][0] :]
    try:
        found = read_xls(bytes(data), LIMITS)
    except Refused:
        return
    assert found.sheets


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2048), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4))
def test_any_container_is_read_or_refused(changes: list[tuple[int, bytes]]) -> None:
    """The same of its container: heads and allocation tables overwritten."""
    data = bytearray(REAL)
    for place, new in changes:
        spot = place if place < 1024 else len(data) - 2049 + (place - 1024)
        data[spot : spot + len(new)] = new
    try:
        assert read_xls(bytes(data), LIMITS).sheets
    except Refused:
        return

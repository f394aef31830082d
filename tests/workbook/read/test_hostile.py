"""A file cannot hurt: each wrong or hostile one ends as one finding, quickly, in bounded memory, and raises nothing."""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from lamtheo_xls.findings import entries, message
from lamtheo_xls.workbook.read.gate import Limits
from lamtheo_xls.workbook.read.reader import read_returned

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
MIB = 1024 * 1024
# Raised where the bytes come from (folders, archives, messages), not where they are read.
OF_INTAKE = {"file.lost", "file.vanished", "file.unstable", "file.folder_closed", "file.winmail"}
NOTES = {"file.macros", "file.xls", "file.ods", "file.text_cut"}  # the file is read all the same
OF_GUARD = {"file.too_heavy", "file.reader_failed"}  # raised in test_guarded


def raw_zip(members: Iterable[tuple[str, int, bytes, int, int, int]]) -> bytes:
    """A zip written by hand, so that it can lie: (name, method, packed, inflated size, crc, flags)."""
    body, directory, count = b"", b"", 0
    for name, method, packed, size, crc, flags in members:
        head = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, crc, len(packed), size, len(name.encode()), 0)
        at = len(body)
        body += b"PK\x03\x04" + head + name.encode() + packed
        directory += b"PK\x01\x02\x14\x00" + head + struct.pack("<HHHII", 0, 0, 0, 0, at) + name.encode()
        count += 1
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def repeated(head: bytes, block: bytes, times: int, tail: bytes) -> tuple[bytes, int, int]:
    """Packed bytes, size and crc of head + times × block + tail, the block being packed once."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    one = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(tail) + packer.flush()
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    return first + one * times + last, len(head) + len(block) * times + len(tail), zlib.crc32(tail, crc)


def packed_book(parts: dict[str, str], name: str, packed: bytes, size: int, crc: int, flags: int = 0) -> bytes:
    """The workbook with the part `name` replaced by (or joined by) these packed bytes."""
    whole = [(n, p.encode()) for n, p in parts.items() if n != name]
    members = [(n, 8, deflate(p), len(p), zlib.crc32(p), 0) for n, p in whole]
    return raw_zip([*members, (name, 8, packed, size, crc, flags)])


def ole2(*streams: str) -> bytes:
    """A compound file that holds these (empty) streams: the smallest that has a directory."""
    entry = b""
    for name, kind in (("Root Entry", 5), *((s, 2) for s in streams)):
        text = name.encode("utf-16-le") + b"\0\0"
        entry += text.ljust(64, b"\0") + struct.pack("<HB", len(text), kind) + b"\0" * 61
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHH", 0x3E, 3, 0xFFFE, 9) + b"\0" * 10
    head += struct.pack("<IIII", 0, 1, 1, 0) + b"\0" * 16 + struct.pack("<I", 0)
    return head[:76].ljust(76, b"\0") + struct.pack("<I", 0).ljust(436, b"\xff") + fat + entry.ljust(1024, b"\0")


class Maker:
    """Makes each case when it is asked for; `zipped` and `parts_of` are the fixtures of this folder."""

    def __init__(self, zipped: Callable[..., bytes], parts_of: Callable[..., dict[str, str]]) -> None:
        self.zipped, self.parts_of = zipped, parts_of

    def sheet(self, data: str, before: str = "", after: str = "") -> bytes:
        head = f'{before}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        return self.zipped(self.parts_of(f"{head}<sheetData>{data}</sheetData>{after}</worksheet>"))

    def with_part(self, name: str, content: str | bytes, **more: str) -> bytes:
        return self.zipped(self.parts_of(ROW, **more) | {name: content})

    def other_type(self, content_type: str) -> bytes:
        return self.zipped(self.parts_of(ROW, content_type=content_type))

    def big_sheet(self, block: bytes, times: int) -> bytes:
        parts = self.parts_of(ROW)
        head, tail = parts["xl/s0.xml"].split(ROW)
        return packed_book(parts, "xl/s0.xml", *repeated(head.encode(), block, times, tail.encode()))


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(1, 12)
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
TEXT_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
UTF_7 = '<?xml version="1.0" encoding="utf-7"?><a/>'
OFFICE = "application/vnd.openxmlformats-officedocument."
ENTRY = b"PK\x01\x02" + bytes(24) + b"\1" + bytes(17) + b"a"
TYPES = ("[Content_Types].xml", 0, b"spreadsheetml.sheet.main+xml", 28, 0, 0)
FORMATS = "<cellXfs>" + "<xf/>" * 65_537 + "</cellXfs>"
ROWS = b"".join(b'<row ht="%d"/>' % (i * i) for i in range(3000))
BLANKS = "".join("<row>" + "".join(f'<c s="{i * j % 997}"/>' for i in range(1000)) + "</row>" for j in range(600))
ODS = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}


@cache
def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size // 2).hex().encode()


def cells(count: int) -> bytes:
    letters = [chr(65 + i) for i in range(26)]
    return b"".join(b'<c t="str"><v>%s%d</v></c>' % (letters[i % 26].encode(), i * 7919) for i in range(count))


CASES: dict[str, tuple[str, Callable[[Maker], bytes]]] = {
    "0 bytes": ("file.empty", lambda m: b""),
    "blanks": ("file.empty", lambda m: b"\r\n \0\0\0"),
    "cut after the first head": ("file.truncated", lambda m: m.sheet(ROW)[:60]),
    "cut in the middle": ("file.truncated", lambda m: m.sheet(ROW)[:900]),
    "cut in the directory": ("file.truncated", lambda m: m.sheet(ROW)[:-60]),
    "last byte gone": ("file.truncated", lambda m: m.sheet(ROW)[:-1]),
    "encrypted OLE2": ("file.encrypted", lambda m: ole2("EncryptionInfo", "EncryptedPackage")),
    "encrypted member": (
        "file.encrypted",
        lambda m: packed_book(m.parts_of(ROW), "xl/s0.xml", deflate(b"<a/>"), 4, zlib.crc32(b"<a/>"), 1),
    ),
    "jpeg": ("file.photo", lambda m: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\1" * 50),
    "pdf": ("file.pdf", lambda m: b"%PDF-1.7\n1 0 obj"),
    "docx as xlsx": ("file.word", lambda m: m.other_type(OFFICE + "wordprocessingml.document.main+xml")),
    "doc": ("file.word", lambda m: ole2("WordDocument")),
    "html as xls": ("file.html", lambda m: b"<html><body><table><tr><td>0123</td></tr></table>"),
    "csv as xlsx": ("file.csv", lambda m: "TT,Chi bộ\n1,Ấp 1\n".encode()),
    "xls without its sheets": ("file.damaged", lambda m: ole2("Workbook")),
    "xls of Excel 95": ("file.xls_old", lambda m: b"\x09\x08\x08\x00\x00\x05\x05\x00" + bytes(4) + b"\x0a\0\0\0"),
    "xlsb": ("file.xlsb", lambda m: m.other_type("application/vnd.ms-excel.sheet.binary.macroEnabled.main")),
    "ods without sheets": ("file.not_spreadsheet", lambda m: m.zipped(ODS)),
    "eml": ("file.mail", lambda m: b"From: a@b.vn\r\nTo: c@d.vn\r\nSubject: x\r\n\r\nchao"),
    "msg": ("file.mail", lambda m: ole2("__properties_version1.0", "__substg1.0_0037001F")),
    "zip": ("file.archive", lambda m: m.zipped({"a.txt": "x"})),
    "rar": ("file.archive", lambda m: b"Rar!\x1a\x07\x01\x00" + b"\1" * 30),
    "pptx": ("file.other", lambda m: m.other_type(OFFICE + "presentationml.presentation.main+xml")),
    "random": ("file.other", lambda m: random.Random(2).randbytes(5000)),
    "no worksheet": ("file.not_spreadsheet", lambda m: m.zipped(m.parts_of())),
    "long text": ("file.too_large", lambda m: m.sheet(TEXT_CELL.format("x " * 60_000))),
    "50 MB of text": ("file.too_large", lambda m: m.big_sheet(noise(MIB), 50)),
    "too many members": ("file.too_large", lambda m: m.zipped(m.parts_of(ROW) | {f"{i}.bin": "" for i in range(2001)})),
    "300,000 members": ("file.too_large", lambda m: m.sheet(ROW)[:-22] + ENTRY * 300_000 + m.sheet(ROW)[-22:]),
    "too many merges": ("file.too_large", lambda m: m.sheet(ROW, after='<mergeCell ref="A1:B2"/>' * 50_001)),
    "too many formats": ("file.too_large", lambda m: m.zipped(m.parts_of(ROW, styles=FORMATS))),
    "too many strings": ("file.too_large", lambda m: m.zipped(m.parts_of(ROW, strings="<si/>" * 300_001))),
    "too many tags": ("file.too_large", lambda m: m.big_sheet(ROWS, 1001)),
    "10 M cells": ("file.too_large", lambda m: m.big_sheet(b"<row>" + cells(2000) + b"</row>", 5_000)),
    "600,000 blank cells": ("file.too_many_cells", lambda m: m.sheet(BLANKS)),
    "260,000 values": ("file.too_many_cells", lambda m: m.sheet(("<row>" + cells(10_000).decode() + "</row>") * 26)),
    "300 MB of blanks in a text": ("file.bomb", lambda m: m.big_sheet(b" " * MIB, 300)),
    "5 GB of pictures": (
        "file.bomb",
        lambda m: raw_zip([TYPES, *((f"xl/{i}.png", 8, b"\3\0", 1 << 30, 0, 0) for i in range(5))]),
    ),
    "more than it declares": (
        "file.damaged",
        lambda m: packed_book(m.parts_of(ROW), "xl/s0.xml", deflate(b" " * 40 * MIB), 100, 0),
    ),
    "members over one another": ("file.bomb", lambda m: overlapping(m)),
    "billion laughs": ("file.entity", lambda m: m.sheet(TEXT_CELL.format("&m;"), before=LAUGHS + "]>")),
    "external entity": ("file.entity", lambda m: m.sheet(TEXT_CELL.format("&x;"), before=OUTSIDE)),
    "external DTD": ("file.entity", lambda m: m.sheet(ROW, before='<!DOCTYPE a SYSTEM "http://a.invalid/a.dtd">')),
    "laughs in UTF-16": ("file.entity", lambda m: m.with_part("xl/s0.xml", (OUTSIDE + "<a/>").encode("utf-16"))),
    "laughs in properties": ("file.entity", lambda m: with_properties(m, LAUGHS + "]><a><subject>&m;</subject></a>")),
    "two of one name": ("file.duplicate_part", lambda m: m.with_part("XL\\S0.xml", "<a/>")),
    "path traversal": ("file.unsafe_path", lambda m: m.with_part("xl/../../../etc/x", "x")),
    "path of a drive": ("file.unsafe_path", lambda m: m.with_part("C:\\Windows\\x", "x")),
    "crc": ("file.damaged", lambda m: packed_book(m.parts_of(ROW), "xl/s0.xml", deflate(b"<a/>"), 4, 7)),
    "not well-formed": ("file.damaged", lambda m: m.with_part("xl/s0.xml", "<worksheet><sheetData>")),
    "unknown encoding": ("file.damaged", lambda m: m.with_part("xl/s0.xml", UTF_7)),
    "text that is not there": ("file.damaged", lambda m: m.sheet('<row r="1"><c r="A1" t="s"><v>3</v></c></row>')),
    "format that is not there": ("file.damaged", lambda m: m.sheet('<row r="1"><c r="A1" s="9"><v>3</v></c></row>')),
    "a number that is none": ("file.damaged", lambda m: m.sheet('<row r="1"><c r="A1"><v>1_0</v></c></row>')),
    "infinity": ("file.damaged", lambda m: m.sheet('<row r="1"><c r="A1"><v>1e999</v></c></row>')),
    "a kind not known": ("file.damaged", lambda m: m.sheet('<row r="1"><c r="A1" t="q"><v>1</v></c></row>')),
    "off the sheet": ("file.damaged", lambda m: m.sheet('<row r="1"><c r="XFE1"><v>1</v></c></row>')),
    "below the sheet": ("file.damaged", lambda m: m.sheet('<row r="1048577"><c><v>1</v></c></row>')),
    "one cell twice": ("file.damaged", lambda m: m.sheet('<row><c r="B1"><v>1</v></c><c r="B1"><v>2</v></c></row>')),
    "a part gone": ("file.damaged", lambda m: without(m, "xl/s0.xml")),
}  # fmt: skip


def without(m: Maker, name: str) -> bytes:
    return m.zipped({k: v for k, v in m.parts_of(ROW).items() if k != name})


def overlapping(m: Maker) -> bytes:
    """A directory in which members share bytes: the sum of packed sizes is more than the file."""
    block = noise(MIB)
    data = bytearray(
        raw_zip([("xl/workbook.xml", 0, b"", 0, 0, 0), ("[Content_Types].xml", 0, block, len(block), 0, 0)])
    )
    first = data.index(b"PK\x01\x02")
    data[first + 20 : first + 24] = struct.pack("<I", len(block))
    return bytes(data)


def with_properties(m: Maker, content: str) -> bytes:
    parts = m.parts_of(ROW)
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    rel = f'<Relationship Id="p" Type="{kind}" Target="core.xml"/></Relationships>'
    return m.zipped(parts | {"_rels/.rels": parts["_rels/.rels"].replace("</Relationships>", rel), "core.xml": content})


@pytest.fixture(scope="module")
def corpus(
    tmp_path_factory: pytest.TempPathFactory, zipped: Callable[..., bytes], parts_of: Callable[..., dict[str, str]]
) -> Path:
    """The cases as numbered files."""
    folder = tmp_path_factory.mktemp("hostile")
    maker = Maker(zipped, parts_of)
    for i, (_, make) in enumerate(CASES.values()):
        (folder / f"{i:03}").write_bytes(make(maker))
    return folder


PROGRAM = """
import json, sys, time
from pathlib import Path
from lamtheo_xls.workbook.read.reader import read_returned
def peak_kib():
    # Linux: of this program's own memory. getrusage would also count what the parent held when it forked.
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(l.split()[1]) for l in status.read_text().splitlines() if l.startswith("VmHWM"))
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
for path in sorted(Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    start = time.process_time()
    reading = read_returned(data)
    spent = time.process_time() - start
    print(json.dumps([[f.code for f in reading.findings], len(reading.sheets), spent, peak_kib()]))
"""


def test_each_ends_as_its_finding(corpus: Path) -> None:
    """Every case: exactly its code, no sheet, no exception, under 2 seconds; all of them in under 400 MB."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(corpus)], check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(CASES) > 40
    got = {name: line[0] for name, line in zip(CASES, lines, strict=True)}
    assert got == {name: [code] for name, (code, _) in CASES.items()}
    assert {line[1] for line in lines} == {0}
    slow = {name: line[2] for name, line in zip(CASES, lines, strict=True) if line[2] > 2}
    assert slow == {}
    assert lines[-1][3] / 1024 < 400


def test_every_code_of_a_file_is_raised() -> None:
    """The catalogue has no file code that nothing raises, and nothing raises one it does not have."""
    beside = ("file.archive_", "file.mail_")
    of_file = {code for code in entries() if code.startswith("file.") and not code.startswith(beside)}
    raised = {code for code, _ in CASES.values()}
    assert raised | NOTES | OF_GUARD == of_file - OF_INTAKE
    assert {entries()[code].state for code in raised} == {"refused"}


def test_messages_are_filled(corpus: Path) -> None:
    """Every message of a refused file is whole: no placeholder is left standing, and it says what to ask for."""
    for path in sorted(corpus.iterdir()):
        (found,) = read_returned(path.read_bytes()).findings
        assert "{" not in message(found), found
        assert entries()[found.code].mend.startswith("Xin ")


def test_a_far_cell_is_one_cell(book: Callable[..., bytes]) -> None:
    """A cell at XFD1048576 and a dimension of a million rows cost nothing and hide nothing."""
    far = book('<row r="1048576"><c r="XFD1048576"><v>5</v></c></row>')
    reading = read_returned(far)
    assert reading.findings == ()
    assert {at: c.value for at, c in reading.sheets[0].cells.items()} == {(1_048_576, 16_384): 5.0}
    wide = book(f'<worksheet xmlns="x"><dimension ref="A1:XFD1048576"/><sheetData>{ROW}</sheetData></worksheet>')
    assert list(read_returned(wide).sheets[0].cells) == [(1, 1)]


def test_limits_are_an_argument(book: Callable[..., bytes]) -> None:
    """The numbers are given, not built in: under smaller ones the same file is refused."""
    data = book(ROW, ROW)
    assert read_returned(data).findings == ()
    for limits in (Limits(cells=1), Limits(values=1), Limits(sheets=1), Limits(entries=3), Limits(inflated_bytes=300)):
        (found,) = read_returned(data, limits).findings
        assert found.code in ("file.too_many_cells", "file.too_large"), limits

"""What a file is, is told by its content."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.findings import entries
from lamtheo_xls.workbook.read.sniff import code_of_kind, is_lock_file, sniff

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def directory(*names: str) -> bytes:
    """The entries of an OLE2 directory."""
    out = b""
    for name, kind in (("Root Entry", 5), *((n, 2) for n in names)):
        text = name.encode("utf-16-le") + b"\0\0"
        out += text.ljust(64, b"\0") + struct.pack("<HB", len(text), kind) + b"\0" * 61
    return out


def ole2(*names: str) -> bytes:
    """A compound file of 4 KiB sectors whose directory goes over as many sectors as it needs, out of order."""
    size = 4096
    entries_ = directory(*names)
    blocks = [entries_[i : i + size].ljust(size, b"\0") for i in range(0, len(entries_), size)]
    places = [1 + (len(blocks) - 1 - i) for i in range(len(blocks))]  # the first block lies last
    fat = [0xFFFFFFFF] * (size // 4)
    fat[0] = 0xFFFFFFFD
    for i, place in enumerate(places):
        fat[place] = places[i + 1] if i + 1 < len(places) else 0xFFFFFFFE
    head = OLE2 + b"\0" * 16 + struct.pack("<HHHH", 0x3E, 4, 0xFFFE, 12) + b"\0" * 16
    head += struct.pack("<I", places[0]) + b"\0" * 24 + struct.pack("<I", 0)
    body = head.ljust(size, b"\xff") + struct.pack(f"<{size // 4}I", *fat)
    by_place = dict(zip(places, blocks, strict=True))
    return body + b"".join(by_place[p] for p in sorted(by_place))


FILLER = [f"Stream {i}" for i in range(70)]

KINDS = [
    (b"", "empty"),
    (b"\0" * 100, "empty"),
    (b"\xff\xd8\xff\xe1Exif", "jpeg"),
    (b"\x89PNG\r\n\x1a\n\0", "png"),
    (b"GIF89a\1", "gif"),
    (b"RIFF\1\2\3\4WEBPVP8 ", "webp"),
    (b"\0\0\0\x18ftypheic\0\0", "heic"),
    (b"\0\0\0\x18ftypmif1\0\0", "heic"),
    (b"\0\0\0\x18ftypisom\0\0", "unknown"),
    (b"%PDF-1.4", "pdf"),
    (b"\r\n\r\n%PDF-1.4", "pdf"),
    (b"Rar!\x1a\x07\x00", "rar"),
    (b"7z\xbc\xaf\x27\x1c\0", "7z"),
    (b"{\\rtf1", "rtf"),
    (b"\x09\x08\x10\x00\0\6", "xls"),
    (b"\xef\xbb\xbf<!DOCTYPE html><p>", "html"),
    (b"<style>x</style><table border=1><tr><td>1", "html"),
    ("<html>".encode("utf-16"), "html"),
    (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "xml"),
    ("TT;Chi bộ\r\n1;Ấp 1".encode(), "csv"),
    ("TT\tChi bộ".encode("utf-16"), "csv"),
    ("Kính gửi văn phòng".encode(), "text"),
    ("Kính gửi".encode("cp1258", "ignore"), "text"),
    (b"Received: x\r\nFrom: a\r\n\r\n", "eml"),
    (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "eml"),
    (b"From: only one head", "text"),
    (b"\x01\x02\x03", "unknown"),
    (ole2("Workbook"), "xls"),
    (ole2("Book"), "xls"),
    (ole2(*FILLER, "Workbook"), "xls"),
    (ole2(*FILLER, "EncryptedPackage"), "encrypted"),
    (ole2("WordDocument"), "doc"),
    (ole2("PowerPoint Document"), "ppt"),
    (ole2("__properties_version1.0"), "msg"),
    (ole2("Khác"), "unknown"),
    (OLE2 + b"\1" * 100 + directory("Workbook"), "xls"),
    (OLE2, "unknown"),
]


@pytest.mark.parametrize(("data", "kind"), KINDS)
def test_kind(data: bytes, kind: str) -> None:
    """Each kind is told from its first bytes, or from the entries of its directory however that is laid out."""
    assert sniff(data) == kind


def test_packages(zipped: Callable[..., bytes], parts_of: Callable[..., dict[str, str]]) -> None:
    """A package is what its content types say; without them what its folders say; a plain zip is a zip."""
    office = "application/vnd.openxmlformats-officedocument."
    of_type = {
        office + "spreadsheetml.sheet.main+xml": "xlsx",
        office + "spreadsheetml.template.main+xml": "xlsx",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml": "xlsm",
        "application/vnd.ms-excel.sheet.binary.macroEnabled.main": "xlsb",
        office + "wordprocessingml.document.main+xml": "docx",
        "application/vnd.ms-word.document.macroEnabled.main+xml": "docx",
        office + "presentationml.presentation.main+xml": "pptx",
    }
    for name, kind in of_type.items():
        data = zipped(parts_of(content_type=name))
        assert sniff(data) == kind
        assert sniff(data[:-30]) == kind, "cut off, it is still known"
    assert sniff(zipped({"[Content_Types].xml": "<x/>", "word/document.xml": ""})) == "docx"
    assert sniff(zipped({"[content_types].XML": "<x/>", "xl\\workbook.xml": ""})) == "xlsx"
    assert sniff(zipped({"bao cao.xlsx": "x"})) == "zip"
    assert sniff(zipped({})) == "zip"
    for family, kind in (("spreadsheet", "ods"), ("text", "odt"), ("graphics", "unknown")):
        assert sniff(zipped({"mimetype": f"application/vnd.oasis.opendocument.{family}"})) == kind


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", OLE2, b"<html", b"RIFF", b"BM"]), st.binary(max_size=1500))
def test_never_raises(start: bytes, rest: bytes) -> None:
    """Whatever the bytes, a kind comes back, and every kind has a code of the catalogue."""
    kind = sniff(start + rest)
    assert code_of_kind(kind) in entries()


def test_codes_of_kinds() -> None:
    """Pictures, documents and the rest each lead to what the unit is asked for."""
    kinds = {"jpeg": "photo", "heic": "photo", "webp": "photo", "pdf": "pdf", "docx": "word", "doc": "word"}
    kinds |= {"xlsb": "xlsb", "html": "html", "csv": "csv", "text": "csv", "rar": "archive"}
    kinds |= {"eml": "mail", "empty": "empty", "pptx": "other", "unknown": "other"}
    for kind, code in kinds.items():
        assert code_of_kind(kind) == f"file.{code}"


def test_lock_files() -> None:
    """Marks of open workbooks are known by name, with or without folders; ordinary names are not."""
    assert is_lock_file("~$mau-02.xlsx")
    assert is_lock_file(r"D:\nhan-ve\~$mau-02.xlsx")
    assert is_lock_file("nhan-ve/.~lock.mau-02.xlsx#")
    assert not is_lock_file("mau-02~$.xlsx")
    assert not is_lock_file("~$thu-muc/mau-02.xlsx")
    assert not is_lock_file(".~lock.mau-02.xlsx")

"""What a received file is, told from its bytes alone: names and extensions are never asked for that."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

_START = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"{\\rtf", "rtf"),
    (b"\x09\x00\x04\x00", "xls"),  # BIFF 2 to 5 without a container
    (b"\x09\x02\x06\x00", "xls"),
    (b"\x09\x04\x06\x00", "xls"),
    (b"\x09\x08\x08\x00", "xls"),
    (b"\x09\x08\x10\x00", "xls"),
)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE2_STREAMS = (  # the first that is found decides: an encrypted .xlsx has no Workbook stream of its own
    ("EncryptedPackage", "encrypted"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
)
_MAIN_PART = (  # what `[Content_Types].xml` calls the main part; the same words in strict and transitional files
    (b"spreadsheetml.sheet.main+xml", "xlsx"),
    (b"spreadsheetml.template.main+xml", "xlsx"),
    (b"ms-excel.sheet.macroenabled.main+xml", "xlsm"),
    (b"ms-excel.template.macroenabled.main+xml", "xlsm"),
    (b"ms-excel.addin.macroenabled.main+xml", "xlsm"),
    (b"ms-excel.sheet.binary.macroenabled.main", "xlsb"),
    (b"wordprocessingml", "docx"),
    (b"ms-word.", "docx"),
    (b"presentationml", "pptx"),
    (b"ms-powerpoint.", "pptx"),
)
_FOLDERS = (("xl/workbook.bin", "xlsb"), ("xl/", "xlsx"), ("word/", "docx"), ("ppt/", "pptx"))
_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"}
_MAIL_HEADS = {
    b"from", b"to", b"subject", b"date", b"mime-version", b"received", b"message-id", b"return-path",
    b"delivered-to", b"content-type", b"x-mailer", b"reply-to", b"x-received",
}  # fmt: skip
_HEAD_LINE = re.compile(rb"^([A-Za-z][A-Za-z0-9-]*):", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TELLING = ("[content_types].xml", "mimetype")
_LOOK = 8192
MOST_ENTRIES = 20_000

_CODES = {
    "empty": "file.empty",
    "pdf": "file.pdf",
    "xlsb": "file.xlsb",
    "html": "file.html",
    "csv": "file.csv",
    "text": "file.csv",
    "eml": "file.mail",
    "msg": "file.mail",
    "zip": "file.archive",
    "rar": "file.archive",
    "7z": "file.archive",
    **dict.fromkeys(("jpeg", "png", "gif", "webp", "heic", "bmp", "tiff"), "file.photo"),
    **dict.fromkeys(("docx", "doc", "rtf", "odt"), "file.word"),
}


def code_of_kind(kind: str) -> str:
    """The finding code for a kind that is not read: 'jpeg' → 'file.photo'; unlisted → 'file.other'."""
    return _CODES.get(kind, "file.other")


def is_lock_file(name: str) -> bool:
    """Whether a name is the mark an office program leaves beside an open workbook (`~$a.xlsx`, `.~lock.a.xlsx#`)."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.startswith("~$") or (last.startswith(".~lock.") and last.endswith("#"))


def sniff(data: bytes) -> str:
    """The kind of a file by its content, never raising.

    One of: xlsx, xlsm, xlsb, xls, ods, odt, docx, doc, rtf, pptx, ppt, pdf, jpeg, png, heic, gif, webp, bmp, tiff,
    html, xml, csv, text, zip, rar, 7z, eml, msg, encrypted (an OLE2 EncryptedPackage), empty, unknown.
    A truncated package is named after what is left of it.
    """
    return look(data)[0]


def look(data: bytes) -> tuple[str, list[zipfile.ZipInfo] | None]:
    """What `sniff` tells and, where that is some zip, its directory if it can be read."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        directory = zip_directory(data)
        return _kind_of_zip(data, directory), directory
    return _kind_of_other(data), None


def zip_directory(data: bytes) -> list[zipfile.ZipInfo] | None:
    """The directory of a zip; None where it cannot be read, or has more entries than anyone will look at."""
    if data.count(b"PK\x01\x02") > MOST_ENTRIES:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except Exception:  # zipfile raises a dozen kinds on broken directories; each means the same here
        return None


def _kind_of_other(data: bytes) -> str:
    if not data.strip(b"\x00\r\n\t "):
        return "empty"
    if data.startswith(_OLE2):
        return _kind_of_ole2(data)
    for magic, kind in _START:
        if data.startswith(magic):
            return kind
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return "heic"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"BM") and len(data) > 26 and data[6:10] == b"\x00\x00\x00\x00":
        return "bmp"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return _kind_of_text(data)


def _kind_of_zip(data: bytes, directory: list[zipfile.ZipInfo] | None) -> str:
    if directory is not None:
        names = [info.orig_filename for info in directory]
        heads = [_head_of(data, i.header_offset) for i in directory if i.filename.lower() in _TELLING][:2]
    else:  # the heads before each member are asked instead
        offsets = [m.start() for m in re.finditer(rb"PK\x03\x04", data)][:2000]
        names = [_name_at(data, o) for o in offsets]
        heads = [_head_of(data, o) for o, n in zip(offsets, names, strict=True) if n.lower() == "[content_types].xml"]
    for head in heads:
        lowered = head.lower()
        if lowered.startswith(b"application/vnd.oasis.opendocument."):
            family = lowered[35:].strip()
            return "ods" if family.startswith(b"spreadsheet") else "odt" if family.startswith(b"text") else "unknown"
        for words, kind in _MAIN_PART:
            if words in lowered:
                return kind
    flat = [n.replace("\\", "/").lower().lstrip("/") for n in names]
    if "[content_types].xml" in flat:
        for folder, kind in _FOLDERS:
            if any(n.startswith(folder) for n in flat):
                return kind
    return "zip"


def _name_at(data: bytes, offset: int) -> str:
    size = int.from_bytes(data[offset + 26 : offset + 28], "little")
    return data[offset + 30 : offset + 30 + size].decode("utf-8", "replace")


def _head_of(data: bytes, offset: int, limit: int = 65536) -> bytes:
    """Up to 64 KiB of the member whose local header stands at `offset`; what can be had where it is damaged."""
    head = data[offset : offset + 30]
    if len(head) < 30:
        return b""
    method, packed = struct.unpack("<8xH8xI8x", head)
    begin = offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    if method == 0:
        return data[begin : begin + min(packed or limit, limit)]
    try:
        return zlib.decompressobj(-15).decompress(data[begin : begin + 4 * limit], limit)
    except zlib.error:
        return b""


def _kind_of_ole2(data: bytes) -> str:
    names = _ole2_names(data)
    for stream, kind in _OLE2_STREAMS:
        if stream in names:
            return kind
    return "unknown"


def is_cut_off_ole2(data: bytes) -> bool:
    """Whether a compound file ends before its own directory, which many programs write last."""
    if not data.startswith(_OLE2):
        return False
    if len(data) < 512:
        return True
    shift, sector = struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<I", data, 48)[0]
    return shift in (9, 12) and (sector + 2) << shift > len(data)


def _ole2_names(data: bytes) -> set[str]:
    """Names of the directory entries. Where the chain of the directory is broken, names are looked for in all bytes."""
    names: set[str] = set()
    if len(data) >= 512:
        shift = struct.unpack_from("<H", data, 30)[0]
        size = 1 << shift if shift in (9, 12) else 512
        sector = struct.unpack_from("<I", data, 48)[0]
        seen: set[int] = set()
        while sector < 0xFFFFFFFA and sector not in seen and len(seen) < 10_000:
            seen.add(sector)
            block = data[(sector + 1) * size : (sector + 2) * size]
            for at in range(0, len(block) - 127, 128):
                length = int.from_bytes(block[at + 64 : at + 66], "little")
                if 2 < length <= 64 and block[at + 66] in (1, 2, 5):
                    names.add(block[at : at + length - 2].decode("utf-16-le", "replace"))
            sector = _next_sector(data, sector, size)
    if not names & {stream for stream, _ in _OLE2_STREAMS}:
        names |= {s for s, _ in _OLE2_STREAMS if (s + "\0").encode("utf-16-le") in data}
    return names


def _next_sector(data: bytes, sector: int, size: int) -> int:
    """The sector after `sector` by the allocation table (the 109 parts named in the head suffice for a directory)."""
    index, place = divmod(sector, size // 4)
    if index >= 109:
        return 0xFFFFFFFE
    part = struct.unpack_from("<I", data, 76 + 4 * index)[0]
    at = (part + 1) * size + 4 * place
    return struct.unpack_from("<I", data, at)[0] if at + 4 <= len(data) else 0xFFFFFFFE


def _kind_of_text(data: bytes) -> str:
    text = _decoded(data[:_LOOK])
    if text is None:
        return "unknown"
    head = text.lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("<!doctype html", "<html")) or re.search(r"<(html|table|body)[\s>]", head):
        return "html"
    if head.startswith("<?xml") or re.match(r"<[a-z][\w:]*[\s>]", head):
        return "xml"
    heads = {name.lower() for name in _HEAD_LINE.findall(data[:_LOOK])}
    if re.match(rb"\s*(From |[A-Za-z][A-Za-z0-9-]*:)", data) and len(heads & _MAIL_HEADS) >= 2:
        return "eml"
    lines = [line for line in text.splitlines() if line.strip()][:5]
    if any(all(mark in line for line in lines) for mark in (",", ";", "\t")):
        return "csv"
    return "text"


def _decoded(head: bytes) -> str | None:
    """The first bytes as text, or None where they are not text in UTF-8, UTF-16 with its mark, or an 8-bit page."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
        return None if "\ufffd" in text[:-1] or _CONTROL.search(text) else text
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 and sum(b > 127 for b in head) * 2 > len(head):
            return None  # mostly high bytes: no 8-bit text of ours looks so
        text = head.decode("latin-1")
    return None if _CONTROL.search(text) else text

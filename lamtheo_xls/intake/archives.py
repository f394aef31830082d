"""Zips as people send them: members one by one, names repaired, nothing written to disk, nothing trusted."""

from __future__ import annotations

import errno
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.intake.received import Limits, Received, is_passed_over, received, shown

_DAMAGE = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    RuntimeError,
    EOFError,
    OSError,
    struct.error,
    zlib.error,
)
_DOCUMENT_STARTS = (b"[Content_Types].xml", b"mimetype", b"_rels/.rels", b"docProps/", b"xl/")
_PACKERS = {b"Rar!\x1a\x07": "rar", b"7z\xbc\xaf\x27\x1c": "7z"}
_KEPT = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END, _END64, _FIND64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_STEP = 1 << 20


def packer(data: bytes) -> str:
    """'rar' or '7z' where the bytes are such an archive, which other programs open; else ''."""
    return next((kind for mark, kind in _PACKERS.items() if data.startswith(mark)), "")


def is_archive(file: IO[bytes], name: str, limits: Limits) -> bool:
    """Whether this is a zip of files rather than a document that happens to be a zip. Leaves `file` at its start.

    Documents (.xlsx, .docx, .ods …) hold a part that says so; where no directory can be read, the name decides.
    """
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return False
    if head[30:].startswith(_DOCUMENT_STARTS):
        return False
    if _directory_bytes(file) > limits.directory_bytes:
        return True
    try:
        with zipfile.ZipFile(file) as archive:
            return not {"[Content_Types].xml", "mimetype"} & set(archive.namelist())
    except _DAMAGE as error:
        _raise_of_disk(error)
        return name.lower().endswith(".zip")
    finally:
        file.seek(0)


def _raise_of_disk(error: Exception) -> None:
    """A wrong offset in an archive ends as EINVAL; every other OSError is the disk's."""
    if isinstance(error, OSError) and error.errno != errno.EINVAL:
        raise error


@dataclass(slots=True)
class Opened:
    """What is known of an archive while its members are taken out."""

    limits: Limits
    left: int
    refused: dict[str, list[str]] = field(default_factory=dict)
    """Finding code → names of the members it stopped."""

    def refuse(self, code: str, name: str) -> None:
        self.refused.setdefault(code, []).append(name)


def unpack(file: IO[bytes], name: str, modified: str, limits: Limits) -> Iterator[Received]:
    """The members of a zip, in order of name, as `name!member`; at last, if some could not be taken, the zip itself
    with one finding for each reason: file.archive_path, archive_duplicate, archive_encrypted, archive_bomb,
    archive_nested, archive_damaged, archive_empty."""
    opened = Opened(limits=limits, left=limits.total_bytes)
    yield from _members(file, name, opened, depth=1)
    if opened.refused:
        file.seek(0)
        yield received(name, file.read(), modified, tuple(told(code, names) for code, names in opened.refused.items()))


def told(code: str, names: list[str]) -> Finding:
    value = "; ".join(names[:3]) + (f" … ({len(names)})" if len(names) > 3 else "")
    return finding(code, value=value, path=names[0])


def _members(file: IO[bytes], name: str, opened: Opened, depth: int) -> Iterator[Received]:
    if _directory_bytes(file) > opened.limits.directory_bytes:
        opened.refuse("file.archive_bomb", name)
        return
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE as error:
        _raise_of_disk(error)
        opened.refuse("file.archive_damaged", name)
        return
    with archive:
        infos = [(_name(info), info) for info in archive.infolist()]
        if len(infos) > opened.limits.entries:
            opened.refuse("file.archive_bomb", name)
            return
        files = [(member, info) for member, info in infos if not member.endswith("/")]
        if not files:
            opened.refuse("file.archive_empty", name)
        times = Counter(member for member, _ in files)
        for member, info in sorted(files, key=lambda found: found[0]):
            parts = member.split("/")
            if leads_out(member):
                opened.refuse("file.archive_path", shown(member))
            elif any(is_passed_over(part) for part in parts):
                continue
            elif times[member] > 1:
                if member not in opened.refused.get("file.archive_duplicate", ()):
                    opened.refuse("file.archive_duplicate", member)
            else:
                yield from _member(archive, info, f"{name}!{shown(member)}", opened, depth)


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, opened: Opened, depth: int
) -> Iterator[Received]:
    limits, inside = opened.limits, name.partition("!")[2]
    if info.flag_bits & 1:
        opened.refuse("file.archive_encrypted", inside)
        return
    too_thin = info.file_size > limits.ratio_from and info.file_size > limits.ratio * max(1, info.compress_size)
    if too_thin or info.file_size > min(limits.member_bytes, opened.left):
        opened.refuse("file.archive_bomb", inside)
        return
    if info.compress_type not in _KEPT:
        opened.refuse("file.archive_damaged", inside)
        return
    try:
        data = _read(archive, info)
    except _DAMAGE as error:
        _raise_of_disk(error)
        opened.refuse("file.archive_damaged", inside)
        return
    opened.left -= len(data)
    held = io.BytesIO(data)
    if not is_archive(held, inside, limits):
        yield received(name, data, _time(info))
    elif depth == 1:
        yield from _members(held, name, opened, depth + 1)
    else:
        opened.refuse("file.archive_nested", inside)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The member's bytes, never more than it declares; its check sum is verified."""
    out = bytearray()
    with archive.open(info) as member:
        while piece := member.read(_STEP):
            out += piece
            if len(out) > info.file_size:
                raise zipfile.BadZipFile("more than declared")
    if len(out) != info.file_size:
        raise zipfile.BadZipFile("less than declared")
    return bytes(out)


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name as its sender saw it: the UTF-8 flag, the Unicode path field, UTF-8 without a flag, cp1258
    (Vietnamese Windows), else cp437 as the format says. NFC, with '/'."""
    text = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = text.encode("cp437", "replace")
        text = _unicode_path(info.extra, raw) or _first_that_reads(raw, text)
    return unicodedata.normalize("NFC", text.replace("\\", "/"))


def _first_that_reads(raw: bytes, otherwise: str) -> str:
    for encoding in ("utf-8", "cp1258"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return otherwise


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name in extra field 0x7075 (WinRAR, 7-Zip), if it belongs to this name."""
    while len(extra) >= 4:
        tag, size = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if tag == 0x7075 and len(body) == size > 5 and struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
            return body[5:].decode("utf-8", "ignore")
    return ""


def leads_out(member: str) -> bool:
    """Absolute, with a drive, upwards, or with a NUL that some programs end the name at."""
    return (
        not member
        or member.startswith("/")
        or re.match(r"[A-Za-z]:", member) is not None
        or ".." in member.split("/")
        or "\0" in member
    )


def _time(info: zipfile.ZipInfo) -> str:
    year, month, day, hour, minute, second = info.date_time
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return ""
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def _directory_bytes(file: IO[bytes]) -> int:
    """The size of the directory the archive claims, as the library will believe it; 0 where none is found."""
    size = file.seek(0, io.SEEK_END)
    start = max(0, size - (1 << 16) - 22)
    file.seek(start)
    tail = file.read()
    file.seek(0)
    at = len(tail) - 22 if tail[-22:-18] == _END and tail[-2:] == b"\0\0" else tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return 0
    found = int(struct.unpack_from("<I", tail, at + 12)[0])
    here = start + at
    if here >= 76:
        file.seek(here - 76)
        wide = file.read(76)
        file.seek(0)
        if wide[56:60] == _FIND64 and wide[:4] == _END64:
            found = max(found, int(struct.unpack_from("<Q", wide, 40)[0]))
    return found

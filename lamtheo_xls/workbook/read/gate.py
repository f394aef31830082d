"""The gate: a received package is opened under limits, in memory, and nothing of it is inflated beyond them."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.parsers import expat

from lamtheo_xls.workbook.read.sniff import MOST_ENTRIES, zip_directory

_MIB = 1024 * 1024
_SMALL = 32 * 1024  # parts up to this size are remembered: copies of one issued workbook have most of them in common


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a received workbook is read before it is refused. A filled form of 5,000 rows needs a tenth of it."""

    file_bytes: int = 64 * _MIB
    """The file itself."""
    entries: int = 2_000
    """Members of the package."""
    declared_bytes: int = 1024 * _MIB
    """Sum of the inflated sizes the package names, pictures included (they are never inflated)."""
    inflated_bytes: int = 96 * _MIB
    """Sum of what is really inflated."""
    part_bytes: int = 32 * _MIB
    """One inflated part."""
    ratio: int = 200
    """Inflated to packed, for XML parts over `ratio_from` bytes. Filled forms have 8 to 30, deflate can reach 1,030."""
    ratio_from: int = 2 * _MIB
    tags: int = 3_000_000
    """Opening and closing tags of one part."""
    sheets: int = 255
    cells_per_sheet: int = 500_000
    """Cells that stand in the file, blank formatted ones too. How far apart they lie does not matter."""
    cells: int = 1_000_000
    """The same for all sheets read."""
    values: int = 250_000
    """Cells with a value, all sheets: what is kept in memory."""
    string_chars: int = 100_000
    """One text (a cell of Excel holds 32,767)."""
    shared_strings: int = 300_000
    merges: int = 50_000
    """Merged areas of one sheet."""
    styles: int = 65_536
    """Cell formats (Excel allows 65,490)."""


LIMITS = Limits()


class Refused(Exception):
    """Inside the reader only: reading ends here with this finding. `read_returned` turns it into a value."""

    def __init__(
        self, code: str, *, sheet: str | None = None, cell: str | None = None, value: str | None = None, **args: object
    ) -> None:
        super().__init__(code)
        self.code, self.sheet, self.cell, self.value = code, sheet, cell, value
        self.named = {name: str(arg) for name, arg in args.items()}


def damaged(part: str, *, sheet: str | None = None, cell: str | None = None, value: str | None = None) -> Refused:
    """The Refused for what the reader does not know: it says so and does not guess."""
    return Refused("file.damaged", sheet=sheet, cell=cell, value=value, phan=part)


def too_large(what: str, found: int, limit: int) -> Refused:
    """The Refused for a size past its limit; `what` names the limit's field."""
    return Refused("file.too_large", gioi_han=f"{what} {found:,} > {limit:,}".replace(",", "."))


@dataclass(slots=True)
class Package:
    """An opened package: members by their plain name (lower case, forward slashes). Counts what it inflates."""

    data: bytes
    members: Mapping[str, zipfile.ZipInfo]
    limits: Limits
    inflated: int = field(default=0)

    def has(self, name: str) -> bool:
        """Whether there is a part of that name, in any case."""
        return name.lower() in self.members

    def size(self, name: str) -> int:
        """The inflated size a part is said to have; 0 where there is none."""
        info = self.members.get(name.lower())
        return info.file_size if info is not None else 0

    def part(self, name: str) -> bytes:
        """The inflated bytes of a part. Refused: file.damaged where absent or broken, file.too_large, file.bomb."""
        info = self.members.get(name.lower())
        if info is None:
            raise damaged(name)
        limits = self.limits
        limit = min(limits.part_bytes, limits.inflated_bytes - self.inflated)
        if info.file_size > limit:
            raise too_large(name, info.file_size, limit)
        at = info.header_offset
        if self.data[at : at + 4] != b"PK\x03\x04":
            raise damaged(name)
        at += 30 + int.from_bytes(self.data[at + 26 : at + 28], "little")
        at += int.from_bytes(self.data[info.header_offset + 28 : info.header_offset + 30], "little")
        packed = self.data[at : at + info.compress_size]
        if len(packed) < info.compress_size:
            raise Refused("file.truncated")
        inflate = _inflate_kept if info.file_size <= _SMALL else _inflate
        out = inflate(packed, info.compress_type, info.file_size, info.CRC)
        if out is None:
            raise damaged(name)
        self.inflated += len(out)
        if len(out) > 65536 and out.count(b"<") > limits.tags:
            raise too_large(name, out.count(b"<"), limits.tags)
        return out


def _inflate(packed: bytes, method: int, size: int, crc: int) -> bytes | None:
    """The member's bytes; None unless they are exactly what the directory says. Never more than `size` + 1 are made."""
    if method == zipfile.ZIP_STORED:
        out = packed
    elif method == zipfile.ZIP_DEFLATED:
        stream = zlib.decompressobj(-15)
        try:
            out = stream.decompress(packed, size + 1)
        except zlib.error:
            return None
        if not stream.eof:  # cut short, or more to come than the package says
            return None
    else:
        return None
    return out if len(out) == size and zlib.crc32(out) == crc else None


_inflate_kept = lru_cache(maxsize=64)(_inflate)


def open_package(data: bytes, limits: Limits = LIMITS, infos: list[zipfile.ZipInfo] | None = None) -> Package:
    """The members of a package, none of them inflated; `infos` is its directory where that has been read already.
    Refused: file.truncated, encrypted, damaged, too_large, bomb, duplicate_part, unsafe_path."""
    if len(data) > limits.file_bytes:
        raise too_large("tệp", len(data), limits.file_bytes)
    if is_cut_off(data):
        raise Refused("file.truncated")
    if infos is None:
        infos = zip_directory(data)
    if infos is None:
        entries = data.count(b"PK\x01\x02")
        raise too_large("zip", entries, MOST_ENTRIES) if entries > MOST_ENTRIES else damaged("zip")
    if len(infos) > limits.entries:
        raise too_large("zip", len(infos), limits.entries)
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename.replace("\\", "/")
        if _is_unsafe(name):
            raise Refused("file.unsafe_path", value=name)
        key = name.lower().lstrip("/")
        if key in members:
            raise Refused("file.duplicate_part", value=name)
        if info.flag_bits & 0x2041:
            raise Refused("file.encrypted")
        members[key] = info
        large = info.file_size > limits.ratio_from and key.endswith((".xml", ".rels", ".vml"))
        if large and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise Refused("file.bomb", phan=name)
    if sum(i.file_size for i in infos) > limits.declared_bytes or _overlap(infos, len(data)):
        raise Refused("file.bomb", phan="zip")
    return Package(data=data, members=members, limits=limits)


def _overlap(infos: list[zipfile.ZipInfo], size: int) -> bool:
    """Whether members share bytes, so that a small file holds much (one that is larger than the file is damaged)."""
    packed = [i.compress_size for i in infos]
    return sum(packed) > size >= max(packed, default=0)


def is_cut_off(data: bytes) -> bool:
    """Whether a zip lacks the end record of its directory, wholly or in part."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65557))
    return end < 0 or len(data) - end < 22


def _is_unsafe(name: str) -> bool:
    """A name that would lead out of a folder if it were unpacked. (We never unpack; no office program writes one.)"""
    return ".." in name.split("/") or "\x00" in name or re.match(r"[A-Za-z]:|//", name) is not None


def parse_xml(
    xml: bytes,
    part: str,
    *,
    start: Callable[[str, dict[str, str]], object] | None = None,
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Runs expat over one whole part. Refused: file.entity at any DOCTYPE, file.damaged where it is not well-formed.

    The part is given in one piece: fed in chunks, expat reads a long attribute again with every chunk.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65536
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if start is not None:
        parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that is unknown or unreadable
        raise damaged(part) from None


def _refuse_doctype(*_: Any) -> None:
    raise Refused("file.entity")


def local(tag: str) -> str:
    """An element's name without its prefix: strict, transitional and prefixed files read alike."""
    return tag.rpartition(":")[2]

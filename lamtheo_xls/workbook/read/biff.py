"""BIFF8 as records: cutting a stream into them, joining what CONTINUE splits, and the strings written in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lamtheo_xls.workbook.read.gate import damaged

BOF, EOF, CONTINUE = 0x0809, 0x000A, 0x003C
_U16, _U32 = struct.Struct("<H"), struct.Struct("<I")
_HEAD = struct.Struct("<HH")


class Record(NamedTuple):
    """One record; `at` is where it begins in the stream."""

    id: int
    data: bytes
    at: int


def records_of(stream: bytes, at: int = 0) -> Iterator[Record]:
    """The records from `at` on, up to the last whole one."""
    end = len(stream)
    while at + 4 <= end:
        id, size = _HEAD.unpack_from(stream, at)
        if at + 4 + size > end:
            return
        yield Record(id, stream[at + 4 : at + 4 + size], at)
        at += 4 + size


def u16(data: bytes, at: int) -> int:
    """Two bytes as a number. Refused: file.damaged where the record ends before."""
    if at + 2 > len(data):
        raise damaged("xls")
    value: int = _U16.unpack_from(data, at)[0]
    return value


def u32(data: bytes, at: int) -> int:
    """Four bytes as a number. Refused: file.damaged where the record ends before."""
    if at + 4 > len(data):
        raise damaged("xls")
    value: int = _U32.unpack_from(data, at)[0]
    return value


class Run(NamedTuple):
    """From character `start` on, a text is in the font of that number."""

    start: int
    font: int


@dataclass(slots=True)
class Strings:
    """Reads strings from a record and the CONTINUE records after it: `pieces[0]` is the record itself."""

    pieces: list[bytes]
    piece: int = 0
    at: int = 0

    def number(self, size: int) -> int:
        """The next number of 1, 2 or 4 bytes. A number is never split."""
        self._next_where_used_up()
        data = self.pieces[self.piece]
        if self.at + size > len(data):
            raise damaged("xls")
        value = int.from_bytes(data[self.at : self.at + size], "little")
        self.at += size
        return value

    def text(self, length: int) -> tuple[str, tuple[Run, ...]]:
        """The string of `length` characters (halves of rare ones counted singly) that begins here with its flags."""
        flags = self.number(1)
        run_count = self.number(2) if flags & 8 else 0
        extra = self.number(4) if flags & 4 else 0
        chars: list[str] = []
        wide = flags & 1
        left = length
        while left:
            if self.at >= len(self.pieces[self.piece]):
                self._next()
                wide = self.number(1) & 1  # where a string goes on, it says anew how it is written
            data = self.pieces[self.piece]
            count = min(left, (len(data) - self.at) // (2 if wide else 1))
            if not count:
                raise damaged("xls")
            raw = data[self.at : self.at + count * (2 if wide else 1)]
            chars.append(raw.decode("utf-16-le", "surrogatepass") if wide else raw.decode("latin-1"))
            self.at += len(raw)
            left -= count
        runs = tuple(Run(self.number(2), self.number(2)) for _ in range(run_count))
        self._skip(extra)
        return whole("".join(chars)), runs

    def _skip(self, count: int) -> None:
        while count:
            self._next_where_used_up()
            step = min(count, len(self.pieces[self.piece]) - self.at)
            self.at += step
            count -= step

    def _next_where_used_up(self) -> None:
        while self.at >= len(self.pieces[self.piece]):
            self._next()

    def _next(self) -> None:
        self.piece, self.at = self.piece + 1, 0
        if self.piece >= len(self.pieces):
            raise damaged("xls")


def whole(text: str) -> str:
    """Text with the halves of rare characters joined, halves that stand alone replaced, CRLF made LF."""
    if any("\ud800" <= c <= "\udfff" for c in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n") if "\r" in text else text

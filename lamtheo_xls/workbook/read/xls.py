"""The sheets of an Excel 97-2003 workbook (BIFF8; WPS .et is the same), record by record under the gate's limits.

A reader of our own: it must tell formulas from values, see locks, fonts and merges, and count while it reads.
Older BIFF is refused: it has one byte a character, so Vietnamese is already lost in it.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import olefile

from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.read.biff import BOF, CONTINUE, EOF, Record, Run, Strings, records_of, u16, u32
from lamtheo_xls.workbook.read.cells import Cells, Merge, Spent
from lamtheo_xls.workbook.read.foreign import Foreign
from lamtheo_xls.workbook.read.gate import Limits, Refused, damaged, too_large
from lamtheo_xls.workbook.read.parts import Xf, builtin_date, font_of_runs, is_date_format, legacy_font
from lamtheo_xls.workbook.read.reading import CellKind, RawCell, Sheet

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_GLOBALS, _WORKSHEET = 0x0005, 0x0010
_STATES = ("visible", "hidden", "veryHidden")
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_DOUBLE = struct.Struct("<d")
_PLAIN = Xf()
_CUT = 255  # some programs that put texts into the cells' own records keep no more characters of one

FILEPASS, DATEMODE, BOUNDSHEET, FONT, FORMAT, XF, SST = 0x2F, 0x22, 0x85, 0x31, 0x41E, 0xE0, 0xFC
FORMULA, STRING, LABELSST, LABEL, RSTRING = 0x06, 0x207, 0xFD, 0x204, 0xD6
NUMBER, RK, MULRK, BOOLERR, BLANK, MULBLANK, MERGES, PROTECT = 0x203, 0x27E, 0xBD, 0x205, 0x201, 0xBE, 0xE5, 0x12
_COUNTED = {FORMULA, LABELSST, LABEL, RSTRING, NUMBER, RK, BOOLERR, BLANK}


class _Entry(NamedTuple):
    name: str
    state: str
    at: int


@dataclass(slots=True)
class _Book:
    """What the globals say; cells point into it."""

    date1904: bool = False
    entries: list[_Entry] = field(default_factory=list)
    fonts: list[str] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    raw_xfs: list[tuple[int, int, bool]] = field(default_factory=list)
    """Font, number format, locked."""
    texts: list[tuple[str, tuple[Run, ...]]] = field(default_factory=list)
    xfs: list[Xf] = field(default_factory=list)

    def font(self, number: int) -> str | None:
        """There is no font number 4: the fifth in the file is number 5."""
        index = number - (number > 4)
        return self.fonts[index] if 0 <= index < len(self.fonts) else None


def read_xls(data: bytes, limits: Limits) -> Foreign:
    """The sheets with their cells, and properties as hints.

    Refused: file.encrypted, file.xls_old (before Excel 97), file.not_spreadsheet, file.damaged, file.truncated,
    file.too_many_cells, file.too_large.
    """
    stream, properties, producer = _workbook_stream(data)
    book = _globals(stream, limits)
    if not book.entries:
        raise Refused("file.not_spreadsheet")
    spent = Spent()
    parts = [_Substream(entry, book, limits, spent) for entry in book.entries]
    sheets = tuple(part.read(stream) for part in parts)
    cut = tuple((part.entry.name, row, column) for part in parts for row, column in part.cut)
    return Foreign(sheets=sheets, properties=properties, producer=producer, date1904=book.date1904, cut=cut)


def _workbook_stream(data: bytes) -> tuple[bytes, dict[str, str], str]:
    if not data.startswith(_OLE2):
        return data, {}, ""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            if not file.exists("Workbook"):
                raise Refused("file.xls_old") if file.exists("Book") else damaged("OLE2")
            stream = file.openstream("Workbook").read()
            properties, producer = _hints(file)
    except Refused:
        raise
    except Exception:  # a container cut short or broken: the library raises half a dozen kinds
        raise damaged("OLE2") from None
    return stream, properties, producer


def _hints(file: olefile.OleFileIO[Any]) -> tuple[dict[str, str], str]:
    """Subject, description and the program that saved; a broken property set gives none."""
    name = "\x05SummaryInformation"
    try:
        found = file.getproperties(name) if file.exists(name) else {}
    except Exception:  # hints only, and the library raises whatever befalls it
        return {}, ""
    texts = {i: v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for i, v in found.items()}
    plain = {i: text.partition("\0")[0] for i, text in texts.items()}
    named = {"subject": plain.get(3, ""), "description": plain.get(6, "")}
    return {k: v[:32767] for k, v in named.items() if v}, plain.get(18, "")[:100]


# -- globals -----------------------------------------------------------------------------------------------------------


def _globals(stream: bytes, limits: Limits) -> _Book:
    records = records_of(stream)
    first = next(records, None)
    if first is None:
        raise Refused("file.truncated")
    if first.id & 0xFF != BOF & 0xFF:
        raise damaged("xls")
    if first.id != BOF or u16(first.data, 0) != 0x0600:
        raise Refused("file.xls_old")
    if u16(first.data, 2) != _GLOBALS:
        raise damaged("xls")
    book = _Book()
    ended = False
    pending: list[bytes] | None = None
    for record in records:
        if record.id == CONTINUE and pending is not None:
            pending.append(record.data)
            continue
        if pending is not None:
            book.texts = _shared(pending, limits)
            pending = None
        if record.id == SST:
            pending = [record.data]
        elif record.id == EOF:
            ended = True
            break
        else:
            _global(record, book, limits)
    if not ended:
        raise Refused("file.truncated")
    book.xfs = [
        Xf(locked, _date_code(format, book), legacy_font(book.font(font))) for font, format, locked in book.raw_xfs
    ]
    return book


def _global(record: Record, book: _Book, limits: Limits) -> None:
    id, data, _ = record
    if id == FILEPASS:
        raise Refused("file.encrypted")
    if id == DATEMODE:
        book.date1904 = u16(data, 0) == 1
    elif id == BOUNDSHEET:
        if len(data) < 8:
            raise damaged("xls")
        name = _short(data, 6)
        if data[5] == 0:  # a worksheet; charts, macros and modules have no cells of ours
            book.entries.append(_Entry(name, _STATES[min(data[4] & 3, 2)], u32(data, 0)))
        if len(book.entries) > limits.sheets:
            raise too_large("xls", len(book.entries), limits.sheets)
    elif id == FONT:
        book.fonts.append(_short(data, 14))
    elif id == FORMAT:
        book.codes[u16(data, 0)] = Strings([data], at=4).text(u16(data, 2))[0]
    elif id == XF:
        book.raw_xfs.append((u16(data, 0), u16(data, 2), bool(u16(data, 4) & 1)))
    if len(book.fonts) + len(book.codes) + len(book.raw_xfs) > limits.styles * 2:
        raise too_large("xls", len(book.raw_xfs), limits.styles)


def _short(data: bytes, at: int) -> str:
    if at >= len(data):
        raise damaged("xls")
    return Strings([data], at=at + 1).text(data[at])[0]


def _date_code(format: int, book: _Book) -> str | None:
    code = book.codes.get(format)
    if code is None:
        return builtin_date(format)
    return code if is_date_format(code) else None


def _shared(pieces: list[bytes], limits: Limits) -> list[tuple[str, tuple[Run, ...]]]:
    reader = Strings(pieces)
    reader.number(4)
    count = reader.number(4)
    if count > limits.shared_strings:
        raise too_large("xls", count, limits.shared_strings)
    texts = []
    for _ in range(count):
        length = reader.number(2)
        texts.append(reader.text(length))
    return texts


# -- sheets ------------------------------------------------------------------------------------------------------------


class _Substream:
    """Reads one sheet; thrown away afterwards."""

    def __init__(self, entry: _Entry, book: _Book, limits: Limits, spent: Spent) -> None:
        self.entry, self.book, self.limits, self.spent = entry, book, limits, spent
        self.cells: Cells = {}
        self.merges: list[Merge] = []
        self.protected = False
        self.cut: list[tuple[int, int]] = []
        self.count = 0
        self.pieces: list[bytes] = []
        self.waiting: tuple[int, int, int] | None = None
        """Place and format of a formula whose text comes in a record of its own."""

    def read(self, stream: bytes) -> Sheet:
        for record in self._own(records_of(stream, self.entry.at)):
            self._take(record)
        self.spent.cells += self.count
        self.spent.values += len(self.cells)
        if self.spent.cells > self.limits.cells:
            raise Refused("file.too_many_cells", sheet=self.entry.name, so_o=self.limits.cells)
        return Sheet(
            name=self.entry.name,
            state=self.entry.state,
            cells=self.cells,
            merges=tuple(self.merges),
            protected=self.protected,
        )

    def _own(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records of the sheet itself, without charts that lie in it. STRING comes with what continues it."""
        first = next(records, None)
        if first is None or first.id != BOF:
            raise damaged("xls", sheet=self.entry.name)
        if u16(first.data, 2) != _WORKSHEET:
            return  # an old macro sheet under a worksheet's entry
        depth = 1
        text: Record | None = None
        for record in records:
            if text is not None:
                if record.id == CONTINUE:
                    self.pieces.append(record.data)
                    continue
                yield text
                text = None
            if record.id == BOF:
                depth += 1
            elif record.id == EOF:
                depth -= 1
                if not depth:
                    return
            elif depth == 1 and record.id == STRING:
                text, self.pieces = record, [record.data]
            elif depth == 1:
                yield record
        raise Refused("file.truncated")

    def _take(self, record: Record) -> None:
        id, data, _ = record
        if id in _COUNTED:
            self._counted(1)
            if id != BLANK:
                self._cell(id, data)
        elif id == STRING:
            if self.waiting is not None:
                (row, column, xf), self.waiting = self.waiting, None
                reader = Strings(self.pieces)
                text, _ = reader.text(reader.number(2))
                del self.cells[row + 1, column + 1]
                self._put(row, column, xf, text, "text", formula=True)
        elif id == MULRK:
            row, first, count = u16(data, 0), u16(data, 2), (len(data) - 6) // 6
            self._counted(count)
            for i in range(count):
                value = _rk(u32(data, 4 + 6 * i + 2))
                self._put(row, first + i, u16(data, 4 + 6 * i), value, "number")
        elif id == MULBLANK:
            self._counted((len(data) - 6) // 2)
        elif id == MERGES:
            for i in range(u16(data, 0)):
                top, bottom, left, right = (u16(data, 2 + 8 * i + 2 * n) for n in range(4))
                if (top, left) != (bottom, right):
                    self.merges.append(
                        (min(top, bottom) + 1, min(left, right) + 1, max(top, bottom) + 1, max(left, right) + 1)
                    )
            if len(self.merges) > self.limits.merges:
                raise too_large(f"{self.entry.name}: merges", len(self.merges), self.limits.merges)
        elif id == PROTECT:
            self.protected = u16(data, 0) == 1

    def _cell(self, id: int, data: bytes) -> None:
        row, column, xf = u16(data, 0), u16(data, 2), u16(data, 4)
        if id == LABELSST:
            index = u32(data, 6)
            if index >= len(self.book.texts):
                raise self._broken(row, column)
            text, runs = self.book.texts[index]
            self._put(row, column, xf, text, "text", runs=runs)
        elif id == RK:
            self._put(row, column, xf, _rk(u32(data, 6)), "number")
        elif id == NUMBER:
            self._put(row, column, xf, self._double(row, column, data, 6), "number")
        elif id == BOOLERR:
            value = u16(data, 6)
            if value >> 8:
                self._put(row, column, xf, _ERRORS.get(value & 0xFF, "#"), "error")
            else:
                self._put(row, column, xf, value & 0xFF != 0, "bool")
        elif id == FORMULA:
            self._formula(row, column, xf, data)
        else:  # LABEL and RSTRING, whose runs follow the text: programs other than Excel write these
            text, _ = Strings([data], at=8).text(u16(data, 6))
            self._put(row, column, xf, text, "text")
            if len(text) == _CUT:
                self.cut.append((row + 1, column + 1))

    def _formula(self, row: int, column: int, xf: int, data: bytes) -> None:
        self.waiting = None
        if len(data) < 14:
            raise self._broken(row, column)
        if data[12:14] != b"\xff\xff":
            self._put(row, column, xf, self._double(row, column, data, 6), "number", formula=True)
        elif data[6] == 1:
            self._put(row, column, xf, data[8] != 0, "bool", formula=True)
        elif data[6] == 2:
            self._put(row, column, xf, _ERRORS.get(data[8], "#"), "error", formula=True)
        else:
            self._put(row, column, xf, "", "text", formula=True)
            if data[6] == 0:
                self.waiting = row, column, xf

    def _put(
        self,
        row: int,
        column: int,
        xf: int,
        value: str | float | bool,
        kind: CellKind,
        *,
        formula: bool = False,
        runs: tuple[Run, ...] = (),
    ) -> None:
        if value == "" and kind == "text" and not formula:
            return
        if column > 255 or (row + 1, column + 1) in self.cells:
            raise self._broken(row, min(column, 255))
        if isinstance(value, str) and len(value) > self.limits.string_chars:
            raise too_large(f"{self.entry.name}!{address(row + 1, column + 1)}", len(value), self.limits.string_chars)
        form = self.book.xfs[xf] if xf < len(self.book.xfs) else _PLAIN
        font, date = None, None
        if kind == "text":
            of_runs = self._font_of_runs(runs, value)
            font = form.font if of_runs is None else of_runs or None
        elif kind == "number" and form.date is not None:
            kind, date = "date", form.date
        self.cells[row + 1, column + 1] = RawCell(value, kind, formula, form.locked, font, date)
        if self.spent.values + len(self.cells) > self.limits.values:
            raise Refused("file.too_many_cells", sheet=self.entry.name, so_o=self.limits.values)

    def _font_of_runs(self, runs: tuple[Run, ...], value: object) -> str | None:
        if not runs:
            return None
        fonts = [self.book.font(run.font) for run in runs]
        return font_of_runs(fonts if runs[0].start == 0 else [None, *fonts])

    def _double(self, row: int, column: int, data: bytes, at: int) -> float:
        if at + 8 > len(data):
            raise self._broken(row, column)
        value: float = _DOUBLE.unpack_from(data, at)[0]
        if not math.isfinite(value):
            raise self._broken(row, column)
        return value

    def _counted(self, more: int) -> None:
        self.count += max(more, 0)
        if self.count > self.limits.cells_per_sheet:
            raise Refused("file.too_many_cells", sheet=self.entry.name, so_o=self.limits.cells_per_sheet)

    def _broken(self, row: int, column: int) -> Refused:
        return damaged("xls", sheet=self.entry.name, cell=address(row + 1, min(column, 255) + 1))


def _rk(packed: int) -> float:
    """A number in 30 bits: whole, or the upper half of a double; by a hundred if so marked."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        value = _DOUBLE.unpack(b"\0\0\0\0" + (packed & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    return value / 100 if packed & 1 else value

"""Bytes in, a Reading out: no path, no clock, no network, no exception for any bytes whatever."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.workbook.identity import META_WORD, normal_code
from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.read import parts
from lamtheo_xls.workbook.read.cells import Book, Spent, formats_by_style
from lamtheo_xls.workbook.read.foreign import Foreign
from lamtheo_xls.workbook.read.gate import LIMITS, Limits, Package, Refused, damaged, is_cut_off, open_package
from lamtheo_xls.workbook.read.reading import CodeMark, RawCell, Reading, Sheet, SignedMark
from lamtheo_xls.workbook.read.scan import read_quickly, strings_quickly
from lamtheo_xls.workbook.read.sniff import code_of_kind, is_cut_off_ole2, look

_GAP = r"[\s\-_.\u00ad\u2010-\u2015\u2212]{0,3}"
_GROUP = "[0-9A-TV-Za-tv-z]{5}"
_CODE = re.compile(f"(?<![0-9A-Za-z])[Ll][Tt]{_GAP}{_GROUP}{_GAP}{_GROUP}{_GAP}{_GROUP}{_GAP}{_GROUP}(?![0-9A-Za-z])")
_CODE_CHARS = 22
_LISTS = "_ds"
_NOTES = {"xlsm": "file.macros", "xls": "file.xls", "ods": "file.ods"}


def read_returned(data: bytes, limits: Limits = LIMITS, passwords: tuple[str, ...] = ()) -> Reading:
    """What a received file says, or what it is instead.

    `kind` is what `sniff` tells; of an encrypted .xlsx that could be opened, what is inside. For an .xlsx, .xlsm, .xls
    or .ods: sheets in their order with their raw cells (those passed over: `read=False`), every printable code, every
    signed payload, properties and the program that saved it. A file that is not read has exactly one finding of
    severity error, phase file; marks met before that are kept as hints. Others than .xlsx have an info that says so
    (file.macros, file.xls, file.ods). Nothing is raised, whatever the bytes; World only where no child can be started.

    `passwords` are tried on what is encrypted, after the one every program knows.
    """
    kind, directory = look(data)
    found = _Found()
    try:
        if kind == "encrypted":
            data = _decrypted(data, limits, passwords)
            kind, directory = look(data)
        if kind in ("xlsx", "xlsm"):
            _read(open_package(data, limits, directory), found)
        elif kind in ("xls", "ods") and not _is_cut_off(kind, data):
            _take(_foreign(kind, data, limits, passwords), found)
        else:
            raise Refused("file.truncated" if _is_cut_off(kind, data) else code_of_kind(kind), loai=kind)
    except Refused as refused:
        found.sheets = []
        found.findings = [
            finding(refused.code, sheet=refused.sheet, cell=refused.cell, value=refused.value, **refused.named)
        ]
    else:
        if kind in _NOTES:
            found.findings.append(finding(_NOTES[kind]))
    return Reading(
        kind=kind,
        sheets=tuple(found.sheets),
        codes=tuple(found.codes),
        signed=tuple(found.signed),
        properties=found.properties,
        producer=found.producer,
        date1904=found.date1904,
        findings=tuple(found.findings),
    )


class _Found:
    """What has been read so far; thrown away when the Reading is made."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.codes: list[CodeMark] = []
        self.signed: list[SignedMark] = []
        self.properties: dict[str, str] = {}
        self.producer = ""
        self.date1904 = False
        self.findings: list[Finding] = []


def _foreign(kind: str, data: bytes, limits: Limits, passwords: tuple[str, ...]) -> Foreign:
    from lamtheo_xls.workbook.read.guarded import read_foreign  # nearly every return is an .xlsx and needs no child

    return read_foreign(kind, data, limits, passwords)


def _decrypted(data: bytes, limits: Limits, passwords: tuple[str, ...]) -> bytes:
    from lamtheo_xls.workbook.read.guarded import decrypt

    return decrypt(data, limits, passwords)


def _is_cut_off(kind: str, data: bytes) -> bool:
    return (kind == "unknown" and is_cut_off_ole2(data)) or (data.startswith(b"PK\x03\x04") and is_cut_off(data))


def _read(package: Package, found: _Found) -> None:
    """Fills `found` from the package; Refused where reading ends."""
    limits = package.limits
    of_package = parts.relations(package, "")
    found.properties, found.producer = parts.hints(package, of_package)
    main = next((r.target for r in of_package.values() if r.kind == "officeDocument"), "xl/workbook.xml")
    entries, found.date1904 = parts.sheet_entries(package.part(main), main, limits)
    related = parts.relations(package, main)

    targets: list[tuple[parts.SheetEntry, str]] = []
    for entry in entries:
        relation = related.get(entry.rel)
        if relation is None:
            raise damaged(main, sheet=entry.name)
        if relation.kind == "worksheet":  # chart and dialog sheets have no cells of ours
            targets.append((entry, relation.target))
    if not targets:
        raise Refused("file.not_spreadsheet")

    book = _book(package, related, found.date1904)
    spent = Spent()
    _pick(
        [(entry.name, entry.state) for entry, _ in targets],
        lambda index: _sheet(package, *targets[index], book, spent),
        found,
    )


def _take(book: Foreign, found: _Found) -> None:
    """Fills `found` from a workbook that its own reader has read."""
    found.properties, found.producer, found.date1904 = dict(book.properties), book.producer, book.date1904
    _pick([(sheet.name, sheet.state) for sheet in book.sheets], lambda index: book.sheets[index], found)
    read = {sheet.name: sheet for sheet in found.sheets if sheet.read}
    for name, row, column in book.cut:
        if name in read:
            text = _text(read[name].cells.get((row, column)))
            found.findings.append(
                finding("file.text_cut", sheet=name, cell=address(row, column), value=f"… {text[-30:]}", so=len(text))
            )


def _pick(entries: Sequence[tuple[str, str]], read: Callable[[int], Sheet], found: _Found) -> None:
    """Reads the sheets a unit fills in, and the others only where those carry no code; gathers the marks.

    `entries`: name and state of each sheet.
    """
    sheets: dict[int, Sheet] = {}
    marked = False
    for index, (name, _) in enumerate(entries):
        if _plain(name) not in _auxiliary():
            sheets[index] = sheet = read(index)
            signed = _signed_in(sheet)
            codes = _codes_in(sheet)
            found.codes += codes
            if signed is not None:
                found.signed.append(signed)
            elif codes:
                marked = True
    for index, (name, state) in enumerate(entries):
        if index not in sheets:
            if marked:
                sheets[index] = Sheet(name=name, state=state, cells={}, read=False)
            else:
                sheets[index] = sheet = read(index)
                found.codes += _codes_in(sheet)
                signed = _signed_in(sheet)
                found.signed += [signed] if signed is not None else []
    found.sheets = [sheets[index] for index in range(len(entries))]


def _book(package: Package, related: Mapping[str, parts.Relation], date1904: bool) -> Book:
    """What the cells point at. A workbook without shared strings or formats is whole; one whose part is gone is not."""
    target = {r.kind: r.target for r in related.values()}
    strings, formats = parts.Strings(), tuple[parts.Xf, ...]()
    if "sharedStrings" in target:
        name = target["sharedStrings"]
        strings = strings_quickly(package.part(name), name, package.limits)
    if "styles" in target:
        name = target["styles"]
        formats = parts.cell_formats(package.part(name), name, package.limits)
    return Book(strings=strings, formats=formats_by_style(formats), date1904=date1904, limits=package.limits)


def _sheet(package: Package, entry: parts.SheetEntry, target: str, book: Book, spent: Spent) -> Sheet:
    content = read_quickly(package.part(target), entry.name, book, spent)
    return Sheet(
        name=entry.name,
        state=entry.state,
        cells=content.cells,
        merges=tuple(content.merges),
        protected=content.protected,
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


@cache
def _auxiliary() -> frozenset[str]:
    """Names of the sheets that hold nothing a unit fills in: read only when no filled sheet is found without them."""
    return frozenset((*(_plain(say(f"workbook.sheet.{key}")) for key in ("print", "guide", "fix")), _LISTS))


def _codes_in(sheet: Sheet) -> list[CodeMark]:
    """Every printable code on the sheet, among other words too, as it stands."""
    found: list[CodeMark] = []
    for (row, column), cell in sheet.cells.items():
        value = cell.value
        if isinstance(value, str) and len(value) >= _CODE_CHARS:
            for match in _CODE.finditer(value):
                if normal_code(match[0]) is not None:
                    found.append(CodeMark(match[0], sheet.name, address(row, column)))
    return found


def _signed_in(sheet: Sheet) -> SignedMark | None:
    """The signed payload of a sheet whose first cell is the fixed word, whatever its name and state; '' for the
    payload or tag that is gone."""
    if _text(sheet.cells.get((1, 1))).strip().casefold() != META_WORD.casefold():
        return None
    pieces: list[str] = []
    while piece := _text(sheet.cells.get((len(pieces) + 2, 1))):
        pieces.append(piece)
    tag = _text(sheet.cells.get((2, 2))).strip()
    return SignedMark("".join(pieces), tag, f"{sheet.name}!A2")


def _text(cell: RawCell | None) -> str:
    return cell.value if cell is not None and isinstance(cell.value, str) else ""

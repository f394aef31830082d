"""The parts of a package around its sheets, as values: which sheets there are, shared strings, formats, properties.

Each function takes the inflated bytes of a part. Parts that copies of one issued workbook have in common are parsed
once: a small bounded memory keyed by their bytes (the same bytes always give the same value).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from lamtheo_xls.workbook.read.gate import Limits, Package, Refused, local, parse_xml, too_large

_SMALL = 128 * 1024  # only parts up to this size are remembered
_MEMORY = 32
_HINT = 512 * 1024  # properties in a part larger than this are not looked at


class SheetEntry(NamedTuple):
    """One `<sheet>` of the workbook part; `rel` leads to its part."""

    name: str
    state: str
    rel: str


class Relation(NamedTuple):
    """One relationship inside the package; `kind` is the last word of its type, `target` a plain part name."""

    kind: str
    target: str


class Xf(NamedTuple):
    """What a cell format says of reading: locked, its number format where that shows a date, its font where legacy."""

    locked: bool = True
    date: str | None = None
    font: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strings:
    """Shared strings by index; `fonts` only where a string has runs: a legacy font name, or '' when all runs name
    other fonts."""

    texts: tuple[str, ...] = ()
    fonts: Mapping[int, str] = field(default_factory=dict)


# --- relationships -------------------------------------------------------------------------------------------------


def relations(package: Package, source: str) -> Mapping[str, Relation]:
    """Relationships of the part `source` ('' = of the package) by id. External targets are left out, never fetched."""
    folder, _, base = source.rpartition("/")
    name = (f"{folder}/" if folder else "") + f"_rels/{base}.rels"
    if not package.has(name):
        return {}
    xml = package.part(name)
    return (_relations_kept if len(xml) <= _SMALL else _relations)(xml, folder, name)


def _relations(xml: bytes, folder: str, name: str) -> Mapping[str, Relation]:
    found: dict[str, Relation] = {}

    def start(tag: str, attrs: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attrs.get("TargetMode") != "External":
            target = plain_target(attrs.get("Target", ""), folder)
            if target is not None:
                found[attrs.get("Id", "")] = Relation(attrs.get("Type", "").rpartition("/")[2], target)

    parse_xml(xml, name, start=start)
    return found


_relations_kept = lru_cache(maxsize=_MEMORY)(_relations)


def plain_target(target: str, folder: str) -> str | None:
    """A relationship target as a part name: absolute or from `folder`, backslashes and %20 forgiven; None when it
    leads out of the package."""
    target = unquote(target.replace("\\", "/").partition("#")[0])
    steps: list[str] = [] if target.startswith("/") else [s for s in folder.split("/") if s]
    for step in target.split("/"):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


# --- the workbook part ---------------------------------------------------------------------------------------------


def sheet_entries(xml: bytes, part: str, limits: Limits) -> tuple[tuple[SheetEntry, ...], bool]:
    """The sheets in their order, and whether dates count from 1904."""
    return (_sheet_entries_kept if len(xml) <= _SMALL else _sheet_entries)(xml, part, limits)


def _sheet_entries(xml: bytes, part: str, limits: Limits) -> tuple[tuple[SheetEntry, ...], bool]:
    found: list[SheetEntry] = []
    date1904 = False

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal date1904
        tag = local(tag)
        if tag == "sheet":
            rel = next((v for k, v in attrs.items() if k.endswith(":id")), "")
            found.append(SheetEntry(attrs.get("name", ""), attrs.get("state", "visible"), rel))
            if len(found) > limits.sheets:
                raise too_large(part, len(found), limits.sheets)
        elif tag == "workbookPr":
            date1904 = is_true(attrs.get("date1904"), date1904)  # Excel adds a second one, without it, as an extension

    parse_xml(xml, part, start=start)
    return tuple(found), date1904


_sheet_entries_kept = lru_cache(maxsize=_MEMORY)(_sheet_entries)


def is_true(text: str | None, default: bool) -> bool:
    """An XML boolean: '1', 'true', 'on' are true; `default` where the attribute is absent."""
    return default if text is None else text.strip().lower() in ("1", "true", "on")


# --- shared strings ------------------------------------------------------------------------------------------------

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LEGACY_FONT = re.compile(r"\.vn|vni", re.IGNORECASE)


def plain_text(text: str) -> str:
    """Text as it was typed: `_xHHHH_` decoded once, CRLF made LF, halves of a character that stand alone replaced."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
        if any("\ud800" <= c <= "\udfff" for c in text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n") if "\r" in text else text


def legacy_font(name: str | None) -> str | None:
    """The name where it is a TCVN3 (`.VnTime`) or VNI font, else None."""
    return name if name and _LEGACY_FONT.match(name) else None


def font_of_runs(fonts: list[str | None]) -> str | None:
    """What the fonts of a text's runs (None: a run without one) say: a legacy name, '' when every run names another
    font, None when the cell's own font decides."""
    if not fonts:
        return None
    legacy = next((f for f in fonts if legacy_font(f)), None)
    return legacy if legacy else None if None in fonts else ""


def shared_strings(xml: bytes, part: str, limits: Limits) -> Strings:
    """The shared strings: runs put together, phonetic readings left out."""
    texts: list[str] = []
    fonts: dict[int, str] = {}
    pieces: list[str] = []
    runs: list[str | None] = []
    in_text = in_item = False
    phonetic = 0

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal in_text, in_item, phonetic
        tag = local(tag)
        if tag == "t":
            in_text = in_item and not phonetic
        elif tag == "si":
            in_item = True
            pieces.clear()
            runs.clear()
        elif tag == "r":
            runs.append(None)
        elif tag == "rFont" and runs:
            runs[-1] = attrs.get("val")
        elif tag == "rPh":
            phonetic += 1

    def end(tag: str) -> None:
        nonlocal in_text, in_item, phonetic
        tag = local(tag)
        if tag == "t":
            in_text = False
        elif tag == "si":
            in_item = False
            text = "".join(pieces)
            if len(text) > limits.string_chars:
                raise too_large(part, len(text), limits.string_chars)
            font = font_of_runs(runs)
            if font is not None:
                fonts[len(texts)] = font
            texts.append(plain_text(text))
            if len(texts) > limits.shared_strings:
                raise too_large(part, len(texts), limits.shared_strings)
        elif tag == "rPh":
            phonetic -= 1

    def text(data: str) -> None:
        if in_text:
            pieces.append(data)

    parse_xml(xml, part, start=start, end=end, text=text)
    return Strings(texts=tuple(texts), fonts=fonts)


# --- formats -------------------------------------------------------------------------------------------------------

_DATES = {
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy/m/d"),  # dates of East Asian programs, each its own way
    14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "m/d/yy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
}  # fmt: skip
_NOT_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.IGNORECASE)


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time: letters of dates outside quotes, escapes and brackets."""
    return re.search(r"[dmhysDMHYS]", _NOT_A_DATE.sub("", code.split(";")[0])) is not None and code != "General"


def builtin_date(number: int) -> str | None:
    """The code of a number format every program knows by its number, where that shows a date or a time."""
    return _DATES.get(number)


def cell_formats(xml: bytes, part: str, limits: Limits) -> tuple[Xf, ...]:
    """The formats cells point at (`cellXfs`), in order.

    A format's own protection counts. Where it has none it is locked, unless it says `applyProtection="0"` outright:
    then its named style's (`cellStyleXfs`) counts, as Excel, which writes all of it, and LibreOffice agree.
    """
    return (_cell_formats_kept if len(xml) <= _SMALL else _cell_formats)(xml, part, limits)


def _cell_formats(xml: bytes, part: str, limits: Limits) -> tuple[Xf, ...]:
    section = ""
    depth = 0
    fonts: list[str | None] = []
    codes: dict[str, str] = {}
    named: list[dict[str, str]] = []
    used: list[dict[str, str]] = []

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal section, depth
        tag = local(tag)
        depth += 1
        if depth == 2:
            section = tag
        elif section == "fonts":
            if tag == "font":
                fonts.append(None)
            elif tag == "name" and fonts:
                fonts[-1] = attrs.get("val")
        elif section == "numFmts":
            if tag == "numFmt":
                codes[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif section in ("cellXfs", "cellStyleXfs"):
            xfs = used if section == "cellXfs" else named
            if tag == "xf":
                xfs.append(attrs)
                if len(xfs) > limits.styles:
                    raise too_large(part, len(xfs), limits.styles)
            elif tag == "protection" and xfs:
                xfs[-1] = {**xfs[-1], "locked": attrs.get("locked", "1")}

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1

    parse_xml(xml, part, start=start, end=end)

    def locked(xf: dict[str, str]) -> bool:
        if "locked" not in xf and not is_true(xf.get("applyProtection"), True):
            parent = _index(xf.get("xfId", "0"))
            if parent < len(named):
                return is_true(named[parent].get("locked"), True)
        return is_true(xf.get("locked"), True)

    def date(number: str) -> str | None:
        code = codes.get(number)
        if code is not None:
            return code if is_date_format(code) else None
        return builtin_date(_index(number))

    def font(number: str) -> str | None:
        return legacy_font(fonts[_index(number)]) if _index(number) < len(fonts) else None

    return tuple(Xf(locked(x), date(x.get("numFmtId", "0")), font(x.get("fontId", "0"))) for x in used)


_cell_formats_kept = lru_cache(maxsize=_MEMORY)(_cell_formats)


def _index(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1 << 30


# --- properties ----------------------------------------------------------------------------------------------------


def texts_in(xml: bytes, part: str, wanted: frozenset[str]) -> dict[str, str]:
    """The text of the first element of each wanted (local) name: `{"subject": …}`."""
    found: dict[str, str] = {}
    name = ""

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal name
        tag = local(tag)
        name = tag if tag in wanted and tag not in found else ""
        if name:
            found[name] = ""

    def end(tag: str) -> None:
        nonlocal name
        name = ""

    def text(data: str) -> None:
        if name:
            found[name] += data

    parse_xml(xml, part, start=start, end=end, text=text)
    return {k: plain_text(v.strip()) for k, v in found.items()}


def custom_texts(xml: bytes, part: str) -> dict[str, str]:
    """The custom properties that are text, by name."""
    found: dict[str, str] = {}
    name: str | None = None
    taking = False

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal name, taking
        tag = local(tag)
        if tag == "property":
            name = attrs.get("name")
        taking = name is not None and tag in ("lpwstr", "lpstr", "bstr")

    def end(tag: str) -> None:
        nonlocal taking
        taking = False

    def text(data: str) -> None:
        if taking and name is not None:
            found[name] = found.get(name, "") + data

    parse_xml(xml, part, start=start, end=end, text=text)
    return {k: plain_text(v) for k, v in found.items()}


@lru_cache(maxsize=_MEMORY)
def _producer(xml: bytes, name: str) -> str:
    return texts_in(xml, name, frozenset(("Application",))).get("Application", "")[:100]


def hints(package: Package, found: Mapping[str, Relation]) -> tuple[dict[str, str], str]:
    """Properties (subject, description, custom texts) and the program named in them. They are hints only: a broken
    part gives none. A DOCTYPE in them is refused all the same."""
    properties: dict[str, str] = {}
    producer = ""
    for relation in found.values():
        kind, name = relation
        if not kind.endswith("-properties") or not 0 < package.size(name) <= _HINT:
            continue
        try:
            xml = package.part(name)
            if kind == "core-properties":
                properties |= texts_in(xml, name, frozenset(("subject", "description")))
            elif kind == "custom-properties":
                properties = custom_texts(xml, name) | properties
            elif kind == "extended-properties":
                producer = _producer(xml, name)
        except Refused as refused:
            if refused.code != "file.damaged":
                raise
    return {k[:255]: v[:32767] for k, v in properties.items() if v}, producer

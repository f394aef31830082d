"""Owns the parts of an .xlsx as a zip: what XlsxWriter cannot say is put in here, and the order and dates are fixed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

_FIXED = (1980, 1, 1, 0, 0, 0)
_ORDER = (
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/",
    "xl/theme/",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/",
    "docProps/",
)
_XF = re.compile(r"<xf ([^>]*?)(?:/>|>(.*?)</xf>)", re.S)
_COLUMNS = re.compile(r'(<cols>.*<col min="\d+" max="(\d+)"[^>]*? style="(\d+)"[^>]*/>)</cols>')
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_EMPTY_TEXT = re.compile(r"<c ([^>]*)><f([^>]*)>([^<]*)</f><v></v></c>")


def held(text: str) -> str:
    """Text as a cell holds it: `_xHHHH_` for what XML cannot say, and for what only looks like that."""
    if text.isprintable() and "_x" not in text:
        return text
    return _CONTROL.sub(lambda m: f"_x{ord(m.group(0)):04X}_", text)


def finish(data: bytes, growing: Mapping[int, frozenset[int]]) -> dict[str, bytes]:
    """XlsxWriter's output made ours: locks explicit, *Normal* open, structure locked, formulas' blank texts typed.

    `growing`: sheet number → rows whose height follows their text. Out come the parts by name, in order.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in sorted(source.namelist(), key=_rank)}
    parts["xl/styles.xml"] = _locks(parts["xl/styles.xml"].decode()).encode()
    parts["xl/workbook.xml"] = _structure(parts["xl/workbook.xml"].decode()).encode()
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            rows = growing.get(int(re.sub(r"\D", "", name)), frozenset())
            parts[name] = _sheet(parts[name].decode(), rows).encode()
    return parts


def pack(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a zip in their order with fixed dates: same parts, same bytes (for one zlib)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _FIXED)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            target.writestr(info, content)
    return buffer.getvalue()


def _rank(name: str) -> tuple[int, str]:
    return next((i for i, start in enumerate(_ORDER) if name.startswith(start)), len(_ORDER)), name


def _locks(xml: str) -> str:
    """Every cell format says whether it is locked; *Normal* is open, so that pasted cells stay open too."""
    head, rest = xml.split("<cellStyleXfs", 1)
    style_xfs, rest = rest.split("</cellStyleXfs>", 1)
    between, rest = rest.split("<cellXfs", 1)
    cell_xfs, tail = rest.split("</cellXfs>", 1)
    style_xfs = _XF.sub(lambda m: _locked(m, normal=True), style_xfs)
    first = True

    def each(m: re.Match[str]) -> str:
        nonlocal first
        normal, first = first, False
        return _locked(m, normal=normal)

    cell_xfs = _XF.sub(each, cell_xfs)
    return f"{head}<cellStyleXfs{style_xfs}</cellStyleXfs>{between}<cellXfs{cell_xfs}</cellXfs>{tail}"


def _locked(m: re.Match[str], *, normal: bool) -> str:
    attributes, inner = m.group(1).strip(), m.group(2) or ""
    is_open = normal or 'locked="0"' in inner
    inner = re.sub(r"<protection[^>]*/>", "", inner)
    if "applyProtection" not in attributes:
        attributes += ' applyProtection="1"'
    return f'<xf {attributes}>{inner}<protection locked="{0 if is_open else 1}"/></xf>'


def _structure(xml: str) -> str:
    return xml.replace("<bookViews>", '<workbookProtection lockStructure="1"/><bookViews>', 1)


def _to_the_edge(m: re.Match[str]) -> str:
    """The style of the last column goes on to the last there is; XlsxWriter would count those as used."""
    columns, last, style = m.groups()
    return f'{columns}<col min="{int(last) + 1}" max="16384" width="9.140625" style="{style}"/></cols>'


def _sheet(xml: str, growing: frozenset[int]) -> str:
    xml = _COLUMNS.sub(_to_the_edge, xml, count=1)
    xml = _EMPTY_TEXT.sub(r'<c \1 t="str"><f\2>\3</f><v></v></c>', xml)
    xml = xml.replace(' t="e"><f>', ' t="str"><f>')  # a unit's text that only reads like an error
    if not growing:
        return xml

    def row(m: re.Match[str]) -> str:
        text = m.group(0)
        return text.replace(' customHeight="1"', "") if int(m.group(1)) in growing else text

    return re.sub(r'<row r="(\d+)"[^>]*>', row, xml)


FIXED_DOS_DATE = (0, (1 << 5) | 1)
"""Time and date of every entry: 1 January 1980, midnight."""

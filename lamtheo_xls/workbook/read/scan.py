"""The quick way through sheets and shared strings written as nearly every program writes them.

Each function gives exactly what the slow way (expat with a call for every tag) gives, or None: then the slow way is
taken. The proof is in the steps: expat itself says that the part is well-formed; without `<!` and `<?` every `<` then
begins a tag; and the patterns must account for every character between the first row and the last, with nothing but
plain cells between. Whatever else there is – prefixes, addresses left out, runs, arrays, comments – gives None.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from lamtheo_xls.workbook.read.cells import Book, Cells, Content, Spent, area_of, cell_of, read_content
from lamtheo_xls.workbook.read.gate import Limits
from lamtheo_xls.workbook.read.parts import Strings, plain_text, shared_strings
from lamtheo_xls.workbook.read.reading import RawCell

_QUICK = 4 * 1024 * 1024  # larger parts go the slow way: it holds less in memory
_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_HEAD = re.compile(rb'(<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?(?: standalone="yes")? ?\?>)?\s*<')
_SST_HEAD = re.compile(r'(?:<\?xml[^<>]*\?>)?\s*<sst(?: [\w:.]+="[^"<>]*")*>\s*')
_ATTRS = r'(?: [\w:.]++="[^"<>]*+")*+'
_TOKEN = re.compile(
    r'(<c r="([A-Z]{1,2})([1-9][0-9]{0,5})"(?: s="([0-9]++)")?+(?: t="([A-Za-z]++)")?+'
    rf"(?:/>|>(<f{_ATTRS}(?:/>|>[^<]*+</f>))?+"
    r'(<v>[^<]*+</v>|<is><t(?: xml:space="preserve")?+>[^<]*+</t></is>)?+</c>)'
    rf'|</row>|<row r="[1-9][0-9]{{0,5}}"{_ATTRS}/?>)'
)
_MERGE = re.compile(rb'<mergeCell ref="([A-Z0-9:]{2,21})"/>')
_PROTECTION = re.compile(rb'<sheetProtection((?: [\w:.]++="[^"<>]*+")*+)/>')
_SHEET_ATTR = re.compile(rb' sheet="(0|1|true|false)"')
_MANY = re.compile(r'^<f[^>]* t="(?:array|dataTable)"')
_STRING = re.compile(r'\s*<si>(?:<t(?: xml:space="preserve")?>([^<]*)</t>|<t(?: xml:space="preserve")?/>)')
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def _columns() -> dict[str, int]:
    letters = [chr(65 + i) for i in range(26)]
    names = letters + [a + b for a in letters for b in letters]
    return {name: i for i, name in enumerate(names, 1)}


_COLUMN = _columns()
_new = tuple.__new__  # a third of the time of RawCell(…), and there are two hundred to a form


def read_quickly(xml: bytes, sheet: str, book: Book, spent: Spent) -> Content:
    """What `read_content` gives, quicker where that is possible."""
    content = quick_content(xml, sheet, book, spent)
    return content if content is not None else read_content(xml, sheet, book, spent)


def quick_content(xml: bytes, sheet: str, book: Book, spent: Spent) -> Content | None:
    """What `read_content` gives, or None where the part is not of the plain kind or anything at all is wrong in it."""
    begin = xml.find(_OPEN) + len(_OPEN)
    stop = xml.find(_CLOSE)
    if begin < len(_OPEN) or stop < begin or xml.count(_OPEN) != 1 or not _is_plain(xml):
        return None
    count = xml.count(b"<c ", begin, stop)
    limits = book.limits
    if count > limits.cells_per_sheet or spent.cells + count > limits.cells:
        return None
    cells = _cells(xml[begin:stop].decode(), book)
    if cells is None or spent.values + len(cells) > limits.values:
        return None
    content = _around(xml[:begin] + xml[stop:], limits)
    if content is None:
        return None
    content.cells = cells
    spent.cells += count
    spent.values += len(cells)
    return content


def _around(xml: bytes, limits: Limits) -> Content | None:
    """Merges and protection, from what stands before and after the rows."""
    content = Content()
    refs = _MERGE.findall(xml)
    protections = _PROTECTION.findall(xml)
    named = xml.count(b"mergeCell") - xml.count(b"mergeCells"), xml.count(b"sheetProtection"), xml.count(b"sheetData")
    if named != (len(refs), len(protections), 2) or len(refs) > limits.merges or len(protections) > 1:
        return None
    for ref in refs:
        area = area_of(ref.decode())
        if area is None:
            return None
        if area[:2] != area[2:]:
            content.merges.append(area)
    for attributes in protections:
        said = _SHEET_ATTR.findall(attributes)
        if attributes.count(b"sheet=") != len(said):
            return None
        content.protected = said in ([b"1"], [b"true"])
    return content


def _is_plain(xml: bytes) -> bool:
    """Well-formed UTF-8 of moderate size in which every `<` begins a tag and no line end needs mending."""
    head = _HEAD.match(xml)
    if head is None or len(xml) > _QUICK or b"<!" in xml or xml.count(b"<?") != (head[1] is not None):
        return False
    if b"\r" in xml[head.end() :]:
        return False
    try:
        expat.ParserCreate().Parse(xml, True)
    except expat.ExpatError:
        return False
    return True


def _cells(text: str, book: Book) -> Cells | None:
    tokens = _TOKEN.findall(text)
    if sum([len(token[0]) for token in tokens]) != len(text):  # something lies between
        return None
    cells: Cells = {}
    limit, columns, formats, texts = book.limits.string_chars, _COLUMN, book.formats, book.strings.texts
    simple = not book.strings.fonts
    in_row = False
    for whole, letters, number, style, kind, formula, content in tokens:
        if not letters:
            if in_row is not (whole == "</row>"):
                return None
            in_row = not in_row and not whole.endswith("/>")
            continue
        if not in_row:
            return None
        if not content and not formula:
            continue
        form = formats.get(style)
        if form is None:
            return None
        inline = content.startswith("<is>")
        value = content[content.index(">", 5) + 1 : -9] if inline else content[3:-4]
        short = not inline and len(value) < 10 and value.isdecimal() and value.isascii() and "t=" not in formula
        if short and kind == "s" and simple and not formula:  # nearly all texts
            index = int(value)
            if index >= len(texts):
                return None
            if not texts[index]:
                continue
            cell: RawCell = _new(RawCell, (texts[index], "text", False, form.locked, form.font, None))
        elif short and not kind and form.date is None:  # nearly all numbers
            cell = _new(RawCell, (float(value), "number", formula != "", form.locked, None, None))
        else:
            if "&" in value:
                value = _ENTITY.sub(_character, value)
            made = cell_of(kind or "n", value, style, [], inline, bool(formula), book)
            if made is None or len(value) > limit or (formula and _MANY.match(formula)):
                return None
            if made.value == "" and not formula:
                continue
            cell = made
        spot = (int(number), columns[letters])
        if spot in cells:
            return None
        cells[spot] = cell
    return None if in_row else cells


def _character(match: re.Match[str]) -> str:
    code, decimal, name = match.groups()
    return _NAMED[name] if name else chr(int(code, 16) if code else int(decimal))


def strings_quickly(xml: bytes, part: str, limits: Limits) -> Strings:
    """What `shared_strings` gives, quicker where that is possible."""
    found = quick_strings(xml, limits)
    return found if found is not None else shared_strings(xml, part, limits)


def quick_strings(xml: bytes, limits: Limits) -> Strings | None:
    """The shared strings where every one is a single plain text, else None."""
    if not _is_plain(xml):
        return None
    text = xml.decode()
    head = _SST_HEAD.match(text)
    if head is None:
        return None
    *items, rest = text[head.end() :].split("</si>")
    if rest.strip() != "</sst>" or len(items) > limits.shared_strings:
        return None
    texts: list[str] = []
    for item in items:
        found = _STRING.fullmatch(item)
        if found is None:
            return None
        content = found[1] or ""
        if "&" in content:
            content = _ENTITY.sub(_character, content)
        if len(content) > limits.string_chars:
            return None
        texts.append(plain_text(content))
    return Strings(texts=tuple(texts))

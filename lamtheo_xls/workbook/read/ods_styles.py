"""What the styles of an OpenDocument file say of reading: locks, date formats, legacy fonts, hidden sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lamtheo_xls.workbook.read.gate import Limits, parse_xml, too_large
from lamtheo_xls.workbook.read.parts import Xf, legacy_font

_DEPTH = 20  # styles inherit from one another; no program nests them deeper
_PARTS = {  # element → its letters in a number format, short and long
    "number:day": ("d", "dd"),
    "number:day-of-week": ("ddd", "dddd"),
    "number:year": ("yy", "yyyy"),
    "number:hours": ("h", "hh"),
    "number:minutes": ("m", "mm"),
    "number:seconds": ("s", "ss"),
}


class _Style(NamedTuple):
    """A cell style as written; None where it leaves that to its parent."""

    parent: str
    data: str
    locked: bool | None = None
    font: str | None = None


@dataclass(slots=True)
class Styles:
    """Filled by `read_styles`, from `styles.xml` first and then from `content.xml`."""

    cells: dict[str, _Style] = field(default_factory=dict)
    faces: dict[str, str] = field(default_factory=dict)
    """Font face name → the font it stands for."""
    dates: dict[str, str] = field(default_factory=dict)
    """Date and time styles → number format (`dd/mm/yyyy`)."""
    text_fonts: dict[str, str] = field(default_factory=dict)
    """Styles of runs of text → font."""
    hidden_tables: set[str] = field(default_factory=set)
    formats: dict[str, Xf] = field(default_factory=dict)
    """Cell styles already followed through their parents."""

    def cell_format(self, name: str) -> Xf:
        """What a cell of this style is: locked unless told otherwise, as everywhere."""
        if name not in self.formats:
            self.formats[name] = self._followed(name)
        return self.formats[name]

    def _followed(self, name: str) -> Xf:
        locked: bool | None = None
        font: str | None = None
        data = ""
        for _ in range(_DEPTH):
            style = self.cells.get(name)
            if style is None:
                break
            locked = style.locked if locked is None else locked
            font = style.font if font is None else font
            data = data or style.data
            name = style.parent
        whole = self.cells.get("", _Style("", ""))  # what the file says of cells in general
        locked = whole.locked if locked is None else locked
        font = whole.font if font is None else font
        return Xf(locked is not False, self.dates.get(data), legacy_font(font))


def read_styles(xml: bytes, part: str, styles: Styles, limits: Limits) -> None:
    """Adds the styles a part defines. Refused: file.entity, file.damaged, file.too_large."""
    name = family = parent = data = ""
    locked: bool | None = None
    font: str | None = None
    hidden = False
    date = ""
    letters: list[str] = []
    literal = False

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal name, family, parent, data, locked, font, hidden, date, literal
        if tag in ("style:style", "style:default-style"):
            name = attrs.get("style:name", "") if tag == "style:style" else ""
            family = attrs.get("style:family", "")
            parent, data = attrs.get("style:parent-style-name", ""), attrs.get("style:data-style-name", "")
            locked = font = None
            hidden = False
        elif tag == "style:font-face":
            styles.faces[attrs.get("style:name", "")] = attrs.get("svg:font-family", "")
        elif tag == "style:table-cell-properties" and "style:cell-protect" in attrs:
            locked = "protected" in attrs["style:cell-protect"]
        elif tag == "style:text-properties":
            named = attrs.get("style:font-name")
            font = styles.faces.get(named, named) if named else attrs.get("fo:font-family")
            font = font.strip("'\" ") if font else None
        elif tag == "style:table-properties":
            hidden = attrs.get("table:display") == "false"
        elif tag in ("number:date-style", "number:time-style"):
            date = attrs.get("style:name", "")
            letters.clear()
        elif date:
            long = attrs.get("number:style") == "long"
            if tag == "number:month":
                textual = attrs.get("number:textual") == "true"
                letters.append(("mmmm" if long else "mmm") if textual else ("mm" if long else "m"))
            elif tag == "number:am-pm":
                letters.append("AM/PM")
            elif tag in _PARTS:
                letters.append(_PARTS[tag][long])
            literal = tag == "number:text"

    def end(tag: str) -> None:
        nonlocal date, literal, family
        literal = False
        if tag in ("number:date-style", "number:time-style"):
            styles.dates[date] = "".join(letters)[:255]
            date = ""
        elif tag in ("style:style", "style:default-style"):
            if family == "table-cell":
                styles.cells[name] = _Style(parent, data, locked, font)
            elif family == "text" and font is not None:
                styles.text_fonts[name] = font
            elif family == "table" and hidden:
                styles.hidden_tables.add(name)
            family = ""
            if len(styles.cells) + len(styles.text_fonts) > limits.styles:
                raise too_large(part, len(styles.cells) + len(styles.text_fonts), limits.styles)

    def text(data: str) -> None:
        if literal:
            letters.append(f'"{data}"' if any(c.isalpha() for c in data) else data)

    parse_xml(xml, part, start=start, end=end, text=text)

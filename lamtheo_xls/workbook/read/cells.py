"""The cells of one sheet part: sparse (a far cell is one cell), streamed through expat, counted while they come."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.read.gate import Limits, Refused, damaged, local, parse_xml, too_large
from lamtheo_xls.workbook.read.parts import Strings, Xf, font_of_runs, is_true, plain_text
from lamtheo_xls.workbook.read.reading import CellKind, RawCell

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
Cells = dict[tuple[int, int], RawCell]
Merge = tuple[int, int, int, int]

_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")
_ARRAY_STEPS = 1_000_000
_PLAIN = Xf()
_TEXT_KINDS = ("s", "str", "inlineStr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What cells of every sheet point at. `formats`: by the text of a cell's `s`, '' where it has none."""

    strings: Strings
    formats: Mapping[str, Xf]
    date1904: bool
    limits: Limits


def formats_by_style(formats: tuple[Xf, ...]) -> Mapping[str, Xf]:
    """The cell formats under the texts cells name them by; without any, cells have the plain one."""
    known = formats or (_PLAIN,)
    return {"": known[0], **{str(i): xf for i, xf in enumerate(known)}}


@dataclass(slots=True, kw_only=True)
class Spent:
    """Cells met so far in the workbook, with and without a value."""

    cells: int = 0
    values: int = 0


@dataclass(slots=True, kw_only=True)
class Content:
    """What one sheet part holds."""

    cells: Cells = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    protected: bool = False


def spot_of(ref: str) -> tuple[int, int] | None:
    """'D11' → (11, 4); None where it is no address on a sheet."""
    match = _REF.fullmatch(ref)
    if match is None:
        return None
    row, column = int(match[2]), _column(match[1])
    return (row, column) if 1 <= row <= MAX_ROW and column <= MAX_COLUMN else None


def _column(letters: str) -> int:
    column = 0
    for char in letters.upper():
        column = column * 26 + ord(char) - 64
    return column


def area_of(ref: str) -> Merge | None:
    """'A1:C2' → (1, 1, 2, 3), corners put in order; a single cell is an area too; None where it is neither."""
    first, _, last = ref.partition(":")
    one, two = spot_of(first), spot_of(last or first)
    if one is None or two is None:
        return None
    return min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1])


def read_content(xml: bytes, sheet: str, book: Book, spent: Spent) -> Content:
    """The cells that have a value or a formula, the merges and whether the sheet is protected.

    Rows and cells without an address are counted on from the one before. Refused: file.damaged for anything not
    known (an address off the sheet, a string that is not there, a number that is none, one address twice),
    file.too_many_cells, file.too_large.
    """
    limits = book.limits
    content = Content()
    cells = content.cells
    arrays: list[Merge] = []
    count = row = column = 0
    in_data = in_row = in_cell = taking = formula = has_value = inline = False
    skipping = 0
    kind = style = ""
    pieces: list[str] = []
    runs: list[str | None] = []

    def broken(value: str | None = None) -> Refused:
        return damaged("sheet", sheet=sheet, cell=address(row, column) if row and column else None, value=value)

    def begin_row(attrs: dict[str, str]) -> None:
        nonlocal row, column, in_row
        if in_row:
            raise broken()
        ref = attrs.get("r")
        if ref is None:
            row += 1
        elif ref.isascii() and ref.isdigit() and len(ref) < 8:
            row = int(ref)
        else:
            raise broken(ref)
        if not 1 <= row <= MAX_ROW:
            raise broken(ref)
        column = 0
        in_row = True

    def begin_cell(attrs: dict[str, str]) -> None:
        nonlocal row, column, count, in_cell, formula, has_value, inline, kind, style
        if not in_row or in_cell:
            raise broken()
        count += 1
        if count > limits.cells_per_sheet:
            raise Refused("file.too_many_cells", sheet=sheet, so_o=limits.cells_per_sheet)
        ref = attrs.get("r")
        if ref is None:
            column += 1
        else:
            spot = spot_of(ref)
            if spot is None:
                raise broken(ref)
            row, column = spot
        if column > MAX_COLUMN:
            raise broken()
        in_cell, formula, has_value, inline = True, False, False, False
        kind, style = attrs.get("t", "n"), attrs.get("s", "")
        pieces.clear()
        runs.clear()

    def begin_formula(attrs: dict[str, str]) -> None:
        nonlocal formula
        formula = True
        if attrs.get("t") in ("array", "dataTable") and "ref" in attrs:
            area = area_of(attrs["ref"])
            if area is None:
                raise broken(attrs["ref"])
            if area[:2] != area[2:]:
                arrays.append(area)

    def end_cell() -> None:
        nonlocal in_cell
        in_cell = False
        if not (has_value or inline or formula):
            return
        text = "".join(pieces)
        if len(text) > limits.string_chars:
            raise too_large(f"{sheet}!{address(row, column)}", len(text), limits.string_chars)
        found = cell_of(kind, text, style, runs, inline, formula, book)
        if found is None:
            raise broken(text[:200])
        if found.value == "" and not formula:
            return
        if (row, column) in cells:
            raise broken()
        cells[row, column] = found
        if spent.values + len(cells) > limits.values:
            raise Refused("file.too_many_cells", sheet=sheet, so_o=limits.values)

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal in_data, taking, has_value, inline, skipping
        if ":" in tag:
            tag = local(tag)
        if skipping:
            skipping += 1
        elif not in_data:
            if tag == "sheetData":
                in_data = True
            elif tag == "mergeCell":
                area = area_of(attrs.get("ref", ""))
                if area is None:
                    raise damaged("mergeCell", sheet=sheet, value=attrs.get("ref"))
                if area[:2] != area[2:]:
                    content.merges.append(area)
                if len(content.merges) > limits.merges:
                    raise too_large(f"{sheet}: mergeCells", len(content.merges), limits.merges)
            elif tag == "sheetProtection":
                content.protected = is_true(attrs.get("sheet"), False)
        elif tag == "c":
            begin_cell(attrs)
        elif tag == "v":
            taking = has_value = in_cell
            if inline:
                raise broken()
        elif tag == "row":
            begin_row(attrs)
        elif tag == "f":
            begin_formula(attrs)
        elif tag == "is":
            inline = in_cell
            if has_value:
                raise broken()
        elif tag == "t":
            taking = inline
        elif tag == "r":
            runs.append(None)
        elif tag == "rFont":
            if runs:
                runs[-1] = attrs.get("val")
        elif tag in ("rPh", "extLst"):
            skipping = 1

    def end(tag: str) -> None:
        nonlocal in_data, in_row, taking, skipping
        if ":" in tag:
            tag = local(tag)
        if skipping:
            skipping -= 1
        elif not in_data:
            pass
        elif tag == "c":
            end_cell()
        elif tag in ("v", "t"):
            taking = False
        elif tag == "row":
            in_row = False
        elif tag == "sheetData":
            in_data = False

    def text(data: str) -> None:
        if taking:
            pieces.append(data)

    parse_xml(xml, sheet, start=start, end=end, text=text)
    flag_arrays(cells, arrays, sheet)
    spent.cells += count
    spent.values += len(cells)
    if spent.cells > limits.cells:
        raise Refused("file.too_many_cells", sheet=sheet, so_o=limits.cells)
    return content


def cell_of(
    kind: str, text: str, style: str, runs: list[str | None], inline: bool, formula: bool, book: Book
) -> RawCell | None:
    """The cell; value '' where it is blank, None where it cannot be known."""
    form = book.formats.get(style)
    if form is None:
        return None
    if inline or kind in _TEXT_KINDS:
        of_runs: str | None = None
        if inline:
            text, of_runs = plain_text(text), font_of_runs(runs)
        elif kind == "s":
            bare = text.strip()
            index = int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 10 else -1
            if not 0 <= index < len(book.strings.texts):
                return None if bare else RawCell("", "text", formula, form.locked)
            text, of_runs = book.strings.texts[index], book.strings.fonts.get(index)
        else:
            text = plain_text(text)
        return RawCell(text, "text", formula, form.locked, form.font if of_runs is None else of_runs or None)
    bare = text.strip()
    if not bare:
        return RawCell("", "text", formula, form.locked)
    maker = _MAKERS.get(kind)
    made = maker(bare, book.date1904) if maker is not None else None
    if made is None:
        return None
    if kind == "d" or (kind == "n" and form.date is not None):
        return RawCell(made, "date", formula, form.locked, None, form.date)
    return RawCell(made, _KINDS[kind], formula, form.locked)


def _number(text: str, _: bool) -> float | None:
    if text.isascii() and text.isdigit() and len(text) < 16:
        return float(text)
    if _NUMBER.fullmatch(text) is None:
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _bool(text: str, _: bool) -> bool | None:
    return {"1": True, "true": True, "0": False, "false": False}.get(text.lower())


def _error(text: str, _: bool) -> str | None:
    return text[:100]


def _serial(text: str, date1904: bool) -> float | None:
    """An ISO 8601 date or time as the serial number of the file's date system."""
    try:
        if text.startswith("T") or ("-" not in text and ":" in text):
            time = dt.time.fromisoformat(text)
            return (time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6) / 86400
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    days = (moment - (dt.datetime(1904, 1, 1) if date1904 else dt.datetime(1899, 12, 30))) / dt.timedelta(days=1)
    return days if date1904 or days >= 61 else days - 1  # serial 60 is a 29 February 1900 that never was


_MAKERS: dict[str, Callable[[str, bool], str | float | bool | None]] = {
    "n": _number,
    "b": _bool,
    "e": _error,
    "d": _serial,
}
_KINDS: dict[str, CellKind] = {"n": "number", "b": "bool", "e": "error"}


def flag_arrays(cells: Cells, arrays: list[Merge], sheet: str) -> None:
    """Cells inside an array formula's or data table's area show its results: they are formulas too."""
    steps = 0
    for top, left, bottom, right in arrays:
        size = (bottom - top + 1) * (right - left + 1)
        steps += min(size, len(cells))
        if steps > _ARRAY_STEPS:
            raise too_large(f"{sheet}: array", steps, _ARRAY_STEPS)
        if size <= len(cells):
            spots = [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1) if (r, c) in cells]
        else:
            spots = [(r, c) for r, c in cells if top <= r <= bottom and left <= c <= right]
        for spot in spots:
            cells[spot] = cells[spot]._replace(formula=True)

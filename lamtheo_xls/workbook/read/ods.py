"""The sheets of an OpenDocument spreadsheet: sparse, streamed through expat, repeated rows and cells counted first.

A run of a million repeated blank cells costs nothing; what repeats with a value in it is counted before it is laid out.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field

from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.read.cells import MAX_COLUMN, MAX_ROW, Cells, Merge, Spent, flag_arrays
from lamtheo_xls.workbook.read.foreign import Foreign
from lamtheo_xls.workbook.read.gate import Limits, Package, Refused, damaged, parse_xml, too_large
from lamtheo_xls.workbook.read.ods_styles import Styles, read_styles
from lamtheo_xls.workbook.read.parts import Xf, font_of_runs
from lamtheo_xls.workbook.read.reading import CellKind, RawCell, Sheet

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TIME = re.compile(r"(-?)P(?:([0-9]{1,6})D)?T(?:([0-9]{1,7})H)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4}(?:[.,][0-9]+)?)S)?")
_EPOCH = dt.datetime(1899, 12, 30)
_LINE_ENDS = re.compile(
    r"[ ]*[\t\r\n][ \t\r\n]*"
)  # of the file; blanks alone are typed ones: LibreOffice writes them bare
_SPACE, _TAB, _BREAK = "\x01", "\x02", "\x03"  # stand for the elements; XML text cannot hold them
_SHOWN = str.maketrans({_SPACE: " ", _TAB: "\t", _BREAK: "\n"})
_NUMBERS = ("float", "percentage", "currency")
_PASSED = ("office:annotation", "office:annotation-end", "text:note", "text:ruby-text", "text:tracked-changes")
_EXTERNAL = "ta_extref"  # LibreOffice keeps here what it last read of other files
_META = {"dc:subject": "subject", "dc:description": "description", "meta:generator": "generator"}
_HINT = 512 * 1024


def read_ods(package: Package) -> Foreign:
    """The sheets with their cells, and properties as hints. Refused: as the gate, file.damaged, file.not_spreadsheet,
    file.too_many_cells, file.too_large."""
    styles = Styles()
    if package.has("styles.xml"):
        read_styles(package.part("styles.xml"), "styles.xml", styles, package.limits)
    content = package.part("content.xml")
    read_styles(content, "content.xml", styles, package.limits)
    body = _Body(styles, package.limits)
    parse_xml(content, "content.xml", start=body.start, end=body.end, text=body.text)
    if not body.sheets:
        raise Refused("file.not_spreadsheet")
    properties, producer = _hints(package)
    return Foreign(sheets=tuple(body.sheets), properties=properties, producer=producer)


@dataclass(slots=True)
class _Cell:
    """A cell between its two tags."""

    attrs: dict[str, str]
    paragraphs: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    runs: list[str | None] = field(default_factory=list)
    fonts: list[str | None] = field(default_factory=list)
    """Of the spans that are open."""
    inside: int = 0
    """How many elements deep below the cell; a paragraph stands at 1."""


class _Body:
    """What expat calls for `content.xml`; thrown away afterwards."""

    def __init__(self, styles: Styles, limits: Limits) -> None:
        self.styles, self.limits = styles, limits
        self.sheets: list[Sheet] = []
        self.spent = Spent()
        self.parents: list[str] = []
        self.skipping = 0
        self.in_sheet = False
        self.cell: _Cell | None = None

    # -- tags ------------------------------------------------------------------------------------------------------

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if self.skipping:
            self.skipping += 1
        elif self.cell is not None:
            self._inside_cell(self.cell, tag, attrs)
        elif not self.in_sheet:
            self.parents.append(tag)
            if tag == "table:table" and self.parents[-2:-1] == ["office:spreadsheet"]:
                if attrs.get("table:style-name") == _EXTERNAL:
                    self.parents.pop()
                    self.skipping = 1
                else:
                    self._begin_sheet(attrs)
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.cell = _Cell(attrs)
        elif tag == "table:table-row":
            self._begin_row(attrs)
        elif tag == "table:table-column":
            self._column(attrs)
        elif not tag.startswith("table:table-"):  # rows and columns come in groups and heads too
            self.skipping = 1

    def end(self, tag: str) -> None:
        if self.skipping:
            self.skipping -= 1
        elif self.cell is not None:
            if self.cell.inside:
                self._leave_in_cell(self.cell, tag)
            else:
                cell, self.cell = self.cell, None
                self._end_cell(cell)
        elif not self.in_sheet:
            self.parents.pop()
        elif tag == "table:table-row":
            self._end_row()
        elif tag == "table:table":
            self._end_sheet()

    def text(self, data: str) -> None:
        cell = self.cell
        if cell is not None and cell.inside and not self.skipping:
            cell.pieces.append(data)
            cell.runs.append(next((f for f in reversed(cell.fonts) if f is not None), None))

    def _inside_cell(self, cell: _Cell, tag: str, attrs: dict[str, str]) -> None:
        if cell.inside == 0:
            if tag not in ("text:p", "text:h"):
                self.skipping = 1
                return
            cell.pieces, cell.fonts = [], []
        elif tag in _PASSED or tag.startswith(("draw:", "table:")):
            self.skipping = 1
            return
        elif tag == "text:s":
            cell.pieces.append(_SPACE * self._times(attrs.get("text:c"), self.limits.string_chars))
        elif tag == "text:tab":
            cell.pieces.append(_TAB)
        elif tag == "text:line-break":
            cell.pieces.append(_BREAK)
        cell.inside += 1
        cell.fonts.append(self.styles.text_fonts.get(attrs.get("text:style-name", "")) if tag == "text:span" else None)

    def _leave_in_cell(self, cell: _Cell, tag: str) -> None:
        cell.inside -= 1
        cell.fonts.pop()
        if cell.inside == 0:
            text = "".join(cell.pieces)
            if _LINE_ENDS.search(text):
                text = _LINE_ENDS.sub(" ", text).strip(" ")
            cell.paragraphs.append(text.translate(_SHOWN))

    # -- sheets, rows, columns -------------------------------------------------------------------------------------

    def _begin_sheet(self, attrs: dict[str, str]) -> None:
        if len(self.sheets) >= self.limits.sheets:
            raise too_large("content.xml", len(self.sheets) + 1, self.limits.sheets)
        self.in_sheet = True
        self.name = attrs.get("table:name", "")
        self.state = "hidden" if attrs.get("table:style-name", "") in self.styles.hidden_tables else "visible"
        self.protected = attrs.get("table:protected") == "true"
        self.cells: Cells = {}
        self.merges: list[Merge] = []
        self.arrays: list[Merge] = []
        self.columns: list[tuple[int, str]] = []  # the last column of a run, and its style
        self.row = self.column = self.last_column = 0
        self.count = 0
        self.in_row = False

    def _end_sheet(self) -> None:
        flag_arrays(self.cells, self.arrays, self.name)
        self.spent.cells += self.count
        self.spent.values += len(self.cells)
        if self.spent.cells > self.limits.cells:
            raise Refused("file.too_many_cells", sheet=self.name, so_o=self.limits.cells)
        self.in_sheet = False
        self.parents.pop()
        self.sheets.append(
            Sheet(
                name=self.name,
                state=self.state,
                cells=self.cells,
                merges=tuple(self.merges),
                protected=self.protected,
            )
        )

    def _column(self, attrs: dict[str, str]) -> None:
        self.last_column += self._times(attrs.get("table:number-columns-repeated"), MAX_COLUMN)
        self.columns.append((self.last_column, attrs.get("table:default-cell-style-name", "")))
        self._count(1)

    def _begin_row(self, attrs: dict[str, str]) -> None:
        if self.in_row:
            raise self._broken()
        self.in_row = True
        self.row += 1
        self.column = 0
        self.repeat = self._times(attrs.get("table:number-rows-repeated"), MAX_ROW)
        self.row_style = attrs.get("table:default-cell-style-name", "")
        self.in_columns = 0
        self.found: list[tuple[int, RawCell]] = []
        self.spans: list[tuple[int, int, int, bool]] = []
        self._count(1)

    def _end_row(self) -> None:
        """Lays the row out as often as it repeats. Blank rows repeat for nothing."""
        self.in_row = False
        first, last = self.row, self.row + self.repeat - 1
        self.row = last
        if not self.found and not self.spans:
            return
        if last > MAX_ROW:
            raise self._broken()
        values = len(self.found) * self.repeat
        if self.spent.values + len(self.cells) + values > self.limits.values:
            raise Refused("file.too_many_cells", sheet=self.name, so_o=self.limits.values)
        self._count(values - len(self.found))
        if len(self.merges) + len(self.spans) * self.repeat > self.limits.merges:
            raise too_large(f"{self.name}: merges", len(self.spans) * self.repeat, self.limits.merges)
        for row in range(first, last + 1):
            for column, cell in self.found:
                self.cells[row, column] = cell
            for column, rows, columns, array in self.spans:
                area = (row, column, min(row + rows - 1, MAX_ROW), min(column + columns - 1, MAX_COLUMN))
                (self.arrays if array else self.merges).append(area)

    # -- cells -----------------------------------------------------------------------------------------------------

    def _end_cell(self, cell: _Cell) -> None:
        if not self.in_row:
            raise self._broken()
        attrs = cell.attrs
        times = self._times(attrs.get("table:number-columns-repeated"), MAX_COLUMN)
        first = self.column + 1
        self.column += times
        self._count(1)
        span = self._span(attrs, "spanned"), self._span(attrs, "matrix", "-spanned")
        for (rows, columns), array in zip(span, (False, True), strict=True):
            if rows * columns > 1:
                self._count(times - 1)
                self.spans += [(column, rows, columns, array) for column in range(first, first + times)]
        if not cell.paragraphs and not attrs.get("office:value-type") and "table:formula" not in attrs:
            return
        if self.column > MAX_COLUMN:
            raise self._broken()
        style = attrs.get("table:style-name") or self.row_style or self._column_style(first)
        made = self._made(cell, attrs, self.styles.cell_format(style))
        if made.value == "" and not made.formula:
            return
        if times > 1:
            if self.spent.values + len(self.cells) + len(self.found) + times > self.limits.values:
                raise Refused("file.too_many_cells", sheet=self.name, so_o=self.limits.values)
            self._count(times - 1)
        self.found += [(column, made) for column in range(first, first + times)]

    def _made(self, cell: _Cell, attrs: dict[str, str], form: Xf) -> RawCell:
        kind = attrs.get("office:value-type", "string")
        if attrs.get("calcext:value-type") == "error":
            kind = "error"
        formula = "table:formula" in attrs
        shown = "\n".join(cell.paragraphs)
        if len(shown) > self.limits.string_chars:
            raise too_large(f"{self.name}!{self._at()}", len(shown), self.limits.string_chars)
        if kind in _NUMBERS:
            value = attrs.get("office:value", "")
            number = float(value) if _NUMBER.fullmatch(value) else math.inf
            if not math.isfinite(number):
                raise self._broken(value)
            if form.date is not None:
                return RawCell(number, "date", formula, form.locked, None, form.date)
            return RawCell(number, "number", formula, form.locked)
        if kind == "boolean":
            return RawCell(attrs.get("office:boolean-value") == "true", "bool", formula, form.locked)
        if kind in ("date", "time"):
            serial = serial_of(attrs.get("office:date-value", "")) if kind == "date" else None
            serial = days_of(attrs.get("office:time-value", "")) if kind == "time" else serial
            if serial is not None:
                return RawCell(serial, "date", formula, form.locked, None, form.date)
        if kind == "error":
            return RawCell(shown[:100] or "#", "error", formula, form.locked)
        text = attrs.get("office:string-value") or shown  # a date past the calendar is the text it shows
        named: CellKind = "error" if formula and _is_error(text) else "text"
        of_runs = font_of_runs(cell.runs) if any(f is not None for f in cell.runs) else None
        return RawCell(text, named, formula, form.locked, form.font if of_runs is None else of_runs or None)

    def _column_style(self, column: int) -> str:
        """The default style of a column; columns of one row are asked for from left to right."""
        if column < self.column:
            self.in_columns = 0
        while self.in_columns < len(self.columns) and self.columns[self.in_columns][0] < column:
            self.in_columns += 1
        return self.columns[self.in_columns][1] if self.in_columns < len(self.columns) else ""

    def _span(self, attrs: dict[str, str], word: str, tail: str = "") -> tuple[int, int]:
        rows = attrs.get(f"table:number-{word}-rows{tail}" if tail else f"table:number-rows-{word}")
        columns = attrs.get(f"table:number-{word}-columns{tail}" if tail else f"table:number-columns-{word}")
        return self._times(rows, MAX_ROW), self._times(columns, MAX_COLUMN)

    # -- small things ----------------------------------------------------------------------------------------------

    def _times(self, text: str | None, most: int) -> int:
        if text is None:
            return 1
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise self._broken(text)
        return min(max(int(text), 1), most)

    def _count(self, more: int) -> None:
        self.count += more
        if self.count > self.limits.cells_per_sheet:
            raise Refused("file.too_many_cells", sheet=self.name, so_o=self.limits.cells_per_sheet)

    def _at(self) -> str:
        return address(min(self.row, MAX_ROW), min(self.column, MAX_COLUMN))

    def _broken(self, value: str | None = None) -> Refused:
        at = self._at() if self.in_row and self.column else None
        return damaged("content.xml", sheet=self.name, cell=at, value=value[:200] if value else value)


def _is_error(text: str) -> bool:
    return re.fullmatch(r"#[A-Z/0!?]{2,12}|Err:[0-9]{3}", text) is not None


def serial_of(text: str) -> float | None:
    """An ISO date, or date and time, as the serial number spreadsheets count from 30/12/1899."""
    try:
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return (moment - _EPOCH) / dt.timedelta(days=1)


def days_of(text: str) -> float | None:
    """An ISO duration (`PT18H30M00S`) in days."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds = match.groups()
    whole = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
    return (-1 if sign else 1) * (whole + float((seconds or "0").replace(",", "."))) / 86400


def _hints(package: Package) -> tuple[dict[str, str], str]:
    """Subject, description, custom texts and the program that saved; a broken part gives none."""
    found: dict[str, str] = {}
    name = ""

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal name
        name = attrs.get("meta:name", "") if tag == "meta:user-defined" else _META.get(tag, "")

    def end(tag: str) -> None:
        nonlocal name
        name = ""

    def text(data: str) -> None:
        if name:
            found[name] = found.get(name, "") + data

    if 0 < package.size("meta.xml") <= _HINT:
        try:
            parse_xml(package.part("meta.xml"), "meta.xml", start=start, end=end, text=text)
        except Refused as refused:
            if refused.code != "file.damaged":
                raise
    producer = found.pop("generator", "")[:100]
    return {k[:255]: v[:32767] for k, v in found.items() if v}, producer

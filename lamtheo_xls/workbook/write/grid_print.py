"""Owns the formulas of BẢN IN of a form of grids: heads at their place, then lines that close up row by row."""

from __future__ import annotations

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import Area, Laid, Layout, PrintLayout, Spot, column_letters
from lamtheo_xls.workbook.lines import BLANK
from lamtheo_xls.workbook.pages import lay_out_print, loose
from lamtheo_xls.workbook.write.fences import Fences
from lamtheo_xls.workbook.write.rules import shown_formula

_ALL = 32767  # characters a cell holds


def heads(layout: Layout, place: PrintLayout) -> tuple[Laid, ...]:
    """Cells of the main sheet that stand at a fixed place on BẢN IN: header block, title lines, column heads."""
    first, last = layout.print_area[0].row, place.first_row + place.shift - 1
    return tuple(c for c in layout.cells if c.printed and first <= c.at.row <= last and c.style != "hint")


def dated_columns(form: Form, layout: Layout) -> dict[int, list[Area]]:
    """Columns that hold dates, with the tables in which they do."""
    out: dict[int, list[Area]] = {}
    for table in form.tables:
        for column in table.columns:
            if column.printed and column.type == "date":
                out.setdefault(layout.areas[table.id].columns[column.id], []).append(layout.areas[table.id])
    return out


def grid_formulas(form: Form, layout: Layout) -> dict[tuple[int, int], str]:
    """The formula (with its `=`) of every cell of BẢN IN, by (row, column)."""
    return _Formulas(form, layout).all()


class _Formulas:
    """Gathers the formulas of one layout; used once by `grid_formulas`."""

    def __init__(self, form: Form, layout: Layout) -> None:
        self.form, self.layout = form, layout
        self.place = place = lay_out_print(form, layout)
        self.main = f"'{layout.sheet}'!"
        rank = column_letters(layout.helper_columns["used"])
        first, last = place.ranks
        self.ranks = f"{self.main}${rank}${first}:${rank}${last}"
        self.total = f"{self.main}${rank}${last}"
        self.source, self.more = column_letters(place.source_column), column_letters(place.more_column)
        self.dates = dated_columns(form, layout)
        self.words = {c.at: c for c in loose(layout, first)}
        self.out: dict[tuple[int, int], str] = {}

    def all(self) -> dict[tuple[int, int], str]:
        place, out = self.place, self.out
        fences = Fences(self.layout)
        for c in heads(self.layout, place):
            source = fences.fixed(c.at, self.main)
            type = self.form.field(c.field).type if c.kind == "input" and c.field != "don_vi" else ""
            out[c.at.row - place.shift, c.at.column] = "=" + shown_formula(source, type)
        for row in range(place.first_row, place.last_row + 1):
            self._line(row)
        overflow, words = self._overflow(), say("workbook.print.overflow")
        out[1, place.hint_column] = "=" + self._hint(overflow)
        out[place.overflow_row, 1] = f'=IF({overflow},"{words}","")'
        return out

    def _line(self, row: int) -> None:
        place, g, more = self.place, self.source, self.more
        goes_on = f"${more}{row - 1}=1"
        if row == place.first_row:
            source = f"IF({self.total}>0,MATCH(1,{self.ranks},0),0)"
        else:
            before = f"INDEX({self.ranks},{g}{row - 1})"
            following = f"IF({before}<{self.total},MATCH({before}+1,{self.ranks},0),0)"
            source = f"IF({goes_on},{g}{row - 1},IF({g}{row - 1}=0,0,{following}))"
        self.out[row, place.source_column] = "=" + source
        longer = ",".join(
            f"LEN({column_letters(rest)}{row})>LEN({column_letters(column)}{row})"
            for column, rest in place.rest_columns.items()
        )
        self.out[row, place.more_column] = f"=IF(OR({longer}),1,0)"
        for column in range(1, place.columns + 1):
            self._cell(row, column, f"${g}{row}", goes_on)

    def _cell(self, row: int, column: int, at: str, goes_on: str) -> None:
        """What a column shows of the row `at`; what does not go on stands on its first line only."""
        place, letter = self.place, column_letters(column)
        value, begins = self._value(column, at), f"{self.more}{row - 1}<>1"
        number, single = self._number(column, at), self._single(column, at)
        if column not in place.rest_columns:
            if number:
                test, count = number
                self.out[row, column] = f'=IF(AND({test},{begins}),{count}&"","")'
            else:
                self.out[row, column] = f'=IF(AND({at}>0,{begins}),{value}&"","")'
            return
        rest = column_letters(place.rest_columns[column])
        left = f"TRIM(MID({rest}{row - 1},LEN({letter}{row - 1})+1,{_ALL}))"
        fresh = f'IFERROR(TRIM(SUBSTITUTE({self._dated(column, at, value)},CHAR(10)," ")),"")'
        line = line_formula(f"{rest}{row}", place.room[column])
        for test, shown in ([number] if number else []) + ([single] if single else []):
            fresh = f'IF({test},"",{fresh})'
            line = f'IF({test},IF({begins},{shown}&"",""),{line})'
        if row > place.first_row:
            fresh = f"IF({goes_on},{left},{fresh})"
        self.out[row, place.rest_columns[column]] = f'=IF({at}=0,"",{fresh})'
        self.out[row, column] = "=" + line

    def _value(self, column: int, at: str) -> str:
        """The cell of the main sheet; of words that another column prints, that cell's."""
        place, (first, last) = self.place, self.place.ranks

        def cell(column: int) -> str:
            letter = column_letters(column)
            return f"INDEX({self.main}${letter}${first}:${letter}${last + 1},{at})"

        value = cell(column)
        for spot, to in place.moved.items():
            if column == to:
                value = f"IF({at}={spot.row - first + 1},{cell(spot.column)},{value})"
            elif column == spot.column:
                value = f'IF({at}={spot.row - first + 1},"",{value})'
        return value

    def _dated(self, column: int, at: str, value: str) -> str:
        """A cell of the main sheet as text; dates as they are written."""
        if not self._dates_at(column):
            return f'{value}&""'
        number = f"ISNUMBER({value})"
        if len(self.layout.areas) > 1 or any(self._is_date(spot) for spot in self.words):
            number = f"AND(OR({','.join(self._date_tests(column, at))}),{number})"
        return f'IF({number},TEXT({value},"dd/mm/yyyy"),{value}&"")'

    def _dates_at(self, column: int) -> bool:
        return bool(self._date_tests(column, ""))

    def _date_tests(self, column: int, at: str) -> list[str]:
        tests = [inside(area, self.place, at) for area in self.dates.get(column, ())]
        rows = (spot.row for spot in self.words if self._is_date(spot) and self._prints(spot) == column)
        return tests + [f"{at}={row - self.place.ranks[0] + 1}" for row in rows]

    def _is_date(self, spot: Spot) -> bool:
        cell = self.words[spot]
        return cell.kind == "input" and self.form.field(cell.field).type == "date"

    def _prints(self, spot: Spot) -> int:
        return self.place.moved.get(spot, spot.column)

    def _number(self, column: int, at: str) -> tuple[str, str] | None:
        """Test and text of the running number, where some table has it in this column."""
        areas = [a for a in self.layout.areas.values() if a.number_column == column]
        if not areas:
            return None
        tests = [inside(a, self.place, at) for a in areas]
        count = f"INDEX({self.ranks},{at})"
        for area, test in zip(areas, tests, strict=True):
            if area.key_row > self.place.ranks[0]:
                above = f"INDEX({self.ranks},{area.key_row - self.place.ranks[0] + 1})"
                count = f"IF({test},INDEX({self.ranks},{at})-{above},{count})"
        return (tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"), count

    def _single(self, column: int, at: str) -> tuple[str, str] | None:
        """Test and text of the signature in a column that stands left: moved to the middle by blanks."""
        place = self.place
        if not place.signs or column != place.sign_column:
            return None
        value, first = self._value(column, at), place.ranks[0]
        usual = max(place.signs.values())
        share = str(usual)
        for row, blanks in place.signs.items():
            share = f"IF({at}={row - first + 1},{blanks},{share})" if blanks != usual else share
        before = f'REPT("{BLANK}",MAX(INT(({sign_room(place)}-LEN({value})*{share})/100),0))'
        return f"{at}>={min(place.signs) - first + 1}", f'IF(LEN({value})=0,"",{before}&{value})'

    def _overflow(self) -> str:
        """Whether something is left to print below the last line."""
        last, g = self.place.last_row, self.source
        return f"OR({self.more}{last}=1,IF({g}{last}>0,INDEX({self.ranks},{g}{last})<{self.total},FALSE))"

    def _hint(self, overflow: str) -> str:
        place, last = self.place, self.place.last_row
        lines = f"IFERROR(MATCH(0,{self.source}{place.first_row}:{self.source}{last},0)-1,{last - place.first_row + 1})"
        first, later = place.lines_of_pages
        pages = f"1+MAX(0,ROUNDUP(({lines}-{first})/{later},0))"
        before, after = say("workbook.print.pages").split("{so}")
        return f'IF({overflow},"{say("workbook.print.overflow")}","{before}"&({pages})&"{after}")'


def sign_room(place: PrintLayout) -> int:
    """Half the signature's column in hundredths of a blank (3 points wide: of 12 points, a quarter)."""
    return int((place.room[place.sign_column] * 175 + 150) / 2 / (3 / 72 * 25.4))


def line_formula(rest: str, room: int) -> str:
    """As much of `rest` as a line holds, cut at its last blank."""
    start = f"LEFT({rest},{room + 1})"
    blanks = f'LEN({start})-LEN(SUBSTITUTE({start}," ",""))'
    cut = f'IFERROR(FIND(CHAR(1),SUBSTITUTE({start}," ",CHAR(1),{blanks}))-1,{room})'
    return f"IF(LEN({rest})<={room},{rest},LEFT({rest},{cut}))"


def inside(area: Area, place: PrintLayout, at: str) -> str:
    """Whether the row `at` points to is a data row of the table."""
    first = place.ranks[0]
    begins = 0 if area.key_row == first else area.key_row - first + 1
    return f"AND({at}>{begins},{at}<={area.end_row - first})"


def grid_rules(form: Form, layout: Layout) -> tuple[tuple[str, str, tuple[int, int]], ...]:
    """Conditional formats of the lines that close up: (style, formula, first and last column)."""
    place = lay_out_print(form, layout)
    row, first = place.first_row, place.ranks[0]
    at, more = f"${column_letters(place.source_column)}{row}", column_letters(place.more_column)
    rules: list[tuple[str, str, tuple[int, int]]] = []
    for area in layout.areas.values():
        test, last = inside(area, place, at), _last_column(form, layout, area)
        for style, begins, ends in (
            ("cf.grid", "<>1", "=0"),
            ("cf.grid_begins", "<>1", "=1"),
            ("cf.grid_goes_on", "=1", "=1"),
            ("cf.grid_ends", "=1", "=0"),
        ):
            rules.append((style, f"=AND({test},${more}{row - 1}{begins},${more}{row}{ends})", (1, last)))
        above = max((a.end_row for a in layout.areas.values() if a.end_row < area.key_row), default=0)
        tops = [c.at.row - first + 1 for c in layout.cells if c.style == "head" and above < c.at.row < area.key_row]
        if tops and min(tops) > 0:
            rules.append(("cf.head", f"=AND({at}>={min(tops)},{at}<={max(tops)})", (1, last)))
    looks = {"authority": "cf.bold", "name": "cf.bold", "recipients_label": "cf.underline", "heading": "cf.bold"}
    for c in loose(layout, first):
        if c.style in looks:
            column = place.moved.get(c.at, c.at.column)
            rules.append((looks[c.style], f"={at}={c.at.row - first + 1}", (column, column)))
    return tuple(rules)


def _last_column(form: Form, layout: Layout, area: Area) -> int:
    """The table's last printed column; of the first table the page's."""
    if area.key_row == layout.head_rows[1] + 1:
        return layout.print_area[1].column
    return max(area.columns[c.id] for c in form.table(area.table).columns if c.printed)

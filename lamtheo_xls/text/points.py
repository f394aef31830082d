"""One point of time as people write it («tháng 5», «quý I/2024», «19/5»), before its year is known for certain.

Works on the folded text that `periods` prepares: lower case, one space, no space around "/".
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple


class ImpossiblePoint(ValueError):
    """Understood, but no such day, month or quarter exists (31/4, tháng 13). Never leaves `parse_period`."""


class Point(NamedTuple):
    """A stretch from `first` to `last`, each (month, day); day 0 is the month's end, month 13 next year's January.

    `unit` is day, month, quarter, year or part; a "number" (5, 5/2024), an "item" (the end of «tháng 4, 5 năm 2024»), a
    "roman" (of a quarter) and a "monthday" have only their figure, first[1], until a neighbour tells what they count.
    """

    unit: str
    first: tuple[int, int]
    last: tuple[int, int]
    year: int | None
    approximate: bool = False

    @property
    def ends_vaguely(self) -> bool:
        """False for «cuối tháng 5» too: vague as a time, it is over on a certain day."""
        return self.approximate and self.last[1] != 0

    def numbered(self, unit: str) -> Point:
        """The same figure read as a month or as a quarter."""
        return _numbered(unit, self.first[1], self.year)

    def in_month(self, month: int, year: int | None) -> Point:
        """The same figure read as a day of that month."""
        return Point("day", (month, self.first[1]), (month, self.first[1]), year)

    def dates(self, year: int) -> tuple[date, date]:
        """First and last day, in the point's own year or else in the one given."""
        year = self.year or year
        return _day(year, *self.first), _day(year, *self.last)


@cache
def grammar(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when it is first used: only those who read periods pay for their grammar."""
    return re.compile(pattern)


YEAR = r"(?:19|20)[0-9]{2}"
_OF_YEAR = rf"(?:,? ?(?:[/.-] ?)?(?:năm ?)?({YEAR}))?"
_OF_SHORT_YEAR = rf"(?:,? ?(?:[/.-] ?)?(?:năm ?)?({YEAR})|/([0-9]{{2}}))?"
_MONTH_NAMES = ["một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai"]
_NUMBERS = {name: place for place, name in enumerate(_MONTH_NAMES, 1)} | {"bốn": 4, "bẩy": 7, "nhất": 1}
_NUMBER_NAME = "|".join(sorted(_NUMBERS, key=len, reverse=True))
# The letter l stands for I where the keyboard or the eye confused them, IIII for IV.
_ROMANS = {"i": 1, "ii": 2, "iii": 3, "iiii": 4, "iv": 4, "v": 5, "vi": 6}
_ROMAN = "[il]{1,4}|[il]v|v[il]?"
_MONTH = r"(?:tháng|t\.?) ?([0-9]{1,2})"
_MONTH_OF_YEAR = rf"{_MONTH}{_OF_SHORT_YEAR}"

_ISO_DAY = rf"({YEAR})-([0-9]{{2}})-([0-9]{{2}})(?: 00:00(?::00)?)?"
_DAY = rf"(?:ngày )?([0-9]{{1,2}}) ?([/.-]) ?([0-9]{{1,2}})(?:(?: ?\2 ?({YEAR}|[0-9]{{2}}))|,? năm ({YEAR}))?"
_DAY_IN_WORDS = rf"(?:ngày )?([0-9]{{1,2}}) tháng ([0-9]{{1,2}}){_OF_YEAR}"
_MONTHDAY = r"ngày ([0-9]{1,2})"
_NAMED_MONTH = rf"tháng ({_NUMBER_NAME}){_OF_YEAR}"
_QUARTER = rf"(?:quý|q\.?) ?({_ROMAN}|[0-9]{{1,2}}|{_NUMBER_NAME}){_OF_SHORT_YEAR}"
_YEAR = rf"(?:(?:cả|trong|trọn|suốt|hết)? ?năm)(?: ({YEAR}))?|({YEAR})"
_NUMBER = rf"([0-9]{{1,2}})(?: ?[/.-] ?({YEAR})| năm ({YEAR}))?"
_ROMAN_NUMBER = rf"({_ROMAN}){_OF_YEAR}"
_EDGE_OF_MONTH = rf"(đầu|giữa|cuối|nửa đầu|nửa cuối) {_MONTH_OF_YEAR}"
_EDGE_OF_QUARTER = rf"(đầu|giữa|cuối) quý ({_ROMAN}|[1-4]){_OF_YEAR}"
_EDGE_OF_YEAR = rf"(đầu|giữa|cuối|nửa đầu|nửa cuối) năm(?: ({YEAR}))?"
_MONTHS_OF_YEAR = rf"([0-9]{{1,2}}|{_NUMBER_NAME}) tháng (đầu|cuối) năm(?: ({YEAR}))?"
_WEEK = rf"tuần (?:thứ )?([1-9]|{_ROMAN}|{_NUMBER_NAME}|đầu|cuối)(?: của)? {_MONTH_OF_YEAR}"
_SCHOOL_YEAR = rf"năm học ({YEAR}) ?[-/] ?({YEAR})"

_EDGES_OF_MONTH = {"đầu": (1, 10), "giữa": (11, 20), "cuối": (21, 0), "nửa đầu": (1, 15), "nửa cuối": (16, 0)}
_EDGES_OF_QUARTER = {"đầu": 0, "giữa": 1, "cuối": 2}
# "Cuối năm" is December by the office's own reading; January and June follow suit and are marked approximate.
_EDGES_OF_YEAR = {"đầu": (1, 1), "giữa": (6, 6), "cuối": (12, 12), "nửa đầu": (1, 6), "nửa cuối": (7, 12)}


def read_point(text: str) -> Point | None:
    """The point the whole text says, None when it says none; raises ImpossiblePoint for 31/4 and the like."""
    if found := grammar(_ISO_DAY).fullmatch(text):
        return _day_point(int(found[3]), int(found[2]), int(found[1]))
    if found := grammar(_DAY).fullmatch(text):
        return _written_day(found)
    if found := grammar(_DAY_IN_WORDS).fullmatch(text):
        return _day_point(int(found[1]), int(found[2]), _year(found[3]))
    if found := grammar(_MONTH_OF_YEAR).fullmatch(text):
        return _numbered("month", int(found[1]), _year(found[2] or found[3]))
    if found := grammar(_NUMBER).fullmatch(text):
        return Point("item" if found[3] else "number", (0, int(found[1])), (0, 0), _year(found[2] or found[3]))
    if found := grammar(_QUARTER).fullmatch(text):
        return _numbered("quarter", _number(found[1]), _year(found[2] or found[3]))
    if found := grammar(_NAMED_MONTH).fullmatch(text):
        return _numbered("month", _NUMBERS[found[1]], _year(found[2]))
    if found := grammar(_YEAR).fullmatch(text):
        return Point("year", (1, 1), (12, 0), _year(found[1] or found[2]))
    if found := grammar(_MONTHDAY).fullmatch(text):
        return Point("monthday", (0, int(found[1])), (0, 0), None)
    if found := grammar(_ROMAN_NUMBER).fullmatch(text):
        return Point("roman", (0, _number(found[1])), (0, 0), _year(found[2]))
    return _read_part(text)


def _read_part(text: str) -> Point | None:
    if found := grammar(_EDGE_OF_YEAR).fullmatch(text):
        first, last = _EDGES_OF_YEAR[found[1]]
        return Point("part", (first, 1), (last, 0), _year(found[2]), not found[1].startswith("nửa"))
    if found := grammar(_MONTHS_OF_YEAR).fullmatch(text):
        count = _number(found[1])
        if not 1 <= count <= 12:
            raise ImpossiblePoint(text)
        first, last = (1, count) if found[2] == "đầu" else (13 - count, 12)
        return Point("part", (first, 1), (last, 0), _year(found[3]))
    if found := grammar(_EDGE_OF_MONTH).fullmatch(text):
        month, (start, end) = _in_range(found[2], 12), _EDGES_OF_MONTH[found[1]]
        return Point("part", (month, start), (month, end), _year(found[3] or found[4]), True)
    if found := grammar(_EDGE_OF_QUARTER).fullmatch(text):
        month = 3 * _number(found[2]) - 2 + _EDGES_OF_QUARTER[found[1]]
        return Point("part", (month, 1), (month, 0), _year(found[3]), True)
    if found := grammar(_WEEK).fullmatch(text):
        return _week(found)
    if found := grammar(_SCHOOL_YEAR).fullmatch(text):
        if int(found[2]) != int(found[1]) + 1:
            raise ImpossiblePoint(text)
        return Point("part", (9, 1), (17, 0), int(found[1]), True)
    return None


def _written_day(found: re.Match[str]) -> Point | None:
    day, sign, month, year = int(found[1]), found[2], int(found[3]), _year(found[4] or found[5])
    if year is None and sign == "-":
        return None  # 3-11 may be a day, two months or two days: a person must say
    return _day_point(day, month, year)


def _week(found: re.Match[str]) -> Point:
    month, week = _in_range(found[2], 12), found[1]
    year = _year(found[3] or found[4])
    if week == "cuối":
        return Point("part", (month, -6), (month, 0), year, True)
    number = 1 if week == "đầu" else _number(week)
    if not 1 <= number <= 5:
        raise ImpossiblePoint(found[0])
    return Point("part", (month, 7 * number - 6), (month, 7 * number if number < 5 else 0), year, True)


def _numbered(unit: str, number: int, year: int | None) -> Point:
    if unit == "month":
        _in_range(number, 12)
        return Point(unit, (number, 1), (number, 0), year)
    _in_range(number, 4)
    return Point(unit, (3 * number - 2, 1), (3 * number, 0), year)


def _day_point(day: int, month: int, year: int | None) -> Point:
    _in_range(month, 12)
    _in_range(day, 31)
    return Point("day", (month, day), (month, day), year)


def _in_range(number: int | str, highest: int) -> int:
    if not 1 <= int(number) <= highest:
        raise ImpossiblePoint(number)
    return int(number)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _NUMBERS.get(text) or _ROMANS.get(text.replace("l", "i"), 0)


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day(year: int, month: int, day: int) -> date:
    """The day; a day of 0 or less counts back from the month's end, a month above 12 lies in the next year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if day > 0:
        return date(year, month, day)
    return date(year + month // 12, month % 12 + 1, 1) + timedelta(days=day - 1)

"""Periods of a round: `2026`, `2026-H1`, `2026-Q1`, `2026-02` – their year, span, neighbour and name."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from lamtheo_xls.findings import say

_PERIOD = re.compile(r"(?P<year>[12][0-9]{3})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
ROMAN = ("I", "II", "III", "IV")


def _parts(period: str) -> tuple[int, str, int]:
    """(year, kind, number within the year); a text that is no period raises ValueError."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(period)
    year = int(match["year"])
    for kind in ("half", "quarter", "month"):
        if match[kind]:
            return year, kind, int(match[kind])
    return year, "year", 1


def period_valid(period: str, kind: str | None = None) -> bool:
    """`period` is written as a period, and (where given) is of that kind: year, half, quarter, month."""
    if _PERIOD.fullmatch(period) is None:
        return False
    return kind is None or _parts(period)[1] == kind


def period_year(period: str) -> int:
    """ "2026-Q1" → 2026. ValueError where `period` is none."""
    return _parts(period)[0]


def period_span(period: str) -> tuple[dt.date, dt.date]:
    """First and last day of the period, both inclusive."""
    year, kind, number = _parts(period)
    months = {"year": 12, "half": 6, "quarter": 3, "month": 1}[kind]
    first, last = (number - 1) * months + 1, number * months
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def previous_period(period: str) -> str:
    """The period of the same kind just before: "2026" → "2025", "2026-Q1" → "2025-Q4"."""
    year, kind, number = _parts(period)
    if kind == "year":
        return f"{year - 1}"
    count = {"half": 2, "quarter": 4, "month": 12}[kind]
    if number == 1:
        year, number = year - 1, count + 1
    number -= 1
    return f"{year}-{number:02}" if kind == "month" else f"{year}-{'H' if kind == 'half' else 'Q'}{number}"


def period_of(day: dt.date, kind: str) -> str:
    """The period of that kind (year, half, quarter, month) a day lies in: 15/05/2027 → "2027", "2027-H1", "2027-Q2"."""
    if kind == "half":
        return f"{day.year}-H{(day.month + 5) // 6}"
    if kind == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day:%Y-%m}" if kind == "month" else str(day.year)


def period_label(period: str) -> str:
    """The period as a clerk writes it: «năm 2026», «quý I/2026», «tháng 02/2026», «6 tháng đầu năm 2026»."""
    year, kind, number = _parts(period)
    if kind == "half":
        return say(f"definitions.period.half_{number}", nam=year)
    if kind == "quarter":
        return say("definitions.period.quarter", quy=ROMAN[number - 1], nam=year)
    if kind == "month":
        return say("definitions.period.month", thang=f"{number:02}", nam=year)
    return say("definitions.period.year", nam=year)

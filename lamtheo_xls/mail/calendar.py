"""The days and hours at which an office writes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from functools import cache

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.intake.headers import VIETNAM

_OPENS, _CLOSES = dt.time(7), dt.time(18)
_LONGEST = 31
"""Days of one span; a longer one is a slip of the year, and would silence the reminders of a whole spring."""
_ONE = r"(\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{4}-\d{1,2}-\d{1,2})(?:[ T]0?0:00(?::00)?)?"
_DAY = re.compile(rf"(?:ngày\s+)?{_ONE}", re.IGNORECASE)
_SPAN = re.compile(rf"(?:từ\s+)?(?:ngày\s+)?{_ONE}\s*(?:-|–|—|đến hết|đến)\s*(?:ngày\s+)?{_ONE}", re.IGNORECASE)


def days_off(text: str) -> tuple[frozenset[dt.date], tuple[Finding, ...]]:
    """The days of fact «Ngày nghỉ thêm của cơ quan»: dates or spans («05/02/2027 – 12/02/2027») parted by ';'.

    A part that is no date is a warning `mail.day_off_unclear`; the others count.
    """
    days: set[dt.date] = set()
    findings: list[Finding] = []
    for part in filter(None, (p.strip(" .\t\u00a0") for p in re.split(r"[;,\n]", text))):
        found = tuple(_days_of(part))
        days.update(found)
        if not found:
            findings.append(finding("mail.day_off_unclear", value=part))
    return frozenset(days), tuple(findings)


def is_day_off(day: dt.date, extra: Collection[dt.date] = frozenset()) -> bool:
    """Whether nobody is in the office: Saturday, Sunday, a public holiday of Vietnam (Tết with its days around, days
    given instead where the library knows the decree), or one of the office's own, `extra`.

    Decrees on days given instead come late in the year before; for years not yet decreed the office adds its own.
    A Saturday worked instead of a weekday is still a day off here: a reminder then waits till Monday and no one is
    written to on a day meant for rest.
    """
    return day.weekday() >= 5 or day in extra or day in _public(day.year)


def working_day_before(day: dt.date, extra: Collection[dt.date] = frozenset()) -> dt.date:
    """`day` itself where people work, else the last working day before it."""
    while is_day_off(day, extra):
        day -= dt.timedelta(days=1)
    return day


def working_day_from(day: dt.date, extra: Collection[dt.date] = frozenset()) -> dt.date:
    """`day` itself where people work, else the first working day after it."""
    while is_day_off(day, extra):
        day += dt.timedelta(days=1)
    return day


def may_write_at(moment: dt.datetime, extra: Collection[dt.date] = frozenset()) -> bool:
    """Whether a reminder may go out: a working day, from 07:00 until before 18:00 in Vietnam. A moment without a zone
    is taken as Vietnam's time."""
    here = moment.astimezone(VIETNAM) if moment.tzinfo else moment
    return _OPENS <= here.time() < _CLOSES and not is_day_off(here.date(), extra)


@cache
def _public(year: int) -> frozenset[dt.date]:
    import holidays  # slow to import; only reminders ask

    return frozenset(holidays.country_holidays("VN", years=year))


def _days_of(part: str) -> Iterator[dt.date]:
    if single := _DAY.fullmatch(part):
        first = last = _date(single[1])
    elif span := _SPAN.fullmatch(part):
        first, last = _date(span[1]), _date(span[2])
    else:
        return
    if first and last and 0 <= (last - first).days < _LONGEST:
        yield from (first + dt.timedelta(days=n) for n in range((last - first).days + 1))


def _date(text: str) -> dt.date | None:
    numbers = [int(n) for n in re.split(r"[/.-]", text)]
    year, month, day = numbers if "-" in text else reversed(numbers)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None

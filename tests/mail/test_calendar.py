"""The days and hours at which an office writes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.findings import message
from lamtheo_xls.mail.calendar import days_off, is_day_off, may_write_at, working_day_before, working_day_from

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2035, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    "date",
    [
        *("2026-01-01", "2026-04-30", "2026-05-01", "2026-09-02"),
        # Hùng kings, 10th of the 3rd lunar month: a Sunday in 2026, so the Monday after too.
        *("2025-04-07", "2026-04-26", "2026-04-27"),
        # Tết: New Year's Eve and the first days of the new year.
        *("2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2026-02-16", "2026-02-17", "2026-02-20"),
        *("2026-11-21", "2026-11-22"),
    ],
)
def test_nobody_is_in_the_office(date: str) -> None:
    """Public holidays by the sun and by the moon, days given for them, Saturday and Sunday."""
    assert is_day_off(day(date))


@pytest.mark.parametrize("date", ["2026-11-20", "2026-02-13", "2026-02-23", "2026-04-29", "2026-12-24", "2026-12-31"])
def test_people_are_in_the_office(date: str) -> None:
    """The days around a holiday are working days."""
    assert not is_day_off(day(date))


def test_the_office_adds_its_own() -> None:
    """A day of fact «Ngày nghỉ thêm của cơ quan» is off, its neighbours are not."""
    extra, findings = days_off("23/11/2026")
    assert findings == ()
    assert [is_day_off(day(f"2026-11-{n}"), extra) for n in (20, 23, 25)] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", []),
        (" ; ", []),
        ("05/02/2027", ["2027-02-05"]),
        ("5/2/2027; 2027-02-08 ;09.02.2027.", ["2027-02-05", "2027-02-08", "2027-02-09"]),
        ("05/02/2027 – 08/02/2027", ["2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08"]),
        ("từ ngày 31/12/2026 đến hết ngày 01/01/2027", ["2026-12-31", "2027-01-01"]),
        ("31/12/2026-01/01/2027, 03/01/2027", ["2026-12-31", "2027-01-01", "2027-01-03"]),
        ("2027-02-05 00:00:00\nngày 08/02/2027", ["2027-02-05", "2027-02-08"]),
    ],
)
def test_days_off_are_read(text: str, days: list[str]) -> None:
    """Dates and spans, as people write them and as Excel shows a date."""
    assert days_off(text) == (frozenset(map(day, days)), ())


@pytest.mark.parametrize(
    "part",
    ["nghỉ Tết", "05/02", "30/02/2027", "2027", "08/02/2027 – 05/02/2027", "05/02/2027 – 05/02/2028", "5/2/27"],
)
def test_an_unclear_day_is_told_and_the_others_count(part: str) -> None:
    """No date, a date that does not exist, a span that runs backwards or over a year: quoted, and passed over."""
    days, findings = days_off(f"01/02/2027; {part}; 03/02/2027")
    assert days == {day("2027-02-01"), day("2027-02-03")}
    assert [(f.code, f.severity, f.value) for f in findings] == [("mail.day_off_unclear", "warning", part)]
    assert f"«{part}»" in message(findings[0])


def test_a_reminder_moves_off_tet() -> None:
    """Before Tết it goes out on the Friday before, after it on the Monday after."""
    assert working_day_before(day("2026-02-18")) == day("2026-02-13")
    assert working_day_from(day("2026-02-14")) == day("2026-02-23")
    assert working_day_from(day("2026-02-14"), {day("2026-02-23")}) == day("2026-02-24")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(date=DAYS, extra=st.sets(DAYS, max_size=5))
def test_working_days_are_the_nearest(date: dt.date, extra: set[dt.date]) -> None:
    """The day found is a working day, on the right side, nothing but days off lies between, and moving again stays."""
    for found, step in ((working_day_before(date, extra), -1), (working_day_from(date, extra), 1)):
        assert not is_day_off(found, extra)
        between = abs((found - date).days)
        assert found == date + dt.timedelta(days=step * between)
        assert all(is_day_off(date + dt.timedelta(days=step * n), extra) for n in range(between))
    if not is_day_off(date, extra):
        assert working_day_before(date, extra) == working_day_from(date, extra) == date


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-11-20T06:59:59", False),
        ("2026-11-20T07:00", True),
        ("2026-11-20T17:59:59", True),
        ("2026-11-20T18:00", False),
        ("2026-11-21T09:00", False),
        ("2026-02-17T09:00", False),
        ("2026-11-20T00:30+00:00", True),
        ("2026-11-20T11:00+00:00", False),
        ("2026-11-22T23:59+00:00", False),
        ("2026-11-23T00:00+00:00", True),
        ("2026-11-19T19:30-05:00", True),
    ],
)
def test_no_letter_at_night(moment: str, may: bool) -> None:
    """From 07:00 until before 18:00 of a working day in Vietnam, wherever the clock stands."""
    assert may_write_at(dt.datetime.fromisoformat(moment)) is may
    assert not may_write_at(dt.datetime.fromisoformat(moment), {day("2026-11-20"), day("2026-11-23")})

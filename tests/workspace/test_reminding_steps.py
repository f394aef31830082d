"""On which days one is reminded: before, on and after the date, days off, catching up, nothing twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.mail.calendar import is_day_off, may_write_at
from lamtheo_xls.workspace.letters.steps import Rhythm, next_moment, rhythm_of, step_now, steps_of, when_of

USUAL = Rhythm()


def day(text: str, year: int = 2027) -> dt.date:
    """«25/02» of 2027."""
    d, m = text.split("/")
    return dt.date(year, int(m), int(d))


def due(on_time: dt.date, grey: int = 0) -> Deadline:
    """A date; `grey` days after it a return is neither on time nor late («trước ngày …»: one)."""
    late = on_time + dt.timedelta(days=1 + grey)
    return Deadline(on_time=on_time, late_from=late, accept_until=None, text="")


def walked(deadline: Deadline, days: Sequence[dt.date], rhythm: Rhythm = USUAL) -> list[tuple[dt.date, int]]:
    """The letters an office writes that runs the command on those days: (day, offset of the step)."""
    out: list[tuple[dt.date, int]] = []
    for today in days:
        now = step_now(steps_of(deadline, rhythm), today, out[-1][0] if out else dt.date(2026, 1, 1))
        if now is not None:
            out.append((today, now.offset))
    return out


@pytest.mark.parametrize(
    ("on_time", "grey", "off", "expected"),
    [
        # Thursday 25/03: 18/03 Thu, 23/03 Tue, 25/03 Thu; 26/03 Fri, 29/03 Mon, 02/04 Fri.
        ("25/03", 0, (), "18/03 23/03 25/03 26/03 29/03 02/04"),
        # Sunday 28/02: two days before is Friday; the day itself moves to the same Friday, the day after is Monday.
        ("28/02", 0, (), "19/02 26/02 26/02 01/03 04/03 08/03"),
        # Days off of the office's own, and a whole week of Tết (Thu 04/02 – Wed 10/02): before it and after it.
        ("05/02", 0, (), "29/01 03/02 03/02 11/02 11/02 15/02"),
        ("08/02", 0, ("03/02",), "01/02 02/02 02/02 11/02 12/02 16/02"),
        # 30/04 and 01/05 with the Monday given instead.
        ("30/04", 0, (), "23/04 28/04 29/04 04/05 04/05 10/05"),
        # «trước ngày 15/12»: on time through the 14th, red from the 16th – one day after is the 16th.
        ("14/12", 1, (), "07/12 10/12 14/12 16/12 20/12 23/12"),
    ],
)
def test_days_of_a_date(on_time: str, grey: int, off: Sequence[str], expected: str) -> None:
    """7, 2 and 0 days before, 1, 4 and 8 after; up to the date a day off moves back, after it forward."""
    rhythm = Rhythm(off=frozenset(map(day, off)))
    steps = steps_of(due(day(on_time), grey), rhythm)
    assert [s.offset for s in steps] == [-7, -2, 0, 1, 4, 8]
    assert [f"{s.day:%d/%m}" for s in steps] == expected.split()


def test_walked_daily_each_step_once() -> None:
    """Run every day, a date of a Thursday is reminded of six times, on the very days."""
    days = [day("01/03") + dt.timedelta(days=n) for n in range(60)]
    assert walked(due(day("25/03")), days) == [
        (day("18/03"), -7),
        (day("23/03"), -2),
        (day("25/03"), 0),
        (day("26/03"), 1),
        (day("29/03"), 4),
        (day("02/04"), 8),
    ]


def test_steps_on_one_day_are_one_letter() -> None:
    """Due on a Sunday, the reminder of two days before and that of the day itself are one, on Friday."""
    days = [day("25/02"), day("26/02"), day("27/02"), day("28/02"), day("01/03")]
    assert walked(due(day("28/02")), days) == [(day("25/02"), -7), (day("26/02"), 0), (day("01/03"), 1)]


def test_catching_up_with_one_letter() -> None:
    """An office away from before the first step until after the second writes once, and not again on the morrow."""
    assert walked(due(day("25/03")), [day("24/03"), day("24/03"), day("25/03")]) == [
        (day("24/03"), -2),
        (day("25/03"), 0),
    ]
    assert walked(due(day("25/03")), [day("15/04"), day("16/04")]) == [(day("15/04"), 8)]


def test_long_past_nothing() -> None:
    """Fourteen days after the last step is the last day on which it is caught up with."""
    assert walked(due(day("25/03")), [day("16/04")]) == [(day("16/04"), 8)]
    assert walked(due(day("25/03")), [day("17/04")]) == []


def test_given_after_the_step_is_as_good_as_reminded() -> None:
    """Issued (or given more time) five days before the date: the step of seven days before is past already."""
    steps = steps_of(due(day("25/03")), Rhythm())
    assert step_now(steps, day("20/03"), day("20/03")) is None
    assert step_now(steps, day("20/03"), day("17/03")) == steps[0]
    assert step_now(steps, day("23/03"), day("20/03")) == steps[1]


@given(
    on_time=st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
    grey=st.integers(0, 1),
    before=st.sets(st.integers(0, 20), max_size=4),
    after=st.sets(st.integers(1, 20), max_size=4),
    off=st.sets(st.integers(-25, 25), max_size=6),
    runs=st.lists(st.integers(-40, 60), max_size=60),
)
@settings(max_examples=300, deadline=None)
def test_each_step_at_most_once(
    on_time: dt.date, grey: int, before: set[int], after: set[int], off: set[int], runs: list[int]
) -> None:
    """Whatever the days it is run on (in order): no step twice, none out of order, none before its day, none on a day
    off by itself, and at most as many letters as steps."""
    rhythm = Rhythm(
        before=tuple(before), after=tuple(after), off=frozenset(on_time + dt.timedelta(days=n) for n in off)
    )
    deadline = due(on_time, grey)
    steps = steps_of(deadline, rhythm)
    letters = walked(deadline, [on_time + dt.timedelta(days=n) for n in sorted(runs)], rhythm)
    offsets = [offset for _, offset in letters]
    assert offsets == sorted(set(offsets)) and len(letters) <= len(steps)
    assert all(s.day <= today for today, offset in letters for s in steps if s.offset == offset)
    assert not any(is_day_off(s.day, rhythm.off) for s in steps)
    assert all((s.day <= on_time) == (s.offset <= 0) for s in steps)


@pytest.mark.parametrize(
    ("facts", "before", "after", "codes"),
    [
        ({}, (7, 2, 0), (1, 4, 8), []),
        ({"nhac_truoc": "10; 3", "nhac_sau": "2, 5"}, (10, 3), (2, 5), []),
        ({"nhac_truoc": "không", "nhac_sau": " Không "}, (), (), []),
        ({"nhac_truoc": "3; 3; 0"}, (3, 0), (1, 4, 8), []),
        ({"nhac_truoc": "một tuần"}, (7, 2, 0), (1, 4, 8), ["mail.remind_days"]),
        ({"nhac_truoc": "-2", "nhac_sau": "0; 3"}, (7, 2, 0), (1, 4, 8), ["mail.remind_days", "mail.remind_days"]),
        ({"nhac_sau": "400"}, (7, 2, 0), (1, 4, 8), ["mail.remind_days"]),
        ({"ngay_nghi": "02/01/2027; mai"}, (7, 2, 0), (1, 4, 8), ["mail.day_off_unclear"]),
    ],
)
def test_what_the_office_says(
    facts: dict[str, str], before: tuple[int, ...], after: tuple[int, ...], codes: list[str]
) -> None:
    """Blank is the usual; «Không» is never; what is not understood is told, and the usual holds."""
    rhythm, findings = rhythm_of(facts)
    assert (rhythm.before, rhythm.after, [f.code for f in findings]) == (before, after, codes)


@pytest.mark.parametrize(
    ("at", "grey", "when"),
    [("24/03", 0, "before"), ("25/03", 0, "on"), ("26/03", 0, "after"), ("26/03", 1, "on"), ("27/03", 1, "after")],
)
def test_which_words(at: str, grey: int, when: str) -> None:
    """Nobody is told to be late on a day that is not shown as late."""
    assert when_of(due(day("25/03"), grey), day(at)) == when


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2027-03-24T09:15", "2027-03-24T09:15"),
        ("2027-03-24T06:59", "2027-03-24T07:00"),
        ("2027-03-24T18:00", "2027-03-25T07:00"),
        ("2027-03-26T20:30", "2027-03-29T07:00"),
        ("2027-02-03T17:59", "2027-02-03T17:59"),
        ("2027-02-03T18:01", "2027-02-11T07:00"),
    ],
)
def test_when_one_may_write_again(moment: str, expected: str) -> None:
    """At night it is the next morning, before a weekend Monday, before Tết 2027 the first day after."""
    found = next_moment(dt.datetime.fromisoformat(moment), Rhythm())
    assert found == dt.datetime.fromisoformat(expected) and may_write_at(found)

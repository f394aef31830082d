"""The calendar of reminders: on which days one writes about a date that is coming or past, and which day is due now."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.mail.calendar import days_off, may_write_at, working_day_before, working_day_from
from lamtheo_xls.register.sheets import sheet_name
from lamtheo_xls.text import text_key

BEFORE, AFTER = (7, 2, 0), (1, 4, 8)
"""Days before and after a date on which is reminded, where the office says nothing."""
LONG_PAST = dt.timedelta(days=14)
"""So long after the last step nobody is reminded by itself any more."""
MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When the office reminds."""

    before: tuple[int, ...] = BEFORE
    """Days before the last day on time; 0 is that day."""
    after: tuple[int, ...] = AFTER
    """Days after the last day that is not yet late."""
    off: frozenset[dt.date] = frozenset()
    """The office's own days off, beside weekends and public holidays."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Step:
    """One day of reminding: `offset` as the office counts it (-7, 0, 4), `day` when it falls."""

    offset: int
    day: dt.date


def rhythm_of(facts: Mapping[str, str]) -> tuple[Rhythm, tuple[Finding, ...]]:
    """What sheet CƠ QUAN says of reminding, and findings: mail.remind_days (numbers of days not understood; the
    usual ones hold), and those of the days off."""
    off, findings = days_off(facts.get("ngay_nghi", ""))
    before, wrong = _days(facts, "nhac_truoc", BEFORE, least=0)
    after, also = _days(facts, "nhac_sau", AFTER, least=1)
    return Rhythm(before=before, after=after, off=off), (*findings, *wrong, *also)


def _days(
    facts: Mapping[str, str], name: str, usual: tuple[int, ...], *, least: int
) -> tuple[tuple[int, ...], tuple[Finding, ...]]:
    """«7; 2; 0» → (7, 2, 0); blank → the usual; «Không» → () for never."""
    text = facts.get(name, "").strip()
    if not text:
        return usual, ()
    if text_key(text) == text_key(say("workspace.remind.never")):
        return (), ()
    parts = [p for p in re.split(r"[;,\s]+", text) if p]
    numbers = [int(p) for p in parts if re.fullmatch(r"[0-9]{1,3}", p)]
    if len(numbers) != len(parts) or not all(least <= n <= MOST_DAYS for n in numbers):
        label = say(f"register.office.{name}.label")
        told = "; ".join(str(n) for n in usual)
        return usual, (finding("mail.remind_days", sheet=sheet_name("office"), value=text, muc=label, dung=told),)
    return tuple(dict.fromkeys(numbers)), ()


def steps_of(deadline: Deadline, rhythm: Rhythm) -> tuple[Step, ...]:
    """The days on which is reminded of a date, in order. One that is a day off moves: up to the date, to the working
    day before it, since later would be too late; after the date, to the next working day.

    Days after are counted from the last day that is not late: «trước ngày 15/12» is red from 16/12, so one day after
    is the 16th.
    """
    days = [Step(offset=-n, day=working_day_before(_on(deadline.on_time, -n), rhythm.off)) for n in rhythm.before]
    last = _on(deadline.late_from, -1)
    days += [Step(offset=n, day=working_day_from(_on(last, n), rhythm.off)) for n in rhythm.after]
    return tuple(sorted(days))


def step_now(steps: tuple[Step, ...], as_of: dt.date, written: dt.date | None) -> Step | None:
    """The step that asks for a letter on `as_of`: the latest whose day has come, unless something was `written` on or
    after that day, or the last step is long past. An office that was away catches up with one letter."""
    come = [s for s in steps if s.day <= as_of]
    if not come or as_of > steps[-1].day + LONG_PAST:
        return None
    now = come[-1]
    return now if written is None or written < now.day else None


def next_moment(moment: dt.datetime, rhythm: Rhythm) -> dt.datetime:
    """`moment` itself where one may write then, else the next full hour at which one may."""
    while not may_write_at(moment, rhythm.off):
        moment = moment.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    return moment


def when_of(deadline: Deadline, as_of: dt.date) -> str:
    """'before', 'on' or 'after' the date; on a day that is neither on time nor late it is still 'on'."""
    if as_of < deadline.on_time:
        return "before"
    return "on" if as_of < deadline.late_from else "after"


def _on(day: dt.date, n: int) -> dt.date:
    return day + dt.timedelta(days=n)


def is_resting(facts: Mapping[str, str], moment: dt.datetime) -> bool:
    """Whether nobody is reminded at that moment: at night, at weekends, on public holidays and the office's own."""
    return not may_write_at(moment, rhythm_of(facts)[0].off)

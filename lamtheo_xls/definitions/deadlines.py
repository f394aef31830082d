"""Deadlines: a due rule of the source applied to a period, with the office's own dates of the round."""

from __future__ import annotations

import calendar
import datetime as dt

from lamtheo_xls.definitions.model import Deadline, Due, Milestone, Obligation
from lamtheo_xls.definitions.periods import ROMAN, period_year
from lamtheo_xls.definitions.templates import fill
from lamtheo_xls.findings import say

_DAY = dt.timedelta(days=1)


def deadline_of(
    obligation: Obligation,
    period: str,
    *,
    due: dt.date | None = None,
    accept_until: dt.date | None = None,
    strict: bool = False,
) -> Deadline:
    """The deadline of `obligation` for `period` (S1.14; the exception of a single period, S1.16).

    `due` is the round's own date (inclusive) and replaces the rule; `accept_until` replaces the rule's days of
    grace; `strict` shows a return as late from the first day that is not on time. «trước ngày 15/12» is on time
    through 14/12 and, unless strict, late from 16/12.
    """
    return _applied(obligation.exceptions.get(period, obligation.due), period, due, accept_until, strict)


def date_of(milestone: Milestone, period: str) -> Deadline:
    """When a date of the office itself falls in `period` (S1.20, S1.21)."""
    return _applied(milestone.due, period, None, None, False)


def _applied(rule: Due, period: str, due: dt.date | None, accept_until: dt.date | None, strict: bool) -> Deadline:
    year = rule.year or period_year(period)
    if due is not None:
        on_time, late_from, text = due, due + _DAY, say("definitions.due.by", ngay=f"{due:%d/%m/%Y}")
    else:
        on_time = last_day(rule, year)
        late_from = on_time + _DAY
        if rule.kind == "before" and not (strict or rule.strict):
            late_from += _DAY
        text = fill(rule.text, {"nam": year}) if rule.text else due_words(rule, year)
    if accept_until is None and rule.accept_days is not None:
        accept_until = on_time + rule.accept_days * _DAY
    return Deadline(on_time=on_time, late_from=late_from, accept_until=accept_until, text=text)


def last_day(rule: Due, year: int) -> dt.date:
    """The last day on time under `rule` in `year`. ValueError where the rule names a day that year does not have."""
    if rule.kind == "in_month":
        return _month_end(year, rule.month)
    if rule.kind == "in_quarter":
        return _month_end(year, rule.quarter * 3)
    day = dt.date(year, rule.month, rule.day)
    return day - _DAY if rule.kind == "before" else day


def due_words(rule: Due, year: int) -> str:
    """The rule in Vietnamese where the definition gives no words of the source: «trong tháng 02/2027»."""
    if rule.kind == "in_quarter":
        return say("definitions.due.in_quarter", quy=ROMAN[rule.quarter - 1], nam=year)
    if rule.kind == "in_month":
        return say("definitions.due.in_month", thang=f"{rule.month:02}", nam=year)
    return say(f"definitions.due.{rule.kind}", ngay=f"{rule.day:02}/{rule.month:02}/{year}")


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])

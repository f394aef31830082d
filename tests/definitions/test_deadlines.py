"""Deadlines and periods: what the source says, to the day."""

from __future__ import annotations

import datetime as dt

import pytest

from lamtheo_xls.definitions import (
    bundled,
    deadline_of,
    load_folder,
    period_label,
    period_span,
    period_valid,
    period_year,
    previous_period,
)
from lamtheo_xls.definitions.model import Deadline, Due, Obligation


def owed(due: Due, **exceptions: Due) -> Obligation:
    return Obligation(
        id="bao-cao", form="mau-02", unit_kinds=("dang_uy_co_so",), to="", via="", due=due, exceptions=exceptions
    )


def day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").date()


MAU_02 = """
2021  28/02/2021  01/03/2021  trong tháng 02/2021
2022  24/02/2022  26/02/2022  trước ngày 25/02/2022
2023  28/02/2023  01/03/2023  trong tháng 02/2023
2024  29/02/2024  01/03/2024  trong tháng 02/2024
2027  28/02/2027  01/03/2027  trong tháng 02/2027
2028  29/02/2028  01/03/2028  trong tháng 02/2028
2100  28/02/2100  01/03/2100  trong tháng 02/2100
"""


@pytest.mark.parametrize("line", MAU_02.strip().splitlines())
def test_mau_02_is_due_within_february_and_in_2022_before_the_25th(line: str) -> None:
    """S1.14 with 28 or 29 February, S1.16 for 2022 alone; nothing closes the round by itself."""
    bundle, _ = load_folder(bundled("43-kh-duk"))
    assert bundle is not None
    [mau_02] = [o for o in bundle.programme.obligations if o.id == "mau-02"]
    period, on_time, late_from, text = line.split(maxsplit=3)
    assert deadline_of(mau_02, period) == Deadline(
        on_time=day(on_time), late_from=day(late_from), accept_until=None, text=text
    )


RULES = [
    (Due(kind="before", month=12, day=15), "2026", "14/12/2026", "16/12/2026", "trước ngày 15/12/2026"),
    (Due(kind="before", month=12, day=15, strict=True), "2026", "14/12/2026", "15/12/2026", "trước ngày 15/12/2026"),
    (Due(kind="before", month=3, day=1), "2028", "29/02/2028", "02/03/2028", "trước ngày 01/03/2028"),
    (Due(kind="before", month=1, day=1), "2026", "31/12/2025", "02/01/2026", "trước ngày 01/01/2026"),
    (Due(kind="before", month=4, day=26, year=2024), "2026", "25/04/2024", "27/04/2024", "trước ngày 26/04/2024"),
    (Due(kind="by", month=12, day=1), "2026", "01/12/2026", "02/12/2026", "chậm nhất đến ngày 01/12/2026"),
    (Due(kind="by", month=12, day=31), "2026", "31/12/2026", "01/01/2027", "chậm nhất đến ngày 31/12/2026"),
    (Due(kind="in_quarter", quarter=1), "2024", "31/03/2024", "01/04/2024", "trong quý I/2024"),
    (Due(kind="in_quarter", quarter=4), "2024-Q4", "31/12/2024", "01/01/2025", "trong quý IV/2024"),
    (Due(kind="in_month", month=2, year=2023), "2026", "28/02/2023", "01/03/2023", "trong tháng 02/2023"),
    (
        Due(kind="in_month", month=11, text="đến tháng 11/{nam}"),
        "2026",
        "30/11/2026",
        "01/12/2026",
        "đến tháng 11/2026",
    ),
]


@pytest.mark.parametrize(("due", "period", "on_time", "late_from", "text"), RULES)
def test_each_kind_of_due_rule_gives_its_days_and_words(
    due: Due, period: str, on_time: str, late_from: str, text: str
) -> None:
    """`before` is exclusive and red two days on, unless strict; the other kinds are inclusive, red on the next day."""
    found = deadline_of(owed(due), period)
    assert (found.on_time, found.late_from, found.text) == (day(on_time), day(late_from), text)


def test_strict_round_makes_before_red_at_once_and_changes_nothing_else() -> None:
    """The office may be strict for one round (sheet ĐỢT)."""
    before, month = owed(Due(kind="before", month=12, day=15)), owed(Due(kind="in_month", month=2))
    assert deadline_of(before, "2026", strict=True).late_from == dt.date(2026, 12, 15)
    assert deadline_of(before, "2026", strict=True).on_time == dt.date(2026, 12, 14)
    assert deadline_of(month, "2026", strict=True) == deadline_of(month, "2026")


def test_the_rounds_own_dates_replace_the_rule() -> None:
    """A due date of sheet ĐỢT is inclusive, wins over rule and exception, and its words say so."""
    rule = owed(Due(kind="before", month=2, day=25, accept_days=10), **{"2026": Due(kind="by", month=3, day=1)})
    assert deadline_of(rule, "2025").accept_until == dt.date(2025, 3, 6)
    assert deadline_of(rule, "2026").accept_until is None
    assert deadline_of(rule, "2026", due=dt.date(2026, 3, 5), accept_until=dt.date(2026, 3, 20)) == Deadline(
        on_time=dt.date(2026, 3, 5),
        late_from=dt.date(2026, 3, 6),
        accept_until=dt.date(2026, 3, 20),
        text="chậm nhất đến ngày 05/03/2026",
    )


PERIODS = """
2026     year     01/01/2026  31/12/2026  2025     năm 2026
2026-H1  half     01/01/2026  30/06/2026  2025-H2  6 tháng đầu năm 2026
2026-H2  half     01/07/2026  31/12/2026  2026-H1  6 tháng cuối năm 2026
2026-Q1  quarter  01/01/2026  31/03/2026  2025-Q4  quý I/2026
2026-Q4  quarter  01/10/2026  31/12/2026  2026-Q3  quý IV/2026
2026-02  month    01/02/2026  28/02/2026  2026-01  tháng 02/2026
2028-02  month    01/02/2028  29/02/2028  2028-01  tháng 02/2028
2026-01  month    01/01/2026  31/01/2026  2025-12  tháng 01/2026
2026-12  month    01/12/2026  31/12/2026  2026-11  tháng 12/2026
"""


@pytest.mark.parametrize("line", PERIODS.strip().splitlines())
def test_a_period_knows_its_kind_days_predecessor_and_name(line: str) -> None:
    """Year, half, quarter and month alike, over the turn of the year and leap years."""
    period, kind, first, last, before, label = line.split(maxsplit=5)
    assert [k for k in ("year", "half", "quarter", "month") if period_valid(period, k)] == [kind]
    assert period_year(period) == int(period[:4])
    assert period_span(period) == (day(first), day(last))
    assert previous_period(period) == before
    assert period_label(period) == label


@pytest.mark.parametrize(
    "text", ["", "26", "2026-", "2026-H3", "2026-Q0", "2026-Q5", "2026-13", "2026-2", "2026-q1", " 2026"]
)
def test_what_is_no_period_is_said_to_be_none(text: str) -> None:
    """period_valid never raises; the others raise ValueError rather than guess."""
    assert not period_valid(text)
    with pytest.raises(ValueError):
        period_span(text)

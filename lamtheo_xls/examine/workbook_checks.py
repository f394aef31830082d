"""Checks of phase workbook: the return as a whole, and «không phát sinh» as an answer."""

from __future__ import annotations

from collections.abc import Iterator

from lamtheo_xls.examine.answers import Answers, Found
from lamtheo_xls.examine.cell_checks import Check, at
from lamtheo_xls.examine.running import content_is_filled, something_is_filled
from lamtheo_xls.findings import finding
from lamtheo_xls.text import read_tick


def something_was_filled(answers: Answers) -> Iterator[Found]:
    """workbook.unchanged (info): no used row and no field other than it was at issue."""
    if not answers.facts.prefilled and not something_is_filled(answers):
        yield None, finding("workbook.unchanged", sheet=answers.sheet)


def nil_stands_alone_where_it_may(answers: Answers) -> Iterator[Found]:
    """workbook.nil_not_allowed (error), workbook.nil_and_filled (warning: the unit says which holds), at the mark."""
    read = answers.fields.get(answers.form.nil_field)
    if read is None or not read_tick(read.text):
        return
    if not answers.facts.nil_allowed:
        yield at(answers, "workbook.nil_not_allowed", read)
    elif content_is_filled(answers):
        yield at(answers, "workbook.nil_and_filled", read)


def is_nil(answers: Answers) -> bool:
    """Whether the return says «không phát sinh», may say so, and says nothing else."""
    read = answers.fields.get(answers.form.nil_field)
    marked = read is not None and bool(read_tick(read.text))
    return marked and answers.facts.nil_allowed and not content_is_filled(answers)


def return_arrived_in_time(answers: Answers) -> Iterator[Found]:
    """workbook.late (info): received on or after the day from which lateness is shown."""
    facts = answers.facts
    if facts.deadline is None or facts.received is None or facts.received < facts.deadline.late_from:
        return
    day, due = (f"{d.day:02}/{d.month:02}/{d.year}" for d in (facts.received, facts.deadline.on_time))
    yield None, finding("workbook.late", ngay_nhan=day, han=due)


WORKBOOK_CHECKS: tuple[Check, ...] = (something_was_filled, nil_stands_alone_where_it_may, return_arrived_in_time)

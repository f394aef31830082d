"""Checks of phase workbook: the return as a whole, and «không phát sinh» as an answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from lamtheo_xls.examine.answers import Answers, Found, address
from lamtheo_xls.examine.cell_checks import Check, at, number_of
from lamtheo_xls.examine.running import content_is_filled, something_is_filled
from lamtheo_xls.findings import finding
from lamtheo_xls.text import plain_key, read_tick


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


def part_of(answers: Answers) -> str:
    """Which part the unit says this is (1 to 99); where it does not say so legibly, the part as issued."""
    form, issued = answers.form, answers.facts.issued
    as_issued = issued.part if issued is not None else ""
    read = answers.fields.get(form.part_field)
    if form.parts != "many" or read is None:
        return as_issued
    number = number_of(form.field(form.part_field), read)
    return f"{number:.0f}" if number is not None and number.is_integer() and 1 <= number <= 99 else as_issued


def is_another_name(new: str, old: str) -> bool:
    """Whether neither name holds the other, word for word: one made longer, shorter, or mended in its marks, capitals
    and points stays the same name."""
    one, other = (f" {' '.join(re.findall('[a-z0-9]+', plain_key(name)))} " for name in (new, old))
    return one not in other and other not in one


def part_is_about_the_same(answers: Answers) -> Iterator[Found]:
    """workbook.part_replaces (warning): what came earlier as this part and counts has another name. Most often a copy
    of the workbook was filled for a second model and its number forgotten; taken silently, it would push out the
    first."""
    form = answers.form
    spot = answers.spots.get(form.part_field)
    for id, was in answers.facts.counted.items():
        read = answers.fields.get(id)
        if spot is None or read is None or not is_another_name(read.shown, was):
            continue
        ten, so = form.field(form.part_field).short, part_of(answers)
        yield at(answers, "workbook.part_replaces", read, ten=ten, so=so, da_nhan=was, o_so=address(*spot))


def return_arrived_in_time(answers: Answers) -> Iterator[Found]:
    """workbook.late (info): received on or after the day from which lateness is shown. workbook.after_accept_until
    (info): after the last day the office named for taking returns in; whether it counts then is the office's to say."""
    deadline, received = answers.facts.deadline, answers.facts.received
    if deadline is None or received is None:
        return
    day, last = _day(received), deadline.accept_until
    if received >= deadline.late_from:
        yield None, finding("workbook.late", ngay_nhan=day, han=_day(deadline.on_time))
    if last is not None and received > last:
        yield None, finding("workbook.after_accept_until", ngay_nhan=day, den=_day(last))


def _day(day: dt.date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year}"


WORKBOOK_CHECKS: tuple[Check, ...] = (
    something_was_filled,
    nil_stands_alone_where_it_may,
    part_is_about_the_same,
    return_arrived_in_time,
)

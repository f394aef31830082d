"""Checks of phase cell: what one input holds. A check's name is its specification; silence means no finding."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from lamtheo_xls.definitions.model import Field, Rule
from lamtheo_xls.examine.answers import Answers, Found, address
from lamtheo_xls.examine.running import field_rules_of, is_marked_nil, rules_of
from lamtheo_xls.examine.values import Read
from lamtheo_xls.findings import Finding, Place, entry, say
from lamtheo_xls.text import Period, is_placeholder, parse_period, read_date, read_tick, text_key
from lamtheo_xls.workbook.layout import UNIT_FIELD, Spot
from lamtheo_xls.workbook.write.panel import length

_UNUSABLE = ("formula", "error")
_HINT_BEGINNINGS = frozenset(("", *"([.…_/,;:)]vV"))
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(,[0-9]{1,15})?")
_NOT_UNDERSTOOD = frozenset(("unknown", "lunar", "ditto"))


def at(answers: Answers, code: str, read: Read, severity: str = "", **args: str | int) -> Found:
    """A finding at the cell of `read`, quoting it."""
    spot, found = at_blank(answers, code, read.row, read.column, severity, **args)
    return spot, replace(found, value=read.text or read.shown)


def at_blank(answers: Answers, code: str, row: int, column: int, severity: str = "", **args: str | int) -> Found:
    """A finding at a cell that holds nothing to quote."""
    words = tuple((name, str(value)) for name, value in args.items())
    place = Place(sheet=answers.sheet, cell=address(row, column))
    return Spot(row, column), Finding(code=code, place=place, args=words, severity=severity or entry(code).severity)


def _long_inputs(answers: Answers) -> Iterator[tuple[Field, Read]]:
    """Inputs that have a limit and may be beyond it."""
    for field, read in answers.filled:
        if field.max_length and len(read.shown) > field.max_length:
            yield field, read
    for table, rows in answers.rows.items():
        limited = [(c, c.id, c.max_length) for c in answers.form.table(table).columns if c.max_length]
        for row in rows:
            reads = row.reads
            for column, id, limit in limited:
                if id in reads and len(reads[id].shown) > limit:
                    yield column, reads[id]


def _inputs_of_type(answers: Answers, *types: str) -> Iterator[tuple[Field, Read]]:
    """Non-blank, readable inputs of some types, column by column; those that take any text apart."""
    for field, read in answers.filled:
        if field.type in types and not field.free and read.kind not in _UNUSABLE:
            yield field, read
    for table, rows in answers.rows.items():
        for column in answers.form.table(table).columns:
            if column.type in types and not column.free:
                for row in rows:
                    read_ = row.reads.get(column.id)
                    if read_ is not None and not read_.carried and read_.kind not in _UNUSABLE:
                        yield column, read_


# -- both at intake and in the panel ----------------------------------------------------------------------------------


def required_inputs_are_filled(answers: Answers) -> Iterator[Found]:
    """cell.required: a required field, or a required column of a used row, is blank (as the panel sees blanks)."""
    nil = is_marked_nil(answers)
    for field in answers.asked:
        spot = answers.spots.get(field.id)
        if field.required and spot is not None and field.id not in answers.fields and (not nil or field is UNIT_FIELD):
            yield at_blank(answers, "cell.required", spot.row, spot.column, ten=field.short)
    for table, rows in answers.rows.items():
        placed = answers.columns[table]
        columns = [c for c in answers.form.table(table).columns if c.required and c.id in placed]
        for row in rows:
            for column in columns:
                if column.id not in row.reads:
                    yield at_blank(answers, "cell.required", row.sheet_row, placed[column.id], ten=column.short)


def texts_are_short_enough(answers: Answers) -> Iterator[Found]:
    """cell.too_long: longer than the field allows, as the panel counts."""
    for field, read in _long_inputs(answers):
        size, limit = length(read.shown), field.max_length or 0
        if size > limit and not read.carried and read.kind not in _UNUSABLE:
            yield at(answers, "cell.too_long", read, ten=field.short, dai=size, toi_da=limit)


# -- only at intake ---------------------------------------------------------------------------------------------------


def inputs_are_no_formulas(answers: Answers) -> Iterator[Found]:
    """cell.formula: nothing is taken from a formula, whatever value it shows."""
    for field, read in answers.odd:
        if read.kind == "formula":
            yield at(answers, "cell.formula", read, ten=field.short)


def inputs_are_no_error_values(answers: Answers) -> Iterator[Found]:
    """cell.error_value: #REF!, #N/A and the like."""
    for field, read in answers.odd:
        if read.kind == "error":
            yield at(answers, "cell.error_value", read, ten=field.short)


def texts_are_no_dates(answers: Answers) -> Iterator[Found]:
    """cell.date_for_text (info): Excel made a date of what was typed; a warning where its format hides the year,
    because «3-11» may have meant months (C.7)."""
    for field, read in answers.odd:
        if read.kind == "date" and field.type in ("text", "choice"):
            doubt = "warning" if read.parts in ("d", "dm") else ""
            yield at(answers, "cell.date_for_text", read, doubt, ten=field.short, hieu_la=read.text)


def legacy_fonts_are_noted(answers: Answers) -> Iterator[Found]:
    """cell.legacy_font (info): TCVN3 or VNI text, converted."""
    for field, read in answers.odd:
        if read.legacy:
            yield at(answers, "cell.legacy_font", read, ten=field.short, hieu_la=read.text)


def required_inputs_are_no_placeholders(answers: Answers) -> Iterator[Found]:
    """cell.placeholder: a required input holds dots, a hint, or only invisible characters (S1.34)."""
    for table, rows in answers.rows.items():
        examples = answers.examples[table]
        severity = _weight_of_dots(answers, table)
        for column in answers.form.table(table).columns:
            if column.required or severity:
                for row in rows:
                    read = row.reads.get(column.id)
                    if read is None or read.text[:1] not in _HINT_BEGINNINGS:
                        continue
                    if is_hint(read) and row.sheet_row not in examples:
                        yield at(answers, "cell.placeholder", read, severity, ten=column.short)
    for field, read in answers.filled:
        if field.required and is_hint(read):
            yield at(answers, "cell.placeholder", read, ten=field.short)


def _weight_of_dots(answers: Answers, table: str) -> str:
    """In a narrative that is asked for, a paragraph of dots weighs what having none does; '' elsewhere."""
    if answers.form.table(table).kind != "paragraphs":
        return ""
    return next((rule.severity or "error" for rule in rules_of(answers, "min_rows", table)), "")


def is_hint(read: Read) -> bool:
    """Whether a cell holds only what was written to be replaced."""
    if read.kind in _UNUSABLE:
        return False
    return not read.text or (read.text[0] in _HINT_BEGINNINGS and is_placeholder(read.text))


def ticks_are_understood(answers: Answers) -> Iterator[Found]:
    """cell.not_tick: neither blank nor a known tick (S1.32). Where two of them are filled, tick_both says it."""
    exclusive = [rule.columns for rule in field_rules_of(answers, "exactly_one")]
    for field, read in answers.filled:
        if field.type == "tick" and _is_odd_tick(read) and not _rival_filled(field.id, exclusive, answers.fields):
            yield at(answers, "cell.not_tick", read, ten=field.short)
    for table, rows in answers.rows.items():
        form_table = answers.form.table(table)
        exclusive = [rule.columns for rule in rules_of(answers, "exactly_one", table)]
        for column in form_table.columns:
            if column.type != "tick":
                continue
            for row in rows:
                read_ = row.reads.get(column.id)
                if read_ is not None and _is_odd_tick(read_) and not _rival_filled(column.id, exclusive, row.reads):
                    yield at(answers, "cell.not_tick", read_, ten=column.short)


def _is_odd_tick(read: Read) -> bool:
    return read.text != "x" and read.kind not in _UNUSABLE and read_tick(read.text) is not True


def _rival_filled(id: str, exclusive: list[tuple[str, ...]], filled: Mapping[str, Read]) -> bool:
    """Whether another tick of a group of which one is wanted is filled beside `id`."""
    return any(c != id and c in filled for columns in exclusive if id in columns for c in columns)


def choices_are_listed(answers: Answers) -> Iterator[Found]:
    """cell.not_in_list (warning): a closed choice holds a text that its list lacks; unknown lists are not compared."""
    for field, read in _inputs_of_type(answers, "choice"):
        listed = _listed(field.choices or _choices_from(answers, field))
        if listed and read.text not in listed and text_key(read.text) not in listed:
            yield at(answers, "cell.not_in_list", read, ten=field.short)


def _choices_from(answers: Answers, field: Field) -> tuple[str, ...]:
    if field.choices_from == "groups":
        return answers.facts.groups
    return answers.facts.children if field.choices_from == "children" else ()


@lru_cache(maxsize=256)
def _listed(choices: tuple[str, ...]) -> frozenset[str]:
    return frozenset(choices) | {text_key(choice) for choice in choices}


def numbers_are_numbers(answers: Answers) -> Iterator[Found]:
    """cell.number: no number (a whole one where asked for), cell.number_range: outside minimum and maximum. «1.500» as
    text is questioned: it may be one and a half or fifteen hundred."""
    for field, read in _inputs_of_type(answers, "integer", "number"):
        number = number_of(field, read)
        if number is None:
            yield at(answers, "cell.number", read, ten=field.short, loai=say(f"examine.number.{field.type}"))
        elif (field.minimum is not None and number < field.minimum) or (
            field.maximum is not None and number > field.maximum
        ):
            yield at(answers, "cell.number_range", read, ten=field.short, khoang=_span_words(field))


def number_of(field: Field, read: Read) -> float | None:
    """The number an input of type integer or number holds; None where it holds none."""
    if read.kind == "number":
        number = float(read.text)
        return number if field.type == "number" or number.is_integer() else None
    pattern = _INTEGER if field.type == "integer" else _NUMBER
    return float(read.text.replace(",", ".")) if read.kind == "text" and pattern.fullmatch(read.text) else None


def _span_words(field: Field) -> str:
    it, nhieu = (f"{limit:g}" if limit is not None else "" for limit in (field.minimum, field.maximum))
    key = "between" if it and nhieu else "least" if it else "most"
    return say(f"examine.number.{key}", it=it, nhieu=nhieu)


def dates_are_dates(answers: Answers) -> Iterator[Found]:
    """cell.date: no date, or an impossible one."""
    for field, read in _inputs_of_type(answers, "date"):
        if read.kind != "date" and read_date(read.text) is None:
            yield at(answers, "cell.date", read, ten=field.short)


def periods_are_understood_and_touch_the_year(answers: Answers) -> Iterator[Found]:
    """cell.period_invalid (error), cell.period_unreadable and cell.period_outside (warnings)."""
    year = answers.facts.year
    for rule, read in _inputs_of_rules(answers, "period_in_year"):
        if read.kind in _UNUSABLE or read.parts in ("d", "dm") or is_hint(read):
            continue
        code = _fault_of_period(read.text, year)
        if code:
            severity = rule.severity if code != "cell.period_invalid" else ""
            yield at(answers, code, read, severity, nam=year)


def _inputs_of_rules(answers: Answers, kind: str) -> Iterator[tuple[Rule, Read]]:
    """Each non-blank input that a rule of one kind, on one column or single field, looks at."""
    for rule in field_rules_of(answers, kind):
        if rule.columns[0] in answers.fields:
            yield rule, answers.fields[rule.columns[0]]
    for table, rows in answers.rows.items():
        for rule in rules_of(answers, kind, table):
            for row in rows:
                if rule.columns[0] in row.reads:
                    yield rule, row.reads[rule.columns[0]]


@lru_cache(maxsize=8192)
def _fault_of_period(text: str, year: int) -> str:
    period = parse_period(text, year)
    if period.kind == "invalid":
        return "cell.period_invalid"
    if period.kind in _NOT_UNDERSTOOD:
        return "cell.period_unreadable"
    return "cell.period_outside" if is_outside(period, year) else ""


def is_outside(period: Period, year: int) -> bool:
    """Whether no day of the period lies in the year; a period without dates is never outside."""
    if period.end is not None and period.end < dt.date(year, 1, 1):
        return True
    return period.start is not None and period.start > dt.date(year, 12, 31)


Check = Callable[[Answers], Iterator[Found]]

CELL_CHECKS: tuple[Check, ...] = (
    required_inputs_are_filled,
    texts_are_short_enough,
    inputs_are_no_formulas,
    inputs_are_no_error_values,
    texts_are_no_dates,
    legacy_fonts_are_noted,
    required_inputs_are_no_placeholders,
    ticks_are_understood,
    choices_are_listed,
    numbers_are_numbers,
    dates_are_dates,
    periods_are_understood_and_touch_the_year,
)

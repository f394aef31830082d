"""Checks of phase table (rows against each other and the form's rules) and of phase workbook (the whole return)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lamtheo_xls.examine.answers import Answers, Found, UsedRow, address
from lamtheo_xls.examine.cell_checks import Check, at, at_blank, is_hint, rules_of
from lamtheo_xls.findings import finding, say
from lamtheo_xls.text import same_words, suggest, unit_key
from lamtheo_xls.workbook.layout import fill
from lamtheo_xls.workbook.panel import length


def exactly_one_column_is_ticked(answers: Answers) -> Iterator[Found]:
    """table.tick_missing, table.tick_both: any mark counts as one, as in the panel (S1.32)."""
    for table, rows in answers.rows.items():
        for rule in rules_of(answers, "exactly_one", table):
            placed = answers.columns[table]
            for row in rows:
                marked = sum(name in row.reads for name in rule.columns)
                if marked != 1:
                    missing = marked == 0
                    words = say("examine.words.or" if missing else "examine.words.and").join(
                        say(
                            "examine.words.marked",
                            o=address(row.sheet_row, placed[name]),
                            ten=answers.form.table(table).column(name).short,
                        )
                        for name in rule.columns
                        if missing or name in row.reads
                    )
                    about: dict[str, str | int] = {"dong": row.sheet_row, "cac_o": words}
                    if missing:
                        first = placed[rule.columns[0]]
                        yield at_blank(answers, "table.tick_missing", row.sheet_row, first, rule.severity, **about)
                    else:
                        read = next(row.reads[name] for name in rule.columns if name in row.reads)
                        yield at(answers, "table.tick_both", read, rule.severity, **about)


def tables_have_their_minimum_of_rows(answers: Answers) -> Iterator[Found]:
    """table.too_few_rows, at the first required cell of the table (S1.13)."""
    for table, rows in answers.rows.items():
        placed = answers.columns[table]
        for rule in rules_of(answers, "min_rows", table):
            if len(rows) < rule.count:
                columns = [c for c in answers.form.table(table).columns if c.id in placed]
                first = next((c for c in columns if c.required), columns[0])
                yield at_blank(
                    answers,
                    "table.too_few_rows",
                    answers.first_rows[table],
                    placed[first.id],
                    rule.severity,
                    so_dong=len(rows),
                    toi_thieu=rule.count,
                )


def no_example_is_sent_back(answers: Answers) -> Iterator[Found]:
    """table.example_row: one for each row that repeats «Ví dụ» of the source (S1.34)."""
    for examples in answers.examples.values():
        for read in examples.values():
            yield at(answers, "table.example_row", read)


def ditto_marks_have_a_row_above(answers: Answers) -> Iterator[Found]:
    """table.ditto (info; a warning where the rows are no longer in their first order), table.ditto_first (S1.33)."""
    for table, rows in answers.rows.items():
        ordered = _in_first_order(rows)
        for row in rows:
            for name, meant in row.dittos.items():
                read = row.reads[name]
                if meant is None:
                    short = answers.form.table(table).column(name).short
                    yield at(answers, "table.ditto_first", read, ten=short)
                elif meant:
                    mark = read._replace(text=read.shown.strip())
                    yield at(answers, "table.ditto", mark, "" if ordered else "warning", hieu_la=meant)


def _in_first_order(rows: tuple[UsedRow, ...]) -> bool:
    numbers = [row.number for row in rows if row.number]
    return numbers == sorted(numbers)


def units_are_the_committees_own(answers: Answers) -> Iterator[Found]:
    """table.unit_not_child (info), once for each name; nothing where the unit's own list is unknown (S1.15)."""
    children = answers.facts.children
    if not children:
        return
    own = frozenset(children)
    for table, rows in answers.rows.items():
        for rule in rules_of(answers, "child_unit", table):
            examples = answers.examples[table]
            seen: set[str] = set()
            for row in rows:
                read = row.reads.get(rule.columns[0])
                if read is None or read.carried or not read.text or read.text in own or read.text in seen:
                    continue
                seen.add(read.text)
                if row.sheet_row in examples or rule.columns[0] in row.dittos or is_hint(read):
                    continue
                if unit_key(read.text) in _unit_keys(children):
                    continue
                like = suggest(read.text, children, 1)
                words = say("examine.words.suggestion", ten=like[0]) if like else ""
                yield at(answers, "table.unit_not_child", read, rule.severity, goi_y=words)


@lru_cache(maxsize=256)
def _unit_keys(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(unit_key, names))


def something_was_filled(answers: Answers) -> Iterator[Found]:
    """workbook.unchanged: no used row and no field other than it was at issue."""
    facts = answers.facts
    if any(answers.rows.values()) or facts.prefilled:
        return
    for field in answers.form.fields:
        if field.id not in answers.spots or ("{" in field.default and facts.context is None):
            continue
        read = answers.fields.get(field.id)
        if read is not None and read.kind in ("formula", "error"):
            return
        left = fill(field.default, facts.context or {})
        shown = read.shown if read is not None else ""
        if length(shown) != length(left) or not same_words(shown, left):
            return
    yield None, finding("workbook.unchanged", sheet=answers.sheet)


def return_arrived_in_time(answers: Answers) -> Iterator[Found]:
    """workbook.late (info): received on or after the day from which lateness is shown."""
    facts = answers.facts
    if facts.deadline is None or facts.received is None or facts.received < facts.deadline.late_from:
        return
    day, due = (f"{d.day:02}/{d.month:02}/{d.year}" for d in (facts.received, facts.deadline.on_time))
    yield None, finding("workbook.late", ngay_nhan=day, han=due)


TABLE_CHECKS: tuple[Check, ...] = (
    exactly_one_column_is_ticked,
    tables_have_their_minimum_of_rows,
    no_example_is_sent_back,
    ditto_marks_have_a_row_above,
    units_are_the_committees_own,
)

WORKBOOK_CHECKS: tuple[Check, ...] = (something_was_filled, return_arrived_in_time)

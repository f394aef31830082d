"""Checks of phase table: rows against each other and against the form's rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lamtheo_xls.examine.answers import Answers, Found, UsedRow, address
from lamtheo_xls.examine.cell_checks import Check, at, at_blank, is_hint
from lamtheo_xls.examine.running import is_marked_nil, rules_of
from lamtheo_xls.findings import say
from lamtheo_xls.text import suggest, unit_key


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
    """table.too_few_rows, table.too_few_paragraphs, at the first required cell of the table (S1.13, S1.29)."""
    if is_marked_nil(answers):
        return
    for table, rows in answers.rows.items():
        placed = answers.columns[table]
        for rule in rules_of(answers, "min_rows", table):
            if len(rows) < rule.count:
                columns = [c for c in answers.form.table(table).columns if c.id in placed]
                first = next((c for c in columns if c.required), columns[0])
                about: dict[str, str | int] = {"so_dong": len(rows), "toi_thieu": rule.count}
                code = "table.too_few_rows"
                if answers.form.table(table).kind == "paragraphs":
                    code, about = "table.too_few_paragraphs", {"ten": first.short, **about}
                yield at_blank(answers, code, answers.first_rows[table], placed[first.id], rule.severity, **about)


def tables_have_their_maximum_of_rows(answers: Answers) -> Iterator[Found]:
    """table.too_many_rows (warning), at the first row that is one too many (S3.9)."""
    for table, rows in answers.rows.items():
        for rule in rules_of(answers, "max_rows", table):
            if len(rows) > rule.count:
                row, column = rows[rule.count].sheet_row, min(answers.columns[table].values())
                about = {"so_dong": len(rows), "nhieu_nhat": rule.count}
                yield at_blank(answers, "table.too_many_rows", row, column, rule.severity, **about)


def tables_have_their_minimum_of_ticks(answers: Answers) -> Iterator[Found]:
    """table.too_few_ticked (warning), at the column's first cell; nothing where no row is used (S3.10)."""
    for table, rows in answers.rows.items():
        for rule in rules_of(answers, "min_ticked", table):
            name = rule.columns[0]
            marked = sum(name in row.reads for row in rows)
            if rows and marked < rule.count:
                short = answers.form.table(table).column(name).short
                about: dict[str, str | int] = {"ten": short, "so_dong": marked, "toi_thieu": rule.count}
                row, column = rows[0].sheet_row, answers.columns[table][name]
                yield at_blank(answers, "table.too_few_ticked", row, column, rule.severity, **about)


def parts_for_others_are_left_blank(answers: Answers) -> Iterator[Found]:
    """table.not_asked (info), at the first cell of a table that is for others (S3.19)."""
    for table, rows in answers.rows.items():
        for rule in rules_of(answers, "not_asked", table):
            first = min(rows[0].reads.values(), key=lambda read: read.column) if rows else None
            if first is not None:
                yield at(answers, "table.not_asked", first, rule.severity)


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


TABLE_CHECKS: tuple[Check, ...] = (
    exactly_one_column_is_ticked,
    tables_have_their_minimum_of_rows,
    tables_have_their_maximum_of_rows,
    tables_have_their_minimum_of_ticks,
    parts_for_others_are_left_blank,
    no_example_is_sent_back,
    ditto_marks_have_a_row_above,
    units_are_the_committees_own,
)

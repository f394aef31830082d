"""Checks of phase cell that look at several inputs: ticks of which one is wanted, and what ought to be filled."""

from __future__ import annotations

from collections.abc import Iterator

from lamtheo_xls.examine.answers import Answers, Found, address
from lamtheo_xls.examine.cell_checks import Check, at, at_blank, is_hint
from lamtheo_xls.examine.running import field_rules_of, is_marked_nil, runs, something_is_filled
from lamtheo_xls.findings import say
from lamtheo_xls.text import text_key


def exactly_one_field_is_ticked(answers: Answers) -> Iterator[Found]:
    """cell.tick_missing at the first of the fields, cell.tick_both at the first marked one: any mark counts (S1.32)."""
    for rule in field_rules_of(answers, "exactly_one"):
        marked = [id for id in rule.columns if id in answers.fields]
        if len(marked) > 1:
            read = answers.fields[marked[0]]
            yield at(answers, "cell.tick_both", read, rule.severity, cac_o=_named(answers, marked, "and"))
        elif not marked and not is_marked_nil(answers):
            spot = answers.spots[rule.columns[0]]
            words = _named(answers, rule.columns, "or")
            yield at_blank(answers, "cell.tick_missing", spot.row, spot.column, rule.severity, cac_o=words)


def _named(answers: Answers, ids: list[str] | tuple[str, ...], joiner: str) -> str:
    return say(f"examine.words.{joiner}").join(
        say("examine.words.marked", o=address(*answers.spots[id]), ten=answers.form.field(id).short) for id in ids
    )


def the_plan_is_its_owners(answers: Answers) -> Iterator[Found]:
    """cell.other_name (warning): where the office wrote the name of the person the workbook is issued to stands another
    one; a workbook handed on to a colleague would else count as the owner's (S3.21)."""
    facts, closing = answers.facts, answers.form.closing.name
    name = (facts.context or {}).get("ho_ten", "")
    if not name or facts.issued is None or not facts.issued.person:
        return
    for field, read in answers.filled:
        owners = field.default == "{ho_ten}" and field.id != closing
        if owners and not is_hint(read) and text_key(read.text) != text_key(name):
            yield at(answers, "cell.other_name", read, ten=name)


def wanted_inputs_are_filled(answers: Answers) -> Iterator[Found]:
    """cell.wanted (warning): what ought to be there is blank or dots: in a used row (S3.7, S3.12), and in a field once
    anything is filled or the table that the field speaks of has rows (S3.35)."""
    if is_marked_nil(answers):
        return
    filled = something_is_filled(answers)
    asked = _asked_with_tables(answers)
    for field in answers.asked:
        spot, read = answers.spots.get(field.id), answers.fields.get(field.id)
        wanted = (field.wanted and filled) or field.id in asked
        if wanted and not field.required and spot is not None and (read is None or is_hint(read)):
            yield at_blank(answers, "cell.wanted", spot.row, spot.column, asked.get(field.id, ""), ten=field.short)
    for table, rows in answers.rows.items():
        placed, examples = answers.columns[table], answers.examples[table]
        for column in answers.form.table(table).columns:
            if not column.wanted or column.required or column.id not in placed:
                continue
            for row in rows:
                read = row.reads.get(column.id)
                if (read is None or is_hint(read)) and row.sheet_row not in examples:
                    yield at_blank(answers, "cell.wanted", row.sheet_row, placed[column.id], ten=column.short)


def _asked_with_tables(answers: Answers) -> dict[str, str]:
    """Fields that are wanted because a table has rows → the severity its rule gives."""
    return {
        id: rule.severity
        for rule in answers.form.rules
        if rule.kind == "asked_with" and answers.rows.get(rule.table) and runs(answers, rule)
        for id in rule.columns
    }


FIELD_CHECKS: tuple[Check, ...] = (exactly_one_field_is_ticked, the_plan_is_its_owners, wanted_inputs_are_filled)

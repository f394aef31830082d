"""Which rules run on a return: by the kind of unit, by what a field says, and not where «không phát sinh» is ticked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lamtheo_xls.definitions.model import Form, Rule
from lamtheo_xls.examine.answers import Answers
from lamtheo_xls.text import same_words
from lamtheo_xls.workbook.layout import fill
from lamtheo_xls.workbook.write.panel import length

_FIELD = re.compile(r"\{=(\w+)\}")


def rules_of(answers: Answers, kind: str, table: str) -> tuple[Rule, ...]:
    """The form's rules of one kind for one table, as far as they run here and their columns were located."""
    rules = answers.rules.get((kind, table))
    if not rules:
        return ()
    placed = answers.columns[table]
    return tuple(rule for rule in rules if runs(answers, rule) and all(column in placed for column in rule.columns))


def field_rules_of(answers: Answers, kind: str) -> tuple[Rule, ...]:
    """The form's rules of one kind for single fields, as far as they run here and their fields were located."""
    rules = answers.rules.get((kind, ""))
    if not rules:
        return ()
    return tuple(rule for rule in rules if runs(answers, rule) and all(id in answers.spots for id in rule.columns))


def runs(answers: Answers, rule: Rule) -> bool:
    """Whether `rule` is for this unit and this filling; what is not known makes no rule run."""
    if rule.unit_kinds and answers.facts.unit_kind not in rule.unit_kinds:
        return False
    if rule.when and not is_filled(answers, rule.when):
        return False
    return not rule.unless or is_filled(answers, rule.unless) is False


def is_filled(answers: Answers, id: str) -> bool | None:
    """Whether a single field holds anything, as the panel sees it; None where it cannot be known. What a locked field
    holds is what the office wrote there."""
    if id in answers.given:
        return length(answers.given[id]) > 0
    if id not in answers.spots or answers.form.field(id).locked:
        return None
    return id in answers.fields


def is_marked_nil(answers: Answers) -> bool:
    """Whether «không phát sinh» is marked: then nothing asks for content, in the panel either."""
    return bool(answers.form.nil_field) and answers.form.nil_field in answers.fields


def something_is_filled(answers: Answers) -> bool:
    """Whether a row is used or a single field is other than it was at issue."""
    return any(answers.rows.values()) or next(_touched(answers), None) is not None


def content_is_filled(answers: Answers) -> bool:
    """The same without what frames the form: number, place and date, recipients, signature, part, explanation, and
    the mark of «không phát sinh» itself."""
    return any(answers.rows.values()) or any(id not in _frame(answers.form) for id in _touched(answers))


def _touched(answers: Answers) -> Iterator[str]:
    """Single fields that hold something other than they were issued with."""
    context, prefilled = answers.facts.context, answers.facts.prefilled_fields
    for field in answers.form.fields:
        if field.locked or field.id not in answers.spots:
            continue
        left = prefilled.get(field.id)
        if left is None:
            if "{" in field.default and context is None:
                continue
            left = fill(field.default, context or {})
        read = answers.fields.get(field.id)
        shown = read.shown if read is not None else ""
        unreadable = read is not None and read.kind in ("formula", "error")
        if unreadable or length(shown) != length(left) or not same_words(shown, left):
            yield field.id


def _frame(form: Form) -> frozenset[str]:
    head, closing = form.head, form.closing
    own = (form.explanation, form.part_field, form.nil_field, head.place_date, closing.post, closing.name)
    return frozenset((*own, *closing.recipients, *_FIELD.findall(head.number)))

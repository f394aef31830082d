"""Warnings the unit has explained: on the row, for the return as a whole, or in an earlier return of the same part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lamtheo_xls.examine.answers import Answers, Found
from lamtheo_xls.findings import Finding

_OF_TABLES = ("table.too_many_rows", "table.too_few_ticked")
"""They stand at a row and speak of the whole table: the words for the return explain them too."""
_QUESTIONS = ("workbook.nil_and_filled",)
"""Which of two answers holds cannot be explained away."""


def lightened(found: Iterable[Found], answers: Answers) -> Iterator[Finding]:
    """Warnings the unit has explained, now or before, as infos that carry its words; identity is not for the unit to
    explain. A blank cell of a row has nothing to know it by again: it is explained in its own row each time."""
    words: dict[int, str] | None = None
    for spot, f in found:
        if f.severity == "warning" and not f.code.startswith("identity.") and f.code not in _QUESTIONS:
            if words is None:
                words = _row_words(answers)
            own_row = spot is not None and spot.row in words
            own = words[spot.row] if spot is not None and own_row else ""
            said = own or ("" if own_row and f.code not in _OF_TABLES else answers.explanation)
            if not said and (f.value or not own_row or f.code in _OF_TABLES):
                said = answers.facts.explained.get(_key(f), "")
            if said:
                f = replace(f, severity="info", explanation=said)
        yield f


def _row_words(answers: Answers) -> dict[int, str]:
    """Sheet row → the words in its explanation column, '' for none; rows of tables that have no such column apart."""
    asked = (rows for id, rows in answers.rows.items() if answers.form.table(id).explanation)
    return {row.sheet_row: row.explanation for rows in asked for row in rows}


def explained_in(findings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """What of `findings` (of one or more earlier judgements, the latest last) was explained, as `Facts.explained`."""
    return {_key(f): f.explanation for f in findings if f.explanation}


def _key(f: Finding) -> tuple[str, str]:
    """What a warning is known by again: its code and its value; where nothing stood there, the noun of the input."""
    return f.code, f.value or dict(f.args).get("ten", "")

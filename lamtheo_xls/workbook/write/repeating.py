"""Owns what locked cells repeat of what the unit typed, as formula text and in Python alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import Laid, Layout, column_letters, fill, locked_text
from lamtheo_xls.workbook.write.fences import Fences, literal
from lamtheo_xls.workbook.write.rules import Cached, Cell, Filled, length, length_formula, shown, shown_formula

_FIELD = re.compile(r"\{=(\w+)\}")
_AFTER_A_WORD = re.compile(r"(\w+) \{=(\w+)\}")


def blank_words(template: str) -> str:
    """What stands for a field that is blank: dots to write on; nothing where the words are only that field."""
    return "" if _FIELD.fullmatch(template) else say("workbook.words.blank")


def names_of(template: str) -> tuple[str, ...]:
    """The fields `{=field}` a template repeats, each once."""
    return tuple(dict.fromkeys(_FIELD.findall(template)))


def _printed_before(template: str, id: str) -> str:
    """The one word with which a template begins right before `{=id}` («Số»), which many type again; '' for none."""
    found = _AFTER_A_WORD.match(template)
    return found[1] if found and found[2] == id else ""


def _once(word: str, text: str) -> str:
    """What was typed without the word that is printed before it: «Số 12», «số: 12» → «12»."""
    plain = re.sub(" +", " ", text.strip(" "))
    if plain[: len(word) + 1].casefold() not in (f"{word} ".casefold(), f"{word}:".casefold()):
        return text
    return plain[len(word) + 1 :].strip(" ")


def _once_formula(word: str, text: str) -> str:
    """The same as a formula; «=» does not tell capitals from small letters."""
    size = len(word) + 1
    begins = f"LEFT(TRIM({text}),{size})"
    said = f"OR({begins}={literal(word + ' ')},{begins}={literal(word + ':')})"
    return f"IF({said},TRIM(MID(TRIM({text}),{size + 1},999)),{text})"


def words_formula(form: Form, layout: Layout, fences: Fences, cell: Laid) -> str:
    """The template beside it with what the unit typed; dots where that is blank, a word typed again once."""
    formula = f"${column_letters(layout.helper_columns['words'])}${cell.at.row}"
    for id in names_of(cell.words):
        value = fences.fixed(layout.fields[id])
        text = shown_formula(value, form.field(id).type)
        if word := _printed_before(cell.words, id):
            text = _once_formula(word, text)
        blank = literal(blank_words(cell.words))
        formula = f"SUBSTITUTE({formula},{literal('{=' + id + '}')},IF({length_formula(value)}=0,{blank},{text}))"
    return formula


def half_formula(layout: Layout, fences: Fences, cell: Laid) -> str:
    if cell.source is None:
        return '""'
    return f'{fences.fixed(cell.source)}&""'


def said(form: Form, template: str, filled: Filled, context: Mapping[str, str]) -> str:
    """A template filled from the context and with what the unit typed, as the cell shows it."""
    text = fill(template, context)
    for id in names_of(template):
        value = filled.fields.get(id, "")
        repeated = shown(value, form.field(id).type) if length(value) else blank_words(template)
        if word := _printed_before(template, id):
            repeated = _once(word, repeated)
        text = text.replace("{=" + id + "}", repeated)
    return text


def texts_of(
    form: Form, layout: Layout, filled: Filled, context: Mapping[str, str], panel: Mapping[Cell, Cached]
) -> dict[Cell, str]:
    """What the cells of the main sheet show, but for keys and numbers."""
    out: dict[Cell, str] = {}
    for c in layout.cells:
        if c.kind == "formula":
            out[c.at] = str(panel[c.at])
        elif c.kind in ("static", "context"):
            out[c.at] = locked_text(c, context)
        elif c.kind == "input" and not c.table:
            out[c.at] = filled.fields.get(c.field, "")
        elif c.kind == "input":
            rows = filled.rows.get(c.table, ())
            out[c.at] = rows[c.index - 1].get(c.field, "") if c.index <= len(rows) else ""
    return out

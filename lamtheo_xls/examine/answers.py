"""What the unit answered: the inputs of a located sheet as values with places, unit names carried down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lamtheo_xls.definitions.model import Field, Form, Rule
from lamtheo_xls.examine.model import Entry, Facts, Row
from lamtheo_xls.examine.values import Read, read_cell
from lamtheo_xls.findings import Finding
from lamtheo_xls.text import is_ditto, nfc, read_tick, text_key
from lamtheo_xls.workbook import layout as _layout
from lamtheo_xls.workbook.layout import UNIT_FIELD, Spot, fill
from lamtheo_xls.workbook.read.locate import Located

Found = tuple[Spot | None, Finding]
"""A finding with the cell it stands at, for ordering; None where it has no cell."""
address = lru_cache(maxsize=32768)(_layout.address)
_LONGEST_DITTO = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRow:
    """A row in which anything but the explanation is non-blank: the panel's notion of a used row."""

    sheet_row: int
    number: int
    reads: Mapping[str, Read]
    """Column id → Read, non-blank cells only; the unit name also where it was carried down."""
    dittos: Mapping[str, str | None]
    """Column id → what a ditto mark stands for; '' where the row above lacks it too, None without a row above."""
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All inputs of the return."""

    form: Form
    facts: Facts
    sheet: str
    rules: Mapping[tuple[str, str], list[Rule]]
    """Kind and table → the form's rules, in its order."""
    asked: tuple[Field, ...]
    """The single fields the unit fills, and the one by which a shared workbook asks for its unit."""
    fields: Mapping[str, Read]
    """Field id → Read, non-blank ones only; locked fields are in `given`."""
    filled: tuple[tuple[Field, Read], ...]
    """The same with their declarations, in the form's order."""
    given: Mapping[str, str]
    """Locked field id → what the office wrote there. Without the context of the assignment, what a workbook issued to
    one unit shows there, as its panel goes by it; of a shared one nothing is known."""
    spots: Mapping[str, Spot]
    """Field id → its cell, for every field that was located."""
    columns: Mapping[str, Mapping[str, int]]
    """Table id → column id → sheet column, for every column that was located."""
    first_rows: Mapping[str, int]
    """Table id → its first data row on the sheet; where all are gone, the row in which it began."""
    rows: Mapping[str, tuple[UsedRow, ...]]
    """Table id → used rows in the order of the sheet."""
    examples: Mapping[str, Mapping[int, Read]]
    """Table id → sheet row → the cell in which an example of the source stands unchanged (S1.34)."""
    odd: tuple[tuple[Field, Read], ...]
    """Inputs that are more than plain text: formula, error, date, legacy font."""
    explanation: str
    """The unit's own words on the return as a whole."""


def answers_of(located: Located, form: Form, facts: Facts, date1904: bool) -> Answers:
    """Reads every located input. Blank rows are left out; nothing comes from a formula."""
    sheet = located.sheet
    if sheet is None:
        raise ValueError("nothing was located")
    cells = sheet.cells
    odd: list[tuple[Field, Read]] = []
    fields: dict[str, Read] = {}
    asked = (*(field for field in form.fields if not field.locked), UNIT_FIELD)
    for field in asked:
        spot = located.fields.get(field.id)
        cell = cells.get(spot) if spot is not None else None
        read = read_cell(cell, *spot, date1904) if spot is not None and cell is not None else None
        if read is not None:
            fields[field.id] = read
            if read.kind != "text" or read.legacy:
                odd.append((field, read))
    rules: dict[tuple[str, str], list[Rule]] = {}
    for rule in form.rules:
        rules.setdefault((rule.kind, rule.table), []).append(rule)
    rows = {id: _used_rows(located, form, id, date1904, odd) for id in located.columns}
    general = fields.get(form.explanation) if form.explanation else None
    return Answers(
        form=form,
        facts=facts,
        sheet=sheet.name,
        rules=rules,
        asked=asked,
        fields=fields,
        filled=tuple((field, fields[field.id]) for field in asked if field.id in fields),
        given=_given(located, form, facts, date1904),
        spots=located.fields,
        columns=located.columns,
        first_rows={id: _first_row(located, id) for id in located.rows},
        rows=rows,
        examples={id: _example_rows(form, id, found, facts.children) for id, found in rows.items()},
        odd=tuple(odd),
        explanation=general.text if general else "",
    )


def _first_row(located: Located, table: str) -> int:
    rows, key_row = located.rows[table], located.landmarks.layout.areas[table].key_row
    return rows[0].sheet_row if rows else located.row_of.get(key_row, key_row) + 1


def _given(located: Located, form: Form, facts: Facts, date1904: bool) -> dict[str, str]:
    locked = [field for field in form.fields if field.locked]
    if facts.context is not None:
        return {field.id: nfc(fill(field.default, facts.context)) for field in locked}
    if located.sheet is None or facts.issued is None or not facts.issued.unit:
        return {}
    spots = {field.id: located.fields[field.id] for field in locked if field.id in located.fields}
    cells = {id: located.sheet.cells.get(spot) for id, spot in spots.items()}
    reads = {id: read_cell(cell, *spots[id], date1904) for id, cell in cells.items() if cell is not None}
    return {id: read.text if (read := reads.get(id)) is not None else "" for id in spots}


def _used_rows(
    located: Located, form: Form, id: str, date1904: bool, odd: list[tuple[Field, Read]]
) -> tuple[UsedRow, ...]:
    sheet = located.sheet
    assert sheet is not None
    cells = sheet.cells
    table = form.table(id)
    columns = tuple((table.column(name), name, at) for name, at in located.columns[id].items())
    found: list[tuple[int, int, dict[str, Read]]] = []
    for sheet_row, number in located.rows[id]:
        reads: dict[str, Read] = {}
        used = False
        for column, name, at in columns:
            cell = cells.get((sheet_row, at))
            read = read_cell(cell, sheet_row, at, date1904) if cell is not None else None
            if read is None:
                continue
            reads[name] = read
            used = used or name != table.explanation
            if read.kind != "text" or read.legacy:
                odd.append((column, read))
        if used:
            found.append((sheet_row, number, reads))
    carried = tuple(rule.columns[0] for rule in form.rules if rule.kind == "carry_down" and rule.table == id)
    dittos: dict[int, dict[str, str | None]] = {}
    for name in carried:
        if name in located.columns[id]:
            _carry_down(located, name, located.columns[id][name], found, dittos)
    nothing: dict[str, str | None] = {}
    return tuple(
        UsedRow(
            sheet_row=sheet_row,
            number=number,
            reads=reads,
            dittos=dittos.get(sheet_row, nothing),
            explanation=words.text if (words := reads.get(table.explanation)) else "",
        )
        for sheet_row, number, reads in found
    )


def _carry_down(
    located: Located,
    name: str,
    column: int,
    found: list[tuple[int, int, dict[str, Read]]],
    dittos: dict[int, dict[str, str | None]],
) -> None:
    """Puts the name above into rows of one merged cell (silently) and into rows with a ditto mark (S1.33)."""
    sheet = located.sheet
    assert sheet is not None
    tops = {
        row: (top, left)
        for top, left, bottom, right in sheet.merges
        if bottom > top and left <= column <= right
        for row in range(top + 1, min(bottom, top + 20_000) + 1)
    }
    by_row = {sheet_row: reads for sheet_row, _, reads in found}
    above: str | None = None
    for sheet_row, _, reads in found:
        read = reads.get(name)
        if read is None and sheet_row in tops:
            top, left = tops[sheet_row]
            source = by_row.get(top, {}).get(name)
            cell = sheet.cells.get((top, left))
            if source is None and cell is not None:
                source = read_cell(cell, top, left)
            if source is not None:
                read = reads[name] = source._replace(row=sheet_row, column=column, carried=True, legacy=False)
        elif read is not None and len(read.text) <= _LONGEST_DITTO and is_ditto(read.text):
            dittos.setdefault(sheet_row, {})[name] = above
            if above:
                reads[name] = read._replace(text=above, carried=True)
            above = above or ""
            continue
        above = read.text if read is not None else ""


def _example_rows(form: Form, table: str, rows: tuple[UsedRow, ...], children: tuple[str, ...]) -> dict[int, Read]:
    """A model's name decides before the unit's; a name that the committee's own list has is no example."""
    found: dict[int, Read] = {}
    for rule in form.rules:
        if rule.kind != "not_example" or rule.table != table:
            continue
        keys, beginnings = _examples(rule.texts)
        for row in rows:
            for name in rule.columns:
                read = row.reads.get(name)
                if read is None or (len(read.text), read.text[:3].casefold()) not in beginnings or read.carried:
                    continue
                if _example_key(read.text) in keys and read.text not in children:
                    found[row.sheet_row] = read
    return found


@lru_cache(maxsize=64)
def _examples(texts: tuple[str, ...]) -> tuple[frozenset[str], frozenset[tuple[int, str]]]:
    """Keys of the examples, and what a cell that repeats one may be by length and beginning («…» stands for «...»)."""
    spread = {(n, text[:3].casefold()) for text in texts for n in range(len(text) - 4, len(text) + 5)}
    return frozenset(map(_example_key, texts)), frozenset(spread)


def _example_key(text: str) -> str:
    return text_key(text.replace("…", "..."))


def entries_of(answers: Answers) -> tuple[dict[str, Entry], tuple[Row, ...]]:
    """The values as the Examination keeps them: everything that could be read, also where it is at fault. A locked
    field has the value the office gave it, whatever the file says."""
    sheet = answers.sheet
    fields: dict[str, Entry] = {}
    for field, read in answers.filled:
        if read.text:
            text = "x" if field.type == "tick" and read_tick(read.text) else read.text
            fields[field.id] = Entry(text=text, sheet=sheet, cell=address(read.row, read.column))
    for id, text in answers.given.items():
        if text:
            fields[id] = Entry(text=text, sheet=sheet, cell=address(*answers.spots[id]) if id in answers.spots else "")
    out: list[Row] = []
    for id, rows in answers.rows.items():
        ticks = {column.id for column in answers.form.table(id).columns if column.type == "tick"}
        for row in rows:
            values: dict[str, Entry] = {}
            for name, own in row.reads.items():
                text = own.text
                if not text:
                    continue
                if text != "x" and name in ticks and read_tick(text):
                    text = "x"
                values[name] = Entry(text=text, sheet=sheet, cell=address(own.row, own.column), carried=own.carried)
            out.append(Row(table=id, sheet_row=row.sheet_row, values=values, explanation=row.explanation))
    return fields, tuple(out)

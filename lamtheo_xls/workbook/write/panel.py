"""Owns the check panel: where its rules stand, as formulas for the clerk's screen and as true values in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from lamtheo_xls.definitions.model import Form, Table
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import UNIT_FIELD, Laid, Layout, Spot, address, column_letters, locked_text
from lamtheo_xls.workbook.write.fences import Fences, literal
from lamtheo_xls.workbook.write.repeating import half_formula, said, texts_of, words_formula
from lamtheo_xls.workbook.write.rules import (
    NOTHING,
    TESTS,
    Cached,
    Cell,
    Check,
    Filled,
    Rows,
    Test,
    field_checks,
    length,
    length_formula,
    not_number,
    not_number_formula,
    row_checks,
    starting,
    table_checks,
)

NO_CONTEXT: Mapping[str, str] = MappingProxyType({})

# -- formulas -----------------------------------------------------------------------------------------------------


def panel_formulas(form: Form, layout: Layout) -> dict[Cell, str]:
    """The formula (with its `=`) of every panel cell of the main sheet, by (row, column)."""
    fences = Fences(layout)
    letters = {name: column_letters(c) for name, c in layout.helper_columns.items()}
    used, faulty, faults = (letters[k] for k in ("used", "faulty", "faults"))
    bottom = layout.closing_rows[1]
    watched = [c.at.row for c in layout.cells if c.kind == "formula" and c.text == "faulty"]
    before = dict(zip(watched, [0, *watched], strict=False))
    checks = _checks_by_place(form)
    out: dict[Cell, str] = {}
    for c in layout.cells:
        if c.kind != "formula":
            continue
        row = c.at.row
        if c.text in ("message", "faults"):
            pairs = _faults_here(form, layout, c, checks, fences, letters)
            if c.text == "message":
                text = "&".join(f'IF({test},{literal(_joiner(soft))}&{words},"")' for test, words, soft in pairs)
                joined = f"MID({text},{len(say('workbook.panel.joiner')) + 1},999)" if pairs else '""'
            else:
                joined = "+".join(f"IF({test},1,0)" for test, _, soft in pairs if not soft) or "0"
            if c.index:
                blank = '""' if c.text == "message" else "0"
                joined = f"IF({used}{row}>{used}{row - 1},{joined},{blank})"
            formula = joined
        elif c.text == "faulty":
            flag = f"IF({faults}{row}>0,1,0)"
            formula = f"{faulty}{before[row]}+{flag}" if before[row] else flag
        elif c.text == "length":
            formula = length_formula(fences.own(Spot(row, layout.areas[c.table].columns[c.field])))
        elif c.text == "used":
            counted = _counted(form.table(c.table))
            some = "+".join(f"{letters[f'len.{c.table}.{id}']}{row}" for id in counted)
            formula = f"{used}{row - 1}+IF({some}>0,1,0)"
        elif c.text == "line":
            formula = f"{used}{row - 1}+1"
        elif c.text == "hold":
            formula = f"{used}{row - 1}"
        elif c.text == "total.used":
            formula = "+".join(f"{used}{a.end_row}-{used}{a.key_row}" for a in layout.areas.values()) or "0"
        elif c.text == "total.faulty":
            formula = f"{faulty}{watched[-1]}" if watched else "0"
        elif c.text == "total.faults":
            formula = f"SUM({faults}2:{faults}{bottom})"
        elif c.text == "verdict":
            formula = _verdict_formula(layout, letters)
        elif c.text == "words":
            formula = words_formula(form, layout, fences, c)
        elif c.text in ("left", "right"):
            formula = half_formula(layout, fences, c)
        elif c.text == "unit_name":
            unit = fences.fixed(layout.fields[UNIT_FIELD.id])
            formula = f"IF({length_formula(unit)}=0,{literal(say('workbook.unit.blank'))},UPPER({unit}))"
        else:
            raise ValueError(f"no formula for {c.text}")
        out[row, c.at.column] = "=" + formula
    return out


def _counted(table: Table) -> tuple[str, ...]:
    """Columns that make a row used: all but the unit's own words on a warning."""
    return tuple(c.id for c in table.columns if c.id != table.explanation)


Checks = Mapping[tuple[str, str], tuple[Check, ...]]
"""("row" or "table", table id) or ("field", field id) → its checks."""


def _checks_by_place(form: Form) -> Checks:
    return (
        {("row", t.id): row_checks(form, t) for t in form.tables}
        | {("table", t.id): table_checks(form, t) for t in form.tables}
        | {("field", f.id): field_checks(form, f.id) for f in (*form.fields, UNIT_FIELD)}
    )


def _checks_at(checks: Checks, cell: Laid) -> tuple[Check, ...]:
    """The checks of the panel row `cell` belongs to."""
    return checks["field", cell.field] if cell.field else checks["row" if cell.index else "table", cell.table]


def _faults_here(
    form: Form, layout: Layout, cell: Laid, checks: Checks, fences: Fences, letters: Mapping[str, str]
) -> list[tuple[str, str, bool]]:
    """(test, message) as formula text and whether it is soft, for every check of the panel row `cell` belongs to."""
    row = cell.at.row
    fields = {id: fences.own(spot) if id == cell.field else fences.fixed(spot) for id, spot in layout.fields.items()}
    if cell.field:
        columns = {cell.field: layout.fields[cell.field].column}
        values = {id: length_formula(value) for id, value in fields.items()}
        at = "ROW()"
    elif cell.index:
        columns = dict(layout.areas[cell.table].columns)
        values = {c: f"{letters[f'len.{cell.table}.{c}']}{row}" for c in columns}
        at = "ROW()"
    else:
        area, used = layout.areas[cell.table], letters["used"]
        columns = dict(area.columns)
        values = dict.fromkeys(columns, f"({used}{area.end_row}-{used}{area.key_row})")
        at = f"(ROW(${used}${area.key_row})+1)"

    def test(k: Check) -> str:
        if k.kind == "not_number":
            own = not_number_formula(fields[cell.field], form.field(cell.field))
            faulty = TESTS[k.kind].formula([own], k.limit)
        else:
            faulty = TESTS[k.kind].formula([values[c] for c in k.columns], k.limit)
        guards = [f"{length_formula(fields[id])}>0" for id in k.when]
        guards += [f"{length_formula(fields[id])}=0" for id in k.unless]
        return f"AND({','.join([faulty, *guards])})" if guards else faulty

    return [
        (test(k), _placed(k.message, f'"{column_letters(columns[k.columns[0]])}"&{at}'), k.soft)
        for k in _checks_at(checks, cell)
    ]


def _joiner(soft: bool) -> str:
    """What stands before a message: a warning says that it is one."""
    return say("workbook.panel.joiner") + (say("workbook.panel.soft") if soft else "")


def _verdict_formula(layout: Layout, letters: Mapping[str, str]) -> str:
    faulty, faults, message = (letters[k] for k in ("faulty", "faults", "message"))
    bottom = layout.closing_rows[1]
    before, between, after = _verdict_words()
    first = f"INDEX(${message}$2:${message}${bottom},MATCH(1,${faulty}$2:${faulty}${bottom},0))"
    more = f'IF(${faulty}$1>1,{literal(say("workbook.panel.more"))},"")'
    tail = f"&{literal(after)}" if after else ""
    return (
        f"IF(${faults}$1=0,{literal(say('workbook.panel.done'))},"
        f"{literal(before)}&${faults}$1&{literal(between)}&{first}&{more}{tail})"
    )


@cache
def _verdict_words() -> tuple[str, str, str]:
    before, rest = say("workbook.panel.open").split("{so}")
    between, after = rest.split("{cho}")
    return before, between, after


def _placed(message: str, where: str) -> str:
    """`message` as formula text, `{o}` being the cell `where` names."""
    before, after = message.split("{o}")
    return "&".join(([literal(before)] if before else []) + [where] + ([literal(after)] if after else []))


# -- the same in Python ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the panel says of a filling."""

    text: str
    faults: int
    """Faulty places."""
    messages: tuple[str, ...]
    """One line per faulty row, in the order of the sheet."""


_Ready = tuple[Callable[[Sequence[int], int], bool], tuple[str, ...], int, Check | None, str, bool]
"""A check of one panel row: test, columns, limit, itself where it has conditions, message with its cell, soft?"""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the sheet that has panel cells. `kind`: data, field, end (of a table), line or hold (ranks only)."""

    kind: str
    row: int
    table: str
    index: int
    field: str
    checks: tuple[_Ready, ...]
    rank: str
    """used, line, hold, or '' where the row has no rank."""


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """The panel of one layout, ready to be evaluated for many fillings."""

    form: Form
    layout: Layout
    lines: tuple[_Line, ...]
    lengths: Mapping[str, tuple[tuple[str, int, bool], ...]]
    """Table → (column id, sheet column of its length, whether it makes a row used)."""
    names: tuple[Cell, ...]
    """Cells that print the unit's name in a shared workbook."""
    words: tuple[Laid, ...] = ()
    """Cells that repeat what the unit types, and the halves of closing lines."""
    sources: Mapping[Cell, Laid] = field(default_factory=dict)
    """What the halves repeat."""

    def values(self, filled: Filled, context: Mapping[str, str] = NO_CONTEXT) -> dict[Cell, Cached]:
        """The true value of every formula cell of the main sheet, by (row, column); `context` for what words repeat."""
        helpers, joiner = self.layout.helper_columns, say("workbook.panel.joiner")
        message_at, used_at, faulty_at, faults_at = (helpers[k] for k in ("message", "used", "faulty", "faults"))
        out: dict[Cell, Cached] = {}
        rank = used = faulty = total = in_table = 0
        first = ""
        typed_in = {id: length(text) for id, text in filled.fields.items()}
        for line in self.lines:
            row = line.row
            found: list[_Ready] = []
            if line.kind == "data":
                rows = filled.rows.get(line.table, ())
                texts = rows[line.index - 1] if line.index <= len(rows) else {}
                lens = {}
                some = False
                for id, column, counts in self.lengths[line.table]:
                    lens[id] = n = length(texts[id]) if id in texts else 0
                    out[row, column] = n
                    some = some or (counts and n > 0)
                if some:
                    rank += 1
                    in_table += 1
                    found = [
                        c
                        for c in line.checks
                        if c[0]([lens[id] for id in c[1]], c[2]) and (c[3] is None or _runs(c[3], typed_in))
                    ]
            elif line.kind == "field":
                for c in line.checks:
                    x = [typed_in.get(id, 0) for id in c[1]]
                    if c[0] is _NOT_NUMBER:
                        x = [not_number(filled.fields.get(line.field, ""), self.form.field(line.field))]
                    if c[0](x, c[2]) and (c[3] is None or _runs(c[3], typed_in)):
                        found.append(c)
                rank += line.rank == "line"
            elif line.kind == "end":
                found = [c for c in line.checks if c[0]((in_table,), c[2]) and (c[3] is None or _runs(c[3], typed_in))]
                used, in_table = used + in_table, 0
            elif line.kind == "line":
                rank += 1
            if line.rank:
                out[row, used_at] = rank
            if line.kind in ("data", "field", "end"):
                text, hard = "", 0
                if found:
                    text = joiner.join([c[4] for c in found])
                    hard = sum([not c[5] for c in found])
                    faulty += hard > 0
                    total += hard
                    first = first or (text if hard else "")
                out[row, message_at], out[row, faulty_at], out[row, faults_at] = text, faulty, hard
        out[1, used_at], out[1, faulty_at], out[1, faults_at] = used, faulty, total
        out[self.layout.verdict] = verdict_text(total, first, faulty)
        if self.names:
            unit = filled.fields.get(UNIT_FIELD.id, "")
            name = unit.upper() if length(unit) else say("workbook.unit.blank")
            out.update(dict.fromkeys(self.names, name))
        for cell in self.words:
            out[cell.at] = self._said(cell, filled, context, out)
        return out

    def _said(self, c: Laid, filled: Filled, context: Mapping[str, str], known: Mapping[Cell, Cached]) -> str:
        """What a formula shows that repeats other cells."""
        if c.text == "words":
            return said(self.form, c.words, filled, context)
        source = self.sources.get(c.source) if c.source else None
        if source is None:
            return ""
        if source.kind == "input":
            return filled.fields.get(source.field, "")
        return str(known[source.at]) if source.kind == "formula" else locked_text(source, context)


_NOT_NUMBER = TESTS["not_number"].fails


def _runs(check: Check, fields: Mapping[str, int]) -> bool:
    """Whether the conditions of `check` hold; `fields` are the lengths of the single fields."""
    return all(fields.get(id) for id in check.when) and not any(fields.get(id) for id in check.unless)


def plan_panel(form: Form, layout: Layout) -> PanelPlan:
    """What `values` needs to know of a layout, gathered once."""
    helpers = layout.helper_columns
    cells = [c for c in layout.cells if c.kind == "formula"]
    ranks = {c.at.row: c.text for c in cells if c.text in ("used", "line", "hold")}
    by_place = _checks_by_place(form)
    watches = {c.at.row: c for c in cells if c.text == "message"}
    lines: list[_Line] = []
    for row in sorted(set(watches) | set(ranks)):
        watch = watches.get(row)
        kind = ranks.get(row, "")
        if watch is None:
            lines.append(_Line(kind, row, "", 0, "", (), kind))
            continue
        rank, kind = kind, "field" if watch.field else "data" if watch.index else "end"
        checks = tuple(_placed_checks(layout, watch, by_place))
        lines.append(_Line(kind, row, watch.table, watch.index, watch.field, checks, rank))
    return PanelPlan(
        form=form,
        layout=layout,
        lines=tuple(lines),
        lengths={
            t.id: tuple((c.id, helpers[f"len.{t.id}.{c.id}"], c.id != t.explanation) for c in t.columns)
            for t in form.tables
        },
        names=tuple(c.at for c in cells if c.text == "unit_name"),
        words=tuple(
            sorted((c for c in cells if c.text in ("words", "left", "right")), key=lambda c: c.text != "words")
        ),
        sources={c.at: c for c in layout.cells},
    )


def _placed_checks(layout: Layout, watch: Laid, checks: Checks) -> Iterator[_Ready]:
    """The checks of one panel row with the cell written into their messages."""
    for k in _checks_at(checks, watch):
        if watch.field:
            where = address(*layout.fields[watch.field])
        else:
            area = layout.areas[watch.table]
            where = address(watch.at.row if watch.index else area.first_row, area.columns[k.columns[0]])
        message = (say("workbook.panel.soft") if k.soft else "") + k.message.replace("{o}", where)
        yield TESTS[k.kind].fails, k.columns, k.limit, k if k.when or k.unless else None, message, k.soft


def verdict_text(faults: int, first: str, faulty_rows: int) -> str:
    """The words of the verdict cell."""
    if not faults:
        return say("workbook.panel.done")
    before, between, after = _verdict_words()
    return f"{before}{faults}{between}{first}{say('workbook.panel.more') if faulty_rows > 1 else ''}{after}"


def verdict_of(form: Form, layout: Layout, filled: Filled) -> Verdict:
    """The panel's verdict on `filled` (defaults already in it, see `starting`)."""
    values = plan_panel(form, layout).values(filled)
    message = layout.helper_columns["message"]
    faults = values[1, layout.helper_columns["faults"]]
    lines = tuple(str(v) for (_, column), v in sorted(values.items()) if column == message and v)
    return Verdict(text=str(values[layout.verdict]), faults=int(faults), messages=lines)


__all__ = [
    "NOTHING",
    "TESTS",
    "Cached",
    "Cell",
    "Check",
    "Fences",
    "Filled",
    "PanelPlan",
    "Rows",
    "Test",
    "Verdict",
    "field_checks",
    "length",
    "panel_formulas",
    "plan_panel",
    "row_checks",
    "starting",
    "table_checks",
    "texts_of",
    "verdict_of",
    "verdict_text",
]

"""Owns the check panel: where its rules stand, as formulas for the clerk's screen and as true values in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lamtheo_xls.definitions.model import Form, Table
from lamtheo_xls.findings import say
from lamtheo_xls.workbook.layout import UNIT_FIELD, Laid, Layout, Spot, address, column_letters
from lamtheo_xls.workbook.rules import (
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
    row_checks,
    starting,
    table_checks,
)

# -- reaching inputs ----------------------------------------------------------------------------------------------


class Fences:
    """Ranges that begin and end on locked cells: an input cut out from between them leaves them whole."""

    def __init__(self, layout: Layout) -> None:
        self._open = {
            (row, column)
            for c in layout.cells
            if c.kind == "input"
            for row in range(c.at.row, c.to.row + 1)
            for column in range(c.at.column, c.to.column + 1)
        }
        self._areas = tuple(layout.areas.values())

    def around(self, spot: Spot) -> tuple[int, int]:
        """First and last row of the range that reaches the input at `spot`."""
        for area in self._areas:
            if area.key_row < spot.row < area.end_row:
                return area.key_row, area.end_row
        first = last = spot.row
        while (first, spot.column) in self._open:
            first -= 1
        while (last, spot.column) in self._open:
            last += 1
        return first, last

    def own(self, spot: Spot) -> str:
        """The input of the formula's own row."""
        first, last = self.around(spot)
        c = column_letters(spot.column)
        return f"INDEX(${c}${first}:${c}${last},ROW()-ROW(${c}${first})+1)"

    def fixed(self, spot: Spot, sheet: str = "") -> str:
        """The input at `spot`, seen from anywhere."""
        first, last = self.around(spot)
        c = column_letters(spot.column)
        return f"INDEX({sheet}${c}${first}:${c}${last},{spot.row - first + 1})"


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
            pairs = _faults_here(layout, c, checks, fences, letters)
            if c.text == "message":
                text = "&".join(f'IF({test},{_text(say("workbook.panel.joiner"))}&{words},"")' for test, words in pairs)
                joined = f"MID({text},{len(say('workbook.panel.joiner')) + 1},999)" if pairs else '""'
            else:
                joined = "+".join(f"IF({test},1,0)" for test, _ in pairs) or "0"
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
        elif c.text == "unit_name":
            unit = fences.fixed(layout.fields[UNIT_FIELD.id])
            formula = f"IF({length_formula(unit)}=0,{_text(say('workbook.unit.blank'))},UPPER({unit}))"
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
    layout: Layout, cell: Laid, checks: Checks, fences: Fences, letters: Mapping[str, str]
) -> list[tuple[str, str]]:
    """(test, message) as formula text for every check of the panel row `cell` belongs to."""
    row = cell.at.row
    if cell.field:
        spot = layout.fields[cell.field]
        columns = {cell.field: spot.column}
        values = {cell.field: length_formula(fences.own(spot))}
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
    return [
        (
            TESTS[k.kind].formula([values[c] for c in k.columns], k.limit),
            _placed(k.message, f'"{column_letters(columns[k.columns[0]])}"&{at}'),
        )
        for k in _checks_at(checks, cell)
    ]


def _verdict_formula(layout: Layout, letters: Mapping[str, str]) -> str:
    faulty, faults, message = (letters[k] for k in ("faulty", "faults", "message"))
    bottom = layout.closing_rows[1]
    before, between, after = _verdict_words()
    first = f"INDEX(${message}$2:${message}${bottom},MATCH(1,${faulty}$2:${faulty}${bottom},0))"
    more = f'IF(${faulty}$1>1,{_text(say("workbook.panel.more"))},"")'
    tail = f"&{_text(after)}" if after else ""
    return (
        f"IF(${faults}$1=0,{_text(say('workbook.panel.done'))},"
        f"{_text(before)}&${faults}$1&{_text(between)}&{first}&{more}{tail})"
    )


@cache
def _verdict_words() -> tuple[str, str, str]:
    before, rest = say("workbook.panel.open").split("{so}")
    between, after = rest.split("{cho}")
    return before, between, after


def _text(words: str) -> str:
    """A string literal of a formula (at most 255 characters in Excel)."""
    if len(words) > 255:
        raise ValueError("a string literal of a formula holds at most 255 characters")
    return '"' + words.replace('"', '""') + '"'


def _placed(message: str, where: str) -> str:
    """`message` as formula text, `{o}` being the cell `where` names."""
    before, after = message.split("{o}")
    return "&".join(([_text(before)] if before else []) + [where] + ([_text(after)] if after else []))


# -- the same in Python ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the panel says of a filling."""

    text: str
    faults: int
    """Faulty places."""
    messages: tuple[str, ...]
    """One line per faulty row, in the order of the sheet."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the sheet that has panel cells. `kind`: data, field, end (of a table), line or hold (ranks only)."""

    kind: str
    row: int
    table: str
    index: int
    field: str
    checks: tuple[tuple[Test, tuple[str, ...], int, str], ...]
    """(test, columns, limit, message with its cell) for every check of this row."""
    ranked: bool


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

    def values(self, filled: Filled) -> dict[Cell, Cached]:
        """The true value of every panel cell of the main sheet, by (row, column)."""
        helpers, joiner = self.layout.helper_columns, say("workbook.panel.joiner")
        message_at, used_at, faulty_at, faults_at = (helpers[k] for k in ("message", "used", "faulty", "faults"))
        out: dict[Cell, Cached] = {}
        rank = used = faulty = total = in_table = 0
        first = ""
        for line in self.lines:
            row = line.row
            found: list[str] = []
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
                    found = [m for t, ids, limit, m in line.checks if t.fails([lens[c] for c in ids], limit)]
            elif line.kind == "field":
                x = (length(filled.fields.get(line.field, "")),)
                found = [m for t, _, limit, m in line.checks if t.fails(x, limit)]
                rank += line.ranked
            elif line.kind == "end":
                found = [m for t, _, limit, m in line.checks if t.fails((in_table,), limit)]
                used, in_table = used + in_table, 0
            elif line.kind == "line":
                rank += 1
            if line.ranked:
                out[row, used_at] = rank
            if line.kind in ("data", "field", "end"):
                text = joiner.join(found)
                faulty += bool(found)
                total += len(found)
                first = first or text
                out[row, message_at], out[row, faulty_at], out[row, faults_at] = text, faulty, len(found)
        out[1, used_at], out[1, faulty_at], out[1, faults_at] = used, faulty, total
        out[self.layout.verdict] = verdict_text(total, first, faulty)
        if self.names:
            unit = filled.fields.get(UNIT_FIELD.id, "")
            name = unit.upper() if length(unit) else say("workbook.unit.blank")
            out.update(dict.fromkeys(self.names, name))
        return out


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
            lines.append(_Line(kind, row, "", 0, "", (), True))
            continue
        kind = "field" if watch.field else "data" if watch.index else "end"
        checks = tuple(_placed_checks(layout, watch, by_place))
        lines.append(_Line(kind, row, watch.table, watch.index, watch.field, checks, row in ranks))
    return PanelPlan(
        form=form,
        layout=layout,
        lines=tuple(lines),
        lengths={
            t.id: tuple((c.id, helpers[f"len.{t.id}.{c.id}"], c.id != t.explanation) for c in t.columns)
            for t in form.tables
        },
        names=tuple(c.at for c in cells if c.text == "unit_name"),
    )


def _placed_checks(layout: Layout, watch: Laid, checks: Checks) -> Iterator[tuple[Test, tuple[str, ...], int, str]]:
    """The checks of one panel row with the cell written into their messages."""
    for k in _checks_at(checks, watch):
        if watch.field:
            where = address(*layout.fields[watch.field])
        else:
            area = layout.areas[watch.table]
            where = address(watch.at.row if watch.index else area.first_row, area.columns[k.columns[0]])
        yield TESTS[k.kind], k.columns, k.limit, k.message.replace("{o}", where)


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
    "verdict_of",
    "verdict_text",
]

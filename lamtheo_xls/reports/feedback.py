"""What goes back to a unit: its own values in a fresh workbook with the faulty cells marked, or a receipt line.

A returned workbook is never loaded, changed and saved: the new one is made from Form + values + findings (DESIGN §3.5),
for the same assignment, so that it can be mended and sent back.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lamtheo_xls.definitions import period_label
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.examine.model import Examination, Row
from lamtheo_xls.findings import Finding, Place, mend, message, say
from lamtheo_xls.findings.catalogue import SEVERITIES
from lamtheo_xls.ledger.records import IssueRecord
from lamtheo_xls.workbook.layout import Layout, Spot, address, lay_out
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.template import write_workbook


def write_return(
    *,
    form: Form,
    record: IssueRecord,
    examination: Examination,
    key: bytes,
    groups: Sequence[str],
    created: dt.date,
    password: str,
    older: bool = False,
) -> bytes:
    """The workbook of `record` anew, holding what the unit typed, a note on every faulty cell and «CẦN SỬA» in front.

    Rows stay where they were as long as the unit moved none; rows beyond those issued make the table longer. Marked
    and listed are errors and warnings not explained, with the addresses of the new workbook. `older`: what came back
    was laid out by an older version of the form (its values have been carried over); where its blank inputs stood says
    nothing here.
    """
    laid = _laid_out(form, record, examination, older)
    marks: dict[tuple[int, int], str] = {}
    front: list[tuple[str, str, str]] = []
    for finding, spot in laid.told:
        what, how = message(finding), _how(finding)
        front.append((address(*spot) if spot else "", what, how))
        if spot:
            note = f"{what} {how}".strip()
            marks[spot] = f"{marks[spot]}\n{note}" if spot in marks else note
    return write_workbook(
        form,
        laid.new,
        record.context,
        issued=record.issued,
        key=key,
        children=record.children,
        groups=groups,
        values=_values(form, record, examination, laid.rows),
        marks={spot: note[:_NOTE_LIMIT] for spot, note in marks.items()},
        front=front,
        password=password,
        created=dt.datetime(created.year, created.month, created.day),
    )


def faults_told(
    *, form: Form, record: IssueRecord, examination: Examination, older: bool = False
) -> tuple[tuple[str, str, str], ...]:
    """What `write_return` lists in front of its workbook, for the letter that carries it: cell ('' for none), what is
    wrong there, what to do."""
    told = _laid_out(form, record, examination, older).told
    return tuple((address(*spot) if spot else "", message(finding), _how(finding)) for finding, spot in told)


def feedback_name(stem: str) -> str:
    """The file name of a feedback workbook: that of the issued one with `_sua`."""
    return f"{stem}_sua.xlsx"


def receipt_line(*, unit: str, form: str, period: str, received: dt.date) -> str:
    """«Ngày 25/02/2027: đã nhận Mẫu 02 năm 2027 của Đảng ủy Sở Tài chính; biểu hợp lệ.»"""
    return say(
        "reports.receipt.line",
        date=received.strftime("%d/%m/%Y"),
        form=form,
        period=period_label(period),
        unit=unit,
    )


_PHASES = ("structure.", "cell.", "table.", "workbook.", "identity.old_version")
"""What a unit can mend; identity is the office's to settle, but for a version that is out of date."""
_RESTORED = ("structure.locked_text",)
_ROWS_ELSEWHERE = ("structure.rows_changed", "identity.shared", "identity.assigned")
"""With one of these the rows of the returned sheet are not those of the layout."""
_NOTE_LIMIT = 2_000
_ADDRESS = re.compile(r"\b[A-Z]{1,3}[1-9][0-9]{0,6}\b")


class _Target(NamedTuple):
    """An input, wherever it lies: a field (`table` '') or the column of a table's row."""

    table: str
    number: int
    """Row of the table, from 1; 0 for a field."""
    field: str


class _Told(NamedTuple):
    """A finding with the addresses of the new workbook, and its cell there."""

    finding: Finding
    spot: Spot | None


class _LaidOut(NamedTuple):
    """The new workbook's layout, the rows it holds, and what is told of which of its cells."""

    new: Layout
    rows: tuple[tuple[int, Row], ...]
    told: list[_Told]


def _laid_out(form: Form, record: IssueRecord, examination: Examination, older: bool) -> _LaidOut:
    old = lay_out(form, record.issued.rows)
    elsewhere = older or _lies_elsewhere(examination)
    rows = _placed_rows(form, examination, old, elsewhere)
    new = lay_out(form, _row_counts(form, record, rows))
    moved = _moved(form, examination, old, new, rows, "older" if older else "elsewhere" if elsewhere else "")
    told = sorted(
        (moved.retold(f) for f in examination.findings if f.severity != "info" and f.code.startswith(_PHASES)),
        key=lambda t: (SEVERITIES.index(t.finding.severity), t.spot is None, t.spot or (0, 0)),
    )
    return _LaidOut(new, rows, told)


def _inputs(layout: Layout) -> Mapping[_Target, Spot]:
    return {_Target(c.table, c.index, c.field): c.at for c in layout.cells if c.kind == "input"}


def _placed_rows(form: Form, examination: Examination, old: Layout, elsewhere: bool) -> tuple[tuple[int, Row], ...]:
    """The used rows, each with its index in the new table: as before where none was moved, else closed up."""
    index_at = dict(_index_of(old))
    out: list[tuple[int, Row]] = []
    for table in form.tables:
        rows = [row for row in examination.rows if row.table == table.id]
        kept = [index_at.get((table.id, row.sheet_row), 0) for row in rows]
        if elsewhere or 0 in kept:
            kept = list(range(1, len(rows) + 1))
        out += zip(kept, rows, strict=True)
    return tuple(out)


def _lies_elsewhere(examination: Examination) -> bool:
    return any(f.code in _ROWS_ELSEWHERE for f in examination.findings)


def _row_counts(form: Form, record: IssueRecord, rows: Sequence[tuple[int, Row]]) -> Mapping[str, int]:
    """As many rows as were issued; where the unit needed more, those and the usual spare ones."""
    counts = dict(record.issued.rows)
    for table in form.tables:
        last = max((index for index, row in rows if row.table == table.id), default=0)
        if last > counts.get(table.id, 0):
            counts[table.id] = last + table.rows_extra
    return counts


def _values(form: Form, record: IssueRecord, examination: Examination, rows: Sequence[tuple[int, Row]]) -> Filled:
    """What the unit typed; what was prefilled, where its sheet could not be read at all."""
    if not examination.sheet:
        return record.prefilled
    fields = {f.id: "" for f in form.fields} | {id: entry.text for id, entry in examination.fields.items()}
    tables: dict[str, tuple[Mapping[str, str], ...]] = {}
    for table in form.tables:
        at = {i: {id: entry.text for id, entry in r.values.items()} for i, r in rows if r.table == table.id}
        tables[table.id] = tuple(at.get(index, {}) for index in range(1, max(at, default=0) + 1))
    return Filled(fields=fields, rows=tables)


def _how(finding: Finding) -> str:
    return say("reports.return.restored") if finding.code in _RESTORED else mend(finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """From addresses on the returned sheet to those of the new one."""

    sheet: str
    returned: str
    spots: Mapping[str, Spot]
    rows: Mapping[str, str]

    def retold(self, finding: Finding) -> _Told:
        """The finding as it reads in the new workbook; a cell that is no input there keeps its old name, unmarked."""
        here = finding.place.sheet in (None, self.returned)
        spot = self.spots.get(finding.place.cell or "") if here else None
        args = tuple((name, self._renamed(name, value)) for name, value in finding.args)
        if spot is None:
            return _Told(replace(finding, args=args), None)
        place = Place(sheet=self.sheet, cell=address(*spot), path=finding.place.path)
        return _Told(replace(finding, place=place, args=args), spot)

    def _renamed(self, name: str, value: str) -> str:
        if name == "dong":
            return self.rows.get(value, value)
        if name != "cac_o":
            return value
        return _ADDRESS.sub(lambda m: address(*self.spots[m[0]]) if m[0] in self.spots else m[0], value)


_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _moved(
    form: Form,
    examination: Examination,
    old: Layout,
    new: Layout,
    rows: Sequence[tuple[int, Row]],
    laid_out: str,
) -> _Moved:
    """Known are the inputs that hold something; the blank ones beside them by their row and column; and, where no
    row was moved, every input of the layout as issued. Of an older version («older») only the first is known."""
    at = _inputs(new)
    targets: dict[str, _Target] = {}
    index_at = dict(_index_of(old))
    stayed = all(index_at.get((row.table, row.sheet_row)) == index for index, row in rows)
    if stayed and not laid_out:
        targets |= {address(*spot): target for target, spot in _inputs(old).items()}
    elif laid_out != "older":
        targets |= dict(_shifted_fields(examination, old))
    numbers: dict[str, str] = {}
    for table in form.tables:
        area = old.areas[table.id]
        placed = area.columns if laid_out != "older" else {}
        columns = {id: address(1, column)[:-1] for id, column in placed.items()}
        mine = [(index, row) for index, row in rows if row.table == table.id]
        columns |= {id: entry.cell.rstrip(_DIGITS) for _, row in mine for id, entry in row.values.items()}
        for index, row in mine:
            targets |= {f"{c}{row.sheet_row}": _Target(table.id, index, id) for id, c in columns.items()}
    targets |= {entry.cell: _Target("", 0, id) for id, entry in examination.fields.items()}
    spots = {cell: at[target] for cell, target in targets.items() if target in at}
    for cell, spot in spots.items():
        if targets[cell].table:
            numbers[cell.lstrip(_LETTERS)] = str(spot.row)
    return _Moved(sheet=new.sheet, returned=examination.sheet, spots=spots, rows=numbers)


def _index_of(layout: Layout) -> Iterator[tuple[tuple[str, int], int]]:
    """(table, sheet row) → which row of the table it is."""
    return (((t.table, spot.row), t.number) for t, spot in _inputs(layout).items() if t.table)


def _shifted_fields(examination: Examination, old: Layout) -> Iterator[tuple[str, _Target]]:
    """Where the blank fields stand on a sheet whose rows were moved: as far off as the nearest field that was read."""
    found = {
        spot.row: int(examination.fields[id].cell.lstrip(_LETTERS)) - spot.row
        for id, spot in old.fields.items()
        if id in examination.fields
    }
    for id, spot in old.fields.items():
        if found and id not in examination.fields:
            nearest = min(found, key=lambda row: abs(row - spot.row))
            yield address(spot.row + found[nearest], spot.column), _Target("", 0, id)

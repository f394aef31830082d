"""What staff ruled in theo-doi.xlsx, read back by the hidden ids: rows may have been sorted, filtered, saved elsewhere.

Nothing is guessed: a word, a date or a unit that is not understood is a finding at its cell, and rules nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lamtheo_xls.findings import Finding, finding, label, say
from lamtheo_xls.register.model import Unit
from lamtheo_xls.reports.board import FILE_DECISIONS, LINE_DECISIONS, FileLine, StatusLine, unit_labels
from lamtheo_xls.text import nfc, plain_key, read_date, text_key, unit_key
from lamtheo_xls.workbook.layout import address
from lamtheo_xls.workbook.reader import read_returned
from lamtheo_xls.workbook.reading import RawCell, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDecision:
    """One row of TỔNG QUAN. `kind`: one of LINE_DECISIONS, '' where the cell is empty or was not understood
    (`understood` tells which). `date`: what Chi tiết says for gia hạn and đã nhận bản ký."""

    assignment: str
    submission: str
    """The submission that was on screen when the decision was taken; '' for none."""
    kind: str = ""
    date: dt.date | None = None
    understood: bool = True
    text: str = ""
    """The cell Xử lý as it stands."""
    detail: str = ""
    note: str = ""
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDecision:
    """One row of TỆP NHẬN. `kind`: one of FILE_DECISIONS ('assign' as soon as a unit is chosen alone), or ''."""

    submission: str
    kind: str = ""
    unit: str = ""
    """Code of the unit the file is given to; '' for none."""
    understood: bool = True
    text: str = ""
    assigned: str = ""
    """The cell «Gán cho đơn vị» as it stands."""
    note: str = ""
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSheet:
    """Every row with an id, also those that rule nothing: their notes go back to their columns, and an emptied
    decision cell takes a standing decision back."""

    lines: tuple[LineDecision, ...] = ()
    files: tuple[FileDecision, ...] = ()
    readable: bool = True
    """False: nothing may be concluded from what is absent here."""


def read_decisions(data: bytes, units: Sequence[Unit] = ()) -> tuple[DecisionSheet, tuple[Finding, ...]]:
    """The decisions and notes of a theo-doi.xlsx. Never raises on a file, however broken.

    Findings: set.status_unreadable (no rows are given then), set.decision_… at the cell of each misunderstanding.
    """
    reading = read_returned(data)
    overview = _sheet_with(reading.sheets, _ASSIGNMENT, "reports.sheets.overview")
    if overview is None:
        why = label(reading.findings[0].code) if reading.findings else say("reports.status.no_columns")
        return DecisionSheet(readable=False), (finding("set.status_unreadable", ly_do=why),)
    found: list[Finding] = []
    lines = tuple(_lines(_table_of(*overview), reading.date1904, found))
    others = tuple(s for s in reading.sheets if s is not overview[0])
    received = _sheet_with(others, _SUBMISSION, "reports.sheets.files")
    files: tuple[FileDecision, ...] = ()
    if received is not None:
        files = tuple(_files(_table_of(*received), _unit_names(units), found))
    return DecisionSheet(lines=lines, files=files), tuple(found)


def keep_typed(
    lines: Iterable[StatusLine], files: Iterable[FileLine], sheet: DecisionSheet
) -> tuple[tuple[StatusLine, ...], tuple[FileLine, ...]]:
    """The lines with what staff typed put back into its cells where nothing else stands for it: words that were not
    understood (so that they can be mended where they are), and a reason in Chi tiết beside a decision."""
    typed = {row.assignment: row for row in sheet.lines}
    given = {row.submission: row for row in sheet.files}
    return tuple(_kept_line(x, typed.get(x.assignment)) for x in lines), tuple(
        _kept_file(x, given.get(x.submission)) for x in files
    )


def _kept_line(line: StatusLine, row: LineDecision | None) -> StatusLine:
    if row is None:
        return line
    if not row.understood:
        return replace(line, decision=row.text, detail=row.detail)
    return replace(line, detail=line.detail or row.detail)


def _kept_file(line: FileLine, row: FileDecision | None) -> FileLine:
    if row is None or row.understood:
        return line
    return replace(line, assigned=row.assigned, decision=row.text)


_ASSIGNMENT, _SUBMISSION = "reports.keys.assignment", "reports.keys.submission"
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{4}|\d{4}-\d{1,2}-\d{1,2})(?!\d)")
_PLAUSIBLE_SERIALS = range(36_526, 73_051)  # 2000 to 2099, where a date was pasted without its format
_DATED = ("extend", "signed")


def _sheet_with(sheets: Iterable[Sheet], key: str, usual: str) -> tuple[Sheet, int] | None:
    """The sheet whose head row carries `key`, and that row; of copies the one with the usual name."""
    wanted = say(key)
    hits = [
        (sheet, row) for sheet in sheets for (row, _), cell in sheet.cells.items() if str(cell.value).strip() == wanted
    ]
    usual_key = text_key(say(usual))
    return min(hits, key=lambda hit: (text_key(hit[0].name) != usual_key, hit[1]), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Rows below a head row, cells by the words of their heads."""

    sheet: Sheet
    columns: Mapping[str, int]
    rows: tuple[int, ...]

    def column(self, words: str) -> int:
        return self.columns.get(text_key(say(words)), 0)

    def raw(self, row: int, words: str) -> RawCell | None:
        return self.sheet.cells.get((row, self.column(words)))

    def text(self, row: int, words: str) -> str:
        cell = self.raw(row, words)
        return "" if cell is None else _shown(cell)

    def cell(self, row: int, words: str) -> str:
        return address(row, self.column(words)) if self.column(words) else ""


def _table_of(sheet: Sheet, head_row: int) -> _Table:
    heads: dict[str, int] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if row == head_row:
            heads.setdefault(text_key(str(cell.value)), column)
    rows = sorted({row for row, _ in sheet.cells if row > head_row})
    return _Table(sheet=sheet, columns=heads, rows=tuple(rows))


def _shown(cell: RawCell) -> str:
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return nfc(str(cell.value))


def _lines(table: _Table, date1904: bool, found: list[Finding]) -> Iterator[LineDecision]:
    seen: dict[str, LineDecision] = {}
    for row in table.rows:
        text, note = table.text(row, "reports.status.heads.decision"), table.text(row, "reports.status.heads.note")
        raw = table.raw(row, "reports.status.heads.detail")
        date = _date_of(raw, date1904)
        detail = date.strftime("%d/%m/%Y") if date and raw and raw.kind != "text" else _shown(raw) if raw else ""
        assignment = table.text(row, _ASSIGNMENT)
        place = {"sheet": table.sheet.name, "cell": table.cell(row, "reports.status.heads.decision")}
        if not assignment:
            _note_stray(table, row, ("decision", "detail", "note"), "reports.status.heads.", found)
            continue
        kind, rest = _kind_of(text)
        date = date or _date_in(rest)
        understood = True
        if text and kind not in LINE_DECISIONS:
            found.append(finding("set.decision_not_here" if kind else "set.decision_unknown", **place, value=text))
            kind, understood = "", False
        elif kind in _DATED and date is None and (detail or kind == "extend"):
            code = "set.decision_date_missing" if kind == "extend" else "set.decision_date_unreadable"
            where = table.cell(row, "reports.status.heads.detail")
            found.append(finding(code, sheet=table.sheet.name, cell=where, value=detail, viec=text))
            if kind == "extend":
                kind, understood = "", False
        line = LineDecision(
            assignment=assignment,
            submission=table.text(row, _SUBMISSION),
            kind=kind,
            date=date if kind in _DATED else None,
            understood=understood,
            text=text,
            detail=detail,
            note=note,
            **place,
        )
        earlier = seen.setdefault(assignment, line)
        if earlier is line:
            yield line
        elif (earlier.text, earlier.detail, earlier.note) != (text, detail, note):
            found.append(finding("set.decision_twice", **place, value=text or detail or note))


def _files(table: _Table, names: Mapping[str, set[str]], found: list[Finding]) -> Iterator[FileDecision]:
    seen: dict[str, FileDecision] = {}
    for row in table.rows:
        text, note = table.text(row, "reports.files.heads.decision"), table.text(row, "reports.files.heads.note")
        assigned = table.text(row, "reports.files.heads.unit")
        submission = table.text(row, _SUBMISSION)
        place = {"sheet": table.sheet.name, "cell": table.cell(row, "reports.files.heads.decision")}
        unit_place = {"sheet": table.sheet.name, "cell": table.cell(row, "reports.files.heads.unit")}
        if not submission:
            _note_stray(table, row, ("decision", "unit", "note"), "reports.files.heads.", found)
            continue
        kind, _ = _kind_of(text)
        unit = _unit_of(assigned, names)
        understood = True
        if text and kind not in FILE_DECISIONS:
            found.append(finding("set.decision_not_here" if kind else "set.decision_unknown", **place, value=text))
            kind, understood = "", False
        elif assigned and not unit:
            found.append(finding("set.decision_unit_unknown", **unit_place, value=assigned))
            kind, understood = "", False
        elif kind == "assign" and not unit:
            found.append(finding("set.decision_unit_missing", **unit_place))
            kind, understood = "", False
        elif unit and kind in ("", "confirm"):
            kind = "assign"
        line = FileDecision(
            submission=submission,
            kind=kind,
            unit=unit if understood else "",
            understood=understood,
            text=text,
            assigned=assigned,
            note=note,
            **place,
        )
        earlier = seen.setdefault(submission, line)
        if earlier is line:
            yield line
        elif (earlier.text, earlier.assigned, earlier.note) != (text, assigned, note):
            found.append(finding("set.decision_twice", **place, value=text or assigned or note))


def _note_stray(table: _Table, row: int, keys: Iterable[str], heads: str, found: list[Finding]) -> None:
    """What staff wrote on a row of no assignment would be lost in silence: say where it stands."""
    for key in keys:
        if text := table.text(row, heads + key):
            where = table.cell(row, heads + key)
            found.append(finding("set.decision_row_unknown", sheet=table.sheet.name, cell=where, value=text))
            return


def _kind_of(text: str) -> tuple[str, str]:
    """The decision a text names, and what follows it («Gia hạn đến 05/03/2027»); ('', text) where it names none.

    Case, spaces, tone placement and missing accents are forgiven; anything after the words must hold a date.
    """
    kinds = {kind: say(f"ledger.decision.{kind}") for kind in dict.fromkeys((*LINE_DECISIONS, *FILE_DECISIONS))}
    for key_of in (text_key, plain_key):
        key = key_of(text).strip(" .!…")
        for kind, words in kinds.items():
            start = key_of(words)
            if key == start:
                return kind, ""
            if key.startswith(start + " ") and _DATE.search(key):
                return kind, key.removeprefix(start)
    return "", text


def _date_in(text: str) -> dt.date | None:
    """The one date written somewhere in a text; None where there is none or more than one."""
    dates = {read_date(re.sub(r"\s", "", match)) for match in _DATE.findall(text)}
    return dates.pop() if len(dates) == 1 else None


def _date_of(cell: RawCell | None, date1904: bool) -> dt.date | None:
    """The date of a detail cell: a real date, its bare serial number, or a text that holds one."""
    if cell is None:
        return None
    if isinstance(cell.value, str):
        return _date_in(cell.value)
    if isinstance(cell.value, bool) or cell.kind not in ("date", "number"):
        return None
    serial = int(cell.value) + (1462 if date1904 else 0)
    if serial not in _PLAUSIBLE_SERIALS:
        return None
    return dt.date(1899, 12, 30) + dt.timedelta(days=serial)


def _unit_names(units: Sequence[Unit]) -> Mapping[str, set[str]]:
    """Every key a unit may be named by → the codes of the units it fits."""
    labels = unit_labels(units)
    names: dict[str, set[str]] = {}
    for unit in units:
        for name in (unit.code, unit.name, unit.short_name, labels[unit.code]):
            for key in (text_key(name), unit_key(name)):
                if key:
                    names.setdefault(key, set()).add(unit.code)
    return names


def _unit_of(text: str, names: Mapping[str, set[str]]) -> str:
    """The code of the one unit a text names; '' where it names none or several."""
    for key in (text_key(text), unit_key(text)):
        if len(codes := names.get(key, set())) == 1:
            return next(iter(codes))
    return ""

"""What staff ruled in theo-doi.xlsx, read back by the hidden ids: rows may have been sorted, filtered, saved elsewhere.

Nothing is guessed: a word, a date or a unit that is not understood is a finding at its cell, and rules nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lamtheo_xls.findings import Finding, finding, label, say
from lamtheo_xls.ledger.records import SignedCopy
from lamtheo_xls.register.model import Unit
from lamtheo_xls.reports.board import FILE_DECISIONS, LINE_DECISIONS, FileLine, StatusLine, unit_labels
from lamtheo_xls.reports.letters import LETTER_KEY, LetterDecision, letters_in
from lamtheo_xls.reports.marks import INPUTS, copy_mark, row_mark, texts_of
from lamtheo_xls.reports.saved import Table, date_in, date_of, kind_of, note_stray, sheet_with, shown, table_of
from lamtheo_xls.text import text_key, unit_key
from lamtheo_xls.workbook.read.reader import read_returned


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
    changed: bool = True
    """False: the row shows what it showed when the sheet was written; it says nothing that is not known."""
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
    changed: bool = True
    """False: the row shows what it showed when the sheet was written."""
    text: str = ""
    assigned: str = ""
    """The cell «Gán cho đơn vị» as it stands."""
    given_as: str = ""
    """The cell «Là biểu, văn bản» as it stands: what of the unit's it is, is for the caller to find."""
    note: str = ""
    sheet: str = ""
    cell: str = ""
    as_cell: str = ""
    unit_cell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEntry:
    """One row of BẢN KÝ that staff changed. `copy`: what it says now; None: everything in it was emptied."""

    assignment: str
    copy: SignedCopy | None = None
    understood: bool = True
    typed: Mapping[str, str] = field(default_factory=dict)
    """Input → text as it stands, for a row that is not understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSheet:
    """Every row with an id, also those that rule nothing: their notes go back to their columns, and an emptied
    decision cell takes a standing decision back."""

    lines: tuple[LineDecision, ...] = ()
    files: tuple[FileDecision, ...] = ()
    signed: tuple[SignedEntry, ...] = ()
    """Rows of BẢN KÝ that are no longer as they were written."""
    letters: tuple[LetterDecision, ...] = ()
    readable: bool = True
    """False: nothing may be concluded from what is absent here."""


def read_decisions(data: bytes, units: Sequence[Unit] = ()) -> tuple[DecisionSheet, tuple[Finding, ...]]:
    """The decisions and notes of a theo-doi.xlsx. Never raises on a file, however broken.

    Findings: set.status_unreadable (no rows are given then), set.decision_… at the cell of each misunderstanding.
    """
    reading = read_returned(data)
    overview = sheet_with(reading.sheets, _ASSIGNMENT, "reports.sheets.overview")
    if overview is None:
        why = label(reading.findings[0].code) if reading.findings else say("reports.status.no_columns")
        return DecisionSheet(readable=False), (finding("set.status_unreadable", ly_do=why),)
    found: list[Finding] = []
    lines = tuple(_lines(table_of(*overview), reading.date1904, found))
    others = tuple(s for s in reading.sheets if s is not overview[0])
    received = sheet_with(others, _SUBMISSION, "reports.sheets.files")
    files: tuple[FileDecision, ...] = ()
    if received is not None:
        files = tuple(_files(table_of(*received), _unit_names(units), found))
    copies = sheet_with(others, _SIGNED, "reports.sheets.signed")
    signed: tuple[SignedEntry, ...] = ()
    if copies is not None:
        signed = tuple(_signed(table_of(*copies), reading.date1904, found))
    posted = sheet_with(others, LETTER_KEY, "reports.sheets.letters")
    letters = tuple(letters_in(table_of(*posted), found)) if posted is not None else ()
    return DecisionSheet(lines=lines, files=files, signed=signed, letters=letters), tuple(found)


def keep_typed(
    lines: Iterable[StatusLine], files: Iterable[FileLine], sheet: DecisionSheet
) -> tuple[tuple[StatusLine, ...], tuple[FileLine, ...]]:
    """The lines with what staff typed put back into its cells where nothing else stands for it: words that were not
    understood (so that they can be mended where they are), and a reason in Chi tiết beside a decision."""
    typed = {row.assignment: row for row in sheet.lines}
    given = {row.submission: row for row in sheet.files}
    copies = {row.assignment: row.typed for row in sheet.signed if not row.understood}
    kept = (_kept_line(x, typed.get(x.assignment)) for x in lines)
    return tuple(replace(x, copy_typed=copies.get(x.assignment, {})) for x in kept), tuple(
        _kept_file(x, given.get(x.submission)) for x in files
    )


def _kept_line(line: StatusLine, row: LineDecision | None) -> StatusLine:
    if row is None:
        return line
    if not row.understood:
        return replace(line, decision=row.text, detail=row.detail)
    if not row.changed and line.decision != row.text:
        return line  # what we wrote there was of a decision that no longer stands
    return replace(line, detail=line.detail or row.detail)


def _kept_file(line: FileLine, row: FileDecision | None) -> FileLine:
    if row is None or row.understood:
        return line
    return replace(line, assigned=row.assigned, given_as=row.given_as, decision=row.text, doubtful=True)


_ASSIGNMENT, _SUBMISSION = "reports.keys.assignment", "reports.keys.submission"
_SIGNED, _SHOWN = "reports.keys.signed", "reports.keys.shown"
_DATED = ("extend", "signed")


def _lines(table: Table, date1904: bool, found: list[Finding]) -> Iterator[LineDecision]:
    seen: dict[str, LineDecision] = {}
    for row in table.rows:
        text, note = table.text(row, "reports.status.heads.decision"), table.text(row, "reports.status.heads.note")
        raw = table.raw(row, "reports.status.heads.detail")
        date = date_of(raw, date1904)
        detail = date.strftime("%d/%m/%Y") if date and raw and raw.kind != "text" else shown(raw) if raw else ""
        assignment = table.text(row, _ASSIGNMENT)
        place = {"sheet": table.sheet.name, "cell": table.cell(row, "reports.status.heads.decision")}
        if not assignment:
            note_stray(table, row, ("decision", "detail", "note"), "reports.status.heads.", found)
            continue
        kind, rest = kind_of(text)
        date = date or date_in(rest)
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
            changed=not table.column(_SHOWN) or table.text(row, _SHOWN) != row_mark(text, detail),
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


def _files(table: Table, names: Mapping[str, set[str]], found: list[Finding]) -> Iterator[FileDecision]:
    seen: dict[str, FileDecision] = {}
    for row in table.rows:
        text, note = table.text(row, "reports.files.heads.decision"), table.text(row, "reports.files.heads.note")
        assigned = table.text(row, "reports.files.heads.unit")
        submission = table.text(row, _SUBMISSION)
        place = {"sheet": table.sheet.name, "cell": table.cell(row, "reports.files.heads.decision")}
        unit_place = {"sheet": table.sheet.name, "cell": table.cell(row, "reports.files.heads.unit")}
        given_as = table.text(row, "reports.files.heads.as")
        if not submission:
            note_stray(table, row, ("decision", "unit", "as", "note"), "reports.files.heads.", found)
            continue
        kind, _ = kind_of(text)
        unit = _unit_of(assigned, names)
        understood = True
        if text and kind not in FILE_DECISIONS:
            found.append(finding("set.decision_not_here" if kind else "set.decision_unknown", **place, value=text))
            kind, understood = "", False
        elif assigned and not unit:
            found.append(finding("set.decision_unit_unknown", **unit_place, value=assigned))
            kind, understood = "", False
        elif (kind == "assign" or (given_as and not table.text(row, _SHOWN))) and not unit:
            found.append(finding("set.decision_unit_missing", **unit_place))
            kind, understood = "", False
        elif unit and kind in ("", "confirm"):
            kind = "assign"
        line = FileDecision(
            submission=submission,
            kind=kind,
            unit=unit if understood else "",
            understood=understood,
            changed=not table.column(_SHOWN) or table.text(row, _SHOWN) != row_mark(assigned, given_as, text),
            text=text,
            assigned=assigned,
            given_as=given_as,
            note=note,
            as_cell=table.cell(row, "reports.files.heads.as"),
            unit_cell=unit_place["cell"],
            **place,
        )
        earlier = seen.setdefault(submission, line)
        if earlier is line:
            yield line
        elif (earlier.text, earlier.assigned, earlier.given_as, earlier.note) != (text, assigned, given_as, note):
            found.append(finding("set.decision_twice", **place, value=text or assigned or note))


def _signed(table: Table, date1904: bool, found: list[Finding]) -> Iterator[SignedEntry]:
    """The rows of BẢN KÝ that were changed since they were written."""
    seen: set[str] = set()
    for row in table.rows:
        assignment = table.text(row, _SIGNED)
        if not assignment:
            note_stray(table, row, INPUTS, "reports.signed.heads.", found)
            continue
        typed = {name: table.text(row, f"reports.signed.heads.{name}") for name in INPUTS}
        days: dict[str, dt.date] = {}
        understood = True
        for name in ("on", "dated"):
            raw = table.raw(row, f"reports.signed.heads.{name}")
            if (day := date_of(raw, date1904)) is not None:
                days[name] = day
            elif typed[name].strip():
                where = table.cell(row, f"reports.signed.heads.{name}")
                head = say(f"reports.signed.heads.{name}")
                found.append(
                    finding("set.signed_date", sheet=table.sheet.name, cell=where, value=typed[name], viec=head)
                )
                understood = False
        texts = {name: typed[name].strip() for name in ("number", "signer", "way")}
        copy = SignedCopy(on=days.get("on"), dated=days.get("dated"), **texts)
        if understood and copy_mark(copy) == table.text(row, _SHOWN):
            continue
        if assignment in seen:
            where = table.cell(row, "reports.signed.heads.on")
            value = next((t for t in typed.values() if t), "")
            found.append(finding("set.decision_twice", sheet=table.sheet.name, cell=where, value=value))
            continue
        seen.add(assignment)
        told = copy if texts_of(copy) else None
        yield SignedEntry(assignment=assignment, copy=told, understood=understood, typed={} if understood else typed)


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

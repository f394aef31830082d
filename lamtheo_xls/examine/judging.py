"""Judges a reading: all findings at once, in phases, and what the received file becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.examine.answers import Answers, Found, answers_of, entries_of
from lamtheo_xls.examine.cell_checks import CELL_CHECKS, Check, at, at_blank
from lamtheo_xls.examine.explaining import lightened
from lamtheo_xls.examine.field_checks import FIELD_CHECKS
from lamtheo_xls.examine.model import Examination, Facts
from lamtheo_xls.examine.table_checks import TABLE_CHECKS
from lamtheo_xls.examine.workbook_checks import WORKBOOK_CHECKS, is_nil, part_of
from lamtheo_xls.findings import Finding, entry, finding, say
from lamtheo_xls.workbook.layout import UNIT_FIELD, Layout, lay_out
from lamtheo_xls.workbook.read.landmarks import END, Landmarks
from lamtheo_xls.workbook.read.locate import Located, locate
from lamtheo_xls.workbook.read.printed import printed_text_stands
from lamtheo_xls.workbook.read.reading import Reading, Sheet

STATES = ("refused", "unknown", "to_fix", "accepted")
"""From the gravest; the first that a finding asks for is the state."""
_PHASES = ((*CELL_CHECKS, *FIELD_CHECKS), TABLE_CHECKS, WORKBOOK_CHECKS)
_NAMED_SHEETS = 5


def examine(reading: Reading, facts: Facts, identity_findings: tuple[Finding, ...] = ()) -> Examination:
    """The judgement on a reading: pure and picklable, no clock, no path, no database.

    Findings come in phases file → identity → structure → cell → table → workbook, by cell within each; a phase runs on
    what the earlier ones left usable. An error sends the return back (to_fix); a warning on a row with words in its
    explanation column, or on the return as a whole with words in the general one, becomes an info that carries them.
    `identity_findings` are those of `resolve`; where `facts.assigned`, a person has ruled and they no longer decide.
    """
    if any(f.severity == "error" for f in reading.findings) or not reading.sheets:
        return Examination(state="refused", findings=(*reading.findings, *identity_findings))
    identity = _identity(facts, identity_findings)
    early = (*reading.findings, *identity)
    if facts.issued is None or state_of(identity) == "refused":
        return Examination(state=min(state_of(early), "unknown", key=STATES.index), findings=early)
    layout = _layout_for(reading, facts)
    located = locate(reading, facts.form, layout)
    if located.sheet is None:
        return Examination(
            state=state_of(early + located.findings), part=facts.issued.part, findings=early + located.findings
        )
    answers = answers_of(located, facts.form, facts, reading.date1904)
    if not facts.assigned and not facts.issued.unit:
        early = (*early, _shared(answers))
    structure = (*located.findings, *printed_text_stands(located, facts.context), *_extra_sheets(reading, located))
    if facts.assigned:
        structure = tuple(_overruled(structure))
    findings = list(early)
    findings += lightened(((None, f) for f in structure), answers)
    for checks in _PHASES:
        findings += lightened(_run(checks, answers), answers)
    fields, rows = entries_of(answers)
    return Examination(
        state=state_of(findings),
        part=part_of(answers),
        nil=is_nil(answers),
        sheet=answers.sheet,
        fields=fields,
        rows=rows,
        findings=tuple(findings),
    )


def state_of(findings: Iterable[Finding]) -> str:
    """accepted, or the gravest that the findings ask for: an error sends back unless its code names another state."""
    state = "accepted"
    for f in findings:
        if f.severity == "info":
            continue
        asked = entry(f.code).state or ("to_fix" if f.severity == "error" else "accepted")
        state = min(state, asked, key=STATES.index)
    return state


def _identity(facts: Facts, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Phase identity: what the marks proved, and what the issued workbook is against the office's facts."""
    issued = facts.issued
    if facts.assigned:
        unit = (facts.context or {}).get("ten_don_vi") or (issued.unit if issued else "")
        return (*_overruled(findings), finding("identity.assigned", don_vi=unit))
    if issued is None:
        return findings
    more: list[Finding] = []
    if facts.current_version is not None and issued.version < facts.current_version:
        more.append(_old_version(facts, issued.version, facts.current_version))
    if facts.round is not None and issued.round != facts.round:
        more.append(finding("identity.other_round", dot=issued.round, dot_nay=facts.round))
    return (*findings, *more)


def _old_version(facts: Facts, version: int, current: int) -> Finding:
    """identity.old_version: an info while returns in the old version are taken, an error after the last such day."""
    last = facts.old_version_until
    over = last is not None and facts.received is not None and facts.received > last
    mend = say("examine.version.now" if over else "examine.version.later")
    return finding("identity.old_version", severity="error" if over else "info", ban=version, ban_moi=current, xin=mend)


def _overruled(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What the marks say, as infos: a person has ruled otherwise."""
    for f in findings:
        yield replace(f, severity="info") if f.code.startswith("identity.") else f


def _shared(answers: Answers) -> Finding:
    """The unit that was chosen in a shared workbook; it counts after staff confirm."""
    read = answers.fields.get(UNIT_FIELD.id)
    if read is not None:
        return at(answers, "identity.shared", read, don_vi=read.text)[1]
    spot = answers.spots.get(UNIT_FIELD.id)
    if spot is None:
        return finding("identity.shared", sheet=answers.sheet, don_vi="")
    return at_blank(answers, "identity.shared", spot.row, spot.column, don_vi="")[1]


def _run(checks: tuple[Check, ...], answers: Answers) -> list[Found]:
    """The findings of one phase, in the order of the sheet."""
    found = [item for check in checks for item in check(answers)]
    found.sort(key=lambda item: item[0] or (0, 0))
    return found


def _extra_sheets(reading: Reading, located: Located) -> Iterator[Finding]:
    """structure.extra_sheet (info), once: visible sheets with something typed that this office did not issue."""
    marks = located.landmarks
    more = [
        sheet.name
        for sheet in reading.sheets
        if sheet is not located.sheet and sheet.name not in marks.other_sheets and _is_extra(sheet, marks)
    ]
    if more:
        names = "”, “".join(more[:_NAMED_SHEETS])
        rest = say("examine.sheets.more", n=len(more) - _NAMED_SHEETS) if len(more) > _NAMED_SHEETS else ""
        yield finding("structure.extra_sheet", sheet=more[0], cac_trang=names, them=rest)


def _is_extra(sheet: Sheet, marks: Landmarks) -> bool:
    """Visible, something typed on it, and no copy of the form, whose hidden keys it would bear."""
    if sheet.state != "visible":
        return False
    typed = {cell.value for cell in sheet.cells.values() if not cell.formula and str(cell.value).strip()}
    return bool(typed) and not typed & marks.vocabulary - {END}


def _layout_for(reading: Reading, facts: Facts) -> Layout:
    """The layout the workbook was issued with; a shared one stays laid out as such when it is assigned to a unit."""
    issued = facts.issued
    assert issued is not None
    shared = not issued.unit or (facts.assigned and _asks_for_its_unit(reading))
    return _layout(_FormKey(facts.form), tuple(sorted(issued.rows.items())), shared)


def _asks_for_its_unit(reading: Reading) -> bool:
    key = f"field.{UNIT_FIELD.id}"
    return any(cell.value == key for sheet in reading.sheets for cell in sheet.cells.values())


class _FormKey:
    """A form as a key for caching: equal where the digests are, so that a form unpickled again is the same one."""

    __slots__ = ("form", "key")

    def __init__(self, form: Form) -> None:
        self.form = form
        self.key: tuple[object, ...] = (form.id, form.version, form.digest or id(form))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _FormKey) and self.key == other.key


@lru_cache(maxsize=128)
def _layout(form: _FormKey, rows: tuple[tuple[str, int], ...], shared: bool) -> Layout:
    return lay_out(form.form, dict(rows), shared=shared)

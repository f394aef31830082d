"""What each sample is: whose workbook, which program filled it with what, and what it must become when it comes back.

The expectation stands beside the filling and is written by hand from the rules of the form, never copied from what the
program answers; only the addresses come from the layout of the issued workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.ledger import IssueRecord
from lamtheo_xls.workbook.layout import address, column_letters, lay_out

TABLE = "mo_hinh"
UNIT, MODEL, TIME, OLD, NEW, GROUP, WHY = (
    "ten_chi_bo",
    "ten_mo_hinh",
    "thoi_gian",
    "dang_trien_khai",
    "moi",
    "nhom",
    "giai_trinh",
)
DATED = "Lam Giang, ngày 20 tháng 02 năm 2027"
PASSWORD = "lamtheo"
"""The sheet password of demo workspaces: for samples whose clerk was helped to unlock the sheet."""

Steps = list[list[Any]]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One file to be made. `by`: lo-en, lo-vi, gnumeric, exceljs, sheetjs, openpyxl, script or copy."""

    batch: str
    file: str
    by: str
    state: str
    source: str = ""
    """Unit code of the issued workbook; «shared», «other», «last» for other workbooks; a file for copies."""
    unit: str = ""
    """The assignment it must come to, '' for none; `source` where `own`."""
    steps: Steps = field(default_factory=list)
    cells: Mapping[str, Any] = field(default_factory=dict)
    shows: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[tuple[str, str]] = ()
    """(code, cell) with cell '' where the finding has none."""
    kind: str = "xlsx"
    options: Mapping[str, Any] = field(default_factory=dict)
    inside: str = ""
    """The archive it is put into, as `a.zip` or `a.zip!b.zip`; then `file` is the member."""

    @property
    def name(self) -> str:
        return f"{self.inside}!{self.file}" if self.inside else self.file


class At:
    """Addresses in the workbook that was issued to a unit."""

    def __init__(self, form: Form, record: IssueRecord) -> None:
        self.form, self.record = form, record
        self.layout = lay_out(form, record.issued.rows, shared=not record.issued.unit)
        self.area = self.layout.areas[TABLE]
        self.children = record.children
        self.code = record.code

    def row(self, number: int) -> int:
        return self.area.first_row + number - 1

    def cell(self, column: str, number: int) -> str:
        return address(self.row(number), self.area.columns[column])

    def letter(self, column: str) -> str:
        return column_letters(self.area.columns[column])

    def field(self, id: str) -> str:
        return address(*self.layout.fields[id])

    def text(self, beginning: str) -> str:
        """The cell of a locked text of the form."""
        found = [c for c in self.layout.cells if c.kind in ("static", "context") and c.text.startswith(beginning)]
        if len(found) != 1:
            raise ValueError(f"{len(found)} cells begin with {beginning!r}")
        return address(*found[0].at)

    def head(self, column: str) -> str:
        return self.text(self.form.table(TABLE).column(column).label)

    @property
    def verdict(self) -> str:
        return address(*self.layout.verdict)

    @property
    def code_head(self) -> str:
        return address(*self.layout.code_head)

    @property
    def code_close(self) -> str:
        return address(*self.layout.code_close)

    def rows(self, *rows: tuple[Any, ...], start: int = 1, dated: str = DATED) -> dict[str, Any]:
        """Cells of rows (chi bộ by its place or as text, model, time, tick column(s) or '', [group, explanation])."""
        cells: dict[str, Any] = {}
        for number, row in enumerate(rows, start=start):
            if not row:
                continue
            unit, model, time, ticks, *more = row
            values = {UNIT: self.children[unit] if isinstance(unit, int) else unit, MODEL: model, TIME: time}
            values |= dict.fromkeys(ticks.split(), "x")
            values |= dict(zip((GROUP, WHY), more, strict=False))
            cells |= {self.cell(column, number): value for column, value in values.items() if value}
        if dated:
            cells[self.field("dia_danh_ngay")] = dated
        return cells


def typed(cells: Mapping[str, str]) -> Steps:
    return [["type", cell, text] for cell, text in cells.items()]


def samples(at: Mapping[str, At], groups: tuple[str, ...]) -> list[Sample]:
    """All samples; `at` by unit code, and «shared», «other», «last»."""
    import faulty
    import good

    out: list[Sample] = []

    def add(
        batch: str,
        file: str,
        by: str,
        state: str,
        source: str = "",
        *,
        typing: Mapping[str, str] | None = None,
        steps: Sequence[Sequence[Any]] = (),
        findings: Sequence[tuple[str, str]] = (),
        unit: str | None = None,
        shows: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        """`typing` goes through LibreOffice's keyboard and is then compared with what it shows."""
        before = typed(typing or {})
        owner = unit if unit is not None else source if state in ("accepted", "to_fix", "superseded") else ""
        seen = dict(typing or {}) if shows is None else dict(shows)
        out.append(
            Sample(
                batch=batch,
                file=file,
                by=by,
                state=state,
                source=source,
                unit=owner,
                steps=before + [list(s) for s in steps],
                shows=seen,
                findings=tuple(findings),
                **more,
            )
        )

    good.good(add, at, groups)
    faulty.to_fix(add, at, groups)
    faulty.doubtful(add, at)
    faulty.not_the_form(add, at)
    return out

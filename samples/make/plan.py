"""What each sample is: whose workbook, which program filled it with what, and what it must become when it comes back.

The expectation stands beside the filling and is written by hand from the rules of the form, never copied from what the
program answers; only the addresses come from the layout of the issued workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.ledger import IssueRecord
from lamtheo_xls.workbook.layout import address, column_letters, lay_out

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
NO_PRINT = [["remove_sheet", "BẢN IN"]]
"""Some throw away the page for printing before they send: less to mail, and nothing is read from it."""

Steps = list[list[Any]]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One file to be made. `by`: lo-en, lo-vi, gnumeric, exceljs, sheetjs, openpyxl, script or copy."""

    batch: str
    file: str
    by: str
    state: str
    source: str = ""
    """The issued workbook: `<form>:<code of the unit or person>`, or «shared», «other», «last» for the code; of copies
    and pictures another sample's file."""
    form: str = ""
    """What it must come to, each '' for none: form, unit, person, part."""
    unit: str = ""
    person: str = ""
    part: str = ""
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
    """Addresses in an issued workbook."""

    def __init__(self, form: Form, record: IssueRecord) -> None:
        self.form, self.record = form, record
        self.layout = lay_out(form, record.issued.rows, shared=not record.issued.unit)
        self.table = form.tables[0]
        self.area = self.layout.areas[self.table.id]
        self.children = record.children
        self.code = record.code

    # -- the first table, the only one of a form of rows -----------------------------------------------------------

    def row(self, number: int) -> int:
        return self.area.first_row + number - 1

    def cell(self, column: str, number: int) -> str:
        return address(self.row(number), self.area.columns[column])

    def letter(self, column: str) -> str:
        return column_letters(self.area.columns[column])

    def head(self, column: str) -> str:
        return self.text(self.table.column(column).label)

    def lines(self, columns: str, *lines: Sequence[str]) -> dict[str, str]:
        """Cells of the first rows, `columns` the ids of what each line holds, by spaces."""
        return {
            self.cell(column, number): text
            for number, line in enumerate(lines, start=1)
            for column, text in zip(columns.split(), line, strict=True)
            if text
        }

    # -- narratives and single fields --------------------------------------------------------------------------------

    def paragraph(self, table: str, number: int = 1) -> str:
        area = self.layout.areas[table]
        return address(area.first_row + number - 1, next(iter(area.columns.values())))

    def narrative(self, **tables: str) -> dict[str, str]:
        """Cells of narratives: table id → its paragraphs, one a line."""
        return {
            self.paragraph(table, number): text.strip()
            for table, texts in tables.items()
            for number, text in enumerate(texts.strip().splitlines(), start=1)
        }

    def field(self, id: str) -> str:
        return address(*self.layout.fields[id])

    def fields(self, **texts: str) -> dict[str, str]:
        return {self.field(id): text for id, text in texts.items()}

    def text(self, beginning: str) -> str:
        """The cell of a locked text of the form."""
        found = [c for c in self.layout.cells if c.kind in ("static", "context") and c.text.startswith(beginning)]
        if len(found) != 1:
            raise ValueError(f"{len(found)} cells begin with {beginning!r}")
        return address(*found[0].at)

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


def samples(at: Mapping[str, Mapping[str, At]], groups: tuple[str, ...]) -> list[Sample]:
    """All samples; `at` by form and by unit or person code, and «shared», «other», «last»."""
    import faulty
    import good
    import guidance
    import persons
    import plans
    import results

    out: list[Sample] = []

    def adder(form: str) -> Any:
        return partial(_add, out, form, at[form])

    good.good(adder("mau-02"), at["mau-02"], groups)
    faulty.to_fix(adder("mau-02"), at["mau-02"], groups)
    faulty.doubtful(adder("mau-02"), at["mau-02"])
    faulty.not_the_form(adder("mau-02"), at["mau-02"])
    plans.plans(adder("mau-01"), at["mau-01"], groups)
    results.results(adder("mau-03"), at["mau-03"], groups)
    guidance.tasks(adder("nhiem-vu-dot-pha"), at["nhiem-vu-dot-pha"])
    guidance.models(adder("mo-hinh-tieu-bieu"), at["mo-hinh-tieu-bieu"])
    persons.persons(adder("ke-hoach-ca-nhan"), at["ke-hoach-ca-nhan"])
    return out


def _add(
    out: list[Sample],
    form: str,
    at: Mapping[str, At],
    batch: str,
    file: str,
    by: str,
    state: str,
    source: str = "",
    *,
    typing: Mapping[str, str] | None = None,
    steps: Sequence[Sequence[Any]] = (),
    findings: Sequence[tuple[str, str]] = (),
    owner: str | None = None,
    part: str | None = None,
    known: bool = False,
    shows: Mapping[str, str] | None = None,
    **more: Any,
) -> None:
    """`typing` goes through LibreOffice's keyboard and is then compared with what it shows. The file comes to the
    assignment of `source`, or of `owner` (of a copy), where its state says so; `known`: its form is seen though nobody
    can say whose it is."""
    whose = at.get(owner or source) if state in ("accepted", "to_fix", "superseded", "duplicate") else None
    issued = whose.record.issued if whose is not None else None
    out.append(
        Sample(
            batch=batch,
            file=file,
            by=by,
            state=state,
            source=f"{form}:{source}" if source in at else source,
            form=form if issued or known else "",
            unit=issued.unit if issued else "",
            person=(issued.person or "") if issued else "",
            part=(issued.part if part is None else part) if issued else "",
            steps=typed(typing or {}) + [list(s) for s in steps],
            shows=dict(typing or {}) if shows is None else dict(shows),
            findings=tuple(findings),
            **more,
        )
    )

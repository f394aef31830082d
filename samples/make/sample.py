"""The nouns of the samples: a file to be made, and where things lie in the workbook it is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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

"""What the invented office ruled in theo-doi.xlsx on 03/03/2027, typed into it in LibreOffice as staff would."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import office as invented

from lamtheo_xls.register import current
from lamtheo_xls.reports.board import unit_labels
from lamtheo_xls.reports.saved import Table, sheet_with, table_of
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workspace.choosing import choices_for, owed_everywhere
from lamtheo_xls.workspace.folder import STATUS, Office

SIGNED = {
    f"mau-02_{invented.PERIOD}_DU-STC": {
        "on": "01/03/2027",
        "number": "15-BC/ĐU",
        "dated": "20/02/2027",
        "signer": "Võ Minh Tâm",
        "way": "Trục văn bản",
    },
    f"mau-02_{invented.PERIOD}_DU-VPUB": {"on": "26/02/2027", "number": "09-BC/ĐU", "way": "Trực tiếp"},
}
"""Papers with seal and signature that came."""

EXTENDED = {f"mau-01_{invented.PERIOD}_DU-BVDK": "15/03/2027"}

GIVEN = {
    # the scan is the signed copy of what CB-HKHKT sent as a workbook
    "nhan-ve/Mau 01 LH Hoi KHKT (ban ky, scan).pdf": (f"mau-01_{invented.PERIOD}_CB-HKHKT", True),
    # of him nothing is asked; he sent all the same, and it counts
    "nhan-ve/ong Hoa thon Binh An.xlsx": (f"ke-hoach-ca-nhan_{invented.PERIOD}_CBT-BINHAN.TRAN-VAN-HOA", False),
}
"""Files nobody owns → the assignment, and whether the file is its signed copy."""

Steps = list[list[Any]]


def steps(office: Office) -> Steps:
    """What is typed where, into the theo-doi.xlsx that lies in the workspace."""
    return [*_lines(office.root / STATUS), *_signed(office.root / STATUS), *_files(office)]


def _table(path: Path, key: str, name: str) -> tuple[str, Table]:
    found = sheet_with(read_returned(path.read_bytes()).sheets, key, name)
    assert found is not None, name
    return found[0].name, table_of(*found)


def _row(table: Table, key: str, value: str) -> int:
    (row,) = (row for row in table.rows if table.text(row, key) == value)
    return row


def _lines(path: Path) -> Iterable[list[Any]]:
    name, table = _table(path, "reports.keys.assignment", "reports.sheets.overview")
    yield ["sheet", name]
    for assignment, until in EXTENDED.items():
        row = _row(table, "reports.keys.assignment", assignment)
        yield ["type", table.cell(row, "reports.status.heads.decision"), "Gia hạn"]
        yield ["type", table.cell(row, "reports.status.heads.detail"), until]


def _signed(path: Path) -> Iterable[list[Any]]:
    name, table = _table(path, "reports.keys.signed", "reports.sheets.signed")
    yield ["sheet", name]
    for assignment, told in SIGNED.items():
        row = _row(table, "reports.keys.signed", assignment)
        for head, text in told.items():
            yield ["type", table.cell(row, f"reports.signed.heads.{head}"), text]


def _files(office: Office) -> Iterable[list[Any]]:
    name, table = _table(office.root / STATUS, "reports.keys.submission", "reports.sheets.files")
    units = unit_labels(current(office.register, office.as_of))
    choices = {(c.assignment, c.signed): c for c in choices_for(office, owed_everywhere(office))}
    came = {record.file: record.id for record in office.ledger.submissions()}
    yield ["sheet", name]
    for file, whose in GIVEN.items():
        row = _row(table, "reports.keys.submission", came[file])
        yield ["type", table.cell(row, "reports.files.heads.unit"), units[choices[whose].unit]]
        yield ["type", table.cell(row, "reports.files.heads.as"), choices[whose].label]

"""What tests of several rooms share: running a command, an office to run it on, workbooks filled as a unit would."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.cli import main
from lamtheo_xls.examine.model import Entry, Examination, Row
from lamtheo_xls.ledger import Counted, SubmissionRecord, text_of
from lamtheo_xls.register import Earlier, FormDates, Person, Register, Round, Unit, write_register

ROUND = "43-kh-duk_2027"


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(scope="session")
def lamtheo() -> Callable[..., Said]:
    """`lamtheo("status", "-C", folder)` as the command line runs it, in this process."""

    def run(*args: object) -> Said:
        out, err = io.StringIO(), io.StringIO()
        code = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main([str(a) for a in args])
            except SystemExit as end:
                code = int(end.code or 0)
        return Said(code, out.getvalue(), err.getvalue())

    return run


def mau_02_first(round: Round) -> Round:
    """Until December Mẫu 02 alone is asked for: most tests are about the machinery, not about who owes what."""
    later = FormDates(opens=dt.date(int(round.period[:4]), 12, 1))
    return replace(round, dues={"mau-01": later, "mau-03": later})


def office_register(
    committees: int = 4,
    children: int = 3,
    *,
    earlier: Sequence[Earlier] = (),
    rounds: Sequence[Round] = (),
    people: Sequence[Person] = (),
    every_form: bool = False,
) -> Register:
    """An invented office: `committees` base committees of `children` chi bộ each, and one chi bộ cơ sở. Only Mẫu 02 is
    asked for before December, unless `every_form` says otherwise."""
    asked = tuple(rounds) or (Round(programme="43-kh-duk", period="2027", opens=dt.date(2027, 1, 15)),)
    units = [Unit(code="CB-TT", name="Chi bộ Thanh tra", short_name="CB Thanh tra", order=99, kind="chi_bo_co_so")]
    for i in range(1, committees + 1):
        units.append(
            Unit(
                code=f"DU-{i}",
                name=f"Đảng ủy Sở Số {i}",
                short_name=f"ĐU Sở Số {i}",
                order=i,
                kind="dang_uy_co_so",
                contact=f"Đồng chí Lan {i}",
                phone=f"0900000{i:03d}",
                mail=f"so{i}@example.vn",
                secretary=f"Nguyễn Văn Số {i}",
            )
        )
        units += [
            Unit(
                code=f"CB-{i}-{j}",
                name=f"Chi bộ {j} Sở Số {i}",
                short_name=f"CB {i}.{j}",
                order=j,
                kind="chi_bo_truc_thuoc",
                parent=f"DU-{i}",
            )
            for j in range(1, children + 1)
        ]
    return Register(
        units=tuple(units),
        people=tuple(people),
        rounds=asked if every_form else tuple(mau_02_first(r) for r in asked),
        office={
            "co_quan": "Đảng ủy các cơ quan tỉnh Mẫu",
            "cap_tren": "Đảng bộ tỉnh Mẫu",
            "dia_danh": "Mẫu",
            "nhan_bao_cao": "Đảng ủy các cơ quan tỉnh",
            "dau_moi_nhan": "Ban Tuyên giáo và Dân vận",
        },
        earlier=tuple(earlier),
    )


@pytest.fixture(scope="session")
def make_office(lamtheo: Callable[..., Said], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A new workspace with its workbooks issued: make_office(folder, committees=4, …). Made once and copied: folders of
    another name are other offices, with keys of their own."""
    made: dict[str, Path] = {}

    def make(folder: Path, *, issue: bool = True, **register: Any) -> Path:
        same = repr((folder.name, issue, sorted(register.items())))
        if same not in made:
            made[same] = new(tmp_path_factory.mktemp("office") / folder.name, issue, register)
        shutil.copytree(made[same], folder)
        return folder

    def new(folder: Path, issue: bool, register: dict[str, Any]) -> Path:
        source = folder.parent / f"{folder.name}-danh-sach.xlsx"
        source.write_bytes(write_register(office_register(**register), programmes=(("43-kh-duk", "x"),)))
        said = lamtheo(
            "new", folder, "--programme", "43-kh-duk", "--period", "2027", "--register", source, "--as-of", "2027-01-20"
        )
        assert said.code == 0, said.err
        if issue:
            said = lamtheo("issue", "-C", folder, "--as-of", "2027-01-20")
            assert said.code == 0, said.err
        return folder

    return make


Model = Mapping[str, str]
COLUMNS = {
    "ten_chi_bo": 2,
    "ten_mo_hinh": 3,
    "thoi_gian": 4,
    "dang_trien_khai": 5,
    "moi": 6,
    "nhom": 7,
    "giai_trinh": 8,
}


def good_rows(unit: int, n: int = 3) -> list[dict[str, str]]:
    """Rows that nobody has anything against."""
    return [
        {
            "ten_chi_bo": f"Chi bộ {k} Sở Số {unit}",
            "ten_mo_hinh": f"Mô hình số {k} của Sở Số {unit}",
            "thoi_gian": "Cả năm 2027",
            "moi" if k % 2 else "dang_trien_khai": "x",
        }
        for k in range(1, n + 1)
    ]


def fill(source: Path, target: Path, rows: Sequence[Model], cells: Mapping[str, Any] | None = None) -> Path:
    """Fills an issued workbook with openpyxl as a unit would and saves it as `target`; `cells` by A1 address last."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(source)
    sheet = book["MẪU 02"]
    first = next(c.row for c in sheet["A"] if c.value == 1)
    for offset, row in enumerate(rows):
        for column, text in row.items():
            cell = sheet.cell(first + offset, COLUMNS[column])
            cell.value = text
            cell.data_type = "s"
    for at, value in (cells or {}).items():
        sheet[at] = value
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    book.close()
    os.utime(target, (1_700_000_000, 1_700_000_000))
    return target


@pytest.fixture(scope="session")
def filled() -> Callable[..., Path]:
    """`filled(office, unit, name, rows)`: puts a filled workbook of unit number `unit` into nhan-ve/."""

    def put(
        office: Path,
        unit: int,
        name: str = "",
        rows: Sequence[Model] | None = None,
        cells: Mapping[str, Any] | None = None,
    ) -> Path:
        source = office / "bieu-gui" / ROUND / f"mau-02_2027_DU-SO-SO-{unit}.xlsx"
        target = office / "nhan-ve" / (name or f"tra loi {unit}.xlsx")
        return fill(source, target, good_rows(unit) if rows is None else rows, cells)

    return put


@pytest.fixture(scope="session")
def rows_of_unit() -> Callable[..., list[dict[str, str]]]:
    """`good_rows` for tests (they do not import one another)."""
    return good_rows


@pytest.fixture(scope="session")
def counted_of() -> Callable[..., Counted]:
    """What the ledger gives for a return of Mẫu 02 that counts: counted_of("DU-1", rows), rows from sheet row 12 on."""

    def make(
        unit: str,
        rows: Sequence[Model],
        *,
        why: str = "accepted",
        period: str = "2027",
        file: str = "",
        received: dt.date = dt.date(2027, 2, 20),
    ) -> Counted:
        assignment = f"mau-02_{period}_{unit}"
        found = tuple(
            Row(
                table="mo_hinh",
                sheet_row=n,
                values={
                    column: Entry(text=text, sheet="MẪU 02", cell=f"{'ABCDEFGH'[COLUMNS[column] - 1]}{n}")
                    for column, text in row.items()
                    if text
                },
                explanation=row.get("giai_trinh", ""),
            )
            for n, row in enumerate(rows, start=12)
        )
        record = SubmissionRecord(
            id=f"{unit}-{period}",
            sha256="0" * 64,
            file=file or f"nhan-ve/{unit}.xlsx",
            received=received,
            assignment=assignment,
            round=f"43-kh-duk_{period}",
            form="mau-02",
            state="accepted" if why == "accepted" else "to_fix",
            examination=text_of(Examination(state="accepted", sheet="MẪU 02", rows=found)),
        )
        return Counted(assignment=assignment, part="", submission=record, why=why)

    return make


@pytest.fixture(scope="session")
def return_of() -> Callable[..., Counted]:
    """What the ledger gives for a return of any form that counts: return_of("mau-01", "CB-1", fields={…}, part="1").

    Single fields stand in column C from row 3 on, paragraphs in column A from row 20, rows of `table` from row 12.
    """

    def make(
        form: str,
        unit: str,
        *,
        person: str = "",
        period: str = "2027",
        programme: str = "43-kh-duk",
        fields: Mapping[str, str] | None = None,
        narratives: Mapping[str, Sequence[str]] | None = None,
        table: str = "",
        rows: Sequence[Model] = (),
        part: str = "",
        nil: bool = False,
        why: str = "accepted",
        received: dt.date = dt.date(2027, 2, 20),
    ) -> Counted:
        owner = f"{unit}.{person}" if person else unit
        found = [
            Row(
                table=table,
                sheet_row=n,
                values={c: Entry(text, "BIỂU", f"{chr(66 + i)}{n}") for i, (c, text) in enumerate(row.items()) if text},
            )
            for n, row in enumerate(rows, start=12)
        ]
        told = [(id, text) for id, texts in (narratives or {}).items() for text in texts]
        found += [
            Row(table=id, sheet_row=n, values={"doan": Entry(text, "BIỂU", f"A{n}")})
            for n, (id, text) in enumerate(told, start=20)
        ]
        entries = {id: Entry(t, "BIỂU", f"C{n}") for n, (id, t) in enumerate((fields or {}).items(), start=3) if t}
        examination = Examination(state="accepted", part=part, nil=nil, sheet="BIỂU", fields=entries, rows=tuple(found))
        assignment = f"{form}_{period}_{owner}"
        record = SubmissionRecord(
            id=f"{assignment}-{part}",
            sha256="0" * 64,
            file=f"nhan-ve/{owner}{part and '-'}{part}.xlsx",
            received=received,
            assignment=assignment,
            round=f"{programme}_{period}",
            part=part,
            form=form,
            state="accepted",
            examination=text_of(examination),
            nil=nil,
        )
        return Counted(assignment=assignment, part=part, submission=record, why=why)

    return make


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Root may write and look anywhere; tests of folder rights must not."""
    if sys.platform == "win32":
        pytest.skip("folder rights are POSIX here")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)

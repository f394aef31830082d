"""Offices of both programmes, and workbooks of any form filled as a unit or a person would."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.register import Person, Register, Round, Unit, write_register
from lamtheo_xls.workbook.layout import lay_out

PLAN, GUIDANCE = "43-kh-duk", "hd-btgtu-2024"


@pytest.fixture(scope="session")
def form_of() -> Callable[[str], Form]:
    """A bundled form by its id, which is unique over the programmes (S3.36)."""
    forms = {id: form for p in (PLAN, GUIDANCE) for id, form in _bundle(p).items()}
    return forms.__getitem__


def _bundle(programme: str) -> Mapping[str, Form]:
    bundle, findings = load_folder(bundled(programme))
    assert bundle is not None, findings
    return bundle.forms


@pytest.fixture(scope="session")
def type_into(form_of: Callable[[str], Form]) -> Callable[..., Path]:
    """`type_into(office, issued, name, fields, rows)`: fills the issued workbook `issued` (a path below bieu-gui/, or
    the bytes' own path) and puts it into nhan-ve/ as `name`. `form` where it is not the one now bundled."""

    def type_in(
        office: Path,
        issued: str,
        name: str,
        fields: Mapping[str, str],
        rows: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
        *,
        form: Form | None = None,
        source: Path | None = None,
    ) -> Path:
        with open_ledger(office / ".lamtheo") as ledger:
            record = next(r for r in reversed(ledger.all_issued()) if r.file.endswith(f"/{issued}"))
        form = form or form_of(record.issued.form)
        layout = lay_out(form, record.issued.rows, shared=not record.issued.unit)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(source or office / record.file)
        sheet = book[form.sheet]
        for id, text in fields.items():
            _put(sheet.cell(*layout.fields[id]), text)
        for table, lines in (rows or {}).items():
            area = layout.areas[table]
            for at, line in enumerate(lines, area.first_row):
                for column, text in line.items():
                    _put(sheet.cell(at, area.columns[column]), text)
        target = office / "nhan-ve" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        book.save(target)
        book.close()
        os.utime(target, (1_700_000_000, 1_700_000_000))
        return target

    return type_in


def _put(cell: Any, text: str) -> None:
    cell.value = text or None
    if text:
        cell.data_type = "s"


@pytest.fixture(scope="session")
def field_in(form_of: Callable[[str], Form]) -> Callable[..., Any]:
    """`field_in(office, issued, field)`: what stands in a single field of the latest workbook issued as `issued`."""

    def read(office: Path, issued: str, field: str, *, form: Form | None = None) -> Any:
        with open_ledger(office / ".lamtheo") as ledger:
            record = next(r for r in reversed(ledger.all_issued()) if r.file.endswith(f"/{issued}"))
        form = form or form_of(record.issued.form)
        spot = lay_out(form, record.issued.rows, shared=not record.issued.unit).fields[field]
        book = openpyxl.load_workbook(office / record.file)
        value = book[form.sheet].cell(*spot).value
        book.close()
        return value

    return read


NARRATIVES = (
    "dac_diem",
    "thuan_loi_kho_khan",
    "muc_dich",
    "yeu_cau",
    "noi_dung_hoc_tap",
    "su_can_thiet",
    "phuong_phap",
    "hieu_qua",
    "tinh_kha_thi",
    "to_chuc_thuc_hien",
)


@pytest.fixture(scope="session")
def plan_of(form_of: Callable[[str], Form]) -> Callable[..., dict[str, str]]:
    """The single fields of a Mẫu 01 nobody has anything against; its narrative comes as a signed Word file."""

    def make(name: str, part: int = 1, **more: str) -> dict[str, str]:
        group = form_of("mau-01").field("nhom").choices
        assert not group, "groups are the programme's"
        return {
            "mo_hinh_thu": str(part),
            "ten_mo_hinh": name,
            "thoi_gian": "Cả năm 2027",
            "moi": "x",
            "gui_ban_word": "x",
            **more,
        }

    return make


@pytest.fixture(scope="session")
def result_of() -> Callable[..., dict[str, str]]:
    """The single fields of a Mẫu 03 nobody has anything against; its narrative comes as a signed Word file."""

    def make(name: str, part: int = 1, **more: str) -> dict[str, str]:
        return {
            "mo_hinh_thu": str(part),
            "ten_mo_hinh": name,
            "thoi_gian": "Cả năm 2027",
            "ket_qua_chinh": "Tiết kiệm 12% chi phí điện, nước",
            "so_lieu": "12%",
            "gui_ban_word": "x",
            **more,
        }

    return make


PEOPLE = (
    Person(code="P1", name="Lê Thị Hoa", unit="CS", group="can_bo_cong_chuc", roles=("nguoi_dung_dau",)),
    Person(code="P2", name="Trần Văn Bình", unit="CS", group="dang_vien"),
    Person(code="P3", name="Trần Văn Bình", unit="CS", group="nguoi_lao_dong"),
    Person(code="P4", name="Võ Thị Sáu", unit="THON", group="dang_vien"),
    Person(code="P5", name="Ngô Văn Năm", unit="THON", group="dang_vien", roles=("cap_uy_vien",)),
    Person(code="P6", name="Đỗ Thị Út", unit="CS", group="can_bo_cong_chuc", exempt="Nghỉ thai sản"),
)


def people_register(*rounds: Round) -> Register:
    """An invented city committee: one base cell, one village cell, six people of every standing (S3.14–S3.16)."""
    units = (
        Unit(code="CS", name="Chi bộ Tài chính", short_name="CB Tài chính", order=1, kind="chi_bo_co_so"),
        Unit(code="THON", name="Chi bộ Thôn Một", short_name="CB Thôn Một", order=2, kind="chi_bo_thon"),
    )
    return Register(
        units=units,
        people=PEOPLE,
        rounds=rounds,
        office={"co_quan": "Thành ủy Mẫu", "dia_danh": "Mẫu", "nhan_bao_cao": "Ban Tuyên giáo Thành ủy"},
    )


@pytest.fixture(scope="session")
def people_office(lamtheo: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A workspace on the guidance of 2024 (and, with `plan`, on the plan's round of that year), issued."""
    made: dict[tuple[bool, bool], Path] = {}

    def make(folder: Path, *, plan: bool = False, issue: bool = True) -> Path:
        if (plan, issue) not in made:
            made[plan, issue] = _people_office(lamtheo, tmp_path_factory.mktemp("people") / "TU", plan, issue)
        shutil.copytree(made[plan, issue], folder)
        return folder

    return make


def _people_office(lamtheo: Callable[..., Any], folder: Path, plan: bool, issue: bool) -> Path:
    rounds = [Round(programme=GUIDANCE, period="2024", opens=dt.date(2024, 1, 15))]
    if plan:
        rounds.append(Round(programme=PLAN, period="2024", opens=dt.date(2024, 1, 10)))
    source = folder.parent / f"{folder.name}-danh-sach.xlsx"
    source.write_bytes(write_register(people_register(*rounds), programmes=((GUIDANCE, "x"), (PLAN, "y"))))
    chosen = [x for r in rounds for x in ("--programme", r.programme)]
    day = ("--as-of", "2024-01-20")
    said = lamtheo("new", folder, *chosen, "--period", "2024", "--register", source, *day)
    assert said.code == 0, said.err
    if issue:
        said = lamtheo("issue", "-C", folder, *day)
        assert said.code == 0, said.err
    return folder


@pytest.fixture(scope="session")
def _models_office(make_office: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_office(tmp_path_factory.mktemp("models") / "VP", committees=2, every_form=True)


@pytest.fixture
def models_office(_models_office: Path, tmp_path: Path) -> Path:
    """Two base committees and a chi bộ cơ sở, asked for every form of the plan."""
    return Path(shutil.copytree(_models_office, tmp_path / "VP"))

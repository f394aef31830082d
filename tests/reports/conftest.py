"""What the tests of the report workbooks share: an invented round, text dumps, schema validity, LibreOffice."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import finding
from lamtheo_xls.register.model import Unit
from lamtheo_xls.reports.status import FileLine, HistoryLine, StatusLine, state_words, summarise

D = dt.date
XSD = Path(__file__).parents[2].parent / "shared" / "xsd"


def missing_tool(reason: str) -> None:
    """Skips with the reason, but fails where the machine is meant to have everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def round_() -> dict[str, Any]:
    """An invented round of seven units at 25/02/2027, in every state; keyword arguments of write_status."""
    rows: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("ĐU Sở Tài chính", "to_fix", {"submission": "a1", "received": D(2027, 2, 20), "tell": "D11 thiếu thời gian"}),
        (
            "CB Thanh tra tỉnh",
            "wrong_form",
            {"words": "Ảnh", "tell": "Gửi tệp Excel", "decision": "Nhập hộ", "standing": "Nhập hộ"},
        ),
        ("ĐU Sở Công Thương", "accepted", {"submission": "a3", "received": D(2027, 2, 12), "signed": True}),
        ("ĐU Sở Y tế", "accepted", {"submission": "a4", "received": D(2027, 2, 24), "late": True}),
        ("CB Văn phòng", "missing", {"overdue": True, "note": "=1+1 hẹn chiều thứ Sáu", "phone": "0905000123"}),
        (
            "ĐU Điện lực",
            "missing",
            {"own_due": True, "due": D(2027, 3, 5), "decision": "Gia hạn", "detail": "05/03/2027"},
        ),
        ("ĐU Sở Xây dựng", "excused", {"signed_due": False}),
        ("CB Ban Quản lý dự án", "nil", {}),
    )
    units = tuple(
        Unit(
            code=f"U{i}", name=name.replace("ĐU", "Đảng ủy").replace("CB", "Chi bộ"), short_name=name, order=i, kind="k"
        )
        for i, (name, _, _) in enumerate(rows, start=1)
    )
    lines = []
    for unit, (name, state, more) in zip(units, rows, strict=True):
        more = dict(more)
        words = more.pop("words", state_words(state, late=more.get("late", False), overdue=more.get("overdue", False)))
        findings = ()
        if state == "to_fix":
            late = finding("workbook.late", ngay_nhan="20/02/2027", han="15/02/2027")
            findings = (late, finding("set.decision_unknown", sheet="MẪU 02", cell="D11", value='=HYPERLINK("x")'))
        lines.append(
            StatusLine(
                assignment=f"mau-02_2027_{unit.code}",
                unit=unit.name,
                unit_short=name,
                form="Mẫu 02",
                state=state,
                words=words,
                contact="Nguyễn Thị Lan",
                file=f"{unit.code}.xlsx",
                findings=findings,
                **{"due": D(2027, 2, 28), **more},
            )
        )
    files = (
        FileLine(
            submission="f1", file="IMG_2034.jpg", received=D(2027, 2, 24), words="Ảnh", reply="Gửi giúp tệp Excel."
        ),
        FileLine(submission="f2", file="=cmd.xlsx", received=None, words="Chưa rõ đơn vị", proposed="CB Văn phòng"),
    )
    history = (
        HistoryLine(date=D(2027, 2, 1), unit="ĐU Sở Tài chính", event="Tạo biểu gửi đơn vị"),
        HistoryLine(date=D(2027, 2, 20), unit="ĐU Sở Tài chính", event="Nhận tệp"),
    )
    return {
        "title": "ĐĂNG KÝ MÔ HÌNH NĂM 2027",
        "as_of": D(2027, 2, 25),
        "lines": tuple(lines),
        "files": files,
        "history": history,
        "summary": summarise(lines, files),
        "deadline": Deadline(
            on_time=D(2027, 2, 28), late_from=D(2027, 3, 1), accept_until=None, text="trong tháng 02/2027"
        ),
        "units": units,
        "created": D(2027, 2, 25),
    }


@pytest.fixture
def dump() -> Callable[[bytes, str], str]:
    """A sheet as text, one line per cell: address, value, what protects and formats it; then its rules."""

    def dumped(data: bytes, sheet: str) -> str:
        page = openpyxl.load_workbook(io.BytesIO(data))[sheet]
        out = []
        for cell in (c for row in page.iter_rows() for c in row):
            if cell.value is None and cell.protection.locked:
                continue
            value = cell.value.strftime("%d/%m/%Y") if isinstance(cell.value, dt.datetime) else cell.value
            marks = [
                cell.data_type,
                "" if cell.protection.locked else "open",
                "bold" if cell.font.b else "",
                cell.fill.fgColor.rgb[2:] if cell.fill.fill_type == "solid" else "",
                cell.number_format if cell.number_format != "General" else "",
            ]
            out.append(f"{cell.coordinate:<5}{'' if value is None else value!s}  [{' '.join(m for m in marks if m)}]")
        for rule in page.data_validations.dataValidation:
            out.append(f"rule {rule.sqref}: {rule.type} {rule.formula1 or ''}")
        hidden = [letter for letter, d in sorted(page.column_dimensions.items()) if d.hidden]
        out.append(f"hidden columns: {' '.join(hidden)}; freeze: {page.freeze_panes}; filter: {page.auto_filter.ref}")
        out.append(f"protected: {page.protection.sheet}; print: {page.print_area}; heads: {page.print_title_rows}")
        return "\n".join(out) + "\n"

    return dumped


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares a text with its golden file; LAMTHEO_UPDATE_GOLDEN=1 writes it anew."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("LAMTHEO_UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        assert text == path.read_text("utf-8")

    return compare


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], bytes]:
    """A workbook opened and saved again by LibreOffice, profile of its own."""
    program = shutil.which("soffice")
    if program is None:
        missing_tool("LibreOffice (soffice) is not on this machine")
    assert program is not None
    profile = tmp_path_factory.mktemp("profile")

    def saved_again(data: bytes) -> bytes:
        folder = tmp_path_factory.mktemp("saved")
        (folder / "in").mkdir()
        source = folder / "in" / "book.xlsx"
        source.write_bytes(data)
        subprocess.run(
            [
                program,
                f"-env:UserInstallation={profile.as_uri()}",
                *("--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(source)),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return (folder / "book.xlsx").read_bytes()

    return saved_again


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SCHEMA_OF = {
    "workbook": "sml.xsd",
    "worksheet": "sml.xsd",
    "styleSheet": "sml.xsd",
    "sst": "sml.xsd",
    "comments": "sml.xsd",
    "Types": "opc-contentTypes.xsd",
    "Relationships": "opc-relationships.xsd",
    "chartSpace": "dml-chart.xsd",
    "wsDr": "dml-spreadsheetDrawing.xsd",
}


@pytest.fixture(scope="session")
def faults_of() -> Iterator[Callable[[bytes], list[str]]]:
    """What the schemas of ISO/IEC 29500 hold against the parts of a workbook; [] for a sound one."""
    if not XSD.is_dir():
        missing_tool("the schemas of ISO/IEC 29500 are not beside the checkout (../shared/xsd)")
    schemas: dict[str, etree.XMLSchema] = {}

    def check(data: bytes) -> list[str]:
        faults, seen = [], set()
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in package.namelist():
                if not name.endswith((".xml", ".rels")):
                    continue
                root = etree.fromstring(package.read(name))
                for element in root.iter(etree.Element):
                    for attribute in list(element.attrib):
                        if attribute.endswith("}space") or attribute.endswith("}Ignorable"):
                            del element.attrib[attribute]
                kind = etree.QName(root).localname
                if kind not in _SCHEMA_OF:
                    continue
                seen.add(kind)
                file = _SCHEMA_OF[kind]
                if file not in schemas:
                    schemas[file] = etree.XMLSchema(etree.parse(str(XSD / file)))
                schema = schemas[file]
                if not schema.validate(root):
                    faults += [f"{name}: {e.message}" for e in schema.error_log]
        assert {"workbook", "worksheet", "styleSheet", "Types"} <= seen
        return faults

    yield check

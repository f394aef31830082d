"""A workspace of the first version goes on with this one: nothing is lost, nothing is judged otherwise."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.findings import say
from lamtheo_xls.ledger import open_ledger

OLD = Path(__file__).parent / "version-1.zip"
ROUND = "43-kh-duk_2027"
AS_OF = ("--as-of", "2027-02-11")


def test_one_of_version_2_stands_as_it_stood(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """Two models of one unit count, a faulty return is to be mended; all of it is derived again alike; it goes on."""
    office = tmp_path / "VP"
    with zipfile.ZipFile(OLD.with_name("version-2.zip")) as archive:
        archive.extractall(office)
    for name in ("nhan-ve", "bieu-gui", "tra-lai", "tong-hop"):
        (office / name).mkdir()
    said = lamtheo("status", "-C", office, *AS_OF, "--json")
    assert said.code == 0, said.err
    states = {unit: state for unit, (state, _, _) in lines_of(said, "mau-01").items()}
    assert states == {"DU-1": "accepted", "DU-2": "to_fix", "CB-TT": "missing"}
    said = lamtheo("verify", "-C", office, *AS_OF, "--json")
    assert (said.code, json.loads(said.out)["compared"], json.loads(said.out)["differing"]) == (0, 3, [])
    said = lamtheo("run", "-C", office, "--as-of", "2027-02-12", "--json")
    assert said.code == 0, said.err


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """As the program of version 1 left it: four committees asked for Mẫu 02, four files taken in, three rulings."""
    folder = tmp_path / "VP"
    with zipfile.ZipFile(OLD) as archive:
        archive.extractall(folder)
    for name in ("nhan-ve", "bieu-gui", "tra-lai", "tong-hop"):
        (folder / name).mkdir(exist_ok=True)
    return folder


def lines_of(said: Any, form: str = "mau-02") -> dict[str, tuple[str, bool, str | None]]:
    now = json.loads(said.out)
    return {a["unit"]: (a["state"], a["signed_copy"], a["received"]) for a in now["assignments"] if a["form"] == form}


def test_everything_stands_as_it_stood(office: Path, lamtheo: Callable[..., Any]) -> None:
    """States, signed copies and days are those the old program told; everything is derived again alike."""
    said = lamtheo("status", "-C", office, *AS_OF, "--json")
    assert said.code == 0, said.err
    assert lines_of(said) == {
        "DU-1": ("to_fix", True, "2027-02-10"),
        "DU-2": ("to_fix", False, "2027-02-10"),
        "DU-3": ("accepted", False, "2027-02-10"),
        "DU-4": ("nil", False, None),
    }
    said = lamtheo("verify", "-C", office, *AS_OF, "--json")
    assert (said.code, json.loads(said.out)["compared"], json.loads(said.out)["differing"]) == (0, 4, [])
    said = lamtheo("merge", "-C", office, *AS_OF, "--json")
    assert said.code == 0, said.err
    assert next(t for t in said.lines if t["table"] == "mau-02")["rows"] == 1


def test_it_goes_on(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Workbooks are issued again – old ones stay valid –, feedback is written, a file known from before is known."""
    returned = lamtheo("return", "-C", office, *AS_OF, "--json").lines
    assert [(x["assignment"], x["part"]) for x in returned] == [("mau-02_2027_DU-1", ""), ("mau-02_2027_DU-2", "")]
    said = lamtheo("issue", "-C", office, *AS_OF, "--json")
    assert said.code == 0, said.err
    assert {x["form"]: x["change"] for x in said.lines if x["unit"] == "DU-1"}.keys() == {"mau-01", "mau-02", "mau-03"}
    with open_ledger(office / ".lamtheo") as ledger:
        (counted,) = ledger.counting(ROUND)
        (office / "nhan-ve" / "lai gui.xlsx").write_bytes(ledger.fetch(counted.submission.sha256))
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert [(x["state"], x["assignment"]) for x in said.lines] == [("duplicate", "mau-02_2027_DU-3")]
    back = Path(returned[1]["file"])
    book = openpyxl.load_workbook(back)
    sheet = book["MẪU 02"]
    first = next(c.row for c in sheet["A"] if c.value == 1)
    sheet.cell(first + 1, 4).value = "Quý I/2027"
    book.save(office / "nhan-ve" / "da sua.xlsx")
    said = lamtheo("run", "-C", office, "--as-of", "2027-02-12", "--json")
    assert said.code == 0, said.err
    assert lines_of(said)["DU-2"] == ("accepted", False, "2027-02-12")
    assert lamtheo("verify", "-C", office, "--as-of", "2027-02-12").code == 0


def test_launchers_that_came_later(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Who clicks on what an earlier version made is told to click `2-GUI.cmd`: any command puts it there, beside our
    own first launcher only, and changes none that is there."""
    lamtheo("status", "-C", office, *AS_OF)
    assert [p.name for p in office.glob("*.cmd")] == []
    (office / "1-TAO-BIEU.cmd").write_bytes(b'"%PY%" -m lamtheo_xls tao-bieu -C "%~dp0." %*\r\n')
    (office / "3-NHAN-VE.cmd").write_bytes(b"rem sua tay\r\n")
    lamtheo("status", "-C", office, *AS_OF)
    names = ["1-TAO-BIEU.cmd", "2-GUI.cmd", "3-NHAN-VE.cmd", "4-DON-DOC.cmd"]
    assert sorted(p.name for p in office.glob("*.cmd")) == names
    assert "-m lamtheo_xls gui " in (office / "2-GUI.cmd").read_text("utf-8")
    assert (office / "3-NHAN-VE.cmd").read_bytes() == b"rem sua tay\r\n"


def test_facts_that_came_later(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A danh-sach.xlsx from before mail has no rows for it: `send` writes drafts and says which row to add; a row added
    below the others, whatever stands beside it, is read like any."""
    said = lamtheo("issue", "-C", office, *AS_OF)
    assert said.code == 0, said.err
    add_facts(office, {"Hộp thư nhận biểu": "btg@tinh.example", "Nhắc trước hạn (số ngày)": "5 ngày"})
    said = lamtheo("send", "-C", office, *AS_OF)
    assert said.code == 0, said.err
    assert " ".join(say("cli.say.send_no_server", trang="CƠ QUAN").split()) in " ".join(said.out.split())
    said = lamtheo("remind", "-C", office, *AS_OF, "--at", "09:00")
    assert (said.code, "5 ngày" in said.out) == (0, True), said.err
    said = lamtheo("collect", "-C", office, *AS_OF, "--mailbox")
    assert said.code == 3 and "«Máy chủ nhận thư»" in said.err
    add_facts(office, {"Máy chủ gửi thư": "mail.tinh.example:995"})
    said = lamtheo("send", "-C", office, *AS_OF)
    assert said.code == 3 and "mail.tinh.example:995" in said.err


def add_facts(office: Path, facts: dict[str, str]) -> None:
    """As a clerk writes them: under the last row of CƠ QUAN, or where the label stands already."""
    book = openpyxl.load_workbook(office / "danh-sach.xlsx")
    sheet = book["CƠ QUAN"]
    rows = {cell.value: cell.row for cell in sheet["A"]}
    for label, text in facts.items():
        row = rows.get(label, sheet.max_row + 1)
        sheet.cell(row, 1).value, sheet.cell(row, 2).value = label, text
    book.save(office / "danh-sach.xlsx")

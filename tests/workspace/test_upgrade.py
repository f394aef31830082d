"""A workspace of the first version goes on with this one: nothing is lost, nothing is judged otherwise."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

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

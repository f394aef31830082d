"""What issuing leaves on the disk: the zip for Zalo, its words, and nothing half-written."""

from __future__ import annotations

import datetime as dt
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.workspace import posting
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.owing import assignments_of

ROUND = "43-kh-duk_2027"
AS_OF = ("--as-of", "2027-02-10")


@pytest.fixture
def office(models_office: Path) -> Path:
    return models_office


def test_the_zip_holds_every_form_and_the_words_name_each_date(office: Path) -> None:
    """All units' workbooks of all forms, in the office's order, the shared ones apart; each form's own deadline."""
    folder = office / "bieu-gui" / ROUND
    with zipfile.ZipFile(folder / f"{ROUND}.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[0] == "loi-nhan-zalo.txt"
        assert names[1:] == [
            f"{form}_2027_{unit}.xlsx"
            for form, units in (
                ("mau-01", ("DU-SO-SO-1", "DU-SO-SO-2", "CB-THANH-TRA")),
                ("mau-02", ("DU-SO-SO-1", "DU-SO-SO-2")),
                ("mau-03", ("DU-SO-SO-1", "DU-SO-SO-2", "CB-THANH-TRA")),
            )
            for unit in units
        ]
        for name in names:
            assert archive.read(name) == (folder / name).read_bytes()
            assert archive.getinfo(name).date_time == (1980, 1, 1, 0, 0, 0)
    words = (folder / "loi-nhan-zalo.txt").read_bytes().decode("utf-8-sig")
    assert "Hạn gửi:\r\n- Mẫu số 01: trong tháng 02/2027.\r\n- Mẫu số 02: trong tháng 02/2027.\r\n" in words
    assert "- Mẫu số 03: trước ngày 15/12/2027.\r\n" in words and "Ban Tuyên giáo và Dân vận" in words


def test_the_same_inputs_give_the_same_zip(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A zip that was lost is written again to the byte, on whatever day."""
    path = office / "bieu-gui" / ROUND / f"{ROUND}.zip"
    before = path.read_bytes()
    path.unlink()
    said = lamtheo("issue", "-C", office, *AS_OF, "--json")
    assert {x["change"] for x in said.lines} == {"unchanged"}
    assert path.read_bytes() == before


def test_the_zip_goes_straight_to_the_disk(office: Path) -> None:
    """However much there is, only a piece of it is held at a time."""
    big = office / "bieu-gui" / ROUND / "mau-01_2027_CB-THANH-TRA.xlsx"
    big.write_bytes(b"0" * 40_000_000)
    with open_office(office, round_id=None, as_of=dt.date(2027, 2, 10), who="test") as opened:
        asked = [a for a in assignments_of(opened)[0] if a.form]
        tracemalloc.start()
        posting.post(opened, asked)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8_000_000
    with zipfile.ZipFile(posting.zip_path(opened)) as archive:
        assert archive.getinfo(big.name).file_size == 40_000_000


def test_a_zip_held_open_has_a_dated_copy_beside_it(office: Path, lamtheo: Callable[..., Any]) -> None:
    """As every target: what another program holds is not replaced."""
    folder = office / "bieu-gui" / ROUND
    before = (folder / f"{ROUND}.zip").read_bytes()
    (folder / "mau-01_2027_CB-THANH-TRA.xlsx").unlink()
    (folder / f".~lock.{ROUND}.zip#").write_text("x")
    (folder / f"{ROUND}.zip").write_bytes(b"held")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "unlink", _refuse_zip(Path.unlink))
        assert lamtheo("issue", "-C", office, "--as-of", "2027-01-20").code == 0
    assert (folder / f"{ROUND}.zip").read_bytes() == b"held"
    assert (folder / f"{ROUND}_CHI-XEM_2027-01-20.zip").read_bytes() == before


def _refuse_zip(unlink: Callable[..., None]) -> Callable[..., None]:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        if self.suffix == ".zip":
            raise PermissionError(13, "held", str(self))
        unlink(self, missing_ok)

    return refuse


def test_an_issue_cut_short_leaves_nothing_lying_about(
    office: Path, lamtheo: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the zip is written the program is ended: no half zip under its name, no scrap after the next command."""
    folder = office / "bieu-gui" / ROUND
    (folder / "mau-01_2027_CB-THANH-TRA.xlsx").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(posting, "_put", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises((KeyboardInterrupt, AssertionError)):
            assert lamtheo("issue", "-C", office, *AS_OF).code == 0
    assert not (folder / f"{ROUND}.zip").exists()
    scraps = [folder / f".mau-01_2027_X.xlsx.{os.getpid()}.tmp", office / ".theo-doi.xlsx.77.tmp"]
    theirs = folder / "A1B2C3D4.tmp"
    for path in (*scraps, theirs):
        path.write_bytes(b"half")
    assert lamtheo("issue", "-C", office, *AS_OF).code == 0
    assert [p.name for p in folder.glob(".*")] == [] and not scraps[1].exists()
    assert theirs.exists(), "another program's scraps are its own"
    assert zipfile.ZipFile(folder / f"{ROUND}.zip").testzip() is None

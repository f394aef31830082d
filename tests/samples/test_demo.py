"""`lamtheo demo`: the whole cycle in one command, as a newcomer runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.workspace import demo

ROUND = "43-kh-duk_2027"
DAY = demo.TODAY.isoformat()


def lamtheo(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as installed, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "lamtheo_xls", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the demo ran once, and what it printed."""
    here = tmp_path_factory.mktemp("demo")
    done = lamtheo("demo", "thu", cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    return here / "thu", done.stdout


def test_it_prints_a_dozen_lines_with_the_true_counts(ran: tuple[Path, str], expected: Any) -> None:
    """What it says is what expected.tsv holds, in at most 12 lines of 80 columns."""
    lines = ran[1].splitlines()
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 80
    text = " ".join(line.strip() for line in lines)
    states = [row["state"] for row in expected.values()]
    assert f"Đã nhận {len(states)} tệp:" in text
    for state, words in (
        ("accepted", "hợp lệ"),
        ("to_fix", "cần sửa"),
        ("unknown", "chưa rõ đơn vị"),
        ("duplicate", "gửi trùng"),
    ):
        assert f" {states.count(state)} {words}" in text
    assert "Phải gửi 24: hợp lệ 16, cần sửa 6, chưa gửi 2; gửi muộn 4." in text


def test_every_file_it_promises_is_there(ran: tuple[Path, str]) -> None:
    """Each path printed exists; every unit has its workbook, every faulty return its feedback."""
    folder, text = ran
    named = re.findall(r"(?:bieu-gui|tra-lai|tong-hop)/[^\s;,]+|theo-doi\.xlsx|danh-sach\.xlsx", text)
    assert {Path(n).parts[0] for n in named} == {"bieu-gui", "tra-lai", "tong-hop", "theo-doi.xlsx", "danh-sach.xlsx"}
    assert [n for n in named if not (folder / n).exists()] == []
    issued = sorted(p.name for p in (folder / "bieu-gui" / ROUND).glob("mau-02_*.xlsx"))
    assert len(issued) == 25  # 24 base committees and the shared workbook
    assert "mau-02_2027_DU-SO-TAI-CHINH.xlsx" in issued
    assert "mau-02_2027_DU-CTY-CAP-NUOC-MTDT.xlsx" in issued
    returned = sorted(p.name for p in (folder / "tra-lai" / ROUND).glob("*_sua.xlsx"))
    assert returned == [
        "mau-02_2027_DU-BAO-HIEM-XA-HOI-TINH_sua.xlsx",
        "mau-02_2027_DU-CAO-DANG-NGHE-SO-1_sua.xlsx",
        "mau-02_2027_DU-CTY-XO-SO-KIEN-THIET_sua.xlsx",
        "mau-02_2027_DU-DAI-HOC-LAM-GIANG_sua.xlsx",
        "mau-02_2027_DU-NONG-TRUONG-B-LA_sua.xlsx",
        "mau-02_2027_DU-TT-KIEM-SOAT-BENH-TAT_sua.xlsx",
    ]
    assert (folder / "tong-hop" / ROUND / "mau-02.xlsx").is_file()


def test_collecting_again_changes_nothing(ran: tuple[Path, str], expected: Any) -> None:
    """The same files are duplicates, counts stay, and everything derived again from the archive agrees."""
    folder, _ = ran
    before = json.loads(lamtheo("status", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder).stdout)
    again = lamtheo("collect", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder)
    lines = [json.loads(line) for line in again.stdout.splitlines()]
    assert [line["state"] for line in lines] == ["duplicate"] * len(expected)
    after = json.loads(lamtheo("status", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder).stdout)
    assert after == before
    assert {k: before[k] for k in ("expected", "accepted", "to_fix", "missing", "nil", "excused", "late")} == {
        "expected": 24,
        "accepted": 16,
        "to_fix": 6,
        "missing": 2,
        "nil": 0,
        "excused": 0,
        "late": 4,
    }
    verified = lamtheo("verify", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder)
    assert verified.returncode == 0
    compared = json.loads(verified.stdout)
    assert (compared["compared"], compared["differing"]) == (len(expected) - 1, [])  # the duplicate is one of them


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    """One line and exit 3; what lies there stays."""
    (tmp_path / "thu").mkdir()
    (tmp_path / "thu" / "cu.txt").write_text("x", "utf-8")
    done = lamtheo("demo", "thu", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert [p.name for p in (tmp_path / "thu").iterdir()] == ["cu.txt"]

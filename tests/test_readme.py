"""What the README tells people to type is typed here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", README, re.DOTALL)


def old_list(path: Path) -> None:
    """An ordinary list of an office, as it lay on somebody's desk."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("DANH SÁCH CÁC TỔ CHỨC ĐẢNG",),
        (),
        ("TT", "Tên tổ chức đảng", "Bí thư", "Điện thoại"),
        ("I", "Đảng ủy Sở Tài chính", "Nguyễn Văn An", "0900000001"),
        (1, "Chi bộ Văn phòng", "Trần Thị Bình", ""),
        (2, "Chi bộ Ngân sách", "Lê Văn Cường", ""),
        ("II", "Đảng ủy Sở Nội vụ", "Phạm Thị Dung", "0900000002"),
        (1, "Chi bộ Tổ chức", "Võ Văn Em", ""),
    ):
        sheet.append(row)
    book.save(path)


def name_mailboxes(path: Path) -> None:
    """The office's own address and the first unit's, typed into the register; no server."""
    book = openpyxl.load_workbook(path)
    office, units = book["CƠ QUAN"], book["ĐƠN VỊ"]
    row = next(r for r in range(1, office.max_row + 1) if office.cell(r, 1).value == "Hộp thư nhận biểu")
    office.cell(row, 2).value = "btg@tinh.example"
    heads = next(r for r in units.iter_rows() if r[0].value == "Mã")
    column = next(c.column for c in heads if c.value == "Thư điện tử")
    units.cell(heads[0].row + 1, column).value = "stc@tinh.example"
    book.save(path)


def test_the_session_of_the_readme(
    lamtheo: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every `lamtheo` line of the README runs, in its order, and does what its comment says."""
    monkeypatch.chdir(tmp_path)
    old_list(tmp_path / "danh-sach-cu.xlsx")
    lines = [line for block in BLOCKS for line in block.splitlines() if line.startswith("lamtheo ")]
    assert [shlex.split(line)[1] for line in lines] == [
        *("new", "issue", "run", "check", "verify"),
        *("send", "run", "remind"),
    ]
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        if words[0] == "check":
            issued = sorted((tmp_path / "VAN-PHONG" / "bieu-gui").rglob("mau-02_2027_DU-*.xlsx"))[0]
            (tmp_path / "VAN-PHONG" / "nhan-ve" / "bieu.xlsx").write_bytes(issued.read_bytes())
        if words[0] == "send":
            name_mailboxes(tmp_path / "VAN-PHONG" / "danh-sach.xlsx")
        said = lamtheo(*words)
        assert said.code == (1 if words[0] == "check" else 0), (line, said.out, said.err)
    office = tmp_path / "VAN-PHONG"
    assert len(list((office / "bieu-gui").rglob("mau-02_2027_DU-*.xlsx"))) == 2
    assert (office / "theo-doi.xlsx").is_file() and list((office / "tong-hop").rglob("mau-02.xlsx"))
    assert [p.name for p in (office / "thu-gui").rglob("*.eml")] == ["DU-SO-TAI-CHINH.eml"]


def test_links_and_picture_exist() -> None:
    """Nothing the README points to is missing; the picture is small."""
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []
    assert (ROOT / "docs" / "mau-02.png").stat().st_size < 200_000


def test_two_commands_do_all_the_set_up() -> None:
    """One command for the demo, one for the tests; CI calls the latter as it stands."""
    commands = [b.strip() for b in BLOCKS if b.startswith("python -m pip")]
    assert len(commands) == 2 and all("\n" not in c for c in commands)
    assert "demo" in commands[0] and commands[1].endswith("python -m pytest")
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert commands[1].replace("pip install", "pip install -q") in script

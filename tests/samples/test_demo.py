"""`lamtheo demo`: the whole cycle in one command, as a newcomer runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.workspace import demo
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.letters.outbox import account_for

PLAN, GUIDANCE = "43-kh-duk_2027", "hd-btgtu-2024_2027"
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


def test_it_tells_both_rounds_in_a_few_lines_with_the_true_counts(ran: tuple[Path, str], expected: Any) -> None:
    """What it says is what expected.tsv and the register hold, in at most 17 lines of 80 columns."""
    lines = ran[1].splitlines()
    assert len(lines) <= 17
    assert max(map(len, lines)) <= 80
    text = " ".join(line.strip() for line in lines)
    states = [row["state"] for row in expected.values()]
    assert f"Đã nhận {len(states)} tệp:" in text
    for state, words in (
        ("accepted", "hợp lệ"),
        ("to_fix", "cần sửa"),
        ("refused", "không nhận được"),
        ("unknown", "chưa rõ đơn vị"),
        ("duplicate", "gửi trùng"),
        ("superseded", "đã có bản mới hơn"),
    ):
        assert f" {states.count(state)} {words}" in text
    # Mẫu 01 of 26 units, Mẫu 02 of 24, Mẫu 03 (not due before December) of 26; one of the overdue has more time
    assert (
        f"Đợt {PLAN}: phải gửi 76, hợp lệ 28, không phát sinh 1, cần sửa 11, chưa gửi 36, quá hạn 13, gửi muộn 6, "
        "bản ký 3."
    ) in text
    # 31 and 33 units, 19 persons, a volunteer and one of whom nothing was asked: they sent, so they count
    assert f"Đợt {GUIDANCE}: phải gửi 85, hợp lệ 21, cần sửa 7, chưa gửi 57." in text
    assert "5 xử lý vào theo-doi.xlsx: 3 đã nhận bản ký, 1 gia hạn, 1 gán cho đơn vị" in text


FEEDBACK = {
    PLAN: [
        "mau-01_2027_DU-CTY-THUY-LOI-LAM-GIANG_sua.xlsx",
        "mau-01_2027_DU-QUY-DAU-TU-PHAT-TRIEN_sua.xlsx",
        "mau-01_2027_DU-SO-NOI-VU_sua.xlsx",
        "mau-02_2027_DU-BAO-HIEM-XA-HOI-TINH_sua.xlsx",
        "mau-02_2027_DU-CAO-DANG-NGHE-SO-1_sua.xlsx",
        "mau-02_2027_DU-CTY-XO-SO-KIEN-THIET_sua.xlsx",
        "mau-02_2027_DU-DAI-HOC-LAM-GIANG_sua.xlsx",
        "mau-02_2027_DU-NONG-TRUONG-B-LA_sua.xlsx",
        "mau-02_2027_DU-TT-KIEM-SOAT-BENH-TAT_sua.xlsx",
        "mau-03_2027_DU-BQL-CAC-KCN_sua.xlsx",
        "mau-03_2027_DU-CAO-DANG-NGHE-SO-1_sua.xlsx",
    ],
    GUIDANCE: [
        "ke-hoach-ca-nhan_2027_DU-SO-TAI-CHINH_LE-THI-HONG-LAN_sua.xlsx",
        "ke-hoach-ca-nhan_2027_UB-MTTQ-TINH_BUI-DUC-ANH_sua.xlsx",
        "ke-hoach-ca-nhan_2027_UB-MTTQ-TINH_H-LAN-NIE_sua.xlsx",
        "mo-hinh-tieu-bieu_2027_TINH-DOAN_sua.xlsx",
        "nhiem-vu-dot-pha_2027_HOI-LHPN-TINH_sua.xlsx",
        "nhiem-vu-dot-pha_2027_TINH-DOAN_sua.xlsx",
        "nhiem-vu-dot-pha_2027_UB-MTTQ-TINH_sua.xlsx",
    ],
}
TABLES = {
    PLAN: ["ket-qua-mo-hinh.xlsx", "mau-02.xlsx"],
    GUIDANCE: ["ke-hoach-ca-nhan.xlsx", "mo-hinh-tieu-bieu.xlsx", "nhiem-vu-dot-pha.xlsx"],
}


def test_letters_lie_there_and_nobody_was_written_to(ran: tuple[Path, str]) -> None:
    """A draft for each mailbox of those who owe, with its workbooks; whatever server the register named, a demo sends
    nothing."""
    folder, told = ran
    with open_ledger(folder / ".lamtheo") as ledger:
        letters = ledger.letters()
    drafts = sorted(p.relative_to(folder).as_posix() for p in (folder / "thu-gui").rglob("*.eml"))
    assert {x.state for x in letters} == {"drafted"} and sorted(x.file for x in letters) == drafts
    assert f"{len(drafts)} thư nháp" in told and len(drafts) == len({x.addresses for x in letters}) == 54
    assert all((folder / file).read_bytes().startswith(b"X-Unsent: 1\r\n") for file in drafts)
    with open_office(folder, round_id=None, as_of=demo.TODAY, who="test") as office:
        facts = office.register.office | {"may_chu_gui": "mail.office.test:465"}
        named = replace(office, register=replace(office.register, office=facts))
        assert account_for(named) == (None, ())


def test_every_file_it_promises_is_there(ran: tuple[Path, str]) -> None:
    """Each path printed exists; everybody asked has a workbook, every faulty return its feedback."""
    folder, text = ran
    named = re.findall(r"(?:bieu-gui|tong-hop)/[^\s;,]+|tra-lai|theo-doi\.xlsx|danh-sach\.xlsx", text)
    assert {Path(n).parts[0] for n in named} == {"bieu-gui", "tra-lai", "tong-hop", "theo-doi.xlsx", "danh-sach.xlsx"}
    assert [n for n in named if not (folder / n).exists()] == []
    issued = [sorted(p.name for p in (folder / "bieu-gui" / r).glob("*.xlsx")) for r in (PLAN, GUIDANCE)]
    assert [len(names) for names in issued] == [76 + 3, 85 + 3 + 1]  # and a shared workbook of each form
    assert "mau-02_2027_DU-SO-TAI-CHINH.xlsx" in issued[0]
    assert "mau-02_2027_DU-CTY-CAP-NUOC-MTDT.xlsx" in issued[0]
    assert "ke-hoach-ca-nhan_2027_CB-NGAN-SACH_NGUYEN-THI--NGUYEN-THI-HOA-2.xlsx" in issued[1]
    # Nothing is asked of him; his own was made when the file he sent all the same was given to him.
    assert [n for n in issued[1] if "TRAN-VAN-HOA" in n] == ["ke-hoach-ca-nhan_2027_CB-THON-BINH-AN_TRAN-VAN-HOA.xlsx"]
    for round, names in FEEDBACK.items():
        assert sorted(p.name for p in (folder / "tra-lai" / round).glob("*_sua.xlsx")) == names
    for round, names in TABLES.items():
        assert sorted(p.name for p in (folder / "tong-hop" / round).glob("*.xlsx")) == names
        told = re.search(rf"tong-hop/{round} \(([^)]*)\)", text)
        assert told is not None and sorted(re.split(r",\s+", told[1])) == names


def test_the_tables_hold_what_counts(ran: tuple[Path, str]) -> None:
    """Mẫu 02 of the bloc from Mẫu 02 of committees and Mẫu 01 of base chi bộ; persons counted as the guidance asks."""
    folder, _ = ran
    merged = told(lamtheo("merge", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder).stdout)
    assert {t["table"]: (t["counted"], t["expected"], t["nil"]) for t in merged} == {
        "mau-02": (18, 26, 0),
        "ket-qua-mo-hinh": (1, 26, 1),
        "nhiem-vu-dot-pha": (3, 31, 0),
        "mo-hinh-tieu-bieu": (6, 33, 0),
        "ke-hoach-ca-nhan": (10, 19, 0),
    }


def test_collecting_again_changes_nothing(ran: tuple[Path, str], expected: Any) -> None:
    """The same files are duplicates, counts stay, and everything derived again from the archive agrees."""
    folder, _ = ran
    before = told(lamtheo("status", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder).stdout)
    again = lamtheo("collect", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder)
    assert {line["state"] for line in told(again.stdout)} == {"duplicate"}
    assert len(again.stdout.splitlines()) == len(expected)
    after = told(lamtheo("status", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder).stdout)
    assert after == before
    names = ("expected", "accepted", "to_fix", "missing", "nil", "excused", "late")
    assert {now["round"]: tuple(now[name] for name in names) for now in before} == {
        PLAN: (76, 28, 11, 36, 1, 0, 6),
        GUIDANCE: (85, 21, 7, 57, 0, 5, 0),
    }
    verified = lamtheo("verify", "-C", str(folder), "--as-of", DAY, "--json", cwd=folder)
    assert verified.returncode == 0
    (compared,) = told(verified.stdout)
    twice = sum(row["state"] == "duplicate" for row in expected.values())
    assert (compared["compared"], compared["differing"]) == (len(expected) - twice, [])


def told(text: str) -> list[Any]:
    """What a command printed with --json."""
    return [json.loads(line) for line in text.splitlines()]


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    """One line and exit 3; what lies there stays."""
    (tmp_path / "thu").mkdir()
    (tmp_path / "thu" / "cu.txt").write_text("x", "utf-8")
    done = lamtheo("demo", "thu", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert [p.name for p in (tmp_path / "thu").iterdir()] == ["cu.txt"]

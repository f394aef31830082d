"""The one catalogue: every code has words for clerk and engineer, every code is used, every code used exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lamtheo_xls.findings import SEVERITIES, Finding, Place, World, as_json, finding, message, worst
from lamtheo_xls.findings.catalogue import entries

PACKAGE = Path(__file__).parent.parent / "lamtheo_xls"
CODE = re.compile(
    r'"((?:definition|register|file|identity|structure|cell|table|workbook|set|world)\.[a-z0-9_]*[a-z0-9])"'
)
BARRED = re.compile(r"\b(phiếu|phát hành|kết luận|sổ cái|kiểm tra)\b", re.IGNORECASE)


def sources() -> str:
    return "\n".join(p.read_text("utf-8") for p in PACKAGE.rglob("*.py"))


def test_codes_used_exist() -> None:
    """A code in the program is a code of the catalogue."""
    assert set(CODE.findall(sources())) - set(entries()) == set()


def test_codes_exist_for_use() -> None:
    """Nothing in the catalogue is dead: each code's name stands in the program."""
    text = sources()
    dead = {c for c in entries() if f'"{c}"' not in text and f'"{c.split(".")[1]}"' not in text}
    assert dead == set()


@pytest.mark.parametrize("code", sorted(entries()))
def test_entry_is_whole(code: str) -> None:
    """Vietnamese message, English meaning, known severity and state; an error about a file says what to do."""
    entry = entries()[code]
    assert entry.message and entry.meaning
    assert entry.severity in SEVERITIES
    assert entry.state in ("", "unknown", "refused", "to_fix", "accepted")
    assert entry.meaning.isascii() or "«" in entry.meaning or re.search(r"[A-Za-z]{3}", entry.meaning)
    phase = code.split(".")[0]
    if entry.severity == "error" and phase in ("file", "identity", "structure", "cell", "table", "workbook"):
        assert entry.mend, code
    assert not BARRED.search(f"{entry.message} {entry.mend} {entry.label}"), code


def test_message_is_rendered_late() -> None:
    """Place, value and arguments fill the message; a missing argument leaves its name standing."""
    f = finding("workbook.late", ngay_nhan="01/03/2027")
    assert "01/03/2027" in message(f) and "{han}" in message(f)
    assert as_json(f)["code"] == "workbook.late"
    assert as_json(f)["severity"] == f.severity


def test_worst() -> None:
    """error outweighs warning outweighs info; nothing is None."""
    made = [Finding(code="workbook.late", place=Place(), severity=s) for s in ("info", "warning", "error")]
    assert worst(made) == "error"
    assert worst(made[:2]) == "warning"
    assert worst(made[:1]) == "info"
    assert worst(()) is None


def test_world_is_one_line() -> None:
    """A broken world says in one Vietnamese line why."""
    text = str(World("world.disk_full", duong_dan="nhan-ve"))
    assert "nhan-ve" in text and "\n" not in text

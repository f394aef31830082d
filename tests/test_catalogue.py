"""The one catalogue: every code has words for clerk and engineer, every code is used, every code used exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import SEVERITIES, Finding, Place, World, as_json, finding, message, worst
from lamtheo_xls.findings.catalogue import entries, words

PACKAGE = Path(__file__).parent.parent / "lamtheo_xls"
CODE = re.compile(
    r'"((?:definition|register|file|identity|structure|cell|table|workbook|set|world|mail)\.[a-z0-9_]*[a-z0-9])"'
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


@cache
def said_keys() -> set[str]:
    """Keys of words as the program writes them, as patterns: what an f-string or a sum puts in is any one step."""

    def pattern(node: ast.AST) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return re.escape(node.value)
        if isinstance(node, ast.JoinedStr):
            return "".join(map(pattern, node.values))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return pattern(node.left) + pattern(node.right)
        return "[^.]+"

    nodes = (node for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    found = {pattern(node) for node in nodes if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp)}
    return {key for key in found if re.match(r"[a-z]+\\\.[^ ]+$", key)}


def keys_of(table: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        yield from keys_of(value, (*above, name)) if isinstance(value, dict) else [(*above, name)]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("findings/messages/words_*.toml")), ids=lambda path: path.stem)
def test_words_exist_for_use(path: Path) -> None:
    """No word is dead: its key is said somewhere, or its table is read whole by `words(room)["table"]`."""
    room, text = path.stem.removeprefix("words_"), sources()
    whole = set(re.findall(rf'words\("{room}"\)\["(\w+)"\]', text))
    said = re.compile("|".join(sorted(key for key in said_keys() if key.startswith(rf"{room}\."))))
    keys = list(keys_of(dict(words(room)), (room,)))
    assert keys
    assert [key for key in keys if key[1] not in whole and not said.fullmatch(".".join(key))] == []


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

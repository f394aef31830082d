"""The house is easy to see: imports point one way, and each library has its owners."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lamtheo_xls"
ORDER = (
    "text",
    "findings",
    "definitions",
    "register",
    "workbook",
    "examine",
    "ledger",
    "intake",
    "merge",
    "reports",
    "mail",
    "workspace",
    "cli",
)
OWNERS = {
    "jsonschema": {"definitions"},
    "openpyxl": {"register"},
    "xlsxwriter": {"register", "workbook", "reports"},
    "pandas": {"merge", "reports", "workspace"},
    "sqlite3": {"ledger"},
    "click": {"cli"},
    "rich": {"cli"},
    "xml": {"workbook"},
    "zipfile": {"workbook", "intake", "register", "workspace"},
    "olefile": {"workbook"},
    "msoffcrypto": {"workbook"},
    "cryptography": {"workbook"},
    "psutil": {"workbook"},
    "email": {"intake", "mail"},
    "oxmsg": {"intake"},
    "smtplib": {"mail"},
    "imap_tools": {"mail"},
    "imaplib": {"mail"},
    "jinja2": {"mail"},
    "keyring": {"mail"},
    "holidays": {"mail"},
    "ssl": {"mail"},
    "subprocess": {"workbook", "intake"},
}


def room_of(path: Path) -> str:
    """The room a module lies in; '' for the package's own two files."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names of everything a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


MODULES = tuple(sorted(p for p in PACKAGE.rglob("*.py") if room_of(p)))


def test_every_room_is_known() -> None:
    """A new room takes its place in the order."""
    assert {room_of(p) for p in MODULES} == set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    """A room imports only rooms before it in the order, and itself."""
    here = ORDER.index(room_of(path))
    seen = {name.split(".")[1] for name in imports_of(path) if name.startswith("lamtheo_xls.")}
    assert {r for r in seen if r in ORDER and ORDER.index(r) > here} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_libraries_have_owners(path: Path) -> None:
    """Nobody but its owners imports a library."""
    seen = {name.split(".")[0] for name in imports_of(path)}
    assert {lib for lib in seen & set(OWNERS) if room_of(path) not in OWNERS[lib]} == set()


def test_packages_say_what_they_own() -> None:
    """Each room's first line is one sentence on what it owns."""
    for room in ORDER:
        doc = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8")))
        assert doc and doc.startswith("Owns "), room

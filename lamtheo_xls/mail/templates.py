"""The words of letters: Jinja2 text files that staff may edit, with the bundled ones behind them.

Facts of every template: FACTS; of each form in the list `bieu`: FORM_FACTS. What a caller leaves out is '' (`bieu` and
`loi`: nothing in them; `lan`, `so_tep`: 0); `ten_day_du`, `con_lai` and `han_day_du` follow from the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions.loading import templates_folder
from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.ledger.faults import told_as_world
from lamtheo_xls.mail.facts import FACTS, FORM_FACTS, complete, one_line
from lamtheo_xls.mail.filling import compiled, filled, tidy
from lamtheo_xls.mail.template_faults import template_faults
from lamtheo_xls.text import nfc

__all__ = [
    "FACTS",
    "FORM_FACTS",
    "NAMES",
    "Templates",
    "bundled_text",
    "read_templates",
    "write_letter",
    "write_missing",
]

NAMES = ("tao-bieu", "nhac-truoc-han", "nhac-den-han", "nhac-qua-han", "bo-sung", "bien-nhan")
"""Issue; reminders before, on and after the day; returned with faults; receipt."""
_TOO_LONG = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The office's own sound templates by name; those it has not are the bundled ones."""

    own: Mapping[str, str]
    folder: str = ""
    """Named in findings."""


def read_templates(folder: Path | None) -> tuple[Templates, tuple[Finding, ...]]:
    """The templates of `folder` (None or not there: the bundled ones alone).

    Each faulty file gives one warning with file, line and reason – `mail.template_unreadable`, `…_encoding`,
    `…_title`, `…_syntax`, `…_name`, `…_failed`, `…_empty` – and the bundled one stands in for it; a text file that is
    no template (`tao-bieu.txt.txt`) is told of.
    """
    if folder is None or not folder.is_dir():
        return Templates(own={}), ()
    own: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(folder.iterdir()):
        name = _template_named(path)
        told = f"{folder.name}/{nfc(path.name)}"
        if name is None:
            if path.suffix.lower() == ".txt" and path.is_file():
                findings.append(finding("mail.template_stray", tep=told, ten=", ".join(f"{n}.txt" for n in NAMES)))
            continue
        text, faults = _text_of(path, told)
        faults = faults or template_faults(text, told)
        findings += faults
        if not faults:
            own[name] = text
    return Templates(own=own, folder=folder.name), tuple(findings)


def write_missing(folder: Path) -> None:
    """Puts a copy of each bundled template that `folder` lacks into it, as Notepad likes it (UTF-8 with BOM, CRLF);
    never changes one that is there. World where the disk refuses."""
    with told_as_world(folder):
        folder.mkdir(parents=True, exist_ok=True)
        there = {_template_named(path) for path in folder.iterdir()}
        for name in NAMES:
            if name not in there:
                data = bundled_text(name).replace("\n", "\r\n").encode("utf-8-sig")
                (folder / f"{name}.txt").write_bytes(data)


def write_letter(
    templates: Templates, name: str, facts: Mapping[str, Any]
) -> tuple[tuple[str, str], tuple[Finding, ...]]:
    """Subject (one line, without the token) and text of the letter `name`, of the office's own template or the bundled
    one.

    A template that passed `read_templates` and fails on these facts is a `mail.template_failed`, the same for every
    letter it fails on, and the bundled one is used.
    """
    given = complete(facts)
    if own := templates.own.get(name):
        told = f"{templates.folder}/{name}.txt"
        written, faults = filled(own, given, told)
        if written:
            return written, ()
        return _bundled_letter(name, given), faults
    return _bundled_letter(name, given), ()


@cache
def bundled_text(name: str) -> str:
    """The bundled template; KeyError where there is none of that name."""
    if name not in NAMES:
        raise KeyError(name)
    return nfc((templates_folder() / "thu" / f"{name}.txt").read_text("utf-8-sig"))


def _bundled_letter(name: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    title, body = compiled(bundled_text(name))
    return one_line(title.render(facts)), tidy(body.render(facts))


def _template_named(path: Path) -> str | None:
    name = nfc(path.name).lower().removesuffix(".txt")
    return name if name in NAMES and path.suffix.lower() == ".txt" else None


def _text_of(path: Path, told: str) -> tuple[str, tuple[Finding, ...]]:
    """What the file says, however Notepad saved it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return "", (finding("mail.template_unreadable", tep=told, ly_do=error.strerror or type(error).__name__),)
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or len(text) > _TOO_LONG:
        return "", (finding("mail.template_encoding", tep=told),)
    return nfc(text.replace("\r\n", "\n").replace("\r", "\n")), ()

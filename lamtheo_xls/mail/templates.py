"""The words of letters: Jinja2 text files that staff may edit, with the bundled ones behind them.

Facts of every template (docs/mau-thu.md, and the comment at the head of each file): FACTS; of each form in the list
`bieu`: FORM_FACTS. What a caller leaves out is '' (`bieu` and `loi`: nothing in them; `lan`, `so_tep`: 0).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamtheo_xls.definitions.loading import templates_folder
from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.ledger.faults import told_as_world
from lamtheo_xls.text import nfc

if TYPE_CHECKING:
    from jinja2 import Template, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

NAMES = ("tao-bieu", "nhac-truoc-han", "nhac-den-han", "nhac-qua-han", "bo-sung", "bien-nhan")
"""Issue; reminders before, on and after the day; returned with faults; receipt."""
FACTS = ("co_quan", "nguoi_nhan", "dau_moi", "thu_nhan", "ky", "bieu", "so_tep", "phan", "lan")
FORM_FACTS = (
    *("ma", "ten", "nhan_de", "ten_day_du", "don_vi", "nguoi", "han", "han_ngay", "nhan_den", "han_day_du"),
    *("con", "con_lai", "tep", "ban_ky", "loi", "ngay_nhan"),
)
FAULTS_TOLD = 15
"""Faults of one form that a letter names; the feedback workbook lists them all."""
_TOO_LONG = 200_000
_TITLE = re.compile(r"[ \t]*tiêu đề[ \t]*[::][ \t]*(.*)", re.IGNORECASE)
_HEAD = re.compile(r"\s*(?:\{#.*?#\}\s*)*", re.DOTALL)
_TAG = r"\{%(?:(?!%\}).)*?"
_TAGS_ALONE = re.compile(rf"^[ \t]*((?:{_TAG}%\}}[ \t]*)*{_TAG})([-+]?%\}})[ \t]*\n", re.MULTILINE)
_TEMPLATE = "<template>"


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
        faults = faults or _faults(text, told)
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
    given = _complete(facts)
    if own := templates.own.get(name):
        told = f"{templates.folder}/{name}.txt"
        written, faults = _written(own, given, told)
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
    title, body = _compiled(bundled_text(name))
    return _line(title.render(facts)), _tidy(body.render(facts))


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


def _faults(text: str, told: str) -> tuple[Finding, ...]:
    """The first thing wrong with a template, found without a letter to write: its syntax, its names, a trial."""
    from jinja2 import TemplateSyntaxError

    try:
        unknown = next(_unknown_names(text), None)
        if unknown:
            name, line = unknown
            return (_at("mail.template_name", text, line, tep=told, ten=name, goi_y=_near(name)),)
        if _parted(text) is None:
            return (finding("mail.template_title", tep=told),)
        _compiled(text)
    except TemplateSyntaxError as error:
        return (_unsound(text, error, told),)
    for facts in (_complete(_trial(2)), _complete(_trial(0))):
        _, faults = _written(text, facts, told)
        if faults:
            return faults
    return ()


def _unknown_names(text: str) -> Iterator[tuple[str, int]]:
    """Names in the template that are no facts, with their line; `b.ten` where `b` goes through `bieu`."""
    from jinja2 import meta, nodes

    tree = _environment().parse(text)
    unknown = meta.find_undeclared_variables(tree) - set(FACTS) - set(_environment().globals)
    found = [(n.name, n.lineno) for n in tree.find_all(nodes.Name) if n.name in unknown]
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.iter, nodes.Name) and loop.iter.name == "bieu" and isinstance(loop.target, nodes.Name):
            for part in loop.find_all(nodes.Getattr):
                of = part.node
                if isinstance(of, nodes.Name) and of.name == loop.target.name and part.attr not in FORM_FACTS:
                    found.append((f"{of.name}.{part.attr}", part.lineno))
    yield from sorted(found, key=lambda f: f[1])


def _near(name: str) -> str:
    import difflib

    before, dot, last = name.rpartition(".")
    near = difflib.get_close_matches(last, FORM_FACTS if dot else FACTS, 1, 0.6)
    return say("mail.template.perhaps", ten=f"{before}{dot}{near[0]}") if near else ""


def _unsound(text: str, error: TemplateSyntaxError, told: str) -> Finding:
    """Jinja's complaint in words for the office, on the line where staff will find it: Jinja names the line at which it
    gave up, often far below the slip."""
    english = error.message or ""
    if "end of comment" in english:
        return _at("mail.template_syntax", text, error.lineno, tep=told, ly_do=say("mail.template.comment_open"))
    if "needs to be closed" in english:
        tag, line = _unclosed(text)
        return _at("mail.template_syntax", text, line, tep=told, ly_do=say("mail.template.block_open", the=tag))
    why = "tag_unknown" if "unknown tag" in english else "marks"
    lines = text.split("\n")[: error.lineno]
    halves = (n for n, line in enumerate(lines, start=1) if _halved(line))
    line = error.lineno if why == "tag_unknown" else next(halves, error.lineno)
    return _at("mail.template_syntax", text, line, tep=told, ly_do=say(f"mail.template.{why}"))


def _halved(line: str) -> bool:
    return line.count("{{") != line.count("}}") or line.count("{%") != line.count("%}")


def _unclosed(text: str) -> tuple[str, int]:
    """The last block that nothing closes, with its line."""
    head = _HEAD.match(text)
    start = head.end() if head else 0
    open: list[tuple[str, int]] = [("for", 1)]
    for tag in re.finditer(r"\{%[-+]?\s*(end)?(for|if)\b", text[start:]):
        if not tag[1]:
            open.append((tag[2], text[: start + tag.start()].count("\n") + 1))
        elif len(open) > 1:
            open.pop()
    return open[-1]


def _at(code: str, text: str, line: int, **args: str) -> Finding:
    lines = text.split("\n")
    line = max(1, min(line, len(lines)))
    return finding(code, value=lines[line - 1].strip(), dong=line, **args)


def _parted(text: str) -> tuple[str, str] | None:
    """Template of the subject and of the body, each with as many lines before it as in the file; None without
    «Tiêu đề:» as the first line after the comment. A line of tags alone leaves no line in the letter: its end is put
    inside the tag, so that lines are still counted as staff see them."""
    head = _HEAD.match(text)
    start = head.end() if head else 0
    first, _, rest = text[start:].partition("\n")
    found = _TITLE.fullmatch(first)
    if found is None:
        return None
    above = "\n" * text[:start].count("\n")
    return above + found[1], above + "\n" + _TAGS_ALONE.sub(_drawn_together, rest)


def _drawn_together(tags: re.Match[str]) -> str:
    return re.sub(r"%\}[ \t]+\{%", "%}{%", tags[1]) + "\n" + tags[2]


@cache
def _compiled(text: str) -> tuple[Template, Template]:
    parts = _parted(text)
    if parts is None:
        raise ValueError("a template without a title line")
    title, body = (_environment().from_string(part) for part in parts)
    return title, body


def _written(text: str, facts: Mapping[str, Any], told: str) -> tuple[tuple[str, str] | None, tuple[Finding, ...]]:
    title, body = _compiled(text)
    try:
        subject, said = _line(title.render(facts)), _tidy(body.render(facts))
    except Exception as error:  # whatever staff wrote there: the letter goes out in the bundled words
        return None, (_at("mail.template_failed", text, _line_of(error), tep=told),)
    if not subject or not said:
        return None, (finding("mail.template_empty", tep=told),)
    return (subject, said), ()


def _line_of(error: BaseException) -> int:
    """The template's line at which it failed."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _TEMPLATE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    """No spaces at ends of lines, at most one blank line at a time, none at the ends."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip("\n")


def _complete(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, texts in one line each, with what was left out, and for each form what follows from the others."""
    given = _in_lines(dict.fromkeys(FACTS, "") | {"bieu": (), "so_tep": 0, "lan": 0} | dict(facts))
    units = {form.get("don_vi", "") for form in given["bieu"]}
    forms = [_form(form, several=len(units) > 1) for form in given["bieu"]]
    return given | {"bieu": forms, "dau_moi": given["dau_moi"].rstrip(" .;,")}


def _form(facts: Mapping[str, Any], *, several: bool) -> dict[str, Any]:
    form = _in_lines(dict.fromkeys(FORM_FACTS, "") | dict(facts))
    faults = [_line(fault) for fault in form["loi"]]
    if len(faults) > FAULTS_TOLD + 1:
        faults[FAULTS_TOLD:] = [say("mail.template.more_faults", n=len(faults) - FAULTS_TOLD)]
    named = " – ".join(dict.fromkeys(part for part in (form["ten"], form["nhan_de"]) if part))
    whose = ", ".join(part for part in (form["nguoi"], form["don_vi"] if several else "") if part)
    full = say("mail.template.of", ten=named, cua=whose) if whose else named
    form |= {"loi": faults, "ten_day_du": full, "con_lai": _left(form["con"])}
    return form | {"han_day_du": _due(form)}


def _due(form: Mapping[str, Any]) -> str:
    """«trong tháng 02/2027 (hết ngày 28/02/2027), còn 7 ngày, vẫn nhận đến 05/03/2027», of what is known."""
    due = form["han"] or form["han_ngay"]
    if form["han"] and form["han_ngay"]:
        due = say("mail.template.due", han=form["han"], ngay=form["han_ngay"])
    until = say("mail.template.until", ngay=form["nhan_den"]) if form["nhan_den"] else ""
    return ", ".join(part for part in (due, form["con_lai"], until) if part)


def _in_lines(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _line(value) if isinstance(value, str) else value for name, value in facts.items()}


def _left(days: object) -> str:
    if not isinstance(days, int):
        return ""
    if days == 0:
        return say("mail.template.left_today")
    return say("mail.template.left", n=days) if days > 0 else say("mail.template.past", n=-days)


def _trial(forms: int) -> dict[str, Any]:
    """Facts to try a template on: nothing empty, and everything empty."""
    if not forms:
        return {"bieu": [{"con": -1, "ten": "ten"}], "lan": 1}
    form = dict.fromkeys(FORM_FACTS, "x") | {"con": 3, "loi": ["x", "x"], "ban_ky": True}
    return dict.fromkeys(FACTS, "x") | {"bieu": [form] * forms, "so_tep": forms, "lan": 2}


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=lambda value: "" if value is None else unicodedata.normalize("NFC", str(value)),
    )

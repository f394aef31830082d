"""A template filled: its title line and its body, each compiled by Jinja2 in a sandbox."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.mail.facts import one_line

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

_TITLE = re.compile(r"[ \t]*tiêu đề[ \t]*[::][ \t]*(.*)", re.IGNORECASE)
_HEAD = re.compile(r"\s*(?:\{#.*?#\}\s*)*", re.DOTALL)
_TAG = r"\{%(?:(?!%\}).)*?"
_TAGS_ALONE = re.compile(rf"^[ \t]*((?:{_TAG}%\}}[ \t]*)*{_TAG})([-+]?%\}})[ \t]*\n", re.MULTILINE)
_TEMPLATE = "<template>"


def filled(text: str, facts: Mapping[str, Any], told: str) -> tuple[tuple[str, str] | None, tuple[Finding, ...]]:
    """Subject and text of a sound template with these facts; None and a finding – `mail.template_failed` at its line,
    `mail.template_empty` – where nothing can be made of it. `told`: the file as findings name it."""
    title, body = compiled(text)
    try:
        subject, said = one_line(title.render(facts)), tidy(body.render(facts))
    except Exception as error:  # whatever staff wrote there: the letter goes out in the bundled words
        return None, (at_line("mail.template_failed", text, _line_of(error), tep=told),)
    if not subject or not said:
        return None, (finding("mail.template_empty", tep=told),)
    return (subject, said), ()


def parted(text: str) -> tuple[str, str] | None:
    """Template of the subject and of the body, each with as many lines before it as in the file; None without
    «Tiêu đề:» as the first line after the comment. A line of tags alone leaves no line in the letter: its end is put
    inside the tag, so that lines are still counted as staff see them."""
    start = body_start(text)
    first, _, rest = text[start:].partition("\n")
    found = _TITLE.fullmatch(first)
    if found is None:
        return None
    above = "\n" * text[:start].count("\n")
    return above + found[1], above + "\n" + _TAGS_ALONE.sub(_drawn_together, rest)


def _drawn_together(tags: re.Match[str]) -> str:
    return re.sub(r"%\}[ \t]+\{%", "%}{%", tags[1]) + "\n" + tags[2]


@cache
def compiled(text: str) -> tuple[Template, Template]:
    """The subject's and the body's template; Jinja's TemplateSyntaxError where they cannot be parsed."""
    parts = parted(text)
    if parts is None:
        raise ValueError("a template without a title line")
    title, body = (environment().from_string(part) for part in parts)
    return title, body


@cache
def environment() -> SandboxedEnvironment:
    """Templates see nothing but the facts, and an unknown name is an error, never an empty place in a letter."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=lambda value: "" if value is None else unicodedata.normalize("NFC", str(value)),
    )


def body_start(text: str) -> int:
    """Where the template begins after the comment that explains it."""
    head = _HEAD.match(text)
    return head.end() if head else 0


def at_line(code: str, text: str, line: int, **args: str) -> Finding:
    """A finding of the template's `line`, which it quotes."""
    lines = text.split("\n")
    line = max(1, min(line, len(lines)))
    return finding(code, value=lines[line - 1].strip(), dong=line, **args)


def _line_of(error: BaseException) -> int:
    """The template's line at which it failed."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _TEMPLATE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def tidy(text: str) -> str:
    """No spaces at ends of lines, at most one blank line at a time, none at the ends."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip("\n")

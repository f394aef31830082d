"""What is wrong with a template, found before any letter is written: its syntax, its names, a trial."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.mail.facts import FACTS, FORM_FACTS, complete
from lamtheo_xls.mail.filling import at_line, body_start, compiled, environment, filled, parted

if TYPE_CHECKING:
    from jinja2 import TemplateSyntaxError


def template_faults(text: str, told: str) -> tuple[Finding, ...]:
    """The first thing wrong with a template, found without a letter to write: its syntax, its names, a trial."""
    from jinja2 import TemplateSyntaxError

    try:
        unknown = next(_unknown_names(text), None)
        if unknown:
            name, line = unknown
            return (at_line("mail.template_name", text, line, tep=told, ten=name, goi_y=_near(name)),)
        if parted(text) is None:
            return (finding("mail.template_title", tep=told),)
        compiled(text)
    except TemplateSyntaxError as error:
        return (_unsound(text, error, told),)
    except (RecursionError, SyntaxError):  # brackets or blocks within blocks beyond what Python holds
        return (at_line("mail.template_failed", text, 1, tep=told),)
    for facts in (complete(_trial(2)), complete(_trial(0))):
        _, faults = filled(text, facts, told)
        if faults:
            return faults
    return ()


def _unknown_names(text: str) -> Iterator[tuple[str, int]]:
    """Names in the template that are no facts, with their line; `b.ten` where `b` goes through `bieu`."""
    from jinja2 import meta, nodes

    tree = environment().parse(text)
    unknown = meta.find_undeclared_variables(tree) - set(FACTS) - set(environment().globals)
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
        return at_line("mail.template_syntax", text, error.lineno, tep=told, ly_do=say("mail.template.comment_open"))
    if "needs to be closed" in english:
        tag, line = _unclosed(text)
        return at_line("mail.template_syntax", text, line, tep=told, ly_do=say("mail.template.block_open", the=tag))
    why = "tag_unknown" if "unknown tag" in english else "marks"
    lines = text.split("\n")[: error.lineno]
    halves = (n for n, line in enumerate(lines, start=1) if _halved(line))
    line = error.lineno if why == "tag_unknown" else next(halves, error.lineno)
    return at_line("mail.template_syntax", text, line, tep=told, ly_do=say(f"mail.template.{why}"))


def _halved(line: str) -> bool:
    return line.count("{{") != line.count("}}") or line.count("{%") != line.count("%}")


def _unclosed(text: str) -> tuple[str, int]:
    """The last block that nothing closes, with its line."""
    start = body_start(text)
    open: list[tuple[str, int]] = [("for", 1)]
    for tag in re.finditer(r"\{%[-+]?\s*(end)?(for|if)\b", text[start:]):
        if not tag[1]:
            open.append((tag[2], text[: start + tag.start()].count("\n") + 1))
        elif len(open) > 1:
            open.pop()
    return open[-1]


def _trial(forms: int) -> dict[str, Any]:
    """Facts to try a template on: nothing empty, and everything empty."""
    if not forms:
        return {"bieu": [{"con": -1, "ten": "ten"}], "lan": 1}
    form = dict.fromkeys(FORM_FACTS, "x") | {"con": 3, "loi": ["x", "x"], "ban_ky": True}
    return dict.fromkeys(FACTS, "x") | {"bieu": [form] * forms, "so_tep": forms, "lan": 2}

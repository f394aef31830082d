"""The HTML of a letter, made from its plain text: paragraphs, «- » and «1. » lists, nothing else.

The styles stand at each element: many mail programs drop a style sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

_PAGE = "margin:0; padding:16px; background:#ffffff;"
_LETTER = "max-width:680px; font-family:Arial,'Segoe UI',sans-serif; font-size:15px; line-height:1.5; color:#1f1f1f;"
_PARAGRAPH = "margin:0 0 14px 0;"
_LIST = "margin:0 0 14px 0; padding:0 0 0 24px;"
_INNER = "margin:4px 0 4px 0; padding:0 0 0 20px;"
_ITEM = "margin:0 0 8px 0; padding:0;"
_INNER_ITEM = "margin:0 0 4px 0; padding:0;"
_BULLET = re.compile(r"( *)[-–•] +(\S.*)")
_NUMBER = re.compile(r"()(\d{1,3})[.)] +(\S.*)")


@dataclass(slots=True)
class _Item:
    """A list item while it is being read: its first line, and what follows – lines, and items under it."""

    first: str
    more: list[str | _Item] = field(default_factory=list)


def html_of(text: str) -> str:
    """The text as one HTML page. A blank line parts paragraphs; lines that begin with «- » are a list, with two or
    more spaces before it a list within the item above, with «1. » a numbered one; what is indented under an item
    belongs to it, and the item's first line then stands out. Every other character is shown as it stands."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    blocks: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif _starts_list(line):
            end = _end_of_list(lines, at)
            blocks.append(_list(lines[at:end]))
            at = end
        else:
            end = at + 1
            while end < len(lines) and lines[end].strip() and not _starts_list(lines[end]):
                end += 1
            blocks.append(f'<p style="{_PARAGRAPH}">{_lines(lines[at:end])}</p>')
            at = end
    body = "\n".join(blocks)
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head><meta charset="utf-8"></head>\n'
        f'<body style="{_PAGE}">\n<div style="{_LETTER}">\n{body}\n</div>\n</body>\n</html>\n'
    )


def _starts_list(line: str) -> bool:
    return bool(_BULLET.fullmatch(line) or _NUMBER.fullmatch(line))


def _end_of_list(lines: Sequence[str], at: int) -> int:
    """Where the list beginning at `at` ends: at a blank line, a line at the margin, or a list of the other kind."""
    numbered = bool(_NUMBER.fullmatch(lines[at]))
    end = at + 1
    while end < len(lines) and lines[end].strip():
        line = lines[end]
        if not line.startswith(" ") and not (_NUMBER if numbered else _BULLET).fullmatch(line):
            break
        end += 1
    return end


def _list(lines: Sequence[str]) -> str:
    first = _NUMBER.fullmatch(lines[0])
    items: list[_Item] = []
    for line in lines:
        number, bullet = _NUMBER.fullmatch(line), _BULLET.fullmatch(line)
        last = items[-1].more[-1] if items and items[-1].more else None
        if first and number:
            items.append(_Item(number[3]))
        elif bullet and (first or (bullet[1] and items)):
            items[-1].more.append(_Item(bullet[2]))
        elif bullet:
            items.append(_Item(bullet[2]))
        elif isinstance(last, _Item) and line.startswith("    "):
            last.more.append(line)
        else:
            items[-1].more.append(line)
    shown = "\n".join(_item(item, _ITEM) for item in items)
    if first:
        start = f' start="{int(first[2])}"' if int(first[2]) != 1 else ""
        return f'<ol{start} style="{_LIST}">\n{shown}\n</ol>'
    return f'<ul style="{_LIST}">\n{shown}\n</ul>'


def _item(item: _Item, style: str) -> str:
    said = escape(item.first.strip())
    if item.more and style == _ITEM:
        said = f"<strong>{said}</strong>"
    for under, parts in groupby(item.more, lambda part: isinstance(part, _Item)):
        if under:
            inner = "\n".join(_item(part, _INNER_ITEM) for part in parts if isinstance(part, _Item))
            said += f'\n<ul style="{_INNER}">\n{inner}\n</ul>\n'
        else:
            said += ("" if said.endswith("</ul>\n") else "<br>\n") + _lines([p for p in parts if isinstance(p, str)])
    return f'<li style="{style}">{said}</li>'


def _lines(lines: Sequence[str]) -> str:
    return "<br>\n".join(escape(line.strip()) for line in lines)

"""Owns how wide text is: Times metrics, so that heads, rules and rows get the room they need."""

from __future__ import annotations

import unicodedata

_LOWER = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "44 50 44 50 44 33 50 50 28 28 50 28 78 50 50 50 50 33 39 28 50 50 72 50 50 44".split(),
        strict=True,
    )
)
_UPPER = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "72 67 67 72 61 56 72 72 33 39 72 61 89 72 72 56 72 67 56 61 72 72 94 72 72 61".split(),
        strict=True,
    )
)
_EM = {c: int(w) / 100 for c, w in (_LOWER | _UPPER).items()} | dict.fromkeys(" .,;:'|!", 0.26) | {"đ": 0.5, "Đ": 0.72}
_OTHER_EM = 0.5
_BOLD = 1.07
_PADDING_MM = 1.6


def text_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of Times New Roman in millimetres; marks above and below letters take no room."""
    bare = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    em = sum(_EM.get(c, _OTHER_EM) for c in bare)
    return em * size * 25.4 / 72 * (_BOLD if bold else 1.0)


def wrapped_lines(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """How many lines `text` takes in a cell `width` millimetres wide; at least 1."""
    room = max(width - _PADDING_MM, 1.0)
    lines = 0
    for paragraph in text.split("\n"):
        lines += 1
        used = 0.0
        for word in paragraph.split(" "):
            need = text_mm(word, size, bold=bold)
            gap = text_mm(" ", size, bold=bold) if used else 0.0
            if used and used + gap + need > room:
                lines += 1
                used = need
            else:
                used += gap + need
            while used > room:
                lines += 1
                used -= room
    return lines

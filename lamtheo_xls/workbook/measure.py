"""Owns how wide text is: Times metrics, so that heads, rules and rows get the room they need."""

from __future__ import annotations

import unicodedata

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZđĐ .,;:'|!"
# fmt: off
_WIDTHS = (
    44, 50, 44, 50, 44, 33, 50, 50, 28, 28, 50, 28, 78, 50, 50, 50, 50, 33, 39, 28, 50, 50, 72, 50, 50, 44,
    72, 67, 67, 72, 61, 56, 72, 72, 33, 39, 72, 61, 89, 72, 72, 56, 72, 67, 56, 61, 72, 72, 94, 72, 72, 61,
    50, 72, 25, 25, 25, 28, 28, 18, 20, 33,
)
# fmt: on
_OTHER, _WIDEST = 50, 100
_BOLD = 1.07
_PADDING_MM = 1.6
_MM = 25.4 / 72 / 100


class _Widths(dict[str, int]):
    """Hundredths of an em by character; a letter with marks is as wide as the letter, a mark alone has no width."""

    def __missing__(self, character: str) -> int:
        bare = unicodedata.normalize("NFD", character)[0]
        width = 0 if unicodedata.combining(bare) else _OTHER if bare == character else self[bare]
        self[character] = width
        return width


_EM = _Widths(zip(_LETTERS, _WIDTHS, strict=True))


def text_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of Times New Roman in millimetres."""
    return sum(map(_EM.__getitem__, text)) * size * _MM * (_BOLD if bold else 1.0)


def wrapped_lines(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """How many lines `text` takes in a cell `width` millimetres wide; at least 1."""
    room = max(width - _PADDING_MM, 1.0)
    if len(text) * _WIDEST * size * _MM <= room and "\n" not in text:
        return 1
    gap = text_mm(" ", size, bold=bold)
    lines = 0
    for paragraph in text.split("\n"):
        lines += 1
        used = 0.0
        for word in paragraph.split(" "):
            need = text_mm(word, size, bold=bold)
            if used and used + gap + need > room:
                lines += 1
                used = need
            else:
                used += (gap if used else 0.0) + need
            while used > room:
                lines += 1
                used -= room
    return lines

"""The order of Vietnamese words and of people's names, as sort keys."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from .spelling import text_key

ToneOrder = Literal["cldr", "school"]
NameOrder = Literal["given-middle-family", "given-family-middle"]
WordKey = tuple[str, str]

# f, j, w, z stand where foreign words need them.
_LETTERS = {letter: chr(0x100 + place) for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_SHAPES = {("a", "\u0306"): "ă", ("a", "\u0302"): "â", ("e", "\u0302"): "ê", ("o", "\u0302"): "ô"}
_SHAPES |= {("o", "\u031b"): "ơ", ("u", "\u031b"): "ư"}
# none, huyền, hỏi, ngã, sắc, nặng in CLDR and the big dictionaries; schools and many offices put sắc second.
_MARKS = {"cldr": "\u0300\u0309\u0303\u0301\u0323", "school": "\u0300\u0301\u0309\u0303\u0323"}
_PIECES = re.compile(r"(\d+)|(\s)|(.)", re.DOTALL)
_SPACE, _SIGN, _NUMBER, _FOREIGN = "\x01", "\x02", "\x03", "\u1000"


def word_key(text: str, *, tones: ToneOrder = "cldr") -> WordKey:
    """A sort key in Vietnamese order: a ă â b c d đ e ê …; letters first, tones only break ties, numbers by value.

    «Chi bộ 2» comes before «Chi bộ 10». Keys are equal just when `same_words` holds: Thuỷ and Thủy stay together.
    """
    return _word_key(text_key(text), tones)


@lru_cache(maxsize=8192)
def _word_key(key: str, tones: ToneOrder) -> WordKey:
    letters: list[str] = []
    ties: list[str] = []
    for digits, space, other in _PIECES.findall(key):
        if digits:
            value = digits.lstrip("0")
            letters.append(f"{_NUMBER}{chr(0x20 + min(len(value), 0xD000))}{value}")
            ties.append(chr(0x20 + min(len(digits), 0xD000)))
        elif space:
            letters.append(_SPACE)
        else:
            letter, tie = _letter(other, _MARKS[tones])
            letters.append(letter)
            ties.append(tie)
    return "".join(letters), "".join(ties)


@lru_cache(maxsize=1024)
def _letter(char: str, tone_marks: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", char)
    base, tie = decomposed[0], "\x01"
    for mark in decomposed[1:]:
        if (base, mark) in _SHAPES:
            base = _SHAPES[base, mark]
        elif mark in tone_marks:
            tie += chr(2 + tone_marks.index(mark))
        else:
            tie += mark
    if base in _LETTERS:
        return _LETTERS[base], tie
    return (_FOREIGN if base.isalpha() else _SIGN) + base, tie


def name_key(
    name: str,
    *,
    given: str | None = None,
    order: NameOrder = "given-middle-family",
    tones: ToneOrder = "cldr",
) -> tuple[WordKey, WordKey, WordKey]:
    """A sort key for a person's name: given name (the last word), then middle names, then family name (the first).

    `given` is the register's «Tên để xếp» for names that break the rule (Y Thông Niê, Thạch Thị Sa Rây); `order` serves
    the offices that compare the family name before the middle ones.
    """
    words = text_key(name).split()
    own = text_key(given).split() if given else words[-1:]
    rest = words
    for start in range(len(words) - len(own), -1, -1):
        if words[start : start + len(own)] == own:
            rest = words[:start] + words[start + len(own) :]
            break
    family, middle = rest[:1], rest[1:]
    keys = [_word_key(" ".join(part), tones) for part in (own, middle, family)]
    if order == "given-family-middle":
        keys[1], keys[2] = keys[2], keys[1]
    return keys[0], keys[1], keys[2]

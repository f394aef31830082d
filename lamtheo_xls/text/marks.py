"""Short signs people put into cells instead of words: ticks, dittos, placeholders; and plain dates."""

from __future__ import annotations

import re
from datetime import date

from .spelling import text_key

_TICKS = frozenset(("x", "×", "✓", "✔", "☑", "√", "v", "có", "1"))
_DITTO = re.compile(r"""[-. ]*(?:n/?t|như trên|//|"{1,2}|''|〃)[-. ]*""")
_DOTTED = re.compile(r"[-+\s/,;:()\[\].…_]+")
_DOTS = re.compile(r"\.\.|…|__")
_HINT = re.compile(
    r"\((?:nêu|ghi rõ|ghi cụ thể|điền)\b.*\)|(?:ví dụ|vd)(?: ?[0-9]{1,2})?\b ?(?:[:.…,(-].*)?", re.DOTALL
)
_DAY_FIRST = re.compile(r"([0-9]{1,2}) ?([/.-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


def read_tick(text: str) -> bool | None:
    """True for a tick (x × ✓ √ v có 1), False for a blank cell, None for anything else: a person must look (S1.32)."""
    key = text_key(text)
    if not key:
        return False
    return True if key in _TICKS else None


def is_tick(text: str) -> bool:
    """True when the cell holds one of the known ticks (S1.32)."""
    return read_tick(text) is True


def is_ditto(text: str) -> bool:
    """True for «nt», «-nt-», «//», «"», «như trên»: the cell repeats the one above (S1.33)."""
    return len(text) <= 20 and _DITTO.fullmatch(text_key(text)) is not None


def is_placeholder(text: str) -> bool:
    """True for what a form's author wrote to be replaced: dots, «(nêu …)», «Ví dụ» (S1.34). A blank is none."""
    key = text_key(text)
    return bool((_DOTS.search(key) and _DOTTED.fullmatch(key)) or _HINT.fullmatch(key))


def read_date(text: str) -> date | None:
    """The day written as d/m/yyyy, d.m.yyyy, d-m-yyyy or yyyy-mm-dd; None for anything else and for impossible days."""
    key = text_key(text)
    if found := _DAY_FIRST.fullmatch(key):
        day, month, year = found[1], found[3], found[4]
    elif found := _YEAR_FIRST.fullmatch(key):
        year, month, day = found[1], found[2], found[3]
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None

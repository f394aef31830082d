"""Sheet THƯ of theo-doi.xlsx: every letter of the open rounds, those that wait for a person first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

LETTER_DECISIONS = ("arrived", "again")
"""What may be ruled of a letter, in the order of the drop-down: «Thư đã đến», «Gửi lại»."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """One letter as the office sees it. `decision` and `note` are what staff had typed and goes back into their
    columns; `open`: nothing goes on with it until a person says so."""

    letter: int
    """Its number in the outbox."""
    date: dt.date
    """The day it was made."""
    who: str
    """Short name of the unit, the person, several joined; the sender's address where nobody knows them."""
    addresses: str
    kind: str
    """In words: «Gửi biểu», «Đôn đốc»."""
    forms: str
    state: str
    """In words: «Đã gửi 22/02/2027 09:15», «Chưa rõ đã đến chưa»."""
    todo: str = ""
    decision: str = ""
    note: str = ""
    doubtful: bool = False
    """What stands in its cell was not understood."""
    open: bool = False

"""Sheet LIÊN HỆ of theo-doi.xlsx: who is to be reached otherwise than by mail, and the words to send by Zalo."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

REASONS = ("no_address", "reminded", "returned_letter")
"""Why somebody is on the list: no address is known, reminded twice or more and still owing, a letter came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    """Somebody to reach by telephone, Zalo or by hand."""

    code: str
    """Code of the unit or of the person."""
    who: str
    """Short name of the unit; of a person «Nguyễn Văn An – CB Hòa An»."""
    contact: str = ""
    """Whom to ask for."""
    phone: str = ""
    why: str
    """One of REASONS."""
    forms: tuple[str, ...]
    """Labels of what is owed."""
    due: dt.date | None = None
    """The nearest date among them."""
    times: int = 0
    """How often reminded by letter."""
    files: tuple[str, ...] = ()
    """What to hand over, relative to the workspace, with '/'."""
    caption: str = ""
    """The words to paste beside the files."""

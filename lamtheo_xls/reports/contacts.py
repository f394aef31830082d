"""Sheet LIÊN HỆ of theo-doi.xlsx: who is to be reached otherwise than by mail, and the words to send by Zalo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import date_words

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


HEAD_ROW = 3
_COLUMNS = (
    ("number", 5.0, "cell_number"),
    ("who", 26.0, "cell_bold"),
    ("contact", 18.0, "cell"),
    ("phone", 13.0, "cell"),
    ("why", 17.0, "cell"),
    ("forms", 18.0, "cell"),
    ("due", 11.5, "cell_date"),
    ("files", 34.0, "cell"),
    ("caption", 62.0, "cell_copy"),
)


def write_contacts(sheet: Any, out: styles.Book, as_of: dt.date, contacts: Sequence[ContactLine]) -> None:
    """The rows in the order given; nothing on it is read back."""
    style = out.formats
    sheet.set_default_row(18)
    styles.set_widths(sheet, [width for _, width, _ in _COLUMNS])
    styles.put(sheet, 1, 1, say("reports.contacts.title", date=date_words(as_of)), style["title"])
    styles.put(sheet, 2, 1, say("reports.contacts.hint"), style["quiet"])
    for column, (key, _, _) in enumerate(_COLUMNS, start=1):
        styles.put(sheet, HEAD_ROW, column, say(f"reports.contacts.heads.{key}"), style["head"])
    for row, line in enumerate(contacts, start=HEAD_ROW + 1):
        values = _values(line, row - HEAD_ROW)
        for column, (key, _, look) in enumerate(_COLUMNS, start=1):
            styles.put(sheet, row, column, values[key], style[look])
        styles.fit_row(sheet, row, ((v, w, look) for k, w, look in _COLUMNS if isinstance(v := values[k], str)))
    last = HEAD_ROW + len(contacts)
    if contacts:
        styles.done(sheet.autofilter(HEAD_ROW - 1, 0, last - 1, len(_COLUMNS) - 1))
    sheet.freeze_panes(HEAD_ROW, 2)
    styles.set_up_print(
        sheet,
        columns=len(_COLUMNS),
        last_row=last,
        head_rows=(HEAD_ROW, HEAD_ROW),
        page_words=say("reports.print.page"),
    )
    styles.protect(sheet)


def _values(line: ContactLine, number: int) -> Mapping[str, str | int | dt.date | None]:
    return {
        "number": number,
        "who": styles.clip(line.who),
        "contact": styles.clip(line.contact),
        "phone": styles.clip(line.phone),
        "why": say(f"reports.contacts.why.{line.why}", n=line.times),
        "forms": styles.clip(", ".join(line.forms)),
        "due": line.due,
        "files": styles.clip("\n".join(line.files)),
        "caption": styles.clip(line.caption),
    }

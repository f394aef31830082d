"""Sheet BẢN KÝ of theo-doi.xlsx: a row for each signed copy owed, to be filled when it comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.findings.catalogue import words
from lamtheo_xls.ledger.records import SignedCopy
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import StatusLine, date_words, signed_line
from lamtheo_xls.reports.marks import INPUTS, copy_mark
from lamtheo_xls.reports.overview import prompt

HEAD_ROW = 4
_DATES = ("on", "dated")
_Columns = tuple[tuple[str, float, str], ...]


def write_signed(sheet: Any, out: styles.Book, as_of: dt.date, lines: Sequence[StatusLine], view_only: bool) -> None:
    """A row for each of `lines` that owes a signed copy or had one sent; forms and documents alike."""
    shown = [line for line in lines if signed_line(line)]
    columns = _columns(any(line.person for line in shown), view_only)
    style = out.formats
    sheet.set_default_row(18)
    widths = [width for _, width, _ in columns]
    styles.set_widths(sheet, widths if view_only else [*widths, 0, 0])
    got = sum(line.signed for line in shown)
    styles.put(sheet, 1, 1, say("reports.signed.title", date=date_words(as_of)), style["title"])
    styles.put(sheet, 2, 1, say("reports.signed.counts", n=got, total=len(shown)), style["bold"])
    styles.put(sheet, 3, 1, say("reports.signed.view_only" if view_only else "reports.signed.hint"), style["quiet"])
    for column, (key, _, look) in enumerate(columns, start=1):
        name = "head_open" if look.startswith("open") else "head"
        styles.put(sheet, HEAD_ROW, column, say(f"reports.signed.heads.{key}"), style[name])
    if not view_only:
        for offset, key in enumerate(("signed", "shown"), start=1):
            styles.put(sheet, HEAD_ROW, len(columns) + offset, say(f"reports.keys.{key}"), style["hidden_key"])
    for row, line in enumerate(shown, start=HEAD_ROW + 1):
        _write_row(sheet, style, row, line, row - HEAD_ROW, columns, view_only)
    last = HEAD_ROW + len(shown)
    if shown:
        styles.done(sheet.autofilter(HEAD_ROW - 1, 0, last - 1, len(columns) + (-1 if view_only else 1)))
    if not view_only:
        _offer(sheet, last, {key: i for i, (key, _, _) in enumerate(columns, start=1)})
    sheet.freeze_panes(HEAD_ROW, 2)
    styles.set_up_print(
        sheet,
        columns=len(columns),
        last_row=last,
        head_rows=(HEAD_ROW, HEAD_ROW),
        page_words=say("reports.print.page"),
    )
    styles.protect(sheet)


def _columns(people: bool, view_only: bool) -> _Columns:
    shown: _Columns = (("row", 5.0, "cell_number"), ("unit", 30.0, "cell_bold"))
    if people:
        shown += (("person", 24.0, "cell_bold"),)
    shown += (("form", 34.0, "cell"), ("soft", 22.0, "cell"))
    look = ("cell", "cell_date") if view_only else ("open", "open_date")
    widths = {"on": 12.0, "number": 18.0, "dated": 12.5, "signer": 24.0, "way": 17.0}
    return shown + tuple((name, widths[name], look[name in _DATES]) for name in INPUTS)


def _write_row(
    sheet: Any,
    style: Mapping[str, Any],
    row: int,
    line: StatusLine,
    number: int,
    columns: _Columns,
    view_only: bool,
) -> None:
    copy = line.copy or SignedCopy()
    values: dict[str, str | int | dt.date | None] = {
        "row": number,
        "unit": styles.clip(line.unit_short or line.unit),
        "person": styles.clip(line.person),
        "form": styles.clip(line.name or line.form),
        "soft": say("reports.signed.no_soft") if line.name else line.words,
        "on": copy.on,
        "number": styles.clip(copy.number),
        "dated": copy.dated,
        "signer": styles.clip(copy.signer),
        "way": styles.clip(copy.way),
    }
    typed = {name: line.copy_typed.get(name, "") for name in INPUTS} if line.copy_typed else {}
    for column, (key, _, look) in enumerate(columns, start=1):
        styles.put(sheet, row, column, typed.get(key, values[key]), style[look])
    texts = ((str(values[k] or ""), w, f) for k, w, f in columns)
    styles.fit_row(sheet, row, (t for t in texts if t[2] in ("cell", "cell_bold", "open")))
    if not view_only:
        styles.put(sheet, row, len(columns) + 1, line.assignment, style["hidden_key"])
        styles.put(sheet, row, len(columns) + 2, copy_mark(line.copy), style["hidden_key"])


def _offer(sheet: Any, last: int, at: Mapping[str, int]) -> None:
    first = HEAD_ROW + 1
    for name in _DATES:
        styles.offer(sheet, first, last, at[name], prompt(f"signed_{name}"))
    options = {
        "validate": "list",
        "source": list(words("reports")["ways"]["names"]),
        "show_error": False,
        "ignore_blank": True,
    }
    styles.offer(sheet, first, last, at["way"], options)

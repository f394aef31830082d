"""Sheet TỆP NHẬN of theo-doi.xlsx: every received file that a person must look at, and what it is given to whom as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import FILE_DECISIONS, FileLine, date_words
from lamtheo_xls.reports.marks import row_mark
from lamtheo_xls.reports.overview import ALERT, Lists, offer_decisions, prompt

HEAD_ROW = 3
_SHOWN = (
    ("number", 5.0, "cell_number"),
    ("file", 34.0, "cell"),
    ("received", 11.5, "cell_date"),
    ("what", 18.0, "cell_bold"),
    ("reply", 46.0, "cell"),
    ("proposed", 22.0, "cell"),
)
_OPEN = (("unit", 24.0, "open"), ("as", 26.0, "open"), ("decision", 19.0, "open"), ("note", 22.0, "open"))


def write_received(
    sheet: Any, out: styles.Book, as_of: dt.date, files: Sequence[FileLine], lists: Lists, view_only: bool
) -> None:
    """The rows in the order given; with `view_only` without the columns staff fill and without the hidden id."""
    mailed = any(line.sender for line in files)
    columns = _columns(mailed, view_only)
    style = out.formats
    sheet.set_default_row(18)
    widths = [width for _, width, _ in columns]
    styles.set_widths(sheet, widths if view_only else [*widths, 0, 0])
    styles.put(sheet, 1, 1, say("reports.files.title", date=date_words(as_of)), style["title"])
    hint = say("reports.files.hint" if files else "reports.files.none")
    styles.put(sheet, 2, 1, f"{hint} {say('reports.files.hint_mailed')}" if mailed else hint, style["quiet"])
    for column, (key, _, look) in enumerate(columns, start=1):
        styles.put(sheet, HEAD_ROW, column, say(f"reports.files.heads.{key}"), style[_head(look)])
    if not view_only:
        for offset, key in enumerate(("submission", "shown"), start=1):
            styles.put(sheet, HEAD_ROW, len(columns) + offset, say(f"reports.keys.{key}"), style["hidden_key"])
    for row, line in enumerate(files, start=HEAD_ROW + 1):
        values = _values(line, row - HEAD_ROW)
        for column, (key, _, look) in enumerate(columns, start=1):
            styles.put(sheet, row, column, values[key], style[look])
        styles.fit_row(sheet, row, ((v, w, look) for k, w, look in columns if isinstance(v := values[k], str)))
        if not view_only:
            styles.put(sheet, row, len(columns) + 1, line.submission, style["hidden_key"])
            mark = "" if line.doubtful else row_mark(line.assigned, line.given_as, line.decision)
            styles.put(sheet, row, len(columns) + 2, mark, style["hidden_key"])
    last = HEAD_ROW + len(files)
    if files:
        styles.done(sheet.autofilter(HEAD_ROW - 1, 0, last - 1, len(columns) + (-1 if view_only else 1)))
    if not view_only:
        _offer(sheet, last, {key: i for i, (key, _, _) in enumerate(columns, start=1)}, lists)
    sheet.freeze_panes(HEAD_ROW, 2)
    styles.set_up_print(
        sheet,
        columns=len(columns),
        last_row=last,
        head_rows=(HEAD_ROW, HEAD_ROW),
        page_words=say("reports.print.page"),
    )
    styles.protect(sheet)


def _columns(mailed: bool, view_only: bool) -> tuple[tuple[str, float, str], ...]:
    """The sender has a column where any file came by mail."""
    shown = (*_SHOWN[:3], ("sender", 24.0, "cell"), *_SHOWN[3:]) if mailed else _SHOWN
    return shown if view_only else shown + _OPEN


def _head(look: str) -> str:
    return "head_open" if look == "open" else "head"


def _values(line: FileLine, number: int) -> dict[str, str | int | dt.date | None]:
    return {
        "number": number,
        "file": styles.clip(line.file),
        "received": line.received,
        "sender": styles.clip(line.sender),
        "what": line.words,
        "reply": styles.clip(line.reply),
        "proposed": styles.clip(line.proposed),
        "unit": styles.clip(line.assigned),
        "as": styles.clip(line.given_as),
        "decision": styles.clip(line.decision),
        "note": styles.clip(line.note),
    }


def _offer(sheet: Any, last: int, at: dict[str, int], lists: Lists) -> None:
    """The drop-downs; what a file may be given as follows from the unit chosen beside it."""
    first = HEAD_ROW + 1
    alert = {
        "validate": "list",
        **ALERT,
        "error_title": say("reports.prompts.alert_title"),
        "error_message": say("reports.prompts.alert"),
    }
    styles.offer(sheet, first, last, at["unit"], prompt("unit") | alert | {"source": lists.units})
    if lists.choices:
        source = lists.choices_beside(styles.cell_name(first, at["unit"]))
        styles.offer(sheet, first, last, at["as"], prompt("as") | alert | {"source": source})
    offer_decisions(sheet, first, last, at["decision"], FILE_DECISIONS)

"""Sheet THEO BIỂU of theo-doi.xlsx: the counts of each form of each round, and the office's own dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import FormLine, MilestoneLine, Summary, date_words, left_words

HEAD_ROW = 3
_COUNTS = ("expected", "accepted", "nil", "to_fix", "missing", "overdue", "late", "excused", "signed")
_WIDTHS = {"form": 23.0, "name": 44.0, "due": 24.0, "left": 17.0}


def write_by_form(
    sheet: Any,
    out: styles.Book,
    as_of: dt.date,
    forms: Sequence[FormLine],
    milestones: Sequence[MilestoneLine],
    total: Summary,
) -> None:
    """A row for each form in the order given, all together below them, then the dates of the office itself."""
    style = out.formats
    heads = (*_WIDTHS, *_COUNTS)
    sheet.set_default_row(18)
    styles.set_widths(sheet, [*_WIDTHS.values(), *(9.5 for _ in _COUNTS)])
    styles.put(sheet, 1, 1, say("reports.forms.title", date=date_words(as_of)), style["title"])
    styles.done(sheet.set_row(HEAD_ROW - 1, 34))
    for column, key in enumerate(heads, start=1):
        styles.put(sheet, HEAD_ROW, column, say(f"reports.forms.heads.{key}"), style["head"])
    row = HEAD_ROW
    for line in forms:
        row += 1
        texts = (line.label, line.name, line.deadline.text, left_words(line.deadline, as_of))
        _put_row(sheet, style, row, texts, line.summary, "cell_bold")
    row += 1
    _put_row(sheet, style, row, (say("reports.forms.total"), "", "", ""), total, "head")
    if milestones:
        row = _write_milestones(sheet, style, row + 2, as_of, milestones)
    sheet.freeze_panes(HEAD_ROW, 1)
    styles.set_up_print(
        sheet,
        columns=len(heads),
        last_row=row,
        head_rows=(HEAD_ROW, HEAD_ROW),
        page_words=say("reports.print.page"),
    )
    styles.protect(sheet)


def _put_row(
    sheet: Any, style: dict[str, Any], row: int, texts: tuple[str, str, str, str], s: Summary, first: str
) -> None:
    for column, text in enumerate(texts, start=1):
        styles.put(sheet, row, column, styles.clip(text), style[first if column == 1 else "cell"])
    looks = (("cell_bold", _WIDTHS["form"]), *(("cell", w) for w in (*_WIDTHS.values(),)[1:]))
    styles.fit_row(sheet, row, ((t, w, look) for t, (look, w) in zip(texts, looks, strict=True)))
    for column, key in enumerate(_COUNTS, start=len(texts) + 1):
        if key == "signed":
            styles.put(sheet, row, column, _signed(s), style["cell_centre"])
            continue
        count = getattr(s, key)
        mark = "count_overdue" if key == "overdue" and count else "cell_number"
        styles.put(sheet, row, column, count, style[mark])


def _signed(s: Summary) -> str:
    return say("reports.forms.signed", n=s.signed, total=s.signed_due) if s.signed_due else ""


def _write_milestones(
    sheet: Any, style: dict[str, Any], row: int, as_of: dt.date, milestones: Sequence[MilestoneLine]
) -> int:
    styles.put(sheet, row, 1, say("reports.forms.milestones"), style["bold"])
    for line in milestones:
        row += 1
        styles.put(sheet, row, 1, "", style["cell"])
        styles.put(sheet, row, 2, styles.clip(line.label), style["cell"])
        styles.put(sheet, row, 3, line.deadline.text, style["cell"])
        styles.put(sheet, row, 4, left_words(line.deadline, as_of), style["cell"])
        styles.fit_row(sheet, row, [(line.label, _WIDTHS["name"], "cell")])
    return row

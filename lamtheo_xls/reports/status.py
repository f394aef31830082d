"""theo-doi.xlsx, the office's screen: overview, files to look at, findings, history.

Staff fill the yellow columns; everything else is written fresh each time (DESIGN §3.5, domain/F).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import Finding, gravest_first, mend, message, say, words
from lamtheo_xls.register.model import Unit
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import (
    FILE_DECISIONS,
    FileLine,
    HistoryLine,
    StatusLine,
    Summary,
    counts_words,
    date_words,
    deadline_words,
    state_words,
    summarise,
    unit_labels,
)
from lamtheo_xls.reports.overview import (
    ALERT,
    LISTS,
    add_chart,
    offer_decisions,
    prompt,
    write_lists,
    write_overview,
)

__all__ = [
    "FileLine",
    "HistoryLine",
    "StatusLine",
    "Summary",
    "counts_words",
    "deadline_words",
    "state_words",
    "summarise",
    "unit_labels",
    "write_status",
]


def write_status(
    *,
    title: str,
    as_of: dt.date,
    lines: Sequence[StatusLine],
    files: Sequence[FileLine],
    history: Sequence[HistoryLine],
    summary: Summary,
    deadline: Deadline | None,
    units: Sequence[Unit],
    created: dt.date,
    view_only: bool = False,
    office_findings: Sequence[Finding] = (),
) -> bytes:
    """theo-doi.xlsx as bytes, in the order the lines are given; `title` is «ĐĂNG KÝ MÔ HÌNH NĂM 2027».

    `view_only` leaves out the decision columns and every hidden id: nothing can be read back from such a copy.
    `office_findings` are about what the office itself wrote (decisions not understood): they open sheet LỖI, since
    whoever works by double-click sees no terminal. Same inputs, same bytes. Raises ValueError only where XlsxWriter
    refuses a write (our bug).
    """
    out = styles.Book(created=created, title=say("reports.status.document"))
    overview = out.add_sheet(say("reports.sheets.overview"))
    received = out.add_sheet(say("reports.sheets.files"))
    faults = out.add_sheet(say("reports.sheets.findings"))
    past = out.add_sheet(say("reports.sheets.history"))
    lists = out.add_sheet(LISTS)
    lists.hide()
    names = unit_labels(units)
    places = write_lists(lists, out, names, summary)
    write_overview(overview, out, title, as_of, lines, summary, deadline, view_only)
    add_chart(overview, out, summary)
    _write_files(received, out, as_of, files, places["units"], view_only)
    _write_findings(faults, out, as_of, lines, files, office_findings)
    _write_history(past, out, as_of, history)
    overview.activate()
    return out.to_bytes()


def _write_files(
    sheet: Any, out: styles.Book, as_of: dt.date, files: Sequence[FileLine], units: str, view_only: bool
) -> None:
    keys = ["number", "file", "received", "what", "reply", "proposed"]
    widths = [5.0, 34, 11.5, 18, 50, 22]
    looks = ["cell_number", "cell", "cell_date", "cell_bold", "cell", "cell"]
    opened = [] if view_only else ["unit", "decision", "note"]
    keys += opened
    widths += [24.0, 19, 24][: len(opened)]
    looks += ["open"] * len(opened)
    style = out.formats
    sheet.set_default_row(18)
    styles.set_widths(sheet, widths if view_only else [*widths, 0])
    styles.put(sheet, 1, 1, say("reports.files.title", date=date_words(as_of)), style["title"])
    styles.put(sheet, 2, 1, say("reports.files.hint" if files else "reports.files.none"), style["quiet"])
    head = 3
    for column, key in enumerate(keys, start=1):
        look = "head_open" if key in opened else "head"
        styles.put(sheet, head, column, say(f"reports.files.heads.{key}"), style[look])
    if not view_only:
        styles.put(sheet, head, len(keys) + 1, say("reports.keys.submission"), style["hidden_key"])
    for row, line in enumerate(files, start=head + 1):
        values: dict[str, str | int | dt.date | None] = {
            "number": row - head,
            "file": styles.clip(line.file),
            "received": line.received,
            "what": line.words,
            "reply": styles.clip(line.reply),
            "proposed": line.proposed,
            "unit": styles.clip(line.assigned),
            "decision": styles.clip(line.decision),
            "note": styles.clip(line.note),
        }
        for column, (key, look) in enumerate(zip(keys, looks, strict=True), start=1):
            styles.put(sheet, row, column, values[key], style[look])
        wide = zip(keys, widths, looks, strict=True)
        styles.fit_row(sheet, row, ((v, w, look) for k, w, look in wide if isinstance(v := values[k], str)))
        if not view_only:
            styles.put(sheet, row, len(keys) + 1, line.submission, style["hidden_key"])
    last = head + len(files)
    if files:
        styles.done(sheet.autofilter(head - 1, 0, last - 1, len(keys) - 1))
    if not view_only:
        at = {key: i for i, key in enumerate(keys, start=1)}
        options = prompt("unit") | {
            "validate": "list",
            "source": units,
            **ALERT,
            "error_title": say("reports.prompts.alert_title"),
            "error_message": say("reports.prompts.alert"),
        }
        styles.offer(sheet, head + 1, last, at["unit"], options)
        offer_decisions(sheet, head + 1, last, at["decision"], FILE_DECISIONS)
    sheet.freeze_panes(head, 2)
    styles.set_up_print(
        sheet, columns=len(keys), last_row=last, head_rows=(head, head), page_words=say("reports.print.page")
    )
    styles.protect(sheet)


def _write_findings(
    sheet: Any,
    out: styles.Book,
    as_of: dt.date,
    lines: Sequence[StatusLine],
    files: Sequence[FileLine],
    office: Sequence[Finding],
) -> None:
    """Every finding with its place and mend: the office's own, then units in the order of TỔNG QUAN, errors first."""
    rows = [(say("reports.findings.office"), "", f) for f in gravest_first(office)]
    rows += [(line.unit_short or line.unit, line.file, f) for line in lines for f in gravest_first(line.findings)]
    rows += [(line.proposed, line.file, f) for line in files for f in gravest_first(line.findings)]
    table: list[tuple[str | int, ...]] = []
    for number, (unit, file, f) in enumerate(rows, start=1):
        how = mend(f)
        if f.explanation:
            how = say("reports.findings.explained", text=f.explanation)
        table.append(
            (
                number,
                unit,
                say(f"reports.severities.{f.severity}"),
                f.place.sheet or "",
                f.place.cell or "",
                f.value or "",
                message(f),
                how,
                file,
            )
        )
    looks = ("cell_number", "cell_bold", "cell_centre", "cell", "cell_centre", "cell", "cell", "cell", "cell")
    _write_table(sheet, out, as_of, "findings", table, (5, 26, 10, 13, 7, 22, 46, 44, 34), looks)


def _write_history(sheet: Any, out: styles.Book, as_of: dt.date, history: Sequence[HistoryLine]) -> None:
    """The newest day first; within a day as given."""
    newest = sorted(history, key=lambda h: h.date, reverse=True)
    table = [(h.date, h.unit, h.event) for h in newest]
    _write_table(sheet, out, as_of, "history", table, (12, 32, 110), ("cell_date", "cell", "cell"))


def _write_table(
    sheet: Any,
    out: styles.Book,
    as_of: dt.date,
    name: str,
    table: Sequence[Sequence[str | int | dt.date]],
    widths: Sequence[float],
    looks: Sequence[str],
) -> None:
    style = out.formats
    sheet.set_default_row(18)
    styles.set_widths(sheet, widths)
    styles.put(sheet, 1, 1, say(f"reports.{name}.title", date=date_words(as_of)), style["title"])
    if not table:
        styles.put(sheet, 2, 1, say(f"reports.{name}.none"), style["quiet"])
    head = 3
    for column, key in enumerate(words("reports")[name]["heads"], start=1):
        styles.put(sheet, head, column, say(f"reports.{name}.heads.{key}"), style["head"])
    for row, values in enumerate(table, start=head + 1):
        for column, (value, look) in enumerate(zip(values, looks, strict=True), start=1):
            styles.put(sheet, row, column, styles.clip(value) if isinstance(value, str) else value, style[look])
        styles.fit_row(
            sheet, row, ((v, w, f) for v, w, f in zip(values, widths, looks, strict=True) if isinstance(v, str))
        )
    last = head + len(table)
    if table:
        styles.done(sheet.autofilter(head - 1, 0, last - 1, len(widths) - 1))
    sheet.freeze_panes(head, 0)
    styles.set_up_print(
        sheet, columns=len(widths), last_row=last, head_rows=(head, head), page_words=say("reports.print.page")
    )
    styles.protect(sheet)

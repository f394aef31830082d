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
    Choice,
    FileLine,
    FormLine,
    HistoryLine,
    MilestoneLine,
    StatusLine,
    Summary,
    counts_words,
    date_words,
    deadline_words,
    dues_words,
    signed_line,
    state_words,
    summarise,
    unit_labels,
)
from lamtheo_xls.reports.by_form import write_by_form
from lamtheo_xls.reports.contacts import ContactLine, write_contacts
from lamtheo_xls.reports.letters import LetterLine, write_letters
from lamtheo_xls.reports.overview import LISTS, add_chart, overview_columns, write_lists, write_overview
from lamtheo_xls.reports.received import write_received
from lamtheo_xls.reports.signed import write_signed

__all__ = [
    "Choice",
    "FileLine",
    "FormLine",
    "HistoryLine",
    "MilestoneLine",
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
    forms: Sequence[FormLine] = (),
    milestones: Sequence[MilestoneLine] = (),
    choices: Sequence[Choice] = (),
    letters: Sequence[LetterLine] = (),
    contacts: Sequence[ContactLine] = (),
) -> bytes:
    """theo-doi.xlsx as bytes, in the order the lines are given; `title` is «ĐĂNG KÝ MÔ HÌNH NĂM 2027».

    `view_only` leaves out the decision columns and every hidden id: nothing can be read back from such a copy.
    `office_findings` are about what the office itself wrote (decisions not understood): they open sheet LỖI, since
    whoever works by double-click sees no terminal. Several `forms` (or `milestones`) are counted one by one on THEO
    BIỂU, and the heading tells the date that comes next; `choices` are what a file may be given to a unit as. BẢN KÝ is
    there where signed copies are owed, THƯ and LIÊN HỆ where there are `letters` and `contacts`. Same inputs, same
    bytes. Raises ValueError only where XlsxWriter refuses a write (our bug).
    """
    out = styles.Book(created=created, title=say("reports.status.document"))
    overview = out.add_sheet(say("reports.sheets.overview"))
    several = len(forms) > 1 or bool(milestones)
    each = out.add_sheet(say("reports.sheets.forms")) if several else None
    inked = any(map(signed_line, lines))
    copies = out.add_sheet(say("reports.sheets.signed")) if inked else None
    received = out.add_sheet(say("reports.sheets.files"))
    posted = out.add_sheet(say("reports.sheets.letters")) if letters else None
    calls = out.add_sheet(say("reports.sheets.contacts")) if contacts else None
    faults = out.add_sheet(say("reports.sheets.findings"))
    past = out.add_sheet(say("reports.sheets.history"))
    lists = out.add_sheet(LISTS)
    lists.hide()
    names = unit_labels(units)
    places = write_lists(lists, out, names, summary, choices)
    due = dues_words(forms, as_of) if len(forms) > 1 else deadline_words(deadline, as_of)
    waiting = {"letters": sum(x.open for x in letters), "contacts": len(contacts)}
    write_overview(overview, out, title, as_of, lines, summary, due, view_only, waiting)
    columns = overview_columns(lines, view_only)
    add_chart(overview, out, summary, next(i for i, c in enumerate(columns, start=1) if c.key == "phone"))
    if each is not None:
        write_by_form(each, out, as_of, forms, milestones, summary)
    if copies is not None:
        write_signed(copies, out, as_of, lines, view_only)
    write_received(received, out, as_of, files, places, view_only)
    if posted is not None:
        write_letters(posted, out, as_of, letters, view_only)
    if calls is not None:
        write_contacts(calls, out, as_of, contacts)
    _write_findings(faults, out, as_of, lines, files, office_findings)
    _write_history(past, out, as_of, history)
    overview.activate()
    return out.to_bytes()


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
    rows += [(_who(line), line.file, f) for line in lines for f in gravest_first(line.findings)]
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


def _who(line: StatusLine) -> str:
    unit = line.unit_short or line.unit
    return say("reports.findings.person", person=line.person, unit=unit) if line.person else unit


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

"""Sheet THƯ of theo-doi.xlsx: every letter of the open rounds, those that wait for a person first; written and read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import date_words
from lamtheo_xls.reports.marks import row_mark
from lamtheo_xls.reports.overview import offer_decisions
from lamtheo_xls.reports.saved import Table, kind_of, note_stray

LETTER_DECISIONS = ("arrived", "again")
"""What may be ruled of a letter, in the order of the drop-down: «Thư đã đến», «Gửi lại»."""
HEAD_ROW = 4
LETTER_KEY = "reports.keys.letter"
_STAMP, _MARK = "reports.keys.stamp", "reports.keys.shown"
_HEADS = "reports.letters.heads."
_SHOWN = (
    ("number", 5.0, "cell_number"),
    ("date", 11.5, "cell_date"),
    ("who", 24.0, "cell_bold"),
    ("addresses", 25.0, "cell"),
    ("kind", 12.0, "cell"),
    ("forms", 40.0, "cell"),
    ("state", 25.0, "cell"),
    ("todo", 34.0, "cell"),
)
_OPEN = (("decision", 15.0, "open"), ("note", 20.0, "open"))


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
    """What stands in its cell was not understood, or cannot be done."""
    open: bool = False
    stamp: str = ""
    """How it stands, for programs: what is ruled on this row is ruled of the letter as it was then, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDecision:
    """One row of THƯ. `kind`: one of LETTER_DECISIONS, '' where the cell is empty or was not understood (`understood`
    tells which)."""

    letter: int
    kind: str = ""
    understood: bool = True
    changed: bool = True
    """False: the row shows what it showed when the sheet was written; it says nothing that is not known."""
    text: str = ""
    """The cell Xử lý as it stands."""
    note: str = ""
    stamp: str = ""
    """How the letter stood when the sheet was written."""
    sheet: str = ""
    cell: str = ""


def write_letters(sheet: Any, out: styles.Book, as_of: dt.date, letters: Sequence[LetterLine], view_only: bool) -> None:
    """The rows in the order given; with `view_only` without the columns staff fill and without the hidden ids."""
    columns = _SHOWN if view_only else _SHOWN + _OPEN
    style = out.formats
    sheet.set_default_row(18)
    widths = [width for _, width, _ in columns]
    styles.set_widths(sheet, widths if view_only else [*widths, 0, 0, 0])
    styles.put(sheet, 1, 1, say("reports.letters.title", date=date_words(as_of)), style["title"])
    waiting = sum(line.open for line in letters)
    counts = say("reports.letters.counts", n=len(letters), m=waiting) if waiting else ""
    styles.put(sheet, 2, 1, counts or say("reports.letters.none_open", n=len(letters)), style["bold"])
    styles.put(sheet, 3, 1, say("reports.letters.view_only" if view_only else "reports.letters.hint"), style["quiet"])
    for column, (key, _, look) in enumerate(columns, start=1):
        styles.put(sheet, HEAD_ROW, column, say(f"{_HEADS}{key}"), style["head_open" if look == "open" else "head"])
    if not view_only:
        for offset, name in enumerate((LETTER_KEY, _STAMP, _MARK), start=1):
            styles.put(sheet, HEAD_ROW, len(columns) + offset, say(name), style["hidden_key"])
    for row, line in enumerate(letters, start=HEAD_ROW + 1):
        values = _values(line, row - HEAD_ROW)
        looks = {key: "state_to_fix" if key == "state" and line.open else look for key, _, look in columns}
        for column, (key, _, _) in enumerate(columns, start=1):
            styles.put(sheet, row, column, values[key], style[looks[key]])
        bold = {"state_to_fix": "cell_bold"}
        texts = ((v, width, bold.get(looks[k], looks[k])) for k, width, _ in columns if isinstance(v := values[k], str))
        styles.fit_row(sheet, row, texts)
        if not view_only:
            mark = "" if line.doubtful else row_mark(line.decision)
            for offset, text in enumerate((str(line.letter), line.stamp, mark), start=1):
                styles.put(sheet, row, len(columns) + offset, text, style["hidden_key"])
    last = HEAD_ROW + len(letters)
    if letters:
        styles.done(sheet.autofilter(HEAD_ROW - 1, 0, last - 1, len(columns) + (-1 if view_only else 2)))
    if not view_only:
        offer_decisions(sheet, HEAD_ROW + 1, last, len(_SHOWN) + 1, LETTER_DECISIONS, help="letter")
    sheet.freeze_panes(HEAD_ROW, 3)
    styles.set_up_print(
        sheet,
        columns=len(columns),
        last_row=last,
        head_rows=(HEAD_ROW, HEAD_ROW),
        page_words=say("reports.print.page"),
    )
    styles.protect(sheet)


def _values(line: LetterLine, number: int) -> Mapping[str, str | int | dt.date | None]:
    return {
        "number": number,
        "date": line.date,
        "who": styles.clip(line.who),
        "addresses": styles.clip(line.addresses),
        "kind": line.kind,
        "forms": styles.clip(line.forms),
        "state": styles.clip(line.state),
        "todo": styles.clip(line.todo),
        "decision": styles.clip(line.decision),
        "note": styles.clip(line.note),
    }


def letters_in(table: Table, found: list[Finding]) -> Iterator[LetterDecision]:
    """The rows of THƯ as staff left them; set.decision_… into `found` at the cell of each misunderstanding."""
    seen: dict[int, LetterDecision] = {}
    for row in table.rows:
        text, note = table.text(row, f"{_HEADS}decision"), table.text(row, f"{_HEADS}note")
        number = table.text(row, LETTER_KEY).strip()
        place = {"sheet": table.sheet.name, "cell": table.cell(row, f"{_HEADS}decision")}
        if not (number.isascii() and number.isdigit()):
            note_stray(table, row, ("decision", "note"), _HEADS, found)
            continue
        kind, _ = kind_of(text)
        understood = not text or kind in LETTER_DECISIONS
        if not understood:
            found.append(finding("set.decision_not_here" if kind else "set.decision_unknown", **place, value=text))
        line = LetterDecision(
            letter=int(number),
            kind=kind if understood else "",
            understood=understood,
            changed=not table.column(_MARK) or table.text(row, _MARK) != row_mark(text),
            text=text,
            note=note,
            stamp=table.text(row, _STAMP),
            **place,
        )
        earlier = seen.setdefault(line.letter, line)
        if earlier is line:
            yield line
        elif (earlier.text, earlier.note) != (text, note):
            found.append(finding("set.decision_twice", **place, value=text or note))


def keep_letters(lines: Iterable[LetterLine], rows: Iterable[LetterDecision]) -> tuple[LetterLine, ...]:
    """The lines with the words that were not understood, or could not be done, put back to be mended where they stand;
    but no word about a letter that has changed since it was typed."""
    typed = {row.letter: row for row in rows if not row.understood}
    return tuple(_kept(line, typed.get(line.letter)) for line in lines)


def _kept(line: LetterLine, row: LetterDecision | None) -> LetterLine:
    if row is None or (row.kind and row.stamp != line.stamp):
        return line
    return replace(line, decision=row.text, doubtful=True)

"""Sheet TỔNG QUAN of theo-doi.xlsx: counts in words, a bar of them, and one row per assignment (domain/F)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.findings import say
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import (
    LINE_DECISIONS,
    Choice,
    StatusLine,
    Summary,
    counts_words,
    date_words,
    weekday_words,
)
from lamtheo_xls.reports.marks import row_mark

LISTS = "_ds"
"""The hidden sheet behind drop-downs and chart."""
HEAD_ROW = 8
CHOICE_LIMIT = 250
_CHART_ROW = 2
_WRAPPED = ("cell", "cell_bold", "cell_centre", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Where the hidden lists lie that drop-downs take from."""

    units: str
    choices: int
    """How many rows of (unit, what a file may be given to it as) there are."""

    def choices_beside(self, unit: str) -> str:
        """The choices of the unit whose name stands in the cell `unit`: rows of one unit lie together."""
        units = styles.absolute(LISTS, 1, self.choices, 7).removeprefix("=")
        first = styles.absolute(LISTS, 1, 1, 8).removeprefix("=").partition(":")[0]
        return f"=OFFSET({first},MATCH({unit},{units},0)-1,0,COUNTIF({units},{unit}),1)"


def write_lists(
    sheet: Any, out: styles.Book, names: Mapping[str, str], summary: Summary, choices: Sequence[Choice] = ()
) -> Lists:
    """The hidden lists behind drop-downs and chart. Column A: units, B: their codes; D, E: the chart's figures; G, H:
    what a file may be given to a unit as."""
    text, number = out.formats["text"], out.formats["plain"]
    for row, (code, name) in enumerate(names.items(), start=1):
        styles.put(sheet, row, 1, name, text)
        styles.put(sheet, row, 2, code, text)
    for row, (key, count) in enumerate(_chart_rows(summary), start=1):
        styles.put(sheet, row, 4, say(f"reports.states.{key}"), text)
        styles.put(sheet, row, 5, count, number)
    of_unit: dict[str, list[Choice]] = {}
    for choice in choices:
        if choice.unit in names:
            of_unit.setdefault(choice.unit, []).append(choice)
    listed = [c for found in of_unit.values() for c in found]
    for row, choice in enumerate(listed, start=1):
        styles.put(sheet, row, 7, names[choice.unit], text)
        styles.put(sheet, row, 8, styles.clip(choice.label, CHOICE_LIMIT), text)
    styles.protect(sheet)
    return Lists(units=styles.absolute(LISTS, 1, max(len(names), 1), 1), choices=len(listed))


def write_overview(
    sheet: Any,
    out: styles.Book,
    title: str,
    as_of: dt.date,
    lines: Sequence[StatusLine],
    summary: Summary,
    due: str,
    view_only: bool,
    waiting: Mapping[str, int],
) -> None:
    """One row per assignment below the heading; `due` is what it says of dates. `waiting`: sheet ('letters',
    'contacts') → how many of its rows wait for a person."""
    style = out.formats
    columns = overview_columns(lines, view_only)
    styles.set_widths(sheet, [c.width for c in columns])
    heading = say(
        "reports.status.title_view_only" if view_only else "reports.status.title",
        title=title,
        weekday=weekday_words(as_of),
        date=date_words(as_of),
    )
    first, second = counts_words(summary)
    styles.put(sheet, 1, 1, heading, style["title"])
    styles.put(sheet, 2, 1, due, style["bold"])
    styles.put(sheet, 3, 1, first, style["bold"])
    styles.put(sheet, 4, 1, second, style["plain"])
    _write_today(sheet, out, summary, waiting)
    styles.put(sheet, 7, 1, say("reports.status.view_only" if view_only else "reports.status.hint"), style["quiet"])
    sheet.set_default_row(18)
    for row in (2, 3, 4, 5, 6):
        styles.done(sheet.set_row(row - 1, 19))
    styles.done(sheet.set_row(0, 24))
    styles.done(sheet.set_row(HEAD_ROW - 2, 22))
    styles.done(sheet.set_row(HEAD_ROW - 1, 22))
    for column, spec in enumerate(columns, start=1):
        styles.put(sheet, HEAD_ROW, column, spec.head, style["head_open" if spec.open else "head"])
    last = HEAD_ROW + len(lines)
    for row, line in enumerate(lines, start=HEAD_ROW + 1):
        values = _line_values(line, row - HEAD_ROW)
        for column, spec in enumerate(columns, start=1):
            name = f"state_{_state_style(line)}" if spec.key == "state" else spec.style
            if spec.key == "state" and line.feedback:
                target, tip = f"external:{line.feedback}", say("reports.status.feedback_tip")
                styles.put_link(sheet, row, column, target, line.words, style[name], tip)
            else:
                styles.put(sheet, row, column, values[spec.key], style[name])
        texts = [(str(values[c.key]), c.width, c.style) for c in columns if c.wraps]
        texts.append((line.words, next(c.width for c in columns if c.key == "state"), "cell_bold"))
        styles.fit_row(sheet, row, texts)
    visible = sum(bool(c.width) for c in columns)
    if lines:
        # The hidden ids lie inside: sorting by the arrows moves them with their rows.
        styles.done(sheet.autofilter(HEAD_ROW - 1, 0, last - 1, len(columns) - 1))
    sheet.freeze_panes(HEAD_ROW, 2)
    if not view_only:
        at = {c.key: i for i, c in enumerate(columns, start=1)}
        offer_decisions(sheet, HEAD_ROW + 1, last, at["decision"], LINE_DECISIONS)
        styles.offer(sheet, HEAD_ROW + 1, last, at["detail"], prompt("detail"))
    styles.set_up_print(
        sheet,
        columns=visible,
        last_row=last,
        head_rows=(HEAD_ROW, HEAD_ROW),
        page_words=say("reports.print.page"),
    )
    styles.protect(sheet)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    key: str
    head: str
    width: float
    style: str = "cell"
    open: bool = False

    @property
    def wraps(self) -> bool:
        return self.style in _WRAPPED


def overview_columns(lines: Sequence[StatusLine], view_only: bool) -> tuple[_Column, ...]:
    """One form: its label heads the state column (domain/F); several: a column names the form of each row. Persons
    have a column where there are any."""
    labels = tuple(dict.fromkeys(line.form for line in lines))

    def column(key: str, width: float, style: str = "cell", *, open: bool = False) -> _Column:
        return _Column(key=key, head=say(f"reports.status.heads.{key}"), width=width, style=style, open=open)

    found = [column("number", 5 if len(lines) > 999 else 4.5, "cell_number"), column("unit", 27, "cell_bold")]
    if any(line.person for line in lines):
        found.append(column("person", 22, "cell_bold"))
    if len(labels) > 1:
        longest = max(len(label) for label in labels)
        found += [column("form", min(max(longest * 1.1, 12), 27), "cell_centre"), column("state", 16)]
    else:
        head = labels[0] if labels else say("reports.status.heads.state")
        found.append(_Column(key="state", head=head, width=16))
    found += [
        column("received", 10.5, "cell_date"),
        column("signed", 8, "cell_centre"),
        column("contact", 16),
        column("phone", 12.5),
        column("tell", 32),
    ]
    if view_only:
        return (*found, column("note", 22))
    return (
        *found,
        column("decision", 16, "open", open=True),
        column("detail", 11.5, "open", open=True),
        column("note", 20, "open", open=True),
        _Column(key="assignment", head=say("reports.keys.assignment"), width=0, style="hidden_key"),
        _Column(key="submission", head=say("reports.keys.submission"), width=0, style="hidden_key"),
        _Column(key="shown", head=say("reports.keys.shown"), width=0, style="hidden_key"),
    )


def _line_values(line: StatusLine, number: int) -> dict[str, str | int | dt.date | None]:
    said = [line.tell.strip().rstrip(".") + "."] if line.tell.strip() else []
    if line.standing and line.standing not in (line.decision, f"{line.decision} {line.detail}"):
        said.append(say("reports.status.standing", text=line.standing))
    if line.own_due and line.due:
        said.append(say("reports.status.own_due", date=date_words(line.due)))
    signed = "signed_yes" if line.signed else ("signed_no" if line.signed_due else "signed_none")
    if line.state == "excused" and not line.signed:
        signed = "signed_none"
    return {
        "number": number,
        "unit": styles.clip(line.unit_short or line.unit),
        "person": styles.clip(line.person),
        "form": line.form,
        "state": line.words,
        "received": line.received,
        "signed": say(f"reports.status.{signed}"),
        "contact": styles.clip(line.contact),
        "phone": styles.clip(line.phone),
        "tell": styles.clip(" ".join(said)),
        "decision": styles.clip(line.decision),
        "detail": styles.clip(line.detail),
        "note": styles.clip(line.note),
        "assignment": line.assignment,
        "submission": line.submission,
        "shown": row_mark(line.decision, line.detail),
    }


def _state_style(line: StatusLine) -> str:
    return "overdue" if line.overdue and line.state == "missing" else line.state


def _write_today(sheet: Any, out: styles.Book, summary: Summary, waiting: Mapping[str, int]) -> None:
    """«HÔM NAY: [Gọi điện 6] [Tệp chưa rõ 1]», and below it, where there are any, [Thư cần xem 2] [Liên hệ 3]; all but
    the first lead to their sheets."""
    style = out.formats
    styles.put_merged(sheet, 5, 1, 2, _today_words(summary.call), style["call"])
    if summary.unclear_files:
        _put_task(sheet, out, 5, 3, "files", say("reports.status.unclear", n=summary.unclear_files))
    else:
        styles.put_merged(sheet, 5, 3, 4, say("reports.status.unclear_none"), style["call"])
    tasks = [(name, n) for name, n in waiting.items() if n]
    for column, (name, n) in zip((1, 3), tasks, strict=False):
        _put_task(sheet, out, 6, column, name, say(f"reports.status.waiting.{name}", n=n))


def _put_task(sheet: Any, out: styles.Book, row: int, column: int, name: str, text: str) -> None:
    page = say(f"reports.sheets.{name}")
    style = out.formats["call_link"]
    styles.done(sheet.merge_range(row - 1, column - 1, row - 1, column, "", style))
    styles.put_link(
        sheet, row, column, f"internal:'{page}'!A1", text, style, say("reports.status.unclear_tip", page=page)
    )


def _today_words(call: int) -> str:
    told = say("reports.status.call", n=call) if call else say("reports.status.call_none")
    return f"{say('reports.status.today')} {told}"


def offer_decisions(
    sheet: Any, first_row: int, last_row: int, column: int, kinds: Sequence[str], *, help: str = "decision"
) -> None:
    """The drop-down of decisions over one column of rows; `help` names the words that pop up beside it."""
    options = prompt(help) | {
        "validate": "list",
        "source": [say(f"ledger.decision.{kind}") for kind in kinds],
        **ALERT,
        "error_title": say("reports.prompts.alert_title"),
        "error_message": say("reports.prompts.alert"),
    }
    styles.offer(sheet, first_row, last_row, column, options)


ALERT: Mapping[str, Any] = {"error_type": "warning", "ignore_blank": True}


def prompt(name: str) -> dict[str, Any]:
    return {
        "validate": "any",
        "input_title": say(f"reports.prompts.{name}_title"),
        "input_message": say(f"reports.prompts.{name}"),
    }


def _chart_rows(summary: Summary) -> tuple[tuple[str, int], ...]:
    return (
        ("accepted", summary.accepted),
        ("nil", summary.nil),
        ("to_fix", summary.to_fix),
        ("wrong_form", summary.wrong_form),
        ("missing", summary.missing - summary.wrong_form),
    )


# Dark to light, with patterns, so that neighbours differ on a black-and-white printer as well.
_CHART_FILLS: tuple[Mapping[str, Any], ...] = (
    {"fill": {"color": "#548235"}},
    {"pattern": {"pattern": "light_horizontal", "fg_color": "#548235", "bg_color": "#FFFFFF"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#C55A11", "bg_color": "#FBE5D6"}},
    {"pattern": {"pattern": "small_check", "fg_color": "#C55A11", "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#FFFFFF"}},
)


def add_chart(sheet: Any, out: styles.Book, summary: Summary, column: int = 7) -> None:
    """One stacked bar beside the counts, from `column` on; states nobody is in are left out of it."""
    if not summary.expected:
        return
    chart = out.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for row, ((_, count), fill) in enumerate(zip(_chart_rows(summary), _CHART_FILLS, strict=True), start=1):
        if not count:
            continue
        series: dict[str, Any] = {
            "name": [LISTS, row - 1, 3],
            "values": [LISTS, row - 1, 4, row - 1, 4],
            "border": {"color": "#404040", "width": 0.75},
            "gap": 30,
            "data_labels": {
                "value": True,
                "font": {"name": styles.FONT, "size": 10, "bold": True, "color": "#000000"},
                "fill": {"color": "#FFFFFF"},
            },
            **fill,
        }
        styles.done(chart.add_series(series))
    chart.set_title({"none": True})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"position": "bottom", "font": {"name": styles.FONT, "size": 10}})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 460, "height": 118})
    chart.show_hidden_data()
    options = {"object_position": 3, "description": say("reports.status.chart"), "x_offset": 4, "y_offset": 2}
    styles.done(sheet.insert_chart(_CHART_ROW - 1, column - 1, chart, options))

"""The working sheets of a consolidated table: CHƯA GỬI, THEO NHÓM, DỮ LIỆU. None of them is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.definitions import period_label
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Counts, GroupCount, Line
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import date_words
from lamtheo_xls.reports.consolidated_figures import Told, percent, write_row

_MISSING = (("number", 5.0), ("unit", 34.0), ("state", 18.0), ("contact", 20.0), ("phone", 15.0), ("due", 26.0))
_NOTE = 34.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A unit that is not in the table: why, and whom to call. `due` and `state` in words."""

    unit: str
    name: str
    state: str
    contact: str = ""
    phone: str = ""
    due: str = ""
    note: str = ""


def write_missing(
    sheet: Any, out: styles.Book, told: Told, missing: Sequence[Absence], released: Sequence[Absence]
) -> None:
    """Names of those not in the table, with contact, phone and due date; below, those from whom nothing is awaited."""
    style = out.formats
    keys, widths = [*(k for k, _ in _MISSING), "note"], [*(w for _, w in _MISSING), _NOTE]
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    day = date_words(told.closed_on or told.as_of)
    styles.put(sheet, 1, 1, say("merge.missing.title", ngay=day), style["title"])
    styles.put(sheet, 2, 1, say("merge.missing.hint"), style["quiet"])
    row = 4
    for key, none, absences in (("first", "none", missing), ("second", "none_second", released)):
        styles.put(sheet, row, 1, say(f"merge.missing.{key}", n=len(absences)), style["bold"])
        row += 1
        if not absences:
            styles.put(sheet, row, 1, say(f"merge.missing.{none}"), style["italic"])
            row += 2
            continue
        write_row(sheet, out, row, [say(f"merge.missing.heads.{k}") for k in keys], widths, ["head"] * len(keys))
        for number, one in enumerate(absences, start=1):
            row += 1
            values = (number, one.name, one.state, one.contact, one.phone, one.due, one.note)
            write_row(sheet, out, row, values, widths, ["cell_number", "cell_bold", *["cell"] * 5])
        row += 2
    styles.set_up_print(sheet, columns=len(keys), last_row=row - 1, head_rows=None, page_words=say("merge.print.page"))


def write_groups(sheet: Any, out: styles.Book, told: Told, counts: Counts, lines: Mapping[str, Sequence[Line]]) -> None:
    """Counts per group, then the models of each. `lines`: group label → its lines."""
    style = out.formats
    fields = [c for c in told.form.table(told.table).columns if c.printed]
    widths = [5.0, 26.0, *(max(c.width / 2, 12.0) for c in fields)]
    amounts = {id: 3 + [f.id for f in fields].index(id) for id in counts.amounts if id in [f.id for f in fields]}
    first = min(amounts.values(), default=len(widths) + 1)
    if first < 4:
        amounts, first = {}, len(widths) + 1
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    styles.put(sheet, 1, 1, say("merge.groups.title", ky=period_label(told.period)), style["title"])
    if not counts.groups:
        styles.put(sheet, 3, 1, say("merge.groups.none"), style["italic"])
        return
    row = 3
    wide = [widths[0], sum(widths[1 : first - 2]), *[0.0] * (first - 4), *widths[first - 2 :]]
    gap = [""] * (first - 4)
    labels = [told.form.table(told.table).column(id).label for id in amounts]
    heads = [say("merge.missing.heads.number"), say("merge.groups.group"), *gap, say("merge.groups.count"), *labels]
    write_row(sheet, out, row, heads, wide, ["head"] * len(heads))
    styles.put_merged(sheet, row, 2, first - 2, heads[1], style["head"])
    for number, group in enumerate(counts.groups, start=1):
        row += 1
        share = say("merge.groups.share", n=group.models, phan_tram=percent(group.models, counts.models))
        values = [number, group_name(group), *gap, share, *(group.amounts[id] for id in amounts)]
        looks = ["cell_number", "cell", *["cell"] * len(gap), "cell_centre", *["cell_number"] * len(amounts)]
        write_row(sheet, out, row, values, wide, looks)
        styles.put_merged(sheet, row, 2, first - 2, group_name(group), style["cell"])
    row += 1
    totals = [str(counts.models), *(str(counts.amounts[id]) for id in amounts)]
    write_row(sheet, out, row, ["", "", *gap, *totals], wide, ["head"] * len(heads))
    styles.put_merged(sheet, row, 1, first - 2, say("merge.groups.total"), style["head"])
    row += 2
    head = row
    heads = [say("merge.missing.heads.number"), say("merge.groups.unit"), *(f.label for f in fields)]
    write_row(sheet, out, row, heads, widths, ["head"] * len(heads))
    looks = ["cell_number", "cell", *("cell_centre" if f.align == "center" else "cell" for f in fields)]
    for group in counts.groups:
        if not group.models:
            continue
        row += 1
        said = say("merge.groups.list", ten=group_name(group), n=group.models, gi=told.noun)
        styles.put_merged(sheet, row, 1, len(widths), said, style["gr_head"])
        styles.fit_row(sheet, row, [(said, sum(widths), "cell_bold")])
        for line in lines[group.label]:
            row += 1
            values = [line.number, told.names.get(line.unit, line.unit), *(line.values[f.id] for f in fields)]
            write_row(sheet, out, row, values, widths, looks)
    styles.set_up_print(
        sheet, columns=len(widths), last_row=row, head_rows=(head, head), page_words=say("merge.print.page")
    )


def group_name(group: GroupCount) -> str:
    """What a group is called on the sheet: its label, or that none was chosen or another text written."""
    if not group.label:
        return say("merge.groups.blank")
    return group.label if group.id else say("merge.groups.other", ten=group.label)


def write_data(sheet: Any, out: styles.Book, heads: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
    """One row of heads, then plain rows: no merges, no blank rows, text as text; for Power Query and pivot tables."""
    style = out.formats
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in heads]
    for column, (head, values) in enumerate(zip(heads, columns, strict=True), start=1):
        longest = max((len(line) for v in values for line in str(v).split("\n")), default=0)
        styles.done(sheet.set_column(column - 1, column - 1, min(max(len(head) + 3, longest + 1, 8), 48)))
        styles.put(sheet, 1, column, head, style["bold"])
    for row, line in enumerate(rows, start=2):
        for column, value in enumerate(line, start=1):
            if isinstance(value, str):
                styles.put(sheet, row, column, styles.clip(value), style["text"])
            else:
                styles.put(sheet, row, column, value, style["plain"])
    styles.done(sheet.autofilter(0, 0, len(rows), len(heads) - 1))
    sheet.freeze_panes(1, 0)
    styles.set_up_print(
        sheet, columns=len(heads), last_row=len(rows) + 1, head_rows=(1, 1), page_words=say("merge.print.page")
    )

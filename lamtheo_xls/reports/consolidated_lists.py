"""The working sheets of a consolidated table: CHƯA GỬI, THEO NHÓM, lists of what is marked, DỮ LIỆU. None is signed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.definitions import period_label
from lamtheo_xls.definitions.model import Field
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Counts, GroupCount, Line
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_figures import write_row
from lamtheo_xls.reports.consolidated_words import Told, percent

_WIDTHS = {
    "number": 5.0,
    "person": 26.0,
    "unit": 34.0,
    "form": 14.0,
    "state": 18.0,
    "contact": 20.0,
    "phone": 15.0,
    "due": 26.0,
    "note": 34.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A unit or person that is not (wholly) in the table: why, and whom to call. Everything in words."""

    unit: str
    """Its code."""
    name: str
    """The unit's name."""
    state: str
    person: str = ""
    """The person's name, where people are asked."""
    person_code: str = ""
    """Tells two of one name in one unit apart."""
    form: str = ""
    """Label of the form that is missing."""
    contact: str = ""
    phone: str = ""
    due: str = ""
    note: str = ""
    many: int = 1
    """So many people at once, where a rule lets off many of one unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Who stands on CHƯA GỬI: `missing` and not in the table; `released`: nothing is awaited of them; `unsigned`: in
    the table by the soft copy alone, the signed one is awaited."""

    missing: Sequence[Absence] = ()
    released: Sequence[Absence] = ()
    unsigned: Sequence[Absence] = ()


def write_missing(sheet: Any, out: styles.Book, told: Told, away: Away, *, people: bool = False) -> None:
    """Names of those not in the table, with contact, phone and due date; below, those from whom nothing is awaited, and
    those whose signed copy is."""
    style = out.formats
    keys = [k for k in _WIDTHS if (people or k != "person") and (told.several or k != "form")]
    widths = [_WIDTHS[k] for k in keys]
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    styles.put(sheet, 1, 1, say("merge.missing.title", ai=told.who.upper(), ngay=told.day), style["title"])
    styles.put(sheet, 2, 1, say("merge.missing.hint"), style["quiet"])
    row = 4
    for key, none, absences in (
        ("first", "none", away.missing),
        ("second", "none_second", away.released),
        ("third", "none_second", away.unsigned),
    ):
        n = sum({(a.unit, a.person_code or a.person): a.many for a in absences}.values())
        styles.put(sheet, row, 1, say(f"merge.missing.{key}", n=n, ai=told.who), style["bold"])
        row += 1
        if not absences:
            styles.put(sheet, row, 1, say(f"merge.missing.{none}", ai=told.who), style["italic"])
            row += 2
            continue
        write_row(sheet, out, row, [say(f"merge.missing.heads.{k}") for k in keys], widths, ["head"] * len(keys))
        for number, one in enumerate(absences, start=1):
            row += 1
            values = [number if k == "number" else one.name if k == "unit" else getattr(one, k) for k in keys]
            write_row(sheet, out, row, values, widths, ["cell_number", "cell_bold", *["cell"] * (len(keys) - 2)])
        row += 2
    styles.set_up_print(sheet, columns=len(keys), last_row=row - 1, head_rows=None, page_words=say("merge.print.page"))


def write_groups(sheet: Any, out: styles.Book, told: Told, counts: Counts, lines: Mapping[str, Sequence[Line]]) -> None:
    """Counts per group, then the models of each. `lines`: group label → its lines."""
    style = out.formats
    fields, widths = _listed(told)
    amounts = {id: 3 + [f.id for f in fields].index(id) for id in counts.amounts if id in [f.id for f in fields]}
    first = min(amounts.values(), default=len(widths) + 1)
    if first < 4 or sorted(amounts.values()) != list(range(first, first + len(amounts))):
        amounts, first = {}, len(widths) + 1
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    title = say("merge.groups.title", gi=told.noun.upper(), ky=period_label(told.period))
    styles.put(sheet, 1, 1, title, style["title"])
    if not counts.groups:
        styles.put(sheet, 3, 1, say("merge.groups.none"), style["italic"])
        return
    row = 3
    wide = [widths[0], sum(widths[1 : first - 2]), *[0.0] * (first - 4), *widths[first - 2 :]]
    gap = [""] * (first - 4)
    labels = [told.column(id).label for id in amounts]
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
    _put_list_heads(sheet, out, row, fields, widths)
    for group in counts.groups:
        if not group.models:
            continue
        row += 1
        said = say("merge.groups.list", ten=group_name(group), n=group.models, gi=told.noun)
        styles.put_merged(sheet, row, 1, len(widths), said, style["gr_head"])
        styles.fit_row(sheet, row, [(said, sum(widths), "cell_bold")])
        row = _put_list(sheet, out, row, told, fields, widths, lines[group.label])
    styles.set_up_print(
        sheet, columns=len(widths), last_row=row, head_rows=(head, head), page_words=say("merge.print.page")
    )


def write_marked(sheet: Any, out: styles.Book, told: Told, mark: Field, lines: Sequence[Line]) -> None:
    """The rows with a tick in one column – what can be replicated – with who and what."""
    fields, widths = _listed(told, without=mark.id)
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    title = say("merge.marked.title", gi=told.noun.upper(), dau=mark.short.upper(), ky=period_label(told.period))
    styles.put(sheet, 1, 1, title, out.formats["title"])
    styles.put(sheet, 2, 1, say("merge.marked.count", n=len(lines), gi=told.noun), out.formats["quiet"])
    _put_list_heads(sheet, out, 4, fields, widths)
    row = _put_list(sheet, out, 4, told, fields, widths, lines)
    page = say("merge.print.page")
    styles.set_up_print(sheet, columns=len(widths), last_row=row, head_rows=(4, 4), page_words=page)


def mark_sheet(mark: Field) -> str:
    """What the sheet of a mark is called: its own words, as Excel takes them."""
    return re.sub(r"[\[\]:*?/\\']", " ", mark.short).strip()[:31].strip().upper()


def _listed(told: Told, without: str = "") -> tuple[list[Field], list[float]]:
    """The columns of a list of models, and widths: number and unit first."""
    fields = [c for c in told.columns if c.printed and c.id != without]
    return fields, [5.0, 26.0, *(max(c.width / 2, 12.0) for c in fields)]


def _put_list_heads(sheet: Any, out: styles.Book, row: int, fields: Sequence[Field], widths: Sequence[float]) -> None:
    heads = [say("merge.missing.heads.number"), say("merge.groups.unit"), *(f.label for f in fields)]
    write_row(sheet, out, row, heads, widths, ["head"] * len(heads))


def _put_list(
    sheet: Any,
    out: styles.Book,
    row: int,
    told: Told,
    fields: Sequence[Field],
    widths: Sequence[float],
    lines: Sequence[Line],
) -> int:
    """The lines below `row`; the last row written."""
    looks = ["cell_number", "cell", *("cell_centre" if f.align == "center" else "cell" for f in fields)]
    for line in lines:
        row += 1
        values: list[str | int] = [line.number, told.name(line.unit), *(line.values[f.id] for f in fields)]
        write_row(sheet, out, row, values, widths, looks)
    return row


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

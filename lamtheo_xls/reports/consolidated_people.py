"""The summary of personal plans as a workbook: TRÌNH KÝ per unit and per kind of deed (S3.20), DANH SÁCH of people with
what they registered, then CHƯA GỬI, THEO NHÓM, SỐ LIỆU and DỮ LIỆU as every consolidated table has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lamtheo_xls.definitions import period_label
from lamtheo_xls.definitions.model import Consolidated, Field, Form
from lamtheo_xls.definitions.paper import NUMBER_MM
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Asked, PeopleCount, PeopleCounts, deeds_of, in_one, person_key, plain_table
from lamtheo_xls.merge.frame import PERSON, PERSON_NAME, UNIT
from lamtheo_xls.merge.people import DEED, KIND
from lamtheo_xls.register import Register
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated import office_context
from lamtheo_xls.reports.consolidated_figures import Cells, Figure, roll_figures, write_row, write_sheet
from lamtheo_xls.reports.consolidated_lists import Away, write_data, write_missing
from lamtheo_xls.reports.consolidated_pages import Page, Paper, Put, Strip
from lamtheo_xls.reports.consolidated_paper import (
    FORMATS,
    SignedSheet,
    page_of,
    paint,
    put_closing,
    put_column_heads,
    put_head,
    put_holes,
    put_titles,
)
from lamtheo_xls.reports.consolidated_rows import row_strips
from lamtheo_xls.reports.consolidated_sentences import about_roll
from lamtheo_xls.reports.consolidated_words import Told, holes_line, noun_of, number_words, percent, verb_of

if TYPE_CHECKING:
    import pandas as pd

_UNIT_MM, _KIND_MM = 60.0, 72.0
_COLUMNS = (
    ("expected", "asked", 18.0),
    ("present", "asked", 16.0),
    ("missing", "asked", 16.0),
    ("voluntary", "", 19.0),
    ("leaders", "leading", 21.0),
    ("registered", "leading", 18.0),
)
"""Counts of a unit on TRÌNH KÝ: what, under which upper head, how wide in millimetres."""
_NAME_MM, _SECOND_MM = 30.0, 24.0
_NAME = 24.0
"""Width of the name's column on a working sheet, in characters."""


def told_of_people(
    forms: Mapping[str, Form],
    table: Consolidated,
    register: Register,
    asked: Sequence[Asked],
    *,
    period: str,
    as_of: dt.date,
    closed_on: dt.date | None = None,
) -> Told:
    """What the words of a table of people are about; a person is named with the unit."""
    units = {u.code: u.short_name or u.name for u in register.units}
    names = {a.key: say("merge.people.person", ten=a.name, don_vi=units.get(a.unit, a.unit)) for a in asked}
    form = forms[table.form]
    return Told(
        label=form.label,
        columns=table.columns,
        names=names,
        noun=noun_of(table),
        verb=verb_of(table),
        who=say("merge.who.person"),
        other=say("merge.rest.person"),
        period=period,
        as_of=as_of,
        closed_on=closed_on,
        forms={form.id: form.label},
        cells=True,
    )


def write_people(
    *,
    forms: Mapping[str, Form],
    table: Consolidated,
    register: Register,
    frame: pd.DataFrame,
    counts: PeopleCounts,
    asked: Sequence[Asked],
    away: Away,
    told: Told,
) -> bytes:
    """`<table id>.xlsx` as bytes. `frame` and `counts` come from room merge; `asked` holds everybody in them. All text
    is written as text; same inputs, same bytes. Raises ValueError only where XlsxWriter refuses a write (our bug)."""
    form = forms[table.form]
    out = styles.Book(
        created=told.closed_on or told.as_of,
        title=say("merge.document.title", bieu=form.label, ky=period_label(told.period)),
    )
    for name, properties in FORMATS.items():
        out.add_format(name, properties)
    units = {u.code: u.name for u in register.units}
    signed = out.book.add_worksheet(say("merge.sheets.signed"), SignedSheet)
    context = office_context(register.office, form, told.period)
    _write_signed(signed, out, form, table, counts, units, holes_line(counts.roll, told, people=True), context)
    listed = out.book.add_worksheet(say("merge.sheets.people"), SignedSheet)
    _write_list(listed, out, form, told, frame, counts, asked, units)
    write_missing(out.add_sheet(say("merge.sheets.missing")), out, told, away, people=True)
    if counts.kinds:
        _write_deeds(out.add_sheet(say("merge.sheets.groups")), out, told, deeds_of(frame, table), counts, units)
    _write_figures(out.add_sheet(say("merge.sheets.figures")), out, told, counts, asked, units)
    write_data(out.add_sheet(say("merge.sheets.data")), out, *plain_table(frame, cells=told.cells))
    signed.activate()
    return out.to_bytes()


# -- TRÌNH KÝ --------------------------------------------------------------------------------------------------------


def _write_signed(
    sheet: Any,
    out: styles.Book,
    form: Form,
    table: Consolidated,
    counts: PeopleCounts,
    units: Mapping[str, str],
    holes: str,
    context: Mapping[str, str],
) -> None:
    kinds = _kinds(counts)
    columns = [NUMBER_MM, _UNIT_MM, *(w for _, _, w in _COLUMNS), *(_KIND_MM / len(kinds) for _ in kinds)]
    paper, page = Paper(), page_of(columns, form)
    put_head(paper, form, page, context)
    put_titles(paper, table, page, context)
    labels, groups = _heads(counts)
    put_column_heads(paper, page, labels, groups)
    for number, unit in enumerate(counts.units, start=1):
        name = units.get(unit.unit, unit.unit)
        puts = [
            Put(first=1, last=1, value=number, style="tk_number"),
            Put(first=2, last=2, value=name, style="tk_left"),
        ]
        puts += [Put(first=c, last=c, value=n, style="tk_number") for c, n in enumerate(_numbers(unit, kinds), start=3)]
        paper.strips += row_strips(page, puts)
    if counts.units:
        paper.strips[-1].with_next = paper.strips[-1].soft = True
    _put_total(paper, page, _numbers(counts.total, kinds))
    put_holes(paper, page, holes)
    put_closing(paper, form, table, page, context)
    paint(sheet, out, paper, page)


def _put_total(paper: Paper, page: Page, numbers: Sequence[int]) -> None:
    puts = [Put(first=1, last=2, value=say("merge.signed.total"), style="tk_total")]
    puts += [Put(first=c, last=c, value=n, style="tk_total_number") for c, n in enumerate(numbers, start=3)]
    paper.strips.append(Strip(height=22.0, puts=tuple(puts), with_next=True))


def _kinds(counts: PeopleCounts) -> tuple[str, ...]:
    """Kinds that have a column; deeds of none only where there are some."""
    return (*counts.kinds, "") if counts.total.deeds.get("") else counts.kinds


def _heads(counts: PeopleCounts) -> tuple[list[str], list[str]]:
    """Heads of the columns and the upper ones."""
    labels = [say("merge.missing.heads.number"), say("merge.people.heads.unit")]
    groups = ["", ""]
    for key, group, _ in _COLUMNS:
        labels.append(say(f"merge.people.heads.{key}"))
        groups.append(say(f"merge.people.heads.{group}") if group else "")
    for kind in _kinds(counts):
        labels.append(kind or say("merge.people.heads.no_kind"))
        groups.append(say("merge.people.heads.deeds"))
    return labels, groups


def _numbers(count: PeopleCount, kinds: Sequence[str]) -> list[int]:
    return [*(getattr(count, key) for key, _, _ in _COLUMNS), *(count.deeds[kind] for kind in kinds)]


# -- DANH SÁCH and THEO NHÓM -----------------------------------------------------------------------------------------


def _write_list(
    sheet: Any,
    out: styles.Book,
    form: Form,
    told: Told,
    frame: pd.DataFrame,
    counts: PeopleCounts,
    asked: Sequence[Asked],
    units: Mapping[str, str],
) -> None:
    """Who sent, by unit, and what they registered: columns under one upper head in one cell. Printed as TRÌNH KÝ is, to
    be put behind it."""
    together = _together([c for c in told.columns if c.printed])
    second = {a.key: a.second_to for a in asked if a.second_to and a.key in counts.seconds}
    labels = [say("merge.missing.heads.number"), say("merge.people.heads.name")]
    labels += [columns[0].group or columns[0].label for columns in together]
    widths = [NUMBER_MM, _NAME_MM, *(sum(c.width for c in columns) for columns in together)]
    if second:
        labels.append(say("merge.people.heads.second_to"))
        widths.append(_SECOND_MM)
    paper, page = Paper(), page_of(widths, form)
    title = say("merge.people.title", bieu=told.label.upper(), ky=period_label(told.period))
    put = Put(first=1, last=page.columns, value=title, style="tk_kind")
    paper.strips += [Strip(height=24.0, puts=(put,)), Strip(height=8.0)]
    put_column_heads(paper, page, labels, [""] * len(labels))
    sizes = frame[UNIT].value_counts().to_dict()
    before = None
    for number, values in enumerate(frame.to_dict("records"), start=1):
        if values[UNIT] != before:
            before = values[UNIT]
            said = say("merge.people.unit", ten=units.get(before, before), n=sizes[before])
            group = Put(first=1, last=page.columns, value=said, style="tk_group")
            paper.strips.append(Strip(height=22.0, puts=(group,), with_next=True))
        cells = [values[PERSON_NAME], *(in_one(values, columns) for columns in together)]
        if second:
            cells.append(second.get(person_key(values[UNIT], values[PERSON]), ""))
        puts = [Put(first=1, last=1, value=number, style="tk_number")]
        puts += [Put(first=c, last=c, value=styles.clip(t), style="tk_left") for c, t in enumerate(cells, start=2)]
        paper.strips += row_strips(page, puts)
    paint(sheet, out, paper, page)


def _together(columns: Sequence[Field]) -> list[tuple[Field, ...]]:
    """Neighbouring columns of one upper head as one."""
    out: list[tuple[Field, ...]] = []
    for column in columns:
        if out and column.group and out[-1][0].group == column.group:
            out[-1] = (*out[-1], column)
        else:
            out.append((column,))
    return out


def _put_group(sheet: Any, out: styles.Book, row: int, widths: Sequence[float], said: str) -> int:
    styles.put_merged(sheet, row + 1, 1, len(widths), said, out.formats["gr_head"])
    styles.fit_row(sheet, row + 1, [(said, sum(widths), "cell_bold")])
    return row + 1


def _write_deeds(
    sheet: Any,
    out: styles.Book,
    told: Told,
    deeds: pd.DataFrame,
    counts: PeopleCounts,
    units: Mapping[str, str],
) -> None:
    """The deeds of each kind, with who does them."""
    widths = [5.0, _NAME, 30.0, 70.0]
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    title = say("merge.people.deeds_title", ky=period_label(told.period))
    styles.put(sheet, 1, 1, title, out.formats["title"])
    heads = [say("merge.missing.heads.number"), *(say(f"merge.people.heads.{k}") for k in ("name", "unit", "deed"))]
    write_row(sheet, out, 3, heads, widths, ["head"] * len(heads))
    row = 3
    for kind in _kinds(counts):
        rows = deeds[deeds[KIND] == kind]
        name = kind or say("merge.people.no_kind")
        share = percent(len(rows), len(deeds))
        row = _put_group(sheet, out, row, widths, say("merge.people.deeds", ten=name, n=len(rows), phan_tram=share))
        if rows.empty:
            row += 1
            styles.put_merged(sheet, row, 1, len(widths), say("merge.people.none"), out.formats["cell"])
        for number, (who, unit, text) in enumerate(
            zip(rows[PERSON_NAME], rows[UNIT], rows[DEED], strict=True), start=1
        ):
            row += 1
            values = [number, who, units.get(unit, unit), text]
            write_row(sheet, out, row, values, widths, ["cell_number", "cell_bold", "cell", "cell"])
    page = say("merge.print.page")
    styles.set_up_print(sheet, columns=len(widths), last_row=row, head_rows=(3, 3), landscape=False, page_words=page)


# -- SỐ LIỆU ---------------------------------------------------------------------------------------------------------


def people_sentences(counts: PeopleCounts, told: Told, asked: Sequence[Asked]) -> tuple[str, ...]:
    """Sentences for the report about people: who sent, leaders, deeds by kind, second copies."""
    total, words, out = counts.total, told.common, about_roll(counts.roll, told, beyond="voluntary")
    if total.leaders:
        share = percent(total.registered, total.leaders)
        out.append(say("merge.sentences.leaders", **words, tong=total.leaders, n=total.registered, phan_tram=share))
    if counts.unregistered:
        names = told.listed(counts.unregistered)
        out.append(say("merge.sentences.unregistered", **words, n=len(counts.unregistered), ten=names))
    deeds = sum(total.deeds.values())
    if deeds:
        parts = [
            say("merge.sentences.deed_kind", ten=_kind_word(kind), n=n, phan_tram=percent(n, deeds))
            for kind in _kinds(counts)
            if (n := total.deeds[kind])
        ]
        out.append(say("merge.sentences.deeds", n=number_words(deeds), danh_sach="; ".join(parts)))
        if counts.deeds_of_others:
            out.append(say("merge.sentences.deeds_of_others", n=counts.deeds_of_others))
    elif counts.roll.counted and counts.kinds:
        out.append(say("merge.sentences.deeds_none"))
    to = dict.fromkeys(a.second_to for a in asked if a.key in counts.seconds)
    if counts.seconds:
        out.append(say("merge.sentences.seconds", n=len(counts.seconds), noi="; ".join(to)))
    return tuple(out)


def _kind_word(kind: str) -> str:
    text = kind or say("merge.people.no_kind")
    return text[:1].lower() + text[1:]


def _write_figures(
    sheet: Any, out: styles.Book, told: Told, counts: PeopleCounts, asked: Sequence[Asked], units: Mapping[str, str]
) -> None:
    total, deeds = counts.total, sum(counts.total.deeds.values())
    rows: list[Figure] = roll_figures(counts.roll, told, beyond="voluntary")
    if counts.kinds:
        rows.append((say("merge.figures.labels.leaders"), total.leaders, ""))
        for key, n in (("registered", total.registered), ("unregistered", len(counts.unregistered))):
            rows.append((say(f"merge.figures.labels.{key}"), n, percent(n, total.leaders)))
        rows.append((say("merge.figures.labels.deeds"), deeds, ""))
        for kind in _kinds(counts):
            label = say("merge.figures.labels.kind", ten=kind) if kind else say("merge.figures.labels.no_kind")
            rows.append((label, total.deeds[kind], percent(total.deeds[kind], deeds)))
        if counts.deeds_of_others:
            n = counts.deeds_of_others
            rows.append((say("merge.figures.labels.deeds_of_others"), n, percent(n, deeds)))
    if counts.seconds:
        rows.append((say("merge.figures.labels.seconds"), len(counts.seconds), ""))
    labels, _ = _heads(counts)
    heads = [labels[1], *labels[2:], say("merge.figures.heads.share")]
    lines: list[Cells] = [
        [
            units.get(u.unit, u.unit),
            *_numbers(u, _kinds(counts)),
            percent(u.present, u.expected) if u.expected else "",
        ]
        for u in counts.units
    ]
    widths = [92.0, *[13.0] * (len(heads) - 1)]
    write_sheet(sheet, out, told, people_sentences(counts, told, asked), rows, heads, lines, widths)

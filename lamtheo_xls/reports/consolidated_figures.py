"""Sheet SỐ LIỆU: sentences ready to paste into the report, each in a cell of its own, and the counts behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamtheo_xls.definitions import period_label
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Counts
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.board import date_words

_WIDTHS = (92.0, 11.0, 11.0, 13.0)
_NAMES_WIDTH = 40.0
_NAMES = 15
"""So many names at most in a sentence; the sheets have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the words are about: names by unit code, the form, the period, the dates."""

    form: Form
    table: str
    names: Mapping[str, str]
    noun: str
    period: str
    as_of: dt.date
    closed_on: dt.date | None

    def listed(self, codes: Iterable[str]) -> str:
        """Names of units, cut short where there are many."""
        return several([self.names.get(c, c) for c in codes])

    def shorts(self) -> Mapping[str, str]:
        """Column id → what a table's column is called in a sentence."""
        return {c.id: c.short for c in self.form.table(self.table).columns}


def several(names: Sequence[str]) -> str:
    """«A; B; C», of very many the first ones and how many more."""
    text = "; ".join(names[:_NAMES])
    rest = len(names) - _NAMES
    return say("merge.sentences.and_more", ten=text, n=rest) if rest > 0 else text


def percent(n: float, of: float) -> str:
    """«58,3%»; «0%» of nothing."""
    if not of:
        return "0%"
    return f"{100 * n / of:.1f}".replace(".", ",").replace(",0", "") + "%"


def number_words(n: float) -> str:
    """A sum as an office writes it: 1.250 and 12,5."""
    text = f"{n:,.2f}".rstrip("0").rstrip(".") if isinstance(n, float) else f"{n:,}"
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def holes_line(counts: Counts, told: Told) -> str:
    """«Tổng hợp từ 27/31 đơn vị, đến ngày 25/02/2027.» – what is not in the table, in one line."""
    roll = counts.roll
    more = say("merge.signed.holes_nil", n=len(roll.silent)) if roll.silent else ""
    more += say("merge.signed.holes_beyond", n=len(roll.beyond)) if roll.beyond else ""
    key = "merge.signed.holes_closed" if told.closed_on else "merge.signed.holes"
    day = date_words(told.closed_on or told.as_of)
    return say(key, co=len(roll.present), tong=len(roll.expected), them=more, ngay=day)


def sentences(counts: Counts, told: Told) -> tuple[str, ...]:
    """Sentences for the report, in the order a report tells them; what is not the case is not told."""
    return (
        *_about_units(counts, told),
        *_about_models(counts, told),
        *_about_groups(counts, told),
        *_about_earlier(counts, told),
    )


def _about_units(counts: Counts, told: Told) -> list[str]:
    roll, words = counts.roll, _common(told)
    key = "units_none" if not roll.expected else "units_closed" if told.closed_on else "units"
    share = percent(len(roll.present), len(roll.expected))
    day = date_words(told.closed_on or told.as_of)
    units = {"co": len(roll.present), "tong": len(roll.expected), "phan_tram": share, "ngay": day}
    out = [say(f"merge.sentences.{key}", **words, **units)]
    for name, codes in (
        ("late", roll.late),
        ("missing", roll.missing),
        ("nil", roll.silent),
        ("excused", roll.excused),
        ("beyond", roll.beyond),
    ):
        if codes:
            out.append(say(f"merge.sentences.{name}", n=len(codes), ten=told.listed(codes)))
    if roll.expected and not roll.missing:
        out.append(say("merge.sentences.missing_none"))
    return out


def _about_models(counts: Counts, told: Told) -> list[str]:
    words, out = _common(told), []
    if counts.models:
        shorts = told.shorts()
        parts = [_part(shorts[id], n, counts, told, id) for id, n in counts.amounts.items()]
        detail = say("merge.sentences.parts", danh_sach=", ".join(parts)) if parts else ""
        out.append(say("merge.sentences.models", **words, n=number_words(counts.models), chi_tiet=detail))
    elif counts.roll.counted:
        out.append(say("merge.sentences.models_none", **words))
    unclear = counts.unmarked + counts.marked_twice
    if unclear:
        out.append(say("merge.sentences.unclear", **words, n=unclear))
    if counts.units_without:
        codes = counts.units_without
        out.append(say("merge.sentences.units_without", **words, n=len(codes), ten=told.listed(codes)))
    elif counts.roll.counted:
        out.append(say("merge.sentences.units_all", **words))
    if counts.children:
        lacking = counts.children_without
        names = several(
            [say("merge.sentences.child", ten=name, don_vi=told.names.get(code, code)) for code, name in lacking]
        )
        key = "children_without" if lacking else "children_all"
        out.append(say(f"merge.sentences.{key}", **words, tong=counts.children, n=len(lacking), ten=names))
    return out


def _part(short: str, n: float, counts: Counts, told: Told, id: str) -> str:
    if told.form.table(told.table).column(id).type == "tick":
        return say("merge.sentences.part", ten=short, n=number_words(n), phan_tram=percent(n, counts.models))
    return say("merge.sentences.part_sum", ten=short, n=number_words(n))


def _about_groups(counts: Counts, told: Told) -> list[str]:
    out = []
    for group in counts.groups:
        if not group.models:
            continue
        key = "group" if group.label else "group_blank"
        share = percent(group.models, counts.models)
        more = {"ten": group.label, "n": group.models, "phan_tram": share, "don_vi": group.units}
        out.append(say(f"merge.sentences.{key}", **_common(told), **more))
    return out


def _about_earlier(counts: Counts, told: Told) -> list[str]:
    beside, words = counts.earlier, _common(told)
    if beside is None:
        return []
    words |= {"ky_truoc": period_label(beside.period)}
    out = []
    if beside.units:
        parts = [
            say(f"merge.sentences.{key}", **words, n=n)
            for key, n in (("kept", beside.kept), ("new", beside.new), ("dropped", beside.dropped))
            if n
        ]
        more = {"n": len(beside.units), "truoc": beside.before, "nay": beside.now}
        change = _change(beside.before, beside.now)
        out.append(say("merge.sentences.earlier", **words, **more, thay_doi=change, gom="; ".join(["", *parts])))
    if beside.awaited:
        out.append(say("merge.sentences.earlier_awaited", **words, n=beside.awaited_models, m=len(beside.awaited)))
    if beside.unknown:
        names = told.listed(beside.unknown)
        out.append(say("merge.sentences.earlier_unknown", **words, n=len(beside.unknown), ten=names))
    return out


def _change(before: int, now: int) -> str:
    if before == now:
        return say("merge.sentences.same")
    text = say(f"merge.sentences.{'more' if now > before else 'fewer'}", n=abs(now - before))
    return text + (say("merge.sentences.share", phan_tram=percent(abs(now - before), before)) if before else "")


def _common(told: Told) -> dict[str, object]:
    return {"gi": told.noun, "bieu": told.form.label, "ky": period_label(told.period)}


def _rows(counts: Counts, told: Told) -> list[tuple[str, int | float, str]]:
    """Label, number, share."""
    roll, words = counts.roll, {"gi": told.noun}

    def label(key: str, **more: object) -> str:
        return say(f"merge.figures.labels.{key}", **words, **more)

    due = len(roll.expected)
    rows: list[tuple[str, int | float, str]] = [(label("expected"), due, "")]
    rows += [
        (label(key), len(codes), percent(len(codes), due) if key in ("present", "missing") else "")
        for key, codes in (
            ("present", roll.present),
            ("late", roll.late),
            ("silent", roll.silent),
            ("missing", roll.missing),
            ("excused", roll.excused),
            ("beyond", roll.beyond),
        )
        if codes or key in ("present", "missing")
    ]
    rows.append((label("models"), counts.models, ""))
    columns = told.form.table(told.table)
    for id, n in counts.amounts.items():
        tick = columns.column(id).type == "tick"
        rows.append((label("amount", ten=columns.column(id).short), n, percent(n, counts.models) if tick else ""))
    rows += [
        (label(key), n, percent(n, counts.models))
        for key, n in (("unmarked", counts.unmarked), ("marked_twice", counts.marked_twice))
        if n
    ]
    rows.append((label("units_without"), len(counts.units_without), ""))
    if counts.children:
        lacking = len(counts.children_without)
        rows.append((label("children"), counts.children, ""))
        rows.append((label("children_without"), lacking, percent(lacking, counts.children)))
    beside = counts.earlier
    if beside is not None and beside.units:
        old, new = period_label(beside.period), period_label(told.period)
        rows += [(label("before", ky=old), beside.before, ""), (label("now", ky=new), beside.now, "")]
        for key, n in (("kept", beside.kept), ("new", beside.new), ("dropped", beside.dropped)):
            rows.append((label(key, ky=old), n, ""))
    return rows


def write_figures(sheet: Any, out: styles.Book, counts: Counts, told: Told) -> None:
    """The sheet: sentences first, then counts, then a line per unit."""
    style = out.formats
    columns = told.form.table(told.table)
    amounts = [c.id for c in columns.columns if c.id in counts.amounts]
    widths = [*_WIDTHS[:2], *([_WIDTHS[2]] if len(amounts) < 1 else [_WIDTHS[3]] * len(amounts)), _NAMES_WIDTH]
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    styles.put(sheet, 1, 1, say("merge.figures.title", ky=period_label(told.period)), style["title"])
    styles.put(sheet, 2, 1, say("merge.figures.hint"), style["quiet"])
    row = _table(sheet, out, 4, [say("merge.figures.sentences")], [[t] for t in sentences(counts, told)], widths)
    heads = [say(f"merge.figures.heads.{key}") for key in ("what", "count", "share")]
    row = _table(sheet, out, row + 1, heads, _rows(counts, told), widths)
    heads = [say("merge.figures.heads.unit"), say("merge.figures.heads.models")]
    heads += [columns.column(id).label for id in amounts]
    heads += [say("merge.figures.heads.children_without", gi=told.noun)] if counts.children else []
    order = {code: n for n, code in enumerate(told.names)}
    lines = [
        [told.names.get(u.unit, u.unit), u.models, *(u.amounts[id] for id in amounts)]
        + (["; ".join(u.children_without)] if counts.children else [])
        for u in sorted(counts.units, key=lambda u: order.get(u.unit, len(order)))
    ]
    row = _table(sheet, out, row + 1, heads, lines, widths)
    styles.set_up_print(
        sheet,
        columns=len(widths),
        last_row=row - 1,
        head_rows=None,
        page_words=say("merge.print.page"),
    )


def _table(
    sheet: Any,
    out: styles.Book,
    row: int,
    heads: Sequence[str],
    rows: Sequence[Sequence[str | int | float]],
    widths: Sequence[float],
) -> int:
    """A head and its rows; the row after them."""
    write_row(sheet, out, row, heads, widths, ["head"] * len(heads))
    for values in rows:
        row += 1
        looks = ["cell", *(_look(v) for v in values[1:])]
        write_row(sheet, out, row, values, widths, looks)
    return row + 1


def _look(value: str | int | float) -> str:
    if isinstance(value, str):
        return "cell_centre" if value.endswith("%") else "cell"
    return "cell_number" if isinstance(value, int) else "cell_centre"


def write_row(
    sheet: Any,
    out: styles.Book,
    row: int,
    values: Sequence[str | int | float],
    widths: Sequence[float],
    looks: Sequence[str],
) -> None:
    """One row from column A on, as high as its texts need."""
    for column, (value, look) in enumerate(zip(values, looks, strict=True), start=1):
        clipped = styles.clip(value) if isinstance(value, str) else value
        styles.put(sheet, row, column, clipped, out.formats[look])
    texts = zip(values, widths, looks, strict=False)
    styles.fit_row(sheet, row, [(str(v), w, "cell_bold" if look == "head" else look) for v, w, look in texts])

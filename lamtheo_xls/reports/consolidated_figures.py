"""Sheet SỐ LIỆU: sentences ready to paste into the report, each in a cell of its own, and the counts behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamtheo_xls.definitions import period_label
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Counts, Roll
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_sentences import sentences
from lamtheo_xls.reports.consolidated_words import Told, percent

Figure = tuple[str, int | float, str]
"""Label, number, share."""
Cells = Sequence[str | int | float]

_FIRST, _NUMBER, _AMOUNT, _NAMES = 92.0, 11.0, 13.0, 40.0


def write_figures(sheet: Any, out: styles.Book, counts: Counts, told: Told) -> None:
    """The sheet of a table of models: sentences, counts, then a line per unit."""
    amounts = [c for c in told.columns if c.id in counts.amounts]
    signed, lacking = bool(counts.roll.signed or counts.roll.unsigned), any(u.blanks for u in counts.units)
    children = bool(counts.children)
    names = [
        *([say("merge.figures.heads.children_without", gi=told.noun)] if children else []),
        *([say("merge.figures.heads.lacking")] if lacking else []),
    ]
    heads = [
        say("merge.figures.heads.unit"),
        say("merge.figures.heads.models"),
        *(c.label for c in amounts),
        *([say("merge.figures.heads.signed")] if signed else []),
        *names,
    ]
    lines: list[Cells] = []
    order, inked = {code: n for n, code in enumerate(told.names)}, set(counts.roll.signed)
    for u in sorted(counts.units, key=lambda u: order.get(u.unit, len(order))):
        lines.append(
            [
                told.name(u.unit),
                u.models,
                *(u.amounts[c.id] for c in amounts),
                *([say("merge.figures.yes") if u.unit in inked else ""] if signed else []),
                *(["; ".join(u.children_without)] if children else []),
                *(["; ".join(f"{told.column(id).short} ({n})" for id, n in u.blanks.items())] if lacking else []),
            ]
        )
    widths = [_FIRST, _NUMBER, *[_AMOUNT] * max(len(heads) - 2 - len(names), 1), *[_NAMES] * len(names)]
    write_sheet(sheet, out, told, sentences(counts, told), _figures(counts, told), heads, lines, widths)


def write_sheet(
    sheet: Any,
    out: styles.Book,
    told: Told,
    said: Sequence[str],
    figures: Sequence[Figure],
    heads: Sequence[str],
    lines: Sequence[Cells],
    widths: Sequence[float],
) -> None:
    """Sentences, then counts, then a table of one line per unit, under one another."""
    style = out.formats
    styles.set_widths(sheet, widths)
    sheet.set_default_row(18)
    styles.put(sheet, 1, 1, say("merge.figures.title", ky=period_label(told.period)), style["title"])
    styles.put(sheet, 2, 1, say("merge.figures.hint"), style["quiet"])
    row = _table(sheet, out, 4, [say("merge.figures.sentences")], [[t] for t in said], widths)
    keys = ("what", "count", "share")
    row = _table(sheet, out, row + 1, [say(f"merge.figures.heads.{key}") for key in keys], figures, widths)
    row = _table(sheet, out, row + 1, heads, lines, widths)
    page = say("merge.print.page")
    styles.set_up_print(sheet, columns=len(widths), last_row=row - 1, head_rows=None, page_words=page)


def roll_figures(roll: Roll, told: Told, *, beyond: str = "beyond") -> list[Figure]:
    """Who owes, who is in, who is not; signed copies. `beyond` as for `about_roll`."""
    due = len(roll.expected)
    rows: list[Figure] = [(say("merge.figures.labels.expected", ai=told.who.capitalize()), due, "")]
    for key, codes in (
        ("present", roll.present),
        ("late", roll.late),
        ("silent", roll.silent),
        ("missing", roll.missing),
        ("excused", roll.excused),
        (beyond, roll.beyond),
    ):
        if codes or key in ("present", "missing"):
            share = percent(len(codes), due) if key in ("present", "missing") else ""
            rows.append((say(f"merge.figures.labels.{key}", ai=told.who.capitalize()), len(codes), share))
    if roll.signed or roll.unsigned:
        whole = len(roll.signed) + len(roll.unsigned)
        rows.append((say("merge.figures.labels.signed"), len(roll.signed), percent(len(roll.signed), whole)))
        rows.append((say("merge.figures.labels.unsigned"), len(roll.unsigned), percent(len(roll.unsigned), whole)))
    return rows


def _figures(counts: Counts, told: Told) -> list[Figure]:
    def label(key: str, **more: object) -> str:
        return say(f"merge.figures.labels.{key}", **told.common, **more)

    rows = roll_figures(counts.roll, told)
    rows.append((label("models"), counts.models, ""))
    for id, n in counts.amounts.items():
        column = told.column(id)
        share = percent(n, counts.models) if column.type == "tick" else ""
        rows.append((label("amount", ten=column.short), n, share))
    rows += [
        (label(key), n, percent(n, counts.models))
        for key, n in (("unmarked", counts.unmarked), ("marked_twice", counts.marked_twice))
        if n
    ]
    if any(c.wanted for c in told.columns) or any(counts.blanks.values()):
        rows.append((label("complete"), counts.complete, percent(counts.complete, counts.models)))
        for id, n in counts.blanks.items():
            if n or told.column(id).wanted:
                rows.append((label("lack", ten=told.column(id).short), n, percent(n, counts.models)))
    if counts.sizes:
        answered = sum(map(len, counts.sizes))
        for size, codes in enumerate(counts.sizes):
            key = "size" if size <= counts.limit else "size_more"
            rows.append((label(key, so=min(size, counts.limit)), len(codes), percent(len(codes), answered)))
    else:
        rows.append((label("units_without"), len(counts.units_without), ""))
    for asked in counts.asked:
        lacking, of = len(asked.lacking), {"dau": told.column(asked.column).short, "can": asked.count}
        rows.append((label("asked", **of), len(asked.units), ""))
        rows.append((label("asked_lacking"), lacking, percent(lacking, len(asked.units))))
    if counts.children:
        lacking = len(counts.children_without)
        rows.append((label("children"), counts.children, ""))
        rows.append((label("children_without"), lacking, percent(lacking, counts.children)))
    for key, found in (("repeated", counts.repeated), ("left_out", counts.left_out), ("alike", counts.alike)):
        if found:
            rows.append((label(key), len(found), ""))
    beside = counts.earlier
    if beside is not None and beside.units:
        old, new = period_label(beside.period), period_label(told.period)
        rows += [(label("before", truoc=old), beside.before, ""), (label("now", nay=new), beside.now, "")]
        for key, n in (("kept", beside.kept), ("new", beside.new), ("dropped", beside.dropped)):
            rows.append((label(key, truoc=old), n, ""))
    return rows


def _table(
    sheet: Any, out: styles.Book, row: int, heads: Sequence[str], rows: Sequence[Cells], widths: Sequence[float]
) -> int:
    """A head and its rows; the row after them."""
    write_row(sheet, out, row, heads, widths, ["head"] * len(heads))
    for values in rows:
        row += 1
        write_row(sheet, out, row, values, widths, ["cell", *(_look(v) for v in values[1:])])
    return row + 1


def _look(value: str | int | float) -> str:
    if isinstance(value, str):
        return "cell_centre" if value.endswith("%") else "cell"
    return "cell_number" if isinstance(value, int) else "cell_centre"


def write_row(
    sheet: Any, out: styles.Book, row: int, values: Cells, widths: Sequence[float], looks: Sequence[str]
) -> None:
    """One row from column A on, as high as its texts need."""
    for column, (value, look) in enumerate(zip(values, looks, strict=True), start=1):
        clipped = styles.clip(value) if isinstance(value, str) else value
        styles.put(sheet, row, column, clipped, out.formats[look])
    texts = zip(values, widths, looks, strict=False)
    styles.fit_row(sheet, row, [(str(v), w, "cell_bold" if look == "head" else look) for v, w, look in texts])

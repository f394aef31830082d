"""A consolidated table as a workbook: TRÌNH KÝ to be signed, then CHƯA GỬI, THEO NHÓM, SỐ LIỆU and DỮ LIỆU."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from lamtheo_xls.definitions import period_label, period_year
from lamtheo_xls.definitions.model import Consolidated, Form
from lamtheo_xls.findings import say
from lamtheo_xls.merge import (
    Counts,
    blocks_of,
    columns_of,
    csv_of,
    group_lines,
    marked_lines,
    plain_table,
    roles_of,
    sources_of,
    stands_alone,
)
from lamtheo_xls.register import Register, in_order
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_figures import write_figures
from lamtheo_xls.reports.consolidated_lists import (
    Absence,
    Away,
    mark_sheet,
    write_data,
    write_groups,
    write_marked,
    write_missing,
)
from lamtheo_xls.reports.consolidated_paper import FORMATS, SignedSheet
from lamtheo_xls.reports.consolidated_sentences import sentences
from lamtheo_xls.reports.consolidated_table import grid_of, write_signed
from lamtheo_xls.reports.consolidated_words import Told, holes_line, noun_of, verb_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Absence",
    "Away",
    "csv_of",
    "holes_line",
    "office_context",
    "sentences",
    "told_of",
    "write_consolidated",
]


def office_context(office: Mapping[str, str], form: Form, period: str) -> dict[str, str]:
    """The texts a consolidated table may name as `{key}`: those of the collecting office, which signs it here; '' where
    sheet CƠ QUAN does not say. `don_vi` and `cap_tren` fill the header lines."""
    name = office.get("co_quan", "")
    return {
        "cap_tren": office.get("cap_tren", ""),
        "don_vi": name,
        "ten_don_vi": name,
        "nam": str(period_year(period)),
        "ky": period_label(period),
        "co_quan": name,
        "nhan_bao_cao": office.get("nhan_bao_cao", ""),
        "dau_moi": office.get("dau_moi_nhan", ""),
        "dia_danh": office.get("dia_danh", ""),
        "han": "",
        "quyen_han_ky": office.get("quyen_han_ky", ""),
        "thay_mat": office.get("quyen_han_ky", ""),
        "chuc_vu_ky": office.get("chuc_vu_ky", ""),
        "nguoi_ky": office.get("nguoi_ky", ""),
        "bieu": form.label,
    }


def told_of(
    forms: Mapping[str, Form],
    table: Consolidated,
    register: Register,
    *,
    used: Collection[str] | None = None,
    period: str,
    as_of: dt.date,
    closed_on: dt.date | None = None,
) -> Told:
    """What the words of a table of models are about; unit names in the office's order. `used`: the forms that somebody
    owes or sent, where not every office has all."""
    names = {u.code: u.name for u in register.units}
    chosen = [s.form for s in sources_of(table) if s.form in forms and (not used or s.form in used)]
    labels = {id: forms[id].label for id in chosen}
    return Told(
        label=say("merge.rest.and").join(labels.values()),
        columns=columns_of(table, forms),
        names={code: names[code] for code in in_order(register, names)},
        noun=noun_of(table),
        verb=verb_of(table),
        who=say("merge.who.unit"),
        other=say("merge.rest.unit"),
        period=period,
        as_of=as_of,
        closed_on=closed_on,
        forms=labels,
        cells=any(not s.table for s in sources_of(table)),
    )


def write_consolidated(
    *,
    forms: Mapping[str, Form],
    table: Consolidated,
    register: Register,
    frame: pd.DataFrame,
    counts: Counts,
    away: Away,
    told: Told,
) -> bytes:
    """`<table id>.xlsx` as bytes. `frame` and `counts` come from room merge, `told` from `told_of`. All text is written
    as text; same inputs, same bytes.

    Sheets: TRÌNH KÝ, CHƯA GỬI, THEO NHÓM where the table has groups, one for each mark («CÓ THỂ NHÂN RỘNG»), SỐ LIỆU,
    DỮ LIỆU. Raises ValueError only where XlsxWriter refuses a write (our bug).
    """
    roles, form = roles_of(table, forms), forms[table.form]
    out = styles.Book(
        created=told.closed_on or told.as_of,
        title=say("merge.document.title", bieu=form.label, ky=period_label(told.period)),
    )
    for name, properties in FORMATS.items():
        out.add_format(name, properties)
    signed = out.book.add_worksheet(say("merge.sheets.signed"), SignedSheet)
    write_signed(
        signed,
        out,
        form=form,
        table=table,
        grid=grid_of(form, table, told.columns, roles.amounts, roles.child),
        blocks=blocks_of(frame, counts, register, roles),
        alone=stands_alone(frame, roles),
        counts=counts,
        noun=told.noun,
        holes=holes_line(counts.roll, told),
        context=office_context(register.office, form, told.period),
    )
    write_missing(out.add_sheet(say("merge.sheets.missing")), out, told, away)
    if roles.group:
        lines = {g.label: group_lines(frame, g.label, roles) for g in counts.groups if g.models}
        write_groups(out.add_sheet(say("merge.sheets.groups")), out, told, counts, lines)
    for id in roles.marks:
        mark = told.column(id)
        write_marked(out.add_sheet(mark_sheet(mark)), out, told, mark, marked_lines(frame, id, roles))
    write_figures(out.add_sheet(say("merge.sheets.figures")), out, counts, told)
    write_data(out.add_sheet(say("merge.sheets.data")), out, *plain_table(frame, cells=told.cells))
    signed.activate()
    return out.to_bytes()

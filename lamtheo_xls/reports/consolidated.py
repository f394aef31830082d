"""A consolidated table as a workbook: TRÌNH KÝ to be signed, then CHƯA GỬI, THEO NHÓM, SỐ LIỆU and DỮ LIỆU."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lamtheo_xls.definitions import period_label, period_year
from lamtheo_xls.definitions.model import Consolidated, Form
from lamtheo_xls.findings import say
from lamtheo_xls.merge import Counts, blocks_of, csv_of, group_lines, plain_table, roles_of
from lamtheo_xls.register import Register, in_order
from lamtheo_xls.reports import styles
from lamtheo_xls.reports.consolidated_figures import Told, holes_line, sentences, write_figures
from lamtheo_xls.reports.consolidated_lists import Absence, write_data, write_groups, write_missing
from lamtheo_xls.reports.consolidated_table import FORMATS, SignedSheet, grid_of, noun_of, write_signed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Absence", "csv_of", "holes_line", "office_context", "sentences", "told_of", "write_consolidated"]


def office_context(office: Mapping[str, str], form: Form, period: str) -> dict[str, str]:
    """The texts a consolidated table may name as `{key}`: those of the collecting office, which signs it here; '' where
    sheet CƠ QUAN does not say. `don_vi` and `cap_tren` fill the form's own header lines."""
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
        "chuc_vu_ky": office.get("chuc_vu_ky", ""),
        "nguoi_ky": office.get("nguoi_ky", ""),
        "bieu": form.label,
    }


def told_of(
    form: Form,
    table: Consolidated,
    register: Register,
    *,
    period: str,
    as_of: dt.date,
    closed_on: dt.date | None = None,
) -> Told:
    """What the words of the workbook are about; unit names in the office's order."""
    names = {u.code: u.name for u in register.units}
    return Told(
        form=form,
        table=table.table,
        names={code: names[code] for code in in_order(register, names)},
        noun=noun_of(table),
        period=period,
        as_of=as_of,
        closed_on=closed_on,
    )


def write_consolidated(
    *,
    form: Form,
    table: Consolidated,
    register: Register,
    frame: pd.DataFrame,
    counts: Counts,
    missing: Sequence[Absence],
    released: Sequence[Absence],
    period: str,
    as_of: dt.date,
    closed_on: dt.date | None = None,
) -> bytes:
    """`<table id>.xlsx` as bytes. `frame` and `counts` come from room merge; `released`: nil and excused units, whose
    reason stands beside them. All text is written as text; same inputs, same bytes.

    Raises ValueError only where XlsxWriter refuses a write (our bug).
    """
    roles = roles_of(form, table)
    told = told_of(form, table, register, period=period, as_of=as_of, closed_on=closed_on)
    title = say("merge.document.title", bieu=form.label, ky=period_label(period))
    out = styles.Book(created=closed_on or as_of, title=title)
    for name, properties in FORMATS.items():
        out.add_format(name, properties)
    signed = out.book.add_worksheet(say("merge.sheets.signed"), SignedSheet)
    sheets = {key: out.add_sheet(say(f"merge.sheets.{key}")) for key in ("missing", "groups", "figures", "data")}
    write_signed(
        signed,
        out,
        form=form,
        table=table,
        grid=grid_of(form, table, roles.amounts, roles.child),
        blocks=blocks_of(frame, counts, register, roles),
        counts=counts,
        holes=holes_line(counts, told),
        context=office_context(register.office, form, period),
    )
    write_missing(sheets["missing"], out, told, missing, released)
    lines = {g.label: group_lines(frame, g.label, roles) for g in counts.groups if g.models}
    write_groups(sheets["groups"], out, told, counts, lines)
    write_figures(sheets["figures"], out, counts, told)
    write_data(sheets["data"], out, *plain_table(frame))
    signed.activate()
    return out.to_bytes()

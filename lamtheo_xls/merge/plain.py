"""The frame as other programs take it: sheet DỮ LIỆU and the .csv, under heads that stay the same from year to year."""

from __future__ import annotations

import csv
from collections.abc import Mapping

import pandas as pd

from lamtheo_xls.findings import say
from lamtheo_xls.merge.frame import (
    FILE,
    FORM,
    PART,
    PERSON,
    PERSON_NAME,
    RECEIVED,
    ROW,
    SHEET,
    SIGNED,
    SUBMISSION,
    UNIT,
    UNIT_NAME,
    UNIT_ORDER,
    WHY,
)

_HEADS: Mapping[str, str] = {
    UNIT: "ma_don_vi",
    UNIT_NAME: "ten_don_vi",
    UNIT_ORDER: "thu_tu",
    PERSON: "ma_ca_nhan",
    PERSON_NAME: "ten_ca_nhan",
    WHY: "vi_sao_tinh",
    RECEIVED: "ngay_nhan",
    SIGNED: "ban_ky",
    FORM: "bieu",
    PART: "phan",
    FILE: "tep",
    SHEET: "trang",
    ROW: "dong",
    SUBMISSION: "ma_ban_nhan",
}


def plain_table(
    frame: pd.DataFrame, *, cells: bool = False
) -> tuple[tuple[str, ...], tuple[tuple[str | int, ...], ...]]:
    """The frame for sheet DỮ LIỆU: heads (the form's column ids and ma_don_vi, tep, trang, dong …) and the rows under
    them; the reason a return counts in words. `cells`: also the address of each value, as o_<column>: where rows come
    from single fields, the row alone does not lead back to them."""
    shown = _shown(frame, cells)
    return tuple(shown.columns), tuple(shown.itertuples(index=False, name=None))


def csv_of(frame: pd.DataFrame, *, cells: bool = False) -> bytes:
    """The plain table as text for other programs (RFC 4180): UTF-8 with a mark at the front, ',' between cells, every
    cell in quotes, CRLF.

    The mark because without it Excel takes the letters for another code. Cells hold exactly what the unit wrote: an
    apostrophe put before "=" or "-" would falsify the data for every program but Excel, and could not be told from a
    unit's own. To read it in Excel with "001" and "=1+1" kept, sheet DỮ LIỆU is the place.
    """
    text: str = _shown(frame, cells).to_csv(index=False, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _shown(frame: pd.DataFrame, cells: bool) -> pd.DataFrame:
    columns = [c for c in frame.columns if cells or not c.endswith(".cell")]
    taken = {c for c in columns if "." not in c}
    heads = {c: _free(_HEADS.get(c) or f"o_{c.removesuffix('.cell')}", taken) for c in columns if "." in c}
    words = {why: say(f"merge.why.{why}") for why in ("accepted", "as_is", "confirm", "assign")}
    return frame[columns].assign(**{WHY: frame[WHY].map(lambda why: words.get(why, why))}).rename(columns=heads)


def _free(head: str, taken: set[str]) -> str:
    return f"{head}_lamtheo" if head in taken else head

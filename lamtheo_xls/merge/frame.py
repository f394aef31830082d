"""The plain table behind every consolidated one: a row per line a unit filled, each knowing where it came from."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import say
from lamtheo_xls.ledger import Counted, examination_of
from lamtheo_xls.register import Register, in_order, unit_code_of
from lamtheo_xls.text import unit_key

# Ids of a form never hold a dot, so these names cannot meet a form's column.
UNIT, UNIT_NAME, UNIT_ORDER = "unit.code", "unit.name", "unit.order"
WHY, RECEIVED, SUBMISSION = "return.why", "return.received", "return.id"
PART, FILE, SHEET, ROW = "return.part", "from.file", "from.sheet", "from.row"
_LEAD = (UNIT, UNIT_NAME, UNIT_ORDER)
_TAIL = (WHY, RECEIVED, PART, FILE, SHEET, ROW, SUBMISSION)
_NUMBERS = (UNIT_ORDER, ROW)
_HEADS: Mapping[str, str] = {
    UNIT: "ma_don_vi",
    UNIT_NAME: "ten_don_vi",
    UNIT_ORDER: "thu_tu",
    WHY: "vi_sao_tinh",
    RECEIVED: "ngay_nhan",
    PART: "phan",
    FILE: "tep",
    SHEET: "trang",
    ROW: "dong",
    SUBMISSION: "ma_ban_nhan",
}


def cell_of(column: str) -> str:
    """Name of the frame's column that holds the A1 address a form's column came from."""
    return f"{column}.cell"


def frame_of(counted: Iterable[Counted], register: Register, form: Form, table: str) -> pd.DataFrame:
    """The rows of `table` in every submission that counts: units in the office's order, a unit's rows in its own
    order with those of one chi bộ together. The order in which `counted` comes does not matter.

    Columns: unit.code, unit.name, unit.order (its place in the register, from 1), the form's columns (its explanation
    among them), return.why, return.received (ISO), return.part, from.file, from.sheet, from.row (number on that sheet),
    return.id, and `<column>.cell` (A1 address of each value). All text is the text the unit wrote, '' where it wrote
    nothing: nothing is guessed to be a number or missing. Nothing counted gives no row and all columns.
    """
    columns = tuple(c.id for c in form.table(table).columns)
    places = tuple(cell_of(c) for c in columns)
    blank = dict.fromkeys((*_LEAD, *columns, *_TAIL, *places), "")
    records = [blank | record for one in counted for record in _records(one, table)]
    frame = pd.DataFrame(records, columns=list(blank), dtype=object)
    codes = frame[UNIT].drop_duplicates().tolist()
    names = {u.code: u.name for u in register.units}
    units = pd.DataFrame(
        [(code, names.get(code, code), n) for n, code in enumerate(_ranked(register, codes), start=1)],
        columns=list(_LEAD),
    )
    frame = frame.drop(columns=[UNIT_NAME, UNIT_ORDER]).merge(units, on=UNIT, how="left")
    frame = frame.astype({UNIT_ORDER: "int64", ROW: "int64"})
    child = next((c.id for c in form.table(table).columns if c.choices_from == "children"), "")
    frame = _sorted(frame, child)[[*_LEAD, *columns, *_TAIL, *places]]
    return frame.astype({c: object for c in frame.columns if c not in _NUMBERS})


def _ranked(register: Register, codes: Sequence[str]) -> tuple[str, ...]:
    # Sorted before, so that units the register does not know stand in one order as well.
    return in_order(register, sorted({*codes, *(u.code for u in register.units)}))


def _records(counted: Counted, table: str) -> Iterable[dict[str, Any]]:
    submission = counted.submission
    examination = examination_of(submission.examination)
    for row in examination.rows:
        if row.table != table:
            continue
        record: dict[str, Any] = {
            UNIT: unit_code_of(counted.assignment, counted.part),
            WHY: counted.why,
            RECEIVED: submission.received.isoformat(),
            PART: counted.part,
            FILE: submission.file,
            SHEET: next((e.sheet for e in row.values.values()), examination.sheet),
            ROW: row.sheet_row,
            SUBMISSION: submission.id,
        }
        for column, entry in row.values.items():
            record[column] = entry.text
            record[cell_of(column)] = entry.cell
        yield record


def _sorted(frame: pd.DataFrame, child: str) -> pd.DataFrame:
    """By unit, part and row; rows of one chi bộ move up to its first one."""
    frame = frame.sort_values([UNIT_ORDER, UNIT, PART, ROW, SUBMISSION], kind="stable", ignore_index=True)
    if not child or frame.empty:
        return frame
    first = (
        frame.assign(place=frame.index, key=frame[child].map(unit_key))
        .groupby([UNIT, PART, "key"], sort=False)["place"]
        .transform("min")
    )
    return frame.iloc[first.argsort(kind="stable")].reset_index(drop=True)


def plain_table(frame: pd.DataFrame) -> tuple[tuple[str, ...], tuple[tuple[str | int, ...], ...]]:
    """The frame for sheet DỮ LIỆU and the .csv: heads that stay the same from year to year (the form's column ids and
    ma_don_vi, tep, trang, dong …) and the rows under them; the reason a return counts in words."""
    shown = _shown(frame)
    return tuple(shown.columns), tuple(shown.itertuples(index=False, name=None))


def csv_of(frame: pd.DataFrame) -> bytes:
    """The plain table as text for other programs (RFC 4180): UTF-8 with a mark at the front, ',' between cells, every
    cell in quotes, CRLF.

    The mark because without it Excel takes the letters for another code. Cells hold exactly what the unit wrote: an
    apostrophe put before "=" or "-" would falsify the data for every program but Excel, and could not be told from a
    unit's own. To read it in Excel with "001" and "=1+1" kept, sheet DỮ LIỆU is the place.
    """
    text: str = _shown(frame).to_csv(index=False, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    columns = [c for c in frame.columns if not c.endswith(".cell")]
    taken = set(columns)
    heads = {c: head if (head := _HEADS[c]) not in taken else f"{head}_lamtheo" for c in columns if c in _HEADS}
    words = {why: say(f"merge.why.{why}") for why in ("accepted", "as_is", "confirm", "assign")}
    return frame[columns].assign(**{WHY: frame[WHY].map(lambda why: words.get(why, why))}).rename(columns=heads)

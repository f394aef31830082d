"""What examining needs (Facts) and gives (Examination): plain frozen values that travel between processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lamtheo_xls.definitions.model import Deadline, Form
from lamtheo_xls.findings import Finding
from lamtheo_xls.workbook.identity import Issued


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The small frozen set of facts a reading is judged by. Everything but `form` may be unknown."""

    form: Form
    year: int
    issued: Issued | None
    """What the workbook was issued for, or is assigned to by a decision; None: identity unknown."""
    context: Mapping[str, str] | None = None
    """Texts as issued (organisation names, place, year …); None: locked texts from it cannot be compared."""
    children: tuple[str, ...] = ()
    """Names of the unit's own chi bộ."""
    groups: tuple[str, ...] = ()
    deadline: Deadline | None = None
    received: dt.date | None = None
    current_version: int | None = None
    prefilled: tuple[Mapping[str, str], ...] = ()
    """Rows that were prefilled at issue."""
    prefilled_fields: Mapping[str, str] = field(default_factory=dict)
    """Single fields that the office prefilled beyond their defaults: left as they are, they are no filling of the
    unit's. What was carried over of the unit's own answers is not among them."""
    round: str | None = None
    """The round being collected; None: not compared with the round the workbook was issued for."""
    assigned: bool = False
    """A person ruled that the reading belongs to `issued`; what its marks say then no longer decides."""
    unit_kind: str = ""
    """Kind of the unit, for rules that are for some kinds only (S3.10); '' unknown: such rules do not run."""
    nil_allowed: bool = False
    """«Không phát sinh» is an answer here."""
    explained: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(code, value) of warnings the unit explained in an earlier return of the same part → its words, as `explained_in`
    tells them (where nothing stood in the cell, the noun of the input is the value)."""
    counted: Mapping[str, str] = field(default_factory=dict)
    """Field id → what it holds in the return that counts for the same part, as of earlier runs: the fields by which
    the part is known again (the name of the model)."""
    old_version_until: dt.date | None = None
    """Last day on which a return in an older version is taken; None: no limit. Later, identity.old_version is an
    error."""


class Entry(NamedTuple):
    """One value read: text as displayed and cleaned, its place, and whether it was carried down to here."""

    text: str
    sheet: str
    cell: str
    carried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One used row of a table, with its true row number on the sheet."""

    table: str
    sheet_row: int
    values: Mapping[str, Entry]
    """Column id → Entry; blank columns are absent. Ticks are 'x'."""
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """The judgement on one reading. `state`: accepted, to_fix, unknown or refused (duplicate and superseded are the
    ledger's to say)."""

    state: str
    part: str = ""
    """Which part the return is, as the unit said in the form's part field; '' where the form has one part."""
    nil: bool = False
    """The unit answered «không phát sinh», and may."""
    sheet: str = ""
    fields: Mapping[str, Entry] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()

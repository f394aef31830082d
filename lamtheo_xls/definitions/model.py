"""Form and Programme as frozen values: what a workbook asks, who owes it, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FieldType = Literal["text", "tick", "choice", "integer", "number", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input: a cell of its own, or a column of a table."""

    id: str
    label: str
    """What the sheet prints (a column head; '' for a field that prints no label)."""
    short: str
    """The noun of panel and findings: «thời gian» gives «thiếu thời gian»."""
    type: FieldType = "text"
    required: bool = False
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    choices_from: str | None = None
    """'children' (the unit's own chi bộ) or 'groups' (the programme's model groups)."""
    free: bool = False
    """A choice that may also hold other text."""
    help: str = ""
    """Vietnamese input message, shown when the cell is chosen."""
    example: str = ""
    default: str = ""
    """Prefilled text, `{name}` filled from the context of the assignment."""
    group: str = ""
    """The upper column head that spans neighbouring columns of the same group."""
    width: float = 0.0
    """Column width in millimetres on paper."""
    printed: bool = True
    align: Literal["left", "center", "right"] = "left"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the form: rows the unit fills."""

    id: str
    number_label: str
    """Head of the running number column («TT», S1.35); '' for none."""
    columns: tuple[Field, ...]
    rows_from: str | None
    """'children': as many rows as the unit has chi bộ, plus `rows_extra`."""
    rows_extra: int
    rows_minimum: int
    explanation: str
    """Id of the column that holds the unit's own words on a warning; '' for none."""
    source: str = ""

    def column(self, id: str) -> Field:
        return next(c for c in self.columns if c.id == id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule declared once: drop-down, panel, help line, intake check and message all come from it.

    Kinds: exactly_one (columns), min_rows (count), not_example, period_in_year (column), child_unit (column),
    carry_down (column). required, max_length, choices and types are declared on the Field itself.
    """

    kind: str
    table: str = ""
    columns: tuple[str, ...] = ()
    count: int = 0
    severity: str = ""
    """'' = the catalogue's own severity."""
    panel: bool = False
    """Also runs in the workbook's check panel (at intake it always runs)."""
    texts: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The header block: organisation lines left, Party title right with its rule, place-and-date line."""

    left: tuple[str, ...]
    """Lines, `{name}` filled from the context; the last one is bold (the issuing organisation)."""
    title_right: str
    place_date: str
    """Field id of the open place-and-date line; '' for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Nơi nhận left, signature right."""

    recipients_label: str
    recipients: tuple[str, ...]
    """Field ids, one line each."""
    authority: str
    """«T/M ĐẢNG ỦY», `{name}` filled."""
    post: str
    """Field id of the signer's post."""
    name: str
    """Field id of the signer's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What one workbook asks (S1.30 for Mẫu 02). Versions are never edited once issued."""

    id: str
    version: int
    name: str
    label: str
    sheet: str
    """Name of the sheet the clerk fills."""
    parts: Literal["one", "many"]
    orientation: Literal["portrait", "landscape"]
    head: Head
    title: tuple[str, ...]
    """Title lines; the first is the kind of document."""
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]
    closing: Closing
    explanation: str
    """Field id for the unit's own words on the return as a whole; '' for none."""
    rules: tuple[Rule, ...]
    guide: tuple[str, ...]
    """Lines of the sheet HƯỚNG DẪN."""
    examples: tuple[Mapping[str, str], ...]
    """The source's «Ví dụ» rows, shown only on HƯỚNG DẪN (S1.34)."""
    source: str
    digest: str = ""
    """SHA-256 of the definition's canonical JSON."""

    def field(self, id: str) -> Field:
        return next(f for f in self.fields if f.id == id)

    def table(self, id: str) -> Table:
        return next(t for t in self.tables if t.id == id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline rule as the source states it.

    kind: in_month (month) · before (date or month+day, exclusive) · by (date or month+day, inclusive) ·
    in_quarter (quarter). `accept_days`: days after `on_time` for which returns are still taken in as this round's.
    """

    kind: str
    month: int = 0
    day: int = 0
    year: int = 0
    """0 = the year of the period."""
    quarter: int = 0
    strict: bool = False
    accept_days: int | None = None
    text: str = ""
    """The deadline in the source's words: «trong tháng 02/{nam}»."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A due rule applied to a period. All dates inclusive."""

    on_time: dt.date
    late_from: dt.date
    """First day on which the return is shown as late (red)."""
    accept_until: dt.date | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Who owes which form, to whom, via which desk, when (S1.15, S1.26)."""

    id: str
    form: str
    unit_kinds: tuple[str, ...]
    to: str
    via: str
    due: Due
    exceptions: Mapping[str, Due] = field(default_factory=dict)
    """Period → the due rule of that period alone (S1.16)."""
    strength: Literal["must", "should", "may"] = "must"
    signed_copy: bool = True
    nil_allowed: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A model group (S1.6–S1.10) or the legitimate other (S1.11)."""

    id: str
    label: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidated:
    """A consolidated table of the programme, made from one form's table."""

    id: str
    form: str
    table: str
    title: tuple[str, ...]
    unit_label: str
    """Head of the column naming the unit; '' when units stand as group rows only."""
    group_column: str
    """Column id whose values are counted on THEO NHÓM; '' for none."""
    authority: str
    recipients: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Which forms, who owes which, when, and which consolidated tables (one document of an issuer)."""

    id: str
    version: int
    name: str
    period: Literal["year", "half", "quarter", "month"]
    forms: tuple[str, ...]
    obligations: tuple[Obligation, ...]
    groups: tuple[Group, ...]
    tables: tuple[Consolidated, ...]
    secrecy: str
    source: str
    digest: str = ""

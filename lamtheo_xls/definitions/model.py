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
    wanted: bool = False
    """Ought to be filled: left out is a warning, which the unit can explain (S3.7, S3.12); `required` is an error."""
    locked: bool = False
    """Written at issue from `default` and never open: what the office knows of the unit or person (S3.19). What comes
    back in it is not believed: judging takes it from the context of the assignment."""
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
    kind: Literal["grid", "paragraphs"] = "grid"
    """paragraphs: a narrative (S1.29): one text column as wide as the page, unmerged, a row for each paragraph, no
    column heads and no rules between rows. The column's `short` is what messages call the section."""
    source: str = ""

    def column(self, id: str) -> Field:
        return next(c for c in self.columns if c.id == id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule declared once: drop-down, panel, help line, intake check and message all come from it.

    Kinds: exactly_one (columns; of single fields where `table` is ''), min_rows (count), max_rows (count: one more is a
    warning, S3.9), min_ticked (column, count: so many rows ticked, S3.10), not_asked (the table is for others: rows in
    it are an info, S3.19), asked_with (single fields that are wanted where the table has rows, S3.35), not_example,
    period_in_year (column or, where `table` is '', field), child_unit (column), carry_down (column). required,
    wanted, max_length, choices and types are declared on the Field itself.
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
    when: str = ""
    """Id of a single field: the rule runs only where that is filled (a leader's mark, S3.19)."""
    unless: str = ""
    """Id of a single field: the rule does not run where that is filled («gửi bằng văn bản Word đã ký»)."""
    unit_kinds: tuple[str, ...] = ()
    """Kinds of unit the rule is for; () for all. Known at intake only."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The header block: organisation lines left, Party title right with its rule, place-and-date line."""

    left: tuple[str, ...]
    """Lines, `{name}` filled from the context; the last one is bold (the issuing organisation)."""
    title_right: str
    place_date: str
    """Field id of the open place-and-date line; '' for none."""
    star: bool = False
    """A line «*» below the issuing organisation (S3.31)."""
    number: str = ""
    """The line of the document's number, `{=field}` standing for what the unit types («Số {=so_van_ban}-KH/CB»)."""


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
    below: str = ""
    """A line in italics below the authority («(Ký, ghi rõ họ tên)», S3.33)."""
    left: tuple[str, ...] = ()
    """Lines of a second signature block on the left («XÁC NHẬN (CỦA TỔ CHỨC ĐẢNG, …»), S3.33), `{name}` filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of the body, in the order of the document.

    heading: a bold line («I- Đặc điểm tình hình») · text: a fixed paragraph, printed · hint: what the source asks for
    there, in italics on the filled sheet and not on BẢN IN · field: a single field with its label · table: a table.
    In texts `{name}` is filled from the context and `{=field}` stands for what the unit typed.
    """

    kind: Literal["heading", "text", "hint", "field", "table"]
    text: str = ""
    id: str = ""
    """Field or table, for those kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaces:
    """How a version carries over what was returned in the version before (the same id where nothing is said)."""

    version: int
    fields: Mapping[str, str] = field(default_factory=dict)
    """Field id now → field id then."""
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Table id → column id now → column id then."""


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
    body: tuple[Block, ...] = ()
    """The body in its order; () for single fields in their order, then the tables."""
    part_field: str = ""
    """Of a form of many parts: the whole-number field that says which one this is («Mô hình thứ»)."""
    nil_field: str = ""
    """The tick by which a unit answers «không phát sinh»; '' for none. Counts only where the programme allows it."""
    replaces: Replaces | None = None
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
    in_quarter (quarter). `accept_days`: days after `on_time` until which the office says it takes returns in.
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
class Exemption:
    """Persons who owe nothing, with the reason in words (S3.15)."""

    unit_kinds: tuple[str, ...]
    """Kinds of the person's unit; () for all."""
    groups: tuple[str, ...]
    """Groups of persons; () for all."""
    without_roles: tuple[str, ...]
    """Only those who have none of these roles."""
    reason: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Which persons owe a form that is owed by persons (S3.14): those of `groups`, but for the exemptions."""

    groups: tuple[str, ...]
    volunteers: tuple[str, ...] = ()
    """Groups whose plans are accepted and never chased (S3.16)."""
    exempt: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCopy:
    """Persons of some roles send one more copy to the level above (S3.22)."""

    roles: tuple[str, ...]
    to: str
    """`{name}` filled from the context."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Who owes which form, to whom, via which desk, when (S1.15, S1.26)."""

    id: str
    form: str
    """'' for a document without a form (S1.12): owed as a signed copy only."""
    unit_kinds: tuple[str, ...]
    """Kinds of unit that owe it, or whose people do."""
    to: str
    via: str
    due: Due
    exceptions: Mapping[str, Due] = field(default_factory=dict)
    """Period → the due rule of that period alone (S1.16)."""
    strength: Literal["must", "should", "may"] = "must"
    signed_copy: bool = True
    nil_allowed: bool = False
    owner: Literal["unit", "person"] = "unit"
    direct: bool = False
    """Only units right beneath the office (no parent in its register)."""
    document: str = ""
    """Name of a document without a form («Kế hoạch củng cố, nâng cao chất lượng …»)."""
    periods: tuple[str, ...] = ()
    """The only periods it is owed in (S1.12: once); () for all."""
    people: People | None = None
    second_copy: SecondCopy | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A date of the office itself, asked of no unit (S1.20, S1.21): shown, never chased."""

    id: str
    label: str
    due: Due
    periods: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A model group (S1.6–S1.10) or the legitimate other (S1.11)."""

    id: str
    label: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rows of a consolidated table come from: a form's table, or ('' for table) its single fields, one row for
    each return and part."""

    form: str
    table: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of the consolidated table → column, field or narrative of the form (its paragraphs, a line each), or
    `unit.name`, `person.name`; the same id where nothing is said."""
    unless_owed: str = ""
    """Id of a form: only units that do not owe that one (no model twice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidated:
    """A consolidated table of the programme, made from one form's table, or from several sources."""

    id: str
    form: str
    table: str
    """Form and table whose columns it has; table '' where `columns` says them."""
    title: tuple[str, ...]
    unit_label: str
    """Head of the column naming the unit; '' when units stand as group rows only."""
    group_column: str
    """Column id whose values are counted on THEO NHÓM; '' for none."""
    authority: str
    recipients: tuple[str, ...]
    kind: Literal["rows", "people"] = "rows"
    """people: a line per unit that says who owes, who sent, and how many marked what; names by kind below."""
    sources: tuple[Source, ...] = ()
    """() for the table itself alone."""
    columns: tuple[Field, ...] = ()
    """Columns of its own, where they are not those of a form's table."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a new workbook starts from: models a unit made known in a return that counts. Each goes into a row of a
    table, or into single fields, and then each has a workbook (a part) of its own."""

    form: str
    """The form whose workbooks start so."""
    of: str
    """The form whose returns are taken."""
    key: str
    """Field or column by which the same model is known again; what lacks it is left out."""
    columns: Mapping[str, str]
    """Field or column here → field or column there: all that is taken over."""
    table: str = ""
    """Id of the table the rows go into; '' for single fields."""
    of_table: str = ""
    """Id of the table the rows come from; '' for single fields, one model for each part."""
    before: bool = False
    """Taken from the period before, not from the same one."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """Field or column here → text: what stands in each besides («đang triển khai» ticked)."""
    register: bool = False
    """Where nothing counted, the register's sheet NĂM TRƯỚC says it."""
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
    milestones: tuple[Milestone, ...] = ()
    old_versions: int | None = None
    """Days after a new version of a form was first issued for which returns in the old one are still taken; None: as
    long as the round takes returns."""
    chains: tuple[Chain, ...] = ()
    """What new workbooks start from; of several for one form the first that knows a model has it."""
    digest: str = ""

"""Owns the nouns of a layout: spots, laid cells, areas; and what a locked cell says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lamtheo_xls.definitions.model import Field
from lamtheo_xls.findings import say

Kind = Literal["static", "context", "input", "formula", "key", "number"]
DATA_ROW_POINTS = 21.0
PRINT_LINE_POINTS = 18.0
_NAME = re.compile(r"\{(\w+)\}")
UNIT_FIELD = Field(
    id="don_vi",
    label=say("workbook.unit.label"),
    short=say("workbook.unit.short"),
    type="choice",
    choices_from="units",
    required=True,
    help=say("workbook.unit.help"),
    printed=False,
)
"""The input of the shared workbook in which the unit says who it is."""


class Spot(NamedTuple):
    """A cell, rows and columns from 1."""

    row: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """One cell (or merge) to paint. `text` is a template over the context for kinds 'static' and 'context'."""

    at: Spot
    to: Spot
    """Lower right corner; equal to `at` where nothing is merged."""
    kind: Kind
    style: str
    text: str = ""
    """For kind 'formula' the role: verdict, message, used, line, hold, faulty, faults, length, total.…, unit_name; in a
    form with paragraphs also words (see `words`), left and right (halves of a closing line, see Piece)."""
    words: str = ""
    """Of a formula 'words': its template, `{name}` from the context and `{=field}` for what the unit typed. Filled from
    the context it stands, hidden, in the helper column `words` of the same row."""
    source: Spot | None = None
    """Of a formula 'left' or 'right': the cell it repeats; None where nothing stands there."""
    field: str = ""
    """Field id for inputs (`ten_chi_bo` in a table: see `table` and `index`)."""
    table: str = ""
    index: int = 0
    """Row of the table, from 1; 0 outside its data rows."""
    printed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where a table lies: data rows first..last; `key_row` above and `end_row` below them are locked."""

    table: str
    first_row: int
    last_row: int
    key_row: int
    end_row: int
    number_column: int
    """0 where the table has no running number."""
    columns: Mapping[str, int]
    """Column id → sheet column."""


Role = Literal[
    "org", "star", "number", "party_title", "place_date", "title", "heading", "text", "field", "paragraph", "closing"
]
LOOKS: Mapping[Role, int] = {"paragraph": 0, "heading": 1, "text": 2, "field": 3, "closing": 4}
"""What the hidden column `look` says of a row that prints below the title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A row of the main sheet that BẢN IN prints, of a form with paragraphs.

    org … title stand at a fixed place: the header block in its two halves, then the title lines. The rest closes up in
    the order of the ranks: one text over the full width of the page, which goes on in as many lines as it needs; a
    `closing` row has two halves that stand side by side, neither goes on.
    """

    row: int
    role: Role
    at: Spot
    """The cell that says it: column 1; of a closing row the hidden cell with what stands left. Locked, but for
    paragraphs."""
    style: str
    """How that looks on the main sheet; '' for the half of a closing row in which nothing stands."""
    right: Spot | None = None
    """Of a closing row, the hidden cell with what stands right."""
    right_style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where every part of a form lies on its sheet, for given row counts."""

    form: str
    version: int
    sheet: str
    cells: tuple[Laid, ...]
    fields: Mapping[str, Spot]
    areas: Mapping[str, Area]
    key_column: int
    """Hidden column that holds the row keys (`mo_hinh.1`, `field.nguoi_ky`); column keys stand in the key row."""
    helper_columns: Mapping[str, int]
    code_head: Spot
    code_close: Spot
    print_area: tuple[Spot, Spot]
    head_rows: tuple[int, int]
    """Rows repeated on every printed page."""
    widths: Mapping[int, float]
    """Column → width in characters."""
    heights: Mapping[int, float]
    """Row → height in points."""
    verdict: Spot
    closing_rows: tuple[int, int]
    """First and last row of Nơi nhận and signature; the row below them is locked and empty."""
    title_run: tuple[int, int]
    """Columns of the Party title, the place-and-date line and the signature."""
    shared: bool = False
    """A shared workbook: it has the field `don_vi` and belongs to nobody."""
    narrative: bool = False
    """A form with paragraphs: what prints stands in column 1 alone, as wide as the page; single fields beside it. Then
    there are no column heads (`head_rows` is (0, 0)), and `flow` and `ranks` say what BẢN IN prints."""
    flow: tuple[Piece, ...] = ()
    """Of a form with paragraphs: what prints, in the order of the document."""
    ranks: tuple[int, int] = (0, 0)
    """Of a form with paragraphs: the row below the title, whose rank (hidden column `used`) is 0, and the last row of
    the closing. Every row between has a rank: one more than the row above where it prints, else the same. Beside the
    ranks stand, hidden, `look` (a number of LOOKS, on rows that print), `left` and `right` (on closing rows)."""
    growing: frozenset[int] = frozenset()
    """Rows whose height follows their text as one types."""


def column_letters(column: int) -> str:
    """1 → 'A', 27 → 'AA'."""
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def address(row: int, column: int) -> str:
    """(11, 4) → 'D11'."""
    return f"{column_letters(column)}{row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLayout:
    """Where BẢN IN puts the main sheet: heads in their order, then single lines closed up, the signature following."""

    shift: int
    """Main row minus this is the row on BẢN IN, for everything above the table."""
    first_row: int
    last_row: int
    """The lines that close up; a row of the main sheet takes as many as its longest text needs."""
    columns: int
    source_column: int
    """Hidden: which row of the main sheet stands here, counted from the key row (1); 0 for none."""
    more_column: int
    """Hidden: 1 where that row goes on in the next line."""
    rest_columns: Mapping[int, int]
    """Printed column that can go on → hidden column with what is still to be printed of it."""
    room: Mapping[int, int]
    """Printed column that can go on → characters of a line."""
    hint_column: int
    """Not printed: which pages are worth printing."""
    ranks: tuple[int, int]
    """Main rows from which ranks are taken: the key row and the last row of the signature."""
    lines_of_pages: tuple[int, int]
    """How many lines the first page and each later one hold."""
    aligns: Mapping[int, str]
    """How a printed column stands, which no line can change."""
    moved: Mapping[Spot, int]
    """Words below the heads that are merged over several columns → the one that prints them, where not the first."""
    signs: Mapping[int, int]
    """Rows of the signature → half their width in blanks for a hundred characters; none where the column is centred."""
    sign_column: int

    @property
    def overflow_row(self) -> int:
        """Below the lines: printed words that something had no room, else nothing."""
        return self.last_row + 1


def millimetres(characters: float) -> float:
    """Column width in characters → paper millimetres."""
    return (characters * 7 + 5) / 96 * 25.4


def characters(millimetres: float) -> float:
    """Paper millimetres → column width in characters of the Normal font (7 pixels wide, 5 of padding)."""
    return round((millimetres / 25.4 * 96 - 5) / 7, 2)


def fill(text: str, context: Mapping[str, str]) -> str:
    """`text` with every `{name}` filled from the context; a name that is not known leaves nothing."""
    return _NAME.sub(lambda m: context.get(m.group(1), ""), text)


def locked_text(cell: Laid, context: Mapping[str, str]) -> str:
    """What a cell of kind 'static' or 'context' says; organisation lines are printed in capitals."""
    text = fill(cell.text, context) if cell.kind == "context" else cell.text
    return text.upper() if cell.style in ("org", "org_bold") else text

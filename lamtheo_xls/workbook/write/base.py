"""Owns the base that copies are stamped from: one workbook cut into what all copies share and what each says itself."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.workbook.layout import UNIT_FIELD, Laid, Layout, lay_out
from lamtheo_xls.workbook.write import inputs
from lamtheo_xls.workbook.write.document_print import DocumentPlan
from lamtheo_xls.workbook.write.panel import NOTHING, Cached, Cell, PanelPlan, plan_panel
from lamtheo_xls.workbook.write.printout import PrintPlan, plan_print
from lamtheo_xls.workbook.write.template import BLANK_CODE, write_base

Key = tuple[int, int]
"""A slot of a sheet: (row, column); column 0 is the row's height, row 0 holds the slots outside the cells."""
CODE: Key = (0, 1)
CHILDREN: Key = (0, 2)
MAIN, PRINT, LISTS, META = (f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 4, 5))
CORE, CUSTOM = "docProps/core.xml", "docProps/custom.xml"
_ROW = re.compile(r'<row (r="(\d+)"[^>]*?)(?:/>|>(.*?)</row>)', re.S)
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.S)


@dataclass(frozen=True, slots=True)
class Text:
    """XML with slots: `fixed` has one piece more than there are `slots`; `blank` is what stands there in the base."""

    fixed: tuple[str, ...]
    slots: tuple[Key, ...]
    blank: tuple[str, ...]

    def filled(self, new: Mapping[Key, str]) -> str:
        out = [""] * (2 * len(self.slots) + 1)
        out[::2] = self.fixed
        get = new.get
        out[1::2] = [get(k, b) for k, b in zip(self.slots, self.blank, strict=True)]
        return "".join(out)


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes as they are and as deflate blocks that need nothing before them."""

    raw: bytes
    deflated: bytes


Pieces = tuple[Block | tuple[Key, str], ...]
"""A part as blocks and, between them, slots with what stands there in the base."""


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet in three stretches, and once more as pieces for copies in which no row is filled and no rule broken."""

    head: Text
    body: Text
    tail: Text
    blank: Pieces


@dataclass(frozen=True, slots=True)
class Part:
    """A part no copy changes, ready for the zip."""

    name: bytes
    crc: int
    size: int
    deflated: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What copies of one form with one number of rows share. Keep one per (form, rows) in a plain dict."""

    form: Form
    layout: Layout
    groups: tuple[str, ...]
    units: tuple[str, ...]
    parts: tuple[Part | str, ...]
    """In the order of the zip; a name where the copy has its own."""
    main: SheetText
    printed: SheetText
    lists: tuple[Block, tuple[str, ...], Block, str]
    """XML before the rows, the cells of each row after the first column, XML after, style of the first column."""
    meta: tuple[Pieces, str]
    core: Pieces
    custom: Pieces
    panel: PanelPlan = field(repr=False)
    print: PrintPlan | DocumentPlan = field(repr=False)
    print_varying: tuple[Cell, ...] = field(repr=False)
    print_constant: tuple[tuple[Cell, Cached], ...] = field(repr=False)
    blank_panel: Mapping[Cell, Cached] = field(repr=False)
    texts: tuple[Laid, ...] = field(repr=False)
    """Cells whose words come from the context."""
    codes: tuple[Cell, ...] = field(repr=False)
    locked: frozenset[str] = field(repr=False)
    """Fields that say what the context says."""
    types: Mapping[str, str] = field(repr=False)
    """Field, or `table.column`, → type."""


def prepare_base(
    form: Form,
    rows: Mapping[str, int],
    *,
    context_common: Mapping[str, str],
    groups: Sequence[str],
    created: dt.datetime,
    password: str = "",
    shared: bool = False,
    units: Sequence[str] = (),
) -> Base:
    """The base of all copies of `form` with `rows`; `context_common` fills what HƯỚNG DẪN says.

    `shared`: the base of the shared workbook, which offers `units` to choose from. Same input, same bytes.
    """
    layout = lay_out(form, rows, shared=shared)
    raw = write_base(form, layout, context_common, groups=groups, units=units, password=password, created=created)
    area_rows = [r for a in layout.areas.values() for r in (a.first_row, a.last_row)]
    panel, print_plan = plan_panel(form, layout), plan_print(form, layout)
    place = print_plan.place
    varying = _varying_print(print_plan) if isinstance(print_plan, PrintPlan) else set()
    blank_panel = panel.values(NOTHING)
    blank_print = print_plan.values(NOTHING, {}, BLANK_CODE, blank_panel)
    own = {MAIN, PRINT, LISTS, META, CORE, CUSTOM}
    return Base(
        form=form,
        layout=layout,
        groups=tuple(groups),
        units=tuple(units),
        parts=tuple(name if name in own else _part(name, content) for name, content in raw.items()),
        main=_main_sheet(raw[MAIN].decode(), form, layout, (min(area_rows, default=1), max(area_rows, default=0))),
        printed=_cut_sheet(raw[PRINT].decode(), frozenset(), (place.first_row, place.last_row), "", {*varying, CODE}),
        lists=_lists_sheet(raw[LISTS].decode()),
        meta=_meta_sheet(raw[META].decode()),
        core=_pieces([_text(_slots(raw[CORE].decode()))], {CODE}),
        custom=_pieces([_text(_slots(raw[CUSTOM].decode()))], {CODE}),
        panel=panel,
        print=print_plan,
        print_varying=tuple(varying),
        print_constant=tuple((at, v) for at, v in blank_print.items() if at not in varying),
        blank_panel=blank_panel,
        texts=tuple(c for c in layout.cells if c.kind == "context"),
        codes=tuple(c.at for c in layout.cells if c.style in ("code", "code_close")),
        locked=frozenset(f.id for f in form.fields if f.locked),
        types={f.id: f.type for f in (*form.fields, UNIT_FIELD)}
        | {f"{t.id}.{c.id}": c.type for t in form.tables for c in t.columns},
    )


# -- cutting the base ---------------------------------------------------------------------------------------------


def _main_sheet(xml: str, form: Form, layout: Layout, body: tuple[int, int]) -> SheetText:
    open_cells = frozenset(
        c.at for c in layout.cells if c.kind in ("input", "context") or c.style in ("code", "code_close")
    )
    names = {c.at for c in layout.cells if c.text == "unit_name"}
    varying = {at for at in open_cells if not body[0] <= at.row <= body[1]} | names
    children = inputs.list_range(inputs.lists_of(form, (), (), ()), "children")[1:]
    return _cut_sheet(xml, open_cells, body, children, varying | {CODE, CHILDREN})


def _varying_print(plan: PrintPlan) -> set[Key]:
    """Cells of BẢN IN that differ between copies without filled rows."""
    place = plan.place
    below = enumerate((line.cells for line in plan.lines if not line.table), start=place.first_row)
    found = {(row, at) for row, cells in below for c, _ in cells for at in (c, place.rest_columns.get(c, c))}
    return {at for at, _ in plan.heads} | found


def _cut_sheet(
    xml: str, open_cells: Collection[Cell], body: tuple[int, int], children: str, varying: Collection[Key]
) -> SheetText:
    """The sheet in three stretches; `body` are the first and last row of the middle one."""
    before, rest = xml.split("<sheetData>", 1)
    data, after = rest.split("</sheetData>", 1)
    stretches: tuple[list[str | Key], ...] = ([before + "<sheetData>"], [], [])
    for m in _ROW.finditer(data):
        number = int(m.group(2))
        which = 0 if number < body[0] else 1 if number <= body[1] else 2
        _cut_row(stretches[which], number, m.group(1), m.group(3) or "", open_cells)
    stretches[2].append("</sheetData>")
    stretches[2].extend(_slots(after, children))
    head, middle, tail = (_text(s) for s in stretches)
    return SheetText(head, middle, tail, _pieces((head, middle, tail), varying))


def _pieces(texts: Sequence[Text], varying: Collection[Key]) -> Pieces:
    """The texts with slots only where `varying` has them, all between packed in blocks."""
    out: list[Block | tuple[Key, str]] = []
    raw: list[str] = []
    for text in texts:
        for fixed, slot, blank in zip(text.fixed, (*text.slots, None), (*text.blank, ""), strict=True):
            raw.append(fixed)
            if slot in varying and slot is not None:
                out += [_block("".join(raw)), (slot, blank)]
                raw = []
            else:
                raw.append(blank)
    return (*out, _block("".join(raw)))


def _cut_row(out: list[str | Key], number: int, attributes: str, cells: str, open_cells: Collection[Cell]) -> None:
    growing = "customHeight" not in attributes and ' ht="' in attributes
    if growing:
        first, rest = attributes.split(' ht="', 1)
        height, rest = rest.split('"', 1)
        out += [f'<row {first} ht="', (number, 0), height, f'"{rest}>']
    else:
        out.append(f"<row {attributes}>")
    for m in _CELL.finditer(cells):
        letters, _, more, inner = m.groups()
        column = _column(letters)
        if inner and "<f" in inner:
            formula, value = inner.split("<v>", 1)
            out += [f'<c r="{letters}{number}"{more}>{formula}<v>', (number, column), value[: -len("</v>")], "</v></c>"]
        elif (number, column) in open_cells:
            out += [f'<c r="{letters}{number}"{more}', (number, column), "/>", ""]
        else:
            out.append(m.group(0))
    out.append("</row>")


def _slots(after: str, children: str = "") -> list[str | Key]:
    """The XML after the cells, with slots for the code and for the drop-down of the unit's own."""
    out: list[str | Key] = []
    pattern = "|".join(re.escape(x) for x in (BLANK_CODE, children) if x)
    at = 0
    for m in re.finditer(pattern, after):
        out += [after[at : m.start()], CODE if m.group(0) == BLANK_CODE else CHILDREN, m.group(0), ""]
        at = m.end()
    out.append(after[at:])
    return out


def _text(pieces: Sequence[str | Key]) -> Text:
    """Pieces in a row; after each slot stands what it holds in the base."""
    fixed, slots, blank = [""], [], []
    take_blank = False
    for piece in pieces:
        if take_blank:
            blank.append(str(piece))
            fixed.append("")
            take_blank = False
        elif isinstance(piece, str):
            fixed[-1] += piece
        else:
            slots.append(piece)
            take_blank = True
    return Text(tuple(fixed), tuple(slots), tuple(blank))


def _column(letters: str) -> int:
    number = 0
    for c in letters:
        number = number * 26 + ord(c) - 64
    return number


def _lists_sheet(xml: str) -> tuple[Block, tuple[str, ...], Block, str]:
    before, rest = xml.split("<sheetData>", 1)
    data, after = rest.split("</sheetData>", 1)
    rows: list[str] = []
    style = ""
    for m in _ROW.finditer(data):
        cells = m.group(3) or ""
        first = re.match(r'<c r="A\d+" (s="\d+")[^>]*?(?:/>|>.*?</c>)', cells, re.S)
        if first and not rows:
            style = first.group(1)
            rows.append(cells)
        else:
            rows.append(cells[first.end() :] if first else cells)
    return _block(_undimensioned(before) + "<sheetData>"), tuple(rows), _block("</sheetData>" + after), style


def _meta_sheet(xml: str) -> tuple[Pieces, str]:
    before, after = _undimensioned(xml).split("</sheetData>", 1)
    style = re.search(r'<c r="A1" (s="\d+")', before)
    return (_block(before), (CODE, ""), _block("</sheetData>" + after)), style.group(1) if style else ""


def _undimensioned(before: str) -> str:
    return re.sub(r"<dimension[^>]*/>", "", before)


def _block(text: str) -> Block:
    raw = text.encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return Block(raw, packer.compress(raw) + packer.flush(zlib.Z_FULL_FLUSH))


def _part(name: str, raw: bytes) -> Part:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return Part(name.encode(), zlib.crc32(raw), len(raw), packer.compress(raw) + packer.flush())

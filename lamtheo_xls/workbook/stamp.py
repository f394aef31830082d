"""Owns copies: one base workbook, stamped for each assignment by patching cells and reusing the zip's parts.

A copy shares all compressed bytes of the base except the sheets and properties that carry its own words; in those,
what no copy changes is kept compressed too, as deflate blocks that stand on their own.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from struct import Struct

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.workbook import inputs
from lamtheo_xls.workbook.identity import Issued, code_of, meta_pieces, payload_of, tag_of
from lamtheo_xls.workbook.layout import UNIT_FIELD, Laid, Layout, lay_out, lay_out_print, locked_text
from lamtheo_xls.workbook.package import FIXED_DOS_DATE, held
from lamtheo_xls.workbook.panel import NOTHING, Cached, Cell, Filled, PanelPlan, plan_panel, starting
from lamtheo_xls.workbook.printout import PrintPlan, plan_print
from lamtheo_xls.workbook.template import BLANK_CODE, NotWritten, write_base

Key = tuple[int, int]
"""A slot of a sheet: (row, column); column 0 is the row's height, row 0 holds the slots outside the cells."""
_CODE: Key = (0, 1)
_CHILDREN: Key = (0, 2)
_LONGEST = 32767  # characters a cell holds
_MAIN, _PRINT, _LISTS, _META = (f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 4, 5))
_CORE, _CUSTOM = "docProps/core.xml", "docProps/custom.xml"
_ROW = re.compile(r'<row (r="(\d+)"[^>]*?)(?:/>|>(.*?)</row>)', re.S)
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.S)


@dataclass(frozen=True, slots=True)
class _Text:
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
class _Block:
    """Bytes as they are and as deflate blocks that need nothing before them."""

    raw: bytes
    deflated: bytes


_Pieces = tuple[_Block | tuple[Key, str], ...]
"""A part as blocks and, between them, slots with what stands there in the base."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet in three stretches, and once more as pieces for copies in which no row is filled and no rule broken."""

    head: _Text
    body: _Text
    tail: _Text
    blank: _Pieces


@dataclass(frozen=True, slots=True)
class _Part:
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
    parts: tuple[_Part | str, ...]
    """In the order of the zip; a name where the copy has its own."""
    main: _Sheet
    printed: _Sheet
    lists: tuple[_Block, tuple[str, ...], _Block, str]
    """XML before the rows, the cells of each row after the first column, XML after, style of the first column."""
    meta: tuple[_Pieces, str]
    core: _Pieces
    custom: _Pieces
    panel: PanelPlan = field(repr=False)
    print: PrintPlan = field(repr=False)
    print_varying: tuple[Cell, ...] = field(repr=False)
    print_constant: tuple[tuple[Cell, Cached], ...] = field(repr=False)
    blank_panel: Mapping[Cell, Cached] = field(repr=False)
    texts: tuple[Laid, ...] = field(repr=False)
    """Cells whose words come from the context."""
    codes: tuple[Cell, ...] = field(repr=False)
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
    place = lay_out_print(form, layout)
    panel, print_plan = plan_panel(form, layout), plan_print(form, layout)
    varying = _varying_print(print_plan)
    blank_panel = panel.values(NOTHING)
    blank_print = print_plan.values(NOTHING, {}, BLANK_CODE, blank_panel)
    own = {_MAIN, _PRINT, _LISTS, _META, _CORE, _CUSTOM}
    return Base(
        form=form,
        layout=layout,
        groups=tuple(groups),
        units=tuple(units),
        parts=tuple(name if name in own else _part(name, content) for name, content in raw.items()),
        main=_main_sheet(raw[_MAIN].decode(), form, layout, (min(area_rows, default=1), max(area_rows, default=0))),
        printed=_cut_sheet(raw[_PRINT].decode(), frozenset(), (place.first_row, place.last_row), "", {*varying, _CODE}),
        lists=_lists_sheet(raw[_LISTS].decode()),
        meta=_meta_sheet(raw[_META].decode()),
        core=_pieces([_text(_slots(raw[_CORE].decode()))], {_CODE}),
        custom=_pieces([_text(_slots(raw[_CUSTOM].decode()))], {_CODE}),
        panel=panel,
        print=print_plan,
        print_varying=tuple(varying),
        print_constant=tuple((at, v) for at, v in blank_print.items() if at not in varying),
        blank_panel=blank_panel,
        texts=tuple(c for c in layout.cells if c.kind == "context"),
        codes=tuple(c.at for c in layout.cells if c.style in ("code", "code_close")),
        types={f.id: f.type for f in (*form.fields, UNIT_FIELD)}
        | {f"{t.id}.{c.id}": c.type for t in form.tables for c in t.columns},
    )


# -- cutting the base ---------------------------------------------------------------------------------------------


def _main_sheet(xml: str, form: Form, layout: Layout, body: tuple[int, int]) -> _Sheet:
    open_cells = frozenset(
        c.at for c in layout.cells if c.kind in ("input", "context") or c.style in ("code", "code_close")
    )
    names = {c.at for c in layout.cells if c.text == "unit_name"}
    varying = {at for at in open_cells if not body[0] <= at.row <= body[1]} | names
    children = inputs.list_range(inputs.lists_of(form, (), (), ()), "children")[1:]
    return _cut_sheet(xml, open_cells, body, children, varying | {_CODE, _CHILDREN})


def _varying_print(plan: PrintPlan) -> set[Key]:
    """Cells of BẢN IN that differ between copies without filled rows."""
    place = plan.place
    below = enumerate((cells for _, table, _, cells in plan.lines if not table), start=place.first_row)
    found = {(row, at) for row, cells in below for c, _ in cells for at in (c, place.rest_columns.get(c, c))}
    return {at for at, _ in plan.heads} | found


def _cut_sheet(
    xml: str, open_cells: Collection[Cell], body: tuple[int, int], children: str, varying: Collection[Key]
) -> _Sheet:
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
    return _Sheet(head, middle, tail, _pieces((head, middle, tail), varying))


def _pieces(texts: Sequence[_Text], varying: Collection[Key]) -> _Pieces:
    """The texts with slots only where `varying` has them, all between packed in blocks."""
    out: list[_Block | tuple[Key, str]] = []
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
        if inner and "<f>" in inner:
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
        out += [after[at : m.start()], _CODE if m.group(0) == BLANK_CODE else _CHILDREN, m.group(0), ""]
        at = m.end()
    out.append(after[at:])
    return out


def _text(pieces: Sequence[str | Key]) -> _Text:
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
    return _Text(tuple(fixed), tuple(slots), tuple(blank))


def _column(letters: str) -> int:
    number = 0
    for c in letters:
        number = number * 26 + ord(c) - 64
    return number


def _lists_sheet(xml: str) -> tuple[_Block, tuple[str, ...], _Block, str]:
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


def _meta_sheet(xml: str) -> tuple[_Pieces, str]:
    before, after = _undimensioned(xml).split("</sheetData>", 1)
    style = re.search(r'<c r="A1" (s="\d+")', before)
    return (_block(before), (_CODE, ""), _block("</sheetData>" + after)), style.group(1) if style else ""


def _undimensioned(before: str) -> str:
    return re.sub(r"<dimension[^>]*/>", "", before)


def _block(text: str) -> _Block:
    raw = text.encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _Block(raw, packer.compress(raw) + packer.flush(zlib.Z_FULL_FLUSH))


def _part(name: str, raw: bytes) -> _Part:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _Part(name.encode(), zlib.crc32(raw), len(raw), packer.compress(raw) + packer.flush())


# -- stamping -----------------------------------------------------------------------------------------------------


def stamp(
    base: Base,
    issued: Issued,
    key: bytes,
    context: Mapping[str, str],
    children: Sequence[str] = (),
    prefill: Filled = NOTHING,
) -> bytes:
    """The bytes of the workbook issued as `issued`: signed, with its own words, drop-down and prefilled values.

    `context` fills the texts; `prefill` comes over the form's defaults; formulas carry their true values. Raises
    ValueError where `issued` does not belong to this base, NotWritten for a text no cell can hold.
    """
    form, layout = base.form, base.layout
    if (issued.form, issued.version) != (form.id, form.version):
        raise ValueError(f"{issued.assignment} is not of form {form.id} version {form.version}")
    if any(issued.rows.get(t) != a.last_row - a.key_row for t, a in layout.areas.items()):
        raise ValueError(f"{issued.assignment} has other rows than this base")
    code, payload = code_of(issued, key), payload_of(issued)
    filled = starting(form, context, prefill)
    panel = base.panel.values(filled)
    shown = base.print.values(filled, context, code, panel)
    same = (
        panel == base.blank_panel
        and not any(any(r.values()) for rows in filled.rows.values() for r in rows)
        and all(shown[at] == v for at, v in base.print_constant)
    )
    main: dict[Key, str] = {} if same else _slotted(panel)
    printed = _slotted({at: shown[at] for at in base.print_varying} if same else shown)
    main[_CODE] = printed[_CODE] = code
    main[_CHILDREN] = inputs.list_range(_children_only(children), "children")[1:]
    for c in base.texts:
        main[c.at] = _cell(locked_text(c, context) or None)
    for at in base.codes:
        main[at] = _cell(code)
    for id, text in filled.fields.items():
        if text and id in layout.fields:
            main[layout.fields[id]] = _cell(inputs.typed(text, base.types[id]))
    if layout.shared:
        main |= {at: _escaped(str(panel[at])) for at in base.panel.names}
    for table, area in () if same else layout.areas.items():
        for row, texts in enumerate(filled.rows.get(table, ())[: area.last_row - area.key_row], start=area.first_row):
            for id, text in texts.items():
                if text and id in area.columns:
                    main[row, area.columns[id]] = _cell(inputs.typed(text, base.types[f"{table}.{id}"]))
            main[row, 0] = f"{inputs.row_points(form, layout, row, filled):g}"
    own = {
        _MAIN: _stitched(base.main.blank, main) if same else _sheet_deflated(base.main, main),
        _PRINT: _stitched(base.printed.blank, printed) if same else _sheet_deflated(base.printed, printed),
        _LISTS: _lists_deflated(base.lists, children),
        _META: _stitched(base.meta[0], {_CODE: _meta_rows(base.meta[1], payload, tag_of(payload, key))}),
        _CORE: _stitched(base.core, {_CODE: code}),
        _CUSTOM: _stitched(base.custom, {_CODE: code}),
    }
    return _zipped(
        [(*own[p], p.encode()) if isinstance(p, str) else (p.crc, p.size, p.deflated, p.name) for p in base.parts]
    )


def _slotted(values: Mapping[Cell, Cached]) -> dict[Key, str]:
    """Cached values as they stand in XML."""
    return {at: str(v) if isinstance(v, int) else _escaped(v) if v else "" for at, v in values.items()}


def _children_only(children: Sequence[str]) -> tuple[inputs.ListColumn, ...]:
    return (inputs.ListColumn(key="children", head="", items=tuple(children)),)


def _escaped(text: str) -> str:
    """Text for XML as spreadsheets escape it: `_xHHHH_` for what XML cannot hold."""
    text = held(text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def _cell(value: str | float | None) -> str:
    """What follows a cell's style: nothing, an inline string or a number."""
    if value is None:
        return "/>"
    if not isinstance(value, str):
        return f"><v>{value:.16G}</v></c>"
    if len(value) > _LONGEST:
        raise NotWritten(f"a cell holds at most {_LONGEST} characters")
    space = ' xml:space="preserve"' if value[0].isspace() or value[-1].isspace() or "  " in value else ""
    return f' t="inlineStr"><is><t{space}>{_escaped(value)}</t></is></c>'


_Deflated = tuple[int, int, bytes]
"""Checksum and size of a part, and its deflate stream."""
_STORED = Struct("<BHH")
_FULL = 65535
_LAST = b"\1\0\0\xff\xff"


def _stitched(pieces: _Pieces, new: Mapping[Key, str]) -> _Deflated:
    """A part from packed blocks, its few own words stored between them as they are."""
    out: list[bytes] = []
    crc = size = 0
    for piece in pieces:
        if isinstance(piece, _Block):
            raw = piece.raw
            out.append(piece.deflated)
        else:
            raw = new.get(*piece).encode()
            for at in range(0, len(raw), _FULL):
                chunk = raw[at : at + _FULL]
                out += (_STORED.pack(0, len(chunk), len(chunk) ^ _FULL), chunk)
        crc = zlib.crc32(raw, crc)
        size += len(raw)
    return crc, size, b"".join((*out, _LAST))


def _sheet_deflated(sheet: _Sheet, new: Mapping[Key, str]) -> _Deflated:
    raw = "".join((sheet.head.filled(new), sheet.body.filled(new), sheet.tail.filled(new))).encode()
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return zlib.crc32(raw), len(raw), packer.compress(raw) + packer.flush()


def _lists_deflated(lists: tuple[_Block, tuple[str, ...], _Block, str], children: Sequence[str]) -> _Deflated:
    before, rows, after, style = lists
    out: list[str] = []
    for i in range(max(len(rows), len(children) + 1)):
        own = f'<c r="A{i + 1}" {style}{_cell(children[i - 1] or None)}' if 0 < i <= len(children) else ""
        out.append(f'<row r="{i + 1}">{own}{rows[i] if i < len(rows) else ""}</row>')
    raw = "".join(out).encode()
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = packer.compress(raw) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = zlib.crc32(after.raw, zlib.crc32(raw, zlib.crc32(before.raw)))
    size = len(before.raw) + len(raw) + len(after.raw)
    return crc, size, b"".join((before.deflated, packed, after.deflated, _LAST))


def _meta_rows(style: str, payload: str, tag: str) -> str:
    out: list[str] = []
    for row, piece in enumerate(meta_pieces(payload), start=2):
        second = f'<c r="B2" {style}{_cell(tag)}' if row == 2 else ""
        out.append(f'<row r="{row}"><c r="A{row}" {style}{_cell(piece)}{second}</row>')
    return "".join(out)


_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")


def _zipped(parts: Sequence[tuple[int, int, bytes, bytes]]) -> bytes:
    """The parts (crc, size, deflated, name) as a zip, in order, with fixed dates."""
    out: list[bytes] = []
    central: list[bytes] = []
    at = 0
    time, date = FIXED_DOS_DATE
    for crc, size, deflated, name in parts:
        packed = len(deflated)
        out += (_LOCAL.pack(b"PK\3\4", 20, 0, 8, time, date, crc, packed, size, len(name), 0), name, deflated)
        central += (
            _CENTRAL.pack(b"PK\1\2", 20, 20, 0, 8, time, date, crc, packed, size, len(name), 0, 0, 0, 0, 0, at),
            name,
        )
        at += _LOCAL.size + len(name) + packed
    end = sum(map(len, central))
    return b"".join([*out, *central, _END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), end, at, 0)])


__all__ = ["Base", "prepare_base", "stamp"]

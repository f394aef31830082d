"""Owns copies: one base workbook, stamped for each assignment by patching cells and reusing the zip's parts.

A copy shares all compressed bytes of the base except the sheets and properties that carry its own words; in those,
what no copy changes is kept compressed too, as deflate blocks that stand on their own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from struct import Struct

from lamtheo_xls.workbook.identity import Issued, code_of, meta_pieces, payload_of, tag_of
from lamtheo_xls.workbook.layout import locked_text
from lamtheo_xls.workbook.write import inputs
from lamtheo_xls.workbook.write.base import (
    CHILDREN,
    CODE,
    CORE,
    CUSTOM,
    LISTS,
    MAIN,
    META,
    PRINT,
    Base,
    Block,
    Key,
    Pieces,
    SheetText,
    prepare_base,
)
from lamtheo_xls.workbook.write.package import FIXED_DOS_DATE, held
from lamtheo_xls.workbook.write.panel import NOTHING, Cached, Cell, Filled, starting, texts_of
from lamtheo_xls.workbook.write.template import NotWritten

_LONGEST = 32767  # characters a cell holds


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
    panel = base.panel.values(filled, context)
    shown = base.print.values(filled, context, code, panel)
    same = (
        not layout.narrative
        and panel == base.blank_panel
        and not any(any(r.values()) for rows in filled.rows.values() for r in rows)
        and all(shown[at] == v for at, v in base.print_constant)
    )
    main: dict[Key, str] = {} if same else _slotted(panel)
    printed = _slotted({at: shown[at] for at in base.print_varying} if same else shown)
    main[CODE] = printed[CODE] = code
    main[CHILDREN] = inputs.list_range(_children_only(children), "children")[1:]
    for c in base.texts:
        main[c.at] = _cell(locked_text(c, context) or None)
    for at in base.codes:
        main[at] = _cell(code)
    for id, text in filled.fields.items():
        if text and id in layout.fields and id not in base.locked:
            main[layout.fields[id]] = _cell(inputs.typed(text, base.types[id]))
    if layout.shared:
        main |= {at: _escaped(str(panel[at])) for at in base.panel.names}
    for table, area in () if same else layout.areas.items():
        for row, texts in enumerate(filled.rows.get(table, ())[: area.last_row - area.key_row], start=area.first_row):
            for id, text in texts.items():
                if text and id in area.columns:
                    main[row, area.columns[id]] = _cell(inputs.typed(text, base.types[f"{table}.{id}"]))
            if not layout.narrative:
                said = str(panel[row, layout.helper_columns["message"]])
                main[row, 0] = f"{inputs.row_points(form, layout, row, filled, said):g}"
    if layout.narrative:
        heights = inputs.grown(layout, texts_of(form, layout, filled, context, panel))
        main |= {(row, 0): f"{points:g}" for row, points in heights.items()}
    own = {
        MAIN: _stitched(base.main.blank, main) if same else _sheet_deflated(base.main, main),
        PRINT: _stitched(base.printed.blank, printed) if same else _sheet_deflated(base.printed, printed),
        LISTS: _lists_deflated(base.lists, children),
        META: _stitched(base.meta[0], {CODE: _meta_rows(base.meta[1], payload, tag_of(payload, key))}),
        CORE: _stitched(base.core, {CODE: code}),
        CUSTOM: _stitched(base.custom, {CODE: code}),
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


def _stitched(pieces: Pieces, new: Mapping[Key, str]) -> _Deflated:
    """A part from packed blocks, its few own words stored between them as they are."""
    out: list[bytes] = []
    crc = size = 0
    for piece in pieces:
        if isinstance(piece, Block):
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


def _sheet_deflated(sheet: SheetText, new: Mapping[Key, str]) -> _Deflated:
    raw = "".join((sheet.head.filled(new), sheet.body.filled(new), sheet.tail.filled(new))).encode()
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return zlib.crc32(raw), len(raw), packer.compress(raw) + packer.flush()


def _lists_deflated(lists: tuple[Block, tuple[str, ...], Block, str], children: Sequence[str]) -> _Deflated:
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

"""Owns how cells look: one dictionary of XlsxWriter properties per style name of the layout."""

from __future__ import annotations

from typing import Any

Properties = dict[str, Any]

FONT = "Times New Roman"
MUST_TINT, MAY_TINT = "#FFF4D1", "#EAF2FA"  # pale enough to vanish on paper, apart from each other on any screen
FAULT_TINT = "#FFD0BF"
_GRID = "#404040"
_QUIET = "#5A5A5A"
_MIDDLE: Properties = {"align": "center", "valign": "vcenter"}
_SIDE: Properties = {"text_wrap": True, "valign": "vcenter"}
_TEXT = 49  # `@` by its own number: text, whatever is typed

_NAMED: dict[str, Properties] = {
    "locked": {},
    "notice": {"font_size": 11, "italic": True, "font_color": "#7F3F00", **_SIDE},
    "code": {"font_size": 11, "bold": True, "num_format": "", "align": "right", "valign": "vcenter"},
    "verdict": {"font_size": 13, "bold": True, "border": 1, "indent": 1, **_SIDE},
    "due": {"font_size": 11, "bold": True, "align": "center", "border": 1, **_SIDE},
    "side_label": {"font_size": 11, "italic": True, "align": "right", "valign": "vcenter"},
    "label": {"font_size": 13, "align": "left", "valign": "vcenter"},
    "lane": {"font_size": 11, "italic": True, "bold": True, "font_color": _QUIET, "bottom": 4, "valign": "vcenter"},
    "field_label": {"font_size": 12, "align": "right", "indent": 1, **_SIDE},
    "told": {"font_size": 12, "border": 4, "border_color": _QUIET, "align": "center", **_SIDE},
    "org": {"font_size": 14, "shrink": True, **_MIDDLE},
    "org_bold": {"font_size": 14, "bold": True, "shrink": True, **_MIDDLE},
    "party_title": {"font_size": 15, "bold": True, "bottom": 1, **_MIDDLE},
    "party_line": {"font_size": 15, "bold": True, **_MIDDLE},
    "number_line": {"font_size": 14, "shrink": True, **_MIDDLE},
    "place_date": {"font_size": 14, "italic": True, "shrink": True, "tint": MAY_TINT, "open": True, **_MIDDLE},
    "place_line": {"font_size": 14, "italic": True, "shrink": True, **_MIDDLE},
    "post_line": {"font_size": 14, **_MIDDLE},
    "name_line": {"font_size": 14, "bold": True, **_MIDDLE},
    "recipient_line": {"font_size": 12, "align": "left", "valign": "vcenter"},
    "doc_kind": {"font_size": 15, "bold": True, **_MIDDLE},
    "abstract": {"font_size": 14, "bold": True, **_MIDDLE},
    "title_line": {"font_size": 14, "bold": True, "text_wrap": True, **_MIDDLE},
    "heading": {"font_size": 13, "bold": True, "text_wrap": True, "valign": "bottom"},
    "hint": {"font_size": 11, "italic": True, "font_color": _QUIET, "text_wrap": True, "valign": "top"},
    "paragraph": {
        "font_size": 13,
        "text_wrap": True,
        "valign": "top",
        "left": 1,
        "right": 1,
        "top": 7,
        "bottom": 7,
        "border_color": _QUIET,
        "tint": MAY_TINT,
        "open": True,
    },
    "head": {"font_size": 12, "bold": True, "text_wrap": True, "border": 1, "border_color": _GRID, **_MIDDLE},
    "head_side": {
        "font_size": 11,
        "italic": True,
        "text_wrap": True,
        "border": 4,
        "font_color": _QUIET,
        "border_color": _QUIET,
        **_MIDDLE,
    },
    "key": {"font_size": 8, "font_color": "#808080"},
    "helper": {"font_size": 8, "font_color": "#808080"},
    "number": {"font_size": 12, "border": 1, "border_color": _GRID, **_MIDDLE},
    "message": {"font_size": 11, "bold": True, "font_color": "#A02000", "indent": 1, **_SIDE},
    "code_close": {"font_size": 7, "font_color": _QUIET, "valign": "top"},
    "authority": {"font_size": 14, "bold": True, **_MIDDLE},
    "post": {"font_size": 14, "tint": MAY_TINT, "open": True, **_MIDDLE},
    "below": {"font_size": 12, "italic": True, **_MIDDLE},
    "name": {"font_size": 14, "bold": True, "tint": MAY_TINT, "open": True, **_MIDDLE},
    "recipients_label": {"font_size": 14, "underline": 1, "align": "left", "valign": "vcenter"},
    "recipient": {
        "font_size": 12,
        "align": "left",
        "valign": "vcenter",
        "shrink": True,
        "tint": MAY_TINT,
        "open": True,
    },
    "text": {"font_size": 13, "text_wrap": True, "valign": "top"},
    "print_row": {"font_size": 12, "shrink": True, "valign": "vcenter"},
    "print_hint": {"font_size": 10, "italic": True, "font_color": "#A02000", "valign": "vcenter"},
    "example": {"font_size": 12, "italic": True, "text_wrap": True, "border": 1, "valign": "vcenter"},
    "list": {"font_size": 11, "num_format": _TEXT},
    "fix_cell": {"font_size": 12, "bold": True, "font_color": "#0563C1", "underline": 1, "border": 1, **_MIDDLE},
    "fix_text": {"font_size": 12, "text_wrap": True, "border": 1, "valign": "vcenter"},
    "fix_title": {"font_size": 15, "bold": True, "valign": "vcenter"},
    "fix_lead": {"font_size": 12, "text_wrap": True, "valign": "top"},
    "cf.done": {"bg_color": "#DDEFD8"},
    "cf.open": {"bg_color": "#FFE3C2"},
    "cf.missing": {"bg_color": "#FFD79A"},
    "cf.grid": {"border": 1},
    "cf.grid_begins": {"left": 1, "right": 1, "top": 1},
    "cf.grid_goes_on": {"left": 1, "right": 1},
    "cf.grid_ends": {"left": 1, "right": 1, "bottom": 1},
    "cf.head": {"border": 1, "bold": True},
    "cf.bold": {"bold": True},
    "cf.italic": {"italic": True},
    "cf.underline": {"underline": 1},
}


def properties(style: str) -> Properties:
    """XlsxWriter properties of a style: a name, `cell|side.<align>.<must|may>.<type>` for inputs of the grid, either
    with `+fault` for a cell to mend or `+print` for the locked, untinted twin on BẢN IN."""
    base, _, extra = style.partition("+")
    found = dict(_NAMED[base]) if base in _NAMED else _input(*base.split("."))
    tint, is_open = found.pop("tint", ""), found.pop("open", False)
    if base.startswith("cf."):
        return found
    if extra == "print":
        tint, is_open = "", False
    if tint:
        found["bg_color"] = tint
    if is_open:
        found.setdefault("num_format", _TEXT)
    if extra == "fault":
        found |= {"bg_color": FAULT_TINT, "border": 5, "border_color": "#C00000", "bold": True}
        found.pop("left", None)
    return {"font_name": FONT, "font_size": 12, **found, "locked": not is_open}


def _input(place: str, align: str, need: str, type: str) -> Properties:
    """An open cell: text unless it is a number or a date; a strong left edge where it must be filled."""
    must = need == "must"
    found: Properties = {
        "font_size": 12 if place == "cell" else 11,
        "align": align,
        "valign": "vcenter",
        "text_wrap": place == "cell" or type == "text",
        "border": 1 if place == "cell" else 4,
        "border_color": _GRID if place == "cell" else _QUIET,
        "tint": MUST_TINT if must else MAY_TINT,
        "open": True,
        "num_format": {"date": "dd/mm/yyyy", "integer": "0", "number": "General"}.get(type, _TEXT),
    }
    if must:
        found["left"] = 2
    return found

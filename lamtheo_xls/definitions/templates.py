"""Templates: texts with `{name}` that the context of an assignment fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter

CONTEXT: Mapping[str, str] = {
    "cap_tren": "header line above the unit: its superior organisation",
    "don_vi": "the unit's name as the header prints it",
    "ten_don_vi": "the unit's name as written in the register",
    "nam": "year of the period",
    "ky": "name of the period («năm 2027»)",
    "co_quan": "name of the collecting office",
    "nhan_bao_cao": "the addressee of the reports",
    "dau_moi": "the desk that receives for the addressee",
    "dia_danh": "place of the place-and-date line",
    "han": "the deadline in words",
    "quyen_han_ky": "signing authority: the unit's on its form, the office's on a consolidated table",
    "chuc_vu_ky": "post of the signer, unit's or office's likewise",
    "nguoi_ky": "name of the signer, unit's or office's likewise",
    "bieu": "the form's short name",
    "thay_mat": "on whose behalf a unit registers («T/M ĐẢNG BỘ», «T/M CHI BỘ», «T/M CƠ QUAN»), by its kind",
    "ky_hieu": "mark of the unit in the number of its documents («CB», «ĐU»), by its kind",
    "ho_ten": "the person's name",
    "ngay_sinh": "date or year of birth, as staff wrote it",
    "don_vi_cong_tac": "the unit where the person works or takes part",
    "chuc_vu_dang": "post in the Party",
    "chuc_vu_chinh_quyen": "post in government, mass organisation or enterprise",
    "lanh_dao": "x for leaders: whoever has one of the roles (S3.19)",
    "gui_them": "who gets one more copy (S3.22)",
}
"""What a template may name. Texts fixed at issue and kept in the ledger."""
OF_PERSONS = ("ho_ten", "ngay_sinh", "don_vi_cong_tac", "chuc_vu_dang", "chuc_vu_chinh_quyen", "lanh_dao", "gui_them")
"""Names that only a form owed by persons may use: '' in the context of a unit."""


def names_in(template: str) -> tuple[str, ...]:
    """Names of the context a template asks for, in order. ValueError where its braces cannot be read as plain `{name}`
    or `{=field}`."""
    return tuple(name for _, name in _parsed(template) if name and not name.startswith("="))


def fields_in(template: str) -> tuple[str, ...]:
    """Ids of the single fields that a template quotes as `{=field}`, in order. ValueError as in `names_in`."""
    return tuple(name[1:] for _, name in _parsed(template) if name.startswith("="))


def pieces_of(template: str, context: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """`template` with every `{name}` filled and cut at each `{=field}`: (text before, field id) pairs, the last with
    field ''. So a layout can join them in a formula, or with the texts that were typed."""
    pieces: list[tuple[str, str]] = []
    text = ""
    for literal, name in _parsed(template):
        text += literal
        if name.startswith("="):
            pieces.append((text, name[1:]))
            text = ""
        elif name:
            text += str(context[name])
    return (*pieces, (text, ""))


def fill(template: str, context: Mapping[str, object], typed: Mapping[str, str] | None = None) -> str:
    """`template` with every `{name}` filled from the context and every `{=field}` from what was typed ('' where that
    says nothing); a name the context lacks raises KeyError (definitions are checked)."""
    known = typed or {}
    return "".join(text + known.get(field, "") for text, field in pieces_of(template, context))


def _parsed(template: str) -> Iterator[tuple[str, str]]:
    """(literal text, name after it) pairs; the name is '' after the last and starts with "=" for a field."""
    for literal, name, spec, conversion in Formatter().parse(template):
        if name is not None and (not name.removeprefix("=").isidentifier() or spec or conversion):
            raise ValueError(template)
        yield literal, name or ""

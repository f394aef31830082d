"""Templates: texts with `{name}` that the context of an assignment fills."""

from __future__ import annotations

from collections.abc import Mapping
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
}
"""What a template may name. Texts fixed at issue and kept in the ledger."""


def names_in(template: str) -> tuple[str, ...]:
    """Names a template asks for, in order. ValueError where its braces cannot be read as plain `{name}`."""
    names = []
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(template)
        names.append(name)
    return tuple(names)


def fill(template: str, context: Mapping[str, object]) -> str:
    """`template` with every `{name}` filled; a name the context lacks raises KeyError (definitions are checked)."""
    return Formatter().vformat(template, (), context)

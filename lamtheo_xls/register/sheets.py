"""What danh-sach.xlsx is made of: its sheets and columns, with the words they are known by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from lamtheo_xls.findings import say, words
from lamtheo_xls.text import plain_key, text_key

TABLES = ("units", "people", "rounds", "earlier")
"""Sheets that are lists, one thing a row; sheet CƠ QUAN is a list of facts instead."""
NEEDED_SHEETS = ("units", "office", "rounds")

_TYPES = {
    ("units", "order"): "integer",
    ("units", "kind"): "kind",
    ("units", "parent"): "parent",
    ("units", "valid_from"): "date",
    ("units", "valid_to"): "date",
    ("people", "unit"): "unit",
    ("people", "group"): "group",
    ("people", "roles"): "roles",
    ("rounds", "programme"): "programme",
    ("rounds", "form"): "form",
    ("rounds", "opens"): "date",
    ("rounds", "due"): "date",
    ("rounds", "accept_until"): "date",
    ("rounds", "closed"): "yes",
    ("rounds", "strict"): "yes",
}
_REQUIRED = {
    "units": ("code", "name", "kind"),
    "people": ("code", "name", "unit"),
    "rounds": ("programme", "period"),
    "earlier": ("period", "unit", "ten_mo_hinh"),
    "office": ("label", "value"),
}
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet. `type`: text, integer, date, yes, or what its drop-down offers."""

    id: str
    head: str
    also: tuple[str, ...]
    width: float
    help: str
    type: str
    required: bool


@cache
def columns(table: str) -> tuple[Column, ...]:
    """The columns of a sheet in the order they are written."""
    return tuple(
        Column(
            id=id,
            head=entry["head"],
            also=tuple(entry["also"]),
            width=entry["width"],
            help=entry.get("help", ""),
            type=_TYPES.get((table, id), "text"),
            required=id in _REQUIRED[table],
        )
        for id, entry in words("register")["columns"][table].items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact of sheet CƠ QUAN; `needed` ones are printed by forms."""

    key: str
    label: str
    also: tuple[str, ...]
    purpose: str
    needed: bool


@cache
def facts() -> tuple[Fact, ...]:
    """The office's facts in the order they are written."""
    return tuple(
        Fact(key=key, label=e["label"], also=tuple(e["also"]), purpose=e["purpose"], needed=e["needed"])
        for key, e in words("register")["office"].items()
    )


def sheet_name(table: str) -> str:
    return say(f"register.sheets.{table}")


@cache
def kinds() -> Mapping[str, str]:
    """Kind id → Vietnamese label."""
    return dict(words("register")["kinds"])


@cache
def groups() -> Mapping[str, str]:
    """Id of a group of persons → Vietnamese label."""
    return dict(words("register")["groups"])


@cache
def roles() -> Mapping[str, str]:
    """Id of a person's role → Vietnamese label."""
    return dict(words("register")["roles"])


def kind_of(text: str) -> str | None:
    """The kind a label says, in any of its spellings; None where it says none of ours."""
    return _said("kinds", text)


def group_of(text: str) -> str | None:
    """The group of persons a label says, in any of its spellings; None where it says none of ours."""
    return _said("groups", text)


def role_of(text: str) -> str | None:
    """The role a label says, in any of its spellings; None where it says none of ours."""
    return _said("roles", text)


def _said(table: str, text: str) -> str | None:
    known = _known(table)
    return known.get(text_key(text)) or known.get(plain_key(text))


@cache
def _known(table: str) -> Mapping[str, str]:
    labels = {"kinds": kinds, "groups": groups, "roles": roles}[table]()
    also = {
        "kinds": words("register")["kinds_also"],
        "groups": words("register")["groups_also"],
        "roles": words("register")["roles_also"],
    }[table]
    return known_by((id, text) for id, label in labels.items() for text in (label, *also[id], id))


def known_by(spellings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Key of a text → id. A text typed without its accents is understood too, where that is no other text's key."""
    pairs = list(spellings)
    exact = {text_key(text): id for id, text in reversed(pairs)}
    plain: dict[str, set[str]] = {}
    for id, text in pairs:
        plain.setdefault(plain_key(text), set()).add(id)
    return {key: ids.pop() for key, ids in plain.items() if len(ids) == 1 and key not in exact} | exact


def head_keys(text: str) -> tuple[str, ...]:
    """Keys a head may be known by: as it stands, without what is in brackets, without a colon or star."""
    bare = _IN_BRACKETS.sub(" ", text).strip(" :*.")
    return tuple(dict.fromkeys(key for form in (text.strip(" :*."), bare) for key in (text_key(form), plain_key(form))))


@cache
def heads(table: str) -> Mapping[str, str]:
    """Key of a head → column id, in every spelling that is understood."""
    return known_by((c.id, text) for c in columns(table) for text in (c.head, *c.also))


def column_of(known: Mapping[str, str], text: str) -> str | None:
    """The column a head names, or None."""
    return next((known[key] for key in head_keys(text) if key in known), None)

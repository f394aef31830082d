"""Loading definitions: bytes or a path in, `(value, findings)` out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lamtheo_xls.definitions.building import build_form, build_programme
from lamtheo_xls.definitions.model import Form, Programme
from lamtheo_xls.findings import Finding

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A programme with its forms, by form id."""

    programme: Programme
    forms: Mapping[str, Form]


def load_form(data: bytes | Path) -> tuple[Form | None, tuple[Finding, ...]]:
    raw = json.loads(data.read_bytes() if isinstance(data, Path) else data)
    return build_form(raw), ()


def load_programme(data: bytes | Path) -> tuple[Programme | None, tuple[Finding, ...]]:
    raw = json.loads(data.read_bytes() if isinstance(data, Path) else data)
    return build_programme(raw), ()


def load_folder(folder: Path) -> tuple[Bundle | None, tuple[Finding, ...]]:
    programme, _ = load_programme(folder / "programme.json")
    assert programme is not None
    forms: dict[str, Form] = {}
    for id in programme.forms:
        form, _ = load_form(folder / f"{id}.json")
        assert form is not None
        forms[id] = form
    return Bundle(programme=programme, forms=forms), ()


def templates_folder() -> Path:
    """Where the bundled definitions lie: inside the installed package, else at the top of the checkout."""
    inside = _HERE.parent / "workbook_templates"
    return inside if inside.is_dir() else _HERE.parent.parent / "workbook_templates"


def programmes() -> tuple[str, ...]:
    """Ids of the bundled programmes, sorted."""
    return tuple(sorted(p.parent.name for p in templates_folder().glob("*/programme.json")))


def bundled(id: str) -> Path:
    """The folder of the bundled programme `id`; KeyError where there is none."""
    if id not in programmes():
        raise KeyError(id)
    return templates_folder() / id

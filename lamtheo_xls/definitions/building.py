"""From checked JSON to frozen values. The JSON mirrors `model`; a key left out takes the model's default."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from lamtheo_xls.definitions.model import (
    Closing,
    Consolidated,
    Due,
    Field,
    Form,
    Group,
    Head,
    Obligation,
    Programme,
    Rule,
    Table,
)

Json = Mapping[str, Any]


def digest_of(raw: object) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8): the same for any layout of the same content."""
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def build_form(raw: Json) -> Form:
    """The Form that `raw` states; `raw` has passed the schema."""
    return Form(
        **{
            **raw,
            "head": Head(**_tuples(raw["head"])),
            "title": tuple(raw["title"]),
            "fields": tuple(Field(**_tuples(f)) for f in raw["fields"]),
            "tables": tuple(_table(t) for t in raw["tables"]),
            "closing": Closing(**_tuples(raw["closing"])),
            "rules": tuple(Rule(**_tuples(r)) for r in raw["rules"]),
            "guide": tuple(raw["guide"]),
            "examples": tuple(dict(e) for e in raw["examples"]),
            "digest": digest_of(raw),
        }
    )


def build_programme(raw: Json) -> Programme:
    """The Programme that `raw` states; `raw` has passed the schema."""
    return Programme(
        **{
            **raw,
            "forms": tuple(raw["forms"]),
            "obligations": tuple(_obligation(o) for o in raw["obligations"]),
            "groups": tuple(Group(**g) for g in raw["groups"]),
            "tables": tuple(Consolidated(**_tuples(t)) for t in raw["tables"]),
            "digest": digest_of(raw),
        }
    )


def _table(raw: Json) -> Table:
    return Table(**{**raw, "columns": tuple(Field(**_tuples(c)) for c in raw["columns"])})


def _obligation(raw: Json) -> Obligation:
    exceptions = {period: Due(**due) for period, due in raw.get("exceptions", {}).items()}
    return Obligation(**{**_tuples(raw), "due": Due(**raw["due"]), "exceptions": exceptions})


def _tuples(raw: Json) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}

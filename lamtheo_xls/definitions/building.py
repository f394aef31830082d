"""From checked JSON to frozen values. The JSON mirrors `model`; a key left out takes the model's default."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from lamtheo_xls.definitions.model import (
    Block,
    Chain,
    Closing,
    Consolidated,
    Due,
    Exemption,
    Field,
    Form,
    Group,
    Head,
    Milestone,
    Obligation,
    People,
    Programme,
    Replaces,
    Rule,
    SecondCopy,
    Source,
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
            "body": tuple(Block(**b) for b in raw.get("body", ())),
            "replaces": Replaces(**raw["replaces"]) if "replaces" in raw else None,
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
            "tables": tuple(_consolidated(t) for t in raw["tables"]),
            "milestones": tuple(Milestone(**{**_tuples(m), "due": Due(**m["due"])}) for m in raw.get("milestones", ())),
            "chains": tuple(Chain(**c) for c in raw.get("chains", ())),
            "digest": digest_of(raw),
        }
    )


def _table(raw: Json) -> Table:
    return Table(**{**raw, "columns": tuple(Field(**_tuples(c)) for c in raw["columns"])})


def _obligation(raw: Json) -> Obligation:
    exceptions = {period: Due(**due) for period, due in raw.get("exceptions", {}).items()}
    return Obligation(
        **{
            **_tuples(raw),
            "due": Due(**raw["due"]),
            "exceptions": exceptions,
            "people": _people(raw["people"]) if "people" in raw else None,
            "second_copy": SecondCopy(**_tuples(raw["second_copy"])) if "second_copy" in raw else None,
        }
    )


def _people(raw: Json) -> People:
    return People(**{**_tuples(raw), "exempt": tuple(Exemption(**_tuples(e)) for e in raw.get("exempt", ()))})


def _consolidated(raw: Json) -> Consolidated:
    return Consolidated(
        **{
            **_tuples(raw),
            "sources": tuple(Source(**s) for s in raw.get("sources", ())),
            "columns": tuple(Field(**_tuples(c)) for c in raw.get("columns", ())),
        }
    )


def _tuples(raw: Json) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}

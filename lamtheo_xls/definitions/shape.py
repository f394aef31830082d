"""The shape of a definition: JSON Schema, each kind of error told in our words by its keyword."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions.parsing import path_of, quoted, suggestion
from lamtheo_xls.findings import Finding, finding, say, words

_FOLDER = Path(__file__).resolve().parent / "schemas"
Steps = tuple[str | int, ...]


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema 2020-12 of `form` or `programme`."""
    found: Mapping[str, Any] = json.loads((_FOLDER / f"{name}.schema.json").read_text("utf-8"))
    return found


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema(name))


def shape_findings(raw: Any, name: str) -> tuple[Finding, ...]:
    """Everything in `raw` that the schema `name` does not allow, in the order of the file, each once."""
    found: dict[tuple[str, str | None], Finding] = {}
    for error in _validator(name).iter_errors(raw):
        for f in TOLD[error.validator](error, tuple(error.absolute_path)):
            found.setdefault((f.code, f.place.path), f)
    return tuple(found.values())


def _unknown_keys(error: Any, steps: Steps) -> Iterator[Finding]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            near = suggestion(key, known)
            yield finding("definition.unknown_key", path=path_of((*steps, key)), khoa=key, goi_y=near)


def _missing_keys(error: Any, steps: Steps) -> Iterator[Finding]:
    for key in error.validator_value:
        if key not in error.instance:
            yield finding("definition.missing_key", path=path_of((*steps, key)), khoa=key)


def _wrong_type(error: Any, steps: Steps) -> Iterator[Finding]:
    allowed = error.validator_value
    names = [allowed] if isinstance(allowed, str) else allowed
    expected = say("definitions.type.or").join(say(f"definitions.type.{n}") for n in names)
    yield finding("definition.wrong_type", path=path_of(steps), value=quoted(error.instance), can=expected)


def _unknown_value(error: Any, steps: Steps) -> Iterator[Finding]:
    allowed = error.validator_value
    yield finding(
        "definition.unknown_value",
        path=path_of(steps),
        value=quoted(error.instance),
        cho_phep=", ".join(json.dumps(v, ensure_ascii=False) for v in allowed),
        goi_y=suggestion(error.instance, allowed),
    )


def _pattern(error: Any, steps: Steps) -> Iterator[Finding]:
    told = words("definitions")["pattern"][kind_of_pattern(error.validator_value)]
    yield finding("definition.pattern", path=path_of(steps), value=error.instance, **told)


def kind_of_pattern(pattern: str) -> str:
    """Which of the catalogue's explanations a pattern of the schemas has."""
    return {
        r"^[a-z0-9]+(-[a-z0-9]+)*$": "document_id",
        r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$": "id",
        r"^([a-z][a-z0-9]*(_[a-z0-9]+)*|(unit|person)\.name)$": "origin",
        r"^S[0-4]\.[0-9]+$": "source",
        r"^[^\[\]:*?/\\']+$": "sheet",
    }[pattern]


def _item_twice(error: Any, steps: Steps) -> Iterator[Finding]:
    for n, item in enumerate(error.instance):
        if item in error.instance[:n]:
            yield finding("definition.item_twice", path=path_of((*steps, n)), value=quoted(item))


def _beyond(code: str) -> Callable[[Any, Steps], Iterator[Finding]]:
    def told(error: Any, steps: Steps) -> Iterator[Finding]:
        sized = isinstance(error.instance, str | list)
        yield finding(
            code,
            path=path_of(steps),
            value=quoted(error.instance),
            dai=len(error.instance) if sized else "",
            gioi_han=error.validator_value,
        )

    return told


TOLD: Mapping[str, Callable[[Any, Steps], Iterator[Finding]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "type": _wrong_type,
    "enum": _unknown_value,
    "pattern": _pattern,
    "minLength": _beyond("definition.too_short"),
    "maxLength": _beyond("definition.too_long"),
    "minItems": _beyond("definition.too_few"),
    "maxItems": _beyond("definition.too_many"),
    "uniqueItems": _item_twice,
    "minimum": _beyond("definition.too_small"),
    "maximum": _beyond("definition.too_great"),
}
"""Schema keyword → its findings. A test holds that the schemas use no keyword outside this."""

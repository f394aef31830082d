"""From bytes to JSON values, with every fault of the file as a finding."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from lamtheo_xls.definitions.building import digest_of
from lamtheo_xls.findings import Finding, finding, say

_DEEPEST = 30
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Unusable(ValueError):
    """Text of a number that JSON, or this program, cannot hold; never leaves `parse`."""


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys were written twice."""

    twice: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    keys = [key for key, _ in pairs]
    found.twice = tuple(sorted({key for key in keys if keys.count(key) > 1})) if len(keys) > len(found) else ()
    return found


def _number(text: str) -> float | int:
    """48.0 is 48 (one digest for one meaning); what no number can hold is refused."""
    value = float(text)
    if not math.isfinite(value):
        raise _Unusable(text)
    return int(value) if value.is_integer() else value


def _refuse(text: str) -> Any:
    raise _Unusable(text)


def parse(data: bytes) -> tuple[Any, tuple[Finding, ...]]:
    """The JSON value in `data` (None where it cannot be read) and findings of the file itself."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, (finding("definition.not_utf8", path="$", byte=error.start + 1),)
    try:
        raw = json.loads(text, object_pairs_hook=_object, parse_float=_number, parse_constant=_refuse)
        digest_of(raw)
        if _nests_deeper(raw, _DEEPEST):
            raise RecursionError
    except json.JSONDecodeError as error:
        lines = [line.strip() for line in text.split("\n")[: error.lineno]]
        near = next((line for line in reversed(lines) if line), "")
        return None, (finding("definition.json", path="$", value=near, dong=error.lineno, cot=error.colno),)
    except (ValueError, RecursionError) as error:
        reason = "…"
        if isinstance(error, _Unusable):
            reason = str(error)[:40]
        if isinstance(error, UnicodeEncodeError):
            reason = ascii(error.object[error.start])[1:-1]
        return None, (finding("definition.json_value", path="$", ly_do=reason),)
    return raw, tuple(_repeated(raw, ()))


def _nests_deeper(raw: Any, levels: int) -> bool:
    """No definition is deeper than a few levels; what is must not exhaust the checks that walk it."""
    layer = [raw]
    for _ in range(levels):
        layer = [value for node in layer for _, value in children(node)]
    return bool(layer)


def _repeated(raw: Any, steps: tuple[str | int, ...]) -> Iterator[Finding]:
    for key in getattr(raw, "twice", ()):
        yield finding("definition.key_twice", path=path_of((*steps, key)), khoa=key)
    for step, value in children(raw):
        yield from _repeated(value, (*steps, step))


def children(raw: Any) -> Iterable[tuple[str | int, Any]]:
    """Keys or indices of a JSON value with what stands there; nothing for a plain value."""
    if isinstance(raw, dict):
        return raw.items()
    return enumerate(raw) if isinstance(raw, list) else ()


def path_of(steps: Iterable[str | int]) -> str:
    """("tables", 0, "id") → `$.tables[0].id`; other keys are quoted: `$.exceptions["2022"]`."""
    out = "$"
    for step in steps:
        if isinstance(step, int):
            out += f"[{step}]"
        else:
            out += f".{step}" if _NAME.fullmatch(step) else f"[{json.dumps(step, ensure_ascii=False)}]"
    return out


def suggestion(word: object, known: Iterable[object]) -> str:
    """« Có phải ý là “…”?» for the nearest of `known`, else ''."""
    by_fold = {str(k).casefold(): str(k) for k in known if k not in ("", None)}
    near = get_close_matches(str(word).casefold(), by_fold, n=1, cutoff=0.6)
    return say("definitions.close.one", goi_y=by_fold[near[0]]) if near else ""


def quoted(value: Any) -> str:
    """A JSON value as it would be written, for quoting in a finding."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

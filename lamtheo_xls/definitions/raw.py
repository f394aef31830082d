"""Looking into JSON that may be faulty: what has the wrong shape is passed over (the schema has told of it)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lamtheo_xls.definitions.parsing import children

Steps = tuple[str | int, ...]
Node = tuple[Steps, dict[str, Any]]


def each(node: Node, key: str) -> Iterator[Node]:
    """The objects in the list at `key`, with their steps."""
    steps, raw = node
    values = raw.get(key)
    for n, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, dict):
            yield (*steps, key, n), value


def one(node: Node, key: str) -> Iterator[Node]:
    """The object at `key`, if it is one."""
    steps, raw = node
    if isinstance(raw.get(key), dict):
        yield (*steps, key), raw[key]


def texts(node: Node, key: str) -> Iterator[tuple[Steps, str]]:
    """The texts at `key`: of a list of texts each, of a single text that one if it is not ''."""
    steps, raw = node
    value = raw.get(key)
    if isinstance(value, str) and value:
        yield (*steps, key), value
    for n, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str):
            yield (*steps, key, n), item


def word(node: Node, key: str, default: str = "") -> str:
    """The text at `key`."""
    value = node[1].get(key, default)
    return value if isinstance(value, str) else default


def number(node: Node, key: str) -> float | None:
    """The number at `key`; true and false are none."""
    value = node[1].get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def ids(nodes: Iterator[Node]) -> tuple[str, ...]:
    """The ids of these objects."""
    return tuple(word(node, "id") for node in nodes if word(node, "id"))


def all_texts(raw: Any, steps: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Every text anywhere in a JSON value, keys excluded."""
    if isinstance(raw, str):
        yield steps, raw
    for step, value in children(raw):
        yield from all_texts(value, (*steps, step))

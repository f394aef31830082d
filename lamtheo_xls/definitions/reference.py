"""The reference of both definitions as Markdown, made from the descriptions in the schemas (docs/form.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lamtheo_xls.definitions.shape import schema
from lamtheo_xls.definitions.templates import CONTEXT, OF_PERSONS

_FILES = {"form": "`<form>.json`", "programme": "`programme.json`"}


def form_reference() -> str:
    """Markdown: one section per object of the two schemas, one line per key, then the names templates may use."""
    return "\n".join([*_of_schema("form"), *_of_schema("programme"), *_of_templates()]) + "\n"


def _of_schema(name: str) -> Iterator[str]:
    root = schema(name)
    yield f"## {root['title']} – {_FILES[name]}"
    yield ""
    yield from _of_object(root, root)
    for part, node in root["$defs"].items():
        if "properties" in node:
            yield f"### {part} ({name})"
            yield ""
            yield from _of_object(node, root)


def _of_object(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[str]:
    yield node["description"]
    yield ""
    yield "| key | value | left out | meaning |"
    yield "|---|---|---|---|"
    for key, value in node["properties"].items():
        if key in node["required"]:
            absent = "required"
        else:
            absent = f"`{json.dumps(value['default'], ensure_ascii=False)}`"
        cells = (f"`{key}`", _value(value, root), absent, value["description"])
        yield "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"
    yield ""


def _value(node: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    """What may stand there, in a few words."""
    if "$ref" in node:
        part = node["$ref"].rsplit("/", 1)[1]
        found = root["$defs"][part]
        return part if "properties" in found else _value(found, root)
    if "enum" in node:
        return ", ".join(f"`{json.dumps(v, ensure_ascii=False)}`" for v in node["enum"])
    kind = node["type"] if isinstance(node["type"], str) else " or ".join(node["type"])
    if kind == "array":
        return f"list{_limits(node, 'minItems', 'maxItems')} of {_value(node['items'], root)}"
    if kind == "object":
        return f"object of {_value(node['additionalProperties'], root)}"
    if "pattern" in node:
        return f"text like `{node['pattern']}`"
    if kind == "string":
        return "text" + _limits(node, "minLength", "maxLength", " characters")
    return kind + _limits(node, "minimum", "maximum")


def _limits(node: Mapping[str, Any], low: str, high: str, unit: str = "") -> str:
    least, most = node.get(low), node.get(high)
    if least is None and most is None:
        return ""
    if most is None:
        return f" (at least {least}{unit})"
    return f" (at most {most}{unit})" if least is None else f" ({least} to {most}{unit})"


def _of_templates() -> Iterator[str]:
    yield "## Templates"
    yield ""
    yield "`{name}` is filled when a workbook is issued, from the office, the unit and the period:"
    yield ""
    yield "| name | meaning |"
    yield "|---|---|"
    for name, meaning in CONTEXT.items():
        yield f"| `{{{name}}}` | {meaning}{' · only in forms that persons owe' if name in OF_PERSONS else ''} |"
    yield ""
    yield "In title lines, the number line and the body, `{=field}` stands for what is typed into that single field:"
    yield "on the sheet and on BẢN IN the words change as the clerk types (`thực hiện mô hình {=ten_mo_hinh}`)."

"""The schemas: closed, every key described, one with the model, every keyword told in our words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lamtheo_xls.definitions import model
from lamtheo_xls.definitions.reference import form_reference
from lamtheo_xls.definitions.shape import TOLD, kind_of_pattern, schema
from lamtheo_xls.findings import words

NAMES = ("form", "programme")


def nodes(node: Any, path: str = "$") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema inside a schema."""
    yield path, node
    for key in ("properties", "$defs"):
        for name, inner in node.get(key, {}).items():
            yield from nodes(inner, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from nodes(node[key], f"{path}.{key}")


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_valid_and_closed(name: str) -> None:
    """Draft 2020-12; every object either names all its keys or says what any of its values is."""
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    objects = [(path, node) for path, node in nodes(schema(name)) if node.get("type") == "object"]
    assert len(objects) >= 5
    for path, node in objects:
        assert "additionalProperties" in node, path
        assert (node["additionalProperties"] is False) == ("properties" in node), path
        assert (
            node["additionalProperties"] is False
            or node["additionalProperties"]["description" if name == "form" else "$ref"]
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_described_and_says_what_it_is_when_left_out(name: str) -> None:
    """A description on every key; a default on every key that may be left out."""
    described = 0
    for path, node in nodes(schema(name)):
        for key, value in node.get("properties", {}).items():
            assert len(value["description"]) > 10, f"{path}.{key}"
            assert (key in node["required"]) != ("default" in value), f"{path}.{key}"
            described += 1
    assert described >= 40


@pytest.mark.parametrize("name", NAMES)
def test_every_keyword_and_pattern_of_the_schemas_has_its_words(name: str) -> None:
    """Nothing can fail with a message of the library's own."""
    told_elsewhere = {"$schema", "$id", "$defs", "$ref", "title", "description", "default", "properties", "items"}
    for _, node in nodes(schema(name)):
        assert set(node) <= set(TOLD) | told_elsewhere
        if "pattern" in node:
            assert set(words("definitions")["pattern"][kind_of_pattern(node["pattern"])]) == {"can", "vi_du"}


MIRRORS = [
    ("form", None, model.Form),
    ("form", "field", model.Field),
    ("form", "table", model.Table),
    ("form", "rule", model.Rule),
    ("form", "head", model.Head),
    ("form", "closing", model.Closing),
    ("form", "block", model.Block),
    ("form", "replaces", model.Replaces),
    ("programme", None, model.Programme),
    ("programme", "obligation", model.Obligation),
    ("programme", "due", model.Due),
    ("programme", "group", model.Group),
    ("programme", "people", model.People),
    ("programme", "exemption", model.Exemption),
    ("programme", "second_copy", model.SecondCopy),
    ("programme", "milestone", model.Milestone),
    ("programme", "consolidated", model.Consolidated),
    ("programme", "source_of_rows", model.Source),
    ("programme", "field", model.Field),
    ("programme", "chain", model.Chain),
]


@pytest.mark.parametrize(("name", "part", "value"), MIRRORS)
def test_the_schema_mirrors_the_model(name: str, part: str | None, value: Any) -> None:
    """The same keys in the same order, the same defaults; only the digest is not written."""
    node = schema(name)["$defs"][part] if part else schema(name)
    fields = [f for f in dataclasses.fields(value) if f.name != "digest"]
    assert list(node["properties"]) == [f.name for f in fields]
    for f in fields:
        wanted = node["properties"][f.name]
        if f.default is not dataclasses.MISSING:
            assert wanted["default"] == (list(f.default) if isinstance(f.default, tuple) else f.default)
        elif f.default_factory is not dataclasses.MISSING:
            assert wanted["default"] == f.default_factory()
        else:
            assert f.name in node["required"]


def test_a_column_is_described_alike_in_both() -> None:
    """Consolidated tables may have columns of their own: the same keys, limits and words as a form's."""
    assert schema("form")["$defs"]["field"] == schema("programme")["$defs"]["field"]


def test_the_kinds_of_unit_are_the_same_wherever_they_are_named() -> None:
    """One list of kinds, in obligations, exemptions and rules."""
    rule = schema("form")["$defs"]["rule"]["properties"]["unit_kinds"]["items"]["enum"]
    parts = [schema("programme")["$defs"][name]["properties"]["unit_kinds"] for name in ("obligation", "exemption")]
    assert [part["items"]["enum"] for part in parts] == [rule, rule]
    assert len(rule) == 9


def test_the_reference_has_a_line_for_every_key() -> None:
    """docs/form.md is made from the schemas alone and leaves out nothing."""
    text = form_reference()
    for name in NAMES:
        for _, node in nodes(schema(name)):
            for key, value in node.get("properties", {}).items():
                lines = [line for line in text.splitlines() if line.startswith(f"| `{key}` |")]
                assert any(value["description"].replace("|", "\\|") in line for line in lines)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {3, 5}

"""Traceability: every demand of the sources is accounted for, and what is called done names files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STATES = ("done", "open", "not software")


def rows() -> list[list[str]]:
    text = (ROOT / "docs" / "requirements.tsv").read_text("utf-8").splitlines()
    assert text[0].split("\t") == ["id", "kind", "state", "where", "proof"]
    return [line.split("\t") for line in text[1:]]


def test_two_hundred_demands() -> None:
    """All 200 rows, each once, each with a known state."""
    ids = [r[0] for r in rows()]
    assert len(ids) == 200 == len(set(ids))
    assert all(re.fullmatch(r"S[0-4]\.\d+", i) for i in ids)
    assert {r[2] for r in rows()} <= set(STATES)


@pytest.mark.parametrize("row", [r for r in rows() if r[2] == "done"], ids=lambda r: r[0])
def test_done_names_what_exists(row: list[str]) -> None:
    """`where` and `proof` name files of the project; a test is named as file::function and stands there."""
    for path in row[3].split("; "):
        assert (ROOT / path).exists(), path
    for proof in row[4].split("; "):
        file, _, function = proof.partition("::")
        assert function and f"def {function}(" in (ROOT / file).read_text("utf-8"), proof


def test_not_software_says_why() -> None:
    """A demand that is no software's has its reason; an open one claims nothing."""
    for row in rows():
        if row[2] == "not software":
            assert len(row[4]) > 20, row[0]
        if row[2] == "open":
            assert not row[3] and not row[4], row[0]


@pytest.mark.parametrize("source", ["S1", "S3"])
def test_nothing_of_a_finished_source_is_open(source: str) -> None:
    """The plan (S1) and the guidance (S3) are whole: every demand is done, or no software's with its reason."""
    states = {r[0]: r[2] for r in rows() if r[0].startswith(f"{source}.")}
    assert len(states) == {"S1": 39, "S3": 38}[source]
    assert [id for id, state in states.items() if state == "open"] == []


def test_sources_in_definitions_are_demands() -> None:
    """Every `source` in a definition is a numbered demand that is done: what the software asks, it has proven."""
    known = {r[0]: r[2] for r in rows()}
    named = set()
    for path in (ROOT / "workbook_templates").rglob("*.json"):
        named |= set(re.findall(r'"source": "([^"]+)"', path.read_text("utf-8")))
    assert named
    assert {s: known.get(s, "unknown") for s in named if known.get(s) != "done"} == {}


def test_a_definition_that_fulfils_a_demand_names_it() -> None:
    """The other way: a date, an exemption or a form that a definition holds names the demand as its source."""
    definitions = {p: p.read_text("utf-8") for p in (ROOT / "workbook_templates").rglob("*.json")}
    for id, kind, state, where, _ in rows():
        held = [text for p, text in definitions.items() if p.relative_to(ROOT).as_posix() in where.split("; ")]
        if state == "done" and held and set(kind.split("/")) & {"DL", "EXM", "FORM"}:
            assert any(f'"source": "{id}"' in text for text in held), id

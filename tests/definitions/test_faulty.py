"""Faulty definitions: each file in faulty/ beside the findings it must give, compared both ways."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import bundled, load_folder, load_form, load_programme, programmes
from lamtheo_xls.findings import Finding, entries, mend, message

FAULTY = Path(__file__).parent / "faulty"
SOUND = Path(__file__).parent / "sound"
PEOPLE = Path(__file__).parent / "sound_people"
FILES = sorted(FAULTY.glob("*.json"))


def load(path: Path) -> tuple[object, tuple[Finding, ...]]:
    return (load_form if path.name.startswith("form-") else load_programme)(path)


def expected(path: Path) -> list[tuple[str, str]]:
    lines = path.with_suffix(".tsv").read_text("utf-8").splitlines()
    return sorted((line.split("\t")[0], line.split("\t")[1]) for line in lines)


def test_the_folder_of_faulty_files_is_not_empty_and_each_has_its_findings() -> None:
    """A missing folder must not pass for success."""
    assert len(FILES) >= 15
    assert {p.stem for p in FILES} == {p.stem for p in FAULTY.glob("*.tsv")}
    assert all(expected(p) for p in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_faulty_file_gives_exactly_its_findings(path: Path) -> None:
    """All at once, each with its JSON path; none beyond; nothing is loaded; each message is filled, in our words."""
    value, findings = load(path)
    assert sorted((f.code, f.place.path or "") for f in findings) == expected(path)
    assert value is None
    for f in findings:
        told = f"{message(f)} {mend(f)}"
        assert not re.search(r"\{(tep|duong_dan|gia_tri|goi_y|khoa|can|loai|gioi_han|dai|ly_do|cho_\w+|vi_du)\}", told)
        assert not re.search(r"is not|was expected|a required property|does not match|is too ", told)
        assert message(f).startswith(path.name)


def test_every_code_of_the_phase_is_raised_by_some_file_or_folder() -> None:
    """No dead entry in the catalogue; the codes of whole folders are raised in test_loading."""
    of_folders = {"no_file", "unreadable", "file_name", "unlisted", "groups_missing"}
    raised = {f.code for path in FILES for f in load(path)[1]}
    assert {code for code in entries() if code.startswith("definition.")} == raised | {
        f"definition.{name}" for name in of_folders
    }


SUGGESTED = [
    ("form-unknown-keys", "$.tables[0].columns[0].witdh", "Có phải ý là “width”?"),
    ("form-unknown-keys", "$.rules[0].pannel", "Có phải ý là “panel”?"),
    ("form-unknown-values", "$.tables[0].columns[3].type", "Có phải ý là “integer”?"),
    ("form-unknown-values", "$.tables[0].rows_from", "Có phải ý là “children”?"),
    ("form-unknown-ids", "$.head.place_date", "Có phải ý là “dia_danh_ngay”?"),
    ("form-unknown-ids", "$.rules[1].columns[0]", "Có phải ý là “da_xong”?"),
    ("form-templates", "$.title[0]", "Có phải ý là “nam”?"),
    ("programme-keys", "$.perod", "Có phải ý là “period”?"),
    ("programme-values", "$.obligations[0].unit_kinds[0]", "Có phải ý là “dang_uy_co_so”?"),
    ("programme-ids", "$.obligations[1].form", "Có phải ý là “mau-thu”?"),
    ("form-body", "$.body[0].id", "Có phải ý là “ho_ten”?"),
    ("form-conditions", "$.rules[3].when", "Có phải ý là “lanh_dao”?"),
    ("form-parts", "$.replaces.tables.noi_dun", "Có phải ý là “noi_dung”?"),
    ("programme-people", "$.obligations[1].second_copy.to", "Có phải ý là “cap_tren”?"),
]


@pytest.mark.parametrize(("file", "path", "words"), SUGGESTED)
def test_the_nearest_known_word_is_offered(file: str, path: str, words: str) -> None:
    """Unknown keys, values, ids and template names come with «có phải ý là»."""
    _, findings = load(FAULTY / f"{file}.json")
    [found] = [f for f in findings if f.place.path == path]
    assert words in message(found)


def test_no_word_is_offered_where_none_is_near() -> None:
    """A guess that helps nobody is left out."""
    _, findings = load(FAULTY / "form-unknown-keys.json")
    [found] = [f for f in findings if f.place.path == "$.colour"]
    assert message(found) == "form-unknown-keys.json, $.colour: không có khóa “colour” ở đây."


def test_a_syntax_error_is_told_with_line_and_column() -> None:
    """The reader finds the place in any editor."""
    [found] = load(FAULTY / "form-syntax.json")[1]
    assert dict(found.args)["dong"] == "8"
    assert message(found) == (
        'form-syntax.json, dòng 8, cột 2: chưa đúng cú pháp JSON, ở gần “"orientation": "portrait",”.'
    )


UNUSABLE = [("form-nan", "NaN"), ("form-endless", "1e999"), ("form-surrogate", "\\ud800")]


@pytest.mark.parametrize(("file", "quote"), UNUSABLE)
def test_what_json_cannot_hold_is_quoted(file: str, quote: str) -> None:
    """NaN, an endless number, half a character: the reader can search for it."""
    [found] = load(FAULTY / f"{file}.json")[1]
    assert message(found) == f"{file}.json: có giá trị không dùng được trong JSON ({quote})."


def test_nesting_without_end_is_a_finding() -> None:
    """A hostile file does not exhaust the stack."""
    for levels in (31, 400, 990, 100_000):
        deep = b"[" * levels + b"]" * levels
        assert [f.code for f in load_form(b'{"id": ' + deep + b"}")[1]] == ["definition.json_value"]
    assert [f.code for f in load_form(b'{"id": ' + b"9" * 5000 + b"}")[1]] == ["definition.json_value"]


def _places(raw: Any, steps: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [steps, *(p for step, value in inner for p in _places(value, (*steps, step)))]


GOOD = {
    f"{folder.name}/{name}": json.loads((folder / name).read_text("utf-8"))
    for folder, names in ((SOUND, ("mau-thu.json", "programme.json")), (PEOPLE, ("ke-hoach.json", "programme.json")))
    for name in names
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_value_anywhere_is_a_finding_or_a_definition_never_an_exception(data: st.DataObject) -> None:
    """Loading answers every JSON whatever stands in it, and gives no value exactly when something is an error."""
    name = data.draw(st.sampled_from(sorted(GOOD)))
    raw = json.loads(json.dumps(GOOD[name]))
    [*steps, last] = data.draw(st.sampled_from(_places(raw)[1:]))
    node = raw
    for step in steps:
        node = node[step]
    node[last] = data.draw(JSON)
    load_one = load_programme if name.endswith("/programme.json") else load_form
    value, findings = load_one(json.dumps(raw).encode("ascii"))
    assert (value is None) == any(f.severity == "error" for f in findings)
    assert all(message(f) for f in findings)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=40))
def test_any_bytes_are_answered(data: bytes) -> None:
    """Not JSON, not UTF-8, or a plain value: always at least one finding."""
    for load_one in (load_form, load_programme):
        value, findings = load_one(data)
        assert value is None
        assert findings


def test_the_sound_ones_beside_them_give_none() -> None:
    """The files the faulty ones were made from, and everything bundled, load without a finding."""
    assert load_form(SOUND / "mau-thu.json")[1] == ()
    assert load_programme(SOUND / "programme.json")[1] == ()
    assert load_form(PEOPLE / "ke-hoach.json")[1] == ()
    assert load_programme(PEOPLE / "programme.json")[1] == ()
    for id in programmes():
        assert load_folder(bundled(id))[1] == ()

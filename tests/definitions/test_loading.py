"""Whole folders: a programme with its forms, and what can be wrong between them."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.definitions import bundled, load_folder, load_form, loading, programmes
from lamtheo_xls.findings import message

SOUND = Path(__file__).parent / "sound"
PERSONS = {"owner", "people", "second_copy"}
"""Keys of an obligation that persons owe."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOUND, tmp_path / "bo-thu"))


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def change(path: Path, edit: Callable[[Any], None]) -> None:
    raw = read(path)
    edit(raw)
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")


def told(folder: Path) -> list[tuple[str, str, str]]:
    """(file, code, path) of everything found."""
    return sorted((dict(f.args)["tep"], f.code, f.place.path or "") for f in load_folder(folder)[1])


def test_a_sound_folder_loads_without_a_finding(folder: Path) -> None:
    """The bundle holds the programme and its forms by id, as plain values that travel between processes."""
    bundle, findings = load_folder(folder)
    assert findings == ()
    assert bundle is not None
    assert bundle.programme.id == "bo-thu"
    assert list(bundle.forms) == ["mau-thu"]
    assert bundle.forms["mau-thu"].table("viec").column("so_nguoi").maximum == 500
    assert pickle.loads(pickle.dumps(bundle)) == bundle


def test_a_form_that_is_not_there_is_told_with_the_nearest_file(folder: Path) -> None:
    """A renamed file is both a missing form and one that nobody lists."""
    (folder / "mau-thu.json").rename(folder / "mau-thuu.json")
    bundle, findings = load_folder(folder)
    assert bundle is None
    assert told(folder) == [
        ("mau-thu.json", "definition.no_file", "$"),
        ("mau-thuu.json", "definition.file_name", "$.id"),
        ("mau-thuu.json", "definition.unlisted", "$"),
    ]
    assert message(findings[0]) == "Chưa thấy tệp “mau-thu.json”. Có phải ý là “mau-thuu”?"


def test_an_unlisted_form_is_only_a_warning(folder: Path) -> None:
    """A draft beside the others does not stop the programme."""
    shutil.copy(folder / "mau-thu.json", folder / "nhap.json")
    change(folder / "nhap.json", lambda raw: raw.update(id="nhap"))
    bundle, findings = load_folder(folder)
    assert [(f.code, f.severity) for f in findings] == [("definition.unlisted", "warning")]
    assert bundle is not None
    assert list(bundle.forms) == ["mau-thu"]


def test_an_empty_folder_lacks_its_programme(tmp_path: Path) -> None:
    """One finding, no exception; so does a folder that is not there."""
    assert told(tmp_path) == [("programme.json", "definition.no_file", "$")]
    assert told(tmp_path / "khong-co") == [("programme.json", "definition.no_file", "$")]


def test_what_cannot_be_read_is_a_finding(folder: Path) -> None:
    """The operating system's refusal is quoted, the other files are still judged."""
    (folder / "mau-thu.json").unlink()
    (folder / "mau-thu.json").mkdir()
    change(folder / "programme.json", lambda raw: raw.update(colour="red"))
    assert told(folder) == [
        ("mau-thu.json", "definition.unreadable", "$"),
        ("programme.json", "definition.unknown_key", "$.colour"),
    ]


def test_names_on_disk_are_the_ids(tmp_path: Path) -> None:
    """A programme's folder and a form's file bear their ids."""
    other = Path(shutil.copytree(SOUND, tmp_path / "bo-khac"))
    change(other / "mau-thu.json", lambda raw: raw.update(id="mau-02"))
    assert told(other) == [
        ("mau-thu.json", "definition.file_name", "$.id"),
        ("programme.json", "definition.file_name", "$.id"),
    ]


def test_a_consolidated_table_names_what_its_form_has(folder: Path) -> None:
    """Unknown tables and columns, with the nearest offered."""
    change(folder / "programme.json", lambda raw: raw["tables"][0].update(table="viecs"))
    assert told(folder) == [("programme.json", "definition.unknown_id", "$.tables[0].table")]
    change(folder / "programme.json", lambda raw: raw["tables"][0].update(table="viec", group_column="ten_vic"))
    assert told(folder) == [("programme.json", "definition.unknown_id", "$.tables[0].group_column")]
    assert "Có phải ý là “ten_viec”?" in message(load_folder(folder)[1][0])


def test_a_column_of_groups_needs_groups_and_its_example_is_one(folder: Path) -> None:
    """Form and programme are judged together."""
    column = {"id": "nhom", "label": "Nhóm", "short": "nhóm", "type": "choice", "choices_from": "groups"}
    change(folder / "mau-thu.json", lambda raw: raw["tables"][0]["columns"].append({**column, "example": "Nhóm một"}))
    assert told(folder) == []
    change(folder / "mau-thu.json", lambda raw: raw["tables"][0]["columns"][-1].update(example="Nhóm hai"))
    assert told(folder) == [("mau-thu.json", "definition.example", "$.tables[0].columns[4].example")]
    change(folder / "programme.json", lambda raw: raw.update(groups=[]))
    assert told(folder) == [("mau-thu.json", "definition.groups_missing", "$.tables[0].columns[4].choices_from")]


def test_one_faulty_file_hides_no_other(folder: Path) -> None:
    """Syntax here, shape there, meaning elsewhere: all findings at once."""
    (folder / "mau-hai.json").write_text("{", "utf-8")
    change(folder / "programme.json", lambda raw: raw["forms"].append("mau-hai"))
    change(folder / "programme.json", lambda raw: raw["obligations"][0].update(strength="shall", form="mau-ba"))
    change(folder / "mau-thu.json", lambda raw: raw["title"].append("năm {nm}"))
    assert told(folder) == [
        ("mau-hai.json", "definition.json", "$"),
        ("mau-thu.json", "definition.unknown_context", "$.title[2]"),
        ("programme.json", "definition.unknown_id", "$.obligations[0].form"),
        ("programme.json", "definition.unknown_value", "$.obligations[0].strength"),
    ]


def test_the_digest_is_of_the_content_not_of_its_layout() -> None:
    """Spaces, key order, a byte order mark and 80.0 for 80 change nothing; a changed word does."""
    text = (SOUND / "mau-thu.json").read_text("utf-8")
    raw = json.loads(text)
    turned = dict(reversed(raw.items()))
    same = [
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        json.dumps(turned).encode(),
        text.replace('"width": 80', '"width": 80.0').encode(),
    ]
    digests = {form.digest for form, _ in map(load_form, same) if form is not None}
    assert len(digests) == 1
    assert len(digests.pop()) == 64
    other, _ = load_form(text.replace("Biểu thử", "Biểu khác").encode())
    first, _ = load_form(same[0])
    assert other is not None
    assert first is not None
    assert other.digest != first.digest


def test_bundled_programmes_are_listed_and_load() -> None:
    """Every bundled folder loads without a finding; an unknown id is our caller's bug."""
    assert "43-kh-duk" in programmes()
    for id in programmes():
        bundle, findings = load_folder(bundled(id))
        assert findings == ()
        assert bundle is not None
        assert bundle.programme.id == id
    with pytest.raises(KeyError):
        bundled("44-kh-duk")


def test_the_installed_package_finds_its_own_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the wheel the folder lies inside the package and wins over whatever lies beside it."""
    package = tmp_path / "lamtheo_xls"
    shutil.copytree(SOUND, package / "workbook_templates" / "bo-thu")
    monkeypatch.setattr(loading, "_HERE", package / "definitions")
    assert programmes() == ("bo-thu",)
    assert load_folder(bundled("bo-thu"))[1] == ()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOUND.parent / "sound_people", tmp_path / "bo-viet"))


def test_a_folder_of_peoples_plans_loads_without_a_finding(people: Path) -> None:
    """Narratives, conditions, parts, people, a document, a milestone: every noun built as frozen values."""
    bundle, findings = load_folder(people)
    assert findings == ()
    assert bundle is not None
    form, (document, plan) = bundle.forms["ke-hoach"], bundle.programme.obligations
    assert [b.kind for b in form.body] == ["field", "heading", "hint", "table", "text", "table"]
    assert form.replaces is not None
    assert (form.replaces.version, dict(form.replaces.tables)) == (1, {"neu_guong": {"doan": "noi_dung"}})
    assert (document.form, document.document, document.people) == ("", "Kế hoạch toàn khóa", None)
    assert plan.people is not None
    assert plan.people.exempt[0].without_roles == ("cap_uy_vien",)
    assert plan.second_copy is not None
    assert plan.second_copy.roles == ("nguoi_dung_dau",)
    assert (bundle.programme.milestones[0].periods, bundle.programme.old_versions) == (("2028",), 10)
    assert bundle.programme.tables[0].sources[0].columns == {"ten": "person.name"}
    assert pickle.loads(pickle.dumps(bundle)) == bundle


def test_a_source_fills_every_printed_column_from_what_its_form_has(people: Path) -> None:
    """Fields, columns, narratives, and names of units and persons; what nothing fills is told at the source."""
    path = people / "programme.json"
    change(path, lambda raw: raw["tables"][0]["sources"][0]["columns"].update(neu_guong="neu_guongg", hai="loai"))
    assert told(people) == [
        ("programme.json", "definition.unknown_id", "$.tables[0].sources[0].columns.hai"),
        ("programme.json", "definition.unknown_id", "$.tables[0].sources[0].columns.neu_guong"),
    ]
    change(path, lambda raw: raw["tables"][0].update(sources=[{"form": "ke-hoach", "columns": {"ten": "unit.name"}}]))
    assert told(people) == []
    change(path, lambda raw: raw["tables"][0].update(sources=[{"form": "ke-hoach", "table": "noi_dug"}]))
    assert told(people) == [("programme.json", "definition.unknown_id", "$.tables[0].sources[0].table")]
    change(path, lambda raw: raw["tables"][0].update(sources=[{"form": "ke-hoach"}]))
    assert told(people) == [("programme.json", "definition.unsound", "$.tables[0].sources[0].columns")]
    assert "cột in “ten” chưa có nguồn" in message(load_folder(people)[1][0])
    change(path, lambda raw: raw["tables"][0].update(sources=[]))
    assert told(people) == [("programme.json", "definition.unsound", "$.tables[0].columns")]
    change(
        path,
        lambda raw: raw["tables"][0].update(sources=[], group_column="lo", columns=raw["tables"][0]["columns"][1:]),
    )
    assert told(people) == [("programme.json", "definition.unknown_id", "$.tables[0].group_column")]


def test_what_only_persons_have_stands_in_no_form_of_units(people: Path) -> None:
    """The register knows a name and a birthday of persons alone (S3.33)."""
    of_units = {k: v for k, v in read(people / "programme.json")["obligations"][1].items() if k not in PERSONS}
    change(people / "programme.json", lambda raw: raw["obligations"].__setitem__(1, of_units))
    change(people / "programme.json", lambda raw: raw.update(tables=[]))
    assert told(people) == [
        ("ke-hoach.json", "definition.unsound", "$.fields[0].default"),
        ("ke-hoach.json", "definition.unsound", "$.fields[3].default"),
    ]


def test_a_chain_names_forms_tables_and_fields_that_are_there(people: Path) -> None:
    """What a new workbook starts from is told on both of its ends."""
    chain = {"form": "ke-hoach", "of": "ke-hoach", "key": "ho_ten", "columns": {"ho_ten": "ho_ten"}}
    change(people / "programme.json", lambda raw: raw.update(chains=[chain]))
    assert told(people) == []
    faulty = chain | {"of": "bao-cao", "key": "so", "table": "noi_dungg", "marks": {"lanh_dao": "x"}}
    other = chain | {"columns": {"ho_ten": "ho_tenn", "loaii": "loai"}, "of_table": ""}
    change(people / "programme.json", lambda raw: raw.update(chains=[faulty, other]))
    assert told(people) == [
        ("programme.json", "definition.unknown_id", "$.chains[0].key"),
        ("programme.json", "definition.unknown_id", "$.chains[0].of"),
        ("programme.json", "definition.unknown_id", "$.chains[0].table"),
        ("programme.json", "definition.unknown_id", "$.chains[1].columns.ho_ten"),
        ("programme.json", "definition.unknown_id", "$.chains[1].columns.loaii"),
    ]

"""What new workbooks start from: a chain's two ends are there, or it is said where they are not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.definitions import bundled, load_folder

GOOD = {"form": "mau-03", "of": "mau-01", "key": "ten_mo_hinh", "columns": {"ten_mo_hinh": "ten_mo_hinh"}}
FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("form here", {"form": "mau-09"}, "form", "mau-09"),
    ("form there", {"of": "mau-10"}, "of", "mau-10"),
    ("table here", {"table": "mo_hinh"}, "table", "mo_hinh"),
    ("table there", {"of_table": "mo_hinhs"}, "of_table", "mo_hinhs"),
    ("field here", {"columns": {"ten_mo_hinh": "ten_mo_hinh", "ten": "nhom"}}, "columns.ten", "ten"),
    ("field there", {"columns": {"ten_mo_hinh": "ten"}}, "columns.ten_mo_hinh", "ten"),
    ("mark", {"marks": {"dang_trien_khai": "x"}}, "marks.dang_trien_khai", "dang_trien_khai"),
    ("key that is not taken over", {"key": "nhom"}, "key", "nhom"),
]


def load(folder: Path, chain: dict[str, Any]) -> tuple[object, list[tuple[str, str | None, str | None]]]:
    shutil.copytree(bundled("43-kh-duk"), folder)
    path = folder / "programme.json"
    raw = json.loads(path.read_bytes()) | {"chains": [chain]}
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    bundle, findings = load_folder(folder)
    return bundle, [(f.code, f.place.path, f.value) for f in findings]


@pytest.mark.parametrize(("case", "change", "path", "value"), FAULTS, ids=[f[0] for f in FAULTS])
def test_what_a_chain_names_is_there(tmp_path: Path, case: str, change: dict[str, Any], path: str, value: str) -> None:
    """One fault, one finding, at its place in the programme; nothing is loaded."""
    bundle, found = load(tmp_path / "43-kh-duk", GOOD | change)
    assert bundle is None
    assert found == [("definition.unknown_id", f"$.chains[0].{path}", value)]


def test_a_sound_chain_is_a_value(tmp_path: Path) -> None:
    """With every default; the bundled ones are sound too."""
    bundle, found = load(tmp_path / "43-kh-duk", GOOD)
    assert bundle is not None and found == []
    (chain,) = bundle.programme.chains  # type: ignore[attr-defined]
    assert (chain.table, chain.of_table, chain.before, chain.marks, chain.register) == ("", "", False, {}, False)
    plan, findings = load_folder(bundled("43-kh-duk"))
    assert plan is not None and findings == () and len(plan.programme.chains) >= 4

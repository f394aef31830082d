"""A form changed in mid-round: issued anew with what was returned; the old version is taken for some days."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.examine import Examination
from lamtheo_xls.ledger import examination_of, open_ledger
from lamtheo_xls.workspace import folder
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.renewing import counting_of

ROUND = "43-kh-duk_2027"
ONE, TWO, TT = (f"mau-01_2027_{name}.xlsx" for name in ("DU-SO-SO-1", "DU-SO-SO-2", "CB-THANH-TRA"))
OLD, NEW = "hinh_thuc", "hinh_thuc_xay_dung"
KIND = "Nhân rộng"


@pytest.fixture(autouse=True)
def sent(models_office: Path) -> None:
    """What units have on their own disks, of the version first issued."""
    shutil.copytree(models_office / "bieu-gui" / ROUND, models_office.parent / "da-gui")


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Form]:
    """newer(days): from now on the program comes with a Mẫu 01 whose field is called otherwise; gives that form."""

    def update(days: int | None) -> Form:
        target = tmp_path / "ban-moi" / "43-kh-duk"
        source = bundled("43-kh-duk") if not target.exists() else target
        version = json.loads((source / "mau-01.json").read_bytes())["version"]
        if source is not target:
            shutil.copytree(source, target)
        text = (target / "mau-01.json").read_text("utf-8").replace(f'"{OLD}"', f'"{NEW}"')
        raw = json.loads(text) | {"version": version + 1, "replaces": {"version": version, "fields": {NEW: OLD}}}
        (target / "mau-01.json").write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
        programme = json.loads((target / "programme.json").read_bytes()) | {"old_versions": days}
        (target / "programme.json").write_text(json.dumps(programme, ensure_ascii=False), "utf-8")
        monkeypatch.setattr(folder, "bundled", lambda _: target)
        bundle, findings = load_folder(target)
        assert bundle is not None, findings
        return bundle.forms["mau-01"]

    return update


def collected(lamtheo: Callable[..., Any], office: Path, day: str) -> dict[str, dict[str, Any]]:
    said = lamtheo("collect", "-C", office, "--as-of", day, "--json")
    assert said.code == 0, said.err
    return {line["file"].split("/")[-1]: line for line in said.lines if line["state"] != "duplicate"}


def codes(line: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f["code"], f["severity"]) for f in line["findings"]]


def counted(office: Path) -> dict[str, Examination]:
    """What counts, as those who merge see it."""
    with open_office(office, round_id=ROUND, as_of=dt.date(2027, 3, 1), who="test") as opened:
        found = counting_of(opened, ROUND)
    return {c.assignment: examination_of(c.submission.examination) for c in found}


def test_a_form_changed_in_mid_round(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    field_in: Callable[..., Any],
    plan_of: Callable[..., dict[str, str]],
    form_of: Callable[[str], Form],
    newer: Callable[..., Form],
) -> None:
    """What was returned before goes into the new workbook; the old version is taken for the days the programme says,
    its values under the new ids; after that it comes back as the new one, prefilled."""
    office, old = models_office, form_of("mau-01")
    type_into(office, ONE, "mot.xlsx", plan_of("Tiết kiệm điện", **{OLD: KIND}))
    assert codes(collected(lamtheo, office, "2027-02-10")["mot.xlsx"]) == []
    form = newer(7)
    lines = lamtheo("issue", "-C", office, "--as-of", "2027-02-11", "--json").lines
    changed = [(x["assignment"], x["version"]) for x in lines if x["change"] == "changed"]
    assert changed == [
        ("mau-01_2027_DU-1", 2),
        ("mau-01_2027_DU-2", 2),
        ("mau-01_2027_CB-TT", 2),
        ("mau-03_2027_DU-1", 1),  # starts from what counts of Mẫu 01 meanwhile
    ]
    new = {f: field_in(office, ONE, f, form=form) for f in ("ten_mo_hinh", "thoi_gian", "moi", NEW)}
    assert new == {"ten_mo_hinh": "Tiết kiệm điện", "thoi_gian": "Cả năm 2027", "moi": "x", NEW: KIND}
    assert not field_in(office, TWO, "ten_mo_hinh", form=form)
    again = lamtheo("issue", "-C", office, "--as-of", "2027-02-12", "--json").lines
    assert "changed" not in {x["change"] for x in again}, "it is made once, whatever comes in the old version later"

    v1 = office.parent / "da-gui"
    type_into(office, TWO, "hai.xlsx", plan_of("Ngày thứ Bảy", **{OLD: KIND}), form=old, source=v1 / TWO)
    line = collected(lamtheo, office, "2027-02-18")["hai.xlsx"]
    assert (line["state"], codes(line)) == ("accepted", [("identity.old_version", "info")])
    with open_ledger(office / ".lamtheo") as ledger:
        recorded = {s.file: examination_of(s.examination).fields for s in ledger.submissions(ROUND)}
    assert recorded["nhan-ve/hai.xlsx"][NEW].text == KIND and OLD not in recorded["nhan-ve/hai.xlsx"]
    assert recorded["nhan-ve/mot.xlsx"][OLD].text == KIND, "what was judged before stays as it was judged"
    assert {a: e.fields[NEW].text for a, e in counted(office).items()} == {
        "mau-01_2027_DU-1": KIND,
        "mau-01_2027_DU-2": KIND,
    }

    type_into(office, TT, "ba.xlsx", plan_of("Việc nhỏ", **{OLD: KIND}), form=old, source=v1 / TT)
    line = collected(lamtheo, office, "2027-02-19")["ba.xlsx"]
    assert (line["state"], codes(line)) == ("to_fix", [("identity.old_version", "error")])
    (back,) = lamtheo("return", "-C", office, "--as-of", "2027-02-19", "--json").lines
    path = Path(back["file"])
    assert path.name == TT.replace(".xlsx", "_sua.xlsx")
    type_into(office, TT, "ba-moi.xlsx", {}, form=form, source=path)
    line = collected(lamtheo, office, "2027-02-20")["ba-moi.xlsx"]
    assert (line["state"], codes(line)) == ("accepted", [])
    assert counted(office)["mau-01_2027_CB-TT"].fields[NEW].text == KIND
    assert lamtheo("verify", "-C", office, "--as-of", "2027-02-20").code == 0


def test_a_model_the_unit_added_itself_gets_a_workbook_of_the_new_version(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    field_in: Callable[..., Any],
    plan_of: Callable[..., dict[str, str]],
    newer: Callable[..., Form],
) -> None:
    """A second model came in a copy of the first's workbook: both are made anew, each with what was returned in it;
    while the version stays, the second is left to the unit."""
    office, second = models_office, ONE.replace(".xlsx", "_2.xlsx")
    type_into(office, ONE, "mot.xlsx", plan_of("Tiết kiệm điện", **{OLD: KIND}))
    type_into(office, ONE, "hai.xlsx", plan_of("Ngày thứ Bảy", part=2, **{OLD: KIND}))
    collected(lamtheo, office, "2027-02-10")

    def made(day: str) -> list[tuple[str, str, int]]:
        lines = lamtheo("issue", "-C", office, "--as-of", day, "--json").lines
        mine = [x for x in lines if x["assignment"] == "mau-01_2027_DU-1"]
        return [(x["part"], x["change"], x["version"]) for x in mine]

    assert made("2027-02-10") == [("1", "unchanged", 1)]
    form = newer(7)
    assert made("2027-02-11") == [("1", "changed", 2), ("2", "new", 2)]
    fields = ("mo_hinh_thu", "ten_mo_hinh", NEW)
    assert [field_in(office, ONE, f, form=form) for f in fields] == [1, "Tiết kiệm điện", KIND]
    assert [field_in(office, second, f, form=form) for f in fields] == [2, "Ngày thứ Bảy", KIND]
    assert made("2027-02-12") == [("1", "unchanged", 2), ("2", "unchanged", 2)]

    type_into(office, second, "hai-moi.xlsx", {"thoi_gian": "Quý II/2027"}, form=form)
    line = collected(lamtheo, office, "2027-02-13")["hai-moi.xlsx"]
    assert (line["state"], line["part"], codes(line)) == ("accepted", "2", [])
    assert made("2027-02-13") == [("1", "unchanged", 2), ("2", "unchanged", 2)]
    assert lamtheo("verify", "-C", office, "--as-of", "2027-02-20").code == 0


def test_without_a_limit_the_old_version_is_taken_as_long_as_the_round_takes_returns(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
    form_of: Callable[[str], Form],
    newer: Callable[..., Form],
) -> None:
    """And so it is before the new version was ever issued, whatever the days."""
    office, v1 = models_office, models_office.parent / "da-gui"
    newer(0)
    type_into(office, ONE, "mot.xlsx", plan_of("Tiết kiệm điện", **{OLD: KIND}), source=v1 / ONE)
    assert codes(collected(lamtheo, office, "2027-02-20")["mot.xlsx"]) == [("identity.old_version", "info")]
    newer(None)
    lamtheo("issue", "-C", office, "--as-of", "2027-02-21")
    type_into(office, TWO, "hai.xlsx", plan_of("Ngày thứ Bảy"), form=form_of("mau-01"), source=v1 / TWO)
    line = collected(lamtheo, office, "2027-11-30")["hai.xlsx"]
    assert line["state"] == "accepted" and ("identity.old_version", "info") in codes(line)


def test_a_faulty_return_in_the_old_version_goes_back_in_the_new_one(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    field_in: Callable[..., Any],
    plan_of: Callable[..., dict[str, str]],
    form_of: Callable[[str], Form],
    newer: Callable[..., Form],
) -> None:
    """Issued on the way where `issue` has not been run since; the fault is named, what was typed stands there."""
    office, v1 = models_office, models_office.parent / "da-gui"
    form = newer(30)
    faulty = plan_of("Tiết kiệm điện", thoi_gian="", **{OLD: KIND})
    type_into(office, ONE, "mot.xlsx", faulty, form=form_of("mau-01"), source=v1 / ONE)
    line = collected(lamtheo, office, "2027-02-10")["mot.xlsx"]
    assert line["state"] == "to_fix" and ("cell.required", "error") in codes(line)
    (back,) = lamtheo("return", "-C", office, "--as-of", "2027-02-10", "--json").lines
    with open_ledger(office / ".lamtheo") as ledger:
        record = ledger.issued_for("mau-01_2027_DU-1", "1")
    assert record is not None and record.issued.version == 2 and record.prefilled.fields[NEW] == KIND
    type_into(office, ONE, "sua.xlsx", {"thoi_gian": "Quý I/2027"}, form=form, source=Path(back["file"]))
    line = collected(lamtheo, office, "2027-02-11")["sua.xlsx"]
    assert (line["state"], codes(line)) == ("accepted", [])
    fields = counted(office)["mau-01_2027_DU-1"].fields
    assert (fields[NEW].text, fields["thoi_gian"].text) == (KIND, "Quý I/2027")
    assert lamtheo("verify", "-C", office, "--as-of", "2027-02-20").code == 0


def test_a_model_goes_on_from_last_years_version(
    models_office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    field_in: Callable[..., Any],
    plan_of: Callable[..., dict[str, str]],
    newer: Callable[..., Form],
) -> None:
    """What counted under older ids starts the other forms under those in force."""
    office = models_office
    type_into(office, ONE, "mot.xlsx", plan_of("Tiết kiệm điện"))
    collected(lamtheo, office, "2027-02-10")
    newer(7)
    lines = lamtheo("issue", "-C", office, "--as-of", "2027-02-11", "--json").lines
    assert [x["change"] for x in lines if x["assignment"] == "mau-03_2027_DU-1"] == ["changed"]
    assert field_in(office, ONE.replace("mau-01", "mau-03"), "ten_mo_hinh") == "Tiết kiệm điện"

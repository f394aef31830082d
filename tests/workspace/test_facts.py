"""What a return is judged by beside its own bytes: kept with the judgement, and used again when it is derived again."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.definitions import bundled
from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.workspace import collecting, folder
from lamtheo_xls.workspace.folder import open_office

ROUND = "43-kh-duk_2027"
M1, M3 = "mau-01_2027_DU-SO-SO-1.xlsx", "mau-03_2027_DU-SO-SO-1.xlsx"
OUTSIDE = "Cả năm 2031"


@pytest.fixture
def office(models_office: Path) -> Path:
    return models_office


def collected(lamtheo: Callable[..., Any], office: Path, day: str) -> dict[str, list[tuple[str, str]]]:
    """File → code and severity of what is said of its time."""
    said = lamtheo("collect", "-C", office, "--as-of", day, "--json")
    assert said.code == 0, said.err
    return {
        x["file"].split("/")[-1]: [(f["code"], f["severity"]) for f in x["findings"] if f["value"]]
        for x in said.lines
        if x["state"] != "duplicate"
    }


def test_what_was_explained_is_not_asked_again(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """A warning the unit explained stays explained for that part and value when it sends again without its words; for
    another part, or another value, it is asked."""
    asked, settled = [("cell.period_outside", "warning")], [("cell.period_outside", "info")]
    first = plan_of("Tiết kiệm điện", thoi_gian=OUTSIDE, giai_trinh_chung="Dự án kéo dài nhiều năm")
    type_into(office, M1, "mot.xlsx", first)
    assert collected(lamtheo, office, "2027-02-10") == {"mot.xlsx": settled}
    type_into(office, M1, "lai.xlsx", plan_of("Tiết kiệm điện, nước", thoi_gian=OUTSIDE))
    type_into(office, M1, "hai.xlsx", plan_of("Việc khác", part=2, thoi_gian=OUTSIDE))
    type_into(office, M1, "khac.xlsx", plan_of("Tiết kiệm điện", thoi_gian="Cả năm 2032"))
    assert collected(lamtheo, office, "2027-02-12") == {"lai.xlsx": settled, "hai.xlsx": asked, "khac.xlsx": asked}
    with open_ledger(office / ".lamtheo") as ledger:
        again = next(s for s in ledger.submissions(ROUND) if s.file.endswith("lai.xlsx"))
    assert [f.explanation for f in again.findings if f.code == "cell.period_outside"] == ["Dự án kéo dài nhiều năm"]
    assert lamtheo("verify", "-C", office, "--as-of", "2027-02-12").code == 0


def test_files_of_one_run_explain_nothing_to_each_other(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """Else the order in which they are listed, or where a run was cut short, would decide."""
    words = plan_of("Tiết kiệm điện", thoi_gian=OUTSIDE, giai_trinh_chung="Dự án kéo dài nhiều năm")
    type_into(office, M1, "a.xlsx", words)
    type_into(office, M1, "b.xlsx", plan_of("Tiết kiệm điện, nước", thoi_gian=OUTSIDE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collecting, "CHUNK_FILES", 1)
        found = collected(lamtheo, office, "2027-02-10")
    assert found == {"a.xlsx": [("cell.period_outside", "info")], "b.xlsx": [("cell.period_outside", "warning")]}


def test_a_pool_of_processes_knows_the_same(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """The docket travels whole: explanations, kinds, parts, answers «không phát sinh»."""
    words = plan_of("Tiết kiệm điện", thoi_gian=OUTSIDE, giai_trinh_chung="Dự án kéo dài nhiều năm")
    type_into(office, M1, "mot.xlsx", words)
    collected(lamtheo, office, "2027-02-10")
    type_into(office, M1, "lai.xlsx", plan_of("Tiết kiệm điện, nước", thoi_gian=OUTSIDE))
    type_into(office, M3, "khong.xlsx", {"khong_phat_sinh": "x"})
    twin = Path(shutil.copytree(office, office.parent / "BAN-SAO"))
    one, two = (
        lamtheo("collect", "-C", o, "--as-of", "2027-02-12", "--json", *more).lines
        for o, more in ((office, ()), (twin, ("--jobs", "2")))
    )
    assert one == two and {x["state"] for x in one} == {"duplicate", "accepted"}
    dumps = []
    for each in (office, twin):
        with open_ledger(each / ".lamtheo") as ledger:
            dumps.append(ledger.dump(ROUND))
    assert dumps[0] == dumps[1]


def test_the_same_is_derived_whatever_has_changed_since(
    office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A unit's kind, the groups, whether «không phát sinh» is an answer, dates, versions: all of them other today, and
    every judgement comes out as it was."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện", thoi_gian=OUTSIDE, giai_trinh_chung="Dự án dài"))
    type_into(office, M3, "khong.xlsx", {"khong_phat_sinh": "x"})
    collected(lamtheo, office, "2027-02-10")
    type_into(office, M1, "lai.xlsx", plan_of("Tiết kiệm điện, nước", thoi_gian=OUTSIDE))
    collected(lamtheo, office, "2027-03-12")
    with open_ledger(office / ".lamtheo") as ledger:
        facts = {s.file.split("/")[-1]: json.loads(s.judged["facts"]) for s in ledger.submissions(ROUND)}
    assert facts["khong.xlsx"]["nil_allowed"] and not facts["mot.xlsx"]["nil_allowed"]
    assert facts["lai.xlsx"]["explained"] == [["cell.period_outside", OUTSIDE, "Dự án dài"]]
    assert facts["lai.xlsx"]["part"] == "1" and facts["lai.xlsx"]["unit_kind"] == "dang_uy_co_so"

    newer = tmp_path / "ban-moi" / "43-kh-duk"
    shutil.copytree(bundled("43-kh-duk"), newer)
    raw = json.loads((newer / "programme.json").read_bytes())
    for obligation in raw["obligations"]:
        obligation.pop("nil_allowed", None)
        obligation["due"] = {"kind": "by", "month": 1, "day": 31}
    raw["groups"][0]["label"] = "Nhóm đã đổi tên"
    (newer / "programme.json").write_text(json.dumps(raw | {"old_versions": 0}, ensure_ascii=False), "utf-8")
    form = json.loads((newer / "mau-01.json").read_bytes())
    (newer / "mau-01.json").write_text(json.dumps(form | {"version": form["version"] + 1}), "utf-8")
    monkeypatch.setattr(folder, "bundled", lambda _: newer)
    book = openpyxl.load_workbook(office / "danh-sach.xlsx")
    page = book["ĐƠN VỊ"]
    cells = [c for row in page.iter_rows() for c in row if c.value == "Đảng ủy cơ sở"]
    assert cells
    for cell in cells:
        cell.value = "Khác"
    book.save(office / "danh-sach.xlsx")
    said = lamtheo("verify", "-C", office, "--as-of", "2027-12-01", "--json")
    assert (said.code, said.lines[0]["compared"], said.lines[0]["differing"]) == (0, 3, [])


def test_a_return_of_a_round_that_is_over_waits_for_a_person(
    tmp_path: Path, lamtheo: Callable[..., Any], make_office: Callable[..., Path], filled: Callable[..., Path]
) -> None:
    """Of one programme the round opened last is the one returns are taken for; by its name an older one takes its own,
    also while a newer one is open."""
    from lamtheo_xls.register import Round

    rounds = tuple(Round(programme="43-kh-duk", period=str(y), opens=dt.date(y, 1, 15)) for y in (2027, 2028))
    office = make_office(tmp_path / "VP", rounds=rounds)
    assert lamtheo("issue", "-C", office, "--as-of", "2028-01-20").code == 0
    filled(office, 1, "muon.xlsx")
    (line,) = lamtheo("collect", "-C", office, "--as-of", "2028-02-01", "--json").lines
    assert (line["state"], [f["code"] for f in line["findings"] if f["severity"] == "error"]) == (
        "unknown",
        ["identity.other_round"],
    )
    filled(office, 2, "dung dot.xlsx")
    lines = lamtheo("collect", "-C", office, "--as-of", "2028-02-01", "--json", "--round", ROUND).lines
    assert {x["file"].split("/")[-1]: x["state"] for x in lines} == {
        "muon.xlsx": "duplicate",
        "dung dot.xlsx": "accepted",
    }
    with open_office(office, round_id=ROUND, as_of=dt.date(2028, 2, 1), who="test") as opened:
        assert [one.round.id for one in opened.all] == [ROUND]
        assert [one.round.id for one in opened.live] == [ROUND, "43-kh-duk_2028"]
        assert [c.assignment for c in opened.ledger.counting(ROUND)] == ["mau-02_2027_DU-2"]

"""Forms of many parts: one workbook for each model that is known, each part counting for itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.workspace import collecting
from lamtheo_xls.workspace.knowing import Model, placed

ROUND = "43-kh-duk_2027"
AS_OF = ("--as-of", "2027-02-10")
M1, M3 = "mau-01_2027_DU-SO-SO-1.xlsx", "mau-03_2027_DU-SO-SO-1.xlsx"


@pytest.fixture
def office(models_office: Path) -> Path:
    return models_office


def issued(lamtheo: Callable[..., Any], office: Path, *more: str) -> dict[tuple[str, str], dict[str, Any]]:
    said = lamtheo("issue", "-C", office, *AS_OF, "--json", *more)
    assert said.code == 0, said.err
    return {(line["assignment"], line["part"]): line for line in said.lines}


def collected(lamtheo: Callable[..., Any], office: Path, as_of: str = "2027-02-10") -> dict[str, dict[str, Any]]:
    said = lamtheo("collect", "-C", office, "--as-of", as_of, "--json")
    assert said.code == 0, said.err
    return {line["file"].split("/")[-1]: line for line in said.lines}


def counting(office: Path) -> list[tuple[str, str]]:
    with open_ledger(office / ".lamtheo") as ledger:
        return [(c.assignment, c.part) for c in ledger.counting(ROUND)]


def test_a_form_of_many_parts_is_first_issued_as_its_first_part(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Nothing is known of a unit yet: one workbook, whose name bears no number; what has one part has none."""
    lines = issued(lamtheo, office)
    assert {part for (id, part) in lines if id.startswith("mau-02")} == {""}
    assert {part for (id, part) in lines if not id.startswith("mau-02")} == {"1"}
    assert lines["mau-01_2027_DU-1", "1"]["file"] == f"bieu-gui/{ROUND}/{M1}"
    assert sum(id.startswith("mau-01") for id, _ in lines) == 3, "two committees and the chi bộ cơ sở"


def test_each_part_counts_for_itself(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """A unit copies its workbook for a second model and says so in it: two parts; a correction takes the place of its
    own part alone."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    type_into(office, M1, "hai.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2))
    lines = collected(lamtheo, office)
    assert {name: (x["state"], x["assignment"], x["part"]) for name, x in lines.items()} == {
        "mot.xlsx": ("accepted", "mau-01_2027_DU-1", "1"),
        "hai.xlsx": ("accepted", "mau-01_2027_DU-1", "2"),
    }, [f["message"] for x in lines.values() for f in x["findings"]]
    assert counting(office) == [("mau-01_2027_DU-1", "1"), ("mau-01_2027_DU-1", "2")]
    type_into(office, M1, "hai-moi.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2, thoi_gian="Quý II/2027"))
    assert collected(lamtheo, office, "2027-02-12")["hai-moi.xlsx"]["part"] == "2"
    with open_ledger(office / ".lamtheo") as ledger:
        files = {c.part: c.submission.file for c in ledger.counting(ROUND)}
    assert files == {"1": "nhan-ve/mot.xlsx", "2": "nhan-ve/hai-moi.xlsx"}
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


def test_a_report_for_each_model_that_is_known(
    office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    field_in: Callable[..., Any],
    plan_of: Callable[..., dict[str, str]],
) -> None:
    """Mẫu 03 starts from what counts of Mẫu 01: name, time, group, origin; a model registered later is new the next
    time, and nothing else is made again."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện", nguon_goc=""))
    collected(lamtheo, office)
    lines = issued(lamtheo, office)
    changed = {at: x["change"] for at, x in lines.items() if x["change"] != "unchanged"}
    assert changed == {("mau-03_2027_DU-1", "1"): "changed"}
    assert [field_in(office, M3, f) for f in ("ten_mo_hinh", "thoi_gian", "mo_hinh_thu")] == [
        "Tiết kiệm điện",
        "Cả năm 2027",
        1,
    ]
    type_into(office, M1, "hai.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2))
    collected(lamtheo, office, "2027-02-12")
    lines = issued(lamtheo, office)
    changed = {at: (x["change"], x["file"]) for at, x in lines.items() if x["change"] != "unchanged"}
    second = "mau-03_2027_DU-SO-SO-1_2.xlsx"
    assert changed == {("mau-03_2027_DU-1", "2"): ("new", f"bieu-gui/{ROUND}/{second}")}
    assert field_in(office, second, "ten_mo_hinh") == "Ngày thứ Bảy vì dân"
    assert {x["change"] for x in issued(lamtheo, office).values()} == {"unchanged"}


def test_rows_of_the_list_are_models_too_and_none_is_there_twice(
    office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    field_in: Callable[..., Any],
    filled: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
) -> None:
    """A committee's Mẫu 02 names the models of its chi bộ: each gets a report, but for the one its own plan names."""
    filled(office, 1)
    type_into(office, M1, "mot.xlsx", plan_of("mô hình  số 2 của Sở Số 1"))
    assert {x["state"] for x in collected(lamtheo, office).values()} == {"accepted"}
    lines = issued(lamtheo, office)
    parts = [part for id, part in lines if id == "mau-03_2027_DU-1"]
    assert parts == ["1", "2", "3"]
    names = [field_in(office, M3.replace(".xlsx", f"{n}.xlsx"), "ten_mo_hinh") for n in ("", "_2", "_3")]
    assert names == ["mô hình  số 2 của Sở Số 1", "Mô hình số 1 của Sở Số 1", "Mô hình số 3 của Sở Số 1"]


def test_what_was_answered_is_not_made_again(
    office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
    result_of: Callable[..., dict[str, str]],
) -> None:
    """Once the report of a model came back, a change in its plan makes no new workbook for it."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    collected(lamtheo, office)
    issued(lamtheo, office)
    type_into(office, M3, "ket qua.xlsx", result_of("Tiết kiệm điện"))
    assert collected(lamtheo, office, "2027-02-12")["ket qua.xlsx"]["state"] == "accepted"
    type_into(office, M1, "sua.xlsx", plan_of("Tiết kiệm điện", thoi_gian="Quý II/2027"))
    collected(lamtheo, office, "2027-02-13")
    assert {x["change"] for x in issued(lamtheo, office).values()} == {"unchanged"}


def test_nothing_to_report(
    office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    result_of: Callable[..., dict[str, str]],
) -> None:
    """«Không phát sinh» is an answer to Mẫu 03 (S1.17) and to no other form; a report sent later takes its place."""
    type_into(office, M3, "khong.xlsx", {"khong_phat_sinh": "x"})
    line = collected(lamtheo, office)["khong.xlsx"]
    assert (line["state"], line["part"]) == ("accepted", ""), line["findings"]
    now = json.loads(lamtheo("status", "-C", office, *AS_OF, "--json").out)
    assert now["nil"] == 1 and counting(office) == []
    type_into(office, M3, "co.xlsx", result_of("Tiết kiệm điện"))
    assert collected(lamtheo, office, "2027-02-12")["co.xlsx"]["state"] == "accepted"
    assert counting(office) == [("mau-03_2027_DU-1", "1")]
    with open_ledger(office / ".lamtheo") as ledger:
        assert ledger.nil_answers(ROUND) == ()
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


def test_a_faulty_part_comes_back_under_its_own_name(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """Each part to be mended has a workbook of its own in tra-lai, and stays the part it is when it is sent again."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    type_into(office, M1, "hai.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2, thoi_gian=""))
    collected(lamtheo, office)
    said = lamtheo("return", "-C", office, *AS_OF, "--json")
    assert [(x["assignment"], x["part"], Path(x["file"]).name) for x in said.lines] == [
        ("mau-01_2027_DU-1", "2", "mau-01_2027_DU-SO-SO-1_2_sua.xlsx")
    ]
    back = Path(said.lines[0]["file"])
    type_into(office, M1, "da sua.xlsx", {"thoi_gian": "Quý I/2027"}, source=back)
    assert collected(lamtheo, office, "2027-02-12")["da sua.xlsx"]["state"] == "accepted"
    assert counting(office) == [("mau-01_2027_DU-1", "1"), ("mau-01_2027_DU-1", "2")]
    lamtheo("return", "-C", office, *AS_OF)
    assert not back.exists()


def test_a_closed_round_with_parts(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """«Chốt số liệu»: a further model that comes later is recorded and listed and counts once reopened."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    collected(lamtheo, office)
    assert lamtheo("close", "-C", office, *AS_OF).code == 0
    before = json.loads(lamtheo("status", "-C", office, *AS_OF, "--json").out)
    type_into(office, M1, "hai.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2))
    assert collected(lamtheo, office, "2027-02-12")["hai.xlsx"]["state"] == "accepted"
    assert json.loads(lamtheo("status", "-C", office, *AS_OF, "--json").out) == before
    assert counting(office) == [("mau-01_2027_DU-1", "1")]
    assert lamtheo("reopen", "-C", office, *AS_OF).code == 0
    assert counting(office) == [("mau-01_2027_DU-1", "1"), ("mau-01_2027_DU-1", "2")]


def test_last_years_parts_start_this_years(
    office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    field_in: Callable[..., Any],
    plan_of: Callable[..., dict[str, str]],
) -> None:
    """A Mẫu 01 for each model that counted the year before, ticked «đang triển khai», its time open."""
    import openpyxl

    for part, name in ((1, "Tiết kiệm điện"), (3, "Ngày thứ Bảy vì dân")):
        type_into(office, M1, f"{part}.xlsx", plan_of(name, part=part))
    collected(lamtheo, office)
    path = office / "danh-sach.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["ĐỢT"]
    row = next(r for r in page.iter_rows() if any(c.value == "2027" or c.value == 2027 for c in r))
    new = page.max_row + 1
    for cell in row:
        page.cell(new, cell.column).value = {"2027": "2028", 2027: 2028}.get(cell.value, cell.value)
    when = next(c.column for c in row if c.is_date)
    page.cell(new, when).value = row[when - 1].value.replace(year=2028)
    book.save(path)
    said = lamtheo("issue", "-C", office, "--as-of", "2028-01-20", "--json")
    lines = [x for x in said.lines if x["form"] == "mau-01" and x["unit"] == "DU-1"]
    assert [(x["period"], x["part"], x["change"]) for x in lines] == [("2028", "1", "new"), ("2028", "3", "new")]
    third = "mau-01_2028_DU-SO-SO-1_3.xlsx"
    assert [field_in(office, third, f) for f in ("ten_mo_hinh", "dang_trien_khai", "thoi_gian", "mo_hinh_thu")] == [
        "Ngày thứ Bảy vì dân",
        "x",
        None,
        3,
    ]


def model(key: str, part: str = "") -> Model:
    return Model(key=key, values={}, part=part)


PLACED = [
    ("nothing known", [], {}, {}, {"1": None}),
    ("the first of two", [model("a"), model("b")], {}, {}, {"1": "a", "2": "b"}),
    ("a blank one is taken", [model("a")], {"1": ""}, {}, {"1": "a"}),
    ("what came back keeps its part", [model("a"), model("b")], {"1": ""}, {"1": "b"}, {"1": "b", "2": "a"}),
    ("the number it had elsewhere", [model("a", "2"), model("b", "1")], {}, {}, {"1": "b", "2": "a"}),
    ("a model keeps the part it was issued as", [model("b", "1"), model("a")], {"1": "a"}, {}, {"1": "a", "2": "b"}),
    ("renamed before anything came", [model("a2", "1")], {"1": "a"}, {}, {"1": "a2"}),
    ("no longer known", [model("b")], {"1": "a", "2": "b"}, {"1": "a"}, {"1": None, "2": "b"}),
    ("returned and never issued", [model("b")], {"1": ""}, {"1": "a", "2": "b"}, {"1": None}),
    ("sent in the shared workbook before any was issued", [model("a")], {}, {"1": "a"}, {"1": None}),
    ("ten after nine", [model(str(n)) for n in range(1, 11)], {}, {}, {str(n): str(n) for n in range(1, 11)}),
]


@pytest.mark.parametrize(("case", "models", "made_for", "returned", "wanted"), PLACED, ids=[p[0] for p in PLACED])
def test_which_part_a_model_is(
    case: str, models: list[Model], made_for: dict[str, str], returned: dict[str, str], wanted: dict[str, str | None]
) -> None:
    """A model keeps its part; a new one takes its own number or the first free one."""
    got = placed(models, made_for, returned)
    assert {part: m and m.key for part, m in got.items()} == wanted
    assert list(got) == sorted(got, key=int)


def test_a_number_forgotten_pushes_no_model_out(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """A second model sent under the first one's number is sent back and the first goes on counting; sent again with
    its own number, both count and nothing is left to mend. A correction of the first passes. All derived again."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    collected(lamtheo, office)
    type_into(office, M1, "mot-sua.xlsx", plan_of("Tiết kiệm điện", thoi_gian="Quý II/2027"))
    assert collected(lamtheo, office, "2027-02-11")["mot-sua.xlsx"]["state"] == "accepted"
    type_into(office, M1, "hai.xlsx", plan_of("Ngày thứ Bảy vì dân"))
    line = collected(lamtheo, office, "2027-02-12")["hai.xlsx"]
    assert (line["state"], line["part"]) == ("to_fix", "1")
    assert [f["code"] for f in line["findings"]] == ["workbook.part_replaces"]
    with open_ledger(office / ".lamtheo") as ledger:
        first = next(s for s in ledger.submissions(ROUND) if s.file.endswith("hai.xlsx"))
        assert json.loads(first.judged["facts"])["counted"] == {"ten_mo_hinh": "Tiết kiệm điện"}
        assert [c.submission.file for c in ledger.counting(ROUND)] == ["nhan-ve/mot-sua.xlsx"]
    type_into(office, M1, "hai-lai.xlsx", plan_of("Ngày thứ Bảy vì dân", part=2))
    assert collected(lamtheo, office, "2027-02-13")["hai-lai.xlsx"]["state"] == "accepted"
    assert counting(office) == [("mau-01_2027_DU-1", "1"), ("mau-01_2027_DU-1", "2")]
    with open_ledger(office / ".lamtheo") as ledger:
        states = {s.file.split("/")[-1]: s.state for s in ledger.submissions(ROUND)}
        mending = [(s.part, s.mending) for s in ledger.standing_of_round(ROUND) if s.latest is not None]
    assert states["hai.xlsx"] == "superseded"
    assert mending == [("1", False), ("2", False)]
    said = lamtheo("verify", "-C", office, "--as-of", "2027-02-13")
    assert said.code == 0, said.out


def test_a_model_renamed_with_a_word_takes_its_own_place(
    office: Path, lamtheo: Callable[..., Any], type_into: Callable[..., Path], plan_of: Callable[..., dict[str, str]]
) -> None:
    """One sentence of explanation, or the office's «Nhận nguyên trạng», is enough."""
    type_into(office, M1, "mot.xlsx", plan_of("Tiết kiệm điện"))
    collected(lamtheo, office)
    renamed = plan_of("Văn phòng xanh", giai_trinh_chung="Đổi tên theo góp ý của Ban Tuyên giáo")
    type_into(office, M1, "moi.xlsx", renamed)
    assert collected(lamtheo, office, "2027-02-12")["moi.xlsx"]["state"] == "accepted"
    with open_ledger(office / ".lamtheo") as ledger:
        assert [(c.part, c.submission.file) for c in ledger.counting(ROUND)] == [("1", "nhan-ve/moi.xlsx")]


def test_files_of_one_run_do_not_ask_about_each_other(
    office: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever their order and however a run is cut into chunks: only what counted before the run is looked at."""
    monkeypatch.setattr(collecting, "CHUNK_FILES", 1)
    type_into(office, M1, "a.xlsx", plan_of("Tiết kiệm điện"))
    os.utime(type_into(office, M1, "b.xlsx", plan_of("Ngày thứ Bảy vì dân")), (1_700_000_100, 1_700_000_100))
    collected(lamtheo, office)
    assert verdicts(office) == {"a.xlsx": "accepted", "b.xlsx": "accepted"}, "b is the newer one"
    for name in ("c.xlsx", "e.xlsx"):
        type_into(office, M1, name, plan_of("Văn phòng xanh", thoi_gian=f"Quý I/2027 ({name[0]})"))
    type_into(office, M1, "d.xlsx", plan_of("Ngày thứ Bảy vì dân", thoi_gian="Quý I/2027"))
    collected(lamtheo, office, "2027-02-12")
    assert verdicts(office) == {
        "a.xlsx": "accepted",
        "b.xlsx": "accepted",
        "c.xlsx": "to_fix",
        "d.xlsx": "accepted",
        "e.xlsx": "to_fix",
    }


def verdicts(office: Path) -> dict[str, str]:
    with open_ledger(office / ".lamtheo") as ledger:
        return {s.file.split("/")[-1]: s.verdict for s in ledger.submissions(ROUND)}

"""Forms owed by persons, and two programmes at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.register import Assignment
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.owing import assignments_of, choices_of

GUIDANCE, PLAN = "hd-btgtu-2024_2024", "43-kh-duk_2024"
AS_OF = ("--as-of", "2024-02-10")
HOA = "ke-hoach-ca-nhan_2024_CB-TAI-CHINH_LE-THI-HOA.xlsx"
DONE = {"lam_theo_noi_dung": ["Nêu gương về giờ giấc"], "lam_theo_giai_phap": ["Đến sớm mười lăm phút"]}


def rows(**more: list[str]) -> dict[str, list[dict[str, str]]]:
    return {table: [{"doan": text} for text in texts] for table, texts in (DONE | more).items()}


def owed(office: Path) -> list[Assignment]:
    import datetime as dt

    with open_office(office, round_id=GUIDANCE, as_of=dt.date(2024, 2, 10), who="test") as opened:
        return list(assignments_of(opened)[0])


def collected(lamtheo: Callable[..., Any], office: Path, *more: str) -> dict[str, dict[str, Any]]:
    said = lamtheo("collect", "-C", office, *AS_OF, "--json", *more)
    assert said.code == 0, said.err
    return {line["file"].split("/")[-1]: line for line in said.lines}


def test_a_workbook_for_each_person_who_is_asked(
    tmp_path: Path,
    people_office: Callable[..., Path],
    lamtheo: Callable[..., Any],
    field_in: Callable[..., Any],
) -> None:
    """Volunteers get theirs (S3.16), whom a rule or a reason lets off does not (S3.15); what the register knows of the
    person stands in it, and two of one name in one unit have different files."""
    office = people_office(tmp_path / "TU", issue=False)
    said = lamtheo("issue", "-C", office, *AS_OF, "--json")
    persons = {x["person"]: x for x in said.lines if x["form"] == "ke-hoach-ca-nhan"}
    assert set(persons) == {"P1", "P2", "P3", "P5"}
    assert persons["P1"]["assignment"] == "ke-hoach-ca-nhan_2024_CS.P1" and persons["P1"]["part"] == ""
    assert Path(persons["P1"]["file"]).name == HOA
    assert len({x["file"] for x in said.lines}) == len(said.lines) == 4 + 2
    assert all((office / x["file"]).is_file() for x in said.lines)
    assert field_in(office, HOA, "ho_ten") == "Lê Thị Hoa" and field_in(office, HOA, "lanh_dao") == "x"
    assert not field_in(office, Path(persons["P2"]["file"]).name, "lanh_dao")
    with open_ledger(office / ".lamtheo") as ledger:
        assert {r.issued.person for r in ledger.issued_of_round(GUIDANCE) if r.issued.unit} == {None, *persons}
    again = lamtheo("issue", "-C", office, *AS_OF, "--json", "--only", "P5")
    assert [(x["person"], x["change"]) for x in again.lines] == [("P5", "unchanged")]


def test_the_shared_workbook_offers_everybody(tmp_path: Path, people_office: Callable[..., Path]) -> None:
    """Names with their unit – those let off too, who may still send one – and the code where two would be the same."""
    office = people_office(tmp_path / "TU")
    book = openpyxl.load_workbook(office / "bieu-gui" / GUIDANCE / "ke-hoach-ca-nhan_2024_mau-chung.xlsx")
    offered = {c.value for sheet in book if sheet.title == "_ds" for row in sheet.iter_rows() for c in row if c.value}
    names = {
        "Lê Thị Hoa – CB Tài chính",
        "Trần Văn Bình – CB Tài chính (P2)",
        "Trần Văn Bình – CB Tài chính (P3)",
        "Võ Thị Sáu – CB Thôn Một",
        "Ngô Văn Năm – CB Thôn Một",
        "Đỗ Thị Út – CB Tài chính",
    }
    assert names <= offered
    persons = [a for a in owed(office) if a.form == "ke-hoach-ca-nhan"]
    with open_office(office, round_id=GUIDANCE, as_of=persons[0].deadline.on_time, who="test") as opened:
        chosen = choices_of(opened.register, persons)
    assert set(chosen) == names and chosen["Trần Văn Bình – CB Tài chính (P3)"].person == "P3"


def test_a_plan_comes_back_and_is_judged_as_that_persons(
    tmp_path: Path, people_office: Callable[..., Path], lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """A leader who registers no deed has to mend it (S3.34), under a name of one's own; mended it counts."""
    office = people_office(tmp_path / "TU")
    filled = {"can_cu": "Căn cứ Kế hoạch số 05-KH/CB ngày 10/01/2024 của Chi bộ Tài chính"}
    type_into(office, HOA, "hoa.xlsx", filled, rows())
    line = collected(lamtheo, office)["hoa.xlsx"]
    assert (line["state"], line["assignment"]) == ("to_fix", "ke-hoach-ca-nhan_2024_CS.P1"), line["findings"]
    (back,) = lamtheo("return", "-C", office, *AS_OF, "--json").lines
    assert (back["person"], Path(back["file"]).name) == ("P1", HOA.replace(".xlsx", "_sua.xlsx"))
    deed = {"viec_1_noi_dung": ["Trực tiếp gỡ một vướng mắc của cơ sở"], "viec_1_giai_phap": ["Họp hằng tháng"]}
    more = {"loai_viec_1": "Việc nêu gương, dám nghĩ, dám làm"}
    type_into(office, HOA, "da sua.xlsx", filled | more, rows(**deed))
    line = collected(lamtheo, office)["da sua.xlsx"]
    assert line["state"] == "accepted", line["findings"]
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


def test_a_closed_round_of_people(
    tmp_path: Path, people_office: Callable[..., Path], lamtheo: Callable[..., Any], type_into: Callable[..., Path]
) -> None:
    """What persons send after «chốt số liệu» is recorded and changes no figure until reopened."""
    office = people_office(tmp_path / "TU")
    nam = next(p.name for p in (office / "bieu-gui" / GUIDANCE).glob("*NGO-VAN-NAM*.xlsx"))
    binh = next(p.name for p in (office / "bieu-gui" / GUIDANCE).glob("*--P2.xlsx"))
    type_into(office, binh, "binh.xlsx", {}, rows())
    first = collected(lamtheo, office)["binh.xlsx"]
    assert first["state"] == "accepted", first["findings"]
    assert lamtheo("close", "-C", office, *AS_OF).code == 0
    deed = {"viec_1_noi_dung": ["Vận động hiến đất làm đường"], "viec_1_giai_phap": ["Đến từng hộ"]}
    type_into(office, nam, "nam.xlsx", {"loai_viec_1": "Việc nêu gương, dám nghĩ, dám làm"}, rows(**deed))
    assert collected(lamtheo, office)["nam.xlsx"]["state"] == "accepted"
    with open_ledger(office / ".lamtheo") as ledger:
        assert [c.assignment for c in ledger.counting(GUIDANCE)] == ["ke-hoach-ca-nhan_2024_CS.P2"]
        assert [s.after_close for s in ledger.submissions(GUIDANCE)] == [False, True]
    assert lamtheo("reopen", "-C", office, *AS_OF).code == 0
    with open_ledger(office / ".lamtheo") as ledger:
        assert [c.assignment for c in ledger.counting(GUIDANCE)] == [
            "ke-hoach-ca-nhan_2024_CS.P2",
            "ke-hoach-ca-nhan_2024_THON.P5",
        ]


@pytest.fixture
def both(tmp_path: Path, people_office: Callable[..., Path]) -> Path:
    return people_office(tmp_path / "TU", plan=True)


def test_every_round_open_is_worked_by_one_command(both: Path, lamtheo: Callable[..., Any]) -> None:
    """Both programmes are issued, and told, one after the other: the one opened last first."""
    lines = lamtheo("issue", "-C", both, *AS_OF, "--json").lines
    assert {x["change"] for x in lines} == {"unchanged"}
    assert list(dict.fromkeys(x["file"].split("/")[1] for x in lines)) == [GUIDANCE, PLAN]
    told = [json.loads(x) for x in lamtheo("status", "-C", both, *AS_OF, "--json").out.splitlines()]
    assert [x["round"] for x in told] == [GUIDANCE, PLAN]
    only = lamtheo("issue", "-C", both, *AS_OF, "--json", "--round", PLAN).lines
    assert {x["form"] for x in only} == {"mau-01", "mau-03"}


def test_returns_of_every_round_open_are_taken(
    both: Path,
    lamtheo: Callable[..., Any],
    type_into: Callable[..., Path],
    plan_of: Callable[..., dict[str, str]],
) -> None:
    """The programmes share nhan-ve/: whatever round a command is for, each return goes to its own; every event says by
    which programme it was judged."""
    plan = plan_of("Tiết kiệm điện", thoi_gian="Cả năm 2024")
    type_into(both, "mau-01_2024_CB-TAI-CHINH.xlsx", "mau 01.xlsx", plan)
    type_into(both, next(p.name for p in both.rglob("*--P2.xlsx")), "binh.xlsx", {}, rows())
    for more in (("--round", GUIDANCE), ()):
        lines = collected(lamtheo, both, *more)
    assert {x["state"] for x in lines.values()} == {"duplicate"}
    assert {n: x["assignment"] for n, x in lines.items()} == {
        "mau 01.xlsx": "mau-01_2024_CS",
        "binh.xlsx": "ke-hoach-ca-nhan_2024_CS.P2",
    }
    with open_ledger(both / ".lamtheo") as ledger:
        judged = {r.round: r.judged["definition"] for r in ledger.submissions()}
        assert [c.assignment for c in ledger.counting(PLAN)] == ["mau-01_2024_CS"]
    assert set(judged) == {PLAN, GUIDANCE} and len(set(judged.values())) == 2
    for more in ((), ("--round", PLAN)):
        said = lamtheo("verify", "-C", both, *AS_OF, "--json", *more)
        assert said.code == 0, said.out


def test_one_round_is_closed_by_its_name(both: Path, lamtheo: Callable[..., Any]) -> None:
    """With two rounds open nothing is closed by guess."""
    said = lamtheo("close", "-C", both, *AS_OF)
    assert said.code == 3 and GUIDANCE in said.err and PLAN in said.err
    assert lamtheo("close", "-C", both, *AS_OF, "--round", PLAN).code == 0
    with open_ledger(both / ".lamtheo") as ledger:
        assert ledger.closed_on(PLAN) is not None and ledger.closed_on(GUIDANCE) is None


def test_documents_without_a_form_are_not_issued(
    tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """The plan of S1.12 is owed as a signed copy only: nothing is made for it."""
    import datetime as dt

    from lamtheo_xls.register import Round

    rounds = (Round(programme="43-kh-duk", period="2022", opens=dt.date(2022, 1, 5)),)
    office = make_office(tmp_path / "VP", rounds=rounds, every_form=True, issue=False)
    said = lamtheo("issue", "-C", office, "--round", "43-kh-duk_2022", "--as-of", "2022-01-10", "--json")
    assert {x["form"] for x in said.lines} == {"mau-01", "mau-02", "mau-03"}
    with open_office(office, round_id="43-kh-duk_2022", as_of=dt.date(2022, 1, 10), who="test") as opened:
        documents = [a for a in assignments_of(opened)[0] if a.document]
    assert {a.unit for a in documents} == {"DU-1", "DU-2", "DU-3", "DU-4", "CB-TT"}
    folder = office / "bieu-gui" / "43-kh-duk_2022"
    assert not list(folder.glob("ke-hoach*")) and len(list(folder.glob("*_mau-chung.xlsx"))) == 3
    words = (folder / "loi-nhan-zalo.txt").read_text("utf-8-sig")
    assert "- Mẫu số 01: trước ngày 25/02/2022." in words and "- Mẫu số 03: trước ngày 15/12/2022." in words
    plan = documents[0].document
    assert f"- {plan} (gửi bản có chữ ký): trước ngày 27/01/2022." in words.splitlines()
    assert f"{plan} – năm 2022" in words.splitlines()[0]

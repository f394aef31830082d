"""A round through the command line: issued, filled, collected, returned, mended, merged, followed."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

ROUND = "43-kh-duk_2027"
AS_OF = ("--as-of", "2027-02-10")


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    return make_office(tmp_path / "VP")


def by_file(said: Any) -> dict[str, dict[str, Any]]:
    return {line["file"].split("/")[-1]: line for line in said.lines}


def status(lamtheo: Callable[..., Any], office: Path, as_of: str = "2027-02-10") -> dict[str, Any]:
    said = lamtheo("status", "-C", office, "--as-of", as_of, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_issue_says_each_assignment_and_again_nothing(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Base committees owe Mẫu 02, a chi bộ cơ sở does not (S1.15); the second run changes no byte."""
    before = {p.name: p.read_bytes() for p in (office / "bieu-gui" / ROUND).iterdir()}
    said = lamtheo("issue", "-C", office, "--as-of", "2027-01-22", "--json")
    assert [line["unit"] for line in said.lines] == ["DU-1", "DU-2", "DU-3", "DU-4"]
    assert {line["change"] for line in said.lines} == {"unchanged"}
    assert {line["due"] for line in said.lines} == {"2027-02-28"}
    assert all((office / line["file"]).is_file() for line in said.lines)
    assert {p.name: p.read_bytes() for p in (office / "bieu-gui" / ROUND).iterdir()} == before


def test_a_lost_workbook_is_written_again_to_the_byte(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Same inputs, same bytes: a deleted issued workbook comes back as it was."""
    path = office / "bieu-gui" / ROUND / "mau-02_2027_DU-SO-SO-2.xlsx"
    before = path.read_bytes()
    path.unlink()
    lamtheo("issue", "-C", office, "--as-of", "2027-02-02")
    assert path.read_bytes() == before


def test_dry_run_writes_nothing(tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any]) -> None:
    """--dry-run says what would be made and leaves the folder as it is."""
    office = make_office(tmp_path / "VP", issue=False)
    said = lamtheo("issue", "-C", office, "--as-of", "2027-01-20", "--dry-run", "--json")
    assert {line["change"] for line in said.lines} == {"new"} and len(said.lines) == 4
    assert not (office / "bieu-gui" / ROUND).exists()


def test_zip_for_zalo_holds_every_workbook_and_the_words(office: Path) -> None:
    """One zip with each issued workbook as it is, and a message to paste."""
    folder = office / "bieu-gui" / ROUND
    with zipfile.ZipFile(folder / f"{ROUND}.zip") as archive:
        names = set(archive.namelist())
        assert names == {f"mau-02_2027_DU-SO-SO-{i}.xlsx" for i in range(1, 5)} | {"loi-nhan-zalo.txt"}
        for name in names - {"loi-nhan-zalo.txt"}:
            assert archive.read(name) == (folder / name).read_bytes()
    text = (folder / "loi-nhan-zalo.txt").read_text("utf-8-sig")
    assert "trong tháng 02/2027" in text and "ĐÃ XONG – GỬI ĐƯỢC" in text


def test_a_round(
    office: Path,
    lamtheo: Callable[..., Any],
    filled: Callable[..., Path],
    rows_of_unit: Callable[..., list[dict[str, str]]],
) -> None:
    """Good, faulty, mended: states, counts, feedback, the consolidated table and the ledger agree at every step."""
    filled(office, 1)
    rows = rows_of_unit(2)
    del rows[1]["thoi_gian"]
    filled(office, 2, rows=rows)
    (office / "nhan-ve" / "anh.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"0" * 300)
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    lines = by_file(said)
    assert lines["tra loi 1.xlsx"]["state"] == "accepted"
    assert lines["tra loi 1.xlsx"]["assignment"] == "mau-02_2027_DU-1"
    assert lines["tra loi 2.xlsx"]["state"] == "to_fix"
    faults = [(f["code"], f["cell"]) for f in lines["tra loi 2.xlsx"]["findings"] if f["severity"] == "error"]
    assert len(faults) == 1 and faults[0][0] == "cell.required" and faults[0][1].startswith("D")
    assert lines["anh.jpg"]["state"] == "refused" and lines["anh.jpg"]["assignment"] is None
    assert [f["code"] for f in lines["anh.jpg"]["findings"]] == ["file.photo"]

    now = status(lamtheo, office)
    assert (now["expected"], now["accepted"], now["to_fix"], now["missing"]) == (4, 1, 1, 2)
    assert now["expected"] == now["accepted"] + now["nil"] + now["to_fix"] + now["missing"]

    said = lamtheo("return", "-C", office, *AS_OF, "--json")
    feedback = Path(said.lines[0]["file"])
    assert feedback.name == "mau-02_2027_DU-SO-SO-2_sua.xlsx" and len(said.lines) == 1

    lamtheo("status", "-C", office, *AS_OF)
    links = [
        c.hyperlink.target
        for r in openpyxl.load_workbook(office / "theo-doi.xlsx")["TỔNG QUAN"]
        for c in r
        if c.hyperlink
    ]
    told = [t.replace("\\", "/") for t in links if t]
    assert told == [f"tra-lai/{ROUND}/{feedback.name}"], "one click from the status sheet to what is sent back"

    book = openpyxl.load_workbook(feedback)
    book["MẪU 02"][faults[0][1]].value = "Quý I/2027"
    book.save(office / "nhan-ve" / "da sua.xlsx")
    said = lamtheo("run", "-C", office, *AS_OF, "--json")
    assert said.code == 0, said.err
    now = json.loads(said.out)
    assert (now["accepted"], now["to_fix"], now["missing"]) == (2, 0, 2)
    assert not feedback.exists(), "mended: it would be sent again by mistake"
    merged = openpyxl.load_workbook(office / "tong-hop" / ROUND / "mau-02.xlsx")
    assert merged.sheetnames == ["TRÌNH KÝ", "CHƯA GỬI", "THEO NHÓM", "SỐ LIỆU", "DỮ LIỆU"]
    names = {c.value for row in merged["DỮ LIỆU"].iter_rows() for c in row}
    assert {f"Mô hình số {k} của Sở Số {u}" for u in (1, 2) for k in (1, 2, 3)} <= names

    said = lamtheo("verify", "-C", office, *AS_OF, "--json")
    assert said.code == 0 and json.loads(said.out)["differing"] == []


def test_again_is_duplicates(office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]) -> None:
    """Collecting again counts nothing twice, whatever the copies are called."""
    path = filled(office, 1)
    lamtheo("collect", "-C", office, *AS_OF)
    (office / "nhan-ve" / "ban sao (1).xlsx").write_bytes(path.read_bytes())
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert {line["state"] for line in said.lines} == {"duplicate"} and len(said.lines) == 2
    assert status(lamtheo, office)["accepted"] == 1


def test_a_later_faulty_one_leaves_the_accepted_one_counting(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """«đang sửa»: what was accepted counts on while a later faulty one is mended; an older copy is superseded."""
    filled(office, 1, "moi.xlsx")
    lamtheo("collect", "-C", office, "--received", "2027-02-08", *AS_OF)
    filled(office, 1, "loi.xlsx", rows=[{"ten_mo_hinh": "Chỉ có tên"}])
    said = lamtheo("collect", "-C", office, "--received", "2027-02-09", *AS_OF, "--json")
    assert by_file(said)["loi.xlsx"]["state"] == "to_fix"
    filled(office, 1, "cu.xlsx", rows=[{**r, "ten_mo_hinh": "Bản cũ"} for r in _rows()])
    said = lamtheo("collect", "-C", office, "--received", "2027-02-05", *AS_OF, "--json")
    assert by_file(said)["cu.xlsx"]["state"] == "superseded"
    assert "08/02/2027" in by_file(said)["cu.xlsx"]["findings"][-1]["message"]
    assert status(lamtheo, office)["accepted"] == 1


def _rows() -> list[dict[str, str]]:
    return [{"ten_chi_bo": "Chi bộ 1 Sở Số 1", "ten_mo_hinh": "x", "thoi_gian": "Cả năm", "moi": "x"}]


def test_late_is_shown_and_still_counts(office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]) -> None:
    """A return after the due date counts and is marked late."""
    filled(office, 1)
    said = lamtheo("collect", "-C", office, "--as-of", "2027-03-05", "--json")
    assert [f["code"] for f in said.lines[0]["findings"]] == ["workbook.late"]
    now = status(lamtheo, office, "2027-03-05")
    assert (now["accepted"], now["late"]) == (1, 1)


def test_returns_inside_zips_are_named_by_both(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path], tmp_path: Path
) -> None:
    """`a.zip!b.xlsx`: what is inside an archive is collected on its own."""
    path = filled(office, 1)
    with zipfile.ZipFile(office / "nhan-ve" / "goi.zip", "w") as archive:
        archive.write(path, "thu muc/b.xlsx")
    path.unlink()
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert [line["file"] for line in said.lines] == ["nhan-ve/goi.zip!thu muc/b.xlsx"]
    assert said.lines[0]["state"] == "accepted"


def test_last_years_models_come_back_ticked(
    tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """Models of sheet NĂM TRƯỚC stand in the new workbook, ticked «đang triển khai», their time open."""
    from lamtheo_xls.register import Earlier

    earlier = Earlier(
        period="2026", unit="DU-1", values={"ten_chi_bo": "Chi bộ 2 Sở Số 1", "ten_mo_hinh": "- Tiết kiệm =1+1"}
    )
    office = make_office(tmp_path / "VP", earlier=(earlier,))
    book = openpyxl.load_workbook(office / "bieu-gui" / ROUND / "mau-02_2027_DU-SO-SO-1.xlsx")
    sheet = book["MẪU 02"]
    first = next(c.row for c in sheet["A"] if c.value == 1)
    assert [sheet.cell(first, c).value for c in range(2, 7)] == [
        "Chi bộ 2 Sở Số 1",
        "- Tiết kiệm =1+1",
        None,
        "x",
        None,
    ]


def test_the_year_before_is_looked_up_once_for_all_units(
    tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counted last year, and this year so far, is one query each, however many units there are to issue to."""
    from lamtheo_xls.ledger import Ledger

    office = make_office(tmp_path / "VP", issue=False)
    asked: list[str] = []
    counting = Ledger.counting

    def counted(self: Ledger, round: str) -> Any:
        asked.append(round)
        return counting(self, round)

    monkeypatch.setattr(Ledger, "counting", counted)
    assert len(lamtheo("issue", "-C", office, "--as-of", "2027-01-20", "--json").lines) == 4
    assert asked == ["43-kh-duk_2026", "43-kh-duk_2027"]


def test_a_pool_of_processes_says_the_same(
    office: Path,
    lamtheo: Callable[..., Any],
    filled: Callable[..., Path],
    tmp_path: Path,
    make_office: Callable[..., Path],
) -> None:
    """The same code on an Executor: two spawned processes and one give the same states and findings."""
    for unit in (1, 2, 3):
        filled(office, unit, rows=None if unit < 3 else [{"ten_mo_hinh": "x"}])
    other = make_office(tmp_path / "VP2")
    (other / ".lamtheo" / "key").write_bytes((office / ".lamtheo" / "key").read_bytes())
    one = lamtheo("collect", "-C", office, *AS_OF, "--json").lines
    two = lamtheo("collect", "-C", other, office / "nhan-ve", *AS_OF, "--json", "--jobs", "2").lines
    assert [(x["sha256"], x["state"], x["findings"]) for x in one] == [
        (x["sha256"], x["state"], x["findings"]) for x in two
    ]


@pytest.fixture
def newer_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """newer_form(): from now on the program comes with the next version of Mẫu 02."""
    from lamtheo_xls.definitions import bundled
    from lamtheo_xls.workspace import folder

    def update() -> None:
        newer = tmp_path / "ban-moi" / "43-kh-duk"
        shutil.copytree(bundled("43-kh-duk"), newer)
        raw = json.loads((newer / "mau-02.json").read_bytes())
        (newer / "mau-02.json").write_text(json.dumps(raw | {"version": raw["version"] + 1}), encoding="utf-8")
        monkeypatch.setattr(folder, "bundled", lambda _: newer)

    return update


def test_a_workbook_of_an_older_version_is_judged_by_its_own(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path], newer_form: Callable[[], None]
) -> None:
    """After an update of the program, what was issued before is read by the definition kept then, and told as old: it
    is taken as long as the programme does not say otherwise."""
    filled(office, 1)
    newer_form()
    (line,) = lamtheo("collect", "-C", office, *AS_OF, "--json").lines
    assert (line["state"], line["assignment"]) == ("accepted", "mau-02_2027_DU-1")
    assert [f["code"] for f in line["findings"]] == ["identity.old_version"]
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


def test_a_lost_definition_is_a_finding(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path], newer_form: Callable[[], None]
) -> None:
    """Where the older definition is damaged in the archive the file is kept and told, and `verify` names the gap."""
    filled(office, 1)
    lamtheo("collect", "-C", office, *AS_OF)
    kept = [p for p in (office / ".lamtheo" / "archive").glob("??/*") if p.read_bytes().startswith(b"{\n")]
    kept = [p for p in kept if b'"mau-02"' in p.read_bytes()[:200]]
    assert len(kept) == 1
    kept[0].write_bytes(b"{}")
    newer_form()
    filled(office, 2)
    said = by_file(lamtheo("collect", "-C", office, *AS_OF, "--json"))
    codes = {name: [f["code"] for f in line["findings"]] for name, line in said.items() if line["state"] == "unknown"}
    assert list(codes.values()) == [["identity.form_unknown"]]
    said = lamtheo("verify", "-C", office, *AS_OF, "--json")
    assert said.code == 1
    assert "không còn định nghĩa hoặc biểu đã gửi" in {d["now"] for d in json.loads(said.out)["differing"]}


def test_a_run_cut_short_between_ledger_and_folder_is_made_good(office: Path, lamtheo: Callable[..., Any]) -> None:
    """The ledger knows the new workbook, the folder still holds the old one and the zip: the next run puts it right. A
    workbook that somebody filled in place is never overwritten by it."""
    folder = office / "bieu-gui" / ROUND
    one, two = (folder / f"mau-02_2027_DU-SO-SO-{i}.xlsx" for i in (1, 2))
    old = one.read_bytes()
    register = office / "danh-sach.xlsx"
    book = openpyxl.load_workbook(register)
    page = book["ĐƠN VỊ"]
    cell = next(c for r in page.iter_rows() for c in r if c.value == "Chi bộ 1 Sở Số 1")
    cell.value = "Chi bộ Một Sở Số 1"
    book.save(register)
    assert [x["change"] for x in lamtheo("issue", "-C", office, *AS_OF, "--json").lines].count("changed") == 1
    new = one.read_bytes()
    one.write_bytes(old)
    two.write_bytes(two.read_bytes() + b"filled by the office")
    lamtheo("issue", "-C", office, *AS_OF)
    assert one.read_bytes() == new != old
    assert two.read_bytes().endswith(b"filled by the office")
    with zipfile.ZipFile(folder / f"{ROUND}.zip") as archive:
        assert archive.read(one.name) == new

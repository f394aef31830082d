"""The command line: every command answers, is documented, has its Vietnamese name; help is quick and light."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from lamtheo_xls.cli.main import ALIASES, cli

ROOT = Path(__file__).parents[2]
MAIL = ("email", "holidays", "imap_tools", "jinja2", "keyring", "oxmsg", "smtplib", "ssl")
HEAVY = ("pandas", "numpy", "openpyxl", "xlsxwriter", "jsonschema", "rich", *MAIL)


@pytest.mark.parametrize("verb", ALIASES)
def test_every_command_has_help_and_an_alias(verb: str, lamtheo: Callable[..., Any]) -> None:
    """A command without help fails the build; its Vietnamese name is the same command."""
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None and command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option) and p.name != "help")
    assert cli.get_command(click.Context(cli), ALIASES[verb]) is command
    assert lamtheo(ALIASES[verb], "--help").code == 0


@pytest.mark.parametrize("verb", ALIASES)
def test_every_command_is_documented(verb: str) -> None:
    """docs/cli.md holds each command's own help."""
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert f"## {verb} ({ALIASES[verb]})" in page


def test_generated_pages_are_current() -> None:
    """docs/cli.md, findings.md and form.md are what the program would write now."""
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "docs/cli.md", "docs/findings.md", "docs/form.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def loaded_by(*commands: tuple[object, ...]) -> set[str]:
    """Everything that these commands import, one after the other in a process of their own."""
    code = (
        "import json, sys\nfrom lamtheo_xls.cli import main\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    try:\n        main(command)\n    except SystemExit as end:\n        assert not end.code, command\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    told = json.dumps([[str(word) for word in command] for command in commands])
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, told], capture_output=True, text=True, encoding="utf-8", cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_loads_nothing_heavy() -> None:
    """`lamtheo --help` is not made to wait for libraries it does not use."""
    assert loaded_by(("--help",)) & set(HEAVY) == set()


def test_an_office_without_mail_waits_for_none_of_its_libraries(
    tmp_path: Path, make_office: Callable[..., Path], filled: Callable[..., Path]
) -> None:
    """Issuing, taking in and following load nothing of mail where the office names no server; `email` reads messages
    saved as files."""
    folder = make_office(tmp_path / "VP", committees=1)
    filled(folder, 1)
    office = ("-C", folder, "--as-of", "2027-02-10")
    loaded = loaded_by(("issue", *office), ("collect", *office), ("status", *office))
    assert loaded & set(MAIL) == {"email"}


def test_a_console_that_knows_no_vietnamese() -> None:
    """A cp1252 console gets UTF-8 instead of a UnicodeEncodeError."""
    done = subprocess.run(
        [sys.executable, "-m", "lamtheo_xls", "programmes"],
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONIOENCODING": "cp1252", "PATH": "", "PYTHONPATH": str(ROOT), "SYSTEMROOT": "C:\\Windows"},
    )
    assert done.returncode == 0, done.stderr
    assert "Mẫu số 02" in done.stdout.decode("utf-8")


def test_programmes_tell_what_is_asked_of_whom_and_when(lamtheo: Callable[..., Any]) -> None:
    """What a round of 2022 asks of each kind of unit, with that year's own dates (S1.12–S1.17)."""
    told = json.loads(lamtheo("programmes", "--period", "2022", "--json").out)
    programme = next(p for p in told if p["id"] == "43-kh-duk")
    assert [(f["id"], f["parts"]) for f in programme["forms"]] == [
        ("mau-01", "many"),
        ("mau-02", "one"),
        ("mau-03", "many"),
    ]
    of_kind: dict[str, list[tuple[Any, ...]]] = {}
    for d in programme["asked"]:
        of_kind.setdefault(d["unit_kind"], []).append((d["form"], d["due"], d["late_from"], d["nil_allowed"]))
    plan, mau_01 = (None, "2022-01-26", "2022-01-28", False), ("mau-01", "2022-02-24", "2022-02-26", False)
    mau_02, mau_03 = ("mau-02", "2022-02-24", "2022-02-26", False), ("mau-03", "2022-12-14", "2022-12-16", True)
    assert of_kind == {
        "dang_uy_co_so": [plan, mau_01, mau_02, mau_03],
        "chi_bo_co_so": [plan, mau_01, mau_03],
        "chi_bo_truc_thuoc": [mau_01, mau_03],
    }
    later = json.loads(lamtheo("programmes", "--period", "2023", "--json").out)[0]
    assert later["asked"][0]["due"] == "2023-02-28" and None not in {d["form"] for d in later["asked"]}
    assert [(m["id"], m["due"]) for m in later["milestones"]] == [("so-ket-2023", "2023-02-28")]
    people = [d for p in told for d in p["asked"] if d["owner"] == "person"]
    assert people and {tuple(d["groups"]) for d in people} == {("can_bo_cong_chuc", "dang_vien")}


def test_programmes_in_words(lamtheo: Callable[..., Any]) -> None:
    """For people: kinds of which the same is asked stand together, each thing with what goes with it; nothing is wider
    than the terminal; without a period it is the one of the day."""
    said = lamtheo("programmes", "--period", "2022")
    flat = " ".join(said.out.split())
    assert "– Mẫu số 02 (kèm bản ký): trước ngày 25/02/2022" in flat
    assert "mỗi mô hình một biểu; kèm bản ký; được trả lời “không phát sinh”): trước ngày 15/12/2022" in flat
    assert "(chỉ gửi bản ký): trước ngày 27/01/2022" in flat
    assert "Đảng ủy cơ sở; Chi bộ cơ sở; Đảng ủy xã, phường; Mặt trận Tổ quốc, đoàn thể" in flat
    assert max(map(len, said.out.splitlines())) <= 80
    assert "trong tháng 02/2027" in lamtheo("programmes", "--as-of", "2027-05-01").out
    other = json.loads(lamtheo("programmes", "--period", "2027-Q1", "--json").out)
    assert {(p["period"], len(p["asked"])) for p in other} == {(None, 0)}


def test_form_map_is_the_contract(lamtheo: Callable[..., Any]) -> None:
    """`form map --json`: form, version, fields with sheet and cell, tables with columns and rows."""
    told = json.loads(lamtheo("form", "map", "mau-02", "--json").out)
    assert set(told) == {"form", "version", "fields", "tables"}
    assert all(set(f) == {"id", "label", "sheet", "cell", "type", "required"} for f in told["fields"])
    table = told["tables"][0]
    assert set(table) == {"id", "sheet", "first_row", "last_row", "columns"}
    assert [(c["id"], c["column"], c["required"]) for c in table["columns"]][:3] == [
        ("ten_chi_bo", "B", True),
        ("ten_mo_hinh", "C", True),
        ("thoi_gian", "D", True),
    ]
    assert [c["label"] for c in table["columns"]][:5] == [
        "Tên chi bộ thực hiện",
        "Tên mô hình",
        "Thời gian thực hiện",
        "Mô hình đang triển khai thực hiện",
        "Mô hình mới",
    ]


def test_form_map_of_as_many_rows_as_were_issued(
    tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """With the row count of an issued workbook the map is that workbook's: what lies below the table too."""
    import openpyxl

    office = make_office(tmp_path / "VP", children=4)
    book = openpyxl.load_workbook(min((office / "bieu-gui").rglob("mau-02_2027_DU-*.xlsx")))
    told = json.loads(lamtheo("form", "map", "mau-02", "--rows", 9, "--json").out)
    where = {f["id"]: f["cell"] for f in told["fields"]}
    sheet = book[told["tables"][0]["sheet"]]
    assert [sheet[where[f"noi_nhan_{i}"]].value for i in (1, 3)] == ["- Đảng ủy các cơ quan tỉnh (báo cáo),", "- Lưu."]
    assert sheet[where["nguoi_ky"]].value == "Nguyễn Văn Số 1"


def test_form_schema_preview_and_check(lamtheo: Callable[..., Any], tmp_path: Path) -> None:
    """The schema is JSON; the bundled definitions have no finding; a preview is a workbook."""
    assert json.loads(lamtheo("form", "schema", "form").out)["additionalProperties"] is False
    said = lamtheo("form", "check", ROOT / "workbook_templates" / "43-kh-duk", "--json")
    assert (said.code, said.out) == (0, "")
    target = tmp_path / "xem.xlsx"
    assert lamtheo("form", "preview", "mau-02", target).code == 0
    assert target.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["new"], "Còn thiếu THƯ-MỤC."),
        (["new", "A", "--kho"], "Không có tùy chọn “--kho”."),
        (["issue", "--dry"], "Không có tùy chọn “--dry”; có thể là --dry-run."),
        (["khong-co"], "Không có lệnh “khong-co”."),
        (["form", "xem"], "Không có lệnh “xem”."),
        (["form", "schema", "x"], "form|programme phải là một trong: form, programme."),
        (["issue", "--as-of", "32/1"], "“32/1” không phải ngày: ghi 2027-02-25 hoặc 25/02/2027."),
        (["collect", "--jobs", "0"], "--jobs phải là một số nguyên từ 1 trở lên."),
        (["check", "khong-co.xlsx"], "Không tìm thấy “khong-co.xlsx”, hoặc đó không phải tệp cần dùng."),
        (["status", "thua"], "Lệnh có chỗ thừa;"),
    ],
)
def test_a_wrong_command_line_is_told_in_vietnamese(line: list[str], said: str, lamtheo: Callable[..., Any]) -> None:
    """Exit 2, what is wrong, quoted, and where to look; none of click's English."""
    told = lamtheo(*line)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(said)
    assert "Error" not in told.err and "Usage" not in told.err
    assert told.err.splitlines()[-1].startswith("Xem cách dùng: lamtheo") and told.err.rstrip().endswith("--help")


@pytest.mark.parametrize("verb", [[], *([v] for v in ALIASES), ["form", "map"]])
def test_help_speaks_vietnamese_only(verb: list[str], lamtheo: Callable[..., Any]) -> None:
    """Headings, metavars and the help option itself are ours, on every page."""
    told = lamtheo(*verb, "--help")
    assert told.out.startswith("Cách dùng: lamtheo")
    english = ("Usage", "Options", "Commands", "Show", "[required]", "TEXT", "FILE", "DIRECTORY", "INTEGER", "DATE")
    assert [word for word in english if word in told.out] == []


def test_a_broken_world_names_what_there_is(
    tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """What to do is filled in like the message: the rounds to choose from are named."""
    told = lamtheo("status", "-C", make_office(tmp_path / "VP", issue=False), "--round", "khac")
    assert told.code == 3
    assert "43-kh-duk_2027" in told.err and "{" not in told.err


def test_what_to_do_next_is_said(
    tmp_path: Path, make_office: Callable[..., Path], filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """After issuing: which file to send with which words; after a day's run: where the results lie. Files that lay
    in the inbox before are not told as sent twice."""
    office = make_office(tmp_path / "VP", issue=False)
    said = lamtheo("issue", "-C", office, "--as-of", "2027-01-25").out
    assert "43-kh-duk_2027.zip" in said and "loi-nhan-zalo.txt" in said and "3-NHAN-VE.cmd" in said
    filled(office, 1)
    filled(office, 2, rows=[{"ten_chi_bo": "Chi bộ 1 Sở Số 2", "moi": "x"}])
    said = lamtheo("run", "-C", office, "--as-of", "2027-02-10").out
    assert "Nhận 2 tệp: 1 hợp lệ, 1 cần sửa." in said
    assert "Biểu trả lại: 1 tệp" in said and "mau-02.xlsx" in said
    assert "Nhận 2 tệp: 2 đã nhận trước đó." in lamtheo("run", "-C", office, "--as-of", "2027-02-11").out


def test_a_closed_round_is_told(tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any]) -> None:
    """Whoever takes files in after the closing is told why no figure changes, and how to open the round again."""
    office = make_office(tmp_path / "VP")
    assert "Đợt đã chốt" not in lamtheo("run", "-C", office, "--as-of", "2027-03-02").out
    lamtheo("close", "-C", office, "--as-of", "2027-03-03")
    for verb in ("run", "status"):
        said = " ".join(lamtheo(verb, "-C", office, "--as-of", "2027-03-04").out.split())
        assert "Đợt đã chốt ngày 03/03/2027" in said and "mo-lai" in said


def test_check_without_a_workspace(
    tmp_path: Path, make_office: Callable[..., Path], filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """A unit's self-check: the form's own findings with their cells, what could not be checked, exit 1 for faults."""
    office = make_office(tmp_path / "VP")
    good, bad = filled(office, 1), filled(office, 2, rows=[{"ten_chi_bo": "Chi bộ 1 Sở Số 2", "moi": "x"}])
    said = lamtheo("check", good)
    assert said.code == 0 and "GỬI ĐƯỢC" in said.out and "Chưa soát được" in said.out
    said = lamtheo("check", bad, "--json")
    assert said.code == 1
    cells = {(f["code"], f["cell"][0]) for f in json.loads(said.out)["findings"] if f["severity"] == "error"}
    assert cells == {("cell.required", "C"), ("cell.required", "D")}


def test_status_fits_eighty_columns(
    tmp_path: Path, make_office: Callable[..., Path], filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """What staff see in a small window is not broken up by the terminal."""
    office = make_office(tmp_path / "VP", committees=12)
    filled(office, 1)
    filled(office, 2, rows=[{"ten_chi_bo": "Chi bộ 1", "ten_mo_hinh": "x" * 290, "moi": "x"}])
    lamtheo("collect", "-C", office, "--as-of", "2027-02-10")
    said = lamtheo("status", "-C", office, "--as-of", "2027-02-10")
    assert max(len(line) for line in said.out.splitlines() if "theo-doi.xlsx" not in line) <= 80


def test_launchers_are_for_windows(tmp_path: Path, make_office: Callable[..., Path]) -> None:
    """The .cmd files: CRLF, UTF-8 console, pass on what is dropped on them, open theo-doi.xlsx at the end."""
    office = make_office(tmp_path / "VP", issue=False)
    names = sorted(p.name for p in office.glob("*.cmd"))
    assert names == ["1-TAO-BIEU.cmd", "2-GUI.cmd", "3-NHAN-VE.cmd", "4-DON-DOC.cmd"]
    for name, verb in zip(names, ("tao-bieu", "gui", "cap-nhat", "don-doc"), strict=True):
        data = (office / name).read_bytes()
        assert data.count(b"\r\n") == data.count(b"\n")
        text = data.decode("utf-8")
        assert "chcp 65001" in text and f"lamtheo_xls {verb}" in text and "theo-doi.xlsx" in text and "pause" in text
    assert "%*" in (office / "3-NHAN-VE.cmd").read_text("utf-8")

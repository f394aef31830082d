"""Bad input gets a finding and nothing is lost; a broken world gets one clear line and exit 3; the next run goes on."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

ROUND = "43-kh-duk_2027"
AS_OF = ("--as-of", "2027-02-10")
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    return make_office(tmp_path / "VP")


def workbook_with(sheet_xml: str, **parts: str) -> bytes:
    """A workbook of openpyxl whose first sheet is replaced by `sheet_xml`."""
    book = openpyxl.Workbook()
    buffer = io.BytesIO()
    book.save(buffer)
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = sheet_xml.encode() if name == "xl/worksheets/sheet1.xml" else old.read(name)
            new.writestr(name, parts.get(name, data))
    return out.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
CELL = '<sheetData><row r="{r}"><c r="{a}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
FILES: dict[str, tuple[bytes, str, str]] = {
    "rong.xlsx": (b"", "refused", "file.empty"),
    "cat ngang.xlsx": (workbook_with(SHEET.format(""))[:900], "refused", "file.truncated"),
    "that ra la html.xlsx": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "refused", "file.html"),
    "that ra la csv.xlsx": ("TT;Tên chi bộ;Tên mô hình\n1;a;b\n".encode(), "refused", "file.csv"),
    "anh.png": (b"\x89PNG\r\n\x1a\n" + b"0" * 64, "refused", "file.photo"),
    "ban ky.pdf": (b"%PDF-1.7\n1 0 obj\n", "refused", "file.pdf"),
    "van ban.docx": (
        zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>")),
        "refused",
        "file.word",
    ),
    "thuc the.xlsx": (workbook_with(BOMB + SHEET.format(CELL.format(r=1, a="A1"))), "refused", "file.entity"),
    "thuc the ngoai.xlsx": (
        workbook_with('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + SHEET.format("<sheetData/>")),
        "refused",
        "file.entity",
    ),
    "o cuoi cung.xlsx": (
        workbook_with(SHEET.format(CELL.format(r=1048576, a="XFD1048576"))),
        "unknown",
        "identity.none",
    ),
    "kich thuoc sai.xlsx": (
        workbook_with(SHEET.format('<dimension ref="A1:XFD1048576"/>' + CELL.format(r=1, a="A1"))),
        "unknown",
        "identity.none",
    ),
    "bom nen.xlsx": (workbook_with(SHEET.format(" " * 40_000_000)), "refused", "file.bomb"),
}


@pytest.mark.parametrize("name", FILES)
def test_each_bad_file_is_recorded_with_its_finding(office: Path, lamtheo: Callable[..., Any], name: str) -> None:
    """However broken or hostile, a file ends as a recorded submission with its finding, its bytes in the archive."""
    data, state, code = FILES[name]
    (office / "nhan-ve" / name).write_bytes(data)
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert said.code == 0, said.err
    line = said.lines[0]
    assert (line["state"], code in [f["code"] for f in line["findings"]]) == (state, True), line
    archived = list((office / ".lamtheo" / "archive").rglob(f"{line['sha256']}*"))
    assert [p.read_bytes() for p in archived] == [data]
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


def test_bad_files_together_with_a_good_one(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """A folder of photos and rubbish does not keep a good return from counting; a second run adds nothing."""
    for name, (data, _, _) in FILES.items():
        (office / "nhan-ve" / name).write_bytes(data)
    filled(office, 1)
    said = lamtheo("run", "-C", office, *AS_OF, "--json")
    assert said.code == 0 and json.loads(said.out)["accepted"] == 1
    again = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert {line["state"] for line in again.lines} == {"duplicate"}


def test_empty_folder_is_no_error(office: Path, lamtheo: Callable[..., Any]) -> None:
    """Nothing to take in: exit 0 and a line that says so."""
    said = lamtheo("collect", "-C", office, *AS_OF)
    assert said.code == 0 and "nhan-ve" in said.out


@pytest.mark.parametrize("name", ["../ra ngoai.xlsx", "C:\\Windows\\x.xlsx", "/tuyet doi.xlsx"])
def test_zip_that_climbs_out(office: Path, lamtheo: Callable[..., Any], name: str, tmp_path: Path) -> None:
    """A path-traversal zip writes nothing anywhere and is a finding."""
    (office / "nhan-ve" / "goi.zip").write_bytes(zipped((name, b"x")))
    before = {p for p in tmp_path.rglob("*") if ".lamtheo" not in p.parts}
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert said.code == 0
    assert any(f["code"] == "file.archive_path" for line in said.lines for f in line["findings"])
    assert {p for p in tmp_path.rglob("*") if ".lamtheo" not in p.parts} == before


def test_a_file_still_being_copied_is_left_for_the_next_run(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """A half-fetched file is told of, not recorded, and taken in when it is whole."""
    path = filled(office, 1)
    part = path.with_name(path.name + ".crdownload")
    path.rename(part)
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert [f["code"] for f in said.lines[0]["findings"]] == ["file.unstable"]
    part.rename(path)
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert said.lines[0]["state"] == "accepted"


def test_not_a_workspace(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """One line why, exit 3."""
    said = lamtheo("status", "-C", tmp_path)
    assert said.code == 3 and len(said.err.splitlines()) == 1


def test_new_refuses_a_folder_with_something_in_it(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """Nothing is half-written into somebody's folder."""
    (tmp_path / "cua toi.txt").write_text("x")
    said = lamtheo("new", tmp_path, "--programme", "43-kh-duk", "--period", "2027")
    assert said.code == 3 and sorted(p.name for p in tmp_path.iterdir()) == ["cua toi.txt"]


def test_faulty_register_stops_with_its_findings(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A faulty register: every finding with its cell, exit 3, nothing written."""
    path = office / "danh-sach.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["ĐƠN VỊ"]
    head = next(r for r in sheet.iter_rows() if any(c.value == "Mã" for c in r))
    code = next(c.column for c in head if c.value == "Mã")
    parent = next(c.column for c in head if str(c.value).startswith(("Trực thuộc", "Mã cấp trên")))
    row = head[0].row + 2
    sheet.cell(row, code).value = sheet.cell(row + 1, code).value
    sheet.cell(row + 3, parent).value = "KHONG-CO"
    book.save(path)
    before = {p: p.stat().st_mtime_ns for p in (office / "bieu-gui").rglob("*.xlsx")}
    said = lamtheo("issue", "-C", office, *AS_OF)
    assert said.code == 3
    assert "Sheet «ĐƠN VỊ», ô " in said.err and "KHONG-CO" in said.err and len(said.err.splitlines()) >= 3
    assert {p: p.stat().st_mtime_ns for p in (office / "bieu-gui").rglob("*.xlsx")} == before


def test_register_that_is_no_workbook(office: Path, lamtheo: Callable[..., Any]) -> None:
    """danh-sach.xlsx overwritten by rubbish, or gone: exit 3, one cause."""
    (office / "danh-sach.xlsx").write_bytes(b"khong phai excel")
    assert lamtheo("status", "-C", office, *AS_OF).code == 3
    (office / "danh-sach.xlsx").unlink()
    assert lamtheo("status", "-C", office, *AS_OF).code == 3


def test_faulty_definition(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """`form check`: all findings at once with their JSON path, exit 1."""
    path = tmp_path / "mau-99.json"
    path.write_text('{"id": "mau-99", "versoin": 1, "fields": [{"id": "Tên"}]}', "utf-8")
    said = lamtheo("form", "check", path, "--json")
    assert said.code == 1
    paths = {f.get("path") for f in said.lines}
    assert len(said.lines) >= 3 and any(p and p.startswith("$.fields[0]") for p in paths)
    assert "version" in lamtheo("form", "check", path).out


def test_workspace_of_a_newer_version(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A ledger of a newer program is not touched: exit 3."""
    db = sqlite3.connect(office / ".lamtheo" / "ledger.sqlite")
    db.execute("PRAGMA user_version = 999")
    db.commit()
    db.close()
    said = lamtheo("status", "-C", office, *AS_OF)
    assert said.code == 3 and "999" in said.err


def test_wrong_usage(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A date that is none, an unknown option: exit 2."""
    assert lamtheo("status", "-C", office, "--as-of", "ngày mai").code == 2
    assert lamtheo("status", "--khong-co").code == 2
    assert lamtheo("issue", "-C", office, *AS_OF, "--only", "KHONG-CO").code == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="resource limits are POSIX")
def test_full_disk_leaves_all_whole(office: Path, filled: Callable[..., Path], lamtheo: Callable[..., Any]) -> None:
    """Files may not grow (RLIMIT_FSIZE): one line, exit 3; archive and ledger whole; the next run goes on."""
    filled(office, 1)
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000));"
        "from lamtheo_xls.cli import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "collect", "-C", str(office), *AS_OF],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    states = {line["state"] for line in said.lines if line["file"].endswith("1.xlsx")}
    assert said.code == 0 and states == {"accepted"}
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="resource limits are POSIX")
def test_new_on_a_full_disk_leaves_nothing(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """`new` is whole or not at all: one line, exit 3, no folder; the same command does it once there is room."""
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        "from lamtheo_xls.cli import main; main(sys.argv[1:])"
    )
    new = ["new", str(tmp_path / "VP"), "--programme", "43-kh-duk", "--period", "2027"]
    done = subprocess.run(
        [sys.executable, "-c", limited, *new],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 3 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not (tmp_path / "VP").exists()
    assert lamtheo(*new).code == 0


def test_a_target_that_cannot_be(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """Where no folder can be made: one line and exit 3, no traceback."""
    (tmp_path / "tep").write_text("x", encoding="utf-8")
    for args in (
        ["new", tmp_path / "tep" / "VP", "--programme", "43-kh-duk", "--period", "2027"],
        ["demo", tmp_path / "tep" / "VP"],
    ):
        said = lamtheo(*args)
        assert said.code == 3 and len(said.err.strip().splitlines()) == 1, said.err


def test_demo_key_is_refused_elsewhere(office: Path, lamtheo: Callable[..., Any]) -> None:
    """The key that everybody knows signs nothing real."""
    from lamtheo_xls.workspace.folder import DEMO_KEY

    (office / ".lamtheo" / "key").write_bytes(DEMO_KEY)
    assert lamtheo("issue", "-C", office, *AS_OF).code == 3


def test_two_commands_at_once(office: Path, lamtheo: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The second command waits, then says who holds the workspace."""
    from lamtheo_xls.ledger import lock
    from lamtheo_xls.workspace import folder

    real = folder.lock
    monkeypatch.setattr(folder, "lock", lambda path, *, wait, who: real(path, wait=0.2, who=who))
    with lock(office / ".lamtheo", wait=1, who="nhan"):
        said = lamtheo("status", "-C", office, *AS_OF)
    assert said.code == 3 and "nhan" in said.err
    assert lamtheo("status", "-C", office, *AS_OF).code == 0


def test_whatever_the_archive_keeps_is_compared(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path]
) -> None:
    """`verify` names every altered file of the archive, the register and the definitions judged by among them."""
    filled(office, 1)
    lamtheo("collect", "-C", office, *AS_OF)
    kept = [p for p in sorted((office / ".lamtheo" / "archive").rglob("*")) if p.is_file()]
    assert len(kept) >= 4
    for path in kept:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + b"?")
        said = lamtheo("verify", "-C", office, *AS_OF, "--json")
        assert said.code == 1 and path.name in {d["file"] for d in said.lines[0]["differing"]}
        path.write_bytes(whole)
    assert lamtheo("verify", "-C", office, *AS_OF).code == 0


def test_messages_that_were_not_taken_apart_are_judged_alike_again(office: Path, lamtheo: Callable[..., Any]) -> None:
    """A saved message that brings nothing, one with Outlook's own package, one too deep in messages: `verify` agrees
    with what was found on the way in."""
    head, inbox = b"From: a@donvi.test\nSubject: Nop bieu\nMIME-Version: 1.0\n", office / "nhan-ve"
    winmail = b"Content-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22\x01"
    (inbox / "khong.eml").write_bytes(head + b"\nKinh gui van phong.\n")
    (inbox / "outlook.eml").write_bytes(head + winmail)
    (inbox / "sau.eml").write_bytes(head + b"Content-Type: message/rfc822\n\n" * 30 + head + b"\nHet.\n")
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert {line["file"]: [f["code"] for f in line["findings"]] for line in said.lines} == {
        "nhan-ve/khong.eml": ["file.mail_bare"],
        "nhan-ve/outlook.eml": ["file.winmail"],
        "nhan-ve/sau.eml": ["file.mail_nested"],
    }
    said = lamtheo("verify", "-C", office, *AS_OF, "--json")
    assert said.code == 0 and said.lines[0] == {"round": None, "compared": 3, "differing": []}


def test_a_weak_key_is_refused(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """`new --key-file` takes no key of a few bytes, nor the demo's; nothing is made."""
    from lamtheo_xls.workspace.folder import DEMO_KEY

    for key in (b"k", DEMO_KEY):
        (tmp_path / "key").write_bytes(key)
        folder = tmp_path / "VP"
        said = lamtheo("new", folder, "--programme", "43-kh-duk", "--period", "2027", "--key-file", tmp_path / "key")
        assert said.code == 3 and len(said.err.splitlines()) == 1 and not folder.exists()


def test_an_old_list_that_names_a_committee_twice(tmp_path: Path, lamtheo: Callable[..., Any]) -> None:
    """What will stop the next command is said when the list is taken over, at its cell."""
    book = openpyxl.Workbook()
    for row in (("TT", "Tên đơn vị"), (1, "Đảng ủy Sở Nội vụ"), (2, "Đảng ủy Sở Nội vụ"), (3, "Chi bộ Văn phòng")):
        book.active.append(row)
    book.save(tmp_path / "cu.xlsx")
    said = lamtheo(
        "new", tmp_path / "VP", "--programme", "43-kh-duk", "--period", "2027", "--register", tmp_path / "cu.xlsx"
    )
    assert said.code == 0 and "trùng" in said.out.lower() and "Sở Nội vụ" in said.out


def test_a_copy_lost_between_two_runs_stops_nothing(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ended before it judged, and whose archived copy is gone: told, and the rest is taken in."""
    from lamtheo_xls.workspace import collecting

    path = filled(office, 1)
    with monkeypatch.context() as patch:
        patch.setattr(collecting, "judge", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises((KeyboardInterrupt, SystemExit, AssertionError)):
            said = lamtheo("collect", "-C", office, *AS_OF)
            assert said.code == 0
    for copy in (office / ".lamtheo" / "archive").rglob("*"):
        if copy.is_file() and copy.read_bytes() == path.read_bytes():
            copy.chmod(0o600)
            copy.unlink()
    path.unlink()
    filled(office, 2)
    said = lamtheo("collect", "-C", office, *AS_OF, "--json")
    assert said.code == 0
    assert [([f["code"] for f in x["findings"]], x["state"]) for x in said.lines] == [
        (["file.lost"], "refused"),
        ([], "accepted"),
    ]


def test_a_worker_that_dies_is_one_line(
    office: Path, lamtheo: Callable[..., Any], filled: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool whose process the system ended: exit 3, nothing lost, the next run goes on."""
    from concurrent.futures import BrokenExecutor

    from lamtheo_xls.workspace import collecting

    filled(office, 1)
    with monkeypatch.context() as patch:
        patch.setattr(collecting, "_judge_and_record", lambda *a: (_ for _ in ()).throw(BrokenExecutor("killed")))
        said = lamtheo("collect", "-C", office, *AS_OF, "--jobs", "2")
    assert said.code == 3 and "--jobs" in said.err
    assert lamtheo("collect", "-C", office, *AS_OF, "--json").lines[0]["state"] == "accepted"

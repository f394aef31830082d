""".rar and .7z through the programs a machine may have; hostile and broken ones, and no program at all.

A .rar is written here by the published RAR 5.0 format, stored (no free program packs one); a .7z by the program itself.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.intake import Limits, Received, gather, packed
from lamtheo_xls.intake.packed import Program, programs

WHEN = 1_803_456_930


def missing_tool(reason: str) -> None:
    """Skips with the reason, but fails where the machine is meant to have everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(params=["7z", "tar"])
def only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each program in turn is the only one there."""
    found = tuple(p for p in programs() if p.kind == request.param)
    if not found:
        missing_tool(f"no {request.param} here that opens .rar and .7z")
    monkeypatch.setattr(packed, "programs", lambda: found)
    return str(request.param)


def number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def block(*fields: bytes, data: bytes = b"") -> bytes:
    head = b"".join(fields)
    head = number(len(head)) + head
    return struct.pack("<I", zlib.crc32(head)) + head + data


def rar(*members: tuple[str, bytes], crc: int | None = None) -> bytes:
    """A .rar of version 5 whose members are stored."""
    out = b"Rar!\x1a\x07\x01\x00" + block(number(1), number(0), number(0))
    for name, data in members:
        raw, sum_ = name.encode(), zlib.crc32(data) if crc is None else crc
        known = struct.pack("<II", WHEN, sum_) + number(0) + number(0)
        sizes = number(len(data)) + number(6) + number(len(data)) + number(0x20)
        out += block(number(2), number(2), sizes, known, number(len(raw)), raw, data=data)
    return out + block(number(5), number(0), number(0))


def seven(folder: Path, *members: tuple[str, bytes], options: tuple[str, ...] = ()) -> bytes:
    """A .7z as 7-Zip packs it, or bsdtar where there is none and no option asks for 7-Zip."""
    program = next((p for name in ("7zz", "7z", "7za") if (p := shutil.which(name))), None)
    tar = shutil.which("bsdtar")
    source = folder / "nguon"
    for name, data in members:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    out = folder / "out.7z"
    if program:
        command = [program, "a", *options, str(out), "."]
    elif tar and not options:
        command = [tar, "-cf", str(out), "--format=7zip", "."]
    else:
        missing_tool("nothing here packs a .7z")
    subprocess.run(command, cwd=source, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    data = out.read_bytes()
    shutil.rmtree(source)
    out.unlink()
    return data


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in (("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>")):
            archive.writestr(zipfile.ZipInfo(name, (2027, 2, 24, 8, 0, 0)), text)
    return out.getvalue()


def taken(folder: Path, data: bytes, name: str, **limits: float) -> list[Received]:
    inbox = folder / "nhan-ve"
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_bytes(data)
    found = list(gather([inbox], base=inbox, stable_after=0.0, limits=Limits(**limits)))  # type: ignore[arg-type]
    (inbox / name).unlink()
    return found


def told(items: list[Received]) -> list[tuple[str, bytes | None, list[str]]]:
    return [(i.name, i.data, [f.code for f in i.findings]) for i in items]


MEMBERS = (("Mẫu 02 – Đảng ủy.xlsx", b"PK mot"), ("chi bộ/b.xlsx", b""), ("~$c.xlsx", b"x"), ("a/Thumbs.db", b"x"))
TAKEN = [("Mẫu 02 – Đảng ủy.xlsx", b"PK mot", []), ("chi bộ/b.xlsx", b"", [])]


def test_members_of_a_rar_come_instead_of_it(only: str, tmp_path: Path) -> None:
    """Vietnamese names, folders, empty files; the system's own left out; nothing left behind."""
    found = taken(tmp_path, rar(*MEMBERS), "a.rar")
    assert told(found) == [(f"a.rar!{name}", data, codes) for name, data, codes in TAKEN]
    assert [i.modified for i in found] == [dt.datetime.fromtimestamp(WHEN).isoformat()] * 2
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["nhan-ve"]


def test_members_of_a_7z_come_instead_of_it(only: str, tmp_path: Path) -> None:
    """The same, packed solid."""
    found = taken(tmp_path, seven(tmp_path, *MEMBERS), "a.7z")
    assert told(found) == [(f"a.7z!{name}", data, codes) for name, data, codes in TAKEN]


def test_a_workbook_stored_last_in_a_rar_is_not_taken_for_the_archive(only: str, tmp_path: Path) -> None:
    """libarchive would open the workbook instead (libarchive#2249), and nobody would miss the others."""
    data = rar(("a.xlsx", b"PK mot"), ("b.xlsx", workbook()))
    assert told(taken(tmp_path, data, "a.rar")) == [("a.rar!a.xlsx", b"PK mot", []), ("a.rar!b.xlsx", workbook(), [])]


def test_names_that_lead_out_and_names_twice_are_told(only: str, tmp_path: Path) -> None:
    """Nothing of an archive's naming is written anywhere; the good members are taken."""
    data = rar(("../a.xlsx", b"1"), ("/b.xlsx", b"2"), ("c.xlsx", b"3"), ("c.xlsx", b"4"), ("d.xlsx", b"5"))
    (good, whole) = taken(tmp_path, data, "a.rar")
    assert told([good]) == [("a.rar!d.xlsx", b"5", [])]
    assert whole.data == data and {f.code for f in whole.findings} == {"file.archive_path", "file.archive_duplicate"}
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["nhan-ve"]


def test_a_password_is_told(only: str, tmp_path: Path) -> None:
    """On the contents, or on the names too."""
    for options in (("-pbimat",), ("-pbimat", "-mhe=on")):
        data = seven(tmp_path, ("a.xlsx", b"PK mot"), options=options)
        assert told(taken(tmp_path, data, "a.7z")) == [("a.7z", data, ["file.archive_encrypted"])]


def test_a_cut_or_falsified_archive_is_told(only: str, tmp_path: Path) -> None:
    """Cut anywhere, or with a wrong check sum: nothing half is taken for whole. (libarchive passes over the check sum
    of a stored member; the workbook has its own.)"""
    data = rar(("a.xlsx", b"PK mot"), ("b.xlsx", b"PK hai" * 50))
    for size in (10, 40, 90, len(data) - 20, len(data) - 100):
        found = taken(tmp_path, data[:size], "a.rar")
        assert found[-1].findings[0].code in ("file.archive_damaged", "file.archive_empty"), size
        assert all(i.data in (b"PK mot", b"PK hai" * 50) for i in found[:-1])
    wrong = rar(("a.xlsx", b"PK mot"), crc=1)
    if only == "7z":
        assert told(taken(tmp_path, wrong, "a.rar")) == [("a.rar", wrong, ["file.archive_damaged"])]
    cut = seven(tmp_path, ("a.xlsx", b"PK mot" * 100))[:-40]
    assert told(taken(tmp_path, cut, "a.7z")) == [("a.7z", cut, ["file.archive_damaged"])]


@pytest.mark.parametrize(
    "limits", [{"entries": 2}, {"member_bytes": 999}, {"total_bytes": 2_500}], ids=["number", "one", "all"]
)
def test_limits_hold(only: str, tmp_path: Path, limits: dict[str, float]) -> None:
    """How many members, how large one, how large all together."""
    data = rar(*((f"{n}.xlsx", n.encode() * 1000) for n in "abc"))
    assert told(taken(tmp_path, data, "a.rar", **limits)) == [("a.rar", data, ["file.archive_bomb"])]
    assert len(taken(tmp_path, data, "a.rar", entries=3, member_bytes=1000, total_bytes=3_000)) == 3


def test_a_bomb_is_ended_while_it_comes_out(only: str, tmp_path: Path) -> None:
    """A few kilobytes that hold 40 MB: no more is written than may be, then the program is ended."""
    data = seven(tmp_path, ("a.xlsx", bytes(40 << 20)))
    assert len(data) < 100_000
    assert told(taken(tmp_path, data, "a.7z", member_bytes=1 << 30, total_bytes=1 << 20)) == [
        ("a.7z", data, ["file.archive_bomb"])
    ]


def test_an_archive_without_files_and_archives_in_archives(only: str, tmp_path: Path) -> None:
    """Empty is told; a zip and a .rar within are opened, a level further down they are not; a message within is one."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("z.xlsx", b"PK z")
    eml = b"From: a@so.example\nSubject: x\nContent-Type: application/octet-stream; name=m.xlsx\n\nPK m"
    third = rar(("t.xlsx", b"PK t"))
    inner = rar(("r.xlsx", b"PK r"), ("t.rar", third))
    assert told(taken(tmp_path, rar(), "a.rar"))[0][2] == ["file.archive_empty"]
    data = rar(("i.rar", inner), ("t.eml", eml), ("z.zip", zipped.getvalue()))
    assert told(taken(tmp_path, data, "a.rar")) == [
        ("a.rar!i.rar!r.xlsx", b"PK r", []),
        ("a.rar!i.rar!t.rar", third, ["file.archive_nested"]),
        ("a.rar!t.eml!m.xlsx", b"PK m", []),
        ("a.rar!z.zip!z.xlsx", b"PK z", []),
    ]


def test_without_a_program_it_is_asked_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the archive stands in the folder, in a zip, in a message."""
    monkeypatch.setattr(packed, "programs", lambda: ())
    data = rar(("a.xlsx", b"PK"))
    assert told(taken(tmp_path, data, "a.rar")) == [("a.rar", data, ["file.archive"])]
    mail = b"From: a@so.example\nSubject: x\nContent-Type: application/x-rar; name=a.rar\n\n" + data
    assert told(taken(tmp_path, mail, "thu.eml")) == [("thu.eml!a.rar", data, ["file.archive"])]


def script(folder: Path, body: str) -> str:
    path = folder / "chuong-trinh"
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="a program written as a script of POSIX")
def test_a_program_that_hangs_or_is_gone_does_not_hold_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended when its time is up; where there is another program that one is asked, but not after a limit."""
    data = rar(("a.xlsx", b"PK"))
    hangs = Program(kind="tar", path=script(tmp_path, "time.sleep(600)"))
    gone = Program(kind="7z", path=str(tmp_path / "khong-co"))
    monkeypatch.setattr(packed, "programs", lambda: (gone, hangs))
    assert told(taken(tmp_path, data, "a.rar", packer_seconds=0.3)) == [("a.rar", data, ["file.archive_bomb"])]
    monkeypatch.setattr(packed, "programs", lambda: (gone,))
    assert told(taken(tmp_path, data, "a.rar")) == [("a.rar", data, ["file.archive"])]


@pytest.mark.skipif(sys.platform == "win32", reason="a program written as a script of POSIX")
@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        ("tar", "tar: Error opening archive: Unrecognized archive format", "file.archive"),
        ("tar", "tar: in: LZMA codec is unsupported", "file.archive"),
        ("7z", "ERROR: Unsupported Method : a.xlsx", "file.archive"),
        ("7z", "ERROR: in : Can not open the file as archive", "file.archive_damaged"),
        ("tar", "tar: Truncated RAR file data", "file.archive_damaged"),
        ("7z", "ERROR: Wrong password : a.xlsx", "file.archive_encrypted"),
    ],
)
def test_what_the_machine_cannot_open_is_not_the_senders_fault(
    kind: str, said: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program built without such archives (Windows 10's tar): one is asked to unpack, not told of a broken file."""
    program = Program(kind=kind, path=script(tmp_path, f"sys.exit({said!r})"))
    monkeypatch.setattr(packed, "programs", lambda: (program,))
    data = rar(("a.xlsx", b"PK"))
    assert told(taken(tmp_path, data, "a.rar")) == [("a.rar", data, [code])]


@pytest.mark.skipif(sys.platform == "win32", reason="a program written as a script of POSIX")
def test_a_full_disk_is_not_the_archives_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, or as the program says of itself: the run stops with what to do, and nobody is asked to send anew."""
    full = Program(kind="tar", path=script(tmp_path, "sys.exit('tar: Write error: No space left on device')"))
    monkeypatch.setattr(packed, "programs", lambda: (full,))
    with pytest.raises(World) as broken:
        taken(tmp_path, rar(("a.xlsx", b"PK")), "a.rar")
    assert broken.value.code == "world.disk_full"
    monkeypatch.setattr(packed, "_lay", lambda folder, data: (folder / "khong" / "co").write_bytes(data))
    with pytest.raises(World) as broken:
        taken(tmp_path, rar(("a.xlsx", b"PK")), "a.rar")
    assert broken.value.code == "world.disk_error"


def test_where_one_program_fails_the_next_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old 7-Zip knows no .rar of version 5, one built without it none at all."""
    tar = next((p for p in programs() if p.kind == "tar"), None)
    if tar is None:
        missing_tool("no libarchive's tar here")
        return
    monkeypatch.setattr(packed, "programs", lambda: (Program(kind="7z", path=str(tmp_path / "khong-co")), tar))
    assert told(taken(tmp_path, rar(("a.xlsx", b"PK")), "a.rar")) == [("a.rar!a.xlsx", b"PK", [])]

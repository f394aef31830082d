"""Files and folders: everything once, one at a time, nothing moved, nothing raised."""

import builtins
import hashlib
import os
import sys
import tracemalloc
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import message
from lamtheo_xls.intake import Limits, Received, gather, packed

LONG_AGO = 1_600_000_000


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "nhan-ve"
    folder.mkdir()
    return folder


def lay(path: Path, data: bytes = b"PK tep", when: float = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (when, when))
    return path


def told(found: Received) -> tuple[str, list[str]]:
    return found.name, [f.code for f in found.findings]


def taken(*paths: Path, **more: Any) -> list[tuple[str, list[str]]]:
    return [told(r) for r in gather(paths, **({"stable_after": 0.0} | more))]


def test_an_empty_folder_gives_nothing(inbox: Path) -> None:
    """Normal, not a fault."""
    assert list(gather([inbox])) == []


def test_bytes_come_with_name_hash_and_time(inbox: Path, tmp_path: Path) -> None:
    """Names relative to the workspace, sorted, NFC also where a Mac wrote them decomposed."""
    nfd = unicodedata.normalize("NFD", "Mẫu 02 – Sở Tài chính.xlsx")
    lay(inbox / nfd, b"mot")
    lay(inbox / "Zalo" / "b.xlsx", b"hai")
    found = list(gather([inbox], base=tmp_path, stable_after=0.0))
    assert [(r.name, r.data) for r in found] == [
        ("nhan-ve/Mẫu 02 – Sở Tài chính.xlsx", b"mot"),
        ("nhan-ve/Zalo/b.xlsx", b"hai"),
    ]
    assert found[0].sha256 == hashlib.sha256(b"mot").hexdigest()
    assert found[0].modified.startswith("2020-09-1") and found[0].findings == ()


def test_a_file_named_twice_is_taken_once(inbox: Path, tmp_path: Path) -> None:
    """A folder, a file in it, and the same folder by another spelling."""
    file = lay(inbox / "a.xlsx")
    outside = lay(tmp_path / "khac" / "b.xlsx")
    assert taken(inbox, file, inbox / ".." / "nhan-ve", outside, base=inbox) == [
        ("a.xlsx", []),
        (outside.as_posix(), []),
    ]


def test_what_is_no_return_is_passed_over(inbox: Path) -> None:
    """Owner and lock files of Office programs, hidden and system files; as arguments too."""
    for name in ("~$a.xlsx", ".~lock.a.xlsx#", ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/._a.xlsx", ".git/x"):
        lay(inbox / name)
    lay(inbox / "a.xlsx")
    assert taken(inbox, inbox / "~$a.xlsx", base=inbox) == [("a.xlsx", [])]


def test_photos_and_empty_files_are_handed_on_as_bytes(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they are is the reader's to say; .rar and .7z are told at once where no program opens them."""
    monkeypatch.setattr(packed, "programs", lambda: ())
    lay(inbox / "anh.jpg", b"\xff\xd8\xff\xe0")
    lay(inbox / "rong.xlsx", b"")
    lay(inbox / "tai-lieu.rar", b"Rar!\x1a\x07\x01\x00 ...")
    lay(inbox / "x.7z", b"7z\xbc\xaf\x27\x1c...")
    found = list(gather([inbox], base=inbox, stable_after=0.0))
    assert [(*told(r), r.data is None) for r in found] == [
        ("anh.jpg", [], False),
        ("rong.xlsx", [], False),
        ("tai-lieu.rar", ["file.archive"], False),
        ("x.7z", ["file.archive"], False),
    ]
    assert "rar" in message(found[2].findings[0]) and "7z" in message(found[3].findings[0])


def test_a_file_that_is_gone_is_told_and_the_rest_goes_on(inbox: Path) -> None:
    """Listed, then moved away before its turn."""
    lay(inbox / "a.xlsx")
    lay(inbox / "b.xlsx")
    found = gather([inbox], base=inbox, stable_after=0.0)
    first = next(found)
    (inbox / "b.xlsx").unlink()
    lay(inbox / "c.xlsx")  # came later: the next run's
    assert [told(r) for r in (first, *found)] == [("a.xlsx", []), ("b.xlsx", ["file.vanished"])]
    assert taken(inbox / "khong-co.xlsx", base=inbox) == [("khong-co.xlsx", ["file.vanished"])]


def test_a_file_still_being_copied_is_given_a_moment_and_then_told(inbox: Path) -> None:
    """Only what changed just now costs a wait, once; what has grown meanwhile is not taken half."""
    half, done, old = lay(inbox / "a.xlsx", b"nua", 1000.0), lay(inbox / "b.xlsx", when=1000.0), lay(inbox / "c.xlsx")
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        lay(half, b"nua con lai", 1000.9)

    os.utime(old, (10.0, 10.0))
    found = taken(inbox, base=inbox, stable_after=2.0, clock=lambda: 1000.5, sleep=sleep)
    assert found == [("a.xlsx", ["file.unstable"]), ("b.xlsx", []), ("c.xlsx", [])]
    assert waits == [1.5]
    os.utime(half, (10.0, 10.0))
    os.utime(done, (10.0, 10.0))
    assert taken(inbox, base=inbox, stable_after=2.0, clock=lambda: 1000.5, sleep=waits.append)[0] == ("a.xlsx", [])
    assert waits == [1.5]


def test_a_clock_that_is_wrong_costs_no_waiting(inbox: Path) -> None:
    """A share whose files carry a time far ahead, or a machine whose clock stands: files are taken all the same."""
    lay(inbox / "a.xlsx", when=9_999.0)
    lay(inbox / "b.xlsx", when=5.0)
    waits: list[float] = []
    assert len(taken(inbox, stable_after=2.0, clock=lambda: 1000.0, sleep=waits.append)) == 2
    assert waits == []


def test_a_file_that_changes_while_it_is_read_is_not_taken(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Size and time must be the same before and after."""
    path = lay(inbox / "a.xlsx", b"x" * 100)
    real = builtins.open

    def growing(file: Any, *args: Any, **more: Any) -> Any:
        handle = real(file, *args, **more)
        with real(path, "ab") as other:
            other.write(b"them")
        return handle

    monkeypatch.setattr(builtins, "open", growing)
    (found,) = gather([inbox], base=inbox, stable_after=0.0)
    assert told(found) == ("a.xlsx", ["file.unstable"]) and found.data is None and found.sha256 == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermissionError(13, "open in Excel"), "file.unstable"),
        (OSError(5, "the share dropped"), "file.unstable"),
        (FileNotFoundError(2, "gone"), "file.vanished"),
    ],
)
def test_a_file_another_program_holds_is_told(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, code: str
) -> None:
    """Excel on Windows refuses; the others are taken."""
    lay(inbox / "a.xlsx")
    lay(inbox / "b.xlsx")
    real = builtins.open

    def held(file: Any, *args: Any, **more: Any) -> Any:
        if str(file).endswith("a.xlsx"):
            raise error
        return real(file, *args, **more)

    monkeypatch.setattr(builtins, "open", held)
    assert taken(inbox, base=inbox) == [("a.xlsx", [code]), ("b.xlsx", [])]


def test_a_download_under_way_is_told(inbox: Path) -> None:
    """Browsers and chats name what is not there yet."""
    lay(inbox / "mau-02.xlsx.crdownload")
    assert taken(inbox, base=inbox) == [("mau-02.xlsx.crdownload", ["file.unstable"])]


def test_a_huge_file_is_told_and_not_read(inbox: Path) -> None:
    """A video dropped by mistake fills neither memory nor archive."""
    path = inbox / "phim.mp4"
    with path.open("wb") as file:
        file.truncate(300 << 20)
    (found,) = gather([inbox], base=inbox, stable_after=0.0)
    assert told(found) == ("phim.mp4", ["file.too_large"]) and found.data is None
    assert "256 MB" in message(found.findings[0])
    assert taken(lay(inbox / "vua.bin", b"12345"), base=inbox, limits=Limits(file_bytes=5)) == [("vua.bin", [])]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")
def test_pipes_and_linked_folders_are_passed_over(inbox: Path, tmp_path: Path) -> None:
    """Reading a pipe would never end; a link to a folder may lead round in a circle."""
    os.mkfifo(inbox / "ong.xlsx")
    (inbox / "vong").symlink_to(inbox, target_is_directory=True)
    (inbox / "lac.xlsx").symlink_to(tmp_path / "khong-co")
    lay(inbox / "a.xlsx")
    assert taken(inbox, base=inbox) == [("a.xlsx", []), ("lac.xlsx", ["file.vanished"])]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are no text")
def test_a_name_that_is_no_text_is_shown_all_the_same(inbox: Path) -> None:
    """Bytes of another code page, a line break: readable on every screen, storable everywhere."""
    with open(os.fsencode(inbox) + b"/m\xe2u\n02.xlsx", "wb") as file:
        file.write(b"x")
    (found,) = gather([inbox], base=inbox, stable_after=0.0)
    assert found.data == b"x" and found.name == "m�u�02.xlsx"


def test_a_folder_that_may_not_be_looked_into_is_told(unprivileged: None) -> None:
    """And what lies beside it is taken."""
    import tempfile

    with tempfile.TemporaryDirectory() as tmp:
        shut, path = Path(tmp) / "kin", Path(tmp) / "mo.xlsx"
        lay(path)
        shut.mkdir(mode=0o000)
        try:
            assert taken(Path(tmp), base=Path(tmp)) == [("kin", ["file.folder_closed"]), ("mo.xlsx", [])]
        finally:
            shut.chmod(0o700)


def test_nothing_is_moved_or_changed(inbox: Path) -> None:
    """nhan-ve/ belongs to the staff."""
    lay(inbox / "a.xlsx")
    lay(inbox / "b" / "c.zip", b"PK\x03\x04 hong")

    def state() -> list[tuple[str, int, int]]:
        return sorted((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in inbox.rglob("*") if p.is_file())

    before = state()
    list(gather([inbox], stable_after=0.0))
    assert state() == before


def test_memory_does_not_grow_with_the_number_of_files(inbox: Path) -> None:
    """One file at a time: forty of 256 KB need hardly more than four."""
    for i in range(40):
        lay(inbox / f"{i:02}.xlsx", os.urandom(1 << 18))

    def peak(paths: list[Path]) -> int:
        tracemalloc.start()
        for _ in gather(paths, stable_after=0.0):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    few = peak(sorted(inbox.iterdir())[:4])
    assert peak([inbox]) < 1.3 * few

"""Writing where another program may hold the old file open, or the disk gives way."""

from __future__ import annotations

import datetime as dt
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World, message
from lamtheo_xls.reports.targets import replace_if_unchanged, sha_of, write_new, write_target

DAY = dt.date(2027, 2, 25)


def test_a_target_is_replaced_whole(tmp_path: Path) -> None:
    """The new bytes stand under the name, nothing else is left in the folder; folders are made."""
    path = tmp_path / "tong-hop" / "mau-02.xlsx"
    assert write_target(path, b"one", as_of=DAY) == (path, ())
    assert write_target(path, b"two", as_of=DAY) == (path, ())
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["mau-02.xlsx"]


@pytest.mark.parametrize("owner", ["~$theo-doi.xlsx", ".~lock.theo-doi.xlsx#"])
def test_an_owner_file_beside_it_sends_the_copy_beside(tmp_path: Path, owner: str) -> None:
    """Excel's and LibreOffice's marks: the open file is left alone, a dated CHI-XEM copy is named in the finding."""
    path = tmp_path / "theo-doi.xlsx"
    path.write_bytes(b"open")
    (tmp_path / owner).write_bytes(b"")
    written, findings = write_target(path, b"full", as_of=DAY, view_only=lambda: b"view")
    assert written == tmp_path / "theo-doi_CHI-XEM_2027-02-25.xlsx"
    assert (path.read_bytes(), written.read_bytes()) == (b"open", b"view")
    assert [f.code for f in findings] == ["set.target_open"]
    assert "theo-doi.xlsx" in message(findings[0]) and "theo-doi_CHI-XEM_2027-02-25.xlsx" in message(findings[0])


def test_without_a_view_the_data_itself_goes_beside(tmp_path: Path) -> None:
    """A consolidated table has no decision columns to leave out."""
    path = tmp_path / "mau-02.xlsx"
    (tmp_path / "~$mau-02.xlsx").write_bytes(b"")
    written, _ = write_target(path, b"data", as_of=DAY)
    assert written.read_bytes() == b"data" and not path.exists()


def test_the_copy_may_be_open_too(tmp_path: Path) -> None:
    """Then the next number is taken."""
    path = tmp_path / "theo-doi.xlsx"
    for name in ("theo-doi.xlsx", "theo-doi_CHI-XEM_2027-02-25.xlsx"):
        (tmp_path / f"~${name}").write_bytes(b"")
    written, findings = write_target(path, b"full", as_of=DAY)
    assert written.name == "theo-doi_CHI-XEM_2027-02-25_2.xlsx"
    assert [f.code for f in findings] == ["set.target_open"]


def test_a_sharing_violation_is_an_open_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace a file that Excel holds: the old one stands, the copy goes beside, no rest is left."""
    path = tmp_path / "theo-doi.xlsx"
    path.write_bytes(b"open")
    real = os.replace

    def replace(source: Any, target: Any) -> None:
        if Path(target) == path:
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    written, findings = write_target(path, b"full", as_of=DAY, view_only=lambda: b"view")
    assert (path.read_bytes(), written.read_bytes()) == (b"open", b"view")
    assert [f.code for f in findings] == ["set.target_open"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["theo-doi.xlsx", "theo-doi_CHI-XEM_2027-02-25.xlsx"]


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "world.disk_full"), (errno.EFBIG, "world.disk_full"), (errno.EROFS, "world.read_only"),
     (errno.EIO, "world.disk_error")],
)  # fmt: skip
def test_a_broken_disk_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    """World with its code; the file of the last run and nothing else stands in the folder."""
    path = tmp_path / "theo-doi.xlsx"
    path.write_bytes(b"old")

    def fsync(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(World) as raised:
        write_target(path, b"new", as_of=DAY)
    assert raised.value.code == code and "theo-doi.xlsx" in str(raised.value)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["theo-doi.xlsx"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="RLIMIT_FSIZE is a POSIX limit")
def test_a_file_size_limit_is_a_full_disk(tmp_path: Path) -> None:
    """RLIMIT_FSIZE really reached: exit as World, the old file whole."""
    import resource
    import signal

    path = tmp_path / "theo-doi.xlsx"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(World) as raised:
            write_target(path, b"x" * 5000, as_of=DAY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert raised.value.code == "world.disk_full"
    assert path.read_bytes() == b"old"


def test_the_status_workbook_is_replaced_only_if_it_is_still_the_one_read(tmp_path: Path) -> None:
    """What staff saved in between is never written over (promise 5)."""
    path = tmp_path / "theo-doi.xlsx"
    assert replace_if_unchanged(path, None, b"first", as_of=DAY) == (path, ())
    assert replace_if_unchanged(path, sha_of(b"first"), b"second", as_of=DAY) == (path, ())
    path.write_bytes(b"staff wrote")
    written, findings = replace_if_unchanged(path, sha_of(b"second"), b"third", as_of=DAY)
    assert (written, [f.code for f in findings]) == (None, ["set.target_changed"])
    assert path.read_bytes() == b"staff wrote"
    assert replace_if_unchanged(path, None, b"third", as_of=DAY)[0] is None


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    """The register is written once."""
    path = tmp_path / "danh-sach.xlsx"
    write_new(path, b"one")
    with pytest.raises(World) as raised:
        write_new(path, b"two")
    assert (raised.value.code, path.read_bytes()) == ("world.target_exists", b"one")

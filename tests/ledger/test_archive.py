"""The archive: written once, whole under its name, never lost, told when the disk fails."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.ledger.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def files_of(archive: Archive) -> list[str]:
    return list(archive.kept())


def test_what_is_put_is_given_back_and_lies_under_its_hash(archive: Archive, tmp_path: Path) -> None:
    """archive/ab/abcdef…, also before the flush that makes it last."""
    data = "biểu đã điền".encode()
    sha = archive.put(data)
    assert sha == hashlib.sha256(data).hexdigest()
    assert archive.fetch(sha) == data and archive.holds(sha)
    assert files_of(archive) == ["tmp"][:0]
    archive.flush()
    assert (tmp_path / "archive" / sha[:2] / sha).read_bytes() == data
    assert archive.fetch(sha) == data and files_of(archive) == [sha]
    assert list((tmp_path / "archive" / "tmp").iterdir()) == []


def test_known_bytes_are_not_written_again(archive: Archive) -> None:
    """Write-once: the file stays the very same one."""
    sha = archive.put(b"mot")
    archive.put(b"mot")
    archive.flush()
    before = archive.place_of(sha).stat()
    archive.put(b"mot")
    archive.flush()
    after = archive.place_of(sha).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("left", [b"", b"mo", b"moT"])
def test_altered_or_lost_bytes_are_told_and_healed_by_the_same_file(archive: Archive, left: bytes) -> None:
    """Cut short, altered at the same length: never handed out as if whole; putting the file again mends it."""
    sha = archive.put(b"mot")
    archive.flush()
    archive.place_of(sha).write_bytes(left)
    with pytest.raises(World) as told:
        archive.fetch(sha)
    assert told.value.code == "world.archive_damaged" and sha[:20] in str(told.value)
    archive.put(b"mot")
    archive.flush()
    assert archive.fetch(sha) == b"mot"


def test_bytes_never_put_are_told(archive: Archive) -> None:
    """A hash the archive does not hold is one clear line."""
    with pytest.raises(World) as told:
        archive.fetch("ab" * 32)
    assert told.value.code == "world.archive_damaged"


def test_what_an_interrupted_run_left_is_swept(archive: Archive, tmp_path: Path) -> None:
    """Half-written files do not pile up and are never taken for whole ones."""
    Archive(tmp_path / "archive").put(b"dang do")  # never flushed: the process died
    sha = archive.put(b"mot")
    archive.flush()
    assert files_of(archive) == [sha]
    assert list((tmp_path / "archive" / "tmp").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX")
def test_a_full_disk_is_one_world_and_the_next_run_goes_on(archive: Archive) -> None:
    """RLIMIT_FSIZE lets the write itself fail: nothing half-written under a name, and the same call works later."""
    import resource

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    data = os.urandom(20_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, old[1]))
    try:
        with pytest.raises(World) as told:
            archive.put(data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert told.value.code == "world.disk_full"
    archive.flush()
    assert files_of(archive) == []
    sha = archive.put(data)
    archive.flush()
    assert archive.fetch(sha) == data


def test_a_read_only_folder_is_one_world(unprivileged: None) -> None:
    """No right to write: one line that names the place."""
    import tempfile

    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp) / "archive"
        folder.mkdir()
        folder.chmod(0o555)
        try:
            with pytest.raises(World) as told:
                Archive(folder).put(b"mot")
        finally:
            folder.chmod(0o755)
    assert told.value.code == "world.read_only" and "archive" in str(told.value)

"""A broken world: one World each, nothing half-recorded, and the next run goes on."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import lamtheo_xls
from lamtheo_xls.findings import World
from lamtheo_xls.ledger import Ledger, SubmissionRecord, open_ledger

ROUND = "43-kh-duk_2027"


def fault_of(folder: Path, *, create: bool = False) -> str:
    with pytest.raises(World) as told:
        with open_ledger(folder, create=create) as ledger:
            ledger.counting(ROUND)
            ledger.history()
    assert "{" not in str(told.value)
    return told.value.code


@pytest.fixture
def filled(folder: Path, record: Callable[..., SubmissionRecord]) -> Path:
    with open_ledger(folder, create=True) as ledger:
        ledger.record_submissions(
            record(ledger, f"tệp {i}".encode(), assignment=f"a{i}", examination="x" * 3000) for i in range(40)
        )
    return folder


def test_a_folder_without_a_ledger_is_no_workspace(folder: Path) -> None:
    """And nothing is made there by merely looking."""
    assert fault_of(folder) == "world.not_a_workspace"
    assert not folder.exists()


def test_a_newer_workspace_is_left_alone(filled: Path) -> None:
    """user_version beyond ours: told, not a byte changed, also not with create."""
    db = sqlite3.connect(filled / "ledger.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    before = (filled / "ledger.sqlite").read_bytes()
    assert fault_of(filled) == "world.newer_version"
    assert fault_of(filled, create=True) == "world.newer_version"
    assert (filled / "ledger.sqlite").read_bytes() == before


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("harm", ["not a database", "another program's", "empty tables", "cut short", "scribbled over"])
def test_a_damaged_ledger_is_one_world(filled: Path, harm: str, create: bool) -> None:
    """Whatever happened to the file: one code, and the file is not overwritten."""
    path = filled / "ledger.sqlite"
    data = path.read_bytes()
    if harm == "not a database":
        path.write_bytes(b"PK\x03\x04" * 4096)
    elif harm == "cut short":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "scribbled over":
        path.write_bytes(data[:4096] + os.urandom(len(data) - 4096))
    else:
        path.unlink()
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE other (x)" if harm == "another program's" else "PRAGMA application_id = 1280596051")
        db.execute("PRAGMA user_version = 1")
        db.close()
    before = path.read_bytes()
    assert fault_of(filled, create=create) == "world.ledger_damaged"
    assert path.read_bytes() == before


def test_an_empty_ledger_beside_a_full_archive_is_damage_not_a_new_workspace(filled: Path) -> None:
    """A file cut to nothing must not be taken for a fresh start; a `new` that died before its first byte may go on."""
    (filled / "ledger.sqlite").write_bytes(b"")
    assert fault_of(filled) == "world.ledger_damaged"
    assert fault_of(filled, create=True) == "world.ledger_damaged"
    shutil.rmtree(filled / "archive")
    with open_ledger(filled, create=True) as ledger:
        assert ledger.submissions() == ()


def test_a_full_database_records_all_or_nothing(ledger: Ledger, record: Callable[..., SubmissionRecord]) -> None:
    """SQLite's own max_page_count: one World; the bytes are kept, nothing is recorded, the same call works later."""
    db = ledger._db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 3}")
    records = [record(ledger, f"tệp {i}".encode(), assignment=f"a{i}", examination="x" * 3000) for i in range(20)]
    with pytest.raises(World) as told:
        ledger.record_submissions(records)
    assert told.value.code == "world.disk_full"
    assert ledger.submissions() == () and ledger.history() == ()
    assert {r.sha256 for r in records} == set(ledger.archive.kept())
    db.execute("PRAGMA max_page_count = 1000000")
    assert [r.state for r in ledger.record_submissions(records)] == ["accepted"] * 20
    assert len(ledger.counting(ROUND)) == 20


def test_what_is_not_in_the_archive_is_never_recorded(ledger: Ledger, record: Callable[..., SubmissionRecord]) -> None:
    """archive ⊇ ledger, held by the ledger itself."""
    good = record(ledger, b"mot")
    with pytest.raises(ValueError, match="not in the archive"):
        ledger.record_submissions([good, record(Ledger(ledger.folder / "khac", ledger._db), b"hai", assignment="B")])
    assert ledger.submissions() == ()


def test_a_read_only_workspace_can_be_looked_at_but_not_written(unprivileged: None) -> None:
    """A copy on a read-only share answers; whoever writes is told."""
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp) / ".lamtheo"
        with open_ledger(folder, create=True) as ledger:
            ledger.set_setting("ten", "giá trị")
        (folder / "ledger.sqlite").chmod(0o444)
        folder.chmod(0o555)
        try:
            with open_ledger(folder) as ledger:
                assert ledger.setting("ten") == "giá trị"
                with pytest.raises(World) as told:
                    ledger.set_setting("ten", "khác")
            assert told.value.code == "world.read_only"
        finally:
            folder.chmod(0o755)


KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from lamtheo_xls.ledger import Arrival, SubmissionRecord, open_ledger, submission_id

folder, last = Path(sys.argv[1]), int(sys.argv[2])
steps = 0
def step(*_):
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
def counted(work):
    def do(*args):
        step()
        done = work(*args)
        step()
        return done
    return do
os.fsync, os.replace = counted(os.fsync), counted(os.replace)

with open_ledger(folder, create=True) as ledger:
    ledger._db.execute("PRAGMA cache_size = 4")  # pages reach the file in the midst of a transaction: a hot journal
    ledger._db.set_trace_callback(step)
    def judge(arrived):
        ledger.record_submissions(
            SubmissionRecord(
                id=submission_id(a.sha256), sha256=a.sha256, file=a.file, received=a.received,
                assignment=a.file.split("-")[0], round="r", state="accepted", modified=a.modified,
                examination="x" * 2500,
            )
            for a in arrived if a.state == "judge"
        )
    judge(ledger.waiting())
    for chunk in range(3):
        names = [f"{(chunk * 5 + i) % 9}-{chunk * 5 + i}" for i in range(5)]
        arrivals = [
            Arrival(sha256=ledger.put(f"bytes of {name}".encode()), file=name, received=dt.date(2027, 2, 1),
                    modified=f"2027-02-01T{int(name.split('-')[1]):02}:00:00")
            for name in names
        ]
        judge(ledger.record_arrivals(arrivals, as_of=dt.date(2027, 2, 1)))
print(steps)
"""


def run_to(folder: Path, last: int) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(Path(lamtheo_xls.__file__).parent.parent)}
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), str(last)], capture_output=True, text=True, env=env, check=False
    )


def test_killed_anywhere_the_ledger_is_whole_and_the_next_run_ends_as_if_nothing_happened(tmp_path: Path) -> None:
    """kill -9 at points spread over archive and ledger: archive ⊇ ledger, and the same command again gives the same."""
    whole = run_to(tmp_path / "whole", 0)
    assert whole.returncode == 0, whole.stderr
    total = int(whole.stdout)
    with open_ledger(tmp_path / "whole") as ledger:
        expected = ledger.dump("r")
    assert len(expected["submissions"]) == 15 and len(expected["counting"]) == 9
    part_way = 0
    for last in range(3, total, max(1, total // 10)):
        folder = tmp_path / f"killed at {last}"
        assert run_to(folder, last).returncode not in (0, 1)
        if (folder / "ledger.sqlite").stat().st_size:
            with open_ledger(folder, create=True) as ledger:
                assert ledger._db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                assert ledger.unsound() == ()
                done = len(ledger.submissions()) + len(ledger.waiting())
                assert done % 5 == 0
                part_way += 0 < done < 15
        again = run_to(folder, 0)
        assert again.returncode == 0, again.stderr
        with open_ledger(folder) as ledger:
            assert ledger.dump("r") == expected
            assert ledger.waiting() == () and ledger.unsound() == ()
    assert part_way >= 4

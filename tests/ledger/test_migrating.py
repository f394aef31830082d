"""A ledger of an older version is brought up to the present one in place, whole or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import LetterRecord, SeenMessage, open_ledger
from lamtheo_xls.ledger.store import VERSION
from lamtheo_xls.workbook.write.panel import Filled

ROUND = "43-kh-duk_2027"
REAL = Path(__file__).parents[1] / "workspace" / "version-1.zip"
"""A workspace as the program of version 1 left it: issued, collected, ruled, closed by nobody."""
REAL_BYTES = REAL.read_bytes()
REAL_2 = REAL.with_name("version-2.zip")
"""One as the program of version 2 left it: two models of one unit, a faulty return of another."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with zipfile.ZipFile(REAL) as archive:
        archive.extractall(tmp_path)
    return tmp_path / ".lamtheo"


@pytest.fixture
def of_version_2(tmp_path: Path) -> Path:
    with zipfile.ZipFile(REAL_2) as archive:
        archive.extractall(tmp_path)
    return tmp_path / ".lamtheo"


def schema(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    db = sqlite3.connect(folder / "ledger.sqlite")
    try:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
        return {n: [row[1:] for row in db.execute(f"PRAGMA table_info({n})")] for n in names}
    finally:
        db.close()


def version(folder: Path) -> int:
    db = sqlite3.connect(folder / "ledger.sqlite")
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


def test_a_ledger_of_version_1_goes_on(old: Path, tmp_path: Path) -> None:
    """Everything that was issued, received and ruled is there; the tables are those of a new ledger."""
    assert version(old) == 1
    with open_ledger(old) as ledger:
        issued = {r.issued.assignment: r for r in ledger.issued_of_round(ROUND)}
        assert issued["mau-02_2027_DU-1"].prefilled == Filled(
            rows={
                "mo_hinh": (
                    {"dang_trien_khai": "x", "ten_chi_bo": "Chi bộ 2 Sở Số 1", "ten_mo_hinh": "- Tiết kiệm =1+1"},
                )
            }
        )
        assert issued["mau-02_2027_DU-2"].prefilled == Filled()
        assert {(r.issued.part, r.carried) for r in issued.values()} == {("", "")}
        stood = {s.assignment: s for s in ledger.standing_of_round(ROUND)}
        states = {a: s.latest.state if s.latest else "" for a, s in stood.items()}
        assert states == {
            "mau-02_2027_DU-1": "to_fix",
            "mau-02_2027_DU-2": "to_fix",
            "mau-02_2027_DU-3": "accepted",
            "mau-02_2027_DU-4": "",
            "mau-02_2027_mau-chung": "",
        }
        assert [(c.assignment, c.part, c.why) for c in ledger.counting(ROUND)] == [("mau-02_2027_DU-3", "", "accepted")]
        signed, nil = stood["mau-02_2027_DU-1"].signed, stood["mau-02_2027_DU-4"].decision
        assert signed is not None and signed.detail == {"on": "2027-02-09"}
        assert nil is not None and nil.kind == "nil" and stood["mau-02_2027_DU-4"].note == "Mới thành lập"
        assert list(ledger.next_serials(1)) == [6]
        assert ledger.unsound() == ()
    assert version(old) == VERSION
    with open_ledger(tmp_path / "moi", create=True):
        pass
    assert schema(old) == schema(tmp_path / "moi")


def test_a_ledger_of_version_2_goes_on(of_version_2: Path, tmp_path: Path) -> None:
    """Everything counts as it did; of mail nothing is known, and mail can be noted; the tables are those of a new
    ledger."""
    assert version(of_version_2) == 2
    with open_ledger(of_version_2) as ledger:
        assert [(c.assignment, c.part) for c in ledger.counting(ROUND)] == [
            ("mau-01_2027_DU-1", "1"),
            ("mau-01_2027_DU-1", "2"),
        ]
        assert {s.file: s.state for s in ledger.submissions(ROUND)} == {
            "nhan-ve/hai.xlsx": "accepted",
            "nhan-ve/mot.xlsx": "accepted",
            "nhan-ve/sai.xlsx": "to_fix",
        }
        assert ledger.letters() == () and ledger.mailed_copies() == () and ledger.unsound() == ()
        made = ledger.queue_letters([
            LetterRecord(
                key="issue:unit:DU-1:1", message_id="<1@co-quan.example>", kind="issue", rounds=(ROUND,),
                addresses=("du1@don-vi.example",), subject="Gửi biểu", sha256=ledger.put(b"thu"),
                made_on=dt.date(2027, 2, 11),
            )
        ])  # fmt: skip
        assert ledger.letters() == made and made[0].id == 1
        ledger.note_messages([SeenMessage(account="a@b", folder="INBOX", validity=1, uid=1, kind="other")])
    assert version(of_version_2) == VERSION
    with open_ledger(tmp_path / "moi", create=True):
        pass
    assert schema(of_version_2) == schema(tmp_path / "moi")


def test_two_windows_upgrade_once(of_version_2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While this one waits for its turn, another window has brought the ledger up: nothing is left to do, no error."""
    from lamtheo_xls.ledger import store

    entered = store.transaction

    @contextlib.contextmanager
    def overtaken(db: sqlite3.Connection, path: Path) -> Iterator[None]:
        with monkeypatch.context() as other:
            other.setattr(store, "transaction", entered)
            with open_ledger(of_version_2):
                pass
        with entered(db, path):
            yield

    with monkeypatch.context() as patch:
        patch.setattr(store, "transaction", overtaken)
        with open_ledger(of_version_2) as ledger:
            assert ledger.letters() == ()
    assert version(of_version_2) == VERSION


def test_it_is_done_once(old: Path) -> None:
    """Opened again nothing is written."""
    with open_ledger(old):
        pass
    before = (old / "ledger.sqlite").read_bytes()
    with open_ledger(old) as ledger:
        assert len(ledger.issued_of_round(ROUND)) == 5
    assert (old / "ledger.sqlite").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_one_world_and_nothing_changes(unprivileged: None) -> None:
    """Read-only: told in one line, the old ledger stays as it is."""
    with tempfile.TemporaryDirectory() as tmp:
        with zipfile.ZipFile(io.BytesIO(REAL_BYTES)) as archive:
            archive.extractall(tmp)
        old = Path(tmp) / ".lamtheo"
        path = old / "ledger.sqlite"
        before = path.read_bytes()
        path.chmod(0o444)
        old.chmod(0o555)
        try:
            with pytest.raises(World) as told:
                open_ledger(old)
        finally:
            old.chmod(0o755)
        assert told.value.code == "world.read_only"
        assert path.read_bytes() == before and version(old) == 1


def test_a_step_that_breaks_leaves_the_old_ledger_whole(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short in the middle: still version 1, with all its rows; the next opening does it."""
    from lamtheo_xls.ledger import store

    step = store.MIGRATIONS[1]

    def broken(db: sqlite3.Connection) -> None:
        step(db)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "MIGRATIONS", {1: broken})
        with pytest.raises(KeyboardInterrupt):
            open_ledger(old)
    assert version(old) == 1
    with open_ledger(old) as ledger:
        assert len(ledger.issued_of_round(ROUND)) == 5


def test_a_ledger_half_made_is_not_taken_for_an_old_one(old: Path) -> None:
    """Version 0, tables gone, a new version's number without its tables: damaged."""
    damage: tuple[Callable[[sqlite3.Connection], object], ...] = (
        lambda db: db.execute("PRAGMA user_version = 0"),
        lambda db: db.executescript("PRAGMA user_version = 1; DROP TABLE notes"),
        lambda db: db.executescript(f"PRAGMA user_version = {VERSION}"),
    )
    for harm in damage:
        db = sqlite3.connect(old / "ledger.sqlite")
        harm(db)
        db.commit()
        db.close()
        with pytest.raises(World) as told:
            open_ledger(old)
        assert told.value.code == "world.ledger_damaged"

"""Two commands at once: the second waits, then is told who holds the workspace."""

import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import lamtheo_xls
from lamtheo_xls.findings import World
from lamtheo_xls.ledger import lock
from lamtheo_xls.ledger import lock as lock_function

lock_module = sys.modules[lock_function.__module__]

HOLD = """
import sys, time
from pathlib import Path
from lamtheo_xls.ledger import lock
with lock(Path(sys.argv[1]), wait=0, who="nhận tệp"):
    print("held", flush=True)
    time.sleep(60)
"""


def held_elsewhere(folder: Path) -> subprocess.Popen[str]:
    env = os.environ | {"PYTHONPATH": str(Path(lamtheo_xls.__file__).parent.parent), "PYTHONUTF8": "1"}
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True, env=env)
    assert other.stdout is not None and other.stdout.readline().strip() == "held"
    return other


def test_the_second_is_told_who_holds_it_and_a_killed_holder_leaves_nothing_behind(tmp_path: Path) -> None:
    """Another process holds it: one line with its work, machine and number; when it dies the lock is free at once."""
    other = held_elsewhere(tmp_path)
    try:
        with pytest.raises(World) as told:
            with lock(tmp_path, wait=0.15, who="tổng hợp"):
                raise AssertionError("held twice")
        assert told.value.code == "world.locked_by"
        assert dict(told.value.args_)["who"] == f"nhận tệp, máy {socket.gethostname()} (số {other.pid})"
    finally:
        other.kill()
        other.wait()
        assert other.stdout is not None
        other.stdout.close()
    with lock(tmp_path, wait=0, who="tổng hợp"):
        pass


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    """Within its patience the second simply goes next; order is kept."""
    order: list[str] = []
    ready = threading.Event()

    def first() -> None:
        with lock(tmp_path, wait=0, who="một"):
            ready.set()
            time.sleep(0.25)
            order.append("một")

    thread = threading.Thread(target=first)
    thread.start()
    ready.wait()
    with lock(tmp_path, wait=10, who="hai"):
        order.append("hai")
    thread.join()
    assert order == ["một", "hai"]


def test_it_is_free_again_after_a_failure(tmp_path: Path) -> None:
    """What the body raises goes through, and the lock is let go."""
    with pytest.raises(KeyError):
        with lock(tmp_path, wait=0, who="một"):
            raise KeyError
    with lock(tmp_path, wait=0, who="hai"):
        pass


def test_a_folder_that_is_gone_is_one_world(tmp_path: Path) -> None:
    """No traceback where the workspace has no hidden folder."""
    with pytest.raises(World) as told:
        with lock(tmp_path / "khong-co", wait=0, who="một"):
            pass
    assert told.value.code == "world.disk_error"


@pytest.fixture
def share_without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_module, "_seize", lambda handle: None)


def test_on_a_share_without_locks_a_file_holds_it(tmp_path: Path, share_without_locks: None) -> None:
    """O_EXCL stands in: the second is refused and told, afterwards nothing is left."""
    with lock(tmp_path, wait=0, who="một"):
        with pytest.raises(World) as told:
            with lock(tmp_path, wait=0, who="hai"):
                raise AssertionError("held twice")
        assert "một" in dict(told.value.args_)["who"]
    assert not (tmp_path / "lock.held").exists()
    with lock(tmp_path, wait=0, who="hai"):
        pass


@pytest.mark.parametrize("left", ["", '{"who": "c', "[]"])
def test_a_file_without_words_is_taken_over_after_a_while(
    tmp_path: Path, share_without_locks: None, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    """A program that died between making the file and writing into it locks nobody out for ever; one that is only slow
    is given its time."""
    held = tmp_path / "lock.held"
    held.write_text(left, "utf-8")
    with pytest.raises(World) as told:
        with lock(tmp_path, wait=0.15, who="mới"):
            raise AssertionError("taken at once")
    assert told.value.code == "world.locked_by" and held.read_text("utf-8") == left
    monkeypatch.setattr(lock_module, "_WRITING", 0.2)
    with lock(tmp_path, wait=2, who="mới"):
        assert json.loads(held.read_text("utf-8"))["who"] == "mới"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lock"]


def test_what_another_made_meanwhile_is_put_back(tmp_path: Path) -> None:
    """Two programs find the same dead file: the slower one does not take away what the quicker one made."""
    held = tmp_path / "lock.held"
    held.write_text('{"who": "nhanh hơn"}', "utf-8")
    lock_module._put_aside(held, {"who": "đã chết"})
    assert held.read_text("utf-8") == '{"who": "nhanh hơn"}'
    held.unlink()
    lock_module._put_aside(held, {})
    assert list(tmp_path.iterdir()) == []


def test_windows_refusals_are_waited_out(
    tmp_path: Path, share_without_locks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There a file that is going away cannot be made anew, and one that is read cannot be removed: neither ends in a
    traceback nor in a file left behind."""
    refused = {"open": 2, "unlink": 2}
    make, remove = os.open, Path.unlink

    def opened(path: Path, flags: int, *mode: int) -> int:
        if Path(path).name == "lock.held" and refused["open"]:
            refused["open"] -= 1
            raise PermissionError(13, "going away", str(path))
        return make(path, flags, *mode)

    def unlinked(path: Path, missing_ok: bool = False) -> None:
        if path.name == "lock.held" and refused["unlink"]:
            refused["unlink"] -= 1
            raise PermissionError(13, "being read", str(path))
        remove(path, missing_ok)

    monkeypatch.setattr(lock_module.os, "open", opened)
    monkeypatch.setattr(Path, "unlink", unlinked)
    with lock(tmp_path, wait=2, who="một"):
        assert (tmp_path / "lock.held").is_file()
    assert refused == {"open": 0, "unlink": 0} and not (tmp_path / "lock.held").exists()


def test_a_disk_that_fills_up_leaves_no_file_behind(
    tmp_path: Path, share_without_locks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One World, and the next command is not locked out."""

    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(lock_module.os, "write", full)
        with pytest.raises(World) as told:
            with lock(tmp_path, wait=0, who="một"):
                raise AssertionError("held without words")
    assert told.value.code == "world.disk_full" and not (tmp_path / "lock.held").exists()
    with lock(tmp_path, wait=0, who="hai"):
        pass


@pytest.mark.parametrize(
    ("host", "alive", "taken"), [("here", False, True), ("here", True, False), ("another machine", False, False)]
)
def test_a_file_left_behind_is_taken_over_only_from_the_dead_of_this_machine(
    tmp_path: Path, share_without_locks: None, host: str, alive: bool, taken: bool
) -> None:
    """Nobody can tell whether a process of another machine lives: a person decides."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    words = {
        "who": "cũ",
        "host": socket.gethostname() if host == "here" else "may-khac",
        "pid": os.getpid() if alive else dead.pid,
    }
    (tmp_path / "lock.held").write_text(json.dumps(words), "utf-8")
    if taken:
        with lock(tmp_path, wait=1, who="mới"):
            pass
    else:
        with pytest.raises(World) as told:
            with lock(tmp_path, wait=0.15, who="mới"):
                raise AssertionError("taken from the living")
        assert "cũ" in dict(told.value.args_)["who"]

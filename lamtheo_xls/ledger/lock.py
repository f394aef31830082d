"""One writer at a time on a workspace: the second waits, then is told who holds it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lamtheo_xls.findings import World, say
from lamtheo_xls.ledger.faults import told_as_world

_FAR = 1 << 30  # Windows locks bytes, also against reading: one far behind the words, so that they stay readable
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_STEP = 0.1
_WRITING = 2.0
"""Seconds after which a file without words was left by a program that died while writing them."""


@contextmanager
def lock(folder: Path, *, wait: float, who: str) -> Iterator[None]:
    """Holds the workspace whose hidden folder is `folder` while the body runs; `who` is what others are told.

    Waits up to `wait` seconds, then raises World("world.locked_by"). The system's own file lock holds it, so that a
    killed program leaves nothing behind; where a share has none, a file made by O_EXCL does, and one left behind by a
    dead process of this machine, or without words, is taken over.
    """
    path = folder / "lock"
    start = time.monotonic()
    end = start + wait
    with told_as_world(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    lone = folder / "lock.held"
    made = False
    try:
        while True:
            with told_as_world(path):
                held = _seize(handle)
                alone = held is None
                if alone:
                    held = made = _make_alone(lone, who)
            if held:
                break
            if alone:
                start = _look_again(lone, start)
            if time.monotonic() >= end:
                raise World("world.locked_by", who=_holder(lone) or _holder(path) or say("ledger.lock.somebody"))
            time.sleep(_STEP)
        try:
            if not made:
                with told_as_world(path):
                    os.ftruncate(handle, 0)
                    os.lseek(handle, 0, os.SEEK_SET)
                    os.write(handle, _words(who))
            yield
        finally:
            if made:
                _leave(lone)
            else:
                _let_go(handle)
    finally:
        os.close(handle)


def _words(who: str) -> bytes:
    text = {"who": who, "host": socket.gethostname(), "pid": os.getpid()}
    return json.dumps(text, ensure_ascii=False).encode()


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _holder(path: Path) -> str:
    found = _read(path)
    if not found:
        return ""
    return say("ledger.lock.holder", who=found.get("who", ""), host=found.get("host", ""), pid=found.get("pid", ""))


def _make_alone(path: Path, who: str) -> bool:
    """O_EXCL, for shares without locks."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except (FileExistsError, PermissionError):  # Windows: the one before is just going away
        return False
    try:
        os.write(handle, _words(who))
    except OSError:
        os.close(handle)
        path.unlink(missing_ok=True)
        raise
    os.close(handle)
    return True


def _look_again(path: Path, blank_since: float) -> float:
    """Clears away what a dead program left; since when the file has had no words."""
    found, now = _read(path), time.monotonic()
    if not found:
        if now - blank_since >= _WRITING:
            _put_aside(path, found)
        return blank_since
    if found.get("host") == socket.gethostname() and not _is_alive(found.get("pid")):
        _put_aside(path, found)
    return now


def _put_aside(path: Path, left: dict[str, object]) -> None:
    """Removes the file with those words; what another program made there meanwhile is put back."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):  # another was quicker: it is no longer there
        os.replace(path, aside)
        if _read(aside) == left:
            aside.unlink()
        else:
            os.replace(aside, path)


def _leave(path: Path) -> None:
    """Removes our own file; Windows refuses that while another program reads in it who holds the workspace."""
    for _ in range(10):
        try:
            path.unlink(missing_ok=True)
        except OSError:
            time.sleep(_STEP)
        else:
            return


if sys.platform == "win32":
    import ctypes
    import msvcrt

    def _seize(handle: int) -> bool | None:
        """True: ours; False: another's; None: no locks here."""
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return False if error.errno in _HELD else None
        return True

    def _let_go(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

    def _is_alive(pid: object) -> bool:
        """Whether a process of that id runs; os.kill would end it here."""
        if not isinstance(pid, int):
            return True
        process = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not process:
            return ctypes.windll.kernel32.GetLastError() == 5  # it runs, but for somebody else
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(process, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(process)
        return code.value == 259  # STILL_ACTIVE

else:
    import fcntl

    def _seize(handle: int) -> bool | None:
        """True: ours; False: another's; None: no locks here."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return False if error.errno in _HELD else None
        return True

    def _let_go(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)

    def _is_alive(pid: object) -> bool:
        """Whether a process of that id runs on this machine."""
        if not isinstance(pid, int):
            return True
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True

"""One writer at a time on a workspace: the second waits, then is told who holds it."""

from __future__ import annotations

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


@contextmanager
def lock(folder: Path, *, wait: float, who: str) -> Iterator[None]:
    """Holds the workspace whose hidden folder is `folder` while the body runs; `who` is what others are told.

    Waits up to `wait` seconds, then raises World("world.locked_by"). The system's own file lock holds it, so that a
    killed program leaves nothing behind; where a share has none, a file made by O_EXCL does, and one left behind by a
    dead process of this machine is taken over.
    """
    path = folder / "lock"
    end = time.monotonic() + wait
    with told_as_world(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    lone = folder / "lock.held"
    made = False
    try:
        while True:
            with told_as_world(path):
                held = _seize(handle)
                if held is None:
                    held = made = _make_alone(lone, who)
            if held:
                break
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
                lone.unlink(missing_ok=True)
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
    except FileExistsError:
        found = _read(path)
        if found.get("host") == socket.gethostname() and not _is_alive(found.get("pid")):
            path.unlink(missing_ok=True)
        return False
    try:
        os.write(handle, _words(who))
    finally:
        os.close(handle)
    return True


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

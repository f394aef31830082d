"""Where the disk or SQLite fails, the one World that says so."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lamtheo_xls.findings import World

_SQLITE = {
    sqlite3.SQLITE_FULL: "world.disk_full",
    sqlite3.SQLITE_READONLY: "world.read_only",
    sqlite3.SQLITE_PERM: "world.read_only",
    sqlite3.SQLITE_CANTOPEN: "world.read_only",
    sqlite3.SQLITE_IOERR: "world.disk_error",
    sqlite3.SQLITE_NOMEM: "world.disk_error",
    sqlite3.SQLITE_BUSY: "world.ledger_busy",
    sqlite3.SQLITE_LOCKED: "world.ledger_busy",
    sqlite3.SQLITE_CORRUPT: "world.ledger_damaged",
    sqlite3.SQLITE_NOTADB: "world.ledger_damaged",
}
_SYSTEM = {
    errno.ENOSPC: "world.disk_full",
    errno.EFBIG: "world.disk_full",
    errno.EDQUOT: "world.disk_full",
    errno.EACCES: "world.read_only",
    errno.EPERM: "world.read_only",
    errno.EROFS: "world.read_only",
}


@contextmanager
def told_as_world(path: Path) -> Iterator[None]:
    """Errors of the disk and of SQLite leave as World, naming `path`; mistakes of ours (SQL, constraints) stay."""
    try:
        yield
    except sqlite3.Error as error:
        code = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if code is None:
            raise
        raise World(code, duong_dan=path, loi=error) from error
    except OSError as error:
        raise world_of(error, Path(error.filename or path)) from error


def world_of(error: OSError, path: Path) -> World:
    """The World that says what the system's error means at `path`: full, read-only, or broken."""
    return World(_SYSTEM.get(error.errno or 0, "world.disk_error"), duong_dan=path, loi=error.strerror or error)

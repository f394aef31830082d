"""Writing a workbook where another program may hold the old one open: whole or not at all, never over staff's words.

Excel keeps `~$name` beside a file it has open, LibreOffice `.~lock.name#`; on Windows replacing it is refused as well.
A target held open is not an error: the new workbook goes beside it, dated and marked CHỈ XEM (DESIGN §6).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from lamtheo_xls.findings import Finding, World, finding
from lamtheo_xls.ledger.faults import world_of

_SHARING_VIOLATION = 32
_COPIES = 99


def sha_of(data: bytes) -> str:
    """SHA-256 of the bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def held_open(path: Path) -> bool:
    """Whether an office program's owner file lies beside `path`."""
    return any(path.with_name(name).exists() for name in (f"~${path.name}", f".~lock.{path.name}#"))


def view_only_path(path: Path, as_of: dt.date, number: int = 1) -> Path:
    """`theo-doi.xlsx` → `theo-doi_CHI-XEM_2027-02-25.xlsx` (`…_2.xlsx` for the second)."""
    tail = "" if number == 1 else f"_{number}"
    return path.with_name(f"{path.stem}_CHI-XEM_{as_of.isoformat()}{tail}{path.suffix}")


def write_new(path: Path, data: bytes) -> None:
    """A file that must not be there yet, whole or not at all. Raises World (`world.target_exists`, disk)."""
    if path.exists():
        raise World("world.target_exists", noi=path)
    _write_beside(path, data)


def write_target(
    path: Path, data: bytes, *, as_of: dt.date, view_only: Callable[[], bytes] | None = None
) -> tuple[Path, tuple[Finding, ...]]:
    """Replaces `path` whole; held open by another program, writes what `view_only` makes (else `data`) beside it.

    Gives the path written, and set.target_open where it is not `path`. Raises World on a full or read-only disk;
    the old file then stands unharmed.
    """
    return _replace(path, data, as_of, view_only)


def move_target(temporary: Path, path: Path, *, as_of: dt.date) -> tuple[Path, tuple[Finding, ...]]:
    """Like `write_target`, for what is too large to hold: `temporary`, in the same folder, takes `path`'s place."""
    if not held_open(path) and _take_place(temporary, path):
        return path, ()
    for other in _copies(path, as_of):
        if not held_open(other) and _take_place(temporary, other):
            return other, (finding("set.target_open", tep=path.name, ban_xem=other.name),)
    raise World("world.target_held", noi=path)


def replace_if_unchanged(
    path: Path, expected: str | None, data: bytes, *, as_of: dt.date, view_only: Callable[[], bytes] | None = None
) -> tuple[Path | None, tuple[Finding, ...]]:
    """Like `write_target`, but only while the file is still the one that was read.

    `expected` is its SHA-256 as read, None where there was no file. Changed since: nothing is written, the path is
    None and the finding set.target_changed; the caller reads the decisions again and tries once more.
    """
    if _sha_at(path) != expected:
        return None, (finding("set.target_changed", tep=path.name),)
    return _replace(path, data, as_of, view_only)


def _replace(
    path: Path, data: bytes, as_of: dt.date, view_only: Callable[[], bytes] | None
) -> tuple[Path, tuple[Finding, ...]]:
    if not held_open(path) and _write_beside(path, data):
        return path, ()
    beside = view_only() if view_only is not None else data
    for other in _copies(path, as_of):
        if not held_open(other) and _write_beside(other, beside):
            return other, (finding("set.target_open", tep=path.name, ban_xem=other.name),)
    raise World("world.target_held", noi=path)


def _copies(path: Path, as_of: dt.date) -> Iterator[Path]:
    return (view_only_path(path, as_of, number) for number in range(1, _COPIES + 1))


def _sha_at(path: Path) -> str | None:
    try:
        return sha_of(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        if _is_held(error, path):
            raise World("world.target_held", noi=path) from error
        raise world_of(error, path) from error


def _write_beside(path: Path, data: bytes) -> bool:
    """Writes a temporary file in the same folder and moves it over `path`. False: another program holds `path`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        _drop(temporary)
        raise world_of(error, path) from error
    if _take_place(temporary, path):
        return True
    _drop(temporary)
    return False


def _take_place(temporary: Path, path: Path) -> bool:
    """Moves `temporary` over `path`. False: another program holds `path`, and `temporary` is still there."""
    try:
        os.replace(temporary, path)
    except OSError as error:
        if _is_held(error, path):
            return False
        _drop(temporary)
        raise world_of(error, path) from error
    return True


def _is_held(error: OSError, path: Path) -> bool:
    """A sharing violation, or a refusal to replace a file although the folder takes new ones."""
    return getattr(error, "winerror", None) == _SHARING_VIOLATION or (
        isinstance(error, PermissionError) and path.is_file()
    )


def _drop(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()

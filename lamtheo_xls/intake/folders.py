"""Files and folders, one file at a time."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lamtheo_xls.findings import finding
from lamtheo_xls.intake.archives import is_archive, unpack
from lamtheo_xls.intake.messages import inside
from lamtheo_xls.intake.received import (
    LIMITS,
    Limits,
    Received,
    is_half_fetched,
    is_passed_over,
    iso,
    not_taken,
    received,
    shown,
)
from lamtheo_xls.workbook.read.sniff import is_lock_file


class _Seen(NamedTuple):
    """A file as it was listed. `size` -1: it could not be looked at, `code` says why."""

    path: str
    name: str
    size: int
    changed: int
    code: str = ""


def gather(
    paths: Iterable[Path],
    *,
    stable_after: float = 1.0,
    base: Path | None = None,
    limits: Limits = LIMITS,
    skip: Callable[[str], bool] = lambda id: False,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Received]:
    """Everything under `paths` (files, and folders with all below them), sorted by name within each, one file in
    memory at a time (all that one message brings together); the members of archives instead of the archive (zips once
    nested), what a saved message brings instead of the message, with its day and its MailSource, but of no message that
    `skip` says yes to by its Message-ID.

    Hidden files, owner and lock files of Office programs are passed over. Files changed within the last `stable_after`
    seconds are given that long (once for all); one that changes until it has been read is `file.unstable`, as is one
    that another program holds; one that is gone is `file.vanished`; a folder that may not be looked into is
    `file.folder_closed`. An empty folder gives nothing. Names are relative to `base` for what lies in it, else as
    given.
    """
    listed = list(_listed(paths, base))
    now = clock()
    newest = max((t for seen in listed if (t := seen.changed / 1e9) < now + stable_after), default=0.0)
    if newest > now - stable_after:
        sleep(min(stable_after, newest + stable_after - now))
    for seen in listed:
        yield from _taken(seen, limits, skip)


def _listed(paths: Iterable[Path], base: Path | None) -> Iterator[_Seen]:
    known: set[str] = set()
    for given in paths:
        path = Path(given)
        name = _name(path, base)
        if is_lock_file(path.name):
            continue
        found = _below(str(path), name) if path.is_dir() else (_look(str(path), name),)
        for seen in found:
            mark = os.path.normcase(os.path.realpath(seen.path))
            if mark not in known:
                known.add(mark)
                yield seen


def _name(path: Path, base: Path | None) -> str:
    if base is not None:
        with suppress(ValueError, OSError):
            return path.resolve().relative_to(base.resolve()).as_posix()
    return path.as_posix()


def _below(folder: str, name: str) -> Iterator[_Seen]:
    try:
        with os.scandir(openable(folder)) as entries:
            found = sorted(((shown(e.name), e.name, e) for e in entries), key=lambda found: found[:2])
    except OSError as error:
        code = "file.vanished" if isinstance(error, FileNotFoundError) else "file.folder_closed"
        yield _Seen(folder, name, -1, 0, code)
        return
    for text, raw, entry in found:
        path, told = os.path.join(folder, raw), f"{name}/{text}" if name not in ("", ".") else text
        if is_passed_over(raw):
            continue
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
        except OSError:
            is_folder = False
        if is_folder:
            yield from _below(path, told)
        elif not _is_special(entry):
            yield _look(path, told)


def _is_special(entry: os.DirEntry[str]) -> bool:
    """Folders behind links, pipes, devices; and what Windows hides."""
    try:
        info = entry.stat()
    except OSError:
        return False
    return not stat.S_ISREG(info.st_mode) or bool(getattr(info, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)


def _look(path: str, name: str) -> _Seen:
    name = shown(name)
    try:
        info = os.stat(openable(path))
    except OSError as error:
        return _Seen(path, name, -1, 0, _why(error))
    if not stat.S_ISREG(info.st_mode) or is_half_fetched(name):
        return _Seen(path, name, -1, 0, "file.unstable")
    return _Seen(path, name, info.st_size, info.st_mtime_ns)


def _why(error: OSError) -> str:
    """Gone, or held by another program (an open Excel, a copy under way, a share that dropped)."""
    return "file.vanished" if isinstance(error, FileNotFoundError | NotADirectoryError) else "file.unstable"


def _taken(seen: _Seen, limits: Limits, skip: Callable[[str], bool]) -> Iterator[Received]:
    """The file, or what a zip holds; or the finding that says why not."""
    if seen.code:
        yield not_taken(seen.name, finding(seen.code, value=seen.name))
        return
    if seen.size > limits.file_bytes:
        limit = f"{limits.file_bytes >> 20} MB"
        yield not_taken(seen.name, finding("file.too_large", value=seen.name, gioi_han=limit))
        return
    try:
        with open(openable(seen.path), "rb") as file:
            if is_archive(file, seen.name, limits):
                if _is_same(seen, os.fstat(file.fileno())):
                    for item in unpack(file, seen.name, iso(seen.changed / 1e9), limits):
                        yield from inside(item, limits, skip)
                changed = not _is_same(seen, os.fstat(file.fileno()))
                data = b""
            else:
                data = file.read(limits.file_bytes + 1)
                changed = not _is_same(seen, os.fstat(file.fileno())) or len(data) != seen.size
        if changed or not _is_same(seen, os.stat(openable(seen.path))):
            yield not_taken(seen.name, finding("file.unstable", value=seen.name))
        elif data or not seen.size:
            yield from inside(received(seen.name, data, iso(seen.changed / 1e9)), limits, skip)
    except OSError as error:
        yield not_taken(seen.name, finding(_why(error), value=seen.name))


def _is_same(seen: _Seen, now: os.stat_result) -> bool:
    return (seen.size, seen.changed) == (now.st_size, now.st_mtime_ns)


def openable(path: str) -> str:
    """The path in a form that opens however long it is: Windows takes over 259 characters only behind `\\\\?\\`."""
    if os.name != "nt" or len(path) < 240 or path.startswith("\\\\?\\"):
        return path
    full = os.path.abspath(path)
    return "\\\\?\\UNC\\" + full[2:] if full.startswith("\\\\") else "\\\\?\\" + full

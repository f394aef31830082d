"""The archive: every byte received, by its SHA-256, written once. What is on disk under its name is whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lamtheo_xls.findings import World
from lamtheo_xls.ledger.faults import told_as_world

_BINARY = getattr(os, "O_BINARY", 0)


class Archive:
    """`<folder>/ab/abcdef…`. `put` writes beside, `flush` makes it last (fsync, rename, fsync of the folders), so that
    a chunk costs one wait; whoever commits the ledger flushes first. One writer at a time (see `lock`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fresh = folder / "tmp"
        self._pending: dict[str, Path] = {}
        self._swept = False

    def place_of(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """The SHA-256 of `data`, which is kept from the next `flush` on. Known bytes are not written again."""
        sha = hashlib.sha256(data).hexdigest()
        if sha in self._pending or self._is_kept(sha, len(data)):
            return sha
        path = self._fresh / sha
        with told_as_world(path):
            self._sweep()
            try:
                path.write_bytes(data)
            except OSError:
                path.unlink(missing_ok=True)
                raise
        self._pending[sha] = path
        return sha

    def flush(self) -> None:
        """Everything put is on the disk under its name when this returns."""
        if not self._pending:
            return
        with told_as_world(self._folder):
            _together(_force, self._pending.values())
            folders = set()
            for sha, path in self._pending.items():
                place = self.place_of(sha)
                if place.parent not in folders and not place.parent.is_dir():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    folders.add(self._folder)
                os.replace(path, place)
                folders.add(place.parent)
            _together(_force_folder, folders)
        self._pending.clear()

    def fetch(self, sha256: str) -> bytes:
        """The bytes of that SHA-256; World when they are gone or no longer give that hash."""
        path = self._pending.get(sha256) or self.place_of(sha256)
        try:
            with told_as_world(path):
                data = path.read_bytes()
        except World as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise World("world.archive_damaged", ma=sha256[:20], duong_dan=path) from error
            raise
        if hashlib.sha256(data).hexdigest() != sha256:
            raise World("world.archive_damaged", ma=sha256[:20], duong_dan=path)
        return data

    def holds(self, sha256: str) -> bool:
        """Whether these bytes are kept or put."""
        return sha256 in self._pending or self.place_of(sha256).is_file()

    def kept(self) -> Iterator[str]:
        """Every SHA-256 kept, in order."""
        if self._folder.is_dir():
            for folder in sorted(p for p in self._folder.iterdir() if len(p.name) == 2):
                yield from sorted(p.name for p in folder.iterdir())

    def _is_kept(self, sha: str, size: int) -> bool:
        """Whether they lie there whole: what a failing disk altered is written anew."""
        path = self.place_of(sha)
        try:
            return path.stat().st_size == size and hashlib.sha256(path.read_bytes()).hexdigest() == sha
        except OSError:
            return False

    def _sweep(self) -> None:
        """Clears what an interrupted run left half-written, once."""
        if self._swept:
            return
        self._fresh.mkdir(parents=True, exist_ok=True)
        for path in self._fresh.iterdir():
            path.unlink(missing_ok=True)
        self._swept = True


def _together(force: Callable[[Path], None], paths: Collection[Path]) -> None:
    """One wait of the disk serves several files when they ask for it at once."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        for _ in pool.map(force, paths):
            pass


def _force(path: Path) -> None:
    handle = os.open(path, os.O_RDWR | _BINARY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _force_folder(folder: Path) -> None:
    """Folders can be forced on POSIX only; Windows keeps its own journal of them."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Archives that only another program opens: .rar and .7z, through 7-Zip or libarchive's tar where the machine has one.

The program writes all it takes out into one file of a private folder, never files of its own making: no name in the
archive can lead anywhere, and how much has come out is watched while it runs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from lamtheo_xls.findings import finding
from lamtheo_xls.intake.archives import Opened, leads_out, told
from lamtheo_xls.intake.received import Limits, Received, is_passed_over, iso, received, shown
from lamtheo_xls.ledger.faults import world_of

_IN, _OUT, _WORDS = "in", "out", "words"
_LOOK = 0.05
_PADDING = bytes(1 << 17)
_SEALED = re.compile(r"encrypted|password|passphrase", re.IGNORECASE)
_FULL = re.compile(r"no space left|not enough space", re.IGNORECASE)
_STRANGE = re.compile(r"unrecognized archive format|unsupported|not supported", re.IGNORECASE)
"""What a program says that was built without this kind of archive: Windows 10's tar knows no LZMA."""
_GONE = 127
_MOST_LIST = 32 << 20
_TAR_BLOCKS = 32 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that opens archives: 'tar' (libarchive's) or '7z'."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """One file of the archive, as a span of what was taken out."""

    name: str
    modified: str
    start: int
    size: int
    crc: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What one program took out; `code` says why that is not all, '' that it is."""

    members: tuple[_Member, ...] = ()
    code: str = ""


@cache
def programs() -> tuple[Program, ...]:
    """What the machine has, the one that opens more first. On Windows only where they are installed: a program of that
    name in the folder one works in is none of theirs."""
    if sys.platform == "win32":
        folders = dict.fromkeys(os.environ.get(n, "") for n in ("ProgramW6432", "ProgramFiles", "ProgramFiles(x86)"))
        zips = [Path(f, "7-Zip", "7z.exe") for f in folders if f]
        tars = [Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "tar.exe")]
    else:
        zips = [Path(p) for name in ("7zz", "7z", "7za") if (p := shutil.which(name))]
        tars = [Path(p) for name in ("bsdtar", "tar") if (p := shutil.which(name))]
    zip_ = [Program(kind="7z", path=str(p)) for p in zips if p.is_file()][:1]
    tar = [Program(kind="tar", path=str(p)) for p in tars if p.is_file() and _is_libarchive(p)][:1]
    return (*zip_, *tar)


def _is_libarchive(path: Path) -> bool:
    """GNU tar opens neither kind."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, timeout=20, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return b"libarchive" in said


def unpack_packed(data: bytes, kind: str, name: str, modified: str, limits: Limits) -> Iterator[Received]:
    """The members of a 'rar' or '7z', in order of name, as `name!member`; at last, if some could not be taken, the
    archive itself with findings as of `unpack`. Where no program opens such an archive, it comes with file.archive.
    World where there is no place on the disk to take them out to."""
    if not programs():
        yield received(name, data, modified, (finding("file.archive", loai=kind),))
        return
    opened = Opened(limits=limits, left=limits.total_bytes)
    is_strange = False
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            taken, out = _taken_out(data, kind, Path(folder), limits)
            is_strange = taken.code == "file.archive"
            if taken.code and not is_strange:
                opened.refuse(taken.code, name)
            elif not taken.members and not is_strange:
                opened.refuse("file.archive_empty", name)
            if taken.members:
                with out.open("rb") as file:
                    yield from _received(file, taken.members, name, opened)
    except OSError as error:  # the disk, not the archive: nobody is to be asked to send it again
        raise world_of(error, Path(error.filename or name)) from error
    if is_strange:
        yield received(name, data, modified, (finding("file.archive", loai=kind),))
    if opened.refused:
        yield received(name, data, modified, tuple(told(code, names) for code, names in opened.refused.items()))


def _taken_out(data: bytes, kind: str, folder: Path, limits: Limits) -> tuple[_Taken, Path]:
    """What the first program took out that could, and the file it lies in; else why none could. What passes the limits
    is not tried again."""
    results = []
    for number, program in enumerate(programs()):
        own = folder / str(number)
        own.mkdir()
        taken = (_by_7z if program.kind == "7z" else _by_tar)(program.path, data, kind, own, limits)
        if taken.code in ("", "file.archive_bomb"):
            return taken, own / _OUT
        results.append((taken, own / _OUT))
    surest = ("file.archive_encrypted", "file.archive_damaged", "file.archive")
    return min(results, key=lambda found: surest.index(found[0].code))


def _received(file: IO[bytes], members: tuple[_Member, ...], name: str, opened: Opened) -> Iterator[Received]:
    times = Counter(m.name for m in members)
    for member in sorted(members, key=lambda m: m.name):
        if leads_out(member.name):
            opened.refuse("file.archive_path", shown(member.name))
        elif any(is_passed_over(part) for part in member.name.split("/")):
            continue
        elif times[member.name] > 1:
            if member.name not in opened.refused.get("file.archive_duplicate", ()):
                opened.refuse("file.archive_duplicate", member.name)
        else:
            file.seek(member.start)
            data = file.read(member.size)
            if len(data) < member.size or member.crc not in (None, zlib.crc32(data)):
                opened.refuse("file.archive_damaged", member.name)
            else:
                yield received(f"{name}!{shown(member.name)}", data, member.modified)


def _by_tar(path: str, data: bytes, kind: str, folder: Path, limits: Limits) -> _Taken:
    """Through libarchive, which turns the archive into a tar: that carries any name, whatever the code page here."""
    # A zip (a workbook!) stored last in a .rar has libarchive take the whole for that zip (libarchive#2249), unless the
    # zip's end is further from the file's end than it looks. What follows a .rar's own end is passed over.
    _lay(folder, data + _PADDING if kind == "rar" else data)
    command = (path, "-cf", "-", "--format=pax", f"@{_IN}")
    status = _run(command, folder, limits.total_bytes + limits.entries * 2048 + _TAR_BLOCKS, limits.packer_seconds)
    if status is None:
        return _Taken(code="file.archive_bomb")
    members, size = [], (folder / _OUT).stat().st_size
    try:
        with tarfile.open(folder / _OUT, "r:", errors="replace") as tar:
            for number, info in enumerate(tar, start=1):
                if number > limits.entries or (info.isreg() and info.size > limits.member_bytes):
                    return _Taken(code="file.archive_bomb")
                if info.isreg() and info.offset_data + info.size <= size:
                    name = _plain(info.name)
                    members.append(_Member(name=name, modified=iso(info.mtime), start=info.offset_data, size=info.size))
    except (tarfile.TarError, ValueError, OverflowError):
        status = status or 1
    if sum(m.size for m in members) > limits.total_bytes:
        return _Taken(code="file.archive_bomb")
    if not status:
        return _Taken(members=tuple(members))
    code = _why(folder, status)  # what came out before is not taken: it fills up a member it could not read with zeros
    if code == "file.archive_damaged":  # while turning it, libarchive does not say of a member that it has a password
        again = folder / "again"
        again.mkdir()
        status = _run((path, "-xOf", f"../{_IN}"), again, limits.total_bytes, limits.packer_seconds)
        code = _why(again, status)
    return _Taken(code=code)


def _by_7z(path: str, data: bytes, kind: str, folder: Path, limits: Limits) -> _Taken:
    """Through 7-Zip: it lists names, sizes and check sums, then writes all contents one behind the other."""
    _lay(folder, data)
    common = ("-sccUTF-8", "-p", "--", _IN)
    status = _run((path, "l", "-slt", *common), folder, _MOST_LIST, limits.packer_seconds)
    if status is None:
        return _Taken(code="file.archive_bomb")
    if status:
        return _Taken(code=_why(folder, status))
    listed = _listed((folder / _OUT).read_text("utf-8", "replace"))
    sizes = [int(f.get("Size") or 0) for f in listed]
    if len(listed) > limits.entries or max(sizes, default=0) > limits.member_bytes or sum(sizes) > limits.total_bytes:
        return _Taken(code="file.archive_bomb")
    if any(f.get("Encrypted") == "+" for f in listed):
        return _Taken(code="file.archive_encrypted")
    status = _run((path, "x", "-so", *common), folder, sum(sizes), limits.packer_seconds)
    if status is None:
        return _Taken(code="file.archive_bomb")
    if (folder / _OUT).stat().st_size != sum(sizes) or status > 2:
        return _Taken(code=_why(folder, status))
    members, start = [], 0
    for fields, size in zip(listed, sizes, strict=True):
        crc = int(fields["CRC"], 16) if fields.get("CRC") else None
        modified = fields.get("Modified", "")[:19].replace(" ", "T")
        members.append(_Member(name=_plain(fields["Path"]), modified=modified, start=start, size=size, crc=crc))
        start += size
    is_sure = status < 2 or all(m.crc is not None or not m.size for m in members)
    return _Taken(members=tuple(members)) if is_sure else _Taken(code=_why(folder, status))


def _listed(text: str) -> list[dict[str, str]]:
    """The files of a technical listing, in their order; folders and links left out."""
    blocks = text.replace("\r\n", "\n").partition("\n----------\n")[2].split("\n\n")
    fields = [dict(line.split(" = ", 1) for line in b.splitlines() if " = " in line) for b in blocks]
    return [
        f for f in fields if f.get("Path") and f.get("Folder") != "+" and not f.get("Attributes", "").startswith("D")
    ]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")


def _lay(folder: Path, data: bytes) -> None:
    (folder / _IN).write_bytes(data)


def _why(folder: Path, status: int | None) -> str:
    """The finding by what the program said: where it does not know this kind of archive, nothing is said against it."""
    words = (folder / _WORDS).read_bytes()[:65_536].decode("utf-8", "replace")
    if _FULL.search(words):
        raise OSError(errno.ENOSPC, words.strip()[:200], tempfile.gettempdir())
    if _SEALED.search(words):
        return "file.archive_encrypted"
    return "file.archive" if status == _GONE or _STRANGE.search(words) else "file.archive_damaged"


def _run(command: tuple[str, ...], folder: Path, most: int, seconds: float) -> int | None:
    """The program's exit status, its output in the folder; None where it wrote or took more than it may."""
    out = folder / _OUT
    with out.open("wb") as output, (folder / _WORDS).open("wb") as words:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=words,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:  # gone since it was found, or not for this machine
            return _GONE
        until = time.monotonic() + seconds
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    status = process.wait(_LOOK)
                    return status if out.stat().st_size <= most else None
                written = out.stat().st_size + (folder / _WORDS).stat().st_size
                if written > most + _MOST_LIST or time.monotonic() > until:
                    return None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

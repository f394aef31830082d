"""The guarded child: reads one file after another from its standard input until that ends. Started by `guarded`.

    python -P -m lamtheo_xls.workbook.read.child MEMORY_IN_BYTES

A request is a length, a JSON head (task, limits, passwords), a length, the file. An answer is one letter – F a workbook
as JSON, B bytes, R a refusal as JSON –, a length and the content.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import IO

from lamtheo_xls.workbook.read.encrypted import decrypt_ods, decrypt_office, is_encrypted_ods
from lamtheo_xls.workbook.read.foreign import LENGTH, READY, foreign_as_json, refusal_as_json
from lamtheo_xls.workbook.read.gate import Limits, Refused, open_package
from lamtheo_xls.workbook.read.ods import read_ods
from lamtheo_xls.workbook.read.xls import read_xls

Answer = tuple[bytes, bytes]
Task = Callable[[bytes, Limits, tuple[str, ...]], Answer]


def xls(data: bytes, limits: Limits, passwords: tuple[str, ...]) -> Answer:
    """An .xls, decrypted where it must be."""
    try:
        return b"F", foreign_as_json(read_xls(data, limits))
    except Refused as refused:
        if refused.code != "file.encrypted":
            raise
    return b"F", foreign_as_json(read_xls(decrypt_office(data, passwords), limits))


def ods(data: bytes, limits: Limits, passwords: tuple[str, ...]) -> Answer:
    """An .ods, decrypted where it must be."""
    package = open_package(data, limits)
    if is_encrypted_ods(package):
        package = open_package(decrypt_ods(package, passwords), limits)
    return b"F", foreign_as_json(read_ods(package))


def office(data: bytes, limits: Limits, passwords: tuple[str, ...]) -> Answer:
    """What is inside an encrypted Office file."""
    return b"B", decrypt_office(data, passwords)


TASKS: Mapping[str, Task] = {"xls": xls, "ods": ods, "office": office}


def answer(tasks: Mapping[str, Task], head: bytes, data: bytes) -> Answer:
    """The answer to one request; whatever a reader raises is an answer too."""
    asked = json.loads(head)
    try:
        return tasks[asked["task"]](data, Limits(**asked["limits"]), tuple(asked["passwords"]))
    except Refused as refused:
        return b"R", refusal_as_json(refused)
    except (MemoryError, RecursionError):
        return b"R", refusal_as_json(Refused("file.too_heavy"))
    except Exception:  # ours or a library's fault; this file alone is lost
        return b"R", refusal_as_json(Refused("file.reader_failed"))


def serve(tasks: Mapping[str, Task], memory: int) -> None:
    """Answers until the input ends. Nothing else can write where answers go."""
    come, go = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    bound_memory(memory)
    with contextlib.suppress(BrokenPipeError):  # nobody waits for answers any more
        go.write(READY)
        go.flush()
        while (head := taken(come)) is not None and (data := taken(come)) is not None:
            letter, content = answer(tasks, head, data)
            del data
            go.write(letter + LENGTH.pack(len(content)))
            go.write(content)
            go.flush()
            del content
    os._exit(0)


def taken(come: IO[bytes]) -> bytes | None:
    """The next length and as many bytes; None at the end."""
    size = come.read(LENGTH.size)
    if len(size) < LENGTH.size:
        return None
    data = come.read(LENGTH.unpack(size)[0])
    return data if len(data) == LENGTH.unpack(size)[0] else None


def bound_memory(memory: int) -> None:
    """A bound of the system's own, where it has one; elsewhere the parent's watch is the only one."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    serve(TASKS, int(sys.argv[1]))

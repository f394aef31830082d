"""A child process that reads foreign formats, watched from here: whatever a file does to its reader ends as a finding.

One child serves many files, because starting it takes as long as reading fifty. A file that kills a child which has
served before is tried once more in a fresh one, so that it is lost for its own fault only. Works alike on Windows:
nothing is forked, and time and memory are asked for while waiting.
"""

from __future__ import annotations

import atexit
import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

import lamtheo_xls
from lamtheo_xls.findings import World
from lamtheo_xls.workbook.read.foreign import LENGTH, READY, Foreign, foreign_of_json, refusal_of_json
from lamtheo_xls.workbook.read.gate import Limits, Refused, too_large

_MIB = 1024 * 1024
_FIRST_LOOK, _LOOK = 0.005, 0.05
_START = 60.0
_OF_READER = ("file.too_heavy", "file.reader_failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one file may cost. A filled form takes a hundredth of a second and 40 MiB, the largest that is
    read about 5 seconds and 250 MiB."""

    processor: float = 30.0
    """Seconds of processor time: a busy machine does not refuse what an idle one reads."""
    waiting: float = 300.0
    """Seconds altogether, for a reader that waits for what never comes."""
    memory: int = 768 * _MIB


BUDGET = Budget()
COMMAND = (sys.executable, "-P", "-W", "ignore", "-m", "lamtheo_xls.workbook.read.child")


def read_foreign(kind: str, data: bytes, limits: Limits, passwords: tuple[str, ...]) -> Foreign:
    """The workbook in an .xls ('xls') or .ods ('ods'). Refused: as its reader, file.too_heavy, file.reader_failed.
    World where no child can be started."""
    raw = _guard(os.getpid()).ask(kind, data, limits, passwords)
    try:
        return foreign_of_json(raw)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused("file.reader_failed") from None


def decrypt(data: bytes, limits: Limits, passwords: tuple[str, ...]) -> bytes:
    """What is inside an encrypted Office file. Refused: file.encrypted where no password opens it, and as above."""
    return _guard(os.getpid()).ask("office", data, limits, passwords)


@cache
def _guard(process: int) -> Guard:
    """The guard of this process; a process forked from it makes its own."""
    guard = Guard()
    atexit.register(guard.close)
    return guard


class Guard:
    """Holds one child, starts it when it is needed, ends it when it goes astray. Threads take turns."""

    def __init__(self, command: tuple[str, ...] = COMMAND, budget: Budget = BUDGET) -> None:
        self.command, self.budget = command, budget
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, task: str, data: bytes, limits: Limits, passwords: tuple[str, ...]) -> bytes:
        """The child's answer. Refused: what the child refuses, file.too_large, file.too_heavy, file.reader_failed."""
        if len(data) > limits.file_bytes:
            raise too_large("tệp", len(data), limits.file_bytes)
        head = json.dumps({"task": task, "limits": dataclasses.asdict(limits), "passwords": passwords}).encode()
        request = b"".join((LENGTH.pack(len(head)), head, LENGTH.pack(len(data)), data))
        with self._turn:
            served_before = self._child is not None and self._child.poll() is None
            answer = self._exchange(request)
            if served_before and isinstance(answer, Refused) and answer.code in _OF_READER:
                self.close()
                answer = self._exchange(request)
        if isinstance(answer, Refused):
            raise answer
        return answer

    def close(self) -> None:
        """Ends the child; the next question starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def _exchange(self, request: bytes) -> bytes | Refused:
        """The answer, or why there is none. Refused at once where time ran out: that is no fault of files before."""
        child = self._started()
        answers: list[tuple[bytes, bytes]] = []
        talk = threading.Thread(target=_talk, args=(child, request, answers), daemon=True)
        watch = _Watch(child.pid, self.budget)
        talk.start()
        try:
            over = _watched(talk, watch)
        except BaseException:  # interrupted from the keyboard: an answer nobody waited for would be taken for the next
            self._end_with(talk)
            raise
        if over == "time":
            self._end_with(talk)
            raise Refused("file.too_heavy")
        if over == "memory":
            self._end_with(talk)
            return Refused("file.too_heavy")
        if not answers:
            self._end_with(talk)
            return Refused("file.reader_failed")
        letter, content = answers[0]
        return refusal_of_json(content) if letter == b"R" else content

    def _end_with(self, talk: threading.Thread) -> None:
        child = self._child
        if child is not None:
            child.kill()  # the thread that talks to it comes to its end by that
        talk.join()
        self.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        home = str(Path(lamtheo_xls.__file__).resolve().parent.parent)
        path = os.pathsep.join((home, *filter(None, (os.environ.get("PYTHONPATH"),))))
        try:
            child = subprocess.Popen(
                [*self.command, str(self.budget.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise World("world.reader_start") from error
        self._child = child
        greeted: list[bytes] = []
        listen = threading.Thread(target=_listen, args=(child, greeted), daemon=True)
        listen.start()
        listen.join(_START)
        if greeted != [READY]:
            self._end_with(listen)
            raise World("world.reader_start")
        return child


class _Watch:
    """What a child has taken since it was asked."""

    def __init__(self, pid: int, budget: Budget) -> None:
        self.budget = budget
        self.begun = time.monotonic()
        self.process: psutil.Process | None = None
        try:
            self.process = psutil.Process(pid)
            self.before = self._processor(self.process)
        except psutil.Error:  # gone already: the one who talks to it will find out
            self.process = None

    def is_out_of_time(self) -> bool:
        if time.monotonic() - self.begun > self.budget.waiting:
            return True
        try:
            return self.process is not None and self._processor(self.process) - self.before > self.budget.processor
        except psutil.Error:
            return False

    def is_too_large(self) -> bool:
        try:
            return self.process is not None and self.process.memory_info().rss > self.budget.memory
        except psutil.Error:
            return False

    @staticmethod
    def _processor(process: psutil.Process) -> float:
        times = process.cpu_times()
        return float(times.user + times.system)


def _watched(talk: threading.Thread, watch: _Watch) -> str:
    """Waits until the talk is over ('') or the child has taken more than a file may: what of, 'time' or 'memory'."""
    talk.join(_FIRST_LOOK)
    while talk.is_alive():
        if watch.is_out_of_time():
            return "time"
        if watch.is_too_large():
            return "memory"
        talk.join(_LOOK)
    return ""


def _listen(child: subprocess.Popen[bytes], greeted: list[bytes]) -> None:
    assert child.stdout is not None
    greeted.append(child.stdout.read(1))


def _talk(child: subprocess.Popen[bytes], request: bytes, answers: list[tuple[bytes, bytes]]) -> None:
    """Asks and waits for the answer, in a thread of its own: it may never come. Nothing is put where the child died."""
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(request)
        child.stdin.flush()
        letter = child.stdout.read(1)
        size = child.stdout.read(LENGTH.size)
        if len(size) == LENGTH.size:
            content = child.stdout.read(LENGTH.unpack(size)[0])
            if len(content) == LENGTH.unpack(size)[0] and letter in (b"F", b"B", b"R"):
                answers.append((letter, content))
    except (OSError, ValueError):
        return

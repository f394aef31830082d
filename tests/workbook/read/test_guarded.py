"""Foreign formats are read in a child: whatever befalls it ends as a finding, and costs no other file anything."""

from __future__ import annotations

import gzip
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.workbook.read import guarded
from lamtheo_xls.workbook.read.foreign import foreign_of_json
from lamtheo_xls.workbook.read.gate import LIMITS, Limits, Refused
from lamtheo_xls.workbook.read.guarded import Budget, Guard
from lamtheo_xls.workbook.read.reader import read_returned

XLS = gzip.decompress((Path(__file__).parent / "foreign" / "sheetjs.xls.gz").read_bytes())
CHILD = """
import os, sys, time
from pathlib import Path
from lamtheo_xls.workbook.read import child
from lamtheo_xls.workbook.read.gate import Refused

TRIES = Path(__file__).with_name("tries")

def told(kind):
    with TRIES.open("a") as file:
        file.write(kind + " ")

def abort(*_):
    told("abort")
    os.abort()

def leave(*_):
    os._exit(0)

def spin(*_):
    told("spin")
    while True:
        pass

def sleep(*_):
    time.sleep(600)

def hoard(*_):
    told("hoard")
    held = []
    while True:
        held.append(bytearray(8 << 20))

def grab(*_):
    return b"B", bytes(1 << 45)

def recurse(*_):
    return recurse()

def fail(*_):
    raise KeyError("a reader's fault")

def chatter(*_):
    print("a reader that prints", flush=True)
    os.write(1, b"and writes")
    return b"B", b"ok"

def pid(*_):
    return b"B", str(os.getpid()).encode()

def echo(data, limits, passwords):
    return b"B", data

def refuse(*_):
    raise Refused("file.damaged", sheet="S", cell="A1", value="v", phan="p")

own = {f.__name__: f for f in (abort, leave, spin, sleep, hoard, grab, recurse, fail, chatter, pid, echo, refuse)}
child.serve({**child.TASKS, **own}, MEMORY)
"""
MIB = 1 << 20


@pytest.fixture
def guard_of(tmp_path: Path) -> Iterator[Callable[..., Guard]]:
    """A guard whose child can also misbehave in every way; `bound` false: no bound of the system's, only the watch."""
    guards: list[Guard] = []

    def make(*, bound: bool = True, **budget: Any) -> Guard:
        program = tmp_path / "child.py"
        program.write_text(CHILD.replace("MEMORY", "int(sys.argv[1])" if bound else "1 << 62"), "utf-8")
        guards.append(Guard((sys.executable, "-P", str(program)), Budget(**budget)))
        return guards[-1]

    yield make
    for guard in guards:
        guard.close()


def code_of(guard: Guard, task: str, data: bytes = b"x") -> str:
    with pytest.raises(Refused) as caught:
        guard.ask(task, data, LIMITS, ())
    return caught.value.code


def reads(guard: Guard) -> bool:
    return len(foreign_of_json(guard.ask("xls", XLS, LIMITS, ())).sheets) == 5


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ("abort", "file.reader_failed"),
        ("leave", "file.reader_failed"),
        ("fail", "file.reader_failed"),
        ("not a task", "file.reader_failed"),
        ("grab", "file.too_heavy"),
        ("recurse", "file.too_heavy"),
        ("refuse", "file.damaged"),
    ],
)
def test_what_befalls_a_reader_is_a_finding(guard_of: Callable[..., Guard], task: str, code: str) -> None:
    """Killed by a signal, gone, failed, out of memory, out of depth: the file is refused, and the next one is read."""
    guard = guard_of()
    assert code_of(guard, task) == code
    assert reads(guard)
    assert code_of(guard, task) == code  # in a child that has served before as well
    assert reads(guard)


def test_the_refusal_comes_out_whole(guard_of: Callable[..., Guard]) -> None:
    """Code, place, value and arguments."""
    with pytest.raises(Refused) as caught:
        guard_of().ask("refuse", b"", LIMITS, ())
    refused = caught.value
    assert (refused.code, refused.sheet, refused.cell, refused.value, refused.named) == (
        "file.damaged",
        "S",
        "A1",
        "v",
        {"phan": "p"},
    )


@pytest.mark.parametrize(
    ("task", "budget"),
    [
        ("spin", {"processor": 0.3}),
        ("sleep", {"waiting": 0.5}),
        ("hoard", {"memory": 256 * MIB}),
        ("hoard", {"memory": 256 * MIB, "bound": False}),
    ],
)
def test_time_and_memory_have_an_end(guard_of: Callable[..., Guard], task: str, budget: dict[str, Any]) -> None:
    """An endless loop, a reader that waits for ever, one that takes all memory: ended soon, by the system's bound or by
    the watch alone, and the next file is read."""
    guard = guard_of(**budget)
    start = time.monotonic()
    assert code_of(guard, task) == "file.too_heavy"
    assert time.monotonic() - start < 10
    assert reads(guard)


def test_a_file_is_lost_for_its_own_fault_only(guard_of: Callable[..., Guard], tmp_path: Path) -> None:
    """What kills a child that has served before is tried once more in a fresh one; what runs out of time is not."""
    guard = guard_of(processor=0.3)
    tries = tmp_path / "tries"
    code_of(guard, "abort")
    assert tries.read_text() == "abort "
    assert reads(guard)
    code_of(guard, "abort")
    assert tries.read_text() == "abort abort abort "
    assert reads(guard)
    code_of(guard, "spin")
    assert tries.read_text() == "abort abort abort spin "


def test_one_child_serves_many_files(guard_of: Callable[..., Guard]) -> None:
    """Also from several threads at once, and whatever a reader prints does not get among the answers."""
    guard = guard_of()
    first = guard.ask("pid", b"", LIMITS, ())
    with ThreadPoolExecutor(8) as pool:
        sent = [bytes([i]) * (i * 40_000) for i in range(40)]
        assert list(pool.map(lambda data: guard.ask("echo", data, LIMITS, ()), sent)) == sent
    assert guard.ask("chatter", b"", LIMITS, ()) == b"ok"
    assert guard.ask("pid", b"", LIMITS, ()) == first
    guard.close()
    assert guard.ask("pid", b"", LIMITS, ()) != first


def test_an_answer_nobody_waited_for_is_not_taken_for_the_next(
    guard_of: Callable[..., Guard], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted from the keyboard while a file is read: what is asked next gets its own answer."""
    guard = guard_of()
    assert guard.ask("echo", b"first", LIMITS, ()) == b"first"

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(guarded, "_watched", interrupted)
        with pytest.raises(KeyboardInterrupt):
            guard.ask("echo", b"second", LIMITS, ())
    assert guard.ask("echo", b"third", LIMITS, ()) == b"third"


def test_a_file_over_the_limit_is_not_sent(guard_of: Callable[..., Guard]) -> None:
    """The size of the file is looked at before a child is troubled."""
    with pytest.raises(Refused, match=r"file.too_large"):
        Guard(("no such program",)).ask("xls", bytes(101), Limits(file_bytes=100), ())


@pytest.mark.parametrize("command", [("no such program anywhere",), (sys.executable, "-c", "")])
def test_a_child_that_cannot_be_started_is_a_broken_world(command: tuple[str, ...]) -> None:
    """Not the file's fault: the command ends with exit 3 and can be run again."""
    with pytest.raises(World, match=r"\.xls"):
        Guard(command).ask("xls", XLS, LIMITS, ())


def test_nothing_the_child_says_is_believed_blindly(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is no workbook is a finding like any other."""
    for answer in (b"", b"[]", b"{}", b'{"sheets": 5}', b'{"sheets": [{"name": "x"}]}', b"\xff"):
        monkeypatch.setattr(Guard, "ask", lambda *_, answer=answer: answer)
        assert [f.code for f in read_returned(XLS).findings] == ["file.reader_failed"]


def test_it_works_where_processes_are_spawned() -> None:
    """As on Windows: a worker that is started anew has a child of its own and gives the same."""
    here = read_returned(XLS)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(read_returned, XLS).result() == here


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")
def test_a_forked_worker_has_a_child_of_its_own() -> None:
    """Two processes that talked to one child would get each other's answers."""
    here = read_returned(XLS)
    mine = guarded._guard(multiprocessing.process.current_process().pid or 0)
    assert mine is guarded._guard(multiprocessing.process.current_process().pid or 0)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        jobs = [pool.submit(read_returned, XLS) for _ in range(6)]
        assert [read_returned(XLS) for _ in range(6)] == [here] * 6
        assert [job.result() for job in jobs] == [here] * 6

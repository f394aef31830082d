"""The whole cycle on `samples/`, in a new folder: an invented office issues, collects, sends back, merges, follows."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lamtheo_xls.findings import World, say
from lamtheo_xls.intake.headers import VIETNAM
from lamtheo_xls.ledger import Decision
from lamtheo_xls.mail.model import Server
from lamtheo_xls.workspace import answering, collecting, following, issuing, ruling
from lamtheo_xls.workspace.collecting import Collected
from lamtheo_xls.workspace.folder import INBOX, LETTERS, REGISTER, STATUS, Office, Progress, make_workspace, open_office
from lamtheo_xls.workspace.following import Overview
from lamtheo_xls.workspace.letters.handing import Handed, send
from lamtheo_xls.workspace.ruling import Taken

PROGRAMMES, PERIOD = ("43-kh-duk", "hd-btgtu-2024"), "2027"
ISSUED_ON = dt.date(2027, 1, 15)
_WIDTH = 80
_COUNTED = ("expected", "accepted", "nil", "to_fix", "missing", "overdue", "late", "signed")
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Returns that came in together. `folder` lies in the samples, `inbox` below the workspace's `nhan-ve/`."""

    folder: str
    inbox: str
    received: dt.date
    taken_in: dt.date
    """The day they are collected: an old copy may be found late, on somebody's phone."""


BATCHES = (
    Batch(folder="nhan-ve", inbox="", received=dt.date(2027, 2, 24), taken_in=dt.date(2027, 2, 24)),
    Batch(folder="nhan-ve-muon", inbox="muon", received=dt.date(2027, 3, 3), taken_in=dt.date(2027, 3, 3)),
    Batch(folder="nhan-ve-zalo", inbox="zalo", received=dt.date(2027, 2, 20), taken_in=dt.date(2027, 3, 4)),
)
RULED_ON = dt.date(2027, 3, 3)
"""The day the office ruled in theo-doi.xlsx what the samples hold."""
TODAY = BATCHES[-1].taken_in
"""The day the demo ends on: every date in it is fixed, so that it comes out the same every time."""


def samples_folder() -> Path:
    """The samples: bundled with the package, or at the top of the checkout; World where they are gone."""
    for folder in (_HERE.parent / "samples", _HERE.parent.parent / "samples"):
        if (folder / REGISTER).is_file():
            return folder
    raise World("world.samples_missing")


def run_demo(folder: Path, *, progress: Progress) -> Iterator[str]:
    """Runs the cycle in `folder` (new or empty, else World) and tells it line by line, none wider than 80 columns
    (but for a long name of `folder`); the last lines say where to look."""
    make_demo(folder)
    yield say("workspace.demo.made", noi=folder)
    with open_office(folder, round_id=None, as_of=ISSUED_ON, who="demo") as office:
        for one in office.all:
            lines = issuing.issue(one, progress=progress)
            yield say("workspace.demo.issued", n=len(lines), noi=_below(folder, one.folder("bieu-gui")))
        drafted = len(_drafts(office, progress).letters)
        yield say("workspace.demo.drafted", n=drafted, noi=LETTERS)
    early = [b for b in BATCHES if b.taken_in <= RULED_ON]
    collected = [line for batch in early for line in take_in(folder, batch, progress=progress)]
    ruled = rule(folder)
    collected += [line for batch in BATCHES if batch not in early for line in take_in(folder, batch, progress=progress)]
    yield from _wrapped(_told(collected))
    yield from _wrapped(_ruled(ruled.decisions))
    with open_office(folder, round_id=None, as_of=TODAY, who="demo") as office:
        # pandas is loaded only by those who merge
        from lamtheo_xls.workspace import consolidating

        taken = ruling.take_decisions(office)
        answered = sum(len(answering.send_back(one, progress=progress)) for one in office.all)
        yield say("workspace.demo.returned", n=answered, noi="tra-lai")
        for one in office.all:
            tables = consolidating.consolidate(one, csv=False)
            names = ", ".join(Path(table["file"]).name for table in tables)
            where = _below(folder, one.folder("tong-hop"))
            yield from _wrapped(say("workspace.demo.merged", noi=where, cac_bang=names))
        followed = following.follow(office, taken)
        for overview in followed.rounds:
            yield from _wrapped(_counts(overview))
    yield from _wrapped(say("workspace.demo.look", danh_sach=REGISTER, theo_doi=STATUS))


def _drafts(office: Office, progress: Progress) -> Handed:
    """The letters with the workbooks, as drafts: a demo never writes to anybody."""
    morning = dt.datetime.combine(ISSUED_ON, dt.time(8), tzinfo=VIETNAM)
    return send(office, None, _no_password, progress=progress, now=lambda: morning)


def _no_password(server: Server) -> str:
    raise AssertionError(f"the demo asks no server: {server.host}")


def make_demo(folder: Path) -> None:
    """A demo workspace with the invented office's register, nothing issued yet."""
    make_workspace(
        folder,
        programme_ids=PROGRAMMES,
        period=PERIOD,
        register=samples_folder() / REGISTER,
        key=None,
        demo=True,
        as_of=ISSUED_ON,
    )


def take_in(folder: Path, batch: Batch, *, progress: Progress) -> tuple[Collected, ...]:
    """Puts a batch of samples into `nhan-ve/` and collects it as of its days; what became of each file."""
    inbox = folder / INBOX / batch.inbox
    paths = lay_in(batch, inbox)
    with open_office(folder, round_id=None, as_of=batch.taken_in, who="demo") as office:
        ruling.take_decisions(office)
        return tuple(collecting.collect(office, paths, received=batch.received, progress=progress))


def rule(folder: Path) -> Taken:
    """Puts in place what staff ruled in theo-doi.xlsx on RULED_ON and takes it in."""
    shutil.copyfile(samples_folder() / STATUS, folder / STATUS)
    with open_office(folder, round_id=None, as_of=RULED_ON, who="demo") as office:
        return ruling.take_decisions(office)


def lay_in(batch: Batch, inbox: Path) -> tuple[Path, ...]:
    """Copies a batch's files into `inbox`, each with a time of its own on the day it was received, as mail has it."""
    inbox.mkdir(parents=True, exist_ok=True)
    laid = []
    morning = dt.datetime.combine(batch.received, dt.time(8))
    for minutes, source in enumerate(sorted((samples_folder() / batch.folder).iterdir(), key=lambda p: p.name)):
        target = inbox / source.name
        shutil.copyfile(source, target)
        moment = (morning + dt.timedelta(minutes=minutes)).timestamp()
        os.utime(target, (moment, moment))
        laid.append(target)
    return tuple(laid)


def _told(collected: list[Collected]) -> str:
    counts = Counter(say(f"cli.state.{line.state}").lower() for line in collected)
    words = ", ".join(f"{n} {word}" for word, n in counts.most_common())
    return say("workspace.demo.collected", n=len(collected), chi_tiet=words)


def _ruled(decisions: tuple[Decision, ...]) -> str:
    counts = Counter(say(f"ledger.decision.{d.kind}").lower() for d in decisions)
    words = ", ".join(f"{n} {word}" for word, n in counts.most_common())
    return say("workspace.demo.ruled", n=len(decisions), theo_doi=STATUS, chi_tiet=words)


def _counts(overview: Overview) -> str:
    parts = {name: getattr(overview.summary, name) for name in _COUNTED}
    told = ", ".join(f"{say(f'cli.word.{name}')} {n}" for name, n in parts.items() if n)
    return say("workspace.demo.counts", dot=overview.round, so_lieu=told)


def _below(folder: Path, path: Path) -> str:
    """A path inside the workspace, short."""
    return path.relative_to(folder).as_posix()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)

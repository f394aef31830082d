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
from lamtheo_xls.workspace import answering, collecting, following, issuing, ruling
from lamtheo_xls.workspace.collecting import Collected
from lamtheo_xls.workspace.folder import INBOX, REGISTER, STATUS, Progress, make_workspace, open_office

PROGRAMMES, PERIOD = ("43-kh-duk", "hd-btgtu-2024"), "2027"
ISSUED_ON = dt.date(2027, 1, 15)
_WIDTH = 80
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
        lines = issuing.issue(office, progress=progress)
        yield say("workspace.demo.issued", n=len(lines), noi=_below(folder, office.folder("bieu-gui")))
    collected = [line for batch in BATCHES for line in take_in(folder, batch, progress=progress)]
    yield from _wrapped(_told(collected))
    with open_office(folder, round_id=None, as_of=TODAY, who="demo") as office:
        # pandas is loaded only by those who merge
        from lamtheo_xls.workspace import consolidating

        taken = ruling.take_decisions(office)
        answered = answering.send_back(office, progress=progress)
        yield say("workspace.demo.returned", n=len(answered), noi=_below(folder, office.folder("tra-lai")))
        for table in consolidating.consolidate(office, csv=False):
            yield say("workspace.demo.merged", noi=_below(folder, Path(table["file"])))
        overview = following.follow(office, taken)
        yield say("workspace.demo.status", noi=STATUS)
        s = overview.summary
        yield from _wrapped(
            say(
                "workspace.demo.counts",
                phai_gui=s.expected,
                hop_le=s.accepted,
                can_sua=s.to_fix,
                chua_gui=s.missing,
                muon=s.late,
            )
        )
    yield from _wrapped(say("workspace.demo.look", danh_sach=REGISTER, theo_doi=STATUS))


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


def _below(folder: Path, path: Path) -> str:
    """A path inside the workspace, short."""
    return path.relative_to(folder).as_posix()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)

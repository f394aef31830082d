"""Options that several verbs share, and how their texts are read."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TypeVar

import click

from lamtheo_xls.findings import World, say

_MOST_JOBS = 61  # Windows waits for no more processes at once, and Python refuses a larger pool there
Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType):  # type: ignore[type-arg]
    """A date as 2027-02-25 or 25/02/2027."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        for shape in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return dt.datetime.strptime(str(value), shape).date()
            except ValueError:
                continue
        self.fail(say("cli.usage.date", gia_tri=value), param, ctx)


DAY = Day()


class Hour(click.ParamType):  # type: ignore[type-arg]
    """A time of the day as 09:00 or 9h30."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.time:
        if isinstance(value, dt.time):
            return value
        try:
            return dt.datetime.strptime(str(value).lower().replace("h", ":"), "%H:%M").time()
        except ValueError:
            self.fail(say("cli.usage.hour", gia_tri=value), param, ctx)


HOUR = Hour()


class Existing(click.Path):
    """A path that has to be there; the complaint names it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(say("cli.usage.path", duong_dan=value), param, ctx)


def _today() -> dt.date:
    return dt.date.today()


def moment_now() -> dt.datetime:
    """This moment, with its zone: when a letter was written, sent or refused."""
    return dt.datetime.now().astimezone()


def workspace_option(command: Command) -> Command:
    """-C: the workspace."""
    return click.option(
        "-C",
        "root",
        metavar=say("cli.metavar.folder"),
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("."),
        show_default=False,
        help=say("cli.option.workspace"),
    )(command)


def round_option(command: Command) -> Command:
    """--round: the round, else the one open at the as-of date."""
    return click.option(
        "--round", "round_id", metavar=say("cli.metavar.id"), default=None, help=say("cli.option.round")
    )(command)


def as_of_option(command: Command) -> Command:
    """--as-of: with `moment_now` the only place where the clock is read."""
    return click.option(
        "--as-of",
        metavar=say("cli.metavar.day"),
        type=DAY,
        default=_today,
        show_default=False,
        help=say("cli.option.as_of"),
    )(command)


def json_option(command: Command) -> Command:
    """--json: the contract other programs read."""
    return click.option("--json", "as_json", is_flag=True, help=say("cli.option.json"))(command)


def office_options(command: Command) -> Command:
    """-C, --round, --as-of and --json together."""
    return workspace_option(round_option(as_of_option(json_option(command))))


@contextlib.contextmanager
def several(jobs: int) -> Iterator[Executor | None]:
    """A pool of `jobs` processes (spawned, as Windows does), or None for one. World where the system ended one of them:
    what was taken in stands, and the next run goes on."""
    if jobs == 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    with ProcessPoolExecutor(min(jobs, _MOST_JOBS), mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield pool
        except BrokenExecutor as error:
            raise World("world.pool_broken") from error

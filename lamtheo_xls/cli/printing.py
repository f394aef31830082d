"""How results look on a terminal of 80 columns, and as JSON Lines for other programs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lamtheo_xls.findings import Finding, mend, message, say

if TYPE_CHECKING:
    from lamtheo_xls.workspace.collecting import Collected
    from lamtheo_xls.workspace.following import Overview
    from lamtheo_xls.workspace.ruling import Taken

Item = TypeVar("Item")
WIDTH = 80


def emit(value: Any) -> None:
    """One JSON document on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def emit_lines(values: Iterable[Any]) -> None:
    """JSON Lines."""
    for value in values:
        emit(value)


def shown(path: Path) -> str:
    """A path relative to here where that is shorter."""
    try:
        short = path.resolve().relative_to(Path.cwd())
    except ValueError:
        return str(path)
    return str(short)


def progress(items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
    """Passes items on; on a terminal with a bar on standard error, when there is enough to wait for."""
    if total < 20 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description=label, total=total, console=Console(stderr=True), transient=True)


def fit(text: str, width: int) -> str:
    """Text on one line, cut to `width` characters with an ellipsis."""
    flat = text.replace("\n", " ").rstrip()
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def print_findings(findings: Iterable[Finding]) -> None:
    """Every finding with its place and what to do, errors first."""
    order = {"error": 0, "warning": 1, "info": 2}
    for f in sorted(findings, key=lambda f: order[f.severity]):
        where = "!".join(x for x in (f.place.sheet, f.place.cell) if x) or f.place.path or ""
        click.echo(f"  {where}: {message(f)}" if where else f"  {message(f)}")
        if f.severity == "error" and mend(f):
            click.echo(say("cli.say.mend", cach=mend(f)))


def print_collected(lines: tuple[Collected, ...], inbox: str) -> None:
    """One line per file that needs eyes, then the counts."""
    if not lines:
        click.echo(say("cli.say.collect_none", noi=inbox))
        return
    for line in lines:
        if line.state in ("to_fix", "unknown", "refused"):
            first = next((f for f in line.findings if f.severity == "error"), None)
            text = message(first) if first else ""
            click.echo(fit(f"{line.label:<17} {Path(line.file).name}: {text}", WIDTH))
    counts = Counter(say(f"cli.state.{line.state}").lower() for line in lines)
    click.echo(
        say("cli.say.collect_done", n=len(lines), chi_tiet=", ".join(f"{n} {w}" for w, n in counts.most_common()))
    )


def print_overview(overview: Overview, taken: Taken) -> None:
    """The round in a few lines: heading, counts, and who is still to be spoken to."""
    if taken.decisions:
        click.echo(say("cli.say.decisions", n=len(taken.decisions)))
    print_findings(taken.findings)
    s = overview.summary
    click.echo(overview.heading)
    parts = [f"{say('cli.word.expected')} {s.expected}"]
    parts += [
        f"{say('cli.word.' + name)} {getattr(s, name)}"
        for name in ("accepted", "to_fix", "missing", "nil", "excused", "late", "signed")
        if getattr(s, name)
    ]
    click.echo(fit(", ".join(parts), WIDTH))
    open_lines = [x for x in overview.lines if x.state in ("to_fix", "wrong_form", "missing")]
    for line in open_lines[:20]:
        click.echo(fit(f"  {fit(line.unit_short, 24):<24} {line.words:<9} {line.tell}", WIDTH))
    if len(open_lines) > 20:
        click.echo(f"  … +{len(open_lines) - 20}")
    if overview.view_only:
        click.echo(say("cli.say.view_only", noi=shown(overview.file)))
    else:
        click.echo(say("cli.say.status_done", noi=shown(overview.file)))

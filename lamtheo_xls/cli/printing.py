"""How results look on a terminal of 80 columns, and as JSON Lines for other programs."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lamtheo_xls.findings import Finding, gravest_first, mend, message, say

if TYPE_CHECKING:
    from lamtheo_xls.reports.board import StatusLine, Summary
    from lamtheo_xls.workspace.collecting import Collected
    from lamtheo_xls.workspace.folder import Office
    from lamtheo_xls.workspace.following import Followed, Overview
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


def wrapped(text: str, indent: str = "", hanging: str = "") -> list[str]:
    """Text in lines of at most 80 columns, words whole; `hanging` goes before the lines after the first."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging or indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def tell(key: str, **args: object) -> None:
    """The words at `key`, wrapped to the terminal."""
    for line in wrapped(say(key, **args)):
        click.echo(line)


def place_and_message(f: Finding) -> str:
    """The message, its place before it where it does not name its cell – or, of a whole sheet, the sheet – itself."""
    where = "!".join(x for x in (f.place.sheet, f.place.cell) if x) or f.place.path or ""
    said, last = message(f), f.place.cell or f.place.sheet
    named = last is not None and re.search(rf"\b{re.escape(last)}\b", said) is not None
    return said if named or not where else f"{where}: {said}"


def print_findings(findings: Iterable[Finding], *, most: int | None = None, err: bool = False) -> None:
    """The findings with their places and what to do, errors first; at most `most`, and how many were left off."""
    sorted_ = gravest_first(findings)
    for f in sorted_[:most]:
        for line in wrapped(place_and_message(f), indent="  "):
            click.echo(line, err=err)
        if f.severity == "error" and mend(f):
            for line in wrapped(say("cli.say.mend", cach=mend(f)), hanging="    "):
                click.echo(line, err=err)
    if most is not None and len(sorted_) > most:
        click.echo(say("cli.say.more", n=len(sorted_) - most), err=err)


def print_programme(programme: Mapping[str, Any]) -> None:
    """A programme: its forms, and what is asked of whom in the period, by when."""
    from lamtheo_xls.definitions import period_label
    from lamtheo_xls.workspace.programmes import asked_words

    for line in wrapped(f"{programme['id']}: {programme['name']}", hanging="  "):
        click.echo(line)
    for form in programme["forms"]:
        for line in wrapped(f"{form['id']}: {form['label']} – {form['name']}", indent="  ", hanging="    "):
            click.echo(line)
    if programme["asked"]:
        label = period_label(programme["period"])
        click.echo("  " + say("cli.say.asked", ky=label[:1].upper() + label[1:]))
    for names, lines in asked_words(programme["asked"]):
        for line in wrapped(names, indent="    ", hanging="    "):
            click.echo(line)
        for text in lines:
            for line in wrapped(f"– {text}", indent="      ", hanging="        "):
                click.echo(line)
    for milestone in programme["milestones"]:
        told = say("cli.say.office", viec=milestone["label"], han=milestone["text"])
        for line in wrapped(told, indent="    ", hanging="      "):
            click.echo(line)


def print_collected(lines: tuple[Collected, ...], inbox: str) -> None:
    """One line per file that needs eyes, then the counts."""
    if not lines:
        click.echo(say("cli.say.collect_none", noi=inbox))
        return
    for line in lines:
        if line.state in ("to_fix", "unknown", "refused"):
            first = next((f for f in line.findings if f.severity == "error"), None)
            text = message(first) if first else ""
            for row in wrapped(f"{line.label:<17} {_file_name(line.file)}: {text}", hanging=" " * 18):
                click.echo(row)
    counts = Counter(_counted_as(line) for line in lines)
    tell("cli.say.collect_done", n=len(lines), chi_tiet=", ".join(f"{n} {w}" for w, n in counts.most_common()))


def _file_name(file: str) -> str:
    """Its name without its folders; of what was packed in a file or a message, that one's name before it."""
    outer, *inner = file.split("!")
    return "!".join((Path(outer).name, *inner))


def _counted_as(line: Collected) -> str:
    """The state in a sentence. Files lying in the inbox since an earlier day are no second sending of the unit's."""
    return say("cli.word.seen") if line.state == "duplicate" else line.label.lower()


def print_returned(answered: Sequence[Mapping[str, Any]], folder: str) -> None:
    """How many workbooks go back to be mended, where they are, and what to do with them."""
    if answered:
        tell("cli.say.return_done", n=len(answered), noi=folder)
    else:
        tell("cli.say.return_none")


def print_merged(tables: Iterable[Mapping[str, Any]]) -> None:
    """One line for each consolidated workbook."""
    for table in tables:
        tell(
            "cli.say.merge_people" if table["of"] == "people" else "cli.say.merge_done",
            noi=shown(Path(table["file"])),
            dong=table["rows"],
            co=table["counted"],
            tong=table["expected"],
        )


def print_closed(office: Office) -> None:
    """That the round is closed, where it is: otherwise nobody sees why a new return changes no figure."""
    closed_on = office.ledger.closed_on(office.round.id)
    if closed_on is not None:
        tell("cli.say.closed", ngay=f"{closed_on:%d/%m/%Y}")


def print_followed(office: Office, followed: Followed, taken: Taken) -> None:
    """What was taken in, then every round the command is for in a few lines, and where theo-doi.xlsx lies."""
    if taken.decisions:
        click.echo(say("cli.say.decisions", n=len(taken.decisions)))
    print_findings(taken.findings)
    for one, overview in zip(office.all, followed.rounds, strict=True):
        print_overview(overview, most=20 // len(followed.rounds))
        print_closed(one)
    if followed.summary.unclear_files:
        tell("cli.say.unclear", n=followed.summary.unclear_files)
    if followed.view_only:
        tell("cli.say.view_only", noi=shown(followed.file))
    else:
        click.echo(say("cli.say.status_done", noi=shown(followed.file)))


def print_overview(overview: Overview, *, most: int) -> None:
    """The round in a few lines: heading, counts – of each form where there are several –, and who is still to be spoken
    to: what is late or to be mended before what is awaited soon; at most `most` of them."""
    for text in wrapped(overview.heading):
        click.echo(text)
    if len(overview.forms) > 1:
        for form in overview.forms:
            counts = f"{form.plain} ({form.deadline.on_time:%d/%m/%Y}): {_counts(form.summary)}"
            for text in wrapped(counts, indent="  ", hanging="    "):
                click.echo(text)
    for text in wrapped(_counts(overview.summary)):
        click.echo(text)
    open_lines = [x for x in overview.lines if x.state in ("to_fix", "wrong_form", "missing")]
    waiting = sorted((x for x in open_lines if x.ask or x.state != "missing"), key=lambda x: x.state == "missing")
    waiting.sort(key=lambda x: not x.overdue)
    several = len(overview.forms) > 1
    for line in waiting[:most]:
        click.echo(fit(_waiting(line, several), WIDTH))
    if len(waiting) > most:
        click.echo(f"  … +{len(waiting) - most}")


def _waiting(line: StatusLine, several: bool) -> str:
    who = f"{line.person} – {line.unit_short}" if line.person else line.unit_short
    form = f"{fit(line.form.partition(' (')[0], 11):<11} " if several else ""
    return f"  {fit(who, 24):<24} {form}{line.words:<9} {line.tell}"


def _counts(s: Summary) -> str:
    parts = [f"{say('cli.word.expected')} {s.expected}"]
    parts += [
        f"{say('cli.word.' + name)} {getattr(s, name)}"
        for name in ("accepted", "to_fix", "missing", "overdue", "nil", "excused", "late")
        if getattr(s, name)
    ]
    if s.signed:
        parts.append(f"{say('cli.word.signed')} {s.signed}/{s.signed_due}")
    return ", ".join(parts)

"""The verbs as commands: read options, call the workspace, print. What they mean is decided elsewhere."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from lamtheo_xls.cli.options import DAY, Existing, as_of_option, json_option, office_options, several
from lamtheo_xls.cli.printing import (
    emit,
    emit_lines,
    print_collected,
    print_findings,
    print_followed,
    print_merged,
    print_programme,
    print_returned,
    progress,
    shown,
    tell,
)
from lamtheo_xls.cli.spoken import SpokenCommand
from lamtheo_xls.findings import World, say

DOUBTS_SHOWN = 10
"""Doubts of an imported list that the terminal shows; all of them stand in the register's own sheet."""
ANSWER = click.option("--answer/--no-answer", default=None, help=say("cli.option.answer"))
PATHS = click.argument("paths", nargs=-1, metavar=say("cli.metavar.paths"), type=click.Path(path_type=Path))


@click.command("demo", cls=SpokenCommand, help=say("cli.help.demo"))
@click.argument("folder", metavar=say("cli.metavar.folder"), type=click.Path(path_type=Path, file_okay=False))
def demo_command(folder: Path) -> None:
    from lamtheo_xls.workspace.demo import run_demo

    for line in run_demo(folder, progress=progress):
        click.echo(line)


@click.command("programmes", cls=SpokenCommand, help=say("cli.help.programmes"))
@click.option("--period", metavar=say("cli.metavar.period"), default=None, help=say("cli.option.period_asked"))
@as_of_option
@json_option
def programmes_command(period: str | None, as_of: dt.date, as_json: bool) -> None:
    from lamtheo_xls.workspace.programmes import describe_programmes

    described = describe_programmes(period, as_of=as_of)
    if as_json:
        emit(described)
        return
    for programme in described:
        print_programme(programme)


@click.command("new", cls=SpokenCommand, help=say("cli.help.new"))
@click.argument("folder", metavar=say("cli.metavar.folder"), type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--programme",
    "programme_ids",
    multiple=True,
    metavar=say("cli.metavar.id"),
    required=True,
    help=say("cli.option.programme"),
)
@click.option("--period", metavar=say("cli.metavar.period"), required=True, help=say("cli.option.period"))
@click.option(
    "--register",
    metavar=say("cli.metavar.file"),
    type=Existing(path_type=Path, exists=True, dir_okay=False),
    help=say("cli.option.register"),
)
@click.option(
    "--key-file",
    metavar=say("cli.metavar.file"),
    type=Existing(path_type=Path, exists=True, dir_okay=False),
    help=say("cli.option.key_file"),
)
@as_of_option
def new_command(
    folder: Path,
    programme_ids: tuple[str, ...],
    period: str,
    register: Path | None,
    key_file: Path | None,
    as_of: dt.date,
) -> None:
    from lamtheo_xls.workspace.folder import make_workspace

    doubts = make_workspace(
        folder,
        programme_ids=programme_ids,
        period=period,
        register=register,
        key=key_file.read_bytes() if key_file else None,
        as_of=as_of,
    )
    click.echo(say("cli.say.new_done", noi=shown(folder)))
    if doubts:
        tell("cli.say.new_doubts", n=len(doubts), trang=say("register.sheets.doubts"))
        print_findings([f for f in doubts if f.severity != "info"], most=DOUBTS_SHOWN)
    tell("cli.say.new_next", trang=say("register.sheets.office"))


@click.command("issue", cls=SpokenCommand, help=say("cli.help.issue"))
@click.option("--only", multiple=True, metavar=say("cli.metavar.code"), help=say("cli.option.only"))
@click.option("--dry-run", is_flag=True, help=say("cli.option.dry_run"))
@office_options
def issue_command(
    root: Path, round_id: str | None, as_of: dt.date, as_json: bool, only: tuple[str, ...], dry_run: bool
) -> None:
    from lamtheo_xls.workspace import issuing, ruling
    from lamtheo_xls.workspace.folder import INBOX, open_office

    with open_office(root, round_id=round_id, as_of=as_of, who="issue") as office:
        ruling.take_decisions(office)
        if not as_json:
            print_findings(office.register_findings)
        for one in office.all:
            lines = issuing.issue(one, only=only, dry_run=dry_run, progress=progress)
            if as_json:
                emit_lines(lines)
                continue
            counts = {c: sum(x["change"] == c for x in lines) for c in ("new", "changed", "unchanged")}
            key = "cli.say.issue_dry" if dry_run else "cli.say.issue_done"
            tell(
                key if lines else "cli.say.issue_none",
                moi=counts["new"],
                doi=counts["changed"],
                giu=counts["unchanged"],
                noi=shown(one.folder("bieu-gui")),
            )
            if lines and not dry_run:
                caption = say("workspace.issue.caption_file")
                tell("cli.say.issue_next", tep=f"{one.round.id}.zip", loi_nhan=caption, noi=shown(one.root / INBOX))


@click.command("collect", cls=SpokenCommand, help=say("cli.help.collect"))
@PATHS
@click.option("--received", metavar=say("cli.metavar.day"), type=DAY, default=None, help=say("cli.option.received"))
@click.option(
    "--jobs",
    metavar=say("cli.metavar.number"),
    type=click.IntRange(1),
    default=1,
    show_default=False,
    help=say("cli.option.jobs"),
)
@click.option("--mailbox", is_flag=True, help=say("cli.option.mailbox"))
@ANSWER
@office_options
def collect_command(
    root: Path,
    round_id: str | None,
    as_of: dt.date,
    as_json: bool,
    paths: tuple[Path, ...],
    received: dt.date | None,
    jobs: int,
    mailbox: bool,
    answer: bool | None,
) -> None:
    from lamtheo_xls.cli.taking import answer_all, print_answered, print_mailbox, take_in_all
    from lamtheo_xls.workspace import ruling
    from lamtheo_xls.workspace.folder import INBOX, open_office

    with open_office(root, round_id=round_id, as_of=as_of, who="collect") as office:
        ruling.take_decisions(office)
        with several(jobs) as executor:
            each = (lambda line: emit(line.as_json())) if as_json else (lambda line: None)
            taking = take_in_all(office, paths, received=received, executor=executor, mailbox=mailbox, each=each)
        if not as_json:
            print_mailbox(taking)
            print_collected(tuple(taking.lines), ", ".join(shown(p) for p in paths or (office.root / INBOX,)))
        answers = answer_all(office, answer=answer if mailbox or answer else False, made=False, typed=taking.typed)
        if not as_json:
            print_answered(answers, office.root)
        for broken in (taking.broken, answers.broken):
            if broken is not None:
                raise broken


@click.command("return", cls=SpokenCommand, help=say("cli.help.return"))
@office_options
def return_command(root: Path, round_id: str | None, as_of: dt.date, as_json: bool) -> None:
    from lamtheo_xls.workspace import answering, ruling
    from lamtheo_xls.workspace.folder import open_office

    with open_office(root, round_id=round_id, as_of=as_of, who="return") as office:
        ruling.take_decisions(office)
        for one in office.all:
            answered = answering.send_back(one, progress=progress)
            if as_json:
                emit_lines(answered)
            else:
                print_returned(answered, shown(one.folder("tra-lai")))


@click.command("merge", cls=SpokenCommand, help=say("cli.help.merge"))
@click.option("--csv", "as_csv", is_flag=True, help=say("cli.option.csv"))
@office_options
def merge_command(root: Path, round_id: str | None, as_of: dt.date, as_json: bool, as_csv: bool) -> None:
    from lamtheo_xls.workspace import consolidating, ruling
    from lamtheo_xls.workspace.folder import open_office

    with open_office(root, round_id=round_id, as_of=as_of, who="merge") as office:
        ruling.take_decisions(office)
        for one in office.all:
            tables = consolidating.consolidate(one, csv=as_csv)
            if as_json:
                emit_lines(tables)
            else:
                print_merged(tables)


@click.command("status", cls=SpokenCommand, help=say("cli.help.status"))
@click.option("--strict", is_flag=True, help=say("cli.option.strict"))
@office_options
def status_command(root: Path, round_id: str | None, as_of: dt.date, as_json: bool, strict: bool) -> None:
    from lamtheo_xls.workspace import following, ruling
    from lamtheo_xls.workspace.folder import open_office

    with open_office(root, round_id=round_id, as_of=as_of, who="status") as office:
        taken = ruling.take_decisions(office)
        followed = following.follow(office, taken)
        if as_json:
            emit_lines(overview.as_json() for overview in followed.rounds)
        else:
            print_followed(office, followed, taken)
        if strict and (followed.summary.missing or followed.summary.to_fix):
            sys.exit(1)


@click.command("run", cls=SpokenCommand, help=say("cli.help.run"))
@PATHS
@click.option("--received", metavar=say("cli.metavar.day"), type=DAY, default=None, help=say("cli.option.received"))
@click.option("--mailbox/--no-mailbox", default=None, help=say("cli.option.mailbox_too"))
@ANSWER
@office_options
def run_command(
    root: Path,
    round_id: str | None,
    as_of: dt.date,
    as_json: bool,
    paths: tuple[Path, ...],
    received: dt.date | None,
    mailbox: bool | None,
    answer: bool | None,
) -> None:
    from lamtheo_xls.cli.taking import answer_all, print_answered, print_mailbox, print_mailbox_fault, take_in_all
    from lamtheo_xls.workspace import answering, consolidating, following, ruling
    from lamtheo_xls.workspace.folder import INBOX, open_office

    with open_office(root, round_id=round_id, as_of=as_of, who="run") as office:
        taken = ruling.take_decisions(office)
        taking = take_in_all(office, paths, received=received, mailbox=mailbox)
        if not as_json:
            print_mailbox(taking)
            print_collected(tuple(taking.lines), shown(office.root / INBOX))
        if taking.broken is not None:
            if mailbox:
                raise taking.broken
            print_mailbox_fault(taking.broken)
        for one in office.all:
            answered = answering.send_back(one, progress=progress)
            tables = consolidating.consolidate(one, csv=False)
            if not as_json:
                if answered:
                    print_returned(answered, shown(one.folder("tra-lai")))
                print_merged(tables)
        answers = answer_all(
            office, answer=False if mailbox is False and not answer else answer, made=True, typed=taking.typed
        )
        if not as_json:
            print_answered(answers, office.root)
        if answers.broken is not None:
            if answer:
                raise answers.broken
            if str(answers.broken) != str(taking.broken):
                print_mailbox_fault(answers.broken)
        followed = following.follow(office, taken)
        if as_json:
            emit_lines(overview.as_json() for overview in followed.rounds)
        else:
            print_followed(office, followed, taken)


@click.command("close", cls=SpokenCommand, help=say("cli.help.close"))
@office_options
def close_command(root: Path, round_id: str | None, as_of: dt.date, as_json: bool) -> None:
    _close(root, round_id, as_of, as_json, closed=True)


@click.command("reopen", cls=SpokenCommand, help=say("cli.help.reopen"))
@office_options
def reopen_command(root: Path, round_id: str | None, as_of: dt.date, as_json: bool) -> None:
    _close(root, round_id, as_of, as_json, closed=False)


def _close(root: Path, round_id: str | None, as_of: dt.date, as_json: bool, *, closed: bool) -> None:
    from lamtheo_xls.workspace import following, ruling
    from lamtheo_xls.workspace.folder import open_office

    verb = "close" if closed else "reopen"
    with open_office(root, round_id=round_id, as_of=as_of, who=verb) as office:
        if office.also:
            raise World("world.round_which", co=", ".join(one.round.id for one in office.all))
        taken = ruling.take_decisions(office)
        ruling.close_round(office, closed=closed)
        followed = following.follow(office, taken)
        if as_json:
            emit_lines(overview.as_json() for overview in followed.rounds)
        else:
            click.echo(say(f"cli.say.{verb}_done", dot=office.round.id))


@click.command("check", cls=SpokenCommand, help=say("cli.help.check"))
@click.argument(
    "paths",
    nargs=-1,
    metavar=say("cli.metavar.files"),
    required=True,
    type=Existing(path_type=Path, exists=True, dir_okay=False),
)
@as_of_option
@json_option
def check_command(paths: tuple[Path, ...], as_of: dt.date, as_json: bool) -> None:
    from lamtheo_xls.workspace.checking import check_file

    faulty, limits = False, ""
    for path in paths:
        examined = check_file(path, as_of=as_of)
        faulty = faulty or examined.to_mend > 0
        if as_json:
            emit(examined.as_json())
            continue
        key = "cli.say.check_bad" if examined.to_mend else "cli.say.check_good"
        click.echo(say(key, tep=path.name, n=examined.to_mend))
        # What cannot be known without the office's workspace is said once, below.
        print_findings(f for f in examined.findings if f.code != "identity.unverified")
        limits = examined.not_checked
    if limits:
        tell("cli.say.check_limits", gi=limits)
    if faulty:
        sys.exit(1)


@click.command("verify", cls=SpokenCommand, help=say("cli.help.verify"))
@office_options
def verify_command(root: Path, round_id: str | None, as_of: dt.date, as_json: bool) -> None:
    from lamtheo_xls.workspace import verifying
    from lamtheo_xls.workspace.folder import open_office

    with open_office(root, round_id=round_id, as_of=as_of, who="verify", any_round=True) as office:
        compared, differing = verifying.verify(office, every_round=round_id is None, progress=progress)
        if as_json:
            emit({"round": round_id, "compared": compared, "differing": list(differing)})
        elif differing:
            click.echo(say("cli.say.verify_bad", n=compared, sai=len(differing)))
            for difference in differing:
                click.echo(f"  {difference['file']}: {difference['was']} → {difference['now']}")
        else:
            click.echo(say("cli.say.verify_good", n=compared))
        if differing:
            sys.exit(1)

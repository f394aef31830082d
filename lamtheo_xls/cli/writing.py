"""The verbs that write letters: `send` and `remind`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from lamtheo_xls.cli.options import HOUR, moment_now, office_options
from lamtheo_xls.cli.printing import emit_lines, print_findings, progress
from lamtheo_xls.cli.spoken import SpokenCommand
from lamtheo_xls.findings import say


@click.command("send", cls=SpokenCommand, help=say("cli.help.send"))
@click.option("--only", multiple=True, metavar=say("cli.metavar.code"), help=say("cli.option.only"))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="[issue|returned]",
    type=click.Choice(["issue", "returned"]),
    help=say("cli.option.letter_kind"),
)
@click.option("--dry-run", is_flag=True, help=say("cli.option.send_dry_run"))
@click.option("--again", is_flag=True, help=say("cli.option.again"))
@office_options
def send_command(
    root: Path,
    round_id: str | None,
    as_of: dt.date,
    as_json: bool,
    only: tuple[str, ...],
    kinds: tuple[str, ...],
    dry_run: bool,
    again: bool,
) -> None:
    from lamtheo_xls.cli.asking import passwords
    from lamtheo_xls.cli.letters import letter_json, print_handed
    from lamtheo_xls.workspace import ruling
    from lamtheo_xls.workspace.folder import open_office
    from lamtheo_xls.workspace.letters import handing, outbox

    with open_office(root, round_id=round_id, as_of=as_of, who="send") as office:
        ruling.take_decisions(office)
        account, doubts = outbox.account_for(office)
        with passwords(account) as password:
            handed = handing.send(
                office,
                account,
                password,
                only=only,
                kinds=kinds or tuple(handing.TEMPLATE),
                again=again,
                dry_run=dry_run,
                progress=progress,
                now=moment_now,
            )
            if as_json:
                emit_lines(letter_json(letter) for letter in handed.letters)
            else:
                print_findings(doubts)
                print_handed(handed, office.root, account)
            handed.delivered.fail()


@click.command("remind", cls=SpokenCommand, help=say("cli.help.remind"))
@click.option("--only", multiple=True, metavar=say("cli.metavar.code"), help=say("cli.option.remind_only"))
@click.option("--dry-run", is_flag=True, help=say("cli.option.send_dry_run"))
@click.option("--at", metavar=say("cli.metavar.hour"), type=HOUR, default=None, help=say("cli.option.at"))
@office_options
def remind_command(
    root: Path,
    round_id: str | None,
    as_of: dt.date,
    as_json: bool,
    only: tuple[str, ...],
    dry_run: bool,
    at: dt.time | None,
) -> None:
    from lamtheo_xls.cli.asking import passwords
    from lamtheo_xls.cli.letters import letter_json, print_reminded
    from lamtheo_xls.intake.headers import VIETNAM
    from lamtheo_xls.workspace import ruling
    from lamtheo_xls.workspace.folder import open_office
    from lamtheo_xls.workspace.letters import contacts, outbox, reminding

    moment = dt.datetime.combine(as_of, at or moment_now().astimezone(VIETNAM).time())
    with open_office(root, round_id=round_id, as_of=as_of, who="remind") as office:
        ruling.take_decisions(office)
        account, doubts = outbox.account_for(office)
        with passwords(account) as password:
            reminded = reminding.remind(
                office,
                account,
                password,
                moment=moment,
                only=only,
                dry_run=dry_run,
                progress=progress,
                now=moment_now,
            )
            if as_json:
                emit_lines(letter_json(letter) for letter in reminded.letters)
            else:
                print_findings(doubts)
                print_reminded(reminded, contacts.to_call(office), office.root, account)
            reminded.delivered.fail()

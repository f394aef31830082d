"""The group of verbs: each is loaded when it is run, and answers to its Vietnamese name too."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lamtheo_xls.cli.printing import print_findings, wrapped
from lamtheo_xls.cli.spoken import SpokenGroup, complaint
from lamtheo_xls.findings import World, say

ALIASES = {
    "demo": "chay-thu",
    "programmes": "bo-mau",
    "new": "tao-moi",
    "issue": "tao-bieu",
    "send": "gui",
    "remind": "don-doc",
    "collect": "nhan",
    "return": "bo-sung",
    "merge": "tong-hop",
    "status": "theo-doi",
    "run": "cap-nhat",
    "close": "chot",
    "reopen": "mo-lai",
    "check": "soat-loi",
    "verify": "doi-chieu",
    "form": "bieu-mau",
}
_ROOMS = {"send": "writing", "remind": "writing", "form": "forming"}
"""Verb → its module, where that is not `commands`."""
_VERBS = {alias: verb for verb, alias in ALIASES.items()}


class Verbs(SpokenGroup):
    """A group whose commands are imported on use, so that `--help` loads nothing heavy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ALIASES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        verb = _VERBS.get(name, name)
        if verb not in ALIASES:
            return None
        module = importlib.import_module(f"lamtheo_xls.cli.{_ROOMS.get(verb, 'commands')}")
        found: Any = getattr(module, f"{verb}_command")
        return found  # type: ignore[no-any-return]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        _, command, rest = super().resolve_command(ctx, args)
        return (command.name if command else None), command, rest

    def told_commands(self, ctx: click.Context) -> list[tuple[str, str]]:
        return [(f"{verb} ({alias})", say(f"cli.help.{verb}")) for verb, alias in ALIASES.items()]


@click.group(cls=Verbs, help=say("cli.help.main"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    package_name="lamtheo_xls", prog_name="lamtheo", message="%(prog)s %(version)s", help=say("cli.option.version")
)
def cli() -> None:
    pass


def _run(args: Sequence[str] | None) -> Any:
    """The command; where the disk or the network refuses what nobody below foresaw, World says so."""
    try:
        return cli.main(args, prog_name="lamtheo", standalone_mode=False)
    except OSError:
        from lamtheo_xls.ledger.faults import told_as_world

        with told_as_world(Path.cwd()):
            raise


def main(args: Sequence[str] | None = None) -> None:
    """Runs `lamtheo` and exits: 2 for a command line not understood, 3 with one line (and the findings behind it)
    where the world is broken."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(_run(args) or 0)
    except click.exceptions.NoArgsIsHelpError as bare:
        click.echo(bare.format_message(), err=True)
        sys.exit(bare.exit_code)
    except click.ClickException as wrong:
        click.echo(complaint(wrong), err=True)
        sys.exit(wrong.exit_code)
    except click.Abort:
        click.echo(say("cli.usage.stopped"), err=True)
        sys.exit(1)
    except World as broken:
        told = f"{broken} {broken.mend()}".strip()
        click.echo("\n".join(wrapped(told)) if sys.stderr.isatty() else told, err=True)
        print_findings(broken.findings, err=True)
        sys.exit(3)

"""The group of verbs: each is loaded when it is run, and answers to its Vietnamese name too."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from lamtheo_xls.findings import World, entry, message, say

ALIASES = {
    "demo": "chay-thu",
    "programmes": "bo-mau",
    "new": "tao-moi",
    "issue": "tao-bieu",
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
_VERBS = {alias: verb for verb, alias in ALIASES.items()}


class Verbs(click.Group):
    """A group whose commands are imported on use, so that `--help` loads nothing heavy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ALIASES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        verb = _VERBS.get(name, name)
        if verb not in ALIASES:
            return None
        module = importlib.import_module("lamtheo_xls.cli.commands")
        found: Any = getattr(module, f"{verb}_command")
        return found  # type: ignore[no-any-return]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        _, command, rest = super().resolve_command(ctx, args)
        return (command.name if command else None), command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(f"{verb} ({alias})", say(f"cli.help.{verb}")) for verb, alias in ALIASES.items()]
        with formatter.section(say("cli.word.commands")):
            formatter.write_dl(rows)


@click.group(cls=Verbs, help=say("cli.help.main"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lamtheo_xls", prog_name="lamtheo")
def cli() -> None:
    pass


def main(args: Sequence[str] | None = None) -> None:
    """Runs `lamtheo` and exits: 3 with one line (and the findings behind it) where the world is broken."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        cli(args, prog_name="lamtheo")
    except World as broken:
        click.echo(f"{broken} {entry(broken.code).mend}".strip(), err=True)
        for f in broken.findings:
            where = "!".join(x for x in (f.place.sheet, f.place.cell) if x) or f.place.path or ""
            click.echo(f"  {where}: {message(f)}" if where else f"  {message(f)}", err=True)
        sys.exit(3)

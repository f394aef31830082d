"""The page docs/cli.md, made from the commands' own `--help`."""

from __future__ import annotations

import click

from lamtheo_xls.cli.main import ALIASES, cli


def cli_reference() -> str:
    """Every command's help as Markdown, in the order of the day's work."""
    context = click.Context(cli, info_name="lamtheo", terminal_width=100, max_content_width=100)
    out = ["```text", cli.get_help(context), "```"]
    for verb, alias in ALIASES.items():
        command = cli.get_command(context, verb)
        assert command is not None
        out += ["", f"## {verb} ({alias})"]
        out += _help(command, context, verb)
        if isinstance(command, click.Group):
            parent = click.Context(command, info_name=verb, parent=context)
            for name in command.list_commands(parent):
                child = command.get_command(parent, name)
                assert child is not None
                out += ["", f"### {verb} {name}", *_help(child, parent, name)]
    return "\n".join(out) + "\n"


def _help(command: click.Command, parent: click.Context, name: str) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, max_content_width=100)
    return ["", "```text", command.get_help(context), "```"]

"""Click's own words – usage, options, its complaints – said in Vietnamese from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lamtheo_xls.findings import say

if TYPE_CHECKING:
    _Base = click.Command
else:
    _Base = object

REQUIRED = "[required]"
"""How click marks an option that has to be given; only the words are ours."""


class _Spoken(_Base):
    """Help pages with our headings; the names and metavars of options are given where they are declared."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=f"{say('cli.word.usage')}: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if isinstance(param, click.Option) and record is not None:
                names, text = record
                rows.append((names, text.replace(REQUIRED, f"[{say('cli.word.required')}]")))
        if rows:
            with formatter.section(say("cli.word.options")):
                formatter.write_dl(rows)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("cli.option.help")
        return option


class SpokenCommand(_Spoken, click.Command):
    """A command whose help is Vietnamese throughout."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        self.options_metavar = say("cli.metavar.options")
        return super().collect_usage_pieces(ctx)


class SpokenGroup(_Spoken, click.Group):
    """A group whose help is Vietnamese throughout; a command it does not have is told with those it has."""

    command_class = SpokenCommand

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        self.options_metavar = say("cli.metavar.options")
        self.subcommand_metavar = say("cli.metavar.command")
        return super().collect_usage_pieces(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _Spoken.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("cli.word.commands")):
            formatter.write_dl(self.told_commands(ctx))

    def told_commands(self, ctx: click.Context) -> list[tuple[str, str]]:
        """The commands as help lists them: name and what it does."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, command.help or "") for name, command in found if command is not None]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.BadParameter(say("cli.usage.no_command", ten=args[0]), ctx=ctx)
        return super().resolve_command(ctx, args)


def complaint(error: click.ClickException) -> str:
    """What was wrong with the command line, and the help to look at, in Vietnamese; two lines at most."""
    text = _what(error)
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    return text if ctx is None else f"{text}\n{say('cli.usage.see', lenh=f'{ctx.command_path} --help')}"


def _what(error: click.ClickException) -> str:
    # From the particular to the general: the later classes are bases of the earlier ones.
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or ())
        return say("cli.usage.no_option_near" if near else "cli.usage.no_option", ten=error.option_name, gan=near)
    if isinstance(error, click.BadOptionUsage):
        return say("cli.usage.option_value", ten=error.option_name)
    if isinstance(error, click.MissingParameter):
        return say("cli.usage.missing", ten=_name(error.param))
    if isinstance(error, click.BadParameter):
        kind = error.param.type if error.param else None
        if isinstance(kind, click.IntRange):
            return say("cli.usage.number", ten=_name(error.param))
        if isinstance(kind, click.Choice):
            return say("cli.usage.choice", ten=_name(error.param), co=", ".join(kind.choices))
        return error.message
    return say("cli.usage.extra") if isinstance(error, click.UsageError) else error.message


def _name(param: click.Parameter | None) -> str:
    if isinstance(param, click.Option):
        return param.opts[0]
    return (param.metavar or param.human_readable_name).strip("…[]") if param else ""

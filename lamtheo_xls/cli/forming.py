"""The verbs of `form`, for whoever writes a definition."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from lamtheo_xls.cli.options import Existing, as_of_option, json_option
from lamtheo_xls.cli.printing import emit, emit_lines, print_findings, shown
from lamtheo_xls.cli.spoken import SpokenGroup
from lamtheo_xls.findings import say


@click.group("form", cls=SpokenGroup, help=say("cli.help.form"))
def form_command() -> None:
    pass


@form_command.command("check", help=say("cli.help.form_check"))
@click.argument("path", metavar=say("cli.metavar.path"), type=Existing(path_type=Path, exists=True))
@json_option
def form_check_command(path: Path, as_json: bool) -> None:
    from lamtheo_xls.workspace.programmes import check_definition

    findings = check_definition(path)
    errors = sum(f.severity == "error" for f in findings)
    if as_json:
        from lamtheo_xls.findings import as_json as finding_json

        emit_lines(finding_json(f) for f in findings)
    else:
        click.echo(say("cli.say.form_bad" if errors else "cli.say.form_good", tep=path.name, n=errors))
        print_findings(findings)
    if errors:
        sys.exit(1)


@form_command.command("preview", help=say("cli.help.form_preview"))
@click.argument("form", metavar=say("cli.metavar.form"))
@click.argument("target", metavar=say("cli.metavar.file"), type=click.Path(path_type=Path, dir_okay=False))
@as_of_option
def form_preview_command(form: str, target: Path, as_of: dt.date) -> None:
    from lamtheo_xls.workspace.programmes import preview_form

    click.echo(say("cli.say.preview_done", noi=shown(preview_form(form, target, as_of=as_of))))


@form_command.command("map", help=say("cli.help.form_map"))
@click.argument("form", metavar=say("cli.metavar.form"))
@click.option(
    "--rows",
    metavar=say("cli.metavar.number"),
    type=click.IntRange(0, 500),
    default=0,
    show_default=False,
    help=say("cli.option.rows"),
)
@json_option
def form_map_command(form: str, rows: int, as_json: bool) -> None:
    from lamtheo_xls.workspace.programmes import map_form

    found = map_form(form, rows=rows)
    if as_json:
        emit(found)
        return
    for field in found["fields"]:
        click.echo(f"{field['sheet']}!{field['cell']}\t{field['id']}\t{field['label']}")
    for table in found["tables"]:
        for column in table["columns"]:
            cells = f"{column['column']}{table['first_row']}:{column['column']}{table['last_row']}"
            click.echo(f"{table['sheet']}!{cells}\t{table['id']}.{column['id']}\t{column['label']}")


@form_command.command("schema", help=say("cli.help.form_schema"))
@click.argument("kind", metavar="[form|programme]", type=click.Choice(["form", "programme"]), default="form")
def form_schema_command(kind: str) -> None:
    from lamtheo_xls.workspace.programmes import schema_text

    click.echo(schema_text(kind))

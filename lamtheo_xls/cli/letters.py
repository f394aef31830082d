"""How what became of letters looks on a terminal, and as JSON Lines for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lamtheo_xls.cli.printing import print_findings, shown, tell, wrapped
from lamtheo_xls.findings import say

if TYPE_CHECKING:
    from lamtheo_xls.ledger import LetterRecord
    from lamtheo_xls.mail.model import Account
    from lamtheo_xls.workspace.letters.handing import Handed
    from lamtheo_xls.workspace.letters.outbox import Delivered
    from lamtheo_xls.workspace.letters.reminding import Reminded

REFUSED_SHOWN = 10
"""Letters refused for good that the terminal names; all of them stand on sheet THƯ."""


def letter_json(letter: LetterRecord) -> dict[str, Any]:
    """One letter as `--json` gives it (DESIGN §7); `letter` is null where nothing was recorded."""
    return {
        "letter": letter.id or None,
        "kind": letter.kind,
        "rounds": list(letter.rounds),
        "to": list(letter.addresses),
        "recipients": list(letter.recipients),
        "assignments": list(letter.items.get("assignments", ())),
        "state": letter.state,
        "message_id": letter.message_id,
        "file": letter.file or None,
        "reply": letter.reply or None,
    }


def print_delivered(delivered: Delivered, root: Path, *, server: bool) -> None:
    """How many letters were sent, drafted, put off, refused or left in doubt, and what to do about each. `server`: the
    office names one to send through."""
    from lamtheo_xls.workspace.letters.outdated import is_withdrawn
    from lamtheo_xls.workspace.letters.refusals import reason_words

    of: dict[str, list[LetterRecord]] = {}
    for letter in delivered.letters:
        of.setdefault("withdrawn" if is_withdrawn(letter) else letter.state, []).append(letter)
    if not delivered.letters:
        tell("cli.say.send_none")
    if sent := of.get("sent"):
        tell("cli.say.send_done", n=len(sent))
    if drafted := of.get("drafted"):
        tell("cli.say.send_drafted", n=len(drafted), noi=_folders(root, drafted))
        if not server:
            tell("cli.say.send_no_server", trang=say("register.sheets.office"))
    if ready := of.get("ready"):
        tell("cli.say.send_ready", n=len(ready))
    if failed := [*of.get("failed", ()), *of.get("bounced", ())]:
        tell("cli.say.send_failed", n=len(failed), trang=say("reports.sheets.letters"))
        for letter in failed[:REFUSED_SHOWN]:
            told = f"{', '.join(letter.addresses)}: {reason_words(letter.reply)}"
            for line in wrapped(told, indent="  ", hanging="    "):
                click.echo(line)
        if len(failed) > REFUSED_SHOWN:
            click.echo(say("cli.say.more_letters", n=len(failed) - REFUSED_SHOWN))
    if withdrawn := of.get("withdrawn"):
        tell("cli.say.send_withdrawn", n=len(withdrawn))
    if doubtful := of.get("in_doubt"):
        tell("cli.say.send_doubt", n=len(doubtful), trang=say("reports.sheets.letters"))


def print_handed(handed: Handed, root: Path, account: Account | None) -> None:
    """What `send` did – or, of a dry run, would do –, and who is to be reached another way."""
    print_findings(handed.findings)
    if handed.previewed:
        tell("cli.say.send_dry", n=len(handed.previewed), noi=_folders(root, handed.previewed))
    else:
        print_delivered(handed.delivered, root, server=account is not None and account.smtp is not None)
    if handed.without:
        tell("cli.say.send_without", n=len(handed.without), trang=say("reports.sheets.contacts"))


def print_reminded(reminded: Reminded, calls: int, root: Path, account: Account | None) -> None:
    """Who was reminded – or that nobody is at such an hour –, and how many are to be called instead."""
    print_findings(reminded.findings)
    if rest := reminded.resting:
        key = "cli.say.remind_day_off" if rest.day_off else "cli.say.remind_hours"
        tell(key, hom_nay=f"{rest.moment:%d/%m/%Y}", gio=f"{rest.until:%H:%M}", ngay=f"{rest.until:%d/%m/%Y}")
    elif reminded.previewed:
        tell("cli.say.send_dry", n=len(reminded.previewed), noi=_folders(root, reminded.previewed))
    elif not reminded.letters:
        tell("cli.say.remind_none")
    else:
        print_delivered(reminded.delivered, root, server=account is not None and account.smtp is not None)
    if calls:
        tell("cli.say.remind_call", n=calls, trang=say("reports.sheets.contacts"))


def _folders(root: Path, letters: Sequence[LetterRecord]) -> str:
    found = dict.fromkeys((root / letter.file).parent for letter in letters)
    return ", ".join(shown(folder) for folder in found)

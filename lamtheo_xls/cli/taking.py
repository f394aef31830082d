"""Taking in from folders and from the mailbox with one verb, and what is told of the mailbox."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lamtheo_xls.cli.options import moment_now
from lamtheo_xls.cli.printing import print_findings, progress, tell, wrapped
from lamtheo_xls.findings import World, say

if TYPE_CHECKING:
    from lamtheo_xls.cli.asking import Typed
    from lamtheo_xls.mail.model import Account
    from lamtheo_xls.workspace.collecting import Collected
    from lamtheo_xls.workspace.fetching import Opened
    from lamtheo_xls.workspace.folder import Office
    from lamtheo_xls.workspace.letters.replying import Answered

SENDERS_SHOWN = 10
"""Senders and letters that the terminal names; all of them stand in theo-doi.xlsx."""


@dataclass(slots=True)
class Taking:
    """How far a command got with taking in."""

    lines: list[Collected] = field(default_factory=list)
    mailbox: str = ""
    """Whose mailbox was looked into; '' for none."""
    opened: list[Opened] = field(default_factory=list)
    broken: World | None = None
    """Why the mailbox could not be gone through to its end; what was taken before stands."""
    typed: Typed = field(default_factory=dict)
    """Passwords typed in this run."""


def take_in_all(
    office: Office,
    paths: Sequence[Path],
    *,
    received: dt.date | None,
    executor: Executor | None = None,
    mailbox: bool | None,
    each: Callable[[Collected], None] = lambda line: None,
) -> Taking:
    """Takes in what lies in the folders, then what lies in the mailbox, and tells `each` of every file at once.

    `mailbox`: True – where there is no mailbox, that is `Taking.broken`; False – no; None – where the office names one,
    and nothing is said where it names none. A password the keyring does not know is asked for on a terminal.
    """
    from lamtheo_xls.workspace.collecting import collect

    taking = Taking()
    for line in collect(office, paths, received=received, executor=executor, progress=progress):
        taking.lines.append(line)
        each(line)
    if mailbox is False:
        return taking
    try:
        for line in _by_mail(office, taking, received, executor):
            taking.lines.append(line)
            each(line)
    except World as broken:
        if not broken.code.startswith("world.mail_"):
            raise
        if mailbox or broken.code != "world.mail_no_mailbox":
            taking.broken = broken
    return taking


def _by_mail(
    office: Office, taking: Taking, received: dt.date | None, executor: Executor | None
) -> Iterator[Collected]:
    from lamtheo_xls.workspace.letters.outbox import account_for

    account, _ = account_for(office)
    if account is None or account.imap is None:
        raise World("world.mail_no_mailbox", trang=say("register.sheets.office"))
    from lamtheo_xls.cli.asking import passwords
    from lamtheo_xls.workspace.fetching import fetch_mail
    from lamtheo_xls.workspace.letters.composing import moment_text

    with passwords(account, taking.typed) as password:
        word = password(account.imap)
        taking.mailbox = account.user
        yield from fetch_mail(
            office,
            account,
            word,
            received=received,
            executor=executor,
            progress=progress,
            moment=moment_text(moment_now()),
            opened=taking.opened.append,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What became of the answers a command gave by itself."""

    answered: Answered | None = None
    """None: nothing was to be answered."""
    server: bool = True
    """The office names a server to send through."""
    broken: World | None = None
    """What stopped it; answers made before wait in the queue."""


def answer_all(office: Office, *, answer: bool | None, made: bool, typed: Typed) -> Answers:
    """Answers what came by mail: where the command says so, or (None) where the office wants it. `made`: the workbooks
    to be mended were made already; `typed`: passwords that need not be asked for again."""
    from lamtheo_xls.workspace.letters.outbox import account_for

    if answer is False:
        return Answers()
    try:
        account, _ = account_for(office)
        if answer is None and not (account is not None and account.answers):
            return Answers()
        return _answered(office, account, must=bool(answer), made=made, typed=typed)
    except World as broken:
        if not broken.code.startswith("world.mail_"):
            raise
        return Answers(broken=broken)


def _answered(office: Office, account: Account | None, *, must: bool, made: bool, typed: Typed) -> Answers:
    from lamtheo_xls.cli.asking import passwords
    from lamtheo_xls.workspace.answering import send_back
    from lamtheo_xls.workspace.letters.outbox import refuse_secret
    from lamtheo_xls.workspace.letters.replying import reply

    if must:
        refuse_secret(office)
    for one in () if made else office.all:
        send_back(one, progress=progress)
    answered = None
    try:
        with passwords(account, typed) as password:
            answered = reply(office, account, password, progress=progress, now=moment_now)
            answered.delivered.fail()
    except World:
        if answered is None:
            raise
    return Answers(
        answered=answered,
        server=account is not None and account.smtp is not None,
        broken=answered.delivered.broken or answered.delivered.unlooked,
    )


def print_answered(answers: Answers, root: Path) -> None:
    """How many messages were answered; nothing where none was to be."""
    from lamtheo_xls.cli.letters import print_delivered

    answered = answers.answered
    if answered is None:
        return
    print_findings(answered.findings)
    if answered.letters:
        tell("cli.say.answered", n=sum(x.kind in ("receipt", "returned") for x in answered.letters))
        print_delivered(answered.delivered, root, server=answers.server)


def print_mailbox(taking: Taking) -> None:
    """How many messages brought how many files, who sent that the register does not know, which letters came back."""
    if not taking.mailbox or (taking.broken is not None and not taking.opened):
        return
    taken = [one for one in taking.opened if one.kind == "taken"]
    new = [one for one in taking.opened if one.kind != "own"]
    key = "cli.say.mailbox_done" if new else "cli.say.mailbox_none"
    tell(key, hop_thu=taking.mailbox, n=len(new), tep=sum(one.files for one in taken), co=len(taken))
    strangers = Counter({one.mail.sender: 0 for one in taken if not one.known})
    for one in taken:
        if not one.known:
            strangers[one.mail.sender] += one.files
    if strangers:
        named = (say("cli.say.mailbox_sender", dia_chi=who, n=n) for who, n in strangers.most_common())
        tell("cli.say.mailbox_strangers", ds=_listed(list(named)))
    back = {one.letter.id: one.letter for one in taking.opened if one.kind == "bounce" and one.letter is not None}
    bounced = [", ".join(letter.addresses) for letter in back.values() if letter.state == "bounced"]
    if bounced:
        trang = say("reports.sheets.letters")
        tell("cli.say.mailbox_bounced", n=len(bounced), ds=_listed(bounced), trang=trang)


def print_mailbox_fault(broken: World) -> None:
    """Why the mailbox was not gone through, for a command that goes on all the same, with the findings behind it."""
    text = say("cli.say.mailbox_failed", vi_sao=f"{broken} {broken.mend()}".strip())
    for line in wrapped(text):
        click.echo(line, err=True)
    print_findings(broken.findings, err=True)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SENDERS_SHOWN
    return "; ".join(names[:SENDERS_SHOWN]) + (f"; … +{more}" if more > 0 else "")

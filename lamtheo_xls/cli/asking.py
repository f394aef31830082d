"""The password of the mailbox: from the keyring, else typed on a terminal, and kept where staff say so."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from lamtheo_xls.findings import World, say

if TYPE_CHECKING:
    from lamtheo_xls.mail.model import Account, Server


Typed = dict[str, "tuple[Server, str]"]
"""Host → the password typed for it."""


@contextlib.contextmanager
def passwords(account: Account | None, typed: Typed | None = None) -> Iterator[Callable[[Server], str]]:
    """The password for a server of the account, asked for at most once and only when it is needed. Once everything went
    well, what was typed is offered to the keyring; a password the server refused is forgotten there. `typed`: what was
    typed in this run and worked, to which more is added."""
    from lamtheo_xls.mail.passwords import forget_password, is_kept, keep_password, password_of

    typed = {} if typed is None else typed
    before = frozenset(typed)
    used: dict[str, Server] = {}

    def password(server: Server) -> str:
        assert account is not None
        if server.host in typed:
            return typed[server.host][1]
        known = is_kept(account, server)
        word = password_of(account, server, _ask if _on_terminal() else None)
        used[server.host] = server
        if not known:
            typed[server.host] = (server, word)
        return word

    try:
        yield password
    except World as broken:
        if broken.code == "world.mail_login" and account is not None:
            for host, server in used.items():
                if typed.pop(host, None) is None:
                    forget_password(account, server)
        raise
    for server, word in (typed[host] for host in typed if host not in before):
        assert account is not None
        if click.confirm(say("cli.ask.keep", may_chu=server.host), default=False, err=True):
            kept = keep_password(account, server, word)
            click.echo(say("cli.ask.kept" if kept else "cli.ask.not_kept"), err=True)


def _on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _ask(question: str) -> str:
    answer: str = click.prompt(question, hide_input=True, default="", show_default=False, err=True)
    return answer

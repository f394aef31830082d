"""Sending letters over SMTP: one connection for many, at a measured pace, again after what passes, never twice."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import length_hint

from lamtheo_xls.findings import World, say
from lamtheo_xls.mail.model import Account, Outcome, Server
from lamtheo_xls.mail.transaction import Ending, connect, content_of, hand_over, largest, leave, propose, told

BACK_OFF = (2.0, 10.0, 30.0)
"""Seconds before a new connection after the first, second, third time in a row that one was lost; then no more."""
PAUSES = (30.0, 120.0, 300.0)
"""Seconds before letters the server put off are tried again, at the end of the run."""
PUT_OFF_IN_A_ROW = 10
"""After so many letters put off one after the other, the server is left in peace till the next pause."""
CUTS = 2
"""A letter on which the connection broke so often waits for the end of the run: it may be the letter."""
PATIENCE = 60.0
"""Seconds a server may be silent; ten times as long for its answer to the content."""
_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A letter to send: its number in the ledger, the recipient's addresses, and its bytes when they are needed."""

    id: int
    to: tuple[str, ...]
    data: Callable[[], bytes]


def send_letters(
    letters: Iterable[Outgoing],
    account: Account,
    password: str,
    *,
    starting: Callable[[Outgoing], None],
    ended: Callable[[Outgoing, Outcome], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    patience: float = PATIENCE,
    of: int | None = None,
) -> None:
    """Sends the letters in their order over the account's server, to their addresses and the office's own.

    `starting` is called when the server is ready for the content and nothing of it is sent yet; `ended` after every try
    the server, or the loss of the connection under the content, decided: sent, failed and in_doubt once and for all,
    ready as often as a letter was put off (it is tried again at the end of the run, at most three times). A try cut
    short before the content says nothing of the letter: no call. What these two, or `data`, raise passes through with
    the connection closed. `letters` is read one by one as they go (`of`: how many there are, where it has no length).

    World: mail_unreachable (in words how many went and how many did not), mail_certificate, mail_certificate_name,
    mail_no_tls, mail_ca_file, mail_login, mail_refused. Letters not ended then are as they were.
    """
    if account.smtp is None:
        raise ValueError("the account has no server to send by")
    total = length_hint(letters) if of is None else of
    run = _Run(account, account.smtp, password, starting, ended, clock, sleep, patience, total)
    try:
        again = run.through(letters)
        for pause in PAUSES:
            if again:
                run.quit()
                sleep(pause)
                again = run.through(again)
        run.quit()
    finally:
        run.cut()


class _Run:
    """The connection of a run, and what is counted on the way."""

    def __init__(
        self,
        account: Account,
        server: Server,
        password: str,
        starting: Callable[[Outgoing], None],
        ended: Callable[[Outgoing, Outcome], None],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        patience: float,
        letters: int,
    ) -> None:
        self._account, self._server, self._password = account, server, password
        self._starting, self._ended = starting, ended
        self._clock, self._sleep, self._patience = clock, sleep, patience
        self._line: smtplib.SMTP | None = None
        self._used = 0
        """Letters tried on this connection."""
        self._lost = 0
        """Connections lost, or not made, since the server last answered about a letter."""
        self._why = ""
        self._reached = False
        self._next_at = clock()
        self._sent, self._left = 0, letters

    def through(self, letters: Iterable[Outgoing]) -> list[Outgoing]:
        """Tries each letter; those to try again."""
        again: list[Outgoing] = []
        in_a_row = 0
        for letter in letters:
            if in_a_row == PUT_OFF_IN_A_ROW:
                again.append(letter)
                continue
            outcome = self._deliver(letter)
            if outcome is None or outcome.state == "ready":
                again.append(letter)
            else:
                self._left -= 1
                self._sent += outcome.state == "sent"
            in_a_row = in_a_row + 1 if outcome and outcome.state == "ready" else 0
        return again

    def _deliver(self, letter: Outgoing) -> Outcome | None:
        """What became of it; None where the connection broke on it again and again before its content."""
        content = content_of(letter.data())
        for _ in range(CUTS):
            line = self._open()
            try:
                ending = self._refused_by_size(line, content)
                proposal = ending or propose(line, self._account, letter.to, content)
            except OSError as error:
                self._lose(error)
                continue
            if isinstance(proposal, Ending):
                ending = proposal
            else:
                self._starting(letter)
                ending = hand_over(line, self._account, content, proposal, patience=self._patience)
            return self._end(letter, ending)
        return None

    def _end(self, letter: Outgoing, ending: Ending) -> Outcome:
        self._ended(letter, ending.outcome)
        if ending.world is not None:
            raise ending.world
        if ending.alive:
            self._lost = 0
        else:
            self._lose(ending.outcome.reply)
        return ending.outcome

    def _refused_by_size(self, line: smtplib.SMTP, content: bytes) -> Ending | None:
        limit = largest(line)
        if limit is None or len(content) <= limit:
            return None
        words = say("mail.sending.too_big", nang=_megabytes(len(content)), gioi_han=_megabytes(limit))
        return Ending(outcome=Outcome(state="failed", reply=words))

    # -- the connection --

    def _open(self) -> smtplib.SMTP:
        """The connection to use for the next letter, at the time it may go."""
        self._keep_pace()
        if self._line is not None and self._used >= self._account.per_connection:
            self.quit()
        while self._line is None:
            if self._lost > len(BACK_OFF):
                raise self._unreachable()
            if self._lost:
                self._sleep(BACK_OFF[self._lost - 1])
            try:
                self._line = connect(self._account, self._server, self._password, patience=self._patience)
            except OSError as error:
                self._lose(error)
                if isinstance(error, socket.gaierror) and not self._reached:
                    raise self._unreachable() from None
            else:
                self._reached = True
        self._used += 1
        return self._line

    def _keep_pace(self) -> None:
        now = self._clock()
        if now < self._next_at:
            self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 60 / self._account.per_minute

    def _lose(self, why: OSError | str) -> None:
        self.cut()
        self._lost += 1
        self._why = why if isinstance(why, str) else told(why)

    def _unreachable(self) -> World:
        so_far = say("mail.sending.so_far", loi=self._why.rstrip("."), da_gui=self._sent, con=self._left)
        return World("world.mail_unreachable", may_chu=f"{self._server.host}:{self._server.port}", loi=so_far)

    def quit(self) -> None:
        """Takes leave of the server, if there is a connection."""
        if self._line is not None:
            leave(self._line)
        self._line, self._used = None, 0

    def cut(self) -> None:
        """Closes the connection without a word."""
        if self._line is not None:
            self._line.close()
        self._line, self._used = None, 0


def _megabytes(size: int) -> str:
    return f"{size / _MB:.1f}".replace(".", ",")

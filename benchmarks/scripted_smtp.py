"""An SMTP server on loopback that does what a script says: any reply at any command, a cut anywhere, death and return.

Without a script it is an ordinary server (aiosmtpd) with TLS and login that keeps what it accepted.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CUT = "cut"
"""The connection is closed instead of a reply; at CONTENT the message has been accepted all the same."""
LOSE = "lose"
"""At CONTENT: closed instead of a reply, and the message is thrown away."""
SWALLOW = "swallow"
"""At CONTENT: 250, and the message is thrown away."""
SILENT = "silent"
"""No reply, and the connection stays."""
SAYS = "says "
"""At CONTENT: the message is accepted, and the reply is what follows."""
STOP_READING = "354, then cut"
"""At DATA: 354, then closed after the first bytes of the content."""
DIE = "die"
"""The whole server is gone, every connection with it, until `start()`; at CONTENT the message has been accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """At a command – CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, CONTENT, RSET, QUIT – what to do instead of the
    ordinary: a reply line, or one of the words above. `at`: which of that command since the server was made, from 1;
    nothing: every one. `of`: only where the command's argument has this in it."""

    command: str
    do: str
    at: tuple[int, ...] = ()
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message the server took."""

    sender: str
    to: tuple[str, ...]
    content: bytes
    connection: int


@dataclass
class ScriptedServer:
    """`tls` None: no encryption at all. `starttls`: encryption on demand instead of from the start."""

    tls: ssl.SSLContext | None
    starttls: bool = False
    users: dict[str, str] = field(default_factory=dict)
    """user → password; empty: no login is offered."""
    only: tuple[str, ...] = ()
    """The ways of login offered; empty: PLAIN and LOGIN."""
    script: list[Step] = field(default_factory=list)
    size: int = 50_000_000
    port: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    commands: list[tuple[int, str, str]] = field(default_factory=list)
    """(connection, command, argument) in their order; of AUTH no argument."""
    connections: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> ScriptedServer:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.AbstractServer | None = None
        self._lines: set[_Line] = set()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()
        asyncio.run_coroutine_threadsafe(self._settle(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def start(self) -> None:
        """Listens (again, on the same port); nothing where it does already."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def die(self) -> None:
        """Stops listening, and drops every connection without a word."""
        asyncio.run_coroutine_threadsafe(self._fall(), self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is None:
            context = None if self.starttls else self.tls
            self._server = await self._loop.create_server(lambda: _Line(self), "127.0.0.1", self.port, ssl=context)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _fall(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in list(self._lines):
            line.abort()

    async def _settle(self) -> None:
        """What was cancelled gets the turns it needs to end."""
        here = asyncio.current_task()
        tasks = [t for t in asyncio.all_tasks() if t is not here]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)

    def step(self, command: str, argument: str) -> str:
        """What the script says of this command; '' for the ordinary."""
        self.seen[command] += 1
        n = self.seen[command]
        return next(
            (s.do for s in self.script if s.command == command and (not s.at or n in s.at) and s.of in argument), ""
        )


class _Taking:
    """What aiosmtpd asks about a message."""

    async def handle_DATA(self, line: _Line, _session: Session, envelope: Envelope) -> str:
        return await line.taken(envelope)


class _Line(SMTP):
    """One connection."""

    def __init__(self, owner: ScriptedServer) -> None:
        self.owner = owner
        owner.connections += 1
        self.number = owner.connections
        super().__init__(
            _Taking(),
            hostname="mail.office.test",
            data_size_limit=owner.size,
            loop=owner._loop,
            tls_context=owner.tls if owner.starttls else None,
            require_starttls=owner.starttls,
            auth_require_tls=owner.starttls,
            authenticator=self.check_login,
            auth_exclude_mechanism=[] if owner.users else ["PLAIN", "LOGIN"],
        )
        self._auth_required = bool(owner.users)  # its own parameter warns where TLS is there from the start
        if owner.users and owner.only:
            for way in {"PLAIN", "LOGIN"} - set(owner.only):
                self._auth_methods.pop(way, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.owner._lines.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner._lines.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        for transport in (self.transport, self._original_transport):
            if transport is not None:
                transport.abort()  # type: ignore[attr-defined]

    def check_login(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = self.owner.users.get(data.login.decode("utf-8"))
        ok = right is not None and right.encode("utf-8") == data.password
        return AuthResult(success=ok, handled=ok)

    async def _scripted(self, command: str, argument: str | None) -> bool:
        """Whether the script has taken the command's place."""
        told = "" if command == "AUTH" else argument or ""
        self.owner.commands.append((self.number, command, told))
        do = self.owner.step(command, told)
        if not do:
            return False
        if do in (CUT, DIE):
            await self._gone(do)
        elif do == SILENT:
            await asyncio.sleep(3600)
        elif do == STOP_READING:
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            await self._gone(CUT)
        else:
            await self.push(do)
            if do.startswith("421"):
                await self._gone(CUT, gently=True)
        return True

    async def _gone(self, do: str, *, gently: bool = False) -> None:
        if do == DIE:
            await self.owner._fall()
        elif gently and self.transport is not None:
            self.transport.close()
        else:
            self.abort()
        await asyncio.sleep(3600)  # until connection_lost cancels this

    async def _handle_client(self) -> None:
        if not await self._scripted("CONNECT", ""):
            await super()._handle_client()

    async def smtp_EHLO(self, arg: str) -> None:
        if not await self._scripted("EHLO", arg):
            await super().smtp_EHLO(arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._scripted("STARTTLS", arg):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._scripted("AUTH", arg):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._scripted("MAIL", arg):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._scripted("RCPT", arg):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._scripted("DATA", arg):
            await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if not await self._scripted("RSET", arg):
            await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._scripted("QUIT", arg):
            await super().smtp_QUIT(arg)

    async def taken(self, envelope: Envelope) -> str:
        """The reply to a message."""
        assert isinstance(envelope.content, bytes)
        message = Accepted(
            sender=envelope.mail_from or "",
            to=tuple(envelope.rcpt_tos),
            content=envelope.content,
            connection=self.number,
        )
        self.owner.commands.append((self.number, "CONTENT", ""))
        do = self.owner.step("CONTENT", ",".join(message.to))
        if do[:1] in ("4", "5"):
            if do.startswith("421"):
                self._loop_close_soon()
            return do
        if do not in (LOSE, SWALLOW):
            self.owner.accepted.append(message)
        if do == SILENT:
            await asyncio.sleep(3600)
        if do in (CUT, LOSE, DIE):
            await self._gone(DIE if do == DIE else CUT)
        return do.removeprefix(SAYS) if do.startswith(SAYS) else "250 2.0.0 OK"

    def _loop_close_soon(self) -> None:
        """After the reply of this turn is out."""
        transport = self.transport
        if transport is not None:
            self.loop.call_later(0.05, transport.close)

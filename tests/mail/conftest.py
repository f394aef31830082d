"""Servers that the tests of mail start themselves, on loopback, with certificates of a throw-away CA."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import imaplib
import importlib.util
import itertools
import os
import re
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import keyring
import keyring.backend
import pytest

from lamtheo_xls.mail.model import Account, Server

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OFFICE = "vp@office.test"
PASSWORD = "Mật-khẩu của cơ quan 7!"


def _module(name: str) -> ModuleType:
    """A module of benchmarks/, whose servers the tests and the benchmark share."""
    found = sys.modules.get(name)
    if found is None:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        assert spec is not None and spec.loader is not None
        found = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="session")
def mail_servers() -> ModuleType:
    """benchmarks/mail_servers.py: CA, Postfix, Dovecot."""
    return _module("mail_servers")


@pytest.fixture(scope="session")
def scripted_smtp() -> ModuleType:
    """benchmarks/scripted_smtp.py: the server that does what a script says."""
    return _module("scripted_smtp")


@pytest.fixture(scope="session")
def authority(mail_servers: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The CA, and its certificate for `localhost` alone."""
    return mail_servers.make_authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def smtp_server(scripted_smtp: ModuleType, authority: Any) -> Iterator[Callable[..., Any]]:
    """smtp_server(Step(…), …, starttls=False, encrypted=True, users=…, size=…) → a ScriptedServer running."""
    with ExitStack() as running:

        def make(*script: Any, encrypted: bool = True, authority: Any = authority, **more: Any) -> Any:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority.certificate, authority.key)
            more.setdefault("users", {OFFICE: PASSWORD})
            server = scripted_smtp.ScriptedServer(tls=context if encrypted else None, script=list(script), **more)
            return running.enter_context(server)

        yield make


@pytest.fixture
def account_at(authority: Any) -> Callable[..., Account]:
    """account_at(port, tls='tls', …) → the office's account at a server of this machine."""

    def make(port: int, tls: Any = "tls", host: str = "localhost", **more: Any) -> Account:
        facts: dict[str, Any] = {"per_minute": 600, "ca_file": authority.ca, **more}
        smtp = Server(host=host, port=port, tls=tls)
        return Account(address=OFFICE, name="Đảng ủy Sở Mẫu", user=OFFICE, smtp=smtp, **facts)

    return make


@pytest.fixture(scope="module")
def server_folder(mail_servers: ModuleType) -> Iterator[Path]:
    """A folder real servers may work in."""
    with mail_servers.open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postfix_here(mail_servers: ModuleType) -> None:
    """Skips where Postfix cannot be started; fails there in CI."""
    why = mail_servers.postfix_absent()
    if why:
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)


# -- Dovecot -----------------------------------------------------------------------------------------------------------


def _written(folder: str) -> str:
    """A folder's name as it goes over the line (RFC 3501, 5.1.3)."""

    def shifted(found: re.Match[str]) -> str:
        return "&" + base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    return re.sub(r"[^\x20-\x7e]+", shifted, folder.replace("&", "&-"))


ASCII = {"ascii@office.test": "plain word"}
_NUMBERS = itertools.count(1_800_000_000)


@dataclass(frozen=True)
class ImapServer:
    """A Dovecot running: TLS from the start at `port`, STARTTLS at `plain`."""

    folder: Path
    authority: Any
    port: int
    plain: int
    users: Iterator[str]

    def user(self) -> str:
        """The address (and user name) of a mailbox nobody used before; its password is PASSWORD."""
        return next(self.users)

    @contextmanager
    def open(self, user: str) -> Iterator[imaplib.IMAP4_SSL]:
        """The mailbox as its owner's own mail program sees it, on INBOX."""
        context = ssl.create_default_context(cafile=str(self.authority.ca))
        with imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context) as client:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
            client.select()
            yield client

    def put(self, user: str, *messages: bytes, folder: str = "INBOX", on: str = "2027-02-20T09:30+07:00") -> None:
        """Delivers messages into a folder as Postfix would, got at that moment (a server asked over IMAP knows no
        moment to come); the folder is made where it is missing."""
        home = self.folder / "mail" / user.split("@")[1] / user.split("@")[0]
        with self.open(user) as client:
            if folder != "INBOX":
                client.create(f'"{_written(folder)}"')
        place = home if folder == "INBOX" else home / ("." + _written(folder).replace("/", "."))
        moment = dt.datetime.fromisoformat(on).timestamp()
        for data in messages:
            made = place / "tmp" / f"{next(_NUMBERS)}.M1P1.test"
            made.write_bytes(data)
            os.utime(made, (moment, moment))
            if os.geteuid() == 0:
                os.chown(made, made.parent.stat().st_uid, made.parent.stat().st_gid)
            made.rename(place / "new" / made.name)

    def drop(self, user: str, folder: str) -> None:
        """Deletes a folder: made again, it is numbered anew."""
        with self.open(user) as client:
            typ, said = client.delete(f'"{_written(folder)}"')
            assert typ == "OK", said

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """The flags of every message of the folder, in order."""
        with self.open(user) as client:
            client.select(f'"{_written(folder)}"', readonly=True)
            _, data = client.uid("FETCH", "1:*", "(FLAGS)")
            found = [re.search(r"FLAGS \(([^)]*)\)", x.decode()) for x in data if isinstance(x, bytes)]
            return [" ".join(sorted(f for f in x[1].split() if f != "\\Recent")) for x in found if x]


@pytest.fixture(scope="session")
def dovecot(mail_servers: ModuleType, authority: Any) -> Iterator[ImapServer]:
    """A Dovecot with many empty mailboxes. Skips where it cannot be started; fails there in CI."""
    why = mail_servers.dovecot_absent()
    if why:
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)
    users = [f"u{n}@office.test" for n in range(150)]
    plain = mail_servers.free_port()
    with (
        mail_servers.open_folder() as folder,
        mail_servers.start_dovecot(folder, authority, dict.fromkeys(users, PASSWORD) | ASCII, plain=plain) as port,
    ):
        yield ImapServer(folder, authority, port, plain, iter(users))


@pytest.fixture
def imap_account(dovecot: ImapServer, authority: Any) -> Callable[..., Account]:
    """imap_account(user=…, tls='tls', port=…, folders=…, move_to=…) → an account of a new mailbox of the Dovecot."""

    def make(user: str = "", *, tls: Any = "tls", port: int = 0, **more: Any) -> Account:
        user = user or dovecot.user()
        server = Server(host="localhost", port=port or (dovecot.port if tls == "tls" else dovecot.plain), tls=tls)
        facts: dict[str, Any] = {"ca_file": authority.ca, **more}
        return Account(address=user, name="Đảng ủy Sở Mẫu", user=user, imap=server, **facts)

    return make


class Cutting:
    """A way to the server that counts what comes back and cuts off: `cut_after` bytes of each of the next `times`
    connections pass."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut_after, self.times = 0, 0
        self.connections = 0
        self.gone = False
        """The server is not there any more: whoever comes is cut off at once."""
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self.connections += 1
                self._open += [client, server]
                if self.gone:
                    self.cut()
                    continue
                left = None
                if self.times:
                    self.times -= 1
                    left = self.cut_after
                for source, target, most in ((client, server, None), (server, client, left)):
                    thread = threading.Thread(target=self._pass_on, args=(source, target, most))
                    thread.start()
                    self._threads.append(thread)

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket, left: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                if left is not None and len(data) > left:
                    target.sendall(data[:left])
                    break
                left = None if left is None else left - len(data)
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Every connection, this moment."""
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(10)
        self.cut()
        for thread in self._threads:
            thread.join(10)
        for one in self._open:
            one.close()


@pytest.fixture
def cutting(dovecot: Any) -> Iterator[Cutting]:
    proxy = Cutting(dovecot.port)
    yield proxy
    proxy.close()


class Memory(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """The system's keyring, empty; what is kept in it is kept nowhere."""
    held = Memory()
    monkeypatch.setattr(keyring.core, "_keyring_backend", held)
    return held

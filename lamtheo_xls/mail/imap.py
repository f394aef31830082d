"""A connection to an IMAP server, encrypted and logged in, and what its answers mean."""

from __future__ import annotations

import contextlib
import datetime as dt
import imaplib
import re
import ssl
from collections.abc import Sequence
from typing import Any

from imap_tools import MailBox, MailBoxUnencrypted
from imap_tools.errors import MailboxLoginError
from imap_tools.utils import encode_folder

from lamtheo_xls.findings import World
from lamtheo_xls.mail.model import Account, Server
from lamtheo_xls.mail.tls import context_for, distrusted, unprotected

TIMEOUT = 60.0
"""Seconds a server may be silent."""
Box = MailBox | MailBoxUnencrypted
"""A connection; one that is not encrypted is so by STARTTLS before anything is said."""
DEAD = (imaplib.IMAP4.abort, OSError, EOFError)
"""The connection is gone, and nothing was answered."""
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'INTERNALDATE " ?(\d+)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')
_NOT_NOW = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.I)
"""A login refused for another reason than the password (RFC 5530)."""


def logged_in(account: Account, server: Server, password: str) -> tuple[Box, frozenset[str]]:
    """A connection, encrypted before anything is said, and what its server is able to do once logged in."""
    box = _connected(account, server)
    try:
        _log_in(box, account.user, password, server)
        typ, able = box.client.capability()
    except BaseException:
        drop(box)
        raise
    words = b" ".join(able).decode("ascii", "replace").upper() if typ == "OK" else ""
    return box, frozenset(words.split())


def _connected(account: Account, server: Server) -> Box:
    context = context_for(account)
    try:
        if server.tls == "tls":
            return MailBox(server.host, server.port, timeout=TIMEOUT, ssl_context=context)
        box = MailBoxUnencrypted(server.host, server.port, timeout=TIMEOUT)
        try:
            if "STARTTLS" not in box.client.capabilities:
                raise unprotected(server)
            box.client.starttls(context)
        except BaseException:
            drop(box)
            raise
        return box
    except ssl.SSLCertVerificationError as error:
        raise distrusted(server, error) from error
    except ssl.SSLEOFError:
        raise
    except ssl.SSLError as error:
        raise unprotected(server) from error


def drop(box: Box) -> None:
    with contextlib.suppress(OSError, imaplib.IMAP4.error):
        box.client.shutdown()


def _log_in(box: Box, user: str, password: str, server: Server) -> None:
    refused = World("world.mail_login", may_chu=server.host, ten=user)
    try:
        if "AUTH=PLAIN" in box.client.capabilities:
            box.login_utf8(user, password, initial_folder=None)
        else:
            box.login(user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, MailboxLoginError, UnicodeError) as error:
        if _NOT_NOW.search(str(error)):
            refused = World("world.mail_refused", may_chu=server.host, loi=words_of([error]))
        raise refused from None  # what came with it may hold what was said


# -- answers --


def answers_in(data: Sequence[Any]) -> list[tuple[bytes, bytes]]:
    """What imaplib gives for FETCH, message by message: lines about it joined, and its literal. What the server says
    unasked of other messages has no uid, and is passed over."""
    found: list[tuple[bytes, bytes]] = []
    for item in data:
        if isinstance(item, tuple):
            found.append((item[0], item[1]))
        elif isinstance(item, bytes) and re.match(rb"\d+ \(", item):
            found.append((item, b""))
        elif isinstance(item, bytes) and found:
            found[-1] = (found[-1][0] + b" " + item, found[-1][1])
    return [one for one in found if _UID.search(one[0])]


def uid_of(head: bytes) -> int:
    found = _UID.search(head)
    return int(found[1]) if found else 0


def moment_of(head: bytes) -> dt.datetime | None:
    """INTERNALDATE; None where it is none."""
    found = _DATE.search(head)
    if found is None or (month := found[2].decode("ascii", "replace").title()) not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[n]) for n in (1, 3, 4, 5, 6))
    shift = dt.timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == b"-" else 1)
    try:
        return dt.datetime(year, _MONTHS.index(month) + 1, day, hour, minute, second, tzinfo=dt.timezone(shift))
    except ValueError:
        return None


def words_of(data: Sequence[Any]) -> str:
    """What the server said, on one line."""
    said = (x.decode("utf-8", "replace") if isinstance(x, bytes) else str(x) for x in data if x)
    return " ".join(" ".join(said).split())[:200]


def quoted(folder: str) -> str:
    name = encode_folder(folder).decode("ascii")
    return name if name.startswith('"') else f'"{name}"'

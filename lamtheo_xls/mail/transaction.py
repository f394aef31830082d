"""One SMTP connection and one letter over it: TLS, login, envelope, content. What the network does is an OSError here
(smtplib's own errors are); what no further try can mend is a World."""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from lamtheo_xls.findings import World, say
from lamtheo_xls.mail.model import Account, Outcome, Server
from lamtheo_xls.mail.tls import context_for, distrusted, unprotected

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
_CHUNK = 65536
_LOGIN_REFUSED = (530, 534, 535)
_ABOUT_ACCOUNT = ("5.4.5", "5.7.60")
"""Enhanced codes of 5xx replies that no other letter would escape: a day's quota, no right to send as this sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a transaction ended; `alive`: the connection may be used for the next. `world`: nobody's letter can pass."""

    outcome: Outcome
    alive: bool = True
    world: World | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An envelope the server took (354 was its last word); `notes` are the addresses it did not take."""

    refused: tuple[str, ...] = ()
    own_copy: bool = True


@dataclass(frozen=True, slots=True)
class _Reply:
    code: int
    text: str

    @property
    def good(self) -> bool:
        return self.code // 100 == 2

    @property
    def words(self) -> str:
        return f"{self.code} {self.text}".strip()


def connect(account: Account, server: Server, password: str, *, patience: float) -> smtplib.SMTP:
    """A connection, encrypted and logged in. A server that offers no login is taken at its word.

    OSError: the network, or a server that is busy. World: mail_certificate, mail_certificate_name, mail_no_tls,
    mail_ca_file, mail_login, mail_refused.
    """
    context = context_for(account)
    try:
        if server.tls == "tls":
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname="[127.0.0.1]", timeout=patience, context=context
            )
        else:
            line = smtplib.SMTP(server.host, server.port, local_hostname="[127.0.0.1]", timeout=patience)
    except ssl.SSLError as error:
        raise _not_protected(server, error) from None
    try:
        if line.sock is not None:
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the dot goes out by itself, at once
        line.local_hostname = _literal(line.sock)
        _greet(line)
        if server.tls == "starttls":
            _protect(line, server, context)
            _greet(line)
        _log_in(line, account, server, password)
    except BaseException:
        line.close()
        raise
    return line


def largest(line: smtplib.SMTP) -> int | None:
    """The most bytes a letter may have by the server's SIZE; None where it does not say."""
    said = line.esmtp_features.get("size", "").strip()
    return int(said) if said.isdigit() and int(said) else None


def propose(line: smtplib.SMTP, account: Account, to: tuple[str, ...], content: bytes) -> Proposal | Ending:
    """MAIL, RCPT for each address and for the office's own, DATA: a Proposal once the server says 354, else the Ending.

    OSError where the connection is gone (421 too): nothing was said of the letter. World: mail_login, mail_refused.
    """
    reply = _ask(line, "MAIL", f"FROM:<{account.address}>" + _options(line, content))
    if not reply.good:
        return _sender_refused(account, reply)
    taken, refused = [], []
    for address in to:
        reply = _recipient(line, address)
        _raise_about_account(account, reply)
        if reply.good:
            taken.append(address)
        else:
            refused.append((address, reply))
    if not taken:
        final = all(reply.code >= 500 for _, reply in refused)
        words = "; ".join(f"{a}: {reply.words}" for a, reply in refused)
        return Ending(outcome=Outcome(state="failed" if final else "ready", reply=words), alive=_reset(line))
    own = account.address.casefold() in {a.casefold() for a in taken} or _recipient(line, account.address).good
    reply = _ask(line, "DATA")
    if reply.code != 354:
        _raise_about_account(account, reply)
        return Ending(outcome=_refusal(reply), alive=_reset(line))
    return Proposal(refused=tuple(f"{a} ({reply.words})" for a, reply in refused), own_copy=own)


def hand_over(line: smtplib.SMTP, account: Account, content: bytes, proposal: Proposal, *, patience: float) -> Ending:
    """The content and the server's answer to it. A connection lost before the closing dot: the letter was not taken
    (ready); lost from then on: nobody knows (in_doubt). Raises nothing of the network's."""
    sock = line.sock
    assert sock is not None
    try:
        for start in range(0, len(content), _CHUNK):
            sock.sendall(content[start : start + _CHUNK])
    except OSError as error:
        return Ending(outcome=Outcome(state="ready", reply=say("mail.sending.cut", loi=told(error))), alive=False)
    try:
        sock.sendall(b".\r\n")
        sock.settimeout(10 * patience)  # RFC 5321, 4.5.3.2.6: this answer may take ten minutes
        reply = _Reply(*_plain(line.getreply()))
        sock.settimeout(patience)
    except OSError as error:
        return Ending(
            outcome=Outcome(state="in_doubt", reply=say("mail.sending.unheard", loi=told(error))), alive=False
        )
    if reply.good:
        return Ending(outcome=Outcome(state="sent", reply=_with_notes(reply.words, proposal)))
    if not 400 <= reply.code <= 599:
        words = say("mail.sending.unheard", loi=say("mail.sending.odd", loi=reply.words))
        return Ending(outcome=Outcome(state="in_doubt", reply=words), alive=False)
    world = _about_account(account, reply)
    if world is not None:
        return Ending(outcome=Outcome(state="ready", reply=reply.words), world=world)
    return Ending(outcome=_refusal(reply), alive=reply.code != 421)


def leave(line: smtplib.SMTP) -> None:
    """QUIT, and the socket closed whatever comes of it."""
    with contextlib.suppress(OSError):
        if line.sock is not None:
            line.sock.settimeout(5)
        line.quit()
    line.close()


def content_of(data: bytes) -> bytes:
    """The bytes as they go over the line before the closing dot: every line ended by CRLF, leading dots doubled."""
    whole = _LINE_END.sub(b"\r\n", data)
    if whole and not whole.endswith(b"\r\n"):
        whole += b"\r\n"
    return _DOT.sub(b"..", whole)


def told(error: OSError) -> str:
    """A network error in a clerk's words; a server's own words where it had any."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _Reply(*_plain((error.smtp_code, said if isinstance(said, bytes) else said.encode()))).words
    if isinstance(error, socket.gaierror):
        return say("mail.sending.no_name")
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return say("mail.sending.late")
    if isinstance(error, ConnectionRefusedError):
        return say("mail.sending.closed")
    if isinstance(error, (ConnectionError, ssl.SSLError, smtplib.SMTPServerDisconnected)):
        return say("mail.sending.silent")
    return " ".join(str(error).split())


# -- one command and its reply --


def _ask(line: smtplib.SMTP, *command: str) -> _Reply:
    """The reply, 2xx to 5xx. 421, or no reply at all that is one: OSError, and the connection is of no more use."""
    code, text = _plain(line.docmd(*command))
    if code == 421:
        raise smtplib.SMTPResponseException(code, text)
    if not 200 <= code <= 599:
        raise smtplib.SMTPServerDisconnected(text)
    return _Reply(code, text)


def _reset(line: smtplib.SMTP) -> bool:
    """Clears the envelope; whether the connection is still there."""
    try:
        return _ask(line, "RSET").good
    except OSError:
        return False


def _plain(reply: tuple[int, bytes]) -> tuple[int, str]:
    return reply[0], " ".join(reply[1].decode("utf-8", "replace").split())[:300]


def _recipient(line: smtplib.SMTP, address: str) -> _Reply:
    if _ADDRESS.fullmatch(address) is None or set(address) & set('<>"'):
        return _Reply(553, say("mail.sending.address", dia_chi=address))
    return _ask(line, "RCPT", f"TO:<{address}>")


def _options(line: smtplib.SMTP, content: bytes) -> str:
    size = f" SIZE={len(content)}" if line.has_extn("size") else ""
    return size + (" BODY=8BITMIME" if line.has_extn("8bitmime") and not content.isascii() else "")


# -- what a refusal means --


def _sender_refused(account: Account, reply: _Reply) -> Ending:
    """MAIL speaks of nothing but the sender and the size: all but a size refused for good stops the run."""
    _raise_about_account(account, reply)
    if reply.code >= 500 and reply.code != 552:
        raise _refused(account, reply)
    return Ending(outcome=_refusal(reply))


def _refusal(reply: _Reply) -> Outcome:
    return Outcome(state="failed" if reply.code >= 500 else "ready", reply=reply.words)


def _about_account(account: Account, reply: _Reply) -> World | None:
    if reply.code in _LOGIN_REFUSED:
        return _login_refused(account)
    return _refused(account, reply) if reply.code >= 500 and reply.text.startswith(_ABOUT_ACCOUNT) else None


def _raise_about_account(account: Account, reply: _Reply) -> None:
    world = _about_account(account, reply)
    if world is not None:
        raise world


def _login_refused(account: Account) -> World:
    return World("world.mail_login", may_chu=_host(account), ten=account.user)


def _refused(account: Account, reply: _Reply) -> World:
    return World("world.mail_refused", may_chu=_host(account), loi=reply.words)


def _host(account: Account) -> str:
    return account.smtp.host if account.smtp else ""


def _with_notes(words: str, proposal: Proposal) -> str:
    if proposal.refused:
        words = say("mail.sending.some_refused", loi=words, dia_chi="; ".join(proposal.refused))
    return words if proposal.own_copy else say("mail.sending.no_copy", loi=words)


# -- the connection --


def _literal(sock: socket.socket | None) -> str:
    """This machine as EHLO names it: its address on this connection. Its name may be no ASCII, and is private."""
    host = sock.getsockname()[0] if sock else "127.0.0.1"
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


def _greet(line: smtplib.SMTP) -> None:
    code, text = line.ehlo()
    if code // 100 != 2:
        raise smtplib.SMTPResponseException(code, text)


def _protect(line: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    try:
        line.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        raise unprotected(server) from None
    except smtplib.SMTPResponseException as error:
        if error.smtp_code >= 500:
            raise unprotected(server) from None
        raise
    except ssl.SSLError as error:
        raise _not_protected(server, error) from None


def _not_protected(server: Server, error: ssl.SSLError) -> World | OSError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return distrusted(server, error)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)):
        return error
    return unprotected(server)


def _log_in(line: smtplib.SMTP, account: Account, server: Server, password: str) -> None:
    """AUTH by PLAIN, else LOGIN, in UTF-8 (smtplib's own takes ASCII only, and its error quotes the password)."""
    ways = line.esmtp_features.get("auth", "").upper().split()
    if not ways:
        return
    if "PLAIN" in ways:
        steps = ["AUTH PLAIN " + _base64(f"\0{account.user}\0{password}")]
    elif "LOGIN" in ways:
        steps = ["AUTH LOGIN", _base64(account.user), _base64(password)]
    else:
        raise World("world.mail_refused", may_chu=server.host, loi=say("mail.sending.no_login"))
    for n, step in enumerate(steps, 1):
        reply = _login_step(line, step)
        if reply.code >= 500:
            raise _login_refused(account)
        if reply.code >= 400 or (n == len(steps) and not reply.good):
            raise smtplib.SMTPResponseException(reply.code, reply.text)


def _login_step(line: smtplib.SMTP, step: str) -> _Reply:
    try:
        return _ask(line, step)
    except smtplib.SMTPServerDisconnected:
        raise smtplib.SMTPServerDisconnected("while logging in") from None


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")

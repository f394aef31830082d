"""Letters go over SMTP: to whom, in what order and pace, with which bytes, over lines that are always protected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.mail.model import Account, Outcome
from lamtheo_xls.mail.sending import Outgoing, send_letters
from lamtheo_xls.mail.transaction import content_of

OFFICE = "vp@office.test"
PASSWORD = "Mật-khẩu của cơ quan 7!"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


class Log:
    """What `starting` and `ended` were told, as the ledger would see it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.replies: dict[int, str] = {}

    def starting(self, letter: Outgoing) -> None:
        self.calls.append(("sending", letter.id))

    def ended(self, letter: Outgoing, outcome: Outcome) -> None:
        self.calls.append((outcome.state, letter.id))
        self.replies[letter.id] = outcome.reply

    def states(self) -> dict[int, str]:
        return {id: state for state, id in self.calls}


def letters(n: int, *, body: bytes = b"") -> list[Outgoing]:
    def data(i: int) -> bytes:
        return b"Message-ID: <%d@office.test>\r\n\r\nThu so %d\r\n%s" % (i, i, body)

    return [Outgoing(id=i, to=(f"dv{i}@unit.test",), data=lambda i=i: data(i)) for i in range(1, n + 1)]  # type: ignore[misc]


def send(some: Sequence[Outgoing], account: Account, password: str = PASSWORD, time: Time | None = None) -> Log:
    log, clock = Log(), time or Time()
    send_letters(
        some, account, password, starting=log.starting, ended=log.ended, clock=clock, sleep=clock.sleep, patience=5
    )
    return log


def test_letters_reach_their_addresses_and_the_office(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account]
) -> None:
    """Each letter is one transaction to its addresses and the office's own; the ledger is told before the content."""
    server = smtp_server()
    some = letters(3)
    some[1] = replace(some[1], to=("a@unit.test", "b@unit.test"))
    log = send(some, account_at(server.port))
    assert [(m.sender, m.to) for m in server.accepted] == [
        (OFFICE, ("dv1@unit.test", OFFICE)),
        (OFFICE, ("a@unit.test", "b@unit.test", OFFICE)),
        (OFFICE, ("dv3@unit.test", OFFICE)),
    ]
    assert log.calls == [(state, id) for id in (1, 2, 3) for state in ("sending", "sent")]
    assert log.replies == dict.fromkeys((1, 2, 3), "250 2.0.0 OK")
    assert server.connections == 1 and server.seen["QUIT"] == 1


def test_a_letter_to_the_office_itself_names_it_once(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account]
) -> None:
    """Where the office is among the addresses, capitals or not, it is no second recipient."""
    server = smtp_server()
    send([replace(letters(1)[0], to=("dv@unit.test", "VP@office.test"))], account_at(server.port))
    assert [m.to for m in server.accepted] == [("dv@unit.test", "VP@office.test")]


@pytest.mark.parametrize("only", [("PLAIN",), ("LOGIN",)])
@pytest.mark.parametrize("starttls", [False, True])
def test_login_by_both_ways_over_both_kinds_of_tls(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account], only: tuple[str, ...], starttls: bool
) -> None:
    """A password beyond ASCII opens the mailbox by PLAIN and by LOGIN, over TLS and STARTTLS; never before."""
    server = smtp_server(starttls=starttls, only=only)
    send(letters(1), account_at(server.port, "starttls" if starttls else "tls"))
    said = [command for _, command, _ in server.commands]
    before = ["CONNECT", "EHLO", "STARTTLS", "EHLO"] if starttls else ["CONNECT", "EHLO"]
    assert said == [*before, "AUTH", "MAIL", "RCPT", "RCPT", "DATA", "CONTENT", "QUIT"]
    assert len(server.accepted) == 1


def test_a_server_without_login_is_taken_at_its_word(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account]
) -> None:
    """Where no login is offered, the password is kept back and the letter goes."""
    server = smtp_server(users={})
    assert send(letters(1), account_at(server.port)).states() == {1: "sent"}
    assert server.seen["AUTH"] == 0


def test_a_connection_carries_so_many_letters(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account]
) -> None:
    """After `per_connection` letters a fresh connection is taken, and the old one taken leave of."""
    server = smtp_server()
    send(letters(7), account_at(server.port, per_connection=3))
    assert [m.connection for m in server.accepted] == [1, 1, 1, 2, 2, 2, 3]
    assert server.seen["QUIT"] == 3


def test_pace(smtp_server: Callable[..., Any], account_at: Callable[..., Account]) -> None:
    """Twenty a minute is three seconds from one to the next, in their order."""
    server = smtp_server()
    time = Time()
    log = send(letters(5), account_at(server.port, per_minute=20), time=time)
    assert time.slept == [3.0, 3.0, 3.0, 3.0]
    assert [id for state, id in log.calls if state == "sent"] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        (b"a\n.b\n", b"a\r\n..b\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"a\r\n.\r\nb", b"a\r\n..\r\nb\r\n"),
        (b"a\n.\nMAIL FROM:<x@y.test>\n", b"a\r\n..\r\nMAIL FROM:<x@y.test>\r\n"),
        (b"a\r.\rb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"a\r\r\n\n", b"a\r\n\r\n\r\n"),
        (b"", b""),
        (b"\x80.\n..", b"\x80.\r\n...\r\n"),
    ],
)
def test_content_on_the_line(data: bytes, sent: bytes) -> None:
    """Every line ends in CRLF and a leading dot is doubled, so that nothing inside a letter can end it."""
    assert content_of(data) == sent


def test_the_bytes_arrive(smtp_server: Callable[..., Any], account_at: Callable[..., Account]) -> None:
    """Dots, bytes beyond ASCII and bare line feeds arrive as they were, lines ended by CRLF; 8-bit is announced."""
    server = smtp_server()
    data = "Subject: x\n\n.\n..hai\nKế hoạch số 43\n.\n".encode()
    send([Outgoing(id=1, to=("dv@unit.test",), data=lambda: data)], account_at(server.port))
    assert server.accepted[0].content == data.replace(b"\n", b"\r\n")
    mail = next(argument for _, command, argument in server.commands if command == "MAIL")
    assert mail == f"FROM:<{OFFICE}> SIZE={len(content_of(data))} BODY=8BITMIME"


def test_a_big_letter_arrives_whole(smtp_server: Callable[..., Any], account_at: Callable[..., Account]) -> None:
    """Twenty megabytes are the same at the other end."""
    server = smtp_server()
    body = (b"x" * 70 + b"\r\n") * 280_000
    log = send(letters(1, body=body), account_at(server.port))
    assert log.states() == {1: "sent"}
    assert server.accepted[0].content == letters(1, body=body)[0].data()


def test_a_letter_over_the_servers_size(smtp_server: Callable[..., Any], account_at: Callable[..., Account]) -> None:
    """Too big by the server's own word: failed with both sizes, nothing of it sent; the others go."""
    server = smtp_server(size=10_000_000)
    some = letters(3)
    some[1] = letters(2, body=b"y" * 78 + b"\r\n" + (b"x" * 78 + b"\r\n") * 160_000)[1]
    log = send(some, account_at(server.port))
    assert log.states() == {1: "sent", 2: "failed", 3: "sent"}
    assert log.replies[2] == "Thư nặng 12,8 MB, máy chủ thư chỉ nhận đến 10,0 MB."
    assert ("sending", 2) not in log.calls and server.seen["MAIL"] == 2


# -- protection that has no switch --


def test_a_server_without_starttls_gets_nothing(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account]
) -> None:
    """Neither password nor letter goes over a line that is not protected."""
    server = smtp_server(encrypted=False)
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port, "starttls"))
    assert caught.value.code == "world.mail_no_tls"
    assert [command for _, command, _ in server.commands] == ["CONNECT", "EHLO"]


def test_a_plain_server_on_a_tls_port(smtp_server: Callable[..., Any], account_at: Callable[..., Account]) -> None:
    """A server that answers the TLS greeting in plain text is told as unprotected, not tried again and again."""
    server = smtp_server(encrypted=False)
    time = Time()
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port, "tls"), time=time)
    assert caught.value.code == "world.mail_no_tls" and time.slept == []


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_an_unknown_certificate(smtp_server: Callable[..., Any], account_at: Callable[..., Account], tls: str) -> None:
    """Without the CA file the server is not trusted: World, which says where the CA file goes; no login, no letter."""
    server = smtp_server(starttls=tls == "starttls")
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port, tls, ca_file=None))
    assert caught.value.code == "world.mail_certificate"
    assert "do nơi máy này chưa biết cấp" in str(caught.value)
    assert "«Tệp chứng thư máy chủ thư»" in caught.value.mend()
    assert server.seen["AUTH"] == 0 and server.accepted == []


def test_a_certificate_of_another_ca(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account], mail_servers: Any, tmp_path: Path
) -> None:
    """A CA file helps only where it is the server's own CA."""
    other = mail_servers.make_authority(tmp_path / "other")
    server = smtp_server()
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port, ca_file=other.ca))
    assert caught.value.code == "world.mail_certificate"


def test_an_expired_certificate(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account], mail_servers: Any, tmp_path: Path
) -> None:
    """A certificate past its days is told as that."""
    old = mail_servers.make_authority(tmp_path / "old", days=-1)
    server = smtp_server(authority=old)
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port, ca_file=old.ca))
    assert caught.value.code == "world.mail_certificate" and "quá ngày dùng" in str(caught.value)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_for_another_host(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account], tls: str
) -> None:
    """The host's name is verified too: the certificate for `localhost` does not do for 127.0.0.1."""
    server = smtp_server(starttls=tls == "starttls")
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port, tls, host="127.0.0.1"))
    assert caught.value.code == "world.mail_certificate_name" and "«127.0.0.1»" in str(caught.value)
    assert server.seen["AUTH"] == 0


def test_the_servers_own_certificate_as_ca_file(
    smtp_server: Callable[..., Any], account_at: Callable[..., Account], authority: Any, tmp_path: Path
) -> None:
    """What an office exports from a browser – the server's own certificate, in DER – is trusted, for that host."""
    import ssl

    der = tmp_path / "may-chu.cer"
    der.write_bytes(ssl.PEM_cert_to_DER_cert(authority.certificate.read_text()))
    server = smtp_server()
    assert send(letters(1), account_at(server.port, ca_file=der)).states() == {1: "sent"}
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port, ca_file=der, host="127.0.0.1"))
    assert caught.value.code == "world.mail_certificate_name"


# -- login refused --


def test_a_wrong_password_stops_at_once(smtp_server: Callable[..., Any], account_at: Callable[..., Account]) -> None:
    """One try, no letter touched, and the password in no text of the error."""
    server = smtp_server()
    log, secret = Log(), "sai-mật-khẩu"
    with pytest.raises(World) as caught:
        send_letters(
            letters(3), account_at(server.port), secret, starting=log.starting, ended=log.ended, sleep=Time().sleep
        )
    assert caught.value.code == "world.mail_login" and OFFICE in str(caught.value)
    assert server.seen["AUTH"] == 1 and log.calls == []
    chain: BaseException | None = caught.value
    while chain is not None:
        assert secret not in repr(chain) + str(chain)
        chain = chain.__cause__ or chain.__context__


@pytest.mark.parametrize("command", ["AUTH", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("code", ["530 5.7.0 Authentication required", "534 5.7.9 App password", "535 5.7.8 Bad"])
def test_login_refused_wherever_it_is_said(
    smtp_server: Callable[..., Any],
    scripted_smtp: Any,
    account_at: Callable[..., Account],
    command: str,
    code: str,
) -> None:
    """530, 534 and 535 are about the login at whatever command: the run stops and the letter stays as it was."""
    server = smtp_server(scripted_smtp.Step(command=command, do=code))
    log = Log()
    with pytest.raises(World) as caught:
        send_letters(
            letters(2), account_at(server.port), PASSWORD, starting=log.starting, ended=log.ended, sleep=Time().sleep
        )
    assert caught.value.code == "world.mail_login"
    assert log.calls == [] and server.connections == 1


def test_a_server_with_no_known_way_of_login(
    smtp_server: Callable[..., Any], scripted_smtp: Any, account_at: Callable[..., Account]
) -> None:
    """A server that offers only ways this program does not speak is told so, and gets no password."""
    server = smtp_server(scripted_smtp.Step(command="EHLO", do="250-mail.office.test\r\n250 AUTH XOAUTH2"))
    with pytest.raises(World) as caught:
        send(letters(1), account_at(server.port))
    assert caught.value.code == "world.mail_refused" and "cách đăng nhập" in str(caught.value)
    assert server.seen["AUTH"] == 0

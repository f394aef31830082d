"""The same over a real Postfix: what it queued is in the mailboxes, once, and byte for byte."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.mail.model import Account, Outcome
from lamtheo_xls.mail.sending import Outgoing, send_letters

OFFICE = "vp@office.test"
PASSWORD = "Mật khẩu 7!"
UNITS = 30


@pytest.fixture(scope="module")
def postfix(postfix_here: None, mail_servers: Any, server_folder: Path, authority: Any) -> Iterator[tuple[int, Path]]:
    users = dict.fromkeys([OFFICE, *(f"dv{i}@unit.test" for i in range(UNITS))], "x")
    with mail_servers.start_postfix(server_folder, authority, users, size=2_000_000) as port:
        yield port, server_folder


@pytest.fixture
def with_login(
    postfix_here: None, mail_servers: Any, authority: Any
) -> Iterator[tuple[Callable[[], contextlib.AbstractContextManager[int]], Path]]:
    """(a starter of Postfix that asks Dovecot for the password, on one port each time; its folder)"""
    if why := mail_servers.dovecot_absent():
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)
    users = dict.fromkeys([OFFICE, *(f"dv{i}@unit.test" for i in range(UNITS))], PASSWORD)
    port = mail_servers.free_port()
    with mail_servers.open_folder() as folder, mail_servers.start_dovecot(folder, authority, users):
        yield (
            lambda: mail_servers.start_postfix(folder, authority, users, auth=folder / "auth", port=port),
            folder,
        )


def letter(i: int, to: str, body: bytes = b"") -> Outgoing:
    data = b"Message-ID: <%d.%s>\r\nSubject: So %d\r\n\r\n.\r\n..hai\r\n%s" % (i, to.encode(), i, body)
    return Outgoing(id=i, to=(to,), data=lambda: data)


def send(some: list[Outgoing], account: Account) -> dict[int, Outcome]:
    found: dict[int, Outcome] = {}
    send_letters(
        some,
        account,
        "x",
        starting=lambda one: None,
        ended=lambda one, outcome: found.update({one.id: outcome}),
        sleep=lambda seconds: None,
        patience=10,
    )
    return found


def in_mailbox(mail_servers: Any, folder: Path, address: str, wanted: set[str]) -> list[bytes]:
    """The messages of a mailbox, once those with the wanted Message-IDs are all there."""
    for _ in range(200):
        held = [path.read_bytes() for path in mail_servers.delivered(folder, address)]
        if wanted <= {ids_of(data) for data in held}:
            return held
        time.sleep(0.05)
    raise AssertionError(f"not delivered to {address}: {wanted - {ids_of(data) for data in held}}")


def ids_of(data: bytes) -> str:
    return str(email.message_from_bytes(data, policy=email.policy.compat32)["Message-ID"])


def test_delivered_once_to_unit_and_office(
    postfix: tuple[int, Path], mail_servers: Any, account_at: Callable[..., Account]
) -> None:
    """Each letter is in its unit's mailbox and in the office's own, once; the body is the bytes that were sent."""
    port, folder = postfix
    some = [letter(i, f"dv{i}@unit.test") for i in range(UNITS)]
    found = send(some, account_at(port, "starttls", per_minute=60_000, per_connection=7))
    assert {o.state for o in found.values()} == {"sent"} and len(found) == UNITS
    assert all(o.reply.startswith("250 2.0.0 Ok: queued as") for o in found.values())
    ids = {f"<{i}.dv{i}@unit.test>" for i in range(UNITS)}
    own = in_mailbox(mail_servers, folder, OFFICE, ids)
    assert Counter(map(ids_of, own)) == Counter(ids)
    for i in range(UNITS):
        (data,) = in_mailbox(mail_servers, folder, f"dv{i}@unit.test", {f"<{i}.dv{i}@unit.test>"})
        assert data.endswith(b"\n\n.\n..hai\n")


def test_refused_by_postfix(postfix: tuple[int, Path], account_at: Callable[..., Account]) -> None:
    """An unknown user, a domain mail does not leave for, and a letter over its size are failed; the one after goes."""
    port, _ = postfix
    some = [
        letter(100, "khong-co@unit.test"),
        letter(101, "ai@elsewhere.example"),
        letter(102, "dv1@unit.test", (b"x" * 78 + b"\r\n") * 30_000),
        letter(103, "dv1@unit.test"),
    ]
    found = send(some, account_at(port, "starttls"))
    assert {i: o.state for i, o in found.items()} == {100: "failed", 101: "failed", 102: "failed", 103: "sent"}
    assert "User unknown" in found[100].reply and "máy chủ thư chỉ nhận đến 2,0 MB" in found[102].reply


def test_postfix_is_not_trusted_without_its_ca(postfix: tuple[int, Path], account_at: Callable[..., Account]) -> None:
    """The same server without the CA file: World, and nothing sent."""
    port, _ = postfix
    with pytest.raises(World) as caught:
        send([letter(200, "dv1@unit.test")], account_at(port, "starttls", ca_file=None))
    assert caught.value.code == "world.mail_certificate"


def test_login_at_postfix_and_its_death_between_354_and_the_content(
    with_login: tuple[Callable[[], contextlib.AbstractContextManager[int]], Path],
    mail_servers: Any,
    account_at: Callable[..., Account],
) -> None:
    """A wrong password stops the run; with the right one the letters go. Postfix dies when one of them is to be handed
    over and comes back: that one ends in doubt or is sent again because it was never whole – every other is delivered
    once, and that one at most once."""
    start, folder = with_login
    running = contextlib.ExitStack()
    port = running.enter_context(start())
    account = account_at(port, "starttls", per_minute=60_000)
    found: dict[int, Outcome] = {}

    def starting(one: Outgoing) -> None:
        if one.id == 15 and 15 not in found:
            running.close()

    def back(seconds: float) -> None:
        if seconds == 2.0:
            running.enter_context(start())

    def run(password: str) -> None:
        some = [letter(i, f"dv{i}@unit.test") for i in range(UNITS)]
        send_letters(
            some,
            account,
            password,
            starting=starting,
            ended=lambda one, outcome: found.update({one.id: outcome}),
            sleep=back,
            patience=10,
        )

    with running:
        with pytest.raises(World) as caught:
            run("sai")
        assert caught.value.code == "world.mail_login" and found == {}
        run(PASSWORD)
        doubtful = found.pop(15).state
        assert doubtful in ("in_doubt", "sent") and {o.state for o in found.values()} == {"sent"}
        ids = {f"<{i}.dv{i}@unit.test>" for i in range(UNITS) if i != 15 or doubtful == "sent"}
        own = Counter(map(ids_of, in_mailbox(mail_servers, folder, OFFICE, ids)))
    assert own - Counter(["<15.dv15@unit.test>"]) == Counter(ids - {"<15.dv15@unit.test>"})
    assert own["<15.dv15@unit.test>"] == 1 if doubtful == "sent" else own["<15.dv15@unit.test>"] <= 1

"""The office's mailbox, against a real Dovecot."""

from __future__ import annotations

import contextlib
import datetime as dt
import imaplib
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.mail.mailboxes import KEYWORD, open_mailbox
from lamtheo_xls.mail.model import Account

PASSWORD = "Mật-khẩu của cơ quan 7!"
Accounts = Callable[..., Account]


def message(n: int, body: str = "Kính gửi văn phòng.") -> bytes:
    return (
        f"From: so{n}@donvi.test\nTo: vp@office.test\nSubject: Bieu {n}\nMessage-ID: <m{n}@donvi.test>\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    ).encode()


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_messages_come_whole(tls: str, dovecot: Any, imap_account: Accounts) -> None:
    """Numbers, Message-IDs and bytes of what lies in the mailbox, with the moment the server got each; nothing is
    marked as read by looking."""
    account = imap_account(tls=tls)
    dovecot.put(account.user, message(1), message(2, "b" * 70_000), on="2027-02-20T23:30+07:00")
    with open_mailbox(account, PASSWORD) as mailbox:
        validity = mailbox.select("INBOX")
        uids = mailbox.uids(None)
        found = list(mailbox.fetch(uids))
        assert validity > 0 and len(uids) == 2
        assert mailbox.message_ids(uids) == {uids[0]: "<m1@donvi.test>", uids[1]: "<m2@donvi.test>"}
    assert [f.uid for f in found] == list(uids)
    assert [f.data.replace(b"\r\n", b"\n") for f in found] == [message(1), message(2, "b" * 70_000)]
    moment = dt.datetime(2027, 2, 20, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    assert [f.arrived for f in found] == [moment, moment]
    assert dovecot.flags(account.user) == ["", ""]


def test_only_what_came_since(dovecot: Any, imap_account: Accounts) -> None:
    """Messages of the day and the day before (clocks differ), none earlier, and none where nothing is that young."""
    account = imap_account()
    for day in (17, 18, 19, 20):
        dovecot.put(account.user, message(day), on=f"2027-02-{day}T12:00+07:00")
    with open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        ids = mailbox.message_ids(mailbox.uids(dt.date(2027, 2, 19)))
        assert sorted(ids.values()) == ["<m18@donvi.test>", "<m19@donvi.test>", "<m20@donvi.test>"]
        assert mailbox.uids(dt.date(2027, 3, 1)) == ()
        assert list(mailbox.fetch(())) == [] and mailbox.message_ids(()) == {}


def test_big_ones_alone_in_their_order(dovecot: Any, imap_account: Accounts) -> None:
    """Small messages come several at a time and big ones one by one, all in the order of their numbers."""
    account = imap_account()
    bodies = [100, 2_000_000, 300, 400, 1_500_000, 10]
    dovecot.put(account.user, *(message(n, "Z" * size) for n, size in enumerate(bodies)))
    with open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        uids = mailbox.uids(None)
        found = [(f.uid, f.data.count(b"Z")) for f in mailbox.fetch(uids)]
    assert found == [(u, n) for u, n in zip(uids, bodies, strict=True)]


def test_a_message_of_thirty_megabytes(dovecot: Any, imap_account: Accounts) -> None:
    """A big message comes whole."""
    account = imap_account()
    line = "VGjhu60gbmdoaeG7h20gdGjGsCBs4bubbg==" * 2
    data = message(1, "\n".join([line] * 420_000))
    assert len(data) > 30_000_000
    dovecot.put(account.user, data)
    with open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        (found,) = mailbox.fetch(mailbox.uids(None))
    assert found.data.replace(b"\r\n", b"\n") == data


def test_vietnamese_folder_names(dovecot: Any, imap_account: Accounts) -> None:
    """A folder is found by its name as clerks write it, in whatever spelling of its letters; of one that is missing,
    those there are are told."""
    account = imap_account()
    dovecot.put(account.user, message(1), folder="Biểu mẫu/Năm 2027")
    with open_mailbox(account, PASSWORD) as mailbox:
        assert "Biểu mẫu/Năm 2027" in mailbox.folders()
        for name in ("Biểu mẫu/Năm 2027", "Bie\u0302\u0309u mẫu/Na\u0306m 2027", " Biểu mẫu/Năm 2027 "):
            assert mailbox.select(name) > 0
            assert len(mailbox.uids(None)) == 1
        assert mailbox.select("inbox") > 0
        assert mailbox.uids(None) == ()
        with pytest.raises(World) as told:
            mailbox.select("Biểu năm ngoái")
    assert told.value.code == "world.mail_folder"
    assert "«Biểu năm ngoái»" in str(told.value) and "Biểu mẫu/Năm 2027" in str(told.value)


def test_marking(dovecot: Any, imap_account: Accounts) -> None:
    """Messages taken in are read and bear our keyword; others stay, also those their owner marked as deleted."""
    account = imap_account()
    dovecot.put(account.user, message(1), message(2), message(3))
    with dovecot.open(account.user) as client:
        client.store("3", "+FLAGS", "(\\Deleted)")
    with open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        mailbox.mark(mailbox.uids(None)[:1])
        mailbox.mark(())
    assert dovecot.flags(account.user) == [f"{KEYWORD} \\Seen", "", "\\Deleted"]


@pytest.mark.parametrize("able", [{"MOVE", "UIDPLUS"}, {"UIDPLUS"}, set()])
def test_moving(able: set[str], dovecot: Any, imap_account: Accounts) -> None:
    """Messages taken in lie in the folder named, made where it was missing. A server that knows no moving copies; then
    only what was copied is cleared away, never what the owner marked as deleted – and nothing where it cannot be told
    apart."""
    account = imap_account()
    dovecot.put(account.user, message(1), message(2), message(3))
    with dovecot.open(account.user) as client:
        client.store("3", "+FLAGS", "(\\Deleted)")
    with open_mailbox(account, PASSWORD) as mailbox:
        mailbox._able = frozenset(able)
        mailbox.select("INBOX")
        uids = mailbox.uids(None)
        mailbox.move(uids[:1], "Đã nhận/2027")
        assert mailbox.holds("<m1@donvi.test>") is not ("UIDPLUS" in able)
        with_target = replace(account, move_to="Đã nhận/2027")
    with open_mailbox(with_target, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        assert mailbox.holds("<m1@donvi.test>") and mailbox.holds("<m2@donvi.test>")
        assert not mailbox.holds("<m9@donvi.test>")
        assert len(mailbox.uids(None)) == (2 if "UIDPLUS" in able else 3)  # INBOX is still the folder open
    left = ["", "\\Deleted"] if "UIDPLUS" in able else [f"{KEYWORD} \\Deleted \\Seen", "", "\\Deleted"]
    assert dovecot.flags(account.user) == left
    assert dovecot.flags(account.user, "Đã nhận/2027") == [f"{KEYWORD} \\Seen"]


def test_a_folder_for_reading_only(dovecot: Any, imap_account: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder nothing may be written in is read all the same; marking and moving pass over it."""
    account = imap_account()
    dovecot.put(account.user, message(1))
    select = imaplib.IMAP4.select

    def read_only(client: imaplib.IMAP4, name: str = "INBOX", readonly: bool = False) -> Any:
        if not readonly:
            raise client.readonly("is not writable")
        return select(client, name, readonly)

    monkeypatch.setattr(imaplib.IMAP4, "select", read_only)
    with open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        uids = mailbox.uids(None)
        mailbox.mark(uids)
        mailbox.move(uids, "Khác")
        assert [f.uid for f in mailbox.fetch(uids)] == list(uids)
    monkeypatch.undo()
    assert dovecot.flags(account.user) == [""]


def test_the_password_is_refused(dovecot: Any, imap_account: Accounts) -> None:
    """A wrong password is one line without the password in it, by whatever way it was said."""
    for tls in ("tls", "starttls"):
        account = imap_account(tls=tls)
        for wrong in ("sai-mat-khau", "sai mật khẩu"):
            with pytest.raises(World) as told, open_mailbox(account, wrong):
                pass
            assert told.value.code == "world.mail_login"
            assert wrong not in f"{told.value}{told.value.mend()}{told.value.__cause__}"
            assert account.user in str(told.value)


def test_a_login_that_cannot_be_looked_at_now(
    dovecot: Any, imap_account: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the server cannot say now whether the password is right, it is not called wrong."""

    def busy(client: imaplib.IMAP4, *_: Any) -> Any:
        raise client.error("[UNAVAILABLE] Temporary authentication failure.")

    monkeypatch.setattr(imaplib.IMAP4, "authenticate", busy)
    with pytest.raises(World) as told, open_mailbox(imap_account(), PASSWORD):
        pass
    assert told.value.code == "world.mail_refused"
    assert "Temporary authentication failure" in str(told.value)


def test_a_server_that_only_knows_login(dovecot: Any, imap_account: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where AUTH=PLAIN is not offered, LOGIN is used; a password beyond ASCII is refused, not shown."""
    account = imap_account()
    kept = imaplib.IMAP4.capability

    def without(client: imaplib.IMAP4) -> Any:
        typ, data = kept(client)
        return typ, [data[-1].replace(b"AUTH=PLAIN", b"")]

    monkeypatch.setattr(imaplib.IMAP4, "capability", without)
    with pytest.raises(World) as told, open_mailbox(account, PASSWORD):
        pass
    assert told.value.code == "world.mail_login"
    with open_mailbox(imap_account("ascii@office.test"), "plain word") as mailbox:
        assert mailbox.folders() == ("INBOX",)


def test_certificates(dovecot: Any, imap_account: Accounts, mail_servers: Any, tmp_path: Any) -> None:
    """Nobody is logged in to whom the certificate does not hold: another CA, another name."""
    other = mail_servers.make_authority(tmp_path / "other")
    for tls in ("tls", "starttls"):
        account = imap_account(tls=tls)
        for wrong, code in (
            (replace(account, ca_file=None), "world.mail_certificate"),
            (replace(account, ca_file=other.ca), "world.mail_certificate"),
            (replace(account, imap=replace(account.imap, host="127.0.0.1")), "world.mail_certificate_name"),
        ):
            with pytest.raises(World) as told, open_mailbox(wrong, PASSWORD):
                pass
            assert told.value.code == code


def test_nothing_is_said_without_encryption(imap_account: Accounts) -> None:
    """A server that offers no STARTTLS, or speaks no TLS at its TLS port, is left before the login."""
    heard: list[bytes] = []

    def plain_server(listener: socket.socket) -> None:
        for _ in range(2):
            client, _ = listener.accept()
            with client, contextlib.suppress(OSError):
                client.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
                while data := client.recv(4096):
                    heard.append(data)
                    tag = data.split()[0] if data[:1].isalpha() else b"*"
                    client.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=plain_server, args=(listener,))
        thread.start()
        port = listener.getsockname()[1]
        for tls in ("starttls", "tls"):
            with pytest.raises(World) as told, open_mailbox(imap_account(tls=tls, port=port), PASSWORD):
                pass
            assert told.value.code == "world.mail_no_tls"
        thread.join(10)
    assert not any(b"LOGIN" in data or b"AUTHENTICATE" in data for data in heard)


def test_nobody_there(imap_account: Accounts, mail_servers: Any) -> None:
    """A server that is not there is one line that says which."""
    account = imap_account(port=mail_servers.free_port())
    with pytest.raises(World) as told, open_mailbox(account, PASSWORD):
        pass
    assert told.value.code == "world.mail_unreachable"
    assert "localhost" in str(told.value)


def test_a_connection_that_dies_is_made_anew(dovecot: Any, imap_account: Accounts, cutting: Any) -> None:
    """Cut in the middle of a message, it goes on where it was, on the same folder."""
    account = imap_account(port=cutting.port)
    dovecot.put(account.user, *(message(n, "Z" * 2_000_000) for n in range(3)))
    cutting.cut_after, cutting.times = 3_000_000, 1
    with open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        uids = mailbox.uids(None)
        found = [(f.uid, f.data.count(b"Z")) for f in mailbox.fetch(uids)]
        mailbox.mark(uids)
    assert found == [(u, 2_000_000) for u in uids]
    assert cutting.connections == 2
    assert dovecot.flags(account.user) == [f"{KEYWORD} \\Seen"] * 3


def test_a_connection_that_dies_again_is_told(dovecot: Any, imap_account: Accounts, cutting: Any) -> None:
    """Cut twice at one message it is given up, with one line; the messages before it came."""
    account = imap_account(port=cutting.port)
    dovecot.put(account.user, message(1), message(2, "Z" * 2_000_000))
    cutting.cut_after, cutting.times = 500_000, 9
    found = []
    with pytest.raises(World) as told, open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("INBOX")
        for fetched in mailbox.fetch(mailbox.uids(None)):
            found.append(fetched.uid)
    assert told.value.code == "world.mail_unreachable"
    assert len(found) == 1 and cutting.connections == 2


def test_a_folder_numbered_anew_meanwhile(dovecot: Any, imap_account: Accounts, cutting: Any) -> None:
    """After a cut the numbers hold only where the folder is numbered as before: else the run ends, and nothing is
    marked that was not meant."""
    account = imap_account(port=cutting.port)
    dovecot.put(account.user, message(1), folder="Biux")
    with pytest.raises(World) as told, open_mailbox(account, PASSWORD) as mailbox:
        mailbox.select("Biux")
        uids = mailbox.uids(None)
        dovecot.drop(account.user, "Biux")
        dovecot.put(account.user, message(7), folder="Biux")
        mailbox.cut()
        mailbox.mark(uids)
    assert told.value.code == "world.mail_unreachable"
    assert dovecot.flags(account.user, "Biux") == [""]


def test_a_mailbox_must_be_named(account_at: Callable[..., Account]) -> None:
    """Only an account that names a server to receive from has a mailbox."""
    with pytest.raises(ValueError), open_mailbox(account_at(1), PASSWORD):
        pass


def test_the_connection_is_dropped_on_errors(dovecot: Any, imap_account: Accounts) -> None:
    """What goes wrong while the mailbox is open is handed on, and the connection closed."""
    with pytest.raises(KeyboardInterrupt), open_mailbox(imap_account(), PASSWORD) as mailbox:
        mailbox.select("INBOX")
        client = mailbox._box.client
        raise KeyboardInterrupt
    assert client.sock is None or client.sock.fileno() == -1

"""`send` and `collect` from the command line against Postfix and Dovecot by either kind of TLS, and by none that is not
proven: whoever stands between says nothing and learns nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import pytest

from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.register import read_register, write_register

OFFICE, WORD = "vp@office.test", "Mật-khẩu của cơ quan 7!"
UNITS = tuple(f"so{n}@example.vn" for n in (1, 2, 3))
DAY = ("--as-of", "2027-01-25")


class OneWord(keyring.backend.KeyringBackend):
    """The password of every account, without a store."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return WORD

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("the password was not refused")


@dataclass(frozen=True)
class Servers:
    """Ports of both servers, by how TLS begins."""

    module: Any
    folder: Path
    smtp: dict[str, int]
    imap: dict[str, int]


@pytest.fixture(scope="module")
def servers(postfix_here: None, mail_servers: Any, authority: Any) -> Iterator[Servers]:
    if why := mail_servers.dovecot_absent():
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)
    users, plain, wrapped = dict.fromkeys((OFFICE, *UNITS), WORD), mail_servers.free_port(), mail_servers.free_port()
    with (
        mail_servers.open_folder() as folder,
        mail_servers.start_dovecot(folder, authority, users, plain=plain) as imap,
        mail_servers.start_postfix(folder, authority, users, auth=folder / "auth", wrapped=wrapped) as smtp,
    ):
        mail_servers.wait_for(wrapped)
        yield Servers(mail_servers, folder, {"starttls": smtp, "tls": wrapped}, {"starttls": plain, "tls": imap})


@pytest.fixture
def office(
    tmp_path: Path, make_office: Callable[..., Path], servers: Servers, authority: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """office(kind, ca=…) → an office whose sheet CƠ QUAN names both servers by that kind of TLS."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", OneWord())

    def make(kind: str, ca: Path | None = authority.ca, host: str = "localhost", at: Servers = servers) -> Path:
        folder = make_office(tmp_path / "VP", committees=3, children=2)
        scheme = {"tls": ("smtps://", "imaps://"), "starttls": ("", "")}[kind]
        facts = {"thu_nhan": OFFICE, "so_thu_moi_phut": "6000", "chung_thu": str(ca or "")}
        facts |= {"may_chu_gui": f"{scheme[0]}{host}:{at.smtp[kind]}"}
        facts |= {"may_chu_nhan": f"{scheme[1]}{host}:{at.imap[kind]}"}
        path = folder / "danh-sach.xlsx"
        register, findings = read_register(path.read_bytes())
        assert register is not None, findings
        changed = replace(register, office={**register.office, **facts})
        path.write_bytes(write_register(changed, programmes=(("43-kh-duk", "x"),)))
        return folder

    return make


def states(folder: Path) -> list[str]:
    with open_ledger(folder / ".lamtheo") as ledger:
        return [x.state for x in ledger.letters()]


def put(servers: Servers, name: str, data: bytes) -> None:
    """Lays a message into the office's mailbox as got on 20/02/2027 (a server stamps with the true clock)."""
    box = servers.folder / "mail" / OFFICE.split("@")[1] / OFFICE.split("@")[0]
    made = box / "tmp" / f"{name}.M1P1.test"
    made.write_bytes(data)
    os.utime(made, (1_803_100_000, 1_803_100_000))
    os.chown(made, servers.module.MAIL_UID, servers.module.MAIL_UID)
    made.rename(box / "new" / made.name)


@pytest.mark.parametrize("kind", ["tls", "starttls"])
def test_there_and_back(
    office: Callable[..., Path], servers: Servers, lamtheo: Callable[..., Any], filled: Callable[..., Path], kind: str
) -> None:
    """Every letter lies in its mailbox, and the return that came is taken in."""
    folder = office(kind)
    said = lamtheo("send", "-C", folder, *DAY)
    assert said.code == 0 and states(folder) == ["sent"] * 3, said.out + said.err
    with open_ledger(folder / ".lamtheo") as ledger:
        wanted = {x.addresses[0]: x.message_id.encode() for x in ledger.letters()}
    end = time.monotonic() + 20
    for unit in UNITS:
        while not any(wanted[unit] in p.read_bytes() for p in servers.module.delivered(servers.folder, unit)):
            assert time.monotonic() < end, unit
            time.sleep(0.05)
    number = {"tls": 1, "starttls": 2}[kind]  # both tests share the mailbox
    answer, path = EmailMessage(policy=SMTP), filled(folder, number)
    answer["From"], answer["Message-ID"] = UNITS[number - 1], f"<{kind}@donvi.test>"
    answer.add_attachment(path.read_bytes(), maintype="application", subtype="octet-stream", filename=path.name)
    path.unlink()
    put(servers, kind, answer.as_bytes())
    said = lamtheo("collect", "-C", folder, "--mailbox", "--as-of", "2027-02-21", "--json")
    assert said.code == 0, said.out + said.err
    assert [x["state"] for x in said.lines if x["assignment"] == f"mau-02_2027_DU-{number}"] == ["accepted"]


@pytest.mark.parametrize("kind", ["tls", "starttls"])
def test_a_server_that_cannot_prove_its_name_is_told_nothing(
    office: Callable[..., Path],
    servers: Servers,
    lamtheo: Callable[..., Any],
    mail_servers: Any,
    tmp_path: Path,
    kind: str,
) -> None:
    """Without the CA, with another one, or by a name its certificate does not have: exit 3 both ways with what to look
    at; nothing was sent, nothing taken, and nobody logged in."""
    other = mail_servers.make_authority(tmp_path / "ca").ca
    logs = [servers.folder / name for name in ("postfix.log", "dovecot.log")]
    before = [log.read_text("utf-8").count(word) for log, word in zip(logs, ("sasl_username", "Login:"), strict=True)]
    for n, (ca, host) in enumerate(((None, "localhost"), (other, "localhost"), (..., "127.0.0.1"))):
        folder = office(kind, host=host) if ca is ... else office(kind, ca)
        for words in (("send",), ("collect", "--mailbox")):
            said = lamtheo(words[0], "-C", folder, *words[1:], *DAY)
            assert said.code == 3 and "chứng thư" in said.err.lower(), (n, words, said.out, said.err)
        assert states(folder) == ["ready"] * 3 and WORD not in said.err
        folder.rename(tmp_path / f"VP-{n}")
    after = [log.read_text("utf-8").count(word) for log, word in zip(logs, ("sasl_username", "Login:"), strict=True)]
    assert after == before


def test_tls_from_the_start_where_it_is_not(
    office: Callable[..., Path], servers: Servers, lamtheo: Callable[..., Any]
) -> None:
    """A port that begins in the clear: told at once both ways, nothing sent, nobody waits for what never comes."""
    clear = Servers(
        servers.module, servers.folder, {"tls": servers.smtp["starttls"]}, {"tls": servers.imap["starttls"]}
    )
    folder, start = office("tls", at=clear), time.monotonic()
    for words in (("send",), ("collect", "--mailbox")):
        said = lamtheo(words[0], "-C", folder, *words[1:], *DAY)
        assert said.code == 3 and "localhost" in said.err, (words, said.out, said.err)
    assert states(folder) == ["ready"] * 3 and time.monotonic() - start < 20

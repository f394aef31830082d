"""The password comes from the keyring or from a person, and from nowhere else."""

from __future__ import annotations

import keyring
import keyring.backend
import keyring.errors
import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.mail.model import Account, Server
from lamtheo_xls.mail.passwords import forget_password, is_kept, keep_password, password_of

SMTP = Server(host="mail.tinh.example", port=465, tls="tls")
ACCOUNT = Account(address="btg@tinh.example", name="Ban", user="btg", smtp=SMTP)


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
        if self.held.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")


class Broken(keyring.backend.KeyringBackend):
    """A keyring whose service is down."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("no session bus")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked("locked")

    def delete_password(self, service: str, username: str) -> None:
        raise keyring.errors.KeyringError("no")


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    held = Memory()
    monkeypatch.setattr(keyring.core, "_keyring_backend", held)
    return held


def never(question: str) -> str:
    raise AssertionError("nobody is to be asked")


def test_kept_and_found_again(memory: Memory) -> None:
    """What was kept is found for this user of this server alone, without asking."""
    assert not is_kept(ACCOUNT, SMTP)
    assert keep_password(ACCOUNT, SMTP, "bí mật")
    assert memory.held == {("lamtheo_xls", "btg@mail.tinh.example"): "bí mật"}
    assert is_kept(ACCOUNT, SMTP) and password_of(ACCOUNT, SMTP, never) == "bí mật"
    assert not is_kept(ACCOUNT, Server(host="imap.tinh.example", port=993, tls="tls"))


def test_forgotten(memory: Memory) -> None:
    """What the server refused is taken out; forgetting what is not there is no fault."""
    keep_password(ACCOUNT, SMTP, "sai")
    forget_password(ACCOUNT, SMTP)
    forget_password(ACCOUNT, SMTP)
    assert memory.held == {}


def test_asked_for(memory: Memory) -> None:
    """Where the keyring has none a person is asked, by user and server, and nothing is kept by itself."""
    asked: list[str] = []
    assert password_of(ACCOUNT, SMTP, lambda question: asked.append(question) or "gõ vào") == "gõ vào"
    assert asked == ["Mật khẩu hộp thư btg (máy chủ mail.tinh.example); để trống là bỏ qua"] and memory.held == {}


@pytest.mark.parametrize("ask", [None, lambda question: ""])
def test_neither(memory: Memory, ask: object) -> None:
    """No keyring entry and nobody to ask, or an empty answer: World, which says what to do."""
    with pytest.raises(World) as caught:
        password_of(ACCOUNT, SMTP, ask)  # type: ignore[arg-type]
    assert caught.value.code == "world.mail_password" and "btg" in str(caught.value)


def test_a_machine_without_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring that fails is none: a person is asked, and keeping says that it did not."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", Broken())
    assert password_of(ACCOUNT, SMTP, lambda question: "gõ vào") == "gõ vào"
    assert keep_password(ACCOUNT, SMTP, "x") is False and is_kept(ACCOUNT, SMTP) is False
    forget_password(ACCOUNT, SMTP)

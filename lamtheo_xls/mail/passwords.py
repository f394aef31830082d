"""The password of the office's mailbox: in the system's keyring, or asked for; never in a file or a message of ours."""

from __future__ import annotations

from collections.abc import Callable

from lamtheo_xls.findings import World, say
from lamtheo_xls.mail.model import Account, Server

SERVICE = "lamtheo_xls"


def password_of(account: Account, server: Server, ask: Callable[[str], str] | None) -> str:
    """The password the keyring holds for this user of this server, else what `ask` answers to a question in Vietnamese
    (None: there is nobody to ask).

    World: mail_password where neither gives one.
    """
    password = _kept(account, server)
    if not password and ask is not None:
        password = ask(say("mail.password.ask", ten=account.user, may_chu=server.host))
    if not password:
        raise World("world.mail_password", ten=account.user, may_chu=server.host)
    return password


def is_kept(account: Account, server: Server) -> bool:
    """Whether the keyring holds a password for this user of this server (then nobody need be asked)."""
    return bool(_kept(account, server))


def keep_password(account: Account, server: Server, password: str) -> bool:
    """Puts the password into the keyring; False where the machine has no keyring that takes it."""
    import keyring

    try:
        keyring.set_password(SERVICE, _name(account, server), password)
    except Exception:  # a keyring is somebody else's plug-in: whatever it throws, there is none
        return False
    return True


def forget_password(account: Account, server: Server) -> None:
    """Takes the password out of the keyring (the server refused it), so that the next command asks for it."""
    import keyring

    try:
        keyring.delete_password(SERVICE, _name(account, server))
    except Exception:
        return


def _kept(account: Account, server: Server) -> str:
    import keyring

    try:
        return keyring.get_password(SERVICE, _name(account, server)) or ""
    except Exception:
        return ""


def _name(account: Account, server: Server) -> str:
    return f"{account.user}@{server.host}"

"""The values of mail: the office's account, a letter, what became of a try to send it, a message fetched."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server. `tls`: 'tls' from the first byte (465, 993), 'starttls' before anything is said (587, 25, 143);
    there is no third way."""

    host: str
    port: int
    tls: Literal["tls", "starttls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The office's mail account, as sheet CƠ QUAN tells it; the password is elsewhere (keyring, or asked for)."""

    address: str
    """Sender, and where answers go."""
    name: str
    """Shown beside the address: the office's name."""
    user: str
    smtp: Server | None = None
    """None: letters become drafts."""
    imap: Server | None = None
    """None: there is no mailbox to look into."""
    ca_file: Path | None = None
    """Certificates trusted beside the system's own; verification itself is never off."""
    folders: tuple[str, ...] = ("INBOX",)
    move_to: str = ""
    """Folder that messages taken in are moved to; '' marks them as read."""
    per_minute: int = 30
    """Letters a minute."""
    per_connection: int = 50
    answers: bool = False
    """Whether returns that came by mail are answered by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a letter; `name` is ASCII (D.1: older Outlook loses other names)."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter before it is bytes. Same letter, same bytes."""

    sender: str
    sender_name: str
    to: tuple[str, ...]
    subject: str
    text: str
    """Plain text, lines parted by '\\n'; the HTML is made from it."""
    message_id: str
    date: dt.datetime
    """With its zone."""
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    answer: bool = False
    """Written by the program by itself (Auto-Submitted: auto-replied)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a letter in one run of sending: sent, failed (refused for good), ready (to be tried again),
    in_doubt (its content was sent whole, the server's answer never came)."""

    state: Literal["sent", "failed", "ready", "in_doubt"]
    reply: str = ""
    """The server's words, or the network's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A message as the mailbox holds it."""

    uid: int
    data: bytes
    arrived: dt.datetime | None = None
    """When the server got it (INTERNALDATE), with its zone."""

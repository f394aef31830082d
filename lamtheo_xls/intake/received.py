"""One received file as bytes with provenance, and how much is taken in."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from dataclasses import dataclass

from lamtheo_xls.findings import Finding
from lamtheo_xls.ledger import MailSource

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read. What passes a limit becomes a finding."""

    file_bytes: int = 256 * _MIB
    """One file; a larger one is named and left where it is."""
    entries: int = 10_000
    """Members of an archive."""
    directory_bytes: int = 4 * _MIB
    """The archive's directory, checked before it is read."""
    member_bytes: int = 64 * _MIB
    total_bytes: int = 1024 * _MIB
    """Everything that comes out of one archive, nested ones included."""
    ratio: int = 200
    """Unpacked to packed, for members over `ratio_from` bytes; what is sent in a zip is packed already."""
    ratio_from: int = 4 * _MIB
    parts: int = 2_000
    """Parts of a message, those of messages within it included."""
    head_bytes: int = 256 << 10
    """The head of a message or of a part."""
    depth: int = 20
    """Levels of parts within parts of one message."""
    messages_deep: int = 8
    """Messages and archives within messages."""
    mail_bytes: int = 256 * _MIB
    """All that one message brings: it is in memory at one time."""
    packer_seconds: float = 120.0
    """How long a program that opens .rar and .7z may take over one archive."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Bytes that came in. With `findings` of severity error the way in already knows why they are refused: an archive
    whose members cannot all be taken stands for those; its good members follow on their own.

    `data` None: there was nothing to keep (gone, still being written, too large): told, not recorded, looked for again
    by the next run.
    """

    name: str
    """NFC, with '/', relative to the workspace where it lies there; `a.zip!b.xlsx` inside an archive."""
    data: bytes | None
    sha256: str = ""
    modified: str = ""
    """ISO local time the file was last changed, as far as known."""
    findings: tuple[Finding, ...] = ()
    day: dt.date | None = None
    """The day a mail server got it, in Vietnam; None where none did."""
    mail: MailSource | None = None
    """The message that brought it."""


def received(name: str, data: bytes, modified: str, findings: tuple[Finding, ...] = ()) -> Received:
    """Received with its hash."""
    return Received(name=name, data=data, sha256=hashlib.sha256(data).hexdigest(), modified=modified, findings=findings)


def not_taken(name: str, found: Finding) -> Received:
    """Received without bytes."""
    return Received(name=name, data=None, findings=(found,))


def shown(name: str) -> str:
    """A name fit for every screen and file: NFC, bytes that are no text and control characters replaced by '�'."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    text = unicodedata.normalize("NFC", text)
    return "".join("�" if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of that name is no return: hidden, a lock or owner file, the system's own."""
    low = name.lower()
    return name.startswith((".", "~$")) or low in ("thumbs.db", "desktop.ini", "__macosx")


def is_half_fetched(name: str) -> bool:
    """Whether the name says that a browser or a chat is still fetching it."""
    return name.lower().endswith((".part", ".partial", ".crdownload", ".download", ".opdownload"))


def iso(stamp: float) -> str:
    """Local time of a file stamp; '' where it is no date."""
    try:
        return dt.datetime.fromtimestamp(stamp).isoformat()
    except (OverflowError, ValueError, OSError):
        return ""

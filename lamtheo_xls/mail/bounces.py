"""Letters that came back: what a mail server says of a letter it could not deliver, or not yet (RFC 3464 and older)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lamtheo_xls.intake.headers import Head, head_of, ids_of, message_id_of, raw_text
from lamtheo_xls.intake.mime import Bounds, Part, head_of_message, parts_in

_HEAD = 1 << 16
_PARTS, _DEPTH = 60, 8
_TEXT = 1 << 18
"""How many characters of a notice are read."""
_WORDS = 300
"""How many characters of what the server says are kept."""
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_ROBOTS = re.compile(r"(?:^|[<\s\"'(])(?:mailer-daemon|postmaster|mail-daemon)(?:[@>\s\"')]|$)", re.I)
_NOBODY = re.compile(r"\s*<\s*>\s*")
_ROBOT_NAMES = re.compile(r"mail delivery (?:sub)?system|mail delivery service|system administrator", re.I)
_TOLD = re.compile(
    r"undeliver|not be delivered|mail fail|could not send|delivery (?:has )?fail|delivery status|failure notice"
    r"|returned mail|returned to sender|wasn't able to deliver|unable to deliver|could not deliver"
    r"|permanent (?:error|failure)|delayed|not yet been delivered|will be retried|không (?:gửi|chuyển) được",
    re.I,
)
_LATER = re.compile(
    r"\bdelayed\b|delivery delay|not yet been delivered|will be retried|still (?:being )?tr(?:ied|ying)"
    r"|could not send \w+ for past|you do not need to (?:do anything|resend)|no action is required",
    re.I,
)
_FINAL = re.compile(
    r"permanent (?:error|failure)|giv(?:ing|en) up|gave up|(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])", re.I
)
_QUOTED_ID = re.compile(r"^[>\s]*Message-ID:\s*(<[^<>\s]+>)", re.I | re.M)
_ADDRESS = re.compile(r"[\w.+=~-]+@[\w-]+(?:\.[\w-]+)+")
_STATUS = re.compile(r"^\W*[245]\.\d{1,3}\.\d{1,3}\b|^\W*[45]\d\d\b|SMTP error|\bsaid:|<[^<>\s]+@[^<>\s]+>:", re.I)
_QUOTED_LETTER = re.compile(
    r"^.*(?:below this line is a copy|this is a copy of (?:the|your) message|original message"
    r"|headers of the message|Return-Path: |Received: from|Message-ID: )",
    re.I | re.M,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a notice says of a letter. `kind`: failed (it came back), delayed (its server still tries)."""

    message_ids: tuple[str, ...]
    """Message-IDs the letter may have, the surest first."""
    recipients: tuple[str, ...]
    """Addresses it speaks of, in lower case; () where it names none."""
    kind: Literal["failed", "delayed"]
    diagnosis: str
    """The server's own words, on one line; '' for none."""


def bounce_of(data: bytes) -> Bounce | None:
    """What the message says of a letter that came back or is still on its way; None where it is no such notice (an
    absence note is none, nor is a confirmation of delivery). A letter that brings another's notice is none either."""
    head = head_of_message(data, _HEAD)
    if not _may_be_notice(head):
        return None
    parts = tuple(parts_in(data, Bounds(parts=_PARTS, head_bytes=_HEAD, depth=_DEPTH)))
    blocks = [block for part in parts if part.kind in _REPORTS for block in _blocks(part)]
    if any(_action(block) for block in blocks):
        return _told_in_fields(blocks, _ids(data, head, parts, blocks))
    words = _words_of(parts)
    if _is_robot(head) and (_TOLD.search(head.text("subject")) or _TOLD.search(words)):
        return _told_in_text(head, words, _ids(data, head, parts, ()))
    return None


def _may_be_notice(head: Head) -> bool:
    kind = head.first("content-type").partition(";")[0].strip().lower()
    by_nobody = _NOBODY.fullmatch(head.first("return-path")) is not None
    return kind == "multipart/report" or (kind.startswith("multipart/") and by_nobody) or _is_robot(head)


def _is_robot(head: Head) -> bool:
    """Whether a mail server wrote it, by its address or its name; Exim and Gmail say whom they failed to reach."""
    sender = head.text("from")
    by_name = _ROBOTS.search(sender) or _ROBOT_NAMES.search(sender) or _NOBODY.fullmatch(sender)
    return by_name is not None or head.has("x-failed-recipients")


# -- RFC 3464: fields --------------------------------------------------------------------------------------------------


def _told_in_fields(blocks: Sequence[Head], message_ids: tuple[str, ...]) -> Bounce | None:
    failed = [b for b in blocks if _action(b) == "failed"]
    told = failed or [b for b in blocks if _action(b) == "delayed"]
    if not told:
        return None
    recipients = (address for block in told for address in _recipients(block)[:1])
    said = " ".join(dict.fromkeys(filter(None, map(_said, told))))
    return Bounce(
        message_ids=message_ids,
        recipients=tuple(dict.fromkeys(recipients)),
        kind="failed" if failed else "delayed",
        diagnosis=_short(said),
    )


def _blocks(part: Part) -> list[Head]:
    """The groups of fields of a delivery-status part: of the message, then of each recipient."""
    groups = re.split(rb"(?:\r?\n[ \t]*){2,}", part.content()[:_TEXT].strip())
    return [head_of(group) for group in groups if group]


def _action(block: Head) -> str:
    """failed, delayed or something else; where a server does not say it, its status tells."""
    said = re.match(r"\w*", block.first("action").lower())
    if said and said[0]:
        return "failed" if said[0] == "expired" else said[0]
    return {"5": "failed", "4": "delayed"}.get(block.first("status")[:1], "")


def _recipients(block: Head) -> list[str]:
    fields = (block.first(name).lower() for name in ("original-recipient", "final-recipient"))
    return [address for field in fields for address in _ADDRESS.findall(field.rpartition(";")[2])]


def _said(block: Head) -> str:
    status, field = block.first("status").partition(" ")[0], block.first("diagnostic-code")
    kind, _, rest = field.partition(";")
    words = " ".join((rest if re.fullmatch(r"\s*[\w-]+\s*", kind) and rest else field).split())
    return words if status and status in words else f"{status} {words}".strip()


# -- notices in plain words --------------------------------------------------------------------------------------------


def _told_in_text(head: Head, words: str, message_ids: tuple[str, ...]) -> Bounce:
    quoted = _QUOTED_LETTER.search(words)
    own = words[: quoted.start()] if quoted else words
    later = bool(_LATER.search(head.text("subject")) or _LATER.search(own)) and not _FINAL.search(own)
    senders = {a.lower() for a in _ADDRESS.findall(head.text("from"))}
    named = [a.lower() for a in _ADDRESS.findall(head.first("x-failed-recipients") or own)]
    lines = [line for text in own.splitlines() if (line := " ".join(text.split()))]
    telling = next((n for n, line in enumerate(lines) if _STATUS.search(line)), 0)
    return Bounce(
        message_ids=message_ids,
        recipients=tuple(a for a in dict.fromkeys(named) if a not in senders),
        kind="delayed" if later else "failed",
        diagnosis=_short(" ".join(lines[telling : telling + 4])),
    )


def _words_of(parts: Iterable[Part]) -> str:
    """The notice as text: its plain parts, else its HTML without tags."""
    plain: list[str] = []
    marked: list[str] = []
    for part in parts:
        if part.kind == "text/html":
            text = re.sub(r"<(?![^<>\s]+@)[^>]*>", " ", raw_text(part.content()[:_TEXT]))
            marked.append(html.unescape(text))
        elif part.kind == "text/plain":
            plain.append(raw_text(part.content()[:_TEXT]))
    return "\n".join(plain or marked)[:_TEXT]


def _ids(data: bytes, head: Head, parts: Iterable[Part], blocks: Iterable[Head]) -> tuple[str, ...]:
    """Message-IDs the letter may have: of what was returned, in the fields, as quoted, of what the notice answers; last
    whatever looks like one, for notices cut short or put together wrong."""
    parts = tuple(parts)
    found = [message_id_of(head_of_message(p.content(), _HEAD)) for p in parts if p.kind in _RETURNED]
    for one in (*blocks, head):
        found += [id for name in ("x-original-message-id", "original-message-id") for id in ids_of(one.first(name))]
    found += _QUOTED_ID.findall(_words_of(parts))
    found += [id for name in ("in-reply-to", "references") for id in ids_of(head.first(name))]
    found += [id for id in _QUOTED_ID.findall(raw_text(data[:_TEXT])) if id != message_id_of(head)]
    return tuple(dict.fromkeys(filter(None, found)))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _WORDS else flat[: _WORDS - 1] + "…"

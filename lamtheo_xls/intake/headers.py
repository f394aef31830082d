"""The head of a message or of one of its parts: fields as readable text, parameters, addresses, who sent it and when.

Everything is read as it stands, never refused: what cannot be read is ''.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime
from itertools import groupby
from urllib.parse import unquote_to_bytes

from lamtheo_xls.ledger import MailSource
from lamtheo_xls.text.legacy import to_unicode

VIETNAM = dt.timezone(dt.timedelta(hours=7))
"""There is no summer time; machines without a data base of zones know it too."""
_FIELDS, _VALUE, _IDS = 5_000, 16_384, 50
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(rb"[\r\n]+(?=[ \t])")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*(?:"|$)|[^;]*)', re.DOTALL)
_ID = re.compile(r"<[^<>\s]+>")
_PIECE = re.compile(r"(.+?)\*(\d{1,3})(\*?)")
_ENCODED = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")


@dataclass(frozen=True, slots=True)
class Head:
    """The fields, by name in lower case, in their order: the first of a name is the topmost line."""

    fields: Mapping[str, tuple[bytes, ...]]

    def has(self, name: str) -> bool:
        return name in self.fields

    def first(self, name: str) -> str:
        """The first field of that name as it stands, without encoded words undone; '' where there is none."""
        return raw_text(self.fields.get(name, (b"",))[0][:_VALUE]).strip()

    def text(self, name: str) -> str:
        """The same, readable."""
        return decoded(self.first(name))


def head_of(raw: bytes) -> Head:
    """The fields of a head. Lines that are no fields are passed over, as are more than 5,000."""
    fields: dict[str, list[bytes]] = {}
    for line in re.split(rb"\r\n|\n|\r", _FOLD.sub(b"", raw))[:_FIELDS]:
        found = _FIELD.match(line)
        if found:
            fields.setdefault(found[1].decode("ascii").lower(), []).append(found[2].strip())
    return Head({name: tuple(values) for name, values in fields.items()})


def raw_text(raw: bytes) -> str:
    """Bytes that no header says the code of: UTF-8, else what Vietnamese machines wrote (TCVN3, cp1258)."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    latin = raw.decode("latin-1")
    old = to_unicode(latin)
    return unicodedata.normalize("NFC", raw.decode("cp1258", "replace") if old == latin else old)


def _in_charset(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset or "utf-8", "strict")
    except (LookupError, ValueError):  # a charset nobody knows, or one the bytes are not in
        return raw_text(raw)


def decoded(text: str) -> str:
    """Text with its encoded words (RFC 2047) read, also where they stand in quotes or a character is cut in two."""
    if "=?" in text and _ENCODED.search(text):
        try:
            pieces = decode_header(text)
            text = "".join(p if isinstance(p, str) else _in_charset(p, c or "") for p, c in pieces)
        except (MessageError, ValueError):  # no base64 after all: shown as it stands
            pass
    return unicodedata.normalize("NFC", " ".join(text.split()))


def value_and_parameters(field: str) -> tuple[str, dict[str, str]]:
    """`application/pdf; name="a.pdf"` → its value in lower case, and the parameters readable: continued and encoded
    ones (RFC 2231), encoded words, raw bytes."""
    value = field.partition(";")[0].strip().lower()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(field):
        name, text = found[1].lower(), _unquoted(found[2].strip())
        piece = _PIECE.fullmatch(name)
        if piece:
            pieces.setdefault(piece[1], {}).setdefault(int(piece[2]), (text, bool(piece[3])))
        elif name.endswith("*"):
            pieces.setdefault(name[:-1], {}).setdefault(0, (text, True))
        else:
            plain.setdefault(name, decoded(text))
    for name, parts in pieces.items():
        plain[name] = _joined([parts[i] for i in sorted(parts)])
    return value, plain


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    # A backslash before a letter is a path of old Windows programs, not an escape.
    return re.sub(r'\\(["\\])', r"\1", text[1:].removesuffix('"'))


def _joined(pieces: list[tuple[str, bool]]) -> str:
    """A parameter of one or more pieces, some percent-encoded; the first says the charset."""
    charset, first = "", pieces[0]
    if first[1] and first[0].count("'") >= 2:
        charset, _, rest = first[0].split("'", 2)
        pieces = [(rest, True), *pieces[1:]]
    raw = b""
    for encoded, run in groupby(pieces, key=lambda piece: piece[1]):  # a %-code may be cut in two by its writer
        text = "".join(t for t, _ in run)
        raw += unquote_to_bytes(text) if encoded else text.encode()
    text = _in_charset(raw, charset)
    return decoded(text) if _ENCODED.search(text) else unicodedata.normalize("NFC", text)


def ids_of(text: str) -> tuple[str, ...]:
    """Message-IDs in a field, each once: `<a@b>`."""
    return tuple(dict.fromkeys(_ID.findall(text)))


def message_id_of(head: Head) -> str:
    """`<…@…>`, also where the brackets were left out; '' where there is none."""
    text = head.first("message-id")
    found = ids_of(text)
    return found[0] if found else f"<{text}>" if text and not re.search(r"[\s<>]", text) else ""


def address_of(field: str) -> tuple[str, str]:
    """The first mailbox of a field: address in lower case, and the name beside it."""
    try:
        for name, address in getaddresses([field[:2_000]]):
            if "@" in address.strip("@"):
                return address.strip().lower(), decoded(name)
    except (ValueError, IndexError, RecursionError):  # what no mail program writes
        pass
    found = re.search(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+", field[:2_000])
    return (found[0].lower(), "") if found else ("", "")


def time_of(text: str) -> dt.datetime | None:
    """The time of a Date field, or behind the last ';' of a Received field, in Vietnam; None where it is none."""
    try:
        found = parsedate_to_datetime(text.rpartition(";")[2].strip()[:100])
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(VIETNAM)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def arrived_at(head: Head) -> dt.datetime | None:
    """When the server that holds the mailbox got it: it writes the topmost Received field."""
    return time_of(head.first("received")) if head.has("received") else None


def source_of(head: Head) -> MailSource:
    """What the head says of the message. The sender is From, else Sender, else Return-Path."""
    fields = ("from", "sender", "return-path")
    sender, name = next((found for f in fields if (found := address_of(head.first(f)))[0]), ("", ""))
    reply_to = address_of(head.first("reply-to"))[0]
    moment = arrived_at(head) or time_of(head.first("date"))
    answered = ids_of(head.first("in-reply-to"))
    earlier = [i for i in ids_of(head.first("references")) if i not in answered]
    return MailSource(
        message_id=message_id_of(head),
        sender=sender,
        name=name,
        reply_to=reply_to if reply_to != sender else "",
        subject=head.text("subject"),
        sent=moment.isoformat() if moment else "",
        references=(*earlier, *answered)[-_IDS:],
        automatic=is_automatic(head, sender),
    )


_ROBOTS = re.compile(r"(mailer-daemon|postmaster|no-?_?reply|do-?_?not-?_?reply|owner-.*|.*-(request|owner|bounces))")


def is_automatic(head: Head, sender: str) -> bool:
    """Whether a robot, a list or an absence note wrote it, which is never answered (RFC 3834 §2 and §5): Auto-Submitted
    other than «no», Precedence, a field of lists, the null return path, a report, a name robots bear, no sender at all.

    X-Auto-Response-Suppress alone says nothing: people's own programs set it, for what they do not want back.
    """
    submitted = head.first("auto-submitted").partition(";")[0].strip().lower()
    of_list = (
        "list-id",
        "list-unsubscribe",
        "list-post",
        "list-help",
        "x-autoreply",
        "x-autorespond",
        "x-autoresponse",
    )
    return (
        not sender
        or submitted not in ("", "no")
        or head.first("precedence").strip().lower() in ("bulk", "list", "junk", "auto_reply")
        or any(head.has(name) for name in of_list)
        or re.fullmatch(r"<\s*>", head.first("return-path")) is not None
        or head.first("content-type").lower().startswith("multipart/report")
        or _ROBOTS.fullmatch(sender.partition("@")[0]) is not None
    )

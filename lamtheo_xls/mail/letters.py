"""A letter as bytes. The same letter is the same bytes, and nothing a name or a subject holds can become a header.

Header and body are written here, word by word, rather than by `email.message`: its folding of long encoded headers
differs from one Python to the next, and a letter must be what it was when its bytes were archived. Reading back is left
to `email` (tests).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Sequence
from email.utils import format_datetime
from pathlib import PurePosixPath

from lamtheo_xls.mail.html import html_of
from lamtheo_xls.mail.model import Attachment, Letter

NAME_LENGTH = 60
"""Attachment names are cut to this, so that no mail program splits them (RFC 2231)."""
_WORD = 39
"""Bytes of text in one encoded word: 52 characters of base64, 73 with its marks and «Subject: » (RFC 2047: 76)."""
_KINDS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
}
_NOT_IN_DRAFTS = (b"message-id", b"date", b"auto-submitted", b"x-auto-response-suppress", b"x-unsent")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ID = re.compile(r"<[!-;=?-~]{1,900}>")


def subject_token(round_id: str, code: str) -> str:
    """What a letter's subject ends with: «[LTB 43-kh-duk_2027 CB017]». A hint for people and filters, never proof."""
    return (
        "[LTB "
        + " ".join(" ".join(part.replace("[", "").replace("]", "").split()) for part in (round_id, code) if part)
        + "]"
    )


def message_id(key: str, secret: bytes, address: str) -> str:
    """The Message-ID of the letter `key`, the same each time: `<hex32@domain of address>`. Without the workspace's
    secret nobody can tell it beforehand."""
    domain = _domain(address.rpartition("@")[2]) or "localhost"
    return f"<{hmac.new(secret, key.encode('utf-8'), hashlib.sha256).hexdigest()[:32]}@{domain}>"


def letter_bytes(letter: Letter) -> bytes:
    """The letter as RFC 5322 bytes: short lines of ASCII ended by CRLF, text and HTML beside each other, then the
    attachments. ValueError where an address or the Message-ID could not stand in a header: the register and the
    account have told of it long before."""
    boundary = hashlib.sha256(letter.message_id.encode("utf-8", "replace")).hexdigest()[:24]
    body = _alternative(letter.text, f"=_a_{boundary}")
    if letter.attachments:
        names = safe_names([a.name for a in letter.attachments])
        parts = (body, *(_attached(n, a) for n, a in zip(names, letter.attachments, strict=True)))
        body = _multipart("mixed", f"=_m_{boundary}", parts)
    return b"".join(line.encode("ascii") + b"\r\n" for line in _headers(letter)) + body


def draft_bytes(data: bytes) -> bytes:
    """The same letter as a draft that opens ready to send: marked unsent, without what the sending program gives it
    (Message-ID, Date) and without the marks of a letter sent by itself."""
    head, gap, body = data.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    kept = [f for f in fields if f.partition(b":")[0].strip().lower() not in _NOT_IN_DRAFTS]
    return b"\r\n".join((b"X-Unsent: 1", *kept)) + gap + body


def safe_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names as they may stand in a letter: ASCII, at most 60 characters, no two the same."""
    given: list[str] = []
    taken: set[str] = set()
    for name in names:
        plain, n = _plain(name), 1
        while (new := _numbered(plain, n)).lower() in taken:
            n += 1
        taken.add(new.lower())
        given.append(new)
    return tuple(given)


def _plain(name: str) -> str:
    ascii = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._()+-]+", "-", ascii).strip("-.") or "tep"


def _numbered(name: str, n: int) -> str:
    """The name cut to length, its ending kept, with `_n` from the second on."""
    suffix = PurePosixPath(name).suffix[:12]
    tail = (f"_{n}" if n > 1 else "") + suffix
    return name.removesuffix(suffix)[: NAME_LENGTH - len(tail)] + tail


def _headers(letter: Letter) -> Iterator[str]:
    sender = _address(letter.sender)
    name = " ".join(_one_line(letter.sender_name).split())
    yield _folded("From", [*_words(name), f"<{sender}>"] if name else [sender])
    yield _folded("Reply-To", [sender])
    yield _folded("To", _listed([_address(to) for to in letter.to]))
    yield _folded("Subject", _words(_one_line(letter.subject)))
    yield _folded("Date", [format_datetime(letter.date)])
    yield _folded("Message-ID", [_one_id(letter.message_id)])
    if answered := _ID.findall(letter.in_reply_to):
        yield _folded("In-Reply-To", answered[:1])
    if thread := [id for reference in letter.references for id in _ID.findall(reference)]:
        yield _folded("References", list(dict.fromkeys(thread)))
    yield _folded("Auto-Submitted", ["auto-replied" if letter.answer else "auto-generated"])
    yield _folded("X-Auto-Response-Suppress", ["OOF, AutoReply"])
    yield _folded("MIME-Version", ["1.0"])


def _folded(name: str, words: Sequence[str]) -> str:
    """A header, a line per word: adjacent encoded words read as one text, and no line grows long."""
    return f"{name}: " + "\r\n ".join(words)


def _one_line(text: str) -> str:
    """The text with a space for every control character, end of line and lone half of a character."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)


def _words(text: str) -> list[str]:
    """A text as RFC 2047 words, parted after spaces where that can be and never inside a character; plain where every
    mail program reads it plain."""
    if len(text) <= 60 and re.fullmatch(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*", text):
        return [text]
    parts = [b""]
    for word in re.findall(r"[^ ]+ ?| ", text):
        pieces = [word.encode("utf-8")] if len(word.encode("utf-8")) <= _WORD else [c.encode("utf-8") for c in word]
        for piece in pieces:
            if len(parts[-1]) + len(piece) > _WORD:
                parts.append(b"")
            parts[-1] += piece
    return [f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in parts if part]


def _listed(addresses: Sequence[str]) -> list[str]:
    return [f"{a}," for a in addresses[:-1]] + list(addresses[-1:])


def _address(text: str) -> str:
    local, _, domain = text.strip().rpartition("@")
    written = f"{local}@{_domain(domain)}"
    if not _LOCAL.fullmatch(local) or not _domain(domain) or len(written) > 254:
        raise ValueError(f"not an address: {text!r}")
    return written


def _domain(text: str) -> str:
    """A domain in ASCII (RFC 5891); '' for what is none."""
    try:
        domain = text.strip().encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return domain if re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*", domain) else ""


def _one_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"not a Message-ID: {text!r}")
    return text


def _alternative(text: str, boundary: str) -> bytes:
    parts = (_written("plain", text), _written("html", html_of(text)))
    return _multipart("alternative", boundary, parts)


def _written(subtype: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    body = binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode("ascii") + body


def _attached(name: str, attachment: Attachment) -> bytes:
    kind = _KINDS.get(PurePosixPath(name.lower()).suffix, "application/octet-stream")
    head = (
        f'Content-Type: {kind};\r\n name="{name}"\r\n'
        f'Content-Disposition: attachment;\r\n filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + base64.encodebytes(attachment.data).replace(b"\n", b"\r\n")


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """The parts in one. `=_` stands in no quoted-printable and no base64 body, so the boundary is never in a part."""
    fence = b"--" + boundary.encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + b"".join(fence + b"\r\n" + part + b"\r\n" for part in parts) + fence + b"--\r\n"

"""The guarded child that reads .msg: the message in it is written out anew as a raw message. Started by `outlook`.

python -P -m lamtheo_xls.intake.outlook_child MEMORY_IN_BYTES
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import struct
import sys
from collections.abc import Iterator
from email.utils import format_datetime
from urllib.parse import quote_from_bytes

from oxmsg import Message
from oxmsg.domain import constants as c
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from lamtheo_xls.workbook.read.child import Answer, serve
from lamtheo_xls.workbook.read.gate import Limits, Refused

_TOP, _EMBEDDED, _ATTACHMENT = 32, 24, 8
"""Where the properties begin in their stream ([MS-OXMSG] 2.4.1)."""
_WITHIN = "__substg1.0_3701000D"
"""The storage of a message, or of an object, within an attachment."""
_SHOWN_IN_TEXT = 4
"""Of PidTagAttachFlags: the HTML body refers to it."""
_BY_VALUE, _AS_MESSAGE = (0, 1), 5
"""Of PidTagAttachMethod; every other one leaves the file elsewhere or is an object drawn into the text."""
_OWN = re.compile(r"(mime-version|content-[a-z-]+)\s*:", re.IGNORECASE)
_KIND = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.IGNORECASE)
_OF_MESSAGES = ("message/rfc822", "message/global", "message/partial", "message/external-body")
_LEVELS = 12
_NO_SECTOR = 0xFFFFFFFA
"""From here on an entry of the allocation table says what a sector is, not which is next."""


def msg(data: bytes, limits: Limits, passwords: tuple[str, ...]) -> Answer:
    """The message in an .msg."""
    if _is_cut_off(data):  # its reader gives what is left, as if that were all
        raise Refused("file.truncated")
    storage = Message.load(data)._storage
    assert isinstance(storage, Storage)
    boundary = hashlib.sha256(data).hexdigest()
    return b"B", b"".join(_message(storage, _TOP, boundary, 0))


def _is_cut_off(data: bytes) -> bool:
    """Whether a compound file ends before a sector that its allocation table leads to ([MS-CFB] 2.3); the tables named
    in its head are asked, which hold for the first 7 MB."""
    if len(data) < 512:
        return True
    shift, tables = int(struct.unpack_from("<H", data, 30)[0]), int(struct.unpack_from("<I", data, 44)[0])
    if shift not in (9, 12):
        return True
    last, entries = 0, 1 << (shift - 2)
    for table in struct.unpack_from("<109I", data, 76)[: min(tables, 109)]:
        at = (table + 1) << shift
        if at + 4 * entries > len(data):
            return True
        last = max(last, *(s for s in struct.unpack_from(f"<{entries}I", data, at) if s < _NO_SECTOR), 0)
    return len(data) <= (last + 1) << shift


def _message(storage: Storage, offset: int, boundary: str, level: int) -> Iterator[bytes]:
    told = Properties(storage, properties_header_offset=offset)
    mark = f"{boundary}-{level}"
    yield "".join(f"{line}\r\n" for line in _head(told)).encode("utf-8", "replace")
    yield f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{mark}"\r\n\r\n'.encode()
    html = [_binary(told, c.PID_HTML) or _text(told, c.PID_BODY_HTML).encode("utf-8", "replace")]
    for number, one in enumerate(storage.iter_attachment_storages()):
        attached = Properties(one, properties_header_offset=_ATTACHMENT)
        yield f"--{mark}\r\n".encode()
        content_id = _line(_text(attached, c.PID_ATTACH_CONTENT_ID)) or f"{number}"
        yield from _attachment(one, attached, content_id, boundary, level)
        yield b"\r\n"
        is_hidden = _number(attached, c.PID_ATTACHMENT_HIDDEN)
        if is_hidden or _number(attached, c.PID_ATTACH_FLAGS) & _SHOWN_IN_TEXT:
            html.append(f'<img src="cid:{content_id}">'.encode())
    yield f"--{mark}\r\nContent-Type: text/html\r\n\r\n".encode()
    yield b"\r\n".join(html)
    yield f"\r\n--{mark}--\r\n".encode()


def _attachment(one: Storage, told: Properties, content_id: str, boundary: str, level: int) -> Iterator[bytes]:
    pids = (c.PID_ATTACH_LONG_FILENAME, c.PID_ATTACH_FILENAME, c.PID_DISPLAY_NAME)
    name = next((_line(text) for pid in pids if (text := _text(told, pid).strip("\0 "))), "")
    method = _number(told, c.PID_ATTACH_METHOD)
    mime = _text(told, c.PID_ATTACH_MIME_TAG).strip("\0 ").lower()
    within = next((s for s in one.storages if s.name == _WITHIN), None)
    if method == _AS_MESSAGE and within is not None and level < _LEVELS:
        yield from _named("message/rfc822", name, content_id)
        yield from _message(within, _EMBEDDED, boundary, level + 1)
    elif method in _BY_VALUE:
        # A message signed in the clear lies in one attachment, whole, as it went over the wire.
        is_plain = _KIND.fullmatch(mime) and not mime.startswith("multipart/") and mime not in _OF_MESSAGES
        kind = mime if is_plain else "message/rfc822" if mime == "multipart/signed" else "application/octet-stream"
        yield from _named(kind, name, content_id)
        yield _binary(told, c.PID_ATTACH_DATA_BINARY)
    else:
        yield from _named("message/external-body", name, content_id)


def _named(kind: str, name: str, content_id: str) -> Iterator[bytes]:
    coded = quote_from_bytes(name.encode("utf-8", "replace"), safe="")
    filename = f"; filename*=UTF-8''{coded}" if coded else ""
    yield f"Content-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n".encode()
    yield f"Content-Disposition: attachment{filename}\r\n".encode()
    yield f"Content-ID: <{content_id}>\r\n\r\n".encode("utf-8", "replace")


def _head(told: Properties) -> Iterator[str]:
    """The fields the message came with; of what never left the office's own server, the same from its properties."""
    fields = _transported(_text(told, c.PID_TRANSPORT_MESSAGE_HEADERS))
    names = {f.partition(":")[0].strip().lower() for f in fields}
    delivered = _time(told, c.PID_MESSAGE_DELIVERY_TIME)
    if delivered and "received" not in names:
        yield f"Received: by outlook; {delivered}"
    yield from fields
    addresses = (_text(told, pid) for pid in (c.PID_SENDER_SMTP_ADDRESS, c.PID_SENDER_EMAIL_ADDRESS))
    address = next((a.strip("\0 ") for a in addresses if "@" in a), "")
    name = _line(_text(told, c.PID_SENDER_NAME)).replace("\\", "").replace('"', "")
    for field, text in (
        ("From", f'"{name}" <{_line(address)}>' if address else ""),
        ("Subject", _text(told, c.PID_SUBJECT)),
        ("Date", _time(told, c.PID_CLIENT_SUBMIT_TIME)),
        ("Message-ID", _text(told, c.PID_INTERNET_MESSAGE_ID)),
        ("In-Reply-To", _text(told, c.PID_IN_REPLY_TO_ID)),
        ("References", _text(told, c.PID_INTERNET_REFERENCES)),
    ):
        if _line(text) and field.lower() not in names:
            yield f"{field}: {_line(text)}"


def _transported(text: str) -> list[str]:
    """The fields as they came, but for those that told how the content was packed."""
    unfolded = re.sub(r"[\r\n]+(?=[ \t])", "", text.strip("\0\r\n "))
    lines = [_line(line) for line in re.split(r"[\r\n]+", unfolded)]
    return [line for line in lines if re.match(r"[!-9;-~]+\s*:", line) and not _OWN.match(line)]


def _line(text: str) -> str:
    """Text fit for one line of a head."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def _text(told: Properties, pid: int) -> str:
    try:
        return told.str_prop_value(pid) or ""
    except Exception:  # a property without its stream, in an unknown code page, of another type: that one is not known
        return ""


def _binary(told: Properties, pid: int) -> bytes:
    try:
        return told.binary_prop_value(pid) or b""
    except Exception:  # as above
        return b""


def _number(told: Properties, pid: int) -> int:
    try:
        return int(told.int_prop_value(pid) or 0)
    except Exception:  # as above
        return 0


def _time(told: Properties, pid: int) -> str:
    try:
        found = told.date_prop_value(pid)
        # Drafts have the time 0, which is the year 1601.
        return format_datetime(found) if isinstance(found, dt.datetime) and found.year > 1601 else ""
    except Exception:  # as above
        return ""


if __name__ == "__main__":
    serve({"msg": msg}, int(sys.argv[1]))

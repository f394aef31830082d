"""A message taken apart: its parts as spans of its bytes, in one pass for each level, whatever was done to them.

The standard library's parser asks every line of every level around it and recurses with them, so that a message of a
few kilobytes can hold it for minutes; here bounds are set before anything is cut.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lamtheo_xls.intake.headers import Head, head_of, value_and_parameters

_BLANK = re.compile(rb"\r?\n(?:\r?\n|(?=--))")
_GUESS = re.compile(rb"^--([^\r\n]{1,200})\r?\nContent-", re.MULTILINE | re.IGNORECASE)
_MAIL_FIELDS = {
    "from", "to", "subject", "date", "mime-version", "received", "message-id", "return-path", "delivered-to",
    "content-type", "x-mailer", "reply-to", "x-received", "sender", "cc",
}  # fmt: skip
_FIRST = re.compile(rb"\s*(?:From [^\r\n]*\r?\n)?[A-Za-z][A-Za-z0-9-]*[ \t]*:")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(slots=True)
class Bounds:
    """How much more of a message is taken apart."""

    parts: int
    """How many further parts."""
    head_bytes: int
    """The head of one part: what lies beyond is not read."""
    depth: int
    """Levels of parts within parts."""
    passed: bool = field(default=False)
    """Whether anything was left out because of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part without parts of its own; a message within the message is one."""

    data: bytes = field(repr=False)
    start: int
    end: int
    head: Head
    kind: str
    """Content type, in lower case."""
    name: str
    """File name as the sender saw it; '' where none is given."""
    disposition: str
    """'attachment', 'inline', or '' where nothing is said."""
    inside: str
    """Content type of what it lies in; '' for the message itself."""

    @property
    def size(self) -> int:
        """Bytes as they were sent."""
        return self.end - self.start

    @property
    def content_id(self) -> str:
        return self.head.first("content-id").strip("<> ")

    def content(self) -> bytes:
        """The bytes, decoded as far as they can be."""
        raw = self.data[self.start : self.end]
        encoding = self.head.first("content-transfer-encoding").partition(";")[0].strip().lower()
        if encoding == "base64":
            return _of_base64(raw)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(raw)
        return raw


def is_message(data: bytes) -> bool:
    """Whether the bytes are a message: they begin with a head that has two fields of mail."""
    if not _FIRST.match(data.removeprefix(b"\xef\xbb\xbf")[:2_000]):
        return False
    head, _ = _head_at(data, *_span(data), 65_536)
    return len(_MAIL_FIELDS & set(head.fields)) >= 2


def head_of_message(data: bytes, head_bytes: int) -> Head:
    """The fields of the message itself."""
    return _head_at(data, *_span(data), head_bytes)[0]


def parts_in(data: bytes, bounds: Bounds, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """The parts of the message in `data[start:end]`, in their order. `bounds` counts what was taken."""
    yield from _parts(data, *_span(data, start, end), bounds, "", 0)


def _span(data: bytes, start: int = 0, end: int | None = None) -> tuple[int, int]:
    """Where the message begins: behind a mark, blank lines, and the line mailbox files put before each message."""
    end = len(data) if end is None else end
    found = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*(?:From [^\r\n]*\r?\n)?").match(data, start, end)
    return (found.end() if found else start), end


def _head_at(data: bytes, start: int, end: int, head_bytes: int) -> tuple[Head, int]:
    """The fields, and where the body begins."""
    if data[start : start + 1] == b"\n" or data[start : start + 2] == b"\r\n":
        return head_of(b""), data.find(b"\n", start) + 1
    found = _BLANK.search(data, start, end)
    stop, body = (found.start(), found.end()) if found else (end, end)
    return head_of(data[start : min(stop, start + head_bytes)]), body


def _parts(data: bytes, start: int, end: int, bounds: Bounds, inside: str, depth: int) -> Iterator[Part]:
    if bounds.parts <= 0 or depth > bounds.depth:
        bounds.passed = True
        return
    bounds.parts -= 1
    head, body = _head_at(data, start, end, bounds.head_bytes)
    bounds.passed |= body - start > bounds.head_bytes
    kind, parameters = value_and_parameters(head.first("content-type"))
    if kind.startswith("multipart/"):
        spans = list(_cut(data, body, end, parameters.get("boundary", ""), bounds))
        for at, until in spans:
            yield from _parts(data, at, until, bounds, kind, depth + 1)
        if spans:
            return
    told, more = value_and_parameters(head.first("content-disposition"))
    name = more.get("filename") or more.get("name") or parameters.get("name") or parameters.get("filename") or ""
    otherwise = "message/rfc822" if inside == "multipart/digest" else "text/plain"
    yield Part(
        data=data,
        start=body,
        end=end,
        head=head,
        kind=kind if re.fullmatch(r"[^\s/]+/[^\s/]+", kind) else "application/octet-stream" if name else otherwise,
        name=name,
        disposition=told if told in ("inline", "attachment") else "attachment" if told else "",
        inside=inside,
    )


def _cut(data: bytes, start: int, end: int, boundary: str, bounds: Bounds) -> Iterator[tuple[int, int]]:
    """Where the parts between the boundary's lines lie; the last one may lack its end. Where no line bears the
    boundary that was announced, the first line that looks like one is taken for it."""
    mark = b"--" + boundary.rstrip().encode("utf-8", "replace")
    lines = list(_lines_of(data, start, end, mark, bounds)) if boundary else []
    if not lines:
        guess = _GUESS.search(data, start, end)
        lines = list(_lines_of(data, start, end, b"--" + guess[1].rstrip(), bounds)) if guess else []
    ends = [until for until, _, _ in lines[1:]] + [end]
    for (_, begin, closing), until in zip(lines, ends, strict=False):  # no line at all: one end too many
        if closing:
            return
        yield begin, max(begin, until)


def _lines_of(data: bytes, start: int, end: int, mark: bytes, bounds: Bounds) -> Iterator[tuple[int, int, bool]]:
    """The lines of a boundary: where the part before ends, where the next begins, whether it is the last."""
    at, most = data.find(mark, start, end), 50_000
    while at >= 0 and most:
        most -= 1
        after = at + len(mark)
        stop = data.find(b"\n", after, min(end, after + 200))
        stop = stop if stop >= 0 else min(end, after + 200)
        rest = data[after:stop].rstrip()
        if rest in (b"", b"--") and (at == start or data[at - 1 : at] == b"\n"):
            before = at - 2 if data[at - 2 : at] == b"\r\n" else at - 1
            yield max(start, before), min(stop + 1, end), rest == b"--"
            if rest:
                return
        at = data.find(mark, after, end)
    bounds.passed |= at >= 0


def _of_base64(raw: bytes) -> bytes:
    """The bytes; what is no base64 is passed over, a rest that makes no byte is dropped."""
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        plain = _NOT_BASE64.sub(b"", raw)
        plain = plain[: len(plain) - (len(plain) % 4 == 1)]
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))

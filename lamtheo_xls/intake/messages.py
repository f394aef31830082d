"""Messages and what they bring: attachments whatever their disposition, messages within messages, archives in them."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.intake.archives import is_archive, packer, unpack
from lamtheo_xls.intake.headers import VIETNAM, arrived_at, message_id_of, source_of
from lamtheo_xls.intake.mime import Bounds, Part, head_of_message, is_message, parts_in
from lamtheo_xls.intake.outlook import is_outlook, message_in
from lamtheo_xls.intake.packed import unpack_packed
from lamtheo_xls.intake.received import LIMITS, Limits, Received, is_passed_over, received, shown
from lamtheo_xls.ledger import MailSource

_TNEF = b"\x78\x9f\x3e\x22"
_LOGO = 64 << 10
_NO_RETURN = {
    "application/applefile",
    "application/ics",
    "application/pgp-encrypted",
    "application/pgp-keys",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/global-delivery-status",
    "text/calendar",
    "text/directory",
    "text/rfc822-headers",
    "text/vcard",
    "text/x-amp-html",
    "text/x-vcard",
}
_NO_RETURN_NAMES = (".ics", ".p7s", ".vcf", ".asc", ".sig")
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_ENDINGS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
}
_CID = re.compile(rb"cid:([^\"'>\s)]{1,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message without what it brings."""

    mail: MailSource
    day: dt.date | None
    """The day the mail server got it, in Vietnam; None where no server says so."""
    message_ids: tuple[str, ...] = ()
    """Of the messages within it, skipped ones too, in their order."""


@dataclass(slots=True)
class _Bag:
    """What is known of one message while it is taken apart, with all that lies in it."""

    limits: Limits
    skip: Callable[[str], bool]
    modified: str
    left: int
    bounds: Bounds
    ids: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    """Finding code → names of what it stopped."""

    def refuse(self, code: str, name: str) -> None:
        self.refused.setdefault(code, []).append(name)


def parts_of(
    data: bytes, name: str, limits: Limits = LIMITS, *, skip: Callable[[str], bool] = lambda id: False
) -> tuple[Envelope, tuple[Received, ...]]:
    """The envelope of a raw message, and its attachments as `name!attachment` in their order, also those of messages
    within it, the members of archives instead of the archive. Text bodies, signatures, invitations and the pictures a
    text shows are left out, and every message `skip` says yes to by its Message-ID, with all in it.

    Last, where something could not be taken, the message itself with one finding for each reason: file.winmail,
    mail_encrypted, mail_partial, mail_linked, mail_nested, mail_too_much. Never raises over what a message holds; World
    where no process can be started for an .msg in it.
    """
    head = head_of_message(data, limits.head_bytes)
    mail, arrived = source_of(head), arrived_at(head)
    bounds = Bounds(parts=limits.parts, head_bytes=limits.head_bytes, depth=limits.depth)
    modified = _local(mail.sent)
    bag = _Bag(limits=limits, skip=skip, modified=modified, left=limits.mail_bytes, bounds=bounds)
    is_ours = bool(mail.message_id) and skip(mail.message_id)
    items = [] if is_ours else list(_brought(data, 0, None, name, bag, 1))
    if bag.bounds.passed:
        bag.refuse("file.mail_too_much", name)
    if bag.refused:
        findings = tuple(_told(code, names) for code, names in bag.refused.items())
        items.append(received(name, data, modified, findings))
    day = arrived.date() if arrived else None
    envelope = Envelope(mail=mail, day=day, message_ids=tuple(dict.fromkeys(bag.ids)))
    return envelope, tuple(
        replace(item, mail=mail, day=day, modified=_after(item.modified, n)) for n, item in enumerate(items)
    )


def inside(
    item: Received, limits: Limits, skip: Callable[[str], bool] = lambda id: False, deep: int = 1
) -> Iterator[Received]:
    """What a file holds that lay in a folder or in an archive there: what a message brings, the members of an archive;
    else the file itself. A message that brings nothing comes with file.mail_bare, an archive too deep in archives with
    file.archive_nested. `skip` as of `parts_of`."""
    data = item.data
    if data is None or item.findings:
        yield item
        return
    is_zip, kind = is_archive(io.BytesIO(data), item.name, limits), packer(data)
    if (is_zip or kind) and deep > 2:
        yield replace(item, findings=(finding("file.archive_nested"),))
    elif is_zip or kind:
        for member in _members(data, kind, item.name, item.modified, limits):
            yield from inside(member, limits, skip, deep + 1)
    elif is_outlook(data, item.name):
        raw = message_in(data)
        if raw is None:
            yield replace(item, findings=(finding("file.mail_unread"),))
        else:
            yield from _saved(raw, item, limits, skip)
    elif is_message(data):
        yield from _saved(data, item, limits, skip)
    else:
        yield item


def _saved(raw: bytes, item: Received, limits: Limits, skip: Callable[[str], bool]) -> Iterator[Received]:
    """What a saved message brings; with findings or without anything, the file as it was saved stands for it."""
    _, items = parts_of(raw, item.name, limits, skip=skip)
    for one in items:
        yield replace(item, findings=one.findings, day=one.day, mail=one.mail) if one.name == item.name else one
    if not items:
        yield replace(item, findings=(finding("file.mail_bare"),))


def _members(data: bytes, kind: str, name: str, modified: str, limits: Limits) -> Iterator[Received]:
    """The members of a zip (`kind` '') or of an archive another program opens."""
    if kind:
        return unpack_packed(data, kind, name, modified, limits)
    return unpack(io.BytesIO(data), name, modified, limits)


def _told(code: str, names: list[str]) -> Finding:
    value = "; ".join(names[:3]) + (f" … ({len(names)})" if len(names) > 3 else "")
    return finding(code, value=value)


def _local(moment: str) -> str:
    """Of two versions sent on one day the later one counts: the time of the message is that of its files."""
    return dt.datetime.fromisoformat(moment).astimezone(VIETNAM).replace(tzinfo=None).isoformat() if moment else ""


def _after(modified: str, place: int) -> str:
    """And of two in one message the one further down: the rest of a second tells them apart."""
    return f"{modified}.{place:06}" if modified and place else modified


def _brought(data: bytes, start: int, end: int | None, name: str, bag: _Bag, deep: int) -> Iterator[Received]:
    """What the message in `data[start:end]` brings."""
    parts = list(parts_in(data, bag.bounds, start, end))
    shown_in_text = {i for p in parts if p.kind == "text/html" for i in _CID.findall(p.content())}
    names: Counter[str] = Counter()
    for number, part in enumerate(parts, start=1):
        code = _sealed(part)
        if code:
            bag.refuse(code, _name_of(part, number))
        elif part.kind in ("message/rfc822", "message/global"):
            own = _distinct(_name_of(part, number), names)
            yield from _within(part, f"{name}!{own}", bag, deep)
        elif _is_attached(part, shown_in_text):
            own = _distinct(_name_of(part, number), names)
            yield from _attached(part.content(), part.kind, f"{name}!{own}", bag, deep)


def _sealed(part: Part) -> str:
    """The finding for a part that holds what only its addressee's key opens, or one piece of a message; else ''."""
    if part.kind in ("message/partial", "message/external-body"):
        return "file.mail_partial" if part.kind == "message/partial" else "file.mail_linked"
    is_sealed = part.kind in _SEALED or (
        part.inside == "multipart/encrypted" and part.kind != "application/pgp-encrypted"
    )
    if is_sealed or (
        part.kind == "text/plain" and not part.name and b"-----BEGIN PGP MESSAGE-----" in part.content()[:200]
    ):
        return "file.mail_encrypted"
    return ""


def _is_attached(part: Part, shown_in_text: set[bytes]) -> bool:
    """Whether a part may be a return, of the wrong kind at least."""
    name = _last(part.name)
    # Programs that drop the letters they do not know leave «.xlsx»: hidden in a folder, a return in a message.
    is_systems = is_passed_over(name.lstrip(".")) or name.startswith("._")
    if part.kind in _NO_RETURN or name.lower().endswith(_NO_RETURN_NAMES) or is_systems:
        return False
    if part.kind.startswith("text/") or not part.kind.partition("/")[0]:
        return bool(part.name) or part.disposition == "attachment"
    if part.kind.startswith("image/"):
        if part.content_id and part.content_id.encode() in shown_in_text:
            return False
        is_logo = part.inside == "multipart/related" and part.disposition != "attachment" and part.size < _LOGO
        return not is_logo
    return True


def _within(part: Part, name: str, bag: _Bag, deep: int) -> Iterator[Received]:
    """What a message within the message brings."""
    is_plain = part.head.first("content-transfer-encoding").lower() not in ("base64", "quoted-printable")
    data, start, end = (part.data, part.start, part.end) if is_plain else (c := part.content(), 0, len(c))
    yield from _message(data, start, end, name, bag, deep + 1)


def _message(data: bytes, start: int, end: int, name: str, bag: _Bag, deep: int) -> Iterator[Received]:
    id = message_id_of(
        head_of_message(data[start : min(end, start + 2 * bag.limits.head_bytes)], bag.limits.head_bytes)
    )
    if id:
        bag.ids.append(id)
    if id and bag.skip(id):
        return
    if deep > bag.limits.messages_deep:
        bag.refuse("file.mail_nested", name.partition("!")[2])
        return
    yield from _brought(data, start, end, name, bag, deep)


def _attached(data: bytes, kind: str, name: str, bag: _Bag, deep: int) -> Iterator[Received]:
    """The file, or what it holds."""
    inside = name.partition("!")[2]
    if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or data.startswith(_TNEF):
        bag.refuse("file.winmail", inside)
    elif len(data) > bag.left:
        bag.refuse("file.mail_too_much", inside)
    elif deep > bag.limits.messages_deep:
        bag.refuse("file.mail_nested", inside)
    elif is_message(data):
        yield from _message(data, 0, len(data), name, bag, deep + 1)
    elif is_outlook(data, inside):
        raw = message_in(data)
        if raw is None:
            yield received(name, data, bag.modified, (finding("file.mail_unread"),))
        else:
            yield from _message(raw, 0, len(raw), name, bag, deep + 1)
    elif (kind_of_packer := packer(data)) or is_archive(io.BytesIO(data), inside, bag.limits):
        limits = replace(bag.limits, total_bytes=min(bag.limits.total_bytes, bag.left))
        for item in _members(data, kind_of_packer, name, bag.modified, limits):
            if item.findings or item.data is None:
                yield item
            else:
                yield from _attached(item.data, "", item.name, bag, deep + 1)
    else:
        bag.left -= len(data)
        yield received(name, data, bag.modified)


def _last(name: str) -> str:
    """The name without the folders some programs send with it."""
    return re.split(r"[/\\]", name.rstrip("/\\"))[-1]


def _name_of(part: Part, number: int) -> str:
    """A name fit to be shown: the sender's, else one by what it is."""
    name = shown(_last(part.name)).strip()
    if name.strip("."):
        stem, dot, ending = name.rpartition(".")
        return name if len(name) <= 200 else f"{(stem or name)[:180]}…{dot}{ending[:10]}"
    if part.kind.startswith("message/"):
        return say("intake.name.message", so=number)
    return say("intake.name.part", so=number, duoi=_ENDINGS.get(part.kind, ""))


def _distinct(name: str, names: Counter[str]) -> str:
    """`a.xlsx`, then `a (2).xlsx`."""
    names[name.lower()] += 1
    times = names[name.lower()]
    stem, dot, ending = name.rpartition(".")
    return name if times == 1 else f"{stem} ({times}){dot}{ending}" if stem else f"{name} ({times})"

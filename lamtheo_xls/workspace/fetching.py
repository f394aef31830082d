"""Taking in what came by mail. A message is marked on its server only after what it brought is archived and recorded,
so that a run cut short anywhere loses nothing, and the next one takes nothing twice."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lamtheo_xls.findings import World, say
from lamtheo_xls.intake import LIMITS, Received, parts_of
from lamtheo_xls.intake.headers import VIETNAM, Head, arrived_at, source_of
from lamtheo_xls.intake.mime import head_of_message
from lamtheo_xls.ledger import LetterRecord, MailSource, SeenMessage
from lamtheo_xls.mail.model import Account, Fetched
from lamtheo_xls.workspace.answering import given_out
from lamtheo_xls.workspace.collecting import CHUNK_BYTES, CHUNK_FILES, Collected, Desk, desk_of, left_waiting, take_in
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.letters.recipients import address_set, addresses_in

if TYPE_CHECKING:
    from lamtheo_xls.mail.bounces import Bounce
    from lamtheo_xls.mail.mailboxes import Mailbox

DAYS_BACK = 30
"""How far to look back where nothing was issued yet."""
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One message gone through, once all it brought is recorded."""

    kind: str
    """As in SeenMessage: taken, own, bounce, other."""
    mail: MailSource
    files: int = 0
    """How many files were taken from it."""
    known: bool = True
    """Whether its sender is in the register."""
    letter: LetterRecord | None = None
    """Our letter that it is, or tells of."""


def fetch_mail(
    office: Office,
    account: Account,
    password: str,
    *,
    received: dt.date | None,
    executor: Executor | None = None,
    progress: Progress,
    moment: str,
    opened: Callable[[Opened], None] = lambda opened: None,
) -> Iterator[Collected]:
    """Takes in what lies in the account's folders since the first workbook of the open rounds went out, and tells of
    each file what became of it; of each message gone through `opened` is told.

    Our own letters are no returns: they, and what answers them, settle letters in doubt. Notices of letters that came
    back are noted with the letter. Messages that bring nothing stay as they are. `moment`: ISO local time, now.
    World as of open_mailbox, mail_folder, and – once all else is done – mail_refused.
    """
    from lamtheo_xls.mail.mailboxes import open_mailbox

    desk = desk_of(office, executor)
    yield from left_waiting(desk)
    account = _apart(account)
    with open_mailbox(account, password) as mailbox:
        office.ledger.doubt_interrupted(as_of=office.as_of, moment=moment)  # who holds the workspace is sending nothing
        settle_doubts(office, mailbox, moment)
        errand = _Errand(desk, account, mailbox, received, progress, moment, opened)
        for missing in (f for f in account.folders if not mailbox.has(f)):
            mailbox.select(missing)  # says which there are
        for folder in account.folders:
            yield from _through(errand, folder)
        if errand.refused:
            raise errand.refused[0]


def _apart(account: Account) -> Account:
    """The account without the folder for what was taken among those to look into; where there is no other one, messages
    are marked and stay."""

    def spelled(name: str) -> str:
        return unicodedata.normalize("NFC", name).strip().casefold()

    others = tuple(f for f in account.folders if spelled(f) != spelled(account.move_to))
    return replace(account, folders=others) if others else replace(account, move_to="")


def settle_doubts(office: Office, mailbox: Mailbox, moment: str) -> tuple[LetterRecord, ...]:
    """Letters in doubt that lie in the office's own mailbox – a recipient of the same transaction – were sent; those
    letters. One that had come back before it was sent again bears the number of its first copy: a person decides."""
    doubted = [x for x in office.ledger.letters("in_doubt") if not _came_back(office, x)]
    return tuple(_settled(office, x, moment) for x in doubted if mailbox.holds(x.message_id))


def _came_back(office: Office, letter: LetterRecord) -> bool:
    """Whether it was ever returned: what is found of it since may be of the first time."""
    events = office.ledger.history(subject=letter.subject_of)
    return any(e.kind == "letter" and e.detail.get("state") == "bounced" for e in events)


def _settled(office: Office, letter: LetterRecord, moment: str) -> LetterRecord:
    """The letter, sent now that there is proof, where nobody could say so before."""
    if letter.state != "in_doubt" or _came_back(office, letter):
        return letter
    reply = say("workspace.mailbox.proven")
    return office.ledger.move_letter(letter.id, "sent", as_of=office.as_of, moment=moment, reply=reply)


@dataclass(frozen=True)
class _Errand:
    """What going through the mailbox needs, the same throughout one command."""

    desk: Desk
    account: Account
    mailbox: Mailbox
    received: dt.date | None
    progress: Progress
    moment: str
    opened: Callable[[Opened], None]
    refused: list[World] = field(default_factory=list)
    """The server would not be told of what was taken: said at the end, for no return must wait for it."""

    @property
    def office(self) -> Office:
        return self.desk.office

    @property
    def name(self) -> str:
        """The account as the ledger names it."""
        return f"{self.account.user}@{self.account.imap.host if self.account.imap else ''}"

    @cached_property
    def issued(self) -> frozenset[str]:
        """SHA-256 of every workbook that ever went out, blank or with faults marked."""
        return given_out(self.office.ledger)

    @cached_property
    def known(self) -> frozenset[str]:
        """Addresses of the register."""
        register = self.office.register
        cells = (*(u.mail for u in register.units), *(p.mail for p in register.people))
        return address_set(address for cell in cells for address in addresses_in(cell))

    def ours(self, message_id: str) -> LetterRecord | None:
        return self.office.ledger.letter_by_message_id(message_id) if message_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A message gone through and what it brings, before that is recorded."""

    seen: SeenMessage
    opened: Opened
    items: tuple[Received, ...] = ()

    @property
    def size(self) -> int:
        return sum(len(item.data or b"") for item in self.items)


# -- one folder --------------------------------------------------------------------------------------------------------


def _through(errand: _Errand, folder: str) -> Iterator[Collected]:
    """Goes through what is new in the folder, and tells the server what an earlier run could not."""
    mailbox, ledger = errand.mailbox, errand.office.ledger
    validity = mailbox.select(folder)
    before = ledger.seen_messages(errand.name, folder, validity)
    uids = mailbox.uids(since(errand.office))
    fresh = tuple(u for u in uids if u not in before)
    known = _known_already(errand, folder, validity, fresh, renumbered=not before)
    _tell(errand, folder, [m for u in uids if (m := before.get(u) or known.get(u)) and _is_to_be_told(m)])
    fresh = tuple(u for u in fresh if u not in known)
    batch: list[_Message] = []
    for fetched in errand.progress(mailbox.fetch(fresh), len(fresh), say("workspace.progress.fetch")):
        batch.append(_opened(errand, folder, validity, fetched))
        files, size = sum(len(m.items) for m in batch), sum(m.size for m in batch)
        if len(batch) >= CHUNK_FILES or files >= CHUNK_FILES or size >= CHUNK_BYTES:
            yield from _record(errand, folder, batch)
            batch = []
    yield from _record(errand, folder, batch)


def since(office: Office) -> dt.date:
    """The first day a return may have come by mail: when the first workbook of a round now open went out."""
    days = [day for one in office.live for day in office.ledger.first_issued_on(one.round.id).values()]
    return min(days, default=office.as_of - dt.timedelta(days=DAYS_BACK))


def _known_already(
    errand: _Errand, folder: str, validity: int, uids: Sequence[int], *, renumbered: bool
) -> Mapping[int, SeenMessage]:
    """Messages known by their Message-ID, not to be fetched: our own letters; and, in a folder that was numbered anew
    since it was gone through, those of its earlier numbers. Otherwise a Message-ID proves nothing: programs have sent
    two messages under one, which may lie in two folders or beside each other."""
    ledger = errand.office.ledger
    ids = errand.mailbox.message_ids(uids)
    kinds = ledger.seen_ids(errand.name, folder) if renumbered and ids else {}
    times = Counter(ids.values())
    found: dict[int, SeenMessage] = {}
    for uid, message_id in ids.items():
        letter = errand.ours(message_id)
        if letter is not None:
            errand.opened(
                Opened(kind="own", mail=_mail(message_id), letter=_settled(errand.office, letter, errand.moment))
            )
        if kind := "own" if letter is not None else kinds.get(message_id, "") if times[message_id] == 1 else "":
            found[uid] = _seen(errand, folder, validity, uid, message_id, kind)
    ledger.note_messages(found.values())
    return found


def _mail(message_id: str) -> MailSource:
    return MailSource(message_id=message_id, sender="")


def _seen(errand: _Errand, folder: str, validity: int, uid: int, message_id: str, kind: str) -> SeenMessage:
    """The note about a message; the server need be told only of those something was taken from."""
    return SeenMessage(
        account=errand.name,
        folder=folder,
        validity=validity,
        uid=uid,
        message_id=message_id,
        kind=kind,  # type: ignore[arg-type]
        marked=kind != "taken",
    )


def _is_to_be_told(message: SeenMessage) -> bool:
    return message.kind == "taken" and not message.marked


def _record(errand: _Errand, folder: str, batch: Sequence[_Message]) -> Iterator[Collected]:
    """Records what the messages brought, notes them, and only then tells the server."""
    yield from take_in(errand.desk, (item for message in batch for item in message.items), errand.received)
    errand.office.ledger.note_messages([m.seen for m in batch])
    _tell(errand, folder, [m.seen for m in batch if _is_to_be_told(m.seen)])
    for message in batch:
        errand.opened(message.opened)


def _tell(errand: _Errand, folder: str, messages: Sequence[SeenMessage]) -> None:
    """Marks or moves the messages on the server, then notes that."""
    if not messages or errand.refused:
        return
    uids = [m.uid for m in messages]
    try:
        if errand.account.move_to:
            errand.mailbox.move(uids, errand.account.move_to)
        else:
            errand.mailbox.mark(uids)
    except World as refusal:
        if refusal.code != "world.mail_refused":
            raise
        errand.refused.append(refusal)
        return
    errand.office.ledger.note_messages([replace(m, marked=True) for m in messages])


# -- one message -------------------------------------------------------------------------------------------------------


def _opened(errand: _Errand, folder: str, validity: int, fetched: Fetched) -> _Message:
    """What the message is, and what it brings."""
    from lamtheo_xls.mail.bounces import bounce_of

    head = head_of_message(fetched.data, LIMITS.head_bytes)
    mail = source_of(head)
    items: tuple[Received, ...] = ()
    letter, ids = None, mail.references
    notice = bounce_of(fetched.data)
    if notice is None or not _is_report(head):
        arrived = arrived_at(head) or (fetched.arrived.astimezone(VIETNAM) if fetched.arrived else None)
        day = arrived.date() if arrived else errand.office.as_of
        envelope, items = parts_of(
            fetched.data, _name(mail.sender, day), LIMITS, skip=lambda id: errand.ours(id) is not None
        )
        items = tuple(replace(item, day=item.day or day) for item in _without_our_own(errand, mail, items))
        ids = (*envelope.message_ids, *ids)
    if notice is not None and not any(map(_is_workbook, items)):
        items, letter = (), _told_of(errand, notice)
        kind = "bounce" if letter is not None else "other"
    else:
        kind = "taken" if any(item.data is not None for item in items) else "other"
        for message_id in ids:
            if answered := errand.ours(message_id):
                _settled(errand.office, answered, errand.moment)
    known = kind != "taken" or mail.sender.casefold() in errand.known
    files = sum(item.data is not None for item in items)
    return _Message(
        seen=_seen(errand, folder, validity, fetched.uid, mail.message_id, kind),
        opened=Opened(kind=kind, mail=mail, files=files, known=known, letter=letter),
        items=items,
    )


def _is_report(head: Head) -> bool:
    """Whether a mail server made it, by its shape. What only reads like a notice may be a person's words: with a
    workbook it is a return."""
    return head.first("content-type").lower().startswith("multipart/report")


def _is_workbook(item: Received) -> bool:
    return item.data is not None and item.name.lower().endswith(_WORKBOOKS)


def _name(sender: str, day: dt.date) -> str:
    """What files of the message are named after, before the «!»."""
    shown = re.sub(r"[!/\\\s]", "_", sender)[:100] or say("workspace.mailbox.nobody")
    return say("workspace.mailbox.name", ngay=f"{day:%d-%m-%Y}", nguoi=shown)


def _without_our_own(errand: _Errand, mail: MailSource, items: Sequence[Received]) -> tuple[Received, ...]:
    """The files without workbooks as we gave them out, where the message brings another workbook: people answer with
    what they were sent still attached. A robot, or the office itself, returns none of those at all."""
    workbooks = [item for item in items if _is_workbook(item)]
    if not workbooks:
        return tuple(items)
    nobodys = mail.automatic or mail.sender.casefold() == errand.account.address.casefold()
    if not nobodys and (len(workbooks) < 2 or all(item.sha256 in errand.issued for item in workbooks)):
        return tuple(items)
    return tuple(item for item in items if item.sha256 not in errand.issued)


def _told_of(errand: _Errand, notice: Bounce) -> LetterRecord | None:
    """Our letter that the notice tells of, in its new state; None where it is no letter of ours."""
    letter = next((x for id in notice.message_ids if (x := errand.ours(id))), None)
    if letter is None:
        return None
    office = errand.office
    addressed = address_set(letter.addresses)
    reached = [a for a in notice.recipients if a in addressed]
    only_us = not reached and errand.account.address.casefold() in notice.recipients
    said = f"{notice.diagnosis} ({', '.join(reached)})" if reached and len(addressed) > 1 else notice.diagnosis
    if notice.kind == "failed" and not only_us and letter.state in ("sent", "in_doubt"):
        return office.ledger.move_letter(letter.id, "bounced", as_of=office.as_of, moment=errand.moment, reply=said)
    if notice.kind == "failed" and letter.state == "bounced" and _is_news(letter, reached):
        both = f"{letter.reply}; {said}"
        return office.ledger.move_letter(letter.id, "bounced", as_of=office.as_of, moment=errand.moment, reply=both)
    if not only_us and letter.state != "bounced":
        detail = {"reply": said, "to": list(notice.recipients)}
        round_ = letter.rounds[0] if letter.rounds else ""
        office.ledger.record_event(notice.kind, letter.subject_of, as_of=office.as_of, round=round_, detail=detail)
    return _settled(office, letter, errand.moment)


def _is_news(letter: LetterRecord, reached: Sequence[str]) -> bool:
    """Whether an address is among them that no earlier notice named: it came back from one, and now from another."""
    return len(letter.addresses) > 1 and any(
        f"({a}" not in letter.reply and f" {a}" not in letter.reply for a in reached
    )

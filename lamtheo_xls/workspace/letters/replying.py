"""Answers to returns that came by mail: in the thread of each message one letter – a receipt, or what is to be mended
with the workbook for it –, each return once, and never to a robot."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lamtheo_xls.findings import Finding, say
from lamtheo_xls.ledger import LetterRecord, MailedCopy, MailSource, Standing, SubmissionRecord
from lamtheo_xls.mail.model import Account
from lamtheo_xls.register import Assignment, person_by_code, unit_of
from lamtheo_xls.workspace.answering import given_out
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.letters.composing import Composed, Enclosed, compose, sender_of, templates_of
from lamtheo_xls.workspace.letters.handing import to_return
from lamtheo_xls.workspace.letters.outbox import Clock, Delivered, Now, Passwords, deliver, queue
from lamtheo_xls.workspace.letters.recipients import Addressee, address_set, addresses_in
from lamtheo_xls.workspace.letters.steps import is_resting
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.wanting import standings_of

DAYS = 14
"""A message that came longer ago than this is no longer answered by the program."""
MOST_A_DAY = 5
"""So often in a day the program asks for one form to be mended: two that answer each other must come to rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of the answers of one run."""

    delivered: Delivered = field(default_factory=Delivered)
    findings: tuple[Finding, ...] = ()

    @property
    def letters(self) -> tuple[LetterRecord, ...]:
        return self.delivered.letters


def reply(
    office: Office,
    account: Account | None,
    password: Passwords,
    *,
    progress: Progress,
    now: Now,
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Answered:
    """Answers what came by mail and was not answered yet, then empties the queue (see `deliver`). `return` was run
    before, so that the workbooks to be mended lie in tra-lai/.

    Findings: those of the templates. World: mail_no_sender, the disk; never the mail server's doing.
    """
    sender_of(office)
    templates, findings = templates_of(office)
    told = list(findings)
    taken = {letter.key for letter in office.ledger.letters()}
    made: list[Composed] = []
    for message in _messages(office):
        template = "bo-sung" if any(x.faults for x in message.enclosed) else "bien-nhan"
        letters = compose(
            office,
            message.addressee,
            message.enclosed,
            kind="returned" if template == "bo-sung" else "receipt",
            template=template,
            templates=templates,
            moment=now(),
            taken=taken,
            answered=message.mail,
        )
        for letter, doubts in letters:
            made.append(letter)
            told += doubts
    queue(office, made)
    resting = is_resting(office.register.office, now())
    delivered = deliver(
        office, account, password, progress=progress, now=now, resting=resting, clock=clock, sleep=sleep
    )
    return Answered(delivered=delivered, findings=tuple(dict.fromkeys(told)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A message to be answered: to whom, and what of it."""

    mail: MailSource
    addressee: Addressee
    enclosed: tuple[Enclosed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    """A return that its assignment stands by now: it counts, or it is what is to be mended."""

    office: Office
    assignment: Assignment
    record: SubmissionRecord
    to_mend: Enclosed | None
    """With its faults and its workbook; None where it counts."""


def _messages(office: Office) -> Iterator[_Message]:
    """Every message with a return that was not answered, in the order of their coming. The first message that brought
    a return is the one it is answered in. A workbook that comes back just as we gave it out asks for nothing: a
    program that quotes what it was sent would get another one, and quote that."""
    letters = office.ledger.letters()
    done, returns = _answered(letters), _returns(office)
    ours = given_out(office.ledger)
    asked = Counter(a for x in letters if _is_asked_today(office, x) for a in x.items.get("assignments", ()))
    for mail, copies in _by_message(office):
        if not _may_be_answered(office, mail):
            continue
        ids = dict.fromkeys(c.submission for c in copies if c.submission in returns and c.submission not in done)
        for copy in copies:
            one = returns.get(copy.submission)
            if one is not None and one.to_mend is not None and copy.submission in ids:
                if copy.sha256 in ours or asked[one.assignment.id] >= MOST_A_DAY:
                    del ids[copy.submission]
                else:
                    asked[one.assignment.id] += 1
        done |= set(ids)
        if ids:
            yield _message(office, mail, [returns[id] for id in ids])


def _is_asked_today(office: Office, letter: LetterRecord) -> bool:
    """Whether the program itself asked today for something to be mended."""
    return letter.kind == "returned" and letter.key.startswith("answer:") and letter.made_on == office.as_of


def _answered(letters: Iterable[LetterRecord]) -> set[str]:
    """Ids of the returns some letter has spoken of, whatever became of it: none is spoken of twice."""
    about = [x for x in letters if x.kind in ("returned", "receipt")]
    return {id for x in about for name in ("submissions", "told") for id in x.items.get(name, ())}


def _by_message(office: Office) -> Iterator[tuple[MailSource, list[MailedCopy]]]:
    """Message → what it brought. One without a Message-ID is known by its sender and its time; and programs have sent
    messages of two senders under one."""
    found: dict[tuple[str, ...], tuple[MailSource, list[MailedCopy]]] = {}
    for copy in office.ledger.mailed_copies(office.as_of - dt.timedelta(days=DAYS)):
        mail = copy.mail
        key = (mail.message_id, mail.sender, mail.reply_to) + (() if mail.message_id else (mail.sent, mail.subject))
        found.setdefault(key, (mail, []))[1].append(copy)
    yield from found.values()


def _may_be_answered(office: Office, mail: MailSource) -> bool:
    """Not a robot, a list or ourselves: two programs must never write to each other (RFC 3834)."""
    to = _target(mail)
    own = address_set(addresses_in(office.register.office.get("thu_nhan", "")))
    if mail.automatic or not to or mail.sender.casefold() in own or to.casefold() in own:
        return False
    if mail.sent and dt.datetime.fromisoformat(mail.sent).date() < office.as_of - dt.timedelta(days=DAYS):
        return False
    return not (mail.message_id and office.ledger.letter_by_message_id(mail.message_id))


def _target(mail: MailSource) -> str:
    """Where the answer goes: the one address answers are wanted at, else the sender's; '' where that is none."""
    for text in (mail.reply_to, mail.sender):
        if addresses := addresses_in(text):
            return addresses[0]
    return ""


def _returns(office: Office) -> Mapping[str, _Return]:
    """Submission → the return, of every open round that is not secret, of all that counts or is to be mended."""
    found: dict[str, _Return] = {}
    rulings = office.ledger.standing(None)
    for one in office.all:
        if one.programme.secrecy or one.ledger.closed_on(one.round.id) is not None:
            continue
        assignments = assignments_of(one)[0]
        standings = standings_of(one)
        mending = {e.submission: e for e in to_return(one, assignments, standings, rulings)}
        for assignment in assignments:
            for standing in standings.get(assignment.id, {}).values():
                found |= {
                    r.id: _Return(office=one, assignment=assignment, record=r, to_mend=mending.get(r.id))
                    for r in _spoken_of(standing, mending)
                }
    return found


def _spoken_of(standing: Standing, mending: Mapping[str, Enclosed]) -> Iterator[SubmissionRecord]:
    """Of one part: what counts, and what is to be mended."""
    if standing.counted is not None:
        yield standing.counted
    if standing.latest is not None and standing.latest.id in mending:
        yield standing.latest


def _message(office: Office, mail: MailSource, returns: Sequence[_Return]) -> _Message:
    to = _target(mail)
    holders = [_holder(office, one.assignment, to) for one in returns]
    names = tuple(dict.fromkeys(name for _, name in holders if name))
    return _Message(
        mail=mail,
        addressee=Addressee(
            addresses=(to,),
            recipients=tuple(dict.fromkeys(recipient for recipient, _ in holders if recipient)),
            name="; ".join(names) or mail.name or to,
        ),
        enclosed=tuple(
            _enclosed(one, known=bool(recipient)) for one, (recipient, _) in zip(returns, holders, strict=True)
        ),
    )


def _holder(office: Office, assignment: Assignment, address: str) -> tuple[str, str]:
    """Whose address it is of those the return is about: recipient and name; ('', '') where the register does not know
    it for them. Only to such an address goes a workbook with what somebody typed (D.5)."""
    person, unit = person_by_code(office.register, assignment.person), unit_of(office.register, assignment.unit)
    wanted = address.casefold()
    if person is not None and wanted in address_set(addresses_in(person.mail)):
        return f"person:{person.code}", say("workspace.letter.person", ten=person.name)
    if unit is not None and wanted in address_set(addresses_in(unit.mail)):
        return f"unit:{unit.code}", unit.name
    return "", ""


def _enclosed(one: _Return, *, known: bool) -> Enclosed:
    """What the answer says of one return. To an address the register does not know: how many places are to be mended,
    not what was typed there."""
    if one.to_mend is None:
        return Enclosed(
            office=one.office, assignment=one.assignment, submission=one.record.id, received=one.record.received
        )
    if known and one.to_mend.path is not None and one.to_mend.path.is_file():
        return one.to_mend
    faults = (say("workspace.letter.places", n=len(one.to_mend.faults)),)
    return replace(one.to_mend, path=None, serial=None, faults=faults)

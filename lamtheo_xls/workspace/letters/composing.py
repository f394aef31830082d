"""What stands in a letter: the facts its template is filled from, its attachments, its key; and all that as bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import period_label
from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import Finding, World
from lamtheo_xls.intake.headers import VIETNAM
from lamtheo_xls.ledger import LetterRecord, MailSource
from lamtheo_xls.mail.letters import letter_bytes, message_id, safe_names, subject_token
from lamtheo_xls.mail.model import Attachment, Letter
from lamtheo_xls.mail.templates import Templates, read_templates, write_letter, write_missing
from lamtheo_xls.register import Assignment, person_by_code, unit_of
from lamtheo_xls.workspace.folder import TEMPLATES, Office
from lamtheo_xls.workspace.letters.recipients import Addressee, addresses_in

MOST_BYTES = 15 * 1024 * 1024
"""Attachments beyond this go in a further letter: a third more on the way, and many servers stop at 20 or 25 MB."""
SUBJECT_LENGTH = 200
"""So much of a thread's subject is kept: some programs put a whole letter there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """One form a letter speaks of, and the workbook that goes with it."""

    office: Office
    """On the form's round."""
    assignment: Assignment
    path: Path | None = None
    """The workbook, where one is attached."""
    serial: int | None = None
    submission: str = ""
    """What the letter answers."""
    received: dt.date | None = None
    faults: tuple[str, ...] = ()
    """A line for each, with its cell."""

    @property
    def only_told(self) -> bool:
        """Its faults are told, and the workbook to mend goes elsewhere."""
        return bool(self.faults) and self.path is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter ready to be queued; `record` lacks only the hash of `data`."""

    record: LetterRecord
    data: bytes


def compose(
    office: Office,
    addressee: Addressee,
    enclosed: Sequence[Enclosed],
    *,
    kind: str,
    template: str,
    templates: Templates,
    moment: dt.datetime,
    taken: set[str],
    times: int = 0,
    answered: MailSource | None = None,
) -> Iterator[tuple[Composed, tuple[Finding, ...]]]:
    """The letter (several where attachments weigh too much) to `addressee` about `enclosed`, what is due first first,
    with what is wrong with its template. `taken`: keys there are already; the new ones are added. `times`: how often
    reminded, this letter included. `answered`: the message whose thread it is written in, by the program itself.
    """
    chunks = tuple(_chunks(sorted(enclosed, key=lambda x: x.assignment.deadline.on_time)))
    for number, chunk in enumerate(chunks, start=1):
        part = f"{number}/{len(chunks)}" if len(chunks) > 1 else ""
        files = tuple(_attachment(x.path) for x in chunk if x.path is not None)
        facts = _facts(office, addressee, chunk, part=part, times=times)
        (subject, text), findings = write_letter(templates, template, facts)
        key = _key("answer" if answered else kind, addressee, chunk, part, office.as_of, taken)
        address = sender_of(office)
        letter = Letter(
            sender=address,
            sender_name=office.register.office.get("co_quan", "").strip() or address,
            to=addressee.addresses,
            subject=_subject(subject, answered, subject_token(chunk[0].office.round.id, _code(addressee))),
            text=text,
            message_id=message_id(key, office.key, address),
            date=moment.astimezone(VIETNAM) if moment.tzinfo else moment.replace(tzinfo=VIETNAM),
            attachments=files,
            in_reply_to=answered.message_id if answered else "",
            references=tuple(dict.fromkeys((*answered.references, answered.message_id))) if answered else (),
            answer=answered is not None,
        )
        record = LetterRecord(
            key=key,
            message_id=letter.message_id,
            kind=kind,
            rounds=tuple(dict.fromkeys(x.office.round.id for x in chunk)),
            addresses=addressee.addresses,
            recipients=addressee.recipients,
            subject=letter.subject,
            items=_items(chunk),
            sha256="",
            made_on=office.as_of,
            moment=moment_text(moment),
        )
        yield Composed(record=record, data=letter_bytes(letter)), findings


def _subject(subject: str, answered: MailSource | None, token: str) -> str:
    """With the token at its end; in a thread, the thread's own subject."""
    if answered is None or not answered.subject.strip():
        return f"{subject} {token}"
    thread = answered.subject.strip()[:SUBJECT_LENGTH].rstrip()
    thread = thread if thread.lower().startswith("re:") else f"Re: {thread}"
    return thread if "[LTB " in thread else f"{thread} {token}"


def sender_of(office: Office) -> str:
    """The office's address, which letters are from; World where sheet CƠ QUAN names none, or no single one."""
    address = office.register.office.get("thu_nhan", "").strip()
    if not address or addresses_in(address) != (address,):
        raise World("world.mail_no_sender")
    return address


def templates_of(office: Office) -> tuple[Templates, tuple[Finding, ...]]:
    """The words of the office's letters, from mau-thu/, where copies of all of them lie from now on."""
    write_missing(office.root / TEMPLATES)
    return read_templates(office.root / TEMPLATES)


def moment_text(moment: dt.datetime) -> str:
    """A moment as the ledger keeps it: ISO, local, to the second."""
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def _chunks(enclosed: Sequence[Enclosed]) -> Iterator[tuple[Enclosed, ...]]:
    """As few letters as will do, in order; a workbook that is too heavy by itself goes alone."""
    chunk: list[Enclosed] = []
    weight = 0
    for one in enclosed:
        size = one.path.stat().st_size if one.path is not None else 0
        if chunk and weight + size > MOST_BYTES:
            yield tuple(chunk)
            chunk, weight = [], 0
        chunk.append(one)
        weight += size
    if chunk:
        yield tuple(chunk)


def _attachment(path: Path) -> Attachment:
    return Attachment(name=path.name, data=path.read_bytes())


def _facts(office: Office, addressee: Addressee, chunk: Sequence[Enclosed], *, part: str, times: int) -> dict[str, Any]:
    """What the templates may speak of: see mail/templates."""
    said = office.register.office
    files = [x.path.name for x in chunk if x.path is not None]
    names = iter(safe_names(files))
    periods = dict.fromkeys(period_label(x.assignment.period) for x in chunk)
    return {
        "co_quan": said.get("co_quan", ""),
        "nguoi_nhan": addressee.name,
        "dau_moi": said.get("dau_moi_nhan", ""),
        "thu_nhan": said.get("thu_nhan", ""),
        "ky": ", ".join(periods),
        "bieu": [_form_facts(x, next(names) if x.path is not None else "") for x in chunk],
        "so_tep": len(files),
        "phan": part,
        "lan": times,
    }


def _form_facts(one: Enclosed, file: str) -> dict[str, Any]:
    office, assignment = one.office, one.assignment
    unit, person = unit_of(office.register, assignment.unit), person_by_code(office.register, assignment.person)
    form, deadline = office.forms[assignment.form] if assignment.form else None, assignment.deadline
    return {
        "ma": assignment.person or assignment.unit,
        "ten": form.label if form else assignment.document,
        "nhan_de": form.name if form else "",
        "don_vi": unit.name if unit else assignment.unit,
        "nguoi": person.name if person else "",
        "han": deadline.text,
        "han_ngay": f"{deadline.on_time:%d/%m/%Y}",
        "nhan_den": _last_accepted(deadline, office.as_of),
        "con": _days_left(deadline, office.as_of),
        "tep": file,
        "ban_ky": assignment.signed_copy,
        "loi": list(one.faults),
        "ngay_nhan": f"{one.received:%d/%m/%Y}" if one.received else "",
    }


def _days_left(deadline: Deadline, as_of: dt.date) -> int:
    """Till the last day on time; negative from the first day that is late, 0 between the two («trước ngày …»)."""
    left = (deadline.on_time - as_of).days
    return left if left >= 0 else min(0, (deadline.late_from - as_of).days - 1)


def _last_accepted(deadline: Deadline, as_of: dt.date) -> str:
    """The day until which a late one is still taken, where there is one to come."""
    day = deadline.accept_until
    return f"{day:%d/%m/%Y}" if day is not None and day > deadline.on_time and day >= as_of else ""


def _items(chunk: Iterable[Enclosed]) -> dict[str, tuple[str, ...]]:
    chunk = tuple(chunk)
    named = {
        "assignments": tuple(dict.fromkeys(x.assignment.id for x in chunk)),
        "serials": tuple(str(x.serial) for x in chunk if x.serial is not None),
        "submissions": tuple(dict.fromkeys(x.submission for x in chunk if x.submission and not x.only_told)),
        "told": tuple(dict.fromkeys(x.submission for x in chunk if x.submission and x.only_told)),
    }
    return {name: values for name, values in named.items() if values}


def _code(addressee: Addressee) -> str:
    return addressee.recipients[0].partition(":")[2] if addressee.recipients else ""


def _key(kind: str, addressee: Addressee, chunk: Sequence[Enclosed], part: str, as_of: dt.date, taken: set[str]) -> str:
    """What the letter is, so that it is made once; «#2» where the same goes out a second time on purpose."""
    items = _items(chunk)
    answers = (*items.get("submissions", ()), *items.get("told", ()))
    about = {"issue": items.get("serials", ()), "returned": answers, "answer": answers}.get(kind)
    if about is None:
        what = f"{as_of.isoformat()}{f' {part}' if part else ''}"
    else:
        what = hashlib.sha256(" ".join(sorted(about)).encode()).hexdigest()[:16]
    base = f"{kind}:{addressee.recipients[0] if addressee.recipients else addressee.addresses[0].casefold()}:{what}"
    key, n = base, 1
    while key in taken and about is not None and kind != "answer":
        n += 1
        key = f"{base}#{n}"
    taken.add(key)
    return key


def with_bytes(composed: Composed, sha256: str, **more: Any) -> LetterRecord:
    """The record of a letter whose bytes the archive holds."""
    return replace(composed.record, sha256=sha256, **more)

"""Reminding by the calendar: one letter for each mailbox, about what is awaited of it and is due for a word today."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from lamtheo_xls.findings import Finding, say
from lamtheo_xls.ledger import LetterRecord
from lamtheo_xls.mail.calendar import is_day_off
from lamtheo_xls.mail.model import Account
from lamtheo_xls.mail.templates import Templates
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.letters.awaited import CAME_BACK, Awaited, awaited_of
from lamtheo_xls.workspace.letters.composing import Composed, Enclosed, compose, templates_of
from lamtheo_xls.workspace.letters.outbox import (
    Clock,
    Delivered,
    Now,
    Passwords,
    check_may_send,
    clear_previews,
    deliver,
    letters_for,
    preview,
    queue,
)
from lamtheo_xls.workspace.letters.recipients import Addressee, address_set, addressees_of
from lamtheo_xls.workspace.letters.refusals import reason_of
from lamtheo_xls.workspace.letters.steps import Rhythm, next_moment, rhythm_of, step_now, steps_of, when_of

WORDS = {"before": "nhac-truoc-han", "on": "nhac-den-han", "after": "nhac-qua-han"}
"""Where the date lies, seen from today → the words; the last of these that fits anything in the letter is taken."""

_NOBODY_THERE = ("no_mailbox", "no_domain", "bad_address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something awaited that is due for a reminder today."""

    awaited: Awaited
    offset: int
    """The step, in days from the date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What one mailbox is reminded of."""

    addressee: Addressee
    due: tuple[Due, ...]
    template: str
    times: int
    """The how manieth reminder it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """At `moment` nobody is reminded: it is night, or a day off."""

    moment: dt.datetime
    until: dt.datetime
    """When one may write again."""
    day_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """What became of one `remind`."""

    delivered: Delivered = field(default_factory=Delivered)
    previewed: tuple[LetterRecord, ...] = ()
    """Of a dry run: what would be sent, as drafts to look at."""
    resting: Resting | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def letters(self) -> tuple[LetterRecord, ...]:
        return self.delivered.letters or self.previewed


def remind(
    office: Office,
    account: Account | None,
    password: Passwords,
    *,
    moment: dt.datetime,
    only: Sequence[str] = (),
    dry_run: bool = False,
    progress: Progress,
    now: Now,
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Reminded:
    """Reminds whoever is due at `moment` (of the as-of date, Vietnam time), for every round the command is for, and
    empties the queue (see `deliver`). At night and on days off nothing is made or sent. `only`: those units and people
    alone, whatever the calendar says. `dry_run`: drafts to look at, whatever the hour; nothing recorded or sent.

    Findings: those of the templates and of the facts on reminding. World: secret_no_mail, mail_no_sender, unit_unknown,
    the disk; never the mail server's doing, which `Reminded.delivered` tells.
    """
    check_may_send(office, only)
    rhythm, findings = rhythm_of(office.register.office)
    may_write = next_moment(moment, rhythm)
    if may_write != moment and not dry_run:
        day_off = is_day_off(moment.date(), rhythm.off)
        return Reminded(resting=Resting(moment=moment, until=may_write, day_off=day_off), findings=findings)
    templates, faults = templates_of(office)
    clear_previews(office)
    told = [*findings, *faults]
    reminders = reminders_of(office, rhythm, only=only)
    letters = _composed(
        office, progress(reminders, len(reminders), say("workspace.progress.write")), templates, moment, told
    )
    if dry_run:
        return Reminded(previewed=preview(office, letters), findings=tuple(dict.fromkeys(told)))
    queue(office, letters)
    chosen = letters_for(office, only)
    delivered = deliver(office, account, password, progress=progress, now=now, chosen=chosen, clock=clock, sleep=sleep)
    return Reminded(delivered=delivered, findings=tuple(dict.fromkeys(told)))


def _composed(
    office: Office, reminders: Iterable[Reminder], templates: Templates, moment: dt.datetime, told: list[Finding]
) -> Iterator[Composed]:
    """The letters, made as they are taken; what is wrong with their templates goes to `told`."""
    for letter, findings in compose_reminders(office, reminders, templates, moment):
        told += findings
        yield letter


def reminders_of(office: Office, rhythm: Rhythm, *, only: Sequence[str] = ()) -> tuple[Reminder, ...]:
    """Who is to be reminded of what on the office's date, in the office's order, over the rounds the command is for.

    Only what is still awaited and whose step has come with nothing written since; those named in `only` (units or
    people) whatever the calendar says. Never two reminders to one mailbox on one day, and none by the calendar to an
    address that does not exist: those are called.
    """
    due = tuple(_due(office, rhythm, awaited_of(office, office.all), only))
    by_id = {d.awaited.assignment.id: d for d in due}
    addressees, _ = addressees_of(office, [d.awaited.assignment for d in due])
    letters = office.ledger.letters()
    left_out = {address_set(x.addresses) for x in letters if _is_of_today(office, x.kind, x.made_on)}
    left_out |= frozenset() if only else _dead(letters)
    return tuple(
        _reminder(office, addressee, tuple(by_id[a.id] for a in assignments))
        for addressee, assignments in addressees.items()
        if address_set(addressee.addresses) not in left_out
    )


def _dead(letters: Iterable[LetterRecord]) -> frozenset[frozenset[str]]:
    """Mailboxes of one address from which the last letter came back because there is nobody by that address."""
    last = {address_set(x.addresses): x for x in letters}
    back = ((addressee, x) for addressee, x in last.items() if len(addressee) == 1 and x.state in CAME_BACK)
    return frozenset(addressee for addressee, x in back if reason_of(x.reply) in _NOBODY_THERE)


def _is_of_today(office: Office, kind: str, made_on: dt.date) -> bool:
    return kind == "reminder" and made_on == office.as_of


def _due(office: Office, rhythm: Rhythm, awaited: Sequence[Awaited], only: Sequence[str]) -> Iterator[Due]:
    for one in awaited:
        a = one.assignment
        if only and a.unit not in only and a.person not in only:
            continue
        steps = steps_of(a.deadline, rhythm)
        step = step_now(steps, office.as_of, one.written)
        if step is not None:
            yield Due(awaited=one, offset=step.offset)
        elif only:
            yield Due(awaited=one, offset=(office.as_of - a.deadline.on_time).days)


def _reminder(office: Office, addressee: Addressee, due: tuple[Due, ...]) -> Reminder:
    due = tuple(sorted(due, key=lambda d: d.awaited.assignment.deadline.on_time))
    when = {when_of(d.awaited.assignment.deadline, office.as_of) for d in due}
    return Reminder(
        addressee=addressee,
        due=due,
        template=next(WORDS[w] for w in ("after", "on", "before") if w in when),
        times=max(d.awaited.reminded for d in due) + 1,
    )


def compose_reminders(
    office: Office, reminders: Iterable[Reminder], templates: Templates, moment: dt.datetime
) -> Iterator[tuple[Composed, tuple[Finding, ...]]]:
    """The letters, one (of many heavy workbooks several) for each mailbox."""
    taken = {x.key for x in office.ledger.letters()}
    for reminder in reminders:
        steps = {d.awaited.assignment.id: f"{d.awaited.assignment.id}@{d.offset:+d}" for d in reminder.due}
        for composed, findings in compose(
            office,
            reminder.addressee,
            [x for d in reminder.due for x in _enclosed(d.awaited)],
            kind="reminder",
            template=reminder.template,
            templates=templates,
            moment=moment,
            taken=taken,
            times=reminder.times,
        ):
            told = composed.record.items.get("assignments", ())
            items = {**composed.record.items, "steps": tuple(steps[id] for id in told)}
            yield replace(composed, record=replace(composed.record, items=items)), findings


def _enclosed(awaited: Awaited) -> Iterator[Enclosed]:
    """A form with each of its workbooks; once without one where there is none."""
    bare = Enclosed(office=awaited.office, assignment=awaited.assignment, received=_to_supplement(awaited))
    if not awaited.workbooks:
        yield bare
    for workbook in awaited.workbooks:
        received = workbook.received or bare.received
        yield replace(bare, path=workbook.path, serial=workbook.serial, received=received)


def _to_supplement(awaited: Awaited) -> dt.date | None:
    """When the return came that staff, not the program, want mended; None where it has faults of its own."""
    latest = awaited.position.latest
    marked = any(w.received is not None for w in awaited.workbooks)
    return latest.received if awaited.to_fix and latest is not None and not marked else None

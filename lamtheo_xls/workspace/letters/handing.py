"""What `send` sends: workbooks issued and in no letter yet, and those made from returns that are to be mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.ledger import IssueRecord, LetterRecord
from lamtheo_xls.mail.model import Account
from lamtheo_xls.mail.templates import Templates
from lamtheo_xls.register import Assignment
from lamtheo_xls.reports.feedback import faults_told
from lamtheo_xls.workspace.answering import to_mend
from lamtheo_xls.workspace.folder import Office, Progress
from lamtheo_xls.workspace.letters.composing import Composed, Enclosed, compose, moment_text, templates_of
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
    waiting,
)
from lamtheo_xls.workspace.letters.outdated import is_withdrawn, outdated_letters, withdraw
from lamtheo_xls.workspace.letters.recipients import Addressee, address_set, addressees_of
from lamtheo_xls.workspace.letters.steps import is_resting
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import Rulings, position_of, state_of_part
from lamtheo_xls.workspace.renewing import in_force, version_of, versions_of
from lamtheo_xls.workspace.wanting import Standings, is_issued, standings_of

TEMPLATE = {"issue": "tao-bieu", "returned": "bo-sung"}
"""Kind of letter → the template it is written from, in the order they are sent."""
LIVING = ("ready", "sending", "sent", "in_doubt", "drafted")
"""A letter in such a state has gone out, will by itself, or may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What became of one `send`."""

    delivered: Delivered = field(default_factory=Delivered)
    previewed: tuple[LetterRecord, ...] = ()
    """Of a dry run: what would be sent, as drafts to look at."""
    without: tuple[Assignment, ...] = ()
    """Nobody has an address for them: they go another way."""
    findings: tuple[Finding, ...] = ()

    @property
    def letters(self) -> tuple[LetterRecord, ...]:
        return self.delivered.letters or self.previewed


def send(
    office: Office,
    account: Account | None,
    password: Passwords,
    *,
    only: Sequence[str] = (),
    kinds: Sequence[str] = tuple(TEMPLATE),
    again: bool = False,
    dry_run: bool = False,
    progress: Progress,
    now: Now,
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Handed:
    """Composes and queues what nobody was sent yet, for every round the command is for, then empties the queue (see
    `deliver`); of units, people or kinds that were named, of those letters alone. `again`: also what was sent before.
    `dry_run`: drafts to look at, nothing recorded or sent.

    Findings: those of the templates, set.letter_file_missing. World: secret_no_mail, mail_no_sender, unit_unknown, the
    disk; never the mail server's doing, which `Handed.delivered` tells.
    """
    check_may_send(office, only)
    templates, findings = templates_of(office)
    clear_previews(office)
    written = _Written(findings=list(findings))
    chosen = letters_for(office, only, () if set(kinds) == set(TEMPLATE) else kinds)
    withdrawn = _out_of_date(office, kinds, chosen)
    if not dry_run:
        withdrawn = withdraw(office, withdrawn, moment_text(now()))
    gone = {x.id for x in withdrawn}
    letters = _compose(office, templates, only, kinds, again, gone, progress, now, written)
    if dry_run:
        previewed = preview(office, chain(waiting(office, chosen), letters))
        return Handed(previewed=previewed, without=tuple(written.without), findings=written.told)
    queue(office, letters)
    delivered = deliver(
        office,
        account,
        password,
        progress=progress,
        now=now,
        chosen=chosen,
        withdrawn=withdrawn,
        resting=is_resting(office.register.office, now()),
        clock=clock,
        sleep=sleep,
    )
    return Handed(delivered=delivered, without=tuple(written.without), findings=written.told)


def _out_of_date(
    office: Office, kinds: Sequence[str], chosen: Callable[[LetterRecord], bool]
) -> tuple[LetterRecord, ...]:
    """What waits and nobody needs any more; and what is out of date otherwise, where this command makes it anew."""
    outdated, rounds = outdated_letters(office), {one.round.id for one in office.all}
    anew = (x for x in outdated.other if x.kind in kinds and rounds.issuperset(x.rounds) and chosen(x))
    return (*outdated.done, *anew)


@dataclass(slots=True)
class _Written:
    """What is learnt while letters are written one by one."""

    findings: list[Finding] = field(default_factory=list)
    without: list[Assignment] = field(default_factory=list)

    @property
    def told(self) -> tuple[Finding, ...]:
        """Each once: a faulty template says the same of every letter."""
        return tuple(dict.fromkeys(self.findings))


def _compose(
    office: Office,
    templates: Templates,
    only: Sequence[str],
    kinds: Sequence[str],
    again: bool,
    gone: Collection[int],
    progress: Progress,
    now: Now,
    written: _Written,
) -> Iterator[Composed]:
    """The letters, made as they are taken: a round's attachments are never in memory together. `gone`: letters that
    are as good as never made."""
    made = office.ledger.letters()
    taken = {letter.key for letter in made}
    sent = tuple(x for x in made if not is_withdrawn(x) and x.id not in gone)
    rulings = office.ledger.standing(None)
    for kind in (k for k in TEMPLATE if k in kinds):
        enclosed: list[Enclosed] = []
        for one in office.all:
            if one.ledger.closed_on(one.round.id) is None:
                asked = [a for a in assignments_of(one)[0] if not only or a.unit in only or a.person in only]
                make = _to_issue if kind == "issue" else to_return
                enclosed += make(one, asked, standings_of(one), rulings)
        todo = _unsent(office, kind, enclosed, sent, again, written)
        for addressee, of_one in progress(todo, len(todo), say("workspace.progress.write")):
            composed = compose(
                office,
                addressee,
                of_one,
                kind=kind,
                template=TEMPLATE[kind],
                templates=templates,
                moment=now(),
                taken=taken,
            )
            for letter, findings in composed:
                written.findings += findings
                yield letter


def _unsent(
    office: Office,
    kind: str,
    enclosed: Sequence[Enclosed],
    sent: Sequence[LetterRecord],
    again: bool,
    written: _Written,
) -> list[tuple[Addressee, list[Enclosed]]]:
    """What goes to each mailbox: what no letter took there yet and lies in its folder."""
    of_assignment: dict[str, list[Enclosed]] = {}
    for one in enclosed:
        of_assignment.setdefault(one.assignment.id, []).append(one)
    addressees, without = addressees_of(office, {e.assignment.id: e.assignment for e in enclosed}.values())
    letters = _letters_by_item(sent)
    went = _went_again if again else _went_out if kind == "issue" else _was_answered
    written.without += (a for a in without if a not in written.without)
    found: list[tuple[Addressee, list[Enclosed]]] = []
    for addressee, assignments in addressees.items():
        todo = [e for a in assignments for e in of_assignment[a.id] if not went(e, addressee, letters)]
        there = [e for e in todo if e.path is not None and e.path.is_file()]
        for e in todo:
            if e not in there and e.path is not None:
                written.findings.append(finding("set.letter_file_missing", tep=e.path.name, noi=e.path.parent.name))
        if there:  # it speaks to those it brings something, not to all who share the mailbox
            found += ((of_these, there) for of_these in addressees_of(office, [e.assignment for e in there])[0])
    return found


def _to_issue(
    office: Office, assignments: Iterable[Assignment], standings: Standings, rulings: Rulings
) -> Iterator[Enclosed]:
    """The latest workbook of every part of which nothing (or no workbook) came yet: of what is owed and – who may send
    something is given the means to (S3.16) – of volunteers."""
    issued: dict[str, list[IssueRecord]] = {}
    for record in office.ledger.issued_of_round(office.round.id):
        issued.setdefault(record.issued.assignment, []).append(record)
    for a in (x for x in assignments if is_issued(x)):
        parts = standings.get(a.id, {})
        if position_of(a, tuple(parts.values()), rulings).state in ("accepted", "nil"):
            continue
        for record in issued.get(a.id, ()):
            standing = parts.get(record.issued.part)
            if standing is None or state_of_part(standing, rulings) in ("missing", "wrong_form"):
                yield Enclosed(office=office, assignment=a, path=office.root / record.file, serial=record.issued.serial)


def to_return(
    office: Office, assignments: Iterable[Assignment], standings: Standings, rulings: Rulings
) -> Iterator[Enclosed]:
    """The workbook made from every return that is to be mended, where `return` has made it."""
    told = _last_returned(office)
    versions = versions_of(office)
    for a in (x for x in assignments if x.form):
        for part, standing in standings.get(a.id, {}).items():
            latest, (detail, serial) = to_mend(standing), told.get((a.id, part), ({}, 0))
            record = office.ledger.issued(serial) if serial else None
            if latest is None or record is None or detail.get("submission") != latest.id:
                continue
            form = versions.by_key[f"{record.issued.form}/{record.issued.version}"]
            older = version_of(office, latest) < record.issued.version
            faults = faults_told(form=form, record=record, examination=in_force(versions, latest), older=older)
            yield Enclosed(
                office=office,
                assignment=a,
                path=office.folder("tra-lai") / detail["file"],
                serial=serial,
                submission=latest.id,
                received=latest.received,
                faults=fault_lines(faults),
            )


def fault_lines(faults: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    """«Ô D9: … Cách sửa…» for each fault the workbook lists in front; where it lists none, where to look."""
    lines = []
    for cell, what, how in faults:
        said = f"{what} {how}".strip()
        lines.append(say("workspace.letter.fault", o=cell, loi=said) if cell and cell not in said else said)
    return tuple(lines) or (say("workspace.letter.look"),)


def _last_returned(office: Office) -> Mapping[tuple[str, str], tuple[Mapping[str, str], int]]:
    """(assignment, part) → of the last workbook made to be mended: what it answers and its file; its serial."""
    found: dict[tuple[str, str], tuple[Mapping[str, str], int]] = {}
    for event in office.ledger.history(office.round.id):
        if event.kind == "returned":
            detail = {name: str(value) for name, value in event.detail.items()}
            at = (event.subject.partition(":")[2], detail.get("part", ""))
            found[at] = (detail, int(detail.get("serial", 0)))
    return found


_Letters = Mapping[tuple[str, str], Sequence[LetterRecord]]
"""('serials', serial) or ('submissions', id) → the letters that carry or answer it."""


def _letters_by_item(letters: Iterable[LetterRecord]) -> _Letters:
    found: dict[tuple[str, str], list[LetterRecord]] = {}
    for letter in letters:
        for name in ("serials", "submissions"):
            for value in letter.items.get(name, ()):
                found.setdefault((name, value), []).append(letter)
    return found


def _went_out(one: Enclosed, addressee: Addressee, letters: _Letters) -> bool:
    """Whether every address of the mailbox was already written to with this workbook, whatever became of it: one that
    was refused is tried again when the address has changed, or when somebody says so."""
    return address_set(addressee.addresses) <= _written_to(letters.get(("serials", str(one.serial)), ()))


def _was_answered(one: Enclosed, addressee: Addressee, letters: _Letters) -> bool:
    """Whether a letter has told of this return – with this very workbook, if it carried one –, to whatever address; of
    those that came back, whether they were for the address it has now."""
    about = [x for x in letters.get(("submissions", one.submission), ()) if x.kind in ("returned", "receipt")]
    living = [x for x in about if x.state in LIVING]
    if any(str(one.serial) in x.items.get("serials", (str(one.serial),)) for x in living):
        return True
    return not living and address_set(addressee.addresses) <= _written_to(about)


def _went_again(one: Enclosed, addressee: Addressee, letters: _Letters) -> bool:
    """Asked to send again: only what waits in the queue is not put there twice."""
    name, value = ("submissions", one.submission) if one.submission else ("serials", str(one.serial))
    return any(x.state in ("ready", "sending") for x in letters.get((name, value), ()))


def _written_to(letters: Iterable[LetterRecord]) -> frozenset[str]:
    return frozenset(a for letter in letters for a in address_set(letter.addresses))

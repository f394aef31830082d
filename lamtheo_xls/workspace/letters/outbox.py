"""The queue letters wait in, and how it is emptied: over SMTP, or – where the office names no server – as drafts."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lamtheo_xls.findings import Finding, World, say, worst
from lamtheo_xls.ledger import LetterRecord
from lamtheo_xls.mail.account import account_of
from lamtheo_xls.mail.letters import draft_bytes
from lamtheo_xls.mail.model import Account, Outcome, Server
from lamtheo_xls.register import Unit
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.text import slug
from lamtheo_xls.workspace.folder import LETTERS, Office, Progress
from lamtheo_xls.workspace.issuing import check_codes
from lamtheo_xls.workspace.letters.composing import Composed, moment_text, sender_of, with_bytes
from lamtheo_xls.workspace.letters.outdated import outdated_letters, withdraw
from lamtheo_xls.workspace.letters.recipients import holder_of
from lamtheo_xls.workspace.owing import assignments_of

PREVIEW = "xem-thu"
"""Below a round's drafts: what `--dry-run` would send."""
_BATCH = 100
_TAILS = {"issue": "", "returned": "_bo-sung", "reminder": "_don-doc", "receipt": "_bien-nhan"}
Passwords = Callable[[Server], str]
"""The password for one of the account's servers, asked for when it is needed and not before."""
Clock = Callable[[], float]
Now = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of the queue. `letters`: every letter this run touched, as it stands now, in the order made."""

    letters: tuple[LetterRecord, ...] = ()
    unlooked: World | None = None
    """Why the mailbox could not be looked into for letters in doubt."""
    broken: World | None = None
    """Why sending stopped before the end of the queue; what was not sent is ready still."""

    def fail(self) -> None:
        """Raises what has to be mended before the rest can go: once everything that was done is told."""
        for world in (self.broken, self.unlooked):
            if world is not None:
                raise world


def account_for(office: Office) -> tuple[Account | None, tuple[Finding, ...]]:
    """The office's mail account, None where no server is named, and what is doubtful of it. World (mail_facts) with the
    findings behind it where what sheet CƠ QUAN says cannot be used. None in a demo, whose units do not exist: its
    letters are drafts, whatever is written there."""
    if office.ledger.is_demo:
        return None, ()
    account, findings = account_of(office.register.office, office.root)
    if worst(findings) == "error":
        wrong = [f for f in findings if f.severity == "error"]
        raise World("world.mail_facts", wrong, n=len(wrong))
    return account, findings


def refuse_secret(office: Office) -> None:
    """World where a round the command is for carries a degree of secrecy: such papers go by no mail (D.5)."""
    for one in office.all:
        if one.programme.secrecy:
            raise World("world.secret_no_mail", bo=one.programme.id, mat=one.programme.secrecy)


def check_may_send(office: Office, only: Sequence[str]) -> None:
    """World where no letter may be written: secret_no_mail, mail_no_sender; unit_unknown for a code in `only`."""
    refuse_secret(office)
    sender_of(office)
    for one in office.all:
        check_codes(one, only, assignments_of(one)[0])


def queue(office: Office, letters: Iterable[Composed]) -> tuple[LetterRecord, ...]:
    """Archives the letters' bytes and records them, ready to be sent; those whose key was new, with their numbers."""
    made: list[LetterRecord] = []
    pending: list[LetterRecord] = []
    for letter in letters:
        pending.append(with_bytes(letter, office.ledger.put(letter.data)))
        if len(pending) >= _BATCH:
            made += office.ledger.queue_letters(pending)
            pending.clear()
    made += office.ledger.queue_letters(pending)
    return tuple(made)


def deliver(
    office: Office,
    account: Account | None,
    password: Passwords,
    *,
    progress: Progress,
    now: Now,
    chosen: Callable[[LetterRecord], bool] = lambda letter: True,
    withdrawn: Iterable[LetterRecord] = (),
    resting: bool = False,
    clock: Clock = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivered:
    """Empties the queue of the letters `chosen` (the others wait for a command that is for them). Letters a run cut
    short was handing over are in doubt from now on; of those in doubt, the ones the office's mailbox holds were sent.
    What waited and nobody needs any more is withdrawn (`withdrawn`: and was so far by this command), and what would not
    be sent like that today waits on for `send`, as reminders do while the office is `resting`. Then whatever is ready
    goes out: over SMTP, or, where the account names no server for it, as drafts. Every letter's state is on the disk
    before and after its content is handed over.

    Nothing is raised for a server that cannot be reached or refuses the login: see `Delivered.broken`.
    """
    ledger = office.ledger
    touched = {x.id for x in ledger.doubt_interrupted(as_of=office.as_of, moment=moment_text(now()))}
    unlooked, broken = None, None
    try:
        touched |= _settle_doubts(office, account, password, now)
    except World as error:
        unlooked = error
    outdated = outdated_letters(office)
    touched |= {x.id for x in (*withdrawn, *withdraw(office, outdated.done, moment_text(now())))}
    held = {x.id for x in outdated.other}
    held |= {x.id for x in ledger.letters("ready") if resting and x.kind == "reminder"}
    ready = tuple(x for x in ledger.letters("ready") if x.id not in held and chosen(x))
    touched |= {x.id for x in ready}
    if ready and (account is None or account.smtp is None):
        _draft(office, ready, now)
    elif ready and account is not None:
        try:
            _send(office, ready, account, password, progress=progress, now=now, clock=clock, sleep=sleep)
        except World as error:
            broken = error
    return Delivered(
        letters=tuple(x for x in ledger.letters() if x.id in touched) if touched else (),
        unlooked=unlooked,
        broken=broken,
    )


def waiting(office: Office, chosen: Callable[[LetterRecord], bool]) -> Iterator[Composed]:
    """Of the letters that wait since an earlier run, those `deliver` would send as they are; nothing is recorded."""
    outdated = outdated_letters(office)
    held = {x.id for x in (*outdated.done, *outdated.other)}
    for letter in office.ledger.letters("ready"):
        if letter.id not in held and chosen(letter):
            yield Composed(record=letter, data=office.ledger.fetch(letter.sha256))


def letters_for(office: Office, only: Sequence[str], kinds: Sequence[str] = ()) -> Callable[[LetterRecord], bool]:
    """Whether a letter that waits is about a form of the units and people named, and of the kinds named (none: any)."""
    owed = {
        a.id for one in office.all for a in assignments_of(one)[0] if not only or a.unit in only or a.person in only
    }

    def chosen(letter: LetterRecord) -> bool:
        about = not only or not owed.isdisjoint(letter.items.get("assignments", ()))
        return about and (not kinds or letter.kind in kinds)

    return chosen


def _settle_doubts(office: Office, account: Account | None, password: Passwords, now: Now) -> set[int]:
    """Letters in doubt that lie in the office's own mailbox were accepted: it is a recipient of each."""
    if account is None or account.imap is None or not office.ledger.letters("in_doubt"):
        return set()
    from lamtheo_xls.mail.mailboxes import open_mailbox
    from lamtheo_xls.workspace.fetching import settle_doubts

    with open_mailbox(account, password(account.imap)) as mailbox:
        return {x.id for x in settle_doubts(office, mailbox, moment=moment_text(now()))}


def _send(
    office: Office,
    ready: Iterable[LetterRecord],
    account: Account,
    password: Passwords,
    *,
    progress: Progress,
    now: Now,
    clock: Clock,
    sleep: Callable[[float], None],
) -> None:
    from lamtheo_xls.mail.sending import Outgoing, send_letters

    ledger = office.ledger

    def bytes_of(letter: LetterRecord) -> Callable[[], bytes]:
        return lambda: ledger.fetch(letter.sha256)

    def starting(letter: Outgoing) -> None:
        ledger.move_letter(letter.id, "sending", as_of=office.as_of, moment=moment_text(now()))

    def ended(letter: Outgoing, outcome: Outcome) -> None:
        ledger.move_letter(
            letter.id, outcome.state, as_of=office.as_of, moment=moment_text(now()), reply=outcome.reply, tried=True
        )

    outgoing = [Outgoing(id=x.id, to=x.addresses, data=bytes_of(x)) for x in ready]
    assert account.smtp is not None
    send_letters(
        progress(outgoing, len(outgoing), say("workspace.progress.send")),
        account,
        password(account.smtp),
        starting=starting,
        ended=ended,
        clock=clock,
        sleep=sleep,
        of=len(outgoing),
    )


def _draft(office: Office, ready: Iterable[LetterRecord], now: Now) -> None:
    """Each ready letter as a file that opens ready to send. The file is there before the ledger says so: a run cut
    short writes it again."""
    taken = {x.file for x in office.ledger.letters() if x.file}
    for letter in ready:
        path = _free_path(office, letter, office.root / LETTERS / _round_of(letter, office), taken)
        path, _ = write_target(path, draft_bytes(office.ledger.fetch(letter.sha256)), as_of=office.as_of)
        file = path.relative_to(office.root).as_posix()
        taken.add(file)
        moment = moment_text(now())
        office.ledger.move_letter(letter.id, "drafted", as_of=office.as_of, moment=moment, file=file)


def preview(office: Office, letters: Iterable[Composed]) -> tuple[LetterRecord, ...]:
    """The letters as drafts in a folder of their own below each round's, to be looked at; nothing is recorded."""
    taken: set[str] = set()
    shown: list[LetterRecord] = []
    for letter in letters:
        folder = office.root / LETTERS / _round_of(letter.record, office) / PREVIEW
        path = _free_path(office, letter.record, folder, taken)
        path, _ = write_target(path, draft_bytes(letter.data), as_of=office.as_of)
        file = path.relative_to(office.root).as_posix()
        taken.add(file)
        shown.append(with_bytes(letter, "", state="drafted", file=file))
    return tuple(shown)


def clear_previews(office: Office) -> None:
    """What an earlier `--dry-run` showed would be sent a second time by mistake."""
    for one in office.all:
        folder = one.folder(LETTERS) / PREVIEW
        for path in folder.glob("*.eml"):
            with contextlib.suppress(OSError):  # open in a mail program: it goes next time
                path.unlink()
        with contextlib.suppress(OSError):  # not there, or something is left in it
            folder.rmdir()


def _round_of(letter: LetterRecord, office: Office) -> str:
    return letter.rounds[0] if letter.rounds else office.round.id


def _free_path(office: Office, letter: LetterRecord, folder: Path, taken: set[str]) -> Path:
    """Where the draft goes: named for whom it is to and what it is, numbered where an earlier one bears that name."""
    stem = f"{_stem(office, letter)}{_TAILS[letter.kind]}"
    path, n = folder / f"{stem}.eml", 1
    while path.relative_to(office.root).as_posix() in taken:
        n += 1
        path = folder / f"{stem}_{n}.eml"
    return path


def _stem(office: Office, letter: LetterRecord) -> str:
    """File name of the first recipient; of somebody nobody knows, of the address."""
    if not letter.recipients:
        return slug(letter.addresses[0].partition("@")[0]) or str(letter.id)
    code, holder = letter.recipients[0].partition(":")[2], holder_of(office, letter.recipients[0])
    name = holder.short_name if isinstance(holder, Unit) else holder.name if holder is not None else code
    return slug(name) or code

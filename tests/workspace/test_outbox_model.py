"""The outbox against a world that fails at random: after every step nothing was sent twice, lost or sent astray."""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import Ledger, LetterRecord, open_ledger
from lamtheo_xls.mail.model import Account, Fetched, Outcome, Server
from lamtheo_xls.register import read_register, write_register
from lamtheo_xls.reports.letters import LetterDecision
from lamtheo_xls.workspace import issuing
from lamtheo_xls.workspace.fetching import fetch_mail
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.letters import handing, reminding
from lamtheo_xls.workspace.letters.board import letter_lines
from lamtheo_xls.workspace.letters.ruled import rule_letters

ROUND = "43-kh-duk_2027"
OWN = "btg@tinh.example"
ZONE = dt.timezone(dt.timedelta(hours=7))
SERVER = Server(host="mail.tinh.example", port=465, tls="tls")
ACCOUNT = Account(address=OWN, name="Đảng ủy", user=OWN, smtp=SERVER, imap=SERVER)
UNITS = (1, 2, 3, 4)
STORIES = 14
ENDINGS = ("sent", "ready", "failed", "heard not", "lost", "away", "killed")
MOODS = {
    "good": (95, 1, 1, 1, 1, 1, 0),
    "shaky": (45, 6, 7, 7, 10, 5, 20),
    "lost": (20, 0, 0, 10, 60, 0, 10),
    "away": (0, 20, 0, 0, 0, 80, 0),
}
LIVING = ("sending", "sent", "in_doubt", "drafted")


class Killed(BaseException):
    """The power failed."""


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def units_in(message: EmailMessage) -> set[int]:
    """Whose workbooks are attached."""
    names = [str(a.get_filename()) for a in message.iter_attachments()]
    return {int(found[1]) for name in names if (found := re.search(r"SO-SO-(\d)", name))}


@dataclass
class Post:
    """The mail servers, the units, and all that truth knows and the program does not."""

    dice: random.Random
    cells: dict[int, frozenset[str]]
    """Where each unit's letters may go by the register as it stands."""
    had: dict[int, set[frozenset[str]]] = field(default_factory=lambda: defaultdict(set))
    """Every set of addresses the unit has had."""
    delivered: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(Message-ID, address) → how often."""
    alive: dict[str, bool] = field(default_factory=dict)
    """Message-ID → the last delivery has not come back."""
    coming_back: set[str] = field(default_factory=set)
    inbox: dict[int, bytes] = field(default_factory=dict)
    doubts: int = 0
    """Kills, and answers of servers that never came."""
    fuse: int = 0
    """Writes to the ledger until the power fails; 0: it does not."""
    put_off: bool = False
    """The server took not everything in this run."""
    mood: str = "good"
    """How the server is today."""

    # -- the server for outgoing mail --

    def send_letters(
        self, letters: Iterable[Any], account: Account, password: str, *, starting: Any, ended: Any, **_: Any
    ):
        for letter in letters:
            data = letter.data()
            for unit in units_in(read(data)):
                assert frozenset(letter.to) == self.cells[unit], f"unit {unit} is not at {letter.to}"
            what = self.dice.choices(ENDINGS, MOODS[self.mood])[0]
            if what == "away":
                raise World("world.mail_unreachable", may_chu="mail.tinh.example", loi="x")
            if what == "killed":
                self.killed_under(letter, data, starting, ended)
            if what in ("ready", "failed"):
                self.put_off |= what == "ready"
                ended(letter, Outcome(state=what, reply="451 x" if what == "ready" else "550 5.1.1 x"))
                continue
            starting(letter)
            if what != "lost":
                self.take(letter.to, data)
            if what == "sent":
                ended(letter, Outcome(state="sent", reply="250 Ok"))
            else:
                self.doubts += 1
                ended(letter, Outcome(state="in_doubt", reply="x"))

    def killed_under(self, letter: Any, data: bytes, starting: Any, ended: Any) -> None:
        moment = self.dice.randrange(4)
        if moment:
            starting(letter)
        if moment > 1:
            self.take(letter.to, data)
        if moment > 2:
            ended(letter, Outcome(state="sent", reply="250 Ok"))
        raise Killed

    def take(self, to: Sequence[str], data: bytes) -> None:
        """The letter goes to everybody; now and then the office's own copy does not."""
        id = str(read(data)["Message-ID"])
        self.delivered.update((id, a) for a in to)
        self.alive[id] = True
        if self.dice.random() < 0.9:
            self.arrive(data)

    def arrive(self, data: bytes) -> None:
        self.inbox[len(self.inbox) + 1] = data

    # -- the server for incoming mail, as mail.mailboxes knows it --

    @contextlib.contextmanager
    def open_mailbox(self, account: Account, password: str) -> Iterator[Post]:
        if self.dice.random() < 0.1:
            raise World("world.mail_unreachable", may_chu="mail.tinh.example", loi="x")
        yield self

    def has(self, folder: str) -> bool:
        return True

    def select(self, folder: str) -> int:
        return 1

    def uids(self, since: dt.date | None) -> tuple[int, ...]:
        return tuple(self.inbox)

    def message_ids(self, uids: Sequence[int]) -> dict[int, str]:
        return {u: str(read(self.inbox[u])["Message-ID"] or "") for u in uids}

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        for uid in uids:
            yield Fetched(uid=uid, data=self.inbox[uid])

    def mark(self, uids: Sequence[int]) -> None:
        self.burn()

    def holds(self, message_id: str) -> bool:
        return message_id in self.message_ids(tuple(self.inbox)).values()

    # -- the power --

    def burn(self) -> None:
        self.fuse -= 1
        if self.fuse == 0:
            raise Killed


def notice(id: str, address: str, n: int) -> bytes:
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@tinh.example\nTo: {OWN}\nSubject: Undelivered Mail Returned to Sender\n"
        f"Message-ID: <dsn{n}@tinh.example>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nI'm sorry.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.tinh.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 x\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nFrom: {OWN}\nMessage-ID: {id}\n\n--b--\n"
    ).encode()


def passed(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


@dataclass
class Office:
    """What the clerk does, one command after the other."""

    root: Path
    post: Post
    filled: Callable[..., Path]
    rows: Callable[[int], list[dict[str, str]]]
    day: dt.date = dt.date(2027, 1, 25)
    words: Counter[str] = field(default_factory=Counter)
    """Message-ID → how often a person said «Gửi lại»."""
    arrived: set[str] = field(default_factory=set)
    """Message-IDs a person answered for."""
    asked: Counter[int] = field(default_factory=Counter)
    """Unit → how often `send --again` was asked for it."""
    returned: set[str] = field(default_factory=set)
    """SHA-256 of workbooks that lie in the mailbox."""
    log: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Any]:
        """A command; whether it came to its end stands in `whole`."""
        self.whole = False
        self.post.put_off = False
        try:
            with open_office(self.root, round_id=None, as_of=self.day, who="test") as office:
                yield office
            self.whole = True
        except Killed:
            self.post.doubts += 1
            self.log.append("  killed")
        except World as broken:
            assert broken.code.startswith("world.mail_"), broken
            self.log.append(f"  {broken.code}")
        finally:
            self.post.fuse = 0

    def moment(self) -> dt.datetime:
        return dt.datetime.combine(self.day, dt.time(9), ZONE)

    # -- commands --

    def send(self, **more: Any) -> bool:
        """Whether it ended well: nothing cut short or put off."""
        done = None
        with self.opened() as office:
            done = handing.send(office, ACCOUNT, lambda s: "x", progress=passed, now=self.moment, **more)
        return done is not None and done.delivered.broken is None and not self.post.put_off

    def send_again(self) -> None:
        unit = self.post.dice.choice(UNITS)
        self.asked[unit] += 1
        self.send(again=True, only=(f"DU-{unit}",))

    def remind(self) -> None:
        self.day += dt.timedelta(days=self.post.dice.choice((0, 1, 3, 8)))
        naive = self.moment().replace(tzinfo=None)
        with self.opened() as office:
            reminding.remind(office, ACCOUNT, lambda s: "x", moment=naive, progress=passed, now=self.moment)

    def collect(self) -> bool:
        coming = set(self.post.coming_back)
        with self.opened() as office:
            given: dict[str, Any] = {"received": None, "progress": passed, "moment": self.moment().isoformat()[:19]}
            list(fetch_mail(office, ACCOUNT, "x", **given))
        if self.whole:
            self.post.alive |= dict.fromkeys(coming, False)
            self.post.coming_back -= coming
        return self.whole

    def issue(self) -> None:
        """Units have other names: their workbooks are made anew."""
        renamed = {f"DU-{u}": f"Đảng ủy Sở {u} lần {len(self.log)}" for u in UNITS if self.post.dice.random() < 0.7}
        self.rewrite(lambda u: replace(u, name=renamed.get(u.code, u.name)))
        with self.opened() as office:
            issuing.issue(office, progress=passed)

    def move(self) -> None:
        """A unit's cell Email is changed."""
        post, unit = self.post, self.post.dice.choice(UNITS)
        own = f"so{unit}@example.vn"
        cell = post.dice.choice(
            (own, "chung@tinh.example", f"moi{len(self.log)}@example.vn", "", f"{own}; phu{unit}@x.example")
        )
        self.rewrite(lambda u: replace(u, mail=cell) if u.code == f"DU-{unit}" else u)
        post.cells[unit] = frozenset(cell.split("; ")) if cell else frozenset()
        post.had[unit].add(post.cells[unit])
        self.log.append(f"  {unit}: {cell}")

    def rewrite(self, change: Callable[[Any], Any]) -> None:
        path = self.root / "danh-sach.xlsx"
        register, findings = read_register(path.read_bytes())
        assert register is not None, findings
        register = replace(register, units=tuple(map(change, register.units)))
        path.write_bytes(write_register(register, programmes=(("43-kh-duk", "x"),)))

    def rule(self) -> None:
        """A person says of a letter that waits what became of it."""
        with self.opened() as office:
            records = {x.id: x for x in office.ledger.letters()}
            waiting = [x for x in letter_lines(office) if records[x.letter].state in ("in_doubt", "failed", "bounced")]
            if not waiting:
                return
            back = [x for x in waiting if records[x.letter].state == "bounced"]
            line, kind = self.post.dice.choice(back or waiting), self.post.dice.choice(("again", "again", "arrived"))
            record = records[line.letter]
            rows = [LetterDecision(letter=line.letter, kind=kind, stamp=line.stamp)]
            self.log.append(f"  {kind} {record.message_id}")
            if kind == "again":
                self.words[record.message_id] += 1
            else:
                self.arrived.add(record.message_id)
            _, decided, told = rule_letters(office, rows)
            if not decided:
                assert [f.code for f in told] == ["set.letter_address_changed"] and kind == "again"
                self.words[record.message_id] -= 1

    def bounce(self) -> None:
        """A letter that was delivered comes back after all."""
        sent = sorted({id for id, _ in self.post.delivered if self.post.alive[id]} - self.post.coming_back)
        if sent:
            id = self.post.dice.choice(sent)
            address = next(a for i, a in sorted(self.post.delivered) if i == id)
            self.post.coming_back.add(id)
            self.post.arrive(notice(id, address, len(self.post.inbox)))
            self.log.append(f"  {id} {address}")

    def answer(self) -> None:
        """A unit sends its workbook, sound or not."""
        unit = self.post.dice.choice(UNITS)
        sound = self.post.dice.random() < 0.5
        faulty = [{"ten_chi_bo": f"Chi bộ 1 Sở Số {unit}", "ten_mo_hinh": f"Mô hình {len(self.log)}", "moi": "x"}]
        path = self.filled(self.root, unit, "x.xlsx", rows=self.rows(unit) if sound else faulty)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = f"so{unit}@example.vn", OWN, "Biểu"
        message["Message-ID"] = f"<m{len(self.log)}@example.vn>"
        message.add_attachment(path.read_bytes(), maintype="application", subtype="x", filename="x.xlsx")
        self.returned.add(hashlib.sha256(path.read_bytes()).hexdigest())
        path.unlink()
        self.post.arrive(message.as_bytes())

    # -- what holds after each of them --

    def check(self, *, sent_well: bool = False, collected: bool = False) -> None:
        with open_ledger(self.root / ".lamtheo") as ledger:
            letters = ledger.letters()
            newest = {u: ledger.issued_for(f"mau-02_2027_DU-{u}") for u in UNITS}
            submissions = ledger.submissions()
        self.nothing_twice(letters)
        self.no_false_proof(letters)
        assert sum(x.state in ("in_doubt", "sending") for x in letters) <= self.post.doubts
        assert set(Counter(s.sha256 for s in submissions).values()) <= {1}
        if collected:
            assert self.returned <= {s.sha256 for s in submissions}
        if sent_well:
            waits = [x for x in letters if x.state == "ready"]
            assert waits == []
            came = {s.assignment for s in submissions}
            for unit, record in newest.items():
                if record is not None and record.issued.assignment not in came:
                    self.in_one_letter(unit, str(record.issued.serial), letters)

    def nothing_twice(self, letters: Sequence[LetterRecord]) -> None:
        for (id, address), n in self.post.delivered.items():
            assert n <= 1 + self.words[id], f"{id} went to {address} {n} times"
        went: dict[tuple[int, str, str], set[str]] = defaultdict(set)
        by_id = {x.message_id: x for x in letters}
        for id, address in self.post.delivered:
            letter = by_id[id]
            pairs = zip(letter.items.get("assignments", ()), letter.items.get("serials", ()), strict=False)
            for assignment, serial in pairs if letter.kind == "issue" else ():
                went[int(assignment[-1]), serial, address].add(id)
        for (unit, serial, address), ids in went.items():
            most = sum(address in cell for cell in self.post.had[unit]) + self.asked[unit]
            assert len(ids) <= most, f"workbook {serial} went to {address} in {ids}"
        reminders = [x for x in letters if x.kind == "reminder" and x.state in LIVING]
        days = Counter((frozenset(x.addresses), x.made_on) for x in reminders)
        assert set(days.values()) <= {1}

    def no_false_proof(self, letters: Iterable[LetterRecord]) -> None:
        for x in letters:
            if x.state == "sent" and x.message_id not in self.arrived:
                assert self.post.alive.get(x.message_id), f"{x.message_id} is nowhere, and is said to be sent"

    def in_one_letter(self, unit: int, serial: str, letters: Iterable[LetterRecord]) -> None:
        """The unit's workbook was written about to every address it has, in one letter that lives."""
        cell = self.post.cells[unit]
        about = [x for x in letters if serial in x.items.get("serials", ()) and x.reply != "withdrawn"]
        about = [x for x in about if x.kind == "issue"]
        assert cell <= {a for x in about for a in x.addresses}, f"unit {unit} has no letter with {serial}"
        living = [x for x in about if x.state in LIVING and frozenset(x.addresses) == cell]
        assert len(living) <= 1 + self.asked[unit], f"unit {unit} has {len(living)} letters with {serial}"


TOLD = {
    "issue, send": 8,
    "issue, send shaky, send": 20,
    "collect": 12,
    "rule, send shaky": 10,
    "bounce, collect, rule, send lost, collect": 16,
    "bounce, collect, move, send": 6,
    "issue, send away, move, send": 10,
    "move, send away, move, send shaky, collect": 8,
    "issue, send away, issue, send": 6,
    "issue, send away, answer, collect, remind, send": 6,
    "remind": 4,
    "remind away, move, remind, send": 4,
    "answer, collect, send": 4,
    "send_again shaky": 4,
}
"""What happens, one thing after the other; how often."""


@pytest.mark.parametrize("seed", range(4))
def test_whatever_fails(
    seed: int,
    tmp_path: Path,
    make_office: Callable[..., Path],
    filled: Callable[..., Path],
    rows_of_unit: Callable[[int], list[dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Servers that refuse, put off, keep silent or are away, power that fails at any write or under any letter, letters
    that come back, people who rule, addresses that change, workbooks made anew, returns: never is a letter delivered
    twice without a person's word, sent where the register does not say, said to be sent though it came back, or
    missing after a run that ended well; and no more is in doubt than was cut short."""
    root = make_office(tmp_path / "VP", committees=len(UNITS), children=3)
    dice = random.Random(seed)
    cells = {u: frozenset([f"so{u}@example.vn"]) for u in UNITS}
    post = Post(dice=dice, cells=cells)
    for unit, cell in cells.items():
        post.had[unit].add(cell)
    office = Office(root=root, post=post, filled=filled, rows=rows_of_unit)
    register, _ = read_register((root / "danh-sach.xlsx").read_bytes())
    assert register is not None
    register = replace(register, office={**register.office, "thu_nhan": OWN})
    (root / "danh-sach.xlsx").write_bytes(write_register(register, programmes=(("43-kh-duk", "x"),)))
    monkeypatch.setattr("lamtheo_xls.mail.sending.send_letters", post.send_letters)
    monkeypatch.setattr("lamtheo_xls.mail.mailboxes.open_mailbox", post.open_mailbox)
    for name in ("put", "queue_letters", "move_letter", "note_messages", "record_arrivals", "record_submissions"):
        monkeypatch.setattr(Ledger, name, burning(post, getattr(Ledger, name)))
    told = [
        "send shaky",
        *(x for _ in range(STORIES) for x in dice.choices(list(TOLD), list(TOLD.values()))[0].split(", ")),
    ]
    for command, _, mood in (x.partition(" ") for x in told):
        post.mood = mood or "good"
        post.fuse = dice.randrange(1, 16) if dice.random() < 0.12 else 0
        office.log.append(f"{command} {mood}")
        well = getattr(office, command)()
        try:
            office.check(sent_well=command == "send" and bool(well), collected=command == "collect" and bool(well))
        except AssertionError as wrong:
            raise AssertionError(f"{wrong}\nafter:\n" + "\n".join(office.log)) from wrong
    assert post.delivered


def burning(post: Post, write: Callable[..., Any]) -> Callable[..., Any]:
    """The write, before or after which the power may fail."""

    def written(*args: Any, **more: Any) -> Any:
        early = post.dice.random() < 0.5
        if early:
            post.burn()
        done = write(*args, **more)
        if not early:
            post.burn()
        return done

    return written

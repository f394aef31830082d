"""What came by mail is taken in once, whatever is cut short; against a real Dovecot."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import LetterRecord, open_ledger
from lamtheo_xls.mail.mailboxes import KEYWORD, Mailbox, open_mailbox
from lamtheo_xls.mail.model import Account
from lamtheo_xls.workspace import answering, fetching
from lamtheo_xls.workspace.collecting import Collected
from lamtheo_xls.workspace.fetching import Opened, fetch_mail, settle_doubts
from lamtheo_xls.workspace.folder import open_office

PASSWORD = "Mật-khẩu của cơ quan 7!"
ROUND = "43-kh-duk_2027"
READ = f"{KEYWORD} \\Seen"
MOMENT = "2027-02-21T08:00:00"
TODAY = dt.date(2027, 2, 21)


def quiet(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


def letter(
    *files: tuple[str, bytes], n: int = 1, sender: str = "so1@example.vn", subject: str = "Nộp biểu", **heads: str
) -> EmailMessage:
    """A message of a unit's with attachments."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = "vp@office.test"
    made["Subject"] = subject
    made["Message-ID"] = f"<m{n}@donvi.test>"
    for name, text in heads.items():
        made[name.replace("_", "-")] = text
    made.set_content("Đơn vị gửi biểu.")
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made


@dataclass
class Desk:
    """An office, its mailbox, and what a run of collecting by mail told."""

    root: Path
    account: Account
    dovecot: Any
    opened: list[Opened] = field(default_factory=list)

    def put(self, *messages: EmailMessage | bytes, **where: str) -> None:
        self.dovecot.put(self.account.user, *(m if isinstance(m, bytes) else m.as_bytes() for m in messages), **where)

    def collect(self, as_of: dt.date = TODAY, **more: Any) -> list[Collected]:
        self.opened.clear()
        with open_office(self.root, round_id=None, as_of=as_of, who="test") as office:
            given: dict[str, Any] = {"received": None, "progress": quiet, "moment": MOMENT, **more}
            return list(fetch_mail(office, self.account, PASSWORD, opened=self.opened.append, **given))

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.opened]

    def flags(self, folder: str = "INBOX") -> list[str]:
        found: list[str] = self.dovecot.flags(self.account.user, folder)
        return found

    @contextlib.contextmanager
    def ledger(self) -> Iterator[Any]:
        with open_ledger(self.root / ".lamtheo") as ledger:
            yield ledger

    def submissions(self) -> Counter[str]:
        """SHA-256 → how many submissions."""
        with self.ledger() as ledger:
            return Counter(s.sha256 for s in ledger.submissions())

    def queued(self, n: int = 1, *, state: str = "", to: tuple[str, ...] = ("so1@example.vn",)) -> LetterRecord:
        """A letter of the outbox in that state."""
        with self.ledger() as ledger:
            record = LetterRecord(
                key=f"issue:{n}",
                message_id=f"<{n:032x}@office.test>",
                kind="issue",
                rounds=(ROUND,),
                addresses=to,
                subject="Gửi biểu",
                sha256=ledger.put(b"letter %d" % n),
                made_on=dt.date(2027, 1, 20),
                state="ready",
            )
            (made,) = ledger.queue_letters([record])
            for step in {"": (), "sending": ("sending",)}.get(state, ("sending", state)):
                made = ledger.move_letter(made.id, step, as_of=TODAY, moment=MOMENT)
            return made  # type: ignore[no-any-return]

    def state_of(self, record: LetterRecord) -> tuple[str, str]:
        with self.ledger() as ledger:
            (found,) = (x for x in ledger.letters() if x.id == record.id)
            return found.state, found.reply


@pytest.fixture
def desk(tmp_path: Path, make_office: Callable[..., Path], dovecot: Any, imap_account: Any) -> Desk:
    return Desk(make_office(tmp_path / "coquan"), imap_account(), dovecot)


@pytest.fixture
def workbook(desk: Desk, filled: Callable[..., Path]) -> Callable[..., bytes]:
    """workbook(unit, rows=…) → the bytes of a filled Mẫu 02 of that unit."""

    def make(unit: int, **more: Any) -> bytes:
        path = filled(desk.root, unit, f"x{unit}.xlsx", **more)
        data = path.read_bytes()
        path.unlink()
        return data

    return make


def test_a_return_by_mail(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """A workbook in a message counts as one in the folder does, by the day the server got it; where it came from is
    kept; then the message is marked as read – and the next run asks for nothing again."""
    data = workbook(1)
    desk.put(letter(("Mẫu 02 – ĐU Sở Số 1.xlsx", data)), on="2027-02-19T23:30+00:00")
    (line,) = desk.collect()
    assert line.file == "thư 20-02-2027 so1@example.vn!Mẫu 02 – ĐU Sở Số 1.xlsx"
    assert (line.state, line.assignment, line.received) == ("accepted", "mau-02_2027_DU-1", dt.date(2027, 2, 20))
    assert [(o.kind, o.files, o.known) for o in desk.opened] == [("taken", 1, True)]
    assert desk.flags() == [READ]
    with desk.ledger() as ledger:
        (copy,) = ledger.mailed_copies()
        assert (copy.mail.message_id, copy.mail.sender, copy.sha256) == (
            "<m1@donvi.test>",
            "so1@example.vn",
            hashlib.sha256(data).hexdigest(),
        )
    assert desk.collect() == [] and desk.opened == []


def test_nothing_to_take(desk: Desk) -> None:
    """A message without files stays unread, is gone through once, and is no return."""
    desk.put(letter(), letter(n=2, Auto_Submitted="auto-replied"))
    assert desk.collect() == []
    assert desk.kinds == ["other", "other"] and desk.flags() == ["", ""]
    assert desk.collect() == [] and desk.kinds == []


def test_only_since_the_first_workbook_went_out(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """Mail older than the rounds now open is not looked into."""
    desk.put(letter(("cu.xlsx", workbook(1))), on="2026-12-30T09:00+07:00")
    desk.put(letter(("moi.xlsx", workbook(2)), n=2), on="2027-01-20T00:30+07:00")
    assert [line.file.partition("!")[2] for line in desk.collect()] == ["moi.xlsx"]
    assert desk.flags() == ["", READ]


def test_looking_back_where_nothing_was_issued(
    tmp_path: Path, make_office: Callable[..., Path], dovecot: Any, imap_account: Any
) -> None:
    """Before anything went out, thirty days are looked back."""
    root = make_office(tmp_path / "coquan", issue=False)
    with open_office(root, round_id=None, as_of=TODAY, who="test") as office:
        assert fetching.since(office) == dt.date(2027, 1, 22)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_folders_and_moving(tls: str, desk: Desk, imap_account: Any, workbook: Callable[..., bytes]) -> None:
    """The folders named are gone through, no others; what was taken lies in the folder for it, which is not gone
    through again though it is named too."""
    desk.account = imap_account(desk.account.user, tls=tls, folders=("INBOX", "Biểu mẫu", "Đã nhận"), move_to="Đã nhận")
    desk.put(letter(("a.xlsx", workbook(1))), letter(n=2))
    desk.put(letter(("b.xlsx", workbook(2)), n=3), folder="Biểu mẫu")
    desk.put(letter(("c.xlsx", workbook(3)), n=4), folder="Khác")
    desk.put(letter(n=5), folder="Đã nhận")
    assert [line.file.partition("!")[2] for line in desk.collect()] == ["a.xlsx", "b.xlsx"]
    assert desk.flags() == [""] and desk.flags("Biểu mẫu") == [] and desk.flags("Khác") == [""]
    assert sorted(desk.flags("Đã nhận")) == ["", READ, READ]
    assert desk.collect() == []


def test_a_folder_is_not_moved_into_itself(desk: Desk, imap_account: Any, workbook: Callable[..., bytes]) -> None:
    """Where what was taken is to lie in the only folder looked into, it is marked and stays."""
    desk.account = imap_account(desk.account.user, folders=("INBOX",), move_to="Inbox")
    desk.put(letter(("a.xlsx", workbook(1))))
    assert len(desk.collect()) == 1 and desk.flags() == [READ]
    assert desk.collect() == [] and desk.kinds == []


def test_a_folder_that_is_missing(desk: Desk, imap_account: Any, workbook: Callable[..., bytes]) -> None:
    """A folder that is not there is told before anything is taken."""
    desk.account = imap_account(desk.account.user, folders=("INBOX", "Biểu mẫu"))
    desk.put(letter(("a.xlsx", workbook(1))))
    with pytest.raises(World) as told:
        desk.collect()
    assert told.value.code == "world.mail_folder" and desk.submissions() == Counter()


def test_a_folder_numbered_anew(desk: Desk, workbook: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """After the server numbered the folder anew nothing known is fetched again; what is new is taken, and what had not
    been marked is marked."""
    desk.account = replace(desk.account, folders=("Biểu",))
    kept = [letter(("a.xlsx", workbook(1))), letter(n=2), letter(("b.xlsx", workbook(2)), n=3)]
    desk.put(*kept, folder="Biểu")
    assert [line.state for line in desk.collect()] == ["accepted", "accepted"]
    desk.dovecot.drop(desk.account.user, "Biểu")
    desk.put(*kept, letter(("c.xlsx", workbook(3)), n=4), folder="Biểu")
    fetched: list[int] = []
    fetch = Mailbox.fetch

    def counted(mailbox: Mailbox, uids: Any) -> Any:
        fetched.extend(uids)
        return fetch(mailbox, uids)

    monkeypatch.setattr(Mailbox, "fetch", counted)
    assert [line.file.partition("!")[2] for line in desk.collect()] == ["c.xlsx"]
    assert len(fetched) == 1
    assert desk.flags("Biểu") == [READ, "", READ, READ]
    assert set(desk.submissions().values()) == {1} and len(desk.submissions()) == 3


def test_two_messages_under_one_id(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """A second message under a known Message-ID is looked into all the same: careless programs lose no return."""
    desk.put(letter(("a.xlsx", workbook(1))))
    desk.collect()
    desk.put(letter(("b.xlsx", workbook(2))))
    assert [line.state for line in desk.collect()] == ["accepted"]
    assert len(desk.submissions()) == 2


def test_two_messages_under_one_id_in_two_folders(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """Nor does one where the two lie in different folders, or in a folder that was numbered anew meanwhile."""
    desk.account = replace(desk.account, folders=("INBOX", "Biểu"))
    desk.put(letter(("a.xlsx", workbook(1))))
    second = letter(("b.xlsx", workbook(2)))
    desk.put(second, folder="Biểu")
    assert [line.assignment for line in desk.collect()] == ["mau-02_2027_DU-1", "mau-02_2027_DU-2"]
    desk.dovecot.drop(desk.account.user, "Biểu")
    desk.put(second, letter(("c.xlsx", workbook(3))), folder="Biểu")
    assert [line.assignment for line in desk.collect() if line.state != "duplicate"] == ["mau-02_2027_DU-3"]
    assert len(desk.submissions()) == 3


def test_three_hundred_attachments(desk: Desk) -> None:
    """Every attachment of one message is one submission, also where they are more than one chunk."""
    files = [(f"tep {n}.xlsx", b"tep so %d" % n) for n in range(300)]
    desk.put(letter(*files))
    lines = desk.collect()
    assert [line.file.partition("!")[2] for line in lines] == [name for name, _ in files]
    assert desk.submissions() == Counter(hashlib.sha256(data).hexdigest() for _, data in files)
    assert desk.opened[0].files == 300 and desk.flags() == [READ]


def test_a_message_of_thirty_megabytes(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """A big message is taken like others, and what comes after it."""
    big = hashlib.shake_256(b"anh").digest(22_000_000)
    desk.put(letter(("anh.bin", big), ("a.xlsx", workbook(1))), letter(("b.xlsx", workbook(2)), n=2))
    found = {line.file.partition("!")[2]: line.state for line in desk.collect()}
    assert found["a.xlsx"] == found["b.xlsx"] == "accepted" and found["anh.bin"] == "refused"


def test_messages_within_messages(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """What a unit forwarded as a message within a message is taken, however deep; what it forwarded of ours is not."""
    inner = letter(("goc.xlsx", workbook(1)), n=11, sender="nguoi@donvi.test")
    ours = letter(("bieu-trong.xlsx", workbook(2)), n=12)
    ours.replace_header("Message-ID", f"<{1:032x}@office.test>")
    doubtful = desk.queued(1, state="in_doubt")
    middle = letter(n=13)
    middle.add_attachment(inner)
    outer = letter(n=14)
    outer.add_attachment(middle)
    outer.add_attachment(ours)
    desk.put(outer)
    (line,) = desk.collect()
    assert line.state == "accepted" and line.assignment == "mau-02_2027_DU-1"
    assert line.file.startswith("thư 20-02-2027 so1@example.vn!") and line.file.endswith("!goc.xlsx")
    assert desk.state_of(doubtful)[0] == "sent"  # they have it, so it arrived


NAMES = {
    b'attachment; filename="Bi\xe1\xbb\x83u m\xe1\xba\xabu.xlsx"': "Biểu mẫu.xlsx",
    b'attachment; filename="=?UTF-8?B?Qmnhu4N1IG3huqt1Lnhsc3g=?="': "Biểu mẫu.xlsx",
    b"attachment; filename*=UTF-8''Bi%E1%BB%83u%20m%E1%BA%ABu.xlsx": "Biểu mẫu.xlsx",
    b"attachment; filename*0*=UTF-8''Bi%E1%BB%83u; filename*1*=%20m%E1%BA%ABu; filename*2=.xlsx": "Biểu mẫu.xlsx",
    b'inline; filename="bieu.xlsx"': "bieu.xlsx",
}


@pytest.mark.parametrize("told", NAMES, ids=range(len(NAMES)))
def test_names_of_attachments(told: bytes, desk: Desk, workbook: Callable[..., bytes]) -> None:
    """RFC 2231 in pieces or not, RFC 2047 and raw UTF-8 names are read as meant, whatever the disposition."""
    raw = letter(("TEN", workbook(1))).as_bytes().replace(b'attachment; filename="TEN"', told)
    assert told in raw
    desk.put(raw)
    (line,) = desk.collect()
    assert line.file == f"thư 20-02-2027 so1@example.vn!{NAMES[told]}" and line.state == "accepted"


def test_a_sender_nobody_knows(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """A valid workbook counts whoever sent it; that its sender is not in the register is told. A sender's address is
    never more than a name in what is shown."""
    data = workbook(1)
    desk.put(
        letter(("a.xlsx", data), sender='"../../x" <la!ai/d@gmail.example>'), letter(("a.xlsx", data), n=2, sender="")
    )
    lines = desk.collect()
    assert [(x.state, x.file) for x in lines] == [
        ("accepted", "thư 20-02-2027 la_ai_d@gmail.example!a.xlsx"),
        ("duplicate", "thư 20-02-2027 không rõ người gửi!a.xlsx"),
    ]
    assert [(o.kind, o.known) for o in desk.opened] == [("taken", False), ("taken", False)]


def test_what_was_sent_and_is_still_attached(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """A workbook as it was issued is passed over beside another one; alone it is judged: then it is the answer."""
    blank = (desk.root / "bieu-gui" / ROUND / "mau-02_2027_DU-SO-SO-1.xlsx").read_bytes()
    desk.put(letter(("bieu.xlsx", blank), ("tra loi.xlsx", workbook(1))))
    assert [(x.file.partition("!")[2], x.state) for x in desk.collect()] == [("tra loi.xlsx", "accepted")]
    desk.put(letter(("bieu.xlsx", blank), ("anh.jpg", b"\xff\xd8\xff\xe0anh"), n=2))
    assert [x.file.partition("!")[2] for x in desk.collect()] == ["bieu.xlsx", "anh.jpg"]


def test_our_own_letters(desk: Desk, workbook: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Our letters in our mailbox are no returns and are not even fetched; they prove what was in doubt – also where a
    run was killed while one was on its way."""
    doubtful, going, sent = (
        desk.queued(1, state="in_doubt"),
        desk.queued(2, state="sending"),
        desk.queued(3, state="sent"),
    )
    lost = desk.queued(4, state="in_doubt")
    for n in (1, 2, 3):
        own = letter(("bieu.xlsx", workbook(n)))
        own.replace_header("Message-ID", f"<{n:032x}@office.test>")
        desk.put(own)
    monkeypatch.setattr(Mailbox, "fetch", lambda mailbox, uids: iter(list(uids) and [pytest.fail("fetched")]))
    assert desk.collect() == []
    assert desk.kinds == ["own"] * 3 and desk.flags() == [""] * 3
    assert [desk.state_of(x)[0] for x in (doubtful, going, sent, lost)] == ["sent", "sent", "sent", "in_doubt"]
    assert "hộp thư của cơ quan" in desk.state_of(doubtful)[1]
    assert desk.collect() == [] and desk.kinds == []


def test_an_answer_proves_the_letter(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """Who answers a letter in doubt has got it."""
    doubtful = desk.queued(1, state="in_doubt")
    desk.put(letter(("a.xlsx", workbook(1)), In_Reply_To=doubtful.message_id))
    assert [x.state for x in desk.collect()] == ["accepted"]
    assert desk.state_of(doubtful)[0] == "sent"


def test_doubts_settled_by_moved_copies(desk: Desk, imap_account: Any) -> None:
    """A copy that lies in the folder for what was taken settles its letter too; one that is nowhere settles nothing."""
    account = imap_account(desk.account.user, move_to="Đã nhận")
    doubtful, lost = desk.queued(1, state="in_doubt"), desk.queued(2, state="in_doubt")
    own = letter()
    own.replace_header("Message-ID", doubtful.message_id)
    desk.put(own, folder="Đã nhận")
    with open_office(desk.root, round_id=None, as_of=TODAY, who="test") as office:
        with open_mailbox(account, PASSWORD) as mailbox:
            settled = settle_doubts(office, mailbox, moment=MOMENT)
            assert settle_doubts(office, mailbox, moment=MOMENT) == ()
    assert [(x.id, x.state) for x in settled] == [(doubtful.id, "sent")]
    assert desk.state_of(lost)[0] == "in_doubt"


def notice(record: LetterRecord, action: str, status: str, said: str, recipient: str = "so1@example.vn") -> bytes:
    """A server's notice about a letter, with the letter's head."""
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@office.test (Mail Delivery System)\nTo: vp@office.test\n"
        "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMessage-ID: <dsn@office.test>\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nI'm sorry.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.office.test\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n\n"
        "--b\nContent-Type: message/rfc822\n\n"
        f"From: vp@office.test\nMessage-ID: {record.message_id}\nContent-Type: multipart/mixed; boundary=c\n\n"
        "--c\nContent-Type: application/octet-stream; name=bieu.xlsx\n\nbieu\n--c--\n\n--b--\n"
    ).encode()


def test_letters_that_came_back(desk: Desk) -> None:
    """A letter that came back is noted with the server's words, and what was attached to it is no return."""
    record = desk.queued(1, state="sent")
    desk.put(notice(record, "failed", "5.1.1", "550 5.1.1 <so1@example.vn>: User unknown"))
    assert desk.collect() == []
    assert [(o.kind, o.letter and o.letter.state) for o in desk.opened] == [("bounce", "bounced")]
    assert desk.state_of(record) == ("bounced", "550 5.1.1 <so1@example.vn>: User unknown")
    assert desk.flags() == [""]
    assert desk.collect() == [] and desk.kinds == []


def test_letters_still_on_their_way(desk: Desk) -> None:
    """A delay is told in the history, and the letter has not failed; one in doubt was accepted, then."""
    record, doubtful = desk.queued(1, state="sent"), desk.queued(2, state="in_doubt")
    for one in (record, doubtful):
        desk.put(notice(one, "delayed", "4.4.1", "connect to mx.example.vn: timed out"))
    assert desk.collect() == []
    assert [desk.state_of(x)[0] for x in (record, doubtful)] == ["sent", "sent"]
    with desk.ledger() as ledger:
        (event,) = (e for e in ledger.history(subject=record.subject_of) if e.kind == "delayed")
    assert event.detail["reply"] == "4.4.1 connect to mx.example.vn: timed out"


def test_a_copy_to_ourselves_that_came_back(desk: Desk) -> None:
    """That only the copy to the office's own address came back says nothing against the letter."""
    record = desk.queued(1, state="sent")
    desk.put(notice(record, "failed", "5.2.2", "552 5.2.2 Mailbox full", recipient=desk.account.address))
    desk.collect()
    assert desk.state_of(record)[0] == "sent"


def test_one_of_several_addresses(desk: Desk) -> None:
    """Of a letter to several addresses it is told which one it came back from."""
    record = desk.queued(1, state="sent", to=("SO1@example.vn", "khac@example.vn"))
    desk.put(notice(record, "failed", "5.1.1", "550 5.1.1 User unknown"))
    desk.collect()
    assert desk.state_of(record) == ("bounced", "550 5.1.1 User unknown (so1@example.vn)")


def test_somebody_elses_notice(desk: Desk) -> None:
    """A notice of a letter we know nothing of is left alone, with what it brings."""
    record = desk.queued(1, state="sent")
    desk.put(notice(replace(record, message_id="<khac@office.test>"), "failed", "5.1.1", "550 User unknown"))
    assert desk.collect() == [] and desk.kinds == ["other"]
    assert desk.state_of(record)[0] == "sent"


POINTS = ("arrived", "judged", "recorded", "noted", "marked")


def die_at(point: str) -> None:
    """From here on, this process ends there as if the power failed."""
    from lamtheo_xls.ledger import Ledger

    def before(owner: Any, name: str) -> None:
        setattr(owner, name, lambda *args, **more: os._exit(9))

    def after(owner: Any, name: str) -> None:
        kept = getattr(owner, name)
        setattr(owner, name, lambda *args, **more: (kept(*args, **more), os._exit(9)))

    {
        "arrived": lambda: after(Ledger, "record_arrivals"),
        "judged": lambda: before(Ledger, "record_submissions"),
        "recorded": lambda: after(Ledger, "record_submissions"),
        "noted": lambda: (before(Mailbox, "mark"), before(Mailbox, "move")),
        "marked": lambda: (after(Mailbox, "mark"), after(Mailbox, "move")),
    }[point]()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed where it forks")
@pytest.mark.parametrize("move_to", ["", "Đã nhận"])
def test_killed_anywhere(move_to: str, desk: Desk, workbook: Callable[..., bytes]) -> None:
    """Killed before or after anything is recorded, noted or told to the server: the next run makes each attachment
    exactly one submission, and every message ends marked."""
    desk.account = replace(desk.account, move_to=move_to)
    files = []
    for n, point in enumerate(POINTS):
        files += [workbook(1 + n % 4, rows=[]) + b"%d" % n, b"ban khac %d" % n]
        desk.put(letter(("a.xlsx", files[-2]), ("b.xlsx", files[-1]), n=n))
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                die_at(point)
                desk.collect()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    desk.collect()
    assert desk.submissions() == Counter(hashlib.sha256(data).hexdigest() for data in files)
    assert desk.flags(move_to or "INBOX") == [READ] * len(POINTS)
    assert desk.flags() == ([] if move_to else [READ] * len(POINTS))
    with desk.ledger() as ledger:
        assert ledger.waiting() == ()
        assert {c.mail.message_id for c in ledger.mailed_copies()} == {f"<m{n}@donvi.test>" for n in range(len(POINTS))}
    assert desk.collect() == []


def test_cut_between_fetch_and_flag(
    desk: Desk, workbook: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the connection died before the server was told, the next run tells it, and takes and fetches nothing."""
    desk.put(letter(("a.xlsx", workbook(1))))

    def dead(mailbox: Mailbox, uids: Any) -> None:
        raise World("world.mail_unreachable", may_chu="localhost", loi="x")

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "mark", dead)
        with pytest.raises(World) as told:
            desk.collect()
    assert told.value.code == "world.mail_unreachable"
    assert desk.flags() == [""] and len(desk.submissions()) == 1
    monkeypatch.setattr(Mailbox, "fetch", lambda mailbox, uids: iter(list(uids) and [pytest.fail("fetched")]))
    assert desk.collect() == []
    assert desk.flags() == [READ]


@pytest.mark.parametrize("move_to", ["", "Đã nhận"])
def test_the_line_cut_between_fetch_and_flag(
    move_to: str, desk: Desk, imap_account: Any, cutting: Any, workbook: Callable[..., bytes], monkeypatch: Any
) -> None:
    """The server gone at the moment it is to be told: that is said, what was fetched is recorded; the next run tells
    the server and fetches nothing."""
    user = desk.account.user
    desk.put(*(letter((f"{n}.xlsx", workbook(n)), n=n) for n in (1, 2)))
    verb = "move" if move_to else "mark"
    real = getattr(Mailbox, verb)

    def cut_first(mailbox: Mailbox, *arguments: Any) -> None:
        cutting.gone = True
        cutting.cut()
        real(mailbox, *arguments)

    desk.account = imap_account(user, port=cutting.port, move_to=move_to)
    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, verb, cut_first)
        with pytest.raises(World) as told:
            desk.collect()
    assert told.value.code == "world.mail_unreachable"
    assert desk.flags() == ["", ""] and len(desk.submissions()) == 2
    cutting.gone = False
    monkeypatch.setattr(Mailbox, "fetch", lambda mailbox, uids: iter(list(uids) and [pytest.fail("fetched")]))
    assert desk.collect() == []
    assert desk.flags(move_to or "INBOX") == [READ, READ] and sum(desk.submissions().values()) == 2


def test_a_server_that_will_not_be_told(
    desk: Desk, workbook: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the server refuses to mark or move, everything is taken all the same, and that is told at the end; the next
    run tries again."""
    monkeypatch.setattr(fetching, "CHUNK_FILES", 1)
    desk.put(*(letter((f"{n}.xlsx", workbook(n)), n=n) for n in (1, 2, 3)))

    def refused(mailbox: Mailbox, uids: Any) -> None:
        raise World("world.mail_refused", may_chu="localhost", loi="[OVERQUOTA]")

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "mark", refused)
        with pytest.raises(World) as told:
            desk.collect()
    assert told.value.code == "world.mail_refused"
    assert len(desk.submissions()) == 3 and desk.flags() == [""] * 3
    assert desk.collect() == [] and desk.flags() == [READ] * 3


def test_what_the_date_is_judged_by(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """The line the last server put on top says when it came; moving mail about afterwards changes nothing. A date given
    to the command goes before it."""
    heads = {"Received": "from a by mail.office.test; Mon, 15 Feb 2027 20:00:00 +0000"}
    raw = b"Received: " + heads["Received"].encode() + b"\n" + letter(("a.xlsx", workbook(1))).as_bytes()
    desk.put(raw)
    (line,) = desk.collect()
    assert line.received == dt.date(2027, 2, 16) and line.file.startswith("thư 16-02-2027 ")
    desk.put(letter(("b.xlsx", workbook(2)), n=2))
    (line,) = desk.collect(received=dt.date(2027, 2, 1))
    assert line.received == dt.date(2027, 2, 1)


def test_the_same_bytes_from_folder_and_mail(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """A workbook that lies in nhan-ve/ and came by mail counts once; where it came from by mail is kept."""
    data = workbook(1)
    desk.put(letter(("a.xlsx", data)))
    desk.collect()
    (desk.root / "nhan-ve" / "a.xlsx").write_bytes(data)
    desk.put(letter(("a.xlsx", data), n=2, sender="khac@donvi.test"))
    assert [(x.state, x.file) for x in desk.collect()] == [("duplicate", "thư 20-02-2027 khac@donvi.test!a.xlsx")]
    assert list(desk.submissions().values()) == [1]
    with desk.ledger() as ledger:
        assert [c.mail.sender for c in ledger.mailed_copies()] == ["so1@example.vn", "khac@donvi.test"]
    shutil.rmtree(desk.root / "nhan-ve")


def came_back_and_went_again(desk: Desk, n: int) -> LetterRecord:
    """A letter that was returned, was sent again by a person's word, and is in doubt since."""
    record = desk.queued(n, state="sent")
    with desk.ledger() as ledger:
        for state in ("bounced", "ready", "sending", "in_doubt"):
            record = ledger.move_letter(record.id, state, as_of=TODAY, moment=MOMENT)
    return record


def test_the_first_copy_proves_nothing_of_the_second(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """A letter sent again bears the number it had when it came back. What lies in the mailbox, tells of a delay or
    answers it may be of the first time: a person decides."""
    copied, delayed, answered = (came_back_and_went_again(desk, n) for n in (1, 2, 3))
    own = letter()
    own.replace_header("Message-ID", copied.message_id)
    desk.put(own, notice(delayed, "delayed", "4.4.1", "timed out"))
    desk.put(letter(("a.xlsx", workbook(1)), n=9, In_Reply_To=answered.message_id))
    with open_office(desk.root, round_id=None, as_of=TODAY, who="test") as office:
        with open_mailbox(desk.account, PASSWORD) as mailbox:
            assert settle_doubts(office, mailbox, moment=MOMENT) == ()
    assert [x.state for x in desk.collect()] == ["accepted"]
    assert [desk.state_of(x)[0] for x in (copied, delayed, answered)] == ["in_doubt"] * 3


def issued(desk: Desk, unit: int) -> bytes:
    return (desk.root / "bieu-gui" / ROUND / f"mau-02_2027_DU-SO-SO-{unit}.xlsx").read_bytes()


def test_what_robots_and_we_ourselves_quote(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """Workbooks as we gave them out are no returns where a robot quotes them, or where our own letter lies in the
    mailbox under a number some server gave it; a unit's blank one is told to the unit, and anything filled is taken."""
    desk.put(
        letter(("bieu.xlsx", issued(desk, 1)), n=1, Auto_Submitted="auto-replied"),
        letter(("bieu.xlsx", issued(desk, 2)), n=2, sender=desk.account.address),
        letter(("bieu.xlsx", issued(desk, 3)), n=3, sender="so3@example.vn"),
    )
    (line,) = desk.collect()
    assert (line.assignment, line.state) == ("mau-02_2027_DU-3", "to_fix")
    assert desk.kinds == ["other", "other", "taken"] and desk.flags() == ["", "", READ]
    desk.put(letter(("bieu.xlsx", workbook(2)), n=4, sender=desk.account.address))
    assert [x.state for x in desk.collect()] == ["accepted"]


def test_the_marked_workbook_beside_the_mended_one(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """Who mends a return and sends the marked workbook along has sent one return, not a good and a faulty one."""
    desk.put(letter(("a.xlsx", workbook(1, rows=[{"ten_chi_bo": "Chi bộ 1 Sở Số 1", "moi": "x"}]))))
    assert [x.state for x in desk.collect()] == ["to_fix"]
    with open_office(desk.root, round_id=None, as_of=TODAY, who="test") as office:
        (back,) = answering.send_back(office, progress=quiet)
    marked = Path(back["file"])
    desk.put(letter(("mới.xlsx", workbook(1)), (marked.name, marked.read_bytes()), n=2))
    assert [(x.file.partition("!")[2], x.state) for x in desk.collect()] == [("mới.xlsx", "accepted")]


def test_a_postmaster_may_return_a_workbook(desk: Desk, workbook: Callable[..., bytes]) -> None:
    """Words that read like a server's notice, with a filled workbook, are a return; without one they are a notice."""
    record = desk.queued(1, state="sent")
    sender = "Quản trị <postmaster@donvi.test>"
    told = letter(
        ("a.xlsx", workbook(1)), sender=sender, subject="Hôm qua không gửi được", In_Reply_To=record.message_id
    )
    desk.put(told)
    assert [x.state for x in desk.collect()] == ["accepted"] and desk.kinds == ["taken"]
    assert desk.state_of(record)[0] == "sent"
    desk.put(letter(n=2, sender=sender, subject="Không gửi được", In_Reply_To=record.message_id))
    assert desk.collect() == [] and desk.state_of(record)[0] == "bounced"


def test_one_address_after_the_other(desk: Desk) -> None:
    """What came back from a second address too is told beside the first; the same notice twice says nothing new."""
    record = desk.queued(1, state="sent", to=("so1@example.vn", "khac@example.vn"))
    for recipient in ("so1@example.vn", "khac@example.vn", "khac@example.vn"):
        desk.put(notice(record, "failed", "5.1.1", "550 5.1.1 User unknown", recipient=recipient))
    desk.collect()
    said = "550 5.1.1 User unknown (so1@example.vn); 550 5.1.1 User unknown (khac@example.vn)"
    assert desk.state_of(record) == ("bounced", said)

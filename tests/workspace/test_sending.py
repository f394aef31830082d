"""What `send` sends, to whom, and how often: the queue, a scripted sender in place of the network, drafts."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import Decision, LetterRecord, open_ledger
from lamtheo_xls.mail.model import Account, Outcome, Server
from lamtheo_xls.register import Register, read_register, write_register
from lamtheo_xls.workspace import ruling
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.letters import composing, handing
from lamtheo_xls.workspace.owing import assignments_of

ROUND = "43-kh-duk_2027"
PLAN, GUIDANCE = "43-kh-duk", "hd-btgtu-2024"
ADDRESS = "btg@tinh.example"
DAY = dt.date(2027, 1, 25)
NOW = dt.datetime(2027, 1, 25, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
SMTP = Account(
    address=ADDRESS, name="Đảng ủy", user=ADDRESS, smtp=Server(host="mail.tinh.example", port=465, tls="tls")
)


class Killed(BaseException):
    """The run ends here, whatever it was doing."""


@dataclass
class Sender:
    """Stands in for `send_letters`: what becomes of each letter is said by its first address, else it is sent."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    killed_at: str = ""
    """Address of the letter under whose content the run is killed."""
    refuses: World | None = None
    """Raised before anything is sent."""
    sent: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)

    def __call__(self, letters: Iterable[Any], account: Account, password: str, *, starting: Any, ended: Any, **_: Any):
        self.passwords.append(password)
        if self.refuses is not None:
            raise self.refuses
        for letter in letters:
            outcome = self.outcomes.get(letter.to[0], Outcome(state="sent", reply="250 2.0.0 Ok"))
            if outcome.state == "ready":
                ended(letter, outcome)
                continue
            starting(letter)
            if self.killed_at == letter.to[0]:
                raise Killed
            self.sent.append((letter.to, letter.data()))
            ended(letter, outcome)

    def take(self) -> list[tuple[tuple[str, ...], bytes]]:
        taken, self.sent = self.sent, []
        return taken


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Sender:
    made = Sender()
    monkeypatch.setattr("lamtheo_xls.mail.sending.send_letters", made)
    return made


def rewrite(folder: Path, change: Callable[[Register], Register]) -> None:
    """The register as staff would change it."""
    path = folder / "danh-sach.xlsx"
    register, findings = read_register(path.read_bytes())
    assert register is not None, findings
    path.write_bytes(write_register(change(register), programmes=((PLAN, "x"), (GUIDANCE, "y"))))


def facts(**more: str) -> Callable[[Register], Register]:
    return lambda r: replace(r, office={**r.office, **more})


def mails(**given: str) -> Callable[[Register], Register]:
    """Unit or person code (`_` for `-`) → the cell Email."""
    new = {code.replace("_", "-"): text for code, text in given.items()}
    return lambda r: replace(
        r,
        units=tuple(replace(u, mail=new.get(u.code, u.mail)) for u in r.units),
        people=tuple(replace(p, mail=new.get(p.code, p.mail)) for p in r.people),
    )


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    """Three base committees with an address each, issued; the office has one too."""
    folder = make_office(tmp_path / "VP", committees=3, children=2)
    rewrite(folder, facts(thu_nhan=ADDRESS))
    return folder


def send(folder: Path, *, account: Account | None = SMTP, day: dt.date = DAY, **more: Any) -> handing.Handed:
    with open_office(folder, round_id=more.pop("round_id", None), as_of=day, who="test") as opened:
        ruling.take_decisions(opened)
        return handing.send(
            opened, account, lambda server: f"mật khẩu {server.host}", progress=passed, now=lambda: NOW, **more
        )


def passed(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


def letters(folder: Path) -> tuple[LetterRecord, ...]:
    with open_ledger(folder / ".lamtheo") as ledger:
        return ledger.letters()


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def attached(data: bytes) -> dict[str, bytes]:
    return {str(a.get_filename()): a.get_content() for a in parsed(data).iter_attachments()}


def body(data: bytes) -> str:
    part = parsed(data).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def to(sent: list[tuple[tuple[str, ...], bytes]]) -> list[str]:
    return ["; ".join(addresses) for addresses, _ in sent]


def test_a_letter_for_each_mailbox_with_exactly_its_workbook(office: Path, sender: Sender) -> None:
    """Everybody gets their own file, byte for byte, under its ASCII name; the letter says from whom it is, for whom, by
    when, and which assignment it is about; the ledger knows what went where."""
    handed = send(office)
    assert to(sender.sent) == ["so1@example.vn", "so2@example.vn", "so3@example.vn"]
    assert sender.passwords == ["mật khẩu mail.tinh.example"]
    for number, (_, data) in enumerate(sender.sent, start=1):
        name = f"mau-02_2027_DU-SO-SO-{number}.xlsx"
        assert attached(data) == {name: (office / "bieu-gui" / ROUND / name).read_bytes()}
        head = parsed(data)
        assert head["Subject"].endswith(f"[LTB {ROUND} DU-{number}]") and f"Đảng ủy Sở Số {number}" in head["Subject"]
        assert head["Reply-To"] == ADDRESS and ADDRESS in head["From"] and "Đảng ủy các cơ quan" in head["From"]
        said = body(data)
        assert f"Kính gửi: Đảng ủy Sở Số {number}" in said and "trong tháng 02/2027" in said and "28/02/2027" in said
        assert name in said and "Mẫu số 02" in said and "Ban Tuyên giáo và Dân vận" in said
    for number, letter in enumerate(letters(office), start=1):
        assert (letter.state, letter.kind, letter.reply, letter.tries) == ("sent", "issue", "250 2.0.0 Ok", 1)
        assert letter.items == {"assignments": (f"mau-02_2027_DU-{number}",), "serials": (str(number),)}
        assert letter.recipients == (f"unit:DU-{number}",) and letter.rounds == (ROUND,)
        assert letter.key.startswith(f"issue:unit:DU-{number}:") and letter.moment == "2027-01-25T08:30:00"
        assert parsed(sender.sent[number - 1][1])["Message-ID"] == letter.message_id
        assert hashlib.sha256(sender.sent[number - 1][1]).hexdigest() == letter.sha256
    assert handed.letters == letters(office) and handed.without == () and handed.findings == ()


def test_a_second_run_sends_nothing(office: Path, sender: Sender) -> None:
    """What went out once does not go out again, and nobody is asked for a password in vain."""
    send(office)
    sender.passwords.clear()
    assert len(sender.take()) == 3
    handed = send(office)
    assert sender.sent == [] and handed.letters == () and sender.passwords == []


def test_a_workbook_made_anew_is_sent_anew(office: Path, sender: Sender, lamtheo: Callable[..., Any]) -> None:
    """Issued again after the unit's name changed: that one goes, the others do not."""
    send(office)
    sender.take()
    rewrite(
        office,
        lambda r: replace(
            r, units=tuple(replace(u, name="Đảng ủy Sở Hai") if u.code == "DU-2" else u for u in r.units)
        ),
    )
    assert lamtheo("issue", "-C", office, "--as-of", "2027-01-26").code == 0
    send(office, day=dt.date(2027, 1, 26))
    assert to(sender.sent) == ["so2@example.vn"]
    with open_ledger(office / ".lamtheo") as ledger:
        newest = ledger.issued_for("mau-02_2027_DU-2")
    assert newest is not None and newest.issued.serial > 3
    assert letters(office)[-1].items["serials"] == (str(newest.issued.serial),)


def test_sent_again_when_somebody_says_so(office: Path, sender: Sender) -> None:
    """`again` makes a letter of its own, for those named: other number, other Message-ID, the same workbook."""
    send(office)
    sender.take()
    send(office, again=True, only=("DU-3",))
    first, second = (x for x in letters(office) if x.recipients == ("unit:DU-3",))
    assert second.key == f"{first.key}#2" and second.message_id != first.message_id
    assert to(sender.sent) == ["so3@example.vn"] and second.items == first.items
    send(office)
    assert len(letters(office)) == 4


def test_persons_who_have_an_address_and_those_who_have_none(
    tmp_path: Path, people_office: Callable[..., Path], sender: Sender
) -> None:
    """A person's form goes to the person; of one without an address to the unit, in the unit's own letter. Volunteers
    get theirs; of whom nothing is asked gets none; two rounds at once make one letter."""
    folder = people_office(tmp_path / "TU", plan=True)
    rewrite(folder, facts(thu_nhan=ADDRESS))
    rewrite(folder, mails(CS="cs@tinh.example; vp.cs@tinh.example", P1="hoa@tinh.example", P5="CS@tinh.example"))
    handed = send(folder, day=dt.date(2024, 1, 22))
    found = {"; ".join(addresses): sorted(attached(data)) for addresses, data in sender.sent}
    with open_ledger(folder / ".lamtheo") as ledger:
        names = {(r.issued.assignment, r.issued.part): Path(r.file).name for r in ledger.all_issued() if r.issued.unit}
    personal = "ke-hoach-ca-nhan_2024_"
    shared = "cs@tinh.example; vp.cs@tinh.example"
    own = [
        name
        for (assignment, _), name in names.items()
        if assignment.endswith("_CS") or assignment.endswith(("CS.P2", "CS.P3"))
    ]
    assert found == {
        shared: sorted(own),
        "hoa@tinh.example": [names[f"{personal}CS.P1", ""]],
        "CS@tinh.example": [names[f"{personal}THON.P5", ""]],
    }
    both = next(x for x in letters(folder) if len(x.addresses) == 2)
    assert set(both.rounds) == {f"{PLAN}_2024", f"{GUIDANCE}_2024"} and both.recipients == ("unit:CS",)
    said = next(body(data) for addresses, data in sender.sent if len(addresses) == 2)
    due = re.findall(r"Hạn gửi: .*\(hết ngày (\d\d)/(\d\d)/(\d{4})\)", said)
    assert len(due) > 2 and due == sorted(due, key=lambda day: day[::-1])
    hoa = next(x for x in letters(folder) if x.addresses == ("hoa@tinh.example",))
    assert hoa.recipients == ("person:P1",)
    said = next(body(data) for addresses, data in sender.sent if addresses == ("hoa@tinh.example",))
    assert "Kính gửi: đồng chí Lê Thị Hoa" in said
    assert {a.id for a in handed.without} == {a for a, _ in names if a.endswith("_THON")}


def test_one_mailbox_of_two_units_gets_one_letter(office: Path, sender: Sender) -> None:
    """Units that share a mailbox – whatever the order and capitals of its addresses – are one recipient; each file is
    in the letter once, and the letter speaks to both."""
    rewrite(office, mails(DU_1="a@tinh.example; b@tinh.example", DU_3="B@tinh.example, A@TINH.example"))
    send(office)
    assert to(sender.sent) == ["a@tinh.example; b@tinh.example", "so2@example.vn"]
    data = sender.sent[0][1]
    assert sorted(attached(data)) == ["mau-02_2027_DU-SO-SO-1.xlsx", "mau-02_2027_DU-SO-SO-3.xlsx"]
    assert "Kính gửi: Đảng ủy Sở Số 1; Đảng ủy Sở Số 3" in body(data)
    assert "Đảng ủy Sở Số 1" in body(data) and "Đảng ủy Sở Số 3" in body(data)
    assert letters(office)[0].recipients == ("unit:DU-1", "unit:DU-3")


def test_a_letter_speaks_to_those_it_brings_something(
    office: Path, sender: Sender, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """Of two units that share a mailbox one has something to mend: the other is not spoken to, nor is it shown as
    written to."""
    rewrite(office, mails(DU_1="a@tinh.example", DU_3="a@tinh.example"))
    send(office)
    filled(office, 1, rows=FAULTY)
    assert lamtheo("run", "-C", office, "--as-of", "2027-02-10").code == 0
    send(office, day=dt.date(2027, 2, 10))
    filled(office, 3, rows=FAULTY)
    assert lamtheo("run", "-C", office, "--as-of", "2027-02-11").code == 0
    (letter,) = send(office, day=dt.date(2027, 2, 11)).letters
    said = body(sender.sent[-1][1])
    assert letter.recipients == ("unit:DU-3",) and "Đảng ủy Sở Số 3" in said and "Đảng ủy Sở Số 1" not in said


def test_who_has_no_address_is_told(office: Path, sender: Sender) -> None:
    """No letter, no error: the assignment is handed back for the other ways."""
    rewrite(office, mails(DU_2=""))
    handed = send(office)
    assert to(sender.sent) == ["so1@example.vn", "so3@example.vn"]
    assert [a.id for a in handed.without] == ["mau-02_2027_DU-2"]


def test_a_dry_run_records_nothing(office: Path, sender: Sender) -> None:
    """The letters lie there to be looked at; the real run sends them all and takes the look away."""
    handed = send(office, dry_run=True)
    folder = office / "thu-gui" / ROUND / "xem-thu"
    assert sorted(p.name for p in folder.iterdir()) == [f"DU-SO-SO-{n}.eml" for n in (1, 2, 3)]
    assert [x.file for x in handed.letters] == [f"thu-gui/{ROUND}/xem-thu/DU-SO-SO-{n}.eml" for n in (1, 2, 3)]
    assert sender.sent == [] and letters(office) == () and {x.id for x in handed.letters} == {0}
    shown = (folder / "DU-SO-SO-1.eml").read_bytes()
    send(office)
    assert len(sender.sent) == 3 and not folder.exists()
    assert attached(shown) == attached(sender.sent[0][1]) and body(shown) == body(sender.sent[0][1])


def test_a_dry_run_shows_what_waits_as_well(office: Path, sender: Sender) -> None:
    """Letters an earlier run could not send would go with the next one, so they lie there too; and still wait then."""
    put_off(office, sender, "so1@example.vn", "so2@example.vn")
    rewrite(office, mails(DU_3="ba@tinh.example"))
    handed = send(office, dry_run=True)
    names = {x.addresses: x.file.rpartition("/")[2] for x in handed.letters}
    assert names == {
        ("so1@example.vn",): "DU-SO-SO-1.eml",
        ("so2@example.vn",): "DU-SO-SO-2.eml",
        ("ba@tinh.example",): "DU-SO-SO-3.eml",
    }
    assert sender.sent == [] and [x.state for x in letters(office)] == ["ready", "ready", "sent"]


def test_without_a_server_drafts_are_written_once(office: Path, sender: Sender) -> None:
    """A file that opens ready to send, recorded as handed over; a second run writes none and leaves those there."""
    handed = send(office, account=None)
    assert [x.state for x in handed.letters] == ["drafted"] * 3 and sender.sent == []
    for letter in letters(office):
        data = (office / letter.file).read_bytes()
        head = parsed(data)
        assert head["X-Unsent"] == "1" and head["Message-ID"] is None and head["To"] == letter.addresses[0]
        assert len(attached(data)) == 1
    assert letters(office)[0].file == f"thu-gui/{ROUND}/DU-SO-SO-1.eml"
    (office / letters(office)[0].file).unlink()
    assert send(office, account=None).letters == ()
    assert [(office / x.file).is_file() for x in letters(office)] == [False, True, True]
    send(office, account=None, again=True, only=("DU-2",))
    assert letters(office)[-1].file == f"thu-gui/{ROUND}/DU-SO-SO-2_2.eml"


def test_a_server_taken_away_leaves_no_letter_waiting(office: Path, sender: Sender) -> None:
    """What could not be sent yet becomes drafts when the office no longer names a server."""
    sender.outcomes["so2@example.vn"] = Outcome(state="ready", reply="451 thử lại sau")
    send(office)
    handed = send(office, account=None)
    assert [(x.addresses[0], x.state) for x in handed.letters] == [("so2@example.vn", "drafted")]
    assert (office / f"thu-gui/{ROUND}/DU-SO-SO-2.eml").is_file()


def test_killed_between_the_queue_and_sending(office: Path, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The letters wait, ready; the next run sends each once and makes no second one."""

    def kill(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(handing, "deliver", kill)
        send(office)
    waiting = letters(office)
    assert [x.state for x in waiting] == ["ready"] * 3 and sender.sent == []
    send(office)
    assert [x.state for x in letters(office)] == ["sent"] * 3 and len(sender.sent) == 3
    assert [(x.id, x.message_id) for x in letters(office)] == [(x.id, x.message_id) for x in waiting]


def test_killed_under_the_content_is_in_doubt_and_not_sent_again(office: Path, sender: Sender) -> None:
    """Nobody can say whether it came: it waits for a person, the others go. «Gửi lại» sends the very same bytes."""
    sender.killed_at = "so2@example.vn"
    with pytest.raises(Killed):
        send(office)
    assert [x.state for x in letters(office)] == ["sent", "sending", "ready"]
    sender.killed_at = ""
    first = sender.take()
    handed = send(office)
    assert to(sender.sent) == ["so3@example.vn"]
    assert [(x.addresses[0], x.state) for x in handed.letters] == [
        ("so2@example.vn", "in_doubt"),
        ("so3@example.vn", "sent"),
    ]
    sender.take()
    assert send(office).letters == () and sender.sent == []
    with open_ledger(office / ".lamtheo") as ledger:
        doubtful = ledger.move_letter(2, "ready", as_of=DAY, moment="2027-01-25T09:00:00")
        data = ledger.fetch(doubtful.sha256)
    send(office)
    assert sender.sent == [(("so2@example.vn",), data)] and len(first) == 1
    assert [x.state for x in letters(office)] == ["sent"] * 3


def test_put_off_by_the_server(office: Path, sender: Sender) -> None:
    """A passing refusal leaves the letter as it is, with the server's words, for the next run."""
    sender.outcomes["so1@example.vn"] = Outcome(state="ready", reply="451 4.7.1 thử lại sau")
    handed = send(office)
    assert next((x.state, x.reply, x.tries) for x in handed.letters) == ("ready", "451 4.7.1 thử lại sau", 1)
    sender.outcomes.clear()
    sender.take()
    handed = send(office)
    assert to(sender.sent) == ["so1@example.vn"] and [x.state for x in handed.letters] == ["sent"]


def put_off(folder: Path, sender: Sender, *addresses: str, **more: Any) -> None:
    """A run in which the server has no time for those; the others are sent."""
    sender.outcomes = dict.fromkeys(addresses, Outcome(state="ready", reply="451 thử lại sau"))
    send(folder, **more)
    sender.outcomes.clear()
    sender.take()


def test_only_those_named_are_written_to_even_where_others_wait(office: Path, sender: Sender) -> None:
    """Whoever tries one unit first sends nothing to the others: their letters of an earlier run go on waiting."""
    put_off(office, sender, "so1@example.vn", "so2@example.vn", "so3@example.vn")
    handed = send(office, only=("DU-2",))
    assert to(sender.sent) == ["so2@example.vn"] and [x.state for x in handed.letters] == ["sent"]
    sender.take()
    assert send(office, kinds=("returned",)).letters == () and sender.sent == []
    send(office)
    assert to(sender.sent) == ["so1@example.vn", "so3@example.vn"]


def test_what_waited_and_is_done_with_is_not_sent(
    office: Path, sender: Sender, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """A form that came while its letter waited, and an address corrected meanwhile: the old letters are withdrawn, with
    the reason; the new address gets one of its own."""
    put_off(office, sender, "so1@example.vn", "so2@example.vn", "so3@example.vn")
    filled(office, 1)
    assert lamtheo("collect", "-C", office, "--as-of", "2027-01-25").code == 0
    rewrite(office, mails(DU_2="so.hai@example.vn"))
    handed = send(office)
    assert to(sender.sent) == ["so3@example.vn", "so.hai@example.vn"]
    assert [(x.addresses[0], x.state, x.reply == "withdrawn") for x in handed.letters] == [
        ("so1@example.vn", "failed", True),
        ("so2@example.vn", "failed", True),
        ("so3@example.vn", "sent", False),
        ("so.hai@example.vn", "sent", False),
    ]
    assert send(office).letters == ()
    rewrite(office, mails(DU_2="so2@example.vn"))
    send(office)
    assert to(sender.sent)[2:] == ["so2@example.vn"]  # it never was written to


def test_a_mended_return_is_not_sent_back(
    office: Path, sender: Sender, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """The letter about the faults waited; the unit had sent a good one meanwhile."""
    filled(office, 1, rows=[{"ten_chi_bo": "Chi bộ 1 Sở Số 1", "moi": "x"}])
    assert lamtheo("run", "-C", office, "--as-of", "2027-02-10").code == 0
    put_off(office, sender, "so1@example.vn", kinds=("returned",), day=dt.date(2027, 2, 10))
    filled(office, 1, "lan 2.xlsx")
    assert lamtheo("run", "-C", office, "--as-of", "2027-02-10").code == 0
    handed = send(office, kinds=("returned",), day=dt.date(2027, 2, 10))
    assert sender.sent == [] and [(x.state, x.reply) for x in handed.letters] == [("failed", "withdrawn")]


def test_what_a_person_said_to_send_again_is_sent(
    office: Path, sender: Sender, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """«Gửi lại» stands, whatever came meanwhile."""
    put_off(office, sender, "so1@example.vn")
    filled(office, 1)
    assert lamtheo("collect", "-C", office, "--as-of", "2027-01-25").code == 0
    with open_ledger(office / ".lamtheo") as ledger:
        ledger.decide([Decision(subject="letter:1", kind="again", as_of=DAY)])
    send(office)
    assert to(sender.sent) == ["so1@example.vn"]


def test_refused_for_good_until_the_address_changes(office: Path, sender: Sender) -> None:
    """Not tried at the same address again; the corrected address gets a letter of its own."""
    sender.outcomes["so1@example.vn"] = Outcome(state="failed", reply="550 5.1.1 không có hộp thư này")
    send(office)
    sender.take()
    assert send(office).letters == ()
    rewrite(office, mails(DU_1="so.mot@example.vn"))
    handed = send(office)
    assert to(sender.sent) == ["so.mot@example.vn"]
    assert handed.letters[0].key == f"{letters(office)[0].key}#2"
    assert [x.state for x in letters(office)] == ["failed", "sent", "sent", "sent"]


def test_an_address_added_later_gets_it_too(office: Path, sender: Sender) -> None:
    """Sent to one address; a second one written into the cell has not seen it. One taken out changes nothing."""
    send(office)
    sender.take()
    rewrite(office, mails(DU_1="so1@example.vn; pho@example.vn"))
    send(office)
    assert to(sender.sent) == ["so1@example.vn; pho@example.vn"]
    rewrite(office, mails(DU_1="pho@example.vn"))
    assert send(office).letters == ()


def test_a_server_that_refuses_the_login_loses_nothing(office: Path, sender: Sender) -> None:
    """What stopped the run is handed back once everything is told; the letters wait and go next time."""
    sender.refuses = World("world.mail_login", may_chu="mail.tinh.example", ten=ADDRESS)
    handed = send(office)
    assert handed.delivered.broken is sender.refuses and [x.state for x in handed.letters] == ["ready"] * 3
    with pytest.raises(World) as raised:
        handed.delivered.fail()
    assert raised.value.code == "world.mail_login"
    sender.refuses = None
    assert [x.state for x in send(office).letters] == ["sent"] * 3


def test_a_secret_programme_is_never_mailed(office: Path, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is composed, recorded or sent; what to do instead is said."""
    from lamtheo_xls.workspace import folder

    bundle_of = folder.bundle_of

    def secret(programme: str) -> Any:
        bundle = bundle_of(programme)
        return replace(bundle, programme=replace(bundle.programme, secrecy="Mật"))

    monkeypatch.setattr(folder, "bundle_of", secret)
    for more in ({}, {"dry_run": True}, {"account": None}):
        with pytest.raises(World) as raised:
            send(office, **more)
        assert raised.value.code == "world.secret_no_mail"
        assert PLAN in str(raised.value) and "Mật" in str(raised.value)
    assert letters(office) == () and sender.sent == [] and not list((office / "thu-gui").rglob("*.eml"))


@pytest.mark.parametrize("address", ["", "không phải địa chỉ", "a@tinh.example; b@tinh.example"])
def test_an_office_without_address_is_asked_for_one(office: Path, sender: Sender, address: str) -> None:
    """Letters have a sender and a place to answer to, or are not written."""
    rewrite(office, facts(thu_nhan=address))
    with pytest.raises(World) as raised:
        send(office)
    assert raised.value.code == "world.mail_no_sender" and letters(office) == ()


def test_who_is_done_with_gets_no_workbook(
    office: Path, sender: Sender, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """Accepted, «không phát sinh» and «không phải gửi»: none of them is written to."""
    filled(office, 1)
    assert lamtheo("collect", "-C", office, "--as-of", "2027-01-25").code == 0
    with open_office(office, round_id=ROUND, as_of=DAY, who="test") as opened:
        ids = {a.unit: a.id for a in assignments_of(opened)[0]}
        opened.ledger.decide(
            [
                Decision(subject=f"assignment:{ids[unit]}", kind=kind, as_of=DAY, round=ROUND)
                for unit, kind in (("DU-2", "nil"), ("DU-3", "excuse"))
            ]
        )
    assert send(office).letters == () and sender.sent == []


FAULTY = [{"ten_chi_bo": "Chi bộ 1 Sở Số 1", "moi": "x"}]


def test_what_is_to_be_mended_goes_back_once(
    office: Path, sender: Sender, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """The marked workbook with the faults in words, each with the cell it has there, and when it was received; no blank
    one beside it. A second run sends nothing, a new faulty return is answered anew."""
    send(office)
    sender.take()
    filled(office, 1, rows=FAULTY)
    assert lamtheo("run", "-C", office, "--as-of", "2027-02-10").code == 0
    name = "mau-02_2027_DU-SO-SO-1_sua.xlsx"
    day = dt.date(2027, 2, 10)
    handed = send(office, day=day)
    ((addresses, data),) = sender.take()
    assert addresses == ("so1@example.vn",)
    assert attached(data) == {name: (office / "tra-lai" / ROUND / name).read_bytes()}
    letter = handed.letters[0]
    assert letter.kind == "returned" and letter.items["assignments"] == ("mau-02_2027_DU-1",)
    assert len(letter.items["submissions"]) == 1 and letter.items["serials"] == ("1",)
    said = body(data)
    assert "nhận ngày 10/02/2027" in said and "Ô C15" in said and "Ô D15" in said
    assert "Hợp lệ" not in said
    assert send(office, day=day).letters == ()
    filled(office, 1, "lan 2.xlsx", rows=[{"ten_mo_hinh": "Mô hình một", "moi": "x"}])
    assert lamtheo("run", "-C", office, "--as-of", "2027-02-11").code == 0
    send(office, day=dt.date(2027, 2, 11))
    assert [attached(data).keys() for _, data in sender.sent] == [{name}]
    assert "B15" in body(sender.sent[0][1]) and len(letters(office)) == 5


def test_only_one_kind_where_asked(
    office: Path, sender: Sender, filled: Callable[..., Path], lamtheo: Callable[..., Any]
) -> None:
    """`kinds` leaves the other letters for another time."""
    filled(office, 1, rows=FAULTY)
    assert lamtheo("run", "-C", office, "--as-of", "2027-02-10").code == 0
    send(office, kinds=("returned",))
    assert [x.kind for x in letters(office)] == ["returned"]
    send(office, kinds=("issue",))
    assert [(x.kind, x.addresses[0]) for x in letters(office)[1:]] == [
        ("issue", "so2@example.vn"),
        ("issue", "so3@example.vn"),
    ]


def test_heavy_workbooks_go_in_several_letters(office: Path, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """Split where the attachments pass the limit, each letter saying which it is; nothing is left out or sent twice."""
    rewrite(office, mails(DU_1="chung@tinh.example", DU_2="chung@tinh.example", DU_3="chung@tinh.example"))
    sizes = [p.stat().st_size for p in (office / "bieu-gui" / ROUND).glob("*DU-SO-SO-*.xlsx")]
    monkeypatch.setattr(composing, "MOST_BYTES", sum(sorted(sizes)[-2:]))
    send(office)
    found = [sorted(attached(data)) for _, data in sender.sent]
    assert [len(names) for names in found] == [2, 1] and len(set().union(*found)) == 3
    assert [("1/2" in parsed(d)["Subject"], "2/2" in parsed(d)["Subject"]) for _, d in sender.sent] == [
        (True, False),
        (False, True),
    ]
    assert len({x.message_id for x in letters(office)}) == 2
    assert send(office).letters == ()


def test_a_workbook_gone_from_its_folder_is_told(office: Path, sender: Sender) -> None:
    """The letter of that unit waits till the file is there again; the others go."""
    (office / "bieu-gui" / ROUND / "mau-02_2027_DU-SO-SO-2.xlsx").unlink()
    handed = send(office)
    assert to(sender.sent) == ["so1@example.vn", "so3@example.vn"]
    assert [f.code for f in handed.findings] == ["set.letter_file_missing"]


def test_the_offices_own_words(office: Path, sender: Sender) -> None:
    """A template staff have edited is what is sent; one they broke is told once, and the bundled one stands in."""
    template = office / "mau-thu" / "tao-bieu.txt"
    template.write_text("Tiêu đề: Biểu của {{ nguoi_nhan }}\n\nXin chào {{ nguoi_nhan }}!\n", "utf-8-sig")
    send(office, only=("DU-1",))
    assert body(sender.sent[0][1]).strip() == "Xin chào Đảng ủy Sở Số 1!"
    template.write_text("Tiêu đề: Biểu\n\n{% for b in bieu %}\n", "utf-8-sig")
    handed = send(office)
    assert [f.code for f in handed.findings] == ["mail.template_syntax"]
    assert "Kính gửi: Đảng ủy Sở Số 2" in body(sender.sent[1][1]) and len(sender.sent) == 3


def test_what_nobody_could_have_written_is_asked_back(office: Path, sender: Sender) -> None:
    """Codes of nobody: nothing is sent to the others either."""
    with pytest.raises(World) as raised:
        send(office, only=("DU-1", "KHONG-CO"))
    assert raised.value.code == "world.unit_unknown" and letters(office) == ()


def test_a_closed_round_is_not_written_for(office: Path, sender: Sender, lamtheo: Callable[..., Any]) -> None:
    """After «chốt số liệu» nobody is asked for anything of that round."""
    assert lamtheo("close", "-C", office, "--as-of", "2027-01-25").code == 0
    assert send(office).letters == ()

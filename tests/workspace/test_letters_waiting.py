"""Letters an earlier run could not send: what goes out is what would be written today, to where it belongs today."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import World
from lamtheo_xls.ledger import LetterRecord, open_ledger
from lamtheo_xls.mail.model import Account, Outcome, Server
from lamtheo_xls.register import Register, read_register, write_register
from lamtheo_xls.reports.letters import LetterDecision
from lamtheo_xls.workspace import folder as folders
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.letters import handing, reminding
from lamtheo_xls.workspace.letters.board import letter_lines
from lamtheo_xls.workspace.letters.recipients import addresses_in
from lamtheo_xls.workspace.letters.ruled import rule_letters

PLAN = "43-kh-duk"
ROUND = f"{PLAN}_2027"
ADDRESS = "btg@tinh.example"
DAY = dt.date(2027, 1, 25)
NOW = dt.datetime(2027, 1, 25, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
SMTP = Account(
    address=ADDRESS, name="Đảng ủy", user=ADDRESS, smtp=Server(host="mail.tinh.example", port=465, tls="tls")
)


@dataclass
class Sender:
    """Stands in for `send_letters`: takes everything, or – away – has no time for anything."""

    away: bool = False
    sent: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)

    def __call__(self, letters: Iterable[Any], account: Account, password: str, *, starting: Any, ended: Any, **_: Any):
        for letter in () if self.away else letters:
            starting(letter)
            self.sent.append((letter.to, letter.data()))
            ended(letter, Outcome(state="sent", reply="250 Ok"))

    @property
    def went(self) -> list[tuple[str, list[str]]]:
        """To whom which files went since it was last asked."""
        taken, self.sent = self.sent, []
        return [("; ".join(to), sorted(files(data))) for to, data in taken]


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Sender:
    made = Sender()
    monkeypatch.setattr("lamtheo_xls.mail.sending.send_letters", made)
    return made


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    """Three base committees, issued; the first two share a mailbox."""
    root = make_office(tmp_path / "VP", committees=3, children=2)
    rewrite(root, lambda r: replace(r, office={**r.office, "thu_nhan": ADDRESS}))
    mails(root, DU_1="chung@tinh.example", DU_2="chung@tinh.example", DU_3="ba@tinh.example")
    return root


def rewrite(root: Path, change: Callable[[Register], Register]) -> None:
    path = root / "danh-sach.xlsx"
    register, findings = read_register(path.read_bytes())
    assert register is not None, findings
    path.write_bytes(write_register(change(register), programmes=((PLAN, "x"),)))


def mails(root: Path, **given: str) -> None:
    new = {code.replace("_", "-"): text for code, text in given.items()}
    rewrite(root, lambda r: replace(r, units=tuple(replace(u, mail=new.get(u.code, u.mail)) for u in r.units)))


def passed(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


def send(root: Path, *, day: dt.date = DAY, **more: Any) -> handing.Handed:
    with open_office(root, round_id=None, as_of=day, who="test") as opened:
        return handing.send(opened, SMTP, lambda server: "x", progress=passed, now=lambda: NOW, **more)


def remind(root: Path, *, day: dt.date) -> reminding.Reminded:
    moment = dt.datetime.combine(day, dt.time(9))
    with open_office(root, round_id=None, as_of=day, who="test") as opened:
        return reminding.remind(
            opened,
            SMTP,
            lambda server: "x",
            moment=moment,
            progress=passed,
            now=lambda: moment.replace(tzinfo=NOW.tzinfo),
        )


def letters(root: Path) -> tuple[LetterRecord, ...]:
    with open_ledger(root / ".lamtheo") as ledger:
        return ledger.letters()


def states(root: Path) -> list[tuple[str, str]]:
    return [("; ".join(x.addresses), "withdrawn" if x.reply == "withdrawn" else x.state) for x in letters(root)]


def files(data: bytes) -> list[str]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return [str(a.get_filename()) for a in message.iter_attachments()]


def name(unit: int) -> str:
    return f"mau-02_2027_DU-SO-SO-{unit}.xlsx"


@pytest.fixture
def waiting(office: Path, sender: Sender) -> Path:
    """The letters of a morning on which the server could not be reached."""
    sender.away = True
    send(office)
    sender.away = False
    assert states(office) == [("chung@tinh.example", "ready"), ("ba@tinh.example", "ready")]
    return office


def test_an_address_corrected_the_same_day(waiting: Path, sender: Sender) -> None:
    """Nothing goes to the address the register no longer has, even where the letter was made an hour ago."""
    mails(waiting, DU_3="dung@tinh.example")
    send(waiting)
    assert sender.went == [("chung@tinh.example", [name(1), name(2)]), ("dung@tinh.example", [name(3)])]
    assert states(waiting) == [
        ("chung@tinh.example", "sent"),
        ("ba@tinh.example", "withdrawn"),
        ("dung@tinh.example", "sent"),
    ]
    assert send(waiting).letters == ()


def test_a_unit_that_left_the_shared_mailbox(waiting: Path, sender: Sender) -> None:
    """Its workbook goes to its own address alone; the letter of those who stay is made anew, in the same run."""
    mails(waiting, DU_2="hai@tinh.example")
    send(waiting)
    assert sorted(sender.went) == [
        ("ba@tinh.example", [name(3)]),
        ("chung@tinh.example", [name(1)]),
        ("hai@tinh.example", [name(2)]),
    ]
    assert send(waiting).letters == ()


def test_an_address_struck_from_the_cell(waiting: Path, sender: Sender) -> None:
    """Of two addresses one is taken away: the letter that waits for both is not sent to it."""
    mails(waiting, DU_3="ba@tinh.example; cu@tinh.example")
    sender.away = True
    send(waiting)
    mails(waiting, DU_3="ba@tinh.example")
    sender.away = False
    send(waiting, only=("DU-3",))
    assert sender.went == [("ba@tinh.example", [name(3)])]


def test_a_workbook_made_anew_while_the_letter_waited(
    waiting: Path, sender: Sender, lamtheo: Callable[..., Any]
) -> None:
    """One letter with the workbook of today, not two."""
    rewrite(
        waiting,
        lambda r: replace(r, units=tuple(replace(u, name="Đảng ủy Sở Ba") if u.code == "DU-3" else u for u in r.units)),
    )
    assert lamtheo("issue", "-C", waiting, "--as-of", "2027-01-25").code == 0
    send(waiting)
    assert sender.went == [("chung@tinh.example", [name(1), name(2)]), ("ba@tinh.example", [name(3)])]
    with open_ledger(waiting / ".lamtheo") as ledger:
        newest = ledger.issued_for("mau-02_2027_DU-3")
    assert newest is not None and letters(waiting)[-1].items["serials"] == (str(newest.issued.serial),)


def test_the_office_writes_from_another_address_by_now(waiting: Path, sender: Sender) -> None:
    """Letters that ask for answers at the old address are made anew."""
    rewrite(waiting, lambda r: replace(r, office={**r.office, "thu_nhan": "moi@tinh.example"}))
    send(waiting)
    assert len(sender.sent) == 2
    assert all(b"Reply-To: moi@tinh.example\r\n" in data for _, data in sender.sent)
    assert [state for _, state in states(waiting)] == ["withdrawn", "withdrawn", "sent", "sent"]


def test_a_round_closed_meanwhile(waiting: Path, sender: Sender, lamtheo: Callable[..., Any]) -> None:
    """Nobody is asked for anything of a round that is closed, by a letter of yesterday neither."""
    assert lamtheo("close", "-C", waiting, "--as-of", "2027-01-25").code == 0
    assert send(waiting).delivered.letters != () and sender.sent == []
    assert [state for _, state in states(waiting)] == ["withdrawn", "withdrawn"]
    assert lamtheo("reopen", "-C", waiting, "--as-of", "2027-01-25").code == 0
    send(waiting)
    assert len(sender.went) == 2


def test_a_programme_that_became_secret(waiting: Path, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits of it leaves the queue by whatever command empties it, and is not sent."""
    bundle_of = folders.bundle_of

    def secret(programme: str) -> Any:
        bundle = bundle_of(programme)
        return replace(bundle, programme=replace(bundle.programme, secrecy="Mật"))

    monkeypatch.setattr(folders, "bundle_of", secret)
    from lamtheo_xls.workspace.letters import replying

    with open_office(waiting, round_id=None, as_of=DAY, who="test") as opened:
        replying.reply(opened, SMTP, lambda server: "x", progress=passed, now=lambda: NOW)
    assert sender.sent == [] and [state for _, state in states(waiting)] == ["withdrawn", "withdrawn"]


def test_reminding_leaves_to_send_what_send_makes_anew(waiting: Path, sender: Sender) -> None:
    """`remind` empties the queue of what is right as it is; a letter to an old address waits for `send`."""
    mails(waiting, DU_3="dung@tinh.example")
    remind(waiting, day=dt.date(2027, 1, 26))
    assert ("ba@tinh.example", "ready") in states(waiting)
    assert all(to != "ba@tinh.example" for to, _ in sender.went)
    send(waiting, day=dt.date(2027, 1, 26))
    assert sender.went == [("dung@tinh.example", [name(3)])]
    assert ("ba@tinh.example", "withdrawn") in states(waiting)


def test_a_dry_run_shows_what_would_go(waiting: Path, sender: Sender) -> None:
    """What waits and is right, and what would be made anew in place of what is not; nothing is withdrawn by looking."""
    mails(waiting, DU_3="dung@tinh.example")
    handed = send(waiting, dry_run=True)
    assert [x.addresses for x in handed.letters] == [("chung@tinh.example",), ("dung@tinh.example",)]
    assert [state for _, state in states(waiting)] == ["ready", "ready"]


def ruled(root: Path, *ids: int) -> Sequence[str]:
    """«Gửi lại» written on THƯ for the letters; the codes of what is said against it."""
    with open_office(root, round_id=None, as_of=DAY, who="test") as opened:
        rows = [
            LetterDecision(letter=x.letter, kind="again", stamp=x.stamp)
            for x in letter_lines(opened)
            if x.letter in ids
        ]
        assert len(rows) == len(ids)
        return [f.code for f in rule_letters(opened, rows)[2]]


def test_again_only_to_where_everybody_still_is(office: Path, sender: Sender) -> None:
    """A letter for two units is not sent again to the shared mailbox once one of them has its own."""
    send(office)
    with open_ledger(office / ".lamtheo") as ledger:
        ledger.move_letter(1, "bounced", as_of=DAY, moment="2027-01-25T09:00:00", reply="550 5.1.1 nobody")
    mails(office, DU_2="hai@tinh.example")
    assert ruled(office, 1) == ["set.letter_address_changed"]
    assert sender.went[0][0] == "chung@tinh.example"
    send(office)
    assert sender.went == [("hai@tinh.example", [name(2)])]


def test_again_and_then_the_address_changes(office: Path, sender: Sender) -> None:
    """A word said for one address does not hold for a mailbox that is no longer the unit's."""
    send(office)
    with open_ledger(office / ".lamtheo") as ledger:
        ledger.move_letter(2, "bounced", as_of=DAY, moment="2027-01-25T09:00:00", reply="550 5.1.1 nobody")
    assert ruled(office, 2) == []
    mails(office, DU_3="dung@tinh.example")
    sender.sent.clear()
    send(office)
    assert sender.went == [("dung@tinh.example", [name(3)])]


@pytest.mark.parametrize("cell", [f"a@{'x' * 64}.vn", f"{'a' * 65}@tinh.example", f"a@{'x.' * 130}vn"])
def test_an_address_no_letter_can_bear(office: Path, sender: Sender, cell: str) -> None:
    """What looks like an address and is too long for one is told where it stands, before any letter is made of it; in a
    message it is none."""
    mails(office, DU_3=cell)
    with pytest.raises(World) as told:
        send(office)
    assert told.value.code == "world.register_faulty" and letters(office) == ()
    assert [f.code for f in told.value.findings] == ["register.mail_bad"]
    assert addresses_in(f"{cell}; ba@tinh.example") == ("ba@tinh.example",)

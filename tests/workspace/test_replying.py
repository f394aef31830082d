"""Answers to what came by mail: in its thread, once, never to a robot, no workbook to a stranger."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.mail.model import Account, Outcome, Server
from lamtheo_xls.register import read_register, write_register
from lamtheo_xls.workspace import answering, collecting, ruling
from lamtheo_xls.workspace.folder import open_office
from lamtheo_xls.workspace.letters import handing, replying

ADDRESS = "btg@tinh.example"
DAY = dt.date(2027, 2, 24)
NOW = dt.datetime(2027, 2, 24, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
SMTP = Account(
    address=ADDRESS, name="Đảng ủy", user=ADDRESS, smtp=Server(host="mail.tinh.example", port=465, tls="tls")
)


@dataclass
class Sender:
    """Stands in for `send_letters`: every letter is accepted, or ends as `outcome` says."""

    outcome: Outcome = field(default_factory=lambda: Outcome(state="sent", reply="250 Ok"))
    sent: list[tuple[tuple[str, ...], EmailMessage]] = field(default_factory=list)

    def __call__(self, letters: Iterable[Any], account: Account, password: str, *, starting: Any, ended: Any, **_: Any):
        for letter in letters:
            starting(letter)
            message = email.message_from_bytes(letter.data(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.sent.append((letter.to, message))
            ended(letter, self.outcome)


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Sender:
    made = Sender()
    monkeypatch.setattr("lamtheo_xls.mail.sending.send_letters", made)
    return made


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path]) -> Path:
    """Three base committees; the first two have an address."""
    folder = make_office(tmp_path / "VP", committees=3, children=3)
    path = folder / "danh-sach.xlsx"
    register, findings = read_register(path.read_bytes())
    assert register is not None, findings
    mails = {"DU-1": "mot@xa.example", "DU-2": "hai@xa.example; Kho@xa.example"}
    units = tuple(replace(u, mail=mails.get(u.code, "")) for u in register.units)
    register = replace(register, units=units, office={**register.office, "thu_nhan": ADDRESS})
    path.write_bytes(write_register(register, programmes=(("43-kh-duk", "x"),)))
    return folder


def mail(folder: Path, name: str, files: Mapping[str, Path], sender: str = "mot@xa.example", **headers: str) -> None:
    """A saved message in nhan-ve/, as the mail server wrote it down."""
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, ADDRESS
    letter["Subject"] = headers.pop("Subject", "Gửi biểu")
    letter["Message-ID"] = headers.pop("Message_ID", f"<{name}@xa.example>")
    for head, text in headers.items():
        letter[head.replace("_", "-")] = text
    letter.set_content("Kính gửi văn phòng.")
    for file, path in files.items():
        letter.add_attachment(path.read_bytes(), maintype="application", subtype="octet-stream", filename=file)
    received = "Received: from xa.example by mail.tinh.example; Wed, 24 Feb 2027 07:15:00 +0700\r\n"
    data = received.encode() + letter.as_bytes(policy=email.policy.SMTP)
    (folder / "nhan-ve" / f"{name}.eml").write_bytes(data)
    for path in files.values():
        path.unlink()


def answer(folder: Path, day: dt.date = DAY) -> replying.Answered:
    with open_office(folder, round_id=None, as_of=day, who="test") as opened:
        ruling.take_decisions(opened)
        list(collecting.collect(opened, (), received=None, progress=passed))
        for one in opened.all:
            answering.send_back(one, progress=passed)
        return replying.reply(opened, SMTP, lambda server: "mật khẩu", progress=passed, now=lambda: NOW)


def passed(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def files(message: EmailMessage) -> list[str]:
    return [str(a.get_filename()) for a in message.iter_attachments()]


def good(filled: Callable[..., Path], folder: Path, n: int) -> Path:
    return filled(folder, n, f"tốt {n}.xlsx")


def faulty(filled: Callable[..., Path], folder: Path, n: int) -> Path:
    row = {"ten_chi_bo": f"Chi bộ 1 Sở Số {n}", "ten_mo_hinh": "Tiết kiệm điện", "moi": "x"}
    return filled(folder, n, f"lỗi {n}.xlsx", rows=[row])


Filled = Callable[..., Path]


def test_a_sound_return_gets_a_receipt_in_its_thread(office: Path, sender: Sender, filled: Filled) -> None:
    """To the sender, with Re: and In-Reply-To, the form and the day it came; said to be written by a program."""
    mail(
        office,
        "thu-1",
        {"Mau02.xlsx": good(filled, office, 1)},
        Subject="Đơn vị gửi Mẫu 02",
        References="<a@b.example>",
    )
    (letter,) = answer(office).letters
    assert (letter.kind, letter.state, letter.recipients) == ("receipt", "sent", ("unit:DU-1",))
    ((to, message),) = sender.sent
    assert to == ("mot@xa.example",)
    assert message["Subject"] == "Re: Đơn vị gửi Mẫu 02 [LTB 43-kh-duk_2027 DU-1]"
    assert message["In-Reply-To"] == "<thu-1@xa.example>"
    assert message["References"] == "<a@b.example> <thu-1@xa.example>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert files(message) == []
    assert "Nhận ngày 24/02/2027: hợp lệ." in text(message)


def test_a_faulty_return_gets_its_workbook(office: Path, sender: Sender, filled: Filled) -> None:
    """The workbook to be mended, with the cell named; `send` does not send it again."""
    mail(office, "thu-1", {"Mau02.xlsx": faulty(filled, office, 1)})
    (letter,) = answer(office).letters
    assert letter.kind == "returned"
    ((_, message),) = sender.sent
    assert files(message) == ["mau-02_2027_DU-SO-SO-1_sua.xlsx"]
    assert "- Ô D15 thiếu thời gian." in text(message)
    sender.sent.clear()
    with open_office(office, round_id=None, as_of=DAY, who="test") as opened:
        handing.send(opened, SMTP, lambda s: "x", kinds=("returned",), progress=passed, now=lambda: NOW)
    assert sender.sent == []


def test_a_return_is_answered_once(office: Path, sender: Sender, filled: Filled) -> None:
    """However often the command runs, and though the same file comes in a second message; a letter refused for good
    was an answer, too."""
    path = good(filled, office, 1)
    again = path.read_bytes()
    mail(office, "thu-1", {"Mau02.xlsx": path})
    sender.outcome = Outcome(state="failed", reply="550 5.1.1 unknown")
    assert len(answer(office).letters) == 1
    path.write_bytes(again)
    mail(office, "thu-2", {"Mau02 (1).xlsx": path})
    assert answer(office).letters == ()
    assert answer(office, DAY + dt.timedelta(days=1)).letters == ()
    assert len(sender.sent) == 1


def test_what_a_message_brings_is_answered_in_one_letter(office: Path, sender: Sender, filled: Filled) -> None:
    """Sound and faulty together: what is to be mended, and that the other is not."""
    both = {"mot.xlsx": good(filled, office, 1), "hai.xlsx": faulty(filled, office, 2)}
    mail(office, "thu-1", both, sender="hai@xa.example")
    (letter,) = answer(office).letters
    ((to, message),) = sender.sent
    assert (letter.kind, to, len(letter.items["submissions"])) == ("returned", ("hai@xa.example",), 2)
    assert files(message) == ["mau-02_2027_DU-SO-SO-2_sua.xlsx"]
    said = text(message)
    assert "Hợp lệ, không phải gửi lại." in said and "D15" in said


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Id": "<ds.xa.example>"},
        {"Return_Path": "<>"},
        {"Reply_To": ADDRESS},
    ],
    ids=lambda h: next(iter(h)) + " " + next(iter(h.values())),
)
def test_robots_lists_and_ourselves_are_never_answered(
    office: Path, sender: Sender, filled: Filled, headers: Mapping[str, str]
) -> None:
    """Two programs must not write to each other; the return itself is taken."""
    mail(office, "thu-1", {"Mau02.xlsx": good(filled, office, 1)}, **headers)
    assert answer(office).letters == ()
    with open_ledger(office / ".lamtheo") as ledger:
        assert [s.state for s in ledger.submissions()] == ["accepted"]


@pytest.mark.parametrize("own", [ADDRESS, "BTG@tinh.example", "mailer-daemon@xa.example", "no-reply@xa.example"])
def test_senders_that_nobody_reads_are_not_answered(office: Path, sender: Sender, filled: Filled, own: str) -> None:
    mail(office, "thu-1", {"Mau02.xlsx": good(filled, office, 1)}, sender=own)
    assert answer(office).letters == () and sender.sent == []


def test_a_stranger_is_told_and_gets_no_workbook(office: Path, sender: Sender, filled: Filled) -> None:
    """What was typed goes to the address in the register alone: `send` takes it there."""
    mail(office, "thu-1", {"Mau02.xlsx": faulty(filled, office, 2)}, sender="Lạ <la@khac.example>")
    (letter,) = answer(office).letters
    ((to, message),) = sender.sent
    assert to == ("la@khac.example",) and files(message) == []
    assert (letter.recipients, letter.items.get("submissions", ()), len(letter.items["told"])) == ((), (), 1)
    assert "Còn 1 chỗ cần sửa." in text(message) and "D15" not in text(message)
    assert "(Đảng ủy Sở Số 2)" in text(message) and str(message["Subject"]).endswith("[LTB 43-kh-duk_2027]")
    sender.sent.clear()
    with open_office(office, round_id=None, as_of=DAY, who="test") as opened:
        handing.send(opened, SMTP, lambda s: "x", kinds=("returned",), progress=passed, now=lambda: NOW)
    ((to, message),) = sender.sent
    assert to == ("hai@xa.example", "Kho@xa.example") and len(files(message)) == 1
    sender.sent.clear()
    assert answer(office).letters == ()


def test_any_address_of_the_cell_is_known(office: Path, sender: Sender, filled: Filled) -> None:
    """Capitals make no stranger, and the answer goes where answers are wanted."""
    mail(office, "thu-1", {"Mau02.xlsx": faulty(filled, office, 2)}, sender="hai@xa.example", Reply_To="KHO@xa.example")
    answer(office)
    ((to, message),) = sender.sent
    assert to == ("kho@xa.example",) or to == ("KHO@xa.example",)
    assert len(files(message)) == 1


def test_what_nobody_owns_is_left_to_people(office: Path, sender: Sender) -> None:
    """A photo, a letter, a workbook without identity: a person looks at it."""
    photo = office / "nhan-ve" / "anh.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 200_000)
    mail(office, "thu-1", {"bieu.jpg": photo})
    assert answer(office).letters == ()


def test_what_was_mended_before_it_was_answered_is_not_asked_for(office: Path, sender: Sender, filled: Filled) -> None:
    """Two versions in one morning: the one that counts is confirmed, the faulty one before it is not sent back."""
    mail(office, "thu-1", {"Mau02.xlsx": faulty(filled, office, 1)})
    received = (office / "nhan-ve" / "thu-1.eml").read_bytes().replace(b"07:15:00", b"06:15:00")
    (office / "nhan-ve" / "thu-1.eml").write_bytes(received)
    mail(office, "thu-2", {"Mau02 sua.xlsx": good(filled, office, 1)})
    (letter,) = answer(office).letters
    assert letter.kind == "receipt"
    assert sender.sent[0][1]["In-Reply-To"] == "<thu-2@xa.example>"


def test_an_answer_cut_short_is_made_the_same(office: Path, sender: Sender, filled: Filled) -> None:
    """Queued and not sent: the next run sends those bytes, and makes no second letter."""
    mail(office, "thu-1", {"Mau02.xlsx": good(filled, office, 1)})
    sender.outcome = Outcome(state="ready", reply="421")
    (first,) = answer(office).letters
    sender.outcome = Outcome(state="sent")
    (second,) = answer(office).letters
    assert (first.id, first.sha256, first.message_id) == (second.id, second.sha256, second.message_id)
    assert second.state == "sent"


def quoted(folder: Path, name: str, source: Path) -> Path:
    """A copy of what we gave out, as a program puts it into a message."""
    return Path(shutil.copy(source, folder / "nhan-ve" / name))


def test_a_program_that_quotes_us_comes_to_rest(office: Path, sender: Sender, filled: Filled) -> None:
    """An absence note that does not say what it is brings our own workbook back, blank or marked: it is told to people,
    and no answer goes out that would be quoted in turn. Whoever fills it in is answered."""
    mail(office, "thu-1", {"a.xlsx": quoted(office, "a.xlsx", office / BLANK)})
    assert answer(office).letters == ()
    mail(office, "thu-2", {"b.xlsx": faulty(filled, office, 1)})
    assert [x.kind for x in answer(office).letters] == ["returned"]
    marked = office / "tra-lai" / "43-kh-duk_2027" / "mau-02_2027_DU-SO-SO-1_sua.xlsx"
    mail(office, "thu-3", {"c.xlsx": quoted(office, "c.xlsx", marked)})
    assert answer(office).letters == ()
    with open_ledger(office / ".lamtheo") as ledger:
        assert [s.verdict for s in ledger.submissions()] == ["to_fix"] * 3
    mail(office, "thu-4", {"d.xlsx": good(filled, office, 1)})
    assert [x.kind for x in answer(office).letters] == ["receipt"]


BLANK = "bieu-gui/43-kh-duk_2027/mau-02_2027_DU-SO-SO-1.xlsx"


def test_two_programs_come_to_rest(office: Path, sender: Sender, filled: Filled) -> None:
    """A program that changes something and sends it back, whatever it is told, is told so five times a day."""
    for n in range(7):
        row = {"ten_chi_bo": "Chi bộ 1 Sở Số 1", "ten_mo_hinh": f"Mô hình {n}", "moi": "x"}
        mail(office, f"thu-{n}", {"a.xlsx": filled(office, 1, f"a{n}.xlsx", rows=[row])})
        received = (office / "nhan-ve" / f"thu-{n}.eml").read_bytes().replace(b"07:15:00", b"07:15:%02d" % n)
        (office / "nhan-ve" / f"thu-{n}.eml").write_bytes(received)
        answer(office)
    assert len(sender.sent) == 5


def test_two_senders_under_one_message_id(office: Path, sender: Sender, filled: Filled) -> None:
    """Programs that number every message alike: nobody is told of what another sent."""
    mail(office, "thu-1", {"a.xlsx": faulty(filled, office, 1)}, Message_ID="<1@localhost>")
    mail(office, "thu-2", {"b.xlsx": faulty(filled, office, 2)}, Message_ID="<1@localhost>", sender="hai@xa.example")
    answer(office)
    assert [(to, files(message)) for to, message in sender.sent] == [
        (("mot@xa.example",), ["mau-02_2027_DU-SO-SO-1_sua.xlsx"]),
        (("hai@xa.example",), ["mau-02_2027_DU-SO-SO-2_sua.xlsx"]),
    ]


def test_old_messages_of_a_mailbox_looked_into_late(office: Path, sender: Sender, filled: Filled) -> None:
    """The first look into a mailbox of months answers nobody about what was sent weeks ago."""
    mail(office, "thu-1", {"a.xlsx": good(filled, office, 1)})
    path = office / "nhan-ve" / "thu-1.eml"
    path.write_bytes(path.read_bytes().replace(b"Wed, 24 Feb 2027", b"Tue, 09 Feb 2027"))
    mail(office, "thu-2", {"b.xlsx": good(filled, office, 2)}, sender="hai@xa.example")
    assert [x.recipients for x in answer(office).letters] == [("unit:DU-2",)]

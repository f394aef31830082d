"""Who is reminded of what, by which words and files; and who is to be called instead."""

from __future__ import annotations

import datetime as dt
import email.policy
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, cast

import pytest

from lamtheo_xls.ledger import Decision, LetterRecord
from lamtheo_xls.mail.templates import read_templates
from lamtheo_xls.register import FormDates, Person, Register, Round, Unit, write_register
from lamtheo_xls.reports.contacts import ContactLine
from lamtheo_xls.workspace.folder import Office, open_office
from lamtheo_xls.workspace.letters import handing
from lamtheo_xls.workspace.letters.contacts import contacts_of
from lamtheo_xls.workspace.letters.outbox import queue
from lamtheo_xls.workspace.letters.reminding import Reminder, compose_reminders, reminders_of
from lamtheo_xls.workspace.letters.steps import Rhythm

PLAN, GUIDANCE = "43-kh-duk", "hd-btgtu-2024"
UNITS = (
    Unit(
        code="DU",
        name="Đảng ủy Sở Mẫu",
        short_name="ĐU Sở Mẫu",
        order=1,
        kind="dang_uy_co_so",
        mail="so@mau.example; vanthu@mau.example",
        contact="Đồng chí Lan",
        phone="0900000001",
    ),
    Unit(
        code="CB", name="Chi bộ Thanh tra", short_name="CB Thanh tra", order=2, kind="chi_bo_co_so", phone="0900000002"
    ),
    Unit(
        code="TT",
        name="Chi bộ Trung tâm",
        short_name="CB Trung tâm",
        order=3,
        kind="chi_bo_co_so",
        mail="tt@mau.example",
    ),
)
PEOPLE = (
    Person(code="P1", name="Lê Thị Hoa", unit="DU", group="dang_vien"),
    Person(code="P2", name="Trần Văn Bình", unit="DU", group="dang_vien", mail="binh@mau.example", phone="0900000012"),
    Person(code="P3", name="Võ Thị Sáu", unit="TT", group="dang_vien", mail="TT@mau.example"),
    Person(code="P4", name="Ngô Văn Năm", unit="CB", group="dang_vien", phone="0900000014"),
    Person(code="P5", name="Đỗ Thị Út", unit="TT", group="dang_vien", exempt="Nghỉ thai sản"),
    Person(code="P6", name="Hồ Thị Bảy", unit="TT", group="tu_nguyen"),
)
"""P1 and P3 are reached through the unit's mailbox, P2 has his own, P4 none at all; P5 and P6 owe nothing."""
OFFICE = {
    "co_quan": "Đảng ủy các cơ quan tỉnh Mẫu",
    "dia_danh": "Mẫu",
    "nhan_bao_cao": "Đảng ủy các cơ quan tỉnh",
    "dau_moi_nhan": "Ban Tuyên giáo, đ/c Hà 0900 000 000",
    "thu_nhan": "btg@tinh.example",
}
LATER = FormDates(opens=dt.date(2027, 12, 1))
ROUNDS = (
    Round(programme=PLAN, period="2027", opens=dt.date(2027, 1, 10), dues={"mau-01": LATER, "mau-03": LATER}),
    Round(
        programme=GUIDANCE,
        period="2027",
        opens=dt.date(2027, 1, 12),
        due=dt.date(2027, 3, 2),
        accept_until=dt.date(2027, 3, 10),
    ),
)
"""Mẫu 02 of the plan is due by 28/02, a Sunday; all of the guidance by 02/03, a Tuesday."""
ISSUED = dt.date(2027, 1, 20)


@pytest.fixture(scope="session")
def _two_rounds(lamtheo: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reminding") / "VP"
    source = folder.parent / "danh-sach.xlsx"
    register = Register(units=UNITS, people=PEOPLE, rounds=ROUNDS, office=OFFICE)
    source.write_bytes(write_register(register, programmes=((PLAN, "x"), (GUIDANCE, "y"))))
    day = ("--as-of", ISSUED.isoformat())
    programmes = ("--programme", PLAN, "--programme", GUIDANCE)
    said = lamtheo("new", folder, *programmes, "--period", "2027", "--register", source, *day)
    assert said.code == 0, said.err
    said = lamtheo("issue", "-C", folder, *day)
    assert said.code == 0, said.err
    return folder


@pytest.fixture
def root(_two_rounds: Path, tmp_path: Path) -> Path:
    """An office with two rounds open and every workbook issued on 20/01/2027."""
    import shutil

    return Path(shutil.copytree(_two_rounds, tmp_path / "VP"))


@contextmanager
def opened(root: Path, on: str | dt.date, round_id: str | None = None) -> Iterator[Office]:
    day = on if isinstance(on, dt.date) else dt.date(2027, int(on[3:]), int(on[:2]))
    with open_office(root, round_id=round_id, as_of=day, who="test") as office:
        yield office


def told(reminders: Sequence[Reminder]) -> dict[str, dict[str, int]]:
    """First address → assignment → step."""
    return {
        r.addressee.addresses[0]: {d.awaited.assignment.id.replace("_2027", ""): d.offset for d in r.due}
        for r in reminders
    }


def written(office: Office, reminders: Sequence[Reminder], *, state: str = "sent") -> tuple[LetterRecord, ...]:
    """The reminders queued, and gone out (or not) as a server would say."""
    templates, faults = read_templates(None)
    assert faults == ()
    moment = dt.datetime.combine(office.as_of, dt.time(9))
    composed = [c for c, _ in compose_reminders(office, reminders, templates, moment)]
    made = queue(office, composed)
    for letter in made if state != "ready" else ():
        for step in ("sending", "sent", state) if state in ("sent", "bounced") else (state,):
            if step != office.ledger.letters()[letter.id - 1].state:
                office.ledger.move_letter(letter.id, step, as_of=office.as_of, moment=moment.isoformat())
    return made


def reminded(root: Path, on: str | dt.date, **more: Any) -> dict[str, dict[str, int]]:
    """Reminds on that day; who got what."""
    with opened(root, on) as office:
        reminders = reminders_of(office, Rhythm(), **more)
        written(office, reminders)
        return told(reminders)


ALL = {
    "so@mau.example": {
        "mau-02_DU": -7,
        "nhiem-vu-dot-pha_DU": -7,
        "mo-hinh-tieu-bieu_DU": -7,
        "ke-hoach-ca-nhan_DU.P1": -7,
    },
    "binh@mau.example": {"ke-hoach-ca-nhan_DU.P2": -7},
    "tt@mau.example": {"nhiem-vu-dot-pha_TT": -7, "mo-hinh-tieu-bieu_TT": -7, "ke-hoach-ca-nhan_TT.P3": -7},
}


def test_one_letter_a_mailbox(root: Path) -> None:
    """Forms of two rounds, of the unit and of its people: one letter for each mailbox; nobody of whom nothing is owed,
    and none where no address is known."""
    with opened(root, "24/02") as office:
        reminders = reminders_of(office, Rhythm())
        assert told(reminders) == ALL
        assert [r.template for r in reminders] == ["nhac-truoc-han"] * 3
        boxes = {r.addressee.recipients: r.addressee.addresses for r in reminders}
        assert boxes == {
            ("unit:DU",): ("so@mau.example", "vanthu@mau.example"),
            ("person:P2",): ("binh@mau.example",),
            ("unit:TT", "person:P3"): ("tt@mau.example",),
        }


def test_two_rounds_through_their_dates(root: Path) -> None:
    """Each form goes by its own date; the words are those of what presses most. Due on Sunday 28/02 the plan is
    reminded of on Friday, with what the guidance, due on 02/03, has for Sunday; nothing twice on one day."""
    plan = {"mau-02_DU": 0}
    assert reminded(root, "24/02") == ALL
    assert reminded(root, "24/02") == reminded(root, "25/02") == {}
    friday = reminded(root, "26/02")
    assert friday["so@mau.example"] == dict.fromkeys(ALL["so@mau.example"], -2) | plan
    assert friday["binh@mau.example"] == {"ke-hoach-ca-nhan_DU.P2": -2}
    assert reminded(root, "28/02") == {}
    assert reminded(root, "01/03") == {"so@mau.example": {"mau-02_DU": 1}}
    tuesday = reminded(root, "02/03")
    assert {step for owed in tuesday.values() for step in owed.values()} == {0} and "mau-02_DU" not in str(tuesday)
    assert reminded(root, "03/03") == {box: dict.fromkeys(owed, 1) for box, owed in tuesday.items()}
    assert reminded(root, "04/03") == {"so@mau.example": {"mau-02_DU": 4}}
    with opened(root, "05/03") as office:
        letters = office.ledger.letters()
        assert len({x.key for x in letters}) == len(letters) == 3 + 3 + 1 + 3 + 3 + 1
        assert [x.items["steps"] for x in letters if x.made_on == dt.date(2027, 3, 4)] == [("mau-02_2027_DU@+4",)]
        assert [set(x.rounds) for x in letters[:1]] == [{f"{PLAN}_2027", f"{GUIDANCE}_2027"}]


@pytest.mark.parametrize(
    ("on", "template"),
    [("24/02", "nhac-truoc-han"), ("28/02", "nhac-den-han"), ("01/03", "nhac-qua-han"), ("02/03", "nhac-qua-han")],
)
def test_words_are_those_of_what_presses_most(root: Path, on: str, template: str) -> None:
    """On 01/03 the plan is past and the guidance is not: the letter is in the words for what is past."""
    with opened(root, on) as office:
        first = reminders_of(office, Rhythm())[0]
        assert first.template == template and len(first.due) == 4


def test_only_those_who_owe(root: Path) -> None:
    """Let off, nothing to report, filled in by the office itself: not reminded; who was given more time has a calendar
    of the new date, and hears nothing on the day it was given."""
    rulings = {
        "mau-02_2027_DU": ("nil", {}),
        "nhiem-vu-dot-pha_2027_DU": ("excuse", {}),
        "mo-hinh-tieu-bieu_2027_DU": ("enter", {}),
        "ke-hoach-ca-nhan_2027_DU.P1": ("extend", {"until": "2027-03-31"}),
    }
    with opened(root, "24/02") as office:
        office.ledger.decide(
            Decision(subject=f"assignment:{id}", kind=kind, as_of=office.as_of, detail=detail)
            for id, (kind, detail) in rulings.items()
        )
    others = {box: owed for box, owed in ALL.items() if box != "so@mau.example"}
    assert reminded(root, "24/02") == others
    late = [reminded(root, f"{day}/03") for day in (23, 24, 25)]
    assert [x.get("so@mau.example") for x in late] == [None, {"ke-hoach-ca-nhan_DU.P1": -7}, None]
    with opened(root, "29/03") as office:
        assert reminders_of(office, Rhythm())[0].template == "nhac-truoc-han"


def test_more_time_given_within_a_step(root: Path) -> None:
    """Five days more, given when seven before the new date were past: the next word is two days before."""
    with opened(root, "01/03") as office:
        subject = "assignment:mau-02_2027_DU"
        detail = {"until": "2027-03-08"}
        office.ledger.decide([Decision(subject=subject, kind="extend", as_of=office.as_of, detail=detail)])
    assert "mau-02_DU" not in str(reminded(root, "02/03"))
    assert reminded(root, "05/03")["so@mau.example"]["mau-02_DU"] == -2  # Saturday 06/03 moved


def test_nothing_before_it_was_issued(_two_rounds: Path, lamtheo: Callable[..., Any], tmp_path: Path) -> None:
    """What has not been handed out yet is not asked for; what was issued after a step's day, from the next step on."""
    import shutil

    source = _two_rounds.parent / "danh-sach.xlsx"
    folder = tmp_path / "VP"
    programmes = ("--programme", PLAN, "--programme", GUIDANCE)
    day = ("--as-of", "2027-02-25")
    assert lamtheo("new", folder, *programmes, "--period", "2027", "--register", source, *day).code == 0
    assert reminded(folder, "25/02") == {}
    assert lamtheo("issue", "-C", folder, *day, "--only", "DU", "--round", f"{PLAN}_2027").code == 0
    assert reminded(folder, "25/02") == {}
    assert reminded(folder, "26/02") == {"so@mau.example": {"mau-02_DU": 0}}
    shutil.rmtree(folder)


def test_a_closed_round_is_left_in_peace(root: Path) -> None:
    with opened(root, "24/02") as office:
        office.ledger.close_round(f"{GUIDANCE}_2027", as_of=office.as_of)
    assert reminded(root, "24/02") == {"so@mau.example": {"mau-02_DU": -7}}


def test_long_past_only_when_asked(root: Path) -> None:
    """Two weeks after the last step nobody is reminded by itself; by name, whoever still owes – once a day."""
    assert reminded(root, "20/04") == {}
    assert reminded(root, "20/04", only=("P2",)) == {"binh@mau.example": {"ke-hoach-ca-nhan_DU.P2": 49}}
    assert reminded(root, "20/04", only=("P2",)) == {}
    assert reminded(root, "21/04", only=("P2",)) == {"binh@mau.example": {"ke-hoach-ca-nhan_DU.P2": 50}}


def test_the_hand_out_stands_for_a_step(root: Path) -> None:
    """Who was written to on or after a step's day – the workbook itself, or a return with its faults – needs no
    reminder of that step."""
    with opened(root, "24/02") as office:
        reminder = next(r for r in reminders_of(office, Rhythm()) if r.addressee.addresses == ("binh@mau.example",))
        templates, _ = read_templates(None)
        moment = dt.datetime(2027, 2, 24, 9)
        composed, _ = next(iter(compose_reminders(office, [reminder], templates, moment)))
        queue(office, [replace(composed, record=replace(composed.record, kind="issue", key="issue:x"))])
        assert "binh@mau.example" not in told(reminders_of(office, Rhythm()))
    assert reminded(root, "26/02")["binh@mau.example"] == {"ke-hoach-ca-nhan_DU.P2": -2}


def test_a_reminder_put_off_waits_for_the_morning(root: Path) -> None:
    """What the server put off in the afternoon goes out with no `send` of that evening, nor as a draft."""
    with opened(root, "22/02") as office:
        made = written(office, reminders_of(office, Rhythm()), state="ready")
        assert made
        for hour, state in ((20, "ready"), (17, "drafted")):
            moment = dt.datetime(2027, 2, 22, hour, 30)
            handing.send(
                office,
                None,
                lambda server: "",
                kinds=("reminder",),
                progress=lambda items, n, what: items,
                now=lambda moment=moment: moment,
            )
            assert {x.state for x in office.ledger.letters()} == {state}


def letters_of(office: Office, made: Sequence[LetterRecord]) -> dict[str, EmailMessage]:
    parser = BytesParser(policy=email.policy.default)
    return {x.addresses[0]: cast(EmailMessage, parser.parsebytes(office.ledger.fetch(x.sha256))) for x in made}


def attached(message: EmailMessage) -> list[str]:
    return [part.get_filename() or "" for part in message.iter_attachments()]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


FAULTY = {"mo_hinh": [{"ten_mo_hinh": "Một giờ học Bác mỗi tuần", "moi": "x"}]}


def test_the_workbook_goes_along(root: Path, type_into: Callable[..., Path], lamtheo: Callable[..., Any]) -> None:
    """The issued workbooks are attached again; of a return with faults the one with its marks, and the words say that
    something came. A clerk who sent a photograph is asked for the workbook."""
    type_into(root, "mau-02_2027_DU-SO-MAU.xlsx", "so.xlsx", {}, FAULTY)
    day = ("--as-of", "2027-02-20")
    assert [x["state"] for x in lamtheo("collect", "-C", root, *day, "--json").lines] == ["to_fix"]
    assert lamtheo("return", "-C", root, *day).code == 0
    with opened(root, "24/02") as office:
        messages = letters_of(office, written(office, reminders_of(office, Rhythm())))
        so = messages["so@mau.example"]
        assert attached(so) == [
            "mau-02_2027_DU-SO-MAU_sua.xlsx",
            "nhiem-vu-dot-pha_2027_DU-SO-MAU.xlsx",
            "mo-hinh-tieu-bieu_2027_DU-SO-MAU.xlsx",
            "ke-hoach-ca-nhan_2027_DU-SO-MAU_LE-THI-HOA.xlsx",
        ]
        given = next(iter(so.iter_attachments())).get_payload(decode=True)
        assert given == (root / "tra-lai" / f"{PLAN}_2027" / "mau-02_2027_DU-SO-MAU_sua.xlsx").read_bytes()
        assert text_of(so).count("Đã nhận một bản ngày 20/02/2027") == 1
        assert "Lê Thị Hoa" in text_of(so) and "02/03/2027" in text_of(so)
        assert so["To"] == "so@mau.example, vanthu@mau.example" and so["Reply-To"] == "btg@tinh.example"
        assert so["Subject"].endswith("[LTB 43-kh-duk_2027 DU]")
        assert attached(messages["binh@mau.example"]) == ["ke-hoach-ca-nhan_2027_DU-SO-MAU_TRAN-VAN-BINH.xlsx"]
        assert "Tệp: mau-02_2027_DU-SO-MAU_sua.xlsx Đã nhận một bản ngày 20/02/2027" in text_of(so)
        assert "vẫn nhận đến 10/03/2027" in text_of(so)
        assert "Đã nhận" not in text_of(messages["binh@mau.example"])
        serials = {int(n) for x in office.ledger.letters() for n in x.items.get("serials", ())}
        assert {office.ledger.issued(n).issued.form for n in serials} >= {"ke-hoach-ca-nhan"}  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(4))
def test_any_days_run_on(
    root: Path, type_into: Callable[..., Path], lamtheo: Callable[..., Any], seed: int, rows_of_unit: Callable[..., Any]
) -> None:
    """Whatever the days it is run on: for each assignment no step twice, steps in their order, one letter a mailbox a
    day, none after it was settled."""
    chance = random.Random(seed)
    settled_on = dt.date(2027, 2, 20) + dt.timedelta(days=chance.randrange(30))
    days = sorted(chance.choices([dt.date(2027, 2, 1) + dt.timedelta(days=n) for n in range(60)], k=14))
    done = False
    for day in days:
        with opened(root, day) as office:
            if day >= settled_on and not done:
                subject, done = "assignment:ke-hoach-ca-nhan_2027_DU.P2", True
                office.ledger.decide([Decision(subject=subject, kind="nil", as_of=day)])
            written(office, reminders_of(office, Rhythm()))
    with opened(root, "01/04") as office:
        letters = office.ledger.letters()
    assert letters
    assert len({(x.addresses, x.made_on) for x in letters}) == len(letters)
    steps: dict[str, list[int]] = {}
    for letter in letters:
        for step in letter.items["steps"]:
            assignment, _, offset = step.partition("@")
            steps.setdefault(assignment, []).append(int(offset))
            assert not (assignment == "ke-hoach-ca-nhan_2027_DU.P2" and done and letter.made_on >= settled_on)
    assert all(found == sorted(set(found)) for found in steps.values())


# -- LIÊN HỆ ---------------------------------------------------------------------------------------------------------


def listed(root: Path, on: str) -> dict[str, ContactLine]:
    with opened(root, on) as office:
        lines = contacts_of(office)
    assert len({x.code for x in lines}) == len(lines)
    return {x.code: x for x in lines}


def test_who_has_no_address_goes_another_way(root: Path) -> None:
    """The unit and its person each with their own files and words, over both rounds."""
    found = listed(root, "21/01")
    assert {code: x.why for code, x in found.items()} == {"CB": "no_address", "P4": "no_address"}
    unit, person = found["CB"], found["P4"]
    assert (unit.who, unit.phone, unit.due, unit.times) == ("CB Thanh tra", "0900000002", dt.date(2027, 3, 2), 0)
    assert person.who == "Ngô Văn Năm – CB Thanh tra" and person.phone == "0900000014"
    assert unit.files == tuple(
        f"bieu-gui/{GUIDANCE}_2027/{form}_2027_CB-THANH-TRA.xlsx" for form in ("nhiem-vu-dot-pha", "mo-hinh-tieu-bieu")
    )
    assert all((root / file).is_file() for x in found.values() for file in x.files)
    lines = unit.caption.splitlines()
    assert lines[0] == "Kính gửi CB Thanh tra."
    assert [line[:8] for line in lines[1:3]] == ["- Mẫu 01", "- Mẫu 02"]
    assert all("(năm 2027). Hạn: chậm nhất đến ngày 02/03/2027; nhận đến 10/03/2027." in line for line in lines[1:3])
    assert (
        "Hộp thư nhận biểu: btg@tinh.example." in lines and lines[-1] == "Cần hỏi: Ban Tuyên giáo, đ/c Hà 0900 000 000."
    )
    assert "Mở tệp nén" not in unit.caption and "Mẫu 03" in person.caption


def test_who_was_reminded_twice_is_called(root: Path) -> None:
    """Not after one reminder; after two with how often, until it is there – and who owes only what is new is not."""
    reminded(root, "24/02")
    assert {x.why for x in listed(root, "24/02").values()} == {"no_address"}
    reminded(root, "26/02")
    found = {code: x for code, x in listed(root, "26/02").items() if x.why != "no_address"}
    often = {code: (x.why, x.times) for code, x in found.items()}
    assert often == dict.fromkeys(("DU", "P1", "P2", "TT", "P3"), ("reminded", 2))
    assert (found["DU"].contact, found["DU"].phone, found["DU"].due) == (
        "Đồng chí Lan",
        "0900000001",
        dt.date(2027, 2, 28),
    )
    assert found["DU"].forms == ("Mẫu số 02 (43-kh-duk)", "Mẫu 01 (hd-btgtu-2024)", "Mẫu 02 (hd-btgtu-2024)")
    with opened(root, "26/02") as office:
        subject = "assignment:ke-hoach-ca-nhan_2027_DU.P2"
        office.ledger.decide([Decision(subject=subject, kind="nil", as_of=office.as_of)])
    assert "P2" not in listed(root, "26/02")
    reminded(root, "01/03")
    assert listed(root, "01/03")["DU"].times == 3


def test_whose_letter_came_back_is_called(root: Path) -> None:
    """Bounced, until something later went through; a reminder that never arrived is none."""
    with opened(root, "24/02") as office:
        written(office, reminders_of(office, Rhythm(), only=("P2",)), state="bounced")
    line = listed(root, "24/02")["P2"]
    assert (line.why, line.times, line.phone) == ("returned_letter", 0, "0900000012")
    assert line.files == (f"bieu-gui/{GUIDANCE}_2027/ke-hoach-ca-nhan_2027_DU-SO-MAU_TRAN-VAN-BINH.xlsx",)
    reminded(root, "26/02")
    assert "P2" not in listed(root, "26/02")
    with opened(root, "02/03") as office:
        written(office, reminders_of(office, Rhythm(), only=("P2",)), state="failed")
    assert listed(root, "02/03")["P2"].why == "returned_letter"


def test_an_address_that_does_not_exist_is_not_written_to_again(root: Path) -> None:
    """By the calendar nobody is reminded where there is no such mailbox: who is meant stays on the list of those to
    call, is written to when named, and as ever where the mailbox was only full."""
    for day, reply, then in (("24/02", "552 5.2.2 Mailbox full", True), ("26/02", "550 5.1.1 User unknown", False)):
        with opened(root, day) as office:
            (letter,) = written(office, reminders_of(office, Rhythm(), only=("P2",)))
            office.ledger.move_letter(letter.id, "bounced", as_of=office.as_of, moment="2027-02-26T10:00", reply=reply)
        with opened(root, "28/02") as office:
            assert ("binh@mau.example" in told(reminders_of(office, Rhythm()))) is then, reply
            assert set(told(reminders_of(office, Rhythm(), only=("P2",)))) == {"binh@mau.example"}
            assert [x.why for x in contacts_of(office) if x.code == "P2"] == ["returned_letter"]


def test_the_order_is_that_of_calling(root: Path) -> None:
    """First whose letter came back, then who was reminded, then who goes another way."""
    reminded(root, "24/02")
    with opened(root, "26/02") as office:
        written(office, reminders_of(office, Rhythm(), only=("P2",)), state="failed")
        written(office, reminders_of(office, Rhythm()))
        assert [x.code for x in contacts_of(office)] == ["P2", "DU", "P1", "TT", "P3", "CB", "P4"]


# -- a document without a form, a form of several parts ----------------------------------------------------------------


def test_a_document_is_asked_for_by_name(lamtheo: Callable[..., Any], tmp_path: Path) -> None:
    """S1.12: nothing is attached for it and it is named once; before anything was issued in its round it is not asked
    for, and once its signed copy is there neither."""
    source, folder = tmp_path / "danh-sach.xlsx", tmp_path / "VP"
    later = FormDates(opens=dt.date(2022, 12, 1))
    dues = {"mau-02": later, "mau-03": later}
    asked = Round(programme=PLAN, period="2022", opens=dt.date(2022, 1, 3), dues=dues)
    register = Register(units=UNITS[:1], rounds=(asked,), office=OFFICE)
    source.write_bytes(write_register(register, programmes=((PLAN, "x"),)))
    day = ("--as-of", "2022-01-04")
    said = lamtheo("new", folder, "--programme", PLAN, "--period", "2022", "--register", source, *day)
    assert said.code == 0, said.err

    def found(on: dt.date) -> dict[str, dict[str, int]]:
        with opened(folder, on) as office:
            return told(reminders_of(office, Rhythm()))

    assert found(dt.date(2022, 1, 24)) == {}
    assert lamtheo("issue", "-C", folder, *day).code == 0
    with opened(folder, dt.date(2022, 1, 24)) as office:
        reminders = reminders_of(office, Rhythm())
        (due,) = reminders[0].due
        assert due.offset == -2 and not due.awaited.assignment.form and due.awaited.workbooks == ()
        (message,) = letters_of(office, written(office, reminders)).values()
        name = " ".join(due.awaited.assignment.document.split())
        assert attached(message) == [] and text_of(message).count(name) == 1
        signed = Decision(subject=f"assignment:{due.awaited.assignment.id}", kind="signed", as_of=office.as_of)
        office.ledger.decide([signed])
    assert found(dt.date(2022, 1, 26)) == {}


def test_each_part_goes_along(lamtheo: Callable[..., Any], type_into: Callable[..., Path], tmp_path: Path) -> None:
    """A form of several models, faults in each: every model's workbook is attached, in one letter that names each."""
    source, folder = tmp_path / "danh-sach.xlsx", tmp_path / "VP"
    later = FormDates(opens=dt.date(2027, 12, 1))
    asked = Round(programme=PLAN, period="2027", opens=dt.date(2027, 1, 3), dues={"mau-02": later, "mau-03": later})
    register = Register(units=UNITS[:1], rounds=(asked,), office=OFFICE)
    source.write_bytes(write_register(register, programmes=((PLAN, "x"),)))
    day = ("--as-of", "2027-01-20")
    said = lamtheo("new", folder, "--programme", PLAN, "--period", "2027", "--register", source, *day)
    assert said.code == 0, said.err
    assert lamtheo("issue", "-C", folder, *day).code == 0
    for part, name in (("1", "Một giờ học Bác"), ("2", "Tủ sách Bác Hồ")):
        fields = {"mo_hinh_thu": part, "ten_mo_hinh": name}
        type_into(folder, "mau-01_2027_DU-SO-MAU.xlsx", f"{part}.xlsx", fields)
    taken = lamtheo("collect", "-C", folder, *day, "--json").lines
    assert [(x["part"], x["state"]) for x in taken] == [("1", "to_fix"), ("2", "to_fix")]
    assert lamtheo("return", "-C", folder, *day).code == 0
    with opened(folder, "24/02") as office:
        made = written(office, reminders_of(office, Rhythm()))
        (message,) = letters_of(office, made).values()
        files = [f"mau-01_2027_DU-SO-MAU{n}_sua.xlsx" for n in ("", "_2")]
        assert attached(message) == files
        assert all(f"Tệp: {name} Đã nhận một bản ngày 20/01/2027" in text_of(message) for name in files)
        assert made[0].items["assignments"] == ("mau-01_2027_DU",)
        assert made[0].items["steps"] == ("mau-01_2027_DU@-7",)

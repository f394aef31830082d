"""The verb `remind` from the command line to a real server: who is written to, what goes along, and at what hours."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import keyring
import keyring.backend
import openpyxl
import pytest

from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.register import read_register, write_register

OFFICE = "vp@office.test"
PASSWORD = "Mật-khẩu của cơ quan 7!"
ROUND = "43-kh-duk_2027"
MORNING = ("--at", "09:00")


class Memory(keyring.backend.KeyringBackend):
    """A keyring that holds the office's password, and says how often it was asked."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return PASSWORD if (service, username) == ("lamtheo_xls", f"{OFFICE}@localhost") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing was typed")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("nothing was refused")


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    held = Memory()
    monkeypatch.setattr(keyring.core, "_keyring_backend", held)
    return held


@pytest.fixture
def office(
    tmp_path: Path, make_office: Callable[..., Path], filled: Callable[..., Path], authority: Any, lamtheo: Any
) -> Callable[..., Path]:
    """office(server, …facts) → four committees, Mẫu 02 due on Sunday 28/02/2027: the first one's is accepted, of the
    second one's return a cell is to be mended, the others sent nothing."""

    def make(server: Any, **facts: str) -> Path:
        folder = make_office(tmp_path / "VP", committees=4, children=2)
        path = folder / "danh-sach.xlsx"
        register, findings = read_register(path.read_bytes())
        assert register is not None, findings
        said = {"thu_nhan": OFFICE, "may_chu_gui": f"localhost:{server.port}", "chung_thu": str(authority.ca)}
        said |= {"so_thu_moi_phut": "600"}
        changed = replace(register, office={**register.office, **said, **facts})
        path.write_bytes(write_register(changed, programmes=(("43-kh-duk", "x"),)))
        filled(folder, 1)
        filled(folder, 2, rows=[{"ten_chi_bo": "Chi bộ 1 Sở Số 2", "ten_mo_hinh": "Một giờ đọc sách", "moi": "x"}])
        taken = lamtheo("collect", "-C", folder, "--as-of", "2027-02-18", "--json")
        assert sorted(x["state"] for x in taken.lines) == ["accepted", "to_fix"], taken.out
        assert lamtheo("return", "-C", folder, "--as-of", "2027-02-18").code == 0
        return folder

    return make


def on(day: str, *more: str) -> tuple[str, ...]:
    return ("--as-of", f"2027-{day[3:]}-{day[:2]}", *(more or MORNING))


def names_in(data: bytes) -> list[str]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    return [str(a.get_filename()) for a in message.iter_attachments()]  # type: ignore[attr-defined]


def subject_of(data: bytes) -> str:
    return str(email.message_from_bytes(data, policy=email.policy.default)["Subject"])


def letters(folder: Path) -> list[tuple[str, str]]:
    with open_ledger(folder / ".lamtheo") as ledger:
        return [(x.addresses[0].partition("@")[0], x.state) for x in ledger.letters()]


def test_through_a_round(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    memory: Memory,
    filled: Callable[..., Path],
    lamtheo: Callable[..., Any],
) -> None:
    """A week before, on the Friday before a Sunday, on the Monday after: those who owe, with their workbook or the one
    to mend, under the words of the day; the office's own mailbox gets each letter too; who sent meanwhile gets none;
    who was reminded twice is on the list to be called."""
    server = smtp_server(starttls=True)
    folder = office(server)
    said = lamtheo("remind", "-C", folder, *on("19/02"), "--json")
    assert said.code == 0, said.err
    assert [(x["to"], x["kind"], x["state"]) for x in said.lines] == [
        ([f"so{n}@example.vn"], "reminder", "sent") for n in (2, 3, 4)
    ]
    assert [m.to for m in server.accepted] == [(f"so{n}@example.vn", OFFICE) for n in (2, 3, 4)]
    assert [names_in(m.content) for m in server.accepted] == [
        ["mau-02_2027_DU-SO-SO-2_sua.xlsx"],
        ["mau-02_2027_DU-SO-SO-3.xlsx"],
        ["mau-02_2027_DU-SO-SO-4.xlsx"],
    ]
    assert subject_of(server.accepted[1].content) == (
        "Sắp đến hạn gửi biểu năm 2027 – Đảng ủy Sở Số 3 [LTB 43-kh-duk_2027 DU-3]"
    )
    again = lamtheo("don-doc", "-C", folder, *on("22/02"))
    assert again.code == 0 and "Hôm nay không có nơi nào đến lịch phải nhắc." in again.out
    server.accepted.clear()
    filled(folder, 3)
    assert lamtheo("collect", "-C", folder, "--as-of", "2027-02-23").code == 0
    said = lamtheo("remind", "-C", folder, *on("26/02"))
    assert said.code == 0 and "Đã gửi 2 thư." in said.out
    assert "2 nơi đã nhắc nhiều lần hoặc thư không đến" in " ".join(said.out.split())
    assert [m.to[0] for m in server.accepted] == ["so2@example.vn", "so4@example.vn"]
    said = lamtheo("remind", "-C", folder, *on("01/03"))
    assert "Đã gửi 2 thư." in said.out
    subject = subject_of(server.accepted[-1].content)
    assert subject.startswith("Đề nghị gửi biểu năm 2027 – Đảng ủy Sở Số 4 (nhắc lần 3)")
    assert lamtheo("status", "-C", folder, "--as-of", "2027-03-01").code == 0
    book = openpyxl.load_workbook(folder / "theo-doi.xlsx", read_only=True)
    rows = [" | ".join(str(v) for v in row if v is not None) for row in book["LIÊN HỆ"].iter_rows(values_only=True)]
    book.close()
    called = [row for row in rows if "ĐU Sở Số" in row.partition("Kính gửi")[0]]
    assert len(called) == 2 and "0900000002" in called[0] and "0900000004" in called[1]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (on("19/02", "--at", "18:00"), "Ngoài giờ làm việc nên chưa nhắc ai; nhắc được từ 07:00 ngày 22/02/2027."),
        (on("19/02", "--at", "6:59"), "nhắc được từ 07:00 ngày 19/02/2027."),
        (on("21/02"), "Ngày 21/02/2027 là ngày nghỉ nên chưa nhắc ai; nhắc được từ 07:00 ngày 22/02/2027."),
        (on("08/02"), "Ngày 08/02/2027 là ngày nghỉ nên chưa nhắc ai; nhắc được từ 07:00 ngày 11/02/2027."),
        (on("26/02"), "Ngày 26/02/2027 là ngày nghỉ nên chưa nhắc ai; nhắc được từ 07:00 ngày 01/03/2027."),
    ],
)
def test_nobody_is_reminded_at_night_or_on_a_day_off(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    memory: Memory,
    lamtheo: Callable[..., Any],
    when: tuple[str, ...],
    words: str,
) -> None:
    """At night, on a Sunday, at Tết, on a day off of the office's own: nothing is written, no server asked, no password
    wanted; it says when one may again, and ends well."""
    server = smtp_server(starttls=True)
    folder = office(server, ngay_nghi="26/02/2027")
    said = lamtheo("remind", "-C", folder, *when)
    assert said.code == 0 and words in " ".join(said.out.split()), said.out
    assert letters(folder) == [] and server.connections == 0 and memory.asked == 0
    assert not list(folder.rglob("*.eml"))
    assert lamtheo("remind", "-C", folder, *when, "--json").out == ""


def test_a_look_beforehand_at_any_hour(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Memory, lamtheo: Callable[..., Any]
) -> None:
    """`--dry-run` on a Sunday evening: the letters as they would be, nothing recorded; on Monday they go."""
    server = smtp_server(starttls=True)
    folder = office(server)
    said = lamtheo("remind", "-C", folder, *on("21/02", "--at", "21h30"), "--dry-run", "--json")
    assert said.code == 0, said.err
    assert [(x["letter"], x["state"]) for x in said.lines] == [(None, "drafted")] * 3
    assert all((folder / x["file"]).read_bytes().startswith(b"X-Unsent: 1") for x in said.lines)
    assert letters(folder) == [] and server.connections == 0
    assert lamtheo("remind", "-C", folder, *on("22/02")).code == 0
    assert letters(folder) == [("so2", "sent"), ("so3", "sent"), ("so4", "sent")]
    assert list((folder / "thu-gui").rglob("*.eml")) == []


def test_without_a_server_drafts_count(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Memory, lamtheo: Callable[..., Any]
) -> None:
    """Drafts for staff to send, once for each step."""
    folder = office(smtp_server(starttls=True), may_chu_gui="")
    said = lamtheo("remind", "-C", folder, *on("22/02"))
    assert said.code == 0 and "Đã viết sẵn 3 thư" in said.out, said.out
    assert lamtheo("remind", "-C", folder, *on("23/02"), "--json").out == ""
    assert len(list((folder / "thu-gui" / ROUND).glob("*_don-doc.eml"))) == 3
    lamtheo("remind", "-C", folder, *on("26/02"))
    assert [state for _, state in letters(folder)] == ["drafted"] * 6


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is closed is tried again at once."""
    monkeypatch.setattr("lamtheo_xls.mail.sending.BACK_OFF", (0.0, 0.0, 0.0))


@pytest.mark.usefixtures("hasty")
def test_a_reminder_belongs_to_its_day(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    scripted_smtp: ModuleType,
    memory: Memory,
    filled: Callable[..., Path],
    lamtheo: Callable[..., Any],
) -> None:
    """No server was to be had on Friday: exit 3. What did not go that day never does: on Monday those who still owe
    get a new letter, who sent over the weekend gets none, and nobody is asked to do anything about the old ones."""
    server = smtp_server(starttls=True)
    server.script[:] = [scripted_smtp.Step(command="CONNECT", do="554 5.3.2 Bao tri")]
    folder = office(server)
    said = lamtheo("remind", "-C", folder, *on("19/02"))
    assert said.code == 3 and letters(folder) == [("so2", "ready"), ("so3", "ready"), ("so4", "ready")]
    assert "3 thư chưa gửi được" in said.out
    filled(folder, 4)
    assert lamtheo("collect", "-C", folder, "--as-of", "2027-02-20").code == 0
    server.script.clear()
    said = lamtheo("remind", "-C", folder, *on("22/02"), "--json")
    assert said.code == 0, said.err
    assert sorted((x["to"][0][:3], x["state"]) for x in said.lines) == [
        ("so2", "failed"),
        ("so2", "sent"),
        ("so3", "failed"),
        ("so3", "sent"),
        ("so4", "failed"),
    ]
    assert [m.to[0] for m in server.accepted] == ["so2@example.vn", "so3@example.vn"]
    assert [state for _, state in letters(folder)] == ["failed"] * 3 + ["sent"] * 2
    assert lamtheo("send", "-C", folder, *on("22/02")[:2], "--kind", "returned", "--json").code == 0
    assert lamtheo("status", "-C", folder, "--as-of", "2027-02-22").code == 0
    book = openpyxl.load_workbook(folder / "theo-doi.xlsx", read_only=True)
    text = "\n".join(str(v) for row in book["THƯ"].iter_rows(values_only=True) for v in row if v)
    book.close()
    assert text.count("\nfailed 0") == 3 and "không có thư nào cần người xem" in text


@pytest.mark.usefixtures("hasty")
def test_the_same_day_goes_on(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    scripted_smtp: ModuleType,
    memory: Memory,
    lamtheo: Callable[..., Any],
) -> None:
    """Cut short by the server, run again an hour later: each mailbox gets one letter."""
    server = smtp_server(starttls=True)
    server.script[:] = [scripted_smtp.Step(command="CONNECT", do="554 5.3.2 Bao tri")]
    folder = office(server)
    assert lamtheo("remind", "-C", folder, *on("19/02")).code == 3
    server.script.clear()
    assert lamtheo("remind", "-C", folder, *on("19/02", "--at", "10:00")).code == 0
    assert letters(folder) == [("so2", "sent"), ("so3", "sent"), ("so4", "sent")] and len(server.accepted) == 3


def test_asked_for_by_name(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Memory, lamtheo: Callable[..., Any]
) -> None:
    """Before the first step, after the last: whoever is named and owes; who is not known is asked back, as is an hour
    that is none."""
    server = smtp_server(starttls=True)
    folder = office(server)

    def to(day: str, *more: str) -> list[str]:
        said = lamtheo("remind", "-C", folder, *on(day), "--json", *more)
        assert said.code == 0, said.err
        return [x["to"][0] for x in said.lines]

    assert to("01/02", "--only", "DU-3", "--only", "DU-1") == ["so3@example.vn"]
    assert to("14/06") == [] and to("14/06", "--only", "DU-4") == ["so4@example.vn"]
    assert lamtheo("remind", "-C", folder, *on("19/02"), "--only", "KHONG-CO").code == 3
    said = lamtheo("remind", "-C", folder, *on("19/02", "--at", "25:00"))
    assert said.code == 2 and "“25:00” không phải giờ" in said.err


def test_a_secret_programme_reminds_nobody(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    memory: Memory,
    lamtheo: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Marked with a degree of secrecy, it goes by no mail: exit 3, nothing written, nothing on the list for Zalo."""
    from lamtheo_xls.workspace import folder as folder_room

    server = smtp_server(starttls=True)
    folder = office(server)
    bundle_of = folder_room.bundle_of

    def secret(id: str) -> Any:
        bundle = bundle_of(id)
        return replace(bundle, programme=replace(bundle.programme, secrecy="MẬT"))

    monkeypatch.setattr(folder_room, "bundle_of", secret)
    said = lamtheo("remind", "-C", folder, *on("19/02"))
    assert said.code == 3 and "MẬT" in said.err
    assert lamtheo("remind", "-C", folder, *on("19/02"), "--dry-run").code == 3
    assert letters(folder) == [] and server.connections == 0 and not list(folder.rglob("*.eml"))

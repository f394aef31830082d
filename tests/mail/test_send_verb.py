"""The verb `send` from the command line to a real server and back: facts of the register, TLS, login, the queue."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lamtheo_xls.cli import asking
from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.register import Register, Unit, read_register, write_register

OFFICE = "vp@office.test"
PASSWORD = "Mật-khẩu của cơ quan 7!"
ROUND = "43-kh-duk_2027"
DAY = ("--as-of", "2027-01-25")


def rewrite(folder: Path, change: Callable[[Register], Register]) -> None:
    path = folder / "danh-sach.xlsx"
    register, findings = read_register(path.read_bytes())
    assert register is not None, findings
    path.write_bytes(write_register(change(register), programmes=(("43-kh-duk", "x"),)))


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path], authority: Any) -> Callable[..., Path]:
    """office(server, …facts) → three committees with an address each, and what sheet CƠ QUAN says of mail."""

    def make(server: Any, **facts: str) -> Path:
        folder = make_office(tmp_path / "VP", committees=3, children=2)
        said = {"thu_nhan": OFFICE, "may_chu_gui": f"localhost:{server.port}", "chung_thu": str(authority.ca)}
        said["so_thu_moi_phut"] = "600"
        rewrite(folder, lambda r: replace(r, office={**r.office, **said, **facts}))
        return folder

    return make


def states(folder: Path) -> list[str]:
    with open_ledger(folder / ".lamtheo") as ledger:
        return [x.state for x in ledger.letters()]


def files_with(folder: Path, data: bytes) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and data in p.read_bytes()]


def attached(data: bytes) -> dict[str, bytes]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    return {str(a.get_filename()): a.get_content() for a in message.iter_attachments()}  # type: ignore[attr-defined]


def test_every_unit_gets_its_workbook(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Any, lamtheo: Callable[..., Any]
) -> None:
    """Over STARTTLS with a CA of the office's own: to the unit and to the office in one transaction, the issued file
    attached; one JSON line a letter; a second run finds nothing to do; the password is in no file of the workspace."""
    server = smtp_server(starttls=True)
    folder = office(server)
    memory.held["lamtheo_xls", f"{OFFICE}@localhost"] = PASSWORD
    said = lamtheo("send", "-C", folder, *DAY, "--json")
    assert said.code == 0, said.err
    assert [(m.sender, m.to) for m in server.accepted] == [(OFFICE, (f"so{n}@example.vn", OFFICE)) for n in (1, 2, 3)]
    for n, message in enumerate(server.accepted, start=1):
        name = f"mau-02_2027_DU-SO-SO-{n}.xlsx"
        assert attached(message.content) == {name: (folder / "bieu-gui" / ROUND / name).read_bytes()}
    first = said.lines[0]
    assert first.pop("message_id").endswith("@office.test>") and first.pop("reply").startswith("250")
    assert first == {
        "letter": 1,
        "kind": "issue",
        "rounds": [ROUND],
        "to": ["so1@example.vn"],
        "recipients": ["unit:DU-1"],
        "assignments": ["mau-02_2027_DU-1"],
        "state": "sent",
        "file": None,
    }
    again = lamtheo("gui", "-C", folder, *DAY)
    assert again.code == 0 and "Không có thư nào phải gửi." in again.out and len(server.accepted) == 3
    assert files_with(folder, PASSWORD.encode()) == [] and PASSWORD not in said.out + said.err


def test_what_became_of_the_letters_is_told(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    scripted_smtp: ModuleType,
    memory: Any,
    lamtheo: Callable[..., Any],
) -> None:
    """Sent, refused (with the server's words), in doubt, without an address: how many of each and what to do, in 80
    columns."""
    server = smtp_server(
        scripted_smtp.Step(command="RCPT", do="550 5.1.1 Khong co hop thu nay", of="so1@"),
        scripted_smtp.Step(command="CONTENT", do=scripted_smtp.CUT, of="so3@"),
        starttls=True,
    )
    folder = office(server)
    nine = Unit(code="DU-9", name="Đảng ủy Sở Chín", short_name="ĐU Sở Chín", order=9, kind="dang_uy_co_so")
    rewrite(folder, lambda r: replace(r, units=(*r.units, nine)))
    assert lamtheo("issue", "-C", folder, *DAY).code == 0
    memory.held["lamtheo_xls", f"{OFFICE}@localhost"] = PASSWORD
    said = lamtheo("send", "-C", folder, *DAY)
    assert said.code == 0, said.err
    text = " ".join(said.out.split())
    assert "Đã gửi 1 thư." in text
    assert "1 thư máy chủ không nhận" in text and "so1@example.vn: không có hộp thư này" in text
    assert "1 thư chưa rõ đã đến chưa" in text and "trang THƯ" in text
    assert "chưa có địa chỉ thư" in text and "trang LIÊN HỆ" in text
    assert max(map(len, said.out.splitlines())) <= 80
    assert sorted(states(folder)) == ["failed", "in_doubt", "sent"]


def test_a_letter_in_doubt_is_found_in_the_mailbox(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    scripted_smtp: ModuleType,
    dovecot: Any,
    memory: Any,
    lamtheo: Callable[..., Any],
) -> None:
    """The reply got lost after the server took the letter: the copy in the office's own mailbox proves it. One that is
    not there stays in doubt, and neither is sent a second time."""
    user = dovecot.user()
    server = smtp_server(
        scripted_smtp.Step(command="CONTENT", do=scripted_smtp.CUT, of="so2@"),
        scripted_smtp.Step(command="CONTENT", do=scripted_smtp.LOSE, of="so3@"),
        starttls=True,
        users={user: PASSWORD},
    )
    folder = office(server, thu_nhan=user, may_chu_nhan=f"localhost:{dovecot.plain}")
    memory.held["lamtheo_xls", f"{user}@localhost"] = PASSWORD
    assert lamtheo("send", "-C", folder, *DAY).code == 0
    assert states(folder) == ["sent", "in_doubt", "in_doubt"]
    dovecot.put(user, *(m.content for m in server.accepted))
    said = lamtheo("send", "-C", folder, *DAY, "--json")
    assert said.code == 0, said.err
    assert [(x["to"], x["state"]) for x in said.lines] == [(["so2@example.vn"], "sent")]
    assert states(folder) == ["sent", "sent", "in_doubt"]
    assert server.seen["CONTENT"] == 3


def test_a_refused_password_is_forgotten_and_nothing_is_lost(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Any, lamtheo: Callable[..., Any]
) -> None:
    """Exit 3 with what to do; the letters wait; the password the keyring held is asked for next time."""
    server = smtp_server(starttls=True)
    folder = office(server)
    memory.held["lamtheo_xls", f"{OFFICE}@localhost"] = "mật khẩu cũ"
    said = lamtheo("send", "-C", folder, *DAY)
    assert said.code == 3 and "đăng nhập" in said.err and "mật khẩu cũ" not in said.out + said.err
    assert "3 thư chưa gửi được" in said.out and states(folder) == ["ready"] * 3
    assert memory.held == {} and server.accepted == []
    said = lamtheo("send", "-C", folder, *DAY)
    assert said.code == 3 and "Chưa có mật khẩu" in said.err and states(folder) == ["ready"] * 3
    memory.held["lamtheo_xls", f"{OFFICE}@localhost"] = PASSWORD
    assert lamtheo("send", "-C", folder, *DAY).code == 0
    assert states(folder) == ["sent"] * 3 and len(server.accepted) == 3


@pytest.mark.parametrize("keep", [True, False])
def test_a_typed_password_is_kept_where_staff_say_so(
    office: Callable[..., Path],
    smtp_server: Callable[..., Any],
    memory: Any,
    lamtheo: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    keep: bool,
) -> None:
    """Asked for once, on a terminal, and offered to the keyring after it was of use; a wrong one is not offered."""
    asked: list[str] = []
    offered: list[str] = []
    typed = ["sai", PASSWORD]

    def ask(question: str) -> str:
        asked.append(question)
        return typed.pop(0)

    def confirm(question: str, **_: Any) -> bool:
        offered.append(question)
        return keep

    monkeypatch.setattr(asking, "_on_terminal", lambda: True)
    monkeypatch.setattr(asking, "_ask", ask)
    monkeypatch.setattr(asking.click, "confirm", confirm)
    folder = office(smtp_server(starttls=True))
    assert lamtheo("send", "-C", folder, *DAY).code == 3 and offered == []
    assert lamtheo("send", "-C", folder, *DAY).code == 0 and len(offered) == 1
    assert states(folder) == ["sent"] * 3
    assert memory.held == ({("lamtheo_xls", f"{OFFICE}@localhost"): PASSWORD} if keep else {})
    assert len(asked) == 2 and OFFICE in asked[0]
    assert lamtheo("send", "-C", folder, *DAY).code == 0 and len(asked) == 2


def test_faulty_facts_send_nothing(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Any, lamtheo: Callable[..., Any]
) -> None:
    """A server that cannot be understood is no reason to write drafts in silence: each fault is named, exit 3."""
    folder = office(smtp_server(starttls=True), may_chu_gui="mail tinh", chung_thu="khong-co.pem")
    said = lamtheo("send", "-C", folder, *DAY)
    assert said.code == 3 and states(folder) == []
    assert "«mail tinh»" in said.err and "«khong-co.pem»" in said.err and "2 chỗ" in said.err


def test_without_a_server_drafts_are_told(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Any, lamtheo: Callable[..., Any]
) -> None:
    """Where they lie and what to do with them; a dry run says that nothing was sent. No password is asked for."""
    folder = office(smtp_server(starttls=True), may_chu_gui="")
    said = lamtheo("send", "-C", folder, *DAY, "--dry-run")
    assert said.code == 0 and "Sẽ gửi 3 thư" in said.out and states(folder) == []
    lines = lamtheo("send", "-C", folder, *DAY, "--dry-run", "--json").lines
    assert [(x["letter"], x["state"]) for x in lines] == [(None, "drafted")] * 3
    assert all((folder / x["file"]).is_file() for x in lines)
    said = lamtheo("send", "-C", folder, *DAY)
    assert said.code == 0 and "Đã viết sẵn 3 thư" in said.out and "Máy chủ gửi thư" in said.out
    assert states(folder) == ["drafted"] * 3
    assert len(list((folder / "thu-gui" / ROUND).rglob("*.eml"))) == 3


def test_several_kinds_and_codes(
    office: Callable[..., Path], smtp_server: Callable[..., Any], memory: Any, lamtheo: Callable[..., Any]
) -> None:
    """`--only` and `--kind` choose; `--again` repeats; an unknown code or kind is asked back."""
    server = smtp_server(starttls=True)
    folder = office(server)
    memory.held["lamtheo_xls", f"{OFFICE}@localhost"] = PASSWORD

    def to(*more: Any) -> list[str]:
        said = lamtheo("send", "-C", folder, *DAY, "--json", *more)
        assert said.code == 0, said.err
        return [x["to"][0] for x in said.lines]

    assert to("--kind", "returned") == []
    assert to("--only", "DU-2", "--only", "DU-1") == ["so1@example.vn", "so2@example.vn"]
    assert to("--only", "DU-2", "--again") == ["so2@example.vn"]
    assert to() == ["so3@example.vn"]
    assert lamtheo("send", "-C", folder, *DAY, "--only", "KHONG-CO").code == 3
    assert lamtheo("send", "-C", folder, *DAY, "--kind", "thu").code == 2

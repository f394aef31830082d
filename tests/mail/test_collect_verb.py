"""`collect --mailbox` and `run` from the command line to a real Dovecot: what the clerk reads, and what goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.cli import asking
from lamtheo_xls.ledger import LetterRecord, open_ledger
from lamtheo_xls.mail.mailboxes import KEYWORD, Mailbox
from lamtheo_xls.register import read_register, write_register

PASSWORD = "Mật-khẩu của cơ quan 7!"
DAY = ("--as-of", "2027-02-21")


pytestmark = pytest.mark.usefixtures("memory")


@pytest.fixture
def user(dovecot: Any) -> str:
    found: str = dovecot.user()
    return found


@pytest.fixture
def office(tmp_path: Path, make_office: Callable[..., Path], dovecot: Any, authority: Any, user: str) -> Path:
    """An office whose sheet CƠ QUAN names a mailbox; nobody has told the machine its password."""
    folder = make_office(tmp_path / "VP", committees=3, children=2)
    facts = {"thu_nhan": user, "may_chu_nhan": f"localhost:{dovecot.plain}", "chung_thu": str(authority.ca)}
    write_facts(folder, **facts)
    return folder


def write_facts(folder: Path, **facts: str) -> None:
    path = folder / "danh-sach.xlsx"
    register, findings = read_register(path.read_bytes())
    assert register is not None, findings
    changed = replace(register, office={**register.office, **facts})
    path.write_bytes(write_register(changed, programmes=(("43-kh-duk", "x"),)))


@pytest.fixture
def known(memory: Any, user: str) -> None:
    """The machine keeps the password."""
    memory.held["lamtheo_xls", f"{user}@localhost"] = PASSWORD


def letter(n: int, sender: str, *files: Path) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["Subject"], made["Message-ID"] = sender, "Nộp biểu", f"<m{n}@donvi.test>"
    made.set_content("Đơn vị gửi biểu.")
    for path in files:
        made.add_attachment(path.read_bytes(), maintype="application", subtype="octet-stream", filename=path.name)
    return made.as_bytes()


@pytest.fixture
def delivered(office: Path, dovecot: Any, user: str, filled: Callable[..., Path]) -> None:
    """Three messages: a unit's with its return, a stranger's with another's, one with nothing."""
    paths = [filled(office, n, f"bieu {n}.xlsx") for n in (1, 2)]
    dovecot.put(
        user, letter(1, "SO1@example.vn", paths[0]), letter(2, "la@gmail.example", paths[1]), letter(3, "x@y.test")
    )
    for path in paths:
        path.unlink()


def flat(text: str) -> str:
    return " ".join(text.split())


def test_what_the_clerk_reads(
    office: Path, delivered: None, known: None, user: str, dovecot: Any, lamtheo: Callable[..., Any], filled: Any
) -> None:
    """How many messages brought how many files, and which sender the register does not know; files of the folder are
    taken with them, and the next run finds nothing new."""
    filled(office, 3, "tu Zalo.xlsx")
    said = lamtheo("collect", "-C", office, "--mailbox", *DAY)
    assert said.code == 0, said.err
    assert flat(said.out) == (
        f"Hộp thư {user}: 3 thư mới, lấy 2 tệp từ 2 thư; thư không có tệp thì để nguyên chưa đọc."
        " Địa chỉ gửi chưa có trong danh-sach.xlsx (tệp vẫn được nhận): la@gmail.example (1 tệp)."
        " Nhận 3 tệp: 3 hợp lệ."
    )
    assert dovecot.flags(user) == [f"{KEYWORD} \\Seen"] * 2 + [""]
    said = lamtheo("collect", "-C", office, "--mailbox", *DAY)
    assert flat(said.out) == f"Hộp thư {user}: không có thư mới. Nhận 1 tệp: 1 đã nhận trước đó."


def test_for_other_programs(office: Path, delivered: None, known: None, lamtheo: Callable[..., Any]) -> None:
    """One JSON line a file, as for files of folders."""
    said = lamtheo("collect", "-C", office, "--mailbox", "--json", *DAY)
    assert said.code == 0, said.err
    assert [(x["file"], x["state"], x["assignment"], x["received"]) for x in said.lines] == [
        ("thư 20-02-2027 so1@example.vn!bieu 1.xlsx", "accepted", "mau-02_2027_DU-1", "2027-02-20"),
        ("thư 20-02-2027 la@gmail.example!bieu 2.xlsx", "accepted", "mau-02_2027_DU-2", "2027-02-20"),
    ]


def test_collect_alone_leaves_the_mailbox(
    office: Path, delivered: None, known: None, lamtheo: Callable[..., Any]
) -> None:
    """Nobody looks into the mailbox unasked when files are collected."""
    said = lamtheo("collect", "-C", office, *DAY)
    assert said.code == 0 and "Không có tệp nào mới" in flat(said.out) and "Hộp thư" not in said.out


def test_run_looks_by_itself(
    office: Path, delivered: None, known: None, user: str, lamtheo: Callable[..., Any]
) -> None:
    """`run` looks into the mailbox where one is named and its password known; unless it is told not to."""
    said = lamtheo("run", "-C", office, "--no-mailbox", *DAY)
    assert said.code == 0 and "Hộp thư" not in said.out and not said.err
    said = lamtheo("run", "-C", office, *DAY)
    assert said.code == 0, said.err
    assert f"Hộp thư {user}: 3 thư mới, lấy 2 tệp từ 2 thư" in flat(said.out)
    assert "hợp lệ 2" in said.out


def test_run_without_the_password(office: Path, delivered: None, user: str, lamtheo: Callable[..., Any]) -> None:
    """Where nobody told the machine the password `run` says so, what to do, and does the rest; asked for explicitly it
    is an error."""
    said = lamtheo("run", "-C", office, *DAY)
    assert said.code == 0
    assert "Chưa xem hết được hộp thư, các việc khác vẫn làm tiếp." in flat(said.err)
    assert f"Chưa có mật khẩu của hộp thư {user}" in flat(said.err) and "phải gửi 3" in said.out
    for verb in ("run", "collect"):
        said = lamtheo(verb, "-C", office, "--mailbox", *DAY)
        assert said.code == 3 and "Chưa có mật khẩu" in said.err


def test_a_password_typed(
    office: Path,
    delivered: None,
    memory: Any,
    user: str,
    lamtheo: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a terminal the password is asked for, and kept where staff say yes."""
    monkeypatch.setattr(asking, "_on_terminal", lambda: True)
    monkeypatch.setattr(asking, "_ask", lambda question: PASSWORD)
    monkeypatch.setattr("click.confirm", lambda *args, **more: True)
    said = lamtheo("collect", "-C", office, "--mailbox", *DAY)
    assert said.code == 0, said.err
    assert memory.held == {("lamtheo_xls", f"{user}@localhost"): PASSWORD}


def test_run_asks_once_on_a_terminal(
    office: Path,
    delivered: None,
    memory: Any,
    user: str,
    lamtheo: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever double-clicks is asked for the password – once, also where answers go out after it – and may leave it
    blank: then the mailbox alone is passed over. A wrong one is not offered to the keyring."""
    asked: list[str] = []
    offered: list[str] = []
    answers = {"typed": ""}
    monkeypatch.setattr(asking, "_on_terminal", lambda: True)
    monkeypatch.setattr(asking, "_ask", lambda question: asked.append(question) or answers["typed"])
    monkeypatch.setattr("click.confirm", lambda text, **more: offered.append(text) or False)
    monkeypatch.setattr("lamtheo_xls.mail.sending.BACK_OFF", (0.0, 0.0, 0.0))
    said = lamtheo("run", "-C", office, *DAY)
    assert said.code == 0 and "Chưa có mật khẩu" in flat(said.err) and "phải gửi 3" in said.out
    assert (len(asked), offered) == (1, [])
    answers["typed"] = "sai"
    said = lamtheo("run", "-C", office, *DAY)
    assert said.code == 0 and "không nhận tên đăng nhập" in flat(said.err) and (len(asked), offered) == (2, [])
    assert "không có thư mới" not in flat(said.out)
    answers["typed"] = PASSWORD
    write_facts(office, tra_loi_thu="Có", may_chu_gui="localhost:2")
    said = lamtheo("run", "-C", office, *DAY)
    assert f"Hộp thư {user}: 3 thư mới" in flat(said.out) and "Không liên lạc được" in flat(said.err)
    assert (len(asked), len(offered)) == (3, 1) and memory.held == {}


def test_a_password_that_is_wrong(
    office: Path, delivered: None, memory: Any, user: str, lamtheo: Callable[..., Any]
) -> None:
    """A password kept that the server refuses is forgotten, so that the next time it is asked for."""
    memory.held["lamtheo_xls", f"{user}@localhost"] = "cũ"
    said = lamtheo("collect", "-C", office, "--mailbox", *DAY)
    assert said.code == 3 and f"không nhận tên đăng nhập «{user}»" in said.err
    assert memory.held == {}


def test_a_server_that_is_gone(
    office: Path, known: None, mail_servers: Any, filled: Any, lamtheo: Callable[..., Any]
) -> None:
    """Where the server cannot be reached `run` says so and does the rest; asked for explicitly it is an error, after
    what lay in the folder was taken."""
    write_facts(office, may_chu_nhan=f"localhost:{mail_servers.free_port()}")
    filled(office, 1)
    said = lamtheo("run", "-C", office, *DAY)
    assert said.code == 0 and "hợp lệ 1" in said.out
    assert "Không liên lạc được với máy chủ thư localhost" in flat(said.err)
    filled(office, 2)
    said = lamtheo("collect", "-C", office, "--mailbox", *DAY)
    assert said.code == 3 and "Nhận 2 tệp" in said.out and "Không liên lạc được" in said.err
    assert "Traceback" not in said.err


def test_facts_that_are_wrong(office: Path, known: None, filled: Any, lamtheo: Callable[..., Any]) -> None:
    """A server written wrong keeps nothing else from being done."""
    write_facts(office, may_chu_nhan="máy chủ của tỉnh")
    filled(office, 1)
    said = lamtheo("run", "-C", office, *DAY)
    assert said.code == 0 and "hợp lệ 1" in said.out
    told = flat(said.err)
    assert told.count("Chưa xem hết được hộp thư") == 1 and "còn 1 chỗ phải sửa" in told
    assert told.count("Trang CƠ QUAN, ô «Máy chủ nhận thư»: chưa hiểu «máy chủ của tỉnh»") == 1
    assert "CƠ QUAN: Trang" not in told and "→ Ghi theo mẫu mail.tinh.example:993" in told
    assert lamtheo("collect", "-C", office, "--mailbox", *DAY).code == 3


def test_no_mailbox_named(tmp_path: Path, make_office: Callable[..., Path], lamtheo: Callable[..., Any]) -> None:
    """An office without a mailbox hears nothing of it, unless it asks."""
    folder = make_office(tmp_path / "VP", committees=1, children=1)
    said = lamtheo("run", "-C", folder, *DAY)
    assert said.code == 0 and not said.err and "Hộp thư" not in said.out
    said = lamtheo("collect", "-C", folder, "--mailbox", *DAY)
    assert said.code == 3 and flat(said.err).startswith(
        "Chưa ghi máy chủ nhận thư của cơ quan. Ghi ô «Máy chủ nhận thư»"
    )


def test_a_letter_that_came_back(
    office: Path, known: None, user: str, dovecot: Any, lamtheo: Callable[..., Any]
) -> None:
    """Which of our letters came back is said, and where to look."""
    with open_ledger(office / ".lamtheo") as ledger:
        record = LetterRecord(
            key="issue:1",
            message_id="<aa@office.test>",
            kind="issue",
            rounds=("43-kh-duk_2027",),
            addresses=("so1@example.vn",),
            subject="Gửi biểu",
            sha256=ledger.put(b"letter"),
            made_on=dt.date(2027, 1, 20),
        )
        (made,) = ledger.queue_letters([record])
        for state in ("sending", "sent"):
            ledger.move_letter(made.id, state, as_of=record.made_on, moment="2027-01-20T08:00:00")
    dovecot.put(
        user,
        b"Return-Path: <>\nFrom: MAILER-DAEMON@xa.test\nSubject: failure notice\n"
        b"X-Failed-Recipients: so1@example.vn\n\n"
        b"I'm afraid I wasn't able to deliver.\n550 5.1.1 no such user\n\nMessage-ID: <aa@office.test>\n",
    )
    said = lamtheo("collect", "-C", office, "--mailbox", *DAY)
    assert said.code == 0, said.err
    assert "1 thư gửi đi bị trả lại: so1@example.vn. Xem trang THƯ của theo-doi.xlsx." in flat(said.out)


def test_stopped_by_the_clerk(
    office: Path, delivered: None, known: None, lamtheo: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends it with one line; the next run goes on where it was."""

    def stop(mailbox: Mailbox, uids: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "mark", stop)
        said = lamtheo("collect", "-C", office, "--mailbox", *DAY)
    assert said.code == 1 and flat(said.err) == "Đã dừng theo yêu cầu."
    said = lamtheo("run", "-C", office, *DAY)
    assert said.code == 0 and "không có thư mới" in said.out and "hợp lệ 2" in said.out

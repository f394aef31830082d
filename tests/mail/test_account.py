"""The office's mail account is what sheet CƠ QUAN says; what is not understood is told with the label it stands at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lamtheo_xls.findings import message
from lamtheo_xls.mail.account import account_of
from lamtheo_xls.mail.model import Account, Server

FACTS = {
    "co_quan": "Đảng ủy Sở Mẫu",
    "thu_nhan": "btg@tinh.example",
    "may_chu_gui": "mail.tinh.example:465",
    "may_chu_nhan": "mail.tinh.example:993",
}


def codes(facts: dict[str, str], root: Path = Path()) -> list[str]:
    return [f.code for f in account_of(facts, root)[1]]


def test_an_ordinary_account() -> None:
    """Two servers and an address are enough: the rest has its usual values."""
    assert account_of(FACTS, Path()) == (
        Account(
            address="btg@tinh.example",
            name="Đảng ủy Sở Mẫu",
            user="btg@tinh.example",
            smtp=Server(host="mail.tinh.example", port=465, tls="tls"),
            imap=Server(host="mail.tinh.example", port=993, tls="tls"),
        ),
        (),
    )


def test_every_fact(authority: Any, tmp_path: Path) -> None:
    """Login name, CA file beside the register, folders, pace and answers are taken as they are written."""
    (tmp_path / "chứng thư.pem").write_bytes(authority.ca.read_bytes())
    more = {
        "thu_dang_nhap": "btg",
        "chung_thu": "chứng thư.pem",
        "thu_muc_thu": " INBOX; Biểu mẫu ;INBOX;",
        "chuyen_thu": "Đã nhận",
        "so_thu_moi_phut": "20",
        "tra_loi_thu": "Có",
    }
    account, findings = account_of(FACTS | more, tmp_path)
    assert account is not None and findings == ()
    assert (account.user, account.ca_file) == ("btg", tmp_path / "chứng thư.pem")
    assert (account.folders, account.move_to) == (("INBOX", "Biểu mẫu"), "Đã nhận")
    assert (account.per_minute, account.answers) == (20, True)


@pytest.mark.parametrize("facts", [{}, {"thu_nhan": "btg@tinh.example"}, {"may_chu_gui": " ", "may_chu_nhan": ""}])
def test_no_server_no_account(facts: dict[str, str]) -> None:
    """Without a server there is no account, and nothing to complain of."""
    assert account_of(facts, Path()) == (None, ())


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("mail.tinh.example:465", Server(host="mail.tinh.example", port=465, tls="tls")),
        ("mail.tinh.example:587", Server(host="mail.tinh.example", port=587, tls="starttls")),
        ("mail.tinh.example:25", Server(host="mail.tinh.example", port=25, tls="starttls")),
        (" Mail.Tinh.example : 587 ", Server(host="mail.tinh.example", port=587, tls="starttls")),
        ("smtps://mail.tinh.example:465/", Server(host="mail.tinh.example", port=465, tls="tls")),
        ("ssl://mail.tinh.example:2465", Server(host="mail.tinh.example", port=2465, tls="tls")),
        ("10.0.0.5:587", Server(host="10.0.0.5", port=587, tls="starttls")),
        ("[fd00::5]:465", Server(host="fd00::5", port=465, tls="tls")),
    ],
)
def test_servers(text: str, server: Server) -> None:
    """465 is TLS from the start, every other port STARTTLS; how people write a server is understood."""
    account, findings = account_of(FACTS | {"may_chu_gui": text}, Path())
    assert account is not None and account.smtp == server and findings == ()


def test_imap_by_starttls() -> None:
    """143 is STARTTLS for receiving, as 993 is TLS."""
    account, findings = account_of(FACTS | {"may_chu_nhan": "mail.tinh.example:143"}, Path())
    assert account is not None and findings == ()
    assert account.imap == Server(host="mail.tinh.example", port=143, tls="starttls")


def test_an_unusual_port() -> None:
    """A port nobody knows is STARTTLS, and told."""
    account, findings = account_of(FACTS | {"may_chu_gui": "mail.tinh.example:2525"}, Path())
    assert account is not None and account.smtp is not None and account.smtp.tls == "starttls"
    assert [(f.code, f.severity) for f in findings] == [("mail.port_unusual", "info")]
    assert "«Máy chủ gửi thư»" in message(findings[0]) and "2525" in message(findings[0])


@pytest.mark.parametrize(
    "text",
    [
        "mail.tinh.example",
        "mail.tinh.example:0",
        "mail.tinh.example:65536",
        "mail tinh:465",
        ":465",
        "a..b:465",
        "tỉnh.vn:465",
    ],
)
def test_a_server_not_understood(text: str) -> None:
    """What is not host and port is quoted with the label and an example; the other server stands."""
    account, findings = account_of(FACTS | {"may_chu_gui": text}, Path())
    assert account is not None and account.smtp is None and account.imap is not None
    assert [f.code for f in findings] == ["mail.server_unfit"]
    assert f"Trang CƠ QUAN, ô «Máy chủ gửi thư»: chưa hiểu «{text}»" in message(findings[0])


@pytest.mark.parametrize(
    ("fact", "port", "service"),
    [
        ("may_chu_gui", 993, "IMAP"),
        ("may_chu_gui", 995, "POP3"),
        ("may_chu_nhan", 587, "SMTP"),
        ("may_chu_nhan", 110, "POP3"),
    ],
)
def test_the_port_of_another_service(fact: str, port: int, service: str) -> None:
    """Servers in each other's place, or POP3, are told before anything is tried."""
    _, findings = account_of(FACTS | {fact: f"mail.tinh.example:{port}"}, Path())
    assert [f.code for f in findings] == ["mail.server_other"]
    assert f"cổng {port}" in message(findings[0]) and f"cổng {service}" in message(findings[0])


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "mail.address_missing"),
        ("btg", "mail.address_unfit"),
        ("btg@tinh.example; vp@tinh.example", "mail.address_unfit"),
        ("Ban TG <btg@tinh.example>", "mail.address_unfit"),
        ("bàn@tinh.example", "mail.address_unfit"),
    ],
)
def test_the_offices_address(address: str, code: str) -> None:
    """Servers without one plain address of the office make no account."""
    account, findings = account_of(FACTS | {"thu_nhan": address}, Path())
    assert account is None
    assert [(f.code, f.severity) for f in findings] == [(code, "error")]
    assert "«Hộp thư nhận biểu»" in message(findings[0])


def test_the_ca_file(authority: Any, tmp_path: Path) -> None:
    """A CA file is looked for in the workspace or where its path says; missing or no certificate is told."""
    assert codes(FACTS | {"chung_thu": str(authority.ca)}, tmp_path) == []
    assert codes(FACTS | {"chung_thu": "khong-co.pem"}, tmp_path) == ["mail.ca_missing"]
    (tmp_path / "rong.pem").write_bytes(b"")
    (tmp_path / "hong.pem").write_text("-----BEGIN CERTIFICATE-----\nxyz\n-----END CERTIFICATE-----\n")
    (tmp_path / "van-ban.cer").write_text("chứng thư của tôi")
    for name in ("rong.pem", "hong.pem", "van-ban.cer"):
        assert codes(FACTS | {"chung_thu": name}, tmp_path) == ["mail.ca_unfit"], name
    assert codes(FACTS | {"chung_thu": str(authority.key)}, tmp_path) == ["mail.ca_unfit"]


@pytest.mark.parametrize("text", ["0", "-3", "nhanh", "6001", "2,5"])
def test_a_pace_that_is_none(text: str) -> None:
    """Anything but 1 to 6000 letters a minute is told, and 30 taken."""
    account, findings = account_of(FACTS | {"so_thu_moi_phut": text}, Path())
    assert account is not None and account.per_minute == 30
    assert [(f.code, f.severity) for f in findings] == [("mail.number_unfit", "warning")]


@pytest.mark.parametrize(
    ("text", "answers", "found"),
    [("Có", True, []), ("x", True, []), ("không", False, []), ("tùy", False, ["mail.answer_unfit"])],
)
def test_answers(text: str, answers: bool, found: list[str]) -> None:
    """Yes and no as sheet ĐỢT understands them; what is neither is no, and told."""
    account, findings = account_of(FACTS | {"tra_loi_thu": text}, Path())
    assert account is not None and account.answers is answers
    assert [f.code for f in findings] == found

"""The office's mail account, from the facts of sheet CƠ QUAN."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from lamtheo_xls.findings import Finding, finding, say, words
from lamtheo_xls.mail.model import Account, Server
from lamtheo_xls.register.naming import mails_valid
from lamtheo_xls.text.spelling import plain_key

Findings = tuple[Finding, ...]
PER_MINUTE = 30
_MOST_PER_MINUTE = 6000
_SERVER = re.compile(
    r"(?:([a-z]+)://)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)\s*:\s*(\d{1,5})/?"
)
_TLS_SCHEMES = ("smtps", "imaps", "ssl", "tls")
"""Written before the host, they say that even an unusual port is encrypted from the first byte."""
_TLS_PORTS = {"may_chu_gui": 465, "may_chu_nhan": 993}
_SERVICES = {465: "SMTP", 587: "SMTP", 25: "SMTP", 993: "IMAP", 143: "IMAP", 995: "POP3", 110: "POP3"}
_OWN = {"may_chu_gui": "SMTP", "may_chu_nhan": "IMAP"}


def account_of(facts: Mapping[str, str], root: Path) -> tuple[Account | None, Findings]:
    """The account that `facts` (fact id → text) name; None where no mail server is named, or the office has no address.

    Findings `mail.…` say the label of the fact: server_unfit, server_other, address_missing, address_unfit, ca_missing,
    ca_unfit (errors: the account is not to be used), number_unfit, answer_unfit (the usual value is taken) and
    port_unusual. `root`: the workspace, against which the CA file's path is read.
    """
    said = {key: unicodedata.normalize("NFC", text).strip() for key, text in facts.items()}
    smtp, of_smtp = _server(said, "may_chu_gui")
    imap, of_imap = _server(said, "may_chu_nhan")
    if not said.get("may_chu_gui") and not said.get("may_chu_nhan"):
        return None, ()
    address, of_address = _address(said)
    ca_file, of_ca = _ca_file(said, root)
    per_minute, of_number = _per_minute(said)
    answers, of_answer = _yes(said, "tra_loi_thu")
    findings = of_smtp + of_imap + of_address + of_ca + of_number + of_answer
    if not address or (smtp is None and imap is None):
        return None, findings
    account = Account(
        address=address,
        name=said.get("co_quan") or address,
        user=said.get("thu_dang_nhap") or address,
        smtp=smtp,
        imap=imap,
        ca_file=ca_file,
        folders=_listed(said.get("thu_muc_thu", "")) or ("INBOX",),
        move_to=said.get("chuyen_thu", ""),
        per_minute=per_minute,
        answers=answers,
    )
    return account, findings


def _server(said: Mapping[str, str], fact: str) -> tuple[Server | None, Findings]:
    text = said.get(fact, "")
    if not text:
        return None, ()
    found = _SERVER.fullmatch(text)
    port = int(found[3]) if found else 0
    if found is None or not 1 <= port <= 65535 or ".." in found[2]:
        return None, (_told("mail.server_unfit", fact, text, vi_du=_example(fact)),)
    service = _SERVICES.get(port, _OWN[fact])
    if service != _OWN[fact]:
        return None, (_told("mail.server_other", fact, text, vi_du=_example(fact), cong=str(port), la=service),)
    said_so = found[1] in _TLS_SCHEMES
    tls: Literal["tls", "starttls"] = "tls" if said_so or port == _TLS_PORTS[fact] else "starttls"
    server = Server(host=found[2].strip("[]").lower(), port=port, tls=tls)
    if said_so or port in _SERVICES:
        return server, ()
    return server, (_told("mail.port_unusual", fact, text, vi_du=_example(fact), cong=str(port)),)


def _example(fact: str) -> str:
    return f"mail.tinh.example:{_TLS_PORTS[fact]}"


def _address(said: Mapping[str, str]) -> tuple[str, Findings]:
    address = said.get("thu_nhan", "")
    if not address:
        return "", (_told("mail.address_missing", "thu_nhan", ""),)
    if len(re.split(r"[;,\s]+", address)) > 1 or not mails_valid(address):
        return "", (_told("mail.address_unfit", "thu_nhan", address),)
    return address, ()


def _ca_file(said: Mapping[str, str], root: Path) -> tuple[Path | None, Findings]:
    text = said.get("chung_thu", "").strip('"')
    if not text:
        return None, ()
    path = root / text
    if not path.is_file():
        return path, (_told("mail.ca_missing", "chung_thu", text),)
    from lamtheo_xls.mail.tls import certificates_in

    if certificates_in(path) is None:
        return path, (_told("mail.ca_unfit", "chung_thu", text),)
    return path, ()


def _per_minute(said: Mapping[str, str]) -> tuple[int, Findings]:
    text = said.get("so_thu_moi_phut", "")
    if not text:
        return PER_MINUTE, ()
    found = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?", text)
    number = int(found[1]) if found else 0
    if not 1 <= number <= _MOST_PER_MINUTE:
        span = {"tu": "1", "den": str(_MOST_PER_MINUTE), "dung": str(PER_MINUTE)}
        return PER_MINUTE, (_told("mail.number_unfit", "so_thu_moi_phut", text, **span),)
    return number, ()


def _yes(said: Mapping[str, str], fact: str) -> tuple[bool, Findings]:
    text = said.get(fact, "")
    answers = words("register")["yes"]
    for key in (text.casefold(), plain_key(text)):
        if key in answers["true"] or key in answers["false"]:
            return key in answers["true"], ()
    return False, (_told("mail.answer_unfit", fact, text),)


def _listed(text: str) -> tuple[str, ...]:
    """The names between semicolons, each once."""
    return tuple(dict.fromkeys(name for part in text.split(";") if (name := part.strip())))


def _told(code: str, fact: str, text: str, **args: str) -> Finding:
    label = words("register")["office"][fact]["label"]
    return finding(code, sheet=say("register.sheets.office"), value=text, nhan=label, **args)

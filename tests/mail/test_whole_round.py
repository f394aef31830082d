"""One whole round by real mail: Postfix and Dovecot, workbooks filled by LibreOffice and Gnumeric, the command line.

Servers stamp with the true clock, so the round opens today. Each step is a fixture that does its part of the story
once; the tests say what must be so then. What went by mail is at the end compared with the same by folder.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import email
import email.policy
import hashlib
import imaplib
import io
import json
import os
import random
import shutil
import smtplib
import ssl
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

import keyring
import keyring.backend
import openpyxl
import pytest

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.ledger import IssueRecord, open_ledger
from lamtheo_xls.mail.calendar import VIETNAM, working_day_from
from lamtheo_xls.mail.mailboxes import KEYWORD
from lamtheo_xls.register import FormDates, Person, Register, Round, Unit, read_register, write_register
from lamtheo_xls.workbook.layout import address, lay_out

PLAN, GUIDANCE = "43-kh-duk", "hd-btgtu-2024"
OFFICE, WORD, THEIR_WORD = "vp@office.test", "Mật-khẩu của cơ quan 7!", "don vi 123"
SO1, SO2, SHARED, HOA, TWO = "so1@unit.test", "so2@unit.test", "chung@unit.test", "hoa@unit.test", "hai@unit.test"
STRANGER, FAR, NEAR = "la@unit.test", "xa@far.test", "xa@unit.test"
LOCAL = (OFFICE, SO1, SO2, SHARED, HOA, TWO, STRANGER, NEAR)
TODAY = dt.datetime.now(VIETNAM).date()
DUE = working_day_from(TODAY + dt.timedelta(days=1))
YEAR = DUE.year
ON, ON_DUE = ("--as-of", TODAY), ("--as-of", DUE)
ROUNDS = (f"{PLAN}_{YEAR}", f"{GUIDANCE}_{YEAR}")
FILLER = Path(__file__).parents[2] / "samples" / "make" / "fill_libreoffice.py"
PYTHON_WITH_UNO = os.environ.get("LAMTHEO_UNO_PYTHON", "/usr/bin/python3")
GNUMERIC = {"xlsx": "Gnumeric_Excel:xlsx2", "xls": "Gnumeric_Excel:excel_biff8", "ods": "Gnumeric_OpenCalc:odf"}
FORMS = {id: form for p in (PLAN, GUIDANCE) for id, form in load_folder(bundled(p))[0].forms.items()}  # type: ignore[union-attr]


class OneWord(keyring.backend.KeyringBackend):
    """The office's password, and nobody else's."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return WORD if (service, username) == ("lamtheo_xls", f"{OFFICE}@localhost") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


def register(facts: Mapping[str, str]) -> Register:
    """Three committees, a cell and two more that share or lack an address; six people; both programmes open."""
    units = [
        Unit(
            code=f"DU{n}", name=f"Đảng ủy Sở Số {n}", short_name=f"ĐU Sở Số {n}", order=n, kind="dang_uy_co_so", mail=m
        )
        for n, m in ((1, SO1), (2, SO2), (3, SHARED))
    ]
    units += [
        Unit(
            code=f"CB{n}", name=f"Chi bộ {n}", short_name=f"CB {n}", order=1, kind="chi_bo_truc_thuoc", parent=f"DU{n}"
        )
        for n in (1, 2, 3)
    ]
    units += [
        Unit(code="CS", name="Chi bộ Tài chính", short_name="CB Tài chính", order=4, kind="chi_bo_co_so", mail=SHARED),
        Unit(code="XA", name="Đảng ủy xã Xa", short_name="ĐU xã Xa", order=5, kind="dang_uy_xa_phuong", mail=FAR),
        Unit(code="THON", name="Chi bộ Thôn Một", short_name="CB Thôn Một", order=6, kind="chi_bo_thon", parent="XA"),
        Unit(
            code="MT", name="Mặt trận huyện", short_name="Mặt trận", order=7, kind="mat_tran_doan_the", phone="0900111"
        ),
    ]
    people = (
        Person(code="P1", name="Lê Thị Hoa", unit="CS", group="can_bo_cong_chuc", roles=("nguoi_dung_dau",), mail=HOA),
        Person(code="P2", name="Trần Văn Bình", unit="CS", group="dang_vien"),
        Person(code="P3", name="Phạm Thị Thu", unit="CS", group="dang_vien", mail=TWO),
        Person(code="P4", name="Ngô Văn Năm", unit="THON", group="dang_vien", roles=("cap_uy_vien",), mail=TWO),
        Person(code="P5", name="Võ Thị Sáu", unit="THON", group="dang_vien", roles=("cap_uy_vien",)),
        Person(code="P6", name="Đỗ Thị Út", unit="CS", group="can_bo_cong_chuc", exempt="Nghỉ thai sản"),
    )
    later = FormDates(opens=TODAY + dt.timedelta(days=400))
    rounds = (
        Round(programme=PLAN, period=str(YEAR), opens=TODAY, due=DUE, dues={"mau-01": later, "mau-03": later}),
        Round(programme=GUIDANCE, period=str(YEAR), opens=TODAY, due=DUE),
    )
    said = {"co_quan": "Đảng ủy Khối Mẫu", "dia_danh": "Mẫu", "nhan_bao_cao": "Ban Tuyên giáo", "cap_tren": "Tỉnh Mẫu"}
    return Register(units=tuple(units), people=people, rounds=rounds, office=said | dict(facts))


# -- what other programs fill and save ---------------------------------------------------------------------------------

TASK = ("noi_dung", "don_vi_chu_tri", "don_vi_phoi_hop", "thoi_gian", "don_vi_tham_muu")
MODEL = ("ten_mo_hinh", "dia_chi", "thuc_trang", "muc_tieu", "noi_dung", "don_vi_thuc_hien", "phoi_hop_chinh_quyen")


def models(*names: str, ticked: bool = True) -> dict[str, Any]:
    tick = {"moi": "x"} if ticked else {}
    return {"mo_hinh": [{"ten_chi_bo": "", "ten_mo_hinh": n, "thoi_gian": f"Cả năm {YEAR}", **tick} for n in names]}


def task(what: str, lead: str = "Văn phòng") -> dict[str, Any]:
    values = (what, lead, "Chi bộ Một", f"Quý II/{YEAR}", "Văn phòng")
    return {"nhiem_vu": [{c: v for c, v in zip(TASK, values, strict=True) if v}]}


def example(name: str) -> dict[str, Any]:
    values = (name, "Xã Mẫu", "Còn chậm", "Nhanh hơn", "Làm mỗi tuần", "Chi bộ Một", "x")
    return {"mo_hinh": [dict(zip(MODEL, values, strict=True))]}


def promise(what: str, *, leads: bool = False) -> dict[str, Any]:
    told = {"lam_theo_noi_dung": what, "lam_theo_giai_phap": "Đến sớm mười lăm phút"}
    if leads:
        told |= {"viec_1_noi_dung": "Gỡ một vướng mắc của cơ sở", "viec_1_giai_phap": "Họp hằng tháng"}
    rows: dict[str, Any] = {table: [{"doan": text}] for table, text in told.items()}
    return rows | ({"": {"loai_viec_1": "Việc nêu gương, dám nghĩ, dám làm"}} if leads else {})


@dataclass(frozen=True)
class Return:
    """What one workbook is filled with, and by which program it is saved as which kind."""

    form: str
    owner: str
    program: str
    kind: str
    said: Mapping[str, Any]


RETURNS = {
    "so1-02": Return("mau-02", "DU1", "lo", "xlsx", models("Tiết kiệm điện", "Họp không giấy")),
    "so1-nv": Return("nhiem-vu-dot-pha", "DU1", "gnumeric", "xlsx", task("Rút ngắn thẩm định")),
    "so1-mh": Return("mo-hinh-tieu-bieu", "DU1", "lo", "xls", example("Một cửa lưu động")),
    "so2-02-dau": Return("mau-02", "DU2", "lo", "ods", models("Bản đầu")),
    "so2-02-chot": Return("mau-02", "DU2", "lo", "xlsx", models("Bản chốt", "Thêm một mô hình")),
    "so2-nv": Return("nhiem-vu-dot-pha", "DU2", "gnumeric", "xlsx", task("Xóa điểm rác")),
    "so2-mh": Return("mo-hinh-tieu-bieu", "DU2", "gnumeric", "xls", example("Chợ sớm")),
    "so3-02": Return("mau-02", "DU3", "lo", "xlsx", models("Chưa đánh dấu", ticked=False)),
    "so3-nv": Return("nhiem-vu-dot-pha", "DU3", "gnumeric", "ods", task("Kéo điện về thôn")),
    "cs-nv": Return("nhiem-vu-dot-pha", "CS", "gnumeric", "xlsx", task("Thiếu nơi chủ trì", lead="")),
    "cs-mh": Return("mo-hinh-tieu-bieu", "CS", "lo", "xlsx", example("Sổ tay tiết kiệm")),
    "hoa": Return("ke-hoach-ca-nhan", "P1", "lo", "xlsx", promise("Nêu gương về giờ giấc", leads=True)),
    "binh": Return("ke-hoach-ca-nhan", "P2", "gnumeric", "xlsx", promise("Nói đi đôi với làm")),
    "thu": Return("ke-hoach-ca-nhan", "P3", "gnumeric", "xlsx", promise("Tiết kiệm giấy in")),
    "nam": Return("ke-hoach-ca-nhan", "P4", "lo", "ods", promise("Hiến đất làm đường", leads=True)),
}
SENDERS = {name: SO1 for name in RETURNS if name.startswith("so1")} | {"hoa": HOA, "thu": TWO, "nam": STRANGER}
SENDERS |= {name: SO2 for name in RETURNS if name.startswith("so2")} | {"cs-nv": STRANGER}
"""Who sends which; all else comes from the shared mailbox."""


def cells_of(record: IssueRecord, said: Mapping[str, Any]) -> dict[str, str]:
    """A1 address → what is typed there."""
    form = FORMS[record.issued.form]
    layout = lay_out(form, record.issued.rows, shared=not record.issued.unit)
    cells = {address(*layout.fields[id]): text for id, text in said.get("", {}).items()}
    for table, rows in said.items():
        for at, row in enumerate(rows if table else (), layout.areas[table].first_row if table else 0):
            for column, text in row.items():
                value = text or record.children[0] if column == "ten_chi_bo" else text
                cells[address(at, layout.areas[table].columns[column])] = value
    return cells


def by_libreoffice(jobs: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """One start of LibreOffice types into every workbook, cell by cell, and saves it."""
    steps = [{**j, "steps": [["sheet", j["sheet"]], *(["type", *x] for x in j["cells"].items())]} for j in jobs]
    (folder / "jobs.json").write_text(json.dumps(steps), "utf-8")
    command = [PYTHON_WITH_UNO, FILLER, folder / "jobs.json", "vi-VN", folder / "profile"]
    done = subprocess.run([str(x) for x in command], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def by_gnumeric(job: Mapping[str, Any]) -> None:
    typed = [x for cell, text in job["cells"].items() for x in ("--set", f"{cell}={text}")]
    command = ["ssconvert", *typed, f"--export-type={GNUMERIC[job['kind']]}", job["source"], job["target"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


# -- messages as mail programs write them ------------------------------------------------------------------------------


def raw_name(name: str) -> str:
    return f'filename="{name}"'


def rfc2231(name: str) -> str:
    return f"filename*=UTF-8''{quote(name)}"


def rfc2047(name: str) -> str:
    return f'filename="=?UTF-8?B?{base64.b64encode(name.encode()).decode()}?="'


def part(data: bytes, name: str, disposition: str = "attachment", kind: str = "application/octet-stream") -> bytes:
    """A part of a message; `name`: the parameter as it stands."""
    head = f"Content-Type: {kind}\r\nContent-Disposition: {disposition}; {name}\r\nContent-Transfer-Encoding: base64"
    return head.encode() + b"\r\n\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n")


def message(id: str, sender: str, *parts: bytes, **fields: str) -> bytes:
    """A message with a line of text and the parts; `fields`: more of its head, '_' for '-'."""
    head = {"From": sender, "To": OFFICE, "Subject": f"Nop bieu {id}", "Message-ID": f"<{id}@unit.test>"}
    head |= {"Date": "Mon, 01 Feb 2021 08:00:00 +0700", "MIME-Version": "1.0"}
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    head["Content-Type"] = f'multipart/mixed; boundary="=-{id}"'
    text = "Content-Type: text/plain; charset=utf-8\r\n\r\nKính gửi văn phòng.\r\n".encode()
    fence = f"--=-{id}".encode()
    body = b"".join(fence + b"\r\n" + x + b"\r\n" for x in (text, *parts))
    return "".join(f"{k}: {v}\r\n" for k, v in head.items()).encode() + b"\r\n" + body + fence + b"--\r\n"


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def jpeg(seed: int, size: int) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.Random(seed).randbytes(size) + b"\xff\xd9"


# -- the place ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Servers, and the office's workspace."""

    servers: Any
    mail: Path
    smtp: int
    imap: int
    ca: Path
    root: Path
    run: Callable[..., Any]

    @property
    def by_folder(self) -> Place:
        """The same office as it was when all was sent, which gets everything in a folder."""
        return replace(self, root=self.mail / "THU-MUC")

    def __call__(self, *words: object) -> Any:
        """A command on the workspace that went well."""
        said = self.run(words[0], "-C", self.root, *words[1:])
        assert said.code == 0, said.out + said.err
        return said

    def post(self, sender: str, *messages: bytes, to: str = OFFICE) -> None:
        """Hands messages to Postfix as the sender's own mail program would."""
        with smtplib.SMTP("localhost", self.smtp) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=self.ca))
            smtp.login(sender, THEIR_WORD)
            for data in messages:
                smtp.sendmail(sender, [to], data)

    def box(self, who: str) -> list[EmailMessage]:
        """What lies in a mailbox, in the order of its coming."""
        found = sorted(self.servers.delivered(self.mail, who), key=lambda p: (p.stat().st_mtime_ns, p.name))
        return [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in found]  # type: ignore[misc]

    def arrive(self, who: str, count: int) -> None:
        """Waits until so many messages are in the mailbox; more are wrong."""
        end = time.monotonic() + 20
        while self.count(who) < count and time.monotonic() < end:
            time.sleep(0.05)
        assert self.count(who) == count, [str(m["Subject"]) for m in self.box(who)]

    def count(self, who: str) -> int:
        return len(self.servers.delivered(self.mail, who))

    def waits_for(self, who: str, count: int) -> list[EmailMessage]:
        """The mailbox, once so many messages are in it."""
        self.arrive(who, count)
        return self.box(who)

    def flags(self) -> dict[str, set[str]]:
        """Message-ID → flags of every message of the office's mailbox."""
        with imaplib.IMAP4("localhost", self.imap) as client:
            client.starttls(ssl.create_default_context(cafile=self.ca))
            client.authenticate("PLAIN", lambda _: f"\0{OFFICE}\0{WORD}".encode())
            client.select(readonly=True)
            _, data = client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        found = [x for x in data if isinstance(x, tuple)]
        return {
            x[1].decode().partition(":")[2].strip(): set(imaplib.ParseFlags(x[0])) - {b"\\Recent"}  # type: ignore[misc]
            for x in found
        }

    def letters(self) -> list[tuple[str, str, str]]:
        """(kind, to, state) of every letter of the outbox."""
        with open_ledger(self.root / ".lamtheo") as ledger:
            return [(x.kind, ";".join(x.addresses), x.state) for x in ledger.letters()]

    def sheet(self, name: str) -> list[list[str]]:
        """The filled cells of each row of a sheet of theo-doi.xlsx."""
        book = openpyxl.load_workbook(self.root / "theo-doi.xlsx", read_only=True)
        rows = [[str(v) for v in row if v is not None] for row in book[name].iter_rows(values_only=True)]
        book.close()
        return [row for row in rows if row]


def workbooks(letter: EmailMessage) -> dict[str, bytes]:
    return {str(a.get_filename()): a.get_content() for a in letter.iter_attachments()}


@pytest.fixture(scope="module")
def tools(mail_servers: Any) -> None:
    """Skips where a program of the story is absent; fails there in CI."""
    absent = [mail_servers.postfix_absent(), mail_servers.dovecot_absent()]
    absent += [f"{x} is not installed" for x in ("soffice", "ssconvert", "7z") if not shutil.which(x)]
    if not any(absent) and subprocess.run([PYTHON_WITH_UNO, "-c", "import uno"], capture_output=True).returncode:
        absent.append("LibreOffice has no Python bridge here")
    if why := "; ".join(filter(None, absent)):
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)
    if dt.datetime.now(VIETNAM).date() != TODAY:
        pytest.skip("midnight has passed since the tests were gathered")


@pytest.fixture(scope="module")
def place(tools: None, mail_servers: Any, scripted_smtp: Any, authority: Any, lamtheo: Any) -> Iterator[Place]:
    """Both servers, a mail server far away that knows nobody, and an office that has made its workspace."""
    nobody = scripted_smtp.Step(command="RCPT", do="550 5.1.1 Khong co hop thu nay")
    users = dict.fromkeys(LOCAL, THEIR_WORD) | {OFFICE: WORD}
    imap, before = mail_servers.free_port(), keyring.get_keyring()
    with contextlib.ExitStack() as running:
        folder = running.enter_context(mail_servers.open_folder())
        far = running.enter_context(scripted_smtp.ScriptedServer(tls=None, script=[nobody]))
        running.enter_context(mail_servers.start_dovecot(folder, authority, users, plain=imap))
        more = {"auth": folder / "auth", "beyond": {"far.test": far.port}}
        smtp = running.enter_context(mail_servers.start_postfix(folder, authority, users, **more))
        facts = {"thu_nhan": OFFICE, "may_chu_gui": f"localhost:{smtp}", "may_chu_nhan": f"localhost:{imap}"}
        facts |= {"chung_thu": str(authority.ca), "so_thu_moi_phut": "6000", "tra_loi_thu": "Có"}
        source = folder / "danh-sach.xlsx"
        source.write_bytes(write_register(register(facts), programmes=((PLAN, "x"), (GUIDANCE, "y"))))
        keyring.set_keyring(OneWord())
        running.callback(keyring.set_keyring, before)
        chosen = ("--programme", PLAN, "--programme", GUIDANCE, "--period", YEAR)
        said = lamtheo("new", folder / "VP", *chosen, "--register", source, *ON)
        assert said.code == 0, said.err
        yield Place(mail_servers, folder, smtp, imap, authority.ca, folder / "VP", lamtheo)


# -- the office sends --------------------------------------------------------------------------------------------------


BOXES = {
    SO1: {("mau-02", "DU1"), ("nhiem-vu-dot-pha", "DU1"), ("mo-hinh-tieu-bieu", "DU1")},
    SO2: {("mau-02", "DU2"), ("nhiem-vu-dot-pha", "DU2"), ("mo-hinh-tieu-bieu", "DU2")},
    SHARED: {
        ("mau-02", "DU3"),
        ("nhiem-vu-dot-pha", "DU3"),
        ("mo-hinh-tieu-bieu", "DU3"),
        ("nhiem-vu-dot-pha", "CS"),
        ("mo-hinh-tieu-bieu", "CS"),
        ("ke-hoach-ca-nhan", "P2"),
    },
    HOA: {("ke-hoach-ca-nhan", "P1")},
    TWO: {("ke-hoach-ca-nhan", "P3"), ("ke-hoach-ca-nhan", "P4")},
}
"""Mailbox → (form, whose) of what is asked of it."""


@dataclass(frozen=True)
class Sent:
    """What was made for whom, what `send` said, and what lay in the mailboxes then."""

    files: Mapping[tuple[str, str], Path]
    said: str
    boxes: Mapping[str, Sequence[EmailMessage]]


@pytest.fixture(scope="module")
def sent(place: Place) -> Sent:
    """Everything is issued and sent, to the office's own mailbox too; one letter came back by then."""
    made = place("issue", *ON, "--json").lines
    said = place("send", *ON).out
    boxes = {who: place.waits_for(who, 1) for who in BOXES} | {OFFICE: place.waits_for(OFFICE, 7)}
    shutil.copytree(place.root, place.by_folder.root)
    return Sent({(x["form"], x["person"] or x["unit"]): place.root / x["file"] for x in made}, said, boxes)


# -- units answer ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def returns(place: Place, sent: Sent, tmp_path_factory: Any) -> dict[str, bytes]:
    """What LibreOffice and Gnumeric made of the workbooks as they came by mail."""
    folder = tmp_path_factory.mktemp("dien")
    came = {n: data for who in BOXES for letter in sent.boxes[who] for n, data in workbooks(letter).items()}
    with open_ledger(place.root / ".lamtheo") as ledger:
        records = {(r.issued.form, r.issued.person or r.issued.unit): r for r in ledger.all_issued()}
    jobs: dict[str, list[dict[str, Any]]] = {"lo": [], "gnumeric": []}
    for name, one in RETURNS.items():
        source, target = folder / f"{name}-goc.xlsx", folder / f"{name}.{one.kind}"
        source.write_bytes(came[sent.files[one.form, one.owner].name])
        cells = cells_of(records[one.form, one.owner], one.said)
        job = {"source": str(source), "target": str(target), "kind": one.kind, "sheet": FORMS[one.form].sheet}
        jobs[one.program].append(job | {"cells": cells})
    with ThreadPoolExecutor(2) as pool:
        office = pool.submit(by_libreoffice, jobs["lo"], folder)
        list(pool.map(by_gnumeric, jobs["gnumeric"]))
        office.result()
    return {name: (folder / f"{name}.{one.kind}").read_bytes() for name, one in RETURNS.items()}


def not_ours() -> bytes:
    """A workbook somebody made himself."""
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "Danh sách mô hình"  # type: ignore[index]
    book.save(made)
    return made.getvalue()


def seven_zipped(folder: Path, **members: bytes) -> bytes:
    for name, data in members.items():
        (folder / name).write_bytes(data)
    names = [str(folder / name) for name in members]
    subprocess.run(["7z", "a", str(folder / "goi.7z"), *names], check=True, capture_output=True)
    return (folder / "goi.7z").read_bytes()


def hostile(workbook: bytes) -> bytes:
    """A return under a name that climbs out of every folder, among parts that are broken in every way."""
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(200))
    slip = zipped(**{"../../../../ngoai.xlsx": b"PK", "C:\\Windows\\ngoai.xlsx": b"PK"})
    broken = b"Content-Type: image/gif; name\r\nContent-Disposition: attachment; filename\r\n"
    broken += b"Content-Transfer-Encoding: x\r\n"
    encoded = b"Content-Type: a/b; charset=khong-co\r\nContent-Disposition: attachment; "
    encoded += b"filename==?x-la?B?////?=\r\n\r\n\xff\xfe"
    return message(
        "so3-nv",
        SHARED,
        deep,
        broken,
        encoded,
        part(slip, raw_name("truot.zip")),
        part(workbook, raw_name("..\\..\\..\\..\\Windows\\nhiem vu.ods"), kind="text/html; charset=utf-7"),
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n" * 40,
        Subject="=?utf-8?B?////?= =?x?Q?=00?= " + "x" * 900,
        X_Long="a" * 3000,
        References=" ".join(f"<{n}@unit.test>" for n in range(300)),
    )


@pytest.fixture(scope="module")
def posted(place: Place, sent: Sent, returns: Mapping[str, bytes], tmp_path_factory: Any) -> None:
    """Everything that comes to an office lies in its mailbox, or in nhan-ve/."""
    got = returns
    own, ours = sent.files["mau-02", "DU1"].read_bytes(), str(sent.boxes[SO1][0]["Message-ID"])
    shelf = tmp_path_factory.mktemp("goi")
    place.post(SO2, message("so2-02-dau", SO2, part(got["so2-02-dau"], raw_name("Mau 02.ods"))))
    first = time.monotonic()
    place.post(
        SO1,
        # answered with what was sent still attached
        message("so1-02", SO1, part(own, raw_name("mau-02.xlsx")), part(got["so1-02"], rfc2231("Mẫu 02 – Sở 1.xlsx"))),
        message("so1-nv", SO1, part(got["so1-nv"], rfc2047("Nhiệm vụ đột phá.xlsx"), "inline"), In_Reply_To=ours),
        message("so1-mh", SO1, part(zipped(**{"Mô hình/Sở 1.xls": got["so1-mh"]}), raw_name("Biểu của Sở 1.zip"))),
        message("vang", SO1, In_Reply_To=ours, Auto_Submitted="auto-replied", X_Auto_Response_Suppress="All"),
    )
    place.post(
        SO2,
        message(
            "so2-nv", SO2, part(jpeg(0, 22_500_000), raw_name("anh lon.jpg")), part(got["so2-nv"], raw_name("nv.xlsx"))
        ),
        message(
            "so2-mh",
            SO2,
            *(part(jpeg(n, 500), raw_name(f"anh {n}.jpg"), kind="image/jpeg") for n in range(1, 300)),
            part(got["so2-mh"], raw_name("mo hinh.xls")),
        ),
        message("nham", SO2, part(not_ours(), raw_name("Danh sach.xlsx"))),
        message("anh", SO2, part(jpeg(1000, 4000), raw_name("IMG_1.jpg"), kind="image/jpeg")),
    )
    place.post(
        SHARED,
        message("so3-02", SHARED, part(got["so3-02"], raw_name("Mau 02 So 3.xlsx"))),
        hostile(got["so3-nv"]),
        message("cs-mh", SHARED, part(got["cs-mh"], raw_name("mh.xlsx")), List_Id="<tin.unit.test>", Precedence="list"),
        message(
            "dat",
            SHARED,
            part(b"\x78\x9f\x3e\x22\x01\x00" + bytes(99), raw_name("winmail.dat"), kind="application/ms-tnef"),
        ),
    )
    inner = message("hoa-trong", "em@unit.test", part(got["hoa"], rfc2231("Kế hoạch cô Hoa.xlsx")))
    forwarded = b'Content-Type: message/rfc822\r\nContent-Disposition: inline; filename="thu.eml"\r\n\r\n'
    place.post(HOA, message("hoa", HOA, forwarded + inner, forwarded + sent.boxes[HOA][0].as_bytes()))
    place.post(TWO, message("thu", TWO, part(got["thu"], raw_name("thu.xlsx")), Auto_Submitted="auto-generated"))
    place.post(
        STRANGER,
        message("nam", STRANGER, part(seven_zipped(shelf, **{"nam.ods": got["nam"]}), raw_name("gui ho.7z"))),
        message("cs-nv", STRANGER, part(got["cs-nv"], raw_name("nhiem vu.xlsx"))),
    )
    time.sleep(max(0.0, first + 2 - time.monotonic()))  # servers tell the time by seconds
    packed = zipped(**{"Mau 02.xlsx": got["so2-02-chot"]})  # with a time of long ago in it
    place.post(SO2, message("so2-02-chot", SO2, part(packed, raw_name("Mau 02 chot.zip"))))
    inbox = place.root / "nhan-ve"
    saved = message("binh", SHARED, part(got["binh"], rfc2231("Kế hoạch Bình.xlsx")), Date=formatdate())
    (inbox / "Thu anh Binh.eml").write_bytes(saved)
    (inbox / "So 1 gui Zalo.xlsx").write_bytes(got["so1-02"])
    place.arrive(OFFICE, 7 + 18)


@pytest.fixture(scope="module")
def taken(place: Place, posted: None) -> list[dict[str, Any]]:
    """The office takes everything in: what became of each file."""
    return list(place("collect", *ON, "--mailbox", "--no-answer", "--json").lines)


@dataclass(frozen=True)
class Answered:
    """What the office sent after it had taken everything in: mailbox → letters; what it has to look at itself."""

    boxes: Mapping[str, Sequence[EmailMessage]]
    letters: Sequence[Sequence[str]]
    files: Sequence[Sequence[str]]
    contacts: Sequence[Sequence[str]]


@pytest.fixture(scope="module")
def answered(place: Place, taken: Any) -> Answered:
    """The office works, answers, and sends what is to be mended to whom no answer took it."""
    place("run", *ON)
    place("send", *ON)
    boxes = {STRANGER: place.waits_for(STRANGER, 2)}
    boxes |= {who: place.waits_for(who, 1 + n)[1:] for who, n in ((SO1, 3), (SO2, 3), (SHARED, 4), (HOA, 1), (TWO, 0))}
    place("status", *ON)
    return Answered(boxes, *(place.sheet(name) for name in ("THƯ", "TỆP NHẬN", "LIÊN HỆ")))


@pytest.fixture(scope="module")
def mended(place: Place, answered: Answered, tmp_path_factory: Any) -> dict[str, bytes]:
    """Who got two of them back mends both in LibreOffice and answers with both in one message; the office works again.
    File name → bytes."""
    folder, jobs, came = tmp_path_factory.mktemp("sua"), [], {}
    for letter in answered.boxes[SHARED]:
        came |= workbooks(letter)
    with open_ledger(place.root / ".lamtheo") as ledger:
        records = {(r.issued.form, r.issued.unit): r for r in ledger.all_issued()}
    more = (("mau-02", "DU3", models("Đã đánh dấu")), ("nhiem-vu-dot-pha", "CS", task("Có nơi chủ trì")))
    for (form, unit, said), name in zip(more, sorted(came), strict=True):
        (folder / f"goc-{name}").write_bytes(came[name])
        job = {"source": str(folder / f"goc-{name}"), "target": str(folder / name), "kind": "xlsx"}
        jobs.append(job | {"sheet": FORMS[form].sheet, "cells": cells_of(records[form, unit], said)})
    by_libreoffice(jobs, folder)
    made = {name: (folder / name).read_bytes() for name in sorted(came)}
    parts = [part(data, raw_name(name)) for name, data in made.items()]
    before = place.count(OFFICE)
    place.post(SHARED, message("da-sua", SHARED, *parts, In_Reply_To=str(answered.boxes[SHARED][-1]["Message-ID"])))
    place.arrive(OFFICE, before + 1)
    place("run", *ON)
    return made


# -- sent --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", BOXES)
def test_each_mailbox_gets_one_letter_with_exactly_its_workbooks(sent: Sent, who: str) -> None:
    """Of both programmes, of its unit and its people; the files byte for byte, under names of ASCII alone."""
    (letter,) = sent.boxes[who]
    assert workbooks(letter) == {sent.files[one].name: sent.files[one].read_bytes() for one in BOXES[who]}
    assert all(name.isascii() for name in workbooks(letter)) and "[LTB " in letter["Subject"]
    assert (letter["From"].addresses[0].addr_spec, letter["Auto-Submitted"]) == (OFFICE, "auto-generated")


def test_the_office_has_a_copy_of_every_letter(place: Place, sent: Sent) -> None:
    """Also of the one that came back, which nobody else ever saw."""
    with open_ledger(place.root / ".lamtheo") as ledger:
        issued = {x.message_id: x.addresses for x in ledger.letters() if x.kind == "issue"}
    assert {address for (address,) in issued.values()} == {*BOXES, FAR}
    (notice,) = [m for m in sent.boxes[OFFICE] if m.get_content_type() == "multipart/report"]
    assert Counter(str(m["Message-ID"]) for m in sent.boxes[OFFICE] if m is not notice) == Counter(issued.keys())
    assert "MAILER-DAEMON" in notice["From"]


def test_who_has_no_address_is_told(sent: Sent) -> None:
    """How many workbooks have to go another way."""
    assert "Đã gửi 6 thư." in sent.said and "3 biểu chưa có địa chỉ thư để gửi" in sent.said


# -- taken in ----------------------------------------------------------------------------------------------------------

BY = f"thư {TODAY:%d-%m-%Y} "
STATES = {
    "nhan-ve/So 1 gui Zalo.xlsx": ("accepted", "mau-02", "DU1"),
    "nhan-ve/Thu anh Binh.eml!Kế hoạch Bình.xlsx": ("accepted", "ke-hoach-ca-nhan", "CS.P2"),
    f"{BY}{SO1}!Mẫu 02 – Sở 1.xlsx": ("duplicate", "mau-02", "DU1"),
    f"{BY}{SO1}!Nhiệm vụ đột phá.xlsx": ("accepted", "nhiem-vu-dot-pha", "DU1"),
    f"{BY}{SO1}!Biểu của Sở 1.zip!Mô hình/Sở 1.xls": ("accepted", "mo-hinh-tieu-bieu", "DU1"),
    f"{BY}{SO2}!Mau 02.ods": ("accepted", "mau-02", "DU2"),
    f"{BY}{SO2}!Mau 02 chot.zip!Mau 02.xlsx": ("accepted", "mau-02", "DU2"),
    f"{BY}{SO2}!nv.xlsx": ("accepted", "nhiem-vu-dot-pha", "DU2"),
    f"{BY}{SO2}!mo hinh.xls": ("accepted", "mo-hinh-tieu-bieu", "DU2"),
    f"{BY}{SO2}!Danh sach.xlsx": ("unknown", None, None),
    f"{BY}{SO2}!IMG_1.jpg": ("refused", None, None),
    f"{BY}{SHARED}!Mau 02 So 3.xlsx": ("to_fix", "mau-02", "DU3"),
    f"{BY}{SHARED}!nhiem vu.ods": ("accepted", "nhiem-vu-dot-pha", "DU3"),
    f"{BY}{SHARED}!mh.xlsx": ("accepted", "mo-hinh-tieu-bieu", "CS"),
    f"{BY}{HOA}!thu.eml!Kế hoạch cô Hoa.xlsx": ("accepted", "ke-hoach-ca-nhan", "CS.P1"),
    f"{BY}{TWO}!thu.xlsx": ("accepted", "ke-hoach-ca-nhan", "CS.P3"),
    f"{BY}{STRANGER}!gui ho.7z!nam.ods": ("accepted", "ke-hoach-ca-nhan", "THON.P4"),
    f"{BY}{STRANGER}!nhiem vu.xlsx": ("to_fix", "nhiem-vu-dot-pha", "CS"),
}
"""What becomes of each file that is a return, or nearly one."""


def test_every_return_is_found_and_judged(taken: Sequence[Mapping[str, Any]]) -> None:
    """However a program named, packed or wrapped it, and whoever sent it; a copy of one counts once; the workbook as
    we sent it, still attached, is none, nor is our letter passed on."""
    got = {x["file"]: x for x in taken if "!anh " not in x["file"]}
    for file, (state, form, owner) in STATES.items():
        assert (got[file]["state"], got[file]["form"]) == (state, form), got[file]
        assert got[file]["assignment"] == (f"{form}_{YEAR}_{owner}" if form else None)
    others = {file: [f["code"] for f in x["findings"]] for file, x in got.items() if file not in STATES}
    assert {f"{BY}{SHARED}!truot.zip": ["file.archive_path"]}.items() <= others.items()
    assert all(file.startswith(f"{BY}{SHARED}") and got[file]["state"] == "refused" for file in others), others


def test_what_cannot_be_opened_is_told(taken: Sequence[Mapping[str, Any]]) -> None:
    """winmail.dat, and a message within too many messages, each as the message itself, with what to ask for."""
    told = [{f["code"] for f in x["findings"]} for x in taken if x["file"] == f"{BY}{SHARED}"]
    assert len(told) == 2 and {"file.winmail"} in told and any("file.mail_nested" in codes for codes in told)


def test_three_hundred_attachments_and_thirty_megabytes(place: Place, taken: Sequence[Mapping[str, Any]]) -> None:
    """Each attachment is taken, the return among them found, and the archive holds what came, byte for byte."""
    photos = [x for x in taken if "!anh " in x["file"]]
    assert len(photos) == 300 and {x["state"] for x in photos} == {"refused"}
    assert {f["code"] for x in photos for f in x["findings"]} == {"file.photo"}
    (large,) = [x for x in photos if x["file"].endswith("!anh lon.jpg")]
    with open_ledger(place.root / ".lamtheo") as ledger:
        assert ledger.fetch(large["sha256"]) == jpeg(0, 22_500_000)


def test_nothing_climbs_out_of_the_office(place: Place, taken: Any) -> None:
    """Names with folders in them wrote no file anywhere."""
    assert not [p for p in place.mail.rglob("*") if "ngoai" in p.name or "Windows" in p.name]


def test_where_each_came_from_is_kept(place: Place, returns: Mapping[str, bytes], taken: Any) -> None:
    """Of every return the message, its sender and its subject; the day the server got it, not the day it says; of a
    copy that came by mail too, though the first came by folder."""
    with open_ledger(place.root / ".lamtheo") as ledger:
        records = {r.sha256: r for r in ledger.submissions()}
        came = {(c.submission, c.mail.message_id): c.mail for c in ledger.mailed_copies()}
    for name, data in returns.items():
        record = records[hashlib.sha256(data).hexdigest()]
        mail = came[record.id, f"<{name}@unit.test>"]
        assert record.received == TODAY and mail.sent[:10] == TODAY.isoformat()
        assert mail.sender == SENDERS.get(name, SHARED)
        assert name == "so3-nv" or mail.subject == f"Nop bieu {name}"


def test_only_what_brought_something_is_marked(place: Place, taken: Any) -> None:
    """On the server: our own letters, the one that came back and an absence note stay unread."""
    flags = place.flags()
    unread = {id for id, kept in flags.items() if b"\\Seen" not in kept}
    with open_ledger(place.root / ".lamtheo") as ledger:
        ours = {x.message_id for x in ledger.letters()}
    assert ours < unread and "<vang@unit.test>" in unread and len(unread - ours) == 2, unread
    assert len(flags) - len(unread) == 17 and all(KEYWORD.encode() in flags[id] for id in flags.keys() - unread)


# -- answered ----------------------------------------------------------------------------------------------------------


def threads(answered: Answered, who: str) -> dict[str, EmailMessage]:
    """What each answer answers → the answer."""
    return {str(m["In-Reply-To"] or "").strip("<>").removesuffix("@unit.test"): m for m in answered.boxes[who]}


def test_every_return_is_answered_once_in_its_thread(answered: Answered) -> None:
    """Also the one in a saved message; of two versions that which counts; no photo, nothing unknown or unopened."""
    assert {who: set(threads(answered, who)) for who in answered.boxes} == {
        SO1: {"so1-02", "so1-nv", "so1-mh"},
        SO2: {"so2-02-chot", "so2-nv", "so2-mh"},
        SHARED: {"so3-02", "so3-nv", "binh", ""},  # the last is no answer: see below
        HOA: {"hoa"},
        TWO: set(),
        STRANGER: {"nam", "cs-nv"},
    }
    for who, letters in answered.boxes.items():
        for id, letter in threads(answered, who).items():
            if id and id != "so3-nv":
                assert (
                    letter["Subject"].startswith(f"Re: Nop bieu {id} [LTB ")
                    and f"<{id}@unit.test>" in letter["References"]
                )
            assert letter["Auto-Submitted"] == ("auto-replied" if id else "auto-generated")
            assert "[LTB " in letter["Subject"] and len(letter["Subject"]) < 260  # one of them answers a subject of 900
        assert len(letters) == len(threads(answered, who))


def test_robots_and_lists_are_not_answered(place: Place, answered: Answered) -> None:
    """What a program or a list sent counts, and nobody writes back to it; nor to an absence note or a bounce."""
    answers = {
        str(m["In-Reply-To"]) for who in LOCAL[1:] for m in place.box(who) if m["From"].addresses[0].addr_spec == OFFICE
    }
    assert answers.isdisjoint({"<thu@unit.test>", "<cs-mh@unit.test>", "<vang@unit.test>"})
    assert not answered.boxes[TWO]


def test_what_is_to_be_mended_goes_back_to_its_unit_alone(answered: Answered) -> None:
    """In the thread where the unit's own mailbox sent it; a stranger is told that something is, not what, and the
    workbook goes to the mailbox the register knows."""
    shared, stranger = threads(answered, SHARED), threads(answered, STRANGER)
    assert [*workbooks(shared["so3-02"])] == [f"mau-02_{YEAR}_DU-SO-SO-3_sua.xlsx"]
    assert [*workbooks(shared[""])] == [f"nhiem-vu-dot-pha_{YEAR}_CB-TAI-CHINH_sua.xlsx"]
    assert "Sở Số 3" not in shared[""]["Subject"]  # who shares the mailbox and was answered already
    told = {id: m.get_body(("plain",)).get_content() for id, m in stranger.items()}  # type: ignore[union-attr]
    assert not any(workbooks(m) for m in stranger.values())
    assert (
        "Thiếu nơi chủ trì" not in told["cs-nv"] and "C14" not in told["cs-nv"] and "cần sửa" in told["cs-nv"].lower()
    )
    assert "C14" in shared[""].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_what_the_office_has_to_look_at(answered: Answered) -> None:
    """Files nobody owns with their sender, and returns that count though nobody knows who sent them."""
    rows = {row[1]: row for row in answered.files if len(row) > 4}
    assert rows[f"{BY}{SO2}!Danh sach.xlsx"][3:5] == [SO2, "Chưa rõ đơn vị"]
    for file in ("gui ho.7z!nam.ods", "nhiem vu.xlsx"):
        assert rows[f"{BY}{STRANGER}!{file}"][3:5] == [STRANGER, "Người gửi chưa có trong danh sách"]
    assert not {f"{BY}{SO1}!Nhiệm vụ đột phá.xlsx", f"{BY}{TWO}!thu.xlsx"} & rows.keys()


def test_a_letter_that_came_back_is_told(place: Place, answered: Answered) -> None:
    """By Postfix's own notice: first on THƯ with what to do, and on LIÊN HỆ with the files to hand over."""
    assert ("issue", FAR, "bounced") in place.letters()
    first = next(row for row in answered.letters if row[0] == "1")
    assert first[3] == FAR and first[6] == "Bị trả lại: không có hộp thư này"
    called = {row[1]: row for row in answered.contacts if row[0].isdigit()}
    assert [*called] == ["ĐU xã Xa", "Võ Thị Sáu – CB Thôn Một", "Mặt trận"]
    assert called["ĐU xã Xa"][2] == "Thư bị trả lại" and called["Mặt trận"][2:4] == ["0900111", "Chưa có hộp thư"]
    assert f"mo-hinh-tieu-bieu_{YEAR}_DU-XA-XA.xlsx" in "".join(called["ĐU xã Xa"])


# -- mended, reminded, compared ----------------------------------------------------------------------------------------


def tables(place: Place) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """(table, sheet) → its rows, without the names of the files they came from."""
    found = {}
    for path in sorted((place.root / "tong-hop").rglob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        for sheet in book:
            rows = list(sheet.iter_rows(values_only=True))
            files = rows[0].index("tep") if "tep" in rows[0] else -1
            found[path.stem, sheet.title] = [tuple(v for n, v in enumerate(r) if n != files) for r in rows]
        book.close()
    return found


def test_mended_it_counts(place: Place, mended: Mapping[str, bytes]) -> None:
    """Both workbooks of one message, each with a receipt in its thread: one letter for both."""
    got = tables(place)
    assert [r[-1] for r in got["nhiem-vu-dot-pha", "TRÌNH KÝ"] if "Có nơi chủ trì" in r] != []
    names = {v for row in got["mau-02", "DỮ LIỆU"] for v in row}
    assert {"Đã đánh dấu", "Bản chốt", "Thêm một mô hình", "Tiết kiệm điện", "Họp không giấy"} <= names
    assert not {"Bản đầu", "Chưa đánh dấu"} & names
    (receipt,) = [m for m in place.waits_for(SHARED, 6) if m["In-Reply-To"] == "<da-sua@unit.test>"]
    assert not workbooks(receipt) and place.letters()[-1] == ("receipt", SHARED, "sent")


def test_by_mail_is_as_by_folder(place: Place, returns: Mapping[str, bytes], mended: Mapping[str, bytes]) -> None:
    """The same files in a folder of the same office give the same tables, cell for cell."""
    other = place.by_folder
    for some in ({f"{n:02} {k}.{RETURNS[k].kind}": v for n, (k, v) in enumerate(returns.items())}, mended):
        for name, data in some.items():
            (other.root / "nhan-ve" / name).write_bytes(data)
        other("run", *ON, "--no-mailbox")
    assert tables(place) == tables(other) and len(tables(place)) > 12


def test_derived_again_everything_agrees(place: Place, mended: Any) -> None:
    """Every file that came, hostile ones too."""
    assert place("verify", *ON, "--json").lines == [{"round": None, "compared": 324, "differing": []}]


def test_a_second_run_changes_nothing(place: Place, mended: Any) -> None:
    """No letter, no file, no line of the history, no flag on the server; the tables byte for byte."""

    def everything() -> tuple[Any, ...]:
        with open_ledger(place.root / ".lamtheo") as ledger:
            told = ledger.letters(), ledger.submissions(), ledger.mailed_copies(), len(tuple(ledger.history()))
        files = {p: p.read_bytes() for x in ("tong-hop", "tra-lai", "nhan-ve") for p in (place.root / x).rglob("*.*")}
        return *told, files, place.flags(), [place.count(who) for who in LOCAL]

    before = everything()
    assert "không có thư mới" in " ".join(place("run", *ON).out.split()) and place("send", *ON, "--json").out == ""
    time.sleep(0.3)
    assert everything() == before


def test_only_who_owes_and_is_there_is_reminded(place: Place, mended: Any) -> None:
    """On the due day, of what is still missing alone; whose address does not exist is called, not written to."""
    place("remind", *ON_DUE, "--at", "09:00")
    assert [x for x in place.letters() if x[0] == "reminder"] == [("reminder", SHARED, "sent")]
    reminder = place.waits_for(SHARED, 7)[-1]
    assert [*workbooks(reminder)] == [f"mo-hinh-tieu-bieu_{YEAR}_DU-SO-SO-3.xlsx"]
    place("status", *ON_DUE)
    assert [row[1] for row in place.sheet("LIÊN HỆ") if row[0] == "1"] == ["ĐU xã Xa"]


def test_a_mended_address_gets_the_workbooks(place: Place, sent: Sent, mended: Any) -> None:
    """The unit's new address in the register is all it takes: the letter that came back goes there, and nobody has to
    call any more."""
    path = place.root / "danh-sach.xlsx"
    register, findings = read_register(path.read_bytes())
    assert register is not None, findings
    units = tuple(replace(u, mail=NEAR) if u.code == "XA" else u for u in register.units)
    path.write_bytes(write_register(replace(register, units=units), programmes=((PLAN, "x"), (GUIDANCE, "y"))))
    place("send", *ON_DUE)
    (letter,) = place.waits_for(NEAR, 1)
    names = [sent.files[form, "XA"].name for form in ("nhiem-vu-dot-pha", "mo-hinh-tieu-bieu")]
    assert sorted(workbooks(letter)) == sorted(names) and place.letters()[-1] == ("issue", NEAR, "sent")
    place("status", *ON_DUE)
    called = [row[1] for row in place.sheet("LIÊN HỆ") if row[0].isdigit()]
    assert called == ["Võ Thị Sáu – CB Thôn Một", "Mặt trận"]


def test_the_password_is_in_no_file(place: Place, mended: Any) -> None:
    """Of the workspace."""
    assert not [p for p in place.root.rglob("*") if p.is_file() and WORD.encode() in p.read_bytes()]

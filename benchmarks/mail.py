"""500 letters out and 500 returns back through real mail servers on loopback, and both again while being killed.

    python benchmarks/mail.py [--units 500] [--kills 60] [--seed 1]

Postfix takes the letters and delivers into the mailboxes Dovecot shows; both want STARTTLS, with a certificate of a
throw-away CA, and both ask for the password. The plain way beside it is a loop over smtplib that opens a connection
for each letter, and one over imaplib that fetches each message and saves its attachment: nothing is looked into,
nothing recorded. Then the same commands run in children that are killed (SIGKILL) at random moments until they got
through; what lies in the mailboxes and in the ledger is counted afterwards. Last, one message of 30 MB and one with 300
returns. Linux, as root (Postfix), with both servers installed.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import email
import email.policy
import imaplib
import importlib.util
import io
import json
import multiprocessing
import os
import random
import shutil
import signal
import smtplib
import ssl
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType

import keyring
import keyring.backend

from lamtheo_xls.cli import main as lamtheo
from lamtheo_xls.ledger import open_ledger
from lamtheo_xls.register import FormDates, Register, Round, Unit, write_register
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp
from lamtheo_xls.workspace.folder import make_workspace, open_office

ROUND = "43-kh-duk_2027"
OFFICE = "vanphong@office.test"
WORD = "mat-khau-thu"
TODAY = dt.date.today()
"""The servers stamp messages with the true day, so everything is done on it."""


def beside(name: str) -> ModuleType:
    """The module of that name in this folder, however this one was loaded."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = sys.modules.get(name) or importlib.util.module_from_spec(spec)
    if name not in sys.modules:
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module


servers = beside("mail_servers")


class OneWord(keyring.backend.KeyringBackend):
    """The password of every account, without a store."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return WORD

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The servers, and an office with its workspace; everything was issued."""

    folder: Path
    ca: Path
    smtp: int
    imap: int
    root: Path
    units: int

    def address(self, number: int) -> str:
        return f"du{number}@unit.test"

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    def copy(self, name: str) -> Site:
        """The same office as it stands now, in a workspace of its own."""
        shutil.copytree(self.root, self.folder / name)
        return replace(self, root=self.folder / name)


@contextlib.contextmanager
def open_site(units: int) -> Iterator[Site]:
    """Servers with a mailbox for the office and each unit, and a workspace of an office with so many committees."""
    with servers.open_folder() as folder:
        ca = servers.make_authority(folder / "ca")
        users = {OFFICE: WORD} | {f"du{n}@unit.test": WORD for n in range(1, units + 1)}
        imap = servers.free_port()
        with (
            servers.start_dovecot(folder, ca, users, plain=imap),
            servers.start_postfix(folder, ca, users, auth=folder / "auth") as smtp,
        ):
            site = Site(folder=folder, ca=ca.ca, smtp=smtp, imap=imap, root=folder / "VP", units=units)
            keyring.set_keyring(OneWord())
            _make_office(site)
            yield site


def _make_office(site: Site) -> None:
    units = []
    for n in range(1, site.units + 1):
        name = f"Đảng ủy số {n}"
        parent = Unit(code=f"DU{n}", name=name, short_name=f"ĐU {n}", order=n, kind="dang_uy_co_so")
        units.append(replace(parent, mail=site.address(n)))
        child = Unit(code=f"CB{n}", name="Chi bộ Văn phòng", short_name=f"CB {n}", order=1, kind="chi_bo_truc_thuoc")
        units.append(replace(child, parent=f"DU{n}"))
    facts = dict.fromkeys(("co_quan", "dia_danh", "nhan_bao_cao", "cap_tren", "dau_moi_nhan"), "Đảng ủy Khối Mẫu")
    facts |= {
        "thu_nhan": OFFICE,
        "may_chu_gui": f"localhost:{site.smtp}",
        "may_chu_nhan": f"localhost:{site.imap}",
        "chung_thu": str(site.ca),
        "so_thu_moi_phut": "6000",
    }
    later = FormDates(opens=TODAY + dt.timedelta(days=400))  # Mẫu 02 alone is asked for
    open_round = Round(programme="43-kh-duk", period="2027", opens=TODAY, dues={"mau-01": later, "mau-03": later})
    source = site.folder / "danh-sach.xlsx"
    source.write_bytes(write_register(Register(units=tuple(units), rounds=(open_round,), office=facts)))
    make_workspace(site.root, programme_ids=("43-kh-duk",), period="2027", register=source, key=b"k" * 32, as_of=TODAY)
    run("issue", "-C", site.root, "--as-of", TODAY)


def run(*words: object) -> str:
    """What a command printed; RuntimeError where it failed."""
    out, code = io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            lamtheo([str(w) for w in words])
        except SystemExit as end:
            code = int(end.code or 0)
    if code:
        raise RuntimeError(f"{words[0]}: {code}\n{out.getvalue()}")
    return out.getvalue()


def send(site: Site) -> None:
    run("send", "-C", site.root, "--as-of", TODAY)


def collect(site: Site) -> None:
    run("collect", "-C", site.root, "--mailbox", "--as-of", TODAY)


# -- what units do -----------------------------------------------------------------------------------------------------


def reply(site: Site) -> None:
    """Each unit fills its workbook and sends it to the office, through the mail server."""
    with open_office(site.root, round_id=None, as_of=TODAY, who="benchmark") as office:
        found = [r for r in office.ledger.issued_of_round(ROUND) if r.issued.unit]
        first = found[0]
        base = prepare_base(
            office.forms[first.issued.form],
            first.issued.rows,
            context_common=first.context,
            groups=office.groups,
            created=dt.datetime.combine(TODAY, dt.time(8)),
        )
        with _login(site) as smtp:
            for record in found:
                model = {"ten_chi_bo": record.children[0], "thoi_gian": "Cả năm 2027", "moi": "x"}
                rows = tuple(model | {"ten_mo_hinh": f"Mô hình {record.issued.serial}.{k}"} for k in range(4))
                filled = Filled(rows={"mo_hinh": rows})
                data = stamp(base, record.issued, office.key, record.context, record.children, filled)
                smtp.send_message(_return(site, int(record.issued.unit.removeprefix("DU")), data))
    until(lambda: len(inbox(site, OFFICE, ours=False)) == site.units)


def _return(site: Site, number: int, data: bytes) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = site.address(number), OFFICE, f"Đảng ủy số {number} gửi biểu"
    letter["Message-ID"] = f"<tra-loi-{number}@unit.test>"
    letter.set_content("Kính gửi văn phòng, xin gửi biểu đã điền.")
    letter.add_attachment(
        data, maintype="application", subtype="octet-stream", filename=f"Mẫu 02 – đơn vị {number}.xlsx"
    )
    return letter


@contextlib.contextmanager
def _login(site: Site) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("localhost", site.smtp) as smtp:
        smtp.starttls(context=site.context())
        smtp.login(OFFICE, WORD)
        yield smtp


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Waits for the server to deliver what it accepted."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise RuntimeError("the mail server did not deliver in time")
        time.sleep(0.05)


def inbox(site: Site, address: str, *, ours: bool = True) -> list[str]:
    """Message-IDs in a mailbox, in no order; `ours` alone, or only what is not ours."""
    ids = []
    for path in servers.delivered(site.folder, address):
        with path.open("rb") as file:
            head = email.message_from_binary_file(file, policy=email.policy.default)
        if (not str(head["Message-ID"]).endswith("@unit.test>")) is ours:
            ids.append(str(head["Message-ID"]))
    return ids


def empty(site: Site) -> None:
    """No mailbox holds anything any more: copies of an office make letters of the same Message-IDs."""
    for address in (OFFICE, *map(site.address, range(1, site.units + 1))):
        for path in servers.delivered(site.folder, address):
            path.unlink()


# -- the plain way -----------------------------------------------------------------------------------------------------


def plain_send(site: Site) -> None:
    """A letter for each unit with its workbook, a connection each."""
    with open_office(site.root, round_id=None, as_of=TODAY, who="benchmark") as office:
        files = [(r.issued.unit, site.root / r.file) for r in office.ledger.issued_of_round(ROUND) if r.issued.unit]
    for unit, path in files:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = OFFICE, site.address(int(unit.removeprefix("DU"))), "Gửi biểu"
        letter["Message-ID"] = f"<{unit}.plain@unit.test>"
        letter.set_content("Xin gửi biểu.")
        data = path.read_bytes()
        letter.add_attachment(data, maintype="application", subtype="octet-stream", filename=path.name)
        with _login(site) as smtp:
            smtp.send_message(letter)


def plain_collect(site: Site, target: Path) -> int:
    """Fetches each message of the INBOX and saves what is attached; how many files."""
    target.mkdir()
    saved = 0
    with imaplib.IMAP4("localhost", site.imap) as box:
        box.starttls(site.context())
        box.login(OFFICE, WORD)
        box.select("INBOX", readonly=True)
        for number in box.search(None, "ALL")[1][0].split():
            raw = box.fetch(number.decode(), "(BODY.PEEK[])")[1][0]
            assert isinstance(raw, tuple)
            for part in email.message_from_bytes(raw[1], policy=email.policy.default).iter_attachments():
                (target / f"{saved}.xlsx").write_bytes(part.get_payload(decode=True))
                saved += 1
    return saved


# -- heavy messages ----------------------------------------------------------------------------------------------------


def heavy(site: Site, fresh: Site) -> Iterator[tuple[str, dict[str, float]]]:
    """One message of 30 MB with a return in it, and one with 300 returns, each alone in the mailbox: the seconds until
    all is archived, judged and marked, and those of fetching and saving alone."""
    returns = attached(site)
    photo = random.Random(0).randbytes(22_500_000)
    for name, files in (("30 MB", [photo, *returns[:1]]), ("300 attachments", returns[:300])):
        empty(site)
        with _login(site) as smtp:
            letter = _return(site, 1, files[0])
            for n, data in enumerate(files[1:], start=1):
                letter.add_attachment(data, maintype="application", subtype="octet-stream", filename=f"bieu {n}.xlsx")
            smtp.send_message(letter)
        until(lambda: bool(inbox(site, OFFICE, ours=False)))
        size = sum(path.stat().st_size for path in servers.delivered(site.folder, OFFICE))
        copy = fresh.copy(f"VP-{name}")
        seconds, plain = timed(collect, copy), timed(plain_collect, site, site.folder / f"plain {name}")
        figures = {"megabytes": round(size / 1e6, 1), "files": len(files), "seconds": round(seconds, 2)}
        yield name, figures | {"plain_seconds": round(plain, 2)} | counts_of_returns(copy)


def attached(site: Site) -> list[bytes]:
    """The returns that lie in the office's mailbox."""
    found = []
    for path in servers.delivered(site.folder, OFFICE):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found += [a.get_content() for a in message.iter_attachments()]
    return found


# -- killing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """A command run in children until it got through."""

    kills: int
    """Children killed while they were at work."""
    seconds: float


def killed(work: Callable[[Site], None], site: Site, *, idle: float, mean: float, seed: int) -> Killed:
    """Runs `work` in forked children, killing each at a random time, until one gets through by itself; so every kill
    hits work not yet done. `idle`: how long the command takes with nothing to do; `mean`: how long a child lives, on
    average, beyond nine tenths of that (exponential: any moment of the work may be its last). Each lives a little
    longer than the one before: what is done in one go, like writing a hundred letters, may need more than `mean`."""
    chance, fork = random.Random(seed), multiprocessing.get_context("fork")
    start, died = time.perf_counter(), 0
    while True:
        child = fork.Process(target=work, args=(site,))
        child.start()
        child.join(0.9 * idle + chance.expovariate(1 / mean) * (1 + died / 25))
        if child.is_alive() and child.pid:
            os.kill(child.pid, signal.SIGKILL)
            died += 1
        child.join()
        if child.exitcode == 0:
            return Killed(kills=died, seconds=time.perf_counter() - start)


def counts_of_letters(site: Site) -> dict[str, int]:
    """What the units' mailboxes hold against what the ledger says."""
    with open_ledger(site.root / ".lamtheo") as ledger:
        letters = ledger.letters()
    time.sleep(1.0)  # the last accepted one is still on its way into its mailbox
    there = Counter(id for n in range(1, site.units + 1) for id in inbox(site, site.address(n)))
    states = Counter(x.state for x in letters)
    sent = [x.message_id for x in letters if x.state == "sent"]
    return {
        "letters": len(letters),
        "sent": states["sent"],
        "in_doubt": states["in_doubt"],
        "other": len(letters) - states["sent"] - states["in_doubt"],
        "sent_but_missing": sum(there[id] == 0 for id in sent),
        "in_doubt_and_there": sum(there[x.message_id] > 0 for x in letters if x.state == "in_doubt"),
        "twice": sum(n > 1 for n in there.values()),
        "units_without": sum(not inbox(site, site.address(n)) for n in range(1, site.units + 1)),
    }


def counts_of_returns(site: Site) -> dict[str, int]:
    """What the ledger holds of the returns that came by mail."""
    with open_ledger(site.root / ".lamtheo") as ledger:
        records, copies = ledger.submissions(), ledger.mailed_copies()
    return {
        "submissions": len(records),
        "accepted": sum(r.state == "accepted" for r in records),
        "copies": len(copies),
        "messages": len({c.mail.message_id for c in copies}),
        "without_submission": len({c.submission for c in copies} - {r.id for r in records}),
    }


def timed(work: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def killed_sends(site: Site, fresh: Site, *, kills: int, span: float, seed: int) -> Iterator[dict[str, int]]:
    """`send` under kills, on as many copies of `fresh` as it takes; the counts of each. `site`: where all is sent."""
    died = 0
    while died < kills:
        copy = fresh.copy(f"VP-send-{seed}")
        done = killed(send, copy, idle=timed(send, site), mean=span / kills, seed=seed)
        yield {"kills": done.kills} | counts_of_letters(copy)
        empty(site)
        died, seed = died + done.kills, seed + 1


def killed_collects(site: Site, fresh: Site, *, kills: int, span: float, seed: int) -> Iterator[dict[str, int]]:
    """`collect --mailbox` under kills, likewise. Returns are recorded a hundred at a time, so a child must live longer
    to get on."""
    died = 0
    while died < kills:
        copy = fresh.copy(f"VP-collect-{seed}")
        done = killed(collect, copy, idle=timed(collect, site), mean=span / 12, seed=seed)
        yield {"kills": done.kills} | counts_of_returns(copy)
        died, seed = died + done.kills, seed + 1


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--units", type=int, default=500)
    arguments.add_argument("--kills", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    with open_site(asked.units) as site:
        fresh = site.copy("VP-fresh")
        send_s = timed(send, site)
        figures = {"seconds": round(send_s, 2), "per_second": round(asked.units / send_s, 1)}
        tell("send", figures | counts_of_letters(site))
        empty(site)
        plain_s = timed(plain_send, site)
        tell("plain send", {"seconds": round(plain_s, 2), "ratio": round(plain_s / send_s, 2)})
        until(lambda: all(inbox(site, site.address(n), ours=False) for n in range(1, site.units + 1)))
        empty(site)
        for counts in killed_sends(site, fresh, kills=asked.kills, span=send_s, seed=asked.seed):
            tell("send killed", counts)
        reply(site)
        fresh = site.copy("VP-fresh-2")
        collect_s = timed(collect, site)
        figures = {"seconds": round(collect_s, 2), "per_second": round(asked.units / collect_s, 1)}
        tell("collect", figures | counts_of_returns(site))
        plain_s = timed(plain_collect, site, site.folder / "plain")
        tell("plain collect", {"seconds": round(plain_s, 2), "ratio": round(plain_s / collect_s, 2)})
        for counts in killed_collects(site, fresh, kills=asked.kills, span=collect_s, seed=asked.seed):
            tell("collect killed", counts)
        for name, counts in heavy(site, fresh):
            tell(f"one message: {name}", counts)


def tell(name: str, figures: dict[str, float]) -> None:
    print(name, json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()

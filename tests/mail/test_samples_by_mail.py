"""Every sample return – made by LibreOffice, Gnumeric, exceljs, SheetJS – as a message in a real Dovecot: what becomes
of it is what expected.tsv says of the same file in a folder."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from lamtheo_xls.mail.calendar import VIETNAM
from lamtheo_xls.mail.model import Account
from lamtheo_xls.register import person_of, unit_code_of
from lamtheo_xls.workspace import demo, issuing, ruling
from lamtheo_xls.workspace.demo import BATCHES, Batch
from lamtheo_xls.workspace.fetching import fetch_mail
from lamtheo_xls.workspace.folder import open_office

PASSWORD = "Mật-khẩu của cơ quan 7!"


def quiet(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


def messages(batch: Batch) -> list[bytes]:
    """A message for each file of the batch, a minute after one another."""
    made = []
    morning = dt.datetime.combine(batch.received, dt.time(8), tzinfo=VIETNAM)
    for n, path in enumerate(sorted((demo.samples_folder() / batch.folder).iterdir(), key=lambda p: p.name)):
        one = EmailMessage(policy=SMTP)
        one["From"], one["Subject"], one["Message-ID"] = "a@donvi.test", path.stem, f"<{batch.folder}-{n}@donvi.test>"
        one["Date"] = format_datetime(morning + dt.timedelta(minutes=n))
        one.set_content("Đơn vị gửi biểu.")
        one.add_attachment(path.read_bytes(), maintype="application", subtype="octet-stream", filename=path.name)
        made.append(one.as_bytes())
    return made


def test_every_sample(tmp_path: Path, dovecot: Any, imap_account: Callable[..., Account]) -> None:
    """State, form, owner, part, every finding and its cell; what staff ruled in between holds as it does there."""
    folder, account = tmp_path / "thu", imap_account()
    demo.make_demo(folder)
    with open_office(folder, round_id=None, as_of=demo.ISSUED_ON, who="test") as office:
        for one in office.all:
            issuing.issue(one, progress=quiet)
    told = {}
    for batch in BATCHES:
        if batch is BATCHES[-1]:
            demo.rule(folder)
        dovecot.put(account.user, *messages(batch), on=f"{batch.received}T09:30+07:00")
        with open_office(folder, round_id=None, as_of=batch.taken_in, who="test") as office:
            ruling.take_decisions(office)
            given: dict[str, Any] = {"received": None, "progress": quiet, "moment": f"{batch.taken_in}T10:00:00"}
            for line in fetch_mail(office, account, PASSWORD, **given):
                told[batch.folder, line.file.partition("!")[2]] = (
                    f"{line.received}",
                    line.state,
                    line.form or "-",
                    unit_code_of(line.assignment or "") or "-",
                    person_of(line.assignment or "") or "-",
                    line.part or "-",
                    " ".join(sorted(f.code for f in line.findings)) or "-",
                    " ".join(sorted(f"{f.code}@{f.place.cell}" for f in line.findings if f.place.cell)) or "-",
                )
    with (demo.samples_folder() / "expected.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    expected = {(batch, name): tuple(rest) for batch, name, *rest in rows}
    assert len(expected) > 90 and told == expected

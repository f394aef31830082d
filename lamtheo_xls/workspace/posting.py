"""All workbooks of a round in one zip for Zalo, and the words to paste beside it (one file, one message)."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lamtheo_xls.definitions import CONTEXT, fill, period_label, period_year
from lamtheo_xls.findings import say
from lamtheo_xls.ledger.faults import told_as_world
from lamtheo_xls.register import Assignment
from lamtheo_xls.reports.targets import move_target, write_target
from lamtheo_xls.workspace.folder import Office

_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


def zip_path(office: Office) -> Path:
    """Where the round's zip lies."""
    return office.folder("bieu-gui") / f"{office.round.id}.zip"


def post(office: Office, assignments: Sequence[Assignment]) -> None:
    """Writes the zip – straight to the disk, however many workbooks there are – and the words to paste."""
    caption = (caption_of(office, assignments).replace("\n", "\r\n") + "\r\n").encode("utf-8-sig")
    name = say("workspace.issue.caption_file")
    path = zip_path(office)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with told_as_world(path):
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(zipfile.ZipInfo(name, _DATE), caption)
                for workbook in _workbooks(office, assignments):
                    _put(archive, workbook)
        move_target(temporary, path, as_of=office.as_of)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    write_target(office.folder("bieu-gui") / name, caption, as_of=office.as_of)


def _workbooks(office: Office, assignments: Sequence[Assignment]) -> Iterator[Path]:
    """What was issued to those who are asked today, in the office's order."""
    files: dict[str, list[Path]] = {}
    for record in office.ledger.issued_of_round(office.round.id):
        files.setdefault(record.issued.assignment, []).append(office.root / record.file)
    for assignment in assignments:
        yield from (path for path in files.get(assignment.id, ()) if path.is_file())


def _put(archive: zipfile.ZipFile, path: Path) -> None:
    with path.open("rb") as source, archive.open(zipfile.ZipInfo(path.name, _DATE), "w") as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)


def caption_of(office: Office, assignments: Sequence[Assignment]) -> str:
    """The words to paste: what it is, how to fill it, by when and to whom – of each form where they differ, and of each
    document that is asked for without a form."""
    contact = office.register.office.get("dau_moi_nhan", "")
    dues = {form.id: due for form in office.forms.values() if (due := _due_of(form.id, assignments))}
    papers = {a.obligation: a for a in assignments if a.document}
    if len(dues) == 1 and not papers:
        when = say("workspace.issue.due", han=next(iter(dues.values())))
    else:
        each = [say("workspace.issue.due_of", bieu=office.forms[id].label, han=due) for id, due in dues.items()]
        each += [
            say(
                "workspace.issue.document_due", ten=a.document, han=_usual(x for x in assignments if x.obligation == id)
            )
            for id, a in papers.items()
        ]
        when = "\n".join((say("workspace.issue.dues"), *each))
    said = say(
        "workspace.issue.caption",
        ten="; ".join((*(office.forms[id].name for id in dues), *(a.document for a in papers.values()))),
        ky=period_label(office.round.period),
        han=when,
        noi=where_words(office, tuple(dues), tuple(papers)),
        hoi=say("workspace.issue.ask", dau_moi=contact.rstrip(".")) if contact else "",
    )
    return "\n".join(line for line in said.splitlines() if line)


def where_words(office: Office, forms: Sequence[str], documents: Sequence[str] = ()) -> str:
    """Whom the forms – and the documents of those obligations – are for and through which desk (S1.26, S3.21), and the
    office's address for mail."""
    said = office.register.office
    known = dict.fromkeys(CONTEXT, "") | {
        "co_quan": said.get("co_quan", ""),
        "nhan_bao_cao": said.get("nhan_bao_cao", ""),
        "dau_moi": said.get("dau_moi_nhan", ""),
        "dia_danh": said.get("dia_danh", ""),
        "nam": str(period_year(office.round.period)),
        "ky": period_label(office.round.period),
    }
    labels: dict[str, list[str]] = {}
    for duty in office.programme.obligations:
        if duty.form in forms or duty.id in documents:
            to, via = (fill(text, known).strip().rstrip(".") for text in (duty.to, duty.via))
            where = say("workspace.issue.via", noi=to, dau_moi=via) if to and via else to or via
            name = office.forms[duty.form].label if duty.form else duty.document
            labels.setdefault(where, []).append(name)
    labels.pop("", None)
    if len(labels) == 1:
        lines = [say("workspace.issue.to", noi=next(iter(labels)))]
    else:
        lines = [say("workspace.issue.to_of", bieu=", ".join(names), noi=where) for where, names in labels.items()]
        lines = [say("workspace.issue.tos"), *lines] if lines else []
    if mail := said.get("thu_nhan", ""):
        lines.append(say("workspace.issue.mail", thu=mail.rstrip(".")))
    return "\n".join(lines)


def _due_of(form: str, assignments: Sequence[Assignment]) -> str:
    return _usual(a for a in assignments if a.form == form)


def _usual(assignments: Iterable[Assignment]) -> str:
    """Their deadline in words: what most have, since some may have been given longer; '' for none."""
    texts = Counter(a.deadline.text for a in assignments)
    return texts.most_common(1)[0][0] if texts else ""

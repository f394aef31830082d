"""A unit's self-check of one filled workbook, without a workspace: the findings, and what could not be checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import load_folder, period_year, programmes
from lamtheo_xls.definitions.loading import bundled
from lamtheo_xls.definitions.model import Form, Programme
from lamtheo_xls.examine import Examination, Facts, examine, state_of
from lamtheo_xls.findings import Finding, World, as_json, finding, say
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.resolve import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict on one file. `not_checked`: what needs the office's own files, in words."""

    file: str
    form: str | None
    state: str
    findings: tuple[Finding, ...]
    not_checked: str

    @property
    def to_mend(self) -> int:
        """How many findings would send it back: errors, and questions that only the unit can answer (content beside
        «không phát sinh»)."""
        return sum(f.severity == "error" or state_of((f,)) == "to_fix" for f in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "form": self.form,
            "state": self.state,
            "findings": [as_json(f) for f in self.findings],
            "not_checked": self.not_checked,
        }


def check_file(path: Path, *, as_of: dt.date) -> Checked:
    """Examines `path` by the bundled definition its own mark names. World where the file cannot be opened at all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise World("world.file_missing", duong_dan=path) from error
    reading = read_returned(data)
    examination = Examination(state=state_of(reading.findings), findings=reading.findings)
    form: Form | None = None
    if examination.state == "accepted":
        issued, identity = resolve(reading, None, {})
        programme, form = _form(issued.form, issued.version, issued.round) if issued is not None else (None, None)
        if issued is not None and form is None:
            identity += (finding("identity.form_unknown", bieu=issued.form, lan=issued.version),)
        examination = Examination(state=state_of(identity), findings=(*reading.findings, *identity))
        if issued is not None and form is not None and programme is not None:
            facts = Facts(
                form=form,
                year=period_year(issued.period),
                issued=issued,
                received=as_of,
                groups=tuple(group.label for group in programme.groups),
                nil_allowed=any(o.nil_allowed for o in programme.obligations if o.form == form.id),
            )
            examination = examine(reading, facts, identity)
    return Checked(
        file=path.name,
        form=form.id if form is not None else None,
        state=examination.state,
        findings=examination.findings,
        not_checked=say("workspace.check.limits"),
    )


def _form(form_id: str, version: int, round_id: str) -> tuple[Programme | None, Form | None]:
    """The bundled form a mark names, with its programme: the one its round names first, since form ids repeat among
    issuers (S3.36)."""
    order = sorted(programmes(), key=lambda p: not round_id.startswith(f"{p}_"))
    for programme in order:
        bundle, _ = load_folder(bundled(programme))
        form = bundle.forms.get(form_id) if bundle is not None else None
        if bundle is not None and form is not None and form.version == version:
            return bundle.programme, form
    return None, None

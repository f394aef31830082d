"""Versions of forms: what was returned in an older one, as the one now in force asks it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lamtheo_xls.definitions import load_form
from lamtheo_xls.definitions.model import Form
from lamtheo_xls.examine import Examination, carried
from lamtheo_xls.findings import World
from lamtheo_xls.ledger import Counted, SubmissionRecord, examination_of, text_of
from lamtheo_xls.workspace.folder import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Every definition that is in force or was ever issued by."""

    by_digest: Mapping[str, Form]
    current: Mapping[str, int]
    """Form id → version in force."""

    @property
    def by_key(self) -> dict[str, Form]:
        """By `<form id>/<version>`; of one edited without a new version, the one in force."""
        return {f"{f.id}/{f.version}": f for f in self.by_digest.values()}

    def after(self, form: Form) -> tuple[Form, ...]:
        """The versions after `form` that are known, up to the one in force; () where it is in force, or not ours."""
        last = self.current.get(form.id, 0)
        later = (f for f in self.by_key.values() if f.id == form.id and form.version < f.version <= last)
        return tuple(sorted(later, key=lambda f: f.version))


def versions_of(office: Office) -> Versions:
    """Definitions of the programmes open, and whatever else was ever issued from here: workbooks of an older version or
    of another programme come back as well. One lost from the archive is absent."""
    now = {f.digest: f for one in office.live for f in one.forms.values()}
    kept = (kept_form(office, digest) for digest in office.ledger.settings("definition.") if digest not in now)
    return Versions(
        by_digest={f.digest: f for f in kept if f is not None} | now,
        current={f.id: f.version for f in now.values()},
    )


def kept_form(office: Office, digest: str) -> Form | None:
    """The form of that digest from the archive; None where it is not kept, or no longer whole."""
    sha = office.ledger.setting(f"definition.{digest}")
    try:
        form, _ = load_form(office.ledger.fetch(sha)) if sha is not None else (None, ())
    except World:
        return None
    return form


def old_versions_until(office: Office) -> dict[str, dt.date]:
    """Form → the last day on which returns in an older version are taken: as many days as the programme says after the
    first workbook of the version in force went out. Forms without a limit are absent."""
    days = office.programme.old_versions
    if days is None:
        return {}
    first = office.ledger.first_issued_on(office.round.id)
    found = {f.id: first.get((f.id, f.version)) for f in office.forms.values()}
    return {id: day + dt.timedelta(days=days) for id, day in found.items() if day is not None}


def in_force(versions: Versions, record: SubmissionRecord) -> Examination:
    """The judgement of a submission under the ids of the version in force; it may be of a year ago."""
    examination = examination_of(record.examination)
    then = versions.by_digest.get(ground_of(record))
    later = versions.after(then) if then is not None else ()
    return carried(examination, then, *later) if then is not None and later else examination


def counting_of(office: Office, round_id: str) -> tuple[Counted, ...]:
    """What counts of a round – this one, a closed one, last year's –, its values under the ids of the versions in
    force, so that whoever merges or goes on from it sees one form. The ledger keeps them as they were judged."""
    versions = versions_of(office)
    return tuple(replace(c, submission=_renewed(versions, c.submission)) for c in office.ledger.counting(round_id))


def _renewed(versions: Versions, record: SubmissionRecord) -> SubmissionRecord:
    then = versions.by_digest.get(ground_of(record))
    if then is None or not versions.after(then):
        return record
    return replace(record, examination=text_of(in_force(versions, record)))


def version_of(office: Office, record: SubmissionRecord) -> int:
    """Version of the workbook a return came in; 0 where it is none of ours."""
    issued = office.ledger.issued(record.serial) if record.serial is not None else None
    return issued.issued.version if issued is not None else 0


def ground_of(record: SubmissionRecord) -> str:
    """Digest of the definition whose ids the recorded values have; '' where nothing was examined."""
    facts = record.judged.get("facts", "")
    raw: dict[str, Any] = json.loads(facts) if facts else {}
    return str((raw.get("becomes") or [raw.get("form", "")])[-1])

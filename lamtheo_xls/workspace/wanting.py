"""Every workbook of a round as it ought to be: for whom, as which part, starting from what – and whether it is new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lamtheo_xls.definitions.model import Form, Table
from lamtheo_xls.examine import Examination
from lamtheo_xls.ledger import IssueRecord, Standing, SubmissionRecord
from lamtheo_xls.register import Assignment, Unit, cells_of, context_of, file_stem, person_by_code, unit_of
from lamtheo_xls.text import text_key
from lamtheo_xls.workbook.write.panel import Filled
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.knowing import Known, Model, key_field, models_for, name_of, placed
from lamtheo_xls.workspace.owing import choices_of, shared_id
from lamtheo_xls.workspace.renewing import in_force, version_of

FORMAT = 2
"""Goes into the fingerprint: a change in how workbooks are written makes them anew."""
FIRST_PART = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One workbook as it ought to be. `record`: the latest one made for the same assignment and part, if any."""

    assignment: Assignment | None
    """With its part; None: the shared workbook."""
    form: Form
    id: str
    part: str
    unit: str
    rows: Mapping[str, int]
    context: Mapping[str, str]
    children: tuple[str, ...]
    units: tuple[str, ...]
    prefilled: Filled
    carried: str
    """The submission it takes over, where the form's version has changed; '' for none."""
    stem: str
    fingerprint: str
    record: IssueRecord | None
    change: str

    @property
    def at(self) -> tuple[str, str]:
        """Assignment and part: what the ledger knows it by."""
        return self.id, self.part


Standings = Mapping[str, Mapping[str, Standing]]
"""Assignment → part → where it stands."""


def standings_of(office: Office) -> Standings:
    """Where every part of every assignment of the office's round stands."""
    out: dict[str, dict[str, Standing]] = {}
    for standing in office.ledger.standing_of_round(office.round.id):
        out.setdefault(standing.assignment, {})[standing.part] = standing
    return out


def stem_of(office: Office, assignment: Assignment, part: str) -> str:
    """The file name of a part's workbook, without its ending: the first part bears no number, since most units have
    one, and a name once sent out must not change when a second one comes."""
    return file_stem(replace(assignment, part="" if part == FIRST_PART else part), office.register)


def is_issued(assignment: Assignment) -> bool:
    """Whether a workbook is made for it: not for a document without a form (S1.12), nor for whom nothing is asked –
    they may still use the shared one; volunteers get theirs (S3.16)."""
    return bool(assignment.form) and not assignment.released


def wanted_for(
    office: Office, assignment: Assignment, known: Known, standings: Mapping[str, Standing]
) -> Iterator[Wanted]:
    """The workbooks of one assignment: one, or of a form of many parts one for each model that is known or was issued.

    What a workbook starts from stays as it is once something came back in it. Where the form has a new version it
    starts from what the unit had returned: what counts, else the latest that could be read; so does a part the unit
    added itself in an older version, which never had a workbook of its own."""
    form = office.forms[assignment.form]
    unit = unit_of(office.register, assignment.unit)
    assert unit is not None
    person = person_by_code(office.register, assignment.person)
    period, deadline = assignment.period, assignment.deadline
    context = context_of(
        office.register, unit, form=form, period=period, deadline=deadline, person=person, assignment=assignment
    )
    children = () if person is not None else tuple(c.name for c in cells_of(office.register, unit.code, office.as_of))
    issued = office.ledger.issued_parts(assignment.id)
    for part, model in _parts(office, form, assignment, known, issued, standings).items():
        record, standing = issued.get(part), standings.get(part)
        prefilled, carried = _starting(office, form, assignment, known, part, model, record, standing)
        yield _compare(
            office,
            record,
            assignment=replace(assignment, part=part),
            form=form,
            id=assignment.id,
            part=part,
            unit=unit.code,
            rows={t.id: rows_of(t, len(children), len(prefilled.rows.get(t.id, ()))) for t in form.tables},
            context=context,
            children=children,
            units=(),
            prefilled=prefilled,
            carried=carried,
            stem=stem_of(office, assignment, part),
        )


def wanted_shared(office: Office, form: Form, assignments: Sequence[Assignment]) -> Iterator[Wanted]:
    """The shared workbook of a form, for all who owe it and those of whom nothing is asked; none where nobody does."""
    owing = [a for a in assignments if a.form == form.id]
    units = [u for a in owing if (u := unit_of(office.register, a.unit)) is not None]
    if not units:
        return
    # Whoever uses it finds as many rows as in a workbook of its own.
    largest = 0
    if any(a.person is None for a in owing):
        largest = max(len(cells_of(office.register, u.code, office.as_of)) for u in units)
    nobody = Unit(code="", name="", short_name="", order=0, kind=units[0].kind)
    id = shared_id(form.id, office.round.period)
    yield _compare(
        office,
        office.ledger.issued_for(id),
        assignment=None,
        form=form,
        id=id,
        part="",
        unit="",
        rows={t.id: rows_of(t, largest, 0) for t in form.tables},
        context=context_of(office.register, nobody, form=form, period=office.round.period, deadline=owing[0].deadline),
        children=(),
        units=tuple(choices_of(office.register, owing)),
        prefilled=Filled(),
        carried="",
        stem=id,
    )


def rows_of(table: Table, children: int, prefilled: int) -> int:
    """Rows laid out for a unit: one per chi bộ (or per model known from last year) and a few to spare."""
    base = children if table.rows_from == "children" else 0
    return max(table.rows_minimum, max(base, prefilled) + table.rows_extra)


def _parts(
    office: Office,
    form: Form,
    assignment: Assignment,
    known: Known,
    issued: Mapping[str, IssueRecord],
    standings: Mapping[str, Standing],
) -> Mapping[str, Model | None]:
    models = models_for(known, form, assignment, "")
    if form.parts == "one":
        return {"": models[0] if models else None}
    field = key_field(office, form)
    came = {part: s.counted or s.latest for part, s in standings.items() if part}
    returned = {part: name_of(record.examination, field) for part, record in came.items() if record is not None}
    made_for = {part: text_key(r.prefilled.fields.get(field, "")) for part, r in issued.items()}
    own = [p for p in returned if p not in issued and _is_older(office, form, assignment, p, standings.get(p))]
    return placed(models, made_for, returned, own)


def _starting(
    office: Office,
    form: Form,
    assignment: Assignment,
    known: Known,
    part: str,
    model: Model | None,
    record: IssueRecord | None,
    standing: Standing | None,
) -> tuple[Filled, str]:
    """What the workbook starts from, and the submission it is taken over from."""
    if record is not None and record.issued.version == form.version:
        came_back = standing is not None and (standing.latest is not None or standing.counted is not None)
        if came_back or record.carried or (part and model is None):
            return record.prefilled, record.carried
    elif record is not None or (part and _is_older(office, form, assignment, part, standing)):
        returned = _readable(office, assignment, part, standing)
        if returned is not None:
            return _taken_over(form, in_force(known.versions, returned)), returned.id
    fields = dict(model.values) if model is not None else {}
    if form.part_field:
        fields[form.part_field] = part
    rows = {t.id: tuple(m.values for m in models_for(known, form, assignment, t.id)) for t in form.tables}
    return Filled(fields=fields, rows={table: found for table, found in rows.items() if found}), ""


def _is_older(office: Office, form: Form, assignment: Assignment, part: str, standing: Standing | None) -> bool:
    """Whether what can be taken over of the part came back in an older version."""
    returned = _readable(office, assignment, part, standing)
    return returned is not None and 0 < version_of(office, returned) < form.version


def _readable(office: Office, assignment: Assignment, part: str, standing: Standing | None) -> SubmissionRecord | None:
    """What counts of the part, else the latest return of which something could be read."""
    if standing is None:
        return None
    if standing.counted is not None:
        return standing.counted
    every = office.ledger.submissions(office.round.id, assignment.id)
    found = [
        r for r in every if r.part == part and not r.after_close and json.loads(r.examination or "{}").get("sheet")
    ]
    return max(found, key=lambda r: (r.received, r.seq), default=None)


def _taken_over(form: Form, examination: Examination) -> Filled:
    """The values of a return, under the ids of the version in force; what the unit left blank stays so."""
    locked = {f.id for f in form.fields if f.locked}
    blank = {f.id: "" for f in form.fields if f.id not in locked}
    own = {id: entry.text for id, entry in examination.fields.items() if id in blank}
    rows = {
        t.id: tuple({id: e.text for id, e in r.values.items()} for r in examination.rows if r.table == t.id)
        for t in form.tables
    }
    return Filled(fields=blank | own, rows={table: found for table, found in rows.items() if found})


def _compare(office: Office, record: IssueRecord | None, **parts: Any) -> Wanted:
    form: Form = parts["form"]
    prefilled: Filled = parts["prefilled"]
    ground = {k: v for k, v in parts.items() if k not in ("assignment", "form", "prefilled", "carried")}
    ground |= {"definition": form.digest, "groups": office.groups, "format": FORMAT}
    ground |= {"fields": dict(prefilled.fields), "prefilled": dict(prefilled.rows)}
    text = json.dumps(ground, ensure_ascii=False, sort_keys=True)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    change = "new" if record is None else "unchanged" if record.fingerprint == fingerprint else "changed"
    return Wanted(**parts, fingerprint=fingerprint, record=record, change=change)

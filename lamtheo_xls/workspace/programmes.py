"""What is bundled, told for people and for programs: programmes, a form's faults, its map, a blank to look at."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import (
    CONTEXT,
    Bundle,
    Demand,
    asked_of,
    load_folder,
    load_form,
    load_programme,
    milestones_of,
    period_of,
    period_valid,
    programmes,
)
from lamtheo_xls.definitions.model import Deadline, Field, Form, Milestone
from lamtheo_xls.definitions.shape import schema
from lamtheo_xls.findings import Finding, World, say
from lamtheo_xls.register.sheets import groups, kinds
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.layout import address, column_letters, lay_out
from lamtheo_xls.workbook.write.template import write_workbook
from lamtheo_xls.workspace.folder import bundle_of


def describe_programmes(period: str | None, *, as_of: dt.date) -> list[dict[str, Any]]:
    """The bundled programmes: their forms, and what a round asks of which kind of unit, by when – of the period given,
    else the one `as_of` lies in. A programme that runs for another kind of period than the one given tells its forms
    alone (`period` null)."""
    return [_described(bundle_of(id), period, as_of) for id in programmes()]


def _described(bundle: Bundle, period: str | None, as_of: dt.date) -> dict[str, Any]:
    programme = bundle.programme
    chosen = period or period_of(as_of, programme.period)
    fits = period_valid(chosen, programme.period)
    return {
        "id": programme.id,
        "version": programme.version,
        "name": programme.name,
        "kind_of_period": programme.period,
        "forms": [
            {"id": form.id, "version": form.version, "label": form.label, "name": form.name, "parts": form.parts}
            for form in bundle.forms.values()
        ],
        "tables": [t.id for t in programme.tables],
        "period": chosen if fits else None,
        "asked": [_demand(d) for d in asked_of(programme, bundle.forms, chosen)] if fits else [],
        "milestones": [_milestone(*m) for m in milestones_of(programme, chosen)] if fits else [],
    }


def _demand(demand: Demand) -> dict[str, Any]:
    obligation, deadline, people = demand.obligation, demand.deadline, demand.obligation.people
    return {
        "unit_kind": demand.unit_kind,
        "kind": kinds()[demand.unit_kind],
        "owner": obligation.owner,
        "groups": list(people.groups) if people else [],
        "volunteers": list(people.volunteers) if people else [],
        "direct": obligation.direct,
        "form": obligation.form or None,
        "label": demand.label or demand.name,
        "parts": demand.parts or None,
        "strength": obligation.strength,
        "signed_copy": obligation.signed_copy,
        "nil_allowed": obligation.nil_allowed,
        "due": deadline.on_time.isoformat(),
        "late_from": deadline.late_from.isoformat(),
        "accept_until": deadline.accept_until.isoformat() if deadline.accept_until else None,
        "text": deadline.text,
        "source": obligation.source,
    }


def _milestone(milestone: Milestone, deadline: Deadline) -> dict[str, Any]:
    return {
        "id": milestone.id,
        "label": milestone.label,
        "due": deadline.on_time.isoformat(),
        "text": deadline.text,
        "source": milestone.source,
    }


def asked_words(asked: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """What is asked, for people to read: kinds of unit of which the same is asked, and a line for each thing:
    «Mẫu số 01 (mỗi mô hình một biểu; kèm bản ký): trước ngày 25/02/2022»."""
    lines: dict[str, list[str]] = {}
    for demand in asked:
        lines.setdefault(demand["kind"], []).append(_words(demand))
    together: dict[tuple[str, ...], list[str]] = {}
    for kind, found in lines.items():
        together.setdefault(tuple(found), []).append(kind)
    return [("; ".join(names), list(found)) for found, names in together.items()]


def _words(demand: Mapping[str, Any]) -> str:
    named = ", ".join(groups()[group].lower() for group in demand["groups"])
    notes = [
        say(f"workspace.programmes.{name}", nhom=named)
        for name, holds in (
            ("direct", demand["direct"]),
            ("person", demand["owner"] == "person"),
            ("many", demand["parts"] == "many"),
            ("document", demand["form"] is None),
            ("signed", demand["form"] is not None and demand["signed_copy"]),
            ("nil", demand["nil_allowed"]),
        )
        if holds
    ]
    noted = f" ({'; '.join(notes)})" if notes else ""
    return say("workspace.programmes.line", ten=demand["label"], ghi=noted, han=demand["text"])


def check_definition(path: Path) -> tuple[Finding, ...]:
    """Every finding of a definition: a programme's folder, a programme.json or a form's JSON."""
    if path.is_dir():
        return tuple(load_folder(path)[1])
    if path.name == "programme.json":
        return tuple(load_programme(path)[1])
    return tuple(load_form(path)[1])


def find_form(name: str) -> Form:
    """The form `name`: a JSON file, `<programme>/<form>`, or a bundled form's id where only one programme has it."""
    path = Path(name)
    if path.suffix == ".json":
        form, findings = load_form(path)
        if form is None:
            raise World("world.definition_faulty", findings, duong_dan=path, n=len(findings))
        return form
    wanted, _, id = name.rpartition("/")
    found = [
        (programme, bundle.forms[id])
        for programme in programmes()
        if wanted in ("", programme) and id in (bundle := bundle_of(programme)).forms
    ]
    if len(found) != 1:
        names = [f"{p}/{f}" for p in programmes() for f in bundle_of(p).forms]
        raise World("world.form_unknown", bieu=name, co=", ".join(names))
    return found[0][1]


def map_form(name: str, *, rows: int = 0) -> dict[str, Any]:
    """The contract of `form map --json` (DESIGN §7), for a workbook with `rows` rows in each table (0: the form's
    smallest): what lies below a table lies the lower, the more rows it has."""
    form = find_form(name)
    layout = lay_out(form, {t.id: rows or t.rows_minimum for t in form.tables})

    def told(field: Field) -> dict[str, Any]:
        return {"id": field.id, "label": field.label or field.short, "type": field.type, "required": field.required}

    return {
        "form": form.id,
        "version": form.version,
        "fields": [
            told(f) | {"sheet": layout.sheet, "cell": address(*layout.fields[f.id])}
            for f in form.fields
            if f.id in layout.fields
        ],
        "tables": [
            {
                "id": t.id,
                "sheet": layout.sheet,
                "first_row": layout.areas[t.id].first_row,
                "last_row": layout.areas[t.id].last_row,
                "columns": [told(c) | {"column": column_letters(layout.areas[t.id].columns[c.id])} for c in t.columns],
            }
            for t in form.tables
        ],
    }


def preview_form(name: str, target: Path, *, as_of: dt.date) -> Path:
    """Writes a blank workbook of the form, unsigned, to look at."""
    form = find_form(name)
    rows = {t.id: t.rows_minimum for t in form.tables}
    nobody = Issued(
        serial=0,
        assignment=say("workspace.preview.assignment"),
        round="",
        form=form.id,
        version=form.version,
        unit="",
        person=None,
        period=str(as_of.year),
        part="",
        rows=rows,
    )
    context = {name: f"«{name}»" for name in CONTEXT} | {"nam": str(as_of.year)}
    content = write_workbook(
        form,
        lay_out(form, rows),
        context,
        issued=nobody,
        key=b"preview",
        children=(),
        groups=(),
        created=dt.datetime.combine(as_of, dt.time()),
    )
    path, _ = write_target(target, content, as_of=as_of)
    return path


def schema_text(kind: str) -> str:
    """The JSON Schema of `form` or `programme`, indented."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2)

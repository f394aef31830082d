"""What is bundled, told for people and for programs: programmes, a form's faults, its map, a blank to look at."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import CONTEXT, load_folder, load_form, load_programme, programmes
from lamtheo_xls.definitions.model import Field, Form
from lamtheo_xls.definitions.shape import schema
from lamtheo_xls.findings import Finding, World, say
from lamtheo_xls.reports.targets import write_target
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.layout import address, column_letters, lay_out
from lamtheo_xls.workbook.template import write_workbook
from lamtheo_xls.workspace.folder import bundle_of


def describe_programmes() -> list[dict[str, Any]]:
    """The bundled programmes with their forms and, for each, who owes it by when (in the source's words)."""
    out = []
    for id in programmes():
        bundle = bundle_of(id)
        programme = bundle.programme
        forms = []
        for form in bundle.forms.values():
            owed = [o for o in programme.obligations if o.form == form.id]
            forms.append(
                {
                    "id": form.id,
                    "version": form.version,
                    "label": form.label,
                    "name": form.name,
                    "obligations": [
                        {
                            "unit_kinds": list(o.unit_kinds),
                            "due": o.due.text.replace("{nam}", "…"),
                            "exceptions": {p: d.text.replace("{nam}", p[:4]) for p, d in o.exceptions.items()},
                            "source": o.source,
                        }
                        for o in owed
                    ],
                }
            )
        out.append(
            {
                "id": programme.id,
                "version": programme.version,
                "name": programme.name,
                "period": programme.period,
                "forms": forms,
                "tables": [t.id for t in programme.tables],
            }
        )
    return out


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

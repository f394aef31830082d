"""Loading definitions: bytes or a path in, `(value, findings)` out. Faulty ones give all their findings at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions.body_checks import BODY_CHECKS
from lamtheo_xls.definitions.building import build_form, build_programme
from lamtheo_xls.definitions.chain_checks import chains_hang_together
from lamtheo_xls.definitions.consolidated_checks import CONSOLIDATED_CHECKS, tables_exist_in_forms
from lamtheo_xls.definitions.form_checks import FORM_CHECKS, meaning_findings
from lamtheo_xls.definitions.model import Form, Programme
from lamtheo_xls.definitions.parsing import parse, suggestion
from lamtheo_xls.definitions.programme_checks import (
    PROGRAMME_CHECKS,
    groups_serve_the_form,
    persons_are_named_in_their_forms,
)
from lamtheo_xls.definitions.rule_checks import RULE_CHECKS
from lamtheo_xls.definitions.shape import shape_findings
from lamtheo_xls.findings import Finding, finding, say, worst

_HERE = Path(__file__).resolve().parent
_PROGRAMME = "programme.json"
_CHECKS = {"form": (*FORM_CHECKS, *RULE_CHECKS, *BODY_CHECKS), "programme": (*PROGRAMME_CHECKS, *CONSOLIDATED_CHECKS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A programme with its forms, by form id."""

    programme: Programme
    forms: Mapping[str, Form]


def load_form(data: bytes | Path) -> tuple[Form | None, tuple[Finding, ...]]:
    """The form in `data`; None where a finding is an error. Each finding carries its JSON path (`place.path`)."""
    raw, findings = _judged(data, "form")
    return (None if worst(findings) == "error" else build_form(raw)), findings


def load_programme(data: bytes | Path) -> tuple[Programme | None, tuple[Finding, ...]]:
    """The programme in `data` (its forms unseen); None where a finding is an error."""
    raw, findings = _judged(data, "programme")
    return (None if worst(findings) == "error" else build_programme(raw)), findings


def load_folder(folder: Path) -> tuple[Bundle | None, tuple[Finding, ...]]:
    """The programme of `folder` with its forms, and the findings of every definition there and between them.

    The arg `tep` of a finding is the file it lies in. A JSON file that the programme does not list is a warning.
    """
    programme, findings = _judged(folder / _PROGRAMME, "programme")
    listed = _listed(programme)
    present = tuple(sorted(p.stem for p in folder.glob("*.json") if p.name != _PROGRAMME))
    forms: dict[str, Any] = {}
    for id in dict.fromkeys((*listed, *present)):
        if id not in present:
            near = suggestion(id, (p for p in present if p not in listed))
            findings += (finding("definition.no_file", path="$", tep=f"{id}.json", goi_y=near),)
            continue
        forms[id], found = _judged(folder / f"{id}.json", "form")
        findings += found
        if isinstance(programme, dict):
            findings += _named(f"{id}.json", _other_name(forms[id], id))
            if isinstance(forms[id], dict):
                findings += _named(f"{id}.json", groups_serve_the_form(programme, forms[id]))
                findings += _named(f"{id}.json", persons_are_named_in_their_forms(programme, forms[id]))
            if id not in listed:
                near = suggestion(id, (i for i in listed if i not in present))
                findings += (finding("definition.unlisted", path="$", tep=f"{id}.json", goi_y=near),)
    if isinstance(programme, dict):
        findings += _named(_PROGRAMME, _other_name(programme, folder.resolve().name))
        findings += _named(_PROGRAMME, tables_exist_in_forms(programme, forms))
        findings += _named(_PROGRAMME, chains_hang_together(programme, forms))
    if worst(findings) == "error":
        return None, findings
    built = {id: build_form(forms[id]) for id in listed}
    return Bundle(programme=build_programme(programme), forms=built), findings


def templates_folder() -> Path:
    """Where the bundled definitions lie: inside the installed package, else at the top of the checkout."""
    inside = _HERE.parent / "workbook_templates"
    return inside if inside.is_dir() else _HERE.parent.parent / "workbook_templates"


def programmes() -> tuple[str, ...]:
    """Ids of the bundled programmes, sorted."""
    return tuple(sorted(p.parent.name for p in templates_folder().glob(f"*/{_PROGRAMME}")))


def bundled(id: str) -> Path:
    """The folder of the bundled programme `id`; KeyError where there is none."""
    if id not in programmes():
        raise KeyError(id)
    return templates_folder() / id


def _judged(data: bytes | Path, kind: str) -> tuple[Any, tuple[Finding, ...]]:
    """The JSON value and all findings of one definition: of its file, its shape, its meaning."""
    name = data.name if isinstance(data, Path) else say(f"definitions.file.{kind}")
    raw, findings = _read(data)
    if raw is not None or not findings:
        findings += shape_findings(raw, kind)
        findings += meaning_findings(raw, _CHECKS[kind])
    return raw, _named(name, findings)


def _read(data: bytes | Path) -> tuple[Any, tuple[Finding, ...]]:
    if isinstance(data, bytes):
        return parse(data)
    try:
        return parse(data.read_bytes())
    except FileNotFoundError:
        return None, (finding("definition.no_file", path="$", goi_y=""),)
    except OSError as error:
        return None, (finding("definition.unreadable", path="$", ly_do=error.strerror or type(error).__name__),)


def _named(name: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with the file they lie in."""
    return tuple(replace(f, args=(("tep", name), *f.args)) for f in findings)


def _listed(programme: Any) -> tuple[str, ...]:
    forms = programme.get("forms") if isinstance(programme, dict) else None
    return tuple(f for f in forms if isinstance(f, str)) if isinstance(forms, list) else ()


def _other_name(raw: Any, name: str) -> tuple[Finding, ...]:
    id = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(id, str) or id == name:
        return ()
    return (finding("definition.file_name", path="$.id", value=id, can=name),)

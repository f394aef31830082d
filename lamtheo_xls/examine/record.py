"""An Examination as text for the ledger, and back: what was read and what was found."""

from __future__ import annotations

import json
from typing import Any

from lamtheo_xls.examine.model import Entry, Examination, Row
from lamtheo_xls.findings import Finding, Place


def examination_to_json(examination: Examination) -> str:
    """Canonical JSON (sorted keys, no spaces): the same text for the same judgement."""
    raw = {
        "state": examination.state,
        "sheet": examination.sheet,
        "fields": {id: _entry_out(e) for id, e in examination.fields.items()},
        "rows": [
            {
                "table": row.table,
                "sheet_row": row.sheet_row,
                "values": {id: _entry_out(e) for id, e in row.values.items()},
                "explanation": row.explanation,
            }
            for row in examination.rows
        ],
        "findings": [_finding_out(f) for f in examination.findings],
    }
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def examination_from_json(text: str) -> Examination:
    """The Examination that `examination_to_json` wrote; ValueError or KeyError on any other text."""
    raw: dict[str, Any] = json.loads(text)
    return Examination(
        state=raw["state"],
        sheet=raw["sheet"],
        fields={id: Entry(**e) for id, e in raw["fields"].items()},
        rows=tuple(
            Row(
                table=row["table"],
                sheet_row=row["sheet_row"],
                values={id: Entry(**e) for id, e in row["values"].items()},
                explanation=row["explanation"],
            )
            for row in raw["rows"]
        ),
        findings=tuple(finding_from(f) for f in raw["findings"]),
    )


def finding_from(raw: dict[str, Any]) -> Finding:
    """The Finding of one entry of `findings`."""
    return Finding(
        code=raw["code"],
        place=Place(sheet=raw["sheet"], cell=raw["cell"], path=raw["path"]),
        value=raw["value"],
        args=tuple((name, value) for name, value in raw["args"]),
        severity=raw["severity"],
        explanation=raw["explanation"],
    )


def _entry_out(entry: Entry) -> dict[str, str | bool]:
    return {"text": entry.text, "sheet": entry.sheet, "cell": entry.cell, "carried": entry.carried}


def _finding_out(f: Finding) -> dict[str, Any]:
    return {
        "code": f.code,
        "sheet": f.place.sheet,
        "cell": f.place.cell,
        "path": f.place.path,
        "value": f.value,
        "args": [list(pair) for pair in f.args],
        "severity": f.severity,
        "explanation": f.explanation,
    }

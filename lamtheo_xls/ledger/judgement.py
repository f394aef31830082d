"""An Examination as the text the ledger keeps, and back, without loss."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lamtheo_xls.examine.model import Entry, Examination, Row
from lamtheo_xls.findings import Finding, Place


def text_of(examination: Examination) -> str:
    """Compact JSON of an Examination; the same value always gives the same text."""
    raw: dict[str, Any] = {
        "state": examination.state,
        "sheet": examination.sheet,
        "fields": {k: _entry(e) for k, e in examination.fields.items()},
        "rows": [
            [r.table, r.sheet_row, {k: _entry(e) for k, e in r.values.items()}, r.explanation] for r in examination.rows
        ],
        "findings": [
            [f.code, f.place.sheet, f.place.cell, f.place.path, f.value, f.args, f.severity, f.explanation]
            for f in examination.findings
        ],
    }
    if examination.part:
        raw["part"] = examination.part
    if examination.nil:
        raw["nil"] = True
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, from an escape in a broken file
        return json.dumps(raw, separators=(",", ":"))
    return text


def examination_of(text: str) -> Examination:
    """The Examination a text of `text_of` holds; '' (nothing was examined) gives an empty refused one."""
    if not text:
        return Examination(state="refused")
    raw: dict[str, Any] = json.loads(text)
    return Examination(
        state=raw["state"],
        part=raw.get("part", ""),
        nil=raw.get("nil", False),
        sheet=raw["sheet"],
        fields=_entries(raw["fields"]),
        rows=tuple(
            Row(table=table, sheet_row=row, values=_entries(values), explanation=explanation)
            for table, row, values, explanation in raw["rows"]
        ),
        findings=_findings(raw["findings"]),
    )


@lru_cache(maxsize=256)
def findings_of(text: str) -> tuple[Finding, ...]:
    """Only the findings of a text of `text_of`."""
    return _findings(json.loads(text)["findings"]) if text else ()


def _entry(entry: Entry) -> list[str | int]:
    return [entry.text, entry.sheet, entry.cell, int(entry.carried)]


def _entries(raw: Mapping[str, list[Any]]) -> dict[str, Entry]:
    return {k: Entry(text=e[0], sheet=e[1], cell=e[2], carried=bool(e[3])) for k, e in raw.items()}


def _findings(raw: list[list[Any]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code=code,
            place=Place(sheet=sheet, cell=cell, path=path),
            value=value,
            args=tuple((str(k), str(v)) for k, v in args),
            severity=severity,
            explanation=explanation,
        )
        for code, sheet, cell, path, value, args, severity, explanation in raw
    )

"""A workbook of a foreign format as its reader found it, and the same as JSON: so it comes out of the guarded child.

JSON and nothing that could run code: whatever befell the child, the parent only reads data.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from lamtheo_xls.workbook.read.gate import Refused
from lamtheo_xls.workbook.read.reading import RawCell, Sheet

READY = b"+"
"""What the child says first."""
LENGTH = struct.Struct("<Q")
"""Stands before all that goes to the child or comes from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """All sheets, in their order and all read; properties and producer are hints."""

    sheets: tuple[Sheet, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    producer: str = ""
    date1904: bool = False
    cut: tuple[tuple[str, int, int], ...] = ()
    """Sheet, row and column of texts that the program which saved them may have cut short."""


def foreign_as_json(found: Foreign) -> bytes:
    """The workbook as JSON in ASCII (halves of characters survive it)."""
    sheets = [
        {
            "name": s.name,
            "state": s.state,
            "protected": s.protected,
            "merges": s.merges,
            "cells": [(row, column, *cell) for (row, column), cell in s.cells.items()],
        }
        for s in found.sheets
    ]
    raw = {
        "sheets": sheets,
        "properties": dict(found.properties),
        "producer": found.producer,
        "date1904": found.date1904,
        "cut": found.cut,
    }
    return json.dumps(raw, separators=(",", ":"), allow_nan=False).encode()


def foreign_of_json(raw: bytes) -> Foreign:
    """The workbook of `foreign_as_json`. ValueError, TypeError or KeyError where it is not of that form."""
    found = json.loads(raw)
    return Foreign(
        sheets=tuple(
            Sheet(
                name=s["name"],
                state=s["state"],
                cells={(row, column): RawCell(*cell) for row, column, *cell in s["cells"]},
                merges=tuple((a, b, c, d) for a, b, c, d in s["merges"]),
                protected=s["protected"],
            )
            for s in found["sheets"]
        ),
        properties=found["properties"],
        producer=found["producer"],
        date1904=found["date1904"],
        cut=tuple((sheet, row, column) for sheet, row, column in found["cut"]),
    )


def refusal_as_json(refused: Refused) -> bytes:
    """A refusal on its way out of the child."""
    return json.dumps([refused.code, refused.sheet, refused.cell, refused.value, refused.named]).encode()


def refusal_of_json(raw: bytes) -> Refused:
    """The refusal of `refusal_as_json`."""
    code, sheet, cell, value, named = json.loads(raw)
    return Refused(code, sheet=sheet, cell=cell, value=value, **named)

"""A finding is a value: a code, a place and its arguments. It is rendered late, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lamtheo_xls.findings import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a finding points: a sheet and an A1 cell of a workbook, or `path` into a definition (`$.tables[0]`)."""

    sheet: str | None = None
    cell: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend or to note. `value` is what stood there, quoted as it stood; `args` fill the message."""

    code: str
    place: Place = Place()
    value: str | None = None
    args: tuple[tuple[str, str], ...] = ()
    severity: str = "error"
    explanation: str | None = None


class World(Exception):
    """The world is broken (disk, network, a file another program holds): one line why, exit status 3.

    The only exception base of this house; everything that is merely wrong in a file is a Finding.
    `code` is an entry of the catalogue (`world.…`), rendered by the command line.
    """

    def __init__(self, code: str, findings: Iterable[Finding] = (), **args: object) -> None:
        super().__init__(code)
        self.code = code
        self.findings = tuple(findings)
        self.args_ = tuple((k, str(v)) for k, v in args.items())

    def __str__(self) -> str:
        return catalogue.message_of(self.code, dict(self.args_))

    def mend(self) -> str:
        """What the reader should do about it; '' where the message says it all."""
        return catalogue.mend_of(self.code, dict(self.args_))


def finding(
    code: str,
    *,
    sheet: str | None = None,
    cell: str | None = None,
    path: str | None = None,
    value: str | None = None,
    severity: str | None = None,
    **args: object,
) -> Finding:
    """A Finding of `code` with the severity of the catalogue unless one is given; unknown codes raise KeyError."""
    return Finding(
        code=code,
        place=Place(sheet=sheet, cell=cell, path=path),
        value=value,
        args=tuple((k, str(v)) for k, v in args.items()),
        severity=severity or catalogue.entry(code).severity,
    )


def worst(findings: Iterable[Finding]) -> str | None:
    """The heaviest severity among them: 'error', 'warning', 'info' or None when there are none."""
    found = {f.severity for f in findings}
    return next((s for s in catalogue.SEVERITIES if s in found), None)


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by severity: errors, warnings, infos; within each as they came."""
    return sorted(findings, key=lambda f: catalogue.SEVERITIES.index(f.severity))


def screen_word(findings: Iterable[Finding]) -> str:
    """The label of the first error that has one («Ảnh», «Mã không khớp»), as the screen says it; '' for none."""
    return next((word for f in findings if f.severity == "error" and (word := catalogue.label(f.code))), "")


def as_json(f: Finding) -> dict[str, str | None]:
    """The shape of the `--json` contract: code, severity, sheet, cell, value, message (+ path, explanation)."""
    out = {
        "code": f.code,
        "severity": f.severity,
        "sheet": f.place.sheet,
        "cell": f.place.cell,
        "value": f.value,
        "message": catalogue.message(f),
    }
    if f.place.path is not None:
        out["path"] = f.place.path
    if f.explanation is not None:
        out["explanation"] = f.explanation
    return out

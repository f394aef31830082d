"""What the marks of identity found in a file prove: whose workbook it is, or why that cannot be said."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lamtheo_xls.findings import Finding, finding, say
from lamtheo_xls.workbook.identity import (
    SERIAL_LIMIT,
    Issued,
    check_fits,
    code_of,
    issued_of,
    normal_code,
    payload_of,
    serial_of,
    tag_of,
)
from lamtheo_xls.workbook.read.reading import CodeMark, Reading, SignedMark

BySerial = Callable[[int], Issued | None] | Mapping[int, Issued]
CODES_PRINTED = 2  # one in a head line, one in the closing line
_MOST_ROWS = 5_000
_TAG = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """One mark judged. `verdict`: valid, unverified (no key), typo, foreign (legible, does not hold) or damaged."""

    verdict: str
    text: str
    sheet: str | None = None
    cell: str | None = None
    where: str = ""
    issued: Issued | None = None
    serial: int | None = None

    @property
    def place(self) -> str:
        if self.cell is None:
            return self.where
        return say("identity.where.cell", o=self.cell, trang=self.sheet or "")


def resolve(
    reading: Reading, keys: tuple[bytes, ...] | None, issued_by_serial: BySerial
) -> tuple[Issued | None, tuple[Finding, ...]]:
    """What the workbook was issued for, and the findings of phase identity (promise 6).

    One valid mark and the rest absent or damaged: accepted, identity.damaged (info) for each mark lost. Two valid ones
    that differ: identity.conflict. A legible mark whose tag does not fit: identity.tag, or identity.foreign where no
    mark holds. Only codes with a wrong check character: identity.typo. Nothing at all: identity.none. Properties are
    hints and prove nothing. `keys` None (no workspace): a payload is taken at its word, identity.unverified.
    """
    find = issued_by_serial.get if isinstance(issued_by_serial, Mapping) else issued_by_serial
    signed = [_judge_signed(mark, keys) for mark in reading.signed]
    stated = tuple({payload_of(m.issued): m.issued for m in signed if m.issued and m.verdict != "foreign"}.values())
    codes = [_judge_code(mark, keys, stated, find) for mark in reading.codes]
    if keys is None:
        return _take_unverified(signed, codes)
    marks = signed + codes
    valid = {payload_of(m.issued): m.issued for m in marks if m.verdict == "valid" and m.issued}
    if len(valid) > 1:
        return None, (_conflict(tuple(valid.values())),)
    misfits = tuple(m for m in marks if m.verdict == "foreign")
    if not valid:
        return None, (_unknown(misfits, codes),)
    if misfits:
        return None, tuple(_at("identity.tag", m) for m in misfits)
    return next(iter(valid.values())), tuple(_damage(signed, codes))


def _judge_signed(mark: SignedMark, keys: tuple[bytes, ...] | None) -> _Mark:
    issued = issued_of(mark.payload)
    if issued is None or not _is_sane(issued) or (keys is not None and not _TAG.fullmatch(mark.tag)):
        return _Mark(verdict="damaged", text=mark.payload, where=mark.where)
    if keys is None:
        verdict = "unverified"
    else:
        verdict = (
            "valid" if any(hmac.compare_digest(tag_of(mark.payload, key), mark.tag) for key in keys) else "foreign"
        )
    return _Mark(verdict=verdict, text=mark.payload, where=mark.where, issued=issued, serial=issued.serial)


def _is_sane(issued: Issued) -> bool:
    """Whether a payload says what ours say: without a key it is taken at its word, so it must not be able to harm."""
    words = (issued.assignment, issued.round, issued.form, issued.unit, issued.period, issued.part)
    return (
        all(isinstance(word, str) and len(word) <= 200 for word in words)
        and isinstance(issued.serial, int)
        and 0 <= issued.serial < SERIAL_LIMIT
        and isinstance(issued.version, int)
        and all(0 <= count <= _MOST_ROWS for count in issued.rows.values())
    )


def _judge_code(
    mark: CodeMark,
    keys: tuple[bytes, ...] | None,
    stated: tuple[Issued, ...],
    find: Callable[[int], Issued | None],
) -> _Mark:
    code = normal_code(mark.text)
    if code is None:
        return _Mark(verdict="damaged", text=mark.text, sheet=mark.sheet, cell=mark.cell)
    if not check_fits(code):
        return _Mark(verdict="typo", text=mark.text, sheet=mark.sheet, cell=mark.cell)
    serial = serial_of(code)
    verdict, proven = "foreign", None
    if keys is None:
        verdict = "unverified"
    else:
        for issued in (*stated, find(serial)):
            if issued is not None and any(code_of(issued, key) == code for key in keys):
                verdict, proven = "valid", issued
                break
    return _Mark(verdict=verdict, text=code, sheet=mark.sheet, cell=mark.cell, issued=proven, serial=serial)


def _take_unverified(signed: list[_Mark], codes: list[_Mark]) -> tuple[Issued | None, tuple[Finding, ...]]:
    stated = {payload_of(m.issued): m.issued for m in signed if m.issued}
    if len(stated) > 1:
        return None, (_conflict(tuple(stated.values())),)
    if stated:
        issued = next(iter(stated.values()))
        others = tuple(m for m in codes if m.serial not in (None, issued.serial))
        if others:
            return None, tuple(_at("identity.tag", m) for m in others)
        return issued, (finding("identity.unverified"), *_damage(signed, codes))
    legible = tuple(m for m in codes if m.verdict == "unverified")
    return None, (finding("identity.unverified") if legible else _unknown((), codes),)


def _unknown(misfits: tuple[_Mark, ...], codes: list[_Mark]) -> Finding:
    """No mark holds: another office's, an altered payload, a slip of typing, or nothing there."""
    for mark in misfits:
        if mark.cell is not None:
            return _at("identity.foreign", mark)
    if misfits:
        return _at("identity.tag", misfits[0])
    for mark in codes:
        if mark.verdict == "typo":
            return _at("identity.typo", mark)
    return finding("identity.none")


def _damage(signed: list[_Mark], codes: list[_Mark]) -> Iterator[Finding]:
    """One finding for each mark that was altered, and one for each kind of mark that is missing."""
    for mark in (*signed, *codes):
        if mark.verdict in ("damaged", "typo"):
            yield _at("identity.damaged", mark)
    if not signed:
        yield finding("identity.damaged", noi=say("identity.where.meta"))
    if len(codes) < CODES_PRINTED:
        yield finding("identity.damaged", noi=say("identity.where.codes"))


def _conflict(issued: tuple[Issued, ...]) -> Finding:
    names = sorted({f"{i.assignment} ({i.serial})" for i in issued})
    return finding("identity.conflict", cac_bieu=", ".join(names))


def _at(code: str, mark: _Mark) -> Finding:
    value = mark.text if mark.cell is not None else None
    return finding(code, sheet=mark.sheet, cell=mark.cell, value=value, noi=mark.place)

"""What staff rule of letters on sheet THƯ: «Thư đã đến», «Gửi lại» – each word good once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lamtheo_xls.findings import Finding, finding
from lamtheo_xls.ledger import Decision, LetterRecord
from lamtheo_xls.reports.letters import LetterDecision
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.letters.board import OPEN, stamp_of, state_of
from lamtheo_xls.workspace.letters.recipients import address_set, addresses_of

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "arrived": (*OPEN, "drafted"),
    "again": OPEN,
}
"""What may be ruled → the states it may be ruled in."""
_INTO = {"arrived": "sent", "again": "ready"}
_DONE = "done"


def rule_letters(
    office: Office, rows: Sequence[LetterDecision]
) -> tuple[tuple[LetterDecision, ...], tuple[Decision, ...], tuple[Finding, ...]]:
    """What the rows of THƯ rule, done at once: the rows (of what cannot be done as not understood), the decisions, the
    findings. A word is good once: for the letter as it stood when its row was written."""
    if not any(row.kind and row.changed for row in rows):
        return tuple(rows), (), ()
    records, rulings = {x.id: x for x in office.ledger.letters()}, office.ledger.standing(None)
    out: list[LetterDecision] = []
    decided: list[Decision] = []
    found: list[Finding] = []
    for row in rows:
        record = records.get(row.letter)
        if record is not None and row.kind and row.changed:
            code = _doubt(office, row, record, rulings.get(record.subject_of))
            if not code:
                decided += _rule(office, row, record)
            elif code != _DONE:
                where = ", ".join(record.addresses)
                found.append(finding(code, sheet=row.sheet, cell=row.cell, value=row.text, dia_chi=where))
            row = replace(row, understood=code != "set.letter_not_so")
        out.append(row)
    return tuple(out), tuple(decided), tuple(found)


def _doubt(office: Office, row: LetterDecision, record: LetterRecord, standing: Decision | None) -> str:
    """Why the row rules nothing: the code of a finding, or that it was taken before; '' where it does."""
    if row.stamp != stamp_of(record, standing):
        if standing is None or (standing.kind, standing.detail.get("of")) != (row.kind, row.stamp):
            return "set.letter_moved_on"
        return "" if _cut_short(office, record) else _DONE
    if state_of(record) not in ALLOWED[row.kind]:
        return "set.letter_not_so"
    return "set.letter_address_changed" if row.kind == "again" and has_moved(office, record) else ""


def _rule(office: Office, row: LetterDecision, record: LetterRecord) -> tuple[Decision, ...]:
    """Records the word, unless it stands already, and does it."""
    ruled = Decision(
        subject=record.subject_of,
        kind=row.kind,
        as_of=office.as_of,
        detail={"of": row.stamp},
        round=round_of_letter(record),
    )
    decided = office.ledger.decide([ruled])
    moment = office.as_of.isoformat()
    office.ledger.move_letter(record.id, _INTO[row.kind], as_of=office.as_of, moment=moment)
    return decided


def _cut_short(office: Office, record: LetterRecord) -> bool:
    """A run ended after it had recorded what was ruled of the letter and before it had done it."""
    events = [e.kind for e in office.ledger.history(subject=record.subject_of) if e.kind in ("decision", "letter")]
    return events[-1:] == ["decision"]


def round_of_letter(letter: LetterRecord) -> str:
    """The round its notes and rulings belong to; of a letter about several, none."""
    return letter.rounds[0] if len(letter.rounds) == 1 else ""


def has_moved(office: Office, record: LetterRecord) -> bool:
    """The register has other addresses now for somebody the letter is for: the next letter goes there, and this one
    would go where it no longer belongs."""
    to = address_set(record.addresses)
    return any(not to <= addresses_of(office, (recipient,)) for recipient in record.recipients)

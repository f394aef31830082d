"""Who still owes what, over the rounds open: with the files that would be sent again, and what was written so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lamtheo_xls.ledger import LetterRecord, Standing
from lamtheo_xls.register import Assignment
from lamtheo_xls.reports.board import StatusLine
from lamtheo_xls.reports.feedback import feedback_name
from lamtheo_xls.workspace.answering import to_mend
from lamtheo_xls.workspace.choosing import labels_of
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.letters.outdated import is_stale, is_withdrawn
from lamtheo_xls.workspace.lines import placed_lines
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import Position
from lamtheo_xls.workspace.wanting import standings_of, stem_of

OWING = ("missing", "wrong_form", "to_fix")
WENT = ("sending", "sent", "in_doubt", "drafted")
"""A letter in such a state has, as far as can be known, gone out."""
CAME_BACK = ("failed", "bounced")
OURS_TO_DO = ("enter", "exclude")
"""Rulings after which nothing is asked of the unit: the office fills it in itself, or leaves out what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A file to be filled in and sent back."""

    path: Path
    serial: int | None = None
    """What it was issued as; None for one made from a return."""
    received: dt.date | None = None
    """When the return came that is to be mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """One assignment of which something is awaited."""

    office: Office
    """On the assignment's round."""
    assignment: Assignment
    position: Position
    line: StatusLine
    """As the office sees it."""
    workbooks: tuple[Workbook, ...]
    """The issued ones; in place of one that came back with faults, the one made from it. () for a document without a
    form."""
    written: dt.date
    """When the unit was last given something or told of it: workbook, letter, more time."""
    letters: tuple[LetterRecord, ...] = ()
    """About it, in the order they were made; receipts left out."""

    @property
    def to_fix(self) -> bool:
        return self.position.state == "to_fix"

    @property
    def reminded(self) -> int:
        """How many reminders went out for it."""
        return sum(x.kind == "reminder" and x.state in WENT for x in self.letters)

    @property
    def came_back(self) -> bool:
        """The last letter about it was refused or returned, and nothing went through since."""
        return bool(self.letters) and self.letters[-1].state in CAME_BACK

    @property
    def recipient(self) -> str:
        """Code of the person, else of the unit."""
        return self.assignment.person or self.assignment.unit


def awaited_of(office: Office, rounds: Sequence[Office]) -> tuple[Awaited, ...]:
    """Every assignment of those rounds of the office that is owed and not there, in the office's order: of nobody let
    off, no volunteer, none with nothing to report or accepted; not of a closed round; not before its workbook was
    issued (of a document: before anything was issued in its round)."""
    ledger = office.ledger
    rulings, labels = ledger.standing(None), labels_of(office)
    letters, first = _letters_by_assignment(ledger.letters(), office.as_of), _first_issued(office)
    out: list[Awaited] = []
    for one in rounds:
        if one.round.closed or ledger.closed_on(one.round.id) is not None:
            continue
        standings = standings_of(one)
        begun = min(ledger.first_issued_on(one.round.id).values(), default=None)
        for placed in placed_lines(one, assignments_of(one)[0], rulings, labels):
            a, position = placed.assignment, placed.position
            issued = first.get(a.id) if a.form else begun
            if issued is None or not _is_awaited(position):
                continue
            about = tuple(letters.get(a.id, ()))
            out.append(
                Awaited(
                    office=one,
                    assignment=a,
                    position=position,
                    line=placed.line,
                    workbooks=_workbooks(one, a, standings.get(a.id, {})) if a.form else (),
                    written=max([issued, *(x.made_on for x in about), *_extended_on(position)]),
                    letters=about,
                )
            )
    return tuple(out)


def _is_awaited(position: Position) -> bool:
    ruled = position.decision.kind if position.decision else ""
    return position.state in OWING and ruled not in OURS_TO_DO


def _first_issued(office: Office) -> Mapping[str, dt.date]:
    """Assignment → the day its first workbook was issued: one made anew later asks for nothing new."""
    found: dict[str, dt.date] = {}
    for record in office.ledger.all_issued():
        id = record.issued.assignment
        found[id] = min(found.get(id, record.issued_on), record.issued_on)
    return found


def _letters_by_assignment(letters: Iterable[LetterRecord], as_of: dt.date) -> Mapping[str, Sequence[LetterRecord]]:
    found: dict[str, list[LetterRecord]] = {}
    for letter in letters:
        if letter.kind != "receipt" and not is_withdrawn(letter) and not is_stale(letter, as_of):
            for assignment in dict.fromkeys(letter.items.get("assignments", ())):
                found.setdefault(assignment, []).append(letter)
    return found


def _extended_on(position: Position) -> Iterable[dt.date]:
    """The day on which more time was given: the unit knows its date since then."""
    if position.whole is not None and position.whole.extended is not None:
        yield position.whole.extended.as_of


def _workbooks(office: Office, assignment: Assignment, standings: Mapping[str, Standing]) -> tuple[Workbook, ...]:
    """One for each part: what came back with faults as marked in tra-lai/, else as it was issued. A file that is gone
    is left out: `issue` and `return` make it again."""
    issued = office.ledger.issued_parts(assignment.id)
    found: dict[Path, Workbook] = {}
    for part in dict.fromkeys((*issued, *standings)):
        standing = standings.get(part)
        latest = to_mend(standing) if standing is not None else None
        received = latest.received if latest is not None else None
        marked = office.folder("tra-lai") / feedback_name(stem_of(office, assignment, part))
        if latest is not None and marked.is_file():
            found[marked] = Workbook(path=marked, received=received)
        elif part in issued:
            path = office.root / issued[part].file
            found[path] = Workbook(path=path, serial=issued[part].issued.serial, received=received)
    return tuple(w for path, w in found.items() if path.is_file())

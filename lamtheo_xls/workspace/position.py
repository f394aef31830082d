"""Where an assignment stands over all its parts: one plain function, for the office's screen and for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lamtheo_xls.definitions.model import Form
from lamtheo_xls.findings import Finding
from lamtheo_xls.ledger import Decision, SignedCopy, Standing, SubmissionRecord, examination_of, signed_copy_of
from lamtheo_xls.register import Assignment

OF_A_SUBMISSION = ("exclude", "as_is", "confirm", "supplement")
"""Kinds that rule on one submission: a newer one needs a new ruling."""
_BEST = ("excused", "accepted", "nil", "to_fix", "wrong_form", "missing")
"""Of several parts the first of these that one of them says is where the whole stands."""
Rulings = Mapping[str, Decision]
"""'submission:<id>' → the ruling on that file alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One assignment, all its parts together.

    state: accepted where something counts («đang sửa», `mending`, where another return is to be mended), nil, to_fix
    where something is to be mended and nothing counts, wrong_form, missing; excused of whom nothing is awaited – ruled
    so, released (S3.15), or a volunteer who sent nothing (S3.16).
    """

    state: str
    mending: bool = False
    latest: SubmissionRecord | None = None
    """The return the row speaks of: the newest to be mended, else the newest."""
    counted: SubmissionRecord | None = None
    """The newest that counts."""
    parts: int = 0
    """How many parts count."""
    known: int = 0
    """How many parts there are: issued or returned."""
    received: tuple[dt.date, ...] = ()
    """When each part that counts was received."""
    findings: tuple[Finding, ...] = ()
    whole: Standing | None = None
    """What stands of the assignment as a whole: ruling, extension, signed copy, note."""

    @property
    def decision(self) -> Decision | None:
        return self.whole.decision if self.whole else None

    @property
    def signed(self) -> SignedCopy | None:
        return signed_copy_of(self.whole.signed) if self.whole and self.whole.signed else None


def position_of(assignment: Assignment, standings: Sequence[Standing], of_files: Rulings) -> Position:
    """Where the assignment stands; `standings` are those of its parts."""
    whole = standings[0] if standings else None
    if not assignment.form:
        return Position(state=_of_document(assignment, whole), whole=whole)
    states = [state_of_part(s, of_files) for s in standings] or ["missing"]
    state = next(s for s in _BEST if s in states)
    awaited = state in ("missing", "wrong_form")
    if awaited and (assignment.released or assignment.strength == "may"):
        state = "excused"
    pairs = list(zip(standings, states, strict=False))
    faulty = [s for s, of in pairs if of == "to_fix" or (s.mending and of in ("accepted", "nil"))]
    mending = bool(faulty) and state in ("accepted", "nil")
    counted = [s.counted for s, of in pairs if s.counted is not None and of in ("accepted", "nil")]
    shown = _newest(s.latest for s in faulty) or _newest(s.latest for s in standings) or _newest(counted)
    return Position(
        state=state,
        mending=mending,
        latest=shown,
        counted=_newest(counted),
        parts=len(counted) if state == "accepted" else 0,
        known=sum(bool(s.part) for s in standings),
        received=tuple(r.received for r in counted),
        findings=_findings(pairs, faulty) if state not in ("excused", "nil") or mending else (),
        whole=whole,
    )


def state_of_part(standing: Standing, of_files: Rulings) -> str:
    """Where one part stands; a file ruled on for itself is not asked again of the whole."""
    latest = standing.latest
    own = of_files.get(f"submission:{latest.id}") if latest is not None else None
    if own is not None and own.kind == "supplement" and state_of_line(standing) not in ("excused", "nil"):
        return "to_fix"
    return state_of_line(standing)


def state_of_line(standing: Standing | None) -> str:
    """accepted, nil, to_fix, wrong_form, missing or excused: where one part of an assignment stands (DESIGN §2)."""
    if standing is None:
        return "missing"
    kind = standing.decision.kind if standing.decision else ""
    if kind == "excuse":
        return "excused"
    if kind == "nil":
        return "nil"
    latest = standing.latest
    if kind == "supplement" and latest is not None and standing.decision and standing.decision.bound_to == latest.id:
        return "to_fix"
    if standing.counted is not None:
        return "nil" if standing.nil else "accepted"
    if latest is None:
        return "missing"
    return "to_fix" if latest.state in ("to_fix", "superseded") else "wrong_form"


def shown_decision(standing: Standing | None, on_screen: str, of_files: Rulings) -> Decision | None:
    """The decision that the cell Xử lý of a row shows: the ruling that stands, unless it was about another submission
    than the one on screen ('': what it left out); else that the signed copy has come. Of a closed round: what was ruled
    since, which changes nothing until it is reopened."""
    if standing is None:
        return None
    if standing.later is not None:
        return standing.later
    own = of_files.get(f"submission:{on_screen}") if on_screen else None
    if own is not None and own.kind in OF_A_SUBMISSION:
        return own
    decision = standing.decision
    if decision is not None and (
        decision.kind not in OF_A_SUBMISSION or not on_screen or decision.bound_to == on_screen
    ):
        return decision
    return standing.signed


def word_awaited(form: Form, position: Position, standings: Sequence[Standing]) -> bool:
    """The unit said that the narrative comes as a signed Word file, and no signed copy is there yet: the ticks that
    free a return from writing it on the sheet are those the form's rules on narratives name."""
    if position.state != "accepted" or position.signed is not None:
        return False
    frees = {rule.unless for rule in form.rules if rule.kind == "min_rows" and rule.unless}
    counted = (s.counted for s in standings if s.counted is not None)
    return bool(frees) and any(frees & examination_of(r.examination).fields.keys() for r in counted)


def _of_document(assignment: Assignment, whole: Standing | None) -> str:
    """A document without a form (S1.12) is there when its signed copy is."""
    kind = whole.decision.kind if whole and whole.decision else ""
    if kind in ("excuse", "nil"):
        return "excused" if kind == "excuse" else "nil"
    if whole is not None and whole.signed is not None:
        return "accepted"
    return "excused" if assignment.released or assignment.strength == "may" else "missing"


def _newest(records: Iterable[SubmissionRecord | None]) -> SubmissionRecord | None:
    found = [r for r in records if r is not None]
    return max(found, key=lambda r: (r.received, r.seq), default=None)


def _findings(pairs: Sequence[tuple[Standing, str]], faulty: Sequence[Standing]) -> tuple[Finding, ...]:
    """Of all parts: what is to be mended; of what counts, nothing is asked any more («nhận nguyên trạng»)."""
    out: list[Finding] = []
    for standing, state in pairs:
        if standing in faulty or state == "wrong_form":
            out += standing.findings
        elif state == "accepted" and standing.counted is not None:
            out += (replace(f, severity="info") if f.severity == "error" else f for f in standing.counted.findings)
    return tuple(out)

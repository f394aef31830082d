"""Who is in, late, faulty: every round open as it stands, written to theo-doi.xlsx and told as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lamtheo_xls.definitions import milestones_of, period_label
from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import Finding, World, as_json, say
from lamtheo_xls.register import Assignment, current
from lamtheo_xls.reports.board import (
    FormLine,
    MilestoneLine,
    StatusLine,
    Summary,
    deadline_words,
    dues_words,
    summarise,
)
from lamtheo_xls.reports.contacts import ContactLine
from lamtheo_xls.reports.decisions import keep_typed
from lamtheo_xls.reports.letters import keep_letters
from lamtheo_xls.reports.status import write_status
from lamtheo_xls.reports.targets import replace_if_unchanged
from lamtheo_xls.workspace.choosing import choices_for, labels_of
from lamtheo_xls.workspace.folder import STATUS, Office
from lamtheo_xls.workspace.inbox import files_of, history_of
from lamtheo_xls.workspace.letters.board import letter_lines
from lamtheo_xls.workspace.letters.contacts import contacts_of
from lamtheo_xls.workspace.lines import placed_lines
from lamtheo_xls.workspace.owing import assignments_of
from lamtheo_xls.workspace.position import state_of_line
from lamtheo_xls.workspace.ruling import Taken, take_decisions

__all__ = ["Followed", "Overview", "follow", "state_of_line"]

TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One round as it stands."""

    round: str
    as_of: str
    title: str
    heading: str
    """The title, and the date that comes next."""
    lines: tuple[StatusLine, ...]
    summary: Summary
    forms: tuple[FormLine, ...]
    milestones: tuple[MilestoneLine, ...]
    owed: tuple[Assignment, ...]
    deadline: Deadline | None
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """The contract of `status --json` (DESIGN §7): expected = accepted + nil + to_fix + missing."""
        s = self.summary
        return {
            "round": self.round,
            "as_of": self.as_of,
            "expected": s.expected,
            "accepted": s.accepted,
            "to_fix": s.to_fix,
            "missing": s.missing,
            "nil": s.nil,
            "excused": s.excused,
            "late": s.late,
            "assignments": [_as_json(a, line) for a, line in zip(self.owed, self.lines, strict=True)],
        }


def _as_json(a: Assignment, line: StatusLine) -> dict[str, Any]:
    return {
        "assignment": a.id,
        "form": a.form or None,
        "unit": a.unit,
        "person": a.person,
        "period": a.period,
        "state": "missing" if line.state == "wrong_form" else line.state,
        "due": a.deadline.on_time.isoformat(),
        "accept_until": a.deadline.accept_until.isoformat() if a.deadline.accept_until else None,
        "received": line.received.isoformat() if line.received else None,
        "late": line.late,
        "findings": [as_json(f) for f in line.findings],
        "signed_copy": line.signed,
        "signed": line.copy.detail if line.copy else None,
        "parts": line.parts,
        "document": a.document or None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Every round the command is for, and where theo-doi.xlsx lies; that holds all rounds open."""

    rounds: tuple[Overview, ...]
    summary: Summary
    """Of the rounds the command is for, with the files nobody owns."""
    file: Path
    view_only: bool
    findings: tuple[Finding, ...]


def follow(office: Office, taken: Taken) -> Followed:
    """Writes theo-doi.xlsx anew and gives the rounds as they stand. Decisions must have been taken in before (`taken`).

    The file is replaced only if it is still the one that was read; when somebody saved it meanwhile, their decisions
    are taken in first. Open elsewhere: a copy marked CHỈ XEM is written beside it (finding set.target_open).
    """
    for _ in range(TRIES):
        followed, content, view_only = _compose(office, taken)
        path, findings = replace_if_unchanged(
            office.root / STATUS, taken.sha256, content, as_of=office.as_of, view_only=view_only
        )
        if path is not None:
            return replace(followed, file=path, view_only=path != office.root / STATUS, findings=findings)
        taken = take_decisions(office)
    raise World("world.target_held", noi=office.root / STATUS)


def _compose(office: Office, taken: Taken) -> tuple[Followed, bytes, Callable[[], bytes]]:
    rulings, labels = office.ledger.standing(None), labels_of(office)
    owed = {one.round.id: assignments_of(one) for one in office.live}
    choices = choices_for(office, [a for found, _ in owed.values() for a in found])
    files = files_of(office, rulings, choices)
    rounds = []
    for one in office.live:
        assignments, findings = owed[one.round.id]
        placed = placed_lines(one, assignments, rulings, labels)
        lines, files = keep_typed((p.line for p in placed), files, taken.sheet)
        rounds.append(_overview(one, assignments, lines, findings, labels))
    mine = rounds[: len(office.all)]
    lines = tuple(line for r in rounds for line in r.lines)
    settled = {line.assignment for line in lines if line.state in ("accepted", "nil", "excused")}
    asked = {a.unit for r in rounds for a in r.owed}
    forms = tuple(f for r in rounds for f in r.forms)
    arguments: dict[str, Any] = {
        "title": _title(rounds).upper(),
        "as_of": office.as_of,
        "lines": lines,
        "files": files,
        "history": history_of(office),
        "summary": summarise(lines, files),
        "deadline": rounds[0].deadline,
        "units": tuple(u for u in current(office.register, office.as_of) if u.code in asked),
        "created": office.as_of,
        "office_findings": taken.findings,
        "forms": forms,
        "milestones": tuple(m for r in rounds for m in r.milestones),
        "choices": choices,
        "letters": keep_letters(letter_lines(office, settled), taken.sheet.letters),
        "contacts": _contacts(office),
    }
    followed = Followed(
        rounds=tuple(mine),
        summary=summarise((line for r in mine for line in r.lines), files),
        file=office.root / STATUS,
        view_only=False,
        findings=(),
    )
    return followed, write_status(**arguments), lambda: write_status(**arguments, view_only=True)


def _contacts(office: Office) -> tuple[ContactLine, ...]:
    """Whom mail does not reach: nothing where the office writes to nobody by mail."""
    facts = office.register.office
    mails = any(facts.get(name) for name in ("may_chu_gui", "may_chu_nhan")) or bool(office.ledger.letters())
    return contacts_of(office) if mails else ()


def _overview(
    office: Office,
    owed: Sequence[Assignment],
    lines: tuple[StatusLine, ...],
    findings: Iterable[Finding],
    labels: Mapping[tuple[str, str], str],
) -> Overview:
    forms = _forms(office, owed, lines, labels)
    deadline = forms[0].deadline if forms else None
    title = _round_title(office, owed)
    due = dues_words(forms, office.as_of, plain=True) if len(forms) > 1 else deadline_words(deadline, office.as_of)
    return Overview(
        round=office.round.id,
        as_of=office.as_of.isoformat(),
        title=title,
        heading=f"{title} – {due}",
        lines=lines,
        summary=summarise(lines),
        forms=forms,
        milestones=tuple(
            MilestoneLine(label=m.label, deadline=d) for m, d in milestones_of(office.programme, office.round.period)
        ),
        owed=tuple(owed),
        deadline=deadline,
        findings=tuple(findings),
    )


def _forms(
    office: Office, owed: Sequence[Assignment], lines: Sequence[StatusLine], labels: Mapping[tuple[str, str], str]
) -> tuple[FormLine, ...]:
    """The round's forms and documents, in the order owed. Each has its own date, not that of one unit's extension."""
    of: dict[str, list[tuple[Assignment, StatusLine]]] = {}
    for assignment, line in zip(owed, lines, strict=True):
        of.setdefault(assignment.obligation, []).append((assignment, line))
    out, plain = [], labels_of(replace(office, also=(), beside=()))
    for obligation, found in of.items():
        dates = Counter(a.deadline for a, line in found if not line.own_due) or Counter(a.deadline for a, _ in found)
        first = found[0][0]
        out.append(
            FormLine(
                label=labels[office.round.id, obligation],
                plain=plain[office.round.id, obligation],
                name=office.forms[first.form].name if first.form else first.document,
                deadline=dates.most_common(1)[0][0],
                summary=summarise(line for _, line in found),
            )
        )
    return tuple(out)


def _round_title(office: Office, owed: Sequence[Assignment]) -> str:
    """«Mẫu số 02 – năm 2027»; of several forms «43-kh-duk – năm 2027»."""
    forms = {a.obligation: a.form for a in owed}
    only = next(iter(forms.values()), "") if len(forms) == 1 else ""
    name = office.forms[only].label if only else office.programme.id
    return say("workspace.status.title", ten=name, ky=period_label(office.round.period))


def _title(rounds: Sequence[Overview]) -> str:
    return say("reports.status.several", dot="; ".join(r.title for r in rounds)) if len(rounds) > 1 else rounds[0].title

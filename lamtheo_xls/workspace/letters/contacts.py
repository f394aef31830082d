"""Whom to reach otherwise than by mail: who has no address, who was reminded twice, whose letter came back."""

from __future__ import annotations

from collections.abc import Sequence

from lamtheo_xls.definitions import period_label
from lamtheo_xls.findings import say
from lamtheo_xls.register import person_by_code, unit_of
from lamtheo_xls.reports.board import date_words
from lamtheo_xls.reports.contacts import ContactLine
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.letters.awaited import Awaited, awaited_of
from lamtheo_xls.workspace.letters.recipients import addressees_of
from lamtheo_xls.workspace.posting import where_words

OFTEN = 2
"""Who was reminded so often and still owes is called."""

CALLED = ("returned_letter", "reminded", "no_address")
"""In this order."""


def contacts_of(office: Office) -> tuple[ContactLine, ...]:
    """One line for each unit or person that owes something and is not reached by mail, over all rounds open: those
    whose letter came back, those reminded twice or more, those without an address – first those to be called, each
    kind in the office's order. What carries a degree of secrecy stands on no list: it is handed over by other ways."""
    rounds = [one for one in office.live if not one.programme.secrecy]
    awaited = awaited_of(office, rounds)
    _, without = addressees_of(office, [x.assignment for x in awaited])
    unreachable = {a.id for a in without}
    found: dict[str, list[Awaited]] = {}
    for one in awaited:
        found.setdefault(one.recipient, []).append(one)
    ranks, people = office.register.index.ranks, {p.code: n for n, p in enumerate(office.register.people, start=1)}
    named = sorted(
        found.values(), key=lambda x: (ranks[x[0].assignment.unit], people.get(x[0].assignment.person or "", 0))
    )
    lines = [line for owed in named if (line := _line(office, owed, unreachable)) is not None]
    return tuple(sorted(lines, key=lambda x: CALLED.index(x.why)))


def to_call(office: Office) -> int:
    """How many were reminded in vain or could not be written to."""
    return sum(x.why != "no_address" for x in contacts_of(office))


def _line(office: Office, awaited: Sequence[Awaited], unreachable: set[str]) -> ContactLine | None:
    """The line of one unit or person; None where mail reaches it."""
    if no_address := [x for x in awaited if x.assignment.id in unreachable]:
        why, owed = "no_address", [x for x in no_address if x.workbooks or x.line.ask]
    elif owed := [x for x in awaited if x.came_back]:
        why = "returned_letter"
    else:
        why, owed = "reminded", [x for x in awaited if x.reminded >= OFTEN]
    if not owed:
        return None
    owed = sorted(owed, key=lambda x: x.assignment.deadline.on_time)
    first = owed[0]
    return ContactLine(
        code=first.recipient,
        who=_who(office, first),
        contact=first.line.contact,
        phone=first.line.phone,
        why=why,
        forms=tuple(dict.fromkeys(x.line.form for x in owed)),
        due=first.assignment.deadline.on_time,
        times=max(x.reminded for x in owed),
        files=tuple(dict.fromkeys(w.path.relative_to(office.root).as_posix() for x in owed for w in x.workbooks)),
        caption=caption_for(office, owed),
    )


def _who(office: Office, awaited: Awaited) -> str:
    """The unit's short name; «Nguyễn Văn An – CB Hòa An» of a person."""
    unit = unit_of(office.register, awaited.assignment.unit)
    name = (unit.short_name or unit.name) if unit else awaited.assignment.unit
    person = person_by_code(office.register, awaited.assignment.person)
    return say("workspace.owing.person", ten=person.name, don_vi=name) if person is not None else name


def caption_for(office: Office, awaited: Sequence[Awaited]) -> str:
    """The words to send one recipient beside its own files: what is awaited by when, how to fill it in, where to send
    it back."""
    contact = office.register.office.get("dau_moi_nhan", "")
    said = say(
        "workspace.contact.caption",
        ai=_who(office, awaited[0]),
        viec="\n".join(dict.fromkeys(_owed_words(x) for x in awaited)),
        cach=say("workspace.contact.how") if any(x.workbooks for x in awaited) else "",
        noi="\n".join(_where(awaited)),
        hoi=say("workspace.issue.ask", dau_moi=contact.rstrip(".")) if contact else "",
    )
    return "\n".join(line for line in said.splitlines() if line)


def _owed_words(awaited: Awaited) -> str:
    a = awaited.assignment
    kind = "to_fix" if awaited.to_fix else "owed" if a.form else "document"
    due = say("workspace.issue.due", han=a.deadline.text).rstrip(".")
    if a.deadline.accept_until is not None:
        due += say("reports.status.due_accept", date=date_words(a.deadline.accept_until))
    form = awaited.office.forms[a.form] if a.form else None
    label = f"{form.label} – {form.name}" if form else a.document
    return say(f"workspace.contact.{kind}", bieu=label, ky=period_label(a.period), han=due)


def _where(awaited: Sequence[Awaited]) -> list[str]:
    """The words on where to send, of each round once."""
    lines: dict[str, None] = {}
    for one in {x.office.round.id: x.office for x in awaited}.values():
        forms = tuple(dict.fromkeys(x.assignment.form for x in awaited if x.office.round.id == one.round.id))
        lines |= dict.fromkeys(where_words(one, forms).splitlines())
    return list(lines)

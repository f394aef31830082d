"""What a received file may be given to a unit as: its forms and documents, its people's, and the signed copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from lamtheo_xls.findings import say
from lamtheo_xls.ledger import SubmissionRecord
from lamtheo_xls.register import Assignment, Register, person_by_code
from lamtheo_xls.reports.board import Choice
from lamtheo_xls.text import nfc, same_unit, text_key
from lamtheo_xls.workspace.folder import Office
from lamtheo_xls.workspace.owing import assignments_of, choices_of

Owed = tuple[Assignment, ...]


def owed_everywhere(office: Office) -> Owed:
    """What every round open asks, round by round."""
    return tuple(a for one in office.live for a in assignments_of(one)[0])


def labels_of(office: Office) -> Mapping[tuple[str, str], str]:
    """(round, obligation) → what its form is called on screen: the form's label, of a document «Văn bản»; with the
    programme behind it where several rounds are open, since two programmes may each have a Mẫu 01."""
    rounds = office.live
    programmes = Counter(one.programme.id for one in rounds)
    found: dict[tuple[str, str], str] = {}
    for one in rounds:
        documents = sum(not o.form for o in one.programme.obligations)
        behind = one.programme.id if programmes[one.programme.id] == 1 else one.round.id
        for number, obligation in enumerate(one.programme.obligations, start=1):
            if obligation.form:
                label = one.forms[obligation.form].label
            else:
                label = say("reports.files.document", so=number if documents > 1 else "").strip()
            if len(rounds) > 1:
                label = say("reports.files.of_programme", bieu=label, bo=behind)
            found[one.round.id, obligation.id] = label
    return found


def choices_for(office: Office, owed: Sequence[Assignment]) -> tuple[Choice, ...]:
    """Everything a file may be given as, in the order owed: a form, and the signed copy of a form or document."""
    labels = labels_of(office)
    named = [(a, _name(office.register, a, labels[a.round, a.obligation])) for a in owed]
    times = Counter((a.unit, name) for a, name in named)
    out = []
    for a, plain in named:
        name = plain if times[a.unit, plain] == 1 else say("workspace.owing.same", ten=plain, ma=a.person or a.id)
        if a.form:
            out.append(Choice(unit=a.unit, label=name, assignment=a.id, form=a.form))
        if a.signed_copy:
            label = say("reports.files.signed_of", bieu=name)
            out.append(Choice(unit=a.unit, label=label, assignment=a.id, signed=True, form=a.form))
    return tuple(out)


def by_unit(choices: Iterable[Choice]) -> dict[str, list[Choice]]:
    """Unit → its choices, in their order."""
    found: dict[str, list[Choice]] = {}
    for choice in choices:
        found.setdefault(choice.unit, []).append(choice)
    return found


def _name(register: Register, assignment: Assignment, label: str) -> str:
    person = person_by_code(register, assignment.person)
    return say("reports.files.of_person", bieu=label, ten=person.name) if person is not None else label


def choice_meant(text: str, of_unit: Iterable[Choice]) -> Choice | None:
    """The choice of a unit that a text names; of its person's name alone, or its form's, where that says which."""
    key = text_key(text)
    known = [(text_key(c.label), c) for c in of_unit]
    exact = [c for label, c in known if label == key]
    if exact:
        return exact[0]
    near = [c for label, c in known if key and key in label and not c.signed]
    return near[0] if len(near) == 1 else None


def choice_by_file(office: Office, record: SubmissionRecord, of_unit: Sequence[Choice]) -> Choice | None:
    """Which form of its unit a file is, as far as the file tells: the only one the unit owes, the only one of its own
    form, or the one chosen inside a shared workbook."""
    soft = [c for c in of_unit if not c.signed]
    if len(soft) == 1:
        return soft[0]
    chosen = chosen_inside(office, record)
    if chosen is not None:
        return next((c for c in soft if c.assignment == chosen.id), None)
    own = [c for c in soft if c.form == record.form]
    return own[0] if len(own) == 1 else None


def chosen_inside(office: Office, record: SubmissionRecord) -> Assignment | None:
    """The assignment meant by the name chosen inside a shared workbook; None where nothing was, or it is not one."""
    text = next((dict(f.args).get("don_vi", "") for f in record.findings if f.code == "identity.shared"), "")
    if not text:
        return None
    issued = office.ledger.issued(record.serial) if record.serial is not None else None
    home = office.of_round(issued.issued.round if issued is not None else None)
    owing = [a for a in assignments_of(home)[0] if a.form == record.form]
    named = choices_of(office.register, owing)
    if (exact := named.get(nfc(text))) is not None:
        return exact
    near = [a for name, a in named.items() if text_key(name) == text_key(text)]
    near = near or [a for a in owing if a.person is None and _is_unit(office.register, a.unit, text)]
    return near[0] if len(near) == 1 else None


def _is_unit(register: Register, code: str, text: str) -> bool:
    unit = register.index.by_code.get(code)
    return unit is not None and (same_unit(unit.name, text) or same_unit(unit.short_name, text))

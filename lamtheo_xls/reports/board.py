"""What theo-doi.xlsx says: its lines, files, history and counts as values, and their words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import Finding, say
from lamtheo_xls.findings.catalogue import words
from lamtheo_xls.ledger.records import SignedCopy
from lamtheo_xls.register.model import Unit

LINE_DECISIONS = ("confirm", "supplement", "exclude", "excuse", "extend", "nil", "enter", "as_is", "signed")
"""What may be decided of an assignment, in the order of the drop-down."""

FILE_DECISIONS = ("assign", "confirm", "as_is", "enter", "supplement", "exclude")
"""What may be decided of a received file that no assignment owns yet."""

LINE_STATES = ("accepted", "nil", "to_fix", "wrong_form", "missing", "excused")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """One assignment as the office sees it.

    `state` is one of LINE_STATES; `words` is what the screen says («Hợp lệ (muộn)», «Ảnh», «Quá hạn»: see
    `state_words`). wrong_form: something came that is not the form (photo, PDF…) and nothing else did; it counts
    among the missing. `decision`, `detail` and `note` are what staff had typed and goes back into their columns;
    `standing` is the decision in force, in words.
    """

    assignment: str
    submission: str = ""
    """Id of the submission the row speaks of: a decision is about what was on screen when it was taken."""
    unit: str
    unit_short: str
    kind: str = ""
    person: str = ""
    """Name of the person whose form it is; '' where the unit owes it."""
    form: str
    """The form's label on screen: «Mẫu 02»."""
    name: str = ""
    """Full name of a document without a form."""
    state: str
    words: str
    parts: int = 0
    """How many parts count, where the form may have many."""
    signed: bool = False
    signed_due: bool = True
    copy: SignedCopy | None = None
    """What is known of the signed copy."""
    copy_typed: Mapping[str, str] = field(default_factory=dict)
    """What staff typed of it and was not understood, to be mended where it stands."""
    contact: str = ""
    phone: str = ""
    mail: str = ""
    due: dt.date | None = None
    accept_until: dt.date | None = None
    own_due: bool = False
    """The date is this unit's alone (gia hạn)."""
    received: dt.date | None = None
    late: bool = False
    overdue: bool = False
    ask: bool = True
    """Its date is near or past: who has sent nothing is to be called."""
    tell: str = ""
    standing: str = ""
    decision: str = ""
    detail: str = ""
    note: str = ""
    file: str = ""
    feedback: str = ""
    """Workspace-relative path of the workbook to send back; '' for none."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A received file a person must look at: unknown, refused, shared, or shown with a proposal."""

    submission: str
    file: str
    received: dt.date | None
    words: str
    """What it is, on screen: «Ảnh», «Chưa rõ đơn vị», «Mẫu chung»."""
    reply: str = ""
    """A message to paste back to the sender."""
    proposed: str = ""
    """Short name of the unit it may be from; '' when nothing speaks for one."""
    assigned: str = ""
    """What stood in «Gán cho đơn vị»."""
    given_as: str = ""
    """What stood in «Là biểu, văn bản»."""
    decision: str = ""
    note: str = ""
    doubtful: bool = False
    """What stands in its cells was not understood."""
    open: bool = True
    """Nothing is decided yet: counts among the unclear files."""
    sender: str = ""
    """The address it came from by mail; '' where it came otherwise."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a file may be given to a unit as: one of its forms or documents, or the signed copy of one."""

    unit: str
    """Code of the unit."""
    label: str
    """As offered in «Là biểu, văn bản»; no two of one unit are the same."""
    assignment: str
    signed: bool = False
    form: str = ""
    """Id of the form; '' for a document without a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """One form or document of one round, for sheet THEO BIỂU."""

    label: str
    """As every row of it says: with its programme, where several rounds are open."""
    plain: str
    """The label alone."""
    name: str
    deadline: Deadline
    """What most have, whatever single units were given."""
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneLine:
    """A date of the office itself (S1.20, S1.21)."""

    label: str
    deadline: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One event for sheet LỊCH SỬ."""

    date: dt.date
    unit: str
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of assignments. expected = accepted + nil + to_fix + missing; wrong_form and overdue are parts of the
    missing; excused stand outside; late and signed overlap the others. `signed_due`: signed copies owed; `call`: how
    many of the missing are to be called now."""

    expected: int = 0
    accepted: int = 0
    nil: int = 0
    to_fix: int = 0
    missing: int = 0
    wrong_form: int = 0
    overdue: int = 0
    excused: int = 0
    late: int = 0
    signed: int = 0
    signed_due: int = 0
    call: int = 0
    unclear_files: int = 0


def state_words(state: str, *, late: bool = False, overdue: bool = False, mending: bool = False) -> str:
    """The words of a state on screen: «Hợp lệ», «Hợp lệ (muộn)», «Hợp lệ (đang sửa)», «Quá hạn»."""
    key = state
    if state == "missing" and overdue:
        key = "overdue"
    elif state == "accepted" and mending:
        key = "mending"
    text = say(f"reports.states.{key}")
    return say("reports.states.late", state=text) if late else text


def summarise(lines: Iterable[StatusLine], files: Iterable[FileLine] = ()) -> Summary:
    """The counts of a status sheet, from its own lines."""
    lines = tuple(lines)
    owed = [line for line in lines if line.state != "excused"]

    def count(*states: str) -> int:
        return sum(line.state in states for line in owed)

    return Summary(
        expected=len(owed),
        accepted=count("accepted"),
        nil=count("nil"),
        to_fix=count("to_fix"),
        missing=count("missing", "wrong_form"),
        wrong_form=count("wrong_form"),
        overdue=sum(line.overdue for line in owed if line.state == "missing"),
        excused=len(lines) - len(owed),
        late=sum(line.late for line in owed),
        signed=sum(line.signed for line in owed if line.signed_due),
        signed_due=sum(line.signed_due for line in owed),
        call=sum(line.ask for line in owed if line.state == "missing"),
        unclear_files=sum(f.open for f in files),
    )


def unit_labels(units: Iterable[Unit]) -> Mapping[str, str]:
    """Unit code → the name offered in «Gán cho đơn vị»: the short name, with the code where two share it."""
    units = tuple(units)
    seen: dict[str, int] = {}
    for unit in units:
        seen[unit.short_name] = seen.get(unit.short_name, 0) + 1
    return {u.code: u.short_name if seen[u.short_name] == 1 else f"{u.short_name} ({u.code})" for u in units}


def signed_line(line: StatusLine) -> bool:
    """The line has a row in BẢN KÝ: a signed copy is owed of it, or came all the same."""
    return line.signed or (line.signed_due and line.state != "excused")


def date_words(day: dt.date | None) -> str:
    """25/02/2027; '' for no date."""
    return day.strftime("%d/%m/%Y") if day else ""


def weekday_words(day: dt.date) -> str:
    """«thứ Năm»."""
    return str(words("reports")["weekdays"]["names"][day.weekday()])


def deadline_words(deadline: Deadline | None, as_of: dt.date) -> str:
    """«Hạn: trong tháng 02/2027 (28/02 là Chủ nhật), còn 3 ngày»; a weekend day is named as one."""
    if deadline is None:
        return say("reports.status.due_none")
    day = deadline.on_time
    if day.weekday() >= 5:
        when = say("reports.status.due_weekend", date=day.strftime("%d/%m"), weekday=weekday_words(day))
    else:
        when = say("reports.status.due_day", date=day.strftime("%d/%m"))
    text = say("reports.status.due", text=deadline.text, day=when, left=left_words(deadline, as_of))
    if deadline.accept_until and deadline.accept_until > day:
        text += say("reports.status.due_accept", date=date_words(deadline.accept_until))
    return text


def left_words(deadline: Deadline, as_of: dt.date) -> str:
    """«còn 3 ngày», «hôm nay là ngày cuối», «đã qua 2 ngày»."""
    days = (deadline.on_time - as_of).days
    if days > 0:
        return say("reports.status.due_left", n=days)
    return say("reports.status.due_today") if days == 0 else say("reports.status.due_past", n=-days)


def dues_words(forms: Iterable[FormLine], as_of: dt.date, *, plain: bool = False) -> str:
    """The date of several forms that comes next, with the forms it is for; where all are past, the last of them."""
    forms = tuple(forms)
    ahead = [f.deadline for f in forms if f.deadline.on_time >= as_of]
    if not ahead:
        nearest = max((f.deadline for f in forms), key=lambda d: d.on_time, default=None)
    else:
        nearest = min(ahead, key=lambda d: d.on_time)
    if nearest is None:
        return deadline_words(None, as_of)
    named = ", ".join(
        dict.fromkeys((f.plain if plain else f.label) for f in forms if f.deadline.on_time == nearest.on_time)
    )
    return say("reports.status.due_of", text=deadline_words(nearest, as_of), forms=named)


def counts_words(summary: Summary) -> tuple[str, str]:
    """The two lines of counts: what is owed, and what stands beside it. Zeros that say nothing are left out."""
    missing = summary.missing - summary.wrong_form
    parts = [say("reports.status.accepted", n=summary.accepted)]
    if summary.nil:
        parts.append(say("reports.status.nil", n=summary.nil))
    parts.append(say("reports.status.to_fix", n=summary.to_fix))
    if summary.wrong_form:
        parts.append(say("reports.status.wrong_form", n=summary.wrong_form))
    last = say("reports.status.missing", n=missing)
    if summary.overdue:
        last += say("reports.status.overdue", n=summary.overdue)
    parts.append(last)
    first = say("reports.status.expected", n=summary.expected) + ": " + ", ".join(parts)
    beside = [say("reports.status.excused", n=summary.excused)]
    if summary.late:
        beside.append(say("reports.status.late", n=summary.late))
    if summary.signed_due:
        beside.append(say("reports.status.signed", n=summary.signed, total=summary.signed_due))
    return first, "  ·  ".join(beside)

"""The ledger's values: what was issued, received, judged, ruled, and what counts of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lamtheo_xls.findings import Finding
from lamtheo_xls.ledger.judgement import findings_of
from lamtheo_xls.workbook.identity import Issued
from lamtheo_xls.workbook.write.panel import Filled

STATES = ("accepted", "to_fix", "unknown", "refused", "duplicate", "superseded")
KINDS = (
    "confirm",
    "supplement",
    "exclude",
    "excuse",
    "extend",
    "nil",
    "assign",
    "enter",
    "as_is",
    "signed",
    "arrived",
    "again",
    "withdraw",
)


LETTER_KINDS = ("issue", "reminder", "returned", "receipt")
LETTER_STATES = ("ready", "sending", "sent", "in_doubt", "failed", "bounced", "drafted")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """One issued workbook. `file` is relative to the workspace, with '/'; `fingerprint` is the hash of everything
    that determines the workbook, so that issuing again knows new, changed and unchanged. `prefilled`: the inputs that
    left filled; `carried`: the submission they were taken over from when the form's version changed, '' for none."""

    issued: Issued
    code: str
    context: Mapping[str, str]
    children: tuple[str, ...]
    prefilled: Filled
    file: str
    sha256: str
    fingerprint: str
    issued_on: dt.date
    carried: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSource:
    """What the message that brought a file said of itself: provenance, never proof."""

    message_id: str
    """«<…@…>», or '' where it has none."""
    sender: str
    """Address in lower case."""
    name: str = ""
    """The name beside the address."""
    reply_to: str = ""
    """Where answers are wanted, if elsewhere than at the sender."""
    subject: str = ""
    sent: str = ""
    """ISO time, with its zone, that the mail server got it; else what the message claims; '' for neither."""
    references: tuple[str, ...] = ()
    """Message-IDs it answers, the nearest last."""
    automatic: bool = False
    """A list, a robot or an absence note sent it: it is never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Bytes that came in at one place. `modified` is an ISO local time or '' – only ever a tie-break."""

    sha256: str
    file: str
    received: dt.date
    modified: str = ""
    mail: MailSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What the ledger says of an arrival: 'judge' (new, or an interrupted run never judged it), 'duplicate' (these
    bytes are known), or 'earlier' (known, but this copy proves an earlier `received`: judge again)."""

    sha256: str
    file: str
    received: dt.date
    """The earliest date known for these bytes: judge by it."""
    modified: str
    state: Literal["judge", "duplicate", "earlier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRecord:
    """One received file and what became of it.

    Given to the ledger: `state` is the verdict of examining (accepted, to_fix, unknown, refused). Given back: `state`
    as it stands now (also duplicate, superseded), `verdict` as judged, and `assignment`, `part`, `round` as they hold
    now – a decision «gán cho đơn vị» moves them. `judged`: hashes and dates it was judged by (definition, register,
    settings, facts, as_of, program).
    """

    id: str
    sha256: str
    file: str
    received: dt.date
    assignment: str | None = None
    round: str | None = None
    part: str = ""
    form: str | None = None
    state: str
    late: bool = False
    examination: str = ""
    serial: int | None = None
    judged: Mapping[str, str] = field(default_factory=dict)
    modified: str = ""
    seq: int = 0
    verdict: str = ""
    after_close: bool = False
    """Recorded after its round was closed: listed, never counted."""
    nil: bool = False
    """The answer is «không phát sinh», for the assignment as a whole: its part is ''."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return findings_of(self.examination)

    def seen_as(self, state: str) -> SubmissionRecord:
        return replace(self, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person ruled. `subject`: 'assignment:<id>' or 'submission:<id>'. `kind`: one of KINDS; 'withdraw' takes
    back the decision that stands (or the one of the kind named in detail 'of').

    exclude, as_is and confirm speak of one submission: `bound_to`, or the subject itself. assign needs detail
    'assignment' (and may have 'part'); extend needs 'until', an ISO date. signed is a SignedCopy: see there.
    """

    subject: str
    kind: str
    as_of: dt.date
    detail: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    bound_to: str | None = None
    round: str = ""
    """'' = looked up from the subject."""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCopy:
    """The signed copy of a return, or of a document without a form (S1.12), as the detail of a decision 'signed'."""

    on: dt.date | None = None
    """The day it came."""
    number: str = ""
    """The document's own number, «12-KH/ĐU»."""
    dated: dt.date | None = None
    """The document's own date."""
    signer: str = ""
    way: str = ""
    """How it came, in the office's words."""
    submission: str = ""
    """The received file that is its picture (PDF, photo, Word), where there is one."""

    @property
    def detail(self) -> dict[str, str]:
        """As a decision keeps it: what is not known is not there."""
        days = {n: day.isoformat() for n in ("on", "dated") if (day := getattr(self, n)) is not None}
        others = {n: getattr(self, n) for n in ("number", "signer", "way", "submission")}
        return days | {name: text for name, text in others.items() if text}


def signed_copy_of(decision: Decision) -> SignedCopy:
    """The signed copy a decision 'signed' speaks of."""
    known = {n: decision.detail.get(n, "") for n in ("number", "signer", "way", "submission")}
    days = {n: dt.date.fromisoformat(day) for n in ("on", "dated") if (day := decision.detail.get(n, ""))}
    return SignedCopy(on=days.get("on"), dated=days.get("dated"), **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A submission that counts for (assignment, part). `why`: accepted, as_is, confirm or assign."""

    assignment: str
    part: str
    submission: SubmissionRecord
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one (assignment, part) stands. `decision` is what the cell Xử lý shows; signed copy and extension
    outlive it. Decisions are about the assignment, the same for all its parts."""

    assignment: str
    part: str
    latest: SubmissionRecord | None = None
    counted: SubmissionRecord | None = None
    decision: Decision | None = None
    extended: Decision | None = None
    signed: Decision | None = None
    later: Decision | None = None
    """Ruled after the round was closed: changes nothing until it is reopened."""
    note: str = ""

    @property
    def nil(self) -> bool:
        """«Không phát sinh» is the unit's answer, and counts."""
        return self.counted is not None and self.counted.nil

    @property
    def mending(self) -> bool:
        """«đang sửa»: an accepted one counts while a later one is faulty."""
        return self.counted is not None and self.latest is not None and self.latest.id != self.counted.id

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of the latest submission."""
        return self.latest.findings if self.latest is not None else ()

    @property
    def late(self) -> bool:
        """Whether what counts (else the latest) came late."""
        shown = self.counted or self.latest
        return shown is not None and shown.late


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of the history; `detail` is what JSON holds."""

    seq: int
    as_of: dt.date
    kind: str
    subject: str
    round: str
    detail: Mapping[str, Any]


def submission_id(sha256: str) -> str:
    """The id of the submission these bytes make: 20 hexadecimal digits."""
    return sha256[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedCopy:
    """One file that a message brought."""

    sha256: str
    file: str
    mail: MailSource
    as_of: dt.date
    """The day it was collected."""

    @property
    def submission(self) -> str:
        return submission_id(self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMessage:
    """One message of a mailbox that was gone through.

    `kind`: taken (its files are archived and recorded), own (a letter of ours), bounce (of a letter of ours), other
    (nothing in it to take). `marked`: the server was told, or need not be.
    """

    account: str
    """user@host of the mailbox."""
    folder: str
    validity: int
    """UIDVALIDITY: with another one, the same uid is another message."""
    uid: int
    message_id: str = ""
    kind: Literal["taken", "own", "bounce", "other"]
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRecord:
    """One letter of the outbox.

    `key` says what it is («issue:…»), so that the same letter is never made twice. `state`: ready (to be sent), sending
    (its content is on the way: found by a later run, that is in doubt), sent (the server accepted it), in_doubt (its
    reply was not recorded: never sent again by itself), failed (refused for good), bounced (accepted, then returned),
    drafted (a file for staff to send themselves).
    """

    key: str
    message_id: str
    kind: str
    """One of LETTER_KINDS."""
    rounds: tuple[str, ...]
    addresses: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    """'unit:<code>', 'person:<code>'; () for a sender nobody knows."""
    subject: str
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What it carries or speaks of: assignments, serials, submissions, steps."""
    sha256: str
    """Its bytes, in the archive: every try sends the same."""
    made_on: dt.date
    state: str = "ready"
    tries: int = 0
    reply: str = ""
    """The server's last words, or why it came back."""
    moment: str = ""
    """ISO local time of the last change of state."""
    file: str = ""
    """The draft, relative to the workspace, with '/'."""
    id: int = 0

    @property
    def subject_of(self) -> str:
        """The subject of decisions and events about it: 'letter:<id>'."""
        return f"letter:{self.id}"

"""Taking files in: bytes first, then judged, then recorded, a chunk at a time so that an interrupted run goes on."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from lamtheo_xls.findings import Finding, World, as_json, finding, say, screen_word
from lamtheo_xls.intake import Received, gather
from lamtheo_xls.ledger import Arrival, Arrived, IssueRecord, SubmissionRecord, submission_id, text_of
from lamtheo_xls.workspace.folder import INBOX, Office, Progress
from lamtheo_xls.workspace.judging import Docket, Explained, Judged, digest_of, judge
from lamtheo_xls.workspace.knowing import PartNames
from lamtheo_xls.workspace.owing import assignments_of, shared_id
from lamtheo_xls.workspace.renewing import old_versions_until, versions_of

Value = TypeVar("Value")
CHUNK_FILES = 100
CHUNK_BYTES = 32 * 2**20
BATCH_FILES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What became of one file, for printing and for `collect --json`."""

    file: str
    sha256: str | None
    assignment: str | None
    part: str | None
    form: str | None
    state: str
    received: dt.date | None
    findings: tuple[Finding, ...]

    @property
    def label(self) -> str:
        """The short word of the screen: a refused photo is «Ảnh», else the state's own word."""
        own = screen_word(self.findings) if self.state in ("refused", "unknown") else ""
        return own or say(f"cli.state.{self.state}")

    def as_json(self) -> dict[str, Any]:
        """One line of the contract (DESIGN §7)."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "assignment": self.assignment,
            "part": self.part,
            "form": self.form,
            "state": self.state,
            "received": self.received.isoformat() if self.received else None,
            "findings": [as_json(f) for f in self.findings],
        }


class _Issued(Mapping[int, IssueRecord]):
    """The ledger's issue records by serial, looked up when asked; the last one is remembered (resolving and judging ask
    for the same), no more, so that memory does not grow with the files."""

    def __init__(self, office: Office) -> None:
        self._ledger = office.ledger
        self._last: tuple[int, IssueRecord | None] = (-1, None)

    def __getitem__(self, serial: int) -> IssueRecord:
        if serial != self._last[0]:
            self._last = (serial, self._ledger.issued(serial))
        found = self._last[1]
        if found is None:
            raise KeyError(serial)
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(r.issued.serial for r in self._ledger.all_issued())

    def __len__(self) -> int:
        return len(self._ledger.all_issued())


Seen = dict[str, tuple[str | None, str, str | None]]
"""SHA-256 of known bytes → assignment, part and form they belong to."""


class _Explanations(Mapping[str, Mapping[str, Explained]]):
    """What units explained in returns of earlier runs, by assignment and part, looked up when asked."""

    def __init__(self, office: Office, assignments: Iterable[str]) -> None:
        self._ledger = office.ledger
        self._assignments = tuple(assignments)

    def __getitem__(self, assignment: str) -> Mapping[str, Explained]:
        return self._ledger.explained(assignment)

    def __iter__(self) -> Iterator[str]:
        return iter(self._assignments)

    def __len__(self) -> int:
        return len(self._assignments)


def docket_of(office: Office) -> Docket:
    """What returns of every round open are judged by today."""
    owed = [a for one in office.live for a in assignments_of(one)[0]]
    versions = versions_of(office)
    known = versions.by_key
    later = {key: after for key, form in known.items() if (after := versions.after(form))}
    until = {(o.round.id, form): day for o in office.live for form, day in old_versions_until(o).items()}
    silent = {a.form: shared_id(a.form, a.period) for a in owed if a.nil_allowed}
    return Docket(
        keys=(office.key,),
        issued=_Issued(office),
        forms=known,
        current=versions.current,
        later=later,
        old_until=until,
        deadlines={a.id: a.deadline for a in owed},
        nil_allowed={*(a.id for a in owed if a.nil_allowed), *silent.values()},
        explained=_Explanations(office, (a.id for a in owed)),
        counted=PartNames(office),
        kinds={u.code: u.kind for u in office.register.units},
        groups={form: one.groups for one in office.live for form in one.forms},
        rounds=tuple(one.round.id for one in office.live),
        passwords=(office.password,) if office.password else (),
    )


def inboxes(office: Office) -> tuple[Path, ...]:
    """`nhan-ve/` and the further folders the office named (Zalo, Downloads), one a line or parted by ';'."""
    named = office.register.office.get("thu_muc_nhan", "")
    others = (Path(p.strip()) for p in named.replace("\n", ";").split(";") if p.strip())
    return (office.root / INBOX, *(p if p.is_absolute() else office.root / p for p in others))


def collect(
    office: Office,
    paths: Sequence[Path],
    *,
    received: dt.date | None,
    executor: Executor | None = None,
    progress: Progress,
) -> Iterator[Collected]:
    """Takes in every file of `paths` (default: the office's inboxes) and tells of each what became of it.

    A file is archived and noted before anything parses it; known bytes are duplicates and count once. `received`: the
    date to judge by, else the as-of date of the file's first collect. Nothing in the folders is changed.
    """
    desk = desk_of(office, executor)
    yield from left_waiting(desk)
    sources = tuple(paths) or inboxes(office)
    found = gather(sources, base=office.root, skip=lambda id: office.ledger.letter_by_message_id(id) is not None)
    yield from take_in(desk, progress(found, count_files(sources), say("workspace.progress.collect")), received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every file of one command is taken in by."""

    office: Office
    docket: Docket
    executor: Executor | None
    seen: Seen


def desk_of(office: Office, executor: Executor | None) -> Desk:
    """The desk for one command; what is judged by is kept in the archive first."""
    office.keep_grounds()
    docket = docket_of(office)
    if executor is not None:  # a docket that travels: what the ledger knows as plain values
        issued = {r.issued.serial: r for r in office.ledger.all_issued()}
        docket = replace(docket, issued=issued, explained=_whole(docket.explained), counted=_whole(docket.counted))
    return Desk(office=office, docket=docket, executor=executor, seen={})


def left_waiting(desk: Desk) -> Iterator[Collected]:
    """Takes in what an interrupted run noted and never judged."""
    office = desk.office
    for arrived in _chunks_of(office.ledger.waiting()):
        whole = [a for a in arrived if _is_whole(office, a)]
        yield from _judge_and_record(office, desk.docket, [(a, None) for a in whole], desk.executor, desk.seen)
        yield from (_lost(a) for a in arrived if a not in whole)


def take_in(desk: Desk, items: Iterable[Received], received: dt.date | None) -> Iterator[Collected]:
    """Takes in files however they came, and tells of each what became of it once that is recorded."""
    for chunk in _chunks(items):
        yield from _take(desk.office, desk.docket, chunk, received, desk.executor, desk.seen)


def _whole(looked_up: Mapping[str, Mapping[str, Value]]) -> dict[str, Mapping[str, Value]]:
    return {assignment: values for assignment, values in looked_up.items() if values}


def count_files(paths: Sequence[Path]) -> int:
    """How many files there are to go through, for the progress bar (what is inside archives counts as one)."""
    return sum(1 if p.is_file() else sum(1 for f in p.rglob("*") if f.is_file()) for p in paths if p.exists())


def _chunks(items: Iterable[Received]) -> Iterator[list[Received]]:
    chunk: list[Received] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += len(item.data or b"")
        if len(chunk) >= CHUNK_FILES or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _chunks_of(items: Iterable[Arrived]) -> Iterator[list[Arrived]]:
    rest = iter(items)
    while chunk := list(itertools.islice(rest, CHUNK_FILES)):
        yield chunk


def _is_whole(office: Office, arrived: Arrived) -> bool:
    try:
        office.ledger.fetch(arrived.sha256)
    except World:
        return False
    return True


def _lost(arrived: Arrived) -> Collected:
    """What an interrupted run noted and the archive no longer holds: told each time, and no obstacle to the rest."""
    return Collected(
        file=arrived.file,
        sha256=arrived.sha256,
        assignment=None,
        part=None,
        form=None,
        state="refused",
        received=arrived.received,
        findings=(finding("file.lost", sha=arrived.sha256[:12]),),
    )


def _take(
    office: Office,
    docket: Docket,
    chunk: Sequence[Received],
    received: dt.date | None,
    executor: Executor | None,
    seen: Seen,
) -> Iterator[Collected]:
    with_bytes = [r for r in chunk if r.data is not None]
    arrivals = []
    for item in with_bytes:
        assert item.data is not None
        sha = office.ledger.put(item.data)
        day = received or item.day or office.as_of
        arrivals.append(Arrival(sha256=sha, file=item.name, received=day, modified=item.modified, mail=item.mail))
    arrived = office.ledger.record_arrivals(arrivals, as_of=office.as_of)
    todo = [(a, r) for a, r in zip(arrived, with_bytes, strict=True) if a.state != "duplicate"]
    told = _judge_and_record(office, docket, todo, executor, seen)
    judged = {id(item): collected for collected, (_, item) in zip(told, todo, strict=True)}
    known = {id(r): a for a, r in zip(arrived, with_bytes, strict=True)}
    for item in chunk:
        if id(item) in judged:
            yield judged[id(item)]
        elif id(item) in known:
            yield _duplicate(office, known[id(item)], item, seen)
        else:
            office.ledger.record_event(
                "not_taken",
                f"file:{item.name}",
                as_of=office.as_of,
                detail={"findings": [f.code for f in item.findings]},
            )
            yield Collected(
                file=item.name,
                sha256=None,
                assignment=None,
                part=None,
                form=None,
                state="refused",
                received=None,
                findings=item.findings,
            )


def _duplicate(office: Office, arrived: Arrived, item: Received, seen: Seen) -> Collected:
    if arrived.sha256 not in seen:
        seen.update({s.sha256: (s.assignment, s.part, s.form) for s in office.ledger.submissions()})
    assignment, part, form = seen.get(arrived.sha256, (None, "", None))
    return Collected(
        file=item.name,
        sha256=arrived.sha256,
        assignment=assignment,
        part=part if assignment else None,
        form=form,
        state="duplicate",
        received=arrived.received,
        findings=(*item.findings, finding("set.duplicate", ngay_nhan=f"{arrived.received:%d/%m/%Y}")),
    )


def _judge_and_record(
    office: Office,
    docket: Docket,
    todo: Sequence[tuple[Arrived, Received | None]],
    executor: Executor | None,
    seen: Seen,
) -> list[Collected]:
    if not todo:
        return []
    datas = [r.data if r is not None and r.data is not None else office.ledger.fetch(a.sha256) for a, r in todo]
    days = [a.received for a, _ in todo]
    ways = [r.findings if r is not None else () for _, r in todo]
    jobs = list(zip(datas, days, ways, strict=True))
    run = map if executor is None else executor.map
    batches = [jobs[i : i + BATCH_FILES] for i in range(0, len(jobs), BATCH_FILES)]
    verdicts = itertools.chain.from_iterable(run(_judge_batch, batches, itertools.repeat(docket)))
    records = [
        submission_of(office, verdict, arrived.sha256, arrived.file, arrived.received, arrived.modified)
        for (arrived, _), verdict in zip(todo, verdicts, strict=True)
    ]
    told = office.ledger.record_submissions(records)
    seen.update({s.sha256: (s.assignment, s.part, s.form) for s in told})
    return [_collected(office, record) for record in told]


def _judge_batch(jobs: Sequence[tuple[bytes, dt.date, tuple[Finding, ...]]], docket: Docket) -> list[Judged]:
    """One task of an Executor: a docket is worth sending only with a few files."""
    return [judge(data, docket, received=day, way_in=way_in) for data, day, way_in in jobs]


def submission_of(
    office: Office, verdict: Judged, sha256: str, file: str, received: dt.date, modified: str = ""
) -> SubmissionRecord:
    """The ledger's record of a judgement. «Không phát sinh» answers for the assignment as a whole, not for a part."""
    issued = verdict.record.issued if verdict.record is not None else None
    examination = verdict.examination
    home = office.of_round(issued.round if issued is not None else None)
    owned = issued is not None and bool(issued.unit) and verdict.examination.state not in ("unknown", "refused")
    return SubmissionRecord(
        id=submission_id(sha256),
        sha256=sha256,
        file=file,
        received=received,
        assignment=issued.assignment if issued is not None and owned else None,
        round=issued.round if issued is not None and owned else None,
        part="" if examination.nil else examination.part,
        form=issued.form if issued is not None else None,
        state=examination.state,
        late=verdict.late,
        nil=examination.nil,
        examination=text_of(examination),
        serial=issued.serial if issued is not None else None,
        judged=home.judged | {"facts": verdict.facts, "facts_sha256": digest_of(verdict.facts)},
        modified=modified,
    )


def _collected(office: Office, record: SubmissionRecord) -> Collected:
    findings = record.findings
    if record.state == "superseded":
        others = (r for r in office.ledger.submissions(record.round, record.assignment) if r.part == record.part)
        newer = max((r.received for r in others if r.state == "accepted"), default=record.received)
        findings += (finding("set.superseded", ngay_nhan=f"{newer:%d/%m/%Y}"),)
    return Collected(
        file=record.file,
        sha256=record.sha256,
        assignment=record.assignment,
        part=record.part if record.assignment else None,
        form=record.form,
        state=record.state,
        received=record.received,
        findings=findings,
    )

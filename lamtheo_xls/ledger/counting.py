"""What counts, in one query; everything that asks about submissions reads the same view of them."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Mapping

from lamtheo_xls.examine import explained_in
from lamtheo_xls.findings import Finding
from lamtheo_xls.ledger.deciding import standing_decisions
from lamtheo_xls.ledger.judgement import examination_of, findings_of
from lamtheo_xls.ledger.records import Counted, Decision, Standing, SubmissionRecord
from lamtheo_xls.text import same_words

# Steps of the view. `:horizon` is the last number that belongs to the round (its closing, or everything).
#   latest   the last judgement of each submission
#   standing the last decision of each subject and lane, withdrawn ones gone
#   word     what stands about each submission
#   placed   where each submission belongs (a decision «gán cho đơn vị» outweighs its own marks) and why it may count:
#            accepted; faulty but taken as it is; of unknown owner but confirmed or assigned – unless the last word
#            on it is «không tổng hợp»
#   fit      ranked within (assignment, part), and within the assignment, by date received, run, time of the file, hash:
#            the order in which files were listed never matters
#   counted  the first of its part; «không phát sinh» speaks for the assignment as a whole: it counts while nothing
#            newer of any part does, and what is older than it does not
_VIEW = """
WITH latest AS (
    SELECT submission, max(seq) AS seq FROM judgements WHERE seq <= :horizon {scope} GROUP BY submission
),
standing AS (
    SELECT d.* FROM decisions d JOIN (
        SELECT max(seq) AS seq FROM decisions WHERE seq <= :horizon GROUP BY subject, lane
    ) last ON last.seq = d.seq
    WHERE d.kind <> 'withdraw'
),
word AS (
    SELECT bound AS submission,
        max(CASE kind WHEN 'exclude' THEN seq ELSE 0 END) AS excluded,
        max(CASE kind WHEN 'as_is' THEN seq ELSE 0 END) AS as_is,
        max(CASE kind WHEN 'confirm' THEN seq ELSE 0 END) AS confirmed,
        max(CASE kind WHEN 'assign' THEN seq ELSE 0 END) AS assigned
    FROM standing WHERE bound IS NOT NULL AND lane = 'ruling' GROUP BY bound
),
placed AS (
    SELECT s.id, s.sha256, s.file, s.run, j.seq, j.state, j.received,
        coalesce(a.target, j.assignment) AS assignment, j.nil,
        coalesce(nullif(a.part, ''), j.part) AS part,
        coalesce(nullif(a.round, ''), j.round) AS round,
        (
            SELECT min(c.modified) FROM copies c WHERE c.sha256 = s.sha256 AND c.run = s.run AND c.seq <= :horizon
        ) AS modified,
        coalesce(w.excluded > max(w.as_is, w.confirmed, w.assigned), 0) AS excluded,
        CASE
            WHEN w.excluded > max(w.as_is, w.confirmed, w.assigned) THEN ''
            WHEN j.state = 'accepted' THEN 'accepted'
            WHEN j.state IN ('to_fix', 'unknown') AND w.as_is > 0 THEN 'as_is'
            WHEN j.state = 'unknown' AND w.assigned > 0 THEN 'assign'
            WHEN j.state = 'unknown' AND w.confirmed > 0 THEN 'confirm'
            ELSE ''
        END AS why
    FROM latest JOIN judgements j ON j.seq = latest.seq JOIN submissions s ON s.id = j.submission
    LEFT JOIN word w ON w.submission = s.id
    LEFT JOIN standing a ON a.seq = w.assigned
),
fit AS (
    SELECT id, assignment, nil, row_number() OVER (
        PARTITION BY assignment, part ORDER BY received DESC, run DESC, modified DESC, sha256 DESC
    ) AS nth, row_number() OVER (
        PARTITION BY assignment ORDER BY received DESC, run DESC, modified DESC, sha256 DESC
    ) AS place FROM placed WHERE why <> '' AND assignment IS NOT NULL AND round = :round
),
counted AS (
    SELECT f.id FROM fit f LEFT JOIN (
        SELECT assignment, min(place) AS place FROM fit WHERE nil GROUP BY assignment
    ) silent USING (assignment)
    WHERE f.nth = 1 AND (CASE WHEN f.nil THEN f.place = 1 ELSE silent.place IS NULL OR f.place < silent.place END)
)
"""
_EVERYTHING = _VIEW.format(scope="")
_SOME = _VIEW.format(
    scope="""AND submission IN (
        SELECT submission FROM judgements WHERE assignment IN (SELECT value FROM json_each(:only))
        UNION SELECT bound FROM decisions WHERE target IN (SELECT value FROM json_each(:only))
    )"""
)
_EARLIER = _VIEW.format(
    scope="""AND submission IN (
        SELECT submission FROM judgements WHERE assignment = :assignment
        UNION SELECT bound FROM decisions WHERE target = :assignment
    ) AND submission IN (SELECT id FROM submissions WHERE run < :before)"""
)
_COLUMNS = """p.id, p.sha256, p.file, p.run, p.seq, p.state, p.received, p.assignment, p.part, p.round, p.modified,
    p.excluded, p.why, p.nil, v.form, v.late, v.serial, v.examination, v.judged"""
_PLACED = "placed p JOIN judgements v ON v.seq = p.seq"  # long texts are fetched last, not carried through the sorting
_ALL = 2**63 - 1
_REPLACES = "workbook.part_replaces"

_Key = tuple[str, int, str, str]


def counting(db: sqlite3.Connection, round: str) -> tuple[Counted, ...]:
    """For every (assignment, part) of the round the submission that counts, in order of assignment and part; where the
    answer is «không phát sinh» (`nil`), that one alone for the assignment."""
    rows = db.execute(
        f"{_EVERYTHING} SELECT {_COLUMNS} FROM {_PLACED} JOIN counted c ON c.id = p.id"
        " ORDER BY p.assignment, length(p.part), p.part",
        {"round": round, "horizon": horizon(db, round)},
    )
    return tuple(
        Counted(assignment=r["assignment"], part=r["part"], submission=_record(r, r["state"]), why=r["why"])
        for r in rows
    )


def counted_earlier(db: sqlite3.Connection, round: str, assignment: str, before: int, until: int) -> dict[str, str]:
    """Part → the examination of the return that counts for it, of one assignment, among those of runs below `before`
    as they stood at the number `until`; none where the answer is «không phát sinh»."""
    rows = db.execute(
        f"{_EARLIER} SELECT p.part, v.examination FROM {_PLACED} JOIN counted c ON c.id = p.id"
        " WHERE p.assignment = :assignment AND NOT p.nil",
        {"round": round, "horizon": min(until, horizon(db, round)), "assignment": assignment, "before": before},
    )
    return dict(rows)


def horizon(db: sqlite3.Connection, round: str) -> int:
    """The last number that belongs to the round: that of its closing, or all there are."""
    row = db.execute("SELECT closed_seq FROM rounds WHERE round = ?", (round,)).fetchone()
    return int(row[0]) if row else _ALL


def submissions(db: sqlite3.Connection, round: str | None, assignment: str | None) -> tuple[SubmissionRecord, ...]:
    """Submissions as they stand now, in the order they were recorded. Of a closed round: as they stood then, followed
    by those that came after, marked. Without a round: all, those of no known round among them."""
    only = None if assignment is None else json.dumps([assignment])
    if round is not None:
        found = [record for record, _, _ in _listed(db, round, only)]
    else:
        found = [record for name in _rounds(db) for record, _, _ in _listed(db, name, only)]
        view = _EVERYTHING if only is None else _SOME
        loose = db.execute(
            f"{view} SELECT {_COLUMNS} FROM {_PLACED} WHERE p.round IS NULL",
            {"round": "", "horizon": _ALL, "only": only},
        )
        found += [_record(row, row["state"]) for row in loose]
    return tuple(
        sorted((r for r in found if assignment is None or r.assignment == assignment), key=lambda r: (r.seq, r.id))
    )


def states_of(db: sqlite3.Connection, round: str, assignments: Iterable[str]) -> dict[str, str]:
    """How the submissions of some assignments of a round stand now, by id."""
    only = json.dumps(sorted(set(assignments)))
    return {record.id: record.state for record, _, _ in _listed(db, round, only)}


def standing_of_round(db: sqlite3.Connection, round: str, issued: Iterable[tuple[str, str]]) -> tuple[Standing, ...]:
    """Where every (assignment, part) stands: those issued, and whatever came in or was ruled for the round. Of a closed
    round: where it stood then, with what was ruled since as `later`."""
    latest: dict[tuple[str, str], tuple[_Key, SubmissionRecord]] = {}
    for record, key, excluded in _listed(db, round):
        at = (record.assignment or "", record.part)
        if not record.assignment or excluded or record.after_close:
            continue
        if at not in latest or key > latest[at][0]:
            latest[at] = (key, record)
    counted = {(c.assignment, c.part): c.submission for c in counting(db, round)}
    end = horizon(db, round)
    ruled = standing_decisions(db, round, end)
    since = _last(d for d in standing_decisions(db, round).values() if d.seq > end)
    notes = dict(db.execute("SELECT subject, text FROM notes WHERE round IN (?, '')", (round,)).fetchall())
    places = set(issued) | set(latest) | set(counted)
    known = {assignment for assignment, _ in places}
    spoken_of = {subject for subject, _ in ruled} | set(since) | set(notes)
    places |= {
        (subject.removeprefix("assignment:"), "")
        for subject in spoken_of
        if subject.startswith("assignment:") and subject.removeprefix("assignment:") not in known
    }
    return tuple(
        Standing(
            assignment=assignment,
            part=part,
            latest=latest[assignment, part][1] if (assignment, part) in latest else None,
            counted=counted.get((assignment, part)),
            decision=_shown(ruled, f"assignment:{assignment}"),
            extended=ruled.get((f"assignment:{assignment}", "extend")),
            signed=ruled.get((f"assignment:{assignment}", "signed")),
            later=since.get(f"assignment:{assignment}"),
            note=notes.get(f"assignment:{assignment}", ""),
        )
        for assignment, part in sorted(places, key=lambda at: (at[0], len(at[1]), at[1]))
    )


def _last(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The last decision of each subject."""
    return {d.subject: d for d in sorted(decisions, key=lambda d: d.seq)}


def explained(db: sqlite3.Connection, assignment: str, before: int) -> dict[str, dict[tuple[str, str], str]]:
    """Part → (code, value) → the words of the unit's latest return, of runs below `before`, that explain it."""
    rows = db.execute(
        "SELECT j.part, j.examination FROM judgements j JOIN submissions s ON s.id = j.submission"
        " WHERE j.assignment = ? AND s.run < ? ORDER BY j.received, s.run, s.sha256, j.seq",
        (assignment, before),
    )
    told: dict[str, list[Finding]] = {}
    for part, examination in rows:
        told.setdefault(part, []).extend(findings_of(examination))
    return {part: words for part, findings in told.items() if (words := explained_in(findings))}


def _shown(ruled: Mapping[tuple[str, str], Decision], subject: str) -> Decision | None:
    found = [d for lane in ("ruling", "extend") if (d := ruled.get((subject, lane))) is not None]
    return max(found, key=lambda d: d.seq, default=None)


def _rounds(db: sqlite3.Connection) -> list[str]:
    rows = db.execute(
        "SELECT round FROM judgements WHERE round IS NOT NULL UNION SELECT round FROM decisions WHERE round <> ''"
    )
    return sorted(row[0] for row in rows)


def _listed(db: sqlite3.Connection, round: str, only: str | None = None) -> list[tuple[SubmissionRecord, _Key, bool]]:
    """Submissions of the round (of the assignments in the JSON list `only`) with their rank and whether they are left
    out of where their part stands: by a person, or because they came again under another number."""
    end = horizon(db, round)
    view = _EVERYTHING if only is None else _SOME
    sql = f"""{view} SELECT {_COLUMNS}, c.id IS NOT NULL AS counts FROM {_PLACED} LEFT JOIN counted c ON c.id = p.id
        WHERE p.round = :round"""
    rows = db.execute(sql, {"round": round, "horizon": end, "only": only}).fetchall()
    counts = [r for r in rows if r["counts"]]
    of_part = {(r["assignment"], r["part"]): _key(r) for r in counts}
    newest = {r["assignment"]: _key(r) for r in sorted(counts, key=_key)}
    silent = {r["assignment"] for r in counts if r["nil"]}
    renumbered = _renumbered(rows)
    found = []
    for r in rows:
        whole = r["nil"] or r["assignment"] in silent  # «không phát sinh» speaks for every part
        best = newest.get(r["assignment"]) if whole else of_part.get((r["assignment"], r["part"]))
        state = "superseded" if r["id"] in renumbered else _state(r, best)
        found.append((_record(r, state), _key(r), bool(r["excluded"]) or r["id"] in renumbered))
    if end != _ALL:
        inside = {record.id for record, _, _ in found}
        for r in db.execute(sql, {"round": round, "horizon": _ALL, "only": only}):
            if r["id"] not in inside:
                found.append((_record(r, r["state"], after_close=True), _key(r), bool(r["excluded"])))
    return found


def _renumbered(rows: Iterable[sqlite3.Row]) -> set[str]:
    """Returns that were sent back because their part has another name, and came again as another part: what is asked
    of them is answered."""
    rows = list(rows)
    asked = [r for r in rows if r["state"] == "to_fix" and _REPLACES in r["examination"]]
    out = set()
    for r in asked:
        names = [f.value or "" for f in findings_of(r["examination"]) if f.code == _REPLACES and f.severity != "info"]
        later = (x for x in rows if x["assignment"] == r["assignment"] and x["part"] != r["part"] and _key(x) > _key(r))
        if names and any(_bears(x["examination"], names[0]) for x in later):
            out.add(r["id"])
    return out


def _bears(examination: str, name: str) -> bool:
    """Whether a field of the return holds that name."""
    return any(same_words(entry.text, name) for entry in examination_of(examination).fields.values())


def _key(row: sqlite3.Row) -> _Key:
    return (row["received"], row["run"], row["modified"] or "", row["sha256"])


def _state(row: sqlite3.Row, counted: _Key | None) -> str:
    """Superseded where what counts is newer; what nobody could place or read stays what it is."""
    older = counted is not None and _key(row) < counted
    return "superseded" if older and (row["why"] or row["state"] in ("accepted", "to_fix")) else row["state"]


def _record(row: sqlite3.Row, state: str, *, after_close: bool = False) -> SubmissionRecord:
    return SubmissionRecord(
        id=row["id"],
        sha256=row["sha256"],
        file=row["file"],
        received=dt.date.fromisoformat(row["received"]),
        assignment=row["assignment"],
        round=row["round"],
        part=row["part"],
        form=row["form"],
        state=state,
        late=bool(row["late"]),
        examination=row["examination"],
        serial=row["serial"],
        judged=json.loads(row["judged"]),
        modified=row["modified"] or "",
        seq=row["seq"],
        verdict=row["state"],
        after_close=after_close,
        nil=bool(row["nil"]),
    )

"""Decisions: one stands per subject and lane, saying it again does nothing, everything is kept."""

import dataclasses
import datetime as dt
import sqlite3
from collections.abc import Callable

import pytest

from lamtheo_xls.findings import say
from lamtheo_xls.ledger import (
    KINDS,
    Arrival,
    Decision,
    Ledger,
    SignedCopy,
    SubmissionRecord,
    signed_copy_of,
    submission_id,
)

ROUND = "43-kh-duk_2027"
A = "assignment:mau-02_2027_A"
DAY = dt.date(2027, 3, 1)


def said(kind: str, subject: str = A, **more: object) -> Decision:
    return Decision(subject=subject, kind=kind, as_of=DAY, round=ROUND, **more)  # type: ignore[arg-type]


def test_the_same_word_again_is_no_news(ledger: Ledger) -> None:
    """theo-doi.xlsx is read by every command; only what changes is recorded."""
    assert [d.seq for d in ledger.decide([said("excuse"), said("excuse")])] == [1]
    assert ledger.decide([said("excuse")]) == ()
    assert [d.kind for d in ledger.decide([said("excuse", note="theo công văn")])] == ["excuse"]
    assert [e.kind for e in ledger.history(ROUND)] == ["decision", "decision"]


def test_the_signed_copy_and_an_extension_outlive_the_ruling_beside_them(ledger: Ledger) -> None:
    """One cell on the screen, but three facts."""
    ledger.decide([said("signed", detail={"on": "2027-02-20"}), said("extend", detail={"until": "2027-03-15"})])
    ledger.decide([said("supplement")])
    (standing,) = ledger.standing_of_round(ROUND)
    assert standing.decision is not None and standing.decision.kind == "supplement"
    assert standing.extended is not None and standing.extended.detail == {"until": "2027-03-15"}
    assert standing.signed is not None and standing.signed.detail == {"on": "2027-02-20"}
    assert {s: d.kind for s, d in ledger.standing(ROUND).items()} == {A: "supplement"}


def test_a_signed_copy_is_kept_with_all_that_is_known_of_it(ledger: Ledger) -> None:
    """Number, date, signer, how it came, and the received file that is its picture; of an older one only its day."""
    copy = SignedCopy(
        on=dt.date(2027, 2, 20),
        number="12-KH/ĐU",
        signer="Nguyễn Văn A",
        way="bưu điện",
        submission="0123456789abcdef0123",
    )
    ledger.decide([said("signed", detail=copy.detail, bound_to=copy.submission)])
    (standing,) = ledger.standing_of_round(ROUND)
    assert standing.signed is not None and signed_copy_of(standing.signed) == copy
    assert (standing.latest, standing.counted) == (None, None), "a picture counts for nothing by itself"
    assert signed_copy_of(said("signed", detail={"on": "2027-02-09"})) == SignedCopy(on=dt.date(2027, 2, 9))
    assert SignedCopy().detail == {}


def test_taking_back_uncovers_what_stood_before_it(ledger: Ledger) -> None:
    """A blank cell takes back what the cell showed; a kind can be named; with nothing standing there is no news."""
    ledger.decide([said("signed"), said("extend", detail={"until": "2027-03-15"}), said("supplement")])
    ledger.decide([said("withdraw")])
    assert ledger.standing(ROUND)[A].kind == "extend"
    ledger.decide([said("withdraw")])
    assert ledger.standing(ROUND) == {}
    assert ledger.decide([said("withdraw")]) == ()
    assert ledger.standing_of_round(ROUND)[0].signed is not None
    ledger.decide([said("withdraw", detail={"of": "signed"})])
    assert ledger.standing_of_round(ROUND) == ()
    assert [e.kind for e in ledger.history(ROUND)][3:] == ["withdrawn"] * 3


def test_the_round_is_found_from_the_subject(ledger: Ledger, submit: Callable[..., SubmissionRecord]) -> None:
    """A decision without a round goes to that of its assignment or file; one about nothing known shows everywhere."""
    lone = submit(b"mot")
    by_unit, by_file, loose = ledger.decide(
        [
            dataclasses.replace(said("supplement"), round=""),
            dataclasses.replace(said("exclude", f"submission:{lone.id}"), round=""),
            dataclasses.replace(said("excuse", "assignment:mau-02_2027_X"), round=""),
        ]
    )
    assert (by_unit.round, by_file.round, loose.round) == (ROUND, ROUND, "")
    assert by_file.bound_to == lone.id
    assert set(ledger.standing("another")) == {"assignment:mau-02_2027_X"}


def test_unknown_kinds_are_our_bug(ledger: Ledger) -> None:
    """A literal that no decision has is refused at once, and nothing of the batch stays."""
    with pytest.raises(ValueError, match="not a kind"):
        ledger.decide([said("excuse"), said("loại lạ")])
    assert ledger.history() == ()


def test_every_kind_and_every_event_has_its_words() -> None:
    """The screens can name whatever the ledger holds."""
    assert all(say(f"ledger.decision.{kind}") for kind in KINDS)
    own = ("issued", "received", "duplicate", "judged", "judged_again", "decision", "withdrawn", "note", "closed")
    assert all(say(f"ledger.event.{kind}") for kind in (*own, "reopened"))


def test_notes_survive_and_their_changes_are_history(ledger: Ledger) -> None:
    """Ghi chú: kept as typed, the same again is no news, blank removes."""
    assert ledger.set_notes({A: "Gọi chị Lan  sau 15h", "assignment:B": ""}, as_of=DAY, round=ROUND) == 1
    assert ledger.set_notes({A: "Gọi chị Lan  sau 15h"}, as_of=DAY, round=ROUND) == 0
    assert ledger.notes(ROUND) == {A: "Gọi chị Lan  sau 15h"}
    assert ledger.standing_of_round(ROUND)[0].note == "Gọi chị Lan  sau 15h"
    assert ledger.set_notes({A: ""}, as_of=DAY, round=ROUND) == 1
    assert ledger.notes() == {}
    assert [e.detail["text"] for e in ledger.history(subject=A)] == ["Gọi chị Lan  sau 15h", ""]


def test_the_history_cannot_be_rewritten(ledger: Ledger) -> None:
    """Append-only by the database itself."""
    ledger.record_event("merged", f"round:{ROUND}", as_of=DAY, round=ROUND, detail={"tables": 1})
    for sql in ("UPDATE events SET kind = 'x'", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            ledger._db.execute(sql)
    assert [(e.kind, e.detail) for e in ledger.history(newest=5)] == [("merged", {"tables": 1})]


def test_arrivals_are_recorded_before_they_are_judged(ledger: Ledger, record: Callable[..., SubmissionRecord]) -> None:
    """judge → duplicate → earlier; what an interrupted run never judged waits, with the earliest date known."""

    def arrive(data: bytes, file: str, day: int) -> str:
        sha = ledger.put(data)
        (told,) = ledger.record_arrivals(
            [Arrival(sha256=sha, file=file, received=dt.date(2027, 2, day))], as_of=dt.date(2027, 2, 9)
        )
        return f"{told.state} {told.received.day}"

    assert arrive(b"mot", "nhan-ve/a.xlsx", 5) == "judge 5"
    assert arrive(b"mot", "nhan-ve/a.xlsx", 9) == "judge 5"
    assert arrive(b"mot", "thu/a.xlsx", 4) == "judge 4"
    assert [(a.file, a.received.day) for a in ledger.waiting()] == [("nhan-ve/a.xlsx", 4)]
    assert ledger.submissions() == ()
    (known,) = ledger.record_submissions([record(ledger, b"mot", day=4)])
    assert ledger.waiting() == () and [s.id for s in ledger.submissions()] == [known.id] == [
        submission_id(known.sha256)
    ]
    assert arrive(b"mot", "nhan-ve/a.xlsx", 9) == "duplicate 4"
    assert arrive(b"mot", "Zalo/a (1).xlsx", 8) == "duplicate 4"
    assert arrive(b"mot", "Zalo/b.xlsx", 2) == "earlier 2"
    ledger.judge_again([record(ledger, b"mot", day=2)])
    assert arrive(b"mot", "Zalo/c.xlsx", 2) == "duplicate 2"


def test_one_call_judges_the_same_bytes_once(ledger: Ledger) -> None:
    """Two copies in one chunk: the first is judged, the second is its duplicate."""
    sha = ledger.put(b"mot")
    told = ledger.record_arrivals(
        [Arrival(sha256=sha, file=name, received=DAY) for name in ("a.xlsx", "b.xlsx")], as_of=DAY
    )
    assert [a.state for a in told] == ["judge", "duplicate"]
    assert [e.kind for e in ledger.history()] == ["received", "duplicate"]

"""What counts: one query, the same whatever the order of files, right for every history a naive model can tell."""

import dataclasses
import datetime as dt
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lamtheo_xls.examine.model import Entry, Examination
from lamtheo_xls.findings import Finding
from lamtheo_xls.ledger import Decision, Ledger, SubmissionRecord, open_ledger, submission_id, text_of

ROUND = "43-kh-duk_2027"
A, B = "mau-02_2027_A", "mau-02_2027_B"
DAY = dt.date(2027, 3, 1)
Submit = Callable[..., SubmissionRecord]


def counted(ledger: Ledger, round: str = ROUND) -> dict[str, str]:
    """Assignment → name of the file that counts."""
    return {c.assignment: Path(c.submission.file).stem for c in ledger.counting(round)}


def rule(ledger: Ledger, subject: str, kind: str, bound_to: str | None = None, **detail: str) -> None:
    ledger.decide([Decision(subject=subject, kind=kind, as_of=DAY, bound_to=bound_to, detail=detail, round=ROUND)])


def test_an_accepted_one_counts_and_a_faulty_or_unknown_or_unreadable_one_does_not(
    ledger: Ledger, submit: Submit
) -> None:
    """Only what was accepted counts of itself."""
    submit(b"tot")
    submit(b"sai", assignment=B, state="to_fix")
    submit(b"la", assignment=None, round=None, state="unknown")
    submit(b"anh", assignment=None, round=None, state="refused")
    assert counted(ledger) == {A: "tot"}
    assert [(c.part, c.why) for c in ledger.counting(ROUND)] == [("", "accepted")]


def test_a_correction_supersedes_and_the_old_one_stays_in_the_history(ledger: Ledger, submit: Submit) -> None:
    """A newer accepted one takes the place of the older one, which stays listed."""
    submit(b"mot", day=1)
    assert submit(b"hai", day=2).state == "accepted"
    assert counted(ledger) == {A: "hai"}
    assert [(s.file, s.state, s.verdict) for s in ledger.submissions(ROUND)] == [
        ("nhan-ve/mot.xlsx", "superseded", "accepted"),
        ("nhan-ve/hai.xlsx", "accepted", "accepted"),
    ]


def test_a_later_faulty_one_leaves_the_accepted_one_counting(ledger: Ledger, submit: Submit) -> None:
    """«đang sửa»: the accepted one counts while the later one is being mended."""
    submit(b"mot", day=1)
    assert submit(b"hai", day=2, state="to_fix").state == "to_fix"
    assert counted(ledger) == {A: "mot"}
    (standing,) = ledger.standing_of_round(ROUND)
    assert standing.mending
    assert standing.latest is not None and standing.latest.file == "nhan-ve/hai.xlsx"
    assert standing.counted is not None and standing.counted.file == "nhan-ve/mot.xlsx"
    assert submit(b"ba", day=3).state == "accepted"
    assert counted(ledger) == {A: "ba"}
    assert not ledger.standing_of_round(ROUND)[0].mending


def test_an_older_copy_arriving_late_is_superseded_at_once(ledger: Ledger, submit: Submit) -> None:
    """By mail or --received a copy may come in that was sent before the one that counts."""
    submit(b"moi", day=5)
    assert submit(b"cu", day=2).state == "superseded"
    assert submit(b"cu sai", day=3, state="to_fix").state == "superseded"
    assert counted(ledger) == {A: "moi"}


def test_the_same_bytes_count_once_wherever_they_come_from(ledger: Ledger, submit: Submit) -> None:
    """Mail, Zalo and USB bring the same file: a duplicate, and one submission."""
    assert submit(b"mot").state == "accepted"
    assert submit(b"mot", file="Zalo/ban sao (1).xlsx").state == "duplicate"
    assert submit(b"mot").state == "duplicate"
    assert [s.file for s in ledger.submissions()] == ["nhan-ve/mot.xlsx"]
    assert [e.kind for e in ledger.history()] == ["judged", "duplicate"]


def test_a_copy_with_an_earlier_date_is_judged_by_that(ledger: Ledger, submit: Submit) -> None:
    """The unit is not late because the office looked into one channel later than into another."""
    submit(b"mot", day=9, late=True)
    assert submit(b"mot", day=4, late=False, file="thu/mot.xlsx").state == "duplicate"
    (only,) = ledger.submissions(ROUND)
    assert (only.received, only.late, only.file) == (dt.date(2027, 2, 4), False, "nhan-ve/mot.xlsx")


def test_parts_count_each_for_itself(ledger: Ledger, submit: Submit) -> None:
    """One assignment may hold several models or fillers."""
    submit(b"p1", part="1")
    submit(b"p2", part="2")
    submit(b"p2 moi", part="2", day=2)
    assert [(c.part, c.submission.file) for c in ledger.counting(ROUND)] == [
        ("1", "nhan-ve/p1.xlsx"),
        ("2", "nhan-ve/p2 moi.xlsx"),
    ]


def test_taken_as_it_is_counts_until_a_newer_one_comes(ledger: Ledger, submit: Submit) -> None:
    """«nhận nguyên trạng» is bound to the very file it was said of."""
    faulty = submit(b"sai", day=1, state="to_fix")
    rule(ledger, f"assignment:{A}", "as_is", bound_to=faulty.id)
    assert [(c.submission.id, c.why) for c in ledger.counting(ROUND)] == [(faulty.id, "as_is")]
    submit(b"van sai", day=2, state="to_fix")
    assert counted(ledger) == {A: "sai"}
    submit(b"dung", day=3)
    assert counted(ledger) == {A: "dung"}


def test_left_out_by_a_person_lets_the_one_before_count_again(ledger: Ledger, submit: Submit) -> None:
    """«không tổng hợp» is bound to one file; taking it back restores it."""
    submit(b"mot", day=1)
    second = submit(b"hai", day=2)
    rule(ledger, f"assignment:{A}", "exclude", bound_to=second.id)
    assert counted(ledger) == {A: "mot"}
    latest = ledger.standing_of_round(ROUND)[0].latest
    assert latest is not None and latest.file == "nhan-ve/mot.xlsx"
    rule(ledger, f"assignment:{A}", "withdraw")
    assert counted(ledger) == {A: "hai"}


def test_left_out_and_taken_again_the_last_word_holds(ledger: Ledger, submit: Submit) -> None:
    """Two rows can speak of one file; the later one is heard."""
    faulty = submit(b"sai", state="to_fix")
    rule(ledger, f"submission:{faulty.id}", "exclude")
    rule(ledger, f"assignment:{A}", "as_is", bound_to=faulty.id)
    assert counted(ledger) == {A: "sai"}
    rule(ledger, f"submission:{faulty.id}", "withdraw")
    rule(ledger, f"submission:{faulty.id}", "exclude")
    assert counted(ledger) == {}


def test_a_file_of_unknown_owner_counts_where_a_person_put_it(ledger: Ledger, submit: Submit) -> None:
    """«gán cho đơn vị»: the decision outweighs the file's own marks, and can be taken back."""
    lone = submit(b"la", assignment=None, round=None, form=None, state="unknown")
    assert ledger.submissions(ROUND) == ()
    rule(ledger, f"submission:{lone.id}", "assign", assignment=B)
    assert [(c.assignment, c.why) for c in ledger.counting(ROUND)] == [(B, "assign")]
    assert [(s.assignment, s.round) for s in ledger.submissions(ROUND)] == [(B, ROUND)]
    rule(ledger, f"submission:{lone.id}", "withdraw")
    assert counted(ledger) == {}


def test_a_neighbours_file_given_to_another_unit_leaves_the_first(ledger: Ledger, submit: Submit) -> None:
    """A whole file handed from one unit to another is seen by people only."""
    submit(b"cu", day=1)
    handed = submit(b"mot", day=2)
    rule(ledger, f"submission:{handed.id}", "assign", assignment=B)
    assert counted(ledger) == {A: "cu", B: "mot"}
    assert {s.file: s.state for s in ledger.submissions(ROUND)} == {
        "nhan-ve/cu.xlsx": "accepted",
        "nhan-ve/mot.xlsx": "accepted",
    }


def test_a_photo_given_to_a_unit_shows_there_but_never_counts(ledger: Ledger, submit: Submit) -> None:
    """The one unit that always sends a photo has its place on the screen."""
    photo = submit(b"anh", assignment=None, round=None, state="refused")
    rule(ledger, f"submission:{photo.id}", "assign", assignment=B)
    assert counted(ledger) == {}
    (standing,) = ledger.standing_of_round(ROUND)
    assert (standing.assignment, standing.latest and standing.latest.state) == (B, "refused")


def test_a_shared_workbook_counts_once_confirmed(ledger: Ledger, submit: Submit) -> None:
    """«mẫu chung»: the unit chosen inside is a proposal until staff confirm."""
    chosen = submit(b"chung", state="unknown")
    assert counted(ledger) == {}
    rule(ledger, f"submission:{chosen.id}", "confirm")
    assert [(c.assignment, c.why) for c in ledger.counting(ROUND)] == [(A, "confirm")]


def test_a_new_judgement_replaces_the_old_one_and_both_are_kept(ledger: Ledger, submit: Submit) -> None:
    """After «gán cho đơn vị» the file is examined as the unit's own; saying the same again adds nothing."""
    lone = submit(b"la", assignment=None, round=None, state="unknown")
    ledger.judge_again([_as(lone, assignment=B, round=ROUND, state="to_fix")])
    assert [(s.assignment, s.state) for s in ledger.submissions(ROUND)] == [(B, "to_fix")]
    again = ledger.judge_again([_as(lone, assignment=B, round=ROUND, state="to_fix")])
    assert again[0].state == "to_fix"
    assert [e.kind for e in ledger.history(subject=f"submission:{lone.id}")] == ["judged", "judged_again"]
    with pytest.raises(KeyError):
        ledger.judge_again([_as(lone, id="khong co")])


def _as(record: SubmissionRecord, **changes: object) -> SubmissionRecord:
    return dataclasses.replace(record, **changes)  # type: ignore[arg-type]


def test_a_closed_round_does_not_change_and_lists_what_came_after(ledger: Ledger, submit: Submit) -> None:
    """«chốt số liệu»: figures stay, later arrivals, decisions and judgements are listed; «mở lại» lets them count."""
    first = submit(b"mot", day=1)
    faulty = submit(b"sai", assignment=B, state="to_fix")
    assert ledger.close_round(ROUND, as_of=DAY)
    assert not ledger.close_round(ROUND, as_of=DAY)
    before = ledger.counting(ROUND)
    submit(b"hai", day=2)
    rule(ledger, f"assignment:{A}", "exclude", bound_to=first.id)
    rule(ledger, f"assignment:{B}", "as_is", bound_to=faulty.id)
    ledger.judge_again([_as(first, state="to_fix")])
    assert ledger.counting(ROUND) == before
    assert ledger.closed_on(ROUND) == DAY
    assert [(s.file, s.state, s.after_close) for s in ledger.submissions(ROUND)] == [
        ("nhan-ve/mot.xlsx", "accepted", False),
        ("nhan-ve/sai.xlsx", "to_fix", False),
        ("nhan-ve/hai.xlsx", "accepted", True),
    ]
    assert ledger.reopen_round(ROUND, as_of=DAY)
    assert not ledger.reopen_round(ROUND, as_of=DAY)
    assert counted(ledger) == {A: "hai", B: "sai"}
    assert ledger.closed_on(ROUND) is None


def test_what_is_ruled_after_closing_waits_for_the_reopening(ledger: Ledger, submit: Submit) -> None:
    """A closed round does not change by a word either: what is ruled later is shown as such and holds once reopened."""
    submit(b"mot")
    rule(ledger, f"assignment:{B}", "extend", until="2027-03-10")
    ledger.close_round(ROUND, as_of=DAY)
    before = {s.assignment: s for s in ledger.standing_of_round(ROUND)}
    rule(ledger, f"assignment:{B}", "excuse")
    rule(ledger, f"assignment:{B}", "extend", until="2027-04-01")
    rule(ledger, f"assignment:{A}", "signed", on="2027-03-02")
    after = {s.assignment: s for s in ledger.standing_of_round(ROUND)}
    assert {a: s.later and s.later.kind for a, s in after.items()} == {A: "signed", B: "extend"}
    assert {a: dataclasses.replace(s, later=None) for a, s in after.items()} == before
    ledger.reopen_round(ROUND, as_of=DAY)
    a, b = ledger.standing_of_round(ROUND)
    assert (a.signed and a.signed.kind, a.later) == ("signed", None)
    assert b.extended is not None and b.extended.detail["until"] == "2027-04-01" and b.later is None


def test_parts_that_come_after_the_closing_are_listed_and_count_nothing(ledger: Ledger, submit: Submit) -> None:
    """A second model, a newer copy of the first, and «không phát sinh»: all of them wait."""
    submit(b"p1", part="1")
    ledger.close_round(ROUND, as_of=DAY)
    submit(b"p1 moi", part="1", day=2)
    submit(b"p2", part="2", day=2)
    submit(b"khong", nil=True, day=3)
    assert [(c.part, c.submission.file) for c in ledger.counting(ROUND)] == [("1", "nhan-ve/p1.xlsx")]
    assert ledger.nil_answers(ROUND) == ()
    assert [(s.part, s.counted and s.counted.file) for s in ledger.standing_of_round(ROUND)] == [
        ("1", "nhan-ve/p1.xlsx")
    ]
    assert [s.after_close for s in ledger.submissions(ROUND)] == [False, True, True, True]
    ledger.reopen_round(ROUND, as_of=DAY)
    assert [c.submission.file for c in ledger.nil_answers(ROUND)] == ["nhan-ve/khong.xlsx"]


def test_nothing_to_report_answers_for_every_part_until_a_newer_one_comes(ledger: Ledger, submit: Submit) -> None:
    """«Không phát sinh» takes the place of the models sent before; a model sent later takes its place alone."""
    submit(b"p1", part="1", day=1)
    submit(b"p2", part="2", day=2)
    assert submit(b"khong", nil=True, day=3).state == "accepted"
    assert ledger.counting(ROUND) == ()
    assert [(c.part, c.submission.file) for c in ledger.nil_answers(ROUND)] == [("", "nhan-ve/khong.xlsx")]
    assert {(s.part, s.nil) for s in ledger.standing_of_round(ROUND)} == {("", True), ("1", False), ("2", False)}
    assert [s.state for s in ledger.submissions(ROUND)] == ["superseded", "superseded", "accepted"]
    assert submit(b"p2 sai", part="2", day=4, state="to_fix").state == "to_fix"
    assert ledger.counting(ROUND) == (), "a faulty one takes nobody's place"
    submit(b"p2 moi", part="2", day=5)
    assert [(c.part, c.submission.file) for c in ledger.counting(ROUND)] == [("2", "nhan-ve/p2 moi.xlsx")]
    assert ledger.nil_answers(ROUND) == ()
    assert {s.file.split("/")[1]: s.state for s in ledger.submissions(ROUND)} == {
        "p1.xlsx": "accepted",
        "p2.xlsx": "superseded",
        "khong.xlsx": "superseded",
        "p2 sai.xlsx": "superseded",
        "p2 moi.xlsx": "accepted",
    }
    assert submit(b"khong cu", nil=True, day=2).state == "superseded"


def test_an_explanation_is_known_in_the_next_run(folder: Path, record: Callable[..., SubmissionRecord]) -> None:
    """What a unit said about a warning stays with the part and the value; within one run the order of files would
    decide, so there nothing is taken over."""
    said = Finding(code="cell.wanted", value="Mô hình A", severity="info", explanation="đang làm")
    words = text_of(Examination(state="accepted", findings=(said,)))
    with open_ledger(folder, create=True) as ledger:
        ledger.record_submissions([record(ledger, b"mot", part="1", examination=words)])
        assert ledger.explained(A) == {}
    with open_ledger(folder) as ledger:
        assert ledger.explained(A) == {"1": {("cell.wanted", "Mô hình A"): "đang làm"}}
        assert ledger.explained(B) == {}


def test_what_counted_before_this_run(folder: Path, record: Callable[..., SubmissionRecord]) -> None:
    """As if nothing of the run going on (or cut short) had come, and nothing judged or ruled after the number asked
    for; an excluded one, or one given to another, is none; after a nil answer there is nothing."""

    def earlier(ledger: Ledger, assignment: str = A) -> dict[str, str]:
        return dict(ledger.counted_earlier(ROUND, assignment, until=ledger.last_number()))

    def come(ledger: Ledger, data: bytes, **more: object) -> SubmissionRecord:
        return ledger.record_submissions([record(ledger, data, examination=f'"{data.decode()}"', **more)])[0]

    with open_ledger(folder, create=True) as ledger:
        assert ledger.last_number() == 0
        come(ledger, b"mot", part="1")
        come(ledger, b"hai", part="2", day=2)
        come(ledger, b"khac", assignment=B)
        assert earlier(ledger) == {}
    with pytest.raises(KeyboardInterrupt), open_ledger(folder) as ledger:
        until = ledger.last_number()
        assert earlier(ledger) == {"1": '"mot"', "2": '"hai"'} and earlier(ledger, B) == {"": '"khac"'}
        newer = come(ledger, b"mot moi", part="1", day=3)
        assert earlier(ledger) == {"1": '"mot"', "2": '"hai"'}
        raise KeyboardInterrupt  # cut short: the same run goes on
    with open_ledger(folder) as ledger:
        assert earlier(ledger) == {"1": '"mot"', "2": '"hai"'}
        come(ledger, b"ba", part="3", day=3)
    with open_ledger(folder) as ledger:
        assert earlier(ledger) == {"1": '"mot moi"', "2": '"hai"', "3": '"ba"'}
        rule(ledger, f"submission:{newer.id}", "exclude")
        assert earlier(ledger) == {"1": '"mot"', "2": '"hai"', "3": '"ba"'}
        assert dict(ledger.counted_earlier(ROUND, A, until=until)) == {"1": '"mot"', "2": '"hai"'}
        come(ledger, b"khong", nil=True, day=9)
    with open_ledger(folder) as ledger:
        assert earlier(ledger) == {}


def test_a_part_sent_again_under_its_own_number_leaves_nothing_to_mend(ledger: Ledger, submit: Submit) -> None:
    """What was sent back because its number was another model's is answered by a later return of that name in another
    part, good or faulty – not by one of another name, an older one, or another unit's."""

    def told(name: str, *findings: Finding) -> str:
        fields = {"ten": Entry(name, "BIỂU", "C7")}
        return text_of(Examination(state="to_fix", fields=fields, findings=findings))

    asked = Finding(code="workbook.part_replaces", value="Văn phòng xanh", severity="warning")
    submit(b"mot", part="1", examination=told("Tiết kiệm điện"))
    submit(b"som", part="3", day=1, examination=told("Văn phòng xanh"))
    back = submit(b"hai", part="1", day=3, state="to_fix", examination=told("Văn phòng xanh", asked))
    submit(b"don vi khac", assignment=B, part="2", day=4, examination=told("Văn phòng xanh"))
    submit(b"viec khac", part="2", day=4, examination=told("Ngày thứ Bảy"))

    def of_part_1() -> tuple[str, bool]:
        standing = next(s for s in ledger.standing_of_round(ROUND) if (s.assignment, s.part) == (A, "1"))
        state = next(s.state for s in ledger.submissions(ROUND) if s.id == back.id)
        return state, standing.mending

    assert of_part_1() == ("to_fix", True)
    submit(b"hai lai", part="2", day=5, state="to_fix", examination=told("VĂN PHÒNG  XANH"))
    assert of_part_1() == ("superseded", False)


def test_submissions_of_one_assignment_are_those_among_all(ledger: Ledger, submit: Submit) -> None:
    """Asking for one assignment reads less and says the same: superseded ones, other years', and files given to it."""
    submit(b"cu", day=1)
    submit(b"moi", day=2)
    submit(b"nam truoc", assignment="mau-02_2026_A", round="43-kh-duk_2026")
    lone = submit(b"la", assignment=None, round=None, state="unknown")
    given = submit(b"nham", day=3)
    rule(ledger, f"submission:{lone.id}", "assign", assignment=B)
    rule(ledger, f"submission:{given.id}", "assign", assignment=B)
    for round in (None, ROUND):
        every = ledger.submissions(round)
        assert {s.assignment for s in every} >= {A, B}
        for assignment in (A, B, "mau-02_2026_A", "mau-02_2027_KHONG-CO"):
            assert ledger.submissions(round, assignment) == tuple(s for s in every if s.assignment == assignment)


def test_another_rounds_files_do_not_count_here(ledger: Ledger, submit: Submit) -> None:
    """Rounds of several years live in one workspace."""
    submit(b"nam truoc", assignment="mau-02_2026_A", round="43-kh-duk_2026")
    submit(b"nam nay")
    assert counted(ledger) == {A: "nam nay"}
    assert counted(ledger, "43-kh-duk_2026") == {"mau-02_2026_A": "nam truoc"}
    assert len(ledger.submissions()) == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_files_are_listed_in_does_not_matter(
    ledger: Ledger, record: Callable[..., SubmissionRecord], order: tuple[int, ...]
) -> None:
    """Within one run only dates, times and contents order files; the newest good one counts."""
    files: list[tuple[bytes, dict[str, object]]] = [
        (b"cu", {"modified": "2027-02-01T08:00:00"}),
        (b"moi", {"modified": "2027-02-01T15:30:00"}),
        (b"moi sai", {"modified": "2027-02-01T16:00:00", "state": "to_fix"}),
        (b"moi", {"modified": "2027-02-01T17:00:00", "file": "Zalo/moi (1).xlsx"}),
    ]
    for i in order:
        data, more = files[i]
        ledger.record_submissions([record(ledger, data, **more)])
    assert [c.submission.sha256 for c in ledger.counting(ROUND)] == [ledger.put(b"moi")]
    assert sorted((s.sha256, s.state) for s in ledger.submissions(ROUND)) == sorted(
        [(ledger.put(b"cu"), "superseded"), (ledger.put(b"moi"), "accepted"), (ledger.put(b"moi sai"), "to_fix")]
    )


def test_a_later_run_of_the_same_day_brings_the_newer_file(
    folder: Path, record: Callable[..., SubmissionRecord]
) -> None:
    """A correction collected in the afternoon counts even if its file carries an older time."""
    for data, time in ((b"sang", "2027-02-01T09:00:00"), (b"chieu", "2027-01-15T09:00:00")):
        with open_ledger(folder, create=True) as ledger:
            ledger.record_submissions([record(ledger, data, modified=time)])
    with open_ledger(folder) as ledger:
        assert counted(ledger) == {A: "chieu"}


@pytest.mark.parametrize("between", ["another run", "closing"])
def test_a_copy_found_later_does_not_reorder_what_was_settled(
    folder: Path, record: Callable[..., SubmissionRecord], between: str
) -> None:
    """An old-dated copy of the newer file turns up: neither the next run nor a closed round changes its mind."""
    ledger = open_ledger(folder, create=True)
    ledger.record_submissions([record(ledger, b"cu", modified="09"), record(ledger, b"moi", modified="10")])
    if between == "closing":
        ledger.close_round(ROUND, as_of=DAY)
    else:
        ledger.__exit__(None, None, None)
        ledger = open_ledger(folder)
    with ledger:
        ledger.record_submissions([record(ledger, b"moi", modified="08", file="Zalo/moi.xlsx")])
        assert counted(ledger) == {A: "moi"}


STATE = st.sampled_from(["accepted", "accepted", "accepted", "to_fix", "unknown", "refused"])
ARRIVE = st.tuples(
    st.just("arrive"),
    st.integers(0, 4),  # which bytes
    st.sampled_from([A, A, A, B]),
    st.integers(1, 2),  # day received
    STATE,
    st.integers(0, 1),  # time of the file
    st.sampled_from(["1", "1", "2", ""]),  # which part; '' is the answer «không phát sinh»
)
RULE = st.tuples(
    st.just("rule"),
    st.sampled_from(["exclude", "as_is", "confirm", "assign", "withdraw", "supplement"]),
    st.integers(0, 4),
    st.booleans(),  # on the assignment's row or on the file's
    st.sampled_from([A, B]),
)
CLOSE = st.tuples(st.sampled_from(["close", "reopen", "next run"]))


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(ARRIVE, ARRIVE, ARRIVE, RULE, RULE, CLOSE), min_size=8, max_size=20))
def test_every_history_counts_as_a_naive_model_tells(steps: list[tuple[object, ...]]) -> None:
    """Random arrivals, rulings, closings: the query gives what a dozen plain lines give."""
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)
        ledger = opened_quickly(folder)
        model = Model()
        try:
            for step in steps:
                if step == ("next run",):
                    ledger.__exit__(None, None, None)
                    ledger = opened_quickly(folder)
                    model.run += 1
                else:
                    play(ledger, model, step)
                got = {(c.assignment, c.part): (c.submission.sha256, c.why) for c in ledger.counting(ROUND)}
                nil = {(c.assignment, c.part): (c.submission.sha256, c.why) for c in ledger.nil_answers(ROUND)}
                want = model.counting()
                assert got == {at: what for at, what in want.items() if at[1]}
                assert nil == {at: what for at, what in want.items() if not at[1]}
                shown = {(s.assignment, s.part): s.nil for s in ledger.standing_of_round(ROUND) if s.counted}
                assert shown == {at: not at[1] for at in want}
        finally:
            ledger.__exit__(None, None, None)


def opened_quickly(folder: Path) -> Ledger:
    """Without waiting for the disk: what is on it after a power cut is no matter here."""
    ledger = open_ledger(folder, create=True)
    ledger._db.execute("PRAGMA synchronous = OFF")
    ledger._db.execute("PRAGMA journal_mode = MEMORY")
    return ledger


class Model:
    """Lists and loops only."""

    def __init__(self) -> None:
        self.run = 0
        self.files: dict[str, dict[str, object]] = {}
        self.rulings: dict[str, tuple[int, str, str, str]] = {}  # subject → number, kind, file, target
        self.clock = 0
        self.frozen: dict[tuple[str, str], tuple[str, str]] | None = None

    def counting(self) -> dict[tuple[str, str], tuple[str, str]]:
        if self.frozen is not None:
            return self.frozen
        best: dict[tuple[str, str], tuple[tuple[object, ...], str, str]] = {}
        for sha, file in self.files.items():
            about = sorted(r for r in self.rulings.values() if r[2] == sha)
            words = [kind for _, kind, _, _ in about if kind in ("exclude", "as_is", "confirm", "assign")]
            targets = [target for _, kind, _, target in about if kind == "assign"]
            why = ""
            if words and words[-1] == "exclude":
                continue
            if file["state"] == "accepted":
                why = "accepted"
            elif file["state"] in ("to_fix", "unknown") and "as_is" in words:
                why = "as_is"
            elif file["state"] == "unknown":
                why = "assign" if targets else "confirm" if "confirm" in words else ""
            if not why:
                continue
            owner = targets[-1] if targets else str(file["assignment"])
            key = (file["received"], file["run"], file["modified"], sha)
            at = (owner, str(file["part"]))
            if at not in best or key > best[at][0]:
                best[at] = (key, sha, why)
        out = {}
        for (owner, part), (key, sha, why) in best.items():
            others = [k for (o, p), (k, _, _) in best.items() if o == owner and p != part]
            silent = best.get((owner, ""))
            if (key > max(others, default=())) if not part else (silent is None or key > silent[0]):
                out[owner, part] = (sha, why)
        return out


def play(ledger: Ledger, model: Model, step: tuple[object, ...]) -> None:
    model.clock += 1
    if step[0] == "arrive":
        _, which, assignment, day, state, time, part = step
        sha = ledger.put(f"tệp {which}".encode())
        received, modified = dt.date(2027, 2, int(str(day))), f"2027-02-0{time}T08:00:00"
        ledger.record_submissions(
            [
                SubmissionRecord(
                    id=submission_id(sha),
                    sha256=sha,
                    file=f"{which}-{model.clock}.xlsx",
                    received=received,
                    assignment=str(assignment),
                    round=ROUND,
                    state=str(state),
                    modified=modified,
                    part=str(part),
                    nil=not part,
                )
            ]
        )
        old = model.files.get(sha)
        if old is None:
            model.files[sha] = {
                "assignment": assignment,
                "received": received,
                "state": state,
                "run": model.run,
                "modified": modified,
                "part": part,
            }
        else:
            if old["run"] == model.run and modified < str(old["modified"]):
                old["modified"] = modified
            if received < old["received"]:  # type: ignore[operator]
                old |= {"assignment": assignment, "received": received, "state": state, "part": part}
    elif step[0] == "rule":
        _, kind, which, on_assignment, target = step
        sha = ledger.put(f"tệp {which}".encode())
        id = submission_id(sha)
        kind = "exclude" if kind == "assign" and on_assignment else str(kind)
        subject = f"assignment:{target}" if on_assignment else f"submission:{id}"
        detail = {"assignment": str(target)} if kind == "assign" else {}
        decided = ledger.decide(
            [Decision(subject=subject, kind=kind, as_of=DAY, bound_to=id, detail=detail, round=ROUND)]
        )
        if decided and kind == "withdraw":
            del model.rulings[subject]
        elif decided:
            model.rulings[subject] = (model.clock, kind, sha, str(target))
        else:
            old_rule = model.rulings.get(subject)
            assert (old_rule is None) if kind == "withdraw" else (old_rule is not None and old_rule[1:3] == (kind, sha))
    elif step[0] == "close":
        if ledger.close_round(ROUND, as_of=DAY):
            model.frozen = model.counting()
    elif ledger.reopen_round(ROUND, as_of=DAY):
        model.frozen = None

"""Phases, states, identity against the office's facts, explanations, the record, and that judging is pure and quick."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime as dt
import json
import multiprocessing
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.examine import Examination, examine, state_of
from lamtheo_xls.findings import entries, finding, mend, message
from lamtheo_xls.ledger import examination_of, text_of
from lamtheo_xls.workbook.read.reading import RawCell, Reading

PHASES = ("file", "identity", "structure", "cell", "table", "workbook")


def phases(examination: Examination) -> list[str]:
    return [f.code.split(".")[0] for f in examination.findings]


# -- phases and states --------------------------------------------------------------------------------------------


def many_faults(good: Any) -> Any:
    """One fault of every phase from structure on, with a damaged mark before them."""
    return (
        good.put((50, 2), RawCell("chữ lạc", "text"))
        .set(4, "thoi_gian", "31/4/2027")
        .set(2, "ten_mo_hinh", None)
        .set(3, "moi", "x")
        .set(3, "dang_trien_khai", "x")
        .set(5, "ten_chi_bo", "Chi bộ lạ")
        .with_facts(received=dt.date(2027, 3, 1))
    )


def test_all_findings_at_once_in_phases_and_by_cell(make_return: Any) -> None:
    """Nothing stops at the first fault; within a phase the order is that of the sheet."""
    spoiled = many_faults(make_return())
    damaged = finding("identity.damaged", noi="đâu đó")
    examination = spoiled.examine(damaged)
    assert [(f.code, f.place.cell) for f in examination.findings] == [
        ("identity.damaged", None),
        ("structure.stray_text", "B50"),
        ("cell.required", spoiled.cell(2, "ten_mo_hinh")),
        ("cell.period_invalid", spoiled.cell(4, "thoi_gian")),
        ("table.tick_both", spoiled.cell(3, "dang_trien_khai")),
        ("table.unit_not_child", spoiled.cell(5, "ten_chi_bo")),
        ("workbook.late", None),
    ]
    assert phases(examination) == sorted(phases(examination), key=PHASES.index)
    assert examination.state == "to_fix"


@pytest.mark.parametrize("code", ["file.truncated", "file.pdf", "file.encrypted"])
def test_an_unread_file_ends_with_its_file_finding(make_return: Any, code: str) -> None:
    """refused, and no later phase runs."""
    good = make_return()
    reading = Reading(kind="x", properties={}, findings=(finding(code),))
    examination = examine(reading, good.facts)
    assert (examination.state, [f.code for f in examination.findings]) == ("refused", [code])
    info = dataclasses.replace(good.reading, findings=(finding("file.macros"),))
    assert examine(info, good.facts).state == "accepted"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("identity.none", "unknown"),
        ("identity.typo", "unknown"),
        ("identity.foreign", "refused"),
        ("identity.tag", "refused"),
        ("identity.conflict", "refused"),
    ],
)
def test_without_an_identity_nothing_is_judged(make_return: Any, code: str, state: str) -> None:
    """A file nobody owns has no findings on its cells, and the state its identity finding names."""
    spoiled = many_faults(make_return()).with_facts(issued=None)
    examination = spoiled.examine(finding(code))
    assert (examination.state, [f.code for f in examination.findings]) == (state, [code])
    assert examination.rows == ()


def test_refused_marks_stop_the_judging_even_where_the_owner_is_guessed(make_return: Any) -> None:
    """`issued` may be known from a hint: a refused identity still reads nothing."""
    examination = make_return().examine(finding("identity.conflict", cac_bieu="a, b"))
    assert (examination.state, examination.rows) == ("refused", ())


def test_a_persons_assignment_overrules_the_marks(make_return: Any) -> None:
    """«gán cho đơn vị»: what the marks say is kept as info, the reading is judged, the ruling is noted."""
    good = make_return().with_facts(assigned=True)
    for code in ("identity.conflict", "identity.foreign", "identity.none"):
        examination = good.examine(finding(code))
        assert [(f.code, f.severity) for f in examination.findings] == [(code, "info"), ("identity.assigned", "info")]
        assert examination.state == "accepted"
        assert len(examination.rows) == 6
    assert "Đảng ủy Sở Tài chính" in message(good.examine().findings[0])


@pytest.mark.parametrize(
    ("until", "severity", "state"),
    [
        (None, "info", "accepted"),
        (dt.date(2027, 2, 20), "info", "accepted"),
        (dt.date(2027, 2, 19), "error", "to_fix"),
    ],
)
def test_an_old_version_is_taken_until_a_day(
    make_return: Any, until: dt.date | None, severity: str, state: str
) -> None:
    """The form has moved on since this workbook was issued: an info through the last day, then an error; its cells are
    judged all the same."""
    good = make_return()
    examination = good.with_facts(current_version=good.form.version + 1, old_version_until=until).examine()
    (found,) = examination.findings
    assert (found.code, found.severity) == ("identity.old_version", severity)
    assert "đã có bản mới (bản 2)" in message(found)
    assert ("Lần sau" in mend(found)) == (severity == "info") and "được chép sang" in mend(found)
    assert (examination.state, len(examination.rows)) == (state, 6)


def test_another_rounds_workbook_waits_for_a_person(make_return: Any) -> None:
    """Last year's workbook in this year's round: unknown, both rounds named."""
    good = make_return()
    assert good.with_facts(round="43-kh-duk_2027").examine().findings == ()
    examination = good.with_facts(round="43-kh-duk_2028").examine()
    assert [f.code for f in examination.findings] == ["identity.other_round"]
    assert examination.state == "unknown"
    assert "43-kh-duk_2027" in message(examination.findings[0])
    assert good.with_facts(round="43-kh-duk_2028", assigned=True).examine().state == "accepted"


def test_a_shared_workbook_waits_for_staff(make_return: Any) -> None:
    """identity.shared names the unit that was chosen, at its cell; all else is judged; assigned, it counts."""
    good = make_return(shared=True)
    cell = good.layout.fields["don_vi"]
    (found,) = good.examine().findings
    assert (found.code, found.value, found.place.cell) == ("identity.shared", "Đảng ủy Sở Tài chính", f"C{cell.row}")
    assert "Đảng ủy Sở Tài chính" in message(found)
    assert (good.examine().state, len(good.examine().rows)) == ("unknown", 6)
    owned = dataclasses.replace(good.issued, unit="DV01")
    examination = good.with_facts(assigned=True, issued=owned).examine()
    assert [f.code for f in examination.findings] == ["identity.assigned"]
    assert (examination.state, len(examination.rows)) == ("accepted", 6)


def test_a_shared_workbook_without_a_unit_lacks_a_required_input(make_return: Any) -> None:
    """The unit's name is the one field a shared workbook requires."""
    good = make_return(shared=True)
    blank = good.put(tuple(good.layout.fields["don_vi"]), None)
    assert [code for code, _ in blank.found()] == ["identity.shared", "cell.required"]


def test_a_retyped_unit_name_is_a_person_s_matter(make_return: Any) -> None:
    """The neighbour's name in our head: unknown, both names said; tone marks and abbreviations are the same unit."""
    good = make_return()
    head = next(c.at for c in good.layout.cells if "{don_vi}" in c.text)
    spoiled = good.put(tuple(head), RawCell("ĐẢNG ỦY SỞ NỘI VỤ", "text"))
    (found,) = spoiled.examine().findings
    assert found.code == "identity.unit_name_differs"
    assert "Sở Tài chính" in message(found) and "SỞ NỘI VỤ" in message(found)
    assert spoiled.examine().state == "unknown"
    assert good.put(tuple(head), RawCell("ĐẢNG UỶ SỞ TÀI CHÍNH", "text")).found() == []
    ruled = spoiled.with_facts(assigned=True).examine()
    assert [(f.code, f.severity) for f in ruled.findings] == [
        ("identity.assigned", "info"),
        ("identity.unit_name_differs", "info"),
    ]
    assert ruled.state == "accepted"


@pytest.mark.parametrize(
    ("received", "late"),
    [(dt.date(2027, 2, 28), False), (dt.date(2027, 3, 1), True), (dt.date(2027, 5, 1), True), (None, False)],
)
def test_late_is_an_info(make_return: Any, received: dt.date | None, late: bool) -> None:
    """From the day lateness is shown; the return counts all the same."""
    examination = make_return().with_facts(received=received).examine()
    assert [f.code for f in examination.findings] == (["workbook.late"] if late else [])
    assert examination.state == "accepted"
    if late and received:
        assert f"{received.day:02}/{received.month:02}/{received.year}" in message(examination.findings[0])
        assert "28/02/2027" in message(examination.findings[0])


@pytest.mark.parametrize(
    ("received", "codes"),
    [
        (dt.date(2027, 3, 10), ["workbook.late"]),
        (dt.date(2027, 3, 11), ["workbook.late", "workbook.after_accept_until"]),
        (dt.date(2027, 2, 20), []),
    ],
)
def test_what_came_after_the_last_day_is_told_and_counts(make_return: Any, received: dt.date, codes: list[str]) -> None:
    """«Nhận đến» is the office's own day: a return after it is marked, so that the office can leave it out."""
    good = make_return()
    deadline = dataclasses.replace(good.facts.deadline, accept_until=dt.date(2027, 3, 10))
    examination = good.with_facts(received=received, deadline=deadline).examine()
    assert ([f.code for f in examination.findings], examination.state) == (codes, "accepted")
    if len(codes) > 1:
        told = examination.findings[1]
        assert (told.severity, message(told)) == ("info", "Nhận ngày 11/03/2027, sau ngày «Nhận đến» 10/03/2027.")


# -- explanations -------------------------------------------------------------------------------------------------


def test_a_rows_own_words_lighten_its_warnings_only(make_return: Any) -> None:
    """The warning becomes an info that carries the words; errors and other rows stay as they are."""
    good = make_return().set(2, "thoi_gian", "năm 2030").set(4, "thoi_gian", "năm 2030")
    explained = good.set(2, "giai_trinh", "Mô hình dài hạn.").set(2, "ten_mo_hinh", None)
    found = {f.place.cell: f for f in explained.examine().findings}
    own, other = found[good.cell(2, "thoi_gian")], found[good.cell(4, "thoi_gian")]
    assert (own.severity, own.explanation) == ("info", "Mô hình dài hạn.")
    assert (other.severity, other.explanation) == ("warning", None)
    assert found[good.cell(2, "ten_mo_hinh")].severity == "error"
    assert explained.examine().rows[1].explanation == "Mô hình dài hạn."


def test_words_on_the_return_as_a_whole_lighten_what_is_of_no_row(make_return: Any) -> None:
    """giai_trinh_chung answers for the sheet, not for a row; identity is never explained away."""
    good = make_return().put((50, 2), RawCell("chữ lạc", "text")).set(2, "thoi_gian", "năm 2030")
    said = good.put(tuple(good.layout.fields["giai_trinh_chung"]), "Đã trao đổi với văn phòng.")
    found = {f.code: f for f in said.examine().findings}
    assert found["structure.stray_text"].severity == "info"
    assert found["structure.stray_text"].explanation == "Đã trao đổi với văn phòng."
    assert found["cell.period_outside"].severity == "warning"
    shared = make_return(shared=True)
    shared = shared.put(tuple(shared.layout.fields["giai_trinh_chung"]), "Đơn vị tôi.")
    assert [(f.code, f.severity) for f in shared.examine().findings] == [("identity.shared", "warning")]


def test_a_rules_own_severity_overrides_the_catalogue(make_return: Any) -> None:
    """A form may weigh a rule otherwise: the unit list as an error, the period as an error."""
    good = make_return().set(1, "ten_chi_bo", "Chi bộ lạ").set(2, "thoi_gian", "năm 2030")
    rules = tuple(dataclasses.replace(rule, severity="error") for rule in good.form.rules)
    heavy = good.with_facts(form=dataclasses.replace(good.form, rules=rules, digest=""))
    assert {(f.code, f.severity) for f in heavy.examine().findings} == {
        ("table.unit_not_child", "error"),
        ("cell.period_outside", "error"),
    }


# -- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (RawCell(2027.0, "number"), "2027"),
        (RawCell(1.0, "number"), "1"),
        (RawCell(3.5, "number"), "3.5"),
        (RawCell(46508.0, "date", format="mmm-yy"), "tháng 5/2027"),
        (RawCell(46508.0, "date", format='[$-42A]"tháng" m/yyyy'), "tháng 5/2027"),
        (RawCell(46508.0, "date", format="d-mmm"), "01/05"),
        (RawCell(46508.0, "date", format="dd/mm/yyyy"), "01/05/2027"),
        (RawCell(46508.0, "date", format=None), "01/05/2027"),
        (RawCell(46508.0, "date", format="yyyy"), "2027"),
        (RawCell("  Cả  năm \u200b", "text"), "Cả  năm"),
        (RawCell("Ca\u0309 na\u0306m", "text"), "Cả năm"),
        (RawCell("C¶ n¨m 2027", "text", font=".VnTime"), "Cả năm 2027"),
        (RawCell("Caû naêm 2027", "text", font="VNI-Times"), "Cả năm 2027"),
    ],
)
def test_a_cell_comes_back_as_it_is_shown(make_return: Any, cell: RawCell, text: str) -> None:
    """Numbers without a tail, dates by their format, text in NFC, old fonts in Unicode."""
    examination = make_return().set(1, "thoi_gian", cell).examine()
    assert examination.rows[0].values["thoi_gian"].text == text
    assert all(f.severity != "error" for f in examination.findings)


def test_a_date_of_the_1904_system_is_the_same_day(make_return: Any) -> None:
    """date1904 shifts the serial by 1,462 days."""
    good = make_return().set(1, "thoi_gian", RawCell(46508.0 - 1462, "date", format="dd/mm/yyyy"))
    examination = examine(dataclasses.replace(good.reading, date1904=True), good.facts)
    assert examination.rows[0].values["thoi_gian"].text == "01/05/2027"


def test_nothing_is_taken_from_a_formula(make_return: Any) -> None:
    """Neither a value nor a verdict: whatever our own formulas and a unit's show, the judgement is the same."""
    good = make_return()
    cells = {
        at: cell._replace(value="#REF!", kind="error") if cell.formula else cell for at, cell in good.cells.items()
    }
    assert dataclasses.replace(good, cells=cells).examine() == good.examine()
    assert any(cell.formula for cell in good.cells.values())
    spoiled = good.set(1, "ten_mo_hinh", RawCell("tên từ công thức", "text", formula=True)).examine()
    assert "ten_mo_hinh" not in spoiled.rows[0].values


# -- the record, purity, speed --------------------------------------------------------------------------------------

SPOILERS = (
    lambda good: good,
    many_faults,
    lambda good: good.set(3, "ten_chi_bo", "nt").set(2, "giai_trinh", "Lời"),
    lambda good: good.with_facts(issued=None),
)


@pytest.mark.parametrize("spoil", SPOILERS)
def test_the_record_gives_the_judgement_back(make_return: Any, spoil: Any) -> None:
    """Written and read again it is equal; the text is canonical."""
    examination = spoil(make_return()).examine()
    text = text_of(examination)
    assert examination_of(text) == examination
    assert text_of(examination_of(text)) == text
    assert set(json.loads(text)) == {"state", "sheet", "fields", "rows", "findings"}


@settings(derandomize=True, max_examples=50, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_survives_the_record(make_return: Any, text: str) -> None:
    """Whatever was typed is in the record as it was read."""
    examination = make_return(2).set(1, "ten_mo_hinh", text).examine()
    assert examination_of(text_of(examination)) == examination


def _judge(task: tuple[Any, Any]) -> Examination:
    return examine(*task)


def test_judging_is_pure_and_travels(make_return: Any) -> None:
    """The same in another process, with everything pickled; nothing is changed by judging twice."""
    spoiled = many_faults(make_return())
    task = (spoiled.reading, spoiled.facts)
    here = examine(*task)
    assert examine(*pickle.loads(pickle.dumps(task))) == here == examine(*task)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        assert pool.submit(examine, *task).result() == here


def test_state_is_the_gravest_that_a_finding_asks_for() -> None:
    """refused before unknown before to_fix before accepted; an info asks for nothing."""
    by_state = {
        "refused": finding("identity.tag", noi=""),
        "unknown": finding("identity.none"),
        "to_fix": finding("cell.required", ten="", o="A1"),
        "accepted": finding("cell.period_outside"),
    }
    order = list(by_state)
    for i, state in enumerate(order):
        assert state_of(by_state[s] for s in order[i:]) == state
    info = [dataclasses.replace(f, severity="info") for f in by_state.values()]
    assert state_of(info) == "accepted"
    assert state_of(()) == "accepted"


def test_every_code_of_these_phases_is_raised_by_some_test(request: Any) -> None:
    """The codes named in the tests of this room and of the marks are those of the catalogue, both ways."""
    root = request.config.rootpath / "tests"
    source = "".join(
        path.read_text("utf-8")
        for folder in ("examine", "workbook/locate")
        for path in sorted((root / folder).glob("test_*.py"))
    )
    elsewhere = {"identity.not_in_ledger", "identity.form_unknown"}  # raised and tested by the workspace room
    own = ("identity", "structure", "cell", "table", "workbook")
    codes = {code for code in entries() if code.split(".")[0] in own} - elsewhere
    named = {code for code in codes if f'"{code}"' in source}
    assert named == codes


def test_issued_of_another_row_count_is_still_located(make_return: Any) -> None:
    """Assigned to a unit whose own workbook had fewer rows: keys tell, not the count."""
    good = make_return(9, laid=9)
    fewer = dataclasses.replace(good.issued, rows={"mo_hinh": 4})
    examination = good.with_facts(issued=fewer, assigned=True).examine()
    assert len(examination.rows) == 9
    assert [f.code for f in examination.findings] == ["identity.assigned", "structure.rows_changed"]

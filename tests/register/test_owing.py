"""Who owes what, by when, and what the files are called."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import mend, message
from lamtheo_xls.register import (
    Assignment,
    FormDates,
    Register,
    Round,
    Unit,
    check_register,
    file_stem,
    named_forms,
    owed,
)

D = dt.date


@cache
def plan():
    found, _ = load_folder(bundled("43-kh-duk"))
    assert found is not None
    return found


@pytest.fixture
def bundle():
    return plan()


def owes(bundle, register, period, on, **round_facts):
    round = Round(programme="43-kh-duk", period=period, **round_facts)
    return owed(bundle.programme, bundle.forms, register, round, on)


def by_form(found, form):
    return [a for a in found if a.form == form]


def units_of(found, form):
    return [a.unit for a in by_form(found, form)]


def test_mau_02_is_owed_by_base_committees_only(bundle, register):
    """2027: each đảng ủy cơ sở owes one Mẫu 02 in February; a chi bộ cơ sở and the cells beneath owe none (S1.15)."""
    found, findings = owes(bundle, register, "2027", D(2027, 1, 20))
    assert [a.id for a in by_form(found, "mau-02")] == ["mau-02_2027_DU-STC", "mau-02_2027_DU-SYT"]
    first = by_form(found, "mau-02")[0]
    assert (first.round, first.form, first.version, first.unit) == ("43-kh-duk_2027", "mau-02", 1, "DU-STC")
    assert (first.period, first.part, first.person, first.strength) == ("2027", "", None, "must")
    assert (first.obligation, first.document, first.released, first.nil_allowed) == ("mau-02", "", "", False)
    assert first.deadline.on_time == D(2027, 2, 28) and first.deadline.late_from == D(2027, 3, 1)
    assert findings == ()


def test_a_base_cell_owes_its_plan_and_its_report(bundle, register):
    """2027: base committees and base cells owe Mẫu 01 in February and Mẫu 03 before 15/12; cells beneath a committee
    of the register owe the office nothing (S1.13, S1.15, S1.17)."""
    found, _ = owes(bundle, register, "2027", D(2027, 1, 20))
    assert units_of(found, "mau-01") == units_of(found, "mau-03") == ["DU-STC", "DU-SYT", "CB-TTR"]
    first, last = by_form(found, "mau-01")[0], by_form(found, "mau-03")[0]
    assert first.deadline.on_time == D(2027, 2, 28) and last.deadline.on_time == D(2027, 12, 14)
    assert last.nil_allowed and not first.nil_allowed
    assert [a.form for a in found] == sorted((a.form for a in found), key=("mau-01", "mau-02", "mau-03").index)


def test_a_committees_own_register_of_cells(bundle, register):
    """The register of one base committee holds its chi bộ only: they owe it Mẫu 01 and 03 directly (S1.15)."""
    cells = replace(register, units=tuple(replace(u, parent="") for u in register.units[1:3]))
    found, findings = owes(bundle, cells, "2027", D(2027, 1, 20))
    assert [(a.form, a.unit) for a in found] == [
        ("mau-01", "CB-STC-VP"),
        ("mau-01", "CB-STC-NS"),
        ("mau-03", "CB-STC-VP"),
        ("mau-03", "CB-STC-NS"),
    ]
    assert [(f.code, f.severity) for f in findings] == [("register.nobody_owes", "info")]


def test_a_row_that_only_groups_does_not_stand_above(bundle, register):
    """Base units listed under a row of kind «Khác» (the office itself, a group) are still the office's own."""
    top = Unit(code="KHOI", name="Đảng bộ Khối", short_name="Khối", order=0, kind="khac")
    units = (top, *(replace(u, parent=u.parent or "KHOI") for u in register.units))
    found, _ = owes(bundle, replace(register, units=units), "2027", D(2027, 1, 20))
    assert units_of(found, "mau-01") == ["DU-STC", "DU-SYT", "CB-TTR"]


def test_2022_has_its_own_date(bundle, register):
    """2022: trước ngày 25/02/2022 (S1.16), and once, before 27/01/2022, the plan 2021–2025 as a signed copy without a
    form (S1.12); owed only by units of that time – DU-SYT exists from 07/2025."""
    found, _ = owes(bundle, register, "2022", D(2022, 1, 5))
    assert [(a.id, a.deadline.text) for a in found] == [
        ("ke-hoach-2021-2025_2022_DU-STC", "trước ngày 27/01/2022"),
        ("ke-hoach-2021-2025_2022_CB-TTR", "trước ngày 27/01/2022"),
        ("mau-01_2022_DU-STC", "trước ngày 25/02/2022"),
        ("mau-01_2022_CB-TTR", "trước ngày 25/02/2022"),
        ("mau-02_2022_DU-STC", "trước ngày 25/02/2022"),
        ("mau-03_2022_DU-STC", "trước ngày 15/12/2022"),
        ("mau-03_2022_CB-TTR", "trước ngày 15/12/2022"),
    ]
    term, table = found[0], by_form(found, "mau-02")[0]
    assert (term.form, term.version, term.signed_copy, term.obligation) == ("", 0, True, "ke-hoach-2021-2025")
    assert term.document and term.deadline.on_time == D(2022, 1, 26)
    assert table.deadline.on_time == D(2022, 2, 24) and table.deadline.late_from == D(2022, 2, 26)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(2021, 2035))
def test_the_plan_of_the_term_is_owed_in_2022_alone(year):
    """S1.12 asks once."""
    cell = Unit(code="CB", name="Chi bộ", short_name="CB", order=1, kind="chi_bo_co_so")
    owing, _ = owes(plan(), Register(units=(cell,), office={}), str(year), D(year, 1, 5))
    assert [a.id for a in owing if a.document] == (["ke-hoach-2021-2025_2022_CB"] if year == 2022 else [])


def test_an_old_round_stays_as_it_was(bundle, register):
    """Looked at in 2027, the round of 2022 is owed by the units of 2022, also by one that ended in 2025."""
    units = (replace(register.units[0], valid_to=D(2025, 6, 30)), *register.units[1:])
    found, findings = owes(bundle, replace(register, units=units), "2022", D(2027, 5, 1))
    assert units_of(found, "mau-02") == ["DU-STC"] and findings == ()


def test_a_merger_inside_the_year(bundle, register):
    """The predecessor's outstanding form is not owed any more, the successor owes one from its first day (E.4)."""
    old = replace(register.units[0], valid_to=D(2027, 2, 14), row=4)
    new = Unit(
        code="DU-TCKH",
        name="Đảng ủy Sở Tài chính - Kế hoạch",
        short_name="ĐU Sở TC-KH",
        order=9,
        kind="dang_uy_co_so",
        valid_from=D(2027, 2, 15),
    )
    merged = replace(register, units=(old, *register.units[1:], new))
    opens = D(2027, 1, 15)
    before, nothing = owes(bundle, merged, "2027", D(2027, 2, 14), opens=opens)
    assert units_of(before, "mau-02") == ["DU-STC", "DU-SYT"] and nothing == ()
    after, findings = owes(bundle, merged, "2027", D(2027, 2, 15), opens=opens)
    assert units_of(after, "mau-02") == ["DU-SYT", "DU-TCKH"]
    assert {(f.code, f.severity, f.place.cell) for f in findings} == {("register.ended_not_owed", "info", "A4")}
    assert len(findings) == 3 and "14/02/2027" in message(findings[0])


def test_before_the_round_opens_its_opening_day_decides(bundle, register):
    """Issued early, the round is made for the units that will be there when it opens."""
    late = replace(register.units[3], valid_from=D(2027, 1, 10))
    units = (*register.units[:3], late, *register.units[4:])
    found, _ = owes(bundle, replace(register, units=units), "2027", D(2026, 12, 20), opens=D(2027, 1, 15))
    assert units_of(found, "mau-02") == ["DU-STC", "DU-SYT"]


def dates_of(found):
    return {a.form or a.obligation: (a.deadline.on_time, a.deadline.late_from, a.deadline.accept_until) for a in found}


def test_the_rounds_own_dates_are_for_what_is_due_first(bundle, register):
    """«Hạn» and «Nhận đến» of the round override the rule of what is due first; February never moves December."""
    found, _ = owes(bundle, register, "2027", D(2027, 1, 20), due=D(2027, 3, 5), accept_until=D(2027, 3, 20))
    february = (D(2027, 3, 5), D(2027, 3, 6), D(2027, 3, 20))
    assert dates_of(found) == {
        "mau-01": february,
        "mau-02": february,
        "mau-03": (D(2027, 12, 14), D(2027, 12, 16), None),
    }
    found, _ = owes(bundle, register, "2022", D(2022, 1, 5), due=D(2022, 3, 5))
    assert dates_of(found)["mau-01"][0] == D(2022, 3, 5)
    assert dates_of(found)["ke-hoach-2021-2025"][0] == D(2022, 1, 26)


def test_a_row_of_its_own_moves_one_form(bundle, register):
    """A row of sheet ĐỢT that names a form, by id or label, is for that form alone; it may be strict alone, too."""
    dues = {
        "Mẫu số 03": FormDates(due=D(2027, 11, 30), accept_until=D(2027, 12, 10)),
        "mau-01": FormDates(accept_until=D(2027, 4, 1)),
    }
    found, findings = owes(bundle, register, "2027", D(2027, 1, 20), due=D(2027, 3, 5), dues=dues)
    assert findings == ()
    assert dates_of(found) == {
        "mau-01": (D(2027, 3, 5), D(2027, 3, 6), D(2027, 4, 1)),
        "mau-02": (D(2027, 3, 5), D(2027, 3, 6), None),
        "mau-03": (D(2027, 11, 30), D(2027, 12, 1), D(2027, 12, 10)),
    }
    strict = {"mau-03": FormDates(strict=True)}
    found, _ = owes(bundle, register, "2027", D(2027, 1, 20), dues=strict)
    assert dates_of(found)["mau-03"] == (D(2027, 12, 14), D(2027, 12, 15), None)
    term = {"ke-hoach-2021-2025": FormDates(due=D(2022, 2, 10))}
    found, _ = owes(bundle, register, "2022", D(2022, 1, 5), dues=term)
    assert dates_of(found)["ke-hoach-2021-2025"][0] == D(2022, 2, 10)


def test_a_form_is_held_back_until_it_opens(bundle, register):
    """«Mở từ ngày» of a form's own row: before that day nothing of the form is owed, so nothing is issued."""
    dues = {"mau-03": FormDates(opens=D(2027, 11, 1))}
    before, _ = owes(bundle, register, "2027", D(2027, 10, 31), dues=dues)
    after, _ = owes(bundle, register, "2027", D(2027, 11, 1), dues=dues)
    assert by_form(before, "mau-03") == [] and units_of(after, "mau-03") == ["DU-STC", "DU-SYT", "CB-TTR"]


def test_a_row_that_names_no_form_or_one_twice(bundle, register):
    """«Biểu» that is none of the programme's, and an id beside its label, are findings at their cells."""
    dues = {
        "Mẫu số 04": FormDates(cell="C5"),
        "Mẫu số 03": FormDates(cell="C6"),
        "mau-03": FormDates(due=D(2027, 1, 1), cell="C7"),
    }
    found, findings = owes(bundle, register, "2027", D(2027, 1, 20), dues=dues)
    assert [(f.code, f.place.sheet, f.place.cell) for f in findings] == [
        ("register.round_form_unknown", "ĐỢT", "C5"),
        ("register.round_form_twice", "ĐỢT", "C7"),
    ]
    assert "Mẫu số 01" in mend(findings[0]) and "C6" in message(findings[1])
    assert dates_of(found)["mau-03"][0] == D(2027, 12, 14)
    made = replace(register, rounds=(Round(programme="43-kh-duk", period="2027", dues=dues),))
    checked = check_register(made, programme=bundle.programme, on=D(2027, 1, 20), forms=bundle.forms)
    assert [f.place.cell for f in checked] == ["C5", "C7"]


def test_what_a_round_may_name(bundle):
    """The forms of the programme by their labels, and its documents without a form."""
    named = dict(named_forms(bundle.programme, bundle.forms))
    assert list(named) == ["ke-hoach-2021-2025", "mau-01", "mau-02", "mau-03"]
    assert named["mau-02"] == "Mẫu số 02" and named["ke-hoach-2021-2025"]


def test_what_stands_in_the_way_is_a_finding(bundle, register):
    """A period of another kind, a form that was not given, nobody who owes."""
    none, findings = owes(bundle, register, "2027-Q1", D(2027, 1, 20))
    assert none == () and [f.code for f in findings] == ["register.round_period_bad"]
    round = Round(programme="43-kh-duk", period="2027")
    none, findings = owed(bundle.programme, {}, register, round, D(2027, 1, 20))
    assert none == () and [f.code for f in findings] == ["register.form_unknown"] * 3
    others = replace(register, units=tuple(replace(u, kind="khac") for u in register.units))
    none, findings = owes(bundle, others, "2027", D(2027, 1, 20))
    assert none == () and [(f.code, f.severity) for f in findings] == [("register.nobody_owes", "warning")] * 3
    assert "Đảng ủy cơ sở" in message(findings[1])


def test_the_sources_order(bundle, register):
    """Via whom and to whom belong to the obligation (S1.26): every assignment names the one it comes from."""
    found, _ = owes(bundle, register, "2022", D(2022, 1, 5))
    duties = {o.id: o for o in bundle.programme.obligations}
    assert all(duties[a.obligation].to and duties[a.obligation].form == a.form for a in found)
    assert list(dict.fromkeys(a.obligation for a in found)) == list(duties)


def test_check_register_looks_at_the_open_rounds(bundle, register):
    """A sound register gives nothing; where nobody owes anything the open round is named, the closed one not; an
    office that has no committees is told so by the way."""
    day = D(2027, 2, 1)
    assert check_register(register, programme=bundle.programme, on=day, forms=bundle.forms) == ()
    cells = replace(register, units=register.units[5:])
    found = check_register(cells, programme=bundle.programme, on=day)
    assert [(f.code, f.severity, dict(f.args)["bieu"]) for f in found] == [("register.nobody_owes", "info", "mau-02")]
    others = replace(register, units=tuple(replace(u, kind="khac") for u in register.units))
    found = check_register(others, programme=bundle.programme, on=day)
    assert {(f.code, f.severity, dict(f.args)["dot"]) for f in found} == {
        ("register.nobody_owes", "warning", "43-kh-duk_2027")
    }
    quarter = replace(register, rounds=(Round(programme="43-kh-duk", period="2027-Q1", row=4),))
    assert [f.code for f in check_register(quarter, programme=bundle.programme, on=day)] == [
        "register.round_period_bad"
    ]


def assignment(unit: str, part: str = "") -> Assignment:
    day = D(2027, 2, 28)
    return Assignment(
        id=f"mau-02_2027_{unit}",
        round="43-kh-duk_2027",
        form="mau-02",
        version=1,
        unit=unit,
        person=None,
        period="2027",
        part=part,
        deadline=Deadline(on_time=day, late_from=day, accept_until=None, text=""),
        signed_copy=True,
        strength="must",
    )


def test_file_names(register):
    """ASCII, by the short name; the code follows where two units share one; the part comes last."""
    assert file_stem(assignment("DU-STC"), register) == "mau-02_2027_DU-SO-TAI-CHINH"
    assert file_stem(assignment("CB-STC-VP"), register) == "mau-02_2027_CB-VAN-PHONG--CB-STC-VP"
    assert file_stem(assignment("CB-SYT-VP"), register) == "mau-02_2027_CB-VAN-PHONG--CB-SYT-VP"
    assert file_stem(assignment("DU-SYT", part="mo-hinh 2"), register) == "mau-02_2027_DU-SO-Y-TE_MO-HINH-2"


names = st.sampled_from(("CB 1", "CB-1", "cb 1", "CB 1 DU", "", "…", "ĐU Sở Y tế", "CB 1  CB-1", "X" * 60, "X" * 61))
codes = st.sampled_from(("CB-1", "DU", "A", "CB-1-CB-1", "DU-SO-Y-TE", "X", "B-2", "C"))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.dictionaries(codes, names, min_size=2))
def test_no_two_units_share_a_file(named):
    """Whatever the short names, the stems differ also where case does not count, and are plain ASCII."""
    units = tuple(
        Unit(code=code, name="n", short_name=short, order=1, kind="dang_uy_co_so") for code, short in named.items()
    )
    register = Register(units=units, office={})
    stems = [file_stem(assignment(u.code), register) for u in units]
    assert len({stem.lower() for stem in stems}) == len(units)
    assert all(stem.isascii() and len(stem) < 100 for stem in stems)

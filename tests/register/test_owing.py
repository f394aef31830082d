"""Who owes what, by when, and what the files are called."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Deadline
from lamtheo_xls.findings import message
from lamtheo_xls.register import Assignment, Register, Round, Unit, check_register, file_stem, owed

D = dt.date


@pytest.fixture(scope="module")
def bundle():
    found, _ = load_folder(bundled("43-kh-duk"))
    assert found is not None
    return found


def owes(bundle, register, period, on, **round_facts):
    round = Round(programme="43-kh-duk", period=period, **round_facts)
    return owed(bundle.programme, bundle.forms, register, round, on)


def test_mau_02_is_owed_by_base_committees_only(bundle, register):
    """2027: each đảng ủy cơ sở owes one Mẫu 02 in February; a chi bộ cơ sở and the cells beneath owe none (S1.15)."""
    found, findings = owes(bundle, register, "2027", D(2027, 1, 20))
    assert [a.id for a in found] == ["mau-02_2027_DU-STC", "mau-02_2027_DU-SYT"]
    first = found[0]
    assert (first.round, first.form, first.version, first.unit) == ("43-kh-duk_2027", "mau-02", 1, "DU-STC")
    assert (first.period, first.part, first.person, first.strength) == ("2027", "", None, "must")
    assert first.deadline.on_time == D(2027, 2, 28) and first.deadline.late_from == D(2027, 3, 1)
    assert findings == ()


def test_2022_has_its_own_date(bundle, register):
    """2022: trước ngày 25/02/2022 (S1.16), owed only by units of that time – DU-SYT exists from 07/2025."""
    found, _ = owes(bundle, register, "2022", D(2022, 2, 1))
    assert [a.unit for a in found] == ["DU-STC"]
    assert found[0].deadline.on_time == D(2022, 2, 24) and found[0].deadline.late_from == D(2022, 2, 26)
    assert found[0].deadline.text == "trước ngày 25/02/2022"


def test_an_old_round_stays_as_it_was(bundle, register):
    """Looked at in 2027, the round of 2022 is owed by the units of 2022, also by one that ended in 2025."""
    units = (replace(register.units[0], valid_to=D(2025, 6, 30)), *register.units[1:])
    found, findings = owes(bundle, replace(register, units=units), "2022", D(2027, 5, 1))
    assert [a.unit for a in found] == ["DU-STC"] and findings == ()


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
    assert [a.unit for a in before] == ["DU-STC", "DU-SYT"] and nothing == ()
    after, findings = owes(bundle, merged, "2027", D(2027, 2, 15), opens=opens)
    assert [a.unit for a in after] == ["DU-SYT", "DU-TCKH"]
    assert [(f.code, f.severity, f.place.cell) for f in findings] == [("register.ended_not_owed", "info", "A4")]
    assert "14/02/2027" in message(findings[0])


def test_before_the_round_opens_its_opening_day_decides(bundle, register):
    """Issued early, the round is made for the units that will be there when it opens."""
    late = replace(register.units[3], valid_from=D(2027, 1, 10))
    units = (*register.units[:3], late, *register.units[4:])
    found, _ = owes(bundle, replace(register, units=units), "2027", D(2026, 12, 20), opens=D(2027, 1, 15))
    assert [a.unit for a in found] == ["DU-STC", "DU-SYT"]


def test_the_rounds_own_dates_win(bundle, register):
    """«Hạn» and «Nhận đến» of the round override the programme's rule."""
    found, _ = owes(bundle, register, "2027", D(2027, 1, 20), due=D(2027, 3, 5), accept_until=D(2027, 3, 20))
    deadline = found[0].deadline
    assert (deadline.on_time, deadline.late_from, deadline.accept_until) == (
        D(2027, 3, 5),
        D(2027, 3, 6),
        D(2027, 3, 20),
    )


def test_what_stands_in_the_way_is_a_finding(bundle, register):
    """A period of another kind, a form that was not given, nobody who owes."""
    none, findings = owes(bundle, register, "2027-Q1", D(2027, 1, 20))
    assert none == () and [f.code for f in findings] == ["register.round_period_bad"]
    round = Round(programme="43-kh-duk", period="2027")
    none, findings = owed(bundle.programme, {}, register, round, D(2027, 1, 20))
    assert none == () and [f.code for f in findings] == ["register.form_unknown"]
    cells = replace(register, units=register.units[5:])
    none, findings = owes(bundle, cells, "2027", D(2027, 1, 20))
    assert none == () and [f.code for f in findings] == ["register.nobody_owes"]
    assert "Đảng ủy cơ sở" in message(findings[0])


def test_check_register_looks_at_the_open_rounds(bundle, register):
    """A sound register gives nothing; without committees the open round is named, the closed one not."""
    day = D(2027, 2, 1)
    assert check_register(register, programme=bundle.programme, on=day) == ()
    cells = replace(register, units=register.units[5:])
    found = check_register(cells, programme=bundle.programme, on=day)
    assert [(f.code, dict(f.args)["dot"]) for f in found] == [("register.nobody_owes", "43-kh-duk_2027")]
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

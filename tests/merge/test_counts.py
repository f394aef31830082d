"""What SỐ LIỆU says: units, chi bộ, groups, and the year before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lamtheo_xls.merge import Roll, compare, counts_of, earlier_frame, frame_of, joined_before
from lamtheo_xls.register import Unit

ON = dt.date(2027, 2, 25)


@pytest.fixture
def frame(case: Any, counted_of: Callable[..., Any], row: Callable[..., dict[str, str]]) -> Any:
    """A registers three models (one kept, one new, one of a chi bộ it shares its name with), B none, C nothing yet."""
    rows = [
        row("CB VP", "hòa  giải", group="Nhóm khác"),
        row("Chi bộ 2", "Hoà giải", new=True),
        row("Chi bộ lạ", "Heo đất", new=True, group="Việc riêng"),
    ]
    return frame_of([counted_of("A", rows), counted_of("B", [])], case.register, case.table, case.forms)


def test_roll_parts_expected_into_present_silent_and_missing() -> None:
    """Missing, nil, excused and beyond are different things."""
    roll = Roll(expected=("C", "A", "B", "D"), counted=("A", "E"), nil=("B",), excused=("F",))
    assert (roll.present, roll.silent, roll.missing, roll.beyond) == (("A",), ("B",), ("C", "D"), ("E",))


def test_nil_that_counts_after_all_is_present() -> None:
    """What counts is one query: a unit with a return that counts is in the table, whatever else was said."""
    roll = Roll(expected=("A",), counted=("A",), nil=("A",))
    assert (roll.present, roll.silent, roll.missing) == (("A",), (), ())


def test_units_and_chi_bo_without_a_model(case: Any, frame: Any) -> None:
    """B answered with nothing; A's Thanh tra has no model; a chi bộ is known by its short name too; C is not asked."""
    roll = Roll(expected=("C", "A", "B"), counted=("A", "B"))
    counts = counts_of(frame, roll, case.register, case.roles, groups=case.groups, on=ON)
    assert counts.units_without == ("B",)
    assert counts.children == 4
    assert counts.children_without == (("A", "Chi bộ Thanh tra"), ("B", "Chi bộ 1"))
    assert counts.amounts == {"dang_trien_khai": 1, "moi": 2}


def test_chi_bo_that_ended_are_not_asked_for(case: Any, frame: Any) -> None:
    """Only chi bộ of that day are counted."""
    units = tuple(replace(u, valid_to=dt.date(2026, 12, 31)) if u.code == "A3" else u for u in case.register.units)
    roll = Roll(expected=("A",), counted=("A",))
    register = replace(case.register, units=units)
    counts = counts_of(frame, roll, register, case.roles, groups=case.groups, on=ON)
    assert counts.children == 2 and counts.children_without == ()


def test_chi_bo_under_a_committee_between_are_asked_for(case: Any, frame: Any) -> None:
    """A «đảng ủy bộ phận» is no chi bộ: those beneath it are counted with the base committee."""
    between = Unit(code="BP", name="Đảng ủy bộ phận", short_name="ĐBP", order=1, kind="dang_uy_bo_phan", parent="A")
    units = tuple(replace(u, parent="BP") if u.code in ("A2", "A3") else u for u in case.register.units)
    roll = Roll(expected=("A", "B"), counted=("A", "B"))
    register = replace(case.register, units=(*units, between))
    counts = counts_of(frame, roll, register, case.roles, groups=case.groups, on=ON)
    assert counts.children == 4
    assert counts.children_without == (("A", "Chi bộ Thanh tra"), ("B", "Chi bộ 1"))


def test_groups_in_the_programmes_order_then_others_then_none(case: Any, frame: Any) -> None:
    """Every group of the programme, also empty; a text of its own by itself; models of none last."""
    counts = counts_of(frame, Roll(counted=("A", "B")), case.register, case.roles, groups=case.groups, on=ON)
    assert [g.id for g in counts.groups] == [*(g.id for g in case.groups), "", ""]
    assert [(g.label, g.models, g.units) for g in counts.groups[-3:]] == [
        ("Nhóm khác", 1, 1),
        ("Việc riêng", 1, 1),
        ("", 1, 1),
    ]


def test_last_year_by_the_same_words_within_the_chi_bo(case: Any, frame: Any) -> None:
    """«hòa  giải» of CB VP is kept; «Hoà giải» of another chi bộ is new; C has not answered, B was not known."""
    before = earlier_frame(case.register, "2026", case.roles)
    found = compare(frame, before, case.roles, period="2026", answered=("A", "B"))
    assert found is not None
    assert (found.units, found.awaited, found.unknown) == (("A",), ("C",), ("B",))
    assert (found.before, found.now, found.kept, found.new, found.dropped) == (2, 3, 1, 2, 1)
    assert found.awaited_models == 1


def test_equal_names_are_matched_one_to_one(
    case: Any, counted_of: Callable[..., Any], row: Callable[..., dict[str, str]]
) -> None:
    """Two models of one name this year do not both continue the one of last year."""
    now = frame_of(
        [counted_of("A", [row("Chi bộ 2", "X"), row("Chi bộ 2", "x")])], case.register, case.table, case.forms
    )
    old = frame_of([counted_of("A", [row("Chi bộ 2", "X")])], case.register, case.table, case.forms)
    found = compare(now, old, case.roles, period="2026", answered=("A",))
    assert found is not None and (found.kept, found.new, found.dropped) == (1, 1, 0)


def test_the_ledger_speaks_before_the_register(
    case: Any, counted_of: Callable[..., Any], row: Callable[..., dict[str, str]]
) -> None:
    """What counted last year replaces NĂM TRƯỚC unit by unit."""
    ledger = frame_of([counted_of("A", [row("Chi bộ 2", "Mới có")])], case.register, case.table, case.forms)
    both = joined_before(ledger, earlier_frame(case.register, "2026", case.roles))
    assert both.to_numpy().tolist() == [["A", "Chi bộ 2", "Mới có"], ["C", "Chi bộ 9", "Heo đất"]]


def test_nothing_known_is_no_comparison(case: Any, frame: Any) -> None:
    """Without a year before there is nothing to say."""
    before = earlier_frame(case.register, "2020", case.roles)
    assert compare(frame, before, case.roles, period="2020", answered=("A",)) is None

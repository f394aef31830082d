"""Laws of merging: order does not matter, nothing is lost or counted twice, sums are conserved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.ledger import open_ledger, submission_id
from lamtheo_xls.merge import Roll, blocks_of, compare, counts_of, csv_of, frame_of, group_lines, once
from lamtheo_xls.text import text_key, unit_key

ON = dt.date(2027, 2, 25)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
CHILD = st.sampled_from(["Chi bộ Văn phòng", "chi bộ văn phòng", "Chi bộ 2", "CB 2", "Chi bộ 9", ""])
MARKS = st.sampled_from([("x", ""), ("", "x"), ("", ""), ("x", "x"), ("có", "")])
GROUP = st.sampled_from(["", "Nhóm khác", "nhóm  khác", "Nhóm mô hình cải cách thủ tục hành chính", "Việc riêng"])
ROW = st.builds(
    lambda child, name, marks, group: {
        "ten_chi_bo": child,
        "ten_mo_hinh": name,
        "dang_trien_khai": marks[0],
        "moi": marks[1],
        "nhom": group,
    },
    CHILD,
    st.sampled_from(["Heo đất", "heo  đất", "NA", "=1+1", "001"]) | TEXT,
    MARKS,
    GROUP,
)
ROUNDS = st.dictionaries(st.sampled_from(["A", "B", "C", "Z"]), st.lists(ROW, max_size=5), max_size=4)
quick = settings(derandomize=True, deadline=None, max_examples=40)


@given(ROUNDS, st.randoms(use_true_random=False))
@quick
def test_order_of_files_does_not_matter(case: Any, counted_of: Callable[..., Any], units: Any, random: Any) -> None:
    """However the returns come, frame, counts, .csv and printed blocks are the same."""
    counted = [counted_of(unit, rows) for unit, rows in units.items()]
    shuffled = random.sample(counted, len(counted))
    one, other = (frame_of(c, case.register, case.table, case.forms) for c in (counted, shuffled))
    pd.testing.assert_frame_equal(one, other)
    assert csv_of(one) == csv_of(other)


@given(ROUNDS)
@quick
def test_sums_are_conserved(case: Any, counted_of: Callable[..., Any], units: Any) -> None:
    """Rows in = rows out; subtotals of units and of groups each add up to the total; each row is printed once."""
    counted = [counted_of(unit, rows) for unit, rows in units.items()]
    frame = frame_of(counted, case.register, case.table, case.forms)
    counts = counts_of(frame, Roll(counted=tuple(units)), case.register, case.roles, groups=case.groups, on=ON)
    given_rows = [row for rows in units.values() for row in rows]
    assert counts.models == len(frame) == len(given_rows)
    for tick in ("dang_trien_khai", "moi"):
        ticked = sum(row[tick] == "x" for row in given_rows)
        assert counts.amounts[tick] == ticked
        assert sum(u.amounts[tick] for u in counts.units) == ticked
        assert sum(g.amounts[tick] for g in counts.groups) == ticked
    assert sum(u.models for u in counts.units) == sum(g.models for g in counts.groups) == counts.models
    one_mark = counts.models - counts.unmarked - counts.marked_twice
    assert counts.amounts["dang_trien_khai"] + counts.amounts["moi"] == one_mark + 2 * counts.marked_twice
    blocks = blocks_of(frame, counts, case.register, case.roles)
    printed = [line for block in blocks for line in block.lines]
    assert [line.number for line in printed] == list(range(1, len(frame) + 1))
    assert [line.values["ten_mo_hinh"] for line in printed] == frame["ten_mo_hinh"].tolist()
    assert {b.unit for b in blocks} == set(units)
    listed = [len(group_lines(frame, g.label, case.roles)) for g in counts.groups]
    assert listed == [g.models for g in counts.groups]


@given(ROUNDS, ROUNDS)
@quick
def test_last_year_is_conserved(case: Any, counted_of: Callable[..., Any], now: Any, before: Any) -> None:
    """Over the units compared: kept + dropped = then, kept + new = now; the same year beside itself keeps all."""
    new, old = (
        frame_of([counted_of(u, rows) for u, rows in units.items()], case.register, case.table, case.forms)
        for units in (now, before)
    )
    found = compare(new, old, case.roles, period="2026", answered=tuple(now))
    if old.empty:
        assert found is None
        return
    assert found is not None
    assert found.kept + found.dropped == found.before == sum(len(before[u]) for u in found.units)
    assert found.kept + found.new == found.now == sum(len(now[u]) for u in found.units)
    assert found.before + found.awaited_models == len(old)
    same = compare(old, old, case.roles, period="2026", answered=tuple(before))
    assert same is not None and (same.kept, same.new, same.dropped) == (len(old), 0, 0)


def test_a_duplicate_counts_once(
    tmp_path: Path, case: Any, counted_of: Callable[..., Any], row: Callable[..., dict[str, str]]
) -> None:
    """The same bytes under three names, then again: the ledger lets them count once, and so does the frame."""
    made = counted_of("A", [row("Chi bộ 2", "Heo đất"), row("Chi bộ 9", "Một cửa", new=True)]).submission
    frames = []
    with open_ledger(tmp_path / ".lamtheo", create=True) as ledger:
        sha = ledger.put(b"one workbook")
        for name in ("a.xlsx", "a (1).xlsx", "zalo.zip!a.xlsx"):
            ledger.record_submissions([replace(made, id=submission_id(sha), sha256=sha, file=name)])
            counting = ledger.counting("43-kh-duk_2027")
            frames.append(frame_of(counting, case.register, case.table, case.forms))
    assert [len(f) for f in frames] == [2, 2, 2]
    assert set(frames[-1]["from.file"]) == {"a.xlsx"}


PLANS = st.dictionaries(
    st.sampled_from(["A", "C", "Z"]),
    st.dictionaries(st.sampled_from(["1", "2", "3", "10"]), ROW | st.just(None), max_size=4),
    max_size=3,
)


@given(ROUNDS, PLANS, st.frozensets(st.sampled_from(["A", "B", "C"])), st.randoms(use_true_random=False))
@quick
def test_several_sources_are_conserved(
    case: Any,
    counted_of: Callable[..., Any],
    return_of: Callable[..., Any],
    units: Any,
    plans: Any,
    owing: Any,
    random: Any,
) -> None:
    """Mẫu 02 and the plans of who owes none (None: «không phát sinh»): rows in = rows left + repeated, whatever the
    order of files; no plan of a unit that owes Mẫu 02; no name twice but within one return; sums as ever."""
    sent = [counted_of(unit, rows) for unit, rows in units.items()]
    for unit, parts in plans.items():
        sent += [
            return_of("mau-01", unit, fields=row or {"ten_mo_hinh": "x"}, part=part, nil=row is None)
            for part, row in parts.items()
        ]
    whole, other = (
        frame_of(found, case.register, case.table, case.forms, owing={"mau-02": owing})
        for found in (sent, random.sample(sent, len(sent)))
    )
    pd.testing.assert_frame_equal(whole, other)
    frame, repeated = once(whole, case.roles)
    planned = [row for unit, parts in plans.items() if unit not in owing for row in parts.values() if row is not None]
    assert len(frame) + len(repeated) == len(whole) == sum(map(len, units.values())) + len(planned)
    assert not set(frame[frame["return.form"] == "mau-01"]["unit.code"]) & owing
    assert (frame["return.form"] == "mau-02").sum() == sum(map(len, units.values())), "what is signed as a table stays"
    named = frame[frame["ten_mo_hinh"] != ""]
    keys = [named["unit.code"], named["ten_chi_bo"].map(unit_key), named["ten_mo_hinh"].map(text_key)]
    assert (named.groupby(keys)["return.id"].nunique() == 1).all()
    roll = Roll(counted=tuple(dict.fromkeys(frame["unit.code"])))
    counts = counts_of(frame, roll, case.register, case.roles, groups=case.groups, on=ON, repeated=repeated)
    assert sum(u.models for u in counts.units) == sum(g.models for g in counts.groups) == counts.models == len(frame)
    assert counts.complete + sum(any(row[c] == "" for c in case.roles.complete) for _, row in frame.iterrows()) == len(
        frame
    )
    for column, n in counts.blanks.items():
        assert n == sum(u.blanks.get(column, 0) for u in counts.units) == (frame[column] == "").sum()

"""The five forms of plans, reports and the guidance, as they stand: every demand they declare is met by silence, broken
by one finding at that cell, and the panel says the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.definitions import bundled, load_folder
from lamtheo_xls.definitions.model import Field, Form
from lamtheo_xls.examine import examine
from lamtheo_xls.findings import message
from lamtheo_xls.findings import say as say_words
from lamtheo_xls.workbook.read.reader import read_returned
from lamtheo_xls.workbook.read.reading import RawCell
from lamtheo_xls.workbook.write.panel import Filled, plan_panel, starting
from lamtheo_xls.workbook.write.stamp import prepare_base, stamp

FORMS = ("mau-01", "mau-03", "nhiem-vu-dot-pha", "mo-hinh-tieu-bieu", "ke-hoach-ca-nhan")
PERSON = {
    "ho_ten": "Nguyễn Văn An",
    "ngay_sinh": "12/03/1980",
    "don_vi_cong_tac": "Văn phòng",
    "chuc_vu_dang": "Bí thư chi bộ",
    "chuc_vu_chinh_quyen": "Chánh Văn phòng",
    "lanh_dao": "x",
    "gui_them": "",
    "thay_mat": "T/M ĐẢNG BỘ",
    "ky_hieu": "CB",
}
Spoil = Callable[[Any], Any]
Fault = tuple[str, Spoil, str, Callable[[Any], str]]
"""Name, what spoils a good return, the code and the cell of its one finding."""


@pytest.fixture(scope="session")
def forms() -> Mapping[str, Form]:
    found: dict[str, Form] = {}
    for programme in ("43-kh-duk", "hd-btgtu-2024"):
        bundle, findings = load_folder(bundled(programme))
        assert bundle is not None, findings
        found |= bundle.forms
    return found


def good_fields(form: Form) -> dict[str, str]:
    """The example of every field the unit fills; no words of explanation, one tick of those of which one is wanted."""
    left = {form.explanation, form.nil_field, "gui_ban_word"}
    left |= {id for rule in form.rules if rule.kind == "exactly_one" and not rule.table for id in rule.columns[1:]}
    return {f.id: f.example for f in form.fields if not f.locked and f.id not in left}


def good_row(form: Form, table: str, n: int = 1) -> dict[str, str]:
    columns = [c for c in form.table(table).columns if c.id != form.table(table).explanation]
    return {c.id: c.example if c.type == "tick" or c.choices or n == 1 else f"{c.example} {n}" for c in columns}


@pytest.fixture(scope="session")
def good(forms: Mapping[str, Form], fill_in: Any) -> Callable[..., Any]:
    made: dict[tuple[str, str], Any] = {}

    def make(id: str, leader: str = "x") -> Any:
        """A good return, all tables with one row."""
        if (id, leader) not in made:
            form = forms[id]
            rows = {t.id: [good_row(form, t.id)] for t in form.tables}
            context = {**PERSON, "lanh_dao": leader}
            made[id, leader] = fill_in(form, fields=good_fields(form), rows=rows, context=context)
        return made[id, leader]

    return make


def emptied(table: str, form: Form) -> Spoil:
    def spoil(r: Any) -> Any:
        for column in form.table(table).columns:
            r = r.set(1, column.id, None, table)
        return r

    return spoil


def of_one_input(f: Field, put: Callable[[Any], Spoil], *, period: bool) -> Iterator[tuple[str, Spoil, str]]:
    """What can be wrong with one input by its own declaration."""
    if f.required:
        yield "blank", put(None), "cell.required"
        if f.type == "text":
            yield "dots", put("………"), "cell.placeholder"
    if f.wanted:
        yield "left out", put(None), "cell.wanted"
    if f.max_length and not period:
        yield "long", put("đ" * (f.max_length + 1)), "cell.too_long"
    if f.type == "tick":
        yield "odd tick", put("chưa rõ"), "cell.not_tick"
    if f.type == "choice" and not f.free:
        yield "unlisted", put("Mục lạ"), "cell.not_in_list"
    if f.type == "integer":
        yield "words", put("ba"), "cell.number"
        yield "fraction", put(RawCell(1.5, "number", locked=False)), "cell.number"
        if f.minimum is not None:
            yield "low", put(f"{f.minimum - 1:g}"), "cell.number_range"
        if f.maximum is not None:
            yield "high", put(f"{f.maximum + 1:g}"), "cell.number_range"
    yield "formula", put(RawCell("x", "text", formula=True, locked=False)), "cell.formula"
    if period:
        yield "no such day", put("31/4/2027"), "cell.period_invalid"
        yield "unclear", put("khi có quyết định"), "cell.period_unreadable"
        yield "other year", put("năm 2031"), "cell.period_outside"


def faults(form: Form) -> Iterator[Fault]:
    """Everything the form declares, broken once."""
    periods = {(r.table, r.columns[0]) for r in form.rules if r.kind == "period_in_year"}
    rivals = {id for r in form.rules if r.kind == "exactly_one" for id in r.columns[1:]}
    for f in form.fields:
        if f.id in rivals:
            continue
        if f.locked:
            yield f"{f.id}: altered", lambda r, id=f.id: r.say(id, "khác"), "structure.locked_text", at(f.id)
            continue
        for name, spoil, code in of_one_input(f, say(f.id), period=("", f.id) in periods):
            yield f"{f.id}: {name}", spoil, code, at(f.id)
    for table in form.tables:
        for c in table.columns:
            for name, spoil, code in of_one_input(c, put(c.id, table.id), period=(table.id, c.id) in periods):
                yield f"{table.id}.{c.id}: {name}", spoil, code, cell(1, c.id, table.id)
    for rule in form.rules:
        name = f"{rule.kind} {rule.table} {' '.join(rule.columns)}"
        if rule.kind == "exactly_one":
            one, two = rule.columns
            yield f"{name}: none", say(one)(None), "cell.tick_missing", at(one)
            yield f"{name}: both", say(two)("x"), "cell.tick_both", at(one)
        elif rule.kind == "min_rows":
            narrative = form.table(rule.table).kind == "paragraphs"
            code = "table.too_few_paragraphs" if narrative else "table.too_few_rows"
            first = form.table(rule.table).columns[0].id
            yield name, emptied(rule.table, form), code, cell(1, first, rule.table)
            if narrative:
                yield f"{name}: dots", put(first, rule.table)("…………"), "cell.placeholder", cell(1, first, rule.table)
        elif rule.kind == "max_rows":
            first = form.table(rule.table).columns[0].id
            yield (
                name,
                more(rule.table, rule.count + 1, form),
                "table.too_many_rows",
                cell(rule.count + 1, first, rule.table),
            )
        elif rule.kind == "min_ticked":
            yield (
                name,
                unticked(rule.table, rule.columns[0], rule.unit_kinds[0]),
                "table.too_few_ticked",
                cell(1, rule.columns[0], rule.table),
            )
        elif rule.kind == "asked_with":
            yield name, say(rule.columns[0])(None), "cell.wanted", at(rule.columns[0])


def at(field: str) -> Callable[[Any], str]:
    return lambda r: str(r.at(field))


def cell(row: int, column: str, table: str) -> Callable[[Any], str]:
    return lambda r: str(r.cell(row, column, table))


def say(field: str) -> Callable[[Any], Spoil]:
    return lambda value: lambda r: r.say(field, value)


def put(column: str, table: str) -> Callable[[Any], Spoil]:
    return lambda value: lambda r: r.set(1, column, value, table)


def more(table: str, count: int, form: Form) -> Spoil:
    def spoil(r: Any) -> Any:
        for n in range(2, count + 1):
            for column, text in good_row(form, table, n).items():
                r = r.set(n, column, text, table)
        return r

    return spoil


def unticked(table: str, column: str, kind: str) -> Spoil:
    return lambda r: r.set(1, column, None, table).with_facts(unit_kind=kind)


@pytest.mark.parametrize("id", FORMS)
def test_a_form_filled_by_its_own_examples_is_accepted(good: Callable[..., Any], id: str) -> None:
    """No demand of the form is a finding where it is met; neither for the kind of unit that owes the most."""
    for filled in (good(id), good(id).with_facts(unit_kind="dang_uy_xa_phuong")):
        examination = filled.examine()
        assert [(f.code, f.place.cell, message(f)) for f in examination.findings] == []
        assert examination.state == "accepted"


@pytest.mark.parametrize("id", FORMS)
def test_each_demand_broken_is_one_finding_at_that_cell(
    good: Callable[..., Any], forms: Mapping[str, Form], id: str
) -> None:
    """Every field, column and rule the form declares; where a blank takes away the whole row or narrative, the rule on
    the rows says it."""
    filled, tried = good(id), 0
    for name, spoil, code, place in faults(forms[id]):
        spoiled = spoil(filled)
        found = [(f.code, f.place.cell) for f in spoiled.examine().findings]
        assert found == [(code, place(spoiled))], f"{id}, {name}"
        words = message(spoiled.examine().findings[0])
        assert place(spoiled) in words or code in ("table.too_few_rows", "table.too_few_ticked")
        assert not re.search(r"\{[a-z_]+\}", words)
        tried += 1
    assert tried > 35


def test_part_three_is_for_leaders(good: Callable[..., Any], forms: Mapping[str, Form]) -> None:
    """S3.19, S3.34: whoever is no leader leaves part III blank, and is asked nothing there; a registered piece of work
    is kept and told."""
    other = good("ke-hoach-ca-nhan", leader="")
    codes = {(f.code, f.severity, f.place.cell) for f in other.examine().findings}
    assert codes == {("table.not_asked", "info", other.cell(1, "doan", r.table)) for r in not_asked(forms)}
    form = forms["ke-hoach-ca-nhan"]
    for table in form.tables:
        if table.id.startswith("viec_"):
            other = emptied(table.id, form)(other)
    for field in ("loai_viec_1", "can_cu_viec_1", "loai_viec_2", "can_cu_viec_2"):
        other = other.say(field, None)
    assert other.examine().findings == ()


def not_asked(forms: Mapping[str, Form]) -> list[Any]:
    return [r for r in forms["ke-hoach-ca-nhan"].rules if r.kind == "not_asked"]


@pytest.mark.parametrize("id", ["mau-01", "mau-03"])
def test_a_signed_word_file_settles_the_narrative(good: Callable[..., Any], forms: Mapping[str, Form], id: str) -> None:
    """With «gửi bản Word» ticked the narratives may be blank; the summary is asked for all the same."""
    bare = good(id).say("gui_ban_word", "x")
    for table in forms[id].tables:
        bare = emptied(table.id, forms[id])(bare)
    assert bare.examine().findings == ()
    assert bare.say("ten_mo_hinh", None).found() == [("cell.required", bare.at("ten_mo_hinh"))]


def test_no_model_this_year(fill_in: Any, forms: Mapping[str, Form]) -> None:
    """Mẫu 03 with only «không phát sinh» ticked is an answer; Mẫu 01 has no such mark."""
    nil = fill_in(forms["mau-03"], fields={"khong_phat_sinh": "x"}, context=PERSON).with_facts(nil_allowed=True)
    assert (nil.examine().nil, nil.examine().findings) == (True, ())
    assert [code for code, _ in nil.with_facts(nil_allowed=False).found()] == ["workbook.nil_not_allowed"]
    assert forms["mau-01"].nil_field == ""


@pytest.mark.parametrize("id", FORMS)
def test_unfilled_is_said_to_be_unfilled(fill_in: Any, forms: Mapping[str, Form], id: str) -> None:
    """What the office wrote into the workbook is no filling of the unit's; nothing is wanted of it yet."""
    blank = fill_in(forms[id], context=PERSON)
    codes = [code for code, _ in blank.found()]
    assert codes[-1] == "workbook.unchanged"
    assert "cell.wanted" not in codes
    assert blank.examine().state == "to_fix"


@pytest.mark.parametrize("id", FORMS)
def test_the_bytes_of_a_filled_workbook_say_the_same(
    good: Callable[..., Any], forms: Mapping[str, Form], id: str
) -> None:
    """Written as the office writes it, the values in their cells, and read back: the same judgement, no finding."""
    form, kept = forms[id], good(id)
    laid = {t.id: 3 for t in form.tables}
    base = prepare_base(form, laid, context_common={}, groups=kept.facts.groups, created=dt.datetime(2027, 1, 5, 8, 0))
    rows = {t.id: (good_row(form, t.id),) for t in form.tables}
    filled = Filled(fields=good_fields(form), rows=rows)
    data = stamp(base, kept.issued, b"k" * 32, kept.facts.context, kept.facts.children, filled)
    examination = examine(read_returned(data), kept.facts)
    assert [(f.code, f.place.cell, message(f)) for f in examination.findings] == []
    was = kept.examine()
    assert (examination.fields, examination.rows) == (was.fields, was.rows)
    assert (examination.part, examination.state) == (was.part, "accepted")


@pytest.mark.parametrize("id", FORMS)
@settings(derandomize=True, max_examples=40, deadline=None)
@given(data=st.data())
def test_rows_inserted_anywhere_lose_nothing(good: Callable[..., Any], id: str, data: st.DataObject) -> None:
    """Blank rows put in above, between and below: every field and paragraph is read where it now stands."""
    filled = good(id)
    first = data.draw(st.integers(1, max(filled.layout.heights)))
    count = data.draw(st.integers(1, 3))
    cells = {(row + count if row >= first else row, column): c for (row, column), c in filled.cells.items()}
    moved, still = dataclasses.replace(filled, cells=cells).examine(), filled.examine()
    assert {f.code for f in moved.findings} <= {"structure.rows_changed"}
    assert {k: e.text for k, e in moved.fields.items()} == {k: e.text for k, e in still.fields.items()}
    assert [(r.table, {k: e.text for k, e in r.values.items()}) for r in moved.rows] == [
        (r.table, {k: e.text for k, e in r.values.items()}) for r in still.rows
    ]
    assert (moved.part, moved.nil) == (still.part, still.nil)


# -- the panel says the same -------------------------------------------------------------------------------------------

HARD = (
    "cell.required",
    "cell.too_long",
    "cell.number",
    "cell.number_range",
    "cell.tick_missing",
    "cell.tick_both",
    "table.tick_missing",
    "table.tick_both",
    "table.too_few_rows",
    "table.too_few_paragraphs",
)
TEXTS = (
    "",
    "",
    " ",
    "\xa0",
    "x",
    "abc",
    "Cả năm",
    "…",
    "2",
    "0",
    "100",
    "12a",
    "đ" * 41,
    "m " * 80,
    "k" * 301,
    "d" * 1001,
)


def panel_row(r: Any, f: Any) -> int:
    """The row of the panel in which a finding's twin stands: its own, that of the first tick, or the table's."""
    row = int(re.sub("[A-Z]", "", f.place.cell))
    if f.code in ("table.too_few_rows", "table.too_few_paragraphs"):
        return next(int(a.end_row) for a in r.layout.areas.values() if a.first_row == row)
    if f.code.startswith("cell.tick_"):
        rule = next(x for x in r.form.rules if x.kind == "exactly_one" and not x.table)
        return int(r.layout.fields[rule.columns[0]].row)
    return row


@pytest.mark.parametrize("id", FORMS)
@settings(derandomize=True, max_examples=60, deadline=None)
@given(data=st.data())
def test_panel_and_intake_agree_on_any_filling(
    fill_in: Any, forms: Mapping[str, Form], id: str, data: st.DataObject
) -> None:
    """Promise 1: row by row as many faults in the panel as errors by the same rules at intake, and «ĐÃ XONG» just where
    there are none; conditions, the office's mark and «không phát sinh» included."""
    form = forms[id]
    texts = st.sampled_from(TEXTS)
    fields = data.draw(st.fixed_dictionaries({f.id: texts for f in form.fields if not f.locked}))
    keep = data.draw(st.sampled_from([(), (), ("khong_phat_sinh",), ("gui_ban_word",)]))
    fields = {k: v for k, v in fields.items() if k not in ("khong_phat_sinh", "gui_ban_word") or k in keep}
    rows = {
        t.id: data.draw(st.lists(st.fixed_dictionaries({c.id: texts for c in t.columns}), max_size=3), label=t.id)
        for t in form.tables
    }
    context = {**PERSON, "lanh_dao": data.draw(st.sampled_from(["", "x"]))}
    r = fill_in(form, fields=fields, rows=rows, context=context).with_facts(nil_allowed=True)
    filled = starting(form, r.facts.context, Filled(fields=fields, rows={k: tuple(v) for k, v in rows.items()}))
    cached = plan_panel(form, r.layout).values(filled, r.facts.context)
    column = r.layout.helper_columns["faults"]
    panel = {row: n for (row, at), n in cached.items() if at == column and row > 1 and n}
    found: dict[int, int] = {}
    for f in r.examine().findings:
        if f.code in HARD and f.severity == "error":
            found[panel_row(r, f)] = found.get(panel_row(r, f), 0) + 1
    assert found == panel
    done = str(cached[r.layout.verdict]).startswith("ĐÃ XONG")
    assert done == (not found)
    whispered(r, cached)


def whispered(r: Any, cached: Mapping[Any, Any]) -> None:
    """What the panel says without counting it is a warning at intake too, once anything is filled."""
    findings = r.examine().findings
    if any(f.code == "workbook.unchanged" for f in findings):
        return
    column = r.layout.helper_columns["message"]
    mark = say_words("workbook.panel.soft")
    soft = {row: str(text).count(mark) for (row, at), text in cached.items() if at == column and mark in str(text)}
    warned: dict[int, int] = {}
    for f in findings:
        if f.severity == "warning" or f.explanation:
            row = next(
                (int(a.end_row) for a in r.layout.areas.values() if f.code == "table.too_many_rows"),
                panel_row(r, f) if f.place.cell else 0,
            )
            warned[row] = warned.get(row, 0) + 1
    assert {row: n for row, n in soft.items() if n > warned.get(row, 0)} == {}


def test_a_workbook_handed_on_to_a_colleague_is_told(good: Callable[..., Any]) -> None:
    """S3.21: where the owner's name was, another stands: a warning there; other spellings of the name and forms nobody
    owns are let be."""
    plan = good("ke-hoach-ca-nhan")
    own = plan.with_facts(issued=dataclasses.replace(plan.issued, person="AN"))
    assert own.found() == own.say("ho_ten", "NGUYỄN  VĂN AN").found() == []
    other = own.say("ho_ten", "Trần Thị Bình")
    assert other.found() == [("cell.other_name", plan.at("ho_ten"))]
    assert other.examine().state == "accepted"
    assert [code for code, _ in own.say("ho_ten", None).found()] == ["cell.required"]
    assert plan.say("ho_ten", "Trần Thị Bình").found() == []

"""«Không phát sinh» as an answer, parts, and what was explained before."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from lamtheo_xls.examine import explained_in
from lamtheo_xls.findings import Finding, mend, message
from lamtheo_xls.ledger import examination_of, text_of
from lamtheo_xls.workbook.read.reading import RawCell


@pytest.fixture
def nil(fill_in: Any, report_form: Any) -> Any:
    """Signed and dated, «không phát sinh» ticked, nothing else."""
    fields = {"khong_phat_sinh": "x", "nguoi_ky": "Nguyễn Văn An", "giai_trinh_chung": "Năm nay chưa có."}
    return fill_in(report_form, fields=fields, context={"lanh_dao": "x"}).with_facts(nil_allowed=True)


def test_nil_is_an_answer_where_the_programme_allows_it(nil: Any) -> None:
    """Nothing else is asked for, not even of a leader; signature, date, part and words are no content."""
    for good in (nil, nil.say("khong_phat_sinh", RawCell(True, "bool", locked=False)), nil.say("mo_hinh_thu", "2")):
        examination = good.examine()
        assert (examination.state, examination.nil, examination.findings) == ("accepted", True, ())
        assert examination_of(text_of(examination)) == examination


def test_nil_is_no_answer_elsewhere(nil: Any) -> None:
    """One error, at the mark."""
    refused = nil.with_facts(nil_allowed=False)
    examination = refused.examine()
    assert [(f.code, f.severity, f.place.cell) for f in examination.findings] == [
        ("workbook.nil_not_allowed", "error", nil.at("khong_phat_sinh"))
    ]
    assert (examination.state, examination.nil) == ("to_fix", False)


@pytest.mark.parametrize("what", ["row", "field", "tick"])
def test_nil_beside_content_is_a_question(nil: Any, what: str) -> None:
    """The unit says which of the two holds; general words do not answer that, and nothing is counted until it is."""
    both = {
        "row": lambda r: r.set(1, "doan", "Có một mô hình.", "dac_diem"),
        "field": lambda r: r.say("ten_mo_hinh", "Có một mô hình"),
        "tick": lambda r: r.say("gui_ban_word", "x"),
    }[what](nil)
    examination = both.examine()
    assert [(f.code, f.severity) for f in examination.findings if f.severity != "info"] == [
        ("workbook.nil_and_filled", "warning")
    ]
    assert (examination.state, examination.nil) == ("to_fix", False)


def test_what_the_office_prefilled_is_no_answer_of_the_units(fill_in: Any, report_form: Any) -> None:
    """The model registered at the start of the year stands in the report already: left as it is, the workbook is
    unchanged, and «không phát sinh» stands alone; altered, or the unit's own carried over, it is content."""
    known = {"ten_mo_hinh": "Mô hình đã đăng ký", "thoi_gian": "Cả năm"}
    blank = fill_in(report_form, fields=known, context={"lanh_dao": ""}).with_facts(nil_allowed=True)
    issued = blank.with_facts(prefilled_fields=known)
    assert "workbook.unchanged" in [code for code, _ in issued.found()]
    assert "workbook.unchanged" not in [code for code, _ in blank.found()]
    nil = issued.say("khong_phat_sinh", "x")
    assert (nil.examine().nil, nil.examine().findings) == (True, ())
    for content in (nil.with_facts(prefilled_fields={}), nil.say("ten_mo_hinh", "Mô hình khác")):
        assert content.found() == [("workbook.nil_and_filled", content.at("khong_phat_sinh"))]


def test_an_odd_mark_is_no_nil(nil: Any) -> None:
    """«không» in the tick is asked about, and is no answer yet."""
    examination = nil.say("khong_phat_sinh", "không").examine()
    assert [(f.code, f.place.cell) for f in examination.findings] == [("cell.not_tick", nil.at("khong_phat_sinh"))]
    assert examination.nil is False


def test_nil_does_not_hide_what_is_wrong_in_itself(nil: Any) -> None:
    """A form that says nil still says what it says legibly."""
    wrong = nil.say("mo_hinh_thu", "một")
    assert wrong.found() == [("cell.number", nil.at("mo_hinh_thu"))]
    assert wrong.examine().nil is True


# -- parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        (None, "1"),
        ("2", "2"),
        (" 2 ", "2"),
        ("02", "1"),
        (RawCell(3.0, "number", locked=False), "3"),
        ("99", "99"),
        ("100", "1"),
        ("0", "1"),
        ("-1", "1"),
        ("thứ hai", "1"),
        (RawCell(2.5, "number", locked=False), "1"),
        (RawCell("2", "text", formula=True, locked=False), "1"),
    ],
)
def test_the_unit_says_which_part_it_is(report: Any, cell: Any, part: str) -> None:
    """1 to 99; what is blank or no such number leaves the part as issued, and is told like any whole number."""
    examination = report.say("mo_hinh_thu", cell).examine()
    assert examination.part == part
    legible = cell is None or examination.part != "1"
    assert (examination.findings == ()) == legible


def test_a_return_that_could_not_be_read_is_the_part_that_was_issued(report: Any, make_return: Any) -> None:
    """Nothing on the sheet is found: part as issued; a form of one part has none."""
    gone = dataclasses.replace(report, cells={(1, 1): RawCell("a", "text")}, merges=())
    assert (gone.examine().state, gone.examine().part) == ("to_fix", "1")
    assert make_return().examine().part == ""


# -- explained before ---------------------------------------------------------------------------------------------


def test_what_was_explained_is_not_asked_again(report: Any) -> None:
    """The same warning on the same value carries its earlier words, wherever it now stands; another value is asked."""
    first = report.say("thoi_gian", "năm 2030").say("giai_trinh_chung", "Mô hình dài hạn.").examine()
    explained = explained_in(first.findings)
    assert explained == {("cell.period_outside", "năm 2030"): "Mô hình dài hạn."}
    again = report.say("thoi_gian", "năm 2030").with_facts(explained=explained).examine()
    assert [(f.severity, f.explanation) for f in again.findings] == [("info", "Mô hình dài hạn.")]
    other = report.say("thoi_gian", "năm 2031").with_facts(explained=explained).examine()
    assert [f.severity for f in other.findings] == ["warning"]
    anew = report.say("thoi_gian", "năm 2030").say("giai_trinh_chung", "Lời mới.").with_facts(explained=explained)
    assert [f.explanation for f in anew.examine().findings] == ["Lời mới."]


def test_a_table_too_long_is_explained_once(tasks: Any) -> None:
    """A third model explained stays explained; a blank cell of a row is explained in its row each time."""
    three = tasks.set(3, "noi_dung", "Việc ba", "nhiem_vu")
    first = three.set(3, "giai_trinh", "Được giao thêm.", "nhiem_vu").examine()
    explained = explained_in(first.findings)
    assert explained == {
        ("table.too_many_rows", ""): "Được giao thêm.",
        ("cell.wanted", "đơn vị tham mưu"): "Được giao thêm.",
    }
    again = three.with_facts(explained=explained).examine()
    assert [(f.code, f.severity) for f in again.findings] == [
        ("cell.wanted", "warning"),
        ("table.too_many_rows", "info"),
    ]


def test_a_blank_field_explained_once_is_known_by_its_noun(report: Any) -> None:
    """Of what is no row, another blank field is another question."""
    bare = report.say("so_lieu", None)
    explained = explained_in(bare.say("giai_trinh_chung", "Chưa thống kê.").examine().findings)
    assert explained == {("cell.wanted", "số liệu"): "Chưa thống kê."}
    assert [f.severity for f in bare.with_facts(explained=explained).examine().findings] == ["info"]
    other = {("cell.wanted", "nguồn gốc"): "Chưa thống kê."}
    assert [f.severity for f in bare.with_facts(explained=other).examine().findings] == ["warning"]


def test_the_latest_words_count() -> None:
    """Of several earlier returns, in their order, the last word stands."""
    found = [
        Finding(code="cell.period_outside", value="năm 2030", severity="info", explanation=words)
        for words in ("một", "hai")
    ]
    assert explained_in(found) == {("cell.period_outside", "năm 2030"): "hai"}
    assert explained_in([Finding(code="cell.period_outside", value="năm 2030", severity="warning")]) == {}


def test_errors_and_identity_are_never_explained_away(report: Any) -> None:
    """Whatever was said of them before."""
    explained = {("cell.not_tick", "chưa rõ"): "lời", ("workbook.nil_and_filled", "x"): "lời"}
    told = report.say("moi", "chưa rõ").say("khong_phat_sinh", "x").with_facts(explained=explained).examine()
    assert [(f.code, f.severity) for f in told.findings] == [
        ("cell.not_tick", "error"),
        ("workbook.nil_and_filled", "warning"),
    ]
    assert "«không phát sinh»" in message(told.findings[1])


# -- parts ----------------------------------------------------------------------------------------------------------


def test_a_second_model_under_the_first_ones_number_is_asked_about(report: Any) -> None:
    """What counts as part 1 has another name: one warning at the name, which sends the return back and says both ways
    out; with a word of explanation the model was renamed and takes its place."""
    copied = report.say("ten_mo_hinh", "Ngày thứ Bảy vì dân").with_facts(counted={"ten_mo_hinh": "Tiết kiệm điện"})
    examination = copied.examine()
    (told,) = examination.findings
    assert (told.code, told.severity, told.place.cell, examination.state, examination.part) == (
        "workbook.part_replaces",
        "warning",
        copied.at("ten_mo_hinh"),
        "to_fix",
        "1",
    )
    part = copied.at("mo_hinh_thu")
    assert message(told) == (
        f"Ô {told.place.cell} ghi «Ngày thứ Bảy vì dân», còn bản đã nhận của số thứ tự 1 ghi «Tiết kiệm điện»."
    )
    assert mend(told) == (
        f"Nếu là hai nội dung khác nhau: ghi số khác (2, 3…) vào ô {part}. Nếu vẫn là một và chỉ đổi tên: ghi một câu "
        "giải trình."
    )
    renamed = copied.say("giai_trinh_chung", "Đổi tên theo góp ý của cấp trên.").examine()
    assert (renamed.state, [(f.code, f.severity) for f in renamed.findings]) == (
        "accepted",
        [("workbook.part_replaces", "info")],
    )
    assert renamed.findings[0].explanation == "Đổi tên theo góp ý của cấp trên."
    before = explained_in(renamed.findings)
    assert copied.with_facts(explained=before).examine().state == "accepted"


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ("tiết  kiệm ĐIỆN.", False),
        ("Tiết kiêm điện", False),
        ("Tiết kiệm điện, nước", False),
        ("Mô hình “Tiết kiệm điện”", False),
        ("Tiết kiệm nước", True),
        ("Kiệm điện tiết", True),
        ("Tiết kiệm điệnn", True),
        (None, False),
    ],
)
def test_a_return_that_mends_the_same_model_passes(report: Any, now: str | None, asked: bool) -> None:
    """The name longer, shorter, or with its marks mended is the same name; without a name something else is said."""
    found = report.say("ten_mo_hinh", now).with_facts(counted={"ten_mo_hinh": "Tiết kiệm điện"}).found()
    assert ("workbook.part_replaces" in {code for code, _ in found}) is asked


def test_where_no_part_is_known_nothing_is_asked(report: Any) -> None:
    """Nothing counted yet; a form (of an older version) without that field."""
    assert report.examine().findings == ()
    assert report.with_facts(counted={"ten_cu": "Tiết kiệm điện"}).examine().findings == ()

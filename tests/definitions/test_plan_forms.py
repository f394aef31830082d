"""Mẫu 01 and Mẫu 03 of the plan ask what the plan asks (S1.5, S1.13, S1.17, S1.29, S1.32, S1.36–S1.39)."""

from __future__ import annotations

import re

import pytest

from lamtheo_xls.definitions import Bundle, bundled, load_folder
from lamtheo_xls.definitions.model import Form

RULES_01 = """
exactly_one     -                   dang_trien_khai,moi  -        S1.32
period_in_year  -                   thoi_gian            -        S1.29
min_rows        dac_diem            -                    warning  S1.29
min_rows        thuan_loi_kho_khan  -                    warning  S1.29
min_rows        muc_dich            -                    -        S1.29
min_rows        yeu_cau             -                    warning  S1.29
min_rows        noi_dung_hoc_tap    -                    -        S1.5
min_rows        su_can_thiet        -                    warning  S1.29
min_rows        phuong_phap         -                    -        S1.29
min_rows        hieu_qua            -                    warning  S1.29
min_rows        tinh_kha_thi        -                    warning  S1.29
min_rows        to_chuc_thuc_hien   -                    -        S1.29
"""
RULES_03 = """
period_in_year  -                   thoi_gian            -        S1.36
min_rows        dac_diem            -                    warning  S1.36
min_rows        su_can_thiet        -                    warning  S1.36
min_rows        van_ban             -                    warning  S1.36
min_rows        noi_dung_co_ban     -                    -        S1.36
min_rows        su_lanh_dao         -                    warning  S1.36
min_rows        sang_kien           -                    warning  S1.36
min_rows        hieu_qua            -                    -        S1.36
min_rows        pham_vi_nhan_rong   -                    warning  S1.36
min_rows        lanh_dao_nhan_rong  -                    warning  S1.36
min_rows        huong_toi           -                    warning  S1.36
asked_with      pham_vi_nhan_rong   pham_vi              -        S1.36
"""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    found, findings = load_folder(bundled("43-kh-duk"))
    assert findings == ()
    assert found is not None
    return found


@pytest.mark.parametrize(("id", "rules"), [("mau-01", RULES_01), ("mau-03", RULES_03)])
def test_every_rule_has_its_source_and_a_word_file_settles_the_narrative(bundle: Bundle, id: str, rules: str) -> None:
    """A section the source asks for is missed when empty, unless the plan comes as a signed Word file; what is the
    heart of the form is an error, the rest a warning the unit can explain; «nếu có» is missed by nobody."""
    form = bundle.forms[id]
    told = [(r.kind, r.table or "-", ",".join(r.columns) or "-", r.severity or "-", r.source) for r in form.rules]
    assert told == [tuple(line.split()) for line in rules.strip().splitlines()]
    for rule in form.rules:
        assert (rule.kind == "min_rows") == (rule.unless == "gui_ban_word") == (rule.count == 1)
        assert rule.panel == (rule.kind in ("min_rows", "exactly_one"))
    assert {t.id for t in form.tables} - {r.table for r in form.rules} == (
        {"kinh_nghiem", "han_che"} if id == "mau-03" else set()
    )


def test_the_summary_part_of_a_plan_is_a_row_of_the_list_of_models(bundle: Bundle) -> None:
    """Name, time, running or new, group: what Mẫu 02 says of a model (S1.30) the plan says beside its text, unprinted;
    and what it is (S1.38: four verbs) and where it came from (S1.37)."""
    form, summary = bundle.forms["mau-01"], bundle.forms["mau-02"].table("mo_hinh")
    for column in summary.columns:
        if column.id not in ("ten_chi_bo", "giai_trinh"):
            mine = form.field(column.id)
            assert (mine.label, mine.short, mine.type, mine.required, mine.max_length, mine.choices_from) == (
                column.label,
                column.short,
                column.type,
                column.required,
                column.max_length,
                column.choices_from,
            )
            assert not mine.printed
    assert form.field("hinh_thuc").choices == ("Xây dựng mới", "Củng cố", "Nâng cao chất lượng", "Nhân rộng")
    assert [f.source for f in form.fields if f.id in ("hinh_thuc", "nguon_goc", "nhom")] == ["S1.11", "S1.38", "S1.37"]
    assert form.field("nguon_goc").choices == (
        "Hưởng ứng theo sự vận động của cấp ủy chi bộ, đảng bộ, cơ quan, đoàn thể",
        "Xuất phát từ thực tế, tự nghiên cứu, học hỏi",
    )


def test_a_report_tells_result_figures_and_where_it_can_spread(bundle: Bundle) -> None:
    """Its summary part (S1.36): result, figures «có số liệu so sánh», origin (S1.37); nothing to say is an answer."""
    form = bundle.forms["mau-03"]
    assert [(f.id, f.required, f.wanted) for f in form.fields if not f.printed] == [
        ("mo_hinh_thu", True, False),
        ("ten_mo_hinh", True, False),
        ("thoi_gian", True, False),
        ("nhom", False, False),
        ("nguon_goc", False, True),
        ("ket_qua_chinh", True, False),
        ("so_lieu", False, True),
        ("nhan_rong", False, False),
        ("pham_vi", False, False),
        ("gui_ban_word", False, False),
        ("khong_phat_sinh", False, False),
        ("giai_trinh_chung", False, False),
    ]
    assert form.nil_field == "khong_phat_sinh"
    [owed] = [o for o in bundle.programme.obligations if o.form == "mau-03"]
    assert owed.nil_allowed
    assert bundle.forms["mau-01"].nil_field == ""


@pytest.mark.parametrize("id", ["mau-01", "mau-03"])
def test_a_model_is_a_part_and_its_paper_is_the_partys(bundle: Bundle, id: str) -> None:
    """One workbook for each model (S1.13), numbered from 1; narratives one column wide; number and name quoted."""
    form = bundle.forms[id]
    assert (form.parts, form.part_field, form.orientation) == ("many", "mo_hinh_thu", "portrait")
    part = form.field("mo_hinh_thu")
    assert (part.type, part.default, part.minimum, part.required) == ("integer", "1", 1, True)
    assert all(t.kind == "paragraphs" and t.columns[0].max_length == 1000 for t in form.tables)
    assert form.head.number == "Số {=so_van_ban}"
    assert form.title[1].endswith("mô hình {=ten_mo_hinh}")
    assert form.closing.authority == "{quyen_han_ky}"
    assert form.explanation == "giai_trinh_chung"


@pytest.mark.parametrize("id", ["mau-01", "mau-03"])
def test_the_forms_name_no_organisation_place_or_year(bundle: Bundle, id: str) -> None:
    """They come from the office and the round; the example texts of help lines aside."""
    form = bundle.forms[id]
    printed = [*form.title, *form.head.left, form.closing.authority, *(b.text for b in form.body), *form.guide]
    printed += [f.default for f in form.fields]
    for text in printed:
        assert not re.search(r"20\d\d|Trà Vinh|Vĩnh Long|Đảng ủy Khối|ĐUK", text)


def test_who_owes_the_plan_and_the_report(bundle: Bundle) -> None:
    """«Mỗi chi bộ, đảng bộ cơ sở» (S1.13), and the chi bộ of a base committee that collects for itself: those right
    beneath the office; addressee and receiving desk both (S1.26)."""
    owed = {o.id: o for o in bundle.programme.obligations}
    for id in ("mau-01", "mau-03"):
        assert owed[id].unit_kinds == ("dang_uy_co_so", "chi_bo_co_so", "chi_bo_truc_thuoc")
        assert owed[id].direct
        assert (owed[id].to, owed[id].via) == ("{nhan_bao_cao}", "{dau_moi}")
    assert [owed[id].source for id in owed] == ["S1.12", "S1.13", "S1.15", "S1.17"]


def test_the_whole_terms_plan_is_a_document_owed_once(bundle: Bundle) -> None:
    """S1.12: no form, a signed copy only, in 2022, of đảng ủy and chi bộ cơ sở, in the plan's own words."""
    document = bundle.programme.obligations[0]
    assert (document.form, document.periods, document.signed_copy) == ("", ("2022",), True)
    assert document.unit_kinds == ("dang_uy_co_so", "chi_bo_co_so")
    assert document.document == (
        "Kế hoạch củng cố, nâng cao chất lượng và nhân rộng mô hình, điển hình tiên tiến trong học tập và làm theo "
        "tư tưởng, đạo đức, phong cách Hồ Chí Minh giai đoạn 2021 - 2025"
    )


def test_the_list_of_models_takes_each_model_once(bundle: Bundle) -> None:
    """Rows of Mẫu 02, and the plans of those who owe no Mẫu 02; their own name stands for the chi bộ."""
    table, report = bundle.programme.tables
    assert [(s.form, s.table, dict(s.columns), s.unless_owed) for s in table.sources] == [
        ("mau-02", "mo_hinh", {}, ""),
        ("mau-01", "", {"ten_chi_bo": "unit.name", "giai_trinh": "giai_trinh_chung"}, "mau-02"),
    ]
    assert (report.form, report.kind, [s.form for s in report.sources]) == ("mau-03", "rows", ["mau-03"])
    assert [c.id for c in report.columns if c.printed] == [
        "ten_mo_hinh",
        "thoi_gian",
        "nhom",
        "ket_qua_chinh",
        "so_lieu",
        "nhan_rong",
        "pham_vi",
    ]


@pytest.mark.parametrize("id", ["mau-01", "mau-03"])
def test_the_plans_advice_is_said_where_the_clerk_writes(bundle: Bundle, id: str) -> None:
    """S1.5 what a model must be, S1.38 how to choose it, S1.39 ties to emulation, S1.25 troubles; the note of
    Mẫu 03."""

    def advice(form: Form) -> str:
        columns = (c for t in form.tables for c in t.columns)
        return " ".join([*form.guide, *(f.help for f in form.fields), *(c.help for c in columns)])

    told = advice(bundle.forms[id])
    wanted = {
        "mau-01": (
            "hợp lý, khoa học, thực chất, dễ thực hiện, có sức lan tỏa",
            "phân biệt với các phong trào thi đua khác",
            "việc đột phá, điều nổi cộm, bức xúc cần giải quyết",
            "gắn với phong trào thi đua yêu nước",
        ),
        "mau-03": ("ngắn gọn, súc tích, dễ theo dõi, đánh giá, tổng hợp", "có số liệu so sánh, chứng minh cụ thể"),
    }[id]
    assert [text for text in wanted if text not in told] == []
    assert "khó khăn, vướng mắc" in bundle.forms[id].field("giai_trinh_chung").help

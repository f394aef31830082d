"""Mẫu 02 and its programme say what the source says (S1.6–S1.16, S1.26, S1.30–S1.35)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from lamtheo_xls.definitions import Bundle, bundled, load_folder
from lamtheo_xls.definitions.templates import names_in

PAGES = Path(__file__).parent / "sources"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    found, findings = load_folder(bundled("43-kh-duk"))
    assert findings == ()
    assert found is not None
    return found


def test_every_rule_of_the_form_has_its_source(bundle: Bundle) -> None:
    """One rule, one source; the panel runs those that simple functions can express."""
    form = bundle.forms["mau-02"]
    assert [(r.kind, r.columns, r.count, r.panel, r.source) for r in form.rules] == [
        ("min_rows", (), 1, True, "S1.13"),
        ("exactly_one", ("dang_trien_khai", "moi"), 0, True, "S1.32"),
        ("carry_down", ("ten_chi_bo",), 0, False, "S1.33"),
        ("not_example", ("ten_chi_bo", "ten_mo_hinh"), 0, False, "S1.34"),
        ("period_in_year", ("thoi_gian",), 0, False, "S1.30"),
        ("child_unit", ("ten_chi_bo",), 0, False, "S1.15"),
    ]
    assert form.rules[-1].severity == "info"


def test_the_columns_are_the_sources(bundle: Bundle) -> None:
    """Heads word for word, «Ghi chú» over its two tick columns, TT for the running number (S1.35)."""
    table = bundle.forms["mau-02"].table("mo_hinh")
    assert table.number_label == "TT"
    assert [(c.id, c.group, c.label, c.type) for c in table.columns if c.printed] == [
        ("ten_chi_bo", "", "Tên chi bộ thực hiện", "choice"),
        ("ten_mo_hinh", "", "Tên mô hình", "text"),
        ("thoi_gian", "", "Thời gian thực hiện", "text"),
        ("dang_trien_khai", "Ghi chú", "Mô hình đang triển khai thực hiện", "tick"),
        ("moi", "Ghi chú", "Mô hình mới", "tick"),
    ]
    assert [c.id for c in table.columns if c.required] == ["ten_chi_bo", "ten_mo_hinh", "thoi_gian"]
    assert [c.id for c in table.columns if not c.printed] == ["nhom", "giai_trinh"]
    assert table.column("ten_chi_bo").free
    assert (table.rows_from, table.rows_extra) == ("children", 5)


def test_who_owes_it_to_whom_and_when(bundle: Bundle) -> None:
    """Only đảng ủy cơ sở (S1.15); addressee and receiving desk both, from the office (S1.26); 2022 apart (S1.16)."""
    [owed] = [o for o in bundle.programme.obligations if o.form == "mau-02"]
    assert (owed.form, owed.unit_kinds, owed.source) == ("mau-02", ("dang_uy_co_so",), "S1.15")
    assert (owed.to, owed.via) == ("{nhan_bao_cao}", "{dau_moi}")
    assert (owed.due.kind, owed.due.month, owed.due.source) == ("in_month", 2, "S1.14")
    assert list(owed.exceptions) == ["2022"]
    exception = owed.exceptions["2022"]
    assert (exception.kind, exception.day, exception.month, exception.source) == ("before", 25, 2, "S1.16")


def test_the_groups_are_the_five_and_an_other(bundle: Bundle) -> None:
    """The source lists five «đặc biệt chú trọng», so others are legitimate (S1.11)."""
    assert [g.source for g in bundle.programme.groups] == ["S1.6", "S1.7", "S1.8", "S1.9", "S1.10", "S1.11"]
    assert bundle.programme.groups[-1].label == "Nhóm khác"


def test_every_input_carries_a_friendly_message_with_an_example(bundle: Bundle) -> None:
    """Short enough for Excel, said in Vietnamese, and the example of the message is the field's own or like it."""
    form = bundle.forms["mau-02"]
    for f in (*form.fields, *form.tables[0].columns):
        assert "Ví dụ: " in f.help
        assert 0 < len(f.help) <= 255
        assert 0 < len(f.short) <= 32
        assert f.example


def test_the_form_names_no_organisation_place_or_year(bundle: Bundle) -> None:
    """They come from the office and the round; the example texts of help lines aside."""
    form = bundle.forms["mau-02"]
    printed = [*form.title, *form.head.left, form.closing.authority, *(f.default for f in form.fields), *form.guide]
    for text in printed:
        assert not re.search(r"20\d\d|Trà Vinh|Vĩnh Long|Khối|ĐUK", text)
    assert form.head.left == ("{cap_tren}", "{don_vi}")
    assert form.title[-1] == "năm {nam}"
    named = {"cap_tren", "don_vi", "nam", "dia_danh", "nhan_bao_cao", "nguoi_ky"}
    assert {n for text in printed for n in names_in(text)} == named
    assert len(form.guide) <= 12


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("*", " ").split())


def test_the_words_are_the_sources_own(bundle: Bundle) -> None:
    """Title, heads, examples, closing and groups stand in the source text as they stand here (S1.31)."""
    source = _plain(" ".join((PAGES / f"{page}.txt").read_text("utf-8") for page in ("S1-mau-02", "S1-ke-hoach")))
    form = bundle.forms["mau-02"]
    told = [
        *form.title[:2],
        form.head.title_right,
        form.closing.recipients_label,
        form.closing.authority,
        *(f.default for f in form.fields if f.id in ("noi_nhan_2", "noi_nhan_3", "chuc_vu_ky")),
        *(c.label for c in form.tables[0].columns if c.printed),
        *(c.group for c in form.tables[0].columns if c.group),
        *(text for row in form.examples for text in row.values()),
        *(g.label for g in bundle.programme.groups[:-1]),
        bundle.programme.name[1:],
    ]
    assert len(told) >= 25
    assert [text for text in told if _plain(text) not in source] == []
    assert f"{_plain(form.title[0])} {_plain(form.title[1])} năm..." in source

"""Units are matched by equal keys only; likeness never makes a match, and guards keep it out of suggestions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.text import same_unit, suggest, unit_key

SAME = [
    ("Đảng ủy Sở Tài chính", "Đảng bộ Sở Tài chính"),
    ("Đảng uỷ Sở Tài chính", "ĐU Sở Tài chính"),
    ("ĐB xã Bảo Lâm 1", "ĐẢNG BỘ XÃ BẢO LÂM 1"),
    ("Chi bộ Văn phòng", "Chi bộ VP"),
    ("Chi bộ Bệnh viện Đa khoa", "Chi bộ BVĐK"),
    ("Chi bộ Phòng Tài chính - Kế hoạch", "CB Phòng TC-KH"),
    ("Chi bộ Phòng Tài chính – Kế hoạch", "CB Phòng TCKH"),
    ("Chi bộ Kho bạc Nhà nước tỉnh", "Chi bộ KBNN tỉnh"),
    ("Chi bộ Trường Trung học cơ sở Nguyễn Du", "CB Trường THCS Nguyễn Du"),
    ("Chi bộ Trường Tiểu học Lê Lợi", "Chi bộ Trường TH Lê Lợi"),
    ("Công ty TNHH MTV Cấp nước", "Cty Trách nhiệm hữu hạn Một thành viên Cấp nước"),
    ("Chi bộ CA xã", "Chi bộ Công an xã"),
    ("Chi bộ 01", "Chi bộ 1"),
    ("Xã B' Lá", "xã B’ Lá"),
    ("HĐND - UBND xã", "Hội đồng nhân dân, Ủy ban nhân dân xã"),
]
DIFFERENT = [
    ("Chi bộ 1", "Chi bộ 11"),
    ("Chi bộ thôn 3 xã Lộc An", "Chi bộ thôn 5 xã Lộc An"),
    ("Đảng bộ xã Bảo Lâm 1", "Đảng bộ xã Bảo Lâm 2"),
    ("Chi bộ Trường THCS Nguyễn Du", "Chi bộ Trường THPT Nguyễn Du"),
    ("Trường A", "Trường B"),
    ("Chi bộ I", "Chi bộ II"),
    ("Chi bộ thôn 3 xã Lộc An", "Chi bộ thôn 3 xã Lộc Ninh"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_same_unit(a: str, b: str) -> None:
    assert same_unit(a, b) and same_unit(b, a)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_alike_is_not_the_same(a: str, b: str) -> None:
    assert not same_unit(a, b)
    assert suggest(a, [b]) == () == suggest(b, [a])


def test_an_abbreviation_with_another_meaning_is_left_alone() -> None:
    assert unit_key("Chi bộ Trường CĐ Sư phạm") == unit_key("Chi bộ Trường Cao đẳng Sư phạm")
    assert unit_key("Chi bộ thôn Ca Nam") == "chi bộ thôn ca nam"
    assert unit_key("Phòng TH") == "phòng th"


def test_a_blank_names_no_unit() -> None:
    assert unit_key(" … ") == ""
    assert not same_unit("", "")
    assert suggest("", ["Chi bộ 1"]) == ()


NAMES = ("Chi bộ Kho bạc Nhà nước", "Chi bộ Văn phòng", "Chi bộ 1", "Chi bộ 11", "Chi bộ thôn 3 xã Lộc An",
         "Chi bộ Trường THCS Nguyễn Du", "Chi bộ Trường THPT Nguyễn Du")  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Chi bộ KBNN tỉnh", "Chi bộ Kho bạc Nhà nước"),
        ("chi bo van phong", "Chi bộ Văn phòng"),
        ("Chi bộ Van phòng", "Chi bộ Văn phòng"),
        ("Chi bộ số 1", "Chi bộ 1"),
        ("Chi bộ I", "Chi bộ 1"),
        ("CB thôn 3 Lộc An", "Chi bộ thôn 3 xã Lộc An"),
        ("Chi bộ trường THPT Nguyển Du", "Chi bộ Trường THPT Nguyễn Du"),
    ],
)
def test_suggestions(typed: str, first: str) -> None:
    assert suggest(typed, NAMES)[0] == first
    assert not same_unit(typed, first)


def test_suggestions_are_few_distinct_and_in_a_fixed_order() -> None:
    names = ["Chi bộ Văn phòng", "Chi bộ Văn phòng", "Chi bộ Văn phòng UBND", "Chi bộ Văn phòng HĐND", "Kho bạc"]
    found = suggest("Chi bộ VP", names)
    assert found[0] == "Chi bộ Văn phòng" and len(set(found)) == len(found) <= 3
    assert found == suggest("Chi bộ VP", reversed(names))
    assert suggest("Chi bộ VP", names, limit=1) == found[:1]
    assert suggest("Chi bộ VP", names, limit=0) == ()
    assert suggest("Hợp tác xã Hoa", names) == ()


WORDS = "chi bộ CB 1 01 I II thôn xã Lộc An CA THCS trung học cơ sở TC KH ĐU ca 12A '"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=8))
@settings(max_examples=200, derandomize=True)
def test_a_key_is_its_own_key(words: list[str]) -> None:
    name = " ".join(words)
    key = unit_key(name)
    assert key == unit_key(name.upper()) == unit_key(name.replace(" ", "  "))
    assert not key or same_unit(key, name) or "cơ sở" in key  # «trung học» and «cơ sở» may meet by accident

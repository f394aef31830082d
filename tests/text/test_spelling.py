"""Values are cleaned without touching their spelling; keys equate the same words and nothing else."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.text import nfc, plain_key, same_words, slug, text_key

# kiểu mới, kiểu cũ: only open oa, oe, uy have two spellings
TWO_SPELLINGS = """
hoà hòa, hoè hòe, thuý thúy, uỷ ủy, UỶ ỦY, Uỷ Ủy, tuỳ tùy, huỷ hủy, khoá khóa, toả tỏa, luỹ lũy, loé lóe, ngoé ngóe,
oà òa, suý súy, hoạ họa, nhuỵ nhụy, thoả thỏa, goá góa, xoè xòe
"""
ONE_SPELLING = """
quý quỳ quỹ quỷ quá quả què hoàn hoạt khuỷu xoáy giúp gìn của mùa ngoại đường nghĩa khuya
"""
ALPHABET = st.text(alphabet="aàáạâấăđĐÐoòóuủùyỷỳqhnig HÓÀ'’\"“”-–— \t\n\u00a0\u0301\u0323\u200b0129ß", max_size=14)


@pytest.mark.parametrize("pair", [pair.split() for pair in TWO_SPELLINGS.split(",")])
def test_both_tone_placements_give_the_new_one(pair: list[str]) -> None:
    new, old = pair
    assert text_key(old) == text_key(new) == new.lower()
    assert same_words(f"Đảng {old} xã", f"đảng {new} XÃ")


@pytest.mark.parametrize("word", ONE_SPELLING.split())
def test_words_with_one_spelling_keep_it(word: str) -> None:
    assert text_key(word) == word


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Uỷ ban Kiểm tra", unicodedata.normalize("NFD", "ủy ban  kiểm tra")),
        ("kê\u0301 hoạch", "kế hoạch"),
        ("Xã B' Lá", "xã B’ Lá"),
        ("“hoàn thành tốt”", '"hoàn thành tốt"'),
        ("2024 – 2025", "2024 - 2025"),
        ("Ðảng bộ", "Đảng bộ"),
        ("Chi bộ\u00a01\u200b", "chi bộ 1"),
        ("Chi bộ\n1", "chi bộ\t1"),
    ],
)
def test_same_words(a: str, b: str) -> None:
    assert same_words(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Chi bộ 1", "Chi bộ 11"),
        ("kỹ", "kĩ"),
        ("quý", "quí"),
        ("đảng", "dảng"),
        ("bộ", "bo"),
        ("má", "mà"),
        ("TC-KH", "TCKH"),
        ("Chi bộ", "Chibộ"),
        ("quý", "qúy"),
        ("hoàn", "hòan"),
    ],
)
def test_nothing_else_is_equated(a: str, b: str) -> None:
    assert not same_words(a, b)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  Chi bộ 1 \r\n", "Chi bộ 1"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb\u00a0c", "a b c"),
        ("a\x0bb\u2028c", "a\nb\nc"),
        ("\ufeffHuy\u200bện\x08", "Huyện"),
        ("Ủy ban  “hai  dấu cách”", "Ủy ban  “hai  dấu cách”"),
        (unicodedata.normalize("NFD", "Đường Nguyễn Huệ"), "Đường Nguyễn Huệ"),
        ("Ng\u00adêi lao ®éng", "Ng\u00adêi lao ®éng"),
        ("a\ud83d\ude00b", "a😀b"),
        ("a\ud800b", "a\ufffdb"),
        ("_x0008_", "_x0008_"),
        ("", ""),
        (" \u00a0\t", ""),
    ],
)
def test_nfc(raw: str, shown: str) -> None:
    assert nfc(raw) == shown


@given(ALPHABET)
@settings(max_examples=200, derandomize=True)
def test_cleaning_and_keys_are_idempotent(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert text_key(text_key(text)) == text_key(text) == text_key(nfc(text))
    assert plain_key(plain_key(text)) == plain_key(text)


@given(st.text(max_size=30))
@settings(max_examples=200, derandomize=True)
def test_any_text_can_be_stored_after_cleaning(text: str) -> None:
    shown = nfc(text)
    shown.encode()
    assert shown == shown.strip() and "\r" not in shown and "\t" not in shown
    assert plain_key(text).isascii()


@given(ALPHABET, ALPHABET, ALPHABET)
@settings(max_examples=200, derandomize=True)
def test_same_words_is_an_equivalence(a: str, b: str, c: str) -> None:
    assert same_words(a, a)
    assert same_words(a, b) == same_words(b, a)
    if same_words(a, b) and same_words(b, c):
        assert same_words(a, c)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sở Tài chính", "SO-TAI-CHINH"),
        ("Đảng ủy Sở Tài chính", "DANG-UY-SO-TAI-CHINH"),
        ("Xã B’ Lá", "XA-B-LA"),
        ("Phòng TC – KH (mới)", "PHONG-TC-KH-MOI"),
        ("con", "CON-X"),
        ("LPT1", "LPT1-X"),
        ("Com 1", "COM-1"),
        ("…", ""),
        ("Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh", "VAN-PHONG-DOAN-DAI-BIEU-QUOC-HOI-VA-HOI"),
        ("a" * 60, "A" * 40),
    ],
)
def test_slug(text: str, name: str) -> None:
    assert slug(text) == name


@given(st.text(max_size=60), st.integers(8, 60))
@settings(max_examples=200, derandomize=True)
def test_a_slug_is_a_portable_file_name(text: str, limit: int) -> None:
    name = slug(text, limit)
    assert len(name) <= limit
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    assert name not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT9") and name.strip("-") == name
    assert slug(name, limit) == name


def test_plain_key_is_for_captions() -> None:
    assert plain_key("Đảng ủy  xã Bảo Lâm 1") == "dang uy xa bao lam 1"

"""Words and names sort as a Vietnamese reader expects."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.text import name_key, same_words, word_key

LETTERS = "a à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ b c d đ e è ê ề g h i k l m n o ô ơ p q r s t u ư v x y"
IN_ORDER = [
    LETTERS.split(),
    ["An", "Ân", "Bình", "Chi", "Dung", "Đông", "Em", "Giang", "Ơn", "Uyên", "Ước", "Yến"],
    ["Chi bộ", "Chi bộ 1", "Chi bộ 2", "Chi bộ 10", "Chi bộ 11", "Chi bộ A", "Chi bộ Ă"],
    ["ma", "mà", "mả", "mã", "má", "mạ", "mai", "măm", "mân"],
    ["Thôn 2 xã Lộc An", "Thôn 2 xã Lộc Ân", "Thôn 10 xã Lộc An"],
    ["Thùy", "Thuỷ", "Thuý", "Thuỵ"],
]


@pytest.mark.parametrize("words", IN_ORDER)
def test_word_order(words: list[str]) -> None:
    backwards = words[::-1]
    assert sorted(backwards, key=word_key) == words


def test_one_word_in_two_spellings_stays_together() -> None:
    assert word_key("Thủy") == word_key("thuỷ") != word_key("Thúy")
    assert sorted(["Thủy", "Thuý", "Thuỷ", "Thúy"], key=word_key) == ["Thủy", "Thuỷ", "Thuý", "Thúy"]


def test_the_tone_order_is_a_setting() -> None:
    words = ["ma", "mà", "má", "mả", "mã", "mạ"]
    assert sorted(words, key=lambda word: word_key(word, tones="school")) == words
    assert sorted(words, key=word_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_names_go_by_given_middle_family() -> None:
    names = [
        "Trần An", "Nguyễn Bảo An", "Lê Văn An", "Nguyễn Văn An", "Bùi Thị Ân", "Đinh Công Bình", "Nguyễn Hòa",
        "Nguyễn Thị Hoà", "Phạm Văn Đức", "Lê Thị Thanh Thủy", "Hồ Thị Thuỷ",
    ]  # fmt: skip
    expected = [
        "Trần An", "Nguyễn Bảo An", "Lê Văn An", "Nguyễn Văn An", "Bùi Thị Ân", "Đinh Công Bình", "Phạm Văn Đức",
        "Nguyễn Hòa", "Nguyễn Thị Hoà", "Hồ Thị Thuỷ", "Lê Thị Thanh Thủy",
    ]  # fmt: skip
    assert sorted(names, key=name_key) == expected
    by_middle = ["Nguyễn Bảo An", "Lê Văn An"]
    by_family = sorted(by_middle, key=lambda name: name_key(name, order="given-family-middle"))
    assert by_family == ["Lê Văn An", "Nguyễn Bảo An"]


def test_the_register_may_say_which_part_is_the_given_name() -> None:
    assert name_key("Y Thông Niê", given="Thông") < name_key("Trần Thu")
    assert name_key("Y Thông Niê") < name_key("Y Thông Niê", given="Thông")
    assert name_key("Thạch Thị Sa Rây", given="Sa Rây")[0] == word_key("sa rây")
    assert name_key("") < name_key("An")


def test_large_and_padded_numbers() -> None:
    assert word_key("Chi bộ 02") < word_key("Chi bộ 3")
    assert word_key("1" * 6000) < word_key("2" * 6000) < word_key("1" * 6001)


TEXTS = st.text(alphabet="aàâấăđoòóuủyỷqh AÀĐ'-’0129ñß", max_size=8)


@given(st.lists(TEXTS, max_size=4))
@settings(max_examples=200, derandomize=True)
def test_keys_are_total_orders_and_equal_for_same_words(texts: list[str]) -> None:
    for a, b in itertools.product(texts, repeat=2):
        assert (word_key(a) == word_key(b)) == same_words(a, b)
        assert (word_key(a) < word_key(b)) + (word_key(a) == word_key(b)) + (word_key(a) > word_key(b)) == 1
        assert (name_key(a) < name_key(b)) + (name_key(a) == name_key(b)) + (name_key(a) > name_key(b)) == 1
    assert [word_key(text) for text in sorted(texts, key=word_key)] == sorted(map(word_key, texts))


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=200, derandomize=True)
def test_any_text_has_a_key(a: str, b: str) -> None:
    assert (word_key(a) < word_key(b)) or (word_key(a) >= word_key(b))
    assert name_key(a) == name_key(a)

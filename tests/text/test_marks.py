"""The short signs people put into cells."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.text import is_ditto, is_placeholder, is_tick, read_date, read_tick


@pytest.mark.parametrize("text", ["x", "X", " x ", "×", "✓", "√", "v", "V", "có", "Có", "1", "\u00a0x"])
def test_ticks(text: str) -> None:
    assert read_tick(text) is True and is_tick(text)


@pytest.mark.parametrize("text", ["", "  ", "\u00a0\n"])
def test_a_blank_is_no_tick(text: str) -> None:
    assert read_tick(text) is False and not is_tick(text)


@pytest.mark.parametrize("text", ["không", "0", "y", "xx", "2", "mới", "?", "chưa"])
def test_other_words_are_not_understood(text: str) -> None:
    assert read_tick(text) is None and not is_tick(text)


@pytest.mark.parametrize(
    "text", ["nt", "NT", "nt.", "-nt-", "- nt -", "n/t", "//", '"', "”", "''", "như trên", "Như trên."]
)
def test_dittos(text: str) -> None:
    assert is_ditto(text)


@pytest.mark.parametrize("text", ["", "-", "như trên đã nêu", "ntn", "/", "x", "1", "- " * 9 + "nt" + " -" * 9])
def test_no_dittos(text: str) -> None:
    assert not is_ditto(text)


@pytest.mark.parametrize(
    "text",
    ["...", "…", "…..", ". . . ..", "-.....", "……/……", "_____", "(nêu …)", "(nêu khái quát, những vấn đề trọng tâm)",
     "(ghi rõ tên)", "Ví dụ", "VÍ DỤ:", "Ví dụ: Chi bộ A", "VD", "Ví dụ 1", "(…)"],
)  # fmt: skip
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "Nhân đạo, từ thiện...", "Nêu gương", "(nêu gương) tốt", "ví dụ điển hình", "VDC", "1.1", "(x)"],
)
def test_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize("text", ["9/5/2024", "09/05/2024", "9.5.2024", "9-5-2024", "2024-05-09", " 9 / 5 / 2024 "])
def test_dates(text: str) -> None:
    assert read_date(text) == date(2024, 5, 9)


@pytest.mark.parametrize(
    "text", ["", "31/4/2024", "29/2/2023", "9/5", "9/5/24", "9/5-2024", "2024/05/09", "ngày 9/5/2024"]
)
def test_no_dates(text: str) -> None:
    assert read_date(text) is None


@given(st.text(max_size=40))
@settings(max_examples=100, derandomize=True)
def test_any_text_can_be_asked(text: str) -> None:
    assert is_tick(text) == (read_tick(text) is True)
    assert is_ditto(text) in (True, False) and is_placeholder(text) in (True, False)
    read_date(text)

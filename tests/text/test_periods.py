"""«Thời gian thực hiện» is read as people write it, and never rejected silently."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamtheo_xls.text import Period, parse_period

HERE = Path(__file__).parent
ROWS = [line.split("\t") for line in (HERE / "periods.tsv").read_text(encoding="utf-8").splitlines() if line]
SOURCE = HERE.parents[2] / "shared" / "domain" / "periods.tsv"


def day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


def brief(period: Period) -> tuple[str, str, str]:
    return period.kind, str(period.start or "-"), str(period.end or "-")


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 81 and all(len(row) == 4 for row in ROWS)


@pytest.mark.skipif(not SOURCE.is_file(), reason="../shared is absent")
def test_the_table_is_the_specified_one() -> None:
    assert SOURCE.read_text(encoding="utf-8") == (HERE / "periods.tsv").read_text(encoding="utf-8")


@pytest.mark.parametrize(("cell", "kind", "start", "end"), ROWS)
def test_table(cell: str, kind: str, start: str, end: str) -> None:
    period = parse_period(cell, 2024)
    assert (period.kind, period.start, period.end) == (kind, day(start), day(end))
    assert period.text == cell


@pytest.mark.parametrize(("cell", "kind", "start", "end"), ROWS)
def test_table_in_other_spellings(cell: str, kind: str, start: str, end: str) -> None:
    decomposed = unicodedata.normalize("NFD", cell.replace(" ", "\u00a0 "))
    for variant in (decomposed, cell.upper(), f" {cell}. "):
        assert brief(parse_period(variant, 2024)) == (kind, start, end)


# cell | kind | start | end, in a form of 2024: the grammar beyond the table
GRAMMAR = """
Quý l/2024|interval|2024-01-01|2024-03-31
Qúy II/2024|interval|2024-04-01|2024-06-30
QUÝ IIII|interval|2024-10-01|2024-12-31
quý3|interval|2024-07-01|2024-09-30
Quý III, 2024|interval|2024-07-01|2024-09-30
Quý I-IV/2024|interval|2024-01-01|2024-12-31
quý 5/2024|invalid|-|-
3-11|unknown|-|-
3-11/2024|interval|2024-03-01|2024-11-30
tháng 5/24|interval|2024-05-01|2024-05-31
Tháng Năm năm 2024|interval|2024-05-01|2024-05-31
tháng mười hai|interval|2024-12-01|2024-12-31
1.5|unknown|-|-
ngày 1.5|date|2024-05-01|2024-05-01
1.3 - 30.11.2024|interval|2024-03-01|2024-11-30
1/1-31/12|interval|2024-01-01|2024-12-31
từ 15/11/2023 đến 15/3|interval|2023-11-15|2024-03-15
từ 01/3/2024 đến 01/2/2024|invalid|-|-
tuần cuối tháng 5/2024|interval|2024-05-25|2024-05-31
tuần 5 tháng 2/2023|invalid|-|-
nửa đầu tháng 5|interval|2024-05-01|2024-05-15
Năm học 2023-2025|invalid|-|-
giai đoạn từ năm 2021 đến năm 2025|interval|2021-01-01|2025-12-31
2 năm 2024-2025|interval|2024-01-01|2025-12-31
12 tháng (từ tháng 1 đến tháng 12/2024)|interval|2024-01-01|2024-12-31
trong 12 tháng|duration|-|-
(Quý II)|interval|2024-04-01|2024-06-30
- Quý I năm 2024;|interval|2024-01-01|2024-03-31
2024-05-01 00:00:00|date|2024-05-01|2024-05-01
hằng năm, trước ngày 15/12|recurring-deadline|-|2024-12-14
Trước ngày 10 hằng tháng|recurring|2024-01-01|2024-12-31
hằng tháng từ tháng 3 đến tháng 11/2024|recurring|2024-03-01|2024-11-30
Đến tháng 11 hằng năm|recurring-deadline|-|2024-11-30
Thường xuyên, liên tục|continuous|2024-01-01|2024-12-31
thường xuyên từ tháng 3 đến tháng 11/2024|continuous|2024-03-01|2024-11-30
xuyên suốt cả năm|continuous|2024-01-01|2024-12-31
hạn cuối 30/5|deadline|-|2024-05-30
hoàn thành trước 15/12|deadline|-|2024-12-14
trước tháng 5/2024|deadline|-|2024-04-30
từ nay đến hết tháng 6/2024|from|-|2024-06-30
từ năm 2023|from|2023-01-01|2023-12-31
29/2/2023|invalid|-|-
15/13/2024|invalid|-|-
mùng 10/3 âm lịch|lunar|-|-
//|ditto|-|-
15|unknown|-|-
III/2024|unknown|-|-
Số 12/2024|unknown|-|-
"""
CELLS = [line.split("|") for line in GRAMMAR.strip().splitlines()]


@pytest.mark.parametrize(("cell", "kind", "start", "end"), CELLS)
def test_grammar(cell: str, kind: str, start: str, end: str) -> None:
    assert brief(parse_period(cell, 2024)) == (kind, start, end)


def test_gaps_are_kept() -> None:
    gap = parse_period("Quý I, IV/2024", 2024)
    assert gap.parts == ((date(2024, 1, 1), date(2024, 3, 31)), (date(2024, 10, 1), date(2024, 12, 31)))
    months = parse_period("tháng 3, 6, 9, 12", 2024)
    assert [start.month for start, _ in months.parts] == [3, 6, 9, 12]
    assert parse_period("Quý II, III/2024", 2024).parts == ((date(2024, 4, 1), date(2024, 9, 30)),)
    assert parse_period("Quý I/2024\nQuý III/2024", 2024).parts[1] == (date(2024, 7, 1), date(2024, 9, 30))
    assert parse_period("trước 15/12", 2024).parts == ()


def test_a_year_put_in_by_inference_is_flagged() -> None:
    assert parse_period("từ tháng 11 đến tháng 3/2024", 2024).crosses_year
    assert parse_period("tháng 12/2024 đến tháng 1", 2024).crosses_year
    assert parse_period("tháng 11, 12, 1, 2/2024", 2024).crosses_year
    assert not parse_period("từ tháng 3/2024 đến tháng 02/2025", 2024).crosses_year


@pytest.mark.parametrize(
    "cell", ["đầu tháng 5/2024", "cuối năm", "Năm học 2023 - 2024", "Quý I (dự kiến)", "khoảng tháng 5"]
)
def test_vague_ones_are_marked(cell: str) -> None:
    assert parse_period(cell, 2024).approximate


def test_an_exact_end_is_not_vague() -> None:
    assert not parse_period("từ nay đến cuối năm", 2024).approximate
    assert not parse_period("Quý I/2024", 2024).approximate


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0", "\n"])
def test_blank(blank: str) -> None:
    assert parse_period(blank, 2024) == Period(kind="blank")


def test_the_form_year_and_spelling() -> None:
    assert brief(parse_period("THÁNG 02", 2023)) == ("interval", "2023-02-01", "2023-02-28")
    assert parse_period(" Quý\u00a0I/2024 \r\n", 2024).text == "Quý I/2024"
    assert parse_period("x" * 5000, 2024).kind == "unknown"


WORDS = """
quý quí Q I II iv IV 1 3 13 05 15/5 31/4 15/12/2024 5/2024 tháng Tám T3 ngày năm 2024 2023-2025 từ đến hết trước chậm
nhất - – -> ÷ , và ; ( ) / . đầu giữa cuối nửa tuần 6 trong cả hằng hàng mỗi thường xuyên liên tục giai đoạn học nay
dịp trở đi dự kiến khoảng Giêng âm lịch nt " ... hạn định kỳ
"""


@given(
    st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=9), st.sampled_from([" ", ""]), st.integers(2000, 2050)
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_any_cell_can_be_read(words: list[str], space: str, year: int) -> None:
    period = parse_period(space.join(words), year)
    if period.start and period.end:
        assert period.start <= period.end
        assert period.parts[0][0] == period.start and period.parts[-1][1] == period.end
        assert all(a[1] < b[0] for a, b in zip(period.parts, period.parts[1:], strict=False))
    else:
        assert period.parts == ()
    if period.kind in ("ditto", "duration", "lunar", "invalid", "unknown", "blank"):
        assert period.start is period.end is None
    else:
        assert period.end is not None


@given(st.one_of(st.text(max_size=250), st.sampled_from([row[0] for row in ROWS])), st.integers(-5, 12000))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_no_text_and_no_year_raises(text: str, year: int) -> None:
    parse_period(text, year)

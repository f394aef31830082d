"""How BẢN IN cuts a text into lines: by the width of its letters, never inside a word, one line end after the other."""

import random

import pytest

from lamtheo_xls.workbook import lines
from lamtheo_xls.workbook.measure import text_mm

ROOM = lines.room(160, 14)
SAMPLE = "Đảng ủy Khối tiết kiệm TỔ CHỨC ĐẢNG, 95,8%; “làm theo” – gương ưỡn … ly không chỉ thị"
WORDS = SAMPLE.split()


def cut(text, room, measured=70):
    """All lines of a text."""
    rest, out = lines.tidy(text), []
    while rest:
        wide = lines.wide(rest[:measured])
        taken = lines.taken(rest, lines.fitting(len(rest), measured, wide, room))
        assert taken > 0
        out.append(rest[:taken])
        rest = rest[taken:]
    return out


def test_letters_have_their_width():
    """Narrow, usual and wide letters; marks count with their letter; bold is wider; what is unknown is average."""
    assert [lines.wide(c) for c in "iaơmMĐ"] == [28, 44, 54, 78, 92, 72]
    assert lines.wide("ấậẵĐ") == lines.wide("aaaD") and lines.wide("ề") == lines.wide("e\u0302\u0300")
    assert lines.wide("", True) == 0 and lines.wide("nghị", True) > lines.wide("nghị")
    assert lines.wide("漢") == 50


@pytest.mark.parametrize("text", ("ĐẢNG CỘNG SẢN VIỆT NAM", "học tập và làm theo tư tưởng, đạo đức", "ĐẢNG ỦY KHỐI"))
def test_widths_agree_with_those_of_the_house(text):
    """The metrics of heads and rows give the same, but for what that table has no letters for."""
    mm = lines.wide(text) * 14 * 25.4 / 72 / 100
    assert mm == pytest.approx(text_mm(text, 14), rel=0.03)


def test_no_letter_stands_in_two_groups():
    """Else FIND would always see the first."""
    assert len(set(lines.ALPHABET)) == len(lines.ALPHABET)
    assert [place for place, _, _ in lines.STEPS] == sorted({place for place, _, _ in lines.STEPS})


@pytest.mark.parametrize("seed", range(30))
def test_lines_are_full_and_not_too_long(seed):
    """Capitals and small letters as they come: no line is more than a little too long (it is shrunk to fit), none but
    the last has room for the next word."""
    dice = random.Random(seed)
    text = " ".join(dice.choices(WORDS, k=150))
    found = cut(text, ROOM)
    assert "".join(found) == text
    for line, following in zip(found, [*found[1:], ""], strict=True):
        assert lines.wide(line.rstrip()) < ROOM * 1.06
        if following:
            assert line.endswith(" ")
            assert lines.wide(line + following.split(" ")[0]) > ROOM * 0.95


@pytest.mark.parametrize(
    ("rest", "fits", "taken"),
    [
        ("một hai ba", 20, 10),
        ("một hai ba", 10, 10),
        ("một hai ba", 8, 8),
        ("một hai ba", 7, 8),
        ("một hai ba", 6, 4),
        ("mộthaiba bốn", 5, 5),
        ("một\nhai", 20, 4),
        ("\nhai", 20, 1),
        ("một hai\nba", 7, 8),
        ("", 5, 0),
    ],
)
def test_a_line_takes_its_blank_and_its_line_end(rest, fits, taken):
    """A blank at the cut and a line end go with the line they close; a word longer than the line is broken."""
    assert lines.taken(rest, fits) == taken


def test_texts_are_tidied():
    """Single blanks, none at the ends of lines; line ends stay."""
    assert lines.tidy("  một   hai \n ba\n\n bốn ") == "một hai\nba\n\nbốn"


@pytest.mark.parametrize(
    ("left", "right"), [("", "T/M CHI BỘ"), ("Nơi nhận:", "BÍ THƯ"), ("XÁC NHẬN", "NGƯỜI LẬP KẾ HOẠCH")]
)
@pytest.mark.parametrize("bold", (False, True))
def test_a_signature_stands_around_its_quarter(left, right, bold):
    """Its middle is at most a blank away from three quarters of the line, a block left as near to the first quarter."""
    block = left == "XÁC NHẬN"
    line = lines.side_by_side(left, right, ROOM, bold=bold, block=block, measured=70)
    assert line.strip(lines.BLANK).startswith(left) and line.endswith(right)
    middle = lines.wide(line[: -len(right)], bold) + lines.wide(right, bold) / 2
    assert abs(middle - 0.75 * ROOM) <= lines.SPACE
    if block:
        before = len(line) - len(line.lstrip(lines.BLANK))
        assert abs(before * lines.SPACE + lines.wide(left, bold) / 2 - 0.25 * ROOM) <= lines.SPACE


def test_halves_never_touch():
    """Where the left one is too long the right one follows at two blanks; a long right one ends at the edge."""
    long = "- Ban Thường vụ Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh (báo cáo),"
    line = lines.side_by_side(long, "BÍ THƯ", ROOM, bold=False, block=False, measured=70)
    assert line == f"{long}{lines.BLANK * 2}BÍ THƯ"
    wide = "T/M BAN CHẤP HÀNH ĐẢNG BỘ CƠ QUAN ỦY BAN"
    alone = lines.side_by_side("", wide, ROOM, bold=True, block=False, measured=70)
    assert ROOM - 2 * lines.SPACE < lines.wide(alone, True) <= ROOM
    assert lines.side_by_side("- Lưu.", "", ROOM, bold=False, block=False, measured=70) == "- Lưu."

"""Cells in TCVN3 and VNI fonts come back as Unicode, and Unicode is never harmed."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lamtheo_xls.text import legacy_encoding, same_words, to_unicode

PAIRS = [
    (
        "Chi bộ Trường Tiểu học Nguyễn Huệ",
        "Chi bé Tr\u00adêng TiÓu häc NguyÔn HuÖ",
        "Chi boä Tröôøng Tieåu hoïc Nguyeãn Hueä",
    ),
    ("Đảng ủy Sở Tài chính", "§¶ng ñy Së Tµi chÝnh", "Ñaûng uûy Sôû Taøi chính"),
    ("Mô hình đang triển khai thực hiện", "M« h×nh ®ang triÓn khai thùc hiÖn", "Moâ hình ñang trieån khai thöïc hieän"),
    ("Cả năm 2024", "C¶ n¨m 2024", "Caû naêm 2024"),
    ("Từ tháng 3 đến tháng 11/2024", "Tõ th¸ng 3 ®Õn th¸ng 11/2024", "Töø thaùng 3 ñeán thaùng 11/2024"),
    ("Nguyễn Thị Nghĩa", "NguyÔn ThÞ NghÜa", "Nguyeãn Thò Nghóa"),
    ("Thường xuyên", "Th\u00adêng xuyªn", "Thöôøng xuyeân"),
    ("Nhân đạo, từ thiện", "Nh©n ®¹o, tõ thiÖn", "Nhaân ñaïo, töø thieän"),
    ("Ưu điểm", "¦u ®iÓm", "Öu ñieåm"),
    ("Quý I/2024", "Quý I/2024", "Quyù I/2024"),
    ("Người lao động", "Ng\u00adêi lao ®éng", "Ngöôøi lao ñoäng"),
]
PHRASES = """
Đảng bộ xã Bảo Lâm thực hiện tốt nhiệm vụ chính trị|học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh
trên làm gương mẫu mực, dưới tích cực làm theo|Chi bộ Trường Tiểu học Nguyễn Huệ đăng ký mô hình mới
tiết kiệm, chống lãng phí trong cơ quan|nâng cao tinh thần trách nhiệm, phấn đấu hoàn thành tốt nhiệm vụ được giao
công khai kế hoạch cá nhân với chi bộ nơi sinh hoạt|sửa đổi lối làm việc, cải cách hành chính
kết quả thu ngân sách, giải ngân vốn đầu tư công|quản lý bảo vệ rừng, đất đai, khoáng sản
phát triển đảng viên ở ấp, khóm và khu phố|kiểm tra, giám sát và kỷ luật của Đảng
mỗi tuần một việc tốt vì nhân dân phục vụ|giúp đỡ hộ nghèo vươn lên thoát nghèo bền vững
khuyến khích sáng kiến, cách làm hay, thiết thực|tổng hợp báo cáo trước ngày 15 tháng 12
Đoàn thanh niên xung kích, tình nguyện|giữ gìn đoàn kết, thống nhất trong nội bộ
Ủy viên Ban Chấp hành Đảng bộ tỉnh|Ấp Mỹ Hiệp, xã Hòa Thuận, huyện Cầu Kè
quỹ vì người nghèo, quý trọng thời giờ|hội nghị tuyên dương điển hình tiên tiến
Chi bộ 3 - Phòng Tài chính (quý IV/2024)|Nhà nước và nhân dân cùng làm
cá nhân, tập thể tiêu biểu|những việc làm cụ thể, thiết thực
"""
LINES = [line.strip() for line in PHRASES.replace("\n", "|").split("|") if line.strip()]
TCVN3_TABLE = (
    "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)
TONES = "ùøûõï"
VOWELS = {"a": "áàảãạ", "e": "éèẻẽẹ", "o": "óòỏõọ", "u": "úùủũụ", "y": "ýỳỷỹ"}
VNI_TABLE = {
    **{letter: base + sign for base, row in VOWELS.items() for letter, sign in zip(row, TONES, strict=False)},
    **{letter: base + sign for base, row in zip("aeo", ["âấầẩẫậ", "êếềểễệ", "ôốồổỗộ"], strict=True)
       for letter, sign in zip(row, "âáàåãä", strict=True)},
    **{letter: "a" + sign for letter, sign in zip("ăắằẳẵặ", "êéèúüë", strict=True)},
    **{letter: "ô" + sign for letter, sign in zip("ơớờởỡợ", ["", *TONES], strict=True)},
    **{letter: "ö" + sign for letter, sign in zip("ưứừửữự", ["", *TONES], strict=True)},
    **dict(zip("íìỉĩịỵđ", "íìæóòîñ", strict=True)),
}  # fmt: skip


def to_tcvn3(text: str) -> str | None:
    """The text in TCVN3, None when it has a capital that only a capitals font could show."""
    codes = dict(zip(TCVN3_TABLE[1], TCVN3_TABLE[0], strict=True))
    if any(letter not in codes and not letter.isascii() for letter in text):
        return None
    return "".join(codes.get(letter, letter) for letter in text)


def to_vni(text: str) -> str:
    capitals = {letter.upper(): code.upper() for letter, code in VNI_TABLE.items()}
    return "".join((capitals | VNI_TABLE).get(letter, letter) for letter in text)


@st.composite
def phrases(draw: st.DrawFn, at_least: int = 3) -> str:
    words = draw(st.sampled_from(LINES)).split()
    length = draw(st.integers(at_least, len(words)))
    start = draw(st.integers(0, len(words) - length))
    return " ".join(words[start : start + length])


def test_the_tables_are_whole() -> None:
    assert len(TCVN3_TABLE[0]) == len(set(TCVN3_TABLE[0])) == len(set(TCVN3_TABLE[1])) == 74
    assert len(VNI_TABLE) == 67
    for code, letter in zip(*TCVN3_TABLE, strict=True):
        assert to_unicode(code, ".VnTime") == letter
    for letter, code in VNI_TABLE.items():
        assert to_unicode(code, "VNI-Times") == letter
        assert to_unicode(code.upper(), "VNI-Times") == letter.upper()
        assert to_unicode(code[0].upper() + code[1:], "VNI-Times") == letter.upper()


@pytest.mark.parametrize(("text", "tcvn3", "vni"), PAIRS)
def test_known_pairs(text: str, tcvn3: str, vni: str) -> None:
    assert to_tcvn3(text) == tcvn3 and to_vni(text) == vni
    assert to_unicode(tcvn3, ".VnTime") == to_unicode(vni, "VNI-Times") == text
    assert to_unicode(tcvn3) == to_unicode(vni) == text
    assert to_unicode(text) == to_unicode(text, "Times New Roman") == text


@pytest.mark.parametrize("raw", ["§¶NG Bé KHèI", "®¶ng bé khèi"])
def test_a_capitals_font_gives_capitals(raw: str) -> None:
    assert to_unicode(raw, ".VnTimeH") == to_unicode(raw, ".VnArial NarrowH") == "ĐẢNG BỘ KHỐI"


def test_the_font_decides_what_words_cannot() -> None:
    assert to_unicode("Chi bé") == "Chi bé"
    assert to_unicode("Chi bé", ".VnArial") == "Chi bộ"
    assert to_unicode("Chi bé", "Arial") == "Chi bé"
    assert to_unicode("toâi", "Vni 26 Thuphap") == "tôi"
    assert to_unicode("abc", ".VnTimeH") == "ABC"
    assert legacy_encoding("abc", ".VnTime") == "tcvn3"
    assert legacy_encoding("abc") is None


def test_unicode_in_a_legacy_font_stays() -> None:
    assert to_unicode("và là nhà", "VNI-Times") == "và là nhà"
    assert to_unicode("Đảng bộ", ".VnTimeH") == "Đảng bộ"
    assert to_unicode("và là nhà", ".VnTime") == "và là nhà"
    assert to_unicode("kê\u0301 hoạch", "VNI-Times") == "kê\u0301 hoạch"


@pytest.mark.parametrize(
    "text",
    ["và", "là", "cá nhân", "Nhà nước", "Ðoàn", "K'Brép", "Y Thông Niê", "H'Hen Niê", "café", "où est la bibliothèque",
     "München", "« Ba »", "© 2024", "5 µm", "±5°C", "m²", "½", "§ 5", "tri\u00adnh", "", "x", "Chi bộ 1"],
)  # fmt: skip
def test_what_is_not_legacy_stays(text: str) -> None:
    assert to_unicode(text) == text
    assert legacy_encoding(text) is None


@given(phrases())
@settings(max_examples=200, derandomize=True)
def test_legacy_text_comes_back_with_its_font(text: str) -> None:
    assert to_unicode(to_vni(text), "VNI-Times") == text
    coded = to_tcvn3(text)
    if coded is not None:
        assert to_unicode(coded, ".VnTime") == text
    lowered = to_tcvn3(text.lower())
    assert lowered is not None and to_unicode(lowered, ".VnTimeH") == text.upper()


@given(phrases(at_least=6))
@settings(max_examples=200, derandomize=True)
def test_legacy_text_comes_back_without_its_font(text: str) -> None:
    assume(not text.isascii())
    assert to_unicode(to_vni(text)) == text
    coded = to_tcvn3(text)
    if coded is not None:
        assert to_unicode(coded) == text
        assert legacy_encoding(coded) == "tcvn3"


@given(phrases(at_least=1))
@settings(max_examples=200, derandomize=True)
def test_unicode_text_is_never_changed(text: str) -> None:
    assert to_unicode(text) == text
    assert to_unicode(text.upper(), "Arial") == text.upper()
    assert same_words(to_unicode(text.lower()), text)


@given(st.text(), st.sampled_from([None, "", "Arial", ".VnTime", ".VnTimeH", "VNI-Times"]))
@settings(max_examples=200, derandomize=True)
def test_any_text_can_be_given(text: str, font: str | None) -> None:
    assert isinstance(to_unicode(text, font), str)

"""Cells written with TCVN3 (ABC) and VNI-Windows fonts, and how they are told from Unicode.

Such a cell holds Latin-1 characters whose glyphs the font repaints; only the font name and the words themselves tell.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from .syllables import is_syllable

Encoding = Literal["tcvn3", "vni"]

# Codes A1-FE as the fonts paint them; U+00AD (ư) is the one most published tables lost.
_TCVN3_CODES = """
    A1=Ă A2=Â A3=Ê A4=Ô A5=Ơ A6=Ư A7=Đ A8=ă A9=â AA=ê AB=ô AC=ơ AD=ư AE=đ B5=à B6=ả B7=ã B8=á B9=ạ
    BB=ằ BC=ẳ BD=ẵ BE=ắ C6=ặ C7=ầ C8=ẩ C9=ẫ CA=ấ CB=ậ CC=è CE=ẻ CF=ẽ D0=é D1=ẹ D2=ề D3=ể D4=ễ D5=ế D6=ệ
    D7=ì D8=ỉ DC=ĩ DD=í DE=ị DF=ò E1=ỏ E2=õ E3=ó E4=ọ E5=ồ E6=ổ E7=ỗ E8=ố E9=ộ EA=ờ EB=ở EC=ỡ ED=ớ EE=ợ
    EF=ù F1=ủ F2=ũ F3=ú F4=ụ F5=ừ F6=ử F7=ữ F8=ứ F9=ự FA=ỳ FB=ỷ FC=ỹ FD=ý FE=ỵ
"""
_TCVN3 = {int(pair[:2], 16): pair[3] for pair in _TCVN3_CODES.split()}

# A letter and the sign that follows it; a few letters are one sign. Capitals double the table.
_VNI_PAIRS = """
    aù=á aø=à aû=ả aõ=ã aï=ạ eù=é eø=è eû=ẻ eõ=ẽ eï=ẹ où=ó oø=ò oû=ỏ oõ=õ oï=ọ
    uù=ú uø=ù uû=ủ uõ=ũ uï=ụ yù=ý yø=ỳ yû=ỷ yõ=ỹ
    aâ=â aá=ấ aà=ầ aå=ẩ aã=ẫ aä=ậ eâ=ê eá=ế eà=ề eå=ể eã=ễ eä=ệ oâ=ô oá=ố oà=ồ oå=ổ oã=ỗ oä=ộ
    aê=ă aé=ắ aè=ằ aú=ẳ aü=ẵ aë=ặ ôù=ớ ôø=ờ ôû=ở ôõ=ỡ ôï=ợ öù=ứ öø=ừ öû=ử öõ=ữ öï=ự
    ô=ơ ö=ư í=í ì=ì æ=ỉ ó=ĩ ò=ị î=ỵ ñ=đ
"""
_VNI_SMALL = dict(pair.split("=") for pair in _VNI_PAIRS.split())
_VNI = {
    **{code[0].upper() + code[1:]: letter.upper() for code, letter in _VNI_SMALL.items()},
    **{code.upper(): letter.upper() for code, letter in _VNI_SMALL.items()},
    **_VNI_SMALL,
}
_VNI_SIGNS = re.compile("[aeouyôö][ùøûõï]|[aeo][âáàåãä]|a[êéèúüë]|[ôöíìæóòîñ]", re.IGNORECASE)

_BEYOND_LATIN_1 = re.compile(r"[\u0300-\u036f]|(?=[^\x00-\xff])[^\W\d_]")
# Codes are letters, signs and punctuation of Latin-1 alike, so only ASCII and typographic signs end a word.
_WORD = re.compile(r"[0-9A-Za-z\xa1-\xff]+")


def legacy_encoding(text: str, font: str | None = None) -> Encoding | None:
    """The code the text is written in, "tcvn3" or "vni"; None when it is Unicode or nothing tells.

    The font's name decides first (.Vn… is TCVN3, VNI-… is VNI), unless the text shows that it is Unicode all the same:
    a letter beyond U+00FF, or one the code has no place for in words that read better as they stand.
    Without such a font the syllables decide, and a reading must beat the text as it is. Short cells are ambiguous
    («Chi bé» is Unicode, and TCVN3 for «Chi bộ»): let the cells with a clear answer vote for a column, then pass a
    font of the winner.
    """
    named = _font_encoding(font)
    if text.isascii():
        return named
    if _BEYOND_LATIN_1.search(text):
        return None
    return _judged(text, named) if len(text) <= 256 else _judged.__wrapped__(text, named)


def to_unicode(text: str, font: str | None = None) -> str:
    """The text in Unicode, decoded from TCVN3 or VNI-Windows where `legacy_encoding` finds one of them.

    Unicode text comes back unchanged. A capitals font (.VnTimeH) gives upper case, as it is shown. Codes a font does
    not use stay as they are.
    """
    if font is None and text.isascii():
        return text
    encoding = legacy_encoding(text, font)
    if encoding is None:
        return text
    decoded = _decode(text, encoding)
    return decoded.upper() if encoding == "tcvn3" and font and font.strip().endswith("H") else decoded


def _font_encoding(font: str | None) -> Encoding | None:
    name = (font or "").strip().lower()
    if name.startswith(".vn"):
        return "tcvn3"
    if name.startswith(("vni-", "vni ")):
        return "vni"
    return None


def _decode(text: str, encoding: Encoding) -> str:
    return text.translate(_TCVN3) if encoding == "tcvn3" else _VNI_SIGNS.sub(_vni_letters, text)


def _vni_letters(found: re.Match[str]) -> str:
    code = found[0]
    if code in _VNI:
        return _VNI[code]
    return "".join(_VNI.get(letter, letter) for letter in code)


@lru_cache(maxsize=4096)
def _judged(text: str, named: Encoding | None) -> Encoding | None:
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    as_is = sum(map(_reads_as_unicode, words))
    if named:
        is_unicode = any(_is_foreign(word, named) for word in words) and as_is > _well_formed(words, named)[0]
        return None if is_unicode else named
    # A tie leaves the text alone; one chance hit among many foreign words (French «où» reads «ó») is no proof.
    tcvn3, vni = _well_formed(words, "tcvn3"), _well_formed(words, "vni")
    best: Encoding = "tcvn3" if tcvn3[0] >= vni[0] else "vni"
    hits, judged = max(tcvn3, vni, key=lambda count: count[0])
    return best if hits > as_is and hits * 2 > judged else None


def _is_foreign(word: str, encoding: Encoding) -> bool:
    """True when the word holds a letter this code does not use, as the à of «và» in TCVN3."""
    table = dict.fromkeys(_TCVN3)
    rest = word.translate(table) if encoding == "tcvn3" else _VNI_SIGNS.sub("", word)
    return any(not letter.isascii() and letter.isalpha() for letter in rest)


def _reads_as_unicode(word: str) -> bool:
    return is_syllable(word.replace("Ð", "đ").replace("ð", "đ").lower())


def _well_formed(words: list[str], encoding: Encoding) -> tuple[int, int]:
    """How many words are syllables in this code, and among how many that could be: acronyms are no evidence."""
    hits = acronyms = 0
    for word in words:
        decoded = _decode(word, encoding)
        # A sign alone («, µ, ·) would read as a vowel, and µm is the one unit of measure that would read as a syllable.
        if word != "µm" and (len(word) > 1 or word >= "À") and is_syllable(decoded.lower()):
            hits += 1
        elif decoded.isupper() and len(decoded) <= 5:
            acronyms += 1
    return hits, len(words) - acronyms

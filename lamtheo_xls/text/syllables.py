"""What a well-formed Vietnamese syllable is: initial, rhyme, tone."""

from __future__ import annotations

from functools import lru_cache

# Tones in CLDR order: none, huyền, hỏi, ngã, sắc, nặng.
_VOWELS = "aàảãáạ ăằẳẵắặ âầẩẫấậ eèẻẽéẹ êềểễếệ iìỉĩíị oòỏõóọ ôồổỗốộ ơờởỡớợ uùủũúụ ưừửữứự yỳỷỹýỵ"
TONES = {letter: (row[0], tone) for row in _VOWELS.split() for tone, letter in enumerate(row)}
_SHARP, _HEAVY = 4, 5

_INITIAL_LIST = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RHYME_LIST = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu y yêm yên yêng yêt yêu ych ynh yt
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt
    oc oe oen oeo oet oi om on ong ooc oong op ot
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut
    uy uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
"""
_INITIALS = frozenset(_INITIAL_LIST.split()) | {""}
_RHYMES = frozenset(_RHYME_LIST.split())


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """True for a lower-case NFC word that Vietnamese spelling allows, as nghĩa, quyết, uỷ; false for hđnd, kbnn.

    Knows the rules of spelling (c/k, g/gh, ng/ngh; a rhyme ending in c, ch, p, t takes only sắc or nặng), not which of
    the possible syllables are words.
    """
    tone, letters = 0, []
    for letter in word:
        base, mark = TONES.get(letter, (letter, 0))
        if mark and tone:
            return False
        tone = tone or mark
        letters.append(base)
    bare = "".join(letters)
    if tone not in (_SHARP, _HEAVY) and bare.endswith(("c", "ch", "p", "t")):
        return False
    if tone and bare.endswith("uya"):  # khuya: without it VNI «cuûa» would read as TCVN3
        return False
    return any(
        bare[:cut] in _INITIALS and bare[cut:] in _RHYMES and _may_meet(bare[:cut], bare[cut:]) for cut in range(4)
    )


def _may_meet(initial: str, rhyme: str) -> bool:
    front = rhyme[0] in "ieêy"
    if initial in ("k", "gh", "ngh"):
        return front
    if initial in ("c", "ng"):
        return not front
    if initial == "g":
        return not front or rhyme[0] == "i"
    if initial == "qu":
        return rhyme[0] in "aăâeêiyôơ"
    if rhyme[0] == "y" and rhyme != "y":
        return initial == ""
    return True

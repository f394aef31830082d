"""Names of units: when two spellings are surely one unit, and what to suggest to a person when they are not.

Similarity is backwards here («Chi bộ 1» and «Chi bộ 11» look more alike than «Chi bộ Văn phòng» and «Chi bộ VP»), so a
match is equality of keys, never likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from .spelling import plain_key, text_key

# Kinds of school are kept short: they are what tells two schools of one name apart.
_SAME = """
    cb = chi bộ | chi ủy = chi bộ | đb = đảng bộ | đu = đảng bộ | đảng ủy = đảng bộ | đuk = đảng bộ khối
    vp = văn phòng | tc kh = tài chính kế hoạch | tckh = tài chính kế hoạch
    bvđk = bệnh viện đa khoa | bv = bệnh viện | ttyt = trung tâm y tế | kbnn = kho bạc nhà nước
    ubkt = ủy ban kiểm tra | hđnd = hội đồng nhân dân | ubnd = ủy ban nhân dân
    mttq = mặt trận tổ quốc | ubmttq = ủy ban mặt trận tổ quốc
    cđ = công đoàn | trường cđ = trường cao đẳng | đtn = đoàn thanh niên | hlhpn = hội liên hiệp phụ nữ
    hnd = hội nông dân | hccb = hội cựu chiến binh | ccb = cựu chiến binh
    qs = quân sự | bchqs = ban chỉ huy quân sự | bql = ban quản lý | qlda = quản lý dự án | bqlda = ban quản lý dự án
    dn = doanh nghiệp | cty = công ty | cp = cổ phần | tnhh = trách nhiệm hữu hạn | mtv = một thành viên
    trung học cơ sở = thcs | trung học phổ thông = thpt | tiểu học = th | mầm non = mn | mẫu giáo = mg
    tp = thành phố | tdp = tổ dân phố | kp = khu phố
"""
_EXPANSIONS = {
    tuple(short.split()): tuple(long.split())
    for short, long in (
        pair.split(" = ") for line in _SAME.strip().splitlines() for pair in text_key(line).split(" | ")
    )
}
_LONGEST = max(map(len, _EXPANSIONS))
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")

_SCHOOLS = frozenset(("thcs", "thpt", "th", "mn", "mg", "gdtx", "ptdtnt", "ptdtbt"))
_ROMAN = re.compile(r"(?=.)(x{0,3})(ix|iv|v?i{0,3})")
_PLACES = ("tổ dân phố", "khu phố", "thị trấn", "đặc khu", "thôn", "ấp", "xóm", "buôn", "xã", "phường")
_HIGHER = ("huyện", "tỉnh", "thành phố", "quận", "thị xã")
_PLACE = re.compile(
    rf"\b({'|'.join(map(text_key, _PLACES))}) (.+?)(?= (?:{'|'.join(map(text_key, _PLACES + _HIGHER))})\b|$)"
)
_CLOSE_ENOUGH = 0.6


class _Unit(NamedTuple):
    key: str
    plain: str
    guards: tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]
    places: dict[str, str]


def unit_key(text: str) -> str:
    """The key a unit's name is matched by; "" for a blank.

    Beyond `text_key`: punctuation is dropped, chi bộ/CB/chi ủy are one and đảng bộ/đảng ủy/ĐB/ĐU are one (the body and
    its committee), the offices' abbreviations are written out, leading zeros go. Numbers, Roman ones too, kinds of
    school and single letters stay as they are, because they tell units apart.
    """
    return _unit(text).key


def same_unit(a: str, b: str) -> bool:
    """True when both names have the same `unit_key`; a blank names no unit."""
    key = unit_key(a)
    return bool(key) and key == unit_key(b)


def suggest(text: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The names most like the text, best first, for a person to choose from; never to be taken without asking.

    A name whose guards differ is impossible, however alike: numbers (Arabic and Roman by value), kinds of school,
    single letters, and the names after thôn, ấp, xã, phường where both have them.
    """
    wanted = _unit(text)
    if not wanted.key or limit < 1:
        return ()
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(wanted.plain)
    scored: list[tuple[float, float, str]] = []
    for name in dict.fromkeys(names):
        unit = _unit(name)
        if not unit.key or not _may_be_same(wanted, unit):
            continue
        matcher.set_seq1(unit.plain)
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < _CLOSE_ENOUGH:
            continue
        score = matcher.ratio()
        if score >= _CLOSE_ENOUGH:
            exact = SequenceMatcher(None, unit.key, wanted.key, autojunk=False).ratio()
            scored.append((-score, -exact, name))
    return tuple(name for _, _, name in sorted(scored)[:limit])


def _may_be_same(a: _Unit, b: _Unit) -> bool:
    return a.guards == b.guards and all(_same_start(name, b.places.get(kind, "")) for kind, name in a.places.items())


def _same_start(a: str, b: str) -> bool:
    """True when one name begins with the other: «thôn 3 Lộc An» beside «thôn 3 xã Lộc An», or no name at all."""
    words, others = a.split(), b.split()
    shorter = min(len(words), len(others))
    return words[:shorter] == others[:shorter]


@lru_cache(maxsize=16384)
def _unit(text: str) -> _Unit:
    tokens = _expanded(_TOKEN.findall(text_key(text)))
    key = " ".join(tokens)
    numbers = tuple(number for token in tokens if (number := _number(token)) is not None)
    schools = tuple(sorted(token for token in tokens if token in _SCHOOLS))
    letters = tuple(token for token in tokens if len(token) == 1 and _number(token) is None)
    places = {kind: _alike(name) for kind, name in _PLACE.findall(key)}
    return _Unit(key, _alike(key), (numbers, schools, letters), places)


def _expanded(tokens: list[str]) -> list[str]:
    out: list[str] = []
    place = 0
    while place < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - place), 0, -1):
            long = _EXPANSIONS.get(tuple(tokens[place : place + length]))
            if long:
                out += long
                place += length
                break
        else:
            token = tokens[place]
            following = tokens[place + 1 : place + 2]
            # "CA" is công an only where the name of a body ends or its level follows: «Chi bộ CA xã»; else the word ca
            if (
                token == "ca"
                and out[-1:] in ([], ["bộ"])
                and following in ([], ["xã"], ["phường"], ["tỉnh"], ["huyện"])
            ):
                out += ["công", "an"]
            else:
                out.append(token.lstrip("0") or "0" if token.isdigit() else token)
            place += 1
    return out


def _number(token: str) -> int | None:
    if token[0] in "0123456789":
        return int(token[:9])
    found = _ROMAN.fullmatch(token)
    if not found:
        return None
    units = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}
    return 10 * len(found[1]) + units[found[2]]


def _alike(key: str) -> str:
    """Without diacritics and with i for y: what a hurried hand gets wrong."""
    return plain_key(key).replace("y", "i")

"""The cleaned value of a cell and the keys two values are compared by."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CACHED_LENGTH = 256  # longer cells are narrative: they seldom repeat, and keeping them would only cost memory

_SPACES = [0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_LINE_BREAKS = [0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029]
_INVISIBLE = [0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
_DISPLAY: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *_INVISIBLE, 0xFFFE, 0xFFFF]),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_LINE_BREAKS, "\n"),
    0x0A: "\n",
}

_KEY: dict[int, str | None] = {
    **dict.fromkeys([0xAD, 0x200C, 0x200D]),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-"),
    **dict.fromkeys(map(ord, "“”„‟«»″＂"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛‹›′ʹʼʻ`´＇"), "'"),
    **dict.fromkeys((0xD0, 0xF0, 0x110, 0x189, 0x256), "đ"),
}

# The only rhymes whose tone mark has two places, old=new, and the initials they may follow: "qu" is not among them,
# there the u belongs to the initial and quý, quả have one spelling only.
_TWO_PLACES = "òa=oà óa=oá ỏa=oả õa=oã ọa=oạ òe=oè óe=oé ỏe=oẻ õe=oẽ ọe=oẹ ùy=uỳ úy=uý ủy=uỷ ũy=uỹ ụy=uỵ"
_OLD_TONES = {pair[:2]: pair[3:] for pair in _TWO_PLACES.split()}
_INITIAL = "ngh|ng|nh|gh|gi|ch|kh|ph|th|tr|[bcdđghklmnprstvx]"
_OLD_STYLE = re.compile(rf"(?<![^\W\d_])({_INITIAL}|)({'|'.join(_OLD_TONES)})(?![^\W\d_])")

_NOT_SLUG = re.compile(r"[^A-Z0-9]+")
_RESERVED = re.compile(r"CON|PRN|AUX|NUL|(?:COM|LPT)[0-9]")


def nfc(text: str) -> str:
    """The value of a cell as it is shown and stored: NFC, one kind of space and line break, nothing invisible.

    Control characters, zero-width space, BOM and direction marks go; tab and no-break space become a space; every kind
    of line break becomes a line feed; outer white space goes. Lone surrogates (half an emoji) become U+FFFD, because
    neither UTF-8 nor XML can hold them. The spelling is the user's and stays. U+00AD stays too: in a cell of a TCVN3
    font it is the letter ư (see `to_unicode`).
    """
    if text.isprintable():  # true for nearly every cell: no control, no-break space, zero-width or surrogate in it
        return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = text.replace("\r\n", "\n").translate(_DISPLAY)
    return unicodedata.normalize("NFC", text).strip()


def text_key(text: str) -> str:
    """The key two texts are compared by: equal keys, same words.

    NFC, case folded, white space collapsed, dashes, quotes and apostrophes of one kind, look-alikes of Đ (U+00D0,
    U+0189) read as Đ, tone marks of oa, oe, uy in their new place. Tones, i/y, numbers and words are never equated.
    The text must have been through `to_unicode` before: in legacy codes U+00D0 and U+00AD are other letters.
    """
    if len(text) <= _CACHED_LENGTH:
        return _cached_key(text)
    return _key(text)


def _key(text: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split()).replace("`", "'")
    # NFD before folding is the Unicode standard's canonical caseless match.
    folded = unicodedata.normalize("NFD", nfc(text)).casefold().translate(_KEY)
    composed = unicodedata.normalize("NFC", " ".join(folded.split()))
    return _OLD_STYLE.sub(lambda found: found[1] + _OLD_TONES[found[2]], composed)


_cached_key = lru_cache(maxsize=8192)(_key)


def plain_key(text: str) -> str:
    """The `text_key` without any diacritics, in lower-case ASCII (đ becomes d): for captions and file names."""
    key = text_key(text)
    if key.isascii():
        return key
    decomposed = unicodedata.normalize("NFKD", key.replace("đ", "d"))
    return " ".join(decomposed.encode("ascii", "ignore").decode().lower().split())


def slug(text: str, limit: int = 40) -> str:
    """Upper-case ASCII words joined by "-", fit for a Windows file name: «Sở Tài chính» gives SO-TAI-CHINH.

    At most `limit` characters (8 or more), cut between words where it can be. A name Windows reserves (CON, COM1) gets
    "-X". "" when the text has no letter or digit that ASCII can show.
    """
    limit = max(limit, 8)
    name = _NOT_SLUG.sub("-", plain_key(text).upper()).strip("-")
    if len(name) > limit:
        head, _, _ = name[: limit + 1].rpartition("-")
        name = (head or name[:limit]).strip("-")
    return f"{name}-X" if _RESERVED.fullmatch(name) else name


def same_words(a: str, b: str) -> bool:
    """True when both say the same words: they may differ in tone placement, case, spaces, quotes and dashes only."""
    return a == b or text_key(a) == text_key(b)

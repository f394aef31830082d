"""Why mail servers refuse or return letters, in words a clerk can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lamtheo_xls.findings import say

WITHDRAWN = "withdrawn"
"""The reply of a letter that was taken out of the queue unsent: nobody needs it any more."""
_QUOTED = 120
"""So many characters of a mail server's own words are shown."""
_ENHANCED = re.compile(r"(?<![\d.])[45]\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
_SPAM = re.compile(r"spam|black ?list|block ?list|blocked|policy|reputation|dmarc|\bspf\b|dkim|virus", re.IGNORECASE)
_BIG = re.compile(
    r"too (?:large|big|long)|message size|size limit|size exceed|maximum (?:message )?size", re.IGNORECASE
)
_FULL = re.compile(r"full|over ?quota|quota exceeded|exceeded (?:the |its |storage )*(?:quota|storage)", re.IGNORECASE)
_BY_ENHANCED: Mapping[tuple[int, int], str] = {
    (1, 0): "no_mailbox",
    (1, 1): "no_mailbox",
    (1, 6): "no_mailbox",
    (1, 10): "no_domain",
    (1, 2): "no_domain",
    (1, 3): "bad_address",
    (2, 1): "no_mailbox",
    (2, 2): "full",
    (2, 3): "too_big",
    (3, 4): "too_big",
    (4, 4): "no_domain",
}
_BY_SUBJECT = {4: "unreachable", 7: "spam"}
_BY_BASIC = {
    "521": "unreachable",
    "550": "no_mailbox",
    "551": "no_mailbox",
    "552": "full",
    "553": "bad_address",
    "554": "spam",
    "556": "no_domain",
}


def reason_of(reply: str) -> str:
    """Why a mail server refused or returned a letter, by its codes (RFC 5321, RFC 3463) and, where those are vague, its
    words; '' where they say nothing that is commonly known."""
    if _BIG.search(reply):
        return "too_big"
    if _FULL.search(reply):
        return "full"
    if enhanced := _ENHANCED.search(reply):
        subject, detail = int(enhanced[1]), int(enhanced[2])
        if known := _BY_ENHANCED.get((subject, detail)) or _BY_SUBJECT.get(subject):
            return known
    basic = _BASIC.search(reply)
    code = basic[1] if basic else ""
    if code.startswith("4"):
        return "busy"
    if code and _SPAM.search(reply):
        return "spam"
    return _BY_BASIC.get(code, "")


def reason_words(reply: str) -> str:
    """The same in plain words; the server's own, quoted, where they are not commonly known."""
    if reason := reason_of(reply):
        return say(f"workspace.post.reasons.{reason}")
    flat = " ".join(reply.split())
    if not flat:
        return say("workspace.post.reasons.unknown")
    short = flat if len(flat) <= _QUOTED else f"{flat[:_QUOTED].rstrip()}…"
    if not (_ENHANCED.search(reply) or _BASIC.search(reply)):  # our own words: of the network, of the letter itself
        return f"{short[:1].lower()}{short[1:].removesuffix('.')}"
    return say("workspace.post.quoted", loi=short)

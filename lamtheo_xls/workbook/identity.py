"""Identity is issued, not typed: the signed payload, the printable code, and what marks found in a file prove."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I L O U
_READ = {c: i for i, c in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
SERIAL_CHARS, TAG_CHARS = 5, 14  # 25 bits of serial, 70 bits of tag, one check character: 20 characters
SERIAL_LIMIT = 32**SERIAL_CHARS


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What one issued workbook was made for: the payload that is signed. `unit` is '' in a shared workbook."""

    serial: int
    assignment: str
    round: str
    form: str
    version: int
    unit: str
    person: str | None
    period: str
    part: str
    rows: Mapping[str, int]
    """Table id → rows laid out for it."""


def payload_of(issued: Issued) -> str:
    """The canonical JSON that is signed and written to `_meta` (ASCII, sorted keys)."""
    raw = {f.name: getattr(issued, f.name) for f in fields(issued)} | {"rows": dict(issued.rows)}
    return json.dumps(raw, sort_keys=True, separators=(",", ":"))


def issued_of(payload: str) -> Issued | None:
    """The Issued a payload speaks of, or None where it is not one of ours."""
    try:
        raw: Any = json.loads(payload)
        return Issued(**{**raw, "rows": {str(k): int(v) for k, v in raw["rows"].items()}})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def tag_of(payload: str, key: bytes) -> str:
    """HMAC-SHA256 of a payload, 64 hexadecimal digits."""
    return hmac.new(key, payload.encode(), hashlib.sha256).hexdigest()


def code_of(issued: Issued, key: bytes) -> str:
    """The printable code `LT-004K7-PD5X1-F57ET-7E1WX`: serial, 70-bit tag, check character."""
    if not 0 <= issued.serial < SERIAL_LIMIT:
        raise ValueError(f"serial out of range: {issued.serial}")
    digest = hmac.new(key, b"code|" + payload_of(issued).encode(), hashlib.sha256).digest()
    tag = base64.b32encode(digest[:10]).decode()[:TAG_CHARS].translate(_FROM_RFC)
    body = _base32(issued.serial, SERIAL_CHARS) + tag
    full = body + _check(body)
    return "LT-" + "-".join(full[i : i + 5] for i in range(0, 20, 5))


_FROM_RFC = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)


def _base32(number: int, width: int) -> str:
    out = ""
    for _ in range(width):
        number, rest = divmod(number, 32)
        out = ALPHABET[rest] + out
    return out


def _check(body: str) -> str:
    """Luhn mod 32: any one wrong character and nearly every swap of neighbours changes it."""
    total = 0
    for i, char in enumerate(reversed(body)):
        value = _READ[char] * (2 if i % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def normal_code(text: str) -> str | None:
    """The code in its printed form if `text` has its shape (case, spaces, dashes, O/I/L forgiven), else None."""
    bare = "".join(c for c in text.upper() if c.isalnum())
    if not bare.startswith("LT") or len(bare) != 22 or any(c not in _READ for c in bare[2:]):
        return None
    body = "".join(ALPHABET[_READ[c]] for c in bare[2:])
    return "LT-" + "-".join(body[i : i + 5] for i in range(0, 20, 5))


def check_fits(code: str) -> bool:
    """Whether the check character of a normal code fits: a typo does not, a foreign code does."""
    body = code[3:].replace("-", "")
    return _check(body[:-1]) == body[-1]


def serial_of(code: str) -> int:
    """The serial number a normal code carries."""
    number = 0
    for char in code[3:].replace("-", "")[:SERIAL_CHARS]:
        number = number * 32 + _READ[char]
    return number


META_WORD = "lamtheo_xls"
"""Stands in `_meta`!A1; the payload's pieces follow down column A from row 2, the tag stands in B2."""
_PIECE = 180  # some programs cut strings at 255 characters


def meta_pieces(payload: str) -> tuple[str, ...]:
    """The payload in pieces short enough for every program; joined again they are the payload."""
    return tuple(payload[i : i + _PIECE] for i in range(0, len(payload), _PIECE))

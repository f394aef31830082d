"""Owns what typed Vietnamese text means: clean values, keys and order, old font codes, unit names, periods, marks.

Pure functions of their arguments; nothing here knows a workbook, a clock or a file.
"""

from .legacy import legacy_encoding, to_unicode
from .marks import is_ditto, is_placeholder, is_tick, read_date, read_tick
from .order import name_key, word_key
from .periods import Period, parse_period
from .spelling import nfc, plain_key, same_words, slug, text_key
from .units import same_unit, suggest, unit_key

__all__ = [
    "Period",
    "is_ditto",
    "is_placeholder",
    "is_tick",
    "legacy_encoding",
    "name_key",
    "nfc",
    "parse_period",
    "plain_key",
    "read_date",
    "read_tick",
    "same_unit",
    "same_words",
    "slug",
    "suggest",
    "text_key",
    "to_unicode",
    "unit_key",
    "word_key",
]

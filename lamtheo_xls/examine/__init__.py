"""Owns the checks, by phase, over values with places: examine(Reading, Facts) -> Examination, pure."""

from lamtheo_xls.examine.judging import examine, state_of
from lamtheo_xls.examine.model import Entry, Examination, Facts, Row
from lamtheo_xls.examine.record import examination_from_json, examination_to_json

__all__ = [
    "Entry",
    "Examination",
    "Facts",
    "Row",
    "examination_from_json",
    "examination_to_json",
    "examine",
    "state_of",
]

"""Owns the checks, by phase, over values with places: examine(Reading, Facts) -> Examination, pure."""

from lamtheo_xls.examine.carrying import carried
from lamtheo_xls.examine.explaining import explained_in
from lamtheo_xls.examine.judging import examine, state_of
from lamtheo_xls.examine.model import Entry, Examination, Facts, Row

__all__ = [
    "Entry",
    "Examination",
    "Facts",
    "Row",
    "carried",
    "examine",
    "explained_in",
    "state_of",
]

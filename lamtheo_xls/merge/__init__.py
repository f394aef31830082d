"""Owns what counts as pandas frames: the plain table with its provenance, its counts, and the blocks that are printed.

Pure functions over values; importing this room imports pandas, so the others do it only when they consolidate.
"""

from lamtheo_xls.merge.blocks import Block, Line, blocks_of, group_lines, marked_lines, stands_alone
from lamtheo_xls.merge.columns import Roles, columns_of, roles_of, sources_of
from lamtheo_xls.merge.comparing import Comparison, compare, earlier_frame, joined_before
from lamtheo_xls.merge.counts import Counts, GroupCount, UnitCount, counts_of
from lamtheo_xls.merge.frame import form_of, frame_of, person_code_of
from lamtheo_xls.merge.people import Asked, PeopleCount, PeopleCounts, deed_columns, deeds_of, in_one, people_counts
from lamtheo_xls.merge.plain import csv_of, plain_table
from lamtheo_xls.merge.repeats import Alike, Repeated, alike, left_out, once
from lamtheo_xls.merge.roll import Roll, person_key

__all__ = [
    "Alike",
    "Asked",
    "Block",
    "Comparison",
    "Counts",
    "GroupCount",
    "Line",
    "PeopleCount",
    "PeopleCounts",
    "Repeated",
    "Roles",
    "Roll",
    "UnitCount",
    "alike",
    "blocks_of",
    "columns_of",
    "compare",
    "counts_of",
    "csv_of",
    "deed_columns",
    "deeds_of",
    "earlier_frame",
    "form_of",
    "frame_of",
    "group_lines",
    "in_one",
    "joined_before",
    "left_out",
    "marked_lines",
    "once",
    "people_counts",
    "person_code_of",
    "person_key",
    "plain_table",
    "roles_of",
    "sources_of",
    "stands_alone",
]

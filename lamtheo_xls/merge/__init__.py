"""Owns what counts as pandas frames: the plain table with its provenance, its counts, and the blocks that are printed.

Pure functions over values; importing this room imports pandas, so the others do it only when they consolidate.
"""

from lamtheo_xls.merge.blocks import Block, Line, blocks_of, group_lines
from lamtheo_xls.merge.comparing import Comparison, compare, earlier_frame, joined_before
from lamtheo_xls.merge.counts import Counts, GroupCount, UnitCount, counts_of
from lamtheo_xls.merge.frame import csv_of, frame_of, plain_table
from lamtheo_xls.merge.roles import Roles, roles_of
from lamtheo_xls.merge.roll import Roll

__all__ = [
    "Block",
    "Comparison",
    "Counts",
    "GroupCount",
    "Line",
    "Roles",
    "Roll",
    "UnitCount",
    "blocks_of",
    "compare",
    "counts_of",
    "csv_of",
    "earlier_frame",
    "frame_of",
    "group_lines",
    "joined_before",
    "plain_table",
    "roles_of",
]

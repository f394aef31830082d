"""Owns units, people, the office's facts and rounds, from and to Excel; and who owes what in a round."""

from lamtheo_xls.register.importing import import_units
from lamtheo_xls.register.model import Assignment, Earlier, Person, Register, Round, Unit
from lamtheo_xls.register.owing import check_register, file_stem, owed, unit_code_of
from lamtheo_xls.register.queries import (
    children_of,
    context_of,
    current,
    in_order,
    is_current,
    open_round,
    party_body,
    round_of,
    unit_of,
)
from lamtheo_xls.register.reading import is_register, read_register
from lamtheo_xls.register.writing import write_register

__all__ = [
    "Assignment",
    "Earlier",
    "Person",
    "Register",
    "Round",
    "Unit",
    "check_register",
    "children_of",
    "context_of",
    "current",
    "file_stem",
    "import_units",
    "in_order",
    "is_current",
    "is_register",
    "open_round",
    "owed",
    "party_body",
    "read_register",
    "round_of",
    "unit_code_of",
    "unit_of",
    "write_register",
]

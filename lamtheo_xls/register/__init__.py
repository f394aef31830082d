"""Owns units, people, the office's facts and rounds, from and to Excel; and who owes what in a round."""

from lamtheo_xls.register.importing import import_units
from lamtheo_xls.register.model import Assignment, Earlier, FormDates, Person, Register, Round, Unit
from lamtheo_xls.register.owing import named_forms, owed
from lamtheo_xls.register.queries import (
    cells_of,
    children_of,
    context_of,
    current,
    in_order,
    is_current,
    is_leader,
    open_round,
    open_rounds,
    party_body,
    people_of,
    person_by_code,
    round_of,
    unit_of,
)
from lamtheo_xls.register.reading import is_register, read_register
from lamtheo_xls.register.standing import check_register
from lamtheo_xls.register.stems import file_stem, person_of, unit_code_of
from lamtheo_xls.register.writing import write_register

__all__ = [
    "Assignment",
    "Earlier",
    "FormDates",
    "Person",
    "Register",
    "Round",
    "Unit",
    "cells_of",
    "check_register",
    "children_of",
    "context_of",
    "current",
    "file_stem",
    "import_units",
    "in_order",
    "is_current",
    "is_leader",
    "is_register",
    "named_forms",
    "open_round",
    "open_rounds",
    "owed",
    "party_body",
    "people_of",
    "person_by_code",
    "person_of",
    "read_register",
    "round_of",
    "unit_code_of",
    "unit_of",
    "write_register",
]

"""Owns Form, Programme and deadlines: the JSON definitions, their schemas, loading with findings."""

from lamtheo_xls.definitions.asking import Demand, asked_of, in_force, milestones_of
from lamtheo_xls.definitions.deadlines import date_of, deadline_of
from lamtheo_xls.definitions.loading import Bundle, bundled, load_folder, load_form, load_programme, programmes
from lamtheo_xls.definitions.periods import (
    period_label,
    period_of,
    period_span,
    period_valid,
    period_year,
    previous_period,
)
from lamtheo_xls.definitions.shape import schema
from lamtheo_xls.definitions.templates import CONTEXT, fill, pieces_of

__all__ = [
    "CONTEXT",
    "Bundle",
    "Demand",
    "asked_of",
    "bundled",
    "date_of",
    "deadline_of",
    "fill",
    "in_force",
    "load_folder",
    "load_form",
    "load_programme",
    "milestones_of",
    "period_label",
    "period_of",
    "period_span",
    "period_valid",
    "period_year",
    "pieces_of",
    "previous_period",
    "programmes",
    "schema",
]

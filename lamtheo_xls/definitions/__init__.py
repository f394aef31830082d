"""Owns Form, Programme and deadlines: the JSON definitions, their schemas, loading with findings."""

from lamtheo_xls.definitions.deadlines import deadline_of
from lamtheo_xls.definitions.loading import Bundle, bundled, load_folder, load_form, load_programme, programmes
from lamtheo_xls.definitions.periods import period_label, period_span, period_valid, period_year, previous_period
from lamtheo_xls.definitions.shape import schema
from lamtheo_xls.definitions.templates import CONTEXT, fill

__all__ = [
    "CONTEXT",
    "Bundle",
    "bundled",
    "deadline_of",
    "fill",
    "load_folder",
    "load_form",
    "load_programme",
    "period_label",
    "period_span",
    "period_valid",
    "period_year",
    "previous_period",
    "programmes",
    "schema",
]

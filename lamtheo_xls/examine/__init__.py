"""Owns the checks, by phase, over values with places: examine(Reading, Facts) -> Examination, pure."""

"""Owns returned files: opening them safely whatever they are, finding the form in them, whose workbook it is."""

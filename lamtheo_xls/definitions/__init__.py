"""Owns Form, Programme and deadlines: the JSON definitions, their schemas, loading with findings."""

from lamtheo_xls.definitions.loading import Bundle, bundled, load_folder, load_form, load_programme, programmes

__all__ = ["Bundle", "bundled", "load_folder", "load_form", "load_programme", "programmes"]

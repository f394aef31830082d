"""Owns Form, Programme and deadlines: the JSON definitions, their schemas, loading with findings."""

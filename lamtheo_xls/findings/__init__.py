"""Owns what is wrong and where: Place, Finding, and the one catalogue of every word a reader sees."""

from lamtheo_xls.findings.catalogue import (
    SEVERITIES,
    Entry,
    entries,
    entry,
    label,
    mend,
    message,
    say,
    words,
)
from lamtheo_xls.findings.finding import Finding, Place, World, as_json, finding, gravest_first, screen_word, worst

__all__ = [
    "SEVERITIES",
    "Entry",
    "Finding",
    "Place",
    "World",
    "as_json",
    "entries",
    "entry",
    "finding",
    "gravest_first",
    "label",
    "mend",
    "message",
    "say",
    "screen_word",
    "words",
    "worst",
]

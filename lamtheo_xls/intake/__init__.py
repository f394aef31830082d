"""Owns the way in: folders, files and zips become bytes with provenance; nothing is parsed, moved or changed."""

from lamtheo_xls.intake.folders import gather
from lamtheo_xls.intake.received import LIMITS, Limits, Received

__all__ = ["LIMITS", "Limits", "Received", "gather"]

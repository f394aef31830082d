"""Owns the way in: folders, archives and messages become bytes with provenance; nothing is moved or changed."""

from lamtheo_xls.intake.folders import gather
from lamtheo_xls.intake.messages import Envelope, parts_of
from lamtheo_xls.intake.received import LIMITS, Limits, Received

__all__ = ["LIMITS", "Envelope", "Limits", "Received", "gather", "parts_of"]

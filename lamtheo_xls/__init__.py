"""Locked Excel workbooks out, validated returns in, official consolidated tables."""

__version__ = "0.1.0"

"""Owns the command line: options, progress, printing, exit codes; no decisions."""

from lamtheo_xls.cli.main import cli, main

__all__ = ["cli", "main"]

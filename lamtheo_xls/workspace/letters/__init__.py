"""Owns the office's letters: to whom, what is in them, the queue they wait in, and when somebody is reminded."""

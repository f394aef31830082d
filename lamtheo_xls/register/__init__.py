"""Owns units, people, the office's facts and rounds, from and to Excel; and who owes what in a round."""

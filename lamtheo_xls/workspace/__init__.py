"""Owns one office's folder and the verbs that run on it: each takes an open Office and gives plain values back."""

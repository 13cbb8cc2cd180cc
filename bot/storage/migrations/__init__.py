"""Versions of the tables, oldest first; appended to, never edited."""

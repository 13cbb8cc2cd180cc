"""The questions that were not answered well: written down, grouped by meaning, decided about."""

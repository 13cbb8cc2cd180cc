"""The knowledge as editors change it: drafts, checks, effects, numbered revisions, and what every node answers from."""

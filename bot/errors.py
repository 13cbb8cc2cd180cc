"""Errors whose text is for the person who can act."""


class UsageError(Exception):
    """Something the person at the command line can mend; the text says what."""

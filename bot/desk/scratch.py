"""A desk for conversations that nobody has to answer: ``ask`` and ``chat`` number their tickets and forget them."""

from itertools import count

FIRST_NUMBER = 1001


class Scratch:
    """Ticket numbers of one process."""

    def __init__(self) -> None:
        self._numbers = count(FIRST_NUMBER)

    def next_number(self) -> int:
        """A number nobody has yet; short enough to say aloud."""
        return next(self._numbers)

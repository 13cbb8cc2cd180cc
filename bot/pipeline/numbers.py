"""Ticket numbers: short, easy to say, each given once."""

from bot.storage.database import Database
from bot.storage.records import next_number

FIRST = 1001


class Numbers:
    """Takes numbers from the database ahead of turns, which are pure and cannot; what a turn leaves is kept for the next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._spare: list[int] = []

    async def take(self) -> int:
        """A number nobody has."""
        if self._spare:
            return self._spare.pop()
        async with self._database.write() as tx:
            return await next_number(tx, "ticket", FIRST)

    def give_back(self, number: int) -> None:
        """A number that was not needed."""
        self._spare.append(number)

"""Rings when anything has been said, by this process or another: one looks for all who wait."""

import asyncio

from bot.pipeline.wake import Bell, rung
from bot.storage import conversations
from bot.storage.database import Database

_LOOK_EVERY = 1.0
_PAUSE = 0.05


class News:
    """``finished``: rings whenever this process has done something."""

    def __init__(self, database: Database, finished: Bell) -> None:
        self._database = database
        self._finished = finished
        self._bell = Bell()

    def listen(self) -> asyncio.Event:
        """What to wait on; taken before looking."""
        return self._bell.listen()

    async def run(self) -> None:
        """Look until cancelled."""
        newest = -1
        while True:
            bell = self._finished.listen()
            async with self._database.read() as tx:
                latest = await conversations.newest(tx)
            if latest != newest:
                newest = latest
                self._bell.ring()
            await rung(bell, _LOOK_EVERY)
            await asyncio.sleep(_PAUSE)

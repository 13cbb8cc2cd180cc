"""Tells open requests when their event has been dealt with: one look into the inbox for all of them."""

import asyncio

from bot.channels.callback import looking
from bot.pipeline.wake import Bell, rung
from bot.storage.database import Database

_PATIENCE = 0.5
"""Another node may have dealt with it, and rings no bell here."""
_PAUSE = 0.01


class Watch:
    """``finished`` rings when this node has dealt with an event."""

    def __init__(self, channel: str, database: Database, finished: Bell) -> None:
        self._channel = channel
        self._database = database
        self._finished = finished
        self._awaited: dict[str, set[asyncio.Event]] = {}
        self._begun = asyncio.Event()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._begun.clear()
            bell = self._finished.listen()
            if self._awaited:
                await self._look(*self._awaited)
                # However many events are finished, a hundred looks a second are enough.
                await asyncio.sleep(_PAUSE)
                await rung(bell, _PATIENCE)
            else:
                await self._begun.wait()

    async def done(self, event: str, seconds: float, mine: asyncio.Event) -> bool:
        """Wait until an event is done; whether it is. ``mine`` is set then, and ends the wait whoever sets it."""
        self._awaited.setdefault(event, set()).add(mine)
        self._begun.set()
        try:
            # It may have been done before anybody waited for it.
            await self._look(event)
            return await rung(mine, seconds)
        finally:
            waiting = self._awaited.get(event, set())
            waiting.discard(mine)
            if not waiting:
                self._awaited.pop(event, None)

    async def _look(self, *events: str) -> None:
        async with self._database.read() as tx:
            done = await looking.finished(tx, self._channel, events)
        for event in done:
            for waiting in self._awaited.get(event, ()):
                waiting.set()

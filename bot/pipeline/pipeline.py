"""inbox → worker → one transaction → outbox: in order within a lane, side by side across lanes."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from bot.pipeline.acting import Acting
from bot.pipeline.channel import Channel
from bot.pipeline.wake import Bell, Bells, rung
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.inbox import Claim, Event, Stored

log = logging.getLogger(__name__)
_ATTEMPTS = 3
_PATIENCE = 1.0
"""Seconds after which workers look by themselves: another process may have put something in."""
_AHEAD = 64
_AFTER_TROUBLE = 1.0


class Pipeline:
    """The inbox of one node and its workers."""

    def __init__(self, database: Database, acting: Acting, now: Callable[[], datetime]) -> None:
        self._database = database
        self._acting = acting
        self._now = now
        self._busy: set[str] = set()
        self._heads: deque[Stored] = deque()
        self._looking = asyncio.Lock()
        self.channels: dict[str, Channel] = {}
        """Those that can understand events now; the events of others wait."""
        self.arrived = Bell()
        self.finished = Bell()
        self.done = Bells()
        """By the inbox's number: who waits for one event should not wake for all."""

    def join(self, channel: Channel) -> None:
        """From now on events of this channel can be understood."""
        self.channels[channel.name] = channel
        self.arrived.ring()

    async def accept(self, events: Sequence[Event]) -> None:
        """Keep events for good; only after this may a platform be told that we have them."""
        async with self._database.write() as tx:
            await inbox.accept(tx, events, self._now())
        self.arrived.ring()

    async def work(self, stopping: asyncio.Event) -> None:
        """Take one event after the other until told to stop; what is in hand is finished."""
        while not stopping.is_set():
            bell = self.arrived.listen()
            try:
                worked = await self._one()
            except DBAPIError:
                log.exception("the database does not answer; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
                continue
            except Exception:
                # Whatever it was: a worker that ended here would never be replaced.
                log.exception("a worker stumbled; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
                continue
            if not worked:
                await rung(bell, _PATIENCE)

    async def _one(self) -> bool:
        async with self._claimed() as claim:
            if claim is None:
                return False
            await self._attempt(claim)
        self.done.ring((claim.event.id,))
        self.finished.ring()
        return True

    @asynccontextmanager
    async def _claimed(self) -> AsyncIterator[Claim | None]:
        """The next event that nobody works on."""
        if not self._database.is_sqlite:
            async with self._database.write() as tx:
                found = await inbox.heads(tx, self.channels, self._now(), (), 1)
                mine = found and await inbox.still_new(tx, found[0])
                yield Claim(found[0], self._database, tx) if mine else None
            return
        event = await self._next_head()
        if event is None:
            yield None
            return
        try:
            yield Claim(event, self._database)
        finally:
            self._busy.discard(event.lane)

    async def _next_head(self) -> Stored | None:
        """One process works on an SQLite file, so what is being worked on is known here."""
        async with self._looking:
            if not self._heads:
                async with self._database.read() as tx:
                    self._heads.extend(await inbox.heads(tx, self.channels, self._now(), tuple(self._busy), _AHEAD))
                self._busy.update(event.lane for event in self._heads)
            return self._heads.popleft() if self._heads else None

    async def _attempt(self, claim: Claim) -> None:
        try:
            await self._acting.act(claim, self.channels)
        except Exception as error:
            if _is_trouble(error):
                raise
            reference = secrets.token_hex(4)
            log.exception("event %d of %s failed, reference %s", claim.event.id, claim.event.channel, reference)
            await self._failed(claim, f"{type(error).__name__} {reference}", reference)

    async def _failed(self, claim: Claim, error: str, reference: str) -> None:
        """Another try a little later; after the last one the person is told."""
        event = claim.event
        if event.attempts + 1 >= _ATTEMPTS:
            await self._give_up(claim, error, reference)
            return
        async with claim.writing() as tx:
            await inbox.retry(tx, event, inbox.later(self._now(), event.attempts), error)

    async def _give_up(self, claim: Claim, error: str, reference: str) -> None:
        """With an apology if that works, and without one if not: the lane must go on."""
        try:
            await self._acting.give_up(claim, self.channels, error, reference)
        except Exception as trouble:
            if _is_trouble(trouble):
                raise
            log.exception("event %d failed without an apology, reference %s", claim.event.id, reference)
            async with claim.writing() as tx:
                await inbox.give_up(tx, claim.event, self._now(), error)


def _is_trouble(error: Exception) -> bool:
    """Whether the database does not answer. That it refuses what it is told is the fault of the event."""
    return isinstance(error, DBAPIError) and not isinstance(error, DataError | IntegrityError)

"""outbox → channel: in order within a chat, again and again until it is sent or cannot be."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.pipeline.acting import TOLD_TO_USERS, Acting
from bot.pipeline.channel import Channel, DroppedError, LaterError, NeverError
from bot.pipeline.wake import Bell, rung
from bot.storage import outbox
from bot.storage.database import Database
from bot.storage.outbox import Delivery, Result

log = logging.getLogger(__name__)
_AT_ONCE = 24
_AHEAD = 100
_PATIENCE = 1.0
"""Seconds after which the outbox is looked at unasked: another process may have put something in."""
_LONGEST_WAIT = 60.0
_LONGEST_PAUSE = 10.0
_ENOUGH_ATTEMPTS = 12
"""Failed tries of one message after which it is its own fault, if others get through meanwhile."""
_TOO_OLD = timedelta(hours=24)
_TOO_OLD_SIGNAL = timedelta(seconds=60)
_AFTER_TROUBLE = 1.0
_CLAIMED = timedelta(seconds=60)
"""How long no other node sends what this one has begun to send: longer than a call takes."""


class Sender:
    """Sends for one channel."""

    def __init__(self, database: Database, channel: Channel, acting: Acting, now: Callable[[], datetime]) -> None:
        self._database = database
        self._channel = channel
        self._acting = acting
        self._now = now
        self._flying: dict[str, asyncio.Task[None]] = {}
        self._ready: deque[Delivery] = deque()
        self._unwritten: deque[Result] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._paused_until: datetime | None = None
        self._failures = 0
        self._last_success: datetime | None = None
        self.posted = Bell()
        self.is_running = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until told to stop; what is on its way is waited for.

        Cancelled before that, another node sends from now on: nothing more is begun here, but what is on its way
        arrives, and is written down as soon as the database answers.
        """
        self.is_running = True
        try:
            while not stopping.is_set():
                bell = self.posted.listen()
                try:
                    started = await self._start_due()
                except Exception:
                    log.exception("what is to be sent cannot be read; trying again")
                    await asyncio.sleep(_AFTER_TROUBLE)
                    continue
                if not started:
                    await rung(bell, _PATIENCE)
            await self.finish()
        finally:
            self.is_running = False
            self._ready.clear()

    async def finish(self) -> None:
        """Wait for what is on its way until it is written down; cut off, it is sent again after the next start."""
        try:
            await asyncio.gather(*self._flying.values(), return_exceptions=True)
            if self._writer:
                await self._writer
        finally:
            for task in (*self._flying.values(), self._writer):
                if task:
                    task.cancel()

    async def _start_due(self) -> int:
        """Begin to send what is due, one message a chat; how many were begun."""
        lanes = self._channel.open_lanes()
        if not lanes or self._is_paused() or len(self._flying) >= _AT_ONCE:
            return 0
        if not self._ready:
            self._ready.extend(await self._next(lanes))
        begun = 0
        while self._ready and len(self._flying) < _AT_ONCE:
            delivery = self._ready.popleft()
            self._flying[delivery.lane] = asyncio.create_task(self._send(delivery))
            begun += 1
        return begun

    async def _next(self, lanes: Sequence[str]) -> list[Delivery]:
        """What can be sent now; where nodes share the outbox it is claimed, for two may think that it is their turn."""
        busy = {(self._channel.name, lane) for lane in self._flying}
        names, now = (self._channel.name,), self._now()
        if self._database.is_sqlite:
            async with self._database.read() as tx:
                return await outbox.due(tx, names, now, busy, _AHEAD, lanes)
        async with self._database.write() as tx:
            found = await outbox.due(tx, names, now, busy, _AT_ONCE - len(self._flying), lanes)
            return await outbox.claim(tx, found, now, now + _CLAIMED)

    def _is_paused(self) -> bool:
        return self._paused_until is not None and self._now() < self._paused_until

    async def _send(self, delivery: Delivery) -> None:
        """One try; its result goes to the writer, and the chat stays busy until that is written."""
        try:
            sent_as = await self._channel.deliver(delivery)
        except NeverError as error:
            result = Result(delivery, "failed", error=str(error))
        except DroppedError as error:
            result = Result(delivery, "dropped", error=str(error))
        except LaterError as error:
            result = self._later(delivery, error)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("message %d of %s cannot be sent", delivery.id, delivery.channel)
            result = self._later(delivery, LaterError(f"{type(error).__name__}: {error}"))
        else:
            self._failures, self._last_success = 0, self._now()
            result = Result(delivery, "sent", sent_as)
        self._unwritten.append(result)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_results())

    def _later(self, delivery: Delivery, error: LaterError) -> Result:
        now = self._now()
        if error.everyone and (error.after or not self._is_paused()):
            self._failures += 1
            pause = error.after or _with_jitter(min(_LONGEST_PAUSE, 0.5 * 2**self._failures))
            until = now + timedelta(seconds=pause)
            self._paused_until = max(until, self._paused_until or until)
            log.warning("%s: %s; sending pauses for %.0f s", delivery.channel, error, pause)
        if self._is_hopeless(delivery, now, counts=error.counts):
            return Result(delivery, "failed", error=str(error))
        wait = error.after or (
            0.0 if error.everyone else _with_jitter(min(_LONGEST_WAIT, 1.0 * 2 ** min(delivery.attempts, 10)))
        )
        return Result(delivery, "waiting", due_at=now + timedelta(seconds=wait), error=str(error), counts=error.counts)

    def _is_hopeless(self, delivery: Delivery, now: datetime, *, counts: bool) -> bool:
        oldest = _TOO_OLD_SIGNAL if delivery.purpose == "signal" else _TOO_OLD
        if now - delivery.created_at > oldest or (delivery.expires_at and now > delivery.expires_at):
            return True
        others_get_through = self._last_success is not None and self._last_success > delivery.created_at
        return counts and others_get_through and delivery.attempts + 1 >= _ENOUGH_ATTEMPTS

    async def _write_results(self) -> None:
        """Write down results, as many at once as there are: one commit costs as much as another."""
        while self._unwritten:
            results = tuple(self._unwritten)
            await self._write(results)
            for result in results:
                self._unwritten.popleft()
                self._flying.pop(result.delivery.lane, None)
            self.posted.ring()

    async def _write(self, results: Sequence[Result]) -> None:
        while True:
            try:
                async with self._database.write() as tx:
                    now = self._now()
                    await outbox.record(tx, results, now)
                    for result in results:
                        if result.state == "failed":
                            await self._tell_desk(tx, result, now)
            except Exception:
                log.exception("what was sent could not be written down; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
            else:
                return

    async def _tell_desk(self, tx: AsyncConnection, result: Result, now: datetime) -> None:
        delivery = result.delivery
        log.error("message %d (%s) was not delivered: %s", delivery.id, delivery.purpose, result.error)
        if delivery.conversation_id and delivery.purpose in TOLD_TO_USERS:
            why = result.error or ""
            await self._acting.not_delivered(tx, delivery.conversation_id, why, now, delivery.ticket)


def _with_jitter(seconds: float) -> float:
    """Not all at once again."""
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

"""A channel whose messages come by callback and go by passive reply or by active message."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.callback.reading import Greeted, Reading
from bot.channels.callback.watch import Watch
from bot.channels.callback.windows import Windows
from bot.channels.heard import Heard
from bot.channels.hearing import Hearing
from bot.pipeline.channel import DeliveryError, LaterError
from bot.pipeline.happening import Happening, Ignored
from bot.pipeline.supervisor import Health
from bot.pipeline.wake import Bell, rung
from bot.storage import conversations
from bot.storage.inbox import Stored
from bot.storage.outbox import Delivery

log = logging.getLogger(__name__)
_MOST_LANES = 200
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
_CHECK_SECONDS = 300.0


class Post(Protocol):
    """Active messages."""

    @property
    def only_passive(self) -> bool:
        """Whether the platform takes messages in answers to its callbacks only."""
        ...

    async def send(self, user: str, text: str) -> str | None:
        """Send one message; the platform's id of it. Raises DeliveryError."""
        ...

    async def check(self) -> str:
        """Ask the platform whether it takes us for who we are; what to say of it. Raises DeliveryError."""
        ...


class CallbackChannel:
    """Receives through its door, so ``run`` only looks after the way out."""

    def __init__(
        self, name: str, reading: Reading, hearing: Hearing, windows: Windows, watch: Watch, post: Post, health: Health
    ) -> None:
        self.name = name
        self._reading = reading
        self._hearing = hearing
        self._windows = windows
        self._watch = watch
        self._post = post
        self._look = Bell()
        self._refused: str | None = None
        self.health = health

    async def run(self) -> None:
        """Keep watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch.run())
            tasks.create_task(self._check())

    async def _check(self) -> None:
        """See that active messages would work; people can write to us all the while."""
        pause = _FIRST_PAUSE
        while True:
            bell = self._look.listen()
            try:
                said = await self._post.check()
            except DeliveryError as error:
                self._trouble(str(error))
                await rung(bell, pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
                continue
            if self._refused is None:
                self.health.turn("running", said)
            pause = _FIRST_PAUSE
            await rung(bell, _CHECK_SECONDS)

    def _trouble(self, why: str) -> None:
        if why != self.health.detail:
            log.warning("%s: %s", self.name, why)
        self.health.turn("trouble", why)

    def open_lanes(self) -> Sequence[str]:
        """All; where only passive replies are allowed, those who wait for one."""
        return self._windows.lanes()[:_MOST_LANES] if self._post.only_passive else ("",)

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        """What a callback means."""
        read = self._reading.of(event.payload)
        if isinstance(read, Greeted):
            known = read.only_new and await conversations.load(tx, self.name, read.heard.user)
            return Ignored("came in again") if known else await self._hearing.of(read.heard, event, tx)
        return await self._hearing.of(read, event, tx) if isinstance(read, Heard) else read

    async def deliver(self, delivery: Delivery) -> str | None:
        """Send one message. Raises DeliveryError."""
        if await self._windows.hand_over(delivery):
            return None
        try:
            sent_as = await self._post.send(delivery.lane, str(delivery.payload.get("text", "")))
        except LaterError as error:
            if error.everyone:
                self._refused = str(error)
                self._trouble(self._refused)
            elif self._post.only_passive:
                self._look.ring()
            raise
        if self._refused is not None:
            self._refused = None
            self._look.ring()
        return sent_as

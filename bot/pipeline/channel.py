"""What the pipeline needs of a channel, and how a channel says that something could not be sent."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.pipeline.happening import Happening
from bot.storage.inbox import Stored
from bot.storage.outbox import Delivery


class DeliveryError(Exception):
    """A message was not sent; the text goes to the log and to the staff."""


class LaterError(DeliveryError):
    """It may work later. ``after``: the platform's wish in seconds; ``everyone``: it concerns the whole channel.

    ``counts``: whether the platform has seen the attempt; an outage or a revoked token is no fault of the message.
    """

    def __init__(self, why: str, *, after: float | None = None, everyone: bool = False, counts: bool = True) -> None:
        super().__init__(why)
        self.after = after
        self.everyone = everyone
        self.counts = counts


class NeverError(DeliveryError):
    """It will never work: the user has blocked the bot, the chat is gone, the message is not allowed."""


class DroppedError(DeliveryError):
    """Not worth another try, and nobody misses it (a toast for a button pressed long ago)."""


class Channel(Protocol):
    """One platform, connected."""

    name: str

    async def run(self) -> None:
        """Receive events until cancelled."""
        ...

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        """What an event means; ``tx`` to read what of ours it refers to."""
        ...

    def open_lanes(self) -> Sequence[str]:
        """How the lanes begin that can be sent to just now: ``("",)`` for all, ``()`` for none.

        What is for other lanes waits, and that counts as no try.
        """
        ...

    async def deliver(self, delivery: Delivery) -> str | None:
        """Send one message; the platform's id of it. Raises DeliveryError."""
        ...

"""The HTTP API as a channel: bridges post, and what is said is fetched by them or sent to their webhooks."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.hearing import Hearing
from bot.channels.http.places import NAME
from bot.channels.http.understanding import understand
from bot.channels.http.webhook import Webhooks
from bot.pipeline.happening import Happening
from bot.storage.inbox import Stored
from bot.storage.outbox import Delivery


class HttpChannel:
    """Understands what bridges post, and sends to their webhooks."""

    name = NAME

    def __init__(self, hearing: Hearing, webhooks: Webhooks) -> None:
        self._hearing = hearing
        self._webhooks = webhooks

    async def run(self) -> None:
        """Requests come to the web application, not here."""
        await asyncio.Event().wait()

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        """Somebody said something behind a bridge."""
        return await understand(self._hearing, event, tx)

    def open_lanes(self) -> Sequence[str]:
        """All: which webhook answers shows when it is tried."""
        return ("",)

    async def deliver(self, delivery: Delivery) -> str | None:
        """Bring it to the webhook. Raises DeliveryError."""
        await self._webhooks.deliver(delivery)
        return None

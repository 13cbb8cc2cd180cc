"""The web page as a channel: what comes in goes through the inbox like everything else; what is said is fetched."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.pipeline.channel import NeverError
from bot.pipeline.happening import Happening, Said
from bot.storage.inbox import Event, Stored
from bot.storage.outbox import Delivery
from handlers.message import Incoming

NAME = "web"


def event(session: str, message: str, text: str, label: str | None) -> Event:
    """A message that the page sent; its id counts within the session."""
    return Event(
        NAME,
        f"{session}:{message}",
        f"{NAME}:{session}",
        {"session": session, "id": message, "text": text, "label": label},
    )


class WebChannel:
    """Understands what the page sent."""

    name = NAME

    async def run(self) -> None:
        """Requests come to the web application, not here."""
        await asyncio.Event().wait()

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:  # noqa: ARG002 - a channel's signature
        """A visitor said something."""
        sent: dict[str, Any] = event.payload
        return Said(
            key=sent["session"],
            address=sent["session"],
            incoming=Incoming(sent["text"], at=event.received_at),
            shown=sent["label"],
            message_id=sent["id"],
        )

    def open_lanes(self) -> Sequence[str]:
        """None: nothing is sent to a page."""
        return ()

    async def deliver(self, delivery: Delivery) -> str | None:  # noqa: ARG002 - a channel's signature
        """Nothing is sent to a page: it fetches."""
        raise NeverError("a web page fetches what it is told")

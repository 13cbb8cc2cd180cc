"""What this kind of channel asks the database: is an event dealt with, what waits for a chat."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import inbox, outbox


async def finished(tx: AsyncConnection, channel: str, events: Collection[str]) -> list[str]:
    """Those of these events that nothing more will be done for."""
    query = select(inbox.c.event_id).where(
        inbox.c.channel == channel, inbox.c.event_id.in_(events), inbox.c.state != "new"
    )
    return list((await tx.execute(query)).scalars())


async def waiting(tx: AsyncConnection, channel: str, lane: str, after: int) -> list[tuple[int, dict[str, Any]]]:
    """Messages for a chat that are not sent yet, by number, those after ``after``."""
    query = select(outbox.c.id, outbox.c.payload).where(
        outbox.c.channel == channel, outbox.c.lane == lane, outbox.c.state == "waiting", outbox.c.id > after
    )
    return [(row.id, row.payload or {}) for row in await tx.execute(query.order_by(outbox.c.id).limit(20))]

"""What is remembered of groups: what they have just been told, and whether they want to hear anything."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import muted, told

_MEMORY = 5
"""Answers a group is taken to have before its eyes still."""


async def was_told(tx: AsyncConnection, channel: str, group: str, since: datetime) -> frozenset[str]:
    """The records a group has been told since then, as far as they are still on its screens."""
    query = select(told.c.record).where(told.c.channel == channel, told.c.group_key == group, told.c.at >= since)
    return frozenset((await tx.execute(query.order_by(told.c.id.desc()).limit(_MEMORY))).scalars())


async def tell(tx: AsyncConnection, channel: str, group: str, records: Sequence[str], now: datetime) -> None:
    """Remember what a group is told."""
    if records:
        await tx.execute(
            insert(told), [{"channel": channel, "group_key": group, "record": record, "at": now} for record in records]
        )


async def is_muted(tx: AsyncConnection, channel: str, group: str) -> bool:
    """Whether the group wants no answers."""
    query = select(muted.c.at).where(muted.c.channel == channel, muted.c.group_key == group)
    return await tx.scalar(query) is not None


async def mute(tx: AsyncConnection, channel: str, group: str, by: str, now: datetime) -> None:
    """No answers here from now on."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    row = build(muted).values(channel=channel, group_key=group, at=now, by=by)
    await tx.execute(row.on_conflict_do_nothing())


async def unmute(tx: AsyncConnection, channel: str, group: str) -> None:
    """Answers again."""
    await tx.execute(delete(muted).where(muted.c.channel == channel, muted.c.group_key == group))

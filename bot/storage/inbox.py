"""Events that channels have accepted: each kept once, done once, in the order of its lane."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import inbox

_FORGET_FAILED_AFTER = 200


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a channel. ``id``: unique on the channel; ``lane``: what has to stay in order."""

    channel: str
    id: str
    lane: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """An event in the inbox."""

    id: int
    channel: str
    event_id: str
    lane: str
    payload: dict[str, Any]
    attempts: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """An event that is ours to work on. On PostgreSQL ``held`` is the transaction that keeps other nodes off its lane."""

    event: Stored
    database: Database
    held: AsyncConnection | None = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with before the turn."""
        if self.held is not None:
            yield self.held
            return
        async with self.database.read() as connection:
            yield connection

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """The one transaction of the turn."""
        return _savepoint(self.held) if self.held is not None else self.database.write()


@asynccontextmanager
async def _savepoint(connection: AsyncConnection) -> AsyncIterator[AsyncConnection]:
    """All or nothing, within the transaction that holds the lane."""
    async with connection.begin_nested():
        yield connection


async def accept(tx: AsyncConnection, events: Sequence[Event], now: datetime) -> None:
    """Keep events; one that is already known is left as it is."""
    if not events:
        return
    insert = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "channel": event.channel,
            "event_id": event.id,
            "lane": event.lane,
            "payload": _sound(event.payload),
            "received_at": now,
            "due_at": now,
        }
        for event in events
    ]
    await tx.execute(insert(inbox).on_conflict_do_nothing(), rows)


async def find(tx: AsyncConnection, channel: str, event_id: str) -> tuple[int, str] | None:
    """The inbox's number of an event and its state."""
    row = (
        await tx.execute(
            select(inbox.c.id, inbox.c.state).where(inbox.c.channel == channel, inbox.c.event_id == event_id)
        )
    ).first()
    return (row.id, row.state) if row else None


async def has_lane(tx: AsyncConnection, lane: str) -> bool:
    """Whether anything waits in a lane."""
    query = select(inbox.c.id).where(inbox.c.lane == lane, inbox.c.state == "new").limit(1)
    return (await tx.execute(query)).first() is not None


async def heads(
    tx: AsyncConnection, channels: Collection[str], now: datetime, busy: Collection[str], most: int
) -> list[Stored]:
    """The first waiting event of each lane of these channels that is due and not busy, oldest first."""
    first = select(func.min(inbox.c.id)).where(inbox.c.state == "new").group_by(inbox.c.lane)
    query = (
        select(inbox)
        .where(inbox.c.id.in_(first), inbox.c.channel.in_(channels), inbox.c.due_at <= now, inbox.c.lane.not_in(busy))
        # Said again of the row itself: what another node has just done is passed over at its newest state.
        .where(inbox.c.state == "new")
        .order_by(inbox.c.id)
        .limit(most)
    )
    if tx.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return [_stored(row) for row in await tx.execute(query)]


async def still_new(tx: AsyncConnection, event: Stored) -> bool:
    """Whether a head that was just locked is still undone: another node may have finished it meanwhile."""
    return await tx.scalar(select(inbox.c.state).where(inbox.c.id == event.id)) == "new"


async def finish(tx: AsyncConnection, event: Stored, now: datetime) -> bool:
    """Mark an event as done, in the transaction that does it; False where that has happened before.

    What it said is kept where it belongs, or nowhere: of chatter that was not meant for the bot no word remains.
    """
    done = {"state": "done", "done_at": now, "payload": null()}
    changed = await tx.execute(update(inbox).where(inbox.c.id == event.id, inbox.c.state == "new").values(**done))
    return changed.rowcount == 1


async def retry(tx: AsyncConnection, event: Stored, due_at: datetime, error: str) -> None:
    """Try again later; the lane waits."""
    await tx.execute(
        update(inbox)
        .where(inbox.c.id == event.id)
        .values(attempts=event.attempts + 1, due_at=due_at, error=error[:_FORGET_FAILED_AFTER])
    )


async def give_up(tx: AsyncConnection, event: Stored, now: datetime, error: str) -> None:
    """It cannot be done; the lane goes on."""
    await tx.execute(
        update(inbox)
        .where(inbox.c.id == event.id)
        .values(attempts=event.attempts + 1, state="failed", done_at=now, error=error[:_FORGET_FAILED_AFTER])
    )


async def waiting(tx: AsyncConnection) -> int:
    """How many events wait."""
    return await tx.scalar(select(func.count()).select_from(inbox).where(inbox.c.state == "new")) or 0


def later(now: datetime, attempts: int) -> datetime:
    """When to try a turn again that has failed ``attempts`` times."""
    return now + timedelta(seconds=0.5 * 4**attempts)


def _sound(value: Any) -> Any:
    """Without what no database keeps, though it comes in JSON: NUL (not in PostgreSQL) and halves of characters."""
    match value:
        case str():
            return value.replace("\0", "").encode("utf-8", errors="replace").decode("utf-8")
        case list():
            return [_sound(each) for each in value]
        case dict():
            return {_sound(name): _sound(each) for name, each in value.items()}
        case _:
            return value


def _stored(row: Any) -> Stored:
    return Stored(row.id, row.channel, row.event_id, row.lane, row.payload or {}, row.attempts, row.received_at)

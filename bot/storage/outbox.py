"""What is to be sent: first come, first sent within a lane, tried until it is sent or cannot be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import conversation, outbox

_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message in the form its channel sends it.

    ``lane``: the chat, in which order holds; ``address``: where exactly; ``handle`` names it for later ones that edit it
    (``replaces``; falls back to sending anew) or go into the thread it opens (``within``). ``expires_at``: not worth
    sending later. ``purpose``: reply, staff (a person's words), notice, desk (for the staff), signal.
    """

    channel: str
    lane: str
    address: str
    payload: Mapping[str, Any]
    purpose: str
    conversation_id: int | None = None
    ticket: int | None = None
    handle: str | None = None
    replaces: str | None = None
    within: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outgoing message as the sender sees it; ``edit`` and ``thread``: the platform's ids behind the handles."""

    id: int
    channel: str
    lane: str
    address: str
    payload: dict[str, Any]
    purpose: str
    attempts: int
    created_at: datetime
    expires_at: datetime | None
    conversation_id: int | None = None
    ticket: int | None = None
    edit: str | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a delivery."""

    delivery: Delivery
    state: str
    sent_as: str | None = None
    due_at: datetime | None = None
    error: str | None = None
    counts: bool = field(default=True)
    """Whether the attempt counts: what the platform never saw does not."""


async def post(tx: AsyncConnection, messages: Sequence[Outgoing], now: datetime) -> None:
    """Put messages into the outbox."""
    if not messages:
        return
    names = (
        *("channel", "lane", "address", "payload", "purpose", "conversation_id", "ticket"),
        *("handle", "replaces", "within", "expires_at"),
    )
    rows = [
        {name: getattr(message, name) for name in names} | {"created_at": now, "due_at": now} for message in messages
    ]
    await tx.execute(insert(outbox), rows)


async def due(
    tx: AsyncConnection,
    channels: Collection[str],
    now: datetime,
    busy: Collection[tuple[str, str]],
    most: int,
    lanes: Sequence[str] = ("",),
) -> list[Delivery]:
    """The first waiting message of each lane that is due and not busy. ``lanes``: how the lanes have to begin."""
    first = select(func.min(outbox.c.id)).where(outbox.c.state == "waiting").group_by(outbox.c.channel, outbox.c.lane)
    query = (
        select(outbox)
        .where(outbox.c.id.in_(first), outbox.c.channel.in_(channels), outbox.c.due_at <= now)
        .where(_is_open(lanes))
        .order_by(outbox.c.id)
        .limit(most + len(busy))
    )
    rows = [row for row in await tx.execute(query) if (row.channel, row.lane) not in busy]
    return [await _delivery(tx, row) for row in rows[:most]]


def _is_open(lanes: Sequence[str]) -> ColumnElement[bool]:
    starts = (outbox.c.lane.startswith(lane, autoescape=True) for lane in lanes)
    return true() if "" in lanes else or_(false(), *starts)


async def claim(tx: AsyncConnection, deliveries: Sequence[Delivery], now: datetime, until: datetime) -> list[Delivery]:
    """Those of them that no other node is sending; until then none will, unless what became of them is written."""
    mine = (
        update(outbox)
        .where(outbox.c.id.in_([each.id for each in deliveries]), outbox.c.state == "waiting", outbox.c.due_at <= now)
        .values(due_at=until)
        .returning(outbox.c.id)
    )
    ids = set((await tx.execute(mine)).scalars()) if deliveries else frozenset[int]()
    return [each for each in deliveries if each.id in ids]


async def record(tx: AsyncConnection, results: Sequence[Result], now: datetime) -> None:
    """Write down what became of deliveries."""
    for result in results:
        attempts = result.delivery.attempts + (1 if result.counts else 0)
        values: dict[str, Any] = {"state": result.state, "attempts": attempts}
        values |= {"error": result.error[:_LONGEST_ERROR]} if result.error else {}
        values |= {"sent_as": result.sent_as, "sent_at": now} if result.state == "sent" else {}
        values |= {"due_at": result.due_at} if result.due_at else {}
        await tx.execute(update(outbox).where(outbox.c.id == result.delivery.id).values(**values))


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of ours that somebody answers or presses a button of."""

    ticket: int | None
    conversation_id: int | None
    conversation_key: str | None
    handle: str | None
    purpose: str
    payload: dict[str, Any]


async def sent_as(tx: AsyncConnection, channel: str, lane: str, platform_id: str) -> Sent | None:
    """The message behind a platform's id."""
    query = (
        select(outbox, conversation.c.key)
        .outerjoin(conversation, conversation.c.id == outbox.c.conversation_id)
        .where(outbox.c.channel == channel, outbox.c.lane == lane, outbox.c.sent_as == platform_id)
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    row = (await tx.execute(query)).first()
    return Sent(row.ticket, row.conversation_id, row.key, row.handle, row.purpose, row.payload or {}) if row else None


async def ticket_of_thread(tx: AsyncConnection, channel: str, lane: str, thread: str) -> int | None:
    """The ticket whose thread in this chat has the platform's id ``thread``."""
    query = select(outbox.c.ticket).where(
        outbox.c.channel == channel,
        outbox.c.lane == lane,
        outbox.c.sent_as == thread,
        outbox.c.handle.like("thread:%"),
    )
    return await tx.scalar(query.order_by(outbox.c.id.desc()).limit(1))


async def drop_lane(tx: AsyncConnection, channel: str, lane: str, why: str) -> list[tuple[int | None, int | None, str]]:
    """Nothing more can be sent to a chat (the bot was removed): conversation, ticket and purpose of what was waiting."""
    dropped = await tx.execute(
        update(outbox)
        .where(outbox.c.channel == channel, outbox.c.lane == lane, outbox.c.state == "waiting")
        .values(state="failed", error=why)
        .returning(outbox.c.id, outbox.c.conversation_id, outbox.c.ticket, outbox.c.purpose)
    )
    return [(row.conversation_id, row.ticket, row.purpose) for row in sorted(dropped)]


async def waiting_at(tx: AsyncConnection, channel: str, address: str) -> int:
    """How many messages for an address wait."""
    here = (outbox.c.channel == channel, outbox.c.address == address, outbox.c.state == "waiting")
    return await tx.scalar(select(func.count()).select_from(outbox).where(*here)) or 0


async def undelivered(tx: AsyncConnection, since: datetime) -> int:
    """How many messages could not be delivered lately."""
    query = select(func.count()).select_from(outbox).where(_missed(), outbox.c.created_at >= since)
    return await tx.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Failed:
    """A message that did not arrive. ``key`` and ``group``: whose conversation; None: it was for the staff."""

    channel: str
    address: str
    purpose: str
    ticket: int | None
    created_at: datetime
    attempts: int
    error: str | None
    key: str | None
    group: str | None


async def failed(tx: AsyncConnection, most: int) -> list[Failed]:
    """The latest ``most`` messages that could not be delivered, newest first."""
    query = (
        select(outbox, conversation.c.key, conversation.c.group_key)
        .outerjoin(conversation, conversation.c.id == outbox.c.conversation_id)
        .where(_missed())
        .order_by(outbox.c.id.desc())
        .limit(most)
    )
    return [
        Failed(
            row.channel,
            row.address,
            row.purpose,
            row.ticket,
            row.created_at,
            row.attempts,
            row.error,
            row.key,
            row.group_key,
        )
        for row in await tx.execute(query)
    ]


def _missed() -> ColumnElement[bool]:
    """Nobody misses the toast of a button."""
    return and_(outbox.c.state == "failed", outbox.c.purpose != "signal")


async def _delivery(tx: AsyncConnection, row: Any) -> Delivery:
    return Delivery(
        row.id,
        row.channel,
        row.lane,
        row.address,
        row.payload or {},
        row.purpose,
        row.attempts,
        row.created_at,
        row.expires_at,
        row.conversation_id,
        row.ticket,
        await _behind(tx, row, row.replaces) if row.replaces else None,
        await _behind(tx, row, row.within) if row.within else None,
    )


async def _behind(tx: AsyncConnection, row: Any, handle: str) -> str | None:
    """The platform's id of the newest sent message with this handle in the same chat; a bare id stands for itself."""
    if handle.startswith("="):
        return handle[1:]
    query = select(outbox.c.sent_as).where(
        outbox.c.channel == row.channel,
        outbox.c.handle == handle,
        outbox.c.lane == row.lane,
        outbox.c.sent_as.is_not(None),
    )
    found: str | None = await tx.scalar(query.order_by(outbox.c.id.desc()).limit(1))
    return found

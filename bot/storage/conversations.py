"""Whom the bot talks with, what it remembers of them, and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import conversation, message
from handlers.conversation import Conversation

_STATE = TypeAdapter(Conversation)


@dataclass(frozen=True, slots=True)
class Known:
    """A conversation in the database."""

    id: int
    channel: str
    key: str
    address: str
    group: str | None
    person: str | None
    state: Conversation


@dataclass(frozen=True, slots=True)
class Line:
    """Something said. ``pushed``: not the direct answer to a message; ``event_id``: the channel's id of a user's message."""

    id: int
    at: datetime
    author: str
    text: str | None
    reply: dict[str, Any] | None
    event_id: str | None
    inbox_id: int | None
    pushed: bool


async def load(tx: AsyncConnection, channel: str, key: str) -> Known | None:
    """The conversation under this key. What an older program remembered and this one cannot read is forgotten."""
    row = (
        await tx.execute(select(conversation).where(conversation.c.channel == channel, conversation.c.key == key))
    ).first()
    return _known(row) if row else None


async def by_id(tx: AsyncConnection, conversation_id: int) -> Known:
    """The conversation with this number."""
    return _known((await tx.execute(select(conversation).where(conversation.c.id == conversation_id))).one())


async def private_with(tx: AsyncConnection, channel: str, person: str) -> Known | None:
    """The conversation with this person alone, the latest where there are several (by different accounts of ours)."""
    query = (
        select(conversation)
        .where(conversation.c.channel == channel, conversation.c.person == person, conversation.c.group_key.is_(None))
        .order_by(conversation.c.updated_at.desc())
        .limit(1)
    )
    row = (await tx.execute(query)).first()
    return _known(row) if row else None


async def in_group_with(tx: AsyncConnection, channel: str, person: str) -> Known | None:
    """The conversation with this person in a group, the latest where there are several."""
    query = (
        select(conversation)
        .where(
            conversation.c.channel == channel, conversation.c.person == person, conversation.c.group_key.is_not(None)
        )
        .order_by(conversation.c.updated_at.desc())
        .limit(1)
    )
    row = (await tx.execute(query)).first()
    return _known(row) if row else None


async def save(
    tx: AsyncConnection,
    channel: str,
    key: str,
    address: str,
    group: str | None,
    state: Conversation,
    now: datetime,
    *,
    person: str | None = None,
) -> int:
    """Keep what is remembered; the conversation's number."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    values = {"address": address, "state": _STATE.dump_python(state, mode="json"), "updated_at": now}
    values |= {"person": person} if person else {}
    query = (
        build(conversation)
        .values(channel=channel, key=key, group_key=group, created_at=now, **values)
        .on_conflict_do_update(index_elements=["channel", "key"], set_=values)
        .returning(conversation.c.id)
    )
    return int((await tx.execute(query)).scalar_one())


async def add_said(
    tx: AsyncConnection,
    conversation_id: int,
    now: datetime,
    text: str,
    *,
    event_id: str | None = None,
    inbox_id: int | None = None,
) -> None:
    """What the user said."""
    await tx.execute(
        insert(message).values(
            conversation_id=conversation_id, at=now, author="user", text=text, event_id=event_id, inbox_id=inbox_id
        )
    )


async def add_replies(
    tx: AsyncConnection,
    conversation_id: int,
    now: datetime,
    replies: Sequence[tuple[dict[str, Any], str]],
    *,
    author: str = "bot",
    inbox_id: int | None = None,
    pushed: bool = False,
) -> None:
    """What was said to the user: each reply as JSON, with its plain text."""
    rows = [
        {
            "conversation_id": conversation_id,
            "at": now,
            "author": author,
            "text": text,
            "reply": reply,
            "inbox_id": inbox_id,
            "pushed": pushed,
        }
        for reply, text in replies
    ]
    if rows:
        await tx.execute(insert(message), rows)


async def lines(tx: AsyncConnection, conversation_id: int, most: int) -> list[Line]:
    """The latest ``most`` things said, oldest first."""
    query = (
        select(message).where(message.c.conversation_id == conversation_id).order_by(message.c.id.desc()).limit(most)
    )
    return [_line(row) for row in (await tx.execute(query)).all()][::-1]


async def answers(tx: AsyncConnection, inbox_id: int) -> list[Line]:
    """What was said in answer to an event."""
    query = select(message).where(message.c.inbox_id == inbox_id, message.c.author != "user").order_by(message.c.id)
    return [_line(row) for row in (await tx.execute(query)).all()]


async def after(tx: AsyncConnection, conversation_id: int, number: int) -> list[Line]:
    """What was said to the user since the message ``number``."""
    query = (
        select(message)
        .where(message.c.conversation_id == conversation_id, message.c.id > number, message.c.author != "user")
        .order_by(message.c.id)
    )
    return [_line(row) for row in (await tx.execute(query)).all()]


async def newest(tx: AsyncConnection) -> int:
    """The number of the newest message of all."""
    return await tx.scalar(select(func.max(message.c.id))) or 0


async def spoken_in(tx: AsyncConnection, after: int) -> dict[int, int]:
    """What was said since the message ``after``: its number → its conversation."""
    query = select(message.c.id, message.c.conversation_id).where(message.c.id > after)
    return {row.id: row.conversation_id for row in await tx.execute(query)}


async def last_line(tx: AsyncConnection, conversation_id: int) -> int:
    """The number of the last thing said; 0 where there is none."""
    query = select(message.c.id).where(message.c.conversation_id == conversation_id).order_by(message.c.id.desc())
    return await tx.scalar(query.limit(1)) or 0


def _known(row: Any) -> Known:
    try:
        state = _STATE.validate_python(row.state) if row.state else Conversation()
    except ValidationError:
        state = Conversation()
    return Known(row.id, row.channel, row.key, row.address, row.group_key, row.person, state)


def _line(row: Any) -> Line:
    return Line(row.id, row.at, row.author, row.text, row.reply, row.event_id, row.inbox_id, row.pushed)

"""What is written down for later: questions, feedback, agents, who did what; and the counters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import agent, attachment, audit, conversation, counter, feedback, question_log, relocation


async def log_question(tx: AsyncConnection, values: dict[str, Any]) -> None:
    """A question and what became of it."""
    await tx.execute(insert(question_log).values(**values))


async def log_feedback(
    tx: AsyncConnection,
    conversation_id: int,
    record: str | None,
    now: datetime,
    *,
    helped: bool,
    revision: str | None = None,
) -> None:
    """Whether an answer helped, and of which revision of the knowledge it was."""
    values = {"at": now, "conversation_id": conversation_id, "record": record, "helped": helped, "revision": revision}
    await tx.execute(insert(feedback).values(**values))


async def next_number(tx: AsyncConnection, name: str, first: int) -> int:
    """Count one further."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    query = (
        build(counter)
        .values(name=name, value=first)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1})
        .returning(counter.c.value)
    )
    return int((await tx.execute(query)).scalar_one())


async def seen(tx: AsyncConnection, channel: str, account: str, name: str, now: datetime) -> int:
    """An agent has acted; his number."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    query = (
        build(agent)
        .values(channel=channel, account=account, name=name[:80], seen_at=now)
        .on_conflict_do_update(index_elements=["channel", "account"], set_={"name": name[:80], "seen_at": now})
        .returning(agent.c.id)
    )
    return int((await tx.execute(query)).scalar_one())


async def write_audit(tx: AsyncConnection, values: dict[str, Any]) -> None:
    """Who did, or tried to do, what only staff may do."""
    await tx.execute(insert(audit).values(**values))


async def relocate(tx: AsyncConnection, channel: str, old: str, new: str) -> None:
    """A chat has a new id."""
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    await tx.execute(
        build(relocation)
        .values(channel=channel, old=old, new=new)
        .on_conflict_do_update(index_elements=["channel", "old"], set_={"new": new})
    )


async def relocations(tx: AsyncConnection, channel: str) -> dict[str, str]:
    """Old chat id → new one."""
    rows = await tx.execute(select(relocation.c.old, relocation.c.new).where(relocation.c.channel == channel))
    return {row.old: row.new for row in rows}


async def keep_attachments(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Pictures and files that came with a message."""
    if rows:
        await tx.execute(insert(attachment), rows)


async def attach_recent(tx: AsyncConnection, conversation_id: int, ticket: int, since: datetime) -> list[Any]:
    """Give the pictures of the last while to a ticket that was just opened; their references."""
    mine = (attachment.c.conversation_id == conversation_id, attachment.c.ticket.is_(None), attachment.c.at >= since)
    refs = (await tx.execute(select(attachment.c.ref).where(*mine).order_by(attachment.c.id))).scalars().all()
    await tx.execute(update(attachment).where(*mine).values(ticket=ticket))
    return list(refs)


async def to_fetch(tx: AsyncConnection, channel: str, now: datetime, most: int) -> list[Any]:
    """Attachments of a channel's tickets whose content is not here yet."""
    query = (
        select(attachment)
        .join(conversation, conversation.c.id == attachment.c.conversation_id)
        .where(
            conversation.c.channel == channel,
            attachment.c.state == "new",
            attachment.c.ticket.is_not(None),
            attachment.c.due_at <= now,
        )
    )
    return list((await tx.execute(query.order_by(attachment.c.id).limit(most))).all())


async def fetched(tx: AsyncConnection, attachment_id: int, **values: Any) -> None:
    """What became of fetching an attachment."""
    await tx.execute(update(attachment).where(attachment.c.id == attachment_id).values(**values))


async def outcomes(tx: AsyncConnection, since: datetime) -> dict[str, int]:
    """How the questions since then ended."""
    query = (
        select(question_log.c.outcome, func.count()).where(question_log.c.at >= since).group_by(question_log.c.outcome)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}

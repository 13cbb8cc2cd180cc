"""What the console shows of a ticket: its files, what the bot tried, who has it open; saved views, templates, colleagues."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.account_tables import account, account_presence, account_view, reply_template
from bot.storage.tables import agent, attachment, message, question_log, ticket, ticket_event
from bot.storage.tickets import Case

_TRIES = ("answer", "steps", "choices", "contact", "unknown")
_BEFORE = timedelta(hours=24)
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Tried:
    """What the bot made of a question. ``confidence``: 0 to 1, of its best record; ``steps``: how many of a walk it showed."""

    at: datetime
    text: str | None
    outcome: str
    records: tuple[str, ...]
    confidence: float
    steps: int = 0


async def mark_of(tx: AsyncConnection, case: Case) -> tuple[Any, ...]:
    """Another value whenever anything has happened to this ticket or was said in its conversation."""
    event = await tx.scalar(select(func.max(ticket_event.c.id)).where(ticket_event.c.ticket == case.number))
    said = await tx.scalar(select(func.max(message.c.id)).where(message.c.conversation_id == case.conversation_id))
    changed = await tx.scalar(select(ticket.c.changed_at).where(ticket.c.number == case.number))
    return event, said, changed


async def tried(tx: AsyncConnection, case: Case, most: int = 6) -> list[Tried]:
    """The latest that the bot tried in the day before the ticket was opened, oldest first. A walk is one try."""
    log = question_log.c
    moments = (log.at <= case.opened_at, log.at >= case.opened_at - _BEFORE)
    query = (
        select(log.at, log.text, log.outcome, log.records, log.confidence)
        .where(log.conversation_id == case.conversation_id, *moments, log.outcome.in_(_TRIES))
        .order_by(log.id.desc())
        .limit(_LOOKED_AT)
    )
    found: list[Tried] = []
    for row in reversed((await tx.execute(query)).all()):
        steps = int(row.outcome == "steps")
        if steps and found and found[-1].records == tuple(row.records):
            # The answer that it began with, or the step before.
            found[-1] = replace(found[-1], steps=found[-1].steps + 1)
        else:
            found.append(Tried(row.at, row.text, row.outcome, tuple(row.records), row.confidence, steps))
    return found[-most:]


async def files(tx: AsyncConnection, number: int) -> list[Any]:
    """Pictures and files of a ticket, with their ids."""
    return list(await tx.execute(select(attachment).where(attachment.c.ticket == number).order_by(attachment.c.id)))


async def file(tx: AsyncConnection, id: int) -> Any:
    """One picture or file of any ticket."""
    query = select(attachment).where(attachment.c.id == id, attachment.c.ticket.is_not(None))
    return (await tx.execute(query)).first()


async def come(
    tx: AsyncConnection, number: int, digest: str, account_id: int, now: datetime, typing_at: datetime | None
) -> bool:
    """Somebody has the ticket open; whether this session sees it for the first time."""
    values = {"at": now, "typing_at": typing_at}
    known = await tx.execute(
        update(account_presence)
        .where(account_presence.c.ticket == number, account_presence.c.digest == digest)
        .values(**values)
    )
    if known.rowcount:
        return False
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    query = build(account_presence).values(ticket=number, digest=digest, account_id=account_id, **values)
    await tx.execute(query.on_conflict_do_nothing())
    return True


async def others(
    tx: AsyncConnection, number: int, account_id: int, since: datetime, typing_since: datetime
) -> list[tuple[str, bool]]:
    """Who else has the ticket open, and whether he is typing."""
    query = (
        select(account.c.name, func.max(account_presence.c.typing_at).label("typing"))
        .join(account, account.c.id == account_presence.c.account_id)
        .where(
            account_presence.c.ticket == number,
            account_presence.c.account_id != account_id,
            account_presence.c.at >= since,
        )
        .group_by(account.c.name)
    )
    rows = (await tx.execute(query)).all()
    return [(row.name, row.typing is not None and row.typing >= typing_since) for row in rows]


async def views(tx: AsyncConnection, account_id: int) -> dict[str, Mapping[str, Any]]:
    """Somebody's saved views."""
    rows = await tx.execute(select(account_view).where(account_view.c.account_id == account_id))
    return {row.name: row.filter for row in rows}


async def save_view(tx: AsyncConnection, account_id: int, name: str, wanted: Mapping[str, Any]) -> None:
    """Save a view under its name."""
    await drop_view(tx, account_id, name)
    await tx.execute(insert(account_view).values(account_id=account_id, name=name, filter=dict(wanted)))


async def drop_view(tx: AsyncConnection, account_id: int, name: str) -> None:
    """Forget a view."""
    await tx.execute(delete(account_view).where(account_view.c.account_id == account_id, account_view.c.name == name))


async def templates(tx: AsyncConnection) -> list[tuple[str, str]]:
    """Titles and texts of the templates."""
    rows = await tx.execute(select(reply_template).order_by(reply_template.c.title))
    return [(row.title, row.text) for row in rows]


async def save_template(tx: AsyncConnection, title: str, text: str, by: str, now: datetime) -> None:
    """Write a template; an empty text takes it away."""
    await tx.execute(delete(reply_template).where(reply_template.c.title == title))
    if text:
        await tx.execute(insert(reply_template).values(title=title, text=text, changed_at=now, changed_by=by))


async def colleagues(tx: AsyncConnection) -> dict[str, str]:
    """Name by account of those a ticket can be assigned to."""
    rows = await tx.execute(select(account).where(account.c.disabled.is_(False)).order_by(account.c.name))
    return {row.username: row.name for row in rows}


async def agent_at(tx: AsyncConnection, username: str) -> tuple[int, str] | None:
    """The agent behind an account of the console that is not disabled."""
    query = (
        select(agent.c.id, agent.c.name)
        .join(account, account.c.username == agent.c.account)
        .where(agent.c.channel == "console", agent.c.account == username, account.c.disabled.is_(False))
    )
    row = (await tx.execute(query)).first()
    return (row.id, row.name) if row else None

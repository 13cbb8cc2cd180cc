"""What the console shows of tickets: filtered lists, who has one open, saved views, templates, the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import tickets
from bot.storage.account_tables import account, account_presence, account_view, reply_template
from bot.storage.tables import agent, attachment, audit, conversation, message, ticket, ticket_event
from bot.storage.tickets import Case


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets; empty: all. ``words``: a number, or words of the question, the conversation, the project, the person."""

    statuses: tuple[str, ...] = tickets.OPEN
    team: str = ""
    agent_id: int | None = None
    channel: str = ""
    district: str = ""
    urgent: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the audit."""

    at: datetime
    channel: str
    account: str
    name: str | None
    action: str
    ticket: int | None
    allowed: bool
    detail: str | None


async def found(tx: AsyncConnection, wanted: Filter, most: int = 100) -> list[Case]:
    """Tickets that fit: urgent and old ones first."""
    query = tickets.query().where(*_where(wanted))
    rows = await tx.execute(query.order_by(ticket.c.priority.desc(), ticket.c.opened_at).limit(most))
    return [tickets.case_of(row) for row in rows]


def _where(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(ticket.c.status.in_(wanted.statuses))
    for column, value in (
        (ticket.c.team, wanted.team),
        (conversation.c.channel, wanted.channel),
        (ticket.c.district, wanted.district),
        (ticket.c.priority, "urgent" if wanted.urgent else ""),
    ):
        if value:
            conditions.append(column == value)
    if wanted.agent_id is not None:
        conditions.append(ticket.c.agent_id == wanted.agent_id)
    return [*conditions, *map(_has, wanted.words.split())]


def _has(word: str) -> ColumnElement[bool]:
    said = exists().where(
        message.c.conversation_id == ticket.c.conversation_id, message.c.text.icontains(word, autoescape=True)
    )
    fields = (ticket.c.question, ticket.c.project, ticket.c.person, ticket.c.phone)
    number = word.lstrip("#＃")
    by_number = (ticket.c.number == int(number),) if number.isdecimal() and len(number) <= 9 else ()
    return or_(*(field.icontains(word, autoescape=True) for field in fields), said, *by_number)


async def mark(tx: AsyncConnection) -> tuple[Any, ...]:
    """Another value whenever anything has happened to a ticket."""
    newest = await tx.execute(select(func.max(ticket.c.changed_at), func.count()))
    event = await tx.scalar(select(func.max(ticket_event.c.id)))
    return (*newest.one(), event)


async def mark_of(tx: AsyncConnection, case: Case) -> tuple[Any, ...]:
    """Another value whenever anything has happened to this ticket or was said in its conversation."""
    event = await tx.scalar(select(func.max(ticket_event.c.id)).where(ticket_event.c.ticket == case.number))
    said = await tx.scalar(select(func.max(message.c.id)).where(message.c.conversation_id == case.conversation_id))
    changed = await tx.scalar(select(ticket.c.changed_at).where(ticket.c.number == case.number))
    return event, said, changed


async def choices(tx: AsyncConnection) -> tuple[list[str], list[str], list[str], dict[int, str]]:
    """Teams, channels, districts and agents that any ticket has."""
    teams = await tx.execute(select(ticket.c.team).distinct())
    channels = await tx.execute(
        select(conversation.c.channel).join(ticket, ticket.c.conversation_id == conversation.c.id).distinct()
    )
    districts = await tx.execute(select(ticket.c.district).distinct())
    agents = await tx.execute(select(agent.c.id, agent.c.name).order_by(agent.c.name))
    texts = [sorted(filter(None, rows.scalars())) for rows in (teams, channels, districts)]
    return texts[0], texts[1], texts[2], {row.id: row.name for row in agents}


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


async def audited(
    tx: AsyncConnection,
    *,
    account: str = "",
    action: str = "",
    ticket: int | None = None,
    refused: bool = False,
    most: int,
) -> Sequence[Seen]:
    """The audit, newest first."""
    query = select(audit).order_by(audit.c.id.desc()).limit(most)
    query = query.where(audit.c.account == account) if account else query
    query = query.where(audit.c.action == action) if action else query
    query = query.where(audit.c.ticket == ticket) if ticket is not None else query
    query = query.where(audit.c.allowed.is_(False)) if refused else query
    return [
        Seen(row.at, row.channel, row.account, row.name, row.action, row.ticket, row.allowed, row.detail)
        for row in await tx.execute(query)
    ]


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

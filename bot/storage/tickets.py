"""Tickets and everything that happened to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import agent, attachment, conversation, ticket, ticket_event
from handlers.conversation import TicketStatus

OPEN = ("open", "claimed", "waiting")


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket. ``agent``: the name staff know each other by; ``channel``, ``key``, ``address``: the user's conversation."""

    number: int
    conversation_id: int
    channel: str
    key: str
    address: str
    group: str | None
    status: TicketStatus
    priority: str
    question: str | None
    tried: tuple[str, ...]
    project_types: tuple[str, ...]
    district: str | None
    contacts: tuple[str, ...]
    project: str | None
    person: str | None
    phone: str | None
    team: str | None
    agent_id: int | None
    agent: str | None
    opened_at: datetime
    changed_at: datetime
    first_reply_at: datetime | None
    reminders: int
    solved_at: datetime | None
    closed_at: datetime | None
    reminded_at: datetime | None = None

    @property
    def is_unanswered(self) -> bool:
        """Whether nobody has replied, at all or since it was reopened (which sets ``reminded_at``; a reply clears it)."""
        return self.first_reply_at is None or (self.reminded_at is not None and self.first_reply_at < self.reminded_at)


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a ticket's history."""

    at: datetime
    kind: str
    by: str
    agent: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class File:
    """A picture or file of a ticket's."""

    kind: str
    name: str | None
    path: str | None
    ref: dict[str, Any]


async def add(tx: AsyncConnection, values: dict[str, Any]) -> None:
    """A new ticket."""
    await tx.execute(insert(ticket).values(**values))


async def get(tx: AsyncConnection, number: int, *, lock: bool = False) -> Case | None:
    """The ticket with this number; ``lock``: to change it."""
    query = _query().where(ticket.c.number == number)
    if lock:
        query = query.with_for_update(of=ticket)
    row = (await tx.execute(query)).first()
    return _case(row) if row else None


async def of_conversation(tx: AsyncConnection, conversation_id: int, *, lock: bool = False) -> Case | None:
    """The newest ticket of a conversation, an open one before all that are done; ``lock``: to rely on it."""
    is_done = case((ticket.c.status.in_(OPEN), 0), else_=1)
    query = _query().where(ticket.c.conversation_id == conversation_id).order_by(is_done, ticket.c.number.desc())
    query = query.limit(1)
    if lock:
        query = query.with_for_update(of=ticket)
    row = (await tx.execute(query)).first()
    return _case(row) if row else None


async def open_of_person(tx: AsyncConnection, channel: str, person: str, *, in_group: bool) -> int | None:
    """The newest open ticket that somebody has in a group, or alone with the bot."""
    where = conversation.c.group_key.is_not(None) if in_group else conversation.c.group_key.is_(None)
    query = (
        select(ticket.c.number)
        .join(conversation, conversation.c.id == ticket.c.conversation_id)
        .where(conversation.c.channel == channel, conversation.c.person == person, where, ticket.c.status.in_(OPEN))
        .order_by(ticket.c.number.desc())
        .limit(1)
    )
    return await tx.scalar(query)


async def listed(
    tx: AsyncConnection,
    statuses: Collection[str] = OPEN,
    *,
    agent_id: int | None = None,
    team: str | None = None,
    most: int = 30,
    newest: bool = False,
) -> list[Case]:
    """Tickets in these states, urgent and old ones first, or the newest."""
    query = _query().where(ticket.c.status.in_(statuses))
    query = query.where(ticket.c.agent_id == agent_id) if agent_id is not None else query
    query = query.where(ticket.c.team == team) if team is not None else query
    order = (ticket.c.number.desc(),) if newest else (ticket.c.priority.desc(), ticket.c.opened_at)
    rows = await tx.execute(query.order_by(*order).limit(most))
    return [_case(row) for row in rows]


async def change(tx: AsyncConnection, number: int, now: datetime, **values: Any) -> None:
    """Change fields of a ticket."""
    await tx.execute(update(ticket).where(ticket.c.number == number).values(changed_at=now, **values))


async def note(
    tx: AsyncConnection,
    number: int,
    now: datetime,
    kind: str,
    *,
    by: str,
    agent_id: int | None = None,
    text: str | None = None,
) -> None:
    """Write an event into a ticket's history."""
    await tx.execute(insert(ticket_event).values(ticket=number, at=now, kind=kind, by=by, agent_id=agent_id, text=text))


async def history(tx: AsyncConnection, number: int) -> list[Happened]:
    """Everything that happened to a ticket, oldest first."""
    query = (
        select(ticket_event, agent.c.name)
        .outerjoin(agent, agent.c.id == ticket_event.c.agent_id)
        .where(ticket_event.c.ticket == number)
        .order_by(ticket_event.c.id)
    )
    return [Happened(row.at, row.kind, row.by, row.name, row.text) for row in await tx.execute(query)]


async def files(tx: AsyncConnection, number: int) -> list[File]:
    """Pictures and files of a ticket."""
    query = select(attachment).where(attachment.c.ticket == number).order_by(attachment.c.id)
    return [File(row.kind, row.name, row.path, row.ref) for row in await tx.execute(query)]


async def unanswered(tx: AsyncConnection, opened_before: datetime, reminded_before: datetime, most: int) -> list[Case]:
    """Tickets without a reply that staff are to be reminded of; see ``Case.is_unanswered``."""
    query = _query().where(
        ticket.c.status.in_(("open", "claimed")),
        (ticket.c.first_reply_at.is_(None)) | (ticket.c.first_reply_at < ticket.c.reminded_at),
        ticket.c.reminders < most,
        ticket.c.opened_at <= opened_before,
        (ticket.c.reminded_at.is_(None)) | (ticket.c.reminded_at <= reminded_before),
    )
    return [_case(row) for row in await tx.execute(query.order_by(ticket.c.number))]


async def solved_before(tx: AsyncConnection, moment: datetime) -> Sequence[int]:
    """Tickets solved so long ago that they can be closed."""
    query = select(ticket.c.number).where(ticket.c.status == "solved", ticket.c.solved_at <= moment)
    return (await tx.execute(query)).scalars().all()


async def count_by_status(tx: AsyncConnection) -> dict[str, int]:
    """How many tickets there are in each state."""
    rows = await tx.execute(select(ticket.c.status, func.count()).group_by(ticket.c.status))
    return {status: number for status, number in rows}  # noqa: C416 - rows are not tuples to the type checker


def _query() -> Any:
    return (
        select(
            ticket,
            agent.c.name.label("agent_name"),
            conversation.c.channel,
            conversation.c.key,
            conversation.c.address,
            conversation.c.group_key,
        )
        .join(conversation, conversation.c.id == ticket.c.conversation_id)
        .outerjoin(agent, agent.c.id == ticket.c.agent_id)
    )


def _case(row: Any) -> Case:
    return Case(
        number=row.number,
        conversation_id=row.conversation_id,
        channel=row.channel,
        key=row.key,
        address=row.address,
        group=row.group_key,
        status=row.status,
        priority=row.priority,
        question=row.question,
        tried=tuple(row.tried),
        project_types=tuple(row.project_types),
        district=row.district,
        contacts=tuple(row.contacts),
        project=row.project,
        person=row.person,
        phone=row.phone,
        team=row.team,
        agent_id=row.agent_id,
        agent=row.agent_name,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        first_reply_at=row.first_reply_at,
        reminders=row.reminders,
        solved_at=row.solved_at,
        closed_at=row.closed_at,
        reminded_at=row.reminded_at,
    )


def query() -> Any:
    """Tickets with their conversation and agent, for other lists; ``case_of`` reads a row of it."""
    return _query()


def case_of(row: Any) -> Case:
    """A row of ``query``."""
    return _case(row)

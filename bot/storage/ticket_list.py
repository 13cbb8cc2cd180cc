"""The console's list of tickets: filters, search, and whether anything has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import tickets
from bot.storage.tables import agent, conversation, message, ticket, ticket_event
from bot.storage.tickets import Case

_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets; empty: all. ``words``: a number, or words of the question, the conversation, the project, the person.

    ``agent_id`` 0: those that nobody has.
    """

    statuses: tuple[str, ...] = tickets.OPEN
    team: str = ""
    agent_id: int | None = None
    channel: str = ""
    district: str = ""
    urgent: bool = False
    words: str = ""


async def found(tx: AsyncConnection, wanted: Filter, most: int = 100) -> list[Case]:
    """Tickets that fit. Where only open ones are wanted, urgent and old ones first; else the newest first."""
    query = tickets.query().where(*_where(wanted, tx.dialect.name))
    if wanted.statuses and set(wanted.statuses) <= set(tickets.OPEN):
        query = query.order_by(ticket.c.priority.desc(), ticket.c.opened_at, ticket.c.number)
    else:
        query = query.order_by(ticket.c.number.desc())
    return [tickets.case_of(row) for row in await tx.execute(query.limit(most))]


async def mark(tx: AsyncConnection) -> tuple[Any, ...]:
    """Another value whenever anything has happened to a ticket."""
    newest = select(func.max(ticket.c.changed_at)).scalar_subquery()
    event = select(func.max(ticket_event.c.id)).scalar_subquery()
    return tuple((await tx.execute(select(newest, event))).one())


async def choices(tx: AsyncConnection) -> tuple[list[str], list[str], list[str], dict[int, str]]:
    """Teams, channels, districts and agents that any ticket has."""
    teams = await _different(tx, ticket.c.team)
    districts = await _different(tx, ticket.c.district)
    of_ticket = select(ticket.c.number).where(ticket.c.conversation_id == conversation.c.id).exists()
    channels = [
        channel
        for channel in await _different(tx, conversation.c.channel)
        if await tx.scalar(select(conversation.c.id).where(conversation.c.channel == channel, of_ticket).limit(1))
    ]
    agents = await tx.execute(select(agent.c.id, agent.c.name).order_by(agent.c.name))
    return teams, channels, districts, {row.id: row.name for row in agents}


async def of_person(tx: AsyncConnection, case: Case, most: int = 5) -> Sequence[Case]:
    """Other tickets of the same person on the same channel that are not closed, the newest first."""
    mine = select(conversation.c.person).where(conversation.c.id == case.conversation_id).scalar_subquery()
    his = select(conversation.c.id).where(conversation.c.channel == case.channel, conversation.c.person == mine)
    query = tickets.query().where(
        or_(ticket.c.conversation_id == case.conversation_id, ticket.c.conversation_id.in_(his)),
        ticket.c.number != case.number,
        ticket.c.status != "closed",
    )
    rows = await tx.execute(query.order_by(ticket.c.number.desc()).limit(most))
    return [tickets.case_of(row) for row in rows]


async def _different(tx: AsyncConnection, column: Any) -> list[str]:
    """The values of an indexed column, from one to the next: quicker than to look at every row for a handful of them."""
    values: list[str] = []
    value = await tx.scalar(select(func.min(column)))
    while value is not None:
        values.append(value)
        value = await tx.scalar(select(func.min(column)).where(column > value))
    return list(filter(None, values))


def _where(wanted: Filter, dialect: str) -> list[ColumnElement[bool]]:
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
        conditions.append(ticket.c.agent_id == wanted.agent_id if wanted.agent_id else ticket.c.agent_id.is_(None))
    few = bool(wanted.statuses) and set(wanted.statuses) <= set(tickets.OPEN)
    # The longest word leaves the fewest tickets, and among these the others are looked for.
    words = sorted(wanted.words.split()[:_MOST_WORDS], key=len, reverse=True)
    return [*conditions, *(_has(word, dialect, few=few or place > 0) for place, word in enumerate(words))]


def _has(word: str, dialect: str, *, few: bool) -> ColumnElement[bool]:
    fields = (ticket.c.question, ticket.c.project, ticket.c.person, ticket.c.phone)
    number = word.lstrip("#＃")
    by_number = (ticket.c.number == int(number),) if number.isdecimal() and len(number) <= 9 else ()
    return or_(*(_holds(field, word, dialect) for field in fields), _said(word, dialect, few=few), *by_number)


def _said(word: str, dialect: str, *, few: bool) -> ColumnElement[bool]:
    """Somebody used the word in the conversation. What the bot says is left out: it says the same to everybody.

    ``few``: of few tickets it is quicker to look through each conversation, of many to look through all that was said.
    """
    # A literal, as the index has it: of a bound value SQLite could not tell that the index holds all that is wanted.
    people = message.c.author != literal_column("'bot'")
    said: Select[Any] = select(message.c.conversation_id).where(people, _holds(message.c.text, word, dialect))
    if few:
        return said.where(message.c.conversation_id == ticket.c.conversation_id).exists()
    return ticket.c.conversation_id.in_(said)


def _holds(column: Any, word: str, dialect: str) -> ColumnElement[bool]:
    """Whatever its case. SQLite's LIKE does not care about it in any way, and lower() would double the time."""
    if dialect == "sqlite":
        return column.contains(word, autoescape=True)  # type: ignore[no-any-return]  # a column of text
    return column.icontains(word, autoescape=True)  # type: ignore[no-any-return]  # as above

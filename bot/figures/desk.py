"""Figures of tickets: how many, where, how long they took; and of the agents who work on them."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.figures.period import Period, local_day, seconds_between
from bot.figures.values import AgentFigures, Named, Spell, TicketDay, TicketFigures, Within
from bot.storage.tables import agent, conversation, ticket, ticket_event
from bot.storage.tickets import OPEN

_STEPS = (5 * 60, 15 * 60, 30 * 60, 3600, 4 * 3600, 86_400, 3 * 86_400)
"""Seconds that a first reply or a solution may take."""


async def tickets(tx: AsyncConnection, period: Period, most: int = 20) -> TicketFigures:
    """Tickets opened in the period."""
    row = (await tx.execute(_passed(period))).one()
    within = tuple(_within(row))
    return TicketFigures(
        opened=row.opened,
        solved=row.solved,
        open_now=int(row.open_now or 0),
        reopened=await _reopened(tx, period),
        first_reply=await _spell(tx, period, ticket.c.first_reply_at, [each.replied for each in within]),
        solving=await _spell(tx, period, ticket.c.solved_at, [each.solved for each in within]),
        within=within,
        days=await _days(tx, period),
        districts=await _named(tx, _chosen(period, ticket.c.district.label("name"), *_sums()), most),
        project_types=await _named(tx, _by_type(period, tx.dialect.name), most),
    )


async def agents(tx: AsyncConnection, period: Period) -> tuple[AgentFigures, ...]:
    """Who did how much, the busiest first; also those who only have tickets in hand."""
    deeds = _deeds(period).subquery("deeds")
    hands = (
        select(ticket.c.agent_id, func.count().label("number"))
        .where(ticket.c.status.in_(OPEN), ticket.c.agent_id.is_not(None))
        .group_by(ticket.c.agent_id)
        .subquery("hands")
    )
    names = ("claimed", "replies", "notes", "solved", "tickets")
    query = (
        select(
            agent.c.id,
            agent.c.name,
            agent.c.channel,
            *(func.coalesce(deeds.c[name], 0).label(name) for name in names),
            func.coalesce(hands.c.number, 0).label("open_now"),
        )
        .join_from(agent, deeds, deeds.c.agent_id == agent.c.id, isouter=True)
        .join(hands, hands.c.agent_id == agent.c.id, isouter=True)
        .where(deeds.c.agent_id.is_not(None) | hands.c.agent_id.is_not(None))
    )
    rows = (await tx.execute(query)).all()
    found = [
        AgentFigures(
            row.id, row.name, row.channel, row.claimed, row.replies, row.notes, row.solved, row.tickets, row.open_now
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (-each.tickets, -each.open_now, each.name)))


def _deeds(period: Period) -> Select[Any]:
    event = ticket_event.c

    def number(kind: str) -> ColumnElement[int]:
        return func.sum(case((event.kind == kind, 1), else_=0))

    query = (
        select(
            event.agent_id,
            number("claim").label("claimed"),
            number("reply").label("replies"),
            number("note").label("notes"),
            number("solve").label("solved"),
            func.count(event.ticket.distinct()).label("tickets"),
        )
        .where(*period.moments(event.at), event.by == "agent", event.agent_id.is_not(None))
        .group_by(event.agent_id)
    )
    return query if period.anywhere else _in_place(query.join(ticket, ticket.c.number == event.ticket), period)


async def _reopened(tx: AsyncConnection, period: Period) -> int:
    query = _chosen(period, func.count(ticket.c.number.distinct())).join(
        ticket_event, and_(ticket_event.c.ticket == ticket.c.number, ticket_event.c.kind == "reopen")
    )
    return await tx.scalar(query) or 0


def _passed(period: Period) -> Select[Any]:
    """How many there are, and how many took less than each step, in one walk: each time is reckoned once."""
    took = (
        _chosen(
            period,
            ticket.c.status,
            seconds_between(ticket.c.opened_at, ticket.c.first_reply_at).label("replied"),
            seconds_between(ticket.c.opened_at, ticket.c.solved_at).label("solved"),
        )
        .cte("took")
        .prefix_with("MATERIALIZED")
    )
    below: list[Any] = [
        func.sum(case((took.c[name] < seconds, 1), else_=0)).label(f"{name}_{seconds}")
        for name in ("replied", "solved")
        for seconds in _STEPS
    ]
    found: Any = select(
        func.count().label("opened"),
        func.count(took.c.replied).label("replied"),
        func.count(took.c.solved).label("solved"),
        func.sum(case((took.c.status.in_(OPEN), 1), else_=0)).label("open_now"),
        *below,
    ).select_from(took)
    return found  # type: ignore[no-any-return]  # a select of columns that are counted at run time


def _within(row: Any) -> Iterator[Within]:
    """Each step by itself, from how many stayed below it."""
    before = {"replied": 0, "solved": 0}
    for seconds in (*_STEPS, None):
        upto = {name: int(getattr(row, f"{name}_{seconds}" if seconds else name) or 0) for name in before}
        yield Within(seconds, upto["replied"] - before["replied"], upto["solved"] - before["solved"])
        before = upto


async def _spell(tx: AsyncConnection, period: Period, until: Any, within: Sequence[int]) -> Spell:
    """Median and 90th percentile: the row at that place. Only the step that it is in has to be put in order."""
    number = sum(within)
    if not number:
        return Spell()
    # The first place that reaches the share, in whole numbers: (n + 1) / 2 and (9 n + 9) / 10.
    places = ((number + 1) // 2, (number * 9 + 9) // 10)
    median, ninety = [await _at_place(tx, period, until, within, place) for place in places]
    return Spell(number, median, ninety)


async def _at_place(tx: AsyncConnection, period: Period, until: Any, within: Sequence[int], place: int) -> float | None:
    ends = list(accumulate(within))
    step = next(index for index, end in enumerate(ends) if end >= place)
    took = seconds_between(ticket.c.opened_at, until)
    query = _chosen(period, took).where(until.is_not(None), took >= _STEPS[step - 1] if step else literal(value=True))
    if step < len(_STEPS):
        query = query.where(took < _STEPS[step])
    before = ends[step - 1] if step else 0
    found: float | None = await tx.scalar(query.order_by(took).limit(1).offset(place - before - 1))
    return found


async def _days(tx: AsyncConnection, period: Period) -> tuple[TicketDay, ...]:
    opened, solved = local_day(ticket.c.opened_at).label("day"), local_day(ticket.c.solved_at).label("day")
    ended: Any = select(solved, func.count()).select_from(ticket).where(*period.moments(ticket.c.solved_at))
    query = _in_place(ended, period)
    new = {row[0]: row[1] for row in await tx.execute(_chosen(period, opened, func.count()).group_by(opened))}
    done = {row[0]: row[1] for row in await tx.execute(query.group_by(solved))}
    return tuple(TicketDay(day, new.get(day, 0), done.get(day, 0)) for day in period.days)


async def _named(tx: AsyncConnection, query: Select[Any], most: int) -> tuple[Named, ...]:
    rows = await tx.execute(query.group_by("name").order_by(func.count().desc(), "name").limit(most))
    return tuple(Named(row[0], row[1], row[2]) for row in rows)


def _sums() -> tuple[Any, ...]:
    return func.count().label("tickets"), func.count(ticket.c.solved_at).label("solved")


def _by_type(period: Period, dialect: str) -> Select[Any]:
    """A ticket of two kinds counts for both; one of no known kind for none."""
    unpack = func.json_each if dialect == "sqlite" else func.json_array_elements_text
    listed = unpack(ticket.c.project_types).table_valued("value", name="each")
    each: Any = listed if dialect == "sqlite" else listed.lateral("each")
    query = select(each.c.value.label("name"), *_sums()).select_from(
        ticket.join(each, literal(value=True), isouter=True)
    )
    return _in_place(query.where(*period.moments(ticket.c.opened_at)), period)


def _chosen(period: Period, *columns: Any) -> Select[Any]:
    query = select(*columns).select_from(ticket).where(*period.moments(ticket.c.opened_at))
    return _in_place(query, period)


def _in_place(query: Select[Any], period: Period) -> Select[Any]:
    if period.anywhere:
        return query
    query = query.join(conversation, conversation.c.id == ticket.c.conversation_id)
    return query.where(*period.place(conversation.c.channel, conversation.c.group_key))

"""Everything of a period at once, for the page of figures and for export."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.figures import desk, questions
from bot.figures.period import Period
from bot.figures.values import Figures
from bot.storage.database import Database

T = TypeVar("T")


async def figures(database: Database, period: Period) -> Figures:
    """All figures of a period, reckoned side by side."""

    async def of(reckon: Callable[[AsyncConnection, Period], Awaitable[T]]) -> T:
        async with database.read() as tx:
            return await reckon(tx, period)

    asked = asyncio.gather(of(questions.totals), of(questions.days), of(questions.records), of(questions.hours))
    done = asyncio.gather(of(desk.tickets), of(desk.agents), of(questions.revisions), of(questions.missed_most))
    (totals, days, records, hours), (tickets, agents, revisions, clusters) = await asyncio.gather(asked, done)
    return Figures(totals, days, records, hours, tickets, agents, revisions, clusters)

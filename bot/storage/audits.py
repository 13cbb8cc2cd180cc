"""The audit as administrators read it: who saw and did what, the newest first."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import audit

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; empty: all. ``who``: an account, or a part of a name; ``actions``: any of these.

    ``before``: only what was written before the line of this number.
    """

    who: str = ""
    actions: tuple[str, ...] = ()
    ticket: int | None = None
    refused: bool = False
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the audit."""

    id: int
    at: datetime
    channel: str
    account: str
    name: str | None
    action: str
    ticket: int | None
    allowed: bool
    detail: str | None


async def audited(tx: AsyncConnection, wanted: Wanted, most: int) -> list[Seen]:
    """The newest lines that fit."""
    query = select(audit).where(*_where(wanted)).order_by(audit.c.id.desc()).limit(most)
    return [
        Seen(row.id, row.at, row.channel, row.account, row.name, row.action, row.ticket, row.allowed, row.detail)
        for row in await tx.execute(query)
    ]


async def every(database: Database, wanted: Wanted) -> AsyncIterator[list[Seen]]:
    """All lines that fit, some thousand at a time, so that nobody waits for the last and the file may be of any size."""
    while True:
        async with database.read() as tx:
            lines = await audited(tx, wanted, _AT_ONCE)
        if lines:
            yield lines
        if len(lines) < _AT_ONCE:
            return
        wanted = replace(wanted, before=lines[-1].id)


async def actions(tx: AsyncConnection) -> list[str]:
    """What there is any line of: from one to the next in the index, not over every line."""
    found: list[str] = []
    action: Any = await tx.scalar(select(func.min(audit.c.action)))
    while action is not None:
        found.append(action)
        action = await tx.scalar(select(func.min(audit.c.action)).where(audit.c.action > action))
    return found


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.who:
        chosen.append(or_(audit.c.account == wanted.who, audit.c.name.contains(wanted.who, autoescape=True)))
    if wanted.actions:
        chosen.append(audit.c.action.in_(wanted.actions))
    if wanted.ticket is not None:
        chosen.append(audit.c.ticket == wanted.ticket)
    if wanted.refused:
        chosen.append(audit.c.allowed.is_(False))
    if wanted.since:
        chosen.append(audit.c.at >= wanted.since)
    if wanted.until:
        chosen.append(audit.c.at < wanted.until)
    if wanted.before is not None:
        chosen.append(audit.c.id < wanted.before)
    return chosen

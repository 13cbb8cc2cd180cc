"""Notices above answers: what is in force, what is over, and who put it there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.account_tables import account, notice
from handlers.message import Pinned


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it is kept. ``by``: the name of whoever wrote it; ``down_at``: when it was taken down before its end."""

    id: int
    pinned: Pinned
    by: str
    down_at: datetime | None


async def in_force(tx: AsyncConnection, now: datetime) -> tuple[Pinned, ...]:
    """What is shown at this moment, in the order in which it was written. Asked at each turn."""
    query = select(notice.c.text, notice.c.until, notice.c.records).where(_in_force(now)).order_by(notice.c.id)
    return tuple(Pinned(row.text, row.until, frozenset(row.records)) for row in await tx.execute(query))


async def how_many(tx: AsyncConnection, now: datetime) -> int:
    """How many are in force."""
    return await tx.scalar(select(func.count()).select_from(notice).where(_in_force(now))) or 0


async def pin(tx: AsyncConnection, pinned: Pinned, by: str, now: datetime) -> int:
    """Write one; its number. ``by``: an account."""
    values = {"text": pinned.text, "until": pinned.until, "records": sorted(pinned.records), "by": by, "at": now}
    made = await tx.execute(insert(notice).values(values).returning(notice.c.id))
    return int(made.scalar_one())


async def take_down(tx: AsyncConnection, number: int, by: str, now: datetime) -> str | None:
    """End one before its time; its text, or None where it is over already."""
    query = update(notice).where(notice.c.id == number, _in_force(now)).values(down_by=by, down_at=now)
    text: str | None = (await tx.execute(query.returning(notice.c.text))).scalar()
    return text


async def standing(tx: AsyncConnection, now: datetime) -> list[Kept]:
    """Those in force; what ends first stands first."""
    return await _kept(tx, (_in_force(now),), (notice.c.until, notice.c.id))


async def over(tx: AsyncConnection, now: datetime, most: int) -> list[Kept]:
    """Those that are over, the latest written first."""
    return await _kept(tx, (~_in_force(now),), (notice.c.id.desc(),), most)


async def _kept(
    tx: AsyncConnection,
    where: Iterable[ColumnElement[bool]],
    order: Iterable[ColumnElement[object]],
    most: int | None = None,
) -> list[Kept]:
    name = func.coalesce(account.c.name, notice.c.by).label("name")
    known = notice.outerjoin(account, account.c.username == notice.c.by)
    query = select(notice, name).select_from(known).where(*where).order_by(*order).limit(most)
    return [
        Kept(row.id, Pinned(row.text, row.until, frozenset(row.records)), row.name, row.down_at)
        for row in await tx.execute(query)
    ]


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(notice.c.until > now, notice.c.down_at.is_(None))

"""Counts the question log up, a stretch of rows at a time; what is newer is counted when somebody looks."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, case, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.figures.period import local_day, local_hour
from bot.storage.database import Database
from bot.storage.figure_tables import figure_day, figure_hour, figure_mark, figure_person, figure_record
from bot.storage.tables import conversation, question_log

_MARK = "question_log"
_STRETCH = 20_000
"""Rows in one transaction: others wait for no more than some tenths of a second."""
_SETTLED = timedelta(minutes=2)
"""PostgreSQL may show a later row before an earlier one; after this time none comes in between."""
_EVERY = 60.0
_LEAST_PAUSE = 0.02
STUCK = ("unknown", "escalate")
ANSWERS = ("answer", "steps")


@dataclass(frozen=True, slots=True)
class Counting:
    """Keeps the counts up to date."""

    database: Database
    now: Callable[[], datetime]

    async def run(self) -> None:
        """Count, for ever."""
        while True:
            await self.catch_up()
            await asyncio.sleep(_EVERY)

    async def catch_up(self, progress: Callable[[int], None] = lambda _rows: None) -> int:
        """Count everything that is settled; how many rows that was."""
        total = 0
        while True:
            began = time.monotonic()
            number, more = await self._stretch()
            total += number
            progress(number)
            if not more:
                return total
            # As long as the write lock was ours, it is others' turn.
            await asyncio.sleep(max(_LEAST_PAUSE, time.monotonic() - began))

    async def _stretch(self) -> tuple[int, bool]:
        async with self.database.read() as tx:
            after = await counted(tx)
            upto = await self._settled(tx, after)
        if upto <= after:
            return 0, False
        async with self.database.write() as tx:
            for table, query in _rows(after, upto, tx.dialect.name):
                await tx.execute(_added(table, query, tx.dialect.name))
            build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
            await tx.execute(
                build(figure_mark)
                .values(name=_MARK, counted=upto)
                .on_conflict_do_update(index_elements=["name"], set_={"counted": upto})
            )
        return upto - after, upto - after >= _STRETCH

    async def _settled(self, tx: AsyncConnection, after: int) -> int:
        """The last row of the next stretch."""
        newest = await tx.scalar(select(func.max(question_log.c.id))) or 0
        upto = min(newest, after + _STRETCH)
        if self.database.is_sqlite or upto <= after:
            return upto
        young = select(func.min(question_log.c.id)).where(
            question_log.c.id > after, question_log.c.id <= upto, question_log.c.at > self.now() - _SETTLED
        )
        first = await tx.scalar(young)
        return upto if first is None else first - 1


async def counted(tx: AsyncConnection) -> int:
    """Up to which row all is counted."""
    return await tx.scalar(select(figure_mark.c.counted).where(figure_mark.c.name == _MARK)) or 0


def fresh(table: Table, after: int, dialect: str) -> Select[Any]:
    """What the rows after that one add to a table, in its own columns."""
    return next(query for each, query in _rows(after, None, dialect) if each is table)


def _rows(after: int, upto: int | None, dialect: str) -> list[tuple[Table, Select[Any]]]:
    log = question_log.c
    rows = [log.id > after] if upto is None else [log.id > after, log.id <= upto]
    place = (log.channel.label("channel"), func.coalesce(log.group_key, "").label("group_key"))
    day, hour, number = local_day(log.at).label("day"), local_hour(log.at).label("hour"), func.count().label("number")
    stuck = func.sum(case((log.outcome.in_(STUCK), 1), else_=0)).label("stuck")
    days = select(day, *place, log.outcome, log.revision, number).where(*rows)
    hours = select(day, hour, *place, number, stuck).where(*rows)
    found = _each(log.records, dialect)
    records = (
        select(day, *place, found.c.value.label("record"), number)
        .select_from(question_log.join(found, literal(value=True)))
        .where(*rows, log.outcome.in_(ANSWERS))
    )
    return [
        (figure_day, days.group_by("day", "channel", "group_key", log.outcome, log.revision)),
        (figure_hour, hours.group_by("day", "hour", "channel", "group_key")),
        (figure_record, records.group_by("day", "channel", "group_key", "record")),
        (figure_person, _persons(rows, day, place)),
    ]


def _persons(rows: list[Any], day: Any, place: tuple[Any, ...]) -> Select[Any]:
    """Each once a day. The same person in a group and alone is one, known by the first conversation we had."""
    mine, other = conversation.alias("mine"), conversation.alias("other")
    first = (
        select(func.min(other.c.id))
        .where(other.c.channel == mine.c.channel, other.c.person == mine.c.person)
        .correlate(mine)
        .scalar_subquery()
    )
    asked = (
        select(day, *place, question_log.c.conversation_id)
        .where(*rows, question_log.c.conversation_id.is_not(None))
        .distinct()
        .subquery("asked")
    )
    return (
        select(
            asked.c.day,
            asked.c.channel,
            asked.c.group_key,
            func.coalesce(first, asked.c.conversation_id).label("person"),
        )
        .join_from(asked, mine, mine.c.id == asked.c.conversation_id)
        .distinct()
    )


def _each(column: Any, dialect: str) -> Any:
    """The elements of a list in JSON."""
    unpack = func.json_each if dialect == "sqlite" else func.json_array_elements_text
    return (
        unpack(column).table_valued("value", joins_implicitly=True).lateral("found")
        if dialect != "sqlite"
        else unpack(column).table_valued("value", joins_implicitly=True, name="found")
    )


def _added(table: Table, query: Select[Any], dialect: str) -> Any:
    """Put rows into a table, added to those that are there."""
    names = [column.name for column in query.selected_columns]
    if dialect == "sqlite":
        # Its grammar would take ON CONFLICT for a join's ON without a WHERE before it.
        query = query.where(literal(value=True)) if query.whereclause is None else query
        statement: Any = sqlite.insert(table).from_select(names, query)
    else:
        statement = postgresql.insert(table).from_select(names, query)
    keys = [column.name for column in table.primary_key]
    sums = {name: table.c[name] + statement.excluded[name] for name in names if name not in keys}
    if not sums:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=sums)

"""Rows for the tables, numbered here, and written in big strokes."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.figure_tables import missed
from bot.storage.tables import (
    agent,
    audit,
    conversation,
    counter,
    feedback,
    message,
    question_log,
    ticket,
    ticket_event,
)

_ORDER = (agent, conversation, message, question_log, feedback, ticket, ticket_event, audit, counter, missed)
_STROKE = 2_000
_TIMED = ("message", "question_log", "feedback", "ticket_event", "audit", "missed")


class Rows:
    """Everything that is to be written. What happened in a table stands there in the order of time."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: Table, **values: Any) -> None:
        """One more row."""
        self._rows[table.name].append(values)

    def of(self, table: Table) -> list[dict[str, Any]]:
        """The rows of a table so far."""
        return self._rows[table.name]

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    async def write(self, tx: AsyncConnection, progress: Callable[[int], None]) -> None:
        """Write everything."""
        for table in _ORDER:
            rows = self._rows[table.name]
            if table.name in _TIMED:
                rows.sort(key=lambda row: row["at"])
            for start in range(0, len(rows), _STROKE):
                part = rows[start : start + _STROKE]
                await tx.execute(insert(table), part)
                progress(len(part))
            if tx.dialect.name == "postgresql" and table in (agent, conversation):
                # These were numbered here; the next number that the table gives must be another one.
                most = select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery()
                await tx.execute(select(func.setval(text(f"pg_get_serial_sequence('{table.name}', 'id')"), most)))

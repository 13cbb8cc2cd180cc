"""Writes down what was not answered well, as part of the turn in which it happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.figure_tables import missed
from handlers.effects import Effect, Missed, OpenTicket

_SAME = timedelta(hours=2)
"""A question that fails, is rejected and becomes a ticket within this time was asked once."""
_LONGEST = 500
_STRENGTH = ("unknown", "rejected", "unresolved", "ticket")


@dataclass(frozen=True, slots=True)
class Teller:
    """Who asked, and where."""

    conversation_id: int
    channel: str
    group: str | None


async def note(tx: AsyncConnection, teller: Teller, effects: Sequence[Effect], now: datetime) -> None:
    """Write down the questions that a turn has left unanswered."""
    for found in _found(effects):
        await _note(tx, teller, found, now)


def _found(effects: Sequence[Effect]) -> Iterator[Missed]:
    for effect in effects:
        if isinstance(effect, Missed):
            yield effect
        elif isinstance(effect, OpenTicket):
            yield Missed(effect.question, "ticket", effect.tried[-1] if effect.tried else None)


async def _note(tx: AsyncConnection, teller: Teller, found: Missed, now: datetime) -> None:
    text = found.question[:_LONGEST]
    mine = (missed.c.conversation_id == teller.conversation_id, missed.c.at >= now - _SAME, missed.c.text == text)
    before = (await tx.execute(select(missed).where(*mine).order_by(missed.c.id.desc()).limit(1))).first()
    if before is None:
        row = {
            "at": now,
            "channel": teller.channel,
            "group_key": teller.group,
            "conversation_id": teller.conversation_id,
            "text": text,
            "why": found.why,
            "record": found.record,
        }
        await tx.execute(insert(missed).values(**row))
    elif _STRENGTH.index(found.why) > _STRENGTH.index(before.why):
        changed = {"why": found.why, "record": found.record or before.record}
        await tx.execute(update(missed).where(missed.c.id == before.id).values(**changed))

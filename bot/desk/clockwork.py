"""What happens to tickets by the clock: staff are reminded of the unanswered, the long solved are closed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.cards import Cards
from bot.desk.hours import is_open
from bot.desk.lifecycle import after
from bot.desk.overview import age
from bot.settings import DeskHours
from bot.storage import tickets
from bot.storage.database import Database
from handlers.handoff import REOPEN_WITHIN

log = logging.getLogger(__name__)
_MOST_REMINDERS = 3


@dataclass(frozen=True, slots=True)
class Clockwork:
    """``remind_after``: time without a first reply, after which (and as often again, three times) staff are reminded."""

    database: Database
    cards: Cards
    remind_after: timedelta
    hours: DeskHours
    now: Callable[[], datetime]

    async def tick(self) -> int:
        """Do what is due; how many tickets that concerned."""
        now = self.now()
        async with self.database.read() as tx:
            late = await tickets.unanswered(tx, now - self.remind_after, now - self.remind_after, _MOST_REMINDERS)
            done = await tickets.solved_before(tx, now - REOPEN_WITHIN)
        # Once at any hour, for a gate may be waiting; again only while the desk is staffed.
        late = [case for case in late if case.reminders == 0 or is_open(self.hours, now)]
        if not late and not done:
            return 0
        async with self.database.write() as tx:
            reminded = [await self._remind(tx, case.number, now) for case in late]
            closed = [await self._close(tx, number, now) for number in done]
        log.info("%d tickets reminded of, %d closed", sum(reminded), sum(closed))
        return sum(reminded) + sum(closed)

    # Between looking and writing somebody may have answered or reopened a ticket, so each is looked at once more.

    async def _remind(self, tx: AsyncConnection, number: int, now: datetime) -> bool:
        case = await tickets.get(tx, number, lock=True)
        if case is None or case.status not in ("open", "claimed") or not case.is_unanswered:
            return False
        await tickets.change(tx, number, case.changed_at, reminded_at=now, reminders=case.reminders + 1)
        await tickets.note(tx, number, now, "reminded", by="bot")
        how = "重新打开了" if case.first_reply_at else f"已等了 {age(case.opened_at, now)}"
        text = f"⏰ 工单 {number} {how}，还没有人回复。"
        await self.cards.tell(tx, case, text, now)
        return True

    async def _close(self, tx: AsyncConnection, number: int, now: datetime) -> bool:
        case = await tickets.get(tx, number, lock=True)
        status = after(case.status, "expire") if case else None
        if status is None:
            return False
        await tickets.change(tx, number, now, status=status, closed_at=now)
        await tickets.note(tx, number, now, "expired", by="bot")
        await self.cards.refresh(tx, number, now)
        return True

"""What happens to tickets by the clock: staff are reminded of the unanswered, the long solved are closed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.cases import Cases
from bot.desk.hours import is_open
from bot.desk.notes import Words
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
    cases: Cases
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
            for case in late:
                await tickets.change(tx, case.number, case.changed_at, reminded_at=now, reminders=case.reminders + 1)
                await tickets.note(tx, case.number, now, "reminded", by="bot")
                words = Words(
                    f"⏰ 工单 {case.number} 已等了 {age(case.opened_at, now)}，还没有人回复。",
                    about=case.number,
                    alert=True,
                )
                await self.cases.mail.to_room(tx, self.cases.mail.rooms.named(case.team), words, now)
            for number in done:
                await tickets.change(tx, number, now, status="closed", closed_at=now)
                await tickets.note(tx, number, now, "expired", by="bot")
                await self.cases.refresh(tx, number, now)
        log.info("%d tickets reminded of, %d closed", len(late), len(done))
        return len(late) + len(done)

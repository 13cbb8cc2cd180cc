"""The support desk of one process: ticket numbers, the tickets so far, and when somebody will look."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from bot.settings import DeskHours
from handlers.effects import AddToTicket, CancelTicket, Effect, OpenTicket, ReopenTicket

FIRST_NUMBER = 1001
SHANGHAI = ZoneInfo("Asia/Shanghai")
log = logging.getLogger(__name__)
_WEEKDAYS = "一二三四五六日"


@dataclass(slots=True)
class Case:
    """A ticket as the desk sees it."""

    opened: OpenTicket
    events: list[Effect] = field(default_factory=list)


class Desk:
    """Tickets in memory: a restart forgets them."""

    def __init__(self) -> None:
        self._numbers = count(FIRST_NUMBER)
        self.cases: dict[int, Case] = {}

    def next_number(self) -> int:
        """A number nobody has yet; short enough to say aloud."""
        return next(self._numbers)

    def perform(self, effects: Sequence[Effect]) -> None:
        """Take note of what turns want of the desk."""
        for effect in effects:
            if isinstance(effect, OpenTicket):
                log.info("ticket %d opened: %s", effect.number, effect.question)
                self.cases[effect.number] = Case(effect)
            elif isinstance(effect, AddToTicket | CancelTicket | ReopenTicket) and effect.number in self.cases:
                self.cases[effect.number].events.append(effect)


def hours_note(hours: DeskHours, now: datetime) -> str | None:
    """When somebody will look, if the desk is closed now."""
    here = now.astimezone(SHANGHAI)
    clock = here.strftime("%H:%M")
    if here.isoweekday() in hours.days and hours.opens <= clock < hours.closes:
        return None
    if not hours.days:
        return None
    ahead = (here + timedelta(days=days) for days in range(8))
    day = next(
        day for day in ahead if day.isoweekday() in hours.days and (day.date() > here.date() or clock < hours.opens)
    )
    when = "今天" if day.date() == here.date() else f"周{_WEEKDAYS[day.isoweekday() - 1]}"
    return f"现在不是工作时间，工作人员{when} {hours.opens} 开始处理。"

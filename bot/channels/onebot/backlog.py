"""What waits to be sent, for the people who wonder where an answer is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.channels.onebot.lanes import NAME, Lane
from bot.channels.onebot.pace import Pace
from bot.storage.database import Database
from bot.storage.tables import outbox

_LONG = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The messages for one chat: how many, and since when the oldest."""

    count: int
    since: datetime


class Backlog:
    """``lanes``: what waits, chat by chat."""

    def __init__(self, database: Database, pace: Pace, now: Callable[[], datetime]) -> None:
        self._database = database
        self._pace = pace
        self._now = now
        self._told: frozenset[str] = frozenset()
        self.lanes: Mapping[str, Waiting] = {}

    async def look(self) -> None:
        """Count what waits."""
        oldest = func.min(outbox.c.created_at)
        query = select(outbox.c.lane, func.count(), oldest).where(outbox.c.channel == NAME, outbox.c.state == "waiting")
        async with self._database.read() as tx:
            rows = await tx.execute(query.group_by(outbox.c.lane))
            self.lanes = {lane: Waiting(count, since) for lane, count, since in rows.all()}

    @property
    def total(self) -> int:
        """All that waits."""
        return sum(waiting.count for waiting in self.lanes.values())

    def news(self) -> list[str]:
        """Sentences for the staff: groups whose answers are late because of the pace, each once until it has caught up."""
        self._told &= self.lanes.keys()
        held = self._pace.waiting()
        late = [name for name, waiting in self.lanes.items() if name in held and self._age(waiting) > _LONG]
        new = [name for name in late if Lane.read(name).is_group and name not in self._told]
        self._told = self._told.union(new)
        return [self._sentence(name) for name in new]

    def _sentence(self, name: str) -> str:
        waiting = self.lanes[name]
        return (
            f"QQ 群 {Lane.read(name).group} 的消息发得太密，正按限速排队：等待发送 {waiting.count} 条，"
            f"最早的已等 {self._age(waiting).total_seconds():.0f} 秒。消息不会丢，会晚一点到。"
        )

    def _age(self, waiting: Waiting) -> timedelta:
        return self._now() - waiting.since

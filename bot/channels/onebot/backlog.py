"""What waits to be sent, for the people who wonder where an answer is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.onebot.lanes import NAME, Lane
from bot.channels.onebot.pace import AT_ONCE, WINDOW, Pace
from bot.storage.database import Database
from bot.storage.tables import outbox

_LONG = timedelta(seconds=30)
_MOST_RECALLED = 1000


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
        self._has_recalled = False
        self.lanes: Mapping[str, Waiting] = {}

    async def look(self) -> None:
        """Count what waits; the first time, also what was sent before the program began."""
        oldest = func.min(outbox.c.created_at)
        query = select(outbox.c.lane, func.count(), oldest).where(outbox.c.channel == NAME, outbox.c.state == "waiting")
        async with self._database.read() as tx:
            if not self._has_recalled:
                await self._recall(tx)
            rows = await tx.execute(query.group_by(outbox.c.lane))
            self.lanes = {lane: Waiting(count, since) for lane, count, since in rows.all()}

    async def _recall(self, tx: AsyncConnection) -> None:
        """A restart is no reason to speak faster."""
        sent = (outbox.c.channel == NAME, outbox.c.state == "sent")
        query = select(outbox.c.lane, outbox.c.sent_as, outbox.c.sent_at).where(*sent).order_by(outbox.c.sent_at.desc())
        now, busy = self._now(), set[str]()
        for lane, sent_as, sent_at in reversed((await tx.execute(query.limit(_MOST_RECALLED))).all()):
            account = (sent_as or lane).partition(".")[0]
            said_in = str(replace(Lane.read(lane), account=account))
            ago = (now - sent_at).total_seconds()
            self._pace.remember(account, said_in, ago)
            busy |= {account} if ago < WINDOW else set()
        # What was on its way when the program was killed may have been sent, too.
        for account in busy:
            for _ in range(AT_ONCE):
                self._pace.remember(account, "", 0.0)
        self._has_recalled = True

    @property
    def total(self) -> int:
        """All that waits."""
        return sum(waiting.count for waiting in self.lanes.values())

    def news(self) -> list[str]:
        """Sentences for the staff: where answers are late because of the pace, each once until it has caught up."""
        held = self._pace.waiting()
        late: dict[str, list[Waiting]] = {}
        for name, waiting in self.lanes.items():
            if name in held and self._age(waiting) > _LONG:
                late.setdefault(_title(Lane.read(name)), []).append(waiting)
        new = late.keys() - self._told
        self._told = (self._told & {_title(Lane.read(name)) for name in self.lanes}) | new
        return [self._sentence(title, late[title]) for title in sorted(new)]

    def _sentence(self, title: str, waiting: Sequence[Waiting]) -> str:
        count, age = sum(each.count for each in waiting), max(map(self._age, waiting))
        return (
            f"{title}的消息发得太密，正按限速排队：等待发送 {count} 条，"
            f"最早的已等 {age.total_seconds():.0f} 秒。消息不会丢，会晚一点到。"
        )

    def _age(self, waiting: Waiting) -> timedelta:
        return self._now() - waiting.since


def _title(lane: Lane) -> str:
    """How the staff are told of a chat: all private ones of an account as one."""
    return f"QQ 群 {lane.group} " if lane.is_group else f"QQ 号 {lane.account} 私聊"

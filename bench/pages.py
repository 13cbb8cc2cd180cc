"""What each page of the console asks the database for, but the page of figures; and the same without our counts and indexes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.million import CLUSTER, COMMON, RARE
from bot.console.audit_file import exported
from bot.figures.period import Period, last_days
from bot.storage import accounts as account_rows
from bot.storage import audits, conversations, revisions, ticket_list, tickets, workbench
from bot.storage.audits import Wanted
from bot.storage.database import Database
from bot.storage.ticket_list import Filter
from bot.unanswered import clusters

_NUMBER = 60_001
_MOST = 51


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages' queries."""

    database: Database
    now: datetime

    async def listed(self, wanted: Filter) -> None:
        """The list of tickets, as it is asked for when anything has changed."""
        async with self.database.read() as tx:
            await ticket_list.mark(tx)
            await ticket_list.found(tx, wanted, _MOST)
            await tickets.count_by_status(tx)

    async def opened(self) -> None:
        """The list of tickets when the page is opened."""
        async with self.database.read() as tx:
            await ticket_list.choices(tx)
            await workbench.views(tx, 1)
            await workbench.agent_at(tx, "agent1")
        await self.listed(Filter())

    async def looked(self) -> None:
        """What the list asks for every two seconds."""
        async with self.database.read() as tx:
            await ticket_list.mark(tx)

    async def ticket(self) -> None:
        """A ticket with all that is beside it."""
        async with self.database.read() as tx:
            case = await tickets.get(tx, _NUMBER)
            if case is None:
                raise RuntimeError("too few tickets for this measurement")
            await workbench.colleagues(tx)
            await workbench.templates(tx)
            await workbench.others(tx, _NUMBER, 1, self.now - timedelta(seconds=10), self.now)
            await workbench.mark_of(tx, case)
            await conversations.lines(tx, case.conversation_id, 200)
            await tickets.history(tx, _NUMBER)
            await workbench.files(tx, _NUMBER)
            await workbench.tried(tx, case)
            await ticket_list.of_person(tx, case)

    async def ticket_mark(self) -> None:
        """What the page of a ticket asks for every second, and now and then writes."""
        async with self.database.write() as tx:
            await workbench.come(tx, _NUMBER, "digest", 1, self.now, None)
        async with self.database.read() as tx:
            case = await tickets.get(tx, _NUMBER)
            if case:
                await workbench.mark_of(tx, case)

    async def clusters(self, state: clusters.State | None, days: int = 0, words: str = "", after: int = 0) -> None:
        """The list of unanswered questions."""
        period = last_days(days, self.now) if days else None
        async with self.database.read() as tx:
            await clusters.counts(tx)
            await clusters.listed(tx, state, period=period, containing=words, most=_MOST, after=after)

    async def audit(self, wanted: Wanted) -> None:
        """Some lines of the audit."""
        async with self.database.read() as tx:
            await audits.audited(tx, wanted, _MOST)

    async def audit_file(self) -> None:
        """The first thousands of lines of the file, by which the download has begun."""
        parts = exported(self.database, {})
        for _ in range(2):
            await anext(parts)

    async def reading(self, query: Callable[[AsyncConnection], Awaitable[Any]]) -> None:
        """Anything else."""
        async with self.database.read() as tx:
            await query(tx)


_EVERY = ()
_DONE = ("closed",)
PAGES: tuple[tuple[str, str, Callable[[Pages], Awaitable[None]]], ...] = (
    ("tickets", "opened", lambda p: p.opened()),
    ("tickets", "has anything changed? (every 2 s)", lambda p: p.looked()),
    ("tickets", "open", lambda p: p.listed(Filter())),
    ("tickets", "closed", lambda p: p.listed(Filter(_DONE))),
    ("tickets", "all", lambda p: p.listed(Filter(_EVERY))),
    ("tickets", "all, a team", lambda p: p.listed(Filter(_EVERY, team="江北组"))),
    ("tickets", "all, an agent", lambda p: p.listed(Filter(_EVERY, agent_id=7))),
    ("tickets", "all, nobody's", lambda p: p.listed(Filter(_EVERY, agent_id=0))),
    ("tickets", "all, a channel", lambda p: p.listed(Filter(_EVERY, channel="mp"))),
    ("tickets", "all, a channel that has none", lambda p: p.listed(Filter(_EVERY, channel="api"))),
    ("tickets", "all, a district", lambda p: p.listed(Filter(_EVERY, district="高淳区"))),
    ("tickets", "all, urgent", lambda p: p.listed(Filter(_EVERY, urgent=True))),
    ("tickets", "open, everything chosen", lambda p: p.listed(
        Filter(team="江宁组", agent_id=7, channel="web", district="江宁区", urgent=True, words=COMMON))),
    ("tickets", "all, a number", lambda p: p.listed(Filter(_EVERY, words="60001"))),
    ("tickets", "open, a common word", lambda p: p.listed(Filter(words=COMMON))),
    ("tickets", "open, a rare word", lambda p: p.listed(Filter(words=RARE))),
    ("tickets", "all, a common word", lambda p: p.listed(Filter(_EVERY, words=COMMON))),
    ("tickets", "all, a rare word", lambda p: p.listed(Filter(_EVERY, words=RARE))),
    ("tickets", "all, a word nobody used", lambda p: p.listed(Filter(_EVERY, words="牛顿"))),
    ("tickets", "all, two words", lambda p: p.listed(Filter(_EVERY, words=f"{RARE} {COMMON}"))),
    ("ticket", "opened", lambda p: p.ticket()),
    ("ticket", "has anything changed? (every second)", lambda p: p.ticket_mark()),
    ("unanswered", "to do", lambda p: p.clusters("open")),
    ("unanswered", "all, the 2,000th", lambda p: p.clusters(None, after=2000)),
    ("unanswered", "to do, of 7 days", lambda p: p.clusters("open", 7)),
    ("unanswered", "to do, of 90 days", lambda p: p.clusters("open", 90)),
    ("unanswered", "all, with words", lambda p: p.clusters(None, words="问题 49")),
    ("unanswered", "the biggest cluster", lambda p: p.reading(lambda tx: clusters.get(tx, CLUSTER))),
    ("knowledge", "the 10,000 most frequent questions of 30 days", lambda p: p.reading(
        lambda tx: revisions.frequent_questions(tx, p.now - timedelta(days=30), 10_000))),
    ("knowledge", "drafts and history", lambda p: p.reading(lambda tx: revisions.history(tx, 200))),
    ("people", "everybody", lambda p: p.reading(account_rows.listed)),
    ("templates", "all", lambda p: p.reading(workbench.templates)),
    ("audit", "what can be chosen", lambda p: p.reading(audits.actions)),
    ("audit", "the newest", lambda p: p.audit(Wanted())),
    ("audit", "half way down", lambda p: p.audit(Wanted(before=500_000))),
    ("audit", "of somebody", lambda p: p.audit(Wanted(who="agent7"))),
    ("audit", "of somebody who did nothing", lambda p: p.audit(Wanted(who="没有这个人"))),
    ("audit", "an action", lambda p: p.audit(Wanted(actions=("solve", "sign_in")))),
    ("audit", "a ticket", lambda p: p.audit(Wanted(ticket=_NUMBER))),
    ("audit", "refused", lambda p: p.audit(Wanted(refused=True))),
    ("audit", "a month, of somebody", lambda p: p.audit(
        Wanted(who="客服7", since=p.now - timedelta(days=210), until=p.now - timedelta(days=180)))),
    ("audit", "the file begins", lambda p: p.audit_file()),
)  # fmt: skip
"""Page, what of it, and how."""


def _plain(statement: str) -> Callable[[AsyncConnection, Period], Awaitable[Any]]:
    async def run(tx: AsyncConnection, period: Period) -> Any:
        moments = {
            name: f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
            for name, at in (("begins", period.begins), ("ends", period.ends))
        }
        return (await tx.execute(text(statement), moments)).all()

    return run


PLAIN = (
    ("by day, straight from the log", _plain(
        "SELECT date(at, '+8 hours') AS day, outcome, count(*), count(DISTINCT conversation_id) FROM question_log "
        "WHERE at >= :begins AND at < :ends GROUP BY day, outcome")),
    ("top records, straight from the log", _plain(
        "SELECT j.value, count(*) FROM (SELECT records FROM question_log WHERE at >= :begins AND at < :ends) AS r, "
        "json_each(r.records) AS j GROUP BY j.value")),
    ("hours, straight from the log", _plain(
        "SELECT strftime('%w', at, '+8 hours') AS w, strftime('%H', at, '+8 hours') AS h, count(*) FROM question_log "
        "WHERE at >= :begins AND at < :ends GROUP BY w, h")),
)  # fmt: skip
"""The figures without our tables of counts."""

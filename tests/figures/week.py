"""A week of a small helpdesk, written down as its diary."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.hours import SHANGHAI
from bot.storage.database import Database
from bot.storage.tables import agent, conversation, feedback, question_log, ticket, ticket_event

GROUP = "7350"
PEOPLE = {
    # name: channel, group, person
    "wang": ("web", None, "w-1"),
    "li": ("onebot", None, "10001"),
    "li in the group": ("onebot", GROUP, "10001"),
    "zhao in the group": ("onebot", GROUP, "10002"),
}
DIARY = """
2026-03-09 06:30 wang              answer   faq-13 r1
2026-03-09 06:31 wang              answer   faq-13 r1
2026-03-09 07:05 li                unknown  -      r1
2026-03-09 07:06 li                escalate -      r1
2026-03-09 07:10 li in the group   answer   faq-01 r1
2026-03-10 06:45 zhao in the group choices  -      r1
2026-03-10 06:46 zhao in the group steps    faq-13 r2
2026-03-10 23:59 wang              contact  -      r2
2026-03-11 00:01 wang              smalltalk -     r2
2026-03-15 07:30 li                unknown  -      r2
"""


def moment(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=SHANGHAI)


async def lives_through_it(database: Database) -> dict[str, int]:
    """Write the diary into the tables; the number of each conversation."""
    async with database.write() as tx:
        keys = {name: await _meets(tx, name) for name in PEOPLE}
        for line in DIARY.strip().splitlines():
            await _asks(tx, line, keys)
        for name, record, helped in (
            ("wang", "faq-13", True),
            ("li", "faq-13", False),
            ("li in the group", "faq-01", True),
        ):
            said = {"conversation_id": keys[name], "record": record, "helped": helped, "revision": "r1"}
            await tx.execute(insert(feedback).values(at=moment("2026-03-09", "08:00"), **said))
        await _desk(tx, keys["li"])
    return keys


async def _meets(tx: AsyncConnection, name: str) -> int:
    channel, group, person = PEOPLE[name]
    at = moment("2026-03-01", "08:00")
    row = {"channel": channel, "group_key": group, "person": person, "key": name, "address": name}
    made = insert(conversation).values(**row, created_at=at, updated_at=at)
    return int((await tx.execute(made.returning(conversation.c.id))).scalar_one())


async def _asks(tx: AsyncConnection, line: str, keys: dict[str, int]) -> None:
    day, clock = line.split()[:2]
    *name, outcome, record, revision = line.split()[2:]
    who = " ".join(name)
    channel, group, _ = PEOPLE[who]
    found: dict[str, Any] = {"outcome": outcome, "records": [] if record == "-" else [record], "revision": revision}
    where = {"channel": channel, "group_key": group, "conversation_id": keys[who]}
    await tx.execute(insert(question_log).values(at=moment(day, clock), **where, **found, text="？", confidence=0.9))


async def _desk(tx: AsyncConnection, key: int) -> None:
    """Ten tickets: first replies after 1, 2 … 10 minutes, solved after ten times as long; the last one is still open."""
    opened = moment("2026-03-09", "09:00")
    who = {"channel": "console", "account": "lin", "name": "林悦", "seen_at": opened}
    lin = (await tx.execute(insert(agent).values(**who).returning(agent.c.id))).scalar_one()
    for place in range(1, 11):
        solved = opened + timedelta(minutes=10 * place) if place < 10 else None
        row = {"number": 1000 + place, "conversation_id": key, "status": "solved" if solved else "claimed"}
        site = {"district": "江宁区" if place % 2 else None, "project_types": ["housing", "rail"] if place < 4 else []}
        times = {"opened_at": opened, "changed_at": opened, "first_reply_at": opened + timedelta(minutes=place)}
        values = {**row, **site, **times, "solved_at": solved, "tried": [], "contacts": [], "agent_id": lin}
        await tx.execute(insert(ticket).values(**values))
        for kind in ("claim", "reply", *(("solve",) if solved else ()), *(("reopen",) if place == 1 else ())):
            event = {"ticket": 1000 + place, "at": opened, "kind": kind, "by": "agent", "agent_id": lin}
            await tx.execute(insert(ticket_event).values(**event))

"""A database with a past: people whose words are due to be forgotten, and people whose words are not."""

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.figure_tables import missed, missed_cluster, missed_text
from bot.storage.tables import (
    agent,
    attachment,
    audit,
    conversation,
    feedback,
    inbox,
    message,
    metadata,
    outbox,
    question_log,
    ticket,
    ticket_event,
)

LONG_AGO = timedelta(days=400)
LATELY = timedelta(days=3)


async def live_through(database: Database, now: datetime) -> None:
    """Four people. In every text of theirs stands who they are, and nothing of anybody else."""
    async with database.write() as tx:
        staff = await _add(tx, agent, channel="telegram", account="5", name="wang", seen_at=now - LONG_AGO)
        await Person(tx, "FORGOTTEN", now - LONG_AGO).lives(1001, staff, "closed")
        await Person(tx, "RECENT", now - LATELY).lives(1002, staff, "closed")
        await Person(tx, "UNSOLVED", now - LONG_AGO).lives(1003, staff, "waiting")
        await Person(tx, "UNSENT", now - LONG_AGO).waits()
        await Person(tx, "BACK", now - LONG_AGO).comes_back(now)


class Person:
    """Somebody who talked with the bot at some time, and what that left in the tables."""

    def __init__(self, tx: AsyncConnection, name: str, at: datetime) -> None:
        self._tx, self._name, self._at = tx, name, at
        self._web = {"channel": "web", "conversation_id": 0}

    async def lives(self, number: int, staff: int, status: str) -> None:
        """A whole story, from the first word to a ticket in this state."""
        key = await self._talks(self._at)
        await self._is_heard("done")
        await self._is_heard("failed")
        await self._is_told(key, "sent", number)
        ended = {"solved_at": self._at, "closed_at": self._at} if status == "closed" else {}
        words = dict.fromkeys(("question", "project", "person", "phone"), self._name)
        case = {"number": number, "conversation_id": key, "status": status, "agent_id": staff, "team": "jiangning"}
        lists = {"tried": ["faq-13"], "project_types": ["housing"], "contacts": ["contact-jiangning"]}
        times = {"opened_at": self._at, "changed_at": self._at, **ended}
        await _add(self._tx, ticket, **case, **words, **lists, **times, district="jiangning", helped=True)
        note = {"ticket": number, "at": self._at, "text": self._name}
        await _add(self._tx, ticket_event, **note, kind="opened", by="user")
        await _add(self._tx, ticket_event, **note, kind="reply", by="agent", agent_id=staff)
        await self._sends_picture(key, number)

    async def waits(self) -> None:
        """Heard, but not yet done; answered, but not yet sent."""
        await self._is_heard("new")
        await self._is_told(None, "waiting", None)

    async def comes_back(self, now: datetime) -> None:
        """Spoke long ago and again lately: the old words are due, the account is not."""
        key = await self._talks(now - LATELY)
        await self._says(key, self._at, "FORGOTTEN")

    async def _talks(self, last: datetime) -> int:
        where = {"channel": "web", "key": f"key-{self._name}", "address": f"address-{self._name}", "group_key": "-100"}
        times = {"created_at": self._at, "updated_at": last}
        key = await _add(self._tx, conversation, **where, **times, state={"question": self._name})
        await self._says(key, last, self._name)
        await _add(self._tx, feedback, at=last, conversation_id=key, record="faq-13", helped=True)
        who = {"account": self._name, "name": self._name, "detail": self._name}
        await _add(self._tx, audit, at=last, channel="telegram", action="claim", allowed=False, **who)
        return key

    async def _says(self, key: int, at: datetime, words: str) -> None:
        await _add(self._tx, message, conversation_id=key, at=at, author="user", text=words)
        reply = {"text": words, "reply": {"parts": [words]}}
        await _add(self._tx, message, conversation_id=key, at=at, author="bot", **reply)
        asked = {"channel": "web", "group_key": "-100", "conversation_id": key, "text": words}
        found = {"outcome": "answer", "records": ["faq-13"], "confidence": 0.9, "revision": "r"}
        await _add(self._tx, question_log, at=at, **asked, **found)
        await self._is_missed(at, asked)

    async def _is_missed(self, at: datetime, asked: dict[str, Any]) -> None:
        words = str(asked["text"])
        cluster = await _add(self._tx, missed_cluster, asked=1, first_at=at, last_at=at)
        vector = {"space": "letters", "vector": words.encode()}
        key = f"{words}-{asked['conversation_id']}"
        kept = await _add(self._tx, missed_text, key=key, text=words, cluster_id=cluster, asked=1, last_at=at, **vector)
        await _add(self._tx, missed, at=at, **asked, why="unknown", gathered=True, text_id=kept)

    async def _is_heard(self, state: str) -> None:
        times = {"received_at": self._at, "due_at": self._at, "done_at": None if state == "new" else self._at}
        event = {
            "event_id": f"{crc32(self._name.encode())}-{state}",
            "lane": f"web:{self._name}",
            "payload": {"text": self._name},
        }
        await _add(self._tx, inbox, channel="web", state=state, **event, **times)

    async def _is_told(self, key: int | None, state: str, number: int | None) -> None:
        times = {"created_at": self._at, "due_at": self._at, "sent_at": self._at if state == "sent" else None}
        post = {"channel": "telegram", "payload": {"html": self._name}, "state": state, "sent_as": "77"}
        person = {"lane": f"chat-{self._name}", "address": f"chat-{self._name}", "purpose": "reply"}
        await _add(self._tx, outbox, **post, **times, **person, conversation_id=key, error=self._name)
        room = {"lane": "staff", "address": "staff", "purpose": "desk", "handle": f"card:{number}"}
        await _add(self._tx, outbox, **post, **times, **room, ticket=number)

    async def _sends_picture(self, key: int, number: int) -> None:
        file = {"kind": "picture", "name": f"{self._name}.jpg", "size": 5, "ref": {"file": self._name}}
        kept = {"path": f"{number}-{self._name}.jpg", "state": "kept", "at": self._at, "due_at": self._at}
        await _add(self._tx, attachment, conversation_id=key, ticket=number, **file, **kept)


async def words_of(database: Database, name: str) -> int:
    """In how many rows of any table a name still stands."""
    return sum(name in str(row) for row in await everything(database))


async def everything(database: Database) -> list[tuple[str, Any]]:
    """All rows of all tables."""
    async with database.read() as tx:
        return [(table.name, row) for table in metadata.sorted_tables for row in await tx.execute(select(table))]


async def figures(database: Database) -> list[Any]:
    """What is counted later: it must be the same for ever."""
    found: list[Any] = []
    asked = question_log.c
    when = ticket.c
    queries = (
        select(asked.outcome, asked.channel, asked.group_key, asked.at, asked.records, asked.confidence),
        select(feedback.c.record, feedback.c.helped, feedback.c.at),
        select(when.number, when.status, when.team, when.district, when.project_types, when.tried, when.helped),
        select(when.number, when.opened_at, when.first_reply_at, when.solved_at, when.closed_at, when.agent_id),
        select(ticket_event.c.ticket, ticket_event.c.kind, ticket_event.c.at, ticket_event.c.agent_id),
        select(message.c.author, message.c.at, message.c.conversation_id),
        select(attachment.c.kind, attachment.c.size, attachment.c.at, attachment.c.ticket),
        select(agent.c.name, agent.c.account),
        select(outbox.c.state, outbox.c.purpose, outbox.c.sent_at),
        select(func.count()).select_from(conversation),
    )
    async with database.read() as tx:
        for query in queries:
            found += sorted(map(str, await tx.execute(query)))
    return found


async def _add(tx: AsyncConnection, table: Table, **values: Any) -> int:
    done = await tx.execute(insert(table).values(**values))
    return int(done.inserted_primary_key[0]) if done.inserted_primary_key else 0

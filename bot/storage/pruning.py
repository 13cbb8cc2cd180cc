"""Forgetting: what people said and who they were is taken out of old rows; the rows stay, as figures.

What belongs to a ticket that is open, or ended later than the moment asked for, stays whole: its texts, its pictures, its
conversation. So does what still waits in inbox and outbox. The names of staff stay with what they did to tickets. A
group's key stays as well: it names a chat of several people and nobody in it.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, and_, case, cast, func, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.figure_tables import missed, missed_text
from bot.storage.tables import (
    attachment,
    audit,
    conversation,
    inbox,
    message,
    outbox,
    question_log,
    ticket,
    ticket_event,
)
from bot.storage.tickets import OPEN

_BATCH = 500
_LEAST_PAUSE = 0.02
_PERSONAL = ("question", "project", "person", "phone")
"""Fields of a ticket."""
_GONE = "gone:"
"""How the key of a conversation begins whose person is forgotten: whoever comes back begins anew."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is taken out of a table. ``rows``: those that still hold something; ``values``: what is put in its place."""

    name: str
    table: Table
    rows: ColumnElement[bool]
    values: Mapping[str, Any]

    @property
    def key(self) -> ColumnElement[int]:
        """The primary key."""
        return next(iter(self.table.primary_key))


def rules(before: datetime) -> tuple[Rule, ...]:
    """What is forgotten of the time before a moment."""
    ended = and_(
        ticket.c.status.not_in(OPEN),
        func.coalesce(ticket.c.closed_at, ticket.c.solved_at, ticket.c.changed_at) < before,
    )
    closed = select(ticket.c.number).where(ended)
    alive = select(ticket.c.number).where(~ended)
    talking = select(ticket.c.conversation_id).where(~ended)
    return (
        *_of_people(before, talking),
        Rule(
            "工单内容", ticket, and_(ended, _holds(*(ticket.c[name] for name in _PERSONAL))), dict.fromkeys(_PERSONAL)
        ),
        Rule(
            "工单经过",
            ticket_event,
            and_(ticket_event.c.at < before, ticket_event.c.ticket.in_(closed), _holds(ticket_event.c.text)),
            {"text": None},
        ),
        Rule(
            "图片和文件",
            attachment,
            and_(
                attachment.c.at < before,
                attachment.c.state != "pruned",
                attachment.c.conversation_id.not_in(talking),
                or_(attachment.c.ticket.is_(None), attachment.c.ticket.not_in(alive)),
            ),
            {"name": None, "ref": {}, "path": None, "state": "pruned"},
        ),
        _sent(before, talking, alive),
    )


def _of_people(before: datetime, talking: Select[Any]) -> tuple[Rule, ...]:
    """What people said, and by what they are known."""
    return (
        Rule(
            "对话原文",
            message,
            and_(
                message.c.at < before,
                message.c.conversation_id.not_in(talking),
                _holds(message.c.text, message.c.reply),
            ),
            {"text": None, "reply": null()},
        ),
        Rule(
            "对话记忆和账号",
            conversation,
            and_(
                conversation.c.updated_at < before,
                conversation.c.id.not_in(talking),
                conversation.c.key.not_like(f"{_GONE}%"),
            ),
            {"state": null(), "key": literal(_GONE) + cast(conversation.c.id, String(20)), "address": ""},
        ),
        Rule(
            "问题原文",
            question_log,
            and_(question_log.c.at < before, _holds(question_log.c.text)),
            {"text": None},
        ),
        Rule("没答上的问题", missed, and_(missed.c.at < before, _holds(missed.c.text)), {"text": None}),
        # Its vector tells what was said as well; its number in the cluster stays.
        Rule(
            "没答上的问法",
            missed_text,
            and_(missed_text.c.last_at < before, missed_text.c.key.not_like(f"{_GONE}%")),
            {"text": None, "vector": None, "key": literal(_GONE) + cast(missed_text.c.id, String(20))},
        ),
        Rule(
            "操作人",
            audit,
            and_(audit.c.at < before, or_(_holds(audit.c.name, audit.c.detail), audit.c.account != "")),
            {"name": None, "detail": None, "account": ""},
        ),
        Rule(
            "收到的原始消息",
            inbox,
            and_(
                inbox.c.state != "new",
                func.coalesce(inbox.c.done_at, inbox.c.received_at) < before,
                or_(_holds(inbox.c.payload), inbox.c.lane != ""),
            ),
            {"payload": null(), "lane": ""},
        ),
    )


def _sent(before: datetime, talking: Select[Any], alive: Select[Any]) -> Rule:
    """What was sent. A staff room's address is no person's, and replies to old cards still find their ticket by it."""
    to_person = outbox.c.purpose != "desk"
    rows = and_(
        outbox.c.state != "waiting",
        func.coalesce(outbox.c.sent_at, outbox.c.created_at) < before,
        or_(outbox.c.conversation_id.is_(None), outbox.c.conversation_id.not_in(talking)),
        or_(outbox.c.ticket.is_(None), outbox.c.ticket.not_in(alive)),
        or_(_holds(outbox.c.payload, outbox.c.error), and_(to_person, outbox.c.lane != "")),
    )
    places = {name: case((to_person, ""), else_=outbox.c[name]) for name in ("lane", "address")}
    return Rule("发出的消息", outbox, rows, {"payload": null(), "error": None, **places})


async def count(database: Database, before: datetime) -> dict[str, int]:
    """How many rows there are to take something out of, by rule."""
    found: dict[str, int] = {}
    async with database.read() as tx:
        for rule in rules(before):
            found[rule.name] = await tx.scalar(select(func.count()).select_from(rule.table).where(rule.rows)) or 0
    return found


async def prune(
    database: Database, before: datetime, files: Path, progress: Callable[[int], None] = lambda _done: None
) -> dict[str, int]:
    """Forget. In small transactions with pauses, so that a server beside it can go on; the rows changed, by rule."""
    changed: dict[str, int] = {}
    for rule in rules(before):
        changed[rule.name] = 0
        last: int | None = -1
        while last is not None:
            began = time.monotonic()
            number, last = await _batch(database, rule, last, files)
            changed[rule.name] += number
            progress(number)
            # As long as the write lock was ours, it is others' turn.
            await asyncio.sleep(max(_LEAST_PAUSE, time.monotonic() - began) if number else 0)
    return changed


async def _batch(database: Database, rule: Rule, after: int, files: Path) -> tuple[int, int | None]:
    """The next rows of a table; how many, and the last one's key if there may be more."""
    async with database.write() as tx:
        query = select(rule.key).where(rule.rows, rule.key > after).order_by(rule.key).limit(_BATCH)
        keys = (await tx.execute(query)).scalars().all()
        if not keys:
            return 0, None
        if rule.table is attachment:
            await _remove_files(tx, keys, files)
        done = await tx.execute(update(rule.table).where(rule.key.in_(keys), rule.rows).values(**rule.values))
    return done.rowcount, keys[-1] if len(keys) == _BATCH else None


async def _remove_files(tx: AsyncConnection, keys: Any, files: Path) -> None:
    """Before their rows forget where they are: if it ends in between, the next time finds them again."""
    paths = await tx.execute(select(attachment.c.path).where(attachment.c.id.in_(keys), _holds(attachment.c.path)))
    for path in paths.scalars():
        (files / Path(path).name).unlink(missing_ok=True)


def _holds(*columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether anything is in one of these."""
    return or_(*(column.is_not(null()) for column in columns))

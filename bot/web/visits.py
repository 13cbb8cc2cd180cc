"""The web chat's visitors: what they say goes into the inbox, what they are told comes from the database."""

import asyncio
import logging
import re
import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.pipeline.pipeline import Pipeline
from bot.pipeline.wake import Bells, rung
from bot.storage import conversations, inbox
from bot.storage.conversations import Line
from bot.storage.database import Database
from bot.web.channel import NAME, event

log = logging.getLogger(__name__)
_MOST_MESSAGES = 200
_PATIENCE = 20.0
"""Seconds a request waits for its answer; the page gives up a little later."""
_LOOK_AGAIN = 0.5
_LOOK_UNRUNG = 30.0
"""Seconds after which a stream looks by itself, should a bell ever be missed."""
_MOST_LATE = 1000
"""How many late answers are remembered as such: of the oldest nobody waits any more."""
_SECRET_BYTES = 24
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
"""What so many bytes look like: too much to guess, so nobody has chosen it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Replies to a message; ``pending``: it is kept, and will be answered over the stream. ``last``: number of the newest."""

    replies: list[dict[str, Any]]
    last: int
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Unasked:
    """Something said that is not the answer to a request."""

    number: int
    author: str
    reply: dict[str, Any]


class Visits:
    """Visitors are known by a secret in their cookie; what is stored is its digest."""

    def __init__(self, database: Database, pipeline: Pipeline, said: Bells) -> None:
        self._database = database
        self._pipeline = pipeline
        self._said = said
        self._late: deque[int] = deque(maxlen=_MOST_LATE)

    async def database_answers(self) -> bool:
        """Whether anything can be kept just now."""
        try:
            async with self._database.read() as tx:
                await tx.execute(text("select 1"))
        except DBAPIError:
            log.exception("the database does not answer")
            return False
        return True

    def enter(self, cookie: str | None) -> str:
        """The visitor's secret: his own, or a new one that nobody can guess.

        It is kept before anything is known of him: a first message whose answer was lost is sent again by the same.
        """
        return cookie if cookie and _SECRET.fullmatch(cookie) else secrets.token_urlsafe(_SECRET_BYTES)

    async def is_known(self, cookie: str | None) -> bool:
        """Whether somebody with this secret has said anything."""
        if not cookie:
            return False
        async with self._database.read() as tx:
            key = _key(cookie)
            return bool(await conversations.load(tx, NAME, key)) or await inbox.has_lane(tx, f"{NAME}:{key}")

    async def say(self, cookie: str, message: str, words: str, label: str | None) -> Answer:
        """Keep a message, wait for its answer; the same message again gets the same answer."""
        key = _key(cookie)
        sent = event(key, message, words, label)
        await self._pipeline.accept([sent])
        async with self._database.read() as tx:
            found = await inbox.find(tx, NAME, sent.id)
        if found is None:
            raise LookupError(f"event {sent.id} is not in the inbox")
        done = await self._done(found[0], sent.id, _PATIENCE)
        if not done:
            # Told to the stream first: whatever comes from here on is noticed there or here.
            self._late.append(found[0])
            done = await self._done(found[0], sent.id, 0)
        async with self._database.read() as tx:
            lines = await conversations.answers(tx, found[0]) if done else []
            known = await conversations.load(tx, NAME, key)
            last = await conversations.last_line(tx, known.id) if known else 0
        return Answer([line.reply for line in lines if line.reply], last, pending=not done)

    async def _done(self, number: int, event_id: str, patience: float) -> bool:
        """Whether the event is done before patience (seconds) ends."""
        deadline = asyncio.get_running_loop().time() + patience
        while True:
            bell = self._pipeline.done.listen(number)
            async with self._database.read() as tx:
                found = await inbox.find(tx, NAME, event_id)
            if found and found[1] != "new":
                return True
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await rung(bell, _LOOK_AGAIN)

    async def history(self, cookie: str | None) -> tuple[list[dict[str, Any]], int]:
        """What was said so far, and the number of the newest."""
        if not cookie:
            return [], 0
        async with self._database.read() as tx:
            known = await conversations.load(tx, NAME, _key(cookie))
            lines = await conversations.lines(tx, known.id, _MOST_MESSAGES) if known else []
        return [_past(line) for line in lines], lines[-1].id if lines else 0

    async def unasked(self, cookie: str, after: int) -> AsyncIterator[Unasked]:
        """Everything said after message ``after`` that no request brings: as long as somebody listens."""
        key = _key(cookie)
        seen: set[int] = set()
        first = True
        async with self._database.read() as tx:
            known = await conversations.load(tx, NAME, key)
        while known:
            bell = self._said.listen(known.id)
            async with self._database.read() as tx:
                # PostgreSQL may show a later number before an earlier one: what is new is what was not seen yet.
                lines = await conversations.after(tx, known.id, after)
            for line in lines:
                # Whoever connects has seen nothing after ``after``; later, direct answers come with their request.
                fits = first or line.pushed or line.inbox_id in self._late
                if line.reply and fits and line.id not in seen:
                    seen.add(line.id)
                    yield Unasked(line.id, line.author, line.reply)
            first = False
            await rung(bell, _LOOK_UNRUNG)


def _key(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


def _past(line: Line) -> dict[str, Any]:
    if line.author == "user":
        return {"from": "user", "text": line.text, "id": line.event_id}
    return {"from": line.author, "reply": line.reply}

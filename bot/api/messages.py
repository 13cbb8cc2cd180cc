"""Takes what bridges post, waits for the answer, and finds what has been said since."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.api import images
from bot.api.errors import RefusedError
from bot.api.keyring import Keyring
from bot.api.models import Send
from bot.api.news import News
from bot.channels.http import places
from bot.channels.http.places import NAME
from bot.channels.http.shape import of_announced, of_spoken
from bot.channels.http.understanding import Posted, event
from bot.pipeline.pipeline import Pipeline
from bot.pipeline.wake import rung
from bot.storage import conversations, inbox, keys
from bot.storage.database import Database
from bot.storage.keys import Key

_LOOK_AGAIN = 0.5
_STREAM_LOOKS = 3.0
"""Seconds after which a stream looks unasked: whether there is news, and whether its key is still good."""
_SETTLED = timedelta(seconds=1.5)
"""PostgreSQL may show a later number before an earlier one; after this time none comes in between any more."""
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a message. ``replies``: None where it is still to be answered."""

    id: str
    event_id: str
    replies: list[dict[str, Any]] | None


class Messages:
    """``folder``: where pictures are kept."""

    def __init__(
        self,
        database: Database,
        pipeline: Pipeline,
        news: News,
        keyring: Keyring,
        folder: Path,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._pipeline = pipeline
        self._news = news
        self._keyring = keyring
        self._folder = folder
        self._now = now

    async def say(self, key: Key, send: Send, name: str | None, patience: float) -> Answered:
        """Keep a message, wait for its answer; the same message again gets the same answer. Raises RefusedError."""
        name = name or secrets.token_hex(16)
        event_id = f"k{key.id}:{sha256(name.encode()).hexdigest()[:40]}"
        pictures = images.pictures(send.images)
        posted = _posted(key, send)
        async with self._database.write() as tx:
            first = await keys.request(tx, event_id, key.id, _digest(send), self._now())
            known = await inbox.find(tx, NAME, event_id)
        if first != _digest(send):
            raise RefusedError(422, "这个编号（Idempotency-Key）已经用在另一条消息上了，请换一个。")
        if not known:
            heard = posted.mentioned or posted.group is None
            kept = await images.keep(pictures if heard else (), self._folder, event_id)
            await self._pipeline.accept([event(event_id, replace(posted, images=tuple(kept)))])
        return Answered(name, event_id, await self._replies(event_id, posted, patience))

    async def _replies(self, event_id: str, posted: Posted, patience: float) -> list[dict[str, Any]] | None:
        done = await self._done(event_id, patience)
        if not done:
            # Said first, then looked once more: what is done from here on goes out by the other ways.
            await self._mark_late(event_id, late=True)
            done = await self._done(event_id, 0)
            if done:
                await self._mark_late(event_id, late=False)
        if not done:
            return None
        async with self._database.read() as tx:
            said = [of_spoken(one) for one in await keys.answers(tx, event_id)]
            announced = await keys.announced(tx, posted.chat, event_id)
        return said + [of_announced(posted.address, event_id, payload) for payload in announced]

    async def _mark_late(self, event_id: str, *, late: bool) -> None:
        async with self._database.write() as tx:
            await keys.mark_late(tx, event_id, late=late)

    async def _done(self, event_id: str, patience: float) -> bool:
        deadline = asyncio.get_running_loop().time() + patience
        while True:
            bell = self._pipeline.finished.listen()
            async with self._database.read() as tx:
                found = await inbox.find(tx, NAME, event_id)
            if found and found[1] != "new":
                return True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await rung(bell, min(_LOOK_AGAIN, left))

    async def newest(self) -> int:
        """Where a stream begins that does not say from where."""
        async with self._database.read() as tx:
            return await conversations.newest(tx)

    async def since(
        self, key: Key, after: int, conversation: str | None, *, most: int, everything: bool, patience: float = 0
    ) -> list[dict[str, Any]]:
        """What was said after message ``after``; where there is nothing yet, waited for."""
        deadline = asyncio.get_running_loop().time() + patience
        while True:
            bell = self._news.listen()
            found = await self._look(key, after, conversation, most, everything=everything)
            left = deadline - asyncio.get_running_loop().time()
            if found or left <= 0 or not await self._keyring.is_good(key.id):
                return found
            await rung(bell, min(self._patience, left))

    async def stream(
        self, key: Key, after: int, conversation: str | None, *, everything: bool
    ) -> AsyncIterator[dict[str, Any]]:
        """The same without end, as long as the key is good."""
        while await self._keyring.is_good(key.id):
            bell = self._news.listen()
            found = await self._look(key, after, conversation, _BATCH, everything=everything)
            for message in found:
                after = message["id"]
                yield message
            if not found:
                await rung(bell, self._patience)

    async def _look(
        self, key: Key, after: int, conversation: str | None, most: int, *, everything: bool
    ) -> list[dict[str, Any]]:
        before = None if self._database.is_sqlite else self._now() - _SETTLED
        names: tuple[str | None, ...] = (None,)
        if conversation is not None:
            names = (places.alone(key.id, conversation), places.group(key.id, conversation))
        async with self._database.read() as tx:
            found = [
                spoken
                for chat in names
                for spoken in await keys.spoken(
                    tx, places.prefix(key.id), after, most, before=before, chat=chat, everything=everything
                )
            ]
        return [of_spoken(spoken) for spoken in sorted(found, key=lambda each: each.id)[:most]]

    @property
    def _patience(self) -> float:
        return _STREAM_LOOKS if self._database.is_sqlite else 1.0


def _posted(key: Key, send: Send) -> Posted:
    group = send.group or None
    if group is True:
        if send.conversation is None:
            raise RefusedError(422, "group 写 true 的话，conversation 要写群的名字。")
        group = send.conversation
    posted = Posted(
        key.id,
        send.user,
        send.name,
        send.text,
        send.conversation or send.user,
        str(group) if group else None,
        send.mentioned,
        send.may_command,
    )
    if len(posted.address) > places.MOST_ADDRESS:
        raise RefusedError(422, "conversation、group 和 user 合起来太长了。")
    if not posted.group and not send.text.strip() and not send.images:
        raise RefusedError(422, "text 和 images 至少要有一样。")
    return posted


def _digest(send: Send) -> str:
    body = send.model_dump(mode="json", exclude={"id"})
    return sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

"""Puts the HTTP API together: always there, but only keys made on the command line open it."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute, Mount

from bot.api.app import build_api
from bot.api.keyring import Keyring
from bot.api.limits import Limits
from bot.api.messages import Messages
from bot.api.news import News
from bot.channels.http.channel import HttpChannel
from bot.channels.http.places import NAME
from bot.channels.http.webhook import Webhooks
from bot.pipeline.supervisor import Health
from bot.platform import Parts, Task
from bot.storage import keys, records

PATH = "/api/v1"
_FILE_EVERY = 5.0
_AT_ONCE = 50
log = logging.getLogger(__name__)


class HttpApi:
    """The channel of all bridges, and where they come to."""

    one_sender = True

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.health = Health()
        self._webhooks = Webhooks(parts.database, parts.now)
        self.channel = HttpChannel(parts.hearing(NAME), self._webhooks)
        self._news = News(parts.database, parts.pipeline.finished)
        keyring = Keyring(parts.database, parts.now)
        self._folder: Path = parts.settings.data / "files"
        self._messages = Messages(parts.database, parts.pipeline, self._news, keyring, self._folder, parts.now)
        self.refused: Counter[int] = Counter()
        self._app = build_api(self._messages, keyring, Limits(), self.refused)

    async def run(self) -> None:
        """Events can be understood at once; then watch how webhooks do."""
        if self._parts.database.is_sqlite:
            async with self._parts.database.write() as tx:
                await keys.interrupted(tx)
        self._parts.pipeline.join(self.channel)
        while True:
            broken = self._webhooks.troubled()
            if broken:
                self.health.turn(
                    "trouble", f"{broken} 个 webhook 没有收下消息，会一直重试；见日志和 main.py api keys list"
                )
            else:
                self.health.turn("running")
            await asyncio.sleep(1)

    def helpers(self) -> Mapping[str, Task]:
        """What tells streams of news, and what puts pictures on file."""
        return {"api news": self._news.run, "api files": self._file}

    def routes(self) -> Sequence[BaseRoute]:
        """Everything below one path."""
        return [Mount(PATH, app=self._app)]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._webhooks.close()

    async def _file(self) -> None:
        """Pictures are on the disk before their message is taken; their rows come with its turn."""
        while True:
            async with self._parts.database.read() as tx:
                rows = await keys.unfiled(tx, _AT_ONCE)
            for row in rows:
                name = row.ref.get("kept")
                values: dict[str, Any] = (
                    {"state": "kept", "path": name} if name else {"state": "skipped", "attempts": 1}
                )
                async with self._parts.database.write() as tx:
                    await records.fetched(tx, row.id, **values)
            await asyncio.sleep(_FILE_EVERY)

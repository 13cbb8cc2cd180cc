"""Puts the Telegram channel together from the settings."""

import json
import logging
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import build_client
from bot.channels.telegram.files import Files
from bot.channels.telegram.gate import Gate
from bot.channels.telegram.places import NAME
from bot.channels.telegram.webhook import HEADER, PATH, webhook_for
from bot.platform import Parts, Task
from bot.staffing import agents_of, manners_of
from bot.storage.leading import lead

log = logging.getLogger(__name__)
_MOST_BYTES = 1024 * 1024
_STANDBY = "由另一个节点收消息；它停了，这里会接上"


class Telegram:
    """The channel, what fetches its files, and the address that Telegram posts to."""

    one_sender = True

    def __init__(self, parts: Parts, token: str) -> None:
        settings, mail, pipeline, database = parts.settings, parts.mail, parts.pipeline, parts.database
        client = build_client(token, settings.telegram_api_url, settings.telegram_proxy, settings.telegram_rate)
        agents = agents_of(settings, NAME)
        self.webhook = webhook_for(settings.telegram_webhook_url, token) if settings.telegram_webhook_url else None
        self.channel = TelegramChannel(
            client,
            mail.rooms,
            Gate(client, agents),
            lambda: mail.words,
            database,
            pipeline.accept,
            self.webhook,
            lambda group: manners_of(settings, NAME, group),
            parts.pictures,
        )
        self.health = self.channel.health
        self.files = Files(client, database, settings.data / "files", parts.now)
        self._pipeline = pipeline
        self._database = database

    async def run(self) -> None:
        """Run the channel. Its events are understood from the moment it knows the bot's own name."""
        await self.channel.connect()
        self._pipeline.join(self.channel)
        await lead(self._database, "telegram", self.channel.run, lambda: self.health.turn("standby", _STANDBY))

    def helpers(self) -> Mapping[str, Task]:
        """Files are fetched by one node at a time."""
        return {"telegram files": lambda: lead(self._database, "telegram files", self.files.run)}

    async def close(self) -> None:
        """Let go of the connections."""
        await self.channel.close()

    def routes(self) -> list[Route]:
        """The address for Telegram's posts, if a public one is set."""
        return [Route(PATH, self._receive, methods=["POST"])] if self.webhook else []

    async def _receive(self, request: Request) -> Response:
        """Telegram is told 200 only after the update is in the inbox; otherwise it sends it again."""
        if not self.webhook or not self.webhook.is_from_telegram(request.headers.get(HEADER)):
            log.warning("telegram: a post without the right secret from %s", request.client and request.client.host)
            return Response(status_code=403)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return Response(status_code=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            log.warning("telegram: a post that is not JSON")
            return Response(status_code=400)
        if isinstance(update, dict):
            await self.channel.take([update])
        return Response(status_code=200)

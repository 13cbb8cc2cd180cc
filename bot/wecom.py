"""Puts the channel of WeCom's smart bot together from the settings."""

from collections.abc import Mapping

from starlette.routing import BaseRoute

from bot.channels.wecom.channel import WecomChannel
from bot.channels.wecom.files import Files
from bot.channels.wecom.names import NAME
from bot.channels.wecom.patience import Timing
from bot.channels.wecom.understanding import Understanding
from bot.platform import Parts, Task
from bot.storage.leading import lead

TIMING = Timing()


class Wecom:
    """The channel. Only the node that has the connection can send, so that its sender needs no lead of its own."""

    one_sender = False

    def __init__(self, parts: Parts, bot: str, secret: str) -> None:
        mail, pipeline = parts.mail, parts.pipeline
        self.channel = WecomChannel(
            parts.settings.wecom_ws_url,
            bot,
            secret,
            Understanding(parts.hearing(NAME), mail.rooms),
            mail.rooms,
            lambda: mail.words,
            pipeline.accept,
            pipeline.finished.ring,
            TIMING,
        )
        self.health = self.channel.health
        self._files = Files(parts.database, parts.settings.data / "files", parts.now)
        self._pipeline = pipeline
        self._database = parts.database

    async def run(self) -> None:
        """Be connected, as one node of several; every node understands what has come."""
        self._pipeline.join(self.channel)
        self.channel.stand_by()
        await lead(self._database, NAME, self.channel.run)

    def helpers(self) -> Mapping[str, Task]:
        """Files are fetched by one node at a time."""
        return {"wecom files": lambda: lead(self._database, "wecom files", self._files.run)}

    def routes(self) -> list[BaseRoute]:
        """The bot goes to the platform, and not the other way round."""
        return []

    async def close(self) -> None:
        """The connection ends with ``run``."""

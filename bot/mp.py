"""Puts the channel of a 公众号 together from the settings."""

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute

from bot.channels.callback.api import Http
from bot.channels.callback.channel import CallbackChannel
from bot.channels.callback.door import Door
from bot.channels.callback.files import Files
from bot.channels.callback.guard import Guard
from bot.channels.callback.reading import Reading
from bot.channels.callback.seal import Seal
from bot.channels.callback.watch import Watch
from bot.channels.callback.windows import Windows
from bot.channels.mp.form import LIMIT, NAME
from bot.channels.mp.lock import MpLock
from bot.channels.mp.post import MpPost
from bot.errors import UsageError
from bot.pipeline.supervisor import Health
from bot.platform import Parts, Task
from bot.storage.inbox import Event
from bot.storage.leading import lead

PATH = "/mp"


class Mp:
    """The channel, and the address that the platform calls."""

    one_sender = True

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        if not (settings.mp_app_id and settings.mp_token):
            raise UsageError("公众号要同时设置 HELPDESK_MP_APP_ID 和 HELPDESK_MP_TOKEN")
        key = settings.mp_aes_key.get_secret_value() if settings.mp_aes_key else None
        try:
            seal = Seal(key, settings.mp_app_id) if key else None
        except ValueError as error:
            raise UsageError("HELPDESK_MP_AES_KEY 不对：应当是 43 个字母和数字（EncodingAESKey）") from error
        secret = settings.mp_secret.get_secret_value() if settings.mp_secret else None
        self.health = Health()
        self._pipeline = parts.pipeline
        self._database = parts.database
        self._http = Http(settings.mp_api_url)
        watch = Watch(NAME, parts.database, parts.pipeline.finished)
        post = self._post = MpPost(self._http, settings.mp_app_id, secret, settings.mp_api_url)
        folder = settings.data / "files"
        self._files = Files(NAME, post.api, parts.database, folder, parts.now) if secret else None
        woken = parts.pipeline.finished.ring
        windows = Windows(NAME, parts.database, watch, LIMIT, woken, lambda: post.only_passive)
        reading = Reading(NAME, "subscribe", only_new=False, farewell="用户已经取消关注公众号")
        self.channel = CallbackChannel(NAME, reading, parts.hearing(NAME), windows, watch, post, self.health)
        lock = MpLock(settings.mp_token.get_secret_value(), seal, Guard())
        self.door = Door(NAME, lock, windows, self._accept, "success", lambda: post.only_passive)

    async def run(self) -> None:
        """Run the channel; its events can be understood from the beginning."""
        self._pipeline.join(self.channel)
        await self.channel.run()

    def helpers(self) -> Mapping[str, Task]:
        """Pictures are fetched by one node, where the API may be used at all."""
        files = self._files
        return {f"{NAME} files": lambda: lead(self._database, f"{NAME} files", files.run)} if files else {}

    def routes(self) -> list[BaseRoute]:
        """Where the platform calls."""
        return list(self.door.routes(PATH))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close()

    async def _accept(self, events: Sequence[Event]) -> None:
        for event in events:
            self._post.heard_from(event.payload["FromUserName"])
        await self._pipeline.accept(events)

"""Puts the channel of a 企业微信 application together from the settings."""

from collections.abc import Mapping

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
from bot.channels.wecom_app.form import LIMIT, NAME
from bot.channels.wecom_app.lock import WecomLock
from bot.channels.wecom_app.post import WecomPost
from bot.errors import UsageError
from bot.pipeline.supervisor import Health
from bot.platform import Parts, Task
from bot.storage.leading import lead

PATH = "/wecom"


class WecomApp:
    """The channel, and the address that the platform calls."""

    one_sender = True

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        if not (settings.wecom_corp_id and settings.wecom_token and settings.wecom_aes_key):
            raise UsageError(
                "企业微信应用要同时设置 HELPDESK_WECOM_CORP_ID、HELPDESK_WECOM_TOKEN 和 HELPDESK_WECOM_AES_KEY"
            )
        try:
            seal = Seal(settings.wecom_aes_key.get_secret_value(), settings.wecom_corp_id)
        except ValueError as error:
            raise UsageError("HELPDESK_WECOM_AES_KEY 不对：应当是 43 个字母和数字（EncodingAESKey）") from error
        secret = settings.wecom_secret.get_secret_value() if settings.wecom_secret else None
        self.health = Health()
        self._pipeline = parts.pipeline
        self._database = parts.database
        self._http = Http(settings.wecom_api_url)
        watch = Watch(NAME, parts.database, parts.pipeline.finished)
        post = WecomPost(self._http, settings.wecom_corp_id, settings.wecom_agent_id, secret, settings.wecom_api_url)
        folder = settings.data / "files"
        self._files = Files(NAME, post.api, parts.database, folder, parts.now) if secret else None
        woken = parts.pipeline.finished.ring
        windows = Windows(NAME, parts.database, watch, LIMIT, woken, lambda: post.only_passive)
        # The application's chat is opened many times a day; only who has never been here is greeted.
        reading = Reading(NAME, "enter_agent", only_new=True, farewell="成员已不在应用的可见范围内")
        self.channel = CallbackChannel(NAME, reading, parts.hearing(NAME), windows, watch, post, self.health)
        lock = WecomLock(settings.wecom_token.get_secret_value(), seal, Guard())
        self.door = Door(NAME, lock, windows, parts.pipeline.accept, "", lambda: post.only_passive)

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

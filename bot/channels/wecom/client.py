"""Stays connected: connects again after every kind of end, and says in plain words what is wrong."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.channels.complaints import Complaints
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.errors import DisplacedError, LostError, RefusedError
from bot.channels.wecom.frames import Frame
from bot.channels.wecom.link import Link
from bot.channels.wecom.names import NAME
from bot.channels.wecom.patience import Patience, Timing
from bot.pipeline.supervisor import Health

log = logging.getLogger(__name__)
_MOST_BYTES = 4 * 1024 * 1024
_CLOSE_SECONDS = 2.0
_OPEN_SECONDS = 15.0
_frames = logging.getLogger("websockets.wecom")


class Client:
    """One bot. ``taken`` gets every callback; ``woken`` is called when messages can be sent again."""

    def __init__(
        self,
        address: str,
        bot: str,
        secret: str,
        taken: Callable[[Link, Frame], Awaitable[None]],
        woken: Callable[[], None],
        timing: Timing,
    ) -> None:
        self._address = address
        self._bot = bot
        self._secret = secret
        self._taken = taken
        self._woken = woken
        self._timing = timing
        self._patience = Patience(timing)
        self._calls = Calls()
        _frames.setLevel(logging.INFO)  # below that the library writes down what is sent, the secret too
        self.complaints = Complaints(NAME)
        self.health = Health()
        self.link: Link | None = None
        """The connection, while it is subscribed."""

    async def run(self) -> None:
        """Be connected, until cancelled."""
        while True:
            began = time.monotonic()
            try:
                await self._be_connected()
            except RefusedError as error:
                await self._pause(self._patience.refused(), self._refusal(error))
            except DisplacedError:
                pause = self._patience.displaced(time.monotonic() - began)
                await self._pause(pause, "另一个程序正在用同一个机器人：一个机器人同时只能有一个连接，请停掉多余的那个")
            except (LostError, WebSocketException, OSError, TimeoutError, ImportError) as error:
                pause = self._patience.lost(time.monotonic() - began)
                why = str(error) or type(error).__name__
                await self._pause(pause, f"和企业微信断开了：{why}；请检查网络和 HELPDESK_WECOM_WS_URL")

    async def _be_connected(self) -> None:
        async with connect(
            self._address,
            ping_interval=None,  # the platform has pings of its own
            open_timeout=_OPEN_SECONDS,
            close_timeout=_CLOSE_SECONDS,
            max_size=_MOST_BYTES,
            logger=_frames,
        ) as socket:
            link = Link(socket, self._calls, self._timing, self._taken, self.complaints)
            running = asyncio.create_task(link.run())
            try:
                await self._subscribe(link, running)
                self._up(link)
                await running
            finally:
                self.link = None
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await socket.close()  # in good order, though an exception is on its way

    async def _subscribe(self, link: Link, running: asyncio.Task[None]) -> None:
        try:
            await link.subscribe(self._bot, self._secret)
        except LostError:
            if running.done():
                await running  # knows better why
            raise

    def _up(self, link: Link) -> None:
        log.info("wecom: subscribed as %s", self._bot)
        self._patience.subscribed()
        self.link = link
        self.health.turn("running", self._bot)
        self._woken()

    async def _pause(self, seconds: float, why: str) -> None:
        detail = f"{why}（{_in_words(seconds)}后再连）"
        self.health.turn("trouble", detail)
        log.warning("wecom: %s", detail)
        await asyncio.sleep(seconds)

    def _refusal(self, error: RefusedError) -> str:
        why = str(error).replace(self._secret, "…")
        return (
            f"企业微信不接受机器人的 ID 或 Secret（{why}）："
            "请核对 HELPDESK_WECOM_BOT_ID 和 HELPDESK_WECOM_BOT_SECRET，改好后重新启动"
        )


def _in_words(seconds: float) -> str:
    return f"{seconds / 60:.0f} 分钟" if seconds >= 90 else f"{max(1, round(seconds))} 秒"

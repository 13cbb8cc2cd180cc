"""Our own client by itself, in a thread, doing what a small script of the official SDK's does in its process."""

import asyncio
import threading
import time
from types import TracebackType
from typing import Any, Self

from bot.channels.wecom.bodies import markdown, stream, welcome
from bot.channels.wecom.client import Client
from bot.channels.wecom.errors import LostError, SilentError
from bot.channels.wecom.frames import EVENT, RESPOND, SEND, WELCOME, Frame, new_id
from bot.channels.wecom.link import Link
from bot.channels.wecom.patience import Timing
from tests.wecom.gateway import BOT, SECRET

HASTY = Timing(
    ping_every=0.3,
    ack_within=0.5,
    first_pause=0.05,
    longest_pause=0.2,
    healthy_after=60,
    refused_pause=0.3,
    longest_refused=0.6,
    displaced_pause=0.8,
    longest_displaced=3,
)


class EchoBot:
    """Answers each text with itself, welcomes, and tells the presser of a button actively what he pressed."""

    def __init__(self, url: str, bot: str = BOT, secret: str = SECRET, timing: Timing = HASTY) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._doing: set[asyncio.Task[None]] = set()
        self.client = Client(url, bot, secret, self._taken, self._woken, timing)
        self.woken = 0
        self.done: list[str] = []
        """What became of each request: good, errcode or the name of an error."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join(10)

    def connected(self) -> None:
        """Wait until it knows that it is subscribed."""
        give_up = time.monotonic() + 10
        while self.client.link is None:
            assert time.monotonic() < give_up, self.health
            time.sleep(0.01)

    @property
    def health(self) -> str:
        return f"{self.client.health.state} {self.client.health.detail}"

    def asks(self, cmd: str, body: dict[str, Any], req_id: str | None = None) -> Frame:
        """A request, asked from the test's thread. Raises what the link raises."""

        self.connected()

        async def ask() -> Frame:
            if self.client.link is None:
                raise LostError("not connected")
            return await self.client.link.ask(cmd, body, req_id or new_id(cmd))

        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._main = self._loop.create_task(self.client.run())
        try:
            self._loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            self._loop.run_until_complete(asyncio.gather(*self._doing, return_exceptions=True))
        finally:
            self._loop.close()

    def _woken(self) -> None:
        self.woken += 1

    async def _taken(self, link: Link, frame: Frame) -> None:
        task = asyncio.create_task(self._answer(link, frame))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _answer(self, link: Link, frame: Frame) -> None:
        body = frame.body
        event = body.get("event", {})
        try:
            if frame.cmd != EVENT and body.get("msgtype") == "text":
                said = body["text"]["content"]
                answer = await link.ask(RESPOND, stream(f"stream-{body['msgid']}", f"回：{said}"), frame.req_id)
            elif event.get("eventtype") == "enter_chat":
                answer = await link.ask(WELCOME, welcome("您好"), frame.req_id)
            elif event.get("eventtype") == "template_card_event":
                key = event["template_card_event"]["event_key"]
                answer = await link.ask(SEND, markdown(body["from"]["userid"], f"按了 {key}"), new_id(SEND))
            else:
                return
        except (LostError, SilentError) as error:
            self.done.append(type(error).__name__)
            return
        self.done.append("good" if answer.is_good else str(answer.errcode))

"""WeCom's smart bot, connected: keeps what it is told, understands it, sends what the outbox holds for it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.wecom.bodies import welcome
from bot.channels.wecom.callbacks import Callback, callback_of
from bot.channels.wecom.client import Client
from bot.channels.wecom.delivery import Delivering
from bot.channels.wecom.errors import LostError, SilentError
from bot.channels.wecom.frames import WELCOME, Frame
from bot.channels.wecom.link import Link
from bot.channels.wecom.names import NAME
from bot.channels.wecom.pace import LIMITS, Pace
from bot.channels.wecom.patience import Timing
from bot.channels.wecom.replies import Replies
from bot.channels.wecom.understanding import Understanding
from bot.desk.rooms import Rooms
from bot.pipeline.happening import Happening
from bot.storage.inbox import Event, Stored
from bot.storage.outbox import Delivery
from kb.wording import Wording

log = logging.getLogger(__name__)
_MOST_WAITING = 1000
_AT_ONCE = 100
_AFTER_TROUBLE = 1.0
_MOST_GREETED = 1000
_MOST_GREETINGS = 50


class WecomChannel:
    """``accept``: puts events into the inbox. ``woken``: tells the sender that there is a connection again."""

    name = NAME

    def __init__(
        self,
        address: str,
        bot: str,
        secret: str,
        understanding: Understanding,
        rooms: Rooms,
        words: Callable[[], Wording],
        accept: Callable[[Sequence[Event]], Awaitable[None]],
        woken: Callable[[], None],
        timing: Timing,
    ) -> None:
        self.client = Client(address, bot, secret, self._take, woken, timing)
        self.health = self.client.health
        self._understanding = understanding
        self._rooms = rooms
        self._words = words
        self._accept = accept
        self._replies = Replies()
        self._delivering = Delivering(self.client, self._replies, Pace(LIMITS))
        self._waiting: asyncio.Queue[Callback] = asyncio.Queue(_MOST_WAITING)
        self._in_hand: list[Callback] = []
        self._greeted: OrderedDict[str, None] = OrderedDict()
        self._greeting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Be connected and keep what comes, until cancelled; what has come is kept even then."""
        self.health.turn("starting")
        tasks = [asyncio.create_task(self.client.run()), asyncio.create_task(self._keep())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (*tasks, *self._greeting):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.stand_by()
            await self._keep_rest()

    def stand_by(self) -> None:
        """This node is not the one that is connected."""
        self.health.turn("waiting", "同一时间只有一个节点连企业微信，这个节点等着接手")

    def open_lanes(self) -> Sequence[str]:
        """All while there is a connection."""
        return ("",) if self.client.link else ()

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        """What a callback means."""
        return await self._understanding.of(event, tx)

    async def deliver(self, delivery: Delivery) -> str | None:
        """Send one message. Raises bot.pipeline.channel.DeliveryError."""
        return await self._delivering.send(delivery)

    async def _take(self, link: Link, frame: Frame) -> None:
        """One callback. While too many wait nothing more is read, and the platform has to wait as well."""
        callback, complaints = callback_of(frame), self.client.complaints
        if callback is None:
            complaints.add("看不懂的回调", frame.cmd)
        elif not callback.is_known:
            complaints.add(f"不处理的类型 {callback.kind}")
        elif callback.kind == "enter":
            self._greet(link, callback)
        elif callback.kind in ("text", "press"):
            self._replies.heard(callback, link)
            await self._waiting.put(callback)

    async def _keep(self) -> None:
        while True:
            self._in_hand.append(await self._waiting.get())
            while len(self._in_hand) < _AT_ONCE and not self._waiting.empty():
                self._in_hand.append(self._waiting.get_nowait())
            try:
                await self._accept([self._event(callback) for callback in self._in_hand])
            except DBAPIError:
                log.exception("the database does not answer; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
            else:
                self._in_hand.clear()

    async def _keep_rest(self) -> None:
        rest = list(self._in_hand)
        while not self._waiting.empty():
            rest.append(self._waiting.get_nowait())
        if rest:
            await self._accept([self._event(callback) for callback in rest])
        self._in_hand.clear()

    def _event(self, callback: Callback) -> Event:
        is_room = self._rooms.at(NAME, callback.chat) is not None
        own = f":{callback.user}" if callback.group and not is_room else ""
        return Event(NAME, callback.id, f"{NAME}:{callback.chat}{own}", callback.model_dump(mode="json"))

    def _greet(self, link: Link, callback: Callback) -> None:
        """At once: the platform takes a welcome for five seconds, and nobody misses it later."""
        if callback.id in self._greeted or len(self._greeting) >= _MOST_GREETINGS:
            return
        self._greeted[callback.id] = None
        while len(self._greeted) > _MOST_GREETED:
            self._greeted.popitem(last=False)
        task = asyncio.create_task(self._welcome(link, callback.req_id))
        self._greeting.add(task)
        task.add_done_callback(self._greeting.discard)

    async def _welcome(self, link: Link, req_id: str) -> None:
        try:
            answer = await link.ask(WELCOME, welcome(self._words().chat_greeting), req_id)
        except (LostError, SilentError) as error:
            log.info("wecom: nobody was welcomed: %s", error)
            return
        if not answer.is_good:
            log.info("wecom: a welcome was not taken: %s %s", answer.errcode, answer.errmsg)

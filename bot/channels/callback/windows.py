"""Open callback requests, each of which can carry one message to its user: the passive reply.

The sender stays the only one who sends. It offers the first message of a chat (``hand_over``) and waits; a request of
that chat whose event has been dealt with takes it, together with what else waits for the chat and fits, and says when the
response is written. If no request takes it, it goes out as an active message. So nothing goes out twice.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.channels.callback import looking
from bot.channels.callback.form import MORE
from bot.channels.callback.line import GoneError, Line
from bot.channels.callback.watch import Watch
from bot.channels.splitting import utf8
from bot.pipeline.wake import Bell, rung
from bot.storage.database import Database
from bot.storage.outbox import Delivery

_PATIENCE = 0.5
_BETWEEN = "\n\n"
_REMEMBERED = 10_000
_LONGEST_OFFER = 30.0
"""Seconds after which a message goes another way, whatever has become of the requests of its chat."""


@dataclass(slots=True)
class Offer:
    """A message of the sender's. ``taken``: whether it was said with a request."""

    delivery: Delivery
    taken: asyncio.Future[bool]

    def settle(self, *, said: bool) -> None:
        """Let the sender go on."""
        if not self.taken.done():
            self.taken.set_result(said)


@dataclass(slots=True)
class _Lane:
    """A user's open requests, and the message that waits for one of them."""

    open: int = 0
    offer: Offer | None = None
    bell: Bell = field(default_factory=Bell)


@dataclass(frozen=True, slots=True)
class Handout:
    """What a request carries. ``also``: numbers of further messages whose text is in it."""

    text: str
    offer: Offer
    also: tuple[int, ...]


class LateError(Exception):
    """There is something to say, but not yet."""


class Windows:
    """``limit``: bytes of one message without ``MORE``; ``opened``: called when a request of a user begins to wait; ``only_passive``:
    whether what is left has to wait until the user speaks again; he is told so.
    """

    def __init__(
        self,
        channel: str,
        database: Database,
        watch: Watch,
        limit: int,
        opened: Callable[[], None],
        only_passive: Callable[[], bool],
    ) -> None:
        self._channel = channel
        self._database = database
        self._watch = watch
        self._limit = limit
        self._opened = opened
        self._only_passive = only_passive
        self._lanes: dict[str, _Lane] = {}
        self._said: OrderedDict[int, None] = OrderedDict()

    def lanes(self) -> tuple[str, ...]:
        """The chats that a message can be handed to just now."""
        return tuple(self._lanes)

    async def hand_over(self, delivery: Delivery) -> bool:
        """Offer a message to the open requests of its chat; whether it has been said with one."""
        if delivery.id in self._said:
            del self._said[delivery.id]
            return True
        lane = self._lanes.get(delivery.lane)
        if lane is None:
            return False
        offer = lane.offer = Offer(delivery, asyncio.get_running_loop().create_future())
        lane.bell.ring()
        try:
            return await asyncio.wait_for(offer.taken, _LONGEST_OFFER)
        except TimeoutError:
            return False
        finally:
            if lane.offer is offer:
                lane.offer = None

    async def wait(self, chat: str, event: str, seconds: float, line: Line) -> Handout | None:
        """What the request that brought ``event`` can carry; None where there is nothing.

        Raises LateError, and GoneError where nobody waits for it any more.
        """
        lane = self._lanes.setdefault(chat, _Lane())
        lane.open += 1
        self._opened()
        until = asyncio.get_running_loop().time() + seconds
        try:
            return await self._wait(lane, chat, event, until, line)
        finally:
            lane.open -= 1
            if not lane.open:
                self._lanes.pop(chat, None)
                if lane.offer:
                    lane.offer.settle(said=False)

    async def _wait(self, lane: _Lane, chat: str, event: str, until: float, line: Line) -> Handout | None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        line.tell(done.set)
        line.tell(lane.bell.ring)
        if not await self._watch.done(event, until - loop.time(), done):
            raise LateError
        while (left := until - loop.time()) > 0:
            bell = lane.bell.listen()
            if line.is_gone:
                raise GoneError
            if lane.offer:
                return await self._take(lane)
            if not await self._texts(chat, 0):
                return None
            await rung(bell, min(left, _PATIENCE))
        raise LateError

    async def _take(self, lane: _Lane) -> Handout | None:
        """The offered message, and with it what comes next for the same chat, as long as it fits."""
        offer, lane.offer = lane.offer, None
        if offer is None:
            return None
        try:
            further = await self._texts(offer.delivery.lane, offer.delivery.id)
        except BaseException:
            offer.settle(said=False)
            raise
        text = str(offer.delivery.payload.get("text", ""))
        also: list[int] = []
        for number, more in further:
            if utf8(text + _BETWEEN + more) > self._limit:
                text += MORE if self._only_passive() else ""
                break
            text += _BETWEEN + more
            also.append(number)
        return Handout(text, offer, tuple(also))

    def settle(self, handout: Handout, *, said: bool) -> None:
        """The response is written (``said``), or could not be."""
        if said:
            self._said.update(dict.fromkeys(handout.also))
            while len(self._said) > _REMEMBERED:
                self._said.popitem(last=False)
        handout.offer.settle(said=said)

    async def _texts(self, chat: str, after: int) -> list[tuple[int, str]]:
        """What waits for a chat, by number."""
        async with self._database.read() as tx:
            waiting = await looking.waiting(tx, self._channel, chat, after)
        return [(number, str(payload.get("text", ""))) for number, payload in waiting]

"""Which callback a message answers: replies to it are bound to the connection that it came over, and to its time."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from weakref import ref

from bot.channels.wecom.callbacks import Callback
from bot.channels.wecom.link import Link
from bot.storage.outbox import Delivery

_GOOD_FOR = 300.0
_PRESS_GOOD_FOR = 5.0
_MOST = 5000
_Name = TypeVar("_Name", int, str)


@dataclass(frozen=True, slots=True)
class _Open:
    req_id: str
    link: "ref[Link]"
    at: float


class Replies:
    """Each callback is replied to once; what else there is to say goes by active messages."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._given: OrderedDict[int, _Open] = OrderedDict()
        self._presses: OrderedDict[str, _Open] = OrderedDict()

    def heard(self, callback: Callback, link: Link) -> None:
        """A message came that can be replied to."""
        if not callback.req_id:
            return
        heard = _Open(callback.req_id, ref(link), self._clock())
        _remember(self._presses if callback.kind == "press" else self._open, callback.id, heard)

    def for_press(self, name: str, link: Link) -> str | None:
        """What an acknowledgement of a pressed button names; None where it is too late for one."""
        found = self._presses.pop(name, None)
        fits = found and found.link() is link and self._clock() - found.at < _PRESS_GOOD_FOR
        return found.req_id if found and fits else None

    def for_delivery(self, delivery: Delivery, link: Link) -> str | None:
        """What a reply over this connection names; the same again when it is tried again."""
        found = self._given.get(delivery.id) or self._take(delivery)
        if found is None or found.link() is not link or self._clock() - found.at > _GOOD_FOR:
            return None
        _remember(self._given, delivery.id, found)
        return found.req_id

    def spent(self, delivery: Delivery) -> None:
        """It has been replied to, or cannot be."""
        self._given.pop(delivery.id, None)

    def _take(self, delivery: Delivery) -> _Open | None:
        """A reply says which message it answers; what does not is no reply to any."""
        quote = delivery.payload.get("quote")
        return self._open.pop(str(quote), None) if quote and delivery.purpose == "reply" else None


def _remember(known: "OrderedDict[_Name, _Open]", name: _Name, found: _Open) -> None:
    known[name] = found
    while len(known) > _MOST:
        known.popitem(last=False)

"""Sends what the outbox holds: within the pace, through the right account, and twice at the most."""

import asyncio
import logging
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass

from bot.channels.onebot.account import Account
from bot.channels.onebot.accounts import Accounts
from bot.channels.onebot.errors import CallError, DoubtfulError, RefusedCallError, sorted_error
from bot.channels.onebot.lanes import ANY, Lane, marked
from bot.channels.onebot.pace import AT_ONCE, Pace
from bot.channels.onebot.parcels import Parcel, parcels
from bot.channels.onebot.shape import LONGEST_NAME, Answer
from bot.channels.pictures import Pictures
from bot.pipeline.channel import LaterError, NeverError
from bot.storage.outbox import Delivery

log = logging.getLogger(__name__)
_WORTH_WAITING = 1.5
"""Seconds of pace that are waited here; whoever has to wait longer makes room for other chats."""
_AFTER_DOUBT = 3.0
_WITHOUT_ACCOUNT = 0.5
_WITHOUT_MEMBER = 5.0
_MOST_TRIPS = 2000
_WHILE_BUSY = 0.5


@dataclass(slots=True)
class _Trip:
    """A delivery in progress. ``doubt``: the call that was not answered."""

    left: deque[Parcel]
    sent_as: str | None = None
    doubt: "_Doubt | None" = None
    was_refused: bool = False


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Whose call it was, its name, and what is left to send should it have been done after all."""

    account: Account
    echo: str
    rest: tuple[Parcel, ...]


class Post:
    """Remembers what a delivery has done already, so that a second try does not say it again."""

    def __init__(self, accounts: Accounts, pace: Pace, pictures: Pictures) -> None:
        self._accounts = accounts
        self._pictures = pictures
        self._pace = pace
        self._trips: OrderedDict[int, _Trip] = OrderedDict()
        self._busy: Counter[str] = Counter()

    async def deliver(self, delivery: Delivery) -> str | None:
        """Send one message; its number. Raises bot.pipeline.channel.DeliveryError."""
        try:
            lane = Lane.read(delivery.lane)
        except ValueError as error:
            raise NeverError(str(error)) from error
        account = self._accounts.of(lane)
        if account is None:
            after = _WITHOUT_MEMBER if lane.account == ANY else _WITHOUT_ACCOUNT
            raise LaterError("没有能发到那里的 QQ 账号", after=after, counts=False)
        if self._busy[account.id] >= (1 if account.is_slow else AT_ONCE):
            raise LaterError("账号正忙", after=_WHILE_BUSY, counts=False)
        self._busy[account.id] += 1
        try:
            return await self._send_all(delivery, Lane(account.id, lane.group, lane.user), account)
        except NeverError:
            self._trips.pop(delivery.id, None)
            raise
        finally:
            self._busy[account.id] -= 1

    async def _send_all(self, delivery: Delivery, lane: Lane, account: Account) -> str | None:
        trip = await self._trip(delivery, lane, account)
        while trip.left:
            await self._send_next(trip, delivery, lane, account)
        self._trips.pop(delivery.id, None)
        return trip.sent_as

    async def _trip(self, delivery: Delivery, lane: Lane, account: Account) -> _Trip:
        trip = self._trips.get(delivery.id)
        if trip is None:
            found = [await self._pictures(name) for name in delivery.payload.get("pictures") or ()]
            pictures = [picture for picture in found if picture is not None]
            trip = _Trip(deque(parcels(delivery.payload, lane, account.id, account.name, pictures)))
            self._trips[delivery.id] = trip
            while len(self._trips) > _MOST_TRIPS:
                self._trips.popitem(last=False)
        return trip

    async def _send_next(self, trip: _Trip, delivery: Delivery, lane: Lane, account: Account) -> None:
        if self._was_done(trip):
            return
        await self._keep_pace(account, lane, delivery.id)
        parcel = trip.left[0]
        try:
            answer = await account.call(parcel.action, **parcel.params)
        except DoubtfulError as error:
            self._doubt(trip, account, error)
            raise LaterError(str(error), after=_AFTER_DOUBT, counts=False) from error
        except CallError as error:
            if not (isinstance(error, RefusedCallError) and self._replaced(trip, error)):
                raise sorted_error(error) from error
        else:
            self._sent(trip, account, answer)

    def _was_done(self, trip: _Trip) -> bool:
        """Whether the answer that was missing has come since, and is a good one."""
        doubt = trip.doubt
        late = doubt.account.late(doubt.echo) if doubt else None
        if doubt is None or late is None:
            return False
        trip.doubt = None
        if late.is_good:
            self._number(trip, doubt.account, late)
            trip.left = deque(doubt.rest)
        return late.is_good

    def _sent(self, trip: _Trip, account: Account, answer: Answer) -> None:
        self._number(trip, account, answer)
        trip.left.popleft()
        trip.doubt = None

    def _number(self, trip: _Trip, account: Account, answer: Answer) -> None:
        number = answer.data.get("message_id") if isinstance(answer.data, dict) else None
        if isinstance(number, int | str) and not isinstance(number, bool):
            trip.sent_as = marked(account.id, str(number)[:LONGEST_NAME])

    def _doubt(self, trip: _Trip, account: Account, error: DoubtfulError) -> None:
        """Better twice than not at all; but not for ever. Raises NeverError the second time."""
        if trip.doubt:
            raise NeverError(f"QQ 两次都没有确认收到，可能发出去了，也可能没有（{error}）") from error
        trip.doubt = _Doubt(account, error.echo, tuple(trip.left)[1:])
        if trip.left[0].heavy:
            self._take_instead(trip)

    def _replaced(self, trip: _Trip, error: RefusedCallError) -> bool:
        """Whether there is a plainer way to say it, which is tried next."""
        if error.is_hasty or (isinstance(sorted_error(error), NeverError) and not error.is_unknown):
            return False
        if not trip.left[0].instead:
            return False
        if not (trip.left[0].heavy or trip.was_refused):
            trip.was_refused = True
            return False
        log.info("onebot: %s was refused (%s); it is sent in a plainer way", trip.left[0].action, error)
        self._take_instead(trip)
        return True

    def _take_instead(self, trip: _Trip) -> None:
        if trip.left[0].instead:
            first = trip.left.popleft()
            trip.left.extendleft(reversed(first.instead))

    async def _keep_pace(self, account: Account, lane: Lane, number: int) -> None:
        while (wait := self._pace.take(account.id, str(lane), number)) > 0:
            if wait > _WORTH_WAITING:
                raise LaterError("按限速排队", after=wait, counts=False)
            await asyncio.sleep(wait)

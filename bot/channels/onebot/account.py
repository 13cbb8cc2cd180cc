"""One QQ account: its connections, what it is called, which groups it is in."""

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.channels.onebot.calls import Calls
from bot.channels.onebot.errors import CallError, DoubtfulError, NotSentError
from bot.channels.onebot.lanes import Lane
from bot.channels.onebot.link import Link, Role
from bot.channels.onebot.shape import Answer

log = logging.getLogger(__name__)
_WITHIN = 20.0
_MOST_LISTED = 5000
_MOST_CARDS = 50
_NUMBER = re.compile(r"-?\d{1,20}", re.ASCII)


class Account:
    """``groups``: None where the implementation does not say; ``cards``: its name in groups where it has one of its own;
    ``friends``: who can be written to unasked, as far as it is known.

    ``is_online`` is false where a heartbeat says that QQ has logged it out: the bridge is there, the account is not.
    ``is_slow``: its last call was not answered in time; ``is_introduced``: it was asked who and where it is.
    """

    def __init__(self, number: str) -> None:
        self.id = number
        self.name = ""
        self.groups: frozenset[str] | None = None
        self.friends: set[str] = set()
        self.cards: dict[str, str] = {}
        self.is_online = True
        self.is_slow = False
        self.is_introduced = False
        self._heard_in: set[str] = set()
        self._links: list[Link] = []
        self._unread: list[Link] = []
        self._calls = Calls()

    def join(self, link: Link) -> tuple[Link, ...]:
        """A connection came; one that did the same work is replaced. Those whose words have still to be kept before its own."""
        for old in self._links:
            if old.role & link.role:
                old.end("another connection of the same account has come")
        self._links = [old for old in self._links if not old.role & link.role] + [link]
        self._unread = [old for old in self._unread if not old.is_read.is_set()]
        before = tuple(old for old in self._unread if old.role & link.role)
        self._unread.append(link)
        self.is_online = True
        return before

    def leave(self, link: Link) -> None:
        """A connection has ended."""
        self._links = [other for other in self._links if other is not link]
        self._calls.lost(link)

    def end(self, why: str) -> None:
        """All its connections are to be closed."""
        for link in self._links:
            link.end(why)

    @property
    def is_connected(self) -> bool:
        """Whether there is any connection."""
        return bool(self._links)

    @property
    def can_send(self) -> bool:
        """Whether calls can be made and QQ lets the account in."""
        return self.is_online and self._api is not None

    @property
    def can_hear(self) -> bool:
        """Whether it tells what is said."""
        return any(Role.EVENT in link.role for link in self._links)

    @property
    def _api(self) -> Link | None:
        return next((link for link in self._links if Role.API in link.role and not link.ended.is_set()), None)

    async def call(self, action: str, *, within: float = _WITHIN, **params: Any) -> Answer:
        """Ask the implementation to do something. Raises CallError."""
        link = self._api
        if link is None:
            raise NotSentError(f"账号 {self.id} 没有连接")
        try:
            answer = await self._calls.call(link, action, params, within)
        except DoubtfulError:
            self.is_slow = True
            raise
        self.is_slow = False
        return answer

    def answered(self, answer: Answer) -> bool:
        """An answer came in; whether anybody had asked."""
        return self._calls.answered(answer)

    def late(self, echo: str) -> Answer | None:
        """The answer to a call that had been given up, if it has come since."""
        return self._calls.late(echo)

    def heard_in(self, group: str) -> bool:
        """Something was heard in a group; whether for the first time."""
        if group in self._heard_in or len(self._heard_in) >= _MOST_LISTED:
            return False
        self._heard_in.add(group)
        return True

    def reaches(self, group: str) -> bool:
        """Whether the account is known to be in a group."""
        return group in self._heard_in or group in (self.groups or ())

    def names_in(self, group: str | None) -> tuple[str, ...]:
        """What people call it there."""
        return tuple(dict.fromkeys(filter(None, (self.cards.get(group or "", ""), self.name))))

    def friend_lane(self, user: str) -> str | None:
        """The private chat with somebody, where it can be begun."""
        return str(Lane(self.id, user=user)) if user in self.friends else None

    async def introduce(self) -> None:
        """Learn the account's own name, groups and friends; all of it may stay unknown."""
        await self._learn("get_login_info", self._named)
        await self.list_groups()
        self.is_introduced = True
        await self._learn("get_friend_list", self._befriended)
        await self._learn_cards()
        log.info("onebot: account %s (%s) is connected, groups: %s", self.id, self.name, len(self.groups or ()))

    async def list_groups(self) -> None:
        """Learn which groups it is in."""
        await self._learn("get_group_list", self._listed)

    async def _learn_cards(self) -> None:
        """Learn its names in its groups, before anybody calls it by one."""
        for group in sorted(self.groups or ())[:_MOST_CARDS]:
            if not await self.learn_card(group):
                return

    async def learn_card(self, group: str) -> bool:
        """Learn its own name in a group; whether that could be asked."""

        def carded(data: object) -> None:
            card = data.get("card") if isinstance(data, dict) else None
            if isinstance(card, str) and card:
                self.cards[group] = card[:60]

        return await self._learn("get_group_member_info", carded, group_id=int(group), user_id=int(self.id))

    async def _learn(self, action: str, take: Callable[[object], None], **params: Any) -> bool:
        try:
            answer = await self.call(action, **params)
        except CallError as error:
            log.warning("onebot: account %s: %s: %s", self.id, action, error)
            return False
        take(answer.data)
        return True

    def _named(self, data: object) -> None:
        name = data.get("nickname") if isinstance(data, dict) else None
        self.name = name[:60] if isinstance(name, str) else self.name

    def _befriended(self, data: object) -> None:
        self.friends = set(_numbers(data, "user_id"))

    def _listed(self, data: object) -> None:
        if isinstance(data, list):
            self.groups = frozenset(_numbers(data, "group_id"))
            self._heard_in &= self.groups


def _numbers(data: object, name: str) -> Iterator[str]:
    """The numbers in a list of groups or friends."""
    listed = data[:_MOST_LISTED] if isinstance(data, list) else []
    found = (str(each.get(name)) for each in listed if isinstance(each, dict))
    return (number for number in found if _NUMBER.fullmatch(number))

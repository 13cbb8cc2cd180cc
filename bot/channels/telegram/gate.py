"""Who is staff: members of the staff chat, and agents on the list."""

import asyncio
import logging
import time
from collections.abc import Mapping

from telegram import ChatMember, User
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram.client import GARBAGE, Client

log = logging.getLogger(__name__)
_REMEMBERED_SECONDS = 60.0
_ASK_SECONDS = 3.0
"""A worker waits for the answer, and all who stand behind it."""
_MEMBERS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)


class Gate:
    """Asks the Bot API who is a member, and remembers the answer for a minute."""

    def __init__(self, client: Client, agents: Mapping[str, str]) -> None:
        self._client = client
        self._agents = agents
        self._known: dict[tuple[str, int], tuple[bool, float]] = {}

    def is_listed(self, user: User) -> bool:
        """Whether this is an agent on the list."""
        return str(user.id) in self._agents

    def name_of(self, user: User) -> str:
        """What colleagues call him."""
        return self._agents.get(str(user.id)) or user.full_name or str(user.id)

    async def may_act(self, user: User, chat: str, *, is_public: bool) -> bool:
        """Whether somebody who pressed a button in a staff chat belongs there.

        Where the Bot API gives no answer: only members see a private group at all, so the press is proof enough; in a
        public one it is none.
        """
        if self.is_listed(user):
            return True
        known = self._known.get((chat, user.id))
        if known and time.monotonic() - known[1] < _REMEMBERED_SECONDS:
            return known[0]
        try:
            member = await asyncio.wait_for(self._client.get_chat_member(chat, user.id), _ASK_SECONDS)
        except (BadRequest, Forbidden):
            return False
        except (TelegramError, TimeoutError, *GARBAGE) as error:
            log.warning("membership of %s in %s is not known: %r", user.id, chat, error)
            # Remembered as well: while the Bot API is silent, not every press should wait for it.
            self._known[chat, user.id] = (not is_public, time.monotonic())
            return not is_public
        inside = member.status in _MEMBERS or bool(getattr(member, "is_member", False))
        self._known[chat, user.id] = (inside, time.monotonic())
        return inside

    async def leads(self, user: User, chat: str) -> bool:
        """Whether somebody owns or administers a group; no, where the Bot API gives no answer."""
        if self.is_listed(user):
            return True
        try:
            member = await asyncio.wait_for(self._client.get_chat_member(chat, user.id), _ASK_SECONDS)
        except (TelegramError, TimeoutError, *GARBAGE) as error:
            log.warning("whether %s leads %s is not known: %r", user.id, chat, error)
            return False
        return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)

"""QQ, connected: implementations of OneBot come to us; what they hear is understood, what the outbox holds is sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.routing import BaseRoute

from bot.channels.complaints import Complaints
from bot.channels.onebot.account import Account
from bot.channels.onebot.accounts import Accounts
from bot.channels.onebot.backlog import Backlog
from bot.channels.onebot.delivery import Post
from bot.channels.onebot.door import PATH, Door
from bot.channels.onebot.inflow import Inflow
from bot.channels.onebot.lanes import NAME
from bot.channels.onebot.understanding import Understanding
from bot.pipeline.happening import Happening
from bot.pipeline.supervisor import Health
from bot.storage.inbox import Event, Stored
from bot.storage.outbox import Delivery

log = logging.getLogger(__name__)
_LOOK_SECONDS = 2.0
_AFTER_TROUBLE = 1.0


class OneBotChannel:
    """``accept``: puts events into the inbox; ``tell_staff``: says a sentence in the staff's room."""

    name = NAME

    def __init__(
        self,
        token: str,
        accounts: Accounts,
        inflow: Inflow,
        understanding: Understanding,
        post: Post,
        backlog: Backlog,
        accept: Callable[[Sequence[Event]], Awaitable[None]],
        tell_staff: Callable[[str], Awaitable[None]],
    ) -> None:
        self._accounts = accounts
        self._inflow = inflow
        self._understanding = understanding
        self._post = post
        self._backlog = backlog
        self._accept = accept
        self._tell_staff = tell_staff
        self._door = Door(token, accounts, inflow.complaints, inflow.read, self._keep, inflow.came)
        self.health = Health("waiting", f"等待 OneBot 连到 {PATH}")

    @property
    def complaints(self) -> Complaints:
        """What was refused or passed over, counted."""
        return self._inflow.complaints

    def routes(self) -> Sequence[BaseRoute]:
        """Where implementations connect."""
        return self._door.routes()

    def open_lanes(self) -> Sequence[str]:
        """Chats of the accounts that are connected; the rest waits for theirs."""
        return self._accounts.lanes()

    async def run(self) -> None:
        """Say how it goes, until cancelled; the connections look after themselves."""
        while True:
            try:
                await self._backlog.look()
                for sentence in self._backlog.news():
                    log.warning("onebot: %s", sentence)
                    await self._tell_staff(sentence)
            except DBAPIError:
                log.exception("the database does not answer; trying again")
            self.health.turn(*self._state())
            await asyncio.sleep(_LOOK_SECONDS)

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        """What a message means."""
        return await self._understanding.of(event, tx)

    async def deliver(self, delivery: Delivery) -> str | None:
        """Send one message. Raises bot.pipeline.channel.DeliveryError."""
        return await self._post.deliver(delivery)

    async def close(self) -> None:
        """Let the connections go."""
        self._inflow.stop()
        for account in self._accounts.all:
            account.end("the program stops")

    async def _keep(self, events: Sequence[Event]) -> None:
        """Into the inbox, however long the database takes: OneBot does not send anything twice."""
        while True:
            try:
                await self._accept(events)
            except (DataError, IntegrityError):
                await self._keep_each(events)
                return
            except DBAPIError:
                log.exception("the database does not answer; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
            else:
                return

    async def _keep_each(self, events: Sequence[Event]) -> None:
        """The database refuses one of them: the others are kept without it."""
        if len(events) == 1:
            self.complaints.add("a message that the database refuses", events[0].id)
            return
        for event in events:
            await self._keep([event])

    def _state(self) -> tuple[str, str]:
        waiting = f"；等待发送 {self._backlog.total} 条" if self._backlog.total else ""
        accounts = self._accounts.all
        if not any(account.is_connected for account in accounts):
            return ("trouble" if accounts else "waiting"), f"等待 OneBot 连到 {PATH}{waiting}"
        lonely = [group for group in self._inflow.staff if not self._accounts.speaker(group)]
        missing = f"；没有能用的账号在客服群 {'、'.join(lonely)} 里" if lonely else ""
        well = not lonely and all(account.can_send for account in accounts)
        return "running" if well else "trouble", "、".join(map(_told, accounts)) + missing + waiting


def _told(account: Account) -> str:
    name = f"{account.id}（{account.name}）" if account.name else account.id
    if not account.is_connected:
        return f"{name} 没有连接"
    if not account.is_online:
        return f"{name} 已被 QQ 登出，要重新登录"
    return name if account.can_send else f"{name} 只连了 Event，还要连 API"

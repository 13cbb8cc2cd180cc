"""Telegram, connected: receives updates, understands them, sends what the outbox holds for it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from telegram import BotCommand, Update
from telegram.error import ChatMigrated, TelegramError

from bot.channels.pictures import Pictures
from bot.channels.telegram.client import GARBAGE, POLL_SECONDS, UPDATES, Client, advice, retry_after, telegram_error
from bot.channels.telegram.content import COMMANDS, Me
from bot.channels.telegram.delivery import send, sorted_error
from bot.channels.telegram.envelope import event_of
from bot.channels.telegram.gate import Gate
from bot.channels.telegram.photos import Photos
from bot.channels.telegram.places import NAME
from bot.channels.telegram.shape import oddity
from bot.channels.telegram.staff_room import StaffRoom
from bot.channels.telegram.understanding import Understanding
from bot.channels.telegram.webhook import Webhook
from bot.desk.rooms import Rooms
from bot.pipeline.channel import DroppedError
from bot.pipeline.happening import Happening, Ignored
from bot.pipeline.supervisor import Health
from bot.storage import records
from bot.storage.database import Database
from bot.storage.inbox import Event, Stored
from bot.storage.outbox import Delivery
from handlers.manners import Manners
from kb.wording import Wording

log = logging.getLogger(__name__)
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
_MOST_TYPING = 8
_NO_FORUM = "not a forum"
_PLAIN_FOR = 600.0
"""Seconds for which a group without topics is not asked for one again."""


class TelegramChannel:
    """``accept``: puts events into the inbox; until it returns, Telegram is not told that we have them."""

    name = NAME

    def __init__(
        self,
        client: Client,
        rooms: Rooms,
        gate: Gate,
        words: Callable[[], Wording],
        database: Database,
        accept: Callable[[Sequence[Event]], Awaitable[None]],
        webhook: Webhook | None,
        manners: Callable[[str], Manners],
        pictures: Pictures,
    ) -> None:
        self._client = client
        self._photos = Photos(pictures)
        self._rooms = rooms
        self._gate = gate
        self._words = words
        self._database = database
        self._accept = accept
        self._webhook = webhook
        self._manners = manners
        self._bot_id = client.token.partition(":")[0]
        self._me = Me(0, "")
        self._moved: dict[str, str] = {}
        self._plain: dict[str, float] = {}
        self._groups: set[str] = set()
        self._typing: set[asyncio.Task[None]] = set()
        self.health = Health()

    async def connect(self) -> None:
        """Find the Bot API; what it refuses or cannot do is tried again, for ever."""
        async with self._database.read() as tx:
            self._moved = await records.relocations(tx, NAME)
        await self._patiently(self._introduce)

    async def run(self) -> None:
        """Receive until cancelled."""
        await self._patiently(self._settle)
        if self._webhook:
            await asyncio.Event().wait()
        await self._poll()

    async def _introduce(self) -> None:
        """Who the bot is: without its name no mention can be recognised."""
        await self._client.initialize()
        me = await self._client.get_me()
        self._me = Me(me.id, me.username or "")
        log.info("telegram: connected as @%s", self._me.username)

    async def _settle(self) -> None:
        """How updates come, whether staff chats are there, and the command menu."""
        if self._webhook:
            url, secret = self._webhook.url, self._webhook.secret
            await self._client.set_webhook(url, secret_token=secret, allowed_updates=list(UPDATES))
        else:
            await self._client.delete_webhook()
        for room in self._rooms.all:
            if room.channel == NAME:
                await self._look_at(room.address)
        try:
            await self._client.set_my_commands([BotCommand(name, label) for name, label, _ in COMMANDS])
        except (TelegramError, *GARBAGE) as error:
            log.warning("telegram: the command menu could not be set: %s", error)
        self.health.turn("running", f"@{self._me.username}")

    async def _look_at(self, chat: str) -> None:
        try:
            await self._client.get_chat(self._current(chat))
        except (TelegramError, *GARBAGE) as error:
            log.warning("telegram: staff chat %s cannot be opened (%s): is the bot a member of it?", chat, error)

    async def _poll(self) -> None:
        offset: int | None = None
        pause = _FIRST_PAUSE
        while True:
            try:
                updates = await self._client.raw_updates(offset, POLL_SECONDS)
            except (TelegramError, *GARBAGE) as error:
                pause = await self._trouble(telegram_error(error), pause)
                continue
            self.health.turn("running", f"@{self._me.username}")
            pause = _FIRST_PAUSE
            if updates:
                await self.take(updates)
                # Only now, with the events in the inbox, does the next request confirm them.
                offset = max((u["update_id"] for u in updates if isinstance(u.get("update_id"), int)), default=0) + 1

    async def _patiently(self, step: Callable[[], Awaitable[None]]) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await step()
            except (TelegramError, *GARBAGE) as error:
                pause = await self._trouble(telegram_error(error), pause)
            else:
                return

    async def _trouble(self, error: TelegramError, pause: float) -> float:
        self.health.turn("trouble", advice(error))
        pause = max(pause, retry_after(error))
        said = error.message.replace(self._client.token, "…")
        log.warning("telegram: %s; %s; again in %.1f s", said, advice(error), pause)
        await asyncio.sleep(pause)
        return min(_LONGEST_PAUSE, pause * 2)

    async def take(self, updates: Sequence[dict[str, Any]]) -> None:
        """Keep updates for good."""
        staff = frozenset(self._current(room.address) for room in self._rooms.all if room.channel == NAME)
        events = [event_of(update, self._bot_id, staff) for update in sorted(updates, key=_number)]
        await self._accept([event for event in events if event])
        for update in updates[:_MOST_TYPING]:
            self._show_typing(update)

    def _show_typing(self, update: dict[str, Any]) -> None:
        """Private chats see that the bot is at it; if that cannot be shown, nobody minds."""
        message = update.get("message")
        chat = message.get("chat") if isinstance(message, dict) else None
        if not isinstance(chat, dict) or chat.get("type") != "private" or len(self._typing) >= _MOST_TYPING:
            return
        if not isinstance(chat.get("id"), int):
            return
        task = asyncio.create_task(self._type(chat["id"]))
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    async def _type(self, chat: int) -> None:
        try:
            await self._client.send_chat_action(chat, "typing")
        except (TelegramError, *GARBAGE) as error:
            log.debug("telegram: typing was not shown: %s", error)

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        """What an update means."""
        wrong = oddity(event.payload)
        if wrong:
            log.warning("telegram: update %s is malformed: %s", event.event_id, wrong)
            return Ignored("malformed")
        try:
            update = Update.de_json(event.payload, self._client)
        except GARBAGE as error:
            log.warning("telegram: update %s is malformed: %r", event.event_id, error)
            return Ignored("malformed")
        message = update.message
        if message and message.migrate_to_chat_id:
            await self._relocate(message.chat.id, message.migrate_to_chat_id)
            return Ignored("the group became a supergroup")
        await self._meet(update.effective_chat.id if update.effective_chat else None, tx)
        staff = StaffRoom(self._me, self._rooms, self._gate, self._words().staff_only)
        reader = Understanding(self._me, self._rooms, self._gate, staff, self._words, self._canonical, self._manners)
        return await reader.of(update, event, tx)

    def open_lanes(self) -> Sequence[str]:
        """All, whether the Bot API can be reached will be seen."""
        return ("",)

    async def deliver(self, delivery: Delivery) -> str | None:
        """Send one message. Raises bot.pipeline.channel.DeliveryError."""
        if delivery.payload.get("kind") == "topic" and self._is_plain(delivery.lane):
            raise DroppedError("the group has no topics")
        try:
            return await send(self._client, self._photos, delivery, self._current(delivery.lane))
        except ChatMigrated as error:
            await self._relocate(int(self._current(delivery.lane)), error.new_chat_id)
            raise sorted_error(error, delivery) from error
        except TelegramError as error:
            if delivery.payload.get("kind") == "topic" and _NO_FORUM in error.message.lower():
                self._plain[delivery.lane] = time.monotonic()
            raise sorted_error(error, delivery) from error

    def _canonical(self, chat: int) -> str:
        """The first id of a chat: conversations and settings go on under it."""
        name = str(chat)
        return next((self._canonical(int(old)) for old, new in self._moved.items() if new == name), name)

    def _current(self, chat: str) -> str:
        """The id a chat has now."""
        return self._current(self._moved[chat]) if chat in self._moved else chat

    async def _relocate(self, old: int, new: int) -> None:
        if old == new or self._moved.get(str(old)) == str(new):
            return
        log.warning("telegram: group %s is now %s; staff chats in the settings may keep the old number", old, new)
        before = self._moved
        self._moved = before | {str(old): str(new)}
        try:
            async with self._database.write() as tx:
                await records.relocate(tx, NAME, str(old), str(new))
        except BaseException:
            # Only what is written down holds; known here alone, it would never be written.
            self._moved = before
            raise

    async def _meet(self, chat: int | None, tx: AsyncConnection) -> None:
        """A group seen for the first time may be one that another node has seen move."""
        if chat is None or chat >= 0 or str(chat) in self._groups:
            return
        self._moved = await records.relocations(tx, NAME) | self._moved
        self._groups.add(str(chat))

    def _is_plain(self, chat: str) -> bool:
        """Whether the group has just said that it has no topics."""
        return time.monotonic() - self._plain.get(chat, -_PLAIN_FOR) < _PLAIN_FOR

    async def close(self) -> None:
        """Let go of the connections."""
        for task in self._typing:
            task.cancel()
        try:
            await self._client.shutdown()
        except (TelegramError, *GARBAGE) as error:
            log.debug("telegram: %s", error)


def _number(update: dict[str, Any]) -> int:
    number = update.get("update_id")
    return number if isinstance(number, int) else 0

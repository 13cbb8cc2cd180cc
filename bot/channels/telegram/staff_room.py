"""What agents say and press in Telegram, as actions of the desk."""

from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy.ext.asyncio import AsyncConnection
from telegram import CallbackQuery, Message, User

from bot.channels.telegram import content
from bot.channels.telegram.content import Me
from bot.channels.telegram.gate import Gate
from bot.channels.telegram.places import NAME
from bot.channels.telegram.staff_cards import team_code
from bot.desk.actions import Action, Actor, Command, Verb, parse
from bot.desk.rooms import Rooms
from bot.pipeline.happening import Announced, Happening, Ignored, Refused, StaffActed
from bot.storage import outbox
from bot.storage.outbox import Sent

_MOST_DIGITS = 10
_EDITED = "改过的消息不会再发给用户，要更正请再回复一条。"
_EXPLAINED = "格式：/ticket 工单号，例如 /ticket 1001；/tickets 看全部，/mine 看我的，/stats 看统计。"


@dataclass(frozen=True, slots=True)
class StaffRoom:
    """``stranger``: what somebody is told who is not staff."""

    me: Me
    rooms: Rooms
    gate: Gate
    stranger: str

    async def hear(
        self, message: Message, user: User, chat: str, tx: AsyncConnection, *, edited: bool
    ) -> Happening | None:
        """A message in a staff chat; None where it is no business of the desk's (a mention of the bot)."""
        text = message.text or message.caption or ""
        sent = await self._answered(message, chat, tx)
        ticket = sent.ticket if sent else await self._ticket_of_thread(message, chat, tx)
        if edited:
            return Announced(chat, _EDITED, str(message.message_id)) if ticket else Ignored("edited among colleagues")
        is_note = bool(sent and sent.handle and sent.handle.startswith("prompt:note:"))
        command = None if is_note else parse(text, about=ticket)
        if command:
            return self.commanded(command, user, chat, message)
        if ticket is not None and (text or content.attachment_of(message)):
            verb: Verb = "note" if is_note else "reply"
            return self._action(verb, user, chat, ticket, text, message)
        return None if content.is_addressed(message, self.me) else Ignored("talk among colleagues")

    def commanded(self, command: Command, user: User, chat: str, message: Message | None = None) -> Happening:
        """A typed command."""
        if command.number is None and command.verb not in ("list", "mine", "stats"):
            quote = str(message.message_id) if message else None
            return Announced(
                chat, f"没有看懂工单号“{command.wrong}”。{_EXPLAINED}" if command.wrong else _EXPLAINED, quote
            )
        return self._action(command.verb, user, chat, command.number, command.text, message)

    def _action(
        self, verb: Verb, user: User, chat: str, ticket: int | None, text: str, message: Message | None
    ) -> StaffActed:
        media = None
        if message and verb == "reply" and content.attachment_of(message):
            # The copy carries its caption, so the words are not sent a second time.
            media, text = {"chat": message.chat.id, "message": message.message_id}, ""
        actor = Actor(NAME, str(user.id), self.gate.name_of(user))
        return StaffActed(Action(verb, actor, chat, ticket, text, media))

    async def pressed(
        self, query: CallbackQuery, chat: str, data: str, signal: dict[str, Any], *, is_room: bool
    ) -> Happening:
        """A button of a ticket's card."""
        user = query.from_user
        verb, _, rest = data.partition(":")
        number, _, code = rest.partition(":")
        # Nobody has pressed a number of ten digits: the data is forged, and no database would take it.
        ticket = int(number) if number.isascii() and number.isdigit() and len(number) < _MOST_DIGITS else None
        actor = Actor(NAME, str(user.id), self.gate.name_of(user))
        if not (self.gate.is_listed(user) or (is_room and await self._belongs(query))):
            return Refused(actor, f"button {verb}", self.stranger, ticket, signal=signal)
        if verb not in get_args(Verb) or ticket is None:
            return Refused(actor, f"odd button {data[:20]}", "这个按钮已经失效。", ticket, signal=signal)
        team = next((room.team for room in self.rooms.all if team_code(room.team) == code), code)
        return StaffActed(Action(verb, actor, chat, ticket, team), signal)  # type: ignore[arg-type]  # just looked up

    async def _belongs(self, query: CallbackQuery) -> bool:
        """Whether somebody is a member of the room where he pressed; asked by the number that the chat has now."""
        room = query.message.chat if query.message else None
        return room is not None and await self.gate.may_act(
            query.from_user, str(room.id), is_public=bool(room.username)
        )

    async def _answered(self, message: Message, chat: str, tx: AsyncConnection) -> Sent | None:
        """Our message that this one replies to."""
        answered = message.reply_to_message
        if answered is None or answered.forum_topic_created or not answered.from_user:
            return None
        if answered.from_user.id != self.me.id:
            return None
        return await outbox.sent_as(tx, NAME, chat, str(answered.message_id))

    async def _ticket_of_thread(self, message: Message, chat: str, tx: AsyncConnection) -> int | None:
        if not message.is_topic_message or message.message_thread_id is None:
            return None
        return await outbox.ticket_of_thread(tx, NAME, chat, str(message.message_thread_id))

"""What an update means: a user's words, an agent's deed, a change of the chat. Decides nothing about the answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User

from bot.channels.telegram import content
from bot.channels.telegram.content import Me
from bot.channels.telegram.gate import Gate
from bot.channels.telegram.places import NAME, Place
from bot.channels.telegram.staff_cards import PREFIX
from bot.channels.telegram.staff_room import StaffRoom
from bot.desk.actions import Actor, parse
from bot.desk.rooms import Rooms
from bot.pipeline.happening import Announced, Happening, Hushed, Ignored, Refused, Said, Unreachable
from bot.storage import outbox
from bot.storage.inbox import Stored
from handlers.manners import Manners
from handlers.message import Incoming
from kb.wording import Wording

_HUSH = re.compile(r"/(?P<word>静音|恢复)(?:@(?P<bot>\w+))?")
_OUT = (ChatMember.LEFT, ChatMember.BANNED)
_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
_STAFF_ONLY = frozenset(("list", "mine", "stats", "show", "claim", "solve", "close", "reopen", "urgent"))


@dataclass(frozen=True, slots=True)
class Understanding:
    """``canonical``: a chat's first id, for groups get new ones."""

    me: Me
    rooms: Rooms
    gate: Gate
    staff: StaffRoom
    words: Callable[[], Wording]
    canonical: Callable[[int], str]
    manners: Callable[[str], Manners]

    async def of(self, update: Update, event: Stored, tx: AsyncConnection) -> Happening:
        """What the update means."""
        if update.callback_query:
            return await self._pressed(update.callback_query, tx)
        if update.my_chat_member:
            return self._membership(update.my_chat_member)
        message = update.message or update.edited_message
        if message is None:
            return Ignored("no kind of update that concerns us")
        return await self._message(message, event, tx, edited=update.edited_message is not None)

    async def _message(self, message: Message, event: Stored, tx: AsyncConnection, *, edited: bool) -> Happening:
        user, chat = message.from_user, self.canonical(message.chat.id)
        if user is None or (user.is_bot and message.sender_chat is None):
            return Ignored("not from a person")
        room = self.rooms.at(NAME, chat)
        if content.asks_for_id(message, self.me):
            return Announced(chat, self.words().chat_id.format(number=message.chat.id), str(message.message_id))
        if room:
            heard = await self.staff.hear(message, user, chat, tx, edited=edited)
            if heard:
                return heard
        elif chat == str(user.id):
            heard = self._typed_by_agent(message, user, chat)
            if heard:
                return heard
        else:
            hushed = await self._hushed(message, user, chat)
            if hushed:
                return hushed
        return self._said(message, user, chat, event, edited=edited, in_staff_room=room is not None)

    def _said(
        self, message: Message, user: User, chat: str, event: Stored, *, edited: bool, in_staff_room: bool
    ) -> Happening:
        """A user's words."""
        group = chat if chat != str(user.id) else None
        addressed = not group or content.is_addressed(message, self.me)
        if group and not addressed and self.manners(chat).answer_unaddressed == "never":
            return Ignored("not addressed")
        text = content.words_of(message, self.me)
        attachment = None if in_staff_room else content.attachment_of(message)
        if not text and attachment is None and not (group and addressed):
            return Ignored("nothing in it to answer")
        if edited and attachment:
            return Ignored("a picture's caption was edited")
        kind = attachment.kind if attachment else None
        incoming = Incoming(
            text or ("你好" if group and not attachment else ""),
            group=group is not None,
            addressed=addressed,
            image=attachment.name or "图片" if attachment and kind == "图片" else None,
            file=attachment.name or "文件" if attachment and kind != "图片" else None,
            album=message.media_group_id,
            at=message.date,
        )
        thread = str(message.message_thread_id) if message.is_topic_message and message.message_thread_id else ""
        place = Place(chat, thread, str(user.id)) if group else Place(chat)
        return Said(
            key=f"{chat}:{user.id}" if group else chat,
            address=str(place),
            incoming=incoming,
            group=group,
            message_id=event.event_id,
            quote=str(message.message_id) if group else None,
            attachments=(attachment,) if attachment else (),
            too_big=content.BIGGEST_FILE_MB if content.is_too_big(attachment) else None,
            person=str(user.id),
        )

    async def _hushed(self, message: Message, user: User, chat: str) -> Happening | None:
        """“/静音” or “/恢复” by an owner or admin of the group."""
        found = _HUSH.fullmatch(message.text or "")
        if not found or (found["bot"] and found["bot"].lower() != self.me.username.lower()):
            return None
        anonymous = message.sender_chat is not None and message.sender_chat.id == message.chat.id
        if not anonymous and not await self.gate.leads(user, str(message.chat.id)):
            return Announced(chat, self.words().admins_only, str(message.message_id))
        return Hushed(chat, chat, str(user.id), muted=found["word"] == "静音", quote=str(message.message_id))

    def _typed_by_agent(self, message: Message, user: User, chat: str) -> Happening | None:
        """A staff command in a private chat: for agents on the list; others are told no."""
        text = message.text or ""
        command = parse(text) if text.startswith("/") else None
        if command is None or command.verb not in _STAFF_ONLY | {"reply", "note", "hand_over"}:
            return None
        if self.gate.is_listed(user):
            return self.staff.commanded(command, user, chat)
        actor = Actor(NAME, str(user.id), user.full_name)
        return Refused(actor, f"command {command.verb}", self.words().staff_only, command.number, address=chat)

    async def _pressed(self, query: CallbackQuery, tx: AsyncConnection) -> Happening:
        signal = {"kind": "signal", "id": query.id}
        message, data = query.message, query.data or ""
        if message is None or not data:
            actor = Actor(NAME, str(query.from_user.id), query.from_user.full_name)
            return Refused(actor, "empty button", "这个按钮已经失效。", signal=signal)
        chat = self.canonical(message.chat.id)
        if data.startswith(PREFIX):
            return await self.staff.pressed(
                query, chat, data.removeprefix(PREFIX), signal, is_room=bool(self.rooms.at(NAME, chat))
            )
        sent = await outbox.sent_as(tx, NAME, chat, str(message.message_id))
        user, group = query.from_user, chat if chat != str(query.from_user.id) else None
        key = f"{chat}:{user.id}" if group else chat
        if group and sent and sent.conversation_key != key:
            actor = Actor(NAME, str(user.id), user.full_name)
            return Refused(actor, "another person's button", self.words().not_yours, signal=signal)
        thread = ""
        if isinstance(message, Message) and message.is_topic_message and message.message_thread_id:
            thread = str(message.message_thread_id)
        return Said(
            key=key,
            address=str(Place(chat, thread, str(user.id)) if group else Place(chat)),
            incoming=Incoming(data, group=group is not None),
            group=group,
            shown=_label(message, data),
            quote=str(message.message_id) if group else None,
            edit=str(message.message_id) if sent and sent.payload.get("step") else None,
            signal=signal,
            person=str(user.id),
        )

    def _membership(self, change: ChatMemberUpdated) -> Happening:
        chat = self.canonical(change.chat.id)
        was, now = change.old_chat_member.status, change.new_chat_member.status
        if now in _OUT:
            if change.chat.type == change.chat.PRIVATE:
                return Unreachable(chat, "对方屏蔽了机器人", key=chat)
            return Unreachable(chat, "机器人被移出群")
        if was in _OUT and change.chat.type in _GROUPS and not self.rooms.at(NAME, chat):
            return Announced(chat, self.words().group_joined)
        return Ignored(f"membership: {was} → {now}")


def _label(message: object, data: str) -> str | None:
    """What the pressed button says."""
    markup = getattr(message, "reply_markup", None)
    rows = markup.inline_keyboard if markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), None)

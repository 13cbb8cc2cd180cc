"""What a message means. Decides nothing about the answer."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.heard import Heard
from bot.channels.hearing import Hearing
from bot.channels.onebot.accounts import Accounts
from bot.channels.onebot.envelope import lane_of
from bot.channels.onebot.lanes import NAME, Lane, marked, staff_lane
from bot.channels.onebot.names import without_name
from bot.channels.onebot.reading import Content, content_of, segments_of
from bot.channels.onebot.shape import Message
from bot.channels.place import Place
from bot.pipeline.happening import Happening, Ignored
from bot.storage import outbox
from bot.storage.inbox import Stored

_COMMANDERS = ("owner", "admin")
_HIDDEN = "anonymous"
_MOST_UNSENT = 20


@dataclass(frozen=True, slots=True)
class Understanding:
    """``hearing``: the rules of all channels without buttons; ``held``: the chats whose answers wait for the pace."""

    accounts: Accounts
    hearing: Hearing
    held: Callable[[], Collection[str]] = frozenset

    async def of(self, event: Stored, tx: AsyncConnection) -> Happening:
        """What the event means."""
        try:
            message = Message.model_validate(event.payload)
        except ValidationError:
            return Ignored("malformed")
        ours = self.accounts.ids | {message.self_id}
        if message.user_id in ours:
            return Ignored("said by an account of ours")
        content = content_of(segments_of(message.message), ours)
        lane = lane_of(message)
        heard = await self._in_group(message, lane, content, tx) if lane.is_group else _alone(message, lane, content)
        if heard is None:
            return Ignored("another account of ours hears it")
        if await self._is_flooding(heard, tx):
            return Ignored(f"{heard.user} has {_MOST_UNSENT} answers waiting already")
        return await self.hearing.of(heard, event, tx)

    async def _is_flooding(self, heard: Heard, tx: AsyncConnection) -> bool:
        """Whether so much waits for somebody that more of it would only keep others waiting."""
        if heard.chat not in self.held() or self.hearing.rooms.at(NAME, heard.room or heard.chat):
            return False
        place = Place(heard.chat, heard.user if heard.group else "")
        return await outbox.waiting_at(tx, NAME, str(place)) >= _MOST_UNSENT

    async def _in_group(self, message: Message, lane: Lane, content: Content, tx: AsyncConnection) -> Heard | None:
        room = staff_lane(lane.group)
        in_room = self.hearing.rooms.at(NAME, room) is not None
        answers = marked(message.self_id, content.replied) if content.replied else None
        # In the staff's group all our accounts are one; elsewhere each hears only what is said to itself.
        called = content.mentions & self.accounts.ids if in_room else content.mentions & {message.self_id}
        by_reply = answers and await outbox.sent_as(tx, NAME, room if in_room else str(lane), answers)
        account = self.accounts.find(message.self_id)
        named = without_name(content.text, account.names_in(lane.group)) if account else None
        if not (called or by_reply or in_room) and self._is_anothers(message.self_id, lane.group, content.text, named):
            return None
        hidden = message.sub_type == _HIDDEN and message.anonymous.id
        return Heard(
            NAME,
            str(lane),
            f"{_HIDDEN}-{message.anonymous.id}" if hidden else message.user_id,
            message.anonymous.name if hidden else message.sender.card or message.sender.nickname or message.user_id,
            content.text if named is None else named,
            group=True,
            addressed=bool(called or by_reply or named is not None),
            may_command=message.sender.role in _COMMANDERS and not hidden,
            message_id=marked(message.self_id, message.message_id),
            answers=answers,
            at=_time(message),
            attachments=content.attachments,
            room=room,
            number=lane.group,
            circle=lane.group,
            alone=None if hidden or account is None else account.friend_lane(message.user_id),
        )

    def _is_anothers(self, own: str, group: str, text: str, named: str | None) -> bool:
        """Whether what names nobody, or several of our accounts in a group, is for another of them to answer."""
        speaker = self.accounts.speaker(group)
        if speaker is None or speaker.id == own or not speaker.can_hear:
            return False
        return named is None or without_name(text, speaker.names_in(group)) is not None


def _alone(message: Message, lane: Lane, content: Content) -> Heard:
    return Heard(
        NAME,
        str(lane),
        message.user_id,
        message.sender.nickname or message.user_id,
        content.text,
        message_id=marked(message.self_id, message.message_id),
        answers=marked(message.self_id, content.replied) if content.replied else None,
        at=_time(message),
        attachments=content.attachments,
        number=message.user_id,
    )


def _time(message: Message) -> datetime | None:
    """When it was said, where the implementation knows."""
    return datetime.fromtimestamp(message.time, UTC) if 0 < message.time < 2**32 else None

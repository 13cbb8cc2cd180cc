"""What a message on a channel of plain text means: the same rules for every such channel."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.heard import Heard
from bot.channels.place import Place
from bot.channels.staff_lines import StaffLines
from bot.desk.rooms import Rooms
from bot.pipeline.happening import Announced, Happening, Hushed, Ignored, Said
from bot.storage import groups, outbox
from bot.storage.inbox import Stored
from handlers.manners import Manners
from handlers.message import Incoming
from kb.wording import Wording

_HUSH = re.compile(r"(?P<slash>[/／]?)(?P<word>静音|恢复)")
_GREETING = "你好"


@dataclass(frozen=True, slots=True)
class Hearing:
    """Decides nothing about the answer. ``agents``: name by account on this channel; ``manners``: a group's."""

    channel: str
    rooms: Rooms
    agents: Mapping[str, str]
    words: Callable[[], Wording]
    manners: Callable[[str], Manners]

    async def of(self, heard: Heard, event: Stored, tx: AsyncConnection) -> Happening:
        """What the message means."""
        room = heard.room or heard.chat
        is_room = self.rooms.at(self.channel, room) is not None
        if heard.addressed and heard.text.lower() in ("/id", "/编号"):
            return Announced(
                str(self._place(heard)), self.words().chat_id.format(number=heard.number or room), heard.message_id
            )
        staff = StaffLines(self.agents, self.words().staff_only)
        if is_room:
            sent = await outbox.sent_as(tx, self.channel, room, heard.answers) if heard.answers else None
            acted = staff.in_room(heard, room, sent)
            if acted or not heard.addressed:
                return acted or Ignored("talk among colleagues")
        elif not heard.group:
            acted = staff.alone(heard)
            if acted:
                return acted
        hushed = await self._hushed(heard, tx) if heard.group and not is_room else None
        return hushed or self._said(heard, event, in_staff_room=is_room)

    async def _hushed(self, heard: Heard, tx: AsyncConnection) -> Happening | None:
        """“/静音” by whoever has a say in the group; among others the word is only a word."""
        found = _HUSH.fullmatch(heard.text)
        if not found or not (heard.addressed or found["slash"]):
            return None
        place, group = str(self._place(heard)), _group(heard)
        if not heard.may_command and heard.user not in self.agents:
            if await groups.is_muted(tx, self.channel, group):
                return Ignored("a muted group stays quiet")
            return Announced(place, self.words().admins_only, heard.message_id)
        return Hushed(group, place, heard.user, muted=found["word"] == "静音", quote=heard.message_id)

    def _said(self, heard: Heard, event: Stored, *, in_staff_room: bool) -> Happening:
        """A user's words."""
        if heard.group and not heard.addressed and self.manners(_group(heard)).answer_unaddressed == "never":
            return Ignored("not addressed")
        attachments = () if in_staff_room else heard.attachments
        first = attachments[0] if attachments else None
        if not heard.text and first is None and not (heard.group and heard.addressed):
            return Ignored("nothing in it to answer")
        name = (first.name or first.kind) if first else None
        place = self._place(heard)
        return Said(
            key=str(place),
            address=str(place),
            incoming=Incoming(
                # Only the bot's name, and nothing after it: somebody looks whether anybody is there.
                heard.text or ("" if first else _GREETING),
                group=heard.group,
                addressed=heard.addressed,
                image=name if first and first.kind == "图片" else None,
                file=name if first and first.kind != "图片" else None,
                at=heard.at,
            ),
            group=_group(heard) if heard.group else None,
            message_id=event.event_id,
            quote=heard.message_id if heard.group else None,
            attachments=attachments,
            too_big=heard.too_big,
            person=heard.user,
            alone=heard.alone if heard.group else None,
        )

    def _place(self, heard: Heard) -> Place:
        return Place(heard.chat, heard.user) if heard.group else Place(heard.chat)


def _group(heard: Heard) -> str:
    """The group as it is known to the settings and to what is remembered of it."""
    return heard.circle or heard.chat

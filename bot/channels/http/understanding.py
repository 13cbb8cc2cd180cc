"""What a bridge has posted, as the inbox keeps it and as a message that is heard."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.heard import Heard
from bot.channels.hearing import Hearing
from bot.channels.http import places
from bot.channels.http.places import NAME
from bot.channels.place import Place
from bot.pipeline.happening import Announced, Attachment, Happening, Refused, Said
from bot.storage.inbox import Event, Stored

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Posted:
    """One message of a bridge's. ``images``: how each is referred to, ``{"url"}`` or ``{"kept"}``."""

    key: int
    user: str
    name: str
    text: str
    conversation: str
    group: str | None
    mentioned: bool
    may_command: bool
    images: Sequence[dict[str, Any]] = ()

    @property
    def chat(self) -> str:
        """The lane of what is said there."""
        return places.group(self.key, self.group) if self.group else places.alone(self.key, self.conversation)

    @property
    def person(self) -> str:
        """The user's account."""
        return places.person(self.key, self.user)

    @property
    def address(self) -> str:
        """Where it is answered."""
        return str(Place(self.chat, self.person) if self.group else Place(self.chat))


def event(name: str, posted: Posted) -> Event:
    """The event to keep; a group's people are each in an order of their own."""
    fields = ("key", "user", "name", "text", "conversation", "group", "mentioned", "may_command")
    payload = {field: getattr(posted, field) for field in fields} | {"images": list(posted.images)}
    return Event(NAME, name, f"{NAME}:{posted.address}", payload)


async def understand(hearing: Hearing, event: Stored, tx: AsyncConnection) -> Happening:
    """What it means. All that is said in answer names the event, so that it goes back with its request."""
    posted = Posted(**event.payload)
    happening = await hearing.of(_heard(posted, event), event, tx)
    match happening:
        case Said():
            return replace(happening, quote=event.event_id)
        case Refused(text=text, attempt=attempt):
            log.warning("api: %s of key %d may not: %s", posted.user, posted.key, attempt)
            return Announced(posted.address, text, event.event_id)
        case _:
            return happening


def _heard(posted: Posted, event: Stored) -> Heard:
    return Heard(
        channel=NAME,
        chat=posted.chat,
        user=posted.person,
        name=posted.name or posted.user,
        text=posted.text.strip(),
        group=posted.group is not None,
        addressed=posted.mentioned or posted.group is None,
        may_command=posted.may_command,
        message_id=event.event_id,
        at=event.received_at,
        attachments=tuple(Attachment("图片", ref, size=ref.get("size")) for ref in posted.images),
    )

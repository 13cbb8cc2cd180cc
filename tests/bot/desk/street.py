"""A channel for tests: whatever is said on it can be read as it is."""

import json
from collections.abc import Container, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.form import Where
from bot.desk.notes import Note
from bot.desk.rooms import Room
from bot.pipeline.channel import NeverError
from bot.pipeline.happening import Attachment, Happening, Said
from bot.storage.inbox import Stored
from bot.storage.outbox import Delivery, Outgoing
from handlers.message import Incoming, Reply
from handlers.plain import plain_text
from kb.wording import Wording

CHANNEL = "street"
Seen = dict[str, Any]


class PlainForm:
    """Puts everything as it is, so that a test can read it."""

    name = CHANNEL

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        return [
            self._out(where.address, {"text": plain_text(reply, words)}, where.purpose, where.conversation_id)
            for reply in replies
        ]

    def to_staff(self, room: Room, note: Note) -> Sequence[Outgoing]:
        seen = {"kind": type(note).__name__, **json.loads(json.dumps(asdict(note), default=str))}
        return [self._out(room.address, seen, "desk")]

    def pass_on(self, where: Where, media: dict[str, object]) -> Sequence[Outgoing]:
        return [self._out(where.address, {"text": f"［{media['name']}］"}, where.purpose, where.conversation_id)]

    def _out(self, address: str, payload: Seen, purpose: str, conversation: int | None = None) -> Outgoing:
        return Outgoing(CHANNEL, address, address, payload, purpose, conversation)


class Street:
    """Where the users are. ``gone``: nothing can be sent to them."""

    name = CHANNEL

    def __init__(self, gone: Container[str] = ()) -> None:
        self.gone = gone

    async def run(self) -> None:
        raise NotImplementedError

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        sent = event.payload
        picture = sent["picture"]
        attachments = (Attachment("图片", {"name": picture}, picture),) if picture else ()
        incoming = Incoming(sent["text"], group=sent["group"] is not None, addressed=sent["addressed"], image=picture)
        place = f"{sent['group']}/{sent['who']}" if sent["group"] else sent["who"]
        return Said(place, place, incoming, sent["group"], attachments=attachments, person=sent["who"])

    def open_lanes(self) -> Sequence[str]:
        return ("",)

    async def deliver(self, delivery: Delivery) -> str | None:
        if delivery.address in self.gone:
            raise NeverError("对方屏蔽了机器人")
        return str(delivery.id)


def kinds(seen: list[Seen]) -> list[str]:
    return [note["kind"] for note in seen]


def texts(seen: list[Seen]) -> str:
    return "\n".join(note["text"] for note in seen if note["kind"] == "Words")


def card(seen: list[Seen]) -> dict[str, Any]:
    """The latest card; there has to be one."""
    return [note for note in seen if note["kind"] == "Card"][-1]

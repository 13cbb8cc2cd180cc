"""The web chat's conversations, one a visitor, in memory: a restart forgets them."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.desk import Desk
from bot.present import present
from handlers.advance import advance
from handlers.conversation import Conversation
from handlers.message import Incoming, Scene
from kb.base import KnowledgeBase

_MOST_ROOMS = 5_000
_MOST_MESSAGES = 200


@dataclass(slots=True)
class Room:
    """One visitor's conversation. ``answers``: message id → replies, so that the same message is answered once."""

    conversation: Conversation = field(default_factory=Conversation)
    history: list[dict[str, Any]] = field(default_factory=list)
    answers: "OrderedDict[str, list[dict[str, Any]]]" = field(default_factory=OrderedDict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Rooms:
    """All rooms of this process; the longest unused make way for new ones."""

    def __init__(
        self, base: KnowledgeBase, desk: Desk, now: Callable[[], datetime], desk_note: Callable[[], str | None]
    ) -> None:
        self._base = base
        self._desk = desk
        self._now = now
        self._desk_note = desk_note
        self._rooms: OrderedDict[str, Room] = OrderedDict()

    def known(self, session: str | None) -> Room | None:
        """The room of a session, if there is one."""
        return self._rooms.get(session) if session else None

    def enter(self, session: str | None) -> tuple[str, Room]:
        """The session's room, or a new one under a name that nobody can guess."""
        if session is None or session not in self._rooms:
            session = secrets.token_urlsafe(24)
            self._rooms[session] = Room()
        self._rooms.move_to_end(session)
        if len(self._rooms) > _MOST_ROOMS:
            self._rooms.popitem(last=False)
        return session, self._rooms[session]

    async def say(self, room: Room, message: str, text: str, label: str | None) -> list[dict[str, Any]]:
        """Answer one message of a room, in order; the same message id gets the same answer."""
        async with room.lock:
            if message in room.answers:
                return room.answers[message]
            now = self._now()
            scene = Scene(now, self._desk.next_number, desk_note=self._desk_note())
            # The turn is computed beside the event loop: one visitor's long message must not stop the others' pages.
            turn = await asyncio.to_thread(advance, room.conversation, Incoming(text, at=now), self._base, scene)
            self._desk.perform(turn.effects)
            room.conversation = turn.conversation
            replies = [present(reply) for reply in turn.replies]
            room.history.append({"from": "user", "text": label or text, "id": message})
            room.history += [{"from": "bot", "reply": reply} for reply in replies]
            del room.history[:-_MOST_MESSAGES]
            room.answers[message] = replies
            if len(room.answers) > _MOST_MESSAGES:
                room.answers.popitem(last=False)
            return replies

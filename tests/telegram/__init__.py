"""A stand-in for the Telegram Bot API that tests reach over real HTTP.

``BotApi`` is what a test starts; people and groups come from it, do what they do in Telegram, and the bot under test,
which is told ``api.url``, gets to know of it as it would there.
"""

import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.telegram.faults import NOT_JSON, WRONG_SHAPE, Faults, HasId
from tests.telegram.methods import Methods
from tests.telegram.standin import Call, Server
from tests.telegram.world import (
    PRESENT,
    Chat,
    Json,
    Message,
    SentMessage,
    World,
    chat_id,
    entities_of,
    message_id,
)

__all__ = ["NOT_JSON", "WRONG_SHAPE", "BotApi", "Call", "Group", "HasId", "Json", "Message", "Person", "SentMessage"]

_SUPERGROUP = -1_001_000_000_001
_BASIC_GROUP = -4_000_001
_PERSON = 7_000_001


class BotApi:
    """One bot's Telegram. What it knows outlives ``stop``, and ``start`` opens the same port again."""

    def __init__(self, token: str = "123456:TEST", port: int = 0) -> None:
        self.token = token
        self.world = World(int(token.partition(":")[0]))
        self.faults = Faults(self.world.changed)
        self._server = Server(self.world, self.faults, Methods(self.world), token, port)
        self.world.disturbed = lambda: self._server.stopping or self.faults.pressing()
        self._numbers = count()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Comes up, or comes back."""
        self._server.start()

    def stop(self) -> None:
        """Goes down: connections break and nobody can connect."""
        self._server.stop()

    @property
    def port(self) -> int:
        """Where it listens; known before it starts."""
        return self._server.port

    @property
    def url(self) -> str:
        """What stands in for ``https://api.telegram.org``."""
        return f"http://127.0.0.1:{self.port}"

    def person(self, name: str, id: int | None = None, username: str | None = None, started: bool = True) -> "Person":
        """A user with a private chat; one who has not ``started`` the bot cannot be written to before he writes."""
        with self.world.changed:
            return Person(self.world, id or _PERSON + next(self._numbers), name, username, started)

    def group(
        self,
        title: str,
        members: "Sequence[Person]" = (),
        forum: bool = False,
        username: str | None = None,
        basic: bool = False,
        bot: bool = True,
    ) -> "Group":
        """A group whose owner is none of the members; ``bot=False`` leaves the bot out until it is added."""
        with self.world.changed:
            owner = self.person(f"Owner of {title}", started=False)
            number = (_BASIC_GROUP if basic else _SUPERGROUP) - next(self._numbers)
            chat = Chat(number, "group" if basic else "supergroup", title, username, forum)
            chat.members = {owner.id: "creator"} | {member.id: "member" for member in members}
            if bot:
                chat.members[self.world.bot_id] = "member"
            return Group(self.world, chat, owner)

    def push(self, update: Json) -> int:
        """Any update, at once and as it is: one seen before, one out of order; the answer is its id."""
        with self.world.changed:
            return self.world.push(update)

    def messages(self, chat: HasId | int) -> list[SentMessage]:
        """What the bot has said in a chat and not deleted, as it looks now, oldest first."""
        with self.world.changed:
            found = self.world.chat(chat)
            stored = found.messages.values() if found else ()
            said = [one for one in stored if one.body["from"]["id"] == self.world.bot_id and not one.is_service]
            return [SentMessage.of(one) for one in said]

    def wait(self, chat: HasId | int, count: int = 1, timeout: float = 60) -> SentMessage:
        """The newest message, as soon as the bot has said this many in a chat."""
        return self._await(chat, lambda said: said[-1] if len(said) >= count else None, timeout, f"{count} messages")

    def wait_for(self, chat: HasId | int, fits: Callable[[SentMessage], object], timeout: float = 60) -> SentMessage:
        """The newest message that fits, as soon as there is one."""
        return self._await(chat, lambda said: next(filter(fits, reversed(said)), None), timeout, "such a message")

    def until(self, fits: Callable[[], object], timeout: float = 60) -> None:
        """Waits until something is so of the stand-in: of ``calls``, ``pending``, ``answers``."""
        with self.world.changed:
            if not self.world.changed.wait_for(fits, timeout):
                raise AssertionError(f"not so after {timeout} s; the last calls: {self.calls[-10:]}")

    def call(self, method: str, **params: Any) -> Json:
        """Calls a method as a bot would, with JSON; the answer is the whole body."""
        url = f"{self.url}/bot{self.token}/{method}"
        response = httpx.post(url, json=params, trust_env=False, timeout=60)
        return dict(response.json())

    @property
    def calls(self) -> list[Call]:
        """All calls so far, in the order in which they came."""
        with self.world.changed:
            return list(self._server.calls)

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    def answers(self, callback: str) -> Json | None:
        """How the bot answered a press, if it has."""
        with self.world.changed:
            return self.world.callbacks.get(callback)

    def reactions(self, message: Message) -> list[str]:
        """What the bot has put below a message."""
        with self.world.changed:
            put = self.world.reactions.get((chat_id(message), message_id(message)), [])
            return [str(one.get("emoji")) for one in put]

    @property
    def pending(self) -> list[Json]:
        """The updates that the bot has not confirmed."""
        with self.world.changed:
            return [item.update for item in self.world.pending]

    def _await(
        self, chat: HasId | int, choose: Callable[[list[SentMessage]], SentMessage | None], timeout: float, what: str
    ) -> SentMessage:
        with self.world.changed:
            self.world.changed.wait_for(lambda: choose(self.messages(chat)), timeout)
            said = self.messages(chat)
            chosen = choose(said)
        if chosen is None:
            there = "".join(f"\n  {one.id} {one.kind} {one.text!r} {one.buttons}" for one in said) or " nothing"
            raise AssertionError(f"no {what} after {timeout} s; there is{there}")
        return chosen


class Person:
    """Somebody who uses Telegram; ``id`` is also that of the chat between him and the bot."""

    def __init__(self, world: World, number: int, name: str, username: str | None, started: bool) -> None:
        self.world, self.id, self.name = world, number, name
        self.json: Json = {"id": number, "is_bot": False, "first_name": name, "language_code": "zh-hans"}
        if username:
            self.json["username"] = username
        world.users[number] = self.json
        members = {number: "member", world.bot_id: "member" if started else "left"}
        world.chats[number] = Chat(number, "private", name, username, members=members)

    def says(
        self, text: str, chat: HasId | None = None, reply_to: Message | None = None, thread: int | None = None
    ) -> Json:
        """Writes a text, to the bot or in a group."""
        return self.sends({"text": text, "entities": entities_of(text)}, chat, reply_to, thread)

    def sends(
        self, content: Json, chat: HasId | None = None, reply_to: Message | None = None, thread: int | None = None
    ) -> Json:
        """Sends whatever a Message object can hold; the answer is that object."""
        content = {key: value for key, value in content.items() if value not in (None, [])}
        with self.world.changed:
            place = self._place(chat)
            if place.status(self.id) not in PRESENT or (thread and thread not in place.topics):
                raise ValueError(f"{self.name} cannot write to {place.title}, topic {thread}")
            if place.is_private and place.status(self.world.bot_id) == "left":
                place.members[self.world.bot_id] = "member"
            replied = None if reply_to is None else message_id(reply_to)
            return dict(self.world.post(place, self.id, content, replied, thread).body)

    def sends_photo(
        self, caption: str | None = None, size: int = 1000, chat: HasId | None = None, content: bytes | None = None
    ) -> Json:
        """Sends a picture, in two sizes as the real one does."""
        shown = [
            self._file(length, "photos/file_{}.jpg", content) | {"width": width, "height": width}
            for length, width in ((min(size, 900), 90), (size, 1280))
        ]
        return self.sends({"photo": shown, **_caption(caption)}, chat)

    def sends_document(
        self,
        name: str = "file.pdf",
        size: int = 1000,
        mime: str = "application/pdf",
        caption: str | None = None,
        chat: HasId | None = None,
        content: bytes | None = None,
    ) -> Json:
        """Sends a file."""
        file = self._file(size, f"documents/file_{{}}{Path(name).suffix}", content)
        return self.sends({"document": {**file, "file_name": name, "mime_type": mime}, **_caption(caption)}, chat)

    def edits(self, message: Message, text: str) -> Json:
        """Changes what he wrote."""
        with self.world.changed:
            place = self.world.chats[chat_id(message)]
            stored = place.messages[message_id(message)]
            key = "text" if "text" in stored.body else "caption"
            stored.body |= {key: text, "edit_date": int(time.time())}
            stored.body["entities" if key == "text" else "caption_entities"] = entities_of(text)
            if self.world.heard(place, stored):
                self.world.tell("edited_message", dict(stored.body))
            return dict(stored.body)

    def presses(self, message: Message, label: str | None = None, data: str | None = None) -> str:
        """Presses the button with this label, or has his client send data of no button; the answer is the query's id."""
        with self.world.changed:
            place = self.world.chats[chat_id(message)]
            stored = place.messages.get(message_id(message))
            if data is None:
                shown = (
                    message if isinstance(message, SentMessage) else SentMessage.of(place.messages[message_id(message)])
                )
                data = shown.data(label or "")
            gone = {"chat": place.json, "message_id": message_id(message), "date": 0}
            key = str(4_400_000_001 + len(self.world.callbacks))
            self.world.callbacks[key] = None
            query: Json = {"id": key, "from": self.json, "message": dict(stored.body) if stored else gone}
            self.world.tell("callback_query", {**query, "chat_instance": str(place.id), "data": data})
            return key

    def deletes(self, message: Message) -> None:
        """Takes a message away, his own or, in his private chat, the bot's; the bot is not told."""
        with self.world.changed:
            self.world.chats[chat_id(message)].messages.pop(message_id(message), None)

    def blocks(self) -> None:
        """No longer hears of the bot."""
        self._turns("kicked")

    def unblocks(self) -> None:
        """Hears of the bot again."""
        self._turns("member")

    def _turns(self, status: str) -> None:
        with self.world.changed:
            self.world.turn(self.world.chats[self.id], self.world.bot_id, status, self.id)

    def _place(self, chat: HasId | None) -> Chat:
        return self.world.chats[self.id if chat is None else chat.id]

    def _file(self, size: int, path: str, content: bytes | None) -> Json:
        with self.world.changed:
            return self.world.keep(size, path, content).json


class Group:
    """A group with the bot in it, and who it is that owns it."""

    def __init__(self, world: World, chat: Chat, owner: Person) -> None:
        self.world, self.id, self.owner = world, chat.id, owner
        self.chat = chat
        world.chats[chat.id] = chat

    def joins(self, person: Person) -> None:
        """Somebody comes in."""
        self._enters(person.id, person)

    def leaves(self, person: Person, by: Person | None = None) -> None:
        """Somebody goes, or is thrown out ``by`` another."""
        self._goes(person.id, by or person, "kicked" if by else "left")

    def makes_admin(self, person: Person, status: str = "administrator") -> None:
        """Somebody gets a say; ``status="member"`` takes it away."""
        with self.world.changed:
            self.world.turn(self.chat, person.id, status, self.owner.id)

    def add_bot(self, by: Person | None = None) -> None:
        """The bot is asked in."""
        self._enters(self.world.bot_id, by or self.owner)

    def remove_bot(self, by: Person | None = None) -> None:
        """The bot is thrown out."""
        self._goes(self.world.bot_id, by or self.owner, "kicked")

    def make_bot_admin(self, status: str = "administrator") -> None:
        """The bot gets a say, and with it hears everything."""
        with self.world.changed:
            self.world.turn(self.chat, self.world.bot_id, status, self.owner.id)

    def topic(self, name: str) -> int:
        """A new topic, and its thread id."""
        with self.world.changed:
            return int(self.world.open_topic(self.chat, self.owner.id, name)["message_thread_id"])

    def upgrade(self) -> "Group":
        """The group becomes a supergroup with another id."""
        with self.world.changed:
            # Another number than any group that a test makes.
            new = Chat(
                _SUPERGROUP - 1_000_000 + self.id, "supergroup", self.chat.title, members=dict(self.chat.members)
            )
            group = Group(self.world, new, self.owner)
            self.world.post(self.chat, self.owner.id, {"migrate_to_chat_id": new.id})
            self.world.post(new, self.owner.id, {"migrate_from_chat_id": self.id})
            self.chat.moved_to = new.id
            return group

    def _enters(self, user: int, by: Person) -> None:
        with self.world.changed:
            self.world.turn(self.chat, user, "member", by.id)
            self.world.post(self.chat, by.id, {"new_chat_members": [self.world.users[user]]})

    def _goes(self, user: int, by: Person, status: str) -> None:
        with self.world.changed:
            self.world.post(self.chat, by.id, {"left_chat_member": self.world.users[user]})
            self.world.turn(self.chat, user, status, by.id)


def _caption(caption: str | None) -> Json:
    return {"caption": caption, "caption_entities": entities_of(caption)} if caption else {}

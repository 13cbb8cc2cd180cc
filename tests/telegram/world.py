"""The world around the bot: who there is, what has been said where, and which updates the bot has yet to hear of."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from tests.telegram.faults import HasId, Refusal, bad_request

Json = dict[str, Any]

BOT_NAME = "helpdesk_bot"
FIRST_UPDATE = 501_000_001
MOST_FETCHED = 20 * 1024 * 1024
"""How many bytes of a file a bot can fetch."""
NOT_BY_DEFAULT = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
"""Updates that the Bot API sends only to those who ask for them by name."""
SERVICE = frozenset(
    (
        *("new_chat_members", "left_chat_member", "new_chat_title", "pinned_message", "group_chat_created"),
        *("migrate_to_chat_id", "migrate_from_chat_id", "supergroup_chat_created", "channel_chat_created"),
        *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
    )
)
KINDS = ("text", "photo", "document", "video", "animation", "audio", "voice", "sticker", "location", "contact")
PRESENT = frozenset(("creator", "administrator", "member", "restricted"))
_RIGHTS = (
    *("can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
    *("can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories"),
    *("can_delete_stories", "can_pin_messages", "can_manage_topics"),
)
_MARKS = re.compile(
    r"(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}+(?:@[A-Za-z0-9_]{3,32}+)?(?![\w/<>]))"
    r"|(?P<mention>(?<!\w)@[A-Za-z0-9_]{2,32}+(?!\w))"
    r"|(?P<url>https?://[^\s，。；！？）】》」]+)"
)
"""As the real one has it, an ideograph is part of a word: without a space before and after it, a name is no mention."""


def units(text: str) -> int:
    """How long a text is by Telegram's count: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def entities_of(text: str) -> list[Json]:
    """What Telegram finds in a text by itself."""
    return [
        {"type": found.lastgroup, "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in _MARKS.finditer(text)
    ]


@dataclass
class Stored:
    """A message where it lies. ``body`` is the Message object; replies to it show it as it was when they were made."""

    body: Json
    html: str = ""
    edits: int = 0
    reply_to: int | None = None

    @property
    def is_service(self) -> bool:
        """Whether it tells of something that happened in the chat."""
        return not SERVICE.isdisjoint(self.body)

    @property
    def quoted(self) -> Json:
        """As ``reply_to_message`` shows it: one level deep, and of all markup only the buttons below it."""
        left_out = ("reply_to_message", *(() if self.is_pressable else ("reply_markup",)))
        return {key: value for key, value in self.body.items() if key not in left_out}

    @property
    def is_pressable(self) -> bool:
        """Whether there are buttons below it."""
        return "inline_keyboard" in self.body.get("reply_markup", {})


@dataclass(frozen=True)
class SentMessage:
    """What the bot has said, as it looks now; ``html`` is its text as the bot sent it."""

    id: int
    chat: int
    kind: str
    text: str
    html: str
    reply_to: int | None
    thread: int | None
    edits: int
    body: Json

    @classmethod
    def of(cls, stored: Stored) -> "SentMessage":
        """A message as a test looks at it."""
        body = dict(stored.body)
        kind = next((kind for kind in KINDS if kind in body), "other")
        text = str(body.get("text", body.get("caption", "")))
        # In a group without topics a thread is no more than a row of replies.
        thread = body["message_thread_id"] if "is_topic_message" in body else None
        told = (text, stored.html, stored.reply_to, thread, stored.edits)
        return cls(body["message_id"], body["chat"]["id"], kind, *told, body)

    @property
    def keys(self) -> list[Json]:
        """All buttons below the message, row after row."""
        markup = self.body.get("reply_markup", {})
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return [{"text": key} if isinstance(key, str) else key for row in rows for key in row]

    @property
    def buttons(self) -> list[str]:
        """What stands on the buttons."""
        return [key["text"] for key in self.keys]

    @property
    def photo(self) -> str | None:
        """The ``file_id`` of a picture."""
        return str(self.body["photo"][-1]["file_id"]) if self.kind == "photo" else None

    def data(self, label: str) -> str:
        """What the button with this label sends."""
        return self._on(label, "callback_data")

    def url(self, label: str) -> str:
        """What the button with this label opens."""
        return self._on(label, "url")

    def _on(self, label: str, kind: str) -> str:
        for key in self.keys:
            if key["text"] == label and kind in key:
                return str(key[kind])
        raise AssertionError(f"no button {label!r} with {kind} among {self.buttons}")


Message = Json | SentMessage
"""A message in a test's hands: what a person's methods answer, or what was found in a chat."""


def message_id(message: Message) -> int:
    """Its number in its chat."""
    return message.id if isinstance(message, SentMessage) else int(message["message_id"])


def chat_id(message: Message) -> int:
    """Where it stands."""
    return message.chat if isinstance(message, SentMessage) else int(message["chat"]["id"])


@dataclass(frozen=True)
class File:
    """Something that was sent."""

    id: str
    path: str
    size: int
    content: bytes

    @property
    def json(self) -> Json:
        """What every kind of file has in a message."""
        return {"file_id": self.id, "file_unique_id": f"AQAD{self.id[-6:]}", "file_size": self.size}


@dataclass
class Pending:
    """An update on its way. A pushed one reaches the bot once, whatever offset it has got to."""

    update: Json
    pushed: bool = False
    delivered: bool = False

    @property
    def id(self) -> int:
        """Its ``update_id``."""
        return int(self.update["update_id"])

    def take(self) -> Json:
        """The update, for the bot to have."""
        self.delivered = True
        return self.update


@dataclass
class Webhook:
    """Where updates go instead of waiting to be fetched."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_date: int = 0


@dataclass(eq=False)
class Chat:
    """One conversation, and who is in it."""

    id: int
    type: str
    title: str
    username: str | None = None
    forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, Json] = field(default_factory=dict)
    messages: dict[int, Stored] = field(default_factory=dict)
    moved_to: int | None = None
    last_id: int = 0

    @property
    def is_private(self) -> bool:
        """Whether it is a chat with one person."""
        return self.type == "private"

    @property
    def json(self) -> Json:
        """The Chat object."""
        shown: Json = {"id": self.id, "type": self.type, ("first_name" if self.is_private else "title"): self.title}
        if self.username:
            shown["username"] = self.username
        return {**shown, "is_forum": True} if self.forum else shown

    def status(self, user: int) -> str:
        """What a user is here."""
        return self.members.get(user, "left")

    def rules(self, user: int) -> bool:
        """Whether a user may do here what only administrators may."""
        return self.is_private or self.status(user) in ("creator", "administrator")


@dataclass
class World:
    """All state behind the Bot API; whoever reads or changes it holds ``changed``."""

    bot_id: int
    changed: Condition = field(default_factory=Condition)
    disturbed: Callable[[], bool] = lambda: False
    users: dict[int, Json] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    webhook: Webhook | None = None
    callbacks: dict[str, Json | None] = field(default_factory=dict)
    reactions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    _last_update: int = FIRST_UPDATE - 1
    _last_file: int = 0

    def __post_init__(self) -> None:
        bot = {"id": self.bot_id, "is_bot": True, "first_name": "Helpdesk", "username": BOT_NAME}
        self.users[self.bot_id] = bot

    def chat(self, chat: HasId | int | str) -> Chat | None:
        """A chat by its id, its ``@username`` or somebody who stands for it."""
        if isinstance(chat, str) and chat.startswith("@"):
            return next((known for known in self.chats.values() if f"@{known.username}" == chat), None)
        if isinstance(chat, str):
            return self.chats.get(int(chat)) if re.fullmatch(r"-?\d{1,20}", chat) else None
        return self.chats.get(chat if isinstance(chat, int) else chat.id)

    def enter(self, name: int | str, writes: bool) -> Chat:
        """The chat that the bot means, if it may read, or write, there."""
        chat = self.chat(name)
        if chat is None:
            raise bad_request("chat not found")
        if chat.moved_to is not None:
            upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, upgraded, migrate_to_chat_id=chat.moved_to)
        status = chat.status(self.bot_id)
        if status in PRESENT or (chat.is_private and not writes):
            return chat
        if chat.is_private:
            why = "was blocked by the user" if status == "kicked" else "can't initiate conversation with a user"
        else:
            why = f"{'was kicked from' if status == 'kicked' else 'is not a member of'} the {chat.type} chat"
        raise Refusal(403, f"Forbidden: bot {why}")

    def keep(self, size: int, path: str, content: bytes | None = None) -> File:
        """A new file; without content it is all zeros, and a very big one is only said to be there."""
        self._last_file += 1
        if content is None:
            content = bytes(size) if size <= MOST_FETCHED else b""
        file = File(f"AgACAgUAAxkBAAI{self._last_file:06}", path.format(self._last_file), size, content)
        self.files[file.id] = file
        return file

    def member(self, chat: Chat, user: int, status: str | None = None) -> Json:
        """The ChatMember object."""
        status = status or chat.status(user)
        shown: Json = {"user": self.users[user], "status": status}
        if status == "administrator":
            shown |= dict.fromkeys(_RIGHTS, True) | {"is_anonymous": False}
        elif status == "creator":
            shown["is_anonymous"] = False
        elif status == "kicked":
            shown["until_date"] = 0
        return shown

    def turn(self, chat: Chat, user: int, status: str, by: int) -> None:
        """Somebody becomes something in a chat, which the bot hears of if it is itself, or if it is asked to know."""
        before = self.member(chat, user)
        chat.members[user] = status
        own = user == self.bot_id
        if own or self.listens(chat):
            change = {"chat": chat.json, "from": self.users[by], "date": int(time.time())}
            change |= {"old_chat_member": before, "new_chat_member": self.member(chat, user)}
            self.tell("my_chat_member" if own else "chat_member", change)

    def listens(self, chat: Chat) -> bool:
        """Whether the bot hears everything that happens in a chat."""
        return chat.rules(self.bot_id) and chat.status(self.bot_id) in PRESENT

    def post(
        self,
        chat: Chat,
        sender: int,
        content: Json,
        reply_to: int | None = None,
        thread: int | None = None,
        html: str = "",
    ) -> Stored:
        """A message appears in a chat; the bot hears of it if it may."""
        chat.last_id += 1
        body: Json = {"message_id": chat.last_id, "from": self.users[sender], "chat": chat.json}
        body |= {"date": int(time.time()), **self._place(chat, reply_to, thread), **content}
        stored = Stored(body, html, reply_to=reply_to)
        chat.messages[body["message_id"]] = stored
        if sender != self.bot_id and self.heard(chat, stored):
            self.tell("message", dict(body))
        self.changed.notify_all()
        return stored

    def _place(self, chat: Chat, reply_to: int | None, thread: int | None) -> Json:
        """Where in a chat a message stands: below which message, in which topic."""
        parent = chat.messages.get(reply_to) if reply_to else None
        if parent is not None and chat.type == "supergroup":
            root = None if chat.forum else parent.body["message_id"]
            thread = thread or parent.body.get("message_thread_id", root)
        place: Json = {}
        if thread:
            place = {"message_thread_id": thread, **({"is_topic_message": True} if chat.forum else {})}
            # The real one makes everything in a topic a reply to the message that opened it.
            parent = parent or (chat.messages.get(thread) if chat.forum else None)
        return {**place, "reply_to_message": parent.quoted} if parent is not None else place

    def heard(self, chat: Chat, stored: Stored) -> bool:
        """Whether the bot gets to know of a message: privacy mode is on."""
        if chat.status(self.bot_id) not in PRESENT:
            return False
        if chat.is_private or stored.is_service or self.listens(chat):
            return True
        parent = chat.messages.get(stored.reply_to or 0)
        return (parent is not None and parent.body["from"]["id"] == self.bot_id) or self._called(stored.body)

    def _called(self, body: Json) -> bool:
        text = str(body.get("text") or body.get("caption") or "").encode("utf-16-le", "surrogatepass")
        for entity in [*body.get("entities", ()), *body.get("caption_entities", ())]:
            said = text[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le", "replace")
            name = said.partition("@")[2].lower()
            if entity["type"] == "bot_command" and name in ("", BOT_NAME):
                return True
            if entity["type"] == "mention" and name == BOT_NAME:
                return True
            if entity["type"] == "text_mention" and entity.get("user", {}).get("id") == self.bot_id:
                return True
        return False

    def tell(self, kind: str, content: Json) -> None:
        """A new update, unless the bot does not want that kind."""
        if kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT:
            self._last_update += 1
            self.pending.append(Pending({"update_id": self._last_update, kind: content}))
        self.changed.notify_all()

    def push(self, update: Json) -> int:
        """Any update, as it is; without an ``update_id`` it gets the next one."""
        if "update_id" not in update:
            self._last_update += 1
            update = {"update_id": self._last_update, **update}
        self.pending.append(Pending(update, pushed=True))
        self.changed.notify_all()
        return int(update["update_id"])

    def forget(self, offset: int) -> None:
        """All updates before an offset have reached the bot; a negative one counts from the end."""
        if offset < 0:
            self.pending[:] = self.pending[offset:]
        elif offset:
            self.pending[:] = [
                item for item in self.pending if item.id >= offset or (item.pushed and not item.delivered)
            ]

    def open_topic(self, chat: Chat, by: int, name: str, **look: int | str) -> Json:
        """A new topic; its id is that of the message that tells of it."""
        number = chat.last_id + 1
        topic: Json = {"name": name, "icon_color": 7322096, **look}
        chat.topics[number] = {"by": by, "closed": False, **topic}
        self.post(chat, by, {"forum_topic_created": topic}, thread=number)
        return {"message_thread_id": number, **topic}

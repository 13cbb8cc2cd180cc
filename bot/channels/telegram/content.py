"""What is in a Telegram message: its words without what is only addressing, and its pictures and files."""

import re
from dataclasses import dataclass
from typing import Any

from telegram import Message, MessageEntity, PhotoSize

from bot.pipeline.happening import Attachment

BIGGEST_FILE_MB = 20
"""What a bot can download, by the Bot API's own limit."""
_BYTES_PER_MB = 1024 * 1024
COMMANDS = (
    ("start", "开始", "你好"),
    ("help", "怎么用", "怎么用你"),
    ("contacts", "主管部门电话", "主管部门电话"),
    ("human", "转人工", "转人工"),
    ("status", "我的工单", "工单号多少"),
)
"""Command, what the menu says, and the words it stands for."""
_MEANING = {command: words for command, _, words in COMMANDS}
_COMMAND = re.compile(r"^/(?P<name>[a-z_]+)(?:@(?P<bot>\w+))?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself."""

    id: int
    username: str


def words_of(message: Message, me: Me) -> str:
    """The text or caption, without the bot's name and with commands in words."""
    text = message.text or message.caption or ""
    found = _COMMAND.match(text)
    if found:
        meaning = _MEANING.get(found["name"].lower())
        rest = text[found.end() :].strip()
        # “/start payload” comes from a link; what follows other commands is what the person wants to know.
        return meaning if meaning and (not rest or found["name"].lower() == "start") else (rest or text)
    return re.sub(rf"@{re.escape(me.username)}\b", " ", text, flags=re.IGNORECASE).strip() if me.username else text


def is_addressed(message: Message, me: Me) -> bool:
    """Whether a message in a group is meant for the bot: by mention, by reply, by command."""
    answered = message.reply_to_message
    if answered and answered.from_user and answered.from_user.id == me.id and not answered.forum_topic_created:
        return True
    text = message.text or message.caption or ""
    found = _COMMAND.match(text)
    if found:
        return not found["bot"] or found["bot"].lower() == me.username.lower()
    entities = message.parse_entities() if message.text else message.parse_caption_entities() if message.caption else {}
    return any(_means(entity, words, me) for entity, words in entities.items())


def asks_for_id(message: Message, me: Me) -> bool:
    """Whether somebody wants to know the chat's number, to write it into the settings."""
    found = _COMMAND.match(message.text or "")
    return bool(found) and found["name"].lower() == "id" and is_addressed(message, me)  # type: ignore[index]


def _means(entity: MessageEntity, words: str, me: Me) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    return entity.type == MessageEntity.MENTION and words.lower() == f"@{me.username.lower()}"


def attachment_of(message: Message) -> Attachment | None:
    """The picture or file of a message; of a picture the largest form."""
    found: Any = message.effective_attachment
    if isinstance(found, list | tuple):
        sizes = [size for size in found if isinstance(size, PhotoSize)]
        if not sizes:
            return None
        best = max(sizes, key=lambda size: size.width * size.height)
        return _attachment(message, "图片", best.file_id, None, best.file_size)
    file_id = getattr(found, "file_id", None)
    if found is None:
        return None
    if file_id is None:
        return Attachment("其他", _ref(message, None))
    mime = getattr(found, "mime_type", None) or ""
    kind = "图片" if mime.startswith("image/") else "文件"
    return _attachment(message, kind, file_id, getattr(found, "file_name", None), getattr(found, "file_size", None))


def is_too_big(attachment: Attachment | None) -> bool:
    """Whether the Bot API will not hand it out."""
    return bool(attachment and attachment.size and attachment.size > BIGGEST_FILE_MB * _BYTES_PER_MB)


def _attachment(message: Message, kind: str, file_id: str, name: str | None, size: int | None) -> Attachment:
    return Attachment(kind, _ref(message, file_id), name[:200] if name else None, size)


def _ref(message: Message, file_id: str | None) -> dict[str, Any]:
    return {"chat": message.chat.id, "message": message.message_id, "file": file_id}

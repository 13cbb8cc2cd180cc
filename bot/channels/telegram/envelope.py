"""From a raw update to an event of the inbox: which conversation has to keep its order. Reads nothing else."""

from typing import Any

from bot.channels.telegram.places import NAME
from bot.storage.inbox import Event

_MOST = 2**53
_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


def event_of(update: dict[str, Any], bot_id: str, staff_chats: frozenset[str]) -> Event | None:
    """The event; None where the update has no number, so that it can neither be kept apart nor confirmed."""
    number = update.get("update_id")
    if not _is_number(number):
        return None
    # Numbers of another bot's updates may be the same: the bot is part of the name.
    return Event(NAME, f"{bot_id}:{number}", _lane(update, staff_chats), update)


def _lane(update: dict[str, Any], staff_chats: frozenset[str]) -> str:
    """A private chat, one person in a group, or the whole staff chat."""
    body: dict[str, Any] = next((update[kind] for kind in _KINDS if isinstance(update.get(kind), dict)), {})
    message = body.get("message", body)
    chat = _id(message.get("chat") if isinstance(message, dict) else None)
    user = _id(body.get("from"))
    return f"{NAME}:{chat}" if chat == user or chat in staff_chats else f"{NAME}:{chat}:{user}"


def _id(thing: object) -> str:
    """The number of a chat or a person; what is none would be no name that every database takes."""
    number = thing.get("id") if isinstance(thing, dict) else None
    return str(number) if _is_number(number) else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int) and abs(value) < _MOST

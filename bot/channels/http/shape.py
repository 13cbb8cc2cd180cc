"""Something said, as bridges get it: in answers, from the stream and by webhook the same."""

from typing import Any

from bot.channels.http.places import named
from bot.storage.keys import Spoken
from bot.storage.outbox import Delivery


def of_spoken(spoken: Spoken) -> dict[str, Any]:
    """From the transcript."""
    body = {"id": spoken.id, "at": spoken.at.isoformat(), "in_reply_to": spoken.event_id}
    return body | {"from": spoken.author} | _place(spoken.address) | _words(spoken.text, spoken.reply)


def of_announced(address: str, event_id: str | None, payload: dict[str, Any]) -> dict[str, Any]:
    """What stands in no transcript has no number."""
    body = {"id": None, "at": None, "in_reply_to": event_id, "from": payload["from"]}
    return body | _place(address) | _words(payload["text"], payload["reply"])


def of_delivery(delivery: Delivery) -> dict[str, Any]:
    """What goes to a webhook."""
    body = of_announced(delivery.address, delivery.payload["to"], delivery.payload)
    return {"delivery": delivery.id, "message": body | {"at": delivery.created_at.isoformat()}}


def _place(address: str) -> dict[str, Any]:
    place = named(address)
    return {"conversation": place.conversation, "group": place.group, "user": place.user}


def _words(text: str, reply: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": text,
        "outcome": reply.get("outcome", "smalltalk"),
        "parts": reply.get("parts", []),
        "buttons": reply.get("buttons", []),
    }

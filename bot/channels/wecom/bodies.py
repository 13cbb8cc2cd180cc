"""The bodies of what we send."""

from typing import Any

Body = dict[str, Any]
MOST_BYTES = 20480
"""Of the text of one message, as UTF-8."""


def stream(name: str, text: str, card: Body | None = None) -> Body:
    """A reply in one piece. Sent again under the same name it takes the place of the first."""
    body: Body = {"msgtype": "stream", "stream": {"id": name, "finish": True, "content": text}}
    return body | {"msgtype": "stream_with_template_card", "template_card": card} if card else body


def markdown(chat: str, text: str) -> Body:
    """An active message."""
    return {"chatid": chat, "msgtype": "markdown", "markdown": {"content": text}}


def card_message(chat: str, card: Body) -> Body:
    """A card as an active message."""
    return {"chatid": chat, "msgtype": "template_card", "template_card": card}


def updated(card: Body, user: str) -> Body:
    """A card put in the place of the one whose button this person has pressed, for him alone."""
    return {"response_type": "update_template_card", "userids": [user], "template_card": card}


def welcome(text: str) -> Body:
    """The first words to somebody who opens the chat."""
    return {"msgtype": "text", "text": {"content": text}}

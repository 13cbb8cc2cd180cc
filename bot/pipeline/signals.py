"""The acknowledgement of a button."""

from typing import Any

from bot.storage.outbox import Outgoing

_MOST = 190
"""Characters a toast can show."""


def signal(channel: str, press: dict[str, Any], text: str = "", *, alert: bool = False) -> Outgoing:
    """In a lane of its own: it is worth something only now, and must not wait behind other messages."""
    payload = {**press, "text": text[:_MOST], "alert": alert}
    return Outgoing(channel, f"signal:{press.get('id')}", "", payload, "signal")

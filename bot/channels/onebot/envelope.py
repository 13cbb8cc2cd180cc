"""From a message to an event of the inbox: its name, and which conversation has to keep its order."""

from collections.abc import Collection
from typing import Any
from zlib import crc32

from bot.channels.onebot.lanes import NAME, Lane
from bot.channels.onebot.reading import segments_of
from bot.channels.onebot.segments import Segment
from bot.channels.onebot.shape import Message
from bot.storage.inbox import Event

_MOST_VALUE = 20_000


def lane_of(message: Message) -> Lane:
    """The chat that a message was said in."""
    if message.message_type == "group":
        return Lane(message.self_id, group=message.group_id or "")
    met_in = (message.sender.group_id or message.group_id or "") if message.sub_type == "group" else ""
    return Lane(message.self_id, group=met_in, user=message.user_id)


def event_of(message: Message, staff: Collection[str]) -> Event:
    """The event. ``staff``: groups of the staff, each of which is one conversation."""
    lane = lane_of(message)
    alone = not lane.is_group or lane.group in staff
    order = f"{NAME}:{lane}" if alone else f"{NAME}:{lane}:{message.user_id}"
    segments = [_plain(segment) for segment in segments_of(message.message)]
    # Two accounts in one group hear the same words by different numbers: two events, of which one concerns us.
    # Some implementations count from the beginning again after a restart: the words tell a new message from an old one.
    words = "".join(str(segment["data"].get("text", segment["type"])) for segment in segments)
    name = f"{lane}:{message.message_id}:{crc32(words.encode(errors='replace')):08x}"
    return Event(NAME, name, order, {**message.model_dump(exclude={"message"}), "message": segments})


def _plain(segment: Segment) -> dict[str, Any]:
    """What we may ever want to know of it; messages within messages are left where they are."""
    data = {name: segment.value(name) for name in segment.data if len(segment.value(name)) <= _MOST_VALUE}
    return {"type": segment.type, "data": {name: value for name, value in data.items() if value}}

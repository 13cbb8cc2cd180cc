"""A message's content, whichever way it is written: an array of segments, one segment, or a string with CQ codes."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.onebot.codes import parse
from bot.channels.onebot.segments import Segment
from bot.pipeline.happening import Attachment

_MOST_SEGMENTS = 500
_MOST_TEXT = 20_000
_MOST_PICTURES = 9
_STICKER = "1"
_FILES = {"record": "语音", "video": "视频", "file": "文件"}
_PASSED_OVER = frozenset(
    ("at", "reply", "face", "mface", "bface", "marketface", "emoji", "dice", "rps", "shake", "poke", "anonymous")
) | frozenset(("share", "contact", "location", "music", "node", "xml", "markdown", "keyboard", "gift", "redbag", "tts"))
"""What people do send, and what says nothing that could be answered."""
_KNOWN = _PASSED_OVER | {"text", "image", "json", "forward", *_FILES}
_BLANKS = re.compile(r"[ \t\u00a0]+")


@dataclass(frozen=True, slots=True)
class Content:
    """``text``: without the mentions of our accounts; ``mentions``: accounts that are called; ``replied``: the message answered."""

    text: str = ""
    mentions: frozenset[str] = frozenset()
    replied: str | None = None
    attachments: tuple[Attachment, ...] = ()


def segments_of(message: object) -> tuple[Segment, ...]:
    """The segments of a message; what is not one is left out."""
    if isinstance(message, str):
        return parse(message[:_MOST_TEXT])[:_MOST_SEGMENTS]
    listed = message if isinstance(message, list) else [message]
    return tuple(_listed(listed[:_MOST_SEGMENTS]))


def _listed(items: Sequence[Any]) -> Iterator[Segment]:
    for item in items:
        kind, data = (item.get("type"), item.get("data")) if isinstance(item, dict) else (None, None)
        if isinstance(kind, str):
            yield Segment(kind, data if isinstance(data, dict) else {})


def unknown_kinds(message: object) -> frozenset[str]:
    """The kinds of segments in a message that nobody has told us of."""
    return frozenset(segment.type for segment in segments_of(message)) - _KNOWN


def content_of(segments: Sequence[Segment], own: Collection[str]) -> Content:
    """What a message says. ``own``: our accounts."""
    called = frozenset(each.value("qq") for each in segments if each.type == "at")
    replied = next((each.value("id") for each in segments if each.type == "reply"), "")
    words = "".join(_words(each, own) for each in segments)[:_MOST_TEXT]
    text = "\n".join(_BLANKS.sub(" ", line).strip() for line in words.splitlines()).strip()
    attachments = tuple(filter(None, map(_attachment, segments)))[:_MOST_PICTURES]
    return Content(text, called, replied or None, attachments)


def _words(segment: Segment, own: Collection[str]) -> str:
    match segment.type:
        case "text":
            return segment.value("text")
        case "at":
            name = segment.value("name").lstrip("@")
            return f" @{name} " if name and segment.value("qq") not in own else " "
        case "json":
            return _title(segment.value("data"))
        case _:
            return ""


def _title(card: str) -> str:
    """What a shared card is about."""
    try:
        data = json.loads(card)
    except (ValueError, RecursionError):
        return ""
    prompt = data.get("prompt") if isinstance(data, dict) else None
    return prompt[:200] if isinstance(prompt, str) else ""


def _attachment(segment: Segment) -> Attachment | None:
    if segment.type == "image" and segment.value("sub_type") != _STICKER:
        return Attachment("图片", _ref(segment), None, _size(segment))
    if segment.type in _FILES:
        name = segment.value("name") or segment.value("file") or _FILES[segment.type]
        return Attachment("文件", _ref(segment), name.rsplit("/", 1)[-1][:200], _size(segment))
    if segment.type == "forward":
        return Attachment("其他", _ref(segment) | {"forward": segment.value("id")}, "聊天记录")
    return None


def _ref(segment: Segment) -> dict[str, Any]:
    """How the picture can be fetched: by address, or by the name that the implementation gave it."""
    file, url = segment.value("file"), segment.value("url")
    # A picture inside of the event itself (base64://) would be kept for good in a table.
    named = file if len(file) <= 500 else ""
    return {"url": url or (named if named.startswith(("http://", "https://")) else ""), "file": named}


def _size(segment: Segment) -> int | None:
    size = segment.value("file_size")
    return int(size) if size.isascii() and size.isdigit() and len(size) < 13 else None

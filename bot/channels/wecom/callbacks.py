"""What happened in a chat, by a shape of our own: small enough to keep, and nothing in it that was not looked at."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.channels.wecom.frames import EVENT, Frame, named

_CHAT = re.compile(r"[^\s/]{1,80}")
_USER = re.compile(r"[^\s/]{1,64}")
_LONGEST_ID = 120
_LONGEST_TEXT = 20_000
_LONGEST_URL = 4000
_MOST_MEDIA = 20
_LATEST = 2**33
_KINDS = ("text", "image", "mixed", "voice", "file", "video")
_MEDIA = {"image": "图片", "file": "文件", "video": "视频"}


class Media(BaseModel):
    """A picture or file: its address, good for five minutes, and the key to what lies there."""

    model_config = ConfigDict(frozen=True)
    kind: str
    url: str
    key: str = ""
    name: str | None = None


class Callback(BaseModel):
    """``kind``: text, press, enter, or another event's or message's own name; ``req_id``: what a reply names.

    ``quoted``: the text that the message quotes (the platform does not say which message that was); ``task``: the card
    whose button was pressed.
    """

    model_config = ConfigDict(frozen=True)
    id: str
    req_id: str
    chat: str
    user: str
    group: bool
    kind: str
    text: str = ""
    quoted: str = ""
    media: tuple[Media, ...] = ()
    at: datetime | None = None
    task: str = ""

    @property
    def is_known(self) -> bool:
        """Whether this is something that we understand."""
        return self.kind in ("text", "press", "enter", "feedback_event")


def callback_of(frame: Frame) -> Callback | None:
    """The callback in a frame; None where it does not say who, where or which. Raises nothing."""
    body = frame.body
    # An event may come without a name of its own; its frame always has one.
    msgid, user = _name(body, "msgid") or frame.req_id, _name(body, "from", "userid")
    group = _is_group(body, user)
    chat = _name(body, "chatid") if group else user
    if not msgid or not _USER.fullmatch(user) or not _CHAT.fullmatch(chat):
        return None
    return Callback(
        id=msgid if len(msgid) <= _LONGEST_ID else hashlib.sha256(msgid.encode()).hexdigest(),
        req_id=frame.req_id,
        chat=chat,
        user=user,
        group=group,
        at=_time(body.get("create_time")),
        **(_event(body) if frame.cmd == EVENT else _message(body)),
    )


def _is_group(body: dict[str, Any], user: str) -> bool:
    """Whether it happened in a group. Events need not say so; then only a group has a name that is not the person's."""
    kind = _text(body, "chattype")
    return kind == "group" if kind else _name(body, "chatid") not in ("", user)


def _event(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of an event. The key of a button stands in the event, or (in older papers) one level up."""
    kind = _text(body, "event", "eventtype")
    if kind == "enter_chat":
        return {"kind": "enter"}
    if kind != "template_card_event":
        return {"kind": kind or "event"}
    key, task = (_text(body, "event", kind, name) or _text(body, "event", name) for name in ("event_key", "task_id"))
    return {"kind": "press", "text": key, "task": task}


def _message(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a message."""
    kind = _text(body, "msgtype")
    if kind not in _KINDS:
        return {"kind": kind or "message"}
    quote = body.get("quote")
    return {
        "kind": "text",
        "text": _words(body),
        "quoted": _words(quote) if isinstance(quote, dict) else "",
        "media": tuple(_media(body))[:_MOST_MEDIA] or (tuple(_media(quote)) if isinstance(quote, dict) else ()),
    }


def _words(part: dict[str, Any]) -> str:
    """What is written or spoken."""
    items = [part, *_items(part)]
    texts = (_text(item, kind, "content") for item in items for kind in ("text", "voice"))
    return "\n".join(text for text in texts if text).strip()


def _media(part: dict[str, Any]) -> Iterator[Media]:
    for item in (part, *_items(part)):
        for kind, ours in _MEDIA.items():
            url = _text(item, kind, "url")
            if _text(item, "msgtype") == kind and 0 < len(url) <= _LONGEST_URL:
                name = _text(item, kind, "filename") or _text(item, kind, "name")
                yield Media(kind=ours, url=url, key=_text(item, kind, "aeskey")[:100], name=name[:200] or None)


def _items(part: dict[str, Any]) -> list[dict[str, Any]]:
    mixed = part.get("mixed")
    found = mixed.get("msg_item") if isinstance(mixed, dict) else None
    return [item for item in found[:_MOST_MEDIA] if isinstance(item, dict)] if isinstance(found, list) else []


def _at(part: Any, *path: str) -> Any:
    for step in path:
        part = part.get(step) if isinstance(part, dict) else None
    return part


def _text(part: Any, *path: str) -> str:
    """The text at a place in a JSON value, or nothing."""
    found = _at(part, *path)
    # JSON can hold halves of characters, and nothing that keeps text takes them.
    return found[:_LONGEST_TEXT].encode("utf-8", "replace").decode() if isinstance(found, str) else ""


def _name(part: Any, *path: str) -> str:
    """The name at a place in a JSON value, or nothing."""
    return named(_at(part, *path))


def _time(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LATEST:
        return None
    return datetime.fromtimestamp(value, UTC)

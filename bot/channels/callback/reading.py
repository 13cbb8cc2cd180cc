"""What a callback says, as the rest of the program hears it: both platforms describe messages alike."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.channels.heard import Heard
from bot.pipeline.happening import Attachment, Ignored, Unreachable

GREETING = "你好"
_POINTER = re.compile(r"[a-z]+-[\w./-]{1,80}", re.ASCII)
_FILES = {"image": "图片", "voice": "语音", "video": "视频", "shortvideo": "视频", "file": "文件"}


@dataclass(frozen=True, slots=True)
class Greeted:
    """Somebody has come in. ``only_new``: he is greeted the first time only."""

    heard: Heard
    only_new: bool


Read = Heard | Greeted | Unreachable | Ignored


@dataclass(frozen=True, slots=True)
class Reading:
    """``welcome``: the event by which somebody comes in; ``only_new``: whether it comes at every visit."""

    channel: str
    welcome: str
    only_new: bool
    farewell: str

    def of(self, fields: Mapping[str, str]) -> Read:
        """What the callback says."""
        kind = fields.get("MsgType", "")
        if kind == "event":
            return self._event(fields)
        if kind in _FILES:
            return self._file(fields, _FILES[kind])
        words = _WORDS.get(kind)
        if words is None:
            return Ignored(f"unknown kind of message {kind[:40]!r}")
        return self._heard(fields, words(fields))

    def _event(self, fields: Mapping[str, str]) -> Read:
        event, key = fields.get("Event", "").lower(), fields.get("EventKey", "")
        if event == self.welcome:
            return Greeted(self._heard(fields, GREETING), self.only_new)
        if event == "unsubscribe":
            user = fields.get("FromUserName", "")
            return Unreachable(user, self.farewell, user)
        if event == "click" and key:
            # Whoever makes the menu writes as its key what a user would say.
            return self._heard(fields, key)
        return Ignored(f"event {event[:40]!r}")

    def _file(self, fields: Mapping[str, str], kind: str) -> Heard:
        said = fields.get("Recognition", "")
        if said:
            return self._heard(fields, said)
        ref = {"media": fields.get("MediaId", ""), "url": fields.get("PicUrl", "")}
        return self._heard(fields, "", Attachment(kind, {name: value for name, value in ref.items() if value}))

    def _heard(self, fields: Mapping[str, str], text: str, *attachments: Attachment) -> Heard:
        user = fields.get("FromUserName", "")
        return Heard(
            self.channel,
            user,
            user,
            user,
            text,
            message_id=fields.get("MsgId") or None,
            at=_moment(fields.get("CreateTime", "")),
            attachments=attachments,
        )


def _text(fields: Mapping[str, str]) -> str:
    """A tap on one of our links says its label, and its number is what the label pointed to."""
    content, pointer = fields.get("Content", ""), fields.get("bizmsgmenuid", "")
    return f"{content} #{pointer}" if _POINTER.fullmatch(pointer) else content


def _place(fields: Mapping[str, str]) -> str:
    """The address in words: it says which district somebody is in."""
    return fields.get("Label", "")


def _link(fields: Mapping[str, str]) -> str:
    return fields.get("Title") or fields.get("Description") or fields.get("Url", "")


_WORDS = {"text": _text, "location": _place, "link": _link}


def _moment(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None

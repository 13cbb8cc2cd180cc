"""What a callback means."""

import re
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.heard import Heard
from bot.channels.hearing import Hearing
from bot.channels.wecom.callbacks import Callback
from bot.channels.wecom.names import NAME
from bot.desk.actions import parse
from bot.desk.rooms import Rooms
from bot.pipeline.happening import Attachment, Happening, Ignored, Said
from bot.storage import outbox
from bot.storage.inbox import Stored

_SPACE = r"[\s\u2005]"
_CALLED = re.compile(rf"(?:@[^\s@\u2005]{{1,60}}(?:{_SPACE}+|$))+")
_CALLED_LAST = re.compile(rf"{_SPACE}+@[^\s@\u2005]{{1,60}}$")
_ABOUT = re.compile(r"\s*(?:\*\*)?(?:[^\w#＃]{0,8}工单 ?|[#＃])(\d{4,9})\b")
_WORD = re.compile(r"\s*/?\s*([^\s\d#＃:：]{1,10})[\s:：]*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Understanding:
    """Reads; the rules are the hearing's."""

    hearing: Hearing
    rooms: Rooms

    async def of(self, event: Stored, tx: AsyncConnection) -> Happening:
        """What it means."""
        try:
            callback = Callback.model_validate(event.payload)
        except ValidationError:
            return Ignored("malformed")
        heard = self._heard(callback)
        happening = await self.hearing.of(heard, event, tx)
        if not isinstance(happening, Said):
            return happening
        if callback.kind == "press":
            return await _pressed(callback, happening, tx)
        # Alone as well a reply has to say which message it answers, or two messages get each other's.
        return replace(happening, quote=callback.id)

    def _heard(self, callback: Callback) -> Heard:
        text = callback.text
        if callback.group and callback.kind != "press":
            text = without_call(text)
        if callback.group and self.rooms.at(NAME, callback.chat):
            text = with_ticket(text, callback.quoted)
        elif not text and not callback.media:
            text = callback.quoted  # somebody passes another one's question on
        return Heard(
            channel=NAME,
            chat=callback.chat,
            user=callback.user,
            name=callback.user,
            text=text,
            group=callback.group,
            message_id=callback.id,
            at=callback.at if callback.kind != "press" else None,
            attachments=tuple(
                Attachment(media.kind, {"url": media.url, "aeskey": media.key}, media.name) for media in callback.media
            ),
        )


async def _pressed(callback: Callback, said: Said, tx: AsyncConnection) -> Said:
    """A press is its text; the transcript has what stood on the button, and the card shows it."""
    sent = await outbox.sent_as(tx, NAME, callback.chat, callback.task) if callback.task else None
    buttons: list[Any] = (sent.payload.get("buttons") if sent else None) or []
    label = next((label for label, send in buttons if send == callback.text), None)
    signal = {
        "kind": "signal",
        "id": callback.id,
        "task": callback.task,
        "user": callback.user,
        "buttons": buttons,
        "chosen": label,
    }
    return replace(said, shown=label, quote=None, signal=signal if label else None)


def without_call(text: str) -> str:
    """The text without the “@bot” it begins or ends with: the platform delivers nothing else from a group."""
    found = _CALLED.match(text)
    return (text[found.end() :] if found else _CALLED_LAST.sub("", text)).strip()


def with_ticket(text: str, quoted: str) -> str:
    """What an agent types while he quotes a ticket's line is about that ticket: the number need not be typed."""
    about = _ABOUT.match(quoted)
    if not about or not text:
        return text
    number = int(about[1])
    plain, meant = parse(text), parse(text, about=number)
    if plain and plain.number is not None:
        return text
    if meant is None:
        return f"回复 {number} {text}"
    word = _WORD.fullmatch(text)
    return f"{word[1]} {number} {word[2]}".strip() if meant.number == number and word else text

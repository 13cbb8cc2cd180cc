"""WeCom's way of putting things: Markdown, and a card with buttons below what can be chosen."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.channels.place import Place
from bot.channels.splitting import clip, utf8
from bot.channels.text_form import TextForm
from bot.channels.wecom.bodies import MOST_BYTES
from bot.channels.wecom.markdown import weight
from bot.channels.wecom.names import NAME
from bot.desk.form import Where
from bot.desk.notes import Card, Note
from bot.desk.rooms import Room
from bot.storage.outbox import Outgoing
from handlers.message import Button, ChoiceList, Reply, StepCard
from handlers.plain import plain_text
from kb.wording import Wording

_MOST_BUTTONS = 6
_LONGEST_LABEL = 20
_LONGEST_KEY = 1024
_MARGIN = 300
"""Bytes that a call in front of the text may have."""


class WecomForm(TextForm):
    """The text says all that the buttons say, for clients that show no cards. Payloads have ``buttons``: label and text."""

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """Replies as text; the last piece of each carries its buttons."""
        rest = replace(where, address=Place.read(where.address).chat, purpose="reply", quote=None, unasked=False)
        return [
            self.outgoing(where, payload)
            for number, reply in enumerate(replies)
            for payload in self._with_buttons(where if number == 0 else rest, reply, words)
        ]

    def to_staff(self, room: Room, note: Note) -> Sequence[Outgoing]:
        """Lines, and below a new ticket the buttons for what is done most."""
        lines = list(super().to_staff(room, note))
        if isinstance(note, Card) and note.anew and lines:
            verbs = {"open": ("认领", "解决"), "solved": ("重开", "关闭"), "closed": ("重开",)}.get(
                note.status, ("解决",)
            )
            buttons = [[verb, f"{verb} {note.number}"] for verb in verbs]
            lines[-1] = replace(lines[-1], payload={**lines[-1].payload, "buttons": buttons})
        return lines

    def _with_buttons(self, where: Where, reply: Reply, words: Wording) -> Iterator[dict[str, Any]]:
        group = bool(Place.read(where.address).user)
        payloads = list(self.payloads(where, [plain_text(reply, words, group=group, pictures=self.pictures)]))
        if payloads:
            payloads[-1]["buttons"] = [[button.label, button.send] for button in _buttons(reply)]
        yield from payloads


def build_form(pictures: str = "") -> WecomForm:
    """The form with the platform's limit."""
    return WecomForm(NAME, MOST_BYTES - _MARGIN, weight, pictures)


def _buttons(reply: Reply) -> list[Button]:
    """What can be chosen first, then the ways on, each once."""
    choices = [
        button
        for part in reply.parts
        if isinstance(part, ChoiceList | StepCard)
        for button in (part.items if isinstance(part, ChoiceList) else part.options)
    ]
    found = {button.send: button for button in (*choices, *reply.buttons) if 0 < utf8(button.send) <= _LONGEST_KEY}
    shown = list(found.values())[:_MOST_BUTTONS]
    return [Button(clip(button.label, _LONGEST_LABEL, mark="…"), button.send) for button in shown]

"""How replies are put in a 公众号: as text, in which the ways on are links that say something for the user."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.channels.callback.form import MORE, CallbackForm
from bot.channels.splitting import utf8
from bot.desk.form import Where
from bot.storage.outbox import Outgoing
from handlers.message import Button, ChoiceList, Part, Reply, StepCard
from handlers.plain import plain_text
from kb.wording import Wording

NAME = "mp"
LIMIT = 2048 - utf8(MORE)
"""Bytes of a text message, by the platform's own limit; a longer one it refuses; less what may have to stand below."""
_SAFE = re.compile(r"[^\s<>\"'&#%?=+]+")
_POINTER = re.compile(r"[\w./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class MpForm(CallbackForm):
    """A link says its label; what the label points to travels in its number."""

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """Replies with links; what is too long for one message goes without them, for a cut might tear one."""
        sent = CallbackForm.to_user(self, where, replies, words)
        bare = CallbackForm(self.name, self.limit, self.length, self.pictures)
        return sent if len(sent) <= 1 else bare.to_user(where, replies, words)

    def text(self, reply: Reply, words: Wording) -> str:
        """One reply, the ways on below it."""
        items = [(place, item) for part in reply.parts for place, item in enumerate(_items(part), start=1)]
        taps = {f"{place}. {item.label}": f"{place}. {link(item) or item.label}" for place, item in items}
        bare = plain_text(replace(reply, buttons=()), words, pictures=self.pictures)
        lines = "\n".join(taps.get(line, line) for line in bare.split("\n"))
        ways = "\n".join(link(button) or f"“{button.label}”" for button in reply.buttons)
        return "\n\n".join(block for block in (lines, ways) if block)


def mp_form(pictures: str = "") -> MpForm:
    """How this channel puts things."""
    return MpForm(NAME, LIMIT, utf8, pictures)


def link(button: Button) -> str | None:
    """A way on that can be tapped; None where a link could not carry it."""
    label, send = button.label, button.send
    pointer = send.removeprefix(f"{label} #") if send != label else "0"
    if not _SAFE.fullmatch(label) or not _POINTER.fullmatch(pointer):
        return None
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={label}&msgmenuid={pointer}">{label}</a>'


def _items(part: Part) -> Sequence[Button]:
    match part:
        case ChoiceList():
            return part.items
        case StepCard():
            return part.options
        case _:
            return ()

"""What a turn has to show, whatever the channel: every sentence of its parts, and every way on."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.present import present
from handlers.message import Reply
from tests.contract.client import Shown

_NOT_SHOWN = frozenset(("kind", "record", "source", "id", "send", "tel", "outcome"))
_SPACE = re.compile(r"\s+")
_TICKET = re.compile(r"(?<!\d)10\d\d(?!\d)")
_MARKS = re.compile(r"[*_`>#\\~|\-]")
"""Markup of platforms that show it as style."""


def sentences(replies: Sequence[Reply]) -> list[str]:
    """Every text of the replies' parts."""
    return [text for reply in replies for part in present(reply)["parts"] for text in texts_of(part)]


def labels(replies: Sequence[Reply]) -> list[str]:
    """What the replies offer to press or to type."""
    return [button.label for reply in replies for button in reply.buttons]


def missing(shown: Sequence[Shown], replies: Sequence[Reply]) -> list[str]:
    """Sentences and labels that cannot be seen."""
    seen = _plain("".join(one.text for one in shown))
    pressed = _plain("".join(label for one in shown for label in one.labels))
    gone = [text for text in sentences(replies) if _plain(text) not in seen + pressed]
    return gone + [label for label in labels(replies) if _plain(label) not in seen + pressed]


def texts_of(value: Any) -> Iterator[str]:
    """Every text of a part as JSON that a reader sees."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts_of(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in _NOT_SHOWN:
                yield from texts_of(one)


def _plain(text: str) -> str:
    """Without what a platform may lay out otherwise; ticket numbers are not the same everywhere."""
    return _TICKET.sub("N", _MARKS.sub("", _SPACE.sub("", text)))

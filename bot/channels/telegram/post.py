"""What is sent to Telegram, and how lines of text become as many messages as they need.

Telegram counts UTF-16 code units of what is seen: tags and escapes do not count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from html import escape
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.channels.splitting import cuts, utf16

LIMIT = 4096
"""Code units of one message."""
CAPTION = 1024
"""Of the text below a picture."""


class Key(BaseModel):
    """One button below a message: what it says, and the text that pressing it brings back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    data: str


class Post(BaseModel):
    """One message. ``keyboard``: rows of buttons below it; ``picture``: the name of the one above it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    html: str
    keyboard: tuple[tuple[Key, ...], ...] = ()
    picture: str | None = None


class Gap(IntEnum):
    """What stands before a line. The smaller, the sooner a message may end there."""

    PART = 0
    BLOCK = 1
    LINE = 2
    GLUED = 3
    """A line that makes no sense without the one above it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A few words in one style."""

    text: str
    tag: Literal["b", "i", "code"] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a paragraph of somebody else's that may hold line breaks of its own."""

    gap: Gap
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """What is seen."""
        return "".join(span.text for span in self.spans)


def pages(lines: tuple[Line, ...], limit: int = LIMIT) -> tuple[str, ...]:
    """The lines as HTML, a text for each message; cut between parts if need be, else blocks, lines, sentences."""
    return tuple(_html(page) for page in _cut(lines, Gap.PART, limit)) if lines else ()


def _cut(lines: tuple[Line, ...], gap: int, limit: int) -> list[tuple[Line, ...]]:
    if _units(lines) <= limit:
        return [lines]
    if len(lines) == 1:
        return [(piece,) for piece in _pieces(lines[0], limit)]
    filled: list[tuple[Line, ...]] = []
    for group in _groups(lines, gap):
        for page in _cut(group, gap + 1, limit):
            if filled and _units((*filled[-1], *page)) <= limit:
                filled[-1] = (*filled[-1], *page)
            else:
                filled.append(page)
    return filled


def _groups(lines: Iterable[Line], gap: int) -> Iterator[tuple[Line, ...]]:
    group: tuple[Line, ...] = ()
    for line in lines:
        if group and line.gap <= gap:
            yield group
            group = ()
        group = (*group, line)
    yield group


def _pieces(line: Line, limit: int) -> Iterator[Line]:
    for start, stop in cuts(line.text, limit, utf16):
        yield replace(line, spans=tuple(_between(line.spans, start, stop)))


def _between(spans: tuple[Span, ...], start: int, stop: int) -> Iterator[Span]:
    at = 0
    for span in spans:
        text = span.text[max(start - at, 0) : max(stop - at, 0)]
        at += len(span.text)
        if text:
            yield replace(span, text=text)


def _units(lines: tuple[Line, ...]) -> int:
    return sum(utf16(line.text) + len(_break(line)) for line in lines) - len(_break(lines[0]))


def _break(line: Line) -> str:
    return "\n\n" if line.gap <= Gap.BLOCK else "\n"


def _html(lines: tuple[Line, ...]) -> str:
    text = "".join(_break(line) + "".join(map(_tagged, line.spans)) for line in lines)
    return text.removeprefix(_break(lines[0]))


def _tagged(span: Span) -> str:
    text = escape(span.text, quote=False)
    return f"<{span.tag}>{text}</{span.tag}>" if span.tag else text

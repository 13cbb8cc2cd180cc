"""Cuts plain text that is too long for one message where a reader would pause, and never through a character.

What a reader takes for one character may be several code points (an emoji with its skin colour, a letter with its
accent). A ``length`` measures text as a channel does; it has to add up: of two texts joined it is the sum of both.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from wcwidth import iter_graphemes

Length = Callable[[str], int]

_BREAKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n\s*\n",
        r"\n",
        r"(?:[。！？；…]|[.!?;](?=\s))+[”’」』）》]*",
        r"[，、：]|[,:](?=\s)|\s",
    )
)
"""Where a reader pauses, the longest pause first."""
_LEAST = 4
"""A pause counts if the piece before it fills a fourth of the limit; an earlier one only where there is no such."""


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Length in bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def split(text: str, limit: int, length: Length = len) -> tuple[str, ...]:
    """The text in pieces of at most ``limit``; white space at the ends and at the cuts is left out."""
    return tuple(text[start:stop] for start, stop in cuts(text, limit, length))


def cuts(text: str, limit: int, length: Length = len) -> tuple[tuple[int, int], ...]:
    """Where the pieces of ``split`` begin and end in the text."""
    return tuple(_pieces(_measured(text, limit, length), limit))


def clip(text: str, limit: int, length: Length = len, mark: str = "") -> str:
    """The text if it fits, else as many of its characters as fit, and ``mark`` where the others were."""
    if length(text) <= limit:
        return text
    room = limit - length(mark)
    characters = list(iter_graphemes(text))
    fitting = bisect_right(list(accumulate(map(length, characters))), room)
    return "".join(characters[:fitting]).rstrip() + mark


@dataclass(frozen=True, slots=True)
class _Measured:
    """A text by its characters. ``ends``: where each ends; ``used``: the length of the text up to there."""

    text: str
    blank: tuple[bool, ...]
    ends: tuple[int, ...]
    used: tuple[int, ...]

    def past_blanks(self, place: int) -> int:
        """The first character from ``place`` on that is seen."""
        while place < len(self.blank) and self.blank[place]:
            place += 1
        return place

    def before_blanks(self, place: int) -> int:
        """``place`` without the white space before it."""
        while place and self.blank[place - 1]:
            place -= 1
        return place

    def offset(self, place: int) -> int:
        """Where the character begins."""
        return self.ends[place - 1] if place else 0


def _measured(text: str, limit: int, length: Length) -> _Measured:
    characters = tuple(_characters(text, limit, length))
    return _Measured(
        text,
        tuple(character.isspace() for character in characters),
        tuple(accumulate(map(len, characters))),
        tuple(accumulate(map(length, characters))),
    )


def _characters(text: str, limit: int, length: Length) -> Iterator[str]:
    """What is not to be cut. A pile of accents that is over the limit by itself comes apart all the same."""
    for character in iter_graphemes(text):
        if length(character) <= limit:
            yield character
            continue
        for point in character:
            if length(point) > limit:
                raise ValueError(f"not one character fits into {limit}")
            yield point


def _pieces(measured: _Measured, limit: int) -> Iterator[tuple[int, int]]:
    place = measured.past_blanks(0)
    while place < len(measured.ends):
        before = measured.used[place - 1] if place else 0
        # White space behind a piece is left out, so that it need not fit.
        most = measured.past_blanks(bisect_right(measured.used, before + limit))
        stop = most if most == len(measured.ends) else _pause(measured, place, most, limit)
        yield measured.offset(place), measured.offset(measured.before_blanks(stop))
        place = measured.past_blanks(stop)


def _pause(measured: _Measured, place: int, most: int, limit: int) -> int:
    """The last of the longest pauses up to ``most``; ``most`` itself where there is none."""
    start, stop = measured.offset(place), measured.offset(most)
    ends = {end: at for at, end in enumerate(measured.ends[place:most], start=place + 1)}
    pauses = [[ends.get(found.end(), 0) for found in kind.finditer(measured.text, start, stop)] for kind in _BREAKS]
    before = measured.used[place - 1] if place else 0
    for least in (limit // _LEAST, 1):
        for places in pauses:
            long_enough = [at for at in places if at and measured.used[at - 1] - before >= least]
            if long_enough:
                return long_enough[-1]
    return most

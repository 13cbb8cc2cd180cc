"""Places of the HTTP API: each key's names begin with its number, so that two bridges never meet."""

import re
from dataclasses import dataclass

from bot.channels.place import Place

NAME = "api"
MOST_ADDRESS = 160
_LANE = re.compile(r"k(\d+)\.([pg])(.*)", re.DOTALL)
_ESCAPES = (("%", "%25"), ("/", "%2F"))


@dataclass(frozen=True, slots=True)
class Named:
    """A place by the names that the bridge gave it. ``user``: whom it is for, in a group."""

    conversation: str
    group: str | None = None
    user: str | None = None


def prefix(key: int) -> str:
    """How everything of a key's begins."""
    return f"k{key}."


def alone(key: int, conversation: str) -> str:
    """The lane of a private conversation."""
    return f"{prefix(key)}p{_escaped(conversation)}"


def group(key: int, name: str) -> str:
    """The lane of a group."""
    return f"{prefix(key)}g{_escaped(name)}"


def person(key: int, user: str) -> str:
    """A user's account, the same in groups and alone."""
    return f"{prefix(key)}u{_escaped(user)}"


def key_of(lane: str) -> int | None:
    """The key that a lane belongs to."""
    found = _LANE.fullmatch(lane)
    return int(found[1]) if found else None


def named(address: str) -> Named:
    """The place behind an address."""
    place = Place.read(address)
    found = _LANE.fullmatch(place.chat)
    if not found:
        return Named(address)
    name = _plain(found[3])
    if found[2] == "p":
        return Named(name)
    return Named(name, name, _plain(place.user.partition(".u")[2]) or None)


def _escaped(name: str) -> str:
    for mark, code in _ESCAPES:
        name = name.replace(mark, code)
    return name


def _plain(name: str) -> str:
    for mark, code in reversed(_ESCAPES):
        name = name.replace(code, mark)
    return name

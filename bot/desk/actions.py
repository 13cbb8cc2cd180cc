"""What an agent wants done, however he says it: by button, by command, by a reply, on any channel."""

import re
from dataclasses import dataclass
from typing import Any, Literal

Verb = Literal[
    "claim",
    "reply",
    "note",
    "hand_over",
    "choose_team",
    "ask_reply",
    "ask_note",
    "solve",
    "close",
    "reopen",
    "urgent",
    "back",
    "assign",
    "merge",
    "show",
    "list",
    "mine",
    "stats",
]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``name``: what colleagues call him; users never see it."""

    channel: str
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Action:
    """One deed. ``room``: the address in ``actor``'s channel where the answer goes; ``media``: a picture for the user."""

    verb: Verb
    actor: Actor
    room: str
    ticket: int | None = None
    text: str = ""
    media: dict[str, Any] | None = None


_WORDS: dict[str, Verb] = {
    "认领": "claim",
    "回复": "reply",
    "备注": "note",
    "加备注": "note",
    "转给": "hand_over",
    "解决": "solve",
    "关闭": "close",
    "重开": "reopen",
    "重新打开": "reopen",
    "加急": "urgent",
    "工单": "show",
    "claim": "claim",
    "reply": "reply",
    "note": "note",
    "to": "hand_over",
    "solve": "solve",
    "close": "close",
    "reopen": "reopen",
    "urgent": "urgent",
    "ticket": "show",
    "tickets": "list",
    "mine": "mine",
    "stats": "stats",
}
_ALONE = frozenset(("list", "mine", "stats"))
_TEXTUAL = frozenset(("reply", "note", "hand_over"))
_COMMAND = re.compile(
    rf"(?P<slash>/?)(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:@\w+)?"
    r"(?:(?=[\d#＃]|工单)|[\s:：]+|$)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:工单)?\s*[#＃]?(?P<number>\d{1,9})号?(?:[\s:：,，。.!！]+|$)(?P<words>.*)", re.DOTALL)
_GLUED = re.compile(r"(?:工单)?\s*[#＃]?(?P<number>\d{4,9})(?P<words>\D.*)", re.DOTALL)
"""A number with the words right behind it (回复 1024请先退出)."""

_DOING = "认领|解决|关闭|重开|加急"
_TURNED = re.compile(rf"(?:工单)?\s*[#＃]?(?P<number>\d{{4,9}})\s*(?P<word>{_DOING})[。.!！]?")
_OVERLONG = re.compile(
    rf"[/／]?(?P<word>{_DOING})\s*(?:工单)?\s*[#＃]?(?P<number>\d{{4,9}})(?![\d的])[^?？吗么呢谁哪怎啥]+"
)


@dataclass(frozen=True, slots=True)
class Command:
    """A typed command. ``wrong``: what stands where the number should be."""

    verb: Verb
    number: int | None = None
    text: str = ""
    wrong: str | None = None


def parse(text: str, about: int | None = None) -> Command | None:
    """The command in a line an agent typed (认领 1024, /ticket 1024, 回复 1024 请先……); None where it is none.

    ``about``: the ticket that the surroundings speak of (its topic, a reply to its card), where no number is needed.
    What may be talk among colleagues is no command: “解决 1001 的问题了吗” must not mark it as solved.
    """
    turned = _TURNED.fullmatch(text.strip())
    if turned:
        return Command(_WORDS[turned["word"]], int(turned["number"]))
    found = _COMMAND.fullmatch(text.strip())
    if not found:
        return None
    verb, slash, rest = _WORDS[found["word"].lower()], bool(found["slash"]), found["rest"].strip()
    if verb in _ALONE:
        # “/tickets” is a command, “mine is broken” is talk.
        return Command(verb) if slash else None
    numbered = _NUMBER.fullmatch(rest)
    if not numbered and about is None and verb in _TEXTUAL and not found["word"].isascii():
        numbered = _GLUED.fullmatch(rest)
    if numbered:
        words = numbered["words"].strip()
        return Command(verb, int(numbered["number"]), words) if slash or verb in _TEXTUAL or not words else None
    if found["word"].isascii() and not slash and (rest or about is None):
        return None  # “to be honest”
    if about is not None and (verb in _TEXTUAL or not rest):
        return Command(verb, about, rest)
    return Command(verb, None, "", _first_word(rest)) if slash or (about is None and not rest) else None


def overlong(text: str) -> str | None:
    """The command at the beginning of a line that is none because of what follows (解决 1001 已经好了); not of a question."""
    found = _OVERLONG.fullmatch(text.strip())
    return f"{found['word']} {int(found['number'])}" if found and parse(text) is None else None


def _first_word(text: str) -> str:
    return next(iter(text.split()), "")

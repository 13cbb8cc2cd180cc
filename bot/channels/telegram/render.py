"""A reply as Telegram messages: text in the HTML of the Bot API, and buttons below the last of them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from wcwidth import width

from bot.channels.splitting import clip, utf8
from bot.channels.telegram.post import LIMIT, Gap, Key, Line, Post, Span, pages
from handlers.message import (
    AnswerCard,
    Button,
    ChoiceList,
    ContactCards,
    ContactLine,
    Notice,
    Part,
    Reply,
    StepCard,
    TicketCard,
)
from kb.wording import Wording

_MOST_BYTES = 64
"""Of the data of a button."""
_POINTER = re.compile(r"#(?:faq|prompt)-[0-9]{1,9}(?:/[a-z0-9-]+)?$")
_LONGEST_LABEL = 40
_ABREAST = {3: 10, 2: 16}
"""How wide labels may be that stand side by side on a phone, by their number; an ideograph is two wide."""
_WIDEST = 36
"""What a phone shows of a label that has the row to itself; a longer one stands in the text as well."""
_SOURCES = {"一": "依据：常见问题解答 {place}", "二": "依据：提示处理方法 {place}"}
"""The two parts of the official document; a source begins with the number of one of them."""
_ONLY_BUTTONS = "👇"
"""Telegram has no message without text."""


def compose(reply: Reply, words: Wording, limit: int = LIMIT) -> tuple[Post, ...]:
    """The messages of a reply; none where there is nothing to see."""
    texts = pages(tuple(line for part in reply.parts for line in _lines(part, words)), limit)
    keyboard = (*_choices(reply), *_ways(reply.buttons, words))
    if not texts and not keyboard:
        return ()
    *before, last = texts or (_ONLY_BUTTONS,)
    return (*(Post(html=text) for text in before), Post(html=last, keyboard=keyboard))


def callback_data(send: str) -> str:
    """What a button brings back: the text it sends, cut to what Telegram carries; a pointer at its end stays whole."""
    if utf8(send) <= _MOST_BYTES:
        return send
    found = _POINTER.search(send)
    if not found:
        return clip(send, _MOST_BYTES, utf8)
    # The id of a step may be of any length. The answer is nearer to it than a wrong step.
    pointer = found[0] if utf8(found[0]) <= _MOST_BYTES else found[0].partition("/")[0]
    before = clip(send[: found.start()].rstrip(), _MOST_BYTES - len(" ") - utf8(pointer), utf8)
    return f"{before} {pointer}".lstrip()


def _choices(reply: Reply) -> Iterator[tuple[Key, ...]]:
    """What a list or a fork offers, one to a row; with the numbers that can be sent instead."""
    for part in reply.parts:
        numbered = isinstance(part, ChoiceList) or _too_wide(_items(part))
        for place, item in enumerate(_items(part), start=1):
            yield (_key(item, f"{place}. " if numbered else ""),)


def _items(part: Part) -> tuple[Button, ...]:
    match part:
        case ChoiceList():
            return part.items
        case StepCard():
            return part.options
        case _:
            return ()


def _too_wide(items: tuple[Button, ...]) -> bool:
    return any(width(item.label) > _WIDEST for item in items)


def _ways(buttons: tuple[Button, ...], words: Wording) -> Iterator[tuple[Key, ...]]:
    """The bot's own words (有用, 没解决) and names of things (titles, districts) do not share a row."""
    own = {value for name, value in words if name.startswith("button_")}
    for _, alike in groupby(buttons, lambda button: button.label in own):
        run = tuple(alike)
        if len(run) <= min(map(_abreast, run)):
            yield tuple(map(_key, run))
        else:
            yield from (row for most, some in groupby(run, _abreast) for row in _grid(tuple(map(_key, some)), most))


def _grid(keys: tuple[Key, ...], most: int) -> Iterator[tuple[Key, ...]]:
    """Rows of the same number if that comes out even, else of about the same."""
    number = next((number for number in range(most, 1, -1) if len(keys) % number == 0), most)
    rows = -(-len(keys) // number)
    yield from (keys[len(keys) * row // rows : len(keys) * (row + 1) // rows] for row in range(rows))


def _abreast(button: Button) -> int:
    """How many labels like this one fit into a row."""
    return next((number for number, widest in _ABREAST.items() if width(button.label) <= widest), 1)


def _key(button: Button, number: str = "") -> Key:
    return Key(label=clip(number + button.label, _LONGEST_LABEL, mark="…"), data=callback_data(button.send))


def _lines(part: Part, words: Wording) -> Iterator[Line]:
    seen = (line for line in _layout(part, words) if line.text.strip())
    for place, line in enumerate(seen):
        yield line if place else replace(line, gap=Gap.PART)


def _layout(part: Part, words: Wording) -> Iterator[Line]:
    match part:
        case AnswerCard():
            yield from _answer(part, words)
        case StepCard():
            yield from _step(part, words)
        case ChoiceList():
            yield _plain(part.text)
            yield from _listed(part.items)
        case ContactCards():
            yield _plain(part.text)
            for contact in part.contacts:
                yield from _contact(contact, words)
        case TicketCard():
            yield _ticket(part)
        case Notice():
            yield _plain(f"📢 {part.text}")
        case _:
            yield _plain(part.text)


def _answer(card: AnswerCard, words: Wording) -> Iterator[Line]:
    """What to know, what not to do wrong, then what to do: a warning below the steps would come too late."""
    yield Line(Gap.BLOCK, (Span(card.title, "b"),))
    yield _plain(card.short, Gap.GLUED)
    yield from _facts(f"⚠️ {words.head_warnings}", card.warnings)
    yield from _outline(card, words)
    yield from _facts(words.head_notes, card.notes)
    yield from _facts(words.head_causes, card.causes)
    source = _SOURCES.get(card.source[:1], "{place}").format(place=card.source)
    yield Line(Gap.BLOCK, (Span(source, "i"),))


def _facts(head: str, facts: tuple[str, ...]) -> Iterator[Line]:
    if len(facts) == 1:
        yield Line(Gap.BLOCK, (Span(head, "b"), Span(facts[0])))
    elif facts:
        yield Line(Gap.BLOCK, (Span(head, "b"),))
        yield from _list(f"· {fact}" for fact in facts)


def _outline(card: AnswerCard, words: Wording) -> Iterator[Line]:
    gap = Gap.GLUED
    if card.outline:
        yield Line(Gap.BLOCK, (Span(words.head_steps, "b"),))
    for label, steps in card.outline:
        if label:
            yield Line(gap, (Span(f"〔{label}〕", "b"),))
        yield from _list(_numbered(steps))
        gap = Gap.BLOCK


def _step(card: StepCard, words: Wording) -> Iterator[Line]:
    progress = words.step_of.format(number=card.number, of=card.of) if card.of else ""
    yield Line(Gap.BLOCK, (Span(card.title, "b"), Span(progress)))
    yield _plain(card.text, Gap.GLUED)
    yield _plain(card.detail or "")
    yield from _facts(f"⚠️ {words.head_warnings}", (card.warning,) if card.warning else ())
    yield from _listed(card.options)


def _listed(items: tuple[Button, ...]) -> Iterator[Line]:
    """Items in the text too, where the buttons do not show the whole of them."""
    if _too_wide(items):
        yield from _list(_numbered(tuple(item.label for item in items)))


def _contact(contact: ContactLine, words: Wording) -> Iterator[Line]:
    """A line with the number, which a tap copies; Telegram makes no links of numbers that have no country's code."""
    yield Line(Gap.LINE, (Span(contact.label, "b"), Span("："), *_copied(contact.phones)))
    before, _, after = words.qq_groups.partition("{groups}")
    groups = (Span(before), *_copied(contact.qq_groups), Span(after)) if contact.qq_groups else ()
    name = contact.name if contact.name != contact.label else ""
    yield Line(Gap.GLUED, (Span(name), *groups))


def _copied(numbers: tuple[str, ...]) -> Iterator[Span]:
    for place, number in enumerate(numbers):
        if place:
            yield Span("、")
        yield Span(number, "code")


def _ticket(card: TicketCard) -> Line:
    found = re.search(rf"(?<![0-9]){card.number}(?![0-9])", card.text)
    if not found:
        return Line(Gap.BLOCK, (Span(f"{card.number}", "b"), Span(f" {card.text}")))
    before, after = card.text[: found.start()], card.text[found.end() :]
    return Line(Gap.BLOCK, (Span(before), Span(found[0], "b"), Span(after)))


def _plain(text: str, gap: Gap = Gap.BLOCK) -> Line:
    return Line(gap, (Span(text),))


def _list(texts: Iterator[str]) -> Iterator[Line]:
    for place, text in enumerate(texts):
        yield _plain(text, Gap.LINE if place else Gap.GLUED)


def _numbered(texts: tuple[str, ...]) -> Iterator[str]:
    return (f"{place}. {text}" for place, text in enumerate(texts, start=1))

"""Two or three questions in one message get each their answer."""

import re
from dataclasses import replace

from handlers.understanding import Understanding

_BREAK = re.compile(
    r"(?<=[吗呢么])[,，\s]+|[?？。;；!！\n]+|(?:，|,|\s)*(?:另外|还有就?是?|顺便问?(?:一?下)?|再问(?:一?下)?|以及|第二个问题)(?:，|,|:|：)?"
)
_ASKS = re.compile(
    r"怎么|怎样|咋|如何|吗|么|哪|谁|多少|几|能不能|可不可以|行不行|要不要|用不用|是不是|有没有|什么|啥|呢|为什么|吧"
)
_MOST = 3
_LEAST_LENGTH = 5
_LONGEST = 160
_SURE = 0.6
_POSSIBLE = 0.3
_NUMBER = re.compile(r"电话|号码|座机|联系|哪个部门|找谁|打给|打谁")
_CALL = "who_to_call"


def questions(heard: Understanding) -> tuple[Understanding, ...]:
    """The separate questions of a message, if there are at least two that each have a sure answer of its own."""
    if len(heard.text) > _LONGEST:
        return ()
    parts = [part.strip() for part in _BREAK.split(heard.text)]
    asked = [replace(heard, text=part) for part in parts if len(part) >= _LEAST_LENGTH]
    # A glance at the words tells whether there can be two subjects; only then is each part looked at closely.
    if len({_glance(part) for part in asked} - {None}) < 2:
        return ()
    sure = {_subject(part): part for part in reversed(asked[: _MOST + 2]) if _subject(part)}
    in_order = [part for part in asked if sure.get(_subject(part)) is part]
    return tuple(in_order[:_MOST]) if len(in_order) > 1 else ()


def _glance(part: Understanding) -> str | None:
    """What a part may ask for."""
    ranking = part.base.matcher.rank_by_words(part.text)
    if ranking.intent(_CALL) >= _POSSIBLE or _NUMBER.search(part.text):
        return _CALL
    return ranking.records[0].id if ranking.confidence >= _POSSIBLE else None


def _subject(part: Understanding) -> str | None:
    """What a part surely asks for: a record, or a contact."""
    ranking = part.ranking
    if part.asks_for_contact:
        return _CALL
    if ranking.confidence >= max(_SURE, ranking.bands.answer) and _ASKS.search(part.text):
        return ranking.records[0].id
    return None

"""Two or three questions in one message get each their answer."""

import re

from handlers.understanding import Understanding
from kb.base import KnowledgeBase
from kb.matcher import Ranking

_BREAK = re.compile(r"[?？。;；!！\n]+|(?:，|,|\s)*(?:另外|还有就?是?|顺便问?(?:一?下)?|再问(?:一?下)?|以及|第二个问题)(?:，|,|:|：)?")
_ASKS = re.compile(r"怎么|怎样|咋|如何|吗|么|哪|谁|多少|几|能不能|可不可以|行不行|要不要|用不用|是不是|有没有|什么|啥|呢|为什么|吧")
_MOST = 3
_LEAST_LENGTH = 5
_LONGEST = 160
_SURE = 0.6


def questions(heard: Understanding, base: KnowledgeBase) -> tuple[Ranking, ...]:
    """The separate questions of a message, if there are at least two that different records answer for sure."""
    if len(heard.text) > _LONGEST:
        return ()
    parts = [part.strip() for part in _BREAK.split(heard.text)]
    asked = [part for part in parts if len(part) >= _LEAST_LENGTH and _ASKS.search(part)]
    if len(asked) < 2:
        return ()
    rankings = [base.matcher.rank(part) for part in asked[: _MOST + 1]]
    sure = [ranking for ranking in rankings if ranking.confidence >= max(_SURE, ranking.bands.answer)]
    distinct = {ranking.records[0].id: ranking for ranking in reversed(sure)}
    in_order = [ranking for ranking in sure if distinct[ranking.records[0].id] is ranking]
    return tuple(in_order[:_MOST]) if len(in_order) > 1 else ()

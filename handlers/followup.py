"""Hears what a message leans on: “那监理呢？”, “怎么操作？”, “移出去之后还能再进来吗”."""

import re

from handlers.conversation import Conversation
from handlers.understanding import Understanding
from kb.base import KnowledgeBase
from kb.matcher import Ranking
from kb.normalise import plain

_LEANS = re.compile(
    r"^(?:那|这|它|他|她|然后|之后|后来|接着|要是|如果|万一|具体|怎么|为什么|为啥|谁|在哪|哪里|我说的|我是说|我的意思|是|就是|不是|不对)"
    r"|(?:呢|这个|那个|这种|那种|这样|那样|它|他)[?？。!！]*$|(?:移|退|加|换|改)(?:了|完|出去|进来)之?后"
)
_ELLIPSIS = re.compile(r"^那?.{1,6}呢[?？。!！]*$")
_LONGEST = 25
_SURE = 0.8


def in_context(heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Ranking:
    """What the message means after what came before it.

    A message that is clear by itself stands for itself. One that leans is read together with the question before it.
    """
    own = heard.ranking
    if conversation.question is None or not leans(heard):
        return own
    # “分包的呢” says what is different now, not what is asked: by itself it means anything about 分包.
    if own.confidence >= _SURE and not _ELLIPSIS.match(plain(heard.text)):
        return own
    together = base.matcher.rank(f"{conversation.question} {heard.text}")
    subject = together.records[0].id if together.records else None
    related = {conversation.record, *(found.id for found in own.choices)}
    # Two questions added up must not bring in a third subject that neither of them spoke of.
    if subject in related and together.confidence > own.confidence and own.intent("who_to_call") < together.confidence:
        return together
    return own


def stays(ranking: Ranking, heard: Understanding, conversation: Conversation) -> str | None:
    """The record that was spoken of, where a message that leans on it may well mean it still."""
    if ranking.band != "choices" or not leans(heard):
        return None
    return next((found.id for found in ranking.choices if found.id == conversation.record), None)


def leans(heard: Understanding) -> bool:
    """Whether the message is short and points back."""
    text = plain(heard.text)
    return len(text) <= _LONGEST and bool(_LEANS.search(text))

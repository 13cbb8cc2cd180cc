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
_OPEN = re.compile(r"谁|怎样|怎么样|会怎|多久|哪|什么|啥|几|多少|为何|为啥|能不能|要不要")
_LONGEST = 25
_SHORT = 10
_SURE = 0.8


def in_context(heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Ranking:
    """What the message means after what came before it.

    A message that is clear by itself stands for itself. One that leans is read together with the question before it.
    """
    own = heard.ranking
    if conversation.question is None or not leans(heard):
        return own
    # “分包的呢” says what is different now, not what is asked: by itself it means anything about 分包.
    ellipsis = bool(_ELLIPSIS.match(plain(heard.text)))
    if own.confidence >= _SURE and not ellipsis:
        return own
    together = base.matcher.rank(f"{conversation.question} {heard.text}")
    subject = together.records[0].id if together.records else None
    related = {conversation.record, *(found.id for found in own.choices)}
    # Two questions added up must not bring in a third subject that neither of them spoke of.
    surer = ellipsis or together.confidence > own.confidence
    if subject in related and surer and own.intent("who_to_call") < together.confidence:
        return together
    return own


def stays(ranking: Ranking, heard: Understanding, conversation: Conversation) -> str | None:
    """The record that was spoken of, where a message that leans on it may well mean it still."""
    if ranking.band != "choices" or ranking.vague:
        return None
    if ranking.choices[0].id == conversation.record:
        return conversation.record
    return next((found.id for found in ranking.choices if leans(heard) and found.id == conversation.record), None)


def leans(heard: Understanding) -> bool:
    """Whether the message is short and points back."""
    text = plain(heard.text)
    if len(text) <= _LONGEST and _LEANS.search(text):
        return True
    # “批下来以后谁来设”, “不够会怎样”: an open question without a subject of its own.
    return (
        len(text) <= _SHORT and bool(_OPEN.search(text)) and heard.ranking.band == "unknown" and not _elsewhere(heard)
    )


def _elsewhere(heard: Understanding) -> bool:
    """Whether the message is plainly about something that has nothing to do with us."""
    topics = heard.ranking.topics
    return bool(topics) and topics[0].chance >= 0.5 and not heard.base.knowledge.topic[topics[0].id].near

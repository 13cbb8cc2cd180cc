"""Puts what an editor has pinned above the answers it concerns."""

from dataclasses import replace

from handlers.conversation import Conversation, Turn
from handlers.message import Notice, Pinned, Reply, Scene

_SHOWN_ON = frozenset(("answer", "contact", "steps", "choices"))
_ALL_CONTACTS = ("faq-28",)
"""The record that the telephone lines are, together."""


def with_notices(turn: Turn, before: Conversation, scene: Scene) -> Turn:
    """The turn with the notices in force, each once, above the first reply that it concerns."""
    waiting = [pinned for pinned in scene.notices if scene.now < pinned.until]
    if not waiting:
        return turn
    replies = []
    for reply in turn.replies:
        mine = [pinned for pinned in waiting if _concerns(pinned, reply)] if _is_news(reply, turn, before) else []
        waiting = [pinned for pinned in waiting if pinned not in mine]
        replies.append(replace(reply, parts=(*(Notice(pinned.text) for pinned in mine), *reply.parts)))
    return replace(turn, replies=tuple(replies))


def _concerns(pinned: Pinned, reply: Reply) -> bool:
    """Whether everything that the reply is about is concerned: of a mixed list, the answer chosen from it will tell."""
    about = reply.records or _ALL_CONTACTS
    return not pinned.records or pinned.records.issuperset(about)


def _is_news(reply: Reply, turn: Turn, before: Conversation) -> bool:
    """Whether the reply begins something. A step after an answer, and a list put again, have the notice above them."""
    if reply.outcome == "steps":
        return before.record not in reply.records
    if reply.outcome == "choices":
        return turn.conversation.offered != before.offered
    return reply.outcome in _SHOWN_ON

"""Hears whether an answer helped; 没解决 always leads somewhere: the steps, the neighbours, then a person."""

from dataclasses import replace

from handlers import handoff, steps
from handlers.choices import items_of, offer
from handlers.conversation import Conversation, Turn, say
from handlers.effects import ConfirmTicket, Effect, Feedback, Missed
from handlers.message import Reply, Scene, Text
from handlers.understanding import Understanding
from kb.base import KnowledgeBase


def resolved(record: str | None, conversation: Conversation, base: KnowledgeBase, *, of_ticket: bool = False) -> Turn:
    """It helped: that is noted, and the matter is closed. ``of_ticket``: what staff have solved may be meant."""
    words = base.knowledge.wording
    state = conversation.but(walk=None, unresolved=0, tried=())
    ticket = conversation.ticket
    if of_ticket and ticket and ticket.status == "solved":
        text = words.ticket_confirmed.format(number=ticket.number)
        reply = Reply("smalltalk", (Text(text),), ticket=ticket.number)
        return say(reply, state.but(ticket=replace(ticket, status="closed")), ConfirmTicket(ticket.number))
    effects: tuple[Effect, ...] = (Feedback(record, helped=True),) if record else ()
    return say(Reply("smalltalk", (Text(words.glad if record else words.acknowledged),)), state, *effects)


def unresolved(
    record: str | None, heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene
) -> Turn:
    """It did not help: the guided fix first, then the neighbouring records, then the authority and a ticket.

    Where a ``record`` is named, by a button below its answer, that answer is meant and no ticket of before.
    """
    if record is None and handoff.can_reopen(conversation.ticket, scene.now):
        return handoff.reopen(conversation, base)
    if handoff.is_open(conversation.ticket):
        return handoff.query(conversation, base)
    subject = base.knowledge.record.get(record or conversation.record or "")
    effects: tuple[Effect, ...] = (Feedback(subject.id, helped=False),) if subject else ()
    if subject and conversation.question and subject.id == conversation.record:
        effects = (*effects, Missed(conversation.question, "unresolved", subject.id))
    times = conversation.unresolved + 1
    walked = conversation.walk is not None and subject is not None and conversation.walk.record == subject.id
    state = conversation.but(unresolved=times)
    if subject is None and conversation.question is None:
        turn = say(Reply("unknown", (Text(base.knowledge.wording.unresolved_nothing),)), state.but(unresolved=0))
    elif heard.has_tried_all or times > 1 or subject is None:
        turn = handoff.escalate(heard, state, base, scene)
    elif subject.steps and not walked:
        turn = steps.start(subject, state, base)
    else:
        turn = _neighbours(subject.related, heard, state, base, scene)
    return Turn(turn.replies, turn.conversation, (*effects, *turn.effects))


def _neighbours(
    related: tuple[str, ...], heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene
) -> Turn:
    fresh = tuple(other for other in related if other not in conversation.tried)[:4]
    if not fresh:
        return handoff.escalate(heard, conversation, base, scene)
    reply = offer(fresh, base.knowledge.wording.neighbours, base)
    return say(reply, conversation.but(offered=items_of(reply), walk=None))

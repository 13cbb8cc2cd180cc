"""One turn of a conversation: the order in which the capabilities are asked whether a message is theirs."""

from dataclasses import replace
from datetime import timedelta

from handlers import commands, handoff, steps
from handlers.answer import answer, remember
from handlers.choices import items_of, offer
from handlers.contacts import all_contacts, contact_turn, elsewhere, wants_contact
from handlers.conversation import Conversation, Heard, Turn, say
from handlers.effects import AddToTicket, LogQuestion
from handlers.followup import in_context
from handlers.message import Incoming, Reply, Scene
from handlers.several import questions
from handlers.understanding import Understanding
from handlers.unknown import picture, unknown
from kb.base import KnowledgeBase
from kb.matcher import Ranking

HASTE = timedelta(seconds=2)
"""Messages that follow each other this fast are one message."""
_ALL_CONTACTS = "faq-28"
_WHILE_IN_CHARGE = frozenset(("ticket_query", "ticket_cancel"))
_MOST_QUESTIONS_LOGGED = 500


def advance(conversation: Conversation, incoming: Incoming, base: KnowledgeBase, scene: Scene) -> Turn:
    """The bot's turn: same conversation, message, knowledge and scene, same turn, on every channel."""
    if incoming.group and not incoming.addressed:
        return Turn((), conversation)
    text = _with_fragments(conversation, incoming)
    heard = Understanding(incoming, text, base)
    if heard.empty:
        return picture(conversation, base) if incoming.image else Turn((), conversation)
    turn = _turn(heard, conversation, base, scene)
    settled = turn.reply.outcome not in ("unknown", "choices", "smalltalk")
    memory = Heard(text, incoming.at, settled) if incoming.at and not incoming.group else None
    return Turn(turn.replies, turn.conversation.but(heard=memory), (*turn.effects, _log(heard, turn.reply)))


def _with_fragments(conversation: Conversation, incoming: Incoming) -> str:
    """What was typed, together with a fragment of it sent just before and not yet answered."""
    before = conversation.heard
    if before is None or before.settled or incoming.at is None or incoming.group:
        return incoming.text
    hasty = timedelta(0) <= incoming.at - before.at <= HASTE
    return f"{before.text} {incoming.text}" if hasty else incoming.text


def _turn(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn:
    ticket = conversation.ticket
    if handoff.in_charge(ticket) and ticket:
        if heard.intent in _WHILE_IN_CHARGE:
            return commands.command(heard, conversation, base, scene) or Turn((), conversation)
        return Turn((), conversation, (AddToTicket(ticket.number, "said", heard.text),))
    if heard.pointer:
        return commands.press(heard.pointer, heard, conversation, base, scene)
    if ticket and ticket.asking:
        detail = _detail(heard, conversation, base)
        if detail:
            return detail
    chosen = commands.choose(heard, conversation, base, scene)
    if chosen:
        return chosen
    conversation = conversation.but(site=conversation.site.corrected(heard.site))
    if _may_command(heard):
        acted = commands.command(heard, conversation, base, scene)
        if acted:
            return acted
    return _question(heard, conversation, base, scene)


def _detail(heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Turn | None:
    """The answer to what was asked for the ticket; None where the message is a command or a clear question."""
    if heard.intent == "skip":
        return handoff.take_detail(heard, conversation, base, skip=True)
    if heard.said or heard.ranking.band == "answer" or heard.ranking.intent("ticket_query") > 0.5:
        return None
    return handoff.take_detail(heard, conversation, base, skip=False)


def _may_command(heard: Understanding) -> bool:
    """Whether the message speaks to the bot at all: what is a clear question stands before what is likely a command."""
    if heard.said:
        return True
    walks = heard.wants_steps and heard.ranking.band != "unknown" and heard.intent in (None, "walk")
    return not walks and (heard.intent is not None or heard.has_tried_all)


def _question(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn:
    """A question about the subject: one answer, several, a list, a contact, or none."""
    if wants_contact(heard, conversation):
        return contact_turn(heard, conversation, base)
    separate = questions(heard, base)
    if separate and not heard.incoming.group:
        return _answers(separate, heard, conversation, base, scene)
    ranking = in_context(heard, conversation, base)
    offered = _among_offered(ranking, conversation)
    if ranking.band == "answer" or offered:
        return _answer(offered or ranking.records[0].id, ranking, heard, conversation, base, scene)
    if ranking.band == "choices":
        return _choices(ranking, heard, conversation, base)
    if heard.site.place and heard.site.place.elsewhere and heard.asks_for_contact > heard.ranking.none:
        return say(elsewhere(base), conversation)
    return unknown(heard, conversation, base)


def _answer(
    record_id: str, ranking: Ranking, heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene
) -> Turn:
    record = base.knowledge.record[record_id]
    state = remember(conversation, record, heard.text)
    if record.id == _ALL_CONTACTS:
        return say(all_contacts(record, base, ranking.confidence), state.but(about_contacts=True))
    if heard.wants_steps and record.steps:
        return steps.start(record, state, base)
    return say(answer(record, base, scene, group=heard.incoming.group, confidence=ranking.confidence), state)


def _answers(
    separate: tuple[Ranking, ...], heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene
) -> Turn:
    turns = []
    for ranking in separate:
        turns.append(_answer(ranking.records[0].id, ranking, replace(heard, text=ranking.utterance.raw), conversation, base, scene))
        conversation = turns[-1].conversation
    return Turn(tuple(reply for turn in turns for reply in turn.replies), conversation)


def _choices(ranking: Ranking, heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Turn:
    records = tuple(found.id for found in ranking.choices)
    words = base.knowledge.wording
    reply = offer(records, words.which_one if len(records) > 1 else words.this_one, base, ranking.confidence)
    return say(reply, conversation.but(offered=items_of(reply), question=heard.text, about_contacts=False))


def _among_offered(ranking: Ranking, conversation: Conversation) -> str | None:
    """The record of the latest list that a description means: the list makes a fair guess a good one."""
    offered = {item.send.rpartition("#")[2].partition("/")[0] for item in conversation.offered}
    best = ranking.records[0] if ranking.records else None
    return best.id if best and best.id in offered and best.chance >= ranking.bands.choices else None


def _log(heard: Understanding, reply: Reply) -> LogQuestion:
    text = heard.text[:_MOST_QUESTIONS_LOGGED]
    return LogQuestion(text, reply.outcome, reply.records, reply.confidence)

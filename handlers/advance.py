"""One turn of a conversation: the order in which the capabilities are asked whether a message is theirs."""

from dataclasses import replace
from datetime import timedelta

from handlers import commands, handoff, steps
from handlers.answer import answer, remember
from handlers.choices import items_of, offer
from handlers.contacts import all_contacts, contact_turn, elsewhere, wants_contact
from handlers.conversation import Conversation, Heard, Turn, say
from handlers.effects import AddToTicket, LogQuestion
from handlers.followup import in_context, leans, stays
from handlers.message import Incoming, Reply, Scene, Text
from handlers.notices import with_notices
from handlers.several import questions
from handlers.understanding import Understanding
from handlers.unknown import unknown, unreadable
from kb.base import KnowledgeBase
from kb.matcher import Ranking
from kb.normalise import clip

HASTE = timedelta(seconds=2)
"""Messages that follow each other this fast are one message."""
_ABOUT_TICKETS = frozenset(("handoff", "ticket_query", "ticket_cancel"))
_ALL_CONTACTS = "faq-28"
_ONE_LINE = 0.1
"""Chance of wanting the one line of one's own site that makes it worth asking, before eleven are listed."""
_ABOVE_QUESTIONS = frozenset(
    ("handoff", "tried_all", "unresolved", "ticket_query", "ticket_cancel", "none_of_these", "back", "restart", "quit")
)
"""What is meant for the bot even where the same message speaks of a subject (看不懂地址怎么改，帮我转人工)."""
_WHILE_IN_CHARGE = frozenset(("ticket_query", "ticket_cancel"))
_SHORT_REPLY = 12
"""Characters of a reply to a question of ours that was not understood, so that the question is put again."""
_MOST_QUESTIONS_LOGGED = 500
_SURE = 0.9
"""Confidence from which a question that was not put to the bot is answered."""


def advance(conversation: Conversation, incoming: Incoming, base: KnowledgeBase, scene: Scene) -> Turn:
    """The bot's turn: same conversation, message, knowledge and scene, same turn, on every channel."""
    if incoming.group and scene.manners.muted:
        return Turn((), conversation)
    if incoming.group and not incoming.addressed:
        return _overheard(conversation, incoming, base, scene)
    return _addressed(conversation, incoming, base, scene)


def _overheard(conversation: Conversation, incoming: Incoming, base: KnowledgeBase, scene: Scene) -> Turn:
    """What was not said to the bot: answered where the group wants that; else nothing has happened."""
    silence = Turn((), conversation)
    if not scene.manners.overhears(scene.now):
        return silence
    turn = _addressed(conversation, incoming, base, scene)
    if scene.manners.answer_unaddressed == "always":
        return turn
    # Among people talking to each other only a plain answer to a plain question is welcome, and that once.
    sure = len(turn.replies) == 1 and turn.reply.outcome == "answer" and turn.reply.confidence >= _SURE
    return turn if sure and scene.told.isdisjoint(turn.reply.records) else silence


def _addressed(conversation: Conversation, incoming: Incoming, base: KnowledgeBase, scene: Scene) -> Turn:
    heard = _with_fragments(conversation, Understanding(incoming, clip(incoming.text), base))
    if heard.empty:
        return _sent(incoming, conversation, base)
    turn = with_notices(_turn(heard, conversation, base, scene), conversation, scene)
    settled = turn.reply.outcome not in ("unknown", "choices", "smalltalk")
    memory = Heard(heard.text, incoming.at, settled) if incoming.at and not incoming.group else None
    state = turn.conversation.but(heard=memory, album=incoming.album)
    return Turn(turn.replies, state, (*turn.effects, _log(heard, turn.reply)))


def _sent(incoming: Incoming, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """Nothing typed: silence, or a picture or file, which goes to whoever has the case. An album is answered once."""
    if not incoming.image and not incoming.file:
        return Turn((), conversation)
    turn = _wordless(incoming, conversation, base)
    told = incoming.album is not None and incoming.album == conversation.album
    return Turn(() if told else turn.replies, turn.conversation.but(album=incoming.album), turn.effects)


def _wordless(incoming: Incoming, conversation: Conversation, base: KnowledgeBase) -> Turn:
    ticket = conversation.ticket
    if not handoff.is_open(ticket) or ticket is None:
        return unreadable(conversation, base, picture=incoming.image is not None)
    effects = (AddToTicket(ticket.number, "picture", incoming.image or incoming.file or ""),)
    if handoff.in_charge(ticket):
        return Turn((), conversation, effects)
    kept = base.knowledge.wording.picture_kept.format(number=ticket.number)
    return say(Reply("escalate", (Text(kept),), ticket=ticket.number), conversation, *effects)


def _with_fragments(conversation: Conversation, heard: Understanding) -> Understanding:
    """The message, read together with a fragment sent just before it and not yet answered.

    A button, a number or a command is no fragment: it answers what the bot has just said.
    """
    before, at = conversation.heard, heard.incoming.at
    if before is None or before.settled or at is None or heard.incoming.group:
        return heard
    if not timedelta(0) <= at - before.at <= HASTE or heard.pointer or heard.number is not None or heard.said_only:
        return heard
    return replace(heard, text=clip(f"{before.text} {heard.text}"))


def _turn(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn:
    ticket = conversation.ticket
    if handoff.in_charge(ticket) and ticket:
        if heard.intent in _WHILE_IN_CHARGE:
            return commands.command(heard, conversation, base, scene) or Turn((), conversation)
        return Turn((), conversation, (AddToTicket(ticket.number, "said", heard.incoming.text),))
    if heard.pointer:
        return commands.press(heard.pointer, heard, conversation, base, scene)
    if scene.elsewhere is not None and _comes_from_a_group(scene.elsewhere, heard, conversation):
        return handoff.fetch(scene.elsewhere, conversation, base)
    if ticket and ticket.asking:
        detail = _detail(heard, conversation, base)
        if detail:
            return detail
    chosen = commands.choose(heard, conversation, base, scene)
    if chosen:
        return chosen
    conversation = conversation.but(site=conversation.site.corrected(heard.site))
    if _may_command(heard, conversation):
        acted = commands.command(heard, conversation, base, scene)
        if acted:
            return acted
    return _question(heard, conversation, base, scene)


def _comes_from_a_group(number: int, heard: Understanding, conversation: Conversation) -> bool:
    """“工单 1024” in private, by whoever opened it in a group."""
    if heard.incoming.group or handoff.is_open(conversation.ticket):
        return False
    return handoff.names(number, heard.text) or heard.intent in ("ticket_query", "handoff")


def _detail(heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Turn | None:
    """The answer to what was asked for the ticket; None where the message is a command or a clear question.

    Whoever asks for a number meanwhile, or says where he is because he was asked for that, gets the number.
    """
    words = base.knowledge.wording
    if heard.text in (words.button_contact, words.button_all_contacts) or (
        heard.asks_for_contact and heard.has_question
    ):
        return None
    if conversation.asked and heard.site.known:
        return None
    if heard.intent == "skip":
        return handoff.take_detail(heard, conversation, base, skip=True)
    if heard.said or heard.has_tried_all or heard.asks_something or heard.intent in _ABOUT_TICKETS:
        return None
    return handoff.take_detail(heard, conversation, base, skip=False)


def _may_command(heard: Understanding, conversation: Conversation) -> bool:
    """Whether the message speaks to the bot at all: what is a clear question stands before what is likely a command."""
    if heard.said_only:
        return True
    if heard.has_tried_all or (heard.intent in _ABOVE_QUESTIONS and not heard.ranking.vague):
        return heard.intent not in commands.STEPPING or conversation.walk is not None
    if heard.ranking.band == "answer" or heard.ranking.vague or (heard.wants_steps and heard.ranking.band == "choices"):
        return False
    if heard.intent in commands.STEPPING:
        return conversation.walk is not None
    if heard.has_question and conversation.walk and heard.intent not in heard.said:
        return False
    # “他能干些什么” after an answer about somebody asks about him, not about the bot.
    return heard.intent is not None and (heard.intent in heard.said or not (conversation.record and leans(heard)))


def _question(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn:
    """A question about the subject: one answer, several, a list, a contact, or none."""
    separate = () if heard.incoming.group else questions(heard)
    if separate:
        return _each(separate, conversation, base, scene)
    return _single(heard, conversation, base, scene)


def _each(separate: tuple[Understanding, ...], conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn:
    turns: list[Turn] = []
    for part in separate:
        turns.append(_single(part, conversation, base, scene))
        conversation = turns[-1].conversation
    replies = tuple(reply for turn in turns for reply in turn.replies)
    return Turn(replies, conversation, tuple(effect for turn in turns for effect in turn.effects))


def _single(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn:
    if wants_contact(heard, conversation):
        return contact_turn(heard, conversation, base)
    ranking = in_context(heard, conversation, base)
    offered = _among_offered(ranking, conversation) or stays(ranking, heard, conversation)
    if heard.wants_steps and ranking.band == "choices" and not ranking.vague:
        offered = offered or _with_steps(ranking, base)
    if ranking.band == "answer" or offered:
        return _answer(offered or ranking.records[0].id, ranking, heard, conversation, base, scene)
    if ranking.band == "choices":
        return _choices(ranking, heard, conversation, base)
    if heard.site.place and heard.site.place.elsewhere and heard.asks_for_contact:
        return say(elsewhere(base), conversation)
    if conversation.asked and len(heard.text) <= _SHORT_REPLY:
        return contact_turn(heard, conversation, base)
    return unknown(heard, conversation, base)


def _answer(
    record_id: str,
    ranking: Ranking,
    heard: Understanding,
    conversation: Conversation,
    base: KnowledgeBase,
    scene: Scene,
) -> Turn:
    record = base.knowledge.record[record_id]
    # What leans on a question is understood by that question, so it is the question that is remembered.
    still = leans(heard) and conversation.record == record_id
    state = remember(conversation, record, None if still else heard.text)
    if record.id == _ALL_CONTACTS:
        if ranking.intent("who_to_call") >= _ONE_LINE:
            return contact_turn(heard, state, base)
        return say(all_contacts(record, base, ranking.confidence), state.but(about_contacts=True))
    if heard.wants_steps and record.steps:
        return steps.start(record, state, base, heard.text)
    return say(answer(record, base, scene, group=heard.incoming.group, confidence=ranking.confidence), state)


def _with_steps(ranking: Ranking, base: KnowledgeBase) -> str | None:
    """The likeliest record that has steps, for whoever asks to be walked through something."""
    return next((found.id for found in ranking.choices[:2] if base.knowledge.record[found.id].steps), None)


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

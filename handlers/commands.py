"""Acts on what is said to the bot itself: step commands, choices by number, the ticket, feedback and small talk."""

from handlers import feedback, handoff, steps
from handlers.answer import answer, remember
from handlers.choices import chosen, items_of, offer, out_of_range
from handlers.conversation import Conversation, Turn, say
from handlers.effects import Missed
from handlers.message import Button, Reply, Scene, Text
from handlers.smalltalk import INTENTS, acknowledge, chat
from handlers.understanding import Pointer, Understanding
from kb.base import KnowledgeBase

STEPPING = frozenset(("next", "back", "restart", "quit", "resume"))
_SOLVED_WORDS = ("解决", "有用", "可以了", "能打", "成功")


def press(
    pointer: Pointer, heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene
) -> Turn:
    """Do what a button says of the record or step it names; the words before the pointer are the button's label."""
    words = base.knowledge.wording
    record = base.knowledge.record[pointer.record]
    if pointer.step:
        return steps.open_step(pointer, conversation, base)
    if pointer.verb in (words.button_walk, words.button_restart) and record.steps:
        return steps.start(record, conversation, base)
    if pointer.verb in (words.button_helped, words.button_solved):
        return feedback.resolved(record.id, conversation, base)
    if pointer.verb == words.button_unresolved:
        return feedback.unresolved(record.id, heard, conversation, base, scene)
    reply = answer(record, base, scene, group=heard.incoming.group)
    return say(reply, remember(conversation, record, record.title))


def choose(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn | None:
    """A number or a label from the latest list; None where the message is neither."""
    item = chosen(heard, conversation)
    walk = conversation.walk
    if item is None and not conversation.offered and base.sayings.whole(heard.text):
        return None
    if item is None and heard.number and walk and not walk.paused and not conversation.offered:
        return steps.jump(walk, heard.number, conversation, base)
    if item is None:
        return say(out_of_range(heard, conversation, base), conversation) if heard.number is not None else None
    target = Understanding(heard.incoming, item.send, base)
    return press(target.pointer, target, conversation, base, scene) if target.pointer else None


def command(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn | None:
    """Do what the message says to the bot; None where it says nothing to it."""
    intent = heard.intent
    if heard.has_tried_all and (conversation.record or conversation.question):
        return feedback.unresolved(None, heard, conversation, base, scene)
    if intent is None:
        return None
    if intent in STEPPING or (intent == "resolved" and conversation.walk):
        return _step(intent, heard, conversation, base)
    if intent in INTENTS:
        return chat(intent, conversation, base)
    return _other(intent, heard, conversation, base, scene)


def _step(intent: str, heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Turn:
    words = base.knowledge.wording
    walk = conversation.walk
    if intent == "quit":
        if walk is None and conversation.ticket and conversation.ticket.asking:
            return handoff.stop_asking(conversation, base)
        state = conversation.but(walk=None, asked=None, offered=(), about_contacts=False)
        return acknowledge(words.left if walk else words.acknowledged, state)
    if walk is None:
        return acknowledge(words.no_walk, conversation)
    if intent == "back":
        return steps.back(walk, conversation, base)
    if intent == "restart":
        return steps.restart(walk, conversation, base)
    if intent == "resume" and walk.paused:
        return steps.resume(walk, conversation, base)
    if intent == "resolved" and any(word in heard.text for word in _SOLVED_WORDS):
        return feedback.resolved(walk.record, conversation, base)
    onward = steps.forward(walk, conversation, base)
    if onward:
        return onward
    ways = (Button(words.button_solved, words.button_solved), Button(words.button_unresolved, words.button_unresolved))
    if intent == "resolved":
        return feedback.resolved(walk.record, conversation, base)
    return acknowledge(words.steps_over, conversation, ways)


def _other(
    intent: str, heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene
) -> Turn | None:
    words = base.knowledge.wording
    record = base.knowledge.record.get(conversation.record or "")
    match intent:
        case "handoff":
            return handoff.escalate(heard, conversation, base, scene)
        case "ticket_query":
            return handoff.query(conversation, base)
        case "ticket_cancel":
            return handoff.cancel(conversation, base)
        case "resolved":
            return feedback.resolved(conversation.record, conversation, base, of_ticket=True)
        case "unresolved" | "tried_all":
            return feedback.unresolved(None, heard, conversation, base, scene)
        case "deny" if conversation.record:
            return feedback.unresolved(None, heard, conversation, base, scene)
        case "walk" if record and record.steps:
            # A title that was pressed names the record, and none of its ways.
            asked = conversation.question if conversation.question != record.title else None
            return steps.start(record, conversation, base, asked or "")
        case "walk" if record:
            return say(answer(record, base, scene, group=heard.incoming.group), conversation)
        case "repeat" if conversation.walk and not conversation.walk.paused:
            return steps.resume(conversation.walk, conversation, base)
        case "repeat" if record:
            return say(answer(record, base, scene), conversation)
        case "more" if record and record.related:
            reply = offer(record.related[:4], words.neighbours, base)
            return say(reply, conversation.but(offered=items_of(reply)))
        case "none_of_these":
            return _none_of_these(conversation, base)
        case "affirm" | "skip":
            return acknowledge(words.acknowledged, conversation)
    return acknowledge(words.say_more, conversation)


def _none_of_these(conversation: Conversation, base: KnowledgeBase) -> Turn:
    words = base.knowledge.wording
    person = Button(words.button_person, words.button_person)
    call = Button(words.button_contact, words.button_contact)
    rejected = (Missed(conversation.question, "rejected"),) if conversation.question else ()
    reply = Reply("unknown", (Text(words.none_of_these),), (call, person))
    return say(reply, conversation.but(offered=(), record=None), *rejected)

"""Says that there is no answer, why, and what one can do next."""

from handlers.conversation import Conversation, Turn, say
from handlers.effects import Missed
from handlers.message import Button, Reply, Text
from handlers.understanding import Understanding
from kb.base import KnowledgeBase

_LEAST_TOPIC = 0.3
_OTHER_CITY = "oos-other-city"


def unknown(heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """No record answers this; where the topic is known, say so and where to turn."""
    words = base.knowledge.wording
    ours = heard.site.place is not None and not heard.site.place.elsewhere
    topics = [found for found in heard.ranking.topics if not (ours and found.id == _OTHER_CITY)]
    topic = base.knowledge.topic[topics[0].id] if topics and topics[0].chance >= _LEAST_TOPIC else None
    person = Button(words.button_person, words.button_person)
    call = Button(words.button_contact, words.button_contact)
    ways: dict[str, tuple[Button, ...]] = {"contact": (call, person), "desk": (person,), "none": ()}
    text = topic.say if topic else words.unknown
    buttons = ways[topic.turn_to if topic else "contact"]
    state = conversation.but(question=heard.text, record=None, about_contacts=False, asked=None)
    return say(
        Reply("unknown", (Text(text),), buttons, confidence=heard.ranking.outside), state, Missed(heard.text, "unknown")
    )


def unreadable(conversation: Conversation, base: KnowledgeBase, *, picture: bool) -> Turn:
    """A picture or file without words: the bot cannot read it, and says what to type instead."""
    words = base.knowledge.wording
    return say(Reply("ask", (Text(words.picture if picture else words.file),), asked="detail"), conversation)

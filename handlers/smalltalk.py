"""Greets, thanks, says what it is and what it can do; acknowledges."""

from handlers.conversation import Conversation, Turn, say
from handlers.message import Button, Reply, Text
from kb.base import KnowledgeBase

INTENTS = frozenset(
    ("greeting", "thanks", "bye", "about", "help", "praise", "complaint", "presence", "filler", "wait", "apology")
)


def chat(intent: str, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """Answer what is said to the bot as to anybody."""
    words = base.knowledge.wording
    text: str = getattr(words, f"chat_{intent}")
    buttons = starters(base) if intent in ("greeting", "help", "about", "presence") else ()
    return acknowledge(text, conversation, buttons)


def acknowledge(text: str, conversation: Conversation, buttons: tuple[Button, ...] = ()) -> Turn:
    """Say one sentence and change nothing."""
    return say(Reply("smalltalk", (Text(text),), buttons), conversation)


def starters(base: KnowledgeBase) -> tuple[Button, ...]:
    """A few things that people ask most."""
    records = (base.knowledge.record[record] for record in base.knowledge.wording.starters)
    person = base.knowledge.wording.button_person
    return (*(Button(record.title, f"{record.title} #{record.id}") for record in records), Button(person, person))

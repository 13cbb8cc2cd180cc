"""Offers a few records to choose from, and hears which one is meant."""

from rapidfuzz import fuzz, process, utils

from handlers.conversation import Conversation
from handlers.message import Button, ChoiceList, Reply
from handlers.understanding import Understanding
from kb.base import KnowledgeBase

_SAME = 80.0
"""How alike (0 to 100) typed words and a label have to be for one to name the other."""


def offer(records: tuple[str, ...], question: str, base: KnowledgeBase, confidence: float = 0.0) -> Reply:
    """A list of records."""
    words = base.knowledge.wording
    items = tuple(_item(base.knowledge.record[record].title, record) for record in records)
    ways = (Button(words.button_none, words.button_none), Button(words.button_person, words.button_person))
    return Reply("choices", (ChoiceList(question, items),), ways, records, confidence=confidence)


def _item(title: str, record: str) -> Button:
    return Button(title, f"{title} #{record}")


def items_of(reply: Reply) -> tuple[Button, ...]:
    """What can be chosen from a reply by number."""
    return next((part.items for part in reply.parts if isinstance(part, ChoiceList)), ())


def chosen(heard: Understanding, conversation: Conversation) -> Button | None:
    """The item of the latest list that the message names by number or by its label."""
    if not conversation.offered:
        return None
    if heard.number is not None:
        return conversation.offered[heard.number - 1] if 1 <= heard.number <= len(conversation.offered) else None
    labels = [item.label for item in conversation.offered]
    best = process.extractOne(
        heard.text, labels, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_SAME
    )
    return conversation.offered[best[2]] if best else None


def out_of_range(heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Reply:
    """A number that is not on the list, or no list at all."""
    words = base.knowledge.wording
    if not conversation.offered:
        return Reply("smalltalk", (ChoiceList(words.no_list, ()),))
    text = words.out_of_range.format(number=heard.number, most=len(conversation.offered))
    records = tuple(dict.fromkeys(_record(item) for item in conversation.offered))
    return Reply("choices", (ChoiceList(text, conversation.offered),), (), records)


def _record(item: Button) -> str:
    return item.send.rpartition("#")[2].partition("/")[0]

"""Finds the authority to call, by the kind of works and the district, and never makes up a number."""

from handlers.conversation import Conversation, Turn, say
from handlers.message import Button, ContactCards, ContactLine, Part, Reply, Text
from handlers.understanding import Understanding
from kb.base import KnowledgeBase
from kb.model import Contact, Record
from kb.routing import Route


def wants_contact(heard: Understanding, conversation: Conversation) -> bool:
    """Whether this message is about whom to call: asked outright, told when asked, or corrected after an answer."""
    ranking = heard.ranking
    clear = ranking.band == "answer" and ranking.records[0].id != "faq-28"
    if heard.asks_for_contact:
        return True
    if not heard.site.known or not (conversation.asked or conversation.about_contacts):
        return False
    # What names a site and asks nothing is the site of the question before it, also where it sounds like a subject.
    return not clear or not heard.has_question


def contact_turn(heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """The contacts of the site as far as it is known, or the question for what is missing."""
    named = base.router.named(heard.ranking.utterance)
    site = conversation.site
    state = conversation.but(about_contacts=True, asked=None)
    if named and not heard.site.place:
        return say(_contacts(named, base.knowledge.wording.contact_named, base), state)
    route = base.router.route(site)
    if route.elsewhere:
        return say(elsewhere(base), state.but(site=type(site)(types=site.types)))
    if route.contacts:
        return say(_contacts(route.contacts, _why(conversation, base), base), state)
    return say(_ask(route, conversation, base), state.but(asked=route.ask))


def all_contacts(record: Record, base: KnowledgeBase, confidence: float) -> Reply:
    """All eleven lines, for whoever wants the whole list."""
    everyone = tuple(contact.id for contact in base.knowledge.contacts)
    reply = _contacts(everyone, base.knowledge.wording.contact_all, base)
    return Reply("contact", reply.parts, (), (record.id,), confidence=confidence)


def offer_contacts(conversation: Conversation, base: KnowledgeBase) -> tuple[tuple[Part, ...], Conversation]:
    """The site's contacts to go with another reply, or a line that asks for the site."""
    route = base.router.route(conversation.site)
    if route.contacts:
        return _contacts(route.contacts, _why(conversation, base), base).parts, conversation
    return (Text(_question(route, conversation, base)),), conversation.but(
        asked=route.ask or "either", about_contacts=True
    )


def elsewhere(base: KnowledgeBase) -> Reply:
    """The site is not in Nanjing: no number of ours is right for it."""
    return Reply("unknown", (Text(base.knowledge.wording.contact_elsewhere),))


def line(contact: Contact) -> ContactLine:
    """A contact as it is shown."""
    return ContactLine(contact.id, contact.name, contact.label, contact.phones, contact.qq_groups)


def _contacts(ids: tuple[str, ...], why: str, base: KnowledgeBase) -> Reply:
    lines = tuple(line(base.knowledge.contact[contact]) for contact in ids)
    return Reply("contact", (ContactCards(why, lines),))


def _why(conversation: Conversation, base: KnowledgeBase) -> str:
    """Says what the choice of lines rests on, so that a wrong guess can be corrected."""
    words = base.knowledge.wording
    place = conversation.site.place
    kinds = "、".join(base.knowledge.project_type[kind].name for kind in conversation.site.types)
    if place and len(place.contacts) > 1:
        return words.contact_overlap.format(place=place.name)
    if place and not place.contacts:
        return words.contact_no_line.format(place=place.name, kinds=kinds)
    known = "、".join(filter(None, (place.name if place else "", kinds)))
    return words.contact_found.format(known=known)


def _ask(route: Route, conversation: Conversation, base: KnowledgeBase) -> Reply:
    types = tuple(Button(kind.name, kind.name) for kind in base.knowledge.project_types)
    lines = tuple(district for district in base.knowledge.districts if district.contact)
    places = tuple(Button(district.name, district.name) for district in lines) if route.ask == "either" else ()
    everything = Button(base.knowledge.wording.button_all_contacts, base.knowledge.wording.button_all_contacts)
    return Reply("ask", (Text(_question(route, conversation, base)),), (*types, *places, everything), asked=route.ask)


def _question(route: Route, conversation: Conversation, base: KnowledgeBase) -> str:
    words = base.knowledge.wording
    place = conversation.site.place
    if route.ask == "project_type" and place:
        return words.ask_project_type.format(place=place.name)
    return words.ask_site

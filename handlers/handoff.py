"""Hands a case over to support staff: opens the ticket at once, then asks for what they need, one detail at a time."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.contacts import offer_contacts
from handlers.conversation import Conversation, Ticket, Turn, say
from handlers.effects import AddToTicket, CancelTicket, Effect, FetchTicket, GoPrivate, OpenTicket, ReopenTicket
from handlers.message import Button, Outcome, Part, Reply, Scene, Text, TicketCard
from handlers.understanding import Understanding
from kb.base import KnowledgeBase
from kb.normalise import plain

DETAILS = ("project", "person", "phone")
REOPEN_WITHIN = timedelta(days=7)
_DIGITS = re.compile(r"\d")
_LONGEST_DETAIL = 200


def escalate(heard: Understanding, conversation: Conversation, base: KnowledgeBase, scene: Scene) -> Turn:
    """Open a ticket, or name the one that is open; say who else can be called, and ask for the first detail.

    In a group nobody is asked for personal data; where the bot can write to the person alone, the case goes on there.
    """
    if is_open(conversation.ticket):
        return query(conversation, base)
    if scene.elsewhere is not None:
        return _elsewhere(scene.elsewhere, heard, conversation, base)
    known, group = conversation.site.known, heard.incoming.group
    ticket = Ticket(scene.new_ticket(), asking=None if group else DETAILS[0], called=known)
    words = base.knowledge.wording
    parts: tuple[Part, ...] = (TicketCard(ticket.number, words.ticket_opened.format(number=ticket.number)),)
    if scene.desk_note:
        parts = (*parts, Text(scene.desk_note))
    # Asking for the site and for a detail at once would be two questions; the line is named where it is known.
    if known:
        more, conversation = offer_contacts(conversation, base)
        parts = (*parts, *more)
    elif not group:
        parts = (*parts, Text(words.ticket_call))
    question = conversation.question or heard.text
    effects: tuple[Effect, ...] = (
        OpenTicket(ticket.number, question[:_LONGEST_DETAIL], conversation.tried, conversation.site),
    )
    state = conversation.but(ticket=ticket, walk=None, asked=None, unresolved=0)
    if not group:
        parts = (*parts, Text(words.ask_project))
    elif scene.private:
        parts, state = (*parts, Text(words.ticket_in_private)), state.but(ticket=None)
        effects = (*effects, GoPrivate(ticket.number))
    else:
        parts = (*parts, Text(words.ticket_in_group.format(number=ticket.number)))
    reply = Reply("escalate", parts, () if group else _ways(base, call=not known), ticket=ticket.number)
    return say(reply, state, *effects)


def begin_in_private(number: int, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """The first words to somebody alone about a ticket that he opened in a group."""
    text = base.knowledge.wording.ticket_from_group.format(number=number)
    return _ask_on(number, text, conversation, base)


def fetch(number: int, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """Take a ticket from a group into the private conversation of the one who opened it."""
    text = base.knowledge.wording.ticket_fetched.format(number=number)
    return _ask_on(number, text, conversation, base, FetchTicket(number))


def _ask_on(number: int, text: str, conversation: Conversation, base: KnowledgeBase, *effects: Effect) -> Turn:
    parts = (TicketCard(number, text), Text(base.knowledge.wording.ask_project))
    state = conversation.but(ticket=Ticket(number, asking=DETAILS[0]), walk=None, asked=None)
    return say(Reply("escalate", parts, _ways(base), ticket=number), state, *effects)


def _elsewhere(number: int, heard: Understanding, conversation: Conversation, base: KnowledgeBase) -> Turn:
    """There is a ticket already: in private, if this is a group; in a group, if this is the private chat."""
    if not heard.incoming.group:
        return fetch(number, conversation, base)
    words = base.knowledge.wording
    parts = (TicketCard(number, words.ticket_is_open.format(number=number)), Text(words.ticket_in_private))
    return say(Reply("escalate", parts, ticket=number), conversation)


def names(number: int | None, text: str) -> bool:
    """Whether a message speaks of the ticket with this number."""
    return number is not None and re.search(rf"(?<!\d){number}(?!\d)", text) is not None


def is_open(ticket: Ticket | None) -> bool:
    """Whether a ticket waits for staff or is with them."""
    return ticket is not None and ticket.status in ("open", "claimed", "waiting")


def in_charge(ticket: Ticket | None) -> bool:
    """Whether a person has claimed the case, so that the bot keeps silent."""
    return ticket is not None and ticket.status in ("claimed", "waiting")


def take_detail(heard: Understanding, conversation: Conversation, base: KnowledgeBase, *, skip: bool) -> Turn:
    """Note the detail that was asked for, or leave it out, and ask for the next; confirm after the last."""
    ticket = conversation.ticket
    if ticket is None or ticket.asking is None:
        raise ValueError("no detail was asked for")
    words = base.knowledge.wording
    said = " ".join(heard.text.split())[:_LONGEST_DETAIL]
    if not skip and ticket.asking == "phone" and len(_DIGITS.findall(plain(said))) < 7:
        return say(
            Reply("ask", (Text(words.phone_unclear),), _ways(base), asked="detail", ticket=ticket.number), conversation
        )
    site = conversation.site.corrected(heard.site)
    effects = () if skip else (AddToTicket(ticket.number, ticket.asking, said, site),)
    place = DETAILS.index(ticket.asking) + 1
    following = DETAILS[place] if place < len(DETAILS) else None
    state = conversation.but(ticket=replace(ticket, asking=following), site=site)
    if following is None:
        return _complete(ticket, state, base, *effects)
    question = {"person": words.ask_person, "phone": words.ask_phone}[following]
    return say(Reply("ask", (Text(question),), _ways(base), asked="detail", ticket=ticket.number), state, *effects)


def _complete(ticket: Ticket, conversation: Conversation, base: KnowledgeBase, *effects: Effect) -> Turn:
    """All is said that staff need; and whom to call, where that has become known meanwhile."""
    text = base.knowledge.wording.ticket_complete.format(number=ticket.number)
    parts: tuple[Part, ...] = (TicketCard(ticket.number, text),)
    if base.router.route(conversation.site).contacts and not ticket.called:
        more, conversation = offer_contacts(conversation, base)
        parts = (*parts, *more)
    state = conversation.but(ticket=replace(ticket, asking=None, called=True))
    return say(Reply("escalate", parts, ticket=ticket.number), state, *effects)


def query(conversation: Conversation, base: KnowledgeBase) -> Turn:
    """Name the ticket again, and ask on where a detail is missing."""
    words = base.knowledge.wording
    ticket = conversation.ticket
    if ticket is None:
        way = Button(words.button_person, words.button_person)
        return say(Reply("smalltalk", (Text(words.no_ticket),), (way,)), conversation)
    states = {
        "open": words.ticket_is_open,
        "claimed": words.ticket_is_claimed,
        "waiting": words.ticket_is_claimed,
        "solved": words.ticket_is_solved,
        "closed": words.ticket_is_solved,
    }
    parts: tuple[Part, ...] = (TicketCard(ticket.number, states[ticket.status].format(number=ticket.number)),)
    if ticket.asking:
        missing = {"project": words.ask_project, "person": words.ask_person, "phone": words.ask_phone}
        parts = (*parts, Text(missing[ticket.asking]))
    outcome: Outcome = "escalate" if is_open(ticket) else "smalltalk"
    return say(Reply(outcome, parts, _ways(base) if ticket.asking else (), ticket=ticket.number), conversation)


def cancel(conversation: Conversation, base: KnowledgeBase) -> Turn:
    """The user needs nobody any more."""
    words = base.knowledge.wording
    ticket = conversation.ticket
    if ticket is None or not is_open(ticket):
        return say(Reply("smalltalk", (Text(words.no_ticket),)), conversation)
    text = Text(words.ticket_cancelled.format(number=ticket.number))
    reply = Reply("smalltalk", (text,), ticket=ticket.number)
    return say(reply, conversation.but(ticket=None), CancelTicket(ticket.number))


def stop_asking(conversation: Conversation, base: KnowledgeBase) -> Turn:
    """Leave out all further details; the ticket stays."""
    ticket = conversation.ticket
    if ticket is None:
        raise ValueError("no ticket")
    return _complete(ticket, conversation, base)


def can_reopen(ticket: Ticket | None, now: datetime) -> bool:
    """Whether 还是不行 takes up the old case again."""
    if ticket is None or ticket.status not in ("solved", "closed") or ticket.solved_at is None:
        return False
    return now - ticket.solved_at <= REOPEN_WITHIN


def reopen(conversation: Conversation, base: KnowledgeBase) -> Turn:
    """Take the solved case up again."""
    ticket = conversation.ticket
    if ticket is None:
        raise ValueError("no ticket")
    text = base.knowledge.wording.ticket_reopened.format(number=ticket.number)
    reply = Reply("escalate", (TicketCard(ticket.number, text),), ticket=ticket.number)
    return say(reply, conversation.but(ticket=Ticket(ticket.number)), ReopenTicket(ticket.number))


def _ways(base: KnowledgeBase, *, call: bool = False) -> tuple[Button, ...]:
    words = base.knowledge.wording
    labels = (words.button_skip, words.button_cancel, *((words.button_contact,) if call else ()))
    return tuple(Button(label, label) for label in labels)

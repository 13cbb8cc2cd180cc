"""What the desk says to staff: values that each channel puts in its own form."""

from dataclasses import dataclass
from datetime import datetime

from handlers.message import ContactLine


@dataclass(frozen=True, slots=True)
class Card:
    """A ticket at a glance, with what can be done about it. It is edited whenever the ticket changes.

    ``tried``: titles of the records the bot has answered with; ``note``: what was just done in vain; ``teams``: where not
    None, the choice to whom to hand over; ``anew``: a new card, and not an edit of the one that is there; ``news``: changed
    by somebody whom the room does not see.
    """

    number: int
    status: str
    priority: str
    question: str
    channel: str
    in_group: bool
    opened_at: datetime
    team: str
    agent: str | None = None
    tried: tuple[str, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    site: tuple[str, ...] = ()
    project: str | None = None
    person: str | None = None
    phone: str | None = None
    files: int = 0
    note: str | None = None
    teams: tuple[str, ...] | None = None
    anew: bool = False
    news: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A line for the staff; ``about``: the ticket it belongs to. A reply to it goes to that ticket's user."""

    text: str
    about: int | None = None
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """Asks an agent to type: what he answers is for the user (``reply``) or for the staff only (``note``)."""

    number: int
    purpose: str
    text: str


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or file of the user's; ``ref`` as his platform names it."""

    number: int
    channel: str
    ref: dict[str, object]
    text: str


Note = Card | Words | Prompt | Media

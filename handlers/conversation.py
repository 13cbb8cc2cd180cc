"""What the bot remembers of a conversation: one frozen value, replaced by each turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from handlers.effects import Effect
from handlers.message import Asked, Button, Reply
from kb.model import Record
from kb.routing import Site

TicketStatus = Literal["open", "claimed", "waiting", "solved", "closed"]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where someone stands in a procedure. ``trail``: the (record, step) pairs behind him; ``paused`` by another question."""

    record: str
    step: str
    trail: tuple[tuple[str, str], ...] = ()
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket of this conversation. ``asking``: the detail asked for just now (project, person, phone).

    ``called``: whether the authority's line was named with it.
    """

    number: int
    status: TicketStatus = "open"
    asking: str | None = None
    solved_at: datetime | None = None
    called: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """The last message and when it came, to read hasty fragments together."""

    text: str
    at: datetime
    settled: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that a later message may lean on."""

    site: Site = field(default_factory=Site)
    record: str | None = None
    question: str | None = None
    walk: Walk | None = None
    offered: tuple[Button, ...] = ()
    asked: Asked | None = None
    about_contacts: bool = False
    unresolved: int = 0
    tried: tuple[str, ...] = ()
    ticket: Ticket | None = None
    heard: Heard | None = None
    album: str | None = None

    def but(self, **changes: Any) -> "Conversation":
        """This conversation with some things changed."""
        return replace(self, **changes)

    def within(self, records: Mapping[str, Record]) -> "Conversation":
        """This conversation without what it remembers of records, or of steps, that are no longer there."""
        walk = self.walk
        walked = {walk.record, *(record for record, _ in walk.trail)} if walk else set()
        return self.but(
            record=self.record if self.record in records else None,
            walk=walk if all(record in records and records[record].steps for record in walked) else None,
            tried=tuple(record for record in self.tried if record in records),
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """What the bot says, what it remembers, and what it wants done."""

    replies: tuple[Reply, ...]
    conversation: Conversation
    effects: tuple[Effect, ...] = ()

    @property
    def reply(self) -> Reply:
        """The first reply: its outcome is the turn's."""
        return self.replies[0] if self.replies else Reply("silent")


def say(reply: Reply, conversation: Conversation, *effects: Effect) -> Turn:
    """A turn of one reply."""
    return Turn((reply,), conversation, effects)

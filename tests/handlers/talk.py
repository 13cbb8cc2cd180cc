"""A conversation in a test: ``talk.says("登录失败").outcome``."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from handlers.advance import advance
from handlers.conversation import Conversation, Ticket, TicketStatus, Turn
from handlers.effects import Effect, LogQuestion, Missed
from handlers.manners import Manners
from handlers.message import Asked, Button, ChoiceList, Incoming, Outcome, Part, Pinned, Scene, StepCard
from handlers.plain import plain_text
from kb.base import KnowledgeBase

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
"""A Wednesday, noon in Nanjing."""
FIRST_TICKET = 1001


@dataclass(frozen=True, slots=True)
class Said(Turn):
    """What the bot says to one message. ``text``: as a reader of plain text sees it."""

    text: str = ""

    @property
    def outcome(self) -> Outcome:
        return self.reply.outcome

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(record for reply in self.replies for record in reply.records))

    @property
    def contacts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(contact for reply in self.replies for contact in reply.contacts))

    @property
    def asked(self) -> Asked | None:
        return self.reply.asked

    @property
    def ticket(self) -> int | None:
        return self.reply.ticket

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for reply in self.replies for part in reply.parts)

    @property
    def step(self) -> StepCard:
        """The step that is shown; there has to be one."""
        return next(part for part in self.parts if isinstance(part, StepCard))

    @property
    def items(self) -> tuple[Button, ...]:
        """What can be chosen from a list."""
        return next((part.items for part in self.parts if isinstance(part, ChoiceList)), ())

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Everything that can be pressed: items of lists, options of steps, and the buttons below."""
        options = (option for part in self.parts if isinstance(part, StepCard) for option in part.options)
        return (*options, *self.items, *(button for reply in self.replies for button in reply.buttons))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(button.label for button in self.buttons)

    @property
    def wants(self) -> tuple[Effect, ...]:
        """The effects but for what is only written down."""
        return tuple(effect for effect in self.effects if not isinstance(effect, LogQuestion | Missed))


@dataclass(slots=True)
class Talk:
    """One person's conversation with the bot. Everything before ``conversation`` sets the scene."""

    base: KnowledgeBase
    now: datetime = NOON
    told: frozenset[str] = frozenset()
    note: str | None = None
    notices: tuple[Pinned, ...] = ()
    manners: Manners = field(default_factory=Manners)
    private: bool = False
    elsewhere: int | None = None
    conversation: Conversation = field(default_factory=Conversation)
    last: Said = field(default_factory=lambda: Said((), Conversation()))
    _numbers: "count[int]" = field(default_factory=lambda: count(FIRST_TICKET))

    def says(self, text: str, **incoming: Any) -> Said:
        """One message and the bot's turn."""
        scene = Scene(
            self.now,
            lambda: next(self._numbers),
            self.told,
            self.note,
            self.notices,
            self.manners,
            self.private,
            self.elsewhere,
        )
        turn = advance(self.conversation, Incoming(text, **incoming), self.base, scene)
        words = self.base.knowledge.wording
        text = "\n\n".join(filter(None, (plain_text(reply, words) for reply in turn.replies)))
        self.conversation = turn.conversation
        self.last = Said(turn.replies, turn.conversation, turn.effects, text)
        return self.last

    def says_all(self, texts: Iterable[str]) -> Said:
        """Several messages; the turn after the last."""
        for text in texts:
            self.says(text)
        return self.last

    def presses(self, label: str) -> Said:
        """Presses the button of the latest turn with this label."""
        return self.says(next(button.send for button in self.last.buttons if button.label == label))

    def has_ticket(self, status: TicketStatus, **more: Any) -> None:
        """Staff have dealt with the ticket of this conversation."""
        number = self.conversation.ticket.number if self.conversation.ticket else FIRST_TICKET
        self.conversation = replace(self.conversation, ticket=Ticket(number, status, **more))

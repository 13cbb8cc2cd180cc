"""What comes in and what goes out, on every channel the same."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from handlers.manners import Manners

Outcome = Literal["answer", "steps", "choices", "contact", "ask", "escalate", "unknown", "smalltalk", "silent"]
Asked = Literal["project_type", "district", "either", "detail"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message. ``at``: when it came in, where the channel knows (then hasty fragments are read together).

    ``image``: a picture came with it; ``file``: something else that cannot be read (a document, a voice message).
    ``album``: what several pictures, sent as one, have in common. ``addressed``: meant for the bot; always so in a private chat, in a group by mention, reply or command.
    """

    text: str
    group: bool = False
    addressed: bool = True
    image: str | None = None
    file: str | None = None
    album: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A way on: what the button says, and the text that pressing it sends. The text can be typed as well."""

    label: str
    send: str


@dataclass(frozen=True, slots=True)
class Text:
    """A plain paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something pinned by an editor, shown above the answers it concerns."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """A record's answer. ``outline``: each branch of its procedure with the label that leads to it."""

    record: str
    title: str
    source: str
    short: str
    causes: tuple[str, ...] = ()
    outline: tuple[tuple[str | None, tuple[str, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step of a procedure; ``options`` where it forks; ``image``: the name of its picture."""

    record: str
    title: str
    number: int
    of: int
    text: str
    detail: str | None = None
    warning: str | None = None
    options: tuple[Button, ...] = ()
    image: str | None = None


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """A few things to choose from, by button, by number or by naming one."""

    text: str
    items: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One authority; ``phones`` as the document has them."""

    id: str
    name: str
    label: str
    phones: tuple[str, ...]
    qq_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactCards:
    """One or more authorities and a sentence that says why these."""

    text: str
    contacts: tuple[ContactLine, ...]


@dataclass(frozen=True, slots=True)
class TicketCard:
    """A ticket's number and what happens next."""

    number: int
    text: str


Part = Text | Notice | AnswerCard | StepCard | ChoiceList | ContactCards | TicketCard


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing the bot says. ``records``, ``contacts``, ``asked`` and ``ticket`` say what it is about."""

    outcome: Outcome
    parts: tuple[Part, ...] = ()
    buttons: tuple[Button, ...] = ()
    records: tuple[str, ...] = ()
    asked: Asked | None = None
    ticket: int | None = None
    confidence: float = 1.0

    @property
    def contacts(self) -> tuple[str, ...]:
        """Ids of all contacts whose number the reply shows."""
        cards = (part for part in self.parts if isinstance(part, ContactCards))
        return tuple(dict.fromkeys(line.id for card in cards for line in card.contacts))

    @property
    def images(self) -> tuple[str, ...]:
        """Names of the pictures that the reply shows."""
        return tuple(part.image for part in self.parts if isinstance(part, StepCard) and part.image)

    def without_images(self) -> "Reply":
        """The same without its pictures, for a channel that sends them beside the words."""
        parts = tuple(replace(part, image=None) if isinstance(part, StepCard) else part for part in self.parts)
        return replace(self, parts=parts)


@dataclass(frozen=True, slots=True)
class Scene:
    """What surrounds a turn and is not the conversation's own.

    ``new_ticket`` gives the number a ticket would have, if one has to be opened; ``told``: records that the group has
    just been told; ``desk_note``: when somebody will look, outside the desk's hours; ``notices`` in force now;
    ``manners``: the group's; ``private``: whether the bot can write to this person alone; ``elsewhere``: the number of an
    open ticket that this person has in another chat (seen from a group: in private; from there: in a group).
    """

    now: datetime
    new_ticket: Callable[[], int]
    told: frozenset[str] = frozenset()
    desk_note: str | None = None
    notices: tuple["Pinned", ...] = ()
    manners: Manners = field(default_factory=Manners)
    private: bool = False
    elsewhere: int | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A notice and the records it concerns (all, where none is named)."""

    text: str
    until: datetime
    records: frozenset[str] = field(default_factory=frozenset)

"""What a turn wants done beyond replying: values that the runtime performs."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Literal

from kb.routing import Site

Why = Literal["unknown", "rejected", "unresolved", "ticket"]


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Hand the case to support staff. ``tried``: records the bot has answered with; ``question``: in the user's words."""

    number: int
    question: str
    tried: tuple[str, ...]
    site: Site


@dataclass(frozen=True, slots=True)
class AddToTicket:
    """Tell staff something about a ticket: a detail (``field``: project, person, phone) or what the user said since.

    ``site``: what is known of the site by now, a detail included.
    """

    number: int
    field: str
    text: str
    site: Site = dataclass_field(default_factory=Site, compare=False)


@dataclass(frozen=True, slots=True)
class CancelTicket:
    """The user needs nobody any more."""

    number: int


@dataclass(frozen=True, slots=True)
class GoPrivate:
    """What was begun in a group goes on with this person alone."""

    number: int


@dataclass(frozen=True, slots=True)
class FetchTicket:
    """A ticket that this person opened in a group goes on in this, his private conversation."""

    number: int


@dataclass(frozen=True, slots=True)
class ReopenTicket:
    """It was said to be solved and is not."""

    number: int


@dataclass(frozen=True, slots=True)
class ConfirmTicket:
    """What was said to be solved is."""

    number: int


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """A question and what became of it."""

    text: str
    outcome: str
    records: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Feedback:
    """Whether an answer helped; ``record`` None: the list or the refusal did not."""

    record: str | None
    helped: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that was not answered well: for whoever improves the knowledge. ``record``: what did not help."""

    question: str
    why: Why
    record: str | None = None


Effect = (
    OpenTicket
    | AddToTicket
    | CancelTicket
    | GoPrivate
    | FetchTicket
    | ReopenTicket
    | ConfirmTicket
    | LogQuestion
    | Feedback
    | Missed
)

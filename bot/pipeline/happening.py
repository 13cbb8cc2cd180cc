"""What an event of a channel's means: values that the pipeline acts on."""

from dataclasses import dataclass
from typing import Any

from bot.desk.actions import Action, Actor
from handlers.message import Incoming


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file that came with a message. ``ref``: how the platform names it; ``size``: bytes, if known."""

    kind: str
    ref: dict[str, Any]
    name: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A user said something, by text or button.

    ``key``: the conversation's; ``address``: where it is answered; ``shown``: what he saw on the button; ``quote``: the
    message to answer, ``edit``: the message to replace; ``too_big``: a file that the platform will not give us;
    ``person``: who he is, the same in groups and alone; ``alone``: where the bot may write to him alone unasked, if he is
    in a group and the platform allows it.
    """

    key: str
    address: str
    incoming: Incoming
    group: str | None = None
    shown: str | None = None
    message_id: str | None = None
    quote: str | None = None
    edit: str | None = None
    attachments: tuple[Attachment, ...] = ()
    too_big: int | None = None
    signal: dict[str, Any] | None = None
    person: str | None = None
    alone: str | None = None


@dataclass(frozen=True, slots=True)
class StaffActed:
    """An agent did something. ``signal``: the button press to acknowledge; ``quote``: the message to answer."""

    action: Action
    signal: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody tried what he may not: he is told, and it is written down."""

    actor: Actor
    attempt: str
    text: str
    ticket: int | None = None
    address: str | None = None
    signal: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """Something to say without a question (the bot came into a group, a message that cannot be taken)."""

    address: str
    text: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Hushed:
    """The owner or an admin of a group has silenced the bot there, or called it back (``muted`` False)."""

    group: str
    address: str
    by: str
    muted: bool
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A user has blocked the bot, or a group has removed it. ``key``: the conversation's; None: a whole chat."""

    lane: str
    why: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us. ``why`` goes to the log."""

    why: str


Happening = Said | StaffActed | Refused | Announced | Hushed | Unreachable | Ignored

"""How a channel words what is to be sent: pure, so that a node can write for a channel it does not run itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.desk.notes import Note
from bot.desk.rooms import Room
from bot.storage.outbox import Outgoing
from handlers.message import Reply
from kb.wording import Wording


@dataclass(frozen=True, slots=True)
class Where:
    """Whom a reply is for. ``quote``: the platform's id of the message it answers; ``edit``: of the one it replaces."""

    address: str
    conversation_id: int
    purpose: str = "reply"
    quote: str | None = None
    edit: str | None = None
    ticket: int | None = None
    unasked: bool = False


class Form(Protocol):
    """One channel's way of putting things."""

    @property
    def name(self) -> str:
        """The channel's."""
        ...

    def to_user(self, where: Where, replies: Sequence[Reply], words: Wording) -> Sequence[Outgoing]:
        """Messages for a user; none where he fetches them himself (the web page)."""
        ...

    def to_staff(self, room: Room, note: Note) -> Sequence[Outgoing]:
        """Messages for a staff room."""
        ...

    def pass_on(self, where: Where, media: dict[str, object]) -> Sequence[Outgoing]:
        """A picture or file of an agent's for a user of this same channel; none where the channel cannot."""
        ...

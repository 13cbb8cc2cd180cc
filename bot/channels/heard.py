"""One message as a channel of plain text hears it: what each channel makes of its platform's events."""

from dataclasses import dataclass
from datetime import datetime

from bot.pipeline.happening import Attachment


@dataclass(frozen=True, slots=True)
class Heard:
    """Something a person said.

    ``chat``: where, by a name that a reply can be sent to, without a slash; ``room``: the name by which the settings may
    know it as a staff room, where that is another; ``user``: the person's account, the same in groups and alone;
    ``text``: without what is only addressing; ``may_command``: owner or admin of the group; ``message_id``: what a reply
    quotes; ``answers``: the platform's id of our message that this one replies to; ``too_big``: megabytes that a file may
    have, where this one is over it; ``number``: what a staff room is called in the settings, where that is not ``room``;
    ``circle``: the group by a name that all our accounts in it share, where that is not ``chat``; ``alone``: a chat with
    the person alone that the platform lets us begin, where there is one.
    """

    channel: str
    chat: str
    user: str
    name: str
    text: str
    group: bool = False
    addressed: bool = True
    may_command: bool = False
    message_id: str | None = None
    answers: str | None = None
    at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    too_big: int | None = None
    room: str | None = None
    number: str | None = None
    circle: str | None = None
    alone: str | None = None

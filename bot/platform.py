"""What the node needs of a platform that is set up, and what a platform is given to be built from."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from starlette.routing import BaseRoute

from bot.channels.hearing import Hearing
from bot.channels.pictures import Pictures
from bot.desk.mail import Mail
from bot.pipeline.channel import Channel
from bot.pipeline.pipeline import Pipeline
from bot.pipeline.supervisor import Health
from bot.settings import Settings
from bot.staffing import agents_of, manners_of
from bot.storage.database import Database

Task = Callable[[], Coroutine[Any, Any, None]]


class Platform(Protocol):
    """One channel with everything that runs for it. ``one_sender``: of several nodes only one may send."""

    health: Health
    one_sender: bool

    @property
    def channel(self) -> Channel:
        """Understands and sends."""
        ...

    async def run(self) -> None:
        """Connect, join the pipeline once events can be understood, receive until cancelled."""
        ...

    def helpers(self) -> Mapping[str, Task]:
        """What else has to run, by name."""
        ...

    def routes(self) -> Sequence[BaseRoute]:
        """Where the platform comes to us."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What platforms are built from."""

    settings: Settings
    mail: Mail
    pipeline: Pipeline
    database: Database
    now: Callable[[], datetime]
    pictures: Pictures

    def hearing(self, channel: str) -> Hearing:
        """The rules of what a message means, on this channel."""
        return Hearing(
            channel,
            self.mail.rooms,
            agents_of(self.settings, channel),
            lambda: self.mail.words,
            lambda group: manners_of(self.settings, channel, group),
        )

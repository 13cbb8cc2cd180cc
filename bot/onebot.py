"""Puts the QQ channel together from the settings."""

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute

from bot.channels.complaints import Complaints
from bot.channels.onebot.accounts import Accounts
from bot.channels.onebot.backlog import Backlog
from bot.channels.onebot.channel import OneBotChannel
from bot.channels.onebot.delivery import Post
from bot.channels.onebot.files import Files
from bot.channels.onebot.inflow import Inflow
from bot.channels.onebot.lanes import NAME, Lane
from bot.channels.onebot.pace import Pace
from bot.channels.onebot.understanding import Understanding
from bot.desk.notes import Words
from bot.platform import Parts, Task
from bot.storage.leading import lead


class OneBot:
    """The channel, and the addresses at which OneBot implementations connect."""

    one_sender = False
    """An account sends from the node that it is connected to."""

    def __init__(self, parts: Parts, token: str) -> None:
        self._parts = parts
        settings = parts.settings
        accounts, pace = Accounts(), Pace(settings.onebot_rate, settings.onebot_account_rate)
        rooms = (Lane.read(room.address) for room in parts.mail.rooms.all if room.channel == NAME)
        inflow = Inflow(
            accounts,
            Complaints(NAME),
            frozenset(lane.group for lane in rooms),
            accept_friends=settings.onebot_accept_friends,
            accept_groups=settings.onebot_accept_groups,
            woken=parts.pipeline.finished.ring,
        )
        self.channel = OneBotChannel(
            token,
            accounts,
            inflow,
            Understanding(accounts, parts.hearing(NAME), pace.waiting),
            Post(accounts, pace, parts.pictures),
            Backlog(parts.database, pace, parts.now),
            parts.pipeline.accept,
            self._tell_staff,
        )
        self.health = self.channel.health
        self.files = Files(parts.database, settings.data / "files", parts.now)

    async def run(self) -> None:
        """Run the channel; its events can be understood from the beginning."""
        self._parts.pipeline.join(self.channel)
        await self.channel.run()

    def helpers(self) -> Mapping[str, Task]:
        """Pictures are fetched by one node at a time."""
        return {"onebot files": lambda: lead(self._parts.database, "onebot files", self.files.run)}

    def routes(self) -> Sequence[BaseRoute]:
        """Where OneBot implementations connect."""
        return self.channel.routes()

    async def close(self) -> None:
        """Let go of the connections."""
        await self.channel.close()

    async def _tell_staff(self, sentence: str) -> None:
        mail = self._parts.mail
        async with self._parts.database.write() as tx:
            await mail.to_room(tx, mail.rooms.default, Words(sentence, alert=True), self._parts.now())
        self._parts.pipeline.finished.ring()

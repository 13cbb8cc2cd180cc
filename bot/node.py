"""One running program: its database, its workers, its channels; started together, stopped together."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError
from starlette.routing import BaseRoute

from bot.desk.cases import Cases
from bot.desk.clockwork import Clockwork
from bot.desk.hours import hours_note
from bot.figures.counting import Counting
from bot.knowledge.live import Live
from bot.knowledge.shelf import Shelf
from bot.opening import shared_encoder
from bot.pipeline.acting import Acting
from bot.pipeline.numbers import Numbers
from bot.pipeline.pipeline import Pipeline
from bot.pipeline.sender import Sender
from bot.pipeline.supervisor import Health, keep_running, tell_states
from bot.pipeline.turns import Turns
from bot.pipeline.wake import Bell, Bells, rung
from bot.platform import Parts, Platform
from bot.platforms import platforms
from bot.settings import Settings
from bot.staffing import build_desk, manners_of
from bot.storage import conversations
from bot.storage.database import Database
from bot.storage.leading import lead
from bot.unanswered.gathering import Gathering
from bot.web.channel import WebChannel
from bot.web.pictures import picture_routes
from bot.web.widget import widget_routes
from kb.base import KnowledgeBase

log = logging.getLogger(__name__)
_WORKERS = 8
_TURNS_AT_ONCE = 2
"""More threads than cores would only wait for each other."""
_WATCH_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_OVERLAP = 100
_AFTER_TROUBLE = 1.0
_CLOCK_SECONDS = 15.0
_STOP_WITHIN = 8.0
_LET_GO_WITHIN = 1.0


@dataclass
class Node:
    """Everything that runs. ``opened``: the knowledge to begin with, revision ``number``; ``live`` takes over later ones.

    ``said`` rings for a conversation in which anything has been said.
    """

    settings: Settings
    database: Database
    opened: KnowledgeBase
    now: Callable[[], datetime]
    number: int = 0
    said: Bells = field(default_factory=Bells)

    def __post_init__(self) -> None:
        shelf = Shelf(self.database, self.settings.content, self.settings.data)
        self.live = Live(shelf, self.opened, self.number, self.now)
        self.desk = build_desk(self.settings, lambda: self.base.knowledge)
        cases = Cases(self.desk.cards, lambda site: self.base.router.route(site))
        self._executor = ThreadPoolExecutor(_TURNS_AT_ONCE, thread_name_prefix="turn")
        settings = self.settings
        turns = Turns(
            lambda: self.base,
            self.desk.mail,
            cases,
            Numbers(self.database),
            self._executor,
            self.now,
            lambda: hours_note(settings.desk_hours, self.now()),
            lambda channel, group: manners_of(settings, channel, group),
        )
        self.acting = Acting(turns, self.desk.staff, cases, self.desk.mail, self.now)
        self.pipeline = Pipeline(self.database, self.acting, self.now)
        self.pipeline.channels["web"] = WebChannel()
        self.health: dict[str, Health] = {"web": Health("running")}
        self._stopping = asyncio.Event()
        self._newest: int | None = None
        self._rung: frozenset[int] = frozenset()
        self._workers: list[asyncio.Task[None]] = []
        self._helpers: list[asyncio.Task[None]] = []
        parts = Parts(settings, self.desk.mail, self.pipeline, self.database, self.now, shelf.gallery.data)
        self.platforms: tuple[Platform, ...] = tuple(platforms(parts))

    async def start(self) -> None:
        """Begin to work. Channels connect by themselves, each in its own time."""
        self._workers = [asyncio.create_task(self.pipeline.work(self._stopping)) for _ in range(_WORKERS)]
        remind = timedelta(minutes=self.settings.remind_minutes)
        clockwork = Clockwork(self.database, self.desk.cards, remind, self.settings.desk_hours, self.now)
        self._help("clock", lambda: lead(self.database, "clock", lambda: self._tick(clockwork)))
        self._help("watch", self._watch)
        self._help("knowledge", self.live.watch)
        counting = Counting(self.database, self.now)
        self._help("figures", lambda: lead(self.database, "figures", counting.run))
        gathering = Gathering(self.database, lambda: self.base, shared_encoder())
        self._help("unanswered", lambda: lead(self.database, "unanswered", gathering.run))
        for platform in self.platforms:
            self._start(platform)
        self._help("states", lambda: tell_states(self.health))

    def _start(self, platform: Platform) -> None:
        name = platform.channel.name
        self.health[name] = platform.health
        sender = Sender(self.database, platform.channel, self.acting, self.now)
        self._workers.append(asyncio.create_task(self._send(sender, name, one=platform.one_sender)))
        self._help(f"{name} outbox", lambda: _pass_on(self.pipeline.finished, sender.posted))
        self._help(name, platform.run, platform.health)
        for helper, run in platform.helpers().items():
            self._help(helper, run)

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge in force."""
        return self.live.base

    def routes(self) -> list[BaseRoute]:
        """Where platforms come to us."""
        widget = widget_routes(self.settings.widget_origins, lambda: self.base.knowledge.wording.page_title)
        pictures = picture_routes(self.live.shelf.gallery.data)
        return [*widget, *pictures, *(route for platform in self.platforms for route in platform.routes())]

    async def _send(self, sender: Sender, name: str, *, one: bool) -> None:
        """Send, where only one node may in turns with the others; ends when told to stop."""

        async def run() -> None:
            if one:
                await lead(self.database, f"{name} sender", lambda: sender.run(self._stopping))
            else:
                await sender.run(self._stopping)

        sending = asyncio.create_task(keep_running(f"{name} sender", run, Health()))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((sending, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not self.database.is_sqlite and not sender.is_running:
            sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        # A node that has lost its turn may still have something on its way.
        await sender.finish()

    def _help(self, name: str, run: Callable[[], Coroutine[Any, Any, None]], health: Health | None = None) -> None:
        self._helpers.append(asyncio.create_task(keep_running(name, run, health or Health())))

    async def stop(self) -> None:
        """Receive nothing more; finish what is in hand, within some seconds."""
        self._stopping.set()
        for task in self._helpers:
            task.cancel()
        _, late = await asyncio.wait(self._workers, timeout=_STOP_WITHIN) if self._workers else (set(), set())
        for task in late:
            task.cancel()
        # What hangs even now, on a silent server perhaps, is left behind: the process ends.
        if self._workers:
            await asyncio.wait((*self._helpers, *self._workers), timeout=_LET_GO_WITHIN)
        for platform in self.platforms:
            await platform.close()
        self._executor.shutdown(wait=False, cancel_futures=True)
        await asyncio.wait((asyncio.create_task(self.database.close()),), timeout=_LET_GO_WITHIN)
        log.info(
            "stopped%s", f"; {len(late)} tasks were cut off, their messages go out after the next start" if late else ""
        )

    async def _tick(self, clockwork: Clockwork) -> None:
        while True:
            try:
                if await clockwork.tick():
                    self.pipeline.finished.ring()
            except DBAPIError:
                log.exception("the clock could not be looked at; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
                continue
            await asyncio.sleep(_CLOCK_SECONDS)

    async def _watch(self) -> None:
        """Ring when anything is said, by this process or another (``main.py desk reply``)."""
        while True:
            bell = self.pipeline.finished.listen()
            try:
                self.said.ring(await self._newly_spoken())
            except DBAPIError:
                log.exception("what is said cannot be seen; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
                continue
            await rung(bell, _WATCH_SECONDS)
            # However much goes on, some twenty looks a second are enough for a reader.
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _newly_spoken(self) -> frozenset[int]:
        """The conversations in which something was said since the last look, whatever went wrong between."""
        async with self.database.read() as tx:
            if self._newest is None:
                self._newest = await conversations.newest(tx)
            # PostgreSQL may show a later number before an earlier one: a little is looked at twice.
            overlap = 0 if self.database.is_sqlite else _OVERLAP
            spoken = await conversations.spoken_in(tx, self._newest - overlap)
        new = frozenset(whose for number, whose in spoken.items() if number not in self._rung)
        self._newest = max(spoken, default=self._newest)
        self._rung = frozenset(spoken)
        return new

    def state(self) -> dict[str, Any]:
        """How the channels are doing."""
        channels = {
            name: {"state": health.state, "detail": health.detail, "since": health.since and health.since.isoformat()}
            for name, health in self.health.items()
        }
        database = "sqlite" if self.database.is_sqlite else "postgresql"
        return {"channels": channels, "database": database, "knowledge": self.live.state()}


async def _pass_on(rung: Bell, to: Bell) -> None:
    while True:
        await rung.listen().wait()
        to.ring()

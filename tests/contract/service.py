"""The program under contract: started, stopped and started again on one data folder, and one desk behind it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.clock import now
from bot.desk.actions import Action, Actor, Verb
from bot.settings import Settings
from bot.staffing import build_desk
from bot.storage.database import open_database
from kb.base import KnowledgeBase
from tests.bot.server import serving
from tests.contract.client import Client, Shown

_PATIENCE = 90.0
_GLANCE = 0.02
_QUIET = 0.15
"""Seconds in which nothing more comes, so that what was said is all."""
_UNDONE = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + (SELECT count(*) FROM outbox WHERE state = 'waiting')"
)


@dataclass
class Service:
    """``more``: settings beyond those that the client asks for."""

    base: KnowledgeBase
    data: Path
    client: Client
    more: dict[str, Any] = field(default_factory=dict)
    _running: ExitStack | None = None
    _seen: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def start(self) -> None:
        """Come up, or come back."""
        self._running = ExitStack()
        address = self._running.enter_context(serving(self.base, self.data, **self.settings()))
        self.client.attach(address, self.data)

    def stop(self) -> None:
        """Go down."""
        self.client.detach()
        if self._running:
            self._running.close()
            self._running = None

    def settings(self) -> dict[str, Any]:
        """What the program runs with."""
        return {"remind_minutes": 10_000, **self.client.settings(), **self.more}

    def says(self, user: str, text: str, *, group: str | None = None, addressed: bool = True) -> Sequence[Shown]:
        """Somebody says something; what is new to be seen, in the same place, once all is done."""
        self.brings(lambda: self.client.say(user, text, group=group, addressed=addressed))
        return self.hears(user, group=group)

    def brings(self, act: Callable[[], str]) -> str:
        """Something that has to reach the program: the event's name, once it is in the inbox."""
        before = self._events()
        event = act()
        give_up = time.monotonic() + _PATIENCE
        while self._events() == before:
            if time.monotonic() > give_up:
                raise AssertionError(f"{event} never came in")
            time.sleep(_GLANCE)
        return event

    def _events(self) -> int:
        [(count,)] = self.rows("SELECT count(*) FROM inbox")
        return int(count)

    def hears(self, user: str, *, group: str | None = None) -> Sequence[Shown]:
        """What has become visible since the last look."""
        self.settle()
        shown = self.client.shown(user, group=group)
        before = self._seen.get((user if group is None else "", group), 0)
        self._seen[user if group is None else "", group] = len(shown)
        return shown[before:]

    def settle(self) -> None:
        """Wait until everything that came in is done and everything that follows is sent."""
        give_up, quiet_since = time.monotonic() + _PATIENCE, time.monotonic()
        while True:
            if self.client.waiting() or self._undone():
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= _QUIET:
                return
            if time.monotonic() > give_up:
                raise AssertionError(f"something waits still: {self.trace()}")
            time.sleep(_GLANCE)

    def _undone(self) -> int:
        with closing(sqlite3.connect(f"file:{self.data / 'helpdesk.sqlite'}?mode=ro", uri=True, timeout=15)) as file:
            [(count,)] = file.execute(_UNDONE).fetchall()
        return int(count)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(f"file:{self.data / 'helpdesk.sqlite'}?mode=ro", uri=True, timeout=15)) as file:
            return [tuple(row) for row in file.execute(query)]

    def trace(self) -> str:
        """The latest events and messages, for whoever wonders why nothing came."""
        inbox = self.rows("SELECT id, event_id, state, attempts, error FROM inbox ORDER BY id DESC LIMIT 3")
        outbox = self.rows("SELECT id, lane, state, attempts, error, sent_as FROM outbox ORDER BY id DESC LIMIT 3")
        said = self.rows("SELECT id, author, substr(text, 1, 30) FROM message ORDER BY id DESC LIMIT 4")
        return f"inbox {inbox}, outbox {outbox}, said {said}"

    def agent_does(self, verb: Verb, number: int, text: str = "") -> str:
        """An agent acts from another place than the user's channel: the terminal."""

        async def act() -> str:
            database = open_database(None, self.data)
            desk = build_desk(Settings(data=self.data, **self.settings()), lambda: self.base.knowledge)
            action = Action(verb, Actor("terminal", "wang", "小王"), "terminal", number, text)
            try:
                async with database.write() as tx:
                    return (await desk.staff.act(tx, action, now())).text
            finally:
                await database.close()

        return asyncio.run(act())

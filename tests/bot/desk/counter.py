"""A desk in a test: users and agents on a channel of its own, a real SQLite file, a clock that stands still.

What a user hears and what the staff see is read from the outbox, where each deed has put it in its own transaction.
"""

import asyncio
from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.desk.actions import Action, Actor, Verb
from bot.desk.cards import Cards
from bot.desk.cases import Cases
from bot.desk.clockwork import Clockwork
from bot.desk.deeds import Deeds
from bot.desk.hours import hours_note
from bot.desk.mail import Mail
from bot.desk.rooms import Room, Rooms
from bot.desk.staff import Done, Staff
from bot.pipeline.acting import Acting
from bot.pipeline.numbers import Numbers
from bot.pipeline.sender import Sender
from bot.pipeline.turns import Turns
from bot.settings import DeskHours
from bot.storage import inbox, tickets
from bot.storage import outbox as storage
from bot.storage.database import Database, open_database
from bot.storage.inbox import Claim, Event
from bot.storage.outbox import Failed
from bot.storage.schema import ready
from bot.storage.tables import message, outbox
from bot.storage.tickets import Case, Happened
from handlers.effects import Effect
from handlers.manners import Manners
from kb.base import KnowledgeBase
from tests.bot.desk.street import CHANNEL, PlainForm, Seen, Street
from tests.handlers.talk import NOON

DEFAULT, JIANGNING = "客服组", "江宁组"
REMIND = timedelta(minutes=15)
ROOMS = Rooms((Room(DEFAULT, CHANNEL, "room-1"), Room(JIANGNING, CHANNEL, "room-2", districts=frozenset(("江宁区",)))))


@dataclass
class Counter:
    """``database``: opened in the loop of ``runner``, in which everything happens."""

    base: KnowledgeBase
    database: Database
    runner: asyncio.Runner
    rooms: Rooms = ROOMS
    hours: DeskHours = field(default_factory=DeskHours)
    time: datetime = NOON
    manners: dict[str, Manners] = field(default_factory=dict)
    _events: "count[int]" = field(default_factory=count)
    _read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mail = Mail({CHANNEL: PlainForm()}, self.rooms, lambda: self.base.knowledge)
        self.cards = Cards(mail)
        self.cases = Cases(self.cards, self.base.router.route)
        self.staff = Staff(mail, Deeds(self.cards))
        self.executor = ThreadPoolExecutor(1)
        turns = Turns(
            lambda: self.base,
            mail,
            self.cases,
            Numbers(self.database),
            self.executor,
            self.now,
            lambda: hours_note(self.hours, self.time),
            lambda _, group: self.manners.get(group, Manners()),
        )
        self.acting = Acting(turns, self.staff, self.cases, mail, self.now)
        self.clockwork = Clockwork(self.database, self.cards, REMIND, self.hours, self.now)

    @classmethod
    def opened(cls, base: KnowledgeBase, folder: Path, **more: Any) -> "Counter":
        """A desk with an empty file in ``folder``."""
        runner = asyncio.Runner()
        database = open_database(None, folder)
        runner.run(ready(database))
        return cls(base, database, runner, **more)

    def close(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.executor.shutdown()

    def now(self) -> datetime:
        return self.time

    def wait(self, **time: float) -> int:
        """Time passes, and the clock is looked at; how many tickets that concerned."""
        self.time += timedelta(**time)
        return self.runner.run(self.clockwork.tick())

    def user(self, name: str = "老李", group: str | None = None) -> "User":
        return User(self, name, group)

    def agent(self, name: str) -> "Agent":
        return Agent(self, name)

    def sees(self, team: str = DEFAULT) -> list[Seen]:
        """What came into the team's room since the last look."""
        room = self.rooms.find(team)
        assert room is not None
        return self.arrived(room.address)

    def arrived(self, address: str) -> list[Seen]:
        """What came to an address since the last look."""
        query = select(outbox.c.id, outbox.c.payload).where(
            outbox.c.address == address, outbox.c.id > self._read.get(address, 0)
        )

        async def read() -> list[Any]:
            async with self.database.read() as tx:
                return list((await tx.execute(query.order_by(outbox.c.id))).all())

        rows = self.runner.run(read())
        self._read[address] = max((row.id for row in rows), default=self._read.get(address, 0))
        return [row.payload for row in rows]

    def case(self, number: int = 1001) -> Case:
        async def read() -> Case | None:
            async with self.database.read() as tx:
                return await tickets.get(tx, number)

        found = self.runner.run(read())
        assert found is not None, f"no ticket {number}"
        return found

    def history(self, number: int = 1001) -> list[Happened]:
        async def read() -> list[Happened]:
            async with self.database.read() as tx:
                return await tickets.history(tx, number)

        return self.runner.run(read())

    def kinds(self, number: int = 1001) -> list[str]:
        """What happened to a ticket, without details."""
        return [entry.kind for entry in self.history(number)]

    def said(self) -> list[str]:
        """Everything in the transcripts."""

        async def read() -> list[str]:
            async with self.database.read() as tx:
                return [row.text for row in await tx.execute(select(message.c.text).order_by(message.c.id))]

        return self.runner.run(read())

    def performs(self, conversation_id: int, *effects: Effect) -> None:
        """What a turn wants of the desk, without a turn."""

        async def perform() -> None:
            async with self.database.write() as tx:
                await self.cases.perform(tx, conversation_id, CHANNEL, effects, self.time)

        self.runner.run(perform())

    def delivers(self, *gone: str) -> None:
        """Everything is sent, but for what is addressed to those who have gone away."""
        self.runner.run(self._deliver(gone))

    async def _deliver(self, gone: Container[str]) -> None:
        sender, stopping = Sender(self.database, Street(gone), self.acting, self.now), asyncio.Event()
        sending = asyncio.create_task(sender.run(stopping))
        waiting = select(func.count()).select_from(outbox).where(outbox.c.state == "waiting")
        while True:
            async with self.database.read() as tx:
                if not await tx.scalar(waiting):
                    break
            await asyncio.sleep(0.01)
        stopping.set()
        sender.posted.ring()
        await sending

    def failed(self) -> list[Failed]:
        """What could not be delivered."""

        async def read() -> list[Failed]:
            async with self.database.read() as tx:
                return await storage.failed(tx, 10)

        return self.runner.run(read())


@dataclass(frozen=True, slots=True)
class User:
    """Somebody on a site."""

    counter: Counter
    name: str
    group: str | None = None

    def says(self, text: str, picture: str | None = None, *, addressed: bool = True) -> str:
        """Says something; what he hears in answer."""
        assert self.hears() == "", "something came before that nobody looked at"
        self.counter.runner.run(self._say(text, picture, addressed))
        return self.hears()

    def shows(self, picture: str) -> str:
        return self.says("", picture)

    def hears(self) -> str:
        """What was said to him since he last listened."""
        return "\n".join(post["text"] for post in self.counter.arrived(self._address))

    @property
    def _address(self) -> str:
        return f"{self.group}/{self.name}" if self.group else self.name

    async def _say(self, text: str, picture: str | None, addressed: bool) -> None:
        counter = self.counter
        payload = {"who": self.name, "text": text, "picture": picture, "group": self.group, "addressed": addressed}
        event = Event(CHANNEL, f"event-{next(counter._events)}", self.name, payload)
        async with counter.database.write() as tx:
            await inbox.accept(tx, [event], counter.time)
        async with counter.database.read() as tx:
            [stored] = await inbox.heads(tx, [CHANNEL], counter.time, (), 2)
        await counter.acting.act(Claim(stored, counter.database), {CHANNEL: Street()})


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of the support staff."""

    counter: Counter
    name: str

    def does(self, verb: Verb, text: str = "", ticket: int | None = 1001, picture: str | None = None) -> Done:
        """A deed, and what he is told of it."""
        return self.counter.runner.run(self.doing(verb, text, ticket, picture))

    async def doing(self, verb: Verb, text: str = "", ticket: int | None = 1001, picture: str | None = None) -> Done:
        """The same in a loop that runs already."""
        actor = Actor(CHANNEL, self.name, self.name)
        action = Action(verb, actor, f"desk of {self.name}", ticket, text, {"name": picture} if picture else None)
        async with self.counter.database.write() as tx:
            return await self.counter.staff.act(tx, action, self.counter.time)

    def reads(self) -> str:
        """What the bot has said to him alone."""
        return "\n".join(post["text"] for post in self.counter.arrived(f"desk of {self.name}"))


def opens(user: User, question: str = "考勤地址怎么改") -> None:
    """A user asks, is not helped, and wants a person; he keeps the details to himself."""
    user.says(question)
    assert "1001" in user.says("转人工")
    user.says("算了")
    user.counter.sees()

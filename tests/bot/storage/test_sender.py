"""What is sent is sent by one node, and written down, whatever becomes of its turn or of the database."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.node import Node
from bot.pipeline import sender as module
from bot.pipeline.channel import LaterError
from bot.pipeline.happening import Happening
from bot.pipeline.sender import Sender
from bot.settings import Settings
from bot.storage import outbox
from bot.storage.database import Database, open_database
from bot.storage.inbox import Stored
from bot.storage.outbox import Delivery, Outgoing
from bot.storage.tables import outbox as table
from kb.base import KnowledgeBase
from tests.bot.storage.conftest import Run

_PATIENCE = 60.0


class Platform:
    """Takes messages, as long as its gate is open; ``refusals`` are what it says first."""

    name = "telegram"

    def __init__(self, *refusals: Exception) -> None:
        self.heard: list[str] = []
        self.gate = asyncio.Event()
        self.reached = asyncio.Event()
        self.refusals = list(refusals)

    async def run(self) -> None: ...

    async def understand(self, event: Stored, tx: AsyncConnection) -> Happening:
        raise NotImplementedError

    def open_lanes(self) -> Sequence[str]:
        return ("",)

    async def deliver(self, delivery: Delivery) -> str | None:
        self.reached.set()
        await self.gate.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        self.heard.append(delivery.payload["text"])
        return str(len(self.heard))


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AFTER_TROUBLE", 0.02)
    monkeypatch.setattr(module, "_PATIENCE", 0.05)


def sender_of(base: KnowledgeBase, database: Database, folder: Path, platform: Platform) -> Sender:
    node = Node(Settings(data=folder), database, base, now)
    return Sender(database, platform, node.acting, now)


async def post(database: Database, *words: str) -> None:
    """Each to a chat of its own."""
    async with database.write() as tx:
        await outbox.post(tx, [Outgoing("telegram", word, word, {"text": word}, "reply") for word in words], now())


async def all_are(database: Database, state: str) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            async with database.read() as tx:
                if set((await tx.execute(select(table.c.state))).scalars()) == {state}:
                    return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_nodes_that_both_think_it_is_their_turn(
    database: Database, url: str, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        other, platform, stopping = open_database(url, tmp_path), Platform(), asyncio.Event()
        words = [f"m{number}" for number in range(40)]
        await post(database, *words)
        senders = [sender_of(base, each, tmp_path, platform) for each in (database, other)]
        tasks = [asyncio.create_task(each.run(stopping)) for each in senders]
        await platform.reached.wait()
        await asyncio.sleep(0.3)
        platform.gate.set()
        await all_are(database, "sent")
        stopping.set()
        await asyncio.gather(*tasks)
        await other.close()
        assert sorted(platform.heard) == sorted(words)

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_what_a_dead_node_had_begun_is_sent_after_a_minute(
    database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        await post(database, "a", "b")
        moment = now()
        until = moment + module._CLAIMED
        async with database.write() as tx:
            found = await outbox.due(tx, ("telegram",), moment, (), 9)
            assert await outbox.claim(tx, found[:1], moment, until) == found[:1]
        async with database.write() as tx:
            assert await outbox.claim(tx, found, moment, until) == found[1:], "the first is somebody else's"
            assert await outbox.due(tx, ("telegram",), moment, (), 9) == []
            late = await outbox.due(tx, ("telegram",), until, (), 9)
            assert [each.id for each in late] == [each.id for each in found]

    run(story())


def test_a_node_that_loses_its_turn_begins_nothing_more_and_writes_down_what_it_sent(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        platform, stopping = Platform(), asyncio.Event()
        sender = sender_of(base, database, tmp_path, platform)
        await post(database, "a")
        leading = asyncio.create_task(sender.run(stopping))
        await platform.reached.wait()
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
        platform.gate.set()
        await all_are(database, "sent")
        await post(database, "b")
        await asyncio.sleep(0.2)
        assert platform.heard == ["a"]
        again = asyncio.create_task(sender.run(stopping))
        await all_are(database, "sent")
        stopping.set()
        await again
        assert platform.heard == ["a", "b"]

    run(story())


def test_what_was_sent_while_the_database_was_away_is_not_sent_again(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        platform, stopping = Platform(), asyncio.Event()
        sender = sender_of(base, database, tmp_path, platform)
        await post(database, "a")
        leading = asyncio.create_task(sender.run(stopping))
        await platform.reached.wait()
        await rename(database, "outbox", "away")
        platform.gate.set()
        await asyncio.sleep(0.2)
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
        await rename(database, "away", "outbox")
        again = asyncio.create_task(sender.run(stopping))
        await all_are(database, "sent")
        stopping.set()
        await again
        assert platform.heard == ["a"]

    run(story())


def test_a_later_shorter_wish_does_not_shorten_the_pause(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        long, short = (LaterError("429", after=after, everyone=True, counts=False) for after in (600, 1))
        platform, stopping = Platform(long, short), asyncio.Event()
        platform.gate.set()
        sender = sender_of(base, database, tmp_path, platform)
        await post(database, "a", "b")
        sending = asyncio.create_task(sender.run(stopping))
        async with asyncio.timeout(_PATIENCE):
            while platform.refusals:
                await asyncio.sleep(0.01)
        await asyncio.sleep(1.2)
        stopping.set()
        await sending
        assert platform.heard == []

    run(story())


async def rename(database: Database, old: str, new: str) -> None:
    async with database.write() as tx:
        await tx.execute(text(f'ALTER TABLE "{old}" RENAME TO "{new}"'))

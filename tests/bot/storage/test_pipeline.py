"""From inbox to outbox on a real database: every event once and in order, whatever happens to a node."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import now
from bot.node import Node
from bot.pipeline import pipeline
from bot.settings import Settings
from bot.storage import inbox
from bot.storage.database import Database, open_database
from bot.storage.tables import inbox as events
from bot.storage.tables import message
from bot.web.channel import event
from kb.base import KnowledgeBase
from tests.bot.storage.conftest import Run

_WORKERS = 4
_PATIENCE = 30.0


class Working:
    """The workers of a node, without its web page and its channels."""

    def __init__(self, base: KnowledgeBase, database: Database, folder: Path) -> None:
        self.node = Node(Settings(data=folder), database, base, now)
        self._stopping = asyncio.Event()
        self._tasks = [asyncio.create_task(self.node.pipeline.work(self._stopping)) for _ in range(_WORKERS)]

    async def stop(self) -> None:
        """Finish what is in hand."""
        self._stopping.set()
        self.node.pipeline.arrived.ring()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def die(self) -> None:
        """Be cut off in the middle of whatever is in hand."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def another(url: str | None, folder: Path) -> AsyncIterator[Database]:
    """A second node's own connections."""
    opened = open_database(url, folder)
    try:
        yield opened
    finally:
        await opened.close()


async def accept(node: Node, many: int, lanes: int) -> None:
    for start in range(0, many, 10):
        batch = [event(f"s{n % lanes}", f"m{n:04}", "你好", None) for n in range(start, start + 10)]
        await node.pipeline.accept(batch)
        await asyncio.sleep(0)


async def left(database: Database, most: int) -> None:
    """Wait until no more than ``most`` events wait."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            async with database.read() as tx:
                if await inbox.waiting(tx) <= most:
                    return
            await asyncio.sleep(0.01)


async def everything(database: Database, table: Any) -> Sequence[Any]:
    async with database.read() as tx:
        return (await tx.execute(select(table).order_by(table.c.id))).all()


async def each_once_and_in_order(database: Database, many: int) -> None:
    assert {row.state for row in await everything(database, events)} == {"done"}
    said: defaultdict[int, list[str]] = defaultdict(list)
    answered: list[int] = []
    for row in await everything(database, message):
        if row.author == "user":
            said[row.conversation_id].append(row.event_id)
        else:
            answered.append(row.inbox_id)
    assert sum(map(len, said.values())) == many
    assert all(lane == sorted(lane) for lane in said.values()), "in order"
    assert len(answered) == len(set(answered)) == many, "each answered once"


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_nodes_one_of_which_dies(
    database: Database, url: str, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        async with another(url, tmp_path) as theirs:
            survivor, victim = Working(base, database, tmp_path), Working(base, theirs, tmp_path)
            await accept(victim.node, 200, lanes=20)
            survivor.node.pipeline.arrived.ring()
            await left(database, 120)
            await victim.die()
            await left(database, 0)
            await survivor.stop()
        await each_once_and_in_order(database, 200)

    run(story())


def test_a_node_that_died_is_replaced(
    database: Database, url: str | None, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        async with another(url, tmp_path) as theirs:
            victim = Working(base, theirs, tmp_path)
            await accept(victim.node, 60, lanes=6)
            await left(theirs, 30)
            await victim.die()
        successor = Working(base, database, tmp_path)
        await left(database, 0)
        await successor.stop()
        await each_once_and_in_order(database, 60)

    run(story())


@pytest.mark.parametrize("odd", ["你好\0", "你好\ud83d"])
def test_characters_that_no_database_keeps_are_left_out(
    odd: str, database: Database, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        working = Working(base, database, tmp_path)
        await working.node.pipeline.accept([event("s", "m0000", odd, None), event("s", "m0001", "你好", None)])
        await left(database, 0)
        await working.stop()
        await each_once_and_in_order(database, 2)

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_an_event_that_the_database_refuses_holds_nobody_up(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The conversation's key is longer than its column, so that not even an apology can be kept."""
    monkeypatch.setattr(inbox, "later", lambda at, _attempts: at)

    async def story() -> None:
        working = Working(base, database, tmp_path)
        await working.node.pipeline.accept([replace(event("x" * 200, "m0000", "你好", None), id="bad", lane="web:s")])
        await working.node.pipeline.accept([event("s", "m0001", "你好", None)])
        await left(database, 0)
        await working.stop()
        bad, good = await everything(database, events)
        assert (bad.state, bad.attempts, good.state) == ("failed", 3, "done")
        assert bad.error.startswith("DataError")

    run(story())


def test_a_worker_outlives_whatever_happens(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumbles = iter(range(_WORKERS * 2))
    heads = inbox.heads

    async def stumbling(*given: Any) -> Any:
        if next(stumbles, None) is not None:
            raise RuntimeError("nobody expected this")
        return await heads(*given)

    monkeypatch.setattr(inbox, "heads", stumbling)
    monkeypatch.setattr(pipeline, "_AFTER_TROUBLE", 0.01)

    async def story() -> None:
        working = Working(base, database, tmp_path)
        await accept(working.node, 10, lanes=2)
        await left(database, 0)
        await working.stop()
        await each_once_and_in_order(database, 10)

    run(story())

"""A node beside a database in trouble: it misses nothing that is said, and it stops when it is told to."""

import asyncio
import gc
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from bot import node as module
from bot.clock import now
from bot.node import Node
from bot.pipeline.wake import Bells
from bot.settings import Settings
from bot.storage.database import Database, open_database
from bot.storage.tables import message
from bot.web.channel import event
from kb.base import KnowledgeBase
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import FILE, NOON, somebody

_PATIENCE = 60.0


async def say(database: Database, conversation: int) -> None:
    async with database.write() as tx:
        values = {"conversation_id": conversation, "at": NOON, "author": "staff", "text": "在吗"}
        await tx.execute(insert(message).values(**values))


async def rename(database: Database, old: str, new: str) -> None:
    async with database.write() as tx:
        await tx.execute(text(f'ALTER TABLE "{old}" RENAME TO "{new}"'))


def test_what_was_said_while_the_database_was_away_is_heard_afterwards(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        node = Node(Settings(data=tmp_path), database, base, now)
        conversation = await somebody(database)
        heard = node.said.listen(conversation)
        await node.start()
        await asyncio.sleep(0.3)
        await rename(database, "message", "away")
        async with asyncio.timeout(_PATIENCE):
            while "cannot be seen" not in caplog.text:
                await asyncio.sleep(0.02)
        async with database.write() as tx:
            await tx.execute(text('ALTER TABLE "away" RENAME TO "message"'))
            values = {"conversation_id": conversation, "at": NOON, "author": "staff", "text": "在吗"}
            await tx.execute(insert(message).values(**values))
        async with asyncio.timeout(_PATIENCE):
            await heard.wait()
        await node.stop()

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_what_is_committed_late_is_heard_although_something_later_was_seen(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        node = Node(Settings(data=tmp_path), database, base, now)
        slow, quick = await somebody(database, "slow"), await somebody(database, "quick")
        await node.start()
        await asyncio.sleep(0.3)
        heard, first = node.said.listen(slow), node.said.listen(quick)
        async with asyncio.timeout(_PATIENCE):
            async with database.write() as tx:
                values = {"conversation_id": slow, "at": NOON, "author": "staff", "text": "在吗"}
                await tx.execute(insert(message).values(**values))
                await say(database, quick)
                await first.wait()
            await heard.wait()
        await node.stop()

    run(story())


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_node_stops_although_another_program_keeps_the_file_locked(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_STOP_WITHIN", 0.2)

    async def story() -> None:
        node = Node(Settings(data=tmp_path), database, base, now)
        await node.pipeline.accept([event("s", "m", "你好", None)])
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await node.start()
            await asyncio.sleep(0.5)
            async with asyncio.timeout(5):
                await node.stop()

    run(story())


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_writer_waits_for_another_program(database: Database, run: Run, tmp_path: Path) -> None:
    async def story() -> None:
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writing = asyncio.create_task(somebody(database))
            await asyncio.sleep(1)
            assert not writing.done()
            other.execute("COMMIT")
            assert await writing

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_server_that_has_gone_silent_is_given_up(url: str, run: Run) -> None:
    async def asked(address: str) -> dict[str, str]:
        """What the driver was told of the connection."""
        opened = open_database(address, Path())
        async with opened.read() as tx:
            raw = (await tx.get_raw_connection()).driver_connection
            assert raw is not None
            told: dict[str, str] = raw.info.get_parameters()
        await opened.close()
        return told

    async def story() -> None:
        told = await asked(url)
        assert (told["connect_timeout"], told["tcp_user_timeout"]) == ("5", "15000")
        chosen = await asked(f"{url}{'&' if '?' in url else '?'}connect_timeout=9")
        assert chosen["connect_timeout"] == "9", "what the URL says goes before"

    run(story())


def test_a_bell_is_there_as_long_as_somebody_listens(run: Run) -> None:
    async def story() -> None:
        bells = Bells()
        one, same, other = bells.listen(1), bells.listen(1), bells.listen(2)
        bells.ring([1, 7])
        assert (one.is_set(), same.is_set(), other.is_set()) == (True, True, False)
        assert not bells.listen(1).is_set(), "rung is rung; the next wait is another"
        del other
        gc.collect()
        assert len(bells) == 0

    run(story())


def test_who_waits_for_one_event_does_not_wake_for_others(
    database: Database, base: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    async def story() -> None:
        node = Node(Settings(data=tmp_path), database, base, now)
        mine = node.pipeline.done.listen(10**6)
        finished = node.pipeline.finished.listen()
        await node.start()
        await node.pipeline.accept([event("s", "m", "你好", None)])
        async with asyncio.timeout(_PATIENCE):
            await finished.wait()
        assert not mine.is_set()
        await node.stop()

    run(story())

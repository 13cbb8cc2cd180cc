"""What only one node may do: the others wait, and one of them follows when it is gone."""

import asyncio
from pathlib import Path

import pytest

from bot.storage import leading
from bot.storage.database import Database, open_database
from bot.storage.leading import lead
from tests.bot.storage.conftest import Run


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "_ASK_AGAIN", 0.02)


class Work:
    """Does nothing for as long as it may, and notes that it does."""

    def __init__(self) -> None:
        self.running = 0
        self.begun = asyncio.Event()
        self.enough = asyncio.Event()

    async def run(self) -> None:
        self.running += 1
        assert self.running == 1, "two at once"
        self.begun.set()
        try:
            await self.enough.wait()
        finally:
            self.running -= 1
            self.begun.clear()


async def soon(event: asyncio.Event) -> None:
    async with asyncio.timeout(2):
        await event.wait()


@pytest.mark.parametrize("kind", ["postgresql"])
def test_another_node_follows_the_one_that_is_gone(database: Database, url: str, run: Run) -> None:
    async def story() -> None:
        other = open_database(url, Path())
        work = Work()
        first = asyncio.create_task(lead(database, "x", work.run))
        await soon(work.begun)
        told = asyncio.Event()
        second = asyncio.create_task(lead(other, "x", work.run, told.set))
        await soon(told)
        assert work.running == 1
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await soon(work.begun)
        work.enough.set()
        await second
        await other.close()

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_node_whose_work_failed_may_begin_again(database: Database, run: Run) -> None:
    async def fail() -> None:
        raise RuntimeError("once")

    async def story() -> None:
        # Connections that the pool can hand out beside the one that led.
        async with database.read() as one, database.read() as two:
            assert one is not two
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await asyncio.wait_for(lead(database, "x", fail), 2)

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_different_things_are_done_by_different_nodes(database: Database, url: str, run: Run) -> None:
    async def story() -> None:
        other = open_database(url, Path())
        one, two = Work(), Work()
        tasks = [asyncio.create_task(lead(database, "x", one.run)), asyncio.create_task(lead(other, "y", two.run))]
        await soon(one.begun)
        await soon(two.begun)
        one.enough.set()
        two.enough.set()
        await asyncio.gather(*tasks)
        await other.close()

    run(story())


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_has_one_node_only(database: Database, run: Run) -> None:
    async def story() -> None:
        work = Work()
        work.enough.set()
        await lead(database, "x", work.run)
        assert work.running == 0

    run(story())

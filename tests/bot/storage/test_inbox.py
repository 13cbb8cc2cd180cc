"""Events: kept once, done once, in the order of their lane; nobody else's while somebody works on them."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.storage import conversations, inbox
from bot.storage.database import Database, open_database
from bot.storage.inbox import Claim, Event, Stored
from bot.storage.tables import inbox as table
from bot.storage.tables import message
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, at, somebody

CHANNELS = ("web", "telegram")


def event(number: int, lane: str = "a", channel: str = "web", **payload: Any) -> Event:
    return Event(channel, f"e{number}", lane, {"n": number, **payload})


async def accept(database: Database, *events: Event) -> None:
    async with database.write() as tx:
        await inbox.accept(tx, events, NOON)


async def heads(
    database: Database,
    *,
    minutes: float = 0,
    busy: Sequence[str] = (),
    most: int = 99,
    channels: Sequence[str] = CHANNELS,
) -> list[Stored]:
    async with database.write() as tx:
        return await inbox.heads(tx, channels, at(minutes), busy, most)


async def finish(database: Database, done: Stored) -> bool:
    async with database.write() as tx:
        return await inbox.finish(tx, done, NOON)


async def rows(database: Database) -> list[Any]:
    async with database.read() as tx:
        return list((await tx.execute(select(table).order_by(table.c.id))).all())


def ids(found: Sequence[Stored]) -> list[str]:
    return [each.event_id for each in found]


def test_what_is_accepted_twice_is_kept_once(database: Database, run: Run) -> None:
    async def story() -> None:
        await accept(database, event(1, text="first"), event(2))
        await accept(database, event(1, text="again"), event(3), event(3))
        kept = await rows(database)
        assert [row.event_id for row in kept] == ["e1", "e2", "e3"]
        assert kept[0].payload["text"] == "first"
        await finish(database, (await heads(database))[0])
        await accept(database, event(1))
        assert [row.state for row in await rows(database)] == ["done", "new", "new"], "done stays done"

    run(story())


def test_the_same_id_on_another_channel_is_another_event(database: Database, run: Run) -> None:
    async def story() -> None:
        await accept(database, event(1), event(1, lane="b", channel="telegram"))
        assert len(await rows(database)) == 2

    run(story())


def test_a_lane_goes_in_order_and_lanes_go_side_by_side(database: Database, run: Run) -> None:
    async def story() -> None:
        await accept(database, event(1, "a"), event(2, "a"), event(3, "b"), event(4, "a"), event(5, "b"))
        assert ids(await heads(database)) == ["e1", "e3"]
        assert await finish(database, (await heads(database))[0])
        assert ids(await heads(database)) == ["e2", "e3"]
        assert ids(await heads(database, busy=("a",))) == ["e3"]
        assert ids(await heads(database, most=1)) == ["e2"]

    run(story())


def test_events_of_a_channel_that_is_not_there_wait(database: Database, run: Run) -> None:
    async def story() -> None:
        await accept(database, event(1, "a"), event(2, "t", channel="telegram"))
        assert ids(await heads(database, channels=("web",))) == ["e1"]
        assert await heads(database, channels=()) == []

    run(story())


def test_an_event_is_finished_once(database: Database, run: Run) -> None:
    async def story() -> None:
        await accept(database, event(1))
        (head,) = await heads(database)
        assert await finish(database, head)
        assert not await finish(database, head)
        async with database.read() as tx:
            assert await inbox.find(tx, "web", "e1") == (head.id, "done")
            assert not await inbox.has_lane(tx, "a")

    run(story())


def test_a_failed_event_holds_its_lane_until_it_is_due_again(database: Database, run: Run) -> None:
    async def story() -> None:
        await accept(database, event(1), event(2), event(3, "b"))
        (head, _) = await heads(database)
        async with database.write() as tx:
            await inbox.retry(tx, head, at(5), "ValueError 1a2b " + "x" * 500)
        assert ids(await heads(database, minutes=4)) == ["e3"]
        first, _ = await heads(database, minutes=5)
        assert (first.event_id, first.attempts) == ("e1", 1)
        assert (await rows(database))[0].error.startswith("ValueError 1a2b")

    run(story())


def test_what_is_given_up_lets_its_lane_go_on(database: Database, run: Run) -> None:
    async def story() -> None:
        await accept(database, event(1), event(2))
        (head,) = await heads(database)
        async with database.write() as tx:
            await inbox.give_up(tx, head, at(1), "ValueError 1a2b")
        assert ids(await heads(database)) == ["e2"]
        row = (await rows(database))[0]
        assert (row.state, row.attempts, row.error, row.done_at) == ("failed", 1, "ValueError 1a2b", at(1))
        async with database.read() as tx:
            assert await inbox.waiting(tx) == 1

    run(story())


def test_later_tries_come_later() -> None:
    waits = [inbox.later(NOON, attempts) - NOON for attempts in range(3)]
    assert waits == sorted(waits)
    assert waits[0] > timedelta()


async def half_done(claim: Claim, conversation: int) -> None:
    """A turn that fails after everything is written."""
    async with claim.writing() as tx:
        assert await inbox.finish(tx, claim.event, NOON)
        await conversations.add_said(tx, conversation, NOON, "half a turn")
        raise RuntimeError("in the middle")


async def said(database: Database) -> list[str]:
    async with database.read() as tx:
        return list((await tx.execute(select(message.c.text))).scalars())


def test_a_turn_that_fails_leaves_nothing_behind(database: Database, run: Run) -> None:
    async def story() -> None:
        conversation = await somebody(database)
        await accept(database, event(1))
        claim = Claim((await heads(database))[0], database)
        with pytest.raises(RuntimeError):
            await half_done(claim, conversation)
        assert await said(database) == []
        assert ids(await heads(database)) == ["e1"]

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_the_lane_is_still_held_after_a_turn_has_failed(database: Database, run: Run) -> None:
    async def story() -> None:
        conversation = await somebody(database)
        await accept(database, event(1))
        async with database.write() as held:
            (head,) = await inbox.heads(held, CHANNELS, NOON, (), 1)
            claim = Claim(head, database, held)
            with pytest.raises(RuntimeError):
                await half_done(claim, conversation)
            assert await heads(database) == [], "nobody else gets it meanwhile"
            async with claim.writing() as tx:
                await inbox.retry(tx, head, at(1), "RuntimeError")
        assert await said(database) == []
        assert [each.attempts for each in await heads(database, minutes=1)] == [1]

    run(story())


class Watched:
    """Notes who works on what. Two at once in a lane, or out of order, is what must never happen."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.done: defaultdict[str, list[int]] = defaultdict(list)
        self.by: defaultdict[int, int] = defaultdict(int)

    async def work(self, database: Database, node: int, until: int) -> None:
        random_pause = random.Random(node)
        while sum(map(len, self.done.values())) < until:
            async with database.write() as tx:
                found = await inbox.heads(tx, CHANNELS, NOON, (), 1)
                if found and await inbox.still_new(tx, found[0]):
                    await self._do(found[0], node, random_pause.uniform(0, 0.004))
                    assert await inbox.finish(tx, found[0], NOON)
            await asyncio.sleep(0)

    async def _do(self, head: Stored, node: int, pause: float) -> None:
        assert head.lane not in self.held, "two workers in one lane"
        self.held.add(head.lane)
        await asyncio.sleep(pause)
        self.done[head.lane].append(head.payload["n"])
        self.by[node] += 1
        self.held.discard(head.lane)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_nodes_never_work_in_the_same_lane(database: Database, url: str, run: Run) -> None:
    events = [event(number, lane=f"lane{number % 7}") for number in range(140)]

    async def story() -> Watched:
        second = open_database(url, Path())
        await accept(database, *events)
        watched = Watched()
        nodes = ((database, 0), (second, 1))
        await asyncio.gather(*(watched.work(node, number, len(events)) for node, number in nodes for _ in range(6)))
        await second.close()
        return watched

    watched = run(story())
    assert all(lane == sorted(lane) for lane in watched.done.values())
    assert sorted(number for lane in watched.done.values() for number in lane) == list(range(140))
    assert min(watched.by[0], watched.by[1]) > 0, "both have worked"

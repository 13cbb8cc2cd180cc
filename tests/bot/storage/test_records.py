"""Numbers that are given once, and moments that are the same in every zone."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from bot.pipeline.numbers import FIRST, Numbers
from bot.storage import records
from bot.storage.database import Database, open_database
from bot.storage.tables import feedback
from tests.bot.storage.conftest import Run
from tests.bot.storage.stores import NOON, somebody

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def take(database: Database, many: int) -> list[int]:
    """As many numbers at once, as one node takes them."""
    numbers = Numbers(database)
    return await asyncio.gather(*(numbers.take() for _ in range(many)))


def test_numbers_are_given_once(database: Database, run: Run) -> None:
    assert sorted(run(take(database, 40))) == list(range(FIRST, FIRST + 40))


def test_numbers_are_given_once_by_two_nodes(database: Database, url: str | None, run: Run, tmp_path: Path) -> None:
    async def both() -> Sequence[list[int]]:
        second = open_database(url, tmp_path)
        try:
            return await asyncio.gather(take(database, 25), take(second, 25))
        finally:
            await second.close()

    mine, others = run(both())
    assert sorted(mine + others) == list(range(FIRST, FIRST + 50))


def test_a_number_that_was_not_needed_is_given_to_the_next(database: Database, run: Run) -> None:
    async def story() -> None:
        numbers = Numbers(database)
        first, second = await numbers.take(), await numbers.take()
        numbers.give_back(first)
        assert await numbers.take() == first
        assert await numbers.take() == second + 1

    run(story())


def test_counters_do_not_disturb_each_other(database: Database, run: Run) -> None:
    async def story() -> list[int]:
        async with database.write() as tx:
            return [await records.next_number(tx, name, 1) for name in ("a", "a", "b", "a")]

    assert run(story()) == [1, 2, 1, 3]


def test_a_number_of_a_transaction_that_fails_is_not_lost(database: Database, run: Run) -> None:
    async def fail() -> None:
        async with database.write() as tx:
            await records.next_number(tx, "ticket", FIRST)
            raise RuntimeError

    async def story() -> None:
        with pytest.raises(RuntimeError):
            await fail()
        assert await take(database, 1) == [FIRST]

    run(story())


def test_a_chat_that_moved_is_followed(database: Database, run: Run) -> None:
    async def story() -> None:
        async with database.write() as tx:
            await records.relocate(tx, "telegram", "1", "2")
            await records.relocate(tx, "telegram", "1", "3")
            assert await records.relocations(tx, "telegram") == {"1": "3"}
            assert await records.relocations(tx, "qq") == {}

    run(story())


def test_questions_are_counted_by_what_became_of_them(database: Database, run: Run) -> None:
    async def story() -> None:
        conversation = await somebody(database)
        row = {"channel": "web", "conversation_id": conversation, "records": [], "confidence": 1.0, "revision": "r"}
        async with database.write() as tx:
            for outcome, days in (("answer", 0), ("answer", 1), ("unknown", 0), ("unknown", 9)):
                await records.log_question(tx, row | {"at": NOON - timedelta(days=days), "outcome": outcome})
            assert await records.outcomes(tx, NOON - timedelta(days=7)) == {"answer": 2, "unknown": 1}

    run(story())


async def there_and_back(database: Database, moment: datetime) -> datetime:
    async with database.write() as tx:
        new = insert(feedback).values(at=moment, helped=True).returning(feedback.c.id)
        number = (await tx.execute(new)).scalar_one()
    async with database.read() as tx:
        found: datetime = (await tx.execute(select(feedback.c.at).where(feedback.c.id == number))).scalar_one()
        return found


moments = st.datetimes(
    datetime(1980, 1, 1),
    datetime(2200, 1, 1),
    timezones=st.sampled_from((UTC, SHANGHAI, ZoneInfo("America/New_York"), timezone(-timedelta(hours=3, minutes=30)))),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(moment=moments)
def test_a_moment_is_the_same_in_every_zone(database: Database, run: Run, moment: datetime) -> None:
    kept = run(there_and_back(database, moment))
    assert kept == moment.astimezone(UTC)
    assert kept.utcoffset() == timedelta(), "always read as UTC"


def test_moments_compare_across_zones(database: Database, run: Run) -> None:
    async def story() -> None:
        noon = datetime(2026, 3, 10, 12, 0, tzinfo=SHANGHAI)
        await there_and_back(database, noon)
        async with database.read() as tx:
            before = select(feedback.c.id).where(feedback.c.at < datetime(2026, 3, 10, 4, 1, tzinfo=UTC))
            after = select(feedback.c.id).where(feedback.c.at >= datetime(2026, 3, 10, 12, 1, tzinfo=SHANGHAI))
            assert len((await tx.execute(before)).all()) == 1
            assert (await tx.execute(after)).all() == []

    run(story())


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_servers_own_zone_changes_nothing(database: Database, run: Run) -> None:
    async def story() -> None:
        await there_and_back(database, NOON)
        async with database.read() as tx:
            await tx.execute(text("SET TIME ZONE 'Asia/Shanghai'"))
            found = (await tx.execute(select(feedback.c.at))).scalar_one()
        assert found == NOON
        assert found.utcoffset() == timedelta()

    run(story())
